//! Whom a round concerns.

use chrono::{Datelike, NaiveDate};
use diesel::prelude::*;
use diesel::sql_types::{Array, Bool, Date, Text, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::ids::{CountyId, MembershipId, RoundId};
use crate::base::values::Sex;

/// A member whom a round concerns: in the register of the branch on the period's last day, or rated in the round.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
pub struct Subject {
    /// The round.
    #[diesel(sql_type = Uuid)]
    pub round_id: RoundId,
    /// The member.
    #[diesel(sql_type = Uuid)]
    pub membership_id: MembershipId,
    /// His name.
    #[diesel(sql_type = Text)]
    pub name: String,
    /// Pinyin of the name: the order of the grid.
    #[diesel(sql_type = Text)]
    pub sort_key: String,
    /// GB/T 2261.1 code.
    #[diesel(sql_type = Text)]
    pub sex: String,
    /// Birth date.
    #[diesel(sql_type = Date)]
    pub birth_date: NaiveDate,
    /// Whether he was a probationary member on that day.
    #[diesel(sql_type = Bool)]
    pub probationary: bool,
    /// Whether he was in the register of the branch on that day: only then may he be rated.
    #[diesel(sql_type = Bool)]
    pub present: bool,
}

impl Subject {
    /// What tells namesakes apart: `女，1988年生，预备党员`.
    #[must_use]
    pub fn note(&self) -> String {
        let sex = Sex::parse(&self.sex).map_or("", Sex::name);
        let category = if self.probationary { "，预备党员" } else { "" };
        format!("{sex}，{}年生{category}", self.birth_date.year())
    }
}

/// The members whom some rounds concern, in the order of their names. Rounds outside the running scope have none.
///
/// # Errors
/// Whatever the database answers.
pub async fn subjects(
    conn: &mut AsyncPgConnection,
    county: CountyId,
    rounds: &[RoundId],
) -> QueryResult<Vec<Subject>> {
    diesel::sql_query("SELECT * FROM find_rating_subjects($1, $2) ORDER BY round_id, sort_key, membership_id")
        .bind::<Uuid, _>(county)
        .bind::<Array<Uuid>, _>(rounds)
        .load(conn)
        .await
}
