//! What departments, checklists, checks and verdicts are.

use chrono::NaiveDate;
use diesel::prelude::*;

use crate::base::error::{Error, Result};
use crate::base::ids::{
    CandidateCheckId, OrganisationId, PersonId, SeatId, VerdictId, VettingChecklistId, VettingDepartmentId,
};
use crate::base::scope::Path;
use crate::schema::{candidate_checks, vetting_checklists, vetting_departments, vetting_items};
use crate::vocabulary;

vocabulary! {
    /// How far a check has come.
    pub enum CheckState, "联审状态" {
        /// 待联审
        Proposed = "proposed", "待联审";
        /// 已联审
        Vetted = "vetted", "已联审";
        /// 已备案
        Filed = "filed", "已备案";
        /// 已任职
        InPost = "in_post", "已任职";
        /// 未通过
        Rejected = "rejected", "未通过";
        /// 已撤回
        Withdrawn = "withdrawn", "已撤回";
        /// 已过期
        Expired = "expired", "已过期";
    }
}

impl CheckState {
    /// The state on a day: a completed check that nobody used expires after its last valid day.
    #[must_use]
    pub fn on(self, valid_until: Option<NaiveDate>, day: NaiveDate) -> Self {
        match (self, valid_until) {
            (Self::Vetted | Self::Filed, Some(last)) if last < day => Self::Expired,
            _ => self,
        }
    }
}

vocabulary! {
    /// What an item means for whoever is caught by it.
    pub enum Severity, "情形程度" {
        /// 一票否决
        Block = "block", "一票否决";
        /// 须作说明
        Flag = "flag", "须作说明";
    }
}

vocabulary! {
    /// What a department says of an item.
    pub enum VerdictResult, "联审意见" {
        /// 未发现
        Clear = "clear", "未发现";
        /// 须说明
        Flag = "flag", "须说明";
        /// 有此情形
        Block = "block", "有此情形";
    }
}

/// A department that answers.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = vetting_departments)]
pub struct Department {
    /// Its id.
    pub id: VettingDepartmentId,
    /// Its code in the API.
    pub code: String,
    /// Its Chinese name.
    pub name: String,
    /// Its place in lists.
    pub position: i32,
}

/// One version of what candidates are vetted for.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = vetting_checklists)]
pub struct Checklist {
    /// Its id.
    pub id: VettingChecklistId,
    /// First day in force.
    pub from_day: NaiveDate,
    /// First day no longer in force.
    pub to_day: Option<NaiveDate>,
    /// Its title.
    pub name: String,
    /// Whether nobody is appointed without a filed check.
    pub is_demanded: bool,
    /// Within how many days departments answer.
    pub days_to_answer: i32,
    /// For how many months a completed check holds.
    pub months_valid: i32,
    /// The decision that it rests on.
    pub source: String,
}

impl Checklist {
    /// Whether it was in force on a day.
    #[must_use]
    pub fn is_in_force(&self, day: NaiveDate) -> bool {
        self.from_day <= day && self.to_day.is_none_or(|end| day < end)
    }
}

/// One item of a checklist.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = vetting_items)]
pub struct Item {
    /// The version of the list.
    pub checklist_id: VettingChecklistId,
    /// Its number.
    pub number: i32,
    /// What must not be the case.
    pub text: String,
    /// Code of the [`Severity`].
    pub severity: String,
    /// Who answers.
    pub department_id: VettingDepartmentId,
}

impl Item {
    /// What it means for whoever is caught by it.
    ///
    /// # Errors
    /// `Broken` where the database holds an unknown one.
    pub fn severity(&self) -> Result<Severity> {
        Severity::parse(&self.severity).map_err(Error::broken)
    }
}

/// The vetting of one candidate for one term of a committee.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = candidate_checks)]
pub struct CandidateCheck {
    /// Its id.
    pub id: CandidateCheckId,
    /// The village or community.
    pub village_id: OrganisationId,
    /// Path of that village, as stored.
    pub path: String,
    /// Pinyin of the name.
    pub sort_key: String,
    /// Code of the committee's kind.
    pub committee_kind: String,
    /// The term that it is for.
    pub term_ordinal: i32,
    /// Code of the post.
    pub post: String,
    /// The candidate.
    pub person_id: PersonId,
    /// The version of the list.
    pub checklist_id: VettingChecklistId,
    /// Code of the [`CheckState`] as written down.
    pub state: String,
    /// The day of the proposal.
    pub proposed_on: NaiveDate,
    /// The day by which departments answer.
    pub due_on: NaiveDate,
    /// The day of the last answer.
    pub vetted_on: Option<NaiveDate>,
    /// The last day on which it holds.
    pub valid_until: Option<NaiveDate>,
    /// The day of filing.
    pub filed_on: Option<NaiveDate>,
    /// The number of the filing.
    pub filing_number: Option<String>,
    /// The day on which it was rejected, withdrawn or found expired.
    pub ended_on: Option<NaiveDate>,
    /// Why it was withdrawn.
    pub withdrawal_reason: Option<String>,
    /// Why it was filed in spite of a flag, or rejected; encrypted.
    pub decision_cipher: Option<Vec<u8>>,
    /// The seat that he took.
    pub seat_id: Option<SeatId>,
    /// Free text of the proposal.
    pub note: Option<String>,
    /// Rises with every change; the ETag.
    pub version: i32,
    /// Who proposed.
    pub created_by: String,
    /// Who changed it last.
    pub updated_by: String,
}

impl CandidateCheck {
    /// Where it stands.
    #[must_use]
    pub fn path(&self) -> Path {
        Path::stored(self.path.clone())
    }

    /// The state on a day.
    ///
    /// # Errors
    /// `Broken` where the database holds an unknown one.
    pub fn state_on(&self, day: NaiveDate) -> Result<CheckState> {
        Ok(CheckState::parse(&self.state).map_err(Error::broken)?.on(self.valid_until, day))
    }

    /// Whether departments have let the day go by.
    #[must_use]
    pub fn is_overdue_on(&self, day: NaiveDate) -> bool {
        self.state == CheckState::Proposed.code() && self.due_on < day
    }
}

/// What a department found: the part of a verdict that is encrypted.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Finding {
    /// What it says.
    pub result: VerdictResult,
    /// On what it rests.
    pub evidence: Option<String>,
}

/// What a department says of an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// Its id.
    pub id: VerdictId,
    /// The check.
    pub check: CandidateCheckId,
    /// The item.
    pub item: i32,
    /// 1, and one more with every correction.
    pub revision: i32,
    /// The department.
    pub department: VettingDepartmentId,
    /// What it found.
    pub finding: Finding,
    /// Who answered.
    pub answered_by: String,
    /// When.
    pub answered_on: NaiveDate,
    /// Who entered it.
    pub created_by: String,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::values::vocabulary::lists_of_the_vocabulary;

    lists_of_the_vocabulary! {
        "candidate_check_state": CheckState,
        "vetting_severity": Severity,
        "verdict_result": VerdictResult,
    }

    #[test]
    fn a_completed_check_holds_to_the_end_of_its_last_day() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let last = Some(day("2026-06-30"));
        for state in [CheckState::Vetted, CheckState::Filed] {
            assert_eq!(state.on(last, day("2026-06-30")), state);
            assert_eq!(state.on(last, day("2026-07-01")), CheckState::Expired);
        }
        assert_eq!(CheckState::InPost.on(last, day("2030-01-01")), CheckState::InPost);
        assert_eq!(CheckState::Proposed.on(None, day("2030-01-01")), CheckState::Proposed);
    }
}
