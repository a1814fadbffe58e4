CREATE TABLE imports (
    county_id uuid NOT NULL,
    id uuid NOT NULL,
    kind text NOT NULL,
    organisation_id uuid NOT NULL,
    path text NOT NULL COLLATE "C",
    state text NOT NULL,
    file_name text NOT NULL,
    file_sha256 bytea NOT NULL,
    file_size bigint NOT NULL,
    mapping jsonb NOT NULL,
    headings jsonb NOT NULL DEFAULT '[]',
    notices jsonb NOT NULL DEFAULT '[]',
    failure text,
    rows_read integer NOT NULL DEFAULT 0,
    rows_done integer NOT NULL DEFAULT 0,
    new_rows integer NOT NULL DEFAULT 0,
    changed_rows integer NOT NULL DEFAULT 0,
    unchanged_rows integer NOT NULL DEFAULT 0,
    conflict_rows integer NOT NULL DEFAULT 0,
    refused_rows integer NOT NULL DEFAULT 0,
    account_id uuid,
    uploaded_by text NOT NULL,
    idempotency_key text,
    committed_by text,
    committed_at timestamptz,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT imports_pkey PRIMARY KEY (county_id, id),
    CONSTRAINT imports_organisation_fkey FOREIGN KEY (county_id, organisation_id)
        REFERENCES organisations (county_id, id),
    CONSTRAINT imports_account_fkey FOREIGN KEY (county_id, account_id) REFERENCES accounts (county_id, id),
    CONSTRAINT imports_kind_known CHECK (kind IN ('organisations', 'members', 'committees', 'elections',
        'reserve-cadres', 'training-classes', 'training-attendance', 'ratings', 'assessments')),
    CONSTRAINT imports_state_known
        CHECK (state IN ('reading', 'planned', 'committing', 'committed', 'undone', 'failed')),
    CONSTRAINT imports_failure_said CHECK ((state = 'failed') = (failure IS NOT NULL)),
    CONSTRAINT imports_committed_said
        CHECK ((state IN ('committed', 'undone')) = (committed_at IS NOT NULL AND committed_by IS NOT NULL)),
    CONSTRAINT imports_file_name_length CHECK (char_length(file_name) BETWEEN 1 AND 255),
    CONSTRAINT imports_file_sha256_length CHECK (octet_length(file_sha256) = 32),
    CONSTRAINT imports_file_size_positive CHECK (file_size > 0),
    CONSTRAINT imports_rows_positive CHECK (rows_read >= 0 AND rows_done >= 0 AND new_rows >= 0 AND changed_rows >= 0
        AND unchanged_rows >= 0 AND conflict_rows >= 0 AND refused_rows >= 0),
    CONSTRAINT imports_rows_sum CHECK (state NOT IN ('planned', 'committing', 'committed', 'undone')
        OR rows_read = new_rows + changed_rows + unchanged_rows + conflict_rows + refused_rows),
    CONSTRAINT imports_idempotency_key_key UNIQUE (county_id, uploaded_by, idempotency_key),
    CONSTRAINT imports_idempotency_key_length CHECK (char_length(idempotency_key) BETWEEN 1 AND 255),
    CONSTRAINT imports_version_positive CHECK (version > 0)
);
CREATE INDEX imports_path_idx ON imports (county_id, path, created_at);
CREATE INDEX imports_organisation_idx ON imports (county_id, organisation_id);
CREATE INDEX imports_account_idx ON imports (county_id, account_id);
COMMENT ON TABLE imports IS 'Uploaded workbooks: what they would do, and what became of them.';
COMMENT ON COLUMN imports.county_id IS 'The county that owns the row.';
COMMENT ON COLUMN imports.id IS 'UUIDv7, given by the application.';
COMMENT ON COLUMN imports.kind IS 'What the rows are about (contract 2, KIND).';
COMMENT ON COLUMN imports.organisation_id IS 'The organisation that the rows belong to.';
COMMENT ON COLUMN imports.path IS 'Its path.';
COMMENT ON COLUMN imports.state IS 'reading, planned, committing, committed, undone or failed.';
COMMENT ON COLUMN imports.file_name IS 'Name of the file, as uploaded.';
COMMENT ON COLUMN imports.file_sha256 IS 'SHA-256 of the file. The file itself is not kept.';
COMMENT ON COLUMN imports.file_size IS 'Its size in bytes.';
COMMENT ON COLUMN imports.mapping IS 'Where foreign headings go: heading of the file to heading of ours, or null.';
COMMENT ON COLUMN imports.headings IS 'The first row, by column: for giving refused rows back as they came.';
COMMENT ON COLUMN imports.notices IS 'Sentences about the file, such as sheets that were not read.';
COMMENT ON COLUMN imports.failure IS 'Why the file could not be read, a sentence a line.';
COMMENT ON COLUMN imports.rows_read IS 'Rows read so far; at the end the sum of the five buckets.';
COMMENT ON COLUMN imports.rows_done IS 'Rows that the writing has come to, while it runs: for its progress.';
COMMENT ON COLUMN imports.new_rows IS 'Rows of people who are not on record yet.';
COMMENT ON COLUMN imports.changed_rows IS 'Rows that change a record.';
COMMENT ON COLUMN imports.unchanged_rows IS 'Rows that say what is on record.';
COMMENT ON COLUMN imports.conflict_rows IS 'Rows about another unit''s record, or that need another way than an import.';
COMMENT ON COLUMN imports.refused_rows IS 'Rows with errors.';
COMMENT ON COLUMN imports.account_id IS 'Who uploaded it; empty: the command line.';
COMMENT ON COLUMN imports.uploaded_by IS 'His user name: refused rows go back to him alone.';
COMMENT ON COLUMN imports.idempotency_key IS 'Key under which the command line gave it in: the same key again answers with this import.';
COMMENT ON COLUMN imports.committed_by IS 'User name of who carried the plan out.';
COMMENT ON COLUMN imports.committed_at IS 'When.';
COMMENT ON COLUMN imports.version IS 'Rises by one with every change of state.';
COMMENT ON COLUMN imports.created_at IS 'When it was uploaded.';
COMMENT ON COLUMN imports.updated_at IS 'Last sign of life: a reading or writing that stays silent has died.';

CREATE TABLE import_rows (
    county_id uuid NOT NULL,
    import_id uuid NOT NULL,
    number integer NOT NULL,
    path text NOT NULL COLLATE "C",
    bucket text NOT NULL,
    record_id uuid,
    record_version integer,
    content bytea NOT NULL,
    CONSTRAINT import_rows_pkey PRIMARY KEY (county_id, import_id, number),
    CONSTRAINT import_rows_import_fkey FOREIGN KEY (county_id, import_id)
        REFERENCES imports (county_id, id) ON DELETE CASCADE,
    CONSTRAINT import_rows_bucket_known
        CHECK (bucket IN ('new', 'changed', 'unchanged', 'conflict', 'refused')),
    CONSTRAINT import_rows_number_positive CHECK (number > 0)
);
CREATE INDEX import_rows_bucket_idx ON import_rows (county_id, import_id, bucket, number);
COMMENT ON TABLE import_rows IS 'The rows of an uploaded workbook and what each would do. Kept thirty days.';
COMMENT ON COLUMN import_rows.county_id IS 'The county that owns the row.';
COMMENT ON COLUMN import_rows.import_id IS 'The import.';
COMMENT ON COLUMN import_rows.number IS 'The sheet''s own row number.';
COMMENT ON COLUMN import_rows.path IS 'Path of the import''s organisation.';
COMMENT ON COLUMN import_rows.bucket IS 'new, changed, unchanged, conflict or refused.';
COMMENT ON COLUMN import_rows.record_id IS 'The record that the row is about, where it may be seen.';
COMMENT ON COLUMN import_rows.record_version IS 'Its version when the plan was made.';
COMMENT ON COLUMN import_rows.content IS 'Cells, findings and changes, encrypted: they hold identifiers.';

ALTER TABLE imports ENABLE ROW LEVEL SECURITY;
ALTER TABLE imports FORCE ROW LEVEL SECURITY;
ALTER TABLE import_rows ENABLE ROW LEVEL SECURITY;
ALTER TABLE import_rows FORCE ROW LEVEL SECURITY;
CREATE POLICY imports_scope ON imports TO cadre_web
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND path >= current_setting('cadre.path_from', true) AND path < current_setting('cadre.path_to', true));
CREATE POLICY import_rows_scope ON import_rows TO cadre_web
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND path >= current_setting('cadre.path_from', true) AND path < current_setting('cadre.path_to', true));
GRANT SELECT, INSERT, UPDATE ON imports TO cadre_web;
GRANT SELECT, INSERT, UPDATE, DELETE ON import_rows TO cadre_web;
