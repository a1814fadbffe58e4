//! What a vote that adds up comes to: which bar its winners met, who is tied, how many places it left open.

use chrono::NaiveDate;

use super::{Votes, Votings};
use crate::records::committees::model::{CommitteeKind, Post};
use crate::records::committees::rules::{Bar, Comparison, Rule, RuleBook};

/// The bar of votes that a run of a vote needs: that of run-offs where there is one and it is one.
#[must_use]
pub fn winning_bar(
    book: &RuleBook,
    kind: CommitteeKind,
    held_on: NaiveDate,
    is_run_off: bool,
) -> Option<&Bar> {
    let run_off = if is_run_off { book.bar(Rule::RunOffWinning, kind, held_on) } else { None };
    run_off.or_else(|| book.bar(Rule::Winning, kind, held_on))
}

/// Whether enough took part in a vote for it to be valid.
#[must_use]
pub fn is_attended(book: &RuleBook, kind: CommitteeKind, held_on: NaiveDate, votings: &Votings) -> bool {
    let bar = book.bar(Rule::Attendance, kind, held_on);
    bar.is_none_or(|bar| bar.is_met(votings.present, votings.eligible))
}

/// Who got as many votes as others for the last place, while there is not a place for each (平票): none of them is elected
/// by this run, a further one among them decides. Answers places in `votes`; none where so few came that the vote failed,
/// and none where one of them was declared elected all the same.
#[must_use]
pub fn tied(
    book: &RuleBook,
    kind: CommitteeKind,
    held_on: NaiveDate,
    is_run_off: bool,
    votings: &Votings,
    votes: &[Votes],
) -> Vec<usize> {
    if !is_attended(book, kind, held_on, votings) {
        return Vec::new();
    }
    let bar = winning_bar(book, kind, held_on, is_run_off);
    let is_enough = |number: i32| number > 0 && bar.is_none_or(|bar| bar.is_met(number, votings.present));
    let mut numbers: Vec<i32> =
        votes.iter().map(|one| one.votes_for).filter(|number| is_enough(*number)).collect();
    numbers.sort_unstable_by(|one, other| other.cmp(one));
    let places = usize::try_from(votings.places).unwrap_or_default();
    let last = places.checked_sub(1).and_then(|last| numbers.get(last));
    let Some(number) = last.filter(|last| numbers.get(places) == Some(*last)) else { return Vec::new() };
    let tied = || votes.iter().enumerate().filter(|(_, one)| one.votes_for == *number);
    if tied().any(|(_, one)| one.is_elected) {
        return Vec::new();
    }
    tied().map(|(at, _)| at).collect()
}

/// How many places a vote left open (不足额).
#[must_use]
pub fn places_open(votings: &Votings, votes: &[Votes]) -> i32 {
    let elected = votes.iter().filter(|one| one.is_elected).count();
    votings.places.saturating_sub(i32::try_from(elected).unwrap_or(i32::MAX)).max(0)
}

/// So many came as the regulation demands at the least, and not one more: some versions of its text say 超过, so that it is
/// to be looked at again.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{held_on}选举{post}，实到{present}人，应到{eligible}人，实到恰为应到人数的{share}，请核对签到记录和选举办法，再说明"
)]
pub struct ExactAttendance {
    /// The day of the vote.
    pub held_on: NaiveDate,
    /// The post that was voted on.
    pub post: Post,
    /// Who took part.
    pub present: i32,
    /// Who could.
    pub eligible: i32,
    /// The share that is demanded (`4/5`).
    pub share: String,
    /// What the bar rests on.
    pub source_text: String,
}

/// Whether exactly so many came to a vote as are demanded at the least.
#[must_use]
pub fn exact_attendance(
    book: &RuleBook,
    kind: CommitteeKind,
    post: Post,
    held_on: NaiveDate,
    votings: &Votings,
) -> Option<ExactAttendance> {
    let bar = book.bar(Rule::Attendance, kind, held_on)?;
    let (present, eligible) = (votings.present, votings.eligible);
    let held = i64::from(present) * i64::from(bar.denominator);
    let is_exact = held == i64::from(bar.numerator) * i64::from(eligible);
    let is_share = bar.comparison == Comparison::AtLeast && bar.numerator < bar.denominator;
    (is_exact && is_share).then(|| ExactAttendance {
        held_on,
        post,
        present,
        eligible,
        share: format!("{}/{}", bar.numerator, bar.denominator),
        source_text: bar.source.clone(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const VOTINGS: Votings =
        Votings { places: 2, eligible: 50, present: 40, issued: 40, returned: 40, valid: 40 };

    fn votes(given: &[(i32, bool)]) -> Vec<Votes> {
        let one = |(votes_for, is_elected): &(i32, bool)| Votes {
            candidate: "张伟".to_owned(),
            votes_for: *votes_for,
            votes_against: None,
            abstentions: None,
            is_elected: *is_elected,
        };
        given.iter().map(one).collect()
    }

    fn found(votings: &Votings, numbers: &[i32]) -> Vec<usize> {
        let given: Vec<(i32, bool)> = numbers.iter().map(|number| (*number, false)).collect();
        let day = "2021-01-10".parse().unwrap();
        tied(&RuleBook::national(), CommitteeKind::VillageParty, day, false, votings, &votes(&given))
    }

    #[test]
    fn those_are_tied_who_share_fewer_places_than_they_are() {
        assert_eq!(found(&VOTINGS, &[30, 25, 25]), [1, 2]);
        assert_eq!(found(&VOTINGS, &[25, 30, 25, 25]), [0, 2, 3]);
        assert_eq!(found(&VOTINGS, &[30, 30, 30]), [0, 1, 2]);
        assert_eq!(found(&VOTINGS, &[30, 25, 24]), [0; 0]);
        assert_eq!(found(&VOTINGS, &[30, 30, 25]), [0; 0], "there is a place for each");
        assert_eq!(found(&VOTINGS, &[30, 30]), [0; 0]);
        assert_eq!(found(&VOTINGS, &[]), [0; 0]);
    }

    #[test]
    fn who_did_not_reach_the_bar_or_was_voted_on_by_too_few_is_not_tied() {
        assert_eq!(found(&VOTINGS, &[30, 21, 21]), [1, 2]);
        assert_eq!(found(&VOTINGS, &[30, 20, 20]), [0; 0], "half of those present");
        assert_eq!(
            found(&Votings { present: 39, ..VOTINGS }, &[30, 25, 25]),
            [0; 0],
            "fewer than four fifths"
        );
        assert_eq!(found(&Votings { places: 0, ..VOTINGS }, &[30, 25, 25]), [0; 0]);
    }

    #[test]
    fn a_tie_that_was_decided_on_record_is_none() {
        let (book, day) = (RuleBook::national(), "2021-01-10".parse().unwrap());
        let given = votes(&[(30, true), (25, true), (25, false)]);
        assert_eq!(tied(&book, CommitteeKind::VillageParty, day, false, &VOTINGS, &given), [0; 0]);
        assert_eq!(places_open(&VOTINGS, &given), 0);
        assert_eq!(places_open(&VOTINGS, &votes(&[(30, true), (25, false)])), 1);
        assert_eq!(places_open(&VOTINGS, &votes(&[(30, true), (29, true), (28, true)])), 0);
    }

    #[test]
    fn a_run_off_has_its_own_bar_where_there_is_one() {
        let book = RuleBook::national();
        let day: NaiveDate = "2026-01-01".parse().unwrap();
        let bar = |kind, is_run_off| winning_bar(&book, kind, day, is_run_off).unwrap().words();
        assert_eq!(bar(CommitteeKind::VillageCommittee, false), "超过1/2");
        assert_eq!(bar(CommitteeKind::VillageCommittee, true), "不少于1/3");
        assert_eq!(bar(CommitteeKind::VillageParty, true), "超过1/2");
        assert!(winning_bar(&book, CommitteeKind::Supervision, day, true).is_none());
    }

    #[test]
    fn exactly_four_fifths_are_looked_at_again_since_the_new_regulation() {
        let book = RuleBook::national();
        let exact = |kind, on: &str, present| {
            let votings = Votings { present, ..VOTINGS };
            exact_attendance(&book, kind, Post::Secretary, on.parse().unwrap(), &votings)
        };
        let found = exact(CommitteeKind::VillageParty, "2020-07-13", 40).unwrap();
        assert_eq!(
            found.to_string(),
            "2020-07-13选举书记，实到40人，应到50人，实到恰为应到人数的4/5，请核对签到记录和选举办法，再说明"
        );
        assert_eq!(found.source_text, "《中国共产党基层组织选举工作条例》");
        assert_eq!(exact(CommitteeKind::VillageParty, "2020-07-13", 41), None);
        assert_eq!(exact(CommitteeKind::VillageParty, "2020-07-13", 39), None);
        assert_eq!(exact(CommitteeKind::VillageParty, "2020-07-12", 40), None, "refused before that day");
        assert_eq!(
            exact(CommitteeKind::VillageCommittee, "2026-01-01", 25),
            None,
            "more than half is demanded"
        );
    }
}
