CREATE TABLE slates (
    county_id uuid NOT NULL,
    id uuid NOT NULL,
    village_id uuid NOT NULL,
    path text NOT NULL COLLATE "C",
    maker_path text NOT NULL COLLATE "C",
    ordinal integer NOT NULL,
    from_day date NOT NULL,
    name text NOT NULL,
    state text NOT NULL DEFAULT 'draft',
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by text NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now(),
    updated_by text NOT NULL,
    CONSTRAINT slates_pkey PRIMARY KEY (county_id, id),
    CONSTRAINT slates_village_fkey FOREIGN KEY (county_id, village_id) REFERENCES organisations (county_id, id),
    CONSTRAINT slates_path_shape CHECK (path ~ '^([0-9A-Z-]+/)+$'),
    CONSTRAINT slates_maker_above CHECK (starts_with(path, maker_path)),
    CONSTRAINT slates_ordinal_sensible CHECK (ordinal BETWEEN 1 AND 99),
    CONSTRAINT slates_name_length CHECK (char_length(name) BETWEEN 1 AND 50),
    CONSTRAINT slates_state_known CHECK (state IN ('draft', 'settled', 'dropped')),
    CONSTRAINT slates_version_positive CHECK (version > 0),
    CONSTRAINT slates_name_key UNIQUE (county_id, village_id, ordinal, maker_path, name)
);
CREATE INDEX slates_path_idx ON slates (county_id, path, id);
COMMENT ON TABLE slates IS 'Proposed teams of villages: who might sit in the committees of a term to come.';
COMMENT ON COLUMN slates.county_id IS 'The county that owns the row.';
COMMENT ON COLUMN slates.id IS 'UUIDv7, given by the application.';
COMMENT ON COLUMN slates.village_id IS 'The village or community.';
COMMENT ON COLUMN slates.path IS 'Path of that village.';
COMMENT ON COLUMN slates.maker_path IS 'Path of the organisation that made it: it and those above it see the slate, nobody below.';
COMMENT ON COLUMN slates.ordinal IS 'Which term it is proposed for.';
COMMENT ON COLUMN slates.from_day IS 'The day on which that term would begin: ages and rules are those of that day.';
COMMENT ON COLUMN slates.name IS 'What tells it from other slates of the same term.';
COMMENT ON COLUMN slates.state IS 'draft, settled or dropped.';
COMMENT ON COLUMN slates.version IS 'Rises with every change; the ETag.';
COMMENT ON COLUMN slates.created_at IS 'When it was made.';
COMMENT ON COLUMN slates.created_by IS 'Who made it.';
COMMENT ON COLUMN slates.updated_at IS 'When it was changed last.';
COMMENT ON COLUMN slates.updated_by IS 'Who changed it last.';

CREATE TABLE slate_seats (
    county_id uuid NOT NULL,
    slate_id uuid NOT NULL,
    place integer NOT NULL,
    committee_kind text NOT NULL,
    post text NOT NULL COLLATE "C",
    person_id uuid NOT NULL,
    sources text NOT NULL DEFAULT '' COLLATE "C",
    CONSTRAINT slate_seats_pkey PRIMARY KEY (county_id, slate_id, place),
    CONSTRAINT slate_seats_slate_fkey FOREIGN KEY (county_id, slate_id) REFERENCES slates (county_id, id),
    CONSTRAINT slate_seats_person_fkey FOREIGN KEY (county_id, person_id) REFERENCES people (county_id, id),
    CONSTRAINT slate_seats_place_positive CHECK (place > 0),
    CONSTRAINT slate_seats_committee_kind_known
        CHECK (committee_kind IN ('village_party', 'village_committee', 'supervision_committee')),
    CONSTRAINT slate_seats_sources_shape CHECK (sources ~ '^([a-z][a-z0-9_]{1,49}( [a-z][a-z0-9_]{1,49})*)?$'),
    CONSTRAINT slate_seats_post_shape CHECK (post ~ '^[a-z][a-z0-9_]{1,49}$')
);
CREATE INDEX slate_seats_person_idx ON slate_seats (county_id, person_id);
COMMENT ON TABLE slate_seats IS 'Who is proposed for which post. What the rules refuse may stand here: it is shown, not forbidden.';
COMMENT ON COLUMN slate_seats.county_id IS 'The county that owns the row.';
COMMENT ON COLUMN slate_seats.slate_id IS 'The slate.';
COMMENT ON COLUMN slate_seats.place IS 'The order in which they were put down.';
COMMENT ON COLUMN slate_seats.committee_kind IS 'Which committee.';
COMMENT ON COLUMN slate_seats.post IS 'The post.';
COMMENT ON COLUMN slate_seats.person_id IS 'Who is proposed.';
COMMENT ON COLUMN slate_seats.sources IS 'Codes of the vocabulary list `committee_source`, one space between them; empty: as on record.';

ALTER TABLE slates ENABLE ROW LEVEL SECURITY;
ALTER TABLE slates FORCE ROW LEVEL SECURITY;
ALTER TABLE slate_seats ENABLE ROW LEVEL SECURITY;
ALTER TABLE slate_seats FORCE ROW LEVEL SECURITY;
-- A draft is seen by whoever made it and above, so that what a county considers is not read in the town.
CREATE POLICY slates_scope ON slates TO cadre_web
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND path >= current_setting('cadre.path_from', true) AND path < current_setting('cadre.path_to', true)
        AND maker_path >= current_setting('cadre.path_from', true)
        AND maker_path < current_setting('cadre.path_to', true));
CREATE POLICY slate_seats_scope ON slate_seats TO cadre_web
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND EXISTS (SELECT FROM slates s
            WHERE s.county_id = slate_seats.county_id AND s.id = slate_seats.slate_id));
GRANT SELECT, INSERT, UPDATE ON slates TO cadre_web;
GRANT SELECT, INSERT, DELETE ON slate_seats TO cadre_web;
