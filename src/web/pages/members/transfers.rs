//! Pending transfers: what comes in and what went out, with the decision beside each.

use rocket::request::FlashMessage;
use rocket::response::{Flash, Redirect};
use rocket::{Route, get, post, routes};

use crate::base::db;
use crate::base::error::Error;
use crate::base::ids::TransferId;
use crate::base::policy::{self, Action};
use crate::base::scope::Scope;
use crate::records::members::queries::TransferLine;
use crate::records::members::{self, Decision, queries};
use crate::web::guards::{Db, Fields, SignedIn};
use crate::web::respond::{Answer, Page};
use crate::web::views::controls::Kind;
use crate::web::views::form_page::FormPage as Ask;
use crate::web::views::parts::Fact;
use crate::web::views::{Cell, Column, Control, Form, Group, Link, Row, Section, Table};

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![list, ask, decide]
}

/// The list of pending transfers.
#[derive(askama::Template)]
#[template(path = "members/transfers.html")]
struct Transfers {
    frame: crate::web::views::Frame,
    table: Table,
}

fn comes_in(scope: &Scope, line: &TransferLine) -> bool {
    let path = line.to_path.as_str();
    path >= scope.path.as_str() && path < scope.path.end().as_str()
}

#[get("/transfers")]
async fn list(who: SignedIn, mut db: Db, flash: Option<FlashMessage<'_>>) -> Answer<Page<Transfers>> {
    policy::require(&who.actor, Action::SeeRecords, &who.scope().path)?;
    let scope = who.scope();
    let lines =
        db::read(&mut db.0, scope, async |conn| Ok(queries::transfer_lines(conn, scope, 200).await?)).await?;
    let frame = who.frame(Section::Members).telling(flash);
    let rows = lines
        .into_iter()
        .map(|line| {
            let way = if comes_in(scope, &line) { "转入" } else { "转出" };
            Row::to(
                format!("/transfers/{}", line.id),
                vec![
                    Cell::Text(line.member),
                    Cell::Text(way.to_owned()),
                    Cell::Text(line.from_branch),
                    Cell::Text(line.to_branch),
                    Cell::Number(line.on_day.to_string()),
                    Cell::Text(line.letter_number.unwrap_or_default()),
                    Cell::Text(line.proposed_by),
                ],
            )
        })
        .collect();
    let table = Table {
        caption: "待办理的组织关系转接".to_owned(),
        columns: ["姓名", "方向", "转出党支部", "转入党支部", "转接日期", "介绍信编号", "提出人"]
            .into_iter()
            .map(Column::new)
            .collect(),
        rows,
        empty: "没有待办理的组织关系转接。".to_owned(),
        pager: None,
    };
    Ok(Page(Transfers { frame, table }))
}

#[get("/transfers/<id>")]
async fn ask(who: SignedIn, mut db: Db, id: TransferId) -> Answer<Page<Ask>> {
    policy::require(&who.actor, Action::EnterRecords, &who.scope().path)?;
    let scope = who.scope();
    let lines =
        db::read(&mut db.0, scope, async |conn| Ok(queries::transfer_lines(conn, scope, 200).await?)).await?;
    let line = lines
        .into_iter()
        .find(|line| line.id == id.0)
        .ok_or(Error::Missing { what: "待办理的转接" })?;
    let incoming = comes_in(scope, &line);
    let own =
        !incoming || scope.path.as_str() <= line.from_path.as_str() && line.from_path < scope.path.end();
    let mut choices = Vec::new();
    if incoming {
        choices.push(("accept", "接收"));
        choices.push(("refuse", "退回"));
    }
    if own {
        choices.push(("withdraw", "撤回"));
    }
    // Who is offered to the receiving side is not theirs to print.
    let letter = own && policy::may(&who.actor, Action::Export, &scope.path);
    let choices = choices
        .into_iter()
        .map(|(code, name)| crate::web::views::controls::Choice::new(code, name))
        .collect();
    let form = Form {
        action: format!("/transfers/{id}"),
        csrf_token: who.known.csrf_token.clone().unwrap_or_default(),
        groups: vec![Group::new(
            "",
            vec![
                Control::new("decision", "办理", Kind::Radio(choices)).required().columns(12).focus(),
                Control::new("reason", "原因", Kind::Area).columns(12).hint("退回时必填"),
            ],
        )],
        submit: "办理".to_owned(),
        cancel: Some("/transfers".to_owned()),
        ..Form::default()
    };
    Ok(Page(Ask {
        frame: who.frame(Section::Members),
        title: "办理组织关系转接".to_owned(),
        back: Link::new("组织关系转接", "/transfers"),
        facts: [
            Fact::text("姓名", line.member),
            Fact::text("转出党支部", line.from_branch),
            Fact::text("转入党支部", line.to_branch),
            Fact::text("转接日期", line.on_day.to_string()),
        ]
        .into_iter()
        .chain(letter.then(|| {
            Fact::link("介绍信", Link::new("打印组织关系介绍信", format!("/transfers/{id}/letter")))
        }))
        .collect(),
        note:
            "接收后，党员自转接日期起属于转入党支部；不得无故拒绝接收（《党员教育管理工作条例》第二十五条）。"
                .to_owned(),
        form,
    }))
}

#[post("/transfers/<id>", data = "<fields>")]
async fn decide(who: SignedIn, mut db: Db, id: TransferId, fields: Fields) -> Answer<Flash<Redirect>> {
    let (decision, done) = match fields.get("decision") {
        "accept" => (Decision::Accept, "已接收。"),
        "refuse" => (Decision::Refuse, "已退回。"),
        "withdraw" => (Decision::Withdraw, "已撤回。"),
        _ => {
            return Ok(Flash::error(Redirect::to(format!("/transfers/{id}")), "请选择接收、退回或撤回。"));
        }
    };
    match members::decide_transfers(&mut db.0, &who.actor, &[id], decision, fields.given("reason")).await {
        Ok(()) => Ok(Flash::success(Redirect::to("/transfers"), done)),
        Err(error @ (Error::Invalid(_) | Error::Refused(_))) => {
            Ok(Flash::error(Redirect::to("/transfers"), error.to_string()))
        }
        Err(other) => Err(other.into()),
    }
}
