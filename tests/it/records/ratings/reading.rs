//! What is read: the list with its progress, the review with its arithmetic, and nothing beyond the scope.

use cadre::base::actor::Role;
use cadre::base::db;
use cadre::base::error::Error;
use cadre::base::ids::MembershipId;
use cadre::records::members::{self, Decision, ProposeTransfer};
use cadre::records::ratings::queries::{self, Cursor, Filter, Review};
use cadre::records::ratings::{self, Decide, RatingState};

use super::{Stage, open};
use crate::support::builders::day;

async fn review(stage: &mut Stage) -> Review {
    let (scope, round) = (stage.supervisor.scope.clone(), stage.round);
    db::read(&mut stage.conn, &scope, async |conn| queries::review(conn, &scope, round).await).await.unwrap()
}

#[tokio::test]
async fn a_review_explains_every_star_and_shows_the_distribution() {
    let mut stage = Stage::submitted().await;
    let review = review(&mut stage).await;
    let lines: Vec<(&str, String)> = review
        .rows
        .iter()
        .map(|row| (row.subject.name.as_str(), row.arithmetic.as_ref().unwrap().sentence()))
        .collect();
    assert_eq!(
        lines,
        [
            ("李娜", "16 + 16 + 16 + 16 + 16 = 80，80 ≥ 80 → 四星".to_owned()),
            ("王芳", "10 + 12 + 14 + 12 + 13.5 = 61.5，61.5 ≥ 60 → 二星".to_owned()),
            ("张伟", "18 + 19 + 17 + 18 + 20 = 92，92 ≥ 90 → 五星".to_owned()),
        ]
    );
    let shares: Vec<(i32, i64)> =
        review.distribution.iter().map(|share| (share.stars, share.count)).collect();
    assert_eq!(shares, [(5, 1), (4, 1), (3, 0), (2, 1), (1, 0)]);
    assert_eq!(review.average.unwrap().to_string(), "3.67");
    assert!(review.unrated.is_empty());
}

#[tokio::test]
async fn a_review_looks_back_at_the_round_before() {
    let mut stage = Stage::submitted().await;
    let (clerk, supervisor) = (stage.clerk.clone(), stage.supervisor.clone());
    let whole = [Decide::round(stage.round)];
    ratings::review(&mut stage.conn, &supervisor, &whole).await.unwrap();
    ratings::confirm(&mut stage.conn, &supervisor, &whole).await.unwrap();
    let next = open(&stage.county.branch(1, 1).code, "2026Q2");
    stage.round = ratings::open_round(&mut stage.conn, &clerk, &[next]).await.unwrap()[0];
    stage.enter(stage.rows(&["14,14,14,14,14", "20,20,20,20,20"])).await.unwrap();
    ratings::submit(&mut stage.conn, &clerk, &[Decide::round(stage.round)]).await.unwrap();
    let review = review(&mut stage).await;
    let remarks: Vec<(&str, Option<i32>, Option<&str>)> = review
        .rows
        .iter()
        .map(|row| (row.subject.name.as_str(), row.before, row.remark.as_deref()))
        .collect();
    assert_eq!(
        remarks,
        [("李娜", Some(4), Some("各维度均为满分，未填评定依据")), ("张伟", Some(5), Some("比上期降2星")),]
    );
    assert_eq!(
        review.distribution.iter().map(|share| share.before).collect::<Vec<_>>(),
        [1, 1, 0, 1, 0].map(Some)
    );
    assert_eq!(review.unrated.iter().map(|subject| subject.name.as_str()).collect::<Vec<_>>(), ["王芳"]);
    let member = stage.members[0];
    let past = db::read(&mut stage.conn, &supervisor.scope, async |conn| {
        Ok(queries::of_member(conn, &supervisor.scope, member, 10).await?)
    })
    .await
    .unwrap();
    let past: Vec<(&str, Option<i32>, &str)> =
        past.iter().map(|p| (p.period.as_str(), p.stars, p.state.as_str())).collect();
    assert_eq!(past, [("2026Q2", Some(3), "submitted"), ("2026Q1", Some(5), "confirmed")]);
}

#[tokio::test]
async fn the_list_pages_by_period_and_place_and_counts_what_waits() {
    let mut stage = Stage::submitted().await;
    let supervisor = stage.supervisor.clone();
    let commands: Vec<_> = [((1, 1), "2026Q2"), ((2, 1), "2026Q2"), ((1, 2), "2026Q1")]
        .into_iter()
        .map(|((town, village), period)| open(&stage.county.branch(town, village).code, period))
        .collect();
    ratings::open_round(&mut stage.conn, &supervisor, &commands).await.unwrap();
    let scope = supervisor.scope.clone();
    let page = async |stage: &mut Stage, filter: Filter, after: Option<Cursor>, limit: i64| {
        db::read(&mut stage.conn, &scope, async |conn| {
            queries::list(conn, &scope, &filter, after.as_ref(), limit).await
        })
        .await
        .unwrap()
    };
    let mut seen = Vec::new();
    let mut after = None;
    loop {
        let lines = page(&mut stage, Filter::default(), after, 3).await;
        seen.extend(lines.iter().map(|l| (l.card.round.period.clone(), l.card.organisation_code.clone())));
        let Some(last) = lines.last().filter(|_| lines.len() == 3) else { break };
        let round = &last.card.round;
        after = Some(Cursor { last_day: round.last_day, path: round.path.clone(), id: round.id });
    }
    let expected = [
        ("2026Q2", "500237101201-ZB01"),
        ("2026Q2", "500237102201-ZB01"),
        ("2026Q1", "500237101201-ZB01"),
        ("2026Q1", "500237101202-ZB01"),
    ];
    assert_eq!(seen, expected.map(|(period, code)| (period.to_owned(), code.to_owned())));
    let submitted = Filter { state: Some(RatingState::Submitted), ..Filter::default() };
    let lines = page(&mut stage, submitted, None, 10).await;
    assert_eq!(lines.len(), 1);
    assert_eq!((lines[0].progress.subjects, lines[0].progress.submitted, lines[0].progress.rated), (3, 3, 3));
    let holding = |states: &[RatingState]| Filter { holding: states.to_vec(), ..Filter::default() };
    let to_review = holding(&[RatingState::Submitted, RatingState::Reviewed]);
    assert_eq!(page(&mut stage, to_review, None, 10).await.len(), 1);
    assert_eq!(page(&mut stage, holding(&[RatingState::Returned]), None, 10).await.len(), 0);
    let waiting = db::read(&mut stage.conn, &scope, async |conn| Ok(queries::waiting(conn, &scope).await?));
    let waiting = waiting.await.unwrap();
    assert_eq!((waiting.open_rounds, waiting.submitted, waiting.returned), (3, 3, 0));
}

#[tokio::test]
async fn nothing_is_seen_beyond_the_scope() {
    let mut stage = Stage::submitted().await;
    let rating = stage.ratings().await[0];
    let round = stage.round;
    let sibling = stage.county.town(2).actor(Role::Clerk).scope;
    let found = db::read(&mut stage.conn, &sibling, async |conn| {
        let lines = queries::list(conn, &sibling, &Filter::default(), None, 10).await?;
        let subjects = queries::subjects(conn, sibling.county, &[round]).await?;
        Ok((lines.len(), subjects.len()))
    });
    assert_eq!(found.await.unwrap(), (0, 0));
    // Row-level security holds even where a read would ask for more than the scope that it runs in.
    let county = stage.supervisor.scope.clone();
    for scope in [&sibling, &county] {
        let refused =
            db::read(&mut stage.conn, &sibling, async |conn| queries::rating(conn, scope, rating).await);
        let refused = refused.await;
        assert!(matches!(refused, Err(Error::Missing { .. })), "{refused:?}");
        let refused =
            db::read(&mut stage.conn, &sibling, async |conn| queries::grid(conn, scope, round).await);
        let refused = refused.await;
        assert!(matches!(refused, Err(Error::Missing { .. })), "{refused:?}");
    }
}

#[tokio::test]
async fn a_member_who_moved_away_keeps_his_name_in_the_round_that_rated_him() {
    let mut stage = Stage::submitted().await;
    let (clerk, member) = (stage.clerk.clone(), stage.members[0]);
    move_away(&mut stage, member).await;
    let review = db::read(&mut stage.conn, &clerk.scope, async |conn| {
        queries::review(conn, &clerk.scope, stage.round).await
    })
    .await
    .unwrap();
    let names: Vec<&str> = review.rows.iter().map(|row| row.subject.name.as_str()).collect();
    assert_eq!(names, ["李娜", "王芳", "张伟"]);
    assert!(review.rows.iter().all(|row| row.subject.present), "he was there on the last day");
}

async fn move_away(stage: &mut Stage, member: MembershipId) {
    let command = ProposeTransfer {
        member,
        to_branch: stage.county.branch(2, 1).id,
        on: day("2026-05-01"),
        letter_number: None,
    };
    let proposed = members::propose_transfers(&mut stage.conn, &stage.clerk, &[command]).await.unwrap();
    let receiving = stage.county.town(2).actor(Role::Clerk);
    members::decide_transfers(&mut stage.conn, &receiving, &proposed, Decision::Accept, None).await.unwrap();
}
