//! Organisations on the last day of the quarter.

use super::{Figure, Part, Section, Table, Unit};

const fn organisations(filter: &'static str) -> Part {
    Part::of(Table::Organisations, filter)
}

pub(super) fn section() -> Section {
    let count = |code: &str, label: &str, filter, definition: &str| {
        Figure::count(code, label, Unit::Organisations, organisations(filter), definition)
    };
    Section {
        code: "organisations",
        title: "组织",
        figures: vec![
            count(
                "organisations.villages",
                "村（社区）",
                "f.kind IN ('village', 'community')",
                "季末存在的村和社区。",
            ),
            count(
                "organisations.party_organisations",
                "基层党组织",
                "f.kind IN ('party_committee', 'general_branch', 'branch')",
                "季末存在的党委、党总支、党支部。",
            ),
            count("organisations.branches", "党支部", "f.kind = 'branch'", "季末存在的党支部。"),
            count(
                "organisations.branches_below_three",
                "正式党员不足3人的党支部",
                "f.kind = 'branch' AND f.full_members < 3",
                "季末在册正式党员不足3人的党支部。",
            ),
            count(
                "organisations.branches_above_fifty",
                "党员超过50人的党支部",
                "f.kind = 'branch' AND f.members > 50",
                "季末在册党员超过50人的党支部。",
            ),
        ],
        grids: Vec::new(),
    }
}
