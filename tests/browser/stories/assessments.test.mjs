// A town's panel fills in a quarter like a sheet, is asked for the reasons of its deductions, hands it in; a supervisor
// confirms and publishes; the flag goes to the first, an objection corrects a score in the open; a draw can be checked.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import test from "node:test";

import { press } from "../support/browser.mjs";
import { county, leads, paste, signIn, texts, visit } from "../support/story.mjs";

const server = await county();
/** Before the quarters that the sample county has assessed. */
const quarter = "2024Q1";

test("a draw is promised, fixed, revealed, and drawn again by hand", async (t) => {
  const supervisor = await signIn(t, server, "supervisor");
  await visit(supervisor, "/assessments/draws");
  await supervisor.locator("#purpose").fill("坐班值班情况");
  await leads(supervisor, /^\/assessments\/draws\/0/, () => supervisor.keyboard.press("Alt+s"));
  const facts = async () => Object.fromEntries(await supervisor.evaluate(() => Array.from(document.querySelectorAll(".facts div"), (one) => [one.children[0].textContent, one.children[1].textContent])));
  const commitment = (await facts())["承诺（SHA-256）"];
  assert.match(commitment, /^[0-9a-f]{64}$/);
  await supervisor.locator("#visit_on").fill("2030-05-20");
  await supervisor.locator("#sample_size").fill("3");
  const here = new URL(supervisor.url()).pathname;
  await leads(supervisor, here, () => supervisor.keyboard.press("Alt+s"));
  assert.equal((await facts())["种子"], "揭晓前保密");
  await leads(supervisor, here, () => supervisor.getByRole("button", { name: "揭晓种子并抽取" }).press("Enter"));
  const { 种子: seed } = await facts();
  const sha = (text) => createHash("sha256").update(text).digest("hex");
  assert.equal(sha(seed), commitment);
  const tables = supervisor.locator("table.list");
  const column = (at, place) => tables.nth(at).locator(`tbody tr td:nth-child(${place})`).allTextContents();
  const codes = await column(1, 1);
  const lots = codes.map((code) => [sha([seed, "2030-05-20", code].join("\n")), code]).sort();
  assert.deepEqual(await column(0, 3), lots.slice(0, 3).map(([, code]) => code));
});
