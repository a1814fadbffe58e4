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
  await type(clerk, "reason", "工作调动");
  await leads(clerk, /\/end$/, () => clerk.keyboard.press("Alt+s"));
  assert.match(await clerk.locator("[data-problems]").textContent(), /不晚于任职日期/, "nobody leaves on the day he came");

  // His record tells it too, and so does the desk.
  await visit(clerk, `/members/${first.id}`);
  assert.match(await clerk.locator(".content").textContent(), /村社任职/);
  await visit(clerk, "/");
  assert.match(await clerk.locator(".tasks").textContent(), /班子职务空缺/);
});
