DROP FUNCTION IF EXISTS unmerge_people;
DROP FUNCTION IF EXISTS unmerge_mark;
DROP FUNCTION IF EXISTS merge_people;
DROP FUNCTION IF EXISTS merge_touch;
DROP FUNCTION IF EXISTS merge_enrolments;
DROP FUNCTION IF EXISTS merge_drop;
DROP FUNCTION IF EXISTS merge_move;
DROP FUNCTION IF EXISTS merge_remove;
DROP FUNCTION IF EXISTS follow_people;
DROP FUNCTION IF EXISTS find_duplicate_people;
DROP FUNCTION IF EXISTS count_relations_outside;
DROP FUNCTION IF EXISTS merge_keys;
ALTER TABLE training_completions
    ALTER CONSTRAINT training_completions_attendance_fkey NOT DEFERRABLE;
ALTER TABLE training_attendances
    ALTER CONSTRAINT training_attendances_enrolment_fkey NOT DEFERRABLE;
DROP TABLE merged_ids;
DROP TABLE person_merge_rows;
DROP TABLE person_merges;
DROP TABLE distinct_people;
ALTER TABLE people DROP COLUMN sound;
