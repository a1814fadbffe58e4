-- Frozen with the other facts of a quarter; like them one table per quarter, made by prepare_quarter_partitions().
CREATE TABLE award_facts (
    county_id uuid NOT NULL,
    quarter text NOT NULL COLLATE "C",
    revision integer NOT NULL,
    award_id uuid NOT NULL,
    village_id uuid NOT NULL,
    path text NOT NULL COLLATE "C",
    kind text NOT NULL COLLATE "C",
    year integer NOT NULL,
    given_on date NOT NULL,
    CONSTRAINT award_facts_pkey PRIMARY KEY (county_id, quarter, revision, award_id),
    CONSTRAINT award_facts_revision_fkey FOREIGN KEY (county_id, quarter, revision)
        REFERENCES quarter_revisions (county_id, quarter, number) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT award_facts_path_shape CHECK (path ~ '^([0-9A-Z-]+/)+$')
) PARTITION BY LIST (quarter);
COMMENT ON TABLE award_facts IS 'The awards of villages by the county''s primary scheme that held on the last day of a quarter, whenever they were given.';
COMMENT ON COLUMN award_facts.county_id IS 'The county.';
COMMENT ON COLUMN award_facts.quarter IS '2026Q1.';
COMMENT ON COLUMN award_facts.revision IS 'Number of the revision.';
COMMENT ON COLUMN award_facts.award_id IS 'The award.';
COMMENT ON COLUMN award_facts.village_id IS 'The village or community.';
COMMENT ON COLUMN award_facts.path IS 'Its place in the tree of that day.';
COMMENT ON COLUMN award_facts.kind IS 'Code of the kind of award.';
COMMENT ON COLUMN award_facts.year IS 'The year that it was honoured for.';
COMMENT ON COLUMN award_facts.given_on IS 'From which day the award held.';

ALTER TABLE award_facts ENABLE ROW LEVEL SECURITY;
ALTER TABLE award_facts FORCE ROW LEVEL SECURITY;
CREATE POLICY award_facts_scope ON award_facts TO cadre_web
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND path >= current_setting('cadre.path_from', true) AND path < current_setting('cadre.path_to', true));
CREATE POLICY award_facts_report ON award_facts FOR SELECT TO cadre_report
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid);
GRANT SELECT, INSERT ON award_facts TO cadre_web;
GRANT SELECT ON award_facts TO cadre_report;
