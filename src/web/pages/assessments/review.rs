//! The review of a round: ranking, every score, objections, and the step that waits.

use rocket::http::Status;
use rocket::request::FlashMessage;
use rocket::response::{Flash, Redirect};
use rocket::{Route, get, post, routes};

use super::{badge, rank_table};
use crate::base::db;
use crate::base::error::Error;
use crate::base::ids::AssessmentRoundId;
use crate::base::policy::{self, Action};
use crate::base::values::Quarter;
use crate::records::assessments::queries::{self, Grid, ObjectionCard};
use crate::records::assessments::{self, AssessmentState, Decide, Entry, ObjectionState, SendBack, printed};
use crate::web::forms::refusals;
use crate::web::guards::{Db, Fields, SignedIn};
use crate::web::respond::{Answer, Failure, Page, PageWith};
use crate::web::views::assessments::{ObjectionView, Review};
use crate::web::views::parts::Fact;
use crate::web::views::{Badge, Cell, Column, Link, Notice, Row, Section, Table, Tone};

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![show, decide]
}

async fn view(who: &SignedIn, db: &mut Db, id: AssessmentRoundId) -> Answer<Review> {
    policy::require(&who.actor, Action::SeeRecords, &who.scope().path)?;
    let scope = who.scope();
    let (grid, ranking, objections) = db::read(&mut db.0, scope, async |conn| {
        let grid = queries::grid(conn, scope, id).await?;
        let ranking = queries::ranking_of_round(conn, scope, &grid.line.card.round).await?;
        Ok((grid, ranking, queries::of_round(conn, scope, id).await?))
    })
    .await?;
    let card = &grid.line.card;
    let state = card.round.state()?;
    let quarter = Quarter::parse(&card.round.quarter).map_or(card.round.quarter.clone(), |one| one.title());
    let may = |action| policy::require(&who.actor, action, &who.scope().path).is_ok();
    let (enters, decides) = (may(Action::EnterRecords), may(Action::DecideRatings));
    let step = match state {
        AssessmentState::Submitted if decides => Some(("confirm", "确认结果")),
        AssessmentState::Confirmed if decides => Some(("publish", "公示结果")),
        _ => None,
    };
    let is_counted = matches!(state, AssessmentState::Confirmed | AssessmentState::Published);
    let caption = if is_counted { "排名" } else { "排名（确认前预览）" };
    let mut links = Vec::new();
    if enters && state.is_open() {
        links.push(Link::new("继续填报", format!("/assessments/rounds/{id}")));
    }
    if is_counted {
        links.push(Link::new("公示单", format!("/assessments/rounds/{id}/notice")));
    }
    let year = card.round.quarter.chars().take(4).collect::<String>();
    let open_for_objections = state == AssessmentState::Published && enters;
    Ok(Review {
        frame: who.frame(Section::Assessments),
        title: format!("{quarter} · {}", card.organisation_name),
        back: Link::new("季度考核", "/assessments"),
        facts: facts(&grid),
        rule: format!("{}；红旗：{}。", grid.scheme.tie_rule(), grid.scheme.flag_rule.name()),
        problems: Vec::new(),
        ranking: rank_table(caption, &ranking, false, &year),
        scores: scores(&grid),
        notes: notes(&grid, open_for_objections),
        objections: objections.iter().map(|one| objection(one, decides)).collect(),
        version: card.round.version.to_string(),
        step: step.map(|(code, word)| (format!("/assessments/rounds/{id}/{code}"), word.to_owned())),
        send_back: (decides && matches!(state, AssessmentState::Submitted | AssessmentState::Confirmed))
            .then(|| format!("/assessments/rounds/{id}/return")),
        links,
    })
}

fn facts(grid: &Grid) -> Vec<Fact> {
    let round = &grid.line.card.round;
    let by = |name: &Option<String>| name.clone().unwrap_or_default();
    let mut facts = vec![
        Fact::badge("状态", badge(&round.state)),
        Fact::text("方案", &grid.line.card.scheme_name),
        Fact::text("考核", format!("{}/{}个", grid.line.progress.assessed, grid.line.progress.units)),
        Fact::text("提交", by(&round.submitted_by)),
        Fact::text("确认", by(&round.confirmed_by)),
        Fact::text("公示", by(&round.published_by)),
    ];
    if let (Some(from), Some(to)) = (round.notice_from, round.notice_to) {
        facts.push(Fact::text("公示期", format!("{from}至{to}")));
    }
    facts
}

/// Every score.
fn scores(grid: &Grid) -> Table {
    let mut columns = vec![Column::new("村（社区）")];
    columns.extend(
        grid.scheme
            .indicators
            .iter()
            .map(|one| Column::numeric(format!("{}（{}）", one.name, printed(&one.full_marks)))),
    );
    columns.push(Column::numeric("总分"));
    let row = |row: &queries::GridRow| {
        let dash = || "—".to_owned();
        let mut cells = vec![Cell::Text(row.unit.name.clone())];
        cells.extend(
            grid.scheme
                .indicators
                .iter()
                .map(|indicator| Cell::Number(row.scores.get(&indicator.id).map_or_else(dash, printed))),
        );
        let total = row.assessment.as_ref().and_then(|one| one.total.as_ref());
        cells.push(Cell::Number(total.map_or_else(dash, printed)));
        Row::new(cells)
    };
    let caption = if grid.scheme.entry == Entry::Deduction {
        "各项得分（满分减扣分）"
    } else {
        "各项得分"
    };
    Table {
        caption: caption.to_owned(),
        columns,
        rows: grid.rows.iter().map(row).collect(),
        empty: "本单位在季末没有所属的村（社区）。".to_owned(),
        pager: None,
    }
}

/// What was said of the scores, and the way to object while the notice runs.
fn notes(grid: &Grid, objects: bool) -> Table {
    let mut columns = ["村（社区）", "扣分说明", "印证材料", "备注"].map(Column::new).to_vec();
    if objects {
        columns.push(Column::new("异议"));
    }
    let row = |row: &queries::GridRow| {
        let one = row.assessment.as_ref();
        let text = |text: Option<&String>| Cell::Text(text.cloned().unwrap_or_else(|| "—".to_owned()));
        let mut cells = vec![
            Cell::Text(row.unit.name.clone()),
            text(one.and_then(|one| one.deduction_note.as_ref())),
            text(one.and_then(|one| one.evidence.as_ref())),
            text(one.and_then(|one| one.note.as_ref())),
        ];
        if objects {
            let link = |one: &assessments::Assessment| {
                Link::new("提出异议", format!("/assessments/{}/object", one.id))
            };
            cells.push(Cell::Links(one.map(link).into_iter().collect()));
        }
        Row::new(cells)
    };
    Table {
        caption: "扣分说明和印证材料".to_owned(),
        columns,
        rows: grid.rows.iter().map(row).collect(),
        empty: "还没有填写。".to_owned(),
        pager: None,
    }
}

fn objection(card: &ObjectionCard, decides: bool) -> ObjectionView {
    let one = &card.objection;
    let state = ObjectionState::parse(&one.state).ok();
    let tone = match state {
        Some(ObjectionState::Open) | None => Tone::Waiting,
        Some(ObjectionState::Upheld) => Tone::Good,
        Some(ObjectionState::Rejected) => Tone::Neutral,
    };
    let answer = one
        .answer
        .as_ref()
        .map(|answer| format!("{answer}（{}）", one.answered_by.as_deref().unwrap_or_default()));
    ObjectionView {
        village: card.village.1.clone(),
        raised: format!("{} {}", one.raised_on, one.raised_by),
        content: one.content.clone(),
        state: Badge::new(state.map_or(one.state.clone(), |state| state.name().to_owned()), tone),
        answer: answer.unwrap_or_default(),
        corrections: card
            .corrections
            .iter()
            .map(|fix| format!("{} {} → {}", fix.name, printed(&fix.before), printed(&fix.after)))
            .collect(),
        resolve: (decides && state == Some(ObjectionState::Open))
            .then(|| format!("/assessments/objections/{}/resolve", one.id)),
    }
}

#[get("/assessments/rounds/<id>/review")]
async fn show(
    id: AssessmentRoundId,
    who: SignedIn,
    mut db: Db,
    flash: Option<FlashMessage<'_>>,
) -> Answer<Page<Review>> {
    let review = view(&who, &mut db, id).await?;
    Ok(Page(Review { frame: who.frame(Section::Assessments).telling(flash), ..review }))
}

#[post("/assessments/rounds/<id>/<step>", data = "<fields>")]
async fn decide(
    id: AssessmentRoundId,
    step: &str,
    who: SignedIn,
    mut db: Db,
    fields: Fields,
) -> Answer<Result<Flash<Redirect>, PageWith<Review>>> {
    policy::require(&who.actor, Action::DecideRatings, &who.scope().path)?;
    let version = fields.get("version").parse().ok();
    let command = [Decide { round: id, version }];
    let (conn, actor) = (&mut db.0, &who.actor);
    let (done, told) = match step {
        "confirm" => (assessments::confirm(conn, actor, &command).await, "已确认，计入排名和报表。"),
        "publish" => (assessments::publish(conn, actor, &command).await, "已公示，公示期内可以提出异议。"),
        "return" => {
            let back = SendBack { round: id, version, reason: fields.get("reason").to_owned() };
            (assessments::return_(conn, actor, &[back]).await, "已退回考核组修改。")
        }
        _ => return Err(Failure(Error::Missing { what: "这个操作" })),
    };
    match done {
        Ok(_) => Ok(Ok(Flash::success(Redirect::to(format!("/assessments/rounds/{id}/review")), told))),
        Err(error) => {
            let errors = refusals(error)?;
            let mut review = view(&who, &mut db, id).await?;
            review.problems = errors.into_iter().map(|error| Notice::new(Tone::Bad, error.message)).collect();
            Ok(Err(PageWith(Status::UnprocessableEntity, review)))
        }
    }
}
