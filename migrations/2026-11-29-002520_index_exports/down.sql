DROP INDEX audit_entries_exports_idx;
