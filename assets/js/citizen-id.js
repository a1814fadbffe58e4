// A citizen ID checked while it is typed (GB 11643-1999): length, birth date, check digit; 15 digits of the old form
// are recognised. From a right number sex and birth date are filled in, and the server is asked for duplicates.
// The server checks again and has the last word.
import { fresh, post, changed } from "./page.js";

const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHECKS = "10X98765432";

/** The eighteenth place for the first seventeen digits. */
export function checkDigit(digits) {
  let sum = 0;
  for (let place = 0; place < 17; place += 1) sum += Number(digits[place]) * WEIGHTS[place];
  return CHECKS[sum % 11];
}

/** Full-width digits, spaces and a small x are put right. */
export function tidy(text) {
  return text.normalize("NFKC").replace(/[\s-]/g, "").toUpperCase();
}

/**
 * What is known of a typed number: `{state: "empty" | "partial" | "bad" | "good", message, number, birth, sex}`.
 * `now` is a date, for the birth that lies ahead.
 */
export function judge(text, now = new Date()) {
  const typed = tidy(text);
  if (!typed) return { state: "empty", message: "" };
  if (!/^\d*X?$/.test(typed) || (typed.endsWith("X") && typed.length !== 18)) {
    return { state: "bad", message: "公民身份号码只能由数字组成，第 18 位可以是 X。" };
  }
  if (typed.length > 18) return { state: "bad", message: `公民身份号码应为 18 位，现为 ${typed.length} 位。` };
  if (typed.length === 15) {
    const body = `${typed.slice(0, 6)}19${typed.slice(6)}`;
    const born = birth(body, now);
    if (!born) return { state: "bad", message: "15 位号码中的出生日期不存在，请核对。" };
    return {
      state: "old", message: `这是 15 位旧号码，对应的 18 位号码是 ${body}${checkDigit(body)}，请核对证件后填写 18 位号码。`,
      number: body + checkDigit(body),
    };
  }
  if (typed.length < 18) return { state: "partial", message: `已输入 ${typed.length} 位，共 18 位。` };
  const born = birth(typed, now);
  if (!born) return { state: "bad", message: `公民身份号码第 7 至 14 位“${typed.slice(6, 14)}”不是有效的出生日期，请核对。` };
  if (checkDigit(typed) !== typed[17]) {
    return { state: "bad", message: "公民身份号码的校验码（第 18 位）不符，请逐位核对证件。" };
  }
  const sex = Number(typed[16]) % 2 === 1 ? "1" : "2";
  return { state: "good", message: `号码有效：${sex === "1" ? "男" : "女"}，${born} 出生。`, number: typed, birth: born, sex };
}

function birth(number, now) {
  const [year, month, day] = [number.slice(6, 10), number.slice(10, 12), number.slice(12, 14)].map(Number);
  const date = new Date(Date.UTC(year, month - 1, day));
  const real = date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  if (!real || year < 1880 || date > now) return null;
  return `${number.slice(6, 10)}-${number.slice(10, 12)}-${number.slice(12, 14)}`;
}

export function start(root) {
  for (const input of fresh(root, "input[data-citizen-id]", "CitizenId")) watch(input);
}

function watch(input) {
  const field = input.closest(".field");
  const live = field.querySelector("[data-citizen-id-live]");
  const found = field.querySelector("[data-citizen-id-found]");
  let asked = "";
  let flight = null;

  const look = () => {
    const verdict = judge(input.value);
    live.textContent = verdict.message;
    live.classList.toggle("bad", verdict.state === "bad" || verdict.state === "old");
    if (verdict.state === "good") {
      input.removeAttribute("aria-invalid");
      field.querySelector(".field-error")?.remove();
      fill(input.form, verdict);
    }
    ask(verdict.state === "good" ? verdict.number : "");
  };

  const ask = async (number) => {
    const address = input.dataset.checkUrl;
    if (!address || number === asked) return;
    asked = number;
    flight?.abort();
    found.replaceChildren();
    if (!number) return;
    flight = new AbortController();
    try {
      const answer = await post(address, { citizen_id: number }, flight.signal);
      if (answer.ok && number === asked) found.innerHTML = await answer.text();
    } catch {
      // Without a network the server checks when the form is saved.
    }
  };

  input.addEventListener("input", look);
  input.addEventListener("blur", () => {
    const verdict = judge(input.value);
    if (verdict.number && verdict.state === "good") input.value = verdict.number;
    if (verdict.state === "partial") {
      live.textContent = `公民身份号码应为 18 位，现为 ${tidy(input.value).length} 位。`;
      live.classList.add("bad");
    }
  });
  // What the server has just refused says so already.
  if (input.value && !input.readOnly && !field.querySelector(".field-error")) look();
}

/** Fills sex and birth date of the same form. */
function fill(form, verdict) {
  const date = form.elements.namedItem("birth_date");
  if (date && date.value !== verdict.birth) {
    date.value = verdict.birth;
    changed(date);
  }
  for (const choice of form.querySelectorAll('input[name="sex"]')) choice.checked = choice.value === verdict.sex;
  const sex = form.querySelector('select[name="sex"]');
  if (sex) sex.value = verdict.sex;
}
