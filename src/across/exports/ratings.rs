//! 「星级评定」 going out: everything that was rated, a column for each dimension of the schemes.

use std::collections::HashMap;

use diesel_async::AsyncPgConnection;

use crate::across::exports::sink::Sink;
use crate::across::exports::{Job, optional, text};
use crate::across::sheets::Cell;
use crate::base::error::{Error, Result};
use crate::base::ids::SubjectId;
use crate::base::scope::Scope;
use crate::records::ratings::printed;
use crate::records::ratings::queries::{self, Cursor, Filter, Grid, GridRow, Subject};

/// Rounds read at a time.
const PAGE: i64 = 100;

/// The names of the dimensions of the county's schemes, each once, in the order of the schemes: one column each.
///
/// # Errors
/// Whatever the database answers.
pub async fn columns(conn: &mut AsyncPgConnection, within: &Scope) -> Result<Vec<String>> {
    let mut names: Vec<String> = Vec::new();
    for scheme in queries::schemes(conn, within, None).await? {
        for dimension in scheme.dimensions {
            if !names.contains(&dimension.name) {
                names.push(dimension.name);
            }
        }
    }
    Ok(names)
}

/// Writes every rating, newest period first.
pub async fn write(
    conn: &mut AsyncPgConnection,
    job: &Job<'_>,
    further: &[String],
    sink: &mut Sink<'_>,
) -> Result<()> {
    if job.request.as_of.is_some() {
        let message = "星级评定按现状导出全部评定期；请不填截止日期，需要某一期的请在表中筛选。";
        return Err(Error::invalid("as_of", message));
    }
    let mut after: Option<Cursor> = None;
    loop {
        let page = queries::list(conn, job.scope, &Filter::default(), after.as_ref(), PAGE).await?;
        let Some(last) = page.last() else { return Ok(()) };
        let round = &last.card.round;
        after = Some(Cursor { last_day: round.last_day, path: round.path.clone(), id: round.id });
        for line in &page {
            let grid = queries::grid(conn, job.scope, line.card.round.id).await?;
            let rated: Vec<&GridRow> = grid.rows.iter().filter(|row| row.rating.is_some()).collect();
            let subjects: Vec<&Subject> = rated.iter().map(|row| &row.subject).collect();
            let people = queries::people_of(conn, job.scope, &subjects).await?;
            let mut ids = HashMap::new();
            for (subject, person) in people {
                let id = match &job.request.unmasked {
                    Some(_) => person.unseal(job.keys)?.citizen_id.as_str().to_owned(),
                    None => person.masked_citizen_id(job.keys)?,
                };
                ids.insert(subject, id);
            }
            for rated in rated {
                sink.row(row(job, &grid, rated, &ids, further))?;
            }
        }
    }
}

fn row(
    job: &Job<'_>,
    grid: &Grid,
    rated: &GridRow,
    ids: &HashMap<SubjectId, String>,
    further: &[String],
) -> Vec<Cell> {
    let (card, subject) = (&grid.line.card, &rated.subject);
    let rating = rated.rating.as_ref();
    let is_person = subject.code.is_none();
    let mut cells = job.row(|field| match field {
        "id" => optional(rating.map(|rating| rating.id.to_string())),
        "scheme" => text(&card.scheme_code),
        "period" => text(&card.round.period),
        "organisation" => text(&card.organisation_code),
        "name" => optional(Some(subject.name.as_str()).filter(|_| is_person)),
        "citizen_id" => optional(ids.get(&subject.id).map(String::as_str)),
        "village" => optional(subject.code.as_deref()),
        "evidence" => optional(rating.and_then(|rating| rating.evidence.as_deref())),
        _ => Cell::Empty,
    });
    cells.extend(further.iter().map(|name| {
        let dimension = grid.scheme.dimensions.iter().find(|dimension| dimension.name == *name);
        let score = dimension.and_then(|dimension| rated.scores.get(&dimension.id));
        // The shortest float of a number with few decimals prints as that number.
        score.and_then(|score| printed(score).parse().ok()).map_or(Cell::Empty, Cell::Number)
    }));
    cells
}
