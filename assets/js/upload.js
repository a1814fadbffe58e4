// Files chosen for a form or dropped onto its zone: one goes as every form does, without scripts too, several one after
// the other. And the progress of an import told by the server (server-sent events).
import { sendAll } from "./batch.js";
import { refusal, size } from "./files.js";
import { announce, fresh } from "./page.js";

export function start(root) {
  for (const zone of fresh(root, "[data-drop]", "Drop")) drop(zone, zone.closest("[data-batch]"));
  for (const place of fresh(root, "[data-progress]", "Progress")) follow(place);
}

function drop(zone, batch) {
  const input = zone.querySelector("input[type=file]");
  const note = zone.querySelector("[data-drop-note]");
  if (batch) {
    input.multiple = true;
    note.textContent = `将文件拖到此处，或按“选择文件”；同一种类可一次选 ${batch.dataset.together} 个以内。`;
  }
  const idle = note.textContent;
  const tell = (text, bad = false) => {
    note.textContent = text;
    note.classList.toggle("bad", bad);
    if (bad) announce(text);
  };
  const refused = (files) => {
    if (files.length < 2) return null;
    return batch ? refusal(files, Number(batch.dataset.together), Number(batch.dataset.largest)) : "一次只能上传一个文件。";
  };
  const told = () => {
    const files = Array.from(input.files);
    const why = refused(files);
    const chosen = files.map((file) => `${file.name}（${size(file.size)}）`).join("、");
    tell(why ?? (files.length > 1 ? `已选 ${files.length} 个文件：${chosen}` : chosen || idle), Boolean(why));
  };
  for (const kind of ["dragenter", "dragover"]) {
    zone.addEventListener(kind, (event) => {
      event.preventDefault();
      zone.classList.add("over");
    });
  }
  zone.addEventListener("dragleave", () => zone.classList.remove("over"));
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    zone.classList.remove("over");
    const why = unfit(event.dataTransfer) ?? refused(Array.from(event.dataTransfer.files));
    if (why) {
      tell(why, true);
      return;
    }
    input.files = event.dataTransfer.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  });
  input.addEventListener("change", told);
  input.form.addEventListener("submit", (event) => {
    const files = Array.from(input.files);
    const waits = batch && batch.dataset.busy;
    if (files.length === 1 && !waits) return;
    if (!files.length && input.getAttribute("aria-required") !== "true") return; // Something else is sent in its place.
    event.preventDefault();
    event.stopImmediatePropagation();
    if (waits) {
      announce("上一批文件还在上传，请等它们传完。");
      return;
    }
    const why = files.length ? refused(files) : "还没有选择文件，请先选择。";
    if (why) {
      tell(why, true);
      input.focus();
      return;
    }
    sendAll(batch, input, files);
  }, { capture: true });
}

/** Why what was dropped is no file, or null. */
function unfit(dropped) {
  const folders = Array.from(dropped.items, (item) => item.webkitGetAsEntry?.()).some((entry) => entry?.isDirectory);
  if (folders) return "不能上传文件夹，请打开文件夹，选择其中的文件。";
  return dropped.files.length ? null : "拖来的不是文件，请拖入文件。";
}

function follow(place) {
  const bar = place.querySelector("[data-progress-bar]");
  const text = place.querySelector("[data-progress-text]");
  const events = new EventSource(place.dataset.progress);
  events.addEventListener("progress", (event) => {
    const { stage, done, total } = JSON.parse(event.data);
    if (total) {
      bar.max = total;
      bar.value = done;
    } else bar.removeAttribute("value");
    text.textContent = total ? `${stage}：${done} / ${total} 行` : `${stage}：${done} 行`;
  });
  events.addEventListener("done", () => {
    events.close();
    announce("处理完成");
    window.location.reload();
  });
}
