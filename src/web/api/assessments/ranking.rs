//! `/assessments` and `/assessments/ranking`: results village by village, and how they stand.

use std::collections::{BTreeMap, HashMap};

use chrono::NaiveDate;
use rocket::serde::json::Json;
use rocket::{Route, get, routes};
use utoipa::ToSchema;

use super::{Decimal, UnitJson, quarter_of};
use crate::base::clock;
use crate::base::db;
use crate::base::error::{Error, Result};
use crate::base::ids::{AssessmentId, AssessmentSchemeId};
use crate::base::policy::{self, Action};
use crate::base::values::Quarter;
use crate::records::assessments::Scheme;
use crate::records::assessments::queries::{self, Card, Filter, Place, RankLine};
use crate::web::api::organisations::narrowed;
use crate::web::guards::{Caller, Db, Listing, Page};
use crate::web::respond::{Answer, Versioned};

/// The routes.
#[must_use]
pub(super) fn routes() -> Vec<Route> {
    routes![list_assessments, show_ranking, show_assessment]
}

/// The assessment of one village in one quarter.
#[derive(serde::Serialize, ToSchema)]
pub struct AssessmentJson {
    id: String,
    version: i32,
    round: String,
    quarter: String,
    /// That of its round.
    state: String,
    /// Code of the town that assessed.
    assessor: String,
    village: UnitJson,
    /// By code of the indicator.
    #[schema(value_type = BTreeMap<String, f64>)]
    scores: BTreeMap<String, Decimal>,
    #[schema(value_type = Option<f64>)]
    total: Option<Decimal>,
    deduction_note: Option<String>,
    evidence: Option<String>,
    note: Option<String>,
}

impl AssessmentJson {
    fn new(card: Card, schemes: &HashMap<AssessmentSchemeId, Scheme>) -> Self {
        let Card { assessment, village, assessor, quarter, state, scheme_id, mut scores } = card;
        let indicators =
            schemes.get(&scheme_id).map(|scheme| scheme.indicators.as_slice()).unwrap_or_default();
        Self {
            id: assessment.id.to_string(),
            version: assessment.version,
            round: assessment.round_id.to_string(),
            quarter,
            state,
            assessor,
            village: UnitJson::new(village),
            scores: indicators
                .iter()
                .filter_map(|one| Some((one.code.clone(), Decimal(scores.remove(&one.id)?))))
                .collect(),
            total: assessment.total.map(Decimal),
            deduction_note: assessment.deduction_note,
            evidence: assessment.evidence,
            note: assessment.note,
        }
    }
}

fn place_of(listing: &Listing) -> Result<Option<Place>> {
    let read = |parts: &[String]| match parts {
        [quarter, path, id] => {
            Some(Place { quarter: quarter.clone(), path: path.clone(), id: id.parse().ok()? })
        }
        _ => None,
    };
    let wrong = || Error::invalid("after", "after 不是上一页给出的位置，请使用上一页答复中的 next。");
    listing.after.as_deref().map(|parts| read(parts).ok_or_else(wrong)).transpose()
}

/// List assessments, the newest quarter first.
#[utoipa::path(context_path = "/api/v1", tag = "assessments", params(
    ("within" = Option<String>, Query), ("quarter" = Option<String>, Query), ("limit" = Option<u16>, Query),
    ("after" = Option<String>, Query), ("count" = Option<bool>, Query)),
    responses((status = 200, body = Page<AssessmentJson>)))]
#[get("/assessments?<within>&<quarter>")]
pub async fn list_assessments(
    caller: Caller,
    mut db: Db,
    within: Option<&str>,
    quarter: Option<&str>,
    listing: Listing,
) -> Answer<Json<Page<AssessmentJson>>> {
    policy::require(&caller.actor, Action::SeeRecords, &caller.scope().path)?;
    let filter = Filter { quarter: quarter_of(quarter)?, ids: None };
    let after = place_of(&listing)?;
    let scope = caller.scope();
    let page = db::read(&mut db.0, scope, async |conn| {
        let within = narrowed(conn, scope, within.map(str::trim)).await?;
        let size = i64::from(listing.limit) + 1;
        let mut cards = queries::list(conn, &within, &filter, after.as_ref(), size).await?;
        let more = cards.len() > usize::from(listing.limit);
        cards.truncate(usize::from(listing.limit));
        let next = cards.last().filter(|_| more).map(|card| {
            let place = card.place();
            Listing::cursor(&[&place.quarter, &place.path, &place.id.to_string()])
        });
        let ids: Vec<AssessmentSchemeId> = cards.iter().map(|card| card.scheme_id).collect();
        let schemes = queries::by_ids(conn, scope.county, &ids).await?;
        let items = cards.into_iter().map(|card| AssessmentJson::new(card, &schemes)).collect();
        let total = listing.total(queries::count_listed(conn, &within, &filter)).await?;
        Ok(Page { items, next, total })
    })
    .await?;
    Ok(Json(page))
}

/// Show one assessment.
#[utoipa::path(context_path = "/api/v1", tag = "assessments", params(("id" = String, Path)),
    responses((status = 200, body = AssessmentJson), (status = 404, description = "none in your scope")))]
#[get("/assessments/<id>")]
pub async fn show_assessment(
    caller: Caller,
    mut db: Db,
    id: AssessmentId,
) -> Answer<Versioned<AssessmentJson>> {
    policy::require(&caller.actor, Action::SeeRecords, &caller.scope().path)?;
    let scope = caller.scope();
    let (version, body) = db::read(&mut db.0, scope, async |conn| {
        let card = queries::card(conn, scope, id).await?;
        let schemes = queries::by_ids(conn, scope.county, &[card.scheme_id]).await?;
        Ok((card.assessment.version, AssessmentJson::new(card, &schemes)))
    })
    .await?;
    Ok(Versioned { version, created: false, body })
}

/// How a village stands.
#[derive(serde::Serialize, ToSchema)]
pub struct RankJson {
    assessment: String,
    round: String,
    village: UnitJson,
    /// The town that assessed.
    assessor: UnitJson,
    #[schema(value_type = f64)]
    total: Decimal,
    rank: i32,
    /// Among how many villages of the town.
    units: i32,
    /// In the quarter before, where it was assessed.
    rank_before: Option<i32>,
    /// Against the quarter before.
    #[schema(value_type = Option<f64>)]
    change: Option<Decimal>,
    /// Whether it holds the rotating flag.
    flag: bool,
    /// For how many quarters on end; 0 without the flag.
    streak: i32,
    /// `confirmed` or `published`.
    state: String,
    notice_from: Option<NaiveDate>,
    notice_to: Option<NaiveDate>,
}

impl From<RankLine> for RankJson {
    fn from(line: RankLine) -> Self {
        Self {
            assessment: line.assessment_id.to_string(),
            round: line.round_id.to_string(),
            village: UnitJson { code: line.village_code, name: line.village_name },
            assessor: UnitJson { code: line.town_code, name: line.town_name },
            rank: line.place,
            units: line.units,
            rank_before: line.place_before,
            change: line.total_before.map(|before| Decimal(&line.total - before)),
            total: Decimal(line.total),
            flag: line.has_flag,
            streak: line.streak,
            state: line.state,
            notice_from: line.notice_from,
            notice_to: line.notice_to,
        }
    }
}

/// The ranking of a quarter.
#[derive(serde::Serialize, ToSchema)]
pub struct RankingJson {
    quarter: String,
    /// Town by town, by rank.
    items: Vec<RankJson>,
}

/// How villages stand in a quarter (the last one that ended, where none is given): rank, flag and streak.
#[utoipa::path(context_path = "/api/v1", tag = "assessments",
    params(("within" = Option<String>, Query), ("quarter" = Option<String>, Query)),
    responses((status = 200, body = RankingJson)))]
#[get("/assessments/ranking?<within>&<quarter>")]
pub async fn show_ranking(
    caller: Caller,
    mut db: Db,
    within: Option<&str>,
    quarter: Option<&str>,
) -> Answer<Json<RankingJson>> {
    policy::require(&caller.actor, Action::SeeRecords, &caller.scope().path)?;
    let quarter = quarter_of(quarter)?.unwrap_or_else(|| Quarter::containing(clock::today()).previous());
    let scope = caller.scope();
    let lines = db::read(&mut db.0, scope, async |conn| {
        let within = narrowed(conn, scope, within.map(str::trim)).await?;
        Ok(queries::ranking(conn, &within, quarter).await?)
    })
    .await?;
    let items = lines.into_iter().map(RankJson::from).collect();
    Ok(Json(RankingJson { quarter: quarter.to_string(), items }))
}
