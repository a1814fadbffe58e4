//! Decisions: filed, rejected, withdrawn.

use rocket::http::Status;
use rocket::response::{Flash, Redirect};
use rocket::{Route, State, get, post, routes};

use super::{badges, enters, facts};
use crate::base::clock;
use crate::base::error::{Error, Result};
use crate::base::ids::CandidateCheckId;
use crate::base::policy::{self, Action};
use crate::records::vetting::queries::Sheet;
use crate::records::words::WordBook;
use crate::web;
use crate::web::api::vetting::{carry_out_decision, read_sheet};
use crate::web::forms::refusals;
use crate::web::forms::vetting::DecisionInput;
use crate::web::guards::{Db, Fields, SignedIn};
use crate::web::respond::{Answer, Page, PageWith};
use crate::web::views::controls::Kind;
use crate::web::views::form_page::FormPage;
use crate::web::views::parts::Fact;
use crate::web::views::{Control, Form, Group, Link, Section};

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![ask, decide]
}

const VERBS: [(&str, &str, &str); 3] = [
    ("file", "备案", "备案后，该人选在有效期内可以登记任职；本人提名的由另一名审核员备案。"),
    ("reject", "否决", "否决后，该人选本届不能任职；理由只供联审和决定人员查看。"),
    ("withdraw", "撤回", "撤回后可以重新提名。"),
];

/// The title and the rule of a verb, for whoever may do it.
fn known(who: &SignedIn, verb: &str) -> Result<(&'static str, &'static str)> {
    enters(who)?;
    let found = VERBS.iter().find(|(name, ..)| *name == verb);
    let (_, title, note) = found.ok_or(Error::Missing { what: "这个操作" })?;
    if verb != "withdraw" {
        policy::require(&who.actor, Action::Vet, &who.scope().whole_county().path)?;
    }
    Ok((title, note))
}

fn page(who: &SignedIn, sheet: &Sheet, words: &WordBook, verb: &str) -> Result<FormPage> {
    let (title, note) = known(who, verb)?;
    let (card, id) = (&sheet.card, sheet.card.check.id);
    let on = Control::new("on", format!("{title}日期"), Kind::Date)
        .required()
        .value(clock::today().to_string())
        .columns(3);
    let reason = Control::new("reason", "理由", Kind::Area).columns(12);
    let controls = match verb {
        "file" => vec![
            Control::new("number", "备案文号", Kind::Text).required().focus().columns(5),
            on,
            reason.hint("有“须说明”的项目时必须填写"),
        ],
        _ => vec![on, reason.required().focus()],
    };
    let mut shown = vec![Fact::text("姓名", &card.person.name)];
    shown.extend(badges(&card.check).into_iter().map(|badge| Fact::badge("状态", badge)));
    shown.extend(facts(card, words));
    Ok(FormPage {
        frame: who.frame(Section::Vetting),
        title: title.to_owned(),
        back: Link::new("联审表", format!("/vetting/{id}")),
        facts: shown,
        note: note.to_owned(),
        form: Form {
            action: format!("/vetting/{id}/{verb}"),
            csrf_token: who.known.csrf_token.clone().unwrap_or_default(),
            hidden: vec![("version".to_owned(), card.check.version.to_string())],
            groups: vec![Group::new("", controls)],
            submit: title.to_owned(),
            cancel: Some(format!("/vetting/{id}")),
            ..Form::default()
        },
    })
}

#[get("/vetting/<id>/<verb>", rank = 4)]
async fn ask(
    who: SignedIn,
    mut db: Db,
    id: CandidateCheckId,
    verb: &str,
    state: &State<web::State>,
) -> Answer<Page<FormPage>> {
    known(&who, verb)?;
    let sheet = read_sheet(&mut db, &who.actor, state, id).await?;
    Ok(Page(page(&who, &sheet, &db.words(who.scope()).await?, verb)?))
}

#[post("/vetting/<id>/<verb>", data = "<fields>", rank = 5)]
async fn decide(
    who: SignedIn,
    mut db: Db,
    id: CandidateCheckId,
    verb: &str,
    fields: Fields,
    state: &State<web::State>,
) -> Answer<std::result::Result<Flash<Redirect>, PageWith<FormPage>>> {
    let (title, _) = known(&who, verb)?;
    let text = |name: &str| fields.given(name).map(str::to_owned);
    let input = DecisionInput { number: text("number"), on: text("on"), reason: text("reason") };
    let decided = match input.parse(verb, id, fields.get("version").parse().ok()) {
        Ok(decided) => carry_out_decision(&mut db, &who.actor, state, decided).await,
        Err(error) => Err(error),
    };
    let errors = match decided {
        Ok(()) => {
            let done = format!("已办理：{title}。");
            return Ok(Ok(Flash::success(Redirect::to(format!("/vetting/{id}")), done)));
        }
        Err(error) => refusals(error)?,
    };
    let sheet = read_sheet(&mut db, &who.actor, state, id).await?;
    let mut page = page(&who, &sheet, &db.words(who.scope()).await?, verb)?;
    page.form.keep(|name| fields.has(name).then(|| fields.get(name)));
    page.form.refuse(&errors);
    Ok(Err(PageWith(Status::UnprocessableEntity, page)))
}
