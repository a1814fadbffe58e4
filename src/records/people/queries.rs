//! Every read of people.

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Bytea, Nullable, Text, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::error::{OrMissing, Result};
use crate::base::ids::{CountyId, KinshipId, PersonId};
use crate::base::scope::Scope;
use crate::records::people::kin::{Kin, Kinship};
use crate::records::people::model::Person;
use crate::schema::{kinships, people};

/// Where in the county a citizen ID is on record: enough to say which unit to ask, and nothing more.
#[derive(Debug, Clone, QueryableByName)]
pub struct Holder {
    /// The MAC that was asked for.
    #[diesel(sql_type = Bytea)]
    pub mac: Vec<u8>,
    /// The person.
    #[diesel(sql_type = Uuid)]
    pub person_id: PersonId,
    /// His latest membership.
    #[diesel(sql_type = Nullable<Uuid>)]
    pub membership_id: Option<uuid::Uuid>,
    /// Whether that membership still runs.
    #[diesel(sql_type = Nullable<Bool>)]
    pub membership_open: Option<bool>,
    /// Path of its branch.
    #[diesel(sql_type = Nullable<Text>)]
    pub path: Option<String>,
    /// Code of its branch.
    #[diesel(sql_type = Nullable<Text>)]
    pub organisation_code: Option<String>,
    /// Name of its branch.
    #[diesel(sql_type = Nullable<Text>)]
    pub organisation_name: Option<String>,
}

/// Who of the county holds these citizen IDs, inside or outside the caller's scope.
///
/// # Errors
/// Whatever the database answers.
pub async fn holders(
    conn: &mut AsyncPgConnection,
    county: CountyId,
    macs: &[Vec<u8>],
) -> QueryResult<Vec<Holder>> {
    diesel::sql_query("SELECT * FROM find_units_by_citizen_id($1, $2)")
        .bind::<Uuid, _>(county)
        .bind::<Array<Bytea>, _>(macs)
        .load(conn)
        .await
}

/// Some people by id, as far as the scope sees them.
///
/// # Errors
/// Whatever the database answers.
pub async fn by_ids(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    ids: &[PersonId],
) -> QueryResult<Vec<Person>> {
    people::table
        .filter(people::county_id.eq(within.county))
        .filter(people::id.eq_any(ids))
        .select(Person::as_select())
        .load(conn)
        .await
}

/// The kinships between some people, as far as the caller sees one of each two.
///
/// # Errors
/// Whatever the database answers.
pub async fn kin_among(
    conn: &mut AsyncPgConnection,
    county: CountyId,
    people: &[PersonId],
) -> QueryResult<Vec<Kin>> {
    kinships::table
        .filter(kinships::county_id.eq(county))
        .filter(kinships::person_id.eq_any(people).and(kinships::relative_id.eq_any(people)))
        .select(Kin::as_select())
        .load(conn)
        .await
}

/// A kinship as it is shown.
#[derive(Debug, Clone, QueryableByName)]
pub struct KinLine {
    /// The kinship.
    #[diesel(sql_type = Uuid)]
    pub id: KinshipId,
    /// Somebody.
    #[diesel(sql_type = Uuid)]
    pub person_id: PersonId,
    /// His name.
    #[diesel(sql_type = Text)]
    pub person: String,
    /// His relative.
    #[diesel(sql_type = Uuid)]
    pub relative_id: PersonId,
    /// The relative's name.
    #[diesel(sql_type = Text)]
    pub relative: String,
    /// Code of what the relative is to him.
    #[diesel(sql_type = Text)]
    kinship: String,
}

impl KinLine {
    /// What the relative is to the person; none where the database knows one more than this program.
    #[must_use]
    pub fn kinship(&self) -> Option<Kinship> {
        Kinship::parse(&self.kinship).ok()
    }
}

/// At most so many kinships of some people are listed.
const KIN: i64 = 200;

/// The kinships of some people with those whom the scope sees.
///
/// # Errors
/// Whatever the database answers.
pub async fn kin_of(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    people: &[PersonId],
) -> QueryResult<Vec<KinLine>> {
    kin_lines(conn, within, people, None).await
}

/// One kinship.
///
/// # Errors
/// `Missing` also where the scope does not see both.
pub async fn kinship(conn: &mut AsyncPgConnection, within: &Scope, id: KinshipId) -> Result<KinLine> {
    let found = kin_lines(conn, within, &[], Some(id)).await?;
    found.into_iter().next().or_missing("亲属关系")
}

async fn kin_lines(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    people: &[PersonId],
    id: Option<KinshipId>,
) -> QueryResult<Vec<KinLine>> {
    diesel::sql_query(
        "SELECT k.id, k.person_id, p.name AS person, k.relative_id, r.name AS relative, k.kinship FROM kinships k \
         JOIN people p ON p.county_id = k.county_id AND p.id = k.person_id \
         JOIN people r ON r.county_id = k.county_id AND r.id = k.relative_id \
         WHERE k.county_id = $1 AND (k.person_id = ANY ($2) OR k.relative_id = ANY ($2) OR k.id = $6) \
            AND EXISTS (SELECT FROM person_visibility v WHERE v.county_id = $1 AND v.person_id = k.person_id \
                AND v.path >= $3 AND v.path < $4) \
            AND EXISTS (SELECT FROM person_visibility v WHERE v.county_id = $1 AND v.person_id = k.relative_id \
                AND v.path >= $3 AND v.path < $4) \
         ORDER BY p.pinyin, k.id LIMIT $5",
    )
    .bind::<Uuid, _>(within.county)
    .bind::<Array<Uuid>, _>(people)
    .bind::<Text, _>(within.path.as_str())
    .bind::<Text, _>(within.path.end())
    .bind::<BigInt, _>(KIN)
    .bind::<Nullable<Uuid>, _>(id)
    .load(conn)
    .await
}
