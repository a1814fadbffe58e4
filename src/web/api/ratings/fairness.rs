//! `/ratings/fairness`: whether ratings are fair, for supervisors. Every number has its list of names.

use chrono::{DateTime, Utc};
use diesel_async::AsyncPgConnection;
use rocket::serde::json::Json;
use rocket::{Route, get, routes};
use utoipa::ToSchema;

use super::{Decimal, NamedJson};
use crate::base::db;
use crate::base::error::Result;
use crate::base::policy::{self, Action};
use crate::base::scope::Scope;
use crate::base::values::Hundredths;
use crate::base::values::rounding::percentage;
use crate::records::ratings::fairness::{
    self, AccountLine, Basis, Behind, BehindLine, Fences, RaterLine, Spread, SpreadNow, UnitLine,
};
use crate::records::ratings::samples::queries as samples;
use crate::records::ratings::{level_name, printed};
use crate::web::api::organisations::narrowed;
use crate::web::forms::fairness::{Asked, given, is_set, name_after, raters_after, ratings_after};
use crate::web::guards::{Caller, Db, Listing, Page};
use crate::web::respond::Answer;

/// The routes.
#[must_use]
pub(super) fn routes() -> Vec<Route> {
    routes![show_fairness, list_units, list_raters, list_behind]
}

/// What waits for the caller: whatever somebody else handed in.
#[derive(serde::Serialize, ToSchema)]
pub struct WaitsJson {
    to_review: i64,
    to_confirm: i64,
    to_publish: i64,
    objections: i64,
    /// Handed in by the caller, so that somebody else decides.
    own: i64,
    /// When the oldest to be reviewed was handed in.
    oldest: Option<DateTime<Utc>>,
}

/// How many have a number of stars.
#[derive(serde::Serialize, ToSchema)]
pub struct StarsJson {
    stars: i32,
    /// What they are called.
    level: String,
    count: i64,
    /// Of all rated, in percent.
    #[schema(value_type = Option<f64>)]
    percent: Option<Hundredths>,
    /// In the period before.
    before: i64,
}

/// A spread of stars beside the one of the period before.
#[derive(serde::Serialize, ToSchema)]
pub struct SpreadJson {
    /// The denominator of the mean.
    rated: i64,
    /// The numerator of the mean: the sum of the stars.
    sum: i64,
    #[schema(value_type = Option<f64>)]
    average: Option<Hundredths>,
    rated_before: i64,
    #[schema(value_type = Option<f64>)]
    average_before: Option<Hundredths>,
    /// Of the unrounded means, rounded half away from zero.
    #[schema(value_type = Option<f64>)]
    change: Option<Hundredths>,
    /// Most stars first.
    stars: Vec<StarsJson>,
}

impl SpreadJson {
    fn of(basis: &Basis, now: &Spread, before: &Spread) -> Self {
        let rated = now.rated();
        let share = |stars: i32| StarsJson {
            stars,
            level: level_name(basis.scheme.rules.result, stars),
            count: now.of(stars),
            percent: percentage(now.of(stars), rated),
            before: before.of(stars),
        };
        Self {
            rated,
            sum: now.sum(),
            average: now.average(),
            rated_before: before.rated(),
            average_before: before.average(),
            change: now.change(before),
            stars: Spread::steps(basis.scheme.stars, [now, before]).into_iter().map(share).collect(),
        }
    }
}

/// Tukey's fences over the totals.
#[derive(serde::Serialize, ToSchema)]
pub struct FencesJson {
    #[schema(value_type = f64)]
    first_quartile: Decimal,
    #[schema(value_type = f64)]
    third_quartile: Decimal,
    /// A lower total is an outlier.
    #[schema(value_type = f64)]
    low: Decimal,
    /// A higher one is.
    #[schema(value_type = f64)]
    high: Decimal,
    below: i64,
    above: i64,
}

impl From<Fences> for FencesJson {
    fn from(fences: Fences) -> Self {
        Self {
            first_quartile: Decimal(fences.first_quartile),
            third_quartile: Decimal(fences.third_quartile),
            low: Decimal(fences.low),
            high: Decimal(fences.high),
            below: fences.below,
            above: fences.above,
        }
    }
}

/// The desk of a supervisor.
#[derive(serde::Serialize, ToSchema)]
pub struct FairnessJson {
    waits: WaitsJson,
    /// Ratings that were drawn and wait to be scored again.
    awaiting_second: i64,
    /// Null where nothing was handed in yet, and so are all the rest.
    scheme: Option<NamedJson>,
    period: Option<String>,
    period_before: Option<String>,
    spread: Option<SpreadJson>,
    /// Null where fewer than eight are rated.
    fences: Option<FencesJson>,
    /// Highest or lowest stars without evidence.
    unproven: Option<i64>,
    /// Two or more stars away from the period before.
    moved: Option<i64>,
}

/// Show what waits, how stars are spread, how they drift, and what wants a look.
#[utoipa::path(context_path = "/api/v1", tag = "ratings", params(
    ("within" = Option<String>, Query), ("scheme" = Option<String>, Query), ("period" = Option<String>, Query)),
    responses((status = 200, body = FairnessJson), (status = 403, description = "not a supervisor"),
        (status = 404, description = "no such scheme or organisation")))]
#[get("/ratings/fairness?<asked..>")]
pub async fn show_fairness(caller: Caller, mut db: Db, asked: Asked<'_>) -> Answer<Json<FairnessJson>> {
    policy::require(&caller.actor, Action::DecideRatings, &caller.scope().path)?;
    let period = asked.period()?;
    let scope = caller.scope();
    let (waits, awaiting, found) = db::read(&mut db.0, scope, async |conn| {
        let within = narrowed(conn, scope, given(asked.within)).await?;
        let waits = fairness::waits(conn, &within, &caller.actor.name).await?;
        let awaiting = samples::awaiting(conn, &within).await?;
        let basis = Basis::of(conn, &within, given(asked.scheme), period).await?;
        let found = match basis {
            Some(basis) => Some((fairness::spread(conn, &within, &basis).await?, basis)),
            None => None,
        };
        Ok((waits, awaiting, found))
    })
    .await?;
    let waits = WaitsJson {
        to_review: waits.to_review,
        to_confirm: waits.to_confirm,
        to_publish: waits.to_publish,
        objections: waits.objections,
        own: waits.own,
        oldest: waits.oldest,
    };
    let mut told = FairnessJson {
        waits,
        awaiting_second: awaiting,
        scheme: None,
        period: None,
        period_before: None,
        spread: None,
        fences: None,
        unproven: None,
        moved: None,
    };
    if let Some((SpreadNow { now, before, fences, unproven, moved }, basis)) = found {
        told.spread = Some(SpreadJson::of(&basis, &now, &before));
        told.fences = fences.map(FencesJson::from);
        told.unproven = Some(unproven);
        told.moved = Some(moved);
        told.period = Some(basis.period.to_string());
        told.period_before = Some(basis.period.previous().to_string());
        told.scheme = Some(NamedJson { code: basis.scheme.code, name: basis.scheme.name });
    }
    Ok(Json(told))
}

fn page<T, J>(
    (mut lines, total): (Vec<T>, Option<i64>),
    listing: &Listing,
    cursor: impl Fn(&T) -> String,
    json: impl Fn(T) -> J,
) -> Page<J> {
    let limit = usize::from(listing.limit);
    let more = lines.len() > limit;
    lines.truncate(limit);
    let next = lines.last().filter(|_| more).map(cursor);
    Page { items: lines.into_iter().map(json).collect(), next, total }
}

/// The page of a list before anything was handed in.
fn empty<J>(listing: &Listing) -> Page<J> {
    Page { items: Vec::new(), next: None, total: listing.count.then_some(0) }
}

/// A unit with the spread of its stars.
#[derive(serde::Serialize, ToSchema)]
pub struct SpreadUnitJson {
    unit: NamedJson,
    spread: SpreadJson,
}

/// List units with the spread of their stars, in the order of their codes: `level=below` (directly below the
/// organisation) or `rated` (those whose rounds they are).
#[utoipa::path(context_path = "/api/v1", tag = "ratings", params(
    ("within" = Option<String>, Query), ("scheme" = Option<String>, Query), ("period" = Option<String>, Query),
    ("level" = Option<String>, Query), ("limit" = Option<u16>, Query), ("after" = Option<String>, Query), ("count" = Option<bool>, Query)),
    responses((status = 200, body = Page<SpreadUnitJson>), (status = 403, description = "not a supervisor")))]
#[get("/ratings/fairness/units?<asked..>")]
pub async fn list_units(
    caller: Caller,
    mut db: Db,
    asked: Asked<'_>,
    listing: Listing,
) -> Answer<Json<Page<SpreadUnitJson>>> {
    policy::require(&caller.actor, Action::DecideRatings, &caller.scope().path)?;
    let (level, after) = (asked.level()?, name_after(&listing)?);
    let scope = caller.scope();
    let found = db::read(&mut db.0, scope, async |conn| {
        let within = narrowed(conn, scope, given(asked.within)).await?;
        let Some(basis) = Basis::of(conn, &within, given(asked.scheme), asked.period()?).await? else {
            return Ok(None);
        };
        let size = i64::from(listing.limit) + 1;
        let lines = fairness::units(conn, &within, &basis, level, after.as_deref(), size).await?;
        let total = listing.total(fairness::count_units(conn, &within, &basis, level)).await?;
        Ok(Some((basis, (lines, total))))
    })
    .await?;
    let Some((basis, lines)) = found else { return Ok(Json(empty(&listing))) };
    let json = |line: UnitLine| SpreadUnitJson {
        spread: SpreadJson::of(&basis, &line.now, &line.before),
        unit: NamedJson { code: line.code, name: line.name },
    };
    Ok(Json(page(lines, &listing, |line| Listing::cursor(&[&line.code]), json)))
}

/// A rater of a round, or an account that handed in, where the scheme has no raters.
#[derive(serde::Serialize, ToSchema)]
pub struct RaterJson {
    /// Null for an account.
    id: Option<String>,
    name: String,
    /// The round in which he scored; null for an account.
    round: Option<String>,
    /// The unit that was rated; null for an account.
    unit: Option<NamedJson>,
    /// How many of his scores stand beside another's: the denominator; null for an account.
    compared: Option<i32>,
    /// Sum of their deviations from the mean of the others, in hundredths of the full marks: the numerator.
    #[schema(value_type = Option<f64>)]
    deviation: Option<Decimal>,
    /// Numerator over denominator; above nought he is more lenient than the others.
    #[schema(value_type = Option<f64>)]
    leniency: Option<Decimal>,
    /// The stars that his scores alone would earn; for an account, the stars of what it handed in.
    spread: SpreadJson,
}

impl RaterJson {
    fn rater(basis: &Basis, line: RaterLine) -> Self {
        Self {
            id: Some(line.id.to_string()),
            name: line.name,
            round: Some(line.round.to_string()),
            unit: Some(NamedJson { code: line.unit.0, name: line.unit.1 }),
            compared: Some(line.compared),
            deviation: Some(Decimal(line.deviation)),
            leniency: Some(Decimal(line.leniency)),
            spread: SpreadJson::of(basis, &line.alone, &Spread::default()),
        }
    }

    fn account(basis: &Basis, line: AccountLine) -> Self {
        Self {
            id: None,
            name: line.name,
            round: None,
            unit: None,
            compared: None,
            deviation: None,
            leniency: None,
            spread: SpreadJson::of(basis, &line.now, &Spread::default()),
        }
    }
}

/// List raters with their leniency, those first who are furthest from the others; where scores are entered once, the
/// accounts that handed them in, by name.
#[utoipa::path(context_path = "/api/v1", tag = "ratings", params(
    ("within" = Option<String>, Query), ("scheme" = Option<String>, Query), ("period" = Option<String>, Query),
    ("limit" = Option<u16>, Query), ("after" = Option<String>, Query), ("count" = Option<bool>, Query)),
    responses((status = 200, body = Page<RaterJson>), (status = 403, description = "not a supervisor")))]
#[get("/ratings/fairness/raters?<asked..>")]
pub async fn list_raters(
    caller: Caller,
    mut db: Db,
    asked: Asked<'_>,
    listing: Listing,
) -> Answer<Json<Page<RaterJson>>> {
    policy::require(&caller.actor, Action::DecideRatings, &caller.scope().path)?;
    let scope = caller.scope();
    let size = i64::from(listing.limit) + 1;
    let told = db::read(&mut db.0, scope, async |conn| {
        let within = narrowed(conn, scope, given(asked.within)).await?;
        let Some(basis) = Basis::of(conn, &within, given(asked.scheme), asked.period()?).await? else {
            return Ok(empty(&listing));
        };
        let total = listing.total(fairness::count_raters(conn, &within, &basis)).await?;
        if basis.has_raters() {
            let after = raters_after(&listing)?;
            let lines = fairness::raters(conn, &within, &basis, after.as_ref(), size).await?;
            let cursor = |line: &RaterLine| {
                let place = line.place();
                Listing::cursor(&[&printed(&place.size), &place.id.to_string()])
            };
            return Ok(page((lines, total), &listing, cursor, |line| RaterJson::rater(&basis, line)));
        }
        let after = name_after(&listing)?;
        let lines = fairness::accounts(conn, &within, &basis, after.as_deref(), size).await?;
        let cursor = |line: &AccountLine| Listing::cursor(&[&line.name]);
        Ok(page((lines, total), &listing, cursor, |line| RaterJson::account(&basis, line)))
    })
    .await?;
    Ok(Json(told))
}

/// A rating behind a number.
#[derive(serde::Serialize, ToSchema)]
pub struct BehindJson {
    id: String,
    round: String,
    /// Null where the caller no longer sees whom it is about.
    name: Option<String>,
    unit: NamedJson,
    #[schema(value_type = f64)]
    total: Decimal,
    stars: i32,
    level: String,
    /// The stars of the period before.
    before: Option<i32>,
    evidence: Option<String>,
    state: String,
    submitted_by: Option<String>,
}

/// List the ratings behind a number of the desk, the highest total first.
#[utoipa::path(context_path = "/api/v1", tag = "ratings", params(
    ("within" = Option<String>, Query), ("scheme" = Option<String>, Query), ("period" = Option<String>, Query),
    ("stars" = Option<i32>, Query), ("account" = Option<String>, Query), ("rater" = Option<String>, Query),
    ("unproven" = Option<bool>, Query), ("outside" = Option<bool>, Query), ("moved" = Option<bool>, Query),
    ("limit" = Option<u16>, Query), ("after" = Option<String>, Query), ("count" = Option<bool>, Query)),
    responses((status = 200, body = Page<BehindJson>), (status = 403, description = "not a supervisor")))]
#[get("/ratings/fairness/ratings?<asked..>")]
pub async fn list_behind(
    caller: Caller,
    mut db: Db,
    asked: Asked<'_>,
    listing: Listing,
) -> Answer<Json<Page<BehindJson>>> {
    policy::require(&caller.actor, Action::DecideRatings, &caller.scope().path)?;
    let scope = caller.scope();
    let found = db::read(&mut db.0, scope, async |conn| {
        let within = narrowed(conn, scope, given(asked.within)).await?;
        let Some(basis) = Basis::of(conn, &within, given(asked.scheme), asked.period()?).await? else {
            return Ok(None);
        };
        let size = i64::from(listing.limit) + 1;
        let lines = behind(conn, &within, &basis, &asked, &listing, size).await?;
        Ok(Some((basis, lines)))
    })
    .await?;
    let Some((basis, lines)) = found else { return Ok(Json(empty(&listing))) };
    let json = |line: BehindLine| BehindJson {
        id: line.id.to_string(),
        round: line.round_id.to_string(),
        name: line.name,
        unit: NamedJson { code: line.unit_code, name: line.unit_name },
        total: Decimal(line.total),
        level: level_name(basis.scheme.rules.result, line.stars),
        stars: line.stars,
        before: line.before,
        evidence: line.evidence,
        state: line.state,
        submitted_by: line.submitted_by,
    };
    Ok(Json(page(lines, &listing, behind_cursor, json)))
}

/// The ratings behind a number, as asked for, with how many they are where the listing asks: the pages ask the same.
///
/// # Errors
/// `Invalid` for a wrong filter or place.
pub(in crate::web) async fn behind(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    basis: &Basis,
    asked: &Asked<'_>,
    listing: &Listing,
    size: i64,
) -> Result<(Vec<BehindLine>, Option<i64>)> {
    let mut wanted = Behind {
        stars: asked.stars()?,
        account: given(asked.account).map(str::to_owned),
        rater: asked.rater()?,
        unproven: is_set(asked.unproven),
        outside: None,
        moved: is_set(asked.moved),
    };
    let after = ratings_after(listing)?;
    if is_set(asked.outside) {
        match fairness::spread(conn, within, basis).await?.fences {
            Some(fences) => wanted.outside = Some(fences),
            // Too few for fences: nothing lies outside of them.
            None => return Ok((Vec::new(), listing.count.then_some(0))),
        }
    }
    let total = listing.total(fairness::count_behind(conn, within, basis, &wanted)).await?;
    Ok((fairness::behind(conn, within, basis, &wanted, after.as_ref(), size).await?, total))
}

/// What the next page is asked for with.
pub(in crate::web) fn behind_cursor(line: &BehindLine) -> String {
    let place = line.place();
    Listing::cursor(&[&printed(&place.total), &place.id.to_string()])
}
