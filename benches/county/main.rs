//! Measures cadre against PostgreSQL alone, on a sample county and through the program's own doors: `make bench`.
//!
//! Every figure is a ratio to a limit or to PostgreSQL's own rate in the same run, since machines differ; a limit that is
//! missed makes the run end with a failing status, after everything was measured and printed. Options:
//! `cargo bench --bench county -- --members 1000000 --seconds 4 --only lookup`; only 60,000 have ratings and are
//! imported as well. Parts: import, sign-in, lookup, searches, reports, closed, slates, ratings, fairness, training,
//! trail, province, start.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::as_conversions,
    missing_docs,
    reason = "a measurement may stop at the first surprise"
)]

mod closed;
mod fairness;
mod http;
mod intake;
mod lookup;
mod province;
mod ratings;
mod reports;
mod searches;
mod signing_in;
mod slates;
mod stage;
mod starting;
mod table;
mod trail;
mod training;

use stage::Stage;
use table::Table;

/// What to measure with.
pub struct Options {
    /// Members on record.
    pub members: u32,
    /// Seconds per measured round.
    pub seconds: u64,
    /// The parts to measure; all when empty.
    pub only: Vec<String>,
    /// Whether the county stays on the disk, for a look at what a statement costs.
    pub keep: bool,
}

impl Options {
    fn has(&self, part: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|only| only == part)
    }
}

fn options() -> anyhow::Result<Options> {
    let mut options = Options { members: stage::SAMPLE, seconds: 4, only: Vec::new(), keep: false };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        match word.as_str() {
            "--members" => options.members = words.next().unwrap_or_default().parse()?,
            "--seconds" => options.seconds = words.next().unwrap_or_default().parse()?,
            "--only" => {
                options.only = words.next().unwrap_or_default().split(',').map(str::to_owned).collect()
            }
            "--keep" => options.keep = true,
            "--bench" => {}
            other => anyhow::bail!("no such option: {other}"),
        }
    }
    Ok(options)
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let options = options()?;
    let mut table = Table::default();
    let stage = Stage::set(&options).await?;
    if options.members == stage::SAMPLE && options.has("import") {
        intake::measure(&stage, &mut table).await?;
    }
    let server = stage.serve().await?;
    table.add("server idle, resident", "at most 60 MB", server.resident_megabytes()?, 60.0, "MB");
    if options.has("sign-in") {
        signing_in::measure(&stage, &mut table).await?;
    }
    if options.has("lookup") {
        lookup::measure(&stage, &server, &options, &mut table).await?;
    }
    if options.has("searches") {
        searches::measure(&stage, &server, &options, &mut table)?;
    }
    if options.has("reports") {
        reports::measure(&stage, &server, &mut table).await?;
        reports::measure_picture(&stage, &server, &mut table).await?;
    }
    if options.has("closed") {
        closed::measure(&stage, &server, &mut table).await?;
    }
    if options.has("slates") {
        slates::measure(&stage, &server, &mut table).await?;
    }
    if options.members == stage::SAMPLE && options.has("ratings") {
        ratings::measure(&stage, &mut table).await?;
    }
    if options.members == stage::SAMPLE && options.has("fairness") {
        fairness::measure(&stage, &server, &mut table).await?;
    }
    if options.has("training") {
        training::measure(&stage, &mut table).await?;
    }
    if options.has("trail") {
        trail::measure(&stage, &server, &options, &mut table).await?;
    }
    if options.has("province") {
        province::measure(&stage, &server, &mut table).await?;
    }
    server.stop().await?;
    if options.has("start") {
        let county = stage.county.code.clone();
        let data = stage.release()?;
        let measured = starting::measure(&data, &county, &mut table).await;
        std::fs::remove_dir_all(data)?;
        measured?;
    } else if options.keep {
        println!("the county stays in {}", stage.release()?.display());
    } else {
        stage.strike()?;
    }
    table.print();
    table.judge()
}
