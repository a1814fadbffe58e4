//! A connection of the web role.

use rocket::http::Status;
use rocket::request::{FromRequest, Outcome, Request};

use crate::base::db::{self, Connection};
use crate::base::error::Error;
use crate::base::scope::Scope;
use crate::records::words::{self, WordBook};
use crate::web::State;
use crate::web::respond::{Failure, stash};

/// A connection for this request.
pub struct Db(pub Connection);

impl Db {
    /// The words that the county of a scope added.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn words(&mut self, scope: &Scope) -> crate::base::error::Result<WordBook> {
        db::read(&mut self.0, scope, async |conn| Ok(words::book(conn, scope.county).await?)).await
    }
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Db {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        let Some(state) = request.rocket().state::<State>() else {
            return Outcome::Error((Status::InternalServerError, ()));
        };
        match state.database.web().await {
            Ok(conn) => Outcome::Success(Self(conn)),
            Err(error) => stash(request, Failure(error)),
        }
    }
}

/// The state, where there is one.
pub(super) fn state<'r>(request: &'r Request<'_>) -> Result<&'r State, Failure> {
    request.rocket().state::<State>().ok_or_else(|| Failure(Error::broken("no state is managed")))
}
