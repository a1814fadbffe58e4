//! Whom a round concerns.

use chrono::{Datelike, NaiveDate};
use diesel::prelude::*;
use diesel::sql_types::{Array, Bool, Date, Nullable, Text, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::ids::{CountyId, MembershipId, RoundId, SubjectId};
use crate::base::values::Sex;
use crate::records::ratings::model::SchemeRules;

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
