// A round of star ratings as people play it: opened, filled in, handed in.
import { press, tabToField } from "./browser.mjs";
import { leads, paste, visit } from "./story.mjs";

/** Opens a round for a branch with the keyboard alone; the page is then on its grid. */
export async function openRound(page, branch, period) {
  await visit(page, "/ratings/open");
  await page.keyboard.type(branch.name);
  await page.waitForSelector("#organisation-options [aria-selected=true]");
  await press(page, "Enter", "Shift+Tab", "Shift+Tab");
  await tabToField(page, "period");
  await page.keyboard.type(period);
  await leads(page, /^\/ratings\/rounds\/0/, () => page.keyboard.press("Alt+s"));
}

/** Pastes scores for everybody, of four and five stars in turn, from the cell that has the keyboard. */
export async function fill(page) {
  const people = await page.locator("tr[data-row]").count();
  const line = (index) => (index % 2 ? [19, 18, 19, 18, 18] : [16, 17, 16, 17, 16]).concat("支部大会评议").join("\t");
  await paste(page, `${Array.from({ length: people }, (_, index) => line(index)).join("\r\n")}\r\n`);
  return people;
}

/** Saves and hands in. */
export function submit(page) {
  return leads(page, /^\/ratings\/rounds\/0/, () => page.getByRole("button", { name: "保存并提交审核" }).press("Enter"));
}

/** Chooses all that wait and takes them a step further. */
export async function decide(page, word) {
  await page.getByLabel("选择全部可审核的").press("Space");
  await leads(page, /^\/ratings\//, () => page.getByRole("button", { name: word }).press("Enter"));
}
