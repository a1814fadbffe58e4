// A candidate on his way to a seat: proposed by the clerk, answered by the departments, filed by the county, appointed. And
// a vote that was entered for the wrong village goes again.
import assert from "node:assert/strict";
import test from "node:test";

import { press, tabToField } from "../support/browser.mjs";
import { api, county, leads, signIn, visit } from "../support/story.mjs";

const server = await county();

/** Types into a picker and takes the first that it offers. */
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

/** The clerk's village at a place in the list, with a supervision committee whose term began in June 2026. */
async function village(clerk, at) {
  const { body: villages } = await api(clerk, "GET", `/organisations?within=${clerk.account.organisation}&kind=village&limit=${at + 1}`);
  const found = villages.items[at];
  const { body: known } = await api(clerk, "GET", `/committees?within=${found.code}&kind=supervision_committee`);
  let committee = known.items[0];
  if (!committee) ({ body: committee } = await api(clerk, "POST", "/committees", { village: found.code, kind: "supervision_committee" }));
  const { body: terms } = await api(clerk, "GET", `/committees/${committee.id}/terms`);
  const ordinal = 1 + Math.max(0, ...terms.items.map((term) => term.ordinal));
  const posts = { supervision_director: 1, supervision_member: 2 };
  const opened = await api(clerk, "POST", `/committees/${committee.id}/terms`, { ordinal, from_day: "2026-06-01", posts });
  assert.equal(opened.status, 201, JSON.stringify(opened.body));
  const { body: members } = await api(clerk, "GET", `/members?within=${found.code}&category=full&limit=2`);
  return { ...found, ordinal, term: opened.body.id, people: members.items };
}

test("a candidate is proposed, vetted by all departments, filed, and takes his seat", async (t) => {
  const clerk = await signIn(t, server, "clerk", { expected: [422] });
  const place = await village(clerk, 1);
  await visit(clerk, `/vetting/new?village=${place.code}&kind=supervision_committee&term=${place.ordinal}`);
  await clerk.locator("#post").selectOption("supervision_director");
  await leads(clerk, "/vetting", () => clerk.keyboard.press("Alt+s"));
  assert.match(await clerk.locator("[data-problems]").textContent(), /没有填写人员/);
  await pick(clerk, "person", place.people[0].name);
  await leads(clerk, /^\/vetting\/[0-9a-f-]{36}$/, () => clerk.keyboard.press("Alt+s"));
  const sheet = new URL(clerk.url()).pathname;
  assert.match(await clerk.locator(".content").textContent(), /只供县（区）联审和决定人员查看/, "the clerk sees how far it is, no verdict");

  // The county answers for its departments, then files.
  const supervisor = await signIn(t, server, "supervisor", { expected: [422] });
  await visit(supervisor, sheet);
  const clear = (then) => leads(supervisor, then, () => supervisor.getByRole("button", { name: /其余各项填/ }).press("Enter"));
  await clear(`${sheet}/verdicts`);
  assert.match(await supervisor.locator("[data-problems]").textContent(), /经办人/, "who answers is named");
  for (const by of await supervisor.locator('input[name^="by["]').all()) await by.fill("王主任");
  await clear(sheet);
  assert.match(await supervisor.locator(".page-head").textContent(), /已联审/);
  await leads(supervisor, `${sheet}/file`, () => supervisor.getByRole("link", { name: "备案" }).press("Enter"));
  await leads(supervisor, `${sheet}/file`, () => supervisor.keyboard.press("Alt+s"));
  assert.ok(await supervisor.locator("[data-problems]").count() > 0, "a filing has its number");
  await type(supervisor, "number", "组备〔2026〕8号");
  await leads(supervisor, sheet, () => supervisor.keyboard.press("Alt+s"));
  assert.match(await supervisor.locator(".page-head").textContent(), /已备案/);
  await visit(supervisor, `${sheet}/print`);

  // The seat closes the check.
  await visit(clerk, `/terms/${place.term}/appoint`);
  await pick(clerk, "person", place.people[0].name);
  await leads(clerk, `/committees/villages/${place.code}`, () => clerk.keyboard.press("Alt+s"));
  await visit(clerk, sheet);
  assert.match(await clerk.locator(".page-head").textContent(), /已任职/);
});

test("a vote that was entered by mistake is removed with its reason", async (t) => {
  const clerk = await signIn(t, server, "clerk", { expected: [404, 422] });
  const place = await village(clerk, 2);
  const person = await clerk.evaluate(async (name) => {
    const [first] = await (await fetch(`/committees/people?q=${encodeURIComponent(name)}`)).json();
    return first.code;
  }, place.people[1].name);
  const vote = { post: "supervision_director", held_on: "2026-06-01", places: 1, eligible: 50, present: 45, issued: 45, returned: 45, valid: 44,
    candidates: [{ person, votes_for: 40, is_elected: true }] };
  const recorded = await api(clerk, "POST", `/terms/${place.term}/election`, vote);
  assert.equal(recorded.status, 201, JSON.stringify(recorded.body));
  await visit(clerk, `/elections/${recorded.body.id}`);
  await leads(clerk, /\/correct$/, () => clerk.getByRole("link", { name: "更正" }).press("Enter"));
  await leads(clerk, /\/remove$/, () => clerk.getByRole("link", { name: /删除这次选举/ }).press("Enter"));
  await leads(clerk, /\/remove$/, () => clerk.keyboard.press("Alt+s"));
  assert.match(await clerk.locator("[data-problems]").textContent(), /删除原因没有填写/);
  await type(clerk, "reason", "误登到另一个村");
  await leads(clerk, `/committees/villages/${place.code}`, () => clerk.keyboard.press("Alt+s"));
  assert.match(await clerk.locator(".notices").textContent(), /已删除选举/);
  const gone = await api(clerk, "GET", `/elections/${recorded.body.id}`);
  assert.equal(gone.status, 404);
});

test("the county adds a post and a source, and the clerk finds them in his form", async (t) => {
  const supervisor = await signIn(t, server, "supervisor", { expected: [422] });
  await visit(supervisor, "/committees/words");
  await type(supervisor, "code", "secretary");
  await type(supervisor, "name", "第一书记");
  await supervisor.locator("#committees").selectOption("supervision_committee");
  await type(supervisor, "source", "县委组织部〔2026〕3号");
  await leads(supervisor, "/committees/words", () => supervisor.keyboard.press("Alt+s"));
  assert.match(await supervisor.locator("[data-problems]").textContent(), /代码“secretary”是各县（区）通用的职务“书记”/);
  await type(supervisor, "code", "supervision_clerk");
  await type(supervisor, "name", "监督联络员");
  await type(supervisor, "from_day", "2026-06-01");
  await leads(supervisor, "/committees/words", () => supervisor.keyboard.press("Alt+s"));
  assert.match(await supervisor.locator("tbody").first().textContent(), /监督联络员/);
  const source = { list: "committee_source", code: "teacher", name: "退休教师", from_day: "2026-01-01", source: "县委组织部〔2026〕3号" };
  assert.equal((await api(supervisor, "POST", "/county-words", source)).status, 200);
  const clerk = await signIn(t, server, "clerk");
  const place = await village(clerk, 3);
  await visit(clerk, `/terms/${place.term}/appoint`);
  assert.match(await clerk.locator("#post").textContent(), /监督联络员/);
  assert.match(await clerk.locator("#source_1").textContent(), /退休教师/);
  await pick(clerk, "person", place.people[1].name);
  await clerk.locator("#post").selectOption("supervision_clerk");
  await clerk.locator("#source_1").selectOption("teacher");
  await leads(clerk, `/committees/villages/${place.code}`, () => clerk.keyboard.press("Alt+s"));
  const part = clerk.locator("section", { has: clerk.locator("#supervision_committee") });
  assert.match(await part.locator("tbody tr", { hasText: place.people[1].name }).textContent(), /监督联络员.*退休教师/);
});
