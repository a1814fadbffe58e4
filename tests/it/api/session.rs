//! Signing in, and requests that were not made by the person himself.

use cadre::base::actor::Role;
use rocket::http::{Method, Status};

use crate::support::app::{Credential, PASSWORD, TestApp};

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
