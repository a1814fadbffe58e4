//! Transfers: what comes in and what goes out, inside the county and out of it, with the decision beside each.

use rocket::http::Status;
use rocket::request::FlashMessage;
use rocket::response::{Flash, Redirect};
use rocket::{Route, get, post, routes};

use crate::base::clock;
use crate::base::error::{Error, FieldError};
use crate::base::ids::TransferId;
use crate::base::policy::{self, Action};
use crate::base::scope::Scope;
use crate::base::values::TransferState;
use crate::records::members::transfer_listing::{TransferLine, Which};
use crate::records::members::{self, CloseDeparture, Decision};
use crate::web::api::transfers::{TransferQuery, transfer_of, transfer_page};
use crate::web::forms::transfer::day_or_today;
use crate::web::guards::{Db, Fields, Listing, SignedIn};
use crate::web::late;
use crate::web::pages::members::list::may_enter;
use crate::web::respond::{Answer, Page, PageWith};
use crate::web::views::controls::{Choice, Kind};
use crate::web::views::form_page::FormPage as Ask;
use crate::web::views::members::Transfers;
use crate::web::views::parts::{Fact, Pager};
use crate::web::views::{Badge, Cell, Column, Control, Form, Group, Link, Row, Section, Table, Tone};

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![list, ask, decide]
}

/// Whether a place lies in the reader's organisation.
fn holds(scope: &Scope, path: &str) -> bool {
    path >= scope.path.as_str() && path < scope.path.end().as_str()
}

fn comes_in(scope: &Scope, line: &TransferLine) -> bool {
    line.to_path.as_deref().is_some_and(|path| holds(scope, path))
}

fn address(state: &str, overdue: bool, within: &str, after: &str) -> String {
    let pairs = [
        ("state", state),
        ("overdue", if overdue { "true" } else { "" }),
        ("within", within),
        ("after", after),
    ];
    let parts: Vec<String> = pairs
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| format!("{name}={}", rocket::http::RawStr::new(value).percent_encode()))
        .collect();
    if parts.is_empty() { "/transfers".to_owned() } else { format!("/transfers?{}", parts.join("&")) }
}

/// The state and the word `overdue` of an address that shows such a list.
fn asked(which: Which) -> (&'static str, bool) {
    match which {
        Which::Pending => ("", false),
        Which::Overdue => ("", true),
        Which::Decided => ("decided", false),
        Which::DecidedAs(state) => (state.code(), false),
    }
}

fn tabs(which: Which, within: &str) -> Vec<(Link, bool)> {
    let decided = TransferState::ALL.iter().copied().filter(|state| *state != TransferState::Pending);
    [("待办理", Which::Pending), ("超期", Which::Overdue), ("全部已办", Which::Decided)]
        .into_iter()
        .chain(decided.map(|state| (state.name(), Which::DecidedAs(state))))
        .map(|(text, tab)| {
            let (state, overdue) = asked(tab);
            (Link::new(text, address(state, overdue, within, "")), tab == which)
        })
        .collect()
}

#[get("/transfers?<query..>")]
async fn list(
    who: SignedIn,
    mut db: Db,
    query: TransferQuery<'_>,
    listing: Listing,
    flash: Option<FlashMessage<'_>>,
) -> Answer<Page<Transfers>> {
    let listing = Listing { count: true, ..listing };
    let found = transfer_page(&mut db, &who.actor, &query, &listing).await?;
    let (which, within) = (query.which()?, query.within.unwrap_or_default());
    let (state, overdue) = asked(which);
    let pager = Pager {
        shown: found.items.len(),
        total: found.total.and_then(|total| u64::try_from(total).ok()),
        first: listing.after.is_some().then(|| address(state, overdue, within, "")),
        next: found.next.as_deref().map(|next| address(state, overdue, within, next)),
    };
    let table = match which {
        Which::Pending | Which::Overdue => waiting(&who, found.items)?,
        Which::Decided | Which::DecidedAs(_) => decided(&who, found.items)?,
    };
    Ok(Page(Transfers {
        frame: who.frame(Section::Members).telling(flash),
        tabs: tabs(which, within),
        table: Table { pager: Some(pager), ..table },
    }))
}

fn way(scope: &Scope, line: &TransferLine) -> Cell {
    let way = match &line.to_unit {
        Some(_) => "转往县外",
        None if comes_in(scope, line) => "转入",
        None => "转出",
    };
    Cell::Text(way.to_owned())
}

/// The state as one reads it; what waits for a unit outside the county waits for its receipt.
fn badges(line: &TransferLine) -> Result<Vec<Badge>, Error> {
    let state = line.state()?;
    let (text, tone) = match state {
        TransferState::Pending if line.to_unit.is_some() => ("待回执", Tone::Waiting),
        TransferState::Pending => (state.name(), Tone::Waiting),
        TransferState::Accepted | TransferState::Closed => (state.name(), Tone::Good),
        TransferState::Refused => (state.name(), Tone::Bad),
        TransferState::Withdrawn => (state.name(), Tone::Neutral),
    };
    let late = line.is_overdue_on(clock::today()).then(|| Badge::new("超期", Tone::Warning));
    Ok(late.into_iter().chain([Badge::new(text, tone)]).collect())
}

fn waiting(who: &SignedIn, lines: Vec<TransferLine>) -> Result<Table, Error> {
    let (scope, enters, today) = (who.scope(), may_enter(&who.actor), clock::today());
    let row = |line: TransferLine| {
        let (way, badges, href) = (way(scope, &line), badges(&line)?, format!("/transfers/{}", line.id));
        let cells = vec![
            Cell::Text(line.member.clone()),
            way,
            Cell::Text(line.from_branch.clone()),
            Cell::Text(line.destination.clone()),
            Cell::Text(line.letter_number.clone().unwrap_or_default()),
            Cell::Number(line.proposed_on().to_string()),
            Cell::Text(line.proposed_by.clone()),
            Cell::Number(line.days_open(today).to_string()),
            Cell::Number(line.valid_until.to_string()),
            Cell::Badges(badges),
        ];
        Ok::<_, Error>(if enters { Row::to(href, cells) } else { Row::new(cells) })
    };
    Ok(Table {
        caption: "待办理的组织关系转接".to_owned(),
        columns: Transfers::waiting_columns(),
        rows: lines.into_iter().map(row).collect::<Result<_, _>>()?,
        empty: "没有待办理的组织关系转接。要提出转接，请打开党员档案，点“转接到县内支部”或“转往县外”。"
            .to_owned(),
        pager: None,
    })
}

fn decided(who: &SignedIn, lines: Vec<TransferLine>) -> Result<Table, Error> {
    let scope = who.scope();
    let row = |line: TransferLine| {
        let (way, badges) = (way(scope, &line), badges(&line)?);
        let day = |day: Option<chrono::NaiveDate>| day.map(|day| day.to_string()).unwrap_or_default();
        Ok::<_, Error>(Row::new(vec![
            Cell::Text(line.member.clone()),
            way,
            Cell::Text(line.from_branch.clone()),
            Cell::Text(line.destination.clone()),
            Cell::Text(line.letter_number.clone().unwrap_or_default()),
            Cell::Number(day(line.decided_on())),
            Cell::Number(day(line.on_day.filter(|_| line.state != "refused" && line.state != "withdrawn"))),
            Cell::Text(line.decided_by.clone().unwrap_or_default()),
            Cell::Badges(badges),
            Cell::Text(line.reason.unwrap_or_default()),
        ]))
    };
    Ok(Table {
        caption: "已办的组织关系转接".to_owned(),
        columns: vec![
            Column::new("姓名"),
            Column::new("方向"),
            Column::new("转出党支部"),
            Column::new("转入"),
            Column::new("介绍信编号"),
            Column::numeric("办结日期"),
            Column::numeric("转接日期"),
            Column::new("办理人"),
            Column::new("结果"),
            Column::new("原因"),
        ],
        rows: lines.into_iter().map(row).collect::<Result<_, _>>()?,
        empty: "没有这样办结的组织关系转接。".to_owned(),
        pager: None,
    })
}

#[get("/transfers/<id>")]
async fn ask(who: SignedIn, mut db: Db, id: TransferId) -> Answer<Page<Ask>> {
    policy::require(&who.actor, Action::EnterRecords, &who.scope().path)?;
    let line = transfer_of(&mut db, &who.actor, id).await?;
    if line.state()? != TransferState::Pending {
        return Err(Error::Missing { what: "待办理的转接" }.into());
    }
    Ok(Page(page(&who, line, None)))
}

/// What may be chosen: the receiving side takes or refuses, the sending side withdraws; of a departure the sending side
/// enters what the other side answered.
fn choices(scope: &Scope, line: &TransferLine) -> Vec<Choice> {
    let codes: &[(&str, &str)] = match (&line.to_unit, comes_in(scope, line), holds(scope, &line.from_path)) {
        (Some(_), ..) => &[("close", "登记回执"), ("refuse", "对方退回"), ("withdraw", "撤回")],
        (None, true, true) => &[("accept", "接收"), ("refuse", "退回"), ("withdraw", "撤回")],
        (None, true, false) => &[("accept", "接收"), ("refuse", "退回")],
        (None, false, _) => &[("withdraw", "撤回")],
    };
    codes.iter().map(|(code, name)| Choice::new(*code, *name)).collect()
}

fn page(who: &SignedIn, line: TransferLine, typed: Option<(&Fields, &[FieldError])>) -> Ask {
    let (scope, id) = (who.scope(), line.id);
    let leaves = line.to_unit.is_some();
    let mut controls = vec![
        Control::new("decision", "办理", Kind::Radio(choices(scope, &line))).required().columns(12).focus(),
    ];
    if leaves {
        controls.push(
            Control::new("on", "收到回执日期", Kind::Date)
                .value(clock::today().to_string())
                .columns(4)
                .hint("登记回执时填写，自这一天起不再是本县在册党员"),
        );
    }
    let needed = if leaves { "退回或撤回时必填" } else { "退回时必填" };
    controls.push(Control::new("reason", "原因", Kind::Area).columns(12).hint(needed));
    let mut form = Form {
        action: format!("/transfers/{id}"),
        csrf_token: who.known.csrf_token.clone().unwrap_or_default(),
        groups: vec![Group::new("", controls)],
        submit: "办理".to_owned(),
        cancel: Some("/transfers".to_owned()),
        ..Form::default()
    };
    if let Some((fields, errors)) = typed {
        form.keep(|name| fields.has(name).then(|| fields.get(name)));
        form.refuse(errors);
    }
    Ask {
        frame: who.frame(Section::Members),
        title: "办理组织关系转接".to_owned(),
        back: Link::new("组织关系转接", "/transfers"),
        facts: facts(who, &line),
        note: if leaves {
            "登记回执后，党员自收到回执之日起组织关系转出，不再计入本支部；退回或撤回的，仍由本支部管理。"
        } else {
            "接收后，党员自转接日期起属于转入党支部，接收即办结；不得无故拒绝接收（《党员教育管理工作条例》第二十五条）。"
        }
        .to_owned(),
        form,
    }
}

fn facts(who: &SignedIn, line: &TransferLine) -> Vec<Fact> {
    let scope = who.scope();
    let mut facts =
        vec![Fact::text("姓名", line.member.clone()), Fact::text("转出党支部", line.from_branch.clone())];
    if line.to_unit.is_some() {
        facts.push(Fact::text("转往县外", line.destination.clone()));
    } else {
        facts.push(Fact::text("转入党支部", line.destination.clone()));
        facts.push(Fact::text("转接日期", line.on_day.map(|day| day.to_string()).unwrap_or_default()));
    }
    let late = if line.is_overdue_on(clock::today()) { "（已超期）" } else { "" };
    facts.extend([
        Fact::text("介绍信编号", line.letter_number.clone().unwrap_or_default()),
        Fact::text("介绍信日期", line.letter_on.to_string()),
        Fact::text("有效期至", format!("{}{late}", line.valid_until)),
        Fact::text("提出", format!("{} {}", line.proposed_on(), line.proposed_by)),
    ]);
    // Who is offered to the receiving side is not theirs to print.
    if holds(scope, &line.from_path) && policy::may(&who.actor, Action::Export, &scope.path) {
        let print = Link::new("打印组织关系介绍信", format!("/transfers/{}/letter", line.id));
        facts.push(Fact::link("介绍信", print));
    }
    facts
}

#[post("/transfers/<id>", data = "<fields>")]
async fn decide(
    who: SignedIn,
    mut db: Db,
    id: TransferId,
    fields: Fields,
) -> Answer<Result<Flash<Redirect>, PageWith<Ask>>> {
    let outcome = match fields.get("decision") {
        "accept" => decided_as(&who, &mut db, id, Decision::Accept, &fields).await.map(|()| "已接收。"),
        "refuse" => decided_as(&who, &mut db, id, Decision::Refuse, &fields).await.map(|()| "已退回。"),
        "withdraw" => decided_as(&who, &mut db, id, Decision::Withdraw, &fields).await.map(|()| "已撤回。"),
        "close" => close(&who, &mut db, id, &fields).await.map(|()| "已登记回执，组织关系已转出。"),
        _ => Err(Error::invalid("decision", "请选择怎样办理。")),
    };
    let errors = match outcome {
        Ok(done) => {
            let days = match fields.get("decision") {
                "accept" => transfer_of(&mut db, &who.actor, id).await?.on_day.into_iter().collect(),
                "close" => late::typed(&fields, &["on"]),
                _ => Vec::new(),
            };
            return Ok(Ok(late::done(&mut db, &who.actor, Redirect::to("/transfers"), done, days).await));
        }
        Err(Error::Refused(message)) => return Ok(Ok(Flash::error(Redirect::to("/transfers"), message))),
        Err(Error::Invalid(errors)) => errors,
        Err(other) => return Err(other.into()),
    };
    policy::require(&who.actor, Action::EnterRecords, &who.scope().path)?;
    let line = transfer_of(&mut db, &who.actor, id).await?;
    let again = page(&who, line, Some((&fields, &errors)));
    Ok(Err(PageWith(Status::UnprocessableEntity, again)))
}

async fn decided_as(
    who: &SignedIn,
    db: &mut Db,
    id: TransferId,
    decision: Decision,
    fields: &Fields,
) -> Result<(), Error> {
    members::decide_transfers(&mut db.0, &who.actor, &[id], decision, fields.given("reason")).await
}

async fn close(who: &SignedIn, db: &mut Db, id: TransferId, fields: &Fields) -> Result<(), Error> {
    let received_on = day_or_today("on", fields.given("on")).map_err(|error| Error::Invalid(vec![error]))?;
    members::close_departures(&mut db.0, &who.actor, &[CloseDeparture { transfer: id, received_on }]).await
}
