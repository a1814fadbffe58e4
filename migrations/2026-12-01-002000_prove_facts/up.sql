CREATE TABLE revision_proofs (
    county_id uuid NOT NULL,
    quarter text NOT NULL COLLATE "C",
    revision integer NOT NULL,
    form text NOT NULL COLLATE "C",
    pseudonym_key bytea NOT NULL,
    place_count bigint NOT NULL,
    row_count bigint NOT NULL,
    root bytea NOT NULL,
    definitions bytea NOT NULL,
    CONSTRAINT revision_proofs_pkey PRIMARY KEY (county_id, quarter, revision),
    CONSTRAINT revision_proofs_revision_fkey FOREIGN KEY (county_id, quarter, revision)
        REFERENCES quarter_revisions (county_id, quarter, number),
    CONSTRAINT revision_proofs_form_known CHECK (form = 'cadre-facts-1'),
    CONSTRAINT revision_proofs_pseudonym_key_length CHECK (octet_length(pseudonym_key) = 32),
    CONSTRAINT revision_proofs_place_count_not_negative CHECK (place_count >= 0),
    CONSTRAINT revision_proofs_row_count_not_negative CHECK (row_count >= 0),
    CONSTRAINT revision_proofs_root_length CHECK (octet_length(root) = 32),
    CONSTRAINT revision_proofs_definitions_length CHECK (octet_length(definitions) = 32)
);
COMMENT ON TABLE revision_proofs IS 'What a proof bundle of a revision is held against: the root over its facts under pseudonyms, which also stands in the trail. Revisions that were frozen before there were bundles have none.';
COMMENT ON COLUMN revision_proofs.county_id IS 'The county.';
COMMENT ON COLUMN revision_proofs.quarter IS '2026Q1.';
COMMENT ON COLUMN revision_proofs.revision IS 'Number of the revision.';
COMMENT ON COLUMN revision_proofs.form IS 'How the facts are written and hashed.';
COMMENT ON COLUMN revision_proofs.pseudonym_key IS 'The key of the county''s pseudonyms, the same in all of its revisions. It leaves the database in no bundle.';
COMMENT ON COLUMN revision_proofs.place_count IS 'How many places have facts.';
COMMENT ON COLUMN revision_proofs.row_count IS 'How many rows stand in them; one that concerns two places counts twice.';
COMMENT ON COLUMN revision_proofs.root IS 'The root over the places.';
COMMENT ON COLUMN revision_proofs.definitions IS 'SHA-256 of the definitions of the figures when it was frozen.';

ALTER TABLE revision_proofs ENABLE ROW LEVEL SECURITY;
ALTER TABLE revision_proofs FORCE ROW LEVEL SECURITY;
-- The key is for whoever acts for the whole county: nobody else makes pseudonyms.
CREATE POLICY revision_proofs_county ON revision_proofs TO cadre_web
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND current_setting('cadre.path_from', true) ~ '^[0-9]{6}/$');
CREATE POLICY revision_proofs_report ON revision_proofs FOR SELECT TO cadre_report
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid);
GRANT SELECT, INSERT ON revision_proofs TO cadre_web;
GRANT SELECT ON revision_proofs TO cadre_report;
