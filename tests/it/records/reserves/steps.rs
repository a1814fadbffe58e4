//! What people in the pool go on to do.

use cadre::base::actor::Role;
use cadre::base::error::Error;
use cadre::records::reserves::settings::SecondmentEducation;
use cadre::records::reserves::{self, ReserveState, SetSettings, Step, StepKind};

use super::{Stage, field};
use crate::support::builders::{day, reserve};

#[tokio::test]
async fn somebody_is_seconded_comes_back_and_is_appointed() {
    let mut stage = Stage::new().await;
    let id = stage.one().await;
    let second = StepKind::Second { village: stage.village(2), post: Some("村主任助理".to_owned()) };
    stage.step(id, second, "2021-06-01").await.unwrap();
    let card = stage.card(id).await;
    let (spell, village) = card.present.unwrap();
    assert_eq!((spell.state.as_str(), village.unwrap().name.as_str()), ("seconded", "龙井镇龙雾村"));
    stage.step(id, StepKind::Return, "2022-06-01").await.unwrap();
    let appoint = StepKind::Appoint { village: None, post: "委员".to_owned() };
    stage.step(id, appoint, "2023-06-01").await.unwrap();
    let card = stage.card(id).await;
    assert_eq!(card.reserve.state().unwrap(), ReserveState::Appointed);
    assert_eq!((card.reserve.left_on, card.reserve.version), (Some(day("2023-06-01")), 4));
    let (_, village) = card.present.unwrap();
    assert_eq!(village.unwrap().name, "龙井镇白泉村", "in his own village, where no other is named");
    let late = stage.step(id, StepKind::Return, "2024-06-01").await.unwrap_err();
    assert!(matches!(&late, Error::Refused(reason) if reason.contains("已任用")), "{late}");
}

#[tokio::test]
async fn the_young_with_college_are_seconded_as_the_county_sets() {
    let mut stage = Stage::new().await;
    let id = stage.one().await;
    let second = || StepKind::Second { village: stage.county.village(1, 2).id, post: None };
    let (late, early) = (second(), second());
    // Born on 1995-06-07: thirty-five until 2031; by a limit of 26 until the day before her 27th birthday.
    let supervisor = stage.county.county.actor(Role::Supervisor);
    let settings = SetSettings {
        from_day: day("2022-01-01"),
        minimum_per_village: 3,
        secondment_age: 26,
        secondment_education: SecondmentEducation::College,
        township_leaders: 2,
        village_secretaries: 1,
        days_between_notes: 60,
        source: "县委组织部〔2022〕1号".to_owned(),
    };
    let clerk = stage.clerk.clone();
    let refused = reserves::set_settings(&mut stage.conn, &clerk, std::slice::from_ref(&settings)).await;
    assert!(matches!(refused, Err(Error::Forbidden)), "{refused:?}");
    reserves::set_settings(&mut stage.conn, &supervisor, std::slice::from_ref(&settings)).await.unwrap();
    let again = reserves::set_settings(&mut stage.conn, &supervisor, &[settings]).await;
    assert!(matches!(again, Err(Error::Refused(_))), "{again:?}");
    let error = stage.step(id, late, "2022-06-07").await.unwrap_err();
    let (name, message) = field(&error);
    assert_eq!(name, "on");
    assert!(message.contains("27周岁") && message.contains("〔2022〕1号"), "{message}");
    stage.step(id, early, "2022-06-06").await.unwrap();
    let mut schooled = reserve(stage.county.village(1, 1), "李强", 5);
    if let reserves::Who::Identified(identity) = &mut schooled.who {
        "61".clone_into(&mut identity.education);
    }
    let id = stage.enter(schooled).await.unwrap();
    let second = StepKind::Second { village: stage.village(2), post: None };
    assert_eq!(field(&stage.step(id, second, "2021-06-01").await.unwrap_err()).0, "education");
}

#[tokio::test]
async fn another_village_is_another_and_a_leaving_needs_a_reason() {
    let mut stage = Stage::new().await;
    let id = stage.one().await;
    let post = |village| StepKind::PostTo { village, post: None };
    let (own, other, town) = (stage.village(1), stage.village(2), stage.county.town(1).id);
    assert_eq!(field(&stage.step(id, post(own), "2021-06-01").await.unwrap_err()).0, "village");
    assert_eq!(field(&stage.step(id, post(town), "2021-06-01").await.unwrap_err()).0, "village");
    assert_eq!(
        field(&stage.step(id, post(other), "2021-03-01").await.unwrap_err()).0,
        "on",
        "one state a day"
    );
    stage.step(id, post(other), "2021-03-02").await.unwrap();
    let silent =
        Step { reserve: id, version: None, kind: StepKind::Leave, on: day("2021-07-01"), reason: None };
    let error = reserves::record(&mut stage.conn, &stage.clerk, &[silent]).await.unwrap_err();
    assert_eq!(field(&error).0, "reason");
    stage.step(id, StepKind::Leave, "2021-07-01").await.unwrap();
}

#[tokio::test]
async fn nobody_moves_those_of_another_town() {
    let mut stage = Stage::new().await;
    let id = stage.one().await;
    stage.clerk = stage.county.town(2).actor(Role::Clerk);
    let error = stage.step(id, StepKind::Leave, "2021-07-01").await.unwrap_err();
    assert!(matches!(error, Error::Missing { .. }), "{error:?}");
}
