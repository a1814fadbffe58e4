// The form for a member with the keyboard alone: citizen ID, codes, dates, saving; what was refused; what was stale.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import test from "node:test";

import { checkDigit } from "../../../assets/js/citizen-id.js";
import { focused, open, press, visit } from "../support/browser.mjs";
import { samples } from "../support/samples.mjs";

const server = await samples();
const body = "50023719920517124";
const number = body + checkDigit(body);
server.answer["POST /members/duplicates"] = async () => ({ body: await readFile(`${server.pages}/members_duplicates.html`, "utf8") });
server.answer["GET /codes/occupation"] = { type: "application/json", body: '[{"code":"A1","name":"农牧渔民"},{"code":"A2","name":"工人"}]' };
server.answer["POST /members"] = { body: "saved" };

const value = (page, name) => page.evaluate((field) => {
  const form = document.querySelector("form[data-flow]");
  return new FormData(form).get(field);
}, name);

test("a member is entered without a mouse", async (t) => {
  const page = await open(t);
  await visit(page, `${server.address}/members_form`);
  await page.keyboard.type("谭春梅");
  await press(page, "Enter");
  assert.match(await focused(page), /citizen_id/);

  await page.keyboard.type(number);
  await page.waitForSelector("[data-citizen-id-found] .notice");
  assert.match(await page.locator("[data-citizen-id-live]").textContent(), /号码有效，女，1992-05-17/);
  assert.equal(await value(page, "sex"), "2");
  assert.equal(await value(page, "birth_date"), "1992-05-17");
  const asked = server.posts.find((post) => post.path === "/members/duplicates");
  assert.equal(asked.fields.get("citizen_id"), number);
  assert.equal(asked.fields.get("csrf_token"), "token");

  await press(page, "Enter", "Enter", "Enter");
  await page.keyboard.type("tjz");
  await page.waitForSelector("#ethnicity-options [aria-selected=true]");
  await press(page, "Enter");
  assert.equal(await value(page, "ethnicity"), "15");
  assert.match(await focused(page), /学历/);
  await page.keyboard.type("20");
  await press(page, "Enter", "Enter", "Enter");
  assert.match(await focused(page), /所在党支部/);
  await page.keyboard.type("沙坪村");
  await press(page, "ArrowDown", "Enter");
  assert.equal(await value(page, "branch"), "500237101201-ZB02");
  await press(page, "ArrowRight", "Enter", "Enter");
  assert.equal(await value(page, "category"), "probationary");
  await page.keyboard.type("20251220");
  await press(page, "Enter", "Enter", "Enter");
  assert.equal(await value(page, "joined_on"), "2025-12-20");
  await page.keyboard.type("nong");
  await page.waitForSelector("#occupation-options [aria-selected=true]");
  await press(page, "Enter");
  assert.equal(await value(page, "occupation"), "A1");

  await Promise.all([page.waitForURL("**/members"), page.keyboard.press("Alt+s")]);
  const saved = server.posts.filter((post) => post.path === "/members").at(-1).fields;
  assert.equal(saved.get("name"), "谭春梅");
  assert.equal(saved.get("education"), "20");
  assert.equal(saved.get("csrf_token"), "renewed", "a session renewed elsewhere is taken over");
});

test("fifteen digits fill in sex and birth date when the field is left, and duplicates are asked for by eighteen", async (t) => {
  const page = await open(t);
  await visit(page, `${server.address}/members_form`);
  const before = server.posts.filter((post) => post.path === "/members/duplicates").length;
  await page.locator("#citizen_id").focus();
  await page.keyboard.type(`${body.slice(0, 6)}${body.slice(8)}`);
  assert.match(await page.locator("[data-citizen-id-live]").textContent(), /15位旧号码/);
  assert.equal(await value(page, "birth_date"), "", "fifteen digits may still become eighteen");
  await press(page, "Tab");
  await page.waitForSelector("[data-citizen-id-found] .notice");
  assert.equal(await value(page, "sex"), "2");
  assert.equal(await value(page, "birth_date"), "1992-05-17");
  const asked = server.posts.filter((post) => post.path === "/members/duplicates").slice(before);
  assert.deepEqual(asked.map((post) => post.fields.get("citizen_id")), [number]);
});

test("what is no code is sent as typed, so that the server can name it", async (t) => {
  const page = await open(t);
  await visit(page, `${server.address}/members_form`);
  await page.locator("#education").focus();
  await page.keyboard.type("硕博连读");
  await press(page, "Tab");
  assert.equal(await value(page, "education"), "硕博连读");
  assert.equal(await page.locator("#education").inputValue(), "硕博连读");
});

test("a code that came with the page has its name, and stays until something else is typed", async (t) => {
  const page = await open(t);
  server.answer["GET /branches"] = { type: "application/json", body: '[{"code":"500237101201-ZB01","name":"沙坪村第一党支部"}]' };
  const given = await (await fetch(`${server.address}/members_list`)).text();
  server.answer["GET /given"] = { body: given.replace('data-code=""', 'data-code="500237101201-ZB01"').replace(/(id="filter-branch" name="branch" value=")"/, '$1500237101201-ZB01"') };
  await visit(page, `${server.address}/given`);
  const input = page.locator("#filter-branch");
  await page.waitForFunction(() => document.getElementById("filter-branch").value === "沙坪村第一党支部");
  const code = () => page.evaluate(() => document.querySelector("form.filter [name=branch]").value);
  assert.equal(await code(), "500237101201-ZB01");
  await input.focus();
  await press(page, "Tab");
  assert.equal(await code(), "500237101201-ZB01");
  await input.fill("");
  assert.equal(await code(), "", "an emptied picker sends nothing");
});

test("who types faster than the server answers gets what was typed, never what was found for fewer letters", async (t) => {
  const page = await open(t);
  let release = () => {};
  const held = new Promise((resolve) => { release = resolve; });
  await page.route("**/branches?*", async (route) => {
    const asked = new URL(route.request().url()).searchParams.get("q");
    if (asked === "沙坪村") await held;
    const all = [{ code: "B1", name: "沙湾村党支部" }, { code: "B2", name: "沙坪村党支部" }];
    await route.fulfill({ json: all.filter((branch) => branch.name.startsWith(asked)) });
  });
  const given = await (await fetch(`${server.address}/members_list`)).text();
  server.answer["GET /given"] = { body: given };
  server.answer["POST /members/search"] = { body: given }; // The list follows the filter.
  await visit(page, `${server.address}/given`);
  const input = page.locator("#filter-branch");
  await input.focus();
  await page.keyboard.type("沙");
  await page.waitForSelector("#filter-branch-options [aria-selected=true]");
  await page.keyboard.type("坪村");
  await press(page, "Tab");
  const code = () => page.evaluate(() => document.querySelector("form.filter [name=branch]").value);
  assert.equal(await code(), "沙坪村", "not the branch that was found for one letter");
  release();
  await page.waitForFunction(() => document.querySelector("form.filter [name=branch]").value === "B2");
  assert.equal(await input.inputValue(), "沙坪村党支部");
});

test("a picker tells readers of the screen what it does", async (t) => {
  const page = await open(t);
  await visit(page, `${server.address}/members_form`);
  const input = page.getByRole("combobox", { name: "民族" });
  await input.focus();
  await press(page, "ArrowDown");
  assert.equal(await input.getAttribute("aria-expanded"), "true");
  await press(page, "ArrowDown");
  const active = await input.getAttribute("aria-activedescendant");
  assert.equal(await page.locator(`#${active}`).getAttribute("aria-selected"), "true");
  await press(page, "Escape");
  assert.equal(await input.getAttribute("aria-expanded"), "false");
});

test("a refused form has the keyboard on its first error and keeps what was typed", async (t) => {
  const page = await open(t);
  await visit(page, `${server.address}/members_refused`);
  assert.match(await focused(page), /citizen_id/);
  assert.equal(await page.locator("#citizen_id").inputValue(), "500237199205171231");
  assert.equal(await value(page, "ethnicity"), "15");
  assert.equal(await page.locator("#ethnicity").inputValue(), "土家族");
  assert.equal(await value(page, "education"), "大学");
  await page.getByRole("link", { name: "加入党组织日期" }).click();
  assert.match(await focused(page), /joined_on/);
});

test("nothing typed is lost to a lost network or an ended session", async (t) => {
  const page = await open(t);
  await visit(page, `${server.address}/members_form`);
  await page.keyboard.type("向杰");
  const alive = server.answer["GET /session/alive"];
  t.after(() => { server.answer["GET /session/alive"] = alive; });
  server.answer["GET /session/alive"] = (_, response) => response.writeHead(303, { Location: "/sign_in" }).end() && null; // Strangers are led to the door.
  const before = server.posts.length;
  await page.keyboard.press("Control+Enter");
  await page.getByText("登录已过期").waitFor();
  assert.equal(server.posts.length, before);
  assert.equal(await page.locator("#name").inputValue(), "向杰");

  await page.context().setOffline(true);
  await page.keyboard.press("Control+Enter");
  await page.getByText("网络不通").waitFor();
  assert.equal(await page.locator("#name").inputValue(), "向杰");
  page.problems.length = 0; // The lost network is the point.
  await page.context().setOffline(false);
  server.answer["GET /session/alive"] = alive;
  await Promise.all([page.waitForURL("**/members"), page.keyboard.press("Control+Enter")]);
  assert.equal(server.posts.at(-1).fields.get("name"), "向杰");
});

test("leaving with unsaved changes is asked about, and storage stays empty", async (t) => {
  const page = await open(t);
  await visit(page, `${server.address}/members_form`);
  await page.keyboard.type("向杰");
  const question = page.waitForEvent("dialog");
  const leaving = page.goto(`${server.address}/members_list`).catch(() => {});
  const dialog = await question;
  assert.equal(dialog.type(), "beforeunload");
  await dialog.accept();
  await leaving;
  await page.waitForURL("**/members_list");
  assert.deepEqual(await page.evaluate(() => [localStorage.length, sessionStorage.length]), [0, 0]);
});

test("of two versions the other person's value can be taken and given back", async (t) => {
  const page = await open(t);
  await visit(page, `${server.address}/members_stale`);
  assert.equal(await value(page, "education"), "20");
  const take = page.locator("[data-take=education]");
  await take.click();
  assert.equal(await value(page, "education"), "30");
  assert.equal(await page.locator("#education").inputValue(), "大学专科");
  assert.equal(await take.getAttribute("aria-pressed"), "true");
  await take.click();
  assert.equal(await value(page, "education"), "20");
});

test("Enter in the last field signs in", async (t) => {
  const page = await open(t);
  server.answer["POST /sign-in"] = { body: "signed in" };
  server.answer["GET /door"] = { body: (await (await fetch(`${server.address}/sign_in`)).text()).replace(/autofocus/, "") };
  await visit(page, `${server.address}/door`);
  await page.locator("#username").fill("guandu");
  await page.locator("#password").fill("three quiet old rivers");
  await page.locator("#password").focus();
  await Promise.all([page.waitForURL("**/sign-in"), press(page, "Enter")]);
  assert.equal(server.posts.at(-1).fields.get("username"), "guandu");
});
