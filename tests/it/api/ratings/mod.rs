//! Ratings through the API: schemes, rounds, scores, decisions, and everything that is refused.

mod bad_input;
mod card;
mod deciding;
mod entering;
mod fairness;
mod sheets;

use cadre::base::actor::Role;
use cadre::records::members;
use rocket::http::{Method, Status};
use serde_json::{Value, json};

use crate::support::app::{Answer, Credential, TestApp};
use crate::support::builders::member;

const SCHEMES: &str = "/api/v1/ratings/schemes";
const ROUNDS: &str = "/api/v1/ratings/rounds";

/// The five-dimension scheme, with one decimal.
fn five() -> Value {
    let text = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/data/packs/wufeng/ratings.json"));
    let mut scheme: Value = serde_json::from_str(text).unwrap();
    scheme["decimals"] = json!(1);
    scheme
}

/// A county with a scheme, three members in the first branch, its clerk, and a supervisor who did nothing yet.
struct Stage {
    app: TestApp,
    clerk: Credential,
    supervisor: Credential,
    members: Vec<String>,
}

impl Stage {
    async fn new() -> Self {
        let app = TestApp::new().await;
        let supervisor = app.signed_in("wang", Role::Supervisor, &app.county.county).await;
        let set = app.send(&supervisor, Method::Post, SCHEMES, &[], &five()).await;
        assert_eq!(set.status, Status::Created, "{}", set.body);
        let clerk = app.signed_in("clerk.one", Role::Clerk, app.county.town(1)).await;
        let branch = app.county.branch(1, 1);
        let commands: Vec<_> = (1..)
            .zip(["张伟", "李娜", "王芳"])
            .map(|(number, name)| member(branch.id, name, number))
            .collect();
        let actor = app.county.town(1).actor(Role::Clerk);
        let mut conn = app.db.web().await;
        let ids = members::enrol(&mut conn, &actor, &app.keys, &commands).await.unwrap();
        drop(conn);
        Self { app, clerk, supervisor, members: ids.iter().map(ToString::to_string).collect() }
    }

    async fn open(&self, who: &Credential, key: Option<&str>, body: &Value) -> Answer {
        let headers: Vec<(&'static str, &str)> =
            key.map(|key| ("Idempotency-Key", key)).into_iter().collect();
        self.app.send(who, Method::Post, ROUNDS, &headers, body).await
    }

    /// A round of the first branch: its address.
    async fn round(&self) -> String {
        let opened = self.open(&self.clerk, None, &round("500237101201-ZB01", "2026Q1")).await;
        assert_eq!(opened.status, Status::Created, "{}", opened.body);
        opened.location.unwrap()
    }

    /// Rows for the members in their order: five scores each.
    fn rows(&self, scores: &[[f64; 5]]) -> Value {
        let rows = self.members.iter().zip(scores).map(|(member, scores)| row(member, scores));
        json!({ "rows": rows.collect::<Vec<_>>() })
    }

    async fn put(&self, who: &Credential, round: &str, etag: Option<&str>, body: &Value) -> Answer {
        let headers: Vec<(&'static str, &str)> = etag.map(|etag| ("If-Match", etag)).into_iter().collect();
        self.app.send(who, Method::Put, &format!("{round}/scores"), &headers, body).await
    }

    async fn post(&self, who: &Credential, path: &str, etag: Option<&str>) -> Answer {
        let headers: Vec<(&'static str, &str)> = etag.map(|etag| ("If-Match", etag)).into_iter().collect();
        self.app.send_raw(who, Method::Post, path, &headers, "").await
    }

    /// A round whose three ratings were entered and submitted by the clerk.
    async fn submitted(&self) -> String {
        let round = self.round().await;
        let scores =
            [[18.0, 19.0, 17.0, 18.0, 20.0], [16.0, 16.0, 16.0, 16.0, 16.0], [10.0, 12.0, 14.0, 12.0, 13.5]];
        let entered = self.put(&self.clerk, &round, Some("\"1\""), &self.rows(&scores)).await;
        assert_eq!(entered.status, Status::Ok, "{}", entered.body);
        let submitted = self.post(&self.clerk, &format!("{round}/submit"), None).await;
        assert_eq!(
            (submitted.status, &submitted.json()["done"]),
            (Status::Ok, &json!(3)),
            "{}",
            submitted.body
        );
        round
    }

    /// The address of the rating of a member.
    async fn rating(&self, round: &str, member: usize) -> String {
        let grid = self.app.get(&self.clerk, &format!("{round}/scores")).await.json();
        let rows = grid["rows"].as_array().unwrap();
        let row = rows.iter().find(|row| row["subject"] == *self.members[member]).unwrap();
        format!("/api/v1/ratings/{}", row["rating"].as_str().unwrap())
    }

    async fn send_back(&self, who: &Credential, rating: &str, etag: Option<&str>, reason: &str) -> Answer {
        let headers: Vec<(&'static str, &str)> = etag.map(|etag| ("If-Match", etag)).into_iter().collect();
        let body = json!({ "reason": reason });
        self.app.send(who, Method::Post, &format!("{rating}/return"), &headers, &body).await
    }
}

fn round(branch: &str, period: &str) -> Value {
    json!({ "scheme": "member_stars", "period": period, "organisation": branch })
}

fn row(member: &str, scores: &[f64; 5]) -> Value {
    let codes = ["ideology", "neighbours", "courtyard", "family", "example"];
    let scores: serde_json::Map<String, Value> =
        codes.iter().zip(scores).map(|(code, score)| ((*code).to_owned(), json!(score))).collect();
    json!({ "subject": member, "scores": scores })
}

fn fields(answer: &Answer) -> Vec<String> {
    let told = answer.json();
    let errors = told["errors"].as_array().cloned().unwrap_or_default();
    errors.iter().map(|error| error["field"].as_str().unwrap().to_owned()).collect()
}
