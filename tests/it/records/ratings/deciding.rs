//! Deciding: submit, send back, review, confirm, publish, with a result per rating.

use cadre::base::actor::{Actor, Role};
use cadre::base::error::Error;
use cadre::records::ratings::rules::StepRefusal;
use cadre::records::ratings::{self, Decide, Outcome, RatingState, SendBack, Target};

use super::{Stage, fields, open, signed_in};

fn results(outcomes: &[Outcome]) -> Vec<(&str, RatingState, Option<String>)> {
    let mut found: Vec<_> = outcomes
        .iter()
        .map(|o| (o.name.as_str(), o.state, o.refusal.as_ref().map(ToString::to_string)))
        .collect();
    found.sort_by_key(|(name, ..)| *name);
    found
}

fn back(rating: cadre::base::ids::RatingId) -> SendBack {
    SendBack { rating, reason: "干净庭院一项与入户走访不符".to_owned(), version: None }
}

#[tokio::test]
async fn one_is_sent_back_and_the_rest_confirmed() {
    let mut stage = Stage::submitted().await;
    let (round, supervisor) = (stage.round, stage.supervisor.clone());
    let ratings = stage.ratings().await;
    ratings::return_(&mut stage.conn, &supervisor, &[back(ratings[2])]).await.unwrap();
    let whole = [Decide::round(round)];
    let reviewed = ratings::review(&mut stage.conn, &supervisor, &whole).await.unwrap();
    let waits = "当前为“退回”，不能审核：请待修改并重新提交后再办理".to_owned();
    assert_eq!(
        results(&reviewed),
        [
            ("张伟", RatingState::Reviewed, None),
            ("李娜", RatingState::Reviewed, None),
            ("王芳", RatingState::Returned, Some(waits)),
        ]
    );
    let confirmed = ratings::confirm(&mut stage.conn, &supervisor, &whole).await.unwrap();
    assert_eq!(confirmed.iter().filter(|outcome| outcome.refusal.is_none()).count(), 2);
    assert_eq!(stage.states().await, ["confirmed", "confirmed", "returned"]);
    assert_eq!(stage.grid().await.line.card.round.state(), RatingState::Confirmed);

    // The one sent back is corrected, and goes the same way.
    stage.enter(stage.rows(&["18,19,17,18,20", "16,16,16,16,16", "10,12,12,12,13.5"])).await.unwrap();
    let clerk = stage.clerk.clone();
    let again = ratings::submit(&mut stage.conn, &clerk, &whole).await.unwrap();
    assert_eq!(results(&again), [("王芳", RatingState::Submitted, None)]);
    for verb in ["review", "confirm", "publish"] {
        let outcomes = match verb {
            "review" => ratings::review(&mut stage.conn, &supervisor, &whole).await,
            "confirm" => ratings::confirm(&mut stage.conn, &supervisor, &whole).await,
            _ => ratings::publish(&mut stage.conn, &supervisor, &whole).await,
        };
        assert!(outcomes.unwrap().iter().all(|outcome| outcome.refusal.is_none()), "{verb}");
    }
    assert_eq!(stage.states().await, ["published"; 3]);
    assert_eq!(stage.grid().await.line.card.round.state(), RatingState::Published);
}

#[tokio::test]
async fn each_decision_leaves_one_entry_with_its_reason() {
    let mut stage = Stage::submitted().await;
    let supervisor = stage.supervisor.clone();
    let ratings = stage.ratings().await;
    ratings::return_(&mut stage.conn, &supervisor, &[back(ratings[2])]).await.unwrap();
    ratings::review(&mut stage.conn, &supervisor, &[Decide::round(stage.round)]).await.unwrap();
    let returned = stage.entries("ratings.return").await;
    assert_eq!((returned.len(), returned[0].0), (1, 1));
    assert_eq!(returned[0].1["ratings"][0]["reason"], "干净庭院一项与入户走访不符");
    let reviewed = stage.entries("ratings.review").await;
    assert_eq!((reviewed.len(), reviewed[0].0, &reviewed[0].1["refused"]), (1, 2, &serde_json::json!(1)));
    assert_eq!(stage.entries("ratings.submit").await.len(), 1);
}

#[tokio::test]
async fn members_without_scores_stay_out_and_half_filled_rows_come_back() {
    let mut stage = Stage::new().await;
    stage.enter(stage.rows(&["18,19,17,18,20", "16,16,,16,"])).await.unwrap();
    let clerk = stage.clerk.clone();
    let outcomes = ratings::submit(&mut stage.conn, &clerk, &[Decide::round(stage.round)]).await.unwrap();
    let incomplete = "还缺干净庭院、示范带动的分数，请补齐后再提交".to_owned();
    assert_eq!(
        results(&outcomes),
        [("张伟", RatingState::Submitted, None), ("李娜", RatingState::Draft, Some(incomplete))]
    );
    assert_eq!(stage.states().await, ["submitted", "draft", "none"]);
    let refused = ratings::review(&mut stage.conn, &clerk, &[Decide::round(stage.round)]).await;
    assert!(matches!(refused, Err(Error::Forbidden)), "{refused:?}");
}

#[tokio::test]
async fn an_empty_round_cannot_be_submitted_nor_a_step_skipped() {
    let mut stage = Stage::new().await;
    let (clerk, supervisor, whole) =
        (stage.clerk.clone(), stage.supervisor.clone(), [Decide::round(stage.round)]);
    let refused = ratings::submit(&mut stage.conn, &clerk, &whole).await;
    assert!(matches!(refused, Err(Error::Refused(_))), "{refused:?}");
    stage.enter(stage.rows(&["18,19,17,18,20"])).await.unwrap();
    let rating = stage.grid().await.rows.into_iter().find_map(|row| row.rating).unwrap().id;
    let refusal = async |conn: &mut _, actor: &Actor| {
        let outcomes = ratings::confirm(conn, actor, &[Decide::rating(rating)]).await.unwrap();
        outcomes[0].refusal.clone().unwrap().to_string()
    };
    let why = refusal(&mut stage.conn, &supervisor).await;
    assert_eq!(why, "当前为“填报”，不能确定：请待录入员提交后再办理");
    ratings::submit(&mut stage.conn, &clerk, &whole).await.unwrap();
    assert_eq!(refusal(&mut stage.conn, &supervisor).await, "当前为“已提交”，不能确定：请先审核");
    assert!(stage.entries("ratings.confirm").await.is_empty(), "nothing was confirmed, nothing is recorded");
}

#[tokio::test]
async fn nobody_decides_on_his_own_submission() {
    let mut stage = Stage::new().await;
    stage.enter(stage.rows(&["18,19,17,18,20"])).await.unwrap();
    let (own, whole) = (stage.supervisor.clone(), [Decide::round(stage.round)]);
    ratings::submit(&mut stage.conn, &own, &whole).await.unwrap();
    let outcomes = ratings::review(&mut stage.conn, &own, &whole).await.unwrap();
    let expected = StepRefusal::Own(cadre::records::ratings::rules::Step::Review);
    assert_eq!(outcomes[0].refusal, Some(expected));
    let rating = outcomes[0].rating;
    let outcomes = ratings::return_(&mut stage.conn, &own, &[back(rating)]).await.unwrap();
    assert!(matches!(outcomes[0].refusal, Some(StepRefusal::Own(_))));
    let mut other = signed_in(stage.county.county.actor(Role::Supervisor));
    other.name = "zhou.supervisor".to_owned();
    let outcomes = ratings::review(&mut stage.conn, &other, &whole).await.unwrap();
    assert_eq!(outcomes[0].refusal, None);
}

#[tokio::test]
async fn a_reason_must_be_given_and_a_stale_look_does_not_decide() {
    let mut stage = Stage::submitted().await;
    let supervisor = stage.supervisor.clone();
    let rating = stage.ratings().await[0];
    for reason in ["", "  ", &"长".repeat(501)] {
        let command = SendBack { rating, reason: reason.to_owned(), version: None };
        let errors = fields(ratings::return_(&mut stage.conn, &supervisor, &[command]).await.unwrap_err());
        assert_eq!(errors[0].field, "reason");
    }
    let seen = Decide { target: Target::Rating(rating), version: Some(1) };
    let stale = ratings::review(&mut stage.conn, &supervisor, &[seen]).await;
    assert!(matches!(stale, Err(Error::Stale)), "{stale:?}");
    let seen = Decide { target: Target::Round(stage.round), version: Some(1) };
    let stale = ratings::review(&mut stage.conn, &supervisor, &[seen]).await;
    assert!(matches!(stale, Err(Error::Stale)), "{stale:?}");
    let fresh = stage.grid().await.line.card.round.version;
    let seen = Decide { target: Target::Round(stage.round), version: Some(fresh) };
    ratings::review(&mut stage.conn, &supervisor, &[seen]).await.unwrap();
}

#[tokio::test]
async fn only_supervisors_within_their_scope_decide() {
    let mut stage = Stage::submitted().await;
    let rating = stage.ratings().await[0];
    let sibling = signed_in(stage.county.town(2).actor(Role::Supervisor));
    let refused = ratings::review(&mut stage.conn, &sibling, &[Decide::rating(rating)]).await;
    assert!(matches!(refused, Err(Error::Missing { .. })), "{refused:?}");
    for role in [Role::Clerk, Role::Auditor, Role::Administrator, Role::Security] {
        let actor = stage.county.town(1).actor(role);
        for decisions in [[Decide::rating(rating)], [Decide::round(stage.round)]] {
            let review = ratings::review(&mut stage.conn, &actor, &decisions).await;
            let confirm = ratings::confirm(&mut stage.conn, &actor, &decisions).await;
            let publish = ratings::publish(&mut stage.conn, &actor, &decisions).await;
            for refused in [review, confirm, publish] {
                assert!(matches!(refused, Err(Error::Forbidden)), "{role:?}: {refused:?}");
            }
        }
        let refused = ratings::return_(&mut stage.conn, &actor, &[back(rating)]).await;
        assert!(matches!(refused, Err(Error::Forbidden)), "{role:?}: {refused:?}");
    }
}

#[tokio::test]
async fn many_rounds_go_through_in_one_call_each() {
    let mut stage = Stage::submitted().await;
    let branch = stage.county.branch(1, 1).code.clone();
    let clerk = stage.clerk.clone();
    let more =
        ratings::open_round(&mut stage.conn, &clerk, &[open(&branch, "2026Q2"), open(&branch, "2026Q3")])
            .await
            .unwrap();
    let command = |round| ratings::EnterScores {
        round,
        version: None,
        rows: stage.rows(&["20,20,20,20,20", "15,15,15,15,15", "0,0,0,0,0"]),
    };
    let commands: Vec<_> = more.iter().copied().map(command).collect();
    ratings::enter_scores(&mut stage.conn, &clerk, &commands).await.unwrap();
    let whole: Vec<Decide> = more.iter().copied().map(Decide::round).collect();
    // The command line has no account behind it and loads both sides.
    let system = Actor::command_line(stage.county.county.scope());
    assert_eq!(ratings::submit(&mut stage.conn, &system, &whole).await.unwrap().len(), 6);
    assert_eq!(ratings::review(&mut stage.conn, &system, &whole).await.unwrap().len(), 6);
    let confirmed = ratings::confirm(&mut stage.conn, &system, &whole).await.unwrap();
    assert!(confirmed.iter().all(|outcome| outcome.state == RatingState::Confirmed));
    assert_eq!(stage.entries("ratings.confirm").await[0].0, 6);
}
