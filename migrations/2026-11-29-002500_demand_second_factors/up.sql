-- What a county demands of whoever signs in. A county without a row asks for a password only.
CREATE TABLE security_policies (
    county_id uuid NOT NULL,
    idle_minutes integer NOT NULL,
    session_minutes integer NOT NULL,
    proof_minutes integer NOT NULL,
    password_style text NOT NULL,
    password_days integer,
    change_given_passwords boolean NOT NULL,
    reveals_per_hour integer NOT NULL,
    records_per_ten_minutes integer,
    source text NOT NULL,
    version integer NOT NULL DEFAULT 1,
    updated_at timestamptz NOT NULL DEFAULT now(),
    updated_by text NOT NULL,
    CONSTRAINT security_policies_pkey PRIMARY KEY (county_id),
    CONSTRAINT security_policies_county_fkey FOREIGN KEY (county_id) REFERENCES counties (id),
    CONSTRAINT security_policies_idle_minutes_sensible CHECK (idle_minutes BETWEEN 1 AND 30),
    CONSTRAINT security_policies_session_minutes_sensible CHECK (session_minutes BETWEEN 1 AND 720),
    CONSTRAINT security_policies_proof_minutes_sensible CHECK (proof_minutes BETWEEN 1 AND 720),
    CONSTRAINT security_policies_password_style_known CHECK (password_style IN ('length', 'complexity')),
    CONSTRAINT security_policies_password_days_sensible CHECK (password_days BETWEEN 1 AND 3650),
    CONSTRAINT security_policies_reveals_per_hour_sensible CHECK (reveals_per_hour BETWEEN 0 AND 100000),
    CONSTRAINT security_policies_records_sensible CHECK (records_per_ten_minutes BETWEEN 50 AND 10000000),
    CONSTRAINT security_policies_source_filled CHECK (char_length(source) BETWEEN 1 AND 200),
    CONSTRAINT security_policies_version_positive CHECK (version > 0)
);
COMMENT ON TABLE security_policies IS 'What a county demands of whoever signs in, as now; earlier rules stand in the trail. A county without a row is held to the rules of `SecurityPolicy::unset`: a password is enough.';
COMMENT ON COLUMN security_policies.county_id IS 'The county that owns the row.';
COMMENT ON COLUMN security_policies.idle_minutes IS 'A session ends after so many minutes without a request.';
COMMENT ON COLUMN security_policies.session_minutes IS 'However busy, a session ends after so many minutes.';
COMMENT ON COLUMN security_policies.proof_minutes IS 'Before revealing, exporting in clear, closing and granting, the last proof of who one is may be so many minutes old.';
COMMENT ON COLUMN security_policies.password_style IS 'length (long, and not a well-known one) or complexity (also three kinds of characters).';
COMMENT ON COLUMN security_policies.password_days IS 'A password has to be changed after so many days; empty: never.';
COMMENT ON COLUMN security_policies.change_given_passwords IS 'Whether a password that somebody else set is for one use within three days.';
COMMENT ON COLUMN security_policies.reveals_per_hour IS 'How many identifiers an account may see in clear within an hour.';
COMMENT ON COLUMN security_policies.records_per_ten_minutes IS 'How many records of people an account may read within ten minutes before it is stopped; empty: not counted.';
COMMENT ON COLUMN security_policies.source IS 'The decision that it rests on.';
COMMENT ON COLUMN security_policies.version IS 'Rises by one with every change.';
COMMENT ON COLUMN security_policies.updated_at IS 'When it was last set.';
COMMENT ON COLUMN security_policies.updated_by IS 'Who set it.';

CREATE TABLE second_factor_roles (
    county_id uuid NOT NULL,
    role text NOT NULL,
    CONSTRAINT second_factor_roles_pkey PRIMARY KEY (county_id, role),
    CONSTRAINT second_factor_roles_policy_fkey FOREIGN KEY (county_id) REFERENCES security_policies (county_id),
    CONSTRAINT second_factor_roles_role_known CHECK (role IN ('clerk', 'supervisor', 'auditor', 'administrator', 'security'))
);
COMMENT ON TABLE second_factor_roles IS 'The roles that need a one-time code beside the password, where the county has a policy of its own.';
COMMENT ON COLUMN second_factor_roles.county_id IS 'The county that owns the row.';
COMMENT ON COLUMN second_factor_roles.role IS 'The role.';

CREATE TABLE second_factors (
    county_id uuid NOT NULL,
    account_id uuid NOT NULL,
    secret_cipher bytea NOT NULL,
    confirmed_at timestamptz,
    last_step bigint,
    created_at timestamptz NOT NULL,
    CONSTRAINT second_factors_pkey PRIMARY KEY (county_id, account_id),
    CONSTRAINT second_factors_account_fkey FOREIGN KEY (county_id, account_id) REFERENCES accounts (county_id, id),
    CONSTRAINT second_factors_spent_when_confirmed CHECK ((confirmed_at IS NULL) = (last_step IS NULL))
);
COMMENT ON TABLE second_factors IS 'Secrets of one-time codes (RFC 6238): one for each account that has begun to use them.';
COMMENT ON COLUMN second_factors.county_id IS 'The county that owns the row.';
COMMENT ON COLUMN second_factors.account_id IS 'Whose it is.';
COMMENT ON COLUMN second_factors.secret_cipher IS 'The secret, encrypted outside the database.';
COMMENT ON COLUMN second_factors.confirmed_at IS 'When a first code proved that the secret arrived; empty: not yet asked for at sign-in.';
COMMENT ON COLUMN second_factors.last_step IS 'The 30-second step of the last code that was taken: no code of it or before is taken again.';
COMMENT ON COLUMN second_factors.created_at IS 'When the secret was made.';

ALTER TABLE accounts
    ADD COLUMN password_set_at timestamptz NOT NULL DEFAULT now(),
    ADD COLUMN password_temporary boolean NOT NULL DEFAULT false,
    ADD COLUMN password_expires_at timestamptz,
    ADD COLUMN reading_blocked_until timestamptz,
    ADD CONSTRAINT accounts_temporary_password_expires CHECK (password_temporary = (password_expires_at IS NOT NULL));
COMMENT ON COLUMN accounts.password_set_at IS 'When the password was set.';
COMMENT ON COLUMN accounts.password_temporary IS 'Somebody else set it: its owner changes it before anything else.';
COMMENT ON COLUMN accounts.password_expires_at IS 'A password that somebody else set opens nothing after this moment.';
COMMENT ON COLUMN accounts.reading_blocked_until IS 'Too many records were read in a short time: none is shown before this moment.';

-- Whoever is signed in when this is applied signs in again.
DELETE FROM sessions;
ALTER TABLE sessions
    ADD COLUMN id uuid NOT NULL,
    ADD COLUMN stage text NOT NULL,
    ADD COLUMN proved_at timestamptz NOT NULL,
    ADD COLUMN browser text,
    ADD CONSTRAINT sessions_id_key UNIQUE (id),
    ADD CONSTRAINT sessions_stage_known CHECK (stage IN ('code', 'open')),
    ADD CONSTRAINT sessions_browser_length CHECK (char_length(browser) BETWEEN 1 AND 300);
COMMENT ON COLUMN sessions.id IS 'UUIDv7, given by the application: how its owner names it.';
COMMENT ON COLUMN sessions.stage IS 'code (the password was right, the one-time code is still to come) or open.';
COMMENT ON COLUMN sessions.proved_at IS 'When its owner last proved who he is, by password or one-time code.';
COMMENT ON COLUMN sessions.browser IS 'What the browser calls itself.';

-- Like accounts, they are asked for before anybody is known.
ALTER TABLE security_policies ENABLE ROW LEVEL SECURITY;
ALTER TABLE security_policies FORCE ROW LEVEL SECURITY;
ALTER TABLE second_factor_roles ENABLE ROW LEVEL SECURITY;
ALTER TABLE second_factor_roles FORCE ROW LEVEL SECURITY;
ALTER TABLE second_factors ENABLE ROW LEVEL SECURITY;
ALTER TABLE second_factors FORCE ROW LEVEL SECURITY;
CREATE POLICY security_policies_read ON security_policies FOR SELECT TO cadre_web
    USING (nullif(current_setting('cadre.county', true), '') IS NULL
        OR county_id = nullif(current_setting('cadre.county', true), '')::uuid);
CREATE POLICY security_policies_insert ON security_policies FOR INSERT TO cadre_web
    WITH CHECK (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND current_setting('cadre.path_from', true) ~ '^[0-9]{6}/$');
CREATE POLICY security_policies_update ON security_policies FOR UPDATE TO cadre_web
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND current_setting('cadre.path_from', true) ~ '^[0-9]{6}/$');
CREATE POLICY second_factor_roles_read ON second_factor_roles FOR SELECT TO cadre_web
    USING (nullif(current_setting('cadre.county', true), '') IS NULL
        OR county_id = nullif(current_setting('cadre.county', true), '')::uuid);
CREATE POLICY second_factor_roles_insert ON second_factor_roles FOR INSERT TO cadre_web
    WITH CHECK (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND current_setting('cadre.path_from', true) ~ '^[0-9]{6}/$');
CREATE POLICY second_factor_roles_delete ON second_factor_roles FOR DELETE TO cadre_web
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND current_setting('cadre.path_from', true) ~ '^[0-9]{6}/$');
CREATE POLICY second_factors_scope ON second_factors TO cadre_web
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid AND EXISTS (
        SELECT FROM accounts a WHERE a.county_id = second_factors.county_id AND a.id = second_factors.account_id));
-- At sign-in a code is looked at and spent; a secret is made or forgotten by whoever is known only.
CREATE POLICY second_factors_at_sign_in ON second_factors FOR SELECT TO cadre_web
    USING (nullif(current_setting('cadre.county', true), '') IS NULL);
CREATE POLICY second_factors_spent_at_sign_in ON second_factors FOR UPDATE TO cadre_web
    USING (nullif(current_setting('cadre.county', true), '') IS NULL);
GRANT SELECT, INSERT, UPDATE ON security_policies TO cadre_web;
GRANT SELECT, INSERT, DELETE ON second_factor_roles TO cadre_web;
GRANT SELECT, INSERT, UPDATE, DELETE ON second_factors TO cadre_web;
