// The flow of a form: Enter goes on to the next field, Ctrl+Enter or Alt+S saves, the first error takes the keyboard,
// leaving with unsaved changes is asked about, and nothing typed is lost to a lost network or an ended session: the
// form is sent only when the server answers and the session stands. Nothing is ever kept in the browser's storage.
import { announce, fresh, renewToken } from "./page.js";

const guarded = new Set();

export function start(root) {
  for (const form of fresh(root, "form[data-flow], form[data-grid-form]", "Form")) {
    guard(form);
    if (form.matches("[data-flow]")) form.addEventListener("keydown", (event) => flow(form, event));
    form.addEventListener("submit", (event) => send(form, event));
  }
  for (const button of fresh(root, "button[data-take]", "Take")) button.addEventListener("click", () => take(button));
  const problems = root.querySelector("[data-problems]");
  if (problems) (root.querySelector('[aria-invalid="true"]') ?? problems).focus();
}

/** Saves the form on the page: the shortcut from anywhere in it. */
export function save() {
  const forms = ["form[data-flow]", "form[data-grid-form]", "form[data-entry]"];
  const form = document.activeElement?.closest(forms.join())
    ?? document.querySelector(forms.map((one) => `.content ${one}`).join());
  if (!form) return false;
  form.requestSubmit(form.querySelector("[data-save]") ?? undefined);
  return true;
}

function flow(form, event) {
  if (event.key !== "Enter" || event.isComposing) return;
  if (event.ctrlKey || event.metaKey) {
    event.preventDefault();
    document.activeElement?.dispatchEvent(new Event("blur"));
    form.requestSubmit();
    return;
  }
  const here = event.target;
  if (here.matches("textarea, button, a, summary, input[type=file]")) return;
  const fields = stops(form);
  const next = fields[fields.indexOf(here) + 1];
  // At the end Enter comes to the button, which asks for one more; at the door it signs in, as everywhere.
  if (!next || (next.matches("button") && form.closest(".door"))) return;
  event.preventDefault();
  next.focus();
  if (next.matches("input[type=text], input[type=tel]")) next.select();
}

/** The controls in the order of the keyboard: one stop for a group of radio buttons. */
function stops(form) {
  const groups = new Set();
  return Array.from(form.elements).filter((control) => {
    if (control.type === "hidden" || control.disabled || control.readOnly || control.matches("fieldset, output")) return false;
    if (control.matches("button")) return control.type === "submit";
    if (control.type !== "radio") return true;
    const set = Array.from(form.elements).filter((other) => other.type === "radio" && other.name === control.name);
    const stop = set.find((other) => other.checked) ?? set[0];
    if (control !== stop || groups.has(control.name)) return false;
    groups.add(control.name);
    return true;
  });
}

function guard(form) {
  form.addEventListener("input", () => { guarded.add(form); });
  form.addEventListener("change", () => { guarded.add(form); });
}

window.addEventListener("beforeunload", (event) => {
  for (const form of guarded) {
    if (form.isConnected && !form.dataset.sending) event.preventDefault();
  }
});

async function send(form, event) {
  if (form.dataset.sending) {
    event.preventDefault(); // A second press would save twice.
    return;
  }
  const alive = document.body.dataset.alive;
  if (!alive) {
    form.dataset.sending = "1";
    return;
  }
  event.preventDefault();
  const submitter = event.submitter;
  form.dataset.sending = "1";
  say(form, "正在保存…", false);
  const problem = await obstacle(alive);
  if (problem) {
    delete form.dataset.sending;
    say(form, problem, true);
    return;
  }
  if (submitter?.name) {
    const chosen = document.createElement("input");
    chosen.type = "hidden";
    chosen.name = submitter.name;
    chosen.value = submitter.value;
    form.append(chosen);
  }
  form.submit();
}

/** What a form holds is on its way by other means: leaving loses nothing. */
export function settled(form) {
  guarded.delete(form);
}

const OBSTACLES = {
  network: "网络不通，尚未保存。填写的内容都在本页，请稍后再按保存。",
  session: "登录已过期，尚未保存。请在新窗口重新登录，然后回到本页再按保存。",
  database: "数据库暂时不可用，尚未保存。填写的内容都在本页，请稍后再按保存。",
};

/** Why the form cannot be sent now, or null. */
export async function obstacle(address) {
  return OBSTACLES[await reach(address)] ?? null;
}

/** What keeps the page from the server (`network`, `session` or `database`), or null: then the page has a fresh token. */
export async function reach(address) {
  let answer;
  try {
    answer = await fetch(address, { headers: { Accept: "application/json" }, cache: "no-store" });
  } catch {
    return "network";
  }
  // A stranger is led to the door.
  if (answer.status === 401 || answer.redirected) return "session";
  if (answer.status === 503) return "database";
  if (answer.ok && answer.headers.get("Content-Type")?.includes("json")) {
    const session = await answer.json().catch(() => ({}));
    if (session.csrf_token) renewToken(session.csrf_token);
  }
  return null;
}

/** Says something beside the button of a form. */
export function say(form, text, bad) {
  const note = form.querySelector("[data-form-note]");
  if (note) {
    note.textContent = text;
    note.classList.toggle("bad", bad);
  } else announce(text);
}

// Coming back by the browser's back button finds the form as it was, ready to be sent again.
window.addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  for (const form of guarded) delete form.dataset.sending;
});

/** Puts the other person's value into the form, and back again. */
function take(button) {
  const name = button.dataset.take;
  const control = document.getElementById(name);
  if (!control) return;
  const taken = button.getAttribute("aria-pressed") === "true";
  if (control.matches("fieldset")) {
    const radios = Array.from(control.querySelectorAll("input[type=radio]"));
    if (!taken) button.dataset.mine = radios.find((radio) => radio.checked)?.value ?? "";
    const wanted = taken ? button.dataset.mine : button.dataset.value;
    for (const radio of radios) radio.checked = radio.value === wanted;
  } else if (control.matches("[data-picker]")) {
    const carrier = control.nextElementSibling;
    if (!taken) {
      button.dataset.mine = carrier.value;
      button.dataset.mineShown = control.value;
    }
    control.dispatchEvent(new CustomEvent("cadre:set", {
      detail: taken
        ? { code: button.dataset.mine, name: button.dataset.mineShown }
        : { code: button.dataset.value, name: button.dataset.shown },
    }));
  } else {
    if (!taken) button.dataset.mine = control.value;
    control.value = taken ? button.dataset.mine : button.dataset.value;
  }
  button.setAttribute("aria-pressed", String(!taken));
  button.firstChild.textContent = taken ? "采用对方的" : "改回我的";
  control.dispatchEvent(new Event("change", { bubbles: true }));
}
