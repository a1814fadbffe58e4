//! Rows that are typed into a grid instead of a workbook: kept as they are typed, checked by what a plan is made with, and
//! made into a plan like those of a file.

use std::collections::{BTreeMap, HashSet};

use chrono::{DateTime, Utc};
use diesel_async::AsyncPgConnection;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::across::imports::content::PlannedRow;
use crate::across::imports::context::{Destination, importer};
use crate::across::imports::grid;
use crate::across::imports::headings::{Layout, Mapping};
use crate::across::imports::subject::{Basis, ReadRow, Subject, for_subject, headings};
use crate::across::imports::summary::{self, RowLine};
use crate::across::imports::upload;
use crate::across::sheets::{Cell, Row};
use crate::base::actor::Actor;
use crate::base::clock;
use crate::base::db;
use crate::base::error::{Error, FieldError, OrMissing, Result};
use crate::base::ids::ImportId;
use crate::base::keys::{KeyRing, Secret};
use crate::base::values::excerpt;
use crate::records::imports::{self, Counts, Draft, DraftRow, HoldDraft, Import, Kind, MOST_ROWS, Receive};
use crate::records::organisations::queries;

/// How many characters a cell of a grid may have: more than any column takes, so that its own rule can say so.
const LONGEST_CELL: usize = 1_000;

/// A row of a grid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TypedRow {
    /// Given by whoever keeps the row, from 1: the same row as long as it stands in the grid.
    pub key: i32,
    /// What stands in its cells, by the field of the column; empty ones may be left out.
    pub cells: BTreeMap<String, String>,
}

/// What changed in a grid.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DraftInput {
    /// Code of the organisation that the rows belong to.
    pub organisation: String,
    /// Who changes it, by an id of his own choice: a request that is sent again is not taken for another hand's.
    pub writer: uuid::Uuid,
    /// The version of the draft that he has seen; 0: none.
    pub version: i32,
    /// The keys of all rows from the top; a row that is not named leaves the draft.
    pub order: Vec<i32>,
    /// The rows that changed.
    pub rows: Vec<TypedRow>,
}

/// A row of a draft with what a plan would say of it.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct CheckedRow {
    /// Its key.
    pub key: i32,
    /// What a plan would say; `row` is its place in the grid, from 1.
    #[serde(flatten)]
    pub line: RowLine,
}

/// A draft as it stands.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct DraftState {
    /// Code of the organisation that the rows belong to; none before anything was kept.
    pub organisation: Option<String>,
    /// Its version; 0 before anything was kept.
    pub version: i32,
    /// When it was last kept.
    pub kept_at: Option<DateTime<Utc>>,
    /// The plan that was last made of it.
    pub import_id: Option<uuid::Uuid>,
    /// Every filled row with what a plan would say of it.
    pub checked: Vec<CheckedRow>,
}

/// A draft with its rows.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct DraftAnswer {
    /// How it stands.
    #[serde(flatten)]
    pub state: DraftState,
    /// Its rows from the top.
    pub rows: Vec<TypedRow>,
}

/// A row as it is kept.
struct Line {
    key: i32,
    number: u32,
    cells: BTreeMap<String, String>,
}

impl Line {
    /// The row as a sheet would have it: what no column is for stands behind the last one, and is found there.
    fn row(&self, fields: &[String]) -> Row {
        let behind = self.cells.keys().filter(|field| !fields.contains(*field));
        let places = fields.iter().chain(behind);
        let cells = (0..).zip(places).filter_map(|(column, field)| {
            self.cells.get(field).map(|text| (column, Cell::Text(text.clone())))
        });
        Row::new(self.number, cells.collect())
    }
}

/// Keeps what changed in a grid, and says what a plan would say of all its rows.
///
/// # Errors
/// `Missing` for an organisation outside the actor's scope, `Forbidden`; `Invalid` for what is no grid, or too much;
/// `Stale` where somebody else has changed the draft meanwhile.
pub async fn keep(
    conn: &mut AsyncPgConnection,
    keys: &KeyRing,
    actor: &Actor,
    kind: Kind,
    input: &DraftInput,
) -> Result<DraftState> {
    examine(kind, input)?;
    let draft = db::write(conn, actor, async |conn| {
        let code = input.organisation.trim();
        let place = queries::by_code(conn, &actor.scope, code).await.or_missing("组织")?;
        let hold = HoldDraft {
            kind,
            organisation: place.id,
            path: place.path(),
            writer: input.writer,
            version: input.version,
        };
        let draft = imports::hold_draft(conn, actor, &hold).await?;
        let rows = input.rows.iter().map(|row| Ok((row.key, seal(row, &draft, keys)?)));
        imports::keep_rows(conn, &draft, &input.order, &rows.collect::<Result<Vec<_>>>()?).await?;
        Ok(draft)
    })
    .await?;
    let (state, _) = look(conn, keys, actor, kind, &draft).await?;
    Ok(state)
}

/// The draft that somebody has of a kind, with its rows; one that is not begun is empty.
///
/// # Errors
/// `Forbidden` for somebody without an account; `Broken` where the key does not fit.
pub async fn show(
    conn: &mut AsyncPgConnection,
    keys: &KeyRing,
    actor: &Actor,
    kind: Kind,
) -> Result<DraftAnswer> {
    let draft = db::write(conn, actor, async |conn| {
        let draft = imports::draft(conn, actor, kind).await?;
        if let Some(draft) = &draft {
            imports::close_up(conn, draft).await?;
        }
        Ok(draft)
    })
    .await?;
    let Some(draft) = draft else {
        let state = DraftState {
            organisation: None,
            version: 0,
            kept_at: None,
            import_id: None,
            checked: Vec::new(),
        };
        return Ok(DraftAnswer { state, rows: Vec::new() });
    };
    let (state, lines) = look(conn, keys, actor, kind, &draft).await?;
    let rows = lines.into_iter().map(|line| TypedRow { key: line.key, cells: line.cells }).collect();
    Ok(DraftAnswer { state, rows })
}

/// Makes the plan of a draft. The draft stays: rows that the plan writes leave it when it is next opened.
///
/// # Errors
/// `Refused` for an empty draft; `Forbidden`; whatever the database answers.
pub async fn plan(conn: &mut AsyncPgConnection, keys: &KeyRing, actor: &Actor, kind: Kind) -> Result<Import> {
    db::write(conn, actor, async |conn| {
        let draft = imports::draft(conn, actor, kind).await?.ok_or_else(nothing)?;
        let lines = open(&imports::draft_rows(conn, &draft).await?, &draft, keys)?;
        if lines.is_empty() {
            return Err(nothing());
        }
        let to = destination(&draft);
        let decided = decide(conn, keys, actor, kind, &to, &lines).await?;
        let import = upload::put_on_record(conn, actor, &received(kind, &to, &lines)?).await?;
        let mut counts = Counts::default();
        let mut stored = Vec::with_capacity(decided.rows.len());
        for row in &decided.rows {
            counts.add(row.bucket);
            stored.push(row.seal(import.id, keys)?);
        }
        imports::stage(conn, actor, &import, &stored).await?;
        imports::plan(conn, actor, &import, counts, &decided.headings, &[]).await?;
        imports::mark_planned(conn, &draft, import.id).await?;
        planned(conn, actor, import.id).await
    })
    .await
}

async fn planned(conn: &mut AsyncPgConnection, actor: &Actor, id: ImportId) -> Result<Import> {
    imports::queries::find(conn, &actor.scope, id).await.or_missing("导入")
}

fn nothing() -> Error {
    Error::Refused("表格里还没有填写内容，没有生成方案；请先填写，或从 Excel、WPS 复制后粘贴。".to_owned())
}

/// What the plan of a grid is on record as: the digest stands over what was typed.
fn received(kind: Kind, to: &Destination, lines: &[Line]) -> Result<Receive> {
    let rows: Vec<(u32, &BTreeMap<String, String>)> =
        lines.iter().map(|line| (line.number, &line.cells)).collect();
    let text = serde_json::to_vec(&rows).map_err(Error::broken)?;
    Ok(Receive {
        kind,
        organisation: to.organisation,
        path: to.path.clone(),
        file_name: format!("表格录入（{}）", kind.name()),
        file_sha256: Sha256::digest(&text).into(),
        file_size: u64::try_from(text.len()).map_err(Error::broken)?,
        mapping: serde_json::json!({}),
        idempotency_key: None,
    })
}

fn destination(draft: &Draft) -> Destination {
    Destination {
        county: draft.county_id,
        organisation: draft.organisation_id,
        path: crate::base::scope::Path::stored(draft.path.clone()),
    }
}

/// Whether what was sent is a grid of bearable size.
fn examine(kind: Kind, input: &DraftInput) -> Result<()> {
    let count = input.order.len();
    if count > MOST_ROWS {
        let message = format!(
            "表格最多{MOST_ROWS}行，现有{count}行；请分几次录入，或下载空白工作簿填写后在“导入”页面上传。"
        );
        return Err(Error::invalid("order", message));
    }
    let keys: HashSet<i32> = input.order.iter().copied().filter(|key| *key > 0).collect();
    if keys.len() != count {
        return Err(Error::invalid("order", "各行的编号须是互不相同的正整数，请按行重新编号。"));
    }
    let mut errors = Vec::new();
    let known = headings(kind);
    for (at, row) in input.rows.iter().enumerate() {
        if !keys.contains(&row.key) {
            let message = format!("编号为{}的行不在各行的次序里，请补上它的位置。", row.key);
            errors.push(FieldError::new(&format!("rows[{at}].key"), message, None));
        }
        for (field, text) in &row.cells {
            let length = text.chars().count();
            if length > LONGEST_CELL {
                let title = known.iter().find(|heading| heading.field == field);
                let title = title.map_or_else(|| excerpt(field), |heading| heading.title.to_owned());
                let message = format!("{title}有{length}个字，一格最多{LONGEST_CELL}个字；请缩短。");
                errors.push(FieldError::new(&format!("rows[{at}].cells.{}", excerpt(field)), message, None));
            }
        }
    }
    if errors.is_empty() { Ok(()) } else { Err(Error::Invalid(errors)) }
}

/// A row as it is stored; nothing where nothing stands in it.
fn seal(row: &TypedRow, draft: &Draft, keys: &KeyRing) -> Result<Option<Vec<u8>>> {
    let mut kept = row.clone();
    kept.cells.retain(|_, text| !text.trim().is_empty());
    if kept.cells.is_empty() {
        return Ok(None);
    }
    let text = serde_json::to_vec(&kept).map_err(Error::broken)?;
    keys.seal(Secret::DraftRow, draft.id.0, &text).map(Some).map_err(Error::broken)
}

fn open(stored: &[DraftRow], draft: &Draft, keys: &KeyRing) -> Result<Vec<Line>> {
    let opened = stored.iter().map(|row| {
        let text = keys.unseal(Secret::DraftRow, draft.id.0, &row.content).map_err(Error::broken)?;
        let typed: TypedRow = serde_json::from_slice(&text).map_err(Error::broken)?;
        if typed.key != row.key {
            return Err(Error::broken("a row of a draft holds the content of another"));
        }
        let number = u32::try_from(row.number).map_err(Error::broken)?;
        Ok(Line { key: row.key, number, cells: typed.cells })
    });
    opened.collect()
}

/// What a plan would say of a draft, with its rows.
async fn look(
    conn: &mut AsyncPgConnection,
    keys: &KeyRing,
    actor: &Actor,
    kind: Kind,
    draft: &Draft,
) -> Result<(DraftState, Vec<Line>)> {
    let to = destination(draft);
    // Nothing is written by a look, whatever the verbs that are asked do.
    let (place, lines, decided) = db::rehearse(conn, actor, async |conn| {
        let place = queries::find(conn, to.county, to.organisation).await.or_missing("组织")?;
        let lines = open(&imports::draft_rows(conn, draft).await?, draft, keys)?;
        let decided = decide(conn, keys, actor, kind, &to, &lines).await?;
        Ok((place, lines, decided))
    })
    .await?;
    let known = headings(kind);
    let checked = lines
        .iter()
        .zip(decided.rows)
        .map(|(line, row)| CheckedRow { key: line.key, line: summary::line(row, known, false) });
    let state = DraftState {
        organisation: Some(place.code),
        version: draft.version,
        kept_at: Some(draft.updated_at),
        import_id: draft.import_id.map(|id| id.0),
        checked: checked.collect(),
    };
    Ok((state, lines))
}

/// What a plan would do with rows, in their order, and the first row of the sheet that they would stand in.
struct Decided {
    headings: Vec<String>,
    rows: Vec<PlannedRow>,
}

async fn decide(
    conn: &mut AsyncPgConnection,
    keys: &KeyRing,
    actor: &Actor,
    kind: Kind,
    to: &Destination,
    lines: &[Line],
) -> Result<Decided> {
    let importer = importer(actor, to.scope());
    db::write(
        conn,
        &importer,
        async |conn| for_subject!(kind, S => decide_as::<S>(conn, keys, &importer, to, lines).await),
    )
    .await
}

async fn decide_as<S: Subject>(
    conn: &mut AsyncPgConnection,
    keys: &KeyRing,
    importer: &Actor,
    to: &Destination,
    lines: &[Line],
) -> Result<Decided> {
    let context = S::context(conn, to).await?;
    let extras = S::extras(&context);
    let (titles, fields) = grid::titles_and_fields(S::HEADINGS, &extras);
    let first = (0..).zip(&titles).map(|(at, title)| (at, Cell::Text(title.clone()))).collect();
    let layout = Layout::read_with(&Row::new(1, first), S::HEADINGS, &extras, &Mapping::new())
        .map_err(|_| Error::broken("the columns of a grid are no layout"))?;
    let basis = Basis::<S> {
        scope: to.scope(),
        actor: importer,
        keys,
        layout: &layout,
        context: &context,
        today: clock::today(),
        looks: true,
    };
    let read = |line: &Line| ReadRow::read::<S>(line.row(&fields), &layout, &context, uuid::Uuid::now_v7());
    let rows = lines.iter().map(read).collect();
    let decided = S::classify(&basis, &mut S::Seen::default(), conn, rows).await?;
    Ok(Decided { headings: titles, rows: decided.into_iter().map(|(row, _)| row).collect() })
}
