//! Signing in and out: what opens a session, what ends it, what a guesser learns.

use cadre::base::actor::{Door, Role};
use cadre::base::error::Error;
use cadre::records::accounts::{self, ChangePassword, Password, Proving, ResetPassword, SignIn};

use super::{Stage, is_refused};
use crate::support::app::PASSWORD;

const OTHER: &str = "a wholly different sentence";

fn other() -> Password {
    Password::parse(OTHER, "nobody").unwrap()
}

/// ASVS 6.3.1
#[tokio::test]
async fn five_wrong_passwords_lock_that_account_and_no_other() {
    let mut stage = Stage::new().await;
    let town = stage.county.town(1).clone();
    stage.account("zhangwei", Role::Clerk, &town).await;
    stage.account("lina", Role::Clerk, &town).await;
    for _ in 0..5 {
        assert!(is_refused(&stage.attempt("zhangwei", "wrong wrong wrong", None).await));
    }
    assert!(is_refused(&stage.attempt("zhangwei", PASSWORD, None).await), "it is locked");
    stage.session("lina").await;
    stage.behind("UPDATE accounts SET locked_until = now() - interval '1 second'").await;
    stage.session("zhangwei").await;
    for _ in 0..4 {
        assert!(is_refused(&stage.attempt("zhangwei", "wrong wrong wrong", None).await));
    }
    stage.session("zhangwei").await;
    assert_eq!(stage.entries("accounts.sign_in_refused").await, 10);
    assert_eq!(stage.entries("accounts.sign_in").await, 3);
}

#[tokio::test]
async fn what_is_tried_while_it_is_locked_does_not_prolong_the_lock() {
    let mut stage = Stage::new().await;
    let town = stage.county.town(1).clone();
    stage.account("zhangwei", Role::Clerk, &town).await;
    let client = stage.db.owner_client().await;
    let mut locks = Vec::new();
    for _ in 0..7 {
        stage.attempt("zhangwei", "wrong wrong wrong", None).await;
        let row =
            client.query_one("SELECT failed_attempts, locked_until::text FROM accounts", &[]).await.unwrap();
        locks.push((row.get::<_, i32>(0), row.get::<_, Option<String>>(1)));
    }
    assert_eq!(locks[3], (4, None));
    assert!(locks[4].1.is_some());
    assert_eq!((&locks[5], &locks[6]), (&locks[4], &locks[4]));
}

/// The shortest of several turns taken alternately: what else the machine does lengthens some turns, and shortens none.
#[tokio::test]
async fn what_was_typed_as_an_unknown_name_is_not_kept() {
    let mut stage = Stage::new().await;
    stage.attempt("my-secret-password", "x", Some("198.51.100.7")).await;
    let query = "SELECT count(*), count(*) FILTER (WHERE e::text LIKE '%secret%') FROM audit_entries e";
    let row = stage.db.owner_client().await.query_one(query, &[]).await.unwrap();
    assert_eq!((row.get::<_, i64>(0), row.get::<_, i64>(1)), (1, 0));
}

/// ASVS 7.2.1, 7.3.1, 7.4.1
#[tokio::test]
async fn a_session_ends_when_it_is_idle_or_old_or_signed_out() {
    let mut stage = Stage::new().await;
    let town = stage.county.town(1).clone();
    stage.account("zhangwei", Role::Clerk, &town).await;
    let idle = stage.session("zhangwei").await;
    stage.behind("UPDATE sessions SET used_at = now() - interval '31 minutes'").await;
    let old = stage.session("zhangwei").await;
    assert!(!stage.is_alive(&idle).await && stage.is_alive(&old).await);
    stage.behind("UPDATE sessions SET created_at = now() - interval '13 hours', expires_at = now()").await;
    let (one, two) = (stage.session("zhangwei").await, stage.session("zhangwei").await);
    assert!(!stage.is_alive(&old).await);
    let actor = one.session.identity.actor(Door::Web, None);
    accounts::sign_out(&mut stage.conn, &actor, one.token.reveal()).await.unwrap();
    assert!(!stage.is_alive(&one).await && stage.is_alive(&two).await);
}

/// ASVS 6.2.2, 7.4.5
#[tokio::test]
async fn a_new_password_ends_every_session_and_the_old_password() {
    let mut stage = Stage::new().await;
    let town = stage.county.town(1).clone();
    let account = stage.account("zhangwei", Role::Clerk, &town).await;
    let neighbour = stage.account("lina", Role::Clerk, &town).await;
    let administrator = stage.official(Role::Administrator).await;
    let (one, two) = (stage.session("zhangwei").await, stage.session("lina").await);
    let reset = ResetPassword { account, password: other(), temporary: false };
    accounts::reset_password(&mut stage.conn, &administrator, &[reset]).await.unwrap();
    assert!(!stage.is_alive(&one).await && stage.is_alive(&two).await);
    assert!(is_refused(&stage.attempt("zhangwei", PASSWORD, None).await));
    assert!(!is_refused(&stage.attempt("zhangwei", OTHER, None).await));

    let actor = two.session.identity.actor(Door::Web, None);
    assert_eq!(actor.account, Some(neighbour));
    let wrong = ChangePassword { old: "wrong wrong wrong".to_owned(), new: other() };
    let refused = accounts::change_password(&mut stage.conn, &actor, two.session.id, wrong).await;
    assert!(matches!(refused, Err(Error::Invalid(_))), "{refused:?}");
    assert!(stage.is_alive(&two).await);
    assert_eq!(stage.entries("accounts.prove_refused").await, 1);
    let change = ChangePassword { old: PASSWORD.to_owned(), new: other() };
    accounts::change_password(&mut stage.conn, &actor, two.session.id, change).await.unwrap();
    assert!(!stage.is_alive(&two).await);
    assert!(is_refused(&stage.attempt("lina", PASSWORD, None).await));
    assert!(!is_refused(&stage.attempt("lina", OTHER, None).await));
}

/// ASVS 6.2.3, 16.3.3
#[tokio::test]
async fn an_open_browser_is_no_place_to_guess_the_old_password() {
    let mut stage = Stage::new().await;
    let town = stage.county.town(1).clone();
    stage.account("zhangwei", Role::Clerk, &town).await;
    let session = stage.session("zhangwei").await;
    let actor = session.session.identity.actor(Door::Web, None);
    for _ in 0..5 {
        let wrong = ChangePassword { old: "wrong wrong wrong".to_owned(), new: other() };
        let guessed = accounts::change_password(&mut stage.conn, &actor, session.session.id, wrong).await;
        assert!(matches!(guessed, Err(Error::Invalid(_))), "{guessed:?}");
    }
    assert!(!stage.is_alive(&session).await, "the fifth ends the session");
    let right = ChangePassword { old: PASSWORD.to_owned(), new: other() };
    let ended = accounts::change_password(&mut stage.conn, &actor, session.session.id, right).await;
    assert!(matches!(ended, Err(Error::Forbidden)), "{ended:?}");
    assert!(!is_refused(&stage.attempt("zhangwei", PASSWORD, None).await), "and locks nobody out");
}

/// Whoever guesses at the sign-in page locks that; who is signed in goes on, and shows that it is he.
#[tokio::test]
async fn a_lock_at_the_door_keeps_nobody_from_proving_who_is_inside() {
    let mut stage = Stage::new().await;
    let town = stage.county.town(1).clone();
    stage.account("zhangwei", Role::Clerk, &town).await;
    let session = stage.session("zhangwei").await;
    for _ in 0..5 {
        stage.attempt("zhangwei", "wrong wrong wrong", None).await;
    }
    assert!(is_refused(&stage.attempt("zhangwei", PASSWORD, None).await), "the door is locked");
    let actor = session.session.identity.actor(Door::Web, None);
    let mut proves = async |password: &str| {
        let typed = Proving { password: password.to_owned(), otp: String::new() };
        accounts::prove(&mut stage.conn, &actor, &stage.keys, session.session.id, typed).await
    };
    for _ in 0..4 {
        assert!(!proves("wrong wrong wrong").await.unwrap());
    }
    assert!(proves(PASSWORD).await.unwrap(), "a right one, and the count begins again");
    for _ in 0..5 {
        assert!(!proves("wrong wrong wrong").await.unwrap());
    }
    assert!(matches!(proves(PASSWORD).await, Err(Error::Forbidden)), "the fifth has ended the session");
    assert!(!stage.is_alive(&session).await);
}

/// ASVS 15.4.2
#[tokio::test]
async fn many_guesses_at_once_are_no_more_than_one_after_the_other() {
    let mut stage = Stage::new().await;
    let town = stage.county.town(1).clone();
    stage.account("zhangwei", Role::Clerk, &town).await;
    let guess = async || {
        let mut conn = stage.db.web().await;
        let (username, password) = ("zhangwei".to_owned(), "wrong wrong wrong".to_owned());
        let attempt = SignIn { username, password, otp: None, door: Door::Web, source: None, browser: None };
        accounts::sign_in(&mut conn, &stage.keys, attempt).await.unwrap()
    };
    let done = tokio::join!(guess(), guess(), guess(), guess(), guess(), guess(), guess(), guess());
    assert!(is_refused(&done.0) && is_refused(&done.7));
    let counted = "SELECT failed_attempts FROM accounts WHERE username = 'zhangwei'";
    let counted: i32 = stage.db.owner_client().await.query_one(counted, &[]).await.unwrap().get(0);
    assert_eq!(counted, 5, "the fifth locks the account, and those already under way meet the lock");
}

#[tokio::test]
async fn a_reset_lifts_a_lock() {
    let mut stage = Stage::new().await;
    let town = stage.county.town(1).clone();
    let account = stage.account("zhangwei", Role::Clerk, &town).await;
    for _ in 0..6 {
        stage.attempt("zhangwei", "wrong wrong wrong", None).await;
    }
    let administrator = stage.official(Role::Administrator).await;
    let reset = ResetPassword { account, password: other(), temporary: false };
    accounts::reset_password(&mut stage.conn, &administrator, &[reset]).await.unwrap();
    assert!(!is_refused(&stage.attempt("zhangwei", OTHER, None).await));
}

/// ASVS 6.2.11
#[tokio::test]
async fn no_password_holds_the_name_or_the_code_of_ones_units() {
    let mut stage = Stage::new().await;
    let town = stage.county.town(1).clone();
    stage.account("zhangwei", Role::Clerk, &town).await;
    let session = stage.session("zhangwei").await;
    let actor = session.session.identity.actor(Door::Web, None);
    let mut changes = async |new: &str| {
        let new = Password::parse(new, "zhangwei").unwrap();
        let change = ChangePassword { old: PASSWORD.to_owned(), new };
        accounts::change_password(&mut stage.conn, &actor, session.session.id, change).await
    };
    for held in ["in 500237101 we trust", "我在巫山县工作了许多年啊", "我在龙井镇工作了许多年啊"]
    {
        let refused = changes(held).await;
        assert!(matches!(refused, Err(Error::Invalid(_))), "{held}: {refused:?}");
    }
    changes("我在梁平区工作了许多年啊").await.unwrap();
}
