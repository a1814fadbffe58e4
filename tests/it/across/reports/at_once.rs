//! A report that is counted on two connections is the one that is counted on one.

use cadre::across::reports;

use super::scripted::script;
use super::{Stage, quarter};

#[tokio::test]
async fn two_connections_count_what_one_counts_closed_or_not() {
    let mut stage = Stage::new().await;
    script(&mut stage).await;
    let database = stage.db.database();
    let (clerk, of) = (stage.clerk.clone(), quarter("2026Q1"));
    for closed in [false, true] {
        if closed {
            stage.close("2026Q1").await;
        }
        for place in ["500237", "500237101", "500237101201-ZB01"] {
            let one = stage.report(place, "2026Q1").await;
            let two = reports::quarterly_at_once(&database, &clerk, place, of, None).await.unwrap();
            assert_eq!(serde_json::to_value(&one).unwrap(), serde_json::to_value(&two).unwrap());
        }
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
    let made = reports::quarterly_at_once(&database, &stage.clerk, "500237", quarter("2026Q1"), None).await;
    assert_eq!(serde_json::to_value(&one).unwrap(), serde_json::to_value(made.unwrap()).unwrap());
}
