// The rating grid: a plain table of inputs that moves like a sheet (arrows, Enter, Tab), takes a block pasted from
// Excel, checks every score as it is typed, and shows total and stars at once. The server computes them again.
import { announce, fresh } from "./page.js";

export function start(root) {
  for (const table of fresh(root, "table[data-grid]", "Grid")) new Grid(table);
}

/** A score in hundredths, or null when it is no number with at most two decimals. Counting in whole numbers is exact. */
export function hundredths(text) {
  const typed = text.normalize("NFKC").trim();
  const parts = /^(\d{1,6})(?:\.(\d{1,2}))?$/.exec(typed);
  return parts ? Number(parts[1]) * 100 + Number((parts[2] ?? "").padEnd(2, "0")) : null;
}

/** Hundredths as printed: `92`, `92.5`. */
export function printed(value) {
  const rest = value % 100;
  if (!rest) return String(value / 100);
  return `${Math.floor(value / 100)}.${String(rest).padStart(2, "0").replace(/0$/, "")}`;
}

class Grid {
  constructor(table) {
    this.table = table;
    this.form = table.closest("form");
    this.scale = (table.dataset.scale ?? "").split(",").filter(Boolean).map((step) => {
      const [from, stars] = step.split(":");
      return { from: hundredths(from), stars };
    }).sort((left, right) => right.from - left.from);
    this.rows = Array.from(table.querySelectorAll("tr[data-row]"), (row) => Array.from(row.querySelectorAll(".cell input")));
    table.addEventListener("keydown", (event) => this.key(event));
    table.addEventListener("input", (event) => this.typed(event.target));
    table.addEventListener("paste", (event) => this.paste(event));
    table.addEventListener("focusin", (event) => {
      if (event.target.matches("input")) {
        event.target.dataset.before = event.target.value;
        event.target.select();
      }
    });
    for (const row of this.rows) for (const input of row) if (input.value) this.check(input);
    this.rows.forEach((_, index) => this.sum(index));
    this.count();
    this.form.addEventListener("submit", (event) => this.submit(event), { capture: true });
  }

  place(input) {
    for (const [row, cells] of this.rows.entries()) {
      const column = cells.indexOf(input);
      if (column >= 0) return { row, column };
    }
    return null;
  }

  go(row, column) {
    const input = this.rows[row]?.[column];
    if (input) input.focus();
    return Boolean(input);
  }

  key(event) {
    const input = event.target;
    if (!input.matches("input") || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    const at = this.place(input);
    if (!at) return;
    const inText = input.matches("[data-evidence]");
    const start = input.selectionStart === 0 && input.selectionEnd === 0;
    const end = input.selectionEnd === input.value.length;
    const whole = input.selectionStart === 0 && end;
    const moves = {
      ArrowUp: [-1, 0], ArrowDown: [1, 0], Enter: [event.shiftKey ? -1 : 1, 0],
      ArrowLeft: start || (whole && !inText) ? [0, -1] : null,
      ArrowRight: end ? [0, 1] : null,
    };
    if (event.key === "Escape") {
      input.value = input.dataset.before ?? input.value;
      this.typed(input);
      input.select();
      event.preventDefault();
    }
    const move = moves[event.key];
    if (!move) return;
    event.preventDefault();
    // Enter at the foot of a column goes on at the head of the next one.
    if (!this.go(at.row + move[0], at.column + move[1]) && event.key === "Enter" && !event.shiftKey) this.go(0, at.column + 1);
  }

  typed(input) {
    if (!input.matches?.("input")) return;
    this.check(input);
    const at = this.place(input);
    if (at) this.sum(at.row);
    this.count();
  }

  /** The reason why a score cannot stand, shown in the cell and below the grid. */
  check(input) {
    if (!input.matches("[data-score]")) return null;
    const text = input.value.trim();
    let reason = "";
    if (text) {
      const value = hundredths(text);
      const max = hundredths(input.dataset.max);
      if (value === null) reason = `“${text}”不是分数，请填 0 至 ${input.dataset.max} 的数字，最多两位小数`;
      else if (value > max) reason = `${text} 超过满分 ${input.dataset.max}`;
    }
    if (reason) {
      input.setAttribute("aria-invalid", "true");
      input.title = `${input.dataset.name}：${reason}`;
    } else {
      input.removeAttribute("aria-invalid");
      input.removeAttribute("title");
    }
    return reason;
  }

  sum(index) {
    const cells = this.rows[index].filter((input) => input.matches("[data-score]"));
    const row = this.table.querySelectorAll("tr[data-row]")[index];
    const values = cells.map((input) => (input.hasAttribute("aria-invalid") ? null : hundredths(input.value)));
    const complete = values.every((value) => value !== null);
    const total = values.reduce((sum, value) => sum + (value ?? 0), 0);
    row.querySelector("[data-total]").textContent = complete ? printed(total) : "";
    const step = complete ? this.scale.find((candidate) => total >= candidate.from) : null;
    row.querySelector("[data-stars]").textContent = complete ? `${step?.stars ?? 0} 星` : "";
    row.dataset.complete = String(complete);
  }

  count() {
    const done = this.form.querySelector("[data-grid-done]");
    if (done) done.textContent = String(this.table.querySelectorAll('tr[data-complete="true"]').length);
  }

  /** A block from Excel fills cells from the one that has the keyboard; what does not fit is named. */
  paste(event) {
    const at = this.place(event.target);
    const text = event.clipboardData?.getData("text/plain") ?? "";
    if (!at || !/[\t\n]/.test(text)) return;
    event.preventDefault();
    const lines = text.replace(/\r/g, "").replace(/\n$/, "").split("\n").map((line) => line.split("\t"));
    let filled = 0;
    let outside = 0;
    const touched = new Set();
    for (const [down, line] of lines.entries()) {
      for (const [across, value] of line.entries()) {
        const input = this.rows[at.row + down]?.[at.column + across];
        if (!input || input.readOnly) {
          if (value.trim()) outside += 1;
          continue;
        }
        input.value = value.trim();
        input.dataset.before = input.value;
        this.check(input);
        filled += 1;
        touched.add(at.row + down);
      }
    }
    for (const row of touched) this.sum(row);
    this.count();
    event.target.select();
    event.target.dispatchEvent(new Event("change", { bubbles: true }));
    const wrong = this.table.querySelectorAll('[aria-invalid="true"]').length;
    this.say(`已粘贴 ${filled} 格${outside ? `，${outside} 格超出表格或不可修改，没有填入` : ""}${wrong ? `；有 ${wrong} 格需要更正` : ""}。`, Boolean(wrong || outside));
  }

  submit(event) {
    const first = this.table.querySelector('[aria-invalid="true"]');
    if (!first) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    first.focus();
    this.say(first.title || "请先更正标红的格。", true);
  }

  say(text, bad) {
    let note = this.form.querySelector("[data-grid-message]");
    if (!note) {
      note = document.createElement("span");
      note.dataset.gridMessage = "";
      this.form.querySelector("[data-grid-note]").append(" · ", note);
    }
    note.textContent = text;
    note.classList.toggle("bad", bad);
    announce(text);
  }
}
