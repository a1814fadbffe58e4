//! Who sees which report, and what nobody may do to a frozen quarter.

use cadre::across::reports::{self, FigurePart};
use cadre::base::actor::Role;
use cadre::base::db;
use cadre::base::error::Error;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use super::scripted::script;
use super::{Stage, quarter};
use crate::support::builders::TestCounty;

#[tokio::test]
async fn a_town_opens_its_own_subtree_only() {
    let mut stage = Stage::new().await;
    script(&mut stage).await;
    stage.close("2026Q1").await;
    for role in [Role::Clerk, Role::Supervisor, Role::Auditor] {
        let actor = stage.county.town(1).actor(role);
        for own in ["500237101", "500237101201", "500237101201-ZB01"] {
            reports::quarterly(&mut stage.report, &actor, own, quarter("2026Q1"), None).await.unwrap();
        }
        for foreign in ["500237", "500237102", "500237102201", "no-such-code"] {
            let refused =
                reports::quarterly(&mut stage.report, &actor, foreign, quarter("2026Q1"), None).await;
            assert!(matches!(refused, Err(Error::Missing { .. })), "{foreign}: {refused:?}");
            let rows = stage.rows_as(&actor, foreign, "2026Q1", "members.total", FigurePart::Numerator).await;
            assert!(matches!(rows, Err(Error::Missing { .. })), "{foreign}: {rows:?}");
        }
        let rows = stage.rows_as(&actor, "500237101", "2026Q1", "members.total", FigurePart::Numerator).await;
        let rows = rows.unwrap();
        assert_eq!(rows.len(), 7);
        assert!(rows.iter().all(|row| row.branch_code.as_deref().unwrap().starts_with("500237101")));
    }
}

#[tokio::test]
async fn administrators_and_security_officers_see_no_report() {
    let mut stage = Stage::new().await;
    for role in [Role::Administrator, Role::Security] {
        let actor = stage.county.county.actor(role);
        let refused = reports::quarterly(&mut stage.report, &actor, "500237", quarter("2026Q1"), None).await;
        assert!(matches!(refused, Err(Error::Forbidden)), "{refused:?}");
        let statuses = reports::statuses(&mut stage.web, &actor, None).await;
        assert!(matches!(statuses, Err(Error::Forbidden)), "{statuses:?}");
    }
}

#[tokio::test]
async fn rows_of_the_trail_are_for_whom_may_read_it() {
    let mut stage = Stage::new().await;
    script(&mut stage).await;
    let of = cadre::base::values::Quarter::containing(cadre::base::clock::today()).to_string();
    let report = stage.report("500237", &of).await;
    let entries = report.sections.last().unwrap().figures[0].numerator;
    assert!(entries > 20);
    let clerk = stage.clerk.clone();
    let refused = stage.rows_as(&clerk, "500237", &of, "audit.entries", FigurePart::Numerator).await;
    assert!(matches!(refused, Err(Error::Forbidden)), "{refused:?}");
    let auditor = stage.county.county.actor(Role::Auditor);
    let rows = stage.rows_as(&auditor, "500237", &of, "audit.entries", FigurePart::Numerator).await.unwrap();
    assert_eq!(i64::try_from(rows.len()).unwrap(), entries);
}

#[tokio::test]
async fn another_county_is_out_of_reach_and_does_not_disturb() {
    let mut stage = Stage::new().await;
    script(&mut stage).await;
    let other = TestCounty::of(&mut stage.db.owner().await, "500155", "梁平区").await;
    let before = stage.report("500237", "2026Q1").await;
    let foreign = other.county.actor(Role::Supervisor);
    let refused = reports::quarterly(&mut stage.report, &foreign, "500237", quarter("2026Q1"), None).await;
    assert!(matches!(refused, Err(Error::Missing { .. })), "{refused:?}");
    let refused = reports::close(&mut stage.web, &foreign, "500237", quarter("2026Q1")).await;
    assert!(matches!(refused, Err(Error::Missing { .. })), "{refused:?}");
    let own =
        reports::quarterly(&mut stage.report, &foreign, "500155", quarter("2026Q1"), None).await.unwrap();
    assert_eq!(own.sections[1].figures[0].numerator, 0);
    assert_eq!(stage.report("500237", "2026Q1").await, before);
}

async fn count(conn: &mut AsyncPgConnection, table: &str) -> i64 {
    #[derive(QueryableByName)]
    struct Count {
        #[diesel(sql_type = diesel::sql_types::BigInt)]
        count: i64,
    }
    let count: Count =
        diesel::sql_query(format!("SELECT count(*) FROM {table}")).get_result(conn).await.unwrap();
    count.count
}

const FROZEN: [&str; 5] =
    ["quarter_revisions", "organisation_facts", "member_facts", "flow_facts", "rating_facts"];

#[tokio::test]
async fn nobody_changes_what_is_frozen() {
    let mut stage = Stage::new().await;
    script(&mut stage).await;
    stage.close("2026Q1").await;
    let wang = stage.supervisor("wang");
    let partitions = FROZEN[1..].iter().map(|table| format!("{table}_2026q1"));
    for table in FROZEN.iter().map(|table| (*table).to_owned()).chain(partitions) {
        for statement in [
            format!("UPDATE {table} SET quarter = quarter"),
            format!("DELETE FROM {table}"),
            format!("TRUNCATE {table}"),
            format!("DROP TABLE {table}"),
            format!("ALTER TABLE {table} DISABLE ROW LEVEL SECURITY"),
        ] {
            let done = db::write(&mut stage.web, &wang, async |conn| {
                Ok(diesel::sql_query(statement.clone()).execute(conn).await?)
            })
            .await;
            assert!(done.is_err(), "the web role did: {statement}");
        }
    }
}

#[tokio::test]
async fn row_level_security_alone_keeps_towns_apart() {
    let mut stage = Stage::new().await;
    script(&mut stage).await;
    stage.close("2026Q1").await;
    let (county, town) = (stage.county.county.scope(), stage.county.town(2).scope());
    for (table, in_county, in_town) in [("member_facts", 18, 4), ("organisation_facts", 22, 10)] {
        // Two revisions: the closing and the baseline of the quarter before.
        for (scope, expected) in [(&county, in_county), (&town, in_town)] {
            let seen =
                db::read(&mut stage.web, scope, async |conn| Ok(count(conn, table).await)).await.unwrap();
            assert_eq!(seen, expected, "{table} in {}", scope.path);
        }
    }
    let seen =
        db::read(&mut stage.web, &town, async |conn| Ok(count(conn, "flow_facts").await)).await.unwrap();
    assert_eq!(seen, 2, "who came from town 1, and who left for elsewhere");
    for table in &FROZEN[1..] {
        let direct = db::read(&mut stage.web, &county, async |conn| {
            Ok(diesel::sql_query(format!("SELECT FROM {table}_2026q1")).execute(conn).await?)
        });
        assert!(direct.await.is_err(), "{table}: the partition itself is closed to everybody");
    }
}
