//! Decisions about accounts: pure.

use chrono::{DateTime, TimeDelta, Utc};

use crate::base::actor::Role;
use crate::records::accounts::model::State;
use crate::records::accounts::security_policy::SecurityPolicy;

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

/// How long no sign-in is taken from an address after its `failed`th refused one, of which one is forgotten every five
/// minutes: none for the first nine, then half a minute, doubled each time, five minutes at most.
#[must_use]
pub fn lock_source_after(failed: i32) -> Option<TimeDelta> {
    let doublings = u32::try_from(failed.checked_sub(FREE_ATTEMPTS_OF_SOURCE)?).ok()?.min(10);
    let seconds = 30_i64.saturating_mul(2_i64.saturating_pow(doublings)).min(LONGEST_SOURCE_LOCK_SECONDS);
    Some(TimeDelta::seconds(seconds))
}

/// Wrong proofs in a row within a session that end it. They lock no account: whoever sits down at somebody's open browser
/// could keep him out otherwise, and a new session takes the password.
pub const WRONG_PROOFS: i32 = 5;

/// Whether an account may sign in at a moment, its password set aside.
#[must_use]
pub fn may_sign_in(state: State, locked_until: Option<DateTime<Utc>>, now: DateTime<Utc>) -> bool {
    state == State::Active && locked_until.is_none_or(|until| until <= now)
}

/// What somebody who signed in has to do before anything else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Duty {
    /// The one-time code is still to come.
    Code,
    /// The password was set by somebody else, or is too old.
    ChangePassword,
    /// The role needs one-time codes, and the account has none yet.
    Enrol,
}

/// What the duties of a session follow from.
#[derive(Debug, Clone)]
pub struct Standing {
    /// The session waits for a one-time code.
    pub waits_for_code: bool,
    /// Somebody else set the password.
    pub password_temporary: bool,
    /// When the password was set.
    pub password_set_at: DateTime<Utc>,
    /// The account uses one-time codes.
    pub has_code: bool,
    /// Its role needs them.
    pub demands_code: bool,
}

/// The first duty of a session at a moment.
#[must_use]
pub fn duty(standing: &Standing, policy: &SecurityPolicy, now: DateTime<Utc>) -> Option<Duty> {
    let ends = policy.password_days.map(|days| standing.password_set_at + TimeDelta::days(days.into()));
    if standing.waits_for_code {
        Some(Duty::Code)
    } else if standing.password_temporary || ends.is_some_and(|ends| ends <= now) {
        Some(Duty::ChangePassword)
    } else if standing.demands_code && !standing.has_code {
        Some(Duty::Enrol)
    } else {
        None
    }
}

/// Whether granting a role takes two security officers: every one that sees, decides or manages more than a clerk's.
#[must_use]
pub fn takes_two(role: Role) -> bool {
    role != Role::Clerk
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

    /// ASVS 6.2.10
    #[test]
    fn duties_come_one_after_the_other() {
        let now = crate::base::clock::now();
        let mut standing = Standing {
            waits_for_code: true,
            password_temporary: true,
            password_set_at: now - TimeDelta::days(90),
            has_code: false,
            demands_code: true,
        };
        let mut policy = SecurityPolicy::production();
        assert_eq!(duty(&standing, &policy, now), Some(Duty::Code));
        standing.waits_for_code = false;
        assert_eq!(duty(&standing, &policy, now), Some(Duty::ChangePassword));
        standing.password_temporary = false;
        assert_eq!(duty(&standing, &policy, now), Some(Duty::Enrol));
        standing.has_code = true;
        assert_eq!(duty(&standing, &policy, now), None);
        policy.password_days = Some(91);
        assert_eq!(duty(&standing, &policy, now), None, "one day is left");
        policy.password_days = Some(90);
        assert_eq!(duty(&standing, &policy, now), Some(Duty::ChangePassword));
        (standing.has_code, standing.demands_code, policy.password_days) = (false, false, None);
        assert_eq!(duty(&standing, &policy, now), None, "nobody asks for a code");
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
