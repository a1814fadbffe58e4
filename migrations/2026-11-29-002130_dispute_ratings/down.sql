DELETE FROM rating_facts WHERE state <> 'awaiting_review';
ALTER TABLE rating_facts
    DROP CONSTRAINT rating_facts_state_known,
    DROP CONSTRAINT rating_facts_pkey;
DO $$
DECLARE
    part regclass;
BEGIN
    -- A table of one quarter keeps a copy of its own of what its parent demanded when it was made.
    FOR part IN SELECT inhrelid::regclass FROM pg_inherits WHERE inhparent = 'rating_facts'::regclass LOOP
        EXECUTE format('ALTER TABLE %s DROP CONSTRAINT IF EXISTS rating_facts_state_known', part);
    END LOOP;
END $$;
ALTER TABLE rating_facts
    ADD CONSTRAINT rating_facts_pkey PRIMARY KEY (county_id, quarter, revision, rating_id),
    ADD CONSTRAINT rating_facts_state_known CHECK (state IN ('awaiting_review'));
COMMENT ON TABLE rating_facts IS 'Ratings of periods that ended by the last day of a quarter and still waited for somebody when it was frozen. (The stars that count stand in member_facts.)';
COMMENT ON COLUMN rating_facts.state IS 'What it waited for.';
DROP TABLE rating_objections;
ALTER TABLE ratings
    DROP CONSTRAINT ratings_state_known,
    DROP CONSTRAINT ratings_confirmed_by_somebody,
    DROP CONSTRAINT ratings_published_by_somebody,
    DROP COLUMN revoked_at,
    DROP COLUMN revoked_by,
    DROP COLUMN revoked_reason;
UPDATE ratings SET state = 'published' WHERE state = 'objected';
UPDATE ratings SET state = 'returned', returned_reason = coalesce(returned_reason, '—'),
    returned_by = coalesce(returned_by, updated_by), returned_at = coalesce(returned_at, updated_at)
    WHERE state = 'revoked';
ALTER TABLE ratings
    ADD CONSTRAINT ratings_state_known CHECK (state IN ('draft', 'submitted', 'returned', 'reviewed', 'confirmed',
        'published')),
    ADD CONSTRAINT ratings_confirmed_by_somebody CHECK (state NOT IN ('confirmed', 'published')
        OR confirmed_by IS NOT NULL AND confirmed_at IS NOT NULL),
    ADD CONSTRAINT ratings_published_by_somebody CHECK (state <> 'published'
        OR published_by IS NOT NULL AND published_at IS NOT NULL);
