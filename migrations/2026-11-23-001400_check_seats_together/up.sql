-- One statement may correct several seats of a committee: where the day on which one head follows the other is moved, both
-- rows change. What may be deferred is looked at when the statement ends, not row by row.
ALTER TABLE seats
    DROP CONSTRAINT seats_no_overlap,
    ADD CONSTRAINT seats_no_overlap EXCLUDE USING gist (committee_id WITH =, person_id WITH =, post WITH =,
        daterange(from_day, to_day) WITH &&) DEFERRABLE INITIALLY IMMEDIATE,
    DROP CONSTRAINT seats_one_head,
    ADD CONSTRAINT seats_one_head EXCLUDE USING gist
        (committee_id WITH =, daterange(from_day, to_day) WITH &&)
        WHERE (post IN ('secretary', 'director', 'supervision_director')) DEFERRABLE INITIALLY IMMEDIATE;
