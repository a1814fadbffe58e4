//! Whom a form offers while somebody types a name.

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::{Date, Text, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::ids::PersonId;
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

/// People with a relation inside a scope whose name or pinyin begins as typed, or whose id it is, at most 20.
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
         AND (p.id = $6 OR p.name >= $4 AND p.name < $5 OR replace(p.pinyin, ' ', '') >= $4 AND replace(p.pinyin, ' ', '') < $5) \
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
