//! Who sits in some villages, how old he is when the term ends, and what his leaving would do: a fixed number of
//! statements however many villages there are.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::{Array, Bool, Date, Text, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use super::VillageDepth;
use crate::base::error::Result;
use crate::base::ids::{CommitteeId, OrganisationId, PersonId, ReserveId, TermId};
use crate::base::scope::Scope;
use crate::base::values::Sex;
use crate::records::committees::Division;
use crate::records::committees::queries::{self, TermCard, TermPlace};
use crate::records::reserves::leaving::{Around, HeldSeat, Ready, Sitter, Team, sitters};
use crate::records::words::{self, WordBook};
use crate::schema::reserves;

#[derive(QueryableByName)]
struct SeatRow {
    #[diesel(sql_type = Uuid)]
    term_id: TermId,
    #[diesel(sql_type = Uuid)]
    person_id: PersonId,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    sex: String,
    #[diesel(sql_type = Date)]
    birth_date: NaiveDate,
    #[diesel(sql_type = Text)]
    post: String,
    #[diesel(sql_type = Date)]
    from_day: NaiveDate,
    #[diesel(sql_type = Bool)]
    is_party_member: bool,
}

impl SeatRow {
    fn seat(self, words: &WordBook) -> Option<HeldSeat> {
        Some(HeldSeat {
            person: self.person_id,
            name: self.name,
            is_woman: self.sex == Sex::Woman.code(),
            birth_date: self.birth_date,
            post: words.post(&self.post).ok()?,
            from_day: self.from_day,
            is_party_member: self.is_party_member,
        })
    }
}

/// Who sits in each of some villages on a day, the Party's committee first, with what his leaving on that day would do; a
/// village without a team is not answered. The reserve is as [`succession()`](super::succession()) told it of the same day.
///
/// # Errors
/// Whatever the database answers.
pub async fn teams(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    day: NaiveDate,
    villages: &[VillageDepth],
) -> Result<HashMap<OrganisationId, Vec<Sitter>>> {
    let words = words::book(conn, within.county).await?;
    let teams = running(conn, within, day, villages, &words).await?;
    let ready = ready(conn, within, villages).await?;
    let ends: HashMap<OrganisationId, NaiveDate> =
        villages.iter().map(|depth| (depth.village, depth.at)).collect();
    let mut pairs: Vec<(PersonId, NaiveDate)> = Vec::new();
    for (village, teams) in &teams {
        let at = ends.get(village).copied().unwrap_or(day);
        let seats = teams.iter().flat_map(|team| &team.seats);
        pairs.extend(seats.flat_map(|seat| [(seat.person, day), (seat.person, at)]));
    }
    pairs.extend(ready.values().flatten().map(|one| (one.person, day)));
    pairs.sort_unstable();
    pairs.dedup();
    let known = queries::standings(conn, within.county, &pairs).await?;
    let kin = queries::kin(conn, within.county, pairs.iter().map(|(person, _)| *person).collect()).await?;
    let books = queries::rule_books(conn, within.county).await?;
    let villages: Vec<OrganisationId> = teams.keys().copied().collect();
    let bodies = queries::bodies(conn, within, day, &villages, books.of(Division::Village)).await?;
    let told = teams.into_iter().map(|(village, teams)| {
        let at = ends.get(&village).copied().unwrap_or(day);
        let division = teams.as_slice().first().map_or(Division::Village, |team| team.term.division());
        let (book, body) = (books.of(division), bodies.get(&village).copied());
        let around = Around { day, at, known: &known, kin: &kin, book, body };
        let ready = ready.get(&village).map(Vec::as_slice).unwrap_or_default();
        (village, sitters(&teams, ready, around))
    });
    Ok(told.collect())
}

/// The terms that run in some villages on a day with their posts and who sits, the Party's first.
async fn running(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    day: NaiveDate,
    villages: &[VillageDepth],
    words: &WordBook,
) -> Result<HashMap<OrganisationId, Vec<Team>>> {
    let ids: Vec<OrganisationId> = villages.iter().map(|depth| depth.village).collect();
    let mut places: Vec<TermPlace> = queries::terms_of_villages(conn, within, &ids).await?;
    places.retain(|term| term.from_day <= day && term.ended_on.is_none_or(|end| day < end));
    let committees: Vec<CommitteeId> = places.iter().map(|term| term.committee_id).collect();
    let cards = queries::terms(conn, within, &committees).await?;
    let mut cards: HashMap<TermId, TermCard> = cards.into_iter().map(|card| (card.term.id, card)).collect();
    let terms: Vec<TermId> = places.iter().map(|term| term.id).collect();
    let mut seats = seats(conn, within, day, &terms, words).await?;
    let mut teams: HashMap<OrganisationId, Vec<Team>> = HashMap::new();
    for term in places {
        let Some(kind) = term.kind() else { continue };
        let provided = cards.remove(&term.id).map(|card| card.posts).unwrap_or_default();
        let posts = provided.iter().filter_map(|post| Some((words.post(&post.post).ok()?, post.places)));
        let team =
            Team { kind, posts: posts.collect(), seats: seats.remove(&term.id).unwrap_or_default(), term };
        teams.entry(team.term.village_id).or_default().push(team);
    }
    Ok(teams)
}

/// Who sits in some terms on a day, the head first.
async fn seats(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    day: NaiveDate,
    terms: &[TermId],
    words: &WordBook,
) -> Result<HashMap<TermId, Vec<HeldSeat>>> {
    let rows: Vec<SeatRow> = diesel::sql_query(
        "SELECT s.term_id, s.person_id, p.name, p.sex, p.birth_date, s.post, s.from_day, s.is_party_member \
         FROM seats s JOIN people p ON p.county_id = s.county_id AND p.id = s.person_id \
         WHERE s.county_id = $1 AND s.path >= $2 AND s.path < $3 AND s.term_id = ANY ($4) \
            AND s.from_day <= $5 AND (s.to_day IS NULL OR $5 < s.to_day) \
         ORDER BY s.from_day, p.pinyin, s.id",
    )
    .bind::<Uuid, _>(within.county)
    .bind::<Text, _>(within.path.as_str())
    .bind::<Text, _>(within.path.end())
    .bind::<Array<Uuid>, _>(terms)
    .bind::<Date, _>(day)
    .load(conn)
    .await?;
    let mut seats: HashMap<TermId, Vec<HeldSeat>> = HashMap::new();
    for row in rows {
        let term = row.term_id;
        seats.entry(term).or_default().extend(row.seat(words));
    }
    for seats in seats.values_mut() {
        seats.sort_by_key(|seat| words.rank(seat.post.code()));
    }
    Ok(seats)
}

/// Whoever is ready, by village. Of political status only `01` and `02` (GB/T 4762) are Party members.
async fn ready(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    villages: &[VillageDepth],
) -> Result<HashMap<OrganisationId, Vec<Ready>>> {
    let people = villages.iter().flat_map(|depth| depth.people.iter().map(move |one| (depth.village, one)));
    let ready: Vec<_> =
        people.filter_map(|(village, one)| Some((village, one, one.ready.clone()?))).collect();
    let ids: Vec<ReserveId> = ready.iter().map(|(_, one, _)| one.id).collect();
    let rows: Vec<(ReserveId, PersonId, String)> = reserves::table
        .filter(reserves::county_id.eq(within.county))
        .filter(reserves::path.ge(within.path.as_str()).and(reserves::path.lt(within.path.end())))
        .filter(reserves::id.eq_any(ids))
        .select((reserves::id, reserves::person_id, reserves::political_status))
        .load(conn)
        .await?;
    let known: HashMap<ReserveId, (PersonId, String)> =
        rows.into_iter().map(|(id, person, status)| (id, (person, status))).collect();
    let mut by_village: HashMap<OrganisationId, Vec<Ready>> = HashMap::new();
    for (village, one, why) in ready {
        let Some((person, status)) = known.get(&one.id) else { continue };
        by_village.entry(village).or_default().push(Ready {
            reserve: one.id,
            person: *person,
            name: one.name.clone(),
            why,
            is_party_member: matches!(status.as_str(), "01" | "02"),
        });
    }
    Ok(by_village)
}
