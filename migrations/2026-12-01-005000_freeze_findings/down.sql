DROP TABLE quality_rules;
DROP TABLE rule_facts;
DROP TABLE finding_facts;
