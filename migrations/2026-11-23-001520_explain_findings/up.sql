CREATE TABLE finding_explanations (
    county_id uuid NOT NULL,
    id uuid NOT NULL,
    term_id uuid NOT NULL,
    path text NOT NULL COLLATE "C",
    finding text NOT NULL COLLATE "C",
    reason text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by text NOT NULL,
    CONSTRAINT finding_explanations_pkey PRIMARY KEY (county_id, id),
    CONSTRAINT finding_explanations_term_fkey FOREIGN KEY (county_id, term_id)
        REFERENCES committee_terms (county_id, id),
    CONSTRAINT finding_explanations_finding_shape CHECK (finding ~ '^[a-z][a-z0-9_]{1,49}$'),
    CONSTRAINT finding_explanations_reason_length CHECK (char_length(reason) BETWEEN 1 AND 500)
);
CREATE INDEX finding_explanations_term_idx ON finding_explanations (county_id, term_id, finding, id);
COMMENT ON TABLE finding_explanations IS 'Why something unusual in a term is as it is: never edited, the latest one of a finding counts.';
COMMENT ON COLUMN finding_explanations.county_id IS 'The county that owns the row.';
COMMENT ON COLUMN finding_explanations.id IS 'UUIDv7, given by the application: the latest has the greatest.';
COMMENT ON COLUMN finding_explanations.term_id IS 'The term.';
COMMENT ON COLUMN finding_explanations.path IS 'Path of the village.';
COMMENT ON COLUMN finding_explanations.finding IS 'What is unusual: overdue, vacancy and so on.';
COMMENT ON COLUMN finding_explanations.reason IS 'Why it is so, in words.';
COMMENT ON COLUMN finding_explanations.created_at IS 'When it was said.';
COMMENT ON COLUMN finding_explanations.created_by IS 'Who said it.';

ALTER TABLE finding_explanations ENABLE ROW LEVEL SECURITY;
ALTER TABLE finding_explanations FORCE ROW LEVEL SECURITY;
CREATE POLICY finding_explanations_scope ON finding_explanations TO cadre_web
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND path >= current_setting('cadre.path_from', true) AND path < current_setting('cadre.path_to', true));
GRANT SELECT, INSERT ON finding_explanations TO cadre_web;
