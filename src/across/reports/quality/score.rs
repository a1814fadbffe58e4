//! The score of data quality: for each rule the share of what it looked over in which it found nothing, weighed by the
//! rule. Made of the same counts as the figures, so that the score of a closed quarter is that of its revision.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel::sql_types::{Integer, Nullable, Text};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use super::{RULES, Rule};
use crate::across::reports::basis::Basis;
use crate::across::reports::figures::{self, Part, Table};
use crate::across::reports::measure::{Counts, measure};
use crate::across::reports::quarterly::{children, reported};
use crate::across::reports::report::OrganisationName;
use crate::base::actor::Actor;
use crate::base::db;
use crate::base::error::Result;
use crate::base::values::{Fraction, Hundredths, Quarter};
use crate::records::quarters::{self, Severity};

/// At most so many quarters stand in a trend.
const TREND: usize = 8;

/// What one rule adds to a score.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct ScorePart {
    /// Code of the rule.
    pub rule: &'static str,
    /// Its name.
    pub title: &'static str,
    /// How grave a finding is.
    pub severity: Severity,
    /// The weight of the rule.
    pub weight: i32,
    /// The number that it compares with.
    pub threshold: Option<i32>,
    /// What that counts.
    pub unit: String,
    /// What it rests on.
    pub source: String,
    /// What is wrong, a Chinese sentence.
    pub message: String,
    /// The way out.
    pub hint: String,
    /// How many findings.
    pub found: i64,
    /// How many it looked over.
    pub population: i64,
    /// The share without a finding, of a hundred; none where it looked over nothing.
    #[schema(value_type = Option<f64>)]
    pub score: Option<Hundredths>,
}

/// The score of an organisation directly below.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct OrganisationScore {
    /// Which.
    pub organisation: OrganisationName,
    /// Its score, of a hundred; none where nothing was looked over.
    #[schema(value_type = Option<f64>)]
    pub score: Option<Hundredths>,
    /// How many findings.
    pub found: i64,
}

/// The score of one quarter.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct ScorePoint {
    /// The quarter.
    #[schema(value_type = String)]
    pub quarter: Quarter,
    /// The revision; none: as the records are now.
    pub revision: Option<i32>,
    /// The score, of a hundred.
    #[schema(value_type = Option<f64>)]
    pub score: Option<Hundredths>,
    /// How many findings.
    pub found: i64,
}

/// The score of an organisation in a quarter, with its parts.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct QualityScore {
    /// Whose score it is.
    pub organisation: OrganisationName,
    /// The quarter.
    #[schema(value_type = String)]
    pub quarter: Quarter,
    /// The revision; none: as the records are now.
    pub revision: Option<i32>,
    /// The score, of a hundred: the mean of the parts by their weights. None where nothing was looked over, or where the
    /// quarter was closed before findings were kept.
    #[schema(value_type = Option<f64>)]
    pub score: Option<Hundredths>,
    /// How many findings.
    pub found: i64,
    /// The parts, one for each rule.
    pub parts: Vec<ScorePart>,
    /// The organisations directly below.
    pub by_organisation: Vec<OrganisationScore>,
    /// The closed quarters up to this one whose findings were kept, and this one, by date.
    pub trend: Vec<ScorePoint>,
}

/// How a rule was weighed.
#[derive(Debug, Clone, Copy)]
struct Weighed {
    severity: Severity,
    weight: i32,
    threshold: Option<i32>,
}

#[derive(QueryableByName)]
struct Frozen {
    #[diesel(sql_type = Text)]
    rule: String,
    #[diesel(sql_type = Text)]
    severity: String,
    #[diesel(sql_type = Integer)]
    weight: i32,
    #[diesel(sql_type = Nullable<Integer>)]
    threshold: Option<i32>,
}

/// How the rules are weighed on a basis: as frozen with it, else as in force. Nothing where findings were not kept.
async fn weighed(conn: &mut AsyncPgConnection, basis: &Basis) -> Result<Vec<(&'static Rule, Weighed)>> {
    if basis.revision.is_none() {
        let in_force = |rule: &'static Rule| {
            let version = basis.rules.on(rule.code, basis.day())?;
            let (severity, weight, threshold) = (version.severity, version.weight, version.threshold);
            Some((rule, Weighed { severity, weight, threshold }))
        };
        return Ok(RULES.iter().filter_map(in_force).collect());
    }
    let statement = "SELECT rule, severity, weight, threshold FROM rule_facts \
        WHERE county_id = $1 AND quarter = $5 AND revision = $6";
    let frozen: Vec<Frozen> = basis.ask(Vec::new()).about(statement.to_owned()).load(conn).await?;
    let frozen: HashMap<String, Frozen> = frozen.into_iter().map(|one| (one.rule.clone(), one)).collect();
    let of = |rule: &'static Rule| {
        let one = frozen.get(rule.code)?;
        let severity = Severity::from_code(&one.severity)?;
        Some((rule, Weighed { severity, weight: one.weight, threshold: one.threshold }))
    };
    Ok(RULES.iter().filter_map(of).collect())
}

fn found(rule: &Rule) -> Part {
    figures::findings_of(rule)
}

/// The share of a population without a finding.
fn share(found: i64, population: i64) -> Option<Hundredths> {
    Fraction::new(population.saturating_sub(found).max(0), population).and_then(Fraction::percent)
}

/// The mean of shares by their weights; none where nothing has a weight.
fn mean(shares: impl Iterator<Item = (i32, Option<Hundredths>)>) -> Option<Hundredths> {
    let (mut sum, mut weights) = (0_i64, 0_i64);
    for (weight, share) in shares {
        let Some(share) = share else { continue };
        sum = sum.saturating_add(i64::from(weight).saturating_mul(share.hundredths()));
        weights = weights.saturating_add(i64::from(weight));
    }
    Fraction::new(sum, weights.saturating_mul(100)).and_then(Fraction::rounded)
}

/// The score of an organisation from its counts, and how many findings it has.
fn total(rules: &[(&'static Rule, Weighed)], counts: &Counts, code: &str) -> (Option<Hundredths>, i64) {
    let part = |(rule, weighed): &(&'static Rule, Weighed)| {
        let population = counts.of(code, &figures::population(rule.population));
        (weighed.weight, share(counts.of(code, &found(rule)), population))
    };
    let findings = rules.iter().map(|(rule, _)| counts.of(code, &found(rule))).sum();
    (mean(rules.iter().map(part)), findings)
}

/// What a score counts.
fn parts(rules: &[(&'static Rule, Weighed)]) -> Vec<Part> {
    let parts = rules.iter().flat_map(|(rule, _)| [found(rule), figures::population(rule.population)]);
    // Branches are counted with their members.
    parts.chain([Part::all(Table::Members)]).collect()
}

/// The score of an organisation in a quarter, on a connection that may read the whole county.
///
/// # Errors
/// `Missing` for an organisation outside the actor's subtree, `Forbidden` for whom sees no records, `Refused` for a
/// quarter that has not begun.
pub async fn score(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    organisation: &str,
    quarter: Quarter,
) -> Result<QualityScore> {
    let county = actor.scope.whole_county();
    db::read_snapshot(conn, &county, async |conn| {
        let organisation = reported(conn, actor, organisation).await?;
        let basis = Basis::of(conn, &county, quarter, None).await?;
        let rules = weighed(conn, &basis).await?;
        let below = children(conn, &basis, &organisation).await?;
        let codes: Vec<String> = std::iter::once(organisation.code.clone())
            .chain(below.iter().map(|child| child.code.clone()))
            .collect();
        let counts = measure(conn, &basis, &codes, parts(&rules)).await?;
        let (score, found) = total(&rules, &counts, &organisation.code);
        let mut trend = earlier(conn, &basis, &organisation.code).await?;
        let revision = basis.revision.as_ref().map(|revision| revision.number);
        if score.is_some() {
            trend.push(ScorePoint { quarter, revision, score, found });
        }
        let of_child = |child: OrganisationName| {
            let (score, found) = total(&rules, &counts, &child.code);
            OrganisationScore { organisation: child, score, found }
        };
        Ok(QualityScore {
            quarter,
            revision,
            score,
            found,
            parts: rules.iter().map(|one| part(&basis, one, &counts, &organisation.code)).collect(),
            by_organisation: below.into_iter().map(of_child).collect(),
            trend,
            organisation: OrganisationName {
                code: organisation.code,
                name: organisation.name,
                kind: organisation.kind,
            },
        })
    })
    .await
}

fn part(basis: &Basis, (rule, weighed): &(&'static Rule, Weighed), counts: &Counts, code: &str) -> ScorePart {
    let (found, population) =
        (counts.of(code, &found(rule)), counts.of(code, &figures::population(rule.population)));
    let mut words = basis.rules.on(rule.code, basis.day()).cloned();
    if let Some(words) = &mut words {
        words.threshold = weighed.threshold;
    }
    let word = |of: fn(&quarters::RuleVersion) -> String| words.as_ref().map(of).unwrap_or_default();
    ScorePart {
        rule: rule.code,
        title: rule.title,
        severity: weighed.severity,
        weight: weighed.weight,
        threshold: weighed.threshold,
        unit: word(|version| version.unit.clone()),
        source: word(|version| version.source.clone()),
        message: word(quarters::RuleVersion::sentence),
        hint: word(|version| version.hint.clone()),
        found,
        population,
        score: share(found, population),
    }
}

/// The closed quarters before a basis whose findings were kept.
async fn earlier(conn: &mut AsyncPgConnection, basis: &Basis, code: &str) -> Result<Vec<ScorePoint>> {
    let before: Vec<Quarter> =
        std::iter::successors(Some(basis.quarter.previous()), |quarter| Some(quarter.previous()))
            .take(TREND.saturating_sub(1))
            .collect();
    let names: Vec<String> = before.iter().map(ToString::to_string).collect();
    let revisions = quarters::queries::latest_of(conn, &basis.county, &names).await?;
    let mut points = Vec::new();
    for quarter in before.into_iter().rev() {
        let name = quarter.to_string();
        let Some(revision) = revisions.iter().find(|revision| revision.quarter == name) else { continue };
        let then = Basis::of(conn, &basis.county, quarter, Some(revision.number)).await?;
        let rules = weighed(conn, &then).await?;
        if rules.is_empty() {
            continue;
        }
        let counts = measure(conn, &then, &[code.to_owned()], parts(&rules)).await?;
        let (score, found) = total(&rules, &counts, code);
        points.push(ScorePoint { quarter, revision: Some(revision.number), score, found });
    }
    Ok(points)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_score_is_the_mean_of_its_parts_by_weight() {
        let printed = |score: Option<Hundredths>| score.map(|score| score.to_string());
        assert_eq!(printed(share(1, 8)), Some("87.50".to_owned()));
        assert_eq!(printed(share(0, 0)), None);
        assert_eq!(printed(share(9, 8)), Some("0.00".to_owned()));
        // (10 × 87.50 + 1 × 50.00) ÷ 11 = 84.0909…
        let parts = [(10, share(1, 8)), (1, share(1, 2)), (5, share(0, 0)), (0, share(1, 1))];
        assert_eq!(printed(mean(parts.into_iter())), Some("84.09".to_owned()));
        assert_eq!(mean([(0, share(0, 1))].into_iter()), None);
    }
}
