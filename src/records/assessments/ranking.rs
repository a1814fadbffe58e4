//! Ranks, the holder of the flag and his streak: computed by one statement, for pages and for the facts of a quarter.
//!
//! The tie rule is data: units of a town are ordered by total, then by the scores of the indicators that its scheme names
//! for ties, in their order; what these do not part shares a rank. The flag goes to the first once the round is
//! published; where several are first, the scheme says whether they share it or nobody has it. A streak counts quarters
//! on end; a quarter without a published assessment breaks it.

/// What ranks are computed from, of one county (`$1`) and all its quarters that ended by `$3`: a row for each village
/// with a total in a round that is confirmed or published, or for which `also` holds in terms of the round `o`.
#[must_use]
pub fn standings(also: &str) -> String {
    format!(
        "SELECT a.id AS assessment_id, a.village_id, a.path, a.total, o.id AS round_id, o.organisation_id AS assessor_id, \
            o.quarter, o.first_day, o.state, \
            (extract(year FROM o.first_day) * 4 + extract(quarter FROM o.first_day))::integer AS number, \
            coalesce(t.ties, '{{}}') AS ties, s.flag_rule, o.state = 'published' AS published \
         FROM assessment_rounds o \
         JOIN assessment_schemes s ON s.county_id = o.county_id AND s.id = o.scheme_id \
         JOIN assessments a ON a.county_id = o.county_id AND a.round_id = o.id AND a.total IS NOT NULL \
         LEFT JOIN (SELECT c.assessment_id, array_agg(c.score ORDER BY i.tie_order) AS ties \
            FROM assessment_indicators i \
            JOIN assessment_scores c ON c.county_id = $1 AND c.indicator_id = i.id \
            WHERE i.county_id = $1 AND i.tie_order IS NOT NULL GROUP BY c.assessment_id) t ON t.assessment_id = a.id \
         WHERE o.county_id = $1 AND o.last_day <= $3 AND (o.state IN ('confirmed', 'published') OR {also})"
    )
}

/// Rows with `assessor_id`, `number` (of the quarter), `village_id`, `total`, `ties`, `flag_rule` and `published`, each
/// with its `place` among `units`, `place_before` and `total_before` in the quarter before, `has_flag` and `streak`.
#[must_use]
pub fn ranked(rows: &str) -> String {
    let placed = format!(
        "SELECT r.*, rank() OVER (PARTITION BY r.assessor_id, r.number ORDER BY r.total DESC, r.ties DESC)::integer \
            AS place, count(*) OVER (PARTITION BY r.assessor_id, r.number)::integer AS units FROM ({rows}) r"
    );
    let counted = format!(
        "SELECT p.*, count(*) FILTER (WHERE p.place = 1) OVER (PARTITION BY p.assessor_id, p.number) AS firsts \
         FROM ({placed}) p"
    );
    let flagged = format!(
        "SELECT c.*, c.published AND c.place = 1 AND (c.flag_rule = 'shared' OR c.firsts = 1) AS has_flag \
         FROM ({counted}) c"
    );
    let parted = format!(
        "SELECT f.*, f.number - row_number() OVER (PARTITION BY f.assessor_id, f.village_id, f.has_flag \
                ORDER BY f.number) AS island, \
            CASE WHEN lag(f.number) OVER quarters = f.number - 1 THEN lag(f.place) OVER quarters END AS place_before, \
            CASE WHEN lag(f.number) OVER quarters = f.number - 1 THEN lag(f.total) OVER quarters END AS total_before \
         FROM ({flagged}) f WINDOW quarters AS (PARTITION BY f.assessor_id, f.village_id ORDER BY f.number)"
    );
    format!(
        "SELECT i.*, CASE WHEN i.has_flag THEN row_number() OVER (PARTITION BY i.assessor_id, i.village_id, i.has_flag, \
            i.island ORDER BY i.number) ELSE 0 END::integer AS streak FROM ({parted}) i"
    )
}
