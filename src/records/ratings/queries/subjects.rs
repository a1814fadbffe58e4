//! Whom a round concerns.

use std::collections::HashMap;

use chrono::{Datelike, NaiveDate};
use diesel::prelude::*;
use diesel::sql_types::{Array, Bool, Date, Nullable, Text, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::ids::{CountyId, MembershipId, PersonId, RoundId, SubjectId};
use crate::base::scope::Scope;
use crate::base::values::Sex;
use crate::records::people::{Person, queries as records_of_people};
use crate::records::ratings::model::SchemeRules;
use crate::schema::{memberships, people};

/// Whom or what a round concerns: a member in the register of the branch on the period's last day, a branch or village
/// below the organisation, an office-holder of the village; or rated in the round.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
pub struct Subject {
    /// The round.
    #[diesel(sql_type = Uuid)]
    pub round_id: RoundId,
    /// Whom or what.
    #[diesel(sql_type = Uuid)]
    pub id: SubjectId,
    /// The member, where it is one.
    #[diesel(sql_type = Nullable<Uuid>)]
    pub membership_id: Option<MembershipId>,
    /// Code of the organisation, where it is one.
    #[diesel(sql_type = Nullable<Text>)]
    pub code: Option<String>,
    /// The name.
    #[diesel(sql_type = Text)]
    pub name: String,
    /// Pinyin of the name: the order of the grid.
    #[diesel(sql_type = Text)]
    pub sort_key: String,
    /// GB/T 2261.1 code, of a person.
    #[diesel(sql_type = Nullable<Text>)]
    pub sex: Option<String>,
    /// Birth date, of a person.
    #[diesel(sql_type = Nullable<Date>)]
    pub birth_date: Option<NaiveDate>,
    /// Whether he was a probationary member on that day.
    #[diesel(sql_type = Bool)]
    pub probationary: bool,
    /// Whether it belonged to the organisation on that day: only then may it be rated.
    #[diesel(sql_type = Bool)]
    pub present: bool,
}

impl Subject {
    /// What tells namesakes apart: `女，1988年生，预备党员`; the code of an organisation.
    #[must_use]
    pub fn note(&self) -> String {
        let Some((sex, born)) = self.sex.as_deref().zip(self.birth_date) else {
            return self.code.clone().unwrap_or_default();
        };
        let sex = Sex::parse(sex).map_or("", Sex::name);
        let category = if self.probationary { "，预备党员" } else { "" };
        format!("{sex}，{}年生{category}", born.year())
    }

    /// Whether it may be rated by a scheme with these rules.
    #[must_use]
    pub fn may_be_rated(&self, rules: &SchemeRules) -> bool {
        self.present && !(rules.leaves_out_probationary && self.probationary)
    }
}

/// Whom or what some rounds concern, in the order of their names. Rounds outside the running scope have none.
///
/// # Errors
/// Whatever the database answers.
pub async fn subjects(
    conn: &mut AsyncPgConnection,
    county: CountyId,
    rounds: &[RoundId],
) -> QueryResult<Vec<Subject>> {
    diesel::sql_query("SELECT * FROM find_rating_subjects($1, $2) ORDER BY round_id, sort_key, id")
        .bind::<Uuid, _>(county)
        .bind::<Array<Uuid>, _>(rounds)
        .load(conn)
        .await
}

/// The people behind some members and office-holders; an organisation has none.
///
/// # Errors
/// Whatever the database answers.
pub async fn people_of(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    subjects: &[&Subject],
) -> QueryResult<HashMap<SubjectId, Person>> {
    let members: Vec<MembershipId> = subjects.iter().filter_map(|subject| subject.membership_id).collect();
    let holders: Vec<PersonId> = subjects
        .iter()
        .filter(|subject| subject.membership_id.is_none() && subject.code.is_none())
        .map(|subject| PersonId(subject.id.0))
        .collect();
    let mut found: HashMap<SubjectId, Person> = HashMap::new();
    if !members.is_empty() {
        let rows: Vec<(MembershipId, Person)> =
            memberships::table
                .inner_join(people::table.on(
                    people::county_id.eq(memberships::county_id).and(people::id.eq(memberships::person_id)),
                ))
                .filter(memberships::county_id.eq(within.county).and(memberships::id.eq_any(members)))
                .select((memberships::id, Person::as_select()))
                .load(conn)
                .await?;
        found.extend(rows.into_iter().map(|(member, person)| (member.into(), person)));
    }
    if !holders.is_empty() {
        let people = records_of_people::by_ids(conn, within, &holders).await?;
        found.extend(people.into_iter().map(|person| (person.id.into(), person)));
    }
    Ok(found)
}
