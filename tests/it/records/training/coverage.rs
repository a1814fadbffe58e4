//! How far an organisation has come on a day, and who is missing.

use std::collections::{BTreeMap, BTreeSet};

use cadre::base::actor::Role;
use cadre::base::error::Error;
use cadre::base::ids::MembershipId;
use cadre::records::members::{self, Decision, Event, EventKind, ProposeTransfer};
use cadre::records::training::{
    self, ClassKind, ClassStep, CorrectAttendance, EndExemption, Exempt, ExemptionKind, OutstandingFilter,
    RemoveAttendance, Risk, TrainingResult,
};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::{Stage, field};
use crate::support::builders::day;
use crate::support::builders::training::{attendance, class};

#[tokio::test]
async fn a_member_counts_where_he_stands_on_the_day() {
    let mut stage = Stage::new().await;
    let people = stage.members(1, 1, 1..5).await;
    stage.members(2, 1, 11..14).await;
    let id = stage.held("a", "2020-05-10", &people[..2]).await;
    for member in &people[..2] {
        stage.attend(attendance(id, *member)).await.unwrap();
    }
    let supervisor = stage.supervisor.clone();
    let moves = ProposeTransfer {
        member: people[0],
        to_branch: stage.county.branch(2, 1).id,
        on: day("2021-03-01"),
        letter_number: None,
    };
    let moved = members::propose_transfers(&mut stage.conn, &supervisor, &[moves]).await.unwrap();
    members::decide_transfers(&mut stage.conn, &supervisor, &moved, Decision::Accept, None).await.unwrap();
    let dead = Event {
        member: people[1],
        version: None,
        kind: EventKind::Decease,
        on: day("2021-04-01"),
        reason: None,
    };
    members::record(&mut stage.conn, &supervisor, &[dead]).await.unwrap();
    let town = |number: usize| format!("50023710{number}");
    for (on, county, first, second) in [
        ("2020-05-10", (7, 0), (4, 0), (3, 0)),
        ("2020-05-11", (7, 2), (4, 2), (3, 0)),
        ("2021-02-28", (7, 2), (4, 2), (3, 0)),
        ("2021-03-01", (7, 2), (3, 1), (4, 1)),
        ("2021-04-01", (6, 1), (2, 0), (4, 1)),
        ("2030-01-01", (6, 1), (2, 0), (4, 1)),
    ] {
        let found = stage.coverage("500237", on).await;
        let parts = |line: &training::CoverageLine| (line.members, line.trained);
        assert_eq!(parts(&found.total), county, "{on}");
        let children: Vec<_> = found.children.iter().map(|line| (line.code.clone(), parts(line))).collect();
        assert_eq!(children, [(town(1), first), (town(2), second)], "{on}");
        assert_eq!(parts(&stage.coverage(&town(1), on).await.total), first, "{on}");
    }
    let found = stage.coverage("500237", "2020-12-31").await;
    assert_eq!((found.required_percent, found.total.required, found.total.shortfall), (30, 3, 1));
    assert_eq!(found.total.coverage.unwrap().to_string(), "28.57");
    assert!(found.forecast.arithmetic.contains("尚余5人"), "{}", found.forecast.arithmetic);
    let clerk = stage.county.town(2).actor(Role::Clerk);
    let programme = stage.programme;
    let error = training::coverage(&mut stage.conn, &clerk, programme, &town(1), day("2021-01-01"))
        .await
        .unwrap_err();
    assert!(matches!(error, Error::Missing { .. }), "{error:?}");
}

#[tokio::test]
async fn who_is_exempt_is_left_out_and_a_lecture_trains_nobody() {
    let mut stage = Stage::new().await;
    let people = stage.members(1, 1, 1..4).await;
    let clerk = stage.clerk.clone();
    let exempt = |from: &str| Exempt {
        member: people[0],
        kind: ExemptionKind::Ill,
        reason: "长期住院".to_owned(),
        from_day: day(from),
        to_day: None,
    };
    let id = training::exempt(&mut stage.conn, &clerk, &[exempt("2021-01-01")]).await.unwrap()[0];
    let error = training::exempt(&mut stage.conn, &clerk, &[exempt("2021-02-01")]).await.unwrap_err();
    assert!(matches!(error, Error::Taken { .. }), "{error:?}");
    let end = |on: &str| EndExemption { exemption: id, version: 1, on: day(on) };
    let error = training::end_exemptions(&mut stage.conn, &clerk, &[end("2021-01-01")]).await.unwrap_err();
    assert_eq!(field(&error).0, "on");
    training::end_exemptions(&mut stage.conn, &clerk, &[end("2021-06-01")]).await.unwrap();
    for (on, members) in [("2020-12-31", 3), ("2021-01-01", 2), ("2021-05-31", 2), ("2021-06-01", 3)] {
        assert_eq!(stage.coverage("500237", on).await.total.members, members, "{on}");
    }
    let mut lecture = class(stage.programme, stage.county.town(1), "l1", "2021-05-10");
    lecture.kind = ClassKind::Lecture;
    let lecture = stage.plan(lecture).await.unwrap();
    let beside = stage.open("beside", "2021-05-10").await;
    stage.step(lecture, ClassStep::Open).await.unwrap();
    stage.enrol(lecture, &people[1..]).await.unwrap();
    stage.enrol(beside, &people[1..]).await.expect("an hour's lecture leaves the day to a class");
    stage.step(lecture, ClassStep::Hold).await.unwrap();
    stage.attend(attendance(lecture, people[1])).await.unwrap();
    assert_eq!(stage.coverage("500237", "2021-12-31").await.total.trained, 0);
}

#[tokio::test]
async fn those_most_at_risk_come_first_page_by_page() {
    let mut stage = Stage::new().await;
    let people = stage.members(1, 1, 1..7).await;
    let id = stage.held("a", "2020-05-10", &people[..1]).await;
    stage.attend(attendance(id, people[0])).await.unwrap();
    let coming = stage.open("b", "2021-07-10").await;
    stage.enrol(coming, &people[1..3]).await.unwrap();
    let owner = stage.db.owner_client().await;
    for member in [people[2], people[3]] {
        let absent = "INSERT INTO membership_absences (county_id, membership_id, kind, from_day)
            SELECT county_id, id, 'lost_contact', '2021-01-01' FROM memberships WHERE id = $1::text::uuid";
        owner.execute(absent, &[&member.to_string()]).await.unwrap();
    }
    let all = OutstandingFilter::default();
    let mut seen: Vec<(MembershipId, Risk)> = Vec::new();
    let mut after = None;
    loop {
        let lines = stage.outstanding(&all, after.as_ref(), 2).await;
        let Some(last) = lines.last() else { break };
        after = Some(last.place.clone());
        seen.extend(lines.iter().map(|line| (line.card.membership.id, line.risk)));
    }
    let risks: Vec<Risk> = seen.iter().map(|(_, risk)| *risk).collect();
    let wanted = [Risk::OutOfReach, Risk::Unplanned, Risk::Unplanned, Risk::MayMiss, Risk::Planned];
    assert_eq!(risks, wanted);
    assert_eq!((seen[0].0, seen[3].0, seen[4].0), (people[3], people[2], people[1]));
    let line =
        stage.outstanding(&OutstandingFilter { risk: Some(Risk::Planned), ..all.clone() }, None, 5).await;
    assert_eq!(line[0].coming, Some(("b".to_owned(), day("2021-07-10"))));
    assert_eq!((line[0].age, line[0].card.mobile.as_deref()), (41, Some("138****1111")));
    assert_eq!(line[0].since, day("2020-01-01"), "since the programme began");
    let unplanned = stage.outstanding(&OutstandingFilter { unplanned_only: true, risk: None }, None, 5).await;
    assert_eq!(unplanned.len(), 3);
}

/// Any attendances, corrections and removals in any order, beside a model that knows only who passed what: nobody is
/// counted twice, nobody beyond the members, and whoever comes never lowers the coverage of any day.
#[tokio::test]
async fn coverage_is_bounded_and_rises_with_every_attendance_in_whatever_order() {
    const YEARS: [i32; 3] = [2020, 2021, 2022];
    let mut stage = Stage::new().await;
    let people = stage.members(1, 1, 1..5).await;
    let mut classes = Vec::new();
    for year in YEARS {
        classes.push(stage.held(&format!("y{year}"), &format!("{year}-05-10"), &people).await);
    }
    let clerk = stage.clerk.clone();
    // Class and member → version and whether he passed.
    let mut model: BTreeMap<(usize, usize), (i32, bool)> = BTreeMap::new();
    let mut random = ChaCha8Rng::seed_from_u64(4);
    let mut before = [0i64; 3];
    for step in 0..60 {
        let key = (random.random_range(0..classes.len()), random.random_range(0..people.len()));
        let (class, member) = (classes[key.0], people[key.1]);
        let passes = random.random_range(0..3) > 0;
        let result = if passes { TrainingResult::Passed } else { TrainingResult::Failed };
        let attend = training::Attend { result, ..attendance(class, member) };
        let known = model.get(&key).copied();
        let comes = known.is_none();
        match known {
            None => {
                training::attend(&mut stage.conn, &clerk, &[attend]).await.unwrap();
                model.insert(key, (1, passes));
            }
            Some((version, _)) if random.random() => {
                let correct = [CorrectAttendance { attend, version }];
                training::correct_attendances(&mut stage.conn, &clerk, &correct).await.unwrap();
                model.insert(key, (version + 1, passes));
            }
            Some((version, _)) => {
                let remove = [RemoveAttendance { class, member, version, reason: "误登".to_owned() }];
                training::remove_attendances(&mut stage.conn, &clerk, &remove).await.unwrap();
                model.remove(&key);
            }
        }
        let mut now = [0i64; 3];
        for (place, year) in YEARS.into_iter().enumerate() {
            let passed: BTreeSet<usize> = model
                .iter()
                .filter(|((class, _), (_, passed))| *class <= place && *passed)
                .map(|((_, member), _)| *member)
                .collect();
            let found = stage.coverage("500237", &format!("{year}-12-31")).await.total;
            assert_eq!(found.trained, i64::try_from(passed.len()).unwrap(), "step {step}, {year}");
            assert!((0..=found.members).contains(&found.trained) && found.members == 4);
            now[place] = found.trained;
        }
        if comes {
            assert!(now.iter().zip(before).all(|(now, before)| *now >= before), "step {step}");
        }
        before = now;
    }
}
