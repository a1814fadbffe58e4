//! `/quality` and `/quality-rules`: the score of data quality, and the rules by which a county checks.

use rocket::serde::json::Json;
use rocket::{Route, State, get, post, routes};
use utoipa::ToSchema;

use crate::across::reports::quality::{self, QualityScore};
use crate::base::clock;
use crate::base::db;
use crate::base::error::{Error, FieldError};
use crate::base::policy::{self, Action};
use crate::base::values::Quarter;
use crate::records::quarters::{self, RuleVersion, SetQualityRule, Severity};
use crate::web;
use crate::web::api::reports::ReportQuery;
use crate::web::forms::programme::parse_day;
use crate::web::guards::{Body, Caller, Db};
use crate::web::respond::Answer;

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![show_quality, list_quality_rules, set_quality_rule]
}

/// Show the score of data quality of an organisation, with its parts and its trend.
#[utoipa::path(context_path = "/api/v1", tag = "quality", params(
    ("organisation" = Option<String>, Query, description = "code; your own when not given"),
    ("quarter" = Option<String>, Query, description = "2026Q1; the running one when not given")),
    responses((status = 200, body = QualityScore)))]
#[get("/quality?<query..>")]
pub async fn show_quality(
    caller: Caller,
    state: &State<web::State>,
    query: ReportQuery<'_>,
) -> Answer<Json<QualityScore>> {
    let wanted = query.read_from(&caller.actor, Quarter::containing(clock::today()))?;
    let mut conn = state.database.report().await?;
    Ok(Json(quality::score(&mut conn, &caller.actor, &wanted.organisation, wanted.quarter).await?))
}

/// All versions of all rules that concern a county; of those of one rule in force on a day the first one holds.
#[derive(serde::Serialize, ToSchema)]
pub struct QualityRulesJson {
    items: Vec<RuleVersion>,
}

/// List the rules of data quality with their versions.
#[utoipa::path(context_path = "/api/v1", tag = "quality", responses((status = 200, body = QualityRulesJson)))]
#[get("/quality-rules")]
pub async fn list_quality_rules(caller: Caller, mut db: Db) -> Answer<Json<QualityRulesJson>> {
    policy::require(&caller.actor, Action::SeeRecords, &caller.scope().path)?;
    let scope = caller.scope();
    let book =
        db::read(&mut db.0, scope, async |conn| Ok(quarters::quality_rules::book(conn, scope.county).await?))
            .await?;
    Ok(Json(QualityRulesJson { items: book.versions().cloned().collect() }))
}

/// A rule as it is to be from a day on.
#[derive(serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct QualityRuleInput {
    /// Code of the rule.
    rule: String,
    /// First day in force.
    from_day: String,
    /// `error`, `warning` or `notice`.
    severity: String,
    /// Its weight in the score, 0 to 100.
    weight: i32,
    /// The number that the rule compares with, where it compares with one.
    threshold: Option<i32>,
    /// The decision that it rests on.
    source: String,
}

impl QualityRuleInput {
    /// What was typed, without its numbers.
    #[must_use]
    pub fn typed(rule: &str, from_day: String, severity: String, source: String) -> Self {
        Self { rule: rule.to_owned(), from_day, severity, weight: 0, threshold: None, source }
    }

    /// The command with numbers as typed.
    ///
    /// # Errors
    /// Every field that cannot be read.
    pub fn numbers(self, weight: &str, threshold: Option<&str>) -> Result<SetQualityRule, Vec<FieldError>> {
        let number = |field: &str, name: &str, given: &str| {
            given.trim().parse::<i32>().map_err(|_| {
                let message = format!("{name}“{given}”应为整数，请改正。");
                vec![FieldError::new(field, message, Some(given))]
            })
        };
        let weight = number("weight", "权重", weight)?;
        let threshold = threshold.map(|given| number("threshold", "标准数", given)).transpose()?;
        Self { weight, threshold, ..self }.parse()
    }

    /// The command.
    ///
    /// # Errors
    /// Every field that cannot be read.
    pub fn parse(self) -> Result<SetQualityRule, Vec<FieldError>> {
        let from_day = parse_day("from_day", &self.from_day)?;
        let severity = Severity::from_code(self.severity.trim()).ok_or_else(|| {
            let given = &self.severity;
            let message = format!(
                "程度“{given}”不在规定的取值中；请填error（错误）、warning（警告）或notice（提示）。"
            );
            vec![FieldError::new("severity", message, Some(given))]
        })?;
        Ok(SetQualityRule {
            rule: self.rule.trim().to_owned(),
            from_day,
            severity,
            weight: self.weight,
            threshold: self.threshold,
            source: self.source,
        })
    }
}

/// Weigh or measure a rule of data quality otherwise from a day on; only for the whole county.
#[utoipa::path(context_path = "/api/v1", tag = "quality", request_body = QualityRuleInput,
    responses((status = 200, body = QualityRulesJson), (status = 409, description = "does not follow the present version")))]
#[post("/quality-rules", data = "<body>")]
pub async fn set_quality_rule(
    caller: Caller,
    mut db: Db,
    body: Body<QualityRuleInput>,
) -> Answer<Json<QualityRulesJson>> {
    policy::require(&caller.actor, Action::SetSchemes, &caller.scope().whole_county().path)?;
    let command = body.0.parse().map_err(Error::Invalid)?;
    quarters::set_quality_rules(&mut db.0, &caller.actor, &[command]).await?;
    list_quality_rules(caller, db).await
}
