//! The algorithms that personal data is sealed and found with. Each has an id that stands before whatever it made, so that
//! another can follow, and so that nothing is opened by guessing (GB/T 39786).

use aes_gcm::aead::consts::U12;
use aes_gcm::{Aes256Gcm, AesGcm};
use chacha20poly1305::aead::{Aead, AeadCore, Nonce, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305};
use hmac::{Hmac, Mac};
use rand::RngCore;
use sha2::Sha256;
use sm3::Sm3;
use sm4::Sm4;

/// SM4 in Galois/Counter mode (GB/T 32907, RFC 8998).
type Sm4Gcm = AesGcm<Sm4, U12>;

/// What a key seals with.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize, clap::ValueEnum,
)]
pub enum Algorithm {
    /// XChaCha20-Poly1305: a nonce of 192 bits may be drawn at random for ever.
    #[default]
    #[serde(rename = "xchacha20-poly1305")]
    #[value(name = "xchacha20-poly1305")]
    XChaCha20Poly1305,
    /// AES-256-GCM. Random nonces of 96 bits: a key is good for four thousand million texts.
    #[serde(rename = "aes-256-gcm")]
    #[value(name = "aes-256-gcm")]
    Aes256Gcm,
    /// SM4-GCM, with HMAC-SM3 for finding: what the rules for commercial cryptography (密评) ask for.
    #[serde(rename = "sm4-gcm")]
    #[value(name = "sm4-gcm")]
    Sm4Gcm,
}

impl Algorithm {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::XChaCha20Poly1305, Self::Aes256Gcm, Self::Sm4Gcm];

    /// The id before every text that it sealed; never given anew.
    #[must_use]
    pub fn id(self) -> u8 {
        match self {
            Self::XChaCha20Poly1305 => 1,
            Self::Aes256Gcm => 2,
            Self::Sm4Gcm => 3,
        }
    }

    /// The algorithm of an id.
    #[must_use]
    pub fn of(id: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.id() == id)
    }

    /// Its name in the key ring, on the command line and in the trail.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::XChaCha20Poly1305 => "xchacha20-poly1305",
            Self::Aes256Gcm => "aes-256-gcm",
            Self::Sm4Gcm => "sm4-gcm",
        }
    }

    /// The algorithm of a name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.name() == name)
    }

    /// How many bytes its keys have.
    #[must_use]
    pub fn key_length(self) -> usize {
        match self {
            Self::XChaCha20Poly1305 | Self::Aes256Gcm => 32,
            Self::Sm4Gcm => 16,
        }
    }

    /// The digest that goes with it, for a ring that is made now.
    #[must_use]
    pub fn search(self) -> SearchAlgorithm {
        match self {
            Self::XChaCha20Poly1305 | Self::Aes256Gcm => SearchAlgorithm::HmacSha256,
            Self::Sm4Gcm => SearchAlgorithm::HmacSm3,
        }
    }
}

/// A key, ready to seal and open.
pub(super) enum Cipher {
    XChaCha20Poly1305(Box<XChaCha20Poly1305>),
    Aes256Gcm(Box<Aes256Gcm>),
    Sm4Gcm(Box<Sm4Gcm>),
}

impl Cipher {
    /// The cipher of a key; none where the key has not the length that the algorithm wants.
    pub(super) fn new(algorithm: Algorithm, key: &[u8]) -> Option<Self> {
        Some(match algorithm {
            Algorithm::XChaCha20Poly1305 => {
                Self::XChaCha20Poly1305(Box::new(XChaCha20Poly1305::new_from_slice(key).ok()?))
            }
            Algorithm::Aes256Gcm => Self::Aes256Gcm(Box::new(Aes256Gcm::new_from_slice(key).ok()?)),
            Algorithm::Sm4Gcm => Self::Sm4Gcm(Box::new(Sm4Gcm::new_from_slice(key).ok()?)),
        })
    }

    pub(super) fn algorithm(&self) -> Algorithm {
        match self {
            Self::XChaCha20Poly1305(_) => Algorithm::XChaCha20Poly1305,
            Self::Aes256Gcm(_) => Algorithm::Aes256Gcm,
            Self::Sm4Gcm(_) => Algorithm::Sm4Gcm,
        }
    }

    /// Appends nonce, cipher text and tag; none where the cipher refuses (texts of many gigabytes).
    pub(super) fn seal(&self, text: &[u8], bound_to: &[u8], out: &mut Vec<u8>) -> Option<()> {
        match self {
            Self::XChaCha20Poly1305(cipher) => seal(cipher.as_ref(), text, bound_to, out),
            Self::Aes256Gcm(cipher) => seal(cipher.as_ref(), text, bound_to, out),
            Self::Sm4Gcm(cipher) => seal(cipher.as_ref(), text, bound_to, out),
        }
    }

    /// Opens nonce, cipher text and tag; none where they do not belong to this key and place.
    pub(super) fn open(&self, sealed: &[u8], bound_to: &[u8]) -> Option<Vec<u8>> {
        match self {
            Self::XChaCha20Poly1305(cipher) => open(cipher.as_ref(), sealed, bound_to),
            Self::Aes256Gcm(cipher) => open(cipher.as_ref(), sealed, bound_to),
            Self::Sm4Gcm(cipher) => open(cipher.as_ref(), sealed, bound_to),
        }
    }
}

fn seal<C: Aead + AeadCore>(cipher: &C, text: &[u8], bound_to: &[u8], out: &mut Vec<u8>) -> Option<()> {
    let mut nonce = Nonce::<C>::default();
    rand::rng().fill_bytes(&mut nonce);
    let sealed = cipher.encrypt(&nonce, Payload { msg: text, aad: bound_to }).ok()?;
    out.extend_from_slice(&nonce);
    out.extend_from_slice(&sealed);
    Some(())
}

fn open<C: Aead + AeadCore>(cipher: &C, sealed: &[u8], bound_to: &[u8]) -> Option<Vec<u8>> {
    let (nonce, text) = sealed.split_at_checked(Nonce::<C>::default().len())?;
    let nonce = Nonce::<C>::try_from(nonce).ok()?;
    cipher.decrypt(&nonce, Payload { msg: text, aad: bound_to }).ok()
}

/// What identifiers are found by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum SearchAlgorithm {
    /// HMAC-SHA-256.
    #[serde(rename = "hmac-sha-256")]
    HmacSha256,
    /// HMAC-SM3 (GB/T 32905).
    #[serde(rename = "hmac-sm3")]
    HmacSm3,
}

impl SearchAlgorithm {
    /// The id before every MAC that it made.
    #[must_use]
    pub fn id(self) -> u8 {
        match self {
            Self::HmacSha256 => 1,
            Self::HmacSm3 => 2,
        }
    }
}

/// The key that identifiers are found by.
#[derive(Clone)]
pub(super) enum SearchKey {
    HmacSha256(Box<Hmac<Sha256>>),
    HmacSm3(Box<Hmac<Sm3>>),
}

impl SearchKey {
    pub(super) fn new(algorithm: SearchAlgorithm, key: &[u8]) -> Option<Self> {
        if key.len() != 32 {
            return None;
        }
        Some(match algorithm {
            SearchAlgorithm::HmacSha256 => Self::HmacSha256(Box::new(Hmac::new_from_slice(key).ok()?)),
            SearchAlgorithm::HmacSm3 => Self::HmacSm3(Box::new(Hmac::new_from_slice(key).ok()?)),
        })
    }

    /// The MAC over some parts, the id of the algorithm before it: 33 bytes.
    pub(super) fn mac(&self, parts: &[&[u8]]) -> Vec<u8> {
        match self {
            Self::HmacSha256(key) => mac(SearchAlgorithm::HmacSha256, key.as_ref().clone(), parts),
            Self::HmacSm3(key) => mac(SearchAlgorithm::HmacSm3, key.as_ref().clone(), parts),
        }
    }
}

fn mac(algorithm: SearchAlgorithm, mut mac: impl Mac, parts: &[&[u8]]) -> Vec<u8> {
    for part in parts {
        mac.update(part);
    }
    let mut made = vec![algorithm.id()];
    made.extend_from_slice(&mac.finalize().into_bytes());
    made
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 8998, appendix A.1 (SM4-GCM).
    #[test]
    fn sm4_gcm_gives_the_published_cipher_text() {
        let key = hex::decode("0123456789abcdeffedcba9876543210").unwrap();
        let nonce = hex::decode("00001234567800000000abcd").unwrap();
        let bound_to = hex::decode("feedfacedeadbeeffeedfacedeadbeefabaddad2").unwrap();
        let text = [
            "aaaaaaaaaaaaaaaabbbbbbbbbbbbbbbb",
            "ccccccccccccccccdddddddddddddddd",
            "eeeeeeeeeeeeeeeeffffffffffffffff",
            "eeeeeeeeeeeeeeeeaaaaaaaaaaaaaaaa",
        ];
        let text = hex::decode(text.concat()).unwrap();
        let sealed = [
            "17f399f08c67d5ee19d0dc9969c4bb7d",
            "5fd46fd3756489069157b282bb200735",
            "d82710ca5c22f0ccfa7cbf93d496ac15",
            "a56834cbcf98c397b4024a2691233b8d",
            "83de3541e4c2b58177e065a9bf7b62ec",
        ];
        let sealed = hex::decode(sealed.concat()).unwrap();
        let cipher = Cipher::new(Algorithm::Sm4Gcm, &key).unwrap();
        let stored = [nonce.as_slice(), &sealed].concat();
        assert_eq!(cipher.open(&stored, &bound_to), Some(text));
        assert_eq!(cipher.open(&stored, b"elsewhere"), None);
    }

    #[test]
    fn each_algorithm_opens_what_it_sealed_and_nothing_else() {
        for algorithm in Algorithm::ALL {
            let key = vec![7; algorithm.key_length()];
            let cipher = Cipher::new(algorithm, &key).unwrap();
            assert_eq!(cipher.algorithm(), algorithm);
            let (mut one, mut other) = (Vec::new(), Vec::new());
            cipher.seal(b"13800001111", b"row", &mut one).unwrap();
            cipher.seal(b"13800001111", b"row", &mut other).unwrap();
            assert_ne!(one, other, "a nonce is never used twice");
            assert_eq!(cipher.open(&one, b"row").unwrap(), b"13800001111");
            assert_eq!(cipher.open(&one[..one.len() - 1], b"row"), None);
            assert_eq!(cipher.open(b"", b"row"), None);
            assert!(Cipher::new(algorithm, b"short").is_none());
            assert_eq!(Algorithm::of(algorithm.id()), Some(algorithm));
            assert_eq!(Algorithm::named(algorithm.name()), Some(algorithm));
            assert_eq!(serde_json::to_value(algorithm).unwrap(), algorithm.name());
        }
        assert_eq!(Algorithm::of(0), None);
    }

    #[test]
    fn macs_say_by_which_algorithm_they_were_made() {
        let sha = SearchKey::new(SearchAlgorithm::HmacSha256, &[1; 32]).unwrap().mac(&[b"a", b"b"]);
        let sm3 = SearchKey::new(SearchAlgorithm::HmacSm3, &[1; 32]).unwrap().mac(&[b"a", b"b"]);
        assert_eq!((sha.len(), sm3.len(), sha[0], sm3[0]), (33, 33, 1, 2));
        assert_ne!(sha[1..], sm3[1..]);
        assert!(SearchKey::new(SearchAlgorithm::HmacSm3, &[1; 16]).is_none());
    }
}
