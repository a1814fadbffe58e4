//! `/ratings/schemes`: what is looked at, and which total earns which stars.

use bigdecimal::BigDecimal;
use chrono::NaiveDate;
use rocket::serde::json::Json;
use rocket::{Route, get, post, routes};
use utoipa::ToSchema;

use super::Decimal;
use crate::base::db;
use crate::base::error::{Error, FieldError, OrMissing};
use crate::base::policy::{self, Action};
use crate::base::values::{VocabularyError, excerpt, parse_date};
use crate::records::ratings::model::{
    Aggregation, MissingPart, PeriodKind, RaterRule, ResultKind, SchemeRules, SubjectKind, TopShare,
};
use crate::records::ratings::{self, Scheme, SetDimension, SetScheme, SetThreshold, SetVeto, queries};
use crate::web::guards::{Body, Caller, Db, Idempotency, Kept, Listing, Page};
use crate::web::respond::Answer;

/// The routes.
#[must_use]
pub(super) fn routes() -> Vec<Route> {
    routes![list_schemes, set_scheme]
}

/// What a scheme looks at.
#[derive(serde::Serialize, ToSchema)]
pub struct DimensionJson {
    code: String,
    /// The heading of its column.
    name: String,
    /// The highest score.
    #[schema(value_type = f64)]
    maximum: Decimal,
    /// What a score is multiplied by.
    #[schema(value_type = f64)]
    weight: Decimal,
    /// The most that it adds to the total; null: no bound but the maximum.
    #[schema(value_type = Option<f64>)]
    cap: Option<Decimal>,
}

impl From<ratings::Dimension> for DimensionJson {
    fn from(dimension: ratings::Dimension) -> Self {
        Self {
            code: dimension.code,
            name: dimension.name,
            maximum: Decimal(dimension.maximum),
            weight: Decimal(dimension.weight),
            cap: dimension.cap.map(Decimal),
        }
    }
}

/// From which total a number of stars is given.
#[derive(serde::Serialize, ToSchema)]
pub struct ThresholdJson {
    stars: i32,
    #[schema(value_type = f64)]
    minimum: Decimal,
}

impl From<ratings::Threshold> for ThresholdJson {
    fn from(step: ratings::Threshold) -> Self {
        Self { stars: step.stars, minimum: Decimal(step.minimum) }
    }
}

/// One version of a rating scheme.
#[derive(serde::Serialize, ToSchema)]
pub struct SchemeJson {
    id: String,
    /// The same in all versions.
    code: String,
    name: String,
    /// `member`, `branch`, `village` or `household` (of an office-holder).
    subject_kind: &'static str,
    /// `month`, `quarter` or `year`.
    period_kind: &'static str,
    /// The highest number of stars.
    stars: i32,
    /// How many decimals a score may have.
    decimals: i32,
    /// `sum`, `weighted_mean` or `mean`.
    aggregation: &'static str,
    /// What a dimension without a score means: `refuse`, `zero` or `leave_out`.
    missing_part: &'static str,
    procedure: String,
    /// Whether the quarterly report takes its stars from here.
    is_primary: bool,
    /// First day in force.
    from: NaiveDate,
    /// First day no longer in force.
    to: Option<NaiveDate>,
    dimensions: Vec<DimensionJson>,
    /// Most stars first.
    thresholds: Vec<ThresholdJson>,
    /// What sets the stars to a value, whatever the total.
    vetoes: Vec<VetoJson>,
    rules: RulesJson,
}

/// What sets the stars to a value, whatever the total.
#[derive(serde::Serialize, serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VetoJson {
    code: String,
    name: String,
    /// The stars, or the rank of the grade.
    stars: i32,
}

/// A share.
#[derive(serde::Serialize, serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ShareJson {
    numerator: i32,
    denominator: i32,
}

/// What else a scheme asks.
#[derive(serde::Serialize, serde::Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct RulesJson {
    /// `stars`, or `grades` (4 excellent, 3 qualified, 2 basically qualified, 1 unqualified).
    result: String,
    /// `one`, `mean` or `trimmed_mean` of raters.
    raters: String,
    /// How many raters have to score before their scores count.
    least_raters: i32,
    /// How many of those rated may have the highest level, rounded down; null: any.
    top_share: Option<ShareJson>,
    /// For how many working days after publication somebody may object.
    objection_days: i32,
    /// Whether probationary members take part without being rated.
    leaves_out_probationary: bool,
    /// Whether a rating is submitted only with what it rests on.
    needs_evidence: bool,
}

impl From<SchemeRules> for RulesJson {
    fn from(rules: SchemeRules) -> Self {
        Self {
            result: rules.result.code().to_owned(),
            raters: rules.raters.code().to_owned(),
            least_raters: rules.least_raters,
            top_share: rules
                .top_share
                .map(|share| ShareJson { numerator: share.numerator, denominator: share.denominator }),
            objection_days: rules.objection_days,
            leaves_out_probationary: rules.leaves_out_probationary,
            needs_evidence: rules.needs_evidence,
        }
    }
}

impl Default for RulesJson {
    fn default() -> Self {
        SchemeRules::default().into()
    }
}

impl From<Scheme> for SchemeJson {
    fn from(scheme: Scheme) -> Self {
        Self {
            id: scheme.id.to_string(),
            code: scheme.code,
            name: scheme.name,
            subject_kind: scheme.subject.code(),
            period_kind: scheme.period.code(),
            stars: scheme.stars,
            decimals: scheme.decimals,
            aggregation: scheme.aggregation.code(),
            missing_part: scheme.missing_part.code(),
            procedure: scheme.procedure,
            is_primary: scheme.is_primary,
            from: scheme.from_day,
            to: scheme.to_day,
            dimensions: scheme.dimensions.into_iter().map(DimensionJson::from).collect(),
            thresholds: scheme.thresholds.into_iter().map(ThresholdJson::from).collect(),
            vetoes: scheme
                .vetoes
                .into_iter()
                .map(|veto| VetoJson { code: veto.code, name: veto.name, stars: veto.stars })
                .collect(),
            rules: scheme.rules.into(),
        }
    }
}

/// List the county's schemes with all their versions; with `on`, those in force on that day.
#[utoipa::path(context_path = "/api/v1", tag = "ratings",
    params(("on" = Option<String>, Query, description = "a day"), ("count" = Option<bool>, Query)),
    responses((status = 200, body = Page<SchemeJson>)))]
#[get("/ratings/schemes?<on>")]
pub async fn list_schemes(
    caller: Caller,
    mut db: Db,
    on: Option<&str>,
    listing: Listing,
) -> Answer<Json<Page<SchemeJson>>> {
    policy::require(&caller.actor, Action::SeeRecords, &caller.scope().path)?;
    let day = on
        .filter(|text| !text.trim().is_empty())
        .map(|text| {
            parse_date(text).map_err(|error| Error::Invalid(vec![FieldError::new("on", error, Some(text))]))
        })
        .transpose()?;
    let scope = caller.scope();
    let found = db::read(&mut db.0, scope, async |conn| queries::schemes(conn, scope, day).await).await?;
    Ok(Json(Page::whole(found.into_iter().map(SchemeJson::from).collect(), &listing)))
}

/// What a scheme is to look at.
#[derive(serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DimensionInput {
    code: String,
    name: String,
    #[schema(value_type = f64)]
    maximum: serde_json::Number,
    #[schema(value_type = f64)]
    weight: serde_json::Number,
    /// The most that it adds to the total; null: no bound but the maximum.
    #[serde(default)]
    #[schema(value_type = Option<f64>)]
    cap: Option<serde_json::Number>,
}

/// From which total a number of stars is to be given.
#[derive(serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ThresholdInput {
    stars: i32,
    #[schema(value_type = f64)]
    minimum: serde_json::Number,
}

/// A version of a scheme, as it is to be from a day on.
#[derive(serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SchemeInput {
    code: String,
    name: String,
    subject_kind: String,
    period_kind: String,
    stars: i32,
    decimals: i32,
    aggregation: String,
    missing_part: String,
    procedure: String,
    is_primary: bool,
    /// First day in force.
    from: String,
    dimensions: Vec<DimensionInput>,
    thresholds: Vec<ThresholdInput>,
    /// What sets the stars to a value, whatever the total.
    #[serde(default)]
    vetoes: Vec<VetoJson>,
    #[serde(default)]
    rules: RulesJson,
}

/// The most digits that are worth reading: no limit or weight has more.
const LONGEST_NUMBER: usize = 20;

/// Wrong fields, collected while a scheme is read.
#[derive(Default)]
struct Faults(Vec<FieldError>);

impl Faults {
    fn code<T>(&mut self, field: &str, given: &str, parsed: Result<T, VocabularyError>) -> Option<T> {
        parsed.map_err(|error| self.0.push(FieldError::new(field, error, Some(&excerpt(given))))).ok()
    }

    fn number(&mut self, field: String, number: &serde_json::Number) -> BigDecimal {
        let text = number.to_string();
        let parsed = text.parse().ok().filter(|_| text.len() <= LONGEST_NUMBER);
        parsed.unwrap_or_else(|| {
            let shown = excerpt(&text);
            let message = format!("“{shown}”不是可用的数字，请填写普通的小数。");
            self.0.push(FieldError::new(&field, message, Some(&shown)));
            BigDecimal::default()
        })
    }
}

impl SchemeInput {
    pub(super) fn parse(self) -> Result<SetScheme, Error> {
        let mut faults = Faults::default();
        let subject = faults.code("subject_kind", &self.subject_kind, SubjectKind::parse(&self.subject_kind));
        let period = faults.code("period_kind", &self.period_kind, PeriodKind::parse(&self.period_kind));
        let aggregation =
            faults.code("aggregation", &self.aggregation, Aggregation::parse(&self.aggregation));
        let missing_part =
            faults.code("missing_part", &self.missing_part, MissingPart::parse(&self.missing_part));
        let from_day = parse_date(&self.from)
            .map_err(|error| faults.0.push(FieldError::new("from", error, Some(&excerpt(&self.from)))))
            .ok();
        let dimensions = (0_usize..)
            .zip(self.dimensions)
            .map(|(at, given)| SetDimension {
                maximum: faults.number(format!("dimensions[{at}].maximum"), &given.maximum),
                weight: faults.number(format!("dimensions[{at}].weight"), &given.weight),
                cap: given.cap.map(|cap| faults.number(format!("dimensions[{at}].cap"), &cap)),
                code: given.code,
                name: given.name,
            })
            .collect();
        let thresholds = (0_usize..)
            .zip(self.thresholds)
            .map(|(at, given)| SetThreshold {
                stars: given.stars,
                minimum: faults.number(format!("thresholds[{at}].minimum"), &given.minimum),
            })
            .collect();
        let result = faults.code("rules.result", &self.rules.result, ResultKind::parse(&self.rules.result));
        let raters = faults.code("rules.raters", &self.rules.raters, RaterRule::parse(&self.rules.raters));
        let rules = result.zip(raters).map(|(result, raters)| rules(&self.rules, result, raters));
        match (subject, period, aggregation, missing_part, from_day.zip(rules)) {
            (Some(subject), Some(period), Some(aggregation), Some(missing_part), Some((from_day, rules)))
                if faults.0.is_empty() =>
            {
                Ok(SetScheme {
                    code: self.code,
                    name: self.name,
                    subject,
                    period,
                    stars: self.stars,
                    decimals: self.decimals,
                    aggregation,
                    missing_part,
                    procedure: self.procedure,
                    is_primary: self.is_primary,
                    from_day,
                    dimensions,
                    thresholds,
                    vetoes: self
                        .vetoes
                        .into_iter()
                        .map(|veto| SetVeto { code: veto.code, name: veto.name, stars: veto.stars })
                        .collect(),
                    rules,
                })
            }
            _ => Err(Error::Invalid(faults.0)),
        }
    }
}

fn rules(given: &RulesJson, result: ResultKind, raters: RaterRule) -> SchemeRules {
    SchemeRules {
        result,
        raters,
        least_raters: given.least_raters,
        top_share: given
            .top_share
            .as_ref()
            .map(|share| TopShare { numerator: share.numerator, denominator: share.denominator }),
        objection_days: given.objection_days,
        leaves_out_probationary: given.leaves_out_probationary,
        needs_evidence: given.needs_evidence,
    }
}

/// Set a scheme of the county, or a new version of one; only a supervisor of the county.
#[utoipa::path(context_path = "/api/v1", tag = "ratings", request_body = SchemeInput,
    responses((status = 201, body = SchemeJson), (status = 403, description = "not a supervisor of the county"),
        (status = 409, description = "would change rounds that were opened"), (status = 422, description = "unsound")))]
#[post("/ratings/schemes", data = "<body>")]
pub async fn set_scheme(
    caller: Caller,
    mut db: Db,
    once: Idempotency,
    body: Body<SchemeInput>,
) -> Answer<Kept> {
    let actor = &caller.actor;
    policy::require(actor, Action::SetSchemes, &actor.scope.whole_county().path)?;
    let Body(input, hash) = body;
    let command = input.parse()?;
    once.once(&mut db.0, actor, &hash, async |conn| {
        let ids = ratings::set_scheme(conn, actor, &[command]).await?;
        let scope = &actor.scope;
        let found = db::read(conn, scope, async |conn| queries::schemes(conn, scope, None).await).await?;
        let set = found.into_iter().find(|scheme| ids.contains(&scheme.id)).or_missing("评定方案")?;
        Ok((201, serde_json::to_string(&SchemeJson::from(set)).map_err(Error::broken)?))
    })
    .await
}
