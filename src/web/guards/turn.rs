//! A turn to sign in. Weighing a password takes long and holds a connection: those who want in wait here for each other,
//! so that however many they are, the connections are left to those who are in.

use std::time::Duration;

use chrono::TimeDelta;
use rocket::request::{FromRequest, Outcome, Request};
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::web::respond::{Failure, stash};

/// So many sign in at once: fewer than half of the connections of the web role.
static TURNS: Semaphore = Semaphore::const_new(6);
/// How long one waits for a turn: some hundred others are served in the meantime.
const WAIT: Duration = Duration::from_secs(10);
/// When to come again.
const AGAIN: TimeDelta = TimeDelta::seconds(10);

/// The turn of a request that signs in, until it is answered.
pub struct Turn(#[expect(dead_code, reason = "held, never read")] SemaphorePermit<'static>);

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Turn {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        match take(&TURNS, WAIT).await {
            Some(permit) => Outcome::Success(Self(permit)),
            None => stash(request, Failure::too_often("此刻登录的人太多，请10秒后再试。".to_owned(), AGAIN)),
        }
    }
}

/// A turn out of some; none where nobody gives one back in time.
async fn take(turns: &Semaphore, wait: Duration) -> Option<SemaphorePermit<'_>> {
    tokio::time::timeout(wait, turns.acquire()).await.ok()?.ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn who_gets_no_turn_is_told_and_a_turn_given_back_serves_the_next() {
        let turns = Semaphore::new(1);
        let first = take(&turns, Duration::ZERO).await;
        assert!(first.is_some());
        assert!(take(&turns, Duration::ZERO).await.is_none());
        drop(first);
        assert!(take(&turns, Duration::ZERO).await.is_some());
    }
}
