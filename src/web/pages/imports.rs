//! Workbooks coming in: upload, plan, carrying out.

use std::collections::BTreeMap;

use diesel_async::AsyncPgConnection;
use rocket::http::ContentType;
use rocket::response::Redirect;
use rocket::response::stream::{Event, EventStream};
use rocket::{Route, Shutdown, State, get, post, routes};

use crate::across::imports::columns::folded;
use crate::across::imports::context::Engine;
use crate::across::imports::mapping::Mapping;
use crate::across::imports::proposal::Proposal;
use crate::across::imports::receipt::{self, SameFile};
use crate::across::imports::summary::RowLine;
use crate::across::imports::{read, refused, subject, summary, template, upload};
use crate::across::sheets::Limits;
use crate::base::clock;
use crate::base::db;
use crate::base::error::{Error, OrMissing};
use crate::base::ids::ImportId;
use crate::base::policy::{self, Action};
use crate::base::scope::Scope;
use crate::base::values::excerpt;
use crate::records::imports::{self, Bucket, Import, Kind, State as Stage};
use crate::records::organisations::{self, Organisation};
use crate::web;
use crate::web::guards::{Db, SignedIn, Upload as Uploaded, UploadForm};
use crate::web::import_work::{self, engine};
use crate::web::respond::{Answer, Download, Page};
use crate::web::views::controls::{Choice, Kind as ControlKind};
use crate::web::views::imports::{
    Bucket as BucketLink, CellNote, KeptLine, MatchedColumn, Matching, Plan, PlanRow, Undone as UndoneView,
    Upload as UploadPage,
};
use crate::web::views::parts::{Fact, Pager};
use crate::web::views::{Badge, Cell, Column, Control, Form, Group, Link, Notice, Row, Section, Table, Tone};

/// Files that the page sends one after the other when they are chosen together.
const TOGETHER: usize = 20;

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![list, receive, blank, show, events, give_back, match_columns, carry_out, undo]
}

#[get("/imports")]
async fn list(who: SignedIn, mut db: Db) -> Answer<Page<UploadPage>> {
    policy::require(&who.actor, Action::EnterRecords, &who.scope().path)?;
    let scope = who.scope();
    let (own, places, earlier) = db::read(&mut db.0, scope, async |conn| {
        let (own, places) = destinations(conn, scope).await?;
        Ok((own, places, imports::queries::list(conn, scope, None, None, 50).await?))
    })
    .await?;
    let kinds = Kind::ALL.iter().map(|kind| Choice::new(kind.code(), kind.name())).collect();
    let controls = vec![
        Control::new("kind", "种类", ControlKind::Select(kinds)).required().value("members").columns(6),
        Control::new("organisation", "写入的组织", ControlKind::Select(places))
            .required()
            .value(&own.code)
            .columns(6),
        Control::new("file", "文件", ControlKind::File(".xlsx,.csv"))
            .required()
            .columns(12)
            .hint("xlsx 或 csv（UTF-8、GB18030），最大 20 MiB"),
    ];
    let form = Form {
        action: "/imports".to_owned(),
        csrf_token: who.known.csrf_token.clone().unwrap_or_default(),
        groups: vec![Group::new("上传工作簿", controls)],
        submit: "上传并查看方案".to_owned(),
        multipart: true,
        ..Form::default()
    };
    let blanks = Kind::ALL
        .iter()
        .map(|kind| Link::new(kind.name(), format!("/templates/{}.xlsx", kind.code())))
        .collect();
    Ok(Page(UploadPage {
        frame: who.frame(Section::Imports),
        form,
        together: TOGETHER,
        largest: Limits::default().file,
        blanks,
        grids: Kind::ALL
            .iter()
            .map(|kind| Link::new(kind.name(), format!("/grids/{}", kind.code())))
            .collect(),
        earlier: before(&earlier)?,
    }))
}

/// The organisations that somebody may enter rows for: his own, and those right below it, for a choice.
///
/// # Errors
/// Whatever the database answers.
pub(super) async fn destinations(
    conn: &mut AsyncPgConnection,
    scope: &Scope,
) -> Result<(Organisation, Vec<Choice>), Error> {
    let own = organisations::queries::by_code(conn, scope, scope.path.code()).await.or_missing("组织")?;
    let below = organisations::queries::children(conn, scope.county, own.id).await?;
    let places =
        std::iter::once(&own).chain(&below).map(|place| Choice::new(place.code.clone(), place.name.clone()));
    let places = places.collect();
    Ok((own, places))
}

/// What was handed in before.
fn before(earlier: &[Import]) -> Result<Table, Error> {
    let columns = vec![
        Column::new("文件"),
        Column::numeric("上传日期"),
        Column::new("经办"),
        Column::numeric("行数"),
        Column::numeric("退回"),
        Column::new("状态"),
    ];
    Ok(Table {
        caption: "以往的导入".to_owned(),
        columns,
        rows: earlier.iter().map(line).collect::<Result<Vec<_>, Error>>()?,
        empty: "还没有导入过。".to_owned(),
        pager: None,
    })
}

fn line(import: &Import) -> Result<Row, Error> {
    let cells = vec![
        Cell::Text(import.file_name.clone()),
        Cell::Number(clock::date_in_china(import.created_at).to_string()),
        Cell::Text(import.uploaded_by.clone()),
        Cell::Number(import.rows_read.to_string()),
        Cell::Number(import.counts().refused.to_string()),
        Cell::Badge(badge(import.state()?)),
    ];
    Ok(Row::to(format!("/imports/{}", import.id), cells))
}

fn badge(state: Stage) -> Badge {
    let tone = match state {
        Stage::Reading | Stage::Planned | Stage::Committing => Tone::Waiting,
        Stage::Committed => Tone::Good,
        Stage::Undone => Tone::Neutral,
        Stage::Failed => Tone::Bad,
    };
    Badge::new(state.name(), tone)
}

#[get("/templates/<file>")]
async fn blank(who: SignedIn, mut db: Db, file: &str) -> Answer<Download> {
    policy::require(&who.actor, Action::EnterRecords, &who.scope().path)?;
    let kind = file.strip_suffix(".xlsx").and_then(|code| Kind::parse(code).ok()).or_missing("空白表")?;
    let words = db.words(who.scope()).await?;
    let mut bytes = Vec::new();
    template::write(kind, &words, clock::now(), &mut bytes).map_err(Error::broken)?;
    Ok(workbook(bytes, format!("{}.xlsx", kind.name())))
}

fn workbook(bytes: Vec<u8>, name: String) -> Download {
    let kind = ContentType::new("application", "vnd.openxmlformats-officedocument.spreadsheetml.sheet");
    Download { bytes, kind, name }
}

#[post("/imports", data = "<form>")]
async fn receive(
    who: SignedIn,
    mut db: Db,
    form: Uploaded<UploadForm<'_>>,
    state: &State<web::State>,
) -> Answer<Redirect> {
    let taken = import_work::take(&mut db.0, &who.actor, state, form.0).await?;
    let import = upload::put_on_record(&mut db.0, &who.actor, &taken.command).await?;
    let id = import.id;
    import_work::read_on(state, who.actor.clone(), import, taken);
    Ok(Redirect::to(format!("/imports/{id}")))
}

#[get("/imports/<id>?<bucket>&<after>")]
async fn show(
    who: SignedIn,
    mut db: Db,
    id: ImportId,
    bucket: Option<&str>,
    after: Option<i32>,
    state: &State<web::State>,
) -> Answer<Page<Plan>> {
    const SHOWN: usize = 100;
    const KEPT_SHOWN: usize = 200;
    policy::require(&who.actor, Action::EnterRecords, &who.scope().path)?;
    let engine = engine(state);
    let import = upload::find(&engine, &who.actor, id).await?;
    let (stage, kind, counts) = (import.state()?, import.kind()?, import.counts());
    let chosen = bucket.and_then(|code| Bucket::parse(code).ok()).or_else(|| {
        let order = [Bucket::Refused, Bucket::Conflict, Bucket::Changed, Bucket::New];
        order.into_iter().find(|bucket| counts.of(*bucket) > 0)
    });
    let chosen = chosen.unwrap_or(Bucket::Unchanged);
    let lines = summary::rows(&engine, who.scope(), &import, &[chosen], after.unwrap_or(0), 100).await?;
    let undone = summary::undone(&engine, who.scope(), &import, KEPT_SHOWN).await?;
    let matching = waiting(&engine, &who, &mut db, &import).await?;
    let grid = typed_in(&who, &mut db, &import).await?;
    let alike = summary::count_alike(&engine, who.scope(), &import).await?;
    let earlier = receipt::same_file(&engine, who.scope(), &import).await?;
    let place = db::read(&mut db.0, who.scope(), async |conn| {
        Ok(organisations::queries::find(conn, import.county_id, import.organisation_id).await?)
    })
    .await?;
    let next = lines
        .last()
        .filter(|_| lines.len() == SHOWN)
        .map(|last| format!("/imports/{id}?bucket={}&after={}", chosen.code(), last.row));
    let total = u64::try_from(counts.of(chosen)).ok();
    let pager = Pager { shown: lines.len(), total, first: None, next };
    let left_out = counts.refused + counts.conflict > 0 && import.account_id == who.actor.account;
    let to_write = u64::try_from(counts.to_write()).unwrap_or(0);
    let waits = stage == Stage::Planned && to_write > 0;
    Ok(Page(Plan {
        frame: who.frame(Section::Imports),
        file_name: import.file_name.clone(),
        state: if matching.is_some() { Badge::new("待对应列", Tone::Waiting) } else { badge(stage) },
        facts: vec![
            Fact::text("种类", kind.name()),
            Fact::text("上传", import.uploaded_by.clone()),
            Fact::text("写入", import.committed_by.clone().unwrap_or_default()),
            Fact::text("可撤销至", import.undo_until.map(day).unwrap_or_default()),
        ],
        receipt: receipt_of(&import, kind, place.map(|place| place.name).unwrap_or_default()),
        events: matches!(stage, Stage::Reading | Stage::Committing).then(|| format!("/imports/{id}/events")),
        rows_read: u64::try_from(import.rows_read).unwrap_or(0),
        buckets: if stage == Stage::Failed { Vec::new() } else { buckets(&import, chosen) },
        rows: lines.into_iter().map(|line| plan_row(line, chosen, kind)).collect(),
        pager,
        refused_rows: left_out.then(|| format!("/imports/{id}/errors.xlsx")),
        commit: waits.then(|| format!("/imports/{id}/commit")),
        to_write,
        grid,
        undo: imports::can_undo(&who.actor, &import).then(|| format!("/imports/{id}/undo")),
        undone: undone.map(told_undone),
        doubles: (alike > 0).then(|| {
            let told = format!("有 {alike} 行按新增处理，但可能是已登记的人。");
            Link::new(told, format!("/imports/{id}/doubles"))
        }),
        notices: notices(&import, &earlier, if matching.is_some() { Tone::Warning } else { Tone::Bad }),
        matching,
    }))
}

fn buckets(import: &Import, chosen: Bucket) -> Vec<BucketLink> {
    let counts = import.counts();
    Bucket::ALL
        .iter()
        .map(|bucket| BucketLink {
            code: bucket.code(),
            label: bucket.name().to_owned(),
            count: u64::try_from(counts.of(*bucket)).unwrap_or(0),
            href: format!("/imports/{}?bucket={}", import.id, bucket.code()),
            current: *bucket == chosen,
        })
        .collect()
}

fn notices(import: &Import, earlier: &[SameFile], failed: Tone) -> Vec<Notice> {
    let same = earlier.iter().map(|one| {
        let link = Link::new("查看那一次", format!("/imports/{}", one.import_id));
        Notice::new(Tone::Warning, one.message.clone()).with(Some(link))
    });
    let told = import.notices().into_iter().map(|text| Notice::new(Tone::Warning, text));
    let failure = import.failure.iter().flat_map(|text| text.lines());
    same.chain(told).chain(failure.map(|text| Notice::new(failed, text))).collect()
}

/// What is kept on paper of an import that was carried out; nothing before.
fn receipt_of(import: &Import, kind: Kind, place: String) -> Vec<Fact> {
    let Some(committed_at) = import.committed_at else { return Vec::new() };
    let counts = import.counts();
    let committed_by = import.committed_by.as_deref().unwrap_or_default();
    let said = |who: &str, at| format!("{who}　{}", clock::minute_in_china(at));
    let mut facts = vec![
        Fact::text("种类", kind.name()),
        Fact::text("写入的组织", place),
        Fact::text("上传", said(&import.uploaded_by, import.created_at)),
        Fact::text("写入", said(committed_by, committed_at)),
        Fact::text("可撤销至", import.undo_until.map(clock::minute_in_china).unwrap_or_default()),
        Fact::text("读取行数", import.rows_read.to_string()),
    ];
    facts.extend(Bucket::ALL.iter().map(|bucket| Fact::text(bucket.name(), counts.of(*bucket).to_string())));
    facts.push(Fact::text("文件 SHA-256", hex::encode(&import.file_sha256)));
    facts.push(Fact::text("导入编号", import.id.to_string()));
    facts
}

/// The columns of a file that wait for its uploader.
async fn waiting(
    engine: &Engine,
    who: &SignedIn,
    db: &mut Db,
    import: &Import,
) -> Result<Option<Matching>, Error> {
    if import.account_id != who.actor.account || import.uploaded_by != who.actor.name {
        return Ok(None);
    }
    let Some(proposal) = read::proposal(engine, import)? else { return Ok(None) };
    let titles =
        db::read(&mut db.0, &import.scope(), async |conn| subject::titles(conn, import).await).await?;
    let choices: Vec<Choice> = titles.into_iter().map(|title| Choice::new(title.clone(), title)).collect();
    Ok(Some(matching(import, proposal, choices)))
}

/// The grid that an import is the plan of, while that is the draft of whoever looks.
async fn typed_in(who: &SignedIn, db: &mut Db, import: &Import) -> Result<Option<String>, Error> {
    let kind = import.kind()?;
    let is_plan =
        db::write(&mut db.0, &who.actor, async |conn| Ok(imports::plan_of(conn, import).await?)).await?;
    Ok(is_plan.then(|| format!("/grids/{}", kind.code())))
}

fn matching(import: &Import, proposal: Proposal, choices: Vec<Choice>) -> Matching {
    Matching {
        action: format!("/imports/{}/columns", import.id),
        sheet: proposal.sheet.unwrap_or_default(),
        header_row: proposal.header_row,
        columns: proposal
            .columns
            .into_iter()
            .map(|column| MatchedColumn {
                letters: column.letters,
                heading: column.heading,
                samples: column.samples.join("；"),
                target: column.target.unwrap_or_default(),
            })
            .collect(),
        choices,
    }
}

fn day(moment: chrono::DateTime<chrono::Utc>) -> String {
    clock::date_in_china(moment).to_string()
}

fn told_undone(undone: summary::UndoAnswer) -> UndoneView {
    UndoneView {
        by: undone.undone_by,
        reason: undone.reason,
        on: day(undone.undone_at),
        undone: undone.undone,
        kept: undone.kept,
        rows: undone
            .kept_rows
            .into_iter()
            .map(|row| KeptLine { number: u64::from(row.row), subject: row.subject, message: row.message })
            .collect(),
    }
}

fn plan_row(line: RowLine, bucket: Bucket, kind: Kind) -> PlanRow {
    let tone = match bucket {
        Bucket::New => Tone::Good,
        Bucket::Changed => Tone::Waiting,
        Bucket::Unchanged => Tone::Neutral,
        Bucket::Conflict => Tone::Warning,
        Bucket::Refused => Tone::Bad,
    };
    let told = |error: summary::CellError| CellNote {
        column: error.column,
        before: String::new(),
        value: error.value,
        message: error.message,
    };
    let changed = line.changes.into_iter().map(|change| CellNote {
        column: change.column,
        before: change.before,
        value: change.after,
        message: String::new(),
    });
    let conflict = line.message.map(|message| CellNote { message, ..CellNote::default() });
    let notes =
        line.errors.into_iter().chain(line.warnings).map(told).chain(changed).chain(conflict).collect();
    PlanRow {
        number: u64::from(line.row),
        subject: line.subject,
        href: line.record.filter(|_| kind == Kind::Members).map(|id| format!("/members/{id}")),
        bucket: Badge::new(bucket.name(), tone),
        notes,
    }
}

#[get("/imports/<id>/events")]
async fn events(
    who: SignedIn,
    id: ImportId,
    ends: Shutdown,
    state: &State<web::State>,
) -> Answer<EventStream![Event]> {
    Ok(import_work::events(engine(state), who.actor, id, ends).await?)
}

#[get("/imports/<id>/errors.xlsx")]
async fn give_back(who: SignedIn, id: ImportId, state: &State<web::State>) -> Answer<Download> {
    let mut bytes = Vec::new();
    refused::write(&engine(state), &who.actor, id, &mut bytes).await?;
    Ok(workbook(bytes, "退回的行.xlsx".to_owned()))
}

/// Where each column goes, by its heading; each heading once, since it is all that a column is known by.
fn matched(fields: &crate::web::guards::Fields) -> Result<BTreeMap<String, Option<String>>, Error> {
    let mut columns: BTreeMap<String, Option<String>> = BTreeMap::new();
    for (heading, target) in fields.all("heading").zip(fields.all("target")) {
        let target = Some(target.to_owned()).filter(|target| !target.is_empty());
        let known =
            columns.iter().find(|(known, _)| folded(known) == folded(heading)).map(|(_, to)| to.clone());
        if known.is_some_and(|known| known != target) {
            let why = format!(
                "列名“{}”有两列，去处不同，分不清是哪一列；请在文件中给两列不同的列名，重新上传。",
                excerpt(heading)
            );
            return Err(Error::invalid("target", why));
        }
        columns.insert(heading.to_owned(), target);
    }
    Ok(columns)
}

/// What the uploader says of the columns: `heading` and `target` repeat, in the same order; an empty target leaves out.
#[post("/imports/<id>/columns", data = "<fields>")]
async fn match_columns(
    who: SignedIn,
    mut db: Db,
    id: ImportId,
    fields: crate::web::guards::Fields,
    state: &State<web::State>,
) -> Answer<Redirect> {
    let columns = matched(&fields)?;
    let header_row = fields
        .given("header_row")
        .map(str::parse::<u32>)
        .transpose()
        .map_err(|_| Error::invalid("header_row", "列名所在的行不是行号，请从导入页面重新提交。"))?;
    let sheet = Some(fields.get("sheet").to_owned()).filter(|sheet| !sheet.is_empty());
    let mapping = Mapping { sheet, header_row, columns };
    import_work::read_again(&mut db.0, &who.actor, state, id, &mapping).await?;
    Ok(Redirect::to(format!("/imports/{id}")))
}

#[post("/imports/<id>/commit", data = "<_fields>")]
async fn carry_out(
    who: SignedIn,
    id: ImportId,
    _fields: crate::web::guards::Fields,
    state: &State<web::State>,
) -> Answer<Redirect> {
    import_work::carry_out(engine(state), who.actor.clone(), id).await?;
    Ok(Redirect::to(format!("/imports/{id}")))
}

#[post("/imports/<id>/undo", data = "<fields>")]
async fn undo(
    who: SignedIn,
    mut db: Db,
    id: ImportId,
    fields: crate::web::guards::Fields,
) -> Answer<Redirect> {
    imports::undo(&mut db.0, &who.actor, id, Some(fields.get("reason"))).await?;
    Ok(Redirect::to(format!("/imports/{id}")))
}
