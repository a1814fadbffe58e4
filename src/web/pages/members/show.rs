//! One member's record, and revealing an identifier.

use rocket::http::Status;
use rocket::request::FlashMessage;
use rocket::response::Redirect;
use rocket::{Route, State, get, post, routes};

use crate::base::actor::Proof;
use crate::base::codes;
use crate::base::db;
use crate::base::error::Error;
use crate::base::ids::MembershipId;
use crate::base::policy::{self, Action};
use crate::base::values::{MembershipStatus, Sex};
use crate::records::audit;
use crate::records::committees::CommitteeKind;
use crate::records::committees::queries::{PersonSeat, seats_of_people};
use crate::records::members::queries::Fact as Dated;
use crate::records::members::{self, Access, MemberCard, Reveal, queries};
use crate::records::people::{Masks, Person};
use crate::records::words::{self, WordBook};
use crate::web::api::members::read;
use crate::web::api::merges::led_member;
use crate::web::guards::{Db, Fields, SignedIn};
use crate::web::pages::members::list::{badges, may_enter};
use crate::web::pages::members::stale::moment;
use crate::web::respond::{Answer, Page};
use crate::web::views::members::{Action as Offered, Event, FactGroup, Show};
use crate::web::views::parts::{Fact, Masked, Reveal as RevealAt};
use crate::web::views::{Cell, Column, Link, Row, Section, Table};
use crate::web::{self, reading};

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![show, reveal]
}

#[get("/members/<id>", rank = 3)]
async fn show(
    who: SignedIn,
    mut db: Db,
    id: MembershipId,
    flash: Option<FlashMessage<'_>>,
    state: &State<web::State>,
) -> Answer<Result<Page<Show>, Redirect>> {
    let card = match read(&mut db, &who.actor, state, id).await {
        Ok(card) => card,
        Err(missing) => {
            let to = led_member(&mut db, &who.actor, state, id, missing).await?;
            return Ok(Err(Redirect::to(format!("/members/{to}"))));
        }
    };
    let scope = who.scope();
    let person = card.person.id;
    reading::note(state, &who.known.identity, &who.actor, 1).await?;
    let place = card.membership.path();
    let (facts, entries, seats, accesses, words) = db::read(&mut db.0, scope, async |conn| {
        let facts = queries::history(conn, scope, id).await?;
        let entries = audit::queries::about(conn, scope, id.0, 20).await?;
        let seats = seats_of_people(conn, scope, &[person]).await?;
        let accesses = members::accesses(conn, scope, id, person, &place, 20).await?;
        Ok((facts, entries, seats, accesses, words::book(conn, scope.county).await?))
    })
    .await?;
    let frame = who.frame(Section::Members).telling(flash);
    let may_enter = may_enter(&who.actor);
    let prints = policy::may(&who.actor, Action::Export, &place).then(|| Offered {
        link: Link::new("打印登记表", format!("/members/{id}/registration-form")),
        icon: "download",
    });
    let acts = if may_enter { actions(&card) } else { Vec::new() };
    let may_reveal = policy::may(&who.actor, Action::RevealIdentifier, &scope.path);
    Ok(Ok(Page(Show {
        frame,
        kind: "党员档案",
        back: Link::new("党员名册", "/members"),
        name: card.person.name.clone(),
        badges: badges(&card),
        branch: Link::new(&card.branch.name, format!("/members?branch={}", card.branch.code)),
        groups: groups(&card, may_reveal),
        history: facts.into_iter().rev().map(event).collect(),
        edit: may_enter.then(|| format!("/members/{id}/edit")),
        actions: prints.into_iter().chain(acts).collect(),
        tables: tables(seats, &words, accesses, entries),
    })))
}

fn groups(card: &MemberCard, may_reveal: bool) -> Vec<FactGroup> {
    let id = card.membership.id;
    let text = |label: &str, value: &Option<String>| Fact::text(label, value.clone().unwrap_or_default());
    let day = |label: &str, day: Option<chrono::NaiveDate>| {
        Fact::text(label, day.map(|day| day.to_string()).unwrap_or_default())
    };
    let person = &card.person;
    let membership = &card.membership;
    let masks = Masks {
        citizen_id: card.citizen_id.clone(),
        mobile: card.mobile.clone(),
        telephone: card.telephone.clone(),
    };
    let reveal = may_reveal.then(|| format!("/members/{id}/reveal"));
    let own = Own { person, masks: &masks, reveal: reveal.as_deref() };
    let party = vec![
        Fact::text("人员类别", membership.category().name()),
        day("加入党组织日期", Some(membership.joined_on)),
        day("转为正式党员日期", membership.full_member_on),
        day("本县在册起", Some(membership.from_day)),
        text("党内职务", &membership.party_post),
        Fact::text("工作岗位", codes::occupation().name_of(&membership.occupation)),
    ];
    let floating = card.floating.as_ref().map(|floating| {
        format!("{} 起 {}", floating.since, floating.destination.as_deref().unwrap_or("去向未填"))
    });
    let mut contact = own.reached();
    contact.extend([
        text("外出流动", &floating),
        day("失联日期", card.lost_contact_since),
        text("备注", &membership.note),
    ]);
    [("身份", own.identity()), ("党籍", party), ("联系", contact)]
        .into_iter()
        .map(|(title, facts)| FactGroup { title: title.to_owned(), facts })
        .collect()
}

/// A person's own facts, and where an identifier is revealed, for whom may.
pub(in crate::web::pages) struct Own<'a> {
    /// The person.
    pub person: &'a Person,
    /// His identifiers as they are shown.
    pub masks: &'a Masks,
    /// The address that reveals one.
    pub reveal: Option<&'a str>,
}

impl Own<'_> {
    fn masked(&self, label: &str, field: &str, mask: Option<&str>) -> Fact {
        let reveal = self.reveal.filter(|_| mask.is_some());
        Fact::masked(Masked {
            label: label.to_owned(),
            mask: mask.unwrap_or_default().to_owned(),
            reveal: reveal.map(|action| RevealAt { action: action.to_owned(), field: field.to_owned() }),
        })
    }

    /// Who he is.
    pub fn identity(&self) -> Vec<Fact> {
        let person = self.person;
        vec![
            self.masked("公民身份号码", "citizen_id", Some(&self.masks.citizen_id)),
            Fact::text("性别", Sex::parse(&person.sex).map(Sex::name).unwrap_or_default()),
            Fact::text("出生日期", person.birth_date.to_string()),
            Fact::text("民族", codes::ethnicity().name_of(&person.ethnicity)),
            Fact::text("学历", codes::education().name_of(&person.education)),
            Fact::text("学位", person.degree.as_deref().map_or("", |code| codes::degree().name_of(code))),
            Fact::text("籍贯", person.native_place.clone().unwrap_or_default()),
        ]
    }

    /// How he is reached.
    pub fn reached(&self) -> Vec<Fact> {
        vec![
            self.masked("手机号码", "mobile", self.masks.mobile.as_deref()),
            self.masked("固定电话", "telephone", self.masks.telephone.as_deref()),
            Fact::text("家庭住址", self.person.address.clone().unwrap_or_default()),
        ]
    }
}

fn event(fact: Dated) -> Event {
    let value = fact.value.unwrap_or_default();
    let title = match fact.kind.as_str() {
        "branch" => format!("编入{value}"),
        "status" => {
            let name = MembershipStatus::parse(&value).map(|status| status.name().to_owned());
            format!("党籍状态：{}", name.unwrap_or(value))
        }
        "floating" => format!("外出流动：{value}"),
        _ => "失去联系".to_owned(),
    };
    let ended = fact.to_day.map(|day| format!("至 {day}"));
    let reason = fact.reason.map(|reason| format!("原因：{reason}"));
    Event {
        on: fact.from_day.to_string(),
        title,
        details: ended.into_iter().chain(reason).collect(),
        entered: String::new(),
        late: false,
    }
}

fn actions(card: &MemberCard) -> Vec<Offered> {
    let id = card.membership.id;
    let Ok(status) = card.membership.status() else { return Vec::new() };
    let mut actions: Vec<(&str, &str, &'static str)> = Vec::new();
    if status.in_register() {
        if card.membership.full_member_on.is_none() {
            actions.push(("confirm", "转为正式党员", "circle-check"));
        }
        actions.extend([
            ("transfer", "转接到县内支部", "arrows-exchange"),
            ("depart", "转往县外", "arrows-exchange"),
            ("restrict", "限制权利", "alert-triangle"),
            ("stop", "停止党籍", "circle-x"),
            ("remove", "出党", "circle-x"),
            ("decease", "登记死亡", "info-circle"),
        ]);
    }
    if !status.in_register() || status != MembershipStatus::Normal {
        actions.push(("reinstate", "恢复", "circle-check"));
    }
    actions
        .into_iter()
        .map(|(verb, text, icon)| Offered { link: Link::new(text, format!("/members/{id}/{verb}")), icon })
        .collect()
}

/// The seats that he holds or held in villages.
pub(in crate::web::pages) fn posts(seats: Vec<PersonSeat>, words: &WordBook) -> Table {
    let row = |held: PersonSeat| {
        let kind = CommitteeKind::parse(&held.kind).map_or("", CommitteeKind::name);
        let post = words.post_name(&held.seat.post).to_owned();
        let reason = held.seat.leaving().unwrap_or_default();
        let left = held.seat.to_day.map(|day| format!("{day} {reason}"));
        Row::to(
            format!("/committees/villages/{}?term={}", held.village_code, held.seat.term_id),
            vec![
                Cell::Text(held.village),
                Cell::Text(format!("{kind}第{}届", held.ordinal)),
                Cell::Text(post),
                Cell::Text(held.seat.from_day.to_string()),
                Cell::Text(left.unwrap_or_default()),
            ],
        )
    };
    Table {
        caption: "村社任职".to_owned(),
        columns: ["村（社区）", "届次", "职务", "任职", "离职"].into_iter().map(Column::new).collect(),
        rows: seats.into_iter().map(row).collect(),
        empty: String::new(),
        pager: None,
    }
}

/// The tables below the facts: seats where there are any, who saw or took the identifiers, and the trail.
fn tables(
    seats: Vec<PersonSeat>,
    words: &WordBook,
    accesses: Vec<Access>,
    entries: Vec<audit::queries::EntryLine>,
) -> Vec<Table> {
    let posts = (!seats.is_empty()).then(|| posts(seats, words));
    posts.into_iter().chain([seen(accesses), trail(entries)]).collect()
}

/// Who saw the identifiers in clear, and which lists that may hold him left the house.
fn seen(accesses: Vec<Access>) -> Table {
    let row = |access: Access| {
        let what = match access.detail("field") {
            Some("citizen_id") => "查看公民身份号码".to_owned(),
            Some("mobile") => "查看手机号码".to_owned(),
            Some(_) => "查看固定电话".to_owned(),
            None => {
                let form = match access.detail("kind") {
                    Some("registration-form") => Some("打印党员登记表"),
                    Some("transfer-letter") => Some("打印组织关系介绍信"),
                    _ => None,
                };
                let clear = if access.is_clear() { "完整号码" } else { "遮盖" };
                form.map_or_else(
                    || format!("导出名册（{clear}，{}条）", access.rows),
                    |form| format!("{form}（{clear}）"),
                )
            }
        };
        let why = access.detail("purpose").or(access.detail("reason")).unwrap_or("—").to_owned();
        Row::new(vec![
            Cell::Text(moment(access.at)),
            Cell::Text(access.actor),
            Cell::Text(what),
            Cell::Text(why),
        ])
    };
    Table {
        caption: "查看与导出".to_owned(),
        columns: ["时间", "操作人", "方式", "用途"].into_iter().map(Column::new).collect(),
        rows: accesses.into_iter().map(row).collect(),
        empty: "没有人查看过完整号码，也没有导出过所在组织的名册（在您可见的范围内）。".to_owned(),
        pager: None,
    }
}

pub(in crate::web::pages) fn trail(entries: Vec<audit::queries::EntryLine>) -> Table {
    Table {
        caption: "操作记录".to_owned(),
        columns: vec![Column::new("时间"), Column::new("操作人"), Column::new("操作"), Column::new("说明")],
        rows: entries
            .into_iter()
            .map(|entry| {
                let purpose = entry.details.get("purpose").and_then(serde_json::Value::as_str);
                let reason = entry.details.get("reason").and_then(serde_json::Value::as_str);
                Row::new(vec![
                    Cell::Text(moment(entry.at)),
                    Cell::Text(entry.actor),
                    Cell::Text(audit::names::action(&entry.action).to_owned()),
                    Cell::Text(purpose.or(reason).unwrap_or_default().to_owned()),
                ])
            })
            .collect(),
        empty: "暂无可显示的操作记录（批量导入的记录见导入批次）。".to_owned(),
        pager: None,
    }
}

#[post("/members/<id>/reveal", data = "<fields>", rank = 1)]
async fn reveal(
    who: SignedIn,
    mut db: Db,
    id: MembershipId,
    fields: Fields,
    state: &State<web::State>,
) -> Answer<(Status, String)> {
    let command = Reveal {
        member: id,
        field: fields.get("field").to_owned(),
        purpose: fields.get("purpose").to_owned(),
    };
    let shown = members::reveal(&mut db.0, &who.actor, &state.keys, &command).await;
    told(shown, &who)
}

/// What the dialog is told that asked for an identifier.
pub(in crate::web::pages) fn told(shown: Result<String, Error>, who: &SignedIn) -> Answer<(Status, String)> {
    match shown {
        Ok(value) => Ok((Status::Ok, value)),
        Err(error @ Error::Invalid(_)) => Ok((Status::UnprocessableEntity, error.to_string())),
        Err(error @ Error::TooOften { .. }) => Ok((Status::TooManyRequests, error.to_string())),
        // The dialog asks for the proof and sends the same once more.
        Err(Error::Unproven(Proof::Old)) => {
            let proof = if who.known.uses_codes { "code" } else { "password" };
            Ok((Status::PreconditionRequired, proof.to_owned()))
        }
        Err(other) => Err(other.into()),
    }
}
