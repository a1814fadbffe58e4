CREATE TABLE assessment_schemes (
    county_id uuid NOT NULL,
    id uuid NOT NULL,
    organisation_id uuid NOT NULL,
    path text NOT NULL COLLATE "C",
    name text NOT NULL,
    entry text NOT NULL,
    decimals integer NOT NULL,
    flag_rule text NOT NULL,
    notice_days integer NOT NULL,
    method text NOT NULL,
    from_day date NOT NULL,
    to_day date,
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by text NOT NULL,
    CONSTRAINT assessment_schemes_pkey PRIMARY KEY (county_id, id),
    CONSTRAINT assessment_schemes_organisation_fkey FOREIGN KEY (county_id, organisation_id)
        REFERENCES organisations (county_id, id),
    CONSTRAINT assessment_schemes_name_filled CHECK (char_length(name) BETWEEN 1 AND 50),
    CONSTRAINT assessment_schemes_entry_known CHECK (entry IN ('score', 'deduction')),
    CONSTRAINT assessment_schemes_decimals_sensible CHECK (decimals BETWEEN 0 AND 2),
    CONSTRAINT assessment_schemes_flag_rule_known CHECK (flag_rule IN ('shared', 'withheld')),
    CONSTRAINT assessment_schemes_notice_days_sensible CHECK (notice_days BETWEEN 1 AND 60),
    CONSTRAINT assessment_schemes_method_length CHECK (char_length(method) BETWEEN 1 AND 1000),
    CONSTRAINT assessment_schemes_whole_quarters CHECK (extract(day FROM from_day) = 1
        AND extract(month FROM from_day) IN (1, 4, 7, 10)
        AND (to_day IS NULL OR extract(day FROM to_day) = 1 AND extract(month FROM to_day) IN (1, 4, 7, 10))),
    CONSTRAINT assessment_schemes_period CHECK (from_day < to_day),
    CONSTRAINT assessment_schemes_no_overlap EXCLUDE USING gist
        (county_id WITH =, organisation_id WITH =, daterange(from_day, to_day) WITH &&)
);
CREATE INDEX assessment_schemes_organisation_idx ON assessment_schemes (county_id, organisation_id, from_day);
COMMENT ON TABLE assessment_schemes IS 'How a county, or a town for itself, assesses its villages each quarter: one row per version, in force over a range of quarters. Never edited: a change is a new version from a later quarter.';
COMMENT ON COLUMN assessment_schemes.county_id IS 'The county that owns the row.';
COMMENT ON COLUMN assessment_schemes.id IS 'UUIDv7, given by the application; names one version.';
COMMENT ON COLUMN assessment_schemes.organisation_id IS 'Who set it: the county for all its towns, or a town for itself.';
COMMENT ON COLUMN assessment_schemes.path IS 'Path of that organisation.';
COMMENT ON COLUMN assessment_schemes.name IS 'Its Chinese name.';
COMMENT ON COLUMN assessment_schemes.entry IS 'What the panel enters, vocabulary list `assessment_entry`: scores, or deductions from full marks with their reasons.';
COMMENT ON COLUMN assessment_schemes.decimals IS 'How many decimals a score may have.';
COMMENT ON COLUMN assessment_schemes.flag_rule IS 'Who holds the flag where several are first after the tie rule, vocabulary list `flag_rule`.';
COMMENT ON COLUMN assessment_schemes.notice_days IS 'For how many days the result is on public notice, the day of publishing included.';
COMMENT ON COLUMN assessment_schemes.method IS 'Who assesses and how, in words.';
COMMENT ON COLUMN assessment_schemes.from_day IS 'First day of the first quarter in force.';
COMMENT ON COLUMN assessment_schemes.to_day IS 'First day of the first quarter no longer in force; empty: still in force.';
COMMENT ON COLUMN assessment_schemes.created_at IS 'When the row was made.';
COMMENT ON COLUMN assessment_schemes.created_by IS 'Who made it.';

CREATE TABLE assessment_indicators (
    county_id uuid NOT NULL,
    id uuid NOT NULL,
    scheme_id uuid NOT NULL,
    code text NOT NULL COLLATE "C",
    name text NOT NULL,
    position integer NOT NULL,
    full_marks numeric(8, 2) NOT NULL,
    weight numeric(8, 4) NOT NULL,
    evidence text,
    tie_order integer,
    CONSTRAINT assessment_indicators_pkey PRIMARY KEY (county_id, id),
    CONSTRAINT assessment_indicators_scheme_fkey FOREIGN KEY (county_id, scheme_id)
        REFERENCES assessment_schemes (county_id, id),
    CONSTRAINT assessment_indicators_code_key UNIQUE (county_id, scheme_id, code),
    CONSTRAINT assessment_indicators_name_key UNIQUE (county_id, scheme_id, name),
    CONSTRAINT assessment_indicators_position_key UNIQUE (county_id, scheme_id, position),
    CONSTRAINT assessment_indicators_tie_order_key UNIQUE (county_id, scheme_id, tie_order),
    CONSTRAINT assessment_indicators_code_shape CHECK (code ~ '^[a-z][a-z0-9_]{1,49}$'),
    CONSTRAINT assessment_indicators_name_filled CHECK (char_length(name) BETWEEN 1 AND 30),
    CONSTRAINT assessment_indicators_position_sensible CHECK (position BETWEEN 1 AND 50),
    CONSTRAINT assessment_indicators_tie_order_sensible CHECK (tie_order BETWEEN 1 AND 50),
    CONSTRAINT assessment_indicators_full_marks_positive CHECK (full_marks > 0),
    CONSTRAINT assessment_indicators_weight_positive CHECK (weight > 0),
    CONSTRAINT assessment_indicators_evidence_length CHECK (char_length(evidence) BETWEEN 1 AND 200)
);
COMMENT ON TABLE assessment_indicators IS 'What a version of a scheme looks at. Full marks times weight add up to 100.';
COMMENT ON COLUMN assessment_indicators.county_id IS 'The county that owns the row.';
COMMENT ON COLUMN assessment_indicators.id IS 'UUIDv7, given by the application.';
COMMENT ON COLUMN assessment_indicators.scheme_id IS 'The version of the scheme.';
COMMENT ON COLUMN assessment_indicators.code IS 'Code in the API.';
COMMENT ON COLUMN assessment_indicators.name IS 'Chinese name: the heading of its column.';
COMMENT ON COLUMN assessment_indicators.position IS 'Place among the columns, from 1.';
COMMENT ON COLUMN assessment_indicators.full_marks IS 'The highest score.';
COMMENT ON COLUMN assessment_indicators.weight IS 'What a score is multiplied by.';
COMMENT ON COLUMN assessment_indicators.evidence IS 'What evidence is demanded, in words.';
COMMENT ON COLUMN assessment_indicators.tie_order IS 'Which place it has among the indicators that part units of equal totals, from 1; empty: none. Units that no such indicator parts share a rank.';

CREATE TABLE assessment_rounds (
    county_id uuid NOT NULL,
    id uuid NOT NULL,
    scheme_id uuid NOT NULL,
    organisation_id uuid NOT NULL,
    path text NOT NULL COLLATE "C",
    quarter text NOT NULL COLLATE "C",
    first_day date NOT NULL,
    last_day date NOT NULL,
    state text NOT NULL,
    notice_from date,
    notice_to date,
    returned_reason text,
    returned_by text,
    returned_at timestamptz,
    submitted_by text,
    submitted_at timestamptz,
    confirmed_by text,
    confirmed_at timestamptz,
    published_by text,
    published_at timestamptz,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by text NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now(),
    updated_by text NOT NULL,
    CONSTRAINT assessment_rounds_pkey PRIMARY KEY (county_id, id),
    CONSTRAINT assessment_rounds_scheme_fkey FOREIGN KEY (county_id, scheme_id) REFERENCES assessment_schemes (county_id, id),
    CONSTRAINT assessment_rounds_organisation_fkey FOREIGN KEY (county_id, organisation_id)
        REFERENCES organisations (county_id, id),
    CONSTRAINT assessment_rounds_quarter_key UNIQUE (county_id, organisation_id, quarter),
    CONSTRAINT assessment_rounds_quarter_shape CHECK (quarter ~ '^(19|20|21)[0-9]{2}Q[1-4]$'),
    CONSTRAINT assessment_rounds_days CHECK (first_day < last_day),
    CONSTRAINT assessment_rounds_state_known CHECK (state IN ('draft', 'submitted', 'returned', 'confirmed', 'published')),
    CONSTRAINT assessment_rounds_returned_with_reason CHECK (state <> 'returned'
        OR returned_reason IS NOT NULL AND returned_by IS NOT NULL AND returned_at IS NOT NULL),
    CONSTRAINT assessment_rounds_returned_reason_length CHECK (char_length(returned_reason) BETWEEN 1 AND 500),
    CONSTRAINT assessment_rounds_submitted_by_somebody CHECK (state IN ('draft', 'returned')
        OR submitted_by IS NOT NULL AND submitted_at IS NOT NULL),
    CONSTRAINT assessment_rounds_confirmed_by_somebody CHECK (state NOT IN ('confirmed', 'published')
        OR confirmed_by IS NOT NULL AND confirmed_at IS NOT NULL),
    CONSTRAINT assessment_rounds_published_with_notice CHECK ((state = 'published') = (published_by IS NOT NULL)
        AND (state = 'published') = (published_at IS NOT NULL)
        AND (state = 'published') = (notice_from IS NOT NULL)
        AND (state = 'published') = (notice_to IS NOT NULL)),
    CONSTRAINT assessment_rounds_notice CHECK (notice_from <= notice_to),
    CONSTRAINT assessment_rounds_version_positive CHECK (version > 0)
);
CREATE INDEX assessment_rounds_scheme_idx ON assessment_rounds (county_id, scheme_id, last_day);
CREATE INDEX assessment_rounds_recent_idx ON assessment_rounds (county_id, last_day DESC, path, id);
COMMENT ON TABLE assessment_rounds IS 'One town assesses its villages for one quarter.';
COMMENT ON COLUMN assessment_rounds.county_id IS 'The county that owns the row.';
COMMENT ON COLUMN assessment_rounds.id IS 'UUIDv7, given by the application.';
COMMENT ON COLUMN assessment_rounds.scheme_id IS 'The version of the scheme in force in that quarter; it stays with the round.';
COMMENT ON COLUMN assessment_rounds.organisation_id IS 'The town whose panel assesses.';
COMMENT ON COLUMN assessment_rounds.path IS 'Path of that town.';
COMMENT ON COLUMN assessment_rounds.quarter IS '2026Q1.';
COMMENT ON COLUMN assessment_rounds.first_day IS 'First day of the quarter.';
COMMENT ON COLUMN assessment_rounds.last_day IS 'Last day of the quarter: villages of the town on it are assessed.';
COMMENT ON COLUMN assessment_rounds.state IS 'Vocabulary list `assessment_state`.';
COMMENT ON COLUMN assessment_rounds.notice_from IS 'First day of the public notice: the day of publishing.';
COMMENT ON COLUMN assessment_rounds.notice_to IS 'Last day of the notice: an objection is raised by then.';
COMMENT ON COLUMN assessment_rounds.returned_reason IS 'Why it was sent back last.';
COMMENT ON COLUMN assessment_rounds.returned_by IS 'Who sent it back last.';
COMMENT ON COLUMN assessment_rounds.returned_at IS 'When it was sent back last.';
COMMENT ON COLUMN assessment_rounds.submitted_by IS 'Who submitted it: he may not decide on it.';
COMMENT ON COLUMN assessment_rounds.submitted_at IS 'When it was submitted.';
COMMENT ON COLUMN assessment_rounds.confirmed_by IS 'Who confirmed it.';
COMMENT ON COLUMN assessment_rounds.confirmed_at IS 'When it was confirmed.';
COMMENT ON COLUMN assessment_rounds.published_by IS 'Who published it.';
COMMENT ON COLUMN assessment_rounds.published_at IS 'When it was published.';
COMMENT ON COLUMN assessment_rounds.version IS 'Rises by one with every change of the round or its scores; the ETag.';
COMMENT ON COLUMN assessment_rounds.created_at IS 'When the row was made.';
COMMENT ON COLUMN assessment_rounds.created_by IS 'Who made it.';
COMMENT ON COLUMN assessment_rounds.updated_at IS 'When it was last changed.';
COMMENT ON COLUMN assessment_rounds.updated_by IS 'Who changed it last: shown to the loser of a race.';

CREATE TABLE assessments (
    county_id uuid NOT NULL,
    id uuid NOT NULL,
    round_id uuid NOT NULL,
    village_id uuid NOT NULL,
    path text NOT NULL COLLATE "C",
    total numeric(8, 2),
    deduction_note text,
    evidence text,
    note text,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    updated_by text NOT NULL,
    CONSTRAINT assessments_pkey PRIMARY KEY (county_id, id),
    CONSTRAINT assessments_round_fkey FOREIGN KEY (county_id, round_id) REFERENCES assessment_rounds (county_id, id),
    CONSTRAINT assessments_village_fkey FOREIGN KEY (county_id, village_id) REFERENCES organisations (county_id, id),
    CONSTRAINT assessments_village_key UNIQUE (county_id, round_id, village_id),
    CONSTRAINT assessments_total_sensible CHECK (total BETWEEN 0 AND 100),
    CONSTRAINT assessments_deduction_note_length CHECK (char_length(deduction_note) BETWEEN 1 AND 1000),
    CONSTRAINT assessments_evidence_length CHECK (char_length(evidence) BETWEEN 1 AND 500),
    CONSTRAINT assessments_note_length CHECK (char_length(note) BETWEEN 1 AND 500),
    CONSTRAINT assessments_version_positive CHECK (version > 0)
);
CREATE INDEX assessments_village_idx ON assessments (county_id, village_id);
CREATE INDEX assessments_path_idx ON assessments (county_id, path);
COMMENT ON TABLE assessments IS 'The assessment of one village in one round.';
COMMENT ON COLUMN assessments.county_id IS 'The county that owns the row.';
COMMENT ON COLUMN assessments.id IS 'UUIDv7, given by the application.';
COMMENT ON COLUMN assessments.round_id IS 'The round.';
COMMENT ON COLUMN assessments.village_id IS 'The village or community that is assessed.';
COMMENT ON COLUMN assessments.path IS 'Path of the village.';
COMMENT ON COLUMN assessments.total IS 'Sum of score times weight, rounded half up to two decimals; empty while a score is missing.';
COMMENT ON COLUMN assessments.deduction_note IS 'Why marks were taken off.';
COMMENT ON COLUMN assessments.evidence IS 'What the scores rest on.';
COMMENT ON COLUMN assessments.note IS 'Free remark.';
COMMENT ON COLUMN assessments.version IS 'Rises by one with every change; the ETag.';
COMMENT ON COLUMN assessments.created_at IS 'When the row was made.';
COMMENT ON COLUMN assessments.updated_at IS 'When it was last changed.';
COMMENT ON COLUMN assessments.updated_by IS 'Who changed it last: shown to the loser of a race.';

CREATE TABLE assessment_scores (
    county_id uuid NOT NULL,
    assessment_id uuid NOT NULL,
    indicator_id uuid NOT NULL,
    score numeric(8, 2) NOT NULL,
    CONSTRAINT assessment_scores_pkey PRIMARY KEY (county_id, assessment_id, indicator_id),
    CONSTRAINT assessment_scores_assessment_fkey FOREIGN KEY (county_id, assessment_id)
        REFERENCES assessments (county_id, id),
    CONSTRAINT assessment_scores_indicator_fkey FOREIGN KEY (county_id, indicator_id)
        REFERENCES assessment_indicators (county_id, id),
    CONSTRAINT assessment_scores_not_negative CHECK (score >= 0)
);
CREATE INDEX assessment_scores_indicator_idx ON assessment_scores (county_id, indicator_id);
COMMENT ON TABLE assessment_scores IS 'The score of one village by one indicator.';
COMMENT ON COLUMN assessment_scores.county_id IS 'The county that owns the row.';
COMMENT ON COLUMN assessment_scores.assessment_id IS 'The assessment.';
COMMENT ON COLUMN assessment_scores.indicator_id IS 'The indicator.';
COMMENT ON COLUMN assessment_scores.score IS 'The score, from nought to the indicator''s full marks; where deductions are entered, what they leave.';

CREATE TABLE assessment_objections (
    county_id uuid NOT NULL,
    id uuid NOT NULL,
    assessment_id uuid NOT NULL,
    path text NOT NULL COLLATE "C",
    raised_on date NOT NULL,
    raised_by text NOT NULL,
    content text NOT NULL,
    state text NOT NULL,
    answer text,
    answered_by text,
    answered_at timestamptz,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by text NOT NULL,
    CONSTRAINT assessment_objections_pkey PRIMARY KEY (county_id, id),
    CONSTRAINT assessment_objections_assessment_fkey FOREIGN KEY (county_id, assessment_id)
        REFERENCES assessments (county_id, id),
    CONSTRAINT assessment_objections_raised_by_length CHECK (char_length(raised_by) BETWEEN 1 AND 50),
    CONSTRAINT assessment_objections_content_length CHECK (char_length(content) BETWEEN 1 AND 1000),
    CONSTRAINT assessment_objections_answer_length CHECK (char_length(answer) BETWEEN 1 AND 1000),
    CONSTRAINT assessment_objections_state_known CHECK (state IN ('open', 'upheld', 'rejected')),
    CONSTRAINT assessment_objections_answered CHECK ((state = 'open') = (answer IS NULL)
        AND (state = 'open') = (answered_by IS NULL) AND (state = 'open') = (answered_at IS NULL)),
    CONSTRAINT assessment_objections_version_positive CHECK (version > 0)
);
CREATE INDEX assessment_objections_assessment_idx ON assessment_objections (county_id, assessment_id);
CREATE INDEX assessment_objections_open_idx ON assessment_objections (county_id, path) WHERE (state = 'open');
COMMENT ON TABLE assessment_objections IS 'What somebody raised against a published assessment within the term of notice, and how it was answered.';
COMMENT ON COLUMN assessment_objections.county_id IS 'The county that owns the row.';
COMMENT ON COLUMN assessment_objections.id IS 'UUIDv7, given by the application.';
COMMENT ON COLUMN assessment_objections.assessment_id IS 'The assessment.';
COMMENT ON COLUMN assessment_objections.path IS 'Path of the village.';
COMMENT ON COLUMN assessment_objections.raised_on IS 'The day on which it was raised, within the notice.';
COMMENT ON COLUMN assessment_objections.raised_by IS 'Who raised it: a unit or a name.';
COMMENT ON COLUMN assessment_objections.content IS 'What is objected to.';
COMMENT ON COLUMN assessment_objections.state IS 'Vocabulary list `objection_state`.';
COMMENT ON COLUMN assessment_objections.answer IS 'The reason of the decision, for everybody to read.';
COMMENT ON COLUMN assessment_objections.answered_by IS 'Who decided.';
COMMENT ON COLUMN assessment_objections.answered_at IS 'When it was decided.';
COMMENT ON COLUMN assessment_objections.version IS 'Rises by one with every change; the ETag.';
COMMENT ON COLUMN assessment_objections.created_at IS 'When the row was made.';
COMMENT ON COLUMN assessment_objections.created_by IS 'Who made it.';

CREATE TABLE assessment_corrections (
    county_id uuid NOT NULL,
    objection_id uuid NOT NULL,
    indicator_id uuid NOT NULL,
    before numeric(8, 2) NOT NULL,
    after numeric(8, 2) NOT NULL,
    CONSTRAINT assessment_corrections_pkey PRIMARY KEY (county_id, objection_id, indicator_id),
    CONSTRAINT assessment_corrections_objection_fkey FOREIGN KEY (county_id, objection_id)
        REFERENCES assessment_objections (county_id, id),
    CONSTRAINT assessment_corrections_indicator_fkey FOREIGN KEY (county_id, indicator_id)
        REFERENCES assessment_indicators (county_id, id),
    CONSTRAINT assessment_corrections_differ CHECK (before <> after AND before >= 0 AND after >= 0)
);
CREATE INDEX assessment_corrections_indicator_idx ON assessment_corrections (county_id, indicator_id);
COMMENT ON TABLE assessment_corrections IS 'A score that an upheld objection corrected, in the open: what it was and what it became. Never changed.';
COMMENT ON COLUMN assessment_corrections.county_id IS 'The county that owns the row.';
COMMENT ON COLUMN assessment_corrections.objection_id IS 'The objection.';
COMMENT ON COLUMN assessment_corrections.indicator_id IS 'The indicator.';
COMMENT ON COLUMN assessment_corrections.before IS 'The score before.';
COMMENT ON COLUMN assessment_corrections.after IS 'The score since.';

CREATE TABLE visit_draws (
    county_id uuid NOT NULL,
    id uuid NOT NULL,
    organisation_id uuid NOT NULL,
    path text NOT NULL COLLATE "C",
    purpose text NOT NULL,
    state text NOT NULL,
    commitment bytea NOT NULL,
    seed_cipher bytea NOT NULL,
    visit_on date,
    sample_size integer,
    units_sha256 bytea,
    fixed_at timestamptz,
    fixed_by text,
    seed text COLLATE "C",
    revealed_at timestamptz,
    revealed_by text,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by text NOT NULL,
    CONSTRAINT visit_draws_pkey PRIMARY KEY (county_id, id),
    CONSTRAINT visit_draws_organisation_fkey FOREIGN KEY (county_id, organisation_id)
        REFERENCES organisations (county_id, id),
    CONSTRAINT visit_draws_commitment_key UNIQUE (county_id, commitment),
    CONSTRAINT visit_draws_purpose_length CHECK (char_length(purpose) BETWEEN 1 AND 200),
    CONSTRAINT visit_draws_state_known CHECK (state IN ('committed', 'fixed', 'revealed')),
    CONSTRAINT visit_draws_commitment_length CHECK (octet_length(commitment) = 32),
    CONSTRAINT visit_draws_sample_size_sensible CHECK (sample_size BETWEEN 1 AND 500),
    CONSTRAINT visit_draws_fixed_whole CHECK ((state = 'committed') = (visit_on IS NULL)
        AND (state = 'committed') = (sample_size IS NULL) AND (state = 'committed') = (units_sha256 IS NULL)
        AND (state = 'committed') = (fixed_at IS NULL) AND (state = 'committed') = (fixed_by IS NULL)),
    CONSTRAINT visit_draws_revealed_whole CHECK ((state = 'revealed') = (seed IS NOT NULL)
        AND (state = 'revealed') = (revealed_at IS NOT NULL) AND (state = 'revealed') = (revealed_by IS NOT NULL)),
    CONSTRAINT visit_draws_seed_shape CHECK (seed ~ '^[0-9a-f]{64}$'),
    CONSTRAINT visit_draws_seed_was_promised CHECK (sha256(seed::bytea) = commitment),
    CONSTRAINT visit_draws_version_positive CHECK (version > 0)
);
CREATE INDEX visit_draws_organisation_idx ON visit_draws (county_id, organisation_id);
CREATE INDEX visit_draws_path_idx ON visit_draws (county_id, path);
COMMENT ON TABLE visit_draws IS 'A draw of the units that are visited unannounced. First the digest of a secret seed is made public, then the units and the day are fixed, then the seed is revealed and the draw follows from it: whoever has the seed can draw again.';
COMMENT ON COLUMN visit_draws.county_id IS 'The county that owns the row.';
COMMENT ON COLUMN visit_draws.id IS 'UUIDv7, given by the application.';
COMMENT ON COLUMN visit_draws.organisation_id IS 'Who draws among the units below.';
COMMENT ON COLUMN visit_draws.path IS 'Path of that organisation.';
COMMENT ON COLUMN visit_draws.purpose IS 'What the visits look at.';
COMMENT ON COLUMN visit_draws.state IS 'Vocabulary list `visit_draw_state`.';
COMMENT ON COLUMN visit_draws.commitment IS 'SHA-256 of the seed''s 64 hexadecimal digits: public from the beginning, and never changed.';
COMMENT ON COLUMN visit_draws.seed_cipher IS 'The seed, encrypted, until it is revealed; nobody sees it before.';
COMMENT ON COLUMN visit_draws.visit_on IS 'The day of the visits, fixed after the commitment.';
COMMENT ON COLUMN visit_draws.sample_size IS 'How many units are drawn, fixed with the day.';
COMMENT ON COLUMN visit_draws.units_sha256 IS 'SHA-256 over the codes of the units in their order, one a line.';
COMMENT ON COLUMN visit_draws.fixed_at IS 'When units and day were fixed.';
COMMENT ON COLUMN visit_draws.fixed_by IS 'Who fixed them.';
COMMENT ON COLUMN visit_draws.seed IS 'The seed in 64 hexadecimal digits, once it is revealed.';
COMMENT ON COLUMN visit_draws.revealed_at IS 'When it was revealed.';
COMMENT ON COLUMN visit_draws.revealed_by IS 'Who revealed it.';
COMMENT ON COLUMN visit_draws.version IS 'Rises by one with every change; the ETag.';
COMMENT ON COLUMN visit_draws.created_at IS 'When the row was made.';
COMMENT ON COLUMN visit_draws.created_by IS 'Who made it.';

CREATE TABLE visit_draw_units (
    county_id uuid NOT NULL,
    draw_id uuid NOT NULL,
    unit_id uuid NOT NULL,
    code text NOT NULL COLLATE "C",
    name text NOT NULL,
    CONSTRAINT visit_draw_units_pkey PRIMARY KEY (county_id, draw_id, unit_id),
    CONSTRAINT visit_draw_units_draw_fkey FOREIGN KEY (county_id, draw_id) REFERENCES visit_draws (county_id, id),
    CONSTRAINT visit_draw_units_unit_fkey FOREIGN KEY (county_id, unit_id) REFERENCES organisations (county_id, id),
    CONSTRAINT visit_draw_units_code_key UNIQUE (county_id, draw_id, code)
);
CREATE INDEX visit_draw_units_unit_idx ON visit_draw_units (county_id, unit_id);
COMMENT ON TABLE visit_draw_units IS 'The units among which a draw draws, fixed before the seed is revealed. Never changed.';
COMMENT ON COLUMN visit_draw_units.county_id IS 'The county that owns the row.';
COMMENT ON COLUMN visit_draw_units.draw_id IS 'The draw.';
COMMENT ON COLUMN visit_draw_units.unit_id IS 'The village or community.';
COMMENT ON COLUMN visit_draw_units.code IS 'Its code at that time: what the draw is computed from.';
COMMENT ON COLUMN visit_draw_units.name IS 'Its name at that time.';

CREATE TABLE visit_draw_picks (
    county_id uuid NOT NULL,
    draw_id uuid NOT NULL,
    place integer NOT NULL,
    unit_id uuid NOT NULL,
    lot bytea NOT NULL,
    CONSTRAINT visit_draw_picks_pkey PRIMARY KEY (county_id, draw_id, place),
    CONSTRAINT visit_draw_picks_unit_fkey FOREIGN KEY (county_id, draw_id, unit_id)
        REFERENCES visit_draw_units (county_id, draw_id, unit_id),
    CONSTRAINT visit_draw_picks_unit_key UNIQUE (county_id, draw_id, unit_id),
    CONSTRAINT visit_draw_picks_place_positive CHECK (place BETWEEN 1 AND 500),
    CONSTRAINT visit_draw_picks_lot_length CHECK (octet_length(lot) = 32)
);
COMMENT ON TABLE visit_draw_picks IS 'The units that were drawn, in the order of the draw. Never changed.';
COMMENT ON COLUMN visit_draw_picks.county_id IS 'The county that owns the row.';
COMMENT ON COLUMN visit_draw_picks.draw_id IS 'The draw.';
COMMENT ON COLUMN visit_draw_picks.place IS 'Place in the draw, from 1.';
COMMENT ON COLUMN visit_draw_picks.unit_id IS 'The village or community.';
COMMENT ON COLUMN visit_draw_picks.lot IS 'Its lot: SHA-256 over seed, day and code, one a line; the smallest lots are drawn.';

CREATE TABLE inspections (
    county_id uuid NOT NULL,
    id uuid NOT NULL,
    unit_id uuid NOT NULL,
    path text NOT NULL COLLATE "C",
    kind text NOT NULL,
    held_on date NOT NULL,
    score numeric(6, 2),
    finding text,
    evidence text,
    inspected_by text NOT NULL,
    draw_id uuid,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by text NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now(),
    updated_by text NOT NULL,
    CONSTRAINT inspections_pkey PRIMARY KEY (county_id, id),
    CONSTRAINT inspections_unit_fkey FOREIGN KEY (county_id, unit_id) REFERENCES organisations (county_id, id),
    CONSTRAINT inspections_pick_fkey FOREIGN KEY (county_id, draw_id, unit_id)
        REFERENCES visit_draw_picks (county_id, draw_id, unit_id),
    CONSTRAINT inspections_day_key UNIQUE (county_id, unit_id, kind, held_on),
    CONSTRAINT inspections_kind_known CHECK (kind IN ('biweekly_plan', 'quarterly_bulletin', 'half_year_inspection',
        'unannounced_visit', 'on_site_review', 'annual_evaluation')),
    CONSTRAINT inspections_score_sensible CHECK (score BETWEEN 0 AND 100),
    CONSTRAINT inspections_say_something CHECK (score IS NOT NULL OR finding IS NOT NULL),
    CONSTRAINT inspections_finding_length CHECK (char_length(finding) BETWEEN 1 AND 1000),
    CONSTRAINT inspections_evidence_length CHECK (char_length(evidence) BETWEEN 1 AND 500),
    CONSTRAINT inspections_inspected_by_length CHECK (char_length(inspected_by) BETWEEN 1 AND 50),
    CONSTRAINT inspections_draw_of_a_visit CHECK (draw_id IS NULL OR kind = 'unannounced_visit'),
    CONSTRAINT inspections_version_positive CHECK (version > 0)
);
CREATE INDEX inspections_pick_idx ON inspections (county_id, draw_id, unit_id);
CREATE INDEX inspections_path_idx ON inspections (county_id, path, held_on);
COMMENT ON TABLE inspections IS 'A check beside the quarterly assessment: half-year inspection, unannounced visit, review on site, annual evaluation.';
COMMENT ON COLUMN inspections.county_id IS 'The county that owns the row.';
COMMENT ON COLUMN inspections.id IS 'UUIDv7, given by the application.';
COMMENT ON COLUMN inspections.unit_id IS 'The village or community that was looked at.';
COMMENT ON COLUMN inspections.path IS 'Its path.';
COMMENT ON COLUMN inspections.kind IS 'Vocabulary list `inspection_kind`.';
COMMENT ON COLUMN inspections.held_on IS 'The day.';
COMMENT ON COLUMN inspections.score IS 'The score of a hundred, where one was given.';
COMMENT ON COLUMN inspections.finding IS 'What was found.';
COMMENT ON COLUMN inspections.evidence IS 'What it rests on.';
COMMENT ON COLUMN inspections.inspected_by IS 'Who looked.';
COMMENT ON COLUMN inspections.draw_id IS 'The draw that a visit follows from.';
COMMENT ON COLUMN inspections.version IS 'Rises by one with every change; the ETag.';
COMMENT ON COLUMN inspections.created_at IS 'When the row was made.';
COMMENT ON COLUMN inspections.created_by IS 'Who made it.';
COMMENT ON COLUMN inspections.updated_at IS 'When it was last changed.';
COMMENT ON COLUMN inspections.updated_by IS 'Who changed it last: shown to the loser of a race.';

ALTER TABLE assessment_schemes ENABLE ROW LEVEL SECURITY;
ALTER TABLE assessment_schemes FORCE ROW LEVEL SECURITY;
ALTER TABLE assessment_indicators ENABLE ROW LEVEL SECURITY;
ALTER TABLE assessment_indicators FORCE ROW LEVEL SECURITY;
ALTER TABLE assessment_rounds ENABLE ROW LEVEL SECURITY;
ALTER TABLE assessment_rounds FORCE ROW LEVEL SECURITY;
ALTER TABLE assessments ENABLE ROW LEVEL SECURITY;
ALTER TABLE assessments FORCE ROW LEVEL SECURITY;
ALTER TABLE assessment_scores ENABLE ROW LEVEL SECURITY;
ALTER TABLE assessment_scores FORCE ROW LEVEL SECURITY;
ALTER TABLE assessment_objections ENABLE ROW LEVEL SECURITY;
ALTER TABLE assessment_objections FORCE ROW LEVEL SECURITY;
ALTER TABLE assessment_corrections ENABLE ROW LEVEL SECURITY;
ALTER TABLE assessment_corrections FORCE ROW LEVEL SECURITY;
ALTER TABLE visit_draws ENABLE ROW LEVEL SECURITY;
ALTER TABLE visit_draws FORCE ROW LEVEL SECURITY;
ALTER TABLE visit_draw_units ENABLE ROW LEVEL SECURITY;
ALTER TABLE visit_draw_units FORCE ROW LEVEL SECURITY;
ALTER TABLE visit_draw_picks ENABLE ROW LEVEL SECURITY;
ALTER TABLE visit_draw_picks FORCE ROW LEVEL SECURITY;
ALTER TABLE inspections ENABLE ROW LEVEL SECURITY;
ALTER TABLE inspections FORCE ROW LEVEL SECURITY;
-- Everybody in the county reads its schemes: a town works by those of its county. Each unit sets its own only.
CREATE POLICY assessment_schemes_read ON assessment_schemes FOR SELECT TO cadre_web, cadre_report
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid);
CREATE POLICY assessment_schemes_insert ON assessment_schemes FOR INSERT TO cadre_web
    WITH CHECK (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND path >= current_setting('cadre.path_from', true) AND path < current_setting('cadre.path_to', true));
CREATE POLICY assessment_schemes_update ON assessment_schemes FOR UPDATE TO cadre_web
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND path >= current_setting('cadre.path_from', true) AND path < current_setting('cadre.path_to', true));
CREATE POLICY assessment_indicators_read ON assessment_indicators FOR SELECT TO cadre_web, cadre_report
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid);
CREATE POLICY assessment_indicators_insert ON assessment_indicators FOR INSERT TO cadre_web
    WITH CHECK (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND EXISTS (SELECT FROM assessment_schemes s WHERE s.county_id = assessment_indicators.county_id
            AND s.id = assessment_indicators.scheme_id AND s.path >= current_setting('cadre.path_from', true)
            AND s.path < current_setting('cadre.path_to', true)));
CREATE POLICY assessment_rounds_scope ON assessment_rounds TO cadre_web
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND path >= current_setting('cadre.path_from', true) AND path < current_setting('cadre.path_to', true));
CREATE POLICY assessments_scope ON assessments TO cadre_web
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND path >= current_setting('cadre.path_from', true) AND path < current_setting('cadre.path_to', true));
CREATE POLICY assessment_objections_scope ON assessment_objections TO cadre_web
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND path >= current_setting('cadre.path_from', true) AND path < current_setting('cadre.path_to', true));
-- Who was visited learns afterwards how he was drawn, and not before the day.
CREATE POLICY visit_draws_read ON visit_draws FOR SELECT TO cadre_web
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND (path >= current_setting('cadre.path_from', true) AND path < current_setting('cadre.path_to', true)
            OR state = 'revealed' AND visit_on < (now() AT TIME ZONE 'Asia/Shanghai')::date));
CREATE POLICY visit_draws_insert ON visit_draws FOR INSERT TO cadre_web
    WITH CHECK (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND path >= current_setting('cadre.path_from', true) AND path < current_setting('cadre.path_to', true));
CREATE POLICY visit_draws_update ON visit_draws FOR UPDATE TO cadre_web
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND path >= current_setting('cadre.path_from', true) AND path < current_setting('cadre.path_to', true));
CREATE POLICY inspections_scope ON inspections TO cadre_web
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND path >= current_setting('cadre.path_from', true) AND path < current_setting('cadre.path_to', true));
CREATE POLICY assessment_scores_scope ON assessment_scores TO cadre_web
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND EXISTS (SELECT FROM assessments p
            WHERE p.county_id = assessment_scores.county_id AND p.id = assessment_scores.assessment_id));
CREATE POLICY assessment_corrections_scope ON assessment_corrections TO cadre_web
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND EXISTS (SELECT FROM assessment_objections p
            WHERE p.county_id = assessment_corrections.county_id AND p.id = assessment_corrections.objection_id));
CREATE POLICY visit_draw_units_read ON visit_draw_units FOR SELECT TO cadre_web
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND EXISTS (SELECT FROM visit_draws p
            WHERE p.county_id = visit_draw_units.county_id AND p.id = visit_draw_units.draw_id));
CREATE POLICY visit_draw_units_insert ON visit_draw_units FOR INSERT TO cadre_web
    WITH CHECK (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND EXISTS (SELECT FROM visit_draws p
            WHERE p.county_id = visit_draw_units.county_id AND p.id = visit_draw_units.draw_id
                AND p.path >= current_setting('cadre.path_from', true)
                AND p.path < current_setting('cadre.path_to', true)));
CREATE POLICY visit_draw_picks_read ON visit_draw_picks FOR SELECT TO cadre_web
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND EXISTS (SELECT FROM visit_draws p
            WHERE p.county_id = visit_draw_picks.county_id AND p.id = visit_draw_picks.draw_id));
CREATE POLICY visit_draw_picks_insert ON visit_draw_picks FOR INSERT TO cadre_web
    WITH CHECK (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND EXISTS (SELECT FROM visit_draws p
            WHERE p.county_id = visit_draw_picks.county_id AND p.id = visit_draw_picks.draw_id
                AND p.path >= current_setting('cadre.path_from', true)
                AND p.path < current_setting('cadre.path_to', true)));
CREATE POLICY assessment_rounds_report ON assessment_rounds FOR SELECT TO cadre_report
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid);
CREATE POLICY assessments_report ON assessments FOR SELECT TO cadre_report
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid);
CREATE POLICY assessment_scores_report ON assessment_scores FOR SELECT TO cadre_report
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid);
GRANT SELECT, INSERT, UPDATE ON assessment_schemes, assessment_rounds, assessments, assessment_objections, inspections
    TO cadre_web;
GRANT SELECT, INSERT ON assessment_indicators, assessment_corrections, visit_draw_units, visit_draw_picks TO cadre_web;
GRANT SELECT, INSERT, UPDATE, DELETE ON assessment_scores TO cadre_web;
-- What was promised and drawn is not changed afterwards, by nobody: commitment and cipher have no right to an update.
GRANT SELECT, INSERT ON visit_draws TO cadre_web;
GRANT UPDATE (path, state, visit_on, sample_size, units_sha256, fixed_at, fixed_by, seed, revealed_at, revealed_by, version)
    ON visit_draws TO cadre_web;
GRANT SELECT ON assessment_schemes, assessment_indicators, assessment_rounds, assessments, assessment_scores
    TO cadre_report;
