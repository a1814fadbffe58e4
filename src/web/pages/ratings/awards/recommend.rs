//! Putting a village forward, by keyboard.

use chrono::Datelike;
use rocket::http::Status;
use rocket::response::{Flash, Redirect};
use rocket::{Route, get, post, routes};

use crate::base::error::{Error, FieldError, OrMissing};
use crate::base::policy::{self, Action};
use crate::base::{clock, db};
use crate::records::ratings::awards::{self, queries};
use crate::web::forms::award::RecommendationInput;
use crate::web::forms::refusals;
use crate::web::guards::{Db, Fields, SignedIn};
use crate::web::respond::{Answer, Page, PageWith};
use crate::web::views::controls::{Choice, Kind, Source};
use crate::web::views::form_page::FormPage;
use crate::web::views::{Control, Form, Group, Link, Section};

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![ask, recommend]
}

async fn page(who: &SignedIn, db: &mut Db) -> Answer<FormPage> {
    policy::require(&who.actor, Action::EnterRecords, &who.scope().path)?;
    let (scope, today) = (who.scope(), clock::today());
    let schemes =
        db::read(&mut db.0, scope, async |conn| queries::award_schemes(conn, scope, Some(today)).await)
            .await?;
    let several = schemes.len() > 1;
    let mut choices = Vec::new();
    for scheme in &schemes {
        for kind in &scheme.kinds {
            let name =
                if several { format!("{}（{}）", kind.name, scheme.name) } else { kind.name.clone() };
            choices.push(Choice::new(format!("{}/{}", scheme.code, kind.code), name));
        }
    }
    let controls = vec![
        Control::new("village", "村（社区）", Kind::Picker(Source::Search("/villages".to_owned())))
            .required()
            .focus()
            .columns(5),
        Control::new("kind", "奖项", Kind::Select(choices)).required().columns(4),
        Control::new("year", "评选年度", Kind::Number).required().value(today.year().to_string()).columns(3),
        Control::new("on", "推荐日期", Kind::Date).required().value(today.to_string()).columns(3),
        Control::new("reason", "推荐理由", Kind::Area).required().columns(12).hint("主要事迹，不超过500字"),
    ];
    Ok(FormPage {
        frame: who.frame(Section::Ratings),
        title: "推荐星级村".to_owned(),
        back: Link::new("星级村评选", "/ratings/awards"),
        facts: Vec::new(),
        note: schemes
            .first()
            .map(|scheme| scheme.procedure.clone())
            .unwrap_or_else(|| "还没有施行的评选方案，请先由县级审核员设置方案。".to_owned()),
        form: Form {
            action: "/ratings/awards".to_owned(),
            csrf_token: who.known.csrf_token.clone().unwrap_or_default(),
            groups: vec![Group::new("", controls)],
            submit: "推荐".to_owned(),
            cancel: Some("/ratings/awards".to_owned()),
            ..Form::default()
        },
    })
}

#[get("/ratings/awards/new")]
async fn ask(who: SignedIn, mut db: Db) -> Answer<Page<FormPage>> {
    Ok(Page(page(&who, &mut db).await?))
}

fn typed(fields: &Fields) -> Result<RecommendationInput, Error> {
    let (scheme, kind) = fields.get("kind").split_once('/').unwrap_or_default();
    let year = fields.get("year").trim();
    let number = year.parse().map_err(|_| {
        let message = format!("评选年度“{year}”应为四位数的年份，如2026。");
        Error::Invalid(vec![FieldError::new("year", message, Some(year))])
    })?;
    if kind.is_empty() {
        return Err(Error::invalid("kind", "请选择奖项。"));
    }
    Ok(RecommendationInput {
        scheme: scheme.to_owned(),
        kind: kind.to_owned(),
        year: number,
        village: fields.get("village").to_owned(),
        reason: fields.get("reason").to_owned(),
        on: fields.given("on").map(str::to_owned),
    })
}

#[post("/ratings/awards", data = "<fields>")]
async fn recommend(
    who: SignedIn,
    mut db: Db,
    fields: Fields,
) -> Answer<Result<Flash<Redirect>, PageWith<FormPage>>> {
    policy::require(&who.actor, Action::EnterRecords, &who.scope().path)?;
    let recommended = match typed(&fields).and_then(RecommendationInput::parse) {
        Ok(command) => awards::recommend_awards(&mut db.0, &who.actor, &[command]).await,
        Err(error) => Err(error),
    };
    match recommended {
        Ok(ids) => {
            let id = ids.into_iter().next().or_missing("这项评选")?;
            Ok(Ok(Flash::success(Redirect::to(format!("/ratings/awards/{id}")), "已推荐，等待下一步办理。")))
        }
        Err(error) => {
            let mut page = page(&who, &mut db).await?;
            page.form.keep(|name| fields.has(name).then(|| fields.get(name)));
            page.form.refuse(&refusals(error)?);
            Ok(Err(PageWith(Status::UnprocessableEntity, page)))
        }
    }
}
