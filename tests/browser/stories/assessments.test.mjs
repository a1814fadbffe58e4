// A town's panel fills in a quarter like a sheet, is asked for the reasons of its deductions, hands it in; a supervisor
// confirms and publishes; the flag goes to the first, an objection corrects a score in the open; a draw can be checked.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import test from "node:test";

import { press } from "../support/browser.mjs";
import { api, county, leads, paste, signIn, texts, visit } from "../support/story.mjs";

const server = await county();
/** Before the quarters that the sample county has assessed. */
const quarter = "2024Q1";
const pack = JSON.parse(await readFile(new URL("../../../data/packs/wufeng/assessments.json", import.meta.url), "utf8"));

test("a quarter is assessed, confirmed, published and objected to", async (t) => {
  const clerk = await signIn(t, server, "clerk", { expected: [422] });
  const supervisor = await signIn(t, server, "supervisor");
  // The sample county has the scheme of one town only, and that is not the clerk's.
  const { status, body } = await api(supervisor, "POST", "/assessments/schemes", { ...pack.scheme, organisation: clerk.account.organisation });
  assert.equal(status, 201, JSON.stringify(body));
  await visit(clerk, "/assessments/open");
  await clerk.locator("#quarter").fill(quarter);
  await leads(clerk, /^\/assessments\/rounds\/0/, () => clerk.keyboard.press("Alt+s"));
  const grid = new URL(clerk.url()).pathname;
  const rows = clerk.locator("tr[data-row]");
  const count = await rows.count();
  const marks = await rows.first().locator("[data-score]").count();
  assert.ok(count > 1 && marks === 8);
  const note = () => clerk.locator("[data-form-note]").textContent();

  // Typed: the keyboard is in the first cell; more than full marks cannot be taken off.
  await clerk.keyboard.type("16");
  assert.match(await note(), /16 超过满分 15/);
  await clerk.keyboard.press("Escape");

  // Pasted: a deduction without its reason is refused by the server, and nothing typed is lost.
  const line = (index, reason) => [index === 1 ? "2.5" : "0", ...Array(marks - 1).fill("0"), reason, "台账", ""].join("\t");
  await paste(clerk, `${Array.from({ length: count }, (_, index) => line(index, "")).join("\r\n")}\r\n`);
  assert.equal(await rows.nth(0).locator("[data-total]").textContent(), "100");
  assert.equal(await rows.nth(1).locator("[data-total]").textContent(), "97.5");
  await leads(clerk, grid, () => clerk.keyboard.press("Alt+s"));
  assert.match(await clerk.locator("[data-problems]").textContent(), /有扣分而没有扣分说明/);
  assert.equal(await rows.nth(1).locator("[data-score]").first().inputValue(), "2.5");
  await rows.nth(1).locator('[name^="deduction_note"]').fill("主题党日缺一次");
  await leads(clerk, `${grid}/review`, () => clerk.getByRole("button", { name: "保存并提交确认" }).press("Enter"));
  assert.match(await clerk.locator(".notices").textContent(), /已保存并提交/);

  // The supervisor finds it on his desk, confirms and publishes.
  await visit(supervisor, "/");
  assert.ok(await supervisor.locator(".tasks li", { hasText: "确认季度考核" }).count());
  await visit(supervisor, `${grid}/review`);
  await leads(supervisor, `${grid}/review`, () => supervisor.getByRole("button", { name: "确认结果" }).press("Enter"));
  await leads(supervisor, `${grid}/review`, () => supervisor.getByRole("button", { name: "公示结果" }).press("Enter"));
  assert.match((await texts(supervisor, ".state")).join(), /流动红旗 新获得/);
  await visit(supervisor, `${grid}/notice`);
  assert.match(await supervisor.locator(".content").textContent(), /公示期自/);

  // The unit that lost marks objects; the supervisor upholds it in the open, and it is level with the first.
  await visit(clerk, `${grid}/review`);
  await leads(clerk, /object$/, () => clerk.getByRole("link", { name: "提出异议" }).nth(1).press("Enter"));
  await clerk.locator("textarea#content").fill("记录已补报");
  await leads(clerk, `${grid}/review`, () => clerk.keyboard.press("Alt+s"));
  await visit(supervisor, `${grid}/review`);
  await leads(supervisor, /resolve$/, () => supervisor.getByRole("link", { name: "办理异议" }).press("Enter"));
  await supervisor.getByLabel("成立，更正得分").check();
  await supervisor.locator("#answer").fill("经核实已补报");
  await supervisor.locator("#corrections_theme_day").fill("15");
  await leads(supervisor, `${grid}/review`, () => supervisor.keyboard.press("Alt+s"));
  assert.match(await supervisor.locator(".timeline").textContent(), /更正：主题党日与三会一课 12\.5 → 15/);
  await visit(supervisor, `/assessments/ranking?quarter=${quarter}`);
  assert.equal(await supervisor.locator(".figure-card").count(), count, "all are first, and the flag is shared");
});

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
