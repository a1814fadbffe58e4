//! Proposing a candidate, by keyboard.

use rocket::http::Status;
use rocket::response::{Flash, Redirect};
use rocket::{Route, State, get, post, routes};

use super::enters;
use crate::base::clock;
use crate::base::codes::{self, CodeTable};
use crate::base::error::{Error, FieldError, OrMissing};
use crate::base::values::{CommitteeKind, Post};
use crate::records::vetting;
use crate::records::words::{WordBook, WordList};
use crate::web;
use crate::web::forms::refusals;
use crate::web::forms::vetting::ProposalInput;
use crate::web::guards::{Db, Fields, SignedIn};
use crate::web::respond::{Answer, Page, PageWith};
use crate::web::views::controls::{Choice, Kind, Source};
use crate::web::views::form_page::FormPage;
use crate::web::views::{Control, Form, Group, Link, Section};

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![ask, propose]
}

fn picker(table: &CodeTable) -> Kind {
    let choices = table.entries().iter().map(|entry| {
        let mut choice = Choice::new(entry.code.clone(), entry.name.clone());
        choice.keys = entry.keys().join(" ");
        choice
    });
    Kind::Picker(Source::List(choices.collect()))
}

fn search(address: &str) -> Kind {
    Kind::Picker(Source::Search(address.to_owned()))
}

fn groups(words: &WordBook) -> Vec<Group> {
    let kinds = CommitteeKind::ALL.iter().map(|kind| Choice::new(kind.code(), kind.name())).collect();
    let own = words.in_force(WordList::Post, clock::today(), None).into_iter().map(Post::Added);
    let posts = Post::ALL.iter().copied().chain(own);
    let posts = posts.map(|post| Choice::new(post.code(), post.name())).collect();
    let post = vec![
        Control::new("village", "村（社区）", search("/villages")).required().columns(5).focus(),
        Control::new("committee_kind", "拟任组织", Kind::Select(kinds)).required().columns(3),
        Control::new("term", "届次", Kind::Number).required().columns(2).hint("拟任的届次，如7"),
        Control::new("post", "拟任职务", Kind::Select(posts)).required().columns(2),
        Control::new("on", "提名日期", Kind::Date).required().value(clock::today().to_string()).columns(3),
    ];
    let person = vec![
        Control::new("person", "人员库中的人员", search("/committees/people"))
            .columns(12)
            .hint("输入姓名或拼音；不在您管理范围内的，在下面填写姓名和公民身份号码"),
        Control::new("name", "姓名", Kind::Text).columns(3),
        Control::new("citizen_id", "公民身份号码", Kind::CitizenId { check: None }).columns(5),
        Control::new("ethnicity", "民族", picker(codes::ethnicity())).columns(2).hint("未登记的人员才填"),
        Control::new("education", "学历", picker(codes::education())).columns(2).hint("未登记的人员才填"),
        Control::new("note", "备注", Kind::Area).columns(12),
    ];
    vec![Group::new("拟任职务", post), Group::new("人选", person)]
}

fn page(who: &SignedIn, words: &WordBook) -> FormPage {
    let frame = who.frame(Section::Vetting);
    FormPage {
        title: "提名联审".to_owned(),
        back: Link::new("任职资格联审", "/vetting"),
        facts: Vec::new(),
        note: "提名后由县（区）各部门按施行中的负面清单逐项联审；同一组织同一届，一人只能有一项在办的联审。"
            .to_owned(),
        form: Form {
            action: "/vetting".to_owned(),
            csrf_token: frame.csrf_token.clone(),
            groups: groups(words),
            submit: "提名".to_owned(),
            cancel: Some("/vetting".to_owned()),
            ..Form::default()
        },
        frame,
    }
}

#[get("/vetting/new?<village>&<kind>&<term>")]
async fn ask(
    who: SignedIn,
    mut db: Db,
    village: Option<&str>,
    kind: Option<&str>,
    term: Option<&str>,
) -> Answer<Page<FormPage>> {
    enters(&who)?;
    let mut page = page(&who, &db.words(who.scope()).await?);
    page.form.keep(|name| match name {
        "village" => village,
        "committee_kind" => kind,
        "term" => term,
        _ => None,
    });
    Ok(Page(page))
}

/// The command, or every field that is wrong: the term is a text in a form alone.
fn typed(fields: &Fields, words: &WordBook) -> Result<vetting::Propose, Error> {
    let text = |name: &str| fields.given(name).map(str::to_owned);
    let ordinal = fields.get("term").trim();
    let term = ordinal.parse().ok();
    let input = ProposalInput {
        village: fields.get("village").to_owned(),
        committee_kind: fields.get("committee_kind").to_owned(),
        term: term.unwrap_or_default(),
        post: fields.get("post").to_owned(),
        person: text("person"),
        name: text("name"),
        citizen_id: text("citizen_id"),
        ethnicity: text("ethnicity"),
        education: text("education"),
        on: text("on"),
        note: text("note"),
    };
    let parsed = input.parse(words);
    if term.is_some() {
        return parsed;
    }
    let message = format!("届次“{ordinal}”不是1至99的整数，请填写拟任的届次。");
    let mut errors = vec![FieldError::new("term", message, Some(ordinal))];
    match parsed {
        Err(Error::Invalid(others)) => errors.extend(others),
        Err(error) => return Err(error),
        Ok(_) => {}
    }
    Err(Error::Invalid(errors))
}

#[post("/vetting", data = "<fields>")]
async fn propose(
    who: SignedIn,
    mut db: Db,
    fields: Fields,
    state: &State<web::State>,
) -> Answer<Result<Flash<Redirect>, PageWith<FormPage>>> {
    enters(&who)?;
    let words = db.words(who.scope()).await?;
    let proposed = match typed(&fields, &words) {
        Ok(command) => vetting::propose(&mut db.0, &who.actor, &state.keys, &[command]).await,
        Err(error) => Err(error),
    };
    match proposed {
        Ok(ids) => {
            let id = ids.into_iter().next().or_missing("联审")?;
            Ok(Ok(Flash::success(Redirect::to(format!("/vetting/{id}")), "已提名，等待各部门联审。")))
        }
        Err(error) => {
            let mut page = page(&who, &words);
            page.form.keep(|name| fields.has(name).then(|| fields.get(name)));
            page.form.refuse(&refusals(error)?);
            Ok(Err(PageWith(Status::UnprocessableEntity, page)))
        }
    }
}
