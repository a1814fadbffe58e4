//! What the Party organisations of villages are on a day: those that stand in the tree directly below the village.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Date, Text, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::ids::OrganisationId;
use crate::base::scope::Scope;
use crate::records::committees::rules::{PartyBody, RuleBook};
use crate::records::members::queries::IN_REGISTER;
use crate::records::organisations::Kind;

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Uuid)]
    village_id: OrganisationId,
    #[diesel(sql_type = Text)]
    kind: String,
    /// Of a branch; else nought.
    #[diesel(sql_type = BigInt)]
    full_members: i64,
}

/// What the Party organisation of each of some villages is on a day: its committee, else its general branch, else its only
/// branch, by the full members that this has on the day. A village without any on record, or with several branches and
/// nothing above them, is not answered.
///
/// # Errors
/// Whatever the database answers.
pub async fn bodies(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    day: NaiveDate,
    villages: &[OrganisationId],
    book: &RuleBook,
) -> QueryResult<HashMap<OrganisationId, PartyBody>> {
    let rows: Vec<Row> = diesel::sql_query(
        "SELECT o.parent_id AS village_id, o.kind, coalesce(f.full_members, 0) AS full_members \
         FROM organisations o LEFT JOIN LATERAL (SELECT count(*) AS full_members FROM branch_memberships b \
            JOIN memberships m ON m.county_id = $1 AND m.id = b.membership_id AND m.full_member_on <= $5 \
                AND m.from_day <= $5 AND (m.to_day IS NULL OR $5 < m.to_day) \
            JOIN membership_statuses s ON s.county_id = $1 AND s.membership_id = m.id AND s.status = ANY ($6) \
                AND s.from_day <= $5 AND (s.to_day IS NULL OR $5 < s.to_day) \
            WHERE b.county_id = $1 AND b.branch_id = o.id AND b.from_day <= $5 \
                AND (b.to_day IS NULL OR $5 < b.to_day)) f ON o.kind = 'branch' \
         WHERE o.county_id = $1 AND o.path >= $2 AND o.path < $3 AND o.parent_id = ANY ($4) \
            AND o.kind IN ('party_committee', 'general_branch', 'branch') \
            AND (o.founded_on IS NULL OR o.founded_on <= $5) AND (o.dissolved_on IS NULL OR $5 < o.dissolved_on)",
    )
    .bind::<Uuid, _>(within.county)
    .bind::<Text, _>(within.path.as_str())
    .bind::<Text, _>(within.path.end())
    .bind::<Array<Uuid>, _>(villages)
    .bind::<Date, _>(day)
    .bind::<Array<Text>, _>(IN_REGISTER.to_vec())
    .load(conn)
    .await?;
    let mut found: HashMap<OrganisationId, Vec<Row>> = HashMap::new();
    for row in rows {
        found.entry(row.village_id).or_default().push(row);
    }
    let body = |rows: &[Row]| {
        let has = |kind: Kind| rows.iter().any(|row| row.kind == kind.code());
        match rows {
            _ if has(Kind::PartyCommittee) => Some(PartyBody::PartyCommittee),
            _ if has(Kind::GeneralBranch) => Some(PartyBody::GeneralBranch),
            [branch] => {
                let members = i32::try_from(branch.full_members).unwrap_or(i32::MAX);
                Some(PartyBody::of_branch(book, members, day))
            }
            _ => None,
        }
    };
    Ok(found.into_iter().filter_map(|(village, rows)| Some((village, body(&rows)?))).collect())
}
