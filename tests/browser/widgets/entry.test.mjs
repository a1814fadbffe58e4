// The grid of rows that are typed: what is sent of it, what it says of a cell, and what becomes of a lost connection.
import assert from "node:assert/strict";
import test from "node:test";

import { accessible, open, press, visit } from "../support/browser.mjs";
import { samples } from "../support/samples.mjs";

const server = await samples();
const DRAFT = "/api/v1/drafts/members";
const json = (body, status = 200) => ({ status, type: "application/json", body: JSON.stringify(body) });

/** What the server keeps, as in a small cadre: a row without an ethnicity is refused. */
const sent = [];
let kept = [];
let answers = "kept";
const line = ({ key, cells }, at) => ({
  key, row: at + 1, subject: cells.name ?? "", bucket: cells.ethnicity ? "new" : "refused",
  errors: cells.ethnicity ? [] : [{ column: "民族", field: "ethnicity", value: "", message: "民族没有填写；请填写代码或名称" }],
});
const state = () => ({ organisation: "500237101", version: sent.length, kept_at: "2026-04-01T01:12:00Z", import_id: null, checked: kept.map(line) });
server.answer[`GET ${DRAFT}`] = () => json({ ...state(), rows: kept });
server.answer[`PUT ${DRAFT}`] = (body) => {
  const { order, rows } = JSON.parse(body);
  sent.push({ order, rows });
  if (answers === "stale") return json({ detail: "这条记录刚刚被别人修改过。" }, 412);
  if (answers === "refused") return json({ detail: "备注有1001个字，一格最多1000个字；请缩短。" }, 422);
  const known = new Map([...kept, ...rows].map((row) => [row.key, row]));
  kept = order.map((key) => known.get(key)).filter((row) => row && Object.keys(row.cells).length);
  return json(state());
};
server.answer["GET /branches"] = () => json([
  { code: "500237101201-ZB01", name: "紫阳村党支部", note: "500237101201-ZB01" },
  { code: "500237101202-ZB01", name: "第一党支部", note: "500237101202-ZB01" },
  { code: "500237101203-ZB01", name: "第一党支部", note: "500237101203-ZB01" },
]);

const cell = (page, row, at) => page.locator(`[data-entry-table] tbody tr:nth-child(${row}) input`).nth(at);
const told = (page, text) => page.locator("[data-entry-kept]", { hasText: text }).waitFor();
const paste = (page, text) => page.evaluate((block) => {
  const data = new DataTransfer();
  data.setData("text/plain", block);
  document.activeElement.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
}, text);

async function start(t, rows = [], expected = []) {
  [kept, answers, sent.length] = [rows, "kept", 0];
  const page = await open(t, { expected });
  await visit(page, `${server.address}/imports_grid`);
  await cell(page, 1, 0).waitFor();
  return page;
}

test("only the rows that changed are sent, and each cell has its sentence below it", async (t) => {
  const page = await start(t, [{ key: 7, cells: { name: "谭春梅", ethnicity: "土家族" } }]);
  assert.equal(await page.locator("[data-entry-count]").textContent(), "已填 1 行：新增 1");
  assert.ok(await cell(page, 2, 0).evaluate((input) => input === document.activeElement), "the keyboard is in the first empty row");
  await page.keyboard.type("向杰");
  await press(page, "ArrowDown");
  await told(page, "已保存");
  assert.deepEqual(sent.at(-1), { order: [7, 8], rows: [{ key: 8, cells: { name: "向杰" } }] });
  await page.locator("[data-entry-table] tbody tr:nth-child(2) th small", { hasText: "更正" }).waitFor();
  await accessible(page);

  await press(page, "F8");
  assert.equal(await page.locator("#entry-tip").textContent(), "民族没有填写；请填写代码或名称");
  assert.equal(await cell(page, 2, 2).getAttribute("aria-describedby"), "entry-tip");
  await accessible(page);
  await page.keyboard.type("tjz");
  await press(page, "Tab");
  assert.equal(await cell(page, 2, 2).inputValue(), "土家族");
  await page.locator("[data-entry-count]", { hasText: "已填 2 行：新增 2" }).waitFor();
  assert.ok(await page.locator("[data-entry-problems]").isHidden());
});

test("a row that is being typed is not scolded for what comes next", async (t) => {
  const page = await start(t);
  await page.keyboard.type("向杰");
  await press(page, "Tab");
  await told(page, "已保存");
  assert.equal(await cell(page, 1, 2).getAttribute("aria-invalid"), null);
  assert.equal(await page.locator("[data-entry-table] tbody tr:nth-child(1) th small").textContent(), "");
  await press(page, "Tab", "Tab");
  assert.equal(await cell(page, 1, 2).getAttribute("aria-invalid"), null, "the mark comes with the next answer, or when the row is left");
  await press(page, "ArrowDown");
  await page.locator("[data-entry-table] tbody tr:nth-child(1) th small", { hasText: "更正" }).waitFor();
});

test("an organisation goes in by its name, and by its code where two have that name", async (t) => {
  const page = await start(t);
  await cell(page, 1, 3).focus();
  await page.keyboard.type("zy");
  await page.locator("#entry-words [role=option]").first().waitFor();
  await press(page, "Enter");
  assert.equal(await cell(page, 1, 3).inputValue(), "紫阳村党支部");
  await press(page, "ArrowDown");
  await page.keyboard.type("dy");
  await page.locator("#entry-words [role=option]").first().waitFor();
  await press(page, "ArrowDown", "ArrowDown", "Tab");
  assert.equal(await cell(page, 2, 3).inputValue(), "500237101203-ZB01");
});

test("rows are deleted, put back, and filled from above", async (t) => {
  const page = await start(t, [{ key: 1, cells: { name: "谭春梅", ethnicity: "土家族" } }, { key: 2, cells: { name: "向杰", ethnicity: "汉族" } }]);
  await cell(page, 1, 0).focus();
  await press(page, "Control+Delete");
  assert.equal(await cell(page, 1, 0).inputValue(), "向杰");
  await told(page, "已保存");
  assert.deepEqual(sent.at(-1), { order: [2], rows: [] });
  await page.getByRole("button", { name: "恢复" }).press("Enter");
  assert.equal(await cell(page, 1, 0).inputValue(), "谭春梅");
  await cell(page, 2, 2).focus();
  await press(page, "Control+d");
  assert.equal(await cell(page, 2, 2).inputValue(), "土家族");
  await press(page, "Escape");
  assert.equal(await cell(page, 2, 2).inputValue(), "汉族", "Escape gives the cell back");
});

test("what a lost connection held back is sent when it is there again", async (t) => {
  const page = await start(t);
  await page.context().setOffline(true);
  await page.keyboard.type("向杰");
  await press(page, "ArrowDown");
  await told(page, "网络不通：1 行还没有保存");
  await page.keyboard.type("谭春梅");
  await press(page, "ArrowDown");
  await page.keyboard.press("Control+Enter");
  await page.locator("[data-form-note]", { hasText: "还有内容没有保存" }).waitFor();
  await page.context().setOffline(false);
  await told(page, "已保存");
  assert.deepEqual(sent.at(-1).rows.map(({ cells }) => cells.name), ["向杰", "谭春梅"]);
  page.problems.length = 0; // The browser tells of each request that did not get through.
});

test("a refusal is told once, and another window is not written over", async (t) => {
  const page = await start(t, [], [412, 422]);
  answers = "refused";
  await page.keyboard.type("向杰");
  await press(page, "ArrowDown");
  await told(page, "没有保存：备注有1001个字");
  const before = sent.length;
  answers = "stale";
  await page.keyboard.type("谭春梅");
  await press(page, "ArrowDown");
  await told(page, "另一个窗口");
  assert.equal(sent.length, before + 1, "what was refused is not sent again and again");
  answers = "kept";
  await page.getByRole("button", { name: "以本页为准保存" }).press("Enter");
  await told(page, "已保存");
  assert.deepEqual(kept.map(({ cells }) => cells.name), ["向杰", "谭春梅"]);
});

test("a block with headings finds its columns, and too much is not taken in half", async (t) => {
  const page = await start(t);
  await paste(page, "民族*\t姓 名\t鞋号\r\n土家族\t向杰\t42\r\n汉族\t\"谭\n春梅\"\t37\r\n");
  await told(page, "已保存");
  assert.deepEqual(kept.map(({ cells }) => cells), [{ name: "向杰", ethnicity: "土家族" }, { name: "谭 春梅", ethnicity: "汉族" }]);
  assert.match(await page.locator("[data-form-note]").textContent(), /已粘贴 2 行 4 格；有 1 列/);
  await cell(page, 3, 0).focus();
  await paste(page, "张\n".repeat(499));
  assert.match(await page.locator("[data-form-note]").textContent(), /最多 500 行，现要 501 行，没有填入/);
  assert.equal(await cell(page, 3, 0).inputValue(), "");
});
