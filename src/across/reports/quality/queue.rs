//! The queue of repairs: from a rule straight through its records, one after the other, as they are found now. What was
//! mended is no longer found, so the queue goes on from the place of the record, not from its number.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use super::{IDENTITY, NAMES, QualityRow, Rule, SHOWN, Subject, findings, identity, rule};
use crate::across::reports::basis::Basis;
use crate::across::reports::quarterly::reported;
use crate::across::reports::source::extent;
use crate::base::actor::Actor;
use crate::base::error::{OrMissing, Result};
use crate::base::keys::KeyRing;
use crate::base::values::Quarter;
use crate::base::{clock, db};

/// Where somebody is in a queue: the place of the record before him, and its id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    /// Its place in the tree.
    pub path: String,
    /// Its id.
    pub id: uuid::Uuid,
}

/// Which record of a queue is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Direction {
    /// The first.
    First,
    /// The one after a place.
    After(Cursor),
    /// The one before a place.
    Before(Cursor),
}

/// A record of a queue.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct QueueItem {
    /// What the record is.
    pub subject: Subject,
    /// Its id.
    pub id: uuid::Uuid,
    /// Code of the organisation that it stands in; of an organisation, its own.
    pub organisation: String,
    /// Its name.
    pub name: Option<String>,
    /// Where it stands.
    pub place: Option<String>,
    /// What was found of it.
    pub detail: Option<String>,
    /// Its number in the queue, from 1.
    pub position: i64,
    /// How many records the queue has now.
    pub total: i64,
    /// Its place in the tree.
    pub path: String,
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(embed)]
    found: QualityRow,
    #[diesel(sql_type = BigInt)]
    position: i64,
    #[diesel(sql_type = BigInt)]
    total: i64,
}

/// The record of a queue in a direction; none where there is none.
///
/// # Errors
/// `Missing` for a rule that does not exist or an organisation outside the actor's subtree, `Forbidden` for whom sees no
/// records.
pub async fn step_queue(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    keys: &KeyRing,
    (code, organisation, quarter): (&str, &str, Quarter),
    direction: &Direction,
) -> Result<Option<QueueItem>> {
    let known = rule(code).or_missing("该规则")?;
    let county = actor.scope.whole_county();
    let quarter = quarter.min(Quarter::containing(clock::today()));
    db::read_snapshot(conn, &county, async |conn| {
        let found = reported(conn, actor, organisation).await?;
        if known.code == IDENTITY.code {
            let (_, rows) = identity::check(conn, actor, keys, &found.path()).await?;
            return Ok(of_rows(known, rows, direction));
        }
        let basis = Basis::live(conn, &county, quarter).await?;
        let (condition, order) = match direction {
            Direction::First => ("true", "x.position"),
            Direction::After(_) => ("(x.path, x.subject_id) > ($12 COLLATE \"C\", $13)", "x.position"),
            Direction::Before(_) => ("(x.path, x.subject_id) < ($12 COLLATE \"C\", $13)", "x.position DESC"),
        };
        let statement = format!(
            "WITH found AS MATERIALIZED (SELECT f.*, count(*) OVER () AS total, \
                row_number() OVER (ORDER BY f.path COLLATE \"C\", f.subject_id) AS position FROM ({}) f WHERE {}) \
             SELECT x.subject_id AS id, {SHOWN}, x.path, x.detail, x.position, x.total FROM found x {NAMES} \
             WHERE {condition} ORDER BY {order} LIMIT 1",
            findings(extent(&basis, &found.code), &basis.rules, basis.day()),
            known.filter
        );
        let (path, id) = match direction {
            Direction::First => (String::new(), uuid::Uuid::nil()),
            Direction::After(at) | Direction::Before(at) => (at.path.clone(), at.id),
        };
        let asked = basis.ask(vec![found.code.clone()]).about(statement);
        let line: Option<Line> =
            asked.bind::<Text, _>(path).bind::<Uuid, _>(id).get_result(conn).await.optional()?;
        Ok(line.map(|line| QueueItem::of(known, line.found, line.position, line.total)))
    })
    .await
}

impl QueueItem {
    fn of(rule: &Rule, row: QualityRow, position: i64, total: i64) -> Self {
        let codes = row.path.trim_end_matches('/');
        Self {
            subject: rule.subject,
            id: row.id,
            organisation: codes.rsplit('/').next().unwrap_or_default().to_owned(),
            name: row.name,
            place: row.place,
            detail: row.detail,
            position,
            total,
            path: row.path,
        }
    }
}

/// The record in a direction among rows that are in order.
fn of_rows(rule: &Rule, rows: Vec<QualityRow>, direction: &Direction) -> Option<QueueItem> {
    let total = i64::try_from(rows.len()).unwrap_or(i64::MAX);
    let key = |row: &QualityRow| (row.path.clone(), row.id);
    let at = match direction {
        Direction::First => (!rows.is_empty()).then_some(0),
        Direction::After(at) => rows.iter().position(|row| key(row) > (at.path.clone(), at.id)),
        Direction::Before(at) => rows.iter().rposition(|row| key(row) < (at.path.clone(), at.id)),
    }?;
    let row = rows.into_iter().nth(at)?;
    let position = i64::try_from(at).unwrap_or(i64::MAX).saturating_add(1);
    Some(QueueItem::of(rule, row, position, total))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_queue_goes_on_from_a_record_that_was_mended() {
        let id = uuid::Uuid::from_u128;
        let row = |path: &str, number: u128| QualityRow {
            id: id(number),
            name: None,
            place: None,
            detail: None,
            path: path.to_owned(),
        };
        let rows = || vec![row("1/a/", 7), row("1/b/", 3), row("1/b/", 9)];
        let at = |path: &str, number| Cursor { path: path.to_owned(), id: id(number) };
        let step = |direction| of_rows(&IDENTITY, rows(), &direction).map(|item| (item.position, item.id));
        assert_eq!(step(Direction::First), Some((1, id(7))));
        assert_eq!(step(Direction::After(at("1/a/", 8))), Some((2, id(3))));
        assert_eq!(step(Direction::After(at("1/b/", 9))), None);
        assert_eq!(step(Direction::Before(at("1/b/", 5))), Some((2, id(3))));
        assert_eq!(step(Direction::Before(at("1/a/", 7))), None);
    }
}
