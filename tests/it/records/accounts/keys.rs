//! Idempotency keys: the work is done once, its answer comes back as often as it is asked for, and to nobody else.

use std::sync::atomic::{AtomicUsize, Ordering};

use cadre::base::actor::{Actor, Role};
use cadre::base::db;
use cadre::base::error::{Error, Result};
use cadre::records::accounts::idempotency::{Key, Outcome, once};
use diesel_async::AsyncPgConnection;

use super::Stage;

const KEY: Key<'static> = Key { route: "POST /api/v1/members", key: "k1", body_hash: b"one" };

struct Keys {
    stage: Stage,
    actor: Actor,
    worked: AtomicUsize,
}

impl Keys {
    async fn new() -> Self {
        let mut stage = Stage::new().await;
        let town = stage.county.town(1).clone();
        let account = stage.account("zhangwei", Role::Clerk, &town).await;
        let actor = Actor { account: Some(account), ..town.actor(Role::Clerk) };
        Self { stage, actor, worked: AtomicUsize::new(0) }
    }

    async fn ask(&self, actor: &Actor, key: Key<'_>) -> Result<Outcome> {
        let mut conn = self.stage.db.web().await;
        once(&mut conn, actor, key, async |_: &mut AsyncPgConnection| {
            let number = self.worked.fetch_add(1, Ordering::SeqCst) + 1;
            Ok((201, format!("answer {number}")))
        })
        .await
    }

    async fn answer(&self, actor: &Actor, key: Key<'_>) -> String {
        match self.ask(actor, key).await.unwrap() {
            Outcome::Answered(201, answer) => answer,
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn the_same_key_gets_the_same_answer() {
    let keys = Keys::new().await;
    assert_eq!(keys.answer(&keys.actor, KEY).await, "answer 1");
    assert_eq!(keys.answer(&keys.actor, KEY).await, "answer 1");
    let other_body = keys.ask(&keys.actor, Key { body_hash: b"two", ..KEY }).await.unwrap();
    assert!(matches!(other_body, Outcome::OtherBody), "{other_body:?}");
    assert_eq!(keys.answer(&keys.actor, Key { route: "POST /api/v1/imports", ..KEY }).await, "answer 2");
}

#[tokio::test]
async fn a_key_is_its_accounts_own() {
    let mut keys = Keys::new().await;
    let town = keys.stage.county.town(1).clone();
    let account = keys.stage.account("lina", Role::Clerk, &town).await;
    let other = Actor { account: Some(account), ..keys.actor.clone() };
    assert_eq!(keys.answer(&keys.actor, KEY).await, "answer 1");
    assert_eq!(keys.answer(&other, KEY).await, "answer 2");
    let nobody = keys.ask(&Actor { account: None, ..other }, KEY).await;
    assert!(matches!(nobody, Err(Error::Forbidden)), "{nobody:?}");
}

#[tokio::test]
async fn a_failure_is_not_kept() {
    let keys = Keys::new().await;
    let mut conn = keys.stage.db.web().await;
    let failed = once(&mut conn, &keys.actor, KEY, async |_: &mut AsyncPgConnection| Err(Error::Stale)).await;
    assert!(matches!(failed, Err(Error::Stale)), "{failed:?}");
    assert_eq!(keys.answer(&keys.actor, KEY).await, "answer 1");
}

#[tokio::test]
async fn a_second_request_does_not_wait_for_the_first() {
    let keys = Keys::new().await;
    let mut conn = keys.stage.db.web().await;
    let first = once(&mut conn, &keys.actor, KEY, async |_: &mut AsyncPgConnection| {
        let second = keys.ask(&keys.actor, KEY).await?;
        assert!(matches!(second, Outcome::InFlight), "{second:?}");
        Ok((200, "first".to_owned()))
    })
    .await
    .unwrap();
    assert!(matches!(first, Outcome::Answered(200, _)));
    assert_eq!(keys.worked.load(Ordering::SeqCst), 0);
}

/// ASVS 14.2.7
#[tokio::test]
async fn an_answer_is_kept_seven_days_whoever_comes_after() {
    let mut keys = Keys::new().await;
    let town = keys.stage.county.town(1).clone();
    let account = keys.stage.account("lina", Role::Clerk, &town).await;
    let other = Actor { account: Some(account), ..keys.actor.clone() };
    keys.answer(&keys.actor, KEY).await;
    keys.stage.behind("UPDATE idempotency_keys SET created_at = now() - interval '8 days'").await;
    keys.answer(&other, KEY).await;
    let query = "SELECT count(*) FROM idempotency_keys";
    let kept: i64 = keys.stage.db.owner_client().await.query_one(query, &[]).await.unwrap().get(0);
    assert_eq!(kept, 1);
}

/// Whatever the work reads or writes in a scope of its own, the verb around it goes on in its own.
#[tokio::test]
async fn the_scope_of_a_verb_outlives_those_within_it() {
    let mut stage = Stage::new().await;
    let (outer, inner) = (stage.county.county.actor(Role::Supervisor), stage.county.town(1).scope());
    let places = async |conn: &mut AsyncPgConnection| {
        use diesel_async::RunQueryDsl;
        let sql = "SELECT current_setting('cadre.path_from', true) AS path";
        let row: Row = diesel::sql_query(sql).get_result(conn).await?;
        Ok::<_, Error>(row.path)
    };
    let seen = db::write(&mut stage.conn, &outer, async |conn| {
        let within = db::read(conn, &inner, async |conn| places(conn).await).await?;
        Ok((within, places(conn).await?))
    })
    .await
    .unwrap();
    assert_eq!(seen, ("500237/500237101/".to_owned(), "500237/".to_owned()));
}

#[derive(diesel::QueryableByName)]
struct Row {
    #[diesel(sql_type = diesel::sql_types::Text)]
    path: String,
}
