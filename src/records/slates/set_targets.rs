//! Sets the targets of a county. A version is never edited: a change is a new one from a day on.

use std::collections::HashSet;

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::actor::Actor;
use crate::base::db;
use crate::base::error::{DatabaseResult, Error, FieldError, Result};
use crate::base::ids::TargetId;
use crate::base::policy::{self, Action};
use crate::base::values::Hundredths;
use crate::base::versions::{check_source, end_present, too_early};
use crate::records::audit;
use crate::records::slates::model::{Bound, Level};
use crate::schema::committee_targets;

/// The highest value of a target, in hundredths: a million.
const HIGHEST: i64 = 100_000_000;

/// One target as it is to be from a day on.
#[derive(Debug, Clone)]
pub struct SetTarget {
    /// Whose team picture it is held against.
    pub level: Level,
    /// Code of the figure.
    pub figure: String,
    /// At least or at most.
    pub bound: Bound,
    /// The value, in the unit of the figure; none: nothing is wanted any more.
    pub value: Option<Hundredths>,
    /// First day in force.
    pub from_day: NaiveDate,
    /// The decision that it rests on.
    pub source: String,
}

impl SetTarget {
    /// Everything that is wrong with the command by itself; `figures` are the codes that a team has.
    #[must_use]
    pub fn check(&self, figures: &HashSet<String>) -> Vec<FieldError> {
        let mut errors = Vec::new();
        if !figures.contains(&self.figure) {
            let message = format!("“{}”不是班子结构的指标，请从班子结构的指标中选择。", self.figure);
            errors.push(FieldError::new("figure", message, Some(&self.figure)));
        }
        let is_share = self.figure.ends_with(".ratio");
        let (least, most) = if is_share { (0, 10_000) } else { (-HIGHEST, HIGHEST) };
        if let Some(value) = self.value.filter(|value| !(least..=most).contains(&value.hundredths())) {
            let (least, most) = (least / 100, most / 100);
            let message = format!("目标值“{value}”应在{least}至{most}之间，请改正。");
            errors.push(FieldError::new("value", message, Some(&value.to_string())));
        }
        errors.extend(check_source(&self.source));
        errors
    }
}

/// Sets targets: each ends the version before it. Answers the ids of the new versions in the order given; none for a
/// target that only ends. `figures` are the codes of the figures that a team has.
///
/// # Errors
/// `Forbidden` unless the actor is a supervisor of the whole county; `Invalid` with the wrong fields; `Refused` where a
/// version does not follow the present one, or there is none to end.
pub async fn set_targets(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    figures: &HashSet<String>,
    commands: &[SetTarget],
) -> Result<Vec<Option<TargetId>>> {
    db::write(conn, actor, async |conn| {
        let county = actor.scope.whole_county();
        policy::require(actor, Action::SetSchemes, &county.path)?;
        let errors: Vec<FieldError> = commands.iter().flat_map(|command| command.check(figures)).collect();
        if !errors.is_empty() {
            return Err(Error::Invalid(errors));
        }
        let mut ids = Vec::with_capacity(commands.len());
        for command in commands {
            ids.push(set(conn, actor, command).await?);
        }
        audit::append(
            conn,
            actor,
            &audit::Entry {
                action: "slates.set_targets",
                subject_kind: "committee_target",
                subject: if let [Some(one)] = ids.as_slice() { Some(one.0) } else { None },
                count: ids.len(),
                path: &county.path,
                details: serde_json::json!({
                    "targets": commands.iter().take(50).map(|command| serde_json::json!({
                        "level": command.level.code(), "figure": command.figure, "comparison": command.bound.code(),
                        "value": command.value, "from_day": command.from_day, "source": command.source,
                    })).collect::<Vec<_>>(),
                }),
            },
        )
        .await?;
        Ok(ids)
    })
    .await
}

/// Versions of one county are few and follow one another, so each is set by itself.
async fn set(conn: &mut AsyncPgConnection, actor: &Actor, command: &SetTarget) -> Result<Option<TargetId>> {
    let county = actor.scope.county;
    let same = || {
        committee_targets::county_id
            .eq(county)
            .and(committee_targets::level.eq(command.level.code()))
            .and(committee_targets::figure.eq(command.figure.clone()))
            .and(committee_targets::comparison.eq(command.bound.code()))
    };
    let present = end_present!(conn, committee_targets, same(), "目标", command.from_day)?;
    if present.is_none() && command.value.is_none() {
        return Err(Error::Refused("这一指标没有现行目标，不必停止；请核对层级、指标和方向。".to_owned()));
    }
    let Some(value) = command.value else { return Ok(None) };
    let id = TargetId::new();
    diesel::insert_into(committee_targets::table)
        .values((
            committee_targets::county_id.eq(county),
            committee_targets::id.eq(id),
            committee_targets::level.eq(command.level.code()),
            committee_targets::figure.eq(&command.figure),
            committee_targets::comparison.eq(command.bound.code()),
            committee_targets::hundredths.eq(value.hundredths()),
            committee_targets::from_day.eq(command.from_day),
            committee_targets::source.eq(command.source.trim()),
            committee_targets::created_by.eq(&actor.name),
        ))
        .execute(conn)
        .await
        .constraint("committee_targets_no_overlap", || too_early("目标", None, command.from_day))?;
    Ok(Some(id))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(figure: &str, value: i64) -> Vec<String> {
        let command = SetTarget {
            level: Level::County,
            figure: figure.to_owned(),
            bound: Bound::AtLeast,
            value: Some(Hundredths::from_hundredths(value)),
            from_day: "2026-01-01".parse().unwrap(),
            source: "县委文件".to_owned(),
        };
        let figures = ["committees.women.ratio", "committees.average_age.change"].map(str::to_owned);
        command.check(&figures.into()).into_iter().map(|error| error.field).collect()
    }

    #[test]
    fn a_share_lies_between_nothing_and_all_and_a_change_may_be_negative() {
        let share = [-1, 0, 10_000, 10_001].map(|value| wrong("committees.women.ratio", value).len());
        assert_eq!(share, [1, 0, 0, 1]);
        assert!(wrong("committees.average_age.change", -500).is_empty());
        assert_eq!(wrong("members.total", 100), ["figure"]);
    }
}
