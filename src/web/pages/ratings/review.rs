//! The review of a round: the arithmetic of each star, sending back, and deciding on the rest in one go.

use rocket::http::Status;
use rocket::{Route, get, post, routes};

use crate::base::db;
use crate::base::error::Error;
use crate::base::ids::{RatingId, RoundId};
use crate::base::policy::{self, Action};
use crate::base::values::rounding::percentage;
use crate::records::ratings::queries::{self, ReviewRow as Stored};
use crate::records::ratings::{self, Decide, Outcome, RatingState, SendBack, Target};
use crate::records::ratings::{Step, printed};
use crate::web::guards::{Db, Fields, SignedIn};
use crate::web::late;
use crate::web::pages::ratings::badge;
use crate::web::pages::ratings::grid::dimensions;
use crate::web::respond::{Answer, Failure, PageWith};
use crate::web::views::parts::Fact;
use crate::web::views::ratings::{Review, ReviewRow, Share};
use crate::web::views::{Link, Notice, Section, Tone};

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![show, decide, send_back]
}

type Shown = PageWith<Review>;

/// The step that waits: review before confirming before publishing.
fn waiting(rows: &[Stored]) -> Option<(Step, RatingState, &'static str, &'static str)> {
    [
        (Step::Review, RatingState::Submitted, "review", "审核通过"),
        (Step::Confirm, RatingState::Reviewed, "confirm", "确定所选"),
        (Step::Publish, RatingState::Confirmed, "publish", "公示所选"),
    ]
    .into_iter()
    .find(|(_, state, ..)| rows.iter().any(|row| row.rating.state() == *state))
}

async fn view(who: &SignedIn, db: &mut Db, id: RoundId) -> Answer<Review> {
    policy::require(&who.actor, Action::SeeRecords, &who.scope().path)?;
    let scope = who.scope();
    let review = db::read(&mut db.0, scope, async |conn| queries::review(conn, scope, id).await).await?;
    let decides = policy::require(&who.actor, Action::DecideRatings, &scope.path).is_ok();
    let step = waiting(&review.rows).filter(|_| decides);
    let card = &review.line.card;
    let total: i64 = review.distribution.iter().map(|share| share.count).sum();
    let steps: Vec<String> = review
        .scheme
        .thresholds
        .iter()
        .map(|step| {
            let level = ratings::level_name(review.scheme.rules.result, step.stars);
            format!("{}分及以上{level}", printed(&step.minimum))
        })
        .collect();
    let unrated: Vec<&str> = review.unrated.iter().map(|subject| subject.name.as_str()).collect();
    let mut facts = vec![
        Fact::text("评定期", card.round.period.clone()),
        Fact::text("方案", card.scheme_name.clone()),
        Fact::badge("状态", badge(card.round.state())),
        Fact::text("应评", format!("{}人", review.line.progress.subjects)),
    ];
    if !unrated.is_empty() {
        facts.push(Fact::text("未评", format!("{}人：{}", unrated.len(), unrated.join("、"))));
    }
    let count = |count: i64| u64::try_from(count).unwrap_or_default();
    Ok(Review {
        frame: who.frame(Section::Ratings),
        title: format!("{} · {}", card.round.period, card.organisation_name),
        back: Link::new("星级评定", "/ratings"),
        facts,
        rule: format!("{}：{}。", review.scheme.aggregation.name(), steps.join("，")),
        dimensions: dimensions(&review.scheme),
        distribution: review
            .distribution
            .iter()
            .map(|share| Share {
                label: ratings::level_name(review.scheme.rules.result, share.stars),
                count: count(share.count),
                percent: percentage(share.count, total)
                    .map_or_else(|| "—".to_owned(), |percent| format!("{percent}%")),
                before: share.before.map(count),
            })
            .collect(),
        average: review.average.map_or_else(|| "—".to_owned(), |average| average.to_string()),
        rows: review.rows.iter().map(|row| line(&review, row, decides, step.map(|step| step.1))).collect(),
        confirm: step.map(|(_, _, code, _)| format!("/ratings/rounds/{id}/{code}")),
        confirm_word: step.map_or(String::new(), |(.., word)| word.to_owned()),
    })
}

/// The record of a member; of anything else its rating.
fn subject_page(subject: &queries::Subject, rating: RatingId) -> String {
    match subject.membership_id {
        Some(member) => format!("/members/{member}"),
        None => format!("/ratings/{rating}"),
    }
}

fn line(review: &queries::Review, row: &Stored, decides: bool, choosable: Option<RatingState>) -> ReviewRow {
    let rating = &row.rating;
    let state = rating.state();
    let score = |dimension: &ratings::Dimension| {
        row.scores.get(&dimension.id).map_or_else(|| "—".to_owned(), printed)
    };
    ReviewRow {
        id: rating.id.to_string(),
        version: rating.version.to_string(),
        subject: Link::new(row.subject.name.clone(), subject_page(&row.subject, rating.id)),
        scores: review.scheme.dimensions.iter().map(score).collect(),
        total: rating.total.as_ref().map(printed).unwrap_or_default(),
        stars: rating.stars.and_then(|stars| u8::try_from(stars).ok()).unwrap_or_default(),
        arithmetic: row.arithmetic.as_ref().map_or_else(String::new, ratings::Arithmetic::sentence),
        before: row.before.and_then(|stars| u8::try_from(stars).ok()),
        evidence: rating.evidence.clone().unwrap_or_default(),
        state: badge(state),
        send_back: (decides && Step::SendBack.concerns(state))
            .then(|| format!("/ratings/{}/return", rating.id)),
        choosable: choosable == Some(state),
        level: row.arithmetic.as_ref().map(|arithmetic| arithmetic.level.clone()).unwrap_or_default(),
        open: format!("/ratings/{}", rating.id),
        remark: row.remark.clone(),
    }
}

/// What became of each: how many went on, and a sentence for every one that did not.
pub(super) fn results(word: &str, outcomes: &[Outcome]) -> Vec<Notice> {
    let done = outcomes.iter().filter(|outcome| outcome.refusal.is_none()).count();
    let told = match outcomes.len() - done {
        0 => format!("已{word}{done}人。"),
        left => format!("已{word}{done}人，未{word}{left}人。"),
    };
    let mut notices = vec![Notice::new(if done == 0 { Tone::Warning } else { Tone::Good }, told)];
    let refused = outcomes.iter().filter_map(|outcome| Some((outcome, outcome.refusal.as_ref()?)));
    notices.extend(
        refused.map(|(outcome, why)| Notice::new(Tone::Warning, format!("{}：{why}。", outcome.name))),
    );
    notices
}

#[get("/ratings/rounds/<id>/review")]
async fn show(id: RoundId, who: SignedIn, mut db: Db) -> Answer<Shown> {
    Ok(PageWith(Status::Ok, view(&who, &mut db, id).await?))
}

#[post("/ratings/rounds/<id>/<step>", data = "<fields>")]
async fn decide(id: RoundId, step: &str, who: SignedIn, mut db: Db, fields: Fields) -> Answer<Shown> {
    let commands: Vec<Decide> = fields
        .all("ratings")
        .filter_map(|text| {
            let version = fields.get(&format!("version[{text}]")).parse().ok();
            Some(Decide { target: Target::Rating(text.parse().ok()?), version })
        })
        .collect();
    if commands.is_empty() {
        let why = "没有选择任何人；请先勾选要办理的评定。".to_owned();
        return refused(&who, &mut db, id, why).await;
    }
    let (conn, actor) = (&mut db.0, &who.actor);
    let (word, outcomes) = match step {
        "review" => ("审核", ratings::review(conn, actor, &commands).await),
        "confirm" => ("确定", ratings::confirm(conn, actor, &commands).await),
        "publish" => ("公示", ratings::publish(conn, actor, &commands).await),
        _ => return Err(Failure(Error::Missing { what: "页面" })),
    };
    let outcomes = match outcomes {
        Ok(outcomes) => outcomes,
        Err(Error::Refused(why)) => return refused(&who, &mut db, id, why).await,
        Err(Error::Stale) => return stale(&who, &mut db, id).await,
        Err(other) => return Err(Failure(other)),
    };
    let mut page = view(&who, &mut db, id).await?;
    page.frame.notices = results(word, &outcomes);
    if outcomes.iter().any(|outcome| outcome.refusal.is_none()) {
        let scope = who.scope();
        let line = db::read(&mut db.0, scope, async |conn| queries::round(conn, scope, id).await).await?;
        let last_day = line.card.round.last_day;
        page.frame.notices.extend(late::of_days(&mut db, &who.actor, [last_day]).await);
    }
    Ok(PageWith(Status::Ok, page))
}

async fn refused(who: &SignedIn, db: &mut Db, id: RoundId, why: String) -> Answer<Shown> {
    let mut page = view(who, db, id).await?;
    page.frame.notices = vec![Notice::new(Tone::Bad, why)];
    Ok(PageWith(Status::UnprocessableEntity, page))
}

/// The review as it stands now, for somebody who decided on what he saw before.
async fn stale(who: &SignedIn, db: &mut Db, id: RoundId) -> Answer<Shown> {
    let why = "所选的评定刚刚被别人办理或修改过，没有作任何更改；下面是现在的情况，请核对后重新办理。";
    let mut page = view(who, db, id).await?;
    page.frame.notices = vec![Notice::new(Tone::Warning, why)];
    Ok(PageWith(Status::PreconditionFailed, page))
}

// Ranked below `/ratings/rounds/<id>`, with which its shape could be confused.
#[post("/ratings/<id>/return", rank = 2, data = "<fields>")]
async fn send_back(id: RatingId, who: SignedIn, mut db: Db, fields: Fields) -> Answer<Shown> {
    let scope = who.scope();
    let round =
        db::read(&mut db.0, scope, async |conn| Ok(queries::rating(conn, scope, id).await?.rating.round_id))
            .await?;
    let command = SendBack {
        rating: id,
        reason: fields.get("reason").to_owned(),
        version: fields.get("version").parse().ok(),
    };
    match ratings::return_(&mut db.0, &who.actor, &[command]).await {
        Ok(outcomes) => {
            let mut page = view(&who, &mut db, round).await?;
            page.frame.notices = results("退回", &outcomes);
            Ok(PageWith(Status::Ok, page))
        }
        Err(Error::Stale) => stale(&who, &mut db, round).await,
        Err(error @ Error::Invalid(_)) => refused(&who, &mut db, round, error.to_string()).await,
        Err(other) => Err(Failure(other)),
    }
}
