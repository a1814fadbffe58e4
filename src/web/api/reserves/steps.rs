//! What somebody in the pool goes on to do.

use rocket::{State, post};
use utoipa::ToSchema;

use super::json::ReserveJson;
use super::pool::answer;
use crate::across::appointment::{FromPool, appoint_from_pool};
use crate::base::clock;
use crate::base::db;
use crate::base::error::{Error, FieldError};
use crate::base::ids::{OrganisationId, ReserveId, TermId};
use crate::base::policy::{self, Action};
use crate::base::scope::Scope;
use crate::base::values::parse_date;
use crate::records::organisations;
use crate::records::reserves::{self, Step, StepKind};
use crate::records::words::WordBook;
use crate::web;
use crate::web::guards::{Body, Caller, Db, Seen};
use crate::web::respond::{Answer, Versioned};

/// A step. Which fields it needs depends on the verb.
#[derive(Debug, Default, serde::Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct StepInput {
    /// For `second`, `post` and `appoint`: code of the village or community, anywhere in the county; `appoint` without
    /// one means his own.
    pub village: Option<String>,
    /// For `second`, `post` and `appoint`: the post there, in words; with `term` its code.
    pub post: Option<String>,
    /// For `appoint`: id of the term of a committee in which he is given a seat, all at once.
    pub term: Option<String>,
    /// The first day; today when not given.
    pub on: Option<String>,
    /// Why; `leave` needs it.
    pub reason: Option<String>,
}

fn given(text: Option<&String>) -> Option<String> {
    text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}

impl StepInput {
    /// The step that a verb's body describes; `village` is what its code means.
    ///
    /// # Errors
    /// Every wrong field; `Missing` for an unknown verb.
    pub fn parse(
        &self,
        verb: &str,
        reserve: ReserveId,
        version: Option<i32>,
        village: Option<OrganisationId>,
    ) -> Result<Step, Error> {
        let mut errors = Vec::new();
        let on = self.day(&mut errors);
        if given(self.term.as_ref()).is_some() {
            let message = "只有任用才登记班子任职，请去掉届次，或改为办理任用。";
            errors.push(FieldError::new("term", message, self.term.as_deref()));
        }
        let needs_place = matches!(verb, "second" | "post") || given(self.village.as_ref()).is_some();
        if needs_place && village.is_none() {
            let message = "请选择本县（区）的村或社区，没有找到所填的代码。";
            errors.push(FieldError::new("village", message, self.village.as_deref()));
        }
        let post = given(self.post.as_ref());
        let kind = match (verb, village) {
            ("second", Some(village)) => Some(StepKind::Second { village, post }),
            ("post", Some(village)) => Some(StepKind::PostTo { village, post }),
            ("second" | "post", None) => None,
            ("return", _) => Some(StepKind::Return),
            ("appoint", village) => Some(StepKind::Appoint { village, post: post.unwrap_or_default() }),
            ("leave", _) => Some(StepKind::Leave),
            _ => return Err(Error::Missing { what: "这个操作" }),
        };
        match kind {
            Some(kind) if errors.is_empty() => {
                Ok(Step { reserve, version, kind, on, reason: given(self.reason.as_ref()) })
            }
            _ => Err(Error::Invalid(errors)),
        }
    }
}

impl StepInput {
    fn day(&self, errors: &mut Vec<FieldError>) -> chrono::NaiveDate {
        match given(self.on.as_ref()).as_deref().map(parse_date) {
            None => clock::today(),
            Some(Ok(day)) => day,
            Some(Err(error)) => {
                errors.push(FieldError::new("on", error, self.on.as_deref()));
                clock::today()
            }
        }
    }

    /// The seat that an appointment opens; none where it names no term.
    ///
    /// # Errors
    /// Every wrong field.
    pub fn seat(
        &self,
        verb: &str,
        reserve: ReserveId,
        version: Option<i32>,
        words: &WordBook,
    ) -> Result<Option<FromPool>, Error> {
        let Some(term) = given(self.term.as_ref()).filter(|_| verb == "appoint") else { return Ok(None) };
        let mut errors = Vec::new();
        let on = self.day(&mut errors);
        let id = term.parse::<TermId>().map_err(|_| "没有找到这一届班子，请重新选择。");
        let post = words.post(self.post.as_deref().unwrap_or_default());
        errors.extend(id.as_ref().err().map(|message| FieldError::new("term", message, Some(&term))));
        errors.extend(post.as_ref().err().map(|error| FieldError::new("post", error, self.post.as_deref())));
        match (id, post) {
            (Ok(term), Ok(post)) if errors.is_empty() => {
                let reason = given(self.reason.as_ref());
                Ok(Some(FromPool { reserve, version, term, post, on, reason }))
            }
            _ => Err(Error::Invalid(errors)),
        }
    }
}

/// The village of a code, anywhere in the county: people are posted over the borders of towns.
///
/// # Errors
/// When the database fails.
pub async fn village_of_county(
    db: &mut Db,
    scope: &Scope,
    code: Option<&str>,
) -> Result<Option<OrganisationId>, Error> {
    let Some(code) = code.map(str::trim).filter(|code| !code.is_empty()) else { return Ok(None) };
    let county = scope.whole_county();
    let found = db::read(&mut db.0, scope, async |conn| {
        Ok(organisations::queries::by_code(conn, &county, code).await?)
    })
    .await?;
    Ok(found.map(|village| village.id))
}

/// Record a step: second, post, return, appoint or leave. An appointment with a term opens the seat too.
#[utoipa::path(context_path = "/api/v1", tag = "reserve-cadres", params(("id" = String, Path), ("verb" = String, Path)),
    request_body = StepInput, responses((status = 200, body = ReserveJson), (status = 409, description = "no longer in the pool"),
    (status = 422, description = "refused fields: too old, too little education, in post already, not vetted")))]
#[post("/reserve-cadres/<id>/<verb>", data = "<body>", rank = 2)]
pub async fn step_reserve(
    caller: Caller,
    mut db: Db,
    seen: Seen,
    id: ReserveId,
    verb: &str,
    body: Body<StepInput>,
    state: &State<web::State>,
) -> Answer<Versioned<ReserveJson>> {
    policy::require(&caller.actor, Action::EnterRecords, &caller.scope().path)?;
    let village = village_of_county(&mut db, caller.scope(), body.0.village.as_deref()).await?;
    let words = db.words(caller.scope()).await?;
    if let Some(seat) = body.0.seat(verb, id, seen.0, &words)? {
        appoint_from_pool(&mut db.0, &caller.actor, &state.keys, &[seat]).await?;
    } else {
        let step = body.0.parse(verb, id, seen.0, village)?;
        reserves::record(&mut db.0, &caller.actor, &[step]).await?;
    }
    answer(&mut db, &caller.actor, state, id).await
}
