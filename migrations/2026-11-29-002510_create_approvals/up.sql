CREATE TABLE approvals (
    county_id uuid NOT NULL,
    id uuid NOT NULL,
    kind text NOT NULL,
    subject_kind text NOT NULL,
    subject_id uuid NOT NULL,
    path text NOT NULL COLLATE "C",
    content jsonb NOT NULL,
    reason text,
    state text NOT NULL DEFAULT 'pending',
    requested_by uuid NOT NULL,
    requester text NOT NULL,
    requested_at timestamptz NOT NULL,
    decided_by uuid,
    decider text,
    decided_at timestamptz,
    decision_reason text,
    version integer NOT NULL DEFAULT 1,
    CONSTRAINT approvals_pkey PRIMARY KEY (county_id, id),
    CONSTRAINT approvals_county_fkey FOREIGN KEY (county_id) REFERENCES counties (id),
    CONSTRAINT approvals_requested_by_account_fkey FOREIGN KEY (county_id, requested_by) REFERENCES accounts (county_id, id),
    CONSTRAINT approvals_decided_by_account_fkey FOREIGN KEY (county_id, decided_by) REFERENCES accounts (county_id, id),
    CONSTRAINT approvals_kind_known CHECK (kind IN ('grant', 'security_policy')),
    CONSTRAINT approvals_state_known CHECK (state IN ('pending', 'approved', 'rejected', 'withdrawn')),
    CONSTRAINT approvals_content_object CHECK (jsonb_typeof(content) = 'object'),
    CONSTRAINT approvals_reason_length CHECK (char_length(reason) BETWEEN 1 AND 500),
    CONSTRAINT approvals_decision_reason_length CHECK (char_length(decision_reason) BETWEEN 1 AND 500),
    CONSTRAINT approvals_decided_by_somebody CHECK ((state = 'pending') = (decided_by IS NULL)
        AND (decided_by IS NULL) = (decided_at IS NULL) AND (decided_by IS NULL) = (decider IS NULL)),
    CONSTRAINT approvals_two_people CHECK (state = 'withdrawn' OR decided_by <> requested_by),
    CONSTRAINT approvals_withdrawn_by_himself CHECK (state <> 'withdrawn' OR decided_by = requested_by),
    CONSTRAINT approvals_rejected_with_reason CHECK (state <> 'rejected' OR decision_reason IS NOT NULL),
    CONSTRAINT approvals_version_positive CHECK (version > 0)
);
CREATE UNIQUE INDEX approvals_one_pending_key ON approvals (county_id, kind, subject_id) WHERE state = 'pending';
CREATE INDEX approvals_requested_by_idx ON approvals (county_id, requested_by);
CREATE INDEX approvals_decided_by_idx ON approvals (county_id, decided_by);
CREATE INDEX approvals_latest_idx ON approvals (county_id, requested_at DESC, id);
COMMENT ON TABLE approvals IS 'Requests that a second person decides: what one of two people wants, and what the other said.';
COMMENT ON COLUMN approvals.county_id IS 'The county that owns the row.';
COMMENT ON COLUMN approvals.id IS 'UUIDv7, given by the application.';
COMMENT ON COLUMN approvals.kind IS 'grant (a role) or security_policy (what is demanded at sign-in).';
COMMENT ON COLUMN approvals.subject_kind IS 'What kind of thing is acted upon, as in the trail.';
COMMENT ON COLUMN approvals.subject_id IS 'The thing; at most one request of a kind waits for it.';
COMMENT ON COLUMN approvals.path IS 'Path of the organisation concerned: who decides stands at or above it.';
COMMENT ON COLUMN approvals.content IS 'What is wanted, whole: the decider sees it, and nobody changes it while it waits.';
COMMENT ON COLUMN approvals.reason IS 'Why it is wanted.';
COMMENT ON COLUMN approvals.state IS 'pending, approved, rejected or withdrawn.';
COMMENT ON COLUMN approvals.requested_by IS 'The account that wants it.';
COMMENT ON COLUMN approvals.requester IS 'Its user name at that time.';
COMMENT ON COLUMN approvals.requested_at IS 'When.';
COMMENT ON COLUMN approvals.decided_by IS 'The account that decided: another one, unless it was withdrawn.';
COMMENT ON COLUMN approvals.decider IS 'Its user name at that time.';
COMMENT ON COLUMN approvals.decided_at IS 'When.';
COMMENT ON COLUMN approvals.decision_reason IS 'Why it was rejected.';
COMMENT ON COLUMN approvals.version IS 'Rises by one with every change; the ETag.';
ALTER TABLE approvals ENABLE ROW LEVEL SECURITY;
ALTER TABLE approvals FORCE ROW LEVEL SECURITY;
CREATE POLICY approvals_scope ON approvals TO cadre_web
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND path >= current_setting('cadre.path_from', true) AND path < current_setting('cadre.path_to', true));
GRANT SELECT, INSERT, UPDATE ON approvals TO cadre_web;
