//! Registers people.

use diesel::sql_types::{Array, Bytea, Date, Nullable, Text, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::error::{DatabaseResult, Error, Result};
use crate::base::ids::CountyId;
use crate::base::keys::KeyRing;
use crate::records::people::model::{NewPerson, Person};

/// The sentence for a citizen ID that another record of the county holds.
pub(super) fn citizen_id_taken() -> Error {
    Error::Taken {
        field: "citizen_id",
        message: "公民身份号码已在本县登记，不能重复录入。请先查找此人；如在其他单位，请与该单位办理转接。"
            .to_owned(),
    }
}

/// Registers people, as part of the verb that relates them to an organisation: that verb asks policy, writes the
/// relation and the audit entry in the same transaction.
///
/// # Errors
/// `Taken` where a citizen ID is registered already.
pub async fn register(
    conn: &mut AsyncPgConnection,
    county: CountyId,
    keys: &KeyRing,
    commands: &[NewPerson],
) -> Result<()> {
    if commands.is_empty() {
        return Ok(());
    }
    let rows =
        commands.iter().map(|person| Person::seal(county, person, keys)).collect::<Result<Vec<_>>>()?;
    let text = |of: fn(&Person) -> &str| rows.iter().map(of).collect::<Vec<_>>();
    let optional = |of: fn(&Person) -> Option<&str>| rows.iter().map(of).collect::<Vec<_>>();
    let bytes = |of: fn(&Person) -> &[u8]| rows.iter().map(of).collect::<Vec<_>>();
    let optional_bytes = |of: fn(&Person) -> Option<&[u8]>| rows.iter().map(of).collect::<Vec<_>>();
    diesel::sql_query(
        "INSERT INTO people (county_id, id, name, pinyin, sex, ethnicity, birth_date, citizen_id_cipher, \
         citizen_id_mac, education, degree, native_place, mobile_cipher, telephone_cipher, address, \
         mobile_mac, telephone_mac) \
         SELECT $1, * FROM unnest($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)",
    )
    .bind::<Uuid, _>(county)
    .bind::<Array<Uuid>, _>(rows.iter().map(|row| row.id).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(text(|row| &row.name))
    .bind::<Array<Text>, _>(text(|row| &row.pinyin))
    .bind::<Array<Text>, _>(text(|row| &row.sex))
    .bind::<Array<Text>, _>(text(|row| &row.ethnicity))
    .bind::<Array<Date>, _>(rows.iter().map(|row| row.birth_date).collect::<Vec<_>>())
    .bind::<Array<Bytea>, _>(bytes(|row| &row.citizen_id_cipher))
    .bind::<Array<Bytea>, _>(bytes(|row| &row.citizen_id_mac))
    .bind::<Array<Text>, _>(text(|row| &row.education))
    .bind::<Array<Nullable<Text>>, _>(optional(|row| row.degree.as_deref()))
    .bind::<Array<Nullable<Text>>, _>(optional(|row| row.native_place.as_deref()))
    .bind::<Array<Nullable<Bytea>>, _>(optional_bytes(|row| row.mobile_cipher.as_deref()))
    .bind::<Array<Nullable<Bytea>>, _>(optional_bytes(|row| row.telephone_cipher.as_deref()))
    .bind::<Array<Nullable<Text>>, _>(optional(|row| row.address.as_deref()))
    .bind::<Array<Nullable<Bytea>>, _>(optional_bytes(|row| row.mobile_mac.as_deref()))
    .bind::<Array<Nullable<Bytea>>, _>(optional_bytes(|row| row.telephone_mac.as_deref()))
    .execute(conn)
    .await
    .constraint("people_citizen_id_key", citizen_id_taken)?;
    Ok(())
}
