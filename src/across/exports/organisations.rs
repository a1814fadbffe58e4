//! 「党组织」 going out: the organisations below the one asked for.

use std::collections::HashMap;

use diesel_async::AsyncPgConnection;

use crate::across::exports::sink::Sink;
use crate::across::exports::{Job, day, optional, text};
use crate::base::error::Result;
use crate::base::ids::OrganisationId;
use crate::records::organisations::Organisation;
use crate::records::organisations::queries::{self, Filter};

/// Organisations read at a time.
const PAGE: i64 = 2_000;

/// Writes every organisation, in the order of the tree. The county itself has none above it and stays out.
pub async fn write(conn: &mut AsyncPgConnection, job: &Job<'_>, sink: &mut Sink<'_>) -> Result<()> {
    let mut above: HashMap<OrganisationId, String> = HashMap::new();
    if let Some(parent) = job.request.organisation.parent_id
        && let Some(parent) = queries::find(conn, job.scope.county, parent).await?
    {
        above.insert(parent.id, parent.code);
    }
    let moved = match job.request.as_of {
        Some(day) => queries::parents_on(conn, job.scope.county, day).await?,
        None => HashMap::new(),
    };
    let mut after: Option<String> = None;
    loop {
        let page = queries::list(conn, job.scope, &Filter::default(), after.as_deref(), PAGE).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = Some(last.path.clone());
        for one in page {
            above.insert(one.id, one.code.clone());
            let parent = moved.get(&one.id).or_else(|| above.get(&one.parent_id?));
            let existed = job.request.as_of.is_none_or(|day| {
                one.founded_on.is_none_or(|first| first <= day)
                    && one.dissolved_on.is_none_or(|last| day < last)
            });
            if let Some(parent) = parent.filter(|_| existed) {
                sink.row(job.row(|field| cell(field, &one, parent)))?;
            }
        }
    }
}

fn cell(field: &str, one: &Organisation, parent: &str) -> crate::across::sheets::Cell {
    match field {
        "id" => text(one.id.to_string()),
        "code" => text(&one.code),
        "name" => text(&one.name),
        "parent_code" => text(parent),
        "kind" => text(one.kind_name()),
        "founded_on" => day(one.founded_on),
        "dissolved_on" => day(one.dissolved_on),
        "credit_code" => optional(one.credit_code.as_deref()),
        "telephone" => optional(one.telephone.as_deref()),
        _ => optional(one.note.as_deref()),
    }
}
