//! The training of a sample county, entered through the verbs: the published figures come out of it, and a row that
//! changes moves them.

use cadre::across::reports;
use cadre::across::reports::acceptance::{PUBLISHED, Published, accept, published};
use cadre::across::sample::{Loaded, Pack, SampleCounty, generate, load, load_training};
use cadre::base::actor::Actor;
use cadre::base::ids::{MembershipId, TrainingClassId};
use cadre::base::keys::KeyRing;
use cadre::base::{clock, db};
use cadre::records::training::{
    self, Attend, ClassStep, CorrectAttendance, StepClass, TrainingResult, queries,
};
use chrono::NaiveDate;

use super::published::accepted_by_the_command;
use crate::support::TestDb;

/// A county of full size with its training up to a day.
async fn loaded(test: &TestDb, name: &str, until: NaiveDate) -> (SampleCounty, Loaded) {
    let keys = KeyRing::ephemeral().unwrap();
    let mut pack = Pack::load(name).unwrap();
    pack.training.programmes.truncate(1);
    pack.training.programmes[0].targets.retain(|target| target.until <= until);
    let mut county = generate(&pack, 1, clock::today()).unwrap();
    // What happened to the members later is another test's.
    county.training.classes.retain(|class| class.last_day <= until);
    let (mut owner, mut conn) = (test.owner().await, test.web().await);
    let loaded = load(&mut owner, &mut conn, &keys, &county, |_| {}).await.unwrap();
    db::tidy(&mut owner).await.unwrap();
    load_training(&mut owner, &mut conn, &county, &loaded).await.unwrap();
    db::tidy(&mut owner).await.unwrap();
    (county, loaded)
}

fn wanted(county: &str) -> Vec<Published> {
    let mut wanted = published(PUBLISHED).unwrap();
    wanted.retain(|figure| figure.county == county && figure.figure.starts_with("training."));
    wanted
}

async fn agree(test: &TestDb, wanted: &[Published]) -> Vec<String> {
    let mut report = test.report().await;
    let accepted = accept(&mut report, wanted).await.unwrap();
    assert!(accepted.iter().all(|one| one.matches.is_some()), "{accepted:?}");
    accepted.into_iter().filter(|one| one.matches == Some(false)).map(|one| one.figure).collect()
}

#[tokio::test]
async fn forty_percent_of_wushan_are_trained_and_one_who_failed_moves_it() {
    let test = TestDb::new().await;
    let day = "2021-06-30".parse().unwrap();
    let (county, loaded) = loaded(&test, "wushan", day).await;
    let wanted = wanted("wushan");
    assert_eq!(wanted.len(), 3);
    assert_eq!(agree(&test, &wanted).await, [""; 0]);
    let actor = Actor::command_line(loaded.scope.clone());
    let mut conn = test.web().await;
    let coverage = async |conn: &mut _| {
        let programme = db::read(conn, &loaded.scope, async |conn| {
            Ok(queries::primary_on(conn, loaded.scope.county, day).await?)
        })
        .await
        .unwrap()
        .unwrap();
        let mut report = test.report().await;
        training::coverage(&mut report, &actor, programme.id, "500237", day).await.unwrap()
    };
    let found = coverage(&mut conn).await;
    assert_eq!((found.total.members, found.total.trained, found.total.required), (20_000, 8_000, 6_000));
    assert_eq!(
        found.children.iter().map(|line| line.members).sum::<i64>(),
        20_000,
        "each stands below the county"
    );
    // One of those who passed did not.
    let class = county.training.classes.iter().find(|class| !class.attended.is_empty()).unwrap();
    let member = loaded.members[class.attended[0].0];
    correct(&mut conn, &actor, &class.code, member).await;
    let found = coverage(&mut conn).await;
    assert_eq!((found.total.members, found.total.trained), (20_000, 7_999));
    assert_eq!(agree(&test, &wanted).await, ["training.trained"], "39.995 percent are 40.00");
}

/// Opens a class again and says that somebody failed.
async fn correct(
    conn: &mut diesel_async::AsyncPgConnection,
    actor: &Actor,
    code: &str,
    member: MembershipId,
) {
    let class =
        db::read(
            conn,
            &actor.scope,
            async |conn| Ok(queries::class_by_code(conn, &actor.scope, code).await?),
        )
        .await
        .unwrap()
        .unwrap();
    let id: TrainingClassId = class.id;
    let reopen =
        StepClass {
            class: id, version: None, step: ClassStep::Reopen, reason: Some("成绩更正".to_owned())
        };
    training::step_classes(conn, actor, &[reopen]).await.unwrap();
    let attend = Attend { class: id, member, hours: 4.into(), result: TrainingResult::Failed, note: None };
    training::correct_attendances(conn, actor, &[CorrectAttendance { attend, version: 1 }]).await.unwrap();
}

#[tokio::test]
async fn everybody_of_zhushan_is_trained_and_an_attendance_moves_the_journeys() {
    let test = TestDb::new().await;
    let day: NaiveDate = "2020-12-31".parse().unwrap();
    let (_, loaded) = loaded(&test, "zhushan", day).await;
    let wanted = wanted("zhushan");
    assert_eq!(wanted.len(), 3);
    assert_eq!(agree(&test, &wanted).await, [""; 0]);
    assert_eq!(accepted_by_the_command(&test, "zhushan"), 3, "they are all of this county's, of full size");
    let actor = Actor::command_line(loaded.scope.clone());
    let mut report = test.report().await;
    let mut value = async |code: &str| {
        let quarter = "2020Q4".parse().unwrap();
        reports::figure(&mut report, &actor, code, "420323", quarter, None).await.unwrap()
    };
    let all = value("training.programme_members").await;
    assert_eq!(value("training.required").await.value, all.value, "everybody, every year");
    assert_eq!(value("training.shortfall").await.value.unwrap().to_string(), "0");
    assert_eq!(value("training.trained").await.value, all.value);
    let client = test.owner_client().await;
    let removed = client
        .execute(
            "DELETE FROM training_attendances a WHERE (a.class_id, a.membership_id) = (
                SELECT b.class_id, b.membership_id FROM training_attendances b
                JOIN training_classes c ON c.id = b.class_id AND c.is_away
                WHERE NOT EXISTS (SELECT FROM training_completions t
                    WHERE t.class_id = b.class_id AND t.membership_id = b.membership_id)
                ORDER BY b.class_id, b.membership_id LIMIT 1)",
            &[],
        )
        .await
        .unwrap();
    assert_eq!(removed, 1);
    assert_eq!(agree(&test, &wanted).await, ["training.away_person_times"]);
}
