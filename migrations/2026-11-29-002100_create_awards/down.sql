DROP TABLE award_events;
DROP TABLE award_objections;
DROP TABLE award_scores;
DROP TABLE awards;
DROP TABLE award_steps;
DROP TABLE award_kinds;
DROP TABLE award_schemes;
