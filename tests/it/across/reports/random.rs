//! Random lives: whatever happens to members, the flow balances at every organisation and quarter, live and closed.

use cadre::base::values::MembershipStatus;
use cadre::records::members::EventKind;
use chrono::Duration;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::scripted::reparent;
use super::{Stage, codes, flow, name_of};
use crate::support::builders::{day, member};

const BRANCHES: [(usize, usize); 4] = [(1, 1), (1, 2), (2, 1), (2, 2)];

/// A life: joins or arrives some day, and then up to five things happen to him, each later than the one before.
async fn live(stage: &mut Stage, random: &mut ChaCha8Rng, number: u16) {
    let branches = BRANCHES.map(|(town, village)| stage.branch(town, village));
    let mut today = day("2025-06-01") + Duration::days(random.random_range(0..400));
    let mut command = member(branches[random.random_range(0..4)], &name_of(number), number);
    match random.random_range(0..3) {
        0 => {}
        1 => (command.joined_on, command.full_member_on) = (today, None),
        _ => command.arrived_on = Some(today),
    }
    let mut probationary = command.full_member_on.is_none();
    let id = stage.enrol(command).await;
    let mut stopped = false;
    for _ in 0..random.random_range(0..=5) {
        today += Duration::days(random.random_range(1..120));
        if today > day("2026-10-31") {
            return;
        }
        let on = today.to_string();
        match random.random_range(0..8) {
            0 | 1 if !stopped => {
                let to = branches[random.random_range(0..4)];
                if stage.branch_of(id).await != to {
                    stage.moves(id, to, &on).await;
                }
            }
            2 if stopped => {
                stage.happens(id, EventKind::Reinstate, &on).await;
                stopped = false;
            }
            3 if !stopped => {
                stage.happens(id, EventKind::Stop, &on).await;
                stopped = true;
            }
            4 if !stopped && probationary => {
                stage.happens(id, EventKind::Confirm, &on).await;
                probationary = false;
            }
            5 => {
                let kind = if stopped || random.random() {
                    EventKind::Decease
                } else {
                    EventKind::Remove(MembershipStatus::SelfLeft)
                };
                return stage.happens(id, kind, &on).await;
            }
            _ => {}
        }
    }
}

/// The identity at some organisations and all directly below them, and the closing of each quarter as the opening of the
/// next.
async fn check(stage: &mut Stage, seed: u64, places: &[String]) {
    for code in places {
        let mut closing: Option<(i64, bool)> = None;
        for of in ["2025Q3", "2025Q4", "2026Q1", "2026Q2", "2026Q3"] {
            let report = stage.report(code, of).await;
            let numbers = flow(&report);
            let [opening, late, admitted, reinstated, came, went, removed, stopped, died, end, _] =
                numbers[..]
            else {
                panic!("{numbers:?}")
            };
            assert_eq!(
                opening + late + admitted + reinstated + came - went - removed - stopped - died,
                end,
                "seed {seed}, {code}, {of}: {}",
                report.balance
            );
            assert!(report.balanced && report.by_organisation.iter().all(|child| child.balanced));
            // A closed quarter whose quarter before is open rests on a baseline, not on what is known of it today.
            let closed = report.revision.is_some();
            if let Some((closing, before_closed)) = closing.filter(|(_, before)| *before || !closed) {
                assert_eq!(opening, closing, "seed {seed}, {code}, {of}, {before_closed}");
            }
            closing = Some((end, closed));
        }
    }
}

#[tokio::test]
async fn the_flow_balances_whatever_happens() {
    for seed in [1, 2, 3] {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let mut stage = Stage::new().await;
        // A report holds the figures of those directly below as well: in between, the county's says most.
        let all = codes(&stage.county);
        let top = &all[..1];
        for number in 1..=25 {
            live(&mut stage, &mut random, number).await;
        }
        if seed == 2 {
            reparent(&mut stage, "2026-02-15").await;
        }
        check(&mut stage, seed, top).await;
        stage.close("2026Q1").await;
        for number in 26..=35 {
            live(&mut stage, &mut random, number).await;
        }
        if seed == 3 {
            reparent(&mut stage, "2025-12-01").await;
        }
        check(&mut stage, seed, top).await;
        stage.close("2026Q2").await;
        check(&mut stage, seed, top).await;
        for number in 36..=42 {
            live(&mut stage, &mut random, number).await;
        }
        stage.amend("2026Q1").await;
        check(&mut stage, seed, top).await;
        stage.close("2026Q3").await;
        check(&mut stage, seed, &all).await;
    }
}
