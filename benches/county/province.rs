//! The team picture of as many seats as a province has: one tree of 82,000 villages with 451,000 seats, and as many in the
//! term before, filled by set-based SQL.

use diesel_async::{AsyncConnection, AsyncPgConnection, SimpleAsyncConnection};

use crate::http::Client;
use crate::reports::measure_anew;
use crate::stage::{Server, Stage};
use crate::table::Table;

/// The code of the tree.
const CODE: &str = "510000";
const TOWNS: u32 = 500;
const VILLAGES_OF_A_TOWN: u32 = 164;
const READINGS: usize = 20;

/// Two committees of each village, five seats in them (every other village six: somebody sits in both), in this term and
/// the one before, which two of five people sat in as well. Ids follow from kind and number.
const FILL: &str = "
CREATE FUNCTION pg_temp.made(kind integer, number bigint) RETURNS uuid LANGUAGE sql IMMUTABLE
    RETURN (lpad(to_hex(536870912 + kind), 8, '0') || '-0000-7000-8000-' || lpad(to_hex(number), 12, '0'))::uuid;
INSERT INTO counties (id, code, name) VALUES (pg_temp.made(0, 0), '@code', '省');
INSERT INTO organisations (county_id, id, code, name, kind, pinyin, initials, parent_id, path)
SELECT pg_temp.made(0, 0), pg_temp.made(1, 0), '@code', '省', 'county', 'sheng', 's', NULL, '@code/';
INSERT INTO organisations (county_id, id, code, name, kind, pinyin, initials, parent_id, path)
SELECT pg_temp.made(0, 0), pg_temp.made(2, t), '@code' || lpad(t::text, 3, '0'), '镇' || t, 'town', 'zhen', 'z',
    pg_temp.made(1, 0), '@code/@code' || lpad(t::text, 3, '0') || '/'
FROM generate_series(1, @towns) t;
INSERT INTO organisations (county_id, id, code, name, kind, pinyin, initials, parent_id, path)
SELECT pg_temp.made(0, 0), pg_temp.made(3, t * 1000 + v), c, '村' || v, 'village', 'cun', 'c', pg_temp.made(2, t),
    '@code/' || left(c, 9) || '/' || c || '/'
FROM generate_series(1, @towns) t, generate_series(1, @villages) v,
    LATERAL (SELECT '@code' || lpad(t::text, 3, '0') || lpad(v::text, 3, '0') AS c) x;
INSERT INTO organisation_parents (county_id, organisation_id, parent_id, from_day)
SELECT county_id, id, parent_id, '1990-01-01' FROM organisations
WHERE county_id = pg_temp.made(0, 0) AND parent_id IS NOT NULL;
CREATE TEMP TABLE made AS
SELECT pg_temp.made(4, v * 10 + k) AS id, o.id AS village_id, o.path, v, v * 10 + k AS n,
    CASE k WHEN 1 THEN 'village_party' ELSE 'village_committee' END AS kind
FROM (SELECT id, path, row_number() OVER (ORDER BY path) AS v FROM organisations
    WHERE county_id = pg_temp.made(0, 0) AND kind = 'village') o, generate_series(1, 2) k;
INSERT INTO committees (county_id, id, village_id, path, kind, created_by, updated_by)
SELECT pg_temp.made(0, 0), id, village_id, path, kind, 's', 's' FROM made;
INSERT INTO committee_terms (county_id, id, committee_id, path, ordinal, from_day, due_day, ended_on, created_by, updated_by)
SELECT pg_temp.made(0, 0), pg_temp.made(5, n * 10 + k), id, path, 5 + k, DATE '2021-01-10' + (k - 1) * 1826,
    DATE '2026-01-10' + (k - 1) * 1826, CASE k WHEN 1 THEN DATE '2026-01-10' END, 's', 's'
FROM made, generate_series(1, 2) k;
INSERT INTO committee_posts (county_id, term_id, post, places)
SELECT pg_temp.made(0, 0), pg_temp.made(5, n * 10 + k), p.post, p.places
FROM made, generate_series(1, 2) k, (VALUES ('village_party', 'secretary', 1), ('village_party', 'committee_member', 2),
    ('village_committee', 'director', 1), ('village_committee', 'committee_member', 2)) p (kind, post, places)
WHERE p.kind = made.kind;
INSERT INTO people (county_id, id, name, pinyin, sex, ethnicity, birth_date, citizen_id_cipher, citizen_id_mac, education)
SELECT pg_temp.made(0, 0), pg_temp.made(6, v * 10 + p), '某某', 'mou mou', CASE WHEN (v + p) % 4 = 0 THEN '2' ELSE '1' END,
    CASE WHEN (v * 7 + p) % 5 = 0 THEN '15' ELSE '01' END, DATE '1966-01-01' + ((v * 31 + p * 977) % 12000)::integer,
    '\\x00', sha256(convert_to(v || ' ' || p, 'UTF8')), '31'
FROM (SELECT DISTINCT v FROM made) c, generate_series(0, 7) p;
INSERT INTO seats (county_id, id, committee_id, term_id, path, person_id, post, from_day, to_day, education,
    is_party_member, created_by, updated_by)
SELECT pg_temp.made(0, 0), pg_temp.made(7, (n * 10 + k) * 10 + s), id, pg_temp.made(5, n * 10 + k), path,
    pg_temp.made(6, v * 10 + s + (k - 1) * 3),
    CASE WHEN s = 0 AND kind = 'village_party' THEN 'secretary' WHEN s = 3 THEN 'director' ELSE 'committee_member' END,
    DATE '2021-01-10' + (k - 1) * 1826, CASE k WHEN 1 THEN DATE '2026-01-10' END,
    (ARRAY['14', '21', '31', '61', '71'])[1 + (v + s + k) % 5], true, 's', 's'
FROM made, generate_series(1, 2) k, generate_series(0, 4) s
WHERE kind = 'village_party' AND s < 3 OR kind = 'village_committee' AND s >= 3 - v % 2;
INSERT INTO person_visibility (county_id, relation_id, person_id, path, kind)
SELECT county_id, id, person_id, path, 'seat' FROM seats WHERE county_id = pg_temp.made(0, 0);
INSERT INTO seat_sources (county_id, seat_id, source)
SELECT county_id, id, (ARRAY['local_talent', 'local_entrepreneur', 'returnee', 'veteran', 'graduate'])
    [1 + ascii(right(id::text, 1)) % 5] FROM seats WHERE county_id = pg_temp.made(0, 0);
INSERT INTO elections (county_id, id, term_id, path, post, held_on, places, eligible, present, issued, returned, valid,
    created_by, updated_by)
SELECT pg_temp.made(0, 0), pg_temp.made(8, n * 10 + k), pg_temp.made(5, n * 10 + k), path, 'secretary',
    DATE '2021-01-10' + (k - 1) * 1826, 1, 50, 45, 45, 45, 44, 's', 's'
FROM made, generate_series(1, 2) k WHERE kind = 'village_party';
INSERT INTO election_ballots (county_id, election_id, person_id, votes_for, is_elected)
SELECT pg_temp.made(0, 0), pg_temp.made(8, n * 10 + k), pg_temp.made(6, v * 10 + (k - 1) * 3), 44 - v % 3, true
FROM made, generate_series(1, 2) k WHERE kind = 'village_party';
";

/// Exclusions whose trees take minutes for so many rows of one county; keys to other tables and marks are left out by the
/// role of a replica. The rows are sound, the database is thrown away afterwards, and a reading looks at none of these.
const EASE: &str = "
SET statement_timeout TO 0;
SET session_replication_role TO replica;
ALTER TABLE organisation_parents DROP CONSTRAINT organisation_parents_no_overlap;
ALTER TABLE committee_terms DROP CONSTRAINT committee_terms_no_overlap;
ALTER TABLE seats DROP CONSTRAINT seats_no_overlap, DROP CONSTRAINT seats_one_head;
";

/// Fills the tree and reads its picture, each time after a change. The last part: it takes constraints away.
pub async fn measure(stage: &Stage, server: &Server, table: &mut Table) -> anyhow::Result<()> {
    let mut superuser = AsyncPgConnection::establish(&stage.superuser()).await?;
    superuser.batch_execute(EASE).await?;
    let fill = FILL
        .replace("@code", CODE)
        .replace("@towns", &TOWNS.to_string())
        .replace("@villages", &VILLAGES_OF_A_TOWN.to_string());
    superuser.batch_execute(&fill).await?;
    let mut owner = AsyncPgConnection::establish(&stage.addresses.owner).await?;
    cadre::base::db::tidy(&mut owner).await?;
    let token = stage.token("province", CODE).await?;
    let mut client = Client::connect(&server.address, &token)?;
    let slow = measure_anew(stage, &mut client, CODE, READINGS).await? / 1000.0;
    table.add("team picture, province", "under 1 s, 450,000 seats", slow, 1.0, "s");
    Ok(())
}
