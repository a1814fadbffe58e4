//! What is told of an import: its counts, and its rows page by page. The same answer for page, API and command line.

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::across::imports::cells::Finding;
use crate::across::imports::columns::{Heading, RECORD, Shape};
use crate::across::imports::content::{Alike, ChangedField, Choice, PlannedRow};
use crate::across::imports::context::Engine;
use crate::across::imports::receipt::{SameFile, same_file};
use crate::across::imports::subject::headings;
use crate::base::db;
use crate::base::error::Result;
use crate::base::scope::Scope;
use crate::base::values::count_digits;
use crate::records::imports::queries::Which;
use crate::records::imports::{self, Bucket, Counts, Import, State, StoredRow};

/// One finding about one cell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct CellError {
    /// The heading of the column.
    pub column: String,
    /// The field in the API.
    pub field: String,
    /// What stands in the cell; of an identifier only the beginning.
    pub value: String,
    /// A Chinese sentence with the way out.
    pub message: String,
}

/// A row of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct RowLine {
    /// The sheet's own row number.
    pub row: u32,
    /// Who or what it is about.
    pub subject: String,
    /// `new`, `changed`, `unchanged`, `conflict` or `refused`.
    pub bucket: String,
    /// The record, where it may be seen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub record: Option<uuid::Uuid>,
    /// All errors of a refused row.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<CellError>,
    /// What is worth a look.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<CellError>,
    /// What a changed row changes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<ChangedField>,
    /// Why a conflicting row is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// Why its record was kept when the import was taken back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kept: Option<String>,
    /// Who on record may be its person, though he is new by his citizen ID; the likeliest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub alike: Vec<Alike>,
    /// What was said of that: `new`, or the record that he is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub choice: Option<String>,
    /// Its citizen ID, masked, where somebody stands beside it.
    #[serde(skip)]
    pub citizen_id: String,
}

/// A refused row with all its errors.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct RefusedRow {
    /// The sheet's own row number.
    pub row: u32,
    /// Everything that is wrong.
    pub errors: Vec<CellError>,
}

/// A row about somebody new who may be on record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct AlikeRow {
    /// The sheet's own row number.
    pub row: u32,
    /// The name in the row.
    pub subject: String,
    /// Those on record; the likeliest first.
    pub alike: Vec<Alike>,
    /// What was said of that: `new`, or the record that he is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub choice: Option<String>,
}

/// A row that an import must leave alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ConflictRow {
    /// The sheet's own row number.
    pub row: u32,
    /// The name in the row.
    pub subject: String,
    /// Why, and whom to ask.
    pub message: String,
}

/// A row whose record was kept when the import was taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct KeptRow {
    /// The sheet's own row number.
    pub row: u32,
    /// Who or what it is about.
    pub subject: String,
    /// Why, and what to do.
    pub message: String,
}

/// What became of an import that was taken back.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct UndoAnswer {
    /// Rows whose records are as they were before.
    pub undone: i64,
    /// Rows whose records were kept.
    pub kept: i64,
    /// The kept rows; the first ones only where there are many.
    pub kept_rows: Vec<KeptRow>,
    /// Why it was taken back; empty where that was not asked yet.
    pub reason: String,
    /// Who took it back.
    pub undone_by: String,
    /// When.
    pub undone_at: DateTime<Utc>,
}

/// An import as API and command line answer it (contract 2).
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Answer {
    /// Its id.
    pub import_id: uuid::Uuid,
    /// What its rows are about.
    pub kind: String,
    /// Name of the file.
    pub file_name: String,
    /// SHA-256 of the file as it was uploaded, in hexadecimal.
    pub file_sha256: String,
    /// Who handed it in.
    pub uploaded_by: String,
    /// When.
    pub uploaded_at: DateTime<Utc>,
    /// Who carried it out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub committed_by: Option<String>,
    /// When.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub committed_at: Option<DateTime<Utc>>,
    /// Earlier imports of the same file, the latest first; three at most.
    pub same_file: Vec<SameFile>,
    /// `reading`, `planned`, `committing`, `committed`, `undone` or `failed`.
    pub state: String,
    /// Rows by bucket.
    pub counts: Counts,
    /// Rows read: the sum of the buckets.
    pub rows_read: i32,
    /// Refused rows; the first ones only where `more` is said.
    pub refused_rows: Vec<RefusedRow>,
    /// Conflicting rows; the first ones only where `more` is said.
    pub conflicts: Vec<ConflictRow>,
    /// How many rows about somebody new may be about somebody on record. They are carried out as they stand unless
    /// somebody says otherwise.
    pub possible_duplicates: i64,
    /// Those rows; the first ones only where there are many.
    pub alike_rows: Vec<AlikeRow>,
    /// Whether there are more refused or conflicting rows than are listed.
    pub more: bool,
    /// Sentences about the file.
    pub notices: Vec<String>,
    /// Why the file could not be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// Where foreign headings went, where somebody said so.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub mapping: Option<serde_json::Value>,
    /// Until when it can be taken back, once it is carried out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub undo_until: Option<DateTime<Utc>>,
    /// What became of it, once it is taken back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub undo: Option<UndoAnswer>,
}

/// Tells of an import, with at most `limit` refused and conflicting rows.
///
/// # Errors
/// Whatever the database answers.
pub async fn answer(engine: &Engine, within: &Scope, import: &Import, limit: usize) -> Result<Answer> {
    const PAGE: usize = 1_000;
    let mut answer = Answer::without_rows(import);
    answer.undo = undone(engine, within, import, limit).await?;
    answer.same_file = same_file(engine, within, import).await?;
    (answer.possible_duplicates, answer.alike_rows) = doubled(engine, within, import, limit).await?;
    let (mut after, mut listed) = (0, 0);
    loop {
        let wanted = limit.saturating_sub(listed).min(PAGE) + 1;
        let size = i64::try_from(wanted).unwrap_or(i64::MAX);
        let lines = rows(engine, within, import, &[Bucket::Conflict, Bucket::Refused], after, size).await?;
        let whole = lines.len() < wanted;
        for line in lines.into_iter().take(wanted - 1) {
            after = i32::try_from(line.row).unwrap_or(i32::MAX);
            listed += 1;
            answer.add(line);
        }
        if whole || listed >= limit {
            answer.more = !whole;
            return Ok(answer);
        }
    }
}

/// How many rows have somebody on record beside them, and the first of them.
async fn doubled(
    engine: &Engine,
    within: &Scope,
    import: &Import,
    limit: usize,
) -> Result<(i64, Vec<AlikeRow>)> {
    let count = count_alike(engine, within, import).await?;
    if count == 0 {
        return Ok((0, Vec::new()));
    }
    let most = i64::try_from(limit.min(1_000)).unwrap_or(1_000);
    let lines = alike_rows(engine, within, import, 0, most).await?;
    let told = lines.into_iter().map(|line| AlikeRow {
        row: line.row,
        subject: line.subject,
        alike: line.alike,
        choice: line.choice,
    });
    Ok((count, told.collect()))
}

/// How many rows of an import have somebody on record beside them.
///
/// # Errors
/// Whatever the database answers.
pub async fn count_alike(engine: &Engine, within: &Scope, import: &Import) -> Result<i64> {
    let mut conn = engine.database.web().await?;
    db::read(&mut conn, within, async |conn| {
        Ok(imports::queries::count_rows(conn, import, Which::Alike).await?)
    })
    .await
}

/// Rows of an import beside which somebody on record stands, after a row number, at most `limit`.
///
/// # Errors
/// Whatever the database answers.
pub async fn alike_rows(
    engine: &Engine,
    within: &Scope,
    import: &Import,
    after: i32,
    limit: i64,
) -> Result<Vec<RowLine>> {
    let mut conn = engine.database.web().await?;
    let stored = db::read(&mut conn, within, async |conn| {
        Ok(imports::queries::rows(conn, import, Which::Alike, after, limit).await?)
    })
    .await?;
    opened(engine, import, &stored)
}

impl Answer {
    /// What is told of an import without its rows.
    #[must_use]
    pub fn without_rows(import: &Import) -> Self {
        Self {
            import_id: import.id.0,
            kind: import.kind.clone(),
            file_name: import.file_name.clone(),
            file_sha256: hex::encode(&import.file_sha256),
            uploaded_by: import.uploaded_by.clone(),
            uploaded_at: import.created_at,
            committed_by: import.committed_by.clone(),
            committed_at: import.committed_at,
            same_file: Vec::new(),
            state: import.state.clone(),
            counts: import.counts(),
            rows_read: import.rows_read,
            refused_rows: Vec::new(),
            conflicts: Vec::new(),
            possible_duplicates: 0,
            alike_rows: Vec::new(),
            more: false,
            notices: import.notices(),
            error: import.failure.clone(),
            mapping: Some(import.mapping.clone()).filter(|said| *said != serde_json::json!({})),
            undo_until: import.undo_until,
            undo: None,
        }
    }

    fn add(&mut self, line: RowLine) {
        let row = line.row;
        match line.message {
            Some(message) => self.conflicts.push(ConflictRow { row, subject: line.subject, message }),
            None => self.refused_rows.push(RefusedRow { row, errors: line.errors }),
        }
    }
}

/// What became of an import that was taken back, with at most `limit` kept rows; none where it was not.
///
/// # Errors
/// Whatever the database answers.
pub async fn undone(
    engine: &Engine,
    within: &Scope,
    import: &Import,
    limit: usize,
) -> Result<Option<UndoAnswer>> {
    let Some((undone_at, undone_by)) = import.undone_at.zip(import.undone_by.clone()) else {
        return Ok(None);
    };
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let mut conn = engine.database.web().await?;
    let (kept, stored, reason) = db::read(&mut conn, within, async |conn| {
        let count = imports::queries::count_rows(conn, import, Which::Kept).await?;
        let stored = imports::queries::rows(conn, import, Which::Kept, 0, limit).await?;
        Ok((count, stored, imports::queries::undo_reason(conn, import).await?.unwrap_or_default()))
    })
    .await?;
    let open = |row: &StoredRow| {
        let planned = PlannedRow::open(row, import.id, &engine.keys)?;
        let message = row.kept.clone().unwrap_or_default();
        Ok(KeptRow { row: planned.row.number, subject: planned.subject, message })
    };
    let kept_rows = stored.iter().map(open).collect::<Result<Vec<_>>>()?;
    let undone = i64::from(import.counts().to_write()).saturating_sub(kept);
    Ok(Some(UndoAnswer { undone, kept, kept_rows, reason, undone_by, undone_at }))
}

/// Rows of some buckets of an import after a row number, at most `limit`, in the order of the sheet.
///
/// # Errors
/// Whatever the database answers.
pub async fn rows(
    engine: &Engine,
    within: &Scope,
    import: &Import,
    buckets: &[Bucket],
    after: i32,
    limit: i64,
) -> Result<Vec<RowLine>> {
    let mut conn = engine.database.web().await?;
    let stored = db::read(&mut conn, within, async |conn| {
        Ok(imports::queries::rows(conn, import, Which::In(buckets), after, limit).await?)
    })
    .await?;
    opened(engine, import, &stored)
}

fn opened(engine: &Engine, import: &Import, stored: &[StoredRow]) -> Result<Vec<RowLine>> {
    let known = headings(import.kind()?);
    let state = import.state()?;
    let told = |row: &StoredRow| {
        let stands = state == State::Committed || (state == State::Undone && row.kept.is_some());
        let planned = PlannedRow::open(row, import.id, &engine.keys)?;
        Ok(RowLine { kept: row.kept.clone(), ..line(planned, known, stands) })
    };
    stored.iter().map(told).collect()
}

/// A row as it is told of; `stands`: the record that it became is there.
pub(super) fn line(row: PlannedRow, known: &[Heading], stands: bool) -> RowLine {
    let told = |findings: Vec<Finding>| findings.into_iter().map(|found| cell_error(found, known)).collect();
    RowLine {
        row: row.row.number,
        subject: row.subject,
        bucket: row.bucket.code().to_owned(),
        record: row.record.map(|(id, _)| id).or(row.becomes.filter(|_| stands)),
        errors: told(row.errors),
        warnings: told(row.warnings),
        changes: if row.bucket == Bucket::Changed { row.changes } else { Vec::new() },
        message: row.conflict,
        kept: None,
        choice: row.doubles.choice.map(|choice| match choice {
            Choice::New => "new".to_owned(),
            Choice::Record(record) => record.to_string(),
        }),
        citizen_id: row.doubles.citizen_id,
        alike: row.doubles.alike,
    }
}

fn cell_error(finding: Finding, known: &[Heading]) -> CellError {
    let value = shown(known, &finding.field, &finding.value);
    CellError { column: finding.column, field: finding.field, value, message: finding.message }
}

/// A refused identifier may be right but for one digit: what is shown of it is what its mask would show (PRV-02). The
/// whole cell stands in the workbook of refused rows.
fn shown(known: &[Heading], field: &str, value: &str) -> String {
    let heading = known.iter().chain([&RECORD]).find(|heading| heading.field == field);
    let kept = match heading.map(|heading| (heading.shape, heading.field)) {
        Some((_, "citizen_id")) => 6,
        Some((Shape::Telephone, _)) => 3,
        _ => return value.to_owned(),
    };
    if count_digits(value) < 7 {
        return value.to_owned();
    }
    value.chars().enumerate().map(|(at, character)| if at < kept { character } else { '*' }).collect()
}

#[cfg(test)]
mod tests {
    use crate::across::imports::subject::headings;
    use crate::records::imports::Kind;

    #[test]
    fn a_refused_identifier_is_shown_like_its_mask() {
        let shown = |field, value| super::shown(headings(Kind::Members), field, value);
        assert_eq!(shown("citizen_id", "500237199001011234"), "500237************");
        assert_eq!(shown("mobile", "138001380001"), "138*********");
        assert_eq!(shown("mobile", "１３８００１３８０００１"), "１３８*********");
        assert_eq!(shown("citizen_id", "没有"), "没有");
        assert_eq!(shown("joined_on", "20200230"), "20200230");
    }
}
