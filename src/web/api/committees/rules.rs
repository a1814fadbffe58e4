//! `/committee-rules`: what the country demands of committees and votes, and what the county demands otherwise.

use chrono::NaiveDate;
use rocket::serde::json::Json;
use rocket::{Route, get, post, routes};
use utoipa::ToSchema;

use crate::base::db;
use crate::base::policy::{self, Action};
use crate::records::committees::queries::own_bars;
use crate::records::committees::{self, Bar, Division, PartyBody, RuleBook};
use crate::web::forms::rule::RuleText;
use crate::web::guards::{Body, Caller, Db};
use crate::web::respond::Answer;

/// The routes.
#[must_use]
pub(super) fn routes() -> Vec<Route> {
    routes![list_committee_rules, set_committee_rule]
}

/// One version of a bar.
#[derive(serde::Serialize, ToSchema)]
#[schema(as = CommitteeRule)]
pub struct RuleJson {
    /// `attendance`, `winning`, `surplus`, `size_maximum` and so on.
    rule: &'static str,
    /// `village_party`, `village_committee` or `supervision_committee`.
    committee: &'static str,
    /// `village` or `community`; null: in both.
    division: Option<&'static str>,
    /// `small_branch` (without a committee), `branch`, `general_branch` or `party_committee`; null: each with a committee.
    party_organisation: Option<&'static str>,
    /// `at_least`, `more_than` or `at_most`.
    comparison: &'static str,
    numerator: i32,
    /// 1 where the bar is a number.
    denominator: i32,
    /// First day in force.
    from_day: NaiveDate,
    /// First day no longer in force.
    to_day: Option<NaiveDate>,
    /// What it rests on.
    source: String,
    /// Whether the county set it; such bars go before those of the country.
    is_own: bool,
}

fn json(bar: &Bar, is_own: bool) -> RuleJson {
    RuleJson {
        rule: bar.rule.code(),
        committee: bar.kind.code(),
        division: bar.division.map(Division::code),
        party_organisation: bar.body.map(PartyBody::code),
        comparison: bar.comparison.code(),
        numerator: bar.numerator,
        denominator: bar.denominator,
        from_day: bar.from_day,
        to_day: bar.to_day,
        source: bar.source.clone(),
        is_own,
    }
}

/// All versions of all bars.
#[derive(serde::Serialize, ToSchema)]
#[schema(as = CommitteeRules)]
pub struct RulesJson {
    items: Vec<RuleJson>,
}

/// List every version of every bar, those that the county set first.
#[utoipa::path(context_path = "/api/v1", tag = "committees", responses((status = 200, body = RulesJson)))]
#[get("/committee-rules")]
pub async fn list_committee_rules(caller: Caller, mut db: Db) -> Answer<Json<RulesJson>> {
    policy::require(&caller.actor, Action::SeeRecords, &caller.scope().path)?;
    let scope = caller.scope();
    let own = db::read(&mut db.0, scope, async |conn| Ok(own_bars(conn, scope.county).await?)).await?;
    let count = own.len();
    let book = RuleBook::of_county(own);
    let items = book.bars().iter().enumerate().map(|(at, bar)| json(bar, at < count)).collect();
    Ok(Json(RulesJson { items }))
}

/// A bar as it is to be in the county from a day on.
#[derive(serde::Deserialize, ToSchema)]
#[schema(as = CommitteeRuleInput)]
#[serde(deny_unknown_fields)]
pub struct RuleInput {
    /// `attendance`, `winning`, `surplus`, `size_maximum` and so on.
    rule: String,
    /// `village_party`, `village_committee` or `supervision_committee`.
    committee: String,
    /// `at_least`, `more_than` or `at_most`.
    comparison: String,
    /// Null: the country's bar holds again.
    numerator: Option<i32>,
    /// 1 where it is not sent.
    #[serde(default)]
    denominator: Option<i32>,
    /// First day in force.
    from_day: String,
    /// The decision that it rests on.
    source: String,
}

/// Set what the county demands otherwise from a day on; only for the whole county.
#[utoipa::path(context_path = "/api/v1", tag = "committees", request_body = RuleInput,
    responses((status = 200, body = RulesJson), (status = 409, description = "does not follow the present version"),
        (status = 422, description = "refused fields")))]
#[post("/committee-rules", data = "<body>")]
pub async fn set_committee_rule(
    caller: Caller,
    mut db: Db,
    body: Body<RuleInput>,
) -> Answer<Json<RulesJson>> {
    policy::require(&caller.actor, Action::SetSchemes, &caller.scope().path)?;
    let input = body.0;
    let below = input.denominator.unwrap_or(1);
    let text = RuleText {
        rule: input.rule,
        committee: input.committee,
        comparison: input.comparison,
        bar: input.numerator.map(|above| format!("{above}/{below}")),
        from_day: Some(input.from_day),
        source: input.source,
    };
    committees::set_rules(&mut db.0, &caller.actor, &[text.command()?]).await?;
    list_committee_rules(caller, db).await
}
