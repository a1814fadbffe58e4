ALTER TABLE memberships
    DROP CONSTRAINT memberships_no_overlap,
    ADD CONSTRAINT memberships_no_overlap EXCLUDE USING gist
        (county_id WITH =, person_id WITH =, daterange(from_day, to_day) WITH &&);
ALTER TABLE branch_memberships
    DROP CONSTRAINT branch_memberships_no_overlap,
    ADD CONSTRAINT branch_memberships_no_overlap EXCLUDE USING gist
        (county_id WITH =, membership_id WITH =, daterange(from_day, to_day) WITH &&);
ALTER TABLE membership_statuses
    DROP CONSTRAINT membership_statuses_no_overlap,
    ADD CONSTRAINT membership_statuses_no_overlap EXCLUDE USING gist
        (county_id WITH =, membership_id WITH =, daterange(from_day, to_day) WITH &&);
ALTER TABLE membership_absences
    DROP CONSTRAINT membership_absences_no_overlap,
    ADD CONSTRAINT membership_absences_no_overlap EXCLUDE USING gist
        (county_id WITH =, membership_id WITH =, kind WITH =, daterange(from_day, to_day) WITH &&);
