DROP TABLE assessment_facts;
