CREATE TABLE rating_schemes (
    county_id uuid NOT NULL,
    id uuid NOT NULL,
    code text NOT NULL COLLATE "C",
    name text NOT NULL,
    subject_kind text NOT NULL,
    period_kind text NOT NULL,
    stars integer NOT NULL,
    decimals integer NOT NULL,
    aggregation text NOT NULL,
    missing_part text NOT NULL,
    procedure text NOT NULL,
    is_primary boolean NOT NULL,
    from_day date NOT NULL,
    to_day date,
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by text NOT NULL,
    CONSTRAINT rating_schemes_pkey PRIMARY KEY (county_id, id),
    CONSTRAINT rating_schemes_county_fkey FOREIGN KEY (county_id) REFERENCES counties (id),
    CONSTRAINT rating_schemes_code_shape CHECK (code ~ '^[a-z][a-z0-9_]{1,49}$'),
    CONSTRAINT rating_schemes_name_filled CHECK (char_length(name) BETWEEN 1 AND 50),
    CONSTRAINT rating_schemes_subject_kind_known CHECK (subject_kind IN ('member', 'branch', 'village', 'household')),
    CONSTRAINT rating_schemes_period_kind_known CHECK (period_kind IN ('month', 'quarter', 'year')),
    CONSTRAINT rating_schemes_stars_sensible CHECK (stars BETWEEN 1 AND 10),
    CONSTRAINT rating_schemes_decimals_sensible CHECK (decimals BETWEEN 0 AND 2),
    CONSTRAINT rating_schemes_aggregation_known CHECK (aggregation IN ('sum', 'weighted_mean')),
    CONSTRAINT rating_schemes_missing_part_known CHECK (missing_part IN ('refuse', 'zero', 'leave_out')),
    CONSTRAINT rating_schemes_left_out_of_means CHECK (missing_part <> 'leave_out' OR aggregation = 'weighted_mean'),
    CONSTRAINT rating_schemes_procedure_length CHECK (char_length(procedure) BETWEEN 1 AND 500),
    CONSTRAINT rating_schemes_period CHECK (from_day < to_day),
    CONSTRAINT rating_schemes_no_overlap EXCLUDE USING gist
        (county_id WITH =, code WITH =, daterange(from_day, to_day) WITH &&),
    CONSTRAINT rating_schemes_one_primary EXCLUDE USING gist
        (county_id WITH =, subject_kind WITH =, daterange(from_day, to_day) WITH &&) WHERE (is_primary)
);
COMMENT ON TABLE rating_schemes IS 'How a county gives stars: one row per version of a scheme, in force over a range of days. Never edited: a change is a new version.';
COMMENT ON COLUMN rating_schemes.county_id IS 'The county that owns the row.';
COMMENT ON COLUMN rating_schemes.id IS 'UUIDv7, given by the application; names one version.';
COMMENT ON COLUMN rating_schemes.code IS 'Code of the scheme, the same in all its versions.';
COMMENT ON COLUMN rating_schemes.name IS 'Its Chinese name.';
COMMENT ON COLUMN rating_schemes.subject_kind IS 'What is rated: member, branch, village or household.';
COMMENT ON COLUMN rating_schemes.period_kind IS 'How often: month, quarter or year.';
COMMENT ON COLUMN rating_schemes.stars IS 'The highest number of stars.';
COMMENT ON COLUMN rating_schemes.decimals IS 'How many decimals a score may have.';
COMMENT ON COLUMN rating_schemes.aggregation IS 'How scores become a total: sum (of score times weight) or weighted_mean.';
COMMENT ON COLUMN rating_schemes.missing_part IS 'What a dimension without a score means: refuse (the rating cannot be submitted), zero, or leave_out (of a mean).';
COMMENT ON COLUMN rating_schemes.procedure IS 'Who rates and how, in words.';
COMMENT ON COLUMN rating_schemes.is_primary IS 'Whether the quarterly report takes its stars from this scheme.';
COMMENT ON COLUMN rating_schemes.from_day IS 'First day in force.';
COMMENT ON COLUMN rating_schemes.to_day IS 'First day no longer in force; empty: still in force.';
COMMENT ON COLUMN rating_schemes.created_at IS 'When it was set.';
COMMENT ON COLUMN rating_schemes.created_by IS 'Who set it.';

CREATE TABLE rating_dimensions (
    county_id uuid NOT NULL,
    id uuid NOT NULL,
    scheme_id uuid NOT NULL,
    code text NOT NULL COLLATE "C",
    name text NOT NULL,
    position integer NOT NULL,
    maximum numeric(8, 2) NOT NULL,
    weight numeric(8, 4) NOT NULL,
    CONSTRAINT rating_dimensions_pkey PRIMARY KEY (county_id, id),
    CONSTRAINT rating_dimensions_scheme_fkey FOREIGN KEY (county_id, scheme_id)
        REFERENCES rating_schemes (county_id, id),
    CONSTRAINT rating_dimensions_code_key UNIQUE (county_id, scheme_id, code),
    CONSTRAINT rating_dimensions_name_key UNIQUE (county_id, scheme_id, name),
    CONSTRAINT rating_dimensions_position_key UNIQUE (county_id, scheme_id, position),
    CONSTRAINT rating_dimensions_code_shape CHECK (code ~ '^[a-z][a-z0-9_]{1,49}$'),
    CONSTRAINT rating_dimensions_name_filled CHECK (char_length(name) BETWEEN 1 AND 50),
    CONSTRAINT rating_dimensions_position_sensible CHECK (position BETWEEN 1 AND 50),
    CONSTRAINT rating_dimensions_maximum_positive CHECK (maximum > 0),
    CONSTRAINT rating_dimensions_weight_positive CHECK (weight > 0)
);
COMMENT ON TABLE rating_dimensions IS 'What a scheme looks at: each dimension is scored from nought to its maximum.';
COMMENT ON COLUMN rating_dimensions.county_id IS 'The county that owns the row.';
COMMENT ON COLUMN rating_dimensions.id IS 'UUIDv7, given by the application.';
COMMENT ON COLUMN rating_dimensions.scheme_id IS 'The version of the scheme.';
COMMENT ON COLUMN rating_dimensions.code IS 'Code in the API.';
COMMENT ON COLUMN rating_dimensions.name IS 'Chinese name: the heading of its column.';
COMMENT ON COLUMN rating_dimensions.position IS 'Place among the columns, from 1.';
COMMENT ON COLUMN rating_dimensions.maximum IS 'The highest score.';
COMMENT ON COLUMN rating_dimensions.weight IS 'What a score is multiplied by.';

CREATE TABLE rating_thresholds (
    county_id uuid NOT NULL,
    scheme_id uuid NOT NULL,
    stars integer NOT NULL,
    minimum numeric(10, 2) NOT NULL,
    CONSTRAINT rating_thresholds_pkey PRIMARY KEY (county_id, scheme_id, stars),
    CONSTRAINT rating_thresholds_scheme_fkey FOREIGN KEY (county_id, scheme_id)
        REFERENCES rating_schemes (county_id, id),
    CONSTRAINT rating_thresholds_minimum_key UNIQUE (county_id, scheme_id, minimum),
    CONSTRAINT rating_thresholds_stars_sensible CHECK (stars BETWEEN 1 AND 10),
    CONSTRAINT rating_thresholds_minimum_not_negative CHECK (minimum >= 0)
);
COMMENT ON TABLE rating_thresholds IS 'From which total a scheme gives a number of stars.';
COMMENT ON COLUMN rating_thresholds.county_id IS 'The county that owns the row.';
COMMENT ON COLUMN rating_thresholds.scheme_id IS 'The version of the scheme.';
COMMENT ON COLUMN rating_thresholds.stars IS 'The number of stars.';
COMMENT ON COLUMN rating_thresholds.minimum IS 'The lowest total that earns them.';

CREATE TABLE rating_rounds (
    county_id uuid NOT NULL,
    id uuid NOT NULL,
    scheme_id uuid NOT NULL,
    organisation_id uuid NOT NULL,
    path text NOT NULL COLLATE "C",
    period text NOT NULL COLLATE "C",
    first_day date NOT NULL,
    last_day date NOT NULL,
    state text NOT NULL,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by text NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now(),
    updated_by text NOT NULL,
    CONSTRAINT rating_rounds_pkey PRIMARY KEY (county_id, id),
    CONSTRAINT rating_rounds_scheme_fkey FOREIGN KEY (county_id, scheme_id) REFERENCES rating_schemes (county_id, id),
    CONSTRAINT rating_rounds_organisation_fkey FOREIGN KEY (county_id, organisation_id)
        REFERENCES organisations (county_id, id),
    CONSTRAINT rating_rounds_period_key UNIQUE (county_id, organisation_id, scheme_id, period),
    CONSTRAINT rating_rounds_period_shape CHECK (period ~ '^[0-9]{4}(Q[1-4]|-[01][0-9])?$'),
    CONSTRAINT rating_rounds_days CHECK (first_day < last_day),
    CONSTRAINT rating_rounds_state_known CHECK (state IN ('draft', 'submitted', 'returned', 'reviewed', 'confirmed',
        'published')),
    CONSTRAINT rating_rounds_version_positive CHECK (version > 0)
);
CREATE INDEX rating_rounds_scheme_idx ON rating_rounds (county_id, scheme_id, last_day);
CREATE INDEX rating_rounds_recent_idx ON rating_rounds (county_id, last_day DESC, path, id);
COMMENT ON TABLE rating_rounds IS 'One organisation rated by one scheme for one period.';
COMMENT ON COLUMN rating_rounds.county_id IS 'The county that owns the row.';
COMMENT ON COLUMN rating_rounds.id IS 'UUIDv7, given by the application.';
COMMENT ON COLUMN rating_rounds.scheme_id IS 'The version of the scheme in force on the last day; it stays with the round.';
COMMENT ON COLUMN rating_rounds.organisation_id IS 'Whose members are rated.';
COMMENT ON COLUMN rating_rounds.path IS 'Path of that organisation.';
COMMENT ON COLUMN rating_rounds.period IS '2026Q1, 2026-03 or 2026.';
COMMENT ON COLUMN rating_rounds.first_day IS 'First day of the period.';
COMMENT ON COLUMN rating_rounds.last_day IS 'Last day of the period: who is in the register on it is rated.';
COMMENT ON COLUMN rating_rounds.state IS 'How far its ratings are, those sent back and those not yet submitted left aside.';
COMMENT ON COLUMN rating_rounds.version IS 'Rises by one with every change of the round or its ratings; the ETag.';
COMMENT ON COLUMN rating_rounds.created_at IS 'When it was opened.';
COMMENT ON COLUMN rating_rounds.created_by IS 'Who opened it.';
COMMENT ON COLUMN rating_rounds.updated_at IS 'When it or one of its ratings was last changed.';
COMMENT ON COLUMN rating_rounds.updated_by IS 'Who changed it last: shown to the loser of a race.';

CREATE TABLE ratings (
    county_id uuid NOT NULL,
    id uuid NOT NULL,
    round_id uuid NOT NULL,
    membership_id uuid NOT NULL,
    path text NOT NULL COLLATE "C",
    state text NOT NULL,
    total numeric(10, 2),
    stars integer,
    evidence text,
    returned_reason text,
    returned_by text,
    returned_at timestamptz,
    submitted_by text,
    submitted_at timestamptz,
    reviewed_by text,
    reviewed_at timestamptz,
    confirmed_by text,
    confirmed_at timestamptz,
    published_by text,
    published_at timestamptz,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    updated_by text NOT NULL,
    CONSTRAINT ratings_pkey PRIMARY KEY (county_id, id),
    CONSTRAINT ratings_round_fkey FOREIGN KEY (county_id, round_id) REFERENCES rating_rounds (county_id, id),
    CONSTRAINT ratings_membership_fkey FOREIGN KEY (county_id, membership_id) REFERENCES memberships (county_id, id),
    CONSTRAINT ratings_subject_key UNIQUE (county_id, round_id, membership_id),
    CONSTRAINT ratings_state_known CHECK (state IN ('draft', 'submitted', 'returned', 'reviewed', 'confirmed',
        'published')),
    CONSTRAINT ratings_total_not_negative CHECK (total >= 0),
    CONSTRAINT ratings_stars_sensible CHECK (stars BETWEEN 0 AND 10),
    CONSTRAINT ratings_stars_of_total CHECK ((total IS NULL) = (stars IS NULL)),
    CONSTRAINT ratings_complete_when_submitted CHECK (state IN ('draft', 'returned') OR total IS NOT NULL),
    CONSTRAINT ratings_evidence_length CHECK (char_length(evidence) BETWEEN 1 AND 500),
    CONSTRAINT ratings_returned_reason_length CHECK (char_length(returned_reason) BETWEEN 1 AND 500),
    CONSTRAINT ratings_returned_with_reason CHECK (state <> 'returned'
        OR returned_reason IS NOT NULL AND returned_by IS NOT NULL AND returned_at IS NOT NULL),
    CONSTRAINT ratings_submitted_by_somebody CHECK (state IN ('draft', 'returned')
        OR submitted_by IS NOT NULL AND submitted_at IS NOT NULL),
    CONSTRAINT ratings_reviewed_by_somebody CHECK (state IN ('draft', 'returned', 'submitted')
        OR reviewed_by IS NOT NULL AND reviewed_at IS NOT NULL),
    CONSTRAINT ratings_confirmed_by_somebody CHECK (state NOT IN ('confirmed', 'published')
        OR confirmed_by IS NOT NULL AND confirmed_at IS NOT NULL),
    CONSTRAINT ratings_published_by_somebody CHECK (state <> 'published'
        OR published_by IS NOT NULL AND published_at IS NOT NULL),
    CONSTRAINT ratings_version_positive CHECK (version > 0)
);
CREATE INDEX ratings_membership_idx ON ratings (county_id, membership_id);
CREATE INDEX ratings_state_idx ON ratings (county_id, state, path);
COMMENT ON TABLE ratings IS 'The rating of one member in one round: scores, total, stars, and who answered for each step.';
COMMENT ON COLUMN ratings.county_id IS 'The county that owns the row.';
COMMENT ON COLUMN ratings.id IS 'UUIDv7, given by the application.';
COMMENT ON COLUMN ratings.round_id IS 'The round.';
COMMENT ON COLUMN ratings.membership_id IS 'The member who is rated.';
COMMENT ON COLUMN ratings.path IS 'Path of the round''s organisation.';
COMMENT ON COLUMN ratings.state IS 'Vocabulary list `rating_state`.';
COMMENT ON COLUMN ratings.total IS 'The total by the scheme, rounded half up to two decimals; empty while incomplete.';
COMMENT ON COLUMN ratings.stars IS 'The stars of the total; empty while incomplete.';
COMMENT ON COLUMN ratings.evidence IS 'What the scores rest on.';
COMMENT ON COLUMN ratings.returned_reason IS 'Why it was sent back last.';
COMMENT ON COLUMN ratings.returned_by IS 'Who sent it back last.';
COMMENT ON COLUMN ratings.returned_at IS 'When it was sent back last.';
COMMENT ON COLUMN ratings.submitted_by IS 'Who submitted it: he may not decide on it.';
COMMENT ON COLUMN ratings.submitted_at IS 'When it was submitted.';
COMMENT ON COLUMN ratings.reviewed_by IS 'Who reviewed it.';
COMMENT ON COLUMN ratings.reviewed_at IS 'When it was reviewed.';
COMMENT ON COLUMN ratings.confirmed_by IS 'Who confirmed it.';
COMMENT ON COLUMN ratings.confirmed_at IS 'When it was confirmed.';
COMMENT ON COLUMN ratings.published_by IS 'Who published it.';
COMMENT ON COLUMN ratings.published_at IS 'When it was published.';
COMMENT ON COLUMN ratings.version IS 'Rises by one with every change; the ETag.';
COMMENT ON COLUMN ratings.created_at IS 'When the row was made.';
COMMENT ON COLUMN ratings.updated_at IS 'When it was last changed.';
COMMENT ON COLUMN ratings.updated_by IS 'Who changed it last: shown to the loser of a race.';

CREATE TABLE rating_scores (
    county_id uuid NOT NULL,
    rating_id uuid NOT NULL,
    dimension_id uuid NOT NULL,
    score numeric(8, 2) NOT NULL,
    CONSTRAINT rating_scores_pkey PRIMARY KEY (county_id, rating_id, dimension_id),
    CONSTRAINT rating_scores_rating_fkey FOREIGN KEY (county_id, rating_id) REFERENCES ratings (county_id, id),
    CONSTRAINT rating_scores_dimension_fkey FOREIGN KEY (county_id, dimension_id)
        REFERENCES rating_dimensions (county_id, id),
    CONSTRAINT rating_scores_not_negative CHECK (score >= 0)
);
CREATE INDEX rating_scores_dimension_idx ON rating_scores (county_id, dimension_id);
COMMENT ON TABLE rating_scores IS 'The score of one rating in one dimension.';
COMMENT ON COLUMN rating_scores.county_id IS 'The county that owns the row.';
COMMENT ON COLUMN rating_scores.rating_id IS 'The rating.';
COMMENT ON COLUMN rating_scores.dimension_id IS 'The dimension.';
COMMENT ON COLUMN rating_scores.score IS 'The score, from nought to the dimension''s maximum.';

ALTER TABLE rating_schemes ENABLE ROW LEVEL SECURITY;
ALTER TABLE rating_schemes FORCE ROW LEVEL SECURITY;
ALTER TABLE rating_dimensions ENABLE ROW LEVEL SECURITY;
ALTER TABLE rating_dimensions FORCE ROW LEVEL SECURITY;
ALTER TABLE rating_thresholds ENABLE ROW LEVEL SECURITY;
ALTER TABLE rating_thresholds FORCE ROW LEVEL SECURITY;
ALTER TABLE rating_rounds ENABLE ROW LEVEL SECURITY;
ALTER TABLE rating_rounds FORCE ROW LEVEL SECURITY;
ALTER TABLE ratings ENABLE ROW LEVEL SECURITY;
ALTER TABLE ratings FORCE ROW LEVEL SECURITY;
ALTER TABLE rating_scores ENABLE ROW LEVEL SECURITY;
ALTER TABLE rating_scores FORCE ROW LEVEL SECURITY;
-- Everybody in the county reads its schemes; only who acts for the whole county sets them.
CREATE POLICY rating_schemes_read ON rating_schemes FOR SELECT TO cadre_web, cadre_report
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid);
CREATE POLICY rating_schemes_insert ON rating_schemes FOR INSERT TO cadre_web
    WITH CHECK (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND current_setting('cadre.path_from', true) ~ '^[0-9]{6}/$');
CREATE POLICY rating_schemes_update ON rating_schemes FOR UPDATE TO cadre_web
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND current_setting('cadre.path_from', true) ~ '^[0-9]{6}/$');
CREATE POLICY rating_dimensions_read ON rating_dimensions FOR SELECT TO cadre_web, cadre_report
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid);
CREATE POLICY rating_dimensions_insert ON rating_dimensions FOR INSERT TO cadre_web
    WITH CHECK (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND current_setting('cadre.path_from', true) ~ '^[0-9]{6}/$');
CREATE POLICY rating_thresholds_read ON rating_thresholds FOR SELECT TO cadre_web, cadre_report
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid);
CREATE POLICY rating_thresholds_insert ON rating_thresholds FOR INSERT TO cadre_web
    WITH CHECK (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND current_setting('cadre.path_from', true) ~ '^[0-9]{6}/$');
CREATE POLICY rating_rounds_scope ON rating_rounds TO cadre_web
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND path >= current_setting('cadre.path_from', true) AND path < current_setting('cadre.path_to', true));
CREATE POLICY ratings_scope ON ratings TO cadre_web
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND path >= current_setting('cadre.path_from', true) AND path < current_setting('cadre.path_to', true));
CREATE POLICY rating_scores_scope ON rating_scores TO cadre_web
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND EXISTS (SELECT FROM ratings r
            WHERE r.county_id = rating_scores.county_id AND r.id = rating_scores.rating_id));
CREATE POLICY rating_rounds_report ON rating_rounds FOR SELECT TO cadre_report
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid);
CREATE POLICY ratings_report ON ratings FOR SELECT TO cadre_report
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid);
CREATE POLICY rating_scores_report ON rating_scores FOR SELECT TO cadre_report
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid);
GRANT SELECT, INSERT, UPDATE ON rating_schemes, rating_rounds, ratings TO cadre_web;
GRANT SELECT, INSERT ON rating_dimensions, rating_thresholds TO cadre_web;
GRANT SELECT, INSERT, UPDATE, DELETE ON rating_scores TO cadre_web;
GRANT SELECT ON rating_schemes, rating_dimensions, rating_thresholds, rating_rounds, ratings, rating_scores
    TO cadre_report;
