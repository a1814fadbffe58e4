-- A file whose headings are not ours waits for somebody to say where its columns go; what he said is proposed again.
ALTER TABLE imports ADD proposal bytea;
ALTER TABLE imports ADD CONSTRAINT imports_proposal_waits CHECK (proposal IS NULL OR state = 'failed');
COMMENT ON COLUMN imports.proposal IS 'Columns of the file with samples and where each could go, encrypted; empty: nothing waits to be matched.';

CREATE TABLE import_mappings (
    county_id uuid NOT NULL,
    organisation_id uuid NOT NULL,
    kind text NOT NULL,
    path text NOT NULL COLLATE "C",
    mapping jsonb NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now(),
    updated_by text NOT NULL,
    CONSTRAINT import_mappings_pkey PRIMARY KEY (county_id, organisation_id, kind),
    CONSTRAINT import_mappings_organisation_fkey FOREIGN KEY (county_id, organisation_id)
        REFERENCES organisations (county_id, id),
    CONSTRAINT import_mappings_kind_known CHECK (kind IN ('organisations', 'members', 'committees', 'elections',
        'reserve-cadres', 'training-classes', 'training-attendance', 'ratings', 'assessments')),
    CONSTRAINT import_mappings_mapping_object CHECK (jsonb_typeof(mapping) = 'object')
);
COMMENT ON TABLE import_mappings IS 'What was last said of the headings of an organisation''s files: proposed again, never assumed.';
COMMENT ON COLUMN import_mappings.county_id IS 'The county that owns the row.';
COMMENT ON COLUMN import_mappings.organisation_id IS 'The organisation that the files were for.';
COMMENT ON COLUMN import_mappings.kind IS 'What their rows were about (contract 2, KIND).';
COMMENT ON COLUMN import_mappings.path IS 'Its path.';
COMMENT ON COLUMN import_mappings.mapping IS 'Heading of a file to heading of ours, or null where it was left out.';
COMMENT ON COLUMN import_mappings.updated_at IS 'When it was last said.';
COMMENT ON COLUMN import_mappings.updated_by IS 'By whom.';

ALTER TABLE import_mappings ENABLE ROW LEVEL SECURITY;
ALTER TABLE import_mappings FORCE ROW LEVEL SECURITY;
CREATE POLICY import_mappings_scope ON import_mappings TO cadre_web
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND path >= current_setting('cadre.path_from', true) AND path < current_setting('cadre.path_to', true));
GRANT SELECT, INSERT, UPDATE ON import_mappings TO cadre_web;
