//! Somebody in the pool with everything that is shown of him.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::error::{OrMissing, Result};
use crate::base::ids::{OrganisationId, PersonId, ReserveId};
use crate::base::keys::KeyRing;
use crate::base::scope::Scope;
use crate::records::people::Person;
use crate::records::reserves::model::{Mentor, MentorNote, Reserve, Review, StateSpell};
use crate::records::reserves::queries::{mentors, sources};
use crate::records::reserves::rules;
use crate::records::reserves::settings::SettingsBook;
use crate::schema::{mentor_notes, organisations, people, reserve_reviews, reserve_states, reserves};

/// The name and code of a village.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = organisations)]
pub struct VillageName {
    /// Its id.
    pub id: OrganisationId,
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
}

/// An entry with the person, the village, sources and mentors. Identifiers are masked.
#[derive(Debug, Clone)]
pub struct Card {
    /// The entry.
    pub reserve: Reserve,
    /// The person; his identifiers are still encrypted.
    pub person: Person,
    /// Masked citizen ID.
    pub citizen_id: String,
    /// The village.
    pub village: VillageName,
    /// Codes of the sources.
    pub sources: Vec<String>,
    /// Mentors, present and past.
    pub mentors: Vec<Mentor>,
    /// The latest state, with its place.
    pub present: Option<(StateSpell, Option<VillageName>)>,
}

impl Card {
    /// Why he may not be seconded on a day, by what the county demands then; none: he may.
    #[must_use]
    pub fn refuse_secondment(&self, book: &SettingsBook, on: NaiveDate) -> Option<String> {
        let person = &self.person;
        let demanded = book.on(on)?;
        let refusal =
            rules::refuse_secondment(&person.name, person.birth_date, &person.education, on, demanded)?;
        Some(refusal.to_string())
    }
}

/// A card with everything that happened.
#[derive(Debug, Clone)]
pub struct Record {
    /// The card.
    pub card: Card,
    /// All states, the first first, with their places.
    pub states: Vec<(StateSpell, Option<VillageName>)>,
    /// All notes, the latest first.
    pub notes: Vec<MentorNote>,
    /// All reviews, the latest first.
    pub reviews: Vec<Review>,
}

/// The entry of an id inside a scope.
///
/// # Errors
/// `Missing` where there is none.
pub async fn find(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    keys: &KeyRing,
    id: ReserveId,
) -> Result<Card> {
    cards(conn, within, keys, &[id]).await?.into_iter().next().or_missing("这名后备人员")
}

/// The entry of an id inside a scope with everything that happened.
///
/// # Errors
/// `Missing` where there is none.
pub async fn record(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    keys: &KeyRing,
    id: ReserveId,
) -> Result<Record> {
    let card = find(conn, within, keys, id).await?;
    let states = states(conn, within, &[id]).await?;
    let notes = mentor_notes::table
        .filter(mentor_notes::county_id.eq(within.county).and(mentor_notes::reserve_id.eq(id)))
        .order((mentor_notes::noted_on.desc(), mentor_notes::id.desc()))
        .limit(500)
        .select(MentorNote::as_select())
        .load(conn)
        .await?;
    let reviews = reserve_reviews::table
        .filter(reserve_reviews::county_id.eq(within.county).and(reserve_reviews::reserve_id.eq(id)))
        .order(reserve_reviews::reviewed_on.desc())
        .limit(200)
        .select(Review::as_select())
        .load(conn)
        .await?;
    Ok(Record { card, states, notes, reviews })
}

async fn states(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    ids: &[ReserveId],
) -> QueryResult<Vec<(StateSpell, Option<VillageName>)>> {
    reserve_states::table
        .left_join(
            organisations::table.on(organisations::county_id
                .eq(reserve_states::county_id)
                .and(organisations::id.nullable().eq(reserve_states::village_id))),
        )
        .filter(reserve_states::county_id.eq(within.county).and(reserve_states::reserve_id.eq_any(ids)))
        .order((reserve_states::reserve_id, reserve_states::from_day))
        .select((StateSpell::as_select(), Option::<VillageName>::as_select()))
        .load(conn)
        .await
}

/// Entries by id inside a scope, in the order given; those that it has not are left out.
///
/// # Errors
/// Whatever the database answers; `Broken` where a key does not fit.
pub async fn cards(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    keys: &KeyRing,
    ids: &[ReserveId],
) -> Result<Vec<Card>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<(Reserve, Person, VillageName)> = reserves::table
        .inner_join(
            people::table
                .on(people::county_id.eq(reserves::county_id).and(people::id.eq(reserves::person_id))),
        )
        .inner_join(organisations::table.on(
            organisations::county_id.eq(reserves::county_id).and(organisations::id.eq(reserves::village_id)),
        ))
        .filter(reserves::county_id.eq(within.county))
        .filter(reserves::path.ge(within.path.as_str()).and(reserves::path.lt(within.path.end())))
        .filter(reserves::id.eq_any(ids))
        .select((Reserve::as_select(), Person::as_select(), VillageName::as_select()))
        .load(conn)
        .await?;
    let mut tags = sources(conn, within, ids).await?;
    let mut guides: HashMap<ReserveId, Vec<Mentor>> = HashMap::new();
    for mentor in mentors(conn, within, ids).await? {
        guides.entry(mentor.reserve_id).or_default().push(mentor);
    }
    let mut present: HashMap<ReserveId, (StateSpell, Option<VillageName>)> = HashMap::new();
    for (spell, village) in states(conn, within, ids).await? {
        present.insert(spell.reserve_id, (spell, village));
    }
    let mut by_id = HashMap::with_capacity(rows.len());
    for (reserve, person, village) in rows {
        let id = reserve.id;
        let card = Card {
            citizen_id: person.masked_citizen_id(keys)?,
            reserve,
            person,
            village,
            sources: tags.remove(&id).unwrap_or_default(),
            mentors: guides.remove(&id).unwrap_or_default(),
            present: present.remove(&id),
        };
        by_id.insert(id, card);
    }
    Ok(ids.iter().filter_map(|id| by_id.remove(id)).collect())
}

/// The stays of some people in the pools inside a scope, the newest first.
///
/// # Errors
/// Whatever the database answers.
pub async fn stays_of_people(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    people: &[PersonId],
) -> QueryResult<Vec<(Reserve, VillageName)>> {
    reserves::table
        .inner_join(organisations::table.on(
            organisations::county_id.eq(reserves::county_id).and(organisations::id.eq(reserves::village_id)),
        ))
        .filter(reserves::county_id.eq(within.county))
        .filter(reserves::path.ge(within.path.as_str()).and(reserves::path.lt(within.path.end())))
        .filter(reserves::person_id.eq_any(people))
        .order((reserves::entered_on.desc(), reserves::id))
        .limit(2000)
        .select((Reserve::as_select(), VillageName::as_select()))
        .load(conn)
        .await
}
