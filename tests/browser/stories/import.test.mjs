// A clerk uploads a workbook, reads the plan, takes the refused rows back, and commits: all good rows, once.
import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import test from "node:test";
import { setTimeout } from "node:timers/promises";

import { workbook, rows } from "../support/workbook.mjs";
import { api, branches, citizenId, county, desktop, download, leads, look, signIn, texts, visit } from "../support/story.mjs";

const server = await county();
const files = await desktop();
const HEADINGS = ["姓名", "公民身份号码", "民族", "学历", "人员类别", "所在党支部", "加入党组织日期", "转为正式党员日期", "工作岗位", "手机号码"];

/** Uploads a file and waits for its plan, or for what else is to come of it. */
async function upload(page, file, comes = planned) {
  await visit(page, "/imports");
  await page.locator("input[type=file]").setInputFiles(file);
  await page.getByRole("button", { name: "上传并查看方案" }).click();
  await comes(page);
}

/** The server reads beside the page, which comes again by itself when that is done; until then it is no page to look at. */
async function planned(page) {
  await page.locator(".buckets").waitFor();
  await look(page);
}

/** The server could not read it: there is no plan, and the page says why. */
async function unread(page) {
  await page.locator(".page-head .state", { hasText: "失败" }).waitFor();
  await look(page);
}

/** Carries the plan out; that is told by the page that comes when it is done. */
async function write(page, count) {
  await page.getByRole("button", { name: `写入 ${count} 行` }).click();
  await page.locator(".page-head .state", { hasText: "已写入" }).waitFor();
  await look(page);
}

/** What lies in the folder of uploads once it is so many files: the server tells what it has read, then takes the file away. */
async function lying(folder, count) {
  for (let turn = 0; turn < 600; turn += 1) {
    const names = await readdir(folder);
    if (names.length === count) return names;
    await setTimeout(100);
  }
  return assert.fail(`not ${count} in ${folder}: ${await readdir(folder)}`);
}

/** The five buckets with their counts. */
async function buckets(page) {
  const shown = await texts(page, ".bucket");
  return Object.fromEntries(shown.map((text) => [text.replace(/[\s\d]+$/, ""), Number(/\d+$/.exec(text)[0])]));
}

/** The rows of one bucket. */
async function bucket(page, name) {
  await leads(page, /bucket=/, () => page.locator(".bucket", { hasText: name }).click());
  return texts(page, ".plan tbody");
}

test("a workbook is planned, its refused rows come back, and the good ones are written once", async (t) => {
  const page = await signIn(t, server, "clerk", { expected: [422] });
  const [branch, second] = await branches(page);
  const person = (name, number, more = {}) => {
    const row = { 姓名: name, 公民身份号码: number, 民族: "土家族", 学历: "大学本科毕业", 人员类别: "正式党员", 所在党支部: branch.name, 加入党组织日期: "2015-07-01", 转为正式党员日期: "2016-07-01", 工作岗位: "农牧渔民", 手机号码: "", ...more };
    return HEADINGS.map((heading) => row[heading]);
  };
  const [old, kept, moved] = [citizenId("19800101", 11), citizenId("19810101", 13), citizenId("19820101", 15)];
  const first = await files.write("底册.xlsx", workbook("党员名册", [HEADINGS, person("向前", old), person("覃安", kept), person("田动", moved)]));
  await upload(page, first);
  assert.deepEqual(await buckets(page), { 新增: 3, 变更: 0, 无变化: 0, 冲突: 0, 退回: 0 });
  await write(page, 3);

  const wrong = `${citizenId("19920517", 125).slice(0, 17)}?`;
  const all = [
    HEADINGS,
    person("谭新", citizenId("19900303", 21)),
    person("龙·玛丽", citizenId("19910404", 22), { 民族: "苗族", 手机号码: "13800001234" }),
    person("向前", old, { 学历: "大学专科毕业" }),
    person("覃安", kept),
    person("田动", moved, { 所在党支部: second.name }),
    person("覃红", wrong),
    person("李四", 420529199001011234, { 民族: "火星族", 加入党组织日期: "2015-13-01" }),
  ];
  const roster = await files.write("党员名册.xlsx", workbook("党员名册", all));
  await upload(page, roster);
  assert.deepEqual(await buckets(page), { 新增: 2, 变更: 1, 无变化: 1, 冲突: 1, 退回: 2 });
  const plan = page.url();

  const [red, li] = await bucket(page, "退回");
  assert.match(red, /^7 覃红 退回 公民身份号码 420529\*+ .*第18位/, "row, column, value, reason");
  assert.match(li, /^8 李四 退回 公民身份号码 .*数字单元格/);
  assert.match(li, /民族 火星族 民族“火星族”不在代码表/);
  assert.match(li, /加入党组织日期 2015-13-01 .*月份是13/);
  assert.match((await bucket(page, "冲突"))[0], /^6 田动 冲突 整行 (?!空).*转接/);
  assert.match((await bucket(page, "变更"))[0], /^4 向前 变更 学历 大学专科毕业 大学本科毕业$/);
  assert.match((await bucket(page, "新增"))[0], /^2 谭新 新增/);
  assert.match((await bucket(page, "无变化"))[0], /^5 覃安 无变化/);

  const back = await download(page, page.getByRole("link", { name: "下载未写入的行" }));
  assert.match(back.name, /\.xlsx$/);
  const [headings, ...returned] = rows(back.bytes);
  assert.deepEqual(headings, [...HEADINGS, "原行号", "退回原因"]);
  assert.deepEqual(returned.map((row) => [row[0], row[10]]), [["田动", "6"], ["覃红", "7"], ["李四", "8"]]);
  assert.equal(returned[1][1], wrong, "the clerk's own values come back whole");
  assert.match(returned[2][11], /公民身份号码：.*\n民族：.*\n加入党组织日期：/s);

  assert.equal((await api(page, "GET", "/members?q=谭新")).body.items.length, 0, "nothing is written before that is asked for");
  await visit(page, new URL(plan).pathname);
  await write(page, 3);

  await visit(page, "/members?q=谭新");
  assert.deepEqual(await texts(page, "#members tbody th, #members tbody tr > :first-child"), ["谭新"]);
  await visit(page, `/members?q=${encodeURIComponent("龙·玛丽")}`);
  assert.match(await page.locator("#members tbody").textContent(), /龙·玛丽/);
  await visit(page, "/members?q=向前");
  assert.match(await page.locator("#members tbody").textContent(), /大学专科毕业/);
  await visit(page, "/members?q=田动");
  assert.ok((await page.locator("#members tbody").textContent()).includes(branch.name), "a conflict changes nothing");

  // The same file once more finds everything as it stands.
  await upload(page, roster);
  assert.deepEqual(await buckets(page), { 新增: 0, 变更: 0, 无变化: 4, 冲突: 1, 退回: 2 });
  assert.equal(await page.getByRole("button", { name: /写入/ }).count(), 0, "there is nothing to write");
  await visit(page, "/imports");
  assert.deepEqual(await texts(page, ".table tbody tr > :first-child"), ["党员名册.xlsx", "党员名册.xlsx", "底册.xlsx"]);
});

test("a mended row goes in, a file that is no table does not, and no file is asked for", async (t) => {
  const page = await signIn(t, server, "clerk");
  await visit(page, "/imports");
  await page.getByRole("button", { name: "上传并查看方案" }).click();
  assert.match(await page.locator("[data-drop-note]").textContent(), /还没有选择文件/);
  assert.equal(new URL(page.url()).pathname, "/imports");

  await upload(page, await files.write("照片.xlsx", Buffer.from("no workbook at all")), unread);
  assert.match(await page.locator(".notice.tone-bad").textContent(), /./);

  await visit(page, "/imports");
  const template = await download(page, page.getByRole("region", { name: "空白工作簿" }).getByRole("link", { name: "党员名册" }));
  const [headings] = rows(template.bytes);
  assert.ok(HEADINGS.every((heading) => headings.includes(heading)), headings.join(" "));
  const [branch] = await branches(page, 1);
  const mended = { 姓名: "覃红", 公民身份号码: citizenId("19920517", 127), 民族: "土家族", 学历: "大学本科毕业", 人员类别: "预备党员", 所在党支部: branch.code, 加入党组织日期: "2026-07-01", 工作岗位: "农牧渔民" };
  const sheet = workbook("党员名册", [headings, headings.map((heading) => mended[heading] ?? "")]);
  await upload(page, await files.write("党员名册（补）.xlsx", sheet));
  assert.deepEqual(await buckets(page), { 新增: 1, 变更: 0, 无变化: 0, 冲突: 0, 退回: 0 });
  await write(page, 1);
  await visit(page, "/members?q=覃红");
  assert.match(await page.locator("#members tbody").textContent(), /预备党员/);
});

test("the columns of somebody else's file are matched, remembered, and its import is taken back", async (t) => {
  const page = await signIn(t, server, "clerk");
  const [branch] = await branches(page, 1);
  const [one, two] = [citizenId("19930606", 31), citizenId("19940707", 33)];
  const person = (name, number) => [name, number, "土家族", "大学本科毕业", "预备党员", branch.code, "2026-07-01", "农牧渔民", "12"];
  const lines = [
    ["官渡镇党员花名册"], ["姓 名", "身份证号", "民族", "文化程度", "人员类别", "党支部", "入党时间", "职业", "工龄"],
    person("向花", one), person("覃名", two), ["合计", "2人"],
  ];
  const file = await files.write("花名册.csv", lines.map((line) => line.join(",")).join("\r\n"));
  const send = async () => {
    await visit(page, "/imports");
    await page.locator("input[type=file]").setInputFiles(file);
    await page.getByRole("button", { name: "上传并查看方案" }).click();
    await page.getByRole("heading", { name: "列对应" }).waitFor();
    await look(page);
    return page.locator("select[name=target]").evaluateAll((selects) => selects.map((select) => select.value));
  };
  const proposed = await send();
  assert.deepEqual(proposed, ["姓名", "公民身份号码", "民族", "学历", "人员类别", "所在党支部", "加入党组织日期", "工作岗位", ""]);
  assert.match((await texts(page, "[aria-labelledby=matching-title] tbody tr"))[1], /^B 身份证号 420529\*+/, "a sample is masked");

  // What waits for the clerk lies sealed.
  const folder = join(server.data, "uploads");
  const waiting = await lying(folder, 1);
  const held = await readFile(join(folder, waiting[0]));
  assert.ok(!held.includes(one) && !held.includes("向花"));

  await page.locator("select[name=target]").nth(8).selectOption("备注");
  await page.getByRole("button", { name: "按此读取" }).press("Enter");
  await planned(page);
  assert.deepEqual(await buckets(page), { 新增: 2, 变更: 0, 无变化: 0, 冲突: 0, 退回: 0 });
  assert.match((await texts(page, ".notice")).join(" "), /合计/, "what is left out is said");
  const made = new URL(page.url()).pathname;
  await write(page, 2);
  await lying(folder, 0);

  assert.deepEqual(await send(), [...proposed.slice(0, 8), "备注"], "what was said is remembered");

  // One of the two is changed: he stays, the other one goes.
  const [kept] = (await api(page, "GET", `/members?q=${encodeURIComponent("覃名")}`)).body.items;
  await visit(page, `/members/${kept.id}/edit`);
  await page.locator("#address").fill("官渡镇沙坪村12号");
  await leads(page, `/members/${kept.id}`, () => page.keyboard.press("Alt+s"));
  await visit(page, made);
  await page.getByText("撤销这次导入").click();
  await page.getByLabel("撤销原因").fill("传错了文件");
  await leads(page, made, () => page.getByRole("button", { name: "确认撤销 2 行" }).press("Enter"));
  assert.match(await page.locator("[aria-labelledby=undone-title]").textContent(), /恢复 1 行，保留 1 行/);
  assert.match((await texts(page, "[aria-labelledby=undone-title] tbody tr"))[0], /^4 覃名 /);
  assert.equal((await api(page, "GET", `/members?q=${encodeURIComponent("向花")}`)).body.items.length, 0);
  assert.equal((await api(page, "GET", `/members?q=${encodeURIComponent("覃名")}`)).body.items.length, 1);
});

test("files that are chosen together go one after the other, each to a plan of its own", async (t) => {
  const page = await signIn(t, server, "clerk");
  const [branch] = await branches(page, 1);
  const person = (name, number) => [name, number, "土家族", "大学本科毕业", "预备党员", branch.code, "2026-07-01", "", "农牧渔民", ""];
  const roster = (...people) => workbook("党员名册", [HEADINGS, ...people]);
  const first = await files.write("一村.xlsx", roster(person("向一", citizenId("19950808", 41))));
  const photo = await files.write("照片.xlsx", Buffer.from("no workbook at all"));
  const second = await files.write("二村.xlsx", roster(person("覃二", citizenId("19960909", 43)), person("田三", citizenId("19971010", 45))));
  const again = await files.write("二村（副本）.xlsx", await readFile(second));

  await visit(page, "/imports");
  await page.locator("input[type=file]").setInputFiles([first, photo, second, again]);
  await page.getByRole("button", { name: "上传并查看方案" }).press("Enter");
  await page.getByText("2 个文件已上传，2 个未收下").first().waitFor();
  await look(page);
  const [one, none, two, copy] = await texts(page, "[data-batch-list] li");
  assert.match(one, /^一村\.xlsx.*已上传.*新增 1 行$/);
  assert.match(none, /^照片\.xlsx.*未收下第 1 行不是列名/, "the sentence of the server");
  assert.match(two, /^二村\.xlsx.*已上传.*新增 2 行$/);
  assert.match(copy, /^二村（副本）\.xlsx.*未收下.*“二村\.xlsx”/);
  assert.equal(await page.locator("[data-batch-list] a").count(), 2);

  // The keyboard is on the list: the next stop is the first plan.
  await page.keyboard.press("Tab");
  await leads(page, /^\/imports\/[0-9a-f-]+$/, () => page.keyboard.press("Enter"));
  assert.match(await page.locator(".page-head").textContent(), /一村\.xlsx/);
  assert.deepEqual(await buckets(page), { 新增: 1, 变更: 0, 无变化: 0, 冲突: 0, 退回: 0 });
  await visit(page, "/imports");
  assert.deepEqual((await texts(page, ".table tbody tr > :first-child")).slice(0, 3), ["二村.xlsx", "照片.xlsx", "一村.xlsx"]);
});
