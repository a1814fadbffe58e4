//! Reads `postmaster.pid` and decides whether its process really is the server of that folder.

use std::fs;
use std::io;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};

use rustix::process::{Pid, Signal};

use super::error::ClusterError;
use super::layout::socket_in;

/// What a running server wrote about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Postmaster {
    /// Its process id.
    pub(crate) pid: i32,
    /// The folder of its socket, once it listens.
    pub(crate) socket_folder: Option<PathBuf>,
    /// Whether it accepts connections.
    pub(crate) ready: bool,
}

/// What `postmaster.pid` tells.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Sight {
    /// There is no such file: nothing runs.
    Nothing,
    /// A file left behind: its process is gone, or is something else.
    Stale(i32),
    /// The server of this folder.
    Running(Postmaster),
}

/// Looks for the server of `cluster`.
///
/// # Errors
/// The file cannot be read, or a server that answers on the socket is out of sight (another container).
pub(crate) fn look(cluster: &Path) -> Result<Sight, ClusterError> {
    let Some(seen) = read(cluster)? else {
        return Ok(Sight::Nothing);
    };
    if serves(seen.pid, cluster) {
        return Ok(Sight::Running(seen));
    }
    let answers =
        seen.socket_folder.as_deref().is_some_and(|folder| UnixStream::connect(socket_in(folder)).is_ok());
    // It may have stopped, or have been replaced, since the file was read.
    if answers && read(cluster)?.as_ref() == Some(&seen) && !serves(seen.pid, cluster) {
        return Err(ClusterError::Elsewhere { folder: cluster.to_owned(), pid: seen.pid });
    }
    Ok(Sight::Stale(seen.pid))
}

/// The file's content; nothing when it is missing or still being written.
pub(crate) fn read(cluster: &Path) -> Result<Option<Postmaster>, ClusterError> {
    let file = pid_file(cluster);
    match fs::read(&file) {
        Ok(text) => Ok(parse(&String::from_utf8_lossy(&text))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(ClusterError::io(&file)(error)),
    }
}

/// Where the server writes about itself.
pub(crate) fn pid_file(cluster: &Path) -> PathBuf {
    cluster.join("postmaster.pid")
}

/// Whether process `pid` is the postmaster of `cluster`: alive, a `postgres`, at work in that folder, and no
/// session of it (those carry a title instead of their arguments).
pub(crate) fn serves(pid: i32, cluster: &Path) -> bool {
    works_in(pid, cluster) && !title(pid).starts_with("postgres: ")
}

/// The sessions that a killed postmaster of `cluster` left behind.
pub(crate) fn orphans(cluster: &Path) -> Vec<i32> {
    fs::read_dir("/proc")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok())
        .filter(|pid| works_in(*pid, cluster))
        .collect()
}

/// Whether the system still knows the process, alive or ended.
pub(crate) fn exists(pid: i32) -> bool {
    Path::new(&format!("/proc/{pid}")).exists()
}

/// Whether the process is alive; one that ended but was not waited for counts as dead.
pub(crate) fn is_alive(pid: i32) -> bool {
    let Ok(stat) = fs::read_to_string(format!("/proc/{pid}/stat")) else {
        return false;
    };
    // `pid (name) state …`, where the name may hold anything.
    let state = stat.rsplit_once(')').map_or("", |(_, rest)| rest.trim_start());
    !state.starts_with(['Z', 'X'])
}

/// Sends a signal; a process that is gone already is fine.
pub(crate) fn send(pid: i32, signal: Signal) -> io::Result<()> {
    let Some(pid) = Pid::from_raw(pid) else {
        return Err(io::ErrorKind::InvalidInput.into());
    };
    match rustix::process::kill_process(pid, signal) {
        Ok(()) | Err(rustix::io::Errno::SRCH) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Whether `pid` is a living `postgres` whose working folder is `cluster`.
fn works_in(pid: i32, cluster: &Path) -> bool {
    let Ok(folder) = fs::canonicalize(cluster) else {
        return false;
    };
    let at_work = fs::read_link(format!("/proc/{pid}/cwd")).is_ok_and(|cwd| cwd == folder);
    at_work && is_alive(pid) && runs_postgres(pid)
}

/// Whether the process's program is called `postgres`; a package upgrade leaves " (deleted)" behind its name.
fn runs_postgres(pid: i32) -> bool {
    fs::read_link(format!("/proc/{pid}/exe")).is_ok_and(|program| {
        let name = program.file_name().map(|name| name.to_string_lossy().into_owned());
        name.is_some_and(|name| matches!(name.as_str(), "postgres" | "postgres (deleted)"))
    })
}

/// The first argument of the process, or the title that it gave itself.
fn title(pid: i32) -> String {
    let words = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    String::from_utf8_lossy(&words).into_owned()
}

/// Lines: pid, folder, start time, port, socket folder, address, shared memory, state.
fn parse(text: &str) -> Option<Postmaster> {
    let line = |number: usize| text.lines().nth(number).map(str::trim);
    let pid: i32 = line(0)?.parse().ok()?;
    Some(Postmaster {
        pid: pid.checked_abs()?, // negative for a server in single-user mode
        socket_folder: line(4).filter(|folder| !folder.is_empty()).map(PathBuf::from),
        ready: line(7) == Some("ready"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const READY: &str = "4711\n/d/postgres\n1700000000\n5432\n/d/run\n\n  1234  0\nready   \n";

    #[test]
    fn the_servers_own_file_is_read() {
        let seen = parse(READY).unwrap();
        assert_eq!(seen.pid, 4711);
        assert_eq!(seen.socket_folder.as_deref(), Some(Path::new("/d/run")));
        assert!(seen.ready);
        let starting = parse("4711\n/d/postgres\n1700000000\n5432\n").unwrap();
        assert!(!starting.ready && starting.socket_folder.is_none());
        assert_eq!(parse(""), None);
    }

    #[test]
    fn a_living_process_that_is_no_server_is_not_trusted() {
        let here = tempfile::tempdir().unwrap();
        let own = std::process::id();
        fs::write(pid_file(here.path()), READY.replace("4711", &own.to_string())).unwrap();
        assert_eq!(look(here.path()).unwrap(), Sight::Stale(own.try_into().unwrap()));
    }

    #[test]
    fn a_process_that_ended_is_dead_before_it_is_waited_for() {
        let mut child = std::process::Command::new("true").spawn().unwrap();
        let pid = child.id().try_into().unwrap();
        let status = rustix::process::waitid(
            rustix::process::WaitId::Pid(Pid::from_raw(pid).unwrap()),
            rustix::process::WaitIdOptions::EXITED | rustix::process::WaitIdOptions::NOWAIT,
        );
        assert!(status.unwrap().is_some());
        assert!(!is_alive(pid));
        child.wait().unwrap();
    }

    #[test]
    fn no_file_means_nothing_runs() {
        let here = tempfile::tempdir().unwrap();
        assert_eq!(look(here.path()).unwrap(), Sight::Nothing);
    }
}
