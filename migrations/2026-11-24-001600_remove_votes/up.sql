-- A vote that was entered by mistake goes, and its ballots with it; the trail keeps what they said.
ALTER TABLE election_ballots DROP CONSTRAINT election_ballots_election_fkey;
ALTER TABLE election_ballots ADD CONSTRAINT election_ballots_election_fkey FOREIGN KEY (county_id, election_id)
    REFERENCES elections (county_id, id) ON DELETE CASCADE;
GRANT DELETE ON elections TO cadre_web;
