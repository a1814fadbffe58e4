-- Who is in the register on each day, and in which branch.
CREATE TEMP TABLE stood AS
SELECT d.day, m.id AS member, m.person_id AS person, b.branch_id AS branch,
    coalesce(m.full_member_on <= d.day, false) AS is_full, m.occupation, m.party_post, s.status
FROM days d
JOIN memberships m ON m.from_day <= d.day AND coalesce(m.to_day, 'infinity') > d.day
JOIN membership_statuses s ON s.membership_id = m.id AND s.from_day <= d.day AND coalesce(s.to_day, 'infinity') > d.day
JOIN branch_memberships b ON b.membership_id = m.id AND b.from_day <= d.day AND coalesce(b.to_day, 'infinity') > d.day
WHERE s.status IN ('normal', 'watch', 'suspended_rights');
CREATE INDEX ON stood (day, member);

-- He stands in his branch and in everything above it.
CREATE TEMP TABLE inside AS
SELECT s.day, a.place, s.member FROM stood s JOIN above a ON a.day = s.day AND a.node = s.branch;
CREATE INDEX ON inside (place, member, day);
ANALYZE stood;
ANALYZE inside;

-- Members on the last day with all that is asked of them.
CREATE TEMP TABLE people_of AS
SELECT i.place, s.member, s.person, s.is_full, s.occupation, s.party_post, s.status, s.branch, p.sex, p.ethnicity,
    e.college,
    (extract(year FROM last) - extract(year FROM p.birth_date))::int
        - (to_char(last, 'MMDD') < to_char(p.birth_date, 'MMDD'))::int AS age
FROM asked JOIN stood s ON s.day = last
JOIN inside i ON i.day = last AND i.member = s.member
JOIN people p ON p.id = s.person JOIN education e ON e.code = p.education;

INSERT INTO counted
SELECT place, figure, count(*) FROM people_of CROSS JOIN LATERAL (VALUES
    ('members.total', true), ('members.closing', true), ('members.full', is_full), ('members.probationary', NOT is_full),
    ('members.women', sex = '2'), ('members.ethnic_minority', ethnicity <> '01'), ('members.college_or_above', college),
    ('members.age.to_30', age <= 30), ('members.age.31_35', age >= 31 AND age <= 35),
    ('members.age.36_40', age >= 36 AND age <= 40), ('members.age.41_45', age >= 41 AND age <= 45),
    ('members.age.46_50', age >= 46 AND age <= 50), ('members.age.51_55', age >= 51 AND age <= 55),
    ('members.age.56_60', age >= 56 AND age <= 60), ('members.age.61_up', age > 60)) AS f (figure, holds)
WHERE holds GROUP BY place, figure
UNION ALL SELECT place, 'members.average_age', sum(age) FROM people_of GROUP BY place
UNION ALL
SELECT place, 'members.' || a.kind, count(DISTINCT member) FROM people_of
JOIN membership_absences a ON a.membership_id = member CROSS JOIN asked
WHERE a.from_day <= last AND coalesce(a.to_day, 'infinity') > last GROUP BY place, a.kind;

-- Organisations, and how many members stand in each branch.
INSERT INTO counted
SELECT b.place, figure, count(*) FROM existing o JOIN below b ON b.node = o.id
CROSS JOIN LATERAL (SELECT count(*) AS all_of, count(*) FILTER (WHERE is_full) AS full_ones
    FROM stood s, asked WHERE s.day = last AND s.branch = o.id) m
CROSS JOIN LATERAL (VALUES
    ('organisations.villages', o.kind IN ('village', 'community')),
    ('organisations.party_organisations', o.kind IN ('party_committee', 'general_branch', 'branch')),
    ('organisations.branches', o.kind = 'branch'),
    ('organisations.branches_below_three', o.kind = 'branch' AND full_ones < 3),
    ('organisations.branches_above_fifty', o.kind = 'branch' AND all_of > 50)) AS f (figure, holds)
WHERE holds GROUP BY b.place, figure;

-- The flow: who stands somewhere on a day and did not the day before, and the other way round, in the tree of each day.
CREATE TEMP TABLE entering AS
SELECT i.* FROM inside i, asked WHERE i.day > before AND NOT EXISTS (
    SELECT FROM inside j WHERE j.place = i.place AND j.member = i.member AND j.day = i.day - 1);
CREATE TEMP TABLE leaving AS
SELECT i.day + 1 AS day, i.place, i.member FROM inside i, asked WHERE i.day < last AND NOT EXISTS (
    SELECT FROM inside j WHERE j.place = i.place AND j.member = i.member AND j.day = i.day + 1);

INSERT INTO counted
SELECT e.place, CASE
        WHEN stood_before.member IS NOT NULL THEN 'members.transferred_in'
        WHEN had.status IS NOT NULL THEN 'members.reinstated'
        WHEN m.arrival = 'admitted' OR m.arrival = 'initial' AND m.joined_on = m.from_day THEN 'members.admitted'
        ELSE 'members.transferred_in'
    END, count(*)
FROM entering e JOIN memberships m ON m.id = e.member
LEFT JOIN stood stood_before ON stood_before.member = e.member AND stood_before.day = e.day - 1
LEFT JOIN membership_statuses had ON had.membership_id = e.member AND had.from_day < e.day
    AND coalesce(had.to_day, 'infinity') >= e.day
GROUP BY 1, 2;
INSERT INTO counted
SELECT l.place, CASE
        WHEN stands.member IS NOT NULL OR has.status = 'transferred' THEN 'members.transferred_out'
        WHEN has.status IN ('stopped', 'deceased') THEN 'members.' || has.status
        ELSE 'members.removed'
    END, count(*)
FROM leaving l
LEFT JOIN stood stands ON stands.member = l.member AND stands.day = l.day
LEFT JOIN membership_statuses has ON has.membership_id = l.member AND has.from_day <= l.day
    AND coalesce(has.to_day, 'infinity') > l.day
GROUP BY 1, 2;
-- The opening is the closing of the latest revision of the quarter before, where that is closed; what the records say of that
-- day today and the revision does not was recorded late.
CREATE TEMP TABLE revision_before AS
SELECT max(number) AS number FROM quarter_revisions r, asked WHERE r.quarter = quarter_before AND number >= 1;
CREATE TEMP TABLE openings AS
SELECT o.id AS place,
    (SELECT count(*) FROM inside i, asked WHERE i.place = o.id AND i.day = before) AS today,
    (SELECT count(*) FROM member_facts f, asked WHERE f.quarter = quarter_before AND f.revision = b.number
        AND o.code = ANY (string_to_array(f.path, '/'))) AS closed,
    b.number IS NOT NULL AS is_closed
FROM organisations o, revision_before b;
INSERT INTO counted
SELECT place, 'members.opening', CASE WHEN is_closed THEN closed ELSE today END FROM openings
UNION ALL
SELECT place, 'members.recorded_late', today - closed FROM openings WHERE is_closed
UNION ALL
SELECT i.place, 'members.became_full', count(*) FROM memberships m, asked, inside i
WHERE m.full_member_on BETWEEN first AND last AND i.member = m.id AND i.day = m.full_member_on GROUP BY i.place;
