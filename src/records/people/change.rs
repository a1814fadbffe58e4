//! Rewrites people.

use diesel::sql_types::{Array, Bytea, Date, Nullable, Text, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::actor::Actor;
use crate::base::error::{DatabaseResult, Result};
use crate::base::keys::KeyRing;
use crate::records::people::model::{NewPerson, Person};
use crate::records::people::register::citizen_id_taken;

/// Writes the whole of each person, as part of the verb that changes a relation of his (which locks, asks policy and
/// writes the audit entry).
///
/// # Errors
/// `Taken` where a new citizen ID is registered already.
pub(in crate::records) async fn change(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    keys: &KeyRing,
    commands: &[NewPerson],
) -> Result<()> {
    if commands.is_empty() {
        return Ok(());
    }
    let county = actor.scope.county;
    let rows =
        commands.iter().map(|person| Person::seal(county, person, keys)).collect::<Result<Vec<_>>>()?;
    let text = |of: fn(&Person) -> &str| rows.iter().map(of).collect::<Vec<_>>();
    let optional = |of: fn(&Person) -> Option<&str>| rows.iter().map(of).collect::<Vec<_>>();
    let optional_bytes = |of: fn(&Person) -> Option<&[u8]>| rows.iter().map(of).collect::<Vec<_>>();
    diesel::sql_query(
        "UPDATE people p SET name = n.name, pinyin = n.pinyin, sex = n.sex, ethnicity = n.ethnicity, \
         birth_date = n.birth_date, citizen_id_cipher = n.citizen_id_cipher, citizen_id_mac = n.citizen_id_mac, \
         education = n.education, degree = n.degree, native_place = n.native_place, \
         mobile_cipher = n.mobile_cipher, telephone_cipher = n.telephone_cipher, address = n.address, \
         mobile_mac = n.mobile_mac, telephone_mac = n.telephone_mac, \
         version = p.version + 1, updated_at = now(), updated_by = $18 \
         FROM unnest($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17) \
         AS n (id, name, pinyin, sex, ethnicity, birth_date, citizen_id_cipher, citizen_id_mac, education, degree, \
         native_place, mobile_cipher, telephone_cipher, address, mobile_mac, telephone_mac) \
         WHERE p.county_id = $1 AND p.id = n.id",
    )
    .bind::<Uuid, _>(county)
    .bind::<Array<Uuid>, _>(rows.iter().map(|row| row.id).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(text(|row| &row.name))
    .bind::<Array<Text>, _>(text(|row| &row.pinyin))
    .bind::<Array<Text>, _>(text(|row| &row.sex))
    .bind::<Array<Text>, _>(text(|row| &row.ethnicity))
    .bind::<Array<Date>, _>(rows.iter().map(|row| row.birth_date).collect::<Vec<_>>())
    .bind::<Array<Bytea>, _>(rows.iter().map(|row| row.citizen_id_cipher.as_slice()).collect::<Vec<_>>())
    .bind::<Array<Bytea>, _>(rows.iter().map(|row| row.citizen_id_mac.as_slice()).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(text(|row| &row.education))
    .bind::<Array<Nullable<Text>>, _>(optional(|row| row.degree.as_deref()))
    .bind::<Array<Nullable<Text>>, _>(optional(|row| row.native_place.as_deref()))
    .bind::<Array<Nullable<Bytea>>, _>(optional_bytes(|row| row.mobile_cipher.as_deref()))
    .bind::<Array<Nullable<Bytea>>, _>(optional_bytes(|row| row.telephone_cipher.as_deref()))
    .bind::<Array<Nullable<Text>>, _>(optional(|row| row.address.as_deref()))
    .bind::<Array<Nullable<Bytea>>, _>(optional_bytes(|row| row.mobile_mac.as_deref()))
    .bind::<Array<Nullable<Bytea>>, _>(optional_bytes(|row| row.telephone_mac.as_deref()))
    .bind::<Text, _>(&actor.name)
    .execute(conn)
    .await
    .constraint("people_citizen_id_key", citizen_id_taken)?;
    Ok(())
}
