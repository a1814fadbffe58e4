DROP POLICY people_read ON people;
DROP POLICY people_update ON people;
DROP TABLE person_visibility;
DROP TABLE people;
