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
/// First pictures: the server has no counts by village, as after its first start over a county.
const FIRST: usize = 20;
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

/// Measures the team picture of the county: its villages' committees, and the terms before. First without counts by
/// village, then while nothing of the county changes, then with something new in its trail before each reading, so that
/// every one is counted anew.
pub async fn measure_picture(stage: &Stage, server: &Server, table: &mut Table) -> anyhow::Result<()> {
    let county = stage.county.code.as_str();
    let path = format!("/api/v1/reports/team?organisation={county}");
    let mut client = Client::connect(&server.address, &server.token)?;
    let first = measure_first(stage, &mut client, county).await?;
    // Once in the life of a county: until the counts by village are there for the first time.
    table.tell("first team picture of the county, p99", first, "ms");

    let repeated = repeated(&mut client, &path)?;
    table.add("repeated team picture of the county, p99", "under 50 ms", repeated, 50.0, "ms");

    let anew = measure_anew(stage, &mut client, county, COUNTED).await?;
    table.add("first team picture of the county after a change, p99", "under 50 ms", anew, 50.0, "ms");
    Ok(())
}

/// Measures the team picture of a quarter that is closed: it is counted from what was frozen.
pub fn measure_closed_picture(
    stage: &Stage,
    server: &Server,
    quarter: Quarter,
    table: &mut Table,
) -> anyhow::Result<()> {
    let path = format!("/api/v1/reports/team?organisation={}&quarter={quarter}", stage.county.code);
    let mut client = Client::connect(&server.address, &server.token)?;
    let begin = Instant::now();
    client.get(&path)?;
    println!("team picture of a closed quarter, for the first time: {:.3} s", begin.elapsed().as_secs_f64());
    let repeated = repeated(&mut client, &path)?;
    table.add("team picture of a closed quarter, p99", "under 50 ms", repeated, 50.0, "ms");
    Ok(())
}

/// The time below which 99 % of many readings of one picture lie, in milliseconds.
fn repeated(client: &mut Client, path: &str) -> anyhow::Result<f64> {
    client.get(path)?;
    let mut times = Vec::with_capacity(PICTURES);
    for _ in 0..PICTURES {
        let begin = Instant::now();
        client.get(path)?;
        times.push(begin.elapsed().as_secs_f64() * 1000.0);
    }
    println!("{path}: median {:.1} ms", median(&mut times));
    Ok(quantile(&mut times, 990))
}

/// Takes the counts by village away before each reading, and answers the time below which 99 % of the readings lie, in
/// milliseconds: that of the slowest. The next one begins when the server has made the counts again.
async fn measure_first(stage: &Stage, client: &mut Client, county: &str) -> anyhow::Result<f64> {
    let path = format!("/api/v1/reports/team?organisation={county}");
    let mut owner = AsyncPgConnection::establish(&stage.addresses.owner).await?;
    let (tell, lacking) = (tell(county), lacking(county));
    let forget = format!("DELETE FROM team_counts WHERE {}", of(county));
    let mut times = Vec::with_capacity(FIRST);
    for _ in 0..FIRST {
        diesel::sql_query(forget.as_str()).execute(&mut owner).await?;
        diesel::sql_query(tell.as_str()).execute(&mut owner).await?;
        let begin = Instant::now();
        client.get(&path)?;
        times.push(begin.elapsed().as_secs_f64() * 1000.0);
        until_made(&mut owner, &lacking).await?;
    }
    println!("first team picture: median {:.1} ms", median(&mut times));
    Ok(quantile(&mut times, 990))
}

/// The rows of a county.
fn of(county: &str) -> String {
    format!("county_id = (SELECT county_id FROM organisations WHERE code = '{county}')")
}

/// Something new in the trail of a county: what the server keeps of it is out of date.
fn tell(county: &str) -> String {
    format!(
        "SELECT append_audit_entry('{county}', (SELECT county_id FROM organisations WHERE code = '{county}'), NULL, \
            'bench', 'clerk', 'api', NULL, '{county}/', 'committees.change_seats', 'seat', NULL, 1, '{{}}')"
    )
}

/// How many counts by village a county lacks.
fn lacking(county: &str) -> String {
    let of = of(county);
    format!(
        "SELECT (SELECT count(DISTINCT village_id) FROM committees WHERE {of}) \
            - (SELECT count(*) FROM team_counts WHERE {of}) + (SELECT count(*) FROM team_changes WHERE {of}) AS count"
    )
}

/// Waits until the server has made the counts by village.
async fn until_made(owner: &mut AsyncPgConnection, lacking: &str) -> anyhow::Result<()> {
    while diesel::sql_query(lacking).get_result::<Lacking>(owner).await?.count > 0 {
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
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
    let (of, tell) = (of(county), tell(county));
    let change = |number: usize| {
        format!(
            "UPDATE seats SET education = CASE education WHEN '31' THEN '21' ELSE '31' END WHERE {of} \
             AND id = (SELECT id FROM seats WHERE {of} AND to_day IS NULL ORDER BY id OFFSET {number} LIMIT 1)"
        )
    };
    diesel::sql_query(tell.as_str()).execute(&mut owner).await?;
    let begin = Instant::now();
    client.get(&path)?;
    println!("team picture without counts by village: {:.3} s", begin.elapsed().as_secs_f64());
    until_made(&mut owner, &lacking(county)).await?;
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
