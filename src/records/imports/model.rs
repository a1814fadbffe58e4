//! What an import is.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use crate::base::error::{Error, Result};
use crate::base::ids::{AccountId, CountyId, ImportId, OrganisationId};
use crate::base::scope::{Path, Scope};
use crate::schema::{import_rows, imports};

crate::vocabulary! {
    /// What the rows of a workbook are about (contract 2, KIND).
    pub enum Kind, "类型" {
        /// 党组织.
        Organisations = "organisations", "党组织";
        /// 党员名册.
        Members = "members", "党员名册";
        /// 两委班子.
        Committees = "committees", "两委班子";
        /// 选举情况.
        Elections = "elections", "选举情况";
        /// 后备干部.
        ReserveCadres = "reserve-cadres", "后备干部";
        /// 星级评定.
        Ratings = "ratings", "星级评定";
        /// 培训班次.
        TrainingClasses = "training-classes", "培训班次";
        /// 参训名单.
        TrainingAttendance = "training-attendance", "参训名单";
        /// 季度考核.
        Assessments = "assessments", "季度考核";
    }
}

crate::vocabulary! {
    /// How far an import has come.
    pub enum State, "状态" {
        /// The file is being read.
        Reading = "reading", "读取中";
        /// The plan waits for a decision.
        Planned = "planned", "待确认";
        /// The plan is being carried out.
        Committing = "committing", "写入中";
        /// Carried out.
        Committed = "committed", "已写入";
        /// Carried out, and taken back.
        Undone = "undone", "已撤销";
        /// The file could not be read.
        Failed = "failed", "失败";
    }
}

crate::vocabulary! {
    /// What a row would do. Every row ends in exactly one of these.
    pub enum Bucket, "结果" {
        /// Nobody has this on record.
        New = "new", "新增";
        /// Something differs from the record.
        Changed = "changed", "变更";
        /// Nothing differs.
        Unchanged = "unchanged", "无变化";
        /// Another unit's record, or something that an import must not do.
        Conflict = "conflict", "冲突";
        /// It has errors.
        Refused = "refused", "退回";
    }
}

/// How many rows ended in each bucket.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema,
)]
pub struct Counts {
    /// New.
    pub new: i32,
    /// Changed.
    pub changed: i32,
    /// Unchanged.
    pub unchanged: i32,
    /// Conflicting.
    pub conflict: i32,
    /// Refused.
    pub refused: i32,
}

impl Counts {
    /// Counts one row more.
    pub fn add(&mut self, bucket: Bucket) {
        let count = self.count(bucket);
        *count = count.saturating_add(1);
    }

    /// Counts one row less.
    pub fn take(&mut self, bucket: Bucket) {
        let count = self.count(bucket);
        *count = count.saturating_sub(1);
    }

    fn count(&mut self, bucket: Bucket) -> &mut i32 {
        match bucket {
            Bucket::New => &mut self.new,
            Bucket::Changed => &mut self.changed,
            Bucket::Unchanged => &mut self.unchanged,
            Bucket::Conflict => &mut self.conflict,
            Bucket::Refused => &mut self.refused,
        }
    }

    /// How many rows a bucket has.
    #[must_use]
    pub fn of(&self, bucket: Bucket) -> i32 {
        match bucket {
            Bucket::New => self.new,
            Bucket::Changed => self.changed,
            Bucket::Unchanged => self.unchanged,
            Bucket::Conflict => self.conflict,
            Bucket::Refused => self.refused,
        }
    }

    /// All rows.
    #[must_use]
    pub fn total(&self) -> i32 {
        Bucket::ALL.iter().map(|bucket| self.of(*bucket)).sum()
    }

    /// Rows that carrying the plan out writes.
    #[must_use]
    pub fn to_write(&self) -> i32 {
        self.new.saturating_add(self.changed)
    }
}

/// A row of `imports`.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = imports)]
pub struct Import {
    /// The county that owns the row.
    pub county_id: CountyId,
    /// Its id.
    pub id: ImportId,
    /// Code of its kind.
    pub kind: String,
    /// The organisation that the rows belong to.
    pub organisation_id: OrganisationId,
    /// Its path, as stored.
    pub path: String,
    /// Code of its state.
    pub state: String,
    /// Name of the file.
    pub file_name: String,
    /// SHA-256 of the file.
    pub file_sha256: Vec<u8>,
    /// Its size in bytes.
    pub file_size: i64,
    /// Where foreign headings go.
    pub mapping: serde_json::Value,
    /// The first row.
    pub headings: serde_json::Value,
    /// Sentences about the file.
    pub notices: serde_json::Value,
    /// Why it could not be read, a sentence a line.
    pub failure: Option<String>,
    /// Rows read so far.
    pub rows_read: i32,
    /// Rows that the writing has come to.
    pub rows_done: i32,
    /// Rows by bucket.
    #[diesel(embed)]
    pub counts: StoredCounts,
    /// Who uploaded it.
    pub account_id: Option<AccountId>,
    /// His user name.
    pub uploaded_by: String,
    /// Key under which the command line gave it in.
    pub idempotency_key: Option<String>,
    /// Who carried it out.
    pub committed_by: Option<String>,
    /// When.
    pub committed_at: Option<DateTime<Utc>>,
    /// Rises with every change of state.
    pub version: i32,
    /// When it was uploaded.
    pub created_at: DateTime<Utc>,
    /// Last sign of life.
    pub updated_at: DateTime<Utc>,
    /// Until when it can be taken back.
    pub undo_until: Option<DateTime<Utc>>,
    /// Who took it back.
    pub undone_by: Option<String>,
    /// When.
    pub undone_at: Option<DateTime<Utc>>,
    /// Columns that wait to be matched, encrypted.
    pub proposal: Option<Vec<u8>>,
}

/// How many days after it was carried out an import can be taken back (contract 3, `POST /imports/{id}/undo`); as long
/// its rows and what it touched are kept.
pub const DAYS_TO_UNDO: i64 = 30;

/// How many minutes a file waits for its uploader to say what its columns are, with samples of them.
pub const MINUTES_TO_MATCH: u64 = 30;

/// The counts as stored.
#[derive(Debug, Clone, Copy, Queryable, Selectable)]
#[diesel(table_name = imports)]
pub struct StoredCounts {
    new_rows: i32,
    changed_rows: i32,
    unchanged_rows: i32,
    conflict_rows: i32,
    refused_rows: i32,
}

impl Import {
    /// Its kind.
    ///
    /// # Errors
    /// `Broken` where the database holds one that this program does not know.
    pub fn kind(&self) -> Result<Kind> {
        Kind::parse(&self.kind).map_err(Error::broken)
    }

    /// Its state.
    ///
    /// # Errors
    /// `Broken` where the database holds an unknown one.
    pub fn state(&self) -> Result<State> {
        State::parse(&self.state).map_err(Error::broken)
    }

    /// Rows by bucket.
    #[must_use]
    pub fn counts(&self) -> Counts {
        let StoredCounts { new_rows, changed_rows, unchanged_rows, conflict_rows, refused_rows } =
            self.counts;
        Counts {
            new: new_rows,
            changed: changed_rows,
            unchanged: unchanged_rows,
            conflict: conflict_rows,
            refused: refused_rows,
        }
    }

    /// The organisation's place in the tree.
    #[must_use]
    pub fn path(&self) -> Path {
        Path::stored(self.path.clone())
    }

    /// The organisation and everything below it: the rows may touch nothing else.
    #[must_use]
    pub fn scope(&self) -> Scope {
        Scope::new(self.county_id, self.path())
    }

    /// The texts of the first row, by column.
    #[must_use]
    pub fn headings(&self) -> Vec<String> {
        serde_json::from_value(self.headings.clone()).unwrap_or_default()
    }

    /// Sentences about the file.
    #[must_use]
    pub fn notices(&self) -> Vec<String> {
        serde_json::from_value(self.notices.clone()).unwrap_or_default()
    }
}

/// A row of `import_rows`; its content is opened by who knows what it says.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = import_rows)]
pub struct StoredRow {
    /// The sheet's own row number.
    pub number: i32,
    /// Code of its bucket.
    pub bucket: String,
    /// The record that it is about.
    pub record_id: Option<uuid::Uuid>,
    /// Its version when the plan was made.
    pub record_version: Option<i32>,
    /// Encrypted.
    pub content: Vec<u8>,
    /// Whether somebody on record may be its person.
    pub is_alike: bool,
    /// Why what it wrote was kept when the import was taken back.
    pub kept: Option<String>,
}

impl StoredRow {
    /// Its bucket.
    ///
    /// # Errors
    /// `Broken` where the database holds an unknown one.
    pub fn bucket(&self) -> Result<Bucket> {
        Bucket::parse(&self.bucket).map_err(Error::broken)
    }
}
