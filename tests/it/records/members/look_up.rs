//! A member looked up by id: the statement goes out together with what begins and what ends its transaction.

use cadre::base::actor::Role;
use cadre::base::db;
use cadre::records::members::Enrol;
use cadre::records::members::model::Floating;
use diesel_async::{AnsiTransactionManager, RunQueryDsl, TransactionManager};
use futures_util::FutureExt;

use super::{Stage, queries};
use crate::support::builders::{day, member};

#[derive(diesel::QueryableByName)]
struct Left {
    #[diesel(sql_type = diesel::sql_types::Text)]
    path: String,
    #[diesel(sql_type = diesel::sql_types::Text)]
    begun: String,
}

/// What two later statements on the connection find: the scope, and whether each is a transaction of its own.
async fn left(stage: &mut Stage) -> (String, bool) {
    let sql = "SELECT coalesce(current_setting('cadre.path_from', true), '') AS path, now()::text AS begun";
    let first: Left = diesel::sql_query(sql).get_result(&mut stage.conn).await.unwrap();
    let second: Left = diesel::sql_query(sql).get_result(&mut stage.conn).await.unwrap();
    (first.path, first.begun != second.begun)
}

#[tokio::test]
async fn neither_a_find_nor_a_miss_leaves_a_scope_behind() {
    let mut stage = Stage::new().await;
    let id = stage.one("张伟", 1).await;
    let clerk = stage.clerk.clone();
    let stranger = stage.county.town(2).actor(Role::Clerk);
    // The first statement must be prepared: it comes too late, and sees nothing rather than too much.
    for (actor, seen) in [(&clerk, false), (&clerk, true), (&stranger, false), (&clerk, true)] {
        let (scope, keys) = (&actor.scope, &stage.keys);
        let found =
            db::look_up(&mut stage.conn, scope, async |conn| queries::find(conn, scope, keys, id).await);
        assert_eq!(found.await.unwrap().is_some(), seen);
        assert_eq!(left(&mut stage).await, (String::new(), true));
    }
    assert_eq!(stage.find(&clerk, id).await.unwrap().membership.id, id);
}

#[tokio::test]
async fn a_look_up_that_fails_leaves_a_usable_connection() {
    let mut stage = Stage::new().await;
    let scope = stage.clerk.scope.clone();
    let refused = db::look_up(&mut stage.conn, &scope, async |mut conn| {
        let divided = diesel::select(diesel::dsl::sql::<diesel::sql_types::Integer>("1 / 0"));
        Ok(Some(divided.get_result::<i32>(&mut conn).await?))
    });
    assert!(refused.await.is_err());
    assert_eq!(left(&mut stage).await, (String::new(), true));
}

#[tokio::test]
async fn a_look_up_that_is_dropped_on_its_way_is_known_as_begun() {
    let mut stage = Stage::new().await;
    let id = stage.one("张伟", 1).await;
    let (scope, keys) = (&stage.clerk.scope, &stage.keys);
    let look_up =
        db::look_up(&mut stage.conn, scope, async |conn| queries::find(conn, scope, keys, id).await);
    assert!(look_up.now_or_never().is_none());
    // The pool throws such a connection away.
    let status = AnsiTransactionManager::transaction_manager_status_mut(&mut *stage.conn);
    assert!(status.transaction_depth().unwrap().is_some());
}

#[tokio::test]
async fn both_kinds_of_absence_are_found_at_once() {
    let mut stage = Stage::new().await;
    let branch = stage.county.branch(1, 1).id;
    let away = Floating { since: day("2026-02-03"), destination: Some("浙江温州".to_owned()) };
    let lost = Some(day("2026-03-04"));
    let mut commands = Vec::new();
    for (number, floating, lost_contact_since) in
        [(1, None, None), (2, Some(away.clone()), None), (3, None, lost), (4, Some(away.clone()), lost)]
    {
        commands.push(Enrol { floating, lost_contact_since, ..member(branch, "张伟", number) });
    }
    let ids = stage.enrol(&commands).await.unwrap();
    let clerk = stage.clerk.clone();
    for (command, id) in commands.into_iter().zip(ids) {
        let card = stage.find(&clerk, id).await.unwrap();
        assert_eq!((card.membership.id, card.floating), (id, command.floating));
        assert_eq!(card.lost_contact_since, command.lost_contact_since);
    }
}
