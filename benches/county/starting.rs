//! A second start of `cadre demo`: its database lies still, and what the first start left is taken over.

use std::path::Path;
use std::process::Stdio;
use std::time::Instant;

use anyhow::Context;
use rustix::process::{Pid, Signal, kill_process};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Command;

use crate::stage::PROGRAM;
use crate::table::{Table, median};

/// How often it is started.
const STARTS: usize = 5;

/// Starts it over a data folder whose database nobody runs any more, until it says that it is ready.
pub async fn measure(data: &Path, county: &str, table: &mut Table) -> anyhow::Result<()> {
    // What the first start writes when it is done loading.
    let account = serde_json::json!([{ "username": "clerk1", "password": "-", "otp_secret": null, "role": "clerk",
        "organisation": county, "organisation_name": county }]);
    std::fs::write(data.join("demo-accounts.json"), account.to_string())?;
    let mut spent = Vec::with_capacity(STARTS);
    for _ in 0..STARTS {
        spent.push(start(data).await?);
    }
    table.add(
        "second start of cadre demo, 60,000 members, median",
        "at most 3 s",
        median(&mut spent),
        3.0,
        "s",
    );
    Ok(())
}

/// Seconds from the start to `ready`; stops it again, and its database with it.
async fn start(data: &Path) -> anyhow::Result<f64> {
    let port = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
    let began = Instant::now();
    let mut child = Command::new(PROGRAM)
        .args(["demo", "--listen", &format!("127.0.0.1:{port}")])
        .env("CADRE_DATA", data)
        .env_remove("DATABASE_URL")
        .stdout(Stdio::piped())
        .spawn()?;
    let mut lines = BufReader::new(child.stdout.take().context("no output")?).lines();
    let mut ready = None;
    while let Some(line) = lines.next_line().await? {
        anyhow::ensure!(!line.starts_with("正在装入"), "the county was loaded again");
        if line.starts_with("ready ") {
            ready = Some(began.elapsed().as_secs_f64());
            break;
        }
    }
    let pid = child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
    kill_process(pid.context("it ended before it was ready")?, Signal::TERM)?;
    anyhow::ensure!(child.wait().await?.success(), "it did not end in order");
    ready.context("it never said that it is ready")
}
