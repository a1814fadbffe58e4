//! Sets what a county demands of its pool. A version is never edited: a change is a new one from a day on.

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::actor::Actor;
use crate::base::db;
use crate::base::error::{DatabaseResult, Error, FieldError, Result};
use crate::base::ids::ReserveSettingsId;
use crate::base::policy::{self, Action};
use crate::base::versions::{check_source, end_present, too_early};
use crate::records::audit;
use crate::records::reserves::settings::SecondmentEducation;
use crate::schema::reserve_settings;

/// One version, as it is to be from a day on.
#[derive(Debug, Clone)]
pub struct SetSettings {
    /// First day in force.
    pub from_day: NaiveDate,
    /// How many reserve cadres a village needs at least.
    pub minimum_per_village: i32,
    /// The highest age for a secondment.
    pub secondment_age: i32,
    /// The lowest education for a secondment.
    pub secondment_education: SecondmentEducation,
    /// How many township leaders guide each.
    pub township_leaders: i32,
    /// How many village secretaries guide each.
    pub village_secretaries: i32,
    /// Within how many days a mentor writes the next note.
    pub days_between_notes: i32,
    /// The decision that it rests on.
    pub source: String,
}

impl SetSettings {
    /// Everything that is wrong with the command by itself.
    #[must_use]
    pub fn check(&self) -> Vec<FieldError> {
        let numbers = [
            ("minimum_per_village", "每村后备干部最低人数", self.minimum_per_village, 0, 50),
            ("secondment_age", "挂职年龄上限", self.secondment_age, 18, 70),
            ("township_leaders", "联系领导人数", self.township_leaders, 0, 9),
            ("village_secretaries", "帮带书记人数", self.village_secretaries, 0, 9),
            ("days_between_notes", "帮带记录间隔天数", self.days_between_notes, 1, 1000),
        ];
        let mut errors: Vec<FieldError> = numbers
            .into_iter()
            .filter(|(_, _, given, least, most)| given < least || given > most)
            .map(|(field, name, given, least, most)| {
                let message = format!("{name}“{given}”应在{least}至{most}之间，请改正。");
                FieldError::new(field, message, Some(&given.to_string()))
            })
            .collect();
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
) -> Result<Vec<ReserveSettingsId>> {
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
                action: "reserves.set_settings",
                subject_kind: "reserve_settings",
                subject: if let [one] = ids.as_slice() { Some(one.0) } else { None },
                count: ids.len(),
                path: &county.path,
                details: serde_json::json!({
                    "versions": commands.iter().map(|command| serde_json::json!({
                        "from_day": command.from_day, "minimum_per_village": command.minimum_per_village,
                        "secondment_age": command.secondment_age, "source": command.source,
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
) -> Result<ReserveSettingsId> {
    let county = actor.scope.county;
    end_present!(conn, reserve_settings, reserve_settings::county_id.eq(county), "规定", command.from_day)?;
    let id = ReserveSettingsId::new();
    diesel::insert_into(reserve_settings::table)
        .values((
            reserve_settings::county_id.eq(county),
            reserve_settings::id.eq(id),
            reserve_settings::from_day.eq(command.from_day),
            reserve_settings::minimum_per_village.eq(command.minimum_per_village),
            reserve_settings::secondment_age.eq(command.secondment_age),
            reserve_settings::secondment_education.eq(command.secondment_education.code()),
            reserve_settings::township_leaders.eq(command.township_leaders),
            reserve_settings::village_secretaries.eq(command.village_secretaries),
            reserve_settings::days_between_notes.eq(command.days_between_notes),
            reserve_settings::source.eq(command.source.trim()),
            reserve_settings::created_by.eq(&actor.name),
        ))
        .execute(conn)
        .await
        .constraint("reserve_settings_no_overlap", || too_early("规定", None, command.from_day))?;
    Ok(id)
}
