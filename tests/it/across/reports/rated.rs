//! Stars in the report: those of the last confirmed round of each branch by the county's primary scheme.

use cadre::across::reports::{FigurePart, QuarterlyReport, SectionReport};
use cadre::base::actor::{Actor, Role};
use cadre::base::ids::{AccountId, MembershipId, RoundId};
use cadre::base::values::Period;
use cadre::records::ratings::{self, Decide, EnterScores, OpenRound, ScoreRow, SetScheme, scheme_of_pack};

use super::{Stage, shown};

const DIMENSIONS: [&str; 5] = ["ideology", "neighbours", "courtyard", "family", "example"];

fn signed_in(actor: Actor) -> Actor {
    Actor { account: Some(AccountId::new()), ..actor }
}

impl Stage {
    async fn set_scheme(&mut self) {
        let text = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/data/packs/wufeng/ratings.json"));
        let scheme: SetScheme = scheme_of_pack(text).unwrap();
        let supervisor = signed_in(self.county.county.actor(Role::Supervisor));
        ratings::set_scheme(&mut self.web, &supervisor, &[scheme]).await.unwrap();
    }

    /// A round of the branch of a village, submitted: each member with the same score in all five dimensions.
    async fn submitted(&mut self, village: usize, period: &str, scores: &[(MembershipId, &str)]) -> RoundId {
        let clerk = signed_in(self.county.county.actor(Role::Clerk));
        let command = OpenRound {
            scheme: "member_stars".to_owned(),
            period: Period::parse(period).unwrap(),
            organisation: self.county.branch(1, village).code.clone(),
        };
        let round = ratings::open_round(&mut self.web, &clerk, &[command]).await.unwrap()[0];
        let row = |(subject, score): &(MembershipId, &str)| ScoreRow {
            subject: (*subject).into(),
            scores: DIMENSIONS.iter().map(|code| ((*code).to_owned(), (*score).to_owned())).collect(),
            evidence: None,
            veto: None,
        };
        let rows = scores.iter().map(row).collect();
        ratings::enter_scores(&mut self.web, &clerk, &[EnterScores { round, version: None, rows }])
            .await
            .unwrap();
        ratings::submit(&mut self.web, &clerk, &[Decide::round(round)]).await.unwrap();
        round
    }

    async fn confirm(&mut self, round: RoundId) {
        let supervisor = signed_in(self.county.county.actor(Role::Supervisor));
        ratings::review(&mut self.web, &supervisor, &[Decide::round(round)]).await.unwrap();
        ratings::confirm(&mut self.web, &supervisor, &[Decide::round(round)]).await.unwrap();
    }
}

fn ratings(report: &QuarterlyReport) -> &SectionReport {
    report.sections.iter().find(|section| section.code == "ratings").unwrap()
}

#[tokio::test]
async fn the_last_confirmed_round_of_each_branch_counts_and_closing_keeps_it() {
    let mut stage = Stage::new().await;
    stage.set_scheme().await;
    let (a, b, c) = (stage.branch(1, 1), stage.branch(1, 2), stage.branch(2, 1));
    let five = stage.settled(a, 1).await;
    let four = stage.settled(a, 2).await;
    let one = stage.settled(a, 3).await;
    let moved = stage.settled(b, 4).await;
    stage.settled(b, 5).await;
    let gone = stage.settled(b, 6).await;
    stage.settled(c, 7).await;
    // B was rated for the last quarter of 2025 and has only submitted since; one of its rated members moved to C, one died.
    let before = stage.submitted(2, "2025Q4", &[(moved, "14"), (gone, "20")]).await;
    stage.confirm(before).await;
    let confirmed = stage.submitted(1, "2026Q1", &[(five, "19"), (four, "16"), (one, "3")]).await;
    stage.confirm(confirmed).await;
    let waiting = stage.submitted(2, "2026Q1", &[(moved, "20")]).await;
    stage.moves(moved, c, "2026-02-01").await;
    stage.happens(gone, cadre::records::members::EventKind::Decease, "2026-02-02").await;

    let county = stage.report("500237", "2026Q1").await;
    for (code, value) in [
        ("members.total", "6"),
        ("ratings.members.rated", "4"),
        ("ratings.members.stars.0", "0"),
        ("ratings.members.stars.1", "1"),
        ("ratings.members.stars.3", "1"),
        ("ratings.members.stars.4", "1"),
        ("ratings.members.stars.5", "1"),
        ("ratings.members.average", "3.25"),
        ("ratings.members.unrated", "2"),
        ("ratings.awaiting_review", "1"),
    ] {
        assert_eq!(shown(&county, code), value, "{code}");
    }
    let codes: Vec<&str> = ratings(&county).figures.iter().map(|figure| figure.code.as_str()).collect();
    assert!(codes.contains(&"ratings.members.stars.5") && !codes.contains(&"ratings.members.stars.6"));
    let town2 = stage.report("500237102", "2026Q1").await;
    assert_eq!(shown(&town2, "ratings.members.stars.3"), "1", "the stars go where the member goes");
    let last_year = stage.report("500237", "2025Q4").await;
    assert_eq!(shown(&last_year, "ratings.members.rated"), "2");
    assert_eq!(shown(&last_year, "ratings.members.average"), "4.00");
    let rows = stage.rows("500237", "2026Q1", "ratings.members.average", FigurePart::Numerator).await;
    assert_eq!(rows.iter().map(|row| row.amount).sum::<i64>(), 13);
    let rows = stage.rows("500237", "2026Q1", "ratings.awaiting_review", FigurePart::Numerator).await;
    assert_eq!((rows[0].subject.as_str(), rows[0].member), ("rating", Some(moved.0)));

    stage.close("2026Q1").await;
    let closed = stage.report("500237", "2026Q1").await;
    assert_eq!(ratings(&closed), ratings(&county));
    stage.confirm(waiting).await;
    assert_eq!(stage.report("500237", "2026Q1").await, closed);
    let next = stage.report("500237", "2026Q2").await;
    assert_eq!(shown(&next, "ratings.awaiting_review"), "0");
    assert_eq!(shown(&next, "ratings.members.stars.5"), "2", "the round that was confirmed since");
}

#[tokio::test]
async fn without_a_scheme_nobody_is_rated() {
    let mut stage = Stage::new().await;
    let branch = stage.branch(1, 1);
    stage.settled(branch, 1).await;
    let report = stage.report("500237", "2026Q1").await;
    assert_eq!(shown(&report, "ratings.members.average"), "null");
    assert_eq!(shown(&report, "ratings.members.unrated"), "1");
}
