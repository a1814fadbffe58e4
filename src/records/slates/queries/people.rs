//! Who may be proposed, and what is on record of whoever is.

use std::collections::HashMap;

use chrono::{Days, NaiveDate};
use diesel::prelude::*;
use diesel::sql_types::{Array, Bool, Date, Nullable, Text, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::error::Result;
use crate::base::ids::{CountyId, OrganisationId, PersonId};
use crate::base::scope::Scope;
use crate::records::committees::{CommitteeKind, Source};
use crate::records::reserves::source_in_committees;
use crate::records::slates::content::Proposed;
use crate::records::vetting::sight::Sight;
use crate::records::vetting::{self, Ask, Cause, Clearance};
use crate::records::words::{self, WordBook, WordList};

/// Somebody who may be proposed.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
pub struct Person {
    /// His id.
    #[diesel(sql_type = Uuid)]
    pub id: PersonId,
    /// His name.
    #[diesel(sql_type = Text)]
    pub name: String,
    /// GB/T 2261.1.
    #[diesel(sql_type = Text)]
    pub sex: String,
    /// Birth date.
    #[diesel(sql_type = Date)]
    pub birth_date: NaiveDate,
    /// GB/T 4658 code.
    #[diesel(sql_type = Text)]
    pub education: String,
}

/// Some people, as far as the scope sees them.
///
/// # Errors
/// Whatever the database answers.
pub async fn people(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    ids: &[PersonId],
) -> QueryResult<Vec<Person>> {
    diesel::sql_query(
        "SELECT p.id, p.name, p.sex, p.birth_date, p.education FROM people p \
         WHERE p.county_id = $1 AND p.id = ANY ($4) AND EXISTS (SELECT FROM person_visibility v \
            WHERE v.county_id = p.county_id AND v.person_id = p.id AND v.path >= $2 AND v.path < $3)",
    )
    .bind::<Uuid, _>(within.county)
    .bind::<Text, _>(within.path.as_str())
    .bind::<Text, _>(within.path.end())
    .bind::<Array<Uuid>, _>(ids)
    .load(conn)
    .await
}

/// Somebody whom the editor of a slate offers.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
pub struct Offer {
    /// His id.
    #[diesel(sql_type = Uuid)]
    pub id: PersonId,
    /// His name.
    #[diesel(sql_type = Text)]
    pub name: String,
    /// Birth date: what tells namesakes apart.
    #[diesel(sql_type = Date)]
    pub birth_date: NaiveDate,
    /// Whether he sits in a committee of the village.
    #[diesel(sql_type = Bool)]
    pub is_sitting: bool,
    /// Whether he stands in a pool.
    #[diesel(sql_type = Bool)]
    pub is_reserve: bool,
}

/// Those of some people whom the scope sees, or, where none are named, who sits in the village and who stands in its pool
/// on a day; at most 40, who sits first.
///
/// # Errors
/// Whatever the database answers.
pub async fn offers(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    village: OrganisationId,
    day: NaiveDate,
    named: Option<Vec<PersonId>>,
) -> QueryResult<Vec<Offer>> {
    diesel::sql_query(
        "WITH sitting AS (SELECT DISTINCT s.person_id FROM committees c \
                JOIN seats s ON s.county_id = $1 AND s.committee_id = c.id \
                    AND s.from_day <= $5 AND (s.to_day IS NULL OR $5 < s.to_day) \
                WHERE c.county_id = $1 AND c.village_id = $4 AND c.path >= $2 AND c.path < $3), \
            pool AS (SELECT r.person_id, r.village_id FROM reserves r WHERE r.county_id = $1 AND r.left_on IS NULL \
                AND r.path >= $2 AND r.path < $3 AND (r.village_id = $4 OR r.person_id = ANY ($6))) \
         SELECT p.id, p.name, p.birth_date, p.id IN (SELECT person_id FROM sitting) AS is_sitting, \
            p.id IN (SELECT person_id FROM pool) AS is_reserve \
         FROM people p WHERE p.county_id = $1 AND p.id IN ( \
            SELECT unnest($6) UNION ALL SELECT person_id FROM sitting WHERE $6 IS NULL \
            UNION ALL SELECT person_id FROM pool WHERE $6 IS NULL) \
            AND EXISTS (SELECT FROM person_visibility v WHERE v.county_id = $1 AND v.person_id = p.id \
                AND v.path >= $2 AND v.path < $3) \
         ORDER BY is_sitting DESC, is_reserve DESC, p.pinyin, p.id LIMIT 40",
    )
    .bind::<Uuid, _>(within.county)
    .bind::<Text, _>(within.path.as_str())
    .bind::<Text, _>(within.path.end())
    .bind::<Uuid, _>(village)
    .bind::<Date, _>(day)
    .bind::<Nullable<Array<Uuid>>, _>(named)
    .load(conn)
    .await
}

/// What is on record of somebody beside the register of members.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Background {
    /// Where he was drawn from: as said of the seats that he holds, else of his place in the pool, else of the last seat
    /// that he held.
    pub sources: Vec<Source>,
    /// Whether his last seat or the pool calls him a Party member; none where neither knows him.
    pub is_party_member: Option<bool>,
}

#[derive(QueryableByName)]
struct BackgroundRow {
    #[diesel(sql_type = Uuid)]
    person_id: PersonId,
    #[diesel(sql_type = Nullable<Text>)]
    of_seats: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    of_pool: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    of_last_seat: Option<String>,
    #[diesel(sql_type = Nullable<Bool>)]
    is_party_member: Option<bool>,
}

impl BackgroundRow {
    fn background(&self, words: &WordBook) -> Background {
        let said = |text: &Option<String>| -> Vec<Source> {
            let codes = text.as_deref().unwrap_or_default().split(' ');
            let own = words.words(WordList::CommitteeSource);
            codes.filter_map(|code| Source::parse_with(code, own).ok()).collect()
        };
        let pool = || {
            let codes = self.of_pool.as_deref().unwrap_or_default().split(' ');
            let mut sources: Vec<Source> =
                codes.filter_map(|code| source_in_committees(code, words)).collect();
            sources.dedup();
            sources
        };
        let found = [said(&self.of_seats), pool(), said(&self.of_last_seat)];
        Background {
            sources: found.into_iter().find(|sources| !sources.is_empty()).unwrap_or_default(),
            is_party_member: self.is_party_member,
        }
    }
}

/// What is on record of some people, whom the caller may name, on the day before a term begins. Of political status only
/// `01` and `02` (GB/T 4762) are Party members.
///
/// # Errors
/// Whatever the database answers.
pub async fn backgrounds(
    conn: &mut AsyncPgConnection,
    county: CountyId,
    people: &[PersonId],
    day: NaiveDate,
) -> QueryResult<HashMap<PersonId, Background>> {
    let rows: Vec<BackgroundRow> = diesel::sql_query(
        "SELECT n.person_id, \
            (SELECT string_agg(DISTINCT r.source, ' ' ORDER BY r.source) FROM seats e \
                JOIN seat_sources r ON r.county_id = $1 AND r.seat_id = e.id \
                WHERE e.county_id = $1 AND e.person_id = n.person_id AND e.from_day <= $3 \
                    AND (e.to_day IS NULL OR $3 < e.to_day)) AS of_seats, \
            (SELECT string_agg(r.source, ' ' ORDER BY r.source) FROM reserve_sources r \
                WHERE r.county_id = $1 AND r.reserve_id = pool.id) AS of_pool, \
            (SELECT string_agg(r.source, ' ' ORDER BY r.source) FROM seat_sources r \
                WHERE r.county_id = $1 AND r.seat_id = last.id) AS of_last_seat, \
            coalesce(last.is_party_member, pool.political_status IN ('01', '02')) AS is_party_member \
         FROM unnest($2) AS n (person_id) \
         LEFT JOIN LATERAL (SELECT e.id, e.is_party_member FROM seats e \
            WHERE e.county_id = $1 AND e.person_id = n.person_id ORDER BY e.from_day DESC, e.id DESC LIMIT 1) last ON true \
         LEFT JOIN LATERAL (SELECT v.id, v.political_status FROM reserves v \
            WHERE v.county_id = $1 AND v.person_id = n.person_id ORDER BY v.entered_on DESC, v.id DESC LIMIT 1) pool \
            ON true",
    )
    .bind::<Uuid, _>(county)
    .bind::<Array<Uuid>, _>(people)
    .bind::<Date, _>(day.checked_sub_days(Days::new(1)).unwrap_or(day))
    .load(conn)
    .await?;
    let words = words::book(conn, county).await?;
    Ok(rows.into_iter().map(|row| (row.person_id, row.background(&words))).collect())
}

/// What is missing of the candidate checks of people who are proposed for one committee.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lack {
    /// The committee.
    pub kind: CommitteeKind,
    /// Whether the county lets nobody be appointed without.
    pub is_demanded: bool,
    /// One sentence about all who lack the same.
    pub message: String,
}

/// A committee, whether it demands checks, and what is missing of one.
type Wanted = (CommitteeKind, bool, Cause);

/// What is missing of the checks of a proposed team, as far as `sight` covers it; those whom `names` does not know are left
/// out.
///
/// # Errors
/// Whatever the database answers.
pub async fn lacking(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    village: OrganisationId,
    (term, day): (i32, NaiveDate),
    seats: &[Proposed],
    names: &HashMap<PersonId, &str>,
    sight: &Sight,
) -> Result<Vec<Lack>> {
    let ask = |seat: &Proposed| {
        let post = Some(seat.post);
        Ask { village, kind: seat.kind, term, post, person: seat.person, day }
    };
    let asks: Vec<Ask> = seats.iter().map(ask).collect();
    let clearances = vetting::clearances(conn, within, &asks, sight).await?;
    let mut alike: Vec<(Wanted, Vec<&str>)> = Vec::new();
    for (seat, clearance) in seats.iter().zip(clearances) {
        let Clearance::Lacking { is_demanded, cause } = clearance else { continue };
        let Some(name) = names.get(&seat.person) else { continue };
        let wanted = (seat.kind, is_demanded, cause);
        match alike.iter_mut().find(|(known, _)| *known == wanted) {
            Some((_, names)) if names.contains(name) => {}
            Some((_, names)) => names.push(name),
            None => alike.push((wanted, vec![name])),
        }
    }
    let lack = |((kind, is_demanded, cause), names): (Wanted, Vec<&str>)| Lack {
        kind,
        is_demanded,
        message: cause.told(&names.join("、")),
    };
    Ok(alike.into_iter().map(lack).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seats_held_now_speak_before_the_pool_and_the_pool_before_old_seats() {
        let row = |seats: &str, pool: &str, last: &str| BackgroundRow {
            person_id: PersonId::new(),
            of_seats: Some(seats.to_owned()),
            of_pool: Some(pool.to_owned()),
            of_last_seat: Some(last.to_owned()),
            is_party_member: None,
        };
        let sources = |row: BackgroundRow| row.background(&WordBook::default()).sources;
        let pool = "entrepreneur new_graduate returning_talent";
        assert_eq!(sources(row("veteran", pool, "other")), [Source::Veteran]);
        let of_pool = [Source::LocalEntrepreneur, Source::Graduate, Source::Returnee];
        assert_eq!(sources(row("", pool, "other")), of_pool);
        assert_eq!(sources(row("", "", "other")), [Source::Other]);
        assert_eq!(sources(row("", "", "")), []);
    }
}
