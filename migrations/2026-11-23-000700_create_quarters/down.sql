DROP TABLE rating_facts;
DROP TABLE flow_facts;
DROP TABLE member_facts;
DROP TABLE organisation_facts;
DROP TABLE quarter_revisions;
DROP TABLE quarters;
