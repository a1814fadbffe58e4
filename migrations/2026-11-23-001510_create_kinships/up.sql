CREATE TABLE kinships (
    county_id uuid NOT NULL,
    id uuid NOT NULL,
    person_id uuid NOT NULL,
    relative_id uuid NOT NULL,
    kinship text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by text NOT NULL,
    CONSTRAINT kinships_pkey PRIMARY KEY (county_id, id),
    CONSTRAINT kinships_person_fkey FOREIGN KEY (county_id, person_id) REFERENCES people (county_id, id),
    CONSTRAINT kinships_relative_fkey FOREIGN KEY (county_id, relative_id) REFERENCES people (county_id, id),
    CONSTRAINT kinships_pair_key UNIQUE (county_id, person_id, relative_id),
    CONSTRAINT kinships_pair_in_order CHECK (person_id < relative_id),
    CONSTRAINT kinships_kinship_known
        CHECK (kinship IN ('spouse', 'parent', 'child', 'sibling', 'grandparent', 'grandchild'))
);
CREATE INDEX kinships_relative_idx ON kinships (county_id, relative_id);
COMMENT ON TABLE kinships IS 'Who is whose near relative (Civil Code, article 1045), where a rule asks for it: one row for two people.';
COMMENT ON COLUMN kinships.county_id IS 'The county that owns the row.';
COMMENT ON COLUMN kinships.id IS 'UUIDv7, given by the application.';
COMMENT ON COLUMN kinships.person_id IS 'The one whose id comes first.';
COMMENT ON COLUMN kinships.relative_id IS 'The other one.';
COMMENT ON COLUMN kinships.kinship IS 'What the relative is to the person; vocabulary list `kinship`.';
COMMENT ON COLUMN kinships.created_at IS 'When it was entered.';
COMMENT ON COLUMN kinships.created_by IS 'Who entered it.';

ALTER TABLE kinships ENABLE ROW LEVEL SECURITY;
ALTER TABLE kinships FORCE ROW LEVEL SECURITY;
-- Whoever sees one of the two reads it, since the rule is about both; whoever enters or removes it sees both.
CREATE POLICY kinships_read ON kinships FOR SELECT TO cadre_web
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND EXISTS (SELECT FROM person_visibility v WHERE v.county_id = kinships.county_id
            AND v.person_id IN (kinships.person_id, kinships.relative_id)));
CREATE POLICY kinships_insert ON kinships FOR INSERT TO cadre_web
    WITH CHECK (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND EXISTS (SELECT FROM person_visibility v
            WHERE v.county_id = kinships.county_id AND v.person_id = kinships.person_id)
        AND EXISTS (SELECT FROM person_visibility v
            WHERE v.county_id = kinships.county_id AND v.person_id = kinships.relative_id));
CREATE POLICY kinships_delete ON kinships FOR DELETE TO cadre_web
    USING (county_id = nullif(current_setting('cadre.county', true), '')::uuid
        AND EXISTS (SELECT FROM person_visibility v
            WHERE v.county_id = kinships.county_id AND v.person_id = kinships.person_id)
        AND EXISTS (SELECT FROM person_visibility v
            WHERE v.county_id = kinships.county_id AND v.person_id = kinships.relative_id));
GRANT SELECT, INSERT, DELETE ON kinships TO cadre_web;
