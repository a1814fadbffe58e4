//! The quarterly report of the county through the API, against its SQL alone.

use std::time::{Duration, Instant};

use cadre::base::clock;
use cadre::base::values::Quarter;
use diesel::sql_types::Double;
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};

use crate::http::Client;
use crate::stage::{Server, Stage};
use crate::table::{Table, median};

const REPORTS: u32 = 5;
const PICTURES: usize = 200;
/// Pictures that are counted anew.
const COUNTED: usize = 50;
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

    let mut owner = AsyncPgConnection::establish(&stage.addresses.owner).await?;
    let change = format!(
        "SELECT append_audit_entry('{code}', (SELECT county_id FROM organisations WHERE code = '{code}'), NULL, 'bench', \
            'clerk', 'api', NULL, '{code}/', 'members.correct', 'membership', NULL, 1, '{{}}')",
        code = stage.county.code
    );
    let mut anew = Vec::with_capacity(COUNTED);
    for _ in 0..COUNTED {
        diesel::sql_query(change.as_str()).execute(&mut owner).await?;
        let begin = Instant::now();
        client.get(&path)?;
        anew.push(begin.elapsed().as_secs_f64() * 1000.0);
    }
    let whole = median(&mut anew);
    println!("team picture counted anew: median {whole:.1} ms, slowest {:.1} ms", anew[COUNTED - 1]);
    table.tell("team picture after a change, median", whole, "ms");
    Ok(())
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
