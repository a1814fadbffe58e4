//! Whether the process lives, and whether it can serve.

use diesel_async::SimpleAsyncConnection;
use rocket::http::Status;
use rocket::{Route, State, get, routes};

use crate::web;

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![live, ready]
}

#[get("/health/live")]
fn live() -> &'static str {
    "live"
}

#[get("/health/ready")]
async fn ready(state: &State<web::State>) -> (Status, &'static str) {
    let ready = match state.database.web().await {
        Ok(mut conn) => conn.batch_execute("SELECT 1").await.is_ok(),
        Err(_) => false,
    };
    if ready { (Status::Ok, "ready") } else { (Status::ServiceUnavailable, "database away") }
}
