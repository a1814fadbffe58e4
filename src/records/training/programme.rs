//! Sets programmes, and what they demand from a day on.

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde_json::json;

use crate::base::actor::Actor;
use crate::base::codes;
use crate::base::db;
use crate::base::error::{DatabaseResult, Error, FieldError, OrMissing, Result};
use crate::base::ids::{CountyId, TrainingDemandId, TrainingProgrammeId};
use crate::base::policy::{self, Action};
use crate::base::values::MembershipStatus;
use crate::base::versions::check_source;
use crate::records::audit;
use crate::records::training::model::Programme;
use crate::records::training::rules::end_of_cycle;
use crate::schema::{training_demands, training_fields, training_floors, training_programmes};

const SUBJECT: &str = "training_programme";

/// What a programme demands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Demand {
    /// The statuses whose members are to be trained; all of them in the register.
    pub statuses: Vec<MembershipStatus>,
    /// Codes of the occupations whose members are to be trained; none: all.
    pub occupations: Vec<String>,
    /// From this age on, in completed years, a member is exempt; none: nobody is by age.
    pub exempt_age: Option<i32>,
    /// Whether a class opens only with site, approved course, teacher and cost bearer, and closes only with an
    /// assessment (五统一).
    pub is_unified: bool,
    /// Floor of each year of the cycle, in whole percents; together at most 100.
    pub floors: Vec<i32>,
    /// The decision that it rests on.
    pub source: String,
}

/// A field of a programme, with a class series of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewField {
    /// Code of the vocabulary list `training_field`, or one of the county's own.
    pub code: String,
    /// Chinese name.
    pub name: String,
    /// Codes of the occupations that it is for; none: all.
    pub occupations: Vec<String>,
}

/// A programme to be set.
#[derive(Debug, Clone)]
pub struct SetProgramme {
    /// Short name in addresses: small letters, digits, underscore, hyphen.
    pub code: String,
    /// Chinese name.
    pub name: String,
    /// First day of the cycle.
    pub from_day: NaiveDate,
    /// Length of the cycle, one to five years.
    pub years: i32,
    /// Whether the figures of the report are about it while it runs; a county has one such programme at a time.
    pub is_primary: bool,
    /// What it demands, from its first day on.
    pub demand: Demand,
    /// Its fields, at least one.
    pub fields: Vec<NewField>,
}

/// A new version of what a programme demands.
#[derive(Debug, Clone)]
pub struct ReviseDemand {
    /// The programme.
    pub programme: TrainingProgrammeId,
    /// The version of the programme that the actor saw.
    pub version: i32,
    /// First day in force, after that of the version before and within the cycle.
    pub from_day: NaiveDate,
    /// What it demands from then on.
    pub demand: Demand,
}

impl Demand {
    /// Everything that is wrong with it for a cycle of `years`.
    #[must_use]
    pub fn check(&self, years: i32) -> Vec<FieldError> {
        let mut errors = Vec::new();
        if self.statuses.is_empty() {
            errors.push(FieldError::new("statuses", "请至少选择一种党籍状态，作为轮训对象。", None));
        }
        for status in self.statuses.iter().filter(|status| !status.in_register()) {
            let message = format!("党籍状态“{status}”的党员不在册，不能作为轮训对象，请去掉。");
            errors.push(FieldError::new("statuses", message, Some(status.code())));
        }
        errors.extend(check_occupations("occupations", &self.occupations));
        if let Some(age) = self.exempt_age.filter(|age| !(50..=120).contains(age)) {
            let message = format!("免训年龄“{age}”应在50至120周岁之间；不按年龄免训的请留空。");
            errors.push(FieldError::new("exempt_age", message, Some(&age.to_string())));
        }
        errors.extend(self.check_floors(years));
        errors.extend(check_source(&self.source));
        errors
    }

    fn check_floors(&self, years: i32) -> Option<FieldError> {
        let given: Vec<String> = self.floors.iter().map(i32::to_string).collect();
        let given = given.join("/");
        let sum = self.floors.iter().fold(0i32, |sum, floor| sum.saturating_add(*floor));
        let message = if i32::try_from(self.floors.len()) != Ok(years) {
            format!("年度下限“{given}”共{}年，计划周期为{years}年，请逐年填写。", self.floors.len())
        } else if self.floors.iter().any(|floor| !(0..=100).contains(floor)) {
            format!("年度下限“{given}”中每年应为0至100之间的整数（百分比），请改正。")
        } else if sum > 100 {
            format!("年度下限“{given}”合计{sum}%，超过100%；每名党员只计一次，合计不能超过100%，请改正。")
        } else {
            return None;
        };
        Some(FieldError::new("floors", message, Some(&given)))
    }
}

fn check_occupations(field: &str, given: &[String]) -> Vec<FieldError> {
    let table = codes::occupation();
    let unknown = given.iter().filter(|code| table.by_code(code).is_none());
    unknown
        .map(|code| {
            let message = format!("工作岗位“{code}”不在{}代码表内，请重新选择。", table.standard());
            FieldError::new(field, message, Some(code))
        })
        .collect()
}

fn is_code(text: &str, longest: usize, also: &str) -> bool {
    (2..=longest).contains(&text.len())
        && text.starts_with(|first: char| first.is_ascii_lowercase() || first.is_ascii_digit())
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || also.contains(c))
}

impl SetProgramme {
    /// Everything that is wrong with the command by itself.
    #[must_use]
    pub fn check(&self) -> Vec<FieldError> {
        let mut errors = Vec::new();
        if !is_code(&self.code, 30, "_-") {
            let message =
                format!("计划代码“{}”应为2至30个小写字母、数字、下划线或连字符，请改正。", self.code);
            errors.push(FieldError::new("code", message, Some(&self.code)));
        }
        if !(2..=50).contains(&self.name.trim().chars().count()) {
            errors.push(FieldError::new("name", "计划名称应为2至50字，请改正。", Some(&self.name)));
        }
        if !(1..=5).contains(&self.years) {
            let message = format!("轮训周期“{}”年应在1至5年之间，请改正。", self.years);
            errors.push(FieldError::new("years", message, Some(&self.years.to_string())));
        }
        errors.extend(self.demand.check(self.years));
        errors.extend(self.check_fields());
        errors
    }

    fn check_fields(&self) -> Vec<FieldError> {
        let mut errors = Vec::new();
        if self.fields.is_empty() || self.fields.len() > 99 {
            errors.push(FieldError::new("fields", "请填写1至99个培训领域，班次按领域开设。", None));
        }
        for (place, field) in self.fields.iter().enumerate() {
            let letter = field.code.starts_with(|first: char| first.is_ascii_lowercase());
            if !letter || !is_code(&field.code, 50, "_") {
                let message =
                    format!("领域代码“{}”应为2至50个小写字母、数字或下划线，以字母开头。", field.code);
                errors.push(FieldError::new("fields", message, Some(&field.code)));
            }
            if !(2..=30).contains(&field.name.trim().chars().count()) {
                let message = format!("领域名称“{}”应为2至30字，请改正。", field.name);
                errors.push(FieldError::new("fields", message, Some(&field.name)));
            }
            let before = self.fields.iter().take(place);
            if before.into_iter().any(|other| other.code == field.code || other.name == field.name) {
                let message = format!("培训领域“{}”出现了两次，只能保留一次。", field.name);
                errors.push(FieldError::new("fields", message, Some(&field.name)));
            }
            errors.extend(check_occupations("fields", &field.occupations));
        }
        errors
    }
}

/// Sets programmes with their first demand; answers their ids in the order given.
///
/// # Errors
/// `Forbidden` unless the actor is a supervisor of the whole county; `Invalid` with the wrong fields; `Taken` where a
/// code or name is in use, or another primary programme runs at the time.
pub async fn set_programmes(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    commands: &[SetProgramme],
) -> Result<Vec<TrainingProgrammeId>> {
    db::write(conn, actor, async |conn| {
        let county = actor.scope.whole_county();
        policy::require(actor, Action::SetSchemes, &county.path)?;
        let errors: Vec<FieldError> = commands.iter().flat_map(SetProgramme::check).collect();
        if !errors.is_empty() {
            return Err(Error::Invalid(errors));
        }
        let mut ids = Vec::with_capacity(commands.len());
        // A county has few programmes, so each is set by itself.
        for command in commands {
            let id = insert_programme(conn, actor, command).await?;
            insert_demand(conn, actor, id, command.from_day, &command.demand).await?;
            insert_fields(conn, actor.scope.county, id, &command.fields).await?;
            ids.push(id);
        }
        let details = commands.iter().map(|command| {
            json!({
                "code": command.code, "name": command.name.trim(), "from_day": command.from_day,
                "years": command.years, "floors": command.demand.floors, "source": command.demand.source,
            })
        });
        let details = json!({ "programmes": details.collect::<Vec<_>>() });
        append(conn, actor, "training.set_programmes", &ids, details).await?;
        Ok(ids)
    })
    .await
}

/// Sets new versions of what programmes demand: each ends the one before it. Answers their ids in the order given.
///
/// # Errors
/// `Forbidden` unless the actor is a supervisor of the whole county; `Missing`, `Stale`; `Invalid` with the wrong fields.
pub async fn revise_demands(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    commands: &[ReviseDemand],
) -> Result<Vec<TrainingDemandId>> {
    db::write(conn, actor, async |conn| {
        let county = actor.scope.whole_county();
        policy::require(actor, Action::SetSchemes, &county.path)?;
        let mut ids = Vec::with_capacity(commands.len());
        for command in commands {
            ids.push(revise(conn, actor, command).await?);
        }
        let programmes: Vec<TrainingProgrammeId> = commands.iter().map(|command| command.programme).collect();
        let details = commands.iter().map(|command| {
            json!({
                "from_day": command.from_day, "floors": command.demand.floors,
                "exempt_age": command.demand.exempt_age, "source": command.demand.source,
            })
        });
        let details = json!({ "demands": details.collect::<Vec<_>>() });
        append(conn, actor, "training.revise_demands", &programmes, details).await?;
        Ok(ids)
    })
    .await
}

async fn append(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    action: &'static str,
    programmes: &[TrainingProgrammeId],
    details: serde_json::Value,
) -> Result<()> {
    audit::append(
        conn,
        actor,
        &audit::Entry {
            action,
            subject_kind: SUBJECT,
            subject: if let [one] = programmes { Some(one.0) } else { None },
            count: programmes.len(),
            path: &actor.scope.whole_county().path,
            details,
        },
    )
    .await
}

async fn insert_programme(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    command: &SetProgramme,
) -> Result<TrainingProgrammeId> {
    let to_day = end_of_cycle(command.from_day, command.years)
        .ok_or_else(|| Error::invalid("from_day", "轮训周期超出了可以记录的日期，请核对起始日期。"))?;
    let id = TrainingProgrammeId::new();
    let taken = |field, message: String| Error::Taken { field, message };
    diesel::insert_into(training_programmes::table)
        .values((
            training_programmes::county_id.eq(actor.scope.county),
            training_programmes::id.eq(id),
            training_programmes::code.eq(&command.code),
            training_programmes::name.eq(command.name.trim()),
            training_programmes::from_day.eq(command.from_day),
            training_programmes::years.eq(command.years),
            training_programmes::to_day.eq(to_day),
            training_programmes::is_primary.eq(command.is_primary),
            training_programmes::source.eq(command.demand.source.trim()),
            training_programmes::created_by.eq(&actor.name),
            training_programmes::updated_by.eq(&actor.name),
        ))
        .execute(conn)
        .await
        .map_err(|error| match &error {
            diesel::result::Error::DatabaseError(_, information) => match information.constraint_name() {
                Some("training_programmes_code_key") => {
                    taken("code", format!("计划代码“{}”已被使用，请另取一个。", command.code))
                }
                Some("training_programmes_name_key") => {
                    taken("name", format!("计划名称“{}”已被使用，请另取一个。", command.name.trim()))
                }
                Some("training_programmes_one_primary") => taken(
                    "is_primary",
                    "同一时期已有另一项主要轮训计划；报表只统计一项，请改为非主要计划，或调整起止日期。"
                        .to_owned(),
                ),
                _ => error.into(),
            },
            _ => error.into(),
        })?;
    Ok(id)
}

async fn insert_demand(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    programme: TrainingProgrammeId,
    from_day: NaiveDate,
    demand: &Demand,
) -> Result<TrainingDemandId> {
    let county = actor.scope.county;
    let id = TrainingDemandId::new();
    let statuses: Vec<&str> = demand.statuses.iter().map(|status| status.code()).collect();
    diesel::insert_into(training_demands::table)
        .values((
            training_demands::county_id.eq(county),
            training_demands::id.eq(id),
            training_demands::programme_id.eq(programme),
            training_demands::from_day.eq(from_day),
            training_demands::statuses.eq(statuses.join(" ")),
            training_demands::occupations.eq(demand.occupations.join(" ")),
            training_demands::exempt_age.eq(demand.exempt_age),
            training_demands::is_unified.eq(demand.is_unified),
            training_demands::source.eq(demand.source.trim()),
            training_demands::created_by.eq(&actor.name),
        ))
        .execute(conn)
        .await
        .constraint("training_demands_no_overlap", || Error::Stale)?;
    let floors: Vec<_> = (1i32..)
        .zip(&demand.floors)
        .map(|(year, percent)| {
            (
                training_floors::county_id.eq(county),
                training_floors::demand_id.eq(id),
                training_floors::year.eq(year),
                training_floors::percent.eq(*percent),
            )
        })
        .collect();
    diesel::insert_into(training_floors::table).values(floors).execute(conn).await?;
    Ok(id)
}

async fn insert_fields(
    conn: &mut AsyncPgConnection,
    county: CountyId,
    programme: TrainingProgrammeId,
    fields: &[NewField],
) -> Result<()> {
    let rows: Vec<_> = (1i32..)
        .zip(fields)
        .map(|(position, field)| {
            (
                training_fields::county_id.eq(county),
                training_fields::programme_id.eq(programme),
                training_fields::code.eq(field.code.clone()),
                training_fields::name.eq(field.name.trim().to_owned()),
                training_fields::position.eq(position),
                training_fields::occupations.eq(field.occupations.join(" ")),
            )
        })
        .collect();
    diesel::insert_into(training_fields::table).values(rows).execute(conn).await?;
    Ok(())
}

async fn revise(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    command: &ReviseDemand,
) -> Result<TrainingDemandId> {
    let county = actor.scope.county;
    let programme: Programme = training_programmes::table
        .find((county, command.programme))
        .select(Programme::as_select())
        .for_update()
        .first(conn)
        .await
        .optional()
        .or_missing("这项轮训计划")?;
    if programme.version != command.version {
        return Err(Error::Stale);
    }
    let errors = command.demand.check(programme.years);
    if !errors.is_empty() {
        return Err(Error::Invalid(errors));
    }
    let open = training_demands::county_id
        .eq(county)
        .and(training_demands::programme_id.eq(command.programme))
        .and(training_demands::to_day.is_null());
    let present: NaiveDate =
        training_demands::table.filter(open).select(training_demands::from_day).first(conn).await?;
    if command.from_day <= present || command.from_day >= programme.to_day {
        let message = format!(
            "新要求的施行日期“{}”应晚于现行要求的施行日期{present}，并在计划周期内（{}之前），请改正。",
            command.from_day, programme.to_day
        );
        return Err(Error::invalid("from_day", message));
    }
    diesel::update(training_demands::table.filter(open))
        .set(training_demands::to_day.eq(command.from_day))
        .execute(conn)
        .await?;
    diesel::update(training_programmes::table.find((county, command.programme)))
        .set((
            training_programmes::version.eq(training_programmes::version + 1),
            training_programmes::updated_at.eq(diesel::dsl::now),
            training_programmes::updated_by.eq(&actor.name),
        ))
        .execute(conn)
        .await?;
    insert_demand(conn, actor, command.programme, command.from_day, &command.demand).await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wushan() -> SetProgramme {
        SetProgramme {
            code: "rotation-2020".to_owned(),
            name: "万名党员大轮训".to_owned(),
            from_day: "2020-01-01".parse().unwrap(),
            years: 4,
            is_primary: true,
            demand: Demand {
                statuses: vec![MembershipStatus::Normal],
                occupations: Vec::new(),
                exempt_age: None,
                is_unified: false,
                floors: vec![30, 30, 30, 10],
                source: "县委〔2020〕1号".to_owned(),
            },
            fields: vec![NewField {
                code: "village".to_owned(),
                name: "村（社区）".to_owned(),
                occupations: Vec::new(),
            }],
        }
    }

    #[test]
    fn a_programme_says_what_is_wrong_with_it() {
        assert_eq!(wushan().check(), Vec::new());
        let wrong = |change: fn(&mut SetProgramme)| {
            let mut programme = wushan();
            change(&mut programme);
            programme.check().into_iter().map(|error| error.field).collect::<Vec<_>>()
        };
        assert_eq!(wrong(|p| p.demand.floors = vec![30, 30, 40]), ["floors"]);
        assert_eq!(wrong(|p| p.demand.floors = vec![30, 30, 30, 11]), ["floors"]);
        assert_eq!(wrong(|p| p.demand.floors = vec![-1, 30, 30, 10]), ["floors"]);
        assert_eq!(wrong(|p| p.demand.statuses = vec![MembershipStatus::Deceased]), ["statuses"]);
        assert_eq!(wrong(|p| p.demand.statuses.clear()), ["statuses"]);
        assert_eq!(wrong(|p| p.demand.occupations = vec!["ZZ".to_owned()]), ["occupations"]);
        assert_eq!(wrong(|p| p.demand.exempt_age = Some(20)), ["exempt_age"]);
        assert_eq!(wrong(|p| p.demand.source.clear()), ["source"]);
        assert_eq!(wrong(|p| p.years = 6), ["years", "floors"]);
        assert_eq!(wrong(|p| "Ab".clone_into(&mut p.code)), ["code"]);
        assert_eq!(wrong(|p| p.fields.clear()), ["fields"]);
        assert_eq!(wrong(|p| p.fields.push(p.fields[0].clone())), ["fields"]);
    }
}
