//! The command line: parses arguments, calls what stands below, prints. One file per command.
//!
//! Exit status (contract 2): 0 done, 1 failed, 2 wrong usage, 3 input refused, 4 integrity broken.

mod acceptance;
mod account;
mod audit;
mod check;
mod database_url;
mod demo;
mod divisions;
mod export;
mod failure;
mod import;
mod import_undo;
pub mod installation;
mod interruption;
mod keys;
mod log;
mod migrate;
mod openapi;
mod output;
mod proof;
mod quarter;
mod read_sheet;
mod report;
mod serve;
mod template;
mod witness;

use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

pub use failure::Failure;
use interruption::{Ended, Serving};

/// 基层党组织记录系统：党员、两委、后备干部、轮训、星级，一次录入，数字可信。
#[derive(Debug, Parser)]
#[command(name = "cadre", version, about, max_term_width = 100)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
    /// Print the result as JSON
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Load a sample county and serve it
    #[command(after_help = "Example:\n  cadre demo --county fuling --listen 127.0.0.1:8080")]
    Demo(demo::Options),
    /// Serve pages and the API until Ctrl-C
    #[command(after_help = "Example:\n  cadre serve --listen 127.0.0.1:8000")]
    Serve(serve::Options),
    /// Bring the database to the newest shape
    #[command(after_help = "Example:\n  cadre migrate")]
    Migrate,
    /// Print the address of the database in use
    #[command(after_help = "Example:\n  psql \"$(cadre database-url)\"")]
    DatabaseUrl(database_url::Options),
    /// Load the bundled divisions of a county
    #[command(subcommand, after_help = "Example:\n  cadre divisions load 500237")]
    Divisions(divisions::Command),
    /// Import a workbook: read, compare with the records, write what is new or changed
    #[command(after_help = "Examples:\n  \
        cadre import members 党员名册.xlsx --organisation 500237101 --dry-run\n  \
        cadre import members 党员名册.xlsx --organisation 500237101 --errors 退回.xlsx\n  \
        cadre import undo 0193f0a2-7c1e-7d52-9f0b-3f1d2c4b5a69 --reason 传错了文件")]
    Import(import::Arguments),
    /// Write a list to a workbook or csv that can be imported again
    #[command(after_help = "Examples:\n  \
        cadre export members --organisation 500237101 -o 党员名册.xlsx\n  \
        cadre export members --organisation 500237101 -o 名册.csv --as-of 2026-03-31")]
    Export(export::Options),
    /// Write the empty workbook of a kind
    #[command(after_help = "Examples:\n  \
        cadre template members -o 党员名册.xlsx\n  \
        cadre template committees --organisation 500237 -o 两委班子.xlsx")]
    Template(template::Options),
    /// Check the records for what does not fit; status 1 where anything is found
    #[command(after_help = "Example:\n  cadre check --organisation 500237")]
    Check(check::Options),
    /// Open, disable, reset and list accounts; issue bearer tokens
    #[command(
        subcommand,
        after_help = "Example:\n  cadre account add --username zhangwei --role clerk --organisation 500237101"
    )]
    Account(account::Command),
    /// Verify the audit trail, take it out, sign its checkpoints, run a witness
    #[command(subcommand, after_help = "Example:\n  cadre audit verify")]
    Audit(audit::Command),
    /// List, add, change and remove the keys that personal data is sealed with
    #[command(subcommand, after_help = "Example:\n  cadre keys rotate")]
    Keys(keys::Command),
    /// Print the OpenAPI 3.1 document of the API
    #[command(after_help = "Example:\n  cadre openapi > openapi.json")]
    Openapi,
    /// Write the report of a quarter
    #[command(
        subcommand,
        after_help = "Example:\n  cadre report quarterly --organisation 500237 --quarter 2026Q1 --format xlsx -o report.xlsx"
    )]
    Report(report::Command),
    /// List every figure code with its definition
    #[command(after_help = "Example:\n  cadre figures")]
    Figures,
    /// Close or amend quarters, or say how far they are
    #[command(subcommand, after_help = "Example:\n  cadre quarter status --organisation 500237")]
    Quarter(quarter::Command),
    /// Compare published figures with what is computed from the records
    #[command(after_help = "Example:\n  cadre acceptance --county wushan")]
    Acceptance(acceptance::Options),
    /// Read one sheet of a workbook in this confined process (used by cadre itself)
    #[command(hide = true)]
    ReadSheet(read_sheet::Options),
}

/// All commands; the help of all ends with an example of each.
fn commands() -> clap::Command {
    let commands = Arguments::command();
    let example = |command: &clap::Command| {
        let told = command.get_after_help()?.to_string();
        let line = told.lines().map(str::trim).find(|line| line.contains("cadre "))?;
        Some(format!("  {line}"))
    };
    let shown = commands.get_subcommands().filter(|command| !command.is_hide_set());
    let examples: Vec<String> = shown.filter_map(example).collect();
    commands.after_help(format!("Examples:\n{}", examples.join("\n")))
}

/// Runs the command of this process.
#[must_use]
pub fn run() -> ExitCode {
    let parsed = commands().try_get_matches().and_then(|found| Arguments::from_arg_matches(&found));
    let arguments = match parsed {
        Ok(arguments) => arguments,
        Err(error) => {
            // The exit status of help and version is 0, of wrong usage 2.
            let code = u8::try_from(error.exit_code()).unwrap_or(2);
            return if error.print().is_ok() { ExitCode::from(code) } else { ExitCode::from(1) };
        }
    };
    // Before any thread starts: the limits hold for this process alone.
    if let Command::ReadSheet(options) = arguments.command {
        return read_sheet::run(&options);
    }
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return Failure::from(anyhow::Error::from(error)).report(arguments.json),
    };
    let json = arguments.json;
    let serving = Serving::default();
    // Returned, never `exit`ed: the runtime's end waits for a start of the database that is under way, and undoes it.
    match runtime.block_on(interruption::guard(dispatch(arguments, &serving), &serving)) {
        Ok(Ended::Itself(Ok(()))) => ExitCode::SUCCESS,
        Ok(Ended::Itself(Err(failure))) => failure.report(json),
        Ok(Ended::Interrupted(interrupt)) => interrupt.exit_code(),
        Err(error) => Failure::from(anyhow::Error::from(error)).report(json),
    }
}

async fn dispatch(arguments: Arguments, serving: &Serving) -> Result<(), Failure> {
    let json = arguments.json;
    match arguments.command {
        Command::Demo(options) => demo::run(&options, serving).await,
        Command::Serve(options) => serve::run(&options, serving).await,
        Command::Migrate => migrate::run(json).await,
        Command::DatabaseUrl(options) => database_url::run(&options, json).await,
        Command::Divisions(command) => divisions::run(&command, json).await,
        Command::Import(options) => import::run(&options, json).await,
        Command::Export(options) => export::run(&options, json).await,
        Command::Template(options) => template::run(&options, json).await,
        Command::Account(command) => account::run(&command, json).await,
        Command::Check(options) => check::run(&options, json).await,
        Command::Audit(command) => audit::run(&command, json).await,
        Command::Keys(command) => keys::run(&command, json).await,
        Command::Openapi => openapi::run(),
        Command::Report(command) => report::run(&command, json).await,
        Command::Figures => {
            report::figures(json);
            Ok(())
        }
        Command::Quarter(command) => quarter::run(&command, json).await,
        Command::Acceptance(options) => acceptance::run(&options, json).await,
        Command::ReadSheet(_) => Ok(()), // ran before the runtime started
    }
}
