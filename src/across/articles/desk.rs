//! A draft beside the records of an organisation: reads the figures of a year, then checks. Nothing of the draft is kept
//! and nothing of it is written down: not to the database, not to a log, not to the trail.

use super::checked::{Checked, check};
use super::draft::Draft;
use super::records::{Known, KnownValue};
use crate::across::reports::figures::{Amount, FigureValue, Unit};
use crate::across::reports::{self, OrganisationName};
use crate::base::actor::Actor;
use crate::base::db::Database;
use crate::base::error::{Error, Result};
use crate::base::values::Quarter;

/// What was found, and beside which records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Whose records.
    pub organisation: OrganisationName,
    /// The quarter that was asked about.
    pub quarter: Quarter,
    /// The quarters whose figures were looked at, the one that was asked about first.
    pub quarters: Vec<Quarter>,
    /// The revision of that quarter; none: the records of this moment.
    pub revision: Option<i32>,
    /// Whether the draft names the organisation at all.
    pub is_named: bool,
    /// What was found.
    pub checked: Checked,
}

/// Checks a draft against the figures of an organisation in a quarter and the three before it.
///
/// # Errors
/// `Missing` for an organisation outside the actor's scope, `Forbidden` for whom sees no records, `Refused` for a quarter
/// that has not begun.
pub async fn check_draft(
    database: &Database,
    actor: &Actor,
    organisation: &str,
    quarter: Quarter,
    draft: &Draft,
) -> Result<Report> {
    let earlier = quarter.previous().previous();
    let (now, before) = {
        let mut conn = database.report().await?;
        let now = reports::all_figures(&mut conn, actor, organisation, quarter).await?;
        let before = match reports::all_figures(&mut conn, actor, organisation, earlier).await {
            Ok(before) => before.figures,
            // Half a year ago the organisation need not have been there.
            Err(Error::Missing { .. }) => Vec::new(),
            Err(other) => return Err(other),
        };
        (now, before)
    };
    let known: Vec<Known> = now.figures.iter().map(|figure| known(figure, &before, quarter)).collect();
    let is_named = draft.text.contains(short(&now.organisation.name));
    let (text, lines, kind) = (draft.text.clone(), draft.lines, now.organisation.kind.clone());
    let checked = tokio::task::spawn_blocking(move || check(&text, lines, &known, &kind))
        .await
        .map_err(Error::broken)?;
    Ok(Report {
        organisation: now.organisation,
        quarter,
        quarters: vec![quarter, quarter.previous(), earlier, earlier.previous()],
        revision: now.revision,
        is_named,
        checked: checked.map_err(Error::broken)?,
    })
}

/// A figure with its values of four quarters, the latest first.
fn known(figure: &FigureValue, before: &[FigureValue], quarter: Quarter) -> Known {
    let other = before.iter().find(|other| other.code == figure.code);
    let earlier = quarter.previous().previous();
    let values = [
        (quarter, figure.value),
        (quarter.previous(), figure.previous),
        (earlier, other.and_then(|other| other.value)),
        (earlier.previous(), other.and_then(|other| other.previous)),
    ];
    let value = |(quarter, amount): (Quarter, Option<Amount>)| {
        Some(KnownValue {
            quarter: quarter.to_string(),
            title: quarter.title(),
            hundredths: hundredths(amount?)?,
        })
    };
    let unit = Unit::ALL.into_iter().find(|unit| unit.code() == figure.unit).map_or("", Unit::name);
    Known {
        code: figure.code.clone(),
        label: figure.label.clone(),
        unit,
        values: values.into_iter().filter_map(value).collect(),
    }
}

fn hundredths(amount: Amount) -> Option<i64> {
    match amount {
        Amount::Whole(number) => number.checked_mul(100),
        Amount::Decimal(number) => Some(number.hundredths()),
    }
}

/// A name as it stands in running text: 巫山 of 巫山县.
fn short(name: &str) -> &str {
    let ends = ["土家族自治县", "自治县", "街道", "社区", "县", "区", "市", "镇", "乡", "村"];
    let short = ends.iter().find_map(|end| name.strip_suffix(end));
    short.filter(|short| short.chars().count() >= 2).unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::short;

    #[test]
    fn a_name_is_shortened_as_people_do() {
        assert_eq!(
            [short("巫山县"), short("五峰土家族自治县"), short("官渡镇"), short("忠县"), short("机关")],
            ["巫山", "五峰", "官渡", "忠县", "机关"]
        );
    }
}
