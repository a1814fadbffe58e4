//! Classes: their list, one of them, and its roll.

use std::collections::HashMap;

use bigdecimal::BigDecimal;
use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Date, Integer, Nullable, Numeric, Text, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::error::{OrMissing, Result};
use crate::base::ids::{MembershipId, OrganisationId, TrainingClassId, TrainingProgrammeId};
use crate::base::scope::Scope;
use crate::records::training::model::{Attendance, Class, ClassKind, ClassState};
use crate::schema::{training_attendances, training_classes};

/// What a list of classes is filtered by.
#[derive(Debug, Clone, Default)]
pub struct ClassFilter {
    /// Start of the number or a part of the name, as typed.
    pub query: Option<String>,
    /// The programme.
    pub programme: Option<TrainingProgrammeId>,
    /// Code of the field.
    pub field: Option<String>,
    /// What is held.
    pub kind: Option<ClassKind>,
    /// Which states; none: all.
    pub states: Vec<ClassState>,
    /// Only those that end on this day or later.
    pub from_day: Option<NaiveDate>,
    /// Only those that begin on this day or earlier.
    pub until_day: Option<NaiveDate>,
}

/// Where a page of classes ended.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct ClassPlace {
    /// First day of the last one.
    pub first_day: NaiveDate,
    /// Its id.
    pub id: TrainingClassId,
}

/// A class with the names and counts that are shown of it.
#[derive(Debug, Clone)]
pub struct ClassCard {
    /// The class.
    pub class: Class,
    /// Name of the programme.
    pub programme: String,
    /// Name of the field.
    pub field: String,
    /// Code and name of who holds it.
    pub host: (String, String),
    /// Code and name of the audience.
    pub audience: (String, String),
    /// How many stand on its roll.
    pub enrolled: i64,
    /// How many came.
    pub attended: i64,
    /// How many of them passed.
    pub passed: i64,
}

#[derive(QueryableByName)]
struct Beside {
    #[diesel(sql_type = Uuid)]
    id: TrainingClassId,
    #[diesel(sql_type = Text)]
    programme: String,
    #[diesel(sql_type = Text)]
    field: String,
    #[diesel(sql_type = Text)]
    host_code: String,
    #[diesel(sql_type = Text)]
    host_name: String,
    #[diesel(sql_type = Text)]
    audience_code: String,
    #[diesel(sql_type = Text)]
    audience_name: String,
    #[diesel(sql_type = BigInt)]
    enrolled: i64,
    #[diesel(sql_type = BigInt)]
    attended: i64,
    #[diesel(sql_type = BigInt)]
    passed: i64,
}

const BESIDE: &str = "\
SELECT c.id, p.name AS programme, f.name AS field, h.code AS host_code, h.name AS host_name, a.code AS audience_code,
    a.name AS audience_name,
    (SELECT count(*) FROM training_enrolments e
        WHERE e.county_id = $1 AND e.class_id = c.id AND e.withdrawn_on IS NULL) AS enrolled, t.attended, t.passed
FROM training_classes c
JOIN training_programmes p ON p.county_id = $1 AND p.id = c.programme_id
JOIN training_fields f ON f.county_id = $1 AND f.programme_id = c.programme_id AND f.code = c.field
JOIN organisations h ON h.county_id = $1 AND h.id = c.organisation_id
JOIN organisations a ON a.county_id = $1 AND a.id = c.audience_id
CROSS JOIN LATERAL (SELECT count(*) AS attended, count(*) FILTER (WHERE y.result <> 'failed') AS passed
    FROM training_attendances y WHERE y.county_id = $1 AND y.class_id = c.id) t
WHERE c.county_id = $1 AND c.id = ANY ($2)";

/// Classes with what is shown of them, in the order given. Counts are of those whom the transaction's scope sees: all
/// where it keeps the class, its own members in a class of an organisation above.
async fn cards(conn: &mut AsyncPgConnection, within: &Scope, classes: Vec<Class>) -> Result<Vec<ClassCard>> {
    if classes.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<TrainingClassId> = classes.iter().map(|class| class.id).collect();
    let rows: Vec<Beside> = diesel::sql_query(BESIDE)
        .bind::<Uuid, _>(within.county)
        .bind::<Array<Uuid>, _>(ids)
        .load(conn)
        .await?;
    let mut beside: HashMap<TrainingClassId, Beside> = rows.into_iter().map(|row| (row.id, row)).collect();
    let card = |class: Class| {
        let row = beside.remove(&class.id)?;
        Some(ClassCard {
            class,
            programme: row.programme,
            field: row.field,
            host: (row.host_code, row.host_name),
            audience: (row.audience_code, row.audience_name),
            enrolled: row.enrolled,
            attended: row.attended,
            passed: row.passed,
        })
    };
    Ok(classes.into_iter().filter_map(card).collect())
}

fn filtered<'a>(within: &Scope, filter: &ClassFilter) -> training_classes::BoxedQuery<'a, diesel::pg::Pg> {
    let path = within.path.as_str().to_owned();
    let ancestors: Vec<String> = above(&path);
    let mut query = training_classes::table
        .filter(training_classes::county_id.eq(within.county))
        .filter(
            (training_classes::path.ge(path).and(training_classes::path.lt(within.path.end())))
                .or(training_classes::path.eq_any(ancestors)),
        )
        .into_boxed();
    if let Some(typed) = filter.query.as_deref().map(str::trim).filter(|typed| !typed.is_empty()) {
        let escaped = typed.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
        query = query.filter(
            training_classes::code
                .like(format!("{escaped}%"))
                .or(training_classes::name.like(format!("%{escaped}%"))),
        );
    }
    if let Some(programme) = filter.programme {
        query = query.filter(training_classes::programme_id.eq(programme));
    }
    if let Some(field) = filter.field.clone() {
        query = query.filter(training_classes::field.eq(field));
    }
    if let Some(kind) = filter.kind {
        query = query.filter(training_classes::kind.eq(kind.code()));
    }
    if !filter.states.is_empty() {
        let states: Vec<&str> = filter.states.iter().map(|state| state.code()).collect();
        query = query.filter(training_classes::state.eq_any(states));
    }
    if let Some(day) = filter.from_day {
        query = query.filter(training_classes::last_day.ge(day));
    }
    if let Some(day) = filter.until_day {
        query = query.filter(training_classes::first_day.le(day));
    }
    query
}

/// The paths of everything above a path.
fn above(path: &str) -> Vec<String> {
    let ends = path.char_indices().filter(|(_, c)| *c == '/').map(|(at, _)| at.saturating_add(1));
    ends.filter_map(|end| path.get(..end)).filter(|part| *part != path).map(str::to_owned).collect()
}

/// A page of classes that the members of a scope may attend (its own ones, and those that an organisation above offers),
/// the latest first, after a place, at most `limit`.
///
/// # Errors
/// Whatever the database answers.
pub async fn list_classes(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    filter: &ClassFilter,
    after: Option<&ClassPlace>,
    limit: i64,
) -> Result<Vec<ClassCard>> {
    let mut query = filtered(within, filter);
    if let Some(place) = after {
        query = query.filter(
            training_classes::first_day
                .lt(place.first_day)
                .or(training_classes::first_day.eq(place.first_day).and(training_classes::id.lt(place.id))),
        );
    }
    let found: Vec<Class> = query
        .order((training_classes::first_day.desc(), training_classes::id.desc()))
        .limit(limit)
        .select(Class::as_select())
        .load(conn)
        .await?;
    cards(conn, within, found).await
}

/// How many classes a list has.
///
/// # Errors
/// Whatever the database answers.
pub async fn count_classes(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    filter: &ClassFilter,
) -> QueryResult<i64> {
    filtered(within, filter).count().get_result(conn).await
}

/// A class by its id that the members of a scope may attend.
///
/// # Errors
/// `Missing` where there is none.
pub async fn find_class(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    id: TrainingClassId,
) -> Result<ClassCard> {
    let found: Vec<Class> = filtered(within, &ClassFilter::default())
        .filter(training_classes::id.eq(id))
        .select(Class::as_select())
        .load(conn)
        .await?;
    cards(conn, within, found).await?.into_iter().next().or_missing("这个班次")
}

/// A class by its number that stands inside a scope: one whose roll is kept there.
///
/// # Errors
/// Whatever the database answers.
pub async fn class_by_code(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    code: &str,
) -> QueryResult<Option<Class>> {
    training_classes::table
        .filter(training_classes::county_id.eq(within.county).and(training_classes::code.eq(code)))
        .filter(
            training_classes::path.ge(within.path.as_str()).and(training_classes::path.lt(within.path.end())),
        )
        .select(Class::as_select())
        .first(conn)
        .await
        .optional()
}

/// Classes by their numbers inside a scope.
///
/// # Errors
/// Whatever the database answers.
pub async fn classes_by_code(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    codes: &[String],
) -> QueryResult<HashMap<String, Class>> {
    let rows: Vec<Class> = training_classes::table
        .filter(training_classes::county_id.eq(within.county).and(training_classes::code.eq_any(codes)))
        .filter(
            training_classes::path.ge(within.path.as_str()).and(training_classes::path.lt(within.path.end())),
        )
        .select(Class::as_select())
        .load(conn)
        .await?;
    Ok(rows.into_iter().map(|row| (row.code.clone(), row)).collect())
}

/// What was entered of some members in classes inside a scope.
///
/// # Errors
/// Whatever the database answers.
pub async fn attendances(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    classes: &[TrainingClassId],
    members: &[MembershipId],
) -> QueryResult<Vec<Attendance>> {
    training_attendances::table
        .filter(training_attendances::county_id.eq(within.county))
        .filter(training_attendances::path.ge(within.path.as_str()))
        .filter(training_attendances::path.lt(within.path.end()))
        .filter(training_attendances::class_id.eq_any(classes))
        .filter(training_attendances::membership_id.eq_any(members))
        .select(Attendance::as_select())
        .load(conn)
        .await
}

/// Where a page of a roll ended.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct RollPlace {
    /// Pinyin of the name.
    pub sort_key: String,
    /// The member.
    pub id: MembershipId,
}

/// A line of a roll.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
pub struct RollLine {
    /// His number on the roll: in the order in which members were enrolled, kept also when others are taken off it. Only
    /// for who keeps the class; others count their own members.
    #[diesel(sql_type = BigInt)]
    pub number: i64,
    /// The member.
    #[diesel(sql_type = Uuid)]
    pub membership_id: MembershipId,
    /// His name; none where he has left the scope since.
    #[diesel(sql_type = Nullable<Text>)]
    pub name: Option<String>,
    /// Pinyin of the name; empty where he has left the scope since.
    #[diesel(sql_type = Text)]
    pub sort_key: String,
    /// GB/T 2261.1 code.
    #[diesel(sql_type = Nullable<Text>)]
    pub sex: Option<String>,
    /// His present branch.
    #[diesel(sql_type = Nullable<Uuid>)]
    pub branch_id: Option<OrganisationId>,
    /// Its name.
    #[diesel(sql_type = Nullable<Text>)]
    pub branch: Option<String>,
    /// Whether he came without having been enrolled.
    #[diesel(sql_type = Bool)]
    pub is_walk_in: bool,
    /// When he was taken off the roll.
    #[diesel(sql_type = Nullable<Date>)]
    pub withdrawn_on: Option<NaiveDate>,
    /// Why.
    #[diesel(sql_type = Nullable<Text>)]
    pub withdrawal_reason: Option<String>,
    /// Hours that he was present; none: nothing is entered.
    #[diesel(sql_type = Nullable<Numeric>)]
    pub hours: Option<BigDecimal>,
    /// Code of the result.
    #[diesel(sql_type = Nullable<Text>)]
    pub result: Option<String>,
    /// Free text.
    #[diesel(sql_type = Nullable<Text>)]
    pub note: Option<String>,
    /// Version of the attendance.
    #[diesel(sql_type = Nullable<Integer>)]
    pub version: Option<i32>,
}

/// A page of the roll of a class by name, after a place, at most `limit`: everybody where the scope keeps the class, its
/// own members in a class of an organisation above. `all`: also those who were taken off it.
///
/// # Errors
/// Whatever the database answers.
pub async fn roll(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    class: TrainingClassId,
    all: bool,
    after: Option<&RollPlace>,
    limit: i64,
) -> QueryResult<Vec<RollLine>> {
    diesel::sql_query(
        "SELECT * FROM (SELECT e.number, e.membership_id, p.name, coalesce(m.sort_key, '') AS sort_key, p.sex, m.branch_id, \
            o.name AS branch, e.is_walk_in, e.withdrawn_on, e.withdrawal_reason, a.hours, a.result, a.note, a.version \
         FROM (SELECT *, row_number() OVER (ORDER BY created_at, membership_id) AS number \
            FROM training_enrolments WHERE county_id = $1 AND class_id = $2) e \
         LEFT JOIN memberships m ON m.county_id = $1 AND m.id = e.membership_id AND m.path >= $3 AND m.path < $4 \
         LEFT JOIN people p ON p.county_id = $1 AND p.id = m.person_id \
         LEFT JOIN organisations o ON o.county_id = $1 AND o.id = m.branch_id \
         LEFT JOIN training_attendances a ON a.county_id = $1 AND a.class_id = e.class_id \
            AND a.membership_id = e.membership_id \
         WHERE ($5 OR e.withdrawn_on IS NULL) \
            AND (m.id IS NOT NULL OR e.path >= $3 AND e.path < $4)) line \
         WHERE $6::text IS NULL OR (sort_key, membership_id) > ($6, $7::uuid) \
         ORDER BY sort_key, membership_id LIMIT $8",
    )
    .bind::<Uuid, _>(within.county)
    .bind::<Uuid, _>(class)
    .bind::<Text, _>(within.path.as_str())
    .bind::<Text, _>(within.path.end())
    .bind::<Bool, _>(all)
    .bind::<Nullable<Text>, _>(after.map(|place| place.sort_key.clone()))
    .bind::<Nullable<Uuid>, _>(after.map(|place| place.id))
    .bind::<BigInt, _>(limit)
    .load(conn)
    .await
}

#[derive(QueryableByName)]
struct Total {
    #[diesel(sql_type = BigInt)]
    total: i64,
}

/// How many lines [`roll`] has in all its pages.
///
/// # Errors
/// Whatever the database answers.
pub async fn count_roll(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    class: TrainingClassId,
    all: bool,
) -> QueryResult<i64> {
    let found: Total = diesel::sql_query(
        "SELECT count(*) AS total FROM training_enrolments e \
         LEFT JOIN memberships m ON m.county_id = $1 AND m.id = e.membership_id AND m.path >= $3 AND m.path < $4 \
         WHERE e.county_id = $1 AND e.class_id = $2 AND ($5 OR e.withdrawn_on IS NULL) \
            AND (m.id IS NOT NULL OR e.path >= $3 AND e.path < $4)",
    )
    .bind::<Uuid, _>(within.county)
    .bind::<Uuid, _>(class)
    .bind::<Text, _>(within.path.as_str())
    .bind::<Text, _>(within.path.end())
    .bind::<Bool, _>(all)
    .get_result(conn)
    .await?;
    Ok(found.total)
}
