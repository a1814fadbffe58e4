// The rating grid moves and pastes like a sheet; the review counts what is chosen; identifiers are shown for a purpose.
import assert from "node:assert/strict";
import test from "node:test";

import { focused, open, press, visit } from "../support/browser.mjs";
import { samples } from "../support/samples.mjs";

const server = await samples();
server.answer["POST /ratings/rounds/1/scores"] = { body: "saved" };
server.answer["POST /members/1/reveal"] = { type: "text/plain; charset=utf-8", body: "500237197511020026" };
server.answer["GET /imports/1/events"] = (_, response) => {
  response.writeHead(200, { "Content-Type": "text/event-stream" });
  response.write('event: progress\ndata: {"stage":"读取","done":300,"total":1302}\n\n');
};

/** Pastes as Excel does: tabs between cells, lines between rows. */
const paste = (page, text) => page.evaluate((block) => {
  const data = new DataTransfer();
  data.setData("text/plain", block);
  document.activeElement.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
}, text);
const row = (page, index) => page.locator("tr[data-row]").nth(index);

test("a round is filled in like a sheet", async (t) => {
  const page = await open(t);
  await visit(page, `${server.address}/ratings_grid`);
  await page.locator('[name="scores[m8][ideology]"]').focus();
  await page.keyboard.type("18");
  await press(page, "Enter");
  assert.match(await focused(page), /scores\[m9\]\[ideology\]/);
  await press(page, "ArrowUp", "ArrowRight");
  assert.match(await focused(page), /scores\[m8\]\[neighbours\]/);
  await paste(page, "18.5\t19\t17\t20\n16\t16\t16\t16\r\n");
  assert.equal(await row(page, 8).locator("[data-total]").textContent(), "92.5");
  assert.equal(await row(page, 8).locator("[data-stars]").textContent(), "5 星");
  assert.equal(await row(page, 9).locator("[data-total]").textContent(), "", "a dimension is missing");
  assert.equal(await page.locator("[data-grid-done]").textContent(), "9");
  await press(page, "ArrowLeft");
  await page.keyboard.type("5");
  await press(page, "Escape");
  assert.equal(await page.locator('[name="scores[m8][ideology]"]').inputValue(), "18");

  await Promise.all([page.waitForURL("**/scores"), page.keyboard.press("Alt+s")]);
  const sent = server.posts.at(-1).fields;
  assert.equal(sent.get("then"), "save");
  assert.equal(sent.get("scores[m8][neighbours]"), "18.5");
  assert.equal(sent.get("version"), "4");
});

test("a wrong score is marked, named, and not sent", async (t) => {
  const page = await open(t);
  await visit(page, `${server.address}/ratings_grid`);
  await page.locator('[name="scores[m8][ideology]"]').focus();
  await paste(page, "21\tx\n\t\t\t\t\t\t多\n");
  await page.locator("form[data-grid-form] [data-form-note]", { hasText: "有 2 格需要更正" }).waitFor();
  assert.match(await page.locator("form[data-grid-form] [data-form-note]").textContent(), /1 格超出表格/);
  const before = server.posts.length;
  await page.getByRole("button", { name: "保存并提交审核" }).click();
  assert.match(await page.locator("form[data-grid-form] [data-form-note]").textContent(), /21 超过满分 20/);
  assert.equal(server.posts.length, before);
});

test("the review counts what is chosen", async (t) => {
  const page = await open(t);
  await visit(page, `${server.address}/ratings_review`);
  const confirm = page.getByRole("button", { name: "确定所选" });
  assert.ok(await confirm.isDisabled());
  await page.getByLabel("选择全部可审核的").check();
  assert.equal(await page.locator("[data-pick-note]").textContent(), "已选 8 / 8 人");
  await page.getByLabel("选择 向杰").first().uncheck();
  assert.equal(await page.locator("[data-pick-note]").textContent(), "已选 7 / 8 人");
  assert.ok(await confirm.isEnabled());
  await page.locator("summary", { hasText: "退回" }).first().press("Enter");
  await page.waitForFunction(() => document.activeElement.labels?.[0]?.textContent.includes("退回理由")); // It opens, then has the keyboard.
});

test("an identifier is shown for a purpose only", async (t) => {
  const page = await open(t);
  await visit(page, `${server.address}/members_show`);
  await page.getByRole("button", { name: "显示 公民身份号码" }).or(page.getByRole("button", { name: "显示公民身份号码" })).press("Enter");
  await press(page, "Enter");
  await page.getByText("请写明用途").waitFor();
  assert.equal(server.posts.filter((post) => post.path.endsWith("/reveal")).length, 0);
  await page.keyboard.type("核对身份证件");
  await press(page, "Enter");
  await page.getByText("500237197511020026").first().waitFor();
  const asked = server.posts.at(-1).fields;
  assert.deepEqual([asked.get("field"), asked.get("purpose"), asked.get("csrf_token")], ["citizen_id", "核对身份证件", "token"]);
  assert.ok(!page.url().includes("5002371975"));
});

test("the progress of an import is told", async (t) => {
  const page = await open(t);
  await page.goto(`${server.address}/imports_reading`);
  await page.getByText("读取：300 / 1302 行").waitFor();
  assert.equal(await page.locator("progress").evaluate((bar) => bar.value), 300);
});

test("the bar's search takes the keyboard with a slash", async (t) => {
  const page = await open(t);
  await visit(page, `${server.address}/members_list`);
  await press(page, "/");
  assert.match(await focused(page), /查找党员/);
  await page.locator("tr[data-href] a").first().focus();
  await press(page, "ArrowDown");
  assert.equal(await focused(page), "欧阳淑芬");
});

test("the list follows the filter as it is typed, by POST", async (t) => {
  const page = await open(t);
  const found = await (await fetch(`${server.address}/members_list`)).text();
  server.answer["POST /members/search"] = { body: found.replaceAll("陈晓明", "张伟") };
  await visit(page, `${server.address}/members_list`);
  await page.locator("#filter-q").fill("zhangwei");
  await page.locator("#members tr[data-live-row]", { hasText: "张伟" }).first().waitFor(); // Shown, and alive a moment later.
  const sent = server.posts.at(-1);
  assert.deepEqual([sent.path, sent.fields.get("q"), sent.fields.get("csrf_token")], ["/members/search", "zhangwei", "token"]);
  assert.ok(page.url().endsWith("/members_list"));
  await page.locator("#members tr[data-href] a").first().focus();
  await press(page, "ArrowDown");
  assert.equal(await focused(page), "欧阳淑芬", "the new rows are alive");
});
