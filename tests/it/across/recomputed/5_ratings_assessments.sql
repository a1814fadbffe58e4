-- Ratings: by the county's primary member scheme, each organisation's last confirmed round whose period ended by the day.
CREATE TEMP TABLE member_scheme AS
SELECT code, stars FROM rating_schemes, asked
WHERE is_primary AND subject_kind = 'member' AND from_day <= last AND coalesce(to_day, 'infinity') > last;
CREATE TEMP TABLE rounds_done AS
SELECT o.id, o.organisation_id, o.last_day FROM rating_rounds o JOIN rating_schemes s ON s.id = o.scheme_id, asked
WHERE s.code IN (SELECT code FROM member_scheme) AND o.last_day <= last
    AND EXISTS (SELECT FROM ratings r WHERE r.round_id = o.id AND r.state IN ('confirmed', 'published', 'objected'));
CREATE TEMP TABLE last_rounds AS
SELECT * FROM rounds_done d WHERE NOT EXISTS (
    SELECT FROM rounds_done e WHERE e.organisation_id = d.organisation_id AND e.last_day > d.last_day);
-- Whom two units rated (he moved between them) has the stars of the later round.
CREATE TEMP TABLE starred AS
SELECT DISTINCT ON (r.membership_id) r.membership_id AS member, r.stars
FROM ratings r JOIN last_rounds l ON l.id = r.round_id
WHERE r.state IN ('confirmed', 'published', 'objected') AND r.membership_id IS NOT NULL
ORDER BY r.membership_id, l.last_day DESC, r.id;

INSERT INTO counted
SELECT m.place, figure, count(*) FROM people_of m LEFT JOIN starred s ON s.member = m.member
CROSS JOIN LATERAL (VALUES
    ('ratings.members.rated', s.stars IS NOT NULL), ('ratings.members.unrated', s.stars IS NULL),
    ('ratings.members.stars.' || s.stars, s.stars IS NOT NULL)) AS f (figure, holds)
WHERE holds GROUP BY m.place, figure
UNION ALL
SELECT m.place, 'ratings.members.average', sum(s.stars) FROM people_of m JOIN starred s ON s.member = m.member
GROUP BY m.place;

-- Awards in force by the primary scheme, whatever the year.
INSERT INTO counted
SELECT b.place, figure, count(*) FROM awards w JOIN below b ON b.node = w.village_id CROSS JOIN asked
CROSS JOIN LATERAL (VALUES ('ratings.villages.awards'), ('ratings.villages.awards.' || w.kind)) AS f (figure)
WHERE w.given_on <= last AND coalesce(w.revoked_on, 'infinity') > last AND w.scheme_code IN (
    SELECT s.code FROM award_schemes s WHERE s.is_primary AND s.from_day <= last AND coalesce(s.to_day, 'infinity') > last)
GROUP BY b.place, figure;

-- What waits for review, is objected to, or was overturned; it belongs to the unit that holds the round.
CREATE TEMP TABLE troubled AS
SELECT r.id, r.path, 'ratings.awaiting_review' AS figure FROM ratings r JOIN rating_rounds o ON o.id = r.round_id, asked
WHERE r.state = 'submitted' AND o.last_day <= last
UNION
SELECT r.id, r.path, 'ratings.objections_open' FROM ratings r JOIN rating_objections j ON j.rating_id = r.id, asked
WHERE (j.created_at AT TIME ZONE 'Asia/Shanghai')::date <= last
    AND coalesce((j.resolved_at AT TIME ZONE 'Asia/Shanghai')::date, 'infinity') > last
UNION
SELECT r.id, r.path, 'ratings.overturned' FROM ratings r JOIN rating_objections j ON j.rating_id = r.id, asked
WHERE j.outcome = 'upheld' AND (j.resolved_at AT TIME ZONE 'Asia/Shanghai')::date BETWEEN first AND last
UNION
SELECT r.id, r.path, 'ratings.overturned' FROM ratings r, asked
WHERE r.state = 'revoked' AND (r.revoked_at AT TIME ZONE 'Asia/Shanghai')::date BETWEEN first AND last;
INSERT INTO counted
SELECT o.id, t.figure, count(*) FROM troubled t JOIN organisations o ON o.code = ANY (string_to_array(t.path, '/')) GROUP BY 1, 2;

-- Assessments: villages with a total in a confirmed or published round of the quarter. The flag: first of its town, published.
CREATE TEMP TABLE assessed AS
SELECT a.village_id AS village, a.total, o.organisation_id AS town, o.state, s.flag_rule,
    rank() OVER (PARTITION BY o.id ORDER BY a.total DESC) AS place
FROM assessments a JOIN assessment_rounds o ON o.id = a.round_id JOIN assessment_schemes s ON s.id = o.scheme_id, asked
WHERE o.first_day = first AND o.state IN ('confirmed', 'published') AND a.total IS NOT NULL;
INSERT INTO counted
SELECT b.place, 'assessments.assessed', count(*) FROM assessed a JOIN below b ON b.node = a.village GROUP BY b.place
UNION ALL
SELECT b.place, 'assessments.average', sum(a.total) FROM assessed a JOIN below b ON b.node = a.village GROUP BY b.place
UNION ALL
SELECT b.place, 'assessments.flags', count(*) FROM assessed a JOIN below b ON b.node = a.village
WHERE a.state = 'published' AND a.place = 1 GROUP BY b.place;

-- The trail of the quarter, by the clock of China.
INSERT INTO counted
SELECT o.id, figure, count(*) FROM audit_entries e JOIN organisations o ON o.code = ANY (string_to_array(e.path, '/')), asked
CROSS JOIN LATERAL (VALUES
    ('audit.entries', true), ('audit.amendments', e.action = 'quarters.amend'),
    ('audit.reveals', e.action IN ('members.reveal', 'people.reveal')),
    ('audit.checkpoint', e.sequence <= (SELECT max(size) FROM audit_checkpoints c WHERE c.chain = e.chain))) AS f (figure, holds)
WHERE holds AND (e.at AT TIME ZONE 'Asia/Shanghai')::date BETWEEN first AND last GROUP BY o.id, figure;
