//! Which figures of a county an amendment would move, and who entered or corrected what it would take up.

use std::collections::HashMap;

use diesel_async::{AsyncPgConnection, RunQueryDsl};

use super::amend::rested;
use super::basis::Basis;
use super::counting::{Counter, KeptCounts, WITHOUT_COMPILING};
use super::differences::Difference;
use super::figures::{self, Amount, Change, Figure, Part, Table, Value};
use super::measure::measure;
use crate::base::actor::Actor;
use crate::base::db;
use crate::base::error::{OrMissing, Result};
use crate::base::policy::{self, Action};
use crate::base::values::Quarter;
use crate::records::quarters::{self, Origin};

/// A figure that an amendment would move.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MovedFigure {
    /// The code.
    pub code: String,
    /// What is counted, in Chinese.
    pub label: String,
    /// The Chinese name of the unit.
    pub unit: &'static str,
    /// What the latest revision says.
    pub from: Option<Amount>,
    /// What the records of this moment say.
    pub to: Option<Amount>,
    /// The difference; none where one of the two has no number.
    pub change: Change,
}

/// The figures of the whole county whose number an amendment of a closed quarter would move, in the order of the report.
/// Openings follow from the quarter before, and the trail is read as it is: neither is told. What was counted of the
/// revision before is taken from `kept`.
///
/// # Errors
/// `Missing` where the quarter is open, `Forbidden` for whom may not amend the county's quarters.
pub async fn moved_figures(
    conn: &mut AsyncPgConnection,
    kept: &KeptCounts,
    actor: &Actor,
    quarter: Quarter,
) -> Result<Vec<MovedFigure>> {
    let county = actor.scope.whole_county();
    policy::require(actor, Action::CloseQuarter, &county.path)?;
    let code = county.path.as_str().trim_end_matches('/').to_owned();
    let asked = std::slice::from_ref(&code);
    db::read_snapshot(conn, &county, async |conn| {
        diesel::sql_query(WITHOUT_COMPILING).execute(conn).await?;
        let latest =
            quarters::queries::latest(conn, &county, quarter).await.or_missing("该季度已结账的版本")?;
        let old = Basis::of(conn, &county, quarter, Some(latest.number)).await?;
        let new = rested(conn, &county, quarter, &latest).await?;
        let all: Vec<Figure> = figures::sections(new.star_scale.max(old.star_scale), &new.words)
            .into_iter()
            .flat_map(|section| section.figures)
            .filter(|figure| !matches!(figure.numerator.table, Table::Opening | Table::Trail))
            .collect();
        let parts: Vec<Part> = all.iter().flat_map(Figure::parts).collect();
        let counter = Counter { kept: Some(kept), codes: asked };
        let before = counter.measure(conn, &old, parts.clone()).await?;
        let after = measure(conn, &new, asked, parts).await?;
        let moved = all.iter().filter_map(|figure| {
            let [from, to] = [&before, &after].map(|counts| Value::of(figure, |part| counts.of(&code, part)));
            (from.amount() != to.amount()).then(|| MovedFigure {
                code: figure.code.clone(),
                label: figure.label.clone(),
                unit: figure.unit.name(),
                from: from.amount(),
                to: to.amount(),
                change: to.change(&from),
            })
        });
        Ok(moved.collect())
    })
    .await
}

/// Who entered or corrected last what stands behind rows that differ from the latest revision of a quarter, and when, in
/// the order of the rows; none where nothing happened to the records themselves: a number of them follows others.
///
/// # Errors
/// `Missing` where the quarter is open, `Forbidden` for whom may not amend the county's quarters.
pub async fn origins(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    quarter: Quarter,
    rows: &[Difference],
) -> Result<Vec<Option<Origin>>> {
    let county = actor.scope.whole_county();
    policy::require(actor, Action::CloseQuarter, &county.path)?;
    let ids: Vec<uuid::Uuid> = rows.iter().flat_map(|row| row.records.iter().copied()).collect();
    let found = db::read(conn, &county, async |conn| {
        let latest =
            quarters::queries::latest(conn, &county, quarter).await.or_missing("该季度已结账的版本")?;
        Ok(quarters::origins(conn, &county, &ids, latest.closed_at).await?)
    })
    .await?;
    let by_record: HashMap<uuid::Uuid, Origin> =
        found.into_iter().map(|origin| (origin.id, origin)).collect();
    let of = |row: &Difference| {
        let known = row.records.iter().filter_map(|id| by_record.get(id));
        known.max_by_key(|origin| origin.at).cloned()
    };
    Ok(rows.iter().map(of).collect())
}
