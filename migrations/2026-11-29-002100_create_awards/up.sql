CREATE TABLE award_schemes (
    county_id uuid NOT NULL,
    id uuid NOT NULL,
    code text NOT NULL COLLATE "C",
    name text NOT NULL,
    notice_days integer NOT NULL,
    full_marks numeric(8, 2) NOT NULL,
    pass_mark numeric(8, 2),
    least_raters integer NOT NULL,
    aggregation text NOT NULL,
    procedure text NOT NULL,
    is_primary boolean NOT NULL,
    from_day date NOT NULL,
    to_day date,
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by text NOT NULL,
    CONSTRAINT award_schemes_pkey PRIMARY KEY (county_id, id),
    CONSTRAINT award_schemes_county_fkey FOREIGN KEY (county_id) REFERENCES counties (id),
    CONSTRAINT award_schemes_code_shape CHECK (code ~ '^[a-z][a-z0-9_]{1,49}$'),
    CONSTRAINT award_schemes_name_filled CHECK (char_length(name) BETWEEN 1 AND 50),
    CONSTRAINT award_schemes_notice_days_sensible CHECK (notice_days BETWEEN 1 AND 60),
    CONSTRAINT award_schemes_full_marks_positive CHECK (full_marks > 0),
    CONSTRAINT award_schemes_pass_mark_reachable CHECK (pass_mark BETWEEN 0 AND full_marks),
    CONSTRAINT award_schemes_least_raters_sensible CHECK (least_raters BETWEEN 1 AND 99),
    CONSTRAINT award_schemes_aggregation_known CHECK (aggregation IN ('mean', 'trimmed_mean')),
    CONSTRAINT award_schemes_trimmed_of_three CHECK (aggregation <> 'trimmed_mean' OR least_raters >= 3),
    CONSTRAINT award_schemes_procedure_length CHECK (char_length(procedure) BETWEEN 1 AND 500),
    CONSTRAINT award_schemes_period CHECK (from_day < to_day),
    CONSTRAINT award_schemes_no_overlap EXCLUDE USING gist
        (county_id WITH =, code WITH =, daterange(from_day, to_day) WITH &&),
    CONSTRAINT award_schemes_one_primary EXCLUDE USING gist
        (county_id WITH =, daterange(from_day, to_day) WITH &&) WHERE (is_primary)
);
COMMENT ON TABLE award_schemes IS 'How a county honours villages: one row per version of a scheme, in force over a range of days. Never edited: a change is a new version.';
COMMENT ON COLUMN award_schemes.county_id IS 'The county that owns the row.';
COMMENT ON COLUMN award_schemes.id IS 'UUIDv7, given by the application; names one version.';
COMMENT ON COLUMN award_schemes.code IS 'Code of the scheme, the same in all its versions.';
COMMENT ON COLUMN award_schemes.name IS 'Its Chinese name.';
COMMENT ON COLUMN award_schemes.notice_days IS 'For how many working days a decision is made public before it is final.';
COMMENT ON COLUMN award_schemes.full_marks IS 'The highest mark that a member of the panel gives.';
COMMENT ON COLUMN award_schemes.pass_mark IS 'The lowest mark of the panel with which the committee may decide for it; empty: any.';
COMMENT ON COLUMN award_schemes.least_raters IS 'How many members of the panel have to give a mark.';
COMMENT ON COLUMN award_schemes.aggregation IS 'How marks become one: mean, or trimmed_mean (without one highest and one lowest).';
COMMENT ON COLUMN award_schemes.procedure IS 'Who does what, in words.';
COMMENT ON COLUMN award_schemes.is_primary IS 'Whether the quarterly report counts the awards of this scheme.';
COMMENT ON COLUMN award_schemes.from_day IS 'First day in force.';
COMMENT ON COLUMN award_schemes.to_day IS 'First day no longer in force; empty: still in force.';
COMMENT ON COLUMN award_schemes.created_at IS 'When it was set.';
COMMENT ON COLUMN award_schemes.created_by IS 'Who set it.';

CREATE TABLE award_kinds (
    county_id uuid NOT NULL,
    scheme_id uuid NOT NULL,
    code text NOT NULL COLLATE "C",
    name text NOT NULL,
    position integer NOT NULL,
    CONSTRAINT award_kinds_pkey PRIMARY KEY (county_id, scheme_id, code),
    CONSTRAINT award_kinds_scheme_fkey FOREIGN KEY (county_id, scheme_id) REFERENCES award_schemes (county_id, id),
    CONSTRAINT award_kinds_name_key UNIQUE (county_id, scheme_id, name),
    CONSTRAINT award_kinds_position_key UNIQUE (county_id, scheme_id, position),
    CONSTRAINT award_kinds_code_shape CHECK (code ~ '^[a-z][a-z0-9_]{1,49}$'),
    CONSTRAINT award_kinds_name_filled CHECK (char_length(name) BETWEEN 1 AND 50),
    CONSTRAINT award_kinds_position_sensible CHECK (position BETWEEN 1 AND 50)
);
COMMENT ON TABLE award_kinds IS 'The kinds of award of a scheme.';
COMMENT ON COLUMN award_kinds.county_id IS 'The county that owns the row.';
COMMENT ON COLUMN award_kinds.scheme_id IS 'The version of the scheme.';
COMMENT ON COLUMN award_kinds.code IS 'Code in the API and in figures.';
COMMENT ON COLUMN award_kinds.name IS 'Chinese name.';
COMMENT ON COLUMN award_kinds.position IS 'Place in lists, from 1.';

CREATE TABLE award_steps (
    county_id uuid NOT NULL,
    scheme_id uuid NOT NULL,
    position integer NOT NULL,
    step text NOT NULL,
    name text NOT NULL,
    level text NOT NULL,
    CONSTRAINT award_steps_pkey PRIMARY KEY (county_id, scheme_id, position),
    CONSTRAINT award_steps_scheme_fkey FOREIGN KEY (county_id, scheme_id) REFERENCES award_schemes (county_id, id),
    CONSTRAINT award_steps_step_key UNIQUE (county_id, scheme_id, step),
    CONSTRAINT award_steps_position_sensible CHECK (position BETWEEN 1 AND 5),
    CONSTRAINT award_steps_step_known CHECK (step IN ('recommend', 'score', 'decide', 'notice', 'finish')),
    CONSTRAINT award_steps_name_filled CHECK (char_length(name) BETWEEN 1 AND 50),
    CONSTRAINT award_steps_level_known CHECK (level IN ('town', 'county')),
    CONSTRAINT award_steps_begin_with_recommend CHECK ((position = 1) = (step = 'recommend'))
);
COMMENT ON TABLE award_steps IS 'The way of an award by a scheme, step after step; none is skipped.';
COMMENT ON COLUMN award_steps.county_id IS 'The county that owns the row.';
COMMENT ON COLUMN award_steps.scheme_id IS 'The version of the scheme.';
COMMENT ON COLUMN award_steps.position IS 'Place on the way, from 1.';
COMMENT ON COLUMN award_steps.step IS 'Vocabulary list `award_step`: begins with recommend, ends with finish.';
COMMENT ON COLUMN award_steps.name IS 'What the county calls it.';
COMMENT ON COLUMN award_steps.level IS 'Whose step it is: of the town of the village, or of the county.';

CREATE TABLE awards (
    county_id uuid NOT NULL,
    id uuid NOT NULL,
    scheme_id uuid NOT NULL,
    scheme_code text NOT NULL COLLATE "C",
    kind text NOT NULL COLLATE "C",
    village_id uuid NOT NULL,
    path text NOT NULL COLLATE "C",
    year integer NOT NULL,
    state text NOT NULL,
    state_on date NOT NULL,
    reason text NOT NULL,
    recommended_by text NOT NULL,
    mark numeric(8, 2),
    notice_from date,
    notice_until date,
    given_on date,
    revoked_on date,
    ended_reason text,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by text NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now(),
    updated_by text NOT NULL,
    CONSTRAINT awards_pkey PRIMARY KEY (county_id, id),
    CONSTRAINT awards_kind_fkey FOREIGN KEY (county_id, scheme_id, kind)
        REFERENCES award_kinds (county_id, scheme_id, code),
    CONSTRAINT awards_village_fkey FOREIGN KEY (county_id, village_id) REFERENCES organisations (county_id, id),
    CONSTRAINT awards_year_sensible CHECK (year BETWEEN 1990 AND 2100),
    CONSTRAINT awards_state_known CHECK (state IN ('recommended', 'scored', 'decided', 'noticed', 'final', 'returned',
        'rejected', 'revoked')),
    CONSTRAINT awards_reason_length CHECK (char_length(reason) BETWEEN 1 AND 500),
    CONSTRAINT awards_mark_not_negative CHECK (mark >= 0),
    CONSTRAINT awards_notice CHECK ((notice_from IS NULL) = (notice_until IS NULL) AND (notice_from IS NULL
        OR notice_from < notice_until)),
    CONSTRAINT awards_noticed_with_days CHECK (state <> 'noticed' OR notice_from IS NOT NULL),
    CONSTRAINT awards_given_when_final CHECK ((state IN ('final', 'revoked')) = (given_on IS NOT NULL)),
    CONSTRAINT awards_given_after_notice CHECK (given_on IS NULL OR notice_until IS NULL OR notice_until < given_on),
    CONSTRAINT awards_revoked_with_day CHECK ((state = 'revoked') = (revoked_on IS NOT NULL)),
    CONSTRAINT awards_revoked_after_given CHECK (given_on < revoked_on),
    CONSTRAINT awards_ended_reason_length CHECK (char_length(ended_reason) BETWEEN 1 AND 500),
    CONSTRAINT awards_ended_with_reason CHECK (state NOT IN ('returned', 'rejected', 'revoked')
        OR ended_reason IS NOT NULL),
    CONSTRAINT awards_version_positive CHECK (version > 0)
);
CREATE UNIQUE INDEX awards_once_a_year_key ON awards (county_id, scheme_code, village_id, kind, year)
    WHERE state NOT IN ('rejected', 'revoked');
CREATE INDEX awards_kind_idx ON awards (county_id, scheme_id, kind);
CREATE INDEX awards_village_idx ON awards (county_id, village_id, kind, year);
CREATE INDEX awards_recent_idx ON awards (county_id, year DESC, path, id);
CREATE INDEX awards_state_idx ON awards (county_id, state, path);
COMMENT ON TABLE awards IS 'One village put forward for one kind of award of one year: how far it has come, and whether and from when the award holds.';
COMMENT ON COLUMN awards.county_id IS 'The county that owns the row.';
COMMENT ON COLUMN awards.id IS 'UUIDv7, given by the application.';
COMMENT ON COLUMN awards.scheme_id IS 'The version of the scheme in force when it was recommended; it stays with the row.';
COMMENT ON COLUMN awards.scheme_code IS 'Code of the scheme: a village has one award of a kind and year by it, whatever the version.';
COMMENT ON COLUMN awards.kind IS 'Code of the kind of award.';
COMMENT ON COLUMN awards.village_id IS 'The village or community.';
COMMENT ON COLUMN awards.path IS 'Its path.';
COMMENT ON COLUMN awards.year IS 'The year that it is honoured for.';
COMMENT ON COLUMN awards.state IS 'Vocabulary list `award_state`.';
COMMENT ON COLUMN awards.state_on IS 'The day of the last step.';
COMMENT ON COLUMN awards.reason IS 'Why it was recommended.';
COMMENT ON COLUMN awards.recommended_by IS 'Who recommended it last: he may not decide on it.';
COMMENT ON COLUMN awards.mark IS 'The mark of the panel, rounded half up to two decimals.';
COMMENT ON COLUMN awards.notice_from IS 'The day on which it was made public.';
COMMENT ON COLUMN awards.notice_until IS 'The last day of the public notice, counted in working days from the day after.';
COMMENT ON COLUMN awards.given_on IS 'From which day the award holds.';
COMMENT ON COLUMN awards.revoked_on IS 'From which day it no longer holds.';
COMMENT ON COLUMN awards.ended_reason IS 'Why it was sent back, rejected or revoked last.';
COMMENT ON COLUMN awards.version IS 'Rises by one with every step: the number of its last event; the ETag.';
COMMENT ON COLUMN awards.created_at IS 'When it was recommended first.';
COMMENT ON COLUMN awards.created_by IS 'Who recommended it first.';
COMMENT ON COLUMN awards.updated_at IS 'When it was last changed.';
COMMENT ON COLUMN awards.updated_by IS 'Who changed it last: shown to the loser of a race.';

CREATE TABLE award_scores (
    county_id uuid NOT NULL,
    award_id uuid NOT NULL,
    rater text NOT NULL,
    score numeric(8, 2) NOT NULL,
    CONSTRAINT award_scores_pkey PRIMARY KEY (county_id, award_id, rater),
    CONSTRAINT award_scores_award_fkey FOREIGN KEY (county_id, award_id) REFERENCES awards (county_id, id),
    CONSTRAINT award_scores_rater_length CHECK (char_length(rater) BETWEEN 1 AND 50),
    CONSTRAINT award_scores_not_negative CHECK (score >= 0)
);
COMMENT ON TABLE award_scores IS 'The mark that one member of the panel gave.';
COMMENT ON COLUMN award_scores.county_id IS 'The county that owns the row.';
COMMENT ON COLUMN award_scores.award_id IS 'What was scored.';
COMMENT ON COLUMN award_scores.rater IS 'Who gave it: a unit of the panel, or its member.';
COMMENT ON COLUMN award_scores.score IS 'From nought to the scheme''s full marks.';

CREATE TABLE award_objections (
    county_id uuid NOT NULL,
    id uuid NOT NULL,
    award_id uuid NOT NULL,
    received_on date NOT NULL,
    objector text,
    content text NOT NULL,
    outcome text,
    resolution text,
    resolved_on date,
    resolved_by text,
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by text NOT NULL,
    CONSTRAINT award_objections_pkey PRIMARY KEY (county_id, id),
    CONSTRAINT award_objections_award_fkey FOREIGN KEY (county_id, award_id) REFERENCES awards (county_id, id),
    CONSTRAINT award_objections_objector_length CHECK (char_length(objector) BETWEEN 1 AND 50),
    CONSTRAINT award_objections_content_length CHECK (char_length(content) BETWEEN 1 AND 500),
    CONSTRAINT award_objections_outcome_known CHECK (outcome IN ('dismissed', 'returned', 'rejected')),
    CONSTRAINT award_objections_resolution_length CHECK (char_length(resolution) BETWEEN 1 AND 500),
    CONSTRAINT award_objections_resolved_whole CHECK ((outcome IS NULL) = (resolution IS NULL)
        AND (outcome IS NULL) = (resolved_on IS NULL) AND (outcome IS NULL) = (resolved_by IS NULL)),
    CONSTRAINT award_objections_resolved_later CHECK (received_on <= resolved_on)
);
CREATE INDEX award_objections_award_idx ON award_objections (county_id, award_id, received_on);
COMMENT ON TABLE award_objections IS 'What was objected during the public notice of an award, and what came of it.';
COMMENT ON COLUMN award_objections.county_id IS 'The county that owns the row.';
COMMENT ON COLUMN award_objections.id IS 'UUIDv7, given by the application.';
COMMENT ON COLUMN award_objections.award_id IS 'What it is about.';
COMMENT ON COLUMN award_objections.received_on IS 'The day it came in, within the public notice.';
COMMENT ON COLUMN award_objections.objector IS 'Who objected; empty: did not want to be named.';
COMMENT ON COLUMN award_objections.content IS 'What was objected.';
COMMENT ON COLUMN award_objections.outcome IS 'Vocabulary list `objection_outcome`; empty: open.';
COMMENT ON COLUMN award_objections.resolution IS 'What was found.';
COMMENT ON COLUMN award_objections.resolved_on IS 'The day it was resolved.';
COMMENT ON COLUMN award_objections.resolved_by IS 'Who resolved it.';
COMMENT ON COLUMN award_objections.created_at IS 'When it was entered.';
COMMENT ON COLUMN award_objections.created_by IS 'Who entered it: he may not resolve it.';

CREATE TABLE award_events (
    county_id uuid NOT NULL,
    award_id uuid NOT NULL,
    number integer NOT NULL,
    act text NOT NULL,
    on_day date NOT NULL,
    state text NOT NULL,
    note text,
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by text NOT NULL,
    CONSTRAINT award_events_pkey PRIMARY KEY (county_id, award_id, number),
    CONSTRAINT award_events_award_fkey FOREIGN KEY (county_id, award_id) REFERENCES awards (county_id, id),
    CONSTRAINT award_events_number_positive CHECK (number > 0),
    CONSTRAINT award_events_act_known CHECK (act IN ('recommend', 'score', 'decide', 'notice', 'finish', 'return',
        'reject', 'revoke', 'object', 'resolve')),
    CONSTRAINT award_events_state_known CHECK (state IN ('recommended', 'scored', 'decided', 'noticed', 'final',
        'returned', 'rejected', 'revoked')),
    CONSTRAINT award_events_note_length CHECK (char_length(note) BETWEEN 1 AND 1000)
);
COMMENT ON TABLE award_events IS 'The way of an award, step by step; never edited.';
COMMENT ON COLUMN award_events.county_id IS 'The county that owns the row.';
COMMENT ON COLUMN award_events.award_id IS 'The award.';
COMMENT ON COLUMN award_events.number IS 'From 1; the version of the award after it.';
COMMENT ON COLUMN award_events.act IS 'Vocabulary list `award_act`.';
COMMENT ON COLUMN award_events.on_day IS 'The day of the step.';
COMMENT ON COLUMN award_events.state IS 'The state after it.';
COMMENT ON COLUMN award_events.note IS 'Reason, objection or resolution, in words.';
COMMENT ON COLUMN award_events.created_at IS 'When it was entered.';
COMMENT ON COLUMN award_events.created_by IS 'Who took it.';

ALTER TABLE award_schemes ENABLE ROW LEVEL SECURITY;
ALTER TABLE award_schemes FORCE ROW LEVEL SECURITY;
ALTER TABLE award_kinds ENABLE ROW LEVEL SECURITY;
ALTER TABLE award_kinds FORCE ROW LEVEL SECURITY;
ALTER TABLE award_steps ENABLE ROW LEVEL SECURITY;
ALTER TABLE award_steps FORCE ROW LEVEL SECURITY;
ALTER TABLE awards ENABLE ROW LEVEL SECURITY;
ALTER TABLE awards FORCE ROW LEVEL SECURITY;
ALTER TABLE award_scores ENABLE ROW LEVEL SECURITY;
ALTER TABLE award_scores FORCE ROW LEVEL SECURITY;
ALTER TABLE award_objections ENABLE ROW LEVEL SECURITY;
ALTER TABLE award_objections FORCE ROW LEVEL SECURITY;
ALTER TABLE award_events ENABLE ROW LEVEL SECURITY;
ALTER TABLE award_events FORCE ROW LEVEL SECURITY;
-- Everybody in the county reads its schemes; only who acts for the whole county sets them.
CREATE POLICY award_schemes_read ON award_schemes FOR SELECT TO cadre_web, cadre_report
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid);
CREATE POLICY award_schemes_insert ON award_schemes FOR INSERT TO cadre_web
    WITH CHECK (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND current_setting('cadre.path_from', true) ~ '^[0-9]{6}/$');
CREATE POLICY award_kinds_read ON award_kinds FOR SELECT TO cadre_web, cadre_report
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid);
CREATE POLICY award_kinds_insert ON award_kinds FOR INSERT TO cadre_web
    WITH CHECK (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND current_setting('cadre.path_from', true) ~ '^[0-9]{6}/$');
CREATE POLICY award_steps_read ON award_steps FOR SELECT TO cadre_web, cadre_report
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid);
CREATE POLICY award_steps_insert ON award_steps FOR INSERT TO cadre_web
    WITH CHECK (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND current_setting('cadre.path_from', true) ~ '^[0-9]{6}/$');
CREATE POLICY award_schemes_update ON award_schemes FOR UPDATE TO cadre_web
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND current_setting('cadre.path_from', true) ~ '^[0-9]{6}/$');
CREATE POLICY awards_scope ON awards TO cadre_web
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND path >= current_setting('cadre.path_from', true) AND path < current_setting('cadre.path_to', true));
CREATE POLICY award_scores_scope ON award_scores TO cadre_web
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND EXISTS (SELECT FROM awards a WHERE a.county_id = award_scores.county_id AND a.id = award_scores.award_id));
CREATE POLICY award_objections_scope ON award_objections TO cadre_web
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND EXISTS (SELECT FROM awards a WHERE a.county_id = award_objections.county_id AND a.id = award_objections.award_id));
CREATE POLICY award_events_scope ON award_events TO cadre_web
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND EXISTS (SELECT FROM awards a WHERE a.county_id = award_events.county_id AND a.id = award_events.award_id));
CREATE POLICY awards_report ON awards FOR SELECT TO cadre_report
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid);
GRANT SELECT, INSERT, UPDATE ON award_schemes, awards, award_objections TO cadre_web;
GRANT SELECT, INSERT ON award_kinds, award_steps, award_events TO cadre_web;
GRANT SELECT, INSERT, DELETE ON award_scores TO cadre_web;
GRANT SELECT ON award_schemes, award_kinds, award_steps, awards TO cadre_report;
