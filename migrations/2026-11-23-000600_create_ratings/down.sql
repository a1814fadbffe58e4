DROP TABLE rating_scores;
DROP TABLE ratings;
DROP TABLE rating_rounds;
DROP TABLE rating_thresholds;
DROP TABLE rating_dimensions;
DROP TABLE rating_schemes;
