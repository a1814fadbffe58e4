//! The tree through the API: listed, found, shown, counted.

use cadre::base::actor::Role;
use cadre::records::members;
use rocket::http::Status;
use serde_json::{Value, json};

use crate::support::app::{Answer, Credential, TestApp};
use crate::support::builders::{day, member};

const TOWN: &str = "500237101";
const VILLAGE: &str = "500237101201";
const BRANCH: &str = "500237101201-ZB01";

/// The first town's clerk, in a county where it has two villages with a branch each.
async fn stage() -> (TestApp, Credential) {
    let app = TestApp::new().await;
    let clerk = app.signed_in("clerk.one", Role::Clerk, app.county.town(1)).await;
    (app, clerk)
}

async fn get(app: &TestApp, who: &Credential, path: &str) -> Answer {
    app.get(who, &format!("/api/v1/organisations{path}")).await
}

fn codes(page: &Value) -> Vec<&str> {
    page["items"].as_array().unwrap().iter().map(|item| item["code"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn the_list_is_the_tree_of_ones_own_and_is_narrowed_by_kind_place_and_name() {
    let (app, clerk) = stage().await;
    let all = get(&app, &clerk, "?count=true").await.json();
    let tree = [TOWN, VILLAGE, BRANCH, "500237101202", "500237101202-ZB01"];
    assert_eq!((codes(&all), &all["total"], &all["next"]), (tree.to_vec(), &json!(5), &Value::Null));
    for (query, found) in [
        ("kind=branch", vec![BRANCH, "500237101202-ZB01"]),
        ("kind=town", vec![TOWN]),
        ("within=500237101202", vec!["500237101202", "500237101202-ZB01"]),
        ("within=500237101202&kind=branch", vec!["500237101202-ZB01"]),
        // By code, name, pinyin and initials, each by its beginning.
        ("q=500237101201", vec![VILLAGE, BRANCH]),
        ("q=%E9%BE%99%E4%BA%95%E9%95%87%E7%99%BD&kind=village", vec![VILLAGE]),
        ("q=longjingzhenb&kind=village", vec![VILLAGE]),
        ("q=ljzlw&kind=village", vec!["500237101202"]),
        ("q=guandu", vec![]),
    ] {
        let page = get(&app, &clerk, &format!("?count=true&{query}")).await.json();
        assert_eq!((codes(&page), &page["total"]), (found.clone(), &json!(found.len())), "{query}");
    }
    let county = app.signed_in("auditor", Role::Auditor, &app.county.county).await;
    let towns = get(&app, &county, "?kind=town").await.json();
    assert_eq!(codes(&towns), [TOWN, "500237102"]);
}

#[tokio::test]
async fn pages_of_the_list_meet_without_gap() {
    let (app, clerk) = stage().await;
    let (mut found, mut next) = (Vec::new(), String::new());
    loop {
        let page = get(&app, &clerk, &format!("?limit=2{next}")).await.json();
        found.extend(codes(&page).into_iter().map(str::to_owned));
        match page["next"].as_str() {
            Some(after) => next = format!("&after={after}"),
            None => break,
        }
    }
    assert_eq!(found, [TOWN, VILLAGE, BRANCH, "500237101202", "500237101202-ZB01"]);
}

#[tokio::test]
async fn a_kind_that_there_is_not_is_refused_with_those_that_there_are() {
    let (app, clerk) = stage().await;
    let refused = get(&app, &clerk, "?kind=castle").await;
    assert_eq!(refused.status, Status::UnprocessableEntity);
    let error = &refused.json()["errors"][0];
    assert_eq!(error["field"], "kind");
    let message = error["message"].as_str().unwrap();
    assert!(message.contains("castle") && message.contains("village"), "{message}");
}

#[tokio::test]
async fn one_is_shown_with_its_parent_and_version_and_none_of_another_town() {
    let (app, clerk) = stage().await;
    let shown = get(&app, &clerk, &format!("/{BRANCH}")).await;
    assert_eq!((shown.status, shown.etag.as_deref()), (Status::Ok, Some("\"1\"")));
    let branch = shown.json();
    for (field, value) in [
        ("code", json!(BRANCH)),
        ("name", json!("龙井镇白泉村党支部")),
        ("kind", json!("branch")),
        ("kind_name", json!("党支部")),
        ("parent", json!(VILLAGE)),
        ("path", json!(app.county.branch(1, 1).path.as_str())),
        ("version", json!(1)),
    ] {
        assert_eq!(branch[field], value, "{field}");
    }
    for foreign in ["500237102", "500237102201-ZB01", "500237", "nowhere"] {
        for below in ["", "/summary"] {
            let hidden = get(&app, &clerk, &format!("/{foreign}{below}")).await;
            assert_eq!(hidden.status, Status::NotFound, "{foreign}{below}");
        }
        let within = get(&app, &clerk, &format!("?within={foreign}")).await;
        assert_eq!(within.status, Status::NotFound, "within {foreign}");
    }
}

#[tokio::test]
async fn the_summary_counts_who_is_in_the_register_below() {
    let (app, clerk) = stage().await;
    let (actor, branch) = (app.county.town(1).actor(Role::Clerk), app.county.branch(1, 1).id);
    let mut probationary = member(branch, "李娜", 2);
    (probationary.joined_on, probationary.full_member_on) = (day("2026-06-01"), None);
    let commands = [member(branch, "张伟", 1), probationary, member(app.county.branch(1, 2).id, "王强", 3)];
    members::enrol(&mut *app.db.web().await, &actor, &app.keys, &commands).await.unwrap();
    for (code, total, probationary, women, organisations) in
        [(TOWN, 3, 1, 1, 5), (VILLAGE, 2, 1, 1, 2), ("500237101202-ZB01", 1, 0, 0, 1)]
    {
        let told = get(&app, &clerk, &format!("/{code}/summary")).await.json();
        assert_eq!((&told["code"], &told["members_total"]), (&json!(code), &json!(total)), "{told}");
        assert_eq!(
            (&told["members_probationary"], &told["members_women"], &told["organisations"]),
            (&json!(probationary), &json!(women), &json!(organisations)),
            "{told}"
        );
    }
}
