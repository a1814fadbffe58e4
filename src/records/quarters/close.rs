//! The states of a quarter: proposed by one supervisor, concluded by another. The freezing between the two is asked for
//! by `across::reports::close`, which knows the statements of the facts.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::Text;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::actor::{Actor, Door};
use crate::base::clock;
use crate::base::db;
use crate::base::error::{Error, Result};
use crate::base::policy::{self, Action};
use crate::base::scope::Path;
use crate::base::values::Quarter;
use crate::records::audit;
use crate::records::organisations;
use crate::records::quarters::QuarterState;
use crate::records::quarters::model::{Closing, Revision};
use crate::records::quarters::proofs::Proven;
use crate::records::quarters::queries;
use crate::records::quarters::rules::{self, Standing, Step};
use crate::records::quarters::signed;
use crate::schema::quarters;

/// Locks a quarter and says what a call of this actor to close it does.
///
/// # Errors
/// `Refused` with the reason, `Forbidden` for whom may not close the county's quarters.
pub async fn next_step(conn: &mut AsyncPgConnection, actor: &Actor, quarter: Quarter) -> Result<Step> {
    policy::require(actor, Action::CloseQuarter, &county_path(actor))?;
    let closing = queries::lock(conn, actor.scope.county, quarter).await?;
    let previous = queries::latest(conn, &actor.scope, quarter.previous()).await?;
    let call = rules::Call {
        quarter,
        today: clock::today(),
        standing: standing(&closing)?,
        closes_quarters: queries::closes_quarters(conn, &actor.scope).await?,
        previous_closed: previous.is_some(),
        caller: &actor.name,
        in_one_step: in_one_step(actor),
    };
    rules::step(&call).map_err(|refusal| Error::Refused(refusal.to_string()))
}

pub(super) fn county_path(actor: &Actor) -> Path {
    actor.scope.whole_county().path
}

/// Whether one call does what takes two people elsewhere (contract 2: the command line).
pub(super) fn in_one_step(actor: &Actor) -> bool {
    actor.account.is_none() && actor.door == Door::CommandLine
}

fn standing(closing: &Closing) -> Result<Standing> {
    let missing = || Error::broken(format!("quarter {} has a state without its people", closing.quarter));
    Ok(match closing.state()? {
        QuarterState::Open => Standing::Open,
        QuarterState::Proposed => Standing::Proposed { by: closing.proposed_by.clone().ok_or_else(missing)? },
        QuarterState::Closed => Standing::Closed {
            by: closing.confirmed_by.clone().ok_or_else(missing)?,
            at: closing.confirmed_at.ok_or_else(missing)?,
        },
    })
}

/// Proposes to close a quarter, where that is the next step; otherwise changes nothing and says what the next step is.
///
/// # Errors
/// `Refused` with the reason, `Forbidden`.
pub async fn propose(conn: &mut AsyncPgConnection, actor: &Actor, quarter: Quarter) -> Result<Step> {
    db::write(conn, actor, async |conn| {
        let step = next_step(conn, actor, quarter).await?;
        if step != Step::Propose {
            return Ok(step);
        }
        diesel::update(quarters::table.find((actor.scope.county, quarter.to_string())))
            .set((
                quarters::state.eq(QuarterState::Proposed.code()),
                quarters::proposed_by.eq(&actor.name),
                quarters::proposed_at.eq(clock::now()),
                quarters::version.eq(quarters::version + 1),
            ))
            .execute(conn)
            .await?;
        let details = serde_json::json!({ "quarter": quarter });
        append_entry(conn, actor, "quarters.propose", details).await?;
        Ok(step)
    })
    .await
}

/// Makes the tables that will hold the facts of some quarters. On its own, before the closing: others' closings wait
/// for it.
///
/// # Errors
/// Whatever the database answers.
pub async fn prepare_partitions(conn: &mut AsyncPgConnection, of: &[Quarter]) -> QueryResult<()> {
    for quarter in of {
        diesel::sql_query("SELECT prepare_quarter_partitions($1)")
            .bind::<Text, _>(quarter.to_string())
            .execute(conn)
            .await?;
    }
    Ok(())
}

/// Counts what the tables of some quarters' facts hold, once they are frozen. The quarters are closed whatever becomes of
/// it: PostgreSQL counts them by itself, a little later.
pub async fn count_partitions(conn: &mut AsyncPgConnection, of: &[Quarter]) {
    for quarter in of {
        let counted = diesel::sql_query("SELECT count_quarter_partitions($1)")
            .bind::<Text, _>(quarter.to_string())
            .execute(conn)
            .await;
        if let Err(error) = counted {
            tracing::warn!(%error, %quarter, "the facts of a quarter were not counted");
        }
    }
}

/// Concludes the closing of a quarter whose first revision has been frozen in the running transaction. The entry holds the
/// digest of the frozen facts and the roots that proof bundles are held against.
///
/// # Errors
/// Whatever the database answers.
pub async fn conclude(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    quarter: Quarter,
    revision: &Revision,
    proven: &Proven,
) -> Result<()> {
    let proposed_at: Option<DateTime<Utc>> = quarters::table
        .find((actor.scope.county, quarter.to_string()))
        .select(quarters::proposed_at)
        .first(conn)
        .await?;
    diesel::update(quarters::table.find((actor.scope.county, quarter.to_string())))
        .set((
            quarters::state.eq(QuarterState::Closed.code()),
            quarters::proposed_by.eq(&revision.preparer),
            quarters::proposed_at.eq(proposed_at.unwrap_or(revision.closed_at)),
            quarters::confirmed_by.eq(&revision.confirmer),
            quarters::confirmed_at.eq(revision.closed_at),
            quarters::version.eq(quarters::version + 1),
        ))
        .execute(conn)
        .await?;
    let county = county_path(actor);
    let county = organisations::queries::by_code(conn, &actor.scope, county.code()).await?;
    let unsigned = match &county {
        Some(county) => signed::unsigned_towns(conn, county, quarter).await?,
        None => Vec::new(),
    };
    let details = serde_json::json!({
        "quarter": quarter,
        "unsigned_towns": unsigned,
        "revision": revision.number,
        "preparer": revision.preparer,
        "rows": revision.row_count,
        "digest": hex::encode(&revision.digest),
        "proof": proven.told(),
    });
    append_entry(conn, actor, "quarters.close", details).await
}

pub(super) async fn append_entry(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    action: &'static str,
    details: serde_json::Value,
) -> Result<()> {
    let path = county_path(actor);
    let entry =
        audit::Entry { action, subject_kind: "quarter", subject: None, count: 1, path: &path, details };
    audit::append(conn, actor, &entry).await
}
