// Debian's Chromium, and pages that fail the test when anything goes wrong in them: a script error, a refused
// resource, a violation of the content security policy.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { after } from "node:test";
import { chromium } from "playwright-core";

const FLAGS = [
  "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
  "--disable-background-networking", "--disable-component-update", "--disable-sync",
];
const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** One browser per test file, closed at its end. */
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: FLAGS });
after(() => browser.close());

/**
 * A page of its own (cookies and all), watched: `page.problems` collects whatever goes wrong, and the test `t` fails at
 * its end when anything is left there. `expected` are the statuses of refused requests that belong to the test.
 */
export async function open(t, { expected = [], width = 1366, height = 768 } = {}) {
  const context = await browser.newContext({
    viewport: { width, height }, locale: "zh-CN", timezoneId: "Asia/Shanghai", reducedMotion: "reduce", // No colour is halfway.
  });
  context.setDefaultTimeout(60_000); // Ends what hangs; a busy machine is no failure.
  await context.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", (event) => {
      console.error(`policy: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`);
    });
  });
  const page = await context.newPage();
  page.problems = [];
  page.on("pageerror", (error) => page.problems.push(`script: ${error.message}`));
  page.on("console", (message) => {
    if (message.type() !== "error") return;
    const refused = /status of (\d{3})/.exec(message.text());
    if (refused && expected.includes(Number(refused[1]))) return;
    // A request that a newer one replaced is no error, though htmx writes it as one; others are told by their own event.
    if (/^htmx:(afterRequest|sendAbort),/.test(message.text())) return;
    page.problems.push(`console: ${message.text()} ${message.location().url}`);
  });
  page.on("requestfailed", (request) => {
    // A navigation ends what the page before it still asked for.
    if (request.failure()?.errorText !== "net::ERR_ABORTED") page.problems.push(`request: ${request.url()} ${request.failure()?.errorText}`);
  });
  t.after(async () => {
    await context.close();
    assert.deepEqual(page.problems, [], "something went wrong in the page");
  });
  return page;
}

/** Goes to an address and waits until the page's scripts have started. */
export async function visit(page, address) {
  const answer = await page.goto(address);
  await ready(page);
  return answer;
}

/** Waits until the page that is coming has its scripts started (pages without a frame have them too), and the keyboard. */
export async function ready(page) {
  await page.waitForSelector("html[data-ready]", { state: "attached" });
  await drawn(page);
}

/** Waits until the page is drawn as it stands: only then `autofocus` has acted, and what was scrolled has said so. */
export async function drawn(page) {
  await page.waitForFunction(() => document.hidden || new Promise((done) => {
    requestAnimationFrame(() => requestAnimationFrame(() => done(true)));
  }));
}

/** No serious or critical violation of WCAG on the page as it stands. */
export async function accessible(page, where = page.url()) {
  await page.evaluate(`${axe}; 0`); // Not a script of the page: the policy stands for those.
  const violations = await page.evaluate(async () => {
    const found = await window.axe.run(document, { resultTypes: ["violations"] });
    return found.violations
      .filter((violation) => ["serious", "critical"].includes(violation.impact))
      .map((violation) => `${violation.id}: ${violation.nodes.map((node) => node.target.join(" ")).join(", ")}`);
  });
  assert.deepEqual(violations, [], `axe-core on ${where}`);
}

/** Presses Tab until the element with the keyboard is one with this text, label or name; as a person without a mouse. */
export async function tabTo(page, wanted, { back = false, limit = 80 } = {}) {
  const seen = [];
  for (let turn = 0; turn < limit; turn += 1) {
    await page.keyboard.press(back ? "Shift+Tab" : "Tab");
    const name = await focused(page);
    if (wanted instanceof RegExp ? wanted.test(name) : name.includes(wanted)) return;
    seen.push(name);
  }
  assert.fail(`no Tab stop “${wanted}” within ${limit}; seen: ${seen.join(" | ")}`);
}

/** Presses Tab until the control with this id (or a radio of the group with it) has the keyboard. */
export async function tabToField(page, id, limit = 60) {
  const seen = [];
  for (let turn = 0; turn < limit; turn += 1) {
    const here = await page.evaluate(() => document.activeElement?.closest("fieldset")?.id || document.activeElement?.id || "");
    if (here === id) return;
    seen.push(here);
    await page.keyboard.press("Tab");
  }
  assert.fail(`no field ${id} within ${limit} Tabs; seen: ${seen.join(" ")}`);
}

/** What has the keyboard: its label or text. */
export function focused(page) {
  return page.evaluate(() => {
    const element = document.activeElement === document.body ? null : document.activeElement;
    const label = element?.labels?.[0]?.textContent ?? element?.getAttribute("aria-label") ?? element?.textContent ?? "";
    return `${label.replace(/\s+/g, " ").trim()} ${element?.getAttribute("name") ?? ""}`.trim();
  });
}

/** Presses keys one after the other. */
export async function press(page, ...keys) {
  for (const key of keys) await page.keyboard.press(key);
}
