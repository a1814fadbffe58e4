//! What is kept of a quarter.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use crate::base::error::{Error, Result};
use crate::base::values::Quarter;
use crate::records::quarters::QuarterState;
use crate::schema::{quarter_revisions, quarters};

/// A row of `quarters`: who proposed and who confirmed its closing.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = quarters)]
pub struct Closing {
    /// The quarter, as stored.
    pub quarter: String,
    /// Code of the state.
    pub state: String,
    /// Who proposed it.
    pub proposed_by: Option<String>,
    /// When.
    pub proposed_at: Option<DateTime<Utc>>,
    /// Who confirmed it.
    pub confirmed_by: Option<String>,
    /// When.
    pub confirmed_at: Option<DateTime<Utc>>,
    /// Who proposed to amend it.
    pub amendment_proposed_by: Option<String>,
    /// When.
    pub amendment_proposed_at: Option<DateTime<Utc>>,
    /// Why it is to be amended.
    pub amendment_reason: Option<String>,
}

impl Closing {
    /// The quarter.
    ///
    /// # Errors
    /// `Broken` where the database holds something else.
    pub fn quarter(&self) -> Result<Quarter> {
        Quarter::parse(&self.quarter).map_err(Error::broken)
    }

    /// The state.
    ///
    /// # Errors
    /// `Broken` where the database holds an unknown one.
    pub fn state(&self) -> Result<QuarterState> {
        QuarterState::parse(&self.state).map_err(Error::broken)
    }
}

/// A row of `quarter_revisions`: one frozen state of a quarter.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = quarter_revisions)]
pub struct Revision {
    /// The quarter, as stored.
    pub quarter: String,
    /// 1 for the closing, 2 … for amendments, 0 for a baseline.
    pub number: i32,
    /// The revision of the quarter before that it rests on.
    pub previous_number: Option<i32>,
    /// Who prepared it.
    pub preparer: String,
    /// Who confirmed it.
    pub confirmer: String,
    /// Why it was amended.
    pub reason: Option<String>,
    /// When it was frozen.
    pub closed_at: DateTime<Utc>,
    /// Highest number of stars of the primary member scheme then in force.
    pub star_scale: Option<i32>,
    /// SHA-256 over its rows.
    pub digest: Vec<u8>,
    /// How many rows.
    pub row_count: i64,
}
