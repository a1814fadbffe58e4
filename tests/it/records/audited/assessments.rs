//! Assessments: from the scheme to the published rank, objections, checks, draws.

use cadre::base::actor::Role;
use cadre::base::clock;
use cadre::base::db;
use cadre::records::assessments::{
    self, ChangeInspection, Decide, EnterScores, FixDraw, InspectionKind, Object, OpenRound, PromiseDraw,
    RecordInspection, Report, Resolve, RevealDraw, SendBack, queries,
};

use super::Story;
use crate::support::builders::assessment::{scheme, scores};

pub(super) async fn tell(story: &mut Story) {
    let county = story.county.clone();
    let supervisor = story.actor(Role::Supervisor, &county.county);
    let clerk = story.actor(Role::Clerk, county.town(1));
    let outsider = story.actor(Role::Supervisor, county.town(2));
    let set = [scheme("500237")];
    story
        .refused("assessments::set_scheme", async |conn| assessments::set_scheme(conn, &clerk, &set).await)
        .await;
    story
        .done("assessments::set_scheme", async |conn| assessments::set_scheme(conn, &supervisor, &set).await)
        .await;
    let open = [OpenRound { organisation: county.town(1).code.clone(), quarter: "2026Q1".parse().unwrap() }];
    let round = story
        .done("assessments::open_round", async |conn| assessments::open_round(conn, &clerk, &open).await)
        .await[0];
    story
        .refused("assessments::open_round", async |conn| assessments::open_round(conn, &clerk, &open).await)
        .await;
    let rows = [1, 2].map(|at| scores(&county.village(1, at).code, "50,29,20")).to_vec();
    let entered = [EnterScores { round, version: None, rows }];
    story
        .refused("assessments::enter_scores", async |conn| {
            assessments::enter_scores(conn, &outsider, &entered).await
        })
        .await;
    story
        .done("assessments::enter_scores", async |conn| {
            assessments::enter_scores(conn, &clerk, &entered).await
        })
        .await;
    let all = [Decide::round(round)];
    story.refused("assessments::submit", async |conn| assessments::submit(conn, &outsider, &all).await).await;
    story.done("assessments::submit", async |conn| assessments::submit(conn, &clerk, &all).await).await;
    let back = [SendBack { round, version: None, reason: "请核对".to_owned() }];
    story.refused("assessments::return_", async |conn| assessments::return_(conn, &clerk, &back).await).await;
    story
        .done("assessments::return_", async |conn| assessments::return_(conn, &supervisor, &back).await)
        .await;
    assessments::submit(&mut story.conn, &clerk, &all).await.unwrap();
    story.refused("assessments::confirm", async |conn| assessments::confirm(conn, &clerk, &all).await).await;
    story
        .done("assessments::confirm", async |conn| assessments::confirm(conn, &supervisor, &all).await)
        .await;
    story.refused("assessments::publish", async |conn| assessments::publish(conn, &clerk, &all).await).await;
    story
        .done("assessments::publish", async |conn| assessments::publish(conn, &supervisor, &all).await)
        .await;
    object(story, round).await;
    check(story).await;
    draw(story).await;
}

async fn object(story: &mut Story, round: cadre::base::ids::AssessmentRoundId) {
    let county = story.county.clone();
    let supervisor = story.actor(Role::Supervisor, &county.county);
    let clerk = story.actor(Role::Clerk, county.town(1));
    let scope = supervisor.scope.clone();
    let grid = db::read(&mut story.conn, &scope, async |conn| queries::grid(conn, &scope, round).await);
    let assessment = grid.await.unwrap().rows[0].assessment.as_ref().unwrap().id;
    let raise = |content: &str| {
        let (raised_on, content) = (clock::today(), content.to_owned());
        [Object { assessment, raised_on, raised_by: "村党支部".to_owned(), content }]
    };
    story
        .refused("assessments::object", async |conn| assessments::object(conn, &clerk, &raise("")).await)
        .await;
    let objection = story
        .done("assessments::object", async |conn| assessments::object(conn, &clerk, &raise("有误")).await)
        .await[0];
    let corrections = vec![("economy".to_owned(), "30".to_owned())];
    let answer =
        [Resolve { objection, version: None, upheld: true, answer: "属实".to_owned(), corrections }];
    story
        .refused("assessments::resolve", async |conn| assessments::resolve(conn, &clerk, &answer).await)
        .await;
    story
        .done("assessments::resolve", async |conn| assessments::resolve(conn, &supervisor, &answer).await)
        .await;
}

async fn check(story: &mut Story) {
    let county = story.county.clone();
    let clerk = story.actor(Role::Clerk, county.town(1));
    let outsider = story.actor(Role::Clerk, county.town(2));
    let report =
        Report {
            finding: Some("到岗".to_owned()), inspected_by: "督查组".to_owned(), ..Report::default()
        };
    let command = [RecordInspection {
        unit: county.village(1, 1).code.clone(),
        kind: InspectionKind::OnSiteReview,
        held_on: clock::today(),
        draw: None,
        report: report.clone(),
    }];
    story
        .refused("assessments::record_inspection", async |conn| {
            assessments::record_inspection(conn, &outsider, &command).await
        })
        .await;
    let inspection = story
        .done("assessments::record_inspection", async |conn| {
            assessments::record_inspection(conn, &clerk, &command).await
        })
        .await[0];
    let change = [ChangeInspection { inspection, version: 1, report }];
    story
        .refused("assessments::change_inspection", async |conn| {
            assessments::change_inspection(conn, &outsider, &change).await
        })
        .await;
    story
        .done("assessments::change_inspection", async |conn| {
            assessments::change_inspection(conn, &clerk, &change).await
        })
        .await;
}

async fn draw(story: &mut Story) {
    let county = story.county.clone();
    let supervisor = story.actor(Role::Supervisor, &county.county);
    let clerk = story.actor(Role::Clerk, county.town(1));
    let keys = cadre::base::keys::KeyRing::ephemeral().unwrap();
    let promise = [PromiseDraw { organisation: county.county.code.clone(), purpose: "值班".to_owned() }];
    story
        .refused("assessments::promise_draw", async |conn| {
            assessments::promise_draw(conn, &clerk, &keys, &promise).await
        })
        .await;
    let draw = story
        .done("assessments::promise_draw", async |conn| {
            assessments::promise_draw(conn, &supervisor, &keys, &promise).await
        })
        .await[0];
    let fix = [FixDraw { draw, version: None, visit_on: clock::today(), sample_size: 2, units: Vec::new() }];
    let reveal = [RevealDraw { draw, version: None }];
    story
        .refused("assessments::reveal_draw", async |conn| {
            assessments::reveal_draw(conn, &supervisor, &keys, &reveal).await
        })
        .await;
    story
        .refused("assessments::fix_draw", async |conn| assessments::fix_draw(conn, &clerk, &fix).await)
        .await;
    story
        .done("assessments::fix_draw", async |conn| assessments::fix_draw(conn, &supervisor, &fix).await)
        .await;
    story
        .done("assessments::reveal_draw", async |conn| {
            assessments::reveal_draw(conn, &supervisor, &keys, &reveal).await
        })
        .await;
}
