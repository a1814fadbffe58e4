//! People with everything that they are on record for: membership, seats, pools, candidacies.

use std::collections::HashMap;

use diesel_async::AsyncPgConnection;

use crate::base::actor::Actor;
use crate::base::error::{Error, Result};
use crate::base::ids::PersonId;
use crate::base::keys::KeyRing;
use crate::base::policy::{self, Action};
use crate::base::scope::Scope;
use crate::records::committees::queries::{PersonSeat, seats_of_people};
use crate::records::members::{self, PersonMembership};
use crate::records::people::listing::{self, Cursor, Filter};
use crate::records::people::{self, PersonCard, RelationKind};
use crate::records::reserves::Reserve;
use crate::records::reserves::queries::{VillageName, stays_of_people};

/// Somebody and what he is on record for inside a scope.
#[derive(Debug, Clone)]
pub struct OnRecord {
    /// The person; his identifiers are masked.
    pub card: PersonCard,
    /// His memberships, the newest first.
    pub memberships: Vec<PersonMembership>,
    /// The seats that he holds or held, the newest first.
    pub seats: Vec<PersonSeat>,
    /// His stays in pools, the newest first.
    pub reserves: Vec<(Reserve, VillageName)>,
    /// Each kind of relation that he has, once.
    pub kinds: Vec<RelationKind>,
}

/// The kinds of relation by which the actor sees people: that somebody is put to the departments is seen by those who
/// may propose.
#[must_use]
pub fn kinds_seen(actor: &Actor) -> Vec<RelationKind> {
    let proposes = policy::may(actor, Action::EnterRecords, &actor.scope.path);
    RelationKind::ALL.iter().copied().filter(|kind| proposes || *kind != RelationKind::Check).collect()
}

/// A page of the people who fit, inside a part of the actor's scope, and where the next one begins.
///
/// # Errors
/// Whatever the database answers; `Broken` where a key does not fit.
pub async fn list(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    within: &Scope,
    keys: &KeyRing,
    filter: &Filter,
    after: Option<&Cursor>,
    limit: u16,
) -> Result<(Vec<OnRecord>, Option<Cursor>)> {
    let (cards, next) = listing::list(conn, within, keys, filter, after, limit).await?;
    Ok((on_record(conn, actor, cards).await?, next))
}

/// Somebody by id.
///
/// # Errors
/// `Missing` where the actor sees no such person.
pub async fn find(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    keys: &KeyRing,
    id: PersonId,
) -> Result<OnRecord> {
    let cards = people::queries::cards(conn, &actor.scope, keys, &[id]).await?;
    let found = on_record(conn, actor, cards).await?.pop();
    found.filter(|person| !person.kinds.is_empty()).ok_or(Error::Missing { what: "人员" })
}

/// Some people by id, in the order given; those whom the actor does not see are left out.
///
/// # Errors
/// Whatever the database answers; `Broken` where a key does not fit.
pub async fn some(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    keys: &KeyRing,
    ids: &[PersonId],
) -> Result<Vec<OnRecord>> {
    let cards = people::queries::cards(conn, &actor.scope, keys, ids).await?;
    let mut found = on_record(conn, actor, cards).await?;
    found.retain(|person| !person.kinds.is_empty());
    Ok(found)
}

async fn on_record(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    cards: Vec<PersonCard>,
) -> Result<Vec<OnRecord>> {
    let (scope, seen) = (&actor.scope, kinds_seen(actor));
    let ids: Vec<PersonId> = cards.iter().map(|card| card.person.id).collect();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut places = people::queries::places(conn, scope, &ids).await?;
    let mut memberships =
        grouped(members::of_people(conn, scope, &ids).await?, |membership| membership.person_id);
    let mut seats = grouped(seats_of_people(conn, scope, &ids).await?, |held| held.seat.person_id);
    let mut reserves = grouped(stays_of_people(conn, scope, &ids).await?, |(reserve, _)| reserve.person_id);
    let complete = |card: PersonCard| {
        let id = card.person.id;
        let mut kinds: Vec<RelationKind> =
            places.remove(&id).unwrap_or_default().into_iter().filter_map(|place| place.kind).collect();
        kinds.retain(|kind| seen.contains(kind));
        kinds.sort_unstable();
        kinds.dedup();
        OnRecord {
            card,
            memberships: memberships.remove(&id).unwrap_or_default(),
            seats: seats.remove(&id).unwrap_or_default(),
            reserves: reserves.remove(&id).unwrap_or_default(),
            kinds,
        }
    };
    Ok(cards.into_iter().map(complete).collect())
}

fn grouped<T>(rows: Vec<T>, whose: impl Fn(&T) -> PersonId) -> HashMap<PersonId, Vec<T>> {
    let mut groups: HashMap<PersonId, Vec<T>> = HashMap::new();
    for row in rows {
        groups.entry(whose(&row)).or_default().push(row);
    }
    groups
}
