//! Members: what each verb leaves behind, who may call it, and who is found.

mod changes;
mod departures;
mod events;
mod filters;
mod finding;
mod look_up;
mod numbers;
mod transfers;

use cadre::base::actor::{Actor, Role};
use cadre::base::db::{self, Connection};
use cadre::base::error::{Error, OrMissing};
use cadre::base::ids::MembershipId;
use cadre::base::keys::KeyRing;
use cadre::records::members::{self, Enrol, MemberCard, Reveal, queries};
use cadre::schema::{audit_entries, people};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::support::TestDb;
use crate::support::builders::{TestCounty, day, member};

/// What every test here begins with.
pub(super) struct Stage {
    pub db: TestDb,
    pub county: TestCounty,
    pub keys: KeyRing,
    pub clerk: Actor,
    pub conn: Connection,
}

impl Stage {
    pub async fn new() -> Self {
        let db = TestDb::new().await;
        let county = TestCounty::new(&mut db.owner().await).await;
        let clerk = county.town(1).actor(Role::Clerk);
        let conn = db.web().await;
        Self { db, county, keys: KeyRing::ephemeral().unwrap(), clerk, conn }
    }

    pub async fn enrol(&mut self, commands: &[Enrol]) -> Result<Vec<MembershipId>, Error> {
        members::enrol(&mut self.conn, &self.clerk, &self.keys, commands).await
    }

    pub async fn one(&mut self, name: &str, number: u16) -> MembershipId {
        let branch = self.county.branch(1, 1).id;
        self.enrol(&[member(branch, name, number)]).await.unwrap()[0]
    }

    pub async fn find(&mut self, actor: &Actor, id: MembershipId) -> Result<MemberCard, Error> {
        let (scope, keys) = (&actor.scope, &self.keys);
        let found = db::read(&mut self.conn, scope, async |conn| queries::find(conn, scope, keys, id).await);
        found.await?.or_missing("党员")
    }
}

/// ASVS 8.2.3, 14.2.6, 15.3.1
#[tokio::test]
async fn an_enrolled_member_is_found_again_with_masked_identifiers() {
    let mut stage = Stage::new().await;
    let id = stage.one("张伟", 1).await;
    let card = stage.find(&stage.clerk.clone(), id).await.unwrap();
    assert_eq!(card.person.name, "张伟");
    assert_eq!(card.citizen_id, "500237************");
    assert_eq!(card.mobile.as_deref(), Some("138****1111"));
    assert_eq!(card.branch.code, stage.county.branch(1, 1).code);
    assert_eq!(card.membership.version, 1);
}

#[tokio::test]
async fn identifiers_stand_nowhere_in_clear() {
    let mut stage = Stage::new().await;
    let command = member(stage.county.branch(1, 1).id, "张伟", 1);
    let number = command.identity.citizen_id.as_str().to_owned();
    stage.enrol(&[command]).await.unwrap();
    let mut owner = stage.db.owner().await;
    let ciphers: Vec<Vec<u8>> =
        people::table.select(people::citizen_id_cipher).load(&mut owner).await.unwrap();
    assert!(!ciphers[0].windows(number.len()).any(|part| part == number.as_bytes()));
    let details: Vec<serde_json::Value> =
        audit_entries::table.select(audit_entries::details).load(&mut owner).await.unwrap();
    assert!(!format!("{details:?}").contains(&number));
}

#[tokio::test]
async fn nobody_enrols_outside_his_town_or_without_the_right() {
    let mut stage = Stage::new().await;
    let foreign = member(stage.county.branch(2, 1).id, "张伟", 1);
    let refused = stage.enrol(&[foreign]).await;
    assert!(matches!(refused, Err(Error::Missing { .. })), "{refused:?}");
    let own = member(stage.county.branch(1, 1).id, "张伟", 1);
    for role in [Role::Auditor, Role::Administrator, Role::Security] {
        let actor = stage.county.town(1).actor(role);
        let refused = members::enrol(&mut stage.conn, &actor, &stage.keys, std::slice::from_ref(&own)).await;
        assert!(matches!(refused, Err(Error::Forbidden)), "{role:?}: {refused:?}");
    }
}

#[tokio::test]
async fn one_citizen_id_makes_one_member_of_the_county_and_the_sentence_names_the_unit() {
    let mut stage = Stage::new().await;
    stage.one("张伟", 1).await;
    let sibling = stage.county.town(2).actor(Role::Clerk);
    let again = member(stage.county.branch(2, 1).id, "张伟", 1);
    let refused = members::enrol(&mut stage.conn, &sibling, &stage.keys, &[again]).await;
    let Err(Error::Taken { field: "citizen_id", message }) = refused else { panic!("{refused:?}") };
    assert!(message.contains(&stage.county.branch(1, 1).name), "{message}");
}

/// ASVS 2.3.3
#[tokio::test]
async fn many_are_enrolled_or_none() {
    let mut stage = Stage::new().await;
    let branch = stage.county.branch(1, 1).id;
    let refused =
        stage.enrol(&[member(branch, "张伟", 1), member(branch, "李娜", 2), member(branch, "张伟", 1)]).await;
    assert!(matches!(refused, Err(Error::Taken { .. })), "{refused:?}");
    let count: i64 = people::table.count().get_result(&mut stage.db.owner().await).await.unwrap();
    assert_eq!(count, 0);
}

/// ASVS 2.2.3
#[tokio::test]
async fn wrong_dates_are_refused_before_anything_is_stored() {
    let mut stage = Stage::new().await;
    let mut command = member(stage.county.branch(1, 1).id, "张伟", 1);
    command.full_member_on = Some(day("2015-06-30"));
    command.identity.birth_date = day("1980-05-07");
    let Err(Error::Invalid(fields)) = stage.enrol(&[command]).await else { panic!("must be refused") };
    let fields: Vec<&str> = fields.iter().map(|field| field.field.as_str()).collect();
    assert_eq!(fields, ["birth_date", "full_member_on"]);
}

#[tokio::test]
async fn an_identifier_is_revealed_for_a_purpose_and_leaves_an_entry() {
    let mut stage = Stage::new().await;
    let command = member(stage.county.branch(1, 1).id, "张伟", 1);
    let number = command.identity.citizen_id.as_str().to_owned();
    let id = stage.enrol(&[command]).await.unwrap()[0];
    let auditor = stage.county.county.actor(Role::Auditor);
    let mut ask = Reveal { member: id, field: "citizen_id".to_owned(), purpose: " ".to_owned() };
    let refused = members::reveal(&mut stage.conn, &auditor, &stage.keys, &ask).await;
    assert!(matches!(refused, Err(Error::Invalid(_))), "{refused:?}");
    ask.purpose = "核对入党志愿书".to_owned();
    assert_eq!(members::reveal(&mut stage.conn, &auditor, &stage.keys, &ask).await.unwrap(), number);
    let entries: Vec<(String, serde_json::Value)> = audit_entries::table
        .filter(audit_entries::action.eq("members.reveal"))
        .select((audit_entries::actor, audit_entries::details))
        .load(&mut stage.db.owner().await)
        .await
        .unwrap();
    assert_eq!(entries.len(), 1);
    assert_eq!(entries[0].0, auditor.name);
    assert_eq!(entries[0].1["purpose"], "核对入党志愿书");
}
