//! What is answered when no handler was reached: a stranger is asked to sign in, a guard's refusal is told.

use rocket::http::Status;
use rocket::response::{Redirect, Responder, Response};
use rocket::{Catcher, Request, catch, catchers, response};

use crate::web::respond::{Problem, Stashed, is_api};

/// All catchers.
#[must_use]
pub fn all() -> Vec<Catcher> {
    catchers![default]
}

/// An answer made by a catcher.
struct Caught(Status);

impl<'r> Responder<'r, 'static> for Caught {
    fn respond_to(self, request: &'r Request<'_>) -> response::Result<'static> {
        if self.0 == Status::Unauthorized && !is_api(request) {
            return Redirect::to("/sign-in").respond_to(request);
        }
        let problem = request.local_cache(|| Stashed(None)).0.clone();
        // Guards tell their own story with 422; without one, a part of the path is no id: there is no such thing.
        let bare = if self.0 == Status::UnprocessableEntity { Status::NotFound } else { self.0 };
        let problem = problem
            .filter(|problem| problem.status == self.0.code)
            .unwrap_or_else(|| Problem::of_status(bare.code));
        let mut response: Response<'static> = problem.answer(request)?;
        if self.0 == Status::Unauthorized {
            response.set_header(rocket::http::Header::new("WWW-Authenticate", "Bearer"));
        }
        Ok(response)
    }
}

#[catch(default)]
fn default(status: Status, _request: &Request<'_>) -> Caught {
    Caught(status)
}
