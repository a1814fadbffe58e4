//! How many hours are demanded, and since when the planning period runs, by date: the county's own versions before those
//! that come with cadre.

use std::sync::LazyLock;

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::ids::CountyId;
use crate::schema::training_settings;

/// What holds where a county set nothing; the tests prove that every row is read.
const COMMON: &str = include_str!("../../../data/training_settings.csv");

/// One version of what is demanded.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema, Queryable, Selectable)]
#[diesel(table_name = training_settings)]
pub struct Settings {
    /// First day in force.
    pub from_day: NaiveDate,
    /// First day no longer in force.
    pub to_day: Option<NaiveDate>,
    /// Hours that a member reaches in a calendar year (regulations on members' education, article 20: 32).
    pub member_hours: i32,
    /// Hours that secretaries and members of committees reach in a calendar year (national plan of training: 56).
    pub leader_hours: i32,
    /// First day of the planning period, from which away training and lectures are counted.
    pub planning_from: NaiveDate,
    /// The decision that it rests on.
    pub source: String,
}

impl Settings {
    /// Whether it was in force on a day.
    #[must_use]
    pub fn is_in_force(&self, day: NaiveDate) -> bool {
        self.from_day <= day && self.to_day.is_none_or(|end| day < end)
    }

    fn read(line: &str) -> Option<Self> {
        let fields: Vec<&str> = line.split(',').collect();
        let [from_day, to_day, member_hours, leader_hours, planning_from, source] = fields.as_slice() else {
            return None;
        };
        Some(Self {
            from_day: from_day.parse().ok()?,
            to_day: if to_day.is_empty() { None } else { Some(to_day.parse().ok()?) },
            member_hours: member_hours.parse().ok()?,
            leader_hours: leader_hours.parse().ok()?,
            planning_from: planning_from.parse().ok()?,
            source: (*source).to_owned(),
        })
    }
}

static COMMON_ONES: LazyLock<Vec<Settings>> =
    LazyLock::new(|| COMMON.lines().skip(1).filter_map(Settings::read).collect());

/// The versions that hold where a county set nothing, by date.
#[must_use]
pub fn common() -> &'static [Settings] {
    &COMMON_ONES
}

/// All versions that concern a county.
#[derive(Debug, Clone)]
pub struct SettingsBook {
    versions: Vec<Settings>,
}

impl SettingsBook {
    /// The common versions under those that a county set.
    #[must_use]
    pub fn of_county(own: Vec<Settings>) -> Self {
        let mut versions = own;
        versions.extend(common().iter().cloned());
        Self { versions }
    }

    /// All versions, those of the county first.
    #[must_use]
    pub fn versions(&self) -> &[Settings] {
        &self.versions
    }

    /// What was in force on a day; none before anything was demanded.
    #[must_use]
    pub fn on(&self, day: NaiveDate) -> Option<&Settings> {
        self.versions.iter().find(|version| version.is_in_force(day))
    }
}

/// All versions that concern a county.
///
/// # Errors
/// Whatever the database answers.
pub async fn book(conn: &mut AsyncPgConnection, county: CountyId) -> QueryResult<SettingsBook> {
    let own: Vec<Settings> = training_settings::table
        .filter(training_settings::county_id.eq(county))
        .order(training_settings::from_day)
        .select(Settings::as_select())
        .load(conn)
        .await?;
    Ok(SettingsBook::of_county(own))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn every_row_is_read_and_every_day_since_2000_has_one() {
        assert_eq!(common().len(), COMMON.lines().count() - 1);
        let book = SettingsBook::of_county(Vec::new());
        for (on, planning_from) in
            [("2020-12-31", "2016-01-01"), ("2021-06-30", "2021-01-01"), ("2026-11-29", "2026-01-01")]
        {
            let version = book.on(day(on)).unwrap();
            assert_eq!((version.member_hours, version.leader_hours), (32, 56));
            assert_eq!(version.planning_from, day(planning_from));
        }
        assert!(common().windows(2).all(|pair| pair[0].to_day == Some(pair[1].from_day)));
        assert_eq!(book.on(day("1999-12-31")), None);
    }

    #[test]
    fn a_county_goes_before_what_is_common_from_its_first_day_on() {
        let own = Settings { from_day: day("2022-01-01"), member_hours: 40, ..common()[2].clone() };
        let book = SettingsBook::of_county(vec![Settings { to_day: None, ..own }]);
        assert_eq!(book.on(day("2021-12-31")).unwrap().member_hours, 32);
        assert_eq!(book.on(day("2022-01-01")).unwrap().member_hours, 40);
    }
}
