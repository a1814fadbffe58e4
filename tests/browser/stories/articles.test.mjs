// A draft is pasted, or uploaded: its numbers are held against each other and against the records, and nothing is kept.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import test from "node:test";

import { county, leads, look, signIn, visit } from "../support/story.mjs";

const server = await county();
const articles = new URL("../../articles/", import.meta.url);

/** The notes of a section, a line each. */
function notes(page, section) {
  const rows = page.locator(`section:has(h2:text-is("${section}")) tbody tr`);
  return rows.evaluateAll((found) => found.map((row) => row.innerText.replace(/\s+/g, " ").trim()));
}

test("a draft that is pasted has its numbers marked, and what does not fit is told", async (t) => {
  const page = await signIn(t, server, "supervisor", { expected: [422] });
  await visit(page, "/reports/quarterly");
  await leads(page, /^\/articles/, () => page.getByRole("link", { name: "文稿核对" }).press("Enter"));
  await leads(page, "/articles", () => page.keyboard.press("Alt+s"));
  assert.ok(await page.locator("[data-problems]").count(), "neither a text nor a file");
  await page.locator("#text").fill(await readFile(new URL("liangping.txt", articles), "utf8"));
  await leads(page, "/articles", () => page.keyboard.press("Alt+s"));
  await page.getByRole("heading", { name: "文稿核对结果" }).waitFor();
  const told = await notes(page, "需要处理");
  assert.ok(told.some((line) => /1865名/.test(line) && /1745/.test(line)), told.join("\n"));
  assert.ok(await page.locator(".article-text mark").count() > 10);
  assert.equal(await page.getByRole("button", { name: "打印标注稿" }).count(), 1);
});

test("a draft is uploaded as a file, and what is no draft is refused in words", async (t) => {
  const page = await signIn(t, server, "clerk", { expected: [422] });
  await visit(page, "/articles");
  await page.locator("#file").setInputFiles({ name: "稿.xlsx", mimeType: "application/octet-stream", buffer: Buffer.from("PK no") });
  await leads(page, "/articles", () => page.getByRole("button", { name: /核对/ }).press("Enter"));
  assert.ok(await page.locator("[data-problems]").count());
  const text = "全县村党组织书记228名，占67.06%。我县共有340个村。";
  await page.locator("#file").setInputFiles({ name: "稿.txt", mimeType: "text/plain", buffer: Buffer.from(text) });
  await leads(page, "/articles", () => page.getByRole("button", { name: /核对/ }).press("Enter"));
  await look(page);
  assert.match((await notes(page, "已核对的和供参考的")).join("\n"), /228名÷340个＝67\.06%/);
});
