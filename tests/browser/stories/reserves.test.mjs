// A clerk looks after those who could follow: entered, guided, not seconded for his age, appointed, and the map afterwards.
import assert from "node:assert/strict";
import test from "node:test";

import { press, tabToField } from "../support/browser.mjs";
import { api, citizenId, county, leads, signIn, visit } from "../support/story.mjs";

const server = await county();

/** Types into a picker and takes the first that it offers. */
async function pick(page, field, words) {
  await tabToField(page, field);
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

/** Chooses in a list by the letters of a name, as a keyboard does. */
async function choose(page, field, name) {
  await tabToField(page, field);
  const at = await page.locator(`[id="${field}"]`).evaluate((list, wanted) => Array.from(list.options).findIndex((one) => one.textContent.includes(wanted)), name);
  assert.notEqual(at, -1, `${name} in ${field}`);
  const now = await page.locator(`[id="${field}"]`).evaluate((list) => list.selectedIndex);
  for (let step = now; step < at; step += 1) await press(page, "ArrowDown");
}

/** The village of the clerk with a committee whose term runs, its head's post free. */
async function village(clerk) {
  const { body: villages } = await api(clerk, "GET", `/organisations?within=${clerk.account.organisation}&kind=village&limit=3`);
  const found = villages.items[2];
  const { body: known } = await api(clerk, "GET", `/committees?within=${found.code}&kind=supervision_committee`);
  let committee = known.items[0];
  if (!committee) ({ body: committee } = await api(clerk, "POST", "/committees", { village: found.code, kind: "supervision_committee" }));
  const posts = { supervision_director: 1, supervision_member: 2 };
  const { body: terms } = await api(clerk, "GET", `/committees/${committee.id}/terms`);
  const ordinal = 1 + Math.max(0, ...terms.items.map((term) => term.ordinal));
  const opened = await api(clerk, "POST", `/committees/${committee.id}/terms`, { ordinal, from_day: "2026-06-01", posts });
  assert.equal(opened.status, 201, JSON.stringify(opened.body));
  return found;
}

test("somebody is entered with his mentors, guided, not seconded at his age, and appointed", async (t) => {
  const clerk = await signIn(t, server, "clerk", { expected: [422] });
  const place = await village(clerk);
  await visit(clerk, "/reserves/new");
  await clerk.keyboard.type("冉启明");
  await type(clerk, "citizen_id", citizenId("19800506", 21));
  await pick(clerk, "ethnicity", "汉");
  await pick(clerk, "education", "大学专科毕业");
  await pick(clerk, "village", place.code);
  await type(clerk, "entered_on", "2099-01-01");
  await choose(clerk, "source1", "退役军人");
  await pick(clerk, "political_status", "群众");
  await leads(clerk, "/reserves", () => clerk.keyboard.press("Alt+s"));
  assert.match(await clerk.locator("[data-problems]").textContent(), /晚于今天/, "a day to come is refused, and what was typed stays");
  assert.equal(await clerk.locator("#name").inputValue(), "冉启明");
  await type(clerk, "entered_on", "2026-01-10");
  await type(clerk, "leader1", "向建国");
  await type(clerk, "secretary", "谭德军");
  await leads(clerk, /^\/reserves\/[0-9a-f-]{36}$/, () => clerk.keyboard.press("Alt+s"));
  const record = new URL(clerk.url()).pathname;
  assert.match(await clerk.locator(".content").textContent(), /冉启明/);

  // Two and one guide him: the second leader comes, writes, and goes.
  await visit(clerk, `${record}/mentor`);
  await type(clerk, "mentor", "田红");
  await leads(clerk, record, () => clerk.keyboard.press("Alt+s"));
  await visit(clerk, `${record}/note`);
  await choose(clerk, "mentor", "田红");
  await type(clerk, "content", "谈心谈话，带教村级财务");
  await leads(clerk, record, () => clerk.keyboard.press("Alt+s"));
  assert.match(await clerk.locator(".content").textContent(), /帮带记录：联系领导田红/);

  // Forty-six is too old for a secondment: the rule and the way out are told.
  await visit(clerk, `${record}/second`);
  const { body: others } = await api(clerk, "GET", `/organisations?within=${clerk.account.organisation}&kind=village&limit=2`);
  await pick(clerk, "village", others.items[0].code);
  await leads(clerk, `${record}/second`, () => clerk.keyboard.press("Alt+s"));
  assert.match(await clerk.locator("[data-problems]").textContent(), /46周岁，超过挂职年龄上限35周岁.*可以改为异地任职或留库培养/);

  // The appointment opens the seat; he is no longer in the pool.
  await visit(clerk, `${record}/appoint`);
  await choose(clerk, "seat", "监督委员会主任");
  await leads(clerk, record, () => clerk.keyboard.press("Alt+s"));
  assert.match(await clerk.locator(".content").textContent(), /已任用/);
  await visit(clerk, `/committees/villages/${place.code}`);
  const part = clerk.locator("section", { has: clerk.locator("#supervision_committee") });
  assert.match(await part.locator("tbody tr", { hasText: "冉启明" }).textContent(), /监督委员会主任/);
  await visit(clerk, `${record}/second`);
  await pick(clerk, "village", others.items[0].code);
  await leads(clerk, `${record}/second`, () => clerk.keyboard.press("Alt+s"));
  assert.match(await clerk.locator("[data-problems]").textContent(), /不在库，不能再办理此项/);
});

test("the map of succession tells how deep the reserve of each village is", async (t) => {
  const clerk = await signIn(t, server, "clerk");
  await visit(clerk, "/reserves/map");
  const { body: villages } = await api(clerk, "GET", `/organisations?within=${clerk.account.organisation}&kind=village&limit=1`);
  const table = clerk.locator("table").first();
  assert.match(await table.textContent(), new RegExp(villages.items[0].name));
  assert.match(await table.textContent(), /\d\/2/);
  await leads(clerk, `/reserves/map/${villages.items[0].code}`, () => clerk.locator(`a[href="/reserves/map/${villages.items[0].code}"]`).press("Enter"));
  assert.match(await clerk.locator(".content").textContent(), /一人离任的影响/);
  await visit(clerk, "/reserves/settings");
  assert.match(await clerk.locator("table").textContent(), /每村最低人数/);
  await visit(clerk, "/reserves?silent=true");
  await visit(clerk, "/");
});
