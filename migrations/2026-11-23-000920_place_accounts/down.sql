ALTER POLICY accounts_scope ON accounts
    USING (nullif(current_setting('cadre.county', true), '') IS NULL
        OR county_id = nullif(current_setting('cadre.county', true), '')::uuid AND EXISTS (
            SELECT FROM organisations o WHERE o.county_id = accounts.county_id AND o.id = accounts.organisation_id
                AND o.path >= current_setting('cadre.path_from', true)
                AND o.path < current_setting('cadre.path_to', true)));
DROP INDEX accounts_organisation_idx;
ALTER TABLE accounts
    DROP CONSTRAINT accounts_organisation_fkey,
    ADD CONSTRAINT accounts_organisation_fkey FOREIGN KEY (county_id, organisation_id)
        REFERENCES organisations (county_id, id),
    DROP COLUMN organisation_path,
    DROP COLUMN organisation_name;
CREATE INDEX accounts_organisation_idx ON accounts (county_id, organisation_id);
ALTER TABLE organisations DROP CONSTRAINT organisations_place_key;
