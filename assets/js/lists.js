// Lists: the filter is followed as it is typed (htmx), a click anywhere on a row opens it; arrow keys go from row to row while a row's link has the keyboard.
import { announce, fresh } from "./page.js";

export function start(root) {
  for (const form of fresh(root, "form.filter[hx-post]", "Filter")) {
    form.addEventListener("htmx:afterSwap", () => {
      const shown = document.querySelectorAll("#members tr[data-href]").length;
      announce(shown ? `列出 ${shown} 人` : "没有符合条件的党员");
    });
    form.addEventListener("htmx:responseError", (event) => {
      if (event.detail.xhr.status === 401) window.location.reload();
      else announce("筛选没有完成，请再试一次");
    });
    form.addEventListener("htmx:sendError", () => announce("网络不通，名册没有更新"));
  }
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
