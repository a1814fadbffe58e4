-- An import can be taken back for some days. What it touches is traced while it is carried out: of a record that it makes
-- the id, of a row that it changes the former image.
ALTER TABLE imports ADD undo_until timestamptz;
ALTER TABLE imports ADD undone_by text;
ALTER TABLE imports ADD undone_at timestamptz;
ALTER TABLE imports ADD CONSTRAINT imports_undone_said
    CHECK ((state = 'undone') = (undone_at IS NOT NULL) AND (undone_at IS NULL) = (undone_by IS NULL));
ALTER TABLE imports ADD CONSTRAINT imports_undo_of_committed CHECK (undo_until IS NULL OR committed_at IS NOT NULL);
COMMENT ON COLUMN imports.undo_until IS 'Until when it can be taken back; empty: not carried out, or before that was possible.';
COMMENT ON COLUMN imports.undone_by IS 'User name of who took it back.';
COMMENT ON COLUMN imports.undone_at IS 'When.';

ALTER TABLE import_rows ADD kept text;
ALTER TABLE import_rows ADD CONSTRAINT import_rows_kept_written CHECK (kept IS NULL OR bucket IN ('new', 'changed'));
COMMENT ON COLUMN import_rows.kept IS 'Why what the row wrote was kept when the import was taken back; empty: it was not.';

CREATE TABLE import_traces (
    county_id uuid NOT NULL,
    import_id uuid NOT NULL,
    number integer NOT NULL,
    path text NOT NULL COLLATE "C",
    relation text NOT NULL COLLATE "C",
    is_removed boolean NOT NULL,
    made uuid[],
    images jsonb,
    CONSTRAINT import_traces_pkey PRIMARY KEY (county_id, import_id, number),
    CONSTRAINT import_traces_import_fkey FOREIGN KEY (county_id, import_id)
        REFERENCES imports (county_id, id) ON DELETE CASCADE,
    CONSTRAINT import_traces_number_positive CHECK (number > 0),
    CONSTRAINT import_traces_one_kind CHECK ((made IS NULL) <> (images IS NULL) AND NOT (is_removed AND images IS NULL))
);
COMMENT ON TABLE import_traces IS 'What the statements of an import touched, for taking it back. Kept as long as that is possible.';
COMMENT ON COLUMN import_traces.county_id IS 'The county that owns the row.';
COMMENT ON COLUMN import_traces.import_id IS 'The import.';
COMMENT ON COLUMN import_traces.number IS 'The order of the statements.';
COMMENT ON COLUMN import_traces.path IS 'Path of the import''s organisation.';
COMMENT ON COLUMN import_traces.relation IS 'The table that was written.';
COMMENT ON COLUMN import_traces.is_removed IS 'Whether the images went (rows as they were before), or came.';
COMMENT ON COLUMN import_traces.made IS 'Ids of records that were not there before.';
COMMENT ON COLUMN import_traces.images IS 'Of each row of other records {owner, image}: the record''s id, and the row; of one that came its key and version only.';

ALTER TABLE import_traces ENABLE ROW LEVEL SECURITY;
ALTER TABLE import_traces FORCE ROW LEVEL SECURITY;
CREATE POLICY import_traces_scope ON import_traces TO cadre_web
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND path >= current_setting('cadre.path_from', true) AND path < current_setting('cadre.path_to', true));
GRANT SELECT, DELETE ON import_traces TO cadre_web;

-- The tables that imports write: whose rows they are, and how deep a record lies (the deeper goes first). A record is a
-- row of a table whose `owner` is `id`; the rows of the other tables are parts of one.
CREATE FUNCTION traced_relations() RETURNS TABLE (relation text, owner text, depth integer)
LANGUAGE sql IMMUTABLE AS $$
    VALUES ('election_ballots', 'election_id', 9), ('elections', 'id', 9), ('candidate_checks', 'id', 8),
        ('seat_sources', 'seat_id', 7), ('seats', 'id', 7), ('committee_posts', 'term_id', 6), ('committee_terms', 'id', 6),
        ('committees', 'id', 5), ('rating_scores', 'rating_id', 4), ('ratings', 'id', 4), ('rating_rounds', 'id', 3),
        ('assessment_scores', 'assessment_id', 4), ('assessments', 'id', 4), ('assessment_rounds', 'id', 3),
        ('training_classes', 'id', 3), ('reserve_sources', 'reserve_id', 3), ('reserve_states', 'reserve_id', 3),
        ('reserve_mentors', 'reserve_id', 3), ('reserves', 'id', 3), ('branch_memberships', 'membership_id', 2),
        ('membership_statuses', 'membership_id', 2), ('membership_absences', 'membership_id', 2),
        ('member_search_keys', 'membership_id', 2), ('memberships', 'id', 2), ('person_visibility', 'relation_id', 1),
        ('people', 'id', 1), ('organisation_parents', 'organisation_id', 0), ('organisations', 'id', 0)
$$;
REVOKE ALL ON FUNCTION traced_relations FROM PUBLIC;

-- Bookkeeping, no rule: while an import is carried out (`cadre.import` names it), every statement notes what it touched.
-- Beyond row-level security, since a record may be shared with a unit that the importer does not see.
CREATE FUNCTION trace_import() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    whose CONSTANT text := TG_ARGV[0];
    is_record CONSTANT boolean := whose = 'id';
    of_county CONSTANT uuid := current_setting('cadre.county')::uuid;
    of_import CONSTANT uuid := current_setting('cadre.import')::uuid;
    key text;
    note CONSTANT text := 'WITH made AS MATERIALIZED (
            SELECT unnest(t.made) AS id FROM import_traces t
            WHERE t.county_id = $1 AND t.import_id = $2 AND t.made IS NOT NULL AND NOT $5
        ), touched AS (
            SELECT jsonb_agg(jsonb_build_object(''owner'', r.%1$I, ''image'', %2$s)) AS images FROM %3$I r
            WHERE NOT EXISTS (SELECT FROM made m WHERE m.id = r.%1$I)
        )
        INSERT INTO import_traces (county_id, import_id, number, path, relation, is_removed, images)
        SELECT i.county_id, i.id, 1 + (SELECT coalesce(max(t.number), 0) FROM import_traces t
            WHERE t.county_id = $1 AND t.import_id = $2), i.path, $3, $4, touched.images
        FROM imports i, touched WHERE i.county_id = $1 AND i.id = $2 AND touched.images IS NOT NULL';
BEGIN
    IF TG_OP = 'INSERT' AND is_record THEN
        INSERT INTO import_traces (county_id, import_id, number, path, relation, is_removed, made)
        SELECT i.county_id, i.id, 1 + (SELECT coalesce(max(t.number), 0) FROM import_traces t
            WHERE t.county_id = of_county AND t.import_id = of_import), i.path, TG_TABLE_NAME, false, fresh.ids
        FROM imports i, (SELECT array_agg(c.id) AS ids FROM came c) fresh
        WHERE i.county_id = of_county AND i.id = of_import AND fresh.ids IS NOT NULL;
        RETURN NULL;
    END IF;
    -- Parts of a record that this import made go with it: they need no trace.
    IF TG_OP <> 'INSERT' THEN
        EXECUTE format(note, whose, 'to_jsonb(r)', 'gone')
        USING of_county, of_import, TG_TABLE_NAME::text, true, is_record;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        SELECT format('jsonb_build_object(%s)', string_agg(format('%L, r.%I', a.attname, a.attname), ', ')) INTO key
        FROM pg_constraint k JOIN pg_attribute a ON a.attrelid = k.conrelid
            AND (a.attnum = ANY (k.conkey) OR is_record AND a.attname = 'version')
        WHERE k.conrelid = TG_RELID AND k.contype = 'p';
        EXECUTE format(note, whose, key, 'came')
        USING of_county, of_import, TG_TABLE_NAME::text, false, is_record;
    END IF;
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION trace_import FROM PUBLIC;

DO $$
DECLARE
    traced record;
    event record;
BEGIN
    FOR traced IN SELECT * FROM traced_relations() LOOP
        FOR event IN SELECT * FROM (VALUES ('insert', 'NEW TABLE AS came'), ('delete', 'OLD TABLE AS gone'),
            ('update', 'OLD TABLE AS gone NEW TABLE AS came')) AS e (name, seen) LOOP
            EXECUTE format('CREATE TRIGGER %I AFTER %s ON %I REFERENCING %s FOR EACH STATEMENT
                WHEN (nullif(current_setting(''cadre.import'', true), '''') IS NOT NULL) EXECUTE FUNCTION trace_import(%L)',
                traced.relation || '_trace_' || event.name, upper(event.name), traced.relation, event.seen, traced.owner);
        END LOOP;
    END LOOP;
END $$;
