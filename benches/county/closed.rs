//! A quarter that is closed: the closing itself, and what is asked of it afterwards. What was counted of it once is kept,
//! so the first reading is told apart from the others.

use std::time::Instant;

use cadre::base::clock;
use cadre::base::values::Quarter;

use crate::http::Client;
use crate::reports::measure_closed_picture;
use crate::stage::{Server, Stage};
use crate::table::{Table, median};

const READINGS: usize = 5;

/// Closes the last two quarters that ended by the command line, and asks for report, pages, changes, quality and team picture.
pub async fn measure(stage: &Stage, server: &Server, table: &mut Table) -> anyhow::Result<()> {
    let quarter = Quarter::containing(clock::today()).previous();
    let county = stage.county.code.as_str();
    let mut seconds = 0.0;
    for closed in [quarter.previous(), quarter] {
        let begin = Instant::now();
        let of = closed.to_string();
        stage.run(&["quarter", "close", "--organisation", county, "--quarter", &of]).await?;
        seconds = begin.elapsed().as_secs_f64();
    }
    table.add("closing a quarter of the county", "under 10 s", seconds, 10.0, "s");
    let of = format!("organisation={county}&quarter={quarter}");
    let running = format!("organisation={county}&quarter={}", Quarter::containing(clock::today()));
    let changes = format!("organisation={county}&from={}&to={quarter}", quarter.previous());
    for (what, path, limit) in [
        ("closed report of the county", format!("reports/quarterly?{of}"), 0.2),
        ("live report of the county, the quarter before closed", format!("reports/quarterly?{running}"), 1.0),
        ("closed report of the county as PDF", format!("reports/quarterly.pdf?{of}"), 5.0),
        ("why the members changed", format!("figures/members.total/changes?{changes}"), 1.0),
        ("why their mean age changed", format!("figures/members.average_age/changes?{changes}"), 1.0),
        ("quality of the county", format!("quality?organisation={county}"), 5.0),
    ] {
        let mut client = Client::connect(&server.address, &server.token)?;
        let path = format!("/api/v1/{path}");
        let begin = Instant::now();
        client.get(&path)?;
        println!("{what}, for the first time: {:.3} s", begin.elapsed().as_secs_f64());
        let mut times = Vec::with_capacity(READINGS);
        for _ in 0..READINGS {
            let begin = Instant::now();
            client.get(&path)?;
            times.push(begin.elapsed().as_secs_f64());
        }
        table.add(what, &format!("under {limit} s"), median(&mut times), limit, "s");
    }
    measure_closed_picture(stage, server, quarter, table)
}
