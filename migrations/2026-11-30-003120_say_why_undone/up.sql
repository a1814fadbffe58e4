-- Whoever takes an import back says why. What was taken back before that was asked has no reason.
ALTER TABLE imports ADD undo_reason text;
ALTER TABLE imports ADD CONSTRAINT imports_undo_reason_of_undone CHECK (undo_reason IS NULL OR undone_at IS NOT NULL);
ALTER TABLE imports ADD CONSTRAINT imports_undo_reason_length CHECK (char_length(undo_reason) BETWEEN 1 AND 200);
COMMENT ON COLUMN imports.undo_reason IS 'Why it was taken back, in words.';
