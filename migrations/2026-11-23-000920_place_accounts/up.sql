-- Who calls and where he stands is asked at every request, before any scope: an account carries the place of its
-- organisation. The foreign key keeps it true when the organisation moves or is renamed.
ALTER TABLE organisations ADD CONSTRAINT organisations_place_key UNIQUE (county_id, id, path, name);

ALTER TABLE accounts
    ADD COLUMN organisation_path text COLLATE "C",
    ADD COLUMN organisation_name text;
UPDATE accounts a SET organisation_path = o.path, organisation_name = o.name
    FROM organisations o WHERE o.county_id = a.county_id AND o.id = a.organisation_id;
ALTER TABLE accounts
    ALTER COLUMN organisation_path SET NOT NULL,
    ALTER COLUMN organisation_name SET NOT NULL,
    DROP CONSTRAINT accounts_organisation_fkey,
    ADD CONSTRAINT accounts_organisation_fkey
        FOREIGN KEY (county_id, organisation_id, organisation_path, organisation_name)
        REFERENCES organisations (county_id, id, path, name) ON UPDATE CASCADE;
DROP INDEX accounts_organisation_idx;
CREATE INDEX accounts_organisation_idx ON accounts
    (county_id, organisation_id, organisation_path, organisation_name);
COMMENT ON COLUMN accounts.organisation_path IS 'Path of the organisation, as it stands there.';
COMMENT ON COLUMN accounts.organisation_name IS 'Name of the organisation, as it stands there.';

ALTER POLICY accounts_scope ON accounts
    USING (nullif(current_setting('cadre.county', true), '') IS NULL
        OR county_id = nullif(current_setting('cadre.county', true), '')::uuid
            AND organisation_path >= current_setting('cadre.path_from', true)
            AND organisation_path < current_setting('cadre.path_to', true));

DROP FUNCTION IF EXISTS find_account_place;
