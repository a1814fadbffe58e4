-- Reserves: the state of each on the last day. The settings of the county go before the common ones.
CREATE TEMP TABLE rules AS
SELECT * FROM (
    SELECT 1 AS rank, minimum_per_village AS minimum, township_leaders AS leaders, village_secretaries AS secretaries
    FROM reserve_settings, asked WHERE from_day <= last AND coalesce(to_day, 'infinity') > last
    UNION ALL SELECT 2, 2, 2, 1) v ORDER BY rank LIMIT 1;

-- Who is off the register on the last day, and who is or was secretary of a village by then: mentors who left guide nobody.
CREATE TEMP TABLE off_register AS
SELECT y.person_id AS person FROM memberships y JOIN membership_statuses z ON z.membership_id = y.id, asked
WHERE z.from_day <= last GROUP BY y.person_id
HAVING (array_agg(z.status ORDER BY z.from_day DESC, z.to_day DESC))[1] NOT IN ('normal', 'watch', 'suspended_rights');
CREATE TEMP TABLE served AS
SELECT c.village_id AS village, s.person_id AS person, p.name,
    bool_or(coalesce(s.to_day, 'infinity') > last AND s.person_id NOT IN (SELECT person FROM off_register)) AS sits
FROM seats s JOIN committees c ON c.id = s.committee_id AND c.kind = 'village_party' JOIN people p ON p.id = s.person_id, asked
WHERE s.post = 'secretary' AND s.from_day <= last GROUP BY 1, 2, 3;
CREATE TEMP TABLE guides AS
SELECT m.reserve_id, m.kind FROM reserve_mentors m JOIN reserves r ON r.id = m.reserve_id, asked
WHERE m.from_day <= last AND coalesce(m.to_day, 'infinity') > last
    AND (m.person_id IS NULL OR m.person_id NOT IN (SELECT person FROM off_register))
    AND (m.kind <> 'village_secretary' OR coalesce((SELECT bool_or(v.sits) FROM served v
        WHERE v.village = r.village_id AND coalesce(v.person = m.person_id, v.name = m.name)), true));

CREATE TEMP TABLE pooled AS
SELECT r.id, r.village_id AS village, r.kind, s.state, p.sex, e.college,
    (extract(year FROM last) - extract(year FROM p.birth_date))::int
        - (to_char(last, 'MMDD') < to_char(p.birth_date, 'MMDD'))::int AS age,
    (SELECT count(*) FROM guides m WHERE m.reserve_id = r.id AND m.kind = 'township_leader') >= leaders
    AND (SELECT count(*) FROM guides m WHERE m.reserve_id = r.id AND m.kind = 'village_secretary') >= secretaries AS is_mentored,
    s.from_day AS since
FROM asked CROSS JOIN rules JOIN reserve_states s ON s.from_day <= last AND coalesce(s.to_day, 'infinity') > last
JOIN reserves r ON r.id = s.reserve_id JOIN people p ON p.id = r.person_id JOIN education e ON e.code = p.education;

-- Since when the present term of each village runs: of its Party organisation, without one of its committee.
CREATE TEMP TABLE term_of AS
SELECT o.id AS village, coalesce(
    (SELECT max(t.from_day) FROM committee_terms t JOIN committees c ON c.id = t.committee_id, asked
        WHERE c.village_id = o.id AND c.kind = 'village_party' AND t.from_day <= last
            AND coalesce(t.ended_on, 'infinity') > last),
    (SELECT max(t.from_day) FROM committee_terms t JOIN committees c ON c.id = t.committee_id, asked
        WHERE c.village_id = o.id AND c.kind = 'village_committee' AND t.from_day <= last
            AND coalesce(t.ended_on, 'infinity') > last), '-infinity') AS began
FROM organisations o;

INSERT INTO counted
SELECT b.place, figure, count(*) FROM pooled r JOIN below b ON b.node = r.village JOIN term_of t ON t.village = r.village
CROSS JOIN LATERAL (SELECT r.state IN ('in_pool', 'seconded', 'cross_village') AS pool) p
CROSS JOIN LATERAL (VALUES
    ('reserves.total', pool), ('reserves.reserve_cadres', pool AND r.kind = 'reserve_cadre'),
    ('reserves.local_talents', pool AND r.kind = 'local_talent'), ('reserves.women', pool AND sex = '2'),
    ('reserves.to_35', pool AND age <= 35), ('reserves.college_or_above', pool AND college),
    ('reserves.with_full_mentors', pool AND is_mentored),
    ('reserves.appointed', state = 'appointed' AND since >= began),
    ('reserves.seconded', state = 'seconded'), ('reserves.cross_village', state = 'cross_village')) AS f (figure, holds)
WHERE holds GROUP BY b.place, figure
UNION ALL
SELECT b.place, 'reserves.source.' || s.source, count(*) FROM pooled r JOIN reserve_sources s ON s.reserve_id = r.id
JOIN below b ON b.node = r.village WHERE r.state IN ('in_pool', 'seconded', 'cross_village') GROUP BY 1, 2
UNION ALL
SELECT b.place, 'reserves.villages_below_minimum', count(*) FROM existing o JOIN below b ON b.node = o.id CROSS JOIN rules
WHERE o.kind IN ('village', 'community') AND (SELECT count(*) FROM pooled r WHERE r.village = o.id
    AND r.kind = 'reserve_cadre' AND r.state IN ('in_pool', 'seconded', 'cross_village')) < minimum
GROUP BY b.place;

-- Training: the programme in force and what it demands; hours by the rule in force.
CREATE TEMP TABLE programme AS
SELECT p.id, p.from_day, d.id AS demand, d.statuses, d.occupations, d.exempt_age
FROM asked, training_programmes p JOIN training_demands d ON d.programme_id = p.id
WHERE p.is_primary AND p.from_day <= last AND p.to_day > last
    AND d.from_day <= last AND coalesce(d.to_day, 'infinity') > last;
CREATE TEMP TABLE hours_demanded AS
SELECT * FROM (
    SELECT 1 AS rank, member_hours AS of_members, leader_hours AS of_leaders, planning_from
    FROM training_settings, asked WHERE from_day <= last AND coalesce(to_day, 'infinity') > last
    UNION ALL SELECT 2, 32, 56, CASE WHEN last < '2016-01-01' THEN date '2011-01-01' WHEN last < '2021-01-01' THEN '2016-01-01'
        WHEN last < '2026-01-01' THEN '2021-01-01' ELSE '2026-01-01' END FROM asked) v ORDER BY rank LIMIT 1;
CREATE TEMP TABLE to_train AS
SELECT m.place, m.member, g.id AS programme, EXISTS (
        SELECT FROM training_attendances a JOIN training_classes c ON c.id = a.class_id
        WHERE a.membership_id = m.member AND c.programme_id = g.id AND c.kind = 'class' AND c.last_day <= last
            AND a.result IN ('excellent', 'passed')) AS is_trained,
    (SELECT coalesce(sum(f.percent), 0) FROM training_floors f WHERE f.demand_id = g.demand
        AND g.from_day + make_interval(years => f.year) - interval '1 day' <= last) AS floors,
    (SELECT coalesce(sum(a.hours), 0) FROM training_attendances a JOIN training_classes c ON c.id = a.class_id
        WHERE a.membership_id = m.member AND c.last_day <= last
            AND extract(year FROM c.last_day) = extract(year FROM last)) AS hours,
    m.party_post IS NOT NULL OR EXISTS (SELECT FROM seats s JOIN committees c ON c.id = s.committee_id
        WHERE c.kind = 'village_party' AND s.person_id = m.person AND s.from_day <= last
            AND coalesce(s.to_day, 'infinity') > last) AS is_leader
FROM people_of m, programme g, asked
WHERE m.status = ANY (string_to_array(g.statuses, ' '))
    AND (g.occupations = '' OR m.occupation = ANY (string_to_array(g.occupations, ' ')))
    AND (g.exempt_age IS NULL OR m.age < g.exempt_age)
    AND NOT EXISTS (SELECT FROM training_exemptions x WHERE x.membership_id = m.member AND x.from_day <= last
        AND coalesce(x.to_day, 'infinity') > last);

INSERT INTO counted
SELECT place, figure, count(*) FROM to_train, hours_demanded CROSS JOIN LATERAL (VALUES
    ('training.programme_members', true), ('training.trained', is_trained),
    ('training.members_reaching_hours', hours >= of_members),
    ('training.secretaries_reaching_hours', is_leader AND hours >= of_leaders)) AS f (figure, holds)
WHERE holds GROUP BY place, figure
UNION ALL SELECT place, 'training.hours_average', sum(hours) FROM to_train GROUP BY place
UNION ALL
SELECT place, 'training.required', ceil(max(floors) * count(*) / 100.0) FROM to_train GROUP BY place
UNION ALL
SELECT place, 'training.shortfall', greatest(ceil(max(floors) * count(*) / 100.0 - count(*) FILTER (WHERE is_trained)), 0)
FROM to_train GROUP BY place;

-- Classes that were held, by who held them; attendances, by where the member stood on the last day of the class.
CREATE TEMP TABLE held_classes AS
SELECT c.*, (SELECT count(*) = 1 FROM programme g WHERE g.id = c.programme_id) OR c.programme_id IS NULL
    AND NOT EXISTS (SELECT FROM programme) AS is_of_programme
FROM training_classes c, asked WHERE c.state IN ('held', 'closed') AND c.last_day <= last;
INSERT INTO counted
SELECT b.place, 'training.classes', count(*) FROM held_classes c JOIN below b ON b.node = c.organisation_id, asked
WHERE c.kind = 'class' AND c.last_day >= first AND is_of_programme GROUP BY b.place
UNION ALL
SELECT b.place, 'training.lectures', count(*) FROM held_classes c JOIN below b ON b.node = c.organisation_id, hours_demanded
WHERE c.kind = 'lecture' AND c.last_day >= planning_from GROUP BY b.place
UNION ALL
SELECT b.place, figure, count(*) FROM held_classes c JOIN training_attendances a ON a.class_id = c.id AND a.hours > 0
JOIN branch_memberships w ON w.membership_id = a.membership_id AND w.from_day <= c.last_day
    AND coalesce(w.to_day, 'infinity') > c.last_day
JOIN below b ON b.node = w.branch_id CROSS JOIN asked CROSS JOIN hours_demanded
CROSS JOIN LATERAL (VALUES
    ('training.person_times', c.last_day >= first AND is_of_programme),
    ('training.away_person_times', c.is_away AND c.last_day >= planning_from)) AS f (figure, holds)
WHERE holds AND c.kind = 'class' GROUP BY b.place, figure;
