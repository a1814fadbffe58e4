//! One-time codes, proofs and limits through pages and API: what a half session reaches, what a program may not, how the
//! form that was being sent goes on.

use cadre::base::actor::{Actor, Role};
use cadre::base::clock;
use cadre::records::accounts::{self, CodeSecret, SecurityPolicy};
use cadre::records::members;
use rocket::http::{Method, Status};
use serde_json::json;

use crate::support::app::{Answer, Credential, PASSWORD, TestApp};
use crate::support::builders::member;

async fn demand(app: &TestApp, policy: &SecurityPolicy) {
    let actor = Actor::command_line(app.county.county.scope());
    accounts::set_security_policy(&mut *app.db.web().await, &actor, policy).await.unwrap();
}

async fn behind(app: &TestApp, statement: &str) {
    app.db.owner_client().await.batch_execute(statement).await.unwrap();
}

/// Whoever holds the cookie that an answer set; the token stands in the page that asks for the code.
async fn holder(app: &TestApp, answer: &Answer, page: &str) -> Credential {
    let cookie = answer.cookie.clone().expect("a session cookie");
    let mut who = Credential::Session { cookie, csrf_token: String::new() };
    let body = app.get(&who, page).await.body;
    let token = body.split("name=\"csrf_token\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
    if let Credential::Session { csrf_token, .. } = &mut who {
        *csrf_token = token.expect("a form with its token").to_owned();
    }
    who
}

async fn with_codes(app: &TestApp, username: &str, role: Role) -> CodeSecret {
    let account = app.account(username, role, &app.county.county).await;
    let actor = Actor::command_line(app.county.county.scope());
    accounts::enrol_at_machine(&mut *app.db.web().await, &actor, &app.keys, account).await.unwrap()
}

fn now(secret: &CodeSecret) -> String {
    secret.code_at(clock::now()).unwrap()
}

const REMOTE: std::net::IpAddr = std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

#[tokio::test]
async fn a_page_asks_for_the_code_and_opens_nothing_before() {
    let app = TestApp::new().await;
    let secret = with_codes(&app, "zhangwei", Role::Supervisor).await;
    let half = app.signs_in_from(REMOTE, &[], "zhangwei", PASSWORD, true).await;
    assert_eq!(half.location.as_deref(), Some("/sign-in/code"));
    let who = holder(&app, &half, "/sign-in/code").await;
    for page in ["/", "/members", "/account", "/account/second-factor"] {
        let answer = app.get(&who, page).await;
        assert_eq!(answer.location.as_deref(), Some("/sign-in/code"), "{page}: {answer:?}");
    }
    for path in ["/members", "/sessions", "/approvals"] {
        let answer = app.get(&who, &format!("/api/v1{path}")).await;
        assert_eq!(
            (answer.status, answer.json()["duty"].as_str()),
            (Status::Forbidden, Some("code")),
            "{path}"
        );
    }
    let begun = app.send(&who, Method::Post, "/api/v1/session/second-factor", &[], &json!({})).await;
    assert_eq!(begun.status, Status::Forbidden, "a half session does not set its own codes");
    let wrong = app.submit(&who, "/sign-in/code", None, "otp=12345").await;
    assert_eq!(wrong.status, Status::UnprocessableEntity);
    let right = app.submit(&who, "/sign-in/code", None, &format!("otp={}", now(&secret))).await;
    assert_eq!(right.location.as_deref(), Some("/"));
    assert_ne!(right.cookie, half.cookie, "a new session at sign-in");
    assert_eq!(app.get(&who, "/members").await.location.as_deref(), Some("/sign-in"), "the half one is over");
    let whole = holder(&app, &right, "/account").await;
    assert_eq!(app.get(&whole, "/members").await.status, Status::Ok);
}

#[tokio::test]
async fn the_api_takes_the_code_with_the_password_and_says_when_it_is_missing() {
    let app = TestApp::new().await;
    let secret = with_codes(&app, "zhangwei", Role::Supervisor).await;
    let sign_in = async |body: serde_json::Value| {
        app.send(&Credential::Stranger, Method::Post, "/api/v1/session", &[], &body).await
    };
    let missing = sign_in(json!({ "username": "zhangwei", "password": PASSWORD })).await;
    assert_eq!(missing.status, Status::Unauthorized);
    assert!(missing.body.contains("otp"), "{}", missing.body);
    assert!(missing.cookie.is_none());
    let code = now(&secret);
    let right = json!({ "username": "zhangwei", "password": PASSWORD, "otp": code });
    assert_eq!(sign_in(right.clone()).await.status, Status::Ok);
    let wrong = sign_in(right).await;
    let unknown = sign_in(json!({ "username": "nobody", "password": PASSWORD, "otp": code })).await;
    assert_eq!((wrong.status, &wrong.body), (Status::Unauthorized, &unknown.body), "a code counts once");
}

#[tokio::test]
async fn whoever_needs_codes_is_led_to_them_and_can_then_go_on() {
    let app = TestApp::new().await;
    demand(&app, &SecurityPolicy::production()).await;
    let who = app.signed_in("zhangwei", Role::Clerk, app.county.town(1)).await;
    let led = app.get(&who, "/members").await;
    assert_eq!(led.location.as_deref(), Some("/account/second-factor"));
    let begun = app.submit(&who, "/account/second-factor", None, "").await;
    assert_eq!(begun.status, Status::SeeOther);
    let page = app.get(&who, "/account/second-factor").await.body;
    assert!(page.contains("<svg class=\"qr\"") && !page.contains("style="), "{page}");
    let shown = page.split("mono secret\">").nth(1).and_then(|rest| rest.split('<').next()).unwrap();
    assert_eq!(shown.replace(' ', "").len(), 32);
    let wrong = app.submit(&who, "/account/second-factor/confirm", None, "otp=1").await;
    assert_eq!(wrong.status, Status::UnprocessableEntity);
    let session = app.get(&who, "/api/v1/session").await.json();
    let account = session["account"]["id"].as_str().unwrap().parse().unwrap();
    let county = app.county.county.county;
    let held = accounts::second_factor(&mut *app.db.web().await, &app.keys, county, account).await.unwrap();
    let secret = held.unwrap().secret;
    let form = format!("otp={}", now(&secret));
    let done = app.submit(&who, "/account/second-factor/confirm", None, &form).await;
    assert_eq!(done.location.as_deref(), Some("/"));
    assert_eq!(app.get(&who, "/members").await.status, Status::Ok);
    let stored: Vec<u8> = app
        .db
        .owner_client()
        .await
        .query_one("SELECT secret_cipher FROM second_factors", &[])
        .await
        .unwrap()
        .get(0);
    let plain = secret.base32();
    assert!(!String::from_utf8_lossy(&stored).contains(&plain), "the secret is stored encrypted");
}

/// A county with a member, and a supervisor whose last proof is too old.
async fn with_old_proof() -> (TestApp, Credential, String) {
    let app = TestApp::new().await;
    let policy = SecurityPolicy { second_factor_roles: Vec::new(), ..SecurityPolicy::production() };
    demand(&app, &policy).await;
    let command = member(app.county.branch(1, 1).id, "张伟", 1);
    let clerk = app.county.town(1).actor(Role::Clerk);
    let ids = members::enrol(&mut *app.db.web().await, &clerk, &app.keys, &[command]).await.unwrap();
    let who = app.signed_in("supervisor.one", Role::Supervisor, &app.county.county).await;
    behind(&app, "UPDATE sessions SET proved_at = now() - interval '6 minutes'").await;
    (app, who, ids[0].to_string())
}

#[tokio::test]
async fn what_weighs_most_asks_for_a_proof_and_the_form_goes_on() {
    let (app, who, member) = with_old_proof().await;
    assert_eq!(app.get(&who, &format!("/members/{member}")).await.status, Status::Ok, "reading does not");
    let close = "/quarters/2025Q4/close";
    let asked = app.submit(&who, close, None, "kept=%E5%8E%9F%E6%A0%B7").await;
    assert_eq!(asked.status, Status::Forbidden);
    for part in ["再次确认身份", "name=\"kept\" value=\"原样\"", "name=\"proof_to\"", "proof_password"]
    {
        assert!(asked.body.contains(part), "{part}: {}", asked.body);
    }
    let wrong = format!("proof_to={close}&kept=1&proof_password=wrong");
    let again = app.submit(&who, "/session/proof", None, &wrong).await;
    assert_eq!(again.status, Status::UnprocessableEntity);
    assert!(again.body.contains("name=\"kept\""), "{}", again.body);
    let right = format!("proof_to={close}&kept=1&proof_password={}", PASSWORD.replace(' ', "+"));
    let on = app.submit(&who, "/session/proof", None, &right).await;
    assert_eq!((on.status, on.location.as_deref()), (Status::TemporaryRedirect, Some(close)));
    let done = app.submit(&who, close, None, "kept=1").await;
    assert_ne!(done.status, Status::Forbidden, "{done:?}");
    let elsewhere = format!("proof_to=//elsewhere.example&proof_password={}", PASSWORD.replace(' ', "+"));
    let stayed = app.submit(&who, "/session/proof", None, &elsewhere).await;
    assert_eq!(stayed.status, Status::NoContent, "no way out of the house");
}

#[tokio::test]
async fn the_api_says_that_a_proof_is_needed_and_takes_one() {
    let (app, who, member) = with_old_proof().await;
    let reveal = json!({ "field": "citizen_id", "purpose": "核对身份证件" });
    let path = format!("/api/v1/members/{member}/reveal");
    assert_eq!(app.send(&who, Method::Post, &path, &[], &reveal).await.status, Status::Forbidden);
    let unmasked = "/api/v1/exports?kind=members&format=csv&unmasked=true&reason=%E6%A0%B8%E6%9F%A5";
    assert_eq!(app.get(&who, unmasked).await.status, Status::Forbidden);
    assert_eq!(app.get(&who, "/api/v1/exports?kind=members&format=csv").await.status, Status::Ok, "masked");
    let proof = "/api/v1/session/proof";
    let wrong = app.send(&who, Method::Post, proof, &[], &json!({ "password": "no" })).await;
    assert_eq!(wrong.status, Status::UnprocessableEntity);
    let right = app.send(&who, Method::Post, proof, &[], &json!({ "password": PASSWORD })).await;
    assert_eq!(right.status, Status::NoContent);
    assert_eq!(app.send(&who, Method::Post, &path, &[], &reveal).await.status, Status::Ok);
    assert_eq!(app.get(&who, unmasked).await.status, Status::Ok);
    let seen = app.get(&who, &format!("/api/v1/members/{member}/accesses")).await.json();
    let told: Vec<(&str, bool)> = seen["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| (item["action"].as_str().unwrap(), item["clear"].as_bool().unwrap()))
        .collect();
    assert_eq!(told, [("exports.export", true), ("members.reveal", true), ("exports.export", false)]);
    let person = "SELECT person_id::text FROM memberships";
    let person: String = app.db.owner_client().await.query_one(person, &[]).await.unwrap().get(0);
    let path = format!("/api/v1/people/{person}/reveal");
    assert_eq!(app.send(&who, Method::Post, &path, &[], &reveal).await.status, Status::Ok);
    let seen = app.get(&who, &format!("/api/v1/members/{member}/accesses")).await.json();
    assert_eq!(seen["items"][0]["action"], "people.reveal", "a look from the page of the person is told too");
}

#[tokio::test]
async fn a_program_reads_and_enters_but_neither_reveals_nor_exports_in_clear_nor_closes() {
    let (app, _, member) = with_old_proof().await;
    let program = app.token("program.one", Role::Supervisor, &app.county.county).await;
    assert_eq!(app.get(&program, &format!("/api/v1/members/{member}")).await.status, Status::Ok);
    let reveal = json!({ "field": "citizen_id", "purpose": "核对身份证件" });
    let path = format!("/api/v1/members/{member}/reveal");
    let refused = app.send(&program, Method::Post, &path, &[], &reveal).await;
    assert_eq!(refused.status, Status::Forbidden);
    assert!(refused.body.contains("程序令牌"), "{}", refused.body);
    let unmasked = "/api/v1/exports?kind=members&format=csv&unmasked=true&reason=%E6%A0%B8%E6%9F%A5";
    assert_eq!(app.get(&program, unmasked).await.status, Status::Forbidden);
    assert_eq!(app.get(&program, "/api/v1/exports?kind=members&format=csv").await.status, Status::Ok);
    let close = json!({ "organisation": "500237" });
    let path = "/api/v1/quarters/2025Q4/close";
    assert_eq!(app.send(&program, Method::Post, path, &[], &close).await.status, Status::Forbidden);
}

/// ASVS 2.4.1
#[tokio::test]
async fn identifiers_are_shown_so_many_times_an_hour() {
    let (app, who, member) = with_old_proof().await;
    let policy = SecurityPolicy { reveals_per_hour: 2, ..SecurityPolicy::demonstration() };
    demand(&app, &policy).await;
    let path = format!("/api/v1/members/{member}/reveal");
    let reveal = json!({ "field": "citizen_id", "purpose": "核对身份证件" });
    let mut statuses = Vec::new();
    for _ in 0..3 {
        statuses.push(app.send(&who, Method::Post, &path, &[], &reveal).await.status.code);
    }
    assert_eq!(statuses, [200, 200, 429]);
    behind(&app, "UPDATE audit_entries SET at = at - interval '61 minutes'").await;
    assert_eq!(app.send(&who, Method::Post, &path, &[], &reveal).await.status, Status::Ok);
}

#[tokio::test]
async fn whoever_pages_through_a_county_is_stopped_within_a_page_and_the_trail_says_so() {
    let app = TestApp::new().await;
    let policy = SecurityPolicy { records_per_ten_minutes: Some(50), ..SecurityPolicy::demonstration() };
    demand(&app, &policy).await;
    let clerk = app.county.town(1).actor(Role::Clerk);
    let commands: Vec<_> =
        (1..=30).map(|number| member(app.county.branch(1, 1).id, "张伟", number)).collect();
    members::enrol(&mut *app.db.web().await, &clerk, &app.keys, &commands).await.unwrap();
    let who = app.signed_in("auditor.one", Role::Auditor, &app.county.county).await;
    let other = app.signed_in("auditor.two", Role::Auditor, &app.county.county).await;
    assert_eq!(app.get(&who, "/api/v1/members?limit=30").await.status, Status::Ok);
    let stopped = app.get(&who, "/api/v1/members?limit=30").await;
    assert_eq!(stopped.status, Status::TooManyRequests);
    assert!(stopped.retry_after.is_some() && stopped.body.contains("过多"), "{stopped:?}");
    assert_eq!(app.get(&who, "/").await.status, Status::TooManyRequests, "everything stops");
    assert_eq!(app.get(&who, "/account/sessions").await.status, Status::Ok, "but his own account");
    assert_eq!(app.get(&other, "/members").await.status, Status::Ok);
    let client = app.db.owner_client().await;
    let query =
        "SELECT count(*), max(subject_count) FROM audit_entries WHERE action = 'accounts.stop_reading'";
    let row = client.query_one(query, &[]).await.unwrap();
    assert_eq!((row.get::<_, i64>(0), row.get::<_, i32>(1)), (1, 60));
    behind(&app, "UPDATE accounts SET reading_blocked_until = now() - interval '1 second'").await;
    assert_eq!(app.get(&who, "/members").await.status, Status::Ok);
}

#[tokio::test]
async fn an_export_of_a_page_says_what_it_is_for() {
    let (app, who, _) = with_old_proof().await;
    let form = app.get(&who, "/exports/new?kind=members&organisation=500237101").await;
    assert_eq!(form.status, Status::Ok);
    assert!(form.body.contains("完整号码"), "{}", form.body);
    let without = app.submit(&who, "/exports", None, "kind=members&format=csv").await;
    assert_eq!(without.status, Status::UnprocessableEntity);
    let reason = "reason=%E4%B8%8A%E6%8A%A5%E7%BB%9F%E8%AE%A1";
    let masked = app.submit(&who, "/exports", None, &format!("kind=members&format=csv&{reason}")).await;
    assert!(masked.status == Status::Ok && masked.body.contains("张伟"), "{masked:?}");
    assert!(masked.body.contains("******"), "{}", masked.body);
    let clear = format!("kind=members&format=csv&unmasked=true&{reason}");
    let asked = app.submit(&who, "/exports", None, &clear).await;
    assert_eq!(asked.status, Status::Forbidden);
    assert!(asked.body.contains("再次确认身份") && asked.body.contains("name=\"unmasked\" value=\"true\""));
    let query = "SELECT details->>'reason', details->>'file_sha256', subject_count FROM audit_entries
        WHERE action = 'exports.export'";
    let row = app.db.owner_client().await.query_one(query, &[]).await.unwrap();
    assert_eq!((row.get::<_, &str>(0), row.get::<_, i32>(2)), ("上报统计", 1));
    assert_eq!(row.get::<_, &str>(1).len(), 64);
}

#[tokio::test]
async fn a_role_above_a_clerks_is_asked_for_by_one_officer_and_approved_by_another() {
    let app = TestApp::new().await;
    let account = app.account("zhangwei", Role::Clerk, app.county.town(1)).await;
    let one = app.signed_in("security.one", Role::Security, &app.county.county).await;
    let two = app.signed_in("security.two", Role::Security, &app.county.county).await;
    let path = format!("/api/v1/accounts/{account}/role");
    let wanted = json!({ "role": "supervisor", "organisation": "500237101" });
    let version = [("If-Match", "\"1\"")];
    let asked = app.send(&one, Method::Patch, &path, &version, &wanted).await;
    assert_eq!((asked.status, asked.json()["state"].as_str()), (Status::Accepted, Some("pending")));
    assert_eq!(app.send(&one, Method::Patch, &path, &version, &wanted).await.status, Status::Conflict);
    let id = asked.json()["id"].as_str().unwrap().to_owned();
    let own = app.send(&one, Method::Post, &format!("/api/v1/approvals/{id}/approve"), &[], &json!({})).await;
    assert_eq!(own.status, Status::Conflict);
    let page = app.get(&two, &format!("/approvals/{id}")).await;
    assert!(page.body.contains("zhangwei") && page.body.contains("审核员"), "{}", page.body);
    let granted = app.send(&two, Method::Patch, &path, &version, &wanted).await;
    assert_eq!((granted.status, granted.json()["role"].as_str()), (Status::Ok, Some("supervisor")));
    let listed = app.get(&one, "/api/v1/approvals").await.json();
    assert_eq!(listed["items"][0]["decided_by"], "security.two");
}

#[tokio::test]
async fn a_recovered_account_changes_its_password_before_anything_else() {
    let app = TestApp::new().await;
    let account = app.account("zhangwei", Role::Clerk, app.county.town(1)).await;
    let administrator = app.signed_in("administrator.one", Role::Administrator, &app.county.county).await;
    let path = format!("/api/v1/accounts/{account}/reset");
    let reset = app.send(&administrator, Method::Post, &path, &[], &json!({})).await;
    let temporary = reset.json()["password"].as_str().unwrap().to_owned();
    let entered = app.signs_in_from(REMOTE, &[], "zhangwei", &temporary, true).await;
    assert_eq!(entered.location.as_deref(), Some("/account"));
    let who = holder(&app, &entered, "/account").await;
    assert_eq!(app.get(&who, "/members").await.location.as_deref(), Some("/account"));
    let same = format!("old_password={temporary}&password={temporary}&again={temporary}");
    assert_eq!(app.submit(&who, "/account", None, &same).await.status, Status::UnprocessableEntity);
    let by_program = json!({ "old_password": "not this", "password": "another horse battery" });
    let changed = app.send(&who, Method::Post, "/api/v1/session/password", &[], &by_program).await;
    assert_eq!(changed.status, Status::UnprocessableEntity, "it may be changed here too, with the old one");
    let new = "another+horse+battery";
    let form = format!("old_password={temporary}&password={new}&again={new}");
    assert_eq!(app.submit(&who, "/account", None, &form).await.location.as_deref(), Some("/sign-in"));
    let entered = app.signs_in_from(REMOTE, &[], "zhangwei", "another horse battery", true).await;
    assert_eq!(entered.location.as_deref(), Some("/"));
}

#[tokio::test]
async fn the_county_sets_the_style_of_passwords() {
    let app = TestApp::new().await;
    let who = app.signed_in("zhangwei", Role::Clerk, app.county.town(1)).await;
    let try_one = async |new: &str| {
        let new = new.replace(' ', "+");
        let form = format!("old_password={}&password={new}&again={new}", PASSWORD.replace(' ', "+"));
        app.submit(&who, "/account", None, &form).await.status.code
    };
    for named in ["longjing pass phrase", "500237101 pass phrase", "wushan forever and ever"] {
        assert_eq!(try_one(named).await, 422, "{named} holds the name of a unit");
    }
    let mixed = SecurityPolicy {
        password_style: accounts::PasswordStyle::Complexity,
        ..SecurityPolicy::demonstration()
    };
    demand(&app, &mixed).await;
    assert_eq!(try_one("a sentence of small letters").await, 422);
    let periodic = SecurityPolicy { password_days: Some(90), ..mixed };
    demand(&app, &periodic).await;
    behind(&app, "UPDATE accounts SET password_set_at = now() - interval '91 days'").await;
    assert_eq!(app.get(&who, "/members").await.location.as_deref(), Some("/account"), "it is too old");
    assert_eq!(try_one("A Sentence with 3 kinds").await, 303);
}
