//! Run-offs and ties: what a further run follows, fills and is among, and what it keeps from being changed.

use cadre::base::error::Error;
use cadre::base::ids::{ElectionId, PersonId};
use cadre::records::committees::{self, CorrectElection, Held, Post, RecordElection, RemoveElection};

use super::{Stage, named};
use crate::support::builders::{committee, day};

/// A vote on members by 45 of 50 with 44 ballots that count: each candidate with his votes and whether he was elected.
fn vote(stage: &Stage, run: i32, places: i32, votes: &[(usize, i32, bool)]) -> Held {
    let given: Vec<(PersonId, i32)> =
        votes.iter().map(|(person, number, _)| (stage.people[*person], *number)).collect();
    let mut held = committee::held(Post::Member, &given);
    (held.run, held.votings.places) = (run, places);
    for (candidate, (_, _, is_elected)) in held.candidates.iter_mut().zip(votes) {
        candidate.is_elected = *is_elected;
    }
    held
}

/// Two places, one filled: the other is left to a run-off.
fn first(stage: &Stage) -> Held {
    vote(stage, 1, 2, &[(0, 40, true), (1, 20, false), (2, 10, false)])
}

fn second(stage: &Stage) -> Held {
    vote(stage, 2, 1, &[(1, 30, true), (2, 10, false)])
}

async fn refused(stage: &mut Stage, held: Held) -> Vec<String> {
    named(stage.record(held).await.unwrap_err())
}

async fn correct(stage: &mut Stage, election: ElectionId, version: i32, held: Held) -> Result<(), Error> {
    let (clerk, command) = (stage.clerk.clone(), [CorrectElection { election, version, held }]);
    committees::correct_election(&mut stage.conn, &clerk, &stage.keys, &command).await
}

async fn remove(stage: &mut Stage, votes: &[(ElectionId, i32)]) -> Result<(), Error> {
    let command = |(election, version): &(ElectionId, i32)| RemoveElection {
        election: *election,
        version: *version,
        reason: "误登到另一个村".to_owned(),
    };
    let (clerk, commands) = (stage.clerk.clone(), votes.iter().map(command).collect::<Vec<_>>());
    committees::remove_election(&mut stage.conn, &clerk, &commands).await
}

#[tokio::test]
async fn a_run_off_needs_the_run_before_it_and_is_held_no_earlier() {
    let mut stage = Stage::new().await;
    let alone = second(&stage);
    assert_eq!(
        refused(&mut stage, alone).await,
        ["run: 轮次“2”是另行选举，本届还没有登记委员的第1轮选举，请先登记第1轮，或把轮次改为1"]
    );
    let other_post = committee::held(Post::Secretary, &[(stage.people[0], 40)]);
    stage.record(other_post).await.unwrap();
    let alone = second(&stage);
    assert_eq!(refused(&mut stage, alone).await.len(), 1, "a vote on another post is no run before it");
    let before = first(&stage);
    stage.record(before).await.unwrap();
    let mut early = second(&stage);
    early.held_on = day("2021-01-09");
    assert_eq!(
        refused(&mut stage, early).await,
        ["held_on: 选举日期“2021-01-09”早于第1轮选举的2021-01-10，另行选举不能早于前一轮，请核对选举日期"]
    );
    let same_day = second(&stage);
    stage.record(same_day).await.unwrap();
    let mut again = second(&stage);
    again.held_on = day("2021-01-11");
    assert_eq!(
        refused(&mut stage, again).await,
        ["run: 第1轮选举之后已于2021-01-10进行第2轮选举，再次另行选举请把轮次改为3，或打开原记录修改"]
    );
}

#[tokio::test]
async fn a_run_off_fills_what_was_left_open_among_those_who_stood() {
    let mut stage = Stage::new().await;
    let before = first(&stage);
    stage.record(before).await.unwrap();
    let two = vote(&stage, 2, 2, &[(1, 30, true), (2, 29, true)]);
    assert_eq!(
        refused(&mut stage, two).await,
        ["places: 应选名额“2”多于余下名额：此前各轮应选2名，已选出1名，2-1=1，请改为不多于1"]
    );
    let strangers = vote(&stage, 2, 1, &[(1, 30, true), (0, 5, false), (3, 4, false)]);
    let told = refused(&mut stage, strangers).await;
    assert_eq!(
        told[0],
        "candidates[1].person: 候选人张伟已在第1轮选举当选，不能再参加另行选举，请核对候选人"
    );
    assert!(told[1].starts_with("candidates[2].person: 候选人刘洋没有参加此前各轮选举"), "{told:?}");
    assert_eq!(told.len(), 2);
    let one = second(&stage);
    stage.record(one).await.unwrap();
    let third = vote(&stage, 3, 1, &[(2, 30, true)]);
    assert_eq!(
        refused(&mut stage, third).await,
        ["places: 此前各轮应选2名，已选出2名，没有余下名额，不需要另行选举，请核对轮次"]
    );
}

#[tokio::test]
async fn runs_of_one_vote_are_recorded_together_in_any_order() {
    let mut stage = Stage::new().await;
    let clerk = stage.clerk.clone();
    let commands = [second(&stage), first(&stage)].map(|held| RecordElection { term: stage.term, held });
    committees::record_election(&mut stage.conn, &clerk, &stage.keys, &commands).await.unwrap();
    assert_eq!(stage.texts("SELECT run::text FROM elections ORDER BY run").await, ["1", "2"]);
}

#[tokio::test]
async fn nobody_wins_a_tie_and_a_further_run_decides_it() {
    let mut stage = Stage::new().await;
    let won = vote(&stage, 1, 2, &[(0, 40, true), (1, 24, true), (2, 24, false)]);
    let told = refused(&mut stage, won).await;
    assert_eq!(
        told,
        ["candidates: 李娜、王芳各得赞成票24，票数相等，得票更多的1人，应选名额2只余1个，票数相等的有2人，\
          不能确定当选人：本轮都不能当选，须就这几人再次投票（平票再投），请把他们都改为“未当选”，再登记下一轮"]
    );
    let open = vote(&stage, 1, 2, &[(0, 40, true), (1, 24, false), (2, 24, false), (3, 0, false)]);
    stage.record(open).await.unwrap();
    let with_another = vote(&stage, 2, 1, &[(1, 24, true), (3, 20, false)]);
    assert_eq!(
        refused(&mut stage, with_another).await,
        [
            "candidates[1].person: 第1轮选举中李娜、王芳票数相等，再次投票只在这几人中进行，候选人刘洋不在其中，\
          请核对候选人"
        ]
    );
    let decided = vote(&stage, 2, 1, &[(1, 24, true), (2, 20, false)]);
    stage.record(decided).await.unwrap();
    // One vote more, and there was no tie.
    let mut apart = vote(&stage, 1, 2, &[(0, 40, true), (1, 25, true), (2, 23, false)]);
    apart.held_on = day("2021-02-01");
    stage.record(apart).await.unwrap();
}

#[tokio::test]
async fn a_run_that_others_rest_on_is_changed_and_removed_only_so_that_they_still_do() {
    let mut stage = Stage::new().await;
    let (before, after) = (first(&stage), second(&stage));
    let run_1 = stage.record(before).await.unwrap();
    let run_2 = stage.record(after).await.unwrap();
    let full = vote(&stage, 1, 2, &[(0, 40, true), (1, 30, true), (2, 10, false)]);
    assert_eq!(
        named(correct(&mut stage, run_1, 1, full).await.unwrap_err()),
        [
            "run: 已登记的委员第2轮选举（2021-01-10）与本次填写的不符：此前各轮应选2名，已选出2名，没有余下名额，\
          不需要另行选举，请核对轮次；或先更正、删除第2轮选举"
        ]
    );
    let more = vote(&stage, 1, 2, &[(0, 41, true), (1, 20, false), (2, 10, false)]);
    correct(&mut stage, run_1, 1, more).await.unwrap();
    let wider = vote(&stage, 2, 2, &[(1, 30, true), (2, 10, false)]);
    let told = named(correct(&mut stage, run_2, 1, wider).await.unwrap_err());
    assert!(told[0].starts_with("places: 应选名额“2”多于余下名额"), "{told:?}");
    assert_eq!(
        named(remove(&mut stage, &[(run_1, 2)]).await.unwrap_err()),
        ["run: 委员的第2轮选举（2021-01-10）以本次选举为前提，请先删除第2轮选举，再删除本次选举"]
    );
    remove(&mut stage, &[(run_1, 2), (run_2, 1)]).await.unwrap();
    assert!(stage.texts("SELECT id::text FROM elections").await.is_empty());
}
