-- Whoever uploads the same bytes again is told when they came before.
CREATE INDEX imports_file_idx ON imports (county_id, file_sha256, id);
