//! Two counties of two towns each, with rows in every table that row-level security guards, on both sides of each border.

use cadre::across::reports;
use cadre::base::actor::{Actor, Role};
use cadre::base::db;
use cadre::base::ids::{AccountId, MembershipId};
use cadre::base::keys::KeyRing;
use cadre::base::values::{Arrival, Period};
use cadre::records::accounts::{self, Open, RawOpen};
use cadre::records::members::{self, Floating, ProposeTransfer};
use cadre::records::ratings::{self, Decide, EnterScores, OpenRound, ScoreRow, SetScheme, scheme_of_pack};
use cadre::records::reserves;
use cadre::records::training::{self, ClassStep, Enrol, Exempt, ExemptionKind, SetSettings, SetSite, Whom};
use diesel_async::AsyncPgConnection;

use crate::support::TestDb;
use crate::support::app::PASSWORD;
use crate::support::builders::training::{attendance, class, class_step, programme};
use crate::support::builders::{Place, TestCounty, day, member, reserve};

/// The database, the county that a test acts in, and an account of its first town.
pub struct World {
    pub db: TestDb,
    pub county: TestCounty,
    pub account: AccountId,
}

impl World {
    pub async fn new() -> Self {
        let db = TestDb::new().await;
        let mut owner = db.owner().await;
        let county = TestCounty::new(&mut owner).await;
        let other = TestCounty::of(&mut owner, "500155", "梁平区").await;
        let mut web = db.web().await;
        let account = settle(&mut web, &county).await;
        settle(&mut web, &other).await;
        let client = db.owner_client().await;
        client.batch_execute(BESIDE).await.expect("rows that no verb makes by itself");
        Self { db, county, account }
    }
}

/// What needs a file or a request: one import of each town, one kept answer of each account; and, as long as nothing
/// else fills them, a committee of each village with a seat and a vote, a rule of each county, and what follows of those in reserve.
const BESIDE: &str = r"
    INSERT INTO imports (county_id, id, kind, organisation_id, path, state, file_name, file_sha256, file_size, mapping,
        uploaded_by)
    SELECT county_id, gen_random_uuid(), 'members', id, path, 'reading', 'a.xlsx', sha256(code::bytea), 1, '{}', code
    FROM organisations WHERE kind = 'town';
    INSERT INTO audit_checkpoints (chain, size, county_id, root, note, signed_at)
    SELECT code, 1, id, sha256(code::bytea), code, now() FROM counties;
    INSERT INTO import_rows (county_id, import_id, number, path, bucket, content)
    SELECT county_id, id, 2, path, 'new', '\x00' FROM imports;
    INSERT INTO import_mappings (county_id, organisation_id, kind, path, mapping, updated_by)
    SELECT county_id, organisation_id, kind, path, '{}', uploaded_by FROM imports;
    INSERT INTO import_traces (county_id, import_id, number, path, relation, is_removed, made)
    SELECT county_id, id, 1, path, 'people', false, ARRAY[id] FROM imports;
    INSERT INTO import_drafts (county_id, id, account_id, kind, organisation_id, path, writer)
    SELECT a.county_id, gen_random_uuid(), a.id, 'members', o.id, o.path, a.id
    FROM accounts a JOIN organisations o ON o.county_id = a.county_id AND o.path = a.organisation_path;
    INSERT INTO import_draft_rows (county_id, draft_id, key, number, content)
    SELECT county_id, id, 1, 1, '\x00' FROM import_drafts;
    INSERT INTO import_undos (county_id, import_id, path, reason) SELECT county_id, id, path, '误传' FROM imports;
    INSERT INTO approvals (county_id, id, kind, subject_kind, subject_id, path, content, requested_by, requester, requested_at)
    SELECT county_id, gen_random_uuid(), 'grant', 'account', id, organisation_path, '{}', id, username, now() FROM accounts;
    INSERT INTO training_pairs (county_id, id, mentor_id, apprentice_id, organisation_id, path, agreed, from_day,
        created_by, updated_by)
    SELECT o.county_id, gen_random_uuid(), min(v.person_id::text)::uuid, max(v.person_id::text)::uuid, o.id, o.path,
        '每月一次', DATE '2026-01-01', 's', 's'
    FROM organisations o JOIN person_visibility v ON v.county_id = o.county_id AND starts_with(v.path, o.path)
    WHERE o.kind = 'town' GROUP BY o.county_id, o.id, o.path;
    INSERT INTO second_factor_roles (county_id, role) SELECT county_id, 'clerk' FROM security_policies;
    INSERT INTO second_factors (county_id, account_id, secret_cipher, created_at)
    SELECT county_id, id, '\x00', now() FROM accounts;
    INSERT INTO idempotency_keys (account_id, route, key, body_hash, status, answer, created_at)
    SELECT id, 'POST /api/v1/members', username, '\x00', 201, '{}', now() FROM accounts;
    INSERT INTO committees (county_id, id, village_id, path, kind, created_by, updated_by)
    SELECT county_id, gen_random_uuid(), id, path, 'village_party', code, code FROM organisations WHERE kind = 'village';
    INSERT INTO committee_terms (county_id, id, committee_id, path, ordinal, from_day, due_day, created_by, updated_by)
    SELECT county_id, gen_random_uuid(), id, path, 5, '2021-01-10', '2026-01-10', created_by, created_by FROM committees;
    INSERT INTO committee_posts (county_id, term_id, post, places)
    SELECT county_id, id, 'secretary', 1 FROM committee_terms;
    INSERT INTO seats (county_id, id, committee_id, term_id, path, person_id, post, from_day, education, is_party_member,
        created_by, updated_by)
    SELECT t.county_id, gen_random_uuid(), t.committee_id, t.id, t.path, p.person_id, 'committee_member', t.from_day, '31',
        true, t.created_by, t.created_by
    FROM committee_terms t JOIN LATERAL (SELECT DISTINCT v.person_id FROM person_visibility v
        WHERE v.county_id = t.county_id AND starts_with(v.path, t.path)) p ON true;
    INSERT INTO seat_sources (county_id, seat_id, source) SELECT county_id, id, 'veteran' FROM seats;
    INSERT INTO elections (county_id, id, term_id, path, post, held_on, places, eligible, present, issued, returned, valid,
        created_by, updated_by)
    SELECT county_id, gen_random_uuid(), id, path, 'committee_member', from_day, 1, 10, 8, 8, 8, 8, created_by, created_by
    FROM committee_terms;
    INSERT INTO election_ballots (county_id, election_id, person_id, votes_for, is_elected)
    SELECT e.county_id, e.id, s.person_id, 5, true
    FROM elections e JOIN seats s ON s.county_id = e.county_id AND s.term_id = e.term_id;
    INSERT INTO committee_rules (county_id, id, committee_kind, rule, from_day, comparison, numerator, denominator, source,
        created_by)
    SELECT id, gen_random_uuid(), 'village_party', 'term_years', '2021-01-01', 'at_least', 5, 1, code, code FROM counties;
    INSERT INTO kinships (county_id, id, person_id, relative_id, kinship, created_by)
    SELECT a.county_id, gen_random_uuid(), a.id, b.id, 'sibling', a.name
    FROM people a JOIN people b ON b.county_id = a.county_id AND a.id < b.id;
    INSERT INTO distinct_people (county_id, person_id, other_id, decided_by)
    SELECT a.county_id, a.id, b.id, a.name FROM people a JOIN people b ON b.county_id = a.county_id AND a.id < b.id;
    INSERT INTO person_merges (county_id, id, path, winner_id, winner_name, loser_id, loser_name, merged_by)
    SELECT county_id, gen_random_uuid(), path, gen_random_uuid(), name, gen_random_uuid(), name, code FROM organisations
    WHERE kind = 'town';
    INSERT INTO person_merge_rows (county_id, merge_id, step, number, relation, action, key, before)
    SELECT county_id, id, 1, 1, 'people', 'removed', '{}', jsonb_build_object('id', loser_id) FROM person_merges;
    INSERT INTO merged_ids (county_id, old_id, new_id, merge_id, relation)
    SELECT county_id, loser_id, winner_id, id, 'people' FROM person_merges;
    INSERT INTO finding_explanations (county_id, id, term_id, path, finding, reason, created_by)
    SELECT county_id, gen_random_uuid(), id, path, 'overdue', '已批准延期', created_by FROM committee_terms;
    INSERT INTO term_extensions (county_id, id, term_id, path, due_before, until_day, document_number, approved_on,
        created_by)
    SELECT county_id, gen_random_uuid(), id, path, due_day - 1, due_day, 'a', from_day, created_by FROM committee_terms;
    INSERT INTO committee_targets (county_id, id, level, figure, comparison, hundredths, from_day, source, created_by)
    SELECT id, gen_random_uuid(), 'village', 'committees.women', 'at_least', 100, '2021-01-01', code, code FROM counties;
    INSERT INTO county_words (county_id, id, list, code, name, in_party, in_village_committee, in_supervision, from_day,
        source, created_by)
    SELECT id, gen_random_uuid(), 'post', 'discipline_member', code, true, false, false, '2021-01-01', code, code
    FROM counties;
    INSERT INTO slates (county_id, id, village_id, path, maker_path, ordinal, from_day, name, created_by, updated_by)
    SELECT county_id, gen_random_uuid(), o.id, path, maker, 6, '2026-01-10', 'a', code, code FROM organisations o,
    unnest(ARRAY[substr(path, 1, 7), regexp_replace(path, '[^/]+/$', '')]) AS maker WHERE kind = 'village';
    INSERT INTO slate_seats (county_id, slate_id, place, committee_kind, post, person_id)
    SELECT s.county_id, s.id, 1, 'village_party', 'secretary', min(v.person_id::text)::uuid FROM slates s
    JOIN person_visibility v ON v.county_id = s.county_id AND starts_with(v.path, s.path) GROUP BY s.county_id, s.id;
    INSERT INTO team_counts (county_id, village_id, quarter, definition, counts)
    SELECT DISTINCT county_id, village_id, '2026Q1', repeat('0', 64), '{1}'::integer[] FROM committees;
    INSERT INTO team_wanderers (county_id, person_id) SELECT county_id, id FROM people;
    INSERT INTO seat_facts
    SELECT county_id, '2026Q1', 1, 'now', id, person_id, 'village_party', post, path, '2026-03-31', education,
        is_party_member, '1', '01', '1980-05-06', false, false, false, '' FROM seats;
    INSERT INTO committee_facts
    SELECT county_id, '2026Q1', 1, 'now', committee_id, 'village_party', path, '2026-03-31', id, 1, 1, true
    FROM committee_terms;
    INSERT INTO assessment_schemes (county_id, id, organisation_id, path, name, entry, decimals, flag_rule, notice_days,
        method, from_day, created_by)
    SELECT county_id, gen_random_uuid(), id, path, name, 'score', 1, 'shared', 5, name, '2020-01-01', code
    FROM organisations WHERE kind IN ('county', 'town');
    INSERT INTO assessment_indicators (county_id, id, scheme_id, code, name, position, full_marks, weight)
    SELECT county_id, gen_random_uuid(), id, 'party_building', '基层党建', 1, 100, 1 FROM assessment_schemes;
    INSERT INTO assessment_rounds (county_id, id, scheme_id, organisation_id, path, quarter, first_day, last_day, state,
        created_by, updated_by)
    SELECT s.county_id, gen_random_uuid(), s.id, s.organisation_id, s.path, '2026Q1', '2026-01-01', '2026-03-31', 'draft',
        s.created_by, s.created_by FROM assessment_schemes s WHERE length(s.path) > 7;
    INSERT INTO assessments (county_id, id, round_id, village_id, path, total, updated_by)
    SELECT r.county_id, gen_random_uuid(), r.id, o.id, o.path, 98, r.created_by FROM assessment_rounds r
    JOIN organisations o ON o.county_id = r.county_id AND o.parent_id = r.organisation_id;
    INSERT INTO assessment_scores (county_id, assessment_id, indicator_id, score)
    SELECT a.county_id, a.id, i.id, 98 FROM assessments a JOIN assessment_rounds r ON r.id = a.round_id
    JOIN assessment_indicators i ON i.scheme_id = r.scheme_id;
    INSERT INTO assessment_objections (county_id, id, assessment_id, path, raised_on, raised_by, content, state, created_by)
    SELECT county_id, gen_random_uuid(), id, path, '2026-04-01', '村', '有误', 'open', updated_by FROM assessments;
    INSERT INTO assessment_corrections (county_id, objection_id, indicator_id, before, after)
    SELECT o.county_id, o.id, s.indicator_id, 97, 98 FROM assessment_objections o
    JOIN assessment_scores s ON s.assessment_id = o.assessment_id;
    INSERT INTO assessment_facts
    SELECT a.county_id, '2026Q1', 1, a.id, a.village_id, a.path, r.organisation_id, a.total, 1, 2, NULL, false, 0
    FROM assessments a JOIN assessment_rounds r ON r.id = a.round_id;
    INSERT INTO quality_rules (county_id, id, rule, from_day, severity, weight, source, created_by)
    SELECT id, gen_random_uuid(), 'members.in_and_out', '2021-01-01', 'error', 5, code, code FROM counties;
    INSERT INTO quarter_settings (county_id, id, from_day, village_days, town_days, county_days, villages_sign,
        towns_must_sign, source, created_by)
    SELECT id, gen_random_uuid(), '2021-01-01', 3, 5, 8, true, false, code, code FROM counties;
    INSERT INTO quarter_sign_offs (county_id, id, quarter, organisation_id, path, signed_by, signed_for, signed_at,
        open_items, unsigned_below)
    SELECT county_id, gen_random_uuid(), '2026Q1', id, path, 's', code, now(), 0, 0 FROM organisations WHERE kind = 'town';
    INSERT INTO visit_draws (county_id, id, organisation_id, path, purpose, state, commitment, seed_cipher, created_by)
    SELECT county_id, gen_random_uuid(), id, path, name, 'committed', sha256(code::bytea), '\x00', code
    FROM organisations WHERE kind = 'town';
    INSERT INTO visit_draw_units (county_id, draw_id, unit_id, code, name)
    SELECT d.county_id, d.id, o.id, o.code, o.name FROM visit_draws d
    JOIN organisations o ON o.county_id = d.county_id AND o.parent_id = d.organisation_id;
    INSERT INTO visit_draw_picks (county_id, draw_id, place, unit_id, lot)
    SELECT county_id, draw_id, right(code, 1)::integer, unit_id, sha256(code::bytea) FROM visit_draw_units;
    INSERT INTO inspections (county_id, id, unit_id, path, kind, held_on, score, inspected_by, created_by, updated_by)
    SELECT county_id, gen_random_uuid(), id, path, 'on_site_review', '2026-03-01', 90, code, code, code
    FROM organisations WHERE kind = 'village';
    INSERT INTO mentor_notes (county_id, id, reserve_id, mentor_id, noted_on, content, created_by)
    SELECT county_id, gen_random_uuid(), reserve_id, id, from_day, '谈话', created_by FROM reserve_mentors;
    INSERT INTO reserve_reviews (county_id, id, reserve_id, reviewed_on, grade, created_by)
    SELECT county_id, gen_random_uuid(), id, entered_on, 'qualified', created_by FROM reserves;
    INSERT INTO reserve_settings (county_id, id, from_day, minimum_per_village, secondment_age, secondment_education,
        township_leaders, village_secretaries, days_between_notes, source, created_by)
    SELECT id, gen_random_uuid(), '2021-01-01', 2, 35, 'college_or_above', 2, 1, 90, code, code FROM counties;
    INSERT INTO vetting_departments (county_id, id, code, name, position, created_by, updated_by)
    SELECT id, gen_random_uuid(), 'court', '法院', 1, code, code FROM counties;
    INSERT INTO vetting_members (county_id, department_id, account_id, created_by)
    SELECT a.county_id, d.id, a.id, d.created_by
    FROM accounts a JOIN vetting_departments d ON d.county_id = a.county_id;
    INSERT INTO vetting_checklists (county_id, id, from_day, name, is_demanded, days_to_answer, months_valid, source,
        created_by)
    SELECT id, gen_random_uuid(), '2020-01-01', '负面清单', false, 15, 6, code, code FROM counties;
    INSERT INTO vetting_items (county_id, checklist_id, number, text, severity, department_id)
    SELECT l.county_id, l.id, 1, '失信被执行人', 'block', d.id
    FROM vetting_checklists l JOIN vetting_departments d ON d.county_id = l.county_id;
    INSERT INTO candidate_checks (county_id, id, village_id, path, sort_key, committee_kind, term_ordinal, post, person_id,
        checklist_id, state, proposed_on, due_on, created_by, updated_by)
    SELECT r.county_id, gen_random_uuid(), r.village_id, r.path, r.sort_key, 'village_party', 7, 'secretary', r.person_id,
        l.id, 'proposed', '2026-01-01', '2026-01-16', r.created_by, r.created_by
    FROM reserves r JOIN vetting_checklists l ON l.county_id = r.county_id;
    INSERT INTO candidate_verdicts (county_id, id, check_id, checklist_id, item_number, revision, department_id,
        verdict_cipher, answered_by, answered_on, created_by)
    SELECT k.county_id, gen_random_uuid(), k.id, k.checklist_id, 1, 1, i.department_id, '\x00', '王强', '2026-01-02',
        k.created_by
    FROM candidate_checks k JOIN vetting_items i ON i.county_id = k.county_id AND i.checklist_id = k.checklist_id;
    INSERT INTO rating_vetoes (county_id, scheme_id, code, name, stars)
    SELECT county_id, id, 'punished', '受党纪处分', 0 FROM rating_schemes;
    INSERT INTO rating_objections (county_id, id, rating_id, content, created_by)
    SELECT county_id, gen_random_uuid(), id, '分数有误', updated_by FROM ratings;
    INSERT INTO rating_raters (county_id, id, round_id, name, created_by)
    SELECT county_id, gen_random_uuid(), id, '一号', created_by FROM rating_rounds;
    INSERT INTO rating_rater_scores (county_id, rating_id, rater_id, dimension_id, score)
    SELECT s.county_id, s.rating_id, r.id, s.dimension_id, s.score FROM rating_scores s
    JOIN ratings g ON g.county_id = s.county_id AND g.id = s.rating_id
    JOIN rating_raters r ON r.county_id = g.county_id AND r.round_id = g.round_id;
    INSERT INTO rating_samples (county_id, id, organisation_id, path, scheme_code, period, purpose, state, commitment,
        seed_cipher, created_by)
    SELECT county_id, gen_random_uuid(), id, path, 'member_stars', '2026Q1', name, 'committed', sha256(code::bytea),
        '\x00', code FROM organisations WHERE kind = 'town';
    INSERT INTO rating_sample_subjects (county_id, sample_id, rating_id, first_total, first_stars)
    SELECT s.county_id, s.id, g.id, g.total, g.stars FROM rating_samples s
    JOIN ratings g ON g.county_id = s.county_id AND starts_with(g.path, s.path);
    INSERT INTO rating_sample_picks (county_id, sample_id, place, rating_id, lot)
    SELECT county_id, sample_id, row_number() OVER (PARTITION BY sample_id), rating_id, sha256(rating_id::text::bytea)
    FROM rating_sample_subjects;
    INSERT INTO rating_seconds (county_id, sample_id, rating_id, rater, scores, total, stars, scored_by)
    SELECT county_id, sample_id, rating_id, '核查组', '{}', 80, 4, '核查组' FROM rating_sample_picks;
    INSERT INTO award_schemes (county_id, id, code, name, notice_days, full_marks, least_raters, aggregation, procedure,
        is_primary, from_day, created_by)
    SELECT id, gen_random_uuid(), 'star_village', '星级村', 5, 100, 1, 'mean', '逐级评选', true, '2017-01-01', code
    FROM counties;
    INSERT INTO award_kinds (county_id, scheme_id, code, name, position)
    SELECT county_id, id, 'safety', '平安稳定星级村', 1 FROM award_schemes;
    INSERT INTO award_steps (county_id, scheme_id, position, step, name, level)
    SELECT county_id, id, 1, 'recommend', '推荐', 'town' FROM award_schemes;
    INSERT INTO awards (county_id, id, scheme_id, scheme_code, kind, village_id, path, year, state, state_on, reason,
        recommended_by, given_on, created_by, updated_by)
    SELECT o.county_id, gen_random_uuid(), s.id, s.code, 'safety', o.id, o.path, 2020, 'final', '2020-12-10', '平安创建',
        o.code, '2020-12-10', o.code, o.code
    FROM organisations o JOIN award_schemes s ON s.county_id = o.county_id WHERE o.kind = 'village';
    INSERT INTO award_scores (county_id, award_id, rater, score) SELECT county_id, id, '政法委', 90 FROM awards;
    INSERT INTO award_objections (county_id, id, award_id, received_on, content, created_by)
    SELECT county_id, gen_random_uuid(), id, '2020-11-25', '情况不实', created_by FROM awards;
    INSERT INTO award_events (county_id, award_id, number, act, on_day, state, created_by)
    SELECT county_id, id, 1, 'recommend', '2020-10-15', 'recommended', created_by FROM awards;
    INSERT INTO award_facts SELECT county_id, '2026Q1', 1, id, village_id, path, kind, year, given_on FROM awards;
";

/// Fills a county through the verbs; answers an account of town 1.
async fn settle(conn: &mut AsyncPgConnection, county: &TestCounty) -> AccountId {
    let keys = KeyRing::ephemeral().unwrap();
    let supervisor = |name: &str| Actor { name: name.to_owned(), ..county.county.actor(Role::Supervisor) };
    let text = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/data/packs/wufeng/ratings.json"));
    let scheme = SetScheme { decimals: 1, ..scheme_of_pack(text).unwrap() };
    ratings::set_scheme(conn, &supervisor("wang"), &[scheme]).await.unwrap();
    let mut rotation = programme();
    rotation.from_day = day("2024-01-01");
    training::set_programmes(conn, &supervisor("wang"), &[rotation]).await.unwrap();
    let settings = SetSettings {
        from_day: day("2024-01-01"),
        member_hours: 32,
        leader_hours: 56,
        planning_from: day("2021-01-01"),
        source: "县委〔2024〕1号".to_owned(),
    };
    training::set_settings(conn, &supervisor("wang"), &[settings]).await.unwrap();
    let site = SetSite { name: "县委党校".to_owned(), organisation: county.county.id, capacity: 200 };
    training::set_sites(conn, &supervisor("wang"), &[site]).await.unwrap();
    let mut account = None;
    for town in [1, 2] {
        let clerk = county.town(town).actor(Role::Clerk);
        populate(conn, county, town, &clerk, &keys).await;
        let opened = open_account(conn, county.town(town)).await;
        account.get_or_insert(opened);
    }
    let quarter = "2026Q1".parse().unwrap();
    for name in ["wang", "li"] {
        reports::close(conn, &supervisor(name), &county.county.code, quarter).await.unwrap();
    }
    account.unwrap()
}

/// A class of a town that one of its members passed, and another who need not.
async fn train(conn: &mut AsyncPgConnection, town: &Place, clerk: &Actor, enrolled: &[MembershipId]) {
    let programme = db::read(conn, &clerk.scope, async |conn| {
        Ok(training::queries::primary_on(conn, clerk.scope.county, day("2026-02-10")).await?)
    })
    .await
    .unwrap()
    .unwrap();
    let command = class(programme.id, town, &format!("c-{}", town.code), "2026-02-10");
    let id = training::plan_classes(conn, clerk, &[command]).await.unwrap()[0];
    training::step_classes(conn, clerk, &[class_step(id, ClassStep::Open)]).await.unwrap();
    let roll = Enrol { class: id, whom: Whom::Members(vec![enrolled[0]]) };
    training::enrol(conn, clerk, &[roll]).await.unwrap();
    training::step_classes(conn, clerk, &[class_step(id, ClassStep::Hold)]).await.unwrap();
    training::attend(conn, clerk, &[attendance(id, enrolled[0])]).await.unwrap();
    let exempt = Exempt {
        member: enrolled[1],
        kind: ExemptionKind::Ill,
        reason: "长期住院".to_owned(),
        from_day: day("2026-02-11"),
        to_day: None,
    };
    training::exempt(conn, clerk, &[exempt]).await.unwrap();
}

async fn populate(
    conn: &mut AsyncPgConnection,
    county: &TestCounty,
    town: usize,
    clerk: &Actor,
    keys: &KeyRing,
) {
    let (branch, other) = (county.branch(town, 1), county.branch(town, 2));
    let number = u16::try_from(town).unwrap() * 10;
    let mut floating = member(branch.id, "张伟", number);
    floating.floating =
        Some(Floating { since: day("2025-05-01"), destination: Some("上海市".to_owned()) });
    let mut admitted = member(other.id, "李娜", number + 1);
    (admitted.joined_on, admitted.full_member_on) = (day("2026-02-10"), None);
    admitted.arrival = Arrival::Admitted;
    let enrolled = members::enrol(conn, clerk, keys, &[floating, admitted]).await.unwrap();
    train(conn, county.town(town), clerk, &enrolled).await;
    let reserve = [reserve(county.village(town, 1), "王芳", number + 2)];
    reserves::enter(conn, clerk, keys, &reserve).await.unwrap();
    let command = ProposeTransfer {
        member: enrolled[0],
        to_branch: other.id,
        on: day("2026-11-01"),
        letter_number: None,
    };
    members::propose_transfers(conn, clerk, &[command]).await.unwrap();
    let round = OpenRound {
        scheme: "member_stars".to_owned(),
        period: Period::parse("2026Q1").unwrap(),
        organisation: branch.code.clone(),
    };
    let round = ratings::open_round(conn, clerk, &[round]).await.unwrap()[0];
    let scores = ["ideology", "neighbours", "courtyard", "family", "example"];
    let scores = scores.map(|code| (code.to_owned(), "16".to_owned())).into_iter().collect();
    let rows = vec![ScoreRow { subject: enrolled[0].into(), scores, evidence: None, veto: None }];
    ratings::enter_scores(conn, clerk, &[EnterScores { round, version: None, rows }]).await.unwrap();
    ratings::submit(conn, clerk, &[Decide::round(round)]).await.unwrap();
}

async fn open_account(conn: &mut AsyncPgConnection, town: &Place) -> AccountId {
    let username = format!("clerk.{}", town.code);
    let raw = RawOpen {
        username: &username,
        display_name: "",
        password: PASSWORD,
        role: "clerk",
        organisation: &town.code,
    };
    let actor = Actor::command_line(town.scope());
    accounts::open(conn, &actor, &[Open::parse(raw).unwrap()]).await.unwrap()[0]
}
