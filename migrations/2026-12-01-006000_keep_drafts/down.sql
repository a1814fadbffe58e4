DROP TABLE import_draft_rows;
DROP TABLE import_drafts;
