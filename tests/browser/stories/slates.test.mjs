// A county says what it wants of its teams; a clerk tries out who might lead a village next, and sees what each change does.
import assert from "node:assert/strict";
import test from "node:test";

import { press, tabToField } from "../support/browser.mjs";
import { api, county, leads, signIn, texts, value, visit } from "../support/story.mjs";

const server = await county();

/** Types over what stands in a picker and takes the first that it offers. */
async function pick(page, field, words) {
  await tabToField(page, field);
  await press(page, "Control+a");
  await page.keyboard.type(words);
  await page.waitForSelector(`[id="${field}-options"] [aria-selected=true]`);
  await press(page, "Enter");
}

/** Types over what stands in a field. */
async function type(page, field, words) {
  await tabToField(page, field);
  await press(page, "Control+a");
  await page.keyboard.type(words);
}

/** Waits until the part of the page that moves says something. */
function says(page, words) {
  return page.waitForFunction((wanted) => document.getElementById("slate-outcome").textContent.includes(wanted), words);
}

/** The row of a figure or target in the part that moves. */
async function row(page, label) {
  const rows = await texts(page, "#slate-outcome tbody tr");
  return rows.filter((text) => text.startsWith(`${label} `));
}

test("a county wants something of its teams, and a slate shows at once whether it comes nearer", async (t) => {
  const supervisor = await signIn(t, server, "supervisor");
  await visit(supervisor, "/committees/targets");
  await pick(supervisor, "figure", "两委成员平均年龄");
  await tabToField(supervisor, "comparison");
  await press(supervisor, "ArrowDown");
  await type(supervisor, "value", "20");
  await type(supervisor, "source", "县委组织部〔2026〕1号");
  await leads(supervisor, "/committees/targets", () => supervisor.keyboard.press("Alt+s"));
  assert.match((await texts(supervisor, "tbody tr")).join("\n"), /两委成员平均年龄.*不高于20\.00岁/);

  // From the page of a village to a slate of the team that sits there.
  const clerk = await signIn(t, server, "clerk");
  const { body: known } = await api(clerk, "GET", `/committees?within=${clerk.account.organisation}&kind=village_party&limit=1`);
  const [{ village, term }] = known.items;
  const { body: members } = await api(clerk, "GET", `/members?within=${village.code}&category=full&limit=50`);
  await visit(clerk, `/committees/villages/${village.code}`);
  await leads(clerk, /^\/slates\/new/, () => clerk.getByRole("link", { name: "拟定下届方案" }).press("Enter"));
  assert.equal(await value(clerk, "ordinal"), String(term.ordinal + 1));
  await leads(clerk, /^\/slates\/[0-9a-f-]{36}$/, () => clerk.keyboard.press("Alt+s"));
  const first = new URL(clerk.url()).pathname;
  const [age] = await row(clerk, "两委成员平均年龄");
  assert.match(age, /不高于20\.00岁.*差/, "the target stands beside the figure");
  assert.match((await row(clerk, "村（社区）两委成员"))[0], /不变$/, "nothing moved yet");

  // Another secretary, with the keyboard alone: the figure moves before anything is saved.
  const seated = new Set(await clerk.locator("input[data-picker]").evaluateAll((inputs) => inputs.map((input) => input.value)));
  const alone = (member) => members.items.filter((other) => other.name === member.name).length === 1;
  const free = members.items.find((member) => !seated.has(member.name) && alone(member));
  await pick(clerk, "seats[0].person", free.name);
  await says(clerk, "+1人");
  assert.match((await row(clerk, "新当选书记"))[0], /^新当选书记 1人/);

  // A second secretary is what the rules refuse; it is told, with the row that it is about.
  await tabToField(clerk, "seats[1].post");
  await press(clerk, "Home", "ArrowDown");
  await says(clerk, "职务2，书记已由");
  assert.match(await clerk.locator("#slate-outcome").textContent(), /同一时间只能有一名书记/);
  await leads(clerk, first, () => clerk.keyboard.press("Alt+s"));
  assert.match(await clerk.locator(".notices").textContent(), /已保存方案/);
  assert.match(await clerk.locator("#slate-outcome").textContent(), /同一时间只能有一名书记/, "a slate keeps what is tried");

  // A copy, changed, beside the first.
  await leads(clerk, /^\/slates\/new/, () => clerk.getByRole("link", { name: "复制方案" }).press("Enter"));
  await leads(clerk, /^\/slates\/[0-9a-f-]{36}$/, () => clerk.keyboard.press("Alt+s"));
  const second = new URL(clerk.url()).pathname;
  await type(clerk, "seats[1].person", "");
  await press(clerk, "Delete", "Tab");
  await clerk.waitForFunction(() => !document.getElementById("slate-outcome").textContent.includes("只能有一名书记"));
  await leads(clerk, second, () => clerk.keyboard.press("Alt+s"));
  await visit(clerk, `${second}/compare`);
  await tabToField(clerk, "filter-with");
  await press(clerk, "ArrowDown");
  await leads(clerk, /\/compare\?with=/, () => clerk.getByRole("button", { name: "对比" }).press("Enter"));
  assert.match((await texts(clerk, "thead tr")).join("\n"), /现任 方案二 方案一/);
  assert.match(await clerk.locator("main, .content").first().textContent(), /方案一：规则核对.*只能有一名书记/s);

  // The sheet, the list, and who may not look.
  await visit(clerk, `${first}/print`);
  assert.ok(await clerk.locator("[data-print]").isVisible());
  assert.match(await clerk.locator(".content").textContent(), /审核人（签字）/);
  await visit(clerk, `/slates?within=${village.code}`);
  assert.equal((await texts(clerk, "tbody tr")).length, 2);
  await visit(supervisor, first);
  await visit(supervisor, "/reports/team");
});
