//! Who guides whom.

use cadre::base::actor::Role;
use cadre::base::db;
use cadre::base::error::Error;
use cadre::base::ids::{PersonId, TrainingPairId};
use cadre::records::training::queries::pairs::{self, PairFilter, PairLine};
use cadre::records::training::{self, CorrectPair, EndPair, Pair, PairOutcome};

use super::Stage;
use crate::support::builders::day;

impl Stage {
    /// Two people of the first town.
    async fn two(&mut self) -> [PersonId; 2] {
        self.members(1, 1, 1..3).await;
        let rows = self.db.owner_client().await;
        let rows = rows.query("SELECT id::text FROM people ORDER BY id", &[]).await.unwrap();
        [0, 1].map(|at| rows[at].get::<_, String>(0).parse().unwrap())
    }

    async fn pair(&mut self, command: Pair) -> Result<TrainingPairId, Error> {
        training::pair(&mut self.conn, &self.clerk, &[command]).await.map(|ids| ids[0])
    }

    async fn pairs(&mut self, filter: PairFilter) -> Vec<PairLine> {
        let scope = self.clerk.scope.clone();
        db::read(&mut self.conn, &scope, async |conn| Ok(pairs::list(conn, &scope, filter, None, 50).await?))
            .await
            .unwrap()
    }
}

fn guide([mentor, apprentice]: [PersonId; 2], from: &str) -> Pair {
    Pair {
        mentor, apprentice, organisation: None, agreed: "每月带教两次".to_owned(), from_day: day(from)
    }
}

fn end(pair: TrainingPairId, version: i32, on: &str) -> EndPair {
    let result = "能独立主持主题党日".to_owned();
    EndPair { pair, version, on: day(on), outcome: PairOutcome::Completed, result }
}

/// The fields that an error names.
fn fields<T: std::fmt::Debug>(answer: Result<T, Error>) -> Vec<String> {
    let Err(Error::Invalid(errors)) = answer else { panic!("{answer:?}") };
    errors.into_iter().map(|error| error.field).collect()
}

#[tokio::test]
async fn a_pair_is_made_corrected_and_ended_with_its_result() {
    let mut stage = Stage::new().await;
    let two = stage.two().await;
    let id = stage.pair(guide(two, "2026-03-01")).await.unwrap();
    let correction =
        CorrectPair { pair: id, version: 1, agreed: Some("每周带教一次".to_owned()), from_day: None };
    training::correct_pairs(&mut stage.conn, &stage.clerk, std::slice::from_ref(&correction)).await.unwrap();
    let late = training::correct_pairs(&mut stage.conn, &stage.clerk, &[correction]).await;
    assert!(matches!(late, Err(Error::Stale)), "{late:?}");
    training::end_pairs(&mut stage.conn, &stage.clerk, &[end(id, 2, "2026-09-01")]).await.unwrap();
    let again = training::end_pairs(&mut stage.conn, &stage.clerk, &[end(id, 3, "2026-10-01")]).await;
    assert!(matches!(again, Err(Error::Refused(_))), "{again:?}");
    let of_him = PairFilter { person: Some(two[1]), runs: Some(false) };
    let lines = stage.pairs(of_him).await;
    assert_eq!(lines.len(), 1);
    let line = &lines[0];
    assert_eq!((line.agreed.as_str(), line.to_day), ("每周带教一次", Some(day("2026-09-01"))));
    assert_eq!(
        (line.outcome.as_deref(), line.result.as_deref()),
        (Some("completed"), Some("能独立主持主题党日"))
    );
    assert!(line.mentor.is_some() && line.apprentice.is_some() && line.organisation_code == "500237101");
    assert!(stage.pairs(PairFilter { runs: Some(true), ..of_him }).await.is_empty());
    // They may be a pair again afterwards, from the day on which the first ended.
    stage.pair(guide(two, "2026-09-01")).await.unwrap();
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_by_field() {
    let mut stage = Stage::new().await;
    let two = stage.two().await;
    let alone = guide([two[0], two[0]], "2026-03-01");
    assert_eq!(fields(stage.pair(alone).await), ["apprentice"]);
    let ahead = Pair { agreed: " ".to_owned(), ..guide(two, "2999-01-01") };
    assert_eq!(fields(stage.pair(ahead).await), ["agreed", "from"]);
    let unknown = guide([two[0], PersonId::new()], "2026-03-01");
    assert_eq!(fields(stage.pair(unknown).await), ["apprentice"]);
    let id = stage.pair(guide(two, "2026-03-01")).await.unwrap();
    let twice = stage.pair(guide(two, "2026-05-01")).await;
    assert!(matches!(twice, Err(Error::Taken { field: "apprentice", .. })), "{twice:?}");
    for on in ["2026-03-01", "2999-01-01"] {
        let ended = training::end_pairs(&mut stage.conn, &stage.clerk, &[end(id, 1, on)]).await;
        assert_eq!(fields(ended), ["on"], "{on}");
    }
    let mute = EndPair { result: String::new(), ..end(id, 1, "2026-04-01") };
    assert_eq!(fields(training::end_pairs(&mut stage.conn, &stage.clerk, &[mute]).await), ["result"]);
    let ahead = CorrectPair { pair: id, version: 1, agreed: None, from_day: Some(day("2999-01-01")) };
    assert_eq!(fields(training::correct_pairs(&mut stage.conn, &stage.clerk, &[ahead]).await), ["from"]);
}

#[tokio::test]
async fn a_pair_is_kept_by_whoever_acts_for_its_organisation() {
    let mut stage = Stage::new().await;
    let two = stage.two().await;
    let village = Some("500237101201".to_owned());
    let id = stage.pair(Pair { organisation: village, ..guide(two, "2026-03-01") }).await.unwrap();
    let beside = Pair { organisation: Some("500237102".to_owned()), ..guide([two[1], two[0]], "2026-03-01") };
    let refused = stage.pair(beside).await;
    assert!(matches!(refused, Err(Error::Missing { .. })), "{refused:?}");
    let sibling = stage.county.town(2).actor(Role::Clerk);
    let unseen = training::pair(&mut stage.conn, &sibling, &[guide(two, "2027-01-01")]).await;
    assert!(matches!(unseen, Err(Error::Invalid(_))), "{unseen:?}");
    let refused = training::end_pairs(&mut stage.conn, &sibling, &[end(id, 1, "2026-09-01")]).await;
    assert!(matches!(refused, Err(Error::Missing { .. })), "{refused:?}");
    let auditor = stage.county.county.actor(Role::Auditor);
    let refused = training::end_pairs(&mut stage.conn, &auditor, &[end(id, 1, "2026-09-01")]).await;
    assert!(matches!(refused, Err(Error::Forbidden)), "{refused:?}");
}
