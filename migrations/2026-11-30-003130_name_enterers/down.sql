ALTER TABLE ratings DROP COLUMN entered_by;
