//! What an entry looks like in JSON.

use chrono::NaiveDate;
use utoipa::ToSchema;

use crate::records::reserves::Mentor;
use crate::records::reserves::queries::{Card, VillageName};

/// A village or community.
#[derive(serde::Serialize, ToSchema)]
pub struct VillageJson {
    pub(in crate::web::api) code: String,
    pub(in crate::web::api) name: String,
}

impl From<VillageName> for VillageJson {
    fn from(village: VillageName) -> Self {
        Self { code: village.code, name: village.name }
    }
}

/// Somebody who guides, or guided.
#[derive(serde::Serialize, ToSchema)]
pub struct MentorJson {
    id: String,
    /// `township_leader` or `village_secretary`.
    kind: String,
    name: String,
    person: Option<String>,
    /// First day.
    from: NaiveDate,
    /// First day no longer.
    to: Option<NaiveDate>,
}

impl From<Mentor> for MentorJson {
    fn from(mentor: Mentor) -> Self {
        Self {
            id: mentor.id.to_string(),
            kind: mentor.kind,
            name: mentor.name,
            person: mentor.person_id.map(|person| person.to_string()),
            from: mentor.from_day,
            to: mentor.to_day,
        }
    }
}

/// One stay in the pool. Identifiers are masked.
#[derive(serde::Serialize, ToSchema)]
pub struct ReserveJson {
    id: String,
    version: i32,
    person: String,
    name: String,
    pinyin: String,
    sex: String,
    ethnicity: String,
    citizen_id: String,
    birth_date: NaiveDate,
    /// GB/T 4658 code as it is now: what figures and eligibility go by.
    education: String,
    /// GB/T 4658 code as it was at entry.
    education_at_entry: String,
    /// GB/T 4762 code.
    political_status: String,
    village: VillageJson,
    /// `reserve_cadre` or `local_talent`.
    kind: String,
    sources: Vec<String>,
    route: Option<String>,
    entered_on: NaiveDate,
    left_on: Option<NaiveDate>,
    /// `in_pool`, `seconded`, `cross_village`, `appointed` or `left`.
    state: String,
    state_from: NaiveDate,
    /// The post of the latest state.
    post: Option<String>,
    /// Where the latest state is spent.
    posting_village: Option<VillageJson>,
    /// Why the latest state came about.
    reason: Option<String>,
    mentors: Vec<MentorJson>,
    note: Option<String>,
    created_at: chrono::DateTime<chrono::Utc>,
    updated_at: chrono::DateTime<chrono::Utc>,
}

impl From<Card> for ReserveJson {
    fn from(card: Card) -> Self {
        let Card { reserve, person, citizen_id, village, sources, mentors, present } = card;
        let (spell, place) = present.unzip();
        let (post, reason) = spell.map(|spell| (spell.post, spell.reason)).unzip();
        Self {
            id: reserve.id.to_string(),
            version: reserve.version,
            person: person.id.to_string(),
            name: person.name,
            pinyin: person.pinyin,
            sex: person.sex,
            ethnicity: person.ethnicity,
            citizen_id,
            birth_date: person.birth_date,
            education: person.education,
            education_at_entry: reserve.education_at_entry,
            political_status: reserve.political_status,
            village: village.into(),
            kind: reserve.kind,
            sources,
            route: reserve.route,
            entered_on: reserve.entered_on,
            left_on: reserve.left_on,
            state: reserve.state,
            state_from: reserve.state_from,
            post: post.flatten(),
            posting_village: place.flatten().map(VillageJson::from),
            reason: reason.flatten(),
            mentors: mentors.into_iter().map(MentorJson::from).collect(),
            note: reserve.note,
            created_at: reserve.created_at,
            updated_at: reserve.updated_at,
        }
    }
}
