//! The quarter cockpit: what stands open before closing, who has to act until when, signing off upward.

mod settings;
mod tasks;

use rocket::http::Status;
use rocket::request::FlashMessage;
use rocket::response::{Flash, Redirect};
use rocket::{Route, get, post, routes};

pub(in crate::web::pages) use tasks::{signatures, tasks};

use super::quality::{badge, queue_address};
use super::reports::{address, choice, neighbours, quarter_choice};
use crate::across::reports::{self, Cockpit, Duty, DutyKind, RuleLine, Unit};
use crate::base::clock;
use crate::base::error::Error;
use crate::base::policy::{self, Action};
use crate::base::scope::Path;
use crate::records::quarters::{self, QuarterState, WithdrawSignOff};
use crate::web::api::reports::{ReportQuery, Wanted};
use crate::web::forms::refusals;
use crate::web::guards::{Db, Fields, SignedIn};
use crate::web::respond::{Answer, Page, PageWith};
use crate::web::views::cockpit::{CockpitPage, FindingLine};
use crate::web::views::controls::Kind;
use crate::web::views::parts::{Fact, FigureCard};
use crate::web::views::{Badge, Cell, Column, Control, Form, Group, Link, Row, Section, Table, Tone};

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    [routes![show, sign, withdraw], settings::routes()].concat()
}

#[get("/cockpit?<query..>")]
async fn show(
    who: SignedIn,
    mut db: Db,
    query: ReportQuery<'_>,
    flash: Option<FlashMessage<'_>>,
) -> Answer<Page<CockpitPage>> {
    policy::require(&who.actor, Action::SeeRecords, &who.scope().path)?;
    let wanted = query.read(&who.actor)?;
    let mut page = view(&who, &mut db, &wanted).await?;
    page.frame = page.frame.telling(flash);
    Ok(Page(page))
}

async fn view(who: &SignedIn, db: &mut Db, wanted: &Wanted) -> Result<CockpitPage, Error> {
    let wanted = Wanted { revision: None, ..wanted.clone() };
    let told = reports::cockpit(&mut db.0, &who.actor, &wanted.organisation, wanted.quarter).await?;
    let statuses = reports::statuses(&mut db.0, &who.actor, Some(wanted.quarter)).await?;
    let (above, below) = neighbours(who, db, &wanted).await?;
    let unit_path = above.last().map_or_else(|| who.scope().path.clone(), |shown| shown.path());
    let (form, form_title) = form(who, &told, &unit_path);
    Ok(CockpitPage {
        frame: who.frame(Section::Reports),
        organisation: told.own.organisation.name.clone(),
        quarter: told.quarter.title(),
        state: state_badge(&told),
        quarters: statuses.iter().map(quarter_choice).collect(),
        quarter_code: wanted.quarter.to_string(),
        organisations: above.iter().chain(&below).map(choice).collect(),
        organisation_code: wanted.organisation.clone(),
        facts: facts(&told),
        figures: figures(&told, &wanted),
        note: note(who, &told),
        findings: told.findings.iter().map(|line| finding(line, &told, &wanted)).collect(),
        unbalanced: told
            .unbalanced
            .iter()
            .map(|member| {
                let name = member.name.clone().unwrap_or_else(|| "（记录已撤销）".to_owned());
                Link::new(name, format!("/members/{}", member.id))
            })
            .collect(),
        units: units(&told, &wanted),
        duties: duties(&told, &wanted),
        form,
        form_title,
        links: links(who, &told, &wanted),
    })
}

fn state_badge(told: &Cockpit) -> Badge {
    let tone = match told.state {
        QuarterState::Open => Tone::Neutral,
        QuarterState::Proposed => Tone::Waiting,
        QuarterState::Closed => Tone::Good,
    };
    Badge::new(told.state.name(), tone)
}

/// How far the sign-off of a unit is.
fn signature(unit: &Unit) -> Badge {
    match &unit.sign_off {
        Some(signed) if signed.changes > 0 => {
            Badge::new(format!("签字后有变动{}条", signed.changes), Tone::Warning)
        }
        Some(_) => Badge::new("已签字", Tone::Good),
        None if !unit.signs => Badge::new("不需签字", Tone::Neutral),
        None if unit.is_overdue => Badge::new("逾期未签字", Tone::Bad),
        None => Badge::new("未签字", Tone::Waiting),
    }
}

fn facts(told: &Cockpit) -> Vec<Fact> {
    let mut facts = vec![
        Fact::text("季度最后一天", told.last_day.to_string()),
        Fact::text("县（区）结账期限", told.closes_by.to_string()),
    ];
    let own = &told.own;
    if own.signs {
        facts.push(Fact::text("本单位签字期限", own.due.to_string()));
        facts.push(Fact::badge("签字", signature(own)));
    }
    if let Some(signed) = &own.sign_off {
        let at = clock::date_in_china(signed.signed_at);
        facts.push(Fact::text("签字人", format!("{}（{}），{at}", signed.signed_by, signed.signed_for)));
        if let Some(note) = &signed.note {
            facts.push(Fact::text("说明", note));
        }
    }
    let signing: Vec<&Unit> = told.units.iter().filter(|unit| unit.signs).collect();
    if !signing.is_empty() {
        let done = signing.iter().filter(|unit| unit.sign_off.is_some()).count();
        facts.push(Fact::text("下级已签字", format!("{done}／{}", signing.len())));
    }
    facts
}

fn figures(told: &Cockpit, wanted: &Wanted) -> Vec<FigureCard> {
    let own = &told.own;
    let behind = |code: &str| {
        let href = address(&format!("/figures/{code}"), wanted, &wanted.organisation, &[]);
        Some(href)
    };
    let card = |label: &str, value: i64, unit: &str, href: Option<String>| FigureCard {
        label: label.to_owned(),
        value: value.to_string(),
        unit: unit.to_owned(),
        change: None,
        href,
    };
    let uneven = told.units.iter().filter(|unit| !unit.balanced).count();
    let uneven = i64::try_from(uneven).unwrap_or(i64::MAX).max(i64::from(!own.balanced));
    vec![
        card("签字前应处理", own.open, "项", None),
        card("数据质量问题", own.findings, "条", behind("quality.findings")),
        card("待审核评定", own.ratings, "份", behind("ratings.awaiting_review")),
        card("待接收转入", own.transfers, "人", Some("/transfers".to_owned())),
        card(
            "增减不平衡",
            uneven,
            "个",
            Some(address("/reports/quarterly", wanted, &wanted.organisation, &[])),
        ),
        card("考核未公示", own.assessments, "个", Some("/assessments".to_owned())),
        card("届满未换届", own.elections_overdue, "个", behind("committees.elections_overdue")),
    ]
}

fn note(who: &SignedIn, told: &Cockpit) -> String {
    let own = &told.own;
    if told.state == QuarterState::Closed {
        let unsigned: Vec<&str> = told
            .units
            .iter()
            .filter(|unit| unit.signs && unit.sign_off.is_none())
            .map(|unit| unit.organisation.name.as_str())
            .collect();
        if unsigned.is_empty() {
            return "这个季度已经结账。".to_owned();
        }
        return format!("这个季度已经结账；结账时没有签字的有：{}。", unsigned.join("、"));
    }
    let signs = policy::may(&who.actor, Action::SignOff, &who.scope().path);
    if own.signs && own.sign_off.is_none() && !signs {
        return "签字上报由本单位的审核员办理；请先处理下列问题。".to_owned();
    }
    String::new()
}

fn finding(line: &RuleLine, told: &Cockpit, wanted: &Wanted) -> FindingLine {
    let figure = format!("/figures/quality.findings.{}", line.rule);
    FindingLine {
        title: line.title.to_owned(),
        severity: badge(line.severity),
        count: line.count.to_string(),
        hint: line.hint.clone(),
        queue: told.revision.is_none().then(|| queue_address(line.rule, wanted)),
        rows: address(&figure, wanted, &wanted.organisation, &[]),
    }
}

fn units(told: &Cockpit, wanted: &Wanted) -> Option<Table> {
    told.units.first()?;
    // Where nobody below signs, nothing is said of signing.
    let signs = told.units.iter().any(|unit| unit.signs);
    let row = |unit: &Unit| {
        let balance =
            if unit.balanced { Badge::new("平衡", Tone::Good) } else { Badge::new("不平衡", Tone::Bad) };
        let mut cells = vec![Cell::Text(unit.organisation.name.clone())];
        if signs {
            cells.push(Cell::Badge(signature(unit)));
            cells.push(Cell::Text(if unit.signs { unit.due.to_string() } else { "—".to_owned() }));
        }
        let counts = [
            unit.open,
            unit.grave,
            unit.findings,
            unit.ratings,
            unit.transfers,
            unit.assessments,
            unit.elections_overdue,
        ];
        cells.extend(counts.map(|count| Cell::Number(count.to_string())));
        cells.push(Cell::Badge(balance));
        Row::to(address("/cockpit", wanted, &unit.organisation.code, &[]), cells)
    };
    let mut columns = vec![Column::new("组织")];
    if signs {
        columns.extend([Column::new("签字"), Column::new("期限")]);
    }
    let counts = ["应处理", "错误和警告", "全部问题", "待审核", "待接收", "未公示", "未换届"];
    columns.extend(counts.map(Column::numeric));
    columns.push(Column::new("增减"));
    let rows = told.units.iter().map(row).collect();
    Some(Table { caption: "下级组织".to_owned(), columns, rows, ..Table::default() })
}

/// At most so many duties stand on the page; those that are late come first.
const DUTIES: usize = 60;

fn duties(told: &Cockpit, wanted: &Wanted) -> Table {
    let row = |duty: &Duty| {
        let late = if duty.is_overdue {
            Badge::new("逾期", Tone::Bad)
        } else {
            Badge::new("未到期", Tone::Neutral)
        };
        let count = if duty.kind == DutyKind::SignOff { "—".to_owned() } else { duty.count.to_string() };
        Row::to(
            address("/cockpit", wanted, &duty.organisation, &[]),
            vec![
                Cell::Text(format!("{} {}", duty.name, duty.role.name())),
                Cell::Text(duty.title.to_owned()),
                Cell::Number(count),
                Cell::Text(duty.due.to_string()),
                Cell::Badge(late),
            ],
        )
    };
    Table {
        caption: "谁来办".to_owned(),
        columns: vec![
            Column::new("责任"),
            Column::new("事项"),
            Column::numeric("数量"),
            Column::new("期限"),
            Column::new("状态"),
        ],
        rows: told.duties.iter().take(DUTIES).map(row).collect(),
        empty: "没有待办的事项。".to_owned(),
        pager: None,
    }
}

fn links(who: &SignedIn, told: &Cockpit, wanted: &Wanted) -> Vec<Link> {
    let here = |path: &str| address(path, wanted, &wanted.organisation, &[]);
    let mut links =
        vec![Link::new("数据质量得分", here("/quality")), Link::new("季度报告", here("/reports/quarterly"))];
    let whole = who.scope().whole_county().path;
    if policy::may(&who.actor, Action::SetSchemes, &whole) {
        links.push(Link::new("签字和期限规定", "/cockpit/settings"));
    }
    let closes = who.scope().path == whole && policy::may(&who.actor, Action::CloseQuarter, &whole);
    if closes && told.state != QuarterState::Closed && told.last_day < clock::today() {
        links.push(Link::new("去结账", format!("/quarters/{}/close", told.quarter)));
    }
    if closes && told.state == QuarterState::Closed {
        links.push(Link::new("结账后的补录、更正", format!("/quarters/{}/amend", told.quarter)));
    }
    links
}

/// Signing off for whom may, or taking that back.
fn form(who: &SignedIn, told: &Cockpit, unit: &Path) -> (Option<Form>, String) {
    let own = &told.own;
    let may = own.signs && policy::may(&who.actor, Action::SignOff, unit);
    if !may || told.state == QuarterState::Closed {
        return (None, String::new());
    }
    let hidden = vec![
        ("organisation".to_owned(), own.organisation.code.clone()),
        ("quarter".to_owned(), told.quarter.to_string()),
    ];
    let form = |action: &str, controls, submit: &str| Form {
        action: action.to_owned(),
        csrf_token: who.known.csrf_token.clone().unwrap_or_default(),
        hidden: hidden.clone(),
        groups: vec![Group::new("", controls)],
        submit: submit.to_owned(),
        ..Form::default()
    };
    if own.sign_off.is_some() {
        let reason = Control::new("reason", "撤回原因", Kind::Area)
            .required()
            .hint("2至500字，记入审计记录")
            .columns(12);
        return (Some(form("/cockpit/withdraw", vec![reason], "撤回签字")), "撤回签字".to_owned());
    }
    if told.last_day >= clock::today() || who.scope().path == who.scope().whole_county().path {
        return (None, String::new());
    }
    let mut note = Control::new("note", "说明", Kind::Area).columns(12);
    note = if own.open > 0 {
        note.required().hint(format!("还有{}项未处理：带问题签字须写明原因", own.open))
    } else {
        note.hint("没有未处理的事项，可以不填")
    };
    (Some(form("/cockpit/sign-off", vec![note], "签字上报")), "签字上报".to_owned())
}

type Outcome = Result<Flash<Redirect>, PageWith<CockpitPage>>;

/// What a form of the cockpit is about.
fn asked(who: &SignedIn, fields: &Fields) -> Result<Wanted, Error> {
    let (organisation, quarter) = (fields.get("organisation"), fields.get("quarter"));
    let query = ReportQuery { organisation: Some(organisation), quarter: Some(quarter), revision: None };
    query.read(&who.actor)
}

#[post("/cockpit/sign-off", data = "<fields>")]
async fn sign(who: SignedIn, mut db: Db, fields: Fields) -> Answer<Outcome> {
    policy::require(&who.actor, Action::SignOff, &who.scope().path)?;
    let wanted = asked(&who, &fields)?;
    let note = fields.given("note");
    let done = reports::sign_off(&mut db.0, &who.actor, &wanted.organisation, wanted.quarter, note)
        .await
        .map(|_| ());
    told(&who, &mut db, &wanted, &fields, done, "已签字上报。").await
}

#[post("/cockpit/withdraw", data = "<fields>")]
async fn withdraw(who: SignedIn, mut db: Db, fields: Fields) -> Answer<Outcome> {
    policy::require(&who.actor, Action::SignOff, &who.scope().path)?;
    let wanted = asked(&who, &fields)?;
    let command = WithdrawSignOff {
        organisation: wanted.organisation.clone(),
        quarter: wanted.quarter,
        reason: fields.get("reason").to_owned(),
    };
    let done = quarters::withdraw_sign_off(&mut db.0, &who.actor, &[command]).await.map(|_| ());
    told(&who, &mut db, &wanted, &fields, done, "已撤回签字。").await
}

/// Back to the cockpit, or the same page with what was refused.
async fn told(
    who: &SignedIn,
    db: &mut Db,
    wanted: &Wanted,
    fields: &Fields,
    done: Result<(), Error>,
    sentence: &str,
) -> Answer<Outcome> {
    let errors = match done {
        Ok(()) => {
            let href = address("/cockpit", wanted, &wanted.organisation, &[]);
            let told = format!("{}{sentence}", wanted.quarter.title());
            return Ok(Ok(Flash::success(Redirect::to(href), told)));
        }
        Err(error) => refusals(error)?,
    };
    let mut page = view(who, db, wanted).await?;
    let form = page.form.get_or_insert_default();
    form.keep(|name| fields.has(name).then(|| fields.get(name)));
    form.refuse(&errors);
    Ok(Err(PageWith(Status::UnprocessableEntity, page)))
}
