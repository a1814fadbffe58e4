-- Whoever takes an import back in a page says why; a program or the command line may. Where nothing was said there is no row.
CREATE TABLE import_undos (
    county_id uuid NOT NULL,
    import_id uuid NOT NULL,
    path text NOT NULL COLLATE "C",
    reason text NOT NULL,
    CONSTRAINT import_undos_pkey PRIMARY KEY (county_id, import_id),
    CONSTRAINT import_undos_import_fkey FOREIGN KEY (county_id, import_id)
        REFERENCES imports (county_id, id) ON DELETE CASCADE,
    CONSTRAINT import_undos_reason_length CHECK (char_length(reason) BETWEEN 1 AND 200)
);
COMMENT ON TABLE import_undos IS 'Why imports were taken back; by whom and when stands with the import.';
COMMENT ON COLUMN import_undos.county_id IS 'The county that owns the row.';
COMMENT ON COLUMN import_undos.import_id IS 'The import.';
COMMENT ON COLUMN import_undos.path IS 'Path of the import''s organisation.';
COMMENT ON COLUMN import_undos.reason IS 'Why, in words.';

ALTER TABLE import_undos ENABLE ROW LEVEL SECURITY;
ALTER TABLE import_undos FORCE ROW LEVEL SECURITY;
CREATE POLICY import_undos_scope ON import_undos TO cadre_web
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND path >= current_setting('cadre.path_from', true) AND path < current_setting('cadre.path_to', true));
GRANT SELECT, INSERT ON import_undos TO cadre_web;
