//! People on record who may be somebody that is about to be registered under another citizen ID.

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::{Array, Date, Integer, Nullable, Text, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::ids::{CountyId, PersonId};
use crate::base::values::Sex;
use crate::records::merges::find::Signs;
use crate::records::people::RelationKind;

/// Somebody who is about to be registered.
#[derive(Debug, Clone)]
pub struct Newcomer<'a> {
    /// His name.
    pub name: &'a str,
    /// Its pinyin, as it is sorted by.
    pub pinyin: String,
    /// His sex.
    pub sex: Sex,
    /// His birth date.
    pub birth_date: NaiveDate,
    /// The place where he is to stand.
    pub path: &'a str,
}

/// Somebody on record who may be a newcomer.
#[derive(Debug, Clone, QueryableByName)]
pub struct Alike {
    /// Which newcomer, from 0.
    #[diesel(sql_type = Integer)]
    pub place: i32,
    /// The person.
    #[diesel(sql_type = Uuid)]
    pub person_id: PersonId,
    /// His latest membership, as far as the caller sees it.
    #[diesel(sql_type = Nullable<Uuid>)]
    pub membership_id: Option<uuid::Uuid>,
    /// The name of its branch.
    #[diesel(sql_type = Nullable<Text>)]
    pub unit: Option<String>,
    /// What speaks for it.
    #[diesel(embed)]
    pub signs: Signs,
}

/// Who of the caller's sight may be which of some newcomers, by the same signs as the pairs of a county are found; the
/// strongest first for each. One statement, whatever their number.
///
/// # Errors
/// Whatever the database answers.
pub async fn alike(
    conn: &mut AsyncPgConnection,
    county: CountyId,
    newcomers: &[Newcomer<'_>],
    kinds: &[RelationKind],
) -> QueryResult<Vec<Alike>> {
    if newcomers.is_empty() {
        return Ok(Vec::new());
    }
    diesel::sql_query(
        "SELECT * FROM find_alike_people($1, $2, $3, $4, $5, $6, $7) ORDER BY place, strength DESC, person_id",
    )
    .bind::<Uuid, _>(county)
    .bind::<Array<Text>, _>(newcomers.iter().map(|one| one.name).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(newcomers.iter().map(|one| one.pinyin.as_str()).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(newcomers.iter().map(|one| one.sex.code()).collect::<Vec<_>>())
    .bind::<Array<Date>, _>(newcomers.iter().map(|one| one.birth_date).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(newcomers.iter().map(|one| one.path).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(kinds.iter().map(|kind| kind.code()).collect::<Vec<_>>())
    .load(conn)
    .await
}
