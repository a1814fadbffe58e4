-- Frozen with the other facts of a quarter; like them one table per quarter, made by prepare_quarter_partitions().
CREATE TABLE finding_facts (
    county_id uuid NOT NULL,
    quarter text NOT NULL COLLATE "C",
    revision integer NOT NULL,
    rule text NOT NULL COLLATE "C",
    subject_kind text NOT NULL,
    subject_id uuid NOT NULL,
    person_id uuid,
    path text NOT NULL COLLATE "C",
    detail text NOT NULL,
    CONSTRAINT finding_facts_pkey PRIMARY KEY (county_id, quarter, revision, rule, subject_id),
    CONSTRAINT finding_facts_revision_fkey FOREIGN KEY (county_id, quarter, revision)
        REFERENCES quarter_revisions (county_id, quarter, number) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT finding_facts_subject_kind_known CHECK (subject_kind IN ('member', 'organisation', 'committee', 'seat',
        'reserve')),
    CONSTRAINT finding_facts_path_shape CHECK (path ~ '^([0-9A-Z-]+/)+$')
) PARTITION BY LIST (quarter);
COMMENT ON TABLE finding_facts IS 'What the rules of data quality found when a quarter was frozen: one row per rule and record. Names are joined when shown.';
COMMENT ON COLUMN finding_facts.county_id IS 'The county.';
COMMENT ON COLUMN finding_facts.quarter IS '2026Q1.';
COMMENT ON COLUMN finding_facts.revision IS 'Number of the revision.';
COMMENT ON COLUMN finding_facts.rule IS 'Code of the rule.';
COMMENT ON COLUMN finding_facts.subject_kind IS 'What the record is: member, organisation, committee, seat or reserve.';
COMMENT ON COLUMN finding_facts.subject_id IS 'The record.';
COMMENT ON COLUMN finding_facts.person_id IS 'Whose record it is; empty for organisations and committees.';
COMMENT ON COLUMN finding_facts.path IS 'Where the record stood when it was found.';
COMMENT ON COLUMN finding_facts.detail IS 'What was found of it, a Chinese phrase.';

CREATE TABLE rule_facts (
    county_id uuid NOT NULL,
    quarter text NOT NULL COLLATE "C",
    revision integer NOT NULL,
    rule text NOT NULL COLLATE "C",
    severity text NOT NULL,
    weight integer NOT NULL,
    threshold integer,
    CONSTRAINT rule_facts_pkey PRIMARY KEY (county_id, quarter, revision, rule),
    CONSTRAINT rule_facts_revision_fkey FOREIGN KEY (county_id, quarter, revision)
        REFERENCES quarter_revisions (county_id, quarter, number) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT rule_facts_severity_known CHECK (severity IN ('error', 'warning', 'notice')),
    CONSTRAINT rule_facts_weight_sensible CHECK (weight BETWEEN 0 AND 100)
) PARTITION BY LIST (quarter);
COMMENT ON TABLE rule_facts IS 'The rules of data quality by which a revision was checked. A revision without rows was frozen before findings were kept.';
COMMENT ON COLUMN rule_facts.county_id IS 'The county.';
COMMENT ON COLUMN rule_facts.quarter IS '2026Q1.';
COMMENT ON COLUMN rule_facts.revision IS 'Number of the revision.';
COMMENT ON COLUMN rule_facts.rule IS 'Code of the rule.';
COMMENT ON COLUMN rule_facts.severity IS 'How grave a finding was: error, warning or notice.';
COMMENT ON COLUMN rule_facts.weight IS 'Its weight in the score.';
COMMENT ON COLUMN rule_facts.threshold IS 'The number that the rule compares with; empty: it has none.';

CREATE TABLE quality_rules (
    county_id uuid NOT NULL,
    id uuid NOT NULL,
    rule text NOT NULL COLLATE "C",
    from_day date NOT NULL,
    to_day date,
    severity text NOT NULL,
    weight integer NOT NULL,
    threshold integer,
    source text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by text NOT NULL,
    CONSTRAINT quality_rules_pkey PRIMARY KEY (county_id, id),
    CONSTRAINT quality_rules_county_fkey FOREIGN KEY (county_id) REFERENCES counties (id),
    CONSTRAINT quality_rules_period CHECK (from_day < to_day),
    CONSTRAINT quality_rules_severity_known CHECK (severity IN ('error', 'warning', 'notice')),
    CONSTRAINT quality_rules_weight_sensible CHECK (weight BETWEEN 0 AND 100),
    CONSTRAINT quality_rules_threshold_sensible CHECK (threshold BETWEEN 1 AND 1000),
    CONSTRAINT quality_rules_source_filled CHECK (char_length(source) BETWEEN 1 AND 200),
    CONSTRAINT quality_rules_no_overlap EXCLUDE USING gist
        (county_id WITH =, rule WITH =, daterange(from_day, to_day) WITH &&)
);
COMMENT ON TABLE quality_rules IS 'Rules of data quality that a county weighs or measures otherwise than `data/quality_rules.csv` says: one row per version, never edited.';
COMMENT ON COLUMN quality_rules.county_id IS 'The county that owns the row.';
COMMENT ON COLUMN quality_rules.id IS 'UUIDv7, given by the application.';
COMMENT ON COLUMN quality_rules.rule IS 'Code of the rule.';
COMMENT ON COLUMN quality_rules.from_day IS 'First day in force.';
COMMENT ON COLUMN quality_rules.to_day IS 'First day no longer in force; empty: still in force.';
COMMENT ON COLUMN quality_rules.severity IS 'How grave a finding is: error, warning or notice.';
COMMENT ON COLUMN quality_rules.weight IS 'Its weight in the score; 0: it does not count.';
COMMENT ON COLUMN quality_rules.threshold IS 'The number that the rule compares with; empty: it has none.';
COMMENT ON COLUMN quality_rules.source IS 'The decision that it rests on.';
COMMENT ON COLUMN quality_rules.created_at IS 'When it was entered.';
COMMENT ON COLUMN quality_rules.created_by IS 'Who entered it.';

ALTER TABLE finding_facts ENABLE ROW LEVEL SECURITY;
ALTER TABLE finding_facts FORCE ROW LEVEL SECURITY;
ALTER TABLE rule_facts ENABLE ROW LEVEL SECURITY;
ALTER TABLE rule_facts FORCE ROW LEVEL SECURITY;
ALTER TABLE quality_rules ENABLE ROW LEVEL SECURITY;
ALTER TABLE quality_rules FORCE ROW LEVEL SECURITY;
CREATE POLICY finding_facts_scope ON finding_facts TO cadre_web
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND path >= current_setting('cadre.path_from', true) AND path < current_setting('cadre.path_to', true));
CREATE POLICY finding_facts_report ON finding_facts FOR SELECT TO cadre_report
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid);
-- Everybody in the county reads by which rules it is checked; only who acts for the whole county sets or freezes them.
CREATE POLICY rule_facts_read ON rule_facts FOR SELECT TO cadre_web, cadre_report
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid);
CREATE POLICY rule_facts_insert ON rule_facts FOR INSERT TO cadre_web
    WITH CHECK (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND current_setting('cadre.path_from', true) ~ '^[0-9]{6}/$');
CREATE POLICY quality_rules_read ON quality_rules FOR SELECT TO cadre_web, cadre_report
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid);
CREATE POLICY quality_rules_insert ON quality_rules FOR INSERT TO cadre_web
    WITH CHECK (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND current_setting('cadre.path_from', true) ~ '^[0-9]{6}/$');
CREATE POLICY quality_rules_update ON quality_rules FOR UPDATE TO cadre_web
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND current_setting('cadre.path_from', true) ~ '^[0-9]{6}/$');
GRANT SELECT, INSERT ON finding_facts, rule_facts TO cadre_web;
GRANT SELECT, INSERT, UPDATE ON quality_rules TO cadre_web;
GRANT SELECT ON finding_facts, rule_facts, quality_rules TO cadre_report;
