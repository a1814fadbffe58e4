DROP TABLE committee_rules;
DROP TABLE election_ballots;
DROP TABLE elections;
DROP TABLE seat_sources;
DROP TABLE seats;
DROP TABLE committee_posts;
DROP TABLE committee_terms;
DROP TABLE committees;
