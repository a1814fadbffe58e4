-- Frozen with the other facts of a quarter; like them one table per quarter, made by prepare_quarter_partitions().
CREATE TABLE training_facts (
    county_id uuid NOT NULL,
    quarter text NOT NULL COLLATE "C",
    revision integer NOT NULL,
    membership_id uuid NOT NULL,
    person_id uuid NOT NULL,
    path text NOT NULL COLLATE "C",
    programme_id uuid NOT NULL,
    passed_on date,
    required_percent integer NOT NULL,
    tenths integer NOT NULL,
    is_leader boolean NOT NULL,
    demanded_tenths integer NOT NULL,
    leader_tenths integer NOT NULL,
    CONSTRAINT training_facts_pkey PRIMARY KEY (county_id, quarter, revision, membership_id),
    CONSTRAINT training_facts_revision_fkey FOREIGN KEY (county_id, quarter, revision)
        REFERENCES quarter_revisions (county_id, quarter, number) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT training_facts_path_shape CHECK (path ~ '^([0-9A-Z-]+/)+$'),
    CONSTRAINT training_facts_numbers_not_negative CHECK (required_percent >= 0 AND tenths >= 0 AND demanded_tenths >= 0
        AND leader_tenths >= 0)
) PARTITION BY LIST (quarter);
COMMENT ON TABLE training_facts IS 'The members whom the primary programme in force on the last day of a quarter was to train, and how far each was. Names are joined when shown; no identifier stands here.';
COMMENT ON COLUMN training_facts.county_id IS 'The county.';
COMMENT ON COLUMN training_facts.quarter IS '2026Q1.';
COMMENT ON COLUMN training_facts.revision IS 'Number of the revision.';
COMMENT ON COLUMN training_facts.membership_id IS 'The member.';
COMMENT ON COLUMN training_facts.person_id IS 'The person.';
COMMENT ON COLUMN training_facts.path IS 'Path of his branch in the tree of that day.';
COMMENT ON COLUMN training_facts.programme_id IS 'The programme.';
COMMENT ON COLUMN training_facts.passed_on IS 'Last day of the first class of the programme that he passed, where that was by then.';
COMMENT ON COLUMN training_facts.required_percent IS 'Sum of the floors of the programme years that were over by that day, in percent.';
COMMENT ON COLUMN training_facts.tenths IS 'Tenths of hours that he attended in the calendar year to date, in whatever programme.';
COMMENT ON COLUMN training_facts.is_leader IS 'Whether he sat in the Party organisation of a village that day, or has a post in his branch.';
COMMENT ON COLUMN training_facts.demanded_tenths IS 'Tenths of hours that a member reaches in a year by the settings in force.';
COMMENT ON COLUMN training_facts.leader_tenths IS 'Tenths of hours that a leader reaches in a year by the settings in force.';

CREATE TABLE training_class_facts (
    county_id uuid NOT NULL,
    quarter text NOT NULL COLLATE "C",
    revision integer NOT NULL,
    class_id uuid NOT NULL,
    kind text NOT NULL,
    path text NOT NULL COLLATE "C",
    last_day date NOT NULL,
    in_quarter boolean NOT NULL,
    CONSTRAINT training_class_facts_pkey PRIMARY KEY (county_id, quarter, revision, class_id),
    CONSTRAINT training_class_facts_revision_fkey FOREIGN KEY (county_id, quarter, revision)
        REFERENCES quarter_revisions (county_id, quarter, number) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT training_class_facts_path_shape CHECK (path ~ '^([0-9A-Z-]+/)+$'),
    CONSTRAINT training_class_facts_kind_known CHECK (kind IN ('class', 'micro_lesson', 'lecture'))
) PARTITION BY LIST (quarter);
COMMENT ON TABLE training_class_facts IS 'Classes that were held in a quarter, and micro-lessons and lectures that were held since the planning period began.';
COMMENT ON COLUMN training_class_facts.county_id IS 'The county.';
COMMENT ON COLUMN training_class_facts.quarter IS '2026Q1.';
COMMENT ON COLUMN training_class_facts.revision IS 'Number of the revision.';
COMMENT ON COLUMN training_class_facts.class_id IS 'The class.';
COMMENT ON COLUMN training_class_facts.kind IS 'Vocabulary list `training_kind`.';
COMMENT ON COLUMN training_class_facts.path IS 'Path of the organisation that held it, in the tree of the last day of the quarter.';
COMMENT ON COLUMN training_class_facts.last_day IS 'Its last day.';
COMMENT ON COLUMN training_class_facts.in_quarter IS 'Whether it is of the primary programme in force on the last day of the quarter, and its last day lies in the quarter.';

CREATE TABLE training_attendance_facts (
    county_id uuid NOT NULL,
    quarter text NOT NULL COLLATE "C",
    revision integer NOT NULL,
    class_id uuid NOT NULL,
    membership_id uuid NOT NULL,
    person_id uuid NOT NULL,
    path text NOT NULL COLLATE "C",
    last_day date NOT NULL,
    is_away boolean NOT NULL,
    in_quarter boolean NOT NULL,
    CONSTRAINT training_attendance_facts_pkey PRIMARY KEY (county_id, quarter, revision, class_id, membership_id),
    CONSTRAINT training_attendance_facts_revision_fkey FOREIGN KEY (county_id, quarter, revision)
        REFERENCES quarter_revisions (county_id, quarter, number) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT training_attendance_facts_path_shape CHECK (path ~ '^([0-9A-Z-]+/)+$')
) PARTITION BY LIST (quarter);
COMMENT ON TABLE training_attendance_facts IS 'Who came to classes in a quarter, and to classes outside the county since the planning period began; one row per member and class.';
COMMENT ON COLUMN training_attendance_facts.county_id IS 'The county.';
COMMENT ON COLUMN training_attendance_facts.quarter IS '2026Q1.';
COMMENT ON COLUMN training_attendance_facts.revision IS 'Number of the revision.';
COMMENT ON COLUMN training_attendance_facts.class_id IS 'The class.';
COMMENT ON COLUMN training_attendance_facts.membership_id IS 'The member.';
COMMENT ON COLUMN training_attendance_facts.person_id IS 'The person.';
COMMENT ON COLUMN training_attendance_facts.path IS 'Path, in the tree of the last day of the quarter, of the branch that he belonged to on the last day of the class.';
COMMENT ON COLUMN training_attendance_facts.last_day IS 'Last day of the class.';
COMMENT ON COLUMN training_attendance_facts.is_away IS 'Whether it was held outside the county, in the planning period.';
COMMENT ON COLUMN training_attendance_facts.in_quarter IS 'Whether the class is of the primary programme in force on the last day of the quarter, and its last day lies in the quarter.';

ALTER TABLE training_facts ENABLE ROW LEVEL SECURITY;
ALTER TABLE training_facts FORCE ROW LEVEL SECURITY;
ALTER TABLE training_class_facts ENABLE ROW LEVEL SECURITY;
ALTER TABLE training_class_facts FORCE ROW LEVEL SECURITY;
ALTER TABLE training_attendance_facts ENABLE ROW LEVEL SECURITY;
ALTER TABLE training_attendance_facts FORCE ROW LEVEL SECURITY;
CREATE POLICY training_facts_scope ON training_facts TO cadre_web
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND path >= current_setting('cadre.path_from', true) AND path < current_setting('cadre.path_to', true));
CREATE POLICY training_facts_report ON training_facts FOR SELECT TO cadre_report
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid);
CREATE POLICY training_class_facts_scope ON training_class_facts TO cadre_web
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND path >= current_setting('cadre.path_from', true) AND path < current_setting('cadre.path_to', true));
CREATE POLICY training_class_facts_report ON training_class_facts FOR SELECT TO cadre_report
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid);
CREATE POLICY training_attendance_facts_scope ON training_attendance_facts TO cadre_web
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND path >= current_setting('cadre.path_from', true) AND path < current_setting('cadre.path_to', true));
CREATE POLICY training_attendance_facts_report ON training_attendance_facts FOR SELECT TO cadre_report
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid);
-- What is frozen is never changed: nobody but the owner of the database has UPDATE or DELETE.
GRANT SELECT, INSERT ON training_facts, training_class_facts, training_attendance_facts TO cadre_web;
GRANT SELECT ON training_facts, training_class_facts, training_attendance_facts TO cadre_report;
