//! When and by whom the quarters of a county are signed off, by date: the county's own versions before the one that
//! comes with cadre. What was in force on the last day of a quarter holds for it.

use std::sync::LazyLock;

use chrono::{Days, NaiveDate};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::ids::CountyId;
use crate::base::values::Quarter;
use crate::records::organisations::Kind;
use crate::schema::quarter_settings;

/// What holds where a county set nothing; the tests prove that every row is read.
const COMMON: &str = include_str!("../../../data/quarter_settings.csv");

/// One version of when and by whom quarters are signed off.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema, Queryable, Selectable)]
#[diesel(table_name = quarter_settings)]
pub struct QuarterSettings {
    /// First day in force.
    pub from_day: NaiveDate,
    /// First day no longer in force.
    pub to_day: Option<NaiveDate>,
    /// So many days after the end of a quarter villages have signed.
    pub village_days: i32,
    /// So many days after the end of a quarter towns have signed.
    pub town_days: i32,
    /// So many days after the end of a quarter the county has closed it.
    pub county_days: i32,
    /// Whether villages and communities sign too.
    pub villages_sign: bool,
    /// Whether the county is closed only when every town has signed.
    pub towns_must_sign: bool,
    /// The decision that it rests on.
    pub source: String,
}

impl QuarterSettings {
    /// The last day on which an organisation of a kind is in time with a quarter.
    #[must_use]
    pub fn due_day(&self, kind: Option<Kind>, quarter: Quarter) -> NaiveDate {
        let days = match kind {
            Some(Kind::County) => self.county_days,
            Some(Kind::Village | Kind::Community) => self.village_days,
            _ => self.town_days,
        };
        let days = Days::new(u64::try_from(days).unwrap_or_default());
        quarter.last_day().checked_add_days(days).unwrap_or_else(|| quarter.last_day())
    }

    /// Whether an organisation of a kind signs off its quarters.
    #[must_use]
    pub fn signs(&self, kind: Option<Kind>) -> bool {
        match kind {
            Some(Kind::Street | Kind::Town | Kind::Township) => true,
            Some(Kind::Village | Kind::Community) => self.villages_sign,
            _ => false,
        }
    }

    fn read(line: &str) -> Option<Self> {
        let fields: Vec<&str> = line.split(',').collect();
        let [from_day, to_day, village, town, county, villages_sign, towns_must_sign, source] =
            fields.as_slice()
        else {
            return None;
        };
        Some(Self {
            from_day: from_day.parse().ok()?,
            to_day: if to_day.is_empty() { None } else { Some(to_day.parse().ok()?) },
            village_days: village.parse().ok()?,
            town_days: town.parse().ok()?,
            county_days: county.parse().ok()?,
            villages_sign: villages_sign.parse().ok()?,
            towns_must_sign: towns_must_sign.parse().ok()?,
            source: (*source).to_owned(),
        })
    }
}

static COMMON_ONES: LazyLock<Vec<QuarterSettings>> =
    LazyLock::new(|| COMMON.lines().skip(1).filter_map(QuarterSettings::read).collect());

/// The versions that hold where a county set nothing, by date.
#[must_use]
pub fn common() -> &'static [QuarterSettings] {
    &COMMON_ONES
}

/// All versions that concern a county, its own first: of those in force on a day the first one holds.
///
/// # Errors
/// Whatever the database answers.
pub async fn versions(conn: &mut AsyncPgConnection, county: CountyId) -> QueryResult<Vec<QuarterSettings>> {
    let mut versions: Vec<QuarterSettings> = quarter_settings::table
        .filter(quarter_settings::county_id.eq(county))
        .order(quarter_settings::from_day)
        .select(QuarterSettings::as_select())
        .load(conn)
        .await?;
    versions.extend(common().iter().cloned());
    Ok(versions)
}

/// What holds for a quarter of a county; none before anything was set.
///
/// # Errors
/// Whatever the database answers.
pub async fn of_quarter(
    conn: &mut AsyncPgConnection,
    county: CountyId,
    quarter: Quarter,
) -> QueryResult<Option<QuarterSettings>> {
    let day = quarter.last_day();
    let holds =
        |version: &QuarterSettings| version.from_day <= day && version.to_day.is_none_or(|end| day < end);
    Ok(versions(conn, county).await?.into_iter().find(holds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_read_and_days_follow_the_end_of_the_quarter() {
        assert_eq!(common().len(), COMMON.lines().count() - 1);
        let one = &common()[0];
        let quarter: Quarter = "2026Q1".parse().unwrap();
        let due = |kind| one.due_day(Some(kind), quarter).to_string();
        assert_eq!(due(Kind::Village), "2026-04-05");
        assert_eq!(due(Kind::Town), "2026-04-10");
        assert_eq!(due(Kind::County), "2026-04-15");
        assert!(
            one.signs(Some(Kind::Street)) && !one.signs(Some(Kind::Branch)) && !one.signs(Some(Kind::County))
        );
    }
}
