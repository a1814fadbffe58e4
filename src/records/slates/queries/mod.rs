//! Every read of targets and slates.

mod people;

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Nullable, Text, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::error::{OrMissing, Result};
use crate::base::ids::{CountyId, OrganisationId, PersonId, SlateId, TargetId};
use crate::base::scope::Scope;
use crate::base::values::Hundredths;
use crate::records::committees::{CommitteeKind, Source};
use crate::records::slates::content::Proposed;
use crate::records::slates::model::{Bound, Level, Slate, SlateState, Target};
use crate::records::words::{self, WordList};
use crate::schema::{committee_targets, slates};

pub use people::{Background, Lack, Offer, Person, backgrounds, lacking, offers, people};

#[derive(Queryable, Selectable)]
#[diesel(table_name = committee_targets)]
struct TargetRow {
    id: TargetId,
    level: String,
    figure: String,
    comparison: String,
    hundredths: i64,
    from_day: NaiveDate,
    to_day: Option<NaiveDate>,
    source: String,
}

impl TargetRow {
    fn target(self) -> Option<Target> {
        Some(Target {
            id: self.id,
            level: Level::parse(&self.level).ok()?,
            figure: self.figure,
            bound: Bound::parse(&self.comparison).ok()?,
            value: Hundredths::from_hundredths(self.hundredths),
            from_day: self.from_day,
            to_day: self.to_day,
            source: self.source,
        })
    }
}

/// Every version of every target of a county, by level, figure and day.
///
/// # Errors
/// Whatever the database answers.
pub async fn targets(conn: &mut AsyncPgConnection, county: CountyId) -> QueryResult<Vec<Target>> {
    let rows: Vec<TargetRow> = committee_targets::table
        .filter(committee_targets::county_id.eq(county))
        .order((
            committee_targets::level,
            committee_targets::figure,
            committee_targets::comparison,
            committee_targets::from_day,
        ))
        .select(TargetRow::as_select())
        .load(conn)
        .await?;
    Ok(rows.into_iter().filter_map(TargetRow::target).collect())
}

/// A slate with those proposed in it.
#[derive(Debug, Clone)]
pub struct Card {
    /// The slate.
    pub slate: Slate,
    /// Code of the village.
    pub village_code: String,
    /// Name of the village.
    pub village: String,
    /// Name of the organisation that made it.
    pub maker: String,
    /// Who is proposed, in order.
    pub seats: Vec<Proposed>,
}

#[derive(QueryableByName)]
struct SlateRow {
    #[diesel(embed)]
    slate: SlateColumns,
    #[diesel(sql_type = Text)]
    village_code: String,
    #[diesel(sql_type = Text)]
    village: String,
    #[diesel(sql_type = Text)]
    maker: String,
}

#[derive(QueryableByName)]
#[diesel(table_name = slates)]
struct SlateColumns {
    id: SlateId,
    village_id: OrganisationId,
    path: String,
    maker_path: String,
    ordinal: i32,
    from_day: NaiveDate,
    name: String,
    state: String,
    version: i32,
    created_by: String,
}

impl From<SlateColumns> for Slate {
    fn from(row: SlateColumns) -> Self {
        Self {
            id: row.id,
            village_id: row.village_id,
            path: row.path,
            maker_path: row.maker_path,
            ordinal: row.ordinal,
            from_day: row.from_day,
            name: row.name,
            state: row.state,
            version: row.version,
            created_by: row.created_by,
        }
    }
}

const COLUMNS: &str = "s.id, s.village_id, s.path, s.maker_path, s.ordinal, s.from_day, s.name, s.state, s.version, \
     s.created_by, o.code AS village_code, o.name AS village, coalesce(m.name, '') AS maker";

/// `$6` a state, or null for all that were not dropped.
const OF_STATE: &str = "AND (s.state = $6 OR $6 IS NULL AND s.state <> 'dropped')";

/// `$1` the county, `$2` and `$3` the range of villages, `$4` and `$5` that of makers.
const CARDS: &str = "FROM slates s JOIN organisations o ON o.county_id = s.county_id AND o.id = s.village_id \
     LEFT JOIN organisations m ON m.county_id = s.county_id AND m.path = s.maker_path \
     WHERE s.county_id = $1 AND s.path >= $2 AND s.path < $3 AND s.maker_path >= $4 AND s.maker_path < $5";

/// Where a page of a list ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Path of the village.
    pub path: String,
    /// The slate.
    pub id: SlateId,
}

/// Slates of villages inside `within` that `seen_by` may see, those of one village together, after a place; those in a
/// state, or all that were not dropped.
///
/// # Errors
/// Whatever the database answers.
pub async fn list(
    conn: &mut AsyncPgConnection,
    seen_by: &Scope,
    within: &Scope,
    state: Option<SlateState>,
    after: Option<&Place>,
    limit: i64,
) -> Result<Vec<Card>> {
    let rows: Vec<SlateRow> = diesel::sql_query(format!(
        "SELECT {COLUMNS} {CARDS} {OF_STATE} \
         AND ($7::text IS NULL OR (s.path, s.id) > ($7 COLLATE \"C\", $8)) ORDER BY s.path, s.id LIMIT $9"
    ))
    .bind::<Uuid, _>(within.county)
    .bind::<Text, _>(within.path.as_str())
    .bind::<Text, _>(within.path.end())
    .bind::<Text, _>(seen_by.path.as_str())
    .bind::<Text, _>(seen_by.path.end())
    .bind::<Nullable<Text>, _>(state.map(SlateState::code))
    .bind::<Nullable<Text>, _>(after.map(|after| after.path.as_str()))
    .bind::<Nullable<Uuid>, _>(after.map(|after| after.id))
    .bind::<BigInt, _>(limit)
    .load(conn)
    .await?;
    cards(conn, within, rows).await
}

#[derive(QueryableByName)]
struct Total {
    #[diesel(sql_type = BigInt)]
    total: i64,
}

/// How many slates [`list`] has.
///
/// # Errors
/// Whatever the database answers.
pub async fn count(
    conn: &mut AsyncPgConnection,
    seen_by: &Scope,
    within: &Scope,
    state: Option<SlateState>,
) -> Result<i64> {
    let found: Total = diesel::sql_query(format!("SELECT count(*) AS total {CARDS} {OF_STATE}"))
        .bind::<Uuid, _>(within.county)
        .bind::<Text, _>(within.path.as_str())
        .bind::<Text, _>(within.path.end())
        .bind::<Text, _>(seen_by.path.as_str())
        .bind::<Text, _>(seen_by.path.end())
        .bind::<Nullable<Text>, _>(state.map(SlateState::code))
        .get_result(conn)
        .await?;
    Ok(found.total)
}

/// One slate of a scope.
///
/// # Errors
/// `Missing`.
pub async fn find(conn: &mut AsyncPgConnection, within: &Scope, id: SlateId) -> Result<Card> {
    let row: Option<SlateRow> = diesel::sql_query(format!("SELECT {COLUMNS} {CARDS} AND s.id = $6"))
        .bind::<Uuid, _>(within.county)
        .bind::<Text, _>(within.path.as_str())
        .bind::<Text, _>(within.path.end())
        .bind::<Text, _>(within.path.as_str())
        .bind::<Text, _>(within.path.end())
        .bind::<Uuid, _>(id)
        .get_result(conn)
        .await
        .optional()?;
    cards(conn, within, row.into_iter().collect()).await?.pop().or_missing("班子方案")
}

/// The names of the slates of a term of a village that the scope sees.
///
/// # Errors
/// Whatever the database answers.
pub async fn names(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    village: OrganisationId,
    ordinal: i32,
) -> QueryResult<HashSet<String>> {
    let names: Vec<String> = slates::table
        .filter(slates::county_id.eq(within.county).and(slates::village_id.eq(village)))
        .filter(slates::ordinal.eq(ordinal))
        .select(slates::name)
        .load(conn)
        .await?;
    Ok(names.into_iter().collect())
}

#[derive(QueryableByName)]
struct SeatRow {
    #[diesel(sql_type = Uuid)]
    slate_id: SlateId,
    #[diesel(sql_type = Text)]
    committee_kind: String,
    #[diesel(sql_type = Text)]
    post: String,
    #[diesel(sql_type = Uuid)]
    person_id: PersonId,
    #[diesel(sql_type = Text)]
    sources: String,
}

async fn cards(conn: &mut AsyncPgConnection, within: &Scope, rows: Vec<SlateRow>) -> Result<Vec<Card>> {
    let seats: Vec<SeatRow> = diesel::sql_query(
        "SELECT slate_id, committee_kind, post, person_id, sources FROM slate_seats \
         WHERE county_id = $1 AND slate_id = ANY ($2) ORDER BY slate_id, place",
    )
    .bind::<Uuid, _>(within.county)
    .bind::<Array<Uuid>, _>(rows.iter().map(|row| row.slate.id).collect::<Vec<_>>())
    .load(conn)
    .await?;
    let words = words::book(conn, within.county).await?;
    let own = words.words(WordList::CommitteeSource);
    let mut by_slate: HashMap<SlateId, Vec<Proposed>> = HashMap::new();
    for seat in seats {
        let known = CommitteeKind::parse(&seat.committee_kind).ok().zip(words.post(&seat.post).ok());
        if let Some((kind, post)) = known {
            let sources =
                seat.sources.split(' ').filter_map(|code| Source::parse_with(code, own).ok()).collect();
            let proposed = Proposed { kind, post, person: seat.person_id, sources };
            by_slate.entry(seat.slate_id).or_default().push(proposed);
        }
    }
    let card = |row: SlateRow| Card {
        seats: by_slate.remove(&row.slate.id).unwrap_or_default(),
        slate: row.slate.into(),
        village_code: row.village_code,
        village: row.village,
        maker: row.maker,
    };
    Ok(rows.into_iter().map(card).collect())
}

/// Slates inside a scope, held until the transaction ends.
///
/// # Errors
/// Whatever the database answers.
pub(super) async fn hold(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    ids: &[SlateId],
) -> QueryResult<Vec<Slate>> {
    slates::table
        .filter(slates::county_id.eq(within.county).and(slates::id.eq_any(ids)))
        .filter(slates::path.ge(within.path.as_str()).and(slates::path.lt(within.path.end())))
        .filter(slates::maker_path.ge(within.path.as_str()).and(slates::maker_path.lt(within.path.end())))
        .order(slates::id)
        .for_update()
        .select(Slate::as_select())
        .load(conn)
        .await
}
