//! The rules of data quality by date: how grave a finding is, what it weighs in the score, with which number the rule
//! compares, on what it rests, and the way out. A county's own versions go before those that come with cadre. What each
//! rule looks for is told by the statements of `across::reports::quality`.

use std::sync::LazyLock;

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::ids::CountyId;
use crate::schema::quality_rules;

/// What holds where a county set nothing; the tests prove that every row is read.
const COMMON: &str = include_str!("../../../data/quality_rules.csv");

/// How grave a finding is; the gravest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Records contradict each other: figures are wrong until it is mended.
    Error,
    /// It looks wrong, or something is overdue.
    Warning,
    /// A duty is not met; the records may be right.
    Notice,
}

impl Severity {
    /// All of them, the gravest first.
    pub const ALL: [Self; 3] = [Self::Error, Self::Warning, Self::Notice];

    /// The code in the database and the API.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Notice => "notice",
        }
    }

    /// In Chinese.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Error => "错误",
            Self::Warning => "警告",
            Self::Notice => "提示",
        }
    }

    /// The severity of a code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|severity| severity.code() == code)
    }
}

/// One version of a rule.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct RuleVersion {
    /// Code of the rule.
    pub rule: String,
    /// First day in force.
    pub from_day: NaiveDate,
    /// First day no longer in force.
    pub to_day: Option<NaiveDate>,
    /// How grave a finding is.
    pub severity: Severity,
    /// Its weight in the score, 0 to 100.
    pub weight: i32,
    /// The number that the rule compares with; none where it compares with none.
    pub threshold: Option<i32>,
    /// What the number counts (`个月`).
    pub unit: String,
    /// The regulation, decision or invariant behind it.
    pub source: String,
    /// What is wrong, a Chinese sentence.
    pub message: String,
    /// The way out.
    pub hint: String,
}

impl RuleVersion {
    fn is_in_force(&self, day: NaiveDate) -> bool {
        self.from_day <= day && self.to_day.is_none_or(|end| day < end)
    }

    /// What is wrong, with the number that the rule compares with.
    #[must_use]
    pub fn sentence(&self) -> String {
        let threshold = self.threshold.map(|number| number.to_string()).unwrap_or_default();
        self.message.replace("{threshold}", &threshold)
    }

    fn read(line: &str) -> Option<Self> {
        let fields: Vec<&str> = line.split(',').collect();
        let [rule, from_day, to_day, severity, weight, threshold, unit, source, message, hint] =
            fields.as_slice()
        else {
            return None;
        };
        Some(Self {
            rule: (*rule).to_owned(),
            from_day: from_day.parse().ok()?,
            to_day: if to_day.is_empty() { None } else { Some(to_day.parse().ok()?) },
            severity: Severity::from_code(severity)?,
            weight: weight.parse().ok()?,
            threshold: if threshold.is_empty() { None } else { Some(threshold.parse().ok()?) },
            unit: (*unit).to_owned(),
            source: (*source).to_owned(),
            message: (*message).to_owned(),
            hint: (*hint).to_owned(),
        })
    }
}

static COMMON_ONES: LazyLock<Vec<RuleVersion>> =
    LazyLock::new(|| COMMON.lines().skip(1).filter_map(RuleVersion::read).collect());

/// The versions that hold where a county set nothing.
#[must_use]
pub fn common() -> &'static [RuleVersion] {
    &COMMON_ONES
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = quality_rules)]
struct OwnRow {
    rule: String,
    from_day: NaiveDate,
    to_day: Option<NaiveDate>,
    severity: String,
    weight: i32,
    threshold: Option<i32>,
    source: String,
}

impl OwnRow {
    /// The county's version, with the words of the common one.
    fn of(self) -> Option<RuleVersion> {
        let words = common().iter().rfind(|version| version.rule == self.rule)?;
        Some(RuleVersion {
            severity: Severity::from_code(&self.severity)?,
            from_day: self.from_day,
            to_day: self.to_day,
            weight: self.weight,
            threshold: self.threshold,
            source: self.source,
            ..words.clone()
        })
    }
}

/// All versions of all rules that concern a county.
#[derive(Debug, Clone, Default)]
pub struct RuleBook {
    own: Vec<RuleVersion>,
}

impl RuleBook {
    /// All versions, those of the county first.
    pub fn versions(&self) -> impl Iterator<Item = &RuleVersion> {
        self.own.iter().chain(common())
    }

    /// The version of a rule that was in force on a day.
    #[must_use]
    pub fn on(&self, rule: &str, day: NaiveDate) -> Option<&RuleVersion> {
        self.versions().find(|version| version.rule == rule && version.is_in_force(day))
    }
}

/// All versions of all rules that concern a county.
///
/// # Errors
/// Whatever the database answers.
pub async fn book(conn: &mut AsyncPgConnection, county: CountyId) -> QueryResult<RuleBook> {
    let own: Vec<OwnRow> = quality_rules::table
        .filter(quality_rules::county_id.eq(county))
        .order((quality_rules::rule, quality_rules::from_day))
        .select(OwnRow::as_select())
        .load(conn)
        .await?;
    Ok(RuleBook { own: own.into_iter().filter_map(OwnRow::of).collect() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_read_and_every_sentence_says_its_number() {
        assert_eq!(common().len(), COMMON.lines().count() - 1);
        for version in common() {
            assert_eq!(
                version.threshold.is_some(),
                version.message.contains("{threshold}"),
                "{}",
                version.rule
            );
            assert_eq!(version.threshold.is_some(), !version.unit.is_empty(), "{}", version.rule);
            assert!(!version.sentence().contains('{') && version.hint.ends_with('。'), "{}", version.rule);
        }
    }

    #[test]
    fn a_county_goes_before_what_is_common_while_its_version_holds() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let code = "members.lost_for_long";
        let common_one = RuleBook::default().on(code, day("2026-01-01")).unwrap().clone();
        let own = RuleVersion {
            from_day: day("2026-01-01"),
            to_day: Some(day("2026-07-01")),
            threshold: Some(3),
            ..common_one
        };
        let book = RuleBook { own: vec![own] };
        let on = |text: &str| book.on(code, day(text)).unwrap().threshold;
        assert_eq!(
            [on("2025-12-31"), on("2026-01-01"), on("2026-06-30"), on("2026-07-01")],
            [Some(6), Some(3), Some(3), Some(6)]
        );
    }
}
