//! What is unusual in how long a term runs: its election overdue or soon due, or the term longer than is usual.

use chrono::{Months, NaiveDate};

use crate::records::committees::rules::terms::Span;
use crate::records::committees::rules::unusual::{Running, Told, Unusual};
use crate::records::committees::rules::{Rule, RuleBook, extensions, terms};

/// What is told of a running term on a day. What the superior approved moves the day by which the election is due.
pub(super) fn of_time(running: &Running, book: &RuleBook, day: NaiveDate) -> Vec<Told> {
    let Span { ordinal, from_day, due_day, .. } = running.span;
    let bar = book.bar(Rule::TermYears, running.kind, from_day);
    let source = bar.map(|bar| bar.source.clone());
    let regular = running.extension.as_ref().map_or(due_day, |extension| extension.due_before);
    let mut found = Vec::new();
    let left = (due_day - day).num_days();
    let within = |months| day.checked_add_months(Months::new(months)).is_some_and(|end| due_day <= end);
    if left < 0 {
        found.push(overdue(running, book, (regular, -left), day, source.clone()));
    } else if within(6) {
        let what = if within(3) { Unusual::DueInThreeMonths } else { Unusual::DueInSixMonths };
        found.push((
            what,
            format!("第{ordinal}届将于{due_day}届满，还有{left}天，请准备换届"),
            source.clone(),
        ));
    }
    let longest = terms::due_day(book, running.kind, from_day);
    if bar.is_some() && regular > longest {
        let told = format!(
            "第{ordinal}届自{from_day}至{due_day}，超过规定任期（应于{longest}届满），请核对任期届满日期"
        );
        found.push((Unusual::LongTerm, told, source));
    }
    found
}

/// An overdue election, and whether not even the superior could have approved that.
fn overdue(
    running: &Running,
    book: &RuleBook,
    (regular, late): (NaiveDate, i64),
    day: NaiveDate,
    source: Option<String>,
) -> Told {
    let ordinal = running.span.ordinal;
    let approved = running.extension.as_ref().map_or_else(String::new, |extension| {
        format!("经批准延期至{}（{}），", extension.until, extension.document)
    });
    let told = format!("第{ordinal}届应于{regular}换届，{approved}已逾期{late}天");
    match extensions::last_day(book, running.kind, regular, day).filter(|(last, _)| *last < day) {
        Some((last, bar)) => {
            let limit = format!("延长任期须经上级批准且{}年，至迟应于{last}换届", bar.words());
            (Unusual::Overdue, format!("{told}；{limit}，请尽快换届并登记新一届"), Some(bar.source.clone()))
        }
        None => (Unusual::Overdue, format!("{told}，请尽快换届并登记新一届"), source),
    }
}
