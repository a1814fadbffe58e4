-- The figures of the quarterly report a second time, written from contract 5 alone: plain tables, one row per thing and day,
-- no statement shared with the program. `asked` holds the quarter (first, last, before = the day before it began, quarter_before),
-- `education` the levels of GB/T 4658.

-- Every day of the quarter, the day before it among them.
CREATE TEMP TABLE days AS SELECT d::date AS day FROM asked, generate_series(before, last, interval '1 day') AS d;

-- The tree of each day: an organisation stands below itself and all that stand above it.
CREATE TEMP TABLE above AS
WITH RECURSIVE up AS (
    SELECT d.day, o.id AS node, o.id AS place FROM days d CROSS JOIN organisations o
    UNION ALL
    SELECT u.day, u.node, p.parent_id FROM up u
    JOIN organisation_parents p ON p.organisation_id = u.place AND p.parent_id IS NOT NULL
        AND p.from_day <= u.day AND coalesce(p.to_day, 'infinity') > u.day
)
SELECT * FROM up;
CREATE INDEX ON above (day, node);
CREATE TEMP TABLE below AS SELECT node, place FROM above, asked WHERE day = last;
CREATE INDEX ON below (node);
ANALYZE above;

CREATE TEMP TABLE counted (place uuid, figure text, n numeric);
-- The same of the term before.
CREATE TEMP TABLE counted_before (place uuid, figure text, n numeric);

-- Organisations that exist on the last day: founded by then, not yet dissolved.
CREATE TEMP TABLE existing AS
SELECT o.* FROM organisations o, asked
WHERE coalesce(founded_on, '-infinity') <= last AND coalesce(dissolved_on, 'infinity') > last;
