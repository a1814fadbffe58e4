//! Taking a merge back: everything stands again; what somebody changed since stays with the winner and is named.

use cadre::across::reports;
use cadre::base::actor::{Actor, Role};
use cadre::base::edit::Edit;
use cadre::base::error::Error;
use cadre::base::ids::{MergeId, PersonId};
use cadre::base::values::Sex;
use cadre::records::members::{self, Change, Edits};
use cadre::records::merges::{self, Side, Undone};
use cadre::records::people::IdentityEdits;

use super::{Stage, fields, sentence};
use crate::support::builders::member;

/// Something of everything that names the loser (`L`, file `M`), beside the winner (`W`, file `N`) and a third (`T`), and a
/// closed quarter that tells of both. `V` is the first village, `R` a village of the second town.
const EVERYTHING: &str = "
    INSERT INTO committees (county_id, id, village_id, path, kind, created_by, updated_by)
    SELECT county_id, gen_random_uuid(), id, path, 'village_party', 'x', 'x' FROM organisations WHERE id = 'V';
    INSERT INTO committee_terms (county_id, id, committee_id, path, ordinal, from_day, due_day, created_by, updated_by)
    SELECT county_id, gen_random_uuid(), id, path, 6, '2021-01-10', '2026-01-10', 'x', 'x' FROM committees;
    INSERT INTO committee_posts (county_id, term_id, post, places) SELECT county_id, id, 'committee_member', 3 FROM committee_terms;
    INSERT INTO seats (county_id, id, committee_id, term_id, path, person_id, post, from_day, education, is_party_member, created_by, updated_by)
    SELECT t.county_id, gen_random_uuid(), t.committee_id, t.id, t.path, p.person, p.post, p.day, '31', true, 'x', 'x'
    FROM committee_terms t, (VALUES ('L'::uuid, 'committee_member', DATE '2021-01-10'), ('W', 'committee_member', '2022-01-10'),
        ('L', 'deputy_secretary', '2021-01-10')) AS p (person, post, day);
    INSERT INTO seat_sources (county_id, seat_id, source) SELECT county_id, id, 'veteran' FROM seats;
    INSERT INTO person_visibility (county_id, relation_id, person_id, path, kind) SELECT county_id, id, person_id, path, 'seat' FROM seats;
    INSERT INTO elections (county_id, id, term_id, path, post, held_on, places, eligible, present, issued, returned, valid, created_by, updated_by)
    SELECT county_id, gen_random_uuid(), id, path, 'committee_member', from_day, 1, 10, 8, 8, 8, 8, 'x', 'x' FROM committee_terms;
    INSERT INTO election_ballots (county_id, election_id, person_id, votes_for, is_elected)
    SELECT county_id, id, p.person, 4, false FROM elections, (VALUES ('L'::uuid), ('T')) AS p (person);
    INSERT INTO person_visibility (county_id, relation_id, person_id, path, kind)
    SELECT b.county_id, either_id(e.id, b.person_id), b.person_id, e.path, 'ballot' FROM election_ballots b JOIN elections e ON e.id = b.election_id;
    INSERT INTO reserves (county_id, id, person_id, village_id, path, sort_key, kind, entered_on, state, state_from,
        political_status, education_at_entry, created_by, updated_by)
    SELECT o.county_id, gen_random_uuid(), p.id, o.id, o.path, p.pinyin, 'local_talent', '2024-01-01', 'in_pool', '2024-01-01', '01', '31', 'x', 'x'
    FROM organisations o, people p WHERE o.id = 'V' AND p.id IN ('L', 'W', 'T');
    INSERT INTO reserve_sources (county_id, reserve_id, source) SELECT county_id, id, 'veteran' FROM reserves;
    INSERT INTO reserve_states (county_id, reserve_id, state, from_day) SELECT county_id, id, 'in_pool', entered_on FROM reserves;
    INSERT INTO reserve_mentors (county_id, id, reserve_id, kind, person_id, name, from_day, created_by)
    SELECT county_id, gen_random_uuid(), id, 'village_secretary', CASE WHEN person_id = 'T' THEN 'L'::uuid END, '谭军', entered_on, 'x' FROM reserves;
    INSERT INTO mentor_notes (county_id, id, reserve_id, mentor_id, noted_on, content, created_by)
    SELECT county_id, gen_random_uuid(), reserve_id, id, '2024-02-01', '谈话', 'x' FROM reserve_mentors;
    INSERT INTO reserve_reviews (county_id, id, reserve_id, reviewed_on, grade, created_by)
    SELECT county_id, gen_random_uuid(), id, '2025-01-01', 'qualified', 'x' FROM reserves;
    INSERT INTO person_visibility (county_id, relation_id, person_id, path, kind) SELECT county_id, id, person_id, path, 'reserve' FROM reserves;
    INSERT INTO vetting_checklists (county_id, id, from_day, name, is_demanded, days_to_answer, months_valid, source, created_by)
    SELECT id, gen_random_uuid(), '2020-01-01', '负面清单', false, 15, 6, code, code FROM counties;
    INSERT INTO candidate_checks (county_id, id, village_id, path, sort_key, committee_kind, term_ordinal, post, person_id,
        checklist_id, state, proposed_on, due_on, vetted_on, valid_until, filed_on, filing_number, seat_id, created_by, updated_by)
    SELECT s.county_id, gen_random_uuid(), 'V', s.path, p.pinyin, 'village_party', 6, s.post, s.person_id, l.id, 'in_post',
        '2021-01-01', '2021-01-05', '2021-01-05', '2021-06-01', '2021-01-08', '备1', s.id, 'x', 'x'
    FROM seats s JOIN people p ON p.id = s.person_id, vetting_checklists l WHERE s.person_id = 'L';
    INSERT INTO person_visibility (county_id, relation_id, person_id, path, kind) SELECT county_id, id, person_id, path, 'check' FROM candidate_checks;
    INSERT INTO slates (county_id, id, village_id, path, maker_path, ordinal, from_day, name, created_by, updated_by)
    SELECT county_id, gen_random_uuid(), id, path, path, 7, '2026-01-10', 'a', 'x', 'x' FROM organisations WHERE id = 'V';
    INSERT INTO slate_seats (county_id, slate_id, place, committee_kind, post, person_id) SELECT county_id, id, 1, 'village_party', 'secretary', 'L' FROM slates;
    INSERT INTO kinships (county_id, id, person_id, relative_id, kinship, created_by)
    SELECT county_id, gen_random_uuid(), least('L'::uuid, 'T'), greatest('L'::uuid, 'T'), 'parent', 'x' FROM people WHERE id = 'T';
    INSERT INTO distinct_people (county_id, person_id, other_id, decided_by)
    SELECT county_id, least('L'::uuid, 'T'), greatest('L'::uuid, 'T'), 'x' FROM people WHERE id = 'T';
    INSERT INTO training_pairs (county_id, id, mentor_id, apprentice_id, organisation_id, path, agreed, from_day, created_by, updated_by)
    SELECT o.county_id, gen_random_uuid(), p.mentor, p.apprentice, o.id, o.path, '每月一次', '2026-01-01', 'x', 'x'
    FROM organisations o, (VALUES ('L'::uuid, 'T'::uuid), ('T', 'L'), ('W', 'T')) AS p (mentor, apprentice) WHERE o.id = 'V';
    INSERT INTO membership_absences (county_id, membership_id, kind, destination, from_day) SELECT county_id, id, 'floating', '广东', '2024-01-01' FROM memberships WHERE id = 'M';
    INSERT INTO transfers (county_id, id, membership_id, from_branch_id, from_path, to_branch_id, to_path, on_day, letter_on, valid_until, state, proposed_by, decided_by)
    SELECT m.county_id, gen_random_uuid(), m.id, m.branch_id, m.path, o.id, o.path, '2026-01-01', '2026-01-01', '2026-04-01', 'refused', 'x', 'y'
    FROM memberships m, organisations o WHERE m.id = 'M' AND o.id = (SELECT id FROM organisations WHERE kind = 'branch' AND id <> m.branch_id ORDER BY id LIMIT 1);
    INSERT INTO rating_rounds (county_id, id, scheme_id, organisation_id, path, period, first_day, last_day, state, created_by, updated_by)
    SELECT o.county_id, gen_random_uuid(), s.id, o.id, o.path, r.period, r.first, r.last, 'draft', 'x', 'x'
    FROM organisations o, rating_schemes s, (VALUES ('2026Q1', DATE '2026-01-01', DATE '2026-03-31'), ('2026Q2', '2026-04-01', '2026-06-30'))
        AS r (period, first, last) WHERE o.id = 'V';
    INSERT INTO ratings (county_id, id, round_id, membership_id, person_id, path, state, updated_by)
    SELECT r.county_id, gen_random_uuid(), r.id, m.id, NULL::uuid, r.path, 'draft', 'x' FROM rating_rounds r, memberships m
    WHERE m.id = 'M' OR m.id = 'N' AND r.period = '2026Q2'
    UNION ALL SELECT r.county_id, gen_random_uuid(), r.id, NULL, 'L'::uuid, r.path, 'draft', 'x' FROM rating_rounds r WHERE r.period = '2026Q1';
    INSERT INTO rating_scores (county_id, rating_id, dimension_id, score)
    SELECT g.county_id, g.id, d.id, 3 FROM ratings g, rating_dimensions d;
    INSERT INTO rating_raters (county_id, id, round_id, name, membership_id, created_by)
    SELECT county_id, gen_random_uuid(), id, '一号', 'M', 'x' FROM rating_rounds;
    INSERT INTO rating_rater_scores (county_id, rating_id, rater_id, dimension_id, score)
    SELECT s.county_id, s.rating_id, r.id, s.dimension_id, 3 FROM rating_scores s JOIN ratings g ON g.id = s.rating_id JOIN rating_raters r ON r.round_id = g.round_id;
    INSERT INTO rating_objections (county_id, id, rating_id, content, created_by) SELECT county_id, gen_random_uuid(), id, '有误', 'x' FROM ratings;
    INSERT INTO training_exemptions (county_id, id, membership_id, kind, reason, from_day, created_by, updated_by)
    SELECT county_id, gen_random_uuid(), id, 'ill', '住院', '2025-01-01', 'x', 'x' FROM memberships WHERE id IN ('M', 'N');
    INSERT INTO training_classes (county_id, id, code, name, kind, programme_id, field, organisation_id, audience_id, path, first_day, last_day, hours, is_away,
        takes_walk_ins, is_course_approved, state, created_by, updated_by)
    SELECT o.county_id, gen_random_uuid(), 'B' || n, '第' || n || '期', 'class', p.id, f.code, o.id, o.id, o.path, DATE '2025-03-01' + n * 10, DATE '2025-03-03' + n * 10, 24, false,
        false, false, 'held', 'x', 'x'
    FROM organisations o, generate_series(1, 3) n, training_programmes p, training_fields f WHERE o.id = 'V' AND f.programme_id = p.id AND f.code = 'village';
    INSERT INTO training_enrolments (county_id, class_id, membership_id, path, kind, first_day, last_day, created_by, updated_by)
    SELECT c.county_id, c.id, m.id, c.path, c.kind, c.first_day, c.last_day, 'x', 'x' FROM training_classes c, (VALUES ('M'::uuid, 'B1'), ('M', 'B2'), ('N', 'B2'), ('N', 'B3')) AS m (id, class)
    WHERE c.code = m.class;
    INSERT INTO training_attendances (county_id, class_id, membership_id, path, hours, result, created_by, updated_by)
    SELECT e.county_id, e.class_id, e.membership_id, e.path, 24, 'passed', 'x', 'x' FROM training_enrolments e JOIN training_classes c ON c.id = e.class_id
    WHERE (e.membership_id, c.code) <> ('N', 'B2');
    INSERT INTO training_completions (county_id, programme_id, membership_id, class_id, passed_on)
    SELECT DISTINCT ON (a.membership_id) a.county_id, c.programme_id, a.membership_id, c.id, c.last_day FROM training_attendances a JOIN training_classes c ON c.id = a.class_id
    ORDER BY a.membership_id, c.last_day;
";

/// Everything that names two people, one of whom was registered in the middle of it.
pub(super) async fn everything(stage: &mut Stage) -> (PersonId, PersonId) {
    let supervisor = stage.supervisor.clone();
    let programme = crate::support::builders::training::programme();
    let scheme = crate::records::ratings::five();
    cadre::records::ratings::set_scheme(&mut stage.conn, &supervisor, &[scheme]).await.unwrap();
    cadre::records::training::set_programmes(&mut stage.conn, &supervisor, &[programme]).await.unwrap();
    let (winner, own) = stage.member(1, "王伟", 1).await;
    let (third, _) = stage.member(1, "李强", 5).await;
    let mut command = member(stage.county.branch(1, 2).id, "王玮", 3);
    command.identity.address = Some("三组".to_owned());
    command.identity.sex = Sex::Man;
    let (loser, theirs) = stage.enrol(command).await;
    let statements = EVERYTHING
        .replace("'L'", &format!("'{loser}'"))
        .replace("'W'", &format!("'{winner}'"))
        .replace("'T'", &format!("'{third}'"))
        .replace("'M'", &format!("'{theirs}'"))
        .replace("'N'", &format!("'{own}'"))
        .replace("'V'", &format!("'{}'", stage.county.village(1, 1).id));
    stage.execute(&statements).await;
    let (code, quarter) = (stage.county.county.code.clone(), "2026Q1".parse().unwrap());
    for name in ["wang", "li"] {
        let actor = Actor { name: name.to_owned(), ..supervisor.clone() };
        reports::close(&mut stage.conn, &actor, &code, quarter).await.unwrap();
    }
    (winner, loser)
}

/// The records of one side among those that both have.
async fn records(stage: &Stage, person: PersonId) -> Vec<uuid::Uuid> {
    let query = format!(
        "SELECT id::text FROM memberships WHERE person_id = '{person}' UNION ALL SELECT id::text FROM reserves WHERE person_id = '{person}'
        UNION ALL SELECT id::text FROM seats WHERE person_id = '{person}' AND post = 'committee_member'
        UNION ALL SELECT id::text FROM training_pairs WHERE mentor_id = '{person}'
        UNION ALL SELECT g.id::text FROM ratings g JOIN memberships m ON m.id = g.membership_id JOIN rating_rounds r ON r.id = g.round_id
            WHERE m.person_id = '{person}' AND r.period = '2026Q2'"
    );
    let rows = stage.db.owner_client().await.query(&query, &[]).await.unwrap();
    rows.iter().map(|row| row.get::<_, String>(0).parse().unwrap()).collect()
}

async fn undo(stage: &mut Stage, actor: &Actor, id: MergeId) -> Result<Undone, Error> {
    merges::undo(&mut stage.conn, actor, id, None, Some("身份证不同")).await
}

#[tokio::test]
async fn whatever_stays_everything_stands_again_and_a_closed_quarter_never_changed() {
    for keeps_loser in [false, true] {
        let mut stage = Stage::new().await;
        let (winner, loser) = everything(&mut stage).await;
        let supervisor = stage.supervisor.clone();
        let before = stage.shot().await;
        let keep = records(&stage, if keeps_loser { loser } else { winner }).await;
        let mut merge = stage.command(winner, loser, &["name", "citizen_id", "address"], &keep).await;
        if keeps_loser {
            merge.fields.values_mut().for_each(|side| *side = Side::Loser);
        }
        let merged = stage.merge(&supervisor, &merge).await.unwrap();
        let between = stage.shot().await;
        assert!(!between["people"].iter().any(|row| row.contains(&loser.to_string())));
        for (table, rows) in &between {
            let names = rows.iter().filter(|row| row.contains(&loser.to_string())).count();
            assert!(names == 0 || table.ends_with("_facts"), "{table} names the loser");
            if table.ends_with("_facts") {
                assert_eq!(rows, &before[table], "{table}");
            }
        }
        assert!(merged.moved > 10 && merged.removed > 10, "{merged:?}");
        let undone = undo(&mut stage, &supervisor, merged.id).await.unwrap();
        assert_eq!(undone.kept, []);
        let after = stage.shot().await;
        for (table, rows) in &before {
            assert_eq!(&after[table], rows, "{table}, loser kept: {keeps_loser}");
        }
        assert_eq!(stage.leads_to(loser.0).await, None);
        let client = cadre::records::audit::reader::connect(stage.db.owner_url()).await.unwrap();
        let differences = cadre::records::audit::reconcile::reconcile(&client).await.unwrap();
        let members: Vec<_> = differences.iter().filter(|fault| fault.message.contains("党员记录")).collect();
        assert!(members.is_empty(), "{members:#?}");
        assert!(sentence(undo(&mut stage, &supervisor, merged.id).await).contains("已由"));
    }
}

#[tokio::test]
async fn only_a_supervisor_in_person_takes_a_merge_back_and_says_why() {
    let mut stage = Stage::new().await;
    let clerk = stage.clerk.clone();
    let (winner, loser) = (stage.member(1, "王伟", 1).await.0, stage.member(1, "王伟", 3).await.0);
    let merge = stage.command(winner, loser, &["citizen_id"], &[]).await;
    let merged = stage.merge(&clerk, &merge).await.unwrap();
    assert_eq!(merged.path(), stage.county.branch(1, 1).path);
    let refused = undo(&mut stage, &clerk, merged.id).await;
    assert!(matches!(refused, Err(Error::Forbidden)), "{refused:?}");
    let elsewhere = stage.county.town(2).actor(Role::Supervisor);
    let refused = undo(&mut stage, &elsewhere, merged.id).await;
    assert!(matches!(refused, Err(Error::Missing { .. })), "{refused:?}");
    let supervisor = stage.county.town(1).actor(Role::Supervisor);
    for reason in [String::new(), "长".repeat(201)] {
        let refused = merges::undo(&mut stage.conn, &supervisor, merged.id, None, Some(&reason)).await;
        assert_eq!(fields(refused), ["reason"]);
    }
    let stale = merges::undo(&mut stage.conn, &supervisor, merged.id, Some(9), None).await;
    assert!(matches!(stale, Err(Error::Stale)), "{stale:?}");
    let undone = undo(&mut stage, &supervisor, merged.id).await.unwrap();
    assert_eq!(undone.merged.undo_reason.as_deref(), Some("身份证不同"));
}

#[tokio::test]
async fn what_was_changed_since_stays_with_the_winner_and_is_named() {
    let mut stage = Stage::new().await;
    let supervisor = stage.supervisor.clone();
    let (winner, loser) = everything(&mut stage).await;
    let keep = records(&stage, winner).await;
    let merge = stage.command(winner, loser, &["name", "citizen_id", "address"], &keep).await;
    let merged = stage.merge(&supervisor, &merge).await.unwrap();
    stage
        .execute("UPDATE seats SET version = version + 1, note = '改过' WHERE post = 'deputy_secretary'")
        .await;
    stage.execute("UPDATE slate_seats SET post = 'committee_member'").await;
    let query = format!("SELECT id::text || ' ' || version FROM memberships WHERE person_id = '{winner}'");
    let told = stage.text(&query).await;
    let (id, version) = told.split_once(' ').unwrap();
    let edits = IdentityEdits { address: Edit::Set("五组".to_owned()), ..IdentityEdits::default() };
    let change = Change {
        member: id.parse().unwrap(),
        version: version.parse().unwrap(),
        edits: Edits { identity: edits, ..Edits::default() },
    };
    members::change(&mut stage.conn, &supervisor, &stage.keys, &[change]).await.unwrap();
    let undone = undo(&mut stage, &supervisor, merged.id).await.unwrap();
    let mut kept = undone.kept.clone();
    kept.sort_unstable();
    assert_eq!(kept, [("人员", 1), ("班子任职", 1), ("班子方案", 1)]);
    let holder = "SELECT person_id::text FROM seats WHERE post = 'deputy_secretary'";
    assert_eq!(stage.text(holder).await, winner.to_string());
    let seen = "SELECT v.person_id::text FROM person_visibility v JOIN seats s ON s.id = v.relation_id WHERE s.post = 'deputy_secretary'";
    assert_eq!(stage.text(seen).await, winner.to_string());
    let address = |person| format!("SELECT address FROM people WHERE id = '{person}'");
    assert_eq!(stage.text(&address(winner)).await, "五组");
    assert_eq!(stage.text(&address(loser)).await, "三组");
}

#[tokio::test]
async fn merges_that_build_on_each_other_are_taken_back_from_the_last() {
    let mut stage = Stage::new().await;
    let supervisor = stage.supervisor.clone();
    let people = [
        stage.member(1, "王伟", 1).await.0,
        stage.member(1, "王伟", 3).await.0,
        stage.member(1, "王伟", 5).await.0,
    ];
    let [first, second, third] = people;
    let before = stage.shot().await;
    let merge = stage.command(second, third, &["citizen_id"], &[]).await;
    let lower = stage.merge(&supervisor, &merge).await.unwrap();
    let merge = stage.command(first, second, &["citizen_id"], &[]).await;
    let upper = stage.merge(&supervisor, &merge).await.unwrap();
    assert_eq!(stage.leads_to(third.0).await, Some(first.0));
    assert!(sentence(undo(&mut stage, &supervisor, lower.id).await).contains("请先撤销那次合并"));
    assert_eq!(undo(&mut stage, &supervisor, upper.id).await.unwrap().kept, []);
    assert_eq!(undo(&mut stage, &supervisor, lower.id).await.unwrap().kept, []);
    assert_eq!(stage.shot().await, before);
}

#[tokio::test]
async fn a_number_that_was_registered_again_stands_in_the_way() {
    let mut stage = Stage::new().await;
    let supervisor = stage.supervisor.clone();
    let (winner, loser) = (stage.member(1, "王伟", 1).await.0, stage.member(1, "王伟", 3).await.0);
    let merge = stage.command(winner, loser, &["citizen_id"], &[]).await;
    let merged = stage.merge(&supervisor, &merge).await.unwrap();
    stage.member(2, "王伟", 3).await;
    let before = stage.shot().await;
    assert!(sentence(undo(&mut stage, &supervisor, merged.id).await).contains("公民身份号码"));
    assert_eq!(stage.shot().await, before);
}
