-- Whoever acts in a scope sees and changes the accounts of that scope only. Signing in and looking up a session have no
-- scope yet: they come without one, and find one account by its name, its token or its id.
ALTER TABLE accounts ENABLE ROW LEVEL SECURITY;
ALTER TABLE accounts FORCE ROW LEVEL SECURITY;
CREATE POLICY accounts_scope ON accounts TO cadre_web
    USING (nullif(current_setting('cadre.county', true), '') IS NULL
        OR county_id = nullif(current_setting('cadre.county', true), '')::uuid AND EXISTS (
            SELECT FROM organisations o WHERE o.county_id = accounts.county_id AND o.id = accounts.organisation_id
                AND o.path >= current_setting('cadre.path_from', true)
                AND o.path < current_setting('cadre.path_to', true)));

-- A kept answer shows the record that the request made: only to the account that sent it.
ALTER TABLE idempotency_keys ENABLE ROW LEVEL SECURITY;
ALTER TABLE idempotency_keys FORCE ROW LEVEL SECURITY;
CREATE POLICY idempotency_keys_own ON idempotency_keys TO cadre_web
    USING (account_id = nullif(current_setting('cadre.account', true), '')::uuid);

-- The trail's own role is held to policies too: it adds entries and numbers, and changes no entry.
ALTER TABLE audit_heads FORCE ROW LEVEL SECURITY;
ALTER TABLE audit_entries FORCE ROW LEVEL SECURITY;
CREATE POLICY audit_heads_count ON audit_heads TO cadre_audit USING (true);
CREATE POLICY audit_entries_append ON audit_entries FOR INSERT TO cadre_audit WITH CHECK (true);
CREATE POLICY audit_entries_number ON audit_entries FOR SELECT TO cadre_audit USING (true);
