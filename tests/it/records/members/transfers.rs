//! Moves between branches: two sides, one member.

use cadre::base::actor::{Actor, Role};
use cadre::base::db;
use cadre::base::error::Error;
use cadre::base::ids::{MembershipId, TransferId};
use cadre::records::members::listing::{self, Filter, Sort};
use cadre::records::members::{self, Decision, ProposeTransfer};

use super::Stage;
use crate::support::builders::day;

async fn propose(stage: &mut Stage, id: MembershipId) -> Result<TransferId, Error> {
    let actor = stage.clerk.clone();
    let command = ProposeTransfer {
        member: id,
        to_branch: stage.county.branch(2, 1).id,
        on: day("2026-03-01"),
        letter_number: Some("山组转2026-001".to_owned()),
    };
    Ok(members::propose_transfers(&mut stage.conn, &actor, &[command]).await?[0])
}

async fn decide(stage: &mut Stage, actor: &Actor, id: TransferId, decision: Decision) -> Result<(), Error> {
    members::decide_transfers(&mut stage.conn, actor, &[id], decision, Some("材料不全")).await
}

#[tokio::test]
async fn a_member_belongs_to_the_old_branch_until_the_new_one_accepts() {
    let mut stage = Stage::new().await;
    let id = stage.one("张伟", 1).await;
    let (clerk, receiver) = (stage.clerk.clone(), stage.county.town(2).actor(Role::Clerk));
    let transfer = propose(&mut stage, id).await.unwrap();
    assert!(stage.find(&clerk, id).await.is_ok());
    assert!(matches!(stage.find(&receiver, id).await, Err(Error::Missing { .. })));
    decide(&mut stage, &receiver, transfer, Decision::Accept).await.unwrap();
    assert!(matches!(stage.find(&clerk, id).await, Err(Error::Missing { .. })));
    let card = stage.find(&receiver, id).await.unwrap();
    assert_eq!(card.branch.code, stage.county.branch(2, 1).code);
    let filter = Filter { query: Some("zw".to_owned()), ..Filter::default() };
    let (scope, keys) = (&receiver.scope, &stage.keys);
    let page = db::read(&mut stage.conn, scope, async |conn| {
        listing::list(conn, scope, keys, &filter, Sort::Name, None, 10).await
    });
    assert_eq!(page.await.unwrap().lines.len(), 1, "the new side finds him by initials");
}

#[tokio::test]
async fn each_side_decides_only_what_is_its_own() {
    let mut stage = Stage::new().await;
    let id = stage.one("张伟", 1).await;
    let (clerk, receiver) = (stage.clerk.clone(), stage.county.town(2).actor(Role::Clerk));
    let transfer = propose(&mut stage, id).await.unwrap();
    let own = decide(&mut stage, &clerk, transfer, Decision::Accept).await;
    assert!(matches!(own, Err(Error::Forbidden)), "{own:?}");
    let foreign = decide(&mut stage, &receiver, transfer, Decision::Withdraw).await;
    assert!(matches!(foreign, Err(Error::Forbidden)), "{foreign:?}");
    decide(&mut stage, &receiver, transfer, Decision::Refuse).await.unwrap();
    let late = decide(&mut stage, &receiver, transfer, Decision::Accept).await;
    assert!(matches!(late, Err(Error::Refused(_))), "{late:?}");
    assert!(propose(&mut stage, id).await.is_ok(), "after a refusal he may be proposed again");
}

#[tokio::test]
async fn nobody_is_proposed_twice_at_once() {
    let mut stage = Stage::new().await;
    let id = stage.one("张伟", 1).await;
    propose(&mut stage, id).await.unwrap();
    let again = propose(&mut stage, id).await;
    assert!(matches!(again, Err(Error::Taken { .. })), "{again:?}");
}
