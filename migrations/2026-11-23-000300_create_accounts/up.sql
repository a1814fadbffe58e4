CREATE TABLE accounts (
    county_id uuid NOT NULL,
    id uuid NOT NULL,
    username text NOT NULL COLLATE "C",
    display_name text NOT NULL,
    password_hash text NOT NULL,
    role text NOT NULL,
    organisation_id uuid NOT NULL,
    state text NOT NULL DEFAULT 'active',
    failed_attempts integer NOT NULL DEFAULT 0,
    locked_until timestamptz,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT accounts_pkey PRIMARY KEY (county_id, id),
    CONSTRAINT accounts_id_key UNIQUE (id),
    CONSTRAINT accounts_username_key UNIQUE (username),
    CONSTRAINT accounts_organisation_fkey FOREIGN KEY (county_id, organisation_id)
        REFERENCES organisations (county_id, id),
    CONSTRAINT accounts_username_shape CHECK (username ~ '^[a-z][a-z0-9._-]{1,63}$'),
    CONSTRAINT accounts_display_name_filled CHECK (char_length(display_name) BETWEEN 1 AND 50),
    CONSTRAINT accounts_role_known CHECK (role IN ('clerk', 'supervisor', 'auditor', 'administrator', 'security')),
    CONSTRAINT accounts_state_known CHECK (state IN ('active', 'disabled')),
    CONSTRAINT accounts_failed_attempts_not_negative CHECK (failed_attempts >= 0),
    CONSTRAINT accounts_version_positive CHECK (version > 0)
);
CREATE INDEX accounts_organisation_idx ON accounts (county_id, organisation_id);
COMMENT ON TABLE accounts IS 'People who sign in.';
COMMENT ON COLUMN accounts.county_id IS 'The county that owns the row.';
COMMENT ON COLUMN accounts.id IS 'UUIDv7, given by the application.';
COMMENT ON COLUMN accounts.username IS 'Name typed at sign-in: lower-case letters, digits, dot, underscore, hyphen.';
COMMENT ON COLUMN accounts.display_name IS 'Name shown to others.';
COMMENT ON COLUMN accounts.password_hash IS 'Argon2id, in PHC form.';
COMMENT ON COLUMN accounts.role IS 'clerk, supervisor, auditor, administrator or security.';
COMMENT ON COLUMN accounts.organisation_id IS 'The organisation whose subtree the account may act in.';
COMMENT ON COLUMN accounts.state IS 'active or disabled.';
COMMENT ON COLUMN accounts.failed_attempts IS 'Wrong passwords since the last right one.';
COMMENT ON COLUMN accounts.locked_until IS 'No sign-in before this moment.';
COMMENT ON COLUMN accounts.version IS 'Rises by one with every change; the ETag.';
COMMENT ON COLUMN accounts.created_at IS 'When the row was made.';
COMMENT ON COLUMN accounts.updated_at IS 'When it was last changed.';

CREATE TABLE sessions (
    token_hash bytea NOT NULL,
    account_id uuid NOT NULL,
    csrf_token text NOT NULL,
    created_at timestamptz NOT NULL,
    used_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    source text,
    CONSTRAINT sessions_pkey PRIMARY KEY (token_hash),
    CONSTRAINT sessions_account_fkey FOREIGN KEY (account_id) REFERENCES accounts (id) ON DELETE CASCADE,
    CONSTRAINT sessions_token_hash_length CHECK (octet_length(token_hash) = 32),
    CONSTRAINT sessions_period CHECK (created_at < expires_at)
);
CREATE INDEX sessions_account_idx ON sessions (account_id);
COMMENT ON TABLE sessions IS 'Signed-in browsers. The cookie holds the token, the table only its hash.';
COMMENT ON COLUMN sessions.token_hash IS 'SHA-256 of the token.';
COMMENT ON COLUMN sessions.account_id IS 'Who signed in.';
COMMENT ON COLUMN sessions.csrf_token IS 'Token that unsafe requests must repeat.';
COMMENT ON COLUMN sessions.created_at IS 'When the session began.';
COMMENT ON COLUMN sessions.used_at IS 'Last request, to the minute: the idle limit counts from here.';
COMMENT ON COLUMN sessions.expires_at IS 'Absolute end.';
COMMENT ON COLUMN sessions.source IS 'Address that it was opened from.';

CREATE TABLE access_tokens (
    id uuid NOT NULL,
    account_id uuid NOT NULL,
    name text NOT NULL,
    token_hash bytea NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    revoked_at timestamptz,
    CONSTRAINT access_tokens_pkey PRIMARY KEY (id),
    CONSTRAINT access_tokens_token_hash_key UNIQUE (token_hash),
    CONSTRAINT access_tokens_account_fkey FOREIGN KEY (account_id) REFERENCES accounts (id) ON DELETE CASCADE,
    CONSTRAINT access_tokens_name_filled CHECK (char_length(name) BETWEEN 1 AND 50),
    CONSTRAINT access_tokens_token_hash_length CHECK (octet_length(token_hash) = 32),
    CONSTRAINT access_tokens_period CHECK (created_at < expires_at)
);
CREATE INDEX access_tokens_account_idx ON access_tokens (account_id);
COMMENT ON TABLE access_tokens IS 'Bearer tokens of programs.';
COMMENT ON COLUMN access_tokens.id IS 'UUIDv7, given by the application.';
COMMENT ON COLUMN access_tokens.account_id IS 'Whose rights it carries.';
COMMENT ON COLUMN access_tokens.name IS 'What it is for.';
COMMENT ON COLUMN access_tokens.token_hash IS 'SHA-256 of the token.';
COMMENT ON COLUMN access_tokens.created_at IS 'When it was made.';
COMMENT ON COLUMN access_tokens.expires_at IS 'When it ends.';
COMMENT ON COLUMN access_tokens.revoked_at IS 'When it was taken back.';

CREATE TABLE idempotency_keys (
    account_id uuid NOT NULL,
    route text NOT NULL,
    key text NOT NULL,
    body_hash bytea NOT NULL,
    status integer,
    answer text,
    created_at timestamptz NOT NULL,
    CONSTRAINT idempotency_keys_pkey PRIMARY KEY (account_id, route, key),
    CONSTRAINT idempotency_keys_account_fkey FOREIGN KEY (account_id) REFERENCES accounts (id) ON DELETE CASCADE,
    CONSTRAINT idempotency_keys_key_length CHECK (char_length(key) BETWEEN 1 AND 255),
    CONSTRAINT idempotency_keys_answered CHECK ((status IS NULL) = (answer IS NULL))
);
CREATE INDEX idempotency_keys_created_idx ON idempotency_keys (created_at);
COMMENT ON TABLE idempotency_keys IS 'Answers of creating requests that carried a key, kept seven days.';
COMMENT ON COLUMN idempotency_keys.account_id IS 'Who asked.';
COMMENT ON COLUMN idempotency_keys.route IS 'Method and path.';
COMMENT ON COLUMN idempotency_keys.key IS 'The key of the request.';
COMMENT ON COLUMN idempotency_keys.body_hash IS 'SHA-256 of the body: another body with the same key is refused.';
COMMENT ON COLUMN idempotency_keys.status IS 'Status that was answered; empty while in flight.';
COMMENT ON COLUMN idempotency_keys.answer IS 'Body that was answered; empty while in flight.';
COMMENT ON COLUMN idempotency_keys.created_at IS 'When the request came.';
GRANT SELECT, INSERT, UPDATE ON accounts, access_tokens TO cadre_web;
GRANT SELECT, INSERT, UPDATE, DELETE ON sessions, idempotency_keys TO cadre_web;
