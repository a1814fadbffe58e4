// What the tests themselves stand on: workbooks made and read without a library, one-time codes.
import assert from "node:assert/strict";
import test from "node:test";

import { oneTimeCode } from "../support/one-time-code.mjs";
import { rows, workbook } from "../support/workbook.mjs";

test("a workbook that is written is read back", () => {
  const sheet = [["姓名", "公民身份号码", "序号"], ["买买提·吐尔逊 <&>", "34052419800101001X", 7], ["", "", ""]];
  assert.deepEqual(rows(workbook("党员名册", sheet)).map((row) => row.map(String)), [sheet[0], ["买买提·吐尔逊 <&>", "34052419800101001X", "7"], []]);
});

test("one-time codes are those of the standard", () => {
  // RFC 6238, appendix B, SHA-1, cut to six digits.
  const secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
  assert.equal(oneTimeCode(secret, 59_000), "287082");
  assert.equal(oneTimeCode(secret, 1_111_111_109_000), "081804");
});
