-- Functions and views: rebuilt on every migrate, never migrated. They hold no business rule.
-- `SET search_path FROM CURRENT` ties each to the schema that it was made in.

-- One field of an entry as it is hashed: its length before it; absent is the length -1 (docs/audit-format.md).
CREATE OR REPLACE FUNCTION audit_field(field bytea) RETURNS bytea LANGUAGE sql IMMUTABLE AS $$
    SELECT coalesce(int4send(octet_length(field)) || field, '\xffffffff'::bytea)
$$;
ALTER FUNCTION audit_field OWNER TO cadre_audit;
REVOKE ALL ON FUNCTION audit_field FROM PUBLIC;

-- The only way into the trail. Number, moment and hash are given here, under the lock on the head of the chain: whoever
-- calls can give none of them.
CREATE OR REPLACE FUNCTION append_audit_entry(
    entry_chain text, entry_county uuid, entry_account uuid, entry_actor text, entry_role text, entry_door text,
    entry_source text, entry_path text, entry_action text, entry_subject_kind text, entry_subject uuid,
    entry_count integer, entry_details jsonb
) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    algorithm CONSTANT smallint := 1;
    number bigint;
    previous bytea;
    moment timestamptz;
    sealed bytea;
BEGIN
    INSERT INTO audit_heads AS h (chain, sequence, hash) VALUES (entry_chain, 1, decode(repeat('00', 32), 'hex'))
    ON CONFLICT (chain) DO UPDATE SET sequence = h.sequence + 1
    RETURNING h.sequence, h.hash INTO number, previous;
    moment := clock_timestamp();
    sealed := sha256(previous || audit_field(int2send(algorithm)) || audit_field(convert_to(entry_chain, 'UTF8'))
        || audit_field(int8send(number)) || audit_field(timestamptz_send(moment))
        || audit_field(timestamptz_send(now()))
        || audit_field(uuid_send(entry_county)) || audit_field(uuid_send(entry_account))
        || audit_field(convert_to(entry_actor, 'UTF8')) || audit_field(convert_to(entry_role, 'UTF8'))
        || audit_field(convert_to(entry_door, 'UTF8')) || audit_field(convert_to(entry_source, 'UTF8'))
        || audit_field(convert_to(entry_path, 'UTF8')) || audit_field(convert_to(entry_action, 'UTF8'))
        || audit_field(convert_to(entry_subject_kind, 'UTF8')) || audit_field(uuid_send(entry_subject))
        || audit_field(int4send(entry_count)) || audit_field(convert_to(entry_details::text, 'UTF8')));
    INSERT INTO audit_entries (chain, sequence, at, county_id, account_id, actor, role, door, source, path,
        action, subject_kind, subject_id, subject_count, details, began, algorithm, hash)
    VALUES (entry_chain, number, moment, entry_county, entry_account, entry_actor, entry_role, entry_door,
        entry_source, entry_path, entry_action, entry_subject_kind, entry_subject, entry_count, entry_details,
        now(), algorithm, sealed);
    UPDATE audit_heads SET hash = sealed WHERE chain = entry_chain;
    RETURN number;
END $$;
ALTER FUNCTION append_audit_entry OWNER TO cadre_audit;
REVOKE ALL ON FUNCTION append_audit_entry FROM PUBLIC;
GRANT EXECUTE ON FUNCTION append_audit_entry TO cadre_web, CURRENT_USER;

-- Holds the head of a chain until the transaction ends: whoever else acts in the county waits with his entry. In a
-- transaction of one snapshot it fails where the chain went on since the snapshot was taken.
CREATE OR REPLACE FUNCTION hold_audit_chain(entry_chain text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    PERFORM FROM audit_heads WHERE chain = entry_chain FOR UPDATE;
    RETURN found;
END $$;
ALTER FUNCTION hold_audit_chain OWNER TO cadre_audit;
REVOKE ALL ON FUNCTION hold_audit_chain FROM PUBLIC;
GRANT EXECUTE ON FUNCTION hold_audit_chain TO cadre_web, CURRENT_USER;

-- Says of citizen IDs (by MAC) which unit of the county already has the person, and nothing more.
CREATE OR REPLACE FUNCTION find_units_by_citizen_id(in_county uuid, macs bytea[])
RETURNS TABLE (mac bytea, person_id uuid, membership_id uuid, membership_open boolean, path text, organisation_code text, organisation_name text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
    SELECT p.citizen_id_mac, p.id, m.id, m.id IS NOT NULL AND m.to_day IS NULL, m.path, o.code, o.name
    FROM people p
    LEFT JOIN LATERAL (SELECT * FROM memberships m WHERE m.county_id = p.county_id AND m.person_id = p.id
        ORDER BY m.from_day DESC LIMIT 1) m ON true
    LEFT JOIN organisations o ON o.county_id = m.county_id AND o.id = m.branch_id
    WHERE p.county_id = in_county AND p.citizen_id_mac = ANY (macs)
        AND in_county = nullif(current_setting('cadre.county', true), '')::uuid
$$;
REVOKE ALL ON FUNCTION find_units_by_citizen_id FROM PUBLIC;
GRANT EXECUTE ON FUNCTION find_units_by_citizen_id TO cadre_web;

-- The name of a member who is or was to be transferred, for whoever may see the transfer, and nothing else of him.
CREATE OR REPLACE FUNCTION find_offered_name(in_county uuid, in_transfer uuid)
RETURNS text LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
    SELECT p.name FROM transfers t
    JOIN memberships m ON m.county_id = t.county_id AND m.id = t.membership_id
    JOIN people p ON p.county_id = m.county_id AND p.id = m.person_id
    WHERE t.county_id = in_county AND t.id = in_transfer
        AND in_county = nullif(current_setting('cadre.county', true), '')::uuid
        AND (t.from_path >= current_setting('cadre.path_from', true) AND t.from_path < current_setting('cadre.path_to', true)
            OR t.to_path >= current_setting('cadre.path_from', true) AND t.to_path < current_setting('cadre.path_to', true))
$$;
REVOKE ALL ON FUNCTION find_offered_name FROM PUBLIC;
GRANT EXECUTE ON FUNCTION find_offered_name TO cadre_web;

-- Whom or what rounds of ratings in the caller's scope concern: members who were in the register of the rounds' branch on
-- the last day of the period, branches or villages below the organisation, office-holders of the village; and whoever has
-- a rating in it. The unit that rated a member sees his name also after he has moved away.
DROP FUNCTION IF EXISTS find_rating_subjects;
CREATE FUNCTION find_rating_subjects(in_county uuid, in_rounds uuid[])
RETURNS TABLE (round_id uuid, id uuid, membership_id uuid, code text, name text, sort_key text, sex text, birth_date date, probationary boolean, present boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
    WITH rounds AS (
        SELECT r.county_id, r.id, r.organisation_id, r.path, r.last_day, k.subject_kind FROM rating_rounds r
        JOIN rating_schemes k ON k.county_id = r.county_id AND k.id = r.scheme_id
        WHERE r.county_id = in_county AND r.id = ANY (in_rounds)
            AND in_county = nullif(current_setting('cadre.county', true), '')::uuid
            AND r.path >= current_setting('cadre.path_from', true) AND r.path < current_setting('cadre.path_to', true)
    ), concerned AS (
        SELECT r.id AS round_id, r.last_day, r.subject_kind, b.membership_id AS id, true AS present
        FROM rounds r
        JOIN branch_memberships b ON b.county_id = r.county_id AND b.branch_id = r.organisation_id
            AND b.from_day <= r.last_day AND (b.to_day IS NULL OR b.to_day > r.last_day)
        JOIN memberships m ON m.county_id = b.county_id AND m.id = b.membership_id
            AND m.from_day <= r.last_day AND (m.to_day IS NULL OR m.to_day > r.last_day)
        JOIN membership_statuses s ON s.county_id = b.county_id AND s.membership_id = b.membership_id
            AND s.from_day <= r.last_day AND (s.to_day IS NULL OR s.to_day > r.last_day)
            AND s.status IN ('normal', 'watch', 'suspended_rights')
        WHERE r.subject_kind = 'member'
        UNION ALL
        SELECT r.id, r.last_day, r.subject_kind, o.id, true
        FROM rounds r
        JOIN organisations o ON o.county_id = r.county_id AND o.path >= r.path AND o.path < rtrim(r.path, '/') || '0'
            AND (o.founded_on IS NULL OR o.founded_on <= r.last_day)
            AND (o.dissolved_on IS NULL OR o.dissolved_on > r.last_day)
        WHERE r.subject_kind = 'branch' AND o.kind = 'branch'
            OR r.subject_kind = 'village' AND o.kind IN ('village', 'community')
        UNION ALL
        SELECT r.id, r.last_day, r.subject_kind, s.person_id, true
        FROM rounds r
        JOIN committees c ON c.county_id = r.county_id AND c.village_id = r.organisation_id
        JOIN seats s ON s.county_id = r.county_id AND s.committee_id = c.id
            AND s.from_day <= r.last_day AND (s.to_day IS NULL OR s.to_day > r.last_day)
        WHERE r.subject_kind = 'household'
        UNION ALL
        SELECT r.id, r.last_day, r.subject_kind, g.subject_id, false
        FROM rounds r
        JOIN ratings g ON g.county_id = r.county_id AND g.round_id = r.id
    ), once AS (
        -- Grouped, not filtered by NOT EXISTS: that becomes a loop over all pairs when many rounds are asked for.
        SELECT round_id, last_day, subject_kind, id, bool_or(present) AS present
        FROM concerned GROUP BY round_id, last_day, subject_kind, id
    )
    SELECT c.round_id, m.id, m.id, NULL, p.name, m.sort_key, p.sex, p.birth_date,
        m.full_member_on IS NULL OR m.full_member_on > c.last_day, c.present
    FROM once c
    JOIN memberships m ON m.county_id = in_county AND m.id = c.id
    JOIN people p ON p.county_id = m.county_id AND p.id = m.person_id
    WHERE c.subject_kind = 'member'
    UNION ALL
    SELECT c.round_id, o.id, NULL, o.code, o.name, o.pinyin, NULL, NULL, false, c.present
    FROM once c
    JOIN organisations o ON o.county_id = in_county AND o.id = c.id
    WHERE c.subject_kind IN ('branch', 'village')
    UNION ALL
    SELECT c.round_id, p.id, NULL, NULL, p.name, p.pinyin, p.sex, p.birth_date, false, c.present
    FROM once c
    JOIN people p ON p.county_id = in_county AND p.id = c.id
    WHERE c.subject_kind = 'household'
$$;
REVOKE ALL ON FUNCTION find_rating_subjects FROM PUBLIC;
GRANT EXECUTE ON FUNCTION find_rating_subjects TO cadre_web;

-- Makes the tables that hold one quarter's facts. Attaching locks readers out for no moment; the role that closes
-- quarters owns nothing, so it may neither drop nor alter what it froze.
CREATE OR REPLACE FUNCTION prepare_quarter_partitions(of_quarter text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    facts text;
    part text;
    home text := current_schema();
BEGIN
    IF of_quarter !~ '^(19|20|21)[0-9]{2}Q[1-4]$' THEN
        RAISE EXCEPTION 'no quarter: %', of_quarter;
    END IF;
    PERFORM pg_advisory_xact_lock(7221993);
    FOREACH facts IN ARRAY ARRAY['organisation_facts', 'member_facts', 'flow_facts', 'rating_facts', 'seat_facts',
        'committee_facts', 'reserve_facts', 'reserve_village_facts', 'training_facts', 'training_class_facts',
        'training_attendance_facts', 'award_facts', 'assessment_facts', 'finding_facts', 'rule_facts'] LOOP
        part := facts || '_' || lower(of_quarter);
        CONTINUE WHEN to_regclass(format('%I.%I', home, part)) IS NOT NULL;
        EXECUTE format('CREATE TABLE %I.%I (LIKE %I.%I INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING COMMENTS)',
            home, part, home, facts);
        EXECUTE format('ALTER TABLE %I.%I ENABLE ROW LEVEL SECURITY', home, part);
        EXECUTE format('ALTER TABLE %I.%I FORCE ROW LEVEL SECURITY', home, part);
        EXECUTE format('ALTER TABLE %I.%I ATTACH PARTITION %I.%I FOR VALUES IN (%L)', home, facts, home, part,
            of_quarter);
    END LOOP;
END $$;
REVOKE ALL ON FUNCTION prepare_quarter_partitions FROM PUBLIC;
GRANT EXECUTE ON FUNCTION prepare_quarter_partitions TO cadre_web;

-- Counts what the tables of one quarter's facts hold, as is due when it was frozen: until PostgreSQL does so by itself, the
-- planner takes them for empty.
CREATE OR REPLACE FUNCTION count_quarter_partitions(of_quarter text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    part regclass;
BEGIN
    FOR part IN SELECT c.oid FROM pg_class c JOIN pg_inherits i ON i.inhrelid = c.oid
        WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r'
            AND right(c.relname, length(of_quarter) + 1) = '_' || lower(of_quarter)
        ORDER BY c.oid -- Counties that close at once wait for each other, and never both.
    LOOP
        EXECUTE format('ANALYZE %s', part);
    END LOOP;
END $$;
REVOKE ALL ON FUNCTION count_quarter_partitions FROM PUBLIC;
GRANT EXECUTE ON FUNCTION count_quarter_partitions TO cadre_web;

-- Drops the answers of every account that were kept before a moment; row-level security shows each account its own only.
CREATE OR REPLACE FUNCTION forget_idempotency_keys(kept_before timestamptz) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path FROM CURRENT AS $$
    DELETE FROM idempotency_keys WHERE created_at < least(kept_before, now() - interval '7 days')
$$;
REVOKE ALL ON FUNCTION forget_idempotency_keys FROM PUBLIC;
GRANT EXECUTE ON FUNCTION forget_idempotency_keys TO cadre_web;

-- Writes the places of organisations anew after one of them got another organisation above, wherever a place is kept. The
-- trail and the facts of closed quarters keep the place of their day; accounts follow by their foreign key.
CREATE OR REPLACE FUNCTION place_organisations(in_county uuid) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    old_places text[];
    new_places text[];
    kept record;
    traced text := current_setting('cadre.import', true);
BEGIN
    IF in_county IS DISTINCT FROM nullif(current_setting('cadre.county', true), '')::uuid THEN
        RAISE EXCEPTION 'another county than the one of the caller';
    END IF;
    WITH RECURSIVE tree (id, before, after) AS (
        SELECT id, path, path FROM organisations WHERE county_id = in_county AND parent_id IS NULL
        UNION ALL
        SELECT o.id, o.path, (t.after || o.code || '/') COLLATE "C"
        FROM tree t JOIN organisations o ON o.county_id = in_county AND o.parent_id = t.id
    )
    SELECT array_agg(before), array_agg(after) INTO old_places, new_places FROM tree WHERE before <> after;
    IF EXISTS (SELECT FROM unnest(old_places || new_places) AS place
        WHERE place < current_setting('cadre.path_from', true) OR place >= current_setting('cadre.path_to', true)) THEN
        RAISE EXCEPTION 'an organisation outside the scope of the caller';
    END IF;
    -- A place follows from what stands above: an import that is taken back has it written anew.
    PERFORM set_config('cadre.import', '', true);
    FOR kept IN SELECT c.relname AS name, a.attname AS place FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
        WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
            AND a.attname IN ('path', 'from_path', 'to_path') AND c.relname <> 'audit_entries'
            AND c.relname NOT LIKE '%\_facts' ORDER BY c.relname = 'organisations' DESC, c.relname, a.attname
    LOOP
        EXECUTE format('UPDATE %I k SET %2$I = n.after FROM unnest($2, $3) AS n (before, after)
            WHERE k.county_id = $1 AND k.%2$I = n.before', kept.name, kept.place) USING in_county, old_places, new_places;
    END LOOP;
    PERFORM set_config('cadre.import', coalesce(traced, ''), true);
    RETURN coalesce(cardinality(old_places), 0);
END $$;
REVOKE ALL ON FUNCTION place_organisations FROM PUBLIC;
GRANT EXECUTE ON FUNCTION place_organisations TO cadre_web;

-- What the register says of people on a day, for whoever gives them a seat or counts their votes: who sits in a village may
-- be registered in another town. Whoever asks holds the people's ids, or their citizen IDs.
DROP FUNCTION IF EXISTS find_people_on_days;
CREATE FUNCTION find_people_on_days(in_county uuid, in_people uuid[], in_days date[])
RETURNS TABLE (person_id uuid, day date, name text, birth_date date, education text, joined_on date, first_day date,
    full_member_on date, status text, deceased_on date, removed_on date, removed_as text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
    SELECT w.person_id, w.day, p.name, p.birth_date, p.education, m.joined_on, m.from_day, m.full_member_on, s.status,
        (SELECT min(x.from_day) FROM memberships y
            JOIN membership_statuses x ON x.county_id = y.county_id AND x.membership_id = y.id AND x.status = 'deceased'
            WHERE y.county_id = in_county AND y.person_id = w.person_id),
        r.from_day, r.status
    FROM unnest(in_people, in_days) AS w (person_id, day)
    JOIN people p ON p.county_id = in_county AND p.id = w.person_id
    LEFT JOIN LATERAL (SELECT * FROM memberships y WHERE y.county_id = in_county AND y.person_id = w.person_id
        ORDER BY y.joined_on <= w.day DESC, y.from_day <= w.day DESC, y.from_day DESC LIMIT 1) m ON true
    LEFT JOIN LATERAL (SELECT x.status FROM membership_statuses x WHERE x.county_id = in_county AND x.membership_id = m.id
        AND x.from_day <= w.day AND (x.to_day IS NULL OR w.day < x.to_day) ORDER BY x.from_day DESC LIMIT 1) s ON true
    -- When he was put out of the Party later on.
    LEFT JOIN LATERAL (SELECT x.from_day, x.status FROM membership_statuses x
        WHERE x.county_id = in_county AND x.membership_id = m.id AND x.from_day > w.day
            AND x.status IN ('resigned_removed', 'persuaded', 'refused_removed', 'self_left', 'removed', 'expelled',
                'probation_cancelled', 'not_recognised')
        ORDER BY x.from_day LIMIT 1) r ON true
    WHERE in_county = nullif(current_setting('cadre.county', true), '')::uuid
$$;
REVOKE ALL ON FUNCTION find_people_on_days FROM PUBLIC;
GRANT EXECUTE ON FUNCTION find_people_on_days TO cadre_web;

-- What bears on somebody's place in a pool of reserve cadres on a day, wherever in the county it stands: who he is, his
-- latest Party status, the village where he sits in a committee, the village in whose pool he is; and nothing more.
DROP FUNCTION IF EXISTS find_pool_candidates;
CREATE FUNCTION find_pool_candidates(in_county uuid, in_people uuid[], in_days date[])
RETURNS TABLE (person_id uuid, day date, name text, birth_date date, education text, membership_status text, seat_village text, seat_post text, pool_village text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
    SELECT p.id, asked.day, p.name, p.birth_date, p.education, m.status, s.village, s.post, r.village
    FROM unnest(in_people, in_days) AS asked (person_id, day)
    JOIN people p ON p.county_id = in_county AND p.id = asked.person_id
    LEFT JOIN LATERAL (SELECT m.status FROM memberships m WHERE m.county_id = in_county AND m.person_id = p.id
        ORDER BY m.from_day DESC LIMIT 1) m ON true
    LEFT JOIN LATERAL (SELECT o.name AS village, s.post FROM seats s
        JOIN committees c ON c.county_id = in_county AND c.id = s.committee_id AND c.kind <> 'supervision_committee'
        JOIN organisations o ON o.county_id = in_county AND o.id = c.village_id
        WHERE s.county_id = in_county AND s.person_id = p.id AND s.from_day <= asked.day
            AND (s.to_day IS NULL OR asked.day < s.to_day)
        ORDER BY s.from_day LIMIT 1) s ON true
    LEFT JOIN LATERAL (SELECT o.name AS village FROM reserves r
        JOIN organisations o ON o.county_id = in_county AND o.id = r.village_id
        WHERE r.county_id = in_county AND r.person_id = p.id AND (r.left_on IS NULL OR asked.day < r.left_on)
        ORDER BY r.entered_on LIMIT 1) r ON true
    WHERE in_county = nullif(current_setting('cadre.county', true), '')::uuid
$$;
REVOKE ALL ON FUNCTION find_pool_candidates FROM PUBLIC;
GRANT EXECUTE ON FUNCTION find_pool_candidates TO cadre_web;

-- The stays of some people in the pools that have not ended, wherever in the county they are: whoever gives somebody a seat
-- holds his id, and the seat ends the stay.
DROP FUNCTION IF EXISTS find_open_stays;
CREATE FUNCTION find_open_stays(in_county uuid, in_people uuid[])
RETURNS TABLE (reserve_id uuid, person_id uuid, name text, kind text, village text, path text, state text, state_from date)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
    SELECT r.id, r.person_id, p.name, r.kind, o.name, r.path, r.state, r.state_from
    FROM reserves r JOIN people p ON p.county_id = in_county AND p.id = r.person_id
    JOIN organisations o ON o.county_id = in_county AND o.id = r.village_id
    WHERE r.county_id = in_county AND r.person_id = ANY (in_people) AND r.left_on IS NULL
        AND in_county = nullif(current_setting('cadre.county', true), '')::uuid
$$;
REVOKE ALL ON FUNCTION find_open_stays FROM PUBLIC;
GRANT EXECUTE ON FUNCTION find_open_stays TO cadre_web;

-- Mentors of some pool entries who guide on a day though they left, while the entry is in the pool: a person on record whose
-- latest Party status of that day is off the register; for 帮带书记 also who was secretary of the village and no longer is, by
-- his person where that is on record, else by his name. `status` is none where the post was left. Whoever asks holds the
-- entries' ids; what bears on their mentors may stand anywhere in the county.
DROP FUNCTION IF EXISTS find_mentors_who_left;
CREATE FUNCTION find_mentors_who_left(in_county uuid, in_day date, in_reserves uuid[])
RETURNS TABLE (mentor_id uuid, reserve_id uuid, left_on date, status text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
    WITH guides AS (
        -- Each once, however many he guides: their look-ups by index cost the same however the planner guesses.
        SELECT m.person_id, CASE WHEN m.person_id IS NULL THEN m.name END AS name,
            CASE WHEN m.kind = 'village_secretary' THEN r.village_id END AS village_id,
            array_agg(m.id) AS mentors, array_agg(m.reserve_id) AS guided
        FROM reserves r JOIN reserve_mentors m ON m.county_id = in_county AND m.reserve_id = r.id
            AND m.from_day <= in_day AND (m.to_day IS NULL OR in_day < m.to_day)
            AND (m.person_id IS NOT NULL OR m.kind = 'village_secretary')
        WHERE r.county_id = in_county AND r.id = ANY (in_reserves) AND (r.left_on IS NULL OR in_day < r.left_on)
            AND in_county = nullif(current_setting('cadre.county', true), '')::uuid
        GROUP BY 1, 2, 3
    )
    SELECT u.mentor_id, u.reserve_id, l.left_on, l.status
    FROM guides g
    -- Of several secretaries of his name, whoever left last.
    CROSS JOIN LATERAL (SELECT least(w.ended_on, x.from_day) AS left_on,
            CASE WHEN x.from_day <= w.ended_on THEN x.status END AS status
        FROM (SELECT e.person_id, min(e.ended_on) AS ended_on FROM (
                SELECT g.person_id, 'infinity'::date AS ended_on WHERE g.person_id IS NOT NULL
                UNION ALL
                SELECT s.person_id, max(coalesce(s.to_day, 'infinity'::date))
                FROM committees c JOIN seats s ON s.county_id = in_county AND s.committee_id = c.id
                    AND s.post = 'secretary' AND s.from_day <= in_day
                JOIN people p ON p.county_id = in_county AND p.id = s.person_id
                WHERE c.county_id = in_county AND c.village_id = g.village_id AND c.kind = 'village_party'
                    AND (s.person_id = g.person_id OR g.person_id IS NULL AND p.name = g.name)
                GROUP BY s.person_id) e GROUP BY e.person_id) w
        LEFT JOIN LATERAL (SELECT z.status, z.from_day FROM memberships y
            JOIN membership_statuses z ON z.county_id = in_county AND z.membership_id = y.id AND z.from_day <= in_day
            WHERE y.county_id = in_county AND y.person_id = w.person_id ORDER BY z.from_day DESC, z.to_day DESC LIMIT 1) x
            ON x.status NOT IN ('normal', 'watch', 'suspended_rights')
        ORDER BY 1 DESC LIMIT 1) l
    CROSS JOIN LATERAL unnest(g.mentors, g.guided) AS u (mentor_id, reserve_id)
    WHERE l.left_on <= in_day
$$;
REVOKE ALL ON FUNCTION find_mentors_who_left FROM PUBLIC;
GRANT EXECUTE ON FUNCTION find_mentors_who_left TO cadre_web, cadre_report;
