//! What a merge leaves behind, what it demands, and what it refuses.

use std::collections::BTreeSet;

use cadre::base::actor::Role;
use cadre::base::db;
use cadre::base::error::Error;
use cadre::records::members::listing::{self, Filter};
use cadre::records::merges::Side;
use cadre::records::reserves;

use super::{Stage, fields, sentence};
use crate::support::builders::{day, reserve};

#[tokio::test]
async fn two_become_one_and_the_address_of_the_other_leads_to_him() {
    let mut stage = Stage::new().await;
    let clerk = stage.clerk.clone();
    let (winner, _) = stage.member(1, "王伟", 1).await;
    let mut command = reserve(stage.county.village(1, 1), "王玮", 2);
    if let cadre::records::reserves::Who::Identified(identity) = &mut command.who {
        identity.address = Some("二组".to_owned());
    }
    reserves::enter(&mut stage.conn, &clerk, &stage.keys, &[command]).await.unwrap();
    let loser = stage.text("SELECT id::text FROM people WHERE name = '王玮'").await.parse().unwrap();
    let mut merge = stage.command(winner, loser, &["name", "citizen_id", "mobile"], &[]).await;
    assert_eq!(fields(stage.merge(&clerk, &merge).await), ["fields.address"]);
    merge.fields.insert("address".to_owned(), Side::Loser);
    merge.fields.insert("name".to_owned(), Side::Loser);
    let merged = stage.merge(&clerk, &merge).await.unwrap();
    assert_eq!((merged.winner_name.as_str(), merged.loser_name.as_str()), ("王玮", "王玮"));
    assert_eq!(stage.text("SELECT count(*)::text FROM people").await, "1");
    let holds =
        format!("SELECT count(*)::text FROM reserves WHERE person_id = '{winner}' AND sort_key = 'wang wei'");
    assert_eq!(stage.text(&holds).await, "1");
    let places = format!(
        "SELECT string_agg(kind, ',' ORDER BY kind) FROM person_visibility WHERE person_id = '{winner}'"
    );
    assert_eq!(stage.text(&places).await, "membership,reserve");
    assert_eq!(stage.leads_to(loser.0).await, Some(winner.0));
    // The member is found by the name that stayed, and by that alone.
    let scope = clerk.scope.clone();
    for (typed, count) in [("王玮", 1), ("王伟", 0)] {
        let filter = Filter { query: Some(typed.to_owned()), ..Filter::default() };
        let keys = &stage.keys;
        let found =
            db::read(&mut stage.conn, &scope, async |conn| listing::count(conn, &scope, keys, &filter).await);
        assert_eq!(found.await.unwrap(), count, "{typed}");
    }
    let told = "SELECT details::text FROM audit_entries WHERE action = 'merges.merge'";
    let told: serde_json::Value = serde_json::from_str(&stage.text(told).await).unwrap();
    assert_eq!(
        (told["from"].as_str(), told["to"].as_str()),
        (Some(&*loser.to_string()), Some(&*winner.to_string()))
    );
    let changed: BTreeSet<_> =
        told["changes"].as_array().unwrap().iter().map(|change| change["field"].as_str().unwrap()).collect();
    assert_eq!(changed, BTreeSet::from(["name", "address"]));
}

#[tokio::test]
async fn of_two_memberships_of_one_time_the_chosen_one_stays_and_the_other_leads_to_it() {
    let mut stage = Stage::new().await;
    let clerk = stage.clerk.clone();
    let (winner, own) = stage.member(1, "王伟", 1).await;
    let branch = stage.county.branch(1, 2).id;
    let mut other = crate::support::builders::member(branch, "王伟", 3);
    other.joined_on = day("2016-07-01");
    other.full_member_on = Some(day("2017-07-01"));
    let (loser, theirs) = stage.enrol(other).await;
    let merge = stage.command(winner, loser, &["citizen_id"], &[]).await;
    let Err(Error::Invalid(errors)) = stage.merge(&clerk, &merge).await else {
        panic!("a choice is missing")
    };
    assert_eq!(errors.len(), 1);
    assert!(
        errors[0].message.contains("2015-07-01") && errors[0].message.contains("2016-07-01"),
        "{errors:?}"
    );
    let both = stage.command(winner, loser, &["citizen_id"], &[own.0, theirs.0]).await;
    assert_eq!(fields(stage.merge(&clerk, &both).await), ["keep"]);
    let merge = stage.command(winner, loser, &["citizen_id"], &[theirs.0]).await;
    stage.merge(&clerk, &merge).await.unwrap();
    assert_eq!(stage.text("SELECT string_agg(id::text, ',') FROM memberships").await, theirs.to_string());
    let whose = format!("SELECT person_id::text FROM memberships WHERE id = '{theirs}'");
    assert_eq!(stage.text(&whose).await, winner.to_string());
    assert_eq!(stage.leads_to(own.0).await, Some(theirs.0));
    assert_eq!(stage.text("SELECT count(DISTINCT membership_id)::text FROM member_search_keys").await, "1");
}

#[tokio::test]
async fn memberships_that_say_the_same_need_no_choice() {
    let mut stage = Stage::new().await;
    let clerk = stage.clerk.clone();
    let (winner, own) = stage.member(1, "王伟", 1).await;
    let (loser, theirs) = stage.member(1, "王伟", 3).await;
    let merge = stage.command(winner, loser, &["citizen_id"], &[]).await;
    stage.merge(&clerk, &merge).await.unwrap();
    assert_eq!(stage.leads_to(theirs.0).await, Some(own.0));
}

#[tokio::test]
async fn whoever_does_not_see_everything_or_looked_before_a_change_does_not_merge() {
    let mut stage = Stage::new().await;
    let clerk = stage.clerk.clone();
    let (winner, _) = stage.member(1, "王伟", 1).await;
    let (loser, _) = stage.member(1, "王伟", 3).await;
    let merge = stage.command(winner, loser, &["citizen_id"], &[]).await;
    for role in [Role::Auditor, Role::Administrator, Role::Security] {
        let actor = stage.county.town(1).actor(role);
        let refused = stage.merge(&actor, &merge).await;
        assert!(matches!(refused, Err(Error::Forbidden)), "{role:?}: {refused:?}");
    }
    let outsider = stage.county.town(2).actor(Role::Clerk);
    let refused = stage.merge(&outsider, &merge).await;
    assert!(matches!(refused, Err(Error::Missing { .. })), "{refused:?}");
    // A relation in the other town, which this clerk does not see.
    let there = stage.county.village(2, 1).path.clone();
    stage
        .execute(&format!(
            "INSERT INTO person_visibility (county_id, relation_id, person_id, path, kind)
            SELECT county_id, gen_random_uuid(), id, '{there}', 'seat' FROM people WHERE id = '{loser}'"
        ))
        .await;
    assert!(sentence(stage.merge(&clerk, &merge).await).contains("不在您的管理范围"));
    stage.execute(&format!("DELETE FROM person_visibility WHERE path = '{there}'")).await;
    stage.execute(&format!("UPDATE people SET version = 2 WHERE id = '{loser}'")).await;
    let stale = stage.merge(&clerk, &merge).await;
    assert!(matches!(stale, Err(Error::Stale)), "{stale:?}");
    let oneself = stage.command(winner, winner, &[], &[]).await;
    assert_eq!(fields(stage.merge(&clerk, &oneself).await), ["loser"]);
    assert_eq!(stage.text("SELECT count(*)::text FROM person_merges").await, "0");
}

#[tokio::test]
async fn what_contradicts_is_told_with_the_way_out_and_nothing_is_stored() {
    let mut stage = Stage::new().await;
    let clerk = stage.clerk.clone();
    let (one, _) = stage.member(1, "王伟", 1).await;
    let (other, pending) = stage.member(1, "王伟", 3).await;
    let (third, _) = stage.member(1, "李强", 5).await;
    let village = stage.county.village(1, 1).clone();
    let people = [one.min(other), one.max(other)];
    let kin = |from: &str, to: &str, kinship: &str| {
        format!(
            "INSERT INTO kinships (county_id, id, person_id, relative_id, kinship, created_by)
            SELECT '{county}', gen_random_uuid(), least({from}, {to}), greatest({from}, {to}), '{kinship}', 'x'",
            county = village.county
        )
    };
    let quoted = |id: cadre::base::ids::PersonId| format!("'{id}'::uuid");
    let cases = [
        (kin(&quoted(people[0]), &quoted(people[1]), "sibling"), "不能是自己的亲属"),
        (
            [kin(&quoted(one), &quoted(third), "spouse"), kin(&quoted(other), &quoted(third), "sibling")].join(";"),
            "配偶和兄弟姐妹",
        ),
        (
            format!(
                "INSERT INTO training_pairs (county_id, id, mentor_id, apprentice_id, organisation_id, path, agreed,
                    from_day, created_by, updated_by) VALUES ('{}', gen_random_uuid(), '{one}', '{other}', '{}', '{}',
                    '每月一次', '2026-01-01', 'x', 'x')",
                village.county, village.id, village.path
            ),
            "一个人不能带自己",
        ),
        (
            format!(
                "INSERT INTO transfers (county_id, id, membership_id, from_branch_id, from_path, to_branch_id, to_path,
                    on_day, letter_on, valid_until, state, proposed_by)
                SELECT m.county_id, gen_random_uuid(), m.id, m.branch_id, m.path, o.id, o.path, '2026-01-01', '2026-01-01',
                    '2026-04-01', 'pending', 'x'
                FROM memberships m, organisations o WHERE m.id = '{pending}' AND o.code = '{}'",
                stage.county.branch(1, 2).code
            ),
            "组织关系转接",
        ),
    ];
    for (statements, expected) in cases {
        stage.execute(&statements).await;
        let before = stage.shot().await;
        let merge = stage.command(one, other, &["citizen_id"], &[]).await;
        let told = sentence(stage.merge(&clerk, &merge).await);
        assert!(told.contains(expected), "{told}");
        assert_eq!(stage.shot().await, before);
        stage.execute("DELETE FROM kinships; DELETE FROM training_pairs; DELETE FROM transfers").await;
    }
    let merge = stage.command(one, other, &["citizen_id"], &[]).await;
    stage.merge(&clerk, &merge).await.unwrap();
}

#[tokio::test]
async fn a_kinship_keeps_its_sense_whoever_comes_first() {
    let mut stage = Stage::new().await;
    let clerk = stage.clerk.clone();
    // The third was registered between the two: the order of the ids turns about.
    let (winner, _) = stage.member(1, "王伟", 1).await;
    let (third, _) = stage.member(1, "李强", 5).await;
    let (loser, _) = stage.member(1, "王伟", 3).await;
    stage
        .execute(&format!(
            "INSERT INTO kinships (county_id, id, person_id, relative_id, kinship, created_by)
            VALUES ('{}', gen_random_uuid(), '{third}', '{loser}', 'parent', 'x')",
            stage.county.county.county
        ))
        .await;
    let merge = stage.command(winner, loser, &["citizen_id"], &[]).await;
    stage.merge(&clerk, &merge).await.unwrap();
    let kin = stage.text("SELECT person_id || ' ' || relative_id || ' ' || kinship FROM kinships").await;
    assert_eq!(kin, format!("{winner} {third} child"));
}

#[tokio::test]
async fn every_key_to_what_a_merge_can_remove_is_handled() {
    let stage = Stage::new().await;
    let client = stage.db.owner_client().await;
    let lines = async |query: &str| -> BTreeSet<String> {
        client.query(query, &[]).await.unwrap().iter().map(|row| row.get(0)).collect()
    };
    let handled = lines("SELECT relation || '.' || own || ' -> ' || target FROM merge_keys()").await;
    // The column of a key that names the record: the one that its target calls `id`, or the membership of a roll.
    let keys = lines(
        "SELECT DISTINCT c.relname || '.' || a.attname || ' -> ' || t.relname FROM pg_constraint k
        JOIN pg_class c ON c.oid = k.conrelid JOIN pg_class t ON t.oid = k.confrelid
        CROSS JOIN unnest(k.conkey, k.confkey) AS pair (own, other)
        JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = pair.own
        JOIN pg_attribute b ON b.attrelid = k.confrelid AND b.attnum = pair.other
        WHERE k.contype = 'f' AND k.conparentid = 0 AND c.relnamespace = current_schema()::regnamespace
            AND t.relname IN (SELECT target FROM merge_keys() UNION SELECT 'training_exemptions'
                UNION SELECT relation FROM merge_keys() WHERE manner = 'part')
            AND b.attname IN ('id', 'membership_id')",
    );
    let keys = keys.await;
    assert!(keys.len() > 30, "the keys are read: {keys:?}");
    assert_eq!(handled, keys, "a line of merge_keys() for each key, and none too many");
}
