DROP TABLE training_sites;
