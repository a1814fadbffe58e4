//! Entering a vote: the numbers of the ballots, and a row for each candidate.

use rocket::http::Status;
use rocket::response::{Flash, Redirect};
use rocket::{Route, State, get, post, routes};

use super::ask::{head_of, posts_of, term, term_facts, whole};
use super::refused;
use crate::base::clock;
use crate::base::db;
use crate::base::error::{FieldError, OrMissing, Result};
use crate::base::ids::TermId;
use crate::records::committees::queries::{self, TermPlace};
use crate::records::committees::{self, RecordElection, Rule, RuleBook, Votings};
use crate::web;
use crate::web::forms::committee::{CandidateText, VoteText, WhoText, Wrong};
use crate::web::guards::{Db, Fields, SignedIn};
use crate::web::respond::{Answer, Page, PageWith};
use crate::web::views::committees::Vote;
use crate::web::views::controls::{Kind, Source};
use crate::web::views::{Choice, Control, Form, Group, Link, Section};

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![ask, record]
}

/// How many candidates the form has room for.
const ROOM: usize = 9;

/// The numbers of a vote: field, label.
const NUMBERS: [(&str, &str); 6] = [
    ("places", "应选名额"),
    ("eligible", "应到人数"),
    ("present", "实到人数"),
    ("issued", "发出选票"),
    ("returned", "收回选票"),
    ("valid", "有效票"),
];

fn number(name: impl Into<String>, label: &str) -> Control {
    Control::new(name, label, Kind::Number)
}

fn candidate(at: usize) -> Group {
    let name = |field: &str| format!("candidates[{at}].{field}");
    let elected = Kind::Select(vec![Choice::new("false", "未当选"), Choice::new("true", "当选")]);
    Group::new(
        format!("候选人{}", at + 1),
        vec![
            Control::new(
                name("person"),
                "姓名",
                Kind::Picker(Source::Search("/committees/people".to_owned())),
            )
            .columns(4),
            number(name("votes_for"), "赞成票").columns(2),
            number(name("votes_against"), "反对票").columns(2),
            number(name("abstentions"), "弃权票").columns(2),
            Control::new(name("is_elected"), "结果", elected).value("false").columns(2),
        ],
    )
}

/// The bars of today, in words.
fn bars(place: &TermPlace, book: &RuleBook) -> String {
    let Some(kind) = place.kind() else { return String::new() };
    let told = [
        (Rule::Attendance, "实到", "应到人数"),
        (Rule::Winning, "当选须得赞成票", "实到人数"),
        (Rule::Surplus, "候选人多出", "应选名额（书记、副书记等额）"),
    ];
    let told: Vec<String> = told
        .into_iter()
        .filter_map(|(rule, what, whole)| {
            let bar = book.bar(rule, kind, clock::today())?;
            Some(format!("{what}{}{whole}", bar.words()))
        })
        .collect();
    told.join("；")
}

fn page(who: &SignedIn, place: &TermPlace, book: &RuleBook, typed: Option<(&Fields, &[FieldError])>) -> Vote {
    let mut controls = vec![
        Control::new("post", "职务", posts_of(place)).required().value(head_of(place)).columns(3).focus(),
        Control::new("held_on", "选举日期", Kind::Date)
            .required()
            .value(place.from_day.to_string())
            .columns(3),
        number("run", "轮次").value("1").columns(3).hint("另行选举填2、3"),
    ];
    controls.extend(NUMBERS.into_iter().map(|(name, label)| number(name, label).required().columns(3)));
    let mut groups = vec![Group::new("选举情况", controls)];
    groups.extend((0..ROOM).map(candidate));
    let frame = who.frame(Section::Committees);
    let back = Link::new(&place.village, format!("/committees/villages/{}", place.village_code));
    let mut form = Form {
        action: format!("/terms/{}/vote", place.id),
        csrf_token: frame.csrf_token.clone(),
        groups,
        submit: "登记选举".to_owned(),
        cancel: Some(back.href.clone()),
        ..Form::default()
    };
    if let Some((fields, errors)) = typed {
        form.keep(|name| fields.has(name).then(|| fields.get(name)));
        form.refuse(errors);
    }
    Vote { frame, back, facts: term_facts(place), note: bars(place, book), form }
}

async fn read(who: &SignedIn, db: &mut Db, id: TermId) -> Result<(TermPlace, RuleBook)> {
    let place = term(who, db, id).await?;
    let scope = who.scope();
    let book =
        db::read(&mut db.0, scope, async |conn| Ok(queries::rule_book(conn, scope.county).await?)).await?;
    Ok((place, book))
}

#[get("/terms/<id>/vote")]
async fn ask(who: SignedIn, mut db: Db, id: TermId) -> Answer<Page<Vote>> {
    let (place, book) = read(&who, &mut db, id).await?;
    Ok(Page(page(&who, &place, &book, None)))
}

fn text(fields: &Fields) -> Result<VoteText> {
    let mut wrong = Wrong::default();
    let mut numbers = [0; NUMBERS.len()];
    for ((name, label), number) in NUMBERS.into_iter().zip(&mut numbers) {
        if fields.given(name).is_none() {
            wrong.refuse(name, format!("{label}没有填写，请按选举记录填写"), None);
        }
        *number = whole(&mut wrong, fields, name, label).unwrap_or_default();
    }
    let [places, eligible, present, issued, returned, valid] = numbers;
    let run = whole(&mut wrong, fields, "run", "轮次").unwrap_or(1);
    let mut candidates = Vec::new();
    for at in 0..ROOM {
        let name = |field: &str| format!("candidates[{at}].{field}");
        let person = fields.given(&name("person")).map(str::to_owned);
        let votes_for = whole(&mut wrong, fields, &name("votes_for"), "赞成票");
        let votes_against = whole(&mut wrong, fields, &name("votes_against"), "反对票");
        let abstentions = whole(&mut wrong, fields, &name("abstentions"), "弃权票");
        if person.is_none() && votes_for.is_none() {
            continue;
        }
        if votes_for.is_none() && fields.given(&name("votes_for")).is_none() {
            wrong.refuse(&name("votes_for"), "赞成票没有填写，没有得票的填0", None);
        }
        candidates.push(CandidateText {
            who: WhoText { person, ..WhoText::default() },
            votes_for: votes_for.unwrap_or_default(),
            votes_against,
            abstentions,
            is_elected: fields.get(&name("is_elected")) == "true",
        });
    }
    let given = |name: &str| fields.given(name).map(str::to_owned);
    wrong.finish(Some(VoteText {
        post: given("post"),
        held_on: given("held_on"),
        run,
        votings: Votings { places, eligible, present, issued, returned, valid },
        candidates,
    }))
}

#[post("/terms/<id>/vote", data = "<fields>")]
async fn record(
    who: SignedIn,
    mut db: Db,
    id: TermId,
    fields: Fields,
    state: &State<web::State>,
) -> Answer<std::result::Result<Flash<Redirect>, PageWith<Vote>>> {
    let (place, book) = read(&who, &mut db, id).await?;
    let recorded: Result<_> = match text(&fields).and_then(|text| text.held()) {
        Ok(held) => {
            let command = RecordElection { term: id, held };
            committees::record_election(&mut db.0, &who.actor, &state.keys, &[command]).await
        }
        Err(error) => Err(error),
    };
    match recorded {
        Ok(ids) => {
            let id = ids.into_iter().next().or_missing("选举记录")?;
            let told = "已登记选举结果，可以打印后签字。".to_owned();
            Ok(Ok(Flash::success(Redirect::to(format!("/elections/{id}")), told)))
        }
        Err(error) => {
            let page = page(&who, &place, &book, Some((&fields, &refused(error)?)));
            Ok(Err(PageWith(Status::UnprocessableEntity, page)))
        }
    }
}
