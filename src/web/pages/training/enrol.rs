//! Enrolling members: a whole branch, or those chosen from the list of the never trained.

use rocket::http::Status;
use rocket::response::{Flash, Redirect};
use rocket::{Route, State, get, post, routes};

use super::{class_facts, risk_badge};
use crate::base::clock;
use crate::base::error::Error;
use crate::base::ids::TrainingClassId;
use crate::base::policy::{self, Action};
use crate::records::training::queries::ClassCard;
use crate::records::training::{self, Enrol, Enrolled, OutstandingFilter, outstanding};
use crate::web;
use crate::web::api::training::{EnrolInput, class_card};
use crate::web::forms::refusals;
use crate::web::guards::{Db, Fields, SignedIn};
use crate::web::respond::{Answer, Page, PageWith};
use crate::web::views::controls::{Kind, Source};
use crate::web::views::training::{Candidate, EnrolPage};
use crate::web::views::{Control, Form, Group, Link, Section};

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![ask, enrol]
}

/// How many of the never trained the page offers at once.
const OFFERED: i64 = 200;

async fn page(who: &SignedIn, state: &State<web::State>, card: &ClassCard) -> Result<EnrolPage, Error> {
    let class = &card.class;
    // A clerk of a town enrols his own members also in a class of the county.
    let audience = class.path();
    let within = if who.scope().path.contains(&audience) {
        audience.code().to_owned()
    } else {
        who.scope().path.code().to_owned()
    };
    let filter = OutstandingFilter { risk: None, unplanned_only: true };
    let programme = class.programme_id;
    let found = outstanding(
        &mut *state.database.report().await?,
        &who.actor,
        &state.keys,
        programme,
        &within,
        clock::today(),
        &filter,
        None,
        OFFERED,
    )
    .await?;
    let candidates = found.into_iter().map(|one| Candidate {
        id: one.card.membership.id.to_string(),
        name: one.card.person.name.clone(),
        branch: one.card.branch.name.clone(),
        age: one.age.to_string(),
        risk: risk_badge(one.risk),
        is_chosen: false,
    });
    let here = format!("/training/classes/{}", class.id);
    let branch = Control::new("branch", "党支部", Kind::Picker(Source::Search("/branches".to_owned())))
        .hint("该支部中应训而尚未轮训的党员都报上，名额不足时按姓名顺序")
        .focus()
        .columns(6);
    Ok(EnrolPage {
        frame: who.frame(Section::Training),
        back: Link::new(&class.name, &here),
        facts: class_facts(card),
        branch: Form {
            action: format!("{here}/enrol"),
            csrf_token: who.known.csrf_token.clone().unwrap_or_default(),
            groups: vec![Group::new("", vec![branch])],
            submit: "整个支部报名".to_owned(),
            cancel: Some(here.clone()),
            ..Form::default()
        },
        action: format!("{here}/enrol"),
        candidates: candidates.collect(),
        problems: Vec::new(),
    })
}

#[get("/training/classes/<id>/enrol")]
async fn ask(
    who: SignedIn,
    mut db: Db,
    id: TrainingClassId,
    state: &State<web::State>,
) -> Answer<Page<EnrolPage>> {
    policy::require(&who.actor, Action::EnterRecords, &who.scope().path)?;
    let card = class_card(&mut db, &who.actor, id).await?;
    Ok(Page(page(&who, state, &card).await?))
}

/// What is told after enrolling: how many, and who of a branch was left out for what.
fn told(enrolled: &Enrolled) -> String {
    let mut text = format!("已报名{}人。", enrolled.members.len());
    let mut reasons: Vec<(String, usize)> = Vec::new();
    for (_, refusal) in &enrolled.left_out {
        let reason = refusal.to_string();
        match reasons.iter_mut().find(|(known, _)| *known == reason) {
            Some((_, count)) => *count = count.saturating_add(1),
            None => reasons.push((reason, 1)),
        }
    }
    for (reason, count) in reasons {
        text.push_str(&format!("未报{count}人：{reason}"));
    }
    text
}

#[post("/training/classes/<id>/enrol", data = "<fields>")]
async fn enrol(
    who: SignedIn,
    mut db: Db,
    id: TrainingClassId,
    fields: Fields,
    state: &State<web::State>,
) -> Answer<Result<Flash<Redirect>, PageWith<EnrolPage>>> {
    policy::require(&who.actor, Action::EnterRecords, &who.scope().path)?;
    let input = EnrolInput {
        members: fields.all("members").map(str::to_owned).collect(),
        branch: fields.given("branch").map(str::to_owned),
    };
    let enrolled = match input.parse(&mut db, &who.actor).await {
        Ok(whom) => training::enrol(&mut db.0, &who.actor, &[Enrol { class: id, whom }]).await,
        Err(error) => Err(error),
    };
    match enrolled {
        Ok(answers) => {
            let text = answers.first().map(told).unwrap_or_default();
            Ok(Ok(Flash::success(Redirect::to(format!("/training/classes/{id}")), text)))
        }
        Err(error) => {
            let errors = refusals(error)?;
            let card = class_card(&mut db, &who.actor, id).await?;
            let mut page = page(&who, state, &card).await?;
            page.branch.keep(|name| fields.has(name).then(|| fields.get(name)));
            for one in &mut page.candidates {
                one.is_chosen = fields.all("members").any(|chosen| chosen == one.id);
            }
            page.problems = errors.into_iter().map(|error| error.message).collect();
            Ok(Err(PageWith(Status::UnprocessableEntity, page)))
        }
    }
}
