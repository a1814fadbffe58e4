//! Whom a form offers while somebody types a name, and whom a list still names though he has left.

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::{Array, Date, Text, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::ids::{OrganisationId, PersonId};
use crate::base::scope::Scope;
use crate::base::values::pinyin;
use crate::records::organisations::queries::end_of_prefix;

/// Somebody who may be chosen.
#[derive(Debug, Clone, QueryableByName)]
pub struct PersonChoice {
    /// His id.
    #[diesel(sql_type = Uuid)]
    pub id: PersonId,
    /// His name.
    #[diesel(sql_type = Text)]
    pub name: String,
    /// Birth date: what tells namesakes apart.
    #[diesel(sql_type = Date)]
    pub birth_date: NaiveDate,
}

/// Somebody who was secretary of a village and no longer is.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
pub struct FormerSecretary {
    /// The village.
    #[diesel(sql_type = Uuid)]
    pub village_id: OrganisationId,
    /// His name.
    #[diesel(sql_type = Text)]
    pub name: String,
    /// First day no longer.
    #[diesel(sql_type = Date)]
    pub left_on: NaiveDate,
}

/// Who was secretary of some villages inside a scope and is not on a day, by name: nobody who has the name of one who is.
///
/// # Errors
/// Whatever the database answers.
pub async fn former_secretaries(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    villages: &[OrganisationId],
    day: NaiveDate,
) -> QueryResult<Vec<FormerSecretary>> {
    diesel::sql_query(
        "SELECT c.village_id, p.name, max(s.to_day) AS left_on \
         FROM committees c JOIN seats s ON s.county_id = $1 AND s.committee_id = c.id AND s.post = 'secretary' \
            AND s.path >= $2 AND s.path < $3 \
         JOIN people p ON p.county_id = $1 AND p.id = s.person_id \
         WHERE c.county_id = $1 AND c.kind = 'village_party' AND c.village_id = ANY ($4) \
         GROUP BY c.village_id, p.name HAVING bool_and(coalesce(s.to_day <= $5, false)) ORDER BY c.village_id, p.name",
    )
    .bind::<Uuid, _>(within.county)
    .bind::<Text, _>(within.path.as_str())
    .bind::<Text, _>(within.path.end())
    .bind::<Array<Uuid>, _>(villages)
    .bind::<Date, _>(day)
    .load(conn)
    .await
}

/// People with a relation inside a scope whose name, pinyin or initials begin as typed, or whose id it is, at most 20.
///
/// # Errors
/// Whatever the database answers.
pub async fn people_like(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    typed: &str,
) -> QueryResult<Vec<PersonChoice>> {
    let start = pinyin::normalise_query(typed);
    diesel::sql_query(
        "SELECT p.id, p.name, p.birth_date FROM people p \
         WHERE p.county_id = $1 AND EXISTS (SELECT FROM person_visibility v WHERE v.county_id = p.county_id \
            AND v.person_id = p.id AND v.path >= $2 AND v.path < $3) \
         AND (p.id = $6 OR p.name >= $4 AND p.name < $5 OR p.pinyin_joined >= $4 AND p.pinyin_joined < $5 OR p.initials >= $4 AND p.initials < $5) \
         ORDER BY p.pinyin, p.birth_date, p.id LIMIT 20",
    )
    .bind::<Uuid, _>(within.county)
    .bind::<Text, _>(within.path.as_str())
    .bind::<Text, _>(within.path.end())
    .bind::<Text, _>(start.clone())
    .bind::<Text, _>(end_of_prefix(&start))
    .bind::<Uuid, _>(typed.trim().parse::<PersonId>().unwrap_or(PersonId(uuid::Uuid::nil())))
    .load(conn)
    .await
}
