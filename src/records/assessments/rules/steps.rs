//! How far a round is, and who may take it a step further.

use crate::records::assessments::model::AssessmentState;

/// A step that somebody takes with a round.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Step {
    /// 提交.
    Submit,
    /// 退回.
    SendBack,
    /// 确认.
    Confirm,
    /// 公示.
    Publish,
}

impl Step {
    /// All steps.
    pub const ALL: [Self; 4] = [Self::Submit, Self::SendBack, Self::Confirm, Self::Publish];

    /// The Chinese word.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Submit => "提交",
            Self::SendBack => "退回",
            Self::Confirm => "确认",
            Self::Publish => "公示",
        }
    }

    /// The verb in the audit trail.
    #[must_use]
    pub const fn action(self) -> &'static str {
        match self {
            Self::Submit => "assessments.submit",
            Self::SendBack => "assessments.return",
            Self::Confirm => "assessments.confirm",
            Self::Publish => "assessments.publish",
        }
    }

    /// Where the step leads.
    #[must_use]
    pub const fn target(self) -> AssessmentState {
        match self {
            Self::Submit => AssessmentState::Submitted,
            Self::SendBack => AssessmentState::Returned,
            Self::Confirm => AssessmentState::Confirmed,
            Self::Publish => AssessmentState::Published,
        }
    }
}

/// Why a step is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StepRefusal {
    /// Nobody decides on his own submission.
    #[error("本人提交的考核不能由本人{}，请由其他审核员办理。", .0.name())]
    Own(Step),
    /// The step does not follow from the state.
    #[error("{}", wrong_state(*.step, *.state))]
    WrongState {
        /// The step.
        step: Step,
        /// The state.
        state: AssessmentState,
    },
}

fn wrong_state(step: Step, state: AssessmentState) -> String {
    use AssessmentState as S;
    let way_out = match (step, state) {
        (Step::Submit, _) => "不必再提交；如需修改，请由审核员退回",
        (Step::SendBack, S::Draft) => "尚未提交，考核组可直接修改",
        (Step::SendBack, S::Returned) => "请等待重新提交",
        (Step::SendBack, _) => "公示后不能退回；如有异议，请按异议程序更正",
        (Step::Confirm | Step::Publish, S::Draft) => "请待考核组提交后再办理",
        (Step::Confirm | Step::Publish, S::Returned) => "请待修改并重新提交后再办理",
        (Step::Publish, S::Submitted) => "请先确认",
        (Step::Confirm | Step::Publish, _) => "不必再办理",
    };
    format!("本季考核当前为“{}”，不能{}：{way_out}。", state.name(), step.name())
}

/// The state after a step. `own`: whether the actor submitted the round himself.
///
/// # Errors
/// When the step does not follow from the state, or the actor would decide on his own submission.
pub fn advance(step: Step, state: AssessmentState, own: bool) -> Result<AssessmentState, StepRefusal> {
    use AssessmentState as S;
    let follows = match step {
        Step::Submit => state.is_open(),
        Step::SendBack => matches!(state, S::Submitted | S::Confirmed),
        Step::Confirm => state == S::Submitted,
        Step::Publish => state == S::Confirmed,
    };
    if !follows {
        return Err(StepRefusal::WrongState { step, state });
    }
    if own && step != Step::Submit {
        return Err(StepRefusal::Own(step));
    }
    Ok(step.target())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// Every way from the draft, over both kinds of actor: nothing is published that somebody else did not confirm.
    #[test]
    fn every_way_to_publishing_goes_through_submission_and_confirmation_by_another() {
        let mut seen = BTreeSet::new();
        let mut ways: Vec<(AssessmentState, Vec<(Step, bool)>)> = vec![(AssessmentState::Draft, Vec::new())];
        while let Some((state, way)) = ways.pop() {
            seen.insert(state);
            if way.len() == 7 {
                continue;
            }
            for step in Step::ALL {
                for own in [false, true] {
                    let Ok(next) = advance(step, state, own) else { continue };
                    assert_eq!(next, step.target());
                    let mut further = way.clone();
                    further.push((step, own));
                    if next == AssessmentState::Published {
                        let last = |wanted| further.iter().rposition(|(step, _)| *step == wanted);
                        let (submitted, confirmed) = (last(Step::Submit), last(Step::Confirm));
                        assert!(submitted.is_some() && submitted < confirmed, "{further:?}");
                        assert!(last(Step::SendBack) < submitted, "{further:?}");
                        assert!(
                            further.iter().all(|(step, own)| *step == Step::Submit || !own),
                            "{further:?}"
                        );
                    }
                    ways.push((next, further));
                }
            }
        }
        assert_eq!(seen, AssessmentState::ALL.iter().copied().collect(), "every state is reached");
    }

    #[test]
    fn what_is_published_stays() {
        for step in Step::ALL {
            let refusal = advance(step, AssessmentState::Published, false).unwrap_err();
            assert!(refusal.to_string().contains("“已公示”"), "{refusal}");
        }
    }

    #[test]
    fn every_refusal_says_the_state_and_the_way_out() {
        for step in Step::ALL {
            for state in AssessmentState::ALL.iter().copied() {
                if let Err(refusal) = advance(step, state, false) {
                    let sentence = refusal.to_string();
                    assert!(sentence.contains(state.name()) && sentence.contains('：'), "{sentence}");
                }
            }
        }
    }
}
