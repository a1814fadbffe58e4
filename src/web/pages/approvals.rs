//! Requests that a second person decides: the list, and each with what may be done about it.

use rocket::http::Status;
use rocket::request::FlashMessage;
use rocket::response::{Flash, Redirect};
use rocket::{Route, get, post, routes};

use crate::base::actor::Role;
use crate::base::error::{Error, FieldError};
use crate::base::ids::ApprovalId;
use crate::records::accounts::{self, WantedRole};
use crate::records::approvals::{Approval, Kind, State};
use crate::web::api::approvals::{carry_out, conclusion, read, read_all, require_decider};
use crate::web::guards::{Db, Fields, SignedIn};
use crate::web::pages::members::moment;
use crate::web::pages::security_policy::changes;
use crate::web::respond::{Answer, Failure, Page, PageWith};
use crate::web::views::accounts::Accounts;
use crate::web::views::controls::Kind as ControlKind;
use crate::web::views::form_page::FormPage;
use crate::web::views::parts::Fact;
use crate::web::views::{Badge, Cell, Choice, Column, Control, Form, Group, Link, Row, Section, Table, Tone};

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![list, show, decide]
}

fn badge(state: State) -> Badge {
    let tone = match state {
        State::Pending => Tone::Waiting,
        State::Approved => Tone::Good,
        State::Rejected => Tone::Bad,
        State::Withdrawn => Tone::Neutral,
    };
    Badge::new(state.name(), tone)
}

/// What a request wants, in one sentence.
fn sentence(approval: &Approval) -> String {
    if Kind::from_code(&approval.kind) == Some(Kind::SecurityPolicy) {
        let source = accounts::wanted_policy(approval).map(|wanted| wanted.source).unwrap_or_default();
        return format!("更改登录安全要求：{source}");
    }
    match WantedRole::of(approval) {
        Ok(wanted) => {
            let before = Role::from_code(&wanted.from_role).map_or("", Role::name);
            format!(
                "账号 {}：{before} → {}，{}（{}）",
                wanted.username,
                wanted.role.name(),
                wanted.organisation_name,
                wanted.organisation
            )
        }
        Err(_) => approval.kind.clone(),
    }
}

#[get("/approvals")]
async fn list(who: SignedIn, mut db: Db, flash: Option<FlashMessage<'_>>) -> Answer<Page<Accounts>> {
    let approvals = read_all(&mut db, &who.actor).await?;
    let row = |approval: &Approval| {
        Row::to(
            format!("/approvals/{}", approval.id),
            vec![
                Cell::Text(sentence(approval)),
                Cell::Text(approval.requester.clone()),
                Cell::Text(moment(approval.requested_at)),
                Cell::Badge(badge(approval.state())),
                Cell::Text(approval.decider.clone().unwrap_or_default()),
            ],
        )
    };
    let table = Table {
        caption: "须由第二人批准的申请".to_owned(),
        columns: ["申请", "提出人", "提出时间", "状态", "办理人"].map(Column::new).to_vec(),
        rows: approvals.iter().map(row).collect(),
        empty: "没有申请。授予录入员以上的角色、更改登录安全要求，须由另一名安全管理员在这里批准。"
            .to_owned(),
        pager: None,
    };
    let frame = who.frame(Section::Accounts).telling(flash);
    Ok(Page(Accounts { frame, title: "待批准的申请".to_owned(), table, ..Accounts::default() }))
}

fn page(who: &SignedIn, approval: &Approval, typed: Option<(&Fields, &[FieldError])>) -> FormPage {
    let own = who.actor.account == Some(approval.requested_by);
    let mut facts = vec![
        Fact::text("申请", sentence(approval)),
        Fact::text("提出", format!("{}，{}", approval.requester, moment(approval.requested_at))),
        Fact::badge("状态", badge(approval.state())),
    ];
    if let (Some(by), Some(at)) = (&approval.decider, approval.decided_at) {
        facts.push(Fact::text("办理", format!("{by}，{}", moment(at))));
    }
    if let Some(reason) = &approval.decision_reason {
        facts.push(Fact::text("驳回原因", reason));
    }
    let choices: &[(&str, &str)] =
        if own { &[("withdraw", "撤回")] } else { &[("approve", "批准"), ("reject", "驳回")] };
    let choices = choices.iter().map(|(code, name)| Choice::new(*code, *name)).collect();
    let mut controls =
        vec![Control::new("verb", "办理", ControlKind::Radio(choices)).required().columns(12).focus()];
    if !own {
        controls.push(Control::new("reason", "驳回原因", ControlKind::Area).columns(12).hint("驳回时填写"));
    }
    let mut form = Form {
        action: format!("/approvals/{}", approval.id),
        csrf_token: who.known.csrf_token.clone().unwrap_or_default(),
        groups: vec![Group::new("", controls)],
        submit: "办理".to_owned(),
        cancel: Some("/approvals".to_owned()),
        ..Form::default()
    };
    if let Some((fields, errors)) = typed {
        form.keep(|name| fields.has(name).then(|| fields.get(name)));
        form.refuse(errors);
    }
    let note = match (approval.state(), own) {
        (State::Pending, true) => "申请是您提出的，须由另一名安全管理员批准；您可以撤回。",
        (State::Pending, false) => {
            "批准后立即生效；账号的角色有变动的，须重新登录。批准和驳回都记入审计记录。"
        }
        _ => "这项申请已经办结。",
    };
    FormPage {
        frame: who.frame(Section::Accounts),
        title: Kind::from_code(&approval.kind).map_or("申请", Kind::name).to_owned(),
        back: Link::new("待批准的申请", "/approvals"),
        facts,
        note: note.to_owned(),
        form: if approval.state() == State::Pending { form } else { Form::default() },
    }
}

/// What would change in the demands at sign-in, where a request that waits is about them.
async fn wanted(db: &mut Db, who: &SignedIn, approval: &Approval) -> Result<Vec<Fact>, Error> {
    if Kind::from_code(&approval.kind) != Some(Kind::SecurityPolicy) || approval.state() != State::Pending {
        return Ok(Vec::new());
    }
    let before = crate::web::api::security_policy::read(db, &who.actor).await?;
    Ok(changes(&before, &accounts::wanted_policy(approval)?))
}

#[get("/approvals/<id>")]
async fn show(who: SignedIn, mut db: Db, id: ApprovalId) -> Answer<Page<FormPage>> {
    let approval = read(&mut db, &who.actor, id).await?;
    let mut page = page(&who, &approval, None);
    page.facts.extend(wanted(&mut db, &who, &approval).await?);
    Ok(Page(page))
}

#[post("/approvals/<id>", data = "<fields>")]
async fn decide(
    who: SignedIn,
    mut db: Db,
    id: ApprovalId,
    fields: Fields,
) -> Answer<Result<Flash<Redirect>, Box<PageWith<FormPage>>>> {
    require_decider(&who.actor)?;
    let approval = read(&mut db, &who.actor, id).await?;
    let done = match conclusion(fields.get("verb"), fields.get("reason")) {
        Ok(conclusion) => carry_out(&mut db, &who.actor, &approval, &conclusion).await,
        Err(_) => Err(Error::invalid("verb", "请选择办理方式。")),
    };
    let errors = match done {
        Ok(()) => {
            let word = match fields.get("verb") {
                "approve" => "已批准，立即生效。",
                "reject" => "已驳回。",
                _ => "已撤回。",
            };
            return Ok(Ok(Flash::success(Redirect::to("/approvals"), word)));
        }
        Err(Error::Invalid(errors)) => errors,
        Err(Error::Refused(message)) => vec![FieldError::new("", message, None)],
        Err(other) => return Err(Failure(other)),
    };
    let mut page = page(&who, &approval, Some((&fields, &errors)));
    page.facts.extend(wanted(&mut db, &who, &approval).await?);
    Ok(Err(Box::new(PageWith(Status::UnprocessableEntity, page))))
}
