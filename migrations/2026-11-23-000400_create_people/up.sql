CREATE TABLE people (
    county_id uuid NOT NULL,
    id uuid NOT NULL,
    name text NOT NULL,
    pinyin text NOT NULL COLLATE "C",
    sex text NOT NULL COLLATE "C",
    ethnicity text NOT NULL COLLATE "C",
    birth_date date NOT NULL,
    citizen_id_cipher bytea NOT NULL,
    citizen_id_mac bytea NOT NULL,
    education text NOT NULL COLLATE "C",
    degree text COLLATE "C",
    native_place text,
    mobile_cipher bytea,
    telephone_cipher bytea,
    address text,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT people_pkey PRIMARY KEY (county_id, id),
    CONSTRAINT people_citizen_id_key UNIQUE (county_id, citizen_id_mac),
    CONSTRAINT people_county_fkey FOREIGN KEY (county_id) REFERENCES counties (id),
    CONSTRAINT people_name_filled CHECK (char_length(name) BETWEEN 2 AND 50),
    CONSTRAINT people_sex_known CHECK (sex IN ('1', '2')),
    CONSTRAINT people_ethnicity_shape CHECK (ethnicity ~ '^[0-9]{2,3}$'),
    CONSTRAINT people_education_shape CHECK (education ~ '^[0-9]{2}$'),
    CONSTRAINT people_degree_shape CHECK (degree ~ '^[0-9]{1,3}$'),
    CONSTRAINT people_birth_date_sensible CHECK (birth_date >= DATE '1890-01-01'),
    CONSTRAINT people_native_place_length CHECK (char_length(native_place) BETWEEN 1 AND 100),
    CONSTRAINT people_address_length CHECK (char_length(address) BETWEEN 1 AND 200),
    CONSTRAINT people_version_positive CHECK (version > 0)
);
CREATE INDEX people_name_birth_idx ON people (county_id, name, birth_date);
COMMENT ON TABLE people IS 'One row per person and county, whatever roles he has.';
COMMENT ON COLUMN people.county_id IS 'The county that owns the row.';
COMMENT ON COLUMN people.id IS 'UUIDv7, given by the application.';
COMMENT ON COLUMN people.name IS 'Name with every character kept; the dot of a minority name is U+00B7.';
COMMENT ON COLUMN people.pinyin IS 'Pinyin of the name, syllables parted by spaces: the order of lists.';
COMMENT ON COLUMN people.sex IS 'GB/T 2261.1: 1 man, 2 woman.';
COMMENT ON COLUMN people.ethnicity IS 'GB/T 3304.';
COMMENT ON COLUMN people.birth_date IS 'Birth date; equal to that in the citizen ID.';
COMMENT ON COLUMN people.citizen_id_cipher IS 'Citizen ID, encrypted by the application: algorithm, key, nonce, text, tag.';
COMMENT ON COLUMN people.citizen_id_mac IS 'Keyed MAC of the citizen ID, by which it is found.';
COMMENT ON COLUMN people.education IS 'GB/T 4658.';
COMMENT ON COLUMN people.degree IS 'GB/T 6864.';
COMMENT ON COLUMN people.native_place IS 'Native place.';
COMMENT ON COLUMN people.mobile_cipher IS 'Mobile number, encrypted.';
COMMENT ON COLUMN people.telephone_cipher IS 'Telephone number, encrypted.';
COMMENT ON COLUMN people.address IS 'Home address.';
COMMENT ON COLUMN people.version IS 'Rises by one with every change.';
COMMENT ON COLUMN people.created_at IS 'When the row was made.';
COMMENT ON COLUMN people.updated_at IS 'When it was last changed.';

CREATE TABLE person_visibility (
    county_id uuid NOT NULL,
    relation_id uuid NOT NULL,
    person_id uuid NOT NULL,
    path text NOT NULL COLLATE "C",
    CONSTRAINT person_visibility_pkey PRIMARY KEY (county_id, relation_id),
    CONSTRAINT person_visibility_person_fkey FOREIGN KEY (county_id, person_id) REFERENCES people (county_id, id)
);
CREATE INDEX person_visibility_person_idx ON person_visibility (county_id, person_id, path);
COMMENT ON TABLE person_visibility IS 'Where a person has a relation (membership, later seat or pool entry), and so who may see him.';
COMMENT ON COLUMN person_visibility.county_id IS 'The county that owns the row.';
COMMENT ON COLUMN person_visibility.relation_id IS 'Id of the membership (or other relation).';
COMMENT ON COLUMN person_visibility.person_id IS 'The person.';
COMMENT ON COLUMN person_visibility.path IS 'Path of the organisation in which the relation stands.';
ALTER TABLE people ENABLE ROW LEVEL SECURITY;
ALTER TABLE people FORCE ROW LEVEL SECURITY;
ALTER TABLE person_visibility ENABLE ROW LEVEL SECURITY;
ALTER TABLE person_visibility FORCE ROW LEVEL SECURITY;
CREATE POLICY person_visibility_scope ON person_visibility TO cadre_web
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND path >= current_setting('cadre.path_from', true) AND path < current_setting('cadre.path_to', true));
CREATE POLICY people_read ON people FOR SELECT TO cadre_web
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND EXISTS (SELECT FROM person_visibility v WHERE v.county_id = people.county_id AND v.person_id = people.id));
-- A person is inserted before the relation that makes him visible.
CREATE POLICY people_insert ON people FOR INSERT TO cadre_web
    WITH CHECK (county_id = nullif(current_setting('cadre.county', true), '')::uuid);
CREATE POLICY people_update ON people FOR UPDATE TO cadre_web
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND EXISTS (SELECT FROM person_visibility v WHERE v.county_id = people.county_id AND v.person_id = people.id));
CREATE POLICY people_report ON people FOR SELECT TO cadre_report
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid);
GRANT SELECT, INSERT, UPDATE ON people, person_visibility TO cadre_web;
GRANT DELETE ON person_visibility TO cadre_web;
GRANT SELECT ON people TO cadre_report;
