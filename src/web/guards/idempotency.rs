//! `Idempotency-Key`: a creating request that is sent twice does its work once (contract 3).

use diesel_async::AsyncPgConnection;
use rocket::http::{ContentType, Header, Status};
use rocket::request::{FromRequest, Outcome, Request};
use rocket::response::{self, Responder};

use crate::base::actor::Actor;
use crate::base::error::{Error, Result};
use crate::records::accounts::idempotency::{self, Key};
use crate::web::respond::{Answer, Failure, stash};

/// The key of a request and the route that it belongs to; without a key the work is simply done.
pub struct Idempotency {
    key: Option<String>,
    route: String,
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Idempotency {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        let key = request.headers().get_one("Idempotency-Key").map(str::to_owned);
        if key.as_ref().is_some_and(|key| !(1..=255).contains(&key.chars().count())) {
            let message = "Idempotency-Key 应为1至255个字符，每次新建使用一个新的值。".to_owned();
            return stash(request, Failure::malformed(message));
        }
        let route = format!("{} {}", request.method(), request.uri().path());
        Outcome::Success(Self { key, route })
    }
}

/// The answer of the work, made now or kept from the first time.
#[derive(Debug)]
pub struct Kept {
    status: u16,
    body: String,
    /// Where the resources of this kind are, and the field of the body that names this one.
    place: Option<(&'static str, &'static str)>,
}

impl Kept {
    /// The same answer with a `Location`: `place`, and the id that stands in a field of the body.
    #[must_use]
    pub fn at(self, place: &'static str, field: &'static str) -> Self {
        Self { place: Some((place, field)), ..self }
    }
}

impl<'r> Responder<'r, 'static> for Kept {
    fn respond_to(self, request: &'r Request<'_>) -> response::Result<'static> {
        let told: serde_json::Value = serde_json::from_str(&self.body).unwrap_or_default();
        let version = told.get("version").and_then(serde_json::Value::as_i64);
        let mut response = (ContentType::JSON, self.body).respond_to(request)?;
        response.set_status(Status::new(self.status));
        if let Some(version) = version {
            response.set_header(Header::new("ETag", format!("\"{version}\"")));
        }
        if let Some((place, field)) = self.place
            && let Some(id) = told.get(field).and_then(serde_json::Value::as_str)
        {
            response.set_header(Header::new("Location", format!("{place}/{id}")));
        }
        Ok(response)
    }
}

impl Idempotency {
    /// Does the work once for this key, account and route. `body_hash` is that of the body: another body with the same
    /// key is refused.
    ///
    /// # Errors
    /// Whatever the work answers; 422 for another body, 409 while the first request is at work.
    pub async fn once(
        &self,
        conn: &mut AsyncPgConnection,
        actor: &Actor,
        body_hash: &[u8],
        work: impl AsyncFnOnce(&mut AsyncPgConnection) -> Result<(u16, String)>,
    ) -> Answer<Kept> {
        let Some(key) = &self.key else {
            let (status, body) = work(conn).await?;
            return Ok(Kept { status, body, place: None });
        };
        let key = Key { route: &self.route, key, body_hash };
        match idempotency::once(conn, actor, key, work).await? {
            idempotency::Outcome::Answered(status, body) => Ok(Kept { status, body, place: None }),
            idempotency::Outcome::OtherBody => Err(Failure::invalid(
                "Idempotency-Key",
                "这个 Idempotency-Key 已用于另一份内容，请换一个新的值。".to_owned(),
            )),
            idempotency::Outcome::InFlight => {
                Err(Failure(Error::Refused("同一请求正在处理，请稍后查看结果，不必重复提交。".to_owned())))
            }
        }
    }
}
