-- Who looks like whom: the pairs of a county, and newcomers beside those on record. Rebuilt on every migrate like the
-- functions beside it.

-- The pairs of the county that look like one person and that the caller sees both of. Found by equality of what an index
-- holds, without row-level security, since few of 60,000 are left: then each is looked for in the caller's sight.
DROP FUNCTION IF EXISTS find_duplicate_people;
CREATE FUNCTION find_duplicate_people(in_county uuid, in_from text, in_to text, in_kinds text[])
RETURNS TABLE (person_id uuid, other_id uuid, is_same_name boolean, is_same_day boolean, is_same_unit boolean,
    strength integer, is_settled boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
    WITH alike AS MATERIALIZED (
        SELECT a.id AS one, b.id AS other, true AS same_day
        FROM people a JOIN people b ON b.county_id = in_county AND b.birth_date = a.birth_date AND b.sound = a.sound
            AND b.id > a.id
        WHERE a.county_id = in_county
        UNION ALL
        -- Where 15 digits were extended to 18 by hand, the century may be the wrong one.
        SELECT least(a.id, b.id), greatest(a.id, b.id), false
        FROM people a JOIN people b ON b.county_id = in_county AND b.sound = a.sound
            AND b.birth_date = (a.birth_date + interval '100 years')::date
        WHERE a.county_id = in_county AND a.birth_date < DATE '1930-01-01'
    ), seen AS MATERIALIZED (
        SELECT p.id, array_agg(v.path) AS paths FROM (SELECT one AS id FROM alike UNION SELECT other FROM alike) p
        JOIN person_visibility v ON v.county_id = in_county AND v.person_id = p.id
            AND v.path >= greatest(in_from COLLATE "C", current_setting('cadre.path_from') COLLATE "C")
            AND v.path < least(in_to COLLATE "C", current_setting('cadre.path_to') COLLATE "C")
            AND v.kind = ANY (in_kinds)
        WHERE in_county = nullif(current_setting('cadre.county', true), '')::uuid
        GROUP BY p.id
    ), told AS (
        SELECT l.one, l.other, a.name = b.name AS same_name, l.same_day, EXISTS (
                SELECT FROM unnest(s.paths) AS x (path) JOIN unnest(t.paths) AS y (path)
                    ON starts_with(x.path, y.path) OR starts_with(y.path, x.path)) AS same_unit
        FROM alike l JOIN seen s ON s.id = l.one JOIN seen t ON t.id = l.other
        JOIN people a ON a.county_id = in_county AND a.id = l.one
        JOIN people b ON b.county_id = in_county AND b.id = l.other
        WHERE a.sex = b.sex OR a.name = b.name
    )
    SELECT t.one, t.other, t.same_name, t.same_day, t.same_unit,
        CASE WHEN t.same_name AND t.same_day AND t.same_unit THEN 3
            WHEN t.same_name AND t.same_day OR t.same_unit THEN 2 ELSE 1 END,
        EXISTS (SELECT FROM distinct_people d WHERE d.county_id = in_county AND d.person_id = t.one AND d.other_id = t.other)
    FROM told t
$$;
REVOKE ALL ON FUNCTION find_duplicate_people FROM PUBLIC;
GRANT EXECUTE ON FUNCTION find_duplicate_people TO cadre_web;

-- How a name sounds, as in people.sound, by its pinyin. A test holds the two together.
CREATE OR REPLACE FUNCTION sound_of(pinyin text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT translate(regexp_replace(regexp_replace(regexp_replace(regexp_replace(replace(lower(pinyin), 'ü', 'v'),
        '(^| )([zcs])h', '\1\2', 'g'), '(^| )n', '\1l', 'g'), '(^| )f', '\1h', 'g'), 'ng( |$)', 'n\1', 'g'),
        'v ', 'u')
$$;
REVOKE ALL ON FUNCTION sound_of FROM PUBLIC;

-- Who of the caller's sight looks like somebody that is not on record yet: the signs of find_duplicate_people.
DROP FUNCTION IF EXISTS find_alike_people;
CREATE FUNCTION find_alike_people(in_county uuid, in_names text[], in_pinyin text[], in_sexes text[], in_days date[],
    in_paths text[], in_kinds text[])
RETURNS TABLE (place integer, person_id uuid, membership_id uuid, unit text, is_same_name boolean, is_same_day boolean,
    is_same_unit boolean, strength integer)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
    WITH asked AS MATERIALIZED (
        SELECT n.place::integer - 1 AS place, n.name, n.sex, n.day, n.path, sound_of(n.pinyin) COLLATE "C" AS sound
        FROM unnest(in_names, in_pinyin, in_sexes, in_days, in_paths) WITH ORDINALITY
            AS n (name, pinyin, sex, day, path, place)
        WHERE in_county = nullif(current_setting('cadre.county', true), '')::uuid
    ), alike AS MATERIALIZED (
        SELECT a.place, a.path, p.id, p.name = a.name AS same_name, true AS same_day
        FROM asked a JOIN people p ON p.county_id = in_county AND p.birth_date = a.day AND p.sound = a.sound
        WHERE p.sex = a.sex OR p.name = a.name
        UNION ALL
        SELECT a.place, a.path, p.id, p.name = a.name, false
        FROM asked a CROSS JOIN LATERAL (VALUES ((a.day + interval '100 years')::date), ((a.day - interval '100 years')::date))
            AS c (day)
        JOIN people p ON p.county_id = in_county AND p.birth_date = c.day AND p.sound = a.sound
        WHERE p.sex = a.sex OR p.name = a.name
    ), seen AS (
        SELECT l.place, l.id, l.same_name, l.same_day,
            bool_or(starts_with(v.path, l.path) OR starts_with(l.path, v.path)) AS same_unit
        FROM alike l JOIN person_visibility v ON v.county_id = in_county AND v.person_id = l.id
            AND v.path >= current_setting('cadre.path_from') COLLATE "C"
            AND v.path < current_setting('cadre.path_to') COLLATE "C" AND v.kind = ANY (in_kinds)
        GROUP BY l.place, l.id, l.same_name, l.same_day
    )
    SELECT s.place, s.id, m.id, m.name, s.same_name, s.same_day, s.same_unit,
        CASE WHEN s.same_name AND s.same_day AND s.same_unit THEN 3
            WHEN s.same_name AND s.same_day OR s.same_unit THEN 2 ELSE 1 END
    FROM seen s LEFT JOIN LATERAL (SELECT y.id, o.name FROM memberships y
        JOIN organisations o ON o.county_id = in_county AND o.id = y.branch_id
        WHERE y.county_id = in_county AND y.person_id = s.id AND y.path >= current_setting('cadre.path_from') COLLATE "C"
            AND y.path < current_setting('cadre.path_to') COLLATE "C"
        ORDER BY y.from_day DESC LIMIT 1) m ON true
$$;
REVOKE ALL ON FUNCTION find_alike_people FROM PUBLIC;
GRANT EXECUTE ON FUNCTION find_alike_people TO cadre_web;
