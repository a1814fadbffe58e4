//! 「季度考核」 going out: every assessment, a column for each indicator of the schemes that they were made by.

use std::collections::HashMap;

use diesel_async::AsyncPgConnection;

use crate::across::exports::sink::Sink;
use crate::across::exports::{Job, optional, text};
use crate::across::sheets::Cell;
use crate::base::error::{Error, Result};
use crate::base::ids::AssessmentSchemeId;
use crate::base::scope::Scope;
use crate::records::assessments::queries::{self, Card, Filter, Place};
use crate::records::assessments::{Scheme, printed};

/// Assessments read at a time.
const PAGE: i64 = 1_000;

/// The names of the indicators of the county's schemes, each once, in the order of the schemes: one column each.
///
/// # Errors
/// Whatever the database answers.
pub async fn columns(conn: &mut AsyncPgConnection, within: &Scope) -> Result<Vec<String>> {
    let mut schemes = queries::schemes(conn, within, None).await?;
    schemes.retain(|scheme| within.path.contains(&scheme.path) || scheme.path.contains(&within.path));
    let mut names: Vec<String> = Vec::new();
    for indicator in schemes.into_iter().flat_map(|scheme| scheme.indicators) {
        if !names.contains(&indicator.name) {
            names.push(indicator.name);
        }
    }
    Ok(names)
}

/// Writes every assessment, newest quarter first.
pub async fn write(
    conn: &mut AsyncPgConnection,
    job: &Job<'_>,
    further: &[String],
    sink: &mut Sink<'_>,
) -> Result<()> {
    if job.request.as_of.is_some() {
        let message = "季度考核按现状导出全部季度；请不填截止日期，需要某一季度的请在表中筛选。";
        return Err(Error::invalid("as_of", message));
    }
    let mut after: Option<Place> = None;
    loop {
        let page = queries::list(conn, job.scope, &Filter::default(), after.as_ref(), PAGE).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = Some(last.place());
        let ids: Vec<AssessmentSchemeId> = page.iter().map(|card| card.scheme_id).collect();
        let schemes = queries::by_ids(conn, job.scope.county, &ids).await?;
        for card in &page {
            sink.row(row(job, card, &schemes, further))?;
        }
    }
}

fn row(
    job: &Job<'_>,
    card: &Card,
    schemes: &HashMap<AssessmentSchemeId, Scheme>,
    further: &[String],
) -> Vec<Cell> {
    let one = &card.assessment;
    let mut cells = job.row(|field| match field {
        "id" => text(one.id.to_string()),
        "quarter" => text(&card.quarter),
        "assessor" => text(&card.assessor),
        "village" => text(&card.village.0),
        "deduction_note" => optional(one.deduction_note.as_deref()),
        "evidence" => optional(one.evidence.as_deref()),
        _ => optional(one.note.as_deref()),
    });
    let scheme = schemes.get(&card.scheme_id);
    cells.extend(further.iter().map(|name| {
        let indicator = scheme.and_then(|scheme| scheme.indicators.iter().find(|one| one.name == *name));
        let score = indicator.and_then(|indicator| card.scores.get(&indicator.id));
        // The shortest float of a number with two decimals prints as that number.
        score.and_then(|score| printed(score).parse().ok()).map_or(Cell::Empty, Cell::Number)
    }));
    cells
}
