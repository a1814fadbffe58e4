//! Signed notes (c2sp.org/signed-note) and the checkpoints of a log that they carry (c2sp.org/tlog-checkpoint): a text of
//! a few lines, an empty line, and a line for each signature. Ed25519, and the cosignatures of witnesses over it.

use std::fmt;
use std::path::Path;
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use rand::RngCore;
use sha2::{Digest, Sha256};

use crate::base::keys::{self, KeyError};
use crate::base::merkle::{Hash, Head};

/// What a signature is over: the text of the note.
const ED25519: u8 = 1;
/// What a witness signs: the moment and the text (c2sp.org/tlog-cosignature).
const COSIGNATURE: u8 = 4;
/// What begins a line that holds a signature.
const MARK: &str = "— ";
/// The longest note that is read, in bytes.
const LONGEST: usize = 16 * 1024;

/// A private key. Never printed.
#[derive(Clone)]
pub struct NoteKey(SigningKey);

impl fmt::Debug for NoteKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NoteKey")
    }
}

impl NoteKey {
    /// The key of a file that only its owner may read; made where there is none.
    ///
    /// # Errors
    /// When the file cannot be read or made, is open to others, or holds no key.
    pub fn open(path: &Path) -> Result<Self, KeyError> {
        let text = keys::read_or_make(path, || Ok(STANDARD.encode(Self::random().0.to_bytes())))?;
        let bytes = STANDARD.decode(text.trim()).ok().and_then(|bytes| bytes.try_into().ok());
        let bytes: [u8; 32] = bytes.ok_or_else(|| KeyError::SigningShape(path.display().to_string()))?;
        Ok(Self(SigningKey::from_bytes(&bytes)))
    }

    /// A new key.
    #[must_use]
    pub fn random() -> Self {
        let mut seed = [0; 32];
        rand::rng().fill_bytes(&mut seed);
        Self(SigningKey::from_bytes(&seed))
    }

    /// What verifies notes that this key signed under a name.
    #[must_use]
    pub fn verifier(&self, name: &str) -> Verifier {
        Verifier { name: name.to_owned(), kind: ED25519, key: self.0.verifying_key() }
    }

    /// What verifies notes that this key cosigned as a witness of a name.
    #[must_use]
    pub fn witness_verifier(&self, name: &str) -> Verifier {
        Verifier { name: name.to_owned(), kind: COSIGNATURE, key: self.0.verifying_key() }
    }

    /// The first eight digits of the fingerprint of the public half: part of the name of a log.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        hex::encode(Sha256::digest(self.0.verifying_key().as_bytes())).chars().take(8).collect()
    }
}

/// A public key with its name, written `name+id+key` (a "vkey").
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verifier {
    name: String,
    kind: u8,
    key: VerifyingKey,
}

impl Verifier {
    /// Whose it is.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The same public key under another name.
    #[must_use]
    pub fn named(&self, name: &str) -> Self {
        Self { name: name.to_owned(), ..self.clone() }
    }

    fn id(&self) -> [u8; 4] {
        let mut digest = Sha256::new();
        digest.update(self.name.as_bytes());
        digest.update([b'\n', self.kind]);
        digest.update(self.key.as_bytes());
        let [first, second, third, fourth, ..] = <[u8; 32]>::from(digest.finalize());
        [first, second, third, fourth]
    }
}

impl fmt::Display for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = [&[self.kind], self.key.as_bytes().as_slice()].concat();
        write!(f, "{}+{}+{}", self.name, hex::encode(self.id()), STANDARD.encode(key))
    }
}

/// A text that is no note, checkpoint or key of the expected form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("内容不是有效的检查点或公钥")]
pub struct Malformed;

impl FromStr for Verifier {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        let (name, rest) = text.trim().split_once('+').ok_or(Malformed)?;
        let (id, key) = rest.split_once('+').ok_or(Malformed)?;
        let key = STANDARD.decode(key).map_err(|_| Malformed)?;
        let (&kind, key) = key.split_first().ok_or(Malformed)?;
        let key: [u8; 32] = key.try_into().map_err(|_| Malformed)?;
        let key = VerifyingKey::from_bytes(&key).map_err(|_| Malformed)?;
        let verifier = Self { name: name.to_owned(), kind, key };
        let known =
            is_name(name) && matches!(kind, ED25519 | COSIGNATURE) && id == hex::encode(verifier.id());
        known.then_some(verifier).ok_or(Malformed)
    }
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && !name.chars().any(|c| c.is_whitespace() || c.is_control() || c == '+')
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct SignatureLine {
    name: String,
    id: [u8; 4],
    bytes: Vec<u8>,
}

/// A text with signatures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    text: String,
    signatures: Vec<SignatureLine>,
}

impl Note {
    /// A text, signed under a name. The text ends with a line break and holds no empty line.
    #[must_use]
    pub fn signed(text: &str, name: &str, key: &NoteKey) -> Self {
        let bytes = key.0.sign(text.as_bytes()).to_bytes().to_vec();
        let line = SignatureLine { name: name.to_owned(), id: key.verifier(name).id(), bytes };
        Self { text: text.to_owned(), signatures: vec![line] }
    }

    /// The text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether the text is signed by a key. A signature that does not hold counts as none.
    #[must_use]
    pub fn is_signed_by(&self, verifier: &Verifier) -> bool {
        let own = |line: &&SignatureLine| line.name == verifier.name && line.id == verifier.id();
        verifier.kind == ED25519
            && self
                .signatures
                .iter()
                .filter(own)
                .any(|line| holds(verifier, self.text.as_bytes(), &line.bytes))
    }

    /// The line by which a witness cosigns the text at a moment, in seconds since 1970.
    #[must_use]
    pub fn cosignature(&self, name: &str, key: &NoteKey, at: u64) -> String {
        let mut bytes = key.witness_verifier(name).id().to_vec();
        bytes.extend_from_slice(&at.to_be_bytes());
        bytes.extend_from_slice(&key.0.sign(cosigned(&self.text, at).as_bytes()).to_bytes());
        format!("{MARK}{name} {}\n", STANDARD.encode(bytes))
    }

    /// The note with more lines of signatures.
    ///
    /// # Errors
    /// When a line is none.
    pub fn with_lines(&self, lines: &str) -> Result<Self, Malformed> {
        let mut note = self.clone();
        note.signatures.extend(signature_lines(lines)?);
        Ok(note)
    }

    /// When a witness cosigned the text, in seconds since 1970; none where it did not.
    #[must_use]
    pub fn cosigned_at(&self, witness: &Verifier) -> Option<u64> {
        let own = |line: &&SignatureLine| line.name == witness.name && line.id == witness.id();
        self.signatures.iter().filter(own).find_map(|line| {
            let (at, bytes) = line.bytes.split_first_chunk::<8>()?;
            let at = u64::from_be_bytes(*at);
            let valid =
                witness.kind == COSIGNATURE && holds(witness, cosigned(&self.text, at).as_bytes(), bytes);
            valid.then_some(at)
        })
    }
}

fn cosigned(text: &str, at: u64) -> String {
    format!("cosignature/v1\ntime {at}\n{text}")
}

fn holds(verifier: &Verifier, message: &[u8], signature: &[u8]) -> bool {
    Signature::from_slice(signature)
        .is_ok_and(|signature| verifier.key.verify_strict(message, &signature).is_ok())
}

fn signature_lines(lines: &str) -> Result<Vec<SignatureLine>, Malformed> {
    let whole = lines.strip_suffix('\n').ok_or(Malformed)?;
    whole.split('\n').map(signature_line).collect()
}

fn signature_line(line: &str) -> Result<SignatureLine, Malformed> {
    let (name, bytes) = line.strip_prefix(MARK).and_then(|rest| rest.split_once(' ')).ok_or(Malformed)?;
    let bytes = STANDARD.decode(bytes).map_err(|_| Malformed)?;
    let (id, bytes) = bytes.split_first_chunk::<4>().ok_or(Malformed)?;
    if !is_name(name) || bytes.is_empty() {
        return Err(Malformed);
    }
    Ok(SignatureLine { name: name.to_owned(), id: *id, bytes: bytes.to_vec() })
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        for line in &self.signatures {
            let bytes = [line.id.as_slice(), &line.bytes].concat();
            writeln!(f, "{MARK}{} {}", line.name, STANDARD.encode(bytes))?;
        }
        Ok(())
    }
}

impl FromStr for Note {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        let unusual = |c: char| c.is_control() && c != '\n';
        if text.len() > LONGEST || text.contains(unusual) {
            return Err(Malformed);
        }
        let (body, lines) = text.rsplit_once("\n\n").ok_or(Malformed)?;
        if body.is_empty() {
            return Err(Malformed);
        }
        Ok(Self { text: format!("{body}\n"), signatures: signature_lines(lines)? })
    }
}

/// How long a log was, and the root over it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which log: `cadre.<fingerprint of the key>/<chain>`.
    pub origin: String,
    /// Size and root.
    pub head: Head,
}

impl Checkpoint {
    /// Its text in a note.
    #[must_use]
    pub fn text(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin, self.head.size, STANDARD.encode(self.head.root))
    }

    /// The checkpoint that a note carries. Lines after the third are nothing to us.
    ///
    /// # Errors
    /// When the text is of another form.
    pub fn of(note: &Note) -> Result<Self, Malformed> {
        let mut lines = note.text.lines();
        let mut line = || lines.next().filter(|line| !line.is_empty()).ok_or(Malformed);
        let (origin, size, root) = (line()?, line()?, line()?);
        let plain = size.bytes().all(|c| c.is_ascii_digit()) && (size == "0" || !size.starts_with('0'));
        let root: Hash = STANDARD.decode(root).ok().and_then(|root| root.try_into().ok()).ok_or(Malformed)?;
        let size = size.parse().ok().filter(|_| plain).ok_or(Malformed)?;
        Ok(Self { origin: origin.to_owned(), head: Head { size, root } })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checkpoint() -> Checkpoint {
        Checkpoint { origin: "cadre.0a1b2c3d/500237".to_owned(), head: Head { size: 7, root: [3; 32] } }
    }

    #[test]
    fn a_note_of_the_specification_is_read_and_written_unchanged() {
        let text = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n\
            — example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n";
        let note: Note = text.parse().unwrap();
        assert_eq!(note.to_string(), text);
        let checkpoint = Checkpoint::of(&note).unwrap();
        assert_eq!(
            (checkpoint.origin.as_str(), checkpoint.head.size),
            ("example.com/behind-the-sofa", 20_852_163)
        );
        assert_eq!(checkpoint.text(), note.text());
    }

    #[test]
    fn a_key_of_the_specification_is_read() {
        let key = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
        let verifier: Verifier = key.parse().unwrap();
        assert_eq!(verifier.to_string(), key);
        let note = "If you think cryptography is the answer to your problem,\n\
            then you don't know what your problem is.\n\n\
            — PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
        assert!(note.parse::<Note>().unwrap().is_signed_by(&verifier));
        assert!(
            "PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW".parse::<Verifier>().is_err()
        );
    }

    #[test]
    fn a_changed_byte_breaks_the_note_or_its_signature() {
        let key = NoteKey::random();
        let note = Note::signed(&checkpoint().text(), &checkpoint().origin, &key);
        let verifier = key.verifier(&checkpoint().origin);
        let text = note.to_string();
        assert!(text.parse::<Note>().unwrap().is_signed_by(&verifier));
        for place in 0..text.len() {
            let mut bytes = text.clone().into_bytes();
            bytes[place] ^= 1;
            let held = String::from_utf8(bytes)
                .ok()
                .and_then(|changed| changed.parse::<Note>().ok())
                .is_some_and(|changed| changed.is_signed_by(&verifier));
            assert!(!held, "byte {place}");
        }
        assert!(!note.is_signed_by(&NoteKey::random().verifier(&checkpoint().origin)), "another key");
        assert!(!note.is_signed_by(&key.verifier("cadre.0a1b2c3d/500155")), "another log");
    }

    #[test]
    fn a_cosignature_says_when_and_holds_for_this_text_only() {
        let (key, witness) = (NoteKey::random(), NoteKey::random());
        let note = Note::signed(&checkpoint().text(), &checkpoint().origin, &key);
        let line = note.cosignature("witness.example", &witness, 1_800_000_000);
        let both: Note = note.with_lines(&line).unwrap().to_string().parse().unwrap();
        let verifier = witness.witness_verifier("witness.example");
        assert_eq!(both.cosigned_at(&verifier), Some(1_800_000_000));
        assert_eq!(note.cosigned_at(&verifier), None);
        assert!(both.is_signed_by(&key.verifier(&checkpoint().origin)));
        let mut other = checkpoint();
        other.head.size = 8;
        let other = Note::signed(&other.text(), &other.origin, &key).with_lines(&line).unwrap();
        assert_eq!(other.cosigned_at(&verifier), None);
        assert_eq!(verifier.to_string().parse::<Verifier>().unwrap(), verifier);
    }

    #[test]
    fn a_size_has_one_spelling() {
        for size in ["007", "+7", "-7", "7 ", "", "７"] {
            let text = format!("a\n{size}\n{}\n", STANDARD.encode([0; 32]));
            let note = Note::signed(&text, "a", &NoteKey::random());
            assert!(Checkpoint::of(&note).is_err(), "{size}");
        }
    }

    #[test]
    fn a_key_is_made_once_and_private() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys/checkpoint.key");
        let first = NoteKey::open(&path).unwrap().verifier("x");
        assert_eq!(NoteKey::open(&path).unwrap().verifier("x"), first);
        std::fs::write(&path, "short").unwrap();
        assert!(matches!(NoteKey::open(&path), Err(KeyError::SigningShape(_))));
    }
}
