CREATE TABLE county_words (
    county_id uuid NOT NULL,
    id uuid NOT NULL,
    list text NOT NULL,
    code text NOT NULL COLLATE "C",
    name text NOT NULL,
    in_party boolean NOT NULL,
    in_village_committee boolean NOT NULL,
    in_supervision boolean NOT NULL,
    from_day date NOT NULL,
    to_day date,
    source text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by text NOT NULL,
    CONSTRAINT county_words_pkey PRIMARY KEY (county_id, id),
    CONSTRAINT county_words_county_fkey FOREIGN KEY (county_id) REFERENCES counties (id),
    CONSTRAINT county_words_list_known CHECK (list IN ('post', 'committee_source', 'reserve_source')),
    CONSTRAINT county_words_code_shape CHECK (code ~ '^[a-z][a-z0-9_]{1,49}$'),
    CONSTRAINT county_words_name_length CHECK (char_length(name) BETWEEN 1 AND 20),
    CONSTRAINT county_words_posts_have_committees
        CHECK ((list = 'post') = (in_party OR in_village_committee OR in_supervision)),
    CONSTRAINT county_words_period CHECK (from_day < to_day),
    CONSTRAINT county_words_source_filled CHECK (char_length(source) BETWEEN 1 AND 200),
    CONSTRAINT county_words_no_overlap EXCLUDE USING gist
        (county_id WITH =, list WITH =, code WITH =, daterange(from_day, to_day) WITH &&),
    CONSTRAINT county_words_name_no_overlap EXCLUDE USING gist
        (county_id WITH =, list WITH =, name WITH =, daterange(from_day, to_day) WITH &&)
);
COMMENT ON TABLE county_words IS 'Posts and sources that a county adds to those that come with cadre: one row per version, never edited.';
COMMENT ON COLUMN county_words.county_id IS 'The county that owns the row.';
COMMENT ON COLUMN county_words.id IS 'UUIDv7, given by the application.';
COMMENT ON COLUMN county_words.list IS 'The list of the vocabulary that it is added to: post, committee_source or reserve_source.';
COMMENT ON COLUMN county_words.code IS 'Its code: what records, the API and figures call it.';
COMMENT ON COLUMN county_words.name IS 'Its Chinese name: what pages and workbooks call it.';
COMMENT ON COLUMN county_words.in_party IS 'Of a post: whether village Party organisations have it.';
COMMENT ON COLUMN county_words.in_village_committee IS 'Of a post: whether village and residents'' committees have it.';
COMMENT ON COLUMN county_words.in_supervision IS 'Of a post: whether supervision committees have it.';
COMMENT ON COLUMN county_words.from_day IS 'First day on which it may be used.';
COMMENT ON COLUMN county_words.to_day IS 'First day on which it may no longer be used; empty: it may still.';
COMMENT ON COLUMN county_words.source IS 'The decision that it rests on.';
COMMENT ON COLUMN county_words.created_at IS 'When it was set.';
COMMENT ON COLUMN county_words.created_by IS 'Who set it.';

ALTER TABLE county_words ENABLE ROW LEVEL SECURITY;
ALTER TABLE county_words FORCE ROW LEVEL SECURITY;
-- Everybody in the county reads its words; only who acts for the whole county sets them.
CREATE POLICY county_words_read ON county_words FOR SELECT TO cadre_web, cadre_report
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid);
CREATE POLICY county_words_insert ON county_words FOR INSERT TO cadre_web
    WITH CHECK (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND current_setting('cadre.path_from', true) ~ '^[0-9]{6}/$');
CREATE POLICY county_words_update ON county_words FOR UPDATE TO cadre_web
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND current_setting('cadre.path_from', true) ~ '^[0-9]{6}/$');
GRANT SELECT, INSERT, UPDATE ON county_words TO cadre_web;
GRANT SELECT ON county_words TO cadre_report;
