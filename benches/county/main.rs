//! Measures cadre against PostgreSQL alone, on a sample county and through the program's own doors: `make bench`.
//!
//! Every figure is a ratio to a limit or to PostgreSQL's own rate in the same run, since machines differ. Options:
//! `cargo bench --bench county -- --members 1000000 --seconds 4`; only 60,000 have ratings and are imported as well.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::as_conversions,
    missing_docs,
    reason = "a measurement may stop at the first surprise"
)]

mod http;
mod intake;
mod lookup;
mod reports;
mod searches;
mod slates;
mod stage;
mod table;

use stage::Stage;
use table::Table;

/// What to measure with.
pub struct Options {
    /// Members on record.
    pub members: u32,
    /// Seconds per measured round.
    pub seconds: u64,
}

fn options() -> anyhow::Result<Options> {
    let mut options = Options { members: stage::SAMPLE, seconds: 4 };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        match word.as_str() {
            "--members" => options.members = words.next().unwrap_or_default().parse()?,
            "--seconds" => options.seconds = words.next().unwrap_or_default().parse()?,
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
    if options.members == stage::SAMPLE {
        intake::measure(&stage, &mut table).await?;
    }
    let server = stage.serve().await?;
    table.add("server idle, resident", "at most 60 MB", server.resident_megabytes()?, 60.0, "MB");
    lookup::measure(&stage, &server, &options, &mut table).await?;
    searches::measure(&stage, &server, &options, &mut table).await?;
    reports::measure(&stage, &server, &mut table).await?;
    reports::measure_picture(&stage, &server, &mut table).await?;
    slates::measure(&stage, &server, &mut table).await?;
    server.stop().await?;
    stage.strike()?;
    table.print();
    Ok(())
}
