//! Which closed quarter a day touches: what is entered for that day now is not in its frozen figures.

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::{Integer, Text, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::error::{Error, Result};
use crate::base::scope::Scope;
use crate::base::values::Quarter;
use crate::records::quarters::QuarterState;

/// A closed quarter whose figures a day touches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClosedQuarter {
    /// The first closed quarter that ends on or after the day.
    pub quarter: Quarter,
    /// Its latest revision.
    pub revision: i32,
    /// The first quarter that is open: its report tells what was recorded late.
    pub open: Quarter,
    /// Name of the county, which amends it.
    pub county: String,
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    first: String,
    #[diesel(sql_type = Text)]
    last: String,
    #[diesel(sql_type = Integer)]
    revision: i32,
    #[diesel(sql_type = Text)]
    county: String,
}

/// The closed quarter that a day touches; none where the day lies after the last closed one.
///
/// # Errors
/// When the database fails, or holds a quarter that is none.
pub async fn touched(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    day: NaiveDate,
) -> Result<Option<ClosedQuarter>> {
    let county = within.whole_county().path.as_str().trim_end_matches('/').to_owned();
    let line: Option<Line> = diesel::sql_query(
        "WITH closed AS (SELECT min(q.quarter) AS first, max(q.quarter) AS last FROM quarters q \
            WHERE q.county_id = $1 AND q.state = $2 AND q.quarter >= $3) \
         SELECT c.first, c.last, max(r.number) AS revision, coalesce((SELECT o.name FROM organisations o \
                WHERE o.county_id = $1 AND o.code = $4), '') AS county \
         FROM closed c JOIN quarter_revisions r ON r.county_id = $1 AND r.quarter = c.first AND r.number >= 1 \
         GROUP BY c.first, c.last",
    )
    .bind::<Uuid, _>(within.county)
    .bind::<Text, _>(QuarterState::Closed.code())
    .bind::<Text, _>(Quarter::containing(day).to_string())
    .bind::<Text, _>(county)
    .get_result(conn)
    .await
    .optional()?;
    let Some(line) = line else { return Ok(None) };
    let parse = |text: &str| Quarter::parse(text).map_err(Error::broken);
    Ok(Some(ClosedQuarter {
        quarter: parse(&line.first)?,
        revision: line.revision,
        open: parse(&line.last)?.next(),
        county: line.county,
    }))
}
