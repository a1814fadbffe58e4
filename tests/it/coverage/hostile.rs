//! Attacks that go by the routes: SQL in every text, ids of another township in every place, parameters sent twice.
//! Bounded: one request for each text of each route.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use cadre::base::actor::Role;
use cadre::records::members;
use rocket::http::Method;
use serde_json::{Value, json};

use super::stage::Stage;
use super::{Row, rows};
use crate::support::app::{Answer, TestApp};
use crate::support::builders::member;

/// Ends a literal, adds a condition, a second statement that would be felt, a comment, and what LIKE takes for signs.
const SQL: &str = "' OR 1=1; SELECT pg_sleep(4); -- \"\\%_)";

/// Names of parameters that some list or report of ours takes, all at once, or the likeliest alone.
const PARAMETERS: [&str; 30] = [
    "q",
    "within",
    "sort",
    "after",
    "limit",
    "count",
    "kind",
    "status",
    "category",
    "branch",
    "education",
    "sex",
    "born_from",
    "born_to",
    "actor",
    "subject",
    "from",
    "to",
    "as_of",
    "quarter",
    "organisation",
    "period",
    "state",
    "year",
    "person",
    "part",
    "revision",
    "format",
    "reason",
    "bucket",
];

fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

/// Every variant of a JSON text in which one of its strings is another.
fn variants(value: &Value, with: &str) -> Vec<Value> {
    match value {
        Value::String(_) => vec![with.into()],
        Value::Array(items) => (0..items.len())
            .flat_map(|at| {
                variants(&items[at], with).into_iter().map(move |other| {
                    let mut all = items.clone();
                    all[at] = other;
                    Value::Array(all)
                })
            })
            .collect(),
        Value::Object(fields) => fields
            .keys()
            .flat_map(|key| {
                variants(&fields[key], with).into_iter().map(move |other| {
                    let mut all = fields.clone();
                    all[key] = other;
                    Value::Object(all)
                })
            })
            .collect(),
        _ => Vec::new(),
    }
}

/// Every variant of what a row sends: one text of it is the payload.
pub fn bodies(kind: &str, body: &str, with: &str) -> Vec<String> {
    match kind {
        "application/json" => {
            let whole = serde_json::from_str(body).unwrap_or(Value::Null);
            variants(&whole, with).iter().map(Value::to_string).collect()
        }
        "application/x-www-form-urlencoded" => {
            let pairs: Vec<&str> = body.split('&').collect();
            let one = |at: usize| {
                let name = pairs[at].split('=').next().unwrap_or_default();
                let mut all: Vec<String> = pairs.iter().map(|pair| (*pair).to_owned()).collect();
                all[at] = format!("{name}={}", encoded(with));
                all.join("&")
            };
            (0..pairs.len()).map(one).collect()
        }
        _ => Vec::new(),
    }
}

pub async fn sent(stage: &Stage, row: &Row, path: &str, kind: &str, body: &str) -> (Answer, Duration) {
    let who = &stage.callers[if row.cells[3] == "ok" { 3 } else { 1 }];
    let mut headers = vec![("If-Match", "\"1\"")];
    headers.extend(Some(("Content-Type", kind)).filter(|(_, kind)| !kind.is_empty()));
    let begun = Instant::now();
    let answer = stage.app.send_raw(who, row.method, path, &headers, body).await;
    (answer, begun.elapsed())
}

/// SEC-05: no text becomes SQL, wherever it is typed.
/// ASVS 1.2.4
#[tokio::test(flavor = "multi_thread")]
async fn no_text_becomes_sql() {
    let stage = Stage::new().await;
    let (mut faults, mut count) = (Vec::new(), 0);
    for row in rows().iter().filter(|row| row.route != "/api/v1/session" && row.route != "/sign-out") {
        let path = stage.path(row.route, row.verb);
        let (kind, body) = stage.body(row.sent);
        let mut requests: Vec<(String, String)> =
            bodies(kind, &body, SQL).into_iter().map(|body| (path.clone(), body)).collect();
        if row.method == Method::Get {
            let all: Vec<String> = PARAMETERS.iter().map(|name| format!("{name}={}", encoded(SQL))).collect();
            requests.push((format!("{path}?{}", all.join("&")), String::new()));
            requests.extend(all.iter().take(4).map(|one| (format!("{path}?{one}"), String::new())));
        }
        for (path, body) in requests {
            count += 1;
            let (answer, took) = sent(&stage, row, &path, kind, &body).await;
            if answer.status.code >= 500 || took > Duration::from_secs(4) {
                faults.push(format!("{} {path} {body}: {} after {took:?}", row.method, answer.status));
            }
        }
    }
    assert!(count > 500, "{count} requests");
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// What tells two answers apart, but for the ids that were asked for.
fn told(answer: &Answer, path: &str) -> (u16, String) {
    let mut body = answer.body.clone();
    for part in path.split(['/', '?', '&', '=']).filter(|part| part.len() > 8) {
        body = body.replace(part, "…");
    }
    (answer.status.code, body)
}

/// SEC-01, SEC-03: whatever belongs to another township answers like what does not exist.
/// ASVS 8.2.2, 8.4.1
#[tokio::test(flavor = "multi_thread")]
async fn a_foreign_record_answers_like_none() {
    let stage = Stage::new().await;
    let sibling = &stage.callers[2];
    let (mut faults, mut compared) = (Vec::new(), BTreeSet::new());
    for row in rows().iter().filter(|row| row.route.contains("<id>") && row.cells[2] == "404") {
        let path = stage.path(row.route, row.verb);
        let nowhere: Vec<String> = path
            .split('/')
            .map(|part| {
                if uuid::Uuid::parse_str(part).is_ok() {
                    uuid::Uuid::now_v7().to_string()
                } else {
                    part.to_owned()
                }
            })
            .collect();
        let nowhere = nowhere.join("/");
        if nowhere == path {
            continue;
        }
        let (kind, body) = stage.body(row.sent);
        let headers = [("If-Match", "\"1\""), ("Content-Type", kind)];
        let headers = &headers[..if kind.is_empty() { 1 } else { 2 }];
        let foreign = stage.app.send_raw(sibling, row.method, &path, headers, &body).await;
        let missing = stage.app.send_raw(sibling, row.method, &nowhere, headers, &body).await;
        compared.insert(row.route);
        let (foreign, missing) = (told(&foreign, &path), told(&missing, &nowhere));
        if foreign != missing {
            faults.push(format!("{} {}:\n  {foreign:?}\n  {missing:?}", row.method, row.route));
        }
    }
    assert!(compared.len() > 40, "{} routes", compared.len());
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// A parameter that is sent twice is taken once, and never as two halves of the program take it.
/// ASVS 15.3.7
#[tokio::test(flavor = "multi_thread")]
async fn a_parameter_sent_twice_opens_nothing() {
    let app = TestApp::new().await;
    let clerk = app.signed_in("clerk.one", Role::Clerk, app.county.town(1)).await;
    let crate::support::app::Credential::Session { csrf_token, .. } = &clerk else { panic!("a session") };
    let form = |first: &str, second: &str| format!("csrf_token={first}&q=zw&csrf_token={second}");
    let lured = async |body: &str| {
        app.lured(&clerk, Method::Post, "/members/search", "application/x-www-form-urlencoded", body).await
    };
    assert_eq!(lured(&form("wrong", csrf_token)).await.status.code, 403, "the first counts");
    assert_ne!(lured(&form(csrf_token, "wrong")).await.status.code, 403);
    let actor = app.county.town(1).actor(Role::Clerk);
    let command = member(app.county.branch(1, 1).id, "张伟", 1);
    members::enrol(&mut *app.db.web().await, &actor, &app.keys, &[command]).await.unwrap();
    let list = async |query: &str| {
        let answer = app.get(&clerk, &format!("/api/v1/members?{query}")).await;
        (answer.status.code, answer.body)
    };
    for (one, other) in [
        ("within=500237101", "within=500237102"),
        ("within=500237102", "within=500237101"),
        ("limit=10", "limit=1000000"),
        ("limit=1000000", "limit=10"),
    ] {
        let (first, last) = (list(one).await, list(other).await);
        let both = list(&format!("{one}&{other}")).await;
        assert!(both == first || both == last, "{one}&{other} is neither: {both:?}");
        assert!(!both.1.contains("张伟") || [&first, &last].iter().any(|alone| alone.1.contains("张伟")));
    }
    let twice = r#"{"name":"张伟","name":"李娜"}"#;
    let json = [("Content-Type", "application/json")];
    let answer = app.send_raw(&clerk, Method::Post, "/api/v1/members", &json, twice).await;
    assert!([400, 422].contains(&answer.status.code), "{}", answer.body);
}

/// SEC-03: what nobody may set is not set by naming it.
/// ASVS 15.3.3
#[tokio::test(flavor = "multi_thread")]
async fn fields_that_nobody_may_set_are_refused_by_name() {
    let app = TestApp::new().await;
    let clerk = app.signed_in("clerk.one", Role::Clerk, app.county.town(1)).await;
    for (field, value) in [
        ("id", json!("0193f0a2-7c1e-7d52-9f0b-3f1d2c4b5a69")),
        ("county_id", json!("0193f0a2-7c1e-7d52-9f0b-3f1d2c4b5a69")),
        ("version", json!(7)),
        ("role", json!("supervisor")),
        ("created_by", json!("boss")),
        ("path", json!("500237/")),
    ] {
        let mut body = json!({ "name": "张伟", "citizen_id": "500237198005060018" });
        body[field] = value;
        let answer = app.send(&clerk, Method::Post, "/api/v1/members", &[], &body).await;
        assert!([400, 422].contains(&answer.status.code), "{field}: {} {}", answer.status, answer.body);
    }
}

/// SEC-08: a page of another port of this machine, of no origin, or one that hides its method changes nothing.
/// ASVS 3.4.2, 3.5.1, 3.5.2
#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_another_port_changes_nothing_whatever_method_it_names() {
    let app = TestApp::new().await;
    let clerk = app.signed_in("clerk.one", Role::Clerk, app.county.town(1)).await;
    let form = "application/x-www-form-urlencoded";
    for path in ["/members", "/sign-out", "/exports", "/imports"] {
        for method in ["", "_method=DELETE&", "_method=PUT&", "_method=PATCH&"] {
            let lured = app.lured(&clerk, Method::Post, path, form, &format!("{method}name=x")).await;
            assert!([403, 404, 405, 415].contains(&lured.status.code), "{method} {path}: {}", lured.status);
        }
    }
    let body = json!({ "name": "张伟" });
    for origin in ["null", "http://127.0.0.1:9999", "http://localhost", "https://127.0.0.1.example"] {
        let refused = app.send(&clerk, Method::Post, "/api/v1/members", &[("Origin", origin)], &body).await;
        assert_eq!(refused.status.code, 403, "{origin}");
        assert_eq!(refused.header("Access-Control-Allow-Origin"), None, "{origin}");
    }
    for kind in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""] {
        let headers = [("Content-Type", kind)];
        let headers = &headers[..usize::from(!kind.is_empty())];
        let refused = app.send_raw(&clerk, Method::Post, "/api/v1/members", headers, body.to_string()).await;
        assert_eq!(refused.status.code, 415, "{kind}");
    }
    assert_eq!(app.get(&clerk, "/api/v1/session").await.status.code, 200, "nobody was signed out");
}
