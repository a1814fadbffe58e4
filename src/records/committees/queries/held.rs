//! What verbs hold and look at: the committees of villages, their terms and seats, the bars of the county.

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::{Array, Date, Integer, Nullable, Text, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::ids::{CommitteeId, CountyId, ElectionId, OrganisationId, PersonId, SeatId, TermId};
use crate::base::scope::{Path, Scope};
use crate::records::committees::model::CommitteeKind;
use crate::records::committees::rules::overlaps::Sitting;
use crate::records::committees::rules::terms::{Ground, Span};
use crate::records::committees::rules::{Bar, Comparison, Division, Rule, RuleBook, RuleBooks};
use crate::records::words;

/// A term with where it is.
#[derive(Debug, Clone, QueryableByName)]
pub struct TermPlace {
    /// The term.
    #[diesel(sql_type = Uuid)]
    pub id: TermId,
    /// Its committee.
    #[diesel(sql_type = Uuid)]
    pub committee_id: CommitteeId,
    /// Code of the committee's kind.
    #[diesel(sql_type = Text)]
    pub kind: String,
    /// The village.
    #[diesel(sql_type = Uuid)]
    pub village_id: OrganisationId,
    /// Code of the village.
    #[diesel(sql_type = Text)]
    pub village_code: String,
    /// Name of the village.
    #[diesel(sql_type = Text)]
    pub village: String,
    /// Code of the kind of the village.
    #[diesel(sql_type = Text)]
    pub village_kind: String,
    /// First day of the village.
    #[diesel(sql_type = Nullable<Date>)]
    pub founded_on: Option<NaiveDate>,
    /// The day on which it was dissolved.
    #[diesel(sql_type = Nullable<Date>)]
    pub dissolved_on: Option<NaiveDate>,
    /// Path of the village, as stored.
    #[diesel(sql_type = Text)]
    pub path: String,
    /// Which term.
    #[diesel(sql_type = Integer)]
    pub ordinal: i32,
    /// First day.
    #[diesel(sql_type = Date)]
    pub from_day: NaiveDate,
    /// The day by which the next election is due.
    #[diesel(sql_type = Date)]
    pub due_day: NaiveDate,
    /// First day no longer in the term.
    #[diesel(sql_type = Nullable<Date>)]
    pub ended_on: Option<NaiveDate>,
    /// The ETag.
    #[diesel(sql_type = Integer)]
    pub version: i32,
}

impl TermPlace {
    /// Kind of the committee; none where the database knows one more than this program.
    #[must_use]
    pub fn kind(&self) -> Option<CommitteeKind> {
        CommitteeKind::parse(&self.kind).ok()
    }

    /// Whether in a village or in a community.
    #[must_use]
    pub fn division(&self) -> Division {
        Division::of(&self.village_kind)
    }

    /// Its place in the tree.
    #[must_use]
    pub fn path(&self) -> Path {
        Path::stored(self.path.clone())
    }

    /// The term among its neighbours.
    #[must_use]
    pub const fn span(&self) -> Span {
        Span {
            id: self.id,
            ordinal: self.ordinal,
            from_day: self.from_day,
            due_day: self.due_day,
            ended_on: self.ended_on,
        }
    }

    /// The village as its rules see it.
    #[must_use]
    pub fn ground(&self, kind: CommitteeKind) -> Ground<'_> {
        Ground { village: &self.village, founded_on: self.founded_on, dissolved_on: self.dissolved_on, kind }
    }
}

const PLACES: &str = "SELECT t.id, t.committee_id, c.kind, c.village_id, o.code AS village_code, o.name AS village, \
     o.kind AS village_kind, o.founded_on, o.dissolved_on, t.path, t.ordinal, t.from_day, t.due_day, t.ended_on, \
     t.version FROM committee_terms t \
     JOIN committees c ON c.county_id = t.county_id AND c.id = t.committee_id \
     JOIN organisations o ON o.county_id = c.county_id AND o.id = c.village_id \
     WHERE t.county_id = $1 AND t.path >= $2 AND t.path < $3";

/// Some terms with where they are, as far as the scope sees them.
///
/// # Errors
/// Whatever the database answers.
pub async fn term_places(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    terms: &[TermId],
) -> QueryResult<Vec<TermPlace>> {
    diesel::sql_query(format!("{PLACES} AND t.id = ANY ($4)"))
        .bind::<Uuid, _>(within.county)
        .bind::<Text, _>(within.path.as_str())
        .bind::<Text, _>(within.path.end())
        .bind::<Array<Uuid>, _>(terms)
        .load(conn)
        .await
}

/// All terms of some committees, as far as the scope sees them, in the order of their first days.
///
/// # Errors
/// Whatever the database answers.
pub async fn spans(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    committees: &[CommitteeId],
) -> QueryResult<Vec<TermPlace>> {
    diesel::sql_query(format!("{PLACES} AND t.committee_id = ANY ($4) ORDER BY t.committee_id, t.from_day"))
        .bind::<Uuid, _>(within.county)
        .bind::<Text, _>(within.path.as_str())
        .bind::<Text, _>(within.path.end())
        .bind::<Array<Uuid>, _>(committees)
        .load(conn)
        .await
}

/// All terms of the committees of some villages, as far as the scope sees them: in the order of the tree, the Party's
/// committee first.
///
/// # Errors
/// Whatever the database answers.
pub async fn terms_of_villages(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    villages: &[OrganisationId],
) -> QueryResult<Vec<TermPlace>> {
    diesel::sql_query(format!("{PLACES} AND c.village_id = ANY ($4) ORDER BY t.path, c.kind DESC, t.ordinal"))
        .bind::<Uuid, _>(within.county)
        .bind::<Text, _>(within.path.as_str())
        .bind::<Text, _>(within.path.end())
        .bind::<Array<Uuid>, _>(villages)
        .load(conn)
        .await
}

/// A committee with where it is.
#[derive(Debug, Clone, QueryableByName)]
pub struct CommitteePlace {
    /// The committee.
    #[diesel(sql_type = Uuid)]
    pub id: CommitteeId,
    /// Code of its kind.
    #[diesel(sql_type = Text)]
    pub kind: String,
    /// Code of the village.
    #[diesel(sql_type = Text)]
    pub village_code: String,
    /// Name of the village.
    #[diesel(sql_type = Text)]
    pub village: String,
    /// Code of the kind of the village.
    #[diesel(sql_type = Text)]
    pub village_kind: String,
    /// First day of the village.
    #[diesel(sql_type = Nullable<Date>)]
    pub founded_on: Option<NaiveDate>,
    /// The day on which it was dissolved.
    #[diesel(sql_type = Nullable<Date>)]
    pub dissolved_on: Option<NaiveDate>,
    /// Path of the village, as stored.
    #[diesel(sql_type = Text)]
    pub path: String,
    /// The ETag.
    #[diesel(sql_type = Integer)]
    pub version: i32,
}

impl CommitteePlace {
    /// Its kind; none where the database knows one more than this program.
    #[must_use]
    pub fn kind(&self) -> Option<CommitteeKind> {
        CommitteeKind::parse(&self.kind).ok()
    }

    /// Whether in a village or in a community.
    #[must_use]
    pub fn division(&self) -> Division {
        Division::of(&self.village_kind)
    }

    /// Its place in the tree.
    #[must_use]
    pub fn path(&self) -> Path {
        Path::stored(self.path.clone())
    }
}

/// Some committees with where they are, as far as the scope sees them.
///
/// # Errors
/// Whatever the database answers.
pub async fn committee_places(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    committees: &[CommitteeId],
) -> QueryResult<Vec<CommitteePlace>> {
    diesel::sql_query(
        "SELECT c.id, c.kind, o.code AS village_code, o.name AS village, o.kind AS village_kind, o.founded_on, \
         o.dissolved_on, c.path, c.version FROM committees c JOIN organisations o ON o.county_id = c.county_id AND o.id = c.village_id \
         WHERE c.county_id = $1 AND c.path >= $2 AND c.path < $3 AND c.id = ANY ($4)",
    )
    .bind::<Uuid, _>(within.county)
    .bind::<Text, _>(within.path.as_str())
    .bind::<Text, _>(within.path.end())
    .bind::<Array<Uuid>, _>(committees)
    .load(conn)
    .await
}

/// Something in a term.
#[derive(QueryableByName)]
struct InTerm {
    #[diesel(sql_type = Uuid)]
    id: uuid::Uuid,
    #[diesel(sql_type = Uuid)]
    term_id: TermId,
}

async fn in_terms(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    table: &'static str,
    ids: Vec<uuid::Uuid>,
) -> QueryResult<Vec<InTerm>> {
    diesel::sql_query(format!(
        "SELECT id, term_id FROM {table} WHERE county_id = $1 AND path >= $2 AND path < $3 AND id = ANY ($4)"
    ))
    .bind::<Uuid, _>(within.county)
    .bind::<Text, _>(within.path.as_str())
    .bind::<Text, _>(within.path.end())
    .bind::<Array<Uuid>, _>(ids)
    .load(conn)
    .await
}

/// The terms that some seats stand in, as far as the scope sees them.
///
/// # Errors
/// Whatever the database answers.
pub async fn term_of_seats(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    seats: &[SeatId],
) -> QueryResult<Vec<(SeatId, TermId)>> {
    let rows = in_terms(conn, within, "seats", seats.iter().map(|id| id.0).collect()).await?;
    Ok(rows.into_iter().map(|row| (SeatId(row.id), row.term_id)).collect())
}

/// The terms that some votes were for, as far as the scope sees them.
///
/// # Errors
/// Whatever the database answers.
pub async fn term_of_elections(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    elections: &[ElectionId],
) -> QueryResult<Vec<(ElectionId, TermId)>> {
    let rows = in_terms(conn, within, "elections", elections.iter().map(|id| id.0).collect()).await?;
    Ok(rows.into_iter().map(|row| (ElectionId(row.id), row.term_id)).collect())
}

/// Holds all committees of the villages that some committees are in, until the transaction ends: whoever gives somebody
/// a seat has looked at all seats of the village.
///
/// # Errors
/// Whatever the database answers.
pub async fn hold(
    conn: &mut AsyncPgConnection,
    county: CountyId,
    committees: &[CommitteeId],
) -> QueryResult<()> {
    diesel::sql_query(
        "SELECT 1 FROM committees WHERE county_id = $1 AND village_id IN \
         (SELECT village_id FROM committees WHERE county_id = $1 AND id = ANY ($2)) ORDER BY id FOR UPDATE",
    )
    .bind::<Uuid, _>(county)
    .bind::<Array<Uuid>, _>(committees)
    .execute(conn)
    .await?;
    Ok(())
}

#[derive(QueryableByName)]
struct SittingRow {
    #[diesel(sql_type = Uuid)]
    id: SeatId,
    #[diesel(sql_type = Uuid)]
    village_id: OrganisationId,
    #[diesel(sql_type = Uuid)]
    committee_id: CommitteeId,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Uuid)]
    person_id: PersonId,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    post: String,
    #[diesel(sql_type = Date)]
    from_day: NaiveDate,
    #[diesel(sql_type = Nullable<Date>)]
    to_day: Option<NaiveDate>,
}

/// All seats ever held in some villages, with their ids.
///
/// # Errors
/// Whatever the database answers.
pub async fn sittings(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    villages: &[OrganisationId],
) -> QueryResult<Vec<(SeatId, Sitting)>> {
    let rows: Vec<SittingRow> = diesel::sql_query(
        "SELECT s.id, c.village_id, s.committee_id, c.kind, s.person_id, p.name, s.post, s.from_day, s.to_day \
         FROM committees c \
         JOIN seats s ON s.county_id = c.county_id AND s.committee_id = c.id \
         JOIN people p ON p.county_id = s.county_id AND p.id = s.person_id \
         WHERE c.county_id = $1 AND c.path >= $2 AND c.path < $3 AND c.village_id = ANY ($4)",
    )
    .bind::<Uuid, _>(within.county)
    .bind::<Text, _>(within.path.as_str())
    .bind::<Text, _>(within.path.end())
    .bind::<Array<Uuid>, _>(villages)
    .load(conn)
    .await?;
    let words = words::book(conn, within.county).await?;
    let sitting = |row: SittingRow| {
        let sitting = Sitting {
            village: row.village_id,
            committee: row.committee_id,
            kind: CommitteeKind::parse(&row.kind).ok()?,
            person: row.person_id,
            name: row.name,
            post: words.post(&row.post).ok(),
            from_day: row.from_day,
            to_day: row.to_day,
        };
        Some((row.id, sitting))
    };
    Ok(rows.into_iter().filter_map(sitting).collect())
}

#[derive(QueryableByName)]
struct BarRow {
    #[diesel(sql_type = Text)]
    rule: String,
    #[diesel(sql_type = Text)]
    committee_kind: String,
    #[diesel(sql_type = Date)]
    from_day: NaiveDate,
    #[diesel(sql_type = Nullable<Date>)]
    to_day: Option<NaiveDate>,
    #[diesel(sql_type = Text)]
    comparison: String,
    #[diesel(sql_type = Integer)]
    numerator: i32,
    #[diesel(sql_type = Integer)]
    denominator: i32,
    #[diesel(sql_type = Text)]
    source: String,
}

/// The bars of a county over those of the country.
///
/// # Errors
/// Whatever the database answers.
pub async fn rule_book(conn: &mut AsyncPgConnection, county: CountyId) -> QueryResult<RuleBook> {
    Ok(RuleBook::of_county(own_bars(conn, county).await?))
}

/// The same for villages and for communities.
///
/// # Errors
/// Whatever the database answers.
pub async fn rule_books(conn: &mut AsyncPgConnection, county: CountyId) -> QueryResult<RuleBooks> {
    Ok(RuleBooks::from(&rule_book(conn, county).await?))
}

/// Every version of every bar that a county set, by committee, rule and day.
///
/// # Errors
/// Whatever the database answers.
pub async fn own_bars(conn: &mut AsyncPgConnection, county: CountyId) -> QueryResult<Vec<Bar>> {
    let rows: Vec<BarRow> = diesel::sql_query(
        "SELECT rule, committee_kind, from_day, to_day, comparison, numerator, denominator, source \
         FROM committee_rules WHERE county_id = $1 ORDER BY committee_kind, rule, from_day",
    )
    .bind::<Uuid, _>(county)
    .load(conn)
    .await?;
    let bar = |row: BarRow| {
        Some(Bar {
            rule: Rule::parse(&row.rule).ok()?,
            kind: CommitteeKind::parse(&row.committee_kind).ok()?,
            division: None,
            body: None,
            from_day: row.from_day,
            to_day: row.to_day,
            comparison: Comparison::parse(&row.comparison).ok()?,
            numerator: row.numerator,
            denominator: row.denominator,
            source: row.source,
        })
    };
    Ok(rows.into_iter().filter_map(bar).collect())
}
