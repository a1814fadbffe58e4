//! Votes: recorded, corrected, refused with the arithmetic shown.

use cadre::base::error::Error;
use cadre::records::committees::{self, CorrectElection, Post, RecordElection, RemoveElection, Votings};

use super::{Stage, fields, named};
use crate::support::builders::{committee, day};

#[tokio::test]
async fn a_vote_that_adds_up_is_stored_with_its_ballots() {
    let mut stage = Stage::new().await;
    let votes = [(stage.people[0], 40), (stage.people[1], 4)];
    stage.record(committee::held(Post::Secretary, &votes)).await.unwrap();
    let stored = stage
        .texts("SELECT concat_ws(' ', post, run, eligible, present, issued, returned, valid) FROM elections")
        .await;
    assert_eq!(stored, ["secretary 1 50 45 45 45 44"]);
    let ballots = stage
        .texts("SELECT concat_ws(' ', votes_for, is_elected) FROM election_ballots ORDER BY 1 DESC")
        .await;
    assert_eq!(ballots, ["40 t", "4 f"]);
    let again = stage.record(committee::held(Post::Secretary, &votes)).await;
    assert!(matches!(again, Err(Error::Taken { field: "held_on", .. })), "{again:?}");
}

#[tokio::test]
async fn ballots_that_do_not_add_up_are_refused_with_the_arithmetic() {
    let mut stage = Stage::new().await;
    let mut held = committee::held(Post::Member, &[(stage.people[0], 40), (stage.people[1], 3)]);
    held.candidates[0].votes_against = Some(5);
    held.votings.returned = 46;
    let refused = named(stage.record(held).await.unwrap_err());
    assert_eq!(
        refused,
        [
            "returned: 收回选票46大于发出选票45，多出1，请核对选举记录后更正",
            "candidates: 张伟的票数合计45（赞成40+反对5），大于有效票44，请核对计票记录后更正",
        ]
    );
}

#[tokio::test]
async fn attendance_and_votes_meet_the_bars_where_somebody_is_elected() {
    let mut stage = Stage::new().await;
    let vote = |stage: &Stage, present, votes| {
        let mut held = committee::held(Post::Secretary, &[(stage.people[0], votes)]);
        held.votings =
            Votings { places: 1, eligible: 50, present, issued: present, returned: present, valid: present };
        held
    };
    let few = vote(&stage, 39, 39);
    let refused = named(stage.record(few.clone()).await.unwrap_err());
    assert!(refused[0].starts_with("present: 实到39人，应到50人，实到须不少于4/5应到人数"), "{refused:?}");
    let mut failed = few;
    failed.candidates[0].is_elected = false;
    stage.record(failed).await.unwrap();
    let half = vote(&stage, 40, 20);
    let refused = named(stage.record(half).await.unwrap_err());
    assert!(refused[0].contains("张伟得赞成票20，实到40人，当选须超过1/2实到人数"), "{refused:?}");
    // Where too few came there is no run-off: the vote is held anew.
    let mut second = vote(&stage, 40, 21);
    second.run = 2;
    let refused = named(stage.record(second.clone()).await.unwrap_err());
    assert!(refused[0].starts_with("run: 第1轮选举（2021-01-10）实到人数不足，选举无效"), "{refused:?}");
    (second.run, second.held_on) = (1, day("2021-01-11"));
    stage.record(second).await.unwrap();
}

#[tokio::test]
async fn candidates_are_on_record_and_stand_once() {
    let mut stage = Stage::new().await;
    let nobody = cadre::base::ids::PersonId::new();
    let held = committee::held(Post::Secretary, &[(stage.people[0], 40), (nobody, 1)]);
    assert_eq!(fields(stage.record(held).await.unwrap_err())[0].field, "candidates[1].person");
    let held = committee::held(Post::Secretary, &[(stage.people[0], 40), (stage.people[0], 1)]);
    let refused = named(stage.record(held).await.unwrap_err());
    assert_eq!(refused, ["candidates: 候选人张伟填写了两次，请合为一行"]);
    let held = committee::held(Post::Secretary, &[]);
    assert_eq!(named(stage.record(held).await.unwrap_err()), ["candidates: 没有填写候选人，请至少填写一名"]);
}

#[tokio::test]
async fn a_vote_is_corrected_as_a_whole() {
    let mut stage = Stage::new().await;
    let votes = [(stage.people[0], 40), (stage.people[1], 4)];
    let election = stage.record(committee::held(Post::Secretary, &votes)).await.unwrap();
    let mut held = committee::held(Post::Secretary, &[(stage.people[0], 44)]);
    held.held_on = day("2021-01-09");
    let correct = CorrectElection { election, version: 1, held };
    let (clerk, keys) = (stage.clerk.clone(), &stage.keys);
    let command = std::slice::from_ref(&correct);
    committees::correct_election(&mut stage.conn, &clerk, keys, command).await.unwrap();
    let stale = committees::correct_election(&mut stage.conn, &clerk, keys, command).await;
    assert!(matches!(stale, Err(Error::Stale)), "{stale:?}");
    let ballots = stage.texts("SELECT concat_ws(' ', votes_for, is_elected) FROM election_ballots").await;
    assert_eq!(ballots, ["44 t"]);
}

#[tokio::test]
async fn many_votes_are_recorded_or_none() {
    let mut stage = Stage::new().await;
    let good = committee::held(Post::Secretary, &[(stage.people[0], 40)]);
    let mut bad = committee::held(Post::Member, &[(stage.people[1], 40)]);
    bad.held_on = day("2026-11-24") + chrono::Duration::days(3650);
    let commands = [good, bad].map(|held| RecordElection { term: stage.term, held });
    let clerk = stage.clerk.clone();
    let refused = committees::record_election(&mut stage.conn, &clerk, &stage.keys, &commands).await;
    assert_eq!(fields(refused.unwrap_err())[0].field, "rows[1].held_on");
    assert!(stage.texts("SELECT post FROM elections").await.is_empty());
}

#[tokio::test]
async fn a_vote_entered_by_mistake_goes_with_its_ballots_and_stays_in_the_trail() {
    let mut stage = Stage::new().await;
    let id = stage.record(committee::held(Post::Secretary, &[(stage.people[0], 40)])).await.unwrap();
    let clerk = stage.clerk.clone();
    let remove =
        |version, reason: &str| [RemoveElection { election: id, version, reason: reason.to_owned() }];
    let refused = committees::remove_election(&mut stage.conn, &clerk, &remove(1, " ")).await;
    assert!(named(refused.unwrap_err())[0].starts_with("reason: 删除原因没有填写"));
    let long = committees::remove_election(&mut stage.conn, &clerk, &remove(1, &"错".repeat(201))).await;
    assert!(named(long.unwrap_err())[0].contains("201字"));
    let stale = committees::remove_election(&mut stage.conn, &clerk, &remove(2, "误登")).await;
    assert!(matches!(stale, Err(Error::Stale)), "{stale:?}");
    let sibling = stage.county.town(2).actor(cadre::base::actor::Role::Clerk);
    let outside = committees::remove_election(&mut stage.conn, &sibling, &remove(1, "误登")).await;
    assert!(matches!(outside, Err(Error::Missing { .. })), "{outside:?}");

    let candidacies = "SELECT 'seen' FROM person_visibility v JOIN election_ballots b ON b.person_id = v.person_id \
        WHERE v.relation_id NOT IN (SELECT id FROM memberships UNION SELECT id FROM seats)";
    assert_eq!(stage.texts(candidacies).await, ["seen"]);
    let reason = "错".repeat(200);
    committees::remove_election(&mut stage.conn, &clerk, &remove(1, &reason)).await.unwrap();
    assert!(stage.texts("SELECT id::text FROM elections").await.is_empty());
    assert!(stage.texts("SELECT person_id::text FROM election_ballots").await.is_empty());
    let relations = "SELECT relation_id::text FROM person_visibility \
        WHERE relation_id NOT IN (SELECT id FROM memberships UNION SELECT id FROM seats)";
    assert!(stage.texts(relations).await.is_empty(), "whoever saw him as a candidate alone no longer does");
    let entries = stage.entries("committees.remove_election").await;
    let told = &entries[0].1["elections"][0];
    assert_eq!((&told["reason"], &told["before"]["post"]), (&reason.into(), &"secretary".into()));
    assert_eq!(told["before"]["candidates"][0][1], serde_json::json!(40));
    stage.record(committee::held(Post::Secretary, &[(stage.people[0], 41)])).await.unwrap();
}

#[tokio::test]
async fn who_is_no_candidate_after_a_correction_is_seen_by_it_no_longer() {
    let mut stage = Stage::new().await;
    let held = committee::held(Post::Secretary, &[(stage.people[0], 40)]);
    let election = stage.record(held).await.unwrap();
    let held = committee::held(Post::Secretary, &[(stage.people[1], 40)]);
    let (clerk, correct) = (stage.clerk.clone(), [CorrectElection { election, version: 1, held }]);
    committees::correct_election(&mut stage.conn, &clerk, &stage.keys, &correct).await.unwrap();
    let relations = "SELECT person_id::text FROM person_visibility \
        WHERE relation_id NOT IN (SELECT id FROM memberships UNION SELECT id FROM seats)";
    assert_eq!(stage.texts(relations).await, [stage.people[1].to_string()]);
}
