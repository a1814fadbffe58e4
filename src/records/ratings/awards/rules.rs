//! Decisions about awards: pure, no connection, no clock, no floating point.

use bigdecimal::{BigDecimal, RoundingMode};
use chrono::NaiveDate;

use crate::records::ratings::awards::model::{AwardAct, AwardState, AwardStep, PanelAggregation};
use crate::records::ratings::rules::printed;

/// Decimals of a mark.
const DECIMALS: i64 = 2;

/// How an award stands when somebody wants to do something to it.
#[derive(Debug, Clone)]
pub struct Standing<'a> {
    /// The steps of its scheme, in their order.
    pub way: &'a [AwardStep],
    /// How far it has come.
    pub state: AwardState,
    /// The day of the last step.
    pub state_on: NaiveDate,
    /// The last day of its public notice.
    pub notice_until: Option<NaiveDate>,
    /// Whether an objection waits to be resolved.
    pub has_open_objection: bool,
    /// Whether the actor recommended it himself.
    pub is_own: bool,
}

/// Why something cannot be done to an award.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AwardRefusal {
    /// Nobody decides on what he recommended himself.
    #[error("本人推荐的不能由本人{}，请由其他审核员办理", .0.name())]
    Own(AwardAct),
    /// Nobody resolves an objection that he entered himself.
    #[error("本人登记的异议不能由本人处理，请由其他审核员办理")]
    OwnObjection,
    /// It does not follow from the state.
    #[error("{}", wrong_state(*.act, *.state, *.pending))]
    WrongState {
        /// What was to be done.
        act: AwardAct,
        /// The state.
        state: AwardState,
        /// The step that is next.
        pending: Option<AwardStep>,
    },
    /// Before the last step.
    #[error("{}日期“{on}”早于上一步的{after}，请填写{after}或以后的日期", .act.name())]
    TooEarly {
        /// What was to be done.
        act: AwardAct,
        /// The day given.
        on: NaiveDate,
        /// The day of the last step.
        after: NaiveDate,
    },
    /// The public notice runs.
    #[error("公示期到{until}为止，“{on}”还不能{}，请在公示期满后的次日起办理", .act.name())]
    NoticeRuns {
        /// What was to be done.
        act: AwardAct,
        /// The day given.
        on: NaiveDate,
        /// The last day of the notice.
        until: NaiveDate,
    },
    /// An objection waits.
    #[error("还有异议没有处理，不能{}，请先处理异议", .0.name())]
    ObjectionOpen(AwardAct),
    /// Objections are taken during the public notice only.
    #[error("公示期已于{until}结束，“{on}”收到的异议不能按公示异议登记；确有问题的，请按撤销程序办理")]
    TermOver {
        /// The day given.
        on: NaiveDate,
        /// The last day of the notice.
        until: NaiveDate,
    },
    /// No objection waits.
    #[error("没有待处理的异议，请刷新后核对")]
    NoObjection,
    /// The panel marked it too low.
    #[error("联合评审得分{mark}，低于规定的{pass}，不能审定；请退回或不予通过")]
    BelowPass {
        /// The mark.
        mark: String,
        /// The lowest mark.
        pass: String,
    },
    /// Too few marks.
    #[error("评审人只有{given}名，本方案至少{least}名，请补齐评分")]
    TooFewRaters {
        /// How many were given.
        given: usize,
        /// How many are needed.
        least: i32,
    },
}

fn wrong_state(act: AwardAct, state: AwardState, pending: Option<AwardStep>) -> String {
    let name = act.name();
    let way_out = match (state, pending) {
        (AwardState::Final, _) if act == AwardAct::Object => "公示期已过，确有问题的请办理撤销".to_owned(),
        (AwardState::Final, _) => "已经命名，确有问题的请办理撤销".to_owned(),
        (AwardState::Rejected | AwardState::Revoked, _) => {
            "评选已经终止，需要的请在下一年度重新推荐".to_owned()
        }
        (AwardState::Returned, _) => "请待乡镇（街道）重新推荐".to_owned(),
        (_, Some(step)) => format!("下一步是“{}”", step.name()),
        (_, None) => "请刷新后核对".to_owned(),
    };
    format!("当前为“{}”，不能{name}：{way_out}", state.name())
}

/// The step that follows on a state by a way; none where nothing follows.
#[must_use]
pub fn pending(way: &[AwardStep], state: AwardState) -> Option<AwardStep> {
    if state == AwardState::Returned {
        return way.first().copied();
    }
    let at = way.iter().position(|step| step.state() == state)?;
    way.get(at.checked_add(1)?).copied()
}

/// The state after something is done on a day. An objection and what came of it leave the state as it is, unless it was
/// right: `after_objection`.
///
/// # Errors
/// When it does not follow from the state, comes too early, or the actor would decide on what he recommended himself.
pub fn advance(act: AwardAct, standing: &Standing<'_>, on: NaiveDate) -> Result<AwardState, AwardRefusal> {
    use AwardState as S;
    let state = standing.state;
    let next = pending(standing.way, state);
    let wrong = || AwardRefusal::WrongState { act, state, pending: next };
    let under_way = matches!(state, S::Recommended | S::Scored | S::Decided | S::Noticed);
    let target = match act {
        AwardAct::Return if under_way => S::Returned,
        AwardAct::Reject if under_way => S::Rejected,
        AwardAct::Revoke if state == S::Final => S::Revoked,
        AwardAct::Object | AwardAct::Resolve if state == S::Noticed => state,
        AwardAct::Return | AwardAct::Reject | AwardAct::Revoke | AwardAct::Object | AwardAct::Resolve => {
            return Err(wrong());
        }
        _ => act.step().filter(|step| next == Some(*step)).map(AwardStep::state).ok_or_else(wrong)?,
    };
    if standing.is_own && !matches!(act, AwardAct::Recommend | AwardAct::Object) {
        return Err(AwardRefusal::Own(act));
    }
    // A revocation ends what begins with the naming: on the same day there would be no day on which it held.
    let is_too_early = if act == AwardAct::Revoke { on <= standing.state_on } else { on < standing.state_on };
    if is_too_early {
        return Err(AwardRefusal::TooEarly { act, on, after: standing.state_on });
    }
    if act == AwardAct::Object {
        return match standing.notice_until.filter(|until| on > *until) {
            Some(until) => Err(AwardRefusal::TermOver { on, until }),
            None => Ok(target),
        };
    }
    if standing.has_open_objection && act != AwardAct::Resolve {
        return Err(AwardRefusal::ObjectionOpen(act));
    }
    if state == S::Noticed
        && act.step().is_some()
        && let Some(until) = standing.notice_until.filter(|until| on <= *until)
    {
        return Err(AwardRefusal::NoticeRuns { act, on, until });
    }
    Ok(target)
}

/// The mark of a panel: the mean, or the mean without one highest and one lowest, rounded half up to two decimals. None
/// where nobody gave one, or fewer than three of whom two are left out.
#[must_use]
pub fn panel_mark(aggregation: PanelAggregation, scores: &[BigDecimal]) -> Option<BigDecimal> {
    let mut sorted = scores.to_vec();
    sorted.sort();
    let counted = match aggregation {
        PanelAggregation::Mean => sorted.as_slice(),
        PanelAggregation::TrimmedMean => sorted.get(1..sorted.len().checked_sub(1)?)?,
    };
    let number = u64::try_from(counted.len()).ok().filter(|number| *number > 0)?;
    let sum: BigDecimal = counted.iter().sum();
    Some((sum / BigDecimal::from(number)).with_scale_round(DECIMALS, RoundingMode::HalfUp))
}

/// Refuses a mark that is too low.
///
/// # Errors
/// `BelowPass`.
pub fn check_mark(mark: Option<&BigDecimal>, pass: Option<&BigDecimal>) -> Result<(), AwardRefusal> {
    match (mark, pass) {
        (Some(mark), Some(pass)) if mark < pass => {
            Err(AwardRefusal::BelowPass { mark: printed(mark), pass: printed(pass) })
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeSet, VecDeque};

    use proptest::prelude::*;

    use super::*;

    const MIDDLE: [AwardStep; 3] = [AwardStep::Score, AwardStep::Decide, AwardStep::Notice];

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    /// Every way that a scheme may have: any of the middle steps in any order between the first and the last.
    fn ways() -> Vec<Vec<AwardStep>> {
        let mut middles: Vec<Vec<AwardStep>> = vec![Vec::new()];
        let mut found = middles.clone();
        for _ in 0..3 {
            middles = middles
                .iter()
                .flat_map(|middle| {
                    MIDDLE
                        .iter()
                        .filter(|step| !middle.contains(step))
                        .map(|step| [middle.as_slice(), &[*step]].concat())
                })
                .collect();
            found.extend(middles.clone());
        }
        found
            .iter()
            .map(|middle| [&[AwardStep::Recommend], middle.as_slice(), &[AwardStep::Finish]].concat())
            .collect()
    }

    fn standing(way: &[AwardStep], state: AwardState) -> Standing<'_> {
        Standing {
            way,
            state,
            state_on: day("2020-11-02"),
            notice_until: (state == AwardState::Noticed).then(|| day("2020-11-09")),
            has_open_objection: false,
            is_own: false,
        }
    }

    /// All states that can be reached from a recommendation, however long one goes on: with the steps taken on the way.
    fn reached(way: &[AwardStep]) -> BTreeSet<(AwardState, Vec<AwardStep>)> {
        let begin = (AwardState::Recommended, vec![AwardStep::Recommend]);
        let mut seen = BTreeSet::from([begin.clone()]);
        let mut open = VecDeque::from([begin]);
        while let Some((state, taken)) = open.pop_front() {
            for act in AwardAct::ALL.iter().copied() {
                let Ok(next) = advance(act, &standing(way, state), day("2020-12-01")) else { continue };
                let mut taken = taken.clone();
                match act {
                    AwardAct::Recommend => taken = vec![AwardStep::Recommend],
                    _ => taken.extend(act.step()),
                }
                if seen.insert((next, taken.clone())) {
                    open.push_back((next, taken));
                }
            }
        }
        seen
    }

    #[test]
    fn every_way_is_walked_to_its_end_without_a_skip() {
        let ways = ways();
        assert_eq!(ways.len(), 16);
        for way in ways {
            let all = reached(&way);
            for (state, taken) in &all {
                assert!(way.starts_with(taken), "{way:?}: {state:?} after {taken:?}");
                if matches!(state, AwardState::Final | AwardState::Revoked) {
                    assert_eq!(taken, &way, "named before the end of its way");
                }
            }
            assert!(all.iter().any(|(state, _)| *state == AwardState::Final), "{way:?} has no end");
            assert!(all.iter().any(|(state, _)| *state == AwardState::Revoked));
            assert!(all.iter().any(|(state, _)| *state == AwardState::Returned));
        }
    }

    #[test]
    fn nobody_decides_on_what_he_recommended_and_no_end_goes_on() {
        for way in ways() {
            for state in AwardState::ALL.iter().copied() {
                for act in AwardAct::ALL.iter().copied() {
                    let own = Standing { is_own: true, ..standing(&way, state) };
                    let allowed = advance(act, &own, day("2020-12-01"));
                    let enters = matches!(act, AwardAct::Recommend | AwardAct::Object);
                    assert!(allowed.is_err() || enters, "{act:?} on his own in {state:?}");
                    if matches!(state, AwardState::Rejected | AwardState::Revoked) {
                        let anybody = advance(act, &standing(&way, state), day("2020-12-01"));
                        assert!(anybody.is_err(), "{act:?} after {state:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_notice_runs_to_its_last_day_and_waits_for_objections() {
        let way = [AwardStep::Recommend, AwardStep::Notice, AwardStep::Finish];
        let noticed = standing(&way, AwardState::Noticed);
        let finish = |standing: &Standing<'_>, on: &str| advance(AwardAct::Finish, standing, day(on));
        assert_eq!(
            finish(&noticed, "2020-11-09").unwrap_err().to_string(),
            "公示期到2020-11-09为止，“2020-11-09”还不能命名，请在公示期满后的次日起办理"
        );
        assert_eq!(finish(&noticed, "2020-11-10"), Ok(AwardState::Final));
        let disputed = Standing { has_open_objection: true, ..noticed.clone() };
        assert_eq!(finish(&disputed, "2020-11-10"), Err(AwardRefusal::ObjectionOpen(AwardAct::Finish)));
        assert!(advance(AwardAct::Resolve, &disputed, day("2020-11-10")).is_ok());
        assert!(advance(AwardAct::Object, &noticed, day("2020-11-09")).is_ok());
        assert!(matches!(
            advance(AwardAct::Object, &noticed, day("2020-11-10")),
            Err(AwardRefusal::TermOver { .. })
        ));
    }

    #[test]
    fn every_refusal_says_what_and_the_way_out() {
        for way in ways() {
            for state in AwardState::ALL.iter().copied() {
                for act in AwardAct::ALL.iter().copied() {
                    for on in ["2020-10-01", "2020-11-05", "2020-12-01"] {
                        if let Err(refusal) = advance(act, &standing(&way, state), day(on)) {
                            let sentence = refusal.to_string();
                            let has_way_out = ["请", "下一步"].iter().any(|word| sentence.contains(word));
                            assert!(has_way_out, "{sentence}");
                        }
                    }
                }
            }
        }
    }

    fn marks(cents: &[u32]) -> Vec<BigDecimal> {
        cents.iter().map(|cents| BigDecimal::new((*cents).into(), 2)).collect()
    }

    #[test]
    fn marks_become_one() {
        let scores = marks(&[9_000, 8_000, 9_500, 100]);
        let mark = |aggregation| panel_mark(aggregation, &scores).map(|mark| printed(&mark));
        assert_eq!(mark(PanelAggregation::Mean).as_deref(), Some("66.5"));
        assert_eq!(mark(PanelAggregation::TrimmedMean).as_deref(), Some("85"));
        assert_eq!(panel_mark(PanelAggregation::TrimmedMean, &marks(&[1, 2])), None);
        assert_eq!(panel_mark(PanelAggregation::Mean, &[]), None);
        assert!(check_mark(Some(&BigDecimal::from(59)), Some(&BigDecimal::from(60))).is_err());
        assert!(check_mark(Some(&BigDecimal::from(60)), Some(&BigDecimal::from(60))).is_ok());
    }

    proptest! {
        #[test]
        fn a_mark_is_bounded_monotone_and_blind_to_order(
            cents in proptest::collection::vec(0u32..=10_000, 3..12), place in 0usize..12, more in 0u32..=10_000,
            trimmed in any::<bool>(),
        ) {
            let aggregation = if trimmed { PanelAggregation::TrimmedMean } else { PanelAggregation::Mean };
            let mark = panel_mark(aggregation, &marks(&cents)).unwrap();
            let (least, most) = (cents.iter().min().unwrap(), cents.iter().max().unwrap());
            prop_assert!(mark >= marks(&[*least])[0] && mark <= marks(&[*most])[0]);
            let mut other = cents.clone();
            other.reverse();
            prop_assert_eq!(&panel_mark(aggregation, &marks(&other)).unwrap(), &mark);
            let place = place % cents.len();
            other = cents.clone();
            other[place] = other[place].max(more);
            prop_assert!(panel_mark(aggregation, &marks(&other)).unwrap() >= mark);
        }
    }
}
