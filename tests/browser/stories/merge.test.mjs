// A clerk finds two records of one person, tells another pair apart, and makes the two one; a supervisor makes them two again.
import assert from "node:assert/strict";
import test from "node:test";

import { press, tabToField } from "../support/browser.mjs";
import { api, branches, citizenId, county, leads, signIn, visit } from "../support/story.mjs";

const server = await county();

/** Enters a member through the API; all of them were born on one day. */
async function enter(clerk, branch, name, number, more = {}) {
  const member = {
    name, citizen_id: citizenId("19810203", number), ethnicity: "01", education: "61", branch, category: "full",
    joined_on: "2010-07-01", full_member_on: "2011-07-01", occupation: "1", arrival: "initial", ...more,
  };
  const { status, body } = await api(clerk, "POST", "/members", member);
  assert.equal(status, 201, JSON.stringify(body));
  return body;
}

test("a clerk tells two apart and merges two, and a supervisor takes the merge back", async (t) => {
  const clerk = await signIn(t, server, "clerk", { expected: [422] });
  const [first, second] = await branches(clerk);
  await enter(clerk, first.code, "冉光辉", 11, { address: "红岩村一组" });
  await enter(clerk, second.code, "冉光辉", 13, { joined_on: "2012-07-01", full_member_on: "2013-07-01" });
  await enter(clerk, first.code, "覃世珍", 12);
  await enter(clerk, second.code, "秦世贞", 14);

  // The desk counts what waits for some minutes; the list is always the present one.
  await visit(clerk, "/people/duplicates");
  const row = (name) => clerk.locator("tbody tr", { hasText: name });
  assert.match(await row("冉光辉").textContent(), /姓名相同.*出生日期相同/s);
  assert.match(await row("覃世珍").textContent(), /姓名读音相近/);

  // 覃 and 秦 are two people: settled, taken back, settled again.
  await row("覃世珍").getByRole("button", { name: "不是同一人" }).focus();
  await leads(clerk, "/people/duplicates", () => clerk.keyboard.press("Enter"));
  assert.equal(await row("覃世珍").count(), 0);
  await visit(clerk, "/people/distinct");
  assert.match(await row("覃世珍").textContent(), /撤回认定/);

  // Side by side; the number and the two memberships have to be chosen, the keyboard is enough.
  await visit(clerk, "/people/duplicates");
  await row("冉光辉").getByRole("link", { name: "比对合并" }).focus();
  await leads(clerk, /^\/people\/merge\?/, () => clerk.keyboard.press("Enter"));
  await clerk.getByRole("button", { name: /合并为一份/ }).focus();
  await leads(clerk, "/people/merge", () => clerk.keyboard.press("Enter"));
  const problems = await clerk.locator("[data-problems]").textContent();
  assert.match(problems, /未能合并/);
  assert.match(problems, /同一时期各有一份党员档案.*2010-07-01.*2012-07-01.*请选择保留哪一份/s);
  await clerk.locator('[name="field-citizen_id"]').first().focus();
  await press(clerk, " ");
  await clerk.locator('[name="keep-0"]').first().focus();
  await press(clerk, "ArrowDown");
  assert.equal(await clerk.locator('[name="keep-0"]').nth(1).isChecked(), true);
  await clerk.getByRole("button", { name: /合并为一份/ }).focus();
  await leads(clerk, /^\/people\/merges\/[0-9a-f-]{36}$/, () => clerk.keyboard.press("Enter"));
  const record = new URL(clerk.url()).pathname;
  assert.match(await clerk.locator(".content").textContent(), /党员档案.*移出并留底/s);
  assert.equal(await clerk.locator("summary", { hasText: "撤销这次合并" }).count(), 0, "a clerk does not take it back");
  const { body: found } = await api(clerk, "GET", `/members?q=${encodeURIComponent("冉光辉")}`);
  assert.deepEqual(found.items.map((member) => member.joined_on), ["2012-07-01"]);

  // A supervisor finds that they were two after all.
  const supervisor = await signIn(t, server, "supervisor");
  await visit(supervisor, record);
  await supervisor.locator("summary", { hasText: "撤销这次合并" }).focus();
  await press(supervisor, "Enter");
  await tabToField(supervisor, "undo-reason");
  await supervisor.keyboard.type("身份证和入党志愿书都不同");
  await press(supervisor, "Tab");
  await leads(supervisor, record, () => supervisor.keyboard.press("Enter"));
  assert.match(await supervisor.locator(".content").textContent(), /已撤销.*两份档案恢复原状|两份档案恢复原状.*已撤销/s);
  const { body: again } = await api(clerk, "GET", `/members?q=${encodeURIComponent("冉光辉")}`);
  assert.equal(again.items.length, 2);
});
