// Keys for the whole page: / searches, Alt+S saves, Alt and a letter named on a link or button (data-key) presses it.
import { save } from "./forms.js";

export function start() {
  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.defaultPrevented) return;
    const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.altKey && !event.metaKey) {
      const search = document.getElementById("site-search");
      if (search) {
        event.preventDefault();
        search.focus();
        search.select();
      }
      return;
    }
    if (!event.altKey || event.ctrlKey || event.metaKey) return;
    const letter = event.code?.startsWith("Key") ? event.code.slice(3).toLowerCase() : event.key.toLowerCase();
    if (letter === "s") {
      if (save()) event.preventDefault();
      return;
    }
    const target = /^[a-z]$/.test(letter) ? document.querySelector(`[data-key="${letter}"]`) : null;
    if (target) {
      event.preventDefault();
      target.click();
    }
  });
}
