//! Programmes with everything that is said of them.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::error::{OrMissing, Result};
use crate::base::ids::{CountyId, TrainingDemandId, TrainingProgrammeId};
use crate::records::training::model::{DemandRow, Field, Programme};
use crate::records::training::queries::fields_of;
use crate::schema::{training_demands, training_floors, training_programmes};

/// One version of what a programme demands, with its floors.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DemandVersion {
    /// The version.
    pub row: DemandRow,
    /// The floor of each year of the cycle, in percent.
    pub floors: Vec<i32>,
}

/// A programme with everything that is said of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProgrammeRecord {
    /// The programme.
    pub programme: Programme,
    /// What it demands, the first version first.
    pub demands: Vec<DemandVersion>,
    /// Its fields, in their order.
    pub fields: Vec<Field>,
}

impl ProgrammeRecord {
    /// What it demands on a day: the version in force, the first one before the cycle, the last one after it.
    #[must_use]
    pub fn demand_on(&self, day: NaiveDate) -> Option<&DemandVersion> {
        let begun = self.demands.iter().rfind(|version| version.row.from_day <= day);
        begun.or_else(|| self.demands.as_slice().first())
    }
}

/// The programmes of a county, the latest first.
///
/// # Errors
/// Whatever the database answers.
pub async fn programmes(conn: &mut AsyncPgConnection, county: CountyId) -> QueryResult<Vec<Programme>> {
    training_programmes::table
        .filter(training_programmes::county_id.eq(county))
        .order((training_programmes::from_day.desc(), training_programmes::code))
        .limit(500)
        .select(Programme::as_select())
        .load(conn)
        .await
}

/// A programme by its id.
///
/// # Errors
/// `Missing` where the county has none.
pub async fn programme(
    conn: &mut AsyncPgConnection,
    county: CountyId,
    id: TrainingProgrammeId,
) -> Result<ProgrammeRecord> {
    let programme = training_programmes::table
        .find((county, id))
        .select(Programme::as_select())
        .first(conn)
        .await
        .optional()
        .or_missing("这项轮训计划")?;
    let rows: Vec<DemandRow> = training_demands::table
        .filter(training_demands::county_id.eq(county).and(training_demands::programme_id.eq(id)))
        .order(training_demands::from_day)
        .select(DemandRow::as_select())
        .load(conn)
        .await?;
    let ids: Vec<TrainingDemandId> = rows.iter().map(|row| row.id).collect();
    let floors: Vec<(TrainingDemandId, i32)> = training_floors::table
        .filter(training_floors::county_id.eq(county).and(training_floors::demand_id.eq_any(ids)))
        .order((training_floors::demand_id, training_floors::year))
        .select((training_floors::demand_id, training_floors::percent))
        .load(conn)
        .await?;
    let mut by_demand: HashMap<TrainingDemandId, Vec<i32>> = HashMap::new();
    for (demand, percent) in floors {
        by_demand.entry(demand).or_default().push(percent);
    }
    let version =
        |row: DemandRow| DemandVersion { floors: by_demand.remove(&row.id).unwrap_or_default(), row };
    let demands = rows.into_iter().map(version).collect();
    Ok(ProgrammeRecord { programme, demands, fields: fields_of(conn, county, &[id]).await? })
}

/// A programme by its name or code, as a workbook gives it.
///
/// # Errors
/// Whatever the database answers.
pub async fn programme_by_word(
    conn: &mut AsyncPgConnection,
    county: CountyId,
    word: &str,
) -> QueryResult<Option<Programme>> {
    training_programmes::table
        .filter(training_programmes::county_id.eq(county))
        .filter(training_programmes::name.eq(word.trim()).or(training_programmes::code.eq(word.trim())))
        .order(training_programmes::name.eq(word.trim()).desc())
        .select(Programme::as_select())
        .first(conn)
        .await
        .optional()
}

/// The primary programme that runs on a day.
///
/// # Errors
/// Whatever the database answers.
pub async fn primary_on(
    conn: &mut AsyncPgConnection,
    county: CountyId,
    day: NaiveDate,
) -> QueryResult<Option<Programme>> {
    training_programmes::table
        .filter(training_programmes::county_id.eq(county).and(training_programmes::is_primary))
        .filter(training_programmes::from_day.le(day).and(training_programmes::to_day.gt(day)))
        .select(Programme::as_select())
        .first(conn)
        .await
        .optional()
}
