//! Finds PostgreSQL's server programs on this machine and chooses the right version.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use super::account::{self, Account};
use super::error::ClusterError;

/// The oldest major version that cadre runs on.
pub const OLDEST_MAJOR: u32 = 15;

/// A folder with `postgres` and `initdb` of one version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Programs {
    /// The folder.
    pub(crate) folder: PathBuf,
    /// The major version, as in `PG_VERSION`.
    pub(crate) major: u32,
    /// What the server reports as `server_version`, packager's part included.
    pub(crate) version: String,
}

impl Programs {
    /// The path of one program.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Asks the `postgres` in `folder` for its version; nothing when it or `initdb` is missing or does not run.
    fn in_folder(folder: &Path, account: &Account) -> Option<Self> {
        let postgres = folder.join("postgres");
        if !postgres.is_file() || !folder.join("initdb").is_file() {
            return None;
        }
        // A link such as /usr/local/bin/postgres: the other programs and the libraries lie beside its target.
        let folder = fs::canonicalize(&postgres).ok()?.parent()?.to_owned();
        if !folder.join("initdb").is_file() {
            return None;
        }
        let output = account.command(folder.join("postgres")).arg("--version").output().ok()?;
        let (major, version) = parse_version(&String::from_utf8_lossy(&output.stdout))?;
        Some(Self { folder, major, version })
    }
}

/// The folders where server programs may lie: `PATH` first, then where packages put them, newest first.
pub(crate) fn folders() -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> =
        env::var_os("PATH").map(|path| env::split_paths(&path).collect()).unwrap_or_default();
    let mut packaged: Vec<(u32, PathBuf)> = Vec::new();
    for (parent, prefix) in [("/usr/lib/postgresql", ""), ("/usr", "pgsql-")] {
        let entries = fs::read_dir(parent).into_iter().flatten().flatten();
        packaged.extend(entries.filter_map(|entry| {
            let name = entry.file_name();
            let major = name.to_str()?.strip_prefix(prefix)?.parse().ok()?;
            Some((major, entry.path().join("bin")))
        }));
    }
    packaged.sort_by_key(|(major, _)| std::cmp::Reverse(*major));
    folders.extend(packaged.into_iter().map(|(_, folder)| folder));
    folders
}

/// The programs for a cluster: those of its own major version, or for a new one the first that are new enough.
///
/// # Errors
/// None found, all too old, or none of the cluster's version; each says what to install.
pub(crate) fn find(
    folders: &[PathBuf],
    account: &Account,
    cluster: &Path,
    wanted: Option<u32>,
) -> Result<Programs, ClusterError> {
    let mut found: Vec<Programs> = Vec::new();
    for folder in folders {
        let Some(programs) = Programs::in_folder(folder, account) else {
            continue;
        };
        if fits(programs.major, wanted) {
            return Ok(programs);
        }
        found.push(programs);
    }
    Err(none_fits(&found, cluster, wanted))
}

/// Whether programs of this major version serve a cluster (`wanted`: the version that made it).
fn fits(major: u32, wanted: Option<u32>) -> bool {
    wanted.map_or(major >= OLDEST_MAJOR, |wanted| major == wanted)
}

/// What to say when none of `found` serves.
fn none_fits(found: &[Programs], cluster: &Path, wanted: Option<u32>) -> ClusterError {
    let root = account::is_root();
    let mut majors: Vec<u32> = found.iter().map(|programs| programs.major).collect();
    majors.sort_unstable();
    majors.dedup();
    let listed = majors.iter().map(u32::to_string).collect::<Vec<_>>().join("、");
    match wanted {
        Some(needed) => ClusterError::WrongMajor {
            folder: cluster.to_owned(),
            needed,
            found: if listed.is_empty() { "无".to_owned() } else { listed },
            root,
        },
        None if listed.is_empty() => ClusterError::NoPrograms { root },
        None => ClusterError::TooOld { found: listed },
    }
}

/// Major and full version out of `postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)`.
fn parse_version(output: &str) -> Option<(u32, String)> {
    let full = output.trim().strip_prefix("postgres (PostgreSQL) ")?;
    let digits = full.find(|c: char| !c.is_ascii_digit()).unwrap_or(full.len());
    let major = full.get(..digits)?.parse().ok()?;
    Some((major, full.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Command;

    fn own() -> Account {
        Account::Own { uid: 0 }
    }

    /// A folder with stand-ins that print a version as PostgreSQL does.
    fn stand_in(parent: &Path, version: &str) -> PathBuf {
        let folder = parent.join(version);
        fs::create_dir(&folder).unwrap();
        // Written by a shell: a file still open for writing in this process could not be executed.
        let script = format!(
            "for name in postgres initdb; do printf '#!/bin/sh\\necho \"%s (PostgreSQL) {version}\"\\n' $name > $name; chmod +x $name; done"
        );
        let status = Command::new("sh").args(["-c", &script]).current_dir(&folder).status().unwrap();
        assert!(status.success());
        folder
    }

    #[test]
    fn versions_are_read_with_and_without_a_packagers_part() {
        assert_eq!(
            parse_version("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n"),
            Some((15, "15.18 (Debian 15.18-0+deb12u1)".to_owned()))
        );
        assert_eq!(parse_version("postgres (PostgreSQL) 18beta1"), Some((18, "18beta1".to_owned())));
        assert_eq!(parse_version("initdb (PostgreSQL) 15.18"), None);
        assert_eq!(parse_version(""), None);
    }

    #[test]
    fn a_new_cluster_takes_the_first_that_is_new_enough() {
        let here = tempfile::tempdir().unwrap();
        let folders =
            [stand_in(here.path(), "13.2"), stand_in(here.path(), "16.1"), stand_in(here.path(), "17.0")];
        let chosen = find(&folders, &own(), here.path(), None).unwrap();
        assert_eq!(chosen.version, "16.1");
    }

    #[test]
    fn an_existing_cluster_takes_its_own_major_version_never_the_newest() {
        let here = tempfile::tempdir().unwrap();
        let folders = [stand_in(here.path(), "17.0"), stand_in(here.path(), "15.9")];
        assert_eq!(find(&folders, &own(), here.path(), Some(15)).unwrap().version, "15.9");
        let error = find(&folders, &own(), here.path(), Some(16)).unwrap_err();
        assert!(
            matches!(&error, ClusterError::WrongMajor { needed: 16, found, .. } if found == "15、17"),
            "{error}"
        );
    }

    #[test]
    fn nothing_found_and_too_old_are_told_apart() {
        let here = tempfile::tempdir().unwrap();
        let nothing = find(&[here.path().join("none")], &own(), here.path(), None).unwrap_err();
        assert!(matches!(nothing, ClusterError::NoPrograms { .. }));
        let old = find(&[stand_in(here.path(), "14.3")], &own(), here.path(), None).unwrap_err();
        assert!(matches!(&old, ClusterError::TooOld { found } if found == "14"), "{old}");
    }

    #[test]
    fn links_lead_to_the_folder_of_their_target() {
        let here = tempfile::tempdir().unwrap();
        let real = stand_in(here.path(), "15.9");
        let links = here.path().join("links");
        fs::create_dir(&links).unwrap();
        for name in ["postgres", "initdb"] {
            std::os::unix::fs::symlink(real.join(name), links.join(name)).unwrap();
        }
        let chosen = find(&[links], &own(), here.path(), None).unwrap();
        assert_eq!(chosen.folder, fs::canonicalize(real).unwrap());
    }
}
