//! Star ratings: of each member his last confirmed one by the county's primary scheme.

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
    figures.push(Figure::count(
        "ratings.awaiting_review",
        "待审核的评定",
        Unit::Ratings,
        Part::of(Table::Ratings, "f.state = 'awaiting_review'"),
        "评定期在季末以前结束、已提交而尚未审核的评定。",
    ));
    Section { code: "ratings", title: "星级评定", figures, grids: Vec::new() }
}
