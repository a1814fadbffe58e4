//! The rows behind a figure, going out as a file: what the page shows, with the ids of the records. No identifier of a
//! person stands in them.

use std::io::Write;

use super::sink::Sealed;
use super::{Format, Left, Receipt, allowed, optional, record, text};
use crate::across::imports::context::Engine;
use crate::across::reports::figures::{self, Figure};
use crate::across::reports::{FIGURE_ROWS, FigurePart, RowLine, RowsQuery, each_figure_row};
use crate::across::sheets::{Book, Cell, Column, ColumnKind, DelimitedWriter, Field, Properties};
use crate::base::actor::Actor;
use crate::base::error::{Error, OrMissing, Result};
use crate::base::values::Quarter;
use crate::base::{clock, db};
use crate::records::organisations::Organisation;
use crate::records::words::{self, WordBook};

/// Rows that are held at once.
const HELD: i64 = 10_000;

/// The columns.
const COLUMNS: [(&str, ColumnKind); 9] = [
    ("名称", ColumnKind::Text),
    ("事项", ColumnKind::Text),
    ("日期", ColumnKind::Date),
    ("计数", ColumnKind::Number),
    ("所在组织", ColumnKind::Text),
    ("组织代码", ColumnKind::Identifier),
    ("转出或原组织", ColumnKind::Text),
    ("原组织代码", ColumnKind::Identifier),
    ("记录编号", ColumnKind::Identifier),
];

/// Which list is wanted.
#[derive(Debug, Clone)]
pub struct FigureRequest {
    /// Code of the figure.
    pub figure: String,
    /// Of which organisation.
    pub organisation: Organisation,
    /// The quarter.
    pub quarter: Quarter,
    /// The revision; none: the latest, or the records as they are.
    pub revision: Option<i32>,
    /// The part of the figure.
    pub part: FigurePart,
    /// [`Format::Xlsx`] or [`Format::Csv`].
    pub format: Format,
    /// What the list is wanted for; a page always asks for it.
    pub reason: Option<String>,
}

/// A list that was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FigureFile {
    /// What it is called.
    pub name: String,
    /// What is on record of it.
    pub receipt: Receipt,
}

/// Writes the rows behind a figure to `out`, and the entry in the trail: hand `out` on only when this has answered.
///
/// # Errors
/// As [`figure_rows`](crate::across::reports::figure_rows); `Forbidden`; `Invalid` for a reason too short or another
/// format; whatever `out` answers.
pub async fn export_figure<W: Write + Send>(
    engine: &Engine,
    actor: &Actor,
    request: &FigureRequest,
    out: W,
) -> Result<FigureFile> {
    let place = request.organisation.path();
    allowed(actor, &place, None, request.reason.as_deref())?;
    if request.format.is_register() {
        return Err(Error::invalid("format", "指标明细可以导出为 xlsx 或 csv，请改选。"));
    }
    let mut sealed = Sealed::new(out);
    let (rows, title) = {
        let mut conn = engine.database.report().await?;
        let county = actor.scope.whole_county();
        let words =
            db::read(&mut conn, &county, async |conn| Ok(words::book(conn, county.county).await?)).await?;
        let figure = figures::find(&request.figure, &words).or_missing("该指标")?;
        let title = title(request, &figure);
        (write(&mut conn, actor, request, (&title, &words), &mut sealed).await?, title)
    };
    let receipt = Receipt { rows, sha256: hex::encode(sealed.finish()?) };
    let details = serde_json::json!({
        "kind": FIGURE_ROWS,
        "organisation": request.organisation.code,
        "format": request.format.code(),
        "filter": {
            "figure": request.figure, "quarter": request.quarter.to_string(), "revision": request.revision,
            "part": request.part.code(),
        },
        "unmasked": false,
        "reason": request.reason,
        "file_sha256": receipt.sha256,
    });
    let mut conn = engine.database.web().await?;
    record(&mut conn, actor, &Left { subject: None, rows: receipt.rows, path: &place, details }).await?;
    Ok(FigureFile { name: format!("{title}.{}", request.format.extension()), receipt })
}

/// `官渡镇2026年第一季度党员总数明细`.
fn title(request: &FigureRequest, figure: &Figure) -> String {
    let revision = request.revision.map(|number| format!("第{number}版")).unwrap_or_default();
    let part = request.part.name().map(|part| format!("（{part}）")).unwrap_or_default();
    let (place, quarter) = (&request.organisation.name, request.quarter.title());
    format!("{place}{quarter}{revision}{}{part}明细", figure.label)
}

async fn write<W: Write + Send>(
    conn: &mut db::Connection,
    actor: &Actor,
    request: &FigureRequest,
    (title, words): (&str, &WordBook),
    out: &mut Sealed<W>,
) -> Result<usize> {
    let query = RowsQuery {
        figure: &request.figure,
        organisation: &request.organisation.code,
        quarter: request.quarter,
        revision: request.revision,
        part: request.part,
        after: None,
        limit: HELD,
    };
    let mut written = 0_usize;
    if request.format == Format::Csv {
        let headings = COLUMNS.iter().map(|(heading, _)| *heading);
        let mut writer = DelimitedWriter::new(out, headings).map_err(Error::broken)?;
        each_figure_row(conn, actor, &query, |row| {
            written += 1;
            writer.row(&cells(row, words)).map_err(Error::broken)
        })
        .await?;
        writer.finish().map_err(Error::broken)?;
        return Ok(written);
    }
    let mut book = Book::new(&Properties { title: title.to_owned(), created: clock::now() });
    let columns = COLUMNS.iter().map(|(heading, kind)| Column::new(*heading, *kind)).collect();
    let mut sheet = book.sheet("明细", columns).map_err(Error::broken)?;
    each_figure_row(conn, actor, &query, |row| {
        written += 1;
        let fields: Vec<Field> = cells(row, words).into_iter().map(Field::from).collect();
        sheet.row(&fields).map_err(Error::broken)
    })
    .await?;
    sheet.finish().map_err(Error::broken)?;
    book.finish(out).map_err(Error::broken)?;
    Ok(written)
}

fn cells(row: &RowLine, words: &WordBook) -> Vec<Cell> {
    vec![
        text(row.title()),
        text(row.matter(words)),
        super::day(row.day),
        i32::try_from(row.amount).map_or_else(|_| text(row.amount.to_string()), super::number),
        optional(row.branch_name.as_deref()),
        optional(row.branch_code.as_deref()),
        optional(row.from_name.as_deref()),
        optional(row.from_code.as_deref()),
        text(&row.id),
    ]
}
