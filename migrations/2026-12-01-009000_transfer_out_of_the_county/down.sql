DELETE FROM transfers WHERE to_unit IS NOT NULL;
DROP INDEX transfers_pending_idx;
DROP INDEX transfers_decided_idx;
ALTER TABLE transfers
    DROP CONSTRAINT transfers_state_known,
    DROP CONSTRAINT transfers_other_side,
    DROP CONSTRAINT transfers_to_unit_length,
    DROP CONSTRAINT transfers_ended_by_side,
    DROP CONSTRAINT transfers_day_known,
    DROP CONSTRAINT transfers_receipt_after_letter,
    DROP CONSTRAINT transfers_validity,
    DROP CONSTRAINT transfers_letter_numbered,
    DROP CONSTRAINT transfers_end_explained,
    DROP to_unit,
    DROP letter_on,
    DROP valid_until,
    ALTER to_branch_id SET NOT NULL,
    ALTER to_path SET NOT NULL,
    ALTER on_day SET NOT NULL,
    ADD CONSTRAINT transfers_state_known CHECK (state IN ('pending', 'accepted', 'refused', 'withdrawn'));
COMMENT ON TABLE transfers IS 'Moves of a member between branches of the county: proposed by one side, accepted by the other; until then he belongs to the old branch (Regulation on education and management of members, article 25).';
COMMENT ON COLUMN transfers.to_branch_id IS 'The new branch.';
COMMENT ON COLUMN transfers.to_path IS 'Its path.';
COMMENT ON COLUMN transfers.on_day IS 'First day in the new branch, once accepted.';
COMMENT ON COLUMN transfers.state IS 'pending, accepted, refused or withdrawn.';
