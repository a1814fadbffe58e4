// Showing a masked identifier: a purpose is asked for, the server writes it into the trail and answers with the value
// as text, which is masked again after a minute.
import { announce, fresh, post } from "./page.js";

const SHOWN_FOR = 60_000;

export function start(root) {
  const dialog = document.getElementById("reveal-dialog");
  if (!dialog) return;
  for (const button of fresh(root, "button[data-reveal]", "Reveal")) button.addEventListener("click", () => ask(dialog, button));
  for (const close of fresh(root, "#reveal-dialog [data-close]", "Close")) close.addEventListener("click", () => dialog.close());
}

function ask(dialog, button) {
  const form = dialog.querySelector("[data-reveal-form]");
  const error = dialog.querySelector("[data-reveal-error]");
  dialog.querySelector("[data-reveal-label]").textContent = button.dataset.label;
  error.textContent = "";
  form.onsubmit = async (event) => {
    event.preventDefault();
    const purpose = form.elements.namedItem("purpose");
    if (!purpose.value.trim()) {
      error.textContent = "请写明用途，用途会记入审计记录。";
      purpose.focus();
      return;
    }
    const answer = await post(button.dataset.reveal, { field: button.dataset.field, purpose: purpose.value.trim() }).catch(() => null);
    if (!answer?.ok) {
      error.textContent = await reason(answer);
      return;
    }
    show(button, (await answer.text()).trim());
    dialog.close();
  };
  dialog.showModal();
  form.elements.namedItem("purpose").focus();
}

async function reason(answer) {
  if (!answer) return "网络不通，请稍后再试。";
  if (answer.status === 401) return "登录已过期，请重新登录。";
  if (answer.status === 429) return "显示次数过多，请稍后再试。";
  const text = await answer.text();
  return text && text.length < 200 && !text.includes("<") ? text : "不能显示，请稍后再试。";
}

function show(button, value) {
  const mask = button.closest("[data-masked]").querySelector("[data-mask]");
  const before = mask.textContent;
  mask.textContent = value;
  button.hidden = true;
  announce(`${button.dataset.label} ${value}`);
  setTimeout(() => {
    mask.textContent = before;
    button.hidden = false;
  }, SHOWN_FOR);
}
