DROP TABLE transfers;
DROP TABLE member_search_keys;
DROP TABLE membership_absences;
DROP TABLE membership_statuses;
DROP TABLE branch_memberships;
DROP TABLE memberships;
