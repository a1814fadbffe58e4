// Several files chosen for a form: sent one after the other by its own route, with a line for each that says how far it
// is, leads to its plan, or says why the server did not take it. What is said of a file is what the page says that a
// form alone would have led to.
import { inTurn, size, sum } from "./files.js";
import { obstacle, say, settled } from "./forms.js";
import { announce, post } from "./page.js";

/** Sends the chosen files; another press meanwhile sends nothing. */
export async function sendAll(batch, input, files) {
  const { form } = input;
  batch.dataset.busy = "1";
  try {
    const alive = document.body.dataset.alive;
    say(form, "正在连接…", false);
    const problem = alive ? await obstacle(alive) : null;
    say(form, problem ?? "", Boolean(problem));
    if (problem) return;
    const fields = new FormData(form);
    fields.delete(input.name);
    input.value = ""; // What is on its way is not sent twice, and others may be chosen meanwhile.
    input.dispatchEvent(new Event("change", { bubbles: true }));
    settled(form);
    window.addEventListener("beforeunload", ask);
    await show(batch.querySelector("[data-batch-told]"), files, (file, reading) => send(form.action, fields, input.name, file, reading));
  } finally {
    window.removeEventListener("beforeunload", ask);
    delete batch.dataset.busy;
  }
}

function ask(event) {
  event.preventDefault();
}

/** Lists the files, sends them, and says at the end what came of all. */
async function show(box, files, deliver) {
  const heading = box.querySelector("h2");
  const note = box.querySelector("[data-batch-note]");
  const lines = files.map(line);
  box.querySelector("[data-batch-list]").replaceChildren(...lines.map(({ item }) => item));
  box.hidden = false;
  heading.focus();
  const end = await inTurn(files, deliver, (index, step) => {
    note.textContent = `第 ${index + 1} 个，共 ${files.length} 个。传完之前请不要离开本页。`;
    lines[index].tell(step);
  });
  note.textContent = sum(end);
  announce(note.textContent);
  if (!box.contains(document.activeElement)) heading.focus(); // Whoever reads in the list stays there.
}

const WORDS = { waiting: ["等待", "neutral"], sending: ["上传中", "waiting"], reading: ["已上传", "good"], taken: ["已上传", "good"], refused: ["未收下", "bad"] };

/** The line of a file: its name, its size, how far it is, and what came of it. */
function line(file) {
  const item = document.createElement("li");
  const state = part("span", "state", "");
  const told = part("span", "batch-told", "");
  item.append(part("span", "batch-name", file.name), part("span", "batch-size", size(file.size)), state, told);
  const tell = ({ step, plan, found, why }) => {
    const [word, tone] = WORDS[step];
    state.textContent = word;
    state.className = `state tone-${tone}`;
    told.textContent = why ?? (step === "reading" ? "正在读取…" : "");
    if (plan) {
      const link = part("a", "", "查看方案");
      link.href = plan;
      link.append(part("span", "visually-hidden", `：${file.name}`));
      told.append(link, found);
    }
    if (step === "taken" || step === "refused") announce(`${file.name}：${word}${why ? `，${why}` : ""}`);
  };
  tell({ step: "waiting" });
  return { item, tell };
}

function part(kind, name, text) {
  const element = document.createElement(kind);
  if (name) element.className = name;
  element.textContent = text;
  return element;
}

/** Sends one file as the form would: the server answers with the page of its plan, or with one that says why not. */
async function send(address, fields, name, file, reading) {
  const body = new FormData();
  for (const [field, value] of fields) body.append(field, value);
  body.append(name, file);
  let answer;
  let page;
  try {
    answer = await post(address, body);
    page = await parsed(answer);
  } catch {
    return { step: "refused", why: "网络中断，不知道服务器是否已收下；请刷新本页，在“以往的导入”中没有它时再上传。" };
  }
  const plan = new URL(answer.url).pathname;
  if (!plan.startsWith(`${new URL(address).pathname}/`)) return { step: "refused", why: refused(answer, page) };
  const place = page.querySelector("[data-progress]");
  if (place) {
    reading();
    await rest(place.dataset.progress);
    page = await fetch(plan).then(parsed).catch(() => null);
  }
  return outcome(plan, page);
}

/** Why the server did not take a file. Whoever has to sign in, or to do something else before, is led there. */
function refused(answer, page) {
  if (answer.redirected) return "登录已失效，或还有手续未办，没有收下；请刷新本页，按提示办理后再上传。";
  return sentences(page, ".problem > p:not([class]), .problem li, .door-card > p") || `没有收下（${answer.status}），请稍后再上传。`;
}

async function parsed(answer) {
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}

/** Waits until the server has read a file, or says no more of it: the page of its plan then tells the rest. */
function rest(address) {
  return new Promise((resolve) => {
    const events = new EventSource(address);
    for (const kind of ["done", "error"]) {
      events.addEventListener(kind, () => {
        events.close();
        resolve();
      });
    }
  });
}

/** What the page of a plan says. */
function outcome(plan, page) {
  const state = page?.querySelector(".page-head .state");
  if (state?.classList.contains("tone-bad")) return { step: "refused", why: sentences(page, ".notice.tone-bad") };
  const rows = Array.from(page?.querySelectorAll(".bucket") ?? [], (bucket) => [bucket.querySelector("span").textContent, bucket.querySelector("b").textContent]);
  const found = rows.filter(([, count]) => count !== "0").map(([name, count]) => `${name} ${count} 行`).join("，");
  return { step: "taken", plan, found: found || (state?.textContent ?? "") };
}

function sentences(page, selector) {
  const places = Array.from(page.querySelectorAll(selector)).filter((place) => !place.querySelector("a"));
  return places.map((place) => place.textContent.trim()).filter(Boolean).join(" ");
}

