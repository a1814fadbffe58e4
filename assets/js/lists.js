// Lists: a click anywhere on a row opens it; arrow keys go from row to row while a row's link has the keyboard.
import { fresh } from "./page.js";

export function start(root) {
  for (const row of fresh(root, "tr[data-href]", "Row")) {
    row.addEventListener("click", (event) => {
      if (event.target.closest("a, button, input, label, summary") || String(window.getSelection())) return;
      const link = row.querySelector("a[href]");
      if (link && !event.ctrlKey && !event.metaKey) link.click();
      else window.open(row.dataset.href, "_blank", "noopener");
    });
    row.addEventListener("keydown", (event) => {
      if (!event.target.matches("a") || (event.key !== "ArrowDown" && event.key !== "ArrowUp")) return;
      const rows = Array.from(row.closest("table").querySelectorAll("tr[data-href]"));
      const next = rows[rows.indexOf(row) + (event.key === "ArrowDown" ? 1 : -1)];
      if (!next) return;
      event.preventDefault();
      next.querySelector("a")?.focus();
    });
  }
}
