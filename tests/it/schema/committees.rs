//! What the database itself refuses of committees, seats and votes, whatever the SQL.

use super::broken;
use super::world::World;

/// A copy of every seat, with some columns set otherwise.
fn seat(person: &str, post: &str, from_day: &str) -> String {
    format!(
        "INSERT INTO seats (county_id, id, committee_id, term_id, path, person_id, post, from_day, education,
            is_party_member, created_by, updated_by)
        SELECT county_id, gen_random_uuid(), committee_id, term_id, path, {person}, {post}, {from_day}, education,
            is_party_member, created_by, updated_by FROM seats"
    )
}

#[tokio::test]
async fn seats_of_one_person_in_one_post_do_not_overlap() {
    let world = World::new().await;
    let client = world.db.owner_client().await;
    let again = seat("person_id", "post", "from_day + 10");
    assert_eq!(broken(&client, &again).await, "seats_no_overlap");
    let left = "UPDATE seats SET to_day = from_day + 10, leaving_reason = 'transferred'";
    client.execute(left, &[]).await.unwrap();
    let seats = client.execute(&again, &[]).await.expect("the day of leaving is free again");
    assert!(seats > 0, "the world has seats");
}

#[tokio::test]
async fn a_committee_has_one_secretary_at_a_time() {
    let world = World::new().await;
    let client = world.db.owner_client().await;
    for post in ["'secretary'", "'director'", "'supervision_director'"] {
        let first = seat("person_id", post, "from_day").replace("FROM seats", "FROM seats LIMIT 1");
        client.batch_execute("BEGIN").await.unwrap();
        client.execute(&first, &[]).await.unwrap();
        let other = "(SELECT p.id FROM people p WHERE p.county_id = seats.county_id AND p.id <> seats.person_id LIMIT 1)";
        let second = format!("{} WHERE post = {post}", seat(other, post, "from_day + 1"));
        let refused = client.execute(&second, &[]).await.unwrap_err();
        client.batch_execute("ROLLBACK").await.unwrap();
        assert_eq!(
            refused.as_db_error().and_then(|error| error.constraint()),
            Some("seats_one_head"),
            "{post}"
        );
    }
}

#[tokio::test]
async fn ballots_never_exceed_what_they_came_from() {
    let world = World::new().await;
    let client = world.db.owner_client().await;
    for (change, constraint) in [
        ("present = eligible + 1", "elections_present_are_eligible"),
        ("issued = present + 1", "elections_issued_to_the_present"),
        ("returned = issued + 1, valid = issued", "elections_returned_were_issued"),
        ("valid = returned + 1", "elections_valid_were_returned"),
    ] {
        assert_eq!(broken(&client, &format!("UPDATE elections SET {change}")).await, constraint);
    }
}

#[tokio::test]
async fn terms_of_a_committee_do_not_overlap_and_a_reason_needs_a_day() {
    let world = World::new().await;
    let client = world.db.owner_client().await;
    let next = "INSERT INTO committee_terms (county_id, id, committee_id, path, ordinal, from_day, due_day, created_by,
            updated_by)
        SELECT county_id, gen_random_uuid(), committee_id, path, ordinal + 1, due_day, due_day + 1800, created_by,
            updated_by FROM committee_terms";
    assert_eq!(broken(&client, next).await, "committee_terms_no_overlap", "a term runs on until it is ended");
    client.execute("UPDATE committee_terms SET ended_on = due_day", &[]).await.unwrap();
    client.execute(next, &[]).await.expect("the next term begins on the day the one before ended");
    let reason = "UPDATE seats SET leaving_reason = 'resigned'";
    assert_eq!(broken(&client, reason).await, "seats_reason_of_leaving");
    for (change, constraint) in [
        ("leaving_reason = '辞职'", "seats_leaving_reason_known"),
        ("leaving_explanation = '外出务工'", "seats_explanation_of_leaving"),
        ("leaving_reason = 'other', leaving_explanation = ''", "seats_leaving_explanation_length"),
    ] {
        let change = format!("UPDATE seats SET to_day = from_day + 10, {change}");
        assert_eq!(broken(&client, &change).await, constraint);
    }
}

/// What was said of leaving before there were codes, and what it becomes.
const SAID: [(&str, &str); 11] = [
    ("届满", "term_end"),
    ("任期届满换届", "term_end"),
    ("任期结束", "term_end"),
    ("辞职", "resigned"),
    ("调任", "transferred"),
    ("不胜任调整", "removed_unfit"),
    ("罢免", "recalled"),
    ("受处分", "discipline"),
    ("去世", "deceased"),
    ("其他", "other"),
    ("工作调动", "other 工作调动"),
];

#[tokio::test(flavor = "multi_thread")]
async fn what_was_said_of_leaving_becomes_a_code_and_nothing_is_lost() {
    let world = World::new().await;
    let client = world.db.owner_client().await;
    let up = include_str!("../../../migrations/2026-12-02-005000_code_leaving/up.sql");
    let down = include_str!("../../../migrations/2026-12-02-005000_code_leaving/down.sql");
    client.batch_execute(down).await.unwrap();
    let one: String = client.query_one("SELECT min(id::text) FROM seats", &[]).await.unwrap().get(0);
    let told =
        format!("SELECT concat_ws(' ', leaving_reason, leaving_explanation) FROM seats WHERE id = '{one}'");
    let image = "SELECT concat_ws(' ', images -> 0 -> 'image' ->> 'leaving_reason',
            images -> 0 -> 'image' ->> 'leaving_explanation') FROM import_traces WHERE relation = 'seats'";
    for (said, code) in SAID {
        let left = format!(
            "UPDATE seats SET to_day = from_day + 10, leaving_reason = '{said}' WHERE id = '{one}';
            DELETE FROM import_traces;
            INSERT INTO import_traces (county_id, import_id, number, path, relation, is_removed, images)
            SELECT i.county_id, i.id, 1, i.path, 'seats', true,
                jsonb_build_array(jsonb_build_object('owner', s.id, 'image', to_jsonb(s)))
            FROM (SELECT * FROM imports LIMIT 1) i, seats s WHERE s.id = '{one}'"
        );
        client.batch_execute(&left).await.unwrap();
        client.batch_execute(up).await.unwrap();
        let now: String = client.query_one(&told, &[]).await.unwrap().get(0);
        assert_eq!(now, code, "{said}");
        let kept: String = client.query_one(image, &[]).await.unwrap().get(0);
        assert_eq!(kept, code, "what an import would give back: {said}");
        client.batch_execute(down).await.unwrap();
        let back = format!("SELECT leaving_reason FROM seats WHERE id = '{one}'");
        let back: String = client.query_one(&back, &[]).await.unwrap().get(0);
        let ended = matches!(said, "任期届满换届" | "任期结束");
        assert_eq!(back, if ended { "届满" } else { said });
    }
    client.batch_execute(up).await.unwrap();
}
