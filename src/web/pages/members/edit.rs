//! Entering and changing a member.

use std::collections::HashMap;

use rocket::http::Status;
use rocket::response::{Flash, Redirect};
use rocket::{Route, State, get, post, routes};

use crate::base::db;
use crate::base::error::{Error, FieldError, OrMissing};
use crate::base::ids::MembershipId;
use crate::base::keys::Secret;
use crate::base::policy::{self, Action};
use crate::base::values::CitizenId;
use crate::records::members::{self, Change, MemberCard, queries};
use crate::records::people;
use crate::web;
use crate::web::api::members::{branch_id, read};
use crate::web::forms::member::{MemberInput, Said};
use crate::web::guards::{Db, Fields, SignedIn};
use crate::web::late;
use crate::web::pages::members::{form, stale};
use crate::web::pages::people::entered;
use crate::web::respond::{Answer, Page, PageWith};
use crate::web::views::{Badge, Form, Link, Section, Tone, members as views};

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![blank, enrol, edit, change, duplicates]
}

/// A page with a form, or where it led.
type Submitted = Result<Flash<Redirect>, PageWith<views::Edit>>;

fn page(who: &SignedIn, title: &str, back: Link, form: Form) -> views::Edit {
    views::Edit {
        frame: who.frame(Section::Members),
        kind: "党员信息",
        title: title.to_owned(),
        back,
        form,
        stale: None,
    }
}

fn csrf(who: &SignedIn) -> &str {
    who.known.csrf_token.as_deref().unwrap_or_default()
}

/// The form as it was typed, with what is wrong.
fn refused(mut form: Form, typed: &Fields, errors: &[FieldError]) -> Form {
    form.keep(|name| typed.has(name).then(|| typed.get(name)));
    form.refuse(errors);
    form
}

fn field_errors(error: Error) -> Result<Vec<FieldError>, Error> {
    match error {
        Error::Invalid(errors) => Ok(errors),
        Error::Taken { field, message } => Ok(vec![FieldError::new(field, message, None)]),
        other => Err(other),
    }
}

#[get("/members/new", rank = 1)]
fn blank(who: SignedIn) -> Answer<Page<views::Edit>> {
    policy::require(&who.actor, Action::EnterRecords, &who.scope().path)?;
    let mut form = form::blank("/members", csrf(&who), true);
    form.cancel = Some("/members".to_owned());
    Ok(Page(page(&who, "录入党员", Link::new("党员", "/members"), form)))
}

#[post("/members", data = "<fields>")]
async fn enrol(who: SignedIn, mut db: Db, fields: Fields, state: &State<web::State>) -> Answer<Submitted> {
    policy::require(&who.actor, Action::EnterRecords, &who.scope().path)?;
    let parsed = MemberInput::from_fields(&fields).parse();
    let branch = branch_id(&mut db, &who.actor, parsed.branch.as_deref()).await?;
    let outcome = match parsed.into_enrol(branch) {
        Ok(command) => {
            let from_day = command.from_day();
            let ids = members::enrol(&mut db.0, &who.actor, &state.keys, &[command]).await;
            ids.map(|ids| (ids, from_day))
        }
        Err(errors) => Err(Error::Invalid(errors)),
    };
    match outcome {
        Ok((ids, from_day)) => {
            let id = ids.into_iter().next().or_missing("党员")?;
            let said = entered(&mut db, &who, id.0, "已录入。").await?;
            let to = Redirect::to(format!("/members/{id}"));
            Ok(Ok(late::done(&mut db, &who.actor, to, said, [from_day]).await))
        }
        Err(error) => {
            let errors = field_errors(error)?;
            let mut form = refused(form::blank("/members", csrf(&who), true), &fields, &errors);
            form.cancel = Some("/members".to_owned());
            let page = page(&who, "录入党员", Link::new("党员", "/members"), form);
            Ok(Err(PageWith(Status::UnprocessableEntity, page)))
        }
    }
}

/// The form over a record: its texts, and what they were when the form was opened.
fn filled(who: &SignedIn, card: &MemberCard) -> Form {
    let id = card.membership.id;
    let form = form::blank(&format!("/members/{id}/edit"), csrf(who), false);
    over(form, &form::texts(card), card.membership.version, format!("/members/{id}"))
}

/// A form over a record: its texts, what they were when it was opened, and the version.
pub(in crate::web::pages) fn over(
    mut form: Form,
    texts: &HashMap<&'static str, String>,
    version: i32,
    cancel: String,
) -> Form {
    form.keep(|name| texts.get(name).map(String::as_str));
    form.hidden = vec![("version".to_owned(), version.to_string())];
    form.hidden.extend(texts.iter().map(|(name, text)| (format!("original_{name}"), text.clone())));
    form.cancel = Some(cancel);
    form
}

/// A form over a record as it was typed, with what is wrong. The version that this person saw stays, so that a second try
/// still meets another's change.
pub(in crate::web::pages) fn refused_over(form: Form, typed: &Fields, errors: &[FieldError]) -> Form {
    let mut form = refused(form, typed, errors);
    let began = |name: &str| name == "version" || name.starts_with("original_");
    form.hidden.retain(|(name, _)| !began(name));
    form.hidden.extend(
        typed.iter().filter(|(name, _)| began(name)).map(|(name, value)| (name.to_owned(), value.to_owned())),
    );
    form
}

fn back(card: &MemberCard) -> Link {
    Link::new(&card.person.name, format!("/members/{}", card.membership.id))
}

#[get("/members/<id>/edit")]
async fn edit(
    who: SignedIn,
    mut db: Db,
    id: MembershipId,
    state: &State<web::State>,
) -> Answer<Page<views::Edit>> {
    policy::require(&who.actor, Action::EnterRecords, &who.scope().path)?;
    let card = read(&mut db, &who.actor, state, id).await?;
    let form = filled(&who, &card);
    Ok(Page(page(&who, &format!("修改 {}", card.person.name), back(&card), form)))
}

/// What was typed, without the masks that were left as they stood: those change nothing.
pub(in crate::web::pages) fn input(fields: &Fields) -> MemberInput {
    let mut input = MemberInput::from_fields(fields);
    let masked = |field: &str| {
        let text = fields.get(field).trim();
        text.contains('*') && text == fields.get(&format!("original_{field}")).trim()
    };
    for (field, said) in [
        ("citizen_id", &mut input.citizen_id),
        ("mobile", &mut input.mobile),
        ("telephone", &mut input.telephone),
    ] {
        if masked(field) {
            *said = Said::Absent;
        }
    }
    input
}

#[post("/members/<id>/edit", data = "<fields>")]
async fn change(
    who: SignedIn,
    mut db: Db,
    id: MembershipId,
    fields: Fields,
    state: &State<web::State>,
) -> Answer<Submitted> {
    policy::require(&who.actor, Action::EnterRecords, &who.scope().path)?;
    let card = read(&mut db, &who.actor, state, id).await?;
    let version = fields.get("version").parse().unwrap_or(0);
    let parsed = input(&fields).parse().against(&card.membership);
    let outcome = match parsed.into_edits(&card.branch.code, &card.membership.status) {
        Ok(edits) => {
            let command = Change { member: id, version, edits };
            members::change(&mut db.0, &who.actor, &state.keys, &[command]).await
        }
        Err(errors) => Err(Error::Invalid(errors)),
    };
    let title = format!("修改 {}", card.person.name);
    match outcome {
        Ok(changes) => {
            let message = if changes.iter().all(Vec::is_empty) { "没有改动。" } else { "已保存。" };
            let days = late::of_changes(card.membership.from_day, &changes.concat());
            let to = Redirect::to(format!("/members/{id}"));
            Ok(Ok(late::done(&mut db, &who.actor, to, message, days).await))
        }
        Err(Error::Stale) => {
            let now = read(&mut db, &who.actor, state, id).await?;
            let membership = &now.membership;
            let texts = form::texts(&now);
            let stale = stale::compare(&texts, &membership.updated_by, membership.updated_at, &fields);
            let mut form = filled(&who, &now);
            form.keep(|name| stale::changed(&fields, name));
            let page = views::Edit { stale: Some(stale), ..page(&who, &title, back(&now), form) };
            Ok(Err(PageWith(Status::PreconditionFailed, page)))
        }
        Err(error) => {
            let errors = field_errors(error)?;
            let form = refused_over(filled(&who, &card), &fields, &errors);
            Ok(Err(PageWith(Status::UnprocessableEntity, page(&who, &title, back(&card), form))))
        }
    }
}

#[post("/members/duplicates", data = "<fields>")]
async fn duplicates(
    who: SignedIn,
    mut db: Db,
    fields: Fields,
    state: &State<web::State>,
) -> Answer<Page<views::Duplicates>> {
    policy::require(&who.actor, Action::EnterRecords, &who.scope().path)?;
    let text = fields.get("citizen_id").trim();
    let Ok(number) = CitizenId::parse(text) else {
        return Ok(Page(views::Duplicates::default()));
    };
    let mac = state.keys.mac(Secret::CitizenId, number.as_str());
    let (scope, keys) = (who.scope(), &state.keys);
    let view = db::read(&mut db.0, scope, async |conn| {
        let mut view = views::Duplicates::default();
        for holder in people::queries::holders(conn, scope.county, &[mac]).await? {
            let inside = holder
                .path
                .as_deref()
                .is_some_and(|path| path >= scope.path.as_str() && path < scope.path.end().as_str());
            match holder.membership_id.filter(|_| inside) {
                Some(id) => {
                    let card =
                        queries::find(conn, scope, keys, MembershipId(id)).await?.or_missing("党员")?;
                    let status = card.membership.status()?;
                    let tone = if status.in_register() { Tone::Good } else { Tone::Bad };
                    view.own.push((
                        Link::new(&card.person.name, format!("/members/{id}")),
                        card.branch.name.clone(),
                        Badge::new(status.name(), tone),
                    ));
                }
                None => view.elsewhere = holder.organisation_name,
            }
        }
        Ok(view)
    })
    .await?;
    Ok(Page(view))
}
