-- An administrator opens an account, a security officer grants its role: between the two it waits.
ALTER TABLE accounts DROP CONSTRAINT accounts_state_known;
ALTER TABLE accounts ADD CONSTRAINT accounts_state_known CHECK (state IN ('pending', 'active', 'disabled'));
ALTER TABLE accounts ALTER COLUMN state SET DEFAULT 'pending';
COMMENT ON COLUMN accounts.state IS 'pending (its role is not granted yet), active or disabled.';
