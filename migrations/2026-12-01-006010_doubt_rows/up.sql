-- Rows of somebody new who may be on record already stand apart in a plan, and somebody says which he is.
ALTER TABLE import_rows ADD is_alike boolean NOT NULL DEFAULT false;
CREATE INDEX import_rows_alike_idx ON import_rows (county_id, import_id, number) WHERE is_alike;
COMMENT ON COLUMN import_rows.is_alike IS 'Somebody on record may be the person of the row, though his citizen ID is another.';
