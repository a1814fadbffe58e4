//! Two records side by side, and the choice between them.

use std::collections::BTreeMap;

use rocket::http::Status;
use rocket::response::{Flash, Redirect};
use rocket::{Route, State, get, post, routes};

use super::duplicates::{book, party};
use super::told_identity;
use crate::across::people::{self as on_record, OnRecord};
use crate::base::db;
use crate::base::error::{Error, FieldError};
use crate::base::ids::PersonId;
use crate::base::policy::{self, Action};
use crate::records::merges::{self, Comparison, FieldPair, Half, Merge, Side, Twice};
use crate::web::api::duplicates::{compared, person};
use crate::web::api::people::read;
use crate::web::forms::refusals;
use crate::web::guards::{Db, Fields, SignedIn};
use crate::web::respond::{Answer, Page, PageWith};
use crate::web::views::controls::{Kind, Source};
use crate::web::views::merges::{FieldLine, MergePage};
use crate::web::views::parts::Fact;
use crate::web::views::{Control, Form, FormPage, Group, Link, Notice, Section, Tone};
use crate::web::{self, reading};

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![pick, picked, ask, carry_out]
}

/// The form that asks for the other record, for two whom no sweep found.
fn pick_page(who: &SignedIn, record: &OnRecord, typed: Option<(&Fields, &[FieldError])>) -> FormPage {
    let person = &record.card.person;
    let here = format!("/people/{}", person.id);
    let people = Kind::Picker(Source::Search("/committees/people".to_owned()));
    let other = Control::new("loser", "另一份档案", people).required().columns(6).focus();
    let mut form = Form {
        action: format!("{here}/merge"),
        csrf_token: who.known.csrf_token.clone().unwrap_or_default(),
        groups: vec![Group::new("", vec![other])],
        submit: "比对".to_owned(),
        cancel: Some(here.clone()),
        ..Form::default()
    };
    if let Some((fields, errors)) = typed {
        form.keep(|name| fields.has(name).then(|| fields.get(name)));
        form.refuse(errors);
    }
    FormPage {
        frame: who.frame(Section::Members),
        title: "合并重复档案".to_owned(),
        back: Link::new(&person.name, here),
        facts: vec![Fact::text("保留的档案", &person.name), Fact::text("身份", told_identity(&record.card))],
        note: "先逐项比对，再决定是否合并；这一步不改动任何内容。".to_owned(),
        form,
    }
}

#[get("/people/<id>/merge", rank = 3)]
async fn pick(who: SignedIn, mut db: Db, id: PersonId, state: &State<web::State>) -> Answer<Page<FormPage>> {
    policy::require(&who.actor, Action::EnterRecords, &who.scope().path)?;
    let record = read(&mut db, &who.actor, state, id).await?;
    Ok(Page(pick_page(&who, &record, None)))
}

#[post("/people/<id>/merge", data = "<fields>", rank = 3)]
async fn picked(
    who: SignedIn,
    mut db: Db,
    id: PersonId,
    fields: Fields,
    state: &State<web::State>,
) -> Answer<Result<Redirect, PageWith<FormPage>>> {
    policy::require(&who.actor, Action::EnterRecords, &who.scope().path)?;
    let record = read(&mut db, &who.actor, state, id).await?;
    match person("loser", fields.get("loser")) {
        Ok(loser) => Ok(Ok(Redirect::to(format!("/people/merge?winner={id}&loser={loser}")))),
        Err(_) => {
            let message = "请输入姓名或拼音，从列出的人员中选择另一份档案。";
            let errors = [FieldError::new("loser", message, None)];
            let page = pick_page(&who, &record, Some((&fields, &errors)));
            Ok(Err(PageWith(Status::UnprocessableEntity, page)))
        }
    }
}

#[get("/people/merge?<winner>&<loser>")]
async fn ask(
    who: SignedIn,
    mut db: Db,
    winner: Option<&str>,
    loser: Option<&str>,
    state: &State<web::State>,
) -> Answer<Page<MergePage>> {
    policy::require(&who.actor, Action::EnterRecords, &who.scope().path)?;
    let one = person("winner", winner.unwrap_or_default())?;
    let other = person("loser", loser.unwrap_or_default())?;
    Ok(Page(page(&who, &mut db, state, one, other, None).await?))
}

/// What was chosen, and what is wrong with it.
struct Tried<'a> {
    fields: &'a Fields,
    errors: Vec<FieldError>,
}

impl Tried<'_> {
    /// What is wrong with one choice.
    fn error(&self, field: &str) -> Option<String> {
        self.errors.iter().find(|error| error.field == field).map(|error| error.message.clone())
    }
}

async fn page(
    who: &SignedIn,
    db: &mut Db,
    state: &web::State,
    winner: PersonId,
    loser: PersonId,
    tried: Option<&Tried<'_>>,
) -> Result<MergePage, Error> {
    let compared = compared(db, &who.actor, state, winner, loser).await?;
    reading::note(state, &who.known.identity, &who.actor, 2).await?;
    let (words, keys, actor) = (book(who, db).await?, &state.keys, &who.actor);
    let people = db::read(&mut db.0, who.scope(), async |conn| {
        on_record::some(conn, actor, keys, &[winner, loser]).await
    })
    .await?;
    let party_of = |id: PersonId| {
        people.iter().find(|one| one.card.person.id == id).map(|one| party(one, &words)).unwrap_or_default()
    };
    let bad = |text: &String| Notice::new(Tone::Bad, text);
    let beside: Vec<String> = compared.fields.iter().map(|pair| format!("fields.{}", pair.field)).collect();
    let problems = tried.map(|tried| problems(&tried.errors, &beside)).unwrap_or_default();
    Ok(MergePage {
        frame: who.frame(Section::Members),
        winner: party_of(winner),
        loser: party_of(loser),
        swap: format!("/people/merge?winner={loser}&loser={winner}"),
        hidden: vec![
            ("winner", winner.to_string()),
            ("winner_version", compared.winner.stamp.version.to_string()),
            ("loser", loser.to_string()),
            ("loser_version", compared.loser.stamp.version.to_string()),
        ],
        problems: problems.iter().map(bad).collect(),
        obstacles: compared.obstacles.iter().map(bad).collect(),
        warnings: compared.warnings.clone(),
        fields: compared.fields.iter().map(|pair| field(pair, tried)).collect(),
        twice: compared
            .twice
            .iter()
            .enumerate()
            .map(|(at, pair)| twice(at, pair, &compared, tried))
            .collect(),
        moves: compared.moves.iter().map(|(what, rows)| Fact::text(*what, format!("{rows}条"))).collect(),
    })
}

/// What stands above the page: what stands beside no field, and that something stands below.
fn problems(errors: &[FieldError], beside: &[String]) -> Vec<String> {
    let (below, above): (Vec<&FieldError>, Vec<&FieldError>) =
        errors.iter().partition(|error| beside.contains(&error.field));
    let mut problems: Vec<String> = above.iter().map(|error| error.message.clone()).collect();
    if !below.is_empty() {
        problems.insert(0, format!("未能合并：下面有{}项需要选择。", below.len()));
    }
    problems
}

fn field(pair: &FieldPair, tried: Option<&Tried<'_>>) -> FieldLine {
    let name = format!("field-{}", pair.field);
    let preset = match (pair.field, pair.winner.is_empty()) {
        // Which number is the right one is never taken for granted.
        ("citizen_id", _) => "",
        (_, true) => Side::Loser.code(),
        (_, false) => Side::Winner.code(),
    };
    FieldLine {
        label: pair.label.to_owned(),
        winner: pair.winner.clone(),
        loser: pair.loser.clone(),
        choice: pair.differs.then(|| (Side::Winner.code().to_owned(), Side::Loser.code().to_owned())),
        chosen: tried.map_or(preset, |tried| tried.fields.get(&name)).to_owned(),
        hint: pair.hint.clone().unwrap_or_default(),
        error: tried.and_then(|tried| tried.error(&format!("fields.{}", pair.field))),
        name,
    }
}

fn twice(at: usize, pair: &Twice, compared: &Comparison, tried: Option<&Tried<'_>>) -> FieldLine {
    let name = format!("keep-{at}");
    let preset = if pair.agrees { pair.winner_record.to_string() } else { String::new() };
    FieldLine {
        label: pair.kind().to_owned(),
        winner: pair.winner_told(&compared.words),
        loser: pair.loser_told(&compared.words),
        choice: Some((pair.winner_record.to_string(), pair.loser_record.to_string())),
        chosen: tried.map_or(preset, |tried| tried.fields.get(&name).to_owned()),
        hint: if pair.agrees {
            "两份登记内容一致。".to_owned()
        } else {
            "两份登记内容不一致。".to_owned()
        },
        error: None,
        name,
    }
}

fn command(fields: &Fields) -> Result<Merge, Error> {
    let half = |who: &str| -> Result<Half, Error> {
        let version = fields.get(&format!("{who}_version")).parse().unwrap_or(0);
        Ok(Half { person: person(who, fields.get(who))?, version })
    };
    let mut chosen = BTreeMap::new();
    let mut keep = Vec::new();
    for (name, value) in fields.iter() {
        if let Some(field) = name.strip_prefix("field-") {
            let side =
                Side::parse(value).map_err(|error| Error::invalid(&format!("fields.{field}"), error))?;
            chosen.insert(field.to_owned(), side);
        } else if name.starts_with("keep-") {
            let wrong =
                |_| Error::invalid("keep", format!("“{value}”不是登记的编号，请刷新页面后重新选择。"));
            keep.push(value.parse().map_err(wrong)?);
        }
    }
    Ok(Merge { winner: half("winner")?, loser: half("loser")?, fields: chosen, keep })
}

#[post("/people/merge", data = "<fields>")]
async fn carry_out(
    who: SignedIn,
    mut db: Db,
    fields: Fields,
    state: &State<web::State>,
) -> Answer<Result<Flash<Redirect>, PageWith<MergePage>>> {
    policy::require(&who.actor, Action::EnterRecords, &who.scope().path)?;
    let (winner, loser) = (person("winner", fields.get("winner"))?, person("loser", fields.get("loser"))?);
    let outcome = match command(&fields) {
        Ok(command) => merges::merge(&mut db.0, &who.actor, &state.keys, &command).await,
        Err(error) => Err(error),
    };
    let (status, errors) = match outcome {
        Ok(merged) => {
            state.pairs.forget(who.scope().county);
            let said = format!("已合并：“{}”并入“{}”。", merged.loser_name, merged.winner_name);
            return Ok(Ok(Flash::success(Redirect::to(format!("/people/merges/{}", merged.id)), said)));
        }
        Err(Error::Stale) => {
            let message = "您核对期间有人修改了其中一份档案；下面已是最新内容，请重新核对后再合并。";
            (Status::PreconditionFailed, vec![FieldError::new("", message, None)])
        }
        Err(error @ Error::Refused(_)) => (Status::Conflict, refusals(error)?),
        Err(error) => (Status::UnprocessableEntity, refusals(error)?),
    };
    let tried = Tried { fields: &fields, errors };
    let page = page(&who, &mut db, state, winner, loser, Some(&tried)).await?;
    Ok(Err(PageWith(status, page)))
}
