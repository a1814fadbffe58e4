CREATE TABLE counties (
    id uuid NOT NULL,
    code text NOT NULL COLLATE "C",
    name text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT counties_pkey PRIMARY KEY (id),
    CONSTRAINT counties_code_key UNIQUE (code),
    CONSTRAINT counties_code_shape CHECK (code ~ '^[0-9]{6}$'),
    CONSTRAINT counties_name_filled CHECK (char_length(name) BETWEEN 1 AND 100)
);
COMMENT ON TABLE counties IS 'A county: the owner of every other record, and the unit by which a province can be split.';
COMMENT ON COLUMN counties.id IS 'UUIDv7, given by the application; `county_id` everywhere else.';
COMMENT ON COLUMN counties.code IS 'The six-digit statistical code of the county.';
COMMENT ON COLUMN counties.name IS 'Its Chinese name.';
COMMENT ON COLUMN counties.created_at IS 'When it was loaded.';

CREATE TABLE organisations (
    county_id uuid NOT NULL,
    id uuid NOT NULL,
    code text NOT NULL COLLATE "C",
    name text NOT NULL,
    kind text NOT NULL,
    pinyin text NOT NULL COLLATE "C",
    initials text NOT NULL COLLATE "C",
    parent_id uuid,
    path text NOT NULL COLLATE "C",
    founded_on date,
    dissolved_on date,
    credit_code text COLLATE "C",
    telephone text COLLATE "C",
    note text,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT organisations_pkey PRIMARY KEY (county_id, id),
    CONSTRAINT organisations_code_key UNIQUE (county_id, code),
    CONSTRAINT organisations_path_key UNIQUE (county_id, path),
    CONSTRAINT organisations_county_fkey FOREIGN KEY (county_id) REFERENCES counties (id),
    CONSTRAINT organisations_parent_fkey FOREIGN KEY (county_id, parent_id) REFERENCES organisations (county_id, id),
    CONSTRAINT organisations_code_shape CHECK (code ~ '^[0-9]{6}([0-9]{3}([0-9]{3})?)?(-[A-Z0-9]{1,8})?$'),
    CONSTRAINT organisations_kind_known CHECK (kind IN ('county', 'street', 'town', 'township', 'village', 'community',
        'party_committee', 'general_branch', 'branch', 'group', 'leading_group')),
    CONSTRAINT organisations_name_filled CHECK (char_length(name) BETWEEN 1 AND 100),
    CONSTRAINT organisations_path_shape CHECK (path ~ '^([0-9A-Z-]+/)+$'),
    CONSTRAINT organisations_root_is_county CHECK ((parent_id IS NULL) = (kind = 'county')),
    CONSTRAINT organisations_dissolved_after_founded CHECK (dissolved_on >= founded_on),
    CONSTRAINT organisations_version_positive CHECK (version > 0)
);
CREATE INDEX organisations_parent_idx ON organisations (county_id, parent_id);
CREATE INDEX organisations_pinyin_idx ON organisations (county_id, pinyin);
COMMENT ON TABLE organisations IS 'One tree of divisions (county, town, village) and the Party organisations below or beside them.';
COMMENT ON COLUMN organisations.county_id IS 'The county that owns the row.';
COMMENT ON COLUMN organisations.id IS 'UUIDv7, given by the application.';
COMMENT ON COLUMN organisations.code IS 'Statistical code of a division (6, 9 or 12 digits); a Party organisation adds a hyphen and 1–8 capitals or digits.';
COMMENT ON COLUMN organisations.name IS 'Its Chinese name.';
COMMENT ON COLUMN organisations.kind IS 'vocabulary list `organisation_kind`.';
COMMENT ON COLUMN organisations.pinyin IS 'Pinyin of the name without spaces, for sorting and finding.';
COMMENT ON COLUMN organisations.initials IS 'Initials of the pinyin, for finding.';
COMMENT ON COLUMN organisations.parent_id IS 'The organisation above today; its history stands in organisation_parents.';
COMMENT ON COLUMN organisations.path IS 'Codes from the county down to this one, each closed by a slash: a subtree is one range of this column.';
COMMENT ON COLUMN organisations.founded_on IS 'First day of existence; empty where it was always there.';
COMMENT ON COLUMN organisations.dissolved_on IS 'First day on which it no longer exists.';
COMMENT ON COLUMN organisations.credit_code IS 'Unified social credit code (GB 32100-2015).';
COMMENT ON COLUMN organisations.telephone IS 'Office telephone of the organisation.';
COMMENT ON COLUMN organisations.note IS 'Free text.';
COMMENT ON COLUMN organisations.version IS 'Rises by one with every change; the ETag.';
COMMENT ON COLUMN organisations.created_at IS 'When the row was made.';
COMMENT ON COLUMN organisations.updated_at IS 'When it was last changed.';

CREATE TABLE organisation_parents (
    county_id uuid NOT NULL,
    organisation_id uuid NOT NULL,
    parent_id uuid NOT NULL,
    from_day date NOT NULL,
    to_day date,
    CONSTRAINT organisation_parents_pkey PRIMARY KEY (county_id, organisation_id, from_day),
    CONSTRAINT organisation_parents_organisation_fkey FOREIGN KEY (county_id, organisation_id)
        REFERENCES organisations (county_id, id),
    CONSTRAINT organisation_parents_parent_fkey FOREIGN KEY (county_id, parent_id)
        REFERENCES organisations (county_id, id),
    CONSTRAINT organisation_parents_not_itself CHECK (organisation_id <> parent_id),
    CONSTRAINT organisation_parents_period CHECK (from_day < to_day),
    CONSTRAINT organisation_parents_no_overlap EXCLUDE USING gist
        (county_id WITH =, organisation_id WITH =, daterange(from_day, to_day) WITH &&)
);
CREATE INDEX organisation_parents_parent_idx ON organisation_parents (county_id, parent_id);
COMMENT ON TABLE organisation_parents IS 'Which organisation stood above which, day by day: the tree of any date.';
COMMENT ON COLUMN organisation_parents.county_id IS 'The county that owns the row.';
COMMENT ON COLUMN organisation_parents.organisation_id IS 'The lower organisation.';
COMMENT ON COLUMN organisation_parents.parent_id IS 'The organisation above it.';
COMMENT ON COLUMN organisation_parents.from_day IS 'First day.';
COMMENT ON COLUMN organisation_parents.to_day IS 'First day on which it no longer holds; empty: it still holds.';

ALTER TABLE organisations ENABLE ROW LEVEL SECURITY;
ALTER TABLE organisations FORCE ROW LEVEL SECURITY;
ALTER TABLE organisation_parents ENABLE ROW LEVEL SECURITY;
ALTER TABLE organisation_parents FORCE ROW LEVEL SECURITY;
-- The tree itself is no secret inside a county: a clerk must name another branch to propose a transfer to it.
CREATE POLICY organisations_read ON organisations FOR SELECT TO cadre_web, cadre_report
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid);
CREATE POLICY organisations_insert ON organisations FOR INSERT TO cadre_web
    WITH CHECK (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND path >= current_setting('cadre.path_from', true) AND path < current_setting('cadre.path_to', true));
CREATE POLICY organisations_update ON organisations FOR UPDATE TO cadre_web
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND path >= current_setting('cadre.path_from', true) AND path < current_setting('cadre.path_to', true));
CREATE POLICY organisation_parents_read ON organisation_parents FOR SELECT TO cadre_web, cadre_report
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid);
CREATE POLICY organisation_parents_write ON organisation_parents FOR INSERT TO cadre_web
    WITH CHECK (county_id = nullif(current_setting('cadre.county', true), '')::uuid AND EXISTS (
        SELECT FROM organisations o WHERE o.county_id = organisation_parents.county_id
            AND o.id = organisation_parents.organisation_id
            AND o.path >= current_setting('cadre.path_from', true) AND o.path < current_setting('cadre.path_to', true)));
GRANT SELECT ON counties TO cadre_web, cadre_report;
GRANT SELECT, INSERT, UPDATE ON organisations TO cadre_web;
GRANT SELECT, INSERT ON organisation_parents TO cadre_web;
GRANT SELECT ON organisations, organisation_parents TO cadre_report;
