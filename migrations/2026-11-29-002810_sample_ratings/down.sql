DROP TABLE rating_seconds;
DROP TABLE rating_sample_picks;
DROP TABLE rating_sample_subjects;
DROP TABLE rating_samples;
