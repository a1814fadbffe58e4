ALTER TABLE imports DROP undo_reason;
