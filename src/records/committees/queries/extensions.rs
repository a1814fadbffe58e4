//! How far terms were extended.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::{Array, Date, Text, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::ids::TermId;
use crate::base::scope::Scope;
use crate::records::committees::rules::extensions::Extension;

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Uuid)]
    term_id: TermId,
    #[diesel(sql_type = Date)]
    due_before: NaiveDate,
    #[diesel(sql_type = Date)]
    until_day: NaiveDate,
    #[diesel(sql_type = Text)]
    document_number: String,
    #[diesel(sql_type = Date)]
    approved_on: NaiveDate,
}

/// The extension in effect of each of some terms that have one: the latest that the term is still due by. Who corrects the
/// day by which a term is due takes its extension out of effect.
///
/// # Errors
/// Whatever the database answers.
pub async fn extensions(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    terms: &[TermId],
) -> QueryResult<HashMap<TermId, Extension>> {
    let rows: Vec<Row> = diesel::sql_query(
        "SELECT DISTINCT ON (x.term_id) x.term_id, x.due_before, x.until_day, x.document_number, x.approved_on \
         FROM term_extensions x JOIN committee_terms t ON t.county_id = x.county_id AND t.id = x.term_id \
            AND t.due_day = x.until_day \
         WHERE x.county_id = $1 AND x.path >= $2 AND x.path < $3 AND x.term_id = ANY ($4) \
         ORDER BY x.term_id, x.id DESC",
    )
    .bind::<Uuid, _>(within.county)
    .bind::<Text, _>(within.path.as_str())
    .bind::<Text, _>(within.path.end())
    .bind::<Array<Uuid>, _>(terms)
    .load(conn)
    .await?;
    let extension = |row: Row| Extension {
        due_before: row.due_before,
        until: row.until_day,
        document: row.document_number,
        approved_on: row.approved_on,
    };
    Ok(rows.into_iter().map(|row| (row.term_id, extension(row))).collect())
}
