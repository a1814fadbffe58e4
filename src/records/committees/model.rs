//! What committees, terms, seats and elections are.

use chrono::NaiveDate;
use diesel::prelude::*;

use crate::base::ids::{CommitteeId, ElectionId, OrganisationId, PersonId, SeatId, TermId};
use crate::base::scope::Path;
use crate::schema::{committee_posts, committee_terms, committees, election_ballots, elections, seats};
use crate::vocabulary;

pub use crate::base::values::{CommitteeKind, Post};

vocabulary! {
    /// Where who sits was drawn from: a source that every county knows, or one that the county added.
    pub enum Source, "来源渠道" {
        /// 本土人才
        LocalTalent = "local_talent", "本土人才";
        /// 致富能手
        LocalEntrepreneur = "local_entrepreneur", "致富能手";
        /// 返乡人员
        Returnee = "returnee", "返乡人员";
        /// 退役军人
        Veteran = "veteran", "退役军人";
        /// 高校毕业生
        Graduate = "graduate", "高校毕业生";
        /// 其他
        Other = "other", "其他";
    } or Added
}

vocabulary! {
    /// Why somebody left a seat.
    pub enum LeavingReason, "离职原因" {
        /// 届满: the term was over.
        TermEnd = "term_end", "届满";
        /// 辞职
        Resigned = "resigned", "辞职";
        /// 调任
        Transferred = "transferred", "调任";
        /// 不胜任调整
        RemovedUnfit = "removed_unfit", "不胜任调整";
        /// 罢免
        Recalled = "recalled", "罢免";
        /// 受处分
        Discipline = "discipline", "受处分";
        /// 去世
        Deceased = "deceased", "去世";
        /// 其他: what it was stands in the explanation.
        Other = "other", "其他";
    }
}

/// One committee of a village.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = committees)]
pub struct Committee {
    /// Its id.
    pub id: CommitteeId,
    /// The village or community.
    pub village_id: OrganisationId,
    /// Path of that village, as stored.
    pub path: String,
    /// Code of its [`CommitteeKind`].
    pub kind: String,
    /// Rises with every change; the ETag.
    pub version: i32,
}

impl Committee {
    /// Its place in the tree.
    #[must_use]
    pub fn path(&self) -> Path {
        Path::stored(self.path.clone())
    }
}

/// One term of a committee.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = committee_terms)]
pub struct Term {
    /// Its id.
    pub id: TermId,
    /// The committee.
    pub committee_id: CommitteeId,
    /// Path of the village, as stored.
    pub path: String,
    /// Which term of the committee it is.
    pub ordinal: i32,
    /// First day.
    pub from_day: NaiveDate,
    /// The day by which the next election is due.
    pub due_day: NaiveDate,
    /// First day no longer in the term; none while it runs.
    pub ended_on: Option<NaiveDate>,
    /// Rises with every change; the ETag.
    pub version: i32,
    /// Who changed it last: shown to the loser of a race.
    pub updated_by: String,
}

impl Term {
    /// Whether the term ran on a day; one that was not ended runs on past the day it was due.
    #[must_use]
    pub fn runs_on(&self, day: NaiveDate) -> bool {
        self.from_day <= day && self.ended_on.is_none_or(|end| day < end)
    }

    /// Whether the next election was overdue on a day: the term still ran after the day it was due.
    #[must_use]
    pub fn is_overdue_on(&self, day: NaiveDate) -> bool {
        self.runs_on(day) && self.due_day < day
    }
}

/// A post that a term provides.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = committee_posts)]
pub struct TermPost {
    /// The term.
    pub term_id: TermId,
    /// Code of the post.
    pub post: String,
    /// How many seats it has.
    pub places: i32,
}

/// One post held by one person.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = seats)]
pub struct Seat {
    /// Its id.
    pub id: SeatId,
    /// The committee.
    pub committee_id: CommitteeId,
    /// The term.
    pub term_id: TermId,
    /// Path of the village, as stored.
    pub path: String,
    /// Who sits.
    pub person_id: PersonId,
    /// Code of the post.
    pub post: String,
    /// First day in the post.
    pub from_day: NaiveDate,
    /// First day no longer in the post.
    pub to_day: Option<NaiveDate>,
    /// Code of the [`LeavingReason`] for which it was left.
    pub leaving_reason: Option<String>,
    /// What else is said of why it was left.
    pub leaving_explanation: Option<String>,
    /// Education (GB/T 4658) as at election.
    pub education: String,
    /// Whether a Party member, as at election.
    pub is_party_member: bool,
    /// Anything else.
    pub note: Option<String>,
    /// Rises with every change; the ETag.
    pub version: i32,
    /// Who changed it last: shown to the loser of a race.
    pub updated_by: String,
}

impl Seat {
    /// Why it was left, as people read it: 调任（任镇农业服务中心主任）.
    #[must_use]
    pub fn leaving(&self) -> Option<String> {
        let code = self.leaving_reason.as_deref()?;
        let name = LeavingReason::parse(code).map_or(code, |reason| reason.name());
        Some(match &self.leaving_explanation {
            Some(explanation) => format!("{name}（{explanation}）"),
            None => name.to_owned(),
        })
    }
}

/// One vote on one post.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = elections)]
pub struct Election {
    /// Its id.
    pub id: ElectionId,
    /// The term that it is for.
    pub term_id: TermId,
    /// Path of the village, as stored.
    pub path: String,
    /// Code of the post.
    pub post: String,
    /// The day of the vote.
    pub held_on: NaiveDate,
    /// 1, and one more for every run-off, on that day or later.
    pub run: i32,
    /// How many were to be elected.
    pub places: i32,
    /// Who could vote.
    pub eligible: i32,
    /// Who took part.
    pub present: i32,
    /// Ballots given out.
    pub issued: i32,
    /// Ballots that came back.
    pub returned: i32,
    /// Ballots that count.
    pub valid: i32,
    /// Rises with every change; the ETag.
    pub version: i32,
    /// Who changed it last: shown to the loser of a race.
    pub updated_by: String,
}

/// What the ballots of one vote said of one candidate.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = election_ballots)]
pub struct Ballot {
    /// The vote.
    pub election_id: ElectionId,
    /// The candidate.
    pub person_id: PersonId,
    /// Votes for him.
    pub votes_for: i32,
    /// Votes against him; none where they were not counted.
    pub votes_against: Option<i32>,
    /// Abstentions; none where they were not counted.
    pub abstentions: Option<i32>,
    /// Whether he was declared elected.
    pub is_elected: bool,
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::base::values::vocabulary::lists_of_the_vocabulary;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn term(ended_on: Option<&str>) -> Term {
        Term {
            id: TermId(Uuid::nil()),
            committee_id: CommitteeId(Uuid::nil()),
            path: String::new(),
            ordinal: 5,
            from_day: day("2021-01-10"),
            due_day: day("2026-01-10"),
            ended_on: ended_on.map(day),
            version: 1,
            updated_by: String::new(),
        }
    }

    #[test]
    fn a_term_is_overdue_from_the_day_after_it_was_due_until_it_is_ended() {
        let running = term(None);
        assert!(!running.is_overdue_on(day("2026-01-10")) && running.is_overdue_on(day("2026-01-11")));
        let ended = term(Some("2026-02-01"));
        assert!(ended.is_overdue_on(day("2026-01-31")) && !ended.is_overdue_on(day("2026-02-01")));
        assert!(!ended.runs_on(day("2021-01-09")) && ended.runs_on(day("2021-01-10")));
    }

    lists_of_the_vocabulary! {
        "committee_kind": CommitteeKind,
        "post": Post,
        "committee_source": Source,
        "leaving_reason": LeavingReason,
    }

    #[test]
    fn a_committee_has_exactly_one_kind_of_head() {
        for kind in CommitteeKind::ALL {
            let heads = Post::ALL.iter().filter(|post| post.is_head() && post.belongs_to(*kind)).count();
            assert_eq!(heads, 1, "{kind:?}");
        }
    }
}
