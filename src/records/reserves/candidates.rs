//! Who is meant by a command, and what stands of him elsewhere in the county.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::{Array, Date, Nullable, Text, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::error::{Error, Result};
use crate::base::ids::{CountyId, PersonId};
use crate::base::values::MembershipStatus;
use crate::records::reserves::rules::Obstacles;
use crate::records::words;

/// Somebody on record in the county, as far as it bears on his place in a pool on a day.
#[derive(Debug, Clone)]
pub(super) struct Candidate {
    /// His name.
    pub name: String,
    /// His birth date.
    pub birth_date: NaiveDate,
    /// His education.
    pub education: String,
    /// What may stand in the way.
    pub obstacles: Obstacles,
}

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = Uuid)]
    person_id: PersonId,
    #[diesel(sql_type = Date)]
    day: NaiveDate,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Date)]
    birth_date: NaiveDate,
    #[diesel(sql_type = Text)]
    education: String,
    #[diesel(sql_type = Nullable<Text>)]
    membership_status: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    seat_village: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    seat_post: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pool_village: Option<String>,
}

/// Everybody asked about who is on record in the county, by person and day.
///
/// # Errors
/// Whatever the database answers.
pub(super) async fn candidates(
    conn: &mut AsyncPgConnection,
    county: CountyId,
    asked: &[(PersonId, NaiveDate)],
) -> Result<HashMap<(PersonId, NaiveDate), Candidate>> {
    if asked.is_empty() {
        return Ok(HashMap::new());
    }
    let (people, days): (Vec<PersonId>, Vec<NaiveDate>) = asked.iter().copied().unzip();
    let found: Vec<Found> = diesel::sql_query("SELECT * FROM find_pool_candidates($1, $2, $3)")
        .bind::<Uuid, _>(county)
        .bind::<Array<Uuid>, _>(people)
        .bind::<Array<Date>, _>(days)
        .load(conn)
        .await?;
    let words = words::book(conn, county).await?;
    found
        .into_iter()
        .map(|row| {
            let status = row.membership_status.as_deref().map(MembershipStatus::parse).transpose();
            let obstacles = Obstacles {
                status: status.map_err(Error::broken)?,
                seat: row.seat_village.zip(row.seat_post.map(|post| words.post_name(&post).to_owned())),
                pool: row.pool_village,
            };
            let candidate =
                Candidate { name: row.name, birth_date: row.birth_date, education: row.education, obstacles };
            Ok(((row.person_id, row.day), candidate))
        })
        .collect()
}
