ALTER TABLE quarters
    ADD COLUMN amendment_proposed_by text,
    ADD COLUMN amendment_proposed_at timestamptz,
    ADD COLUMN amendment_reason text,
    ADD CONSTRAINT quarters_amendment_whole CHECK (num_nulls(amendment_proposed_by, amendment_proposed_at, amendment_reason) IN (0, 3)),
    ADD CONSTRAINT quarters_amendment_of_closed CHECK (amendment_proposed_by IS NULL OR state = 'closed'),
    ADD CONSTRAINT quarters_amendment_reason_length CHECK (char_length(amendment_reason) BETWEEN 1 AND 500);
COMMENT ON COLUMN quarters.amendment_proposed_by IS 'User name of who proposed to amend the closed quarter; empty: no amendment waits.';
COMMENT ON COLUMN quarters.amendment_proposed_at IS 'When.';
COMMENT ON COLUMN quarters.amendment_reason IS 'Why; it becomes the reason of the revision.';

ALTER TABLE quarter_revisions ADD CONSTRAINT quarter_revisions_two_people_amend
    CHECK (number <= 1 OR confirmer <> preparer OR confirmer LIKE 'system@%');
