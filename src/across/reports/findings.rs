//! What a report says beside its figures: whom the identity of the flow does not explain, what was recorded late, and
//! which revisions amended the quarter.

use diesel_async::{AsyncPgConnection, RunQueryDsl};

use super::basis::Basis;
use super::differences::Sides;
use super::facts::{TOP, inside};
use super::figures::MOVES;
use super::report::{Amendment, Finding, LateEntry, Named};
use super::source::{Table, rows_of};
use crate::base::error::Result;
use crate::records::quarters;

/// At most so many names stand in a report; the rest is behind the figure.
const NAMES: i64 = 200;
/// At most so many rows of an amendment.
const ROWS: usize = 200;
/// Of so many amendments, the last ones.
const TOLD_ROW_BY_ROW: usize = 8;

/// The members for whom opening, flow and closing do not agree.
///
/// # Errors
/// Whatever the database answers.
pub(super) async fn unbalanced(
    conn: &mut AsyncPgConnection,
    basis: &Basis,
    organisation: &str,
) -> Result<Vec<Finding>> {
    let of = |table| rows_of(table, basis, organisation);
    let here = inside("f.to_path", TOP);
    let gone = inside("f.from_path", TOP);
    let statement = format!(
        "SELECT e.membership_id AS id, p.name, e.difference FROM ( \
            SELECT membership_id, sum(amount)::bigint AS difference FROM ( \
                SELECT f.membership_id, 1 AS amount FROM ({opening}) f WHERE {here} \
                UNION ALL SELECT f.membership_id, {here}::int - {gone}::int FROM ({flow}) f WHERE {MOVES} \
                UNION ALL SELECT f.membership_id, -1 FROM ({closing}) f WHERE {here}) amounts \
            GROUP BY membership_id HAVING sum(amount) <> 0) e \
         LEFT JOIN memberships m ON m.county_id = $1 AND m.id = e.membership_id \
         LEFT JOIN people p ON p.county_id = $1 AND p.id = m.person_id \
         ORDER BY e.membership_id LIMIT {NAMES}",
        opening = of(Table::Opening),
        flow = of(Table::Flow),
        closing = of(Table::Members),
    );
    let members: Vec<Named> = basis.ask(vec![organisation.to_owned()]).about(statement).load(conn).await?;
    Ok(vec![Finding {
        rule: "flow.balance",
        message: "下列党员的期初、变动与期末对不上，请核对其党籍状态、所在支部的起止日期。".to_owned(),
        members,
    }])
}

/// Whose past was recorded after the closing of the quarter before.
///
/// # Errors
/// Whatever the database answers.
pub(super) async fn recorded_late(
    conn: &mut AsyncPgConnection,
    basis: &Basis,
    organisation: &str,
) -> Result<Vec<LateEntry>> {
    if basis.previous_number.is_none() {
        return Ok(Vec::new());
    }
    let statement = format!(
        "SELECT f.membership_id AS id, p.name, f.day, ({here}::int - {gone}::int)::bigint AS amount FROM ({flow}) f \
         LEFT JOIN people p ON p.county_id = $1 AND p.id = f.person_id \
         WHERE f.kind = 'recorded_late' AND {here} <> {gone} ORDER BY f.membership_id LIMIT {NAMES}",
        here = inside("f.to_path", TOP),
        gone = inside("f.from_path", TOP),
        flow = rows_of(Table::Flow, basis, organisation),
    );
    Ok(basis.ask(vec![organisation.to_owned()]).about(statement).load(conn).await?)
}

/// The revisions that amended the quarter, up to the one reported, each with the rows of an organisation that differ from
/// the revision before; of the first ones, where they are many, the reason alone.
///
/// # Errors
/// Whatever the database answers.
pub(super) async fn amendments(
    conn: &mut AsyncPgConnection,
    basis: &Basis,
    organisation: &str,
) -> Result<Vec<Amendment>> {
    let Some(revision) = &basis.revision else { return Ok(Vec::new()) };
    let found = quarters::queries::amendments(conn, &basis.county, basis.quarter, revision.number).await?;
    let brief = found.len().saturating_sub(TOLD_ROW_BY_ROW);
    let mut amendments = Vec::new();
    for (place, amended) in found.into_iter().enumerate() {
        let new = Basis { revision: Some(amended.clone()), ..basis.clone() };
        let sides = Sides::between(&new, organisation);
        let limit = if place < brief { 0 } else { ROWS };
        let (differences, more) = sides.page(conn, None, limit).await?;
        let shown = i64::try_from(differences.len()).unwrap_or(i64::MAX);
        amendments.push(Amendment {
            revision: amended.number,
            reason: amended.reason.unwrap_or_default(),
            at: amended.closed_at,
            preparer: amended.preparer,
            confirmer: amended.confirmer,
            rows: if more { sides.count(conn).await? } else { shown },
            differences,
        });
    }
    Ok(amendments)
}
