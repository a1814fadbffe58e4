//! How far the quarters of a county are.

use chrono::{DateTime, NaiveDate, Utc};
use diesel_async::AsyncPgConnection;
use serde::Serialize;

use crate::base::actor::Actor;
use crate::base::clock;
use crate::base::db;
use crate::base::error::Result;
use crate::base::policy::{self, Action};
use crate::base::values::Quarter;
use crate::records::quarters::{self, QuarterState};

/// So many quarters that nobody has touched are shown, the running one first.
const OPEN_QUARTERS: usize = 8;

/// At most so many quarters on record are shown: twenty-five years.
const ON_RECORD: i64 = 100;

/// How far a quarter is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct QuarterStatus {
    /// The quarter.
    #[schema(value_type = String)]
    pub quarter: Quarter,
    /// Its state.
    #[schema(value_type = String)]
    pub state: QuarterState,
    /// Its last day.
    pub last_day: NaiveDate,
    /// Whether it has ended.
    pub ended: bool,
    /// The latest revision.
    pub revision: Option<i32>,
    /// Who proposed to close it.
    pub proposed_by: Option<String>,
    /// When.
    pub proposed_at: Option<DateTime<Utc>>,
    /// Who confirmed it.
    pub confirmed_by: Option<String>,
    /// Who proposed to amend it, where that waits for another supervisor.
    pub amendment_proposed_by: Option<String>,
    /// When.
    pub amendment_proposed_at: Option<DateTime<Utc>>,
    /// Why it is to be amended.
    pub amendment_reason: Option<String>,
    /// When the latest revision was frozen.
    pub closed_at: Option<DateTime<Utc>>,
    /// The digest over its rows, in hexadecimal.
    pub digest: Option<String>,
    /// How many rows.
    pub rows: Option<i64>,
}

/// The quarters of the actor's county, the latest first: those on record, the last eight, and one that is named.
///
/// # Errors
/// `Forbidden` for whom sees no records.
pub async fn statuses(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    named: Option<Quarter>,
) -> Result<Vec<QuarterStatus>> {
    policy::require(actor, Action::SeeRecords, &actor.scope.path)?;
    let today = clock::today();
    db::read(conn, &actor.scope, async |conn| {
        let closings = quarters::queries::closings(conn, &actor.scope, ON_RECORD).await?;
        let mut wanted: Vec<Quarter> =
            std::iter::successors(Some(Quarter::containing(today)), |quarter| Some(quarter.previous()))
                .take(OPEN_QUARTERS)
                .chain(named)
                .collect();
        for closing in &closings {
            wanted.push(closing.quarter()?);
        }
        wanted.sort_unstable_by(|left, right| right.cmp(left));
        wanted.dedup();
        let names: Vec<String> = wanted.iter().map(ToString::to_string).collect();
        let revisions = quarters::queries::latest_of(conn, &actor.scope, &names).await?;
        wanted
            .into_iter()
            .map(|quarter| {
                let name = quarter.to_string();
                let closing = closings.iter().find(|closing| closing.quarter == name);
                let revision = revisions.iter().find(|revision| revision.quarter == name);
                Ok(QuarterStatus {
                    quarter,
                    state: closing.map_or(Ok(QuarterState::Open), |closing| closing.state())?,
                    last_day: quarter.last_day(),
                    ended: quarter.end_day() <= today,
                    revision: revision.map(|revision| revision.number),
                    proposed_by: closing.and_then(|closing| closing.proposed_by.clone()),
                    proposed_at: closing.and_then(|closing| closing.proposed_at),
                    confirmed_by: revision.map(|revision| revision.confirmer.clone()),
                    amendment_proposed_by: closing.and_then(|closing| closing.amendment_proposed_by.clone()),
                    amendment_proposed_at: closing.and_then(|closing| closing.amendment_proposed_at),
                    amendment_reason: closing.and_then(|closing| closing.amendment_reason.clone()),
                    closed_at: revision.map(|revision| revision.closed_at),
                    digest: revision.map(|revision| hex::encode(&revision.digest)),
                    rows: revision.map(|revision| revision.row_count),
                })
            })
            .collect()
    })
    .await
}
