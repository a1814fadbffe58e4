// Dates typed as digits: 19880701, 1988/7/1, 1988.7.1, 1988年7月1日 become 1988-07-01 when the field is left.
// What is no date stays as typed: the server names it in its answer.
import { fresh } from "./page.js";

/** The date in the form `YYYY-MM-DD`, or null. */
export function normal(text) {
  const typed = text.trim();
  const parts = /^(\d{4})(\d{2})(\d{2})$/.exec(typed) ?? /^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?$/.exec(typed);
  if (!parts) return null;
  const [year, month, day] = parts.slice(1).map(Number);
  const date = new Date(Date.UTC(year, month - 1, day));
  const real = date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  return real ? `${String(year).padStart(4, "0")}-${String(month).padStart(2, "0")}-${String(day).padStart(2, "0")}` : null;
}

export function start(root) {
  for (const input of fresh(root, "input[data-date]", "Date")) {
    input.addEventListener("blur", () => {
      const date = normal(input.value);
      if (date) input.value = date;
    });
  }
}
