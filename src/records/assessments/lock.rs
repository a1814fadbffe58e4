//! Keeps the versions of a county's assessment schemes and the opening of rounds apart: a round must not be opened under
//! a version that somebody else is ending. Who opens rounds in a town may not lock the rows of its county's schemes.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::ids::CountyId;

diesel::define_sql_function! {
    /// Waits for the lock of a number, to have it alone until the transaction ends.
    fn pg_advisory_xact_lock(number: BigInt);
}
diesel::define_sql_function! {
    /// Waits for the lock of a number, to have it among others until the transaction ends.
    fn pg_advisory_xact_lock_shared(number: BigInt);
}
diesel::define_sql_function! {
    /// A number out of a text.
    fn hashtextextended(text: Text, seed: BigInt) -> BigInt;
}

fn name(county: CountyId) -> String {
    format!("assessment_schemes {county}")
}

/// Waits until nobody opens a round or sets a scheme in the county.
///
/// # Errors
/// Whatever the database answers.
pub(super) async fn exclusively(conn: &mut AsyncPgConnection, county: CountyId) -> QueryResult<()> {
    diesel::select(pg_advisory_xact_lock(hashtextextended(name(county), 0))).execute(conn).await?;
    Ok(())
}

/// Waits until nobody sets a scheme in the county; others may open rounds meanwhile.
///
/// # Errors
/// Whatever the database answers.
pub(super) async fn among_others(conn: &mut AsyncPgConnection, county: CountyId) -> QueryResult<()> {
    diesel::select(pg_advisory_xact_lock_shared(hashtextextended(name(county), 0))).execute(conn).await?;
    Ok(())
}
