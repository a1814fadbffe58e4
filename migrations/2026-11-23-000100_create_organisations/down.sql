DROP TABLE organisation_parents;
DROP TABLE organisations;
DROP TABLE counties;
