CREATE TABLE reserves (
    county_id uuid NOT NULL,
    id uuid NOT NULL,
    person_id uuid NOT NULL,
    village_id uuid NOT NULL,
    path text NOT NULL COLLATE "C",
    sort_key text NOT NULL COLLATE "C",
    kind text NOT NULL,
    entered_on date NOT NULL,
    left_on date,
    state text NOT NULL,
    state_from date NOT NULL,
    route text,
    political_status text NOT NULL COLLATE "C",
    education_at_entry text NOT NULL COLLATE "C",
    note text,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by text NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now(),
    updated_by text NOT NULL,
    CONSTRAINT reserves_pkey PRIMARY KEY (county_id, id),
    CONSTRAINT reserves_person_fkey FOREIGN KEY (county_id, person_id) REFERENCES people (county_id, id),
    CONSTRAINT reserves_village_fkey FOREIGN KEY (county_id, village_id) REFERENCES organisations (county_id, id),
    CONSTRAINT reserves_kind_known CHECK (kind IN ('reserve_cadre', 'local_talent')),
    CONSTRAINT reserves_state_known CHECK (state IN ('in_pool', 'seconded', 'cross_village', 'appointed', 'left')),
    CONSTRAINT reserves_state_after_entry CHECK (entered_on <= state_from),
    CONSTRAINT reserves_left_with_state CHECK (left_on IS NOT DISTINCT FROM
        CASE WHEN state IN ('appointed', 'left') THEN state_from END),
    CONSTRAINT reserves_route_known CHECK (route IN ('contest', 'recommendation', 'open_recruitment',
        'self_nomination')),
    CONSTRAINT reserves_political_status_shape CHECK (political_status ~ '^[0-9]{2}$'),
    CONSTRAINT reserves_education_at_entry_shape CHECK (education_at_entry ~ '^[0-9]{2}$'),
    CONSTRAINT reserves_note_length CHECK (char_length(note) BETWEEN 1 AND 500),
    CONSTRAINT reserves_version_positive CHECK (version > 0),
    CONSTRAINT reserves_no_overlap EXCLUDE USING gist
        (person_id WITH =, daterange(entered_on, left_on) WITH &&)
);
CREATE INDEX reserves_path_idx ON reserves (county_id, path, sort_key, id);
CREATE INDEX reserves_village_idx ON reserves (county_id, village_id, sort_key, id);
CREATE INDEX reserves_person_idx ON reserves (county_id, person_id, entered_on);
COMMENT ON TABLE reserves IS 'One stay of one person in the pool of reserve cadres and local talent of a village. State and state_from repeat the latest dated state, so that lists need no history.';
COMMENT ON COLUMN reserves.county_id IS 'The county that owns the row.';
COMMENT ON COLUMN reserves.id IS 'UUIDv7, given by the application.';
COMMENT ON COLUMN reserves.person_id IS 'Who is in the pool.';
COMMENT ON COLUMN reserves.village_id IS 'The village or community that he stands in reserve for; he counts here also while posted elsewhere.';
COMMENT ON COLUMN reserves.path IS 'Path of that village.';
COMMENT ON COLUMN reserves.sort_key IS 'Pinyin of the name: the order of lists.';
COMMENT ON COLUMN reserves.kind IS 'Vocabulary list `reserve_kind`.';
COMMENT ON COLUMN reserves.entered_on IS 'First day in the pool.';
COMMENT ON COLUMN reserves.left_on IS 'First day no longer in the pool: of the appointment or of leaving; empty: still in it.';
COMMENT ON COLUMN reserves.state IS 'Latest state, vocabulary list `reserve_state`.';
COMMENT ON COLUMN reserves.state_from IS 'First day of the latest state.';
COMMENT ON COLUMN reserves.route IS 'How he was chosen, vocabulary list `selection_route`.';
COMMENT ON COLUMN reserves.political_status IS 'GB/T 4762.';
COMMENT ON COLUMN reserves.education_at_entry IS 'Education (GB/T 4658) when he was entered; what counts today stands with the person.';
COMMENT ON COLUMN reserves.note IS 'Free text.';
COMMENT ON COLUMN reserves.version IS 'Rises by one with every change of the entry, its mentors, notes and reviews; the ETag.';
COMMENT ON COLUMN reserves.created_at IS 'When it was entered.';
COMMENT ON COLUMN reserves.created_by IS 'Who entered it.';
COMMENT ON COLUMN reserves.updated_at IS 'When it was last changed.';
COMMENT ON COLUMN reserves.updated_by IS 'Who changed it last: shown to the loser of a race.';

CREATE TABLE reserve_sources (
    county_id uuid NOT NULL,
    reserve_id uuid NOT NULL,
    source text NOT NULL COLLATE "C",
    CONSTRAINT reserve_sources_pkey PRIMARY KEY (county_id, reserve_id, source),
    CONSTRAINT reserve_sources_reserve_fkey FOREIGN KEY (county_id, reserve_id) REFERENCES reserves (county_id, id),
    CONSTRAINT reserve_sources_source_shape CHECK (source ~ '^[a-z][a-z0-9_]{1,49}$')
);
COMMENT ON TABLE reserve_sources IS 'Where somebody in the pool was drawn from: several tags may hold of one.';
COMMENT ON COLUMN reserve_sources.county_id IS 'The county that owns the row.';
COMMENT ON COLUMN reserve_sources.reserve_id IS 'The pool entry.';
COMMENT ON COLUMN reserve_sources.source IS 'Vocabulary list `reserve_source`; a county may add to it.';

CREATE TABLE reserve_states (
    county_id uuid NOT NULL,
    reserve_id uuid NOT NULL,
    state text NOT NULL,
    village_id uuid,
    post text,
    reason text,
    from_day date NOT NULL,
    to_day date,
    CONSTRAINT reserve_states_pkey PRIMARY KEY (county_id, reserve_id, from_day),
    CONSTRAINT reserve_states_reserve_fkey FOREIGN KEY (county_id, reserve_id) REFERENCES reserves (county_id, id),
    CONSTRAINT reserve_states_village_fkey FOREIGN KEY (county_id, village_id)
        REFERENCES organisations (county_id, id),
    CONSTRAINT reserve_states_state_known CHECK (state IN ('in_pool', 'seconded', 'cross_village', 'appointed',
        'left')),
    CONSTRAINT reserve_states_village_of_posting CHECK (village_id IS NULL OR state NOT IN ('in_pool', 'left')),
    CONSTRAINT reserve_states_post_of_posting CHECK (post IS NULL OR state NOT IN ('in_pool', 'left')),
    CONSTRAINT reserve_states_post_length CHECK (char_length(post) BETWEEN 1 AND 50),
    CONSTRAINT reserve_states_reason_length CHECK (char_length(reason) BETWEEN 1 AND 500),
    CONSTRAINT reserve_states_period CHECK (from_day < to_day),
    CONSTRAINT reserve_states_last_ones_stay CHECK (state NOT IN ('appointed', 'left') OR to_day IS NULL),
    CONSTRAINT reserve_states_no_overlap EXCLUDE USING gist
        (reserve_id WITH =, daterange(from_day, to_day) WITH &&)
);
CREATE INDEX reserve_states_village_idx ON reserve_states (county_id, village_id);
COMMENT ON TABLE reserve_states IS 'What somebody in the pool did, day by day: waited, was seconded, posted to another village, was appointed, left. The last two end the stay.';
COMMENT ON COLUMN reserve_states.county_id IS 'The county that owns the row.';
COMMENT ON COLUMN reserve_states.reserve_id IS 'The pool entry.';
COMMENT ON COLUMN reserve_states.state IS 'Vocabulary list `reserve_state`.';
COMMENT ON COLUMN reserve_states.village_id IS 'Where he was seconded, posted or appointed, as far as known.';
COMMENT ON COLUMN reserve_states.post IS 'The post there, in words.';
COMMENT ON COLUMN reserve_states.reason IS 'Why.';
COMMENT ON COLUMN reserve_states.from_day IS 'First day.';
COMMENT ON COLUMN reserve_states.to_day IS 'First day in another state; empty: still this one.';

CREATE TABLE reserve_mentors (
    county_id uuid NOT NULL,
    id uuid NOT NULL,
    reserve_id uuid NOT NULL,
    kind text NOT NULL,
    person_id uuid,
    name text NOT NULL,
    from_day date NOT NULL,
    to_day date,
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by text NOT NULL,
    CONSTRAINT reserve_mentors_pkey PRIMARY KEY (county_id, id),
    CONSTRAINT reserve_mentors_reserve_fkey FOREIGN KEY (county_id, reserve_id) REFERENCES reserves (county_id, id),
    CONSTRAINT reserve_mentors_reserve_key UNIQUE (county_id, reserve_id, id),
    CONSTRAINT reserve_mentors_person_fkey FOREIGN KEY (county_id, person_id) REFERENCES people (county_id, id),
    CONSTRAINT reserve_mentors_kind_known CHECK (kind IN ('township_leader', 'village_secretary')),
    CONSTRAINT reserve_mentors_name_length CHECK (char_length(name) BETWEEN 2 AND 50),
    CONSTRAINT reserve_mentors_period CHECK (from_day < to_day),
    CONSTRAINT reserve_mentors_no_overlap EXCLUDE USING gist
        (reserve_id WITH =, kind WITH =, name WITH =, daterange(from_day, to_day) WITH &&)
);
CREATE INDEX reserve_mentors_person_idx ON reserve_mentors (county_id, person_id);
COMMENT ON TABLE reserve_mentors IS 'Who guided somebody in the pool, from when to when ("2+1": two township leaders and the village secretary).';
COMMENT ON COLUMN reserve_mentors.county_id IS 'The county that owns the row.';
COMMENT ON COLUMN reserve_mentors.id IS 'UUIDv7, given by the application.';
COMMENT ON COLUMN reserve_mentors.reserve_id IS 'Who is guided.';
COMMENT ON COLUMN reserve_mentors.kind IS 'township_leader or village_secretary.';
COMMENT ON COLUMN reserve_mentors.person_id IS 'The person, where he is on record.';
COMMENT ON COLUMN reserve_mentors.name IS 'His name.';
COMMENT ON COLUMN reserve_mentors.from_day IS 'First day.';
COMMENT ON COLUMN reserve_mentors.to_day IS 'First day no longer; empty: still.';
COMMENT ON COLUMN reserve_mentors.created_at IS 'When it was entered.';
COMMENT ON COLUMN reserve_mentors.created_by IS 'Who entered it.';

CREATE TABLE mentor_notes (
    county_id uuid NOT NULL,
    id uuid NOT NULL,
    reserve_id uuid NOT NULL,
    mentor_id uuid NOT NULL,
    noted_on date NOT NULL,
    content text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by text NOT NULL,
    CONSTRAINT mentor_notes_pkey PRIMARY KEY (county_id, id),
    CONSTRAINT mentor_notes_mentor_fkey FOREIGN KEY (county_id, reserve_id, mentor_id)
        REFERENCES reserve_mentors (county_id, reserve_id, id),
    CONSTRAINT mentor_notes_content_length CHECK (char_length(content) BETWEEN 1 AND 1000)
);
CREATE INDEX mentor_notes_mentor_idx ON mentor_notes (county_id, reserve_id, mentor_id, noted_on);
COMMENT ON TABLE mentor_notes IS 'What a mentor did for whom he guides: talks, visits, tasks.';
COMMENT ON COLUMN mentor_notes.county_id IS 'The county that owns the row.';
COMMENT ON COLUMN mentor_notes.id IS 'UUIDv7, given by the application.';
COMMENT ON COLUMN mentor_notes.reserve_id IS 'Who is guided.';
COMMENT ON COLUMN mentor_notes.mentor_id IS 'The mentor.';
COMMENT ON COLUMN mentor_notes.noted_on IS 'The day that it is about.';
COMMENT ON COLUMN mentor_notes.content IS 'What was done.';
COMMENT ON COLUMN mentor_notes.created_at IS 'When it was entered.';
COMMENT ON COLUMN mentor_notes.created_by IS 'Who entered it.';

CREATE TABLE reserve_reviews (
    county_id uuid NOT NULL,
    id uuid NOT NULL,
    reserve_id uuid NOT NULL,
    reviewed_on date NOT NULL,
    grade text NOT NULL,
    opinion text,
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by text NOT NULL,
    CONSTRAINT reserve_reviews_pkey PRIMARY KEY (county_id, id),
    CONSTRAINT reserve_reviews_reserve_fkey FOREIGN KEY (county_id, reserve_id) REFERENCES reserves (county_id, id),
    CONSTRAINT reserve_reviews_day_key UNIQUE (county_id, reserve_id, reviewed_on),
    CONSTRAINT reserve_reviews_grade_known CHECK (grade IN ('excellent', 'qualified', 'basically_qualified',
        'unqualified')),
    CONSTRAINT reserve_reviews_opinion_length CHECK (char_length(opinion) BETWEEN 1 AND 1000)
);
COMMENT ON TABLE reserve_reviews IS 'How somebody in the pool was judged on a day.';
COMMENT ON COLUMN reserve_reviews.county_id IS 'The county that owns the row.';
COMMENT ON COLUMN reserve_reviews.id IS 'UUIDv7, given by the application.';
COMMENT ON COLUMN reserve_reviews.reserve_id IS 'Who was judged.';
COMMENT ON COLUMN reserve_reviews.reviewed_on IS 'When.';
COMMENT ON COLUMN reserve_reviews.grade IS 'Vocabulary list `appraisal_grade`.';
COMMENT ON COLUMN reserve_reviews.opinion IS 'In words.';
COMMENT ON COLUMN reserve_reviews.created_at IS 'When it was entered.';
COMMENT ON COLUMN reserve_reviews.created_by IS 'Who entered it.';

CREATE TABLE reserve_settings (
    county_id uuid NOT NULL,
    id uuid NOT NULL,
    from_day date NOT NULL,
    to_day date,
    minimum_per_village integer NOT NULL,
    secondment_age integer NOT NULL,
    secondment_education text NOT NULL,
    township_leaders integer NOT NULL,
    village_secretaries integer NOT NULL,
    days_between_notes integer NOT NULL,
    source text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by text NOT NULL,
    CONSTRAINT reserve_settings_pkey PRIMARY KEY (county_id, id),
    CONSTRAINT reserve_settings_county_fkey FOREIGN KEY (county_id) REFERENCES counties (id),
    CONSTRAINT reserve_settings_period CHECK (from_day < to_day),
    CONSTRAINT reserve_settings_minimum_per_village_sensible CHECK (minimum_per_village BETWEEN 0 AND 50),
    CONSTRAINT reserve_settings_secondment_age_sensible CHECK (secondment_age BETWEEN 18 AND 70),
    CONSTRAINT reserve_settings_secondment_education_known CHECK (secondment_education IN ('any',
        'high_school_or_above', 'college_or_above')),
    CONSTRAINT reserve_settings_township_leaders_sensible CHECK (township_leaders BETWEEN 0 AND 9),
    CONSTRAINT reserve_settings_village_secretaries_sensible CHECK (village_secretaries BETWEEN 0 AND 9),
    CONSTRAINT reserve_settings_days_between_notes_sensible CHECK (days_between_notes BETWEEN 1 AND 1000),
    CONSTRAINT reserve_settings_source_filled CHECK (char_length(source) BETWEEN 1 AND 200),
    CONSTRAINT reserve_settings_no_overlap EXCLUDE USING gist
        (county_id WITH =, daterange(from_day, to_day) WITH &&)
);
COMMENT ON TABLE reserve_settings IS 'What a county demands of its pool otherwise than `data/reserve_settings.csv` says: one row per version, never edited.';
COMMENT ON COLUMN reserve_settings.county_id IS 'The county that owns the row.';
COMMENT ON COLUMN reserve_settings.id IS 'UUIDv7, given by the application.';
COMMENT ON COLUMN reserve_settings.from_day IS 'First day in force.';
COMMENT ON COLUMN reserve_settings.to_day IS 'First day no longer in force; empty: still in force.';
COMMENT ON COLUMN reserve_settings.minimum_per_village IS 'How many reserve cadres a village needs at least.';
COMMENT ON COLUMN reserve_settings.secondment_age IS 'The highest age, in completed years, at which somebody may be seconded.';
COMMENT ON COLUMN reserve_settings.secondment_education IS 'The lowest education for a secondment: any, high_school_or_above or college_or_above.';
COMMENT ON COLUMN reserve_settings.township_leaders IS 'How many township leaders guide each.';
COMMENT ON COLUMN reserve_settings.village_secretaries IS 'How many village secretaries guide each.';
COMMENT ON COLUMN reserve_settings.days_between_notes IS 'Within how many days a mentor has to write the next note.';
COMMENT ON COLUMN reserve_settings.source IS 'The decision that it rests on.';
COMMENT ON COLUMN reserve_settings.created_at IS 'When it was set.';
COMMENT ON COLUMN reserve_settings.created_by IS 'Who set it.';

ALTER TABLE reserves ENABLE ROW LEVEL SECURITY;
ALTER TABLE reserves FORCE ROW LEVEL SECURITY;
ALTER TABLE reserve_sources ENABLE ROW LEVEL SECURITY;
ALTER TABLE reserve_sources FORCE ROW LEVEL SECURITY;
ALTER TABLE reserve_states ENABLE ROW LEVEL SECURITY;
ALTER TABLE reserve_states FORCE ROW LEVEL SECURITY;
ALTER TABLE reserve_mentors ENABLE ROW LEVEL SECURITY;
ALTER TABLE reserve_mentors FORCE ROW LEVEL SECURITY;
ALTER TABLE mentor_notes ENABLE ROW LEVEL SECURITY;
ALTER TABLE mentor_notes FORCE ROW LEVEL SECURITY;
ALTER TABLE reserve_reviews ENABLE ROW LEVEL SECURITY;
ALTER TABLE reserve_reviews FORCE ROW LEVEL SECURITY;
ALTER TABLE reserve_settings ENABLE ROW LEVEL SECURITY;
ALTER TABLE reserve_settings FORCE ROW LEVEL SECURITY;
CREATE POLICY reserves_scope ON reserves TO cadre_web
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND path >= current_setting('cadre.path_from', true) AND path < current_setting('cadre.path_to', true));
CREATE POLICY reserve_sources_scope ON reserve_sources TO cadre_web
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND EXISTS (SELECT FROM reserves r WHERE r.county_id = reserve_sources.county_id AND r.id = reserve_sources.reserve_id));
CREATE POLICY reserve_states_scope ON reserve_states TO cadre_web
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND EXISTS (SELECT FROM reserves r WHERE r.county_id = reserve_states.county_id AND r.id = reserve_states.reserve_id));
CREATE POLICY reserve_mentors_scope ON reserve_mentors TO cadre_web
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND EXISTS (SELECT FROM reserves r WHERE r.county_id = reserve_mentors.county_id AND r.id = reserve_mentors.reserve_id));
CREATE POLICY mentor_notes_scope ON mentor_notes TO cadre_web
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND EXISTS (SELECT FROM reserves r WHERE r.county_id = mentor_notes.county_id AND r.id = mentor_notes.reserve_id));
CREATE POLICY reserve_reviews_scope ON reserve_reviews TO cadre_web
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND EXISTS (SELECT FROM reserves r WHERE r.county_id = reserve_reviews.county_id AND r.id = reserve_reviews.reserve_id));
CREATE POLICY reserves_report ON reserves FOR SELECT TO cadre_report
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid);
CREATE POLICY reserve_sources_report ON reserve_sources FOR SELECT TO cadre_report
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid);
CREATE POLICY reserve_states_report ON reserve_states FOR SELECT TO cadre_report
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid);
CREATE POLICY reserve_mentors_report ON reserve_mentors FOR SELECT TO cadre_report
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid);
-- Everybody in the county reads its settings; only who acts for the whole county sets them.
CREATE POLICY reserve_settings_read ON reserve_settings FOR SELECT TO cadre_web, cadre_report
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid);
CREATE POLICY reserve_settings_insert ON reserve_settings FOR INSERT TO cadre_web
    WITH CHECK (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND current_setting('cadre.path_from', true) ~ '^[0-9]{6}/$');
CREATE POLICY reserve_settings_update ON reserve_settings FOR UPDATE TO cadre_web
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND current_setting('cadre.path_from', true) ~ '^[0-9]{6}/$');
GRANT SELECT, INSERT, UPDATE ON reserves, reserve_states, reserve_mentors, reserve_settings TO cadre_web;
GRANT SELECT, INSERT ON mentor_notes, reserve_reviews TO cadre_web;
GRANT SELECT, INSERT, DELETE ON reserve_sources TO cadre_web;
GRANT SELECT ON reserves, reserve_sources, reserve_states, reserve_mentors, reserve_settings TO cadre_report;
