//! How many records of people each account was shown of late (PRV-04): counted in the memory of the server, since every
//! page counts; that somebody is stopped is written down.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};

use crate::base::actor::Actor;
use crate::base::clock;
use crate::base::error::{Error, Result};
use crate::base::ids::AccountId;
use crate::records::accounts::{self, Identity, READING_STOP};
use crate::web;

/// How far back is counted, in minutes.
const MINUTES: i64 = 10;

/// What each account was shown, minute by minute.
#[derive(Debug, Default)]
pub struct Readings(Mutex<HashMap<AccountId, VecDeque<(i64, usize)>>>);

impl Readings {
    /// Notes records of a minute; says how many it were with those of the nine minutes before.
    pub fn note(&self, account: AccountId, records: usize, minute: i64) -> usize {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let ended = |spent: &VecDeque<(i64, usize)>| {
            spent.back().is_none_or(|(latest, _)| latest + MINUTES <= minute)
        };
        // Whoever has not read for a while takes no room.
        if all.len() > 1_000 {
            all.retain(|_, spent| !ended(spent));
        }
        let spent = all.entry(account).or_default();
        while spent.front().is_some_and(|(first, _)| first + MINUTES <= minute) {
            spent.pop_front();
        }
        match spent.back_mut() {
            Some((latest, count)) if *latest == minute => *count = count.saturating_add(records),
            _ => spent.push_back((minute, records)),
        }
        spent.iter().map(|(_, count)| count).sum()
    }

    /// Forgets what an account was shown: its stop is over or has just begun.
    pub fn forget(&self, account: AccountId) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&account);
    }
}

/// Notes that records of people are about to be shown; an account that is shown more than its county allows is stopped
/// before it sees these.
///
/// # Errors
/// `TooOften`.
pub async fn note(state: &web::State, identity: &Identity, actor: &Actor, records: usize) -> Result<()> {
    let Some(limit) = identity.records_per_ten_minutes else { return Ok(()) };
    let minute = clock::now().timestamp().div_euclid(60);
    let read = state.readings.note(identity.account, records, minute);
    if read <= usize::try_from(limit).unwrap_or_default() {
        return Ok(());
    }
    let mut conn = state.database.web().await?;
    accounts::stop_reading(&mut conn, actor, read).await?;
    // Not before the stop is written down: requests sent beside this one would begin to count anew.
    state.readings.forget(identity.account);
    tracing::warn!(account = %identity.account, read, "an account read too many records and is stopped");
    Err(Error::TooOften { message: read_too_much(READING_STOP), wait: READING_STOP })
}

/// The sentence for who read too many records in a short time.
#[must_use]
pub fn read_too_much(left: chrono::TimeDelta) -> String {
    let minutes = (left.num_seconds().max(0) + 59) / 60;
    format!(
        "短时间内查看的人员记录过多，已暂停查询并记入审计记录，请过{minutes}分钟再试。确需大量数据时请使用导出，或联系安全管理员。"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_minutes_are_counted_and_no_more() {
        let (readings, one, other) = (Readings::default(), AccountId::new(), AccountId::new());
        assert_eq!(readings.note(one, 50, 100), 50);
        assert_eq!(readings.note(one, 50, 100), 100);
        assert_eq!(readings.note(other, 50, 100), 50, "each for himself");
        assert_eq!(readings.note(one, 1, 109), 101);
        assert_eq!(readings.note(one, 1, 110), 2, "the first minute is past");
        readings.forget(one);
        assert_eq!(readings.note(one, 1, 110), 1);
    }
}
