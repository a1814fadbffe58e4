DROP INDEX people_facts_idx;
DROP INDEX membership_statuses_deceased_idx;
ALTER TABLE membership_statuses
    DROP CONSTRAINT membership_statuses_pkey,
    ADD CONSTRAINT membership_statuses_pkey PRIMARY KEY (county_id, membership_id, from_day);
ALTER TABLE branch_memberships
    DROP CONSTRAINT branch_memberships_pkey,
    ADD CONSTRAINT branch_memberships_pkey PRIMARY KEY (county_id, membership_id, from_day);
