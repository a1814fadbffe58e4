REVOKE DELETE ON elections FROM cadre_web;
ALTER TABLE election_ballots DROP CONSTRAINT election_ballots_election_fkey;
ALTER TABLE election_ballots ADD CONSTRAINT election_ballots_election_fkey FOREIGN KEY (county_id, election_id)
    REFERENCES elections (county_id, id);
