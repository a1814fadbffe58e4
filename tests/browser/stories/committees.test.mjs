// A clerk says who leads a village: the committee, its term, who sits, how he was elected, and that he left.
import assert from "node:assert/strict";
import test from "node:test";

import { press, tabToField } from "../support/browser.mjs";
import { api, county, leads, signIn, visit } from "../support/story.mjs";

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

test("a committee is opened, elected, filled, and left again, without a mouse", async (t) => {
  const clerk = await signIn(t, server, "clerk", { expected: [422] });
  const { body: villages } = await api(clerk, "GET", `/organisations?within=${clerk.account.organisation}&kind=village&limit=1`);
  const [village] = villages.items;
  const { body: members } = await api(clerk, "GET", `/members?within=${village.code}&category=full&limit=2`);
  const [first, second] = members.items;
  const page = `/committees/villages/${village.code}`;
  await visit(clerk, "/committees");

  // Where the village has a Party committee already, it goes on from there.
  const { body: known } = await api(clerk, "GET", `/committees?within=${village.code}&kind=village_party`);
  if (known.items.length === 0) {
    await visit(clerk, "/committees/new");
    await pick(clerk, "village", village.name);
    await tabToField(clerk, "kind");
    await press(clerk, "ArrowDown");
    await leads(clerk, /\/open$/, () => clerk.keyboard.press("Alt+s"));
  } else {
    await visit(clerk, `/committees/${known.items[0].id}/open`);
  }
  await type(clerk, "places_committee_member", "2");
  await leads(clerk, page, () => clerk.keyboard.press("Alt+s"));
  assert.match(await clerk.locator(".notices").textContent(), /已登记新一届/);
  assert.match(await clerk.locator("section", { has: clerk.locator("#village_party") }).textContent(), /职务空缺/);

  // The vote: sums are kept while typing, what does not add up comes back with its arithmetic.
  const term = clerk.locator("section", { has: clerk.locator("#village_party") });
  await leads(clerk, /\/vote$/, () => term.getByRole("link", { name: "登记选举" }).press("Enter"));
  const numbers = { places: "1", eligible: "50", present: "45", issued: "45", returned: "45", valid: "44" };
  for (const [field, number] of Object.entries(numbers)) await type(clerk, field, number);
  await pick(clerk, "candidates[0].person", first.name);
  await type(clerk, "candidates[0].votes_for", "45");
  const sum = clerk.locator("[data-votes-sum]");
  assert.match(await sum.textContent(), /票数合计45，大于有效票44/);
  await tabToField(clerk, "candidates[0].is_elected");
  await press(clerk, "ArrowDown");
  await leads(clerk, /\/vote$/, () => clerk.keyboard.press("Alt+s"));
  assert.match(await clerk.locator("[data-problems]").textContent(), /票数合计45（赞成45），大于有效票44/);
  await type(clerk, "candidates[0].votes_for", "44");
  assert.match(await sum.textContent(), /赞成票合计44，有效票44，当选1人/);
  await leads(clerk, /^\/elections\//, () => clerk.keyboard.press("Alt+s"));
  assert.match(await clerk.locator("tbody tr").first().textContent(), new RegExp(`${first.name}44.*满票当选`));

  // The seat; a second secretary is refused, and leaving frees the post.
  await visit(clerk, page);
  await leads(clerk, /\/appoint$/, () => term.getByRole("link", { name: "登记任职" }).press("Enter"));
  const form = new URL(clerk.url()).pathname;
  await pick(clerk, "person", first.name);
  await leads(clerk, page, () => clerk.keyboard.press("Alt+s"));
  assert.match(await term.locator("tbody tr").first().textContent(), new RegExp(`${first.name}书记`));
  await visit(clerk, form);
  await pick(clerk, "person", second.name);
  await leads(clerk, form, () => clerk.keyboard.press("Alt+s"));
  assert.match(await clerk.locator("[data-problems]").textContent(), /同一时间只能有一名书记/);
  await visit(clerk, page);
  await leads(clerk, /\/end$/, () => term.getByRole("link", { name: "离职" }).first().press("Enter"));
  await tabToField(clerk, "reason");
  await press(clerk, "ArrowDown");
  await type(clerk, "explanation", "另有任用");
  await leads(clerk, /\/end$/, () => clerk.keyboard.press("Alt+s"));
  assert.match(await clerk.locator("[data-problems]").textContent(), /不晚于任职日期/, "nobody leaves on the day he came");

  // His record tells it too, and so does the desk.
  await visit(clerk, `/members/${first.id}`);
  assert.match(await clerk.locator(".content").textContent(), /村社任职/);
  await visit(clerk, "/");
  assert.match(await clerk.locator(".tasks").textContent(), /班子职务空缺/);
});

test("what is unusual is explained, what was entered wrong is put right, and relatives are named", async (t) => {
  const clerk = await signIn(t, server, "clerk", { expected: [422] });
  const { body: villages } = await api(clerk, "GET", `/organisations?within=${clerk.account.organisation}&kind=village&limit=2`);
  const village = villages.items.at(-1);
  const { body: members } = await api(clerk, "GET", `/members?within=${village.code}&category=full&limit=2`);
  const people = members.items;
  const { body: known } = await api(clerk, "GET", `/committees?within=${village.code}&kind=supervision_committee`);
  let committee = known.items[0];
  if (!committee) ({ body: committee } = await api(clerk, "POST", "/committees", { village: village.code, kind: "supervision_committee" }));
  await visit(clerk, `/committees/${committee.id}/open`);
  await type(clerk, "places_supervision_director", "1");
  await type(clerk, "places_supervision_member", "2");
  const page = `/committees/villages/${village.code}`;
  await leads(clerk, page, () => clerk.keyboard.press("Alt+s"));
  const part = clerk.locator("section", { has: clerk.locator("#supervision_committee") });

  // A term that was entered wrong is corrected; what is missing then is told, and explained.
  await leads(clerk, /\/correct$/, () => part.getByRole("link", { name: "更正届次" }).press("Enter"));
  await type(clerk, "places_supervision_member", "3");
  await leads(clerk, page, () => clerk.keyboard.press("Alt+s"));
  const vacancy = part.locator(".notice", { hasText: "职务空缺" });
  assert.match(await vacancy.textContent(), /监督委员会委员空缺3名/);
  await leads(clerk, /\/explain\/vacancy$/, () => vacancy.getByRole("link").press("Enter"));
  await leads(clerk, /\/explain\/vacancy$/, () => clerk.keyboard.press("Alt+s"));
  assert.match(await clerk.locator("[data-problems]").textContent(), /说明没有填写/);
  await tabToField(clerk, "reason");
  await clerk.keyboard.type("等待村民代表会议推选");
  await leads(clerk, page, () => clerk.keyboard.press("Alt+s"));
  assert.match(await vacancy.textContent(), /说明：等待村民代表会议推选（/);

  // A seat: corrected while somebody else changed it too, then removed since it was the wrong person's.
  await leads(clerk, /\/appoint$/, () => part.getByRole("link", { name: "登记任职" }).press("Enter"));
  await pick(clerk, "person", people[0].name);
  await leads(clerk, page, () => clerk.keyboard.press("Alt+s"));
  const row = part.locator("tbody tr", { hasText: people[0].name });
  await leads(clerk, /\/seats\/.*\/correct$/, () => row.getByRole("link", { name: "更正" }).press("Enter"));
  const seat = new URL(clerk.url()).pathname.split("/")[2];
  const changed = await clerk.evaluate(async (id) => {
    const token = document.querySelector('meta[name="csrf-token"]').content;
    const headers = { "Content-Type": "application/json", "X-CSRF-Token": token, "If-Match": '"1"' };
    return (await fetch(`/api/v1/seats/${id}`, { method: "PATCH", headers, body: '{"note":"乡镇补录"}' })).status;
  }, seat);
  assert.equal(changed, 200);
  await type(clerk, "note", "村里补录");
  await leads(clerk, /\/correct$/, () => clerk.keyboard.press("Alt+s"));
  assert.match(await clerk.locator("[data-problems]").textContent(), /刚刚由.*改过，现在登记的是：/);
  assert.equal(await clerk.locator("#note").inputValue(), "村里补录", "what was typed stays");
  await leads(clerk, page, () => clerk.keyboard.press("Alt+s"));
  await leads(clerk, /\/correct$/, () => row.getByRole("link", { name: "更正" }).press("Enter"));
  await leads(clerk, /\/remove$/, () => clerk.getByRole("link", { name: /删除这条任职/ }).press("Enter"));
  await clerk.keyboard.type("误登为同名的另一人");
  await leads(clerk, page, () => clerk.keyboard.press("Alt+s"));
  assert.equal(await row.count(), 0);

  // Two relatives, shown from the village once one of them sits.
  await leads(clerk, /\/appoint$/, () => part.getByRole("link", { name: "登记任职" }).press("Enter"));
  await pick(clerk, "person", people[0].name);
  await leads(clerk, page, () => clerk.keyboard.press("Alt+s"));
  await leads(clerk, /\/kinships\/new\//, () => clerk.getByRole("link", { name: "登记近亲属" }).press("Enter"));
  await pick(clerk, "person", people[0].name);
  await tabToField(clerk, "kinship");
  await press(clerk, "ArrowDown");
  await pick(clerk, "relative", people[1].name);
  await leads(clerk, page, () => clerk.keyboard.press("Alt+s"));
  const kin = clerk.locator("section", { has: clerk.locator("#kin-title") });
  assert.match(await kin.textContent(), new RegExp(people[1].name));
  await leads(clerk, /\/remove\//, () => kin.getByRole("link", { name: "删除" }).first().press("Enter"));
  await leads(clerk, page, () => clerk.keyboard.press("Alt+s"));
  assert.match(await clerk.locator(".notices").textContent(), /已删除近亲属/);
});
