//! Every read of the closing of quarters and of their revisions.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::ids::CountyId;
use crate::base::scope::Scope;
use crate::base::values::Quarter;
use crate::records::quarters::QuarterState;
use crate::records::quarters::model::{Closing, Revision};
use crate::schema::{quarter_revisions, quarters};

/// What stands on record about a quarter; nothing where nobody has proposed to close it.
///
/// # Errors
/// Whatever the database answers.
pub async fn closing(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    quarter: Quarter,
) -> QueryResult<Option<Closing>> {
    quarters::table
        .find((within.county, quarter.to_string()))
        .select(Closing::as_select())
        .first(conn)
        .await
        .optional()
}

/// All that stands on record about the quarters of a county, the latest first, at most `limit`.
///
/// # Errors
/// Whatever the database answers.
pub async fn closings(conn: &mut AsyncPgConnection, within: &Scope, limit: i64) -> QueryResult<Vec<Closing>> {
    quarters::table
        .filter(quarters::county_id.eq(within.county))
        .order(quarters::quarter.desc())
        .limit(limit)
        .select(Closing::as_select())
        .load(conn)
        .await
}

/// Whether any quarter of the county is closed.
///
/// # Errors
/// Whatever the database answers.
pub async fn closes_quarters(conn: &mut AsyncPgConnection, within: &Scope) -> QueryResult<bool> {
    diesel::select(diesel::dsl::exists(
        quarters::table
            .filter(quarters::county_id.eq(within.county))
            .filter(quarters::state.eq(QuarterState::Closed.code())),
    ))
    .get_result(conn)
    .await
}

/// The latest revision of a quarter by closing or amending; none while it is open. A baseline is none.
///
/// # Errors
/// Whatever the database answers.
pub async fn latest(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    quarter: Quarter,
) -> QueryResult<Option<Revision>> {
    quarter_revisions::table
        .filter(quarter_revisions::county_id.eq(within.county))
        .filter(quarter_revisions::quarter.eq(quarter.to_string()))
        .filter(quarter_revisions::number.ge(1))
        .order(quarter_revisions::number.desc())
        .select(Revision::as_select())
        .first(conn)
        .await
        .optional()
}

/// The revision of a number.
///
/// # Errors
/// Whatever the database answers.
pub async fn revision(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    quarter: Quarter,
    number: i32,
) -> QueryResult<Option<Revision>> {
    quarter_revisions::table
        .find((within.county, quarter.to_string(), number))
        .select(Revision::as_select())
        .first(conn)
        .await
        .optional()
}

/// The latest revisions of some quarters, in no order.
///
/// # Errors
/// Whatever the database answers.
pub async fn latest_of(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    of: &[String],
) -> QueryResult<Vec<Revision>> {
    quarter_revisions::table
        .filter(quarter_revisions::county_id.eq(within.county))
        .filter(quarter_revisions::quarter.eq_any(of))
        .filter(quarter_revisions::number.ge(1))
        .distinct_on(quarter_revisions::quarter)
        .order((quarter_revisions::quarter, quarter_revisions::number.desc()))
        .select(Revision::as_select())
        .load(conn)
        .await
}

/// The revisions that amended a quarter, up to one, in order.
///
/// # Errors
/// Whatever the database answers.
pub async fn amendments(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    quarter: Quarter,
    up_to: i32,
) -> QueryResult<Vec<Revision>> {
    quarter_revisions::table
        .filter(quarter_revisions::county_id.eq(within.county))
        .filter(quarter_revisions::quarter.eq(quarter.to_string()))
        .filter(quarter_revisions::number.between(2, up_to))
        .order(quarter_revisions::number)
        .select(Revision::as_select())
        .load(conn)
        .await
}

/// The closed quarters from one on, in order, at most `limit`.
///
/// # Errors
/// Whatever the database answers.
pub async fn closed_from(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    from: Quarter,
    limit: i64,
) -> QueryResult<Vec<String>> {
    quarters::table
        .filter(quarters::county_id.eq(within.county))
        .filter(quarters::quarter.ge(from.to_string()))
        .filter(quarters::state.eq(QuarterState::Closed.code()))
        .order(quarters::quarter)
        .limit(limit)
        .select(quarters::quarter)
        .load(conn)
        .await
}

/// Locks what stands on record about a quarter until the end of the transaction; makes the row where there is none.
pub(super) async fn lock(
    conn: &mut AsyncPgConnection,
    county: CountyId,
    quarter: Quarter,
) -> QueryResult<Closing> {
    let text = quarter.to_string();
    diesel::insert_into(quarters::table)
        .values((
            quarters::county_id.eq(county),
            quarters::quarter.eq(&text),
            quarters::state.eq(QuarterState::Open.code()),
        ))
        .on_conflict_do_nothing()
        .execute(conn)
        .await?;
    quarters::table.find((county, text)).select(Closing::as_select()).for_update().first(conn).await
}

/// The latest revision of a quarter by closing or amending that was there at a moment; now, where none is given.
///
/// # Errors
/// Whatever the database answers.
pub async fn latest_by(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    quarter: Quarter,
    until: Option<DateTime<Utc>>,
) -> QueryResult<Option<Revision>> {
    let mut revisions = quarter_revisions::table
        .filter(quarter_revisions::county_id.eq(within.county))
        .filter(quarter_revisions::quarter.eq(quarter.to_string()))
        .filter(quarter_revisions::number.ge(1))
        .into_boxed();
    if let Some(until) = until {
        revisions = revisions.filter(quarter_revisions::closed_at.le(until));
    }
    revisions
        .order(quarter_revisions::number.desc())
        .select(Revision::as_select())
        .first(conn)
        .await
        .optional()
}
