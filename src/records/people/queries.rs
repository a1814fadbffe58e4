//! Every read of people.

use diesel::prelude::*;
use diesel::sql_types::{Array, Bool, Bytea, Nullable, Text, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::ids::{CountyId, PersonId};
use crate::base::scope::Scope;
use crate::records::people::model::Person;
use crate::schema::people;

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
