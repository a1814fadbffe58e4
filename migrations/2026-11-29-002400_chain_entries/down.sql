DROP TABLE audit_checkpoints;
DROP INDEX audit_entries_place_idx;
DROP INDEX audit_entries_door_idx;
DROP INDEX audit_entries_action_idx;
DROP INDEX audit_entries_actor_idx;
ALTER TABLE audit_entries DROP CONSTRAINT audit_entries_path_in_chain, DROP COLUMN hash, DROP COLUMN algorithm,
    DROP COLUMN began;
ALTER TABLE audit_heads DROP COLUMN hash;
