//! `/people/duplicates`, `/people/distinct`: records that look like one person, and those found to be two.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use diesel_async::AsyncPgConnection;
use rocket::http::Status;
use rocket::serde::json::Json;
use rocket::{FromForm, Route, State, delete, get, post, routes};
use utoipa::ToSchema;

use crate::across::people::{self as on_record, OnRecord, kinds_seen};
use crate::base::actor::Actor;
use crate::base::db;
use crate::base::error::{Error, FieldError};
use crate::base::ids::PersonId;
use crate::base::keys::KeyRing;
use crate::base::policy::{self, Action};
use crate::records::merges::{self, Comparison, Cursor, Distinguish, Looked, Pair, Strength, queries};
use crate::web::api::organisations::narrowed;
use crate::web::api::people::PersonRecordJson;
use crate::web::guards::{Body, Caller, Db, Listing, Page};
use crate::web::respond::{Answer, Failure};
use crate::web::{self, reading};

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![list_duplicates, compare_people, list_distinct, distinguish_people, reconsider_people]
}

/// Two people who look like one.
#[derive(serde::Serialize, ToSchema)]
pub struct DuplicateJson {
    /// `strong`, `likely` or `weak`.
    strength: &'static str,
    /// What speaks for it, in Chinese.
    reasons: Vec<&'static str>,
    /// The two, who was registered earlier first.
    people: Vec<PersonRecordJson>,
}

/// What a list of pairs is narrowed by, as sent.
#[derive(Debug, Default, FromForm)]
pub struct PairQuery<'r> {
    /// Code of an organisation in which both have a relation.
    pub within: Option<&'r str>,
    /// The least strength: `strong`, `likely` or `weak`.
    pub strength: Option<&'r str>,
}

/// Two people who look like one, with what they are on record for.
pub struct Found {
    /// The pair.
    pub pair: Pair,
    /// The one registered earlier.
    pub one: OnRecord,
    /// The other.
    pub other: OnRecord,
}

/// What a cursor is answered that no page gave.
#[must_use]
pub fn wrong_cursor() -> Failure {
    Failure::invalid("after", "after 不是上一页给出的位置，请使用上一页答复中的 next。".to_owned())
}

fn pair_cursor(listing: &Listing) -> Result<Option<Cursor>, Failure> {
    let Some(parts) = &listing.after else { return Ok(None) };
    let [strength, other, person] = parts.as_slice() else { return Err(wrong_cursor()) };
    let parsed = strength.parse().ok().zip(other.parse().ok()).zip(person.parse().ok());
    let ((strength, other), person) = parsed.ok_or_else(wrong_cursor)?;
    Ok(Some(Cursor { strength, other, person }))
}

/// A page of the pairs that nobody has settled.
///
/// # Errors
/// `Missing` for an organisation outside the scope, `Forbidden`, `Invalid`.
pub async fn pairs(
    db: &mut Db,
    actor: &Actor,
    state: &web::State,
    query: &PairQuery<'_>,
    listing: &Listing,
) -> Result<Page<Found>, Failure> {
    policy::require(actor, Action::SeeRecords, &actor.scope.path)?;
    let after = pair_cursor(listing)?;
    let given = query.strength.map(str::trim).filter(|text| !text.is_empty());
    let least = given.map(Strength::parse).transpose().map_err(|error| Error::invalid("strength", error))?;
    let (scope, keys) = (&actor.scope, &state.keys);
    let page = db::read(&mut db.0, scope, async |conn| {
        let within = narrowed(conn, scope, query.within).await?;
        let looked = Looked::new(within, &kinds_seen(actor), least);
        let found = merges::list(conn, &looked, after.as_ref(), listing.limit).await?;
        let total = listing.count.then_some(found.total);
        let next = found.next.map(|next| {
            Listing::cursor(&[&next.strength.to_string(), &next.other.to_string(), &next.person.to_string()])
        });
        let pairs = found.pairs;
        let ids: Vec<PersonId> = pairs.iter().flat_map(|pair| [pair.person_id, pair.other_id]).collect();
        let people = by_id(conn, actor, keys, &ids).await?;
        let found = pairs.into_iter().filter_map(|pair| {
            let one = people.get(&pair.person_id).cloned();
            let other = people.get(&pair.other_id).cloned();
            one.zip(other).map(|(one, other)| Found { pair, one, other })
        });
        Ok(Page { items: found.collect(), next, total })
    });
    Ok(page.await?)
}

async fn by_id(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    keys: &KeyRing,
    ids: &[PersonId],
) -> Result<BTreeMap<PersonId, OnRecord>, Error> {
    let mut ids = ids.to_vec();
    ids.sort_unstable();
    ids.dedup();
    let people = on_record::some(conn, actor, keys, &ids).await?;
    Ok(people.into_iter().map(|person| (person.card.person.id, person)).collect())
}

/// List pairs of people who look like one, the strongest first. Only pairs of which your scope sees both.
#[utoipa::path(context_path = "/api/v1", tag = "people", params(
    ("within" = Option<String>, Query),
    ("strength" = Option<String>, Query, description = "the least: strong, likely or weak"),
    ("limit" = Option<u16>, Query), ("after" = Option<String>, Query), ("count" = Option<bool>, Query)),
    responses((status = 200, body = Page<DuplicateJson>)))]
#[get("/people/duplicates?<query..>")]
pub async fn list_duplicates(
    caller: Caller,
    mut db: Db,
    query: PairQuery<'_>,
    listing: Listing,
    state: &State<web::State>,
) -> Answer<Json<Page<DuplicateJson>>> {
    let page = pairs(&mut db, &caller.actor, state, &query, &listing).await?;
    reading::note(state, &caller.known.identity, &caller.actor, page.items.len().saturating_mul(2)).await?;
    Ok(Json(page.map(|found| DuplicateJson {
        strength: found.pair.signs.strength().code(),
        reasons: found.pair.signs.reasons(),
        people: vec![found.one.into(), found.other.into()],
    })))
}

/// A fact of two records.
#[derive(serde::Serialize, ToSchema)]
pub struct FieldPairJson {
    field: &'static str,
    winner: String,
    loser: String,
    /// Whether they differ, so that a choice is needed.
    differs: bool,
    /// What may be said of two numbers without showing them.
    hint: Option<String>,
}

/// Two records of the same thing at one time, of which one stays.
#[derive(serde::Serialize, ToSchema)]
pub struct TwiceJson {
    /// The table: `memberships`, `seats`, `reserves`, `training_pairs` or `ratings`.
    relation: String,
    /// Id of the record of the winner.
    winner: String,
    /// What it says.
    winner_says: String,
    /// Id of the record of the loser.
    loser: String,
    /// What it says.
    loser_says: String,
    /// Whether they say the same; the winner's then stays unless the other is named in `keep`.
    agrees: bool,
}

/// Rows that a merge gives to the winner.
#[derive(serde::Serialize, ToSchema)]
pub struct MovesJson {
    /// What they are, in Chinese.
    what: &'static str,
    rows: i64,
}

/// Two records beside each other.
#[derive(serde::Serialize, ToSchema)]
pub struct ComparisonJson {
    winner: HalfJson,
    loser: HalfJson,
    fields: Vec<FieldPairJson>,
    twice: Vec<TwiceJson>,
    /// What contradicts that they are one and has to be settled first.
    obstacles: Vec<String>,
    /// What may stand in the way, by what is kept.
    warnings: Vec<String>,
    moves: Vec<MovesJson>,
}

/// One of two records.
#[derive(serde::Serialize, ToSchema)]
pub struct HalfJson {
    id: String,
    version: i32,
    name: String,
}

impl From<Comparison> for ComparisonJson {
    fn from(compared: Comparison) -> Self {
        let half = |card: &crate::records::people::PersonCard| HalfJson {
            id: card.person.id.to_string(),
            version: card.stamp.version,
            name: card.person.name.clone(),
        };
        let twice = compared.twice.iter().map(|pair| TwiceJson {
            relation: pair.relation.clone(),
            winner: pair.winner_record.to_string(),
            winner_says: pair.winner_told(&compared.words),
            loser: pair.loser_record.to_string(),
            loser_says: pair.loser_told(&compared.words),
            agrees: pair.agrees,
        });
        Self {
            winner: half(&compared.winner),
            loser: half(&compared.loser),
            twice: twice.collect(),
            fields: compared
                .fields
                .into_iter()
                .map(|pair| FieldPairJson {
                    field: pair.field,
                    winner: pair.winner,
                    loser: pair.loser,
                    differs: pair.differs,
                    hint: pair.hint,
                })
                .collect(),
            obstacles: compared.obstacles,
            warnings: compared.warnings,
            moves: compared.moves.into_iter().map(|(what, rows)| MovesJson { what, rows }).collect(),
        }
    }
}

/// The id of a person as sent.
///
/// # Errors
/// `Invalid`.
pub fn person(field: &str, text: &str) -> Result<PersonId, Error> {
    text.trim().parse().map_err(|_| {
        let message = format!("“{text}”不是人员编号，请使用读取人员时返回的编号。");
        Error::Invalid(vec![FieldError::new(field, message, Some(text))])
    })
}

/// Two records beside each other: what differs, what both have at one time, what stands in the way.
///
/// # Errors
/// `Missing`, `Invalid`, `Forbidden`.
pub async fn compared(
    db: &mut Db,
    actor: &Actor,
    state: &web::State,
    winner: PersonId,
    loser: PersonId,
) -> Result<Comparison, Error> {
    let keys = &state.keys;
    db::read(&mut db.0, &actor.scope, async |conn| merges::compare(conn, actor, keys, winner, loser).await)
        .await
}

/// Compare two records before they are merged.
#[utoipa::path(context_path = "/api/v1", tag = "people", params(
    ("winner" = String, Query, description = "id of the person who stays"),
    ("loser" = String, Query, description = "id of the person who goes")),
    responses((status = 200, body = ComparisonJson), (status = 404, description = "one of them not in your scope")))]
#[get("/people/duplicates/compare?<winner>&<loser>")]
pub async fn compare_people(
    caller: Caller,
    mut db: Db,
    winner: Option<&str>,
    loser: Option<&str>,
    state: &State<web::State>,
) -> Answer<Json<ComparisonJson>> {
    policy::require(&caller.actor, Action::EnterRecords, &caller.scope().path)?;
    let one = person("winner", winner.unwrap_or_default())?;
    let other = person("loser", loser.unwrap_or_default())?;
    let compared = compared(&mut db, &caller.actor, state, one, other).await?;
    reading::note(state, &caller.known.identity, &caller.actor, 2).await?;
    Ok(Json(compared.into()))
}

/// Two people who were found to be two.
#[derive(serde::Serialize, ToSchema)]
pub struct DistinctJson {
    people: Vec<PersonRecordJson>,
    reason: Option<String>,
    decided_by: String,
    decided_at: DateTime<Utc>,
}

/// A page of the pairs that were found to be two people.
///
/// # Errors
/// `Forbidden`, `Invalid`.
pub async fn settled(
    db: &mut Db,
    actor: &Actor,
    state: &web::State,
    listing: &Listing,
) -> Result<Page<(queries::Settled, OnRecord, OnRecord)>, Failure> {
    policy::require(actor, Action::SeeRecords, &actor.scope.path)?;
    let after = match listing.after.as_deref() {
        None => None,
        Some([at, person, other]) => {
            let at = DateTime::parse_from_rfc3339(at).ok().map(|at| at.to_utc());
            let parsed = at.zip(person.parse().ok()).zip(other.parse().ok());
            Some(parsed.map(|((at, person), other)| (at, person, other)).ok_or_else(wrong_cursor)?)
        }
        Some(_) => return Err(wrong_cursor()),
    };
    let (scope, keys) = (&actor.scope, &state.keys);
    let page = db::read(&mut db.0, scope, async |conn| {
        let mut rows = queries::settled(conn, scope, after, listing.limit.saturating_add(1)).await?;
        let more = rows.len() > usize::from(listing.limit);
        rows.truncate(usize::from(listing.limit));
        let total = listing.count.then(|| rows.iter().map(|row| row.total).max().unwrap_or(0));
        let next = rows.last().filter(|_| more).map(|last| {
            let at = last.decided_at.to_rfc3339();
            Listing::cursor(&[&at, &last.person_id.to_string(), &last.other_id.to_string()])
        });
        let ids: Vec<PersonId> = rows.iter().flat_map(|row| [row.person_id, row.other_id]).collect();
        let people = by_id(conn, actor, keys, &ids).await?;
        let items = rows.into_iter().filter_map(|row| {
            let one = people.get(&row.person_id).cloned()?;
            let other = people.get(&row.other_id).cloned()?;
            Some((row, one, other))
        });
        Ok(Page { items: items.collect(), next, total })
    });
    Ok(page.await?)
}

/// List the pairs that were found to be two people, the newest decision first.
#[utoipa::path(context_path = "/api/v1", tag = "people",
    params(("limit" = Option<u16>, Query), ("after" = Option<String>, Query), ("count" = Option<bool>, Query)),
    responses((status = 200, body = Page<DistinctJson>)))]
#[get("/people/distinct")]
pub async fn list_distinct(
    caller: Caller,
    mut db: Db,
    listing: Listing,
    state: &State<web::State>,
) -> Answer<Json<Page<DistinctJson>>> {
    let page = settled(&mut db, &caller.actor, state, &listing).await?;
    reading::note(state, &caller.known.identity, &caller.actor, page.items.len().saturating_mul(2)).await?;
    Ok(Json(page.map(|(row, one, other)| DistinctJson {
        people: vec![one.into(), other.into()],
        reason: row.reason,
        decided_by: row.decided_by,
        decided_at: row.decided_at,
    })))
}

/// Two people who are two.
#[derive(serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DistinctInput {
    /// Id of one of them.
    one: String,
    /// Id of the other.
    other: String,
    /// How that was found out, 200 characters at most.
    #[serde(default)]
    reason: Option<String>,
}

/// Settle that two people who look like one are two: they are not listed any more.
#[utoipa::path(context_path = "/api/v1", tag = "people", request_body = DistinctInput,
    responses((status = 204, description = "settled"), (status = 409, description = "settled already"), (status = 422, description = "refused fields")))]
#[post("/people/distinct", data = "<body>")]
pub async fn distinguish_people(
    caller: Caller,
    mut db: Db,
    body: Body<DistinctInput>,
    state: &State<web::State>,
) -> Answer<Status> {
    policy::require(&caller.actor, Action::EnterRecords, &caller.scope().path)?;
    let DistinctInput { one, other, reason } = body.0;
    let command = Distinguish { one: person("one", &one)?, other: person("other", &other)?, reason };
    merges::distinguish(&mut db.0, &caller.actor, &[command]).await?;
    state.pairs.forget(caller.scope().county);
    Ok(Status::NoContent)
}

/// Take back that two people are two: they are listed again as long as they look alike.
#[utoipa::path(context_path = "/api/v1", tag = "people", params(("one" = String, Path), ("other" = String, Path)),
    responses((status = 204, description = "taken back"), (status = 404, description = "nothing was settled, or not in your scope")))]
#[delete("/people/distinct/<one>/<other>")]
pub async fn reconsider_people(
    caller: Caller,
    mut db: Db,
    one: PersonId,
    other: PersonId,
    state: &State<web::State>,
) -> Answer<Status> {
    policy::require(&caller.actor, Action::EnterRecords, &caller.scope().path)?;
    merges::reconsider(&mut db.0, &caller.actor, &[Distinguish { one, other, reason: None }]).await?;
    state.pairs.forget(caller.scope().county);
    Ok(Status::NoContent)
}
