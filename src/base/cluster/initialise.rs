//! Makes a new cluster: in a draft folder first, so that a killed start leaves nothing half-made in its place.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::process::Output;

use super::account::Account;
use super::error::ClusterError;
use super::layout::Layout;
use super::programs::Programs;
use super::settings;

/// The superuser of a private cluster.
pub(crate) const SUPERUSER: &str = "postgres";
/// How the drafts of new clusters are called.
const DRAFT: &str = "postgres.new-";

/// Makes the cluster. Call with the start-and-stop lock held.
///
/// # Errors
/// `initdb` refused, or a file cannot be written; no draft stays behind.
pub(crate) fn initialise(
    layout: &Layout,
    account: &Account,
    programs: &Programs,
    private: &Path,
    password: &str,
    durable: bool,
) -> Result<(), ClusterError> {
    remove_old_drafts(&layout.data);
    let draft = Removed(layout.data.join(format!("{DRAFT}{}", std::process::id())));
    DirBuilder::new().mode(0o700).create(&draft.0).map_err(ClusterError::io(&draft.0))?;
    account.give(&draft.0)?;
    let file = Removed(private.join(format!("superuser-{}", std::process::id())));
    write_password(&file.0, account, password)?;

    let mut command = account.command(programs.path("initdb"));
    command
        .arg("--pgdata")
        .arg(&draft.0)
        .arg("--pwfile")
        .arg(&file.0)
        .args(["--username", SUPERUSER, "--auth-local", "scram-sha-256", "--auth-host", "reject"])
        .args(["--data-checksums", "--encoding", "UTF8", "--locale", "C.UTF-8", "--no-instructions"]);
    if !durable {
        command.arg("--no-sync");
    }
    let output = command.output().map_err(ClusterError::io(&programs.path("initdb")))?;
    if !output.status.success() {
        return Err(ClusterError::InitFailed { folder: layout.cluster.clone(), detail: last_words(&output) });
    }
    settings::include(&draft.0)?;
    fs::rename(&draft.0, &layout.cluster).map_err(ClusterError::io(&layout.cluster))
}

/// A file or folder that is gone when this value is.
struct Removed(PathBuf);

impl Drop for Removed {
    fn drop(&mut self) {
        // Renamed into place, or never made: then there is nothing to remove.
        let _ = fs::remove_file(&self.0);
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// What killed starts left.
fn remove_old_drafts(data: &Path) {
    for entry in fs::read_dir(data).into_iter().flatten().flatten() {
        if entry.file_name().to_string_lossy().starts_with(DRAFT) {
            drop(Removed(entry.path()));
        }
    }
}

/// Writes the superuser's password where the server's account alone can read it.
fn write_password(file: &Path, account: &Account, password: &str) -> Result<(), ClusterError> {
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(file)
        .and_then(|mut file| writeln!(file, "{password}"))
        .map_err(ClusterError::io(file))?;
    account.give(file)
}

/// The reason that `initdb` gave.
fn last_words(output: &Output) -> String {
    let text = String::from_utf8_lossy(&output.stderr);
    let mut reasons: Vec<&str> = text
        .lines()
        .filter(|line| line.contains("error:") || line.contains("FATAL:") || line.contains("PANIC:"))
        .collect();
    if reasons.is_empty() {
        reasons = text.lines().rev().take(3).collect();
    }
    let joined = reasons.join("；");
    if joined.contains("No space left on device") {
        format!("磁盘已满（{joined}）")
    } else if joined.is_empty() {
        format!("initdb 以 {} 结束", output.status)
    } else {
        joined
    }
}
