CREATE TABLE rating_samples (
    county_id uuid NOT NULL,
    id uuid NOT NULL,
    organisation_id uuid NOT NULL,
    path text NOT NULL COLLATE "C",
    scheme_code text NOT NULL COLLATE "C",
    period text NOT NULL COLLATE "C",
    purpose text NOT NULL,
    state text NOT NULL,
    commitment bytea NOT NULL,
    seed_cipher bytea NOT NULL,
    sample_size integer,
    subjects integer,
    subjects_sha256 bytea,
    fixed_at timestamptz,
    fixed_by text,
    seed text COLLATE "C",
    revealed_at timestamptz,
    revealed_by text,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by text NOT NULL,
    CONSTRAINT rating_samples_pkey PRIMARY KEY (county_id, id),
    CONSTRAINT rating_samples_organisation_fkey FOREIGN KEY (county_id, organisation_id)
        REFERENCES organisations (county_id, id),
    CONSTRAINT rating_samples_commitment_key UNIQUE (county_id, commitment),
    CONSTRAINT rating_samples_scheme_code_shape CHECK (scheme_code ~ '^[a-z][a-z0-9_]{1,49}$'),
    CONSTRAINT rating_samples_period_shape CHECK (period ~ '^[0-9]{4}(Q[1-4]|-[01][0-9])?$'),
    CONSTRAINT rating_samples_purpose_length CHECK (char_length(purpose) BETWEEN 1 AND 200),
    CONSTRAINT rating_samples_state_known CHECK (state IN ('committed', 'fixed', 'revealed')),
    CONSTRAINT rating_samples_commitment_length CHECK (octet_length(commitment) = 32),
    CONSTRAINT rating_samples_sample_size_sensible CHECK (sample_size BETWEEN 1 AND 500),
    CONSTRAINT rating_samples_subjects_enough CHECK (subjects >= sample_size),
    CONSTRAINT rating_samples_fixed_whole CHECK ((state = 'committed') = (sample_size IS NULL)
        AND (state = 'committed') = (subjects IS NULL) AND (state = 'committed') = (subjects_sha256 IS NULL)
        AND (state = 'committed') = (fixed_at IS NULL) AND (state = 'committed') = (fixed_by IS NULL)),
    CONSTRAINT rating_samples_revealed_whole CHECK ((state = 'revealed') = (seed IS NOT NULL)
        AND (state = 'revealed') = (revealed_at IS NOT NULL) AND (state = 'revealed') = (revealed_by IS NOT NULL)),
    CONSTRAINT rating_samples_seed_shape CHECK (seed ~ '^[0-9a-f]{64}$'),
    CONSTRAINT rating_samples_seed_was_promised CHECK (sha256(seed::bytea) = commitment),
    CONSTRAINT rating_samples_version_positive CHECK (version > 0)
);
CREATE INDEX rating_samples_organisation_idx ON rating_samples (county_id, organisation_id);
CREATE INDEX rating_samples_path_idx ON rating_samples (county_id, path);
COMMENT ON TABLE rating_samples IS 'A draw of ratings that somebody else scores again. First the digest of a secret seed is made public, then the ratings are fixed, then the seed is revealed and the draw follows from it: whoever has the seed can draw again.';
COMMENT ON COLUMN rating_samples.county_id IS 'The county that owns the row.';
COMMENT ON COLUMN rating_samples.id IS 'UUIDv7, given by the application.';
COMMENT ON COLUMN rating_samples.organisation_id IS 'Who draws among the ratings of its subtree.';
COMMENT ON COLUMN rating_samples.path IS 'Path of that organisation.';
COMMENT ON COLUMN rating_samples.scheme_code IS 'Code of the scheme whose ratings are drawn.';
COMMENT ON COLUMN rating_samples.period IS 'The period whose ratings are drawn; the second line of each lot.';
COMMENT ON COLUMN rating_samples.purpose IS 'Why they are scored again.';
COMMENT ON COLUMN rating_samples.state IS 'Vocabulary list `visit_draw_state`: the steps are those of every draw.';
COMMENT ON COLUMN rating_samples.commitment IS 'SHA-256 of the seed''s 64 hexadecimal digits: public from the beginning, and never changed.';
COMMENT ON COLUMN rating_samples.seed_cipher IS 'The seed, encrypted, until it is revealed; nobody sees it before.';
COMMENT ON COLUMN rating_samples.sample_size IS 'How many ratings are drawn, fixed with them.';
COMMENT ON COLUMN rating_samples.subjects IS 'Among how many is drawn.';
COMMENT ON COLUMN rating_samples.subjects_sha256 IS 'SHA-256 over the ids of these ratings in order, one a line.';
COMMENT ON COLUMN rating_samples.fixed_at IS 'When they were fixed.';
COMMENT ON COLUMN rating_samples.fixed_by IS 'Who fixed them.';
COMMENT ON COLUMN rating_samples.seed IS 'The seed in 64 hexadecimal digits, once it is revealed.';
COMMENT ON COLUMN rating_samples.revealed_at IS 'When it was revealed.';
COMMENT ON COLUMN rating_samples.revealed_by IS 'Who revealed it.';
COMMENT ON COLUMN rating_samples.version IS 'Rises by one with every change; the ETag.';
COMMENT ON COLUMN rating_samples.created_at IS 'When the row was made.';
COMMENT ON COLUMN rating_samples.created_by IS 'Who made it.';

CREATE TABLE rating_sample_subjects (
    county_id uuid NOT NULL,
    sample_id uuid NOT NULL,
    rating_id uuid NOT NULL,
    first_total numeric(10, 2) NOT NULL,
    first_stars integer NOT NULL,
    CONSTRAINT rating_sample_subjects_pkey PRIMARY KEY (county_id, sample_id, rating_id),
    CONSTRAINT rating_sample_subjects_sample_fkey FOREIGN KEY (county_id, sample_id)
        REFERENCES rating_samples (county_id, id),
    CONSTRAINT rating_sample_subjects_rating_fkey FOREIGN KEY (county_id, rating_id) REFERENCES ratings (county_id, id),
    CONSTRAINT rating_sample_subjects_first_total_not_negative CHECK (first_total >= 0),
    CONSTRAINT rating_sample_subjects_first_stars_sensible CHECK (first_stars BETWEEN 0 AND 10)
);
CREATE INDEX rating_sample_subjects_rating_idx ON rating_sample_subjects (county_id, rating_id);
COMMENT ON TABLE rating_sample_subjects IS 'The ratings among which a sample is drawn, with what they had been given, fixed before the seed is revealed. Never changed.';
COMMENT ON COLUMN rating_sample_subjects.county_id IS 'The county that owns the row.';
COMMENT ON COLUMN rating_sample_subjects.sample_id IS 'The sample.';
COMMENT ON COLUMN rating_sample_subjects.rating_id IS 'The rating: what the draw is computed from.';
COMMENT ON COLUMN rating_sample_subjects.first_total IS 'Its total when the list was fixed.';
COMMENT ON COLUMN rating_sample_subjects.first_stars IS 'Its stars then.';

CREATE TABLE rating_sample_picks (
    county_id uuid NOT NULL,
    sample_id uuid NOT NULL,
    place integer NOT NULL,
    rating_id uuid NOT NULL,
    lot bytea NOT NULL,
    CONSTRAINT rating_sample_picks_pkey PRIMARY KEY (county_id, sample_id, rating_id),
    CONSTRAINT rating_sample_picks_place_key UNIQUE (county_id, sample_id, place),
    CONSTRAINT rating_sample_picks_subject_fkey FOREIGN KEY (county_id, sample_id, rating_id)
        REFERENCES rating_sample_subjects (county_id, sample_id, rating_id),
    CONSTRAINT rating_sample_picks_place_positive CHECK (place BETWEEN 1 AND 500),
    CONSTRAINT rating_sample_picks_lot_length CHECK (octet_length(lot) = 32)
);
COMMENT ON TABLE rating_sample_picks IS 'The ratings that were drawn, in the order of the draw. Never changed.';
COMMENT ON COLUMN rating_sample_picks.county_id IS 'The county that owns the row.';
COMMENT ON COLUMN rating_sample_picks.sample_id IS 'The sample.';
COMMENT ON COLUMN rating_sample_picks.place IS 'Place in the draw, from 1.';
COMMENT ON COLUMN rating_sample_picks.rating_id IS 'The rating.';
COMMENT ON COLUMN rating_sample_picks.lot IS 'Its lot: SHA-256 over seed, period and id, one a line; the smallest lots are drawn.';

CREATE TABLE rating_seconds (
    county_id uuid NOT NULL,
    sample_id uuid NOT NULL,
    rating_id uuid NOT NULL,
    rater text NOT NULL,
    scores jsonb NOT NULL,
    total numeric(10, 2) NOT NULL,
    stars integer NOT NULL,
    note text,
    scored_at timestamptz NOT NULL DEFAULT now(),
    scored_by text NOT NULL,
    CONSTRAINT rating_seconds_pkey PRIMARY KEY (county_id, sample_id, rating_id),
    CONSTRAINT rating_seconds_pick_fkey FOREIGN KEY (county_id, sample_id, rating_id)
        REFERENCES rating_sample_picks (county_id, sample_id, rating_id),
    CONSTRAINT rating_seconds_rater_length CHECK (char_length(rater) BETWEEN 1 AND 50),
    CONSTRAINT rating_seconds_scores_object CHECK (jsonb_typeof(scores) = 'object'),
    CONSTRAINT rating_seconds_total_not_negative CHECK (total >= 0),
    CONSTRAINT rating_seconds_stars_sensible CHECK (stars BETWEEN 0 AND 10),
    CONSTRAINT rating_seconds_note_length CHECK (char_length(note) BETWEEN 1 AND 500)
);
COMMENT ON TABLE rating_seconds IS 'What somebody else gave to a rating that was drawn. It changes no rating, and is not changed.';
COMMENT ON COLUMN rating_seconds.county_id IS 'The county that owns the row.';
COMMENT ON COLUMN rating_seconds.sample_id IS 'The sample.';
COMMENT ON COLUMN rating_seconds.rating_id IS 'The rating.';
COMMENT ON COLUMN rating_seconds.rater IS 'Who scored again; not one of those who had scored.';
COMMENT ON COLUMN rating_seconds.scores IS 'By code of the dimension, each score as a decimal text.';
COMMENT ON COLUMN rating_seconds.total IS 'The total by the scheme of the rating.';
COMMENT ON COLUMN rating_seconds.stars IS 'The stars of that total.';
COMMENT ON COLUMN rating_seconds.note IS 'What was found.';
COMMENT ON COLUMN rating_seconds.scored_at IS 'When it was entered.';
COMMENT ON COLUMN rating_seconds.scored_by IS 'Who entered it; not who had submitted the rating.';

ALTER TABLE rating_samples ENABLE ROW LEVEL SECURITY;
ALTER TABLE rating_samples FORCE ROW LEVEL SECURITY;
ALTER TABLE rating_sample_subjects ENABLE ROW LEVEL SECURITY;
ALTER TABLE rating_sample_subjects FORCE ROW LEVEL SECURITY;
ALTER TABLE rating_sample_picks ENABLE ROW LEVEL SECURITY;
ALTER TABLE rating_sample_picks FORCE ROW LEVEL SECURITY;
ALTER TABLE rating_seconds ENABLE ROW LEVEL SECURITY;
ALTER TABLE rating_seconds FORCE ROW LEVEL SECURITY;
CREATE POLICY rating_samples_scope ON rating_samples TO cadre_web
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND path >= current_setting('cadre.path_from', true) AND path < current_setting('cadre.path_to', true));
CREATE POLICY rating_sample_subjects_scope ON rating_sample_subjects TO cadre_web
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND EXISTS (SELECT FROM rating_samples p
            WHERE p.county_id = rating_sample_subjects.county_id AND p.id = rating_sample_subjects.sample_id));
CREATE POLICY rating_sample_picks_scope ON rating_sample_picks TO cadre_web
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND EXISTS (SELECT FROM rating_samples p
            WHERE p.county_id = rating_sample_picks.county_id AND p.id = rating_sample_picks.sample_id));
CREATE POLICY rating_seconds_scope ON rating_seconds TO cadre_web
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND EXISTS (SELECT FROM rating_samples p
            WHERE p.county_id = rating_seconds.county_id AND p.id = rating_seconds.sample_id));
-- What was promised and drawn is not changed afterwards, by nobody: commitment and cipher have no right to an update.
GRANT SELECT, INSERT ON rating_samples, rating_sample_subjects, rating_sample_picks, rating_seconds TO cadre_web;
GRANT UPDATE (path, state, sample_size, subjects, subjects_sha256, fixed_at, fixed_by, seed, revealed_at, revealed_by,
    version) ON rating_samples TO cadre_web;
