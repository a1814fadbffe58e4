ALTER TABLE import_rows DROP is_alike;
