//! How far a term may be extended, and what must be said of it: only with the approval of the superior, and no further than
//! the rules of the day of the approval let it.

use chrono::{Months, NaiveDate};

use crate::records::committees::model::CommitteeKind;
use crate::records::committees::rules::{Bar, Rule, RuleBook};

/// The longest number of a document.
const LONGEST: usize = 100;

/// An extension that the superior approved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extension {
    /// The day by which the next election was due before any extension.
    pub due_before: NaiveDate,
    /// The day by which it is due.
    pub until: NaiveDate,
    /// Number of the document by which it was approved.
    pub document: String,
    /// The day of the approval.
    pub approved_on: NaiveDate,
}

/// Why a term cannot be extended as given.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "each field is what the sentence shows under that name")]
pub enum ExtensionRefusal {
    /// No rule lets such a committee be extended.
    #[error("{}的任期没有可以延长的规定，不能登记延期，请按期换届", .0.name())]
    NotProvided(CommitteeKind),
    /// Not later than it was due anyway.
    #[error("延期至“{until}”不晚于应换届日期{due}，请填写延期后的届满日期")]
    NotLater { until: NaiveDate, due: NaiveDate },
    /// Further than the rules let it.
    #[error(
        "延期至“{until}”超过规定：应于{due}换届，经上级批准延长任期{years}年（{source_text}），请改为不晚于{last}的日期"
    )]
    TooLong { until: NaiveDate, due: NaiveDate, last: NaiveDate, years: String, source_text: String },
    /// No document.
    #[error("批准文号没有填写，任期延长须经上级批准，请填写批准文件的文号")]
    NoDocument,
    /// A document of too many words.
    #[error("批准文号有{0}字，不能超过100字，请只填写文号")]
    LongDocument(usize),
    /// Approved on a day that has not come.
    #[error("批准日期“{0}”晚于今天，请在上级批准后登记")]
    NotYet(NaiveDate),
    /// Approved before the term.
    #[error("批准日期“{day}”早于任期开始{from}，请核对批准文件")]
    BeforeTerm { day: NaiveDate, from: NaiveDate },
}

impl ExtensionRefusal {
    /// The field in the API.
    #[must_use]
    pub const fn field(&self) -> &'static str {
        match self {
            Self::NotProvided(_) | Self::NotLater { .. } | Self::TooLong { .. } => "until",
            Self::NoDocument | Self::LongDocument(_) => "document_number",
            Self::NotYet(_) | Self::BeforeTerm { .. } => "approved_on",
        }
    }
}

/// The last day to which a term may be extended by the rules of a day, with the bar; none where no rule lets it.
#[must_use]
pub fn last_day(
    book: &RuleBook,
    kind: CommitteeKind,
    due: NaiveDate,
    day: NaiveDate,
) -> Option<(NaiveDate, &Bar)> {
    let bar = book.bar(Rule::ExtensionYears, kind, day)?;
    let months = u32::try_from(bar.numerator.saturating_mul(12) / bar.denominator).ok()?;
    Some((due.checked_add_months(Months::new(months))?, bar))
}

/// Everything that is wrong with an extension of a term that began on a day.
#[must_use]
pub fn check(
    extension: &Extension,
    kind: CommitteeKind,
    from: NaiveDate,
    book: &RuleBook,
    today: NaiveDate,
) -> Vec<ExtensionRefusal> {
    let Extension { due_before: due, until, approved_on, .. } = *extension;
    let mut refusals = Vec::new();
    match last_day(book, kind, due, approved_on) {
        None => refusals.push(ExtensionRefusal::NotProvided(kind)),
        Some(_) if until <= due => refusals.push(ExtensionRefusal::NotLater { until, due }),
        Some((last, bar)) if until > last => refusals.push(ExtensionRefusal::TooLong {
            until,
            due,
            last,
            years: bar.words(),
            source_text: bar.source.clone(),
        }),
        Some(_) => {}
    }
    let length = extension.document.chars().count();
    if length == 0 {
        refusals.push(ExtensionRefusal::NoDocument);
    } else if length > LONGEST {
        refusals.push(ExtensionRefusal::LongDocument(length));
    }
    if approved_on > today {
        refusals.push(ExtensionRefusal::NotYet(approved_on));
    } else if approved_on < from {
        refusals.push(ExtensionRefusal::BeforeTerm { day: approved_on, from });
    }
    refusals
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn extension() -> Extension {
        Extension {
            due_before: day("2026-01-10"),
            until: day("2027-01-10"),
            document: "县委组〔2025〕12号".to_owned(),
            approved_on: day("2025-12-01"),
        }
    }

    fn told(extension: &Extension, kind: CommitteeKind) -> Vec<String> {
        let book = RuleBook::national();
        let refusals = check(extension, kind, day("2021-01-10"), &book, day("2026-11-30"));
        refusals.iter().map(|refusal| format!("{}: {refusal}", refusal.field())).collect()
    }

    #[test]
    fn a_year_is_enough_and_a_day_more_is_refused() {
        let party = CommitteeKind::VillageParty;
        assert_eq!(told(&extension(), party), [""; 0]);
        let long = Extension { until: day("2027-01-11"), ..extension() };
        assert_eq!(
            told(&long, party),
            ["until: 延期至“2027-01-11”超过规定：应于2026-01-10换届，经上级批准延长任期不超过1年\
              （《中国共产党基层组织选举工作条例》第三条），请改为不晚于2027-01-10的日期"]
        );
        assert_eq!(told(&Extension { until: day("2026-01-11"), ..extension() }, party), [""; 0]);
        let none = told(&Extension { until: day("2026-01-10"), ..extension() }, party);
        assert!(none[0].starts_with("until: 延期至“2026-01-10”不晚于应换届日期2026-01-10"), "{none:?}");
    }

    #[test]
    fn no_rule_extends_the_term_of_a_village_committee() {
        let refused = told(&extension(), CommitteeKind::VillageCommittee);
        assert!(refused[0].contains("没有可以延长的规定"), "{refused:?}");
        let early = Extension { approved_on: day("2018-07-30"), ..extension() };
        let (book, from) = (RuleBook::national(), day("2015-01-10"));
        let refused =
            |one: &Extension| check(one, CommitteeKind::VillageParty, from, &book, day("2026-11-30"));
        assert_eq!(refused(&early), [ExtensionRefusal::NotProvided(CommitteeKind::VillageParty)]);
        assert_eq!(refused(&Extension { approved_on: day("2018-07-31"), ..extension() }), []);
    }

    #[test]
    fn an_extension_names_the_document_and_the_day_of_its_approval() {
        let with = |document: &str, on: &str| {
            let one = Extension { document: document.to_owned(), approved_on: day(on), ..extension() };
            told(&one, CommitteeKind::VillageParty)
                .iter()
                .map(|told| told[..11].to_owned())
                .collect::<Vec<_>>()
        };
        assert_eq!(with("文", "2026-11-30"), [""; 0]);
        assert_eq!(with("", "2026-12-01"), ["document_nu", "approved_on"]);
        assert_eq!(with(&"文".repeat(100), "2021-01-10"), [""; 0]);
        assert_eq!(with(&"文".repeat(101), "2021-01-09"), ["document_nu", "approved_on"]);
    }
}
