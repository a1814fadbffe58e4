// What the server says of a row that is typed, in the words of the page.

/** The bucket of a plan: its word and its tone. */
export const STATES = { new: ["新增", "good"], changed: ["变更", "waiting"], unchanged: ["无变化", "neutral"], conflict: ["冲突", "warning"], refused: ["更正", "bad"] };

/** Who on record may be the person of a row: worth a look at his name. */
export function doubles(alike) {
  return alike.map((one) => ({
    field: "name",
    message: `可能是已登记的“${one.name}”（${[one.citizen_id, one.birth_date, one.unit].filter(Boolean).join("，")}）：${one.reasons.join("、")}；在方案里选择是否同一人`,
  }));
}
