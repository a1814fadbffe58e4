//! Training: programmes set, members exempt, classes planned and taken on, the roll, who came.

use cadre::base::actor::{Actor, Role};
use cadre::base::edit::Edit;
use cadre::base::ids::{MembershipId, TrainingClassId, TrainingProgrammeId};
use cadre::records::members;
use cadre::records::training::{
    self, ChangeClass, ClassStep, CorrectAttendance, CorrectPair, Edits, EndExemption, EndPair, Enrol,
    Exempt, ExemptionKind, Pair, PairOutcome, PlaceMember, RemoveAttendance, ReviseDemand, SetSettings,
    SetSite, Whom, Withdraw,
};

use super::Story;
use crate::support::builders::training::{attendance, class, class_step, in_days, programme, running};
use crate::support::builders::{day, member};

pub(super) async fn tell(story: &mut Story) {
    let county = story.county.clone();
    let clerk = story.actor(Role::Clerk, county.town(1));
    let supervisor = story.actor(Role::Supervisor, &county.county);
    let keys = cadre::base::keys::KeyRing::ephemeral().unwrap();
    let branch = county.branch(1, 1).id;
    let people = [member(branch, "王磊", 901), member(branch, "王敏", 902)];
    let people = members::enrol(&mut story.conn, &clerk, &keys, &people).await.unwrap();
    let programme = tell_settings(story, &supervisor).await;
    tell_exemptions(story, &clerk, people[0]).await;

    let plan = [class(programme, county.town(1), "a1", "2021-05-10")];
    let id = story
        .done("training::plan_classes", async |conn| training::plan_classes(conn, &clerk, &plan).await)
        .await[0];
    story
        .refused("training::plan_classes", async |conn| training::plan_classes(conn, &clerk, &plan).await)
        .await;
    let edits = Edits { note: Edit::Set("备注".to_owned()), ..Edits::default() };
    let change = [ChangeClass { class: id, version: 1, edits }];
    story
        .done("training::change_classes", async |conn| training::change_classes(conn, &clerk, &change).await)
        .await;
    story
        .refused("training::change_classes", async |conn| {
            training::change_classes(conn, &clerk, &change).await
        })
        .await;
    let open = [class_step(id, ClassStep::Open)];
    story
        .done("training::step_classes", async |conn| training::step_classes(conn, &clerk, &open).await)
        .await;
    story
        .refused("training::step_classes", async |conn| training::step_classes(conn, &clerk, &open).await)
        .await;
    tell_roll(story, &clerk, id, &people).await;
    tell_plan(story, &supervisor, people[1]).await;
    tell_sites(story, &supervisor).await;
    tell_pairs(story, &clerk).await;
}

async fn tell_pairs(story: &mut Story, clerk: &Actor) {
    let query = "SELECT id::text FROM people WHERE name IN ('王磊', '王敏') ORDER BY name";
    let rows = story.behind.query(query, &[]).await.unwrap();
    let [mentor, apprentice] = [0, 1].map(|at| rows[at].get::<_, String>(0).parse().unwrap());
    let agreed = "每月带教".to_owned();
    let make = [Pair { mentor, apprentice, organisation: None, agreed, from_day: day("2021-03-01") }];
    let verb = "training::pair";
    let pair = story.done(verb, async |conn| training::pair(conn, clerk, &make).await).await[0];
    story.refused(verb, async |conn| training::pair(conn, clerk, &make).await).await;
    let agreed = Some("每周带教".to_owned());
    let correct = [CorrectPair { pair, version: 1, agreed, from_day: None }];
    let verb = "training::correct_pairs";
    story.done(verb, async |conn| training::correct_pairs(conn, clerk, &correct).await).await;
    story.refused(verb, async |conn| training::correct_pairs(conn, clerk, &correct).await).await;
    let (outcome, result) = (PairOutcome::Stopped, "调离".to_owned());
    let end = [EndPair { pair, version: 2, on: day("2021-09-01"), outcome, result }];
    let verb = "training::end_pairs";
    story.done(verb, async |conn| training::end_pairs(conn, clerk, &end).await).await;
    story.refused(verb, async |conn| training::end_pairs(conn, clerk, &end).await).await;
}

async fn tell_plan(story: &mut Story, supervisor: &Actor, member: MembershipId) {
    let current = training::set_programmes(&mut story.conn, supervisor, &[running()]).await.unwrap()[0];
    let town = story.county.town(1).clone();
    let plan = [class(current, &town, "next", &in_days(40).to_string())];
    let class = training::plan_classes(&mut story.conn, supervisor, &plan).await.unwrap()[0];
    let place = [PlaceMember { member, class, version: 1, from: None }];
    story.done("training::place", async |conn| training::place(conn, supervisor, &place).await).await;
    story.refused("training::place", async |conn| training::place(conn, supervisor, &place).await).await;
}

async fn tell_settings(story: &mut Story, supervisor: &Actor) -> TrainingProgrammeId {
    let set = [programme()];
    let id = story
        .done("training::set_programmes", async |conn| training::set_programmes(conn, supervisor, &set).await)
        .await[0];
    story
        .refused("training::set_programmes", async |conn| {
            training::set_programmes(conn, supervisor, &set).await
        })
        .await;
    let revise =
        [ReviseDemand { programme: id, version: 1, from_day: day("2021-01-01"), demand: programme().demand }];
    story
        .done("training::revise_demands", async |conn| {
            training::revise_demands(conn, supervisor, &revise).await
        })
        .await;
    story
        .refused("training::revise_demands", async |conn| {
            training::revise_demands(conn, supervisor, &revise).await
        })
        .await;
    let settings = [SetSettings {
        from_day: day("2022-01-01"),
        member_hours: 40,
        leader_hours: 56,
        planning_from: day("2021-01-01"),
        source: "县委〔2022〕3号".to_owned(),
    }];
    story
        .done("training::set_settings", async |conn| {
            training::set_settings(conn, supervisor, &settings).await
        })
        .await;
    story
        .refused("training::set_settings", async |conn| {
            training::set_settings(conn, supervisor, &settings).await
        })
        .await;
    id
}

async fn tell_sites(story: &mut Story, supervisor: &Actor) {
    let organisation = story.county.county.id;
    let site = |name: &str| [SetSite { name: name.to_owned(), organisation, capacity: 200 }];
    let (right, wrong) = (site("县委党校"), site(""));
    story.done("training::set_sites", async |conn| training::set_sites(conn, supervisor, &right).await).await;
    story
        .refused("training::set_sites", async |conn| training::set_sites(conn, supervisor, &wrong).await)
        .await;
}

async fn tell_exemptions(story: &mut Story, clerk: &Actor, member: MembershipId) {
    let exempt = [Exempt {
        member,
        kind: ExemptionKind::Ill,
        reason: "长期住院".to_owned(),
        from_day: day("2021-01-01"),
        to_day: None,
    }];
    let id =
        story.done("training::exempt", async |conn| training::exempt(conn, clerk, &exempt).await).await[0];
    story.refused("training::exempt", async |conn| training::exempt(conn, clerk, &exempt).await).await;
    let end = [EndExemption { exemption: id, version: 1, on: day("2021-04-01") }];
    story
        .done("training::end_exemptions", async |conn| training::end_exemptions(conn, clerk, &end).await)
        .await;
    story
        .refused("training::end_exemptions", async |conn| training::end_exemptions(conn, clerk, &end).await)
        .await;
}

async fn tell_roll(story: &mut Story, clerk: &Actor, id: TrainingClassId, people: &[MembershipId]) {
    let enrol = [Enrol { class: id, whom: Whom::Members(people.to_vec()) }];
    story.done("training::enrol", async |conn| training::enrol(conn, clerk, &enrol).await).await;
    story.refused("training::enrol", async |conn| training::enrol(conn, clerk, &enrol).await).await;
    let withdraw = [Withdraw { class: id, member: people[1], reason: "请假".to_owned() }];
    story.done("training::withdraw", async |conn| training::withdraw(conn, clerk, &withdraw).await).await;
    story.refused("training::withdraw", async |conn| training::withdraw(conn, clerk, &withdraw).await).await;
    training::step_classes(&mut story.conn, clerk, &[class_step(id, ClassStep::Hold)]).await.unwrap();
    let attend = [attendance(id, people[0])];
    story.done("training::attend", async |conn| training::attend(conn, clerk, &attend).await).await;
    story.refused("training::attend", async |conn| training::attend(conn, clerk, &attend).await).await;
    let correct = [CorrectAttendance { attend: attend[0].clone(), version: 1 }];
    let verb = "training::correct_attendances";
    story.done(verb, async |conn| training::correct_attendances(conn, clerk, &correct).await).await;
    story.refused(verb, async |conn| training::correct_attendances(conn, clerk, &correct).await).await;
    let remove = [RemoveAttendance { class: id, member: people[0], version: 2, reason: "误登".to_owned() }];
    let verb = "training::remove_attendances";
    story.done(verb, async |conn| training::remove_attendances(conn, clerk, &remove).await).await;
    story.refused(verb, async |conn| training::remove_attendances(conn, clerk, &remove).await).await;
}
