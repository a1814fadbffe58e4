//! One event of each kind in one quarter, every figure worked out by hand.

use cadre::across::reports::{FigurePart, TableValue};
use cadre::base::values::{Arrival, MembershipStatus};
use cadre::records::members::{self, CloseDeparture, EventKind, Floating, ProposeDeparture};
use chrono::NaiveDate;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::{Stage, codes, flow, name_of, shown};
use crate::support::builders::{day, member};

/// The first quarter of 2026. A and B are the branches of town 1, C of town 2.
pub(super) async fn script(stage: &mut Stage) {
    let (a, b, c) = (stage.branch(1, 1), stage.branch(1, 2), stage.branch(2, 1));
    stage.settled(a, 1).await;
    let mut admitted = member(a, &name_of(2), 2);
    (admitted.joined_on, admitted.full_member_on) = (day("2026-02-10"), None);
    admitted.arrival = Arrival::Admitted;
    stage.enrol(admitted).await;
    let mut from_elsewhere = member(a, &name_of(3), 3);
    (from_elsewhere.arrival, from_elsewhere.arrived_on) = (Arrival::TransferredIn, Some(day("2026-01-15")));
    stage.enrol(from_elsewhere).await;
    let inside = stage.settled(a, 4).await;
    stage.moves(inside, b, "2026-02-01").await;
    let across = stage.settled(b, 5).await;
    stage.moves(across, c, "2026-03-01").await;
    let mut to_elsewhere = member(c, &name_of(6), 6);
    (to_elsewhere.status, to_elsewhere.status_from) =
        (MembershipStatus::Transferred, Some(day("2026-02-20")));
    stage.enrol(to_elsewhere).await;
    let expelled = stage.settled(a, 7).await;
    stage.happens(expelled, EventKind::Remove(MembershipStatus::Expelled), "2026-01-20").await;
    let stopped = stage.settled(b, 8).await;
    stage.happens(stopped, EventKind::Stop, "2026-03-31").await;
    let deceased = stage.settled(a, 9).await;
    stage.happens(deceased, EventKind::Decease, "2026-01-01").await;
    let reinstated = stage.settled(a, 10).await;
    stage.happens(reinstated, EventKind::Stop, "2025-06-01").await;
    stage.happens(reinstated, EventKind::Reinstate, "2026-02-02").await;
    let mut probationary = member(b, &name_of(11), 11);
    (probationary.joined_on, probationary.full_member_on) = (day("2025-03-15"), None);
    let probationary = stage.enrol(probationary).await;
    stage.happens(probationary, EventKind::Confirm, "2026-03-15").await;
    let mut imported = member(a, &name_of(12), 12);
    imported.arrived_on = Some(day("2026-03-05"));
    stage.enrol(imported).await;
    let watched = stage.settled(c, 13).await;
    stage.happens(watched, EventKind::Restrict(MembershipStatus::Watch, None), "2025-12-01").await;
    let mut next_quarter = member(c, &name_of(14), 14);
    (next_quarter.joined_on, next_quarter.full_member_on) = (day("2026-04-01"), None);
    stage.enrol(next_quarter).await;
    let dead_before = stage.settled(b, 15).await;
    stage.happens(dead_before, EventKind::Decease, "2025-12-31").await;
}

/// opening, recorded late, admitted, reinstated, transferred in, out, removed, stopped, deceased, closing, became full.
const EXPECTED: [[i64; 11]; 6] = [
    [9, 0, 1, 1, 2, 1, 1, 1, 1, 9, 1],
    [7, 0, 1, 1, 2, 1, 1, 1, 1, 7, 1],
    [4, 0, 1, 1, 2, 1, 1, 0, 1, 5, 0],
    [3, 0, 0, 0, 1, 1, 0, 1, 0, 2, 1],
    [2, 0, 0, 0, 1, 1, 0, 0, 0, 2, 0],
    [2, 0, 0, 0, 1, 1, 0, 0, 0, 2, 0],
];

#[tokio::test]
async fn each_kind_of_event_counts_at_its_level() {
    let mut stage = Stage::new().await;
    script(&mut stage).await;
    for (code, expected) in codes(&stage.county).iter().zip(EXPECTED) {
        let report = stage.report(code, "2026Q1").await;
        assert_eq!(flow(&report), expected, "{code}: {}", report.balance);
        assert!(report.balanced && report.findings.is_empty());
    }
}

#[tokio::test]
async fn a_child_counts_in_the_report_above_as_in_its_own() {
    let mut stage = Stage::new().await;
    script(&mut stage).await;
    for above in [stage.county.county.code.clone(), stage.county.town(1).code.clone()] {
        let report = stage.report(&above, "2026Q1").await;
        assert_eq!(report.by_organisation.len(), 2);
        for child in &report.by_organisation {
            let own = stage.report(&child.organisation.code, "2026Q1").await;
            let figures: Vec<_> = own.sections.into_iter().flat_map(|section| section.figures).collect();
            assert_eq!(child.figures, figures, "{}", child.organisation.code);
            assert_eq!(child.balanced, own.balanced);
        }
    }
}

#[tokio::test]
async fn the_members_of_the_last_day_are_counted_by_what_held_then() {
    let mut stage = Stage::new().await;
    script(&mut stage).await;
    let report = stage.report("500237", "2026Q1").await;
    for (code, value) in [
        ("members.total", "9"),
        ("members.full", "8"),
        ("members.probationary", "1"),
        ("members.women", "4"),
        ("members.women.ratio", "44.44"),
        ("members.ethnic_minority", "0"),
        ("members.college_or_above", "9"),
        ("members.college_or_above.ratio", "100.00"),
        ("members.age.41_45", "9"),
        ("members.average_age", "45.00"),
        ("organisations.villages", "4"),
        ("organisations.party_organisations", "4"),
        ("organisations.branches", "4"),
        // A has 4 full members, B 2, C 2, the fourth branch none.
        ("organisations.branches_below_three", "3"),
        ("organisations.branches_above_fifty", "0"),
    ] {
        assert_eq!(shown(&report, code), value, "{code}");
    }
    let previous = report.sections[1].figures[0].previous.unwrap();
    assert_eq!(
        (previous.to_string().as_str(), report.sections[1].figures[0].code.as_str()),
        ("9", "members.total")
    );
    let before = stage.report("500237", "2025Q4").await;
    assert_eq!(
        shown(&before, "members.full"),
        "8",
        "who was confirmed in March was on probation in December"
    );
    assert_eq!(shown(&before, "members.average_age"), "45.00");
    let now = stage.report("500237", "2026Q2").await;
    assert_eq!(shown(&now, "members.average_age"), "46.00", "everybody had his birthday on 6 May");
}

#[tokio::test]
async fn ages_educations_and_absences_are_those_of_the_day() {
    let mut stage = Stage::new().await;
    let branch = stage.branch(1, 1);
    for (number, birth, education, ethnicity) in [
        (1, "1996-03-31", "21", "01"), // 30 on the last day
        (2, "1995-04-01", "33", "15"), // still 30: his 31st birthday is tomorrow; left college early
        (3, "1995-03-31", "31", "15"), // 31
        (4, "1965-03-31", "71", "01"), // 61
        (5, "1965-04-01", "61", "01"), // 60
        (6, "1996-02-29", "11", "01"), // 30
    ] {
        let mut command = member(branch, &name_of(number), number);
        command.identity.birth_date = day(birth);
        command.identity.citizen_id =
            cadre::base::values::CitizenId::compose("500237", day(birth), number).unwrap();
        command.identity.education = education.to_owned();
        command.identity.ethnicity = ethnicity.to_owned();
        if number == 1 {
            let since = day("2026-03-31");
            command.floating = Some(Floating { since, destination: Some("浙江省".to_owned()) });
        }
        if number == 2 {
            command.lost_contact_since = Some(day("2026-04-01"));
        }
        stage.enrol(command).await;
    }
    let report = stage.report("500237", "2026Q1").await;
    for (code, value) in [
        ("members.age.to_30", "3"),
        ("members.age.31_35", "1"),
        ("members.age.56_60", "1"),
        ("members.age.61_up", "1"),
        ("members.average_age", "40.33"), // (30+30+31+61+60+30)/6 = 242/6
        ("members.college_or_above", "3"),
        ("members.college_or_above.ratio", "50.00"),
        ("members.ethnic_minority.ratio", "33.33"),
        ("members.floating", "1"),
        ("members.lost_contact", "0"),
    ] {
        assert_eq!(shown(&report, code), value, "{code}");
    }
    let grid = &report.sections[1].tables[0];
    assert_eq!(grid.rows[0].values, [1, 2].map(TableValue::Count), "one man and two women are 30 or younger");
    let next = stage.report("500237", "2026Q2").await;
    assert_eq!(shown(&next, "members.lost_contact"), "1");
}

#[tokio::test]
async fn behind_each_figure_stand_as_many_rows_as_it_says() {
    let mut stage = Stage::new().await;
    script(&mut stage).await;
    for code in codes(&stage.county) {
        let report = stage.report(&code, "2026Q1").await;
        for figure in report.sections.iter().flat_map(|section| &section.figures) {
            if figure.code.starts_with("audit.") {
                continue;
            }
            let rows = stage.rows(&code, "2026Q1", &figure.code, FigurePart::Numerator).await;
            let amount: i64 = rows.iter().map(|row| row.amount).sum();
            assert_eq!(amount, figure.numerator, "{code} {}", figure.code);
            let mut ids: Vec<_> = rows.iter().map(|row| (&row.place, &row.key)).collect();
            ids.dedup();
            assert_eq!(ids.len(), rows.len(), "no row twice");
            if let Some(denominator) = figure.denominator {
                let rows = stage.rows(&code, "2026Q1", &figure.code, FigurePart::Denominator).await;
                assert_eq!(i64::try_from(rows.len()).unwrap(), denominator, "{code} {}", figure.code);
            }
        }
    }
    let town = stage.county.town(1).code.clone();
    let rows = stage.rows(&town, "2026Q1", "members.transferred_out", FigurePart::Numerator).await;
    assert_eq!(rows[0].name.as_deref(), Some(name_of(5).as_str()));
    assert_eq!(rows[0].from_code.as_deref(), Some(stage.county.branch(1, 2).code.as_str()));
    assert_eq!(rows[0].branch_code.as_deref(), Some(stage.county.branch(2, 1).code.as_str()));
    assert_eq!(rows[0].day, Some(day("2026-03-01")));
}

#[tokio::test]
async fn whoever_leaves_the_county_is_counted_until_the_receipt_and_out_from_its_day_on() {
    let mut stage = Stage::new().await;
    let (a, clerk, county) = (stage.branch(1, 1), stage.clerk.clone(), "500237");
    stage.settled(a, 1).await;
    let leaving = stage.settled(a, 2).await;
    let command = ProposeDeparture {
        member: leaving,
        to_unit: "中共成都市武侯区委组织部".to_owned(),
        letter_number: "巫组转2026-7".to_owned(),
        letter_on: day("2026-03-20"),
        valid_days: 90,
    };
    let transfer = members::propose_departures(&mut stage.web, &clerk, &[command]).await.unwrap()[0];
    let waiting = stage.report(county, "2026Q2").await;
    assert_eq!(flow(&waiting), [2, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0], "a letter alone moves nobody");
    let receipt = CloseDeparture { transfer, received_on: day("2026-04-10") };
    members::close_departures(&mut stage.web, &clerk, &[receipt]).await.unwrap();
    let branch = stage.county.branch(1, 1).code.clone();
    for place in [county, "500237101", &branch] {
        let before = stage.report(place, "2026Q1").await;
        assert_eq!(flow(&before), [2, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0], "{place}: {}", before.balance);
        let after = stage.report(place, "2026Q2").await;
        assert_eq!(flow(&after), [2, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0], "{place}: {}", after.balance);
        assert!(before.balanced && after.balanced, "{place}: {} {}", before.balance, after.balance);
    }
    let rows = stage.rows(county, "2026Q2", "members.transferred_out", FigurePart::Numerator).await;
    let told: Vec<_> = rows.iter().map(|row| (row.name.as_deref(), row.day)).collect();
    assert_eq!(told, [(Some(name_of(2).as_str()), Some(day("2026-04-10")))]);
}

#[tokio::test]
async fn a_village_that_moves_to_another_town_takes_its_members_along_at_the_towns_level() {
    let mut stage = Stage::new().await;
    let (a, b) = (stage.branch(1, 1), stage.branch(1, 2));
    for number in 1..=3 {
        stage.settled(a, number).await;
    }
    stage.settled(b, 4).await;
    let late = stage.settled(a, 5).await;
    stage.happens(late, EventKind::Decease, "2026-02-20").await;
    reparent(&mut stage, "2026-02-15").await;
    let town1 = stage.report("500237101", "2026Q1").await;
    assert_eq!(flow(&town1), [5, 0, 0, 0, 0, 4, 0, 0, 0, 1, 0], "{}", town1.balance);
    let town2 = stage.report("500237102", "2026Q1").await;
    assert_eq!(flow(&town2), [0, 0, 0, 0, 4, 0, 0, 0, 1, 3, 0], "{}", town2.balance);
    let village = stage.report("500237101201", "2026Q1").await;
    assert_eq!(flow(&village), [4, 0, 0, 0, 0, 0, 0, 0, 1, 3, 0], "inside it nobody moved");
    let county = stage.report("500237", "2026Q1").await;
    assert_eq!(flow(&county), [5, 0, 0, 0, 0, 0, 0, 0, 1, 4, 0]);
    let below: Vec<&str> =
        town2.by_organisation.iter().map(|child| child.organisation.code.as_str()).collect();
    assert_eq!(below, ["500237101201", "500237102201", "500237102202"]);
    let moved = &town2.by_organisation[0];
    assert_eq!(moved.figures.iter().find(|f| f.code == "members.opening").unwrap().numerator, 4);
    let before = stage.report("500237101", "2025Q4").await;
    assert_eq!(shown(&before, "members.total"), "5", "the tree of that day");
    assert_eq!(before.by_organisation.len(), 2);
}

/// Village 1 of town 1 comes under town 2.
pub(super) async fn reparent(stage: &mut Stage, on: &str) {
    use cadre::schema::{organisation_parents, organisations};
    let mut owner = stage.db.owner().await;
    let (village, branch) = (stage.county.village(1, 1), stage.county.branch(1, 1));
    let town = stage.county.town(2);
    let on: NaiveDate = day(on);
    diesel::update(organisation_parents::table.filter(organisation_parents::organisation_id.eq(village.id)))
        .set(organisation_parents::to_day.eq(on))
        .execute(&mut owner)
        .await
        .unwrap();
    diesel::insert_into(organisation_parents::table)
        .values((
            organisation_parents::county_id.eq(village.county),
            organisation_parents::organisation_id.eq(village.id),
            organisation_parents::parent_id.eq(town.id),
            organisation_parents::from_day.eq(on),
        ))
        .execute(&mut owner)
        .await
        .unwrap();
    let path = town.path.child(&village.code);
    let below = path.child(&branch.code);
    for (id, path, parent) in [(village.id, path, Some(town.id)), (branch.id, below, None)] {
        diesel::update(organisations::table.filter(organisations::id.eq(id)))
            .set(organisations::path.eq(path.as_str()))
            .execute(&mut owner)
            .await
            .unwrap();
        if let Some(parent) = parent {
            diesel::update(organisations::table.filter(organisations::id.eq(id)))
                .set(organisations::parent_id.eq(parent))
                .execute(&mut owner)
                .await
                .unwrap();
        }
    }
}

#[tokio::test]
async fn an_organisation_counts_from_its_founding_until_the_day_before_its_end() {
    use cadre::schema::organisations;
    let mut stage = Stage::new().await;
    let mut owner = stage.db.owner().await;
    let branch = stage.branch(1, 1);
    stage.settled(branch, 1).await;
    diesel::update(organisations::table.filter(organisations::id.eq(branch)))
        .set((
            organisations::founded_on.eq(day("2025-12-31")),
            organisations::dissolved_on.eq(day("2026-06-30")),
        ))
        .execute(&mut owner)
        .await
        .unwrap();
    let mut counts = Vec::new();
    for of in ["2025Q3", "2025Q4", "2026Q1", "2026Q2"] {
        let report = stage.report("500237", of).await;
        counts.push(shown(&report, "organisations.branches"));
        assert_eq!(shown(&report, "members.total"), "1", "{of}: nobody is lost with his branch");
    }
    assert_eq!(counts, ["3", "4", "4", "3"]);
}
