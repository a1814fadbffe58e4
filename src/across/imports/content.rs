//! What is kept of a row between plan and commit: its cells as they came, and what was found. Encrypted as a whole.

use serde::{Deserialize, Serialize};

use crate::across::imports::cells::Finding;
use crate::across::sheets::{Cell, Row};
use crate::base::error::{Error, Result};
use crate::base::ids::ImportId;
use crate::base::keys::{KeyRing, Secret};
use crate::records::imports::{Bucket, StoredRow};

/// One field that the row would change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ChangedField {
    /// The heading of the column.
    pub column: String,
    /// The field in the API.
    pub field: String,
    /// What is on record; identifiers masked.
    pub before: String,
    /// What the row says; identifiers masked.
    pub after: String,
}

/// A row and what it would do.
#[derive(Debug, Clone, PartialEq)]
pub struct PlannedRow {
    /// The row as it came.
    pub row: Row,
    /// Who or what it is about.
    pub subject: String,
    /// What it would do.
    pub bucket: Bucket,
    /// The record that it is about, and its version.
    pub record: Option<(uuid::Uuid, i32)>,
    /// The id that its record is to have, where it is planned with one.
    pub becomes: Option<uuid::Uuid>,
    /// All errors.
    pub errors: Vec<Finding>,
    /// What is worth a look, though it is not wrong.
    pub warnings: Vec<Finding>,
    /// What it would change.
    pub changes: Vec<ChangedField>,
    /// Why it is a conflict.
    pub conflict: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct Sealed {
    number: u32,
    subject: String,
    cells: Vec<(u32, Cell)>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    errors: Vec<Finding>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<Finding>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    changes: Vec<ChangedField>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    conflict: Option<String>,
}

impl PlannedRow {
    /// The row as it is stored.
    ///
    /// # Errors
    /// `Broken` when the key ring refuses.
    pub fn seal(&self, import: ImportId, keys: &KeyRing) -> Result<StoredRow> {
        let sealed = Sealed {
            number: self.row.number,
            subject: self.subject.clone(),
            cells: self.row.cells().map(|(column, cell)| (column, cell.clone())).collect(),
            errors: self.errors.clone(),
            warnings: self.warnings.clone(),
            changes: self.changes.clone(),
            conflict: self.conflict.clone(),
        };
        let text = serde_json::to_vec(&sealed).map_err(Error::broken)?;
        Ok(StoredRow {
            number: i32::try_from(self.row.number).map_err(Error::broken)?,
            bucket: self.bucket.code().to_owned(),
            record_id: self.record.map(|(id, _)| id).or(self.becomes),
            record_version: self.record.map(|(_, version)| version),
            content: keys.seal(Secret::ImportRow, import.0, &text).map_err(Error::broken)?,
            kept: None,
        })
    }

    /// The row that was stored.
    ///
    /// # Errors
    /// `Broken` where the key does not fit, or the content belongs to another row.
    pub fn open(stored: &StoredRow, import: ImportId, keys: &KeyRing) -> Result<Self> {
        let text = keys.unseal(Secret::ImportRow, import.0, &stored.content).map_err(Error::broken)?;
        let sealed: Sealed = serde_json::from_slice(&text).map_err(Error::broken)?;
        if i32::try_from(sealed.number) != Ok(stored.number) {
            return Err(Error::broken("an import row holds the content of another"));
        }
        Ok(Self {
            row: Row::new(sealed.number, sealed.cells),
            subject: sealed.subject,
            bucket: stored.bucket()?,
            record: stored.record_id.zip(stored.record_version),
            becomes: stored.record_id.filter(|_| stored.record_version.is_none()),
            errors: sealed.errors,
            warnings: sealed.warnings,
            changes: sealed.changes,
            conflict: sealed.conflict,
        })
    }

    /// Whether another look came to the same plan.
    #[must_use]
    pub fn agrees_with(&self, other: &Self) -> bool {
        self.bucket == other.bucket && self.record == other.record && self.changes == other.changes
    }
}
