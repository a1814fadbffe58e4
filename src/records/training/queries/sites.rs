//! Sites, and what classes besides those of a plan take of them.

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Date, Integer, Text, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::ids::{CountyId, TrainingProgrammeId, TrainingSiteId};
use crate::base::scope::Scope;

/// A site and where it stands.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
pub struct TrainingSite {
    /// Its id.
    #[diesel(sql_type = Uuid)]
    pub id: TrainingSiteId,
    /// The name that classes give as their site.
    #[diesel(sql_type = Text)]
    pub name: String,
    /// Code of the organisation where it stands.
    #[diesel(sql_type = Text)]
    pub organisation_code: String,
    /// Its name.
    #[diesel(sql_type = Text)]
    pub organisation_name: String,
    /// Its path.
    #[diesel(sql_type = Text)]
    pub path: String,
    /// People it takes on one day over all its classes.
    #[diesel(sql_type = Integer)]
    pub capacity: i32,
}

/// Places at a site that a class besides those of a plan keeps.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
pub struct SiteUse {
    /// The site.
    #[diesel(sql_type = Uuid)]
    pub site: TrainingSiteId,
    /// First day of the class.
    #[diesel(sql_type = Date)]
    pub first_day: NaiveDate,
    /// Its last day.
    #[diesel(sql_type = Date)]
    pub last_day: NaiveDate,
    /// Its places, or those on its roll where it has no limit.
    #[diesel(sql_type = BigInt)]
    pub places: i64,
}

/// The sites of a county by name.
///
/// # Errors
/// Whatever the database answers.
pub async fn sites(conn: &mut AsyncPgConnection, county: CountyId) -> QueryResult<Vec<TrainingSite>> {
    diesel::sql_query(
        "SELECT s.id, s.name, o.code AS organisation_code, o.name AS organisation_name, o.path, s.capacity \
         FROM training_sites s JOIN organisations o ON o.county_id = $1 AND o.id = s.organisation_id \
         WHERE s.county_id = $1 ORDER BY s.name COLLATE \"C\" LIMIT 2000",
    )
    .bind::<Uuid, _>(county)
    .load(conn)
    .await
}

/// What classes at registered sites take that end after a day and are not those that a plan of the programme in the scope
/// fills.
///
/// # Errors
/// Whatever the database answers.
pub(crate) async fn site_uses(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    programme: TrainingProgrammeId,
    day: NaiveDate,
) -> QueryResult<Vec<SiteUse>> {
    diesel::sql_query(
        "SELECT s.id AS site, c.first_day, c.last_day, coalesce(c.places, (SELECT count(*) FROM training_enrolments e \
            WHERE e.county_id = $1 AND e.class_id = c.id AND e.withdrawn_on IS NULL))::bigint AS places \
         FROM training_classes c JOIN training_sites s ON s.county_id = $1 AND s.name = c.site \
         WHERE c.county_id = $1 AND c.kind = 'class' AND c.state IN ('planned', 'open', 'held') AND c.last_day > $3 \
            AND NOT (c.programme_id = $2 AND c.first_day > $3 AND c.state IN ('planned', 'open') \
                AND c.path >= $4 AND c.path < $5) \
         ORDER BY c.first_day, c.id",
    )
    .bind::<Uuid, _>(within.county)
    .bind::<Uuid, _>(programme)
    .bind::<Date, _>(day)
    .bind::<Text, _>(within.path.as_str())
    .bind::<Text, _>(within.path.end())
    .load(conn)
    .await
}
