//! The set-based statements that verbs share. Only verbs of this area call them, inside their transaction. Rows travel
//! as one JSON document: one statement that stays prepared, however many rows and columns.

use diesel::sql_types::{Jsonb, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde_json::{Value, json};

use crate::base::actor::Actor;
use crate::base::error::Result;
use crate::base::ids::{CountyId, MembershipId, TrainingClassId};
use crate::base::scope::Path;
use crate::records::audit;

/// The subject of entries about classes.
pub(super) const CLASS: &str = "training_class";

/// Runs a statement with the county as `$1` and rows as `$2`; answers how many rows it wrote.
pub(super) async fn run(
    conn: &mut AsyncPgConnection,
    county: CountyId,
    statement: &'static str,
    rows: &[Value],
) -> diesel::QueryResult<usize> {
    if rows.is_empty() {
        return Ok(0);
    }
    diesel::sql_query(statement)
        .bind::<Uuid, _>(county)
        .bind::<Jsonb, _>(Value::Array(rows.to_vec()))
        .execute(conn)
        .await
}

/// Who came to which class, as statements read it.
pub(super) fn pairs(touched: &[(TrainingClassId, MembershipId)]) -> Vec<Value> {
    touched.iter().map(|(class, member)| json!({ "class_id": class, "membership_id": member })).collect()
}

/// Forgets which class trained the members of some attendances: they change, and a completion points to them.
pub(super) async fn forget_completions(
    conn: &mut AsyncPgConnection,
    county: CountyId,
    touched: &[Value],
) -> diesel::QueryResult<usize> {
    run(
        conn,
        county,
        "DELETE FROM training_completions t USING training_classes c, \
            jsonb_to_recordset($2) AS n (class_id uuid, membership_id uuid) \
         WHERE c.county_id = $1 AND c.id = n.class_id AND t.county_id = $1 \
            AND t.programme_id = c.programme_id AND t.membership_id = n.membership_id",
        touched,
    )
    .await
}

/// Writes anew which class trained the members of some attendances: the first one of the programme that each passed.
/// Micro-lessons and lectures train nobody.
pub(super) async fn complete(
    conn: &mut AsyncPgConnection,
    county: CountyId,
    touched: &[Value],
) -> diesel::QueryResult<usize> {
    run(
        conn,
        county,
        "INSERT INTO training_completions (county_id, programme_id, membership_id, class_id, passed_on) \
         SELECT DISTINCT ON (c.programme_id, a.membership_id) $1, c.programme_id, a.membership_id, c.id, c.last_day \
         FROM (SELECT DISTINCT k.programme_id, n.membership_id \
                FROM jsonb_to_recordset($2) AS n (class_id uuid, membership_id uuid) \
                JOIN training_classes k ON k.county_id = $1 AND k.id = n.class_id) t \
         JOIN training_attendances a ON a.county_id = $1 AND a.membership_id = t.membership_id \
            AND a.result <> 'failed' \
         JOIN training_classes c ON c.county_id = $1 AND c.id = a.class_id AND c.programme_id = t.programme_id \
            AND c.kind = 'class' \
         ORDER BY c.programme_id, a.membership_id, c.last_day, c.id",
        touched,
    )
    .await
}

/// What an entry of the trail about classes says.
pub(super) struct Told<'a> {
    /// What was done.
    pub action: &'static str,
    /// The classes that it concerns, in the order of the commands.
    pub classes: &'a [TrainingClassId],
    /// Where it was done.
    pub path: &'a Path,
    /// How many rows it concerns.
    pub count: usize,
    /// What to say of it where it is about one class.
    pub details: Value,
}

/// Appends the entry of a verb: about one class with its details, about many with a digest over their ids.
pub(super) async fn append(conn: &mut AsyncPgConnection, actor: &Actor, told: Told<'_>) -> Result<()> {
    let first = told.classes.iter().next();
    let one = first.filter(|first| told.classes.iter().all(|class| class == *first));
    let (subject, path, details) = match one {
        Some(one) => (Some(one.0), told.path, told.details),
        None => (
            None,
            &actor.scope.path,
            json!({ "classes_sha256": audit::digest(told.classes.iter().map(|class| class.0)) }),
        ),
    };
    audit::append(
        conn,
        actor,
        &audit::Entry { action: told.action, subject_kind: CLASS, subject, count: told.count, path, details },
    )
    .await
}
