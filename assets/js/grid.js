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

/** A weight in millionths. */
function millionths(text) {
  const [whole, rest = ""] = text.split(".");
  return BigInt(whole + rest.padEnd(6, "0").slice(0, 6));
}

/**
 * The total of a row in hundredths as the server computes it: the sum of score times weight, each up to its cap, or that
 * divided by the weights, or by the number, of those that counted, rounded half up; null while nothing, or not enough, is
 * filled in.
 */
export function totalOf(scores, { aggregation, missingPart }) {
  const given = scores.filter(({ value }) => value !== null);
  if (!given.length || (given.length < scores.length && missingPart !== "zero" && missingPart !== "leave_out")) return null;
  const product = ({ value, weight, cap }) => {
    const exact = BigInt(value) * millionths(weight);
    const most = cap ? BigInt(hundredths(cap)) * 1_000_000n : exact;
    return exact < most ? exact : most;
  };
  const sum = given.reduce((total, score) => total + product(score), 0n);
  const counted = missingPart === "leave_out" ? given : scores;
  const divisor = aggregation === "weighted_mean"
    ? counted.reduce((total, { weight }) => total + millionths(weight), 0n)
    : 1_000_000n * BigInt(aggregation === "mean" ? counted.length : 1);
  if (divisor === 0n) return null;
  return Number((2n * sum + divisor) / (2n * divisor));
}

class Grid {
  constructor(table) {
    this.table = table;
    this.form = table.closest("form");
    this.scale = (table.dataset.scale ?? "").split(",").filter(Boolean).map((step) => {
      const [from, level] = step.split(":");
      return { from: hundredths(from), level };
    }).sort((left, right) => right.from - left.from);
    this.decimals = Number(table.dataset.decimals ?? 2);
    this.rule = { aggregation: table.dataset.aggregation, missingPart: table.dataset.missingPart };
    this.rows = Array.from(table.querySelectorAll("tr[data-row]"), (row) => Array.from(row.querySelectorAll(".cell input")));
    // What the server marked (refused, or stored otherwise meanwhile) stays so until the cell is changed.
    for (const input of table.querySelectorAll('input[aria-invalid="true"]')) input.dataset.marked = input.value;
    table.addEventListener("keydown", (event) => this.key(event));
    table.addEventListener("input", (event) => this.typed(event.target));
    table.addEventListener("change", (event) => this.vetoed(event.target));
    table.addEventListener("paste", (event) => this.paste(event));
    table.addEventListener("focusin", (event) => {
      if (event.target.matches("input")) {
        event.target.dataset.before = event.target.value;
        event.target.select();
        this.say(event.target.title, true);
      }
    });
    for (const row of this.rows) for (const input of row) if (input.value) this.check(input);
    this.rows.forEach((_, index) => this.sum(index));
    this.count();
    this.form.addEventListener("submit", (event) => this.submit(event), { capture: true });
    this.form.querySelector("[data-fill]")?.addEventListener("click", (event) => this.fill(event.target.dataset.fill));
    this.begin();
  }

  /** Every score that is empty gets a value that the person asked for: nothing taken off, most often. */
  fill(value) {
    const empty = this.rows.flat().filter((input) => input.matches("[data-score]") && !input.readOnly && !input.value.trim());
    for (const input of empty) {
      input.value = value;
      this.check(input);
    }
    this.rows.forEach((_, index) => this.sum(index));
    this.count();
    empty[0]?.dispatchEvent(new Event("change", { bubbles: true }));
    this.say(`已在 ${empty.length} 个空格填 ${value}。`, false);
  }

  /** The keyboard goes to the first score that waits: one that was sent back, else the first empty one. */
  begin() {
    if (this.form.parentElement.querySelector("[data-problems]")) return;
    const open = this.rows.flat().filter((input) => input.matches("[data-score]") && !input.readOnly);
    (open.find((input) => input.closest("[data-returned]")) ?? open.find((input) => !input.value))?.focus();
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
    const moves = {
      ArrowUp: [-1, 0], ArrowDown: [1, 0], Enter: [event.shiftKey ? -1 : 1, 0],
      // Among scores the arrows leave the cell, as in a sheet; in a text they first go through it.
      ArrowLeft: start || !inText ? [0, -1] : null,
      ArrowRight: end || !inText ? [0, 1] : null,
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
    this.say(input.title, true);
  }

  vetoed(select) {
    if (!select.matches?.("select")) return;
    const row = Array.from(this.table.querySelectorAll("tr[data-row]")).indexOf(select.closest("tr[data-row]"));
    if (row >= 0) this.sum(row);
  }

  /** Why a score cannot stand, or nothing. */
  reason(input) {
    const text = input.value.trim();
    if (!text || !input.matches("[data-score]")) return "";
    const value = hundredths(text);
    const max = input.dataset.max;
    const places = this.decimals ? `最多${this.decimals}位小数` : "须是整数";
    if (value === null) return `“${text}”不是分数，请填 0 至 ${max} 的数字，${places}`;
    if (value > hundredths(max)) return `${text} 超过满分 ${max}`;
    if (value % 10 ** (2 - Math.min(this.decimals, 2))) return `${text} 的小数位数太多，${places}`;
    return "";
  }

  /** Marks a cell whose score cannot stand, and says why in its title. */
  check(input) {
    const reason = this.reason(input);
    if (!reason && input.dataset.marked === input.value) return;
    delete input.dataset.marked;
    if (reason) {
      input.setAttribute("aria-invalid", "true");
      input.title = `${input.dataset.name}：${reason}`;
    } else {
      input.removeAttribute("aria-invalid");
      input.removeAttribute("title");
    }
  }

  /** The score of a cell in hundredths: what is typed, or what a deduction leaves of full marks. */
  score(input) {
    const typed = hundredths(input.value);
    return typed === null || !this.table.matches("[data-deducts]") ? typed : hundredths(input.dataset.max) - typed;
  }

  sum(index) {
    const cells = this.rows[index].filter((input) => input.matches("[data-score]"));
    const row = this.table.querySelectorAll("tr[data-row]")[index];
    const wrong = cells.some((input) => this.reason(input));
    const scores = cells.map((input) => ({ value: this.score(input), weight: input.dataset.weight ?? "1", cap: input.dataset.cap }));
    const total = wrong ? null : totalOf(scores, this.rule);
    const complete = total !== null;
    // What raters' scores become together, the server alone knows: what it said stays.
    if (this.table.matches("[data-sheet-of-rater]")) {
      row.dataset.complete = String(complete);
      return;
    }
    row.querySelector("[data-total]").textContent = complete ? printed(total) : "";
    const step = complete ? this.scale.find((candidate) => total >= candidate.from) : null;
    const level = row.querySelector("[data-stars]");
    const veto = row.querySelector("select")?.selectedOptions[0]?.dataset.level;
    if (level) level.textContent = complete ? veto || (step?.level ?? this.table.dataset.lowest ?? "") : "";
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
    const wrong = this.rows.flat().filter((cell) => this.reason(cell)).length;
    this.say(`已粘贴 ${filled} 格${outside ? `，${outside} 格超出表格或不可修改，没有填入` : ""}${wrong ? `；有 ${wrong} 格需要更正` : ""}。`, Boolean(wrong || outside));
  }

  submit(event) {
    const first = this.rows.flat().find((input) => this.reason(input));
    if (!first) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    first.focus();
    first.select(); // What is typed next replaces it.
    this.say(first.title, true);
  }

  say(text, bad) {
    // Beside the buttons, which are always in view.
    const note = this.form.querySelector("[data-form-note]");
    if (!note) return;
    note.textContent = text;
    note.classList.toggle("bad", bad);
    if (text) announce(text);
  }
}
