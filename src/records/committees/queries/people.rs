//! What is known of people on the days that they take a seat or stand for one.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::{Array, Date, Nullable, Text, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::ids::{CountyId, PersonId};
use crate::base::values::MembershipStatus;
use crate::records::committees::rules::seats::{Sitter, Standing};

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Uuid)]
    person_id: PersonId,
    #[diesel(sql_type = Date)]
    day: NaiveDate,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Date)]
    birth_date: NaiveDate,
    #[diesel(sql_type = Text)]
    education: String,
    #[diesel(sql_type = Nullable<Date>)]
    joined_on: Option<NaiveDate>,
    #[diesel(sql_type = Nullable<Date>)]
    first_day: Option<NaiveDate>,
    #[diesel(sql_type = Nullable<Date>)]
    full_member_on: Option<NaiveDate>,
    #[diesel(sql_type = Nullable<Text>)]
    status: Option<String>,
    #[diesel(sql_type = Nullable<Date>)]
    deceased_on: Option<NaiveDate>,
    #[diesel(sql_type = Nullable<Date>)]
    removed_on: Option<NaiveDate>,
    #[diesel(sql_type = Nullable<Text>)]
    removed_as: Option<String>,
}

impl Row {
    fn standing(&self) -> Standing {
        let (Some(joined), Some(first)) = (self.joined_on, self.first_day) else { return Standing::Unknown };
        if self.day < joined {
            return Standing::NotYet(joined);
        }
        if self.day < first {
            return Standing::Elsewhere;
        }
        let status = self.status.as_deref().and_then(|status| MembershipStatus::parse(status).ok());
        match status {
            None | Some(MembershipStatus::Transferred) => Standing::Elsewhere,
            // The day of death is a rule of its own; until then he was what he had been.
            Some(MembershipStatus::Deceased) => Standing::Full,
            Some(status) if !status.in_register() => Standing::Left(status),
            Some(_) if self.full_member_on.is_none_or(|full| self.day < full) => Standing::Probationary,
            Some(status) if !status.votes_if_full() => Standing::Restricted(status),
            Some(_) => Standing::Full,
        }
    }
}

/// What is known of somebody on a day.
#[derive(Debug, Clone)]
pub struct OnDay {
    /// As the rules see him.
    pub sitter: Sitter,
    /// Education (GB/T 4658) as it stands now.
    pub education: String,
    /// First day of full membership, where he is registered.
    pub full_member_on: Option<NaiveDate>,
}

/// What is known of people on days, wherever in the county they are registered: for verbs, which have made sure that the
/// caller may name these people.
///
/// # Errors
/// Whatever the database answers.
pub async fn standings(
    conn: &mut AsyncPgConnection,
    county: CountyId,
    pairs: &[(PersonId, NaiveDate)],
) -> QueryResult<HashMap<(PersonId, NaiveDate), OnDay>> {
    let rows: Vec<Row> = diesel::sql_query("SELECT * FROM find_people_on_days($1, $2, $3)")
        .bind::<Uuid, _>(county)
        .bind::<Array<Uuid>, _>(pairs.iter().map(|pair| pair.0).collect::<Vec<_>>())
        .bind::<Array<Date>, _>(pairs.iter().map(|pair| pair.1).collect::<Vec<_>>())
        .load(conn)
        .await?;
    let known = |row: Row| {
        let standing = row.standing();
        let (birth_date, deceased_on, full_member_on) = (row.birth_date, row.deceased_on, row.full_member_on);
        let removed_as = row.removed_as.as_deref().and_then(|status| MembershipStatus::parse(status).ok());
        let removed = row.removed_on.zip(removed_as);
        let sitter = Sitter { name: row.name, birth_date, standing, deceased_on, removed };
        ((row.person_id, row.day), OnDay { sitter, education: row.education, full_member_on })
    };
    Ok(rows.into_iter().map(known).collect())
}
