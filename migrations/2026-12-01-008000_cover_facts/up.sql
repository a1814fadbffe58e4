-- What a report reads of every member of a county stands in the index, so that nothing is fetched row by row from all over
-- a table; whoever died is found without reading all others.
ALTER TABLE branch_memberships
    DROP CONSTRAINT branch_memberships_pkey,
    ADD CONSTRAINT branch_memberships_pkey PRIMARY KEY (county_id, membership_id, from_day) INCLUDE (branch_id, to_day);
ALTER TABLE membership_statuses
    DROP CONSTRAINT membership_statuses_pkey,
    ADD CONSTRAINT membership_statuses_pkey PRIMARY KEY (county_id, membership_id, from_day) INCLUDE (status, to_day);
CREATE INDEX membership_statuses_deceased_idx ON membership_statuses (county_id, membership_id, from_day)
    WHERE status = 'deceased';
CREATE INDEX people_facts_idx ON people (county_id, id) INCLUDE (sex, ethnicity, education, birth_date);
