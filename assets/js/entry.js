// Rows typed instead of a workbook: a table of inputs that moves like a sheet, takes a block pasted from Excel or WPS,
// and is kept by the server as it is typed (entry-draft.js), which answers what a plan would say of every row.
import { normal } from "./dates.js";
import { block, placed } from "./entry-block.js";
import { Draft } from "./entry-draft.js";
import { STATES, doubles } from "./entry-told.js";
import { Words, place } from "./entry-words.js";
import { say } from "./forms.js";
import { announce, fresh } from "./page.js";

export function start(root) {
  for (const form of fresh(root, "form[data-entry]", "Entry")) new Entry(form);
}

const NAMED = 30;
const ROOM = 12;

class Entry {
  constructor(form) {
    this.form = form;
    this.most = Number(form.dataset.most);
    this.box = form.querySelector("[data-entry-box]");
    this.table = form.querySelector("[data-entry-table]");
    this.body = this.table.tBodies[0];
    this.columns = Array.from(this.table.querySelectorAll("th[data-field]"), column);
    this.pattern = this.build();
    this.rows = [];
    this.keys = 0;
    this.faulty = new WeakMap();
    this.words = new Words(form, (input) => this.changed(input));
    this.tip = form.appendChild(document.createElement("p"));
    this.tip.id = "entry-tip";
    this.tip.className = "entry-tip";
    this.tip.hidden = true;
    this.draft = new Draft(form, { rows: () => this.rows, cells: (row) => this.cells(row), told: (checked) => this.told(checked) });
    this.listen();
    this.open();
  }

  async open() {
    const kept = await this.draft.open();
    if (!kept) return;
    for (const { key, cells } of kept.rows) {
      const row = this.add(key);
      this.fill(row, cells);
      row.done = true;
    }
    this.grow(Math.max(ROOM, this.rows.length + 3));
    this.told(kept.checked);
    this.rows.find((row) => this.isEmpty(row))?.inputs[0].focus();
  }

  /** A row without content, to be copied. */
  build() {
    const line = document.createElement("tr");
    const number = document.createElement("th");
    number.scope = "row";
    number.append(document.createElement("b"), document.createElement("small"));
    line.append(number);
    for (const { words, address } of this.columns) {
      const input = document.createElement("input");
      input.type = "text";
      input.autocomplete = "off";
      input.spellcheck = false;
      if (words || address) {
        input.setAttribute("role", "combobox");
        input.setAttribute("aria-autocomplete", "list");
        input.setAttribute("aria-expanded", "false");
        input.setAttribute("aria-controls", "entry-words");
      }
      const cell = document.createElement("td");
      cell.className = "cell";
      cell.append(input);
      line.append(cell);
    }
    const end = document.createElement("td");
    const remove = document.createElement("button");
    remove.type = "button";
    remove.tabIndex = -1;
    remove.dataset.remove = "";
    remove.textContent = "×";
    end.append(remove);
    line.append(end);
    return line;
  }

  add(key = this.keys + 1, at = this.rows.length) {
    const line = this.pattern.cloneNode(true);
    const number = line.firstChild;
    number.id = `entry-row-${key}`;
    const inputs = Array.from(line.querySelectorAll("input"));
    inputs.forEach((input, index) => input.setAttribute("aria-labelledby", `${number.id} ${this.columns[index].id}`));
    const row = { key, line, inputs, left: new Set(), done: false, checked: null };
    for (const input of inputs) input.row = row;
    this.body.insertBefore(line, this.rows[at]?.line ?? null);
    this.rows.splice(at, 0, row);
    this.keys = Math.max(this.keys, key);
    this.number(at);
    return row;
  }

  /** Adds empty rows until there are so many, or as many as there may be. */
  grow(count) {
    while (this.rows.length < Math.min(count, this.most)) this.add();
  }

  number(from) {
    for (const [at, row] of this.rows.entries()) {
      if (at < from) continue;
      row.line.firstChild.firstChild.textContent = String(at + 1);
      row.line.lastChild.firstChild.setAttribute("aria-label", `删除第 ${at + 1} 行`);
    }
  }

  fill(row, cells) {
    this.columns.forEach(({ field }, index) => { row.inputs[index].value = cells[field] ?? ""; });
  }

  cells(row) {
    const filled = this.columns.map(({ field }, index) => [field, row.inputs[index].value.trim()]).filter(([, text]) => text);
    return Object.fromEntries(filled);
  }

  isEmpty(row) {
    return row.inputs.every((input) => !input.value.trim());
  }

  listen() {
    const { table } = this;
    table.addEventListener("keydown", (event) => this.key(event));
    table.addEventListener("input", (event) => this.typed(event.target, event.isComposing));
    table.addEventListener("compositionend", (event) => this.typed(event.target, false));
    table.addEventListener("paste", (event) => this.paste(event));
    table.addEventListener("focusin", (event) => { if (event.target.row) this.enter(event.target); });
    table.addEventListener("focusout", (event) => { if (event.target.row) this.leave(event.target); });
    table.addEventListener("mousedown", (event) => { if (event.target === document.activeElement) event.target.dataset.edits = "1"; });
    table.addEventListener("dblclick", (event) => { if (event.target.row) this.words.all(event.target, this.column(event.target)); });
    table.addEventListener("click", (event) => {
      const line = event.target.matches("[data-remove]") ? event.target.closest("tr") : null;
      if (line) this.remove(this.rows.find((row) => row.line === line));
    });
    // What hangs below a cell goes with it: moving to a cell scrolls too.
    this.box.addEventListener("scroll", () => {
      this.words.follow();
      if (!this.tip.hidden) place(this.tip, document.activeElement);
    });
    this.form.querySelector("[data-entry-add]").addEventListener("click", () => {
      const first = this.rows.length;
      this.grow(first + 20);
      if (this.rows[first]) this.rows[first].inputs[0].focus();
      else this.note(this.tooMany(first + 20), true);
    });
    this.form.querySelector("[data-entry-organisation]").addEventListener("change", () => this.draft.touch(null));
    this.form.querySelector("[data-entry-problems]").addEventListener("click", (event) => {
      const link = event.target.closest("a");
      if (!link) return;
      event.preventDefault();
      this.faulty.get(link)?.focus();
    });
    this.form.addEventListener("submit", (event) => this.submit(event));
    window.addEventListener("beforeunload", (event) => { if (this.draft.waits()) event.preventDefault(); });
    // Coming back from the plan: what it wrote has left the grid.
    window.addEventListener("pageshow", (event) => { if (event.persisted) window.location.reload(); });
  }

  column(input) {
    return this.columns[input.row.inputs.indexOf(input)];
  }

  enter(input) {
    if (this.active !== input.row) {
      const before = this.active;
      this.active = input.row;
      if (before) {
        before.done = !this.isEmpty(before); // From now on it has to be whole.
        this.mark(before);
      }
      this.problems();
    }
    input.dataset.before = input.value;
    delete input.dataset.edits;
    input.select();
    this.show(input);
    // What to fill in stands beside the button, unless something is offered there.
    if (!this.form.querySelector("[data-form-note] button")) this.note(this.column(input).hint, false);
  }

  /** The sentences about a cell stand right below it. */
  show(input) {
    const said = input.dataset.said ?? "";
    this.tip.textContent = said;
    this.tip.className = `entry-tip${input.hasAttribute("aria-invalid") ? " bad" : ""}`;
    this.tip.hidden = !said;
    if (said) place(this.tip, input);
  }

  leave(input) {
    input.row.left.add(input.row.inputs.indexOf(input));
    this.tip.hidden = true;
    this.words.settle(input, this.column(input));
    const date = this.column(input).shape === "date" ? normal(input.value) : null;
    if (date) input.value = date;
    if (input.value !== input.dataset.before) this.changed(input);
  }

  /** `composing`: an input method is still at it, and no word yet. */
  typed(input, composing) {
    if (!input.row) return;
    input.dataset.edits = "1";
    input.removeAttribute("aria-invalid");
    delete input.dataset.said;
    this.tip.hidden = true;
    if (!composing) this.words.typed(input, this.column(input));
    this.draft.touch(input.row.key, true);
    this.room(input.row);
  }

  /** Below the last row that holds something there is always an empty one. */
  room(row) {
    if (row === this.rows.at(-1)) this.grow(this.rows.length + 1);
  }

  changed(input) {
    this.draft.touch(input.row.key);
    this.room(input.row);
  }

  go(row, column) {
    const input = this.rows[row]?.inputs[column];
    input?.focus();
    return Boolean(input);
  }

  key(event) {
    const input = event.target;
    if (!input.row || event.isComposing) return;
    if (this.command(event, input)) {
      event.preventDefault();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const at = this.rows.indexOf(input.row);
    const column = input.row.inputs.indexOf(input);
    if (event.key === "Tab") {
      if (this.tab(event.shiftKey ? -1 : 1, at, column)) event.preventDefault();
      return;
    }
    // In a text that is being changed the arrows go through it first.
    const edits = input.dataset.edits;
    const start = !edits || (input.selectionStart === 0 && input.selectionEnd === 0);
    const end = !edits || (input.selectionStart === input.value.length && input.selectionEnd === input.value.length);
    const moves = { ArrowUp: [-1, 0], ArrowDown: [1, 0], Enter: [event.shiftKey ? -1 : 1, 0], ArrowLeft: start && [0, -1], ArrowRight: end && [0, 1] };
    const move = moves[event.key];
    if (!move) return;
    event.preventDefault();
    this.go(at + move[0], column + move[1]);
  }

  /** To the next cell, at the end of a row to the next row; from an empty last row out of the table. */
  tab(step, at, column) {
    if (this.rows[at].inputs[column + step]) return this.go(at, column + step);
    if (step > 0 && this.isEmpty(this.rows[at]) && at === this.rows.length - 1) return false;
    return this.go(at + step, step > 0 ? 0 : this.columns.length - 1);
  }

  /** The keys that do something else than move. */
  command(event, input) {
    const control = (event.ctrlKey || event.metaKey) && !event.altKey;
    if (this.words.key(event)) return true;
    if (control && event.key === "Enter") this.form.requestSubmit();
    else if (control && event.key === "Delete") this.remove(input.row);
    else if (control && event.key.toLowerCase() === "d") this.same(input);
    else if (event.key === "F8") this.next(input, event.shiftKey ? -1 : 1);
    else if (event.key === "F4" || (event.altKey && event.key === "ArrowDown")) this.words.all(input, this.column(input));
    else if (event.key === "F2") {
      input.dataset.edits = "1";
      input.setSelectionRange(input.value.length, input.value.length);
    } else if (event.key === "Escape") {
      input.value = input.dataset.before ?? input.value;
      this.changed(input);
      input.select();
      delete input.dataset.edits;
    } else return false;
    return true;
  }

  /** What stands in the cell above. */
  same(input) {
    const above = this.rows[this.rows.indexOf(input.row) - 1]?.inputs[input.row.inputs.indexOf(input)];
    if (!above) return;
    input.value = above.value;
    this.words.close();
    this.changed(input);
    input.select();
  }

  /** To the next cell that is to be put right. */
  next(input, step) {
    const wrong = Array.from(this.body.querySelectorAll("input")).filter((one) => one === input || one.hasAttribute("aria-invalid"));
    const found = wrong[(wrong.indexOf(input) + step + wrong.length) % wrong.length];
    if (found === input) this.note("没有其他需要更正的格。", false);
    else found.focus();
  }

  remove(row) {
    const at = this.rows.indexOf(row);
    if (at < 0) return;
    const column = Math.max(0, row.inputs.indexOf(document.activeElement));
    const cells = this.cells(row);
    const number = at + 1;
    this.rows.splice(at, 1);
    row.line.remove();
    this.grow(Math.max(this.rows.length, ROOM));
    this.number(at);
    this.draft.touch(null);
    if (this.active === row) this.active = null;
    this.go(Math.min(at, this.rows.length - 1), column);
    this.problems();
    if (Object.keys(cells).length) this.offerBack(number, cells);
  }

  /** A row that was deleted can be put back. */
  offerBack(number, cells) {
    const back = document.createElement("button");
    back.type = "button";
    back.className = "btn btn-small";
    back.textContent = "恢复";
    back.addEventListener("click", () => {
      if (this.rows.length >= this.most && this.isEmpty(this.rows.at(-1))) this.rows.pop().line.remove();
      const row = this.add(this.keys + 1, Math.min(number - 1, this.rows.length));
      this.fill(row, cells);
      this.draft.touch(row.key);
      row.inputs[0].focus();
    });
    this.note(`已删除第 ${number} 行。`, false);
    this.form.querySelector("[data-form-note]").append(back);
    announce(`已删除第 ${number} 行。`);
  }

  tooMany(count) {
    return `表格最多 ${this.most} 行，现要 ${count} 行，没有填入；更多的请下载空白工作簿填写，在“导入”页面上传。`;
  }

  /** A block fills cells from the one that has the keyboard, and rows are added; what finds no column is named. */
  paste(event) {
    const input = event.target;
    const text = event.clipboardData?.getData("text/plain") ?? "";
    if (!input.row || !/[\t\n]/.test(text.replace(/\n$/, ""))) return;
    event.preventDefault();
    this.words.close();
    const from = this.rows.indexOf(input.row);
    const titles = this.columns.map(({ title }) => title);
    const { rows, places } = placed(block(text), titles, input.row.inputs.indexOf(input));
    const needed = from + rows.length;
    if (needed > this.most) {
      this.note(this.tooMany(needed), true);
      return;
    }
    this.grow(needed + 1);
    const outside = new Set();
    let filled = 0;
    for (const [down, cells] of rows.entries()) {
      const row = this.rows[from + down];
      for (const [across, value] of cells.entries()) {
        const cell = row.inputs[places[across]];
        if (!cell) {
          if (value) outside.add(across);
          continue;
        }
        const date = this.columns[places[across]].shape === "date" ? normal(value) : null;
        cell.value = date ?? value;
        filled += 1;
      }
      row.done = true;
      this.draft.touch(row.key);
    }
    input.dataset.before = input.value;
    input.select();
    this.note(`已粘贴 ${rows.length} 行 ${filled} 格${outside.size ? `；有 ${outside.size} 列在表格里没有位置，没有填入` : ""}，正在核对。`, outside.size > 0);
  }

  /** What a plan would say of the rows. A row that was changed since waits for the next answer. */
  told(checked) {
    const found = new Map(checked.map((line) => [line.key, line]));
    for (const row of this.rows) {
      if (this.draft.isTouched(row.key)) continue;
      row.checked = found.get(row.key) ?? null;
      this.mark(row);
    }
    this.problems();
    const input = document.activeElement;
    if (input?.row && !this.words.isOpen()) this.show(input);
  }

  /** What is wrong with a row, as far as its writer has come: a cell that he has not been in is not missed yet. */
  faults(row) {
    const { errors = [], message } = row.checked ?? {};
    const due = errors.map((error) => ({ ...error, at: this.columns.findIndex(({ field }) => field === error.field) }))
      .filter(({ at }) => at < 0 || row !== this.active || row.done || row.inputs[at].value.trim() || row.left.has(at));
    return message ? [...due, { column: "", message, at: -1 }] : due;
  }

  mark(row) {
    const faults = this.faults(row);
    const warnings = [...(row.checked?.warnings ?? []), ...doubles(row.checked?.alike ?? [])];
    row.inputs.forEach((input, index) => {
      const { field } = this.columns[index];
      const wrong = faults.filter(({ at }) => at === index);
      const said = [...wrong, ...warnings.filter((one) => one.field === field)].map((one) => one.message).join("\n");
      attribute(input, "aria-invalid", wrong.length ? "true" : null);
      attribute(input, "data-said", said || null);
      attribute(input, "aria-describedby", said ? "entry-tip" : null);
      attribute(input, "class", said && !wrong.length ? "look" : null);
    });
    const waits = row.checked?.bucket === "refused" && !faults.length;
    const [word, tone] = (!waits && STATES[row.checked?.bucket]) || ["", ""];
    const number = row.line.firstChild;
    words(number.lastChild, word);
    attribute(number.lastChild, "class", tone ? `tone-${tone}` : null);
    const changes = row.checked?.changes ?? [];
    const known = changes.length ? `此人已登记，将变更：${changes.map(({ column: title }) => title).join("、")}` : row.checked?.message;
    attribute(number, "title", known ?? null);
  }

  /** The list of everything that is wrong, each leading to its cell, and how the rows stand. */
  problems() {
    const all = [];
    const counts = {};
    for (const [at, row] of this.rows.entries()) {
      if (row === this.active) this.mark(row);
      if (row.checked) counts[row.checked.bucket] = (counts[row.checked.bucket] ?? 0) + 1;
      for (const fault of this.faults(row)) all.push({ at, row, fault });
    }
    const filled = this.rows.filter((row) => !this.isEmpty(row)).length;
    const parts = Object.entries(STATES).filter(([bucket]) => counts[bucket]).map(([bucket, [word]]) => `${word === "更正" ? "需更正" : word} ${counts[bucket]}`);
    words(this.form.querySelector("[data-entry-count]"), filled ? `已填 ${filled} 行${parts.length ? `：${parts.join("，")}` : ""}` : "");
    const box = this.form.querySelector("[data-entry-problems]");
    box.hidden = !all.length;
    const told = JSON.stringify(all.map(({ at, fault }) => [at, fault.at, fault.message]));
    if (told === this.shown) return;
    this.shown = told;
    const lines = all.slice(0, NAMED).map(({ at, row, fault }) => {
      const item = document.createElement("li");
      const link = document.createElement("a");
      link.href = "#";
      this.faulty.set(link, row.inputs[Math.max(0, fault.at)]);
      link.textContent = `第 ${at + 1} 行${fault.column ? ` ${fault.column}` : ""}`;
      item.append(link, `：${fault.message}`);
      return item;
    });
    if (all.length > NAMED) {
      const more = document.createElement("li");
      more.textContent = `还有 ${all.length - NAMED} 处，都已在表格里标红。`;
      lines.push(more);
    }
    box.querySelector("ol").replaceChildren(...lines);
  }

  async submit(event) {
    event.preventDefault();
    if (this.form.dataset.sending) return;
    if (document.activeElement?.row) this.leave(document.activeElement);
    this.form.dataset.sending = "1";
    this.note("正在保存…", false);
    if (await this.draft.flush()) {
      this.form.submit();
      return;
    }
    delete this.form.dataset.sending;
    this.note("还有内容没有保存，方案暂不能生成；原因见表格上方。", true);
  }

  note(text, bad) {
    say(this.form, text, bad);
    if (text && bad) announce(text);
  }
}

// In a table of thousands of cells each change of the page is dear: what is as it should be is left alone.

function attribute(element, name, value) {
  if (element.getAttribute(name) === value) return;
  if (value === null) element.removeAttribute(name);
  else element.setAttribute(name, value);
}

function words(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function column(head) {
  const { field, shape, searchUrl: address, byCode, list } = head.dataset;
  const options = list ? Array.from(document.getElementById(list).options, (option) => ({
    code: option.dataset.code, name: option.value, keys: option.dataset.keys ?? "",
  })) : null;
  return { id: head.id, field, shape, address, byCode: byCode !== undefined, words: options, title: head.firstChild.textContent.trim(), hint: head.title };
}
