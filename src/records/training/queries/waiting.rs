//! What waits in training: classes that are over and were not entered.

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Date, Text, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::scope::Scope;

/// What waits in training.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, QueryableByName)]
pub struct TrainingWaiting {
    /// Classes whose last day is over, still planned or open: nobody said whether they were held.
    #[diesel(sql_type = BigInt)]
    pub unheld: i64,
    /// Classes that were held, with somebody on the roll of whom nothing is entered.
    #[diesel(sql_type = BigInt)]
    pub unattended: i64,
}

/// What waits for whoever keeps the classes of a scope, on a day.
///
/// # Errors
/// Whatever the database answers.
pub async fn waiting(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    today: NaiveDate,
) -> QueryResult<TrainingWaiting> {
    diesel::sql_query(
        "SELECT count(*) FILTER (WHERE c.state IN ('planned', 'open')) AS unheld, \
            count(*) FILTER (WHERE c.state = 'held' AND EXISTS (SELECT FROM training_enrolments e \
                LEFT JOIN training_attendances y ON y.county_id = $1 AND y.class_id = e.class_id \
                    AND y.membership_id = e.membership_id \
                WHERE e.county_id = $1 AND e.class_id = c.id AND e.withdrawn_on IS NULL \
                    AND y.class_id IS NULL)) AS unattended \
         FROM training_classes c WHERE c.county_id = $1 AND c.path >= $2 AND c.path < $3 \
            AND c.state IN ('planned', 'open', 'held') AND c.last_day < $4",
    )
    .bind::<Uuid, _>(within.county)
    .bind::<Text, _>(within.path.as_str())
    .bind::<Text, _>(within.path.end())
    .bind::<Date, _>(today)
    .get_result(conn)
    .await
}
