//! Candidates: who may be proposed, what departments may say, what becomes of them, and who sees it.

mod answering;
mod appointing;
mod deciding;
mod disclosing;
mod proposing;
mod seeing;

use cadre::base::actor::{Actor, Role};
use cadre::base::db::{self, Connection};
use cadre::base::error::{Error, FieldError, Result};
use cadre::base::ids::{CandidateCheckId, PersonId};
use cadre::base::keys::KeyRing;
use cadre::records::members;
use cadre::records::vetting::queries::{self, Card, Sheet};
use cadre::records::vetting::{self, Propose, VerdictResult};
use cadre::schema::people;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::support::TestDb;
use crate::support::builders::{TestCounty, member, vetting as given};

/// A county with a list, two members in its first village, a clerk of its first town and a supervisor.
struct Stage {
    db: TestDb,
    county: TestCounty,
    clerk: Actor,
    supervisor: Actor,
    keys: KeyRing,
    conn: Connection,
    people: Vec<PersonId>,
}

impl Stage {
    async fn new(is_demanded: bool) -> Self {
        let mut stage = Self::without_list().await;
        given::settled(&mut stage.conn, &stage.county, is_demanded).await;
        stage
    }

    async fn without_list() -> Self {
        let db = TestDb::new().await;
        let county = TestCounty::new(&mut db.owner().await).await;
        let (clerk, supervisor) = (county.town(1).actor(Role::Clerk), county.county.actor(Role::Supervisor));
        let mut conn = db.web().await;
        let keys = KeyRing::ephemeral().unwrap();
        let branch = county.branch(1, 1).id;
        let commands = [member(branch, "张伟", 1), member(branch, "李娜", 2), member(branch, "王芳", 3)];
        members::enrol(&mut conn, &clerk, &keys, &commands).await.unwrap();
        let people = people::table.order(people::id).select(people::id).load(&mut db.owner().await).await;
        let people: Vec<PersonId> = people.unwrap();
        Self { db, county, clerk, supervisor, keys, conn, people }
    }

    fn proposal(&self) -> Propose {
        given::propose(self.county.village(1, 1), self.people[0])
    }

    async fn propose(&mut self, command: Propose) -> Result<CandidateCheckId> {
        let proposed = vetting::propose(&mut self.conn, &self.clerk, &self.keys, &[command]).await;
        proposed.map(|ids| ids[0])
    }

    /// Somebody proposed.
    async fn one(&mut self) -> CandidateCheckId {
        let command = self.proposal();
        self.propose(command).await.unwrap()
    }

    async fn answer(&mut self, check: CandidateCheckId, results: &[VerdictResult]) -> Result<()> {
        let command = given::answers(check, results);
        vetting::record_verdicts(&mut self.conn, &self.supervisor, &self.keys, &[command]).await
    }

    async fn card(&mut self, check: CandidateCheckId) -> Card {
        let scope = self.supervisor.scope.clone();
        db::read(&mut self.conn, &scope, async |conn| queries::find(conn, &scope, check).await).await.unwrap()
    }

    async fn state(&mut self, check: CandidateCheckId) -> String {
        self.card(check).await.check.state
    }

    async fn sheet(&mut self, actor: &Actor, check: CandidateCheckId) -> Result<Sheet> {
        queries::sheet(&mut self.conn, actor, &self.keys, check).await
    }
}

/// The one field that was refused, and why.
fn field(error: &Error) -> (&str, &str) {
    match error {
        Error::Invalid(fields) => match fields.as_slice() {
            [FieldError { field, message, .. }] => (field, message),
            several => panic!("{several:?}"),
        },
        other => panic!("{other:?}"),
    }
}

/// The sentence of what the state forbids.
fn sentence(error: &Error) -> &str {
    match error {
        Error::Refused(sentence) => sentence,
        other => panic!("{other:?}"),
    }
}
