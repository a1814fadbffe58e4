ALTER TABLE memberships
    DROP CONSTRAINT memberships_from_day_finite,
    DROP CONSTRAINT memberships_no_overlap,
    ADD CONSTRAINT memberships_no_overlap EXCLUDE USING gist
        (person_id WITH =, daterange(from_day, to_day) WITH &&);
ALTER TABLE branch_memberships
    DROP CONSTRAINT branch_memberships_from_day_finite,
    DROP CONSTRAINT branch_memberships_no_overlap,
    ADD CONSTRAINT branch_memberships_no_overlap EXCLUDE USING gist
        (membership_id WITH =, daterange(from_day, to_day) WITH &&);
ALTER TABLE membership_statuses
    DROP CONSTRAINT membership_statuses_from_day_finite,
    DROP CONSTRAINT membership_statuses_no_overlap,
    ADD CONSTRAINT membership_statuses_no_overlap EXCLUDE USING gist
        (membership_id WITH =, daterange(from_day, to_day) WITH &&);
ALTER TABLE membership_absences
    DROP CONSTRAINT membership_absences_from_day_finite,
    DROP CONSTRAINT membership_absences_no_overlap,
    ADD CONSTRAINT membership_absences_no_overlap EXCLUDE USING gist
        (membership_id WITH =, kind WITH =, daterange(from_day, to_day) WITH &&);
ALTER TABLE organisation_parents
    DROP CONSTRAINT organisation_parents_from_day_finite,
    DROP CONSTRAINT organisation_parents_no_overlap,
    ADD CONSTRAINT organisation_parents_no_overlap EXCLUDE USING gist
        (county_id WITH =, organisation_id WITH =, daterange(from_day, to_day) WITH &&);
ALTER TABLE reserve_states
    DROP CONSTRAINT reserve_states_from_day_finite,
    DROP CONSTRAINT reserve_states_no_overlap,
    ADD CONSTRAINT reserve_states_no_overlap EXCLUDE USING gist
        (reserve_id WITH =, daterange(from_day, to_day) WITH &&);
