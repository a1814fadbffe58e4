-- A person is found by himself, whatever he is on record for: name, pinyin and initials by ranges of plain columns.
ALTER TABLE people
    ADD COLUMN updated_by text,
    ADD COLUMN pinyin_joined text COLLATE "C" NOT NULL GENERATED ALWAYS AS (replace(pinyin, ' ', '')) STORED,
    ADD COLUMN initials text COLLATE "C" NOT NULL
        GENERATED ALWAYS AS (regexp_replace(pinyin, '([^ ])[^ ]* *', '\1', 'g')) STORED,
    ADD CONSTRAINT people_updated_by_filled CHECK (char_length(updated_by) BETWEEN 1 AND 100);
COMMENT ON COLUMN people.updated_by IS 'Who changed it last; none where nobody has since it was registered.';
COMMENT ON COLUMN people.pinyin_joined IS 'Pinyin without spaces, by whose beginning he is found.';
COMMENT ON COLUMN people.initials IS 'First letters of the pinyin, by whose beginning he is found.';
CREATE INDEX people_pinyin_idx ON people (county_id, pinyin, id);
CREATE INDEX people_joined_idx ON people (county_id, pinyin_joined);
CREATE INDEX people_initials_idx ON people (county_id, initials);

-- What kind of relation it is: what a list tells of somebody and is narrowed by.
ALTER TABLE person_visibility ADD COLUMN kind text COLLATE "C";
UPDATE person_visibility v SET kind = CASE
    WHEN EXISTS (SELECT FROM memberships m WHERE m.county_id = v.county_id AND m.id = v.relation_id) THEN 'membership'
    WHEN EXISTS (SELECT FROM seats s WHERE s.county_id = v.county_id AND s.id = v.relation_id) THEN 'seat'
    WHEN EXISTS (SELECT FROM reserves r WHERE r.county_id = v.county_id AND r.id = v.relation_id) THEN 'reserve'
    WHEN EXISTS (SELECT FROM candidate_checks k WHERE k.county_id = v.county_id AND k.id = v.relation_id) THEN 'check'
    ELSE 'ballot' END;
ALTER TABLE person_visibility
    ALTER COLUMN kind SET NOT NULL,
    ADD CONSTRAINT person_visibility_kind_known
        CHECK (kind IN ('membership', 'seat', 'reserve', 'check', 'ballot'));
COMMENT ON COLUMN person_visibility.kind IS 'membership, seat, reserve, check (a candidate put to the departments) or ballot (somebody who stood for election).';
COMMENT ON TABLE person_visibility IS 'Where a person has a relation of which kind, and so who may see him.';

-- Bookkeeping, no rule: lists that are sorted by name repeat its pinyin, and follow when it is corrected. Beyond row-level
-- security, since somebody may be on record where the writer does not see.
CREATE FUNCTION follow_pinyin() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    UPDATE memberships SET sort_key = NEW.pinyin WHERE county_id = NEW.county_id AND person_id = NEW.id;
    UPDATE reserves SET sort_key = NEW.pinyin WHERE county_id = NEW.county_id AND person_id = NEW.id;
    UPDATE candidate_checks SET sort_key = NEW.pinyin WHERE county_id = NEW.county_id AND person_id = NEW.id;
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION follow_pinyin FROM PUBLIC;
CREATE TRIGGER people_follow_pinyin AFTER UPDATE OF pinyin ON people
    FOR EACH ROW WHEN (OLD.pinyin IS DISTINCT FROM NEW.pinyin) EXECUTE FUNCTION follow_pinyin();
