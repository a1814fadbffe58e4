//! Starts and stops the server process and waits for what it says about itself.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom};
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::Signal;

use super::account::Account;
use super::error::ClusterError;
use super::layout::{Layout, PORT, socket_lock_in};
use super::postmaster::{self, Sight};
use super::programs::Programs;

/// How long a start may take; replaying what a crash left takes longest.
const START: Duration = Duration::from_secs(300);
/// How long a fast stop may take, which writes everything out.
const STOP: Duration = Duration::from_secs(60);
/// How long an immediate stop, or the end of abandoned sessions, may take.
const ABORT: Duration = Duration::from_secs(10);
/// How often the server's state is looked at.
const PAUSE: Duration = Duration::from_millis(10);
/// The log is begun anew at a start when it has grown past this, in bytes.
const LOG_LIMIT: u64 = 16 * 1024 * 1024;

/// Starts the server and waits until it accepts connections.
///
/// # Errors
/// It ended (with its last words), or took too long.
pub(crate) fn start(
    layout: &Layout,
    account: &Account,
    programs: &Programs,
    socket_folder: &Path,
) -> Result<Child, ClusterError> {
    let (log, begin) = open_log(&layout.log)?;
    let copy = log.try_clone().map_err(ClusterError::io(&layout.log))?;
    let sockets = format!("\"{}\"", socket_folder.display().to_string().replace('"', "\"\""));
    let mut child = account
        .command(programs.path("postgres"))
        .arg("-D")
        .arg(&layout.cluster)
        .args(["-c", "listen_addresses=", "-c", "unix_socket_permissions=0700"])
        .args(["-c", &format!("unix_socket_directories={sockets}"), "-c", &format!("port={PORT}")])
        .stdout(Stdio::from(copy))
        .stderr(Stdio::from(log))
        // Ctrl-C in a terminal reaches cadre alone, which then stops the server in order.
        .process_group(0)
        .spawn()
        .map_err(ClusterError::io(&programs.path("postgres")))?;
    match wait_ready(layout, &mut child, begin) {
        Ok(()) => Ok(child),
        Err(error) => {
            abandon(&mut child);
            Err(error)
        }
    }
}

/// Waits until a server that somebody else started is ready, or gone.
///
/// # Errors
/// Neither happened in time.
pub(crate) fn wait_settled(layout: &Layout) -> Result<Sight, ClusterError> {
    let since = Instant::now();
    loop {
        match postmaster::look(&layout.cluster)? {
            Sight::Running(seen) if !seen.ready && since.elapsed() < START => thread::sleep(PAUSE),
            Sight::Running(seen) if !seen.ready => return Err(slow(layout)),
            settled => return Ok(settled),
        }
    }
}

/// Stops the server: in order first, at once when that takes too long. A lost transaction is rolled back, no more.
///
/// # Errors
/// It does not stop, or may not be stopped by this user.
pub(crate) fn stop(layout: &Layout, pid: i32) -> Result<(), ClusterError> {
    for (signal, patience) in [(Signal::INT, STOP), (Signal::QUIT, ABORT)] {
        if !postmaster::serves(pid, &layout.cluster) {
            return Ok(());
        }
        postmaster::send(pid, signal).map_err(ClusterError::io(&layout.cluster))?;
        let since = Instant::now();
        while since.elapsed() < patience {
            if !postmaster::is_alive(pid) {
                return Ok(());
            }
            thread::sleep(PAUSE);
        }
    }
    Err(ClusterError::StopFailed { pid, seconds: (STOP + ABORT).as_secs(), log: layout.log.clone() })
}

/// Clears what a dead server left: its abandoned sessions, and pid files that now name somebody else.
///
/// PostgreSQL clears its own stale files unless a process with that id exists: another one of the same user, or the
/// dead server itself while the cadre that started it has not waited for it.
///
/// # Errors
/// The sessions do not end, or a file cannot be removed.
pub(crate) fn clear_remains(layout: &Layout, socket_folder: &Path, pid: i32) -> Result<(), ClusterError> {
    let since = Instant::now();
    let mut signalled = false;
    loop {
        let orphans = postmaster::orphans(&layout.cluster);
        let Some(orphan) = orphans.first().copied() else {
            break;
        };
        if since.elapsed() > ABORT {
            return Err(ClusterError::StopFailed {
                pid: orphan,
                seconds: ABORT.as_secs(),
                log: layout.log.clone(),
            });
        }
        // They notice by themselves when idle; what is amid a long query is told, as a postmaster would.
        if !signalled && since.elapsed() > Duration::from_secs(1) {
            signalled = true;
            for orphan in orphans {
                postmaster::send(orphan, Signal::QUIT).map_err(ClusterError::io(&layout.cluster))?;
            }
        }
        thread::sleep(PAUSE);
    }
    if postmaster::exists(pid) {
        for file in [postmaster::pid_file(&layout.cluster), socket_lock_in(socket_folder)] {
            match fs::remove_file(&file) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    return Err(ClusterError::io(&file)(error));
                }
                _ => {}
            }
        }
    }
    Ok(())
}

/// Waits until our child is ready, or has ended.
fn wait_ready(layout: &Layout, child: &mut Child, begin: u64) -> Result<(), ClusterError> {
    let since = Instant::now();
    while since.elapsed() < START {
        if let Some(status) = child.try_wait().map_err(ClusterError::io(&layout.cluster))? {
            let words = log_since(&layout.log, begin);
            return Err(explain(layout, &words, &status.to_string()));
        }
        let seen = postmaster::read(&layout.cluster)?;
        if seen.is_some_and(|seen| seen.ready && u32::try_from(seen.pid) == Ok(child.id())) {
            return Ok(());
        }
        thread::sleep(PAUSE);
    }
    Err(slow(layout))
}

/// Ends a server that failed to start.
fn abandon(child: &mut Child) {
    if let Ok(pid) = i32::try_from(child.id())
        && let Ok(None) = child.try_wait()
    {
        let _ = postmaster::send(pid, Signal::INT);
    }
    let _ = child.wait();
}

fn slow(layout: &Layout) -> ClusterError {
    ClusterError::StartSlow { seconds: START.as_secs(), log: layout.log.clone() }
}

/// The log, opened for the server to append to, and where its next word will stand.
fn open_log(path: &Path) -> Result<(File, u64), ClusterError> {
    if fs::metadata(path).is_ok_and(|metadata| metadata.len() > LOG_LIMIT) {
        fs::rename(path, path.with_extension("log.1")).map_err(ClusterError::io(path))?;
    }
    let log = OpenOptions::new()
        .append(true)
        .create(true)
        .mode(0o600)
        .open(path)
        .map_err(ClusterError::io(path))?;
    let begin = log.metadata().map_err(ClusterError::io(path))?.len();
    Ok((log, begin))
}

/// What was logged from `begin` on.
fn log_since(path: &Path, begin: u64) -> String {
    let mut words = Vec::new();
    let read = File::open(path).and_then(|mut log| {
        log.seek(SeekFrom::Start(begin))?;
        log.take(LOG_LIMIT).read_to_end(&mut words)
    });
    match read {
        Ok(_) => String::from_utf8_lossy(&words).into_owned(),
        Err(error) => error.to_string(),
    }
}

/// Makes a sentence of the server's last words.
fn explain(layout: &Layout, words: &str, status: &str) -> ClusterError {
    let reasons: Vec<&str> = words
        .lines()
        .filter_map(|line| ["PANIC:", "FATAL:"].iter().find_map(|level| line.split_once(level)))
        .map(|(_, reason)| reason.trim())
        .collect();
    let detail = if reasons.is_empty() {
        let last = words.lines().last().unwrap_or_default().trim();
        format!("{last}（服务器以 {status} 结束）")
    } else {
        reasons.join("；")
    };
    if words.contains("No space left on device") {
        return ClusterError::io(&layout.cluster)(io::ErrorKind::StorageFull.into());
    }
    let damaged = [
        "could not locate a valid checkpoint record",
        "database files are incompatible",
        "is not a valid data directory",
        "could not open control file",
        "incorrect checksum",
        "could not find the database system",
        "could not read file",
        "could not open directory",
        "could not open file",
    ];
    if damaged.iter().any(|sign| words.contains(sign)) {
        return ClusterError::Broken { folder: layout.cluster.clone(), detail, log: layout.log.clone() };
    }
    ClusterError::StartFailed { detail, log: layout.log.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::PathBuf;

    fn layout() -> Layout {
        Layout {
            data: PathBuf::from("/d"),
            cluster: PathBuf::from("/d/postgres"),
            log: PathBuf::from("/d/log/postgres.log"),
        }
    }

    #[test]
    fn last_words_become_a_sentence_that_fits_the_cause() {
        let full = explain(&layout(), "FATAL:  could not write lock file: No space left on device", "1");
        assert!(full.to_string().contains("已满"), "{full}");
        let damaged = explain(&layout(), "PANIC:  could not locate a valid checkpoint record", "6");
        assert!(damaged.to_string().contains("备份"), "{damaged}");
        let other =
            explain(&layout(), "x LOG:  start\nx FATAL:  could not create shared memory segment", "1");
        assert!(
            matches!(&other, ClusterError::StartFailed { detail, .. } if detail == "could not create shared memory segment"),
            "{other}"
        );
        let silent = explain(&layout(), "", "signal: 9");
        assert!(silent.to_string().contains("signal: 9"), "{silent}");
    }
}
