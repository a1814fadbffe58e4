//! A term that the superior approved to be extended is due later, by at most a year.

use cadre::base::actor::Role;
use cadre::base::db;
use cadre::base::error::Error;
use cadre::records::committees::queries::{self, Attention, Filter};
use cadre::records::committees::{self, CloseTerm, CommitteeKind, CorrectTerm, ExtendTerm, Post, Unusual};
use cadre::records::vetting::sight::Sight;

use super::{Stage, named};
use crate::support::builders::{committee, day};

/// The stage's term, due on 2026-01-10, extended.
fn until(stage: &Stage, on: &str) -> ExtendTerm {
    ExtendTerm {
        term: stage.term,
        version: None,
        until: day(on),
        document: " 县委组〔2025〕12号 ".to_owned(),
        approved_on: day("2025-12-01"),
    }
}

async fn extend(stage: &mut Stage, command: ExtendTerm) -> Result<(), Error> {
    let clerk = stage.clerk.clone();
    committees::extend_term(&mut stage.conn, &clerk, &[command]).await.map(|_| ())
}

/// What is told of the time of the term on a day, and whether the list calls it overdue.
async fn told(stage: &mut Stage, on: &str) -> (Vec<Unusual>, bool) {
    let (scope, committee, on) = (stage.clerk.scope.clone(), stage.committee, day(on));
    let overdue = Filter { attention: Some(Attention::Overdue), ..Filter::default() };
    db::read(&mut stage.conn, &scope, async |conn| {
        let found = queries::findings(conn, &scope, on, &[committee], &Sight::Nothing).await?;
        let of_time =
            [Unusual::Overdue, Unusual::DueInThreeMonths, Unusual::DueInSixMonths, Unusual::LongTerm];
        let found = found.into_iter().map(|one| one.what);
        let found: Vec<Unusual> = found.filter(|what| of_time.contains(what)).collect();
        Ok((found, queries::count(conn, &scope, on, &overdue).await? == 1))
    })
    .await
    .unwrap()
}

#[tokio::test]
async fn an_approved_extension_of_a_year_moves_the_due_day_and_a_day_more_is_refused() {
    let mut stage = Stage::new().await;
    assert_eq!(told(&mut stage, "2026-01-11").await, (vec![Unusual::Overdue], true));
    let long = until(&stage, "2027-01-11");
    let refused = named(extend(&mut stage, long).await.unwrap_err()).join("");
    assert!(refused.contains("until") && refused.contains("不晚于2027-01-10的日期"), "{refused}");
    let year = until(&stage, "2027-01-10");
    extend(&mut stage, year).await.unwrap();
    assert_eq!(told(&mut stage, "2026-01-11").await, (vec![], false), "nor is the term too long");
    assert_eq!(told(&mut stage, "2026-07-10").await, (vec![Unusual::DueInSixMonths], false));
    assert_eq!(told(&mut stage, "2027-01-11").await, (vec![Unusual::Overdue], true));
    let longer = until(&stage, "2027-01-11");
    let refused = extend(&mut stage, longer).await;
    assert!(refused.is_err(), "a year from the day it was due at first");
    let shorter = until(&stage, "2026-06-30");
    extend(&mut stage, shorter).await.unwrap();
    assert_eq!(told(&mut stage, "2026-07-01").await, (vec![Unusual::Overdue], true), "the latest counts");
    let kept =
        stage.texts("SELECT document_number FROM term_extensions WHERE due_before = '2026-01-10'").await;
    assert_eq!(kept, ["县委组〔2025〕12号", "县委组〔2025〕12号"]);
}

#[tokio::test]
async fn a_due_day_that_is_corrected_afterwards_stands_for_itself() {
    let mut stage = Stage::new().await;
    let approved = until(&stage, "2026-12-31");
    extend(&mut stage, approved).await.unwrap();
    let correct = CorrectTerm {
        term: stage.term,
        version: 2,
        ordinal: 6,
        from_day: day("2021-01-10"),
        due_day: day("2026-12-30"),
        ended_on: None,
        posts: vec![(Post::Secretary, 1)],
    };
    let clerk = stage.clerk.clone();
    committees::correct_term(&mut stage.conn, &clerk, &[correct]).await.unwrap();
    let (found, _) = told(&mut stage, "2026-01-11").await;
    assert_eq!(found, [Unusual::LongTerm], "nobody approved that day");
}

#[tokio::test]
async fn a_term_is_extended_by_who_enters_its_records_while_it_runs_and_where_a_rule_lets_it() {
    let mut stage = Stage::new().await;
    let command = until(&stage, "2026-12-31");
    let stale = ExtendTerm { version: Some(9), ..command.clone() };
    assert!(matches!(extend(&mut stage, stale).await, Err(Error::Stale)));
    for (role, town) in [(Role::Clerk, 2), (Role::Auditor, 1)] {
        let other = stage.county.town(town).actor(role);
        let refused = committees::extend_term(&mut stage.conn, &other, std::slice::from_ref(&command)).await;
        assert!(matches!(refused, Err(Error::Forbidden | Error::Missing { .. })), "{refused:?}");
    }
    let (clerk, village) = (stage.clerk.clone(), stage.county.village(1, 1).clone());
    let (_, other) =
        committee::settled(&mut stage.conn, &clerk, &village, CommitteeKind::VillageCommittee).await;
    let refused = extend(&mut stage, ExtendTerm { term: other, ..command.clone() }).await.unwrap_err();
    assert!(named(refused).join("").contains("没有可以延长的规定"));
    let close = CloseTerm { term: stage.term, version: None, on: day("2026-02-01") };
    committees::close_term(&mut stage.conn, &clerk, &[close]).await.unwrap();
    assert!(matches!(extend(&mut stage, command).await, Err(Error::Refused(_))));
}
