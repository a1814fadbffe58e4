//! Runs a command beside the tests' PostgreSQL and stops it when the command has ended:
//! `cargo run --example with_database -- cargo nextest run members`.
//!
//! Tests start the server by themselves as well; with this around them it starts once for all of them.

use std::process::ExitCode;

use anyhow::Context;
use cadre::base::interrupt::{Interrupt, Interrupts};
use rustix::process::{Pid, Signal, kill_process};
use tokio::process::{Child, Command};

#[path = "../tests/it/support/server.rs"]
mod server;

#[tokio::main]
async fn main() -> anyhow::Result<ExitCode> {
    let mut interrupts = Interrupts::listen()?;
    let mut words = std::env::args_os().skip(1);
    let program = words.next().context("which command? e.g. with_database cargo nextest run")?;
    let server = server::Server::join().await?;
    let mut child = Command::new(&program)
        .args(words)
        .env(server::OWNER_VARIABLE, &server.addresses.owner)
        .env(server::WEB_VARIABLE, &server.addresses.web)
        .env(server::REPORT_VARIABLE, &server.addresses.report)
        .env(server::SUPERUSER_VARIABLE, &server.superuser)
        .spawn()
        .with_context(|| format!("{} does not start", program.display()))?;
    loop {
        tokio::select! {
            status = child.wait() => return Ok(code(status?.code())),
            interrupt = interrupts.next() => pass_on(&child, interrupt)?,
        }
    }
}

/// A terminal sends Ctrl-C and its own closing to the child as well; other signals come to us alone.
fn pass_on(child: &Child, interrupt: Interrupt) -> anyhow::Result<()> {
    let pid = child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
    match (interrupt, pid) {
        (Interrupt::Terminate, Some(pid)) => Ok(kill_process(pid, Signal::TERM)?),
        _ => Ok(()),
    }
}

/// The child's own status; 1 when a signal ended it.
fn code(status: Option<i32>) -> ExitCode {
    status.and_then(|status| u8::try_from(status).ok()).map_or(ExitCode::FAILURE, ExitCode::from)
}
