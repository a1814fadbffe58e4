// A clerk enters members and finds them, with the keyboard alone; two people change one record and neither loses a word.
import assert from "node:assert/strict";
import test from "node:test";

import { focused, press, tabTo, tabToField } from "../support/browser.mjs";
import { api, branches, citizenId, county, leads, look, signIn, texts, value, visit } from "../support/story.mjs";

const server = await county();
const number = citizenId("19920517", 124);
const sibling = citizenId("19850301", 131);

/** Types into the field of this name, wherever the keyboard stands before. */
async function into(page, field, text) {
  await tabToField(page, field);
  await page.keyboard.type(text);
}

/** Searches from the bar at the top, as typed. */
async function find(page, text) {
  await page.locator("h1").first().waitFor();
  await page.evaluate(() => document.activeElement?.blur());
  await page.keyboard.press("/");
  await page.keyboard.type(text);
  await leads(page, /^\/members/, () => page.keyboard.press("Enter"));
  return texts(page, "#members tbody tr > :first-child");
}

test("a clerk sees his own township and nothing of the next one", async (t) => {
  const page = await signIn(t, server, "clerk", { expected: [404] });
  const other = await signIn(t, server, "clerk", { at: 1 });
  assert.notEqual(page.account.organisation, other.account.organisation);
  assert.equal(await page.locator(".brand-unit").textContent(), page.account.organisation_name);
  const figure = await page.locator(".figures").textContent();
  const { body } = await api(page, "GET", "/members?limit=1&count=true");
  assert.ok(figure.includes(String(body.total)), `${figure} has ${body.total}`);
  // Of the county's rounds only those of his branches are his to fill in.
  const { body: drafts } = await api(page, "GET", "/ratings/rounds?state=draft&limit=1&count=true");
  const task = page.locator(".tasks li", { hasText: "填报中的星级评定" });
  assert.equal(Number.parseInt(await task.textContent(), 10), drafts.total);

  await leads(page, "/members", () => page.getByRole("link", { name: "在册党员" }).press("Enter"));
  assert.ok((await page.locator(".pager").textContent()).includes(`共 ${body.total} 条`));
  const [branch] = await branches(other, 1);
  const theirs = (await api(other, "GET", "/members?limit=1")).body.items[0];
  assert.equal((await visit(page, `/members/${theirs.id}`)).status(), 404);
  assert.equal((await visit(page, `/members/${theirs.id}/edit`)).status(), 404);
  assert.equal((await visit(page, `/members?branch=${branch.code}`)).status(), 404);
  assert.equal((await api(page, "GET", `/members/${theirs.id}`)).status, 404);
  const offered = await page.evaluate(async (name) => (await fetch(`/branches?q=${encodeURIComponent(name)}`)).json(), branch.name);
  assert.ok(offered.every((candidate) => candidate.code.startsWith(page.account.organisation)), JSON.stringify(offered));
});

test("a member is entered with the keyboard alone", async (t) => {
  const page = await signIn(t, server, "clerk", { expected: [422] });
  const [branch] = await branches(page, 1);
  await visit(page, "/members");
  await leads(page, "/members/new", () => page.keyboard.press("Alt+n"));
  assert.match(await focused(page), /^姓名/);
  await page.keyboard.type("张炜");
  await press(page, "Enter");

  // A wrong digit is named while the keyboard is still there.
  const wrong = number.slice(0, 17) + (number[17] === "1" ? "2" : "1");
  await page.keyboard.type(wrong);
  assert.match(await page.locator("[data-citizen-id-live]").textContent(), /校验码不对/);
  await press(page, "Backspace");
  await page.keyboard.type(number[17]);
  assert.match(await page.locator("[data-citizen-id-live]").textContent(), /号码有效，女，1992-05-17/);
  assert.deepEqual([await value(page, "sex"), await value(page, "birth_date")], ["2", "1992-05-17"]);

  await into(page, "ethnicity", "tjz");
  await page.waitForSelector("#ethnicity-options [aria-selected=true]");
  await press(page, "Enter");
  await into(page, "education", "20");
  await press(page, "Enter");
  await into(page, "branch", branch.name);
  await page.waitForSelector("#branch-options [aria-selected=true]");
  await press(page, "Enter");
  await tabToField(page, "category");
  await press(page, "Space");
  await into(page, "joined_on", "20150701");
  await into(page, "occupation", "农牧渔民");
  await press(page, "Enter");
  assert.deepEqual(
    await Promise.all(["ethnicity", "education", "branch", "category"].map((name) => value(page, name))),
    ["15", "20", branch.code, "full"],
  );
  await into(page, "mobile", "1380000");

  // What is wrong stands beside its field, and nothing that was typed is lost.
  await leads(page, "/members", () => page.keyboard.press("Alt+s"));
  assert.match(await focused(page), /full_member_on/);
  const errors = await texts(page, ".field-error");
  assert.equal(errors.length, 2, errors.join("\n"));
  assert.match(errors.join("\n"), /正式党员.*转为正式党员日期/);
  assert.match(errors.join("\n"), /手机号码应为11位数字，现为7位/);
  assert.deepEqual(
    await Promise.all(["name", "citizen_id", "ethnicity", "branch", "joined_on", "mobile"].map((name) => value(page, name))),
    ["张炜", number, "15", branch.code, "2015-07-01", "1380000"],
  );
  await page.keyboard.type("20160701");
  await tabToField(page, "mobile");
  await page.keyboard.type("13800001234");
  await leads(page, /^\/members\/0/, () => page.keyboard.press("Control+Enter"));
  assert.match(await page.locator(".notices").textContent(), /已录入/);
  const record = await page.locator(".content").textContent();
  for (const word of ["张炜", "土家族", "大学", branch.name, "2015-07-01", "2016-07-01", "农牧渔民", "138****1234"]) {
    assert.ok(record.includes(word), word);
  }
  assert.ok(!record.includes(number), "the number is masked");
});

test("who is on record already is shown before saving, here and elsewhere", async (t) => {
  const neighbour = await signIn(t, server, "clerk", { at: 1 });
  const [branch] = await branches(neighbour, 1);
  const made = await api(neighbour, "POST", "/members", {
    name: "向阳", citizen_id: sibling, ethnicity: "01", education: "20", branch: branch.code, category: "full",
    joined_on: "2010-07-01", full_member_on: "2011-07-01", occupation: "农牧渔民", arrival: "initial",
  });
  assert.equal(made.status, 201, JSON.stringify(made.body));

  const page = await signIn(t, server, "clerk");
  await visit(page, "/members/new");
  await press(page, "Enter");
  await page.keyboard.type(number);
  const found = page.locator("[data-citizen-id-found]");
  await found.locator("a", { hasText: "张炜" }).waitFor();
  await look(page);
  for (let place = 0; place < 18; place += 1) await press(page, "Backspace");
  await page.keyboard.type(sibling);
  await found.getByText("已在其他单位建档").waitFor();
  assert.match(await found.textContent(), new RegExp(neighbour.account.organisation_name));
  assert.ok(!(await found.textContent()).includes("向阳"), "who it is stays with the other unit");
  page.once("dialog", (dialog) => dialog.accept()); // Nothing here is to be saved.
});

test("people are found by name, pinyin, initials and whole number", async (t) => {
  const page = await signIn(t, server, "clerk");
  for (const typed of ["zhangwei", "zw", "张炜"]) {
    const names = await find(page, typed);
    assert.ok(names.includes("张炜"), `${typed}: ${names.join(" ")}`);
  }
  assert.deepEqual(await find(page, number), ["张炜"]);
  assert.ok(!page.url().includes(number), "a number never stands in an address");
  assert.deepEqual(await find(page, sibling), [], "whoever belongs to another unit is not found");
});

test("two people change one record: both versions are shown and nothing is lost", async (t) => {
  const clerk = await signIn(t, server, "clerk", { expected: [412] });
  await find(clerk, number);
  await leads(clerk, /^\/members\/0/, async () => { await tabTo(clerk, "张炜"); await clerk.keyboard.press("Enter"); });
  const record = new URL(clerk.url()).pathname;
  await leads(clerk, `${record}/edit`, () => clerk.keyboard.press("Alt+e"));

  const supervisor = await signIn(t, server, "supervisor");
  await visit(supervisor, `${record}/edit`);
  await into(supervisor, "education", "大学专科毕业");
  await press(supervisor, "Enter");
  await into(supervisor, "party_post", "宣传委员");
  await leads(supervisor, record, () => supervisor.keyboard.press("Alt+s"));

  await into(clerk, "education", "硕士研究生毕业");
  await press(clerk, "Enter");
  await into(clerk, "address", "鞍山村二组7号");
  await leads(clerk, `${record}/edit`, () => clerk.keyboard.press("Alt+s"));
  const shown = await texts(clerk, ".stale tbody tr");
  const line = (label) => shown.find((text) => text.startsWith(label)) ?? assert.fail(`${label} in ${shown.join("\n")}`);
  assert.match(line("学历"), /大学专科毕业 硕士研究生毕业/);
  assert.match(line("党内职务"), /宣传委员/);
  assert.equal(await value(clerk, "address"), "鞍山村二组7号");
  assert.equal(await value(clerk, "party_post"), "宣传委员", "what only the other person changed is taken over");
  assert.equal(await clerk.locator("#education").inputValue(), "硕士研究生毕业");

  await tabTo(clerk, "采用对方的学历");
  await press(clerk, "Enter");
  assert.equal(await clerk.locator("#education").inputValue(), "大学专科毕业");
  await leads(clerk, record, () => clerk.keyboard.press("Alt+s"));
  const after = await clerk.locator(".content").textContent();
  for (const word of ["大学专科毕业", "宣传委员", "鞍山村二组7号"]) assert.ok(after.includes(word), word);
});
