//! `cadre acceptance`: published figures beside computed ones.

use std::path::PathBuf;

use crate::across::reports::acceptance::{self, Accepted, PUBLISHED};
use crate::base::error::Error;
use crate::cli::installation::Installation;
use crate::cli::{Failure, output};

/// Which figures.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// One county: its name in the list (wushan) or its code
    #[arg(long)]
    county: Option<String>,
    /// Every figure, not only those of the core areas
    #[arg(long)]
    all: bool,
    /// Another list of published figures
    #[arg(long)]
    csv: Option<PathBuf>,
}

/// Compares them.
pub async fn run(options: &Options, json: bool) -> Result<(), Failure> {
    let list = match &options.csv {
        None => PUBLISHED.to_owned(),
        Some(file) => std::fs::read_to_string(file)
            .map_err(|error| Failure::Usage(format!("无法读取 {}：{error}。", file.display())))?,
    };
    let mut wanted = acceptance::published(&list)?;
    wanted.retain(|figure| options.all || figure.core == 1);
    if let Some(county) = &options.county {
        wanted.retain(|figure| figure.county == *county || figure.organisation.starts_with(county));
        if wanted.is_empty() {
            return Err(Failure::Usage(format!("指标清单中没有“{county}”，请核对县名或代码。")));
        }
    }
    let installation = Installation::open().await?;
    let mut conn = installation.database.report().await?;
    if options.county.is_none() {
        wanted = acceptance::of_counties_on_record(&mut conn, wanted).await?;
    }
    let accepted = {
        let _mark = output::Mark::of("正在计算指标");
        acceptance::accept(&mut conn, &wanted).await
    };
    let figures = match accepted {
        Err(Error::Missing { what }) => {
            let message = format!("没有{what}；请先装入样例，例如 cadre demo --county wushan --no-serve。");
            return Err(Failure::Failed(message));
        }
        other => other?,
    };
    let lines: Vec<String> = figures.iter().map(line).collect();
    output::print(json, &serde_json::json!({ "figures": figures }), &lines.join("\n"));
    let differs = figures.iter().any(|figure| figure.matches == Some(false));
    if differs { Err(Failure::Differs) } else { Ok(()) }
}

fn line(figure: &Accepted) -> String {
    let computed = figure.computed.map_or_else(|| "—".to_owned(), |computed| computed.to_string());
    let verdict = match figure.matches {
        Some(true) => "相符",
        Some(false) => "不符",
        None => "尚未建成",
    };
    format!("{}\t{}\t公布 {}\t计算 {computed}\t{verdict}", figure.id, figure.figure, figure.expected)
}
