//! Mentors, their notes, and reviews.

use cadre::base::error::Error;
use cadre::base::ids::{MentorId, ReserveId};
use cadre::base::values::PersonName;
use cadre::records::reserves::{
    self, AddMentor, EndMentor, GiveReview, Grade, MentorKind, NewMentor, StepKind, WriteNote,
};

use super::{Stage, field};
use crate::support::builders::day;

fn note(reserve: ReserveId, mentor: MentorId, on: &str) -> [WriteNote; 1] {
    [WriteNote { reserve, version: None, mentor, on: day(on), content: "谈心谈话".to_owned() }]
}

#[tokio::test]
async fn a_mentor_writes_until_he_left_and_the_next_goes_on() {
    let mut stage = Stage::new().await;
    let id = stage.one().await;
    let mentor = stage.card(id).await.mentors[0].id;
    let end = [EndMentor { reserve: id, version: None, mentor, on: day("2021-06-01") }];
    reserves::end_mentors(&mut stage.conn, &stage.clerk, &end).await.unwrap();
    let again = reserves::end_mentors(&mut stage.conn, &stage.clerk, &end).await;
    assert!(matches!(again, Err(Error::Refused(_))), "{again:?}");
    reserves::write_notes(&mut stage.conn, &stage.clerk, &note(id, mentor, "2021-05-31")).await.unwrap();
    let error = reserves::write_notes(&mut stage.conn, &stage.clerk, &note(id, mentor, "2021-06-01"))
        .await
        .unwrap_err();
    let (name, message) = field(&error);
    assert_eq!(name, "mentor");
    assert!(message.contains("自2021-06-01起已不再帮带"), "{message}");
    let mentor = NewMentor {
        kind: MentorKind::TownshipLeader,
        person: None,
        name: PersonName::parse("陈红").unwrap(),
        from_day: day("2021-06-01"),
    };
    let add = [AddMentor { reserve: id, version: None, mentor }];
    let added = reserves::add_mentors(&mut stage.conn, &stage.clerk, &add).await.unwrap()[0];
    let twice = reserves::add_mentors(&mut stage.conn, &stage.clerk, &add).await;
    assert!(matches!(twice, Err(Error::Taken { .. })), "{twice:?}");
    reserves::write_notes(&mut stage.conn, &stage.clerk, &note(id, added, "2021-06-01")).await.unwrap();
}

#[tokio::test]
async fn one_review_a_day_and_none_after_leaving() {
    let mut stage = Stage::new().await;
    let id = stage.one().await;
    let review = |on: &str| {
        [GiveReview { reserve: id, version: None, on: day(on), grade: Grade::Excellent, opinion: None }]
    };
    assert_eq!(
        field(&reserves::review(&mut stage.conn, &stage.clerk, &review("2021-02-28")).await.unwrap_err()).0,
        "on"
    );
    reserves::review(&mut stage.conn, &stage.clerk, &review("2021-12-31")).await.unwrap();
    let twice = reserves::review(&mut stage.conn, &stage.clerk, &review("2021-12-31")).await;
    assert!(matches!(twice, Err(Error::Taken { field: "on", .. })), "{twice:?}");
    stage.step(id, StepKind::Leave, "2022-01-01").await.unwrap();
    let late = reserves::review(&mut stage.conn, &stage.clerk, &review("2022-12-31")).await;
    assert!(matches!(late, Err(Error::Refused(_))), "{late:?}");
}
