//! One member by id through the API, against `pgbench` with the bare SELECT.

use std::time::{Duration, Instant};

use tokio::process::Command;

use crate::Options;
use crate::http::Client;
use crate::stage::{Server, Stage};
use crate::table::{Table, median};

const CONNECTIONS: usize = 16;
const ROUNDS: usize = 3;
/// pgbench takes its texts from files, one per member looked up.
const MEMBERS: usize = 64;

/// Measures in turns, so that both suffer from the same noise.
pub async fn measure(
    stage: &Stage,
    server: &Server,
    options: &Options,
    table: &mut Table,
) -> anyhow::Result<()> {
    let ids: Vec<String> = stage.some_members(MEMBERS);
    let scripts = scripts(stage, &ids)?;
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        ours.push(rate(server, &ids, options.seconds)?);
        theirs.push(pgbench(stage, &scripts, options.seconds).await?);
    }
    let (ours, theirs) = (median(&mut ours), median(&mut theirs));
    println!("lookups per second: {ours:.0} through the API, {theirs:.0} by pgbench");
    table.at_least(
        "member lookup through the API at 16 connections",
        "25 % of pgbench's rate",
        ours * 100.0 / theirs,
        25.0,
        "%",
    );
    Ok(())
}

/// Each connection has a thread that mostly waits.
fn rate(server: &Server, ids: &[String], seconds: u64) -> anyhow::Result<f64> {
    let paths: Vec<String> = ids.iter().map(|id| format!("/api/v1/members/{id}")).collect();
    let begin = Instant::now();
    let end = begin + Duration::from_secs(seconds);
    let done = std::thread::scope(|threads| {
        let workers: Vec<_> = (0..CONNECTIONS)
            .map(|worker| {
                let paths = &paths;
                threads.spawn(move || {
                    let mut client = Client::connect(&server.address, &server.token)?;
                    let mut done = 0_usize;
                    while Instant::now() < end {
                        client.get(&paths[(done + worker) % paths.len()])?;
                        done += 1;
                    }
                    anyhow::Ok(done)
                })
            })
            .collect();
        workers.into_iter().map(|worker| worker.join().expect("a worker ends")).sum::<anyhow::Result<usize>>()
    })?;
    Ok(done as f64 / begin.elapsed().as_secs_f64())
}

fn scripts(stage: &Stage, ids: &[String]) -> anyhow::Result<Vec<String>> {
    let folder = stage.scratch.path();
    let mut files = Vec::new();
    for (number, id) in ids.iter().enumerate() {
        let file = folder.join(format!("lookup-{number}.sql"));
        let text = format!(
            "SELECT m.*, p.*, o.code, o.name FROM memberships m \
             JOIN people p ON p.county_id = m.county_id AND p.id = m.person_id \
             JOIN organisations o ON o.county_id = m.county_id AND o.id = m.branch_id \
             WHERE m.county_id = '{}' AND m.id = '{id}';\n",
            stage.loaded.scope.county
        );
        std::fs::write(&file, text)?;
        files.push(file.display().to_string());
    }
    Ok(files)
}

async fn pgbench(stage: &Stage, scripts: &[String], seconds: u64) -> anyhow::Result<f64> {
    let connections = CONNECTIONS.to_string();
    let seconds = seconds.to_string();
    let mut command = Command::new(stage.program("pgbench"));
    command.args([
        "--no-vacuum",
        "--protocol=prepared",
        "--client",
        &connections,
        "--jobs=2",
        "--time",
        &seconds,
    ]);
    for script in scripts {
        command.args(["--file", script]);
    }
    let path = &stage.loaded.scope.path;
    command.env(
        "PGOPTIONS",
        format!(
            "-c cadre.county={} -c cadre.path_from={} -c cadre.path_to={}",
            stage.loaded.scope.county,
            path.as_str(),
            path.end()
        ),
    );
    let output = command.arg(&stage.addresses.web).output().await?;
    let text = String::from_utf8_lossy(&output.stdout);
    anyhow::ensure!(output.status.success(), "pgbench: {}", String::from_utf8_lossy(&output.stderr));
    let rate = text
        .lines()
        .find_map(|line| line.strip_prefix("tps = "))
        .and_then(|rest| rest.split(' ').next())
        .ok_or_else(|| anyhow::anyhow!("pgbench told no rate: {text}"))?;
    Ok(rate.parse()?)
}
