-- How a rater scores beside the others of the same subjects: counted when scores are entered, since it asks for every
-- score of a round, and a county has 3,600,000 of them.
ALTER TABLE rating_raters
    ADD COLUMN compared integer NOT NULL DEFAULT 0,
    ADD COLUMN deviation numeric(14, 4) NOT NULL DEFAULT 0;
ALTER TABLE rating_raters
    ADD CONSTRAINT rating_raters_compared_not_negative CHECK (compared >= 0),
    ADD CONSTRAINT rating_raters_deviation_of_compared CHECK (compared > 0 OR deviation = 0);
COMMENT ON COLUMN rating_raters.compared IS 'How many of his scores stand beside one of another rater, of the same subject in the same dimension: the denominator of his leniency.';
COMMENT ON COLUMN rating_raters.deviation IS 'Sum over those of his score less the mean of the others, in hundredths of the full marks, each rounded to four decimals: the numerator of his leniency.';
UPDATE rating_raters a SET compared = c.compared, deviation = c.deviation
FROM (SELECT d.county_id, d.rater_id, count(*)::integer AS compared, sum(d.deviation) AS deviation
    FROM (SELECT s.county_id, s.rater_id,
            round((s.score - (sum(s.score) OVER cell - s.score) / nullif(count(*) OVER cell - 1, 0)) * 100 / m.maximum, 4)
                AS deviation
        FROM rating_rater_scores s
        JOIN rating_dimensions m ON m.county_id = s.county_id AND m.id = s.dimension_id
        WINDOW cell AS (PARTITION BY s.county_id, s.rating_id, s.dimension_id)) d
    WHERE d.deviation IS NOT NULL GROUP BY d.county_id, d.rater_id) c
WHERE a.county_id = c.county_id AND a.id = c.rater_id;
GRANT UPDATE (compared, deviation) ON rating_raters TO cadre_web;

-- The stars of a period are counted from the first of these alone, and extremes that rest on nothing are found in the
-- second, whatever the table holds beside them.
CREATE INDEX ratings_stars_idx ON ratings (county_id, round_id, stars)
    INCLUDE (id, subject_id, path, total, submitted_by)
    WHERE state IN ('submitted', 'reviewed', 'confirmed', 'published', 'objected');
CREATE INDEX ratings_unproven_idx ON ratings (county_id, round_id, stars) INCLUDE (id, path, total)
    WHERE evidence IS NULL AND state IN ('submitted', 'reviewed', 'confirmed', 'published', 'objected');
-- What waits for a supervisor is what somebody else handed in: the few that wait are found without the many that do not.
CREATE INDEX ratings_waiting_idx ON ratings (county_id, state, path) INCLUDE (submitted_by, submitted_at)
    WHERE state IN ('submitted', 'reviewed', 'confirmed', 'objected');
