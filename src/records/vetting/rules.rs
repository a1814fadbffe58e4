//! What is refused of checks, verdicts and decisions, and why. Each sentence names the value, the rule and the way out.

use chrono::{Months, NaiveDate};

use crate::base::error::Error;
use crate::records::vetting::model::{CheckState, Severity, VerdictResult};
use crate::records::vetting::sight::Sight;

/// Why something is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The county has set nothing to vet for.
    #[error("本县（区）在{0}没有施行中的负面清单，请先由县（区）审核员设置清单，或改正提名日期。")]
    NoChecklist(NaiveDate),
    /// A day to come.
    #[error("日期“{0}”晚于今天，请填写已经发生的日期。")]
    Future(NaiveDate),
    /// Before the proposal.
    #[error("日期“{on}”早于提名日期{proposed_on}，请核对。")]
    BeforeProposal {
        /// What was given.
        on: NaiveDate,
        /// The day of the proposal.
        proposed_on: NaiveDate,
    },
    /// Before the last answer.
    #[error("备案日期“{on}”早于联审完成日期{vetted_on}，请核对。")]
    BeforeVetting {
        /// What was given.
        on: NaiveDate,
        /// The day of the last answer.
        vetted_on: NaiveDate,
    },
    /// No village.
    #[error("没有找到代码为“{0}”的村（社区），或者不在您的管理范围内，请重新选择。")]
    NoVillage(String),
    /// Not a term.
    #[error("届次“{0}”应在1至99之间，请填写拟任的届次。")]
    Ordinal(i32),
    /// The committee has no such post.
    #[error("{kind}没有“{post}”这一职务，请重新选择职务或组织类型。")]
    OtherPost {
        /// The committee.
        kind: &'static str,
        /// The post.
        post: &'static str,
    },
    /// Dead.
    #[error("{name}已于{on}死亡，不能提名，请核对人员。")]
    Deceased {
        /// Who.
        name: String,
        /// When.
        on: NaiveDate,
    },
    /// Being vetted, or filed, for the same term.
    #[error(
        "{0}在该组织本届已有联审（待联审、已联审或已备案），不能重复提名；如需重新联审，请先撤回原来的。"
    )]
    Open(String),
    /// Twice in one list.
    #[error("{0}在本次提名中出现两次，请只保留一次。")]
    Twice(String),
    /// The state does not allow it.
    #[error("该联审{0}，不能再{1}。")]
    State(CheckState, &'static str),
    /// The same, to whom is told no outcome.
    #[error("该任职资格联审未完成或未通过，不能再{0}，详情请向县联审部门了解。")]
    Undisclosed(&'static str),
    /// No such item.
    #[error("负面清单没有第{0}项，请按清单填写。")]
    NoItem(i32),
    /// An item twice.
    #[error("第{0}项填写了两次，请只保留一次。")]
    ItemTwice(i32),
    /// Another department's item.
    #[error("第{0}项由其他部门答复，您只能填写本部门负责的项目。")]
    OtherDepartment(i32),
    /// Worse than the item can be.
    #[error("第{0}项属于“须作说明”的情形，不能填“有此情形”，请填“须说明”并写明情况。")]
    TooSevere(i32),
    /// No evidence.
    #[error("第{0}项不是“未发现”，请写明依据（文号、裁判、处分决定等），不超过1000字。")]
    NoEvidence(i32),
    /// Too long.
    #[error("第{0}项的依据有{1}字，不能超过1000字，请精简。")]
    LongEvidence(i32, usize),
    /// Nobody.
    #[error("第{0}项没有经办人，请填写部门经办人姓名（2至50字）。")]
    NoAnswerer(i32),
    /// Nothing was said.
    #[error("没有填写任何一项意见，请至少填写一项。")]
    Nothing,
    /// Who proposed decides too.
    #[error("本人提名的人选不能由本人备案或否决，请由另一名审核员办理。")]
    OwnProposal,
    /// Caught by an item that blocks.
    #[error("第{0}项有“一票否决”的情形，不能备案，请否决，或由部门更正意见。")]
    Blocked(String),
    /// Flags without a word.
    #[error("第{0}项须说明，请填写备案理由。")]
    FlagsWithoutReason(String),
    /// Too old.
    #[error("联审结果有效期至{0}，已过期，请撤回后重新提名联审。")]
    Expired(NaiveDate),
    /// No number.
    #[error("请填写备案文号，2至50字。")]
    NoNumber,
    /// No reason.
    #[error("请填写{0}，不超过500字。")]
    NoReason(&'static str),
}

impl Refusal {
    /// The field in the API; none where the state forbids it.
    #[must_use]
    pub const fn field(&self) -> Option<&'static str> {
        Some(match self {
            Self::NoChecklist(_)
            | Self::Future(_)
            | Self::BeforeProposal { .. }
            | Self::BeforeVetting { .. } => "on",
            Self::NoVillage(_) => "village",
            Self::Ordinal(_) => "term",
            Self::OtherPost { .. } => "post",
            Self::Deceased { .. } | Self::Open(_) | Self::Twice(_) => "person",
            Self::NoItem(_)
            | Self::ItemTwice(_)
            | Self::OtherDepartment(_)
            | Self::TooSevere(_)
            | Self::NoEvidence(_)
            | Self::LongEvidence(..)
            | Self::NoAnswerer(_)
            | Self::Nothing => "verdicts",
            Self::NoNumber => "number",
            Self::NoReason(_) | Self::FlagsWithoutReason(_) => "reason",
            Self::State(..)
            | Self::Undisclosed(_)
            | Self::OwnProposal
            | Self::Blocked(_)
            | Self::Expired(_) => return None,
        })
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        match refusal.field() {
            Some(field) => Self::invalid(field, refusal),
            None => Self::Refused(refusal.to_string()),
        }
    }
}

/// What is done to a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// A department answers or corrects itself.
    Answer,
    /// It is filed.
    File,
    /// It is rejected.
    Reject,
    /// It is taken back.
    Withdraw,
}

impl Act {
    const fn name(self) -> &'static str {
        match self {
            Self::Answer => "填写意见",
            Self::File => "备案",
            Self::Reject => "否决",
            Self::Withdraw => "撤回",
        }
    }

    /// Whether a state allows it.
    #[must_use]
    pub const fn is_allowed_in(self, state: CheckState) -> bool {
        match self {
            Self::Answer | Self::Reject => matches!(state, CheckState::Proposed | CheckState::Vetted),
            Self::File => matches!(state, CheckState::Vetted),
            Self::Withdraw => matches!(
                state,
                CheckState::Proposed | CheckState::Vetted | CheckState::Filed | CheckState::Expired
            ),
        }
    }

    /// Refuses what the state does not allow. `stored` is what was written down: what expired by itself may be taken
    /// back, what was written down as expired is over.
    ///
    /// # Errors
    /// `Expired`, `State`.
    pub fn refuse(
        self,
        stored: CheckState,
        valid_until: Option<NaiveDate>,
        day: NaiveDate,
    ) -> Result<(), Refusal> {
        let state = stored.on(valid_until, day);
        if state == CheckState::Expired
            && stored != CheckState::Expired
            && self != Self::Withdraw
            && let Some(last) = valid_until
        {
            return Err(Refusal::Expired(last));
        }
        if stored == CheckState::Expired || !self.is_allowed_in(state) {
            return Err(Refusal::State(state, self.name()));
        }
        Ok(())
    }
}

impl Refusal {
    /// The same as it is told to somebody: whoever does not vet reads of no rejection.
    #[must_use]
    pub fn told_to(self, sight: &Sight) -> Self {
        match self {
            Self::State(CheckState::Rejected, act) if !sight.is_any() => Self::Undisclosed(act),
            other => other,
        }
    }
}

/// The last day on which a check holds that was completed on a day.
#[must_use]
pub fn valid_until(vetted_on: NaiveDate, months: i32) -> NaiveDate {
    let months = Months::new(u32::try_from(months).unwrap_or_default());
    vetted_on.checked_add_months(months).unwrap_or(NaiveDate::MAX)
}

/// What is wrong with an answer to an item.
#[must_use]
pub fn refuse_answer(
    item: i32,
    severity: Severity,
    result: VerdictResult,
    evidence: Option<&str>,
    answered_by: &str,
) -> Option<Refusal> {
    let length = evidence.map_or(0, |text| text.trim().chars().count());
    if result == VerdictResult::Block && severity == Severity::Flag {
        return Some(Refusal::TooSevere(item));
    }
    if result != VerdictResult::Clear && length == 0 {
        return Some(Refusal::NoEvidence(item));
    }
    if length > 1000 {
        return Some(Refusal::LongEvidence(item, length));
    }
    let named = (2..=50).contains(&answered_by.trim().chars().count());
    (!named).then_some(Refusal::NoAnswerer(item))
}

/// Whether what departments said allows filing: nothing that blocks, and a reason where something is flagged.
///
/// # Errors
/// `Blocked`, `FlagsWithoutReason`, with the numbers of the items.
pub fn refuse_filing(results: &[(i32, VerdictResult)], reason: Option<&str>) -> Result<(), Refusal> {
    let numbers = |wanted: VerdictResult| {
        let found = results.iter().filter(|(_, result)| *result == wanted);
        found.map(|(item, _)| item.to_string()).collect::<Vec<_>>().join("、")
    };
    let (blocking, flagged) = (numbers(VerdictResult::Block), numbers(VerdictResult::Flag));
    if !blocking.is_empty() {
        return Err(Refusal::Blocked(blocking));
    }
    if !flagged.is_empty() && reason.is_none_or(|reason| reason.trim().is_empty()) {
        return Err(Refusal::FlagsWithoutReason(flagged));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn each_act_is_allowed_in_its_states_and_no_other() {
        use CheckState as S;
        for (act, states) in [
            (Act::Answer, &[S::Proposed, S::Vetted][..]),
            (Act::File, &[S::Vetted]),
            (Act::Reject, &[S::Proposed, S::Vetted]),
            (Act::Withdraw, &[S::Proposed, S::Vetted, S::Filed]),
        ] {
            for state in S::ALL {
                let done = act.refuse(*state, None, day("2026-06-30"));
                assert_eq!(done.is_ok(), states.contains(state), "{act:?} {state:?}");
            }
        }
    }

    #[test]
    fn what_expired_by_itself_can_only_be_taken_back() {
        let last = Some(day("2026-06-30"));
        assert!(Act::File.refuse(CheckState::Vetted, last, day("2026-06-30")).is_ok());
        let late = day("2026-07-01");
        assert_eq!(
            Act::File.refuse(CheckState::Vetted, last, late),
            Err(Refusal::Expired(day("2026-06-30")))
        );
        assert_eq!(
            Act::Answer.refuse(CheckState::Vetted, last, late),
            Err(Refusal::Expired(day("2026-06-30")))
        );
        assert!(Act::Withdraw.refuse(CheckState::Filed, last, late).is_ok());
        assert!(Act::Withdraw.refuse(CheckState::Expired, last, late).is_err());
    }

    #[test]
    fn months_end_with_the_last_day_that_there_is() {
        assert_eq!(valid_until(day("2026-03-31"), 6), day("2026-09-30"));
        assert_eq!(valid_until(day("2026-01-15"), 1), day("2026-02-15"));
    }

    #[test]
    fn what_is_not_clear_needs_evidence_and_nothing_is_worse_than_its_item() {
        use {Severity as S, VerdictResult as R};
        let refused = |severity, result, evidence| refuse_answer(3, severity, result, evidence, "王强");
        let (longest, too_long) = ("长".repeat(1000), "长".repeat(1001));
        assert_eq!(refused(S::Block, R::Clear, None), None);
        assert_eq!(refused(S::Block, R::Block, Some("（2025）渝0155刑初1号")), None);
        assert_eq!(refused(S::Block, R::Block, Some("  ")), Some(Refusal::NoEvidence(3)));
        assert_eq!(refused(S::Flag, R::Flag, None), Some(Refusal::NoEvidence(3)));
        assert_eq!(refused(S::Flag, R::Block, Some("x")), Some(Refusal::TooSevere(3)));
        assert_eq!(refused(S::Block, R::Flag, Some(&longest)), None);
        assert_eq!(refused(S::Block, R::Flag, Some(&too_long)), Some(Refusal::LongEvidence(3, 1001)));
        assert_eq!(refuse_answer(3, S::Flag, R::Clear, None, "王"), Some(Refusal::NoAnswerer(3)));
    }

    #[test]
    fn a_block_is_never_filed_and_a_flag_only_with_a_reason() {
        use VerdictResult as R;
        assert!(refuse_filing(&[(1, R::Clear), (2, R::Clear)], None).is_ok());
        let flagged = [(1, R::Clear), (2, R::Flag)];
        assert_eq!(refuse_filing(&flagged, Some(" ")), Err(Refusal::FlagsWithoutReason("2".to_owned())));
        assert!(refuse_filing(&flagged, Some("已整改")).is_ok());
        let blocked = [(1, R::Block), (2, R::Flag), (9, R::Block)];
        assert_eq!(refuse_filing(&blocked, Some("已整改")), Err(Refusal::Blocked("1、9".to_owned())));
    }
}
