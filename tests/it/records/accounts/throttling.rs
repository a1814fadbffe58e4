//! Signing in from one address: whoever tries many names is slowed down, whatever the names.

use cadre::base::actor::Role;
use cadre::records::accounts::SignedIn;

use super::{Stage, is_refused};
use crate::support::app::PASSWORD;

const GUESSER: Option<&str> = Some("198.51.100.7");

fn is_throttled(done: &SignedIn) -> bool {
    matches!(done, SignedIn::Throttled(_))
}

impl Stage {
    async fn guess(&mut self, names: usize) {
        for number in 0..names {
            assert!(is_refused(&self.attempt(&format!("name{number}"), "wrong wrong wrong", GUESSER).await));
        }
    }
}

/// ASVS 6.3.1
#[tokio::test]
async fn ten_refusals_close_the_door_to_that_address_only() {
    let mut stage = Stage::new().await;
    let town = stage.county.town(1).clone();
    stage.account("zhangwei", Role::Clerk, &town).await;
    stage.guess(10).await;
    let entries = stage.entries("accounts.sign_in_refused").await;
    assert_eq!(entries, 10);
    assert!(is_throttled(&stage.attempt("zhangwei", PASSWORD, GUESSER).await));
    assert!(is_throttled(&stage.attempt("name0", "wrong wrong wrong", Some("::ffff:198.51.100.7")).await));
    assert_eq!(stage.entries("accounts.sign_in_refused").await, entries, "a flood leaves no trail");
    assert!(!is_throttled(&stage.attempt("zhangwei", PASSWORD, Some("198.51.100.8")).await));
    stage.session("zhangwei").await;
}

#[tokio::test]
async fn the_door_opens_again_and_closes_longer() {
    let mut stage = Stage::new().await;
    let town = stage.county.town(1).clone();
    stage.account("zhangwei", Role::Clerk, &town).await;
    stage.guess(10).await;
    stage.behind("UPDATE sign_in_sources SET locked_until = now() - interval '1 second'").await;
    let entered = stage.attempt("zhangwei", PASSWORD, GUESSER).await;
    assert!(matches!(entered, SignedIn::Opened(_)), "{entered:?}");
    assert!(is_refused(&stage.attempt("name0", "wrong wrong wrong", GUESSER).await));
    let SignedIn::Throttled(left) = stage.attempt("zhangwei", PASSWORD, GUESSER).await else {
        panic!("an account of one's own does not wipe the slate");
    };
    assert!((31..=60).contains(&left.num_seconds()), "{left}");
    stage
        .behind("UPDATE sign_in_sources SET locked_until = now() - interval '15 minutes', failed_at = now() - interval '56 minutes'")
        .await;
    stage.guess(9).await;
    assert!(
        !is_throttled(&stage.attempt("zhangwei", PASSWORD, GUESSER).await),
        "it was quiet and began anew"
    );
}

#[tokio::test]
async fn an_office_that_mistypes_now_and_then_is_never_closed() {
    let mut stage = Stage::new().await;
    for _ in 0..15 {
        stage.guess(1).await;
        stage.behind("UPDATE sign_in_sources SET failed_at = failed_at - interval '5 minutes'").await;
    }
    let left = "SELECT failed_attempts FROM sign_in_sources";
    let left: i32 = stage.db.owner_client().await.query_one(left, &[]).await.unwrap().get(0);
    assert_eq!(left, 1);
}

#[tokio::test]
async fn old_addresses_are_forgotten() {
    let mut stage = Stage::new().await;
    stage.guess(1).await;
    stage.behind("UPDATE sign_in_sources SET failed_at = now() - interval '2 days'").await;
    stage.attempt("name", "wrong wrong wrong", Some("198.51.100.8")).await;
    let query = "SELECT string_agg(source, ' ') FROM sign_in_sources";
    let kept: String = stage.db.owner_client().await.query_one(query, &[]).await.unwrap().get(0);
    assert_eq!(kept, "198.51.100.8");
}
