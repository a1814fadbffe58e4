//! Where things lie in a data folder, and how its folders are made.

use std::fs::{self, DirBuilder, Permissions};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::account::{self, Account};
use super::error::ClusterError;

/// The number in the socket's name; nothing listens on this port.
pub(crate) const PORT: u16 = 5432;
/// The longest path of a socket: `sun_path` has 108 bytes with its closing zero.
const SOCKET_LIMIT: usize = 107;

/// The parts of a data folder that the cluster uses.
#[derive(Debug, Clone)]
pub(crate) struct Layout {
    /// The data folder, absolute and without links.
    pub(crate) data: PathBuf,
    /// PostgreSQL's own folder.
    pub(crate) cluster: PathBuf,
    /// What the server writes to its standard error.
    pub(crate) log: PathBuf,
}

impl Layout {
    /// Makes the data folder where it is missing and names its parts.
    ///
    /// # Errors
    /// It cannot be made, or the server's account cannot enter it.
    pub(crate) fn prepare(data: &Path) -> Result<(Self, Account), ClusterError> {
        let account = Account::of(&data.join("postgres"))?;
        if !data.exists() {
            make_data_folder(data, &account)?;
        }
        let data = fs::canonicalize(data).map_err(ClusterError::io(data))?;
        account.require_entry(&data)?;
        let logs = data.join("log");
        make_folder(&logs, 0o700)?;
        let layout = Self { cluster: data.join("postgres"), log: logs.join("postgres.log"), data };
        Ok((layout, account))
    }

    /// The major version of the cluster; nothing when there is no cluster yet.
    ///
    /// # Errors
    /// A folder that is there but is no cluster.
    pub(crate) fn existing_major(&self) -> Result<Option<u32>, ClusterError> {
        let file = self.cluster.join("PG_VERSION");
        let broken = |detail: &str| ClusterError::Broken {
            folder: self.cluster.clone(),
            detail: detail.to_owned(),
            log: self.log.clone(),
        };
        match fs::read_to_string(&file) {
            Ok(text) => match text.trim().parse() {
                Ok(major) => Ok(Some(major)),
                Err(_) => Err(broken("PG_VERSION 文件的内容不是版本号")),
            },
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                if self.cluster.exists() {
                    Err(broken("文件夹里没有 PG_VERSION 文件"))
                } else {
                    Ok(None)
                }
            }
            Err(error) => Err(ClusterError::io(&file)(error)),
        }
    }

    /// Makes the folder of the socket, short enough for a socket address, readable by the server's account alone.
    ///
    /// # Errors
    /// It cannot be made, somebody else has it, or no short enough path exists.
    pub(crate) fn socket_folder(&self, account: &Account) -> Result<PathBuf, ClusterError> {
        let near = self.data.join("run");
        let folder = if socket_in(&near).as_os_str().len() <= SOCKET_LIMIT {
            near
        } else {
            short_socket_folder(&self.data, account)
        };
        let socket = socket_in(&folder);
        let length = socket.as_os_str().len();
        if length > SOCKET_LIMIT {
            return Err(ClusterError::SocketTooLong { path: socket, length, limit: SOCKET_LIMIT });
        }
        match DirBuilder::new().mode(0o700).create(&folder) {
            Ok(()) => account.give(&folder)?,
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(ClusterError::io(&folder)(error)),
        }
        let metadata = fs::symlink_metadata(&folder).map_err(ClusterError::io(&folder))?;
        if !metadata.is_dir() || metadata.uid() != account.uid() || metadata.mode() & 0o077 != 0 {
            return Err(ClusterError::SocketFolderTaken { path: folder });
        }
        Ok(folder)
    }
}

/// Makes a folder of this process's own account with exactly this mode; one that exists is left as it is.
pub(crate) fn make_folder(path: &Path, mode: u32) -> Result<(), ClusterError> {
    match DirBuilder::new().mode(mode).create(path) {
        Ok(()) => fs::set_permissions(path, Permissions::from_mode(mode)).map_err(ClusterError::io(path)),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && path.is_dir() => Ok(()),
        Err(error) => Err(ClusterError::io(path)(error)),
    }
}

/// The socket that the server makes in `folder`.
pub(crate) fn socket_in(folder: &Path) -> PathBuf {
    folder.join(format!(".s.PGSQL.{PORT}"))
}

/// Where the server notes that the socket in `folder` is its own.
pub(crate) fn socket_lock_in(folder: &Path) -> PathBuf {
    folder.join(format!(".s.PGSQL.{PORT}.lock"))
}

/// Private to its maker; as root, the server's group may pass through it to its own folders.
fn make_data_folder(data: &Path, account: &Account) -> Result<(), ClusterError> {
    if let Some(parent) = data.parent() {
        DirBuilder::new().recursive(true).mode(0o755).create(parent).map_err(ClusterError::io(parent))?;
        account.require_entry(&account::nearest_existing(parent))?;
    }
    make_folder(data, 0o700)?;
    if matches!(account, Account::Dropped { .. }) {
        account.give_group(data)?;
        fs::set_permissions(data, Permissions::from_mode(0o710)).map_err(ClusterError::io(data))?;
    }
    Ok(())
}

/// A short path of one's own for a data folder whose path is long.
fn short_socket_folder(data: &Path, account: &Account) -> PathBuf {
    let digest = hex::encode(Sha256::digest(data.as_os_str().as_bytes()));
    let short = digest.get(..16).unwrap_or(&digest);
    let parent = if matches!(account, Account::Dropped { .. }) { "/run" } else { "/tmp" };
    Path::new(parent).join(format!("cadre-{}-{short}", account.uid()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layout(data: &Path) -> Layout {
        Layout { data: data.to_owned(), cluster: data.join("postgres"), log: data.join("log/postgres.log") }
    }

    fn own() -> Account {
        Account::Own { uid: rustix::process::geteuid().as_raw() }
    }

    #[test]
    fn a_short_data_folder_holds_its_own_socket() {
        let here = tempfile::tempdir().unwrap();
        let folder = layout(here.path()).socket_folder(&own()).unwrap();
        assert_eq!(folder, here.path().join("run"));
        assert_eq!(fs::metadata(folder).unwrap().mode() & 0o777, 0o700);
    }

    #[test]
    fn a_long_data_folder_gets_a_short_socket_path_of_its_own() {
        let here = tempfile::tempdir().unwrap();
        let long = |tail: &str| here.path().join("长".repeat(40)).join(tail);
        let one = layout(&long("a")).socket_folder(&own()).unwrap();
        let other = layout(&long("b")).socket_folder(&own()).unwrap();
        assert_ne!(one, other);
        for folder in [one, other] {
            assert!(socket_in(&folder).as_os_str().len() <= SOCKET_LIMIT, "{}", folder.display());
            fs::remove_dir(folder).unwrap();
        }
    }

    #[test]
    fn a_socket_folder_open_to_others_is_refused() {
        let here = tempfile::tempdir().unwrap();
        let run = here.path().join("run");
        fs::create_dir(&run).unwrap();
        fs::set_permissions(&run, Permissions::from_mode(0o755)).unwrap();
        let error = layout(here.path()).socket_folder(&own()).unwrap_err();
        assert!(matches!(error, ClusterError::SocketFolderTaken { path } if path == run));
    }

    #[test]
    fn a_folder_that_is_no_cluster_is_called_broken_and_a_missing_one_new() {
        let here = tempfile::tempdir().unwrap();
        let layout = layout(here.path());
        assert_eq!(layout.existing_major().unwrap(), None);
        fs::create_dir(&layout.cluster).unwrap();
        assert!(matches!(layout.existing_major(), Err(ClusterError::Broken { .. })));
        fs::write(layout.cluster.join("PG_VERSION"), "15\n").unwrap();
        assert_eq!(layout.existing_major().unwrap(), Some(15));
        fs::write(layout.cluster.join("PG_VERSION"), "?").unwrap();
        assert!(matches!(layout.existing_major(), Err(ClusterError::Broken { .. })));
    }
}
