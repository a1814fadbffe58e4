// Two supervisors close a quarter; an auditor reads its report, opens the rows behind a figure, and takes it home. Page,
// API, command line and workbook say the same to the digit.
import assert from "node:assert/strict";
import test from "node:test";

import { api, county, download, leads, signIn, texts, visit } from "../support/story.mjs";
import { rows, sheets } from "../support/workbook.mjs";

const server = await county();
const today = new Date();
const quarterOf = (date) => `${date.getFullYear()}Q${Math.floor(date.getMonth() / 3) + 1}`;
const quarter = quarterOf(new Date(today.getFullYear(), today.getMonth() - 3, 1));
/** A report, and the checkpoint that holds its closing: none until the trail has made one, up to a minute later. */
const apart = ({ checkpoint, ...report }) => [report, checkpoint];
const title = `${quarter.slice(0, 4)}年第${"一二三四"[Number(quarter[5]) - 1]}季度`;

test("one supervisor proposes, another confirms", async (t) => {
  const first = await signIn(t, server, "supervisor", { expected: [409] });
  const task = first.locator(".tasks li", { hasText: `结账：${title}` });
  await leads(first, `/quarters/${quarter}/close`, () => task.getByRole("link").press("Enter"));
  const checks = await texts(first, ".tasks li");
  assert.match(checks[0], /党员增减平衡.*= 期末党员数 \d+平衡/);
  await leads(first, "/quarters", () => first.keyboard.press("Alt+s"));
  assert.match(await first.locator(".notices").textContent(), /已提出.*请另一位审核员复核确认/);
  assert.match(await first.locator("tr", { hasText: title }).textContent(), /待复核/);

  await visit(first, `/quarters/${quarter}/close`);
  assert.match(await first.locator(".content").textContent(), /结账是您提出的，须由另一位审核员复核确认/);
  assert.equal(await first.locator(".content form").count(), 0);
  const again = await api(first, "POST", `/quarters/${quarter}/close`, { organisation: first.account.organisation });
  assert.notEqual(again.status, 200, JSON.stringify(again.body));

  const second = await signIn(t, server, "supervisor", { at: 1 });
  const waiting = second.locator(".tasks li", { hasText: `复核结账：${title}` });
  await leads(second, `/quarters/${quarter}/close`, () => waiting.getByRole("link").press("Enter"));
  await leads(second, /^\/reports\/quarterly/, () => second.getByRole("button", { name: "复核确认，结账" }).press("Enter"));
  assert.match(await second.locator(".notices").textContent(), /已结账，报告从此不再变动/);
  assert.match(await second.locator(".page-head").textContent(), /已结账 第1版/);
  await visit(second, "/quarters");
  const line = await second.locator("tr", { hasText: title }).textContent();
  for (const word of ["已结", first.account.username, second.account.username]) assert.ok(line.includes(word), `${word} in ${line}`);
});

test("the auditor's report is the same on the page, in the API, the workbook and the command line", async (t) => {
  const page = await signIn(t, server, "auditor");
  const organisation = page.account.organisation;
  await leads(page, "/reports/quarterly", () => page.getByRole("link", { name: "季度报告" }).first().press("Enter"));
  assert.match(await page.locator("h1").textContent(), new RegExp(`${page.account.organisation_name} ${title}报告`));
  await page.waitForFunction(() => Array.from(document.querySelectorAll("figure[data-chart]")).every((chart) => chart.matches(".drawn")));
  assert.match(await page.locator(".balance").textContent(), /党员增减平衡/);

  const { body: report } = await api(page, "GET", `/reports/quarterly?organisation=${organisation}&quarter=${quarter}`);
  assert.equal(report.revision, 1);
  assert.equal(report.balanced, true);
  const figures = report.sections.flatMap((section) => section.figures).filter((figure) => !/\.(relative_)?change$/.test(figure.code));
  for (const section of ["organisations", "members", "flow", "ratings"]) {
    assert.ok(report.sections.some((candidate) => candidate.code === section), section);
  }
  assert.ok(figures.find((figure) => figure.code === "ratings.members.rated").value > 0, "ratings are counted");

  // The page prints every figure as the API gives it.
  const printed = await page.evaluate(() => Array.from(document.querySelectorAll(".figure-lines tbody tr"), (line) => line.children[1].textContent.trim()));
  assert.equal(printed.length, figures.length);
  for (const [index, figure] of figures.entries()) {
    assert.equal(Number(printed[index].replace("—", "NaN")), figure.value ?? NaN, `${figure.code}`);
  }

  // Each of them opens the rows behind it.
  const opened = await page.evaluate(() => Array.from(document.querySelectorAll(".figure-lines tbody th a"), (link) => link.getAttribute("href")));
  assert.deepEqual(opened.map((href) => href.match(/^\/figures\/([^?]+)\?/)?.[1]), figures.map((figure) => figure.code));

  // The command line says the same, digit for digit.
  const told = await server.run("report", "quarterly", "--organisation", organisation, "--quarter", quarter, "--format", "json");
  assert.equal(told.code, 0, told.err);
  const [[said, later], [shown, earlier]] = [apart(JSON.parse(told.out)), apart(report)];
  assert.deepEqual(said, shown);
  if (earlier !== null) assert.equal(later, earlier);

  // So does the workbook.
  const file = await download(page, page.getByRole("link", { name: "XLSX" }));
  assert.ok(file.name.includes(title) && file.name.endsWith(".xlsx"), file.name);
  const cells = new Map(sheets(file.bytes).flatMap((_, index) => rows(file.bytes, index)).map((row) => [row[9], row]));
  for (const figure of figures) {
    const row = cells.get(figure.code) ?? assert.fail(`${figure.code} is not in the workbook`);
    assert.equal(row[1] === "" ? null : Number(row[1]), figure.value, figure.code);
    assert.equal(Number(row[3]), figure.numerator, figure.code);
    assert.equal(row[4] === "" || row[4] === undefined ? null : Number(row[4]), figure.denominator, figure.code);
  }

  // The rows behind a figure are as many as it says, on the page and in the API, and lead to the people.
  const admitted = figures.find((figure) => figure.code === "members.admitted");
  assert.ok(admitted.value > 0 && admitted.value < 50, "as many as one page holds");
  await leads(page, /^\/figures\/members\.admitted/, () => page.getByRole("link", { name: admitted.label, exact: true }).first().press("Enter"));
  assert.equal(await page.locator("tbody tr").count(), admitted.value);
  await leads(page, /^\/members\/0/, () => page.locator("tbody a").first().press("Enter"));
  const rated = figures.find((figure) => figure.code === "ratings.members.rated");
  let [behind, after] = [0, ""];
  do {
    const { body } = await api(page, "GET", `/figures/${rated.code}/rows?organisation=${organisation}&quarter=${quarter}&part=numerator&limit=200&after=${after}`);
    behind += body.items.length;
    after = body.next;
  } while (after);
  assert.equal(behind, rated.value);

  // A town below has its own report, with the same flow.
  const [town] = report.by_organisation.filter((child) => child.organisation.code === server.account("clerk").organisation);
  await visit(page, `/reports/quarterly?quarter=${quarter}`);
  await leads(page, /organisation=/, () => page.getByRole("link", { name: town.organisation.name }).last().press("Enter"));
  const { body: below } = await api(page, "GET", `/reports/quarterly?organisation=${town.organisation.code}&quarter=${quarter}`);
  assert.equal(below.revision, 1);
  assert.equal(below.balanced, true);
});

test("a closed quarter stays as it was, whatever is recorded later", async (t) => {
  const clerk = await signIn(t, server, "clerk", { expected: [403] });
  const report = async () => apart(JSON.parse((await server.run("report", "quarterly", "--organisation", clerk.account.organisation, "--quarter", quarter)).out));
  const [before, earlier] = await report();
  const { body: { items: [member] } } = await api(clerk, "GET", "/members?limit=1");
  const day = `${quarter.slice(0, 4)}-${String(Number(quarter[5]) * 3 - 2).padStart(2, "0")}-02`;
  const { status, body } = await api(clerk, "POST", `/members/${member.id}/decease`, { on: day });
  assert.ok(status < 300, JSON.stringify(body));
  const [after, later] = await report();
  assert.deepEqual(after, before, "the report has changed");
  if (earlier !== null) assert.equal(later, earlier, "its checkpoint stays");
  assert.equal((await visit(clerk, `/quarters/${quarter}/close`)).status(), 403);
});

test("what was recorded after the closing is amended by two supervisors and told by name", async (t) => {
  const first = await signIn(t, server, "supervisor");
  const organisation = first.account.organisation;
  const told = async (revision) => apart(JSON.parse((await server.run("report", "quarterly", "--organisation", organisation, "--quarter", quarter, "--revision", revision)).out));
  const [before] = await told("1");
  await visit(first, `/reports/quarterly?quarter=${quarter}`);
  await leads(first, `/quarters/${quarter}/amend`, () => first.getByRole("link", { name: "申请修订" }).press("Enter"));
  assert.match(await first.locator(".content").textContent(), /结账后又有补录或更正：按现有记录计算，与第1版相差\d+条/);
  await first.getByLabel("修订原因").fill("补登结账前去世的党员一名");
  await leads(first, `/quarters/${quarter}/amend`, () => first.keyboard.press("Alt+s"));
  assert.match(await first.locator(".content").textContent(), /修订申请是您提出的，须由另一位审核员复核确认/);

  const second = await signIn(t, server, "supervisor", { at: 1 });
  const waiting = second.locator(".tasks li", { hasText: `复核修订：${title}` });
  await leads(second, `/quarters/${quarter}/amend`, () => waiting.getByRole("link").press("Enter"));
  assert.match(await second.locator(".content").textContent(), /补登结账前去世的党员一名/);
  await leads(second, /^\/reports\/quarterly/, () => second.getByRole("button", { name: "复核确认，修订" }).press("Enter"));
  assert.match(await second.locator(".page-head").textContent(), /已结账 第2版/);
  assert.match(await second.locator(".content").textContent(), /第2版修订明细：与第1版相差\d+条/);
  assert.deepEqual((await told("1"))[0], before, "revision 1 stays as it was");

  // Why it changed: from the figure's change, cause by cause, to the people.
  await visit(second, `/figures/members.total/changes?from=${quarter}&from_revision=1&to=${quarter}&to_revision=2`);
  assert.match(await second.locator(".content").textContent(), /结账后删去或移出/);
  const sum = await second.locator("tbody tr", { hasText: "合计" }).textContent();
  assert.match(sum, /合计1−1/);
  await leads(second, /cause=corrected_removed/, () => second.getByRole("link", { name: "结账后删去或移出" }).first().press("Enter"));
  await leads(second, /^\/members\/0/, () => second.locator("section").last().locator("tbody a").first().press("Enter"));
});
