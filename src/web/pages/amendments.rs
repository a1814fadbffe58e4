//! Amending a closed quarter, and what differs between its revisions.

use rocket::http::Status;
use rocket::request::FlashMessage;
use rocket::response::{Flash, Redirect};
use rocket::{Route, State, get, post, routes};

use crate::across::reports::{
    self, Amended, Difference, FieldChange, LateCorrections, MovedFigure, QuarterStatus, RowChange,
    figures::Amount,
};
use crate::base::clock;
use crate::base::error::{Error, FieldError, OrMissing};
use crate::base::policy::{self, Action};
use crate::base::values::Quarter;
use crate::records::audit::names;
use crate::records::quarters::Origin;
use crate::web;
use crate::web::api::amendments::{DifferencesAsked, number, read};
use crate::web::guards::{Db, Fields, Listing, Page as Rows, SignedIn};
use crate::web::pages::quarters::{county, parse};
use crate::web::reading;
use crate::web::respond::{Answer, Page, PageWith};
use crate::web::views::amendments::{Amend, Differences};
use crate::web::views::controls::Kind;
use crate::web::views::parts::{Fact, Pager};
use crate::web::views::{Badge, Cell, Column, Control, Form, Group, Link, Notice, Row, Section, Table, Tone};

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![ask, amend, withdraw, differences]
}

fn address(quarter: Quarter) -> String {
    format!("/quarters/{quarter}/amend")
}

#[get("/quarters/<quarter>/amend")]
async fn ask(
    who: SignedIn,
    mut db: Db,
    state: &State<web::State>,
    quarter: &str,
    listing: Listing,
    flash: Option<FlashMessage<'_>>,
) -> Answer<Page<Amend>> {
    let mut view = view(&who, &mut db, state, parse(quarter)?, &listing, None).await?;
    view.frame = view.frame.telling(flash);
    reading::note(state, &who.known.identity, &who.actor, view.table.rows.len()).await?;
    Ok(Page(view))
}

#[post("/quarters/<quarter>/amend", data = "<fields>")]
async fn amend(
    who: SignedIn,
    mut db: Db,
    state: &State<web::State>,
    quarter: &str,
    listing: Listing,
    fields: Fields,
) -> Answer<Result<Flash<Redirect>, PageWith<Amend>>> {
    let quarter = parse(quarter)?;
    let organisation = county(&who.actor).ok_or(Error::Forbidden)?;
    let done = reports::amend(&mut db.0, &who.actor, &organisation, quarter, fields.get("reason")).await;
    let (status, errors) = match done {
        Ok(Amended::Proposed) => {
            let done = format!("已申请修订{}，请另一位审核员复核确认。", quarter.title());
            return Ok(Ok(Flash::success(Redirect::to(address(quarter)), done)));
        }
        Ok(Amended::Amended(revisions)) => {
            let told: Vec<String> = revisions
                .iter()
                .map(|revision| format!("{}第{}版", revision.quarter, revision.number))
                .collect();
            let done = format!("已修订{}，形成{}；原有版本保持不变。", quarter.title(), told.join("、"));
            let report = format!("/reports/quarterly?quarter={quarter}");
            return Ok(Ok(Flash::success(Redirect::to(report), done)));
        }
        Err(error @ (Error::Refused(_) | Error::Stale)) => {
            (Status::Conflict, vec![FieldError::new("", error, None)])
        }
        Err(Error::Invalid(errors)) => (Status::UnprocessableEntity, errors),
        Err(other) => return Err(other.into()),
    };
    let refused = Refused { errors: &errors, typed: fields.get("reason") };
    let page = view(&who, &mut db, state, quarter, &listing, Some(refused)).await?;
    Ok(Err(PageWith(status, page)))
}

#[post("/quarters/<quarter>/amend/withdraw", data = "<_fields>")]
async fn withdraw(who: SignedIn, mut db: Db, quarter: &str, _fields: Fields) -> Answer<Flash<Redirect>> {
    let quarter = parse(quarter)?;
    let organisation = county(&who.actor).ok_or(Error::Forbidden)?;
    let there = Redirect::to(address(quarter));
    match reports::withdraw_amendment(&mut db.0, &who.actor, &organisation, quarter).await {
        Ok(()) => Ok(Flash::success(there, format!("已撤回对{}的修订申请。", quarter.title()))),
        Err(Error::Refused(sentence)) => Ok(Flash::error(there, sentence)),
        Err(other) => Err(other.into()),
    }
}

/// What was refused of what was sent.
struct Refused<'a> {
    errors: &'a [FieldError],
    typed: &'a str,
}

async fn view(
    who: &SignedIn,
    db: &mut Db,
    state: &web::State,
    quarter: Quarter,
    listing: &Listing,
    refused: Option<Refused<'_>>,
) -> Result<Amend, Error> {
    let organisation = county(&who.actor).ok_or(Error::Forbidden)?;
    let statuses = reports::statuses(&mut db.0, &who.actor, Some(quarter)).await?;
    let status = statuses.iter().find(|status| status.quarter == quarter).or_missing("这个季度")?;
    let late = {
        let mut conn = state.database.report().await?;
        reports::late_corrections(&mut conn, &who.actor, quarter).await?
    };
    let Some(late) = late else { return Ok(open(who, quarter, status, refused.as_ref())) };
    let asked = DifferencesAsked { organisation: Some(&organisation), ..DifferencesAsked::default() };
    let rows = if late.tables.is_empty() {
        Rows { items: Vec::new(), next: None, total: None }
    } else {
        read(state, &who.actor, quarter, &asked, listing).await?
    };
    let (moved, origins) = if rows.items.is_empty() {
        (Vec::new(), Vec::new())
    } else {
        let mut conn = state.database.report().await?;
        // Counting the county takes as long as its report: the first page of rows tells it, the others do not.
        let moved = match listing.after {
            None => reports::moved_figures(&mut conn, &state.counts, &who.actor, quarter).await?,
            Some(_) => Vec::new(),
        };
        (moved, reports::origins(&mut conn, &who.actor, quarter, &rows.items).await?)
    };
    let caption = format!("与第{}版不同的数据", late.revision);
    let table = table(&caption, &rows.items, "现有记录与已结账的数据完全一致。");
    Ok(Amend {
        frame: who.frame(Section::Reports),
        title: format!("修订 {}", quarter.title()),
        back: Link::new("季度结账", "/quarters"),
        facts: facts(status, &late),
        notices: notices(status, &late, &who.actor.name),
        form: form(who, status, &late, refused),
        pager: pager(&address(quarter), &rows, listing),
        moved: moved_table(&moved, quarter, late.revision),
        table: with_origins(table, &origins),
    })
}

/// A quarter that is not closed.
fn open(who: &SignedIn, quarter: Quarter, status: &QuarterStatus, refused: Option<&Refused<'_>>) -> Amend {
    let sentence =
        refused.and_then(|refused| Some(refused.errors.first()?.message.clone())).unwrap_or_else(|| {
            format!("{}尚未结账，不需要修订；请直接更正记录，报告随记录变动。", quarter.title())
        });
    Amend {
        frame: who.frame(Section::Reports),
        title: format!("修订 {}", quarter.title()),
        back: Link::new("季度结账", "/quarters"),
        facts: vec![Fact::badge("状态", Badge::new(status.state.name(), Tone::Neutral))],
        notices: vec![Notice::new(Tone::Neutral, sentence)],
        table: table("与已结账版本不同的数据", &[], "没有已结账的版本。"),
        ..Amend::default()
    }
}

fn facts(status: &QuarterStatus, late: &LateCorrections) -> Vec<Fact> {
    let date = |at: Option<_>| at.map(|at| clock::date_in_china(at).to_string()).unwrap_or_default();
    let mut facts = vec![
        Fact::badge("状态", Badge::new(format!("已结账 第{}版", late.revision), Tone::Good)),
        Fact::text("结账日期", date(status.closed_at)),
    ];
    if let (Some(by), Some(reason)) = (&status.amendment_proposed_by, &status.amendment_reason) {
        facts.push(Fact::text("申请修订", format!("{by}，{}", date(status.amendment_proposed_at))));
        facts.push(Fact::text("修订原因", reason));
    }
    facts
}

/// What was entered or corrected after the closing, in one sentence.
pub(super) fn late_sentence(quarter: Quarter, late: &LateCorrections) -> String {
    if late.tables.is_empty() {
        return format!("现有记录与{}第{}版一致，没有需要修订的内容。", quarter.title(), late.revision);
    }
    let tables: Vec<String> = late.tables.iter().map(|(label, count)| format!("{label}{count}条")).collect();
    format!(
        "{}结账后又有补录或更正：按现有记录计算，与第{}版相差{}条（{}）。",
        quarter.title(),
        late.revision,
        late.rows(),
        tables.join("、")
    )
}

fn notices(status: &QuarterStatus, late: &LateCorrections, caller: &str) -> Vec<Notice> {
    let tone = if late.tables.is_empty() { Tone::Good } else { Tone::Warning };
    let mut notices = vec![Notice::new(tone, late_sentence(status.quarter, late))];
    if late.tables.is_empty() {
        return notices;
    }
    let next = late.revision + 1;
    let mut consequence = format!(
        "修订按现有记录重新计算季末数据，形成第{next}版，逐条列明与第{}版的差异；原有版本保持不变，仍可查看。",
        late.revision
    );
    if !late.later.is_empty() {
        let later: Vec<String> = late.later.iter().map(|quarter| quarter.title()).collect();
        consequence.push_str(&format!(
            "其后已结账的{}也随之各形成新的一版：期初取上季新版本的期末，增减保持平衡。",
            later.join("、")
        ));
    }
    notices.push(Notice::new(Tone::Neutral, consequence));
    if status.amendment_proposed_by.as_deref() == Some(caller) {
        let own = "修订申请是您提出的，须由另一位审核员复核确认；如要改写原因，请先撤回。";
        notices.push(Notice::new(Tone::Waiting, own));
    }
    notices
}

fn form(
    who: &SignedIn,
    status: &QuarterStatus,
    late: &LateCorrections,
    refused: Option<Refused<'_>>,
) -> Option<Form> {
    let here = address(status.quarter);
    let withdraw = format!("{here}/withdraw");
    let mut form = Form {
        action: here,
        csrf_token: who.known.csrf_token.clone().unwrap_or_default(),
        cancel: Some("/quarters".to_owned()),
        ..Form::default()
    };
    match (&status.amendment_proposed_by, &status.amendment_reason) {
        (Some(by), _) if *by == who.actor.name => {
            (form.action, form.submit) = (withdraw, "撤回修订申请".to_owned());
        }
        (Some(_), Some(reason)) => {
            form.hidden.push(("reason".to_owned(), reason.clone()));
            form.submit = "复核确认，修订".to_owned();
            form.also = Some(Link::new("不同意，退回申请", withdraw));
        }
        _ if late.tables.is_empty() && refused.is_none() => return None,
        _ => {
            let reason = Control::new("reason", "修订原因", Kind::Area)
                .required()
                .columns(12)
                .hint("1至500字：哪些记录在结账后作了补录或更正，依据是什么。");
            form.groups.push(Group::new("", vec![reason]));
            form.submit = "申请修订".to_owned();
        }
    }
    if let Some(refused) = refused {
        form.keep(|name| (name == "reason").then_some(refused.typed));
        form.refuse(refused.errors);
    }
    Some(form)
}

#[get("/quarters/<quarter>/differences?<asked..>")]
async fn differences(
    who: SignedIn,
    mut db: Db,
    state: &State<web::State>,
    quarter: &str,
    asked: DifferencesAsked<'_>,
    listing: Listing,
) -> Answer<Page<Differences>> {
    policy::require(&who.actor, Action::SeeRecords, &who.scope().path)?;
    let quarter = parse(quarter)?;
    let organisation = asked.organisation(&who.actor);
    let rows = read(state, &who.actor, quarter, &asked, &listing).await?;
    reading::note(state, &who.known.identity, &who.actor, rows.items.len()).await?;
    let statuses = reports::statuses(&mut db.0, &who.actor, Some(quarter)).await?;
    let latest = statuses.iter().find(|status| status.quarter == quarter).and_then(|status| status.revision);
    let to = number("to_revision", asked.to_revision)?;
    let from = number("from_revision", asked.from_revision)?.or(to.map(|to| to - 1)).or(latest);
    let (old, new) = (
        from.map_or_else(String::new, |from| format!("第{from}版")),
        to.map_or_else(|| "现有记录".to_owned(), |to| format!("第{to}版")),
    );
    let shown = |value: Option<i32>| value.map(|number| number.to_string()).unwrap_or_default();
    let here = format!(
        "/quarters/{quarter}/differences?organisation={organisation}&from_revision={}&to_revision={}",
        shown(from),
        shown(to)
    );
    Ok(Page(Differences {
        frame: who.frame(Section::Reports),
        title: format!("{} {new}与{old}的差异", quarter.title()),
        back: Link::new(
            "季度报告",
            format!(
                "/reports/quarterly?organisation={organisation}&quarter={quarter}&revision={}",
                shown(to)
            ),
        ),
        facts: vec![Fact::text("组织代码", &organisation), Fact::text("比较", format!("{old} → {new}"))],
        pager: pager(&here, &rows, &listing),
        table: table("差异明细", &rows.items, "两个版本在本组织范围内没有不同。"),
    }))
}

fn pager(here: &str, rows: &Rows<Difference>, listing: &Listing) -> Pager {
    let join = if here.contains('?') { '&' } else { '?' };
    Pager {
        shown: rows.items.len(),
        total: rows.total.and_then(|total| u64::try_from(total).ok()),
        first: listing.after.is_some().then(|| here.to_owned()),
        next: rows.next.as_ref().map(|next| format!("{here}{join}after={next}")),
    }
}

/// Differing rows as a table.
pub(super) fn table(caption: &str, rows: &[Difference], empty: &str) -> Table {
    let line = |row: &Difference| {
        let tone = match row.change {
            RowChange::Added => Tone::Good,
            RowChange::Removed => Tone::Bad,
            RowChange::Changed => Tone::Waiting,
        };
        let organisation = row.organisation_name.as_ref().unwrap_or(&row.organisation_code);
        Row {
            href: href(row),
            cells: vec![
                Cell::Text(row.name.clone().unwrap_or_else(|| "（记录已撤销）".to_owned())),
                Cell::Text(row.table_label.to_owned()),
                Cell::Badge(Badge::new(row.change.name(), tone)),
                Cell::Text(organisation.clone()),
                Cell::Text(told(row)),
            ],
        }
    };
    Table {
        caption: caption.to_owned(),
        columns: ["名称", "内容", "变化", "所在组织", "原版 → 本版"].map(Column::new).to_vec(),
        rows: rows.iter().map(line).collect(),
        empty: empty.to_owned(),
        pager: None,
    }
}

/// The figures that an amendment would move; each leads to what it is made of.
fn moved_table(moved: &[MovedFigure], quarter: Quarter, revision: i32) -> Table {
    let shown = |amount: Option<Amount>| {
        Cell::Number(amount.map_or_else(|| "—".to_owned(), |amount| amount.to_string()))
    };
    let line = |figure: &MovedFigure| {
        let cells = vec![
            Cell::Text(figure.label.clone()),
            Cell::Text(figure.unit.to_owned()),
            shown(figure.from),
            shown(figure.to),
            shown(figure.change),
        ];
        Row::to(format!("/figures/{}?quarter={quarter}", figure.code), cells)
    };
    Table {
        caption: "修订将改变的全县指标".to_owned(),
        columns: vec![
            Column::new("指标"),
            Column::new("单位"),
            Column::numeric(format!("第{revision}版")),
            Column::numeric("现有记录"),
            Column::numeric("相差"),
        ],
        rows: moved.iter().map(line).collect(),
        ..Table::default()
    }
}

/// The rows with who entered or corrected what stands behind each, and when.
fn with_origins(mut table: Table, origins: &[Option<Origin>]) -> Table {
    table.columns.push(Column::new("结账后登记"));
    for (row, origin) in table.rows.iter_mut().zip(origins) {
        let told = origin.as_ref().map(|origin| {
            let what = origin.action.as_deref().map(|action| format!("（{}）", names::action(action)));
            format!("{} {}{}", origin.by, clock::minute_in_china(origin.at), what.unwrap_or_default())
        });
        row.cells.push(Cell::Text(told.unwrap_or_else(|| "随其他记录变动".to_owned())));
    }
    table
}

/// So many columns of a row that is new or gone are told in a line; all of them are in the API and the workbook.
const TOLD: usize = 4;

fn told(row: &Difference) -> String {
    let place = |field: &&FieldChange| !field.field.ends_with("path");
    let fields = row.fields.iter();
    let parts: Vec<String> = match row.change {
        RowChange::Changed => fields
            .map(|field| format!("{}：{} → {}", field.label, dash(&field.old_text), dash(&field.new_text)))
            .collect(),
        RowChange::Added => fields
            .filter(place)
            .take(TOLD)
            .map(|field| format!("{}：{}", field.label, field.new_text))
            .collect(),
        RowChange::Removed => fields
            .filter(place)
            .take(TOLD)
            .map(|field| format!("{}：{}", field.label, field.old_text))
            .collect(),
    };
    parts.join("；")
}

fn dash(text: &str) -> &str {
    if text.is_empty() { "（空）" } else { text }
}

fn href(row: &Difference) -> Option<String> {
    match row.subject {
        "member" => Some(format!("/members/{}", row.id)),
        "person" => Some(format!("/people/{}", row.id)),
        "organisation" => Some(format!("/members?within={}", row.id)),
        "reserve" => Some(format!("/reserves/{}", row.id)),
        "rating" => Some(format!("/ratings/{}", row.id)),
        "award" => Some(format!("/ratings/awards/{}", row.id)),
        "assessment" => Some(format!("/assessments/{}", row.id)),
        "training_class" => Some(format!("/training/classes/{}", row.id)),
        _ => None,
    }
}
