// The check in the page says what the server says: both are held to the same list.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import test from "node:test";

import { checkDigit, judge } from "../../../assets/js/citizen-id.js";

const cases = JSON.parse(await readFile(new URL("../citizen-ids.json", import.meta.url)));
const today = new Date(2026, 3, 1);

for (const { typed, message } of cases) {
  test(`“${typed}” is judged as the server judges it`, () => {
    const verdict = judge(typed, today);
    if (message === null) assert.equal(verdict.state, "good", verdict.message);
    else assert.equal(verdict.message, message);
  });
}

test("sex and birth date are read from the number, and fifteen places become eighteen", () => {
  const verdict = judge("340524800101001", today);
  assert.deepEqual(
    [verdict.number, verdict.birth, verdict.sex],
    [`34052419800101001${checkDigit("34052419800101001")}`, "1980-01-01", "1"],
  );
  assert.match(verdict.message, /34052419800101001X/);
});
