//! How many seats were left, by committee and reason: as the records say today, whatever a closed quarter counted.

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Date, Nullable, Text, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::scope::Scope;
use crate::base::values::Quarter;

/// The seats of one kind of committee that were left for one reason.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
pub struct Departure {
    /// Code of the committee's kind.
    #[diesel(sql_type = Text)]
    pub kind: String,
    /// Code of the reason; none: nobody said it.
    #[diesel(sql_type = Nullable<Text>)]
    pub reason: Option<String>,
    /// How many seats.
    #[diesel(sql_type = BigInt)]
    pub seats: i64,
    /// How many of them were those of a head: secretary, director, head of supervision.
    #[diesel(sql_type = BigInt)]
    pub heads: i64,
}

/// The seats that were left in a quarter, or, without one, in the terms that run today. Whoever sits again counts too: his
/// seat ended with its term.
///
/// # Errors
/// Whatever the database answers.
pub async fn departures(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    quarter: Option<Quarter>,
    today: NaiveDate,
) -> QueryResult<Vec<Departure>> {
    diesel::sql_query(
        "SELECT c.kind, s.leaving_reason AS reason, count(*) AS seats, \
         count(*) FILTER (WHERE s.post IN ('secretary', 'director', 'supervision_director')) AS heads \
         FROM seats s JOIN committees c ON c.county_id = s.county_id AND c.id = s.committee_id \
         JOIN committee_terms t ON t.county_id = s.county_id AND t.id = s.term_id \
         WHERE s.county_id = $1 AND s.path >= $2 AND s.path < $3 AND s.to_day <= $6 \
         AND CASE WHEN $4::date IS NULL THEN t.from_day <= $6 AND (t.ended_on IS NULL OR t.ended_on > $6) \
         ELSE s.to_day BETWEEN $4 AND $5 END GROUP BY 1, 2 ORDER BY 1 DESC, 2",
    )
    .bind::<Uuid, _>(within.county)
    .bind::<Text, _>(within.path.as_str())
    .bind::<Text, _>(within.path.end())
    .bind::<Nullable<Date>, _>(quarter.map(Quarter::first_day))
    .bind::<Nullable<Date>, _>(quarter.map(Quarter::last_day))
    .bind::<Date, _>(today)
    .load(conn)
    .await
}
