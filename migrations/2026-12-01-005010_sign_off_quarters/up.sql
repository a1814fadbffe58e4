CREATE TABLE quarter_settings (
    county_id uuid NOT NULL,
    id uuid NOT NULL,
    from_day date NOT NULL,
    to_day date,
    village_days integer NOT NULL,
    town_days integer NOT NULL,
    county_days integer NOT NULL,
    villages_sign boolean NOT NULL,
    towns_must_sign boolean NOT NULL,
    source text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by text NOT NULL,
    CONSTRAINT quarter_settings_pkey PRIMARY KEY (county_id, id),
    CONSTRAINT quarter_settings_county_fkey FOREIGN KEY (county_id) REFERENCES counties (id),
    CONSTRAINT quarter_settings_period CHECK (from_day < to_day),
    CONSTRAINT quarter_settings_days_in_order CHECK (1 <= village_days AND village_days <= town_days
        AND town_days <= county_days AND county_days <= 90),
    CONSTRAINT quarter_settings_source_filled CHECK (char_length(source) BETWEEN 1 AND 200),
    CONSTRAINT quarter_settings_no_overlap EXCLUDE USING gist
        (county_id WITH =, daterange(from_day, to_day) WITH &&)
);
COMMENT ON TABLE quarter_settings IS 'When and by whom quarters are signed off, otherwise than `data/quarter_settings.csv` says: one row per version, never edited.';
COMMENT ON COLUMN quarter_settings.county_id IS 'The county that owns the row.';
COMMENT ON COLUMN quarter_settings.id IS 'UUIDv7, given by the application.';
COMMENT ON COLUMN quarter_settings.from_day IS 'First day in force: what holds on the last day of a quarter holds for it.';
COMMENT ON COLUMN quarter_settings.to_day IS 'First day no longer in force; empty: still in force.';
COMMENT ON COLUMN quarter_settings.village_days IS 'So many days after the end of a quarter villages have signed.';
COMMENT ON COLUMN quarter_settings.town_days IS 'So many days after the end of a quarter towns have signed.';
COMMENT ON COLUMN quarter_settings.county_days IS 'So many days after the end of a quarter the county has closed it.';
COMMENT ON COLUMN quarter_settings.villages_sign IS 'Whether villages and communities sign too.';
COMMENT ON COLUMN quarter_settings.towns_must_sign IS 'Whether the county is closed only when every town has signed.';
COMMENT ON COLUMN quarter_settings.source IS 'The decision that it rests on.';
COMMENT ON COLUMN quarter_settings.created_at IS 'When it was entered.';
COMMENT ON COLUMN quarter_settings.created_by IS 'Who entered it.';

CREATE TABLE quarter_sign_offs (
    county_id uuid NOT NULL,
    id uuid NOT NULL,
    quarter text NOT NULL COLLATE "C",
    organisation_id uuid NOT NULL,
    path text NOT NULL COLLATE "C",
    signed_by text NOT NULL,
    signed_for text NOT NULL COLLATE "C",
    signed_at timestamptz NOT NULL,
    open_items integer NOT NULL,
    unsigned_below integer NOT NULL,
    note text,
    withdrawn_by text,
    withdrawn_at timestamptz,
    reason text,
    CONSTRAINT quarter_sign_offs_pkey PRIMARY KEY (county_id, id),
    CONSTRAINT quarter_sign_offs_organisation_fkey FOREIGN KEY (county_id, organisation_id)
        REFERENCES organisations (county_id, id),
    CONSTRAINT quarter_sign_offs_quarter_shape CHECK (quarter ~ '^(19|20|21)[0-9]{2}Q[1-4]$'),
    CONSTRAINT quarter_sign_offs_counts_not_negative CHECK (open_items >= 0 AND unsigned_below >= 0),
    CONSTRAINT quarter_sign_offs_note_length CHECK (char_length(note) BETWEEN 2 AND 500),
    CONSTRAINT quarter_sign_offs_noted_when_open CHECK (open_items = 0 AND unsigned_below = 0 OR note IS NOT NULL),
    CONSTRAINT quarter_sign_offs_reason_length CHECK (char_length(reason) BETWEEN 2 AND 500),
    CONSTRAINT quarter_sign_offs_withdrawal_told CHECK ((withdrawn_by IS NULL) = (withdrawn_at IS NULL)
        AND (withdrawn_by IS NULL) = (reason IS NULL)),
    CONSTRAINT quarter_sign_offs_withdrawn_later CHECK (signed_at <= withdrawn_at)
);
CREATE UNIQUE INDEX quarter_sign_offs_one_stands_key ON quarter_sign_offs (county_id, quarter, organisation_id)
    WHERE withdrawn_at IS NULL;
CREATE INDEX quarter_sign_offs_organisation_idx ON quarter_sign_offs (county_id, organisation_id, quarter);
CREATE INDEX quarter_sign_offs_path_idx ON quarter_sign_offs (county_id, quarter, path);
COMMENT ON TABLE quarter_sign_offs IS 'Towns and villages that signed off their quarter upward, also those who took it back.';
COMMENT ON COLUMN quarter_sign_offs.county_id IS 'The county that owns the row.';
COMMENT ON COLUMN quarter_sign_offs.id IS 'UUIDv7, given by the application.';
COMMENT ON COLUMN quarter_sign_offs.quarter IS '2026Q1.';
COMMENT ON COLUMN quarter_sign_offs.organisation_id IS 'The town or village.';
COMMENT ON COLUMN quarter_sign_offs.path IS 'Its place in the tree.';
COMMENT ON COLUMN quarter_sign_offs.signed_by IS 'User name of who signed.';
COMMENT ON COLUMN quarter_sign_offs.signed_for IS 'Code of the organisation that he acts for: the unit itself, or the town that signs for its village.';
COMMENT ON COLUMN quarter_sign_offs.signed_at IS 'When.';
COMMENT ON COLUMN quarter_sign_offs.open_items IS 'How much still stood open in the unit when it was signed.';
COMMENT ON COLUMN quarter_sign_offs.unsigned_below IS 'How many villages below had not signed then, where villages sign.';
COMMENT ON COLUMN quarter_sign_offs.note IS 'Why it was signed with something open.';
COMMENT ON COLUMN quarter_sign_offs.withdrawn_by IS 'User name of who took it back; empty while it stands.';
COMMENT ON COLUMN quarter_sign_offs.withdrawn_at IS 'When.';
COMMENT ON COLUMN quarter_sign_offs.reason IS 'Why it was taken back.';

ALTER TABLE quarter_settings ENABLE ROW LEVEL SECURITY;
ALTER TABLE quarter_settings FORCE ROW LEVEL SECURITY;
ALTER TABLE quarter_sign_offs ENABLE ROW LEVEL SECURITY;
ALTER TABLE quarter_sign_offs FORCE ROW LEVEL SECURITY;
-- Everybody in the county reads when quarters are due; only who acts for the whole county sets it.
CREATE POLICY quarter_settings_read ON quarter_settings FOR SELECT TO cadre_web, cadre_report
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid);
CREATE POLICY quarter_settings_insert ON quarter_settings FOR INSERT TO cadre_web
    WITH CHECK (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND current_setting('cadre.path_from', true) ~ '^[0-9]{6}/$');
CREATE POLICY quarter_settings_update ON quarter_settings FOR UPDATE TO cadre_web
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND current_setting('cadre.path_from', true) ~ '^[0-9]{6}/$');
CREATE POLICY quarter_sign_offs_scope ON quarter_sign_offs TO cadre_web
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND path >= current_setting('cadre.path_from', true) AND path < current_setting('cadre.path_to', true));
CREATE POLICY quarter_sign_offs_report ON quarter_sign_offs FOR SELECT TO cadre_report
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid);
GRANT SELECT, INSERT, UPDATE ON quarter_settings, quarter_sign_offs TO cadre_web;
GRANT SELECT ON quarter_settings, quarter_sign_offs TO cadre_report;
