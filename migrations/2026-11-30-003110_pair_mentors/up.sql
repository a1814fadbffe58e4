CREATE TABLE training_pairs (
    county_id uuid NOT NULL,
    id uuid NOT NULL,
    mentor_id uuid NOT NULL,
    apprentice_id uuid NOT NULL,
    organisation_id uuid NOT NULL,
    path text NOT NULL COLLATE "C",
    agreed text NOT NULL,
    from_day date NOT NULL,
    to_day date,
    outcome text,
    result text,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by text NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now(),
    updated_by text NOT NULL,
    CONSTRAINT training_pairs_pkey PRIMARY KEY (county_id, id),
    CONSTRAINT training_pairs_mentor_fkey FOREIGN KEY (county_id, mentor_id) REFERENCES people (county_id, id),
    CONSTRAINT training_pairs_apprentice_fkey FOREIGN KEY (county_id, apprentice_id) REFERENCES people (county_id, id),
    CONSTRAINT training_pairs_organisation_fkey FOREIGN KEY (county_id, organisation_id)
        REFERENCES organisations (county_id, id),
    CONSTRAINT training_pairs_two_people CHECK (mentor_id <> apprentice_id),
    CONSTRAINT training_pairs_agreed_length CHECK (char_length(agreed) BETWEEN 2 AND 500),
    CONSTRAINT training_pairs_period CHECK (from_day < to_day),
    CONSTRAINT training_pairs_outcome_known CHECK (outcome IN ('completed', 'stopped')),
    CONSTRAINT training_pairs_result_length CHECK (char_length(result) BETWEEN 2 AND 500),
    CONSTRAINT training_pairs_end_told CHECK ((to_day IS NULL) = (outcome IS NULL) AND (to_day IS NULL) = (result IS NULL)),
    CONSTRAINT training_pairs_version_positive CHECK (version > 0),
    CONSTRAINT training_pairs_no_overlap EXCLUDE USING gist
        (mentor_id WITH =, apprentice_id WITH =, daterange(from_day, to_day) WITH &&)
);
CREATE INDEX training_pairs_path_idx ON training_pairs (county_id, path);
CREATE INDEX training_pairs_latest_idx ON training_pairs (county_id, from_day, id);
CREATE INDEX training_pairs_mentor_idx ON training_pairs (county_id, mentor_id, from_day);
CREATE INDEX training_pairs_apprentice_idx ON training_pairs (county_id, apprentice_id, from_day);
CREATE INDEX training_pairs_organisation_idx ON training_pairs (county_id, organisation_id, from_day);
COMMENT ON TABLE training_pairs IS 'Who guides whom: a mentor and an apprentice, from one day to another, with what was agreed and what came of it.';
COMMENT ON COLUMN training_pairs.county_id IS 'The county that owns the row.';
COMMENT ON COLUMN training_pairs.id IS 'UUIDv7, given by the application.';
COMMENT ON COLUMN training_pairs.mentor_id IS 'The person who guides.';
COMMENT ON COLUMN training_pairs.apprentice_id IS 'The person who is guided.';
COMMENT ON COLUMN training_pairs.organisation_id IS 'The organisation that made the pair and keeps it.';
COMMENT ON COLUMN training_pairs.path IS 'Path of that organisation.';
COMMENT ON COLUMN training_pairs.agreed IS 'What was agreed: what is taught, how often, towards what.';
COMMENT ON COLUMN training_pairs.from_day IS 'First day.';
COMMENT ON COLUMN training_pairs.to_day IS 'First day no longer; empty: still.';
COMMENT ON COLUMN training_pairs.outcome IS 'Vocabulary list `training_pair_outcome`; empty while it runs.';
COMMENT ON COLUMN training_pairs.result IS 'What came of it, in words; empty while it runs.';
COMMENT ON COLUMN training_pairs.version IS 'Rises by one with every change; the ETag.';
COMMENT ON COLUMN training_pairs.created_at IS 'When it was entered.';
COMMENT ON COLUMN training_pairs.created_by IS 'Who entered it.';
COMMENT ON COLUMN training_pairs.updated_at IS 'When it was last changed.';
COMMENT ON COLUMN training_pairs.updated_by IS 'Who changed it last: shown to the loser of a race.';

ALTER TABLE training_pairs ENABLE ROW LEVEL SECURITY;
ALTER TABLE training_pairs FORCE ROW LEVEL SECURITY;
CREATE POLICY training_pairs_scope ON training_pairs TO cadre_web
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND path >= current_setting('cadre.path_from', true) AND path < current_setting('cadre.path_to', true));
GRANT SELECT, INSERT, UPDATE ON training_pairs TO cadre_web;
