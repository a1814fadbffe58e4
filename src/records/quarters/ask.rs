//! What a statement over facts is asked about: its parameters, the same for every one of them.

use diesel::pg::Pg;
use diesel::query_builder::{BoxedSqlQuery, SqlQuery};
use diesel::sql_types::{Array, Date, Integer, Text, Uuid};

use crate::base::codes;
use crate::base::ids::CountyId;
use crate::base::values::{MembershipStatus, Quarter};

/// One organisation in one quarter, live or in a revision.
#[derive(Debug, Clone)]
pub struct Ask {
    /// The county.
    pub county: CountyId,
    /// The quarter.
    pub quarter: Quarter,
    /// The revision; a live statement does not look at it.
    pub revision: i32,
    /// The revision of the quarter before that holds its closing; a live statement looks at it where there is one.
    pub previous_number: i32,
    /// Code of the organisation, its whole subtree being meant, then codes of those below it that are asked about in one
    /// go; they may have stood elsewhere before.
    pub organisations: Vec<String>,
}

impl Ask {
    /// A statement with its parameters: `$1` county, `$2` first and `$3` last day, `$4` organisations, `$5` quarter,
    /// `$6` revision, `$7` quarter before, `$8` its revision, `$9` statuses in the register, `$10` statuses that leave
    /// the Party, `$11` educations of college or above. What a statement adds follows from `$12`.
    pub fn about(&self, statement: String) -> BoxedSqlQuery<'static, Pg, SqlQuery> {
        let codes_of = |wanted: fn(MembershipStatus) -> bool| -> Vec<&'static str> {
            MembershipStatus::ALL
                .iter()
                .copied()
                .filter(|status| wanted(*status))
                .map(MembershipStatus::code)
                .collect()
        };
        diesel::sql_query(statement)
            .into_boxed::<Pg>()
            .bind::<Uuid, _>(self.county)
            .bind::<Date, _>(self.quarter.first_day())
            .bind::<Date, _>(self.quarter.last_day())
            .bind::<Array<Text>, _>(self.organisations.clone())
            .bind::<Text, _>(self.quarter.to_string())
            .bind::<Integer, _>(self.revision)
            .bind::<Text, _>(self.quarter.previous().to_string())
            .bind::<Integer, _>(self.previous_number)
            .bind::<Array<Text>, _>(codes_of(MembershipStatus::in_register))
            .bind::<Array<Text>, _>(codes_of(MembershipStatus::is_removal))
            .bind::<Array<Text>, _>(college_or_above())
    }
}

fn college_or_above() -> Vec<&'static str> {
    codes::education()
        .entries()
        .iter()
        .map(|entry| entry.code.as_str())
        .filter(|code| codes::education_level(code).college_or_above)
        .collect()
}
