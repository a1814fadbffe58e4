//! The results sheet of a vote, to be printed and signed.

use rocket::request::FlashMessage;
use rocket::{Route, get, routes};

use super::ask::term_link;
use crate::base::db;
use crate::base::error::OrMissing;
use crate::base::ids::ElectionId;
use crate::base::policy::{self, Action};
use crate::records::committees::queries::{self, ElectionCard, TermPlace};
use crate::records::committees::{
    Bar, CommitteeKind, Rule, RuleBook, Votes, exact_attendance, is_attended, judge, places_open,
};
use crate::records::words::{self, WordBook};
use crate::web::guards::{Db, SignedIn};
use crate::web::respond::{Answer, Page};
use crate::web::views::Section;
use crate::web::views::committees::{ResultRow, Results};
use crate::web::views::parts::Fact;

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![show]
}

#[get("/elections/<id>")]
async fn show(
    who: SignedIn,
    mut db: Db,
    id: ElectionId,
    flash: Option<FlashMessage<'_>>,
) -> Answer<Page<Results>> {
    policy::require(&who.actor, Action::SeeRecords, &who.scope().path)?;
    let scope = who.scope();
    let (card, others, place, book, words) = db::read(&mut db.0, scope, async |conn| {
        let card = queries::election(conn, scope, id).await?;
        let others = queries::elections(conn, scope, &[card.election.term_id]).await?;
        let terms = queries::term_places(conn, scope, &[card.election.term_id]).await?;
        let place = terms.into_iter().next().or_missing("届次")?;
        let book = queries::rule_book(conn, scope.county).await?.of(place.division());
        Ok((card, others, place, book, words::book(conn, scope.county).await?))
    })
    .await?;
    let kind = place.kind().map_or("", CommitteeKind::name);
    let post = words.post_name(&card.election.post);
    let run = if card.is_run_off() { "另行选举" } else { "选举" };
    let tied = place.kind().map(|kind| card.tied(kind, &book)).unwrap_or_default();
    let enters = policy::require(&who.actor, Action::EnterRecords, &scope.path).is_ok();
    let is_left_open = is_valid(&card, &place, &book)
        && places_open(&card.votings(), &card.votes()) > 0
        && next(&card, &others).is_none();
    Ok(Page(Results {
        frame: who.frame(Section::Committees).telling(flash),
        back: term_link(&place),
        title: format!("{} {kind}第{}届{post}{run}结果", place.village, place.ordinal),
        facts: facts(&card),
        rows: rows(&card, &tied),
        sentences: sentences(&card, (others.as_slice(), tied.as_slice()), &place, &book, &words),
        correct: enters.then(|| format!("/elections/{id}/correct")),
        again: (enters && is_left_open).then(|| format!("/terms/{}/vote?after={id}", place.id)),
    }))
}

fn facts(card: &ElectionCard) -> Vec<Fact> {
    let vote = &card.election;
    [
        ("选举日期", vote.held_on.to_string()),
        ("轮次", vote.run.to_string()),
        ("应选名额", vote.places.to_string()),
        ("应到人数", vote.eligible.to_string()),
        ("实到人数", vote.present.to_string()),
        ("发出选票", vote.issued.to_string()),
        ("收回选票", vote.returned.to_string()),
        ("有效票", vote.valid.to_string()),
        ("无效票", vote.returned.saturating_sub(vote.valid).to_string()),
    ]
    .into_iter()
    .map(|(label, value)| Fact::text(label, value))
    .collect()
}

fn rows(card: &ElectionCard, tied: &[usize]) -> Vec<ResultRow> {
    let votings = card.votings();
    let number = |given: Option<i32>| given.map(|number| number.to_string()).unwrap_or_default();
    let row = |(at, votes): (usize, Votes)| ResultRow {
        outcome: match (votes.is_unanimous(&votings), votes.is_elected) {
            (true, _) => "满票当选",
            (false, true) => "当选",
            (false, false) if tied.contains(&at) => "平票，未当选",
            (false, false) => "未当选",
        }
        .to_owned(),
        votes_for: votes.votes_for.to_string(),
        against: number(votes.votes_against),
        abstentions: number(votes.abstentions),
        name: votes.candidate,
    };
    card.votes().into_iter().enumerate().map(row).collect()
}

/// Whether enough took part.
fn is_valid(card: &ElectionCard, place: &TermPlace, book: &RuleBook) -> bool {
    place.kind().is_none_or(|kind| is_attended(book, kind, card.election.held_on, &card.votings()))
}

/// How the bars of the day were met, with the numbers that they came to, and what the vote left open.
fn sentences(
    card: &ElectionCard,
    (others, tied): (&[ElectionCard], &[usize]),
    place: &TermPlace,
    book: &RuleBook,
    words: &WordBook,
) -> Vec<String> {
    let (Some(kind), Ok(post)) = (place.kind(), words.post(&card.election.post)) else { return Vec::new() };
    let vote = &card.election;
    let votings = card.votings();
    let mut told: Vec<String> =
        judge(book, kind, post, vote.held_on, card.is_run_off(), &votings, &card.votes())
            .iter()
            .map(ToString::to_string)
            .collect();
    let is_valid = is_valid(card, place, book);
    if let Some(bar) = book.bar(Rule::Attendance, kind, vote.held_on).filter(|_| is_valid) {
        told.push(format!(
            "到会须不少于{}人（{}，{}），实到{}人，选举有效。",
            bar.needed(vote.eligible),
            bar.share_of(&format!("应到{}人", vote.eligible)),
            bar.source,
            vote.present
        ));
    }
    let exact = exact_attendance(book, kind, post, vote.held_on, &votings);
    told.extend(exact.map(|exact| format!("{exact}。")));
    let winning = card.winning_bar(kind, book);
    told.extend(winning.map(|bar| {
        let share = bar.share_of(&format!("实到{}人", vote.present));
        format!("当选须得赞成票不少于{}票（{share}，{}）。", bar.needed(vote.present), bar.source)
    }));
    if is_valid {
        told.extend(left_open(card, (others, tied), kind, winning));
    }
    told
}

/// What a vote left open: a tie (平票), places that nobody was elected to (不足额); and what is done about it.
fn left_open(
    card: &ElectionCard,
    (others, tied): (&[ElectionCard], &[usize]),
    kind: CommitteeKind,
    winning: Option<&Bar>,
) -> Vec<String> {
    let votes = card.votes();
    let mut told = Vec::new();
    let alike: Vec<&Votes> =
        votes.iter().enumerate().filter(|(at, _)| tied.contains(at)).map(|(_, one)| one).collect();
    if let Some(one) = alike.first() {
        let names: Vec<&str> = alike.iter().map(|one| one.candidate.as_str()).collect();
        told.push(format!(
            "{}各得赞成票{}，票数相等，不能确定当选人，本轮都未当选，须就这几人再次投票（平票再投）。",
            names.join("、"),
            one.votes_for
        ));
    }
    let places = card.election.places;
    let open = places_open(&card.votings(), &votes);
    if open > 0 {
        let elected = places.saturating_sub(open);
        let what_next = match (next(card, others), kind) {
            (Some(run), _) => format!("已于{}进行第{}轮选举", run.election.held_on, run.election.run),
            (None, _) if !alike.is_empty() => "由再次投票决定".to_owned(),
            (None, CommitteeKind::VillageParty) => format!(
                "可就不足的{open}名另行选举；接近应选名额的，经半数以上选举人同意也可以减少名额，不再选举{}",
                winning.map(|bar| format!("（{}）", bar.source)).unwrap_or_default()
            ),
            (None, _) => format!("就不足的{open}名另行选举"),
        };
        told.push(format!(
            "应选{places}名，当选{elected}名，{places}-{elected}={open}，不足额{open}名：{what_next}。"
        ));
    }
    told
}

/// The run-off that followed a vote, where there was one.
fn next<'a>(card: &ElectionCard, others: &'a [ElectionCard]) -> Option<&'a ElectionCard> {
    let vote = &card.election;
    let of_post = || others.iter().filter(|other| other.election.post == vote.post);
    let follows = |other: &&ElectionCard| {
        let day = other.election.held_on;
        // A later vote of the same number has run-offs of its own.
        let is_anew = |between: &ElectionCard| {
            let between = &between.election;
            between.run == vote.run && vote.held_on < between.held_on && between.held_on <= day
        };
        other.election.run == vote.run.saturating_add(1) && vote.held_on <= day && !of_post().any(is_anew)
    };
    of_post().find(follows)
}
