-- Frozen with the other facts of a quarter; like them one table per quarter, made by prepare_quarter_partitions().
CREATE TABLE assessment_facts (
    county_id uuid NOT NULL,
    quarter text NOT NULL COLLATE "C",
    revision integer NOT NULL,
    assessment_id uuid NOT NULL,
    village_id uuid NOT NULL,
    path text NOT NULL COLLATE "C",
    assessor_id uuid NOT NULL,
    total numeric(8, 2) NOT NULL,
    place integer NOT NULL,
    units integer NOT NULL,
    place_before integer,
    has_flag boolean NOT NULL,
    streak integer NOT NULL,
    CONSTRAINT assessment_facts_pkey PRIMARY KEY (county_id, quarter, revision, assessment_id),
    CONSTRAINT assessment_facts_revision_fkey FOREIGN KEY (county_id, quarter, revision)
        REFERENCES quarter_revisions (county_id, quarter, number) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT assessment_facts_path_shape CHECK (path ~ '^([0-9A-Z-]+/)+$'),
    CONSTRAINT assessment_facts_total_sensible CHECK (total BETWEEN 0 AND 100),
    CONSTRAINT assessment_facts_place_sensible CHECK (place BETWEEN 1 AND units),
    CONSTRAINT assessment_facts_streak_of_the_flag CHECK (has_flag = (streak > 0))
) PARTITION BY LIST (quarter);
COMMENT ON TABLE assessment_facts IS 'How each village stood in the assessment of a quarter: total, rank in its town, and the rotating flag.';
COMMENT ON COLUMN assessment_facts.county_id IS 'The county.';
COMMENT ON COLUMN assessment_facts.quarter IS '2026Q1.';
COMMENT ON COLUMN assessment_facts.revision IS 'Number of the revision.';
COMMENT ON COLUMN assessment_facts.assessment_id IS 'The assessment.';
COMMENT ON COLUMN assessment_facts.village_id IS 'The village or community.';
COMMENT ON COLUMN assessment_facts.path IS 'Path of the village in the tree of that day.';
COMMENT ON COLUMN assessment_facts.assessor_id IS 'The town that assessed it.';
COMMENT ON COLUMN assessment_facts.total IS 'The total, of a hundred.';
COMMENT ON COLUMN assessment_facts.place IS 'Its rank among the villages of the town, by the scheme''s tie rule.';
COMMENT ON COLUMN assessment_facts.units IS 'How many villages the town assessed.';
COMMENT ON COLUMN assessment_facts.place_before IS 'Its rank in the quarter before, where it was assessed.';
COMMENT ON COLUMN assessment_facts.has_flag IS 'Whether it holds the rotating flag.';
COMMENT ON COLUMN assessment_facts.streak IS 'For how many quarters on end it has held the flag; nought without it.';

ALTER TABLE assessment_facts ENABLE ROW LEVEL SECURITY;
ALTER TABLE assessment_facts FORCE ROW LEVEL SECURITY;
CREATE POLICY assessment_facts_scope ON assessment_facts TO cadre_web
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND path >= current_setting('cadre.path_from', true) AND path < current_setting('cadre.path_to', true));
CREATE POLICY assessment_facts_report ON assessment_facts FOR SELECT TO cadre_report
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid);
GRANT SELECT, INSERT ON assessment_facts TO cadre_web;
GRANT SELECT ON assessment_facts TO cadre_report;
