-- Frozen with the other facts of a quarter; like them one table per quarter, made by prepare_quarter_partitions().
CREATE TABLE reserve_facts (
    county_id uuid NOT NULL,
    quarter text NOT NULL COLLATE "C",
    revision integer NOT NULL,
    reserve_id uuid NOT NULL,
    person_id uuid NOT NULL,
    path text NOT NULL COLLATE "C",
    kind text NOT NULL,
    state text NOT NULL,
    state_from date NOT NULL,
    entered_on date NOT NULL,
    sex text NOT NULL COLLATE "C",
    education text NOT NULL COLLATE "C",
    birth_date date NOT NULL,
    sources text NOT NULL COLLATE "C",
    fully_mentored boolean NOT NULL,
    CONSTRAINT reserve_facts_pkey PRIMARY KEY (county_id, quarter, revision, reserve_id),
    CONSTRAINT reserve_facts_revision_fkey FOREIGN KEY (county_id, quarter, revision)
        REFERENCES quarter_revisions (county_id, quarter, number) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT reserve_facts_path_shape CHECK (path ~ '^([0-9A-Z-]+/)+$'),
    CONSTRAINT reserve_facts_kind_known CHECK (kind IN ('reserve_cadre', 'local_talent')),
    CONSTRAINT reserve_facts_state_known CHECK (state IN ('in_pool', 'seconded', 'cross_village', 'appointed'))
) PARTITION BY LIST (quarter);
COMMENT ON TABLE reserve_facts IS 'Who stood in the pool on the last day of a quarter, and who was appointed out of it since the present term of his village began. Names are joined when shown; no identifier stands here.';
COMMENT ON COLUMN reserve_facts.county_id IS 'The county.';
COMMENT ON COLUMN reserve_facts.quarter IS '2026Q1.';
COMMENT ON COLUMN reserve_facts.revision IS 'Number of the revision.';
COMMENT ON COLUMN reserve_facts.reserve_id IS 'The pool entry.';
COMMENT ON COLUMN reserve_facts.person_id IS 'The person.';
COMMENT ON COLUMN reserve_facts.path IS 'Path of the village that he stands in reserve for, in the tree of that day.';
COMMENT ON COLUMN reserve_facts.kind IS 'Vocabulary list `reserve_kind`.';
COMMENT ON COLUMN reserve_facts.state IS 'Vocabulary list `reserve_state`, on that day.';
COMMENT ON COLUMN reserve_facts.state_from IS 'First day of that state.';
COMMENT ON COLUMN reserve_facts.entered_on IS 'First day in the pool.';
COMMENT ON COLUMN reserve_facts.sex IS 'GB/T 2261.1.';
COMMENT ON COLUMN reserve_facts.education IS 'GB/T 4658.';
COMMENT ON COLUMN reserve_facts.birth_date IS 'From which his age on that day follows.';
COMMENT ON COLUMN reserve_facts.sources IS 'Codes of the sources in their order, parted by blanks.';
COMMENT ON COLUMN reserve_facts.fully_mentored IS 'Whether as many township leaders and village secretaries guided him as was demanded on that day.';

CREATE TABLE reserve_village_facts (
    county_id uuid NOT NULL,
    quarter text NOT NULL COLLATE "C",
    revision integer NOT NULL,
    village_id uuid NOT NULL,
    path text NOT NULL COLLATE "C",
    minimum integer NOT NULL,
    reserve_cadres bigint NOT NULL,
    CONSTRAINT reserve_village_facts_pkey PRIMARY KEY (county_id, quarter, revision, village_id),
    CONSTRAINT reserve_village_facts_revision_fkey FOREIGN KEY (county_id, quarter, revision)
        REFERENCES quarter_revisions (county_id, quarter, number) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT reserve_village_facts_path_shape CHECK (path ~ '^([0-9A-Z-]+/)+$'),
    CONSTRAINT reserve_village_facts_numbers_not_negative CHECK (minimum >= 0 AND reserve_cadres >= 0)
) PARTITION BY LIST (quarter);
COMMENT ON TABLE reserve_village_facts IS 'How deep the reserve of each village was on the last day of a quarter, beside what was demanded.';
COMMENT ON COLUMN reserve_village_facts.county_id IS 'The county.';
COMMENT ON COLUMN reserve_village_facts.quarter IS '2026Q1.';
COMMENT ON COLUMN reserve_village_facts.revision IS 'Number of the revision.';
COMMENT ON COLUMN reserve_village_facts.village_id IS 'The village or community.';
COMMENT ON COLUMN reserve_village_facts.path IS 'Its place in the tree of that day.';
COMMENT ON COLUMN reserve_village_facts.minimum IS 'How many reserve cadres it needed at least, by the settings in force.';
COMMENT ON COLUMN reserve_village_facts.reserve_cadres IS 'How many stood in its pool; local talent is not counted.';

ALTER TABLE reserve_facts ENABLE ROW LEVEL SECURITY;
ALTER TABLE reserve_facts FORCE ROW LEVEL SECURITY;
ALTER TABLE reserve_village_facts ENABLE ROW LEVEL SECURITY;
ALTER TABLE reserve_village_facts FORCE ROW LEVEL SECURITY;
CREATE POLICY reserve_facts_scope ON reserve_facts TO cadre_web
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND path >= current_setting('cadre.path_from', true) AND path < current_setting('cadre.path_to', true));
CREATE POLICY reserve_facts_report ON reserve_facts FOR SELECT TO cadre_report
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid);
CREATE POLICY reserve_village_facts_scope ON reserve_village_facts TO cadre_web
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND path >= current_setting('cadre.path_from', true) AND path < current_setting('cadre.path_to', true));
CREATE POLICY reserve_village_facts_report ON reserve_village_facts FOR SELECT TO cadre_report
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid);
GRANT SELECT, INSERT ON reserve_facts, reserve_village_facts TO cadre_web;
GRANT SELECT ON reserve_facts, reserve_village_facts TO cadre_report;
