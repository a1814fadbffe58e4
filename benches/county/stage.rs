//! The stage: a durable private cluster with a sample county, and the program that serves it.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Instant;

use anyhow::Context;
use cadre::across::sample::{self, Loaded, Pack, SampleCounty};
use cadre::base::cluster::{self, PrivateCluster};
use cadre::base::db::roles::{Addresses, prepare_private};
use cadre::base::db::{self, Database, migrate};
use cadre::base::keys::KeyRing;
use diesel_async::{AsyncConnection, AsyncPgConnection};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

use crate::Options;

/// Members of the sample county, as many as a large county has.
pub const SAMPLE: u32 = 60_000;
/// The program under measurement.
pub const PROGRAM: &str = env!("CARGO_BIN_EXE_cadre");

/// A cluster with a county in it.
pub struct Stage {
    /// Where each role connects.
    pub addresses: Addresses,
    /// What was generated.
    pub county: SampleCounty,
    /// Where it stands.
    pub loaded: Loaded,
    /// Files of the run.
    pub scratch: tempfile::TempDir,
    data: PathBuf,
    cluster: PrivateCluster,
}

impl Stage {
    /// Makes the cluster and enters the county.
    pub async fn set(options: &Options) -> anyhow::Result<Self> {
        let data = std::env::temp_dir().join(format!("cadre-bench-{}", std::process::id()));
        let folder = data.clone();
        let cluster = tokio::task::spawn_blocking(move || {
            PrivateCluster::acquire(&folder, &cluster::Options::default())
        })
        .await??;
        let addresses = prepare_private(&cluster).await?;
        migrate::migrate(&addresses.owner).await?;
        let keys = KeyRing::open(&data.join("keys/ring.json"))?;
        let database = Database::new(&addresses.web, &addresses.report)?;
        let mut pack = Pack::load("wushan")?;
        pack.county.members = options.members;
        pack.county.history.members = options.members;
        let begin = Instant::now();
        let county = sample::generate(&pack, 1, cadre::base::clock::today())?;
        let mut owner = AsyncPgConnection::establish(&addresses.owner).await?;
        let mut conn = database.web().await?;
        let loaded =
            sample::load(&mut owner, &mut conn, &keys, &county, |progress| println!("{progress:?}")).await?;
        sample::load_committees(&mut owner, &mut conn, &keys, &county, &loaded).await?;
        db::tidy(&mut owner).await?;
        if options.members <= SAMPLE {
            sample::load_ratings(&mut conn, &county, &loaded).await?;
            sample::load_awards(&mut conn, &county, &loaded).await?;
            sample::load_reserves(&mut conn, &keys, &county, &loaded).await?;
            sample::load_training(&mut owner, &mut conn, &county, &loaded).await?;
            sample::load_assessments(&mut conn, &keys, &county, &loaded).await?;
            db::tidy(&mut owner).await?;
        }
        println!("{} members entered in {:.0} s", county.members.len(), begin.elapsed().as_secs_f64());
        Ok(Self { addresses, county, loaded, scratch: tempfile::tempdir()?, data, cluster })
    }

    /// Ids of members, spread over the county.
    pub fn some_members(&self, count: usize) -> Vec<String> {
        let step = self.loaded.members.len() / count;
        self.loaded.members.iter().step_by(step).take(count).map(|id| id.0.to_string()).collect()
    }

    /// The file with the keys of personal data.
    pub fn keys(&self) -> PathBuf {
        self.data.join("keys/ring.json")
    }

    /// Where the superuser connects.
    pub fn superuser(&self) -> String {
        self.cluster.superuser_address("cadre")
    }

    /// A program of the PostgreSQL that runs here.
    pub fn program(&self, name: &str) -> PathBuf {
        let major = self.cluster.version().split('.').next().unwrap_or_default().to_owned();
        let packaged = Path::new("/usr/lib/postgresql").join(major).join("bin").join(name);
        if packaged.exists() { packaged } else { PathBuf::from(name) }
    }

    /// A command of cadre over this stage.
    pub fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(PROGRAM);
        command.args(words).env("CADRE_DATA", &self.data).env_remove("DATABASE_URL");
        command
    }

    /// Runs a command of cadre to its end.
    pub async fn run(&self, words: &[&str]) -> anyhow::Result<String> {
        let output = self.command(words).output().await?;
        let text = String::from_utf8(output.stdout)?;
        anyhow::ensure!(
            output.status.success(),
            "{words:?}: {text}{}",
            String::from_utf8_lossy(&output.stderr)
        );
        Ok(text)
    }

    /// A token for a supervisor of a county, with an account opened for it.
    pub async fn token(&self, username: &str, county: &str) -> anyhow::Result<String> {
        let words =
            ["account", "add", "--username", username, "--role", "supervisor", "--organisation", county];
        self.run(&words).await?;
        let words = ["account", "token", username, "--name", "bench", "--days", "1", "--json"];
        let issued: serde_json::Value = serde_json::from_str(&self.run(&words).await?)?;
        Ok(issued["token"].as_str().context("no token was issued")?.to_owned())
    }

    /// Starts the server, and a token for a supervisor of the county.
    pub async fn serve(&self) -> anyhow::Result<Server> {
        let token = self.token("bench", &self.county.code).await?;
        let port = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let address = format!("127.0.0.1:{port}");
        let mut child = self.command(&["serve", "--listen", &address]).stdout(Stdio::piped()).spawn()?;
        let mut lines = BufReader::new(child.stdout.take().context("no output")?).lines();
        while let Some(line) = lines.next_line().await? {
            if line.starts_with("ready ") {
                return Ok(Server { address, token, child });
            }
        }
        anyhow::bail!("the server ended before it was ready")
    }

    /// Ends the cluster and removes it.
    pub fn strike(self) -> anyhow::Result<()> {
        Ok(std::fs::remove_dir_all(self.release()?)?)
    }

    /// Ends the cluster; answers the folder that it leaves.
    pub fn release(self) -> anyhow::Result<PathBuf> {
        self.cluster.release()?;
        Ok(self.data)
    }
}

/// The running server.
pub struct Server {
    /// Where it listens.
    pub address: String,
    /// A supervisor's token.
    pub token: String,
    child: Child,
}

impl Server {
    /// The memory that it holds.
    pub fn resident_megabytes(&self) -> anyhow::Result<f64> {
        memory(self.child.id().context("the server has ended")?, "VmRSS:")
    }

    /// Stops it.
    pub async fn stop(mut self) -> anyhow::Result<()> {
        let pid =
            self.child.id().and_then(|id| i32::try_from(id).ok()).and_then(rustix::process::Pid::from_raw);
        rustix::process::kill_process(pid.context("the server has ended")?, rustix::process::Signal::TERM)?;
        self.child.wait().await?;
        Ok(())
    }
}

/// A line of `/proc/PID/status`, in megabytes.
pub fn memory(pid: u32, field: &str) -> anyhow::Result<f64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix(field)).context("no such field")?;
    let kilobytes: f64 = line.trim().trim_end_matches(" kB").parse()?;
    Ok(kilobytes / 1024.0)
}
