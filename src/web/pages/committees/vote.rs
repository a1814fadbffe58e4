//! Entering a vote: the numbers of the ballots, and a row for each candidate; correcting one, and removing one that was
//! entered by mistake.

use std::collections::HashMap;

use chrono::NaiveDate;
use rocket::http::Status;
use rocket::response::{Flash, Redirect};
use rocket::{Route, State, get, post, routes};

use super::ask::{
    Sent, Typed, again, done_on, enters, head_of, page as form_of, posts_of, term, term_facts, term_link,
    whole,
};
use super::correct::{refused_or_stale, version};
use crate::base::db;
use crate::base::error::{FieldError, OrMissing, Result};
use crate::base::ids::{ElectionId, TermId};
use crate::base::values::parse_date;
use crate::records::committees::queries::{self, ElectionCard, TermPlace};
use crate::records::committees::{
    self, Ballot, Bar, Election, RecordElection, RemoveElection, Rule, RuleBook, Votings, places_open,
    winning_bar,
};
use crate::records::words::{self, WordBook};
use crate::web;
use crate::web::forms::committee::{CandidateText, VoteText, WhoText, Wrong};
use crate::web::forms::refusals;
use crate::web::guards::{Db, Fields, SignedIn};
use crate::web::late;
use crate::web::respond::{Answer, Page, PageWith};
use crate::web::views::committees::Vote;
use crate::web::views::controls::{Kind, Source};
use crate::web::views::form_page::FormPage;
use crate::web::views::parts::Fact;
use crate::web::views::{Choice, Control, Form, Group, Link, Section};

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![ask, record, ask_correction, correct, ask_removal, remove]
}

/// How many candidates the form has room for.
const ROOM: usize = 9;

/// How many candidates are read of a form: a stored vote may have more than an empty form has room for.
const MOST: usize = 60;

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

fn candidate(at: usize, stored: Option<&Ballot>) -> Group {
    let name = |field: &str| format!("candidates[{at}].{field}");
    let votes = |of: fn(&Ballot) -> Option<i32>| {
        stored.and_then(of).map(|votes| votes.to_string()).unwrap_or_default()
    };
    let elected = Kind::Select(vec![Choice::new("false", "未当选"), Choice::new("true", "当选")]);
    Group::new(
        format!("候选人{}", at + 1),
        vec![
            Control::new(
                name("person"),
                "姓名",
                Kind::Picker(Source::Search("/committees/people".to_owned())),
            )
            .value(stored.map(|ballot| ballot.person_id.to_string()).unwrap_or_default())
            .columns(4),
            number(name("votes_for"), "赞成票").value(votes(|ballot| Some(ballot.votes_for))).columns(2),
            number(name("votes_against"), "反对票").value(votes(|ballot| ballot.votes_against)).columns(2),
            number(name("abstentions"), "弃权票").value(votes(|ballot| ballot.abstentions)).columns(2),
            Control::new(name("is_elected"), "结果", elected)
                .value(stored.is_some_and(|ballot| ballot.is_elected).to_string())
                .columns(2),
        ],
    )
}

/// What is known of a vote while its form is filled in.
struct Known {
    held_on: NaiveDate,
    run: i32,
    eligible: Option<i32>,
    present: Option<i32>,
}

impl Known {
    /// What is typed, before what is on record of the vote.
    fn of(stored: Option<&ElectionCard>, first_day: NaiveDate, typed: Option<&Fields>) -> Self {
        let vote = stored.map(|card| &card.election);
        let text = |name: &str| typed.and_then(|fields| fields.given(name));
        let number = |name: &str, of: fn(&Election) -> i32| {
            text(name).map_or_else(|| vote.map(of), |text| text.parse().ok())
        };
        let day = text("held_on").and_then(|text| parse_date(text).ok());
        Self {
            held_on: day.unwrap_or_else(|| vote.map_or(first_day, |vote| vote.held_on)),
            run: number("run", |vote| vote.run).unwrap_or(1),
            eligible: number("eligible", |vote| vote.eligible),
            present: number("present", |vote| vote.present),
        }
    }
}

/// The bars of the day, in words; with the numbers that they come to, where those of the vote are known.
fn bars(place: &TermPlace, book: &RuleBook, known: &Known) -> String {
    let Some(kind) = place.kind() else { return String::new() };
    let bar = |rule| book.bar(rule, kind, known.held_on);
    let number = |bar: &Bar, whole: Option<i32>, label: &str, unit: &str| {
        let told = |whole: i32| format!("（{label}{whole}人，即不少于{}{unit}）", bar.needed(whole));
        whole.map(told).unwrap_or_default()
    };
    let mut told = Vec::new();
    told.extend(
        bar(Rule::Attendance)
            .map(|bar| format!("实到{}应到人数{}", bar.words(), number(bar, known.eligible, "应到", "人"))),
    );
    told.extend(winning_bar(book, kind, known.held_on, known.run > 1).map(|bar| {
        format!("当选须得赞成票{}实到人数{}", bar.words(), number(bar, known.present, "实到", "票"))
    }));
    let run_off = bar(Rule::RunOffWinning).filter(|_| known.run < 2);
    told.extend(run_off.map(|bar| format!("另行选举当选须得赞成票{}实到人数", bar.words())));
    // Whoever stands in a run-off was outvoted before: no more of them are demanded than places.
    let surplus = bar(Rule::Surplus).filter(|_| known.run < 2);
    told.extend(surplus.map(|bar| format!("候选人多出{}应选名额（书记、副书记等额）", bar.words())));
    told.join("；")
}

/// Every version of the bars that are told as numbers while typing: rule, first day, first day no longer in force,
/// comparison and share; the county's own first.
fn quotas(place: &TermPlace, book: &RuleBook) -> String {
    let told = |bar: &&Bar| {
        place.kind() == Some(bar.kind)
            && matches!(bar.rule, Rule::Attendance | Rule::Winning | Rule::RunOffWinning)
    };
    let line = |bar: &Bar| {
        let until = bar.to_day.map_or_else(|| "-".to_owned(), |day| day.to_string());
        let (rule, comparison) = (bar.rule.code(), bar.comparison.code());
        format!("{rule} {} {until} {comparison} {} {}", bar.from_day, bar.numerator, bar.denominator)
    };
    book.bars().iter().filter(told).map(line).collect::<Vec<_>>().join(";")
}

/// The form of a vote: empty, or with what is recorded of one.
fn page(
    who: &SignedIn,
    (place, book, words): (&TermPlace, &RuleBook, &WordBook),
    stored: Option<&ElectionCard>,
    typed: Option<(&Fields, &[FieldError])>,
) -> Vote {
    let vote = stored.map(|card| &card.election);
    let post = vote.map_or_else(|| head_of(place).to_owned(), |vote| vote.post.clone());
    let held_on = vote.map_or(place.from_day, |vote| vote.held_on);
    let mut controls = vec![
        Control::new("post", "职务", posts_of(place, words)).required().value(post).columns(3).focus(),
        Control::new("held_on", "选举日期", Kind::Date).required().value(held_on.to_string()).columns(3),
        number("run", "轮次")
            .value(vote.map_or(1, |vote| vote.run).to_string())
            .columns(3)
            .hint("另行选举填2、3，须先登记前一轮"),
    ];
    let numbers = stored.map(ElectionCard::votings).map(|votings| {
        let Votings { places, eligible, present, issued, returned, valid } = votings;
        [places, eligible, present, issued, returned, valid]
    });
    controls.extend(NUMBERS.into_iter().enumerate().map(|(at, (name, label))| {
        let known = numbers.and_then(|numbers| numbers.get(at).map(ToString::to_string));
        number(name, label).required().value(known.unwrap_or_default()).columns(3)
    }));
    let mut groups = vec![Group::new("选举情况", controls)];
    let ballots = stored.map_or(&[][..], |card| card.ballots.as_slice());
    let sent = |fields: &Fields| {
        let was_sent = |at: &usize| fields.has(&format!("candidates[{at}].person"));
        (0..MOST).take_while(was_sent).count()
    };
    let rows = ROOM.max(ballots.len()).max(typed.map_or(0, |(fields, _)| sent(fields)));
    groups.extend((0..rows).map(|at| candidate(at, ballots.get(at).map(|(ballot, _)| ballot))));
    let frame = who.frame(Section::Committees);
    let back = match vote {
        Some(vote) => Link::new("选举结果", format!("/elections/{}", vote.id)),
        None => term_link(place),
    };
    let mut form = Form {
        action: vote.map_or_else(
            || format!("/terms/{}/vote", place.id),
            |vote| format!("/elections/{}/correct", vote.id),
        ),
        csrf_token: frame.csrf_token.clone(),
        hidden: vote.map(|vote| ("version".to_owned(), vote.version.to_string())).into_iter().collect(),
        groups,
        submit: if vote.is_some() { "更正选举" } else { "登记选举" }.to_owned(),
        cancel: Some(back.href.clone()),
        instead: vote
            .map(|vote| Link::new("登错了村或届次？删除这次选举", format!("/elections/{}/remove", vote.id))),
        ..Form::default()
    };
    if let Some((fields, errors)) = typed {
        form.keep(|name| fields.has(name).then(|| fields.get(name)));
        form.refuse(errors);
    }
    let known = Known::of(stored, place.from_day, typed.map(|(fields, _)| fields));
    Vote {
        title: form.submit.clone(),
        frame,
        back,
        facts: term_facts(place),
        note: bars(place, book, &known),
        quotas: quotas(place, book),
        form,
    }
}

async fn read(who: &SignedIn, db: &mut Db, id: TermId) -> Result<(TermPlace, RuleBook, WordBook)> {
    let place = term(who, db, id).await?;
    let scope = who.scope();
    db::read(&mut db.0, scope, async |conn| {
        let book = queries::rule_book(conn, scope.county).await?.of(place.division());
        Ok((place, book, words::book(conn, scope.county).await?))
    })
    .await
}

/// The form of a vote; `after` another one, that of the run-off which it leaves places to.
#[get("/terms/<id>/vote?<after>")]
async fn ask(who: SignedIn, mut db: Db, id: TermId, after: Option<&str>) -> Answer<Page<Vote>> {
    let (place, book, words) = read(&who, &mut db, id).await?;
    let mut vote = page(&who, (&place, &book, &words), None, None);
    if let Some(after) = after.and_then(|id| id.parse::<ElectionId>().ok()) {
        let scope = who.scope();
        let cards =
            db::read(&mut db.0, scope, async |conn| Ok(queries::elections(conn, scope, &[id]).await?))
                .await?;
        let card = cards.into_iter().find(|card| card.election.id == after).or_missing("选举记录")?;
        let known = run_off(&card, &place, &book);
        let standing = known.keys().filter(|name| name.starts_with("candidates[")).count();
        vote.form.groups.extend((ROOM..standing).map(|at| candidate(at, None)));
        vote.form.keep(|name| known.get(name).map(String::as_str));
        let before = &card.election;
        let (held_on, run) = (before.held_on, before.run.saturating_add(1));
        let next = Known { held_on, run, eligible: Some(before.eligible), present: None };
        vote.note = bars(&place, &book, &next);
    }
    Ok(Page(vote))
}

/// What is known of the run-off after a vote: number, places, who could vote, and who stands, after a tie those who were tied.
fn run_off(card: &ElectionCard, place: &TermPlace, book: &RuleBook) -> HashMap<String, String> {
    let vote = &card.election;
    let tied = place.kind().map(|kind| card.tied(kind, book)).unwrap_or_default();
    let mut known = HashMap::from([
        ("post".to_owned(), vote.post.clone()),
        ("held_on".to_owned(), vote.held_on.to_string()),
        ("run".to_owned(), vote.run.saturating_add(1).to_string()),
        ("places".to_owned(), places_open(&card.votings(), &card.votes()).to_string()),
        ("eligible".to_owned(), vote.eligible.to_string()),
    ]);
    let stand_again = card
        .ballots
        .iter()
        .enumerate()
        .filter(|(at, (ballot, _))| if tied.is_empty() { !ballot.is_elected } else { tied.contains(at) });
    for (at, (_, (ballot, _))) in stand_again.enumerate() {
        known.insert(format!("candidates[{at}].person"), ballot.person_id.to_string());
    }
    known
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
    for at in 0..MOST {
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
    let (place, book, words) = read(&who, &mut db, id).await?;
    let recorded: Result<_> = match text(&fields).and_then(|text| text.held(&words)) {
        Ok(held) => {
            let command = RecordElection { term: id, held };
            committees::record_election(&mut db.0, &who.actor, &state.keys, &[command]).await
        }
        Err(error) => Err(error),
    };
    match recorded {
        Ok(ids) => {
            let id = ids.into_iter().next().or_missing("选举记录")?;
            let (told, days) = ("已登记选举结果，可以打印后签字。", late::typed(&fields, &["held_on"]));
            let to = Redirect::to(format!("/elections/{id}"));
            Ok(Ok(late::done(&mut db, &who.actor, to, told, days).await))
        }
        Err(error) => {
            let page = page(&who, (&place, &book, &words), None, Some((&fields, &refusals(error)?)));
            Ok(Err(PageWith(Status::UnprocessableEntity, page)))
        }
    }
}

/// A vote as it is recorded, its term, the bars, the county's words.
type Recorded = (ElectionCard, TermPlace, RuleBook, WordBook);

async fn stored(who: &SignedIn, db: &mut Db, id: ElectionId) -> Result<Recorded> {
    enters(who)?;
    let scope = who.scope();
    db::read(&mut db.0, scope, async |conn| {
        let card = queries::election(conn, scope, id).await?;
        let terms = queries::term_places(conn, scope, &[card.election.term_id]).await?;
        let place = terms.into_iter().next().or_missing("届次")?;
        let book = queries::rule_book(conn, scope.county).await?.of(place.division());
        Ok((card, place, book, words::book(conn, scope.county).await?))
    })
    .await
}

#[get("/elections/<id>/correct")]
async fn ask_correction(who: SignedIn, mut db: Db, id: ElectionId) -> Answer<Page<Vote>> {
    let (card, place, book, words) = stored(&who, &mut db, id).await?;
    Ok(Page(page(&who, (&place, &book, &words), Some(&card), None)))
}

#[post("/elections/<id>/correct", data = "<fields>")]
async fn correct(
    who: SignedIn,
    mut db: Db,
    id: ElectionId,
    fields: Fields,
    state: &State<web::State>,
) -> Answer<std::result::Result<Flash<Redirect>, PageWith<Vote>>> {
    let (before, _, _, words) = stored(&who, &mut db, id).await?;
    let command = version(&fields).and_then(|version| text(&fields)?.correct(id, version, &words));
    let corrected = match command {
        Ok(command) => committees::correct_election(&mut db.0, &who.actor, &state.keys, &[command]).await,
        Err(error) => Err(error),
    };
    match corrected {
        Ok(()) => {
            let told = "已更正选举结果，请重新打印后签字。";
            let mut days = late::typed(&fields, &["held_on"]);
            days.push(before.election.held_on);
            let to = Redirect::to(format!("/elections/{id}"));
            Ok(Ok(late::done(&mut db, &who.actor, to, told, days).await))
        }
        Err(error) => {
            let (card, place, book, words) = stored(&who, &mut db, id).await?;
            let vote = &card.election;
            let errors = refused_or_stale(error, &vote.updated_by, &vote_now(&card))?;
            let page = page(&who, (&place, &book, &words), Some(&card), Some((&fields, &errors)));
            Ok(Err(PageWith(Status::UnprocessableEntity, page)))
        }
    }
}

fn vote_now(card: &ElectionCard) -> String {
    let vote = &card.election;
    format!("{}选举，应到{}人，实到{}人，有效票{}张", vote.held_on, vote.eligible, vote.present, vote.valid)
}

fn removal_page(
    who: &SignedIn,
    (card, place, words): (&ElectionCard, &TermPlace, &WordBook),
    typed: Typed<'_>,
) -> FormPage {
    let controls = vec![
        Control::new("reason", "删除原因", Kind::Text)
            .required()
            .columns(12)
            .focus()
            .hint("如误登到另一个村"),
    ];
    let mut facts = term_facts(place);
    facts.push(Fact::text("职务", words.post_name(&card.election.post)));
    facts.push(Fact::text("登记内容", vote_now(card)));
    let note = "只删除登记错误的选举，删除的内容和原因保留在操作日志，已结账季度的数字不变，任职记录也不变。数字登错了请用“更正”。";
    let vote = &card.election;
    let action = format!("/elections/{}/remove", vote.id);
    let back = Link::new("选举结果", format!("/elections/{}", vote.id));
    let groups = vec![Group::new("", controls)];
    let mut page = form_of(who, ("删除选举", note), back, facts, action, groups, typed);
    page.form.hidden.push(("version".to_owned(), vote.version.to_string()));
    page
}

#[get("/elections/<id>/remove")]
async fn ask_removal(who: SignedIn, mut db: Db, id: ElectionId) -> Answer<Page<FormPage>> {
    let (card, place, _, words) = stored(&who, &mut db, id).await?;
    Ok(Page(removal_page(&who, (&card, &place, &words), None)))
}

#[post("/elections/<id>/remove", data = "<fields>")]
async fn remove(who: SignedIn, mut db: Db, id: ElectionId, fields: Fields) -> Sent {
    let (card, place, _, words) = stored(&who, &mut db, id).await?;
    let reason = fields.get("reason").to_owned();
    let removed = match version(&fields) {
        Ok(version) => {
            let command = RemoveElection { election: id, version, reason };
            committees::remove_election(&mut db.0, &who.actor, &[command]).await
        }
        Err(error) => Err(error),
    };
    match removed {
        Ok(()) => {
            let days = vec![card.election.held_on];
            Ok(Ok(done_on(&mut db, &who, &place, "已删除选举。", days).await))
        }
        Err(error) => {
            let errors = refused_or_stale(error, &card.election.updated_by, &vote_now(&card))?;
            Ok(Err(again(removal_page(&who, (&card, &place, &words), Some((&fields, &errors))))))
        }
    }
}
