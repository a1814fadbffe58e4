CREATE TABLE memberships (
    county_id uuid NOT NULL,
    id uuid NOT NULL,
    person_id uuid NOT NULL,
    joined_on date NOT NULL,
    full_member_on date,
    from_day date NOT NULL,
    to_day date,
    arrival text NOT NULL,
    branch_id uuid NOT NULL,
    path text NOT NULL COLLATE "C",
    status text NOT NULL,
    sort_key text NOT NULL COLLATE "C",
    occupation text NOT NULL COLLATE "C",
    party_post text,
    note text,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    updated_by text NOT NULL,
    CONSTRAINT memberships_pkey PRIMARY KEY (county_id, id),
    CONSTRAINT memberships_person_fkey FOREIGN KEY (county_id, person_id) REFERENCES people (county_id, id),
    CONSTRAINT memberships_branch_fkey FOREIGN KEY (county_id, branch_id) REFERENCES organisations (county_id, id),
    CONSTRAINT memberships_no_overlap EXCLUDE USING gist
        (county_id WITH =, person_id WITH =, daterange(from_day, to_day) WITH &&),
    CONSTRAINT memberships_period CHECK (from_day <= to_day),
    CONSTRAINT memberships_from_joining CHECK (joined_on <= from_day),
    CONSTRAINT memberships_full_after_joining CHECK (full_member_on >= joined_on),
    CONSTRAINT memberships_joined_sensible CHECK (joined_on >= DATE '1921-07-01'),
    CONSTRAINT memberships_arrival_known CHECK (arrival IN ('initial', 'admitted', 'transferred_in')),
    CONSTRAINT memberships_status_known CHECK (status IN ('normal', 'watch', 'suspended_rights', 'stopped',
        'resigned_removed', 'persuaded', 'refused_removed', 'self_left', 'removed', 'expelled',
        'probation_cancelled', 'not_recognised', 'deceased', 'transferred')),
    CONSTRAINT memberships_occupation_shape CHECK (occupation ~ '^[0-9]{1,4}$'),
    CONSTRAINT memberships_party_post_length CHECK (char_length(party_post) BETWEEN 1 AND 50),
    CONSTRAINT memberships_note_length CHECK (char_length(note) BETWEEN 1 AND 500),
    CONSTRAINT memberships_version_positive CHECK (version > 0)
);
CREATE INDEX memberships_sort_idx ON memberships (county_id, sort_key, id);
CREATE INDEX memberships_path_idx ON memberships (county_id, path, sort_key, id);
CREATE INDEX memberships_person_idx ON memberships (county_id, person_id);
CREATE INDEX memberships_branch_idx ON memberships (county_id, branch_id, sort_key, id);
CREATE INDEX memberships_joined_idx ON memberships (county_id, joined_on, id);
COMMENT ON TABLE memberships IS 'A member: one spell of Party membership of one person. Branch, status and path repeat the latest dated fact, so that lists need no history.';
COMMENT ON COLUMN memberships.county_id IS 'The county that owns the row.';
COMMENT ON COLUMN memberships.id IS 'UUIDv7, given by the application; the id of the member.';
COMMENT ON COLUMN memberships.person_id IS 'Whose membership it is.';
COMMENT ON COLUMN memberships.joined_on IS 'Day on which the branch meeting admitted him.';
COMMENT ON COLUMN memberships.full_member_on IS 'Day on which he became a full member; empty: probationary. Party age counts from here (Constitution, article 7).';
COMMENT ON COLUMN memberships.from_day IS 'First day in this county''s register.';
COMMENT ON COLUMN memberships.to_day IS 'First day on which he is for good out of the register; empty: still in it, or stopped.';
COMMENT ON COLUMN memberships.arrival IS 'How he came into the register: initial, admitted or transferred_in.';
COMMENT ON COLUMN memberships.branch_id IS 'Latest branch.';
COMMENT ON COLUMN memberships.path IS 'Path of the latest branch.';
COMMENT ON COLUMN memberships.status IS 'Latest status.';
COMMENT ON COLUMN memberships.sort_key IS 'Pinyin of the person''s name: the order of lists.';
COMMENT ON COLUMN memberships.occupation IS 'Code of the Party statistics'' post list.';
COMMENT ON COLUMN memberships.party_post IS 'Post inside the Party organisation.';
COMMENT ON COLUMN memberships.note IS 'Free text.';
COMMENT ON COLUMN memberships.version IS 'Rises by one with every change of the member or the person; the ETag.';
COMMENT ON COLUMN memberships.created_at IS 'When the row was made.';
COMMENT ON COLUMN memberships.updated_at IS 'When it was last changed.';
COMMENT ON COLUMN memberships.updated_by IS 'Who changed it last: shown to the loser of a race.';

CREATE TABLE branch_memberships (
    county_id uuid NOT NULL,
    membership_id uuid NOT NULL,
    branch_id uuid NOT NULL,
    from_day date NOT NULL,
    to_day date,
    CONSTRAINT branch_memberships_pkey PRIMARY KEY (county_id, membership_id, from_day),
    CONSTRAINT branch_memberships_membership_fkey FOREIGN KEY (county_id, membership_id)
        REFERENCES memberships (county_id, id),
    CONSTRAINT branch_memberships_branch_fkey FOREIGN KEY (county_id, branch_id)
        REFERENCES organisations (county_id, id),
    CONSTRAINT branch_memberships_period CHECK (from_day < to_day),
    CONSTRAINT branch_memberships_no_overlap EXCLUDE USING gist
        (county_id WITH =, membership_id WITH =, daterange(from_day, to_day) WITH &&)
);
CREATE INDEX branch_memberships_branch_idx ON branch_memberships (county_id, branch_id);
COMMENT ON TABLE branch_memberships IS 'Which branch a member belonged to, day by day.';
COMMENT ON COLUMN branch_memberships.county_id IS 'The county that owns the row.';
COMMENT ON COLUMN branch_memberships.membership_id IS 'The member.';
COMMENT ON COLUMN branch_memberships.branch_id IS 'The branch.';
COMMENT ON COLUMN branch_memberships.from_day IS 'First day.';
COMMENT ON COLUMN branch_memberships.to_day IS 'First day in another branch; empty: still here.';

CREATE TABLE membership_statuses (
    county_id uuid NOT NULL,
    membership_id uuid NOT NULL,
    status text NOT NULL,
    reason text,
    from_day date NOT NULL,
    to_day date,
    CONSTRAINT membership_statuses_pkey PRIMARY KEY (county_id, membership_id, from_day),
    CONSTRAINT membership_statuses_membership_fkey FOREIGN KEY (county_id, membership_id)
        REFERENCES memberships (county_id, id),
    CONSTRAINT membership_statuses_status_known CHECK (status IN ('normal', 'watch', 'suspended_rights', 'stopped',
        'resigned_removed', 'persuaded', 'refused_removed', 'self_left', 'removed', 'expelled',
        'probation_cancelled', 'not_recognised', 'deceased', 'transferred')),
    CONSTRAINT membership_statuses_reason_length CHECK (char_length(reason) BETWEEN 1 AND 500),
    CONSTRAINT membership_statuses_period CHECK (from_day < to_day),
    CONSTRAINT membership_statuses_no_overlap EXCLUDE USING gist
        (county_id WITH =, membership_id WITH =, daterange(from_day, to_day) WITH &&)
);
COMMENT ON TABLE membership_statuses IS 'The status of a member, day by day (data/party_membership_status.csv).';
COMMENT ON COLUMN membership_statuses.county_id IS 'The county that owns the row.';
COMMENT ON COLUMN membership_statuses.membership_id IS 'The member.';
COMMENT ON COLUMN membership_statuses.status IS 'Code of the status.';
COMMENT ON COLUMN membership_statuses.reason IS 'Why.';
COMMENT ON COLUMN membership_statuses.from_day IS 'First day.';
COMMENT ON COLUMN membership_statuses.to_day IS 'First day in another status; empty: still this one.';

CREATE TABLE membership_absences (
    county_id uuid NOT NULL,
    membership_id uuid NOT NULL,
    kind text NOT NULL,
    destination text,
    from_day date NOT NULL,
    to_day date,
    CONSTRAINT membership_absences_pkey PRIMARY KEY (county_id, membership_id, kind, from_day),
    CONSTRAINT membership_absences_membership_fkey FOREIGN KEY (county_id, membership_id)
        REFERENCES memberships (county_id, id),
    CONSTRAINT membership_absences_kind_known CHECK (kind IN ('floating', 'lost_contact')),
    CONSTRAINT membership_absences_destination_of_floating CHECK (destination IS NULL OR kind = 'floating'),
    CONSTRAINT membership_absences_destination_length CHECK (char_length(destination) BETWEEN 1 AND 100),
    CONSTRAINT membership_absences_period CHECK (from_day < to_day),
    CONSTRAINT membership_absences_no_overlap EXCLUDE USING gist
        (county_id WITH =, membership_id WITH =, kind WITH =, daterange(from_day, to_day) WITH &&)
);
COMMENT ON TABLE membership_absences IS 'When a member was floating (Regulation on education and management of members, articles 25 and 32) or out of contact (article 24).';
COMMENT ON COLUMN membership_absences.county_id IS 'The county that owns the row.';
COMMENT ON COLUMN membership_absences.membership_id IS 'The member.';
COMMENT ON COLUMN membership_absences.kind IS 'floating or lost_contact.';
COMMENT ON COLUMN membership_absences.destination IS 'Where a floating member went.';
COMMENT ON COLUMN membership_absences.from_day IS 'First day.';
COMMENT ON COLUMN membership_absences.to_day IS 'First day on which it no longer holds; empty: it still holds.';

CREATE TABLE member_search_keys (
    county_id uuid NOT NULL,
    key text NOT NULL COLLATE "C",
    membership_id uuid NOT NULL,
    path text NOT NULL COLLATE "C",
    CONSTRAINT member_search_keys_pkey PRIMARY KEY (county_id, membership_id, key),
    CONSTRAINT member_search_keys_membership_fkey FOREIGN KEY (county_id, membership_id)
        REFERENCES memberships (county_id, id),
    CONSTRAINT member_search_keys_key_length CHECK (char_length(key) BETWEEN 1 AND 400)
);
CREATE INDEX member_search_keys_key_idx ON member_search_keys (county_id, key, membership_id, path);
COMMENT ON TABLE member_search_keys IS 'Name, pinyin and initials of each member, found by prefix: comparisons that may use an index under row-level security.';
COMMENT ON COLUMN member_search_keys.county_id IS 'The county that owns the row.';
COMMENT ON COLUMN member_search_keys.key IS 'Lower-case key without spaces.';
COMMENT ON COLUMN member_search_keys.membership_id IS 'The member.';
COMMENT ON COLUMN member_search_keys.path IS 'Path of the member''s branch.';

CREATE TABLE transfers (
    county_id uuid NOT NULL,
    id uuid NOT NULL,
    membership_id uuid NOT NULL,
    from_branch_id uuid NOT NULL,
    from_path text NOT NULL COLLATE "C",
    to_branch_id uuid NOT NULL,
    to_path text NOT NULL COLLATE "C",
    on_day date NOT NULL,
    letter_number text,
    state text NOT NULL,
    reason text,
    proposed_by text NOT NULL,
    decided_by text,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT transfers_pkey PRIMARY KEY (county_id, id),
    CONSTRAINT transfers_membership_fkey FOREIGN KEY (county_id, membership_id)
        REFERENCES memberships (county_id, id),
    CONSTRAINT transfers_from_branch_fkey FOREIGN KEY (county_id, from_branch_id)
        REFERENCES organisations (county_id, id),
    CONSTRAINT transfers_to_branch_fkey FOREIGN KEY (county_id, to_branch_id) REFERENCES organisations (county_id, id),
    CONSTRAINT transfers_elsewhere CHECK (from_branch_id <> to_branch_id),
    CONSTRAINT transfers_state_known CHECK (state IN ('pending', 'accepted', 'refused', 'withdrawn')),
    CONSTRAINT transfers_decided CHECK ((state = 'pending') = (decided_by IS NULL)),
    CONSTRAINT transfers_letter_number_length CHECK (char_length(letter_number) BETWEEN 1 AND 50),
    CONSTRAINT transfers_reason_length CHECK (char_length(reason) BETWEEN 1 AND 500)
);
CREATE UNIQUE INDEX transfers_one_pending_key ON transfers (county_id, membership_id) WHERE state = 'pending';
CREATE INDEX transfers_membership_idx ON transfers (county_id, membership_id);
CREATE INDEX transfers_from_idx ON transfers (county_id, from_branch_id, state);
CREATE INDEX transfers_to_idx ON transfers (county_id, to_branch_id, state);
COMMENT ON TABLE transfers IS 'Moves of a member between branches of the county: proposed by one side, accepted by the other; until then he belongs to the old branch (Regulation on education and management of members, article 25).';
COMMENT ON COLUMN transfers.county_id IS 'The county that owns the row.';
COMMENT ON COLUMN transfers.id IS 'UUIDv7, given by the application.';
COMMENT ON COLUMN transfers.membership_id IS 'The member.';
COMMENT ON COLUMN transfers.from_branch_id IS 'The old branch.';
COMMENT ON COLUMN transfers.from_path IS 'Its path.';
COMMENT ON COLUMN transfers.to_branch_id IS 'The new branch.';
COMMENT ON COLUMN transfers.to_path IS 'Its path.';
COMMENT ON COLUMN transfers.on_day IS 'First day in the new branch, once accepted.';
COMMENT ON COLUMN transfers.letter_number IS 'Number of the letter of introduction.';
COMMENT ON COLUMN transfers.state IS 'pending, accepted, refused or withdrawn.';
COMMENT ON COLUMN transfers.reason IS 'Why it was refused or withdrawn.';
COMMENT ON COLUMN transfers.proposed_by IS 'User name of the proposer.';
COMMENT ON COLUMN transfers.decided_by IS 'User name of who decided.';
COMMENT ON COLUMN transfers.version IS 'Rises by one with every change.';
COMMENT ON COLUMN transfers.created_at IS 'When it was proposed.';
COMMENT ON COLUMN transfers.updated_at IS 'When it was last changed.';

ALTER TABLE memberships ENABLE ROW LEVEL SECURITY;
ALTER TABLE memberships FORCE ROW LEVEL SECURITY;
ALTER TABLE branch_memberships ENABLE ROW LEVEL SECURITY;
ALTER TABLE branch_memberships FORCE ROW LEVEL SECURITY;
ALTER TABLE membership_statuses ENABLE ROW LEVEL SECURITY;
ALTER TABLE membership_statuses FORCE ROW LEVEL SECURITY;
ALTER TABLE membership_absences ENABLE ROW LEVEL SECURITY;
ALTER TABLE membership_absences FORCE ROW LEVEL SECURITY;
ALTER TABLE member_search_keys ENABLE ROW LEVEL SECURITY;
ALTER TABLE member_search_keys FORCE ROW LEVEL SECURITY;
ALTER TABLE transfers ENABLE ROW LEVEL SECURITY;
ALTER TABLE transfers FORCE ROW LEVEL SECURITY;
CREATE POLICY memberships_scope ON memberships TO cadre_web
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND path >= current_setting('cadre.path_from', true) AND path < current_setting('cadre.path_to', true));
CREATE POLICY member_search_keys_scope ON member_search_keys TO cadre_web
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND path >= current_setting('cadre.path_from', true) AND path < current_setting('cadre.path_to', true));
CREATE POLICY transfers_scope ON transfers TO cadre_web
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND (from_path >= current_setting('cadre.path_from', true) AND from_path < current_setting('cadre.path_to', true)
            OR to_path >= current_setting('cadre.path_from', true) AND to_path < current_setting('cadre.path_to', true)));
CREATE POLICY branch_memberships_scope ON branch_memberships TO cadre_web
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND EXISTS (SELECT FROM memberships m
            WHERE m.county_id = branch_memberships.county_id AND m.id = branch_memberships.membership_id));
CREATE POLICY membership_statuses_scope ON membership_statuses TO cadre_web
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND EXISTS (SELECT FROM memberships m
            WHERE m.county_id = membership_statuses.county_id AND m.id = membership_statuses.membership_id));
CREATE POLICY membership_absences_scope ON membership_absences TO cadre_web
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND EXISTS (SELECT FROM memberships m
            WHERE m.county_id = membership_absences.county_id AND m.id = membership_absences.membership_id));
CREATE POLICY memberships_report ON memberships FOR SELECT TO cadre_report
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid);
CREATE POLICY branch_memberships_report ON branch_memberships FOR SELECT TO cadre_report
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid);
CREATE POLICY membership_statuses_report ON membership_statuses FOR SELECT TO cadre_report
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid);
CREATE POLICY membership_absences_report ON membership_absences FOR SELECT TO cadre_report
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid);
CREATE POLICY transfers_report ON transfers FOR SELECT TO cadre_report
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid);
GRANT SELECT, INSERT, UPDATE ON memberships, branch_memberships, membership_statuses, membership_absences, transfers
    TO cadre_web;
GRANT SELECT, INSERT, UPDATE, DELETE ON member_search_keys TO cadre_web;
GRANT SELECT ON memberships, branch_memberships, membership_statuses, membership_absences, transfers TO cadre_report;
