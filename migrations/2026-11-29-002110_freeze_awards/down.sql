DROP TABLE award_facts;
