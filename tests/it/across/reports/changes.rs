//! Why a figure changed: the causes of a quarter worked out by hand, and, over generated counties, groups and lists that
//! sum exactly to the difference of every part of every figure.

use std::collections::BTreeMap;

use cadre::across::reports::figures::FigureValue;
use cadre::across::reports::{
    self, ChangeLine, ChangeRowsQuery, ChangesQuery, FigureChange, FigurePart, PartChange,
};
use cadre::across::sample::{
    Pack, generate, load, load_assessments, load_awards, load_committees, load_ratings, load_reserves,
    load_training,
};
use cadre::base::actor::{Actor, Role};
use cadre::base::clock;
use cadre::base::db::{self, Connection};
use cadre::base::error::Error;
use cadre::base::keys::KeyRing;
use cadre::base::values::Quarter;
use cadre::records::members::{self, Event, EventKind};

use super::scripted::{reparent, script};
use super::{Stage, name_of, quarter};
use crate::support::TestDb;

type End = (Quarter, Option<i32>);

async fn change(
    conn: &mut Connection,
    actor: &Actor,
    figure: &str,
    place: &str,
    from: End,
    to: End,
) -> FigureChange {
    let query = ChangesQuery { figure, organisation: place, from, to };
    reports::figure_changes(conn, actor, &query).await.unwrap_or_else(|error| panic!("{figure}: {error:?}"))
}

/// All rows of a part, in pages of `limit`.
async fn lines(
    conn: &mut Connection,
    actor: &Actor,
    query: &ChangesQuery<'_>,
    part: &str,
    cause: Option<&str>,
    limit: i64,
) -> Vec<ChangeLine> {
    let mut all: Vec<ChangeLine> = Vec::new();
    loop {
        let after = all.last().map(|line| (line.place.clone(), line.key.clone()));
        let asked = ChangeRowsQuery {
            change: query.clone(),
            part: FigurePart::parse(part).unwrap(),
            cause,
            after: after.as_ref().map(|(place, key)| (place.as_str(), key.as_str())),
            limit,
        };
        let (rows, more) = reports::figure_change_rows(conn, actor, &asked).await.unwrap();
        all.extend(rows);
        if !more {
            return all;
        }
    }
}

fn groups(part: &PartChange) -> Vec<(&str, i64, i64)> {
    part.groups.iter().map(|group| (group.cause.as_str(), group.rows, group.amount)).collect()
}

impl Stage {
    async fn why(&mut self, figure: &str, place: &str, from: &str, to: &str) -> FigureChange {
        let clerk = self.clerk.clone();
        change(&mut self.report, &clerk, figure, place, (quarter(from), None), (quarter(to), None)).await
    }
}

#[tokio::test]
async fn each_kind_of_event_is_the_cause_of_whom_it_moved() {
    let mut stage = Stage::new().await;
    script(&mut stage).await;
    let county = stage.why("members.total", "500237", "2025Q4", "2026Q1").await;
    assert_eq!((county.from.numerator, county.to.numerator), (9, 9));
    assert_eq!(
        groups(&county.parts[0]),
        [
            ("joined", 1, 1),
            ("reinstated", 1, 1),
            ("transferred_in", 2, 2),
            ("transferred_out", 1, -1),
            ("removed", 1, -1),
            ("stopped", 1, -1),
            ("deceased", 1, -1),
        ]
    );
    let town = stage.why("members.total", "500237102", "2025Q4", "2026Q1").await;
    assert_eq!(groups(&town.parts[0]), [("transferred_in", 1, 1), ("transferred_out", 1, -1)]);
    let full = stage.why("members.full", "500237", "2025Q4", "2026Q1").await;
    assert!(groups(&full.parts[0]).contains(&("category_changed", 1, 1)), "{full:?}");
    let clerk = stage.clerk.clone();
    let query = ChangesQuery {
        figure: "members.full",
        organisation: "500237",
        from: (quarter("2025Q4"), None),
        to: (quarter("2026Q1"), None),
    };
    let confirmed = lines(&mut stage.report, &clerk, &query, "numerator", Some("category_changed"), 50).await;
    assert_eq!(confirmed.len(), 1);
    assert_eq!(
        (confirmed[0].name.as_deref(), confirmed[0].label.as_str()),
        (Some(name_of(11).as_str()), "预备党员转正")
    );
    let moved = lines(&mut stage.report, &clerk, &query, "numerator", Some("deceased"), 50).await;
    assert_eq!(
        (moved[0].day.unwrap().to_string().as_str(), moved[0].before, moved[0].after),
        ("2026-01-01", 1, 0)
    );
    assert_eq!(moved[0].from_code.as_deref(), Some(stage.county.branch(1, 1).code.as_str()));
    // Everybody who stayed had his birthday on 6 May.
    let age = stage.why("members.average_age", "500237", "2026Q1", "2026Q2").await;
    assert!(groups(&age.parts[0]).contains(&("age_passed", 9, 9)), "{age:?}");
    assert_eq!(age.parts[1].part, "denominator");
    assert_eq!(groups(&age.parts[1]), [("joined", 1, 1)]);
    let opening = stage.why("members.opening", "500237", "2026Q1", "2026Q2").await;
    assert_eq!(
        groups(&opening.parts[0]),
        groups(&county.parts[0]),
        "the opening moves as the closing before did"
    );
    let flow = stage.why("members.admitted", "500237", "2025Q4", "2026Q1").await;
    assert_eq!(groups(&flow.parts[0]), [("in_period", 1, 1)]);
}

#[tokio::test]
async fn what_was_recorded_after_the_closing_is_told_apart() {
    let mut stage = Stage::new().await;
    script(&mut stage).await;
    stage.close("2026Q1").await;
    let clerk = stage.clerk.clone();
    stage.settled(stage.branch(1, 2), 20).await;
    let live = stage.why("members.total", "500237", "2026Q1", "2026Q2").await;
    assert_eq!(groups(&live.parts[0]), [("joined", 1, 1), ("recorded_late", 1, 1)]);
    assert_eq!((live.from.revision, live.to.revision), (Some(1), None));
    stage.close("2026Q2").await;
    let closed = stage.why("members.total", "500237", "2026Q1", "2026Q2").await;
    assert_eq!(groups(&closed.parts[0]), groups(&live.parts[0]), "closed or not");
    stage.amend("2026Q1").await;
    let (from, to) = ((quarter("2026Q1"), Some(1)), (quarter("2026Q1"), Some(2)));
    let revised = change(&mut stage.report, &clerk, "members.total", "500237", from, to).await;
    assert_eq!(groups(&revised.parts[0]), [("corrected_added", 1, 1)]);
    let after = stage.why("members.total", "500237", "2026Q1", "2026Q2").await;
    assert_eq!(groups(&after.parts[0]), [("joined", 1, 1)], "it is in the new revision already");
    // A village that went to another town took its members along.
    reparent(&mut stage, "2026-08-01").await;
    let town = stage.why("members.total", "500237101", "2026Q2", "2026Q3").await;
    let [("transferred_out", count, amount)] = groups(&town.parts[0])[..] else { panic!("{town:?}") };
    assert_eq!((count, amount), (-amount, town.parts[0].difference));
    let villages = stage.why("organisations.villages", "500237101", "2026Q2", "2026Q3").await;
    assert_eq!(groups(&villages.parts[0]), [("moved_out", 1, -1)]);
}

#[tokio::test]
async fn what_cannot_be_compared_is_refused() {
    let mut stage = Stage::new().await;
    script(&mut stage).await;
    stage.close("2026Q1").await;
    let clerk = stage.clerk.clone();
    let of = |from: (&str, Option<i32>), to: (&str, Option<i32>)| ChangesQuery {
        figure: "members.total",
        organisation: "500237",
        from: (quarter(from.0), from.1),
        to: (quarter(to.0), to.1),
    };
    for wrong in [
        of(("2026Q2", None), ("2026Q1", None)),
        of(("2026Q1", Some(1)), ("2026Q1", Some(1))),
        of(("2026Q1", None), ("2026Q1", None)),
        of(("2026Q2", None), ("2026Q2", None)),
    ] {
        let refused = reports::figure_changes(&mut stage.report, &clerk, &wrong).await;
        assert!(matches!(refused, Err(Error::Invalid(_))), "{wrong:?}: {refused:?}");
    }
    let unknown = ChangesQuery { figure: "members.nonsense", ..of(("2025Q4", None), ("2026Q1", None)) };
    let refused = reports::figure_changes(&mut stage.report, &clerk, &unknown).await;
    assert!(matches!(refused, Err(Error::Missing { .. })), "{refused:?}");
    let missing = of(("2025Q4", Some(1)), ("2026Q1", None));
    let refused = reports::figure_changes(&mut stage.report, &clerk, &missing).await;
    assert!(matches!(refused, Err(Error::Missing { .. })), "{refused:?}");
    let of_town = stage.county.town(2).actor(Role::Clerk);
    let refused =
        reports::figure_changes(&mut stage.report, &of_town, &of(("2025Q4", None), ("2026Q1", None))).await;
    assert!(matches!(refused, Err(Error::Missing { .. })), "{refused:?}");
    let trail = ChangesQuery { figure: "audit.entries", ..of(("2025Q4", None), ("2026Q1", None)) };
    let refused = reports::figure_changes(&mut stage.report, &clerk, &trail).await;
    assert!(matches!(refused, Err(Error::Forbidden)), "{refused:?}");
}

/// The figures of the report at one end, by code.
async fn figures(
    conn: &mut Connection,
    actor: &Actor,
    place: &str,
    end: End,
) -> BTreeMap<String, FigureValue> {
    let report = reports::quarterly(conn, actor, place, end.0, end.1).await.unwrap();
    let figures = report.sections.into_iter().flat_map(|section| section.figures);
    figures.map(|figure| (figure.code.clone(), figure)).collect()
}

/// Each figure of a report at both ends: the groups and the lists of each part sum to the difference of what the reports
/// say. One figure of `every`, from the one at `offset` on.
async fn sums(
    conn: &mut Connection,
    actor: &Actor,
    place: &str,
    (from, to): (End, End),
    (every, offset): (usize, usize),
) {
    let (before, after) = (figures(conn, actor, place, from).await, figures(conn, actor, place, to).await);
    for (code, now) in after.iter().skip(offset).step_by(every) {
        let Some(then) = before.get(code) else { continue };
        let told = change(conn, actor, code, place, from, to).await;
        let what = format!("{code} of {place} from {from:?} to {to:?}: {told:?}");
        assert_eq!(
            (told.from.numerator, told.from.denominator, told.from.value),
            (then.numerator, then.denominator, then.value),
            "{what}"
        );
        assert_eq!(
            (told.to.numerator, told.to.denominator, told.to.value),
            (now.numerator, now.denominator, now.value),
            "{what}"
        );
        for part in &told.parts {
            let sum: i64 = part.groups.iter().map(|group| group.amount).sum();
            assert_eq!((part.difference, sum), (part.to - part.from, part.difference), "{what}");
            let query = ChangesQuery { figure: code, organisation: place, from, to };
            let rows = lines(conn, actor, &query, part.part, None, 500).await;
            let listed: i64 = rows.iter().map(|line| line.after - line.before).sum();
            assert_eq!(listed, part.difference, "{what}");
            for group in &part.groups {
                let of_group = rows.iter().filter(|line| line.cause == group.cause);
                let sum: i64 = of_group.clone().map(|line| line.after - line.before).sum();
                assert_eq!(
                    (i64::try_from(of_group.count()).unwrap(), sum),
                    (group.rows, group.amount),
                    "{what}"
                );
            }
        }
    }
}

#[tokio::test]
async fn groups_sum_to_the_difference_of_every_figure_of_a_generated_county() {
    let test = TestDb::new().await;
    let keys = KeyRing::ephemeral().unwrap();
    let mut pack = Pack::load("wufeng").unwrap();
    pack.county.members = 900;
    pack.county.history.members = 890;
    let sample = generate(&pack, 7, clock::today()).unwrap();
    let (mut owner, mut conn) = (test.owner().await, test.web().await);
    let loaded = load(&mut owner, &mut conn, &keys, &sample, |_| {}).await.unwrap();
    db::tidy(&mut owner).await.unwrap();
    load_committees(&mut owner, &mut conn, &keys, &sample, &loaded).await.unwrap();
    load_ratings(&mut conn, &sample, &loaded).await.unwrap();
    load_awards(&mut conn, &sample, &loaded).await.unwrap();
    load_reserves(&mut conn, &keys, &sample, &loaded).await.unwrap();
    load_training(&mut owner, &mut conn, &sample, &loaded).await.unwrap();
    load_assessments(&mut conn, &keys, &sample, &loaded).await.unwrap();
    db::tidy(&mut owner).await.unwrap();
    let actor = Actor::command_line(loaded.scope.clone());
    let county = loaded.scope.path.code().to_owned();
    let running = Quarter::containing(clock::today());
    let (last, before) = (running.previous(), running.previous().previous());
    for of in [before, last] {
        reports::close(&mut conn, &actor, &county, of).await.unwrap();
    }
    let town = &sample.organisations.iter().find(|one| one.code.len() == 9).unwrap().code;
    let mut report = test.report().await;
    let early = before.same_quarter_last_year();
    sums(&mut report, &actor, &county, ((early, None), (last, None)), (15, 0)).await;
    sums(&mut report, &actor, &county, ((before, None), (last, None)), (15, 1)).await;
    sums(&mut report, &actor, town, ((before, None), (last, None)), (15, 2)).await;
    sums(&mut report, &actor, town, ((last, None), (running, None)), (15, 3)).await;
    // Deaths before the closing, recorded late.
    let mut left = 3;
    for (place, member) in sample.members.iter().enumerate() {
        if left > 0 && member.in_register_on(clock::today()) && member.in_register_on(before.first_day()) {
            let event = Event {
                member: loaded.members[place],
                version: None,
                kind: EventKind::Decease,
                on: last.last_day(),
                reason: Some("家属报告".to_owned()),
            };
            left -= i32::from(members::record(&mut conn, &actor, &[event]).await.is_ok());
        }
    }
    assert_eq!(left, 0);
    reports::amend(&mut conn, &actor, &county, last, "补登去世党员").await.unwrap();
    sums(&mut report, &actor, &county, ((last, Some(1)), (last, Some(2))), (15, 4)).await;
    sums(&mut report, &actor, &county, ((before, None), (last, Some(2))), (15, 2)).await;
}
