//! How far a rating is, and who may take it a step further.

use crate::records::ratings::model::RatingState;

/// A step that somebody takes with a rating.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Step {
    /// 提交.
    Submit,
    /// 退回.
    SendBack,
    /// 审核.
    Review,
    /// 确定.
    Confirm,
    /// 公示.
    Publish,
    /// 提出异议.
    Object,
    /// 异议不成立.
    Dismiss,
    /// 异议成立.
    Uphold,
    /// 撤销.
    Revoke,
}

impl Step {
    /// All steps.
    pub const ALL: [Self; 9] = [
        Self::Submit,
        Self::SendBack,
        Self::Review,
        Self::Confirm,
        Self::Publish,
        Self::Object,
        Self::Dismiss,
        Self::Uphold,
        Self::Revoke,
    ];

    /// The Chinese word.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Submit => "提交",
            Self::SendBack => "退回",
            Self::Review => "审核",
            Self::Confirm => "确定",
            Self::Publish => "公示",
            Self::Object => "登记异议",
            Self::Dismiss | Self::Uphold => "处理异议",
            Self::Revoke => "撤销",
        }
    }

    /// The verb in the audit trail.
    #[must_use]
    pub const fn action(self) -> &'static str {
        match self {
            Self::Submit => "ratings.submit",
            Self::SendBack => "ratings.return",
            Self::Review => "ratings.review",
            Self::Confirm => "ratings.confirm",
            Self::Publish => "ratings.publish",
            Self::Object => "ratings.object",
            Self::Dismiss | Self::Uphold => "ratings.resolve",
            Self::Revoke => "ratings.revoke",
        }
    }

    /// Where the step leads.
    #[must_use]
    pub const fn target(self) -> RatingState {
        match self {
            Self::Submit => RatingState::Submitted,
            Self::SendBack | Self::Uphold => RatingState::Returned,
            Self::Review => RatingState::Reviewed,
            Self::Confirm => RatingState::Confirmed,
            Self::Publish | Self::Dismiss => RatingState::Published,
            Self::Object => RatingState::Objected,
            Self::Revoke => RatingState::Revoked,
        }
    }

    /// Whether the step, taken for a whole round, concerns a rating in this state. Those that are further already are
    /// left alone in silence; those that cannot follow come back with the reason.
    #[must_use]
    pub fn concerns(self, state: RatingState) -> bool {
        use RatingState as S;
        match self {
            Self::Submit => state.is_open(),
            Self::SendBack => matches!(state, S::Submitted | S::Reviewed | S::Confirmed),
            Self::Review => matches!(state, S::Submitted | S::Returned),
            Self::Confirm => matches!(state, S::Submitted | S::Returned | S::Reviewed),
            Self::Publish => matches!(state, S::Submitted | S::Returned | S::Reviewed | S::Confirmed),
            Self::Object => state == S::Published,
            Self::Dismiss | Self::Uphold => state == S::Objected,
            Self::Revoke => matches!(state, S::Confirmed | S::Published | S::Objected),
        }
    }
}

/// Why a step is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StepRefusal {
    /// The scheme asks for more scores.
    #[error("还缺{}的分数，请补齐后再提交", .missing.join("、"))]
    Incomplete {
        /// Names of the dimensions without a score.
        missing: Vec<String>,
    },
    /// There is no score at all.
    #[error("还没有评分，请先填写各维度的分数再提交")]
    Blank,
    /// Nobody decides on his own submission.
    #[error("本人提交的评定不能由本人{}，请由其他审核员办理", .0.name())]
    Own(Step),
    /// Nobody resolves an objection that he entered himself.
    #[error("本人登记的异议不能由本人处理，请由其他审核员办理")]
    OwnObjection,
    /// The scheme demands evidence.
    #[error("本方案要求填写评定依据，请补填后再提交")]
    NoEvidence,
    /// More have the highest level than may.
    #[error("已评{rated}人中最高等级{top}人，超过规定的{allowed}人，请复核后调整")]
    TopFull {
        /// How many are rated.
        rated: i64,
        /// How many of them have the highest level.
        top: i64,
        /// How many may.
        allowed: i64,
    },
    /// The term for objections is over.
    #[error("异议期已于{until}结束，现在不能登记异议；确有错误的，请由审核员办理撤销")]
    TermOver {
        /// Its last day.
        until: chrono::NaiveDate,
    },
    /// The step does not follow from the state.
    #[error("{}", wrong_state(*.step, *.state))]
    WrongState {
        /// The step.
        step: Step,
        /// The state.
        state: RatingState,
    },
}

fn wrong_state(step: Step, state: RatingState) -> String {
    use RatingState as S;
    let way_out = match (step, state) {
        (_, S::Revoked) => "已经撤销，请在下一评定期重新评定",
        (Step::Object, S::Objected) => "已有异议待处理，请等待处理结果",
        (Step::Object, _) => "公示后才能提出异议",
        (Step::Dismiss | Step::Uphold, _) => "没有待处理的异议，请刷新后核对",
        (Step::Revoke, _) => "尚未审定，退回或修改即可",
        (_, S::Objected) => "请先处理异议",
        (Step::Submit, _) => "不必再提交；如需修改，请由审核员退回",
        (Step::SendBack, S::Draft) => "尚未提交，录入员可直接修改",
        (Step::SendBack, S::Returned) => "请等待重新提交",
        (Step::SendBack, _) => "公示后不能退回；如有异议，请按异议程序办理",
        (Step::Review | Step::Confirm | Step::Publish, S::Draft) => "请待录入员提交后再办理",
        (Step::Review | Step::Confirm | Step::Publish, S::Returned) => "请待修改并重新提交后再办理",
        (Step::Confirm | Step::Publish, S::Submitted) => "请先审核",
        (Step::Publish, S::Reviewed) => "请先确定",
        (Step::Review | Step::Confirm | Step::Publish, _) => "不必再办理",
    };
    format!("当前为“{}”，不能{}：{way_out}", state.name(), step.name())
}

/// The state after a step. `own`: whether the actor submitted the rating himself.
///
/// # Errors
/// When the step does not follow from the state, or the actor would decide on his own submission.
pub fn advance(step: Step, state: RatingState, own: bool) -> Result<RatingState, StepRefusal> {
    use RatingState as S;
    let follows = match step {
        Step::Submit => state.is_open(),
        Step::SendBack => matches!(state, S::Submitted | S::Reviewed | S::Confirmed),
        Step::Review => state == S::Submitted,
        Step::Confirm => state == S::Reviewed,
        Step::Publish => state == S::Confirmed,
        Step::Object | Step::Dismiss | Step::Uphold | Step::Revoke => step.concerns(state),
    };
    if !follows {
        return Err(StepRefusal::WrongState { step, state });
    }
    if own && !matches!(step, Step::Submit | Step::Object) {
        return Err(StepRefusal::Own(step));
    }
    Ok(step.target())
}

/// The state of a round with so many ratings in each state: that of those least far, the ones sent back and the ones
/// not yet submitted left aside as long as others are further.
#[must_use]
pub fn round_state(states: impl IntoIterator<Item = RatingState>) -> RatingState {
    use RatingState as S;
    let mut lowest = None;
    let mut returned = false;
    for state in states {
        match state {
            S::Draft | S::Revoked => {}
            S::Returned => returned = true,
            // What is objected to stands in the open all the same: a round has no state of its own for it.
            S::Objected => {
                lowest = Some(lowest.map_or(S::Published, |lowest| rank(lowest).min(rank(S::Published)).1))
            }
            further => lowest = Some(lowest.map_or(further, |lowest| rank(lowest).min(rank(further)).1)),
        }
    }
    lowest.unwrap_or(if returned { S::Returned } else { S::Draft })
}

const fn rank(state: RatingState) -> (u8, RatingState) {
    let place = match state {
        RatingState::Draft => 0,
        RatingState::Returned => 1,
        RatingState::Submitted => 2,
        RatingState::Reviewed => 3,
        RatingState::Confirmed => 4,
        RatingState::Published | RatingState::Objected | RatingState::Revoked => 5,
    };
    (place, state)
}

/// What a reviewer should look at before he confirms: jumps against the round before, extremes without evidence.
#[must_use]
pub fn remark(before: Option<i32>, stars: i32, full_marks: bool, has_evidence: bool) -> Option<String> {
    let mut remarks = Vec::new();
    if let Some(change) = before.map(|before| stars - before) {
        if change >= 2 {
            remarks.push(format!("比上期升{change}星"));
        } else if change <= -2 {
            remarks.push(format!("比上期降{}星", change.abs()));
        }
    }
    if full_marks && !has_evidence {
        remarks.push("各维度均为满分，未填评定依据".to_owned());
    }
    if stars <= 1 && !has_evidence {
        remarks.push("最低星级，未填评定依据".to_owned());
    }
    (!remarks.is_empty()).then(|| remarks.join("；"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_step_is_skipped() {
        use RatingState as S;
        let allowed = |step| {
            S::ALL.iter().copied().filter(|state| advance(step, *state, false).is_ok()).collect::<Vec<_>>()
        };
        assert_eq!(allowed(Step::Submit), [S::Draft, S::Returned]);
        assert_eq!(allowed(Step::SendBack), [S::Submitted, S::Reviewed, S::Confirmed]);
        assert_eq!(allowed(Step::Review), [S::Submitted]);
        assert_eq!(allowed(Step::Confirm), [S::Reviewed]);
        assert_eq!(allowed(Step::Publish), [S::Confirmed]);
        assert_eq!(allowed(Step::Object), [S::Published]);
        assert_eq!(allowed(Step::Dismiss), [S::Objected]);
        assert_eq!(allowed(Step::Uphold), [S::Objected]);
        assert_eq!(allowed(Step::Revoke), [S::Confirmed, S::Published, S::Objected]);
    }

    /// Every state that can be reached, by every order of steps: what counts was reviewed and confirmed on its way there,
    /// and what was revoked stays so.
    #[test]
    fn every_state_is_reached_and_none_counts_unconfirmed() {
        let mut seen = std::collections::HashSet::from([(RatingState::Draft, false)]);
        let mut open = vec![(RatingState::Draft, false)];
        while let Some((state, confirmed)) = open.pop() {
            assert!(!state.counts() || confirmed, "{state:?} counts and nobody confirmed it");
            for step in Step::ALL {
                let Ok(next) = advance(step, state, false) else { continue };
                assert_ne!(state, RatingState::Revoked, "{step:?} after it was revoked");
                let found = match step {
                    Step::Submit => (next, false),
                    Step::Confirm => (next, true),
                    _ => (next, confirmed),
                };
                if seen.insert(found) {
                    open.push(found);
                }
            }
        }
        for state in RatingState::ALL {
            assert!(seen.iter().any(|(reached, _)| reached == state), "{state:?} is never reached");
        }
    }

    #[test]
    fn nobody_decides_on_his_own_submission() {
        for step in Step::ALL {
            for state in RatingState::ALL.iter().copied() {
                if advance(step, state, false).is_ok() {
                    let enters = matches!(step, Step::Submit | Step::Object);
                    assert_eq!(advance(step, state, true).is_ok(), enters, "{step:?}");
                }
            }
        }
        assert_eq!(
            StepRefusal::Own(Step::Confirm).to_string(),
            "本人提交的评定不能由本人确定，请由其他审核员办理"
        );
    }

    #[test]
    fn every_refusal_says_the_state_and_the_way_out() {
        for step in Step::ALL {
            for state in RatingState::ALL.iter().copied() {
                if let Err(refusal) = advance(step, state, false) {
                    let sentence = refusal.to_string();
                    assert!(sentence.contains(state.name()) && sentence.contains('：'), "{sentence}");
                }
            }
        }
        assert_eq!(
            advance(Step::Confirm, RatingState::Submitted, false).unwrap_err().to_string(),
            "当前为“已提交”，不能确定：请先审核"
        );
    }

    #[test]
    fn a_step_for_the_whole_round_concerns_all_that_it_can_take_further() {
        for step in Step::ALL {
            for state in RatingState::ALL.iter().copied() {
                assert!(advance(step, state, false).is_err() || step.concerns(state), "{step:?} {state:?}");
            }
        }
    }

    #[test]
    fn a_round_is_as_far_as_its_slowest_submitted_rating() {
        use RatingState as S;
        assert_eq!(round_state([]), S::Draft);
        assert_eq!(round_state([S::Draft, S::Draft]), S::Draft);
        assert_eq!(round_state([S::Draft, S::Returned]), S::Returned);
        assert_eq!(round_state([S::Returned, S::Confirmed, S::Published]), S::Confirmed);
        assert_eq!(round_state([S::Published, S::Submitted, S::Reviewed, S::Draft]), S::Submitted);
    }

    #[test]
    fn jumps_and_unproven_extremes_are_remarked() {
        assert_eq!(remark(Some(4), 5, false, false), None);
        assert_eq!(remark(None, 5, true, true), None);
        assert_eq!(remark(Some(2), 4, false, true).as_deref(), Some("比上期升2星"));
        assert_eq!(remark(Some(5), 3, false, true).as_deref(), Some("比上期降2星"));
        assert_eq!(remark(Some(4), 1, false, false).as_deref(), Some("比上期降3星；最低星级，未填评定依据"));
        assert_eq!(remark(None, 5, true, false).as_deref(), Some("各维度均为满分，未填评定依据"));
    }
}
