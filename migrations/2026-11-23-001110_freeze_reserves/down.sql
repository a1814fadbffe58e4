DROP TABLE reserve_village_facts;
DROP TABLE reserve_facts;
