//! How many pairs of people who look like one wait for somebody. A look at all the people of a county takes a tenth of a
//! second, too long for every opening of a desk: a count is shown for some minutes, or until this server settles one.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use diesel_async::AsyncPgConnection;

use crate::across::people::kinds_seen;
use crate::base::actor::Actor;
use crate::base::clock;
use crate::base::db;
use crate::base::error::Result;
use crate::base::ids::CountyId;
use crate::records::merges::{self, Looked};

/// How long a count is shown, in minutes.
const MINUTES: i64 = 10;

/// County, place, and how many kinds of relations whoever looked sees.
type Asked = (CountyId, String, usize);
/// The minute it was counted in, and how many.
type Counted = (i64, i64);

/// The counts of late.
#[derive(Debug, Default)]
pub struct Pairs(Mutex<HashMap<Asked, Counted>>);

impl Pairs {
    /// How many pairs wait inside the actor's scope.
    ///
    /// # Errors
    /// Whatever the database answers.
    pub async fn count(&self, conn: &mut AsyncPgConnection, actor: &Actor) -> Result<i64> {
        let (scope, kinds) = (&actor.scope, kinds_seen(actor));
        let key = (scope.county, scope.path.as_str().to_owned(), kinds.len());
        let minute = clock::now().timestamp().div_euclid(60);
        let fresh = |(counted, _): &Counted| (*counted..counted + MINUTES).contains(&minute);
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&key).copied();
        if let Some((_, count)) = kept.filter(fresh) {
            return Ok(count);
        }
        let looked = Looked::new(scope.clone(), &kinds, None);
        let count = db::read(conn, scope, async |conn| Ok(merges::count(conn, &looked).await?)).await?;
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() > 1_000 {
            all.retain(|_, kept| fresh(kept));
        }
        all.insert(key, (minute, count));
        Ok(count)
    }

    /// Forgets the counts of a county: somebody settled or merged a pair.
    pub fn forget(&self, county: CountyId) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).retain(|(of, _, _), _| *of != county);
    }
}
