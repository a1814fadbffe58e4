REVOKE DELETE ON seats FROM cadre_web;
ALTER TABLE seat_sources DROP CONSTRAINT seat_sources_seat_fkey;
ALTER TABLE seat_sources ADD CONSTRAINT seat_sources_seat_fkey FOREIGN KEY (county_id, seat_id)
    REFERENCES seats (county_id, id);
