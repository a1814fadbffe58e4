// The draft of a grid, kept by the server: what changed is sent a moment after it was left, one request after the other,
// and sent again when a lost connection is back. Nothing is kept in the browser's storage.
import { reach } from "./forms.js";
import { announce, token } from "./page.js";

const LEFT = 150; // Milliseconds after a cell was left …
const TYPED = 1500; // … or while somebody goes on typing in one.
const AGAIN = 4000;

const LOST = {
  network: "网络不通",
  session: "登录已过期，请在新窗口重新登录",
  database: "数据库暂时不可用",
};

export class Draft {
  /** `grid` gives the rows and their cells, and takes what a plan would say of them. */
  constructor(form, grid) {
    this.address = form.dataset.entry;
    this.writer = form.dataset.writer;
    this.grid = grid;
    this.place = form.querySelector("[data-entry-kept]");
    this.organisation = form.querySelector("[data-entry-organisation]");
    this.version = 0;
    this.touched = new Set();
    this.changed = false;
    this.sending = null;
    this.later = false;
    this.lost = false;
    for (const event of ["online", "focus"]) window.addEventListener(event, () => { if (this.lost) this.send(); });
  }

  /** The draft as it was kept; null where it could not be had, which the page then says. */
  async open() {
    const answer = await this.ask("GET");
    if (!answer?.ok) {
      this.say("没有取到保存过的内容，暂不能录入。", true, [["重试", () => window.location.reload()]]);
      return null;
    }
    const kept = await answer.json();
    this.version = kept.version;
    if (Array.from(this.organisation.options).some(({ value }) => value === kept.organisation)) this.organisation.value = kept.organisation;
    this.say(kept.kept_at ? `上次保存于 ${moment(kept.kept_at)}` : "还没有内容；填写后自动保存", false);
    return kept;
  }

  ask(method, body) {
    return fetch(this.address, {
      method,
      headers: { Accept: "application/json", "X-CSRF-Token": token(), ...(body && { "Content-Type": "application/json" }) },
      body: body && JSON.stringify(body),
      credentials: "same-origin",
      cache: "no-store",
    }).catch(() => null);
  }

  isTouched(key) {
    return this.touched.has(key);
  }

  /** Whether something is not kept yet. */
  waits() {
    return this.changed || this.sending !== null;
  }

  /** A row was changed, or (null) the rows themselves. */
  touch(key, typing = false) {
    if (key !== null) this.touched.add(key);
    this.changed = true;
    this.later = this.sending !== null;
    if (this.blocked) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.send(), typing ? TYPED : LEFT);
  }

  /** Sends all that is left; whether everything is kept now. */
  async flush() {
    clearTimeout(this.timer);
    if (this.sending) await this.sending;
    if (this.changed) await this.send();
    return !this.changed;
  }

  send() {
    if (this.sending || !this.changed || this.blocked) return this.sending ?? Promise.resolve();
    clearTimeout(this.timer);
    this.sending = this.work().finally(() => {
      this.sending = null;
      if (this.later && !this.lost) this.touch(null); // What was refused waits until it is changed.
    });
    return this.sending;
  }

  async work() {
    if (this.lost) {
      const kind = await reach(document.body.dataset.alive);
      if (kind) {
        this.wait(kind);
        return;
      }
    }
    const rows = this.grid.rows();
    const filled = rows.filter((row) => Object.keys(this.grid.cells(row)).length);
    const order = rows.slice(0, rows.indexOf(filled.at(-1)) + 1);
    const sent = new Set(this.touched);
    const body = {
      organisation: this.organisation.value,
      writer: this.writer,
      version: this.version,
      order: order.map(({ key }) => key),
      rows: order.filter(({ key }) => sent.has(key)).map((row) => ({ key: row.key, cells: this.grid.cells(row) })),
    };
    this.touched.clear();
    this.changed = false;
    if (!this.lost) this.say("正在保存…", false);
    const answer = await this.ask("PUT", body);
    if (answer?.ok) {
      const kept = await answer.json();
      this.version = kept.version;
      if (this.lost) announce("连接已恢复，内容已保存。");
      this.lost = false;
      this.say(`已保存 ${moment(kept.kept_at)}`, false);
      this.grid.told(kept.checked);
      return;
    }
    for (const key of sent) this.touched.add(key);
    this.changed = true;
    await this.failed(answer);
  }

  async failed(answer) {
    if (!answer) this.wait("network");
    else if (answer.status === 401) this.wait("session");
    else if (answer.status === 503) this.wait("database");
    else if (answer.status === 412) {
      this.blocked = true;
      this.say("这张表格在另一个窗口里改过，本页的修改没有保存。", true, [
        ["载入最新内容", () => { this.changed = false; window.location.reload(); }],
        ["以本页为准保存", () => this.overrule()],
      ]);
    } else if (answer.status === 403 && !this.lost) this.wait("session");
    else {
      const problem = await answer.json().catch(() => null);
      this.say(`没有保存：${problem?.detail ?? "服务器没有收下"}`, true);
    }
  }

  /** All rows of this page take the place of what another one kept. */
  async overrule() {
    const answer = await this.ask("GET");
    if (!answer?.ok) return;
    this.version = (await answer.json()).version;
    for (const { key } of this.grid.rows()) this.touched.add(key);
    this.changed = true;
    this.blocked = false;
    this.send();
  }

  /** Says that the connection is lost, and tries again in a while. */
  wait(kind) {
    const count = this.touched.size;
    const told = this.lost;
    this.lost = true;
    this.say(`${LOST[kind]}：${count ? `${count} 行` : "改动"}还没有保存，可继续填写，恢复后自动保存；请不要关闭本页。`, true);
    if (!told) announce(this.place.textContent);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.send(), AGAIN);
  }

  say(text, bad, buttons = []) {
    this.place.textContent = text;
    this.place.classList.toggle("bad", bad);
    for (const [word, press] of buttons) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "btn btn-small";
      button.textContent = word;
      button.addEventListener("click", press);
      this.place.append(button);
    }
  }
}

/** A moment as people say it: with its day where that is not today. */
function moment(text) {
  const date = new Date(text);
  const time = date.toLocaleTimeString("zh-CN", { hour12: false });
  return date.toDateString() === new Date().toDateString() ? time : `${date.toLocaleDateString("zh-CN")} ${time}`;
}
