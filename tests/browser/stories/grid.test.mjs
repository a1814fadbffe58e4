// A clerk types members into a grid, pastes a block from Excel, puts right what is marked, loses the connection without
// losing a row, and carries the plan out: with the keyboard alone.
import assert from "node:assert/strict";
import test from "node:test";

import { press } from "../support/browser.mjs";
import { api, branches, citizenId, county, leads, look, paste, signIn, texts, visit } from "../support/story.mjs";

const server = await county();

const cell = (page, row, field) => page.locator(`[data-entry-table] tbody tr:nth-child(${row}) td:nth-child(${page.columns[field]}) input`);
const state = (page, row) => page.locator(`[data-entry-table] tbody tr:nth-child(${row}) th small`);
const kept = (page) => page.locator("[data-entry-kept]", { hasText: "已保存" });
const tip = (page) => page.locator("#entry-tip");

/** Opens the grid of the members; the table is ready for the keyboard. */
async function grid(page) {
  await visit(page, "/grids/members");
  await page.locator("[data-entry-table] tbody tr").first().waitFor();
  await look(page);
  const fields = await page.locator("[data-entry-table] th[data-field]").evaluateAll((heads) => heads.map((head) => head.dataset.field));
  page.columns = Object.fromEntries(fields.map((field, at) => [field, at + 2]));
}

/** Waits until what was typed is kept and checked. */
async function rests(page, row, word) {
  await state(page, row).filter({ hasText: word }).waitFor();
  await kept(page).waitFor();
}

test("rows are typed with the keyboard alone, checked in passing, planned and written", async (t) => {
  const page = await signIn(t, server, "clerk");
  const [branch] = await branches(page, 1);
  await visit(page, "/imports");
  await leads(page, "/grids/members", () => page.getByRole("list").getByRole("link", { name: "党员名册" }).first().press("Enter"));
  await grid(page);
  await cell(page, 1, "name").waitFor();
  assert.ok(await cell(page, 1, "name").evaluate((input) => input === document.activeElement), "the keyboard is in the first cell");

  // Along the row with Tab; codes by initials and by the code itself, dates as digits.
  await page.keyboard.type("谭新");
  await press(page, "Tab");
  await page.keyboard.type(citizenId("19900303", 21));
  await press(page, "Tab", "Tab");
  await page.keyboard.type("tjz");
  await press(page, "Tab", "Tab");
  assert.equal(await cell(page, 1, "ethnicity").inputValue(), "土家族");
  await page.keyboard.type("21");
  await press(page, "Tab");
  assert.equal(await cell(page, 1, "education").inputValue(), "大学本科毕业");
  await press(page, "Tab", "Tab");
  await page.keyboard.type("zs");
  await page.locator("#entry-words [role=option]", { hasText: "正式党员" }).waitFor();
  await press(page, "Enter");
  assert.equal(await cell(page, 1, "category").inputValue(), "正式党员", "Enter takes the word, the keyboard stays");
  await press(page, "Tab");
  await page.keyboard.type(branch.code);
  await page.locator("#entry-words [role=option]").first().waitFor();
  await press(page, "Tab", "Tab");
  await page.keyboard.type("20150701");
  await press(page, "Tab");
  assert.equal(await cell(page, 1, "joined_on").inputValue(), "2015-07-01");
  await page.keyboard.type("20140701");
  await press(page, "Tab", "Tab");
  await page.keyboard.type("农牧渔民");
  await press(page, "ArrowDown");
  await rests(page, 1, "更正");

  // The sentence of the server stands below the cell that it is about.
  await press(page, "F8");
  await tip(page).filter({ hasText: "转为正式党员日期“2014-07-01”早于加入党组织日期“2015-07-01”" }).waitFor();
  assert.equal(await cell(page, 1, "full_member_on").getAttribute("aria-invalid"), "true");
  assert.match((await texts(page, ".entry-problems li"))[0], /^第 1 行 转为正式党员日期：/);
  await look(page);
  await page.keyboard.type("20160701");
  await press(page, "ArrowDown");
  await rests(page, 1, "新增");
  assert.ok(await page.locator("[data-entry-problems]").isHidden());

  // Ctrl+D takes what stands above.
  await press(page, "ArrowUp", "ArrowLeft", "ArrowDown", "Control+d");
  assert.equal(await cell(page, 2, "joined_on").inputValue(), "2015-07-01");
  await press(page, "Control+Delete");
  assert.equal(await cell(page, 2, "joined_on").inputValue(), "", "the row is gone");

  await leads(page, /^\/imports\/[0-9a-f-]+$/, () => page.keyboard.press("Control+Enter"));
  assert.match(await page.locator(".buckets").textContent(), /新增1/);
  await page.getByRole("button", { name: "写入 1 行" }).press("Enter");
  await page.locator(".page-head .state", { hasText: "已写入" }).waitFor();
  assert.equal((await api(page, "GET", `/members?q=${encodeURIComponent("谭新")}`)).body.items.length, 1);
  await grid(page);
  assert.equal(await cell(page, 1, "name").inputValue(), "", "what is written has left the grid");
});

test("a block is pasted, and a lost connection and a closed page cost nothing", async (t) => {
  const page = await signIn(t, server, "clerk");
  const [branch] = await branches(page, 1);
  await grid(page);
  const line = (name, number, ethnicity) => [name, number, "", ethnicity, "", "大学本科毕业", "", "", "预备党员", branch.code, "", "2026/7/1", "", "", "农牧渔民"].join("\t");
  const people = [["向一", 41], ["覃二", 43], ["田三", 45]].map(([name, number]) => line(name, citizenId("19950808", number), name === "覃二" ? "火星族" : "土家族"));
  await paste(page, `${people.join("\r\n")}\r\n`);
  await rests(page, 3, "新增");
  assert.equal(await cell(page, 3, "joined_on").inputValue(), "2026-07-01");
  assert.equal(await state(page, 2).textContent(), "更正");
  assert.match((await texts(page, ".entry-problems li")).join(), /第 2 行 民族：民族“火星族”不在代码表/);
  assert.match(await page.locator("[data-entry-count]").textContent(), /已填 3 行：新增 2，需更正 1/);
  await look(page);

  // The line goes dead; the clerk goes on.
  await page.context().setOffline(true);
  await cell(page, 4, "name").focus();
  await page.keyboard.type("龙四");
  await press(page, "Tab");
  await page.locator("[data-entry-kept].bad", { hasText: "网络不通：1 行还没有保存" }).waitFor();
  await page.context().setOffline(false);
  await kept(page).waitFor();
  page.problems.length = 0; // The browser tells of each request that did not get through.

  // Another machine, another day: everything is there, checked anew.
  await grid(page);
  assert.deepEqual(await Promise.all([1, 2, 3, 4].map((row) => cell(page, row, "name").inputValue())), ["向一", "覃二", "田三", "龙四"]);
  await state(page, 2).filter({ hasText: "更正" }).waitFor();
  assert.equal(await cell(page, 2, "ethnicity").getAttribute("aria-invalid"), "true");

  // A block with its headings finds its columns in whatever order they stand.
  await cell(page, 5, "name").focus();
  await paste(page, `民族\t姓 名\t鞋号\n苗族\t龙五\t42\n`);
  await kept(page).waitFor();
  assert.equal(await cell(page, 5, "name").inputValue(), "龙五");
  assert.equal(await cell(page, 5, "ethnicity").inputValue(), "苗族");
  assert.match(await page.locator("[data-form-note]").textContent(), /1 列在表格里没有位置/);

  // More than a grid bears is not taken in half.
  await cell(page, 6, "name").focus();
  await paste(page, "张\n".repeat(600));
  assert.match(await page.locator("[data-form-note]").textContent(), /最多 500 行，现要 605 行.*空白工作簿/);
  assert.equal(await cell(page, 6, "name").inputValue(), "");
});

test("two windows do not write over each other in silence", async (t) => {
  const page = await signIn(t, server, "clerk", { expected: [412] });
  await grid(page);
  const other = await page.context().newPage();
  other.address = page.address;
  await grid(other);
  await cell(other, 8, "name").focus();
  await other.keyboard.type("别处");
  await other.keyboard.press("Tab");
  await kept(other).waitFor();

  await cell(page, 9, "name").focus();
  await page.keyboard.type("此处");
  await press(page, "Tab");
  await page.locator("[data-entry-kept].bad", { hasText: "另一个窗口" }).waitFor();
  await look(page);
  await leads(page, "/grids/members", () => page.getByRole("button", { name: "载入最新内容" }).press("Enter"));
  await page.locator("[data-entry-table] tbody tr").first().waitFor();
  const names = await page.locator("[data-entry-table] tbody td:nth-child(2) input").evaluateAll((inputs) => inputs.map(({ value }) => value));
  assert.ok(names.includes("别处") && !names.includes("此处"), names.join());
});
