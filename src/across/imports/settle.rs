//! Refuses rows that were kept already, where a later row contradicts them: the result of an import is the same in
//! whatever order its rows stand.

use std::collections::HashMap;

use diesel_async::AsyncPgConnection;

use crate::across::imports::content::PlannedRow;
use crate::across::imports::headings::Layout;
use crate::across::imports::subject::{Contradicted, Subject};
use crate::base::error::Result;
use crate::base::keys::KeyRing;
use crate::records::imports::{self, Counts, Import};

/// Refuses the kept rows of an import that later ones contradict, and counts them anew. To be called once all rows were
/// decided.
///
/// # Errors
/// Whatever the database answers.
pub async fn settle<S: Subject>(
    conn: &mut AsyncPgConnection,
    import: &Import,
    keys: &KeyRing,
    layout: &Layout,
    seen: &mut S::Seen,
    counts: &mut Counts,
) -> Result<()> {
    const TOGETHER: usize = 1_000;
    for some in S::contradicted(seen).chunks(TOGETHER) {
        let said: HashMap<u32, &Contradicted> = some.iter().map(|one| (one.number, one)).collect();
        let numbers: Vec<i32> = some.iter().filter_map(|one| i32::try_from(one.number).ok()).collect();
        let mut anew = Vec::with_capacity(numbers.len());
        for stored in imports::queries::numbered(conn, import, &numbers).await? {
            let mut row = PlannedRow::open(&stored, import.id, keys)?;
            let Some(one) = said.get(&row.row.number) else { continue };
            counts.take(row.bucket);
            row.contradict(one, layout);
            counts.add(row.bucket);
            anew.push(row.seal(import.id, keys)?);
        }
        imports::restage(conn, import, &anew).await?;
    }
    Ok(())
}
