//! Team pictures that were counted before and still hold.
//!
//! Nothing of a county changes without an entry in its trail, and the entries of a chain become visible in the order of
//! their numbers, since each holds the head of the chain until its transaction ends. So the number of the newest entry
//! that a snapshot sees says which state of the county it sees: a picture counted in that state is that of any later
//! moment with the same newest entry.
//!
//! What somebody changes in the tables past every verb leaves no entry. So that it is seen too, nothing is kept for longer
//! than [`HELD_FOR`].

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use diesel_async::AsyncPgConnection;
use quick_cache::sync::Cache;
use tokio::sync::Notify;

use super::picture::{TeamPicture, counted};
use super::quarterly::reported;
use super::team_counts::refresh_team_counts;
use crate::base::actor::Actor;
use crate::base::clock;
use crate::base::db::{self, Database};
use crate::base::error::Result;
use crate::base::ids::CountyId;
use crate::base::scope::Scope;
use crate::base::values::Quarter;
use crate::records::audit;

/// As many as a county's towns and the villages looked at lately; a picture takes about 20 kB.
const CAPACITY: usize = 128;

/// Areas whose verbs change nothing that a team picture shows.
const IRRELEVANT: [&str; 6] = ["accounts", "assessments", "audit", "ratings", "training", "vetting"];

/// Whose picture, of which quarter, in which revision (none: the latest, or the records as they are).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Asked {
    county: CountyId,
    organisation: String,
    quarter: Quarter,
    revision: Option<i32>,
}

/// For how long a picture is kept without being counted anew.
pub const HELD_FOR: TimeDelta = TimeDelta::minutes(5);

#[derive(Debug, Clone)]
struct Kept {
    newest_entry: i64,
    counted_at: DateTime<Utc>,
    picture: TeamPicture,
}

/// Pictures counted before. Whoever asks is judged anew each time; what is kept depends on no one.
#[derive(Debug)]
pub struct KeptPictures {
    pictures: Cache<Asked, Kept>,
    held_for: TimeDelta,
    /// Counties whose counts by village are to be made again, and of which quarter.
    due: Mutex<HashMap<CountyId, (Scope, Quarter)>>,
    called: Notify,
}

impl Default for KeptPictures {
    fn default() -> Self {
        Self::holding(HELD_FOR)
    }
}

impl KeptPictures {
    /// Pictures that are kept for so long at most.
    #[must_use]
    pub fn holding(held_for: TimeDelta) -> Self {
        Self { pictures: Cache::new(CAPACITY), held_for, due: Mutex::default(), called: Notify::new() }
    }

    fn due(&self) -> MutexGuard<'_, HashMap<CountyId, (Scope, Quarter)>> {
        self.due.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn call_for(&self, county: &Scope, quarter: Quarter) {
        self.due().insert(county.county, (county.clone(), quarter));
        self.called.notify_one();
    }

    /// Makes counts by village again whenever a picture found some that do not hold, until `stop` ends. Pictures are
    /// exact without it, and slower.
    pub async fn keep_counts(&self, database: &Database, stop: impl Future<Output = ()>) {
        let mut stop = std::pin::pin!(stop);
        loop {
            tokio::select! {
                () = &mut stop => return,
                () = self.called.notified() => {}
            }
            tokio::select! {
                () = &mut stop => return,
                () = self.make_due(database) => {}
            }
        }
    }

    /// Makes the counts that pictures have called for.
    pub async fn make_due(&self, database: &Database) {
        let due = std::mem::take(&mut *self.due());
        for (county, quarter) in due.into_values() {
            if let Err(error) = refresh_team_counts(database, &county, quarter).await {
                tracing::warn!(%error, "the counts of teams were not made again");
            }
        }
    }

    /// The team picture of an organisation, as [`team_picture`](super::team_picture) would count it now.
    ///
    /// # Errors
    /// As [`team_picture`](super::team_picture).
    pub async fn picture(
        &self,
        conn: &mut AsyncPgConnection,
        actor: &Actor,
        organisation: &str,
        quarter: Quarter,
        revision: Option<i32>,
    ) -> Result<TeamPicture> {
        let county = actor.scope.whole_county();
        db::read_snapshot(conn, &county, async |conn| {
            let organisation = reported(conn, actor, organisation).await?;
            let newest_entry = audit::queries::newest(conn, &county, &IRRELEVANT).await?;
            let organisation_code = organisation.code.clone();
            let asked = Asked { county: county.county, organisation: organisation_code, quarter, revision };
            let now = clock::now();
            if let Some(kept) = self.pictures.get(&asked)
                && kept.newest_entry == newest_entry
                && now - kept.counted_at < self.held_for
            {
                return Ok(kept.picture);
            }
            let (picture, due) = counted(conn, &county, &organisation, quarter, revision).await?;
            if due {
                self.call_for(&county, quarter);
            }
            let kept = Kept { newest_entry, counted_at: now, picture: picture.clone() };
            self.pictures.insert(asked, kept);
            Ok(picture)
        })
        .await
    }
}
