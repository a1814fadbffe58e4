//! What schemes, rounds and ratings are.

use std::collections::HashMap;

use bigdecimal::BigDecimal;
use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;

use crate::base::ids::{
    CountyId, DimensionId, MembershipId, OrganisationId, RatingId, RoundId, SchemeId, SubjectId,
};
use crate::base::scope::Path;
use crate::base::values::period::PeriodLength;
use crate::schema::{
    rating_dimensions, rating_rounds, rating_schemes, rating_thresholds, rating_vetoes, ratings,
};
use crate::vocabulary;

vocabulary! {
    /// What a scheme rates.
    pub enum SubjectKind, "评定对象" {
        /// 党员
        Member = "member", "党员";
        /// 党支部
        Branch = "branch", "党支部";
        /// 村（社区）
        Village = "village", "村（社区）";
        /// 农户: the household of an office-holder, and of nobody else.
        Household = "household", "农户";
    }
}

impl SubjectKind {
    /// In which unit they are rated, in words.
    #[must_use]
    pub const fn unit(self) -> &'static str {
        match self {
            Self::Member => "党支部",
            Self::Branch => "上级党组织或乡镇（街道）",
            Self::Village => "乡镇（街道）或县（区）",
            Self::Household => "村（社区）",
        }
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
        /// Sum of score times weight, divided by how many counted.
        Mean = "mean", "按得分项平均";
    }
}

vocabulary! {
    /// What a total earns.
    pub enum ResultKind, "评定结果" {
        /// 星级
        Stars = "stars", "星级";
        /// 等次
        Grades = "grades", "等次";
    }
}

vocabulary! {
    /// Who scores.
    pub enum RaterRule, "评分方式" {
        /// Scores are entered once.
        One = "one", "汇总录入";
        /// Each rater's are kept, and their mean counts.
        Mean = "mean", "各评分人平均";
        /// The same without one highest and one lowest.
        TrimmedMean = "trimmed_mean", "去掉最高分和最低分后平均";
    }
}

/// How many may have the highest level: of those rated the share, rounded down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TopShare {
    /// The numerator.
    pub numerator: i32,
    /// The denominator.
    pub denominator: i32,
}

impl TopShare {
    /// How many of `rated` may have the highest level.
    #[must_use]
    pub fn allowed(self, rated: i64) -> i64 {
        rated
            .saturating_mul(i64::from(self.numerator))
            .checked_div(i64::from(self.denominator))
            .unwrap_or(rated)
    }
}

/// What a scheme asks beyond dimensions and levels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SchemeRules {
    /// What a total earns.
    pub result: ResultKind,
    /// Who scores.
    pub raters: RaterRule,
    /// How many raters have to score before their scores count.
    pub least_raters: i32,
    /// How many may have the highest level; none: any.
    pub top_share: Option<TopShare>,
    /// For how many working days after publication somebody may object.
    pub objection_days: i32,
    /// Whether probationary members take part without being rated.
    pub leaves_out_probationary: bool,
    /// Whether a rating is submitted only with what it rests on.
    pub needs_evidence: bool,
}

impl Default for SchemeRules {
    fn default() -> Self {
        Self {
            result: ResultKind::Stars,
            raters: RaterRule::One,
            least_raters: 1,
            top_share: None,
            objection_days: 5,
            leaves_out_probationary: false,
            needs_evidence: false,
        }
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
        /// 有异议
        Objected = "objected", "有异议";
        /// 撤销
        Revoked = "revoked", "撤销";
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
        matches!(self, Self::Confirmed | Self::Published | Self::Objected)
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
    /// What sets the stars to a value, whatever the total.
    pub vetoes: Vec<Veto>,
    /// What else it asks.
    pub rules: SchemeRules,
}

impl Scheme {
    /// The veto of a code.
    #[must_use]
    pub fn veto(&self, code: &str) -> Option<&Veto> {
        self.vetoes.iter().find(|veto| veto.code == code)
    }

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
    /// The most that it adds to the total.
    pub cap: Option<BigDecimal>,
}

/// What sets the stars to a value, whatever the total.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = rating_vetoes)]
pub struct Veto {
    /// The county that owns the row.
    pub county_id: CountyId,
    /// The version of the scheme.
    pub scheme_id: SchemeId,
    /// Code in the API.
    pub code: String,
    /// What is the case, in Chinese.
    pub name: String,
    /// The stars, or the rank of the grade, that it sets.
    pub stars: i32,
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
    pub result: String,
    pub raters: String,
    pub least_raters: i32,
    pub top_numerator: Option<i32>,
    pub top_denominator: Option<i32>,
    pub objection_days: i32,
    pub leaves_out_probationary: bool,
    pub needs_evidence: bool,
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
    /// Whose members, branches, villages or households are rated.
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

/// The rating of one subject in one round.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = ratings)]
pub struct Rating {
    /// Its id.
    pub id: RatingId,
    /// The round.
    pub round_id: RoundId,
    /// Whom or what it is about.
    pub subject_id: SubjectId,
    /// The member, where it is one.
    pub membership_id: Option<MembershipId>,
    /// Code of the veto that sets its stars.
    pub veto: Option<String>,
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
    /// Why it no longer counts.
    pub revoked_reason: Option<String>,
    /// Who revoked it.
    pub revoked_by: Option<String>,
    /// When it was revoked.
    pub revoked_at: Option<DateTime<Utc>>,
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
