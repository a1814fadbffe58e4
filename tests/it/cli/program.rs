//! The program on a test's own schema: no cluster of its own to start.

use std::io::Write;
use std::process::{Command, Stdio};

use tempfile::TempDir;

use crate::support::TestDb;
use crate::support::builders::TestCounty;

/// The program, and what it works on.
pub struct Program {
    pub db: TestDb,
    pub county: TestCounty,
    pub folder: TempDir,
}

/// How a command ended.
#[derive(Debug)]
pub struct Ran {
    pub status: i32,
    pub out: String,
    pub err: String,
}

impl Ran {
    /// What it printed, as JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// Fails unless it was done.
    pub fn done(self) -> Self {
        assert_eq!(self.status, 0, "{self:?}");
        self
    }
}

/// Runs a command of the program, whatever it works on.
pub fn run(words: &[&str], variables: &[(&str, &str)], input: &str) -> Ran {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cadre"));
    command.args(words).envs(variables.iter().copied());
    for variable in ["DATABASE_URL", "CADRE_WEB_DATABASE_URL", "REPORT_DATABASE_URL", "CADRE_LISTEN"] {
        if !variables.iter().any(|(name, _)| *name == variable) {
            command.env_remove(variable);
        }
    }
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // A command that reads nothing may have ended already.
    child.stdin.take().unwrap().write_all(input.as_bytes()).ok();
    let ended = child.wait_with_output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Ran { status: ended.status.code().unwrap(), out: text(ended.stdout), err: text(ended.stderr) }
}

impl Program {
    pub async fn new() -> Self {
        let db = TestDb::new().await;
        let county = TestCounty::new(&mut db.owner().await).await;
        Self { db, county, folder: tempfile::tempdir().unwrap() }
    }

    pub fn run(&self, words: &[&str]) -> Ran {
        self.run_with(words, "")
    }

    /// Runs a command that reads `input`.
    pub fn run_with(&self, words: &[&str], input: &str) -> Ran {
        let data = self.folder.path().join("data");
        let variables = [
            ("DATABASE_URL", self.db.owner_url()),
            ("CADRE_WEB_DATABASE_URL", self.db.web_url()),
            ("REPORT_DATABASE_URL", self.db.report_url()),
            ("CADRE_DATA", data.to_str().unwrap()),
        ];
        run(words, &variables, input)
    }
}
