//! `/organisations`: the tree and what one organisation holds.

use rocket::serde::json::Json;
use rocket::{Route, State, get, routes};
use utoipa::ToSchema;

use crate::base::db;
use crate::base::error::{Error, OrMissing};
use crate::base::policy::{self, Action};
use crate::base::scope::Scope;
use crate::records::members::listing::{self, Filter as MemberFilter};
use crate::records::organisations::queries::{self, Filter};
use crate::records::organisations::{Kind, Organisation};
use crate::web;
use crate::web::guards::{Caller, Db, Listing, Page};
use crate::web::respond::{Answer, Failure, Versioned};

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![list, show, summary]
}

/// An organisation.
#[derive(serde::Serialize, ToSchema)]
pub struct OrganisationJson {
    code: String,
    name: String,
    kind: String,
    kind_name: &'static str,
    parent: Option<String>,
    path: String,
    founded_on: Option<chrono::NaiveDate>,
    dissolved_on: Option<chrono::NaiveDate>,
    credit_code: Option<String>,
    telephone: Option<String>,
    note: Option<String>,
    version: i32,
}

impl From<Organisation> for OrganisationJson {
    fn from(organisation: Organisation) -> Self {
        let kind_name = organisation.kind_name();
        let mut codes = organisation.path.trim_end_matches('/').rsplit('/').skip(1);
        Self {
            parent: codes.next().map(str::to_owned),
            kind_name,
            code: organisation.code,
            name: organisation.name,
            kind: organisation.kind,
            path: organisation.path,
            founded_on: organisation.founded_on,
            dissolved_on: organisation.dissolved_on,
            credit_code: organisation.credit_code,
            telephone: organisation.telephone,
            note: organisation.note,
            version: organisation.version,
        }
    }
}

/// The part of the caller's scope that `within` names; all of it where it names nothing.
///
/// # Errors
/// `Missing` where it lies outside or does not exist.
pub async fn narrowed(
    conn: &mut diesel_async::AsyncPgConnection,
    scope: &Scope,
    within: Option<&str>,
) -> Result<Scope, Error> {
    match within.filter(|code| !code.is_empty()) {
        None => Ok(scope.clone()),
        Some(code) => Ok(queries::by_code(conn, scope, code).await.or_missing("组织")?.scope()),
    }
}

/// List organisations in the order of the tree.
#[utoipa::path(context_path = "/api/v1", tag = "organisations", params(
    ("within" = Option<String>, Query, description = "code of the organisation above"),
    ("kind" = Option<String>, Query, description = "code of the kind"),
    ("q" = Option<String>, Query, description = "start of name, pinyin or initials, or a code"),
    ("limit" = Option<u16>, Query), ("after" = Option<String>, Query), ("count" = Option<bool>, Query)),
    responses((status = 200, body = Page<OrganisationJson>)))]
#[get("/organisations?<within>&<kind>&<q>")]
pub async fn list(
    caller: Caller,
    mut db: Db,
    within: Option<&str>,
    kind: Option<&str>,
    q: Option<&str>,
    listing: Listing,
) -> Answer<Json<Page<OrganisationJson>>> {
    if let Some(kind) = kind.filter(|kind| Kind::from_code(kind).is_none()) {
        let known: Vec<&str> = Kind::ALL.iter().map(|kind| kind.code()).collect();
        return Err(Failure::invalid("kind", format!("类别“{kind}”不存在，可选：{}。", known.join("、"))));
    }
    let filter = Filter { kind: kind.map(str::to_owned), query: q.map(str::to_owned) };
    let scope = caller.scope();
    let page = db::read(&mut db.0, scope, async |conn| {
        let scope = narrowed(conn, scope, within).await?;
        let after = listing.after.as_ref().and_then(|parts| parts.iter().next()).map(String::as_str);
        let mut rows = queries::list(conn, &scope, &filter, after, i64::from(listing.limit) + 1).await?;
        let more = rows.len() > usize::from(listing.limit);
        rows.truncate(usize::from(listing.limit));
        let next = rows.iter().last().filter(|_| more).map(|row| Listing::cursor(&[&row.path]));
        let total = listing.total(queries::count(conn, &scope, &filter)).await?;
        Ok(Page { items: rows.into_iter().map(OrganisationJson::from).collect(), next, total })
    })
    .await?;
    Ok(Json(page))
}

/// Show one organisation.
#[utoipa::path(context_path = "/api/v1", tag = "organisations",
    responses((status = 200, body = OrganisationJson), (status = 404, description = "none in your scope")))]
#[get("/organisations/<code>")]
pub async fn show(caller: Caller, mut db: Db, code: &str) -> Answer<Versioned<OrganisationJson>> {
    let scope = caller.scope();
    let found =
        db::read(&mut db.0, scope, async |conn| queries::by_code(conn, scope, code).await.or_missing("组织"))
            .await?;
    Ok(Versioned { version: found.version, created: false, body: found.into() })
}

/// The figures of one organisation today.
#[derive(serde::Serialize, ToSchema)]
pub struct SummaryJson {
    /// Its code.
    code: String,
    /// Its name.
    name: String,
    /// As of this day.
    as_of: chrono::NaiveDate,
    /// Members in the register.
    members_total: i64,
    /// Probationary members among them.
    members_probationary: i64,
    /// Women among them.
    members_women: i64,
    /// Organisations below it, itself included.
    organisations: i64,
}

/// Show the figures of one organisation today.
#[utoipa::path(context_path = "/api/v1", tag = "organisations", responses((status = 200, body = SummaryJson)))]
#[get("/organisations/<code>/summary")]
pub async fn summary(
    caller: Caller,
    mut db: Db,
    code: &str,
    state: &State<web::State>,
) -> Answer<Json<SummaryJson>> {
    policy::require(&caller.actor, Action::SeeRecords, &caller.scope().path)?;
    let scope = caller.scope();
    let keys = &state.keys;
    let summary = db::read(&mut db.0, scope, async |conn| {
        let found = queries::by_code(conn, scope, code).await.or_missing("组织")?;
        let within = found.scope();
        let everybody = MemberFilter::default();
        let probationary = MemberFilter { full: Some(false), ..MemberFilter::default() };
        let women = MemberFilter { sex: Some("2".to_owned()), ..MemberFilter::default() };
        Ok(SummaryJson {
            as_of: crate::base::clock::today(),
            members_total: listing::count(conn, &within, keys, &everybody).await?,
            members_probationary: listing::count(conn, &within, keys, &probationary).await?,
            members_women: listing::count(conn, &within, keys, &women).await?,
            organisations: queries::count(conn, &within, &Filter::default()).await?,
            code: found.code,
            name: found.name,
        })
    })
    .await?;
    Ok(Json(summary))
}
