DROP TABLE training_pairs;
