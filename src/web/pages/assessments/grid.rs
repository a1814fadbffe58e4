//! The grid of a round, filled like a sheet.

use std::collections::HashMap;

use rocket::http::Status;
use rocket::request::FlashMessage;
use rocket::response::{Flash, Redirect};
use rocket::{Route, get, post, routes};

use super::badge;
use crate::base::db;
use crate::base::error::{Error, FieldError};
use crate::base::ids::AssessmentRoundId;
use crate::base::policy::{self, Action};
use crate::base::values::Quarter;
use crate::records::assessments::queries::{self, GridRow as Stored};
use crate::records::assessments::{self, Decide, EnterScores, Entry, Mark, Scheme, ScoreRow, printed};
use crate::web::guards::{Db, Fields, SignedIn};
use crate::web::respond::{Answer, Failure, Page, PageWith};
use crate::web::views::assessments::{self as views, Grid, GridRow};
use crate::web::views::parts::Fact;
use crate::web::views::{Link, Notice, Section, Tone};

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![show, save]
}

async fn view(who: &SignedIn, db: &mut Db, id: AssessmentRoundId) -> Answer<Grid> {
    policy::require(&who.actor, Action::SeeRecords, &who.scope().path)?;
    let scope = who.scope();
    let grid = db::read(&mut db.0, scope, async |conn| queries::grid(conn, scope, id).await).await?;
    let card = &grid.line.card;
    let state = card.round.state()?;
    let quarter = Quarter::parse(&card.round.quarter).map_or(card.round.quarter.clone(), |one| one.title());
    let enters = policy::require(&who.actor, Action::EnterRecords, &who.scope().path).is_ok();
    let deducts = grid.scheme.entry == Entry::Deduction;
    Ok(Grid {
        frame: who.frame(Section::Assessments),
        title: format!("{quarter} · {}", card.organisation_name),
        back: Link::new("季度考核", "/assessments"),
        facts: vec![
            Fact::badge("状态", badge(&card.round.state)),
            Fact::text("方案", &card.scheme_name),
            Fact::text("应考核", format!("{}个", grid.line.progress.units)),
            Fact::text("已评分", format!("{}个", grid.line.progress.assessed)),
            Fact::link("结果", Link::new("排名和办理", format!("/assessments/rounds/{id}/review"))),
        ],
        method: grid.scheme.method.clone(),
        returned: card.round.returned_reason.clone().filter(|_| card.round.state == "returned"),
        action: format!("/assessments/rounds/{id}"),
        version: card.round.version.to_string(),
        decimals: grid.scheme.decimals,
        deducts,
        indicators: grid.scheme.indicators.iter().map(indicator).collect(),
        rows: grid.rows.iter().map(|row| line(&grid.scheme, row)).collect(),
        problems: Vec::new(),
        editable: enters && state.is_open(),
    })
}

fn indicator(one: &assessments::Indicator) -> views::Indicator {
    views::Indicator {
        code: one.code.clone(),
        name: one.name.clone(),
        full: printed(&one.full_marks),
        weight: printed(&one.weight),
        evidence: one.evidence.clone().unwrap_or_default(),
    }
}

fn line(scheme: &Scheme, row: &Stored) -> GridRow {
    let stored = row.assessment.as_ref();
    let text = |of: fn(&assessments::Assessment) -> &Option<String>| {
        stored.and_then(|one| of(one).clone()).unwrap_or_default()
    };
    let mark = |one: &assessments::Indicator| views::Mark {
        value: row.scores.get(&one.id).map_or_else(String::new, |score| match scheme.entry {
            Entry::Score => printed(score),
            Entry::Deduction => printed(&(&one.full_marks - score)),
        }),
        error: None,
    };
    GridRow {
        village: row.unit.code.clone(),
        name: row.unit.name.clone(),
        marks: scheme.indicators.iter().map(mark).collect(),
        total: stored.and_then(|one| one.total.as_ref()).map(printed).unwrap_or_default(),
        deduction_note: views::Mark { value: text(|one| &one.deduction_note), error: None },
        evidence: text(|one| &one.evidence),
        note: text(|one| &one.note),
    }
}

#[get("/assessments/rounds/<id>")]
async fn show(
    id: AssessmentRoundId,
    who: SignedIn,
    mut db: Db,
    flash: Option<FlashMessage<'_>>,
) -> Answer<Page<Grid>> {
    let grid = view(&who, &mut db, id).await?;
    Ok(Page(Grid { frame: who.frame(Section::Assessments).telling(flash), ..grid }))
}

/// Rows as the grid sends them, in its order.
fn typed(grid: &Grid, fields: &Fields) -> Vec<ScoreRow> {
    let sent: HashMap<&str, &str> = fields.iter().collect();
    let text = |name: &str, village: &str| {
        sent.get(format!("{name}[{village}]").as_str()).map(|text| (*text).to_owned())
    };
    grid.rows
        .iter()
        .filter_map(|row| {
            let marks = grid.indicators.iter().filter_map(|one| {
                let typed = sent.get(format!("marks[{}][{}]", row.village, one.code).as_str())?;
                let (indicator, typed) = (one.code.clone(), (*typed).to_owned());
                Some(Mark { indicator, typed, is_deduction: grid.deducts })
            });
            let row = ScoreRow {
                village: row.village.clone(),
                marks: marks.collect(),
                deduction_note: text("deduction_note", &row.village),
                evidence: text("evidence", &row.village),
                note: text("note", &row.village),
            };
            (!row.marks.is_empty() || row.deduction_note.is_some()).then_some(row)
        })
        .collect()
}

#[post("/assessments/rounds/<id>", data = "<fields>")]
async fn save(
    id: AssessmentRoundId,
    who: SignedIn,
    mut db: Db,
    fields: Fields,
) -> Answer<Result<Flash<Redirect>, PageWith<Grid>>> {
    let mut grid = view(&who, &mut db, id).await?;
    policy::require(&who.actor, Action::EnterRecords, &who.scope().path)?;
    let rows = typed(&grid, &fields);
    let command = EnterScores { round: id, version: fields.get("version").parse().ok(), rows: rows.clone() };
    match assessments::enter_scores(&mut db.0, &who.actor, &[command]).await {
        Ok(_) => {}
        Err(Error::Invalid(errors)) => {
            keep(&mut grid, &rows, &errors);
            return Ok(Err(PageWith(Status::UnprocessableEntity, grid)));
        }
        Err(Error::Stale) => {
            keep(&mut grid, &rows, &[]);
            let text =
                "本季考核刚刚被别人修改过。下面保留了您填写的内容，与已存不同的格已标出；核对后再保存即可。";
            grid.problems = vec![Notice::new(Tone::Warning, text)];
            return Ok(Err(PageWith(Status::PreconditionFailed, grid)));
        }
        Err(other) => return Err(Failure(other)),
    }
    let back = |to: String, told: &str| Ok(Ok(Flash::success(Redirect::to(to), told)));
    if fields.get("then") != "submit" {
        return back(format!("/assessments/rounds/{id}"), "已保存。");
    }
    let problems = match assessments::submit(&mut db.0, &who.actor, &[Decide::round(id)]).await {
        Ok(_) => {
            return back(format!("/assessments/rounds/{id}/review"), "已保存并提交，请等待审核员确认。");
        }
        Err(Error::Invalid(errors)) => problems("已保存，未提交。", &errors),
        Err(Error::Refused(why)) => vec![Notice::new(Tone::Bad, format!("已保存，未提交：{why}"))],
        Err(other) => return Err(Failure(other)),
    };
    let mut grid = view(&who, &mut db, id).await?;
    grid.problems = problems;
    Ok(Err(PageWith(Status::UnprocessableEntity, grid)))
}

/// The first few errors; each is in its cell as well.
fn problems(first: &str, errors: &[FieldError]) -> Vec<Notice> {
    const TOLD: usize = 3;
    let mut notices: Vec<Notice> = errors
        .iter()
        .take(TOLD)
        .map(|error| Notice::new(Tone::Bad, format!("{first}{}", error.message)))
        .collect();
    if let Some(more) = errors.len().checked_sub(TOLD).filter(|more| *more > 0) {
        notices.push(Notice::new(Tone::Bad, format!("还有{more}处需要更正。")));
    }
    notices
}

/// Puts what was typed back into the grid, with each error in its cell, or what is stored where that differs.
fn keep(grid: &mut Grid, rows: &[ScoreRow], errors: &[FieldError]) {
    grid.problems = problems("", errors);
    let part = if grid.deducts { "deductions" } else { "scores" };
    let error_at =
        |place: String| errors.iter().find(|error| error.field == place).map(|error| error.message.clone());
    for (index, row) in rows.iter().enumerate() {
        let codes: Vec<String> = grid.indicators.iter().map(|one| one.code.clone()).collect();
        let Some(line) = grid.rows.iter_mut().find(|line| line.village == row.village) else { continue };
        for (code, mark) in codes.iter().zip(line.marks.iter_mut()) {
            let Some(given) = row.marks.iter().find(|given| given.indicator == *code) else { continue };
            mark.error = error_at(format!("rows[{index}].{part}.{code}"));
            if errors.is_empty() && mark.value != given.typed.trim() {
                mark.error = Some(format!("已存为“{}”", mark.value));
            }
            given.typed.clone_into(&mut mark.value);
        }
        if let Some(text) = &row.deduction_note {
            text.clone_into(&mut line.deduction_note.value);
        }
        line.deduction_note.error = error_at(format!("rows[{index}].deduction_note"));
        for (kept, given) in [(&mut line.evidence, &row.evidence), (&mut line.note, &row.note)] {
            if let Some(text) = given {
                text.clone_into(kept);
            }
        }
    }
}
