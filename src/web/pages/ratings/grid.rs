//! The grid of a round, filled like a sheet.

use std::collections::HashMap;

use rocket::http::Status;
use rocket::request::FlashMessage;
use rocket::response::{Flash, Redirect};
use rocket::{Route, get, post, routes};

use crate::base::db;
use crate::base::error::{Error, FieldError};
use crate::base::ids::RoundId;
use crate::base::policy::{self, Action};
use crate::records::ratings::model::{RaterRule, ResultKind};
use crate::records::ratings::printed;
use crate::records::ratings::queries::{self, GridRow as Stored};
use crate::records::ratings::{
    self, Decide, EnterRaterScores, EnterScores, Rater, RatingState, Scheme, ScoreRow,
};
use crate::web::guards::{Db, Fields, SignedIn};
use crate::web::pages::ratings::badge;
use crate::web::respond::{Answer, Failure, Page, PageWith};
use crate::web::views::parts::Fact;
use crate::web::views::ratings::{Dimension, Grid, GridRow, Score, Threshold, Veto};
use crate::web::views::{Badge, Link, Notice, Section, Tone};

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![show, save]
}

async fn view(who: &SignedIn, db: &mut Db, id: RoundId) -> Answer<Grid> {
    policy::require(&who.actor, Action::SeeRecords, &who.scope().path)?;
    let scope = who.scope();
    let grid = db::read(&mut db.0, scope, async |conn| queries::grid(conn, scope, id).await).await?;
    let card = &grid.line.card;
    Ok(Grid {
        frame: who.frame(Section::Ratings),
        title: format!("{} · {} · {}", card.round.period, card.scheme_name, card.organisation_name),
        back: Link::new("星级评定", "/ratings"),
        facts: vec![
            Fact::badge("状态", badge(card.round.state())),
            Fact::text("评定对象", grid.scheme.subject.name()),
            Fact::text("应评", grid.line.progress.subjects.to_string()),
            Fact::text("已评", grid.line.progress.rated.to_string()),
            Fact::link("审核", Link::new("查看审核页", format!("/ratings/rounds/{id}/review"))),
        ],
        procedure: grid.scheme.procedure.clone(),
        action: format!("/ratings/rounds/{id}"),
        version: card.round.version.to_string(),
        decimals: grid.scheme.decimals,
        aggregation: grid.scheme.aggregation.code(),
        missing_part: grid.scheme.missing_part.code(),
        dimensions: dimensions(&grid.scheme),
        thresholds: grid
            .scheme
            .thresholds
            .iter()
            .map(|step| Threshold { level: level(&grid.scheme, step.stars), from: printed(&step.minimum) })
            .collect(),
        vetoes: grid
            .scheme
            .vetoes
            .iter()
            .map(|veto| Veto {
                code: veto.code.clone(),
                name: veto.name.clone(),
                level: level(&grid.scheme, veto.stars),
            })
            .collect(),
        lowest: level(&grid.scheme, 0),
        rater: (grid.scheme.rules.raters != RaterRule::One).then(String::new),
        raters_note: format!(
            "{}，至少{}人评分才计分；不能给本人评分。",
            grid.scheme.rules.raters.name(),
            grid.scheme.rules.least_raters
        ),
        rows: grid.rows.iter().map(|row| line(&grid.scheme, row)).collect(),
        problems: Vec::new(),
        editable: policy::require(&who.actor, Action::EnterRecords, &who.scope().path).is_ok(),
    })
}

/// A level as the grid shows it: stars are counted, grades have names.
fn level(scheme: &Scheme, stars: i32) -> String {
    match scheme.rules.result {
        ResultKind::Stars => format!("{stars} 星"),
        ResultKind::Grades => ratings::level_name(ResultKind::Grades, stars),
    }
}

pub(super) fn dimensions(scheme: &Scheme) -> Vec<Dimension> {
    let view = |dimension: &ratings::Dimension| Dimension {
        code: dimension.code.clone(),
        name: dimension.name.clone(),
        max: printed(&dimension.maximum),
        weight: printed(&dimension.weight),
        cap: dimension.cap.as_ref().map(printed).unwrap_or_default(),
    };
    scheme.dimensions.iter().map(view).collect()
}

fn line(scheme: &Scheme, row: &Stored) -> GridRow {
    let rating = row.rating.as_ref();
    let state = rating.map(ratings::Rating::state);
    let by_one = scheme.rules.raters == RaterRule::One;
    let score = |dimension: &ratings::Dimension| Score {
        // Where several score, the cells are those of the next sheet.
        value: row.scores.get(&dimension.id).filter(|_| by_one).map(printed).unwrap_or_default(),
        error: None,
    };
    GridRow {
        subject: row.subject.id.to_string(),
        name: row.subject.name.clone(),
        is_member: row.subject.membership_id.is_some(),
        note: row.subject.note(),
        scores: scheme.dimensions.iter().map(score).collect(),
        total: rating.and_then(|rating| rating.total.as_ref()).map(printed).unwrap_or_default(),
        level: rating.and_then(|rating| rating.stars).map(|stars| level(scheme, stars)).unwrap_or_default(),
        veto: rating.and_then(|rating| rating.veto.clone()).unwrap_or_default(),
        evidence: rating.and_then(|rating| rating.evidence.clone()).unwrap_or_default(),
        state: state.map_or_else(|| Badge::new("未评", Tone::Neutral), badge),
        returned: rating
            .filter(|_| state == Some(RatingState::Returned))
            .and_then(|rating| rating.returned_reason.clone()),
        locked: !row.subject.may_be_rated(&scheme.rules) || state.is_some_and(|state| !state.is_open()),
    }
}

#[get("/ratings/rounds/<id>")]
async fn show(id: RoundId, who: SignedIn, mut db: Db, flash: Option<FlashMessage<'_>>) -> Answer<Page<Grid>> {
    let grid = view(&who, &mut db, id).await?;
    Ok(Page(Grid { frame: who.frame(Section::Ratings).telling(flash), ..grid }))
}

/// Rows as the grid sends them: `scores[<subject>][<dimension>]`, `evidence[<subject>]`, in the order of the grid.
fn typed(grid: &Grid, fields: &Fields) -> Vec<ScoreRow> {
    let sent: HashMap<&str, &str> = fields.iter().collect();
    grid.rows
        .iter()
        .filter_map(|row| {
            let scores = grid.dimensions.iter().filter_map(|dimension| {
                let value = sent.get(format!("scores[{}][{}]", row.subject, dimension.code).as_str())?;
                Some((dimension.code.clone(), (*value).to_owned()))
            });
            let evidence = sent.get(format!("evidence[{}]", row.subject).as_str());
            let row = ScoreRow {
                subject: row.subject.parse().ok()?,
                scores: scores.collect(),
                evidence: evidence.map(|text| (*text).to_owned()),
                veto: sent.get(format!("veto[{}]", row.subject).as_str()).map(|code| (*code).to_owned()),
            };
            let says = !row.scores.is_empty() || row.evidence.is_some() || row.veto.is_some();
            says.then_some(row)
        })
        .collect()
}

#[post("/ratings/rounds/<id>", data = "<fields>")]
async fn save(
    id: RoundId,
    who: SignedIn,
    mut db: Db,
    fields: Fields,
) -> Answer<Result<Flash<Redirect>, PageWith<Grid>>> {
    let mut grid = view(&who, &mut db, id).await?;
    let rows = typed(&grid, &fields);
    match enter(&who, &mut db, id, &grid, &fields, &rows).await {
        Ok(()) => {}
        Err(Error::Invalid(errors)) => {
            keep(&mut grid, &fields, &rows, &errors);
            return Ok(Err(PageWith(Status::UnprocessableEntity, grid)));
        }
        Err(Error::Stale) => {
            keep(&mut grid, &fields, &rows, &[]);
            let text =
                "本期刚刚被别人修改过。下面保留了您填写的内容，与已存不同的格已标出；核对后再保存即可。";
            grid.problems = vec![Notice::new(Tone::Warning, text)];
            return Ok(Err(PageWith(Status::PreconditionFailed, grid)));
        }
        Err(other) => return Err(Failure(other)),
    }
    let back = |told: &str| Ok(Ok(Flash::success(Redirect::to(format!("/ratings/rounds/{id}")), told)));
    if fields.get("then") != "submit" {
        return back("已保存。");
    }
    let notices = match ratings::submit(&mut db.0, &who.actor, &[Decide::round(id)]).await {
        Ok(outcomes) if outcomes.iter().all(|outcome| outcome.refusal.is_none()) => {
            return back("已保存并提交，请等待审核。");
        }
        Ok(outcomes) => super::review::results("提交", &outcomes),
        Err(Error::Refused(why)) => vec![Notice::new(Tone::Bad, why)],
        Err(other) => return Err(Failure(other)),
    };
    let mut grid = view(&who, &mut db, id).await?;
    grid.problems = notices;
    Ok(Err(PageWith(Status::UnprocessableEntity, grid)))
}

/// Enters the rows: those of a rater where the grid asks for one.
async fn enter(
    who: &SignedIn,
    db: &mut Db,
    id: RoundId,
    grid: &Grid,
    fields: &Fields,
    rows: &[ScoreRow],
) -> Result<(), Error> {
    let version = fields.get("version").parse().ok();
    if grid.rater.is_none() {
        let command = EnterScores { round: id, version, rows: rows.to_vec() };
        return ratings::enter_scores(&mut db.0, &who.actor, &[command]).await.map(|_| ());
    }
    let rows: Vec<ScoreRow> = rows.iter().map(|row| of_sheet(grid, row)).collect();
    if rows.iter().all(|row| row.scores.is_empty()) {
        let says = rows.iter().any(|row| row.evidence.is_some() || row.veto.is_some());
        if !says && fields.get("then") != "submit" {
            let message = "这张评分表还没有填写分数；请填写评分人和分数后再保存。";
            return Err(Error::invalid("rows", message));
        }
        // Evidence and vetoes are nobody's sheet.
        let command = EnterScores { round: id, version, rows };
        return ratings::enter_scores(&mut db.0, &who.actor, &[command]).await.map(|_| ());
    }
    let rater = rater(grid, fields.get("rater").trim());
    let command = EnterRaterScores { round: id, version, rater, rows };
    ratings::enter_rater_scores(&mut db.0, &who.actor, &[command]).await.map(|_| ())
}

/// The rater of a name: the member of the grid who alone bears it. Office-holders have no number as members here, and of
/// namesakes nobody knows which one is meant: both are told apart by the name.
fn rater(grid: &Grid, name: &str) -> Rater {
    let namesakes: Vec<&GridRow> = grid.rows.iter().filter(|row| row.name == name).collect();
    let member = match namesakes.as_slice() {
        [one] if one.is_member => one.subject.parse().ok(),
        _ => None,
    };
    Rater { name: name.to_owned(), member }
}

/// What a row says of the sheet of a rater: the scores that were filled in, evidence and veto where they are not those
/// on record. Rows that say nothing stand between the others, so that an error names its line.
fn of_sheet(grid: &Grid, row: &ScoreRow) -> ScoreRow {
    let subject = row.subject.to_string();
    let line = grid.rows.iter().find(|line| line.subject == subject);
    let differs = |typed: &String, stored: fn(&GridRow) -> &str| {
        line.is_none_or(|line| !line.locked && typed.trim() != stored(line))
    };
    let filled = row.scores.iter().filter(|(_, score)| !score.trim().is_empty());
    ScoreRow {
        subject: row.subject,
        scores: filled.cloned().collect(),
        evidence: row.evidence.clone().filter(|typed| differs(typed, |line| &line.evidence)),
        veto: row.veto.clone().filter(|typed| differs(typed, |line| &line.veto)),
    }
}

/// The first few errors; each is in its cell as well.
fn problems(errors: &[FieldError]) -> Vec<Notice> {
    const TOLD: usize = 3;
    let mut notices: Vec<Notice> =
        errors.iter().take(TOLD).map(|error| Notice::new(Tone::Bad, error.message.clone())).collect();
    if let Some(more) = errors.len().checked_sub(TOLD).filter(|more| *more > 0) {
        let text = format!("还有{more}处需要更正，都已在表中标红；光标所在格的原因显示在页面下方。");
        notices.push(Notice::new(Tone::Bad, text));
    }
    notices
}

/// Puts what was typed back into the grid, with each error in its cell, or what is stored where that differs.
fn keep(grid: &mut Grid, fields: &Fields, rows: &[ScoreRow], errors: &[FieldError]) {
    grid.problems = problems(errors);
    let by_raters = grid.rater.is_some();
    if let Some(rater) = &mut grid.rater {
        fields.get("rater").clone_into(rater);
    }
    for (index, row) in rows.iter().enumerate() {
        let subject = row.subject.to_string();
        let codes: Vec<String> = grid.dimensions.iter().map(|dimension| dimension.code.clone()).collect();
        let Some(line) = grid.rows.iter_mut().find(|line| line.subject == subject && !line.locked) else {
            continue;
        };
        for (code, score) in codes.iter().zip(line.scores.iter_mut()) {
            let Some((_, value)) = row.scores.iter().find(|(given, _)| given == code) else { continue };
            let place = format!("rows[{index}].scores.{code}");
            score.error = errors.iter().find(|error| error.field == place).map(|error| error.message.clone());
            // The sheet of a rater stands beside nothing.
            if errors.is_empty() && !by_raters && score.value != value.trim() {
                score.error = Some(format!("已存为“{}”", score.value));
            }
            value.clone_into(&mut score.value);
        }
        if let Some(evidence) = &row.evidence {
            evidence.clone_into(&mut line.evidence);
        }
        if let Some(veto) = &row.veto {
            veto.clone_into(&mut line.veto);
        }
    }
}
