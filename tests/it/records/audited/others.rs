//! Organisations, imports and quarters.

use cadre::across::reports::{self, Amended, Closed};
use cadre::base::actor::{Actor, Role};
use cadre::base::db;
use cadre::base::edit::Edit;
use cadre::records::imports::{self, Counts, Kind, Receive};
use cadre::records::members;
use cadre::records::organisations::{self, Change, Edits, Found};
use cadre::records::quarters::{
    self, SetQualityRule, SetQuarterSettings, Severity, SignOff, WithdrawSignOff,
};
use diesel_async::AsyncPgConnection;

use super::Story;
use crate::support::builders::day;
use crate::support::builders::member;

pub(super) async fn tell(story: &mut Story) {
    found(story).await;
    import(story).await;
    sign_off(story).await;
    close(story).await;
}

async fn found(story: &mut Story) {
    let county = story.county.clone();
    let clerk = story.actor(Role::Clerk, county.town(1));
    let outsider = story.actor(Role::Clerk, county.town(2));
    let found = [Found {
        code: "500237101-DW01".to_owned(),
        name: "龙井镇党委".to_owned(),
        kind: organisations::Kind::PartyCommittee,
        parent_code: "500237101".to_owned(),
        pinyin: "longjingzhendangwei".to_owned(),
        initials: "ljzdw".to_owned(),
        founded_on: None,
        dissolved_on: None,
        credit_code: None,
        telephone: None,
        note: None,
    }];
    story
        .refused("organisations::found", async |conn| organisations::found(conn, &outsider, &found).await)
        .await;
    story.done("organisations::found", async |conn| organisations::found(conn, &clerk, &found).await).await;
    let change = |organisation, version| {
        let edits = Edits { note: Edit::Set("新设".to_owned()), ..Edits::default() };
        [Change { organisation, version, edits }]
    };
    let branch = county.branch(1, 1).id;
    let foreign = change(branch, 1);
    story
        .refused("organisations::change", async |conn| organisations::change(conn, &outsider, &foreign).await)
        .await;
    story
        .done("organisations::change", async |conn| organisations::change(conn, &clerk, &foreign).await)
        .await;
    // A county is made by the owner of the database.
    let mut owner = story.db.owner().await;
    let mut load = async |_: &mut AsyncPgConnection| {
        organisations::load_county(&mut owner, "500155", "梁平区", "liangpingqu", "lpq").await
    };
    story.done("organisations::load_county", &mut load).await;
    story.refused("organisations::load_county", &mut load).await;
}

async fn import(story: &mut Story) {
    let county = story.county.clone();
    let clerk = county.town(1).actor(Role::Clerk);
    let outsider = county.town(2).actor(Role::Clerk);
    let receive = Receive {
        kind: Kind::Members,
        organisation: county.town(1).id,
        path: county.town(1).path.clone(),
        file_name: "名册.xlsx".to_owned(),
        file_sha256: [0; 32],
        file_size: 1,
        mapping: serde_json::json!({}),
        idempotency_key: None,
    };
    story.refused("imports::receive", async |conn| imports::receive(conn, &outsider, &receive).await).await;
    let id =
        story.done("imports::receive", async |conn| imports::receive(conn, &clerk, &receive).await).await;
    let conn = &mut story.conn;
    let find = async |conn: &mut AsyncPgConnection| {
        db::read(conn, &clerk.scope, async |conn| Ok(imports::queries::find(conn, &clerk.scope, id).await?))
            .await
            .unwrap()
            .unwrap()
    };
    let import = find(conn).await;
    imports::plan(conn, &clerk, &import, Counts::default(), &[], &[]).await.unwrap();
    let waiting = find(&mut story.conn).await;
    let commit = async |conn: &mut AsyncPgConnection| {
        db::write(conn, &clerk, async |conn| imports::commit(conn, &clerk, &waiting, 0, [0; 32]).await).await
    };
    story.refused("imports::commit", &commit).await;
    imports::begin_commit(&mut story.conn, &clerk, id).await.unwrap();
    story.done("imports::commit", &commit).await;
    let given = async |conn: &mut AsyncPgConnection| imports::given_back(conn, &clerk, &waiting, 1).await;
    story.done("imports::given_back", given).await;
    story.refused("imports::undo", async |conn| imports::undo(conn, &outsider, id, Some("误传")).await).await;
    story.done("imports::undo", async |conn| imports::undo(conn, &clerk, id, Some("误传")).await).await;
}

/// A town signs a quarter off; the county takes that back, and sets by which rules it signs and is checked.
async fn sign_off(story: &mut Story) {
    let county = story.county.clone();
    let quarter = "2026Q1".parse().unwrap();
    let town = county.town(1).code.clone();
    let signer = story.actor(Role::Supervisor, county.town(1));
    let clerk = story.actor(Role::Clerk, county.town(1));
    let wang = story.actor(Role::Supervisor, &county.county);
    let sign = [SignOff { organisation: town.clone(), quarter, open_items: 0, note: None }];
    story.refused("quarters::sign_off", async |conn| quarters::sign_off(conn, &clerk, &sign).await).await;
    story.done("quarters::sign_off", async |conn| quarters::sign_off(conn, &signer, &sign).await).await;
    let back = [WithdrawSignOff { organisation: town, quarter, reason: "名册有误".to_owned() }];
    story
        .refused("quarters::withdraw_sign_off", async |conn| {
            quarters::withdraw_sign_off(conn, &clerk, &back).await
        })
        .await;
    story
        .done("quarters::withdraw_sign_off", async |conn| {
            quarters::withdraw_sign_off(conn, &wang, &back).await
        })
        .await;
    let settings = [SetQuarterSettings {
        from_day: day("2026-01-01"),
        village_days: 3,
        town_days: 5,
        county_days: 8,
        villages_sign: true,
        towns_must_sign: false,
        source: "县委〔2026〕1号".to_owned(),
    }];
    story
        .refused("quarters::set_settings", async |conn| {
            quarters::set_settings(conn, &signer, &settings).await
        })
        .await;
    story
        .done("quarters::set_settings", async |conn| quarters::set_settings(conn, &wang, &settings).await)
        .await;
    let rules = [SetQualityRule {
        rule: "members.lost_for_long".to_owned(),
        from_day: day("2026-01-01"),
        severity: Severity::Error,
        weight: 7,
        threshold: Some(3),
        source: "县委〔2026〕2号".to_owned(),
    }];
    story
        .refused("quarters::set_quality_rules", async |conn| {
            quarters::set_quality_rules(conn, &signer, &rules).await
        })
        .await;
    story
        .done("quarters::set_quality_rules", async |conn| {
            quarters::set_quality_rules(conn, &wang, &rules).await
        })
        .await;
}

async fn close(story: &mut Story) {
    let county = story.county.county.clone();
    let quarter = "2026Q1".parse().unwrap();
    let clerk = story.actor(Role::Clerk, &county);
    let named = |name: &str| Actor { name: name.to_owned(), ..story.actor(Role::Supervisor, &county) };
    let (first, second) = (named("wang"), named("li"));
    let by = |actor: &Actor| {
        let (actor, code) = (actor.clone(), county.code.clone());
        async move |conn: &mut AsyncPgConnection| reports::close(conn, &actor, &code, quarter).await
    };
    story.refused("quarters::propose", by(&clerk)).await;
    let proposed = story.done("quarters::propose", by(&first)).await;
    assert!(matches!(proposed, Closed::Proposed));
    story.refused("quarters::conclude", by(&first)).await;
    let closed = story.done("quarters::conclude", by(&second)).await;
    assert!(matches!(closed, Closed::Closed(_)));
    let late = member(story.county.branch(1, 1).id, "补录一", 77);
    let keys = &story.keys;
    members::enrol(&mut story.conn, &clerk, keys, &[late]).await.unwrap();
    let amend = |actor: &Actor| {
        let (actor, code) = (actor.clone(), county.code.clone());
        async move |conn: &mut AsyncPgConnection| reports::amend(conn, &actor, &code, quarter, "补录").await
    };
    let withdraw = |actor: &Actor| {
        let (actor, code) = (actor.clone(), county.code.clone());
        async move |conn: &mut AsyncPgConnection| {
            reports::withdraw_amendment(conn, &actor, &code, quarter).await
        }
    };
    story.refused("quarters::propose_amendment", amend(&clerk)).await;
    story.refused("quarters::withdraw_amendment", withdraw(&first)).await;
    story.done("quarters::propose_amendment", amend(&first)).await;
    story.done("quarters::withdraw_amendment", withdraw(&second)).await;
    story.done("quarters::propose_amendment", amend(&first)).await;
    story.refused("quarters::conclude_amendment", amend(&first)).await;
    let amended = story.done("quarters::conclude_amendment", amend(&second)).await;
    assert!(matches!(amended, Amended::Amended(_)));
}
