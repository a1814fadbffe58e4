//! The key ring for personal data: identifiers are encrypted here, outside the database, and found by a keyed MAC.
//!
//! A stored text is `algorithm (1) | key (1) | nonce (24) | cipher text and tag`, bound by its associated data to the
//! row and column that it stands in: copied elsewhere, it no longer opens.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac};
use rand::RngCore;
use sha2::Sha256;

/// XChaCha20-Poly1305; the id stands before every stored text, so that another algorithm can follow (GB/T 39786).
const XCHACHA20_POLY1305: u8 = 1;
/// HMAC-SHA-256; stands before every stored MAC.
const HMAC_SHA256: u8 = 1;

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
}

/// What an encrypted column holds; part of the associated data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Secret {
    /// 公民身份号码.
    CitizenId,
    /// 手机号码.
    Mobile,
    /// 固定电话.
    Telephone,
    /// The rows of an uploaded workbook.
    ImportRow,
    /// The rows of a grid that is being filled in.
    DraftRow,
    /// An uploaded file that waits until somebody says what its columns are.
    Upload,
    /// What a department says of a candidate.
    Verdict,
    /// Why a candidate was filed or rejected.
    Decision,
    /// What the one-time codes of an account are made from.
    OneTimeCode,
    /// The seed of a draw that is not revealed yet.
    DrawSeed,
}

impl Secret {
    fn label(self) -> &'static [u8] {
        match self {
            Self::CitizenId => b"citizen_id",
            Self::Mobile => b"mobile",
            Self::Telephone => b"telephone",
            Self::ImportRow => b"import_row",
            Self::DraftRow => b"draft_row",
            Self::Upload => b"upload",
            Self::Verdict => b"verdict",
            Self::Decision => b"decision",
            Self::OneTimeCode => b"one_time_code",
            Self::DrawSeed => b"draw_seed",
        }
    }
}

#[derive(serde::Serialize, serde::Deserialize)]
struct KeyFile {
    current: u8,
    encryption: BTreeMap<u8, String>,
    search: String,
}

/// Keys in use. Never printed.
pub struct KeyRing {
    current: u8,
    encryption: BTreeMap<u8, XChaCha20Poly1305>,
    search: Hmac<Sha256>,
}

impl std::fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("KeyRing")
    }
}

fn random_key() -> [u8; 32] {
    let mut key = [0; 32];
    rand::rng().fill_bytes(&mut key);
    key
}

/// The text of a file that only its owner may read; made by `fresh` where there is none.
pub(super) fn read_or_make(
    path: &Path,
    fresh: impl FnOnce() -> serde_json::Result<String>,
) -> Result<String, KeyError> {
    let file_error = |cause| KeyError::File { path: path.display().to_string(), cause };
    if !path.exists() {
        fresh().map_err(std::io::Error::from).and_then(|text| make(path, &text)).map_err(file_error)?;
    }
    let mode = std::os::unix::fs::MetadataExt::mode(&fs::metadata(path).map_err(file_error)?);
    if mode & 0o077 != 0 {
        return Err(KeyError::Open(path.display().to_string()));
    }
    fs::read_to_string(path).map_err(file_error)
}

fn make(path: &Path, text: &str) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    // Written beside and linked into place: a second process starting at once takes over this one's keys.
    let draft = path.with_extension(format!("draft-{}", uuid::Uuid::now_v7()));
    let mut out = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft)?;
    out.write_all(text.as_bytes())?;
    out.sync_all()?;
    let linked = fs::hard_link(&draft, path);
    fs::remove_file(&draft)?;
    match linked {
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        other => other,
    }
}

impl KeyRing {
    /// The ring of a file; made with fresh keys where there is none.
    ///
    /// # Errors
    /// When the file cannot be read or made, is open to others, or holds no keys.
    pub fn open(path: &Path) -> Result<Self, KeyError> {
        let text = read_or_make(path, || {
            serde_json::to_string_pretty(&KeyFile {
                current: 1,
                encryption: BTreeMap::from([(1, STANDARD.encode(random_key()))]),
                search: STANDARD.encode(random_key()),
            })
        })?;
        Self::parse(&text).ok_or_else(|| KeyError::Shape(path.display().to_string()))
    }

    fn parse(text: &str) -> Option<Self> {
        let file: KeyFile = serde_json::from_str(text).ok()?;
        let mut encryption = BTreeMap::new();
        for (id, key) in &file.encryption {
            encryption.insert(*id, XChaCha20Poly1305::new_from_slice(&STANDARD.decode(key).ok()?).ok()?);
        }
        encryption.contains_key(&file.current).then_some(())?;
        let search = STANDARD.decode(&file.search).ok().filter(|key| key.len() == 32)?;
        let search = <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(&search).ok()?;
        Some(Self { current: file.current, encryption, search })
    }

    /// A ring of fresh keys that stands in no file, for tests.
    #[must_use]
    pub fn ephemeral() -> Option<Self> {
        let text = serde_json::to_string(&KeyFile {
            current: 1,
            encryption: BTreeMap::from([(1, STANDARD.encode(random_key()))]),
            search: STANDARD.encode(random_key()),
        });
        Self::parse(&text.ok()?)
    }

    /// Encrypts a text for the row `owner`.
    ///
    /// # Errors
    /// `Sealed` when the cipher refuses, which it does only for texts of many gigabytes.
    pub fn seal(&self, secret: Secret, owner: uuid::Uuid, text: &[u8]) -> Result<Vec<u8>, KeyError> {
        let cipher = self.encryption.get(&self.current).ok_or(KeyError::Sealed)?;
        let mut nonce = [0; 24];
        rand::rng().fill_bytes(&mut nonce);
        let data = associated_data(secret, owner);
        let sealed = cipher
            .encrypt(&XNonce::from(nonce), Payload { msg: text, aad: &data })
            .map_err(|_| KeyError::Sealed)?;
        let mut stored = Vec::with_capacity(26 + sealed.len());
        stored.extend_from_slice(&[XCHACHA20_POLY1305, self.current]);
        stored.extend_from_slice(&nonce);
        stored.extend_from_slice(&sealed);
        Ok(stored)
    }

    /// Opens a stored text of the row `owner`.
    ///
    /// # Errors
    /// `Sealed` when algorithm, key, row or text do not fit.
    pub fn unseal(&self, secret: Secret, owner: uuid::Uuid, stored: &[u8]) -> Result<Vec<u8>, KeyError> {
        let (&[algorithm, key], rest) = stored.split_first_chunk::<2>().ok_or(KeyError::Sealed)?;
        let (nonce, sealed) = rest.split_first_chunk::<24>().ok_or(KeyError::Sealed)?;
        if algorithm != XCHACHA20_POLY1305 {
            return Err(KeyError::Sealed);
        }
        let cipher = self.encryption.get(&key).ok_or(KeyError::Sealed)?;
        let data = associated_data(secret, owner);
        cipher
            .decrypt(&XNonce::from(*nonce), Payload { msg: sealed, aad: &data })
            .map_err(|_| KeyError::Sealed)
    }

    /// Opens a stored text of the row `owner` as UTF-8.
    ///
    /// # Errors
    /// As [`Self::unseal`].
    pub fn unseal_text(&self, secret: Secret, owner: uuid::Uuid, stored: &[u8]) -> Result<String, KeyError> {
        String::from_utf8(self.unseal(secret, owner, stored)?).map_err(|_| KeyError::Sealed)
    }

    /// The keyed MAC by which an identifier is found again: 33 bytes, the algorithm first.
    #[must_use]
    pub fn mac(&self, secret: Secret, text: &str) -> Vec<u8> {
        let mut mac = self.search.clone();
        mac.update(secret.label());
        mac.update(b":");
        mac.update(text.as_bytes());
        let mut stored = vec![HMAC_SHA256];
        stored.extend_from_slice(&mac.finalize().into_bytes());
        stored
    }
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
}
