-- Rows that somebody types into a grid instead of a workbook are kept while he types, so that neither a lost connection
-- nor a closed browser costs him anything. One draft of a person for a kind; nobody else sees it.
CREATE TABLE import_drafts (
    county_id uuid NOT NULL,
    id uuid NOT NULL,
    account_id uuid NOT NULL,
    kind text NOT NULL,
    organisation_id uuid NOT NULL,
    path text NOT NULL COLLATE "C",
    writer uuid NOT NULL,
    version integer NOT NULL DEFAULT 1,
    import_id uuid,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT import_drafts_pkey PRIMARY KEY (county_id, id),
    CONSTRAINT import_drafts_account_kind_key UNIQUE (county_id, account_id, kind),
    CONSTRAINT import_drafts_account_fkey FOREIGN KEY (county_id, account_id) REFERENCES accounts (county_id, id),
    CONSTRAINT import_drafts_organisation_fkey FOREIGN KEY (county_id, organisation_id)
        REFERENCES organisations (county_id, id),
    CONSTRAINT import_drafts_import_fkey FOREIGN KEY (county_id, import_id) REFERENCES imports (county_id, id),
    CONSTRAINT import_drafts_kind_known CHECK (kind IN ('organisations', 'members', 'committees', 'elections',
        'reserve-cadres', 'training-classes', 'training-attendance', 'ratings', 'assessments')),
    CONSTRAINT import_drafts_version_positive CHECK (version > 0)
);
CREATE INDEX import_drafts_organisation_idx ON import_drafts (county_id, organisation_id);
CREATE INDEX import_drafts_import_idx ON import_drafts (county_id, import_id);
COMMENT ON TABLE import_drafts IS 'Grids that are being filled in: one of an account for a kind. Forgotten after thirty days of rest.';
COMMENT ON COLUMN import_drafts.county_id IS 'The county that owns the row.';
COMMENT ON COLUMN import_drafts.id IS 'UUIDv7, given by the application.';
COMMENT ON COLUMN import_drafts.account_id IS 'Whose it is.';
COMMENT ON COLUMN import_drafts.kind IS 'What the rows are about (contract 2, KIND).';
COMMENT ON COLUMN import_drafts.organisation_id IS 'The organisation that the rows belong to.';
COMMENT ON COLUMN import_drafts.path IS 'Its path.';
COMMENT ON COLUMN import_drafts.writer IS 'The page that wrote last: its repeated request is no other hand.';
COMMENT ON COLUMN import_drafts.version IS 'Rises by one with every change.';
COMMENT ON COLUMN import_drafts.import_id IS 'The plan that was last made of it.';
COMMENT ON COLUMN import_drafts.created_at IS 'When it was begun.';
COMMENT ON COLUMN import_drafts.updated_at IS 'When it was last kept.';

CREATE TABLE import_draft_rows (
    county_id uuid NOT NULL,
    draft_id uuid NOT NULL,
    key integer NOT NULL,
    number integer NOT NULL,
    planned_as integer,
    content bytea NOT NULL,
    CONSTRAINT import_draft_rows_pkey PRIMARY KEY (county_id, draft_id, key),
    CONSTRAINT import_draft_rows_draft_fkey FOREIGN KEY (county_id, draft_id)
        REFERENCES import_drafts (county_id, id) ON DELETE CASCADE,
    CONSTRAINT import_draft_rows_key_positive CHECK (key > 0),
    CONSTRAINT import_draft_rows_number_positive CHECK (number > 0),
    CONSTRAINT import_draft_rows_planned_as_positive CHECK (planned_as > 0)
);
COMMENT ON TABLE import_draft_rows IS 'The rows of grids that are being filled in.';
COMMENT ON COLUMN import_draft_rows.county_id IS 'The county that owns the row.';
COMMENT ON COLUMN import_draft_rows.draft_id IS 'The draft.';
COMMENT ON COLUMN import_draft_rows.key IS 'Given by the page: the same row as long as it stands in the grid.';
COMMENT ON COLUMN import_draft_rows.number IS 'Its place in the grid, from 1.';
COMMENT ON COLUMN import_draft_rows.planned_as IS 'Its number in the plan of the draft''s import; empty: changed since, or never planned.';
COMMENT ON COLUMN import_draft_rows.content IS 'Its cells, encrypted: they hold identifiers.';

ALTER TABLE import_drafts ENABLE ROW LEVEL SECURITY;
ALTER TABLE import_drafts FORCE ROW LEVEL SECURITY;
ALTER TABLE import_draft_rows ENABLE ROW LEVEL SECURITY;
ALTER TABLE import_draft_rows FORCE ROW LEVEL SECURITY;
CREATE POLICY import_drafts_own ON import_drafts TO cadre_web
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND account_id = nullif(current_setting('cadre.account', true), '')::uuid)
    WITH CHECK (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND account_id = nullif(current_setting('cadre.account', true), '')::uuid
        AND path >= current_setting('cadre.path_from', true) AND path < current_setting('cadre.path_to', true));
CREATE POLICY import_draft_rows_own ON import_draft_rows TO cadre_web
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND EXISTS (SELECT FROM import_drafts d
            WHERE d.county_id = import_draft_rows.county_id AND d.id = import_draft_rows.draft_id));
GRANT SELECT, INSERT, UPDATE ON import_drafts TO cadre_web;
GRANT SELECT, INSERT, UPDATE, DELETE ON import_draft_rows TO cadre_web;
