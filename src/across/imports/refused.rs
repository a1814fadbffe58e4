//! The rows that stayed out, as a workbook to be put right and uploaded again: the clerk's own cells, wrong ones red
//! with their reasons.

use std::io::Write;

use diesel_async::AsyncPgConnection;

use crate::across::imports::cells::Finding;
use crate::across::imports::columns::{REASON, ROW_NUMBER};
use crate::across::imports::content::PlannedRow;
use crate::across::imports::context::{self, Engine};
use crate::across::imports::headings::Layout;
use crate::across::imports::subject;
use crate::across::sheets::{Book, Cell, Column, ColumnKind, Field, Properties};
use crate::base::actor::Actor;
use crate::base::clock;
use crate::base::db;
use crate::base::error::{Error, OrMissing, Result};
use crate::base::ids::ImportId;
use crate::base::policy::{self, Action};
use crate::records::imports::queries::Which;
use crate::records::imports::{self, Bucket, Import};
use crate::records::words::{self, WordBook};

/// Writes the refused and conflicting rows of an import into a workbook. They hold identifiers in clear, so they go to
/// nobody but the one who uploaded them.
///
/// # Errors
/// `Missing`; `Refused` for anybody else than the uploader, and where the file has no plan; `Forbidden`.
pub async fn write<W: Write + Send>(engine: &Engine, actor: &Actor, id: ImportId, out: W) -> Result<()> {
    const PAGE: i64 = 1_000;
    let mut conn = engine.database.web().await?;
    let (import, words) = db::read(&mut conn, &actor.scope, async |conn| {
        let import = imports::queries::find(conn, &actor.scope, id).await.or_missing("导入")?;
        Ok((import, words::book(conn, actor.scope.county).await?))
    })
    .await?;
    policy::require(actor, Action::EnterRecords, &import.path())?;
    if import.account_id != actor.account || import.uploaded_by != actor.name {
        return Err(Error::Refused(format!(
            "退回的行含有完整的证件号码，只能由上传者“{}”下载；您可以在页面上查看退回原因。",
            import.uploaded_by
        )));
    }
    if import.headings().is_empty() {
        let why =
            "这次导入还没有读成方案，没有可下载的退回行；请稍后再试，读取失败的请按提示改正后重新上传。";
        return Err(Error::Refused(why.to_owned()));
    }
    let extras = db::read(&mut conn, &actor.scope, async |conn| further_columns(conn, &import).await).await?;
    let layout = context::layout(&import, &extras)?;
    let title = format!("{} 退回的行", import.file_name);
    let mut book = Book::new(&Properties { title, created: import.created_at });
    let kind = import.kind()?;
    let (places, columns): (Vec<_>, Vec<_>) = columns(&import, &layout, &words).into_iter().unzip();
    let own: Vec<u32> = places.into_iter().flatten().collect();
    let mut sheet = book.sheet(kind.name(), columns).map_err(Error::broken)?;
    let (mut after, mut count) = (0, 0);
    loop {
        let rows = db::read(&mut conn, &actor.scope, async |conn| {
            let buckets = [Bucket::Conflict, Bucket::Refused];
            Ok(imports::queries::rows(conn, &import, Which::In(&buckets), after, PAGE).await?)
        })
        .await?;
        let Some(last) = rows.last() else { break };
        after = last.number;
        for stored in &rows {
            let row = PlannedRow::open(stored, import.id, &engine.keys)?;
            sheet.row(&fields(&row, &layout, &own)).map_err(Error::broken)?;
            count += 1;
        }
    }
    sheet.finish().map_err(Error::broken)?;
    imports::given_back(&mut conn, actor, &import, count).await?;
    book.finish(out).map_err(Error::broken)
}

/// What the columns may be called beside our headings: as the county has set it, as the mapping says, and as they are in
/// the file, since what the county had set may have changed meanwhile.
async fn further_columns(conn: &mut AsyncPgConnection, import: &Import) -> Result<Vec<String>> {
    let mut names = subject::titles(conn, import).await?;
    names.extend(context::mapping(import)?.columns.into_values().flatten());
    names.extend(import.headings());
    Ok(names)
}

/// The clerk's columns that are not left out by the mapping, under our headings, so that the mapping is not needed a
/// second time; then row number and reasons.
fn columns(import: &Import, layout: &Layout, words: &WordBook) -> Vec<(Option<u32>, Column)> {
    let today = clock::today();
    let own = import.headings();
    let mut columns: Vec<(Option<u32>, Column)> = (0..)
        .zip(&own)
        .filter(|(at, _)| !layout.is_ignored(*at))
        .map(|(at, text)| match layout.at(at) {
            Some(heading) => (Some(at), heading.column(words, today)),
            None => (Some(at), Column::new(layout.extra_at(at).unwrap_or(text), ColumnKind::Text)),
        })
        .collect();
    columns.push((None, Column::new(ROW_NUMBER, ColumnKind::Number)));
    columns.push((None, Column { width: 60, ..Column::new(REASON, ColumnKind::Text) }));
    columns
}

fn fields(row: &PlannedRow, layout: &Layout, own: &[u32]) -> Vec<Field> {
    let mut fields: Vec<Field> = own
        .iter()
        .map(|column| {
            let reasons: Vec<&str> = row
                .errors
                .iter()
                .filter(|finding| stands_in(finding, *column, layout))
                .map(|finding| finding.message.as_str())
                .collect();
            let refused = (!reasons.is_empty()).then(|| reasons.join("\n"));
            Field { cell: row.row.get(*column).clone(), refused }
        })
        .collect();
    fields.push(Cell::Number(f64::from(row.row.number)).into());
    fields.push(Cell::Text(reasons(row)).into());
    fields
}

fn stands_in(finding: &Finding, column: u32, layout: &Layout) -> bool {
    match layout.at(column) {
        Some(heading) => finding.field == heading.field,
        None if layout.extra_at(column).is_some() => layout.extra_at(column) == Some(finding.field.as_str()),
        None => finding.field.is_empty() && finding.column == Finding::nameless(column),
    }
}

fn reasons(row: &PlannedRow) -> String {
    let errors = row.errors.iter().map(|finding| format!("{}：{}", finding.column, finding.message));
    errors.chain(row.conflict.clone()).collect::<Vec<_>>().join("\n")
}
