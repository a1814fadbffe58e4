//! The database passwords of this installation: made once, kept beside the other keys.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use rand::TryRngCore;
use rand::rngs::OsRng;
use serde::{Deserialize, Serialize};

use super::error::ClusterError;
use super::layout::make_folder;

/// Bytes of randomness in a password.
const STRENGTH: usize = 32;

/// One password for each login that cadre makes.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Passwords {
    /// The superuser of the private cluster.
    #[serde(rename = "postgres")]
    pub(crate) superuser: String,
    /// The owner of the database.
    #[serde(rename = "cadre_owner")]
    pub(crate) owner: String,
    /// The web role.
    #[serde(rename = "cadre_web")]
    pub(crate) web: String,
    /// The role of reports.
    #[serde(rename = "cadre_report")]
    pub(crate) report: String,
}

impl std::fmt::Debug for Passwords {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Passwords")
    }
}

impl Passwords {
    /// Where the passwords of a data folder are kept.
    pub(crate) fn file(data: &Path) -> PathBuf {
        data.join("keys").join("postgres.json")
    }

    /// Reads the passwords; nothing when there is no file.
    ///
    /// # Errors
    /// The file cannot be read, or is not what was written.
    pub(crate) fn load(data: &Path) -> Result<Option<Self>, ClusterError> {
        let file = Self::file(data);
        match fs::read(&file) {
            Ok(text) => serde_json::from_slice(&text).map(Some).map_err(|error| {
                ClusterError::PasswordsLost { file, problem: format!("的内容无法识别（{error}）") }
            }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(ClusterError::io(&file)(error)),
        }
    }

    /// Reads the passwords, or makes them. Of several processes that make them at once, one wins and all agree.
    ///
    /// # Errors
    /// The file cannot be read or written.
    pub(crate) fn load_or_make(data: &Path) -> Result<Self, ClusterError> {
        if let Some(passwords) = Self::load(data)? {
            return Ok(passwords);
        }
        let file = Self::file(data);
        let failed = |error| ClusterError::io(&file)(error);
        make_folder(&data.join("keys"), 0o700)?;
        let made = Self {
            superuser: generate().map_err(failed)?,
            owner: generate().map_err(failed)?,
            web: generate().map_err(failed)?,
            report: generate().map_err(failed)?,
        };
        let draft = file.with_extension(format!("new-{}", std::process::id()));
        let written = made.write(&draft).and_then(|()| fs::hard_link(&draft, &file));
        let _ = fs::remove_file(&draft); // nothing depends on the draft any more
        match written {
            Ok(()) => Ok(made),
            // Another process was quicker: its passwords count.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                Self::load(data)?.ok_or_else(|| failed(io::ErrorKind::NotFound.into()))
            }
            Err(error) => Err(failed(error)),
        }
    }

    /// Writes a whole file and its folder to the disk.
    fn write(&self, draft: &Path) -> io::Result<()> {
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(draft)?;
        file.write_all(&serde_json::to_vec_pretty(self)?)?;
        file.sync_all()?;
        match draft.parent() {
            Some(folder) => File::open(folder)?.sync_all(),
            None => Ok(()),
        }
    }
}

/// A password in hexadecimal: nothing in it ever needs quoting.
fn generate() -> io::Result<String> {
    let mut bytes = [0_u8; STRENGTH];
    OsRng.try_fill_bytes(&mut bytes).map_err(io::Error::other)?;
    Ok(hex::encode(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::MetadataExt;

    #[test]
    fn passwords_are_made_once_and_kept_from_others() {
        let here = tempfile::tempdir().unwrap();
        let made = Passwords::load_or_make(here.path()).unwrap();
        assert_eq!(Passwords::load_or_make(here.path()).unwrap(), made);
        assert_ne!(made.owner, made.web);
        assert_eq!(made.web.len(), 2 * STRENGTH);
        let keys = here.path().join("keys");
        let file = Passwords::file(here.path());
        assert_eq!(fs::metadata(&keys).unwrap().mode() & 0o777, 0o700);
        assert_eq!(fs::metadata(file).unwrap().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(keys).unwrap().count(), 1, "no draft stays behind");
    }

    #[test]
    fn a_damaged_file_is_refused_not_replaced() {
        let here = tempfile::tempdir().unwrap();
        fs::create_dir(here.path().join("keys")).unwrap();
        fs::write(Passwords::file(here.path()), "{}").unwrap();
        let error = Passwords::load_or_make(here.path()).unwrap_err();
        assert!(error.to_string().contains("无法识别"), "{error}");
        assert_eq!(fs::read(Passwords::file(here.path())).unwrap(), b"{}");
    }
}
