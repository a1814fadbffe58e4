//! The statement that turns the dated awards of villages into facts as of the last day of a quarter. Its parameters and
//! its dating are those of [`super::facts`].

use super::facts::{Extent, LAST_DAY, last_tree};

/// The columns of `award_facts`: the awards that hold on the last day, whenever they were given, by the scheme that is the
/// county's primary one on that day.
pub fn awards(extent: Extent) -> String {
    let (with, within) = (extent.with(last_tree, ""), extent.holds("t.path"));
    format!(
        "{with}SELECT a.id AS award_id, a.village_id, t.path, a.kind, a.year, a.given_on \
         FROM awards a \
         JOIN award_schemes s ON s.county_id = $1 AND s.code = a.scheme_code AND s.is_primary \
            AND s.from_day <= {LAST_DAY} AND (s.to_day IS NULL OR {LAST_DAY} < s.to_day) \
         JOIN placed t ON t.id = a.village_id \
         WHERE a.county_id = $1 AND a.given_on <= {LAST_DAY} \
            AND (a.revoked_on IS NULL OR {LAST_DAY} < a.revoked_on) AND {within}"
    )
}
