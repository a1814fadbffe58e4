//! Registers people.

use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::error::{DatabaseResult, Error, Result};
use crate::base::ids::CountyId;
use crate::base::keys::KeyRing;
use crate::records::people::model::{NewPerson, Person};
use crate::schema::people;

/// Rows in one statement: PostgreSQL takes at most 65,535 parameters.
const CHUNK: usize = 2_000;

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
    for chunk in commands.chunks(CHUNK) {
        let rows =
            chunk.iter().map(|person| Person::seal(county, person, keys)).collect::<Result<Vec<_>>>()?;
        diesel::insert_into(people::table)
            .values(&rows)
            .execute(conn)
            .await
            .constraint("people_citizen_id_key", citizen_id_taken)?;
    }
    Ok(())
}
