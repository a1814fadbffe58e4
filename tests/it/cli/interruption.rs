//! However `cadre` ends, it leaves nothing running; killed, it leaves what the next start takes over.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

/// A data folder, and the program on it.
pub(super) struct Installation {
    folder: TempDir,
}

impl Installation {
    pub(super) fn new() -> Self {
        let folder = tempfile::Builder::new().prefix("cadre-").tempdir().unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
        Self { folder }
    }

    pub(super) fn cadre(&self, words: &[&str]) -> Command {
        let mut command = self.command(env!("CARGO_BIN_EXE_cadre"));
        command.args(words);
        command
    }

    /// A program about the data of this one.
    pub(super) fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        for variable in ["DATABASE_URL", "CADRE_WEB_DATABASE_URL", "REPORT_DATABASE_URL", "CADRE_LISTEN"] {
            command.env_remove(variable);
        }
        command.env("CADRE_DATA", self.data());
        command
    }

    /// The data folder of the program.
    pub(super) fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// The process id of the private PostgreSQL.
    pub(super) fn server(&self) -> Option<i32> {
        let file = self.data().join("postgres/postmaster.pid");
        fs::read_to_string(file).ok()?.lines().next()?.parse().ok()
    }

    /// A server that answers.
    pub(super) fn serving(&self, address: &str) -> Child {
        let mut child = self.cadre(&["serve", "--listen", address]).stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.as_mut().unwrap()).lines();
        let ready = format!("ready http://{address}");
        assert!(lines.any(|line| line.unwrap() == ready), "it never said `{ready}`");
        child
    }
}

/// An address that nobody listens on just now.
pub fn free_address() -> String {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string()
}

pub fn send(child: &Child, signal: Signal) {
    kill_process(Pid::from_child(child), signal).unwrap();
}

#[test]
fn a_server_ends_in_order_and_takes_its_database_along() {
    let installation = Installation::new();
    for signal in [Signal::INT, Signal::TERM, Signal::HUP] {
        let mut child = installation.serving(&free_address());
        assert!(installation.server().is_some());
        send(&child, signal);
        assert!(child.wait().unwrap().success());
        assert_eq!(installation.server(), None);
    }
}

#[test]
fn an_interrupt_during_the_first_start_leaves_nothing_running() {
    let installation = Installation::new();
    let mut child = installation.cadre(&["migrate"]).spawn().unwrap();
    while installation.server().is_none() {
        assert!(child.try_wait().unwrap().is_none(), "it ended before its database started");
    }
    send(&child, Signal::INT);
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert_eq!(installation.server(), None);
}

#[test]
fn a_command_beside_a_server_shares_its_database() {
    let installation = Installation::new();
    let mut child = installation.serving(&free_address());
    let pid = installation.server();
    assert!(installation.cadre(&["migrate"]).status().unwrap().success());
    assert_eq!(installation.server(), pid);
    send(&child, Signal::INT);
    assert!(child.wait().unwrap().success());
    assert_eq!(installation.server(), None);
}

#[test]
fn a_killed_server_leaves_a_database_that_the_next_command_takes_over_and_stops() {
    let installation = Installation::new();
    let mut child = installation.serving(&free_address());
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(installation.server().is_some());
    assert!(installation.cadre(&["migrate"]).status().unwrap().success());
    assert_eq!(installation.server(), None);
}

#[test]
fn a_taken_port_is_named_and_nothing_stays_behind() {
    let installation = Installation::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let mut child = installation
        .cadre(&["serve", "--listen", &address])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = String::new();
    child.stderr.as_mut().unwrap().read_to_string(&mut said).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(1));
    assert!(said.contains(&address) && said.contains("--listen"), "{said}");
    assert_eq!(installation.server(), None);
}
