//! Whom a form offers while somebody types a name, and who is or was secretary of a village.

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::{Array, Date, Nullable, Text, Uuid};
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

/// Somebody who is or was secretary of a village.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
pub struct Secretary {
    /// The village.
    #[diesel(sql_type = Uuid)]
    pub village_id: OrganisationId,
    /// Who.
    #[diesel(sql_type = Uuid)]
    pub person_id: PersonId,
    /// His name.
    #[diesel(sql_type = Text)]
    pub name: String,
    /// First day no longer; none: he is.
    #[diesel(sql_type = Nullable<Date>)]
    pub left_on: Option<NaiveDate>,
}

/// Who is or was secretary of some villages inside a scope: each person once per village, those who left longest ago
/// first, whoever sits last.
///
/// # Errors
/// Whatever the database answers.
pub async fn secretaries(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    villages: &[OrganisationId],
) -> QueryResult<Vec<Secretary>> {
    if villages.is_empty() {
        return Ok(Vec::new());
    }
    diesel::sql_query(
        "SELECT c.village_id, s.person_id, p.name, CASE WHEN bool_and(s.to_day IS NOT NULL) THEN max(s.to_day) END AS left_on \
         FROM committees c JOIN seats s ON s.county_id = $1 AND s.committee_id = c.id AND s.post = 'secretary' \
            AND s.path >= $2 AND s.path < $3 \
         JOIN people p ON p.county_id = $1 AND p.id = s.person_id \
         WHERE c.county_id = $1 AND c.kind = 'village_party' AND c.village_id = ANY ($4) \
         GROUP BY c.village_id, s.person_id, p.name ORDER BY c.village_id, left_on NULLS LAST, s.person_id",
    )
    .bind::<Uuid, _>(within.county)
    .bind::<Text, _>(within.path.as_str())
    .bind::<Text, _>(within.path.end())
    .bind::<Array<Uuid>, _>(villages)
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
