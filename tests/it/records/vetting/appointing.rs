//! What an appointment asks of a check: refused where the county demands one, told where it does not.

use cadre::base::db;
use cadre::base::error::{Error, Result};
use cadre::base::ids::{SeatId, TermId};
use cadre::base::values::{CommitteeKind, Post};
use cadre::records::committees::{self, Appoint, RemoveSeat, Unusual};
use cadre::records::vetting::sight::Sight;
use cadre::records::vetting::{self, VerdictResult as R};
use cadre::schema::audit_entries;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::{Stage, field};
use crate::support::builders::{committee, day, vetting as given};

/// The sixth term of the village's Party committee, from 2021-01-10.
async fn term(stage: &mut Stage) -> (cadre::base::ids::CommitteeId, TermId) {
    let (clerk, village) = (stage.clerk.clone(), stage.county.village(1, 1).clone());
    committee::settled(&mut stage.conn, &clerk, &village, CommitteeKind::VillageParty).await
}

async fn appoint(stage: &mut Stage, command: Appoint) -> Result<SeatId> {
    committees::appoint(&mut stage.conn, &stage.clerk, &stage.keys, &[command]).await.map(|ids| ids[0])
}

#[tokio::test]
async fn a_filed_check_lets_in_and_goes_to_in_post() {
    let mut stage = Stage::new(true).await;
    let (_, term) = term(&mut stage).await;
    let (county, clerk, command) = (stage.county.clone(), stage.clerk.clone(), stage.proposal());
    let check = given::filed(&mut stage.conn, &stage.keys, &county, &clerk, command).await;
    let seat = committee::appoint(term, stage.people[0], Post::Secretary);
    let seat = appoint(&mut stage, seat).await.unwrap();
    let card = stage.card(check).await.check;
    assert_eq!((card.state.as_str(), card.seat_id), ("in_post", Some(seat)));
    let error = vetting::withdraw(&mut stage.conn, &stage.clerk, &[given::end(check)]).await.unwrap_err();
    assert!(super::sentence(&error).contains("已任职"), "{error}");
}

#[tokio::test]
async fn a_seat_entered_by_mistake_gives_its_check_back() {
    let mut stage = Stage::new(true).await;
    let (_, term) = term(&mut stage).await;
    let (county, clerk, command) = (stage.county.clone(), stage.clerk.clone(), stage.proposal());
    let check = given::filed(&mut stage.conn, &stage.keys, &county, &clerk, command).await;
    let command = committee::appoint(term, stage.people[0], Post::Secretary);
    let seat = appoint(&mut stage, command.clone()).await.unwrap();
    let remove = |seat| RemoveSeat { seat, version: 1, reason: "误登职务".to_owned() };
    committees::remove_seat(&mut stage.conn, &clerk, &[remove(seat)]).await.unwrap();
    let card = stage.card(check).await.check;
    assert_eq!((card.state.as_str(), card.seat_id), ("filed", None));
    let mut owner = stage.db.owner().await;
    let told = audit_entries::table
        .filter(audit_entries::action.eq("committees.remove_seat"))
        .select(audit_entries::details)
        .get_result::<serde_json::Value>(&mut owner)
        .await
        .unwrap();
    assert_eq!(told["checks_filed_again"], serde_json::json!([check]));
    drop(owner);
    let again = appoint(&mut stage, command).await.unwrap();
    assert_eq!(stage.state(check).await, "in_post", "it serves the right seat");

    let second = stage.one().await;
    let error = committees::remove_seat(&mut stage.conn, &clerk, &[remove(again)]).await.unwrap_err();
    assert!(matches!(&error, Error::Refused(why) if why.contains("另有一份联审正在进行")), "{error}");
    assert_eq!(stage.state(check).await, "in_post");
    vetting::withdraw(&mut stage.conn, &clerk, &[given::end(second)]).await.unwrap();
    committees::remove_seat(&mut stage.conn, &clerk, &[remove(again)]).await.unwrap();
    assert_eq!(stage.state(check).await, "filed");
}

#[tokio::test]
async fn where_a_check_is_demanded_nobody_sits_without_a_filed_one() {
    let mut stage = Stage::new(true).await;
    let (_, term) = term(&mut stage).await;
    let seat = committee::appoint(term, stage.people[0], Post::Secretary);
    let refused = async |stage: &mut Stage, words: &str| {
        let (supervisor, keys) = (stage.supervisor.clone(), &stage.keys);
        let done = committees::appoint(&mut stage.conn, &supervisor, keys, std::slice::from_ref(&seat)).await;
        let error = done.unwrap_err();
        let (field, message) = field(&error);
        assert!(field == "person" && message.contains(words), "{words}: {message}");
    };
    refused(&mut stage, "没有经过任职资格联审").await;
    let check = stage.one().await;
    refused(&mut stage, "还没有完成").await;
    stage.answer(check, &[R::Clear; 3]).await.unwrap();
    refused(&mut stage, "还没有备案").await;
    vetting::reject(&mut stage.conn, &stage.supervisor, &stage.keys, &[given::end(check)]).await.unwrap();
    refused(&mut stage, "没有通过").await;
    let other = vetting::Propose { term: 7, ..stage.proposal() };
    let (county, clerk) = (stage.county.clone(), stage.clerk.clone());
    given::filed(&mut stage.conn, &stage.keys, &county, &clerk, other).await;
    refused(&mut stage, "没有通过").await;
}

#[tokio::test]
async fn a_check_holds_to_its_last_day_and_not_a_day_longer() {
    let mut stage = Stage::new(true).await;
    let (_, term) = term(&mut stage).await;
    let (county, clerk, command) = (stage.county.clone(), stage.clerk.clone(), stage.proposal());
    let check = given::filed(&mut stage.conn, &stage.keys, &county, &clerk, command).await;
    let on = |from: &str, person| Appoint {
        from_day: day(from),
        ..committee::appoint(term, person, Post::Secretary)
    };
    let person = stage.people[0];
    let error = appoint(&mut stage, on("2021-05-06", person)).await.unwrap_err();
    assert!(field(&error).1.contains("有效期至2021-05-05，已过期"), "{error}");
    assert_eq!(stage.state(check).await, "filed", "a refused appointment changes nothing");
    appoint(&mut stage, on("2021-05-05", person)).await.unwrap();
    assert_eq!(stage.state(check).await, "in_post");
}

#[tokio::test]
async fn a_check_filed_after_the_first_day_comes_too_late() {
    for (filed_on, lets_in) in [("2021-01-10", true), ("2021-01-11", false)] {
        let mut stage = Stage::new(true).await;
        let (_, term) = term(&mut stage).await;
        let check = stage.one().await;
        stage.answer(check, &[R::Clear; 3]).await.unwrap();
        let filing =
            vetting::FileCheck { decision: given::decision(check, filed_on), ..given::filing(check) };
        vetting::file(&mut stage.conn, &stage.supervisor, &stage.keys, &[filing]).await.unwrap();
        let seat = committee::appoint(term, stage.people[0], Post::Secretary);
        let seat = Appoint { from_day: day("2021-01-10"), ..seat };
        match appoint(&mut stage, seat).await {
            Ok(_) => assert!(lets_in, "{filed_on}"),
            Err(error) => {
                assert!(!lets_in && field(&error).1.contains("2021-01-11才备案"), "{filed_on}: {error}");
                assert_eq!(stage.state(check).await, "filed");
            }
        }
    }
}

#[tokio::test]
async fn a_county_without_a_list_demands_nothing_and_an_older_seat_is_older_than_the_list() {
    let mut stage = Stage::without_list().await;
    let (committee, term) = term(&mut stage).await;
    let seat = committee::appoint(term, stage.people[0], Post::Secretary);
    appoint(&mut stage, seat).await.unwrap();
    let later = vetting::SetChecklist { from_day: day("2021-01-11"), ..given::list(true) };
    let supervisor = stage.supervisor.clone();
    vetting::set_departments(&mut stage.conn, &supervisor, &given::departments(&[])).await.unwrap();
    vetting::set_checklist(&mut stage.conn, &supervisor, &[later]).await.unwrap();
    assert_eq!(findings(&mut stage, committee).await, Vec::<String>::new());
    let second = |from: &str, person| Appoint {
        from_day: day(from),
        ..committee::appoint(term, person, Post::Member)
    };
    let person = stage.people[1];
    let error = appoint(&mut stage, second("2021-01-11", person)).await.unwrap_err();
    assert!(matches!(error, Error::Invalid(_)), "{error:?}");
    appoint(&mut stage, second("2021-01-10", person)).await.unwrap();
}

async fn findings(stage: &mut Stage, committee: cadre::base::ids::CommitteeId) -> Vec<String> {
    let scope = stage.clerk.scope.clone();
    let found = db::read(&mut stage.conn, &scope, async |conn| {
        committees::queries::findings(conn, &scope, day("2021-06-30"), &[committee], &Sight::Nothing).await
    });
    let found = found.await.unwrap().into_iter().filter(|finding| finding.what == Unusual::Unvetted);
    found.map(|finding| finding.message).collect()
}

#[tokio::test]
async fn where_no_check_is_demanded_whoever_has_none_is_a_finding() {
    let mut stage = Stage::new(false).await;
    let (committee, term) = term(&mut stage).await;
    let (county, clerk, command) = (stage.county.clone(), stage.clerk.clone(), stage.proposal());
    given::filed(&mut stage.conn, &stage.keys, &county, &clerk, command).await;
    let (vetted, unvetted) = (stage.people[0], stage.people[1]);
    appoint(&mut stage, committee::appoint(term, vetted, Post::Secretary)).await.unwrap();
    assert_eq!(findings(&mut stage, committee).await, Vec::<String>::new());
    appoint(&mut stage, committee::appoint(term, unvetted, Post::Member)).await.unwrap();
    let found = findings(&mut stage, committee).await;
    assert!(matches!(found.as_slice(), [one] if one.contains("没有经过任职资格联审")), "{found:?}");
    let other = stage.people[2];
    appoint(&mut stage, committee::appoint(term, other, Post::Member)).await.unwrap();
    let found = findings(&mut stage, committee).await;
    assert!(matches!(found.as_slice(), [one] if one.contains('、')), "one sentence about both: {found:?}");
}

#[tokio::test]
async fn whoever_was_vetted_for_another_post_is_a_finding_until_a_check_names_his_own() {
    let mut stage = Stage::new(true).await;
    let (committee, term) = term(&mut stage).await;
    let (county, clerk, person) = (stage.county.clone(), stage.clerk.clone(), stage.people[0]);
    let as_member = vetting::Propose { post: Post::Member, ..stage.proposal() };
    let check = given::filed(&mut stage.conn, &stage.keys, &county, &clerk, as_member).await;
    let seat = appoint(&mut stage, committee::appoint(term, person, Post::Secretary)).await.unwrap();
    let card = stage.card(check).await.check;
    assert_eq!((card.state.as_str(), card.seat_id), ("in_post", Some(seat)), "it is told, not refused");
    let found = findings(&mut stage, committee).await;
    let told = "本届任职资格联审的职务是委员，与所任职务不一致";
    assert!(matches!(found.as_slice(), [one] if one.contains(told)), "{found:?}");
    let command = stage.proposal();
    given::filed(&mut stage.conn, &stage.keys, &county, &clerk, command).await;
    assert_eq!(findings(&mut stage, committee).await, Vec::<String>::new());
}

#[tokio::test]
async fn whoever_was_vetted_for_a_higher_post_may_be_a_plain_member() {
    let mut stage = Stage::new(true).await;
    let (committee, term) = term(&mut stage).await;
    let (county, clerk, person) = (stage.county.clone(), stage.clerk.clone(), stage.people[0]);
    let command = stage.proposal();
    given::filed(&mut stage.conn, &stage.keys, &county, &clerk, command).await;
    appoint(&mut stage, committee::appoint(term, person, Post::Member)).await.unwrap();
    assert_eq!(findings(&mut stage, committee).await, Vec::<String>::new());
    let deputy = committee::appoint(term, person, Post::DeputySecretary);
    appoint(&mut stage, deputy).await.unwrap();
    let found = findings(&mut stage, committee).await;
    assert!(matches!(found.as_slice(), [one] if one.contains("联审的职务是书记")), "{found:?}");
}
