//! Moves out of the county: a letter goes out, the member stays, the receipt comes, he is gone.

use cadre::base::actor::{Actor, Role};
use cadre::base::clock;
use cadre::base::db;
use cadre::base::error::Error;
use cadre::base::ids::{MembershipId, TransferId};
use cadre::base::values::{Arrival, MembershipStatus, TransferState};
use cadre::records::members::transfer_listing::{self, Place, TransferLine, Which};
use cadre::records::members::{
    self, CloseDeparture, Decision, Event, EventKind, ProposeDeparture, ProposeTransfer,
};
use cadre::schema::transfers;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::Stage;
use crate::support::builders::{day, member};

fn command(member: MembershipId) -> ProposeDeparture {
    ProposeDeparture {
        member,
        to_unit: "中共成都市武侯区委组织部".to_owned(),
        letter_number: "巫组转2026-7".to_owned(),
        letter_on: day("2026-03-02"),
        valid_days: 90,
    }
}

async fn propose(stage: &mut Stage, command: ProposeDeparture) -> Result<TransferId, Error> {
    let actor = stage.clerk.clone();
    Ok(members::propose_departures(&mut stage.conn, &actor, &[command]).await?[0])
}

async fn close(stage: &mut Stage, actor: &Actor, transfer: TransferId, on: &str) -> Result<(), Error> {
    let receipt = CloseDeparture { transfer, received_on: day(on) };
    members::close_departures(&mut stage.conn, actor, &[receipt]).await
}

async fn list(stage: &mut Stage, actor: &Actor, which: Which) -> Vec<TransferLine> {
    let scope = &actor.scope;
    let listed = db::read(&mut stage.conn, scope, async |conn| {
        Ok(transfer_listing::list(conn, scope, which, day("2026-05-01"), None, 50).await?)
    });
    listed.await.unwrap()
}

fn names(lines: &[TransferLine]) -> Vec<&str> {
    lines.iter().map(|line| line.member.as_str()).collect()
}

fn fields(answer: Result<TransferId, Error>) -> Vec<String> {
    let Err(Error::Invalid(errors)) = answer else { panic!("{answer:?}") };
    errors.into_iter().map(|error| error.field).collect()
}

#[tokio::test]
async fn a_member_stays_until_the_receipt_comes_and_is_gone_from_its_day_on() {
    let mut stage = Stage::new().await;
    let clerk = stage.clerk.clone();
    let id = stage.one("张伟", 1).await;
    let transfer = propose(&mut stage, command(id)).await.unwrap();
    let before = stage.find(&clerk, id).await.unwrap().membership;
    assert_eq!((before.status.as_str(), before.to_day), ("normal", None), "the letter alone changes nothing");
    close(&mut stage, &clerk, transfer, "2026-04-10").await.unwrap();
    let after = stage.find(&clerk, id).await.unwrap().membership;
    assert_eq!((after.status.as_str(), after.to_day), ("transferred", Some(day("2026-04-10"))));
    assert_eq!(after.branch_id, before.branch_id, "he is found where he stood last");
    let scope = &clerk.scope;
    let facts =
        db::read(&mut stage.conn, scope, async |conn| Ok(members::queries::history(conn, scope, id).await?));
    let facts = facts.await.unwrap();
    let last = facts.iter().find(|fact| fact.value.as_deref() == Some("transferred")).unwrap();
    assert_eq!((last.from_day, last.to_day), (day("2026-04-10"), None));
    assert!(last.reason.as_deref().unwrap().contains("成都市武侯区"), "{last:?}");
    let decided = list(&mut stage, &clerk, Which::DecidedAs(TransferState::Closed)).await;
    assert_eq!(names(&decided), ["张伟"]);
    assert_eq!(decided[0].on_day, Some(day("2026-04-10")));
    assert!(list(&mut stage, &clerk, Which::Pending).await.is_empty());
}

#[tokio::test]
async fn whoever_left_may_come_back_as_the_same_person() {
    let mut stage = Stage::new().await;
    let clerk = stage.clerk.clone();
    let id = stage.one("张伟", 1).await;
    let person = stage.find(&clerk, id).await.unwrap().person.id;
    let transfer = propose(&mut stage, command(id)).await.unwrap();
    let mut again = member(stage.county.branch(1, 1).id, "张伟", 1);
    (again.arrival, again.arrived_on) = (Arrival::TransferredIn, Some(day("2026-08-01")));
    let early = stage.enrol(&[again.clone()]).await;
    assert!(matches!(early, Err(Error::Taken { .. })), "he is still here: {early:?}");
    close(&mut stage, &clerk, transfer, "2026-04-10").await.unwrap();
    let back = stage.enrol(&[again]).await.unwrap()[0];
    assert_eq!(stage.find(&clerk, back).await.unwrap().person.id, person);
}

#[tokio::test]
async fn each_wrong_word_of_a_letter_is_named_at_once() {
    let mut stage = Stage::new().await;
    let id = stage.one("张伟", 1).await;
    let wrong = ProposeDeparture {
        member: id,
        to_unit: " 县 ".to_owned(),
        letter_number: " ".to_owned(),
        letter_on: clock::today().succ_opt().unwrap(),
        valid_days: 367,
    };
    let told = fields(propose(&mut stage, wrong).await);
    assert_eq!(told, ["to_unit", "letter_number", "letter_on", "valid_days"]);
    let early = ProposeDeparture { letter_on: day("2015-06-30"), valid_days: 0, ..command(id) };
    assert_eq!(fields(propose(&mut stage, early).await), ["letter_on", "valid_days"], "before he came here");
    let long = ProposeDeparture { to_unit: "区".repeat(101), letter_number: "1".repeat(51), ..command(id) };
    assert_eq!(fields(propose(&mut stage, long).await), ["to_unit", "letter_number"]);
    let stored: i64 = transfers::table.count().get_result(&mut stage.db.owner().await).await.unwrap();
    assert_eq!(stored, 0);
}

#[tokio::test]
async fn a_receipt_comes_once_after_the_letter_and_not_tomorrow() {
    let mut stage = Stage::new().await;
    let clerk = stage.clerk.clone();
    let id = stage.one("张伟", 1).await;
    let transfer = propose(&mut stage, command(id)).await.unwrap();
    let tomorrow = clock::today().succ_opt().unwrap().to_string();
    for (on, word) in [("2026-03-01", "早于介绍信日期"), (tomorrow.as_str(), "晚于今天")] {
        let refused = close(&mut stage, &clerk, transfer, on).await;
        let Err(Error::Invalid(errors)) = refused else { panic!("{refused:?}") };
        assert_eq!(errors[0].field, "on");
        assert!(errors[0].message.contains(word), "{}", errors[0].message);
    }
    assert_eq!(stage.find(&clerk, id).await.unwrap().membership.status, "normal");
    close(&mut stage, &clerk, transfer, "2026-03-02").await.unwrap();
    let twice = close(&mut stage, &clerk, transfer, "2026-03-03").await;
    assert!(matches!(twice, Err(Error::Refused(_))), "{twice:?}");
    let withdrawn =
        members::decide_transfers(&mut stage.conn, &clerk, &[transfer], Decision::Withdraw, Some("误办"))
            .await;
    assert!(matches!(withdrawn, Err(Error::Refused(_))), "{withdrawn:?}");
    assert_eq!(stage.find(&clerk, id).await.unwrap().membership.to_day, Some(day("2026-03-02")));
    let gone = propose(&mut stage, command(id)).await;
    assert!(matches!(gone, Err(Error::Refused(_))), "{gone:?}");
}

#[tokio::test]
async fn nobody_has_two_transfers_at_once_whichever_way_they_lead() {
    let mut stage = Stage::new().await;
    let clerk = stage.clerk.clone();
    let id = stage.one("张伟", 1).await;
    let transfer = propose(&mut stage, command(id)).await.unwrap();
    let again = propose(&mut stage, command(id)).await;
    assert!(matches!(again, Err(Error::Taken { field: "to_unit", .. })), "{again:?}");
    let inside = ProposeTransfer {
        member: id,
        to_branch: stage.county.branch(2, 1).id,
        on: day("2026-03-05"),
        letter_number: None,
    };
    let inside = [inside];
    let refused = members::propose_transfers(&mut stage.conn, &clerk, &inside).await;
    assert!(matches!(refused, Err(Error::Taken { field: "to_branch", .. })), "{refused:?}");
    let bare =
        members::decide_transfers(&mut stage.conn, &clerk, &[transfer], Decision::Withdraw, None).await;
    assert!(
        matches!(bare, Err(Error::Invalid(_))),
        "a letter that is out is taken back for a reason: {bare:?}"
    );
    let accepted =
        members::decide_transfers(&mut stage.conn, &clerk, &[transfer], Decision::Accept, None).await;
    assert!(matches!(accepted, Err(Error::Refused(_))), "{accepted:?}");
    let reason = Some("对方材料不全退回");
    members::decide_transfers(&mut stage.conn, &clerk, &[transfer], Decision::Refuse, reason).await.unwrap();
    let card = stage.find(&clerk, id).await.unwrap().membership;
    assert_eq!((card.status.as_str(), card.to_day), ("normal", None), "nothing changed");
    let listed = list(&mut stage, &clerk, Which::DecidedAs(TransferState::Refused)).await;
    assert_eq!(listed[0].reason.as_deref(), reason);
    members::propose_transfers(&mut stage.conn, &clerk, &inside).await.unwrap();
    let receipt = list(&mut stage, &clerk, Which::Pending).await[0].id;
    let refused = close(&mut stage, &clerk, receipt, "2026-04-01").await;
    assert!(
        matches!(refused, Err(Error::Refused(_))),
        "inside the county acceptance is the receipt: {refused:?}"
    );
}

#[tokio::test]
async fn the_dead_and_the_removed_do_not_leave_the_county() {
    let mut stage = Stage::new().await;
    let clerk = stage.clerk.clone();
    let kinds = [EventKind::Decease, EventKind::Remove(MembershipStatus::Removed), EventKind::Stop];
    for (number, kind) in (1..).zip(kinds) {
        let id = stage.one("张伟", number).await;
        let transfer = propose(&mut stage, command(id)).await.unwrap();
        let reason = Some("会议决定".to_owned());
        let event = Event { member: id, version: None, kind, on: day("2026-03-20"), reason };
        members::record(&mut stage.conn, &clerk, &[event]).await.unwrap();
        let left = stage.find(&clerk, id).await.unwrap().membership;
        let closed = close(&mut stage, &clerk, transfer, "2026-04-01").await;
        let Err(Error::Refused(message)) = closed else { panic!("{closed:?}") };
        assert!(message.contains("不在册") && message.contains("撤回"), "{message}");
        let reason = Some("已不在册");
        members::decide_transfers(&mut stage.conn, &clerk, &[transfer], Decision::Withdraw, reason)
            .await
            .unwrap();
        let again = propose(&mut stage, command(id)).await;
        assert!(matches!(again, Err(Error::Refused(_))), "{again:?}");
        let card = stage.find(&clerk, id).await.unwrap().membership;
        assert_eq!((card.status, card.to_day), (left.status, left.to_day));
    }
}

#[tokio::test]
async fn a_receipt_before_the_last_change_of_a_member_is_refused() {
    let mut stage = Stage::new().await;
    let clerk = stage.clerk.clone();
    let id = stage.one("张伟", 1).await;
    let transfer = propose(&mut stage, command(id)).await.unwrap();
    let kind = EventKind::Restrict(MembershipStatus::Watch, None);
    let reason = Some("会议决定".to_owned());
    let event = Event { member: id, version: None, kind, on: day("2026-04-15"), reason };
    members::record(&mut stage.conn, &clerk, &[event]).await.unwrap();
    let early = close(&mut stage, &clerk, transfer, "2026-04-10").await;
    assert!(matches!(early, Err(Error::Refused(_))), "{early:?}");
    close(&mut stage, &clerk, transfer, "2026-04-16").await.unwrap();
}

/// ASVS 8.2.2
#[tokio::test]
async fn another_town_neither_sees_nor_ends_a_departure_and_an_auditor_only_sees_it() {
    let mut stage = Stage::new().await;
    let id = stage.one("张伟", 1).await;
    let transfer = propose(&mut stage, command(id)).await.unwrap();
    let foreign = stage.county.town(2).actor(Role::Clerk);
    assert!(list(&mut stage, &foreign, Which::Pending).await.is_empty());
    let closed = close(&mut stage, &foreign, transfer, "2026-04-01").await;
    assert!(matches!(closed, Err(Error::Missing { .. })), "{closed:?}");
    let taken = members::propose_departures(&mut stage.conn, &foreign, &[command(id)]).await;
    assert!(matches!(taken, Err(Error::Missing { .. })), "{taken:?}");
    for decision in [Decision::Withdraw, Decision::Refuse] {
        let decided =
            members::decide_transfers(&mut stage.conn, &foreign, &[transfer], decision, Some("误办")).await;
        assert!(matches!(decided, Err(Error::Missing { .. })), "{decided:?}");
    }
    let auditor = stage.county.town(1).actor(Role::Auditor);
    assert_eq!(names(&list(&mut stage, &auditor, Which::Pending).await), ["张伟"]);
    let closed = close(&mut stage, &auditor, transfer, "2026-04-01").await;
    assert!(matches!(closed, Err(Error::Forbidden)), "{closed:?}");
    let above = stage.county.county.actor(Role::Clerk);
    close(&mut stage, &above, transfer, "2026-04-01").await.unwrap();
}

#[tokio::test]
async fn many_receipts_are_entered_or_none() {
    let mut stage = Stage::new().await;
    let clerk = stage.clerk.clone();
    let mut receipts = Vec::new();
    for number in 1..=3 {
        let id = stage.one("张伟", number).await;
        let letter_on = day(["2026-03-02", "2026-03-20", "2026-03-02"][usize::from(number) - 1]);
        let transfer = propose(&mut stage, ProposeDeparture { letter_on, ..command(id) }).await.unwrap();
        receipts.push(CloseDeparture { transfer, received_on: day("2026-03-10") });
    }
    let wrong = members::close_departures(&mut stage.conn, &clerk, &receipts).await;
    assert!(matches!(wrong, Err(Error::Invalid(_))), "the second comes before its letter: {wrong:?}");
    assert_eq!(list(&mut stage, &clerk, Which::Pending).await.len(), 3);
    receipts[1].received_on = day("2026-03-21");
    receipts.reverse();
    members::close_departures(&mut stage.conn, &clerk, &receipts).await.unwrap();
    let closed = list(&mut stage, &clerk, Which::Decided).await;
    let mut days: Vec<_> = closed.iter().filter_map(|line| line.on_day).collect();
    days.sort_unstable();
    assert_eq!(days, [day("2026-03-10"), day("2026-03-10"), day("2026-03-21")]);
}

#[tokio::test]
async fn the_longest_overdue_stand_on_top_and_each_row_stands_on_one_page() {
    let mut stage = Stage::new().await;
    let clerk = stage.clerk.clone();
    let letters = [
        ("张伟", "2026-03-02", 90),
        ("李娜", "2026-01-05", 30),
        ("王芳", "2026-02-01", 60),
        ("赵敏", "2026-03-02", 90),
    ];
    for (number, (name, letter_on, valid_days)) in (1..).zip(letters) {
        let id = stage.one(name, number).await;
        let letter_on = day(letter_on);
        propose(&mut stage, ProposeDeparture { letter_on, valid_days, ..command(id) }).await.unwrap();
    }
    let pending = list(&mut stage, &clerk, Which::Pending).await;
    assert_eq!(names(&pending), ["李娜", "王芳", "张伟", "赵敏"]);
    assert_eq!(pending[0].valid_until, day("2026-02-04"));
    assert!(!pending[1].is_overdue_on(day("2026-04-02")) && pending[1].is_overdue_on(day("2026-04-03")));
    assert_eq!(names(&list(&mut stage, &clerk, Which::Overdue).await), ["李娜", "王芳"]);
    let all: Vec<TransferId> = pending.iter().map(|line| line.id).collect();
    let reason = Some("不再转出");
    for id in &all {
        members::decide_transfers(&mut stage.conn, &clerk, &[*id], Decision::Withdraw, reason).await.unwrap();
    }
    let (scope, which, today) = (&clerk.scope, Which::Decided, day("2026-05-01"));
    let (mut seen, mut place) = (Vec::new(), None);
    loop {
        let page = db::read(&mut stage.conn, scope, async |conn| {
            Ok(transfer_listing::list(conn, scope, which, today, place.as_ref(), 1).await?)
        });
        let page = page.await.unwrap();
        let Some(line) = page.as_slice().first() else { break };
        seen.push(line.id);
        let [at, id] = Place::of(which, line);
        place = Place::parse(which, &at, &id);
        assert!(place.is_some());
    }
    let latest_first: Vec<TransferId> = all.into_iter().rev().collect();
    assert_eq!(seen, latest_first);
    assert!(Place::parse(which, "2026-05-01", &seen[0].to_string()).is_none(), "a day is no moment");
    let waiting = db::read(&mut stage.conn, scope, async |conn| {
        Ok(transfer_listing::waiting(conn, scope, today).await?)
    });
    let waiting = waiting.await.unwrap();
    assert_eq!((waiting.incoming, waiting.outgoing, waiting.overdue), (0, 0, 0));
}
