//! A report that is counted on two connections is the one that is counted on one, and so is one whose counts were kept.

use cadre::across::reports::{self, KeptCounts};
use cadre::base::actor::Role;
use cadre::base::error::Error;

use super::scripted::script;
use super::{Stage, quarter, shown};

#[tokio::test]
async fn two_connections_count_what_one_counts_closed_or_not() {
    let mut stage = Stage::new().await;
    script(&mut stage).await;
    let database = stage.db.database();
    let (clerk, kept) = (stage.clerk.clone(), KeptCounts::default());
    for closed in [false, true] {
        if closed {
            stage.close("2026Q1").await;
            let branch = stage.branch(1, 1);
            stage.settled(branch, 20).await; // in the register since 2015: the quarter after tells of him
        }
        // The second time what is closed is not counted again.
        for place in ["500237", "500237101", "500237101201-ZB01", "500237", "500237101", "500237101201-ZB01"]
        {
            for of in ["2026Q1", "2026Q2"] {
                let one = stage.report(place, of).await;
                assert_eq!(one.recorded_late.len(), usize::from(closed && of == "2026Q2"), "{place} {of}");
                let two = reports::quarterly_at_once(&database, &kept, &clerk, place, quarter(of), None);
                assert_eq!(
                    serde_json::to_value(&one).unwrap(),
                    serde_json::to_value(two.await.unwrap()).unwrap()
                );
            }
        }
    }
}

#[tokio::test]
async fn counts_are_kept_of_a_revision_alone_and_shown_to_those_alone_who_may_see_them() {
    let mut stage = Stage::new().await;
    script(&mut stage).await;
    let (database, kept) = (stage.db.database(), KeptCounts::default());
    let (clerk, of) = (stage.clerk.clone(), quarter("2026Q1"));
    let total = async |place: &str, number| {
        let report = reports::quarterly_at_once(&database, &kept, &clerk, place, of, number).await.unwrap();
        (shown(&report, "members.total"), report.revision)
    };
    let open = total("500237", None).await;
    assert_eq!(open.1, None);
    let branch = stage.branch(1, 1);
    stage.settled(branch, 20).await; // in the register since 2015
    let more = total("500237", None).await;
    assert_ne!(more, open, "what is open is counted anew");
    stage.close("2026Q1").await;
    let first = total("500237", None).await;
    assert_eq!(first, (more.0, Some(1)));
    stage.settled(branch, 21).await;
    assert_eq!(total("500237", None).await, first, "it is closed");
    stage.amend("2026Q1").await;
    let second = total("500237", None).await;
    assert_eq!(second.1, Some(2), "the newest revision is asked for");
    assert_ne!(second.0, first.0);
    assert_eq!(total("500237", Some(1)).await, first);
    let elsewhere = stage.county.town(2).actor(Role::Clerk);
    let refused = reports::quarterly_at_once(&database, &kept, &elsewhere, "500237", of, None).await;
    assert!(matches!(refused, Err(Error::Missing { .. })), "{refused:?}");
}

#[tokio::test]
async fn what_the_next_checkpoint_covers_is_counted_though_the_rest_is_kept() {
    let mut stage = Stage::new().await;
    script(&mut stage).await;
    stage.close("2026Q1").await;
    let superuser = stage.db.superuser().await;
    superuser.batch_execute("UPDATE audit_entries SET at = '2026-02-14 12:00+08'").await.unwrap();
    let (database, kept, clerk) = (stage.db.database(), KeptCounts::default(), stage.clerk.clone());
    let covered = async || {
        let of = quarter("2026Q1");
        let report = reports::quarterly_at_once(&database, &kept, &clerk, "500237", of, None).await.unwrap();
        (shown(&report, "audit.entries").parse::<i64>().unwrap(), shown(&report, "audit.checkpoint"))
    };
    let checkpoint = async |size: i64| {
        let statement = format!(
            "INSERT INTO audit_checkpoints (chain, size, county_id, root, note, signed_at) \
             SELECT h.chain, {size}, c.id, h.hash, 'note', now() \
             FROM audit_heads h JOIN counties c ON c.code = h.chain WHERE c.code = '500237'"
        );
        superuser.batch_execute(&statement).await.unwrap();
    };
    let (entries, none) = covered().await;
    assert!(entries > 3, "{entries}");
    assert_eq!(none, "0");
    for size in [3, entries] {
        checkpoint(size).await;
        assert_eq!(covered().await, (entries, size.to_string()));
    }
}

#[tokio::test]
async fn a_report_is_made_where_nobody_has_a_second_connection_to_spare() {
    let mut stage = Stage::new().await;
    script(&mut stage).await;
    let database = stage.db.database();
    let mut taken = Vec::new();
    while let Some(connection) = database.second_report().await {
        taken.push(connection);
    }
    taken.pop();
    let one = stage.report("500237", "2026Q1").await;
    let (kept, of) = (KeptCounts::default(), quarter("2026Q1"));
    let made = reports::quarterly_at_once(&database, &kept, &stage.clerk, "500237", of, None).await;
    assert_eq!(serde_json::to_value(&one).unwrap(), serde_json::to_value(made.unwrap()).unwrap());
}
