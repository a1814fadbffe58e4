//! Data quality: what the rules found, all and by rule.

use super::{Figure, Part, Section, Table, Unit};
use crate::across::reports::quality::{Population, RULES, Rule};

fn count(code: &str, label: &str, filter: &'static str, definition: &str) -> Figure {
    Figure::count(code, label, Unit::Entries, Part::of(Table::Findings, filter), definition)
}

pub(in super::super) fn section() -> Section {
    let all = count(
        "quality.findings",
        "数据质量问题",
        "true",
        "数据质量规则在记录中查出的问题，一条规则一个对象计一条：已结账的为结账时查出，未结账的为现在；期限截至季末。\
         与身份号码的比对需用密钥，不计入；党员增减平衡另列。",
    );
    let of_rule = |rule: &Rule| {
        let definition = format!("规则{}查出的问题；程度、标准和依据见规则清单。", rule.code);
        count(rule.figure, rule.title, rule.filter, &definition)
    };
    Section {
        code: "quality",
        title: "数据质量",
        figures: std::iter::once(all).chain(RULES.iter().map(of_rule)).collect(),
        grids: Vec::new(),
    }
}

/// What a rule looks over.
pub(in super::super) fn population(of: Population) -> Part {
    match of {
        Population::Members => Part::of(Table::Members, "true"),
        Population::Branches => Part::of(Table::Organisations, "f.kind = 'branch'"),
        Population::Organisations => Part::of(Table::Organisations, "true"),
        Population::Villages => Part::of(Table::ReserveVillages, "true"),
        Population::Committees => Part::of(Table::Committees, "f.standing = 'now'"),
        Population::Seats => Part::of(Table::Seats, "f.standing = 'now'"),
        Population::Reserves => Part::of(Table::Reserves, "f.state <> 'appointed'"),
    }
}

/// The findings of a rule.
pub(in super::super) fn findings_of(rule: &Rule) -> Part {
    Part::of(Table::Findings, rule.filter)
}
