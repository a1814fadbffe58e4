//! The team picture (班子结构): who leads the villages of an organisation, each figure beside the term before. It counts
//! what the quarterly report counts, by the same figures.

use diesel_async::AsyncPgConnection;
use serde::Serialize;

use chrono::NaiveDate;

use super::basis::Basis;
use super::figures::{self, Against, Amount, Comparison, Figure, FigureValue, Part, TermBefore, Value};
use super::missed::{self, MissedTarget};
use super::quarterly::reported;
use super::report::OrganisationName;
use super::targets::{self, TargetLine};
use super::team_counts;
use crate::base::actor::Actor;
use crate::base::db;
use crate::base::error::Result;
use crate::base::scope::Scope;
use crate::base::values::Quarter;
use crate::records::organisations::Organisation;
use crate::records::slates;

/// The team picture of an organisation in a quarter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct TeamPicture {
    /// Whose picture it is.
    pub organisation: OrganisationName,
    /// The quarter.
    #[schema(value_type = String)]
    pub quarter: Quarter,
    /// Its last day, on which everything is counted.
    pub as_of: NaiveDate,
    /// The revision; none: the quarter is open, and the figures are those of this moment.
    pub revision: Option<i32>,
    /// The figures.
    pub lines: Vec<PictureLine>,
    /// The county's targets for such an organisation in force on that day.
    pub targets: Vec<TargetLine>,
    /// The towns and villages below that miss a target for organisations of their level, target by target.
    pub missed_below: Vec<MissedTarget>,
}

impl TeamPicture {
    /// The line of a figure.
    #[must_use]
    pub fn line(&self, code: &str) -> Option<&PictureLine> {
        self.lines.iter().find(|line| line.figure.code == code)
    }
}

/// A figure beside the term before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct PictureLine {
    /// The figure of this term.
    pub figure: FigureValue,
    /// The same in the term before; none where none is on record.
    pub before: Option<BeforeValue>,
    /// What is left of it is counted in: `points` for percentages, else the unit of the figure.
    pub change_unit: &'static str,
    /// The difference of unrounded values, rounded.
    #[schema(value_type = Option<f64>)]
    pub change: Option<Amount>,
    /// The difference in percent of the value before.
    #[schema(value_type = Option<f64>)]
    pub relative_change: Option<Amount>,
}

/// A figure in the term before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct BeforeValue {
    /// The number; null where the denominator is 0.
    #[schema(value_type = Option<f64>)]
    pub value: Option<Amount>,
    /// Its parts.
    #[serde(flatten)]
    pub parts: TermBefore,
}

/// The team picture of an organisation, on a connection that may read the whole county.
///
/// # Errors
/// `Missing` for an organisation outside the actor's subtree or a revision that does not exist, `Forbidden` for whom
/// sees no records, `Refused` for a quarter that has not begun.
pub async fn team_picture(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    organisation: &str,
    quarter: Quarter,
    revision: Option<i32>,
) -> Result<TeamPicture> {
    let county = actor.scope.whole_county();
    db::read_snapshot(conn, &county, async |conn| {
        let organisation = reported(conn, actor, organisation).await?;
        Ok(counted(conn, &county, &organisation, quarter, revision).await?.0)
    })
    .await
}

/// Counts the picture of an organisation that the actor may see; and whether rows that it is added up from are to be made
/// again.
pub(super) async fn counted(
    conn: &mut AsyncPgConnection,
    county: &Scope,
    organisation: &Organisation,
    quarter: Quarter,
    revision: Option<i32>,
) -> Result<(TeamPicture, bool)> {
    let basis = Basis::of(conn, county, quarter, revision).await?;
    let figures = figures::of_committees(&basis.words);
    let (counts, due) = team_counts::of_organisation(conn, &basis, organisation).await?;
    let count = |part: &Part| counts.of(&organisation.code, part);
    let as_of = quarter.last_day();
    let targets = slates::queries::targets(conn, county.county).await?;
    let missed_below = missed::missed_below(conn, &basis, organisation, &targets, &figures).await?;
    let picture = TeamPicture {
        missed_below,
        targets: targets::held(&targets, organisation.kind(), as_of, &figures, count),
        lines: lines(&figures, count, as_of),
        organisation: OrganisationName {
            code: organisation.code.clone(),
            name: organisation.name.clone(),
            kind: organisation.kind.clone(),
        },
        quarter,
        as_of,
        revision: basis.revision.as_ref().map(|revision| revision.number),
    };
    Ok((picture, due))
}

/// Each figure beside the term before, as `count` knows their parts.
pub(super) fn lines(
    figures: &[Figure],
    count: impl Fn(&Part) -> i64 + Copy,
    as_of: NaiveDate,
) -> Vec<PictureLine> {
    let own = figures.iter().filter(|figure| figure.comparison.is_none());
    own.map(|figure| {
        let against = |wanted: Against| {
            let suffix = if wanted == Against::Difference { "change" } else { "relative_change" };
            figures.iter().find(|other| other.code == format!("{}.{suffix}", figure.code))
        };
        let change = against(Against::Difference);
        let amount = |figure: Option<&Figure>| Value::of(figure?, count).amount();
        PictureLine {
            before: change.and_then(|change| before(figure, change.comparison?, count)),
            change_unit: change.map_or(figure.unit, |change| change.unit).code(),
            change: amount(change),
            relative_change: amount(against(Against::Relative)),
            figure: figure.value(Value::of(figure, count), None, as_of),
        }
    })
    .collect()
}

/// A figure in the term before; none where none is on record.
pub(super) fn before(figure: &Figure, term: Comparison, count: impl Fn(&Part) -> i64) -> Option<BeforeValue> {
    if count(&term.known) == 0 {
        return None;
    }
    let then = Figure { numerator: term.numerator, denominator: term.denominator, ..figure.clone() };
    let value = Value::of(&then, count);
    let parts = TermBefore { numerator: value.numerator, denominator: value.denominator };
    Some(BeforeValue { value: value.amount(), parts })
}
