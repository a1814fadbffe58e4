// What the stories share: one running county per file, people who sign in as themselves, and a look at every page.
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";

import { checkDigit } from "../../../assets/js/citizen-id.js";
import { accessible, open, ready } from "./browser.mjs";
import { start } from "./cadre.mjs";
import { oneTimeCode } from "./one-time-code.mjs";

/** The running county of a story file, stopped at its end. */
export async function county() {
  const server = await start();
  after(() => server.stop());
  return server;
}

/** Signs in with the keyboard alone: a page of this account's own, on its desk. */
export async function signIn(t, server, role, { at = 0, expected = [], lands = "/" } = {}) {
  const account = server.account(role, at);
  const page = await open(t, { expected });
  await page.goto(`${server.address}/sign-in`);
  await look(page);
  await page.keyboard.type(account.username);
  await page.keyboard.press("Tab");
  await page.keyboard.type(account.password);
  await leads(page, account.otp_secret ? "/sign-in/code" : lands, () => page.keyboard.press("Enter"));
  if (account.otp_secret) {
    await page.keyboard.type(oneTimeCode(account.otp_secret));
    await leads(page, lands, () => page.keyboard.press("Enter"));
  }
  page.address = server.address;
  page.account = account;
  return page;
}

/** Goes to a page of the county by its address, and looks at it. */
export async function visit(page, path) {
  const answer = await page.goto(page.address + path);
  await look(page);
  return answer;
}

/** Does something that leads to another page, and looks at that. `path` is a string, a pattern, or nothing for any. */
export async function leads(page, path, action) {
  const fits = (url) => !path || (path instanceof RegExp ? path.test(url.pathname + url.search) : url.pathname === path);
  await page.evaluate(() => { delete document.documentElement.dataset.ready; });
  await action();
  // First the page that comes: the address of the one that goes may fit already, and may not fit any more when it is asked.
  await ready(page).then(() => page.waitForURL(fits)).catch(async (error) => {
    throw new Error(`${error.message}\nThe page is ${page.url()}: ${await said(page)}`, { cause: error });
  });
  await look(page);
}

/** What a page that was not left tells of the reason. */
function said(page) {
  return page.evaluate(() => {
    const places = document.querySelectorAll("[data-form-note], [data-problems], .notices, #announcer, h1");
    return Array.from(places, (place) => place.textContent.replace(/\s+/g, " ").trim()).filter(Boolean).join(" | ");
  });
}

/** Kinds of pages that this file has seen. */
const seen = new Set();

/** Every page: scripts started, nothing wider than the screen; of every kind once nothing that axe-core calls serious. */
export async function look(page) {
  await ready(page);
  const kind = await page.evaluate(() => {
    const path = location.pathname.replace(/[0-9a-f-]{36}|\d{4}Q\d|\d{6,}/g, "*");
    const parts = Array.from(document.querySelectorAll(".content [data-problems], .content form, .content table"), (part) => part.id || part.className || part.tagName);
    return [path, document.querySelector("h1")?.textContent.replace(/\d/g, ""), ...new Set(parts)].join(" ");
  });
  if (!seen.has(kind)) {
    seen.add(kind);
    await accessible(page);
  }
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.equal(wide, 0, `${page.url()} scrolls sideways at 1366 px`);
}

/** What stands in a field of the form, as it would be sent. */
export function value(page, name) {
  return page.evaluate((field) => new FormData(document.querySelector(".content form")).get(field), name);
}

/** A request to the API with the session of the page: `{status, body}`. */
export function api(page, method, path, body) {
  return page.evaluate(async (asked) => {
    const token = document.querySelector('meta[name="csrf-token"]').content;
    const answer = await fetch(`/api/v1${asked.path}`, {
      method: asked.method,
      headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRF-Token": token },
      body: asked.body && JSON.stringify(asked.body),
    });
    return { status: answer.status, body: await answer.json().catch(() => null) };
  }, { method, path, body });
}

/** A citizen ID that passes the check: birth date as `19920517`, and the number of the day (odd: a man). */
export function citizenId(birth, number) {
  const body = `420529${birth}${String(number).padStart(3, "0")}`;
  return body + checkDigit(body);
}

/** A branch of the organisation that the account works on. */
export async function branches(page, count = 2) {
  const { body } = await api(page, "GET", `/organisations?within=${page.account.organisation}&kind=branch&limit=${count}`);
  assert.equal(body.items.length, count);
  return body.items;
}

/** A folder for files that are uploaded: `{write(name, bytes)}` gives the path. */
export async function desktop() {
  const folder = await mkdtemp(join(tmpdir(), "cadre-desktop-"));
  after(() => rm(folder, { recursive: true, force: true }));
  return {
    async write(name, bytes) {
      const path = join(folder, name);
      await writeFile(path, bytes);
      return path;
    },
  };
}

/** Presses a link or button that downloads a file: `{name, bytes}`. */
export async function download(page, locator) {
  const [file] = await Promise.all([page.waitForEvent("download"), locator.click()]);
  return { name: file.suggestedFilename(), bytes: await readFile(await file.path()) };
}

/** Pastes as Excel does: tabs between cells, lines between rows. */
export function paste(page, text) {
  return page.evaluate((block) => {
    const data = new DataTransfer();
    data.setData("text/plain", block);
    document.activeElement.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
  }, text);
}

/** The texts of one kind of element; those of the cells of a row with a space between. */
export function texts(page, selector) {
  return page.locator(selector).evaluateAll((elements) => elements.map((element) => {
    const parts = element.matches("tr, tbody") ? Array.from(element.querySelectorAll("th, td")) : [element];
    return parts.map((part) => part.textContent.replace(/\s+/g, " ").trim()).filter(Boolean).join(" ");
  }));
}
