ALTER TABLE ratings
    DROP CONSTRAINT ratings_state_known,
    DROP CONSTRAINT ratings_confirmed_by_somebody,
    DROP CONSTRAINT ratings_published_by_somebody,
    ADD COLUMN revoked_reason text,
    ADD COLUMN revoked_by text,
    ADD COLUMN revoked_at timestamptz;
ALTER TABLE ratings
    ADD CONSTRAINT ratings_state_known CHECK (state IN ('draft', 'submitted', 'returned', 'reviewed', 'confirmed',
        'published', 'objected', 'revoked')),
    ADD CONSTRAINT ratings_confirmed_by_somebody CHECK (state NOT IN ('confirmed', 'published', 'objected', 'revoked')
        OR confirmed_by IS NOT NULL AND confirmed_at IS NOT NULL),
    ADD CONSTRAINT ratings_published_by_somebody CHECK (state NOT IN ('published', 'objected')
        OR published_by IS NOT NULL AND published_at IS NOT NULL),
    ADD CONSTRAINT ratings_revoked_reason_length CHECK (char_length(revoked_reason) BETWEEN 1 AND 500),
    ADD CONSTRAINT ratings_revoked_by_somebody CHECK ((state = 'revoked') = (revoked_reason IS NOT NULL)
        AND (state = 'revoked') = (revoked_by IS NOT NULL) AND (state = 'revoked') = (revoked_at IS NOT NULL));
COMMENT ON COLUMN ratings.revoked_reason IS 'Why it no longer counts.';
COMMENT ON COLUMN ratings.revoked_by IS 'Who revoked it.';
COMMENT ON COLUMN ratings.revoked_at IS 'When it was revoked.';

CREATE TABLE rating_objections (
    county_id uuid NOT NULL,
    id uuid NOT NULL,
    rating_id uuid NOT NULL,
    content text NOT NULL,
    stars_before integer,
    outcome text,
    resolution text,
    resolved_by text,
    resolved_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by text NOT NULL,
    CONSTRAINT rating_objections_pkey PRIMARY KEY (county_id, id),
    CONSTRAINT rating_objections_rating_fkey FOREIGN KEY (county_id, rating_id) REFERENCES ratings (county_id, id),
    CONSTRAINT rating_objections_content_length CHECK (char_length(content) BETWEEN 1 AND 500),
    CONSTRAINT rating_objections_outcome_known CHECK (outcome IN ('dismissed', 'upheld')),
    CONSTRAINT rating_objections_resolution_length CHECK (char_length(resolution) BETWEEN 1 AND 500),
    CONSTRAINT rating_objections_resolved_whole CHECK ((outcome IS NULL) = (resolution IS NULL)
        AND (outcome IS NULL) = (resolved_by IS NULL) AND (outcome IS NULL) = (resolved_at IS NULL))
);
CREATE UNIQUE INDEX rating_objections_one_open_key ON rating_objections (county_id, rating_id) WHERE outcome IS NULL;
CREATE INDEX rating_objections_rating_idx ON rating_objections (county_id, rating_id, created_at);
COMMENT ON TABLE rating_objections IS 'What was objected to a published rating, and what came of it: correction in the open.';
COMMENT ON COLUMN rating_objections.county_id IS 'The county that owns the row.';
COMMENT ON COLUMN rating_objections.id IS 'UUIDv7, given by the application.';
COMMENT ON COLUMN rating_objections.rating_id IS 'The rating.';
COMMENT ON COLUMN rating_objections.content IS 'What was objected.';
COMMENT ON COLUMN rating_objections.stars_before IS 'The stars that were objected to.';
COMMENT ON COLUMN rating_objections.outcome IS 'dismissed: the rating stays; upheld: it goes back to be corrected; empty: open.';
COMMENT ON COLUMN rating_objections.resolution IS 'What was found.';
COMMENT ON COLUMN rating_objections.resolved_by IS 'Who resolved it.';
COMMENT ON COLUMN rating_objections.resolved_at IS 'When.';
COMMENT ON COLUMN rating_objections.created_at IS 'When it came in.';
COMMENT ON COLUMN rating_objections.created_by IS 'Who entered it: he may not resolve it.';
ALTER TABLE rating_objections ENABLE ROW LEVEL SECURITY;
ALTER TABLE rating_objections FORCE ROW LEVEL SECURITY;
CREATE POLICY rating_objections_scope ON rating_objections TO cadre_web
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND EXISTS (SELECT FROM ratings r
            WHERE r.county_id = rating_objections.county_id AND r.id = rating_objections.rating_id));
CREATE POLICY rating_objections_report ON rating_objections FOR SELECT TO cadre_report
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid);
GRANT SELECT, INSERT, UPDATE ON rating_objections TO cadre_web;
GRANT SELECT ON rating_objections TO cadre_report;

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
    ADD CONSTRAINT rating_facts_pkey PRIMARY KEY (county_id, quarter, revision, rating_id, state),
    ADD CONSTRAINT rating_facts_state_known CHECK (state IN ('awaiting_review', 'objection_open', 'overturned'));
COMMENT ON TABLE rating_facts IS 'Ratings that waited for somebody on the last day of a quarter, and those that were overturned in it. (The stars that count stand in member_facts.)';
COMMENT ON COLUMN rating_facts.state IS 'awaiting_review, objection_open, or overturned: an objection was upheld, or it was revoked.';
