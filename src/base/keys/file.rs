//! The file of a key ring, and the state of each key in it.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, chown};
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rand::RngCore;

use super::algorithms::{Algorithm, Cipher, SearchAlgorithm, SearchKey};
use super::{KeyError, Keys};

/// What a key is there for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyState {
    /// Made, and waiting until every machine has it: it opens, and seals nothing yet.
    Waiting,
    /// Seals everything from now on.
    Current,
    /// Was current before: what it sealed is being sealed anew.
    Leaving,
    /// Nothing in the database is sealed with it any more; backups may be.
    Retired,
}

#[derive(serde::Serialize, serde::Deserialize)]
#[serde(untagged)]
enum StoredKey {
    /// As the first rings were written: XChaCha20-Poly1305.
    Plain(String),
    Whole {
        algorithm: Algorithm,
        state: KeyState,
        key: String,
    },
}

#[derive(serde::Serialize, serde::Deserialize)]
#[serde(untagged)]
enum StoredSearch {
    /// As the first rings were written: HMAC-SHA-256.
    Plain(String),
    Whole {
        algorithm: SearchAlgorithm,
        key: String,
    },
}

/// A key ring as it stands in its file.
#[derive(serde::Serialize, serde::Deserialize)]
pub(super) struct KeyFile {
    current: u8,
    encryption: BTreeMap<u8, StoredKey>,
    search: StoredSearch,
}

fn random_key(length: usize) -> String {
    let mut key = vec![0; length];
    rand::rng().fill_bytes(&mut key);
    STANDARD.encode(key)
}

fn fresh_key(algorithm: Algorithm, state: KeyState) -> StoredKey {
    StoredKey::Whole { algorithm, state, key: random_key(algorithm.key_length()) }
}

impl KeyFile {
    /// A ring of fresh keys.
    pub(super) fn fresh(algorithm: Algorithm) -> Self {
        Self {
            current: 1,
            encryption: BTreeMap::from([(1, fresh_key(algorithm, KeyState::Current))]),
            search: StoredSearch::Whole { algorithm: algorithm.search(), key: random_key(32) },
        }
    }

    pub(super) fn read(path: &Path) -> Result<Self, KeyError> {
        let text = checked(path)?;
        serde_json::from_str(&text).map_err(|_| KeyError::Shape(path.display().to_string()))
    }

    pub(super) fn text(&self) -> serde_json::Result<String> {
        serde_json::to_string_pretty(self)
    }

    /// The keys, ready for use; none where one of them is not of its algorithm's shape.
    pub(super) fn keys(&self) -> Option<Keys> {
        let mut encryption = BTreeMap::new();
        let mut states = BTreeMap::new();
        for (id, stored) in &self.encryption {
            let (algorithm, key, state) = match stored {
                StoredKey::Plain(key) => (Algorithm::XChaCha20Poly1305, key, KeyState::Leaving),
                StoredKey::Whole { algorithm, state, key } => (*algorithm, key, *state),
            };
            encryption.insert(*id, Cipher::new(algorithm, &STANDARD.decode(key).ok()?)?);
            states.insert(*id, if *id == self.current { KeyState::Current } else { state });
        }
        encryption.contains_key(&self.current).then_some(())?;
        let (algorithm, key) = match &self.search {
            StoredSearch::Plain(key) => (SearchAlgorithm::HmacSha256, key),
            StoredSearch::Whole { algorithm, key } => (*algorithm, key),
        };
        let search = SearchKey::new(algorithm, &STANDARD.decode(key).ok()?)?;
        Some(Keys { current: self.current, encryption, states, search })
    }

    /// Adds a key that waits; answers its id, the first above all that there ever were.
    pub(super) fn add(&mut self, algorithm: Algorithm) -> Result<u8, KeyError> {
        let last = self.encryption.keys().next_back().copied().unwrap_or(0);
        let id = last.checked_add(1).ok_or(KeyError::Full)?;
        self.encryption.insert(id, fresh_key(algorithm, KeyState::Waiting));
        Ok(id)
    }

    /// Seals with another key from now on; the one before begins to leave.
    pub(super) fn switch(&mut self, id: u8) -> Result<(), KeyError> {
        let former = self.current;
        if !self.encryption.contains_key(&id) {
            return Err(KeyError::UnknownKey(id));
        }
        self.set(former, KeyState::Leaving);
        self.set(id, KeyState::Current);
        self.current = id;
        Ok(())
    }

    /// Gives a key another state.
    pub(super) fn set(&mut self, id: u8, to: KeyState) {
        if let Some(stored) = self.encryption.get_mut(&id) {
            let (algorithm, key) = match stored {
                StoredKey::Plain(key) => (Algorithm::XChaCha20Poly1305, std::mem::take(key)),
                StoredKey::Whole { algorithm, key, .. } => (*algorithm, std::mem::take(key)),
            };
            *stored = StoredKey::Whole { algorithm, state: to, key };
        }
    }

    /// Forgets a key for ever.
    pub(super) fn remove(&mut self, id: u8) {
        self.encryption.remove(&id);
    }
}

/// The text of a file that only its owner may read; made by `fresh` where there is none.
pub(in crate::base) fn read_or_make(
    path: &Path,
    fresh: impl FnOnce() -> serde_json::Result<String>,
) -> Result<String, KeyError> {
    if !path.exists() {
        let made = fresh().map_err(std::io::Error::from).and_then(|text| make(path, &text));
        made.map_err(|cause| unusable(path, cause))?;
    }
    checked(path)
}

fn unusable(path: &Path, cause: std::io::Error) -> KeyError {
    KeyError::File { path: path.display().to_string(), cause }
}

fn checked(path: &Path) -> Result<String, KeyError> {
    let mode = fs::metadata(path).map_err(|cause| unusable(path, cause))?.mode();
    if mode & 0o077 != 0 {
        return Err(KeyError::Open(path.display().to_string()));
    }
    fs::read_to_string(path).map_err(|cause| unusable(path, cause))
}

fn draft(path: &Path, text: &str) -> std::io::Result<std::path::PathBuf> {
    let draft = path.with_extension(format!("draft-{}", uuid::Uuid::now_v7()));
    let mut out = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft)?;
    out.write_all(text.as_bytes())?;
    out.sync_all()?;
    Ok(draft)
}

fn make(path: &Path, text: &str) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    // Written beside and linked into place: a second process starting at once takes over this one's keys.
    let draft = draft(path, text)?;
    let linked = fs::hard_link(&draft, path);
    fs::remove_file(&draft)?;
    match linked {
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        other => other,
    }
}

/// Puts another text in the place of a file, whole or not at all, and lets its owner stay its owner: whoever works at the
/// machine may be root, and the server somebody else.
pub(super) fn replace(path: &Path, text: &str) -> Result<(), KeyError> {
    let replaced = || {
        let former = fs::metadata(path)?;
        let draft = draft(path, text)?;
        let now = fs::metadata(&draft)?;
        if (now.uid(), now.gid()) != (former.uid(), former.gid()) {
            chown(&draft, Some(former.uid()), Some(former.gid()))?;
        }
        fs::rename(&draft, path)?;
        match path.parent() {
            Some(folder) => fs::File::open(folder)?.sync_all(),
            None => Ok(()),
        }
    };
    replaced().map_err(|cause| unusable(path, cause))
}
