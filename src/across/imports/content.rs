//! What is kept of a row between plan and commit: its cells as they came, and what was found. Encrypted as a whole.

use serde::{Deserialize, Serialize};

use crate::across::imports::cells::{Cells, Finding};
use crate::across::imports::headings::Layout;
use crate::across::imports::subject::Contradicted;
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

/// Somebody on record who may be the person of a new row, beside what the row says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Alike {
    /// His membership; none where he is no member, or another unit's: then he can only be told of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record: Option<uuid::Uuid>,
    /// The person.
    pub person: uuid::Uuid,
    /// His name.
    pub name: String,
    /// His citizen ID, masked.
    pub citizen_id: String,
    /// His birth date.
    pub birth_date: chrono::NaiveDate,
    /// His branch; empty where there is none.
    pub unit: String,
    /// `strong`, `likely` or `weak`.
    pub strength: String,
    /// What speaks for it.
    pub reasons: Vec<String>,
}

/// What somebody said of a row that may be about a person on record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Choice {
    /// He is somebody new.
    New,
    /// He is the member of this record.
    Record(uuid::Uuid),
}

/// Who on record may be the person of a row, and what was said of that.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Doubles {
    /// The citizen ID of the row, masked.
    pub citizen_id: String,
    /// Those on record, the likeliest first.
    pub alike: Vec<Alike>,
    /// What was said; none: nothing yet.
    pub choice: Option<Choice>,
}

impl Doubles {
    /// Whether there is nobody.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.alike.is_empty()
    }
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
    /// Who on record may be its person.
    pub doubles: Doubles,
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
    #[serde(default, skip_serializing_if = "Doubles::is_empty")]
    doubles: Doubles,
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
            doubles: self.doubles.clone(),
        };
        let text = serde_json::to_vec(&sealed).map_err(Error::broken)?;
        Ok(StoredRow {
            number: i32::try_from(self.row.number).map_err(Error::broken)?,
            bucket: self.bucket.code().to_owned(),
            record_id: self.record.map(|(id, _)| id).or(self.becomes),
            record_version: self.record.map(|(_, version)| version),
            content: keys.seal(Secret::ImportRow, import.0, &text).map_err(Error::broken)?,
            is_alike: !self.doubles.is_empty(),
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
            doubles: sealed.doubles,
        })
    }

    /// Refuses a row that a later one contradicts; one that is refused already stays as it is.
    pub fn contradict(&mut self, said: &Contradicted, layout: &Layout) {
        if self.bucket == Bucket::Refused {
            return;
        }
        let mut cells = Cells::resume(&self.row, layout, Vec::new());
        cells.refuse(said.field, said.message.clone());
        let errors = cells.into_findings();
        self.errors = errors;
        self.bucket = Bucket::Refused;
        self.becomes = None;
        self.conflict = None;
        // What was said of its person stays in sight, to be said otherwise.
        if self.doubles.choice.is_none() {
            self.doubles = Doubles::default();
        }
    }

    /// Takes over what was said of the row before: whoever it was held against stays in sight.
    pub fn recall(&mut self, before: Self) {
        if self.doubles.is_empty() && self.doubles.choice.is_some() {
            self.doubles = before.doubles;
        }
    }

    /// Whether another look came to the same plan.
    #[must_use]
    pub fn agrees_with(&self, other: &Self) -> bool {
        self.bucket == other.bucket && self.record == other.record && self.changes == other.changes
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::across::imports::headings::Mapping;
    use crate::across::imports::members::columns::HEADINGS;

    fn row(number: u32, texts: &[&str]) -> Row {
        let cells = (0..).zip(texts).map(|(column, text)| (column, Cell::Text((*text).to_owned())));
        Row::new(number, cells.collect())
    }

    fn planned(choice: Option<Choice>) -> PlannedRow {
        let alike = Alike {
            record: Some(uuid::Uuid::from_u128(1)),
            person: uuid::Uuid::from_u128(2),
            name: "张伟".to_owned(),
            citizen_id: String::new(),
            birth_date: chrono::NaiveDate::MIN,
            unit: String::new(),
            strength: "strong".to_owned(),
            reasons: Vec::new(),
        };
        PlannedRow {
            row: row(2, &["张伟"]),
            subject: "张伟".to_owned(),
            bucket: Bucket::New,
            record: None,
            becomes: Some(uuid::Uuid::from_u128(3)),
            errors: Vec::new(),
            warnings: Vec::new(),
            changes: Vec::new(),
            conflict: None,
            doubles: Doubles { citizen_id: String::new(), alike: vec![alike], choice },
        }
    }

    #[test]
    fn a_contradicted_row_is_refused_and_what_was_said_of_its_person_is_kept() {
        let titles =
            ["姓名", "公民身份号码", "民族", "学历", "人员类别", "所在党支部", "加入党组织日期", "工作岗位"];
        let layout = Layout::read(&row(1, &titles), HEADINGS, &Mapping::new()).unwrap();
        let said =
            Contradicted { number: 2, field: "citizen_id", message: "与第3行是同一个人".to_owned() };
        for choice in [None, Some(Choice::New), Some(Choice::Record(uuid::Uuid::from_u128(1)))] {
            let mut contradicted = planned(choice);
            contradicted.contradict(&said, &layout);
            assert_eq!((contradicted.bucket, contradicted.becomes), (Bucket::Refused, None));
            assert_eq!(contradicted.errors.len(), 1);
            assert_eq!(contradicted.doubles.choice, choice);
            assert_eq!(contradicted.doubles.is_empty(), choice.is_none());
        }
    }
}
