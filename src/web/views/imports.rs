//! Workbooks coming in: upload, plan, what became of it.

use askama::Template;

use super::parts::{Badge, Fact, Link};
use super::table::Table;
use super::{Form, Frame, Notice};

/// A workbook is handed in, and what was handed in before.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "imports/upload.html")]
pub struct Upload {
    /// What stands around the page.
    pub frame: Frame,
    /// `kind`, `organisation`, `file`.
    pub form: Form,
    /// How many files may be chosen together; they are sent one after the other.
    pub together: usize,
    /// Bytes that one of them may have.
    pub largest: u64,
    /// The empty workbook of each kind.
    pub blanks: Vec<Link>,
    /// The grid of each kind, for rows that are typed.
    pub grids: Vec<Link>,
    /// Earlier imports.
    pub earlier: Table,
}

/// How many rows ended in one bucket.
#[derive(Debug, Clone, Default)]
pub struct Bucket {
    /// The code (`new`, `changed`, `unchanged`, `conflict`, `refused`).
    pub code: &'static str,
    /// The word (`新增`).
    pub label: String,
    /// How many.
    pub count: u64,
    /// The rows of this bucket.
    pub href: String,
    /// Its rows are shown now.
    pub current: bool,
}

/// One finding about one cell.
#[derive(Debug, Clone, Default)]
pub struct CellNote {
    /// The heading of the column.
    pub column: String,
    /// What stands in the record now; for `changed`.
    pub before: String,
    /// What stands in the workbook.
    pub value: String,
    /// Why it is refused; empty for a change.
    pub message: String,
}

/// One row of the workbook.
#[derive(Debug, Clone, Default)]
pub struct PlanRow {
    /// The sheet's own row number.
    pub number: u64,
    /// Who or what the row is about.
    pub subject: String,
    /// The record, where there is one that may be seen.
    pub href: Option<String>,
    /// What happens to the row.
    pub bucket: Badge,
    /// All findings about the row.
    pub notes: Vec<CellNote>,
}

/// One column of a file whose headings are not ours.
#[derive(Debug, Clone, Default)]
pub struct MatchedColumn {
    /// The letters over it.
    pub letters: String,
    /// Its heading.
    pub heading: String,
    /// Some of its values.
    pub samples: String,
    /// The heading of ours that is proposed; empty: left out.
    pub target: String,
}

/// The columns of a file, to be matched with ours.
#[derive(Debug, Clone, Default)]
pub struct Matching {
    /// Where it is said (POST: `header_row`, `heading` and `target` for each column).
    pub action: String,
    /// The name of the sheet, where it is not that of the kind.
    pub sheet: String,
    /// The row with the headings.
    pub header_row: u32,
    /// The columns.
    pub columns: Vec<MatchedColumn>,
    /// Where they may go.
    pub choices: Vec<super::controls::Choice>,
}

/// A row whose record was kept when the import was undone.
#[derive(Debug, Clone, Default)]
pub struct KeptLine {
    /// The sheet's own row number.
    pub number: u64,
    /// Who or what the row is about.
    pub subject: String,
    /// Why it was kept.
    pub message: String,
}

/// What became of an import that was undone.
#[derive(Debug, Clone, Default)]
pub struct Undone {
    /// Who undid it.
    pub by: String,
    /// Why; empty where that was not asked yet.
    pub reason: String,
    /// The day.
    pub on: String,
    /// Rows whose records are as before.
    pub undone: i64,
    /// Rows whose records were kept.
    pub kept: i64,
    /// The kept rows, the first ones.
    pub rows: Vec<KeptLine>,
}

/// What an import will do, and, after it, what it did.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "imports/plan.html")]
pub struct Plan {
    /// What stands around the page.
    pub frame: Frame,
    /// The name of the file.
    pub file_name: String,
    /// Its state.
    pub state: Badge,
    /// Kind, organisation, who, when, file hash.
    pub facts: Vec<Fact>,
    /// Who received it and who carried it out, when, which file, how many rows; for paper. Empty before it is carried out.
    pub receipt: Vec<Fact>,
    /// While it is read or written: the address of its events (server-sent). `progress` carries
    /// `{"stage","done","total"}`, `done` ends it and the page is loaded anew.
    pub events: Option<String>,
    /// How many rows were read: the sum of the buckets.
    pub rows_read: u64,
    /// The five buckets; none when the file could not be read.
    pub buckets: Vec<Bucket>,
    /// The rows shown.
    pub rows: Vec<PlanRow>,
    /// The way to the other rows.
    pub pager: super::parts::Pager,
    /// The refused and conflicting rows as a workbook.
    pub refused_rows: Option<String>,
    /// Where the plan is carried out (POST), while it may be.
    pub commit: Option<String>,
    /// How many rows that writes.
    pub to_write: u64,
    /// The grid that it was typed in, while its rows stand there.
    pub grid: Option<String>,
    /// Where it is undone (POST), while it may be.
    pub undo: Option<String>,
    /// What became of it, once it is undone.
    pub undone: Option<Undone>,
    /// Its columns, while they wait to be matched.
    pub matching: Option<Matching>,
    /// Rows about somebody new who may be on record: how many of them, and where they stand.
    pub doubles: Option<super::Link>,
    /// Notices about the file: ignored sheets, mapped columns.
    pub notices: Vec<Notice>,
}
