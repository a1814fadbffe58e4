DROP TRIGGER people_follow_pinyin ON people;
DROP FUNCTION follow_pinyin;
COMMENT ON TABLE person_visibility IS 'Where a person has a relation (membership, later seat or pool entry), and so who may see him.';
ALTER TABLE person_visibility DROP COLUMN kind;
DROP INDEX people_initials_idx;
DROP INDEX people_joined_idx;
DROP INDEX people_pinyin_idx;
ALTER TABLE people DROP COLUMN initials, DROP COLUMN pinyin_joined, DROP COLUMN updated_by;
