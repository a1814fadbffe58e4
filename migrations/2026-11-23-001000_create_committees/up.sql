CREATE TABLE committees (
    county_id uuid NOT NULL,
    id uuid NOT NULL,
    village_id uuid NOT NULL,
    path text NOT NULL COLLATE "C",
    kind text NOT NULL,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by text NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now(),
    updated_by text NOT NULL,
    CONSTRAINT committees_pkey PRIMARY KEY (county_id, id),
    CONSTRAINT committees_county_fkey FOREIGN KEY (county_id) REFERENCES counties (id),
    CONSTRAINT committees_village_fkey FOREIGN KEY (county_id, village_id) REFERENCES organisations (county_id, id),
    CONSTRAINT committees_kind_key UNIQUE (county_id, village_id, kind),
    CONSTRAINT committees_kind_known CHECK (kind IN ('village_party', 'village_committee', 'supervision_committee')),
    CONSTRAINT committees_version_positive CHECK (version > 0)
);
CREATE INDEX committees_path_idx ON committees (county_id, path, kind);
COMMENT ON TABLE committees IS 'The committees that lead a village or community: one of each kind.';
COMMENT ON COLUMN committees.county_id IS 'The county that owns the row.';
COMMENT ON COLUMN committees.id IS 'UUIDv7, given by the application.';
COMMENT ON COLUMN committees.village_id IS 'The village or community.';
COMMENT ON COLUMN committees.path IS 'Path of that village.';
COMMENT ON COLUMN committees.kind IS 'Vocabulary list `committee_kind`.';
COMMENT ON COLUMN committees.version IS 'Rises by one with every change; the ETag.';
COMMENT ON COLUMN committees.created_at IS 'When it was entered.';
COMMENT ON COLUMN committees.created_by IS 'Who entered it.';
COMMENT ON COLUMN committees.updated_at IS 'When it was last changed.';
COMMENT ON COLUMN committees.updated_by IS 'Who changed it last: shown to the loser of a race.';

CREATE TABLE committee_terms (
    county_id uuid NOT NULL,
    id uuid NOT NULL,
    committee_id uuid NOT NULL,
    path text NOT NULL COLLATE "C",
    ordinal integer NOT NULL,
    from_day date NOT NULL,
    due_day date NOT NULL,
    ended_on date,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by text NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now(),
    updated_by text NOT NULL,
    CONSTRAINT committee_terms_pkey PRIMARY KEY (county_id, id),
    CONSTRAINT committee_terms_committee_fkey FOREIGN KEY (county_id, committee_id)
        REFERENCES committees (county_id, id),
    CONSTRAINT committee_terms_ordinal_key UNIQUE (county_id, committee_id, ordinal),
    CONSTRAINT committee_terms_committee_key UNIQUE (county_id, committee_id, id),
    CONSTRAINT committee_terms_ordinal_sensible CHECK (ordinal BETWEEN 1 AND 99),
    CONSTRAINT committee_terms_due_after_start CHECK (from_day < due_day),
    CONSTRAINT committee_terms_period CHECK (from_day < ended_on),
    CONSTRAINT committee_terms_version_positive CHECK (version > 0),
    CONSTRAINT committee_terms_no_overlap EXCLUDE USING gist
        (committee_id WITH =, daterange(from_day, ended_on) WITH &&)
);
CREATE INDEX committee_terms_due_idx ON committee_terms (county_id, due_day) WHERE ended_on IS NULL;
COMMENT ON TABLE committee_terms IS 'The terms of a committee, one after the other; a term that was not ended runs on, also past the day it was due.';
COMMENT ON COLUMN committee_terms.county_id IS 'The county that owns the row.';
COMMENT ON COLUMN committee_terms.id IS 'UUIDv7, given by the application.';
COMMENT ON COLUMN committee_terms.committee_id IS 'The committee.';
COMMENT ON COLUMN committee_terms.path IS 'Path of the village.';
COMMENT ON COLUMN committee_terms.ordinal IS 'Which term of this committee it is, as counted there.';
COMMENT ON COLUMN committee_terms.from_day IS 'First day of the term.';
COMMENT ON COLUMN committee_terms.due_day IS 'The day by which the next election is due.';
COMMENT ON COLUMN committee_terms.ended_on IS 'First day no longer in the term; empty: it runs on.';
COMMENT ON COLUMN committee_terms.version IS 'Rises by one with every change; the ETag.';
COMMENT ON COLUMN committee_terms.created_at IS 'When it was entered.';
COMMENT ON COLUMN committee_terms.created_by IS 'Who entered it.';
COMMENT ON COLUMN committee_terms.updated_at IS 'When it was last changed.';
COMMENT ON COLUMN committee_terms.updated_by IS 'Who changed it last: shown to the loser of a race.';

CREATE TABLE committee_posts (
    county_id uuid NOT NULL,
    term_id uuid NOT NULL,
    post text NOT NULL COLLATE "C",
    places integer NOT NULL,
    CONSTRAINT committee_posts_pkey PRIMARY KEY (county_id, term_id, post),
    CONSTRAINT committee_posts_term_fkey FOREIGN KEY (county_id, term_id) REFERENCES committee_terms (county_id, id),
    CONSTRAINT committee_posts_post_shape CHECK (post ~ '^[a-z][a-z0-9_]{1,49}$'),
    CONSTRAINT committee_posts_places_sensible CHECK (places BETWEEN 1 AND 50)
);
COMMENT ON TABLE committee_posts IS 'The posts that a term provides; those not filled are vacancies.';
COMMENT ON COLUMN committee_posts.county_id IS 'The county that owns the row.';
COMMENT ON COLUMN committee_posts.term_id IS 'The term.';
COMMENT ON COLUMN committee_posts.post IS 'Vocabulary list `post`; a county may add to it.';
COMMENT ON COLUMN committee_posts.places IS 'How many seats it has.';

CREATE TABLE seats (
    county_id uuid NOT NULL,
    id uuid NOT NULL,
    committee_id uuid NOT NULL,
    term_id uuid NOT NULL,
    path text NOT NULL COLLATE "C",
    person_id uuid NOT NULL,
    post text NOT NULL COLLATE "C",
    from_day date NOT NULL,
    to_day date,
    leaving_reason text,
    education text NOT NULL COLLATE "C",
    is_party_member boolean NOT NULL,
    note text,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by text NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now(),
    updated_by text NOT NULL,
    CONSTRAINT seats_pkey PRIMARY KEY (county_id, id),
    CONSTRAINT seats_term_fkey FOREIGN KEY (county_id, committee_id, term_id)
        REFERENCES committee_terms (county_id, committee_id, id),
    CONSTRAINT seats_person_fkey FOREIGN KEY (county_id, person_id) REFERENCES people (county_id, id),
    CONSTRAINT seats_post_shape CHECK (post ~ '^[a-z][a-z0-9_]{1,49}$'),
    CONSTRAINT seats_period CHECK (from_day < to_day),
    CONSTRAINT seats_leaving_reason_length CHECK (char_length(leaving_reason) BETWEEN 1 AND 200),
    CONSTRAINT seats_reason_of_leaving CHECK (leaving_reason IS NULL OR to_day IS NOT NULL),
    CONSTRAINT seats_education_shape CHECK (education ~ '^[0-9]{2}$'),
    CONSTRAINT seats_note_length CHECK (char_length(note) BETWEEN 1 AND 500),
    CONSTRAINT seats_version_positive CHECK (version > 0),
    CONSTRAINT seats_no_overlap EXCLUDE USING gist (committee_id WITH =, person_id WITH =, post WITH =,
        daterange(from_day, to_day) WITH &&),
    CONSTRAINT seats_one_head EXCLUDE USING gist
        (committee_id WITH =, daterange(from_day, to_day) WITH &&)
        WHERE (post IN ('secretary', 'director', 'supervision_director'))
);
CREATE INDEX seats_term_idx ON seats (county_id, committee_id, term_id);
CREATE INDEX seats_person_idx ON seats (county_id, person_id, from_day);
CREATE INDEX seats_path_idx ON seats (county_id, path, from_day);
COMMENT ON TABLE seats IS 'Who held which post of a committee, from when to when. Whether somebody is newly elected follows from these rows.';
COMMENT ON COLUMN seats.county_id IS 'The county that owns the row.';
COMMENT ON COLUMN seats.id IS 'UUIDv7, given by the application.';
COMMENT ON COLUMN seats.committee_id IS 'The committee.';
COMMENT ON COLUMN seats.term_id IS 'The term of that committee.';
COMMENT ON COLUMN seats.path IS 'Path of the village.';
COMMENT ON COLUMN seats.person_id IS 'Who sits.';
COMMENT ON COLUMN seats.post IS 'Vocabulary list `post`; a county may add to it.';
COMMENT ON COLUMN seats.from_day IS 'First day in the post.';
COMMENT ON COLUMN seats.to_day IS 'First day no longer in the post; empty: still in it.';
COMMENT ON COLUMN seats.leaving_reason IS 'Why the post was left, in words.';
COMMENT ON COLUMN seats.education IS 'Education (GB/T 4658) as at election.';
COMMENT ON COLUMN seats.is_party_member IS 'Whether a Party member, as at election.';
COMMENT ON COLUMN seats.note IS 'Anything else.';
COMMENT ON COLUMN seats.version IS 'Rises by one with every change; the ETag.';
COMMENT ON COLUMN seats.created_at IS 'When it was entered.';
COMMENT ON COLUMN seats.created_by IS 'Who entered it.';
COMMENT ON COLUMN seats.updated_at IS 'When it was last changed.';
COMMENT ON COLUMN seats.updated_by IS 'Who changed it last: shown to the loser of a race.';

CREATE TABLE seat_sources (
    county_id uuid NOT NULL,
    seat_id uuid NOT NULL,
    source text NOT NULL COLLATE "C",
    CONSTRAINT seat_sources_pkey PRIMARY KEY (county_id, seat_id, source),
    CONSTRAINT seat_sources_seat_fkey FOREIGN KEY (county_id, seat_id) REFERENCES seats (county_id, id),
    CONSTRAINT seat_sources_source_shape CHECK (source ~ '^[a-z][a-z0-9_]{1,49}$')
);
COMMENT ON TABLE seat_sources IS 'Where who sits was drawn from: several tags may hold of one seat.';
COMMENT ON COLUMN seat_sources.county_id IS 'The county that owns the row.';
COMMENT ON COLUMN seat_sources.seat_id IS 'The seat.';
COMMENT ON COLUMN seat_sources.source IS 'Vocabulary list `committee_source`; a county may add to it.';

CREATE TABLE elections (
    county_id uuid NOT NULL,
    id uuid NOT NULL,
    term_id uuid NOT NULL,
    path text NOT NULL COLLATE "C",
    post text NOT NULL COLLATE "C",
    held_on date NOT NULL,
    run integer NOT NULL DEFAULT 1,
    places integer NOT NULL,
    eligible integer NOT NULL,
    present integer NOT NULL,
    issued integer NOT NULL,
    returned integer NOT NULL,
    valid integer NOT NULL,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by text NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now(),
    updated_by text NOT NULL,
    CONSTRAINT elections_pkey PRIMARY KEY (county_id, id),
    CONSTRAINT elections_term_fkey FOREIGN KEY (county_id, term_id) REFERENCES committee_terms (county_id, id),
    CONSTRAINT elections_vote_key UNIQUE (county_id, term_id, post, held_on, run),
    CONSTRAINT elections_post_shape CHECK (post ~ '^[a-z][a-z0-9_]{1,49}$'),
    CONSTRAINT elections_run_sensible CHECK (run BETWEEN 1 AND 9),
    CONSTRAINT elections_places_sensible CHECK (places BETWEEN 1 AND 50),
    CONSTRAINT elections_present_are_eligible CHECK (present BETWEEN 1 AND eligible),
    CONSTRAINT elections_issued_to_the_present CHECK (issued BETWEEN 1 AND present),
    CONSTRAINT elections_returned_were_issued CHECK (returned BETWEEN 0 AND issued),
    CONSTRAINT elections_valid_were_returned CHECK (valid BETWEEN 0 AND returned),
    CONSTRAINT elections_version_positive CHECK (version > 0)
);
COMMENT ON TABLE elections IS 'One vote on one post: who could, who came, and what became of the ballots.';
COMMENT ON COLUMN elections.county_id IS 'The county that owns the row.';
COMMENT ON COLUMN elections.id IS 'UUIDv7, given by the application.';
COMMENT ON COLUMN elections.term_id IS 'The term that it is for.';
COMMENT ON COLUMN elections.path IS 'Path of the village.';
COMMENT ON COLUMN elections.post IS 'The post that was voted on.';
COMMENT ON COLUMN elections.held_on IS 'The day of the vote.';
COMMENT ON COLUMN elections.run IS '1, and one more for every run-off on that day.';
COMMENT ON COLUMN elections.places IS 'How many were to be elected.';
COMMENT ON COLUMN elections.eligible IS 'Who could vote: members with the right to, or registered voters.';
COMMENT ON COLUMN elections.present IS 'Who took part, those who voted by proxy or at a carried box with them.';
COMMENT ON COLUMN elections.issued IS 'Ballots given out.';
COMMENT ON COLUMN elections.returned IS 'Ballots that came back.';
COMMENT ON COLUMN elections.valid IS 'Ballots that count.';
COMMENT ON COLUMN elections.version IS 'Rises by one with every change; the ETag.';
COMMENT ON COLUMN elections.created_at IS 'When it was entered.';
COMMENT ON COLUMN elections.created_by IS 'Who entered it.';
COMMENT ON COLUMN elections.updated_at IS 'When it was last changed.';
COMMENT ON COLUMN elections.updated_by IS 'Who changed it last: shown to the loser of a race.';

CREATE TABLE election_ballots (
    county_id uuid NOT NULL,
    election_id uuid NOT NULL,
    person_id uuid NOT NULL,
    votes_for integer NOT NULL,
    votes_against integer,
    abstentions integer,
    is_elected boolean NOT NULL,
    CONSTRAINT election_ballots_pkey PRIMARY KEY (county_id, election_id, person_id),
    CONSTRAINT election_ballots_election_fkey FOREIGN KEY (county_id, election_id)
        REFERENCES elections (county_id, id),
    CONSTRAINT election_ballots_person_fkey FOREIGN KEY (county_id, person_id) REFERENCES people (county_id, id),
    CONSTRAINT election_ballots_votes_not_negative CHECK (votes_for >= 0 AND votes_against >= 0 AND abstentions >= 0)
);
CREATE INDEX election_ballots_person_idx ON election_ballots (county_id, person_id);
COMMENT ON TABLE election_ballots IS 'What the ballots of one vote said of one candidate.';
COMMENT ON COLUMN election_ballots.county_id IS 'The county that owns the row.';
COMMENT ON COLUMN election_ballots.election_id IS 'The vote.';
COMMENT ON COLUMN election_ballots.person_id IS 'The candidate.';
COMMENT ON COLUMN election_ballots.votes_for IS 'Votes for him.';
COMMENT ON COLUMN election_ballots.votes_against IS 'Votes against him; empty where they were not counted.';
COMMENT ON COLUMN election_ballots.abstentions IS 'Abstentions; empty where they were not counted.';
COMMENT ON COLUMN election_ballots.is_elected IS 'Whether he was declared elected.';

CREATE TABLE committee_rules (
    county_id uuid NOT NULL,
    id uuid NOT NULL,
    committee_kind text NOT NULL,
    rule text NOT NULL COLLATE "C",
    from_day date NOT NULL,
    to_day date,
    comparison text NOT NULL,
    numerator integer NOT NULL,
    denominator integer NOT NULL,
    source text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by text NOT NULL,
    CONSTRAINT committee_rules_pkey PRIMARY KEY (county_id, id),
    CONSTRAINT committee_rules_county_fkey FOREIGN KEY (county_id) REFERENCES counties (id),
    CONSTRAINT committee_rules_committee_kind_known CHECK (committee_kind IN ('village_party', 'village_committee', 'supervision_committee')),
    CONSTRAINT committee_rules_rule_shape CHECK (rule ~ '^[a-z][a-z0-9_]{1,49}$'),
    CONSTRAINT committee_rules_period CHECK (from_day < to_day),
    CONSTRAINT committee_rules_comparison_known CHECK (comparison IN ('at_least', 'more_than', 'at_most')),
    CONSTRAINT committee_rules_numerator_not_negative CHECK (numerator >= 0),
    CONSTRAINT committee_rules_denominator_positive CHECK (denominator > 0),
    CONSTRAINT committee_rules_source_filled CHECK (char_length(source) BETWEEN 1 AND 200),
    CONSTRAINT committee_rules_no_overlap EXCLUDE USING gist
        (county_id WITH =, committee_kind WITH =, rule WITH =, daterange(from_day, to_day) WITH &&)
);
COMMENT ON TABLE committee_rules IS 'What a county demands otherwise than the country does (`data/committee_rules.csv`): one row per version, never edited.';
COMMENT ON COLUMN committee_rules.county_id IS 'The county that owns the row.';
COMMENT ON COLUMN committee_rules.id IS 'UUIDv7, given by the application.';
COMMENT ON COLUMN committee_rules.committee_kind IS 'Vocabulary list `committee_kind`.';
COMMENT ON COLUMN committee_rules.rule IS 'What is demanded: attendance, winning, surplus, size_minimum and so on.';
COMMENT ON COLUMN committee_rules.from_day IS 'First day in force.';
COMMENT ON COLUMN committee_rules.to_day IS 'First day no longer in force; empty: still in force.';
COMMENT ON COLUMN committee_rules.comparison IS 'at_least, more_than or at_most.';
COMMENT ON COLUMN committee_rules.numerator IS 'The bar, or what stands above the line of the share.';
COMMENT ON COLUMN committee_rules.denominator IS 'What stands below the line of the share; 1 where the bar is a number.';
COMMENT ON COLUMN committee_rules.source IS 'The article or decision that it rests on.';
COMMENT ON COLUMN committee_rules.created_at IS 'When it was set.';
COMMENT ON COLUMN committee_rules.created_by IS 'Who set it.';

ALTER TABLE committees ENABLE ROW LEVEL SECURITY;
ALTER TABLE committees FORCE ROW LEVEL SECURITY;
ALTER TABLE committee_terms ENABLE ROW LEVEL SECURITY;
ALTER TABLE committee_terms FORCE ROW LEVEL SECURITY;
ALTER TABLE committee_posts ENABLE ROW LEVEL SECURITY;
ALTER TABLE committee_posts FORCE ROW LEVEL SECURITY;
ALTER TABLE seats ENABLE ROW LEVEL SECURITY;
ALTER TABLE seats FORCE ROW LEVEL SECURITY;
ALTER TABLE seat_sources ENABLE ROW LEVEL SECURITY;
ALTER TABLE seat_sources FORCE ROW LEVEL SECURITY;
ALTER TABLE elections ENABLE ROW LEVEL SECURITY;
ALTER TABLE elections FORCE ROW LEVEL SECURITY;
ALTER TABLE election_ballots ENABLE ROW LEVEL SECURITY;
ALTER TABLE election_ballots FORCE ROW LEVEL SECURITY;
ALTER TABLE committee_rules ENABLE ROW LEVEL SECURITY;
ALTER TABLE committee_rules FORCE ROW LEVEL SECURITY;
CREATE POLICY committees_scope ON committees TO cadre_web
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND path >= current_setting('cadre.path_from', true) AND path < current_setting('cadre.path_to', true));
CREATE POLICY committee_terms_scope ON committee_terms TO cadre_web
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND path >= current_setting('cadre.path_from', true) AND path < current_setting('cadre.path_to', true));
CREATE POLICY seats_scope ON seats TO cadre_web
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND path >= current_setting('cadre.path_from', true) AND path < current_setting('cadre.path_to', true));
CREATE POLICY elections_scope ON elections TO cadre_web
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND path >= current_setting('cadre.path_from', true) AND path < current_setting('cadre.path_to', true));
CREATE POLICY committee_posts_scope ON committee_posts TO cadre_web
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND EXISTS (SELECT FROM committee_terms t
            WHERE t.county_id = committee_posts.county_id AND t.id = committee_posts.term_id));
CREATE POLICY seat_sources_scope ON seat_sources TO cadre_web
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND EXISTS (SELECT FROM seats s
            WHERE s.county_id = seat_sources.county_id AND s.id = seat_sources.seat_id));
CREATE POLICY election_ballots_scope ON election_ballots TO cadre_web
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND EXISTS (SELECT FROM elections e
            WHERE e.county_id = election_ballots.county_id AND e.id = election_ballots.election_id));
CREATE POLICY committees_report ON committees FOR SELECT TO cadre_report
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid);
CREATE POLICY committee_terms_report ON committee_terms FOR SELECT TO cadre_report
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid);
CREATE POLICY committee_posts_report ON committee_posts FOR SELECT TO cadre_report
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid);
CREATE POLICY seats_report ON seats FOR SELECT TO cadre_report
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid);
CREATE POLICY seat_sources_report ON seat_sources FOR SELECT TO cadre_report
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid);
CREATE POLICY elections_report ON elections FOR SELECT TO cadre_report
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid);
CREATE POLICY election_ballots_report ON election_ballots FOR SELECT TO cadre_report
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid);
-- Everybody in the county reads its rules; only who acts for the whole county sets them.
CREATE POLICY committee_rules_read ON committee_rules FOR SELECT TO cadre_web, cadre_report
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid);
CREATE POLICY committee_rules_insert ON committee_rules FOR INSERT TO cadre_web
    WITH CHECK (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND current_setting('cadre.path_from', true) ~ '^[0-9]{6}/$');
CREATE POLICY committee_rules_update ON committee_rules FOR UPDATE TO cadre_web
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND current_setting('cadre.path_from', true) ~ '^[0-9]{6}/$');
GRANT SELECT, INSERT, UPDATE ON committees, committee_terms, seats, elections, committee_rules TO cadre_web;
GRANT SELECT, INSERT, UPDATE, DELETE ON committee_posts, election_ballots TO cadre_web;
GRANT SELECT, INSERT, DELETE ON seat_sources TO cadre_web;
GRANT SELECT ON committees, committee_terms, committee_posts, seats, seat_sources, elections, election_ballots,
    committee_rules TO cadre_report;
