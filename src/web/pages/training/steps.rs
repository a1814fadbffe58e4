//! The steps that a class goes, and taking a member off its roll: each asks for at most a reason.

use rocket::http::Status;
use rocket::response::{Flash, Redirect};
use rocket::{Route, get, post, routes};

use super::class_facts;
use crate::base::error::Error;
use crate::base::ids::{MembershipId, TrainingClassId};
use crate::base::policy::{self, Action};
use crate::records::training::queries::ClassCard;
use crate::records::training::{self, ClassStep, StepClass, Withdraw};
use crate::web::api::training::{class_card, class_step};
use crate::web::forms::refusals;
use crate::web::guards::{Db, Fields, SignedIn};
use crate::web::respond::{Answer, Page, PageWith};
use crate::web::views::controls::Kind;
use crate::web::views::form_page::FormPage;
use crate::web::views::{Control, Form, Group, Link, Section};

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![ask, take, ask_withdraw, withdraw]
}

fn note(step: ClassStep) -> &'static str {
    match step {
        ClassStep::Open => "开放后，参训范围内的单位可以报名；计划要求“五统一”的须先填齐各项。",
        ClassStep::Hold => "班次结束后登记，之后录入到课学时和考核结果。",
        ClassStep::Close => "结班后不再变动；考核合格的党员计入轮训覆盖率。",
        ClassStep::Reopen => "重新打开后可以更正参训情况，更正完请再次结班。",
        ClassStep::Cancel => "取消后名单上的人可以报名其他班次，名单保留备查。",
    }
}

fn page(who: &SignedIn, card: &ClassCard, step: ClassStep) -> FormPage {
    let here = format!("/training/classes/{}", card.class.id);
    let reason = Control::new("reason", "原因", Kind::Area).columns(12).focus();
    let needed = matches!(step, ClassStep::Cancel | ClassStep::Reopen);
    let controls = if needed { vec![reason.required()] } else { Vec::new() };
    FormPage {
        frame: who.frame(Section::Training),
        title: format!("{}班次", step.name()),
        back: Link::new(&card.class.name, &here),
        facts: class_facts(card),
        note: note(step).to_owned(),
        form: Form {
            action: format!("{here}/{}", step.code()),
            csrf_token: who.known.csrf_token.clone().unwrap_or_default(),
            hidden: vec![("version".to_owned(), card.class.version.to_string())],
            groups: vec![Group::new("", controls)],
            submit: step.name().to_owned(),
            cancel: Some(here),
            ..Form::default()
        },
    }
}

#[get("/training/classes/<id>/<step>", rank = 4)]
async fn ask(who: SignedIn, mut db: Db, id: TrainingClassId, step: &str) -> Answer<Page<FormPage>> {
    policy::require(&who.actor, Action::EnterRecords, &who.scope().path)?;
    let step = class_step(step)?;
    let card = class_card(&mut db, &who.actor, id).await?;
    Ok(Page(page(&who, &card, step)))
}

#[post("/training/classes/<id>/<step>", data = "<fields>", rank = 5)]
async fn take(
    who: SignedIn,
    mut db: Db,
    id: TrainingClassId,
    step: &str,
    fields: Fields,
) -> Answer<Result<Flash<Redirect>, PageWith<FormPage>>> {
    policy::require(&who.actor, Action::EnterRecords, &who.scope().path)?;
    let step = class_step(step)?;
    let card = class_card(&mut db, &who.actor, id).await?;
    let version = fields.get("version").parse().unwrap_or(card.class.version);
    let reason = fields.given("reason").map(str::to_owned);
    let command = StepClass { class: id, version: Some(version), step, reason };
    match training::step_classes(&mut db.0, &who.actor, &[command]).await {
        Ok(()) => {
            let done = format!("已办理：{}。", step.name());
            Ok(Ok(Flash::success(Redirect::to(format!("/training/classes/{id}")), done)))
        }
        Err(error) => {
            let errors = refusals(error)?;
            let mut page = page(&who, &card, step);
            page.form.keep(|name| fields.has(name).then(|| fields.get(name)));
            page.form.refuse(&errors);
            Ok(Err(PageWith(Status::UnprocessableEntity, page)))
        }
    }
}

fn withdraw_page(who: &SignedIn, card: &ClassCard, member: MembershipId) -> FormPage {
    let here = format!("/training/classes/{}", card.class.id);
    FormPage {
        frame: who.frame(Section::Training),
        title: "从名单中撤下".to_owned(),
        back: Link::new(&card.class.name, &here),
        facts: class_facts(card),
        note: "撤下后可以报名其他班次；撤下的原因保留备查。".to_owned(),
        form: Form {
            action: format!("{here}/withdraw/{member}"),
            csrf_token: who.known.csrf_token.clone().unwrap_or_default(),
            groups: vec![Group::new(
                "",
                vec![Control::new("reason", "原因", Kind::Area).required().focus().columns(12)],
            )],
            submit: "撤下".to_owned(),
            cancel: Some(here),
            ..Form::default()
        },
    }
}

#[get("/training/classes/<id>/withdraw/<member>")]
async fn ask_withdraw(
    who: SignedIn,
    mut db: Db,
    id: TrainingClassId,
    member: MembershipId,
) -> Answer<Page<FormPage>> {
    policy::require(&who.actor, Action::EnterRecords, &who.scope().path)?;
    let card = class_card(&mut db, &who.actor, id).await?;
    Ok(Page(withdraw_page(&who, &card, member)))
}

#[post("/training/classes/<id>/withdraw/<member>", data = "<fields>")]
async fn withdraw(
    who: SignedIn,
    mut db: Db,
    id: TrainingClassId,
    member: MembershipId,
    fields: Fields,
) -> Answer<Result<Flash<Redirect>, PageWith<FormPage>>> {
    policy::require(&who.actor, Action::EnterRecords, &who.scope().path)?;
    let command = Withdraw { class: id, member, reason: fields.get("reason").to_owned() };
    let withdrawn: Result<_, Error> = training::withdraw(&mut db.0, &who.actor, &[command]).await;
    match withdrawn {
        Ok(_) => Ok(Ok(Flash::success(Redirect::to(format!("/training/classes/{id}")), "已从名单中撤下。"))),
        Err(error) => {
            let errors = refusals(error)?;
            let card = class_card(&mut db, &who.actor, id).await?;
            let mut page = withdraw_page(&who, &card, member);
            page.form.keep(|name| fields.has(name).then(|| fields.get(name)));
            page.form.refuse(&errors);
            Ok(Err(PageWith(Status::UnprocessableEntity, page)))
        }
    }
}
