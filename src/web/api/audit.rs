//! `/audit/entries`: the trail, as far as the caller may read it.

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use rocket::serde::json::Json;
use rocket::{FromForm, Route, get, routes};
use utoipa::ToSchema;

use crate::base::actor::Actor;
use crate::base::db;
use crate::base::error::{Error, FieldError, Result};
use crate::base::policy::{self, Action};
use crate::base::values::parse_date;
use crate::records::audit::queries::{self, EntryLine, Filter, Reach};
use crate::web::guards::{Caller, Db, Listing, Page};
use crate::web::respond::Answer;

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![list]
}

/// An entry of the trail.
#[derive(serde::Serialize, ToSchema)]
pub struct EntryJson {
    sequence: i64,
    at: DateTime<Utc>,
    actor: String,
    role: String,
    door: String,
    action: String,
    subject_kind: String,
    subject: Option<String>,
    count: i32,
    /// Before and after by field, reasons, purposes.
    #[schema(value_type = Object)]
    details: serde_json::Value,
}

impl From<EntryLine> for EntryJson {
    fn from(line: EntryLine) -> Self {
        Self {
            sequence: line.sequence,
            at: line.at,
            actor: line.actor,
            role: line.role,
            door: line.door,
            action: line.action,
            subject_kind: line.subject_kind,
            subject: line.subject_id.map(|id| id.to_string()),
            count: line.subject_count,
            details: line.details,
        }
    }
}

/// What the trail is filtered by.
#[derive(Debug, Default, FromForm)]
pub struct TrailQuery<'r> {
    /// First day.
    pub from: Option<&'r str>,
    /// Last day.
    pub to: Option<&'r str>,
    /// User name.
    pub actor: Option<&'r str>,
    /// The verb.
    pub action: Option<&'r str>,
    /// The thing.
    pub subject: Option<&'r str>,
}

/// The first moment of a day in China.
fn midnight(day: NaiveDate) -> DateTime<Utc> {
    day.and_time(NaiveTime::MIN).and_utc() - TimeDelta::hours(8)
}

impl TrailQuery<'_> {
    /// Reads the filter; answers all wrong fields at once.
    ///
    /// # Errors
    /// `Invalid`.
    pub fn parse(&self) -> Result<Filter> {
        let given =
            |text: Option<&str>| text.map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
        let mut wrong = Vec::new();
        let mut day = |field: &str, text: Option<&str>| match given(text).map(|text| parse_date(&text)) {
            None => None,
            Some(Ok(day)) => Some(day),
            Some(Err(error)) => {
                wrong.push(FieldError::new(field, error, text));
                None
            }
        };
        let from = day("from", self.from).map(midnight);
        let until = day("to", self.to).and_then(|day| day.succ_opt()).map(midnight);
        let subject = match given(self.subject).map(|text| text.parse()) {
            None => None,
            Some(Ok(subject)) => Some(subject),
            Some(Err(_)) => {
                wrong.push(FieldError::new(
                    "subject",
                    "对象编号不是有效的编号，请从记录页复制。",
                    self.subject,
                ));
                None
            }
        };
        if wrong.is_empty() {
            Ok(Filter { from, until, actor: given(self.actor), action: given(self.action), subject })
        } else {
            Err(Error::Invalid(wrong))
        }
    }
}

/// A page of the trail, as far as the actor may read it, and the cursor of the next.
///
/// # Errors
/// When the database fails.
pub async fn page(db: &mut Db, actor: &Actor, filter: &Filter, listing: &Listing) -> Result<Page<EntryLine>> {
    let scope = &actor.scope;
    let may = |action| policy::require(actor, action, &scope.path).is_ok();
    let reach = Reach {
        own: actor.account,
        records: may(Action::ReadTrail),
        accounts: may(Action::ReadAccountTrail),
    };
    let before = listing.after.as_ref().and_then(|parts| parts.iter().next()?.parse().ok());
    let limit = usize::from(listing.limit);
    let mut items = db::read(&mut db.0, scope, async |conn| {
        Ok(queries::list(conn, scope, reach, filter, before, i64::from(listing.limit) + 1).await?)
    })
    .await?;
    let more = items.len() > limit;
    items.truncate(limit);
    let next = items.iter().last().filter(|_| more).map(|row| Listing::cursor(&[&row.sequence.to_string()]));
    Ok(Page { items, next, total: None })
}

/// List the entries that you may read, newest first.
#[utoipa::path(context_path = "/api/v1", tag = "audit", params(
    ("from" = Option<String>, Query, description = "first day"), ("to" = Option<String>, Query, description = "last day"),
    ("actor" = Option<String>, Query), ("action" = Option<String>, Query), ("subject" = Option<String>, Query),
    ("limit" = Option<u16>, Query), ("after" = Option<String>, Query)),
    responses((status = 200, body = Page<EntryJson>)))]
#[get("/audit/entries?<query..>")]
pub async fn list(
    caller: Caller,
    mut db: Db,
    query: TrailQuery<'_>,
    listing: Listing,
) -> Answer<Json<Page<EntryJson>>> {
    let filter = query.parse()?;
    let page = page(&mut db, &caller.actor, &filter, &listing).await?;
    let items = page.items.into_iter().map(EntryJson::from).collect();
    Ok(Json(Page { items, next: page.next, total: None }))
}
