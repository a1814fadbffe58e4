//! What waits in some organisations and no figure counts: members to be accepted, assessments to be published.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::across::reports::basis::Basis;
use crate::across::reports::facts::inside;
use crate::base::error::Result;

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    code: String,
    #[diesel(sql_type = BigInt)]
    transfers: i64,
    #[diesel(sql_type = BigInt)]
    assessments: i64,
}

/// What waits, by code of the organisation. Of a closed quarter nothing does.
#[derive(Debug, Default)]
pub(super) struct Waits(HashMap<String, (i64, i64)>);

impl Waits {
    /// Counts what waits in some organisations.
    ///
    /// # Errors
    /// Whatever the database answers.
    pub async fn of(conn: &mut AsyncPgConnection, basis: &Basis, codes: &[String]) -> Result<Self> {
        if basis.revision.is_some() {
            return Ok(Self::default());
        }
        let statement = format!(
            "SELECT t.code, \
                (SELECT count(*) FROM transfers x WHERE x.county_id = $1 AND x.state = 'pending' AND x.on_day <= $3 \
                    AND {arrives}) AS transfers, \
                (SELECT count(*) FROM organisations o WHERE o.county_id = $1 AND {stands} \
                    AND o.kind IN ('street', 'town', 'township') AND (o.founded_on IS NULL OR o.founded_on <= $3) \
                    AND (o.dissolved_on IS NULL OR $3 < o.dissolved_on) \
                    AND EXISTS (SELECT FROM assessment_schemes s WHERE s.county_id = $1 AND starts_with(o.path, s.path) \
                        AND s.from_day <= $3 AND (s.to_day IS NULL OR $3 < s.to_day)) \
                    AND NOT EXISTS (SELECT FROM assessment_rounds r WHERE r.county_id = $1 AND r.organisation_id = o.id \
                        AND r.quarter = $5 AND r.state = 'published')) AS assessments \
             FROM unnest($4) AS t (code)",
            arrives = inside("x.to_path", "t.code"),
            stands = inside("o.path", "t.code"),
        );
        let lines: Vec<Line> = basis.ask(codes.to_vec()).about(statement).load(conn).await?;
        Ok(Self(lines.into_iter().map(|line| (line.code, (line.transfers, line.assessments))).collect()))
    }

    /// Members who wait to be accepted there.
    pub fn transfers(&self, code: &str) -> i64 {
        self.0.get(code).map_or(0, |(transfers, _)| *transfers)
    }

    /// Towns there that have not published their assessment.
    pub fn assessments(&self, code: &str) -> i64 {
        self.0.get(code).map_or(0, |(_, assessments)| *assessments)
    }
}
