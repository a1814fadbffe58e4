//! Terms with their posts, seats with who sits, votes with their ballots.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::error::{Error, OrMissing, Result};
use crate::base::ids::{CommitteeId, ElectionId, OrganisationId, PersonId, SeatId, TermId};
use crate::base::scope::Scope;
use crate::records::committees::model::{Ballot, Committee, CommitteeKind, Election, Seat, Term, TermPost};
use crate::records::committees::queries;
use crate::records::committees::rules::extensions::Extension;
use crate::records::committees::rules::{Bar, RuleBook, Votes, Votings, tied, winning_bar};
use crate::schema::{
    committee_posts, committee_terms, committees, election_ballots, elections, organisations, people,
    seat_sources, seats,
};

/// A term with the posts that it provides.
#[derive(Debug, Clone)]
pub struct TermCard {
    /// The term.
    pub term: Term,
    /// Its posts.
    pub posts: Vec<TermPost>,
    /// What the superior approved, where it was extended.
    pub extension: Option<Extension>,
}

macro_rules! within {
    ($table:ident, $scope:expr) => {
        $table::table
            .filter($table::county_id.eq($scope.county))
            .filter($table::path.ge($scope.path.as_str()))
            .filter($table::path.lt($scope.path.end()))
    };
}

async fn with_posts(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    terms: Vec<Term>,
) -> QueryResult<Vec<TermCard>> {
    let ids: Vec<TermId> = terms.iter().map(|term| term.id).collect();
    let posts: Vec<TermPost> = committee_posts::table
        .filter(committee_posts::county_id.eq(within.county).and(committee_posts::term_id.eq_any(&ids)))
        .select(TermPost::as_select())
        .load(conn)
        .await?;
    let mut by_term: HashMap<TermId, Vec<TermPost>> = HashMap::new();
    for post in posts {
        by_term.entry(post.term_id).or_default().push(post);
    }
    let mut extensions = queries::extensions(conn, within, &ids).await?;
    let card = |term: Term| TermCard {
        posts: by_term.remove(&term.id).unwrap_or_default(),
        extension: extensions.remove(&term.id),
        term,
    };
    Ok(terms.into_iter().map(card).collect())
}

/// All terms of some committees, the newest first.
///
/// # Errors
/// Whatever the database answers.
pub async fn terms(
    conn: &mut AsyncPgConnection,
    scope: &Scope,
    committees: &[CommitteeId],
) -> QueryResult<Vec<TermCard>> {
    let terms: Vec<Term> = within!(committee_terms, scope)
        .filter(committee_terms::committee_id.eq_any(committees))
        .order((committee_terms::committee_id, committee_terms::from_day.desc()))
        .select(Term::as_select())
        .load(conn)
        .await?;
    with_posts(conn, scope, terms).await
}

/// One term.
///
/// # Errors
/// `Missing`.
pub async fn term(conn: &mut AsyncPgConnection, scope: &Scope, id: TermId) -> Result<TermCard> {
    let term: Term = within!(committee_terms, scope)
        .filter(committee_terms::id.eq(id))
        .select(Term::as_select())
        .first(conn)
        .await
        .optional()
        .or_missing("届次")?;
    with_posts(conn, scope, vec![term]).await?.pop().or_missing("届次")
}

/// A seat with who sits.
#[derive(Debug, Clone)]
pub struct SeatCard {
    /// The seat.
    pub seat: Seat,
    /// Name of who sits.
    pub name: String,
    /// Codes of where he was drawn from.
    pub sources: Vec<String>,
}

async fn with_sources(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    rows: Vec<(Seat, String)>,
) -> QueryResult<Vec<SeatCard>> {
    let ids: Vec<SeatId> = rows.iter().map(|(seat, _)| seat.id).collect();
    let sources: Vec<(SeatId, String)> = seat_sources::table
        .filter(seat_sources::county_id.eq(within.county).and(seat_sources::seat_id.eq_any(&ids)))
        .order(seat_sources::source)
        .select((seat_sources::seat_id, seat_sources::source))
        .load(conn)
        .await?;
    let mut by_seat: HashMap<SeatId, Vec<String>> = HashMap::new();
    for (seat, source) in sources {
        by_seat.entry(seat).or_default().push(source);
    }
    let card = |(seat, name): (Seat, String)| SeatCard {
        sources: by_seat.remove(&seat.id).unwrap_or_default(),
        seat,
        name,
    };
    Ok(rows.into_iter().map(card).collect())
}

macro_rules! seats {
    ($scope:expr) => {
        seats::table
            .inner_join(
                people::table.on(people::county_id.eq(seats::county_id).and(people::id.eq(seats::person_id))),
            )
            .filter(seats::county_id.eq($scope.county))
            .filter(seats::path.ge($scope.path.as_str()))
            .filter(seats::path.lt($scope.path.end()))
    };
}

/// All seats of some terms, in the order of their first days.
///
/// # Errors
/// Whatever the database answers.
pub async fn seats(
    conn: &mut AsyncPgConnection,
    scope: &Scope,
    terms: &[TermId],
) -> QueryResult<Vec<SeatCard>> {
    let rows: Vec<(Seat, String)> = seats!(scope)
        .filter(seats::term_id.eq_any(terms))
        .order((seats::from_day, seats::id))
        .select((Seat::as_select(), people::name))
        .load(conn)
        .await?;
    with_sources(conn, scope, rows).await
}

/// One seat.
///
/// # Errors
/// `Missing`.
pub async fn seat(conn: &mut AsyncPgConnection, scope: &Scope, id: SeatId) -> Result<SeatCard> {
    let rows: Vec<(Seat, String)> =
        seats!(scope).filter(seats::id.eq(id)).select((Seat::as_select(), people::name)).load(conn).await?;
    with_sources(conn, scope, rows).await?.pop().or_missing("任职记录")
}

/// A seat of one person, with the village and committee that it is in.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = seats)]
pub struct PersonSeat {
    /// The seat.
    #[diesel(embed)]
    pub seat: Seat,
    /// Code of the committee's kind.
    #[diesel(select_expression = committees::kind)]
    pub kind: String,
    /// Code of the village.
    #[diesel(select_expression = organisations::code)]
    pub village_code: String,
    /// Name of the village.
    #[diesel(select_expression = organisations::name)]
    pub village: String,
    /// Which term.
    #[diesel(select_expression = committee_terms::ordinal)]
    pub ordinal: i32,
}

/// The seats of some people inside a scope, the newest first.
///
/// # Errors
/// Whatever the database answers.
pub async fn seats_of_people(
    conn: &mut AsyncPgConnection,
    scope: &Scope,
    people: &[PersonId],
) -> QueryResult<Vec<PersonSeat>> {
    seats::table
        .inner_join(
            committees::table
                .on(committees::county_id.eq(seats::county_id).and(committees::id.eq(seats::committee_id))),
        )
        .inner_join(
            organisations::table.on(organisations::county_id
                .eq(committees::county_id)
                .and(organisations::id.eq(committees::village_id))),
        )
        .inner_join(
            committee_terms::table.on(committee_terms::county_id
                .eq(seats::county_id)
                .and(committee_terms::id.eq(seats::term_id))),
        )
        .filter(seats::county_id.eq(scope.county))
        .filter(seats::path.ge(scope.path.as_str()).and(seats::path.lt(scope.path.end())))
        .filter(seats::person_id.eq_any(people))
        .order((seats::from_day.desc(), seats::id))
        .limit(2000)
        .select(PersonSeat::as_select())
        .load(conn)
        .await
}

/// The committees of some villages, those of one together.
///
/// # Errors
/// Whatever the database answers.
pub async fn committees_of(
    conn: &mut AsyncPgConnection,
    scope: &Scope,
    villages: &[OrganisationId],
) -> QueryResult<Vec<Committee>> {
    within!(committees, scope)
        .filter(committees::village_id.eq_any(villages))
        .order((committees::path, committees::kind.desc()))
        .select(Committee::as_select())
        .load(conn)
        .await
}

/// A vote with what the ballots said of each candidate.
#[derive(Debug, Clone)]
pub struct ElectionCard {
    /// The vote.
    pub election: Election,
    /// Its ballots with the names of the candidates, most votes first.
    pub ballots: Vec<(Ballot, String)>,
}

impl ElectionCard {
    /// What became of the ballots.
    #[must_use]
    pub const fn votings(&self) -> Votings {
        let Election { places, eligible, present, issued, returned, valid, .. } = self.election;
        Votings { places, eligible, present, issued, returned, valid }
    }

    /// Whether it is a run-off.
    #[must_use]
    pub const fn is_run_off(&self) -> bool {
        self.election.run > 1
    }

    /// The bar of votes that its winners met.
    #[must_use]
    pub fn winning_bar<'b>(&self, kind: CommitteeKind, book: &'b RuleBook) -> Option<&'b Bar> {
        winning_bar(book, kind, self.election.held_on, self.is_run_off())
    }

    /// Which of its ballots are those of candidates who are tied for the last place: a further run decides between them.
    #[must_use]
    pub fn tied(&self, kind: CommitteeKind, book: &RuleBook) -> Vec<usize> {
        tied(book, kind, self.election.held_on, self.is_run_off(), &self.votings(), &self.votes())
    }

    /// The votes as the rules see them.
    #[must_use]
    pub fn votes(&self) -> Vec<Votes> {
        let votes = |(ballot, name): &(Ballot, String)| Votes {
            candidate: name.clone(),
            votes_for: ballot.votes_for,
            votes_against: ballot.votes_against,
            abstentions: ballot.abstentions,
            is_elected: ballot.is_elected,
        };
        self.ballots.iter().map(votes).collect()
    }
}

async fn with_ballots(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    rows: Vec<Election>,
) -> QueryResult<Vec<ElectionCard>> {
    let ids: Vec<ElectionId> = rows.iter().map(|row| row.id).collect();
    let ballots: Vec<(Ballot, String)> = election_ballots::table
        .inner_join(people::table.on(
            people::county_id.eq(election_ballots::county_id).and(people::id.eq(election_ballots::person_id)),
        ))
        .filter(election_ballots::county_id.eq(within.county).and(election_ballots::election_id.eq_any(&ids)))
        .order((election_ballots::votes_for.desc(), people::pinyin, people::id))
        .select((Ballot::as_select(), people::name))
        .load(conn)
        .await?;
    let mut by_election: HashMap<ElectionId, Vec<(Ballot, String)>> = HashMap::new();
    for ballot in ballots {
        by_election.entry(ballot.0.election_id).or_default().push(ballot);
    }
    let card = |election: Election| ElectionCard {
        ballots: by_election.remove(&election.id).unwrap_or_default(),
        election,
    };
    Ok(rows.into_iter().map(card).collect())
}

/// The votes of some terms, in the order of their days.
///
/// # Errors
/// Whatever the database answers.
pub async fn elections(
    conn: &mut AsyncPgConnection,
    scope: &Scope,
    terms: &[TermId],
) -> QueryResult<Vec<ElectionCard>> {
    let rows: Vec<Election> = within!(elections, scope)
        .filter(elections::term_id.eq_any(terms))
        .order((elections::held_on, elections::run, elections::id))
        .select(Election::as_select())
        .load(conn)
        .await?;
    with_ballots(conn, scope, rows).await
}

/// One vote.
///
/// # Errors
/// `Missing`.
pub async fn election(conn: &mut AsyncPgConnection, scope: &Scope, id: ElectionId) -> Result<ElectionCard> {
    let row: Election = within!(elections, scope)
        .filter(elections::id.eq(id))
        .select(Election::as_select())
        .first(conn)
        .await
        .optional()
        .or_missing("选举记录")?;
    with_ballots(conn, scope, vec![row]).await?.pop().ok_or(Error::Missing { what: "选举记录" })
}
