-- One table per quarter, as with the other facts: prepare_quarter_partitions() makes them.
CREATE TABLE seat_facts (
    county_id uuid NOT NULL,
    quarter text NOT NULL COLLATE "C",
    revision integer NOT NULL,
    standing text NOT NULL,
    seat_id uuid NOT NULL,
    person_id uuid NOT NULL,
    committee_kind text NOT NULL,
    post text NOT NULL COLLATE "C",
    path text NOT NULL COLLATE "C",
    day date NOT NULL,
    education text NOT NULL COLLATE "C",
    is_party_member boolean NOT NULL,
    sex text NOT NULL COLLATE "C",
    ethnicity text NOT NULL COLLATE "C",
    birth_date date NOT NULL,
    is_cross_appointed boolean NOT NULL,
    is_newly_elected boolean NOT NULL,
    is_elected_unanimously boolean NOT NULL,
    sources text NOT NULL,
    CONSTRAINT seat_facts_pkey PRIMARY KEY (county_id, quarter, revision, standing, seat_id),
    CONSTRAINT seat_facts_revision_fkey FOREIGN KEY (county_id, quarter, revision)
        REFERENCES quarter_revisions (county_id, quarter, number) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT seat_facts_standing_known CHECK (standing IN ('now', 'before')),
    CONSTRAINT seat_facts_committee_kind_known CHECK (committee_kind IN ('village_party', 'village_committee')),
    CONSTRAINT seat_facts_path_shape CHECK (path ~ '^([0-9A-Z-]+/)+$')
) PARTITION BY LIST (quarter);
COMMENT ON TABLE seat_facts IS 'Who sat in the Party organisation and the committee of each village on the last day of a quarter (now), and who on the day before the present term of that committee began (before). Names are joined when shown; no identifier stands here.';
COMMENT ON COLUMN seat_facts.county_id IS 'The county.';
COMMENT ON COLUMN seat_facts.quarter IS '2026Q1.';
COMMENT ON COLUMN seat_facts.revision IS 'Number of the revision.';
COMMENT ON COLUMN seat_facts.standing IS 'now or before.';
COMMENT ON COLUMN seat_facts.seat_id IS 'The seat.';
COMMENT ON COLUMN seat_facts.person_id IS 'Who sat in it.';
COMMENT ON COLUMN seat_facts.committee_kind IS 'Kind of the committee.';
COMMENT ON COLUMN seat_facts.post IS 'The post.';
COMMENT ON COLUMN seat_facts.path IS 'Path of the village in the tree of the last day of the quarter.';
COMMENT ON COLUMN seat_facts.day IS 'The day that is looked at: ages are those of that day.';
COMMENT ON COLUMN seat_facts.education IS 'GB/T 4658, as the seat says.';
COMMENT ON COLUMN seat_facts.is_party_member IS 'Whether a Party member, as the seat says.';
COMMENT ON COLUMN seat_facts.sex IS 'GB/T 2261.1.';
COMMENT ON COLUMN seat_facts.ethnicity IS 'GB/T 3304.';
COMMENT ON COLUMN seat_facts.birth_date IS 'From which the age on that day follows.';
COMMENT ON COLUMN seat_facts.is_cross_appointed IS 'Whether the person sat in both committees of this village.';
COMMENT ON COLUMN seat_facts.is_newly_elected IS 'Of a secretary: whether somebody else was secretary of this village in the term before.';
COMMENT ON COLUMN seat_facts.is_elected_unanimously IS 'Of a secretary: whether every valid ballot was for him.';
COMMENT ON COLUMN seat_facts.sources IS 'Codes of the vocabulary list `committee_source`, one space between them; empty: none is on record.';

CREATE TABLE committee_facts (
    county_id uuid NOT NULL,
    quarter text NOT NULL COLLATE "C",
    revision integer NOT NULL,
    standing text NOT NULL,
    committee_id uuid NOT NULL,
    committee_kind text NOT NULL,
    path text NOT NULL COLLATE "C",
    day date NOT NULL,
    term_id uuid NOT NULL,
    places bigint NOT NULL,
    vacancies bigint NOT NULL,
    is_overdue boolean NOT NULL,
    CONSTRAINT committee_facts_pkey PRIMARY KEY (county_id, quarter, revision, standing, committee_id),
    CONSTRAINT committee_facts_revision_fkey FOREIGN KEY (county_id, quarter, revision)
        REFERENCES quarter_revisions (county_id, quarter, number) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT committee_facts_standing_known CHECK (standing IN ('now', 'before')),
    CONSTRAINT committee_facts_committee_kind_known
        CHECK (committee_kind IN ('village_party', 'village_committee', 'supervision_committee')),
    CONSTRAINT committee_facts_path_shape CHECK (path ~ '^([0-9A-Z-]+/)+$'),
    CONSTRAINT committee_facts_vacancies_are_places CHECK (vacancies BETWEEN 0 AND places)
) PARTITION BY LIST (quarter);
COMMENT ON TABLE committee_facts IS 'The committees that had a running term on the last day of a quarter (now), and those that had one on the day before that term began (before).';
COMMENT ON COLUMN committee_facts.county_id IS 'The county.';
COMMENT ON COLUMN committee_facts.quarter IS '2026Q1.';
COMMENT ON COLUMN committee_facts.revision IS 'Number of the revision.';
COMMENT ON COLUMN committee_facts.standing IS 'now or before.';
COMMENT ON COLUMN committee_facts.committee_id IS 'The committee.';
COMMENT ON COLUMN committee_facts.committee_kind IS 'Its kind.';
COMMENT ON COLUMN committee_facts.path IS 'Path of the village in the tree of the last day of the quarter.';
COMMENT ON COLUMN committee_facts.day IS 'The day that is looked at.';
COMMENT ON COLUMN committee_facts.term_id IS 'The term that ran on that day.';
COMMENT ON COLUMN committee_facts.places IS 'How many seats the term provided.';
COMMENT ON COLUMN committee_facts.vacancies IS 'How many of them nobody held on that day.';
COMMENT ON COLUMN committee_facts.is_overdue IS 'Whether the term ran past the day by which the next election was due.';

ALTER TABLE seat_facts ENABLE ROW LEVEL SECURITY;
ALTER TABLE seat_facts FORCE ROW LEVEL SECURITY;
ALTER TABLE committee_facts ENABLE ROW LEVEL SECURITY;
ALTER TABLE committee_facts FORCE ROW LEVEL SECURITY;
CREATE POLICY seat_facts_scope ON seat_facts TO cadre_web
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND path >= current_setting('cadre.path_from', true) AND path < current_setting('cadre.path_to', true));
CREATE POLICY committee_facts_scope ON committee_facts TO cadre_web
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND path >= current_setting('cadre.path_from', true) AND path < current_setting('cadre.path_to', true));
CREATE POLICY seat_facts_report ON seat_facts FOR SELECT TO cadre_report
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid);
CREATE POLICY committee_facts_report ON committee_facts FOR SELECT TO cadre_report
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid);
-- What is frozen is never changed: nobody but the owner of the database has UPDATE or DELETE.
GRANT SELECT, INSERT ON seat_facts, committee_facts TO cadre_web;
GRANT SELECT ON seat_facts, committee_facts TO cadre_report;
