//! `cadre report quarterly` and `cadre figures`.

use std::path::{Path, PathBuf};

use crate::across::papers::{self, Press};
use crate::across::reports::{self, KeptCounts, figures};
use crate::base::error::Error;
use crate::base::values::Quarter;
use crate::cli::installation::Installation;
use crate::cli::{Failure, output};
use crate::records::words::WordBook;

/// Which report.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// The quarterly report of an organisation
    #[command(
        after_help = "Example:\n  cadre report quarterly --organisation 500237 --quarter 2026Q1 --format xlsx -o report.xlsx"
    )]
    Quarterly(Options),
}

/// What a quarterly report is asked for.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// Code of the organisation
    #[arg(long)]
    organisation: String,
    /// The quarter, as 2026Q1
    #[arg(long)]
    quarter: Quarter,
    /// A revision; the latest (or, while the quarter is open, the records of this moment) when not given
    #[arg(long)]
    revision: Option<i32>,
    /// How the report is written
    #[arg(long, value_enum, default_value_t = Format::Json)]
    format: Format,
    /// The file to write; JSON goes to standard output when not given
    #[arg(short, long)]
    output: Option<PathBuf>,
}

/// How a report is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// As the API gives it
    Json,
    /// A workbook
    Xlsx,
    /// Pages to print
    Pdf,
}

/// Writes a report.
pub async fn run(command: &Command, json: bool) -> Result<(), Failure> {
    let Command::Quarterly(options) = command;
    if options.format != Format::Json && options.output.is_none() {
        return Err(Failure::Usage(
            "表格和 PDF 须写入文件，请用 -o 指定文件名，例如 -o 报告.xlsx 或 -o 报告.pdf。".to_owned(),
        ));
    }
    let installation = Installation::open().await?;
    let (_, actor) = installation.organisation(&options.organisation).await?;
    let mark = output::Mark::of("正在汇总报告");
    let report = reports::quarterly_at_once(
        &installation.database,
        &KeptCounts::default(),
        &actor,
        &options.organisation,
        options.quarter,
        options.revision,
    )
    .await?;
    let bytes = match options.format {
        Format::Json => serde_json::to_vec(&report).map_err(Error::broken)?,
        Format::Xlsx => reports::workbook(&report).map_err(Error::broken)?,
        Format::Pdf => {
            let fonts = Press::new(installation.config.fonts.clone()).fonts()?;
            papers::report(&report, &fonts).map_err(Error::broken)?
        }
    };
    drop(mark);
    let Some(file) = &options.output else {
        println!("{}", String::from_utf8_lossy(&bytes));
        return Ok(());
    };
    write(file, &bytes)?;
    output::print(
        json,
        &serde_json::json!({
            "file": file, "organisation": options.organisation, "quarter": options.quarter,
            "revision": report.revision, "balanced": report.balanced,
        }),
        &format!(
            "已写入{}：{}{}报告。{}",
            file.display(),
            report.organisation.name,
            report.quarter.title(),
            report.balance
        ),
    );
    Ok(())
}

fn write(file: &Path, bytes: &[u8]) -> Result<(), Failure> {
    std::fs::write(file, bytes).map_err(|error| {
        Failure::Failed(format!("无法写入 {}：{error}。请检查目录、权限和磁盘空间。", file.display()))
    })
}

/// Lists every figure that each county has, with its definition; what a county adds has figures in its own API.
pub fn figures(json: bool) {
    let all = figures::all(&WordBook::default());
    let list: Vec<_> = all
        .iter()
        .map(|figure| {
            serde_json::json!({
                "code": figure.code, "label": figure.label, "unit": figure.unit.code(),
                "definition": figure.definition,
            })
        })
        .collect();
    let lines: Vec<String> = all
        .iter()
        .map(|figure| {
            format!("{}\t{}（{}）：{}", figure.code, figure.label, figure.unit.name(), figure.definition)
        })
        .collect();
    output::print(json, &serde_json::json!({ "figures": list }), &lines.join("\n"));
}
