DROP TABLE candidate_verdicts;
DROP TABLE candidate_checks;
DROP TABLE vetting_items;
DROP TABLE vetting_checklists;
DROP TABLE vetting_members;
DROP TABLE vetting_departments;
