//! The forms: a committee, a term, a seat, closing.

use chrono::NaiveDate;
use rocket::http::Status;
use rocket::response::{Flash, Redirect};
use rocket::{Route, State, get, post, routes};

use super::leave::leaving_controls;
use crate::across::appointment;
use crate::base::db;
use crate::base::error::{Error, FieldError, OrMissing, Result};
use crate::base::ids::{CommitteeId, SeatId, TermId};
use crate::base::policy::{self, Action};
use crate::base::{clock, codes};
use crate::records::committees::queries::{self, CommitteePlace, SeatCard, TermPlace};
use crate::records::committees::{self, CloseTerm, CommitteeKind, OpenCommittee, Post};
use crate::records::words::{self, WordBook, WordList};
use crate::web;
use crate::web::forms::committee::{SeatText, TermText, WhoText, Wrong};
use crate::web::forms::refusals;
use crate::web::guards::{Db, Fields, SignedIn};
use crate::web::late;
use crate::web::respond::{Answer, Page, PageWith};
use crate::web::views::controls::{Kind, Source};
use crate::web::views::form_page::FormPage;
use crate::web::views::parts::Fact;
use crate::web::views::{Choice, Control, Form, Group, Link, Section};

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![ask_committee, open_committee, ask_term, open_term, ask_seat, appoint, ask_close, close_term]
}

pub(super) type Sent = Answer<std::result::Result<Flash<Redirect>, PageWith<FormPage>>>;

/// What was sent and refused.
pub(super) type Typed<'t> = Option<(&'t Fields, &'t [FieldError])>;

pub(super) fn page(
    who: &SignedIn,
    (title, note): (&str, &str),
    back: Link,
    facts: Vec<Fact>,
    action: String,
    groups: Vec<Group>,
    typed: Typed<'_>,
) -> FormPage {
    let frame = who.frame(Section::Committees);
    let mut form = Form {
        action,
        csrf_token: frame.csrf_token.clone(),
        groups,
        submit: title.to_owned(),
        cancel: Some(back.href.clone()),
        ..Form::default()
    };
    if let Some((fields, errors)) = typed {
        form.keep(|name| fields.has(name).then(|| fields.get(name)));
        form.refuse(errors);
    }
    FormPage { frame, title: title.to_owned(), back, facts, note: note.to_owned(), form }
}

pub(super) fn again(page: FormPage) -> PageWith<FormPage> {
    PageWith(Status::UnprocessableEntity, page)
}

pub(super) fn enters(who: &SignedIn) -> Result<()> {
    policy::require(&who.actor, Action::EnterRecords, &who.scope().path)
}

pub(super) fn day(name: &str, label: &str) -> Control {
    Control::new(name, label, Kind::Date).columns(3)
}

pub(super) fn today() -> String {
    clock::today().to_string()
}

pub(super) fn choices<T: Copy>(
    all: impl Iterator<Item = T>,
    of: fn(T) -> (&'static str, &'static str),
) -> Kind {
    Kind::Select(all.map(of).map(|(code, name)| Choice::new(code, name)).collect())
}

fn committee_page(who: &SignedIn, village: Option<&str>, typed: Typed<'_>) -> FormPage {
    let controls = vec![
        Control::new("village", "村（社区）", Kind::Picker(Source::Search("/villages".to_owned())))
            .required()
            .value(village.unwrap_or_default())
            .columns(6)
            .focus(),
        Control::new(
            "kind",
            "组织类型",
            choices(CommitteeKind::ALL.iter().copied(), |kind| (kind.code(), kind.name())),
        )
        .required()
        .columns(6),
    ];
    let back = Link::new("村（社区）班子", "/committees");
    let note = "一个村（社区）的每类组织登记一次，再登记各届任期。";
    let groups = vec![Group::new("", controls)];
    page(who, ("登记班子", note), back, Vec::new(), "/committees".to_owned(), groups, typed)
}

#[get("/committees/new?<village>")]
fn ask_committee(who: SignedIn, village: Option<&str>) -> Answer<Page<FormPage>> {
    enters(&who)?;
    Ok(Page(committee_page(&who, village, None)))
}

#[post("/committees", data = "<fields>")]
async fn open_committee(who: SignedIn, mut db: Db, fields: Fields) -> Sent {
    enters(&who)?;
    let village = fields.get("village").trim().to_owned();
    let opened = match CommitteeKind::parse(fields.get("kind")) {
        Err(error) => Err(Error::invalid("kind", error)),
        Ok(kind) => {
            committees::open_committee(&mut db.0, &who.actor, &[OpenCommittee { village, kind }]).await
        }
    };
    match opened {
        Ok(ids) => {
            let id = ids.into_iter().next().or_missing("班子")?;
            let told = "已登记班子，请接着登记任期。".to_owned();
            Ok(Ok(Flash::success(Redirect::to(format!("/committees/{id}/open")), told)))
        }
        Err(error) => Ok(Err(again(committee_page(&who, None, Some((&fields, &refusals(error)?)))))),
    }
}

pub(super) fn village_link(name: &str, code: &str) -> Link {
    Link::new(name, format!("/committees/villages/{code}"))
}

async fn committee(who: &SignedIn, db: &mut Db, id: CommitteeId) -> Result<(CommitteePlace, i32)> {
    enters(who)?;
    let scope = who.scope();
    db::read(&mut db.0, scope, async |conn| {
        let place = queries::committee_places(conn, scope, &[id]).await?.pop().or_missing("班子")?;
        let terms = queries::terms(conn, scope, &[id]).await?;
        Ok((place, terms.first().map_or(1, |card| card.term.ordinal.saturating_add(1))))
    })
    .await
}

/// How many places each of some posts has.
pub(super) fn place_controls(posts: Vec<Post>, places: impl Fn(Post) -> String) -> Vec<Control> {
    let control = |post: Post| {
        Control::new(format!("places_{}", post.code()), format!("{}职数", post.name()), Kind::Number)
            .value(places(post))
            .columns(3)
    };
    posts.into_iter().map(control).collect()
}

fn term_page(
    who: &SignedIn,
    (place, ordinal, words): (&CommitteePlace, i32, &WordBook),
    typed: Typed<'_>,
) -> FormPage {
    let kind = place.kind().unwrap_or(CommitteeKind::VillageParty);
    let mut controls = vec![
        Control::new("ordinal", "届次", Kind::Number)
            .required()
            .value(ordinal.to_string())
            .columns(3)
            .focus(),
        day("from_day", "任期开始").required().value(today()),
        day("due_day", "任期届满").hint("不填按规定任期推算"),
        day("ended_on", "任期结束").hint("补录往届时填写"),
    ];
    let posts = words.posts(kind, clock::today(), None);
    controls
        .extend(place_controls(posts, |post| if post.is_head() { "1".to_owned() } else { String::new() }));
    let facts = vec![Fact::text("村（社区）", &place.village), Fact::text("组织", kind.name())];
    let note = "新一届开始，上一届同日结束，仍在任的人员按“届满”离职。";
    let action = format!("/committees/{}/open", place.id);
    let back = village_link(&place.village, &place.village_code);
    page(who, ("登记新一届", note), back, facts, action, vec![Group::new("", controls)], typed)
}

#[get("/committees/<id>/open")]
async fn ask_term(who: SignedIn, mut db: Db, id: CommitteeId) -> Answer<Page<FormPage>> {
    let (place, ordinal) = committee(&who, &mut db, id).await?;
    let words = db.words(who.scope()).await?;
    Ok(Page(term_page(&who, (&place, ordinal, &words), None)))
}

/// A whole number from a form; an empty field is none.
pub(super) fn whole(wrong: &mut Wrong, fields: &Fields, name: &str, label: &str) -> Option<i32> {
    let given = fields.given(name)?;
    let parsed = given.parse::<i32>().map_err(|_| format!("{label}“{given}”不是整数，请填写0或正整数"));
    wrong.keep(name, given, parsed)
}

pub(super) fn term_text(fields: &Fields, words: &WordBook) -> Result<TermText> {
    let mut wrong = Wrong::default();
    let ordinal = whole(&mut wrong, fields, "ordinal", "届次");
    if fields.given("ordinal").is_none() {
        wrong.refuse("ordinal", "届次没有填写，请填写1至99的整数", None);
    }
    let mut posts = Vec::new();
    let own = words.words(WordList::Post).iter().map(|word| Post::Added(*word));
    for post in Post::ALL.iter().copied().chain(own) {
        let name = format!("places_{}", post.code());
        let places = whole(&mut wrong, fields, &name, &format!("{}职数", post.name()));
        posts.extend(places.map(|places| (post.code().to_owned(), places)));
    }
    let text = |name: &str| fields.given(name).map(str::to_owned);
    wrong.finish(ordinal.map(|ordinal| TermText {
        ordinal,
        from_day: text("from_day"),
        due_day: text("due_day"),
        ended_on: text("ended_on"),
        posts,
    }))
}

#[post("/committees/<id>/open", data = "<fields>")]
async fn open_term(who: SignedIn, mut db: Db, id: CommitteeId, fields: Fields) -> Sent {
    let (place, ordinal) = committee(&who, &mut db, id).await?;
    let words = db.words(who.scope()).await?;
    let opened = match term_text(&fields, &words).and_then(|text| text.open(id, &words)) {
        Ok(command) => committees::open_term(&mut db.0, &who.actor, &[command]).await,
        Err(error) => Err(error),
    };
    match opened {
        Ok(_) => {
            let (to, days) = (village_page(&place.village_code), late::typed(&fields, &["from_day"]));
            let told = "已登记新一届，请登记选举和任职。";
            Ok(Ok(late::done(&mut db, &who.actor, to, told, days).await))
        }
        Err(error) => {
            let errors = refusals(error)?;
            Ok(Err(again(term_page(&who, (&place, ordinal, &words), Some((&fields, &errors))))))
        }
    }
}

/// Where the page of a village shows a term: one that is over stands behind its tab.
fn address(place: &TermPlace) -> String {
    let village = format!("/committees/villages/{}", place.village_code);
    match place.ended_on {
        Some(_) => format!("{village}?term={}", place.id),
        None => village,
    }
}

/// The page of the village, at the term.
pub(super) fn term_link(place: &TermPlace) -> Link {
    Link::new(&place.village, address(place))
}

/// Back to the term, with what was done, and what it means for a closed quarter that one of some days touches.
pub(super) async fn done_on(
    db: &mut Db,
    who: &SignedIn,
    place: &TermPlace,
    told: &str,
    days: Vec<NaiveDate>,
) -> Flash<Redirect> {
    late::done(db, &who.actor, Redirect::to(address(place)), told, days).await
}

fn village_page(village: &str) -> Redirect {
    Redirect::to(format!("/committees/villages/{village}"))
}

pub(super) fn done(village: &str, told: &str) -> Flash<Redirect> {
    Flash::success(village_page(village), told.to_owned())
}

/// The term that a form is about.
pub(super) async fn term(who: &SignedIn, db: &mut Db, id: TermId) -> Result<TermPlace> {
    enters(who)?;
    let scope = who.scope();
    db::read(&mut db.0, scope, async |conn| {
        queries::term_places(conn, scope, &[id]).await?.pop().or_missing("届次")
    })
    .await
}

/// What every form of a term shows above.
pub(super) fn term_facts(place: &TermPlace) -> Vec<Fact> {
    vec![
        Fact::text("村（社区）", &place.village),
        Fact::text("组织", place.kind().map_or("", CommitteeKind::name)),
        Fact::text("届次", format!("第{}届（{}起）", place.ordinal, place.from_day)),
    ]
}

/// The post that is filled first.
pub(super) fn head_of(place: &TermPlace) -> &'static str {
    let fits = |post: &&Post| post.is_head() && place.kind().is_some_and(|kind| post.belongs_to(kind));
    Post::ALL.iter().find(fits).map_or("", |post| post.code())
}

/// The posts of the committee in the days of a term, to choose from.
pub(super) fn posts_of(place: &TermPlace, words: &WordBook) -> Kind {
    let posts = place.kind().map(|kind| words.posts(kind, place.from_day, place.ended_on));
    choices(posts.into_iter().flatten(), |post| (post.code(), post.name()))
}

/// Codes to choose from by name, pinyin or the code itself.
fn codes_of(table: &codes::CodeTable) -> Kind {
    let choice = |entry: &codes::CodeEntry| {
        let mut choice = Choice::new(entry.code.clone(), entry.name.clone());
        choice.keys = entry.keys().join(" ");
        choice
    };
    Kind::Picker(Source::List(table.entries().iter().map(choice).collect()))
}

/// The names of the fields that hold where somebody was drawn from.
pub(super) const SOURCES: [(&str, &str); 3] =
    [("source_1", "来源渠道一"), ("source_2", "来源渠道二"), ("source_3", "来源渠道三")];

/// What is said of a seat beside its post and days.
pub(super) fn seat_details(place: &TermPlace, words: &WordBook) -> Vec<Control> {
    let yes_or_no = Kind::Select(vec![Choice::new("true", "是"), Choice::new("false", "否")]);
    let sources = || {
        let own = words.in_force(WordList::CommitteeSource, place.from_day, place.ended_on);
        let own = own.into_iter().map(committees::Source::Added);
        let all = committees::Source::ALL.iter().copied().chain(own);
        choices(all, |source| (source.code(), source.name()))
    };
    let mut controls = vec![
        Control::new("education", "当选时学历", codes_of(codes::education())).columns(3),
        Control::new("is_party_member", "是否党员", yes_or_no).columns(3),
    ];
    controls.extend(SOURCES.into_iter().map(|(name, label)| Control::new(name, label, sources()).columns(3)));
    controls.push(Control::new("note", "备注", Kind::Text).columns(12));
    controls
}

fn seat_page(who: &SignedIn, place: &TermPlace, words: &WordBook, typed: Typed<'_>) -> FormPage {
    let person = Group::new(
        "人员",
        vec![
            Control::new(
                "person",
                "人员库中的人员",
                Kind::Picker(Source::Search("/committees/people".to_owned())),
            )
            .columns(6)
            .hint("输入姓名或拼音；不在库中的，在下面填写")
            .focus(),
            Control::new("name", "姓名", Kind::Text).columns(3),
            Control::new("citizen_id", "公民身份号码", Kind::CitizenId { check: None }).columns(6),
            Control::new("ethnicity", "民族", codes_of(codes::ethnicity())).columns(3),
            Control::new("person_education", "现学历", codes_of(codes::education())).columns(3),
        ],
    );
    let from_day = place.ended_on.map_or_else(today, |_| place.from_day.to_string());
    let mut controls = vec![
        Control::new("post", "职务", posts_of(place, words)).required().value(head_of(place)).columns(3),
        day("from_day", "任职日期").required().value(from_day),
    ];
    if place.ended_on.is_some() {
        // Who sat in a term that is over left by its end.
        controls.extend(leaving_controls());
    }
    controls.extend(seat_details(place, words).into_iter().map(|control| match control.name.as_str() {
        "education" => control.hint("不填按人员库"),
        "is_party_member" => control.hint("不填按党员名册"),
        _ => control,
    }));
    let seat = Group::new("任职", controls);
    let note = "党组织班子成员须为有被选举权的正式党员；村务监督委员会成员不得由村（居）民委员会成员兼任。";
    let action = format!("/terms/{}/appoint", place.id);
    page(who, ("登记任职", note), term_link(place), term_facts(place), action, vec![person, seat], typed)
}

#[get("/terms/<id>/appoint")]
async fn ask_seat(who: SignedIn, mut db: Db, id: TermId) -> Answer<Page<FormPage>> {
    let place = term(&who, &mut db, id).await?;
    let words = db.words(who.scope()).await?;
    Ok(Page(seat_page(&who, &place, &words, None)))
}

#[post("/terms/<id>/appoint", data = "<fields>")]
async fn appoint(who: SignedIn, mut db: Db, id: TermId, fields: Fields, state: &State<web::State>) -> Sent {
    let place = term(&who, &mut db, id).await?;
    let text = |name: &str| fields.given(name).map(str::to_owned);
    let seat = SeatText {
        who: WhoText {
            person: text("person"),
            name: text("name"),
            citizen_id: text("citizen_id"),
            ethnicity: text("ethnicity"),
            education: text("person_education"),
        },
        post: text("post"),
        from_day: text("from_day"),
        to_day: text("to_day"),
        leaving_reason: text("leaving_reason"),
        leaving_explanation: text("leaving_explanation"),
        education: text("education"),
        is_party_member: fields.given("is_party_member").map(|given| given == "true"),
        sources: SOURCES.into_iter().filter_map(|(name, _)| text(name)).collect(),
        note: text("note"),
    };
    let words = db.words(who.scope()).await?;
    let appointed = match seat.appoint(id, &words) {
        Ok(command) => appointment::appoint(&mut db.0, &who.actor, &state.keys, &[command]).await,
        Err(error) => Err(error),
    };
    match appointed {
        Ok(appointed) => {
            let left = appointed.released.iter().map(|one| format!("{}。", one.told()));
            let told: String = std::iter::once("已登记任职。".to_owned()).chain(left).collect();
            let days = late::typed(&fields, &["from_day"]);
            Ok(Ok(done_on(&mut db, &who, &place, &told, days).await))
        }
        Err(error) => {
            let errors = refusals(error)?;
            Ok(Err(again(seat_page(&who, &place, &words, Some((&fields, &errors))))))
        }
    }
}

fn close_page(who: &SignedIn, place: &TermPlace, typed: Typed<'_>) -> FormPage {
    let controls = vec![day("ended_on", "任期结束").required().value(today()).focus()];
    let note = "本届结束后，仍在任的人员同日按“届满”离职。一般在登记新一届时自动结束，不必单独办理。";
    let action = format!("/terms/{}/close", place.id);
    let back = village_link(&place.village, &place.village_code);
    page(who, ("结束本届", note), back, term_facts(place), action, vec![Group::new("", controls)], typed)
}

#[get("/terms/<id>/close")]
async fn ask_close(who: SignedIn, mut db: Db, id: TermId) -> Answer<Page<FormPage>> {
    let place = term(&who, &mut db, id).await?;
    Ok(Page(close_page(&who, &place, None)))
}

#[post("/terms/<id>/close", data = "<fields>")]
async fn close_term(who: SignedIn, mut db: Db, id: TermId, fields: Fields) -> Sent {
    let place = term(&who, &mut db, id).await?;
    let mut wrong = Wrong::default();
    let on = wrong.day("ended_on", "任期结束", fields.given("ended_on"));
    let closed = match wrong.finish(on) {
        Ok(on) => {
            let command = CloseTerm { term: id, version: None, on };
            committees::close_term(&mut db.0, &who.actor, &[command]).await
        }
        Err(error) => Err(error),
    };
    match closed {
        Ok(()) => {
            let (to, days) = (village_page(&place.village_code), late::typed(&fields, &["ended_on"]));
            Ok(Ok(late::done(&mut db, &who.actor, to, "已结束本届。", days).await))
        }
        Err(error) => Ok(Err(again(close_page(&who, &place, Some((&fields, &refusals(error)?)))))),
    }
}

/// A seat that a form is about, its term, and the county's words.
pub(super) type Sat = (SeatCard, TermPlace, WordBook);

/// The seat that a form is about.
pub(super) async fn seat(who: &SignedIn, db: &mut Db, id: SeatId) -> Result<Sat> {
    enters(who)?;
    let scope = who.scope();
    db::read(&mut db.0, scope, async |conn| {
        let card = queries::seat(conn, scope, id).await?;
        let terms = queries::term_places(conn, scope, &[card.seat.term_id]).await?;
        Ok((card, terms.into_iter().next().or_missing("届次")?, words::book(conn, scope.county).await?))
    })
    .await
}
