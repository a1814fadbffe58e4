//! Reads of sign-offs: which stand, what changed in a unit since, which units have not signed.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Date, Integer, Nullable, Text, Timestamptz, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::ids::{CountyId, OrganisationId};
use crate::base::scope::Scope;
use crate::base::values::Quarter;
use crate::records::organisations::Organisation;

/// A sign-off that stands.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, QueryableByName, utoipa::ToSchema)]
pub struct StandingSignOff {
    /// Code of the unit.
    #[diesel(sql_type = Text)]
    pub organisation: String,
    /// User name of who signed.
    #[diesel(sql_type = Text)]
    pub signed_by: String,
    /// Code of the organisation that he acts for.
    #[diesel(sql_type = Text)]
    pub signed_for: String,
    /// When.
    #[diesel(sql_type = Timestamptz)]
    pub signed_at: DateTime<Utc>,
    /// How much still stood open then.
    #[diesel(sql_type = Integer)]
    pub open_items: i32,
    /// How many villages below had not signed then.
    #[diesel(sql_type = Integer)]
    pub unsigned_below: i32,
    /// Why it was signed with something open.
    #[diesel(sql_type = Nullable<Text>)]
    pub note: Option<String>,
    /// How many records of the unit were changed since, as the trail says.
    #[diesel(sql_type = BigInt)]
    pub changes: i64,
}

/// Areas whose verbs change what a report counts.
const CHANGING: [&str; 8] =
    ["organisations", "members", "people", "committees", "reserves", "training", "ratings", "assessments"];

/// Verbs of other areas that do.
const ALSO_CHANGING: [&str; 2] = ["imports.commit", "imports.undo"];

/// Verbs of those areas that change nothing.
const READING: [&str; 2] = ["members.reveal", "people.reveal"];

/// The sign-offs of a quarter that stand inside a scope, in the order of the tree; one at most for each unit.
///
/// # Errors
/// Whatever the database answers.
pub async fn standing(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    quarter: Quarter,
) -> QueryResult<Vec<StandingSignOff>> {
    diesel::sql_query(
        "SELECT o.code AS organisation, s.signed_by, s.signed_for, s.signed_at, s.open_items, s.unsigned_below, s.note, \
            coalesce((SELECT sum(e.subject_count) FROM audit_entries e \
                WHERE e.county_id = s.county_id AND e.path >= s.path AND e.path < left(s.path, -1) || '0' \
                    AND e.at > s.signed_at AND (split_part(e.action, '.', 1) = ANY ($5) OR e.action = ANY ($6)) \
                    AND e.action <> ALL ($7)), 0)::bigint AS changes \
         FROM quarter_sign_offs s JOIN organisations o ON o.county_id = $1 AND o.id = s.organisation_id \
         WHERE s.county_id = $1 AND s.quarter = $2 AND s.path >= $3 AND s.path < $4 \
            AND s.withdrawn_at IS NULL ORDER BY s.path",
    )
    .bind::<Uuid, _>(within.county)
    .bind::<Text, _>(quarter.to_string())
    .bind::<Text, _>(within.path.as_str())
    .bind::<Text, _>(within.path.end())
    .bind::<Array<Text>, _>(CHANGING.to_vec())
    .bind::<Array<Text>, _>(ALSO_CHANGING.to_vec())
    .bind::<Array<Text>, _>(READING.to_vec())
    .load(conn)
    .await
}

#[derive(QueryableByName)]
struct Name {
    #[diesel(sql_type = Text)]
    name: String,
}

const UNSIGNED: &str = "\
SELECT o.name FROM organisations o WHERE o.county_id = $1 AND o.parent_id = $2 AND o.kind = ANY ($3)
    AND (o.founded_on IS NULL OR o.founded_on <= $4) AND (o.dissolved_on IS NULL OR $4 < o.dissolved_on)
    AND NOT EXISTS (SELECT FROM quarter_sign_offs s WHERE s.county_id = $1 AND s.organisation_id = o.id
        AND s.quarter = $5 AND s.withdrawn_at IS NULL)
ORDER BY o.path";

async fn names(
    conn: &mut AsyncPgConnection,
    county: CountyId,
    parent: OrganisationId,
    kinds: &[&str],
    quarter: Quarter,
) -> QueryResult<Vec<String>> {
    let names: Vec<Name> = diesel::sql_query(UNSIGNED)
        .bind::<Uuid, _>(county)
        .bind::<Uuid, _>(parent)
        .bind::<Array<Text>, _>(kinds.to_vec())
        .bind::<Date, _>(quarter.last_day())
        .bind::<Text, _>(quarter.to_string())
        .load(conn)
        .await?;
    Ok(names.into_iter().map(|name| name.name).collect())
}

/// Names of the villages and communities directly below a town that have not signed a quarter off.
///
/// # Errors
/// Whatever the database answers.
pub async fn unsigned(
    conn: &mut AsyncPgConnection,
    town: &Organisation,
    quarter: Quarter,
) -> QueryResult<Vec<String>> {
    names(conn, town.county_id, town.id, &["village", "community"], quarter).await
}

/// Names of the streets, towns and townships of a county that have not signed a quarter off.
///
/// # Errors
/// Whatever the database answers.
pub async fn unsigned_towns(
    conn: &mut AsyncPgConnection,
    county: &Organisation,
    quarter: Quarter,
) -> QueryResult<Vec<String>> {
    names(conn, county.county_id, county.id, &["street", "town", "township"], quarter).await
}
