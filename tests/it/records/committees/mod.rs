//! Committees: terms, seats and votes, what is refused and by which sentence.

mod attention;
mod bodies;
mod communities;
mod elections;
mod explaining;
mod extending;
mod kin;
mod run_offs;
mod seats;
mod terms;

use cadre::base::actor::{Actor, Role};
use cadre::base::db::Connection;
use cadre::base::error::{Error, FieldError};
use cadre::base::ids::{CommitteeId, MembershipId, PersonId, TermId};
use cadre::base::keys::KeyRing;
use cadre::records::committees::{self, Appoint, CommitteeKind, Post, RecordElection, Who};
use cadre::records::members;
use cadre::schema::{audit_entries, memberships};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::support::TestDb;
use crate::support::builders::{TestCounty, committee, member};

/// A county whose first village has a Party committee in its sixth term, and four members beside.
pub(super) struct Stage {
    pub db: TestDb,
    pub county: TestCounty,
    pub keys: KeyRing,
    pub clerk: Actor,
    pub conn: Connection,
    pub committee: CommitteeId,
    pub term: TermId,
    pub memberships: Vec<MembershipId>,
    pub people: Vec<PersonId>,
}

impl Stage {
    pub async fn new() -> Self {
        let db = TestDb::new().await;
        let county = TestCounty::new(&mut db.owner().await).await;
        let clerk = county.town(1).actor(Role::Clerk);
        let mut conn = db.web().await;
        let keys = KeyRing::ephemeral().unwrap();
        let branch = county.branch(1, 1).id;
        let commands: Vec<_> = (1..)
            .zip(["张伟", "李娜", "王芳", "刘洋"])
            .map(|(number, name)| member(branch, name, number))
            .collect();
        let enrolled = members::enrol(&mut conn, &clerk, &keys, &commands).await.unwrap();
        let found: Vec<(MembershipId, PersonId)> = memberships::table
            .select((memberships::id, memberships::person_id))
            .load(&mut db.owner().await)
            .await
            .unwrap();
        let people = enrolled.iter().map(|id| found.iter().find(|(of, _)| of == id).unwrap().1).collect();
        let (committee, term) =
            committee::settled(&mut conn, &clerk, county.village(1, 1), CommitteeKind::VillageParty).await;
        Self { db, county, keys, clerk, conn, committee, term, memberships: enrolled, people }
    }

    pub fn seat(&self, person: usize, post: Post) -> Appoint {
        committee::appoint(self.term, self.people[person], post)
    }

    pub async fn appoint(&mut self, commands: &[Appoint]) -> Result<Vec<cadre::base::ids::SeatId>, Error> {
        committees::appoint(&mut self.conn, &self.clerk, &self.keys, commands).await
    }

    pub async fn record(&mut self, held: committees::Held) -> Result<cadre::base::ids::ElectionId, Error> {
        let command = RecordElection { term: self.term, held };
        committees::record_election(&mut self.conn, &self.clerk, &self.keys, &[command])
            .await
            .map(|ids| ids[0])
    }

    /// Post, first and last day, reason, explanation and version of each seat, in the order of their entry.
    pub async fn seats(&self) -> Vec<String> {
        self.texts(
            "SELECT concat_ws(' ', post, from_day, to_day, leaving_reason, leaving_explanation, education, is_party_member, version) \
             FROM seats ORDER BY id",
        )
        .await
    }

    pub async fn texts(&self, query: &str) -> Vec<String> {
        let client = self.db.owner_client().await;
        client.query(query, &[]).await.unwrap().iter().map(|row| row.get(0)).collect()
    }

    pub async fn entries(&self, action: &str) -> Vec<(i32, serde_json::Value)> {
        audit_entries::table
            .filter(audit_entries::action.eq(action))
            .order(audit_entries::sequence)
            .select((audit_entries::subject_count, audit_entries::details))
            .load(&mut self.db.owner().await)
            .await
            .unwrap()
    }
}

pub(super) fn fields(error: Error) -> Vec<FieldError> {
    match error {
        Error::Invalid(errors) => errors,
        other => panic!("{other:?}"),
    }
}

pub(super) fn named(error: Error) -> Vec<String> {
    fields(error).into_iter().map(|error| format!("{}: {}", error.field, error.message)).collect()
}

pub(super) fn who(person: PersonId) -> Who {
    Who::OnRecord(person)
}
