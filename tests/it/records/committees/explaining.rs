//! What is unusual gets a reason; a seat that was entered by mistake goes.

use cadre::base::error::Error;
use cadre::records::committees::{self, Explain, Finding, Post, RemoveSeat, Unusual};
use cadre::records::vetting::sight::Sight;

use super::{Stage, named};
use crate::support::builders::{committee, day};

async fn findings(stage: &mut Stage) -> Vec<Finding> {
    let (scope, committee) = (stage.clerk.scope.clone(), stage.committee);
    cadre::base::db::read(&mut stage.conn, &scope, async |conn| {
        committees::queries::findings(
            conn,
            &scope,
            cadre::base::clock::today(),
            &[committee],
            &Sight::Nothing,
        )
        .await
    })
    .await
    .unwrap()
}

async fn explain(stage: &mut Stage, what: Unusual, reason: &str) -> Result<(), Error> {
    let command = Explain { term: stage.term, what, reason: reason.to_owned() };
    let clerk = stage.clerk.clone();
    committees::explain(&mut stage.conn, &clerk, &[command]).await.map(|_| ())
}

#[tokio::test]
async fn the_latest_word_on_a_finding_counts_and_the_finding_stays() {
    let mut stage = Stage::new().await;
    let vacancy = |all: Vec<Finding>| all.into_iter().find(|one| one.what == Unusual::Vacancy).unwrap();
    assert_eq!(vacancy(findings(&mut stage).await).explanation, None);
    explain(&mut stage, Unusual::Vacancy, " 等待下派 ").await.unwrap();
    explain(&mut stage, Unusual::Vacancy, "年底换届时补齐").await.unwrap();
    let said = vacancy(findings(&mut stage).await).explanation.unwrap();
    assert_eq!((said.reason.as_str(), said.by.as_str()), ("年底换届时补齐", stage.clerk.name.as_str()));
    assert_eq!(stage.texts("SELECT reason FROM finding_explanations ORDER BY id").await[0], "等待下派");
    let other = findings(&mut stage).await.into_iter().find(|one| one.what != Unusual::Vacancy).unwrap();
    assert_eq!(other.explanation, None);
}

/// What is told of one kind of finding.
async fn told(stage: &mut Stage, what: Unusual) -> Vec<String> {
    let found = findings(stage).await.into_iter().filter(|finding| finding.what == what);
    found.map(|finding| finding.message).collect()
}

#[tokio::test]
async fn a_seat_in_a_post_that_the_term_has_not_is_told_and_explained() {
    let mut stage = Stage::new().await;
    let seats = [stage.seat(0, Post::Secretary), stage.seat(1, Post::Member)];
    stage.appoint(&seats).await.unwrap();
    assert_eq!(told(&mut stage, Unusual::Overfilled).await, [""; 0]);
    let deputy = stage.seat(2, Post::DeputySecretary);
    stage.appoint(&[deputy]).await.unwrap();
    assert_eq!(
        told(&mut stage, Unusual::Overfilled).await,
        ["本届没有设副书记而有1人任职，请登记离职，或核对本届职数"]
    );
    explain(&mut stage, Unusual::Overfilled, "县委批准增设").await.unwrap();
    let found = findings(&mut stage).await.into_iter().find(|one| one.what == Unusual::Overfilled).unwrap();
    assert_eq!(found.explanation.unwrap().reason, "县委批准增设");
}

#[tokio::test]
async fn exactly_four_fifths_present_are_to_be_looked_at_again_and_one_more_is_not() {
    let mut stage = Stage::new().await;
    let vote = |stage: &Stage, present, on: &str| {
        let mut held = committee::held(Post::Secretary, &[(stage.people[0], 39)]);
        held.held_on = day(on);
        let numbers = &mut held.votings;
        (numbers.present, numbers.issued, numbers.returned, numbers.valid) =
            (present, present, present, present);
        held
    };
    let one_more = vote(&stage, 41, "2021-01-10");
    stage.record(one_more).await.unwrap();
    assert_eq!(told(&mut stage, Unusual::ExactAttendance).await, [""; 0]);
    let exact = vote(&stage, 40, "2021-01-11");
    stage.record(exact).await.unwrap();
    assert_eq!(
        told(&mut stage, Unusual::ExactAttendance).await,
        ["2021-01-11选举书记，实到40人，应到50人，实到恰为应到人数的4/5，请核对签到记录和选举办法，再说明"]
    );
    explain(&mut stage, Unusual::ExactAttendance, "签到40人，已核对").await.unwrap();
}

#[tokio::test]
async fn only_what_is_unusual_today_is_explained_and_in_words() {
    let mut stage = Stage::new().await;
    assert_eq!(
        named(explain(&mut stage, Unusual::TooMany, "历史原因").await.unwrap_err()),
        ["rule: “职数偏多”在本届目前没有提示，不需要说明；请刷新页面查看现有的提示"]
    );
    let empty = named(explain(&mut stage, Unusual::Vacancy, " ").await.unwrap_err());
    assert!(empty[0].starts_with("reason: 说明没有填写"), "{empty:?}");
    explain(&mut stage, Unusual::Vacancy, &"由".repeat(500)).await.unwrap();
    assert_eq!(
        named(explain(&mut stage, Unusual::Vacancy, &"由".repeat(501)).await.unwrap_err()),
        ["reason: 说明有501字，不能超过500字，请删减"]
    );
}

#[tokio::test]
async fn a_seat_entered_by_mistake_goes_and_the_trail_keeps_it() {
    let mut stage = Stage::new().await;
    let mut seat = stage.seat(0, Post::Secretary);
    seat.sources = vec![committees::Source::Veteran];
    let id = stage.appoint(&[seat]).await.unwrap()[0];
    let clerk = stage.clerk.clone();
    let remove = |version, reason: &str| [RemoveSeat { seat: id, version, reason: reason.to_owned() }];
    let refused = committees::remove_seat(&mut stage.conn, &clerk, &remove(1, "")).await;
    assert!(named(refused.unwrap_err())[0].starts_with("reason: 删除原因没有填写"));
    let stale = committees::remove_seat(&mut stage.conn, &clerk, &remove(2, "误登")).await;
    assert!(matches!(stale, Err(Error::Stale)), "{stale:?}");
    let sibling = stage.county.town(2).actor(cadre::base::actor::Role::Clerk);
    let outside = committees::remove_seat(&mut stage.conn, &sibling, &remove(1, "误登")).await;
    assert!(matches!(outside, Err(Error::Missing { .. })), "{outside:?}");
    assert_eq!(stage.seats().await.len(), 1);
    committees::remove_seat(&mut stage.conn, &clerk, &remove(1, "误登为同名的另一人")).await.unwrap();
    assert!(stage.seats().await.is_empty());
    assert!(stage.texts("SELECT source FROM seat_sources").await.is_empty());
    let query = format!("SELECT 'seen' FROM person_visibility WHERE relation_id = '{id}'");
    assert!(stage.texts(&query).await.is_empty());
    let entries = stage.entries("committees.remove_seat").await;
    let told = &entries[0].1["seats"][0];
    assert_eq!(
        (&told["reason"], &told["before"]["post"]),
        (&"误登为同名的另一人".into(), &"secretary".into())
    );
}
