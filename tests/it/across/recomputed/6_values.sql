-- Ratios and means: the figure, what is counted, over what, and the factor of the unit.
CREATE TEMP TABLE divided (figure text, numerator text, denominator text, factor numeric);
INSERT INTO divided
SELECT f || '.ratio', f, whole, 100 FROM (VALUES
    ('members.women', 'members.total'), ('members.ethnic_minority', 'members.total'),
    ('members.college_or_above', 'members.total'),
    ('committees.party.college_or_above', 'committees.party.members'),
    ('committees.secretaries.newly_elected', 'committees.secretaries'),
    ('committees.secretaries.college_or_above', 'committees.secretaries'),
    ('committees.secretaries_elected_unanimously', 'committees.secretaries'),
    ('committees.cross_appointed', 'committees.members'), ('committees.women', 'committees.members'),
    ('committees.ethnic_minority', 'committees.members'), ('committees.college_or_above', 'committees.members'),
    ('committees.high_school_or_above', 'committees.members'), ('committees.junior_or_below', 'committees.members'),
    ('reserves.with_full_mentors', 'reserves.total')) AS v (f, whole)
UNION ALL VALUES
    ('members.average_age', 'members.average_age', 'members.total', 1),
    ('committees.average_age', 'committees.average_age', 'committees.members', 1),
    ('training.coverage', 'training.trained', 'training.programme_members', 100),
    ('training.hours_average', 'training.hours_average', 'training.programme_members', 1),
    ('ratings.members.average', 'ratings.members.average', 'ratings.members.rated', 1),
    ('assessments.average', 'assessments.average', 'assessments.assessed', 1);

-- Every figure at every organisation; what was not counted is nought. Fractions stay whole numbers until they are rounded.
CREATE TEMP TABLE sums AS
SELECT place, figure, false AS is_before, sum(n) AS n FROM counted GROUP BY 1, 2
UNION ALL SELECT place, figure, true, sum(n) FROM counted_before GROUP BY 1, 2;
CREATE TEMP TABLE exact AS
SELECT o.id AS place, o.code, w.figure, b.is_before, d.figure IS NOT NULL AS is_divided, coalesce(d.factor, 1) AS factor,
    coalesce(n.n, 0) AS n, CASE WHEN d.figure IS NULL THEN 1 ELSE coalesce(m.n, 0) END AS d
FROM organisations o CROSS JOIN wanted w CROSS JOIN (VALUES (false), (true)) b (is_before)
LEFT JOIN divided d ON d.figure = w.figure
LEFT JOIN sums n ON n.place = o.id AND n.figure = coalesce(d.numerator, w.figure) AND n.is_before = b.is_before
LEFT JOIN sums m ON m.place = o.id AND m.figure = d.denominator AND m.is_before = b.is_before
WHERE w.figure NOT LIKE '%change' AND (NOT b.is_before OR w.figure LIKE 'committees.%');
CREATE INDEX ON exact (figure, place);
ANALYZE exact;

CREATE TEMP TABLE worked_out AS
SELECT code AS place, figure, CASE WHEN is_divided THEN round(n * factor / nullif(d, 0), 2) ELSE n END AS value
FROM exact WHERE NOT is_before
UNION ALL
-- Against the term before: of unrounded values; where nobody was seated then, there is nothing to compare with.
SELECT now.code, now.figure || kind, CASE
        WHEN seated.place IS NULL THEN NULL
        WHEN kind = '.relative_change' THEN
            round((now.n * was.d - was.n * now.d) * 100 / nullif(was.n * now.d * abs(sign(was.d)), 0), 2)
        WHEN now.is_divided THEN round((now.n * was.d - was.n * now.d) * now.factor / nullif(now.d * was.d, 0), 2)
        ELSE now.n - was.n
    END
FROM exact now JOIN exact was ON was.place = now.place AND was.figure = now.figure AND was.is_before
CROSS JOIN (VALUES ('.change'), ('.relative_change')) k (kind)
LEFT JOIN (SELECT place FROM counted_before WHERE figure = 'committees.members' GROUP BY place) seated
    ON seated.place = now.place
WHERE NOT now.is_before;
