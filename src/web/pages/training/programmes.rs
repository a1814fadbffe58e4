//! Programmes: setting one, what it demands by date, and revising that.

use rocket::http::Status;
use rocket::request::FlashMessage;
use rocket::response::{Flash, Redirect};
use rocket::{Route, get, post, routes};

use super::may_set;
use crate::base::clock;
use crate::base::codes;
use crate::base::db;
use crate::base::error::{Error, FieldError, OrMissing};
use crate::base::ids::TrainingProgrammeId;
use crate::base::policy::{self, Action};
use crate::base::values::MembershipStatus;
use crate::records::training::model::words;
use crate::records::training::queries::{self, ProgrammeRecord};
use crate::records::training::{self, ReviseDemand};
use crate::web::forms::programme::{
    DemandInput, FieldInput, ProgrammeInput, occupation_names, parse_day, split_occupations,
};
use crate::web::forms::refusals;
use crate::web::guards::{Db, Fields, SignedIn};
use crate::web::respond::{Answer, Page, PageWith};
use crate::web::views::controls::{Choice, Kind};
use crate::web::views::form_page::FormPage;
use crate::web::views::parts::Fact;
use crate::web::views::training::ProgrammePage;
use crate::web::views::{Badge, Cell, Column, Control, Form, Group, Link, Row, Section, Table, Tone};

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![ask_new, set, show, ask_revise, revise]
}

async fn record(db: &mut Db, who: &SignedIn, id: TrainingProgrammeId) -> Result<ProgrammeRecord, Error> {
    let scope = who.scope();
    db::read(&mut db.0, scope, async |conn| queries::programme(conn, scope.county, id).await).await
}

fn demand_controls() -> Vec<Control> {
    let yes_or_no = || Kind::Radio(vec![Choice::new("true", "是"), Choice::new("false", "否")]);
    vec![
        Control::new("floors", "年度下限", Kind::Text)
            .required()
            .hint("每年至少新增轮训的百分比，逐年用/隔开，如30/30/30/10")
            .columns(3),
        Control::new("statuses", "轮训对象的党籍状态", Kind::Text)
            .required()
            .value(MembershipStatus::Normal.name())
            .hint("多个用顿号隔开")
            .columns(3),
        Control::new("occupations", "工作岗位", Kind::Text)
            .hint("代码或名称，多个用顿号隔开；全部岗位的留空")
            .columns(3),
        Control::new("exempt_age", "免训年龄", Kind::Number).hint("满此周岁免训；不设的留空").columns(3),
        Control::new("is_unified", "要求“五统一”", yes_or_no()).value("false").columns(3),
        Control::new("source", "依据", Kind::Text).required().hint("文件或会议").columns(9),
    ]
}

/// What an occupation may be: an upper one stands for those below it.
fn occupations_fact() -> Fact {
    let shown = |entry: &codes::CodeEntry| format!("{} {}", entry.code, entry.name);
    let all: Vec<String> = codes::occupation().entries().iter().map(shown).collect();
    Fact::text("工作岗位代码（上级代码含其下各类）", all.join("，"))
}

fn new_page(who: &SignedIn) -> FormPage {
    let yes_or_no = Kind::Radio(vec![Choice::new("true", "是"), Choice::new("false", "否")]);
    let usual: Vec<String> = codes::vocabulary("training_field")
        .map(|table| table.entries().iter().map(|entry| format!("{} {}", entry.code, entry.name)).collect())
        .unwrap_or_default();
    let plan = vec![
        Control::new("code", "计划代码", Kind::Text)
            .required()
            .focus()
            .hint("小写字母、数字、连字符")
            .columns(3),
        Control::new("name", "计划名称", Kind::Text).required().columns(5),
        Control::new("from_day", "周期起始日期", Kind::Date).required().columns(2),
        Control::new("years", "周期（年）", Kind::Number).required().value("4").hint("一至五年").columns(2),
        Control::new("is_primary", "季度报告以此为准", yes_or_no).value("true").columns(4),
        Control::new("fields", "领域", Kind::Area)
            .required()
            .value(usual.join("\n"))
            .hint("每行一个：代码 名称 面向岗位；岗位填代码或名称，多个用顿号隔开，不写的面向全部岗位")
            .columns(8),
    ];
    FormPage {
        frame: who.frame(Section::Training),
        title: "新轮训计划".to_owned(),
        back: Link::new("轮训", "/training"),
        facts: vec![occupations_fact()],
        note: "周期、对象、年度下限都按日期留存版本；以后调整要求不影响以前的数字。".to_owned(),
        form: Form {
            action: "/training/programmes".to_owned(),
            csrf_token: who.known.csrf_token.clone().unwrap_or_default(),
            groups: vec![Group::new("计划", plan), Group::new("要求", demand_controls())],
            submit: "设置".to_owned(),
            cancel: Some("/training".to_owned()),
            ..Form::default()
        },
    }
}

fn parts(text: &str) -> Vec<String> {
    let parts = text.split(|c: char| c.is_whitespace() || matches!(c, '、' | ',' | '，' | '/' | ';' | '；'));
    parts.filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

/// A whole number of a field; the error names what was typed.
fn number(fields: &Fields, name: &str, label: &str, errors: &mut Vec<FieldError>) -> Option<i32> {
    let text = fields.given(name)?;
    let parsed = text.parse().ok();
    if parsed.is_none() {
        let message = format!("{label}“{text}”不是整数，请改正。");
        errors.push(FieldError::new(name, message, Some(text)));
    }
    parsed
}

fn demand(fields: &Fields, errors: &mut Vec<FieldError>) -> DemandInput {
    let mut floors = Vec::new();
    for part in parts(fields.get("floors")) {
        match part.trim_end_matches(['%', '％']).parse() {
            Ok(floor) => floors.push(floor),
            Err(_) => {
                let message = format!("年度下限“{part}”不是整数，请填写如30/30/30/10的百分比。");
                errors.push(FieldError::new("floors", message, Some(&part)));
            }
        }
    }
    DemandInput {
        statuses: Some(parts(fields.get("statuses"))),
        occupations: split_occupations(fields.get("occupations")),
        exempt_age: number(fields, "exempt_age", "免训年龄", errors),
        is_unified: fields.get("is_unified") == "true",
        floors,
        source: fields.get("source").to_owned(),
    }
}

fn typed(fields: &Fields) -> Result<training::SetProgramme, Vec<FieldError>> {
    let mut errors = Vec::new();
    let demand = demand(fields, &mut errors);
    let years = number(fields, "years", "周期（年）", &mut errors).unwrap_or_default();
    let mut own = Vec::new();
    for line in fields.get("fields").lines().map(str::trim).filter(|line| !line.is_empty()) {
        let mut said = line.split_whitespace();
        match (said.next(), said.next()) {
            (Some(code), Some(name)) => own.push(FieldInput {
                code: code.to_owned(),
                name: name.to_owned(),
                occupations: split_occupations(&said.collect::<Vec<_>>().join(" ")),
            }),
            _ => {
                let message = format!("领域“{line}”应为“代码 名称”，中间空一格，其后可写面向岗位，请改正。");
                errors.push(FieldError::new("fields", message, Some(line)));
            }
        }
    }
    let input = ProgrammeInput {
        code: fields.get("code").to_owned(),
        name: fields.get("name").to_owned(),
        from_day: fields.get("from_day").to_owned(),
        years,
        is_primary: fields.get("is_primary") == "true",
        demand,
        fields: own,
    };
    match input.parse() {
        Ok(command) if errors.is_empty() => Ok(command),
        Ok(_) => Err(errors),
        Err(more) => {
            errors.extend(more);
            Err(errors)
        }
    }
}

#[get("/training/programmes/new")]
fn ask_new(who: SignedIn) -> Answer<Page<FormPage>> {
    policy::require(&who.actor, Action::SetSchemes, &who.scope().whole_county().path)?;
    Ok(Page(new_page(&who)))
}

#[post("/training/programmes", data = "<fields>")]
async fn set(
    who: SignedIn,
    mut db: Db,
    fields: Fields,
) -> Answer<Result<Flash<Redirect>, PageWith<FormPage>>> {
    policy::require(&who.actor, Action::SetSchemes, &who.scope().whole_county().path)?;
    let done = match typed(&fields) {
        Ok(command) => training::set_programmes(&mut db.0, &who.actor, &[command]).await,
        Err(errors) => Err(Error::Invalid(errors)),
    };
    match done {
        Ok(ids) => {
            let id = ids.into_iter().next().or_missing("这项轮训计划")?;
            Ok(Ok(Flash::success(Redirect::to(format!("/training/programmes/{id}")), "已设置轮训计划。")))
        }
        Err(error) => {
            let errors = refusals(error)?;
            let mut page = new_page(&who);
            page.form.keep(|name| fields.has(name).then(|| fields.get(name)));
            page.form.refuse(&errors);
            Ok(Err(PageWith(Status::UnprocessableEntity, page)))
        }
    }
}

#[get("/training/programmes/<id>", rank = 3)]
async fn show(
    who: SignedIn,
    mut db: Db,
    id: TrainingProgrammeId,
    flash: Option<FlashMessage<'_>>,
) -> Answer<Page<ProgrammePage>> {
    policy::require(&who.actor, Action::SeeRecords, &who.scope().path)?;
    let record = record(&mut db, &who, id).await?;
    let programme = &record.programme;
    let last = programme.to_day.pred_opt().unwrap_or(programme.to_day);
    let mut badges = Vec::new();
    if programme.is_primary {
        badges.push(Badge::new("季度报告以此为准", Tone::Good));
    }
    if programme.runs_on(clock::today()) {
        badges.push(Badge::new("进行中", Tone::Waiting));
    }
    Ok(Page(ProgrammePage {
        frame: who.frame(Section::Training).telling(flash),
        back: Link::new("轮训", format!("/training?programme={id}")),
        name: programme.name.clone(),
        badges,
        facts: vec![
            Fact::text("计划代码", &programme.code),
            Fact::text("周期", format!("{}至{last}（{}年）", programme.from_day, programme.years)),
            Fact::text("依据", &programme.source),
        ],
        tables: vec![demands(&record), fields_table(&record)],
        revise: may_set(&who.actor).then(|| format!("/training/programmes/{id}/revise")),
    }))
}

fn names(codes: &str, name: impl Fn(&str) -> String) -> String {
    let names: Vec<String> = words(codes).iter().map(|code| name(code)).collect();
    if names.is_empty() { "全部".to_owned() } else { names.join("、") }
}

fn occupations(codes: &str) -> String {
    let names = occupation_names(&words(codes));
    if names.is_empty() { "全部".to_owned() } else { names.join("、") }
}

fn demands(record: &ProgrammeRecord) -> Table {
    let status =
        |code: &str| MembershipStatus::parse(code).map_or(code.to_owned(), |one| one.name().to_owned());
    let row = |version: &queries::DemandVersion| {
        let row = &version.row;
        let floors: Vec<String> = version.floors.iter().map(|floor| format!("{floor}%")).collect();
        Row::new(vec![
            Cell::Number(row.from_day.to_string()),
            Cell::Text(floors.join(" / ")),
            Cell::Text(names(&row.statuses, status)),
            Cell::Text(occupations(&row.occupations)),
            Cell::Number(row.exempt_age.map(|age| age.to_string()).unwrap_or_default()),
            Cell::Text(if row.is_unified { "是" } else { "否" }.to_owned()),
            Cell::Text(row.source.clone()),
        ])
    };
    Table {
        caption: "要求".to_owned(),
        columns: vec![
            Column::numeric("施行日期"),
            Column::new("年度下限"),
            Column::new("党籍状态"),
            Column::new("工作岗位"),
            Column::numeric("免训年龄"),
            Column::new("五统一"),
            Column::new("依据"),
        ],
        rows: record.demands.iter().map(row).collect(),
        empty: String::new(),
        pager: None,
    }
}

fn fields_table(record: &ProgrammeRecord) -> Table {
    let row = |field: &training::Field| {
        Row::new(vec![
            Cell::Text(field.code.clone()),
            Cell::Text(field.name.clone()),
            Cell::Text(occupations(&field.occupations)),
        ])
    };
    Table {
        caption: "领域".to_owned(),
        columns: vec![Column::new("代码"), Column::new("名称"), Column::new("面向岗位")],
        rows: record.fields.iter().map(row).collect(),
        empty: "没有分领域。".to_owned(),
        pager: None,
    }
}

fn revise_page(who: &SignedIn, record: &ProgrammeRecord) -> FormPage {
    let programme = &record.programme;
    let here = format!("/training/programmes/{}", programme.id);
    let mut controls = vec![
        Control::new("from_day", "施行日期", Kind::Date)
            .required()
            .focus()
            .value(clock::today().to_string())
            .columns(3),
    ];
    controls.extend(demand_controls());
    let mut form = Form {
        action: format!("{here}/revise"),
        csrf_token: who.known.csrf_token.clone().unwrap_or_default(),
        hidden: vec![("version".to_owned(), programme.version.to_string())],
        groups: vec![Group::new("", controls)],
        submit: "调整".to_owned(),
        cancel: Some(here.clone()),
        ..Form::default()
    };
    if let Some(last) = record.demands.last() {
        let status =
            |code: &str| MembershipStatus::parse(code).map_or(code.to_owned(), |one| one.name().to_owned());
        let floors: Vec<String> = last.floors.iter().map(i32::to_string).collect();
        let stored = [
            ("floors", floors.join("/")),
            ("statuses", names(&last.row.statuses, status)),
            ("occupations", occupation_names(&words(&last.row.occupations)).join("、")),
            ("exempt_age", last.row.exempt_age.map(|age| age.to_string()).unwrap_or_default()),
            ("is_unified", last.row.is_unified.to_string()),
        ];
        form.keep(|name| stored.iter().find(|(field, _)| *field == name).map(|(_, value)| value.as_str()));
    }
    FormPage {
        frame: who.frame(Section::Training),
        title: "调整轮训要求".to_owned(),
        back: Link::new(&programme.name, here),
        facts: vec![occupations_fact()],
        note: "新要求自施行日期起算，以前的数字仍按以前的要求。".to_owned(),
        form,
    }
}

#[get("/training/programmes/<id>/revise")]
async fn ask_revise(who: SignedIn, mut db: Db, id: TrainingProgrammeId) -> Answer<Page<FormPage>> {
    policy::require(&who.actor, Action::SetSchemes, &who.scope().whole_county().path)?;
    let record = record(&mut db, &who, id).await?;
    Ok(Page(revise_page(&who, &record)))
}

#[post("/training/programmes/<id>/revise", data = "<fields>")]
async fn revise(
    who: SignedIn,
    mut db: Db,
    id: TrainingProgrammeId,
    fields: Fields,
) -> Answer<Result<Flash<Redirect>, PageWith<FormPage>>> {
    policy::require(&who.actor, Action::SetSchemes, &who.scope().whole_county().path)?;
    let record = record(&mut db, &who, id).await?;
    let version = fields.get("version").parse().unwrap_or(record.programme.version);
    let mut errors = Vec::new();
    let input = demand(&fields, &mut errors);
    let from_day = parse_day("from_day", fields.get("from_day"));
    let command = match (input.parse(), from_day) {
        (Ok(demand), Ok(from_day)) if errors.is_empty() => {
            Ok(ReviseDemand { programme: id, version, from_day, demand })
        }
        (demand, from_day) => {
            errors.extend(demand.err().unwrap_or_default());
            errors.extend(from_day.err().unwrap_or_default());
            Err(Error::Invalid(errors))
        }
    };
    let done = match command {
        Ok(command) => training::revise_demands(&mut db.0, &who.actor, &[command]).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(_) => Ok(Ok(Flash::success(Redirect::to(format!("/training/programmes/{id}")), "已调整要求。"))),
        Err(error) => {
            let errors = refusals(error)?;
            let mut page = revise_page(&who, &record);
            page.form.keep(|name| fields.has(name).then(|| fields.get(name)));
            page.form.refuse(&errors);
            Ok(Err(PageWith(Status::UnprocessableEntity, page)))
        }
    }
}
