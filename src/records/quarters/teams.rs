//! What each village adds to the team pictures of those above it, kept between one change of its committees and the next.
//!
//! A row of `team_counts` holds until its village is named in `team_changes`, which triggers fill in the transaction of
//! each change. People with seats in several villages (`team_wanderers`) stand in no row: they are one person of all of
//! them. Rows are made again some villages at a time; a reader counts those without a row himself, so that what he finds
//! is exact at any moment.

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Text, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::ids::OrganisationId;
use crate::base::scope::Path;
use crate::records::quarters::Ask;

/// So many villages are looked up one by one.
const FEW: usize = 50;

/// Which villages below an organisation are to be counted anew.
#[derive(Debug, Clone, QueryableByName)]
pub struct Standing {
    /// Whether an organisation has been put under another one since the last day of the quarter.
    #[diesel(sql_type = Bool)]
    pub moved: bool,
    /// How many villages of the county have a row.
    #[diesel(sql_type = BigInt)]
    pub kept: i64,
    /// The villages there with committees but no row, and those whose row does not hold: also the ones that have lost all
    /// their committees, since their rows would still be added up.
    #[diesel(sql_type = Array<Uuid>)]
    pub anew: Vec<OrganisationId>,
}

/// How the rows of a quarter and a definition stand below a place.
///
/// # Errors
/// Whatever the database answers.
pub async fn standing(
    conn: &mut AsyncPgConnection,
    ask: &Ask,
    definition: &str,
    within: &Path,
) -> QueryResult<Standing> {
    ask.about(
        "WITH anew AS (SELECT c.village_id FROM committees c LEFT JOIN team_counts t ON t.county_id = $1 \
                AND t.village_id = c.village_id AND t.quarter = $5 AND t.definition = $12 \
                WHERE c.county_id = $1 AND c.path >= $13 AND c.path < $14 AND t.village_id IS NULL \
            UNION SELECT o.id FROM team_changes g JOIN organisations o ON o.county_id = $1 \
                AND o.id = g.village_id WHERE g.county_id = $1 AND o.path >= $13 AND o.path < $14) \
         SELECT EXISTS (SELECT FROM organisation_parents WHERE county_id = $1 AND to_day > $3) AS moved, \
            (SELECT count(*) FROM team_counts WHERE county_id = $1 AND quarter = $5 AND definition = $12) AS kept, \
            ARRAY(SELECT village_id FROM anew) AS anew"
            .to_owned(),
    )
    .bind::<Text, _>(definition.to_owned())
    .bind::<Text, _>(within.as_str().to_owned())
    .bind::<Text, _>(within.end())
    .get_result(conn)
    .await
}

#[derive(QueryableByName)]
struct Village {
    #[diesel(sql_type = Uuid)]
    village_id: OrganisationId,
}

fn ids(villages: Vec<Village>) -> Vec<OrganisationId> {
    villages.into_iter().map(|village| village.village_id).collect()
}

/// Other villages of people with seats in some villages, unless they are known to have seats in several: the rows of
/// those villages may still count them.
///
/// # Errors
/// Whatever the database answers.
pub async fn shared_with(
    conn: &mut AsyncPgConnection,
    ask: &Ask,
    villages: &[OrganisationId],
) -> QueryResult<Vec<OrganisationId>> {
    let found: Vec<Village> = ask
        .about(
            "SELECT DISTINCT c.village_id FROM committees m \
             JOIN seats a ON a.county_id = $1 AND a.committee_id = m.id \
             JOIN seats b ON b.county_id = $1 AND b.person_id = a.person_id \
             JOIN committees c ON c.county_id = $1 AND c.id = b.committee_id AND c.village_id <> ALL ($12) \
             WHERE m.county_id = $1 AND m.village_id = ANY ($12) \
                AND NOT EXISTS (SELECT FROM team_wanderers w WHERE w.county_id = $1 AND w.person_id = a.person_id)"
                .to_owned(),
        )
        .bind::<Array<Uuid>, _>(villages.to_vec())
        .load(conn)
        .await?;
    Ok(ids(found))
}

/// The villages in which people have seats who have seats in several.
///
/// # Errors
/// Whatever the database answers.
pub async fn of_wanderers(conn: &mut AsyncPgConnection, ask: &Ask) -> QueryResult<Vec<OrganisationId>> {
    let found: Vec<Village> = ask
        .about(
            "SELECT DISTINCT c.village_id FROM team_wanderers w \
             JOIN seats s ON s.county_id = $1 AND s.person_id = w.person_id \
             JOIN committees c ON c.county_id = $1 AND c.id = s.committee_id WHERE w.county_id = $1"
                .to_owned(),
        )
        .load(conn)
        .await?;
    Ok(ids(found))
}

/// Removes what no longer holds and answers the villages without a row, at most `most`. Within one snapshot, in the scope
/// of the whole county.
///
/// # Errors
/// Whatever the database answers.
pub async fn clear(
    conn: &mut AsyncPgConnection,
    ask: &Ask,
    definition: &str,
    most: i64,
) -> QueryResult<Vec<OrganisationId>> {
    ask.about(
        "DELETE FROM team_counts WHERE county_id = $1 AND (quarter < $7 OR quarter = $5 AND definition <> $12 \
            OR village_id IN (SELECT village_id FROM team_changes WHERE county_id = $1))"
            .to_owned(),
    )
    .bind::<Text, _>(definition.to_owned())
    .execute(conn)
    .await?;
    ask.about("DELETE FROM team_changes WHERE county_id = $1".to_owned()).execute(conn).await?;
    let found: Vec<Village> = ask
        .about(
            "SELECT DISTINCT c.village_id FROM committees c WHERE c.county_id = $1 \
                AND NOT EXISTS (SELECT FROM team_counts t WHERE t.county_id = $1 AND t.village_id = c.village_id \
                    AND t.quarter = $5) \
             ORDER BY c.village_id LIMIT $12"
                .to_owned(),
        )
        .bind::<BigInt, _>(most)
        .load(conn)
        .await?;
    let villages = ids(found);
    // Whoever turns out to sit in several villages leaves the rows of all of them.
    ask.about(
        "WITH found AS (INSERT INTO team_wanderers (county_id, person_id) \
            SELECT DISTINCT $1, b.person_id FROM committees m \
            JOIN seats a ON a.county_id = $1 AND a.committee_id = m.id \
            JOIN seats b ON b.county_id = $1 AND b.person_id = a.person_id \
            JOIN committees c ON c.county_id = $1 AND c.id = b.committee_id AND c.village_id <> m.village_id \
            WHERE m.county_id = $1 AND m.village_id = ANY ($12) \
            ON CONFLICT DO NOTHING RETURNING person_id) \
         DELETE FROM team_counts t WHERE t.county_id = $1 AND t.village_id IN (SELECT c.village_id FROM found f \
            JOIN seats s ON s.county_id = $1 AND s.person_id = f.person_id \
            JOIN committees c ON c.county_id = $1 AND c.id = s.committee_id)"
            .to_owned(),
    )
    .bind::<Array<Uuid>, _>(villages.clone())
    .execute(conn)
    .await?;
    Ok(villages)
}

/// Keeps the rows of some villages: `select` gives `village_id` and `counts` of those in `$12`.
///
/// # Errors
/// Whatever the database answers.
pub async fn keep(
    conn: &mut AsyncPgConnection,
    ask: &Ask,
    definition: &str,
    villages: &[OrganisationId],
    select: &str,
) -> QueryResult<usize> {
    diesel::sql_query("SET LOCAL statement_timeout TO '120s'").execute(conn).await?;
    diesel::sql_query("SET LOCAL jit = off").execute(conn).await?;
    if villages.len() > FEW {
        // Under row-level security the planner cannot know how many there are, and looks each of them up.
        diesel::sql_query("SET LOCAL enable_nestloop = off").execute(conn).await?;
    }
    ask.about(format!(
        "INSERT INTO team_counts (county_id, village_id, quarter, definition, counts) \
         SELECT $1, x.village_id, $5, $13, x.counts FROM ({select}) x"
    ))
    .bind::<Array<Uuid>, _>(villages.to_vec())
    .bind::<Text, _>(definition.to_owned())
    .execute(conn)
    .await
}
