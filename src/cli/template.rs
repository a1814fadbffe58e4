//! `cadre template`: the empty workbook of a kind.

use std::fs::File;
use std::io::BufWriter;
use std::path::PathBuf;

use crate::across::imports::template;
use crate::base::clock;
use crate::base::db;
use crate::cli::import::kind;
use crate::cli::installation::Installation;
use crate::cli::{Failure, output};
use crate::records::words::{self, WordBook};

/// Which workbook, and where to.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// What its rows are about: organisations, members, committees, elections, reserve-cadres, training-classes, training-attendance, ratings, assessments
    kind: String,
    /// Code of an organisation: the drop-down lists also have the words that its county added
    #[arg(long, value_name = "CODE")]
    organisation: Option<String>,
    /// The workbook to write
    #[arg(short, long, value_name = "FILE.xlsx")]
    output: PathBuf,
}

/// Writes the workbook.
pub async fn run(options: &Options, json: bool) -> Result<(), Failure> {
    let kind = kind(&options.kind)?;
    let failed = |error: &dyn std::fmt::Display| {
        Failure::Failed(format!("{} 没有写成：{error}。请检查目录和权限。", options.output.display()))
    };
    let words = match &options.organisation {
        Some(code) => words(code).await?,
        None => WordBook::default(),
    };
    let file = File::create(&options.output).map_err(|error| failed(&error))?;
    template::write(kind, &words, clock::now(), BufWriter::new(file)).map_err(|error| failed(&error))?;
    let path = options.output.display().to_string();
    let sentence = format!("已写出“{}”空白表：{path}", kind.name());
    output::print(json, &serde_json::json!({ "kind": kind.code(), "file": path }), &sentence);
    Ok(())
}

/// The words of the county of an organisation.
async fn words(code: &str) -> Result<WordBook, Failure> {
    let installation = Installation::open().await?;
    let (_, actor) = installation.organisation(code).await?;
    let mut conn = installation.database.web().await?;
    let scope = &actor.scope;
    Ok(db::read(&mut conn, scope, async |conn| Ok(words::book(conn, scope.county).await?)).await?)
}
