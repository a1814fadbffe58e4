//! Who uses the cluster, kept in file locks: the system drops them with the process, however it ends.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use super::error::ClusterError;

/// How long another process may take to start or stop the cluster.
const PATIENCE: Duration = Duration::from_secs(120);
/// How often a lock that is held is tried again.
const PAUSE: Duration = Duration::from_millis(20);

/// The right to start and stop the cluster; one process has it at a time.
#[derive(Debug)]
pub(crate) struct ChangeLock(File);

impl ChangeLock {
    /// Waits for the right.
    ///
    /// # Errors
    /// The lock file cannot be written, or another process keeps the lock too long.
    pub(crate) fn wait(data: &Path) -> Result<Self, ClusterError> {
        Self::wait_for(data, PATIENCE)
    }

    fn wait_for(data: &Path, patience: Duration) -> Result<Self, ClusterError> {
        let path = data.join("cluster.lock");
        let mut file = open(&path)?;
        let since = Instant::now();
        loop {
            match file.try_lock() {
                Ok(()) => break,
                Err(TryLockError::WouldBlock) if since.elapsed() < patience => thread::sleep(PAUSE),
                Err(TryLockError::WouldBlock) => {
                    let mut holder = String::new();
                    file.read_to_string(&mut holder).map_err(ClusterError::io(&path))?;
                    return Err(ClusterError::Busy {
                        folder: data.to_owned(),
                        holder: holder.trim().to_owned(),
                        seconds: patience.as_secs(),
                    });
                }
                Err(TryLockError::Error(error)) => return Err(ClusterError::io(&path)(error)),
            }
        }
        // Only for the message above; the lock itself is the kernel's.
        file.set_len(0)
            .and_then(|()| file.rewind())
            .and_then(|()| writeln!(file, "{}", std::process::id()))
            .map_err(ClusterError::io(&path))?;
        Ok(Self(file))
    }
}

impl Drop for ChangeLock {
    fn drop(&mut self) {
        // Closing the file would do; a child forked this moment may still hold a copy of it.
        if let Err(error) = self.0.unlock() {
            tracing::warn!(%error, "the cluster's start-and-stop lock could not be released");
        }
    }
}

/// A mark that this process uses the cluster.
#[derive(Debug)]
pub(crate) struct UserLock(File);

impl UserLock {
    /// Marks this process as a user. Call with the [`ChangeLock`] held.
    pub(crate) fn take(data: &Path, _change: &ChangeLock) -> Result<Self, ClusterError> {
        let path = data.join("cluster.users");
        let file = open(&path)?;
        file.lock_shared().map_err(ClusterError::io(&path))?;
        Ok(Self(file))
    }

    /// Takes the mark away; true when nobody else uses the cluster.
    pub(crate) fn leave(self, _change: &ChangeLock) -> bool {
        // Turning the shared lock into an exclusive one succeeds only without other holders.
        let last = self.0.unlock().is_ok() && self.0.try_lock().is_ok();
        if let Err(error) = self.0.unlock() {
            tracing::warn!(%error, "the mark of a cluster user could not be released");
        }
        last
    }
}

/// A lock file, made where it is missing.
fn open(path: &Path) -> Result<File, ClusterError> {
    OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(path)
        .map_err(ClusterError::io(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_last_user_is_told_that_he_is_the_last() {
        let here = tempfile::tempdir().unwrap();
        let change = ChangeLock::wait(here.path()).unwrap();
        let first = UserLock::take(here.path(), &change).unwrap();
        let second = UserLock::take(here.path(), &change).unwrap();
        assert!(!first.leave(&change));
        assert!(second.leave(&change));
    }

    #[test]
    fn a_held_start_lock_ends_in_a_sentence_with_the_holder() {
        let here = tempfile::tempdir().unwrap();
        let held = ChangeLock::wait(here.path()).unwrap();
        let error = ChangeLock::wait_for(here.path(), Duration::ZERO).unwrap_err();
        let text = error.to_string();
        assert!(text.contains(&std::process::id().to_string()), "{text}");
        drop(held);
        ChangeLock::wait_for(here.path(), Duration::ZERO).unwrap();
    }
}
