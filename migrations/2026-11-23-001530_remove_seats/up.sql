-- A seat that was entered by mistake goes, and its sources with it; the trail keeps what it said.
ALTER TABLE seat_sources DROP CONSTRAINT seat_sources_seat_fkey;
ALTER TABLE seat_sources ADD CONSTRAINT seat_sources_seat_fkey FOREIGN KEY (county_id, seat_id)
    REFERENCES seats (county_id, id) ON DELETE CASCADE;
GRANT DELETE ON seats TO cadre_web;
