DROP INDEX ratings_waiting_idx;
DROP INDEX ratings_unproven_idx;
DROP INDEX ratings_stars_idx;
ALTER TABLE rating_raters
    DROP COLUMN deviation,
    DROP COLUMN compared;
