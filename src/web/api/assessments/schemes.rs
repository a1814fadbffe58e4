//! `/assessments/schemes`: what is looked at, how ties are parted, who gets the flag.

use chrono::NaiveDate;
use rocket::serde::json::Json;
use rocket::{Route, get, post, routes};
use utoipa::ToSchema;

use super::{Decimal, decimal};
use crate::base::db;
use crate::base::error::{Error, FieldError, OrMissing, Result};
use crate::base::policy::{self, Action};
use crate::base::values::{excerpt, parse_date};
use crate::records::assessments::{
    self, Entry, FlagRule, Indicator, Scheme, SetIndicator, SetScheme, queries,
};
use crate::web::guards::{Body, Caller, Db, Idempotency, Kept, Listing, Page};
use crate::web::respond::Answer;

/// The routes.
#[must_use]
pub(super) fn routes() -> Vec<Route> {
    routes![list_assessment_schemes, set_assessment_scheme]
}

/// What a scheme looks at.
#[derive(serde::Serialize, ToSchema)]
pub struct IndicatorJson {
    code: String,
    /// The heading of its column.
    name: String,
    #[schema(value_type = f64)]
    full_marks: Decimal,
    #[schema(value_type = f64)]
    weight: Decimal,
    /// What evidence is demanded.
    evidence: Option<String>,
}

impl From<Indicator> for IndicatorJson {
    fn from(indicator: Indicator) -> Self {
        Self {
            code: indicator.code,
            name: indicator.name,
            full_marks: Decimal(indicator.full_marks),
            weight: Decimal(indicator.weight),
            evidence: indicator.evidence,
        }
    }
}

/// One version of an assessment scheme.
#[derive(serde::Serialize, ToSchema)]
pub struct AssessmentSchemeJson {
    id: String,
    /// Code of the county, for all its towns, or of a town for itself.
    organisation: String,
    name: String,
    /// `score` or `deduction`.
    entry: &'static str,
    decimals: i32,
    /// `shared` or `withheld`: who holds the flag where several are first.
    flag_rule: &'static str,
    /// Days of public notice.
    notice_days: i32,
    method: String,
    /// First day of the first quarter in force.
    from: NaiveDate,
    /// First day of the first quarter no longer in force.
    to: Option<NaiveDate>,
    /// Full marks times weight add up to 100.
    indicators: Vec<IndicatorJson>,
    /// Codes of the indicators that part equal totals, the first one first; what they do not part shares a rank.
    tie_breakers: Vec<String>,
    /// The same in words.
    tie_rule: String,
}

impl From<Scheme> for AssessmentSchemeJson {
    fn from(scheme: Scheme) -> Self {
        let mut breakers: Vec<&Indicator> =
            scheme.indicators.iter().filter(|one| one.tie_order.is_some()).collect();
        breakers.sort_by_key(|one| one.tie_order);
        Self {
            id: scheme.id.to_string(),
            organisation: scheme.path.code().to_owned(),
            entry: scheme.entry.code(),
            decimals: scheme.decimals,
            flag_rule: scheme.flag_rule.code(),
            notice_days: scheme.notice_days,
            from: scheme.from_day,
            to: scheme.to_day,
            tie_breakers: breakers.into_iter().map(|one| one.code.clone()).collect(),
            tie_rule: scheme.tie_rule(),
            name: scheme.name,
            method: scheme.method,
            indicators: scheme.indicators.into_iter().map(IndicatorJson::from).collect(),
        }
    }
}

/// List the schemes of the county and its towns with all their versions; with `on`, those in force on that day.
#[utoipa::path(context_path = "/api/v1", tag = "assessments",
    params(("on" = Option<String>, Query, description = "a day"), ("count" = Option<bool>, Query)),
    responses((status = 200, body = Page<AssessmentSchemeJson>)))]
#[get("/assessments/schemes?<on>")]
pub async fn list_assessment_schemes(
    caller: Caller,
    mut db: Db,
    on: Option<&str>,
    listing: Listing,
) -> Answer<Json<Page<AssessmentSchemeJson>>> {
    policy::require(&caller.actor, Action::SeeRecords, &caller.scope().path)?;
    let day = on
        .filter(|text| !text.trim().is_empty())
        .map(|text| {
            parse_date(text).map_err(|error| Error::Invalid(vec![FieldError::new("on", error, Some(text))]))
        })
        .transpose()?;
    let scope = caller.scope();
    let found = db::read(&mut db.0, scope, async |conn| queries::schemes(conn, scope, day).await).await?;
    let items = found.into_iter().map(AssessmentSchemeJson::from).collect();
    Ok(Json(Page::whole(items, &listing)))
}

/// What a scheme is to look at.
#[derive(serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct IndicatorInput {
    code: String,
    name: String,
    #[schema(value_type = f64)]
    full_marks: serde_json::Number,
    /// 1 where it is not given.
    #[schema(value_type = Option<f64>)]
    weight: Option<serde_json::Number>,
    #[serde(default)]
    evidence: Option<String>,
}

/// A version of a scheme, as it is to be from a quarter on.
#[derive(serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AssessmentSchemeInput {
    /// Code of the county or of a town; the caller's own organisation where it is not given.
    organisation: Option<String>,
    name: String,
    /// `score` or `deduction`.
    entry: String,
    decimals: i32,
    /// `shared` or `withheld`.
    flag_rule: String,
    notice_days: i32,
    method: String,
    /// First day of a quarter.
    from: String,
    indicators: Vec<IndicatorInput>,
    #[serde(default)]
    tie_breakers: Vec<String>,
}

impl AssessmentSchemeInput {
    fn parse(self, own: &str) -> Result<SetScheme> {
        let mut wrong: Vec<FieldError> = Vec::new();
        let entry = Entry::parse(&self.entry)
            .map_err(|error| wrong.push(FieldError::new("entry", error, Some(&excerpt(&self.entry)))));
        let flag_rule = FlagRule::parse(&self.flag_rule).map_err(|error| {
            wrong.push(FieldError::new("flag_rule", error, Some(&excerpt(&self.flag_rule))))
        });
        let from = parse_date(&self.from)
            .map_err(|error| wrong.push(FieldError::new("from", error, Some(&excerpt(&self.from)))));
        let one = serde_json::Number::from(1);
        let mut indicators = Vec::with_capacity(self.indicators.len());
        for (at, given) in self.indicators.into_iter().enumerate() {
            let weight = given.weight.unwrap_or_else(|| one.clone());
            let read = decimal(&format!("indicators[{at}].full_marks"), &given.full_marks)
                .and_then(|full| Ok((full, decimal(&format!("indicators[{at}].weight"), &weight)?)));
            match read {
                Ok((full_marks, weight)) => indicators.push(SetIndicator {
                    code: given.code,
                    name: given.name,
                    full_marks,
                    weight,
                    evidence: given.evidence,
                }),
                Err(Error::Invalid(errors)) => wrong.extend(errors),
                Err(other) => return Err(other),
            }
        }
        let (Ok(entry), Ok(flag_rule), Ok(from_day), true) = (entry, flag_rule, from, wrong.is_empty())
        else {
            return Err(Error::Invalid(wrong));
        };
        Ok(SetScheme {
            organisation: self.organisation.map_or_else(|| own.to_owned(), |code| code.trim().to_owned()),
            name: self.name,
            entry,
            decimals: self.decimals,
            flag_rule,
            notice_days: self.notice_days,
            method: self.method,
            from_day,
            indicators,
            tie_breakers: self.tie_breakers,
        })
    }
}

/// Set how a county or town assesses, or a new version of it; only a supervisor there.
#[utoipa::path(context_path = "/api/v1", tag = "assessments", request_body = AssessmentSchemeInput,
    responses((status = 201, body = AssessmentSchemeJson), (status = 403, description = "not a supervisor there"),
        (status = 409, description = "would change rounds that were opened"), (status = 422, description = "unsound")))]
#[post("/assessments/schemes", data = "<body>")]
pub async fn set_assessment_scheme(
    caller: Caller,
    mut db: Db,
    once: Idempotency,
    body: Body<AssessmentSchemeInput>,
) -> Answer<Kept> {
    let actor = &caller.actor;
    policy::require(actor, Action::SetSchemes, &actor.scope.path)?;
    let Body(input, hash) = body;
    let command = input.parse(actor.scope.path.code())?;
    once.once(&mut db.0, actor, &hash, async |conn| {
        let ids = assessments::set_scheme(conn, actor, &[command]).await?;
        let scope = &actor.scope;
        let found = db::read(conn, scope, async |conn| queries::schemes(conn, scope, None).await).await?;
        let set = found.into_iter().find(|scheme| ids.contains(&scheme.id)).or_missing("考核方案")?;
        Ok((201, serde_json::to_string(&AssessmentSchemeJson::from(set)).map_err(Error::broken)?))
    })
    .await
}
