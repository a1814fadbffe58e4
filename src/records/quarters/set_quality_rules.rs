//! Sets how a county weighs and measures rules of data quality. A version is never edited: a change is a new one from a
//! day on.

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::actor::Actor;
use crate::base::db;
use crate::base::error::{DatabaseResult, Error, FieldError, Result};
use crate::base::ids::QualityRuleId;
use crate::base::policy::{self, Action};
use crate::base::versions::{check_source, end_present, too_early};
use crate::records::audit;
use crate::records::quarters::quality_rules::{self, Severity};
use crate::schema::quality_rules as table;

/// A rule, as it is to be from a day on.
#[derive(Debug, Clone)]
pub struct SetQualityRule {
    /// Code of the rule.
    pub rule: String,
    /// First day in force.
    pub from_day: NaiveDate,
    /// How grave a finding is.
    pub severity: Severity,
    /// Its weight in the score, 0 to 100.
    pub weight: i32,
    /// The number that the rule compares with, 1 to 1000; none for a rule that compares with none.
    pub threshold: Option<i32>,
    /// The decision that it rests on.
    pub source: String,
}

impl SetQualityRule {
    /// Everything that is wrong with the command by itself.
    #[must_use]
    pub fn check(&self) -> Vec<FieldError> {
        let Some(known) = quality_rules::common().iter().rfind(|version| version.rule == self.rule) else {
            let message = format!("没有代码为“{}”的规则；规则及其代码见规则清单。", self.rule);
            return vec![FieldError::new("rule", message, Some(&self.rule))];
        };
        let mut errors = Vec::new();
        if !(0..=100).contains(&self.weight) {
            let message = format!("权重“{}”应在0至100之间；0表示不计入得分。", self.weight);
            errors.push(FieldError::new("weight", message, Some(&self.weight.to_string())));
        }
        match (known.threshold, self.threshold) {
            (None, Some(given)) => {
                let message = format!("这条规则没有标准数，请不要填“{given}”。");
                errors.push(FieldError::new("threshold", message, Some(&given.to_string())));
            }
            (Some(_), None) => {
                let message = format!("请填写这条规则的标准数（{}）。", known.unit);
                errors.push(FieldError::new("threshold", message, None));
            }
            (Some(_), Some(given)) if !(1..=1000).contains(&given) => {
                let message = format!("标准数“{given}”应在1至1000之间，请改正。");
                errors.push(FieldError::new("threshold", message, Some(&given.to_string())));
            }
            _ => {}
        }
        errors.extend(check_source(&self.source));
        errors
    }
}

/// Sets versions of rules: each ends the one before it, the day before it begins. Answers their ids in the order given.
///
/// # Errors
/// `Forbidden` unless the actor is a supervisor of the whole county; `Invalid` with the wrong fields; `Refused` where a
/// version does not follow the county's present one.
pub async fn set_quality_rules(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    commands: &[SetQualityRule],
) -> Result<Vec<QualityRuleId>> {
    db::write(conn, actor, async |conn| {
        let county = actor.scope.whole_county();
        policy::require(actor, Action::SetSchemes, &county.path)?;
        let errors: Vec<FieldError> = commands.iter().flat_map(SetQualityRule::check).collect();
        if !errors.is_empty() {
            return Err(Error::Invalid(errors));
        }
        let mut ids = Vec::with_capacity(commands.len());
        for command in commands {
            ids.push(set(conn, actor, command).await?);
        }
        let versions = commands.iter().map(|command| {
            serde_json::json!({
                "rule": command.rule, "from_day": command.from_day, "severity": command.severity,
                "weight": command.weight, "threshold": command.threshold, "source": command.source.trim(),
            })
        });
        let entry = audit::Entry {
            action: "quarters.set_quality_rules",
            subject_kind: "quality_rule",
            subject: if let [one] = ids.as_slice() { Some(one.0) } else { None },
            count: ids.len(),
            path: &county.path,
            details: serde_json::json!({ "versions": versions.collect::<Vec<_>>() }),
        };
        audit::append(conn, actor, &entry).await?;
        Ok(ids)
    })
    .await
}

/// Versions of one rule follow one another, so each is set by itself.
async fn set(conn: &mut AsyncPgConnection, actor: &Actor, command: &SetQualityRule) -> Result<QualityRuleId> {
    let county = actor.scope.county;
    let same = || table::county_id.eq(county).and(table::rule.eq(&command.rule));
    end_present!(conn, table, same(), "规定", command.from_day)?;
    let id = QualityRuleId::new();
    diesel::insert_into(table::table)
        .values((
            table::county_id.eq(county),
            table::id.eq(id),
            table::rule.eq(&command.rule),
            table::from_day.eq(command.from_day),
            table::severity.eq(command.severity.code()),
            table::weight.eq(command.weight),
            table::threshold.eq(command.threshold),
            table::source.eq(command.source.trim()),
            table::created_by.eq(&actor.name),
        ))
        .execute(conn)
        .await
        .constraint("quality_rules_no_overlap", || too_early("规定", None, command.from_day))?;
    Ok(id)
}
