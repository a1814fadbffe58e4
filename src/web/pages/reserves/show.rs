//! One entry of the pool with everything that happened.

use std::collections::HashMap;

use rocket::request::FlashMessage;
use rocket::{Route, State, get, routes};

use super::{kind_name, may_enter, named, sources, state_badge};
use crate::base::clock;
use crate::base::codes;
use crate::base::db;
use crate::base::ids::{MentorId, ReserveId};
use crate::base::policy::{self, Action};
use crate::base::values::{Sex, completed_years};
use crate::records::reserves::queries::{self, Card, Departure, Record, VillageName};
use crate::records::reserves::{Mentor, MentorKind, ReserveState, SettingsBook, StateSpell, settings};
use crate::records::words::{self, WordBook};
use crate::web;
use crate::web::guards::{Db, SignedIn};
use crate::web::respond::{Answer, Page};
use crate::web::views::members::{Action as Offered, Event, FactGroup};
use crate::web::views::parts::Fact;
use crate::web::views::reserves::Show;
use crate::web::views::{Badge, Cell, Column, Link, Row, Section, Table, Tone};

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![show]
}

#[get("/reserves/<id>", rank = 3)]
async fn show(
    who: SignedIn,
    mut db: Db,
    id: ReserveId,
    flash: Option<FlashMessage<'_>>,
    state: &State<web::State>,
) -> Answer<Page<Show>> {
    policy::require(&who.actor, Action::SeeRecords, &who.scope().path)?;
    let (scope, keys) = (who.scope(), &state.keys);
    let today = clock::today();
    let (record, left, book, words) = db::read(&mut db.0, scope, async |conn| {
        let record = queries::record(conn, scope, keys, id).await?;
        let left = queries::mentors_who_left(conn, scope, &[id], today).await?;
        let book = settings::book(conn, scope.county).await?;
        Ok((record, left, book, words::book(conn, scope.county).await?))
    })
    .await?;
    let enters = may_enter(&who.actor);
    let card = &record.card;
    Ok(Page(Show {
        frame: who.frame(Section::Reserves).telling(flash),
        name: card.person.name.clone(),
        badges: vec![Badge::new(kind_name(card), Tone::Neutral), state_badge(&card.reserve.state)],
        village: Link::new(&card.village.name, format!("/reserves?within={}", card.village.code)),
        groups: groups(card, &words, &book),
        history: history(&record),
        edit: enters.then(|| format!("/reserves/{id}/edit")),
        actions: if enters { actions(card) } else { Vec::new() },
        tables: vec![mentors(card, &left, enters), reviews(&record)],
    }))
}

/// Whether he may be seconded today, and if not why; nothing of somebody who is no longer in the pool.
fn secondment(card: &Card, book: &SettingsBook) -> Option<Fact> {
    if card.reserve.left_on.is_some() {
        return None;
    }
    let refusal = card.refuse_secondment(book, clock::today());
    Some(Fact::text("挂职条件", refusal.unwrap_or_else(|| "今天符合挂职的年龄和学历条件".to_owned())))
}

fn groups(card: &Card, words: &WordBook, book: &SettingsBook) -> Vec<FactGroup> {
    let (person, reserve) = (&card.person, &card.reserve);
    let age = completed_years(person.birth_date, clock::today()).unwrap_or_default();
    let identity = vec![
        Fact::link("人员档案", Link::new(&person.name, format!("/people/{}", person.id))),
        Fact::text("公民身份号码", &card.citizen_id),
        Fact::text("性别", Sex::parse(&person.sex).map(Sex::name).unwrap_or_default()),
        Fact::text("出生日期", format!("{}（{age}岁）", person.birth_date)),
        Fact::text("民族", codes::ethnicity().name_of(&person.ethnicity)),
        Fact::text("学历", codes::education().name_of(&person.education)),
        Fact::text("政治面貌", codes::political_status().name_of(&reserve.political_status)),
    ];
    let present = card.present.as_ref();
    let place = present.and_then(|(_, village)| village.as_ref()).map(|village| village.name.clone());
    let post = present.and_then(|(spell, _)| spell.post.clone());
    let mut pool = vec![
        Fact::text("类别", kind_name(card)),
        Fact::text("来源", sources(card, words)),
        Fact::text(
            "选拔方式",
            reserve.route.as_deref().map(|code| named("selection_route", code)).unwrap_or_default(),
        ),
        Fact::text("入库日期", reserve.entered_on.to_string()),
        Fact::text("入库时学历", codes::education().name_of(&reserve.education_at_entry)),
        Fact::badge("状态", state_badge(&reserve.state)),
        Fact::text("状态起始", reserve.state_from.to_string()),
        Fact::text("任职村（社区）", place.unwrap_or_default()),
        Fact::text("任用职务", post.unwrap_or_default()),
        Fact::text("备注", reserve.note.clone().unwrap_or_default()),
    ];
    pool.extend(secondment(card, book));
    [("身份", identity), ("入库", pool)]
        .into_iter()
        .map(|(title, facts)| FactGroup { title: title.to_owned(), facts })
        .collect()
}

fn guide_name(mentor: &Mentor) -> String {
    let kind = MentorKind::parse(&mentor.kind).map_or("帮带人", MentorKind::name);
    format!("{kind}{}", mentor.name)
}

/// States, notes and reviews in one line of time, the latest first.
fn history(record: &Record) -> Vec<Event> {
    let mut events: Vec<Event> =
        record.states.iter().map(|(spell, place)| step(spell, place.as_ref())).collect();
    events.extend(record.notes.iter().map(|note| {
        let mentor = record.card.mentors.iter().find(|mentor| mentor.id == note.mentor_id);
        Event {
            on: note.noted_on.to_string(),
            title: format!("帮带记录：{}", mentor.map(guide_name).unwrap_or_default()),
            details: vec![note.content.clone()],
            entered: format!("{}登记", note.created_by),
            late: false,
        }
    }));
    events.sort_by(|one, other| other.on.cmp(&one.on));
    events
}

fn step(spell: &StateSpell, place: Option<&VillageName>) -> Event {
    let state = ReserveState::parse(&spell.state).map_or(spell.state.as_str(), |state| state.name());
    let place = place.map(|village| village.name.as_str()).unwrap_or_default();
    let post = spell.post.as_deref().unwrap_or_default();
    let title = match (place.is_empty(), post.is_empty()) {
        (true, true) => state.to_owned(),
        (false, true) => format!("{state}：{place}"),
        (true, false) => format!("{state}：{post}"),
        (false, false) => format!("{state}：{place}{post}"),
    };
    let ended = spell.to_day.map(|day| format!("至 {day}"));
    let reason = spell.reason.as_ref().map(|reason| format!("原因：{reason}"));
    Event {
        on: spell.from_day.to_string(),
        title,
        details: ended.into_iter().chain(reason).collect(),
        entered: String::new(),
        late: false,
    }
}

fn actions(card: &Card) -> Vec<Offered> {
    let id = card.reserve.id;
    let Ok(state) = card.reserve.state() else { return Vec::new() };
    if !state.in_the_pool() {
        return Vec::new();
    }
    let mut actions = vec![("note", "登记帮带记录", "edit"), ("mentor", "增加帮带人", "user-plus")];
    if state == ReserveState::InPool {
        actions.extend([("second", "挂职", "external-link"), ("post", "异地任职", "arrows-exchange")]);
    } else {
        actions.push(("return", "回库", "arrow-back-up"));
    }
    actions.extend([
        ("appoint", "任用", "circle-check"),
        ("review", "考核", "star"),
        ("leave", "退出", "circle-x"),
    ]);
    actions
        .into_iter()
        .map(|(verb, text, icon)| Offered { link: Link::new(text, format!("/reserves/{id}/{verb}")), icon })
        .collect()
}

/// Who guides and guided; of whoever left and goes on guiding on paper, that.
fn mentors(card: &Card, left: &HashMap<MentorId, Departure>, enters: bool) -> Table {
    let today = clock::today();
    let row = |mentor: &Mentor| {
        let kind = MentorKind::parse(&mentor.kind).map_or(mentor.kind.as_str(), |kind| kind.name());
        let kind = left
            .get(&mentor.id)
            .map_or_else(|| kind.to_owned(), |departure| format!("{kind}（{}，请更换）", departure.told()));
        let mut cells = vec![
            Cell::Text(mentor.name.clone()),
            Cell::Text(kind),
            Cell::Number(mentor.from_day.to_string()),
            Cell::Number(mentor.to_day.map(|day| day.to_string()).unwrap_or_default()),
        ];
        if enters {
            let ends = mentor.guides_on(today) && card.reserve.left_on.is_none();
            cells.push(if ends {
                let href = format!("/reserves/{}/end?mentor={}", card.reserve.id, mentor.id);
                Cell::Link(Link::new("结束帮带", href))
            } else {
                Cell::Text(String::new())
            });
        }
        Row::new(cells)
    };
    let mut columns =
        vec![Column::new("帮带人"), Column::new("类别"), Column::numeric("起始"), Column::numeric("结束")];
    if enters {
        columns.push(Column::new("办理"));
    }
    Table {
        caption: "帮带人".to_owned(),
        columns,
        rows: card.mentors.iter().map(row).collect(),
        empty: "还没有帮带人。请点“增加帮带人”，登记两名联系领导和一名帮带书记。".to_owned(),
        pager: None,
    }
}

fn reviews(record: &Record) -> Table {
    Table {
        caption: "考核".to_owned(),
        columns: vec![
            Column::numeric("日期"),
            Column::new("等次"),
            Column::new("意见"),
            Column::new("登记人"),
        ],
        rows: record
            .reviews
            .iter()
            .map(|review| {
                Row::new(vec![
                    Cell::Number(review.reviewed_on.to_string()),
                    Cell::Text(named("appraisal_grade", &review.grade)),
                    Cell::Text(review.opinion.clone().unwrap_or_default()),
                    Cell::Text(review.created_by.clone()),
                ])
            })
            .collect(),
        empty: "还没有考核结果。".to_owned(),
        pager: None,
    }
}
