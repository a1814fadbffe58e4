-- A new row has its record's id from the plan on, so that carrying out need not touch the row again.
COMMENT ON COLUMN import_rows.record_id IS 'The record that the row is about, where it may be seen; of a new row the one that it becomes.';
COMMENT ON COLUMN import_rows.record_version IS 'Its version when the plan was made; empty for one that was not on record.';
