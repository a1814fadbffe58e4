//! How the terms of a committee follow each other.

use chrono::{Months, NaiveDate};

use crate::base::ids::TermId;
use crate::records::committees::model::{CommitteeKind, Post};
use crate::records::committees::rules::seats::absence;
use crate::records::committees::rules::{Rule, RuleBook};

/// One term among those of its committee.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// Its id.
    pub id: TermId,
    /// Which term.
    pub ordinal: i32,
    /// First day.
    pub from_day: NaiveDate,
    /// The day by which the next election is due.
    pub due_day: NaiveDate,
    /// First day no longer in the term.
    pub ended_on: Option<NaiveDate>,
}

/// Why a term cannot be as given.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "each field is what the sentence shows under that name")]
pub enum TermRefusal {
    /// A number out of range.
    #[error("届次“{0}”不对，请填写1至99的整数")]
    Ordinal(i32),
    /// The number is there.
    #[error("第{0}届已经登记，不能重复，请核对届次，或打开该届修改")]
    OrdinalTaken(i32),
    /// Terms count upwards.
    #[error(
        "第{ordinal}届自{from}开始，但第{other}届自{other_from}开始：届次须按时间先后递增，请核对届次和任期开始日期"
    )]
    OrdinalOrder { ordinal: i32, from: NaiveDate, other: i32, other_from: NaiveDate },
    /// Two terms at once.
    #[error("任期开始“{from}”时第{other}届还没有结束（{until}结束），两届任期不能重叠，请核对日期")]
    Overlap { from: NaiveDate, other: i32, until: NaiveDate },
    /// A day that has not come.
    #[error("{label}“{day}”晚于今天，请填写已经发生的日期")]
    Future { label: &'static str, day: NaiveDate },
    /// Due before it began.
    #[error("任期届满“{due}”不晚于任期开始“{from}”，请核对两个日期")]
    DueBefore { due: NaiveDate, from: NaiveDate },
    /// Ended before it began.
    #[error("任期结束“{ended}”不晚于任期开始“{from}”，请核对两个日期")]
    EndedBefore { ended: NaiveDate, from: NaiveDate },
    /// The village was not there.
    #[error("任期开始“{day}”时“{village}”{why}，请核对日期或村（社区）")]
    NoVillage { day: NaiveDate, village: String, why: String },
    /// A post that such a committee has not.
    #[error("职务“{}”不是{}的职务，请改为该组织的职务", post.name(), kind.name())]
    OtherKind { post: Post, kind: CommitteeKind },
    /// A number of places out of range.
    #[error("{}职数“{given}”不对，{}", post.name(), if post.is_head() { "只能是1" } else { "请填写1至50的整数" })]
    Places { post: Post, given: i32 },
    /// A post twice.
    #[error("职务“{}”填写了两次，请合为一行", .0.name())]
    PostTwice(Post),
    /// Seats that would fall out of the term.
    #[error("本届有任职日期或离职日期为{day}的任职记录，任期不能{side}这一天，请先更正任职记录")]
    SeatsOutside { day: NaiveDate, side: &'static str },
}

impl TermRefusal {
    /// The field in the API.
    #[must_use]
    pub fn field(&self) -> &'static str {
        match self {
            Self::Ordinal(_) | Self::OrdinalTaken(_) | Self::OrdinalOrder { .. } => "ordinal",
            Self::DueBefore { .. } => "due_day",
            Self::Future { label: "任期结束", .. } | Self::EndedBefore { .. } => "ended_on",
            Self::OtherKind { .. } | Self::Places { .. } | Self::PostTwice(_) => "posts",
            Self::SeatsOutside { side: "早于", .. } => "ended_on",
            Self::Overlap { .. }
            | Self::Future { .. }
            | Self::NoVillage { .. }
            | Self::SeatsOutside { .. } => "from_day",
        }
    }
}

/// The village that a term is in.
#[derive(Debug, Clone, Copy)]
pub struct Ground<'a> {
    /// Its name.
    pub village: &'a str,
    /// First day, where known.
    pub founded_on: Option<NaiveDate>,
    /// The day on which it was dissolved.
    pub dissolved_on: Option<NaiveDate>,
    /// Which committee.
    pub kind: CommitteeKind,
}

/// The day by which the next election is due, by the bar in force on the first day; five years where none is.
#[must_use]
pub fn due_day(book: &RuleBook, kind: CommitteeKind, from_day: NaiveDate) -> NaiveDate {
    let years = book.bar(Rule::TermYears, kind, from_day).map_or(5, |bar| bar.numerator / bar.denominator);
    let months = u32::try_from(years.saturating_mul(12)).unwrap_or(60);
    from_day.checked_add_months(Months::new(months)).unwrap_or(NaiveDate::MAX)
}

/// Everything that is wrong with a term by itself.
#[must_use]
pub fn check(span: &Span, posts: &[(Post, i32)], ground: Ground<'_>, today: NaiveDate) -> Vec<TermRefusal> {
    let (from, mut refusals) = (span.from_day, Vec::new());
    if !(1..=99).contains(&span.ordinal) {
        refusals.push(TermRefusal::Ordinal(span.ordinal));
    }
    for (label, day) in [("任期开始", Some(from)), ("任期结束", span.ended_on)] {
        refusals.extend(day.filter(|day| *day > today).map(|day| TermRefusal::Future { label, day }));
    }
    if span.due_day <= from {
        refusals.push(TermRefusal::DueBefore { due: span.due_day, from });
    }
    if let Some(ended) = span.ended_on.filter(|ended| *ended <= from) {
        refusals.push(TermRefusal::EndedBefore { ended, from });
    }
    if let Some(why) = absence(ground.founded_on, ground.dissolved_on, from) {
        refusals.push(TermRefusal::NoVillage { day: from, village: ground.village.to_owned(), why });
    }
    for (number, (post, places)) in posts.iter().enumerate() {
        if !post.belongs_to(ground.kind) {
            refusals.push(TermRefusal::OtherKind { post: *post, kind: ground.kind });
        }
        let most = if post.is_head() { 1 } else { 50 };
        if !(1..=most).contains(places) {
            refusals.push(TermRefusal::Places { post: *post, given: *places });
        }
        if posts.iter().take(number).any(|(other, _)| other == post) {
            refusals.push(TermRefusal::PostTwice(*post));
        }
    }
    refusals
}

/// Puts a term among those of its committee, which stand in the order of their first days. The one before it ends as it
/// begins, if it still ran; it ends as the next one begins.
///
/// # Errors
/// What does not fit; the list is then as it was.
pub fn succeed(spans: &mut Vec<Span>, mut new: Span) -> Result<(), TermRefusal> {
    if spans.iter().any(|span| span.ordinal == new.ordinal) {
        return Err(TermRefusal::OrdinalTaken(new.ordinal));
    }
    let at = spans.partition_point(|span| span.from_day <= new.from_day);
    let out_of_order = |other: &Span| TermRefusal::OrdinalOrder {
        ordinal: new.ordinal,
        from: new.from_day,
        other: other.ordinal,
        other_from: other.from_day,
    };
    let next = spans.get(at);
    if let Some(next) = next {
        if next.ordinal < new.ordinal {
            return Err(out_of_order(next));
        }
        if let Some(until) = new.ended_on.filter(|ended| *ended > next.from_day) {
            return Err(TermRefusal::Overlap { from: next.from_day, other: new.ordinal, until });
        }
        new.ended_on = new.ended_on.or(Some(next.from_day));
    }
    if let Some(before) = at.checked_sub(1).and_then(|at| spans.get_mut(at)) {
        if before.ordinal > new.ordinal || before.from_day == new.from_day {
            return Err(out_of_order(before));
        }
        if let Some(until) =
            before.ended_on.filter(|ended| *ended > new.from_day && next_begins(*ended, &new))
        {
            return Err(TermRefusal::Overlap { from: new.from_day, other: before.ordinal, until });
        }
        if before.ended_on.is_none_or(|ended| ended > new.from_day) {
            before.ended_on = Some(new.from_day);
        }
    }
    spans.insert(at, new);
    Ok(())
}

/// Why two terms of a committee cannot stand beside each other; none where they can.
#[must_use]
pub fn apart(one: &Span, other: &Span) -> Option<TermRefusal> {
    if one.ordinal == other.ordinal {
        return Some(TermRefusal::OrdinalTaken(one.ordinal));
    }
    if one.from_day == other.from_day || (one.ordinal < other.ordinal) != (one.from_day < other.from_day) {
        return Some(TermRefusal::OrdinalOrder {
            ordinal: one.ordinal,
            from: one.from_day,
            other: other.ordinal,
            other_from: other.from_day,
        });
    }
    let (earlier, later) = if one.from_day < other.from_day { (one, other) } else { (other, one) };
    match earlier.ended_on {
        Some(ended) if ended <= later.from_day => None,
        ended => Some(TermRefusal::Overlap {
            from: later.from_day,
            other: earlier.ordinal,
            until: ended.unwrap_or(earlier.due_day),
        }),
    }
}

/// Whether the term before ended for another reason than that the term after the new one began.
fn next_begins(ended: NaiveDate, new: &Span) -> bool {
    new.ended_on != Some(ended)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn span(ordinal: i32, from: &str, ended: Option<&str>) -> Span {
        Span {
            id: TermId::new(),
            ordinal,
            from_day: day(from),
            due_day: day(from) + chrono::Duration::days(1826),
            ended_on: ended.map(day),
        }
    }

    const GROUND: Ground<'static> = Ground {
        village: "白泉村",
        founded_on: NaiveDate::from_ymd_opt(2004, 5, 1),
        dissolved_on: None,
        kind: CommitteeKind::VillageParty,
    };

    fn checked(span: &Span, posts: &[(Post, i32)]) -> Vec<String> {
        check(span, posts, GROUND, day("2026-11-23")).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn the_next_term_ends_the_one_before_and_an_earlier_one_ends_as_the_next_begins() {
        let mut spans = vec![span(5, "2016-01-10", None)];
        succeed(&mut spans, span(6, "2021-01-10", None)).unwrap();
        assert_eq!(spans[0].ended_on, Some(day("2021-01-10")));
        succeed(&mut spans, span(4, "2013-01-10", None)).unwrap();
        assert_eq!((spans[0].ordinal, spans[0].ended_on), (4, Some(day("2016-01-10"))));
        assert_eq!(spans[2].ended_on, None);
    }

    #[test]
    fn ordinals_rise_with_time_and_stand_once() {
        let spans = || vec![span(5, "2016-01-10", None), span(7, "2026-01-10", None)];
        let refused = |new| succeed(&mut spans(), new).unwrap_err();
        assert_eq!(refused(span(5, "2021-01-10", None)), TermRefusal::OrdinalTaken(5));
        for wrong in [span(4, "2021-01-10", None), span(8, "2021-01-10", None), span(6, "2016-01-10", None)] {
            assert!(matches!(refused(wrong), TermRefusal::OrdinalOrder { .. }));
        }
    }

    #[test]
    fn a_term_may_begin_on_the_day_the_one_before_ended_and_not_a_day_before() {
        let spans = || vec![span(5, "2016-01-10", Some("2021-03-01"))];
        assert!(succeed(&mut spans(), span(6, "2021-03-01", None)).is_ok());
        let refused = succeed(&mut spans(), span(6, "2021-02-28", None)).unwrap_err().to_string();
        assert_eq!(
            refused,
            "任期开始“2021-02-28”时第5届还没有结束（2021-03-01结束），两届任期不能重叠，请核对日期"
        );
    }

    #[test]
    fn corrected_terms_stay_apart() {
        let fifth = span(5, "2016-01-10", Some("2021-01-10"));
        assert_eq!(apart(&span(6, "2021-01-10", None), &fifth), None);
        assert!(matches!(apart(&span(6, "2021-01-09", None), &fifth), Some(TermRefusal::Overlap { .. })));
        assert!(matches!(
            apart(&span(4, "2021-01-10", None), &fifth),
            Some(TermRefusal::OrdinalOrder { .. })
        ));
        assert_eq!(apart(&span(5, "2021-01-10", None), &fifth), Some(TermRefusal::OrdinalTaken(5)));
        let open = span(5, "2016-01-10", None);
        assert!(matches!(apart(&open, &span(6, "2021-01-10", None)), Some(TermRefusal::Overlap { .. })));
    }

    #[test]
    fn a_term_cannot_begin_before_the_village_nor_after_today() {
        assert_eq!(checked(&span(1, "2004-05-01", None), &[]), [""; 0]);
        let early = checked(&span(1, "2004-04-30", None), &[]);
        assert_eq!(
            early,
            ["任期开始“2004-04-30”时“白泉村”尚未成立（成立于2004-05-01），请核对日期或村（社区）"]
        );
        assert_eq!(checked(&span(1, "2026-11-23", None), &[]), [""; 0]);
        assert_eq!(
            checked(&span(1, "2026-11-24", None), &[]),
            ["任期开始“2026-11-24”晚于今天，请填写已经发生的日期"]
        );
        let dissolved = Ground { dissolved_on: Some(day("2020-01-01")), ..GROUND };
        let on = |from: &str| check(&span(1, from, None), &[], dissolved, day("2026-11-23")).len();
        assert_eq!((on("2019-12-31"), on("2020-01-01")), (0, 1));
    }

    #[test]
    fn posts_belong_to_the_committee_once_and_heads_are_single() {
        let term = span(6, "2021-01-10", None);
        assert_eq!(checked(&term, &[(Post::Secretary, 1), (Post::Member, 4)]), [""; 0]);
        let refused = checked(
            &term,
            &[(Post::Director, 1), (Post::Secretary, 2), (Post::Member, 0), (Post::Member, 51)],
        );
        assert_eq!(refused.len(), 5, "{refused:?}");
        assert!(refused[1].ends_with("只能是1"), "{refused:?}");
        assert!(refused[4].contains("填写了两次"), "{refused:?}");
    }

    #[test]
    fn five_years_run_to_the_same_day() {
        let book = RuleBook::national();
        let due = |from: &str| due_day(&book, CommitteeKind::VillageCommittee, day(from)).to_string();
        assert_eq!(
            (due("2021-01-10"), due("2024-02-29")),
            ("2026-01-10".to_owned(), "2029-02-28".to_owned())
        );
        let mut wrong = span(0, "2021-01-10", Some("2021-01-10"));
        wrong.due_day = day("2021-01-10");
        assert_eq!(checked(&wrong, &[]).len(), 3);
    }
}
