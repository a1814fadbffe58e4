//! How far a check has come, as somebody may know it: what was found is told to those who vet and decide alone, so to
//! everybody else a check that waits for its filing and one that was rejected are the same.

use chrono::NaiveDate;

use crate::base::error::Result;
use crate::base::values::VocabularyError;
use crate::records::vetting::model::{CandidateCheck, CheckState};
use crate::records::vetting::sight::Sight;

/// What is read instead of an outcome by whoever does not vet.
pub(super) const UNDISCLOSED: &str = "联审未完成或未通过，详情请向县联审部门了解";

/// How far a check has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// As far as that.
    State(CheckState),
    /// Not filed, by whatever reason: vetted or rejected.
    Unfiled,
}

impl Progress {
    /// The code in the API.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::State(state) => state.code(),
            Self::Unfiled => "unfiled",
        }
    }

    /// The Chinese name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::State(state) => state.name(),
            Self::Unfiled => "未完成或未通过",
        }
    }

    /// The progress of a code or a name.
    ///
    /// # Errors
    /// With the choice, where it is none.
    pub fn parse(text: &str) -> std::result::Result<Self, VocabularyError> {
        if [Self::Unfiled.code(), Self::Unfiled.name()].contains(&text.trim()) {
            return Ok(Self::Unfiled);
        }
        CheckState::parse(text).map(Self::State)
    }

    /// Everything that whoever has such a sight tells apart, in order.
    #[must_use]
    pub fn told(sight: &Sight) -> Vec<Self> {
        let mut all = Vec::new();
        for state in CheckState::ALL {
            let seen = Self::State(*state).seen_by(sight);
            if !all.contains(&seen) {
                all.push(seen);
            }
        }
        all
    }

    /// The same as somebody may know it.
    #[must_use]
    pub fn seen_by(self, sight: &Sight) -> Self {
        match self {
            Self::State(CheckState::Vetted | CheckState::Rejected) if !sight.is_any() => Self::Unfiled,
            other => other,
        }
    }
}

impl CandidateCheck {
    /// How far it has come on a day, as far as whoever it was read for may know.
    ///
    /// # Errors
    /// `Broken` where the database holds an unknown state.
    pub fn progress_on(&self, day: NaiveDate) -> Result<Progress> {
        if self.state == Progress::Unfiled.code() {
            return Ok(Progress::Unfiled);
        }
        Ok(Progress::State(self.state_on(day)?))
    }
}

/// A check as somebody may know it: without an outcome, and without the days that would tell it.
pub(super) fn restricted(check: CandidateCheck, sight: &Sight) -> CandidateCheck {
    let seen = CheckState::parse(&check.state).map(|state| Progress::State(state).seen_by(sight));
    if seen != Ok(Progress::Unfiled) {
        return check;
    }
    CandidateCheck {
        state: Progress::Unfiled.code().to_owned(),
        vetted_on: None,
        valid_until: None,
        ended_on: None,
        decision_cipher: None,
        updated_by: check.created_by.clone(),
        ..check
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::ids::VettingDepartmentId;

    #[test]
    fn whoever_does_not_vet_cannot_tell_a_rejection_from_a_check_that_waits() {
        let seen = |state, sight: &Sight| Progress::State(state).seen_by(sight);
        let own = Sight::Departments(vec![VettingDepartmentId::new()]);
        for state in CheckState::ALL {
            let hidden = matches!(state, CheckState::Vetted | CheckState::Rejected);
            assert_eq!(seen(*state, &Sight::Nothing) == Progress::Unfiled, hidden, "{state:?}");
            assert_eq!(seen(*state, &own), Progress::State(*state));
            assert_eq!(seen(*state, &Sight::County), Progress::State(*state));
        }
        let names: Vec<&str> = Progress::told(&Sight::Nothing).into_iter().map(Progress::name).collect();
        assert_eq!(names, ["待联审", "未完成或未通过", "已备案", "已任职", "已撤回", "已过期"]);
        assert_eq!(Progress::told(&Sight::County).len(), CheckState::ALL.len());
    }

    #[test]
    fn a_progress_is_read_by_code_and_by_name() {
        for text in ["unfiled", "未完成或未通过"] {
            assert_eq!(Progress::parse(text).unwrap(), Progress::Unfiled);
        }
        assert_eq!(Progress::parse("待联审").unwrap(), Progress::State(CheckState::Proposed));
        assert!(Progress::parse("x").is_err());
    }
}
