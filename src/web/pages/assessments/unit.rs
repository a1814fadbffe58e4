//! One picture of a unit and a year, and recording a check.

use chrono::Datelike;
use rocket::http::Status;
use rocket::request::FlashMessage;
use rocket::response::{Flash, Redirect};
use rocket::{Route, get, post, routes};

use super::{moved, streak};
use crate::base::clock;
use crate::base::db;
use crate::base::error::{Error, FieldError};
use crate::base::policy::{self, Action};
use crate::base::values::{excerpt, parse_date};
use crate::records::assessments::queries::{self, InspectionCard, Picture, QuarterLine};
use crate::records::assessments::{self, InspectionKind, RecordInspection, Report, printed};
use crate::web::forms::refusals;
use crate::web::guards::{Db, Fields, SignedIn};
use crate::web::respond::{Answer, Page, PageWith};
use crate::web::views::assessments::UnitYear;
use crate::web::views::controls::{Choice, Kind};
use crate::web::views::form_page::FormPage;
use crate::web::views::parts::Fact;
use crate::web::views::{Badge, Cell, Column, Control, Form, Group, Link, Row, Section, Table, Tone};

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![show, ask, record]
}

async fn read(who: &SignedIn, db: &mut Db, code: &str, year: i32) -> Answer<Picture> {
    policy::require(&who.actor, Action::SeeRecords, &who.scope().path)?;
    let scope = who.scope();
    Ok(db::read(&mut db.0, scope, async |conn| queries::picture(conn, scope, code, year).await).await?)
}

#[get("/assessments/units/<code>?<year>")]
async fn show(
    code: &str,
    year: Option<i32>,
    who: SignedIn,
    mut db: Db,
    flash: Option<FlashMessage<'_>>,
) -> Answer<Page<UnitYear>> {
    let this_year = clock::today().year();
    let year = year.filter(|year| (1900..=2100).contains(year)).unwrap_or(this_year);
    let picture = read(&who, &mut db, code, year).await?;
    let here = |year: i32| format!("/assessments/units/{code}?year={year}");
    let shown: Vec<_> = picture.quarters.iter().filter_map(|line| line.rank.as_ref()).collect();
    let flags = shown.iter().filter(|line| line.has_flag).count();
    let enters = policy::require(&who.actor, Action::EnterRecords, &who.scope().path).is_ok();
    let years = (year - 2..=(year + 1).min(this_year.max(year)))
        .map(|one| (Link::new(format!("{one}年"), here(one)), one == year));
    Ok(Page(UnitYear {
        frame: who.frame(Section::Assessments).telling(flash),
        title: format!("{} · {year}年考核", picture.unit.name),
        back: Link::new("排名", "/assessments/ranking"),
        facts: vec![
            Fact::text("组织代码", &picture.unit.code),
            Fact::text("季度考核", format!("{}次", shown.len())),
            Fact::text("流动红旗", format!("{flags}次")),
            Fact::text("其他检查", format!("{}次", picture.inspections.len())),
        ],
        years: years.collect(),
        quarters: quarters(&picture),
        inspections: inspections(&picture.inspections),
        record: enters.then(|| format!("/assessments/units/{code}/inspect")),
    }))
}

fn quarters(picture: &Picture) -> Table {
    let row = |line: &QuarterLine| {
        let title = Cell::Text(line.quarter.title());
        let Some(rank) = &line.rank else {
            let none = || Cell::Text("—".to_owned());
            return Row::new(vec![title, none(), none(), none(), none()]);
        };
        let flag = if rank.has_flag {
            Cell::Badge(Badge::new(format!("流动红旗 {}", streak(rank)), Tone::Good))
        } else {
            Cell::Text("—".to_owned())
        };
        let cells = vec![
            title,
            Cell::Number(printed(&rank.total)),
            Cell::Number(format!("{}/{}", rank.place, rank.units)),
            Cell::Text(moved(rank)),
            flag,
        ];
        Row::to(format!("/assessments/rounds/{}/review", rank.round_id), cells)
    };
    Table {
        caption: "季度考核".to_owned(),
        columns: vec![
            Column::new("季度"),
            Column::numeric("总分"),
            Column::numeric("名次"),
            Column::new("较上季名次"),
            Column::new("流动红旗"),
        ],
        rows: picture.quarters.iter().map(row).collect(),
        empty: "这一年没有季度考核。".to_owned(),
        pager: None,
    }
}

fn inspections(cards: &[InspectionCard]) -> Table {
    let row = |card: &InspectionCard| {
        let one = &card.inspection;
        let kind =
            InspectionKind::parse(&one.kind).map_or_else(|_| one.kind.clone(), |kind| kind.name().to_owned());
        let text = |text: &Option<String>| Cell::Text(text.clone().unwrap_or_else(|| "—".to_owned()));
        let draw = match one.draw_id {
            Some(id) => Cell::Link(Link::new("抽取结果", format!("/assessments/draws/{id}"))),
            None => Cell::Text("—".to_owned()),
        };
        Row::new(vec![
            Cell::Text(one.held_on.to_string()),
            Cell::Text(kind),
            Cell::Number(one.score.as_ref().map_or_else(|| "—".to_owned(), printed)),
            text(&one.finding),
            text(&one.evidence),
            Cell::Text(one.inspected_by.clone()),
            draw,
        ])
    };
    Table {
        caption: "督查、暗访、观摩和年终考评".to_owned(),
        columns: vec![
            Column::new("日期"),
            Column::new("类别"),
            Column::numeric("得分"),
            Column::new("发现的情况"),
            Column::new("印证材料"),
            Column::new("检查人"),
            Column::new("抽取"),
        ],
        rows: cards.iter().map(row).collect(),
        empty: "这一年没有登记其他检查。".to_owned(),
        pager: None,
    }
}

async fn form(who: &SignedIn, db: &mut Db, code: &str) -> Answer<FormPage> {
    policy::require(&who.actor, Action::EnterRecords, &who.scope().path)?;
    let picture = read(who, db, code, clock::today().year()).await?;
    let kinds = InspectionKind::ALL.iter().map(|kind| Choice::new(kind.code(), kind.name())).collect();
    let controls = vec![
        Control::new("kind", "类别", Kind::Select(kinds)).required().focus().columns(3),
        Control::new("held_on", "日期", Kind::Date).required().value(clock::today().to_string()).columns(3),
        Control::new("score", "得分", Kind::Number).hint("百分制，可不填").columns(2),
        Control::new("inspected_by", "检查人或检查组", Kind::Text).required().columns(4),
        Control::new("finding", "发现的情况", Kind::Area).columns(12),
        Control::new("evidence", "印证材料", Kind::Text).columns(6),
        Control::new("draw", "抽取编号", Kind::Text)
            .hint("随机暗访由抽取产生的，填抽取页面的编号")
            .columns(6),
    ];
    let back = format!("/assessments/units/{code}");
    Ok(FormPage {
        frame: who.frame(Section::Assessments),
        title: "登记检查".to_owned(),
        back: Link::new(&picture.unit.name, back.clone()),
        facts: vec![Fact::text("村（社区）", &picture.unit.name), Fact::text("组织代码", &picture.unit.code)],
        note: "得分和发现的情况至少填写一项。".to_owned(),
        form: Form {
            action: format!("/assessments/units/{code}/inspect"),
            csrf_token: who.known.csrf_token.clone().unwrap_or_default(),
            groups: vec![Group::new("", controls)],
            submit: "登记".to_owned(),
            cancel: Some(back),
            ..Form::default()
        },
    })
}

#[get("/assessments/units/<code>/inspect")]
async fn ask(code: &str, who: SignedIn, mut db: Db) -> Answer<Page<FormPage>> {
    Ok(Page(form(&who, &mut db, code).await?))
}

fn typed(code: &str, fields: &Fields) -> Result<RecordInspection, Error> {
    let mut wrong = Vec::new();
    let kind = InspectionKind::parse(fields.get("kind"))
        .map_err(|error| wrong.push(FieldError::new("kind", error, None)));
    let day = fields.get("held_on");
    let held_on =
        parse_date(day).map_err(|error| wrong.push(FieldError::new("held_on", error, Some(&excerpt(day)))));
    let score = fields.given("score").map(str::parse).transpose().map_err(|_| {
        let given = excerpt(fields.get("score"));
        wrong.push(FieldError::new("score", format!("得分“{given}”不是数字，请填写0至100的数字。"), None));
    });
    let draw = fields.given("draw").map(str::parse).transpose().map_err(|_| {
        wrong.push(FieldError::new("draw", "抽取编号不是有效的编号，请从抽取页面复制。", None));
    });
    let (Ok(kind), Ok(held_on), Ok(score), Ok(draw)) = (kind, held_on, score, draw) else {
        return Err(Error::Invalid(wrong));
    };
    let text = |name: &str| fields.given(name).map(str::to_owned);
    let report = Report {
        score,
        finding: text("finding"),
        evidence: text("evidence"),
        inspected_by: fields.get("inspected_by").to_owned(),
    };
    Ok(RecordInspection { unit: code.to_owned(), kind, held_on, draw, report })
}

#[post("/assessments/units/<code>/inspect", data = "<fields>")]
async fn record(
    code: &str,
    who: SignedIn,
    mut db: Db,
    fields: Fields,
) -> Answer<Result<Flash<Redirect>, PageWith<FormPage>>> {
    let mut page = form(&who, &mut db, code).await?;
    let command = typed(code, &fields);
    let year = command.as_ref().map_or_else(|_| clock::today().year(), |command| command.held_on.year());
    let recorded = match command {
        Ok(command) => assessments::record_inspection(&mut db.0, &who.actor, &[command]).await,
        Err(error) => Err(error),
    };
    match recorded {
        Ok(_) => {
            let to = format!("/assessments/units/{code}?year={year}");
            Ok(Ok(Flash::success(Redirect::to(to), "已登记。")))
        }
        Err(error) => {
            let errors = refusals(error)?;
            page.form.keep(|name| fields.has(name).then(|| fields.get(name)));
            page.form.refuse(&errors);
            Ok(Err(PageWith(Status::UnprocessableEntity, page)))
        }
    }
}
