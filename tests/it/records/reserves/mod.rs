//! The pool: who comes in, what he goes on to do, who guides him, and what is refused.

mod departing;
mod entering;
mod guiding;
mod leaving;
mod steps;
mod succession;

use cadre::base::actor::{Actor, Role};
use cadre::base::db::{self, Connection};
use cadre::base::error::{Error, FieldError};
use cadre::base::ids::{OrganisationId, ReserveId};
use cadre::base::keys::KeyRing;
use cadre::records::reserves::queries::{self, Card};
use cadre::records::reserves::{self, Enter, Step, StepKind};

use crate::support::TestDb;
use crate::support::builders::{TestCounty, day, reserve};

/// A county with a clerk of its first town.
struct Stage {
    db: TestDb,
    county: TestCounty,
    clerk: Actor,
    keys: KeyRing,
    conn: Connection,
}

impl Stage {
    async fn new() -> Self {
        let db = TestDb::new().await;
        let county = TestCounty::new(&mut db.owner().await).await;
        let clerk = county.town(1).actor(Role::Clerk);
        let conn = db.web().await;
        Self { db, county, clerk, keys: KeyRing::ephemeral().unwrap(), conn }
    }

    async fn enter(&mut self, command: Enter) -> Result<ReserveId, Error> {
        let entered = reserves::enter(&mut self.conn, &self.clerk, &self.keys, &[command]).await;
        entered.map(|ids| ids[0])
    }

    /// Somebody in the pool of the first village.
    async fn one(&mut self) -> ReserveId {
        let command = reserve(self.county.village(1, 1), "王芳", 2);
        self.enter(command).await.unwrap()
    }

    fn village(&self, number: usize) -> OrganisationId {
        self.county.village(1, number).id
    }

    async fn step(&mut self, reserve: ReserveId, kind: StepKind, on: &str) -> Result<(), Error> {
        let reason = Some("会议决定".to_owned());
        let step = Step { reserve, version: None, kind, on: day(on), reason };
        reserves::record(&mut self.conn, &self.clerk, &[step]).await
    }

    async fn card(&mut self, id: ReserveId) -> Card {
        let (scope, keys) = (self.clerk.scope.clone(), &self.keys);
        db::read(&mut self.conn, &scope, async |conn| queries::find(conn, &scope, keys, id).await)
            .await
            .unwrap()
    }
}

/// The fields of a refusal with their sentences.
fn fields(error: &Error) -> &[FieldError] {
    match error {
        Error::Invalid(fields) => fields,
        other => panic!("{other:?}"),
    }
}

/// The one field that was refused, and why.
fn field(error: &Error) -> (&str, &str) {
    match fields(error) {
        [one] => (&one.field, &one.message),
        several => panic!("{several:?}"),
    }
}
