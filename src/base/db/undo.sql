-- Taking an import back. Mechanics: whether it may be taken back, by whom and until when, is decided by the verb that calls.
-- Rebuilt on every migrate like the functions beside it.

-- Two ids, bit for bit one or the other: of an election and a person the id of the candidacy (records::committees), of a
-- candidacy and its person the election.
CREATE OR REPLACE FUNCTION either_id(one uuid, other uuid) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
    SELECT (lpad(to_hex(('x' || left(a, 16))::bit(64)::bigint # ('x' || left(b, 16))::bit(64)::bigint), 16, '0')
        || lpad(to_hex(('x' || right(a, 16))::bit(64)::bigint # ('x' || right(b, 16))::bit(64)::bigint), 16, '0'))::uuid
    FROM (SELECT replace(one::text, '-', '') AS a, replace(other::text, '-', '') AS b) AS digits
$$;
REVOKE ALL ON FUNCTION either_id FROM PUBLIC;

-- Bookkeeping, no rule: while an import is carried out (`cadre.import` names it), every statement notes what it touched.
-- Beyond row-level security, since a record may be shared with a unit that the importer does not see.
CREATE OR REPLACE FUNCTION trace_import() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    whose CONSTANT text := TG_ARGV[0];
    is_record CONSTANT boolean := whose = 'id';
    of_county CONSTANT uuid := current_setting('cadre.county')::uuid;
    of_import CONSTANT uuid := current_setting('cadre.import')::uuid;
    seen CONSTANT text := CASE TG_OP WHEN 'INSERT' THEN 'came' ELSE 'gone' END;
    made uuid[];
    owners uuid[];
    key text;
    note CONSTANT text := 'WITH touched AS (
            SELECT jsonb_agg(jsonb_build_object(''owner'', r.%1$I, ''image'', %2$s)) AS images
            FROM %3$I r JOIN unnest($5) AS o (id) ON o.id = r.%1$I
        )
        INSERT INTO import_traces (county_id, import_id, number, path, relation, is_removed, images)
        SELECT i.county_id, i.id, 1 + (SELECT coalesce(max(t.number), 0) FROM import_traces t
            WHERE t.county_id = $1 AND t.import_id = $2), i.path, $3, $4, touched.images
        FROM imports i, touched WHERE i.county_id = $1 AND i.id = $2 AND touched.images IS NOT NULL';
BEGIN
    EXECUTE format('SELECT array_agg(DISTINCT r.%I) FROM %I r', whose, seen) INTO owners;
    IF TG_OP = 'INSERT' AND is_record THEN
        INSERT INTO import_traces (county_id, import_id, number, path, relation, is_removed, made)
        SELECT i.county_id, i.id, 1 + (SELECT coalesce(max(t.number), 0) FROM import_traces t
            WHERE t.county_id = of_county AND t.import_id = of_import), i.path, TG_TABLE_NAME, false, owners
        FROM imports i WHERE i.county_id = of_county AND i.id = of_import AND owners IS NOT NULL;
        RETURN NULL;
    END IF;
    IF NOT is_record THEN
        -- Parts of a record that this import made go with it: they need no trace. Most were made a moment ago.
        FOR made IN SELECT t.made FROM import_traces t
            WHERE t.county_id = of_county AND t.import_id = of_import AND t.made IS NOT NULL ORDER BY t.number DESC
        LOOP
            EXIT WHEN owners IS NULL;
            SELECT array_agg(e.id) INTO owners FROM (SELECT unnest(owners) AS id EXCEPT SELECT unnest(made)) e;
        END LOOP;
    END IF;
    IF owners IS NULL THEN
        RETURN NULL;
    END IF;
    IF TG_OP <> 'INSERT' THEN
        EXECUTE format(note, whose, 'to_jsonb(r)', 'gone') USING of_county, of_import, TG_TABLE_NAME::text, true, owners;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        SELECT format('jsonb_build_object(%s)', string_agg(format('%L, r.%I', a.attname, a.attname), ', ')) INTO key
        FROM pg_constraint k JOIN pg_attribute a ON a.attrelid = k.conrelid
            AND (a.attnum = ANY (k.conkey) OR is_record AND a.attname = 'version')
        WHERE k.conrelid = TG_RELID AND k.contype = 'p';
        EXECUTE format(note, whose, key, 'came') USING of_county, of_import, TG_TABLE_NAME::text, false, owners;
    END IF;
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION trace_import FROM PUBLIC;

-- The quarters that were closed since an import was carried out and hold what it wrote.
CREATE OR REPLACE FUNCTION find_quarters_of_import(in_county uuid, in_import uuid) RETURNS SETOF text
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    since timestamptz;
    touched uuid[];
    frozen record;
    facts record;
    holds boolean;
BEGIN
    SELECT i.committed_at INTO since FROM imports i
    WHERE i.county_id = in_county AND i.id = in_import
        AND in_county = nullif(current_setting('cadre.county', true), '')::uuid
        AND i.path >= current_setting('cadre.path_from', true) AND i.path < current_setting('cadre.path_to', true);
    SELECT array_agg(DISTINCT e.id) INTO touched FROM import_traces t, LATERAL (
        SELECT unnest(t.made) AS id
        UNION ALL SELECT (i ->> 'owner')::uuid FROM jsonb_array_elements(t.images) AS i) e
    WHERE t.county_id = in_county AND t.import_id = in_import;
    -- How somebody was elected is frozen with his seat and his term, not under the election.
    touched := touched || ARRAY(SELECT v.term_id FROM elections v WHERE v.county_id = in_county AND v.id = ANY (touched));
    FOR frozen IN SELECT r.quarter, array_agg(r.number) AS numbers FROM quarter_revisions r
        WHERE r.county_id = in_county AND r.closed_at >= since GROUP BY r.quarter ORDER BY r.quarter
    LOOP
        FOR facts IN SELECT * FROM (VALUES ('organisation_facts', 'organisation_id'), ('member_facts', 'membership_id'),
            ('member_facts', 'person_id'), ('flow_facts', 'membership_id'), ('seat_facts', 'seat_id'),
            ('seat_facts', 'person_id'), ('committee_facts', 'term_id'), ('committee_facts', 'committee_id'),
            ('reserve_facts', 'reserve_id'), ('reserve_facts', 'person_id'), ('member_facts', 'rating_id'), ('rating_facts', 'rating_id'),
            ('training_class_facts', 'class_id'), ('assessment_facts', 'assessment_id')) AS f (relation, holder)
        LOOP
            EXECUTE format('SELECT EXISTS (SELECT FROM %I f JOIN unnest($4) AS t (id) ON f.%I = t.id
                WHERE f.county_id = $1 AND f.quarter = $2 AND f.revision = ANY ($3))', facts.relation, facts.holder)
            INTO holds USING in_county, frozen.quarter, frozen.numbers, touched;
            IF holds THEN
                RETURN NEXT frozen.quarter;
                EXIT;
            END IF;
        END LOOP;
    END LOOP;
END $$;
REVOKE ALL ON FUNCTION find_quarters_of_import FROM PUBLIC;
GRANT EXECUTE ON FUNCTION find_quarters_of_import TO cadre_web;

-- Whether an import that wrote to the same subtree was taken back since a moment: a plan from before may count on what it
-- wrote. Also where the import was above the caller.
CREATE OR REPLACE FUNCTION was_undone_since(in_county uuid, in_path text, since timestamptz) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
    SELECT EXISTS (SELECT FROM imports i WHERE i.county_id = in_county AND i.undone_at >= since
        AND in_county = nullif(current_setting('cadre.county', true), '')::uuid
        AND (starts_with(i.path, in_path) OR starts_with(in_path, i.path)))
$$;
REVOKE ALL ON FUNCTION was_undone_since FROM PUBLIC;
GRANT EXECUTE ON FUNCTION was_undone_since TO cadre_web;

-- Drops what imports and drafts of every county keep for thirty days, or as long as they can be taken back, and what was proposed
-- for files that have waited for half an hour; row-level security shows each caller his own only.
CREATE OR REPLACE FUNCTION forget_imports(received_before timestamptz, proposed_before timestamptz, told text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    IF NOT pg_try_advisory_xact_lock(hashtextextended('forget_imports ' || current_schema(), 0)) THEN
        RETURN;
    END IF;
    UPDATE imports i SET proposal = NULL, failure = i.failure || E'\n' || told
    WHERE i.proposal IS NOT NULL AND i.updated_at < least(proposed_before, now() - interval '30 minutes');
    DELETE FROM import_traces t USING imports i
    WHERE i.county_id = t.county_id AND i.id = t.import_id AND (i.undo_until IS NULL OR i.undo_until < now())
        AND i.created_at < least(received_before, now() - interval '30 days');
    DELETE FROM import_rows r USING imports i
    WHERE i.county_id = r.county_id AND i.id = r.import_id AND (i.undo_until IS NULL OR i.undo_until < now())
        AND i.created_at < least(received_before, now() - interval '30 days');
    DELETE FROM import_drafts d WHERE d.updated_at < least(received_before, now() - interval '30 days');
END $$;
REVOKE ALL ON FUNCTION forget_imports FROM PUBLIC;
GRANT EXECUTE ON FUNCTION forget_imports TO cadre_web;

-- Gives the changed records of a table their former values; a step of take_back_import, which lists them. What follows
-- from another record (a place, the key that a list is sorted by) follows it, and is not taken from the trace.
CREATE OR REPLACE FUNCTION restore_records(in_county uuid, in_relation text, by_whom text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    assignments text;
BEGIN
    SELECT string_agg(format('%1$I = %2$s', a.attname, CASE a.attname WHEN 'version' THEN 't.version + 1'
        WHEN 'updated_at' THEN 'now()' WHEN 'updated_by' THEN '$2' ELSE format('n.%I', a.attname) END), ', ')
    INTO assignments FROM pg_attribute a
    WHERE a.attrelid = to_regclass(in_relation) AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
        AND a.attname NOT IN ('county_id', 'id', 'sort_key')
        -- Who once entered scores has seen them.
        AND (in_relation, a.attname) NOT IN (('organisations', 'path'), ('ratings', 'entered_by'));
    EXECUTE format('UPDATE %1$I t SET %2$s FROM (
            SELECT DISTINCT ON (e.owner) e.owner, e.image FROM undo_events e JOIN undo_records r ON r.id = e.owner
            WHERE e.relation = %1$L AND NOT r.made AND r.reason IS NULL ORDER BY e.owner, e.number) f,
            LATERAL jsonb_populate_record(NULL::%1$I, f.image) n
        WHERE t.county_id = $1 AND t.id = f.owner', in_relation, assignments) USING in_county, by_whom;
END $$;
REVOKE ALL ON FUNCTION restore_records FROM PUBLIC;

-- Gives changed records their former parts of a table; a step of take_back_import.
CREATE OR REPLACE FUNCTION restore_parts(in_relation text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    keys text;
    same text;
    names text;
BEGIN
    SELECT string_agg(format('n.%I', a.attname), ', '), string_agg(format('t.%1$I = n.%1$I', a.attname), ' AND ')
    INTO keys, same FROM pg_constraint k JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = ANY (k.conkey)
    WHERE k.conrelid = to_regclass(in_relation) AND k.contype = 'p';
    SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) INTO names FROM pg_attribute a
    WHERE a.attrelid = to_regclass(in_relation) AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '';
    EXECUTE format('DELETE FROM %1$I t USING undo_events e, LATERAL jsonb_populate_record(NULL::%1$I, e.image) n
        WHERE e.relation = %1$L AND %2$s AND NOT EXISTS (SELECT FROM undo_records r
            WHERE r.id = e.owner AND r.reason IS NOT NULL)', in_relation, same);
    EXECUTE format('INSERT INTO %1$I (%2$s) SELECT %2$s FROM (
            SELECT DISTINCT ON (%3$s) e.is_removed, n.* FROM undo_events e,
                LATERAL jsonb_populate_record(NULL::%1$I, e.image) n
            WHERE e.relation = %1$L AND NOT EXISTS (SELECT FROM undo_records r
                WHERE r.id = e.owner AND r.reason IS NOT NULL)
            ORDER BY %3$s, e.number) first WHERE first.is_removed', in_relation, names, keys);
END $$;
REVOKE ALL ON FUNCTION restore_parts FROM PUBLIC;

-- Takes back what an import wrote: what it made goes, what it changed gets its former values. What somebody changed or
-- made use of since stays as it is, and is answered: the table, the record, and `edited`, the table that refers to it,
-- `handed_in` (a score whose round is no longer open) or `succeeded` (what ended as something began that stays).
-- `told`: a member who went, though an entry of the trail tells of him. `moved` alone: an organisation of a former value has another place now, and nothing was taken back.
CREATE OR REPLACE FUNCTION take_back_import(in_county uuid, in_import uuid, by_whom text)
RETURNS TABLE (kept_relation text, kept_id uuid, kept_reason text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
#variable_conflict use_column
DECLARE
    goes CONSTANT text := 'r.made AND r.reason IS NULL';
    one record;
    part record;
    link record;
    touched integer;
    again boolean;
    vacated boolean := false;
BEGIN
    IF in_county IS DISTINCT FROM nullif(current_setting('cadre.county', true), '')::uuid OR NOT EXISTS (
        SELECT FROM imports i WHERE i.county_id = in_county AND i.id = in_import
            AND i.path >= current_setting('cadre.path_from', true) AND i.path < current_setting('cadre.path_to', true)) THEN
        RAISE EXCEPTION 'an import outside the scope of the caller';
    END IF;

    -- What happened, row by row, and the records that it happened to.
    DROP TABLE IF EXISTS pg_temp.undo_events, pg_temp.undo_records;
    CREATE TEMPORARY TABLE undo_events ON COMMIT DROP AS
        SELECT t.relation, t.number, t.is_removed, e.owner, e.image FROM import_traces t, LATERAL (
            SELECT made AS owner, jsonb_build_object('id', made, 'version', 1) AS image FROM unnest(t.made) AS made
            UNION ALL SELECT (i ->> 'owner')::uuid, i -> 'image' FROM jsonb_array_elements(t.images) AS i) e
        WHERE t.county_id = in_county AND t.import_id = in_import;
    IF EXISTS (SELECT FROM undo_events e WHERE e.image ? 'path' AND e.relation <> 'organisations' AND NOT EXISTS (
        SELECT FROM organisations o WHERE o.county_id = in_county AND o.path = (e.image ->> 'path') COLLATE "C")) THEN
        RETURN QUERY SELECT ''::text, in_import, 'moved'::text;
        RETURN;
    END IF;
    -- A candidacy is part of an election.
    UPDATE undo_events e SET owner = either_id(v.relation_id, v.person_id) FROM (
            SELECT v.relation_id, v.person_id FROM person_visibility v WHERE v.county_id = in_county AND v.kind = 'ballot'
            UNION SELECT n.relation_id, n.person_id FROM undo_events o,
                LATERAL jsonb_populate_record(NULL::person_visibility, o.image) n
            WHERE o.relation = 'person_visibility' AND n.kind = 'ballot') v
    WHERE e.relation = 'person_visibility' AND e.owner = v.relation_id;
    CREATE TEMPORARY TABLE undo_records ON COMMIT DROP AS
        SELECT e.relation, e.owner AS id, (array_agg(NOT e.is_removed ORDER BY e.number))[1] AS made,
            (array_agg((e.image ->> 'version')::integer ORDER BY e.number DESC) FILTER (WHERE NOT e.is_removed))[1] AS version,
            NULL::uuid AS person, NULL::text AS reason
        FROM undo_events e JOIN traced_relations() t ON t.relation = e.relation AND t.owner = 'id'
        GROUP BY e.relation, e.owner;
    CREATE UNIQUE INDEX undo_records_key ON undo_records (id);
    ANALYZE undo_events, undo_records;

    -- Nobody changes them from here on; what somebody changed before stays. Rounds first, as whoever enters scores does.
    PERFORM FROM assessment_rounds o WHERE o.county_id = in_county AND o.id IN (SELECT a.round_id FROM assessments a
        JOIN undo_records r ON r.id = a.id WHERE a.county_id = in_county) ORDER BY o.id FOR UPDATE;
    FOR one IN SELECT t.relation, EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = to_regclass(t.relation)
            AND a.attname = 'person_id' AND NOT a.attisdropped) AS has_person
        FROM traced_relations() t WHERE t.owner = 'id' AND t.relation IN (SELECT relation FROM undo_records)
        ORDER BY t.depth DESC, t.relation
    LOOP
        EXECUTE format('SELECT FROM %I t WHERE t.county_id = $1 AND t.id IN (SELECT r.id FROM undo_records r
            WHERE r.relation = %1$L) ORDER BY t.id FOR UPDATE', one.relation) USING in_county;
        EXECUTE format('UPDATE undo_records r SET reason = ''edited'' WHERE r.relation = %1$L AND NOT EXISTS (
            SELECT FROM %1$I t WHERE t.county_id = $1 AND t.id = r.id AND t.version = r.version)', one.relation)
        USING in_county;
        IF one.has_person THEN
            EXECUTE format('UPDATE undo_records r SET person = t.person_id FROM %1$I t
                WHERE r.relation = %1$L AND t.county_id = $1 AND t.id = r.id', one.relation) USING in_county;
        END IF;
    END LOOP;

    -- Scores change while their round is open, and no longer: what was handed in stands.
    UPDATE undo_records r SET reason = 'handed_in' FROM assessments a JOIN assessment_rounds o
        ON o.county_id = a.county_id AND o.id = a.round_id AND o.state NOT IN ('draft', 'returned')
    WHERE r.relation = 'assessments' AND r.reason IS NULL AND a.county_id = in_county AND a.id = r.id;
    -- Whoever was enrolled since was enrolled in the class as it is now, and must find his place in the former one.
    UPDATE undo_records r SET reason = 'training_enrolments' FROM imports i
    WHERE r.relation = 'training_classes' AND NOT r.made AND r.reason IS NULL
        AND i.county_id = in_county AND i.id = in_import AND (
            EXISTS (SELECT FROM training_enrolments c WHERE c.county_id = in_county AND c.class_id = r.id
                AND c.created_at >= i.committed_at)
            OR (SELECT count(*) FROM training_enrolments c WHERE c.county_id = in_county AND c.class_id = r.id
                AND c.withdrawn_on IS NULL) > (SELECT (e.image ->> 'places')::integer FROM undo_events e
                WHERE e.owner = r.id AND e.is_removed ORDER BY e.number LIMIT 1));

    -- A run-off follows the run before it: where the later one stays, so does the earlier one, as it was found.
    LOOP
        UPDATE undo_records r SET reason = 'elections' FROM elections v JOIN elections w ON w.county_id = v.county_id
            AND w.term_id = v.term_id AND w.post = v.post AND w.run = v.run + 1 AND w.held_on >= v.held_on, imports i
        WHERE r.relation = 'elections' AND r.reason IS NULL AND v.county_id = in_county AND v.id = r.id
            AND i.county_id = in_county AND i.id = in_import AND (r.made OR w.created_at >= i.committed_at)
            AND NOT EXISTS (SELECT FROM undo_records o WHERE o.id = w.id AND o.made AND o.reason IS NULL)
            AND NOT EXISTS (SELECT FROM elections b WHERE b.county_id = in_county AND b.term_id = v.term_id
                AND b.post = v.post AND b.run = v.run AND b.held_on > v.held_on AND b.held_on <= w.held_on);
        GET DIAGNOSTICS touched = ROW_COUNT;
        EXIT WHEN touched = 0;
    END LOOP;

    -- A record about a person is the person too: both stay, or neither. Whether a person whom the import made stays
    -- follows from what still refers to him.
    FOR pass IN 1 .. 2 LOOP
        UPDATE undo_records r SET reason = 'edited' FROM undo_records p
        WHERE p.id = r.person AND p.reason IS NOT NULL AND r.reason IS NULL
            AND (r.relation = 'memberships' OR NOT p.made);
        UPDATE undo_records p SET reason = 'edited' FROM undo_records r
        WHERE p.relation = 'people' AND NOT p.made AND p.reason IS NULL AND p.id = r.person AND r.reason IS NOT NULL;
    END LOOP;
    UPDATE undo_records r SET reason = NULL WHERE r.relation = 'people' AND r.made;

    -- An organisation that was set below a new one lets go of it first.
    PERFORM restore_records(in_county, 'organisations', by_whom);
    PERFORM restore_parts('organisation_parents');

    -- What the import made goes, the deepest first, unless something else refers to it.
    FOR one IN SELECT t.relation, t.depth FROM traced_relations() t
        WHERE t.owner = 'id' AND t.relation IN (SELECT relation FROM undo_records WHERE made)
        ORDER BY t.depth DESC, t.relation
    LOOP
        LOOP
            again := false;
            FOR link IN
                SELECT c.relname AS child, w.owner,
                    (SELECT string_agg(format('c.%I = t.%I', a.attname, b.attname), ' AND ')
                        FROM unnest(k.conkey, k.confkey) AS pair (own, other)
                        JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = pair.own
                        JOIN pg_attribute b ON b.attrelid = k.confrelid AND b.attnum = pair.other) AS pairs
                FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
                LEFT JOIN traced_relations() w ON w.relation = c.relname
                WHERE k.contype = 'f' AND k.confrelid = to_regclass(one.relation) AND k.conparentid = 0
                    AND c.relname NOT IN ('team_counts', 'team_changes', 'team_wanderers')
            LOOP
                EXECUTE format('UPDATE undo_records r SET reason = %1$L FROM %2$I t JOIN %1$I c ON %3$s
                    WHERE r.relation = %2$L AND %4$s AND t.county_id = $1 AND t.id = r.id %5$s',
                    link.child, one.relation, link.pairs, goes,
                    -- A check that let somebody take a seat lets go of it when the seat goes.
                    CASE WHEN link.owner IS NOT NULL THEN format('AND NOT EXISTS (SELECT FROM undo_records o
                        WHERE o.id = c.%I AND o.reason IS NULL AND (o.made OR o.relation = ''candidate_checks''
                            AND %L = ''seats''))', link.owner, one.relation) END)
                USING in_county;
                GET DIAGNOSTICS touched = ROW_COUNT;
                again := again OR touched > 0;
            END LOOP;
            -- Whoever would be left to nobody's sight although others tell of him keeps his record.
            IF one.relation IN ('memberships', 'seats', 'reserves') THEN
                FOR link IN
                    SELECT c.relname AS child, a.attname AS name FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
                    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.conkey[2]
                    WHERE k.contype = 'f' AND k.confrelid = 'people'::regclass AND c.relname NOT IN
                        ('memberships', 'seats', 'reserves', 'person_visibility', 'election_ballots', 'team_wanderers')
                LOOP
                    EXECUTE format('UPDATE undo_records r SET reason = %1$L FROM undo_records p
                        JOIN %1$I c ON c.county_id = $1 AND c.%2$I = p.id
                        WHERE r.relation = %3$L AND %4$s AND p.id = r.person AND p.made AND NOT EXISTS (
                            SELECT FROM person_visibility v WHERE v.county_id = $1 AND v.person_id = p.id AND NOT EXISTS (
                                SELECT FROM undo_records o WHERE o.id = v.relation_id AND o.made AND o.reason IS NULL))',
                        link.child, link.name, one.relation, goes)
                    USING in_county;
                    GET DIAGNOSTICS touched = ROW_COUNT;
                    again := again OR touched > 0;
                END LOOP;
            END IF;
            EXIT WHEN NOT again;
        END LOOP;
        IF one.relation = 'seats' THEN
            UPDATE undo_records k SET reason = 'seats' FROM candidate_checks c JOIN undo_records r ON r.id = c.seat_id
            WHERE k.relation = 'candidate_checks' AND k.reason IS NULL AND c.county_id = in_county AND c.id = k.id
                AND r.reason IS NOT NULL;
            PERFORM restore_records(in_county, 'candidate_checks', by_whom);
            vacated := true;
        ELSIF one.relation = 'elections' THEN
            DELETE FROM person_visibility v USING election_ballots b JOIN undo_records r ON r.id = b.election_id
            WHERE r.relation = 'elections' AND r.made AND r.reason IS NULL AND b.county_id = in_county
                AND v.county_id = in_county AND v.relation_id = either_id(b.election_id, b.person_id);
        END IF;
        FOR part IN
            SELECT p.relation, p.owner FROM traced_relations() p
            WHERE p.owner <> 'id' AND (p.depth = one.depth OR p.relation = 'person_visibility')
            UNION ALL SELECT * FROM (VALUES ('team_counts', 'village_id'), ('team_changes', 'village_id')) AS d
            WHERE one.relation = 'organisations'
            UNION ALL SELECT 'team_wanderers', 'person_id' WHERE one.relation = 'people'
            UNION ALL SELECT one.relation, 'id'
        LOOP
            EXECUTE format('DELETE FROM %I t USING undo_records r
                WHERE r.relation = %L AND %s AND t.county_id = $1 AND t.%I = r.id',
                part.relation, one.relation, goes, part.owner) USING in_county;
        END LOOP;
    END LOOP;

    -- A former value that has no room any more beside what stays: a term that ended as the next began, the seats in it, the
    -- head of a committee whom another followed. It stays as it is, and does not hinder the rest.
    LOOP
        again := false;
        UPDATE undo_records r SET reason = 'succeeded' FROM (
            SELECT DISTINCT ON (e.owner) e.owner, n.* FROM undo_events e,
                LATERAL jsonb_populate_record(NULL::committee_terms, e.image) n
            WHERE e.relation = 'committee_terms' ORDER BY e.owner, e.number) f
        JOIN committee_terms t ON t.county_id = in_county AND t.committee_id = f.committee_id AND t.id <> f.owner
            AND daterange(t.from_day, t.ended_on) && daterange(f.from_day, f.ended_on)
        WHERE r.id = f.owner AND NOT r.made AND r.reason IS NULL
            AND NOT EXISTS (SELECT FROM undo_records u WHERE u.id = t.id AND u.reason IS NULL);
        GET DIAGNOSTICS touched = ROW_COUNT;
        again := again OR touched > 0;
        UPDATE undo_records r SET reason = 'succeeded' FROM (
            SELECT DISTINCT ON (e.owner) e.owner, n.* FROM undo_events e,
                LATERAL jsonb_populate_record(NULL::seats, e.image) n
            WHERE e.relation = 'seats' ORDER BY e.owner, e.number) f
        WHERE r.id = f.owner AND NOT r.made AND r.reason IS NULL AND (
            EXISTS (SELECT FROM committee_terms t WHERE t.county_id = in_county AND t.id = f.term_id
                AND (f.to_day IS NULL OR f.to_day > t.ended_on) AND t.ended_on IS NOT NULL
                AND NOT EXISTS (SELECT FROM undo_records u WHERE u.id = t.id AND u.reason IS NULL))
            OR EXISTS (SELECT FROM seats s WHERE s.county_id = in_county AND s.committee_id = f.committee_id
                AND s.id <> f.owner AND s.post = f.post
                AND (s.person_id = f.person_id OR f.post IN ('secretary', 'director', 'supervision_director'))
                AND daterange(s.from_day, s.to_day) && daterange(f.from_day, f.to_day)
                AND NOT EXISTS (SELECT FROM undo_records u WHERE u.id = s.id AND u.reason IS NULL)));
        GET DIAGNOSTICS touched = ROW_COUNT;
        again := again OR touched > 0;
        EXIT WHEN NOT again;
    END LOOP;

    -- What it changed gets its former values, under a version of its own.
    UPDATE undo_records p SET reason = 'edited' FROM undo_records r
    WHERE p.relation = 'people' AND NOT p.made AND p.reason IS NULL AND p.id = r.person AND r.reason IS NOT NULL;
    FOR one IN SELECT t.relation FROM traced_relations() t
        WHERE t.owner = 'id' AND t.relation IN (SELECT relation FROM undo_records WHERE NOT made)
            AND t.relation <> 'organisations' AND NOT (t.relation = 'candidate_checks' AND vacated)
        ORDER BY t.depth, t.relation
    LOOP
        PERFORM restore_records(in_county, one.relation, by_whom);
    END LOOP;
    FOR part IN SELECT t.relation FROM traced_relations() t
        WHERE t.owner <> 'id' AND t.relation <> 'organisation_parents' AND t.relation IN (SELECT relation FROM undo_events)
        ORDER BY t.depth
    LOOP
        PERFORM restore_parts(part.relation);
    END LOOP;
    IF EXISTS (SELECT FROM undo_records WHERE relation = 'organisations' AND NOT made AND reason IS NULL) THEN
        PERFORM place_organisations(in_county);
    END IF;
    RETURN QUERY SELECT r.relation, r.id, r.reason FROM undo_records r WHERE r.reason IS NOT NULL
        UNION ALL SELECT r.relation, r.id, 'told' FROM undo_records r
        WHERE r.relation = 'memberships' AND r.made AND r.reason IS NULL AND EXISTS (
            SELECT FROM audit_entries e WHERE e.county_id = in_county AND e.subject_id = r.id
                AND e.subject_kind = 'membership');
END $$;
REVOKE ALL ON FUNCTION take_back_import FROM PUBLIC;
GRANT EXECUTE ON FUNCTION take_back_import TO cadre_web;
