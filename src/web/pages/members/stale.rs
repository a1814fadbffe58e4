//! Both versions of a record that somebody else changed meanwhile: what stood there, what he saved, what I typed.

use std::collections::HashMap;

use chrono::{DateTime, FixedOffset, Utc};

use crate::web::guards::Fields;
use crate::web::pages::members::form;
use crate::web::views::members::{Difference, Stale};

const CHINA: i32 = 8 * 3600;

/// A moment as people in China read it.
pub(in crate::web::pages) fn moment(at: DateTime<Utc>) -> String {
    match FixedOffset::east_opt(CHINA) {
        Some(china) => at.with_timezone(&china).format("%Y-%m-%d %H:%M").to_string(),
        None => at.format("%Y-%m-%d %H:%M UTC").to_string(),
    }
}

/// What was typed into a field, where that is not what the form began with. An untouched field must not bring back what
/// the other person has just changed.
pub(in crate::web::pages) fn changed<'a>(typed: &'a Fields, field: &str) -> Option<&'a str> {
    let original = format!("original_{field}");
    let touched = !typed.has(&original) || typed.get(field).trim() != typed.get(&original).trim();
    (typed.has(field) && touched).then(|| typed.get(field))
}

/// The differences between what the form began with (`original_…` ride along in it), what stands now, and what was
/// typed.
pub(in crate::web::pages) fn compare(
    current: &HashMap<&str, String>,
    who: &str,
    at: DateTime<Utc>,
    typed: &Fields,
) -> Stale {
    let fields = form::LABELS.iter().map(|(name, _)| *name).chain(std::iter::once("note"));
    let differences = fields
        .filter_map(|field| {
            let theirs = current.get(field)?.trim().to_owned();
            if !typed.has(field) {
                return None;
            }
            let mine = typed.get(field).trim().to_owned();
            let before = typed.get(&format!("original_{field}")).trim().to_owned();
            (theirs != mine || theirs != before).then(|| Difference {
                field: field.to_owned(),
                label: form::label(field).to_owned(),
                before: form::shown(field, &before),
                theirs: form::shown(field, &theirs),
                clash: theirs != before && mine != before && theirs != mine,
                taken: mine == before,
                mine: form::shown(field, &mine),
                mine_value: mine,
                theirs_value: theirs,
            })
        })
        .collect();
    Stale { who: who.to_owned(), when: moment(at), differences }
}
