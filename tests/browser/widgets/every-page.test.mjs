// Every page of the house with sample data: no script error, no violation of the policy, nothing that axe-core calls
// serious, nothing wider than the screens of a county office.
import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import test from "node:test";

import { accessible, open } from "../support/browser.mjs";
import { samples } from "../support/samples.mjs";

const server = await samples();
const fragments = ["members_duplicates"];
const names = (await readdir(server.pages)).filter((file) => file.endsWith(".html")).map((file) => file.slice(0, -5))
  .filter((name) => !fragments.includes(name));
server.answer["GET /imports/1/events"] = (_, response) => {
  response.writeHead(200, { "Content-Type": "text/event-stream" });
  response.write('event: progress\ndata: {"stage":"读取","done":300,"total":1302}\n\n');
};

server.answer["GET /api/v1/drafts/members"] = { type: "application/json", body: JSON.stringify({
  organisation: "500237101", version: 3, kept_at: "2026-04-01T01:12:00Z", import_id: null,
  rows: [
    { key: 1, cells: { name: "谭春梅", citizen_id: "500237199205171231", ethnicity: "土家族" } },
    { key: 2, cells: { name: "向杰", ethnicity: "火星族" } },
  ],
  checked: [
    { key: 1, row: 1, subject: "谭春梅", bucket: "new", warnings: [{ column: "备注", field: "note", value: "", message: "请核对" }] },
    { key: 2, row: 2, subject: "向杰", bucket: "refused", errors: [{ column: "民族", field: "ethnicity", value: "火星族", message: "民族“火星族”不在代码表中；请填写代码或名称" }] },
  ],
}) };

test("there are pages to look at", () => assert.ok(names.length >= 20, `${names.length} pages in ${server.pages}`));

for (const name of names) {
  test(`${name} is sound`, async (t) => {
    const page = await open(t);
    await page.goto(`${server.address}/${name}`);
    if (name !== "errors_500") await page.waitForSelector("html[data-ready]", { state: "attached" });
    if (await page.locator("figure[data-chart]").count()) await page.waitForSelector("figure.drawn canvas");
    if (await page.locator("[data-entry-table]").count()) await page.locator("[data-entry-table] tbody tr").first().waitFor();
    await accessible(page, name);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    assert.equal(wide, 0, "the page scrolls sideways at 1366 px");
    // The narrowest screen of an office: what is to be done with a row stands at its end, so that must be in sight.
    await page.setViewportSize({ width: 1280, height: 800 });
    await page.waitForFunction(() => window.innerWidth === 1280);
    const hidden = await page.evaluate(() => Array.from(document.querySelectorAll(".table-box"))
      .filter((box) => box.scrollWidth > box.clientWidth).map((box) => `${box.scrollWidth} px in ${box.clientWidth}`));
    assert.deepEqual(hidden, [], "a table is wider than its box at 1280 px");
  });
}
