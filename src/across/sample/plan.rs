//! How many events of each kind a quarter has, so that the register ends with the members that the pack says.

use chrono::NaiveDate;

use crate::base::values::Quarter;

use super::chance::shares;
use super::pack::CountyPack;

/// Events per ten thousand members and year.
const DEATHS: u32 = 105;
const TRANSFERS_OUT: u32 = 45;
const TRANSFERS_IN: u32 = 40;
const REMOVALS: u32 = 8;
const STOPS: u32 = 6;
const REINSTATEMENTS: u32 = 3;
const RESTRICTIONS: u32 = 3;
const MOVES: u32 = 70;

/// The events of one quarter; of each kind at least one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuarterPlan {
    /// First day.
    pub first: NaiveDate,
    /// Last day that events may have: the quarter's, or today.
    pub last: NaiveDate,
    /// Deaths.
    pub deaths: u32,
    /// Members who leave the county with their membership.
    pub transfers_out: u32,
    /// Members who come from other counties.
    pub transfers_in: u32,
    /// Members who leave the Party.
    pub removals: u32,
    /// Memberships stopped.
    pub stops: u32,
    /// Memberships restored.
    pub reinstatements: u32,
    /// Rights restricted; no change in the register.
    pub restrictions: u32,
    /// Moves between branches of the county.
    pub moves: u32,
    /// Admissions.
    pub admissions: u32,
}

impl QuarterPlan {
    fn leaving(&self) -> u32 {
        [self.deaths, self.transfers_out, self.removals, self.stops].into_iter().sum()
    }

    fn coming(&self) -> u32 {
        self.transfers_in.saturating_add(self.reinstatements)
    }
}

/// Why a pack allows no history.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// The records would begin after today.
    #[error("示范县的起始季度{quarter}晚于今天，请核对数据文件或系统时间")]
    Future {
        /// The quarter in which the records begin.
        quarter: Quarter,
    },
    /// Fewer members than those who stay.
    #[error("示范县党员人数{members}与起始人数{before}相差过大，不能推算各季度发展党员人数；请核对数据文件")]
    Shrinking {
        /// Members wanted today.
        members: u32,
        /// Members when the records begin.
        before: u32,
    },
}

/// The plans of all quarters after the records begin, the running one included.
pub fn plan(pack: &CountyPack, today: NaiveDate) -> Result<Vec<QuarterPlan>, PlanError> {
    let begin = pack.history.quarter;
    if begin.last_day() >= today {
        return Err(PlanError::Future { quarter: begin });
    }
    let mut plans = Vec::new();
    let mut quarter = begin.next();
    let mut stopped = 0;
    while quarter.first_day() <= today {
        let one = quarter_plan(pack.history.members, quarter, today, stopped);
        stopped = stopped.saturating_add(one.stops).saturating_sub(one.reinstatements);
        plans.push(one);
        quarter = quarter.next();
    }
    let sum = |count: fn(&QuarterPlan) -> u32| plans.iter().map(count).sum::<u32>();
    let admissions = pack
        .members
        .saturating_add(sum(QuarterPlan::leaving))
        .checked_sub(pack.history.members.saturating_add(sum(QuarterPlan::coming)))
        .filter(|admissions| usize::try_from(*admissions).is_ok_and(|count| count >= plans.len()))
        .ok_or(PlanError::Shrinking { members: pack.members, before: pack.history.members })?;
    let days: Vec<u32> = plans.iter().map(|plan| length(plan.first, plan.last)).collect();
    for (plan, share) in plans.iter_mut().zip(shares(admissions, &days)) {
        plan.admissions = share;
    }
    Ok(plans)
}

fn quarter_plan(members: u32, quarter: Quarter, today: NaiveDate, stopped: u32) -> QuarterPlan {
    let (first, last) = (quarter.first_day(), quarter.last_day().min(today));
    let days = u64::from(length(first, last));
    let count = |yearly: u32| {
        let events = u64::from(members).saturating_mul(u64::from(yearly)).saturating_mul(days) / 3_650_000;
        u32::try_from(events.max(1)).unwrap_or(1)
    };
    QuarterPlan {
        first,
        last,
        deaths: count(DEATHS),
        transfers_out: count(TRANSFERS_OUT),
        transfers_in: count(TRANSFERS_IN),
        removals: count(REMOVALS),
        stops: count(STOPS),
        // Only whose membership was stopped in an earlier quarter can have it restored.
        reinstatements: count(REINSTATEMENTS).min(stopped),
        restrictions: count(RESTRICTIONS),
        moves: count(MOVES),
        admissions: 0,
    }
}

fn length(first: NaiveDate, last: NaiveDate) -> u32 {
    u32::try_from((last - first).num_days()).unwrap_or_default().saturating_add(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::across::sample::pack::Pack;

    #[test]
    fn the_register_ends_with_the_members_of_the_pack() {
        let pack = Pack::load("wushan").unwrap().county;
        for today in ["2026-11-22", "2026-10-01", "2027-03-31"] {
            let plans = plan(&pack, today.parse().unwrap()).unwrap();
            let flow: i64 =
                plans.iter().map(|p| i64::from(p.admissions + p.coming()) - i64::from(p.leaving())).sum();
            assert_eq!(i64::from(pack.history.members) + flow, i64::from(pack.members), "{today}");
            let first = &plans[0];
            assert_eq!((first.reinstatements, plans[1].reinstatements.min(1)), (0, 1));
        }
    }

    #[test]
    fn a_pack_that_does_not_add_up_is_refused() {
        let mut pack = Pack::load("wushan").unwrap().county;
        assert!(matches!(plan(&pack, "2021-06-30".parse().unwrap()), Err(PlanError::Future { .. })));
        pack.members = 1_000;
        assert!(matches!(plan(&pack, "2026-11-22".parse().unwrap()), Err(PlanError::Shrinking { .. })));
    }
}
