//! Star ratings: of each member his last confirmed one by the county's primary scheme; and the awards that villages hold.

use super::{Figure, Part, Section, Table, Unit};

/// Members with each number of stars.
const STARS: [&str; 11] = [
    "f.stars = 0",
    "f.stars = 1",
    "f.stars = 2",
    "f.stars = 3",
    "f.stars = 4",
    "f.stars = 5",
    "f.stars = 6",
    "f.stars = 7",
    "f.stars = 8",
    "f.stars = 9",
    "f.stars = 10",
];

/// A kind of award: code of the figure, name, filter.
struct Kind(&'static str, &'static str, &'static str);

macro_rules! kind {
    ($code:literal, $name:literal) => {
        Kind(concat!("ratings.villages.awards.", $code), $name, concat!("f.kind = '", $code, "'"))
    };
}

/// The kinds that the contract names (vocabulary list `award_kind`).
const KINDS: [Kind; 6] = [
    kind!("poverty_alleviation", "脱贫攻坚星级村"),
    kind!("party_building", "基层党建星级村"),
    kind!("industry", "产业发展星级村"),
    kind!("civility", "乡风文明星级村"),
    kind!("safety", "平安稳定星级村"),
    kind!("satisfaction", "群众满意星级村"),
];

fn awards(code: &str, label: &str, filter: &'static str, definition: &str) -> Figure {
    Figure::count(code, label, Unit::Awards, Part::of(Table::Awards, filter), definition)
}

/// The section for a scheme of so many stars.
pub(super) fn section(scale: i32) -> Section {
    let members = |code: &str, label: &str, filter, definition: &str| {
        Figure::count(code, label, Unit::Persons, Part::of(Table::Members, filter), definition)
    };
    let rated = members(
        "ratings.members.rated",
        "已评星级党员",
        "f.stars IS NOT NULL",
        "季末在册、在季末以前最近一次已审定的评定中有星级的党员（县级主要评定方案）。",
    );
    let mut figures = vec![rated.clone()];
    figures.extend(STARS.iter().zip(0..=scale).map(|(filter, stars)| {
        let label = if stars == 0 { "未达星级党员".to_owned() } else { format!("{stars}星级党员") };
        let definition = format!("季末在册、最近一次已审定的星级为{stars}星的党员。");
        members(&format!("ratings.members.stars.{stars}"), &label, filter, &definition)
    }));
    figures.push(Figure::mean("ratings.members.average", "平均星级", Unit::Stars, "f.stars", &rated));
    figures.push(members(
        "ratings.members.unrated",
        "未评星级党员",
        "f.stars IS NULL",
        "季末在册、没有已审定星级的党员。",
    ));
    figures.push(awards(
        "ratings.villages.awards",
        "星级村（累计有效）",
        "true",
        "历年命名、季末仍然有效的星级村奖项（县级主要评选方案）；一村可有多个奖项、多个年度，撤销的不计。",
    ));
    figures.extend(KINDS.iter().map(|kind| {
        let definition = format!("历年命名、季末仍然有效的{}；同一村不同年度分别计算。", kind.1);
        awards(kind.0, &format!("{}（累计有效）", kind.1), kind.2, &definition)
    }));
    figures.push(Figure::count(
        "ratings.awaiting_review",
        "待审核的评定",
        Unit::Ratings,
        Part::of(Table::Ratings, "f.state = 'awaiting_review'"),
        "评定期在季末以前结束、已提交而尚未审核的评定。",
    ));
    figures.push(Figure::count(
        "ratings.objections_open",
        "待处理的评定异议",
        Unit::Ratings,
        Part::of(Table::Ratings, "f.state = 'objection_open'"),
        "季末以前提出、季末尚未处理的评定异议所涉及的评定。",
    ));
    figures.push(Figure::count(
        "ratings.overturned",
        "改正的评定",
        Unit::Ratings,
        Part::of(Table::Ratings, "f.state = 'overturned'"),
        "本季度因异议成立退回更正，或被撤销的评定。",
    ));
    Section { code: "ratings", title: "星级评定", figures, grids: Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::records::ratings::awards::AwardKindCode;

    #[test]
    fn there_is_a_figure_for_every_kind_of_award_of_the_vocabulary() {
        let known: Vec<String> = AwardKindCode::ALL
            .iter()
            .map(|kind| format!("ratings.villages.awards.{}", kind.code()))
            .collect();
        assert_eq!(KINDS.iter().map(|kind| kind.0).collect::<Vec<_>>(), known);
        assert!(KINDS.iter().zip(AwardKindCode::ALL).all(|(kind, known)| kind.1 == known.name()));
    }
}
