// A clerk fills in a round like a sheet; a supervisor looks at every star, sends one back, confirms the rest; the clerk
// mends the one.
import assert from "node:assert/strict";
import test from "node:test";

import { focused, press, tabTo } from "../support/browser.mjs";
import { decide, fill, openRound, submit } from "../support/rating.mjs";
import { branches, county, leads, paste, signIn, texts, visit } from "../support/story.mjs";

const server = await county();
/** Before the year that the sample county has rated. */
const period = "2025Q3";

test("a round is filled in, reviewed, sent back in part, and mended", async (t) => {
  const clerk = await signIn(t, server, "clerk", { expected: [422] });
  const [branch] = await branches(clerk, 1);
  await openRound(clerk, branch, period);
  const grid = new URL(clerk.url()).pathname;
  const row = (index) => clerk.locator("tr[data-row]").nth(index);
  const score = (index, column) => row(index).locator("[data-score]").nth(column);
  const note = () => clerk.locator("[data-form-note]").textContent();

  // Typed: the keyboard is in the first cell already; a score that cannot be is named at once and not sent.
  await clerk.keyboard.type("18");
  await press(clerk, "ArrowRight");
  await clerk.keyboard.type("25");
  assert.match(await note(), /25 超过满分 20/);
  await clerk.keyboard.press("Alt+s");
  assert.equal(new URL(clerk.url()).pathname, grid);
  assert.equal(await score(0, 1).getAttribute("aria-invalid"), "true");
  await clerk.keyboard.type("19.5");
  assert.match(await note(), /19\.5 的小数位数太多，须是整数/);
  await press(clerk, "ArrowLeft", "ArrowRight");
  await clerk.keyboard.type("19");
  await press(clerk, "Tab");
  assert.match(await focused(clerk), /scores\[.*\]/);
  await leads(clerk, grid, () => clerk.keyboard.press("Alt+s"));
  assert.match(await clerk.locator(".notices").textContent(), /已保存/);
  assert.deepEqual([await score(0, 0).inputValue(), await score(0, 1).inputValue()], ["18", "19"]);
  assert.equal(await row(0).locator("[data-total]").textContent(), "", "three dimensions are missing");

  // Half a round cannot be handed in: the person and what is missing are named, nothing is lost.
  await submit(clerk);
  assert.match(await clerk.locator("[data-problems]").textContent(), /未提交/);
  assert.equal(await score(0, 0).inputValue(), "18");

  // Pasted from a sheet, over what was typed.
  await score(0, 0).focus();
  const people = await fill(clerk);
  assert.match(await note(), new RegExp(`已粘贴 ${people * 6} 格。`));
  assert.equal(await clerk.locator("[data-grid-done]").textContent(), String(people));
  assert.equal(await row(1).locator("[data-total]").textContent(), "92");
  assert.equal(await row(1).locator("[data-stars]").textContent(), "5 星");
  await submit(clerk);
  assert.match(await clerk.locator(".notices").textContent(), /已保存并提交/);
  assert.equal(await clerk.locator("[data-score]:not([readonly])").count(), 0, "what is handed in stands");

  // The supervisor finds it waiting on his desk, and sees how each star came about.
  const supervisor = await signIn(t, server, "supervisor");
  const task = supervisor.locator(".tasks li", { hasText: "审核星级评定" });
  assert.ok(Number.parseInt(await task.textContent(), 10) > people, "these, and those of other branches");
  await leads(supervisor, "/ratings", () => task.getByRole("link").press("Enter"));
  await visit(supervisor, `${grid}/review`);
  const arithmetic = await texts(supervisor, ".arithmetic");
  assert.equal(arithmetic.length, people);
  assert.equal(arithmetic[0], "16 + 17 + 16 + 17 + 16 = 82，82 ≥ 80 → 四星");
  assert.equal(arithmetic[1], "19 + 18 + 19 + 18 + 18 = 92，92 ≥ 90 → 五星");
  const [fives, fours] = [Math.floor(people / 2), Math.ceil(people / 2)];
  const shares = await supervisor.evaluate(() => Array.from(document.querySelectorAll("[data-chart] tbody tr"), (line) => [line.children[0].textContent, line.children[1].textContent]));
  assert.deepEqual(Object.fromEntries(shares), { 五星: String(fives), 四星: String(fours), 三星: "0", 二星: "0", 一星: "0" });

  // One goes back with a reason, the rest on.
  const name = (await texts(supervisor, ".review tbody th"))[1];
  await supervisor.locator(".send-back summary").nth(1).press("Enter");
  await supervisor.waitForFunction(() => document.activeElement.labels?.[0]?.textContent.includes("退回理由")); // It opens, then has the keyboard.
  await supervisor.keyboard.type("五星须附支部大会记录");
  await leads(supervisor, /return$/, () => supervisor.getByRole("button", { name: `退回 ${name}` }).press("Enter"));
  assert.match(await supervisor.locator(".notices").textContent(), /已退回1人/);
  await decide(supervisor, "审核通过");
  assert.match(await supervisor.locator(".notices").textContent(), new RegExp(`已审核${people - 1}人。`));
  await decide(supervisor, "确定所选");
  assert.match(await supervisor.locator(".notices").textContent(), new RegExp(`已确定${people - 1}人。`));

  // The clerk has it on his desk, lands on the row, mends it, hands it in again; the others cannot be touched.
  await visit(clerk, "/");
  const returned = clerk.locator(".tasks li", { hasText: "更正退回的星级评定" });
  await leads(clerk, "/ratings", () => returned.getByRole("link").press("Enter"));
  await visit(clerk, grid);
  assert.match(await row(1).textContent(), /退回：五星须附支部大会记录/);
  assert.match(await focused(clerk), new RegExp(name));
  assert.equal(await clerk.locator("tr[data-row]:not(.locked)").count(), 1);
  await paste(clerk, "17\t17\t17\t17\t17\t支部大会记录（2026-09-28）\n");
  assert.equal(await row(1).locator("[data-stars]").textContent(), "4 星");
  await submit(clerk);

  await visit(supervisor, `${grid}/review`);
  const mended = supervisor.locator(".review tbody tr").nth(1);
  assert.match(await mended.textContent(), /支部大会记录（2026-09-28）/);
  assert.match(await mended.locator(".arithmetic").textContent(), /17 \+ 17 \+ 17 \+ 17 \+ 17 = 85，85 ≥ 80 → 四星/);
  await decide(supervisor, "审核通过");
  await decide(supervisor, "确定所选");
  assert.equal(await supervisor.locator(".review .state", { hasText: "已确定" }).count(), people);
});

test("a branch is rated once for a period, and only by its own unit", async (t) => {
  const clerk = await signIn(t, server, "clerk", { expected: [422] });
  const other = await signIn(t, server, "clerk", { at: 1, expected: [404] });
  const [branch] = await branches(clerk, 1);
  await visit(other, "/ratings");
  assert.ok(!(await other.locator(".content").textContent()).includes(branch.name));
  await visit(clerk, "/ratings");
  const address = await clerk.locator("tr[data-href] a").first().getAttribute("href");
  assert.equal((await visit(other, address)).status(), 404);

  await visit(clerk, "/ratings/open");
  await clerk.keyboard.type(branch.name);
  await clerk.waitForSelector("#organisation-options [aria-selected=true]");
  await press(clerk, "Enter");
  await tabTo(clerk, "评定期", { back: true });
  await clerk.keyboard.type("2026Q3"); // The sample county has it.
  await leads(clerk, "/ratings/open", () => clerk.keyboard.press("Alt+s"));
  assert.match((await texts(clerk, ".field-error")).join(), /这一评定期已经开始/);
  await clerk.waitForFunction((name) => document.getElementById("organisation").value === name, branch.name); // What was chosen stays.
});
