//! Entering an objection, and deciding on one.

use rocket::http::Status;
use rocket::response::{Flash, Redirect};
use rocket::{Route, get, post, routes};

use crate::base::clock;
use crate::base::db;
use crate::base::error::{Error, FieldError};
use crate::base::ids::{AssessmentId, AssessmentObjectionId};
use crate::base::policy::{self, Action};
use crate::base::values::{excerpt, parse_date};
use crate::records::assessments::queries::{self, Card, ObjectionCard};
use crate::records::assessments::{self, Object, Resolve, Scheme, printed};
use crate::web::forms::refusals;
use crate::web::guards::{Db, Fields, SignedIn};
use crate::web::respond::{Answer, Page, PageWith};
use crate::web::views::controls::{Choice, Kind};
use crate::web::views::form_page::FormPage;
use crate::web::views::parts::Fact;
use crate::web::views::{Control, Form, Group, Link, Section};

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![ask_object, object, ask_resolve, resolve]
}

async fn object_page(who: &SignedIn, db: &mut Db, id: AssessmentId) -> Answer<(Card, FormPage)> {
    policy::require(&who.actor, Action::EnterRecords, &who.scope().path)?;
    let scope = who.scope();
    let card = db::read(&mut db.0, scope, async |conn| queries::card(conn, scope, id).await).await?;
    let review = format!("/assessments/rounds/{}/review", card.assessment.round_id);
    let controls = vec![
        Control::new("raised_by", "提出单位或人员", Kind::Text)
            .required()
            .focus()
            .value(card.village.1.clone())
            .columns(4),
        Control::new("raised_on", "提出日期", Kind::Date)
            .required()
            .value(clock::today().to_string())
            .columns(3),
        Control::new("content", "异议事项和理由", Kind::Area).required().columns(12),
    ];
    let total = card.assessment.total.as_ref().map(printed).unwrap_or_default();
    let page = FormPage {
        frame: who.frame(Section::Assessments),
        title: "登记考核异议".to_owned(),
        back: Link::new("考核结果", review.clone()),
        facts: vec![
            Fact::text("村（社区）", &card.village.1),
            Fact::text("季度", &card.quarter),
            Fact::text("总分", total),
        ],
        note: "异议在公示期内提出；由提交考核以外的审核员办理，理由和更正公开。".to_owned(),
        form: Form {
            action: format!("/assessments/{id}/object"),
            csrf_token: who.known.csrf_token.clone().unwrap_or_default(),
            groups: vec![Group::new("", controls)],
            submit: "登记".to_owned(),
            cancel: Some(review),
            ..Form::default()
        },
    };
    Ok((card, page))
}

#[get("/assessments/<id>/object", rank = 4)]
async fn ask_object(id: AssessmentId, who: SignedIn, mut db: Db) -> Answer<Page<FormPage>> {
    Ok(Page(object_page(&who, &mut db, id).await?.1))
}

#[post("/assessments/<id>/object", data = "<fields>", rank = 4)]
async fn object(
    id: AssessmentId,
    who: SignedIn,
    mut db: Db,
    fields: Fields,
) -> Answer<Result<Flash<Redirect>, PageWith<FormPage>>> {
    let (card, mut page) = object_page(&who, &mut db, id).await?;
    let typed = fields.get("raised_on");
    let entered = match parse_date(typed) {
        Ok(raised_on) => {
            let (raised_by, content) = (fields.get("raised_by").to_owned(), fields.get("content").to_owned());
            let command = Object { assessment: id, raised_on, raised_by, content };
            assessments::object(&mut db.0, &who.actor, &[command]).await
        }
        Err(error) => Err(Error::Invalid(vec![FieldError::new("raised_on", error, Some(&excerpt(typed)))])),
    };
    match entered {
        Ok(_) => {
            let to = format!("/assessments/rounds/{}/review", card.assessment.round_id);
            Ok(Ok(Flash::success(Redirect::to(to), "异议已登记，等待办理。")))
        }
        Err(error) => {
            let errors = refusals(error)?;
            page.form.keep(|name| fields.has(name).then(|| fields.get(name)));
            page.form.refuse(&errors);
            Ok(Err(PageWith(Status::UnprocessableEntity, page)))
        }
    }
}

/// The objection, its scheme, and the form.
async fn resolve_page(
    who: &SignedIn,
    db: &mut Db,
    id: AssessmentObjectionId,
) -> Answer<(ObjectionCard, Scheme, FormPage)> {
    policy::require(&who.actor, Action::DecideRatings, &who.scope().path)?;
    let scope = who.scope();
    let (card, assessed, scheme) = db::read(&mut db.0, scope, async |conn| {
        let card = queries::objection(conn, scope, id).await?;
        let assessed = queries::card(conn, scope, card.objection.assessment_id).await?;
        let scheme =
            queries::by_ids(conn, scope.county, &[assessed.scheme_id]).await?.remove(&assessed.scheme_id);
        let scheme = scheme.ok_or_else(|| Error::broken("a round without its scheme"))?;
        Ok((card, assessed, scheme))
    })
    .await?;
    let review = format!("/assessments/rounds/{}/review", card.round_id);
    let verdicts = vec![Choice::new("upheld", "成立，更正得分"), Choice::new("rejected", "不成立")];
    let decision = vec![
        Control::new("verdict", "办理", Kind::Radio(verdicts)).required().columns(6),
        Control::new("answer", "理由（公开）", Kind::Area).required().columns(12),
    ];
    let corrections = scheme.indicators.iter().map(|one| {
        let stored = assessed.scores.get(&one.id).map(printed).unwrap_or_default();
        Control::new(field(&one.code), &one.name, Kind::Number)
            .hint(format!("现得{stored}分，满分{}；不更正的留空", printed(&one.full_marks)))
            .columns(3)
    });
    let one = &card.objection;
    let page = FormPage {
        frame: who.frame(Section::Assessments),
        title: "办理考核异议".to_owned(),
        back: Link::new("考核结果", review.clone()),
        facts: vec![
            Fact::text("村（社区）", &card.village.1),
            Fact::text("提出", format!("{} {}", one.raised_on, one.raised_by)),
            Fact::text("事项", &one.content),
        ],
        note: "提交考核或登记异议的人不能办理。更正后的得分、原得分和理由一并公开。".to_owned(),
        form: Form {
            action: format!("/assessments/objections/{id}/resolve"),
            csrf_token: who.known.csrf_token.clone().unwrap_or_default(),
            hidden: vec![("version".to_owned(), one.version.to_string())],
            groups: vec![Group::new("", decision), Group::new("更正后的得分", corrections.collect())],
            submit: "办理".to_owned(),
            cancel: Some(review),
            ..Form::default()
        },
    };
    Ok((card, scheme, page))
}

/// The control of an indicator.
fn field(code: &str) -> String {
    format!("corrections_{code}")
}

#[get("/assessments/objections/<id>/resolve")]
async fn ask_resolve(id: AssessmentObjectionId, who: SignedIn, mut db: Db) -> Answer<Page<FormPage>> {
    Ok(Page(resolve_page(&who, &mut db, id).await?.2))
}

#[post("/assessments/objections/<id>/resolve", data = "<fields>")]
async fn resolve(
    id: AssessmentObjectionId,
    who: SignedIn,
    mut db: Db,
    fields: Fields,
) -> Answer<Result<Flash<Redirect>, PageWith<FormPage>>> {
    let (card, scheme, mut page) = resolve_page(&who, &mut db, id).await?;
    let corrections = scheme
        .indicators
        .iter()
        .filter_map(|one| Some((one.code.clone(), fields.given(&field(&one.code))?.to_owned())))
        .collect();
    let resolved = match fields.get("verdict") {
        verdict @ ("upheld" | "rejected") => {
            let command = Resolve {
                objection: id,
                version: fields.get("version").parse().ok(),
                upheld: verdict == "upheld",
                answer: fields.get("answer").to_owned(),
                corrections,
            };
            assessments::resolve(&mut db.0, &who.actor, &[command]).await
        }
        _ => Err(Error::invalid("verdict", "请选择异议成立或者不成立。")),
    };
    match resolved {
        Ok(()) => {
            let to = format!("/assessments/rounds/{}/review", card.round_id);
            Ok(Ok(Flash::success(Redirect::to(to), "异议已办理，结果和理由已公开。")))
        }
        Err(error) => {
            let beside = |error: FieldError| match error.field.strip_prefix("corrections.") {
                Some(code) => FieldError { field: field(code), ..error },
                None if error.field == "corrections" => FieldError { field: "verdict".to_owned(), ..error },
                None => error,
            };
            let errors: Vec<FieldError> = refusals(error)?.into_iter().map(beside).collect();
            page.form.keep(|name| fields.has(name).then(|| fields.get(name)));
            page.form.refuse(&errors);
            Ok(Err(PageWith(Status::UnprocessableEntity, page)))
        }
    }
}
