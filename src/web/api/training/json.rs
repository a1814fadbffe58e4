//! What the training routes answer with.

use chrono::NaiveDate;
use utoipa::ToSchema;

use crate::base::values::Hundredths;
use crate::records::training::model::{DemandRow, words};
use crate::records::training::queries::{ClassCard, DemandVersion, HistoryLine, ProgrammeRecord, RollLine};
use crate::records::training::{Coverage, CoverageLine, Exemption, Field, Forecast, Outstanding, Programme};
use crate::web::api::members::MemberJson;
use crate::web::api::ratings::Decimal;

/// Code and name of an organisation.
#[derive(serde::Serialize, ToSchema)]
pub struct PlaceJson {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
}

impl From<(String, String)> for PlaceJson {
    fn from((code, name): (String, String)) -> Self {
        Self { code, name }
    }
}

/// A programme.
#[derive(serde::Serialize, ToSchema)]
pub struct ProgrammeJson {
    id: String,
    version: i32,
    code: String,
    name: String,
    /// First day of the cycle.
    from_day: NaiveDate,
    /// First day after the cycle.
    to_day: NaiveDate,
    years: i32,
    /// Whether the figures of the report are about it while it runs.
    is_primary: bool,
    /// The decision that it rests on.
    source: String,
}

impl From<Programme> for ProgrammeJson {
    fn from(programme: Programme) -> Self {
        Self {
            id: programme.id.to_string(),
            version: programme.version,
            code: programme.code,
            name: programme.name,
            from_day: programme.from_day,
            to_day: programme.to_day,
            years: programme.years,
            is_primary: programme.is_primary,
            source: programme.source,
        }
    }
}

/// What a programme demands over some days.
#[derive(serde::Serialize, ToSchema)]
pub struct DemandJson {
    from_day: NaiveDate,
    to_day: Option<NaiveDate>,
    /// Statuses of those who are to be trained.
    statuses: Vec<String>,
    /// Codes of occupations; empty: all.
    occupations: Vec<String>,
    exempt_age: Option<i32>,
    /// Whether a class opens only with its unified items.
    is_unified: bool,
    /// Floor of each year, in percent.
    floors: Vec<i32>,
    source: String,
}

impl From<DemandVersion> for DemandJson {
    fn from(DemandVersion { row, floors }: DemandVersion) -> Self {
        let DemandRow { from_day, to_day, exempt_age, is_unified, source, .. } = row;
        let (statuses, occupations) = (words(&row.statuses), words(&row.occupations));
        Self { from_day, to_day, statuses, occupations, exempt_age, is_unified, floors, source }
    }
}

/// A field of a programme.
#[derive(serde::Serialize, ToSchema)]
pub struct FieldJson {
    code: String,
    name: String,
    /// Codes of the occupations that it is for; empty: all.
    occupations: Vec<String>,
}

impl From<Field> for FieldJson {
    fn from(field: Field) -> Self {
        Self { occupations: words(&field.occupations), code: field.code, name: field.name }
    }
}

/// A programme with all that is said of it.
#[derive(serde::Serialize, ToSchema)]
pub struct ProgrammeRecordJson {
    #[serde(flatten)]
    programme: ProgrammeJson,
    /// The first version first.
    demands: Vec<DemandJson>,
    fields: Vec<FieldJson>,
}

impl From<ProgrammeRecord> for ProgrammeRecordJson {
    fn from(record: ProgrammeRecord) -> Self {
        Self {
            programme: record.programme.into(),
            demands: record.demands.into_iter().map(DemandJson::from).collect(),
            fields: record.fields.into_iter().map(FieldJson::from).collect(),
        }
    }
}

/// How far an organisation has come.
#[derive(serde::Serialize, ToSchema)]
pub struct CoverageLineJson {
    organisation: PlaceJson,
    kind: String,
    /// Members whom the programme is to train, without those who are exempt.
    members: i64,
    /// Those of them who passed a class of it, each once.
    trained: i64,
    /// How many the floors of the years that are over ask for.
    required: i64,
    /// How many are missing to that.
    shortfall: i64,
    /// Trained over members in percent, two decimals; null without members.
    #[schema(value_type = Option<f64>)]
    coverage: Option<Hundredths>,
}

impl From<CoverageLine> for CoverageLineJson {
    fn from(line: CoverageLine) -> Self {
        Self {
            organisation: PlaceJson { code: line.code, name: line.name },
            kind: line.kind,
            members: line.members,
            trained: line.trained,
            required: line.required,
            shortfall: line.shortfall,
            coverage: line.coverage,
        }
    }
}

/// How far a programme has come on a day.
#[derive(serde::Serialize, ToSchema)]
pub struct CoverageJson {
    programme: ProgrammeJson,
    as_of: NaiveDate,
    demand: DemandJson,
    /// Sum of the floors of the years that are over by that day, in percent.
    required_percent: i32,
    total: CoverageLineJson,
    children: Vec<CoverageLineJson>,
    forecast: Forecast,
}

impl From<Coverage> for CoverageJson {
    fn from(coverage: Coverage) -> Self {
        Self {
            forecast: coverage.forecast,
            programme: coverage.programme.into(),
            as_of: coverage.day,
            demand: coverage.demand.into(),
            required_percent: coverage.required_percent,
            total: coverage.total.into(),
            children: coverage.children.into_iter().map(CoverageLineJson::from).collect(),
        }
    }
}

/// Somebody who has never been trained in a programme.
#[derive(serde::Serialize, ToSchema)]
pub struct OutstandingJson {
    member: MemberJson,
    age: u32,
    /// `out_of_reach`, `unplanned`, `may_miss` or `planned`.
    risk: &'static str,
    /// Since when he is to be trained.
    since: NaiveDate,
    /// Number of the coming class on whose roll he stands.
    coming_class: Option<String>,
    coming_on: Option<NaiveDate>,
}

impl From<Outstanding> for OutstandingJson {
    fn from(one: Outstanding) -> Self {
        let (coming_class, coming_on) = one.coming.unzip();
        Self {
            member: MemberJson::from(one.card),
            age: one.age,
            risk: one.risk.code(),
            since: one.since,
            coming_class,
            coming_on,
        }
    }
}

/// A class.
#[derive(serde::Serialize, ToSchema)]
pub struct ClassJson {
    id: String,
    version: i32,
    code: String,
    name: String,
    /// `class`, `micro_lesson` or `lecture`.
    kind: String,
    /// `planned`, `open`, `held`, `closed` or `cancelled`.
    state: String,
    cancel_reason: Option<String>,
    programme_id: String,
    programme: String,
    field: String,
    field_name: String,
    /// Who holds it.
    organisation: PlaceJson,
    /// Whose members may attend.
    audience: PlaceJson,
    first_day: NaiveDate,
    last_day: NaiveDate,
    #[schema(value_type = f64)]
    hours: Decimal,
    places: Option<i32>,
    is_away: bool,
    takes_walk_ins: bool,
    site: Option<String>,
    is_course_approved: bool,
    teacher: Option<String>,
    cost_bearer: Option<String>,
    assessment: Option<String>,
    note: Option<String>,
    enrolled: i64,
    attended: i64,
    updated_by: String,
}

impl From<ClassCard> for ClassJson {
    fn from(card: ClassCard) -> Self {
        let class = card.class;
        Self {
            id: class.id.to_string(),
            version: class.version,
            code: class.code,
            name: class.name,
            kind: class.kind,
            state: class.state,
            cancel_reason: class.cancel_reason,
            programme_id: class.programme_id.to_string(),
            programme: card.programme,
            field: class.field,
            field_name: card.field,
            organisation: card.host.into(),
            audience: card.audience.into(),
            first_day: class.first_day,
            last_day: class.last_day,
            hours: Decimal(class.hours),
            places: class.places,
            is_away: class.is_away,
            takes_walk_ins: class.takes_walk_ins,
            site: class.site,
            is_course_approved: class.is_course_approved,
            teacher: class.teacher,
            cost_bearer: class.cost_bearer,
            assessment: class.assessment,
            note: class.note,
            enrolled: card.enrolled,
            attended: card.attended,
            updated_by: class.updated_by,
        }
    }
}

/// A line of a roll, with what was entered of who came.
#[derive(serde::Serialize, ToSchema)]
pub struct RollLineJson {
    member: String,
    /// Null where he has left the caller's scope since.
    name: Option<String>,
    branch: Option<String>,
    is_walk_in: bool,
    withdrawn_on: Option<NaiveDate>,
    withdrawal_reason: Option<String>,
    /// Null: nothing is entered.
    #[schema(value_type = Option<f64>)]
    hours: Option<Decimal>,
    result: Option<String>,
    note: Option<String>,
    /// Version of the attendance.
    version: Option<i32>,
}

impl From<RollLine> for RollLineJson {
    fn from(line: RollLine) -> Self {
        Self {
            member: line.membership_id.to_string(),
            name: line.name,
            branch: line.branch,
            is_walk_in: line.is_walk_in,
            withdrawn_on: line.withdrawn_on,
            withdrawal_reason: line.withdrawal_reason,
            hours: line.hours.map(Decimal),
            result: line.result,
            note: line.note,
            version: line.version,
        }
    }
}

/// A class that a member came to.
#[derive(serde::Serialize, ToSchema)]
pub struct HistoryLineJson {
    class: String,
    code: String,
    name: String,
    programme: String,
    first_day: NaiveDate,
    last_day: NaiveDate,
    is_away: bool,
    #[schema(value_type = f64)]
    hours: Decimal,
    result: String,
    /// Whether he is trained in the programme by it.
    trains: bool,
}

impl From<HistoryLine> for HistoryLineJson {
    fn from(line: HistoryLine) -> Self {
        Self {
            class: line.class_id.to_string(),
            code: line.code,
            name: line.name,
            programme: line.programme,
            first_day: line.first_day,
            last_day: line.last_day,
            is_away: line.is_away,
            hours: Decimal(line.hours),
            result: line.result,
            trains: line.trains,
        }
    }
}

/// That a member need not be trained.
#[derive(serde::Serialize, ToSchema)]
pub struct ExemptionJson {
    id: String,
    version: i32,
    member: String,
    kind: String,
    reason: String,
    from_day: NaiveDate,
    to_day: Option<NaiveDate>,
    entered_by: String,
}

impl From<Exemption> for ExemptionJson {
    fn from(exemption: Exemption) -> Self {
        Self {
            id: exemption.id.to_string(),
            version: exemption.version,
            member: exemption.membership_id.to_string(),
            kind: exemption.kind,
            reason: exemption.reason,
            from_day: exemption.from_day,
            to_day: exemption.to_day,
            entered_by: exemption.created_by,
        }
    }
}
