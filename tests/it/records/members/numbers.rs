//! Found by a telephone number: a whole one, however it is written, by whoever may see its owner.

use cadre::base::actor::{Actor, Role};
use cadre::base::db;
use cadre::base::edit::Edit;
use cadre::base::ids::MembershipId;
use cadre::base::values::{MobileNumber, Telephone};
use cadre::records::members::listing::{self, Filter, Sort};
use cadre::records::members::{self, Change, Edits, Enrol};
use cadre::records::people::IdentityEdits;

use super::Stage;
use crate::support::builders::member;

const MOBILE: &str = "13900010001";
const TELEPHONE: &str = "02357681234";

fn reached(mut command: Enrol, mobile: Option<&str>, telephone: Option<&str>) -> Enrol {
    command.identity.mobile = mobile.map(|text| MobileNumber::parse(text).unwrap());
    command.identity.telephone = telephone.map(|text| Telephone::parse(text).unwrap());
    command
}

/// 张伟 with a mobile number, 李娜 with a telephone, 王芳 with 张伟's mobile number where a telephone belongs.
async fn stage_with_three() -> (Stage, MembershipId) {
    let mut stage = Stage::new().await;
    let branch = stage.county.branch(1, 1).id;
    let commands = [
        reached(member(branch, "张伟", 1), Some(MOBILE), None),
        reached(member(branch, "李娜", 2), None, Some(TELEPHONE)),
        reached(member(branch, "王芳", 4), None, Some(MOBILE)),
    ];
    let ids = stage.enrol(&commands).await.unwrap();
    (stage, ids[0])
}

async fn found(stage: &mut Stage, actor: &Actor, typed: &str) -> Vec<String> {
    let (scope, keys) = (&actor.scope, &stage.keys);
    let filter = Filter { query: Some(typed.to_owned()), ..Filter::default() };
    let (page, total) = db::read(&mut stage.conn, scope, async |conn| {
        let page = listing::list(conn, scope, keys, &filter, Sort::Name, None, 50).await?;
        Ok((page, listing::count(conn, scope, keys, &filter).await?))
    })
    .await
    .unwrap();
    assert_eq!(usize::try_from(total).unwrap(), page.lines.len(), "{typed}");
    page.lines.into_iter().map(|line| line.person.name).collect()
}

#[tokio::test]
async fn a_whole_number_finds_whoever_has_it_however_it_is_written() {
    let (mut stage, _) = stage_with_three().await;
    let clerk = stage.clerk.clone();
    for typed in [MOBILE, "139 0001 0001", "+86 139-0001-0001", "１３９０００１０００１"] {
        assert_eq!(found(&mut stage, &clerk, typed).await, ["王芳", "张伟"], "{typed}");
    }
    for typed in [TELEPHONE, "023-57681234", "(023) 5768 1234"] {
        assert_eq!(found(&mut stage, &clerk, typed).await, ["李娜"], "{typed}");
    }
}

#[tokio::test]
async fn part_of_a_number_or_another_one_finds_nobody() {
    let (mut stage, _) = stage_with_three().await;
    let clerk = stage.clerk.clone();
    for typed in [&MOBILE[..10], &MOBILE[..7], &MOBILE[4..], "57681234", &TELEPHONE[..10], "13900010002"] {
        assert!(found(&mut stage, &clerk, typed).await.is_empty(), "{typed}");
    }
}

#[tokio::test]
async fn a_sibling_town_finds_nobody_by_a_number_and_the_county_everybody() {
    let (mut stage, _) = stage_with_three().await;
    let sibling = stage.county.town(2).actor(Role::Clerk);
    for typed in [MOBILE, TELEPHONE] {
        assert!(found(&mut stage, &sibling, typed).await.is_empty(), "{typed}");
    }
    let county = stage.county.county.actor(Role::Auditor);
    assert_eq!(found(&mut stage, &county, MOBILE).await, ["王芳", "张伟"]);
}

#[tokio::test]
async fn a_changed_number_is_found_and_the_former_one_no_more() {
    let (mut stage, id) = stage_with_three().await;
    let clerk = stage.clerk.clone();
    for (version, edit, old, new) in [
        (1, Edit::Set(MobileNumber::parse("13700020002").unwrap()), vec!["王芳"], vec!["张伟"]),
        (2, Edit::Clear, vec!["王芳"], Vec::new()),
    ] {
        let identity = IdentityEdits { mobile: edit, ..IdentityEdits::default() };
        let command = Change { member: id, version, edits: Edits { identity, ..Edits::default() } };
        members::change(&mut stage.conn, &clerk, &stage.keys, &[command]).await.unwrap();
        assert_eq!(found(&mut stage, &clerk, MOBILE).await, old);
        assert_eq!(found(&mut stage, &clerk, "13700020002").await, new);
    }
}

#[tokio::test]
async fn a_number_that_stands_for_two_kinds_has_two_macs_and_none_without_its_cipher() {
    let (stage, _) = stage_with_three().await;
    let client = stage.db.owner_client().await;
    let query =
        "SELECT count(DISTINCT mac)::text FROM (SELECT mobile_mac AS mac FROM people WHERE name = '张伟'
        UNION ALL SELECT telephone_mac FROM people WHERE name = '王芳') one";
    let macs: String = client.query_one(query, &[]).await.unwrap().get(0);
    assert_eq!(macs, "2", "a telephone is keyed for its own purpose");
    for (column, constraint) in
        [("mobile", "people_mobile_mac_sealed"), ("telephone", "people_telephone_mac_sealed")]
    {
        let bare = format!("UPDATE people SET {column}_cipher = NULL");
        let refused = client.batch_execute(&bare).await.unwrap_err();
        assert_eq!(refused.as_db_error().unwrap().constraint(), Some(constraint));
        let short = format!("UPDATE people SET {column}_cipher = '\\x00', {column}_mac = '\\x01'");
        let refused = client.batch_execute(&short).await.unwrap_err();
        let shape = format!("people_{column}_mac_shape");
        assert_eq!(refused.as_db_error().unwrap().constraint(), Some(shape.as_str()));
    }
}
