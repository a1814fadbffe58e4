DROP TABLE import_undos;
