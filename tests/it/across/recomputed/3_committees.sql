-- Each committee on the last day, and on the day before its present term began.
CREATE TEMP TABLE looked_at AS
SELECT c.id AS committee, c.village_id AS village, c.kind, true AS is_now, last AS day FROM committees c, asked
UNION ALL
SELECT c.id, c.village_id, c.kind, false, t.from_day - 1 FROM committees c, asked, committee_terms t
WHERE t.committee_id = c.id AND t.from_day <= last AND coalesce(t.ended_on, 'infinity') > last;

-- The term that runs on that day, and the one before it.
CREATE TEMP TABLE running AS
SELECT l.*, t.id AS term, t.due_day,
    (SELECT b.id FROM committee_terms b WHERE b.committee_id = l.committee AND b.from_day < t.from_day
        ORDER BY b.from_day DESC LIMIT 1) AS term_before
FROM looked_at l LEFT JOIN committee_terms t ON t.committee_id = l.committee AND t.from_day <= l.day
    AND coalesce(t.ended_on, 'infinity') > l.day;

CREATE TEMP TABLE sitting AS
SELECT r.*, s.id AS seat, s.person_id AS person, s.post, s.education, p.sex, p.ethnicity,
    (extract(year FROM r.day) - extract(year FROM p.birth_date))::int
        - (to_char(r.day, 'MMDD') < to_char(p.birth_date, 'MMDD'))::int AS age
FROM running r
JOIN seats s ON s.committee_id = r.committee AND s.from_day <= r.day AND coalesce(s.to_day, 'infinity') > r.day
JOIN people p ON p.id = s.person_id;

-- One row per person and place.
CREATE TEMP TABLE seated AS
SELECT b.place, s.is_now, s.person, min(s.sex) AS sex, min(s.ethnicity) AS ethnicity, min(s.age) AS age,
    bool_or(e.college) AS college, bool_or(e.high_school) AS high_school,
    bool_or(s.kind = 'village_party') AS in_party,
    bool_or(e.college AND s.kind = 'village_party') AS party_college,
    bool_or(s.kind = 'village_party' AND s.post = 'secretary') AS is_secretary,
    bool_or(e.college AND s.kind = 'village_party' AND s.post = 'secretary') AS secretary_college,
    bool_or(s.kind = 'village_party' AND s.post = 'secretary' AND s.term IS NOT NULL AND NOT EXISTS (
        SELECT FROM seats x WHERE x.term_id = s.term_before AND x.post = 'secretary' AND x.person_id = s.person))
        AS is_new,
    bool_or(s.kind = 'village_party' AND s.post = 'secretary' AND EXISTS (
        SELECT FROM elections v JOIN election_ballots w ON w.election_id = v.id
        WHERE v.term_id = s.term AND v.post = 'secretary' AND w.person_id = s.person AND w.is_elected
            AND w.votes_for = v.valid)) AS is_unanimous,
    bool_or(EXISTS (SELECT FROM sitting o WHERE o.is_now = s.is_now AND o.village = s.village AND o.person = s.person
        AND o.kind IN ('village_party', 'village_committee') AND o.kind <> s.kind)) AS in_both
FROM sitting s JOIN below b ON b.node = s.village JOIN education e ON e.code = s.education
WHERE s.kind IN ('village_party', 'village_committee')
GROUP BY b.place, s.is_now, s.person;

CREATE TEMP TABLE of_committees AS
SELECT place, is_now, figure, count(*) AS n FROM seated CROSS JOIN LATERAL (VALUES
    ('committees.members', true), ('committees.party.members', in_party),
    ('committees.party.college_or_above', party_college), ('committees.secretaries', is_secretary),
    ('committees.secretaries.newly_elected', is_new), ('committees.secretaries.college_or_above', secretary_college),
    ('committees.secretaries_elected_unanimously', is_unanimous), ('committees.cross_appointed', in_both),
    ('committees.women', sex = '2'), ('committees.ethnic_minority', ethnicity <> '01'),
    ('committees.college_or_above', college), ('committees.high_school_or_above', high_school),
    ('committees.junior_or_below', NOT high_school), ('committees.age.to_35', age <= 35),
    ('committees.age.36_45', age > 35 AND age <= 45), ('committees.age.46_55', age > 45 AND age <= 55),
    ('committees.age.56_up', age > 55)) AS f (figure, holds)
WHERE holds GROUP BY place, is_now, figure
UNION ALL SELECT place, is_now, 'committees.average_age', sum(age) FROM seated GROUP BY place, is_now
UNION ALL
SELECT b.place, s.is_now, 'committees.source.' || t.source, count(DISTINCT s.person)
FROM sitting s JOIN seat_sources t ON t.seat_id = s.seat JOIN below b ON b.node = s.village
WHERE s.kind IN ('village_party', 'village_committee') GROUP BY 1, 2, 3
UNION ALL
-- Of all three kinds: seats that the running term provides and nobody holds, post by post; terms past their day.
SELECT b.place, r.is_now, 'committees.vacancies', sum(greatest(p.places - (SELECT count(*) FROM sitting s
    WHERE s.committee = r.committee AND s.is_now = r.is_now AND s.post = p.post), 0))
FROM running r JOIN committee_posts p ON p.term_id = r.term JOIN below b ON b.node = r.village GROUP BY 1, 2
UNION ALL
SELECT b.place, r.is_now, 'committees.elections_overdue', count(*)
FROM running r JOIN below b ON b.node = r.village WHERE r.due_day < r.day GROUP BY 1, 2;

INSERT INTO counted SELECT place, figure, n FROM of_committees WHERE is_now;
INSERT INTO counted_before SELECT place, figure, n FROM of_committees WHERE NOT is_now;
