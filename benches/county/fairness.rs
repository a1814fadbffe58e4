//! The supervisor's desk over three years of quarters, through the API: 3,600,000 scores on record.

use std::time::Instant;

use cadre::base::clock;
use cadre::base::values::Quarter;
use tokio_postgres::NoTls;

use crate::http::Client;
use crate::stage::{Server, Stage};
use crate::table::{Table, quantile};

/// Years on record: the sample's own, and those before it.
const YEARS: i32 = 3;
const READINGS: usize = 100;

/// What the desk asks for, and what it is called here.
const LISTS: [(&str, &str); 7] = [
    ("spread", "fairness?limit=50"),
    ("towns", "fairness/units?level=below&limit=50"),
    ("branches", "fairness/units?level=rated&limit=50"),
    ("accounts", "fairness/raters?limit=50"),
    ("extremes without evidence", "fairness/ratings?unproven=true&limit=50"),
    ("outliers", "fairness/ratings?outside=true&limit=50"),
    ("two stars from the period before", "fairness/ratings?moved=true&limit=50"),
];

/// Enters the periods, then asks for each list of the whole county.
pub async fn measure(stage: &Stage, server: &Server, table: &mut Table) -> anyhow::Result<()> {
    let scores = multiply(stage).await?;
    table.tell("scores on record", scores as f64, "");
    let mut client = Client::connect(&server.address, &server.token)?;
    let quarter = Quarter::containing(clock::today()).previous();
    for (name, path) in LISTS {
        let path = format!("/api/v1/ratings/{path}&period={quarter}");
        client.get(&path)?;
        let mut times = Vec::with_capacity(READINGS);
        for _ in 0..READINGS {
            let begin = Instant::now();
            client.get(&path)?;
            times.push(begin.elapsed().as_secs_f64() * 1000.0);
        }
        let slow = quantile(&mut times, 990);
        table.add(&format!("desk of the county, {name}, p99"), "under 100 ms", slow, 100.0, "ms");
    }
    Ok(())
}

/// Copies the ratings of the sample into the years before it. The numbers do not matter, how many there are does.
async fn multiply(stage: &Stage) -> anyhow::Result<i64> {
    let (client, connection) = tokio_postgres::connect(&stage.superuser(), NoTls).await?;
    let background = tokio::spawn(connection);
    client.batch_execute("SET session_replication_role = replica").await?;
    let columns: String = client
        .query_one(
            "SELECT string_agg(attname, ', ') FROM pg_attribute \
             WHERE attrelid = 'ratings'::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''",
            &[],
        )
        .await?
        .get(0);
    for years in 1..YEARS {
        client.batch_execute(&copies(years, &columns)).await?;
    }
    client.batch_execute("VACUUM (ANALYZE) rating_rounds, ratings, rating_scores").await?;
    let scores = client.query_one("SELECT count(*) FROM rating_scores", &[]).await?.get(0);
    drop(client);
    background.await??;
    Ok(scores)
}

/// The statements that copy all ratings as many years back; `columns` are those of `ratings` that are not worked out.
fn copies(years: i32, columns: &str) -> String {
    let back = years * 2; // The sample's quarters are those of two years of the calendar.
    format!(
        "BEGIN;
        INSERT INTO rating_rounds SELECT (copy).* FROM (
            SELECT jsonb_populate_record(r, jsonb_build_object('id', md5(r.id::text || {years})::uuid,
                'period', (left(r.period, 4)::integer - {back}) || substr(r.period, 5),
                'first_day', (r.first_day - make_interval(years => {back}))::date,
                'last_day', (r.last_day - make_interval(years => {back}))::date,
                'created_by', 'bench')) AS copy
            FROM rating_rounds r WHERE r.created_by <> 'bench') x;
        INSERT INTO ratings ({columns}) SELECT {columns} FROM (SELECT (copy).* FROM (
            SELECT jsonb_populate_record(g, jsonb_build_object('id', md5(g.id::text || {years})::uuid,
                'round_id', md5(g.round_id::text || {years})::uuid)) AS copy
            FROM ratings g JOIN rating_rounds r ON r.county_id = g.county_id AND r.id = g.round_id
            WHERE r.created_by <> 'bench') x) y;
        INSERT INTO rating_scores
            SELECT s.county_id, md5(s.rating_id::text || {years})::uuid, s.dimension_id, s.score
            FROM rating_scores s JOIN ratings g ON g.county_id = s.county_id AND g.id = s.rating_id
            JOIN rating_rounds r ON r.county_id = g.county_id AND r.id = g.round_id
            WHERE r.created_by <> 'bench';
        COMMIT;"
    )
}
