//! The pools of reserve cadres and local talent on the last day of the quarter.

use super::{Figure, Part, Section, Table, Unit};

/// Whether a row stands in the pool: in it, seconded, or posted to another village.
macro_rules! in_the_pool {
    ($($and:literal)?) => {
        concat!("f.state <> 'appointed'" $(, " AND ", $and)?)
    };
}

/// A source: code of the figure, name, filter.
struct Source(&'static str, &'static str, &'static str);

macro_rules! source {
    ($code:literal, $name:literal) => {
        Source(
            concat!("reserves.source.", $code),
            $name,
            concat!("f.state <> 'appointed' AND strpos(' ' || f.sources || ' ', ' ", $code, " ') > 0"),
        )
    };
}

/// The sources that every county knows (vocabulary list `reserve_source`).
const SOURCES: [Source; 6] = [
    source!("entrepreneur", "致富带头人"),
    source!("new_graduate", "应届毕业大学生"),
    source!("returning_talent", "引回在外优秀人才"),
    source!("local_talent", "本土优秀人才"),
    source!("veteran", "退役军人"),
    source!("other", "其他"),
];

fn count(code: &str, label: &str, filter: &'static str, definition: &str) -> Figure {
    Figure::count(code, label, Unit::Persons, Part::of(Table::Reserves, filter), definition)
}

pub(super) fn section() -> Section {
    let total = count(
        "reserves.total",
        "村级后备干部和本土人才",
        in_the_pool!(),
        "季末在人才库中的后备干部和本土人才：状态为在库、挂职或异地任职。",
    );
    let mentored = count(
        "reserves.with_full_mentors",
        "联系帮带到位人员",
        in_the_pool!("f.fully_mentored"),
        "季末在人才库中、联系领导和帮带书记人数达到本县（区）当日规定（“2+1”）的人员。",
    );
    let mut figures = vec![
        total.clone(),
        count(
            "reserves.reserve_cadres",
            "后备干部",
            in_the_pool!("f.kind = 'reserve_cadre'"),
            "季末在人才库中、类别为后备干部的人员。",
        ),
        count(
            "reserves.local_talents",
            "本土人才",
            in_the_pool!("f.kind = 'local_talent'"),
            "季末在人才库中、类别为本土人才的人员。",
        ),
        count("reserves.women", "女性", in_the_pool!("f.sex = '2'"), "季末在人才库中的女性。"),
        count(
            "reserves.to_35",
            "35岁及以下",
            in_the_pool!("f.age <= 35"),
            "季末在人才库中、周岁不超过35的人员。",
        ),
        count(
            "reserves.college_or_above",
            "大专及以上学历",
            in_the_pool!("f.college_or_above"),
            "季末在人才库中、学历为大专及以上的人员（GB/T 4658，肄业不计）。",
        ),
        Figure::count(
            "reserves.villages_below_minimum",
            "后备干部不足的村（社区）",
            Unit::Organisations,
            Part::of(Table::ReserveVillages, "f.reserve_cadres < f.minimum"),
            "季末在库后备干部少于本县（区）当日规定最低人数的村（社区），本土人才不计。",
        ),
        mentored.clone(),
        mentored.ratio(&total),
        count(
            "reserves.appointed",
            "已任用",
            "f.state = 'appointed'",
            "本届村党组织（没有的按村民委员会）任期开始以来、季末以前从人才库任用的人员，已不在库。",
        ),
        count("reserves.seconded", "挂职", "f.state = 'seconded'", "季末正在挂职的在库人员。"),
        count(
            "reserves.cross_village",
            "异地任职",
            "f.state = 'cross_village'",
            "季末正在异地任职的在库人员。",
        ),
    ];
    figures.extend(SOURCES.iter().map(|source| {
        let definition = format!("季末在人才库中、来源含“{}”的人员；一人可有多个来源。", source.1);
        count(source.0, &format!("来源：{}", source.1), source.2, &definition)
    }));
    Section { code: "reserves", title: "后备力量", figures, grids: Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::records::reserves::ReserveSource;

    #[test]
    fn there_is_a_figure_for_every_source_of_the_vocabulary() {
        let known: Vec<String> =
            ReserveSource::ALL.iter().map(|source| format!("reserves.source.{}", source.code())).collect();
        let counted: Vec<&str> = SOURCES.iter().map(|source| source.0).collect();
        assert_eq!(counted, known);
        assert!(SOURCES.iter().zip(ReserveSource::ALL).all(|(source, known)| source.1 == known.name()));
    }
}
