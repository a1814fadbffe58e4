//! Measures raters against one another, whenever scores of a round are entered.

use diesel::sql_types::{Array, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::ids::{CountyId, RoundId};

/// Counts anew how the raters of some rounds score beside each other. Part of a verb that has locked the rounds.
///
/// # Errors
/// Whatever the database answers.
pub(in crate::records::ratings) async fn measure(
    conn: &mut AsyncPgConnection,
    county: CountyId,
    rounds: &[RoundId],
) -> diesel::result::QueryResult<()> {
    diesel::sql_query(
        "UPDATE rating_raters a SET compared = c.compared, deviation = c.deviation FROM ( \
            SELECT k.id, count(d.deviation)::integer AS compared, coalesce(sum(d.deviation), 0) AS deviation \
            FROM rating_raters k LEFT JOIN ( \
                SELECT s.rater_id, round((s.score - (sum(s.score) OVER cell - s.score) \
                    / nullif(count(*) OVER cell - 1, 0)) * 100 / m.maximum, 4) AS deviation \
                FROM ratings g \
                JOIN rating_rater_scores s ON s.county_id = $1 AND s.rating_id = g.id \
                JOIN rating_dimensions m ON m.county_id = $1 AND m.id = s.dimension_id \
                WHERE g.county_id = $1 AND g.round_id = ANY ($2) \
                WINDOW cell AS (PARTITION BY s.rating_id, s.dimension_id)) d ON d.rater_id = k.id \
            WHERE k.county_id = $1 AND k.round_id = ANY ($2) GROUP BY k.id) c \
         WHERE a.county_id = $1 AND a.id = c.id \
            AND (a.compared, a.deviation) IS DISTINCT FROM (c.compared, c.deviation)",
    )
    .bind::<Uuid, _>(county)
    .bind::<Array<Uuid>, _>(rounds)
    .execute(conn)
    .await?;
    Ok(())
}
