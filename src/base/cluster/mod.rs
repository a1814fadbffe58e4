//! The private PostgreSQL of a data folder: made, started, shared and stopped by cadre itself.
//!
//! All cadre processes of a data folder share one server. Each holds a shared file lock while it uses it; the first
//! starts the server, the last stops it. The system drops the locks of a process however it ends, so a killed cadre
//! is not counted, and the server that it left is taken over by the next. Linux only: processes are recognised by
//! what `/proc` tells of them.

mod account;
mod ask;
mod error;
mod initialise;
mod layout;
mod locks;
mod passwords;
mod postmaster;
mod programs;
mod server;
mod settings;

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Child;

pub use error::ClusterError;
pub(crate) use passwords::Passwords;
pub use programs::OLDEST_MAJOR;

use crate::base::address;
use account::Account;
use initialise::SUPERUSER;
use layout::{Layout, PORT, socket_in};
use locks::{ChangeLock, UserLock};
use postmaster::{Postmaster, Sight};
use programs::Programs;

/// How a private cluster is run.
#[derive(Debug, Clone)]
pub struct Options {
    /// Whether a commit is on the disk when it returns. Off only for tests.
    pub durable: bool,
    /// The folders in which server programs are looked for, in this order.
    pub program_folders: Vec<PathBuf>,
}

impl Default for Options {
    fn default() -> Self {
        Self { durable: true, program_folders: programs::folders() }
    }
}

/// A running private PostgreSQL, in use by this process until it is released or dropped.
pub struct PrivateCluster {
    layout: Layout,
    socket_folder: PathBuf,
    passwords: Passwords,
    version: String,
    /// The server, where this process started it: to be waited for.
    child: Option<Child>,
    /// Taken on release.
    user: Option<UserLock>,
}

impl fmt::Debug for PrivateCluster {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("PrivateCluster")
            .field("data", &self.layout.data)
            .field("version", &self.version)
            .finish_non_exhaustive()
    }
}

impl PrivateCluster {
    /// Makes the cluster of data folder `data` where it is missing, starts it where it does not run, and marks this
    /// process as one of its users. Blocks for about two seconds the first time and 0.1 s later; in async code call
    /// it through `spawn_blocking`, and let the runtime end before the process exits, so that `Drop` runs.
    ///
    /// # Errors
    /// Each [`ClusterError`] says in Chinese what is wrong and what to do.
    pub fn acquire(data: &Path, options: &Options) -> Result<Self, ClusterError> {
        let (layout, account) = Layout::prepare(data)?;
        let change = ChangeLock::wait(&layout.data)?;
        let major = layout.existing_major()?;
        let programs = programs::find(&options.program_folders, &account, &layout.cluster, major)?;
        let socket_folder = layout.socket_folder(&account)?;
        let passwords = match (Passwords::load(&layout.data)?, major) {
            (Some(passwords), _) => passwords,
            (None, None) => Passwords::load_or_make(&layout.data)?,
            (None, Some(_)) => {
                return Err(ClusterError::PasswordsLost {
                    file: Passwords::file(&layout.data),
                    problem: "不见了".to_owned(),
                });
            }
        };
        if major.is_none() {
            let password = &passwords.superuser;
            initialise::initialise(&layout, &account, &programs, &socket_folder, password, options.durable)?;
        }
        let mut cluster = Self {
            user: Some(UserLock::take(&layout.data, &change)?),
            version: programs.version.clone(),
            layout,
            socket_folder,
            passwords,
            child: None,
        };
        match cluster.run(&account, &programs, options.durable) {
            Ok(()) => Ok(cluster),
            Err(error) => {
                // With the lock still held: dropping `cluster` would wait for it.
                if let Err(second) = cluster.leave(&change) {
                    tracing::warn!(error = %second, "after a failed start");
                }
                Err(error)
            }
        }
    }

    /// Ends this process's use; true when it was the last, and the server has been stopped.
    ///
    /// # Errors
    /// The server does not stop.
    pub fn release(mut self) -> Result<bool, ClusterError> {
        self.finish()
    }

    /// The address of a database for a login, as a URL that `psql` and the driver read. Contains the password.
    pub(crate) fn address(&self, user: &str, password: &str, database: &str) -> String {
        address::on_socket(&self.socket_folder, PORT, user, password, database)
    }

    /// The address of a database for the superuser.
    #[must_use]
    pub fn superuser_address(&self, database: &str) -> String {
        self.address(SUPERUSER, &self.passwords.superuser, database)
    }

    /// The passwords of the roles.
    pub(crate) fn passwords(&self) -> &Passwords {
        &self.passwords
    }

    /// The server's version, packager's part included.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The data folder, absolute and without links.
    pub fn data(&self) -> &Path {
        &self.layout.data
    }

    /// Takes over a server that runs, or starts one.
    fn run(&mut self, account: &Account, programs: &Programs, durable: bool) -> Result<(), ClusterError> {
        match server::wait_settled(&self.layout)? {
            Sight::Running(seen) => {
                if self.serves_well(&seen, programs)? {
                    return Ok(());
                }
                server::stop(&self.layout, seen.pid)?;
            }
            Sight::Stale(pid) => server::clear_remains(&self.layout, &self.socket_folder, pid)?,
            Sight::Nothing => {}
        }
        settings::write(&self.layout.cluster, account, durable)?;
        self.child = Some(server::start(&self.layout, account, programs, &self.socket_folder)?);
        Ok(())
    }

    /// Whether a running server can be used as it is: its socket is still there, and the programs on the disk were
    /// not replaced under it (after a package upgrade it could no longer load its own libraries).
    fn serves_well(&mut self, seen: &Postmaster, programs: &Programs) -> Result<bool, ClusterError> {
        let Some(folder) = seen.socket_folder.clone().filter(|folder| socket_in(folder).exists()) else {
            return Ok(false);
        };
        let planned = std::mem::replace(&mut self.socket_folder, folder);
        let running = ask::server_version(&self.superuser_address(SUPERUSER))
            .map_err(|refusal| self.refused(&refusal))?;
        if same_version(&running, programs) {
            return Ok(true);
        }
        tracing::info!(running, installed = programs.version, "restarting PostgreSQL after an upgrade");
        self.socket_folder = planned;
        Ok(false)
    }

    /// Why our superuser was turned away.
    fn refused(&self, refusal: &ask::Refusal) -> ClusterError {
        if refusal.wrong_password {
            return ClusterError::PasswordsLost {
                file: Passwords::file(&self.layout.data),
                problem: "里的密码与数据库不符".to_owned(),
            };
        }
        ClusterError::NoAnswer { detail: refusal.detail.clone(), log: self.layout.log.clone() }
    }

    /// Waits for the lock and leaves; does nothing the second time.
    fn finish(&mut self) -> Result<bool, ClusterError> {
        if self.user.is_none() {
            return Ok(false);
        }
        let change = ChangeLock::wait(&self.layout.data)?;
        self.leave(&change)
    }

    /// Takes this process's mark away and stops the server when nobody else has one.
    fn leave(&mut self, change: &ChangeLock) -> Result<bool, ClusterError> {
        let Some(user) = self.user.take() else {
            return Ok(false);
        };
        if !user.leave(change) {
            return Ok(false);
        }
        if let Sight::Running(seen) = postmaster::look(&self.layout.cluster)? {
            server::stop(&self.layout, seen.pid)?;
        }
        if let Some(mut child) = self.child.take() {
            // It has ended, or another process replaced it long ago: this only takes note of it.
            let _ = child.try_wait();
        }
        Ok(true)
    }
}

impl Drop for PrivateCluster {
    fn drop(&mut self) {
        if let Err(error) = self.finish() {
            tracing::error!(%error, "the private PostgreSQL was not stopped");
        }
    }
}

/// Whether the running server is of the programs on the disk.
fn same_version(running: &str, programs: &Programs) -> bool {
    running == programs.version
}

/// Makes a folder that only this process's account may enter, and the folders above it.
pub(crate) fn make_private_folder(path: &Path) -> Result<(), ClusterError> {
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent).map_err(ClusterError::io(parent))?;
    }
    layout::make_folder(path, 0o700)
}

/// Whether this is root and the server's account cannot enter `folder` (or, where it is missing, the nearest above it),
/// so that no private cluster can live there.
#[must_use]
pub fn root_cannot_use(folder: &Path) -> bool {
    account::is_root()
        && Account::for_root().is_some_and(|account| !account.enters(&account::nearest_existing(folder)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_of_another_minor_version_or_package_is_not_the_same() {
        let programs = Programs {
            folder: PathBuf::from("/usr/lib/postgresql/15/bin"),
            major: 15,
            version: "15.20 (Debian 15.20-0+deb12u1)".to_owned(),
        };
        assert!(same_version("15.20 (Debian 15.20-0+deb12u1)", &programs));
        assert!(!same_version("15.18 (Debian 15.18-0+deb12u1)", &programs));
        assert!(!same_version("15.20", &programs));
    }
}
