//! The operating-system account that runs the server: PostgreSQL refuses to run as root.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::error::ClusterError;

/// The account to which root drops for the server.
const SERVER_ACCOUNT: &str = "postgres";

/// Who runs the server programs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Account {
    /// This process's own account: it is not root.
    Own {
        /// Its user id.
        uid: u32,
    },
    /// We are root and drop to this account for each server program.
    Dropped {
        /// Its user id.
        uid: u32,
        /// Its primary group.
        gid: u32,
        /// Its name, for messages.
        name: String,
    },
}

impl Account {
    /// The account for the cluster in `cluster`: as root the owner of an existing one, otherwise `postgres`.
    ///
    /// # Errors
    /// No account to drop to; or, without root, a cluster of somebody else.
    pub(crate) fn of(cluster: &Path) -> Result<Self, ClusterError> {
        let uid = rustix::process::geteuid().as_raw();
        let owner = match fs::metadata(cluster) {
            Ok(metadata) => Some((metadata.uid(), metadata.gid())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(ClusterError::io(cluster)(error)),
        };
        match owner {
            _ if uid != 0 && owner.is_none_or(|(owner, _)| owner == uid) => Ok(Self::Own { uid }),
            Some((owner, _)) if uid != 0 => {
                Err(ClusterError::NotYours { folder: cluster.to_owned(), owner: name_of(owner) })
            }
            Some((owner, gid)) if owner != 0 => Ok(Self::Dropped { uid: owner, gid, name: name_of(owner) }),
            _ => Self::for_root().ok_or(ClusterError::NoServerAccount),
        }
    }

    /// The account `postgres`, where it exists.
    pub(crate) fn for_root() -> Option<Self> {
        let passwd = fs::read_to_string("/etc/passwd").ok()?;
        let (uid, gid) = find_account(&passwd, SERVER_ACCOUNT)?;
        Some(Self::Dropped { uid, gid, name: SERVER_ACCOUNT.to_owned() })
    }

    /// The user id under which the server runs.
    pub(crate) fn uid(&self) -> u32 {
        match self {
            Self::Own { uid } | Self::Dropped { uid, .. } => *uid,
        }
    }

    /// A command that runs as this account, with an empty environment, in `/`.
    pub(crate) fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command.env_clear().env("LC_ALL", "C").current_dir("/").stdin(Stdio::null());
        if let Self::Dropped { uid, gid, .. } = self {
            command.uid(*uid).gid(*gid);
        }
        command
    }

    /// Hands `path` to this account.
    pub(crate) fn give(&self, path: &Path) -> Result<(), ClusterError> {
        match self {
            Self::Own { .. } => Ok(()),
            Self::Dropped { uid, gid, .. } => {
                std::os::unix::fs::chown(path, Some(*uid), Some(*gid)).map_err(ClusterError::io(path))
            }
        }
    }

    /// Lets this account's group in, when the folder is root's.
    pub(crate) fn give_group(&self, path: &Path) -> Result<(), ClusterError> {
        match self {
            Self::Own { .. } => Ok(()),
            Self::Dropped { gid, .. } => {
                std::os::unix::fs::chown(path, None, Some(*gid)).map_err(ClusterError::io(path))
            }
        }
    }

    /// Proves that this account can enter `folder`, by entering it (so that access lists and mounts count too).
    ///
    /// # Errors
    /// [`ClusterError::CannotEnter`] with the first folder on the way that refuses.
    pub(crate) fn require_entry(&self, folder: &Path) -> Result<(), ClusterError> {
        let Self::Dropped { name, .. } = self else {
            return Ok(());
        };
        if self.enters(folder) {
            return Ok(());
        }
        let barrier = folder
            .ancestors()
            .collect::<Vec<_>>()
            .into_iter()
            .rev()
            .find(|ancestor| !self.enters(ancestor))
            .unwrap_or(folder);
        Err(ClusterError::CannotEnter {
            folder: folder.to_owned(),
            barrier: barrier.to_owned(),
            account: name.clone(),
        })
    }

    /// Whether a process of this account gets into `folder`; a folder that is missing does not count as refused.
    pub(crate) fn enters(&self, folder: &Path) -> bool {
        let status = self
            .command("/bin/sh")
            .args(["-c", ":"])
            .current_dir(folder)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        !matches!(status, Err(error) if error.kind() == io::ErrorKind::PermissionDenied)
    }
}

/// Whether this process is root.
pub(crate) fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// The name of a user id, or the number itself.
pub(crate) fn name_of(uid: u32) -> String {
    fs::read_to_string("/etc/passwd")
        .ok()
        .and_then(|passwd| {
            passwd.lines().find_map(|line| {
                let mut fields = line.split(':');
                let name = fields.next()?;
                let id = fields.nth(1)?.parse::<u32>().ok()?;
                (id == uid).then(|| name.to_owned())
            })
        })
        .unwrap_or_else(|| uid.to_string())
}

/// User and group id of `name` in the text of `/etc/passwd`.
fn find_account(passwd: &str, name: &str) -> Option<(u32, u32)> {
    passwd.lines().find_map(|line| {
        let mut fields = line.split(':');
        if fields.next()? != name {
            return None;
        }
        let uid = fields.nth(1)?.parse().ok()?;
        let gid = fields.next()?.parse().ok()?;
        Some((uid, gid))
    })
}

/// The nearest folder above (or at) `path` that exists.
pub(crate) fn nearest_existing(path: &Path) -> PathBuf {
    path.ancestors().find(|ancestor| ancestor.exists()).unwrap_or(Path::new("/")).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_found_by_its_whole_name() {
        let passwd = "root:x:0:0:root:/root:/bin/bash\npostgresql:x:7:8::/:/bin/sh\npostgres:x:101:104:PostgreSQL,,,:/var/lib/postgresql:/bin/bash\n";
        assert_eq!(find_account(passwd, "postgres"), Some((101, 104)));
        assert_eq!(find_account(passwd, "nobody"), None);
    }

    #[test]
    fn a_missing_folder_is_judged_by_its_nearest_ancestor() {
        let here = tempfile::tempdir().unwrap();
        let missing = here.path().join("a/b");
        assert_eq!(nearest_existing(&missing), here.path());
    }
}
