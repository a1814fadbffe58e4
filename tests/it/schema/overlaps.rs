//! What holds from one day to another holds once: the database itself refuses what overlaps, whatever the SQL.

use tokio_postgres::Client;

use super::world::World;
use super::{broken, lines};

/// What a copy of a row has otherwise than the row, beside its days.
type Otherwise = &'static [(&'static str, &'static str)];

/// A table, its constraint, and the others of a copy.
const TABLES: [(&str, &str, Otherwise); 6] = [
    (
        "memberships",
        "memberships_no_overlap",
        &[("id", "gen_random_uuid()"), ("joined_on", "from_day - 20"), ("full_member_on", "NULL")],
    ),
    ("branch_memberships", "branch_memberships_no_overlap", &[]),
    ("membership_statuses", "membership_statuses_no_overlap", &[]),
    ("membership_absences", "membership_absences_no_overlap", &[]),
    (
        "rating_schemes",
        "rating_schemes_no_overlap",
        // Of two main schemes another constraint speaks.
        &[("id", "gen_random_uuid()"), ("is_primary", "false")],
    ),
    ("organisation_parents", "organisation_parents_no_overlap", &[]),
];

/// Copies the earliest row of a table, with other days.
async fn copy(client: &Client, table: &str, beside: &[(&str, &str)], from_day: &str, to_day: &str) -> String {
    let columns = lines(
        client,
        &format!(
            "SELECT attname::text FROM tables JOIN pg_attribute ON attrelid = tables.oid WHERE name = '{table}'
                AND attnum > 0 AND NOT attisdropped AND attgenerated = '' ORDER BY attnum"
        ),
    )
    .await;
    let value = |column: &String| match column.as_str() {
        "from_day" => from_day.to_owned(),
        "to_day" => to_day.to_owned(),
        name => beside.iter().find(|(own, _)| *own == name).map_or(name, |(_, value)| *value).to_owned(),
    };
    let values: Vec<String> = columns.iter().map(value).collect();
    format!(
        "INSERT INTO {table} ({}) SELECT {} FROM {table} ORDER BY from_day LIMIT 1",
        columns.join(", "),
        values.join(", ")
    )
}

#[tokio::test]
async fn what_holds_for_a_time_holds_once_and_the_day_of_its_end_is_free() {
    let world = World::new().await;
    let client = world.db.owner_client().await;
    for (table, constraint, beside) in TABLES {
        let within = copy(&client, table, beside, "from_day + 1", "to_day").await;
        assert_eq!(broken(&client, &within).await, constraint, "from a day within: {table}");
        let into = copy(&client, table, beside, "from_day - 20", "from_day + 1").await;
        assert_eq!(broken(&client, &into).await, constraint, "until the second day: {table}");
        let before = copy(&client, table, beside, "from_day - 20", "from_day").await;
        assert_eq!(client.execute(&before, &[]).await.expect("until the first day"), 1, "{table}");
    }
}

#[tokio::test]
async fn a_member_may_be_floating_and_out_of_contact_at_once() {
    let world = World::new().await;
    let client = world.db.owner_client().await;
    let beside = [("kind", "'lost_contact'"), ("destination", "NULL")];
    let other = copy(&client, "membership_absences", &beside, "from_day + 1", "to_day").await;
    assert_eq!(client.execute(&other, &[]).await.expect("another kind"), 1);
}
