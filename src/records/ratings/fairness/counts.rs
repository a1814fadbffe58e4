//! How many rows the desk's lists of units and raters have.

use diesel::QueryableByName;
use diesel::sql_types::{BigInt, Integer};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use super::raters::SCORED;
use super::{Basis, Level};
use crate::base::error::Result;
use crate::base::scope::Scope;

/// A count, as a statement names it.
#[derive(QueryableByName)]
pub(super) struct Number {
    /// The count.
    #[diesel(sql_type = BigInt)]
    pub number: i64,
}

/// How many units [`units`](super::units) lists.
///
/// # Errors
/// Whatever the database answers.
pub async fn count_units(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    basis: &Basis,
    level: Level,
) -> Result<i64> {
    let statement = "SELECT count(DISTINCT coalesce(nullif(split_part(r.path, '/', $7), ''), \
        split_part(r.path, '/', -2))) AS number FROM rounds r";
    let found: Number =
        basis.ask(within, statement).bind::<Integer, _>(level.place(within)).get_result(conn).await?;
    Ok(found.number)
}

/// How many raters [`raters`](super::raters()) lists; the accounts of [`accounts`](super::accounts) where the scheme has none.
///
/// # Errors
/// Whatever the database answers.
pub async fn count_raters(conn: &mut AsyncPgConnection, within: &Scope, basis: &Basis) -> Result<i64> {
    let statement = if basis.has_raters() {
        format!(
            "SELECT count(*) AS number FROM rounds r JOIN rating_raters a ON a.county_id = $1 AND a.round_id = r.id \
             WHERE r.is_now AND a.compared > 0 AND {SCORED}"
        )
    } else {
        "SELECT count(DISTINCT x.submitted_by) AS number FROM rounds r \
         JOIN ratings x ON x.county_id = $1 AND x.round_id = r.id AND x.state IN STANDING \
         WHERE r.is_now AND x.stars IS NOT NULL AND x.submitted_by IS NOT NULL"
            .to_owned()
    };
    let found: Number = basis.ask(within, &statement).get_result(conn).await?;
    Ok(found.number)
}
