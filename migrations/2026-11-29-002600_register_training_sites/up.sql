CREATE TABLE training_sites (
    county_id uuid NOT NULL,
    id uuid NOT NULL,
    name text NOT NULL,
    organisation_id uuid NOT NULL,
    capacity integer NOT NULL,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by text NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now(),
    updated_by text NOT NULL,
    CONSTRAINT training_sites_pkey PRIMARY KEY (county_id, id),
    CONSTRAINT training_sites_name_key UNIQUE (county_id, name),
    CONSTRAINT training_sites_organisation_fkey FOREIGN KEY (county_id, organisation_id)
        REFERENCES organisations (county_id, id),
    CONSTRAINT training_sites_name_length CHECK (char_length(name) BETWEEN 1 AND 100),
    CONSTRAINT training_sites_capacity_sensible CHECK (capacity BETWEEN 1 AND 100000),
    CONSTRAINT training_sites_version_positive CHECK (version > 0)
);
CREATE INDEX training_sites_organisation_idx ON training_sites (county_id, organisation_id);
COMMENT ON TABLE training_sites IS 'Places where classes are held, known by the name that classes give as their site: where they stand and how many people they take at one time.';
COMMENT ON COLUMN training_sites.county_id IS 'The county that owns the row.';
COMMENT ON COLUMN training_sites.id IS 'UUIDv7, given by the application.';
COMMENT ON COLUMN training_sites.name IS 'The name that classes give as their site.';
COMMENT ON COLUMN training_sites.organisation_id IS 'Where it stands: ways are counted to it.';
COMMENT ON COLUMN training_sites.capacity IS 'People it takes on one day over all its classes.';
COMMENT ON COLUMN training_sites.version IS 'Rises by one with every change.';
COMMENT ON COLUMN training_sites.created_at IS 'When it was entered.';
COMMENT ON COLUMN training_sites.created_by IS 'Who entered it.';
COMMENT ON COLUMN training_sites.updated_at IS 'When it was last changed.';
COMMENT ON COLUMN training_sites.updated_by IS 'Who changed it last.';

ALTER TABLE training_sites ENABLE ROW LEVEL SECURITY;
ALTER TABLE training_sites FORCE ROW LEVEL SECURITY;
-- Everybody in the county reads what it demands; only who acts for the whole county sets it.
CREATE POLICY training_sites_read ON training_sites FOR SELECT TO cadre_web, cadre_report
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid);
CREATE POLICY training_sites_insert ON training_sites FOR INSERT TO cadre_web
    WITH CHECK (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND current_setting('cadre.path_from', true) ~ '^[0-9]{6}/$');
CREATE POLICY training_sites_update ON training_sites FOR UPDATE TO cadre_web
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND current_setting('cadre.path_from', true) ~ '^[0-9]{6}/$');
GRANT SELECT, INSERT, UPDATE ON training_sites TO cadre_web;
GRANT SELECT ON training_sites TO cadre_report;
