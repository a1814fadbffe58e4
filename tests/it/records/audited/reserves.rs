//! The pool: entered, changed, posted, guided, judged.

use cadre::base::actor::Role;
use cadre::base::edit::Edit;
use cadre::records::reserves::settings::SecondmentEducation;
use cadre::records::reserves::{
    self, AddMentor, Change, Edits, EndMentor, GiveReview, Grade, MentorKind, NewMentor, Release,
    SetSettings, Step, StepKind, WriteNote,
};

use super::Story;
use crate::support::builders::{day, reserve};

pub(super) async fn tell(story: &mut Story) {
    let county = story.county.clone();
    let clerk = story.actor(Role::Clerk, county.town(1));
    let keys = cadre::base::keys::KeyRing::ephemeral().unwrap();
    let commands = [reserve(county.village(1, 1), "王芳", 2)];
    let enter = async |conn: &mut _| reserves::enter(conn, &clerk, &keys, &commands).await;
    let id = story.done("reserves::enter", enter).await[0];
    story.refused("reserves::enter", enter).await;

    let edits = Edits { note: Edit::Set("备注".to_owned()), ..Edits::default() };
    let change = [Change { reserve: id, version: 1, edits }];
    story.done("reserves::change", async |conn| reserves::change(conn, &clerk, &change).await).await;
    story.refused("reserves::change", async |conn| reserves::change(conn, &clerk, &change).await).await;

    let mentor = NewMentor {
        kind: MentorKind::TownshipLeader,
        person: None,
        name: "陈红".parse().unwrap(),
        from_day: day("2021-06-01"),
    };
    let add = [AddMentor { reserve: id, version: None, mentor }];
    let added = story
        .done("reserves::add_mentors", async |conn| reserves::add_mentors(conn, &clerk, &add).await)
        .await;
    story
        .refused("reserves::add_mentors", async |conn| reserves::add_mentors(conn, &clerk, &add).await)
        .await;
    let note = |on| WriteNote {
        reserve: id,
        version: None,
        mentor: added[0],
        on: day(on),
        content: "谈心谈话".to_owned(),
    };
    let (right, wrong) = ([note("2021-06-02")], [note("2021-05-02")]);
    story.done("reserves::write_notes", async |conn| reserves::write_notes(conn, &clerk, &right).await).await;
    story
        .refused("reserves::write_notes", async |conn| reserves::write_notes(conn, &clerk, &wrong).await)
        .await;
    let end = [EndMentor { reserve: id, version: None, mentor: added[0], on: day("2021-07-01") }];
    story.done("reserves::end_mentors", async |conn| reserves::end_mentors(conn, &clerk, &end).await).await;
    story
        .refused("reserves::end_mentors", async |conn| reserves::end_mentors(conn, &clerk, &end).await)
        .await;
    let review = [GiveReview {
        reserve: id,
        version: None,
        on: day("2021-12-31"),
        grade: Grade::Qualified,
        opinion: None,
    }];
    story.done("reserves::review", async |conn| reserves::review(conn, &clerk, &review).await).await;
    story.refused("reserves::review", async |conn| reserves::review(conn, &clerk, &review).await).await;
    let reason = Some("考入县外单位".to_owned());
    let leave = [Step { reserve: id, version: None, kind: StepKind::Leave, on: day("2022-01-01"), reason }];
    story.done("reserves::record", async |conn| reserves::record(conn, &clerk, &leave).await).await;
    story.refused("reserves::record", async |conn| reserves::record(conn, &clerk, &leave).await).await;

    let another = [reserve(county.village(1, 1), "李强", 3)];
    let another = reserves::enter(&mut story.conn, &clerk, &keys, &another).await.unwrap()[0];
    let village = county.village(1, 1).id;
    let release = [Release { reserve: another, village, post: "主任".to_owned(), on: day("2022-01-01") }];
    let verb = "reserves::release";
    story.done(verb, async |conn| reserves::release(conn, &clerk, &release).await).await;
    story.refused(verb, async |conn| reserves::release(conn, &clerk, &release).await).await;
    demand(story).await;
}

/// What the pool demands is set.
async fn demand(story: &mut Story) {
    let county = story.county.clone();
    let clerk = story.actor(Role::Clerk, county.town(1));
    let supervisor = story.actor(Role::Supervisor, &county.county);
    let settings = [SetSettings {
        from_day: day("2022-01-01"),
        minimum_per_village: 3,
        secondment_age: 35,
        secondment_education: SecondmentEducation::College,
        township_leaders: 2,
        village_secretaries: 1,
        days_between_notes: 60,
        source: "县委组织部〔2022〕1号".to_owned(),
    }];
    story
        .refused("reserves::set_settings", async |conn| reserves::set_settings(conn, &clerk, &settings).await)
        .await;
    story
        .done("reserves::set_settings", async |conn| {
            reserves::set_settings(conn, &supervisor, &settings).await
        })
        .await;
}
