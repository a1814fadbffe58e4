-- Two records of one person are found by how the name sounds, and merged by somebody who looked at both; what a merge moved
-- is kept, so that it can be taken back.

-- The sound of a name without what ears and dialects take for the same: zh ch sh as z c s, n as l, f as h, ng as n, ü as u.
ALTER TABLE people
    ADD COLUMN sound text COLLATE "C" NOT NULL GENERATED ALWAYS AS (
        translate(regexp_replace(regexp_replace(regexp_replace(regexp_replace(replace(lower(pinyin), 'ü', 'v'),
            '(^| )([zcs])h', '\1\2', 'g'), '(^| )n', '\1l', 'g'), '(^| )f', '\1h', 'g'), 'ng( |$)', 'n\1', 'g'),
            'v ', 'u')) STORED;
COMMENT ON COLUMN people.sound IS 'How the name sounds, without what is often taken for the same; records that sound alike are compared.';
CREATE INDEX people_sound_idx ON people (county_id, birth_date, sound) INCLUDE (id);

CREATE TABLE distinct_people (
    county_id uuid NOT NULL,
    person_id uuid NOT NULL,
    other_id uuid NOT NULL,
    reason text,
    decided_by text NOT NULL,
    decided_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT distinct_people_pkey PRIMARY KEY (county_id, person_id, other_id),
    CONSTRAINT distinct_people_person_fkey FOREIGN KEY (county_id, person_id) REFERENCES people (county_id, id),
    CONSTRAINT distinct_people_other_fkey FOREIGN KEY (county_id, other_id) REFERENCES people (county_id, id),
    CONSTRAINT distinct_people_pair_in_order CHECK (person_id < other_id),
    CONSTRAINT distinct_people_reason_length CHECK (char_length(reason) BETWEEN 1 AND 200)
);
CREATE INDEX distinct_people_other_idx ON distinct_people (county_id, other_id);
COMMENT ON TABLE distinct_people IS 'Pairs that look like one person and were found to be two.';
COMMENT ON COLUMN distinct_people.county_id IS 'The county that owns the row.';
COMMENT ON COLUMN distinct_people.person_id IS 'The one whose id comes first.';
COMMENT ON COLUMN distinct_people.other_id IS 'The other one.';
COMMENT ON COLUMN distinct_people.reason IS 'How that was found out, in words.';
COMMENT ON COLUMN distinct_people.decided_by IS 'User name of who decided.';
COMMENT ON COLUMN distinct_people.decided_at IS 'When.';

CREATE TABLE person_merges (
    county_id uuid NOT NULL,
    id uuid NOT NULL,
    path text NOT NULL COLLATE "C",
    winner_id uuid NOT NULL,
    winner_name text NOT NULL,
    loser_id uuid NOT NULL,
    loser_name text NOT NULL,
    moved integer NOT NULL DEFAULT 0,
    removed integer NOT NULL DEFAULT 0,
    merged_by text NOT NULL,
    merged_at timestamptz NOT NULL DEFAULT now(),
    undone_by text,
    undone_at timestamptz,
    undo_reason text,
    version integer NOT NULL DEFAULT 1,
    CONSTRAINT person_merges_pkey PRIMARY KEY (county_id, id),
    CONSTRAINT person_merges_county_fkey FOREIGN KEY (county_id) REFERENCES counties (id),
    CONSTRAINT person_merges_two_people CHECK (winner_id <> loser_id),
    CONSTRAINT person_merges_moved_not_negative CHECK (moved >= 0),
    CONSTRAINT person_merges_removed_not_negative CHECK (removed >= 0),
    CONSTRAINT person_merges_undone_said CHECK ((undone_by IS NULL) = (undone_at IS NULL)),
    CONSTRAINT person_merges_undo_reason_length CHECK (char_length(undo_reason) BETWEEN 1 AND 200),
    CONSTRAINT person_merges_undo_reason_with_undo CHECK (undo_reason IS NULL OR undone_at IS NOT NULL),
    CONSTRAINT person_merges_version_positive CHECK (version > 0)
);
CREATE INDEX person_merges_path_idx ON person_merges (county_id, path, id);
CREATE INDEX person_merges_winner_idx ON person_merges (county_id, winner_id);
CREATE INDEX person_merges_loser_idx ON person_merges (county_id, loser_id);
COMMENT ON TABLE person_merges IS 'Two records of one person that somebody made one; the loser''s row stands among the rows of the merge.';
COMMENT ON COLUMN person_merges.county_id IS 'The county that owns the row.';
COMMENT ON COLUMN person_merges.id IS 'UUIDv7, given by the application.';
COMMENT ON COLUMN person_merges.path IS 'Path of the smallest organisation that holds every relation of both.';
COMMENT ON COLUMN person_merges.winner_id IS 'The record that stayed.';
COMMENT ON COLUMN person_merges.winner_name IS 'Its name after the merge.';
COMMENT ON COLUMN person_merges.loser_id IS 'The record that went.';
COMMENT ON COLUMN person_merges.loser_name IS 'Its name.';
COMMENT ON COLUMN person_merges.moved IS 'How many rows were given to the winner.';
COMMENT ON COLUMN person_merges.removed IS 'How many rows went, the loser''s own included.';
COMMENT ON COLUMN person_merges.merged_by IS 'User name of who merged.';
COMMENT ON COLUMN person_merges.merged_at IS 'When.';
COMMENT ON COLUMN person_merges.undone_by IS 'User name of who took it back; empty: it stands.';
COMMENT ON COLUMN person_merges.undone_at IS 'When.';
COMMENT ON COLUMN person_merges.undo_reason IS 'Why, in words.';
COMMENT ON COLUMN person_merges.version IS 'Rises by one with every change; the ETag.';

CREATE TABLE person_merge_rows (
    county_id uuid NOT NULL,
    merge_id uuid NOT NULL,
    step integer NOT NULL,
    number integer NOT NULL,
    relation text NOT NULL COLLATE "C",
    action text NOT NULL,
    key jsonb NOT NULL,
    before jsonb NOT NULL,
    after jsonb,
    row_version integer,
    kept text,
    CONSTRAINT person_merge_rows_pkey PRIMARY KEY (county_id, merge_id, step, number),
    CONSTRAINT person_merge_rows_merge_fkey FOREIGN KEY (county_id, merge_id) REFERENCES person_merges (county_id, id),
    CONSTRAINT person_merge_rows_step_positive CHECK (step > 0),
    CONSTRAINT person_merge_rows_number_positive CHECK (number > 0),
    CONSTRAINT person_merge_rows_action_known CHECK (action IN ('moved', 'removed', 'changed')),
    CONSTRAINT person_merge_rows_after_where_it_stays CHECK ((after IS NULL) = (action = 'removed')),
    CONSTRAINT person_merge_rows_kept_length CHECK (char_length(kept) BETWEEN 1 AND 50)
);
COMMENT ON TABLE person_merge_rows IS 'Every row that a merge moved, removed or changed.';
COMMENT ON COLUMN person_merge_rows.county_id IS 'The county that owns the row.';
COMMENT ON COLUMN person_merge_rows.merge_id IS 'The merge.';
COMMENT ON COLUMN person_merge_rows.step IS 'The order of the statements; taken back from the last.';
COMMENT ON COLUMN person_merge_rows.number IS 'Which row of the statement.';
COMMENT ON COLUMN person_merge_rows.relation IS 'The table.';
COMMENT ON COLUMN person_merge_rows.action IS 'moved (given to the winner), removed, or changed (the winner himself).';
COMMENT ON COLUMN person_merge_rows.key IS 'The primary key of the row, as it is after the merge.';
COMMENT ON COLUMN person_merge_rows.before IS 'Of a row that was moved the columns as they were, of others the whole row as it was.';
COMMENT ON COLUMN person_merge_rows.after IS 'The row as the merge left it; empty: it went.';
COMMENT ON COLUMN person_merge_rows.row_version IS 'The version that the merge left, of tables that have one.';
COMMENT ON COLUMN person_merge_rows.kept IS 'Why it was kept when the merge was taken back; empty: it was not.';

CREATE TABLE merged_ids (
    county_id uuid NOT NULL,
    old_id uuid NOT NULL,
    new_id uuid NOT NULL,
    merge_id uuid NOT NULL,
    relation text NOT NULL COLLATE "C",
    CONSTRAINT merged_ids_pkey PRIMARY KEY (county_id, old_id),
    CONSTRAINT merged_ids_merge_fkey FOREIGN KEY (county_id, merge_id) REFERENCES person_merges (county_id, id),
    CONSTRAINT merged_ids_elsewhere CHECK (old_id <> new_id)
);
CREATE INDEX merged_ids_merge_idx ON merged_ids (county_id, merge_id);
COMMENT ON TABLE merged_ids IS 'Where the addresses of records that went in a merge lead. Ids alone: whether the record may be seen is asked there.';
COMMENT ON COLUMN merged_ids.county_id IS 'The county that owns the row.';
COMMENT ON COLUMN merged_ids.old_id IS 'Id of the record that went.';
COMMENT ON COLUMN merged_ids.new_id IS 'Id of the record that stands for it.';
COMMENT ON COLUMN merged_ids.merge_id IS 'The merge.';
COMMENT ON COLUMN merged_ids.relation IS 'The table of both.';

ALTER TABLE distinct_people ENABLE ROW LEVEL SECURITY;
ALTER TABLE distinct_people FORCE ROW LEVEL SECURITY;
ALTER TABLE person_merges ENABLE ROW LEVEL SECURITY;
ALTER TABLE person_merges FORCE ROW LEVEL SECURITY;
ALTER TABLE person_merge_rows ENABLE ROW LEVEL SECURITY;
ALTER TABLE person_merge_rows FORCE ROW LEVEL SECURITY;
ALTER TABLE merged_ids ENABLE ROW LEVEL SECURITY;
ALTER TABLE merged_ids FORCE ROW LEVEL SECURITY;
-- Whoever sees both.
CREATE POLICY distinct_people_both ON distinct_people TO cadre_web
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND EXISTS (SELECT FROM person_visibility v
            WHERE v.county_id = distinct_people.county_id AND v.person_id = distinct_people.person_id)
        AND EXISTS (SELECT FROM person_visibility v
            WHERE v.county_id = distinct_people.county_id AND v.person_id = distinct_people.other_id));
CREATE POLICY person_merges_scope ON person_merges TO cadre_web
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND path >= current_setting('cadre.path_from', true) AND path < current_setting('cadre.path_to', true));
CREATE POLICY person_merge_rows_scope ON person_merge_rows TO cadre_web
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND EXISTS (SELECT FROM person_merges m
            WHERE m.county_id = person_merge_rows.county_id AND m.id = person_merge_rows.merge_id));
CREATE POLICY merged_ids_read ON merged_ids FOR SELECT TO cadre_web
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid);
GRANT SELECT, INSERT, DELETE ON distinct_people TO cadre_web;
GRANT SELECT, INSERT, UPDATE ON person_merges TO cadre_web;
GRANT SELECT ON person_merge_rows, merged_ids TO cadre_web;

-- A place on a roll, the attendance and the completion that follow from it are given to another membership in three
-- statements: what binds them is looked at when the third is done.
ALTER TABLE training_attendances
    ALTER CONSTRAINT training_attendances_enrolment_fkey DEFERRABLE INITIALLY IMMEDIATE;
ALTER TABLE training_completions
    ALTER CONSTRAINT training_completions_attendance_fkey DEFERRABLE INITIALLY IMMEDIATE;
