CREATE TABLE audit_heads (
    chain text NOT NULL COLLATE "C",
    sequence bigint NOT NULL,
    CONSTRAINT audit_heads_pkey PRIMARY KEY (chain),
    CONSTRAINT audit_heads_sequence_positive CHECK (sequence > 0)
);
COMMENT ON TABLE audit_heads IS 'The last number given in each chain; its row lock orders the entries.';
COMMENT ON COLUMN audit_heads.chain IS 'County code, or `system`.';
COMMENT ON COLUMN audit_heads.sequence IS 'Number of the last entry.';

CREATE TABLE audit_entries (
    chain text NOT NULL COLLATE "C",
    sequence bigint NOT NULL,
    at timestamptz NOT NULL,
    county_id uuid,
    account_id uuid,
    actor text NOT NULL,
    role text NOT NULL,
    door text NOT NULL,
    source text,
    path text COLLATE "C",
    action text NOT NULL,
    subject_kind text NOT NULL,
    subject_id uuid,
    subject_count integer NOT NULL,
    details jsonb NOT NULL,
    CONSTRAINT audit_entries_pkey PRIMARY KEY (chain, sequence),
    CONSTRAINT audit_entries_county_fkey FOREIGN KEY (county_id) REFERENCES counties (id),
    CONSTRAINT audit_entries_sequence_positive CHECK (sequence > 0),
    CONSTRAINT audit_entries_count_not_negative CHECK (subject_count >= 0),
    CONSTRAINT audit_entries_door_known CHECK (door IN ('web', 'api', 'command_line', 'import')),
    CONSTRAINT audit_entries_details_object CHECK (jsonb_typeof(details) = 'object')
);
CREATE INDEX audit_entries_county_at_idx ON audit_entries (county_id, at);
CREATE INDEX audit_entries_subject_idx ON audit_entries (county_id, subject_id, at);
CREATE INDEX audit_entries_account_idx ON audit_entries (account_id, at);
COMMENT ON TABLE audit_entries IS 'One entry per action, written in its transaction; never changed.';
COMMENT ON COLUMN audit_entries.chain IS 'County code, or `system`.';
COMMENT ON COLUMN audit_entries.sequence IS 'Gapless number within the chain.';
COMMENT ON COLUMN audit_entries.at IS 'When it happened.';
COMMENT ON COLUMN audit_entries.county_id IS 'The county concerned; empty for actions outside any.';
COMMENT ON COLUMN audit_entries.account_id IS 'The account that acted; empty for the command line.';
COMMENT ON COLUMN audit_entries.actor IS 'User name, or `system@<os user>`.';
COMMENT ON COLUMN audit_entries.role IS 'The role at that time.';
COMMENT ON COLUMN audit_entries.door IS 'web, api, command_line or import.';
COMMENT ON COLUMN audit_entries.source IS 'Address that the request came from.';
COMMENT ON COLUMN audit_entries.path IS 'Path of the organisation concerned.';
COMMENT ON COLUMN audit_entries.action IS 'The verb.';
COMMENT ON COLUMN audit_entries.subject_kind IS 'What kind of thing was acted upon.';
COMMENT ON COLUMN audit_entries.subject_id IS 'The thing, where it is one.';
COMMENT ON COLUMN audit_entries.subject_count IS 'How many things.';
COMMENT ON COLUMN audit_entries.details IS 'Before and after by field, reasons, purposes; identifiers never in clear.';
ALTER TABLE audit_heads OWNER TO cadre_audit;
ALTER TABLE audit_entries OWNER TO cadre_audit;
ALTER TABLE audit_heads ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit_entries ENABLE ROW LEVEL SECURITY;
CREATE POLICY audit_entries_read ON audit_entries FOR SELECT TO cadre_web, cadre_report
    USING (account_id = nullif(current_setting('cadre.account', true), '')::uuid
        OR county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND path >= current_setting('cadre.path_from', true) AND path < current_setting('cadre.path_to', true));
GRANT SELECT ON audit_entries TO cadre_web, cadre_report;
