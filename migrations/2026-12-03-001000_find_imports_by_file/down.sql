DROP INDEX imports_file_idx;
