CREATE TABLE term_extensions (
    county_id uuid NOT NULL,
    id uuid NOT NULL,
    term_id uuid NOT NULL,
    path text NOT NULL COLLATE "C",
    due_before date NOT NULL,
    until_day date NOT NULL,
    document_number text NOT NULL,
    approved_on date NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by text NOT NULL,
    CONSTRAINT term_extensions_pkey PRIMARY KEY (county_id, id),
    CONSTRAINT term_extensions_term_fkey FOREIGN KEY (county_id, term_id)
        REFERENCES committee_terms (county_id, id),
    CONSTRAINT term_extensions_days CHECK (due_before < until_day),
    CONSTRAINT term_extensions_document_length CHECK (char_length(document_number) BETWEEN 1 AND 100)
);
CREATE INDEX term_extensions_term_idx ON term_extensions (county_id, term_id, id);
COMMENT ON TABLE term_extensions IS 'Extensions of terms that the superior approved: never edited, the latest one of a term counts.';
COMMENT ON COLUMN term_extensions.county_id IS 'The county that owns the row.';
COMMENT ON COLUMN term_extensions.id IS 'UUIDv7, given by the application: the latest has the greatest.';
COMMENT ON COLUMN term_extensions.term_id IS 'The term.';
COMMENT ON COLUMN term_extensions.path IS 'Path of the village.';
COMMENT ON COLUMN term_extensions.due_before IS 'The day by which the next election was due before any extension.';
COMMENT ON COLUMN term_extensions.until_day IS 'The day to which the term was extended; in effect while the term is due on that day.';
COMMENT ON COLUMN term_extensions.document_number IS 'Number of the document by which the superior approved.';
COMMENT ON COLUMN term_extensions.approved_on IS 'The day of the approval.';
COMMENT ON COLUMN term_extensions.created_at IS 'When it was entered.';
COMMENT ON COLUMN term_extensions.created_by IS 'Who entered it.';

ALTER TABLE term_extensions ENABLE ROW LEVEL SECURITY;
ALTER TABLE term_extensions FORCE ROW LEVEL SECURITY;
CREATE POLICY term_extensions_scope ON term_extensions TO cadre_web
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND path >= current_setting('cadre.path_from', true) AND path < current_setting('cadre.path_to', true));
GRANT SELECT, INSERT ON term_extensions TO cadre_web;
