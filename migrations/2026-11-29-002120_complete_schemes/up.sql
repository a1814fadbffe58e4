ALTER TABLE rating_schemes
    ADD COLUMN result text NOT NULL DEFAULT 'stars',
    ADD COLUMN raters text NOT NULL DEFAULT 'one',
    ADD COLUMN least_raters integer NOT NULL DEFAULT 1,
    ADD COLUMN top_numerator integer,
    ADD COLUMN top_denominator integer,
    ADD COLUMN objection_days integer NOT NULL DEFAULT 5,
    ADD COLUMN leaves_out_probationary boolean NOT NULL DEFAULT false,
    ADD COLUMN needs_evidence boolean NOT NULL DEFAULT false;
ALTER TABLE rating_schemes
    DROP CONSTRAINT rating_schemes_aggregation_known,
    DROP CONSTRAINT rating_schemes_left_out_of_means,
    ADD CONSTRAINT rating_schemes_aggregation_known CHECK (aggregation IN ('sum', 'weighted_mean', 'mean')),
    ADD CONSTRAINT rating_schemes_left_out_of_means CHECK (missing_part <> 'leave_out' OR aggregation <> 'sum'),
    ADD CONSTRAINT rating_schemes_result_known CHECK (result IN ('stars', 'grades')),
    ADD CONSTRAINT rating_schemes_grades_are_four CHECK (result <> 'grades' OR stars = 4),
    ADD CONSTRAINT rating_schemes_raters_known CHECK (raters IN ('one', 'mean', 'trimmed_mean')),
    ADD CONSTRAINT rating_schemes_least_raters_sensible CHECK (least_raters BETWEEN 1 AND 999),
    ADD CONSTRAINT rating_schemes_trimmed_of_three CHECK (raters <> 'trimmed_mean' OR least_raters >= 3),
    ADD CONSTRAINT rating_schemes_top_share CHECK ((top_numerator IS NULL) = (top_denominator IS NULL)
        AND (top_numerator IS NULL OR top_numerator BETWEEN 0 AND top_denominator AND top_denominator BETWEEN 1 AND 1000)),
    ADD CONSTRAINT rating_schemes_objection_days_sensible CHECK (objection_days BETWEEN 1 AND 60);
COMMENT ON COLUMN rating_schemes.aggregation IS 'How scores become a total: sum (of score times weight, each up to its cap), weighted_mean, or mean (of score times weight over those that counted).';
COMMENT ON COLUMN rating_schemes.result IS 'What a total earns: stars, or grades (4 excellent, 3 qualified, 2 basically qualified, 1 unqualified).';
COMMENT ON COLUMN rating_schemes.raters IS 'Who scores: one (scores are entered once), or several whose scores become their mean or trimmed_mean.';
COMMENT ON COLUMN rating_schemes.least_raters IS 'How many raters have to score before their scores count.';
COMMENT ON COLUMN rating_schemes.top_numerator IS 'Of the share of those rated that may have the highest level, rounded down: the numerator; empty: any.';
COMMENT ON COLUMN rating_schemes.top_denominator IS 'The denominator of that share.';
COMMENT ON COLUMN rating_schemes.objection_days IS 'For how many working days after publication somebody may object.';
COMMENT ON COLUMN rating_schemes.leaves_out_probationary IS 'Whether probationary members take part without being rated.';
COMMENT ON COLUMN rating_schemes.needs_evidence IS 'Whether a rating is submitted only with what it rests on.';

ALTER TABLE rating_dimensions
    ADD COLUMN cap numeric(10, 2);
ALTER TABLE rating_dimensions
    ADD CONSTRAINT rating_dimensions_cap_positive CHECK (cap > 0);
COMMENT ON COLUMN rating_dimensions.cap IS 'The most that score times weight adds to the total; empty: no bound but the maximum.';

CREATE TABLE rating_vetoes (
    county_id uuid NOT NULL,
    scheme_id uuid NOT NULL,
    code text NOT NULL COLLATE "C",
    name text NOT NULL,
    stars integer NOT NULL,
    CONSTRAINT rating_vetoes_pkey PRIMARY KEY (county_id, scheme_id, code),
    CONSTRAINT rating_vetoes_scheme_fkey FOREIGN KEY (county_id, scheme_id) REFERENCES rating_schemes (county_id, id),
    CONSTRAINT rating_vetoes_name_key UNIQUE (county_id, scheme_id, name),
    CONSTRAINT rating_vetoes_code_shape CHECK (code ~ '^[a-z][a-z0-9_]{1,49}$'),
    CONSTRAINT rating_vetoes_name_filled CHECK (char_length(name) BETWEEN 1 AND 50),
    CONSTRAINT rating_vetoes_stars_sensible CHECK (stars BETWEEN 0 AND 10)
);
COMMENT ON TABLE rating_vetoes IS 'What sets the stars to a value, whatever the total.';
COMMENT ON COLUMN rating_vetoes.county_id IS 'The county that owns the row.';
COMMENT ON COLUMN rating_vetoes.scheme_id IS 'The version of the scheme.';
COMMENT ON COLUMN rating_vetoes.code IS 'Code in the API.';
COMMENT ON COLUMN rating_vetoes.name IS 'What is the case, in Chinese.';
COMMENT ON COLUMN rating_vetoes.stars IS 'The stars, or the rank of the grade, that it sets.';

ALTER TABLE ratings
    DROP CONSTRAINT ratings_subject_key,
    ALTER COLUMN membership_id DROP NOT NULL,
    ADD COLUMN organisation_id uuid,
    ADD COLUMN person_id uuid,
    ADD COLUMN subject_id uuid NOT NULL GENERATED ALWAYS AS (coalesce(membership_id, organisation_id, person_id)) STORED,
    ADD COLUMN veto text COLLATE "C";
ALTER TABLE ratings
    ADD CONSTRAINT ratings_subject_key UNIQUE (county_id, round_id, subject_id),
    ADD CONSTRAINT ratings_one_subject CHECK (num_nonnulls(membership_id, organisation_id, person_id) = 1),
    ADD CONSTRAINT ratings_organisation_fkey FOREIGN KEY (county_id, organisation_id)
        REFERENCES organisations (county_id, id),
    ADD CONSTRAINT ratings_person_fkey FOREIGN KEY (county_id, person_id) REFERENCES people (county_id, id),
    ADD CONSTRAINT ratings_veto_shape CHECK (veto ~ '^[a-z][a-z0-9_]{1,49}$');
CREATE INDEX ratings_organisation_idx ON ratings (county_id, organisation_id);
CREATE INDEX ratings_person_idx ON ratings (county_id, person_id);
CREATE INDEX ratings_subject_idx ON ratings (county_id, subject_id);
COMMENT ON COLUMN ratings.membership_id IS 'The member who is rated; empty where it is no member.';
COMMENT ON COLUMN ratings.organisation_id IS 'The branch or village that is rated; empty where it is none.';
COMMENT ON COLUMN ratings.person_id IS 'The office-holder whose household is rated; empty where it is none.';
COMMENT ON COLUMN ratings.subject_id IS 'Whichever of the three it is.';
COMMENT ON COLUMN ratings.veto IS 'Code of the veto that sets its stars; empty: none.';

CREATE TABLE rating_raters (
    county_id uuid NOT NULL,
    id uuid NOT NULL,
    round_id uuid NOT NULL,
    name text NOT NULL,
    membership_id uuid,
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by text NOT NULL,
    CONSTRAINT rating_raters_pkey PRIMARY KEY (county_id, id),
    CONSTRAINT rating_raters_round_fkey FOREIGN KEY (county_id, round_id) REFERENCES rating_rounds (county_id, id),
    CONSTRAINT rating_raters_membership_fkey FOREIGN KEY (county_id, membership_id)
        REFERENCES memberships (county_id, id),
    CONSTRAINT rating_raters_name_key UNIQUE (county_id, round_id, name),
    CONSTRAINT rating_raters_name_length CHECK (char_length(name) BETWEEN 1 AND 50)
);
CREATE INDEX rating_raters_membership_idx ON rating_raters (county_id, membership_id);
COMMENT ON TABLE rating_raters IS 'Who scores in a round, where several do: members, or representatives who are none.';
COMMENT ON COLUMN rating_raters.county_id IS 'The county that owns the row.';
COMMENT ON COLUMN rating_raters.id IS 'UUIDv7, given by the application.';
COMMENT ON COLUMN rating_raters.round_id IS 'The round.';
COMMENT ON COLUMN rating_raters.name IS 'His name, or the number of an anonymous sheet.';
COMMENT ON COLUMN rating_raters.membership_id IS 'The member that he is: nobody scores himself; empty: he is none, or the sheet is anonymous.';
COMMENT ON COLUMN rating_raters.created_at IS 'When he was entered.';
COMMENT ON COLUMN rating_raters.created_by IS 'Who entered him.';

CREATE TABLE rating_rater_scores (
    county_id uuid NOT NULL,
    rating_id uuid NOT NULL,
    rater_id uuid NOT NULL,
    dimension_id uuid NOT NULL,
    score numeric(8, 2) NOT NULL,
    CONSTRAINT rating_rater_scores_pkey PRIMARY KEY (county_id, rating_id, rater_id, dimension_id),
    CONSTRAINT rating_rater_scores_rating_fkey FOREIGN KEY (county_id, rating_id) REFERENCES ratings (county_id, id),
    CONSTRAINT rating_rater_scores_rater_fkey FOREIGN KEY (county_id, rater_id)
        REFERENCES rating_raters (county_id, id),
    CONSTRAINT rating_rater_scores_dimension_fkey FOREIGN KEY (county_id, dimension_id)
        REFERENCES rating_dimensions (county_id, id),
    CONSTRAINT rating_rater_scores_not_negative CHECK (score >= 0)
);
CREATE INDEX rating_rater_scores_rater_idx ON rating_rater_scores (county_id, rater_id);
CREATE INDEX rating_rater_scores_dimension_idx ON rating_rater_scores (county_id, dimension_id);
COMMENT ON TABLE rating_rater_scores IS 'The score that one rater gave in one dimension; what they become together stands in rating_scores.';
COMMENT ON COLUMN rating_rater_scores.county_id IS 'The county that owns the row.';
COMMENT ON COLUMN rating_rater_scores.rating_id IS 'The rating.';
COMMENT ON COLUMN rating_rater_scores.rater_id IS 'The rater.';
COMMENT ON COLUMN rating_rater_scores.dimension_id IS 'The dimension.';
COMMENT ON COLUMN rating_rater_scores.score IS 'The score, from nought to the dimension''s maximum.';

ALTER TABLE rating_facts
    ALTER COLUMN membership_id DROP NOT NULL,
    ALTER COLUMN person_id DROP NOT NULL;
COMMENT ON COLUMN rating_facts.membership_id IS 'The member who is rated; empty where it is no member.';
COMMENT ON COLUMN rating_facts.person_id IS 'The person; empty where it is an organisation.';

ALTER TABLE rating_vetoes ENABLE ROW LEVEL SECURITY;
ALTER TABLE rating_vetoes FORCE ROW LEVEL SECURITY;
ALTER TABLE rating_raters ENABLE ROW LEVEL SECURITY;
ALTER TABLE rating_raters FORCE ROW LEVEL SECURITY;
ALTER TABLE rating_rater_scores ENABLE ROW LEVEL SECURITY;
ALTER TABLE rating_rater_scores FORCE ROW LEVEL SECURITY;
CREATE POLICY rating_vetoes_read ON rating_vetoes FOR SELECT TO cadre_web, cadre_report
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid);
CREATE POLICY rating_vetoes_insert ON rating_vetoes FOR INSERT TO cadre_web
    WITH CHECK (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND current_setting('cadre.path_from', true) ~ '^[0-9]{6}/$');
CREATE POLICY rating_raters_scope ON rating_raters TO cadre_web
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND EXISTS (SELECT FROM rating_rounds r
            WHERE r.county_id = rating_raters.county_id AND r.id = rating_raters.round_id));
CREATE POLICY rating_rater_scores_scope ON rating_rater_scores TO cadre_web
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND EXISTS (SELECT FROM ratings r
            WHERE r.county_id = rating_rater_scores.county_id AND r.id = rating_rater_scores.rating_id));
GRANT SELECT, INSERT ON rating_vetoes, rating_raters TO cadre_web;
GRANT SELECT, INSERT, UPDATE, DELETE ON rating_rater_scores TO cadre_web;
GRANT SELECT ON rating_vetoes TO cadre_report;
