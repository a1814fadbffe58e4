UPDATE accounts SET state = 'disabled' WHERE state = 'pending';
ALTER TABLE accounts DROP CONSTRAINT accounts_state_known;
ALTER TABLE accounts ADD CONSTRAINT accounts_state_known CHECK (state IN ('active', 'disabled'));
ALTER TABLE accounts ALTER COLUMN state SET DEFAULT 'active';
COMMENT ON COLUMN accounts.state IS 'active or disabled.';
