//! Decisions about accounts: pure.

use chrono::{DateTime, TimeDelta, Utc};

use crate::base::actor::Role;
use crate::records::accounts::model::State;

/// Wrong passwords that cost nothing but time.
const FREE_ATTEMPTS: i32 = 5;
/// The longest lock: an attacker gets four tries an hour, an honest person loses a tea break.
const LONGEST_LOCK_SECONDS: i64 = 900;

/// How long an account is locked after its `failed`th wrong password in a row: none for the first four, then half a
/// minute, doubled each time, a quarter of an hour at most.
#[must_use]
pub fn lock_after(failed: i32) -> Option<TimeDelta> {
    let doublings = u32::try_from(failed.checked_sub(FREE_ATTEMPTS)?).ok()?.min(10);
    let seconds = 30_i64.saturating_mul(2_i64.saturating_pow(doublings)).min(LONGEST_LOCK_SECONDS);
    Some(TimeDelta::seconds(seconds))
}

/// Refused sign-ins from one address that cost nothing but time: an office may share one.
const FREE_ATTEMPTS_OF_SOURCE: i32 = 10;
/// The longest lock of an address: all who sit behind it wait.
const LONGEST_SOURCE_LOCK_SECONDS: i64 = 300;

/// How long no sign-in is taken from an address after its `failed`th refused one in a row: none for the first nine, then
/// half a minute, doubled each time, five minutes at most.
#[must_use]
pub fn lock_source_after(failed: i32) -> Option<TimeDelta> {
    let doublings = u32::try_from(failed.checked_sub(FREE_ATTEMPTS_OF_SOURCE)?).ok()?.min(10);
    let seconds = 30_i64.saturating_mul(2_i64.saturating_pow(doublings)).min(LONGEST_SOURCE_LOCK_SECONDS);
    Some(TimeDelta::seconds(seconds))
}

/// Whether an account may sign in at a moment, its password set aside.
#[must_use]
pub fn may_sign_in(state: State, locked_until: Option<DateTime<Utc>>, now: DateTime<Utc>) -> bool {
    state == State::Active && locked_until.is_none_or(|until| until <= now)
}

/// Whether a role sees records, so that an account of it needs an organisation whose records it works on.
#[must_use]
pub fn sees_records(role: Role) -> bool {
    matches!(role, Role::Clerk | Role::Supervisor | Role::Auditor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lock_begins_with_the_fifth_wrong_password_and_doubles() {
        let seconds = |failed| lock_after(failed).map(|lock| lock.num_seconds());
        assert_eq!([1, 4].map(seconds), [None, None]);
        assert_eq!([5, 6, 7, 9].map(seconds), [Some(30), Some(60), Some(120), Some(480)]);
        assert_eq!([10, 40, i32::MAX].map(seconds), [Some(900); 3]);
    }

    #[test]
    fn an_address_waits_from_the_tenth_refusal_on() {
        let seconds = |failed| lock_source_after(failed).map(|lock| lock.num_seconds());
        assert_eq!([1, 9].map(seconds), [None, None]);
        assert_eq!([10, 11, 13].map(seconds), [Some(30), Some(60), Some(240)]);
        assert_eq!([14, i32::MAX].map(seconds), [Some(300); 2]);
    }

    #[test]
    fn only_an_active_account_that_is_not_locked_signs_in() {
        let now = crate::base::clock::now();
        let (before, after) = (now - TimeDelta::seconds(1), now + TimeDelta::seconds(1));
        assert!(may_sign_in(State::Active, None, now) && may_sign_in(State::Active, Some(before), now));
        assert!(!may_sign_in(State::Active, Some(after), now));
        assert!(!may_sign_in(State::Pending, None, now) && !may_sign_in(State::Disabled, None, now));
    }
}
