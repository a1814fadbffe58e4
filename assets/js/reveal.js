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
  const box = dialog.querySelector("[data-reveal-proof]");
  const proof = form.elements.namedItem("proof");
  box.hidden = true;
  proof.value = "";
  error.textContent = "";
  form.onsubmit = async (event) => {
    event.preventDefault();
    const purpose = form.elements.namedItem("purpose");
    if (!purpose.value.trim()) {
      error.textContent = "请写明用途，用途会记入审计记录。";
      purpose.focus();
      return;
    }
    const asked = { field: button.dataset.field, purpose: purpose.value.trim() };
    if (!box.hidden && !(await proved(box, proof, error))) return;
    const answer = await post(button.dataset.reveal, asked).catch(() => null);
    if (answer?.status === 428) {
      wantProof(box, proof, await answer.text());
      return;
    }
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

/** Asks for the password or a one-time code: the last proof is too old. */
function wantProof(box, proof, kind) {
  const code = kind === "code";
  box.dataset.kind = code ? "proof_otp" : "proof_password";
  box.querySelector("[data-reveal-proof-label]").textContent = code ? "动态验证码" : "密码";
  proof.type = code ? "text" : "password";
  proof.inputMode = code ? "numeric" : "";
  proof.autocomplete = code ? "one-time-code" : "current-password";
  box.hidden = false;
  proof.focus();
}

/** Sends the proof; says whether it was taken. */
async function proved(box, proof, error) {
  const answer = await post("/session/proof", { [box.dataset.kind]: proof.value }).catch(() => null);
  proof.value = "";
  if (answer?.ok) {
    box.hidden = true;
    error.textContent = "";
    return true;
  }
  error.textContent = await reason(answer);
  proof.focus();
  return false;
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
