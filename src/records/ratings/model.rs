//! What schemes, rounds and ratings are.

use std::collections::HashMap;

use bigdecimal::BigDecimal;
use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;

use crate::base::ids::{CountyId, DimensionId, MembershipId, OrganisationId, RatingId, RoundId, SchemeId};
use crate::base::scope::Path;
use crate::base::values::period::PeriodLength;
use crate::schema::{rating_dimensions, rating_rounds, rating_schemes, rating_thresholds, ratings};
use crate::vocabulary;

vocabulary! {
    /// What a scheme rates.
    pub enum SubjectKind, "评定对象" {
        /// 党员
        Member = "member", "党员";
    }
}

vocabulary! {
    /// How often a scheme rates.
    pub enum PeriodKind, "评定周期" {
        /// 每月
        Month = "month", "每月";
        /// 每季度
        Quarter = "quarter", "每季度";
        /// 每年
        Year = "year", "每年";
    }
}

impl PeriodKind {
    /// The length of its periods.
    #[must_use]
    pub const fn length(self) -> PeriodLength {
        match self {
            Self::Month => PeriodLength::Month,
            Self::Quarter => PeriodLength::Quarter,
            Self::Year => PeriodLength::Year,
        }
    }
}

vocabulary! {
    /// How the scores of a rating become its total.
    pub enum Aggregation, "计分方式" {
        /// Sum of score times weight.
        Sum = "sum", "加权合计";
        /// Sum of score times weight, divided by the sum of the weights that counted.
        WeightedMean = "weighted_mean", "加权平均";
    }
}

vocabulary! {
    /// What a dimension without a score means.
    pub enum MissingPart, "缺项处理" {
        /// The rating cannot be submitted.
        Refuse = "refuse", "缺项不得提交";
        /// It counts as nought.
        Zero = "zero", "缺项按零分计";
        /// It is left out of the mean.
        LeaveOut = "leave_out", "缺项不计入平均";
    }
}

vocabulary! {
    /// How far a rating is; a round carries the state of those of its ratings that are least far, the ones sent back
    /// and the ones not yet submitted left aside.
    pub enum RatingState, "评定状态" {
        /// 填报
        Draft = "draft", "填报";
        /// 已提交
        Submitted = "submitted", "已提交";
        /// 退回
        Returned = "returned", "退回";
        /// 已审核
        Reviewed = "reviewed", "已审核";
        /// 已确定
        Confirmed = "confirmed", "已确定";
        /// 已公示
        Published = "published", "已公示";
    }
}

impl RatingState {
    /// Whether scores may be entered.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Draft | Self::Returned)
    }

    /// Whether the rating counts in reports.
    #[must_use]
    pub const fn counts(self) -> bool {
        matches!(self, Self::Confirmed | Self::Published)
    }
}

/// One version of a rating scheme, with what it looks at and which total earns which stars.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scheme {
    /// Names the version.
    pub id: SchemeId,
    /// The same in all versions.
    pub code: String,
    /// Chinese name.
    pub name: String,
    /// What is rated.
    pub subject: SubjectKind,
    /// How often.
    pub period: PeriodKind,
    /// The highest number of stars.
    pub stars: i32,
    /// How many decimals a score may have.
    pub decimals: i32,
    /// How scores become a total.
    pub aggregation: Aggregation,
    /// What a dimension without a score means.
    pub missing_part: MissingPart,
    /// Who rates and how, in words.
    pub procedure: String,
    /// Whether the quarterly report takes its stars from here.
    pub is_primary: bool,
    /// First day in force.
    pub from_day: NaiveDate,
    /// First day no longer in force.
    pub to_day: Option<NaiveDate>,
    /// What it looks at, in the order of the columns.
    pub dimensions: Vec<Dimension>,
    /// Which total earns which stars, most stars first.
    pub thresholds: Vec<Threshold>,
}

impl Scheme {
    /// The dimension of a code.
    #[must_use]
    pub fn dimension(&self, code: &str) -> Option<&Dimension> {
        self.dimensions.iter().find(|dimension| dimension.code == code)
    }
}

/// What a scheme looks at; scored from nought to the maximum.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = rating_dimensions)]
pub struct Dimension {
    /// The county that owns the row.
    pub county_id: CountyId,
    /// Its id.
    pub id: DimensionId,
    /// The version of the scheme.
    pub scheme_id: SchemeId,
    /// Code in the API.
    pub code: String,
    /// Chinese name: the heading of its column.
    pub name: String,
    /// Place among the columns, from 1.
    pub position: i32,
    /// The highest score.
    pub maximum: BigDecimal,
    /// What a score is multiplied by.
    pub weight: BigDecimal,
}

/// From which total a number of stars is given.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = rating_thresholds)]
pub struct Threshold {
    /// The county that owns the row.
    pub county_id: CountyId,
    /// The version of the scheme.
    pub scheme_id: SchemeId,
    /// The number of stars.
    pub stars: i32,
    /// The lowest total that earns them.
    pub minimum: BigDecimal,
}

/// The row of a scheme's version, without its parts.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = rating_schemes)]
pub(super) struct SchemeRow {
    pub county_id: CountyId,
    pub id: SchemeId,
    pub code: String,
    pub name: String,
    pub subject_kind: String,
    pub period_kind: String,
    pub stars: i32,
    pub decimals: i32,
    pub aggregation: String,
    pub missing_part: String,
    pub procedure: String,
    pub is_primary: bool,
    pub from_day: NaiveDate,
    pub to_day: Option<NaiveDate>,
    pub created_by: String,
}

/// One organisation rated by one scheme for one period.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = rating_rounds)]
pub struct Round {
    /// The county that owns the row.
    pub county_id: CountyId,
    /// Its id.
    pub id: RoundId,
    /// The version of the scheme.
    pub scheme_id: SchemeId,
    /// Whose members are rated.
    pub organisation_id: OrganisationId,
    /// Path of that organisation, as stored.
    pub path: String,
    /// `2026Q1`, `2026-03` or `2026`.
    pub period: String,
    /// First day of the period.
    pub first_day: NaiveDate,
    /// Last day of the period.
    pub last_day: NaiveDate,
    /// Code of its state.
    pub state: String,
    /// Rises with every change of the round or its ratings; the ETag.
    pub version: i32,
    /// When it or one of its ratings was last changed.
    pub updated_at: DateTime<Utc>,
    /// Who changed it last.
    pub updated_by: String,
}

impl Round {
    /// Its place in the tree.
    #[must_use]
    pub fn path(&self) -> Path {
        Path::stored(self.path.clone())
    }

    /// How far it is.
    #[must_use]
    pub fn state(&self) -> RatingState {
        RatingState::parse(&self.state).unwrap_or(RatingState::Draft)
    }
}

/// The rating of one member in one round.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = ratings)]
pub struct Rating {
    /// Its id.
    pub id: RatingId,
    /// The round.
    pub round_id: RoundId,
    /// The member.
    pub membership_id: MembershipId,
    /// Path of the round's organisation, as stored.
    pub path: String,
    /// Code of its state.
    pub state: String,
    /// The total; none while incomplete.
    pub total: Option<BigDecimal>,
    /// The stars; none while incomplete.
    pub stars: Option<i32>,
    /// What the scores rest on.
    pub evidence: Option<String>,
    /// Why it was sent back last.
    pub returned_reason: Option<String>,
    /// Who sent it back last.
    pub returned_by: Option<String>,
    /// When it was sent back last.
    pub returned_at: Option<DateTime<Utc>>,
    /// Who submitted it.
    pub submitted_by: Option<String>,
    /// When it was submitted.
    pub submitted_at: Option<DateTime<Utc>>,
    /// Who reviewed it.
    pub reviewed_by: Option<String>,
    /// When it was reviewed.
    pub reviewed_at: Option<DateTime<Utc>>,
    /// Who confirmed it.
    pub confirmed_by: Option<String>,
    /// When it was confirmed.
    pub confirmed_at: Option<DateTime<Utc>>,
    /// Who published it.
    pub published_by: Option<String>,
    /// When it was published.
    pub published_at: Option<DateTime<Utc>>,
    /// Rises with every change; the ETag.
    pub version: i32,
}

impl Rating {
    /// How far it is.
    #[must_use]
    pub fn state(&self) -> RatingState {
        RatingState::parse(&self.state).unwrap_or(RatingState::Draft)
    }
}

/// The scores of one rating, by dimension.
pub type Scores = HashMap<DimensionId, BigDecimal>;
