//! Every read of training.

mod classes;
mod history;
pub mod pairs;
mod programmes;
mod sites;
mod waiting;

use std::collections::{HashMap, HashSet};

use diesel::prelude::*;
use diesel::sql_types::{Jsonb, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde_json::json;

use crate::base::error::{Error, OrMissing, Result};
use crate::base::ids::{
    CountyId, MembershipId, OrganisationId, TrainingClassId, TrainingExemptionId, TrainingProgrammeId,
};
use crate::base::scope::{Path, Scope};
use crate::records::organisations::Organisation;
use crate::records::training::model::{Attendance, Class, Exemption, Field, Programme};
use crate::schema::{
    memberships, organisations, training_attendances, training_classes, training_demands,
    training_enrolments, training_exemptions, training_fields, training_programmes,
};

pub use classes::{
    ClassCard, ClassFilter, ClassPlace, RollLine, RollPlace, attendances, class_by_code, classes_by_code,
    count_classes, count_roll, find_class, list_classes, roll,
};
pub use history::{HistoryLine, TrainingHistory, YearHours, exemptions_of, history};
pub use programmes::{DemandVersion, ProgrammeRecord, primary_on, programme, programme_by_word, programmes};
pub(crate) use sites::site_uses;
pub use sites::{SiteUse, TrainingSite, sites};
pub use waiting::{TrainingWaiting, waiting};

/// Classes by id that stand inside a scope, locked until the transaction ends, in the order given.
///
/// # Errors
/// `Missing` where the scope has no such class.
pub(super) async fn lock_classes(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    ids: &[TrainingClassId],
) -> Result<Vec<Class>> {
    let rows: Vec<Class> = training_classes::table
        .filter(training_classes::county_id.eq(within.county))
        .filter(
            training_classes::path.ge(within.path.as_str()).and(training_classes::path.lt(within.path.end())),
        )
        .filter(training_classes::id.eq_any(ids))
        .order(training_classes::id)
        .select(Class::as_select())
        .for_update()
        .load(conn)
        .await?;
    let by_id: HashMap<TrainingClassId, Class> = rows.into_iter().map(|row| (row.id, row)).collect();
    ids.iter().map(|id| by_id.get(id).cloned().or_missing("这个班次")).collect()
}

/// Classes by id that stand inside a scope.
///
/// # Errors
/// Whatever the database answers.
pub async fn classes_by_id(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    ids: &[TrainingClassId],
) -> QueryResult<HashMap<TrainingClassId, Class>> {
    let rows: Vec<Class> = training_classes::table
        .filter(training_classes::county_id.eq(within.county))
        .filter(
            training_classes::path.ge(within.path.as_str()).and(training_classes::path.lt(within.path.end())),
        )
        .filter(training_classes::id.eq_any(ids))
        .select(Class::as_select())
        .load(conn)
        .await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// Members by id inside a scope with where they stand, locked until the transaction ends.
///
/// # Errors
/// `Missing` where the scope has no such member.
pub(super) async fn lock_members(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    ids: &[MembershipId],
) -> Result<HashMap<MembershipId, Path>> {
    let rows: Vec<(MembershipId, String)> = memberships::table
        .filter(memberships::county_id.eq(within.county))
        .filter(memberships::path.ge(within.path.as_str()).and(memberships::path.lt(within.path.end())))
        .filter(memberships::id.eq_any(ids))
        .order(memberships::id)
        .select((memberships::id, memberships::path))
        .for_no_key_update()
        .load(conn)
        .await?;
    let found: HashMap<MembershipId, Path> =
        rows.into_iter().map(|(id, path)| (id, Path::stored(path))).collect();
    if ids.iter().all(|id| found.contains_key(id)) {
        Ok(found)
    } else {
        Err(Error::Missing { what: "这名党员" })
    }
}

/// Waits for whoever is writing about the same members. Its transaction sees the whole county.
///
/// # Errors
/// Whatever the database answers.
pub(super) async fn queue_members(
    conn: &mut AsyncPgConnection,
    county: CountyId,
    ids: &[MembershipId],
) -> QueryResult<()> {
    let _: Vec<MembershipId> = memberships::table
        .filter(memberships::county_id.eq(county).and(memberships::id.eq_any(ids)))
        .order(memberships::id)
        .select(memberships::id)
        .for_no_key_update()
        .load(conn)
        .await?;
    Ok(())
}

/// Exemptions by id of members inside a scope, locked until the transaction ends, in the order given.
///
/// # Errors
/// `Missing` where there is none.
pub(super) async fn lock_exemptions(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    ids: &[TrainingExemptionId],
) -> Result<Vec<Exemption>> {
    let rows: Vec<Exemption> = training_exemptions::table
        .filter(training_exemptions::county_id.eq(within.county).and(training_exemptions::id.eq_any(ids)))
        .order(training_exemptions::id)
        .select(Exemption::as_select())
        .for_update()
        .load(conn)
        .await?;
    let by_id: HashMap<TrainingExemptionId, Exemption> = rows.into_iter().map(|row| (row.id, row)).collect();
    ids.iter().map(|id| by_id.get(id).cloned().or_missing("这项免训")).collect()
}

/// Programmes of the county by id.
///
/// # Errors
/// Whatever the database answers.
pub(super) async fn programmes_by_id(
    conn: &mut AsyncPgConnection,
    county: CountyId,
    ids: &[TrainingProgrammeId],
) -> QueryResult<Vec<Programme>> {
    training_programmes::table
        .filter(training_programmes::county_id.eq(county).and(training_programmes::id.eq_any(ids)))
        .select(Programme::as_select())
        .load(conn)
        .await
}

/// The fields of programmes, in their order.
///
/// # Errors
/// Whatever the database answers.
pub(super) async fn fields_of(
    conn: &mut AsyncPgConnection,
    county: CountyId,
    programmes: &[TrainingProgrammeId],
) -> QueryResult<Vec<Field>> {
    training_fields::table
        .filter(training_fields::county_id.eq(county).and(training_fields::programme_id.eq_any(programmes)))
        .order((training_fields::programme_id, training_fields::position))
        .select(Field::as_select())
        .load(conn)
        .await
}

/// Organisations of the county by id, wherever they stand: the tree is no secret inside a county.
///
/// # Errors
/// Whatever the database answers.
pub(super) async fn organisations(
    conn: &mut AsyncPgConnection,
    county: CountyId,
    ids: impl Iterator<Item = OrganisationId>,
) -> QueryResult<HashMap<OrganisationId, Organisation>> {
    let ids: HashSet<OrganisationId> = ids.collect();
    let rows: Vec<Organisation> = organisations::table
        .filter(organisations::county_id.eq(county))
        .filter(organisations::id.eq_any(ids))
        .select(Organisation::as_select())
        .load(conn)
        .await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// Which of some numbers are in use.
///
/// # Errors
/// Whatever the database answers.
pub(super) async fn known_codes(
    conn: &mut AsyncPgConnection,
    county: CountyId,
    codes: &[String],
) -> QueryResult<HashSet<String>> {
    let known: Vec<String> = training_classes::table
        .filter(training_classes::county_id.eq(county).and(training_classes::code.eq_any(codes)))
        .select(training_classes::code)
        .load(conn)
        .await?;
    Ok(known.into_iter().collect())
}

/// How many stand on the roll of each class; none where nobody does.
///
/// # Errors
/// Whatever the database answers.
pub(super) async fn seats_taken(
    conn: &mut AsyncPgConnection,
    county: CountyId,
    ids: &[TrainingClassId],
) -> QueryResult<HashMap<TrainingClassId, i64>> {
    let rows: Vec<(TrainingClassId, i64)> = training_enrolments::table
        .filter(training_enrolments::county_id.eq(county).and(training_enrolments::class_id.eq_any(ids)))
        .filter(training_enrolments::withdrawn_on.is_null())
        .group_by(training_enrolments::class_id)
        .select((training_enrolments::class_id, diesel::dsl::count_star()))
        .load(conn)
        .await?;
    Ok(rows.into_iter().collect())
}

/// Which classes need the unified items on their first day.
///
/// # Errors
/// Whatever the database answers.
pub(super) async fn unified(
    conn: &mut AsyncPgConnection,
    county: CountyId,
    classes: &[Class],
) -> QueryResult<HashSet<TrainingClassId>> {
    let ids: Vec<TrainingClassId> = classes.iter().map(|class| class.id).collect();
    let rows: Vec<TrainingClassId> = training_classes::table
        .inner_join(
            training_demands::table.on(training_demands::county_id
                .eq(training_classes::county_id)
                .and(training_demands::programme_id.eq(training_classes::programme_id))
                .and(training_demands::from_day.le(training_classes::first_day))
                .and(
                    training_demands::to_day
                        .is_null()
                        .or(training_demands::to_day.gt(training_classes::first_day.nullable())),
                )),
        )
        .filter(training_classes::county_id.eq(county).and(training_classes::id.eq_any(ids)))
        .filter(training_demands::is_unified)
        .select(training_classes::id)
        .load(conn)
        .await?;
    Ok(rows.into_iter().collect())
}

#[derive(QueryableByName)]
struct OfBranch {
    #[diesel(sql_type = Uuid)]
    class_id: TrainingClassId,
    #[diesel(sql_type = Uuid)]
    branch_id: OrganisationId,
    #[diesel(sql_type = Uuid)]
    membership_id: MembershipId,
}

/// Who belonged to a branch on the first day of a class, in the register or not, in the order of the names.
///
/// # Errors
/// `Missing` where a class is not on record or a branch stands outside the scope.
pub(super) async fn members_of_branches(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    asked: &[(TrainingClassId, OrganisationId)],
) -> Result<HashMap<(TrainingClassId, OrganisationId), Vec<MembershipId>>> {
    if asked.is_empty() {
        return Ok(HashMap::new());
    }
    let known = organisations(conn, within.county, asked.iter().map(|(_, branch)| *branch)).await?;
    for (_, branch) in asked {
        known.get(branch).filter(|one| within.path.contains(&one.path())).or_missing("这个党支部")?;
    }
    let rows: Vec<_> =
        asked.iter().map(|(class, branch)| json!({ "class_id": class, "branch_id": branch })).collect();
    let found: Vec<OfBranch> = diesel::sql_query(
        "SELECT n.class_id, n.branch_id, b.membership_id \
         FROM jsonb_to_recordset($2) AS n (class_id uuid, branch_id uuid) \
         JOIN training_classes c ON c.county_id = $1 AND c.id = n.class_id \
         JOIN branch_memberships b ON b.county_id = $1 AND b.branch_id = n.branch_id AND b.from_day <= c.first_day \
            AND (b.to_day IS NULL OR c.first_day < b.to_day) \
         JOIN memberships m ON m.county_id = $1 AND m.id = b.membership_id \
            AND (m.to_day IS NULL OR c.first_day < m.to_day) \
         ORDER BY n.class_id, n.branch_id, m.sort_key, m.id",
    )
    .bind::<Uuid, _>(within.county)
    .bind::<Jsonb, _>(serde_json::Value::Array(rows))
    .load(conn)
    .await?;
    let mut members: HashMap<_, Vec<MembershipId>> = HashMap::new();
    for row in found {
        members.entry((row.class_id, row.branch_id)).or_default().push(row.membership_id);
    }
    Ok(members)
}

/// What was entered of some members in some classes.
///
/// # Errors
/// Whatever the database answers.
pub(super) async fn attendances_of(
    conn: &mut AsyncPgConnection,
    county: CountyId,
    classes: &[TrainingClassId],
    members: &[MembershipId],
) -> QueryResult<HashMap<(TrainingClassId, MembershipId), Attendance>> {
    let rows: Vec<Attendance> = training_attendances::table
        .filter(training_attendances::county_id.eq(county))
        .filter(training_attendances::class_id.eq_any(classes))
        .filter(training_attendances::membership_id.eq_any(members))
        .select(Attendance::as_select())
        .load(conn)
        .await?;
    Ok(rows.into_iter().map(|row| ((row.class_id, row.membership_id), row)).collect())
}
