//! The cockpit of a quarter: what is open, who acts, signing off upward, what changed since; and closing that waits for
//! the towns.

use cadre::across::reports::{self, Closed, Cockpit, DutyKind};
use cadre::base::actor::{Actor, Role};
use cadre::base::error::{Error, Result};
use cadre::base::ids::SignOffId;
use cadre::records::members::{self, EventKind, ProposeTransfer};
use cadre::records::quarters::{self, SetQuarterSettings, WithdrawSignOff};
use cadre::schema::audit_entries;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::{Stage, quarter};
use crate::support::builders::{day, member};

const COUNTY: &str = "500237";
const TOWN: &str = "500237101";

impl Stage {
    async fn cockpit(&mut self, of: &str) -> Cockpit {
        let clerk = self.clerk.clone();
        reports::cockpit(&mut self.web, &clerk, of, quarter("2026Q1")).await.unwrap()
    }

    /// The supervisor of a town.
    fn signer(&self, town: usize) -> Actor {
        Actor { name: format!("leader{town}"), ..self.county.town(town).actor(Role::Supervisor) }
    }

    async fn sign(&mut self, actor: &Actor, of: &str, note: Option<&str>) -> Result<Vec<SignOffId>> {
        reports::sign_off(&mut self.web, actor, of, quarter("2026Q1"), note).await
    }

    async fn settings(&mut self, villages_sign: bool, towns_must_sign: bool) {
        let wang = self.supervisor("wang");
        let command = SetQuarterSettings {
            from_day: day("2026-01-01"),
            village_days: 2,
            town_days: 4,
            county_days: 6,
            villages_sign,
            towns_must_sign,
            source: "县委〔2026〕1号".to_owned(),
        };
        quarters::set_settings(&mut self.web, &wang, &[command]).await.unwrap();
    }
}

fn refusal<T: std::fmt::Debug>(outcome: Result<T>) -> String {
    match outcome {
        Err(Error::Refused(sentence)) => sentence,
        Err(Error::Invalid(fields)) => fields.into_iter().map(|field| field.message).collect(),
        other => panic!("{other:?}"),
    }
}

/// Town 1 with a member on probation for four years, a member who waits to come from town 2, and three settled ones.
async fn county(stage: &mut Stage) -> cadre::base::ids::MembershipId {
    let (a, b, c) = (stage.branch(1, 1), stage.branch(1, 2), stage.branch(2, 1));
    for number in 1..=3 {
        stage.settled(a, number).await;
        stage.settled(c, number + 10).await;
    }
    let mut late = member(b, "张伟", 20);
    (late.joined_on, late.full_member_on) = (day("2022-01-10"), None);
    let late = stage.enrol(late).await;
    let leaving = stage.settled(c, 30).await;
    let clerk = stage.clerk.clone();
    let command =
        ProposeTransfer { member: leaving, to_branch: b, on: day("2026-03-20"), letter_number: None };
    members::propose_transfers(&mut stage.web, &clerk, &[command]).await.unwrap();
    late
}

#[tokio::test]
async fn what_is_open_is_counted_for_each_unit_with_who_acts_and_until_when() {
    let mut stage = Stage::new().await;
    county(&mut stage).await;
    let told = stage.cockpit(COUNTY).await;
    assert_eq!(
        (told.last_day.to_string(), told.closes_by.to_string()),
        ("2026-03-31".into(), "2026-04-15".into())
    );
    let unit = |code: &str| told.units.iter().find(|unit| unit.organisation.code == code).unwrap().clone();
    let (first, second) = (unit(TOWN), unit("500237102"));
    assert_eq!((first.grave, first.transfers, first.balanced, first.open), (1, 1, true, 2), "{first:?}");
    assert_eq!((second.grave, second.transfers, second.open), (0, 0, 0), "{second:?}");
    // Branches of too few and villages of too few reserves are duties, no faults: shown, and not in the way.
    assert!(first.findings > first.grave && second.findings > 0, "{first:?}");
    assert_eq!(told.own.open, 2);
    assert!(
        first.is_overdue && first.signs && first.sign_off.is_none() && first.due.to_string() == "2026-04-10"
    );
    let overdue: Vec<(&str, i64)> = told
        .findings
        .iter()
        .filter(|line| line.rule == "members.probation_overdue")
        .map(|line| (line.title, line.count))
        .collect();
    assert_eq!(overdue, [("预备期超过最长期限", 1)]);
    let of_town: Vec<(DutyKind, Role, i64)> = told
        .duties
        .iter()
        .filter(|duty| duty.organisation == TOWN)
        .map(|duty| (duty.kind, duty.role, duty.count))
        .collect();
    let expected = [
        (DutyKind::Findings, Role::Clerk, 1),
        (DutyKind::Transfers, Role::Clerk, 1),
        (DutyKind::SignOff, Role::Supervisor, 1),
    ];
    assert_eq!(of_town, expected);
    let town = stage.cockpit(TOWN).await;
    assert_eq!((town.own.open, town.units.len()), (2, 2), "the town sees its villages");
    let sibling = stage.county.town(2).actor(Role::Clerk);
    let refused = reports::cockpit(&mut stage.web, &sibling, TOWN, quarter("2026Q1")).await;
    assert!(matches!(refused, Err(Error::Missing { .. })), "{refused:?}");
}

#[tokio::test]
async fn a_member_who_breaks_the_balance_stands_in_the_cockpit_by_name() {
    let mut stage = Stage::new().await;
    let broken = county(&mut stage).await;
    let statement =
        format!("UPDATE membership_statuses SET to_day = '2026-02-14' WHERE membership_id = '{broken}'");
    stage.db.owner_client().await.batch_execute(&statement).await.unwrap();
    let told = stage.cockpit(TOWN).await;
    assert!(!told.own.balanced, "{:?}", told.own);
    let named: Vec<_> = told.unbalanced.iter().map(|named| (named.id, named.name.as_deref())).collect();
    assert_eq!(named, [(broken, Some("张伟"))]);
}

#[tokio::test]
async fn a_unit_signs_with_nothing_open_or_says_why_and_later_changes_are_counted() {
    let mut stage = Stage::new().await;
    let late = county(&mut stage).await;
    let (first, second) = (stage.signer(1), stage.signer(2));
    let told = refusal(stage.sign(&first, TOWN, None).await);
    assert!(told.contains("龙井镇") && told.contains("2项未处理"), "{told}");
    let wang = stage.supervisor("wang");
    let told = refusal(stage.sign(&wang, TOWN, Some("代签")).await);
    assert!(told.contains("不代“龙井镇”签字"), "{told}");
    let clerk = stage.county.town(1).actor(Role::Clerk);
    assert!(matches!(stage.sign(&clerk, TOWN, Some("说明")).await, Err(Error::Forbidden)));
    assert!(matches!(stage.sign(&second, TOWN, None).await, Err(Error::Missing { .. })));
    stage.sign(&first, TOWN, Some("等待支部大会")).await.unwrap();
    stage.sign(&second, "500237102", None).await.unwrap();
    let again = refusal(stage.sign(&first, TOWN, Some("再签一次")).await);
    assert!(again.contains("已经签字"), "{again}");
    let unit = |told: &Cockpit, code: &str| {
        told.units.iter().find(|unit| unit.organisation.code == code).unwrap().sign_off.clone().unwrap()
    };
    let told = stage.cockpit(COUNTY).await;
    let signed = unit(&told, TOWN);
    assert_eq!(
        (signed.signed_by.as_str(), signed.open_items, signed.changes),
        ("leader1", 2, 0),
        "{signed:?}"
    );
    assert!(told.units.iter().all(|unit| !unit.is_overdue), "who has signed is not late");
    stage.happens(late, EventKind::Confirm, "2024-01-10").await;
    let told = stage.cockpit(COUNTY).await;
    assert_eq!((unit(&told, TOWN).changes, unit(&told, "500237102").changes), (1, 0));
    // The county sends it back, and the town signs anew what it changed.
    let back = |reason: &str| WithdrawSignOff {
        organisation: TOWN.to_owned(),
        quarter: quarter("2026Q1"),
        reason: reason.to_owned(),
    };
    let told = refusal(quarters::withdraw_sign_off(&mut stage.web, &wang, &[back(" ")]).await);
    assert!(told.contains("写明撤回签字的原因"), "{told}");
    quarters::withdraw_sign_off(&mut stage.web, &wang, &[back("变动后重签")]).await.unwrap();
    let told = refusal(quarters::withdraw_sign_off(&mut stage.web, &wang, &[back("再撤")]).await);
    assert!(told.contains("还没有签字"), "{told}");
    stage.sign(&first, TOWN, Some("还有一人待接收")).await.unwrap();
    let told = stage.cockpit(COUNTY).await;
    assert_eq!((unit(&told, TOWN).open_items, unit(&told, TOWN).changes), (1, 0));
}

#[tokio::test]
async fn where_villages_sign_a_town_says_why_one_of_them_has_not() {
    let mut stage = Stage::new().await;
    for village in [1, 2] {
        let branch = stage.branch(1, village);
        stage.settled(branch, u16::try_from(village).unwrap()).await;
    }
    let first = stage.signer(1);
    let village = stage.county.village(1, 1).code.clone();
    let told = refusal(stage.sign(&first, &village, None).await);
    assert!(told.contains("不签字上报"), "villages sign only where the county says so: {told}");
    stage.settings(true, false).await;
    let told = refusal(stage.sign(&first, TOWN, None).await);
    assert!(told.contains("2个村（社区）没有签字"), "{told}");
    for number in [1, 2] {
        let village = stage.county.village(1, number).clone();
        let signer = village.actor(Role::Supervisor);
        stage.sign(&signer, &village.code, None).await.unwrap();
    }
    stage.sign(&first, TOWN, None).await.unwrap();
    let told = stage.cockpit(TOWN).await;
    assert_eq!(told.own.sign_off.unwrap().unsigned_below, 0);
    assert_eq!(told.own.due.to_string(), "2026-04-04", "the county's own days");
}

#[tokio::test]
async fn a_county_that_demands_it_is_not_closed_before_its_towns_have_signed() {
    let mut stage = Stage::new().await;
    stage.settings(false, true).await;
    let (wang, li) = (stage.supervisor("wang"), stage.supervisor("li"));
    let of = quarter("2026Q1");
    let told = refusal(reports::close(&mut stage.web, &wang, COUNTY, of).await);
    assert!(told.contains("龙井镇、官渡镇"), "{told}");
    let (first, second) = (stage.signer(1), stage.signer(2));
    stage.sign(&first, TOWN, None).await.unwrap();
    let told = refusal(reports::close(&mut stage.web, &wang, COUNTY, of).await);
    assert!(told.contains("官渡镇") && !told.contains("龙井镇"), "{told}");
    stage.sign(&second, "500237102", None).await.unwrap();
    assert!(matches!(reports::close(&mut stage.web, &wang, COUNTY, of).await.unwrap(), Closed::Proposed));
    assert!(matches!(reports::close(&mut stage.web, &li, COUNTY, of).await.unwrap(), Closed::Closed(_)));
    let told = refusal(stage.sign(&first, TOWN, None).await);
    assert!(told.contains("已经结账"), "{told}");
    let told = stage.cockpit(COUNTY).await;
    assert_eq!((told.revision, told.duties.len()), (Some(1), 0), "nothing is left to be done");
}

#[tokio::test]
async fn closing_without_demand_tells_who_had_not_signed() {
    let mut stage = Stage::new().await;
    let first = stage.signer(1);
    stage.sign(&first, TOWN, None).await.unwrap();
    stage.close("2026Q1").await;
    let details: serde_json::Value = audit_entries::table
        .filter(audit_entries::action.eq("quarters.close"))
        .select(audit_entries::details)
        .first(&mut stage.db.owner().await)
        .await
        .unwrap();
    assert_eq!(details["unsigned_towns"], serde_json::json!(["官渡镇"]));
}
