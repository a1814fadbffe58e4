import { chromium } from "playwright-core";
import { start } from "./support/cadre.mjs";
import { oneTimeCode } from "./support/one-time-code.mjs";
import { checkDigit } from "../../assets/js/citizen-id.js";
const id = (birth, n) => { const b = `420529${birth}${String(n).padStart(3, "0")}`; return b + checkDigit(b); };
const server = await start();
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM || "/usr/bin/chromium", args: ["--no-sandbox"] });
const sign = async (role) => {
  const account = server.account(role, 0);
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  await page.goto(`${server.address}/sign-in`);
  await page.fill("#username", account.username); await page.fill("#password", account.password); await page.keyboard.press("Enter");
  await page.waitForURL((u) => u.pathname !== "/sign-in");
  if (account.otp_secret) { await page.fill("#otp", oneTimeCode(account.otp_secret)); await page.keyboard.press("Enter"); await page.waitForURL((u) => u.pathname === "/"); }
  page.account = account; return page;
};
const api = (page, method, path, body) => page.evaluate(async (a) => { const token = document.querySelector('meta[name="csrf-token"]').content; const r = await fetch(`/api/v1${a.path}`, { method: a.method, headers: { "Content-Type": "application/json", "X-CSRF-Token": token }, body: a.body && JSON.stringify(a.body) }); return { status: r.status, body: await r.json().catch(() => null) }; }, { method, path, body });
const out = "/tmp/mergepg/shots"; await import("node:fs").then((fs) => fs.mkdirSync(out, { recursive: true }));
const clerk = await sign("clerk");
const shot = async (page, name) => page.screenshot({ path: `${out}/${name}.png`, fullPage: true });
const { body: br } = await api(clerk, "GET", `/organisations?within=${clerk.account.organisation}&kind=branch&limit=2`);
for (const [b, name, n, more] of [[0, "冉光辉", 11, { address: "红岩村一组", mobile: "13812345678" }], [1, "冉光辉", 13, { joined_on: "2012-07-01", full_member_on: "2013-07-01" }], [0, "覃世珍", 12, {}], [1, "秦世贞", 14, {}]]) {
  const r = await api(clerk, "POST", "/members", { name, citizen_id: id("19810203", n), ethnicity: "01", education: "61", branch: br.items[b].code, category: "full", joined_on: "2010-07-01", full_member_on: "2011-07-01", occupation: "1", arrival: "initial", ...more });
  if (r.status !== 201) console.log(r);
}
await clerk.goto(`${server.address}/`); await shot(clerk, "desk");
await clerk.goto(`${server.address}/people`); await shot(clerk, "people");
await clerk.goto(`${server.address}/people/duplicates`); await shot(clerk, "duplicates");
await clerk.locator("tbody tr", { hasText: "覃世珍" }).getByRole("button").click(); await shot(clerk, "settled");
await clerk.goto(`${server.address}/people/distinct`); await shot(clerk, "distinct");
await clerk.goto(`${server.address}/people/duplicates`);
await clerk.locator("tbody tr", { hasText: "冉光辉" }).getByRole("link", { name: "比对合并" }).click(); await shot(clerk, "merge");
await clerk.getByRole("button", { name: /合并为一份/ }).click(); await shot(clerk, "merge-refused");
await clerk.locator('[name="field-citizen_id"]').first().check(); await clerk.locator('[name="keep-0"]').nth(1).check();
await clerk.getByRole("button", { name: /合并为一份/ }).click(); await clerk.waitForURL(/merges\//); await shot(clerk, "merged");
const record = new URL(clerk.url()).pathname;
await clerk.goto(`${server.address}/people/merges`); await shot(clerk, "merges");
const sup = await sign("supervisor"); await sup.goto(server.address + record); await sup.locator("summary").first().click(); await shot(sup, "undo");
await sup.goto(`${server.address}/people/duplicates`); await shot(sup, "county");
await sup.goto(server.address + record); await sup.locator("summary").first().click(); await sup.fill("#undo-reason", "身份证不同"); await sup.getByRole("button", { name: /确认撤销/ }).click(); await shot(sup, "undone");
await browser.close(); await server.stop();
