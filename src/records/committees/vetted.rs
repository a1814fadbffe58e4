//! Whether those who are to sit were vetted as the county demands.

use std::collections::HashSet;

use diesel_async::AsyncPgConnection;

use crate::base::actor::Actor;
use crate::base::error::{Error, FieldError, Result};
use crate::records::committees::draft::{Draft, Surroundings};
use crate::records::vetting::{self, Ask, Cause, Clearance, Cleared, sight};

/// Who of some drafts may not sit, and the checks of those who may.
///
/// # Errors
/// Whatever the database answers.
pub(super) async fn refuse(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    around: &Surroundings,
    drafts: &[(usize, Draft)],
) -> Result<(Vec<(usize, FieldError)>, Vec<Cleared>)> {
    let mut asks = Vec::with_capacity(drafts.len());
    for (_, draft) in drafts {
        let term = around.term(draft)?;
        asks.push(Ask {
            village: term.village_id,
            kind: term.kind().ok_or_else(|| Error::broken("unknown kind of committee"))?,
            term: term.ordinal,
            post: Some(draft.post),
            person: draft.person,
            day: draft.from_day,
        });
    }
    let sight = sight::of_refusals(conn, actor).await?;
    let clearances = vetting::clearances(conn, &actor.scope, &asks, &sight).await?;
    let (mut errors, mut cleared, mut used) = (Vec::new(), Vec::new(), HashSet::new());
    for ((number, draft), clearance) in drafts.iter().zip(clearances) {
        match clearance {
            Clearance::Lacking { is_demanded: true, cause } => {
                let name = &around.known(draft)?.sitter.name;
                errors.push((*number, FieldError::new("person", cause.told(name), None)));
            }
            // Two posts of one person are one check.
            Clearance::Filed(check)
            | Clearance::Lacking { cause: Cause::OtherPost { filed: Some(check), .. }, .. }
                if used.insert(check) =>
            {
                cleared.push(Cleared { check, seat: draft.id });
            }
            _ => {}
        }
    }
    Ok((errors, cleared))
}
