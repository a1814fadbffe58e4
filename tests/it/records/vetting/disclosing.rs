//! What a check found is told to those who vet and decide. Everybody else reads one sentence, whether it waits or was
//! rejected.

use cadre::base::actor::{Actor, Door, Role};
use cadre::base::db;
use cadre::base::ids::{CandidateCheckId, CommitteeId, TermId};
use cadre::base::values::{CommitteeKind, Post};
use cadre::records::committees::{self, RecordElection, Unusual};
use cadre::records::vetting::queries::{self, Filter};
use cadre::records::vetting::{self, CheckState, Progress, VerdictResult as R, sight};

use super::seeing::named;
use super::{Stage, field, sentence};
use crate::support::builders::{committee, day, vetting as given};

const NEUTRAL: &str = "张伟的任职资格联审未完成或未通过，详情请向县联审部门了解";

/// How far a check has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Come {
    Proposed,
    Vetted,
    Rejected,
}

const EVERY: [Come; 3] = [Come::Proposed, Come::Vetted, Come::Rejected];

/// The first of the stage's people, whose check has come so far.
async fn come(stage: &mut Stage, how_far: Come) -> CandidateCheckId {
    let check = stage.one().await;
    if how_far != Come::Proposed {
        stage.answer(check, &[R::Block, R::Clear, R::Clear]).await.unwrap();
    }
    if how_far == Come::Rejected {
        let end = [given::end(check)];
        vetting::reject(&mut stage.conn, &stage.supervisor, &stage.keys, &end).await.unwrap();
    }
    check
}

async fn term(stage: &mut Stage) -> (CommitteeId, TermId) {
    let (clerk, village) = (stage.clerk.clone(), stage.county.village(1, 1).clone());
    committee::settled(&mut stage.conn, &clerk, &village, CommitteeKind::VillageParty).await
}

/// What an appointment of the first of the stage's people is refused by, and a vote that elects him.
async fn refusals(stage: &mut Stage, actor: &Actor, term: TermId) -> [String; 2] {
    let (person, keys) = (stage.people[0], &stage.keys);
    let seat = committee::appoint(term, person, Post::Secretary);
    let appointed = committees::appoint(&mut stage.conn, actor, keys, &[seat]).await.unwrap_err();
    let held = committee::held(Post::Secretary, &[(person, 40)]);
    let vote = RecordElection { term, held };
    let voted = committees::record_election(&mut stage.conn, actor, keys, &[vote]).await.unwrap_err();
    [field(&appointed).1.to_owned(), field(&voted).1.to_owned()]
}

#[tokio::test]
async fn a_refusal_tells_the_outcome_to_those_who_vet_and_one_sentence_to_others() {
    for how_far in EVERY {
        let mut stage = Stage::new(true).await;
        let (_, term) = term(&mut stage).await;
        come(&mut stage, how_far).await;
        let county = stage.county.clone();
        for actor in [
            county.town(1).actor(Role::Clerk),
            county.town(1).actor(Role::Supervisor),
            county.county.actor(Role::Clerk),
        ] {
            let told = refusals(&mut stage, &actor, term).await;
            assert_eq!(told, [NEUTRAL, NEUTRAL], "{how_far:?} {}", actor.name);
        }
        let own = match how_far {
            Come::Proposed => "还没有完成",
            Come::Vetted => "还没有备案",
            Come::Rejected => "没有通过",
        };
        let department = named(&mut stage).await;
        for actor in [county.county.actor(Role::Supervisor), department] {
            let told = refusals(&mut stage, &actor, term).await;
            assert!(told.iter().all(|told| told.contains(own)), "{how_far:?} {}: {told:?}", actor.name);
        }
    }
}

#[tokio::test]
async fn the_plan_of_an_import_tells_no_outcome_whoever_hands_it_in() {
    let mut stage = Stage::new(true).await;
    let (_, term) = term(&mut stage).await;
    come(&mut stage, Come::Rejected).await;
    let importer = stage.supervisor.through(Door::Import);
    assert_eq!(refusals(&mut stage, &importer, term).await, [NEUTRAL, NEUTRAL]);
}

#[tokio::test]
async fn a_finding_tells_the_outcome_to_those_who_vet_and_one_sentence_to_others() {
    for how_far in EVERY {
        let mut stage = Stage::new(false).await;
        let (committee, term) = term(&mut stage).await;
        come(&mut stage, how_far).await;
        let (seat, clerk) = (committee::appoint(term, stage.people[0], Post::Secretary), stage.clerk.clone());
        committees::appoint(&mut stage.conn, &clerk, &stage.keys, &[seat]).await.unwrap();
        let county = stage.county.clone();
        let found = async |stage: &mut Stage, actor: &Actor| {
            let scope = actor.scope.clone();
            let found = db::read(&mut stage.conn, &scope, async |conn| {
                let sight = sight::of(conn, actor).await?;
                committees::queries::findings(conn, &scope, day("2021-06-30"), &[committee], &sight).await
            });
            let found = found.await.unwrap().into_iter().filter(|one| one.what == Unusual::Unvetted);
            found.map(|one| one.message).collect::<Vec<_>>()
        };
        for actor in [
            county.town(1).actor(Role::Clerk),
            county.town(1).actor(Role::Supervisor),
            county.town(1).actor(Role::Auditor),
            county.county.actor(Role::Clerk),
            county.county.actor(Role::Auditor),
        ] {
            assert_eq!(found(&mut stage, &actor).await, [NEUTRAL], "{how_far:?} {}", actor.name);
        }
        let told = found(&mut stage, &county.county.actor(Role::Supervisor)).await;
        assert!(!told[0].contains("未完成或未通过"), "{told:?}");
    }
}

#[tokio::test]
async fn a_rejected_check_looks_like_one_that_waits_to_whoever_does_not_vet() {
    let mut stage = Stage::new(false).await;
    let waiting = come(&mut stage, Come::Vetted).await;
    let other = vetting::Propose { term: 7, ..stage.proposal() };
    let rejected = stage.propose(other).await.unwrap();
    let end = [given::end(rejected)];
    vetting::reject(&mut stage.conn, &stage.supervisor, &stage.keys, &end).await.unwrap();
    let clerk = stage.clerk.clone();
    let mut seen = Vec::new();
    for check in [waiting, rejected] {
        let check = stage.sheet(&clerk, check).await.unwrap().card.check;
        let days = [check.vetted_on, check.valid_until, check.filed_on, check.ended_on];
        // Long after the first would have expired.
        seen.push((
            check.progress_on(day("2026-06-30")).unwrap(),
            days,
            check.updated_by,
            check.decision_cipher,
        ));
    }
    assert_eq!(seen[0], seen[1]);
    assert_eq!((seen[0].0, seen[0].1), (Progress::Unfiled, [None; 4]));
    let supervisor = stage.supervisor.clone();
    let known = stage.sheet(&supervisor, rejected).await.unwrap().card.check;
    assert_eq!(known.progress_on(day("2026-06-30")).unwrap(), Progress::State(CheckState::Rejected));

    let error = vetting::withdraw(&mut stage.conn, &clerk, &[given::end(rejected)]).await.unwrap_err();
    let told = "该任职资格联审未完成或未通过，不能再撤回，详情请向县联审部门了解。";
    assert_eq!(sentence(&error), told);
    let error = vetting::withdraw(&mut stage.conn, &supervisor, &[given::end(rejected)]).await.unwrap_err();
    assert_eq!(sentence(&error), "该联审未通过，不能再撤回。");
    vetting::withdraw(&mut stage.conn, &clerk, &[given::end(waiting)]).await.unwrap();
}

#[tokio::test]
async fn what_cannot_succeed_does_not_tell_a_rejected_check_from_one_that_waits() {
    let mut stage = Stage::new(false).await;
    let waiting = come(&mut stage, Come::Vetted).await;
    let again = stage.proposal();
    let next = vetting::Propose { term: 7, ..stage.proposal() };
    let rejected = stage.propose(next.clone()).await.unwrap();
    let end = [given::end(rejected)];
    vetting::reject(&mut stage.conn, &stage.supervisor, &stage.keys, &end).await.unwrap();
    let clerk = stage.clerk.clone();
    for check in [waiting, rejected] {
        let silent = [vetting::End { reason: " ".to_owned(), ..given::end(check) }];
        let error = vetting::withdraw(&mut stage.conn, &clerk, &silent).await.unwrap_err();
        assert_eq!(field(&error).0, "reason");
    }
    for command in [again, next] {
        let long = vetting::Propose { note: Some("长".repeat(501)), ..command };
        let error = stage.propose(long).await.unwrap_err();
        assert_eq!(field(&error).0, "note");
    }
}

#[tokio::test]
async fn a_list_is_not_narrowed_to_what_was_rejected_for_whoever_does_not_vet() {
    let mut stage = Stage::new(false).await;
    let waiting = come(&mut stage, Come::Vetted).await;
    let other = vetting::Propose { term: 7, ..stage.proposal() };
    let rejected = stage.propose(other).await.unwrap();
    let end = [given::end(rejected)];
    vetting::reject(&mut stage.conn, &stage.supervisor, &stage.keys, &end).await.unwrap();
    let both = {
        let mut both = vec![waiting, rejected];
        both.sort_unstable();
        both
    };
    let county = stage.county.clone();
    let mut list = async |actor: &Actor, state: Progress, on: &str| {
        let scope = actor.scope.clone();
        let found = db::read(&mut stage.conn, &scope, async |conn| {
            let sight = sight::of(conn, actor).await?;
            let filter = Filter { state: Some(state), ..Filter::default() }.seen_by(&sight);
            queries::list(conn, &scope, day(on), &filter, None, 50).await
        });
        let mut found: Vec<_> = found.await.unwrap().into_iter().map(|card| card.check.id).collect();
        found.sort_unstable();
        found
    };
    let (clerk, supervisor) = (county.town(1).actor(Role::Clerk), county.county.actor(Role::Supervisor));
    let (vetted, out) = (Progress::State(CheckState::Vetted), Progress::State(CheckState::Rejected));
    for state in [vetted, out, Progress::Unfiled] {
        assert_eq!(list(&clerk, state, "2021-01-01").await, both, "{state:?}");
    }
    // What was vetted holds until 2021-05-05; who may not know of it does not learn of its end either.
    let expired = Progress::State(CheckState::Expired);
    assert!(list(&clerk, expired, "2021-05-06").await.is_empty());
    assert_eq!(list(&clerk, vetted, "2021-05-06").await, both);
    assert_eq!(list(&supervisor, vetted, "2021-01-01").await, [waiting]);
    assert_eq!(list(&supervisor, out, "2021-01-01").await, [rejected]);
    assert_eq!(list(&supervisor, expired, "2021-05-06").await, [waiting]);
}
