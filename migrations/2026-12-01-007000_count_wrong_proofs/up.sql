-- A wrong proof of somebody who is signed in counts against his session, not against the account: whoever sits down at an
-- open browser may end that session, and locks nobody out.
ALTER TABLE sessions
    ADD COLUMN wrong_proofs integer NOT NULL DEFAULT 0,
    ADD CONSTRAINT sessions_wrong_proofs_not_negative CHECK (wrong_proofs >= 0);
COMMENT ON COLUMN sessions.wrong_proofs IS 'Wrong proofs since the last right one: the fifth ends the session.';
