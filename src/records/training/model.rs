//! What a programme, a class, an enrolment, an attendance and an exemption are.

use bigdecimal::BigDecimal;
use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;

use crate::base::error::{Error, Result};
use crate::base::ids::{
    CountyId, MembershipId, OrganisationId, TrainingClassId, TrainingDemandId, TrainingExemptionId,
    TrainingPairId, TrainingProgrammeId,
};
use crate::base::scope::Path;
use crate::schema::{
    training_attendances, training_classes, training_demands, training_exemptions, training_fields,
    training_pairs, training_programmes,
};
use crate::vocabulary;

vocabulary! {
    /// What is held. Only a class trains: passing it counts for the programme, the others for hours alone.
    pub enum ClassKind, "班次类别" {
        /// 培训班
        Class = "class", "培训班";
        /// 微课堂
        MicroLesson = "micro_lesson", "微课堂";
        /// 专题讲堂
        Lecture = "lecture", "专题讲堂";
    }
}

vocabulary! {
    /// How far a class has come.
    pub enum ClassState, "班次状态" {
        /// 已计划
        Planned = "planned", "已计划";
        /// 报名中
        Open = "open", "报名中";
        /// 已举办: who came is entered.
        Held = "held", "已举办";
        /// 已结班: nothing changes any more, unless it is opened again.
        Closed = "closed", "已结班";
        /// 已取消
        Cancelled = "cancelled", "已取消";
    }
}

vocabulary! {
    /// How somebody did in a class.
    pub enum TrainingResult, "考核结果" {
        /// 优秀
        Excellent = "excellent", "优秀";
        /// 合格
        Passed = "passed", "合格";
        /// 不合格
        Failed = "failed", "不合格";
    }
}

vocabulary! {
    /// How the guiding of somebody ended.
    pub enum PairOutcome, "结对结果" {
        /// 出师
        Completed = "completed", "出师";
        /// 中止
        Stopped = "stopped", "中止";
    }
}

vocabulary! {
    /// Why somebody need not be trained.
    pub enum ExemptionKind, "免训类别" {
        /// 年老体弱
        Old = "old", "年老体弱";
        /// 重病
        Ill = "ill", "重病";
        /// 失能
        Disabled = "disabled", "失能";
        /// 其他
        Other = "other", "其他";
    }
}

/// A programme (轮训计划).
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = training_programmes)]
pub struct Programme {
    /// Its id.
    pub id: TrainingProgrammeId,
    /// Its short name in addresses.
    pub code: String,
    /// Its Chinese name.
    pub name: String,
    /// First day of the cycle.
    pub from_day: NaiveDate,
    /// Length of the cycle.
    pub years: i32,
    /// First day after the cycle.
    pub to_day: NaiveDate,
    /// Whether the figures of the report are about it while it runs.
    pub is_primary: bool,
    /// The decision that it rests on.
    pub source: String,
    /// Rises with every change; the ETag.
    pub version: i32,
}

impl Programme {
    /// Whether the cycle runs on a day.
    #[must_use]
    pub fn runs_on(&self, day: NaiveDate) -> bool {
        self.from_day <= day && day < self.to_day
    }
}

/// What a programme demands from a day on.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = training_demands)]
pub struct DemandRow {
    /// Its id.
    pub id: TrainingDemandId,
    /// The programme.
    pub programme_id: TrainingProgrammeId,
    /// First day in force.
    pub from_day: NaiveDate,
    /// First day no longer.
    pub to_day: Option<NaiveDate>,
    /// Codes of the statuses, parted by blanks.
    pub statuses: String,
    /// Codes of the occupations, parted by blanks; empty: all.
    pub occupations: String,
    /// From this age on nobody need be trained.
    pub exempt_age: Option<i32>,
    /// Whether its classes need the unified items.
    pub is_unified: bool,
    /// The decision that it rests on.
    pub source: String,
}

/// A field of a programme.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = training_fields)]
pub struct Field {
    /// The programme.
    pub programme_id: TrainingProgrammeId,
    /// Its code.
    pub code: String,
    /// Its Chinese name.
    pub name: String,
    /// Its place in lists.
    pub position: i32,
    /// Codes of the occupations that it is for, parted by blanks; empty: all.
    pub occupations: String,
}

/// A class, micro-lesson or lecture (班次).
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = training_classes)]
pub struct Class {
    /// The county that owns the row.
    pub county_id: CountyId,
    /// Its id.
    pub id: TrainingClassId,
    /// Its number (班次编号).
    pub code: String,
    /// Its name.
    pub name: String,
    /// Code of the [`ClassKind`].
    pub kind: String,
    /// The programme.
    pub programme_id: TrainingProgrammeId,
    /// Code of the field.
    pub field: String,
    /// Who holds it (主办单位).
    pub organisation_id: OrganisationId,
    /// Whose members may attend.
    pub audience_id: OrganisationId,
    /// Path of the audience: where the class stands.
    pub path: String,
    /// Where it is held.
    pub site: Option<String>,
    /// First day.
    pub first_day: NaiveDate,
    /// Last day.
    pub last_day: NaiveDate,
    /// Hours of the whole class.
    pub hours: BigDecimal,
    /// How many can attend.
    pub places: Option<i32>,
    /// Whether outside the county.
    pub is_away: bool,
    /// Whether somebody who was not enrolled may come.
    pub takes_walk_ins: bool,
    /// Whether the course was approved.
    pub is_course_approved: bool,
    /// Who teaches.
    pub teacher: Option<String>,
    /// Who pays.
    pub cost_bearer: Option<String>,
    /// How it was assessed.
    pub assessment: Option<String>,
    /// Free text.
    pub note: Option<String>,
    /// Code of the [`ClassState`].
    pub state: String,
    /// Why it was cancelled.
    pub cancel_reason: Option<String>,
    /// Rises with every change; the ETag.
    pub version: i32,
    /// When it was entered.
    pub created_at: DateTime<Utc>,
    /// Who entered it.
    pub created_by: String,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
    /// Who changed it last.
    pub updated_by: String,
}

impl Class {
    /// Where it stands.
    #[must_use]
    pub fn path(&self) -> Path {
        Path::stored(self.path.clone())
    }

    /// What is held.
    ///
    /// # Errors
    /// `Broken` where the database holds an unknown kind.
    pub fn kind(&self) -> Result<ClassKind> {
        ClassKind::parse(&self.kind).map_err(Error::broken)
    }

    /// How far it has come.
    ///
    /// # Errors
    /// `Broken` where the database holds an unknown state.
    pub fn state(&self) -> Result<ClassState> {
        ClassState::parse(&self.state).map_err(Error::broken)
    }
}

/// That somebody came to a class.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = training_attendances)]
pub struct Attendance {
    /// The class.
    pub class_id: TrainingClassId,
    /// The member.
    pub membership_id: MembershipId,
    /// Path of the class.
    pub path: String,
    /// Hours that he was present.
    pub hours: BigDecimal,
    /// Code of the [`TrainingResult`].
    pub result: String,
    /// Free text.
    pub note: Option<String>,
    /// Rises with every change.
    pub version: i32,
    /// Who changed it last.
    pub updated_by: String,
}

/// That a member need not be trained.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = training_exemptions)]
pub struct Exemption {
    /// Its id.
    pub id: TrainingExemptionId,
    /// The member.
    pub membership_id: MembershipId,
    /// Code of the [`ExemptionKind`].
    pub kind: String,
    /// Why.
    pub reason: String,
    /// First day.
    pub from_day: NaiveDate,
    /// First day no longer.
    pub to_day: Option<NaiveDate>,
    /// Rises with every change.
    pub version: i32,
    /// Who entered it.
    pub created_by: String,
}

/// A row of `training_pairs`: who guides whom.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = training_pairs)]
pub struct PairRow {
    /// Its id.
    pub id: TrainingPairId,
    /// Path of the organisation that keeps it.
    pub path: String,
    /// What was agreed.
    pub agreed: String,
    /// First day.
    pub from_day: NaiveDate,
    /// First day no longer.
    pub to_day: Option<NaiveDate>,
    /// Rises with every change.
    pub version: i32,
}

impl PairRow {
    /// Where it stands.
    #[must_use]
    pub fn path(&self) -> Path {
        Path::stored(self.path.clone())
    }
}

/// The words of a list kept in one text, parted by blanks.
#[must_use]
pub fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::values::vocabulary::lists_of_the_vocabulary;

    lists_of_the_vocabulary! {
        "training_kind": ClassKind,
        "training_class_state": ClassState,
        "training_result": TrainingResult,
        "training_pair_outcome": PairOutcome,
        "training_exemption": ExemptionKind,
    }
}
