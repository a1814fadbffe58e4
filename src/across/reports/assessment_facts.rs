//! The statement that turns the assessments of a quarter into facts. Its parameters are those of [`super::facts`]; ranks,
//! the flag and its streak are those of `ranking`.

use super::facts::{Extent, last_tree};
use crate::records::assessments::ranking::{ranked, standings};

/// The columns of `assessment_facts`: every village with a total in a round of the quarter that is confirmed or
/// published, where it stood on the last day. All towns are ranked before those asked about are picked, and all quarters
/// before the last is, since a streak reaches back.
pub fn assessments(extent: Extent) -> String {
    let (with, within) = (extent.with(last_tree, ""), extent.holds("t.path"));
    let ranked = ranked(&standings("false"));
    format!(
        "{with}SELECT l.assessment_id, l.village_id, t.path, l.assessor_id, l.total, l.place, l.units, l.place_before, \
            l.has_flag, l.streak \
         FROM ({ranked}) l JOIN placed t ON t.id = l.village_id WHERE l.first_day = $2 AND {within}"
    )
}
