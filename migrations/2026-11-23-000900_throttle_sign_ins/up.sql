CREATE TABLE sign_in_sources (
    source text NOT NULL COLLATE "C",
    failed_attempts integer NOT NULL,
    failed_at timestamptz NOT NULL,
    locked_until timestamptz,
    CONSTRAINT sign_in_sources_pkey PRIMARY KEY (source),
    CONSTRAINT sign_in_sources_source_length CHECK (char_length(source) BETWEEN 1 AND 50),
    CONSTRAINT sign_in_sources_failed_attempts_positive CHECK (failed_attempts > 0)
);
CREATE INDEX sign_in_sources_failed_at_idx ON sign_in_sources (failed_at);
COMMENT ON TABLE sign_in_sources IS 'Addresses from which sign-ins were refused of late: whoever tries many names is slowed down like whoever tries many passwords.';
COMMENT ON COLUMN sign_in_sources.source IS 'An IPv4 address, or the first 64 bits of an IPv6 address.';
COMMENT ON COLUMN sign_in_sources.failed_attempts IS 'Refused sign-ins since it was last quiet.';
COMMENT ON COLUMN sign_in_sources.failed_at IS 'When the last one was refused.';
COMMENT ON COLUMN sign_in_sources.locked_until IS 'No sign-in from here before this moment.';
GRANT SELECT, INSERT, UPDATE, DELETE ON sign_in_sources TO cadre_web;
