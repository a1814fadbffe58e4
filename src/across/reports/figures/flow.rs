//! The flow of members in the quarter, and whether it balances.

use super::super::measure::Counts;
use super::{Figure, Part, Section, Side, Table, Unit, members};

/// The lines that lead from the opening to the closing: code, label, filter, side, sign in the identity, definition.
struct Line(&'static str, &'static str, &'static str, Side, i64, &'static str);

const LINES: [Line; 8] = [
    Line(
        "members.recorded_late",
        "补录",
        "f.kind = 'recorded_late'",
        Side::Net,
        1,
        "上季结账后才录入、日期在上季及以前的变动，增加为正、减少为负，逐人列出。",
    ),
    Line("members.admitted", "发展党员", "f.kind = 'admitted'", Side::Into, 1, "本季在本组织发展入党的人。"),
    Line(
        "members.reinstated",
        "恢复党籍",
        "f.kind = 'reinstated'",
        Side::Into,
        1,
        "本季停止党籍后恢复的人。",
    ),
    Line(
        "members.transferred_in",
        "转入组织关系",
        "f.kind = 'transferred'",
        Side::Into,
        1,
        "本季从本组织以外转入的人，含整建制划入；本组织内部的转接不计。",
    ),
    Line(
        "members.transferred_out",
        "转出组织关系",
        "f.kind = 'transferred'",
        Side::OutOf,
        -1,
        "本季转往本组织以外的人，含整建制划出；本组织内部的转接不计。",
    ),
    Line(
        "members.removed",
        "出党",
        "f.kind = 'removed'",
        Side::OutOf,
        -1,
        "本季除名、开除党籍、退党、取消预备党员资格等离开党组织的人。",
    ),
    Line("members.stopped", "停止党籍", "f.kind = 'stopped'", Side::OutOf, -1, "本季停止党籍的人。"),
    Line("members.deceased", "死亡", "f.kind = 'deceased'", Side::OutOf, -1, "本季去世的党员。"),
];

/// Who was there before.
pub(in super::super) const OPENING: Part = Part::of(Table::Opening, "true");
/// Who is there.
pub(in super::super) const CLOSING: Part = Part::of(Table::Members, "true");

/// What was recorded late, whichever way it went: nothing of it at an organisation means that nobody is to be named.
pub(in super::super) const LATE: [Part; 2] = [
    Part::of(Table::Flow, "f.kind = 'recorded_late'"),
    Part::of(Table::Flow, "f.kind = 'recorded_late'").on(Side::OutOf),
];

/// What a row of the flow adds to the members of an organisation: used to find whom the identity does not explain.
pub(in super::super) const MOVES: &str = "f.kind <> 'became_full'";

pub(in super::super) fn section() -> Section {
    let count = |code: &str, label: &str, part, definition: &str| {
        Figure::count(code, label, Unit::Persons, part, definition)
    };
    let mut figures = vec![count(
        "members.opening",
        "期初党员数",
        OPENING,
        "上季末在册党员：上季已结账的取其最新版本的期末数，未结账的按现有记录计算。",
    )];
    figures.extend(
        LINES.iter().map(|line| count(line.0, line.1, Part::of(Table::Flow, line.2).on(line.3), line.5)),
    );
    figures.push(count("members.closing", "期末党员数", members::total().numerator, "季末在册党员。"));
    figures.push(count(
        "members.became_full",
        "预备党员转正",
        Part::of(Table::Flow, "f.kind = 'became_full'"),
        "本季由预备党员转为正式党员的人；不影响党员总数。",
    ));
    Section { code: "flow", title: "党员变动", figures, grids: Vec::new() }
}

/// The identity with its numbers: opening + recorded late + admitted + reinstated + transferred in − transferred out −
/// removed − stopped − deceased = closing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Balance {
    /// Opening.
    pub opening: i64,
    /// Each line: label, sign, count.
    pub lines: Vec<(String, i64, i64)>,
    /// Closing.
    pub closing: i64,
}

impl Balance {
    /// What the opening and the lines come to.
    #[must_use]
    pub fn expected(&self) -> i64 {
        self.opening + self.lines.iter().map(|(_, sign, count)| sign * count).sum::<i64>()
    }

    /// Whether that is the closing.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.expected() == self.closing
    }

    /// The identity in words and numbers: `期初党员数 12031 + 补录 0 + … = 期末党员数 12040`.
    #[must_use]
    pub fn arithmetic(&self) -> String {
        let lines: String = self
            .lines
            .iter()
            .map(|(label, sign, count)| format!(" {} {label} {count}", if *sign < 0 { "−" } else { "+" }))
            .collect();
        let relation = if self.holds() { "=" } else { "≠" };
        format!("期初党员数 {}{lines} {relation} 期末党员数 {}", self.opening, self.closing)
    }
}

/// The lines of the identity: label, sign, what is counted.
pub(in super::super) fn identity() -> impl Iterator<Item = (&'static str, i64, Part)> {
    LINES.iter().map(|line| (line.1, line.4, Part::of(Table::Flow, line.2).on(line.3)))
}

/// The balance of an organisation whose parts `count` knows.
#[must_use]
pub fn balance(count: impl Fn(&Part) -> i64) -> Balance {
    let lines = identity().map(|(label, sign, part)| (label.to_owned(), sign, count(&part))).collect();
    Balance { opening: count(&OPENING), lines, closing: count(&CLOSING) }
}

/// The opening of each organisation is its closing in the quarter before.
pub(in super::super) fn carry_closings(before: &Counts, now: &mut Counts, organisations: &[String]) {
    for code in organisations {
        now.set(code, OPENING, before.of(code, &CLOSING));
    }
}

/// A baseline has no opening of its own: its closing and its flow imply one.
pub(in super::super) fn imply_openings(counts: &mut Counts, organisations: &[String]) {
    for code in organisations {
        let balance = balance(|part| if *part == OPENING { 0 } else { counts.of(code, part) });
        counts.set(code, OPENING, balance.closing - balance.expected());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arithmetic_shows_what_does_not_balance() {
        let mut balance = Balance {
            opening: 10,
            lines: vec![("发展党员".to_owned(), 1, 2), ("死亡".to_owned(), -1, 1)],
            closing: 11,
        };
        assert_eq!(balance.arithmetic(), "期初党员数 10 + 发展党员 2 − 死亡 1 = 期末党员数 11");
        balance.closing = 12;
        assert!(!balance.holds());
        assert!(balance.arithmetic().contains("≠"));
    }

    #[test]
    fn a_baseline_gets_the_opening_that_its_flow_implies() {
        let codes = ["500237".to_owned()];
        let mut counts = Counts::default();
        counts.set(&codes[0], CLOSING, 7);
        counts.set(&codes[0], Part::of(Table::Flow, "f.kind = 'deceased'").on(Side::OutOf), 2);
        imply_openings(&mut counts, &codes);
        let balance = balance(|part| counts.of(&codes[0], part));
        assert_eq!((balance.opening, balance.holds()), (9, true));
    }
}
