//! `cadre export`: writes a list to a file, as it can be imported again.

use std::io::BufWriter;
use std::path::{Path, PathBuf};

use chrono::NaiveDate;

use crate::across::exports::{self, Format, Request};
use crate::across::imports::context::Engine;
use crate::across::papers::Press;
use crate::base::values::parse_date;
use crate::cli::import::kind;
use crate::cli::installation::Installation;
use crate::cli::{Failure, output};
use crate::records::members::listing::{Filter, Sort};

/// What to write, and where to.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// What the rows are about: organisations, members, committees, elections, reserve-cadres, training-classes, training-attendance, ratings, assessments
    kind: String,
    /// Code of the organisation, with everything below it
    #[arg(long, value_name = "CODE")]
    organisation: String,
    /// The file to write, .xlsx or .csv; of members also .pdf, a register to print
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    /// As of this day, as 2026-03-31; as now when not given
    #[arg(long, value_name = "DATE")]
    as_of: Option<String>,
    /// Identifiers in clear
    #[arg(long, requires = "reason")]
    unmasked: bool,
    /// Why the list is needed; kept in the trail
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
}

/// Writes the file whole or not at all.
pub async fn run(options: &Options, json: bool) -> Result<(), Failure> {
    let kind = kind(&options.kind)?;
    let format = format(&options.output)?;
    let as_of = options.as_of.as_deref().map(day).transpose()?;
    let failed = |error: &dyn std::fmt::Display| {
        Failure::Failed(format!("{} 没有写成：{error}。请检查目录和权限。", options.output.display()))
    };
    let installation = Installation::open().await?;
    let (organisation, actor) = installation.organisation(&options.organisation).await?;
    let engine = Engine { database: installation.database.clone(), keys: installation.keys.clone() };
    let fonts = match format {
        Format::Pdf => Some(Press::new(installation.config.fonts.clone()).fonts()?),
        _ => None,
    };
    let request = Request {
        kind,
        organisation,
        format,
        as_of,
        unmasked: options.reason.clone().filter(|_| options.unmasked),
        reason: options.reason.clone(),
        members: (Filter::default(), Sort::default()),
        asked: serde_json::json!({}),
        fonts,
    };
    let folder = options.output.parent().filter(|folder| !folder.as_os_str().is_empty());
    let file =
        tempfile::NamedTempFile::new_in(folder.unwrap_or(Path::new("."))).map_err(|error| failed(&error))?;
    let out = BufWriter::new(file.reopen().map_err(|error| failed(&error))?);
    let receipt = {
        let _mark = output::Mark::of("正在导出");
        exports::export(&engine, &actor, &request, out).await?
    };
    file.persist(&options.output).map_err(|error| failed(&error))?;
    let path = options.output.display().to_string();
    let sentence = format!("已导出“{}”{}行：{path}", kind.name(), receipt.rows);
    let told = serde_json::json!({
        "kind": kind.code(), "file": path, "rows": receipt.rows, "sha256": receipt.sha256, "as_of": as_of,
        "masked": !options.unmasked,
    });
    output::print(json, &told, &sentence);
    Ok(())
}

fn format(path: &Path) -> Result<Format, Failure> {
    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    Format::parse(extension).map_err(Failure::Usage)
}

fn day(text: &str) -> Result<NaiveDate, Failure> {
    parse_date(text).map_err(|error| Failure::Usage(error.to_string()))
}
