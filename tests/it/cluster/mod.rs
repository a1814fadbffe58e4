//! The private PostgreSQL, with real servers and real processes.

mod access;
mod damage;
mod holder;
mod roles;
mod sharing;

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use cadre::base::cluster::{Options, PrivateCluster};
use tempfile::TempDir;

/// A place for a data folder that the server's account can enter.
struct Place {
    folder: TempDir,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::Builder::new().prefix("cadre-").tempdir().unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
        Self { folder }
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// PostgreSQL's own folder.
    fn cluster(&self) -> PathBuf {
        self.data().join("postgres")
    }

    fn acquire(&self) -> PrivateCluster {
        PrivateCluster::acquire(&self.data(), &quick()).unwrap()
    }

    /// What `acquire` says when it must fail.
    fn refusal(&self) -> String {
        PrivateCluster::acquire(&self.data(), &quick()).unwrap_err().to_string()
    }

    /// The server's process id, as it wrote it down.
    fn pid(&self) -> Option<i32> {
        let text = fs::read_to_string(self.cluster().join("postmaster.pid")).ok()?;
        text.lines().next()?.parse().ok()
    }
}

/// Tests give up durability for speed.
fn quick() -> Options {
    Options { durable: false, ..Options::default() }
}

/// Whether a process lives (one that ended but was not waited for does not).
fn lives(pid: i32) -> bool {
    fs::read_to_string(format!("/proc/{pid}/stat"))
        .is_ok_and(|stat| !stat.rsplit_once(')').unwrap().1.trim_start().starts_with('Z'))
}

/// Owner and group of a path.
fn owner_of(path: &Path) -> (u32, u32) {
    let metadata = fs::metadata(path).unwrap();
    (metadata.uid(), metadata.gid())
}

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

fn kill(pid: i32, signal: rustix::process::Signal) {
    rustix::process::kill_process(rustix::process::Pid::from_raw(pid).unwrap(), signal).unwrap();
}

/// Opens a folder made by the test itself to the server's account.
fn let_in(folder: &Path) {
    fs::set_permissions(folder, fs::Permissions::from_mode(0o711)).unwrap();
}
