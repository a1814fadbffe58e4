//! Coming into the pool.

use cadre::base::edit::Edit;
use cadre::base::error::Error;
use cadre::base::values::MembershipStatus;
use cadre::records::members::{self, Event, EventKind};
use cadre::records::reserves::{self, Change, Edits, Posting, ReserveState, Who};

use super::{Stage, field, fields};
use crate::support::builders::{day, member, reserve};

#[tokio::test]
async fn somebody_entered_is_found_with_everything() {
    let mut stage = Stage::new().await;
    let id = stage.one().await;
    let card = stage.card(id).await;
    assert_eq!((card.person.name.as_str(), card.village.name.as_str()), ("王芳", "龙井镇白泉村"));
    assert_eq!(card.reserve.state().unwrap(), ReserveState::InPool);
    assert_eq!((card.sources.as_slice(), card.mentors.len()), (["veteran".to_owned()].as_slice(), 3));
    assert!(card.citizen_id.starts_with("500237") && card.citizen_id.contains('*'), "{}", card.citizen_id);
}

#[tokio::test]
async fn the_same_person_is_not_twice_in_the_pool_of_a_county() {
    let mut stage = Stage::new().await;
    stage.one().await;
    let again = reserve(stage.county.village(1, 2), "王芳", 2);
    let error = stage.enter(again).await.unwrap_err();
    let (name, message) = field(&error);
    assert_eq!(name, "person");
    assert!(message.contains("龙井镇白泉村") && message.contains("不能重复入库"), "{message}");
    // Another name for the same citizen ID.
    let error = stage.enter(reserve(stage.county.village(1, 2), "王芬", 2)).await.unwrap_err();
    assert_eq!(field(&error).0, "name");
}

#[tokio::test]
async fn who_left_may_come_back_from_that_day_on() {
    let mut stage = Stage::new().await;
    let id = stage.one().await;
    stage.step(id, reserves::StepKind::Leave, "2022-01-01").await.unwrap();
    let mut again = reserve(stage.county.village(1, 2), "王芳", 2);
    again.entered_on = day("2021-12-31");
    assert_eq!(field(&stage.enter(again.clone()).await.unwrap_err()).0, "person");
    again.entered_on = day("2022-01-01");
    stage.enter(again).await.unwrap();
}

#[tokio::test]
async fn the_dead_and_those_put_out_of_the_party_do_not_come_in() {
    let mut stage = Stage::new().await;
    let kinds = [EventKind::Decease, EventKind::Remove(MembershipStatus::Expelled), EventKind::Stop];
    for (number, kind) in (1..).zip(kinds) {
        let enrol = member(stage.county.branch(1, 1).id, "李强", number);
        let commands = [enrol.clone()];
        let id = members::enrol(&mut stage.conn, &stage.clerk, &stage.keys, &commands).await.unwrap()[0];
        let (stopped, reason) = (kind == EventKind::Stop, Some("会议决定".to_owned()));
        let event = Event { member: id, version: None, kind, on: day("2020-05-01"), reason };
        members::record(&mut stage.conn, &stage.clerk, &[event]).await.unwrap();
        let mut command = reserve(stage.county.village(1, 1), "李强", 1);
        command.who = Who::Identified(Box::new(enrol.identity));
        let entered = stage.enter(command).await;
        if stopped {
            entered.unwrap();
        } else {
            assert_eq!(field(&entered.unwrap_err()).0, "person", "{number}");
        }
    }
}

#[tokio::test]
async fn who_sits_in_a_committee_is_no_reserve_cadre() {
    let mut stage = Stage::new().await;
    let enrol = member(stage.county.branch(1, 1).id, "李强", 1);
    members::enrol(&mut stage.conn, &stage.clerk, &stage.keys, std::slice::from_ref(&enrol)).await.unwrap();
    let owner = stage.db.owner_client().await;
    owner
        .batch_execute(
            "INSERT INTO committees (county_id, id, village_id, path, kind, created_by, updated_by)
            SELECT county_id, gen_random_uuid(), id, path, 'village_party', code, code FROM organisations
            WHERE code = '500237101202';
            INSERT INTO committee_terms (county_id, id, committee_id, path, ordinal, from_day, due_day, created_by,
                updated_by)
            SELECT county_id, gen_random_uuid(), id, path, 5, '2021-01-10', '2026-01-10', '', '' FROM committees;
            INSERT INTO seats (county_id, id, committee_id, term_id, path, person_id, post, from_day, to_day, education,
                is_party_member, created_by, updated_by)
            SELECT t.county_id, gen_random_uuid(), t.committee_id, t.id, t.path, p.id, 'secretary', '2021-01-10',
                '2021-04-01', '31', true, '', '' FROM committee_terms t, people p",
        )
        .await
        .unwrap();
    let mut command = reserve(stage.county.village(1, 1), "李强", 1);
    command.who = Who::Identified(Box::new(enrol.identity));
    command.entered_on = day("2021-03-31");
    let error = stage.enter(command.clone()).await.unwrap_err();
    let (name, message) = field(&error);
    assert_eq!(name, "person");
    assert!(message.contains("现任“龙井镇龙雾村”书记"), "{message}");
    // On the day of leaving the post he may come in.
    command.entered_on = day("2021-04-01");
    command.mentors.clear();
    stage.enter(command).await.unwrap();
}

#[tokio::test]
async fn every_wrong_field_is_named_at_once_and_nothing_is_written() {
    let mut stage = Stage::new().await;
    let mut command = reserve(stage.county.village(2, 1), "王芳", 2);
    command.entered_on = day("2030-01-01");
    command.political_status = "99".to_owned();
    command.sources.clear();
    command.mentors.clear();
    let error = stage.enter(command).await.unwrap_err();
    let mut names: Vec<&str> = fields(&error).iter().map(|error| error.field.as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["entered_on", "political_status", "sources", "village"], "{error}");
    let people = stage.db.owner_client().await.query("SELECT FROM people", &[]).await.unwrap();
    assert!(people.is_empty());
}

#[tokio::test]
async fn an_old_list_is_taken_over_with_the_state_of_today() {
    let mut stage = Stage::new().await;
    let mut command = reserve(stage.county.village(1, 1), "王芳", 2);
    let mut posting = Posting {
        state: ReserveState::Seconded,
        from_day: day("2031-06-07"),
        village: None,
        post: None,
        reason: None,
    };
    command.posting = Some(posting.clone());
    let error = stage.enter(command.clone()).await.unwrap_err();
    assert!(fields(&error).iter().all(|field| field.field == "state_from"), "{error}");
    posting.from_day = day("2021-03-01");
    command.posting = Some(posting.clone());
    let id = stage.enter(command).await.unwrap();
    assert_eq!(stage.card(id).await.reserve.state().unwrap(), ReserveState::Seconded);
    let mut appointed = reserve(stage.county.village(1, 1), "李强", 5);
    posting.state = ReserveState::Appointed;
    posting.from_day = day("2022-01-01");
    appointed.posting = Some(posting);
    let id = stage.enter(appointed).await.unwrap();
    assert_eq!(stage.card(id).await.reserve.left_on, Some(day("2022-01-01")));
}

#[tokio::test]
async fn a_change_says_what_changed_and_the_loser_of_a_race_is_told() {
    let mut stage = Stage::new().await;
    let id = stage.one().await;
    let edits =
        Edits { sources: Edit::Set(vec!["other".to_owned()]), route: Edit::Clear, ..Edits::default() };
    let change = Change { reserve: id, version: 1, edits };
    let commands = [change];
    let changed = reserves::change(&mut stage.conn, &stage.clerk, &commands).await.unwrap();
    assert_eq!(changed, [["route", "sources"]]);
    let card = stage.card(id).await;
    assert_eq!((card.reserve.version, card.reserve.route, card.sources), (2, None, vec!["other".to_owned()]));
    let late = reserves::change(&mut stage.conn, &stage.clerk, &commands).await;
    assert!(matches!(late, Err(Error::Stale)), "{late:?}");
    let same = [Change { version: 2, ..commands[0].clone() }];
    assert!(reserves::change(&mut stage.conn, &stage.clerk, &same).await.unwrap()[0].is_empty());
    assert_eq!(stage.card(id).await.reserve.version, 2, "nothing new was said");
}
