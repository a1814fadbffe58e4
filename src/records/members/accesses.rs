//! Who saw a member's identifiers in clear, and which lists of his organisations left the house: what he may ask for
//! (PIPL, articles 44 and 45), as far as the reader may see the trail.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::ids::{MembershipId, PersonId};
use crate::base::scope::{Path, Scope};
use crate::records::people::REVEALS;
use crate::schema::audit_entries;

/// One look at an identifier, or one list that left the house.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct Access {
    /// When.
    pub at: DateTime<Utc>,
    /// User name of who did it.
    pub actor: String,
    /// `members.reveal`, `people.reveal` or `exports.export`.
    pub action: String,
    /// How many rows went out; 1 for an identifier.
    pub rows: i32,
    /// The entry's details: field and purpose, or kind, filter, reason and whether in clear.
    pub details: serde_json::Value,
}

impl Access {
    /// A text of the details.
    #[must_use]
    pub fn detail(&self, name: &str) -> Option<&str> {
        self.details.get(name).and_then(serde_json::Value::as_str)
    }

    /// Whether identifiers went out in clear.
    #[must_use]
    pub fn is_clear(&self) -> bool {
        REVEALS.contains(&self.action.as_str())
            || self.details.get("unmasked").and_then(serde_json::Value::as_bool) == Some(true)
    }
}

const COLUMNS: (
    audit_entries::at,
    audit_entries::actor,
    audit_entries::action,
    audit_entries::subject_count,
    audit_entries::details,
) = (
    audit_entries::at,
    audit_entries::actor,
    audit_entries::action,
    audit_entries::subject_count,
    audit_entries::details,
);

/// The latest accesses to a member who stands at `place`, newest first, at most `limit`. Of exports, the forms that were
/// printed of him, and the lists of members of his branch and of every organisation above it; a filter may have left him out, which stands beside them.
///
/// # Errors
/// Whatever the database answers.
pub async fn accesses(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    member: MembershipId,
    person: PersonId,
    place: &Path,
    limit: i64,
) -> QueryResult<Vec<Access>> {
    let mut found: Vec<Access> = audit_entries::table
        .filter(audit_entries::county_id.eq(within.county))
        .filter(audit_entries::subject_id.eq_any([member.0, person.0]))
        .filter(audit_entries::action.eq_any(REVEALS).or(audit_entries::action.eq("exports.export")))
        .order(audit_entries::at.desc())
        .limit(limit)
        .select(COLUMNS)
        .load(conn)
        .await?;
    let exports: Vec<Access> = audit_entries::table
        .filter(audit_entries::county_id.eq(within.county))
        .filter(audit_entries::path.eq_any(above(place)))
        .filter(audit_entries::action.eq("exports.export"))
        .filter(audit_entries::details.retrieve_as_text("kind").eq("members"))
        .order(audit_entries::at.desc())
        .limit(limit)
        .select(COLUMNS)
        .load(conn)
        .await?;
    found.extend(exports);
    found.sort_by_key(|access| std::cmp::Reverse(access.at));
    found.truncate(usize::try_from(limit).unwrap_or_default());
    Ok(found)
}

/// The paths of an organisation and of every one above it.
fn above(place: &Path) -> Vec<String> {
    let text = place.as_str();
    text.match_indices('/').filter_map(|(at, _)| text.get(..=at)).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_organisation_above_is_named_once() {
        let place = Path::root("500237").child("500237101").child("500237101201");
        let named = above(&place);
        assert_eq!(named, ["500237/", "500237/500237101/", "500237/500237101/500237101201/"]);
    }
}
