//! Finds on record who may be the person of a row about somebody new: the same name and day under another number.

use std::collections::HashMap;

use diesel_async::AsyncPgConnection;

use crate::across::imports::content::Alike;
use crate::across::imports::members::Members;
use crate::across::imports::members::branches::{Branch, Branches};
use crate::across::imports::members::classify::Deed;
use crate::across::imports::subject::Decided;
use crate::base::error::Result;
use crate::base::ids::{OrganisationId, PersonId};
use crate::base::keys::KeyRing;
use crate::base::scope::Scope;
use crate::base::values::pinyin;
use crate::records::merges::{self, Newcomer};
use crate::records::people::{self, RelationKind};

/// As whom people are looked for: whatever their relation, as long as a clerk may see it.
const KINDS: [RelationKind; 4] =
    [RelationKind::Membership, RelationKind::Seat, RelationKind::Reserve, RelationKind::Ballot];

/// How many are shown beside a row.
const MOST: usize = 5;

/// Puts beside each row about somebody new who on record he may be. One statement for all rows, and one for whoever was
/// found.
///
/// # Errors
/// Whatever the database answers.
pub async fn find(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    keys: &KeyRing,
    branches: &Branches,
    decided: &mut [Decided<Members>],
) -> Result<()> {
    let found = look(conn, within, branches, decided).await?;
    let mut ids: Vec<PersonId> = found.iter().map(|(_, one)| one.person_id).collect();
    ids.sort_unstable();
    ids.dedup();
    let cards = people::queries::cards(conn, within, keys, &ids).await?;
    let cards: HashMap<PersonId, _> = cards.into_iter().map(|card| (card.person.id, card)).collect();
    for (at, one) in found {
        let (Some((row, Some(Deed::Enrol(command)))), Some(card)) =
            (decided.get_mut(at), cards.get(&one.person_id))
        else {
            continue;
        };
        row.doubles.citizen_id = command.identity.citizen_id.masked();
        if row.doubles.alike.len() == MOST {
            continue;
        }
        row.doubles.alike.push(Alike {
            record: one.membership_id,
            person: one.person_id.0,
            name: card.person.name.clone(),
            citizen_id: card.masks.citizen_id.clone(),
            birth_date: card.person.birth_date,
            strength: one.signs.strength().code().to_owned(),
            reasons: one.signs.reasons().into_iter().map(str::to_owned).collect(),
            unit: one.unit.unwrap_or_default(),
        });
    }
    Ok(())
}

/// Who was found, each with the place of the row.
async fn look(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    branches: &Branches,
    decided: &[Decided<Members>],
) -> Result<Vec<(usize, merges::Alike)>> {
    let places: HashMap<OrganisationId, &Branch> = branches.all().map(|branch| (branch.id, branch)).collect();
    let mut rows = Vec::new();
    let mut newcomers = Vec::new();
    for (at, (_, deed)) in decided.iter().enumerate() {
        let Some(Deed::Enrol(command)) = deed else { continue };
        let Some(branch) = places.get(&command.branch) else { continue };
        let identity = &command.identity;
        rows.push(at);
        newcomers.push(Newcomer {
            name: identity.name.as_str(),
            pinyin: pinyin::sort_key(identity.name.as_str()),
            sex: identity.sex,
            birth_date: identity.birth_date,
            path: branch.path.as_str(),
        });
    }
    let found = merges::alike(conn, within.county, &newcomers, &KINDS).await?;
    let placed = found.into_iter().filter_map(|one| {
        let at = usize::try_from(one.place).ok().and_then(|place| rows.get(place).copied())?;
        Some((at, one))
    });
    Ok(placed.collect())
}
