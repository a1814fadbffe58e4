-- What a sample county does not have. Two villages move to another town on a day of the quarter, with everything below them.
SELECT setseed(@seed / 1000000.0);
CREATE TEMP TABLE moved AS
SELECT v.id, (SELECT t.id FROM organisations t WHERE t.kind IN ('town', 'township') AND t.id <> v.parent_id
    ORDER BY random() LIMIT 1) AS town
FROM organisations v WHERE v.kind = 'village' ORDER BY random() LIMIT 2;
UPDATE organisation_parents p SET to_day = '@day' FROM moved m WHERE p.organisation_id = m.id AND p.to_day IS NULL;
INSERT INTO organisation_parents (county_id, organisation_id, parent_id, from_day)
SELECT o.county_id, o.id, m.town, '@day' FROM moved m JOIN organisations o ON o.id = m.id;
UPDATE organisations o SET parent_id = m.town FROM moved m WHERE o.id = m.id;
CREATE TEMP TABLE paths AS
WITH RECURSIVE down AS (
    SELECT id, code || '/' AS path FROM organisations WHERE parent_id IS NULL
    UNION ALL SELECT o.id, d.path || o.code || '/' FROM down d JOIN organisations o ON o.parent_id = d.id
) SELECT * FROM down;
UPDATE organisations o SET path = p.path FROM paths p WHERE p.id = o.id AND o.path <> p.path;

-- Some sit in the committees of two villages.
CREATE TEMP TABLE picked AS
SELECT s.id, s.committee_id, s.person_id, row_number() OVER (ORDER BY random()) AS n
FROM seats s JOIN committees c ON c.id = s.committee_id
WHERE c.kind = 'village_committee' AND s.to_day IS NULL AND s.post = 'member';
UPDATE seats s SET person_id = b.person_id FROM picked a JOIN picked b ON b.n = a.n + 1 AND b.committee_id <> a.committee_id
WHERE s.id = a.id AND a.n IN (1, 3, 5, 7);

-- Eight members are stopped and come back within the quarter; four of them into another branch on the very day, two leave it
-- again the next day; one more is stopped on the day on which his village moves.
CREATE TEMP TABLE shaken AS
SELECT m.id, m.county_id, b.branch_id, row_number() OVER (ORDER BY random()) AS n, date '@day' - 3 AS stops,
    date '@day' + 2 AS returns
FROM memberships m
JOIN membership_statuses s ON s.membership_id = m.id AND s.status = 'normal' AND s.to_day IS NULL AND s.from_day < date '@day' - 10
JOIN branch_memberships b ON b.membership_id = m.id AND b.to_day IS NULL AND b.from_day < date '@day' - 10
WHERE m.to_day IS NULL ORDER BY random() LIMIT 8;
UPDATE shaken SET stops = '@day' WHERE n = 8;
UPDATE membership_statuses s SET to_day = k.stops FROM shaken k WHERE s.membership_id = k.id AND s.to_day IS NULL;
INSERT INTO membership_statuses (county_id, membership_id, status, reason, from_day, to_day)
SELECT county_id, id, 'stopped', '失联', stops, returns FROM shaken
UNION ALL SELECT county_id, id, 'normal', '恢复', returns, NULL FROM shaken;
UPDATE branch_memberships b SET to_day = k.returns FROM shaken k WHERE b.membership_id = k.id AND b.to_day IS NULL AND k.n <= 4;
INSERT INTO branch_memberships (county_id, membership_id, branch_id, from_day, to_day)
SELECT k.county_id, k.id, other.id, k.returns, CASE WHEN k.n <= 2 THEN k.returns + 1 END
FROM shaken k CROSS JOIN LATERAL (SELECT o.id FROM organisations o WHERE o.kind = 'branch' AND o.id <> k.branch_id
    ORDER BY md5(o.id::text || k.n) LIMIT 1) other WHERE k.n <= 4
UNION ALL SELECT county_id, id, branch_id, returns + 1, NULL FROM shaken WHERE n <= 2;

-- Some go on guiding on paper though they left: former secretaries of the village by name, members who died or went by person.
UPDATE reserve_mentors m SET name = f.name FROM (
    SELECT * FROM (SELECT DISTINCT ON (c.village_id) c.village_id, p.name FROM committees c
        JOIN seats s ON s.committee_id = c.id AND s.post = 'secretary' AND s.to_day IS NOT NULL
        JOIN people p ON p.id = s.person_id WHERE c.kind = 'village_party' ORDER BY c.village_id, s.to_day) one
    ORDER BY random() LIMIT 8) f
JOIN reserves r ON r.village_id = f.village_id
WHERE m.reserve_id = r.id AND m.kind = 'village_secretary';
UPDATE reserve_mentors m SET person_id = d.person_id FROM (
    SELECT y.person_id, row_number() OVER (ORDER BY y.id) AS n FROM memberships y
    WHERE EXISTS (SELECT FROM membership_statuses z WHERE z.membership_id = y.id AND z.status IN ('deceased', 'transferred'))
    ORDER BY y.id LIMIT 8) d
JOIN (SELECT id, row_number() OVER (ORDER BY random()) AS n FROM reserve_mentors WHERE kind = 'township_leader') t ON t.n = d.n
WHERE m.id = t.id;
