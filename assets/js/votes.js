// A vote being entered: what the ballots add up to is said while typing; the server has the last word.
import { normal } from "./dates.js";
import { fresh } from "./page.js";

const CHAIN = [["eligible", "应到人数"], ["present", "实到人数"], ["issued", "发出选票"], ["returned", "收回选票"], ["valid", "有效票"]];

function whole(form, name) {
  const text = form.elements[name]?.value.trim() ?? "";
  return /^\d+$/.test(text) ? Number(text) : null;
}

/** The versions of bars that the server wrote into the page, the county's own first. */
export function quotasOf(text) {
  return text.split(";").filter(Boolean).map((line) => {
    const [rule, from, to, comparison, above, below] = line.split(" ");
    return { rule, from, to, comparison, above: Number(above), below: Number(below) };
  });
}

/** The least whole number that meets a bar of a whole. */
export function needed({ comparison, above, below }, whole) {
  const share = Math.floor((above * whole) / below);
  if (comparison === "more_than") return share + 1;
  return share * below < above * whole ? share + 1 : share;
}

/** How many had to come and how many votes elect on a day, as far as the numbers are typed. */
export function quota(quotas, day, run, number) {
  const bar = (rule) => quotas.find((one) => one.rule === rule && one.from <= day && (one.to === "-" || day < one.to));
  const told = [];
  const [eligible, present] = [number("eligible"), number("present")];
  const [attendance, winning] = [bar("attendance"), (run > 1 && bar("run_off_winning")) || bar("winning")];
  if (attendance && eligible !== null) told.push(`实到须不少于${needed(attendance, eligible)}人`);
  if (winning && present !== null) told.push(`当选须得赞成票不少于${needed(winning, present)}票`);
  return told.length > 0 ? `${told.join("，")}。` : "";
}

/** What does not add up, and otherwise how far the ballots are spoken for. */
export function arithmetic(number, candidates) {
  const faults = [];
  for (let at = 1; at < CHAIN.length; at += 1) {
    const [[wholeName, wholeLabel], [partName, partLabel]] = [CHAIN[at - 1], CHAIN[at]];
    const [all, part] = [number(wholeName), number(partName)];
    if (all !== null && part !== null && part > all) faults.push(`${partLabel}${part}大于${wholeLabel}${all}，多出${part - all}`);
  }
  const [valid, places] = [number("valid"), number("places")];
  let chosen = 0;
  for (const one of candidates) {
    const sum = one.votes.reduce((total, votes) => total + (votes ?? 0), 0);
    chosen += one.votes[0] ?? 0;
    if (valid !== null && sum > valid) faults.push(`${one.name}的票数合计${sum}，大于有效票${valid}`);
  }
  if (valid !== null && places !== null && chosen > valid * places) faults.push(`赞成票合计${chosen}，大于有效票${valid}×应选名额${places}=${valid * places}`);
  const elected = candidates.filter((one) => one.elected).length;
  if (places !== null && elected > places) faults.push(`当选${elected}人，多于应选名额${places}`);
  const least = Math.min(...candidates.filter((one) => one.elected && one.votes[0] !== null).map((one) => one.votes[0]));
  const tied = candidates.filter((one) => !one.elected && one.votes[0] === least);
  if (tied.length > 0) faults.push(`${tied.map((one) => one.name).join("、")}与当选人票数相等（${least}票）`);
  const state = valid === null ? "" : `候选人${candidates.length}名，赞成票合计${chosen}，有效票${valid}，当选${elected}人。`;
  return { faults, state };
}

export function start(root) {
  for (const box of fresh(root, "[data-votes]", "Votes")) {
    const form = box.querySelector("form");
    const note = box.querySelector("[data-votes-sum]");
    if (!form || !note) continue;
    const quotas = quotasOf(box.dataset.quotas ?? "");
    const tell = () => {
      const candidates = [];
      for (let at = 0; form.elements[`candidates[${at}].votes_for`]; at += 1) {
        const field = (name) => `candidates[${at}].${name}`;
        const votes = ["votes_for", "votes_against", "abstentions"].map((name) => whole(form, field(name)));
        const name = form.elements[field("person")]?.value.trim();
        if (!name && votes[0] === null) continue;
        candidates.push({ name: name || `候选人${at + 1}`, votes, elected: form.elements[field("is_elected")]?.value === "true" });
      }
      const number = (name) => whole(form, name);
      const { faults, state } = arithmetic(number, candidates);
      const day = normal(form.elements.held_on?.value ?? "");
      const bars = day ? quota(quotas, day, number("run") ?? 1, number) : "";
      note.hidden = faults.length === 0 && state === "" && bars === "";
      note.classList.toggle("tone-bad", faults.length > 0);
      note.classList.toggle("tone-neutral", faults.length === 0);
      note.querySelector("span").textContent = (faults.length > 0 ? `${faults.join("；")}。` : state) + bars;
    };
    form.addEventListener("input", tell);
    form.addEventListener("change", tell);
    tell();
  }
  for (const button of fresh(root, "[data-print]", "Print")) button.addEventListener("click", () => window.print());
}
