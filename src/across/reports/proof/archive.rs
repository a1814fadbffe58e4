//! The file of a bundle: a zip of plain files, a manifest with their digests, and the installation's signature under it.

use std::collections::BTreeMap;
use std::io::{Cursor, Read, Write};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use zip::ZipArchive;
use zip::write::SimpleFileOptions;

use crate::base::error::{Error, Result};
use crate::base::note::Note;
use crate::records::audit::checkpoints::Published;

/// The name of this form.
pub(super) const FORM: &str = "cadre-proof-1";
/// The manifest.
pub(super) const MANIFEST: &str = "manifest.json";
/// The signed note about it.
pub(super) const SIGNATURE: &str = "signature.txt";
/// The report (contract 3).
pub(super) const REPORT: &str = "report.json";
/// The definitions.
pub(super) const DEFINITIONS: &str = "definitions.json";
/// The entry of the closing with its proof, and the checkpoints (`docs/audit-format.md`).
pub(super) const TRAIL: &str = "trail.jsonl";
/// That the newest checkpoint extends the first.
pub(super) const CONSISTENCY: &str = "consistency.json";

/// The most bytes of all files together.
const MOST: u64 = 1 << 29;

/// What a bundle holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Manifest {
    /// [`FORM`].
    pub form: String,
    /// The version of cadre that made it.
    pub cadre: String,
    /// When.
    pub made_at: DateTime<Utc>,
    /// Code of the organisation.
    pub organisation: String,
    /// The quarter.
    pub quarter: String,
    /// The revision.
    pub revision: i32,
    /// The public key of the installation, as `name+id+key`.
    pub key: String,
    /// Its files.
    pub files: Vec<FileLine>,
}

/// A file of a bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FileLine {
    /// Its name.
    pub name: String,
    /// Its length in bytes.
    pub size: u64,
    /// SHA-256 of it, in hexadecimal.
    pub sha256: String,
}

impl FileLine {
    /// What a manifest says of a file.
    pub(super) fn of(name: &str, text: &str) -> Self {
        Self {
            name: name.to_owned(),
            size: u64::try_from(text.len()).unwrap_or(u64::MAX),
            sha256: hex::encode(Sha256::digest(text.as_bytes())),
        }
    }
}

/// What is signed of a manifest.
pub(super) fn signed_text(manifest: &str) -> String {
    format!("{FORM}\n{}\n", hex::encode(Sha256::digest(manifest.as_bytes())))
}

/// Packs files behind their manifest.
///
/// # Errors
/// `Broken` when something cannot be written.
pub(super) fn pack(
    mut manifest: Manifest,
    files: &BTreeMap<String, String>,
    published: &Published,
) -> Result<Vec<u8>> {
    manifest.files = files.iter().map(|(name, text)| FileLine::of(name, text)).collect();
    let text = serde_json::to_string_pretty(&manifest).map_err(Error::broken)?;
    let note = published.seal(&signed_text(&text)).to_string();
    let first = [(MANIFEST, text.as_str()), (SIGNATURE, note.as_str())];
    let all = first.into_iter().chain(files.iter().map(|(name, text)| (name.as_str(), text.as_str())));
    written(all).map_err(Error::broken)
}

fn written<'f>(files: impl Iterator<Item = (&'f str, &'f str)>) -> std::io::Result<Vec<u8>> {
    let options = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in files {
        writer.start_file(name, options)?;
        writer.write_all(text.as_bytes())?;
    }
    Ok(writer.finish()?.into_inner())
}

/// A bundle, unpacked.
pub(super) struct Archive {
    /// The manifest, as it stands there.
    pub manifest_text: String,
    /// The manifest.
    pub manifest: Manifest,
    /// The signature; none where there is none that can be read.
    pub note: Option<Note>,
    /// The other files.
    pub files: BTreeMap<String, String>,
}

/// Unpacks a bundle; none where the bytes are none.
pub(super) fn unpack(bytes: &[u8]) -> Option<Archive> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).ok()?;
    let (mut files, mut room) = (BTreeMap::new(), MOST);
    for index in 0..archive.len() {
        let file = archive.by_index(index).ok()?;
        let name = file.name().ok()?.into_owned();
        let mut text = String::new();
        file.take(room.saturating_add(1)).read_to_string(&mut text).ok()?;
        room = room.checked_sub(u64::try_from(text.len()).ok()?)?;
        if files.insert(name, text).is_some() {
            return None;
        }
    }
    let manifest_text = files.remove(MANIFEST)?;
    let manifest: Manifest = serde_json::from_str(&manifest_text).ok()?;
    let known = manifest.form == FORM;
    let note = files.remove(SIGNATURE).and_then(|text| text.parse().ok());
    known.then_some(Archive { manifest_text, manifest, note, files })
}
