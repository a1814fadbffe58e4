//! Random lives: whatever happens to members, the flow balances at every organisation and quarter, live and closed, parts
//! sum to wholes, what is closed says what was computed before, and what an amendment tells sums to what it moved.

use cadre::across::reports::{self, Difference, DifferencesQuery, QuarterlyReport};
use cadre::base::values::{CitizenId, MembershipStatus};
use cadre::records::members::{Enrol, EventKind};
use cadre::records::quarters;
use chrono::Duration;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::scripted::reparent;
use super::{Stage, codes, flow, name_of, quarter, shown};
use crate::across::recomputed::sums;
use crate::support::builders::{day, member};

const BRANCHES: [(usize, usize); 4] = [(1, 1), (1, 2), (2, 1), (2, 2)];

/// Somebody of an age, an education and an ethnicity of his own.
fn vary(command: &mut Enrol, number: u16) {
    let born = day("1948-03-01") + Duration::days(i64::from(number) * 397);
    command.identity.birth_date = born;
    command.identity.citizen_id = CitizenId::compose("500237", born, number).unwrap();
    let spread = |codes: [&str; 5]| codes[usize::from(number % 5)].to_owned();
    command.identity.education = spread(["11", "23", "31", "61", "71"]);
    command.identity.ethnicity = spread(["01", "15", "01", "01", "02"]);
}

/// A life: joins or arrives some day, and then up to five things happen to him, each later than the one before.
async fn live(stage: &mut Stage, random: &mut ChaCha8Rng, number: u16) {
    let branches = BRANCHES.map(|(town, village)| stage.branch(town, village));
    let mut today = day("2025-06-01") + Duration::days(random.random_range(0..400));
    let mut command = member(branches[random.random_range(0..4)], &name_of(number), number);
    vary(&mut command, number);
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
            assert_eq!(sums::unequal(&report), Vec::<String>::new(), "seed {seed}");
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

/// Every number of a report and of those directly below, beside the quarter before; the trail goes on meanwhile.
fn numbers(report: &QuarterlyReport) -> Vec<String> {
    let own = report.sections.iter().flat_map(|section| &section.figures);
    let below = report.by_organisation.iter().flat_map(|child| &child.figures);
    own.chain(below)
        .filter(|figure| !figure.code.starts_with("audit."))
        .map(|figure| {
            let parts = (figure.numerator, figure.denominator, figure.value, figure.previous, figure.change);
            format!("{} {parts:?}", figure.code)
        })
        .collect()
}

/// Closes a quarter: it says what was computed before, and its rows are those of the records.
async fn close(stage: &mut Stage, of: &str) {
    let before = numbers(&stage.report("500237", of).await);
    stage.close(of).await;
    assert_eq!(numbers(&stage.report("500237", of).await), before, "{of}");
    let rows = differences(stage, "500237", of, 1, None).await;
    assert_eq!(rows, Vec::new(), "{of}: the records make the same rows again");
}

/// What differs at a place between a revision and another one, or the records of this moment.
async fn differences(
    stage: &mut Stage,
    place: &str,
    of: &str,
    from: i32,
    to: Option<i32>,
) -> Vec<Difference> {
    let clerk = stage.clerk.clone();
    let query = DifferencesQuery {
        organisation: place,
        quarter: quarter(of),
        from: Some(from),
        to,
        after: None,
        limit: 2_000,
    };
    let (rows, more) = reports::differences(&mut stage.report, &clerk, &query).await.unwrap();
    assert!(!more);
    rows
}

/// What a row that differs adds to those that stand below a place by one of its columns.
fn moved(row: &Difference, column: &str, place: &str) -> i64 {
    let stands = |value: &Option<serde_json::Value>| {
        let path = value.as_ref().and_then(serde_json::Value::as_str);
        i64::from(path.is_some_and(|path| format!("/{path}").contains(&format!("/{place}/"))))
    };
    let told = row.fields.iter().find(|field| field.field == column);
    told.map_or(0, |field| stands(&field.new) - stands(&field.old))
}

/// What an amendment tells, row by row, sums to the difference of the figures.
async fn amendment_sums(stage: &mut Stage, places: &[String], of: &str, to: i32) {
    for place in places {
        let rows = differences(stage, place, of, to - 1, Some(to)).await;
        let (old, new) = (stage.revision(place, of, to - 1).await, stage.revision(place, of, to).await);
        let change = |figure: &str| {
            let number = |report: &QuarterlyReport| shown(report, figure).parse::<i64>().unwrap();
            number(&new) - number(&old)
        };
        let sum = |table: &str, column: &str, kind: &str| -> i64 {
            let wanted = rows.iter().filter(|row| row.table == table && row.key.ends_with(kind));
            wanted.map(|row| moved(row, column, place)).sum()
        };
        let told = [
            ("members.total", sum("member_facts", "path", "")),
            ("members.deceased", sum("flow_facts", "from_path", " deceased")),
            ("members.removed", sum("flow_facts", "from_path", " removed")),
            ("members.stopped", sum("flow_facts", "from_path", " stopped")),
            ("members.admitted", sum("flow_facts", "to_path", " admitted")),
            ("members.reinstated", sum("flow_facts", "to_path", " reinstated")),
        ];
        for (figure, told) in told {
            assert_eq!(told, change(figure), "{of}, {place}: {figure}");
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
        close(&mut stage, "2026Q1").await;
        for number in 26..=35 {
            live(&mut stage, &mut random, number).await;
        }
        if seed == 3 {
            reparent(&mut stage, "2025-12-01").await;
        }
        check(&mut stage, seed, top).await;
        close(&mut stage, "2026Q2").await;
        check(&mut stage, seed, top).await;
        for number in 36..=42 {
            live(&mut stage, &mut random, number).await;
        }
        stage.amend("2026Q1").await;
        // Everywhere once: each place costs two reports.
        amendment_sums(&mut stage, if seed == 3 { &all[..] } else { top }, "2026Q1", 2).await;
        check(&mut stage, seed, top).await;
        close(&mut stage, "2026Q3").await;
        check(&mut stage, seed, &all).await;
        assert_eq!(quarters::altered(&mut stage.db.owner().await).await.unwrap(), [], "seed {seed}");
    }
}
