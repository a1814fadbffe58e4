// A county under the settings of production: one-time codes, proofs, sessions, two officers; with the keyboard alone.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import test from "node:test";

import { press, tabToField } from "../support/browser.mjs";
import { oneTimeCode } from "../support/one-time-code.mjs";
import { api, county, leads, look, signIn, texts, visit } from "../support/story.mjs";

process.env.CADRE_DEMO = "--county wufeng --strict";
const server = await county();

test("a wrong code opens nothing, a right one does, and the session stands in one's own list", async (t) => {
  const page = await signIn(t, server, "auditor");
  await leads(page, "/account", () => page.getByRole("link", { name: "本人账号" }).press("Enter"));
  assert.match((await texts(page, ".facts")).join(" "), /动态验证码已绑定/);
  await leads(page, "/account/sessions", () => page.getByRole("link", { name: "查看和退出" }).press("Enter"));
  const rows = await texts(page, "tbody tr");
  assert.equal(rows.length, 1);
  assert.match(rows[0], /Chrome.*刚刚.*127\.0\.0\.1.*本次登录/);
  await visit(page, "/account/second-factor");
  assert.match(await page.locator(".content").textContent(), /已于 .* 绑定/);
});

test("a new clerk changes the password, enrols, and is let in", async (t) => {
  const administrator = await signIn(t, server, "administrator");
  const own = administrator.account.organisation;
  await visit(administrator, "/accounts/new");
  for (const [field, text] of [["username", "xiaoli"], ["display_name", "小李"], ["password", "three quiet old rivers"]]) {
    await tabToField(administrator, field);
    await administrator.keyboard.type(text);
  }
  await administrator.locator("#role").selectOption("clerk");
  await leads(administrator, "/accounts", () => administrator.keyboard.press("Alt+s"));

  const officer = await signIn(t, server, "security");
  const listed = await api(officer, "GET", "/accounts?limit=200");
  const found = listed.body.items.find((account) => account.username === "xiaoli");
  await visit(officer, `/accounts/${found.id}`);
  await leads(officer, "/accounts", () => officer.keyboard.press("Alt+s"));

  const page = await signIn(t, { ...server, account: () => ({ username: "xiaoli", password: "three quiet old rivers", organisation: own }) }, "clerk", { lands: "/account" });
  assert.match(await page.locator(".notice").first().textContent(), /请先修改密码/);
  for (const [field, text] of [["old_password", "three quiet old rivers"], ["password", "another green valley road"], ["again", "another green valley road"]]) {
    await tabToField(page, field);
    await page.keyboard.type(text);
  }
  await leads(page, "/sign-in", () => page.keyboard.press("Alt+s"));
  await page.keyboard.type("xiaoli");
  await press(page, "Tab");
  await page.keyboard.type("another green valley road");
  await leads(page, "/account/second-factor", () => page.keyboard.press("Enter"));
  await leads(page, "/account/second-factor", () => page.keyboard.press("Alt+s"));
  const size = await page.locator("svg.qr").evaluate((code) => code.getBoundingClientRect().width);
  assert.ok(size >= 200, `${size} pixels are read by a camera`);
  const secret = (await page.locator(".secret").textContent()).replaceAll(" ", "");
  await tabToField(page, "otp");
  await page.keyboard.type(oneTimeCode(secret));
  await leads(page, "/", () => page.keyboard.press("Alt+s"));
  assert.equal((await visit(page, "/members")).status(), 200);
});

test("a supervisor's role takes two officers", async (t) => {
  const one = await signIn(t, server, "security", { at: 1 });
  const listed = await api(one, "GET", "/accounts?limit=200");
  const clerk = listed.body.items.find((account) => account.role === "clerk");
  await visit(one, `/accounts/${clerk.id}`);
  await one.locator("#role").selectOption("supervisor");
  await leads(one, "/accounts", () => one.keyboard.press("Alt+s"));
  assert.match(await one.locator(".notices").textContent(), /另一名安全管理员/);
  await visit(one, "/approvals");
  assert.match((await texts(one, "tbody tr"))[0], new RegExp(`${clerk.username}.*审核员.*待批准`));
  await look(one);
});

test("what weighs most asks for a proof that is not too old, in the dialog and on the way of a form", async (t) => {
  const page = await signIn(t, server, "supervisor", { expected: [403, 422, 428] });
  const { out } = await server.run("database-url", "--owner");
  const old = () => execFileSync("psql", [out.trim(), "-qc", "UPDATE sessions SET proved_at = now() - interval '6 minutes'"]);
  const { body } = await api(page, "GET", "/members?limit=1");
  await visit(page, `/members/${body.items[0].id}`);
  old();
  await page.locator("[data-reveal]").first().click();
  await page.locator("#reveal-purpose").fill("核对身份证件");
  await page.keyboard.press("Enter");
  await page.waitForSelector("#reveal-proof:visible");
  await page.keyboard.type("12345");
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.querySelector("[data-reveal-error]").textContent.includes("验证码不对"));
  // The step of now was spent at sign-in; the next one is taken early.
  await page.keyboard.type(oneTimeCode(page.account.otp_secret, Date.now() + 30_000));
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => /420529\d{11}[\dX]/.test(document.querySelector(".content").textContent));

  await visit(page, "/exports/new?kind=members");
  old();
  await page.locator("#reason").fill("上报统计");
  await page.locator("input[name=unmasked][value=true]").check();
  await leads(page, "/exports", () => page.keyboard.press("Alt+s"));
  assert.match(await page.locator("h1").textContent(), /再次确认身份/);
  const kept = await page.evaluate(() => Object.fromEntries(new FormData(document.querySelector(".content form"))));
  assert.equal(kept.reason, "上报统计");
  assert.equal(kept.unmasked, "true");
});
