CREATE TABLE quarters (
    county_id uuid NOT NULL,
    quarter text NOT NULL COLLATE "C",
    state text NOT NULL,
    proposed_by text,
    proposed_at timestamptz,
    confirmed_by text,
    confirmed_at timestamptz,
    version integer NOT NULL DEFAULT 1,
    CONSTRAINT quarters_pkey PRIMARY KEY (county_id, quarter),
    CONSTRAINT quarters_county_fkey FOREIGN KEY (county_id) REFERENCES counties (id),
    CONSTRAINT quarters_quarter_shape CHECK (quarter ~ '^(19|20|21)[0-9]{2}Q[1-4]$'),
    CONSTRAINT quarters_state_known CHECK (state IN ('open', 'proposed', 'closed')),
    CONSTRAINT quarters_proposed_by_somebody CHECK (state = 'open'
        OR proposed_by IS NOT NULL AND proposed_at IS NOT NULL),
    CONSTRAINT quarters_confirmed_by_somebody CHECK ((state = 'closed') = (confirmed_by IS NOT NULL)
        AND (confirmed_by IS NULL) = (confirmed_at IS NULL)),
    CONSTRAINT quarters_two_people CHECK (confirmed_by <> proposed_by OR confirmed_by LIKE 'system@%'),
    CONSTRAINT quarters_version_positive CHECK (version > 0)
);
COMMENT ON TABLE quarters IS 'How far the closing of a quarter is; a quarter without a row is open.';
COMMENT ON COLUMN quarters.county_id IS 'The county: only a county is closed.';
COMMENT ON COLUMN quarters.quarter IS '2026Q1.';
COMMENT ON COLUMN quarters.state IS 'open, proposed (by one supervisor) or closed (confirmed by another).';
COMMENT ON COLUMN quarters.proposed_by IS 'User name of who prepared it.';
COMMENT ON COLUMN quarters.proposed_at IS 'When.';
COMMENT ON COLUMN quarters.confirmed_by IS 'User name of who confirmed it; the command line may do both in one step.';
COMMENT ON COLUMN quarters.confirmed_at IS 'When.';
COMMENT ON COLUMN quarters.version IS 'Rises by one with every change.';

CREATE TABLE quarter_revisions (
    county_id uuid NOT NULL,
    quarter text NOT NULL COLLATE "C",
    number integer NOT NULL,
    previous_number integer,
    preparer text NOT NULL,
    confirmer text NOT NULL,
    reason text,
    closed_at timestamptz NOT NULL,
    star_scale integer,
    digest bytea NOT NULL,
    row_count bigint NOT NULL,
    CONSTRAINT quarter_revisions_pkey PRIMARY KEY (county_id, quarter, number),
    CONSTRAINT quarter_revisions_quarter_fkey FOREIGN KEY (county_id, quarter) REFERENCES quarters (county_id, quarter),
    CONSTRAINT quarter_revisions_number_not_negative CHECK (number >= 0),
    CONSTRAINT quarter_revisions_rests_on_one CHECK ((number = 0) = (previous_number IS NULL)),
    CONSTRAINT quarter_revisions_previous_not_negative CHECK (previous_number >= 0),
    CONSTRAINT quarter_revisions_reason_of_amendment CHECK ((number > 1) = (reason IS NOT NULL)),
    CONSTRAINT quarter_revisions_reason_length CHECK (char_length(reason) BETWEEN 1 AND 500),
    CONSTRAINT quarter_revisions_star_scale_sensible CHECK (star_scale BETWEEN 1 AND 10),
    CONSTRAINT quarter_revisions_digest_length CHECK (octet_length(digest) = 32),
    CONSTRAINT quarter_revisions_row_count_not_negative CHECK (row_count >= 0)
);
COMMENT ON TABLE quarter_revisions IS 'The frozen states of a quarter: 1 by closing, more by amending, never changed. 0 is a baseline: the quarter before a county''s first closed one, as it was known then, so that openings and comparisons never move.';
COMMENT ON COLUMN quarter_revisions.county_id IS 'The county.';
COMMENT ON COLUMN quarter_revisions.quarter IS '2026Q1.';
COMMENT ON COLUMN quarter_revisions.number IS '1 for the closing, 2 … for amendments, 0 for a baseline.';
COMMENT ON COLUMN quarter_revisions.previous_number IS 'The revision of the quarter before whose closing is the opening here; empty for a baseline.';
COMMENT ON COLUMN quarter_revisions.preparer IS 'User name of who prepared it.';
COMMENT ON COLUMN quarter_revisions.confirmer IS 'User name of who confirmed it.';
COMMENT ON COLUMN quarter_revisions.reason IS 'Why it was amended.';
COMMENT ON COLUMN quarter_revisions.closed_at IS 'When it was frozen.';
COMMENT ON COLUMN quarter_revisions.star_scale IS 'The highest number of stars of the primary member scheme then in force; empty: there was none.';
COMMENT ON COLUMN quarter_revisions.digest IS 'SHA-256 over the SHA-256 of each of its rows in canonical order.';
COMMENT ON COLUMN quarter_revisions.row_count IS 'How many rows were frozen.';

-- The facts are one table per quarter, made by prepare_quarter_partitions(). Their rows point to a revision that is
-- written last, with the digest over them: hence the deferred foreign keys.
CREATE TABLE organisation_facts (
    county_id uuid NOT NULL,
    quarter text NOT NULL COLLATE "C",
    revision integer NOT NULL,
    organisation_id uuid NOT NULL,
    parent_id uuid,
    code text NOT NULL COLLATE "C",
    name text NOT NULL,
    kind text NOT NULL,
    path text NOT NULL COLLATE "C",
    members bigint NOT NULL,
    full_members bigint NOT NULL,
    CONSTRAINT organisation_facts_pkey PRIMARY KEY (county_id, quarter, revision, organisation_id),
    CONSTRAINT organisation_facts_revision_fkey FOREIGN KEY (county_id, quarter, revision)
        REFERENCES quarter_revisions (county_id, quarter, number) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT organisation_facts_path_shape CHECK (path ~ '^([0-9A-Z-]+/)+$'),
    CONSTRAINT organisation_facts_members_counted CHECK (full_members BETWEEN 0 AND members)
) PARTITION BY LIST (quarter);
COMMENT ON TABLE organisation_facts IS 'The tree of the last day of a quarter: the organisations that existed.';
COMMENT ON COLUMN organisation_facts.county_id IS 'The county.';
COMMENT ON COLUMN organisation_facts.quarter IS '2026Q1.';
COMMENT ON COLUMN organisation_facts.revision IS 'Number of the revision.';
COMMENT ON COLUMN organisation_facts.organisation_id IS 'The organisation.';
COMMENT ON COLUMN organisation_facts.parent_id IS 'The organisation above it on that day.';
COMMENT ON COLUMN organisation_facts.code IS 'Its code.';
COMMENT ON COLUMN organisation_facts.name IS 'Its name.';
COMMENT ON COLUMN organisation_facts.kind IS 'Its kind.';
COMMENT ON COLUMN organisation_facts.path IS 'Its place in the tree of that day.';
COMMENT ON COLUMN organisation_facts.members IS 'How many members in the register stood directly in it.';
COMMENT ON COLUMN organisation_facts.full_members IS 'How many of them were full members.';

CREATE TABLE member_facts (
    county_id uuid NOT NULL,
    quarter text NOT NULL COLLATE "C",
    revision integer NOT NULL,
    membership_id uuid NOT NULL,
    person_id uuid NOT NULL,
    branch_id uuid NOT NULL,
    path text NOT NULL COLLATE "C",
    status text NOT NULL,
    category text NOT NULL,
    joined_on date NOT NULL,
    full_member_on date,
    sex text NOT NULL COLLATE "C",
    ethnicity text NOT NULL COLLATE "C",
    education text NOT NULL COLLATE "C",
    birth_date date NOT NULL,
    floating boolean NOT NULL,
    lost_contact boolean NOT NULL,
    rating_id uuid,
    stars integer,
    CONSTRAINT member_facts_pkey PRIMARY KEY (county_id, quarter, revision, membership_id),
    CONSTRAINT member_facts_revision_fkey FOREIGN KEY (county_id, quarter, revision)
        REFERENCES quarter_revisions (county_id, quarter, number) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT member_facts_path_shape CHECK (path ~ '^([0-9A-Z-]+/)+$'),
    CONSTRAINT member_facts_category_known CHECK (category IN ('full', 'probationary')),
    CONSTRAINT member_facts_full_since CHECK ((category = 'full') = (full_member_on IS NOT NULL)),
    CONSTRAINT member_facts_stars_of_rating CHECK ((rating_id IS NULL) = (stars IS NULL))
) PARTITION BY LIST (quarter);
COMMENT ON TABLE member_facts IS 'One row per member in the register on the last day of a quarter, as he was known when it was frozen. Names are joined when shown; no identifier stands here.';
COMMENT ON COLUMN member_facts.county_id IS 'The county.';
COMMENT ON COLUMN member_facts.quarter IS '2026Q1.';
COMMENT ON COLUMN member_facts.revision IS 'Number of the revision.';
COMMENT ON COLUMN member_facts.membership_id IS 'The member.';
COMMENT ON COLUMN member_facts.person_id IS 'The person.';
COMMENT ON COLUMN member_facts.branch_id IS 'His branch on that day.';
COMMENT ON COLUMN member_facts.path IS 'Path of the branch in the tree of that day.';
COMMENT ON COLUMN member_facts.status IS 'His status on that day.';
COMMENT ON COLUMN member_facts.category IS 'full or probationary on that day.';
COMMENT ON COLUMN member_facts.joined_on IS 'Day of admission.';
COMMENT ON COLUMN member_facts.full_member_on IS 'Day of becoming a full member, if it was not later.';
COMMENT ON COLUMN member_facts.sex IS 'GB/T 2261.1.';
COMMENT ON COLUMN member_facts.ethnicity IS 'GB/T 3304.';
COMMENT ON COLUMN member_facts.education IS 'GB/T 4658.';
COMMENT ON COLUMN member_facts.birth_date IS 'From which his age on that day follows.';
COMMENT ON COLUMN member_facts.floating IS 'Whether he was a floating member.';
COMMENT ON COLUMN member_facts.lost_contact IS 'Whether contact was lost.';
COMMENT ON COLUMN member_facts.rating_id IS 'His rating in the last confirmed round of the county''s primary scheme; empty: unrated.';
COMMENT ON COLUMN member_facts.stars IS 'Its stars.';

CREATE TABLE flow_facts (
    county_id uuid NOT NULL,
    quarter text NOT NULL COLLATE "C",
    revision integer NOT NULL,
    membership_id uuid NOT NULL,
    person_id uuid NOT NULL,
    kind text NOT NULL,
    day date NOT NULL,
    from_path text COLLATE "C",
    to_path text COLLATE "C",
    CONSTRAINT flow_facts_pkey PRIMARY KEY (county_id, quarter, revision, membership_id, day, kind),
    CONSTRAINT flow_facts_revision_fkey FOREIGN KEY (county_id, quarter, revision)
        REFERENCES quarter_revisions (county_id, quarter, number) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT flow_facts_kind_known CHECK (kind IN ('admitted', 'reinstated', 'transferred', 'removed', 'stopped',
        'deceased', 'became_full', 'recorded_late')),
    CONSTRAINT flow_facts_somewhere CHECK (from_path IS DISTINCT FROM to_path),
    CONSTRAINT flow_facts_arrivals CHECK (kind NOT IN ('admitted', 'reinstated', 'became_full')
        OR from_path IS NULL),
    CONSTRAINT flow_facts_departures CHECK (kind NOT IN ('removed', 'stopped', 'deceased') OR to_path IS NULL)
) PARTITION BY LIST (quarter);
COMMENT ON TABLE flow_facts IS 'What moved members in and out of the register and between branches in a quarter: one row per member, day and kind.';
COMMENT ON COLUMN flow_facts.county_id IS 'The county.';
COMMENT ON COLUMN flow_facts.quarter IS '2026Q1.';
COMMENT ON COLUMN flow_facts.revision IS 'Number of the revision.';
COMMENT ON COLUMN flow_facts.membership_id IS 'The member.';
COMMENT ON COLUMN flow_facts.person_id IS 'The person.';
COMMENT ON COLUMN flow_facts.kind IS 'What happened. transferred: out of from_path (empty: from elsewhere) into to_path (empty: to elsewhere). recorded_late: the closing of the quarter before has him in from_path, today''s records in to_path. became_full: moves nobody.';
COMMENT ON COLUMN flow_facts.day IS 'First day on which it held; of recorded_late the last day of the quarter before.';
COMMENT ON COLUMN flow_facts.from_path IS 'Path of the branch that he left, in the tree of the day before.';
COMMENT ON COLUMN flow_facts.to_path IS 'Path of the branch that he came into, in the tree of the day.';

CREATE TABLE rating_facts (
    county_id uuid NOT NULL,
    quarter text NOT NULL COLLATE "C",
    revision integer NOT NULL,
    rating_id uuid NOT NULL,
    membership_id uuid NOT NULL,
    person_id uuid NOT NULL,
    state text NOT NULL,
    path text NOT NULL COLLATE "C",
    CONSTRAINT rating_facts_pkey PRIMARY KEY (county_id, quarter, revision, rating_id),
    CONSTRAINT rating_facts_revision_fkey FOREIGN KEY (county_id, quarter, revision)
        REFERENCES quarter_revisions (county_id, quarter, number) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT rating_facts_state_known CHECK (state IN ('awaiting_review'))
) PARTITION BY LIST (quarter);
COMMENT ON TABLE rating_facts IS 'Ratings of periods that ended by the last day of a quarter and still waited for somebody when it was frozen. (The stars that count stand in member_facts.)';
COMMENT ON COLUMN rating_facts.county_id IS 'The county.';
COMMENT ON COLUMN rating_facts.quarter IS '2026Q1.';
COMMENT ON COLUMN rating_facts.revision IS 'Number of the revision.';
COMMENT ON COLUMN rating_facts.rating_id IS 'The rating.';
COMMENT ON COLUMN rating_facts.membership_id IS 'The member who is rated.';
COMMENT ON COLUMN rating_facts.person_id IS 'The person.';
COMMENT ON COLUMN rating_facts.state IS 'What it waited for.';
COMMENT ON COLUMN rating_facts.path IS 'Path of the round''s organisation.';

ALTER TABLE quarters ENABLE ROW LEVEL SECURITY;
ALTER TABLE quarters FORCE ROW LEVEL SECURITY;
ALTER TABLE quarter_revisions ENABLE ROW LEVEL SECURITY;
ALTER TABLE quarter_revisions FORCE ROW LEVEL SECURITY;
ALTER TABLE organisation_facts ENABLE ROW LEVEL SECURITY;
ALTER TABLE organisation_facts FORCE ROW LEVEL SECURITY;
ALTER TABLE member_facts ENABLE ROW LEVEL SECURITY;
ALTER TABLE member_facts FORCE ROW LEVEL SECURITY;
ALTER TABLE flow_facts ENABLE ROW LEVEL SECURITY;
ALTER TABLE flow_facts FORCE ROW LEVEL SECURITY;
ALTER TABLE rating_facts ENABLE ROW LEVEL SECURITY;
ALTER TABLE rating_facts FORCE ROW LEVEL SECURITY;
-- Everybody in the county sees which quarters are closed; only who acts for the whole county closes one.
CREATE POLICY quarters_read ON quarters FOR SELECT TO cadre_web, cadre_report
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid);
CREATE POLICY quarters_insert ON quarters FOR INSERT TO cadre_web
    WITH CHECK (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND current_setting('cadre.path_from', true) ~ '^[0-9]{6}/$');
CREATE POLICY quarters_update ON quarters FOR UPDATE TO cadre_web
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND current_setting('cadre.path_from', true) ~ '^[0-9]{6}/$');
CREATE POLICY quarter_revisions_read ON quarter_revisions FOR SELECT TO cadre_web, cadre_report
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid);
CREATE POLICY quarter_revisions_insert ON quarter_revisions FOR INSERT TO cadre_web
    WITH CHECK (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND current_setting('cadre.path_from', true) ~ '^[0-9]{6}/$');
CREATE POLICY organisation_facts_scope ON organisation_facts TO cadre_web
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND path >= current_setting('cadre.path_from', true) AND path < current_setting('cadre.path_to', true));
CREATE POLICY member_facts_scope ON member_facts TO cadre_web
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND path >= current_setting('cadre.path_from', true) AND path < current_setting('cadre.path_to', true));
CREATE POLICY flow_facts_scope ON flow_facts TO cadre_web
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND (from_path >= current_setting('cadre.path_from', true) AND from_path < current_setting('cadre.path_to', true)
            OR to_path >= current_setting('cadre.path_from', true) AND to_path < current_setting('cadre.path_to', true)));
CREATE POLICY rating_facts_scope ON rating_facts TO cadre_web
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND path >= current_setting('cadre.path_from', true) AND path < current_setting('cadre.path_to', true));
CREATE POLICY organisation_facts_report ON organisation_facts FOR SELECT TO cadre_report
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid);
CREATE POLICY member_facts_report ON member_facts FOR SELECT TO cadre_report
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid);
CREATE POLICY flow_facts_report ON flow_facts FOR SELECT TO cadre_report
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid);
CREATE POLICY rating_facts_report ON rating_facts FOR SELECT TO cadre_report
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid);
-- What is frozen is never changed: nobody but the owner of the database has UPDATE or DELETE.
GRANT SELECT, INSERT, UPDATE ON quarters TO cadre_web;
GRANT SELECT, INSERT ON quarter_revisions, organisation_facts, member_facts, flow_facts, rating_facts TO cadre_web;
GRANT SELECT ON quarters, quarter_revisions, organisation_facts, member_facts, flow_facts, rating_facts
    TO cadre_report;
