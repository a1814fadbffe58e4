//! Every read of people.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Bytea, Nullable, Text, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::error::{OrMissing, Result};
use crate::base::ids::{CountyId, KinshipId, PersonId};
use crate::base::keys::KeyRing;
use crate::base::scope::{Path, Scope};
use crate::records::people::kin::{Kin, Kinship};
use crate::records::people::model::{Person, PersonCard, Stamp};
use crate::records::people::relate::RelationKind;
use crate::schema::{kinships, people, person_visibility};

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

/// Some people by id with everything that is shown of them, in the order given; those whom the scope does not see are
/// left out.
///
/// # Errors
/// Whatever the database answers; `Broken` where a key does not fit.
pub async fn cards(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    keys: &KeyRing,
    ids: &[PersonId],
) -> Result<Vec<PersonCard>> {
    let rows: Vec<(Person, Stamp)> = people::table
        .filter(people::county_id.eq(within.county))
        .filter(people::id.eq_any(ids))
        .select((Person::as_select(), Stamp::as_select()))
        .load(conn)
        .await?;
    let mut by_id: HashMap<PersonId, PersonCard> = HashMap::with_capacity(rows.len());
    for (person, stamp) in rows {
        let masks = person.masks(keys)?;
        by_id.insert(person.id, PersonCard { person, stamp, masks });
    }
    Ok(ids.iter().filter_map(|id| by_id.remove(id)).collect())
}

/// Locks people for a change, in the order of their ids; with their versions.
///
/// # Errors
/// Whatever the database answers. Those whom the scope does not see are left out.
pub(in crate::records) async fn lock(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    ids: &[PersonId],
) -> QueryResult<Vec<(Person, i32)>> {
    people::table
        .filter(people::county_id.eq(within.county))
        .filter(people::id.eq_any(ids))
        .order(people::id)
        .select((Person::as_select(), people::version))
        .for_update()
        .load(conn)
        .await
}

/// One relation of somebody: of which kind, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The kind; none where the database knows one more than this program.
    pub kind: Option<RelationKind>,
    /// Path of the organisation.
    pub path: Path,
}

/// The relations of some people inside a scope, in the order of their places.
///
/// # Errors
/// Whatever the database answers.
pub async fn places(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    ids: &[PersonId],
) -> QueryResult<HashMap<PersonId, Vec<Place>>> {
    let rows: Vec<(PersonId, String, String)> = person_visibility::table
        .filter(person_visibility::county_id.eq(within.county))
        .filter(person_visibility::person_id.eq_any(ids))
        .filter(person_visibility::path.ge(within.path.as_str()))
        .filter(person_visibility::path.lt(within.path.end()))
        .order((person_visibility::person_id, person_visibility::path, person_visibility::kind))
        .select((person_visibility::person_id, person_visibility::kind, person_visibility::path))
        .distinct()
        .load(conn)
        .await?;
    let mut places: HashMap<PersonId, Vec<Place>> = HashMap::new();
    for (person, kind, path) in rows {
        let place = Place { kind: RelationKind::parse(&kind).ok(), path: Path::stored(path) };
        places.entry(person).or_default().push(place);
    }
    Ok(places)
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
