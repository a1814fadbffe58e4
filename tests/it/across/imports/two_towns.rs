//! Two townships import the same person at the same moment: one record, and two honest plans.

use cadre::across::imports::commit::{Outcome, commit};
use cadre::across::imports::headings::Mapping;
use cadre::across::imports::{progress, summary, upload};
use cadre::base::actor::{Actor, Role};
use cadre::base::error::Error;
use cadre::records::imports::{Counts, Import};

use super::{Roster, Stage, csv};

/// The plans of both towns for the same person, each with one of its own beside him; and the clerks.
async fn both(stage: &Stage) -> [(Actor, Import); 2] {
    let one = [Roster::new("张伟", 1), Roster::new("李娜", 2)];
    let there = |row: Roster| row.with("所在党支部", "500237102201-ZB01");
    let two = [there(Roster::new("张伟", 1)), there(Roster::new("王芳", 4))];
    [planned(stage, 1, &one).await, planned(stage, 2, &two).await]
}

async fn planned(stage: &Stage, town: usize, rows: &[Roster]) -> (Actor, Import) {
    let place = stage.county.town(town).clone();
    let clerk = place.actor(Role::Clerk);
    let (import, counts) = stage.upload(&clerk, &place, csv(rows).path(), Mapping::new()).await.unwrap();
    assert_eq!(counts.unwrap(), Counts { new: 2, ..Counts::default() });
    (clerk, import)
}

async fn carry_out(stage: &Stage, (clerk, import): &(Actor, Import)) -> Result<Outcome, Error> {
    commit(&stage.engine, clerk, import.id, &progress::nobody).await
}

/// The plan that was made anew says what changed and whom to ask, and its other row is written the next time.
async fn is_honest(stage: &Stage, late: &(Actor, Import), unit: &str) {
    let (clerk, import) = late;
    let now = upload::find(&stage.engine, clerk, import.id).await.unwrap();
    assert_eq!(now.state, "planned");
    let why = "登记的数据在核对之后有变化，没有写入；方案已重新生成，请再次核对后确认。";
    assert!(now.notices().iter().any(|notice| notice == why), "{:?}", now.notices());
    let answer = summary::answer(&stage.engine, &clerk.scope, &now, 10).await.unwrap();
    assert_eq!(answer.counts, Counts { new: 1, conflict: 1, ..Counts::default() });
    let told = &answer.conflicts[0].message;
    assert!(told.contains(unit) && told.contains("请与该单位联系"), "{told}");
    assert_eq!(stage.members().await.len(), 2, "nothing of it is written yet");
    let outcome = carry_out(stage, late).await.unwrap();
    assert_eq!(outcome, Outcome::Written(answer.counts));
    let names: Vec<String> = stage.members().await.into_iter().map(|card| card.person.name).collect();
    assert_eq!(names.iter().filter(|name| *name == "张伟").count(), 1, "{names:?}");
    assert_eq!(names.len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_comes_second_is_told_what_changed_and_plans_again() {
    let stage = Stage::new().await;
    let [first, second] = both(&stage).await;
    assert!(matches!(carry_out(&stage, &first).await.unwrap(), Outcome::Written(_)));
    let late = carry_out(&stage, &second).await.unwrap();
    assert_eq!(late, Outcome::PlannedAnew(Counts { new: 1, conflict: 1, ..Counts::default() }));
    is_honest(&stage, &second, "500237101201-ZB01").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_at_the_same_moment_one_is_written_and_the_other_plans_again() {
    let stage = Stage::new().await;
    let [first, second] = both(&stage).await;
    let (one, two) = tokio::join!(carry_out(&stage, &first), carry_out(&stage, &second));
    let (one, two) = (one.unwrap(), two.unwrap());
    let is_written = |outcome: &Outcome| matches!(outcome, Outcome::Written(_));
    assert!(is_written(&one) != is_written(&two), "{one:?} {two:?}");
    let (late, unit) =
        if is_written(&one) { (&second, "500237101201-ZB01") } else { (&first, "500237102201-ZB01") };
    is_honest(&stage, late, unit).await;
}
