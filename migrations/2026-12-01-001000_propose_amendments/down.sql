ALTER TABLE quarter_revisions DROP CONSTRAINT quarter_revisions_two_people_amend;
ALTER TABLE quarters
    DROP CONSTRAINT quarters_amendment_reason_length,
    DROP CONSTRAINT quarters_amendment_of_closed,
    DROP CONSTRAINT quarters_amendment_whole,
    DROP COLUMN amendment_reason,
    DROP COLUMN amendment_proposed_at,
    DROP COLUMN amendment_proposed_by;
