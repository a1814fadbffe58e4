//! `/ratings/samples`: ratings that are drawn and scored again; anybody can draw again.

use chrono::{DateTime, Utc};
use rocket::serde::json::Json;
use rocket::{Route, State, get, post, routes};
use utoipa::ToSchema;

use super::{Decimal, NamedJson};
use crate::base::db;
use crate::base::error::{Error, FieldError, OrMissing, Result};
use crate::base::ids::{RatingId, RatingSampleId};
use crate::base::policy::{self, Action};
use crate::base::values::Period;
use crate::records::ratings::samples::queries::{self, Alike, Pick, SampleCard};
use crate::records::ratings::samples::{self, EnterSecond, FixSample, PromiseSample, RevealSample};
use crate::web;
use crate::web::api::organisations::narrowed;
use crate::web::forms::fairness::{given, id_after};
use crate::web::guards::{Body, Caller, Db, Idempotency, Kept, Listing, Page, Seen};
use crate::web::respond::{Answer, Versioned};

/// The routes.
#[must_use]
pub(super) fn routes() -> Vec<Route> {
    routes![
        list_samples,
        promise_sample,
        show_sample,
        list_sample_subjects,
        fix_sample,
        reveal_sample,
        enter_seconds
    ]
}

/// What another rater gave.
#[derive(serde::Serialize, ToSchema)]
pub struct SecondJson {
    rater: String,
    #[schema(value_type = f64)]
    total: Decimal,
    stars: i32,
    /// What had been given first: it is shown with the second only.
    #[schema(value_type = f64)]
    first_total: Decimal,
    first_stars: i32,
    /// Second less first.
    #[schema(value_type = f64)]
    difference: Decimal,
    note: Option<String>,
    scored_at: Option<DateTime<Utc>>,
    scored_by: Option<String>,
}

/// A rating that was drawn.
#[derive(serde::Serialize, ToSchema)]
pub struct SamplePickJson {
    place: i32,
    rating: String,
    round: String,
    name: Option<String>,
    unit: String,
    /// SHA-256 over seed, period and id, in hexadecimal.
    lot: String,
    /// Null until it is scored again.
    second: Option<SecondJson>,
}

impl From<Pick> for SamplePickJson {
    fn from(pick: Pick) -> Self {
        let difference = pick.difference();
        let scores = pick.total.zip(pick.stars).zip(pick.first_total.zip(pick.first_stars)).zip(difference);
        Self {
            place: pick.place,
            rating: pick.rating_id.to_string(),
            round: pick.round_id.to_string(),
            name: pick.name,
            unit: pick.unit,
            lot: hex::encode(pick.lot),
            second: scores.map(|(((total, stars), (first_total, first_stars)), difference)| SecondJson {
                rater: pick.rater.unwrap_or_default(),
                total: Decimal(total),
                stars,
                first_total: Decimal(first_total),
                first_stars,
                difference: Decimal(difference),
                note: pick.note,
                scored_at: pick.scored_at,
                scored_by: pick.scored_by,
            }),
        }
    }
}

/// Another sample of the same organisation, scheme and period.
#[derive(serde::Serialize, ToSchema)]
pub struct AlikeJson {
    id: String,
    /// `committed`, `fixed` or `revealed`.
    state: String,
    committed_at: DateTime<Utc>,
    committed_by: String,
    /// How many were drawn.
    drawn: i64,
    /// How many of them were scored again.
    scored: i64,
}

impl From<Alike> for AlikeJson {
    fn from(other: Alike) -> Self {
        Self {
            id: other.id.to_string(),
            state: other.state,
            committed_at: other.created_at,
            committed_by: other.created_by,
            drawn: other.drawn,
            scored: other.scored,
        }
    }
}

/// A sample. Its seed's SHA-256 is the commitment; the lot of a rating is the SHA-256 of seed, period and id, parted by
/// line feeds; the ratings with the smallest lots are drawn.
#[derive(serde::Serialize, ToSchema)]
pub struct SampleJson {
    id: String,
    version: i32,
    organisation: NamedJson,
    scheme: String,
    period: String,
    /// Which of the samples of this organisation, scheme and period it is, from 1, in the order of the promises.
    ordinal: i64,
    /// How many of them there are.
    alike: i64,
    /// The others, the newest first, at most 50; empty in lists.
    others: Vec<AlikeJson>,
    purpose: String,
    /// `committed`, `fixed` or `revealed`.
    state: String,
    /// In hexadecimal.
    commitment: String,
    committed_at: DateTime<Utc>,
    committed_by: String,
    sample_size: Option<i32>,
    /// Among how many is drawn; their ids are in `/ratings/samples/{id}/subjects`.
    subjects: Option<i32>,
    /// SHA-256 over these ids in order, one a line, in hexadecimal.
    subjects_sha256: Option<String>,
    fixed_at: Option<DateTime<Utc>>,
    fixed_by: Option<String>,
    /// Null until it is revealed.
    seed: Option<String>,
    revealed_at: Option<DateTime<Utc>>,
    revealed_by: Option<String>,
    /// How many were scored again: the denominator of the mean difference.
    scored: i64,
    /// Sum of second less first totals: its numerator.
    #[schema(value_type = f64)]
    difference_sum: Decimal,
    #[schema(value_type = Option<f64>)]
    difference_mean: Option<Decimal>,
    /// How many of them kept their stars.
    same_stars: i64,
    picks: Vec<SamplePickJson>,
}

impl From<SampleCard> for SampleJson {
    fn from(card: SampleCard) -> Self {
        let compared = card.compared();
        let sample = card.sample;
        Self {
            id: sample.id.to_string(),
            version: sample.version,
            organisation: NamedJson { code: card.organisation.0, name: card.organisation.1 },
            scheme: sample.scheme_code,
            period: sample.period,
            ordinal: card.ordinal,
            alike: card.alike,
            others: card.others.into_iter().map(AlikeJson::from).collect(),
            purpose: sample.purpose,
            state: sample.state,
            commitment: hex::encode(sample.commitment),
            committed_at: sample.created_at,
            committed_by: sample.created_by,
            sample_size: sample.sample_size,
            subjects: sample.subjects,
            subjects_sha256: sample.subjects_sha256.map(hex::encode),
            fixed_at: sample.fixed_at,
            fixed_by: sample.fixed_by,
            seed: sample.seed,
            revealed_at: sample.revealed_at,
            revealed_by: sample.revealed_by,
            scored: compared.scored,
            difference_sum: Decimal(compared.sum),
            difference_mean: compared.mean.map(Decimal),
            same_stars: compared.same_stars,
            picks: card.picks.into_iter().map(SamplePickJson::from).collect(),
        }
    }
}

/// List samples, the newest first; what was drawn stands in each sample alone.
#[utoipa::path(context_path = "/api/v1", tag = "ratings", params(
    ("within" = Option<String>, Query), ("limit" = Option<u16>, Query), ("after" = Option<String>, Query), ("count" = Option<bool>, Query)),
    responses((status = 200, body = Page<SampleJson>)))]
#[get("/ratings/samples?<within>")]
pub async fn list_samples(
    caller: Caller,
    mut db: Db,
    within: Option<&str>,
    listing: Listing,
) -> Answer<Json<Page<SampleJson>>> {
    policy::require(&caller.actor, Action::SeeRecords, &caller.scope().path)?;
    let after = id_after(&listing)?.map(|id| RatingSampleId(id.0));
    let scope = caller.scope();
    let (mut cards, total) = db::read(&mut db.0, scope, async |conn| {
        let within = narrowed(conn, scope, given(within)).await?;
        let cards = queries::samples(conn, &within, after, i64::from(listing.limit) + 1).await?;
        Ok((cards, listing.total(queries::count_samples(conn, &within)).await?))
    })
    .await?;
    let more = cards.len() > usize::from(listing.limit);
    cards.truncate(usize::from(listing.limit));
    let next = cards.last().filter(|_| more).map(|card| Listing::cursor(&[&card.sample.id.to_string()]));
    Ok(Json(Page { items: cards.into_iter().map(SampleJson::from).collect(), next, total }))
}

async fn read(db: &mut Db, caller: &Caller, id: RatingSampleId) -> Result<Versioned<SampleJson>> {
    let scope = caller.scope();
    let card = db::read(&mut db.0, scope, async |conn| queries::sample(conn, scope, id).await).await?;
    Ok(Versioned { version: card.sample.version, created: false, body: card.into() })
}

/// Show one sample with what was drawn and scored again.
#[utoipa::path(context_path = "/api/v1", tag = "ratings", params(("id" = String, Path)),
    responses((status = 200, body = SampleJson), (status = 404, description = "none in your scope")))]
#[get("/ratings/samples/<id>")]
pub async fn show_sample(caller: Caller, mut db: Db, id: RatingSampleId) -> Answer<Versioned<SampleJson>> {
    policy::require(&caller.actor, Action::SeeRecords, &caller.scope().path)?;
    Ok(read(&mut db, &caller, id).await?)
}

/// List the ids of the ratings among which a sample is drawn, in order: with the seed and the period anybody draws again.
#[utoipa::path(context_path = "/api/v1", tag = "ratings", params(("id" = String, Path),
    ("limit" = Option<u16>, Query), ("after" = Option<String>, Query), ("count" = Option<bool>, Query)),
    responses((status = 200, body = Page<String>), (status = 404, description = "none in your scope")))]
#[get("/ratings/samples/<id>/subjects")]
pub async fn list_sample_subjects(
    caller: Caller,
    mut db: Db,
    id: RatingSampleId,
    listing: Listing,
) -> Answer<Json<Page<String>>> {
    policy::require(&caller.actor, Action::SeeRecords, &caller.scope().path)?;
    let after = id_after(&listing)?;
    let (scope, size) = (caller.scope(), i64::from(listing.limit) + 1);
    let (mut ids, total) = db::read(&mut db.0, scope, async |conn| {
        let ids = queries::sample_subjects(conn, scope, id, after, size).await?;
        Ok((ids, listing.total(queries::count_sample_subjects(conn, scope, id)).await?))
    })
    .await?;
    let more = ids.len() > usize::from(listing.limit);
    ids.truncate(usize::from(listing.limit));
    let next = ids.last().filter(|_| more).map(|id| Listing::cursor(&[&id.to_string()]));
    Ok(Json(Page { items: ids.iter().map(RatingId::to_string).collect(), next, total }))
}

/// A sample to be promised.
#[derive(serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PromiseSampleInput {
    /// Code of the organisation among whose ratings is drawn; the caller's own where it is not given.
    organisation: Option<String>,
    /// Code of the scheme.
    scheme: String,
    period: String,
    purpose: String,
}

/// Promise a sample: a secret seed is made, its digest is made public.
#[utoipa::path(context_path = "/api/v1", tag = "ratings", request_body = PromiseSampleInput,
    responses((status = 201, body = SampleJson), (status = 403, description = "not a supervisor there"),
        (status = 422, description = "each wrong field")))]
#[post("/ratings/samples", data = "<body>")]
pub async fn promise_sample(
    caller: Caller,
    mut db: Db,
    once: Idempotency,
    state: &State<web::State>,
    body: Body<PromiseSampleInput>,
) -> Answer<Kept> {
    let actor = &caller.actor;
    policy::require(actor, Action::DecideRatings, &actor.scope.path)?;
    let Body(input, hash) = body;
    let period = Period::parse(&input.period)
        .map_err(|error| Error::Invalid(vec![FieldError::new("period", error, Some(&input.period))]))?;
    let own = actor.scope.path.code().to_owned();
    let command = PromiseSample {
        organisation: input.organisation.map_or(own, |code| code.trim().to_owned()),
        scheme: input.scheme.trim().to_owned(),
        period,
        purpose: input.purpose,
    };
    let kept = once
        .once(&mut db.0, actor, &hash, async |conn| {
            let ids = samples::promise_sample(conn, actor, &state.keys, &[command]).await?;
            let id = ids.into_iter().next().or_missing("二次评分抽样")?;
            let scope = &actor.scope;
            let card = db::read(conn, scope, async |conn| queries::sample(conn, scope, id).await).await?;
            Ok((201, serde_json::to_string(&SampleJson::from(card)).map_err(Error::broken)?))
        })
        .await?;
    Ok(kept.at("/api/v1/ratings/samples", "id"))
}

/// How many are drawn.
#[derive(serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FixSampleInput {
    sample_size: i32,
}

/// Fix the ratings of a sample that was promised: all that were handed in, also those sent back or revoked since; they are
/// never changed.
#[utoipa::path(context_path = "/api/v1", tag = "ratings", params(("id" = String, Path),
    ("If-Match" = Option<String>, Header, description = "the version that you saw")), request_body = FixSampleInput,
    responses((status = 200, body = SampleJson), (status = 409, description = "fixed already"),
        (status = 422, description = "more than there are")))]
#[post("/ratings/samples/<id>/fix", data = "<body>")]
pub async fn fix_sample(
    caller: Caller,
    seen: Seen,
    mut db: Db,
    id: RatingSampleId,
    body: Body<FixSampleInput>,
) -> Answer<Versioned<SampleJson>> {
    policy::require(&caller.actor, Action::DecideRatings, &caller.scope().path)?;
    let command = FixSample { sample: id, version: seen.0, sample_size: body.0.sample_size };
    samples::fix_sample(&mut db.0, &caller.actor, &[command]).await?;
    Ok(read(&mut db, &caller, id).await?)
}

/// Reveal the seed of a sample whose ratings are fixed: the draw follows, and is never changed.
#[utoipa::path(context_path = "/api/v1", tag = "ratings", params(("id" = String, Path),
    ("If-Match" = Option<String>, Header, description = "the version that you saw")),
    responses((status = 200, body = SampleJson), (status = 409, description = "not fixed, or drawn already")))]
#[post("/ratings/samples/<id>/reveal")]
pub async fn reveal_sample(
    caller: Caller,
    seen: Seen,
    mut db: Db,
    id: RatingSampleId,
    state: &State<web::State>,
) -> Answer<Versioned<SampleJson>> {
    policy::require(&caller.actor, Action::DecideRatings, &caller.scope().path)?;
    let command = RevealSample { sample: id, version: seen.0 };
    samples::reveal_sample(&mut db.0, &caller.actor, &state.keys, &[command]).await?;
    Ok(read(&mut db, &caller, id).await?)
}

/// What another rater gave to one rating.
#[derive(serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SecondInput {
    rating: String,
    rater: String,
    /// By code of the dimension.
    #[schema(value_type = std::collections::HashMap<String, f64>)]
    scores: serde_json::Map<String, serde_json::Value>,
    note: Option<String>,
}

/// Second scores of a sample.
#[derive(serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SecondsInput {
    rows: Vec<SecondInput>,
}

/// Enter second scores, all or none. They change no rating, and are not changed.
#[utoipa::path(context_path = "/api/v1", tag = "ratings", params(("id" = String, Path)), request_body = SecondsInput,
    responses((status = 200, body = SampleJson), (status = 409, description = "not drawn, or scored again already"),
        (status = 422, description = "each wrong field, or somebody who scored first")))]
#[post("/ratings/samples/<id>/scores", data = "<body>")]
pub async fn enter_seconds(
    caller: Caller,
    mut db: Db,
    id: RatingSampleId,
    body: Body<SecondsInput>,
) -> Answer<Versioned<SampleJson>> {
    policy::require(&caller.actor, Action::EnterRecords, &caller.scope().path)?;
    let mut commands = Vec::with_capacity(body.0.rows.len());
    for row in body.0.rows {
        let rating: RatingId = row
            .rating
            .parse()
            .map_err(|_| Error::invalid("rows.rating", "rating 不是评定编号，请使用抽样结果中的编号。"))?;
        let typed = |value: serde_json::Value| match value {
            serde_json::Value::String(text) => text,
            serde_json::Value::Null => String::new(),
            other => other.to_string(),
        };
        commands.push(EnterSecond {
            sample: id,
            rating,
            rater: row.rater,
            scores: row.scores.into_iter().map(|(code, value)| (code, typed(value))).collect(),
            note: row.note,
        });
    }
    samples::enter_seconds(&mut db.0, &caller.actor, &commands).await?;
    Ok(read(&mut db, &caller, id).await?)
}
