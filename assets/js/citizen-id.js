// A citizen ID checked while it is typed (GB 11643-1999): length, birth date, check digit; 15 digits of the old form
// are converted. From a right number sex and birth date are filled in, and the server is asked for duplicates.
// The server checks again and has the last word; its sentences are the same (tests/browser/citizen-ids.json).
import { fresh, post, changed } from "./page.js";

const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHECKS = "10X98765432";
const INVISIBLE = /[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\u{e0000}-\u{e007f}]|\p{Cc}/u;

/** The eighteenth place for the first seventeen digits. */
export function checkDigit(digits) {
  let sum = 0;
  for (let place = 0; place < 17; place += 1) sum += Number(digits[place]) * WEIGHTS[place];
  return CHECKS[sum % 11];
}

/** Full-width digits become half-width, x becomes X, blanks around go; nothing else is repaired. */
export function tidy(text) {
  return text.replace(/[\uff01-\uff5e]/g, (character) => String.fromCharCode(character.charCodeAt(0) - 0xfee0))
    .trim().toUpperCase();
}

const bad = (message) => ({ state: "bad", message });

/**
 * What is known of a number: `{state: "empty" | "short" | "bad" | "good", message, number?, birth?, sex?}`.
 * `number` has eighteen places, also for fifteen typed ones; `today` is a date, for a birth that lies ahead.
 */
export function judge(text, today = new Date()) {
  const typed = tidy(text);
  if (!typed) return { state: "empty", message: "" };
  const strange = wrongCharacter(typed);
  if (strange) return bad(strange);
  if (typed.length === 15) {
    if (/99[6-9]$/.test(typed)) return bad("15位号码的顺序码996至999留给1900年以前出生的老人，不能换算；请录入18位公民身份号码");
    const body = `${typed.slice(0, 6)}19${typed.slice(6)}`;
    const verdict = whole(body + checkDigit(body), today);
    if (verdict.state === "good") verdict.message = `15位旧号码，按18位 ${verdict.number} 保存：${verdict.message}`;
    return verdict;
  }
  if (typed.length !== 18) {
    const message = `公民身份号码应为18位，现为${typed.length}位；请按居民身份证补全或删去多余的数字（旧证可填15位）`;
    return typed.length < 18 ? { state: "short", message } : bad(message);
  }
  return whole(typed, today);
}

/** The sentence about the first character that has no place in a number, or null. */
function wrongCharacter(typed) {
  if (/^\d/.test(typed) && /[.E]/.test(typed) && /^\d+\.?\d*(E[+-]?\d+)?$/.test(typed)) {
    return "公民身份号码是科学计数法或小数，说明表格把它当成数字保存，末几位已经丢失；请把该列设为文本格式后按证件重新录入";
  }
  const characters = Array.from(typed);
  for (const [index, character] of characters.entries()) {
    const position = index + 1;
    const last = position === characters.length;
    if (/[0-9]/.test(character) || (character === "X" && last && position !== 15)) continue;
    if (INVISIBLE.test(character)) {
      return `公民身份号码第${position}位是看不见的${invisible(character)}，应为数字；请删去后重新录入`;
    }
    if (/\s/.test(character)) return `公民身份号码第${position}位前后有空格，应为连续18位；请删去空格`;
    return `公民身份号码第${position}位“${character}”不是数字，只有最后一位可以是X；请按居民身份证核对`;
  }
  return null;
}

function invisible(character) {
  const code = character.codePointAt(0);
  let word = "零宽字符";
  if (/[\n\r\u2028\u2029]/.test(character)) word = "换行符";
  else if (character === "\t") word = "制表符";
  else if (code === 0xfeff) word = "字节顺序标记";
  else if (/\p{Cc}/u.test(character)) word = "控制字符";
  return `${word}U+${code.toString(16).toUpperCase().padStart(4, "0")}`;
}

/** The verdict on eighteen places of digits (and X). */
function whole(number, today) {
  if (!/^[1-8]/.test(number)) return bad("公民身份号码前六位不是行政区划代码（首位应为1至8）；请按居民身份证核对前六位");
  const [year, month, day] = [number.slice(6, 10), number.slice(10, 12), number.slice(12, 14)].map(Number);
  if (year < 1900) return bad(`公民身份号码中的出生年份${year}早于1900年；请按居民身份证核对第7至10位`);
  const date = new Date(year, month - 1, day);
  if (date.getFullYear() !== year || date.getMonth() !== month - 1 || date.getDate() !== day) {
    return bad(`公民身份号码第7至14位${number.slice(6, 14)}不是日历上的日期，出生日期有误；请按居民身份证核对这八位`);
  }
  const birth = `${number.slice(6, 10)}-${number.slice(10, 12)}-${number.slice(12, 14)}`;
  if (number.slice(14, 17) === "000") return bad("公民身份号码的顺序码（第15至17位）不能是000；请按居民身份证核对");
  if (checkDigit(number) !== number[17]) {
    return bad(number.endsWith("000")
      ? "公民身份号码校验码不对，且末三位都是0，很可能是表格按数字保存丢失了末几位；请把该列设为文本格式后按证件重新录入"
      : "公民身份号码校验码不对，第18位与前17位不符，至少有一位录错；请按居民身份证逐位核对");
  }
  if (date > today) return bad(`公民身份号码中的出生日期${birth}晚于今天；请按居民身份证核对第7至14位`);
  const sex = Number(number[16]) % 2 === 1 ? "1" : "2";
  return { state: "good", message: `号码有效，${sex === "1" ? "男" : "女"}，${birth} 出生。`, number, birth, sex };
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

  /** `done`: the field was left; until then a short number may become right, and fifteen places eighteen. */
  const look = (done) => {
    // The mask of a stored number, untouched, is not judged: it changes nothing.
    const masked = input.value.includes("*") && input.value === input.defaultValue;
    const verdict = judge(masked ? "" : input.value);
    const growing = !done && verdict.state === "short";
    live.textContent = growing ? `已录入 ${tidy(input.value).length} 位` : verdict.message;
    live.classList.toggle("bad", !growing && verdict.state !== "good");
    const settled = verdict.state === "good" && (done || tidy(input.value).length === 18);
    if (settled) {
      input.removeAttribute("aria-invalid");
      field.querySelector(".field-error")?.remove();
      fill(input.form, verdict);
    }
    ask(settled ? verdict.number : "");
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

  input.addEventListener("input", () => look(false));
  input.addEventListener("blur", () => { if (input.value && !input.readOnly) look(true); });
  // What the server has just refused says so already.
  if (input.value && !input.readOnly && !field.querySelector(".field-error")) look(false);
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
