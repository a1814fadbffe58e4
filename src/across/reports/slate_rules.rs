//! What the rules of committees say of a proposed team: those that verbs refuse by, and those that findings are told by.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::{Date, Integer, Nullable, Text, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde::Serialize;

use super::slate::Proposal;
use crate::base::actor::Actor;
use crate::base::clock;
use crate::base::error::Result;
use crate::base::ids::{CommitteeId, PersonId, TermId};
use crate::base::scope::Scope;
use crate::base::values::Sex;
use crate::records::committees::queries::{self, OnDay};
use crate::records::committees::rules::overlaps::{self, Sitting};
use crate::records::committees::rules::seats::{self, SeatFacts};
use crate::records::committees::rules::terms::{self, Span};
use crate::records::committees::rules::unusual::{self, Running};
use crate::records::committees::{CommitteeKind, Division, PartyBody, Post, RuleBook};
use crate::records::organisations::Organisation;
use crate::records::people::Kinship;
use crate::records::slates::queries::{Background, Lack};
use crate::records::slates::{self, Proposed};
use crate::records::vetting::sight;
use crate::records::words;

/// What a rule says of a proposed team.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = SlateRemark)]
pub struct Remark {
    /// Which committee.
    pub committee: &'static str,
    /// Whether nobody could be appointed so; else it is unusual.
    pub is_refused: bool,
    /// Which of the proposed seats, counted from 1; null where it is about the whole committee.
    pub seat: Option<usize>,
    /// The sentence, with the rule and the way out.
    pub message: String,
    /// The regulation, where the sentence does not name it.
    pub source: Option<String>,
}

impl From<Lack> for Remark {
    fn from(lack: Lack) -> Self {
        Self {
            committee: lack.kind.code(),
            is_refused: lack.is_demanded,
            seat: None,
            message: lack.message,
            source: None,
        }
    }
}

/// A committee of the village with the places of the term that runs, post by post.
#[derive(QueryableByName)]
struct PlaceRow {
    #[diesel(sql_type = Uuid)]
    committee_id: CommitteeId,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Nullable<Text>)]
    post: Option<String>,
    #[diesel(sql_type = Nullable<Integer>)]
    places: Option<i32>,
}

/// What a proposed team is looked at with.
struct Surroundings<'a> {
    village: &'a Organisation,
    proposal: &'a Proposal<'a>,
    known: HashMap<PersonId, OnDay>,
    backgrounds: HashMap<PersonId, Background>,
    women: HashSet<PersonId>,
    committees: HashMap<CommitteeKind, CommitteeId>,
    posts: HashMap<CommitteeKind, Vec<(Post, i32)>>,
    /// Who sits in committees that the slate leaves as they are.
    staying: Vec<Sitting>,
    /// What the second of two people is to the first.
    kin: HashMap<(PersonId, PersonId), Kinship>,
    book: RuleBook,
    /// What the Party organisation of the village is, where that is on record.
    body: Option<PartyBody>,
}

/// Everything that the rules say of a proposed team: what is refused first, in the order of its seats.
pub(super) async fn remarks(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    village: &Organisation,
    proposal: &Proposal<'_>,
) -> Result<Vec<Remark>> {
    let within = &actor.scope;
    let around = Surroundings::read(conn, within, village, proposal).await?;
    let mut remarks = Vec::new();
    let mut sittings: Vec<Sitting> = Vec::new();
    for (number, seat) in (1..).zip(proposal.seats) {
        let refused = |message: String| Remark {
            committee: seat.kind.code(),
            is_refused: true,
            seat: Some(number),
            message,
            source: None,
        };
        let Some(known) = around.known.get(&seat.person) else {
            let message = "人选不在您管理范围的名册中，指标没有计入，请重新选择".to_owned();
            remarks.push(refused(message));
            continue;
        };
        let today = clock::today().max(proposal.from_day);
        let facts = around.facts(seat, known);
        remarks.extend(
            seats::check(&facts, &around.book, today).iter().map(|refusal| refused(refusal.to_string())),
        );
        let sitting = around.sitting(seat, known);
        let clashes = sittings
            .iter()
            .chain(&around.staying)
            .find_map(|other| overlaps::refusal(&sitting, other, &around.kin, &around.book));
        remarks.extend(clashes.map(|clash| refused(clash.to_string())));
        sittings.push(sitting);
    }
    let names = around.known.iter().map(|(person, known)| (*person, known.sitter.name.as_str())).collect();
    let term = (proposal.ordinal, proposal.from_day);
    let sight = sight::of(conn, actor).await?;
    let lacks =
        slates::queries::lacking(conn, within, village.id, term, proposal.seats, &names, &sight).await?;
    let (demanded, wanted): (Vec<Lack>, Vec<Lack>) = lacks.into_iter().partition(|lack| lack.is_demanded);
    remarks.extend(demanded.into_iter().map(Remark::from));
    for kind in around.kinds() {
        let found = unusual::findings(&around.running(kind), &around.book, proposal.from_day);
        remarks.extend(found.into_iter().map(|finding| Remark {
            committee: kind.code(),
            is_refused: false,
            seat: None,
            message: finding.message,
            source: finding.source,
        }));
    }
    remarks.extend(wanted.into_iter().map(Remark::from));
    Ok(remarks)
}

impl<'a> Surroundings<'a> {
    async fn read(
        conn: &mut AsyncPgConnection,
        within: &Scope,
        village: &'a Organisation,
        proposal: &'a Proposal<'a>,
    ) -> Result<Self> {
        let day = proposal.from_day;
        let mut asked: Vec<PersonId> = proposal.seats.iter().map(|seat| seat.person).collect();
        asked.sort_unstable();
        asked.dedup();
        let people = slates::queries::people(conn, within, &asked).await?;
        let pairs: Vec<(PersonId, NaiveDate)> = people.iter().map(|person| (person.id, day)).collect();
        let known = queries::standings(conn, within.county, &pairs).await?;
        let rows = places(conn, within, village, day).await?;
        let mut committees = HashMap::new();
        let words = words::book(conn, within.county).await?;
        let mut posts: HashMap<CommitteeKind, Vec<(Post, i32)>> = HashMap::new();
        for row in rows {
            let Ok(kind) = CommitteeKind::parse(&row.kind) else { continue };
            committees.insert(kind, row.committee_id);
            let post = row.post.and_then(|post| words.post(&post).ok());
            posts.entry(kind).or_default().extend(post.zip(row.places));
        }
        for kind in CommitteeKind::ALL {
            committees.entry(*kind).or_insert_with(CommitteeId::new);
        }
        let sitting = queries::sittings(conn, within, &[village.id]).await?;
        let covers = |kind: CommitteeKind| covered(proposal.seats, kind);
        let staying: Vec<Sitting> =
            sitting.into_iter().map(|(_, sitting)| sitting).filter(|one| !covers(one.kind)).collect();
        let everybody = asked.iter().copied().chain(staying.iter().map(|sitting| sitting.person)).collect();
        let book = queries::rule_book(conn, within.county).await?.of(Division::of(&village.kind));
        let bodies = queries::bodies(conn, within, day, &[village.id], &book).await?;
        Ok(Self {
            village,
            proposal,
            backgrounds: slates::queries::backgrounds(conn, within.county, &asked, day).await?,
            known: known.into_iter().map(|((person, _), known)| (person, known)).collect(),
            women: people.iter().filter(|one| one.sex == Sex::Woman.code()).map(|one| one.id).collect(),
            committees,
            posts,
            staying,
            kin: queries::kin(conn, within.county, everybody).await?,
            book,
            body: bodies.get(&village.id).copied(),
        })
    }

    /// The committees that the slate is about.
    fn kinds(&self) -> impl Iterator<Item = CommitteeKind> {
        CommitteeKind::ALL.iter().copied().filter(|kind| covered(self.proposal.seats, *kind))
    }

    fn facts<'f>(&'f self, seat: &Proposed, known: &'f OnDay) -> SeatFacts<'f> {
        SeatFacts {
            sitter: &known.sitter,
            // Whom no register, seat or pool calls a member is none.
            is_party_member: known
                .sitter
                .standing
                .is_member()
                .or_else(|| self.backgrounds.get(&seat.person)?.is_party_member)
                .or(Some(false)),
            kind: seat.kind,
            village: &self.village.name,
            founded_on: self.village.founded_on,
            dissolved_on: self.village.dissolved_on,
            ordinal: self.proposal.ordinal,
            term_from: self.proposal.from_day,
            term_ended: None,
            post: seat.post,
            from_day: self.proposal.from_day,
            to_day: None,
            leaving_reason: None,
            leaving_explanation: None,
        }
    }

    fn committee(&self, kind: CommitteeKind) -> CommitteeId {
        self.committees.get(&kind).copied().unwrap_or_default()
    }

    fn sitting(&self, seat: &Proposed, known: &OnDay) -> Sitting {
        Sitting {
            village: self.village.id,
            committee: self.committee(seat.kind),
            kind: seat.kind,
            person: seat.person,
            name: known.sitter.name.clone(),
            post: Some(seat.post),
            from_day: self.proposal.from_day,
            to_day: None,
        }
    }

    /// The term as it would run on its first day.
    fn running(&self, kind: CommitteeKind) -> Running {
        let from_day = self.proposal.from_day;
        let mut seen = HashSet::new();
        let seats = self.proposal.seats.iter().filter(|seat| seat.kind == kind);
        let sittings = seats.filter_map(|seat| {
            let known = self.known.get(&seat.person)?;
            Some(unusual::Sitting {
                name: known.sitter.name.clone(),
                is_woman: self.women.contains(&seat.person),
                is_first: seen.insert(seat.person),
                post: seat.post.code().to_owned(),
                post_name: seat.post.name().to_owned(),
                from_day,
                full_member_on: known.full_member_on,
                unvetted: None,
                standing: known.sitter.standing,
                deceased_on: known.sitter.deceased_on,
            })
        });
        Running {
            committee: self.committee(kind),
            kind,
            body: self.body,
            span: Span {
                id: TermId::new(),
                ordinal: self.proposal.ordinal,
                from_day,
                due_day: terms::due_day(&self.book, kind, from_day),
                ended_on: None,
            },
            extension: None,
            posts: self.posts.get(&kind).cloned().unwrap_or_default(),
            sittings: sittings.collect(),
            shortfalls: Vec::new(),
            exact: Vec::new(),
            // The seats that clash are refused one by one.
            related: Vec::new(),
        }
    }
}

/// Whether a slate is about a committee: always about the Party organisation and the committee of the village, about
/// supervision where somebody is proposed for it.
fn covered(seats: &[Proposed], kind: CommitteeKind) -> bool {
    kind != CommitteeKind::Supervision || seats.iter().any(|seat| seat.kind == kind)
}

/// The committees of the village, each with the places of the term that runs the day before.
async fn places(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    village: &Organisation,
    day: NaiveDate,
) -> QueryResult<Vec<PlaceRow>> {
    diesel::sql_query(
        "SELECT c.id AS committee_id, c.kind, q.post, q.places FROM committees c \
         LEFT JOIN committee_terms m ON m.county_id = $1 AND m.committee_id = c.id AND m.from_day < $5 \
            AND (m.ended_on IS NULL OR $5 <= m.ended_on) \
         LEFT JOIN committee_posts q ON q.county_id = $1 AND q.term_id = m.id \
         WHERE c.county_id = $1 AND c.path >= $2 AND c.path < $3 AND c.village_id = $4 ORDER BY c.kind, q.post",
    )
    .bind::<Uuid, _>(within.county)
    .bind::<Text, _>(within.path.as_str())
    .bind::<Text, _>(within.path.end())
    .bind::<Uuid, _>(village.id)
    .bind::<Date, _>(day)
    .load(conn)
    .await
}
