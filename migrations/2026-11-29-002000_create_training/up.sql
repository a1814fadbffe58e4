CREATE TABLE training_settings (
    county_id uuid NOT NULL,
    id uuid NOT NULL,
    from_day date NOT NULL,
    to_day date,
    member_hours integer NOT NULL,
    leader_hours integer NOT NULL,
    planning_from date NOT NULL,
    source text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by text NOT NULL,
    CONSTRAINT training_settings_pkey PRIMARY KEY (county_id, id),
    CONSTRAINT training_settings_county_fkey FOREIGN KEY (county_id) REFERENCES counties (id),
    CONSTRAINT training_settings_period CHECK (from_day < to_day),
    CONSTRAINT training_settings_member_hours_sensible CHECK (member_hours BETWEEN 1 AND 500),
    CONSTRAINT training_settings_leader_hours_sensible CHECK (leader_hours BETWEEN 1 AND 500),
    CONSTRAINT training_settings_source_filled CHECK (char_length(source) BETWEEN 1 AND 200),
    CONSTRAINT training_settings_no_overlap EXCLUDE USING gist
        (county_id WITH =, daterange(from_day, to_day) WITH &&)
);
COMMENT ON TABLE training_settings IS 'How many hours of training a county demands and since when its planning period runs, otherwise than `data/training_settings.csv` says: one row per version, never edited.';
COMMENT ON COLUMN training_settings.county_id IS 'The county that owns the row.';
COMMENT ON COLUMN training_settings.id IS 'UUIDv7, given by the application.';
COMMENT ON COLUMN training_settings.from_day IS 'First day in force.';
COMMENT ON COLUMN training_settings.to_day IS 'First day no longer in force; empty: still in force.';
COMMENT ON COLUMN training_settings.member_hours IS 'Hours that a member reaches in a calendar year.';
COMMENT ON COLUMN training_settings.leader_hours IS 'Hours that a secretary or another member of a branch''s or village''s Party committee reaches in a calendar year.';
COMMENT ON COLUMN training_settings.planning_from IS 'First day of the county''s planning period: away training and lectures are counted from it.';
COMMENT ON COLUMN training_settings.source IS 'The decision that it rests on.';
COMMENT ON COLUMN training_settings.created_at IS 'When it was entered.';
COMMENT ON COLUMN training_settings.created_by IS 'Who entered it.';

CREATE TABLE training_programmes (
    county_id uuid NOT NULL,
    id uuid NOT NULL,
    code text NOT NULL COLLATE "C",
    name text NOT NULL,
    from_day date NOT NULL,
    years integer NOT NULL,
    to_day date NOT NULL,
    is_primary boolean NOT NULL,
    source text NOT NULL,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by text NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now(),
    updated_by text NOT NULL,
    CONSTRAINT training_programmes_pkey PRIMARY KEY (county_id, id),
    CONSTRAINT training_programmes_county_fkey FOREIGN KEY (county_id) REFERENCES counties (id),
    CONSTRAINT training_programmes_code_key UNIQUE (county_id, code),
    CONSTRAINT training_programmes_name_key UNIQUE (county_id, name),
    CONSTRAINT training_programmes_code_shape CHECK (code ~ '^[a-z0-9][a-z0-9_-]{1,29}$'),
    CONSTRAINT training_programmes_name_length CHECK (char_length(name) BETWEEN 2 AND 50),
    CONSTRAINT training_programmes_years_sensible CHECK (years BETWEEN 1 AND 5),
    CONSTRAINT training_programmes_whole_years CHECK (to_day = (from_day + make_interval(years => years))::date),
    CONSTRAINT training_programmes_source_filled CHECK (char_length(source) BETWEEN 1 AND 200),
    CONSTRAINT training_programmes_version_positive CHECK (version > 0),
    CONSTRAINT training_programmes_one_primary EXCLUDE USING gist
        (county_id WITH =, daterange(from_day, to_day) WITH &&) WHERE (is_primary)
);
COMMENT ON TABLE training_programmes IS 'A programme by which every member of a county is trained once in a cycle of one to five years. A programme of one year is followed by the next one.';
COMMENT ON COLUMN training_programmes.county_id IS 'The county that owns the row.';
COMMENT ON COLUMN training_programmes.id IS 'UUIDv7, given by the application.';
COMMENT ON COLUMN training_programmes.code IS 'Short name in addresses: small letters, digits, underscore, hyphen.';
COMMENT ON COLUMN training_programmes.name IS 'Chinese name; workbooks name a programme by it.';
COMMENT ON COLUMN training_programmes.from_day IS 'First day of the cycle.';
COMMENT ON COLUMN training_programmes.years IS 'Length of the cycle; each programme year begins on the anniversary of the first day.';
COMMENT ON COLUMN training_programmes.to_day IS 'First day after the cycle.';
COMMENT ON COLUMN training_programmes.is_primary IS 'Whether the figures of the report are about this programme while it runs.';
COMMENT ON COLUMN training_programmes.source IS 'The decision that it rests on.';
COMMENT ON COLUMN training_programmes.version IS 'Rises by one with every change; the ETag.';
COMMENT ON COLUMN training_programmes.created_at IS 'When it was entered.';
COMMENT ON COLUMN training_programmes.created_by IS 'Who entered it.';
COMMENT ON COLUMN training_programmes.updated_at IS 'When it was last changed.';
COMMENT ON COLUMN training_programmes.updated_by IS 'Who changed it last: shown to the loser of a race.';

CREATE TABLE training_demands (
    county_id uuid NOT NULL,
    id uuid NOT NULL,
    programme_id uuid NOT NULL,
    from_day date NOT NULL,
    to_day date,
    statuses text NOT NULL COLLATE "C",
    occupations text NOT NULL COLLATE "C",
    exempt_age integer,
    is_unified boolean NOT NULL,
    source text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by text NOT NULL,
    CONSTRAINT training_demands_pkey PRIMARY KEY (county_id, id),
    CONSTRAINT training_demands_programme_fkey FOREIGN KEY (county_id, programme_id)
        REFERENCES training_programmes (county_id, id),
    CONSTRAINT training_demands_period CHECK (from_day < to_day),
    CONSTRAINT training_demands_statuses_shape CHECK (statuses ~ '^[a-z_]+( [a-z_]+)*$'),
    CONSTRAINT training_demands_occupations_shape CHECK (occupations ~ '^([0-9A-Za-z]+( [0-9A-Za-z]+)*)?$'),
    CONSTRAINT training_demands_exempt_age_sensible CHECK (exempt_age BETWEEN 50 AND 120),
    CONSTRAINT training_demands_source_filled CHECK (char_length(source) BETWEEN 1 AND 200),
    CONSTRAINT training_demands_no_overlap EXCLUDE USING gist
        (programme_id WITH =, daterange(from_day, to_day) WITH &&)
);
CREATE INDEX training_demands_programme_idx ON training_demands (county_id, programme_id, from_day);
COMMENT ON TABLE training_demands IS 'What a programme demands from a day on: who is to be trained, and whether its classes need the unified items. One row per version, never edited; `training_floors` has the yearly floors.';
COMMENT ON COLUMN training_demands.county_id IS 'The county that owns the row.';
COMMENT ON COLUMN training_demands.id IS 'UUIDv7, given by the application.';
COMMENT ON COLUMN training_demands.programme_id IS 'The programme.';
COMMENT ON COLUMN training_demands.from_day IS 'First day in force; the first version begins with the cycle.';
COMMENT ON COLUMN training_demands.to_day IS 'First day no longer in force; empty: till the end of the cycle.';
COMMENT ON COLUMN training_demands.statuses IS 'Codes of the membership statuses whose members are to be trained, one space between them; all of them in the register.';
COMMENT ON COLUMN training_demands.occupations IS 'Codes of the occupations whose members are to be trained, one space between them; empty: all.';
COMMENT ON COLUMN training_demands.exempt_age IS 'From this age on, in completed years, a member is exempt; empty: nobody is by age.';
COMMENT ON COLUMN training_demands.is_unified IS 'Whether a class opens only with site, approved course, teacher and cost bearer, and closes only with an assessment.';
COMMENT ON COLUMN training_demands.source IS 'The decision that it rests on.';
COMMENT ON COLUMN training_demands.created_at IS 'When it was entered.';
COMMENT ON COLUMN training_demands.created_by IS 'Who entered it.';

CREATE TABLE training_floors (
    county_id uuid NOT NULL,
    demand_id uuid NOT NULL,
    year integer NOT NULL,
    percent integer NOT NULL,
    CONSTRAINT training_floors_pkey PRIMARY KEY (county_id, demand_id, year),
    CONSTRAINT training_floors_demand_fkey FOREIGN KEY (county_id, demand_id) REFERENCES training_demands (county_id, id),
    CONSTRAINT training_floors_year_sensible CHECK (year BETWEEN 1 AND 5),
    CONSTRAINT training_floors_percent_sensible CHECK (percent BETWEEN 0 AND 100)
);
COMMENT ON TABLE training_floors IS 'The share of the programme members who are to be trained in each year of a programme.';
COMMENT ON COLUMN training_floors.county_id IS 'The county that owns the row.';
COMMENT ON COLUMN training_floors.demand_id IS 'The version of what the programme demands.';
COMMENT ON COLUMN training_floors.year IS 'Year of the cycle, from 1.';
COMMENT ON COLUMN training_floors.percent IS 'Whole percents of the programme members.';

CREATE TABLE training_fields (
    county_id uuid NOT NULL,
    programme_id uuid NOT NULL,
    code text NOT NULL COLLATE "C",
    name text NOT NULL,
    position integer NOT NULL,
    occupations text NOT NULL COLLATE "C",
    CONSTRAINT training_fields_pkey PRIMARY KEY (county_id, programme_id, code),
    CONSTRAINT training_fields_programme_fkey FOREIGN KEY (county_id, programme_id)
        REFERENCES training_programmes (county_id, id),
    CONSTRAINT training_fields_name_key UNIQUE (county_id, programme_id, name),
    CONSTRAINT training_fields_code_shape CHECK (code ~ '^[a-z][a-z0-9_]{1,49}$'),
    CONSTRAINT training_fields_name_length CHECK (char_length(name) BETWEEN 2 AND 30),
    CONSTRAINT training_fields_position_sensible CHECK (position BETWEEN 1 AND 99),
    CONSTRAINT training_fields_occupations_shape CHECK (occupations ~ '^([0-9A-Za-z]+( [0-9A-Za-z]+)*)?$')
);
COMMENT ON TABLE training_fields IS 'The fields of a programme, each with a series of classes of its own.';
COMMENT ON COLUMN training_fields.county_id IS 'The county that owns the row.';
COMMENT ON COLUMN training_fields.programme_id IS 'The programme.';
COMMENT ON COLUMN training_fields.code IS 'Vocabulary list `training_field`; a county may add to it.';
COMMENT ON COLUMN training_fields.name IS 'Chinese name.';
COMMENT ON COLUMN training_fields.position IS 'Its place in lists.';
COMMENT ON COLUMN training_fields.occupations IS 'Codes of the occupations whose members the field is for, one space between them; empty: all. A planner reads it; no enrolment is refused by it.';

CREATE TABLE training_exemptions (
    county_id uuid NOT NULL,
    id uuid NOT NULL,
    membership_id uuid NOT NULL,
    kind text NOT NULL,
    reason text NOT NULL,
    from_day date NOT NULL,
    to_day date,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by text NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now(),
    updated_by text NOT NULL,
    CONSTRAINT training_exemptions_pkey PRIMARY KEY (county_id, id),
    CONSTRAINT training_exemptions_membership_fkey FOREIGN KEY (county_id, membership_id)
        REFERENCES memberships (county_id, id),
    CONSTRAINT training_exemptions_kind_known CHECK (kind IN ('old', 'ill', 'disabled', 'other')),
    CONSTRAINT training_exemptions_reason_length CHECK (char_length(reason) BETWEEN 1 AND 200),
    CONSTRAINT training_exemptions_period CHECK (from_day < to_day),
    CONSTRAINT training_exemptions_version_positive CHECK (version > 0),
    CONSTRAINT training_exemptions_no_overlap EXCLUDE USING gist
        (membership_id WITH =, daterange(from_day, to_day) WITH &&)
);
CREATE INDEX training_exemptions_membership_idx ON training_exemptions (county_id, membership_id, from_day);
COMMENT ON TABLE training_exemptions IS 'That a member need not be trained from one day to another: the old, the ill, the disabled (regulations on members'' education, article 23).';
COMMENT ON COLUMN training_exemptions.county_id IS 'The county that owns the row.';
COMMENT ON COLUMN training_exemptions.id IS 'UUIDv7, given by the application.';
COMMENT ON COLUMN training_exemptions.membership_id IS 'The member.';
COMMENT ON COLUMN training_exemptions.kind IS 'Vocabulary list `training_exemption`.';
COMMENT ON COLUMN training_exemptions.reason IS 'Why, in words.';
COMMENT ON COLUMN training_exemptions.from_day IS 'First day.';
COMMENT ON COLUMN training_exemptions.to_day IS 'First day no longer; empty: still.';
COMMENT ON COLUMN training_exemptions.version IS 'Rises by one with every change; the ETag.';
COMMENT ON COLUMN training_exemptions.created_at IS 'When it was entered.';
COMMENT ON COLUMN training_exemptions.created_by IS 'Who entered it.';
COMMENT ON COLUMN training_exemptions.updated_at IS 'When it was last changed.';
COMMENT ON COLUMN training_exemptions.updated_by IS 'Who changed it last: shown to the loser of a race.';

CREATE TABLE training_classes (
    county_id uuid NOT NULL,
    id uuid NOT NULL,
    code text NOT NULL COLLATE "C",
    name text NOT NULL,
    kind text NOT NULL,
    programme_id uuid NOT NULL,
    field text NOT NULL COLLATE "C",
    organisation_id uuid NOT NULL,
    audience_id uuid NOT NULL,
    path text NOT NULL COLLATE "C",
    site text,
    first_day date NOT NULL,
    last_day date NOT NULL,
    hours numeric NOT NULL,
    places integer,
    is_away boolean NOT NULL,
    takes_walk_ins boolean NOT NULL,
    is_course_approved boolean NOT NULL,
    teacher text,
    cost_bearer text,
    assessment text,
    note text,
    state text NOT NULL,
    cancel_reason text,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by text NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now(),
    updated_by text NOT NULL,
    CONSTRAINT training_classes_pkey PRIMARY KEY (county_id, id),
    CONSTRAINT training_classes_code_key UNIQUE (county_id, code),
    CONSTRAINT training_classes_days_key UNIQUE (county_id, id, kind, first_day, last_day),
    CONSTRAINT training_classes_programme_fkey FOREIGN KEY (county_id, programme_id)
        REFERENCES training_programmes (county_id, id),
    CONSTRAINT training_classes_field_fkey FOREIGN KEY (county_id, programme_id, field)
        REFERENCES training_fields (county_id, programme_id, code),
    CONSTRAINT training_classes_organisation_fkey FOREIGN KEY (county_id, organisation_id)
        REFERENCES organisations (county_id, id),
    CONSTRAINT training_classes_audience_fkey FOREIGN KEY (county_id, audience_id)
        REFERENCES organisations (county_id, id),
    CONSTRAINT training_classes_code_shape CHECK (code ~ '^[A-Za-z0-9][A-Za-z0-9_-]{0,29}$'),
    CONSTRAINT training_classes_name_length CHECK (char_length(name) BETWEEN 2 AND 100),
    CONSTRAINT training_classes_kind_known CHECK (kind IN ('class', 'micro_lesson', 'lecture')),
    CONSTRAINT training_classes_site_length CHECK (char_length(site) BETWEEN 1 AND 100),
    CONSTRAINT training_classes_days_in_order CHECK (first_day <= last_day),
    CONSTRAINT training_classes_days_sensible CHECK (last_day - first_day <= 100),
    CONSTRAINT training_classes_hours_sensible CHECK (hours > 0 AND hours <= 800 AND hours = round(hours, 1)),
    CONSTRAINT training_classes_places_sensible CHECK (places BETWEEN 1 AND 100000),
    CONSTRAINT training_classes_teacher_length CHECK (char_length(teacher) BETWEEN 1 AND 100),
    CONSTRAINT training_classes_cost_bearer_length CHECK (char_length(cost_bearer) BETWEEN 1 AND 100),
    CONSTRAINT training_classes_assessment_length CHECK (char_length(assessment) BETWEEN 1 AND 200),
    CONSTRAINT training_classes_note_length CHECK (char_length(note) BETWEEN 1 AND 500),
    CONSTRAINT training_classes_state_known CHECK (state IN ('planned', 'open', 'held', 'closed', 'cancelled')),
    CONSTRAINT training_classes_reason_of_cancelling CHECK ((cancel_reason IS NOT NULL) = (state = 'cancelled')),
    CONSTRAINT training_classes_cancel_reason_length CHECK (char_length(cancel_reason) BETWEEN 1 AND 200),
    CONSTRAINT training_classes_version_positive CHECK (version > 0)
);
CREATE INDEX training_classes_programme_idx ON training_classes (county_id, programme_id, field, first_day);
CREATE INDEX training_classes_organisation_idx ON training_classes (county_id, organisation_id);
CREATE INDEX training_classes_audience_idx ON training_classes (county_id, audience_id);
CREATE INDEX training_classes_days_idx ON training_classes (county_id, first_day, id);
COMMENT ON TABLE training_classes IS 'A class, micro-lesson or lecture of a programme. It stands where its audience stands: whoever acts for that organisation plans it, keeps its roll and enters who came.';
COMMENT ON COLUMN training_classes.county_id IS 'The county that owns the row.';
COMMENT ON COLUMN training_classes.id IS 'UUIDv7, given by the application.';
COMMENT ON COLUMN training_classes.code IS 'Number of the class, one in the county.';
COMMENT ON COLUMN training_classes.name IS 'Chinese name.';
COMMENT ON COLUMN training_classes.kind IS 'Vocabulary list `training_kind`.';
COMMENT ON COLUMN training_classes.programme_id IS 'The programme that it counts for.';
COMMENT ON COLUMN training_classes.field IS 'Code of the field of that programme.';
COMMENT ON COLUMN training_classes.organisation_id IS 'The organisation that holds it.';
COMMENT ON COLUMN training_classes.audience_id IS 'The organisation whose members may attend it.';
COMMENT ON COLUMN training_classes.path IS 'Path of the audience.';
COMMENT ON COLUMN training_classes.site IS 'Where it is held.';
COMMENT ON COLUMN training_classes.first_day IS 'First day.';
COMMENT ON COLUMN training_classes.last_day IS 'Last day; who passes is trained from this day on.';
COMMENT ON COLUMN training_classes.hours IS 'Hours of the whole class, at most one decimal.';
COMMENT ON COLUMN training_classes.places IS 'How many can attend; empty: no limit.';
COMMENT ON COLUMN training_classes.is_away IS 'Whether it is held outside the county.';
COMMENT ON COLUMN training_classes.takes_walk_ins IS 'Whether somebody who was not enrolled may come; his enrolment is then marked.';
COMMENT ON COLUMN training_classes.is_course_approved IS 'Whether the course was approved.';
COMMENT ON COLUMN training_classes.teacher IS 'Who teaches.';
COMMENT ON COLUMN training_classes.cost_bearer IS 'Who pays.';
COMMENT ON COLUMN training_classes.assessment IS 'How the class was assessed, or is to be.';
COMMENT ON COLUMN training_classes.note IS 'Free text.';
COMMENT ON COLUMN training_classes.state IS 'Vocabulary list `training_class_state`.';
COMMENT ON COLUMN training_classes.cancel_reason IS 'Why it was cancelled.';
COMMENT ON COLUMN training_classes.version IS 'Rises by one with every change; the ETag.';
COMMENT ON COLUMN training_classes.created_at IS 'When it was entered.';
COMMENT ON COLUMN training_classes.created_by IS 'Who entered it.';
COMMENT ON COLUMN training_classes.updated_at IS 'When it was last changed.';
COMMENT ON COLUMN training_classes.updated_by IS 'Who changed it last: shown to the loser of a race.';

CREATE TABLE training_enrolments (
    county_id uuid NOT NULL,
    class_id uuid NOT NULL,
    membership_id uuid NOT NULL,
    path text NOT NULL COLLATE "C",
    kind text NOT NULL,
    first_day date NOT NULL,
    last_day date NOT NULL,
    is_walk_in boolean NOT NULL DEFAULT false,
    withdrawn_on date,
    withdrawal_reason text,
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by text NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now(),
    updated_by text NOT NULL,
    CONSTRAINT training_enrolments_pkey PRIMARY KEY (county_id, class_id, membership_id),
    CONSTRAINT training_enrolments_class_fkey FOREIGN KEY (county_id, class_id, kind, first_day, last_day)
        REFERENCES training_classes (county_id, id, kind, first_day, last_day) ON UPDATE CASCADE,
    CONSTRAINT training_enrolments_membership_fkey FOREIGN KEY (county_id, membership_id)
        REFERENCES memberships (county_id, id),
    CONSTRAINT training_enrolments_reason_of_withdrawal CHECK ((withdrawn_on IS NULL) = (withdrawal_reason IS NULL)),
    CONSTRAINT training_enrolments_withdrawal_reason_length CHECK (char_length(withdrawal_reason) BETWEEN 1 AND 200),
    CONSTRAINT training_enrolments_one_class_at_a_time EXCLUDE USING gist
        (membership_id WITH =, daterange(first_day, last_day, '[]') WITH &&)
        WHERE (withdrawn_on IS NULL AND kind = 'class')
);
CREATE INDEX training_enrolments_class_idx ON training_enrolments (county_id, class_id, kind, first_day, last_day);
CREATE INDEX training_enrolments_membership_idx ON training_enrolments (county_id, membership_id, first_day);
COMMENT ON TABLE training_enrolments IS 'Who is to attend a class. An enrolment that was withdrawn stays, with its reason, and lets the member attend another class.';
COMMENT ON COLUMN training_enrolments.county_id IS 'The county that owns the row.';
COMMENT ON COLUMN training_enrolments.class_id IS 'The class.';
COMMENT ON COLUMN training_enrolments.membership_id IS 'The member.';
COMMENT ON COLUMN training_enrolments.path IS 'Path of the class.';
COMMENT ON COLUMN training_enrolments.kind IS 'Kind of the class.';
COMMENT ON COLUMN training_enrolments.first_day IS 'First day of the class.';
COMMENT ON COLUMN training_enrolments.last_day IS 'Last day of the class.';
COMMENT ON COLUMN training_enrolments.is_walk_in IS 'Whether he came without having been enrolled.';
COMMENT ON COLUMN training_enrolments.withdrawn_on IS 'Day on which he was taken off the roll.';
COMMENT ON COLUMN training_enrolments.withdrawal_reason IS 'Why.';
COMMENT ON COLUMN training_enrolments.created_at IS 'When it was entered.';
COMMENT ON COLUMN training_enrolments.created_by IS 'Who entered it.';
COMMENT ON COLUMN training_enrolments.updated_at IS 'When it was last changed.';
COMMENT ON COLUMN training_enrolments.updated_by IS 'Who changed it last: shown to the loser of a race.';

CREATE TABLE training_attendances (
    county_id uuid NOT NULL,
    class_id uuid NOT NULL,
    membership_id uuid NOT NULL,
    path text NOT NULL COLLATE "C",
    hours numeric NOT NULL,
    result text NOT NULL,
    note text,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by text NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now(),
    updated_by text NOT NULL,
    CONSTRAINT training_attendances_pkey PRIMARY KEY (county_id, class_id, membership_id),
    CONSTRAINT training_attendances_enrolment_fkey FOREIGN KEY (county_id, class_id, membership_id)
        REFERENCES training_enrolments (county_id, class_id, membership_id),
    CONSTRAINT training_attendances_hours_sensible CHECK (hours >= 0 AND hours <= 800 AND hours = round(hours, 1)),
    CONSTRAINT training_attendances_result_known CHECK (result IN ('excellent', 'passed', 'failed')),
    CONSTRAINT training_attendances_nobody_passes_absent CHECK (hours > 0 OR result = 'failed'),
    CONSTRAINT training_attendances_note_length CHECK (char_length(note) BETWEEN 1 AND 500),
    CONSTRAINT training_attendances_version_positive CHECK (version > 0)
);
CREATE INDEX training_attendances_membership_idx ON training_attendances (county_id, membership_id, class_id);
COMMENT ON TABLE training_attendances IS 'Who came to a class, for how many hours, and with what result.';
COMMENT ON COLUMN training_attendances.county_id IS 'The county that owns the row.';
COMMENT ON COLUMN training_attendances.class_id IS 'The class.';
COMMENT ON COLUMN training_attendances.membership_id IS 'The member.';
COMMENT ON COLUMN training_attendances.path IS 'Path of the class.';
COMMENT ON COLUMN training_attendances.hours IS 'Hours that he was present, at most one decimal.';
COMMENT ON COLUMN training_attendances.result IS 'Vocabulary list `training_result`.';
COMMENT ON COLUMN training_attendances.note IS 'Free text.';
COMMENT ON COLUMN training_attendances.version IS 'Rises by one with every change; the ETag.';
COMMENT ON COLUMN training_attendances.created_at IS 'When it was entered.';
COMMENT ON COLUMN training_attendances.created_by IS 'Who entered it.';
COMMENT ON COLUMN training_attendances.updated_at IS 'When it was last changed.';
COMMENT ON COLUMN training_attendances.updated_by IS 'Who changed it last: shown to the loser of a race.';

CREATE TABLE training_completions (
    county_id uuid NOT NULL,
    programme_id uuid NOT NULL,
    membership_id uuid NOT NULL,
    class_id uuid NOT NULL,
    passed_on date NOT NULL,
    CONSTRAINT training_completions_pkey PRIMARY KEY (county_id, programme_id, membership_id),
    CONSTRAINT training_completions_programme_fkey FOREIGN KEY (county_id, programme_id)
        REFERENCES training_programmes (county_id, id),
    CONSTRAINT training_completions_attendance_fkey FOREIGN KEY (county_id, class_id, membership_id)
        REFERENCES training_attendances (county_id, class_id, membership_id) ON DELETE CASCADE
);
CREATE INDEX training_completions_attendance_idx ON training_completions (county_id, class_id, membership_id);
COMMENT ON TABLE training_completions IS 'The first class of a programme that a member passed: who is trained. Follows from the attendances and is written with them.';
COMMENT ON COLUMN training_completions.county_id IS 'The county that owns the row.';
COMMENT ON COLUMN training_completions.programme_id IS 'The programme.';
COMMENT ON COLUMN training_completions.membership_id IS 'The member.';
COMMENT ON COLUMN training_completions.class_id IS 'The class.';
COMMENT ON COLUMN training_completions.passed_on IS 'Last day of that class: he is trained from this day on.';

ALTER TABLE training_settings ENABLE ROW LEVEL SECURITY;
ALTER TABLE training_settings FORCE ROW LEVEL SECURITY;
ALTER TABLE training_programmes ENABLE ROW LEVEL SECURITY;
ALTER TABLE training_programmes FORCE ROW LEVEL SECURITY;
ALTER TABLE training_demands ENABLE ROW LEVEL SECURITY;
ALTER TABLE training_demands FORCE ROW LEVEL SECURITY;
ALTER TABLE training_floors ENABLE ROW LEVEL SECURITY;
ALTER TABLE training_floors FORCE ROW LEVEL SECURITY;
ALTER TABLE training_fields ENABLE ROW LEVEL SECURITY;
ALTER TABLE training_fields FORCE ROW LEVEL SECURITY;
ALTER TABLE training_exemptions ENABLE ROW LEVEL SECURITY;
ALTER TABLE training_exemptions FORCE ROW LEVEL SECURITY;
ALTER TABLE training_classes ENABLE ROW LEVEL SECURITY;
ALTER TABLE training_classes FORCE ROW LEVEL SECURITY;
ALTER TABLE training_enrolments ENABLE ROW LEVEL SECURITY;
ALTER TABLE training_enrolments FORCE ROW LEVEL SECURITY;
ALTER TABLE training_attendances ENABLE ROW LEVEL SECURITY;
ALTER TABLE training_attendances FORCE ROW LEVEL SECURITY;
ALTER TABLE training_completions ENABLE ROW LEVEL SECURITY;
ALTER TABLE training_completions FORCE ROW LEVEL SECURITY;
-- Everybody in the county reads what it demands; only who acts for the whole county sets it.
CREATE POLICY training_settings_read ON training_settings FOR SELECT TO cadre_web, cadre_report
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid);
CREATE POLICY training_settings_insert ON training_settings FOR INSERT TO cadre_web
    WITH CHECK (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND current_setting('cadre.path_from', true) ~ '^[0-9]{6}/$');
CREATE POLICY training_settings_update ON training_settings FOR UPDATE TO cadre_web
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND current_setting('cadre.path_from', true) ~ '^[0-9]{6}/$');
CREATE POLICY training_programmes_read ON training_programmes FOR SELECT TO cadre_web, cadre_report
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid);
CREATE POLICY training_programmes_insert ON training_programmes FOR INSERT TO cadre_web
    WITH CHECK (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND current_setting('cadre.path_from', true) ~ '^[0-9]{6}/$');
CREATE POLICY training_programmes_update ON training_programmes FOR UPDATE TO cadre_web
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND current_setting('cadre.path_from', true) ~ '^[0-9]{6}/$');
CREATE POLICY training_demands_read ON training_demands FOR SELECT TO cadre_web, cadre_report
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid);
CREATE POLICY training_demands_insert ON training_demands FOR INSERT TO cadre_web
    WITH CHECK (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND current_setting('cadre.path_from', true) ~ '^[0-9]{6}/$');
CREATE POLICY training_demands_update ON training_demands FOR UPDATE TO cadre_web
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND current_setting('cadre.path_from', true) ~ '^[0-9]{6}/$');
CREATE POLICY training_floors_read ON training_floors FOR SELECT TO cadre_web, cadre_report
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid);
CREATE POLICY training_floors_insert ON training_floors FOR INSERT TO cadre_web
    WITH CHECK (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND current_setting('cadre.path_from', true) ~ '^[0-9]{6}/$');
CREATE POLICY training_fields_read ON training_fields FOR SELECT TO cadre_web, cadre_report
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid);
CREATE POLICY training_fields_insert ON training_fields FOR INSERT TO cadre_web
    WITH CHECK (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND current_setting('cadre.path_from', true) ~ '^[0-9]{6}/$');
-- Classes are no secret inside a county: towns enrol their members in classes of the county.
CREATE POLICY training_classes_read ON training_classes FOR SELECT TO cadre_web, cadre_report
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid);
CREATE POLICY training_classes_insert ON training_classes FOR INSERT TO cadre_web
    WITH CHECK (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND path >= current_setting('cadre.path_from', true) AND path < current_setting('cadre.path_to', true));
CREATE POLICY training_classes_update ON training_classes FOR UPDATE TO cadre_web
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND path >= current_setting('cadre.path_from', true) AND path < current_setting('cadre.path_to', true));
-- A roll is read by whoever keeps it and by whoever has the member; whoever keeps it writes it.
CREATE POLICY training_enrolments_read ON training_enrolments FOR SELECT TO cadre_web
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND (path >= current_setting('cadre.path_from', true) AND path < current_setting('cadre.path_to', true)
            OR EXISTS (SELECT FROM memberships m
                WHERE m.county_id = training_enrolments.county_id AND m.id = training_enrolments.membership_id)));
CREATE POLICY training_enrolments_insert ON training_enrolments FOR INSERT TO cadre_web
    WITH CHECK (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND path >= current_setting('cadre.path_from', true) AND path < current_setting('cadre.path_to', true));
CREATE POLICY training_enrolments_update ON training_enrolments FOR UPDATE TO cadre_web
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND path >= current_setting('cadre.path_from', true) AND path < current_setting('cadre.path_to', true));
CREATE POLICY training_enrolments_report ON training_enrolments FOR SELECT TO cadre_report
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid);
CREATE POLICY training_attendances_read ON training_attendances FOR SELECT TO cadre_web
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND (path >= current_setting('cadre.path_from', true) AND path < current_setting('cadre.path_to', true)
            OR EXISTS (SELECT FROM memberships m
                WHERE m.county_id = training_attendances.county_id AND m.id = training_attendances.membership_id)));
CREATE POLICY training_attendances_insert ON training_attendances FOR INSERT TO cadre_web
    WITH CHECK (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND path >= current_setting('cadre.path_from', true) AND path < current_setting('cadre.path_to', true));
CREATE POLICY training_attendances_update ON training_attendances FOR UPDATE TO cadre_web
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND path >= current_setting('cadre.path_from', true) AND path < current_setting('cadre.path_to', true));
CREATE POLICY training_attendances_report ON training_attendances FOR SELECT TO cadre_report
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid);
CREATE POLICY training_attendances_delete ON training_attendances FOR DELETE TO cadre_web
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND path >= current_setting('cadre.path_from', true) AND path < current_setting('cadre.path_to', true));
CREATE POLICY training_exemptions_scope ON training_exemptions TO cadre_web
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND (current_setting('cadre.path_from', true) ~ '^[0-9]{6}/$' OR EXISTS (SELECT FROM memberships m
            WHERE m.county_id = training_exemptions.county_id AND m.id = training_exemptions.membership_id)));
CREATE POLICY training_exemptions_report ON training_exemptions FOR SELECT TO cadre_report
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid);
CREATE POLICY training_completions_scope ON training_completions TO cadre_web
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND (current_setting('cadre.path_from', true) ~ '^[0-9]{6}/$' OR EXISTS (SELECT FROM memberships m
            WHERE m.county_id = training_completions.county_id AND m.id = training_completions.membership_id)));
CREATE POLICY training_completions_report ON training_completions FOR SELECT TO cadre_report
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid);
GRANT SELECT, INSERT, UPDATE ON training_settings, training_programmes, training_demands, training_exemptions,
    training_classes, training_enrolments TO cadre_web;
GRANT SELECT, INSERT ON training_floors, training_fields TO cadre_web;
GRANT SELECT, INSERT, UPDATE, DELETE ON training_attendances, training_completions TO cadre_web;
GRANT SELECT ON training_settings, training_programmes, training_demands, training_floors, training_fields,
    training_exemptions, training_classes, training_enrolments, training_attendances, training_completions TO cadre_report;
