//! The key ring for personal data: identifiers are encrypted here, outside the database, and found by a keyed MAC.
//!
//! A stored text is `algorithm (1) | key (1) | nonce (24 or 12) | cipher text and tag`, bound by its associated data to the
//! row and column that it stands in: copied elsewhere, it no longer opens. Both ids are checked before anything is opened.
//!
//! A ring follows its file: whoever seals looks whether the file is another one than before, so that a key that comes in
//! while a server runs is used by the next text. Reading looks only where a text names a key that is not known yet.

mod algorithms;
mod file;
mod secret;

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

pub use algorithms::{Algorithm, SearchAlgorithm};
use algorithms::{Cipher, SearchKey};
use file::KeyFile;
pub use file::KeyState;
pub(in crate::base) use file::read_or_make;
pub use secret::Secret;

/// Why personal data could not be protected or read.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The file cannot be read or written.
    #[error("密钥文件 {path} 无法读写：{cause}。请检查目录权限，或用 CADRE_KEY_FILE 指定另一个位置。")]
    File {
        /// The file.
        path: String,
        /// The system's own words.
        cause: std::io::Error,
    },
    /// The file is no key ring.
    #[error("密钥文件 {0} 的内容不是有效的密钥。请从备份恢复，切勿删除：没有它，已加密的数据将无法读出。")]
    Shape(String),
    /// The file may be read by others.
    #[error("密钥文件 {0} 可以被其他用户读取，请执行 chmod 600 后重试。")]
    Open(String),
    /// The file holds no key for signing checkpoints.
    #[error(
        "签名密钥文件 {0} 的内容不是有效的密钥。请从备份恢复；换用新密钥后，审计员核对检查点时会看到密钥已更换。"
    )]
    SigningShape(String),
    /// A stored text does not open: another key, another row, or damaged.
    #[error("加密数据无法解开：密钥不符或数据已损坏。")]
    Sealed,
    /// A stored text names a key that the ring does not hold.
    #[error(
        "加密数据由第{0}号密钥加密，而密钥文件中没有这把密钥。请从密钥备份中恢复含有它的密钥文件（例如备份数据库时一并保存的那一份）。"
    )]
    UnknownKey(u8),
    /// A stored text names an algorithm that this program does not know.
    #[error("加密数据使用了本版本不认识的第{0}号算法。请改用写入这些数据的版本，或更新版本。")]
    UnknownAlgorithm(u8),
    /// A stored text names another algorithm than its key has.
    #[error(
        "加密数据标明的算法（第{algorithm}号）与第{key}号密钥的算法不符：数据已被改动，或密钥文件不属于这个数据库。"
    )]
    OtherAlgorithm {
        /// The algorithm that the text names.
        algorithm: u8,
        /// The key that it names.
        key: u8,
    },
    /// There is no id left for another key.
    #[error("密钥编号已用到255，无法再增加。请联系开发者。")]
    Full,
    /// The ring stands in no file, so that no key can be added.
    #[error("这个密钥环没有文件，无法更换密钥。")]
    NoFile,
}

/// The keys of a ring as they were last read.
struct Keys {
    current: u8,
    encryption: BTreeMap<u8, Cipher>,
    states: BTreeMap<u8, KeyState>,
    search: SearchKey,
}

/// By what a file is known to be another one than before.
type Seen = (u64, u64, i64, i64);

struct Held {
    seen: Option<Seen>,
    keys: Arc<Keys>,
}

/// What is told of a key; never the key itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct KeyNote {
    /// Its number: the second byte of whatever it sealed.
    pub id: u8,
    /// What it seals with.
    pub algorithm: Algorithm,
    /// What it is there for.
    pub state: KeyState,
}

/// Keys in use. Never printed.
pub struct KeyRing {
    file: Option<PathBuf>,
    held: RwLock<Held>,
}

impl std::fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("KeyRing")
    }
}

fn seen(path: &Path) -> Option<Seen> {
    let found = fs::metadata(path).ok()?;
    Some((found.ino(), found.len(), found.mtime(), found.mtime_nsec()))
}

fn load(path: &Path) -> Result<Keys, KeyError> {
    KeyFile::read(path)?.keys().ok_or_else(|| KeyError::Shape(path.display().to_string()))
}

impl KeyRing {
    /// The ring of a file; made with fresh keys where there is none.
    ///
    /// # Errors
    /// When the file cannot be read or made, is open to others, or holds no keys.
    pub fn open(path: &Path) -> Result<Self, KeyError> {
        Self::open_or_make(path, Algorithm::default())
    }

    /// The ring of a file; made with fresh keys of an algorithm where there is none. A ring that is there keeps its own.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn open_or_make(path: &Path, algorithm: Algorithm) -> Result<Self, KeyError> {
        read_or_make(path, || KeyFile::fresh(algorithm).text())?;
        let seen = seen(path);
        let keys = Arc::new(load(path)?);
        Ok(Self { file: Some(path.to_owned()), held: RwLock::new(Held { seen, keys }) })
    }

    /// A ring of fresh keys that stands in no file, for tests.
    #[must_use]
    pub fn ephemeral() -> Option<Self> {
        Self::ephemeral_of(Algorithm::default())
    }

    /// The same, of an algorithm.
    #[must_use]
    pub fn ephemeral_of(algorithm: Algorithm) -> Option<Self> {
        let keys = Arc::new(KeyFile::fresh(algorithm).keys()?);
        Some(Self { file: None, held: RwLock::new(Held { seen: None, keys }) })
    }

    fn held(&self) -> Arc<Keys> {
        self.held.read().unwrap_or_else(PoisonError::into_inner).keys.clone()
    }

    /// The keys as the file has them now. One that cannot be read changes nothing: the log says so, once.
    fn newest(&self) -> Arc<Keys> {
        let Some(path) = &self.file else { return self.held() };
        let now = seen(path);
        {
            let held = self.held.read().unwrap_or_else(PoisonError::into_inner);
            if held.seen == now {
                return held.keys.clone();
            }
        }
        let loaded = load(path);
        let mut held = self.held.write().unwrap_or_else(PoisonError::into_inner);
        held.seen = now;
        match loaded {
            Ok(keys) => held.keys = Arc::new(keys),
            Err(error) => tracing::error!(%error, "the key ring has changed and cannot be read"),
        }
        held.keys.clone()
    }

    /// Encrypts a text for the row `owner`.
    ///
    /// # Errors
    /// `Sealed` when the cipher refuses, which it does only for texts of many gigabytes.
    pub fn seal(&self, secret: Secret, owner: uuid::Uuid, text: &[u8]) -> Result<Vec<u8>, KeyError> {
        seal(&self.newest(), secret, owner, text)
    }

    /// Opens a stored text of the row `owner`.
    ///
    /// # Errors
    /// `UnknownKey`, `UnknownAlgorithm`, `OtherAlgorithm` by the ids that stand before the text; `Sealed` when row or text
    /// do not fit.
    pub fn unseal(&self, secret: Secret, owner: uuid::Uuid, stored: &[u8]) -> Result<Vec<u8>, KeyError> {
        match unseal(&self.held(), secret, owner, stored) {
            Err(KeyError::UnknownKey(_)) => unseal(&self.newest(), secret, owner, stored),
            answer => answer,
        }
    }

    /// Opens a stored text of the row `owner` as UTF-8.
    ///
    /// # Errors
    /// As [`Self::unseal`].
    pub fn unseal_text(&self, secret: Secret, owner: uuid::Uuid, stored: &[u8]) -> Result<String, KeyError> {
        String::from_utf8(self.unseal(secret, owner, stored)?).map_err(|_| KeyError::Sealed)
    }

    /// The stored text of the row `owner` under the current key; none where it stands under that already.
    ///
    /// # Errors
    /// As [`Self::unseal`].
    pub fn reseal(
        &self,
        secret: Secret,
        owner: uuid::Uuid,
        stored: &[u8],
    ) -> Result<Option<Vec<u8>>, KeyError> {
        let keys = self.newest();
        if key_of(stored)? == keys.current {
            return Ok(None);
        }
        let text = unseal(&keys, secret, owner, stored)?;
        seal(&keys, secret, owner, &text).map(Some)
    }

    /// The keyed MAC by which an identifier is found again: 33 bytes, the algorithm first.
    #[must_use]
    pub fn mac(&self, secret: Secret, text: &str) -> Vec<u8> {
        self.held().search.mac(&[secret.label(), b":", text.as_bytes()])
    }

    /// The keys of the ring, by their numbers.
    #[must_use]
    pub fn notes(&self) -> Vec<KeyNote> {
        let keys = self.newest();
        let note = |(id, cipher): (&u8, &Cipher)| {
            let state = keys.states.get(id).copied().unwrap_or(KeyState::Leaving);
            KeyNote { id: *id, algorithm: cipher.algorithm(), state }
        };
        keys.encryption.iter().map(note).collect()
    }

    /// The number of the key that seals.
    #[must_use]
    pub fn current(&self) -> u8 {
        self.newest().current
    }

    /// Adds a key that opens from now on and seals nothing yet; answers its number. Nobody else may change the file
    /// meanwhile (`records::sealed` holds a lock).
    ///
    /// # Errors
    /// When the file cannot be written, or no number is left.
    pub fn add(&self, algorithm: Algorithm) -> Result<u8, KeyError> {
        self.change(|file| file.add(algorithm))
    }

    /// Lets a key seal everything from now on.
    ///
    /// # Errors
    /// As [`Self::add`]; `UnknownKey`.
    pub fn switch(&self, id: u8) -> Result<(), KeyError> {
        self.change(|file| file.switch(id))
    }

    /// Notes that nothing in the database is sealed with some keys any more. They still open: backups.
    ///
    /// # Errors
    /// As [`Self::add`].
    pub fn retire(&self, ids: &[u8]) -> Result<(), KeyError> {
        self.change(|file| {
            ids.iter().for_each(|id| file.set(*id, KeyState::Retired));
            Ok(())
        })
    }

    /// Forgets a key for ever: what it sealed opens no more.
    ///
    /// # Errors
    /// As [`Self::add`].
    pub fn remove(&self, id: u8) -> Result<(), KeyError> {
        self.change(|file| {
            file.remove(id);
            Ok(())
        })
    }

    fn change<T>(&self, work: impl FnOnce(&mut KeyFile) -> Result<T, KeyError>) -> Result<T, KeyError> {
        let path = self.file.as_deref().ok_or(KeyError::NoFile)?;
        let mut file = KeyFile::read(path)?;
        let answer = work(&mut file)?;
        let whole = || KeyError::Shape(path.display().to_string());
        file.keys().ok_or_else(whole)?;
        file::replace(path, &file.text().map_err(|_| whole())?)?;
        self.newest();
        Ok(answer)
    }
}

/// The number of the key that a stored text names.
///
/// # Errors
/// `Sealed` where it is too short to name one.
pub fn key_of(stored: &[u8]) -> Result<u8, KeyError> {
    stored.get(1).copied().ok_or(KeyError::Sealed)
}

fn seal(keys: &Keys, secret: Secret, owner: uuid::Uuid, text: &[u8]) -> Result<Vec<u8>, KeyError> {
    let cipher = keys.encryption.get(&keys.current).ok_or(KeyError::UnknownKey(keys.current))?;
    let mut stored = Vec::with_capacity(42 + text.len());
    stored.extend_from_slice(&[cipher.algorithm().id(), keys.current]);
    cipher.seal(text, &associated_data(secret, owner), &mut stored).ok_or(KeyError::Sealed)?;
    Ok(stored)
}

fn unseal(keys: &Keys, secret: Secret, owner: uuid::Uuid, stored: &[u8]) -> Result<Vec<u8>, KeyError> {
    let (&[algorithm, key], sealed) = stored.split_first_chunk::<2>().ok_or(KeyError::Sealed)?;
    let named = Algorithm::of(algorithm).ok_or(KeyError::UnknownAlgorithm(algorithm))?;
    let cipher = keys.encryption.get(&key).ok_or(KeyError::UnknownKey(key))?;
    if cipher.algorithm() != named {
        return Err(KeyError::OtherAlgorithm { algorithm, key });
    }
    cipher.open(sealed, &associated_data(secret, owner)).ok_or(KeyError::Sealed)
}

fn associated_data(secret: Secret, owner: uuid::Uuid) -> Vec<u8> {
    [secret.label(), b":", owner.as_bytes().as_slice()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sealed_text_opens_only_in_its_own_row_and_column() {
        let ring = KeyRing::ephemeral().unwrap();
        let (mine, other) = (uuid::Uuid::now_v7(), uuid::Uuid::now_v7());
        let stored = ring.seal(Secret::CitizenId, mine, b"110101199001011237").unwrap();
        assert_eq!(ring.unseal_text(Secret::CitizenId, mine, &stored).unwrap(), "110101199001011237");
        assert!(ring.unseal(Secret::CitizenId, other, &stored).is_err());
        assert!(ring.unseal(Secret::Mobile, mine, &stored).is_err());
        for position in 0..stored.len() {
            let mut broken = stored.clone();
            broken[position] ^= 1;
            assert!(ring.unseal(Secret::CitizenId, mine, &broken).is_err(), "byte {position}");
        }
        assert!(ring.unseal(Secret::CitizenId, mine, &stored[..20]).is_err());
    }

    #[test]
    fn the_mac_finds_the_same_number_and_depends_on_the_key() {
        let (ring, other) = (KeyRing::ephemeral().unwrap(), KeyRing::ephemeral().unwrap());
        let mac = ring.mac(Secret::CitizenId, "110101199001011237");
        assert_eq!(mac, ring.mac(Secret::CitizenId, "110101199001011237"));
        assert_ne!(mac, other.mac(Secret::CitizenId, "110101199001011237"));
        assert_ne!(mac, ring.mac(Secret::Mobile, "110101199001011237"));
        assert_eq!(mac.len(), 33);
    }

    #[test]
    fn a_ring_is_made_once_private_and_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys/ring.json");
        let first = KeyRing::open(&path).unwrap().mac(Secret::Mobile, "1");
        assert_eq!(KeyRing::open(&path).unwrap().mac(Secret::Mobile, "1"), first);
        fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o644)).unwrap();
        assert!(matches!(KeyRing::open(&path), Err(KeyError::Open(_))));
    }

    #[test]
    fn what_a_text_says_of_itself_is_checked_before_it_is_opened() {
        let ring = KeyRing::ephemeral().unwrap();
        let owner = uuid::Uuid::now_v7();
        let stored = ring.seal(Secret::Mobile, owner, b"13800001111").unwrap();
        let told = |place: usize, value: u8| {
            let mut other = stored.clone();
            other[place] = value;
            ring.unseal(Secret::Mobile, owner, &other).unwrap_err()
        };
        assert!(matches!(told(1, 9), KeyError::UnknownKey(9)));
        assert!(matches!(told(0, 77), KeyError::UnknownAlgorithm(77)));
        let other = told(0, Algorithm::Aes256Gcm.id());
        assert!(matches!(other, KeyError::OtherAlgorithm { algorithm: 2, key: 1 }));
        assert!(told(1, 9).to_string().contains("第9号密钥"));
        assert!(matches!(ring.unseal(Secret::Mobile, owner, b"").unwrap_err(), KeyError::Sealed));
    }

    #[test]
    fn a_ring_of_the_first_days_is_read_and_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ring.json");
        let key = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
        let text = format!(r#"{{"current":1,"encryption":{{"1":"{key}"}},"search":"{key}"}}"#);
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
        let ring = KeyRing::open(&path).unwrap();
        let owner = uuid::Uuid::now_v7();
        let (stored, mac) = (ring.seal(Secret::Mobile, owner, b"1").unwrap(), ring.mac(Secret::Mobile, "1"));
        assert_eq!(stored[..2], [1, 1]);
        let id = ring.add(Algorithm::Sm4Gcm).unwrap();
        ring.switch(id).unwrap();
        assert_eq!(ring.unseal(Secret::Mobile, owner, &stored).unwrap(), b"1");
        assert_eq!(ring.mac(Secret::Mobile, "1"), mac, "what people are found by stays");
    }

    #[test]
    fn a_ring_follows_its_file_and_seals_with_the_key_that_came_in() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ring.json");
        let server = KeyRing::open(&path).unwrap();
        let owner = uuid::Uuid::now_v7();
        let old = server.seal(Secret::CitizenId, owner, b"1").unwrap();
        let machine = KeyRing::open(&path).unwrap();
        assert_eq!(machine.add(Algorithm::Aes256Gcm).unwrap(), 2);
        assert_eq!(server.seal(Secret::CitizenId, owner, b"1").unwrap()[..2], [1, 1], "it waits");
        machine.switch(2).unwrap();
        let new = server.seal(Secret::CitizenId, owner, b"1").unwrap();
        assert_eq!(new[..2], [2, 2]);
        assert_eq!(machine.reseal(Secret::CitizenId, owner, &new).unwrap(), None);
        let anew = machine.reseal(Secret::CitizenId, owner, &old).unwrap().unwrap();
        assert_eq!(server.unseal(Secret::CitizenId, owner, &anew).unwrap(), b"1");
        machine.retire(&[1]).unwrap();
        assert_eq!(server.unseal(Secret::CitizenId, owner, &old).unwrap(), b"1", "backups open");
        machine.remove(1).unwrap();
        assert_eq!(server.current(), 2);
        assert!(matches!(server.unseal(Secret::CitizenId, owner, &old), Err(KeyError::UnknownKey(1))));
        let states: Vec<_> = server.notes().iter().map(|note| (note.id, note.state)).collect();
        assert_eq!(states, [(2, KeyState::Current)]);
        assert_eq!(std::os::unix::fs::MetadataExt::mode(&fs::metadata(&path).unwrap()) & 0o777, 0o600);
    }

    #[test]
    fn a_ring_whose_file_is_spoilt_goes_on_with_what_it_has() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ring.json");
        let ring = KeyRing::open(&path).unwrap();
        fs::write(&path, "{}").unwrap();
        let owner = uuid::Uuid::now_v7();
        let stored = ring.seal(Secret::Mobile, owner, b"1").unwrap();
        assert_eq!(ring.unseal(Secret::Mobile, owner, &stored).unwrap(), b"1");
        assert!(matches!(KeyRing::open(&path), Err(KeyError::Shape(_))));
        assert!(matches!(ring.add(Algorithm::Sm4Gcm), Err(KeyError::Shape(_))));
    }
}
