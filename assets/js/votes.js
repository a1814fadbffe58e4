// A vote being entered: what the ballots add up to is said while typing; the server has the last word.
import { fresh } from "./page.js";

const CHAIN = [["eligible", "应到人数"], ["present", "实到人数"], ["issued", "发出选票"], ["returned", "收回选票"], ["valid", "有效票"]];

function whole(form, name) {
  const text = form.elements[name]?.value.trim() ?? "";
  return /^\d+$/.test(text) ? Number(text) : null;
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
  const state = valid === null ? "" : `候选人${candidates.length}名，赞成票合计${chosen}，有效票${valid}，当选${elected}人。`;
  return { faults, state };
}

export function start(root) {
  for (const box of fresh(root, "[data-votes]", "Votes")) {
    const form = box.querySelector("form");
    const note = box.querySelector("[data-votes-sum]");
    if (!form || !note) continue;
    const tell = () => {
      const candidates = [];
      for (let at = 0; form.elements[`candidates[${at}].votes_for`]; at += 1) {
        const field = (name) => `candidates[${at}].${name}`;
        const votes = ["votes_for", "votes_against", "abstentions"].map((name) => whole(form, field(name)));
        const name = form.elements[field("person")]?.value.trim();
        if (!name && votes[0] === null) continue;
        candidates.push({ name: name || `候选人${at + 1}`, votes, elected: form.elements[field("is_elected")]?.value === "true" });
      }
      const { faults, state } = arithmetic((name) => whole(form, name), candidates);
      note.hidden = faults.length === 0 && state === "";
      note.classList.toggle("tone-bad", faults.length > 0);
      note.classList.toggle("tone-neutral", faults.length === 0);
      note.querySelector("span").textContent = faults.length > 0 ? `${faults.join("；")}。` : state;
    };
    form.addEventListener("input", tell);
    form.addEventListener("change", tell);
    tell();
  }
  for (const button of fresh(root, "[data-print]", "Print")) button.addEventListener("click", () => window.print());
}
