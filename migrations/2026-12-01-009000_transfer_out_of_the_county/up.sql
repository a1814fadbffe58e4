-- A transfer may lead out of the county: its other side is then a unit on paper, and the receipt closes it. Each transfer
-- says until when its letter holds, so that those that wait too long are found.
ALTER TABLE transfers
    ALTER to_branch_id DROP NOT NULL,
    ALTER to_path DROP NOT NULL,
    ALTER on_day DROP NOT NULL,
    DROP CONSTRAINT transfers_state_known,
    ADD to_unit text,
    ADD letter_on date,
    ADD valid_until date;
UPDATE transfers SET letter_on = (created_at AT TIME ZONE 'Asia/Shanghai')::date,
    valid_until = (created_at AT TIME ZONE 'Asia/Shanghai')::date + 90;
ALTER TABLE transfers
    ALTER letter_on SET NOT NULL,
    ALTER valid_until SET NOT NULL,
    ADD CONSTRAINT transfers_state_known CHECK (state IN ('pending', 'accepted', 'refused', 'withdrawn', 'closed')),
    ADD CONSTRAINT transfers_other_side CHECK ((to_branch_id IS NULL) = (to_path IS NULL)
        AND (to_branch_id IS NULL) = (to_unit IS NOT NULL)),
    ADD CONSTRAINT transfers_to_unit_length CHECK (char_length(to_unit) BETWEEN 2 AND 100),
    ADD CONSTRAINT transfers_ended_by_side CHECK (CASE state WHEN 'accepted' THEN to_unit IS NULL
        WHEN 'closed' THEN to_unit IS NOT NULL ELSE true END),
    ADD CONSTRAINT transfers_day_known CHECK ((on_day IS NOT NULL) = (to_unit IS NULL OR state = 'closed')),
    ADD CONSTRAINT transfers_receipt_after_letter CHECK (to_unit IS NULL OR on_day >= letter_on),
    ADD CONSTRAINT transfers_validity CHECK (valid_until > letter_on AND valid_until <= letter_on + 366),
    ADD CONSTRAINT transfers_letter_numbered CHECK (to_unit IS NULL OR letter_number IS NOT NULL),
    ADD CONSTRAINT transfers_end_explained CHECK (to_unit IS NULL OR state NOT IN ('refused', 'withdrawn')
        OR reason IS NOT NULL);
CREATE INDEX transfers_pending_idx ON transfers (county_id, valid_until, id) WHERE state = 'pending';
CREATE INDEX transfers_decided_idx ON transfers (county_id, updated_at, id) WHERE state <> 'pending';
COMMENT ON TABLE transfers IS 'Moves of a member to another branch of the county, proposed by one side and accepted by the other, or out of the county, closed by the receipt; until then he belongs to the old branch (Regulation on education and management of members, article 25).';
COMMENT ON COLUMN transfers.to_branch_id IS 'The new branch; empty: he leaves the county.';
COMMENT ON COLUMN transfers.to_path IS 'Its path; empty: he leaves the county.';
COMMENT ON COLUMN transfers.on_day IS 'First day in the new branch, once accepted; of a departure the day of the receipt, on which he leaves the register.';
COMMENT ON COLUMN transfers.state IS 'pending, accepted, refused, withdrawn, or closed by a receipt.';
COMMENT ON COLUMN transfers.to_unit IS 'The unit outside the county that he goes to; empty: he stays in it.';
COMMENT ON COLUMN transfers.letter_on IS 'Day of the letter of introduction.';
COMMENT ON COLUMN transfers.valid_until IS 'Last day on which the letter holds; what is pending after it is overdue.';
