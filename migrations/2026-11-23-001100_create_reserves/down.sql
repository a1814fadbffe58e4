DROP TABLE reserve_settings;
DROP TABLE reserve_reviews;
DROP TABLE mentor_notes;
DROP TABLE reserve_mentors;
DROP TABLE reserve_states;
DROP TABLE reserve_sources;
DROP TABLE reserves;
