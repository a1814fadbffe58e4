//! Sets when and by whom the quarters of a county are signed off. A version is never edited: a change is a new one from
//! a day on.

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::actor::Actor;
use crate::base::db;
use crate::base::error::{DatabaseResult, Error, FieldError, Result};
use crate::base::ids::QuarterSettingsId;
use crate::base::policy::{self, Action};
use crate::base::versions::{check_source, end_present, too_early};
use crate::records::audit;
use crate::schema::quarter_settings;

/// One version, as it is to be from a day on.
#[derive(Debug, Clone)]
pub struct SetQuarterSettings {
    /// First day in force.
    pub from_day: NaiveDate,
    /// So many days after the end of a quarter villages have signed.
    pub village_days: i32,
    /// So many days after the end of a quarter towns have signed.
    pub town_days: i32,
    /// So many days after the end of a quarter the county has closed it.
    pub county_days: i32,
    /// Whether villages and communities sign too.
    pub villages_sign: bool,
    /// Whether the county is closed only when every town has signed.
    pub towns_must_sign: bool,
    /// The decision that it rests on.
    pub source: String,
}

impl SetQuarterSettings {
    /// Everything that is wrong with the command by itself.
    #[must_use]
    pub fn check(&self) -> Vec<FieldError> {
        let days = [
            ("village_days", "村（社区）签字期限", self.village_days),
            ("town_days", "乡镇（街道）签字期限", self.town_days),
            ("county_days", "县（区）结账期限", self.county_days),
        ];
        let mut errors: Vec<FieldError> = days
            .into_iter()
            .filter(|(_, _, given)| !(1..=90).contains(given))
            .map(|(field, name, given)| {
                let message = format!("{name}“{given}”应在季度结束后1至90天之间，请改正。");
                FieldError::new(field, message, Some(&given.to_string()))
            })
            .collect();
        if errors.is_empty() && !(self.village_days <= self.town_days && self.town_days <= self.county_days) {
            let message = "期限应由下而上：村不晚于乡镇，乡镇不晚于县（区），请改正。";
            errors.push(FieldError::new("town_days", message, Some(&self.town_days.to_string())));
        }
        errors.extend(check_source(&self.source));
        errors
    }

    fn told(&self) -> serde_json::Value {
        serde_json::json!({
            "from_day": self.from_day, "village_days": self.village_days, "town_days": self.town_days,
            "county_days": self.county_days, "villages_sign": self.villages_sign,
            "towns_must_sign": self.towns_must_sign, "source": self.source.trim(),
        })
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
    commands: &[SetQuarterSettings],
) -> Result<Vec<QuarterSettingsId>> {
    db::write(conn, actor, async |conn| {
        let county = actor.scope.whole_county();
        policy::require(actor, Action::SetSchemes, &county.path)?;
        let errors: Vec<FieldError> = commands.iter().flat_map(SetQuarterSettings::check).collect();
        if !errors.is_empty() {
            return Err(Error::Invalid(errors));
        }
        let mut ids = Vec::with_capacity(commands.len());
        for command in commands {
            ids.push(set(conn, actor, command).await?);
        }
        let versions: Vec<_> = commands.iter().map(SetQuarterSettings::told).collect();
        let entry = audit::Entry {
            action: "quarters.set_settings",
            subject_kind: "quarter_settings",
            subject: if let [one] = ids.as_slice() { Some(one.0) } else { None },
            count: ids.len(),
            path: &county.path,
            details: serde_json::json!({ "versions": versions }),
        };
        audit::append(conn, actor, &entry).await?;
        Ok(ids)
    })
    .await
}

/// Versions of one county are few and follow one another, so each is set by itself.
async fn set(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    command: &SetQuarterSettings,
) -> Result<QuarterSettingsId> {
    let county = actor.scope.county;
    end_present!(conn, quarter_settings, quarter_settings::county_id.eq(county), "规定", command.from_day)?;
    let id = QuarterSettingsId::new();
    diesel::insert_into(quarter_settings::table)
        .values((
            quarter_settings::county_id.eq(county),
            quarter_settings::id.eq(id),
            quarter_settings::from_day.eq(command.from_day),
            quarter_settings::village_days.eq(command.village_days),
            quarter_settings::town_days.eq(command.town_days),
            quarter_settings::county_days.eq(command.county_days),
            quarter_settings::villages_sign.eq(command.villages_sign),
            quarter_settings::towns_must_sign.eq(command.towns_must_sign),
            quarter_settings::source.eq(command.source.trim()),
            quarter_settings::created_by.eq(&actor.name),
        ))
        .execute(conn)
        .await
        .constraint("quarter_settings_no_overlap", || too_early("规定", None, command.from_day))?;
    Ok(id)
}
