CREATE TABLE committee_targets (
    county_id uuid NOT NULL,
    id uuid NOT NULL,
    level text NOT NULL,
    figure text NOT NULL,
    comparison text NOT NULL,
    hundredths bigint NOT NULL,
    from_day date NOT NULL,
    to_day date,
    source text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by text NOT NULL,
    CONSTRAINT committee_targets_pkey PRIMARY KEY (county_id, id),
    CONSTRAINT committee_targets_county_fkey FOREIGN KEY (county_id) REFERENCES counties (id),
    CONSTRAINT committee_targets_level_known CHECK (level IN ('county', 'town', 'village')),
    CONSTRAINT committee_targets_figure_shape CHECK (figure ~ '^committees\.[a-z0-9_.]{1,80}$'),
    CONSTRAINT committee_targets_comparison_known CHECK (comparison IN ('at_least', 'at_most')),
    CONSTRAINT committee_targets_hundredths_sensible CHECK (hundredths BETWEEN -100000000 AND 100000000),
    CONSTRAINT committee_targets_period CHECK (from_day < to_day),
    CONSTRAINT committee_targets_source_filled CHECK (char_length(source) BETWEEN 1 AND 200),
    CONSTRAINT committee_targets_no_overlap EXCLUDE USING gist (county_id WITH =, level WITH =, figure WITH =,
        comparison WITH =, daterange(from_day, to_day) WITH &&)
);
COMMENT ON TABLE committee_targets IS 'What a county wants of its teams: one row per version, never edited.';
COMMENT ON COLUMN committee_targets.county_id IS 'The county that owns the row.';
COMMENT ON COLUMN committee_targets.id IS 'UUIDv7, given by the application.';
COMMENT ON COLUMN committee_targets.level IS 'Whose team picture it is held against: that of the county, of each town, of each village.';
COMMENT ON COLUMN committee_targets.figure IS 'Code of a figure of the team picture.';
COMMENT ON COLUMN committee_targets.comparison IS 'at_least or at_most.';
COMMENT ON COLUMN committee_targets.hundredths IS 'The value, in hundredths of the unit of the figure.';
COMMENT ON COLUMN committee_targets.from_day IS 'First day in force.';
COMMENT ON COLUMN committee_targets.to_day IS 'First day no longer in force; empty: still in force.';
COMMENT ON COLUMN committee_targets.source IS 'The decision that it rests on.';
COMMENT ON COLUMN committee_targets.created_at IS 'When it was set.';
COMMENT ON COLUMN committee_targets.created_by IS 'Who set it.';

ALTER TABLE committee_targets ENABLE ROW LEVEL SECURITY;
ALTER TABLE committee_targets FORCE ROW LEVEL SECURITY;
-- Everybody in the county reads its targets; only who acts for the whole county sets them.
CREATE POLICY committee_targets_read ON committee_targets FOR SELECT TO cadre_web, cadre_report
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid);
CREATE POLICY committee_targets_insert ON committee_targets FOR INSERT TO cadre_web
    WITH CHECK (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND current_setting('cadre.path_from', true) ~ '^[0-9]{6}/$');
CREATE POLICY committee_targets_update ON committee_targets FOR UPDATE TO cadre_web
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND current_setting('cadre.path_from', true) ~ '^[0-9]{6}/$');
GRANT SELECT, INSERT, UPDATE ON committee_targets TO cadre_web;
GRANT SELECT ON committee_targets TO cadre_report;
