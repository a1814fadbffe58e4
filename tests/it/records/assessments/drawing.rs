//! Draws of visits: promised before they are fixed, recomputed by somebody who knows only the rule, never changed; and
//! the checks that follow from them.

use cadre::base::actor::Role;
use cadre::base::clock;
use cadre::base::db;
use cadre::base::error::Error;
use cadre::base::ids::VisitDrawId;
use cadre::records::assessments::queries::{self, DrawCard};
use cadre::records::assessments::{
    self, ChangeInspection, FixDraw, InspectionKind, PromiseDraw, RecordInspection, Report, RevealDraw,
};
use chrono::Days;
use sha2::{Digest, Sha256};

use super::{Stage, VILLAGES, fields, refused, signed_in};

async fn promise(stage: &mut Stage) -> VisitDrawId {
    let command = PromiseDraw { organisation: "500237".to_owned(), purpose: "坐班值班".to_owned() };
    assessments::promise_draw(&mut stage.conn, &stage.supervisor, &stage.keys, &[command]).await.unwrap()[0]
}

fn fix(draw: VisitDrawId, size: i32) -> FixDraw {
    FixDraw {
        draw,
        version: None,
        visit_on: clock::today() + Days::new(3),
        sample_size: size,
        units: Vec::new(),
    }
}

async fn card(stage: &mut Stage, draw: VisitDrawId) -> DrawCard {
    let scope = stage.supervisor.scope.clone();
    db::read(&mut stage.conn, &scope, async |conn| queries::draw(conn, &scope, draw).await).await.unwrap()
}

async fn reveal(stage: &mut Stage, draw: VisitDrawId) -> Result<(), Error> {
    let command = RevealDraw { draw, version: None };
    assessments::reveal_draw(&mut stage.conn, &stage.supervisor, &stage.keys, &[command]).await
}

/// The documented rule, written anew: SHA-256 of seed, day and code on three lines; the smallest are drawn.
fn drawn_again(seed: &str, day: &str, codes: &[String], size: usize) -> Vec<String> {
    let mut lots: Vec<(String, String)> = codes
        .iter()
        .map(|code| (hex::encode(Sha256::digest([seed, day, code].join("\n"))), code.clone()))
        .collect();
    lots.sort();
    lots.into_iter().take(size).map(|(_, code)| code).collect()
}

#[tokio::test]
async fn whoever_knows_the_seed_draws_the_same_and_the_trail_has_the_promise_first() {
    let mut stage = Stage::new().await;
    let draw = promise(&mut stage).await;
    let promised = card(&mut stage, draw).await;
    assert_eq!((promised.draw.seed.as_deref(), promised.units.len()), (None, 0));
    assessments::fix_draw(&mut stage.conn, &stage.supervisor, &[fix(draw, 3)]).await.unwrap();
    let fixed = card(&mut stage, draw).await;
    assert_eq!((fixed.draw.seed.as_deref(), fixed.units.len(), fixed.picks.len()), (None, 4, 0));
    reveal(&mut stage, draw).await.unwrap();
    let done = card(&mut stage, draw).await;
    let seed = done.draw.seed.clone().unwrap();
    assert_eq!(Sha256::digest(&seed).to_vec(), promised.draw.commitment, "the seed is the promised one");
    let codes: Vec<String> = done.units.iter().map(|unit| unit.code.clone()).collect();
    let day = done.draw.visit_on.unwrap().to_string();
    let picks: Vec<String> = done.picks.iter().map(|pick| pick.code.clone()).collect();
    assert_eq!(picks, drawn_again(&seed, &day, &codes, 3));
    assert_eq!(Sha256::digest(codes.join("\n")).to_vec(), done.draw.units_sha256.unwrap());
    let client = stage.db.owner_client().await;
    let rows = client
        .query("SELECT action FROM audit_entries WHERE action LIKE '%draw' ORDER BY sequence", &[])
        .await
        .unwrap();
    let actions: Vec<&str> = rows.iter().map(|row| row.get(0)).collect();
    assert_eq!(actions, ["assessments.promise_draw", "assessments.fix_draw", "assessments.reveal_draw"]);
    let (_, told) = stage.entries("assessments.promise_draw").await.remove(0);
    assert_eq!(told["draws"][0]["commitment"], hex::encode(&promised.draw.commitment));
    assert!(!told.to_string().contains(&seed), "no seed before it is revealed");
}

#[tokio::test]
async fn a_draw_is_never_changed() {
    let mut stage = Stage::new().await;
    let draw = promise(&mut stage).await;
    let why = refused(reveal(&mut stage, draw).await);
    assert!(why.contains("请先确定名单和日期"), "{why}");
    assessments::fix_draw(&mut stage.conn, &stage.supervisor, &[fix(draw, 2)]).await.unwrap();
    let again = assessments::fix_draw(&mut stage.conn, &stage.supervisor, &[fix(draw, 1)]).await;
    assert!(refused(again).contains("不能更改"));
    reveal(&mut stage, draw).await.unwrap();
    for answer in [
        reveal(&mut stage, draw).await,
        assessments::fix_draw(&mut stage.conn, &stage.supervisor, &[fix(draw, 1)]).await,
    ] {
        assert!(refused(answer).contains("抽取结果不能更改"));
    }
    // Not by the web role's own hand either: it may not touch what was promised and drawn.
    let web = stage.db.web_client().await;
    let scope = stage.supervisor.scope.clone();
    let enter = format!(
        "BEGIN; SELECT set_config('cadre.county', '{}', true), set_config('cadre.path_from', '{}', true),
        set_config('cadre.path_to', '{}', true)",
        scope.county,
        scope.path,
        scope.path.end()
    );
    for statement in [
        "UPDATE visit_draws SET commitment = sha256('x')",
        "UPDATE visit_draws SET seed_cipher = 'x'",
        "UPDATE visit_draws SET seed = repeat('0', 64)",
        "DELETE FROM visit_draws",
        "UPDATE visit_draw_picks SET place = 9",
        "DELETE FROM visit_draw_picks",
        "DELETE FROM visit_draw_units",
    ] {
        web.batch_execute(&enter).await.unwrap();
        let done = web.batch_execute(statement).await;
        web.batch_execute("ROLLBACK").await.unwrap();
        let code = done.unwrap_err().code().unwrap().code().to_owned();
        assert!(["42501", "23514"].contains(&code.as_str()), "{statement}: {code}");
    }
}

#[tokio::test]
async fn what_cannot_be_drawn_is_refused_by_field() {
    let mut stage = Stage::new().await;
    let draw = promise(&mut stage).await;
    let wrong = [
        (FixDraw { visit_on: clock::today() - Days::new(1), ..fix(draw, 2) }, "visit_on"),
        (fix(draw, 0), "sample_size"),
        (fix(draw, 5), "sample_size"),
        (FixDraw { units: vec!["500237101".to_owned()], ..fix(draw, 1) }, "units"),
        (FixDraw { units: vec![VILLAGES[0].to_owned(); 2], ..fix(draw, 1) }, "units"),
    ];
    for (command, field) in wrong {
        let why =
            fields(assessments::fix_draw(&mut stage.conn, &stage.supervisor, &[command]).await.unwrap_err());
        assert_eq!(why[0].field, field, "{why:?}");
    }
    assessments::fix_draw(&mut stage.conn, &stage.supervisor, &[fix(draw, 4)]).await.unwrap();
    let foreign = PromiseDraw { organisation: "500237101201".to_owned(), purpose: "x".to_owned() };
    let why = assessments::promise_draw(&mut stage.conn, &stage.supervisor, &stage.keys, &[foreign]).await;
    assert_eq!(fields(why.unwrap_err())[0].field, "organisation");
    let clerk = stage.clerk.clone();
    let own = PromiseDraw { organisation: "500237101".to_owned(), purpose: "x".to_owned() };
    let clerks = assessments::promise_draw(&mut stage.conn, &clerk, &stage.keys, &[own]).await;
    assert!(matches!(clerks, Err(Error::Forbidden)));
}

fn check(unit: &str, kind: InspectionKind) -> RecordInspection {
    RecordInspection {
        unit: unit.to_owned(),
        kind,
        held_on: clock::today(),
        draw: None,
        report: Report {
            score: Some("92.5".parse().unwrap()),
            inspected_by: "督查组".to_owned(),
            ..Report::default()
        },
    }
}

#[tokio::test]
async fn a_visit_follows_from_a_draw_that_drew_the_unit() {
    let mut stage = Stage::new().await;
    let draw = promise(&mut stage).await;
    let only = FixDraw { units: vec![VILLAGES[0].to_owned()], ..fix(draw, 1) };
    assessments::fix_draw(&mut stage.conn, &stage.supervisor, &[only]).await.unwrap();
    let visit = RecordInspection { draw: Some(draw), ..check(VILLAGES[0], InspectionKind::UnannouncedVisit) };
    let early =
        assessments::record_inspection(&mut stage.conn, &stage.supervisor, std::slice::from_ref(&visit))
            .await;
    assert_eq!(fields(early.unwrap_err())[0].field, "draw", "before the seed is revealed nothing is drawn");
    reveal(&mut stage, draw).await.unwrap();
    let other = RecordInspection { unit: VILLAGES[1].to_owned(), ..visit.clone() };
    let strange = assessments::record_inspection(&mut stage.conn, &stage.supervisor, &[other]).await;
    assert_eq!(fields(strange.unwrap_err())[0].field, "draw");
    let review = RecordInspection { kind: InspectionKind::OnSiteReview, ..visit.clone() };
    let kind = assessments::record_inspection(&mut stage.conn, &stage.supervisor, &[review]).await;
    assert_eq!(fields(kind.unwrap_err())[0].field, "draw");
    assessments::record_inspection(&mut stage.conn, &stage.supervisor, std::slice::from_ref(&visit))
        .await
        .unwrap();
    let twice = assessments::record_inspection(&mut stage.conn, &stage.supervisor, &[visit]).await;
    assert!(matches!(twice, Err(Error::Taken { field: "held_on", .. })), "{twice:?}");
    // Who was visited learns how he was drawn, once the day is past.
    let scope = stage.clerk.scope.clone();
    let sees = async |stage: &mut Stage| {
        db::read(&mut stage.conn, &scope, async |conn| queries::draw(conn, &scope, draw).await).await
    };
    assert!(matches!(sees(&mut stage).await, Err(Error::Missing { .. })));
    let client = stage.db.owner_client().await;
    client.execute("UPDATE visit_draws SET visit_on = visit_on - 10", &[]).await.unwrap();
    assert_eq!(sees(&mut stage).await.unwrap().picks.len(), 1);
    let late = FixDraw { version: None, ..fix(draw, 1) };
    let late = assessments::fix_draw(
        &mut stage.conn,
        &signed_in(stage.county.town(1).actor(Role::Supervisor)),
        &[late],
    )
    .await;
    assert!(matches!(late, Err(Error::Missing { .. })), "seen, and not touched: {late:?}");
}

#[tokio::test]
async fn a_check_says_something_and_is_corrected_against_its_version() {
    let mut stage = Stage::new().await;
    let good = check(VILLAGES[0], InspectionKind::HalfYearInspection);
    let report = |score: Option<&str>| Report {
        score: score.map(|text| text.parse().unwrap()),
        ..good.report.clone()
    };
    let wrong = [
        (RecordInspection { report: report(None), ..good.clone() }, "finding"),
        (RecordInspection { report: report(Some("100.01")), ..good.clone() }, "score"),
        (RecordInspection { report: report(Some("-1")), ..good.clone() }, "score"),
        (RecordInspection { held_on: clock::today() + Days::new(1), ..good.clone() }, "held_on"),
        (RecordInspection { unit: "500237101".to_owned(), ..good.clone() }, "unit"),
        (
            RecordInspection {
                report: Report { inspected_by: " ".to_owned(), ..report(Some("90")) },
                ..good.clone()
            },
            "inspected_by",
        ),
    ];
    for (command, field) in wrong {
        let why = fields(
            assessments::record_inspection(&mut stage.conn, &stage.clerk, &[command]).await.unwrap_err(),
        );
        assert_eq!(why[0].field, field, "{why:?}");
    }
    let foreign = signed_in(stage.county.town(2).actor(Role::Clerk));
    assert!(matches!(
        assessments::record_inspection(&mut stage.conn, &foreign, std::slice::from_ref(&good)).await,
        Err(Error::Forbidden)
    ));
    let id = assessments::record_inspection(&mut stage.conn, &stage.clerk, std::slice::from_ref(&good))
        .await
        .unwrap()[0];
    let change = ChangeInspection { inspection: id, version: 1, report: report(Some("93")) };
    assessments::change_inspection(&mut stage.conn, &stage.clerk, std::slice::from_ref(&change))
        .await
        .unwrap();
    let stale = assessments::change_inspection(&mut stage.conn, &stage.clerk, &[change]).await;
    assert!(matches!(stale, Err(Error::Stale)));
    let scope = stage.clerk.scope.clone();
    let year = chrono::Datelike::year(&clock::today());
    let picture = db::read(&mut stage.conn, &scope, async |conn| {
        queries::picture(conn, &scope, VILLAGES[0], year).await
    });
    let picture = picture.await.unwrap();
    assert_eq!((picture.quarters.len(), picture.inspections.len()), (4, 1));
    assert_eq!(
        picture.inspections[0].inspection.score.as_ref().map(assessments::printed).as_deref(),
        Some("93")
    );
}
