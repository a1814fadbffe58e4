// The list of words under a cell: codes found by name, pinyin, initials or the code itself, organisations asked for while
// somebody types. One list for all cells; what is chosen is the word itself, as it would stand in a workbook.
import { matching } from "./picker.js";

/** Columns with several words in a cell have them between these. */
const BETWEEN = /[；;]/;

export class Words {
  /** `chosen` is told of a cell that got its word late, after it was left. */
  constructor(form, chosen) {
    this.chosen = chosen;
    this.asked = 0;
    this.shown = [];
    this.active = -1;
    this.list = form.appendChild(document.createElement("ul"));
    this.list.className = "picker-list entry-words";
    this.list.id = "entry-words";
    this.list.hidden = true;
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", "可选的词");
    // mousedown, since the click comes after the cell has lost the focus.
    this.list.addEventListener("mousedown", (event) => {
      event.preventDefault();
      const item = event.target.closest("[role=option]");
      const option = this.shown[Number(item?.dataset.index)];
      if (option) this.choose(option);
    });
  }

  isOpen() {
    return !this.list.hidden;
  }

  /** Something was typed into a cell. */
  typed(input, column) {
    if (!column.words && !column.address) return;
    const wanted = last(input.value);
    if (wanted) this.open(input, column, wanted);
    else this.close();
  }

  /** Everything that the cell may hold. */
  all(input, column) {
    if (column.words || column.address) this.open(input, column, "");
  }

  async open(input, column, wanted) {
    this.input = input;
    this.column = column;
    const turn = ++this.asked;
    let options = column.words && (wanted ? matching(column.words, wanted) : column.words);
    if (column.address) {
      this.show([]);
      this.list.hidden = true;
      options = await ask(column.address, wanted);
      if (turn !== this.asked) {
        this.late(input, column, wanted, options);
        return;
      }
    }
    this.show(options);
  }

  /** The answer came when the cell was left already: it is taken where only one fits. */
  late(input, column, wanted, options) {
    if (document.activeElement === input || input.value.trim() !== wanted) return;
    const exact = options.filter(({ name, code }) => name === wanted || code === wanted);
    const [only, other] = exact.length ? exact : options;
    if (!only || other) return;
    input.value = word(only, options, column);
    this.chosen(input);
  }

  show(options) {
    if (document.activeElement !== this.input) return;
    this.shown = options;
    this.list.replaceChildren(...options.map((option, index) => {
      const item = document.createElement("li");
      item.id = `entry-word-${index}`;
      item.dataset.index = String(index);
      item.setAttribute("role", "option");
      const name = document.createElement("span");
      name.textContent = option.name;
      const note = document.createElement("small");
      note.textContent = option.note ?? option.code;
      item.append(name, note);
      return item;
    }));
    this.list.hidden = !options.length;
    this.input.setAttribute("aria-expanded", String(Boolean(options.length)));
    if (!options.length) return;
    place(this.list, this.input);
    const current = options.findIndex(({ name }) => name === this.input.value.trim());
    this.mark(last(this.input.value) && current < 0 ? 0 : current);
  }

  /** The cell has moved. */
  follow() {
    if (this.isOpen()) place(this.list, this.input);
  }

  mark(index) {
    this.active = index;
    for (const [at, item] of Array.from(this.list.children).entries()) item.setAttribute("aria-selected", String(at === index));
    const item = this.list.children[index];
    if (item) {
      this.input.setAttribute("aria-activedescendant", item.id);
      item.scrollIntoView({ block: "nearest" });
    } else this.input.removeAttribute("aria-activedescendant");
  }

  close() {
    this.asked += 1;
    this.list.hidden = true;
    this.active = -1;
    this.input?.setAttribute("aria-expanded", "false");
    this.input?.removeAttribute("aria-activedescendant");
  }

  /** Whether a key was meant for the list. */
  key(event) {
    if (!this.isOpen() || event.ctrlKey || event.metaKey || event.altKey) return false;
    const count = this.shown.length;
    if (event.key === "ArrowDown") this.mark((this.active + 1) % count);
    else if (event.key === "ArrowUp") this.mark((this.active - 1 + count) % count);
    else if (event.key === "Escape") this.close();
    else if (event.key === "Enter" && this.active >= 0) this.choose(this.shown[this.active]);
    else return false;
    return true;
  }

  choose(option) {
    this.input.value = this.put(this.input.value, word(option, this.shown, this.column));
    this.close();
  }

  put(text, chosen) {
    const before = text.split(BETWEEN).slice(0, -1).map((part) => part.trim()).filter(Boolean);
    return [...before, chosen].join("；");
  }

  /** A cell is left: what stands in it becomes the word that it means, where it means one. */
  settle(input, column) {
    const wanted = last(input.value);
    if (wanted && column.words) {
      const exact = column.words.find(({ name }) => name === wanted) ?? column.words.find(({ code }) => code && code.toLowerCase() === wanted.toLowerCase());
      const found = exact ?? (this.isOpen() && this.input === input ? this.shown[this.active] : null);
      if (found) input.value = this.put(input.value, found.name);
    } else if (wanted && column.address && this.isOpen() && this.input === input) {
      const exact = this.shown.filter(({ name, code }) => name === wanted || code === wanted);
      const found = exact.length ? exact[0] : this.shown[this.active];
      if (found && !(exact.length > 1 && exact[0].name === wanted)) input.value = word(found, this.shown, column);
    }
    this.close(); // What is still on its way comes late.
  }
}

/** The last of the words of a cell: the one that is being typed. */
function last(text) {
  return text.split(BETWEEN).at(-1).trim();
}

/** What stands in a cell for an organisation: its name, or its code where the name does not tell which, or codes are asked for. */
function word(option, options, column) {
  const alike = options.filter(({ name }) => name === option.name).length > 1;
  return column.byCode || (column.address && alike) ? option.code : option.name;
}

async function ask(address, wanted) {
  const answer = await fetch(`${address}?q=${encodeURIComponent(wanted)}`, { headers: { Accept: "application/json" } }).catch(() => null);
  return answer?.ok ? answer.json() : [];
}

/** Puts something right below a cell, or above it where there is no room. */
export function place(element, input) {
  const { left, top, bottom } = input.getBoundingClientRect();
  const { width, height } = element.getBoundingClientRect();
  const below = bottom + height < window.innerHeight - 48;
  element.style.left = `${Math.max(8, Math.min(left, window.innerWidth - width - 8))}px`;
  element.style.top = `${below ? bottom + 1 : top - height - 1}px`;
}
