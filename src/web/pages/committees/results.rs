//! The results sheet of a vote, to be printed and signed.

use rocket::request::FlashMessage;
use rocket::{Route, get, routes};

use super::ask::term_link;
use crate::base::db;
use crate::base::error::OrMissing;
use crate::base::ids::ElectionId;
use crate::base::policy::{self, Action};
use crate::records::committees::queries::{self, ElectionCard, TermPlace};
use crate::records::committees::{CommitteeKind, Rule, RuleBook, judge};
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
    let (card, place, book, words) = db::read(&mut db.0, scope, async |conn| {
        let card = queries::election(conn, scope, id).await?;
        let terms = queries::term_places(conn, scope, &[card.election.term_id]).await?;
        let place = terms.into_iter().next().or_missing("届次")?;
        let book = queries::rule_book(conn, scope.county).await?.of(place.division());
        Ok((card, place, book, words::book(conn, scope.county).await?))
    })
    .await?;
    let kind = place.kind().map_or("", CommitteeKind::name);
    let post = words.post_name(&card.election.post);
    let run = if card.election.run > 1 { "另行选举" } else { "选举" };
    Ok(Page(Results {
        frame: who.frame(Section::Committees).telling(flash),
        back: term_link(&place),
        title: format!("{} {kind}第{}届{post}{run}结果", place.village, place.ordinal),
        facts: facts(&card),
        rows: rows(&card),
        sentences: sentences(&card, &place, &book, &words),
        correct: policy::require(&who.actor, Action::EnterRecords, &scope.path)
            .is_ok()
            .then(|| format!("/elections/{id}/correct")),
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

fn rows(card: &ElectionCard) -> Vec<ResultRow> {
    let votings = card.votings();
    let number = |given: Option<i32>| given.map(|number| number.to_string()).unwrap_or_default();
    let row = |votes: crate::records::committees::Votes| ResultRow {
        outcome: match (votes.is_unanimous(&votings), votes.is_elected) {
            (true, _) => "满票当选",
            (false, true) => "当选",
            (false, false) => "未当选",
        }
        .to_owned(),
        votes_for: votes.votes_for.to_string(),
        against: number(votes.votes_against),
        abstentions: number(votes.abstentions),
        name: votes.candidate,
    };
    card.votes().into_iter().map(row).collect()
}

/// How the bars of the day were met.
fn sentences(card: &ElectionCard, place: &TermPlace, book: &RuleBook, words: &WordBook) -> Vec<String> {
    let (Some(kind), Ok(post)) = (place.kind(), words.post(&card.election.post)) else { return Vec::new() };
    let vote = &card.election;
    let votings = card.votings();
    let is_run_off = vote.run > 1;
    let mut told: Vec<String> = judge(book, kind, post, vote.held_on, is_run_off, &votings, &card.votes())
        .iter()
        .map(ToString::to_string)
        .collect();
    if let Some(bar) = book.bar(Rule::Attendance, kind, vote.held_on)
        && bar.is_met(vote.present, vote.eligible)
    {
        told.push(format!(
            "实到{}人，应到{}人，实到{}应到人数，选举有效（{}）。",
            vote.present,
            vote.eligible,
            bar.words(),
            bar.source
        ));
    }
    let winning = book.bar(Rule::RunOffWinning, kind, vote.held_on).filter(|_| is_run_off);
    if let Some(bar) = winning.or_else(|| book.bar(Rule::Winning, kind, vote.held_on)) {
        told.push(format!("当选须得赞成票{}实到人数（{}）。", bar.words(), bar.source));
    }
    told
}
