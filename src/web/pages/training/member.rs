//! What a member was trained in, and exempting him.

use rocket::http::Status;
use rocket::request::FlashMessage;
use rocket::response::{Flash, Redirect};
use rocket::{Route, State, get, post, routes};

use super::may_enter;
use crate::base::clock;
use crate::base::error::{Error, FieldError};
use crate::base::ids::{MembershipId, TrainingExemptionId};
use crate::base::policy::{self, Action};
use crate::base::values::parse_date;
use crate::records::members::MemberCard;
use crate::records::training::queries::TrainingHistory;
use crate::records::training::{self, EndExemption, Exemption, ExemptionKind, TrainingResult};
use crate::web;
use crate::web::api::members::read;
use crate::web::api::training::{PairQuery, pair_page, training_of};
use crate::web::forms::programme::ExemptionInput;
use crate::web::forms::refusals;
use crate::web::guards::{Db, Fields, Listing, SignedIn};
use crate::web::respond::{Answer, Page, PageWith};
use crate::web::views::controls::{Choice, Kind};
use crate::web::views::form_page::FormPage;
use crate::web::views::parts::Fact;
use crate::web::views::training::MemberTraining;
use crate::web::views::{Badge, Cell, Column, Control, Form, Group, Link, Row, Section, Table, Tone};

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![show, ask_exempt, exempt, ask_end, end]
}

#[get("/members/<id>/training")]
async fn show(
    who: SignedIn,
    mut db: Db,
    id: MembershipId,
    flash: Option<FlashMessage<'_>>,
    state: &State<web::State>,
) -> Answer<Page<MemberTraining>> {
    let card = read(&mut db, &who.actor, state, id).await?;
    let (history, exemptions) = training_of(&mut db, &who.actor, state, id).await?;
    let enters = may_enter(&who.actor);
    let person = card.person.id.to_string();
    let query = PairQuery { person: Some(&person), ..PairQuery::default() };
    let listing = Listing { limit: 50, after: None, count: false };
    let pairs = pair_page(&mut db, &who.actor, &query, &listing).await?;
    let pairs = super::pairs::table(&pairs.items, enters);
    Ok(Page(MemberTraining {
        frame: who.frame(Section::Training).telling(flash),
        back: Link::new(&card.person.name, format!("/members/{id}")),
        exempt: enters.then(|| format!("/members/{id}/exempt")),
        tables: vec![years(&history), classes(&history), exempt_table(id, &exemptions, enters), pairs],
    }))
}

fn years(history: &TrainingHistory) -> Table {
    let number = |value: Option<i32>| Cell::Number(value.map(|hours| hours.to_string()).unwrap_or_default());
    let row = |year: &training::queries::YearHours| {
        Row::new(vec![
            Cell::Number(year.year.to_string()),
            Cell::Number(year.hours.normalized().to_plain_string()),
            number(year.member_hours),
            number(year.leader_hours),
        ])
    };
    Table {
        caption: "年度学时".to_owned(),
        columns: vec![
            Column::numeric("年度"),
            Column::numeric("已学时"),
            Column::numeric("党员应达"),
            Column::numeric("书记、班子成员应达"),
        ],
        rows: history.years.iter().map(row).collect(),
        empty: "还没有学时记录。".to_owned(),
        pager: None,
    }
}

fn classes(history: &TrainingHistory) -> Table {
    let row = |line: &training::queries::HistoryLine| {
        let result = TrainingResult::parse(&line.result);
        let tone = if result.as_ref().is_ok_and(|one| *one == TrainingResult::Failed) {
            Tone::Bad
        } else {
            Tone::Good
        };
        let mut badges = vec![Badge::new(result.map_or("", TrainingResult::name), tone)];
        if line.trains {
            badges.push(Badge::new("计入轮训", Tone::Good));
        }
        if line.is_away {
            badges.push(Badge::new("外出", Tone::Neutral));
        }
        Row::to(
            format!("/training/classes/{}", line.class_id),
            vec![
                Cell::Text(line.code.clone()),
                Cell::Text(line.name.clone()),
                Cell::Text(line.programme.clone()),
                Cell::Number(line.first_day.to_string()),
                Cell::Number(line.hours.normalized().to_plain_string()),
                Cell::Badges(badges),
            ],
        )
    };
    Table {
        caption: "参加的班次".to_owned(),
        columns: vec![
            Column::new("班次编号"),
            Column::new("班次名称"),
            Column::new("轮训计划"),
            Column::numeric("开始日期"),
            Column::numeric("到课学时"),
            Column::new("考核"),
        ],
        rows: history.lines.iter().map(row).collect(),
        empty: "还没有参加过培训班次。".to_owned(),
        pager: None,
    }
}

fn exempt_table(id: MembershipId, exemptions: &[Exemption], enters: bool) -> Table {
    let row = |one: &Exemption| {
        let kind = ExemptionKind::parse(&one.kind).map_or("", ExemptionKind::name);
        let end = (enters && one.to_day.is_none()).then(|| {
            Link::new("结束", format!("/members/{id}/exemptions/{}/end?version={}", one.id, one.version))
        });
        Row::new(vec![
            Cell::Text(kind.to_owned()),
            Cell::Text(one.reason.clone()),
            Cell::Number(one.from_day.to_string()),
            Cell::Number(one.to_day.map(|day| day.to_string()).unwrap_or_default()),
            Cell::Text(one.created_by.clone()),
            Cell::Links(end.into_iter().collect()),
        ])
    };
    Table {
        caption: "免训".to_owned(),
        columns: vec![
            Column::new("类别"),
            Column::new("原因"),
            Column::numeric("起始日期"),
            Column::numeric("结束日期"),
            Column::new("登记人"),
            Column::new("办理"),
        ],
        rows: exemptions.iter().map(row).collect(),
        empty: "没有免训记录。年老体弱、重病、失能的党员可以登记免训（《党员教育管理工作条例》第二十三条）。"
            .to_owned(),
        pager: None,
    }
}

fn exempt_page(who: &SignedIn, card: &MemberCard) -> FormPage {
    let id = card.membership.id;
    let kinds = ExemptionKind::ALL.iter().map(|kind| Choice::new(kind.code(), kind.name())).collect();
    FormPage {
        frame: who.frame(Section::Training),
        title: "登记免训".to_owned(),
        back: Link::new(&card.person.name, format!("/members/{id}/training")),
        facts: vec![Fact::text("姓名", &card.person.name), Fact::text("所在党支部", &card.branch.name)],
        note:
            "免训期间不计入轮训对象；《党员教育管理工作条例》第二十三条：对年老体弱、失能的党员不作硬性要求。"
                .to_owned(),
        form: Form {
            action: format!("/members/{id}/exempt"),
            csrf_token: who.known.csrf_token.clone().unwrap_or_default(),
            groups: vec![Group::new(
                "",
                vec![
                    Control::new("kind", "免训类别", Kind::Radio(kinds)).required().value("old").columns(6),
                    Control::new("from", "起始日期", Kind::Date)
                        .required()
                        .value(clock::today().to_string())
                        .columns(3),
                    Control::new("to", "结束日期", Kind::Date).hint("长期免训的留空").columns(3),
                    Control::new("reason", "原因", Kind::Area).required().focus().columns(12),
                ],
            )],
            submit: "登记".to_owned(),
            cancel: Some(format!("/members/{id}/training")),
            ..Form::default()
        },
    }
}

#[get("/members/<id>/exempt")]
async fn ask_exempt(
    who: SignedIn,
    mut db: Db,
    id: MembershipId,
    state: &State<web::State>,
) -> Answer<Page<FormPage>> {
    policy::require(&who.actor, Action::EnterRecords, &who.scope().path)?;
    let card = read(&mut db, &who.actor, state, id).await?;
    Ok(Page(exempt_page(&who, &card)))
}

#[post("/members/<id>/exempt", data = "<fields>")]
async fn exempt(
    who: SignedIn,
    mut db: Db,
    id: MembershipId,
    fields: Fields,
    state: &State<web::State>,
) -> Answer<Result<Flash<Redirect>, PageWith<FormPage>>> {
    policy::require(&who.actor, Action::EnterRecords, &who.scope().path)?;
    let card = read(&mut db, &who.actor, state, id).await?;
    let input = ExemptionInput {
        member: id.to_string(),
        kind: fields.get("kind").to_owned(),
        reason: fields.get("reason").to_owned(),
        from: fields.get("from").to_owned(),
        to: fields.given("to").map(str::to_owned),
    };
    let entered = match input.parse() {
        Ok(command) => training::exempt(&mut db.0, &who.actor, &[command]).await,
        Err(errors) => Err(Error::Invalid(errors)),
    };
    match entered {
        Ok(_) => Ok(Ok(Flash::success(Redirect::to(format!("/members/{id}/training")), "已登记免训。"))),
        Err(error) => {
            let errors: Vec<FieldError> = refusals(error)?
                .into_iter()
                .map(|error| match error.field.as_str() {
                    "from_day" => FieldError { field: "from".to_owned(), ..error },
                    "to_day" => FieldError { field: "to".to_owned(), ..error },
                    _ => error,
                })
                .collect();
            let mut page = exempt_page(&who, &card);
            page.form.keep(|name| fields.has(name).then(|| fields.get(name)));
            page.form.refuse(&errors);
            Ok(Err(PageWith(Status::UnprocessableEntity, page)))
        }
    }
}

fn end_page(who: &SignedIn, card: &MemberCard, exemption: TrainingExemptionId, version: i32) -> FormPage {
    let id = card.membership.id;
    FormPage {
        frame: who.frame(Section::Training),
        title: "结束免训".to_owned(),
        back: Link::new(&card.person.name, format!("/members/{id}/training")),
        facts: vec![Fact::text("姓名", &card.person.name)],
        note: "自该日起重新计入轮训对象。".to_owned(),
        form: Form {
            action: format!("/members/{id}/exemptions/{exemption}/end"),
            csrf_token: who.known.csrf_token.clone().unwrap_or_default(),
            hidden: vec![("version".to_owned(), version.to_string())],
            groups: vec![Group::new(
                "",
                vec![
                    Control::new("on", "结束日期", Kind::Date)
                        .required()
                        .focus()
                        .value(clock::today().to_string())
                        .columns(3),
                ],
            )],
            submit: "结束免训".to_owned(),
            cancel: Some(format!("/members/{id}/training")),
            ..Form::default()
        },
    }
}

#[get("/members/<id>/exemptions/<exemption>/end?<version>")]
async fn ask_end(
    who: SignedIn,
    mut db: Db,
    id: MembershipId,
    exemption: TrainingExemptionId,
    version: Option<i32>,
    state: &State<web::State>,
) -> Answer<Page<FormPage>> {
    policy::require(&who.actor, Action::EnterRecords, &who.scope().path)?;
    let card = read(&mut db, &who.actor, state, id).await?;
    Ok(Page(end_page(&who, &card, exemption, version.unwrap_or_default())))
}

#[post("/members/<id>/exemptions/<exemption>/end", data = "<fields>")]
async fn end(
    who: SignedIn,
    mut db: Db,
    id: MembershipId,
    exemption: TrainingExemptionId,
    fields: Fields,
    state: &State<web::State>,
) -> Answer<Result<Flash<Redirect>, PageWith<FormPage>>> {
    policy::require(&who.actor, Action::EnterRecords, &who.scope().path)?;
    let card = read(&mut db, &who.actor, state, id).await?;
    let version = fields.get("version").parse().unwrap_or_default();
    let ended = match parse_date(fields.get("on")) {
        Ok(on) => {
            training::end_exemptions(&mut db.0, &who.actor, &[EndExemption { exemption, version, on }]).await
        }
        Err(error) => Err(Error::Invalid(vec![FieldError::new("on", error, fields.given("on"))])),
    };
    match ended {
        Ok(_) => Ok(Ok(Flash::success(Redirect::to(format!("/members/{id}/training")), "已结束免训。"))),
        Err(error) => {
            let errors = refusals(error)?;
            let mut page = end_page(&who, &card, exemption, version);
            page.form.keep(|name| fields.has(name).then(|| fields.get(name)));
            page.form.refuse(&errors);
            Ok(Err(PageWith(Status::UnprocessableEntity, page)))
        }
    }
}
