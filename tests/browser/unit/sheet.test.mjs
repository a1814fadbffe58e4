// Scores are summed in whole hundredths; dates and codes typed in their usual forms are understood.
import assert from "node:assert/strict";
import test from "node:test";

import { normal } from "../../../assets/js/dates.js";
import { block, placed } from "../../../assets/js/entry-block.js";
import { hundredths, printed, totalOf } from "../../../assets/js/grid.js";
import { matching } from "../../../assets/js/picker.js";

test("scores are exact", () => {
  assert.equal(hundredths("0.1") + hundredths("0.2"), hundredths("0.3"));
  assert.equal(printed(hundredths("18.50")), "18.5");
  assert.equal(printed(hundredths("18.05")), "18.05");
  assert.equal(printed(9200), "92");
  assert.equal(hundredths("１８．５"), 1850);
  for (const wrong of ["", "x", "1.234", "-1", "1e3", "1.", ".5"]) assert.equal(hundredths(wrong), null, wrong);
});

test("totals are those of the server", () => {
  const scores = (...pairs) => pairs.map(([text, weight]) => ({ value: hundredths(text), weight }));
  const sum = { aggregation: "sum", missingPart: "refuse" };
  assert.equal(totalOf(scores(["18", "1"], ["19.5", "1"]), sum), 3750);
  assert.equal(totalOf(scores(["80", "0.4"], ["90", "0.6"]), sum), 8600);
  assert.equal(totalOf(scores(["18", "1"], ["", "1"]), sum), null, "a dimension is missing");
  assert.equal(totalOf(scores(["18", "1"], ["", "1"]), { ...sum, missingPart: "zero" }), 1800);
  const mean = { aggregation: "weighted_mean", missingPart: "refuse" };
  assert.equal(totalOf(scores(["80", "1"], ["85", "2"]), mean), 8333, "83.333… is rounded");
  assert.equal(totalOf(scores(["0.01", "1"], ["0.02", "1"]), mean), 2, "half goes up");
  assert.equal(totalOf(scores(["80", "1"], ["", "2"]), { ...mean, missingPart: "leave_out" }), 8000);
  assert.equal(totalOf(scores(["80", "1"], ["", "1"]), { ...mean, missingPart: "zero" }), 4000);
  assert.equal(totalOf(scores(["", "1"], ["", "1"]), { ...mean, missingPart: "zero" }), null, "nothing is filled in");
  const plain = { aggregation: "mean", missingPart: "leave_out" };
  assert.equal(totalOf(scores(["80", "1"], ["90", "1"], ["", "1"]), plain), 8500);
  const capped = scores(["80", "1"], ["9", "1"]).map((score, at) => ({ ...score, cap: at ? undefined : "50" }));
  assert.equal(totalOf(capped, sum), 5900);
});

test("dates in the forms of the contract become one form", () => {
  for (const typed of ["19880701", "1988-07-01", "1988/7/1", "1988年7月1日", " 1988.7.1 "]) {
    assert.equal(normal(typed), "1988-07-01", typed);
  }
  for (const wrong of ["1988-02-30", "198871", "1988-13-01", "88-07-01", "", "45000"]) assert.equal(normal(wrong), null, wrong);
});

test("a code is found by name, pinyin, initials and code, the best first", () => {
  const options = [
    { code: "01", name: "汉族", keys: "hanzu hz" },
    { code: "03", name: "回族", keys: "huizu hz" },
    { code: "15", name: "土家族", keys: "tujiazu tjz" },
  ];
  const found = (typed) => matching(options, typed).map((option) => option.code);
  assert.deepEqual(found("15"), ["15"]);
  assert.deepEqual(found("hz"), ["01", "03"]);
  assert.deepEqual(found("tujia"), ["15"]);
  assert.deepEqual(found("家"), ["15"]);
  assert.deepEqual(found("HUI"), ["03"]);
  assert.deepEqual(found("zzz"), []);
  assert.equal(found("").length, 3);
});

test("a block from a spreadsheet is taken apart as it was put together", () => {
  assert.deepEqual(block("张伟\t汉族\r\n李娜\t\r\n"), [["张伟", "汉族"], ["李娜", ""]]);
  assert.deepEqual(block('"一行\n两行"\t"说""好"""\t5"'), [["一行 两行", '说"好"', '5"']]);
  assert.deepEqual(block("一格"), [["一格"]]);
  assert.deepEqual(block("a\n\nb"), [["a"], [""], ["b"]]);
});

test("a pasted block goes where the keyboard is, or where its headings say", () => {
  const titles = ["姓名", "公民身份号码", "民族"];
  assert.deepEqual(placed([["张伟", "1", "汉族", "多"]], titles, 0).places, [0, 1, 2, -1]);
  assert.deepEqual(placed([["汉族", "多"]], titles, 2).places, [2, -1]);
  const named = placed([["民族*", " 姓 名", "鞋号"], ["汉族", "张伟", "42"]], titles, 0);
  assert.deepEqual(named, { rows: [["汉族", "张伟", "42"]], places: [2, 0, -1] });
  assert.deepEqual(placed([["姓名"]], titles, 0).places, [0], "somebody may be called so");
});
