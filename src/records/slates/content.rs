//! What a slate says, and what is wrong with it by itself.

use std::collections::HashSet;

use chrono::NaiveDate;
use diesel_async::AsyncPgConnection;

use crate::base::error::{FieldError, Result};
use crate::base::ids::PersonId;
use crate::base::scope::Scope;
use crate::records::committees::{CommitteeKind, Post, Source};
use crate::records::slates::queries;
use crate::records::words::{self, WordBook, WordList};

/// More people than three full committees have.
const MOST_SEATS: usize = 40;

/// Somebody proposed for a post.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposed {
    /// Which committee.
    pub kind: CommitteeKind,
    /// The post.
    pub post: Post,
    /// Who.
    pub person: PersonId,
    /// Where he would be drawn from; none: as on record.
    pub sources: Vec<Source>,
}

impl Proposed {
    /// The codes of the sources, one space between them.
    pub(super) fn source_codes(&self) -> String {
        let codes: Vec<&str> = self.sources.iter().map(|source| source.code()).collect();
        codes.join(" ")
    }
}

/// What a slate says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    /// Which term it is proposed for.
    pub ordinal: i32,
    /// The day on which that term would begin.
    pub from_day: NaiveDate,
    /// What tells it from other slates of the same term.
    pub name: String,
    /// Who is proposed, in order.
    pub seats: Vec<Proposed>,
}

impl Content {
    fn check(&self) -> Vec<FieldError> {
        let mut errors = Vec::new();
        if !(1..=99).contains(&self.ordinal) {
            let message = format!("届次“{}”应在1至99之间，请改正。", self.ordinal);
            errors.push(FieldError::new("ordinal", message, Some(&self.ordinal.to_string())));
        }
        if !(1..=50).contains(&self.name.trim().chars().count()) {
            errors.push(FieldError::new("name", "请填写方案名称，不超过50字。", Some(&self.name)));
        }
        if self.seats.len() > MOST_SEATS {
            let message = format!("方案有{}个职位，不能超过{MOST_SEATS}个，请删减。", self.seats.len());
            errors.push(FieldError::new("seats", message, None));
        }
        errors
    }

    /// Posts and sources that the county did not add, or not for the day on which the term would begin.
    fn unusable(&self, words: &WordBook) -> Vec<FieldError> {
        let of_source = |source: &Source| match source {
            Source::Added(word) => words.refusal(WordList::CommitteeSource, *word, self.from_day),
            _ => None,
        };
        let of_seat = |seat: &Proposed| {
            let post = words.post_refusal(seat.post, self.from_day);
            post.into_iter().chain(seat.sources.iter().filter_map(of_source)).collect::<Vec<_>>()
        };
        let told = self.seats.iter().flat_map(of_seat);
        told.map(|told| FieldError::new("seats", told, None)).collect()
    }
}

/// Everything that is wrong with some slates: by themselves, and that somebody is proposed whom the scope does not see.
/// The fields of one among many are called `rows[2].name`.
pub(super) async fn check(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    contents: &[&Content],
) -> Result<Vec<FieldError>> {
    let asked: Vec<PersonId> =
        contents.iter().flat_map(|content| content.seats.iter().map(|seat| seat.person)).collect();
    let known: HashSet<PersonId> =
        queries::people(conn, within, &asked).await?.into_iter().map(|person| person.id).collect();
    let words = words::book(conn, within.county).await?;
    let mut errors = Vec::new();
    for (number, content) in contents.iter().enumerate() {
        let mut wrong = content.check();
        wrong.extend(content.unusable(&words));
        let unknown = content.seats.iter().position(|seat| !known.contains(&seat.person));
        wrong.extend(unknown.map(|place| {
            let message =
                format!("第{}个职位的人选不在您管理范围的名册中，请重新选择。", place.saturating_add(1));
            FieldError::new("seats", message, None)
        }));
        errors.extend(wrong.into_iter().map(|error| match contents.len() {
            1 => error,
            _ => FieldError { field: format!("rows[{number}].{}", error.field), ..error },
        }));
    }
    Ok(errors)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slate_has_a_name_a_term_and_not_too_many_seats() {
        let seat = Proposed {
            kind: CommitteeKind::VillageParty,
            post: Post::Member,
            person: PersonId::new(),
            sources: Vec::new(),
        };
        let content = |ordinal, name: &str, seats| Content {
            ordinal,
            from_day: "2026-03-15".parse().unwrap(),
            name: name.to_owned(),
            seats: vec![seat.clone(); seats],
        };
        let wrong = |content: Content| -> Vec<String> {
            content.check().into_iter().map(|error| error.field).collect()
        };
        assert!(wrong(content(1, "方案一", 0)).is_empty() && wrong(content(99, "方案一", 40)).is_empty());
        assert_eq!(wrong(content(0, " ", 41)), ["ordinal", "name", "seats"]);
        assert_eq!(wrong(content(100, &"案".repeat(51), 0)), ["ordinal", "name"]);
    }
}
