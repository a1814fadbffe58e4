//! What schemes, rounds, assessments, objections, checks and draws are.

use std::collections::HashMap;

use bigdecimal::BigDecimal;
use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;

use crate::base::error::{Error, Result};
use crate::base::ids::{
    AssessmentId, AssessmentObjectionId, AssessmentRoundId, AssessmentSchemeId, CountyId, IndicatorId,
    InspectionId, OrganisationId, VisitDrawId,
};
use crate::base::scope::Path;
use crate::base::values::Quarter;
use crate::schema::{
    assessment_indicators, assessment_objections, assessment_rounds, assessment_schemes, assessments,
    inspections, visit_draws,
};
use crate::vocabulary;

vocabulary! {
    /// What the panel enters.
    pub enum Entry, "计分方式" {
        /// Scores.
        Score = "score", "计分";
        /// Deductions from full marks, with their reasons.
        Deduction = "deduction", "扣分";
    }
}

vocabulary! {
    /// Who holds the flag where several are first after the tie rule.
    pub enum FlagRule, "红旗并列规则" {
        /// All of them.
        Shared = "shared", "并列共享";
        /// Nobody.
        Withheld = "withheld", "并列空缺";
    }
}

vocabulary! {
    /// How far a round is.
    pub enum AssessmentState, "考核状态" {
        /// 填报
        Draft = "draft", "填报";
        /// 已提交
        Submitted = "submitted", "已提交";
        /// 退回
        Returned = "returned", "退回";
        /// 已确认
        Confirmed = "confirmed", "已确认";
        /// 已公示
        Published = "published", "已公示";
    }
}

impl AssessmentState {
    /// Whether scores may be entered.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Draft | Self::Returned)
    }
}

vocabulary! {
    /// How far an objection is.
    pub enum ObjectionState, "异议状态" {
        /// 待处理
        Open = "open", "待处理";
        /// 成立
        Upheld = "upheld", "成立";
        /// 不成立
        Rejected = "rejected", "不成立";
    }
}

vocabulary! {
    /// A check beside the quarterly assessment.
    pub enum InspectionKind, "检查类别" {
        /// 双周计划
        BiweeklyPlan = "biweekly_plan", "双周计划";
        /// 季度通报
        QuarterlyBulletin = "quarterly_bulletin", "季度通报";
        /// 半年督查
        HalfYearInspection = "half_year_inspection", "半年督查";
        /// 随机暗访
        UnannouncedVisit = "unannounced_visit", "随机暗访";
        /// 现场观摩
        OnSiteReview = "on_site_review", "现场观摩";
        /// 年终考评
        AnnualEvaluation = "annual_evaluation", "年终考评";
    }
}

vocabulary! {
    /// How far a draw is.
    pub enum DrawState, "抽取状态" {
        /// 已公布承诺
        Committed = "committed", "已公布承诺";
        /// 已定名单
        Fixed = "fixed", "已定名单";
        /// 已揭晓
        Revealed = "revealed", "已揭晓";
    }
}

/// One version of how villages are assessed, with its indicators.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scheme {
    /// Names the version.
    pub id: AssessmentSchemeId,
    /// Who set it.
    pub organisation_id: OrganisationId,
    /// Its place in the tree.
    pub path: Path,
    /// Chinese name.
    pub name: String,
    /// What the panel enters.
    pub entry: Entry,
    /// How many decimals a score may have.
    pub decimals: i32,
    /// Who holds the flag where several are first.
    pub flag_rule: FlagRule,
    /// Days of public notice, the day of publishing included.
    pub notice_days: i32,
    /// Who assesses and how, in words.
    pub method: String,
    /// First day of the first quarter in force.
    pub from_day: NaiveDate,
    /// First day of the first quarter no longer in force.
    pub to_day: Option<NaiveDate>,
    /// The indicators, in the order of the columns.
    pub indicators: Vec<Indicator>,
}

impl Scheme {
    /// The indicator of a code.
    #[must_use]
    pub fn indicator(&self, code: &str) -> Option<&Indicator> {
        self.indicators.iter().find(|indicator| indicator.code == code)
    }

    /// Whether it is in force on a day.
    #[must_use]
    pub fn holds_on(&self, day: NaiveDate) -> bool {
        self.from_day <= day && self.to_day.is_none_or(|to_day| day < to_day)
    }

    /// The tie rule in one sentence.
    #[must_use]
    pub fn tie_rule(&self) -> String {
        let mut parting: Vec<&Indicator> =
            self.indicators.iter().filter(|indicator| indicator.tie_order.is_some()).collect();
        parting.sort_by_key(|indicator| indicator.tie_order);
        let names: Vec<&str> = parting.iter().map(|indicator| indicator.name.as_str()).collect();
        if names.is_empty() {
            "按总分排名，总分相同的名次并列".to_owned()
        } else {
            format!("按总分排名，总分相同的依次比较{}，仍相同的名次并列", names.join("、"))
        }
    }
}

/// What a scheme looks at; scored from nought to full marks.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = assessment_indicators)]
pub struct Indicator {
    /// The county that owns the row.
    pub county_id: CountyId,
    /// Its id.
    pub id: IndicatorId,
    /// The version of the scheme.
    pub scheme_id: AssessmentSchemeId,
    /// Code in the API.
    pub code: String,
    /// Chinese name: the heading of its column.
    pub name: String,
    /// Place among the columns, from 1.
    pub position: i32,
    /// The highest score.
    pub full_marks: BigDecimal,
    /// What a score is multiplied by.
    pub weight: BigDecimal,
    /// What evidence is demanded.
    pub evidence: Option<String>,
    /// Its place among the indicators that part equal totals.
    pub tie_order: Option<i32>,
}

/// The row of a scheme's version, without its indicators.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = assessment_schemes)]
pub(super) struct SchemeRow {
    pub county_id: CountyId,
    pub id: AssessmentSchemeId,
    pub organisation_id: OrganisationId,
    pub path: String,
    pub name: String,
    pub entry: String,
    pub decimals: i32,
    pub flag_rule: String,
    pub notice_days: i32,
    pub method: String,
    pub from_day: NaiveDate,
    pub to_day: Option<NaiveDate>,
    pub created_by: String,
}

/// One town assesses its villages for one quarter.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = assessment_rounds)]
pub struct Round {
    /// Its id.
    pub id: AssessmentRoundId,
    /// The version of the scheme.
    pub scheme_id: AssessmentSchemeId,
    /// The town.
    pub organisation_id: OrganisationId,
    /// Path of the town, as stored.
    pub path: String,
    /// `2026Q1`.
    pub quarter: String,
    /// First day of the quarter.
    pub first_day: NaiveDate,
    /// Last day of the quarter.
    pub last_day: NaiveDate,
    /// Code of its state.
    pub state: String,
    /// First day of the notice.
    pub notice_from: Option<NaiveDate>,
    /// Last day of the notice.
    pub notice_to: Option<NaiveDate>,
    /// Why it was sent back last.
    pub returned_reason: Option<String>,
    /// Who sent it back last.
    pub returned_by: Option<String>,
    /// Who submitted it.
    pub submitted_by: Option<String>,
    /// When it was submitted.
    pub submitted_at: Option<DateTime<Utc>>,
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
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
    /// Who changed it last.
    pub updated_by: String,
}

impl Round {
    /// The place of its town.
    #[must_use]
    pub fn path(&self) -> Path {
        Path::stored(self.path.clone())
    }

    /// How far it is.
    ///
    /// # Errors
    /// `Broken` where the database holds an unknown state.
    pub fn state(&self) -> Result<AssessmentState> {
        AssessmentState::parse(&self.state).map_err(Error::broken)
    }

    /// Its quarter.
    ///
    /// # Errors
    /// `Broken` where the database holds none.
    pub fn quarter(&self) -> Result<Quarter> {
        Quarter::parse(&self.quarter).map_err(Error::broken)
    }
}

/// The assessment of one village in one round.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = assessments)]
pub struct Assessment {
    /// Its id.
    pub id: AssessmentId,
    /// The round.
    pub round_id: AssessmentRoundId,
    /// The village.
    pub village_id: OrganisationId,
    /// Path of the village, as stored.
    pub path: String,
    /// The total; none while a score is missing.
    pub total: Option<BigDecimal>,
    /// Why marks were taken off.
    pub deduction_note: Option<String>,
    /// What the scores rest on.
    pub evidence: Option<String>,
    /// Free remark.
    pub note: Option<String>,
    /// Rises with every change; the ETag.
    pub version: i32,
}

/// The scores of one assessment, by indicator.
pub type Scores = HashMap<IndicatorId, BigDecimal>;

/// What somebody raised against a published assessment.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = assessment_objections)]
pub struct Objection {
    /// Its id.
    pub id: AssessmentObjectionId,
    /// The assessment.
    pub assessment_id: AssessmentId,
    /// Path of the village, as stored.
    pub path: String,
    /// The day on which it was raised.
    pub raised_on: NaiveDate,
    /// Who raised it.
    pub raised_by: String,
    /// What is objected to.
    pub content: String,
    /// Code of its state.
    pub state: String,
    /// The reason of the decision.
    pub answer: Option<String>,
    /// Who decided.
    pub answered_by: Option<String>,
    /// When it was decided.
    pub answered_at: Option<DateTime<Utc>>,
    /// Rises with every change; the ETag.
    pub version: i32,
    /// Who entered it.
    pub created_by: String,
}

impl Objection {
    /// How far it is.
    ///
    /// # Errors
    /// `Broken` where the database holds an unknown state.
    pub fn state(&self) -> Result<ObjectionState> {
        ObjectionState::parse(&self.state).map_err(Error::broken)
    }
}

/// A check of a village beside the quarterly assessment.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = inspections)]
pub struct Inspection {
    /// Its id.
    pub id: InspectionId,
    /// The village.
    pub unit_id: OrganisationId,
    /// Its path, as stored.
    pub path: String,
    /// Code of its kind.
    pub kind: String,
    /// The day.
    pub held_on: NaiveDate,
    /// The score of a hundred.
    pub score: Option<BigDecimal>,
    /// What was found.
    pub finding: Option<String>,
    /// What it rests on.
    pub evidence: Option<String>,
    /// Who looked.
    pub inspected_by: String,
    /// The draw that it follows from.
    pub draw_id: Option<VisitDrawId>,
    /// Rises with every change; the ETag.
    pub version: i32,
}

impl Inspection {
    /// Its kind.
    ///
    /// # Errors
    /// `Broken` where the database holds an unknown one.
    pub fn kind(&self) -> Result<InspectionKind> {
        InspectionKind::parse(&self.kind).map_err(Error::broken)
    }
}

/// A draw of the units that are visited unannounced. The seed's cipher is no part of it: verbs alone read that.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = visit_draws)]
pub struct Draw {
    /// Its id.
    pub id: VisitDrawId,
    /// Who draws.
    pub organisation_id: OrganisationId,
    /// Path of that organisation, as stored.
    pub path: String,
    /// What the visits look at.
    pub purpose: String,
    /// Code of its state.
    pub state: String,
    /// SHA-256 of the seed.
    pub commitment: Vec<u8>,
    /// The day of the visits.
    pub visit_on: Option<NaiveDate>,
    /// How many units are drawn.
    pub sample_size: Option<i32>,
    /// SHA-256 over the codes of the units.
    pub units_sha256: Option<Vec<u8>>,
    /// When units and day were fixed.
    pub fixed_at: Option<DateTime<Utc>>,
    /// Who fixed them.
    pub fixed_by: Option<String>,
    /// The seed, once revealed.
    pub seed: Option<String>,
    /// When it was revealed.
    pub revealed_at: Option<DateTime<Utc>>,
    /// Who revealed it.
    pub revealed_by: Option<String>,
    /// Rises with every step; the ETag.
    pub version: i32,
    /// When the commitment was made public.
    pub created_at: DateTime<Utc>,
    /// Who made it public.
    pub created_by: String,
}

impl Draw {
    /// The place of whoever draws.
    #[must_use]
    pub fn path(&self) -> Path {
        Path::stored(self.path.clone())
    }

    /// How far it is.
    ///
    /// # Errors
    /// `Broken` where the database holds an unknown state.
    pub fn state(&self) -> Result<DrawState> {
        DrawState::parse(&self.state).map_err(Error::broken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::values::vocabulary::lists_of_the_vocabulary;

    lists_of_the_vocabulary! {
        "assessment_entry": Entry,
        "flag_rule": FlagRule,
        "assessment_state": AssessmentState,
        "assessment_objection_state": ObjectionState,
        "inspection_kind": InspectionKind,
        "visit_draw_state": DrawState,
    }
}
