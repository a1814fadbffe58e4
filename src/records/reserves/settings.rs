//! What is demanded of a pool, by date: the county's own versions before those that come with cadre.

use std::sync::LazyLock;

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::codes;
use crate::base::ids::CountyId;
use crate::schema::reserve_settings;
use crate::vocabulary;

/// What holds where a county set nothing; the tests prove that every row is read.
const COMMON: &str = include_str!("../../../data/reserve_settings.csv");

vocabulary! {
    /// The lowest education for a secondment.
    pub enum SecondmentEducation, "挂职学历要求" {
        /// No demand.
        Any = "any", "不限";
        /// 高中及以上
        HighSchool = "high_school_or_above", "高中及以上";
        /// 大专及以上
        College = "college_or_above", "大专及以上";
    }
}

impl SecondmentEducation {
    /// Whether a GB/T 4658 code reaches it.
    #[must_use]
    pub fn is_reached_by(self, education: &str) -> bool {
        let level = codes::education_level(education);
        match self {
            Self::Any => true,
            Self::HighSchool => level.high_school_or_above,
            Self::College => level.college_or_above,
        }
    }
}

/// One version of what is demanded.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct Settings {
    /// First day in force.
    pub from_day: NaiveDate,
    /// First day no longer in force.
    pub to_day: Option<NaiveDate>,
    /// How many reserve cadres a village needs at least.
    pub minimum_per_village: i32,
    /// The highest age, in completed years, for a secondment.
    pub secondment_age: i32,
    /// The lowest education for a secondment.
    #[schema(value_type = String)]
    pub secondment_education: SecondmentEducation,
    /// How many township leaders guide each.
    pub township_leaders: i32,
    /// How many village secretaries guide each.
    pub village_secretaries: i32,
    /// Within how many days a mentor writes the next note.
    pub days_between_notes: i32,
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
        let [from_day, to_day, minimum, age, education, leaders, secretaries, days, source] =
            fields.as_slice()
        else {
            return None;
        };
        Some(Self {
            from_day: from_day.parse().ok()?,
            to_day: if to_day.is_empty() { None } else { Some(to_day.parse().ok()?) },
            minimum_per_village: minimum.parse().ok()?,
            secondment_age: age.parse().ok()?,
            secondment_education: SecondmentEducation::parse(education).ok()?,
            township_leaders: leaders.parse().ok()?,
            village_secretaries: secretaries.parse().ok()?,
            days_between_notes: days.parse().ok()?,
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
    let rows: Vec<Row> = reserve_settings::table
        .filter(reserve_settings::county_id.eq(county))
        .order(reserve_settings::from_day)
        .select(Row::as_select())
        .load(conn)
        .await?;
    Ok(SettingsBook::of_county(rows.into_iter().filter_map(Row::settings).collect()))
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = reserve_settings)]
struct Row {
    from_day: NaiveDate,
    to_day: Option<NaiveDate>,
    minimum_per_village: i32,
    secondment_age: i32,
    secondment_education: String,
    township_leaders: i32,
    village_secretaries: i32,
    days_between_notes: i32,
    source: String,
}

impl Row {
    fn settings(self) -> Option<Settings> {
        Some(Settings {
            from_day: self.from_day,
            to_day: self.to_day,
            minimum_per_village: self.minimum_per_village,
            secondment_age: self.secondment_age,
            secondment_education: SecondmentEducation::parse(&self.secondment_education).ok()?,
            township_leaders: self.township_leaders,
            village_secretaries: self.village_secretaries,
            days_between_notes: self.days_between_notes,
            source: self.source,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn every_row_is_read() {
        assert_eq!(common().len(), COMMON.lines().count() - 1);
        assert!(!common().is_empty());
    }

    #[test]
    fn a_county_goes_before_what_is_common_from_its_first_day_on() {
        let own = Settings { from_day: day("2022-01-01"), minimum_per_village: 3, ..common()[0].clone() };
        let book = SettingsBook::of_county(vec![own]);
        assert_eq!(book.on(day("2021-12-31")).unwrap().minimum_per_village, 2);
        assert_eq!(book.on(day("2022-01-01")).unwrap().minimum_per_village, 3);
        assert_eq!(book.on(day("1999-12-31")), None);
    }

    #[test]
    fn college_is_reached_by_college_alone() {
        assert!(SecondmentEducation::College.is_reached_by("31"), "大学专科毕业");
        assert!(!SecondmentEducation::College.is_reached_by("61"), "普通高中毕业");
        assert!(SecondmentEducation::HighSchool.is_reached_by("61"));
        assert!(!SecondmentEducation::HighSchool.is_reached_by("71"), "初中毕业");
        assert!(SecondmentEducation::Any.is_reached_by("71"));
    }
}
