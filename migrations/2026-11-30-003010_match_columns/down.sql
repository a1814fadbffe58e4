DROP TABLE import_mappings;
ALTER TABLE imports DROP proposal;
