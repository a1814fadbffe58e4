// A town goes through what is open in its quarter, mends a record out of the queue of repairs, and signs the quarter off;
// the county sees who has signed, and what was changed since.
import assert from "node:assert/strict";
import test from "node:test";

import { api, branches, citizenId, county, leads, signIn, texts, visit } from "../support/story.mjs";

const server = await county();
const today = new Date();
const last = new Date(today.getFullYear(), today.getMonth() - 3, 1);
const quarter = `${last.getFullYear()}Q${Math.floor(last.getMonth() / 3) + 1}`;
const RULE = "members.probation_overdue";
const finding = (page) => page.locator("tr", { hasText: "预备期超过最长期限" });

test("a clerk goes through the queue of a rule and mends a record", async (t) => {
  const page = await signIn(t, server, "clerk");
  const [branch] = await branches(page, 1);
  for (const [name, number] of [["谭春梅", 21], ["向春梅", 23]]) {
    const made = await api(page, "POST", "/members", {
      name, citizen_id: citizenId("19920517", number), ethnicity: "01", education: "20", branch: branch.code,
      category: "probationary", joined_on: "2022-07-01", occupation: "农牧渔民", arrival: "initial",
    });
    assert.equal(made.status, 201, JSON.stringify(made.body));
  }
  await visit(page, `/cockpit?quarter=${quarter}`);
  const counted = async () => Number(await finding(page).locator(".number").textContent());
  const before = await counted();
  assert.ok(before >= 2, `${before} findings`);

  // The keyboard is enough: into the queue, to the record's form, saved, on to the next.
  await leads(page, /^\/members\/0/, () => finding(page).getByRole("link", { name: /逐条处理/ }).press("Enter"));
  const bar = page.locator(".queue-bar");
  assert.match(await bar.textContent(), new RegExp(`预备期超过最长期限.*第1条，共${before}条.*加入党组织`));
  let steps = 1;
  while (!(await page.locator("h1").textContent()).includes("春梅")) {
    await leads(page, /^\/members\/0/, () => page.keyboard.press("Alt+j"));
    steps += 1;
    assert.ok(steps <= before, "the new members stand in the queue");
  }
  const record = new URL(page.url()).pathname;
  await visit(page, `${record}/confirm`);
  assert.ok(await bar.count(), "the queue stays above the form");
  await page.locator("#on").fill("2023-07-01");
  await leads(page, record, () => page.keyboard.press("Alt+s"));
  await leads(page, /^\/(members\/0|cockpit)/, () => page.keyboard.press("Alt+j"));
  assert.notEqual(new URL(page.url()).pathname, record);
  if (await bar.count()) {
    assert.match(await bar.textContent(), new RegExp(`共${before - 1}条`));
    await leads(page, /^\/cockpit/, () => page.getByRole("link", { name: "结束" }).press("Enter"));
  } else {
    await visit(page, `/cockpit?quarter=${quarter}`);
  }
  assert.equal(await page.locator(".queue-bar").count(), 0);
  assert.equal(await counted(), before - 1);
  assert.match(await page.locator(".content").textContent(), /签字上报由本单位的审核员办理/);
});

test("the town signs, the county sees it and what changed since", async (t) => {
  const town = await signIn(t, server, "supervisor", { at: 2, expected: [422] });
  const task = town.locator(".tasks li", { hasText: "签字上报" });
  await leads(town, /^\/cockpit/, () => task.getByRole("link").press("Enter"));
  const sign = town.getByRole("button", { name: "签字上报" });
  await town.locator("#note").evaluate((note) => note.removeAttribute("required"));
  await leads(town, /^\/cockpit/, () => sign.press("Enter"));
  assert.match(await town.locator("#note-error").textContent(), /还有\d+项未处理/);
  await town.locator("#note").fill("一人待支部大会讨论转正");
  await leads(town, /^\/cockpit/, () => town.keyboard.press("Alt+s"));
  assert.match(await town.locator(".notices").textContent(), /已签字上报/);
  assert.match(await town.locator(".facts").first().textContent(), /已签字.*一人待支部大会讨论转正/s);

  const supervisor = await signIn(t, server, "supervisor");
  await visit(supervisor, `/cockpit?quarter=${quarter}`);
  const line = supervisor.locator("section", { hasText: "下级组织" }).locator("tbody tr", { hasText: town.account.organisation_name });
  assert.match(await line.first().textContent(), /已签字/);
  const [first] = await texts(supervisor, "section[aria-labelledby=units-title] tbody tr");
  assert.match(first, /逾期未签字/, "who is late comes first");
  await visit(supervisor, `/quarters/${quarter}/close`);
  assert.match((await texts(supervisor, ".tasks li")).join("\n"), /签字.*个未签字/s);

  // A record that is changed afterwards is told.
  const clerk = await signIn(t, server, "clerk");
  const { body } = await api(clerk, "GET", `/figures/quality.findings.${RULE}/rows?quarter=${quarter}`);
  const member = body.items.find((item) => item.name === "谭春梅" || item.name === "向春梅");
  const done = await api(clerk, "POST", `/members/${member.id}/confirm`, { full_member_on: "2023-07-01" });
  assert.ok(done.status < 300, JSON.stringify(done.body));
  await visit(supervisor, `/cockpit?quarter=${quarter}`);
  assert.match(await line.first().textContent(), /签字后有变动1条/);

  // The score says where most is to be mended.
  await leads(supervisor, /^\/quality/, () => supervisor.getByRole("link", { name: "数据质量得分" }).press("Enter"));
  const score = Number(await supervisor.locator(".page-figure strong").textContent());
  const { body: told } = await api(supervisor, "GET", `/quality?quarter=${quarter}`);
  assert.equal(score, told.score);
  assert.equal(told.by_organisation.length, (await texts(supervisor, "section[aria-labelledby=units-title] tbody tr")).length);
});
