-- Whatever the older schemes cannot say goes first.
DELETE FROM rating_facts WHERE membership_id IS NULL OR person_id IS NULL;
ALTER TABLE rating_facts
    ALTER COLUMN membership_id SET NOT NULL,
    ALTER COLUMN person_id SET NOT NULL;
COMMENT ON COLUMN rating_facts.membership_id IS 'The member who is rated.';
COMMENT ON COLUMN rating_facts.person_id IS 'The person.';
DROP TABLE rating_rater_scores;
DROP TABLE rating_raters;
DELETE FROM rating_scores s USING ratings r
    WHERE r.county_id = s.county_id AND r.id = s.rating_id AND r.membership_id IS NULL;
DELETE FROM ratings WHERE membership_id IS NULL;
DROP INDEX ratings_subject_idx;
DROP INDEX ratings_person_idx;
DROP INDEX ratings_organisation_idx;
ALTER TABLE ratings
    DROP CONSTRAINT ratings_subject_key,
    DROP CONSTRAINT ratings_one_subject,
    DROP CONSTRAINT ratings_organisation_fkey,
    DROP CONSTRAINT ratings_person_fkey,
    DROP COLUMN veto,
    DROP COLUMN subject_id,
    DROP COLUMN person_id,
    DROP COLUMN organisation_id,
    ALTER COLUMN membership_id SET NOT NULL;
ALTER TABLE ratings
    ADD CONSTRAINT ratings_subject_key UNIQUE (county_id, round_id, membership_id);
COMMENT ON COLUMN ratings.membership_id IS 'The member who is rated.';
DROP TABLE rating_vetoes;
ALTER TABLE rating_dimensions
    DROP COLUMN cap;
UPDATE rating_schemes SET aggregation = 'weighted_mean' WHERE aggregation = 'mean';
ALTER TABLE rating_schemes
    DROP CONSTRAINT rating_schemes_aggregation_known,
    DROP CONSTRAINT rating_schemes_left_out_of_means,
    DROP COLUMN needs_evidence,
    DROP COLUMN leaves_out_probationary,
    DROP COLUMN objection_days,
    DROP COLUMN top_denominator,
    DROP COLUMN top_numerator,
    DROP COLUMN least_raters,
    DROP COLUMN raters,
    DROP COLUMN result;
ALTER TABLE rating_schemes
    ADD CONSTRAINT rating_schemes_aggregation_known CHECK (aggregation IN ('sum', 'weighted_mean')),
    ADD CONSTRAINT rating_schemes_left_out_of_means CHECK (missing_part <> 'leave_out' OR aggregation = 'weighted_mean');
COMMENT ON COLUMN rating_schemes.aggregation IS 'How scores become a total: sum (of score times weight) or weighted_mean.';
