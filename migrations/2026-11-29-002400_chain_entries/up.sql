-- Each entry is hashed with the one before it (docs/audit-format.md), and signed checkpoints say how long a chain was.
ALTER TABLE audit_heads ADD COLUMN hash bytea;
COMMENT ON COLUMN audit_heads.hash IS 'Hash of the last entry: what the next one is hashed with.';
ALTER TABLE audit_entries ADD COLUMN began timestamptz, ADD COLUMN algorithm smallint, ADD COLUMN hash bytea;
COMMENT ON COLUMN audit_entries.began IS 'When its transaction began: what rows that it wrote are stamped with; empty for entries older than this column.';
COMMENT ON COLUMN audit_entries.algorithm IS 'How the entry is hashed: 1, SHA-256 over encoding 1 of docs/audit-format.md.';
COMMENT ON COLUMN audit_entries.hash IS 'Hash over the hash of the entry before and over every other column.';

-- What was written before is chained as it stands.
DO $$
DECLARE
    entry record;
    field bytea;
    encoded bytea;
    last_chain text;
    previous bytea;
BEGIN
    FOR entry IN SELECT * FROM audit_entries ORDER BY chain, sequence LOOP
        IF last_chain IS DISTINCT FROM entry.chain THEN
            last_chain := entry.chain;
            previous := decode(repeat('00', 32), 'hex');
        END IF;
        encoded := '';
        FOREACH field IN ARRAY ARRAY[
            int2send(1::smallint), convert_to(entry.chain, 'UTF8'), int8send(entry.sequence), timestamptz_send(entry.at), NULL,
            uuid_send(entry.county_id), uuid_send(entry.account_id), convert_to(entry.actor, 'UTF8'),
            convert_to(entry.role, 'UTF8'), convert_to(entry.door, 'UTF8'), convert_to(entry.source, 'UTF8'),
            convert_to(entry.path, 'UTF8'), convert_to(entry.action, 'UTF8'), convert_to(entry.subject_kind, 'UTF8'),
            uuid_send(entry.subject_id), int4send(entry.subject_count), convert_to(entry.details::text, 'UTF8')]
        LOOP
            encoded := encoded || coalesce(int4send(octet_length(field)) || field, '\xffffffff'::bytea);
        END LOOP;
        previous := sha256(previous || encoded);
        UPDATE audit_entries SET algorithm = 1, hash = previous WHERE chain = entry.chain AND sequence = entry.sequence;
        UPDATE audit_heads SET hash = previous WHERE chain = entry.chain;
    END LOOP;
    -- A head whose entries are gone is a finding of `cadre audit verify`, not of a migration.
    UPDATE audit_heads SET hash = decode(repeat('00', 32), 'hex') WHERE hash IS NULL;
END $$;

ALTER TABLE audit_heads ALTER COLUMN hash SET NOT NULL,
    ADD CONSTRAINT audit_heads_hash_whole CHECK (octet_length(hash) = 32);
ALTER TABLE audit_entries ALTER COLUMN algorithm SET NOT NULL, ALTER COLUMN hash SET NOT NULL,
    ADD CONSTRAINT audit_entries_algorithm_known CHECK (algorithm = 1),
    ADD CONSTRAINT audit_entries_hash_whole CHECK (octet_length(hash) = 32),
    ADD CONSTRAINT audit_entries_path_in_chain CHECK (path IS NULL OR split_part(path, '/', 1) = chain);

-- The page of the trail goes through a county backwards in time, by any one of these.
CREATE INDEX audit_entries_actor_idx ON audit_entries (county_id, actor, at);
CREATE INDEX audit_entries_action_idx ON audit_entries (county_id, action, at);
CREATE INDEX audit_entries_door_idx ON audit_entries (county_id, door, at);
CREATE INDEX audit_entries_place_idx ON audit_entries (county_id, path, at);

CREATE TABLE audit_checkpoints (
    chain text NOT NULL COLLATE "C",
    size bigint NOT NULL,
    county_id uuid,
    root bytea NOT NULL,
    note text NOT NULL,
    signed_at timestamptz NOT NULL,
    CONSTRAINT audit_checkpoints_pkey PRIMARY KEY (chain, size),
    CONSTRAINT audit_checkpoints_county_fkey FOREIGN KEY (county_id) REFERENCES counties (id),
    CONSTRAINT audit_checkpoints_size_positive CHECK (size > 0),
    CONSTRAINT audit_checkpoints_root_whole CHECK (octet_length(root) = 32)
);
CREATE INDEX audit_checkpoints_county_idx ON audit_checkpoints (county_id, size);
COMMENT ON TABLE audit_checkpoints IS 'Signed checkpoints as pages and reports show them; what is believed stands outside the database.';
COMMENT ON COLUMN audit_checkpoints.chain IS 'County code, or `system`.';
COMMENT ON COLUMN audit_checkpoints.size IS 'How many entries it covers: 1 to this number.';
COMMENT ON COLUMN audit_checkpoints.county_id IS 'The county; empty for `system`.';
COMMENT ON COLUMN audit_checkpoints.root IS 'Root of the Merkle tree (RFC 6962) over the hashes of those entries.';
COMMENT ON COLUMN audit_checkpoints.note IS 'Origin, size and root as a signed note (C2SP).';
COMMENT ON COLUMN audit_checkpoints.signed_at IS 'When it was signed.';
ALTER TABLE audit_checkpoints OWNER TO cadre_audit;
ALTER TABLE audit_checkpoints ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit_checkpoints FORCE ROW LEVEL SECURITY;
CREATE POLICY audit_checkpoints_read ON audit_checkpoints FOR SELECT TO cadre_web, cadre_report
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid);
GRANT SELECT ON audit_checkpoints TO cadre_web, cadre_report;
