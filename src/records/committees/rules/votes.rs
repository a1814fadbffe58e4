//! What a vote must be beside the arithmetic of its ballots: its day, its post, its candidates.

use chrono::NaiveDate;

use crate::records::committees::model::{CommitteeKind, Post};
use crate::records::committees::rules::seats::{Sitter, absence, entitlement, too_young};
use crate::records::committees::rules::{BallotRefusal, RuleBook, Shortfall};

/// Why a vote cannot be as given.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "each field is what the sentence shows under that name")]
pub enum ElectionRefusal {
    /// A post that such a committee has not.
    #[error("职务“{}”不是{}的职务，请改为该组织的职务", post.name(), kind.name())]
    OtherKind { post: Post, kind: CommitteeKind },
    /// A day that has not come.
    #[error("选举日期“{0}”晚于今天，请填写已经发生的日期")]
    Future(NaiveDate),
    /// After the term.
    #[error("选举日期“{day}”时第{ordinal}届任期已经结束（{ended}），请核对选举日期，或选择对应的届次")]
    AfterTerm { day: NaiveDate, ordinal: i32, ended: NaiveDate },
    /// The village was not there.
    #[error("选举日期“{day}”时“{village}”{why}，请核对日期或村（社区）")]
    NoVillage { day: NaiveDate, village: String, why: String },
    /// A run out of range.
    #[error("选举轮次“{0}”不对，首次选举填1，另行选举依次填2至9")]
    Run(i32),
    /// More than one head.
    #[error("{post}只能选1名，应选名额“{given}”不对，请核对选举办法")]
    OneHead { post: &'static str, given: i32 },
    /// More places than there can be.
    #[error("应选名额“{0}”过多，请填写1至50的整数")]
    Places(i32),
    /// Nobody came or no ballot was given out.
    #[error("{name}为0，没有形成选举，不需要登记；请核对选举记录")]
    Nothing { name: &'static str },
    /// Nobody stood.
    #[error("没有填写候选人，请至少填写一名")]
    NoCandidate,
    /// Somebody twice.
    #[error("候选人{0}填写了两次，请合为一行")]
    Twice(String),
    /// Dead.
    #[error("候选人{name}已于{died}死亡（党员名册），不能参加“{day}”的选举，请核对人员和日期")]
    Dead { name: String, died: NaiveDate, day: NaiveDate },
}

impl ElectionRefusal {
    /// The field in the API.
    #[must_use]
    pub fn field(&self) -> &'static str {
        match self {
            Self::OtherKind { .. } => "post",
            Self::Future(_) | Self::AfterTerm { .. } | Self::NoVillage { .. } => "held_on",
            Self::Run(_) => "run",
            Self::OneHead { .. } | Self::Places(_) => "places",
            Self::Nothing { name: "实到人数" } => "present",
            Self::Nothing { .. } => "issued",
            Self::NoCandidate | Self::Twice(_) | Self::Dead { .. } => "candidates",
        }
    }
}

/// The field in the API that a refusal of ballots is about.
#[must_use]
pub fn field_of_ballots(refusal: &BallotRefusal) -> &'static str {
    let name = match refusal {
        BallotRefusal::Negative { name, .. } => name,
        BallotRefusal::MoreThanThereWere { part_name, .. } => part_name,
        BallotRefusal::NoPlace { .. } => "应选名额",
        _ => "",
    };
    match name {
        "应选名额" => "places",
        "应到人数" => "eligible",
        "实到人数" => "present",
        "发出选票" => "issued",
        "收回选票" => "returned",
        "有效票" => "valid",
        _ => "candidates",
    }
}

/// Whether a bar that was not met means that the vote cannot be recorded as it is given. Too few candidates are a finding:
/// the vote took place.
#[must_use]
pub const fn is_forbidden(shortfall: &Shortfall, is_anybody_elected: bool) -> bool {
    match shortfall {
        Shortfall::Attendance { .. } => is_anybody_elected,
        Shortfall::Votes { .. } => true,
        Shortfall::Surplus { .. } => false,
    }
}

/// The field in the API that a bar that was not met is about.
#[must_use]
pub const fn field_of_shortfall(shortfall: &Shortfall) -> &'static str {
    match shortfall {
        Shortfall::Attendance { .. } => "present",
        Shortfall::Surplus { .. } | Shortfall::Votes { .. } => "candidates",
    }
}

/// One vote with all that its rules ask for.
#[derive(Debug, Clone, Copy)]
pub struct VoteFacts<'a> {
    /// Which committee.
    pub kind: CommitteeKind,
    /// The post.
    pub post: Post,
    /// The day.
    pub held_on: NaiveDate,
    /// 1, and one more for every run-off.
    pub run: i32,
    /// How many were to be elected.
    pub places: i32,
    /// Who took part.
    pub present: i32,
    /// Ballots given out.
    pub issued: i32,
    /// Name of the village.
    pub village: &'a str,
    /// First day of the village, where known.
    pub founded_on: Option<NaiveDate>,
    /// The day on which the village was dissolved.
    pub dissolved_on: Option<NaiveDate>,
    /// Which term, and the first day no longer in it.
    pub term: (i32, Option<NaiveDate>),
}

/// Everything that is wrong with a vote beside its ballots and candidates.
#[must_use]
pub fn check(vote: &VoteFacts<'_>, today: NaiveDate) -> Vec<ElectionRefusal> {
    let mut refusals = Vec::new();
    let day = vote.held_on;
    if !vote.post.belongs_to(vote.kind) {
        refusals.push(ElectionRefusal::OtherKind { post: vote.post, kind: vote.kind });
    }
    if day > today {
        refusals.push(ElectionRefusal::Future(day));
    }
    if let (ordinal, Some(ended)) = vote.term
        && day >= ended
    {
        refusals.push(ElectionRefusal::AfterTerm { day, ordinal, ended });
    }
    if let Some(why) = absence(vote.founded_on, vote.dissolved_on, day) {
        refusals.push(ElectionRefusal::NoVillage { day, village: vote.village.to_owned(), why });
    }
    if !(1..=9).contains(&vote.run) {
        refusals.push(ElectionRefusal::Run(vote.run));
    }
    if vote.post.is_head() && vote.places > 1 {
        refusals.push(ElectionRefusal::OneHead { post: vote.post.name(), given: vote.places });
    } else if vote.places > 50 {
        refusals.push(ElectionRefusal::Places(vote.places));
    }
    for (name, given) in [("实到人数", vote.present), ("发出选票", vote.issued)] {
        if given == 0 {
            refusals.push(ElectionRefusal::Nothing { name });
        }
    }
    refusals
}

/// Why somebody cannot stand on a day, as a sentence; none where he can.
#[must_use]
pub fn check_candidate(
    candidate: &Sitter,
    kind: CommitteeKind,
    day: NaiveDate,
    book: &RuleBook,
) -> Option<String> {
    if let Some(died) = candidate.deceased_on.filter(|died| *died <= day) {
        return Some(ElectionRefusal::Dead { name: candidate.name.clone(), died, day }.to_string());
    }
    if let Some(refusal) = too_young(candidate, kind, book, day) {
        return Some(refusal.to_string().replacen("任职日期", "选举日期", 1));
    }
    if kind != CommitteeKind::VillageParty {
        return None;
    }
    entitlement(candidate, None, book, day)
        .map(|refusal| refusal.to_string().replacen("任职日期", "选举日期", 1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::records::committees::rules::seats::Standing;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn vote() -> VoteFacts<'static> {
        VoteFacts {
            kind: CommitteeKind::VillageParty,
            post: Post::Member,
            held_on: day("2021-01-10"),
            run: 1,
            places: 5,
            present: 40,
            issued: 40,
            village: "白泉村",
            founded_on: NaiveDate::from_ymd_opt(2004, 5, 1),
            dissolved_on: None,
            term: (6, Some(day("2026-01-10"))),
        }
    }

    fn fields(vote: &VoteFacts<'_>) -> Vec<&'static str> {
        check(vote, day("2026-11-23")).iter().map(ElectionRefusal::field).collect()
    }

    #[test]
    fn a_vote_lies_before_the_end_of_its_term_and_not_in_the_future() {
        assert_eq!(fields(&vote()), [""; 0]);
        assert_eq!(fields(&VoteFacts { held_on: day("2026-01-09"), ..vote() }), [""; 0]);
        assert_eq!(fields(&VoteFacts { held_on: day("2026-01-10"), ..vote() }), ["held_on"]);
        let running = VoteFacts { term: (6, None), ..vote() };
        assert_eq!(fields(&VoteFacts { held_on: day("2026-11-23"), ..running }), [""; 0]);
        assert_eq!(fields(&VoteFacts { held_on: day("2026-11-24"), ..running }), ["held_on"]);
        assert_eq!(fields(&VoteFacts { held_on: day("2004-05-01"), ..vote() }), [""; 0]);
        assert_eq!(fields(&VoteFacts { held_on: day("2004-04-30"), ..vote() }), ["held_on"]);
    }

    #[test]
    fn posts_places_and_runs_are_in_range() {
        assert_eq!(fields(&VoteFacts { post: Post::Director, places: 1, ..vote() }), ["post"]);
        assert_eq!(fields(&VoteFacts { post: Post::Secretary, places: 2, ..vote() }), ["places"]);
        assert_eq!(fields(&VoteFacts { post: Post::Secretary, places: 1, ..vote() }), [""; 0]);
        assert_eq!(fields(&VoteFacts { places: 51, ..vote() }), ["places"]);
        assert_eq!(
            (fields(&VoteFacts { run: 0, ..vote() }), fields(&VoteFacts { run: 9, ..vote() }).len()),
            (vec!["run"], 0)
        );
        assert_eq!(fields(&VoteFacts { present: 0, issued: 0, ..vote() }), ["present", "issued"]);
    }

    #[test]
    fn who_may_not_sit_may_not_stand_and_the_dead_stand_nowhere() {
        let book = RuleBook::national();
        let candidate = |standing, died: Option<&str>| Sitter {
            name: "张伟".to_owned(),
            birth_date: day("1980-05-06"),
            standing,
            deceased_on: died.map(day),
            removed: None,
        };
        let refused = |candidate: &Sitter, kind| check_candidate(candidate, kind, day("2021-01-10"), &book);
        let probationary = candidate(Standing::Probationary, None);
        assert!(refused(&probationary, CommitteeKind::VillageParty).unwrap().contains("预备党员"));
        assert_eq!(refused(&probationary, CommitteeKind::VillageCommittee), None);
        assert_eq!(refused(&candidate(Standing::Unknown, None), CommitteeKind::VillageParty), None);
        let dead = |died| refused(&candidate(Standing::Full, Some(died)), CommitteeKind::VillageCommittee);
        assert!(dead("2021-01-10").is_some());
        assert_eq!(dead("2021-01-11"), None);
    }

    #[test]
    fn who_is_too_young_to_sit_is_too_young_to_stand() {
        let book = RuleBook::national();
        let born = |on: &str| Sitter {
            name: "张伟".to_owned(),
            birth_date: day(on),
            standing: Standing::Unknown,
            deceased_on: None,
            removed: None,
        };
        let refused = |on: &str, kind| check_candidate(&born(on), kind, day("2026-01-10"), &book);
        assert_eq!(refused("2008-01-10", CommitteeKind::VillageCommittee), None);
        let told = refused("2008-01-11", CommitteeKind::VillageCommittee).unwrap();
        assert!(told.contains("选举日期“2026-01-10”为17周岁"), "{told}");
        assert_eq!(refused("2008-01-11", CommitteeKind::Supervision), None, "no rule gives an age there");
    }

    #[test]
    fn a_vote_that_failed_may_be_recorded_and_one_that_elected_may_not_have_failed() {
        let short = Shortfall::Attendance {
            present: 1,
            eligible: 9,
            needed: 8,
            bar: String::new(),
            source_text: String::new(),
        };
        assert!(is_forbidden(&short, true) && !is_forbidden(&short, false));
        let surplus =
            Shortfall::Surplus { candidates: 5, places: 5, bar: String::new(), source_text: String::new() };
        assert!(!is_forbidden(&surplus, true));
    }
}
