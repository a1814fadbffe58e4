DROP TABLE county_words;
