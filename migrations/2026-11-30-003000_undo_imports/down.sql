DO $$
DECLARE
    traced record;
BEGIN
    FOR traced IN SELECT c.relname, t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
        WHERE t.tgfoid = 'trace_import'::regproc LOOP
        EXECUTE format('DROP TRIGGER %I ON %I', traced.tgname, traced.relname);
    END LOOP;
END $$;
DROP FUNCTION IF EXISTS take_back_import;
DROP FUNCTION IF EXISTS restore_parts;
DROP FUNCTION IF EXISTS restore_records;
DROP FUNCTION IF EXISTS find_quarters_of_import;
DROP FUNCTION IF EXISTS either_id;
DROP FUNCTION IF EXISTS forget_imports;
DROP FUNCTION IF EXISTS was_undone_since;
DROP FUNCTION trace_import;
DROP FUNCTION traced_relations;
DROP TABLE import_traces;
ALTER TABLE import_rows DROP kept;
ALTER TABLE imports DROP undone_at, DROP undone_by, DROP undo_until;
