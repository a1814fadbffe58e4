// A file dropped onto the zone, and the progress of an import told by the server (server-sent events).
import { announce, fresh } from "./page.js";

export function start(root) {
  for (const zone of fresh(root, "[data-drop]", "Drop")) drop(zone);
  for (const place of fresh(root, "[data-progress]", "Progress")) follow(place);
}

function drop(zone) {
  const input = zone.querySelector("input[type=file]");
  const note = zone.querySelector("[data-drop-note]");
  const idle = note.textContent;
  const tell = () => {
    const file = input.files[0];
    note.textContent = file ? `${file.name}（${size(file.size)}）` : idle;
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
    if (event.dataTransfer.files.length !== 1) {
      note.textContent = "一次只能上传一个文件。";
      return;
    }
    input.files = event.dataTransfer.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  });
  input.addEventListener("change", tell);
  input.form.addEventListener("submit", (event) => {
    if (input.files.length) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    note.textContent = "还没有选择文件，请先选择。";
    announce(note.textContent);
    input.focus();
  }, { capture: true });
}

function size(bytes) {
  return bytes < 1024 * 1024 ? `${Math.max(1, Math.round(bytes / 1024))} KB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`;
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
