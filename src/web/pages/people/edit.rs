//! Correcting the own facts of somebody who is no member.

use rocket::http::Status;
use rocket::response::{Flash, Redirect};
use rocket::{Route, State, get, post, routes};

use crate::across::people::OnRecord;
use crate::base::error::{Error, FieldError};
use crate::base::ids::PersonId;
use crate::base::policy::{self, Action};
use crate::records::people::{self, Correct};
use crate::web;
use crate::web::api::people::read;
use crate::web::forms::{person, refusals};
use crate::web::guards::{Db, Fields, SignedIn};
use crate::web::pages::members::edit::{input, over, refused_over};
use crate::web::pages::members::{form, stale};
use crate::web::respond::{Answer, Page, PageWith};
use crate::web::views::members::{Edit, Stale};
use crate::web::views::{Form, Group, Link, Section};

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![ask, correct]
}

/// The form over a record: its texts, and what they were when the form was opened.
fn filled(who: &SignedIn, record: &OnRecord) -> Form {
    let card = &record.card;
    let here = format!("/people/{}", card.person.id);
    let blank = Form {
        action: format!("{here}/edit"),
        csrf_token: who.known.csrf_token.clone().unwrap_or_default(),
        groups: vec![Group::new("身份", form::identity()), Group::new("联系", form::reached())],
        submit: "保存".to_owned(),
        ..Form::default()
    };
    over(blank, &form::person_texts(&card.person, card.masks.clone()), card.stamp.version, here)
}

fn page(who: &SignedIn, record: &OnRecord, form: Form, stale: Option<Stale>) -> Edit {
    let person = &record.card.person;
    Edit {
        frame: who.frame(Section::Members),
        kind: "人员信息",
        title: format!("更正 {}", person.name),
        back: Link::new(&person.name, format!("/people/{}", person.id)),
        form,
        stale,
    }
}

#[get("/people/<id>/edit")]
async fn ask(who: SignedIn, mut db: Db, id: PersonId, state: &State<web::State>) -> Answer<Page<Edit>> {
    policy::require(&who.actor, Action::EnterRecords, &who.scope().path)?;
    let record = read(&mut db, &who.actor, state, id).await?;
    let form = filled(&who, &record);
    Ok(Page(page(&who, &record, form, None)))
}

#[post("/people/<id>/edit", data = "<fields>")]
async fn correct(
    who: SignedIn,
    mut db: Db,
    id: PersonId,
    fields: Fields,
    state: &State<web::State>,
) -> Answer<Result<Flash<Redirect>, PageWith<Edit>>> {
    policy::require(&who.actor, Action::EnterRecords, &who.scope().path)?;
    let record = read(&mut db, &who.actor, state, id).await?;
    let version = fields.get("version").parse().unwrap_or(0);
    let outcome = match person::edits(&input(&fields)) {
        Ok(edits) => {
            let command = Correct { person: id, version, edits };
            people::correct(&mut db.0, &who.actor, &state.keys, &[command]).await
        }
        Err(errors) => Err(Error::Invalid(errors)),
    };
    let (status, page) = match outcome {
        Ok(changes) => {
            let message = if changes.iter().all(Vec::is_empty) { "没有改动。" } else { "已更正。" };
            return Ok(Ok(Flash::success(Redirect::to(format!("/people/{id}")), message)));
        }
        Err(Error::Stale) => {
            let now = read(&mut db, &who.actor, state, id).await?;
            (Status::PreconditionFailed, conflict(&who, &now, &fields))
        }
        Err(error) => {
            let errors: Vec<FieldError> = refusals(error)?;
            let form = refused_over(filled(&who, &record), &fields, &errors);
            (Status::UnprocessableEntity, page(&who, &record, form, None))
        }
    };
    Ok(Err(PageWith(status, page)))
}

/// Both versions of a record that somebody else changed meanwhile; what was typed lies over the one that stands.
fn conflict(who: &SignedIn, now: &OnRecord, typed: &Fields) -> Edit {
    let (card, stamp) = (&now.card, &now.card.stamp);
    let texts = form::person_texts(&card.person, card.masks.clone());
    let by = stamp.updated_by.as_deref().unwrap_or("他人");
    let stale = stale::compare(&texts, by, stamp.updated_at, typed);
    let mut form = filled(who, now);
    form.keep(|name| stale::changed(typed, name));
    page(who, now, form, Some(stale))
}
