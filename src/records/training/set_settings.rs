//! Sets how many hours a county demands and when its planning period began. A version is never edited: a change is a new
//! one from a day on.

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::actor::Actor;
use crate::base::db;
use crate::base::error::{DatabaseResult, Error, FieldError, Result};
use crate::base::ids::TrainingSettingsId;
use crate::base::policy::{self, Action};
use crate::base::versions::{check_source, end_present, too_early};
use crate::records::audit;
use crate::schema::training_settings;

/// One version, as it is to be from a day on.
#[derive(Debug, Clone)]
pub struct SetSettings {
    /// First day in force.
    pub from_day: NaiveDate,
    /// Hours that a member reaches in a calendar year.
    pub member_hours: i32,
    /// Hours that secretaries and members of committees reach in a calendar year.
    pub leader_hours: i32,
    /// First day of the planning period.
    pub planning_from: NaiveDate,
    /// The decision that it rests on.
    pub source: String,
}

impl SetSettings {
    /// Everything that is wrong with the command by itself.
    #[must_use]
    pub fn check(&self) -> Vec<FieldError> {
        let numbers = [
            ("member_hours", "党员年度学时", self.member_hours),
            ("leader_hours", "书记和班子成员年度学时", self.leader_hours),
        ];
        let mut errors: Vec<FieldError> = numbers
            .into_iter()
            .filter(|(_, _, given)| !(1..=500).contains(given))
            .map(|(field, name, given)| {
                let message = format!("{name}“{given}”应在1至500之间，请改正。");
                FieldError::new(field, message, Some(&given.to_string()))
            })
            .collect();
        if self.planning_from > self.from_day {
            let message =
                format!("规划期起始日期“{}”晚于施行日期“{}”，请核对。", self.planning_from, self.from_day);
            errors.push(FieldError::new("planning_from", message, Some(&self.planning_from.to_string())));
        }
        errors.extend(check_source(&self.source));
        errors
    }
}

/// Sets versions: each ends the one before it, the day before it begins. Answers their ids in the order given.
///
/// # Errors
/// `Forbidden` unless the actor is a supervisor of the whole county; `Invalid` with the wrong fields; `Refused` where a
/// version does not follow the present one.
pub async fn set_settings(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    commands: &[SetSettings],
) -> Result<Vec<TrainingSettingsId>> {
    db::write(conn, actor, async |conn| {
        let county = actor.scope.whole_county();
        policy::require(actor, Action::SetSchemes, &county.path)?;
        let errors: Vec<FieldError> = commands.iter().flat_map(SetSettings::check).collect();
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
                action: "training.set_settings",
                subject_kind: "training_settings",
                subject: if let [one] = ids.as_slice() { Some(one.0) } else { None },
                count: ids.len(),
                path: &county.path,
                details: serde_json::json!({
                    "versions": commands.iter().map(|command| serde_json::json!({
                        "from_day": command.from_day, "member_hours": command.member_hours,
                        "leader_hours": command.leader_hours, "planning_from": command.planning_from,
                        "source": command.source,
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
async fn set(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    command: &SetSettings,
) -> Result<TrainingSettingsId> {
    let county = actor.scope.county;
    end_present!(conn, training_settings, training_settings::county_id.eq(county), "规定", command.from_day)?;
    let id = TrainingSettingsId::new();
    diesel::insert_into(training_settings::table)
        .values((
            training_settings::county_id.eq(county),
            training_settings::id.eq(id),
            training_settings::from_day.eq(command.from_day),
            training_settings::member_hours.eq(command.member_hours),
            training_settings::leader_hours.eq(command.leader_hours),
            training_settings::planning_from.eq(command.planning_from),
            training_settings::source.eq(command.source.trim()),
            training_settings::created_by.eq(&actor.name),
        ))
        .execute(conn)
        .await
        .constraint("training_settings_no_overlap", || too_early("规定", None, command.from_day))?;
    Ok(id)
}
