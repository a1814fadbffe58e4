//! Who stands in a pool at this moment, and whose mentors left, wherever in the county their records are.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::{Array, Date, Nullable, Text, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::error::{Error, Result};
use crate::base::ids::{CountyId, MentorId, PersonId, ReserveId};
use crate::base::scope::{Path, Scope};
use crate::base::values::MembershipStatus;
use crate::records::reserves::model::{ReserveKind, ReserveState};

/// A stay in a pool that has not ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenStay {
    /// The entry.
    pub reserve: ReserveId,
    /// Who.
    pub person: PersonId,
    /// His name.
    pub name: String,
    /// Which list.
    pub kind: ReserveKind,
    /// Name of the village that he stands in reserve for.
    pub village: String,
    /// Place of that village.
    pub path: Path,
    /// What he does.
    pub state: ReserveState,
    /// Since when.
    pub state_from: NaiveDate,
}

#[derive(QueryableByName)]
struct StayRow {
    #[diesel(sql_type = Uuid)]
    reserve_id: ReserveId,
    #[diesel(sql_type = Uuid)]
    person_id: PersonId,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Text)]
    village: String,
    #[diesel(sql_type = Text)]
    path: String,
    #[diesel(sql_type = Text)]
    state: String,
    #[diesel(sql_type = Date)]
    state_from: NaiveDate,
}

/// The stays of some people of a county that have not ended, by person: at most one each.
///
/// # Errors
/// Whatever the database answers.
pub async fn open_stays(
    conn: &mut AsyncPgConnection,
    county: CountyId,
    people: &[PersonId],
) -> Result<HashMap<PersonId, OpenStay>> {
    if people.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<StayRow> = diesel::sql_query("SELECT * FROM find_open_stays($1, $2)")
        .bind::<Uuid, _>(county)
        .bind::<Array<Uuid>, _>(people)
        .load(conn)
        .await?;
    rows.into_iter()
        .map(|row| {
            let stay = OpenStay {
                reserve: row.reserve_id,
                person: row.person_id,
                name: row.name,
                kind: ReserveKind::parse(&row.kind).map_err(Error::broken)?,
                village: row.village,
                path: Path::stored(row.path),
                state: ReserveState::parse(&row.state).map_err(Error::broken)?,
                state_from: row.state_from,
            };
            Ok((stay.person, stay))
        })
        .collect()
}

/// How a mentor left who goes on guiding on paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Departure {
    /// First day on which he could no longer guide.
    pub left_on: NaiveDate,
    /// The Party status with which he left the register; none: he left the post of secretary.
    pub status: Option<MembershipStatus>,
}

impl Departure {
    /// In a few words: 自2024-01-01起不在册（死亡）.
    #[must_use]
    pub fn told(&self) -> String {
        let day = self.left_on;
        self.status.map_or_else(
            || format!("自{day}起不再担任该村书记"),
            |status| format!("自{day}起不在册（{}）", status.name()),
        )
    }
}

#[derive(QueryableByName)]
struct LeftRow {
    #[diesel(sql_type = Uuid)]
    mentor_id: MentorId,
    #[diesel(sql_type = Date)]
    left_on: NaiveDate,
    #[diesel(sql_type = Nullable<Text>)]
    status: Option<String>,
}

/// Mentors of some entries inside a scope who guide on a day though they left: who died or is off the register, and for
/// 帮带书记 who is no longer secretary of the village. Of whoever is out of the pool on that day nobody is told.
///
/// # Errors
/// Whatever the database answers.
pub async fn mentors_who_left(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    ids: &[ReserveId],
    day: NaiveDate,
) -> Result<HashMap<MentorId, Departure>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<LeftRow> = diesel::sql_query(
        "SELECT l.mentor_id, l.left_on, l.status FROM find_mentors_who_left($1, $4, ARRAY(SELECT id FROM reserves \
            WHERE county_id = $1 AND path >= $2 AND path < $3 AND id = ANY ($5))) l",
    )
    .bind::<Uuid, _>(within.county)
    .bind::<Text, _>(within.path.as_str())
    .bind::<Text, _>(within.path.end())
    .bind::<Date, _>(day)
    .bind::<Array<Uuid>, _>(ids)
    .load(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            let status = row.status.as_deref().map(MembershipStatus::parse).transpose();
            let departure = Departure { left_on: row.left_on, status: status.map_err(Error::broken)? };
            Ok((row.mentor_id, departure))
        })
        .collect()
}
