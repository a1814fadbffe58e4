//! What a sample is.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use crate::base::error::{Error, Result};
use crate::base::ids::{OrganisationId, RatingSampleId};
use crate::base::scope::Path;
use crate::records::assessments::DrawState;
use crate::schema::rating_samples;

/// A draw of ratings that somebody else scores again.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = rating_samples)]
pub struct Sample {
    /// Its id.
    pub id: RatingSampleId,
    /// Who draws.
    pub organisation_id: OrganisationId,
    /// Path of that organisation, as stored.
    pub path: String,
    /// Code of the scheme.
    pub scheme_code: String,
    /// The period, as written.
    pub period: String,
    /// Why they are scored again.
    pub purpose: String,
    /// Code of its state.
    pub state: String,
    /// SHA-256 of the seed.
    pub commitment: Vec<u8>,
    /// How many are drawn.
    pub sample_size: Option<i32>,
    /// Among how many.
    pub subjects: Option<i32>,
    /// SHA-256 over their ids.
    pub subjects_sha256: Option<Vec<u8>>,
    /// When they were fixed.
    pub fixed_at: Option<DateTime<Utc>>,
    /// Who fixed them.
    pub fixed_by: Option<String>,
    /// The seed, once revealed.
    pub seed: Option<String>,
    /// When it was revealed.
    pub revealed_at: Option<DateTime<Utc>>,
    /// Who revealed it.
    pub revealed_by: Option<String>,
    /// Rises with every step; the ETag.
    pub version: i32,
    /// When the commitment was made public.
    pub created_at: DateTime<Utc>,
    /// Who made it public.
    pub created_by: String,
}

impl Sample {
    /// The place of whoever draws.
    #[must_use]
    pub fn path(&self) -> Path {
        Path::stored(self.path.clone())
    }

    /// How far it is.
    ///
    /// # Errors
    /// `Broken` where the database holds an unknown state.
    pub fn state(&self) -> Result<DrawState> {
        DrawState::parse(&self.state).map_err(Error::broken)
    }
}
