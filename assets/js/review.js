// The review of ratings: choose all, say how many are chosen, one open "send back" at a time.
import { fresh } from "./page.js";

export function start(root) {
  for (const all of fresh(root, "input[data-pick-all]", "Pick")) {
    const table = all.closest("table");
    const button = document.querySelector("[data-pick-submit]");
    const note = document.querySelector("[data-pick-note]");
    const picks = () => Array.from(table.querySelectorAll("input[data-pick]"));
    const tell = () => {
      const chosen = picks().filter((pick) => pick.checked).length;
      all.checked = chosen > 0 && chosen === picks().length;
      all.indeterminate = chosen > 0 && chosen < picks().length;
      if (button) button.disabled = chosen === 0;
      if (note) note.textContent = `已选 ${chosen} / ${picks().length} 人`;
    };
    all.addEventListener("change", () => {
      for (const pick of picks()) pick.checked = all.checked;
      tell();
    });
    table.addEventListener("change", tell);
    tell();
  }
  for (const details of fresh(root, "details.send-back", "Back")) {
    details.addEventListener("toggle", () => {
      if (!details.open) return;
      for (const other of document.querySelectorAll("details.send-back[open]")) if (other !== details) other.open = false;
      details.querySelector("textarea")?.focus();
    });
    details.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      details.open = false;
      details.querySelector("summary").focus();
    });
  }
}
