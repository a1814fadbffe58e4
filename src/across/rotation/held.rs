//! The files of uploads that wait to be matched: sealed, outside the database, each named by its import.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use uuid::Uuid;

use crate::base::db::reseal::Usage;
use crate::base::error::{Error, Result};
use crate::base::keys::{KeyRing, Secret, key_of};

/// How their names end (`web::import_work`): `<import>-<version>.held`.
const ENDING: &str = "held";

/// The waiting files with the imports that they belong to; none where nothing was ever uploaded.
fn files(folder: &Path) -> Result<Vec<(PathBuf, Uuid)>> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(Error::broken(error)),
    };
    let mut found = Vec::new();
    for entry in entries {
        let path = entry.map_err(Error::broken)?.path();
        if path.extension().is_none_or(|ending| ending != ENDING) {
            continue;
        }
        let import = path.file_name().and_then(|name| name.to_str()).and_then(|name| name.get(..36));
        if let Some(import) = import.and_then(|import| Uuid::parse_str(import).ok()) {
            found.push((path, import));
        }
    }
    Ok(found)
}

/// The content of a file; none where it was matched or swept meanwhile.
fn read(path: &Path) -> Result<Option<Vec<u8>>> {
    match fs::read(path) {
        Ok(content) => Ok(Some(content)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Error::broken(error)),
    }
}

/// Adds how many files stand under each key.
pub(super) fn count(folder: &Path, usage: &mut Usage) -> Result<()> {
    for (path, _) in files(folder)? {
        // One that is being written just now has no key yet: the next look finds it.
        if let Some(key) = read(&path)?.and_then(|content| key_of(&content).ok()) {
            *usage.entry(key).or_default() += 1;
        }
    }
    Ok(())
}

/// Seals every file anew that does not stand under the current key.
pub(super) fn reseal(folder: &Path, keys: &KeyRing) -> Result<()> {
    for (path, import) in files(folder)? {
        let Some(content) = read(&path)? else { continue };
        if key_of(&content).map_or(true, |key| key == keys.current()) {
            continue;
        }
        if let Some(anew) = keys.reseal(Secret::Upload, import, &content).map_err(Error::broken)? {
            let draft = path.with_extension("draft");
            fs::write(&draft, anew).and_then(|()| fs::rename(&draft, &path)).map_err(Error::broken)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::keys::Algorithm;

    #[test]
    fn a_waiting_file_is_sealed_anew_under_its_own_import() {
        let folder = tempfile::tempdir().unwrap();
        let keys = KeyRing::open(&folder.path().join("ring.json")).unwrap();
        let import = Uuid::now_v7();
        let path = folder.path().join(format!("{import}-2.held"));
        fs::write(&path, keys.seal(Secret::Upload, import, b"rows").unwrap()).unwrap();
        fs::write(folder.path().join("another"), b"x").unwrap();
        let id = keys.add(Algorithm::Aes256Gcm).unwrap();
        keys.switch(id).unwrap();
        reseal(folder.path(), &keys).unwrap();
        let mut usage = Usage::new();
        count(folder.path(), &mut usage).unwrap();
        assert_eq!(usage, Usage::from([(id, 1)]));
        assert_eq!(keys.unseal(Secret::Upload, import, &fs::read(&path).unwrap()).unwrap(), b"rows");
        assert!(files(&folder.path().join("nowhere")).unwrap().is_empty());
    }
}
