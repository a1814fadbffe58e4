//! Objections to published ratings, what comes of them, revocation.

use cadre::base::actor::Actor;
use cadre::base::db;
use cadre::base::ids::RatingId;
use cadre::records::ratings::queries;
use cadre::records::ratings::{self, Decide, Dispute, Outcome};

use super::Stage;

/// A stage whose ratings are published.
async fn published() -> (Stage, Vec<RatingId>) {
    let mut stage = Stage::submitted().await;
    let (supervisor, round) = (stage.supervisor.clone(), [Decide::round(stage.round)]);
    ratings::review(&mut stage.conn, &supervisor, &round).await.unwrap();
    ratings::confirm(&mut stage.conn, &supervisor, &round).await.unwrap();
    ratings::publish(&mut stage.conn, &supervisor, &round).await.unwrap();
    let ids = stage.ratings().await;
    (stage, ids)
}

fn about(rating: RatingId, reason: &str) -> [Dispute; 1] {
    [Dispute { rating, reason: reason.to_owned(), version: None }]
}

fn refusal(outcomes: &[Outcome]) -> String {
    outcomes[0].refusal.as_ref().unwrap().to_string()
}

#[tokio::test]
async fn an_objection_counts_on_until_it_is_upheld_and_then_it_is_corrected() {
    let (mut stage, ids) = published().await;
    let (clerk, supervisor) = (stage.clerk.clone(), stage.supervisor.clone());
    let outcomes = ratings::object(&mut stage.conn, &clerk, &about(ids[1], "带动农户应计分")).await.unwrap();
    assert!(outcomes[0].refusal.is_none());
    assert_eq!(stage.states().await, ["published", "objected", "published"]);
    let again = ratings::object(&mut stage.conn, &clerk, &about(ids[1], "带动农户应计分")).await.unwrap();
    assert_eq!(refusal(&again), "当前为“有异议”，不能登记异议：已有异议待处理，请等待处理结果");
    let upheld =
        ratings::resolve(&mut stage.conn, &supervisor, true, &about(ids[1], "查实漏计")).await.unwrap();
    assert!(upheld[0].refusal.is_none());
    assert_eq!(stage.states().await, ["published", "returned", "published"]);
    let scope = stage.supervisor.scope.clone();
    let card = db::read(&mut stage.conn, &scope, async |conn| queries::rating(conn, &scope, ids[1]).await);
    let card = card.await.unwrap();
    assert_eq!(card.objections[0].outcome.as_deref(), Some("upheld"));
    assert_eq!(card.objections[0].stars_before, Some(4));
    assert_eq!(card.rating.returned_reason.as_deref(), Some("查实漏计"));
    assert_eq!(stage.entries("ratings.resolve").await.len(), 1);
}

#[tokio::test]
async fn whoever_entered_an_objection_does_not_resolve_it_and_a_dismissed_one_leaves_the_rating() {
    let (mut stage, ids) = published().await;
    let supervisor = stage.supervisor.clone();
    ratings::object(&mut stage.conn, &supervisor, &about(ids[0], "分数偏高")).await.unwrap();
    let own =
        ratings::resolve(&mut stage.conn, &supervisor, false, &about(ids[0], "经核实无误")).await.unwrap();
    assert_eq!(refusal(&own), "本人登记的异议不能由本人处理，请由其他审核员办理");
    let second = Actor { name: "supervisor2".to_owned(), ..supervisor };
    let dismissed =
        ratings::resolve(&mut stage.conn, &second, false, &about(ids[0], "经核实无误")).await.unwrap();
    assert!(dismissed[0].refusal.is_none());
    assert_eq!(stage.states().await, ["published"; 3]);
    let nothing =
        ratings::resolve(&mut stage.conn, &second, false, &about(ids[0], "经核实无误")).await.unwrap();
    assert!(refusal(&nothing).contains("没有待处理的异议"), "{}", refusal(&nothing));
}

#[tokio::test]
async fn no_objection_after_its_term_and_none_before_publication() {
    let mut stage = Stage::submitted().await;
    let ids = stage.ratings().await;
    let clerk = stage.clerk.clone();
    let early = ratings::object(&mut stage.conn, &clerk, &about(ids[0], "分数偏低")).await.unwrap();
    assert!(refusal(&early).contains("公示后才能提出异议"), "{}", refusal(&early));
    let (mut stage, ids) = published().await;
    let behind = stage.db.owner_client().await;
    behind.execute("UPDATE ratings SET published_at = '2026-04-10 08:00+08'", &[]).await.unwrap();
    let clerk = stage.clerk.clone();
    let late = ratings::object(&mut stage.conn, &clerk, &about(ids[0], "分数偏低")).await.unwrap();
    assert_eq!(refusal(&late), "异议期已于2026-04-17结束，现在不能登记异议；确有错误的，请由审核员办理撤销");
    let wordless = ratings::object(&mut stage.conn, &clerk, &about(ids[0], " ")).await;
    assert!(wordless.unwrap_err().to_string().contains("异议内容应为1至500字"));
}

#[tokio::test]
async fn what_is_revoked_stays_on_record_and_counts_no_more() {
    let (mut stage, ids) = published().await;
    let (clerk, supervisor) = (stage.clerk.clone(), stage.supervisor.clone());
    assert!(ratings::revoke(&mut stage.conn, &clerk, &about(ids[0], "弄虚作假")).await.is_err());
    let revoked = ratings::revoke(&mut stage.conn, &supervisor, &about(ids[0], "弄虚作假")).await.unwrap();
    assert!(revoked[0].refusal.is_none());
    assert_eq!(stage.states().await, ["revoked", "published", "published"]);
    let again = ratings::revoke(&mut stage.conn, &supervisor, &about(ids[0], "弄虚作假")).await.unwrap();
    assert!(refusal(&again).contains("已经撤销"), "{}", refusal(&again));
}
