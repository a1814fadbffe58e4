//! What people are found by follows a merge, and its being taken back.

use cadre::base::actor::Actor;
use cadre::base::db;
use cadre::base::ids::PersonId;
use cadre::base::keys::Secret;
use cadre::base::values::MobileNumber;
use cadre::records::members::listing::{self, Filter};
use cadre::records::merges::{self, Merged, Side};

use super::Stage;
use crate::support::builders::member;

const OWN: &str = "13900010001";
const THEIRS: &str = "13700020002";

/// The migration that brought the columns by which numbers are found, there and back.
const UP: &str = include_str!("../../../../migrations/2026-12-02-008000_find_telephones/up.sql");
const DOWN: &str = include_str!("../../../../migrations/2026-12-02-008000_find_telephones/down.sql");

async fn person(stage: &mut Stage, branch: usize, number: u16, mobile: &str) -> (PersonId, uuid::Uuid) {
    let mut command = member(stage.county.branch(1, branch).id, "王伟", number);
    command.identity.mobile = Some(MobileNumber::parse(mobile).unwrap());
    let (person, file) = stage.enrol(command).await;
    (person, file.0)
}

/// Makes two records of 王伟 one; of the winner all facts stay but for the number, which is the loser's.
async fn merged(stage: &mut Stage, actor: &Actor) -> Merged {
    let (winner, file) = person(stage, 1, 1, OWN).await;
    let (loser, _) = person(stage, 2, 3, THEIRS).await;
    let mut command = stage.command(winner, loser, &["citizen_id", "mobile"], &[file]).await;
    command.fields.insert("mobile".to_owned(), Side::Loser);
    stage.merge(actor, &command).await.unwrap()
}

/// How many members have either number.
async fn found(stage: &mut Stage, actor: &Actor) -> [i64; 2] {
    let (scope, keys) = (&actor.scope, &stage.keys);
    let mut counts = [0; 2];
    for (count, typed) in counts.iter_mut().zip([OWN, THEIRS]) {
        let filter = Filter { query: Some(typed.to_owned()), ..Filter::default() };
        let read =
            db::read(&mut stage.conn, scope, async |conn| listing::count(conn, scope, keys, &filter).await);
        *count = read.await.unwrap();
    }
    counts
}

async fn undo(stage: &mut Stage, actor: &Actor, merged: &Merged) {
    merges::undo(&mut stage.conn, actor, merged.id, None, Some("身份证不同")).await.unwrap();
}

#[tokio::test]
async fn the_number_that_stays_finds_the_one_and_each_his_own_when_it_is_taken_back() {
    let mut stage = Stage::new().await;
    let supervisor = stage.supervisor.clone();
    let merged = merged(&mut stage, &supervisor).await;
    assert_eq!(found(&mut stage, &supervisor).await, [0, 1]);
    undo(&mut stage, &supervisor, &merged).await;
    assert_eq!(found(&mut stage, &supervisor).await, [1, 1]);
}

#[tokio::test]
async fn a_merge_from_before_numbers_were_found_leaves_no_number_behind_that_is_another_s() {
    let mut stage = Stage::new().await;
    let supervisor = stage.supervisor.clone();
    let merged = merged(&mut stage, &supervisor).await;
    // Noted before the columns were there, which were filled since.
    let client = stage.db.owner_client().await;
    client.batch_execute(DOWN).await.unwrap();
    let known = stage.text("SELECT count(*)::text FROM person_merge_rows WHERE before ? 'mobile_mac'").await;
    assert_eq!(known, "0");
    client.batch_execute(UP).await.unwrap();
    let mac = stage.keys.mac(Secret::Mobile, THEIRS);
    let filled = client.execute("UPDATE people SET mobile_mac = $1 WHERE name = '王伟'", &[&mac]).await;
    assert_eq!(filled.unwrap(), 1);
    undo(&mut stage, &supervisor, &merged).await;
    assert_eq!(found(&mut stage, &supervisor).await, [0, 0], "cadre keys index fills both");
}
