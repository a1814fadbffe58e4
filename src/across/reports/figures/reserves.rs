//! The pools of reserve cadres and local talent on the last day of the quarter.

use super::{Figure, Part, Section, Table, Unit};
use crate::records::reserves::ReserveSource;
use crate::records::words::{WordBook, WordList};

/// Whether a row stands in the pool: in it, seconded, or posted to another village.
macro_rules! in_the_pool {
    ($($and:literal)?) => {
        concat!("f.state <> 'appointed'" $(, " AND ", $and)?)
    };
}

/// Every source of the pool: those that each county knows, and those that this one added.
fn sources(words: &WordBook) -> impl Iterator<Item = ReserveSource> {
    let own = words.words(WordList::ReserveSource).iter().map(|word| ReserveSource::Added(*word));
    ReserveSource::ALL.iter().copied().chain(own)
}

fn count(code: &str, label: &str, filter: &'static str, definition: &str) -> Figure {
    Figure::count(code, label, Unit::Persons, Part::of(Table::Reserves, filter), definition)
}

fn of_source(source: ReserveSource) -> Figure {
    let (code, name) = (source.code(), source.name());
    let figure = count(
        &format!("reserves.source.{code}"),
        &format!("来源：{name}"),
        in_the_pool!(),
        &format!("季末在人才库中、来源含“{name}”的人员；一人可有多个来源。"),
    );
    Figure { numerator: figure.numerator.from(code), ..figure }
}

pub(super) fn section(words: &WordBook) -> Section {
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
        "季末在人才库中、联系领导和帮带书记人数达到本县（区）当日规定（“2+1”）的人员；已不任该村书记、已去世或不在册的帮带人不计。",
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
    figures.extend(sources(words).map(of_source));
    Section { code: "reserves", title: "后备力量", figures, grids: Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_a_figure_for_every_source_of_the_vocabulary() {
        let section = section(&WordBook::default());
        let counted: Vec<&str> = section
            .figures
            .iter()
            .filter_map(|figure| figure.code.strip_prefix("reserves.source."))
            .collect();
        assert_eq!(
            counted,
            ["entrepreneur", "new_graduate", "returning_talent", "local_talent", "veteran", "other"]
        );
    }
}
