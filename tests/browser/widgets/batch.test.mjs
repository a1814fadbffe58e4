// Several files chosen or dropped at once: sent one after the other, each with its line; one alone goes as a form does.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import test from "node:test";

import { accessible, focused, open, visit } from "../support/browser.mjs";
import { samples } from "../support/samples.mjs";

const server = await samples();
const sample = (name) => readFile(`${server.pages}/${name}.html`, "utf8");
const pages = { plan: await sample("imports_plan"), reading: await sample("imports_reading"), problem: await sample("errors_problem"), door: await sample("sign_in") };
const failed = pages.plan.replace(/<span class="state [^>]*>[^<]*</, '<span class="state tone-bad">失败<').replace(/<nav class="buckets"[^]*?<\/nav>/, "")
  .replace("notice tone-warning", "notice tone-bad").replace(/<span>工作表[^<]*</, "<span>文件不是工作簿，请另存为 .xlsx 后再上传。<");

/** What the server does with a file, by its name; `held` waits until the test lets it go on. */
let held = null;
const names = [];
const fields = [];
server.answer["POST /imports"] = async (body, response) => {
  const [name] = Array.from(body.matchAll(/filename="([^"]*)"/g), (found) => found[1]);
  names.push(name);
  fields.push(Array.from(body.matchAll(/name="([a-z_]+)"\r\n\r\n([^\r]*)/g), (found) => `${found[1]}=${found[2]}`).sort().join(" "));
  await held;
  if (name.includes("拒")) return { status: 422, body: pages.problem };
  response.writeHead(303, { Location: name.includes("门") ? "/sign-in" : `/imports/${name.includes("坏") ? "bad" : name.slice(0, 1)}` });
  return response.end() && null;
};
server.answer["GET /sign-in"] = { body: pages.door };
for (const place of ["a", "b", "c"]) server.answer[`GET /imports/${place}`] = { body: pages.plan };
let read = false;
server.answer["GET /imports/bad"] = () => ({ body: read ? failed : pages.reading });
server.answer["GET /imports/1/events"] = (_, response) => {
  response.writeHead(200, { "Content-Type": "text/event-stream" });
  response.write('event: progress\ndata: {"stage":"读取","done":300,"total":null}\n\n');
  read = true;
  response.end('event: done\ndata: {"state":"failed"}\n\n');
};

const file = (name, content = name) => ({ name, mimeType: "text/csv", buffer: Buffer.from(content) });
const send = (page) => page.getByRole("button", { name: "上传并查看方案" });
const lines = (page) => page.locator("[data-batch-list] li").evaluateAll((items) => items.map((item) => Array.from(item.children, (part) => part.textContent).join(" ").trim()));
const wide = (page) => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

async function start(t, expected = []) {
  const page = await open(t, { expected });
  [held, read, names.length, fields.length] = [null, false, 0, 0];
  await visit(page, `${server.address}/imports_upload`);
  return page;
}

test("files go one after the other, and each line says what came of it", async (t) => {
  const page = await start(t, [422]);
  const long = `a${"很长的文件名".repeat(30)}.csv`;
  await page.locator("#file").setInputFiles([file(long), file("拒.csv"), file("坏.csv"), file("门.csv"), file("b.csv"), file("c.csv", "b.csv")]);
  assert.match(await page.locator("[data-drop-note]").textContent(), /^已选 6 个文件：a很长/);
  await send(page).click();
  await page.getByText("2 个文件已上传，4 个未收下").first().waitFor();
  assert.deepEqual(names, [long, "拒.csv", "坏.csv", "门.csv", "b.csv"], "the same content is not sent again");
  assert.deepEqual(new Set(fields), new Set(["csrf_token=renewed kind=members organisation=500237101"]), "each with all fields, and one file");
  const [first, problem, bad, door, second, twin] = await lines(page);
  assert.match(first, /1 KB 已上传 查看方案：a很长.*csv新增 \d+ 行，变更 \d+ 行/);
  assert.match(problem, /^拒.csv 1 KB 未收下 .+。/);
  assert.match(bad, /^坏.csv 1 KB 未收下 文件不是工作簿/);
  assert.match(door, /^门.csv 1 KB 未收下 登录已失效/);
  assert.match(second, /^b.csv 1 KB 已上传/);
  assert.match(twin, /^c.csv 1 KB 未收下 内容与“b.csv”完全相同/);
  assert.deepEqual(await page.locator("[data-batch-list] a").evaluateAll((links) => links.map((link) => new URL(link.href).pathname)), ["/imports/a", "/imports/b"]);
  assert.match(await focused(page), /^本次上传/);
  assert.match(await page.locator("#announcer").textContent(), /^2 个文件已上传，4 个未收下/);
  await accessible(page);
  assert.equal(await wide(page), 0, "the page scrolls sideways");

  // Nothing is left to be sent or to be asked about.
  await send(page).click();
  assert.match(await page.locator("[data-drop-note]").textContent(), /还没有选择文件/);
  page.on("dialog", (dialog) => assert.fail(dialog.type()));
  await page.locator("[data-batch-list] a").first().click();
  await page.waitForURL("**/imports/a");
  assert.deepEqual(await page.evaluate(() => [localStorage.length, sessionStorage.length]), [0, 0]);
});

test("a double press sends nothing twice, and leaving meanwhile is asked about", async (t) => {
  const page = await start(t);
  let go;
  held = new Promise((resolve) => { go = resolve; });
  await page.locator("#file").setInputFiles([file("a.csv"), file("b.csv")]);
  await send(page).evaluate((button) => { button.click(); button.click(); });
  await page.locator("[data-batch-list] li", { hasText: "上传中" }).waitFor();
  assert.deepEqual(await lines(page), ["a.csv 1 KB 上传中", "b.csv 1 KB 等待"]);
  await accessible(page);
  const question = page.waitForEvent("dialog");
  const leaving = page.goto(`${server.address}/imports_plan`).catch(() => {});
  const dialog = await question;
  assert.equal(dialog.type(), "beforeunload");
  await dialog.dismiss();
  await leaving;
  await page.locator("#file").setInputFiles([file("c.csv")]);
  await send(page).click();
  assert.match(await page.locator("#announcer").textContent(), /还在上传/);
  go();
  await page.getByText("2 个文件已上传。").first().waitFor();
  assert.deepEqual(names, ["a.csv", "b.csv"]);
  assert.equal(await page.locator("#file").evaluate((input) => input.files[0].name), "c.csv", "what was chosen meanwhile stays");
});

test("one file goes as a form does", async (t) => {
  const page = await start(t);
  await page.locator("#file").setInputFiles(file("a.csv"));
  assert.equal(await page.locator("[data-drop-note]").textContent(), "a.csv（1 KB）");
  await Promise.all([page.waitForURL("**/imports/a"), send(page).click()]);
  assert.deepEqual(names, ["a.csv"]);
});

test("a lost network is told of each file, and the others are tried", async (t) => {
  const page = await start(t);
  await page.route("**/imports", (route) => (names.push("") === 1 ? route.abort() : route.continue()));
  await page.locator("#file").setInputFiles([file("a.csv"), file("b.csv")]);
  await send(page).click();
  await page.getByText("1 个文件已上传，1 个未收下").first().waitFor();
  assert.match((await lines(page))[0], /^a.csv 1 KB 未收下 网络中断/);
  page.problems.length = 0; // The lost network is the point.
});

test("where the session has ended nothing is sent, and the choice stays", async (t) => {
  const page = await start(t);
  const alive = server.answer["GET /session/alive"];
  t.after(() => { server.answer["GET /session/alive"] = alive; });
  server.answer["GET /session/alive"] = (_, response) => response.writeHead(303, { Location: "/sign-in" }).end() && null;
  await page.locator("#file").setInputFiles([file("a.csv"), file("b.csv")]);
  await send(page).click();
  await page.getByText("登录已过期").waitFor();
  assert.equal(await page.locator("#file").evaluate((input) => input.files.length), 2);
  assert.ok(await page.locator("[data-batch-told]").isHidden());
  server.answer["GET /session/alive"] = alive;
  await send(page).click();
  await page.getByText("2 个文件已上传。").first().waitFor();
});

test("too many files, too large ones and no files are refused before anything is sent", async (t) => {
  const page = await start(t);
  const note = page.locator("[data-drop-note]");
  await page.locator("#file").setInputFiles(Array.from({ length: 21 }, (_, at) => file(`${at}.csv`)));
  assert.match(await note.textContent(), /^一次最多上传 20 个文件，现在选了 21 个/);
  await send(page).click();
  assert.match(await page.locator("#announcer").textContent(), /^一次最多上传 20 个文件/);
  assert.match(await focused(page), /file$/);

  const drop = (sizes) => page.locator("[data-drop]").evaluate((zone, given) => {
    const data = new DataTransfer();
    given.forEach((bytes, at) => data.items.add(new File([new Uint8Array(bytes)], `${at}.csv`)));
    zone.dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
  }, sizes);
  await drop([5, 20 * 1024 * 1024 + 1]);
  assert.match(await note.textContent(), /^“1.csv”有 21 MiB，超过每个文件 20 MiB 的上限/);
  await drop([]);
  assert.match(await note.textContent(), /拖来的不是文件/);
  assert.deepEqual(names, []);
  await drop([5, 6]);
  assert.equal(await note.textContent(), "已选 2 个文件：0.csv（1 KB）、1.csv（1 KB）");
  assert.equal(await page.locator("#file").evaluate((input) => input.files.length), 2);
});
