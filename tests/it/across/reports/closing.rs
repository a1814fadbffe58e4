//! Closing: two people, in order, once; and what is frozen never moves.

use cadre::across::reports::{self, Closed, FigurePart};
use cadre::base::actor::{Actor, Door, Role};
use cadre::base::edit::Edit;
use cadre::base::error::Error;
use cadre::base::ids::MembershipId;
use cadre::base::keys::KeyRing;
use cadre::records::members::{self, Change, Edits, EventKind};
use cadre::records::people::IdentityEdits;
use cadre::records::quarters::{self, Ask};
use cadre::schema::{audit_entries, memberships, quarter_revisions};
use diesel::prelude::*;
use diesel_async::{RunQueryDsl, SimpleAsyncConnection};

use super::scripted::{reparent, script};
use super::{Stage, codes, flow, name_of, quarter, shown};
use crate::support::builders::member;

fn sentence(refused: Result<Closed, Error>) -> String {
    match refused {
        Err(Error::Refused(sentence)) => sentence,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn two_supervisors_close_a_quarter_once() {
    let mut stage = Stage::new().await;
    let (wang, li) = (stage.supervisor("wang"), stage.supervisor("li"));
    let of = quarter("2026Q1");
    assert!(matches!(reports::close(&mut stage.web, &wang, "500237", of).await.unwrap(), Closed::Proposed));
    let own = sentence(reports::close(&mut stage.web, &wang, "500237", of).await);
    assert!(own.contains("另一位审核员"), "{own}");
    let status = reports::statuses(&mut stage.web, &li, None).await.unwrap();
    let status = status.iter().find(|status| status.quarter == of).unwrap();
    assert_eq!((status.state.code(), status.proposed_by.as_deref()), ("proposed", Some("wang")));
    let Closed::Closed(revision) = reports::close(&mut stage.web, &li, "500237", of).await.unwrap() else {
        panic!("the second supervisor closes");
    };
    assert_eq!((revision.number, revision.preparer.as_str(), revision.confirmer.as_str()), (1, "wang", "li"));
    let again = sentence(reports::close(&mut stage.web, &li, "500237", of).await);
    assert!(again.contains("不能重复结账"), "{again}");
    let entries: Vec<(String, serde_json::Value)> = audit_entries::table
        .filter(audit_entries::subject_kind.eq("quarter"))
        .order(audit_entries::sequence)
        .select((audit_entries::action, audit_entries::details))
        .load(&mut stage.db.owner().await)
        .await
        .unwrap();
    let actions: Vec<&str> = entries.iter().map(|(action, _)| action.as_str()).collect();
    assert_eq!(actions, ["quarters.propose", "quarters.close"]);
    assert_eq!(entries[1].1["digest"], hex::encode(&revision.digest));
}

#[tokio::test]
async fn the_command_line_closes_in_one_step() {
    let mut stage = Stage::new().await;
    let system = Actor { door: Door::CommandLine, ..stage.supervisor("system@root") };
    let closed = reports::close(&mut stage.web, &system, "500237", quarter("2026Q1")).await.unwrap();
    assert!(matches!(closed, Closed::Closed(_)));
}

#[tokio::test]
async fn quarters_are_closed_in_order_after_their_end_by_the_county() {
    let mut stage = Stage::new().await;
    let wang = stage.supervisor("wang");
    let running = cadre::base::values::Quarter::containing(cadre::base::clock::today());
    let early = sentence(reports::close(&mut stage.web, &wang, "500237", running).await);
    assert!(early.contains("尚未结束"), "{early}");
    stage.close("2025Q4").await;
    let gap = sentence(reports::close(&mut stage.web, &wang, "500237", quarter("2026Q2")).await);
    assert!(gap.contains("先结2026Q1"), "{gap}");
    let back = sentence(reports::close(&mut stage.web, &wang, "500237", quarter("2025Q3")).await);
    assert!(back.contains("尚未结账"), "{back}");
    stage.close("2026Q1").await;
    let town = sentence(reports::close(&mut stage.web, &wang, "500237101", quarter("2026Q2")).await);
    assert!(town.contains("只能由县（区）结账"), "{town}");
    let of_town = stage.county.town(1).actor(Role::Supervisor);
    let refused = reports::close(&mut stage.web, &of_town, "500237", quarter("2026Q2")).await;
    assert!(matches!(refused, Err(Error::Missing { .. })), "{refused:?}");
    for role in [Role::Clerk, Role::Auditor, Role::Administrator, Role::Security] {
        let actor = stage.county.county.actor(role);
        let refused = reports::close(&mut stage.web, &actor, "500237", quarter("2026Q2")).await;
        assert!(matches!(refused, Err(Error::Forbidden)), "{role:?}: {refused:?}");
    }
}

/// Changes everything about the past that can be changed.
async fn stir(stage: &mut Stage, sample: MembershipId) {
    let branch = stage.branch(2, 2);
    stage.settled(branch, 40).await;
    stage.moves(sample, branch, "2026-03-15").await;
    let version: i32 = memberships::table
        .filter(memberships::id.eq(sample))
        .select(memberships::version)
        .first(&mut stage.db.owner().await)
        .await
        .unwrap();
    let identity = IdentityEdits {
        ethnicity: Edit::Set("15".to_owned()),
        education: Edit::Set("81".to_owned()),
        ..IdentityEdits::default()
    };
    let edits = Edits { identity, ..Edits::default() };
    let change = Change { member: sample, version, edits };
    members::change(&mut stage.web, &stage.clerk, &stage.keys, &[change]).await.unwrap();
    reparent(stage, "2026-03-20").await;
}

#[tokio::test]
async fn the_report_of_a_closed_quarter_never_changes() {
    let mut stage = Stage::new().await;
    script(&mut stage).await;
    let sample = stage.settled(stage.branch(2, 1), 30).await;
    let live = stage.report("500237", "2026Q1").await;
    stage.close("2026Q1").await;
    let mut closed = Vec::new();
    for code in codes(&stage.county) {
        closed.push(stage.report(&code, "2026Q1").await);
    }
    assert_eq!(closed[0].revision, Some(1));
    assert_eq!(closed[0].by_organisation, live.by_organisation, "frozen and live are the same to the digit");
    assert_eq!(closed[0].sections[..3], live.sections[..3]);
    stir(&mut stage, sample).await;
    for (code, before) in codes(&stage.county).iter().zip(closed) {
        assert_eq!(stage.report(code, "2026Q1").await, before, "{code}");
    }
}

#[tokio::test]
async fn the_opening_is_the_closing_and_what_was_recorded_late_is_listed_by_name() {
    let mut stage = Stage::new().await;
    script(&mut stage).await;
    stage.close("2026Q1").await;
    let b = stage.branch(1, 2);
    let missed = stage.settled(b, 20).await; // in the register since 2015, entered after the closing
    let gone = stage.settled(b, 21).await;
    stage.happens(gone, EventKind::Decease, "2026-05-01").await;
    let known: MembershipId = memberships::table
        .filter(memberships::branch_id.eq(stage.branch(2, 1)))
        .filter(memberships::status.eq("watch"))
        .select(memberships::id)
        .first(&mut stage.db.owner().await)
        .await
        .unwrap();
    stage.happens(known, EventKind::Decease, "2026-03-10").await; // he had died before the closing
    let county = stage.report("500237", "2026Q2").await;
    // 9 at the closing; +2 −1 late; 14 was admitted on 1 April; 21 died in May.
    assert_eq!(flow(&county), [9, 1, 1, 0, 0, 0, 0, 0, 1, 10, 0], "{}", county.balance);
    assert!(county.balanced);
    let mut late: Vec<_> = county.recorded_late.iter().map(|entry| (entry.id, entry.amount)).collect();
    late.sort();
    let mut expected = vec![(missed, 1), (gone, 1), (known, -1)];
    expected.sort();
    assert_eq!(late, expected);
    let town2 = stage.report("500237102", "2026Q2").await;
    assert_eq!(flow(&town2), [2, -1, 1, 0, 0, 0, 0, 0, 0, 2, 0], "{}", town2.balance);
    let rows = stage.rows("500237", "2026Q2", "members.recorded_late", FigurePart::Numerator).await;
    assert_eq!(rows.len(), 3);
    assert!(rows.iter().any(|row| row.name.as_deref() == Some(name_of(20).as_str()) && row.amount == 1));
    assert_eq!(shown(&county, "members.opening"), "9");
    let flow_before = &county.sections[2].figures[0];
    assert_eq!(flow_before.previous.unwrap().to_string(), "9", "the opening of the quarter before");
    stage.close("2026Q2").await;
    let closed = stage.report("500237", "2026Q2").await;
    assert_eq!(closed.by_organisation, county.by_organisation);
    assert_eq!(closed.recorded_late, county.recorded_late);
    let third = stage.report("500237", "2026Q3").await;
    assert_eq!(flow(&third), [10, 0, 0, 0, 0, 0, 0, 0, 0, 10, 0], "what was late once is not late again");
}

#[tokio::test]
async fn the_digest_is_bound_to_the_rows() {
    let mut stage = Stage::new().await;
    script(&mut stage).await;
    stage.close("2026Q1").await;
    let mut owner = stage.db.owner().await;
    let ask = Ask {
        county: stage.county.county.county,
        quarter: quarter("2026Q1"),
        revision: 1,
        previous_number: 0,
        organisations: vec!["500237".to_owned()],
    };
    let kept: Vec<u8> = quarter_revisions::table
        .filter(quarter_revisions::number.eq(1))
        .select(quarter_revisions::digest)
        .first(&mut owner)
        .await
        .unwrap();
    let (computed, rows) = quarters::digest(&mut owner, &ask).await.unwrap();
    assert_eq!(computed, kept);
    // 11 organisations, 9 members, 11 events: 4 transfers and the transfer out, one of each other kind; 4 villages with
    // the depth of their reserve; 16 rules of data quality and what they found: 3 branches of fewer than three, 4 villages
    // without reserve cadres.
    assert_eq!(rows, 11 + 9 + 11 + 4 + 16 + 7);
    assert_eq!(quarters::altered(&mut owner).await.unwrap(), []);
    owner
        .batch_execute("UPDATE member_facts SET education = '11' WHERE revision = 1 AND path LIKE '%101201%'")
        .await
        .unwrap();
    let (tampered, _) = quarters::digest(&mut owner, &ask).await.unwrap();
    assert_ne!(tampered, kept);
    let altered = quarters::altered(&mut owner).await.unwrap();
    assert!(matches!(&altered[..], [one] if one.county == "500237" && one.number == 1), "{altered:?}");
}

#[tokio::test]
async fn a_revision_is_asked_for_by_number() {
    let mut stage = Stage::new().await;
    script(&mut stage).await;
    stage.close("2026Q1").await;
    let clerk = stage.clerk.clone();
    let first = reports::quarterly(&mut stage.report, &clerk, "500237", quarter("2026Q1"), Some(1)).await;
    assert_eq!(first.unwrap(), stage.report("500237", "2026Q1").await);
    for missing in [0, 2] {
        let refused =
            reports::quarterly(&mut stage.report, &clerk, "500237", quarter("2026Q1"), Some(missing)).await;
        assert!(matches!(refused, Err(Error::Missing { .. })), "{refused:?}");
    }
    let baseline = stage.report("500237", "2025Q4").await;
    assert_eq!(baseline.revision, None, "a baseline closes no quarter");
}

#[tokio::test]
async fn a_member_whose_record_is_broken_is_named() {
    let mut stage = Stage::new().await;
    script(&mut stage).await;
    let broken = stage.settled(stage.branch(1, 1), 31).await;
    let statement =
        format!("UPDATE membership_statuses SET to_day = '2026-02-14' WHERE membership_id = '{broken}'");
    stage.db.owner().await.batch_execute(&statement).await.unwrap();
    let county = stage.report("500237", "2026Q1").await;
    assert!(!county.balanced && county.balance.contains('≠'), "{}", county.balance);
    let named: Vec<_> = county.findings[0].members.iter().map(|named| (named.id, named.difference)).collect();
    assert_eq!(named, [(broken, 1)]);
    assert_eq!(county.findings[0].members[0].name.as_deref(), Some(name_of(31).as_str()));
    assert!(!county.by_organisation[0].balanced && county.by_organisation[1].balanced);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_writes_while_a_quarter_is_closed_waits_and_is_late() {
    let mut stage = Stage::new().await;
    let branch = stage.branch(1, 1);
    stage.settled(branch, 1).await;
    let writing = (0..3_u16).map(|writer| {
        let (database, clerk) = (stage.db.database(), stage.clerk.clone());
        tokio::spawn(async move {
            let keys = KeyRing::ephemeral().unwrap();
            let mut web = database.web().await.unwrap();
            for number in 0..25 {
                let number = 100 + writer * 25 + number;
                let command = member(branch, &name_of(number), number);
                members::enrol(&mut web, &clerk, &keys, &[command]).await.unwrap();
            }
        })
    });
    let writing: Vec<_> = writing.collect();
    for of in ["2026Q1", "2026Q2"] {
        stage.close(of).await;
    }
    for writer in writing {
        writer.await.unwrap();
    }
    // Each is in the snapshot or was recorded after it, nobody in both or in none.
    let closed = stage.report("500237", "2026Q2").await;
    let open = stage.report("500237", "2026Q3").await;
    assert!(closed.balanced && open.balanced, "{} {}", closed.balance, open.balance);
    let [opening, late, .., end, _] = flow(&open)[..] else { panic!("a flow") };
    assert_eq!(opening, *flow(&closed).iter().rev().nth(1).unwrap());
    assert_eq!((opening + late, end), (76, 76), "{}", open.balance);
}

#[tokio::test]
async fn what_was_frozen_is_counted_at_once_so_that_plans_do_not_take_it_for_nothing() {
    let mut stage = Stage::new().await;
    script(&mut stage).await;
    stage.close("2026Q1").await;
    let total: i64 = shown(&stage.report("500237", "2026Q1").await, "members.total").parse().unwrap();
    let client = stage.db.owner_client().await;
    let counted = "SELECT reltuples::bigint FROM pg_class WHERE relname = $1 \
        AND relnamespace = current_schema()::regnamespace";
    let held: i64 = client.query_one(counted, &[&"member_facts_2026q1"]).await.unwrap().get(0);
    assert_eq!(held, total);
}
