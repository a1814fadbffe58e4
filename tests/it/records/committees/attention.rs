//! What asks for attention, on the days around it: the list that the database narrows and the findings of a committee say
//! the same of elections that are overdue or due.

use cadre::base::db;
use cadre::base::ids::CommitteeId;
use cadre::records::committees::queries::{self, Attention, Filter};
use cadre::records::committees::{self, CloseTerm, CommitteeKind, OpenCommittee, OpenTerm, Unusual};
use cadre::records::vetting::sight::Sight;

use super::Stage;
use crate::support::builders::{committee, day};

/// A committee of another village whose election is due on a day.
async fn due(stage: &mut Stage, due_day: &str) -> CommitteeId {
    let (clerk, kind) = (stage.clerk.clone(), CommitteeKind::VillageCommittee);
    let village = stage.county.village(1, 2).code.clone();
    let opened = OpenCommittee { village, kind };
    let id = committees::open_committee(&mut stage.conn, &clerk, &[opened]).await.unwrap()[0];
    let term = OpenTerm { due_day: Some(day(due_day)), ..committee::term(id, kind) };
    committees::open_term(&mut stage.conn, &clerk, &[term]).await.unwrap();
    id
}

/// Whether a committee is listed on a day as overdue, as due within three months, as due within six; and what its findings
/// say of its time.
async fn told(stage: &mut Stage, committee: CommitteeId, on: &str) -> ([bool; 3], Option<Unusual>) {
    let scope = stage.clerk.scope.clone();
    let read = db::read(&mut stage.conn, &scope, async |conn| {
        let mut listed = [false; 3];
        let every = [Attention::Overdue, Attention::DueInThreeMonths, Attention::DueInSixMonths];
        for (listed, attention) in listed.iter_mut().zip(every) {
            let filter = Filter { kind: None, attention: Some(attention) };
            let lines = queries::list(conn, &scope, day(on), &filter, None, 50).await?;
            let counted = queries::count(conn, &scope, day(on), &filter).await?;
            assert_eq!(i64::try_from(lines.len()).unwrap(), counted, "{on} {attention:?}");
            *listed = lines.iter().any(|line| line.id == committee);
        }
        let found = queries::findings(conn, &scope, day(on), &[committee], &Sight::Nothing).await?;
        let time = [Unusual::Overdue, Unusual::DueInThreeMonths, Unusual::DueInSixMonths];
        Ok((listed, found.into_iter().map(|one| one.what).find(|what| time.contains(what))))
    });
    read.await.unwrap()
}

#[tokio::test]
async fn an_election_is_listed_for_six_and_for_three_months_and_as_overdue_from_the_day_after() {
    let mut stage = Stage::new().await;
    let party = stage.committee;
    let (six, three) = (Some(Unusual::DueInSixMonths), Some(Unusual::DueInThreeMonths));
    for (on, expected) in [
        ("2025-07-09", ([false, false, false], None)),
        ("2025-07-10", ([false, false, true], six)),
        ("2025-07-11", ([false, false, true], six)),
        ("2025-10-09", ([false, false, true], six)),
        ("2025-10-10", ([false, true, true], three)),
        ("2025-10-11", ([false, true, true], three)),
        ("2026-01-09", ([false, true, true], three)),
        ("2026-01-10", ([false, true, true], three)),
        ("2026-01-11", ([true, false, false], Some(Unusual::Overdue))),
    ] {
        assert_eq!(told(&mut stage, party, on).await, expected, "{on}");
    }
}

#[tokio::test]
async fn months_that_are_shorter_end_with_their_last_day() {
    let mut stage = Stage::new().await;
    // Six months after the last days of August is the last day of February.
    let february = due(&mut stage, "2026-02-28").await;
    for (on, within_six) in [("2025-08-27", false), ("2025-08-28", true), ("2025-08-31", true)] {
        let (listed, found) = told(&mut stage, february, on).await;
        assert_eq!((listed[2], found.is_some()), (within_six, within_six), "{on}");
    }
    for (on, within_three) in [("2025-11-27", false), ("2025-11-28", true), ("2025-11-30", true)] {
        let (listed, found) = told(&mut stage, february, on).await;
        let is_three = found == Some(Unusual::DueInThreeMonths);
        assert_eq!((listed[1], is_three), (within_three, within_three), "{on}");
    }
}

#[tokio::test]
async fn a_term_that_has_ended_waits_for_nothing_but_the_next() {
    let mut stage = Stage::new().await;
    let (term, clerk, party) = (stage.term, stage.clerk.clone(), stage.committee);
    let close = CloseTerm { term, version: None, on: day("2025-12-01") };
    committees::close_term(&mut stage.conn, &clerk, &[close]).await.unwrap();
    let scope = stage.clerk.scope.clone();
    let mut is_without = async |on: &str| {
        let filter = Filter { kind: None, attention: Some(Attention::NoTerm) };
        let lines = db::read(&mut stage.conn, &scope, async |conn| {
            Ok(queries::list(conn, &scope, day(on), &filter, None, 50).await?)
        });
        lines.await.unwrap().iter().any(|line| line.id == party)
    };
    assert_eq!([is_without("2025-11-30").await, is_without("2025-12-01").await], [false, true]);
    assert_eq!(told(&mut stage, party, "2025-11-30").await.0, [false, true, true]);
    assert_eq!(told(&mut stage, party, "2025-12-01").await, ([false; 3], None));
    assert_eq!(told(&mut stage, party, "2026-01-11").await, ([false; 3], None), "nothing is overdue");
}
