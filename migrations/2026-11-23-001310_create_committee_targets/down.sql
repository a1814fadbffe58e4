DROP TABLE committee_targets;
