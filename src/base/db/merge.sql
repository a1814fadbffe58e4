-- Merging two records of one person, and taking that back. Mechanics: who may, what agrees and what a person decided is
-- settled by the verbs that call (records::merges). Rebuilt on every migrate like the functions beside it.

-- The keys that lead to what a merge can remove, and what becomes of the rows that hold them: `move` to the record that
-- stays, `part` (goes with the record), `both` (an ordered pair of people), `derived` (made again from other rows),
-- `refused` (nothing may hold one when the record goes). A test reads the catalogue: each key has a line.
CREATE OR REPLACE FUNCTION merge_keys() RETURNS TABLE (relation text, own text, target text, manner text)
LANGUAGE sql IMMUTABLE AS $$
    VALUES ('memberships', 'person_id', 'people', 'move'), ('seats', 'person_id', 'people', 'move'),
        ('election_ballots', 'person_id', 'people', 'move'), ('candidate_checks', 'person_id', 'people', 'move'),
        ('reserves', 'person_id', 'people', 'move'), ('reserve_mentors', 'person_id', 'people', 'move'),
        ('slate_seats', 'person_id', 'people', 'move'), ('ratings', 'person_id', 'people', 'move'),
        ('training_pairs', 'mentor_id', 'people', 'move'), ('training_pairs', 'apprentice_id', 'people', 'move'),
        ('person_visibility', 'person_id', 'people', 'move'),
        ('kinships', 'person_id', 'people', 'both'), ('kinships', 'relative_id', 'people', 'both'),
        ('distinct_people', 'person_id', 'people', 'both'), ('distinct_people', 'other_id', 'people', 'both'),
        ('team_wanderers', 'person_id', 'people', 'derived'),
        ('ratings', 'membership_id', 'memberships', 'move'), ('rating_raters', 'membership_id', 'memberships', 'move'),
        ('training_exemptions', 'membership_id', 'memberships', 'move'),
        ('training_enrolments', 'membership_id', 'memberships', 'move'),
        ('training_attendances', 'membership_id', 'training_enrolments', 'move'),
        ('training_completions', 'membership_id', 'training_attendances', 'move'),
        ('transfers', 'membership_id', 'memberships', 'part'),
        ('branch_memberships', 'membership_id', 'memberships', 'part'),
        ('membership_statuses', 'membership_id', 'memberships', 'part'),
        ('membership_absences', 'membership_id', 'memberships', 'part'),
        ('member_search_keys', 'membership_id', 'memberships', 'derived'),
        ('candidate_checks', 'seat_id', 'seats', 'move'), ('seat_sources', 'seat_id', 'seats', 'part'),
        ('mentor_notes', 'mentor_id', 'reserve_mentors', 'part'), ('reserve_mentors', 'reserve_id', 'reserves', 'part'),
        ('reserve_sources', 'reserve_id', 'reserves', 'part'), ('reserve_states', 'reserve_id', 'reserves', 'part'),
        ('reserve_reviews', 'reserve_id', 'reserves', 'part'),
        ('rating_scores', 'rating_id', 'ratings', 'part'), ('rating_rater_scores', 'rating_id', 'ratings', 'part'),
        ('rating_objections', 'rating_id', 'ratings', 'part'),
        ('rating_sample_subjects', 'rating_id', 'ratings', 'refused')
$$;
REVOKE ALL ON FUNCTION merge_keys FROM PUBLIC;

-- How many relations of some people stand where the caller does not see: a number, and nothing more.
CREATE OR REPLACE FUNCTION count_relations_outside(in_county uuid, in_people uuid[]) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
    SELECT count(*) FROM person_visibility v
    WHERE v.county_id = in_county AND v.person_id = ANY (in_people)
        AND in_county = nullif(current_setting('cadre.county', true), '')::uuid
        AND NOT (v.path >= current_setting('cadre.path_from', true) AND v.path < current_setting('cadre.path_to', true))
$$;
REVOKE ALL ON FUNCTION count_relations_outside FROM PUBLIC;
GRANT EXECUTE ON FUNCTION count_relations_outside TO cadre_web;

-- Notes a statement of a merge and carries it out: rows of a table go. The condition is over a row `t`, `$3` and `$4`.
CREATE OR REPLACE FUNCTION merge_remove(in_county uuid, in_merge uuid, in_relation text, in_condition text, in_one uuid, in_other uuid)
RETURNS integer LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    key text;
    gone integer;
BEGIN
    SELECT format('jsonb_build_object(%s)', string_agg(format('%L, g.%I', a.attname, a.attname), ', ')) INTO key
    FROM pg_constraint k JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = ANY (k.conkey)
    WHERE k.conrelid = to_regclass(in_relation) AND k.contype = 'p';
    EXECUTE format('WITH gone AS (DELETE FROM %1$I t WHERE t.county_id = $1 AND (%2$s) RETURNING t.*)
        INSERT INTO person_merge_rows (county_id, merge_id, step, number, relation, action, key, before)
        SELECT $1, $2, (SELECT 1 + coalesce(max(m.step), 0) FROM person_merge_rows m
            WHERE m.county_id = $1 AND m.merge_id = $2), row_number() OVER (), %1$L, ''removed'', %3$s, to_jsonb(g)
        FROM gone g', in_relation, in_condition, key) USING in_county, in_merge, in_one, in_other;
    GET DIAGNOSTICS gone = ROW_COUNT;
    RETURN gone;
END $$;
REVOKE ALL ON FUNCTION merge_remove FROM PUBLIC;

-- Notes a statement of a merge and carries it out: rows of a table are given to another record. `in_values` are the
-- assignments beside the version, `in_before` the columns as they were, both over a row `t` of the table.
CREATE OR REPLACE FUNCTION merge_move(in_county uuid, in_merge uuid, in_relation text, in_values text, in_before text,
    in_condition text, in_from uuid, in_to uuid, by_whom text)
RETURNS integer LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    key text;
    stamps text;
    has_version boolean;
    moved integer;
BEGIN
    SELECT format('jsonb_build_object(%s)', string_agg(format('%L, m.%I', a.attname, a.attname), ', ')) INTO key
    FROM pg_constraint k JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = ANY (k.conkey)
    WHERE k.conrelid = to_regclass(in_relation) AND k.contype = 'p';
    SELECT coalesce(string_agg(format(', %I = %s', a.attname, CASE a.attname WHEN 'version' THEN 't.version + 1'
            WHEN 'updated_at' THEN 'now()' ELSE '$5' END), ''), ''), coalesce(bool_or(a.attname = 'version'), false)
    INTO stamps, has_version FROM pg_attribute a
    WHERE a.attrelid = to_regclass(in_relation) AND a.attname IN ('version', 'updated_at', 'updated_by')
        AND NOT a.attisdropped;
    EXECUTE format('WITH was AS MATERIALIZED (SELECT t.ctid AS place, %3$s AS before FROM %1$I t
            WHERE t.county_id = $1 AND (%4$s)),
        moved AS (UPDATE %1$I t SET %2$s%5$s FROM was WHERE t.ctid = was.place AND t.county_id = $1
            RETURNING was.before, t AS r)
        INSERT INTO person_merge_rows (county_id, merge_id, step, number, relation, action, key, before, after, row_version)
        SELECT $1, $2, (SELECT 1 + coalesce(max(m.step), 0) FROM person_merge_rows m
            WHERE m.county_id = $1 AND m.merge_id = $2), row_number() OVER (), %1$L, ''moved'', %6$s, o.before, to_jsonb(o.r),
            %7$s FROM moved o, LATERAL (SELECT (o.r).*) m',
        in_relation, in_values, in_before, in_condition, stamps, key, CASE WHEN has_version THEN 'm.version' ELSE 'NULL' END)
    USING in_county, in_merge, in_from, in_to, by_whom;
    GET DIAGNOSTICS moved = ROW_COUNT;
    RETURN moved;
END $$;
REVOKE ALL ON FUNCTION merge_move FROM PUBLIC;

-- Gives the classes of a membership that goes to the one that stays. A class that both sat in counts once: with the
-- attendance where only one has it. Of two completions of one programme the first counts.
CREATE OR REPLACE FUNCTION merge_enrolments(in_county uuid, in_merge uuid, in_gone uuid, in_kept uuid, by_whom text)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    twice record;
    one text;
BEGIN
    FOR twice IN SELECT g.class_id, CASE WHEN EXISTS (SELECT FROM training_attendances a WHERE a.county_id = in_county
            AND a.class_id = g.class_id AND a.membership_id = in_kept) OR NOT EXISTS (SELECT FROM training_attendances a
            WHERE a.county_id = in_county AND a.class_id = g.class_id AND a.membership_id = in_gone)
            THEN in_gone ELSE in_kept END AS weaker
        FROM training_enrolments g JOIN training_enrolments k ON k.county_id = in_county AND k.class_id = g.class_id
            AND k.membership_id = in_kept
        WHERE g.county_id = in_county AND g.membership_id = in_gone ORDER BY g.class_id
    LOOP
        FOREACH one IN ARRAY ARRAY['training_completions', 'training_attendances', 'training_enrolments'] LOOP
            PERFORM merge_remove(in_county, in_merge, one, 't.class_id = $3 AND t.membership_id = $4', twice.class_id,
                twice.weaker);
        END LOOP;
    END LOOP;
    FOR twice IN SELECT g.programme_id, CASE WHEN g.passed_on < k.passed_on THEN in_kept ELSE in_gone END AS later
        FROM training_completions g JOIN training_completions k ON k.county_id = in_county
            AND k.programme_id = g.programme_id AND k.membership_id = in_kept
        WHERE g.county_id = in_county AND g.membership_id = in_gone ORDER BY g.programme_id
    LOOP
        PERFORM merge_remove(in_county, in_merge, 'training_completions', 't.programme_id = $3 AND t.membership_id = $4',
            twice.programme_id, twice.later);
    END LOOP;
    SET CONSTRAINTS training_attendances_enrolment_fkey, training_completions_attendance_fkey DEFERRED;
    FOREACH one IN ARRAY ARRAY['training_enrolments', 'training_attendances', 'training_completions'] LOOP
        PERFORM merge_move(in_county, in_merge, one, 'membership_id = $4',
            'jsonb_build_object(''membership_id'', t.membership_id)', 't.membership_id = $3', in_gone, in_kept, by_whom);
    END LOOP;
    SET CONSTRAINTS training_attendances_enrolment_fkey, training_completions_attendance_fkey IMMEDIATE;
END $$;
REVOKE ALL ON FUNCTION merge_enrolments FROM PUBLIC;

-- Removes a record with its parts; what else holds its key is given to the record that stays.
CREATE OR REPLACE FUNCTION merge_drop(in_county uuid, in_merge uuid, in_relation text, in_gone uuid, in_kept uuid, by_whom text)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    link record;
BEGIN
    IF in_relation = 'memberships' THEN
        -- Who is excused is told by the file that stays, where both tell.
        PERFORM merge_remove(in_county, in_merge, 'training_exemptions', 't.membership_id = $3 AND EXISTS (
            SELECT FROM training_exemptions k WHERE k.county_id = $1 AND k.membership_id = $4
                AND daterange(k.from_day, k.to_day) && daterange(t.from_day, t.to_day))', in_gone, in_kept);
        PERFORM merge_enrolments(in_county, in_merge, in_gone, in_kept, by_whom);
    ELSIF in_relation = 'reserves' THEN
        PERFORM merge_remove(in_county, in_merge, 'mentor_notes', 't.reserve_id = $3', in_gone, in_kept);
    END IF;
    FOR link IN SELECT k.relation, k.own, k.manner FROM merge_keys() k
        WHERE k.target = in_relation AND k.manner IN ('move', 'part', 'derived') AND k.relation <> 'training_enrolments'
        ORDER BY k.manner = 'part', k.relation
    LOOP
        IF link.manner = 'move' THEN
            PERFORM merge_move(in_county, in_merge, link.relation, format('%I = $4', link.own),
                format('jsonb_build_object(%L, t.%I)', link.own, link.own), format('t.%I = $3', link.own), in_gone, in_kept,
                by_whom);
        ELSIF link.manner = 'derived' THEN
            EXECUTE format('DELETE FROM %I t WHERE t.county_id = $1 AND t.%I = $2', link.relation, link.own)
            USING in_county, in_gone;
        ELSE
            PERFORM merge_remove(in_county, in_merge, link.relation, format('t.%I = $3', link.own), in_gone, in_kept);
        END IF;
    END LOOP;
    PERFORM merge_remove(in_county, in_merge, 'person_visibility', 't.relation_id = $3', in_gone, in_kept);
    PERFORM merge_remove(in_county, in_merge, in_relation, 't.id = $3', in_gone, in_kept);
    INSERT INTO merged_ids (county_id, old_id, new_id, merge_id, relation)
    VALUES (in_county, in_gone, in_kept, in_merge, in_relation);
END $$;
REVOKE ALL ON FUNCTION merge_drop FROM PUBLIC;

-- What lists repeat of a person follows him: the key that they are sorted by, and under whom a relation is seen.
CREATE OR REPLACE FUNCTION follow_people(in_county uuid, in_one uuid, in_other uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    UPDATE memberships t SET sort_key = p.pinyin FROM people p WHERE p.county_id = in_county AND p.id IN (in_one, in_other)
        AND t.county_id = in_county AND t.person_id = p.id AND t.sort_key <> p.pinyin;
    UPDATE reserves t SET sort_key = p.pinyin FROM people p WHERE p.county_id = in_county AND p.id IN (in_one, in_other)
        AND t.county_id = in_county AND t.person_id = p.id AND t.sort_key <> p.pinyin;
    UPDATE candidate_checks t SET sort_key = p.pinyin FROM people p WHERE p.county_id = in_county
        AND p.id IN (in_one, in_other) AND t.county_id = in_county AND t.person_id = p.id AND t.sort_key <> p.pinyin;
    UPDATE person_visibility v SET person_id = o.person_id FROM (
            SELECT id, person_id FROM memberships WHERE county_id = in_county AND person_id IN (in_one, in_other)
            UNION ALL SELECT id, person_id FROM seats WHERE county_id = in_county AND person_id IN (in_one, in_other)
            UNION ALL SELECT id, person_id FROM reserves WHERE county_id = in_county AND person_id IN (in_one, in_other)
            UNION ALL SELECT id, person_id FROM candidate_checks WHERE county_id = in_county
                AND person_id IN (in_one, in_other)) o
    WHERE v.county_id = in_county AND v.relation_id = o.id AND v.person_id <> o.person_id;
    -- The id of a candidacy is made of the vote and the candidate.
    UPDATE person_visibility v SET person_id = b.person_id, relation_id = either_id(b.election_id, b.person_id)
    FROM election_ballots b, (VALUES (in_one, in_other), (in_other, in_one)) AS w (holder, former)
    WHERE b.county_id = in_county AND b.person_id = w.holder AND v.county_id = in_county AND v.person_id = w.former
        AND v.relation_id = either_id(b.election_id, w.former);
END $$;
REVOKE ALL ON FUNCTION follow_people FROM PUBLIC;

-- Who reads a membership reads the person: its version rises with his. For merges that moved it before, nobody edited it.
CREATE OR REPLACE FUNCTION merge_touch(in_county uuid, in_merge uuid, in_person uuid, by_whom text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    WITH touched AS (UPDATE memberships m SET version = m.version + 1, updated_at = now(), updated_by = by_whom
        WHERE m.county_id = in_county AND m.person_id = in_person AND NOT EXISTS (SELECT FROM person_merge_rows r
            WHERE r.county_id = in_county AND r.merge_id = in_merge AND r.relation = 'memberships'
                AND r.key ->> 'id' = m.id::text)
        RETURNING m.id, m.version)
    UPDATE person_merge_rows e SET row_version = t.version FROM touched t
    WHERE e.county_id = in_county AND e.relation = 'memberships' AND e.key ->> 'id' = t.id::text
        AND e.row_version = t.version - 1;
END $$;
REVOKE ALL ON FUNCTION merge_touch FROM PUBLIC;

-- Gives everything of one person to another and removes the first. `relations`, `gone` and `kept` name record by record
-- what stands twice, and which of the two stays. The caller has noted the merge, and writes the winner's own facts after.
CREATE OR REPLACE FUNCTION merge_people(in_county uuid, in_merge uuid, by_whom text, relations text[], gone uuid[], kept uuid[])
RETURNS TABLE (moved bigint, removed bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    link record;
    winner uuid;
    loser uuid;
    place integer;
    third CONSTANT text := 'CASE WHEN t.%1$I = $3 THEN t.%2$I ELSE t.%1$I END';
    other text;
BEGIN
    SELECT m.winner_id, m.loser_id INTO winner, loser FROM person_merges m
    WHERE m.county_id = in_county AND m.id = in_merge AND m.undone_at IS NULL
        AND in_county = nullif(current_setting('cadre.county', true), '')::uuid
        AND m.path >= current_setting('cadre.path_from', true) AND m.path < current_setting('cadre.path_to', true)
        AND NOT EXISTS (SELECT FROM person_merge_rows r WHERE r.county_id = in_county AND r.merge_id = in_merge);
    IF winner IS NULL OR count_relations_outside(in_county, ARRAY[winner, loser]) > 0 THEN
        RAISE EXCEPTION 'a merge outside the scope of the caller';
    END IF;
    FOR place IN 1 .. coalesce(array_length(gone, 1), 0) LOOP
        PERFORM merge_drop(in_county, in_merge, relations[place], gone[place], kept[place], by_whom);
    END LOOP;
    DELETE FROM team_wanderers w WHERE w.county_id = in_county AND w.person_id = loser;
    -- A kinship or a pair of two people names two, the lesser id first. Where the winner has the same one, it goes.
    FOR link IN SELECT * FROM (VALUES ('kinships', 'person_id', 'relative_id'), ('distinct_people', 'person_id', 'other_id'))
        AS l (relation, one, two)
    LOOP
        other := format(third, link.one, link.two);
        PERFORM merge_remove(in_county, in_merge, link.relation, format('$3 IN (t.%1$I, t.%2$I) AND EXISTS (
            SELECT FROM %3$I w WHERE w.county_id = $1 AND w.%1$I = least($4, %4$s) AND w.%2$I = greatest($4, %4$s))',
            link.one, link.two, link.relation, other), loser, winner);
        PERFORM merge_move(in_county, in_merge, link.relation,
            format('%1$I = least($4, %3$s), %2$I = greatest($4, %3$s)', link.one, link.two, other)
            || CASE WHEN link.relation = 'kinships' THEN format(', kinship = CASE WHEN (t.person_id = $3) = ($4 < %s)
                THEN t.kinship WHEN t.kinship = ''parent'' THEN ''child'' WHEN t.kinship = ''child'' THEN ''parent''
                WHEN t.kinship = ''grandparent'' THEN ''grandchild'' WHEN t.kinship = ''grandchild'' THEN ''grandparent''
                ELSE t.kinship END', other) ELSE '' END,
            format('jsonb_build_object(%1$L, t.%1$I, %2$L, t.%2$I)', link.one, link.two)
            || CASE WHEN link.relation = 'kinships' THEN ' || jsonb_build_object(''kinship'', t.kinship)' ELSE '' END,
            format('$3 IN (t.%I, t.%I)', link.one, link.two), loser, winner, by_whom);
    END LOOP;
    FOR link IN SELECT k.relation, k.own FROM merge_keys() k
        WHERE k.target = 'people' AND k.manner = 'move' AND k.relation <> 'person_visibility' ORDER BY k.relation, k.own
    LOOP
        PERFORM merge_move(in_county, in_merge, link.relation, format('%I = $4', link.own),
            format('jsonb_build_object(%L, t.%I)', link.own, link.own), format('t.%I = $3', link.own), loser, winner,
            by_whom);
    END LOOP;
    PERFORM merge_move(in_county, in_merge, 'person_visibility', 'person_id = $4, relation_id = CASE t.kind
            WHEN ''ballot'' THEN either_id(either_id(t.relation_id, $3), $4) ELSE t.relation_id END',
        'jsonb_build_object(''person_id'', t.person_id, ''relation_id'', t.relation_id)', 't.person_id = $3', loser, winner,
        by_whom);
    PERFORM merge_remove(in_county, in_merge, 'people', 't.id = $3', loser, winner);
    INSERT INTO merged_ids (county_id, old_id, new_id, merge_id, relation)
    VALUES (in_county, loser, winner, in_merge, 'people');
    PERFORM follow_people(in_county, winner, loser);
    PERFORM merge_touch(in_county, in_merge, winner, by_whom);
    -- The caller writes the winner's own facts under the next version.
    INSERT INTO person_merge_rows (county_id, merge_id, step, number, relation, action, key, before, after, row_version)
    SELECT in_county, in_merge, (SELECT 1 + max(r.step) FROM person_merge_rows r WHERE r.county_id = in_county
        AND r.merge_id = in_merge), 1, 'people', 'changed', jsonb_build_object('county_id', p.county_id, 'id', p.id),
        to_jsonb(p), '{}', p.version + 1 FROM people p WHERE p.county_id = in_county AND p.id = winner;
    RETURN QUERY SELECT count(*) FILTER (WHERE r.action = 'moved' AND r.relation <> 'person_visibility'),
        count(*) FILTER (WHERE r.action = 'removed' AND r.relation <> 'person_visibility')
    FROM person_merge_rows r WHERE r.county_id = in_county AND r.merge_id = in_merge;
END $$;
REVOKE ALL ON FUNCTION merge_people FROM PUBLIC;
GRANT EXECUTE ON FUNCTION merge_people TO cadre_web;

-- Says of each row of a merge whether somebody changed it since, or made use of what has to go: it is kept.
CREATE OR REPLACE FUNCTION unmerge_mark(in_county uuid, in_merge uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    one record;
    same text;
BEGIN
    FOR one IN SELECT DISTINCT r.relation FROM person_merge_rows r WHERE r.county_id = in_county AND r.merge_id = in_merge
        AND r.action <> 'removed' AND r.relation <> 'person_visibility'
    LOOP
        SELECT string_agg(format('t.%1$I = k.%1$I', a.attname), ' AND ') INTO same
        FROM pg_constraint k JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = ANY (k.conkey)
        WHERE k.conrelid = to_regclass(one.relation) AND k.contype = 'p';
        -- What follows from another record (a place, the days of a class) is no change of the row.
        EXECUTE format('UPDATE person_merge_rows r SET kept = ''edited''
            WHERE r.county_id = $1 AND r.merge_id = $2 AND r.relation = %1$L AND r.action <> ''removed'' AND NOT EXISTS (
                SELECT FROM jsonb_populate_record(NULL::%1$I, r.key) k JOIN %1$I t ON %2$s
                WHERE CASE WHEN r.row_version IS NOT NULL THEN (to_jsonb(t) ->> ''version'')::integer = (
                        SELECT max(x.row_version) FROM person_merge_rows x WHERE x.county_id = $1 AND x.merge_id = $2
                            AND x.relation = r.relation AND x.key = r.key)
                    ELSE to_jsonb(t) - $3 = r.after - $3 END)', one.relation, same)
        USING in_county, in_merge, ARRAY['path', 'sort_key', 'first_day', 'last_day', 'updated_at', 'updated_by'];
    END LOOP;
    -- A place on a roll, its attendance and its completion go together.
    UPDATE person_merge_rows r SET kept = 'edited'
    WHERE r.county_id = in_county AND r.merge_id = in_merge AND r.action = 'moved' AND r.kept IS NULL
        AND r.relation IN ('training_enrolments', 'training_attendances', 'training_completions')
        AND (EXISTS (SELECT FROM person_merge_rows x WHERE x.county_id = in_county AND x.merge_id = in_merge
                AND x.action = 'moved' AND x.kept IS NOT NULL AND x.after ->> 'class_id' = r.after ->> 'class_id'
                AND x.relation IN ('training_enrolments', 'training_attendances'))
            OR EXISTS (SELECT FROM training_attendances a WHERE a.county_id = in_county
                AND a.class_id = (r.after ->> 'class_id')::uuid AND a.membership_id = (r.after ->> 'membership_id')::uuid
                AND NOT EXISTS (SELECT FROM person_merge_rows x WHERE x.county_id = in_county AND x.merge_id = in_merge
                    AND x.action = 'moved' AND x.relation = 'training_attendances'
                    AND x.after ->> 'class_id' = a.class_id::text))
            OR EXISTS (SELECT FROM training_completions c WHERE c.county_id = in_county
                AND c.class_id = (r.after ->> 'class_id')::uuid AND c.membership_id = (r.after ->> 'membership_id')::uuid
                AND NOT EXISTS (SELECT FROM person_merge_rows x WHERE x.county_id = in_county AND x.merge_id = in_merge
                    AND x.action = 'moved' AND x.relation = 'training_completions'
                    AND x.after ->> 'class_id' = c.class_id::text)));
END $$;
REVOKE ALL ON FUNCTION unmerge_mark FROM PUBLIC;

-- Takes a merge back, from its last step to its first: what it removed stands again, what it moved goes back. What somebody
-- changed since stays with the winner and is answered: the table, its key, and `edited`. Instead, and nothing may be
-- stored then: `moved` (an organisation of a former value has another place now), `alone` (nothing would be left by which
-- one of the two is seen).
CREATE OR REPLACE FUNCTION unmerge_people(in_county uuid, in_merge uuid, by_whom text)
RETURNS TABLE (kept_relation text, kept_key jsonb, kept_reason text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    one record;
    winner uuid;
    loser uuid;
    names text;
    same text;
    stamps text;
BEGIN
    SELECT m.winner_id, m.loser_id INTO winner, loser FROM person_merges m
    WHERE m.county_id = in_county AND m.id = in_merge AND m.undone_at IS NULL
        AND in_county = nullif(current_setting('cadre.county', true), '')::uuid
        AND m.path >= current_setting('cadre.path_from', true) AND m.path < current_setting('cadre.path_to', true);
    IF winner IS NULL OR NOT EXISTS (SELECT FROM people p WHERE p.county_id = in_county AND p.id = winner) THEN
        RAISE EXCEPTION 'a merge outside the scope of the caller';
    END IF;
    IF EXISTS (SELECT FROM person_merge_rows r WHERE r.county_id = in_county AND r.merge_id = in_merge
        AND r.action = 'removed' AND r.before ? 'path' AND NOT EXISTS (SELECT FROM organisations o
            WHERE o.county_id = in_county AND o.path = (r.before ->> 'path') COLLATE "C")) THEN
        RETURN QUERY SELECT 'organisations', '{}'::jsonb, 'moved';
        RETURN;
    END IF;
    PERFORM unmerge_mark(in_county, in_merge);
    SET CONSTRAINTS training_attendances_enrolment_fkey, training_completions_attendance_fkey DEFERRED;
    FOR one IN SELECT DISTINCT r.step, r.relation, r.action FROM person_merge_rows r
        WHERE r.county_id = in_county AND r.merge_id = in_merge
            AND NOT (r.relation = 'person_visibility' AND r.action = 'moved') ORDER BY r.step DESC
    LOOP
        SELECT string_agg(format('t.%1$I = k.%1$I', a.attname), ' AND ') INTO same
        FROM pg_constraint k JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = ANY (k.conkey)
        WHERE k.conrelid = to_regclass(one.relation) AND k.contype = 'p';
        IF one.action = 'removed' THEN
            SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) INTO names FROM pg_attribute a
            WHERE a.attrelid = to_regclass(one.relation) AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '';
            EXECUTE format('INSERT INTO %1$I (%2$s) SELECT %4$s FROM person_merge_rows r,
                    LATERAL jsonb_populate_record(NULL::%1$I, r.before || CASE WHEN r.before ? ''version''
                        THEN jsonb_build_object(''version'', (r.before ->> ''version'')::integer + 1) ELSE ''{}'' END) n
                WHERE r.county_id = $1 AND r.merge_id = $2 AND r.step = $3 %3$s', one.relation, names,
                CASE one.relation WHEN 'training_completions' THEN 'AND EXISTS (SELECT FROM training_attendances a
                        WHERE a.county_id = $1 AND a.class_id = n.class_id AND a.membership_id = n.membership_id)
                    ON CONFLICT DO NOTHING' ELSE '' END,
                'n.' || replace(names, ', ', ', n.'))
            USING in_county, in_merge, one.step;
        ELSE
            SELECT string_agg(CASE WHEN c.name = 'version' THEN 'version = t.version + 1'
                    WHEN c.name = 'updated_at' THEN 'updated_at = now()' WHEN c.name = 'updated_by' THEN 'updated_by = $4'
                    ELSE format('%1$I = n.%1$I', c.name) END, ', ') INTO names
            FROM (SELECT a.attname::text AS name FROM pg_attribute a
                WHERE a.attrelid = to_regclass(one.relation) AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
                    AND a.attname NOT IN ('county_id', 'sort_key') AND (a.attname IN ('version', 'updated_at', 'updated_by')
                        OR EXISTS (SELECT FROM person_merge_rows r WHERE r.county_id = in_county AND r.merge_id = in_merge
                            AND r.step = one.step AND r.before ? a.attname::text))) c
            WHERE NOT (one.action = 'changed' AND c.name = 'id');
            EXECUTE format('UPDATE %1$I t SET %2$s FROM person_merge_rows r,
                    LATERAL jsonb_populate_record(NULL::%1$I, r.key) k, LATERAL jsonb_populate_record(NULL::%1$I, r.before) n
                WHERE r.county_id = $1 AND r.merge_id = $2 AND r.step = $3 AND r.kept IS NULL AND %3$s',
                one.relation, names, same) USING in_county, in_merge, one.step, by_whom;
        END IF;
    END LOOP;
    SET CONSTRAINTS training_attendances_enrolment_fkey, training_completions_attendance_fkey IMMEDIATE;
    PERFORM follow_people(in_county, winner, loser);
    DELETE FROM merged_ids i WHERE i.county_id = in_county AND i.merge_id = in_merge;
    -- For merges before this one nobody edited what it touched and gave back.
    UPDATE person_merge_rows e SET row_version = coalesce(r.row_version, (r.before ->> 'version')::integer) + 1
    FROM person_merge_rows r
    WHERE r.county_id = in_county AND r.merge_id = in_merge AND r.kept IS NULL AND e.county_id = in_county
        AND e.merge_id <> in_merge AND e.relation = r.relation AND e.key = r.key
        AND e.row_version = coalesce(r.row_version - 1, (r.before ->> 'version')::integer);
    PERFORM merge_touch(in_county, in_merge, winner, by_whom);
    RETURN QUERY SELECT 'people', jsonb_build_object('id', p.id), 'alone' FROM people p
        WHERE p.county_id = in_county AND p.id IN (winner, loser) AND NOT EXISTS (SELECT FROM person_visibility v
            WHERE v.county_id = in_county AND v.person_id = p.id)
        UNION ALL SELECT r.relation, r.key, r.kept FROM person_merge_rows r
        WHERE r.county_id = in_county AND r.merge_id = in_merge AND r.kept IS NOT NULL;
END $$;
REVOKE ALL ON FUNCTION unmerge_people FROM PUBLIC;
GRANT EXECUTE ON FUNCTION unmerge_people TO cadre_web;
