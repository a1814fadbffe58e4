//! What left the house in a quarter, or was shown in clear: lists that were exported, identifiers that were revealed. Read
//! from the trail, which nobody changes, so that the report of a closed quarter says the same for ever. Entries of others
//! only for whom may read the trail.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Integer, Nullable, Text, Timestamptz, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde::Serialize;

use super::basis::Basis;
use super::source::extent;
use crate::base::actor::Actor;
use crate::base::error::Result;
use crate::base::policy::{self, Action};
use crate::records::imports::Kind;
use crate::records::organisations::Organisation;

/// At most so many stand in a report; the figures count all.
const LISTED: i64 = 200;

/// A list that was exported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, QueryableByName, utoipa::ToSchema)]
pub struct ExportLine {
    /// Number of its entry in the trail.
    #[diesel(sql_type = BigInt)]
    pub entry: i64,
    /// When.
    #[diesel(sql_type = Timestamptz)]
    pub at: DateTime<Utc>,
    /// User name of who took it.
    #[diesel(sql_type = Text)]
    pub actor: String,
    /// What the rows are about (`members`).
    #[diesel(sql_type = Nullable<Text>)]
    pub kind: Option<String>,
    /// Code of the organisation whose list it is.
    #[diesel(sql_type = Nullable<Text>)]
    pub organisation: Option<String>,
    /// Which rows were asked for, as JSON.
    #[diesel(sql_type = Text)]
    pub filter: String,
    /// How many rows.
    #[diesel(sql_type = Integer)]
    pub rows: i32,
    /// Whether identifiers stood in it in clear.
    #[diesel(sql_type = Bool)]
    pub unmasked: bool,
    /// Why.
    #[diesel(sql_type = Nullable<Text>)]
    pub reason: Option<String>,
    /// SHA-256 of the file, in hexadecimal.
    #[diesel(sql_type = Nullable<Text>)]
    pub sha256: Option<String>,
}

/// What the trail calls a list behind a figure that left the house.
pub const FIGURE_ROWS: &str = "figure-rows";

impl ExportLine {
    /// What the rows are about, in Chinese.
    #[must_use]
    pub fn kind_name(&self) -> &str {
        let code = self.kind.as_deref().unwrap_or_default();
        match code {
            FIGURE_ROWS => "指标明细",
            "registration-form" => "党员登记表",
            "transfer-letter" => "组织关系介绍信",
            _ => Kind::ALL.iter().find(|kind| kind.code() == code).map_or(code, |kind| kind.name()),
        }
    }
}

/// An identifier that was shown in clear.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, QueryableByName, utoipa::ToSchema)]
pub struct RevealLine {
    /// Number of its entry in the trail.
    #[diesel(sql_type = BigInt)]
    pub entry: i64,
    /// When.
    #[diesel(sql_type = Timestamptz)]
    pub at: DateTime<Utc>,
    /// User name of who saw it.
    #[diesel(sql_type = Text)]
    pub actor: String,
    /// Which field (`citizen_id`).
    #[diesel(sql_type = Nullable<Text>)]
    pub field: Option<String>,
    /// What for.
    #[diesel(sql_type = Nullable<Text>)]
    pub purpose: Option<String>,
    /// Whose, as he is called now.
    #[diesel(sql_type = Nullable<Text>)]
    pub name: Option<String>,
}

/// The entries `e` of the quarter in the organisation that the reader may see.
fn entries(basis: &Basis, organisation: &Organisation) -> String {
    format!(
        "e.county_id = $1 AND e.at >= ($2::timestamp AT TIME ZONE 'Asia/Shanghai') \
         AND e.at < (($3::date + 1)::timestamp AT TIME ZONE 'Asia/Shanghai') AND {} AND ($12 OR e.account_id = $13) \
         ORDER BY e.sequence LIMIT {LISTED}",
        extent(basis, &organisation.code).holds("e.path")
    )
}

async fn load<T>(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    basis: &Basis,
    organisation: &Organisation,
    statement: String,
) -> Result<Vec<T>>
where
    T: QueryableByName<diesel::pg::Pg> + Send + 'static,
{
    let reads_all = policy::may(actor, Action::ReadTrail, &organisation.path());
    let asked = basis.ask(vec![organisation.code.clone()]).about(statement);
    Ok(asked.bind::<Bool, _>(reads_all).bind::<Nullable<Uuid>, _>(actor.account).load(conn).await?)
}

/// The lists that were exported, by number.
///
/// # Errors
/// Whatever the database answers.
pub(super) async fn exports(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    basis: &Basis,
    organisation: &Organisation,
) -> Result<Vec<ExportLine>> {
    let statement = format!(
        "SELECT e.sequence AS entry, e.at, e.actor, e.details->>'kind' AS kind, \
            e.details->>'organisation' AS organisation, coalesce(e.details->'filter', '{{}}'::jsonb)::text AS filter, \
            e.subject_count AS rows, coalesce((e.details->>'unmasked')::boolean, false) AS unmasked, \
            e.details->>'reason' AS reason, e.details->>'file_sha256' AS sha256 \
         FROM audit_entries e WHERE e.action = 'exports.export' AND {}",
        entries(basis, organisation)
    );
    load(conn, actor, basis, organisation, statement).await
}

/// The identifiers that were shown in clear, by number.
///
/// # Errors
/// Whatever the database answers.
pub(super) async fn reveals(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    basis: &Basis,
    organisation: &Organisation,
) -> Result<Vec<RevealLine>> {
    let statement = format!(
        "SELECT x.*, p.name FROM (SELECT e.sequence AS entry, e.at, e.actor, e.details->>'field' AS field, \
                e.details->>'purpose' AS purpose, e.subject_id \
            FROM audit_entries e WHERE e.action IN ('members.reveal', 'people.reveal') AND {}) x \
         LEFT JOIN memberships m ON m.county_id = $1 AND m.id = x.subject_id \
         LEFT JOIN people p ON p.county_id = $1 AND p.id = coalesce(m.person_id, x.subject_id) ORDER BY x.entry",
        entries(basis, organisation)
    );
    load(conn, actor, basis, organisation, statement).await
}
