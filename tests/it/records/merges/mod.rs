//! Two records of one person: found, told apart, merged, made two again.

mod finding;
mod merging;
mod numbers;
mod undoing;

use std::collections::BTreeMap;

use cadre::across::people::kinds_seen;
use cadre::base::actor::{Actor, Role};
use cadre::base::db::{self, Connection};
use cadre::base::error::Error;
use cadre::base::ids::{MembershipId, PersonId};
use cadre::base::keys::KeyRing;
use cadre::records::members::{self, Enrol};
use cadre::records::merges::{self, Half, Looked, Merge, Merged, Pair, Side, queries};
use diesel_async::SimpleAsyncConnection;

use crate::support::TestDb;
use crate::support::builders::{TestCounty, member};

/// A county with nobody in it.
pub(super) struct Stage {
    pub db: TestDb,
    pub county: TestCounty,
    pub keys: KeyRing,
    pub clerk: Actor,
    pub supervisor: Actor,
    pub conn: Connection,
}

impl Stage {
    pub async fn new() -> Self {
        let db = TestDb::new().await;
        let county = TestCounty::new(&mut db.owner().await).await;
        let clerk = county.town(1).actor(Role::Clerk);
        let supervisor = county.county.actor(Role::Supervisor);
        let conn = db.web().await;
        Self { db, county, keys: KeyRing::ephemeral().unwrap(), clerk, supervisor, conn }
    }

    /// Somebody in the first branch of a town; all were born on one day.
    pub async fn member(&mut self, town: usize, name: &str, number: u16) -> (PersonId, MembershipId) {
        let command = member(self.county.branch(town, 1).id, name, number);
        self.enrol(command).await
    }

    pub async fn enrol(&mut self, command: Enrol) -> (PersonId, MembershipId) {
        let id = command.id;
        members::enrol(&mut self.conn, &self.supervisor, &self.keys, &[command]).await.unwrap();
        let query = format!("SELECT person_id::text FROM memberships WHERE id = '{id}'");
        (self.text(&query).await.parse().unwrap(), id)
    }

    pub async fn text(&self, query: &str) -> String {
        self.db.owner_client().await.query_one(query, &[]).await.unwrap().get(0)
    }

    pub async fn execute(&self, statements: &str) {
        self.db.owner().await.batch_execute(statements).await.unwrap();
    }

    pub async fn pairs(&mut self, actor: &Actor) -> Vec<Pair> {
        let looked = Looked::new(actor.scope.clone(), &kinds_seen(actor), None);
        let read = db::read(&mut self.conn, &actor.scope, async |conn| {
            let found = merges::list(conn, &looked, None, 50).await?;
            let total = i64::try_from(found.pairs.len()).unwrap();
            assert_eq!((found.total, merges::count(conn, &looked).await?), (total, total));
            Ok(found.pairs)
        });
        read.await.unwrap()
    }

    pub async fn version(&self, person: PersonId) -> i32 {
        self.text(&format!("SELECT version::text FROM people WHERE id = '{person}'")).await.parse().unwrap()
    }

    /// A merge in which the winner's facts stay.
    pub async fn command(
        &self,
        winner: PersonId,
        loser: PersonId,
        differing: &[&str],
        keep: &[uuid::Uuid],
    ) -> Merge {
        Merge {
            winner: Half { person: winner, version: self.version(winner).await },
            loser: Half { person: loser, version: self.version(loser).await },
            fields: differing.iter().map(|field| ((*field).to_owned(), Side::Winner)).collect(),
            keep: keep.to_vec(),
        }
    }

    pub async fn merge(&mut self, actor: &Actor, command: &Merge) -> Result<Merged, Error> {
        merges::merge(&mut self.conn, actor, &self.keys, command).await
    }

    pub async fn leads_to(&mut self, id: uuid::Uuid) -> Option<uuid::Uuid> {
        let scope = self.supervisor.scope.clone();
        db::read(&mut self.conn, &scope, async |conn| Ok(queries::leads_to(conn, scope.county, id).await?))
            .await
            .unwrap()
    }

    /// Every row of every table, without what rises with each change, what is written about a merge, and the counts that
    /// are made anew from the rest.
    pub async fn shot(&self) -> BTreeMap<String, Vec<String>> {
        let client = self.db.owner_client().await;
        let tables = client
            .query(
                "SELECT c.relname::text FROM pg_class c WHERE c.relnamespace = current_schema()::regnamespace
                    AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relname NOT LIKE 'audit%'
                    AND c.relname NOT LIKE 'team%' AND c.relname NOT LIKE '\\_\\_diesel%'
                    AND c.relname NOT IN ('person_merges', 'person_merge_rows', 'merged_ids') ORDER BY 1",
                &[],
            )
            .await
            .unwrap();
        let mut shot = BTreeMap::new();
        for table in tables {
            let table: String = table.get(0);
            let query = format!(
                "SELECT (to_jsonb(t) - 'version' - 'updated_at' - 'updated_by')::text FROM {table} t ORDER BY 1"
            );
            let rows = client.query(&query, &[]).await.unwrap();
            shot.insert(table, rows.iter().map(|row| row.get(0)).collect());
        }
        shot
    }
}

/// The sentence of a refusal.
pub(super) fn sentence<T: std::fmt::Debug>(refused: Result<T, Error>) -> String {
    match refused {
        Err(Error::Refused(sentence)) => sentence,
        other => panic!("{other:?}"),
    }
}

/// The fields that an error names.
pub(super) fn fields<T: std::fmt::Debug>(answer: Result<T, Error>) -> Vec<String> {
    let Err(Error::Invalid(errors)) = answer else { panic!("{answer:?}") };
    errors.into_iter().map(|error| error.field).collect()
}
