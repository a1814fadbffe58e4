//! Signing in, and requests that were not made by the person himself.

use cadre::base::actor::Role;
use rocket::http::{Method, Status};

use crate::support::app::{Credential, FRONT, PASSWORD, TestApp};

/// ASVS 6.3.8
#[tokio::test]
async fn a_wrong_password_and_an_unknown_name_are_answered_alike() {
    let app = TestApp::new().await;
    app.account("zhangwei", Role::Clerk, app.county.town(1)).await;
    let mut bodies = Vec::new();
    for (username, password) in [("zhangwei", "not this one at all"), ("nobody", PASSWORD)] {
        let body = serde_json::json!({ "username": username, "password": password });
        let answer = app.send(&Credential::Stranger, Method::Post, "/api/v1/session", &[], &body).await;
        assert_eq!(answer.status, Status::Unauthorized);
        bodies.push(answer.body);
    }
    assert_eq!(bodies[0], bodies[1]);
}

#[tokio::test]
async fn an_unsafe_request_repeats_the_token_and_comes_from_our_own_pages() {
    let app = TestApp::new().await;
    let clerk = app.signed_in("clerk.one", Role::Clerk, app.county.town(1)).await;
    let Credential::Session { cookie, .. } = &clerk else { panic!("a session") };
    let without = Credential::Session { cookie: cookie.clone(), csrf_token: "another".to_owned() };
    let answer = app.send(&without, Method::Delete, "/api/v1/session", &[], &serde_json::json!({})).await;
    assert_eq!(answer.status, Status::Forbidden);
    for foreign in
        [("Origin", "http://elsewhere.example"), ("Origin", "null"), ("Sec-Fetch-Site", "cross-site")]
    {
        let answer =
            app.send(&clerk, Method::Delete, "/api/v1/session", &[foreign], &serde_json::json!({})).await;
        assert_eq!(answer.status, Status::Forbidden, "{foreign:?}");
    }
    assert_eq!(app.get(&clerk, "/api/v1/session").await.status, Status::Ok, "nothing was ended");
    let answer = app.send(&clerk, Method::Delete, "/api/v1/session", &[], &serde_json::json!({})).await;
    assert_eq!(answer.status, Status::NoContent);
    assert_eq!(app.get(&clerk, "/api/v1/session").await.status, Status::Unauthorized);
}

#[tokio::test]
async fn a_page_form_needs_its_token_too() {
    let app = TestApp::new().await;
    let clerk = app.signed_in("clerk.one", Role::Clerk, app.county.town(1)).await;
    let forged = app.submit(&clerk, "/members", Some("forged"), "name=x").await;
    assert_eq!(forged.status, Status::Forbidden);
    let own = app.submit(&clerk, "/members", None, "name=x").await;
    assert_eq!(own.status, Status::UnprocessableEntity, "read, and refused for its fields");
    assert!(own.body.contains("请填写公民身份号码"), "{}", own.body);
}

#[tokio::test]
async fn a_stranger_is_asked_to_sign_in() {
    let app = TestApp::new().await;
    let page = app.get(&Credential::Stranger, "/members").await;
    assert_eq!((page.status, page.location.as_deref()), (Status::SeeOther, Some("/sign-in")));
    let api = app.get(&Credential::Stranger, "/api/v1/members").await;
    assert_eq!(api.status, Status::Unauthorized);
    assert_eq!(api.json()["status"], 401);
}

const WRONG: &str = "wrong wrong wrong";

/// ASVS 2.3.2
#[tokio::test]
async fn too_many_refusals_from_one_address_are_told_with_429() {
    let app = TestApp::new().await;
    app.account("zhangwei", Role::Clerk, app.county.town(1)).await;
    let guesser = "198.51.100.7".parse().unwrap();
    for number in 0..10 {
        // Only the front is believed: a header of one's own is no other address.
        let forged = [("X-Real-IP", format!("203.0.113.{number}"))];
        let forged = [(forged[0].0, forged[0].1.as_str())];
        let answer =
            app.signs_in_from(guesser, &forged, &format!("name{number}"), WRONG, number % 2 == 0).await;
        assert!([401, 422].contains(&answer.status.code), "{answer:?}");
    }
    for page in [false, true] {
        let answer = app.signs_in_from(guesser, &[], "zhangwei", PASSWORD, page).await;
        assert_eq!(answer.status, Status::TooManyRequests);
        assert!(answer.body.contains("请过1分钟再试"), "{}", answer.body);
        let wait: i64 = answer.retry_after.as_deref().unwrap().parse().unwrap();
        assert!((1..=60).contains(&wait), "{wait}");
    }
    let answer = app.signs_in_from(guesser, &[], "zhangwei", PASSWORD, false).await;
    assert_eq!(answer.json()["status"], 429);
    let neighbour = "198.51.100.8".parse().unwrap();
    assert_eq!(app.signs_in_from(neighbour, &[], "zhangwei", PASSWORD, false).await.status, Status::Ok);
}

/// ASVS 4.1.3, 15.3.4
#[tokio::test]
async fn behind_the_front_everybody_has_his_own_address() {
    let app = TestApp::new().await;
    app.account("zhangwei", Role::Clerk, app.county.town(1)).await;
    for number in 0..10 {
        let from = [("X-Real-IP", "198.51.100.7")];
        let answer = app.signs_in_from(FRONT, &from, &format!("name{number}"), WRONG, false).await;
        assert_eq!(answer.status, Status::Unauthorized);
    }
    let of = |address| [("X-Real-IP", address)];
    let throttled = app.signs_in_from(FRONT, &of("198.51.100.7"), "zhangwei", PASSWORD, false).await;
    assert_eq!(throttled.status, Status::TooManyRequests);
    let other = app.signs_in_from(FRONT, &of("198.51.100.8"), "zhangwei", PASSWORD, false).await;
    assert_eq!(other.status, Status::Ok);
    let query =
        "SELECT string_agg(DISTINCT source, ' ' ORDER BY source) FROM audit_entries WHERE source IS NOT NULL";
    let sources: String = app.db.owner_client().await.query_one(query, &[]).await.unwrap().get(0);
    assert_eq!(sources, "198.51.100.7 198.51.100.8", "the trail knows where each came from");
}
