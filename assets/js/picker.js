// Codes found by name, pinyin, initials or the code itself: an editable combobox after the ARIA 1.2 pattern.
// The visible input keeps what is read; a hidden input carries the code, or what was typed when it is no code,
// so that the server can name it in its answer.
import { fresh } from "./page.js";

const LIMIT = 60;

export function start(root) {
  for (const input of fresh(root, "input[data-picker]", "Picker")) new Picker(input);
}

/** The options that fit what was typed: code, then beginning of name, pinyin or initials, then anything inside. */
export function matching(options, typed) {
  const wanted = typed.trim().toLowerCase();
  if (!wanted) return options.slice(0, LIMIT);
  const ranked = [];
  for (const option of options) {
    const words = option.keys.toLowerCase().split(" ").filter(Boolean);
    let rank = 9;
    if (option.code.toLowerCase() === wanted) rank = 0;
    else if (option.name === typed.trim()) rank = 1;
    else if (option.name.startsWith(typed.trim())) rank = 2;
    else if (words.some((word) => word === wanted)) rank = 3;
    else if (words.some((word) => word.startsWith(wanted))) rank = 4;
    else if (option.code.toLowerCase().startsWith(wanted)) rank = 5;
    else if (option.name.includes(typed.trim())) rank = 6;
    if (rank < 9) ranked.push([rank, option]);
  }
  ranked.sort((left, right) => left[0] - right[0]);
  return ranked.slice(0, LIMIT).map(([, option]) => option);
}

class Picker {
  constructor(input) {
    this.input = input;
    this.address = input.dataset.searchUrl;
    this.options = this.readOptions();
    this.shown = [];
    this.active = -1;
    this.asked = 0;
    this.build();
    // A code that came with the page stands until something else is typed.
    this.given = { text: input.value, code: input.dataset.code ?? input.value };
    this.settle(false);
    if (this.address && this.given.code && this.given.text === this.given.code) this.nameGiven();
    input.addEventListener("focus", () => input.select());
    input.addEventListener("click", () => this.open());
    input.addEventListener("input", () => this.typed());
    input.addEventListener("keydown", (event) => this.key(event));
    input.addEventListener("blur", () => { this.settle(true); this.close(); });
    input.addEventListener("cadre:set", (event) => this.set(event.detail.code, event.detail.name));
  }

  readOptions() {
    const list = this.input.list;
    if (!list) return [];
    return Array.from(list.options, (option) => ({
      code: option.dataset.code, name: option.value, keys: option.dataset.keys ?? "",
    }));
  }

  build() {
    const { input } = this;
    this.hidden = document.createElement("input");
    this.hidden.type = "hidden";
    this.hidden.name = input.name;
    input.removeAttribute("name");
    input.removeAttribute("list");
    input.after(this.hidden);
    this.list = document.createElement("ul");
    this.list.className = "picker-list";
    this.list.id = `${input.id}-options`;
    this.list.hidden = true;
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", input.labels?.[0]?.textContent ?? "");
    this.hidden.after(this.list);
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-autocomplete", "list");
    input.setAttribute("aria-expanded", "false");
    input.setAttribute("aria-controls", this.list.id);
    // mousedown, since the click comes after the input has lost the focus.
    this.list.addEventListener("mousedown", (event) => {
      event.preventDefault();
      const item = event.target.closest("[role=option]");
      if (item) this.choose(this.shown[Number(item.dataset.index)]);
    });
  }

  typed() {
    this.settle(false);
    this.open();
  }

  /** Asks for the name of a code that came without one. */
  async nameGiven() {
    const found = await this.ask(this.given.code);
    const option = found.find((candidate) => candidate.code === this.given.code);
    if (!option || this.input.value !== this.given.text) return;
    this.given.text = option.name;
    this.set(option.code, option.name);
  }

  async ask(typed) {
    const address = `${this.address}${this.address.includes("?") ? "&" : "?"}q=${encodeURIComponent(typed)}`;
    const answer = await fetch(address, { headers: { Accept: "application/json" } }).catch(() => null);
    const found = answer?.ok ? await answer.json() : [];
    return found.map((option) => ({ keys: "", ...option }));
  }

  async open() {
    if (this.input.readOnly) return;
    const typed = this.input.value;
    if (this.address) {
      const turn = ++this.asked;
      this.latest = turn;
      this.mark(-1); // What was found for fewer letters is not to be chosen any more.
      const found = await this.ask(this.isGiven() ? "" : typed);
      if (turn !== this.latest) return; // A later key has asked again.
      this.options = found;
      if (turn === this.asked) this.show(this.options);
      else this.late(typed);
    } else {
      const exact = this.options.find((option) => option.name === typed);
      this.show(exact && exact.code === this.hidden.value ? this.options.slice(0, LIMIT) : matching(this.options, typed));
    }
  }

  /** The answer came when the field was left already: what was typed is taken when it fits one option only. */
  late(typed) {
    if (document.activeElement === this.input || this.input.value !== typed || this.hidden.value !== typed.trim()) return;
    const exact = this.options.filter((option) => option.name === typed.trim());
    const [only, other] = exact.length ? exact : this.options;
    if (!typed.trim() || !only || other) return;
    this.set(only.code, only.name);
    this.input.dispatchEvent(new Event("change", { bubbles: true }));
  }

  show(options) {
    if (document.activeElement !== this.input) return;
    this.shown = options;
    this.list.replaceChildren(...options.map((option, index) => {
      const item = document.createElement("li");
      item.id = `${this.list.id}-${index}`;
      item.dataset.index = String(index);
      item.setAttribute("role", "option");
      const name = document.createElement("span");
      name.textContent = option.name;
      const note = document.createElement("small");
      note.textContent = option.note ?? option.code;
      item.append(name, note);
      return item;
    }));
    if (!options.length) {
      const none = document.createElement("li");
      none.className = "picker-none";
      none.setAttribute("role", "option");
      none.setAttribute("aria-disabled", "true");
      none.textContent = "没有符合的选项";
      this.list.append(none);
    }
    this.list.hidden = false;
    this.input.setAttribute("aria-expanded", "true");
    const current = options.findIndex((option) => option.code === this.hidden.value);
    this.mark(this.input.value.trim() && current < 0 ? 0 : current);
  }

  mark(index) {
    this.active = index < this.shown.length ? index : -1;
    for (const [at, item] of Array.from(this.list.children).entries()) {
      item.setAttribute("aria-selected", String(at === this.active));
    }
    const item = this.list.children[this.active];
    if (this.active >= 0 && item) {
      this.input.setAttribute("aria-activedescendant", item.id);
      item.scrollIntoView({ block: "nearest" });
    } else {
      this.input.removeAttribute("aria-activedescendant");
    }
  }

  close() {
    this.asked += 1;
    this.list.hidden = true;
    this.active = -1;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }

  key(event) {
    if (event.isComposing || event.ctrlKey || event.metaKey) return;
    const open = !this.list.hidden;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!open) { this.open(); return; }
      const step = event.key === "ArrowDown" ? 1 : -1;
      const count = this.shown.length;
      if (count) this.mark((this.active + step + count) % count);
    } else if (event.key === "Enter" && open && this.active >= 0) {
      this.choose(this.shown[this.active]); // The form's flow then goes on to the next field.
    } else if (event.key === "Escape" && open) {
      event.preventDefault();
      event.stopPropagation();
      this.close();
    }
  }

  isGiven() {
    return Boolean(this.given?.code) && this.input.value === this.given.text;
  }

  choose(option) {
    if (!option) return;
    this.set(option.code, option.name);
    this.close();
    this.input.dispatchEvent(new Event("change", { bubbles: true }));
  }

  set(code, name) {
    this.input.value = name;
    if (this.given && name === this.given.text) this.given.code = code; // A namesake was chosen.
    this.hidden.value = code;
  }

  /** Gives the hidden input the code of what stands in the visible one, or the text itself. */
  settle(tidy) {
    const typed = this.input.value.trim();
    if (this.isGiven()) {
      this.hidden.value = this.given.code;
      return;
    }
    const same = this.options.find((option) => option.name === typed && option.code === this.hidden.value);
    const exact = same
      ?? this.options.find((option) => option.name === typed)
      ?? this.options.find((option) => option.code.toLowerCase() === typed.toLowerCase());
    if (exact) {
      this.hidden.value = exact.code;
      if (tidy) this.input.value = exact.name;
      return;
    }
    const found = tidy && typed && !this.list.hidden && this.active >= 0 ? this.shown[this.active] : null;
    if (found) this.set(found.code, found.name);
    else this.hidden.value = typed;
  }
}
