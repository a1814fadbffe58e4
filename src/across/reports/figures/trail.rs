//! The audit trail of the quarter.

use super::{Figure, Part, Section, Table, Unit};

pub(super) fn section() -> Section {
    let count = |code: &str, label: &str, filter, definition: &str| {
        Figure::count(code, label, Unit::Entries, Part::of(Table::Trail, filter), definition)
    };
    Section {
        code: "audit",
        title: "审计",
        figures: vec![
            count("audit.entries", "审计记录", "true", "本季在本组织范围内留下的审计记录。"),
            count(
                "audit.amendments",
                "修订已结账季度",
                "f.action = 'quarters.amend'",
                "本季修订已结账季度所形成的新版本数；其后已结账的季度随之重新衔接的，各计一次。",
            ),
            count(
                "audit.reveals",
                "查看身份号码或电话",
                "f.action IN ('members.reveal', 'people.reveal')",
                "本季查看公民身份号码或电话明文的次数，每次均记录用途。",
            ),
            count(
                "audit.checkpoint",
                "检查点已涵盖的审计记录",
                "f.is_covered",
                "本季审计记录中，已由签名检查点涵盖、不能再被改写而不被发现的条数。",
            ),
        ],
        grids: Vec::new(),
    }
}
