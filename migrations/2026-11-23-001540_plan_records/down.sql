COMMENT ON COLUMN import_rows.record_id IS 'The record that the row is about, where it may be seen.';
COMMENT ON COLUMN import_rows.record_version IS 'Its version when the plan was made.';
