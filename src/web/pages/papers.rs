//! A form is asked for to be printed: what for, masked or in clear, and it comes.

use rocket::http::Status;
use rocket::{Route, State, get, post, routes};

use crate::across::papers::Paper;
use crate::base::db;
use crate::base::error::{Error, OrMissing};
use crate::base::ids::{MembershipId, TransferId};
use crate::base::policy::{self, Action};
use crate::records::members::{MemberCard, queries};
use crate::web;
use crate::web::api::members::read;
use crate::web::api::papers::{PaperQuery, send};
use crate::web::guards::{Db, Fields, SignedIn};
use crate::web::respond::{Answer, Download, Failure, Page, PageWith};
use crate::web::views::controls::Kind;
use crate::web::views::form_page::FormPage;
use crate::web::views::parts::Fact;
use crate::web::views::{Choice, Control, Form, Group, Link, Section};

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![ask_registration, print_registration, ask_letter, print_letter]
}

/// A file, or the form once more with what was wrong.
type Printed = Result<Download, Box<PageWith<FormPage>>>;

/// What is asked for, whatever the form.
fn controls(may_clear: bool) -> Vec<Control> {
    let mut controls = vec![
        Control::new("reason", "用途", Kind::Text)
            .required()
            .columns(12)
            .hint("例如：办理组织关系转接。用途和文件指纹都记入审计记录")
            .focus(),
        Control::new(
            "format",
            "格式",
            Kind::Radio(vec![Choice::new("pdf", "PDF（打印）"), Choice::new("xlsx", "Excel 工作簿")]),
        )
        .value("pdf")
        .columns(6),
    ];
    if may_clear {
        let choices = vec![Choice::new("false", "遮盖"), Choice::new("true", "完整号码")];
        controls.push(
            Control::new("unmasked", "证件号码和电话", Kind::Radio(choices))
                .value("false")
                .columns(6)
                .hint("打印完整号码前须再次确认身份"),
        );
    }
    controls
}

fn letter_controls() -> Vec<Control> {
    vec![
        Control::new("days", "有效期（天）", Kind::Number)
            .columns(6)
            .hint("不填：转往县外用登记的有效期，县内留空由人工填写"),
        Control::new("dues_until", "党费交至", Kind::Text)
            .columns(6)
            .hint("年月，例如2026-03；不填则留空，由人工填写"),
    ]
}

fn page(who: &SignedIn, card: &MemberCard, paper: &Paper) -> FormPage {
    let may_clear = policy::may(&who.actor, Action::ExportUnmasked, &card.membership.path());
    let mut facts = vec![Fact::text("姓名", &card.person.name), Fact::text("所在党支部", &card.branch.name)];
    let (title, action, back, groups) = match paper {
        Paper::Registration(id) => (
            "打印党员登记表",
            format!("/members/{id}/registration-form"),
            Link::new("党员档案", format!("/members/{id}")),
            vec![Group::new("", controls(may_clear))],
        ),
        Paper::Letter(id, _) => {
            facts.push(Fact::text("联数", "存根、介绍信、回执三联"));
            (
                "打印组织关系介绍信",
                format!("/transfers/{id}/letter"),
                Link::new("组织关系转接", "/transfers"),
                vec![Group::new("", controls(may_clear)), Group::new("介绍信", letter_controls())],
            )
        }
    };
    FormPage {
        frame: who.frame(Section::Members),
        title: title.to_owned(),
        facts,
        note: "打印的表格脱离本系统的保护，请只交给需要的人，用后归档或销毁。".to_owned(),
        form: Form {
            action,
            csrf_token: who.known.csrf_token.clone().unwrap_or_default(),
            groups,
            submit: "打印".to_owned(),
            cancel: Some(back.href.clone()),
            ..Form::default()
        },
        back,
    }
}

/// The member whom a form is about, as far as the person may take him out.
async fn member(who: &SignedIn, db: &mut Db, state: &web::State, paper: &Paper) -> Result<MemberCard, Error> {
    policy::require(&who.actor, Action::Export, &who.scope().path)?;
    let id = match paper {
        Paper::Registration(id) => *id,
        Paper::Letter(id, _) => {
            let scope = who.scope();
            let transfer = db::read(&mut db.0, scope, async |conn| {
                queries::find_transfer(conn, scope, *id).await.or_missing("这笔转接")
            });
            transfer.await?.membership_id
        }
    };
    read(db, &who.actor, state, id).await
}

async fn ask(who: &SignedIn, mut db: Db, state: &web::State, paper: Paper) -> Answer<Page<FormPage>> {
    let card = member(who, &mut db, state, &paper).await?;
    Ok(Page(page(who, &card, &paper)))
}

fn query(fields: &Fields) -> PaperQuery<'_> {
    PaperQuery {
        format: fields.given("format"),
        unmasked: Some(fields.get("unmasked") == "true"),
        reason: fields.given("reason"),
        days: fields.given("days"),
        dues_until: fields.given("dues_until"),
    }
}

async fn print(
    who: &SignedIn,
    mut db: Db,
    state: &State<web::State>,
    paper: Result<Paper, (Paper, Error)>,
    fields: &Fields,
) -> Answer<Printed> {
    let (paper, wrong) = match paper {
        Ok(paper) => (paper, None),
        Err((paper, error)) => (paper, Some(error)),
    };
    let card = member(who, &mut db, state, &paper).await?;
    let again = page(who, &card, &paper);
    // The writing takes a connection of its own.
    drop(db);
    let query = query(fields);
    let sent = match wrong {
        Some(error) => Err(Failure(error)),
        None if query.reason.is_none() => {
            Err(Failure(Error::invalid("reason", "请用2至200字写明用途，用途会记入审计记录。")))
        }
        None => send(state, &who.actor, paper, &query).await,
    };
    match sent {
        Ok(file) => Ok(Ok(file)),
        Err(Failure(Error::Invalid(errors))) => {
            let mut again = again;
            again.form.keep(|name| fields.has(name).then(|| fields.get(name)));
            again.form.refuse(&errors);
            Ok(Err(Box::new(PageWith(Status::UnprocessableEntity, again))))
        }
        Err(other) => Err(other),
    }
}

#[get("/members/<id>/registration-form")]
async fn ask_registration(
    who: SignedIn,
    db: Db,
    id: MembershipId,
    state: &State<web::State>,
) -> Answer<Page<FormPage>> {
    ask(&who, db, state, Paper::Registration(id)).await
}

#[post("/members/<id>/registration-form", data = "<fields>")]
async fn print_registration(
    who: SignedIn,
    db: Db,
    id: MembershipId,
    fields: Fields,
    state: &State<web::State>,
) -> Answer<Printed> {
    print(&who, db, state, Ok(Paper::Registration(id)), &fields).await
}

#[get("/transfers/<id>/letter")]
async fn ask_letter(
    who: SignedIn,
    db: Db,
    id: TransferId,
    state: &State<web::State>,
) -> Answer<Page<FormPage>> {
    ask(&who, db, state, Paper::Letter(id, Default::default())).await
}

#[post("/transfers/<id>/letter", data = "<fields>")]
async fn print_letter(
    who: SignedIn,
    db: Db,
    id: TransferId,
    fields: Fields,
    state: &State<web::State>,
) -> Answer<Printed> {
    let paper = match query(&fields).details() {
        Ok(details) => Ok(Paper::Letter(id, details)),
        Err(error) => Err((Paper::Letter(id, Default::default()), error)),
    };
    print(&who, db, state, paper, &fields).await
}
