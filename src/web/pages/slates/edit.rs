//! A slate being put together: every change shows at once what it does; saving is a step of its own. And its sheet.

use std::collections::HashMap;

use rocket::http::Status;
use rocket::request::FlashMessage;
use rocket::response::{Flash, Redirect};
use rocket::{Route, get, post, routes};

use super::outcome::{unreadable, view};
use super::{facts, may_enter, state_badge, title};
use crate::across::reports::{self, Proposal};
use crate::base::codes;
use crate::base::db;
use crate::base::error::{Error, FieldError, Result};
use crate::base::ids::{PersonId, SlateId};
use crate::base::policy::{self, Action};
use crate::base::values::{Sex, completed_years};
use crate::records::committees::{CommitteeKind, Source as Drawn};
use crate::records::slates::queries::{self, Background, Card, Person};
use crate::records::slates::{self, Change, Proposed, SlateState};
use crate::records::words::{WordBook, WordList};
use crate::web::api::slates::{outcome_of, read_slate};
use crate::web::forms::refusals;
use crate::web::forms::slate::{SeatText, SlateText, beside};
use crate::web::guards::{Db, Fields, SignedIn};
use crate::web::respond::{Answer, Page, PageWith};
use crate::web::views::controls::{Kind, Source};
use crate::web::views::parts::Fact;
use crate::web::views::slates::{Edit, Outcome as View, Sheet};
use crate::web::views::{Cell, Choice, Column, Control, Form, Group, Link, Row, Section, Table};

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![show, save, try_out, sheet]
}

/// How many seats the form has room for at least, and how many beside those that are filled.
const ROOM: usize = 12;
const SPARE: usize = 4;
/// A form that comes back has as many.
const MOST: usize = 44;

/// Committee and post in one code.
fn seat_code(seat: &Proposed) -> String {
    format!("{}/{}", seat.kind.code(), seat.post.code())
}

fn posts(card: &Card, words: &WordBook) -> Vec<Choice> {
    let from_day = card.slate.from_day;
    let of = |kind: CommitteeKind| {
        words.posts(kind, from_day, None).into_iter().map(move |post| {
            Choice::new(
                format!("{}/{}", kind.code(), post.code()),
                format!("{} {}", kind.name(), post.name()),
            )
        })
    };
    CommitteeKind::ALL.iter().copied().flat_map(of).collect()
}

/// Where somebody may be drawn from; more than two sources of one seat are offered as they stand.
fn drawn_from(card: &Card, many: &[Drawn], words: &WordBook) -> Vec<Choice> {
    let own = words.in_force(WordList::CommitteeSource, card.slate.from_day, None);
    let all = Drawn::ALL.iter().copied().chain(own.into_iter().map(Drawn::Added));
    let mut choices: Vec<Choice> = all.map(|source| Choice::new(source.code(), source.name())).collect();
    if many.len() > 1 {
        choices.push(Choice::new(drawn_codes(many), drawn_names(many)));
    }
    choices
}

fn drawn_codes(sources: &[Drawn]) -> String {
    sources.iter().map(|source| source.code()).collect::<Vec<_>>().join(" ")
}

/// The sources of a row: two controls. Of more than two, the first one holds all but the last.
fn source_controls(at: usize, seat: Option<&Proposed>, card: &Card, words: &WordBook) -> [Control; 2] {
    let sources = seat.map(|seat| seat.sources.as_slice()).unwrap_or_default();
    let (first, second) = match sources {
        [] => (&[][..], &[][..]),
        [one] => (std::slice::from_ref(one), &[][..]),
        [first @ .., last] => (first, std::slice::from_ref(last)),
    };
    let control = |name: &str, label: &str, sources: &[Drawn], none: &str| {
        Control::new(
            format!("seats[{at}].{name}"),
            format!("{label}{}", at + 1),
            Kind::Select(drawn_from(card, sources, words)),
        )
        .value(drawn_codes(sources))
        .named(none)
        .columns(2)
    };
    [control("sources", "来源", first, "按记录"), control("sources_2", "另一来源", second, "无")]
}

fn drawn_names(sources: &[Drawn]) -> String {
    sources.iter().map(|source| source.name()).collect::<Vec<_>>().join("、")
}

/// The people of a slate, as far as they are seen, and what is on record of them.
type People = HashMap<PersonId, (Person, Background)>;

async fn people(who: &SignedIn, db: &mut Db, card: &Card) -> Result<People> {
    let ids: Vec<PersonId> = card.seats.iter().map(|seat| seat.person).collect();
    let scope = who.scope();
    let (found, mut known) = db::read(&mut db.0, scope, async |conn| {
        let found = queries::people(conn, scope, &ids).await?;
        let seen: Vec<PersonId> = found.iter().map(|person| person.id).collect();
        let known = queries::backgrounds(conn, scope.county, &seen, card.slate.from_day).await?;
        Ok((found, known))
    })
    .await?;
    let with_background = |person: Person| {
        let background = known.remove(&person.id).unwrap_or_default();
        (person.id, (person, background))
    };
    Ok(found.into_iter().map(with_background).collect())
}

fn seats(card: &Card, people: &People) -> Table {
    let row = |seat: &Proposed| {
        let known = people.get(&seat.person);
        let person = known.map(|(person, _)| person);
        let recorded = known.map(|(_, background)| background.sources.as_slice()).unwrap_or_default();
        let sources = if seat.sources.is_empty() { recorded } else { &seat.sources };
        let text = |told: Option<String>| Cell::Text(told.unwrap_or_else(|| "—".to_owned()));
        let age = person.and_then(|one| completed_years(one.birth_date, card.slate.from_day));
        Row::new(vec![
            Cell::Text(seat.kind.name().to_owned()),
            Cell::Text(seat.post.name().to_owned()),
            Cell::Text(person.map_or_else(|| "不在管理范围".to_owned(), |person| person.name.clone())),
            text(person.and_then(|one| Sex::parse(&one.sex).ok()).map(|sex| sex.name().to_owned())),
            Cell::Number(age.map_or_else(|| "—".to_owned(), |age| age.to_string())),
            text(person.map(|one| codes::education().name_of(&one.education).to_owned())),
            text(Some(drawn_names(sources)).filter(|names| !names.is_empty())),
        ])
    };
    Table {
        caption: "人选".to_owned(),
        columns: vec![
            Column::new("组织"),
            Column::new("职务"),
            Column::new("姓名"),
            Column::new("性别"),
            Column::numeric("年龄"),
            Column::new("学历"),
            Column::new("来源渠道"),
        ],
        rows: card.seats.iter().map(row).collect(),
        empty: "还没有人选。".to_owned(),
        pager: None,
    }
}

fn form(who: &SignedIn, card: &Card, people: &People, words: &WordBook) -> Form {
    let states = SlateState::ALL.iter().map(|state| Choice::new(state.code(), state.name())).collect();
    let slate = &card.slate;
    let head = vec![
        Control::new("name", "方案名称", Kind::Text).required().value(&slate.name).columns(4),
        Control::new("ordinal", "届次", Kind::Number).required().value(slate.ordinal.to_string()).columns(2),
        Control::new("from_day", "任期开始", Kind::Date)
            .required()
            .value(slate.from_day.to_string())
            .columns(3),
        Control::new("state", "状态", Kind::Select(states)).required().value(&slate.state).columns(3),
    ];
    let room = card.seats.len().saturating_add(SPARE).clamp(ROOM, MOST);
    let mut controls = Vec::with_capacity(room * 4);
    for at in 0..room {
        let seat = card.seats.get(at);
        let source = Source::Search(format!("/slates/people?village={}", card.village_code));
        let name = seat.and_then(|seat| people.get(&seat.person)).map(|(person, _)| person.name.clone());
        controls.push(
            Control::new(
                format!("seats[{at}].post"),
                format!("职务{}", at + 1),
                Kind::Select(posts(card, words)),
            )
            .value(seat.map(seat_code).unwrap_or_default())
            .columns(5),
        );
        controls.push(
            Control::new(format!("seats[{at}].person"), format!("人选{}", at + 1), Kind::Picker(source))
                .value(seat.map(|seat| seat.person.to_string()).unwrap_or_default())
                .named(name.unwrap_or_default())
                .columns(3),
        );
        controls.extend(source_controls(at, seat, card, words));
    }
    Form {
        action: format!("/slates/{}", slate.id),
        csrf_token: who.known.csrf_token.clone().unwrap_or_default(),
        hidden: vec![
            ("version".to_owned(), slate.version.to_string()),
            ("village".to_owned(), card.village_code.clone()),
        ],
        groups: vec![Group::new("方案", head), Group::new("人选：现任、后备或名册中任何人", controls)],
        submit: "保存方案".to_owned(),
        cancel: Some("/slates".to_owned()),
        ..Form::default()
    }
}

fn page(who: &SignedIn, card: &Card, (people, words): (&People, &WordBook), outcome: View) -> Edit {
    let id = card.slate.id;
    let mut actions = vec![
        Link::new("对比", format!("/slates/{id}/compare")),
        Link::new("打印", format!("/slates/{id}/print")),
    ];
    let enters = may_enter(&who.actor);
    if enters {
        actions.push(Link::new("复制方案", format!("/slates/new?from={id}")));
    }
    Edit {
        frame: who.frame(Section::Committees),
        back: Link::new("班子方案", "/slates"),
        title: title(card),
        state: state_badge(&card.slate.state),
        facts: facts(card),
        actions,
        form: enters.then(|| form(who, card, people, words)),
        seats: seats(card, people),
        try_at: "/slates/try".to_owned(),
        outcome,
    }
}

#[get("/slates/<id>")]
async fn show(who: SignedIn, mut db: Db, id: SlateId, flash: Option<FlashMessage<'_>>) -> Answer<Page<Edit>> {
    let card = read_slate(&mut db, &who.actor, id).await?;
    let people = people(&who, &mut db, &card).await?;
    let outcome = outcome_of(&mut db, &who.actor, &card).await?;
    let words = db.words(who.scope()).await?;
    let mut page = page(&who, &card, (&people, &words), view(&outcome));
    page.frame = page.frame.telling(flash);
    Ok(Page(page))
}

/// What the form says, and the row of the form that each seat stands in.
fn typed(fields: &Fields) -> (SlateText, Vec<usize>) {
    let given = |name: &str| fields.given(name).map(str::to_owned);
    let (mut seats, mut places) = (Vec::new(), Vec::new());
    for at in 0..MOST {
        let (post, person) =
            (fields.get(&format!("seats[{at}].post")), fields.get(&format!("seats[{at}].person")));
        // A post that nobody is proposed for stays open.
        if person.trim().is_empty() {
            continue;
        }
        let (committee, post) = post.split_once('/').unwrap_or_default();
        seats.push(SeatText {
            committee: committee.to_owned(),
            post: post.to_owned(),
            person: person.trim().to_owned(),
            sources: ["sources", "sources_2"]
                .into_iter()
                .flat_map(|name| fields.get(&format!("seats[{at}].{name}")).split_whitespace())
                .map(str::to_owned)
                .collect(),
        });
        places.push(at);
    }
    let text =
        SlateText { ordinal: given("ordinal"), from_day: given("from_day"), name: given("name"), seats };
    (text, places)
}

/// Each control has one error: committee and post are one.
fn shown(errors: Vec<FieldError>, places: &[usize]) -> Vec<FieldError> {
    let mut errors = beside(errors, places);
    errors.dedup_by(|one, other| one.field == other.field);
    errors
}

async fn tried(who: &SignedIn, db: &mut Db, fields: &Fields) -> Result<View> {
    let (text, places) = typed(fields);
    let content = match text.content(&db.words(who.scope()).await?) {
        Ok(content) => content,
        Err(Error::Invalid(errors)) => return Ok(unreadable(&errors)),
        Err(error) => return Err(error),
    };
    let proposal = Proposal {
        village: fields.get("village").trim(),
        ordinal: content.ordinal,
        from_day: content.from_day,
        seats: &content.seats,
    };
    let mut outcome = reports::slate_outcome(&mut db.0, &who.actor, &proposal).await?;
    // Rows of the form may be empty: a remark counts those that the reader sees.
    for remark in &mut outcome.remarks {
        let row = remark.seat.and_then(|seat| places.get(seat.checked_sub(1)?)).map(|row| row + 1);
        remark.seat = row.or(remark.seat);
    }
    Ok(view(&outcome))
}

/// The moving part for what stands in the form; nothing is kept.
#[post("/slates/try", data = "<fields>")]
async fn try_out(who: SignedIn, mut db: Db, fields: Fields) -> Answer<Page<View>> {
    policy::require(&who.actor, Action::EnterRecords, &who.scope().path)?;
    Ok(Page(tried(&who, &mut db, &fields).await?))
}

#[post("/slates/<id>", data = "<fields>")]
async fn save(
    who: SignedIn,
    mut db: Db,
    id: SlateId,
    fields: Fields,
) -> Answer<std::result::Result<Flash<Redirect>, PageWith<Edit>>> {
    policy::require(&who.actor, Action::EnterRecords, &who.scope().path)?;
    let card = read_slate(&mut db, &who.actor, id).await?;
    let (text, places) = typed(&fields);
    let state = SlateState::parse(fields.get("state")).map_err(|error| Error::invalid("state", error));
    let version = fields.get("version").parse().unwrap_or(card.slate.version);
    let words = db.words(who.scope()).await?;
    let saved = match text.content(&words).and_then(|content| Ok((content, state?))) {
        Ok((content, state)) => {
            let command = Change { slate: id, version, state, content };
            slates::change(&mut db.0, &who.actor, &[command]).await
        }
        Err(error) => Err(error),
    };
    match saved {
        Ok(()) => Ok(Ok(Flash::success(Redirect::to(format!("/slates/{id}")), "已保存方案。"))),
        Err(error) => {
            let errors = shown(refusals(error)?, &places);
            let people = people(&who, &mut db, &card).await?;
            let outcome = tried(&who, &mut db, &fields).await?;
            let mut page = page(&who, &card, (&people, &words), outcome);
            if let Some(form) = &mut page.form {
                for control in form.controls() {
                    let is_same = fields.get(&control.name) == control.value;
                    if !is_same && matches!(control.kind, Kind::Picker(_)) {
                        control.named.clear();
                    }
                }
                form.keep(|name| fields.has(name).then(|| fields.get(name)));
                form.refuse(&errors);
            }
            Ok(Err(PageWith(Status::UnprocessableEntity, page)))
        }
    }
}

#[get("/slates/<id>/print")]
async fn sheet(who: SignedIn, mut db: Db, id: SlateId) -> Answer<Page<Sheet>> {
    let card = read_slate(&mut db, &who.actor, id).await?;
    let people = people(&who, &mut db, &card).await?;
    let outcome = outcome_of(&mut db, &who.actor, &card).await?;
    let mut facts = facts(&card);
    facts.push(Fact::badge("状态", state_badge(&card.slate.state)));
    Ok(Page(Sheet {
        frame: who.frame(Section::Committees),
        back: Link::new("返回方案", format!("/slates/{id}")),
        title: format!("{} 第{}届班子方案（{}）", card.village, card.slate.ordinal, card.slate.name),
        facts,
        seats: seats(&card, &people),
        outcome: view(&outcome),
    }))
}
