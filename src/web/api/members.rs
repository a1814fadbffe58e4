//! `/members`: list, enter, change, follow.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use rocket::response::Redirect;
use rocket::serde::json::Json;
use rocket::{FromForm, Route, State, get, patch, post, routes};
use utoipa::ToSchema;

use crate::base::clock;
use crate::base::codes;
use crate::base::db;
use crate::base::error::{Error, OrMissing};
use crate::base::ids::MembershipId;
use crate::base::policy::{self, Action};
use crate::base::values::{Category, MembershipStatus, Sex, looks_like_number, parse_date};
use crate::records::members::listing::{self, Cursor, Filter, Sort};
use crate::records::members::{self, Change, MemberCard, queries};
use crate::records::organisations;
use crate::web::api::merges::led_member;
use crate::web::api::organisations::narrowed;
use crate::web::forms::member::MemberInput;
use crate::web::guards::{Body, Caller, Db, Idempotency, IfMatch, Kept, Listing, Page};
use crate::web::late::{self, Late};
use crate::web::respond::{Answer, Failure, Versioned};
use crate::web::{self, reading};

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![list, show, enrol, change, history]
}

/// The branch of a member.
#[derive(serde::Serialize, ToSchema)]
pub struct BranchJson {
    pub(super) code: String,
    pub(super) name: String,
}

/// Where a member is floating.
#[derive(serde::Serialize, ToSchema)]
pub struct FloatingJson {
    since: NaiveDate,
    destination: Option<String>,
}

/// A member (contract 3). Identifiers are masked.
#[derive(serde::Serialize, ToSchema)]
pub struct MemberJson {
    id: String,
    version: i32,
    name: String,
    pinyin: String,
    sex: String,
    ethnicity: String,
    citizen_id: String,
    birth_date: NaiveDate,
    education: String,
    degree: Option<String>,
    native_place: Option<String>,
    branch: BranchJson,
    category: &'static str,
    joined_on: NaiveDate,
    full_member_on: Option<NaiveDate>,
    party_age_from: Option<NaiveDate>,
    arrival: String,
    arrived_on: NaiveDate,
    occupation: String,
    party_post: Option<String>,
    mobile: Option<String>,
    telephone: Option<String>,
    address: Option<String>,
    status: String,
    lost_contact_since: Option<NaiveDate>,
    floating: Option<FloatingJson>,
    note: Option<String>,
    created_at: chrono::DateTime<chrono::Utc>,
    updated_at: chrono::DateTime<chrono::Utc>,
}

impl From<MemberCard> for MemberJson {
    fn from(card: MemberCard) -> Self {
        let MemberCard {
            membership,
            person,
            branch,
            citizen_id,
            mobile,
            telephone,
            floating,
            lost_contact_since,
        } = card;
        Self {
            id: membership.id.to_string(),
            version: membership.version,
            category: membership.category().code(),
            name: person.name,
            pinyin: person.pinyin,
            sex: person.sex,
            ethnicity: person.ethnicity,
            citizen_id,
            birth_date: person.birth_date,
            education: person.education,
            degree: person.degree,
            native_place: person.native_place,
            branch: BranchJson { code: branch.code, name: branch.name },
            joined_on: membership.joined_on,
            full_member_on: membership.full_member_on,
            party_age_from: membership.full_member_on,
            arrival: membership.arrival,
            arrived_on: membership.from_day,
            occupation: membership.occupation,
            party_post: membership.party_post,
            mobile,
            telephone,
            address: person.address,
            status: membership.status,
            lost_contact_since,
            floating: floating.map(|f| FloatingJson { since: f.since, destination: f.destination }),
            note: membership.note,
            created_at: membership.created_at,
            updated_at: membership.updated_at,
        }
    }
}

/// What a list is narrowed by, as sent.
#[derive(Debug, Default, FromForm)]
pub struct MemberQuery<'r> {
    /// Code of an organisation.
    pub within: Option<&'r str>,
    /// Name, pinyin or initials; a whole citizen ID or telephone number only in the body of a search.
    pub q: Option<&'r str>,
    /// Code of the status.
    pub status: Option<&'r str>,
    /// `full` or `probationary`.
    pub category: Option<&'r str>,
    /// Code of the branch.
    pub branch: Option<&'r str>,
    /// GB/T 4658 code, or its name.
    pub education: Option<&'r str>,
    /// GB/T 2261.1 code.
    pub sex: Option<&'r str>,
    /// First birth date.
    pub born_from: Option<&'r str>,
    /// Last birth date.
    pub born_to: Option<&'r str>,
    /// `name`, `joined_on` or `-joined_on`.
    pub sort: Option<&'r str>,
}

fn given(text: Option<&str>) -> Option<&str> {
    text.map(str::trim).filter(|text| !text.is_empty())
}

fn day(field: &str, text: Option<&str>) -> Result<Option<NaiveDate>, Failure> {
    given(text).map(parse_date).transpose().map_err(|error| Failure::invalid(field, error.to_string()))
}

impl MemberQuery<'_> {
    /// What was asked for, by name, for the trail; whole numbers of people stay out.
    #[must_use]
    pub fn asked(&self) -> BTreeMap<&'static str, String> {
        let pairs = [
            ("within", self.within),
            ("q", self.q),
            ("status", self.status),
            ("category", self.category),
            ("branch", self.branch),
            ("education", self.education),
            ("sex", self.sex),
            ("born_from", self.born_from),
            ("born_to", self.born_to),
        ];
        let masked = |text: &str| {
            if looks_like_number(text) { "（号码）".to_owned() } else { text.to_owned() }
        };
        let asked = pairs.into_iter().filter_map(|(name, value)| Some((name, given(value)?)));
        asked
            .map(|(name, value)| (name, if name == "q" { masked(value) } else { value.to_owned() }))
            .collect()
    }

    /// The filter, without the branch, and the order.
    ///
    /// # Errors
    /// `Invalid` with the wrong field.
    pub fn parse(&self) -> Result<(Filter, Sort), Failure> {
        let statuses = match given(self.status) {
            None => None,
            Some("any") => {
                Some(MembershipStatus::ALL.iter().map(|status| status.code().to_owned()).collect())
            }
            Some(text) => {
                let status = MembershipStatus::parse(text)
                    .map_err(|error| Failure::invalid("status", error.to_string()))?;
                Some(vec![status.code().to_owned()])
            }
        };
        let full = given(self.category)
            .map(Category::parse)
            .transpose()
            .map_err(|error| Failure::invalid("category", error.to_string()))?
            .map(|category| category == Category::Full);
        let sex = given(self.sex)
            .map(Sex::parse)
            .transpose()
            .map_err(|error| Failure::invalid("sex", error.to_string()))?
            .map(|sex| sex.code().to_owned());
        let education = given(self.education)
            .map(|text| {
                codes::education()
                    .find(text)
                    .map(|entry| vec![entry.code.clone()])
                    .map_err(|error| Failure::invalid("education", error.to_string()))
            })
            .transpose()?;
        let sort = match given(self.sort) {
            None | Some("name") => Sort::Name,
            Some("joined_on") => Sort::JoinedOn,
            Some("-joined_on") => Sort::JoinedOnDescending,
            Some(other) => {
                let message = format!("排序“{other}”不存在，可选：name、joined_on、-joined_on。");
                return Err(Failure::invalid("sort", message));
            }
        };
        let filter = Filter {
            query: given(self.q).map(str::to_owned),
            statuses,
            full,
            branch: None,
            education,
            sex,
            born_from: day("born_from", self.born_from)?,
            born_to: day("born_to", self.born_to)?,
        };
        Ok((filter, sort))
    }
}

/// The cursor that a page of members gave.
///
/// # Errors
/// `Invalid` where it is no such cursor.
pub fn cursor(listing: &Listing) -> Result<Option<Cursor>, Failure> {
    let Some(parts) = &listing.after else { return Ok(None) };
    let wrong =
        || Failure::invalid("after", "after 不是上一页给出的位置，请使用上一页答复中的 next。".to_owned());
    let [key, id] = parts.as_slice() else { return Err(wrong()) };
    Ok(Some(Cursor { key: key.clone(), id: id.parse().map_err(|_| wrong())? }))
}

/// List members of your organisation.
#[utoipa::path(context_path = "/api/v1", tag = "members", params(
    ("within" = Option<String>, Query), ("q" = Option<String>, Query, description = "name, pinyin, initials, or a whole citizen ID or telephone number"),
    ("status" = Option<String>, Query, description = "a code, or any; in the register when not given"),
    ("category" = Option<String>, Query), ("branch" = Option<String>, Query), ("education" = Option<String>, Query),
    ("sex" = Option<String>, Query), ("born_from" = Option<String>, Query), ("born_to" = Option<String>, Query),
    ("sort" = Option<String>, Query, description = "name, joined_on or -joined_on"),
    ("limit" = Option<u16>, Query), ("after" = Option<String>, Query), ("count" = Option<bool>, Query)),
    responses((status = 200, body = Page<MemberJson>)))]
#[get("/members?<query..>")]
pub async fn list(
    caller: Caller,
    mut db: Db,
    query: MemberQuery<'_>,
    listing: Listing,
    state: &State<web::State>,
) -> Answer<Json<Page<MemberJson>>> {
    policy::require(&caller.actor, Action::SeeRecords, &caller.scope().path)?;
    let (mut filter, sort) = query.parse()?;
    let after = cursor(&listing)?;
    let (scope, keys) = (caller.scope(), &state.keys);
    let page = db::read(&mut db.0, scope, async |conn| {
        let within = narrowed(conn, scope, given(query.within)).await?;
        if let Some(code) = given(query.branch) {
            let branch = organisations::queries::by_code(conn, scope, code).await.or_missing("党支部")?;
            filter.branch = Some(branch.id);
        }
        let page = listing::list(conn, &within, keys, &filter, sort, after.as_ref(), listing.limit).await?;
        let total = listing.total(listing::count(conn, &within, keys, &filter)).await?;
        Ok(Page {
            items: page.lines.into_iter().map(MemberJson::from).collect(),
            next: page.next.map(|next| Listing::cursor(&[&next.key, &next.id.to_string()])),
            total,
        })
    })
    .await?;
    reading::note(state, &caller.known.identity, &caller.actor, page.items.len()).await?;
    Ok(Json(page))
}

/// Reads one member for an answer.
///
/// # Errors
/// `Missing`.
pub async fn read(
    db: &mut Db,
    caller: &crate::base::actor::Actor,
    state: &web::State,
    id: MembershipId,
) -> Result<MemberCard, Error> {
    policy::require(caller, Action::SeeRecords, &caller.scope.path)?;
    let (scope, keys) = (&caller.scope, &state.keys);
    let at_once =
        db::look_up(&mut db.0, scope, async |conn| queries::find(conn, scope, keys, id).await).await?;
    let found = match at_once {
        Some(found) => Some(found),
        None => db::read(&mut db.0, scope, async |conn| queries::find(conn, scope, keys, id).await).await?,
    };
    found.or_missing("党员")
}

fn versioned(card: MemberCard, created: bool) -> Versioned<MemberJson> {
    Versioned { version: card.membership.version, created, body: card.into() }
}

/// Show one member.
#[utoipa::path(context_path = "/api/v1", tag = "members", params(("id" = String, Path)),
    responses((status = 200, body = MemberJson), (status = 307, description = "merged into the record of `Location`"),
    (status = 404, description = "none in your scope")))]
#[get("/members/<id>")]
pub async fn show(
    caller: Caller,
    mut db: Db,
    id: MembershipId,
    state: &State<web::State>,
) -> Answer<Result<Versioned<MemberJson>, Redirect>> {
    let card = match read(&mut db, &caller.actor, state, id).await {
        Ok(card) => card,
        Err(missing) => {
            let to = led_member(&mut db, &caller.actor, state, id, missing).await?;
            return Ok(Err(Redirect::temporary(format!("/api/v1/members/{to}"))));
        }
    };
    reading::note(state, &caller.known.identity, &caller.actor, 1).await?;
    Ok(Ok(versioned(card, false)))
}

/// The branch that a code names, inside the caller's scope.
///
/// # Errors
/// When the database fails.
pub async fn branch_id(
    db: &mut Db,
    actor: &crate::base::actor::Actor,
    code: Option<&str>,
) -> Result<Option<crate::base::ids::OrganisationId>, Error> {
    let Some(code) = code else { return Ok(None) };
    let scope = &actor.scope;
    let found =
        db::read(
            &mut db.0,
            scope,
            async |conn| Ok(organisations::queries::by_code(conn, scope, code).await?),
        )
        .await?;
    Ok(found.map(|branch| branch.id))
}

/// Enter a member.
#[utoipa::path(context_path = "/api/v1", tag = "members", request_body = MemberInput,
    responses((status = 201, body = MemberJson, description = "Location says where"), (status = 409, description = "on record already"), (status = 422, description = "refused fields")))]
#[post("/members", data = "<body>")]
pub async fn enrol(
    caller: Caller,
    mut db: Db,
    once: Idempotency,
    body: Body<MemberInput>,
    state: &State<web::State>,
    late: Late<'_>,
) -> Answer<Kept> {
    policy::require(&caller.actor, Action::EnterRecords, &caller.scope().path)?;
    let Body(input, hash) = body;
    let parsed = input.parse();
    let branch = branch_id(&mut db, &caller.actor, parsed.branch.as_deref()).await?;
    let command = parsed.into_enrol(branch).map_err(Error::Invalid)?;
    let from_day = command.from_day();
    let (actor, keys) = (&caller.actor, &state.keys);
    let kept = once.once(&mut db.0, actor, &hash, async |conn| {
        let ids = members::enrol(conn, actor, keys, &[command]).await?;
        let id = ids.into_iter().next().or_missing("党员")?;
        let card =
            db::read(conn, &actor.scope, async |conn| queries::find(conn, &actor.scope, keys, id).await);
        let json = serde_json::to_string(&MemberJson::from(card.await?.or_missing("党员")?))
            .map_err(Error::broken)?;
        Ok((201, json))
    });
    let kept = kept.await?;
    late.note(&mut db, actor, [from_day]).await;
    Ok(kept.at("/api/v1/members", "id"))
}

/// Change a member; needs the version that you saw in `If-Match`.
#[utoipa::path(context_path = "/api/v1", tag = "members", params(("id" = String, Path)), request_body = MemberInput,
    responses((status = 200, body = MemberJson), (status = 412, description = "changed meanwhile"), (status = 428, description = "If-Match missing")))]
#[patch("/members/<id>", data = "<body>")]
pub async fn change(
    caller: Caller,
    version: IfMatch,
    mut db: Db,
    id: MembershipId,
    body: Body<MemberInput>,
    state: &State<web::State>,
    late: Late<'_>,
) -> Answer<Versioned<MemberJson>> {
    policy::require(&caller.actor, Action::EnterRecords, &caller.scope().path)?;
    let now = read(&mut db, &caller.actor, state, id).await?;
    let parsed = body.0.parse().against(&now.membership);
    let edits = parsed.into_edits(&now.branch.code, &now.membership.status).map_err(Error::Invalid)?;
    let command = Change { member: id, version: version.0, edits };
    let changes = members::change(&mut db.0, &caller.actor, &state.keys, &[command]).await?.concat();
    late.note(&mut db, &caller.actor, late::of_changes(now.membership.from_day, &changes)).await;
    Ok(versioned(read(&mut db, &caller.actor, state, id).await?, false))
}

/// What held of a member, from when, until when.
#[derive(serde::Serialize, ToSchema)]
pub struct HistoryJson {
    /// `branch`, `status`, `floating` or `lost_contact`.
    kind: String,
    /// Name of the branch, code of the status, or destination.
    value: Option<String>,
    /// Why.
    reason: Option<String>,
    /// First day.
    from: NaiveDate,
    /// First day on which it no longer held.
    to: Option<NaiveDate>,
}

/// The history of a member.
#[derive(serde::Serialize, ToSchema)]
pub struct HistoriesJson {
    items: Vec<HistoryJson>,
    as_of: NaiveDate,
    counts: BTreeMap<String, usize>,
}

/// Show the dated facts of a member, oldest first.
#[utoipa::path(context_path = "/api/v1", tag = "members", params(("id" = String, Path)),
    responses((status = 200, body = HistoriesJson)))]
#[get("/members/<id>/history")]
pub async fn history(
    caller: Caller,
    mut db: Db,
    id: MembershipId,
    state: &State<web::State>,
) -> Answer<Json<HistoriesJson>> {
    read(&mut db, &caller.actor, state, id).await?;
    let scope = caller.scope();
    let facts = db::read(&mut db.0, scope, async |conn| Ok(queries::history(conn, scope, id).await?)).await?;
    let mut counts = BTreeMap::new();
    for fact in &facts {
        *counts.entry(fact.kind.clone()).or_default() += 1;
    }
    let items = facts
        .into_iter()
        .map(|fact| HistoryJson {
            kind: fact.kind,
            value: fact.value,
            reason: fact.reason,
            from: fact.from_day,
            to: fact.to_day,
        })
        .collect();
    Ok(Json(HistoriesJson { items, as_of: clock::today(), counts }))
}
