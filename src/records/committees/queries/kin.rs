//! Who of those that sit is whose near relative.

use std::collections::HashMap;

use diesel_async::AsyncPgConnection;

use crate::base::error::Result;
use crate::base::ids::{CountyId, PersonId};
use crate::records::people::{self, Kinship};

/// What the second is to the first, for each two of some people who are near relatives: from both sides.
///
/// # Errors
/// Whatever the database answers.
pub async fn kin(
    conn: &mut AsyncPgConnection,
    county: CountyId,
    mut people: Vec<PersonId>,
) -> Result<HashMap<(PersonId, PersonId), Kinship>> {
    people.sort_unstable();
    people.dedup();
    let mut kin = HashMap::new();
    for row in people::queries::kin_among(conn, county, &people).await? {
        if let Ok(kinship) = Kinship::parse(&row.kinship) {
            kin.insert((row.person_id, row.relative_id), kinship);
            kin.insert((row.relative_id, row.person_id), kinship.seen_from_the_other());
        }
    }
    Ok(kin)
}
