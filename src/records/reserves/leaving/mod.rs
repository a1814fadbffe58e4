//! What a village lacks once one of those who sit leaves, and who of its reserve could step in: pure, over its teams as
//! they sit on a day.
//!
//! The rules are those of [`committees::rules`](crate::records::committees::rules): what is unusual in a team without
//! somebody, held against what is unusual with him; what refuses a seat to whoever would take it.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;

use crate::base::ids::{PersonId, ReserveId};
use crate::base::values::completed_years;
use crate::records::committees::queries::{OnDay, TermPlace};
use crate::records::committees::rules::overlaps;
use crate::records::committees::rules::seats::{self, SeatFacts};
use crate::records::committees::rules::unusual::{self, Running};
use crate::records::committees::{CommitteeKind, Finding, PartyBody, Post, RuleBook, Unusual};
use crate::records::people::Kinship;

/// Somebody who sits in a village, and what his leaving does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sitter {
    /// Who.
    pub person: PersonId,
    /// His name.
    pub name: String,
    /// Completed years when the term of the village ends.
    pub age: u32,
    /// What refuses him the same posts for a further term from that day on, by the rules in force then; nothing where he
    /// could go on.
    pub bars: Vec<String>,
    /// His posts, those of the Party's committee first.
    pub posts: Vec<HeldPost>,
    /// What the rules say of the team without him and do not say of it with him.
    pub broken: Vec<Broken>,
}

impl Sitter {
    /// Whether each post that his leaving leaves vacant has somebody in reserve who could take it.
    #[must_use]
    pub fn is_replaceable(&self) -> bool {
        self.posts.iter().all(|post| post.vacant == 0 || !post.ready.is_empty())
    }
}

/// A post that somebody holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldPost {
    /// Which committee.
    pub kind: CommitteeKind,
    /// Which post.
    pub post: Post,
    /// Since when he holds it.
    pub from_day: NaiveDate,
    /// How many places of the post are vacant without him; none where others fill all that the term provides.
    pub vacant: i32,
    /// Who of the ready could take it.
    pub ready: Vec<StandIn>,
    /// Who of the ready could not.
    pub refused: Vec<Refused>,
}

/// Something that the rules say of a team without somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// Which committee.
    pub kind: CommitteeKind,
    /// What it is.
    pub what: Unusual,
    /// The sentence, with the numbers and the way out.
    pub message: String,
    /// The regulation that it is held against.
    pub source: Option<String>,
}

/// Somebody in reserve who could take a post today.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StandIn {
    /// His entry in the pool.
    pub reserve: ReserveId,
    /// His name.
    pub name: String,
    /// What speaks for him.
    pub why: Vec<String>,
}

/// Somebody in reserve who is ready, but whom the rules refuse a post.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// His entry in the pool.
    pub reserve: ReserveId,
    /// His name.
    pub name: String,
    /// The sentence, with the rule and the way out.
    pub message: String,
}

/// Somebody in reserve who is ready.
#[derive(Debug, Clone)]
pub(super) struct Ready {
    pub reserve: ReserveId,
    pub person: PersonId,
    pub name: String,
    pub why: Vec<String>,
    /// Whether the pool calls him a Party member: what counts where no register knows him.
    pub is_party_member: bool,
}

/// A seat that is held on the day.
#[derive(Debug, Clone)]
pub(super) struct HeldSeat {
    pub person: PersonId,
    pub name: String,
    pub is_woman: bool,
    pub birth_date: NaiveDate,
    pub post: Post,
    pub from_day: NaiveDate,
    pub is_party_member: bool,
}

/// A term that runs on the day, and who sits in it.
#[derive(Debug, Clone)]
pub(super) struct Team {
    pub term: TermPlace,
    pub kind: CommitteeKind,
    pub posts: Vec<(Post, i32)>,
    pub seats: Vec<HeldSeat>,
}

/// What the teams of a village are looked at with.
#[derive(Debug, Clone, Copy)]
pub(super) struct Around<'a> {
    /// The day on which somebody leaves.
    pub day: NaiveDate,
    /// The day on which the term ends.
    pub at: NaiveDate,
    /// What is known of everybody on both days.
    pub known: &'a HashMap<(PersonId, NaiveDate), OnDay>,
    /// What the second of two people is to the first.
    pub kin: &'a HashMap<(PersonId, PersonId), Kinship>,
    pub book: &'a RuleBook,
    /// What the Party organisation of the village is, where that is on record.
    pub body: Option<PartyBody>,
}

/// Everybody who sits in the teams of one village, each once, in the order of the teams and their seats.
pub(super) fn sitters(teams: &[Team], ready: &[Ready], around: Around<'_>) -> Vec<Sitter> {
    let mut seen = HashSet::new();
    let people = teams.iter().flat_map(|team| &team.seats).filter(|seat| seen.insert(seat.person));
    people.map(|first| sitter(first, teams, ready, around)).collect()
}

fn sitter(first: &HeldSeat, teams: &[Team], ready: &[Ready], around: Around<'_>) -> Sitter {
    let person = first.person;
    let seats = || teams.iter().flat_map(|team| team.seats.iter().map(move |seat| (team, seat)));
    let held: Vec<(&Team, &HeldSeat)> = seats().filter(|(_, seat)| seat.person == person).collect();
    let staying: Vec<overlaps::Sitting> =
        seats().filter(|(_, seat)| seat.person != person).map(|(team, seat)| team.sitting(seat)).collect();
    let mut bars: Vec<String> = Vec::new();
    for told in held.iter().flat_map(|(team, seat)| around.bars(team, seat)) {
        if !bars.contains(&told) {
            bars.push(told);
        }
    }
    Sitter {
        person,
        name: first.name.clone(),
        age: completed_years(first.birth_date, around.at).unwrap_or_default(),
        bars,
        posts: held.iter().map(|(team, seat)| around.post(team, seat, ready, &staying)).collect(),
        broken: teams.iter().flat_map(|team| around.broken(team, person)).collect(),
    }
}

impl Team {
    /// How many places of a post are vacant once one of its holders left.
    fn vacant_without(&self, post: Post) -> i32 {
        let Some((_, places)) = self.posts.iter().find(|(known, _)| *known == post) else { return 1 };
        let holders = self.seats.iter().filter(|seat| seat.post == post).count().saturating_sub(1);
        places.saturating_sub(i32::try_from(holders).unwrap_or(i32::MAX)).max(0)
    }

    fn sitting(&self, seat: &HeldSeat) -> overlaps::Sitting {
        self.taken(seat.person, &seat.name, seat.post, seat.from_day)
    }

    fn taken(&self, person: PersonId, name: &str, post: Post, from_day: NaiveDate) -> overlaps::Sitting {
        overlaps::Sitting {
            village: self.term.village_id,
            committee: self.term.committee_id,
            kind: self.kind,
            person,
            name: name.to_owned(),
            post: Some(post),
            from_day,
            to_day: None,
        }
    }
}

impl Around<'_> {
    /// A post that somebody leaves, and who of the ready could take it beside those who stay.
    fn post(&self, team: &Team, seat: &HeldSeat, ready: &[Ready], staying: &[overlaps::Sitting]) -> HeldPost {
        let mut post = HeldPost {
            kind: team.kind,
            post: seat.post,
            from_day: seat.from_day,
            vacant: team.vacant_without(seat.post),
            ready: Vec::new(),
            refused: Vec::new(),
        };
        for one in ready.iter().filter(|one| one.person != seat.person) {
            let (reserve, name) = (one.reserve, one.name.clone());
            match self.refusal(one, team, seat.post, staying) {
                None => post.ready.push(StandIn { reserve, name, why: one.why.clone() }),
                Some(message) => post.refused.push(Refused { reserve, name, message }),
            }
        }
        post
    }

    /// Why somebody in reserve cannot take a post on the day; none where he can.
    fn refusal(&self, one: &Ready, team: &Team, post: Post, staying: &[overlaps::Sitting]) -> Option<String> {
        let Some(known) = self.known.get(&(one.person, self.day)) else {
            return Some(format!("{}的人员信息已不在册，请核对后备记录", one.name));
        };
        let given = known.sitter.standing.is_member().unwrap_or(one.is_party_member);
        let facts = SeatFacts {
            term_from: team.term.from_day,
            term_ended: team.term.ended_on,
            ..facts(team, known, given, post, self.day)
        };
        if let Some(refusal) = seats::check(&facts, self.book, self.day).first() {
            return Some(refusal.to_string());
        }
        let taken = team.taken(one.person, &one.name, post, self.day);
        let clash = staying.iter().find_map(|other| overlaps::refusal(&taken, other, self.kin, self.book));
        clash.map(|clash| clash.to_string())
    }

    /// What refuses a sitter his post for a further term from the day on which this one ends.
    fn bars(&self, team: &Team, seat: &HeldSeat) -> Vec<String> {
        let Some(known) = self.known.get(&(seat.person, self.at)) else { return Vec::new() };
        let given = known.sitter.standing.is_member().unwrap_or(seat.is_party_member);
        let facts = SeatFacts {
            ordinal: team.term.ordinal.saturating_add(1),
            ..facts(team, known, given, seat.post, self.at)
        };
        seats::check(&facts, self.book, self.at).iter().map(ToString::to_string).collect()
    }

    /// What the rules say of a team without somebody and do not say of it with him. That posts are vacant stands with the
    /// posts; that there are too many is no worse with one less.
    fn broken(&self, team: &Team, person: PersonId) -> Vec<Broken> {
        if team.seats.iter().all(|seat| seat.person != person) {
            return Vec::new();
        }
        let found = |without| unusual::findings(&self.running(team, without), self.book, self.day);
        let before = found(None);
        let is_new = |finding: &Finding| {
            !matches!(finding.what, Unusual::Vacancy | Unusual::TooMany | Unusual::Overfilled)
                && before.iter().all(|old| old.what != finding.what || old.message != finding.message)
        };
        let broken = |finding: Finding| Broken {
            kind: team.kind,
            what: finding.what,
            message: finding.message,
            source: finding.source,
        };
        found(Some(person)).into_iter().filter(is_new).map(broken).collect()
    }

    /// A term as it runs, with or without somebody. Of votes, checks and kin nothing is said: nobody's leaving breaks them.
    fn running(&self, team: &Team, without: Option<PersonId>) -> Running {
        let mut seen = HashSet::new();
        let seats = team.seats.iter().filter(|seat| Some(seat.person) != without);
        let sittings = seats.filter_map(|seat| {
            let known = self.known.get(&(seat.person, self.day))?;
            Some(unusual::Sitting {
                name: seat.name.clone(),
                is_woman: seat.is_woman,
                is_first: seen.insert(seat.person),
                post: seat.post.code().to_owned(),
                post_name: seat.post.name().to_owned(),
                from_day: seat.from_day,
                full_member_on: known.full_member_on,
                standing: known.sitter.standing,
                deceased_on: known.sitter.deceased_on,
                unvetted: None,
            })
        });
        Running {
            committee: team.term.committee_id,
            kind: team.kind,
            body: self.body,
            span: team.term.span(),
            extension: None,
            posts: team.posts.clone(),
            sittings: sittings.collect(),
            shortfalls: Vec::new(),
            exact: Vec::new(),
            related: Vec::new(),
        }
    }
}

/// A seat that begins with a term on a day.
fn facts<'a>(
    team: &'a Team,
    known: &'a OnDay,
    is_party_member: bool,
    post: Post,
    day: NaiveDate,
) -> SeatFacts<'a> {
    SeatFacts {
        sitter: &known.sitter,
        is_party_member: Some(is_party_member),
        kind: team.kind,
        village: &team.term.village,
        founded_on: team.term.founded_on,
        dissolved_on: team.term.dissolved_on,
        ordinal: team.term.ordinal,
        term_from: day,
        term_ended: None,
        post,
        from_day: day,
        to_day: None,
        leaving_reason: None,
        leaving_explanation: None,
    }
}

#[cfg(test)]
mod tests;
