//! The quarterly report of the county through the API, against its SQL alone.

use std::time::{Duration, Instant};

use cadre::base::clock;
use cadre::base::values::Quarter;
use diesel::sql_types::{BigInt, Double};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};

use crate::http::Client;
use crate::stage::{Server, Stage};
use crate::table::{Table, median, quantile};

const REPORTS: u32 = 5;
const PICTURES: usize = 200;
/// Pictures that are counted anew.
const COUNTED: usize = 100;
/// A server process that rests this long has told what it did.
const TOLD: Duration = Duration::from_secs(12);

#[derive(diesel::QueryableByName)]
struct Spent {
    #[diesel(sql_type = Double)]
    milliseconds: f64,
}

/// Measures the last full quarter.
pub async fn measure(stage: &Stage, server: &Server, table: &mut Table) -> anyhow::Result<()> {
    let quarter = Quarter::containing(clock::today()).previous();
    let path = format!("/api/v1/reports/quarterly?organisation={}&quarter={quarter}", stage.county.code);
    let mut client = Client::connect(&server.address, &server.token)?;
    client.get(&path)?;
    tokio::time::sleep(TOLD).await;
    let before = spent(stage).await?;
    let mut times = Vec::new();
    for _ in 0..REPORTS {
        let begin = Instant::now();
        client.get(&path)?;
        times.push(begin.elapsed().as_secs_f64());
    }
    tokio::time::sleep(TOLD).await;
    let alone = (spent(stage).await? - before) / 1000.0 / f64::from(REPORTS);
    let whole = median(&mut times);
    println!("quarterly report: {whole:.3} s, of which its SQL alone {alone:.3} s");
    table.add("quarterly report of the county", "under 1 s", whole, 1.0, "s");
    table.tell("quarterly report against its SQL alone", whole / alone, "times");
    Ok(())
}

/// Measures the team picture of the county: its villages' committees, and the terms before; first while nothing of the
/// county changes, then with something new in its trail before each reading, so that every one is counted anew.
pub async fn measure_picture(stage: &Stage, server: &Server, table: &mut Table) -> anyhow::Result<()> {
    let path = format!("/api/v1/reports/team?organisation={}", stage.county.code);
    let mut client = Client::connect(&server.address, &server.token)?;
    client.get(&path)?;
    let mut times = Vec::with_capacity(PICTURES);
    for _ in 0..PICTURES {
        let begin = Instant::now();
        client.get(&path)?;
        times.push(begin.elapsed().as_secs_f64() * 1000.0);
    }
    times.sort_by(f64::total_cmp);
    let slow = times[PICTURES * 99 / 100 - 1];
    println!("team picture: median {:.1} ms, p99 {slow:.1} ms", times[PICTURES / 2]);
    table.add("team picture of the county, p99", "under 50 ms", slow, 50.0, "ms");

    let anew = measure_anew(stage, &mut client, &stage.county.code, COUNTED).await?;
    table.add("first team picture of the county after a change, p99", "under 50 ms", anew, 50.0, "ms");
    Ok(())
}

/// Changes a seat before each reading and answers the time below which 99 % of the readings lie, in milliseconds. Begins
/// when the server has made the counts by village after the first reading.
pub async fn measure_anew(
    stage: &Stage,
    client: &mut Client,
    county: &str,
    readings: usize,
) -> anyhow::Result<f64> {
    let path = format!("/api/v1/reports/team?organisation={county}");
    let mut owner = AsyncPgConnection::establish(&stage.addresses.owner).await?;
    let of = format!("county_id = (SELECT county_id FROM organisations WHERE code = '{county}')");
    let change = |number: usize| {
        format!(
            "UPDATE seats SET education = CASE education WHEN '31' THEN '21' ELSE '31' END WHERE {of} \
             AND id = (SELECT id FROM seats WHERE {of} AND to_day IS NULL ORDER BY id OFFSET {number} LIMIT 1)"
        )
    };
    let tell = format!(
        "SELECT append_audit_entry('{county}', (SELECT county_id FROM organisations WHERE code = '{county}'), NULL, \
            'bench', 'clerk', 'api', NULL, '{county}/', 'committees.change_seats', 'seat', NULL, 1, '{{}}')"
    );
    let lacking = format!(
        "SELECT (SELECT count(DISTINCT village_id) FROM committees WHERE {of}) \
            - (SELECT count(*) FROM team_counts WHERE {of}) + (SELECT count(*) FROM team_changes WHERE {of}) AS count"
    );
    diesel::sql_query(tell.as_str()).execute(&mut owner).await?;
    let begin = Instant::now();
    client.get(&path)?;
    println!("team picture without counts by village: {:.3} s", begin.elapsed().as_secs_f64());
    while diesel::sql_query(lacking.as_str()).get_result::<Lacking>(&mut owner).await?.count > 0 {
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    println!("counts by village made in {:.1} s", begin.elapsed().as_secs_f64());
    let mut anew = Vec::with_capacity(readings);
    for number in 0..readings {
        diesel::sql_query(change(number * 7)).execute(&mut owner).await?;
        diesel::sql_query(tell.as_str()).execute(&mut owner).await?;
        let begin = Instant::now();
        client.get(&path)?;
        anew.push(begin.elapsed().as_secs_f64() * 1000.0);
    }
    println!("team picture counted anew: median {:.1} ms", median(&mut anew));
    Ok(quantile(&mut anew, 990))
}

#[derive(diesel::QueryableByName)]
struct Lacking {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// Time that the database has spent on statements so far.
async fn spent(stage: &Stage) -> anyhow::Result<f64> {
    let mut conn = AsyncPgConnection::establish(&stage.addresses.owner).await?;
    let spent: Spent = diesel::sql_query(
        "SELECT active_time AS milliseconds FROM pg_stat_database WHERE datname = current_database()",
    )
    .get_result(&mut conn)
    .await?;
    Ok(spent.milliseconds)
}
