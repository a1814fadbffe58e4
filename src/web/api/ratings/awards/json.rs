//! Awards and their schemes as JSON.

use chrono::{DateTime, NaiveDate, Utc};
use utoipa::ToSchema;

use crate::records::ratings::awards::queries::{AwardCard, AwardRecord};
use crate::records::ratings::awards::{AwardEvent, AwardObjection, AwardScheme};
use crate::web::api::ratings::{Decimal, NamedJson};

/// A village or community.
#[derive(serde::Serialize, ToSchema)]
#[schema(as = AwardVillage)]
pub struct VillageJson {
    code: String,
    name: String,
}

/// One village put forward for one kind of award of one year.
#[derive(serde::Serialize, ToSchema)]
pub struct AwardJson {
    id: String,
    version: i32,
    scheme: NamedJson,
    kind: NamedJson,
    village: VillageJson,
    /// The year that it is honoured for.
    year: i32,
    /// `recommended`, `scored`, `decided`, `noticed`, `final`, `returned`, `rejected` or `revoked`.
    state: String,
    /// The day of the last step.
    state_on: NaiveDate,
    /// Why it was recommended.
    reason: String,
    /// The mark of the panel.
    #[schema(value_type = Option<f64>)]
    mark: Option<Decimal>,
    notice_from: Option<NaiveDate>,
    /// The last day of the public notice.
    notice_until: Option<NaiveDate>,
    /// From which day the award holds.
    given_on: Option<NaiveDate>,
    /// From which day it no longer holds.
    revoked_on: Option<NaiveDate>,
    /// Why it was sent back, rejected or revoked last.
    ended_reason: Option<String>,
    /// How many years in a row, this one being the last, the village has held the kind.
    years_in_a_row: i64,
    /// How many objections wait.
    open_objections: i64,
}

impl From<AwardCard> for AwardJson {
    fn from(card: AwardCard) -> Self {
        let award = card.award;
        Self {
            id: award.id.to_string(),
            version: award.version,
            scheme: NamedJson { code: award.scheme_code, name: card.scheme_name },
            kind: NamedJson { code: award.kind, name: card.kind_name },
            village: VillageJson { code: card.village_code, name: card.village_name },
            year: award.year,
            state: award.state,
            state_on: award.state_on,
            reason: award.reason,
            mark: award.mark.map(Decimal),
            notice_from: award.notice_from,
            notice_until: award.notice_until,
            given_on: award.given_on,
            revoked_on: award.revoked_on,
            ended_reason: award.ended_reason,
            years_in_a_row: card.years_in_a_row,
            open_objections: card.open_objections,
        }
    }
}

/// The mark that one member of the panel gave.
#[derive(serde::Serialize, ToSchema)]
pub struct MarkJson {
    rater: String,
    #[schema(value_type = f64)]
    score: Decimal,
}

/// An objection and what came of it.
#[derive(serde::Serialize, ToSchema)]
#[schema(as = AwardObjection)]
pub struct ObjectionJson {
    id: String,
    received_on: NaiveDate,
    /// Null: did not want to be named.
    objector: Option<String>,
    content: String,
    /// Null: open; else `dismissed`, `returned` or `rejected`.
    outcome: Option<String>,
    resolution: Option<String>,
    resolved_on: Option<NaiveDate>,
    resolved_by: Option<String>,
}

impl From<AwardObjection> for ObjectionJson {
    fn from(objection: AwardObjection) -> Self {
        Self {
            id: objection.id.to_string(),
            received_on: objection.received_on,
            objector: objection.objector,
            content: objection.content,
            outcome: objection.outcome,
            resolution: objection.resolution,
            resolved_on: objection.resolved_on,
            resolved_by: objection.resolved_by,
        }
    }
}

/// A step that was taken.
#[derive(serde::Serialize, ToSchema)]
pub struct AwardEventJson {
    number: i32,
    /// `recommend`, `score`, `decide`, `notice`, `finish`, `return`, `reject`, `revoke`, `object` or `resolve`.
    act: String,
    on: NaiveDate,
    /// The state after it.
    state: String,
    note: Option<String>,
    by: String,
    at: DateTime<Utc>,
}

impl From<AwardEvent> for AwardEventJson {
    fn from(event: AwardEvent) -> Self {
        Self {
            number: event.number,
            act: event.act,
            on: event.on_day,
            state: event.state,
            note: event.note,
            by: event.created_by,
            at: event.created_at,
        }
    }
}

/// One award with its marks, objections and history.
#[derive(serde::Serialize, ToSchema)]
pub struct AwardRecordJson {
    #[serde(flatten)]
    award: AwardJson,
    scores: Vec<MarkJson>,
    objections: Vec<ObjectionJson>,
    history: Vec<AwardEventJson>,
}

impl From<AwardRecord> for AwardRecordJson {
    fn from(record: AwardRecord) -> Self {
        Self {
            award: record.card.into(),
            scores: record
                .scores
                .into_iter()
                .map(|mark| MarkJson { rater: mark.rater, score: Decimal(mark.score) })
                .collect(),
            objections: record.objections.into_iter().map(ObjectionJson::from).collect(),
            history: record.events.into_iter().map(AwardEventJson::from).collect(),
        }
    }
}

/// A step of a scheme.
#[derive(serde::Serialize, ToSchema)]
pub struct AwardStepJson {
    step: String,
    name: String,
    /// `town` or `county`.
    level: String,
}

/// One version of a scheme of awards.
#[derive(serde::Serialize, ToSchema)]
pub struct AwardSchemeJson {
    id: String,
    code: String,
    name: String,
    notice_days: i32,
    #[schema(value_type = f64)]
    full_marks: Decimal,
    #[schema(value_type = Option<f64>)]
    pass_mark: Option<Decimal>,
    least_raters: i32,
    aggregation: &'static str,
    procedure: String,
    is_primary: bool,
    from: NaiveDate,
    to: Option<NaiveDate>,
    kinds: Vec<NamedJson>,
    steps: Vec<AwardStepJson>,
}

impl From<AwardScheme> for AwardSchemeJson {
    fn from(scheme: AwardScheme) -> Self {
        Self {
            id: scheme.id.to_string(),
            code: scheme.code,
            name: scheme.name,
            notice_days: scheme.notice_days,
            full_marks: Decimal(scheme.full_marks),
            pass_mark: scheme.pass_mark.map(Decimal),
            least_raters: scheme.least_raters,
            aggregation: scheme.aggregation.code(),
            procedure: scheme.procedure,
            is_primary: scheme.is_primary,
            from: scheme.from_day,
            to: scheme.to_day,
            kinds: scheme
                .kinds
                .into_iter()
                .map(|kind| NamedJson { code: kind.code, name: kind.name })
                .collect(),
            steps: scheme
                .steps
                .into_iter()
                .map(|step| AwardStepJson { step: step.step, name: step.name, level: step.level })
                .collect(),
        }
    }
}
