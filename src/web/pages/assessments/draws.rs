//! Draws of unannounced visits: the list, one draw with the way to check it, and its three steps.

use rocket::http::Status;
use rocket::request::FlashMessage;
use rocket::response::{Flash, Redirect};
use rocket::{Route, State, get, post, routes};

use super::rounds::towns;
use crate::base::clock;
use crate::base::db;
use crate::base::error::{Error, FieldError, OrMissing};
use crate::base::ids::VisitDrawId;
use crate::base::policy::{self, Action};
use crate::base::values::{excerpt, parse_date};
use crate::records::assessments::queries::{self, DrawCard};
use crate::records::assessments::{self, DrawState, FixDraw, PromiseDraw, RevealDraw};
use crate::records::organisations::Kind as Place;
use crate::web;
use crate::web::forms::refusals;
use crate::web::guards::{Db, Fields, SignedIn};
use crate::web::respond::{Answer, Page, PageWith};
use crate::web::views::assessments::{DrawPage, Draws};
use crate::web::views::controls::{Choice, Kind};
use crate::web::views::parts::Fact;
use crate::web::views::{Badge, Cell, Column, Control, Form, Group, Link, Row, Section, Table, Tone};

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![list, promise, show, fix, reveal]
}

fn badge(code: &str) -> Badge {
    let Ok(state) = DrawState::parse(code) else { return Badge::new(code, Tone::Neutral) };
    let tone = match state {
        DrawState::Committed => Tone::Neutral,
        DrawState::Fixed => Tone::Waiting,
        DrawState::Revealed => Tone::Good,
    };
    Badge::new(state.name(), tone)
}

fn decides(who: &SignedIn) -> bool {
    policy::require(&who.actor, Action::DecideRatings, &who.scope().path).is_ok()
}

async fn list_view(who: &SignedIn, db: &mut Db) -> Answer<Draws> {
    policy::require(&who.actor, Action::SeeRecords, &who.scope().path)?;
    let scope = who.scope();
    let cards = db::read(&mut db.0, scope, async |conn| queries::draws(conn, scope, None, 200).await).await?;
    let row = |card: &DrawCard| {
        let draw = &card.draw;
        let day = draw.visit_on.map_or_else(|| "—".to_owned(), |day| day.to_string());
        Row::to(
            format!("/assessments/draws/{}", draw.id),
            vec![
                Cell::Text(clock::date_in_china(draw.created_at).to_string()),
                Cell::Text(card.organisation.1.clone()),
                Cell::Text(draw.purpose.clone()),
                Cell::Text(day),
                Cell::Text(hex::encode(&draw.commitment).chars().take(16).collect()),
                Cell::Badge(badge(&draw.state)),
            ],
        )
    };
    let table = Table {
        caption: "暗访抽取".to_owned(),
        columns: vec![
            Column::new("发起日期"),
            Column::new("抽取单位"),
            Column::new("暗访内容"),
            Column::new("暗访日期"),
            Column::new("承诺（前16位）"),
            Column::new("状态"),
        ],
        rows: cards.iter().map(row).collect(),
        empty: "还没有暗访抽取。".to_owned(),
        pager: None,
    };
    let form = if decides(who) { Some(promise_form(who, db).await?) } else { None };
    Ok(Draws { frame: who.frame(Section::Assessments), table, form })
}

async fn promise_form(who: &SignedIn, db: &mut Db) -> Answer<Form> {
    let mut places = towns(who, db).await?;
    let own = who.scope().path.code().to_owned();
    if !places.iter().any(|place| place.code == own) {
        places.insert(0, Choice::new(own.clone(), format!("全{}", Place::County.name())));
    }
    let controls = vec![
        Control::new("organisation", "抽取单位", Kind::Select(places)).required().value(own).columns(4),
        Control::new("purpose", "暗访内容", Kind::Text).required().columns(8),
    ];
    Ok(Form {
        action: "/assessments/draws".to_owned(),
        csrf_token: who.known.csrf_token.clone().unwrap_or_default(),
        groups: vec![Group::new("", controls)],
        submit: "公布承诺".to_owned(),
        ..Form::default()
    })
}

#[get("/assessments/draws")]
async fn list(who: SignedIn, mut db: Db, flash: Option<FlashMessage<'_>>) -> Answer<Page<Draws>> {
    let view = list_view(&who, &mut db).await?;
    Ok(Page(Draws { frame: who.frame(Section::Assessments).telling(flash), ..view }))
}

#[post("/assessments/draws", data = "<fields>")]
async fn promise(
    who: SignedIn,
    mut db: Db,
    fields: Fields,
    state: &State<web::State>,
) -> Answer<Result<Flash<Redirect>, PageWith<Draws>>> {
    policy::require(&who.actor, Action::DecideRatings, &who.scope().path)?;
    let organisation = fields.get("organisation").trim().to_owned();
    let command = PromiseDraw { organisation, purpose: fields.get("purpose").to_owned() };
    match assessments::promise_draw(&mut db.0, &who.actor, &state.keys, &[command]).await {
        Ok(ids) => {
            let id = ids.into_iter().next().or_missing("暗访抽取")?;
            let told = "承诺已公布并记入审计记录；现在可以确定名单和日期。";
            Ok(Ok(Flash::success(Redirect::to(format!("/assessments/draws/{id}")), told)))
        }
        Err(error) => {
            let errors = refusals(error)?;
            let mut view = list_view(&who, &mut db).await?;
            if let Some(form) = &mut view.form {
                form.keep(|name| fields.has(name).then(|| fields.get(name)));
                form.refuse(&errors);
            }
            Ok(Err(PageWith(Status::UnprocessableEntity, view)))
        }
    }
}

async fn view(who: &SignedIn, db: &mut Db, id: VisitDrawId) -> Answer<DrawPage> {
    policy::require(&who.actor, Action::SeeRecords, &who.scope().path)?;
    let scope = who.scope();
    let card = db::read(&mut db.0, scope, async |conn| queries::draw(conn, scope, id).await).await?;
    let state = card.draw.state()?;
    let decides = decides(who);
    let unit = |code: &str, name: &str| Cell::Link(Link::new(name, format!("/assessments/units/{code}")));
    let picks = card.picks.iter().map(|pick| {
        Row::new(vec![
            Cell::Number(pick.place.to_string()),
            unit(&pick.code, &pick.name),
            Cell::Text(pick.code.clone()),
            Cell::Text(hex::encode(&pick.lot)),
        ])
    });
    let units = card
        .units
        .iter()
        .map(|one| Row::new(vec![Cell::Text(one.code.clone()), Cell::Text(one.name.clone())]));
    Ok(DrawPage {
        frame: who.frame(Section::Assessments),
        title: card.draw.purpose.clone(),
        back: Link::new("暗访抽取", "/assessments/draws"),
        facts: facts(&card),
        picks: Table {
            caption: "抽中的村（社区）".to_owned(),
            columns: vec![
                Column::numeric("次序"),
                Column::new("村（社区）"),
                Column::new("代码"),
                Column::new("签号（SHA-256）"),
            ],
            rows: picks.collect(),
            ..Table::default()
        },
        units: Table {
            caption: format!("抽取名单（{}个）", card.units.len()),
            columns: vec![Column::new("代码"), Column::new("村（社区）")],
            rows: units.collect(),
            ..Table::default()
        },
        commands: commands(&card),
        fix: (decides && state == DrawState::Committed).then(|| fix_form(who, &card)),
        reveal: (decides && state == DrawState::Fixed).then(|| format!("/assessments/draws/{id}/reveal")),
        version: card.draw.version.to_string(),
    })
}

fn facts(card: &DrawCard) -> Vec<Fact> {
    let draw = &card.draw;
    let at = |moment: Option<chrono::DateTime<chrono::Utc>>, by: &Option<String>| match (moment, by) {
        (Some(moment), Some(by)) => format!("{} {by}", clock::date_in_china(moment)),
        _ => String::new(),
    };
    vec![
        Fact::badge("状态", badge(&draw.state)),
        Fact::text("抽取编号", draw.id.to_string()),
        Fact::text("抽取单位", &card.organisation.1),
        Fact::text("公布承诺", at(Some(draw.created_at), &Some(draw.created_by.clone()))),
        Fact::text("承诺（SHA-256）", hex::encode(&draw.commitment)),
        Fact::text("定名单", at(draw.fixed_at, &draw.fixed_by)),
        Fact::text("暗访日期", draw.visit_on.map(|day| day.to_string()).unwrap_or_default()),
        Fact::text("抽取数量", draw.sample_size.map(|size| format!("{size}个")).unwrap_or_default()),
        Fact::text("名单摘要", draw.units_sha256.as_ref().map(hex::encode).unwrap_or_default()),
        Fact::text("揭晓", at(draw.revealed_at, &draw.revealed_by)),
        Fact::text("种子", draw.seed.clone().unwrap_or_else(|| "揭晓前保密".to_owned())),
    ]
}

/// What a shell computes again.
fn commands(card: &DrawCard) -> Option<(String, String)> {
    let (seed, day, size) = (card.draw.seed.as_ref()?, card.draw.visit_on?, card.draw.sample_size?);
    let codes: Vec<&str> = card.units.iter().map(|unit| unit.code.as_str()).collect();
    let promise = format!("printf '%s' {seed} | sha256sum");
    let lots = format!(
        "for code in {}; do\n  printf '%s %s\\n' \"$(printf '%s\\n%s\\n%s' {seed} {day} $code | sha256sum | cut -c1-64)\" $code\n\
         done | sort | head -n {size}",
        codes.join(" ")
    );
    Some((promise, lots))
}

fn fix_form(who: &SignedIn, card: &DrawCard) -> Form {
    let controls = vec![
        Control::new("visit_on", "暗访日期", Kind::Date).required().columns(3),
        Control::new("sample_size", "抽取数量", Kind::Number).required().value("3".to_owned()).columns(2),
        Control::new("units", "名单", Kind::Area)
            .hint("每行一个12位代码；不填为抽取单位所属的全部村（社区）")
            .columns(12),
    ];
    Form {
        action: format!("/assessments/draws/{}/fix", card.draw.id),
        csrf_token: who.known.csrf_token.clone().unwrap_or_default(),
        hidden: vec![("version".to_owned(), card.draw.version.to_string())],
        groups: vec![Group::new("", controls)],
        submit: "确定名单和日期".to_owned(),
        ..Form::default()
    }
}

#[get("/assessments/draws/<id>")]
async fn show(
    id: VisitDrawId,
    who: SignedIn,
    mut db: Db,
    flash: Option<FlashMessage<'_>>,
) -> Answer<Page<DrawPage>> {
    let page = view(&who, &mut db, id).await?;
    Ok(Page(DrawPage { frame: who.frame(Section::Assessments).telling(flash), ..page }))
}

fn typed(id: VisitDrawId, fields: &Fields) -> Result<FixDraw, Error> {
    let mut wrong = Vec::new();
    let day = fields.get("visit_on");
    let visit_on =
        parse_date(day).map_err(|error| wrong.push(FieldError::new("visit_on", error, Some(&excerpt(day)))));
    let size = fields.get("sample_size").trim();
    let sample_size = size.parse().map_err(|_| {
        let message = format!("抽取数量“{}”不是整数，请填写正整数。", excerpt(size));
        wrong.push(FieldError::new("sample_size", message, None));
    });
    let (Ok(visit_on), Ok(sample_size)) = (visit_on, sample_size) else { return Err(Error::Invalid(wrong)) };
    let units = fields.get("units").split_whitespace().map(str::to_owned).collect();
    Ok(FixDraw { draw: id, version: fields.get("version").parse().ok(), visit_on, sample_size, units })
}

type Stepped = Answer<Result<Flash<Redirect>, PageWith<DrawPage>>>;

async fn refused(
    who: &SignedIn,
    db: &mut Db,
    id: VisitDrawId,
    fields: &Fields,
    error: Error,
) -> Answer<PageWith<DrawPage>> {
    let errors = refusals(error)?;
    let mut page = view(who, db, id).await?;
    match &mut page.fix {
        Some(form) => {
            form.keep(|name| fields.has(name).then(|| fields.get(name)));
            form.refuse(&errors);
        }
        None => {
            let told = errors.into_iter().map(|error| web::views::Notice::new(Tone::Bad, error.message));
            page.frame.notices.extend(told);
        }
    }
    Ok(PageWith(Status::UnprocessableEntity, page))
}

#[post("/assessments/draws/<id>/fix", data = "<fields>")]
async fn fix(id: VisitDrawId, who: SignedIn, mut db: Db, fields: Fields) -> Stepped {
    policy::require(&who.actor, Action::DecideRatings, &who.scope().path)?;
    let fixed = match typed(id, &fields) {
        Ok(command) => assessments::fix_draw(&mut db.0, &who.actor, &[command]).await,
        Err(error) => Err(error),
    };
    match fixed {
        Ok(()) => {
            let told = "名单和日期已确定，不能再更改；现在可以揭晓。";
            Ok(Ok(Flash::success(Redirect::to(format!("/assessments/draws/{id}")), told)))
        }
        Err(error) => Ok(Err(refused(&who, &mut db, id, &fields, error).await?)),
    }
}

#[post("/assessments/draws/<id>/reveal", data = "<fields>")]
async fn reveal(
    id: VisitDrawId,
    who: SignedIn,
    mut db: Db,
    fields: Fields,
    state: &State<web::State>,
) -> Stepped {
    policy::require(&who.actor, Action::DecideRatings, &who.scope().path)?;
    let command = RevealDraw { draw: id, version: fields.get("version").parse().ok() };
    match assessments::reveal_draw(&mut db.0, &who.actor, &state.keys, &[command]).await {
        Ok(()) => {
            let to = Redirect::to(format!("/assessments/draws/{id}"));
            Ok(Ok(Flash::success(to, "已揭晓，抽取结果如下。")))
        }
        Err(error) => Ok(Err(refused(&who, &mut db, id, &fields, error).await?)),
    }
}
