//! A second process that uses a cluster, for tests that kill one: this test binary, started again.

use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use cadre::base::cluster::PrivateCluster;

use super::quick;

/// Names the data folder to the second process.
const FOLDER: &str = "CADRE_TEST_HOLD";

/// A process that uses a cluster until it is told to leave, or killed.
pub(super) struct Holder {
    process: Child,
    /// Kept open: the second process's test runner writes its summary there.
    _output: BufReader<ChildStdout>,
    /// What it said about its attempt: `held`, or the refusal.
    pub(super) said: String,
}

impl Holder {
    /// Starts the process and waits until it has the cluster, or has failed.
    pub(super) fn start(data: &Path) -> Self {
        Self::run(Command::new(std::env::current_exe().unwrap()), data)
    }

    /// The same under another account, from a copy of this binary that everybody may run.
    pub(super) fn start_as(uid: u32, gid: u32, place: &Path, data: &Path) -> Self {
        let copy = place.join("it");
        // By another process: a test that starts one of its own meanwhile would hold this file open for writing.
        let copied = Command::new("cp").arg(std::env::current_exe().unwrap()).arg(&copy).status().unwrap();
        assert!(copied.success());
        let mut command = Command::new(copy);
        command.uid(uid).gid(gid).current_dir("/");
        Self::run(command, data)
    }

    fn run(mut command: Command, data: &Path) -> Self {
        let mut process = command
            .args(["--exact", "cluster::holder::a_second_process_holds_a_cluster", "--nocapture"])
            .env(FOLDER, data)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut output = BufReader::new(process.stdout.take().unwrap());
        let mut lines = output.by_ref().lines().map(Result::unwrap);
        let said = lines.find_map(|line| line.strip_prefix("said: ").map(str::to_owned)).unwrap();
        Self { process, _output: output, said }
    }

    pub(super) fn kill(mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    /// Asks it to release the cluster and waits for its end.
    pub(super) fn leave(mut self) {
        drop(self.process.stdin.take());
        assert!(self.process.wait().unwrap().success());
    }
}

/// Without the variable this is an ordinary, if short, test of a refusal; with it, the body of the second process.
#[test]
fn a_second_process_holds_a_cluster() {
    let Some(data) = std::env::var_os(FOLDER) else {
        let refusal = PrivateCluster::acquire(Path::new("/dev/null/data"), &quick()).unwrap_err();
        assert!(refusal.to_string().contains("不是文件夹"), "{refusal}");
        return;
    };
    let held = PrivateCluster::acquire(Path::new(&data), &quick());
    let said = held.as_ref().map_or_else(ToString::to_string, |_| "held".to_owned());
    // Not `println!`, which a test runner may keep to itself.
    writeln!(std::io::stdout(), "\nsaid: {said}").unwrap();
    std::io::stdout().flush().unwrap();
    // Ends with the process that started it, however that ends.
    std::io::stdin().read_to_end(&mut Vec::new()).unwrap();
    if let Ok(cluster) = held {
        cluster.release().unwrap();
    }
}
