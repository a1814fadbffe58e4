//! Events of a member: each asks for a few fields, with the regulation behind it.

use rocket::http::Status;
use rocket::response::{Flash, Redirect};
use rocket::{Route, State, get, post, routes};

use crate::base::clock;
use crate::base::db;
use crate::base::error::{Error, FieldError, OrMissing};
use crate::base::ids::MembershipId;
use crate::base::policy::{self, Action};
use crate::base::values::{MembershipStatus, parse_date};
use crate::records::members::{self, MemberCard, ProposeTransfer, USUAL_VALIDITY};
use crate::records::organisations;
use crate::web;
use crate::web::api::member_events::EventInput;
use crate::web::api::members::read;
use crate::web::forms::transfer::TransferInput;
use crate::web::guards::{Db, Fields, SignedIn};
use crate::web::late;
use crate::web::respond::{Answer, Page, PageWith};
use crate::web::views::controls::{Choice, Kind, Source};
use crate::web::views::form_page::FormPage as Ask;
use crate::web::views::parts::Fact;
use crate::web::views::{Control, Form, Group, Link, Section};

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![ask, record]
}

const VERBS: [(&str, &str, &str); 8] = [
    (
        "confirm",
        "转为正式党员",
        "预备期满、支部大会通过并经上级党委批准后登记；党龄从转正之日算起（《党章》第七条）。",
    ),
    (
        "transfer",
        "转接到县内支部",
        "对方党支部接收前，党员仍由本支部管理；不得无故拒转拒接（《党员教育管理工作条例》第二十五条）。转往县外的，请在党员档案点“转往县外”。",
    ),
    (
        "depart",
        "转往县外",
        "登记开出的介绍信。收到对方回执并登记前，党员仍由本支部管理，仍计入本支部党员数（《党员教育管理工作条例》第二十五条）。",
    ),
    (
        "restrict",
        "限制权利",
        "留党察看或被依法留置、逮捕期间没有表决权、选举权和被选举权（《基层组织选举工作条例》第五条）。",
    ),
    (
        "stop",
        "停止党籍",
        "失去联系六个月以上、多方查找无果，或出国定居的，停止党籍（《党员教育管理工作条例》第二十四条）。",
    ),
    ("remove", "出党", "按《党员教育管理工作条例》第三十一条或党纪处分的决定登记。"),
    ("decease", "登记死亡", "登记后不再在册，不能恢复。"),
    (
        "reinstate",
        "恢复",
        "恢复党籍或恢复权利，依据上级党组织的批准登记（《党员教育管理工作条例》第二十四条）。",
    ),
];

fn known(verb: &str) -> Result<(&'static str, &'static str), Error> {
    VERBS
        .iter()
        .find(|(name, ..)| *name == verb)
        .map(|(_, title, note)| (*title, *note))
        .ok_or(Error::Missing { what: "这个操作" })
}

fn statuses(fits: impl Fn(MembershipStatus) -> bool) -> Kind {
    let all = MembershipStatus::ALL.iter().copied().filter(|status| fits(*status));
    Kind::Select(all.map(|status| Choice::new(status.code(), status.name())).collect())
}

fn controls(verb: &str) -> Vec<Control> {
    let today = clock::today().to_string();
    let on = |label: &str| Control::new("on", label, Kind::Date).required().value(&today).columns(3).focus();
    let reason = Control::new("reason", "原因", Kind::Area).columns(12);
    match verb {
        "confirm" => vec![on("转为正式党员日期")],
        "transfer" => vec![
            Control::new(
                "to_branch",
                "转入党支部",
                Kind::Picker(Source::Search("/branches?everywhere=true".to_owned())),
            )
            .required()
            .focus()
            .hint("本县内任一党支部，输入名称、拼音或代码"),
            Control::new("on", "转接日期", Kind::Date).required().value(&today).columns(3),
            Control::new("letter_number", "介绍信编号", Kind::Text).columns(3),
        ],
        "depart" => vec![
            Control::new("to_unit", "转入单位", Kind::Text)
                .required()
                .columns(12)
                .focus()
                .hint("介绍信上的单位全称，例如：中共某某市某某区委组织部"),
            Control::new("letter_number", "介绍信编号", Kind::Text).required().columns(3),
            Control::new("letter_on", "介绍信日期", Kind::Date).required().value(&today).columns(3),
            Control::new("valid_days", "有效期（天）", Kind::Number)
                .required()
                .value(USUAL_VALIDITY.to_string())
                .columns(3)
                .hint("一般不超过三个月，过期未办结的列入超期"),
        ],
        "restrict" => vec![
            Control::new(
                "status",
                "限制方式",
                statuses(|s| matches!(s, MembershipStatus::Watch | MembershipStatus::SuspendedRights)),
            )
            .required()
            .focus(),
            Control::new("from", "起始日期", Kind::Date).required().value(&today).columns(3),
            Control::new("to", "结束日期", Kind::Date).columns(3).hint("尚未结束的留空"),
            reason.required(),
        ],
        "remove" => vec![
            Control::new("status", "出党方式", statuses(MembershipStatus::is_removal)).required().focus(),
            on("决定日期"),
            reason.required(),
        ],
        "decease" => vec![on("死亡日期"), reason],
        _ => vec![on("决定日期"), reason.required()],
    }
}

fn page(
    who: &SignedIn,
    card: &MemberCard,
    verb: &str,
    typed: Option<(&Fields, &[FieldError])>,
) -> Result<Ask, Error> {
    let (title, note) = known(verb)?;
    let id = card.membership.id;
    let mut form = Form {
        action: format!("/members/{id}/{verb}"),
        csrf_token: who.known.csrf_token.clone().unwrap_or_default(),
        hidden: vec![("version".to_owned(), card.membership.version.to_string())],
        groups: vec![Group::new("", controls(verb))],
        submit: title.to_owned(),
        cancel: Some(format!("/members/{id}")),
        ..Form::default()
    };
    if let Some((fields, errors)) = typed {
        form.keep(|name| fields.has(name).then(|| fields.get(name)));
        form.refuse(errors);
    }
    let status = card.membership.status()?;
    Ok(Ask {
        frame: who.frame(Section::Members),
        title: title.to_owned(),
        back: Link::new(&card.person.name, format!("/members/{id}")),
        facts: vec![
            Fact::text("姓名", &card.person.name),
            Fact::text("所在党支部", &card.branch.name),
            Fact::text("人员类别", card.membership.category().name()),
            Fact::text("党籍状态", status.name()),
        ],
        note: note.to_owned(),
        form,
    })
}

#[get("/members/<id>/<verb>", rank = 4)]
async fn ask(
    who: SignedIn,
    mut db: Db,
    id: MembershipId,
    verb: &str,
    state: &State<web::State>,
) -> Answer<Page<Ask>> {
    policy::require(&who.actor, Action::EnterRecords, &who.scope().path)?;
    known(verb)?;
    let card = read(&mut db, &who.actor, state, id).await?;
    Ok(Page(page(&who, &card, verb, None)?))
}

#[post("/members/<id>/<verb>", data = "<fields>", rank = 5)]
async fn record(
    who: SignedIn,
    mut db: Db,
    id: MembershipId,
    verb: &str,
    fields: Fields,
    state: &State<web::State>,
) -> Answer<Result<Flash<Redirect>, PageWith<Ask>>> {
    policy::require(&who.actor, Action::EnterRecords, &who.scope().path)?;
    let (title, _) = known(verb)?;
    let outcome = match verb {
        "transfer" => propose(&who, &mut db, id, &fields).await,
        "depart" => depart(&who, &mut db, id, &fields).await,
        _ => event(&who, &mut db, id, verb, &fields).await,
    };
    let errors: Vec<FieldError> = match outcome {
        Ok(()) => {
            let done = match verb {
                "transfer" => "已提出转接，待对方接收。".to_owned(),
                "depart" => "已登记介绍信，待对方回执；收到后请在“组织关系转接”登记回执。".to_owned(),
                _ => format!("已登记：{title}。"),
            };
            // A move counts once it is accepted.
            let days = if matches!(verb, "transfer" | "depart") {
                Vec::new()
            } else {
                late::typed(&fields, &["on", "from"])
            };
            let to = Redirect::to(format!("/members/{id}"));
            return Ok(Ok(late::done(&mut db, &who.actor, to, done, days).await));
        }
        Err(Error::Invalid(errors)) => errors.into_iter().map(|error| beside(verb, error)).collect(),
        Err(Error::Taken { field, message }) => vec![FieldError::new(field, message, None)],
        Err(Error::Refused(message)) => vec![FieldError::new("", message, None)],
        Err(error @ Error::Stale) => vec![FieldError::new("", error, None)],
        Err(other) => return Err(other.into()),
    };
    let card = read(&mut db, &who.actor, state, id).await?;
    let page = page(&who, &card, verb, Some((&fields, &errors)))?;
    Ok(Err(PageWith(Status::UnprocessableEntity, page)))
}

/// An error beside the control that it is about: the day of a confirmation has another name in the API.
fn beside(verb: &str, error: FieldError) -> FieldError {
    if verb == "confirm" && error.field == "full_member_on" {
        return FieldError { field: "on".to_owned(), ..error };
    }
    error
}

async fn event(
    who: &SignedIn,
    db: &mut Db,
    id: MembershipId,
    verb: &str,
    fields: &Fields,
) -> Result<(), Error> {
    let text = |name: &str| fields.given(name).map(str::to_owned);
    let input = EventInput::new(text("on"), text("reason"), text("status"), text("from"), text("to"));
    let mut event = input.parse(verb, id)?;
    event.version = fields.get("version").parse().ok();
    members::record(&mut db.0, &who.actor, &[event]).await
}

async fn depart(who: &SignedIn, db: &mut Db, id: MembershipId, fields: &Fields) -> Result<(), Error> {
    let text = |name: &str| fields.given(name).map(str::to_owned);
    let input = TransferInput {
        to_unit: text("to_unit"),
        letter_number: text("letter_number"),
        letter_on: text("letter_on"),
        ..TransferInput::default()
    };
    let command = input.departure(id, fields.given("valid_days")).map_err(Error::Invalid)?;
    members::propose_departures(&mut db.0, &who.actor, &[command]).await?;
    Ok(())
}

async fn propose(who: &SignedIn, db: &mut Db, id: MembershipId, fields: &Fields) -> Result<(), Error> {
    let code = fields.given("to_branch").ok_or_else(|| Error::invalid("to_branch", "请选择转入党支部。"))?;
    let on = parse_date(fields.get("on")).map_err(|error| Error::invalid("on", error))?;
    let county = who.scope().whole_county();
    let branch = db::read(&mut db.0, &county, async |conn| {
        Ok(organisations::queries::by_code(conn, &county, code).await?)
    })
    .await?
    .ok_or_else(|| Error::invalid("to_branch", "本县没有这个党支部，请从列表中选择。"))?;
    let letter_number = fields.given("letter_number").map(str::to_owned);
    let command = ProposeTransfer { member: id, to_branch: branch.id, on, letter_number };
    members::propose_transfers(&mut db.0, &who.actor, &[command])
        .await?
        .into_iter()
        .next()
        .or_missing("转接")?;
    Ok(())
}
