//! What schemes of awards, awards and their ways are.

use bigdecimal::BigDecimal;
use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;

use crate::base::ids::{AwardId, AwardSchemeId, CountyId, ObjectionId, OrganisationId};
use crate::base::scope::Path;
use crate::schema::{award_events, award_kinds, award_objections, award_steps, awards};
use crate::vocabulary;

vocabulary! {
    /// A step on the way of an award. A scheme orders those that it has.
    pub enum AwardStep, "评选步骤" {
        /// 推荐
        Recommend = "recommend", "推荐";
        /// 评审
        Score = "score", "评审";
        /// 审定
        Decide = "decide", "审定";
        /// 公示
        Notice = "notice", "公示";
        /// 命名
        Finish = "finish", "命名";
    }
}

impl AwardStep {
    /// The state that the step leads to.
    #[must_use]
    pub const fn state(self) -> AwardState {
        match self {
            Self::Recommend => AwardState::Recommended,
            Self::Score => AwardState::Scored,
            Self::Decide => AwardState::Decided,
            Self::Notice => AwardState::Noticed,
            Self::Finish => AwardState::Final,
        }
    }
}

vocabulary! {
    /// How far an award has come.
    pub enum AwardState, "评选进度" {
        /// 已推荐
        Recommended = "recommended", "已推荐";
        /// 已评审
        Scored = "scored", "已评审";
        /// 已审定
        Decided = "decided", "已审定";
        /// 公示中
        Noticed = "noticed", "公示中";
        /// 已命名
        Final = "final", "已命名";
        /// 退回
        Returned = "returned", "退回";
        /// 未通过
        Rejected = "rejected", "未通过";
        /// 撤销
        Revoked = "revoked", "撤销";
    }
}

vocabulary! {
    /// What is done to an award.
    pub enum AwardAct, "评选办理" {
        /// 推荐
        Recommend = "recommend", "推荐";
        /// 评审
        Score = "score", "评审";
        /// 审定
        Decide = "decide", "审定";
        /// 公示
        Notice = "notice", "公示";
        /// 命名
        Finish = "finish", "命名";
        /// 退回
        Return = "return", "退回";
        /// 不予通过
        Reject = "reject", "不予通过";
        /// 撤销
        Revoke = "revoke", "撤销";
        /// 登记异议
        Object = "object", "登记异议";
        /// 处理异议
        Resolve = "resolve", "处理异议";
    }
}

impl AwardAct {
    /// The verb in the audit trail.
    #[must_use]
    pub const fn action(self) -> &'static str {
        match self {
            Self::Recommend => "ratings.recommend_award",
            Self::Score => "ratings.score_award",
            Self::Decide => "ratings.decide_award",
            Self::Notice => "ratings.notice_award",
            Self::Finish => "ratings.finish_award",
            Self::Return => "ratings.return_award",
            Self::Reject => "ratings.reject_award",
            Self::Revoke => "ratings.revoke_award",
            Self::Object => "ratings.object_award",
            Self::Resolve => "ratings.resolve_award",
        }
    }

    /// The step that the act takes; none for those beside the way.
    #[must_use]
    pub const fn step(self) -> Option<AwardStep> {
        match self {
            Self::Recommend => Some(AwardStep::Recommend),
            Self::Score => Some(AwardStep::Score),
            Self::Decide => Some(AwardStep::Decide),
            Self::Notice => Some(AwardStep::Notice),
            Self::Finish => Some(AwardStep::Finish),
            Self::Return | Self::Reject | Self::Revoke | Self::Object | Self::Resolve => None,
        }
    }
}

vocabulary! {
    /// The six kinds of star village; a scheme may have others, which is why a row stores a code.
    pub enum AwardKindCode, "奖项" {
        /// 脱贫攻坚星级村
        PovertyAlleviation = "poverty_alleviation", "脱贫攻坚星级村";
        /// 基层党建星级村
        PartyBuilding = "party_building", "基层党建星级村";
        /// 产业发展星级村
        Industry = "industry", "产业发展星级村";
        /// 乡风文明星级村
        Civility = "civility", "乡风文明星级村";
        /// 平安稳定星级村
        Safety = "safety", "平安稳定星级村";
        /// 群众满意星级村
        Satisfaction = "satisfaction", "群众满意星级村";
    }
}

vocabulary! {
    /// What came of an objection.
    pub enum ObjectionOutcome, "异议处理结果" {
        /// 不成立
        Dismissed = "dismissed", "不成立";
        /// 成立，退回重报
        Returned = "returned", "成立，退回";
        /// 成立，不予通过
        Rejected = "rejected", "成立，不予通过";
    }
}

vocabulary! {
    /// How the marks of a panel become one.
    pub enum PanelAggregation, "评审计分方式" {
        /// Mean of all.
        Mean = "mean", "平均分";
        /// Mean without one highest and one lowest.
        TrimmedMean = "trimmed_mean", "去掉最高分和最低分后平均";
    }
}

vocabulary! {
    /// Whose step it is.
    pub enum StepLevel, "办理层级" {
        /// 乡镇（街道）
        Town = "town", "乡镇（街道）";
        /// 县（区）
        County = "county", "县（区）";
    }
}

/// One version of a scheme of awards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AwardScheme {
    /// Names the version.
    pub id: AwardSchemeId,
    /// The same in all versions.
    pub code: String,
    /// Chinese name.
    pub name: String,
    /// Working days of the public notice.
    pub notice_days: i32,
    /// The highest mark that a member of the panel gives.
    pub full_marks: BigDecimal,
    /// The lowest mark with which it may be decided for.
    pub pass_mark: Option<BigDecimal>,
    /// How many members of the panel have to give a mark.
    pub least_raters: i32,
    /// How marks become one.
    pub aggregation: PanelAggregation,
    /// Who does what, in words.
    pub procedure: String,
    /// Whether the quarterly report counts its awards.
    pub is_primary: bool,
    /// First day in force.
    pub from_day: NaiveDate,
    /// First day no longer in force.
    pub to_day: Option<NaiveDate>,
    /// The kinds, in their order.
    pub kinds: Vec<AwardKind>,
    /// The steps, in their order.
    pub steps: Vec<SchemeStep>,
}

impl AwardScheme {
    /// The kind of a code.
    #[must_use]
    pub fn kind(&self, code: &str) -> Option<&AwardKind> {
        self.kinds.iter().find(|kind| kind.code == code)
    }

    /// The kinds of the steps, in their order.
    #[must_use]
    pub fn way(&self) -> Vec<AwardStep> {
        self.steps.iter().filter_map(|step| AwardStep::parse(&step.step).ok()).collect()
    }

    /// The step that follows on a state; none where nothing follows.
    #[must_use]
    pub fn pending(&self, state: AwardState) -> Option<AwardStep> {
        crate::records::ratings::awards::rules::pending(&self.way(), state)
    }

    /// Whether a step is the county's; one that the scheme does not have is.
    #[must_use]
    pub fn is_of_county(&self, step: AwardStep) -> bool {
        let found = self.steps.iter().find(|own| own.step == step.code());
        found.is_none_or(|own| own.level == StepLevel::County.code())
    }

    /// What the county calls a step.
    #[must_use]
    pub fn step_name(&self, step: AwardStep) -> &str {
        self.steps.iter().find(|own| own.step == step.code()).map_or(step.name(), |own| own.name.as_str())
    }
}

/// A kind of award of a scheme.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = award_kinds)]
pub struct AwardKind {
    /// The county that owns the row.
    pub county_id: CountyId,
    /// The version of the scheme.
    pub scheme_id: AwardSchemeId,
    /// Code in the API and in figures.
    pub code: String,
    /// Chinese name.
    pub name: String,
    /// Place in lists, from 1.
    pub position: i32,
}

/// A step of a scheme.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = award_steps)]
pub struct SchemeStep {
    /// The county that owns the row.
    pub county_id: CountyId,
    /// The version of the scheme.
    pub scheme_id: AwardSchemeId,
    /// Place on the way, from 1.
    pub position: i32,
    /// Code of the [`AwardStep`].
    pub step: String,
    /// What the county calls it.
    pub name: String,
    /// Code of the [`StepLevel`].
    pub level: String,
}

/// One village put forward for one kind of award of one year.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = awards)]
pub struct Award {
    /// Its id.
    pub id: AwardId,
    /// The version of the scheme.
    pub scheme_id: AwardSchemeId,
    /// Code of the scheme.
    pub scheme_code: String,
    /// Code of the kind.
    pub kind: String,
    /// The village or community.
    pub village_id: OrganisationId,
    /// Its path, as stored.
    pub path: String,
    /// The year that it is honoured for.
    pub year: i32,
    /// Code of the [`AwardState`].
    pub state: String,
    /// The day of the last step.
    pub state_on: NaiveDate,
    /// Why it was recommended.
    pub reason: String,
    /// Who recommended it last.
    pub recommended_by: String,
    /// The mark of the panel.
    pub mark: Option<BigDecimal>,
    /// The day on which it was made public.
    pub notice_from: Option<NaiveDate>,
    /// The last day of the public notice.
    pub notice_until: Option<NaiveDate>,
    /// From which day the award holds.
    pub given_on: Option<NaiveDate>,
    /// From which day it no longer holds.
    pub revoked_on: Option<NaiveDate>,
    /// Why it was sent back, rejected or revoked last.
    pub ended_reason: Option<String>,
    /// Rises with every step; the ETag.
    pub version: i32,
    /// Who changed it last.
    pub updated_by: String,
}

impl Award {
    /// Where the village stands.
    #[must_use]
    pub fn path(&self) -> Path {
        Path::stored(self.path.clone())
    }

    /// How far it has come.
    #[must_use]
    pub fn state(&self) -> AwardState {
        AwardState::parse(&self.state).unwrap_or(AwardState::Recommended)
    }

    /// Whether the award holds on a day.
    #[must_use]
    pub fn holds_on(&self, day: NaiveDate) -> bool {
        self.given_on.is_some_and(|given| given <= day) && self.revoked_on.is_none_or(|end| day < end)
    }
}

/// A step that was taken.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = award_events)]
pub struct AwardEvent {
    /// From 1.
    pub number: i32,
    /// Code of the [`AwardAct`].
    pub act: String,
    /// The day.
    pub on_day: NaiveDate,
    /// Code of the state after it.
    pub state: String,
    /// Reason, objection or resolution.
    pub note: Option<String>,
    /// When it was entered.
    pub created_at: DateTime<Utc>,
    /// Who took it.
    pub created_by: String,
}

/// What was objected, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = award_objections)]
pub struct AwardObjection {
    /// Its id.
    pub id: ObjectionId,
    /// What it is about.
    pub award_id: AwardId,
    /// The day it came in.
    pub received_on: NaiveDate,
    /// Who objected.
    pub objector: Option<String>,
    /// What was objected.
    pub content: String,
    /// Code of the [`ObjectionOutcome`].
    pub outcome: Option<String>,
    /// What was found.
    pub resolution: Option<String>,
    /// The day it was resolved.
    pub resolved_on: Option<NaiveDate>,
    /// Who resolved it.
    pub resolved_by: Option<String>,
    /// Who entered it.
    pub created_by: String,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::values::vocabulary::lists_of_the_vocabulary;

    lists_of_the_vocabulary! {
        "award_step": AwardStep,
        "award_state": AwardState,
        "award_act": AwardAct,
        "award_kind": AwardKindCode,
        "objection_outcome": ObjectionOutcome,
    }

    #[test]
    fn an_award_holds_from_its_day_to_the_day_before_it_is_revoked() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let award = Award {
            id: AwardId::new(),
            scheme_id: AwardSchemeId::new(),
            scheme_code: "star_village".to_owned(),
            kind: "safety".to_owned(),
            village_id: OrganisationId::new(),
            path: String::new(),
            year: 2020,
            state: "revoked".to_owned(),
            state_on: day("2022-03-01"),
            reason: "平安创建先进".to_owned(),
            recommended_by: "clerk1".to_owned(),
            mark: None,
            notice_from: None,
            notice_until: None,
            given_on: Some(day("2020-12-20")),
            revoked_on: Some(day("2022-03-01")),
            ended_reason: Some("发生重大案件".to_owned()),
            version: 6,
            updated_by: "supervisor1".to_owned(),
        };
        assert!(!award.holds_on(day("2020-12-19")) && award.holds_on(day("2020-12-20")));
        assert!(award.holds_on(day("2022-02-28")) && !award.holds_on(day("2022-03-01")));
    }
}
