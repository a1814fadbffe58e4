//! The desk: spread, drift, leniency, outliers and unproven extremes, each worked out by hand; nothing beyond the scope.

use bigdecimal::BigDecimal;
use cadre::base::actor::{Actor, Role};
use cadre::base::db;
use cadre::base::error::Result;
use cadre::base::ids::RoundId;
use cadre::base::scope::Scope;
use cadre::base::values::Period;
use cadre::records::ratings::fairness::{
    self, Basis, Behind, BehindLine, Fences, Level, RaterLine, SpreadNow, UnitLine, Waits,
};
use cadre::records::ratings::model::{RaterRule, SchemeRules};
use cadre::records::ratings::queries::GridRow;
use cadre::records::ratings::{self, Decide, Dispute, EnterRaterScores, Rater, SendBack, SetScheme, printed};

use super::{Stage, five, open, row};

impl Stage {
    async fn basis(&mut self, scope: &Scope) -> Option<Basis> {
        db::read(&mut self.conn, scope, async |conn| Basis::of(conn, scope, None, None).await).await.unwrap()
    }

    async fn spread(&mut self) -> SpreadNow {
        let scope = self.supervisor.scope.clone();
        let basis = self.basis(&scope).await.unwrap();
        db::read(&mut self.conn, &scope, async |conn| fairness::spread(conn, &scope, &basis).await)
            .await
            .unwrap()
    }

    async fn units(&mut self, level: Level, after: Option<&str>, limit: i64) -> Vec<UnitLine> {
        let scope = self.supervisor.scope.clone();
        let basis = self.basis(&scope).await.unwrap();
        db::read(&mut self.conn, &scope, async |conn| {
            fairness::units(conn, &scope, &basis, level, after, limit).await
        })
        .await
        .unwrap()
    }

    async fn behind(&mut self, wanted: Behind) -> Vec<BehindLine> {
        let scope = self.supervisor.scope.clone();
        let basis = self.basis(&scope).await.unwrap();
        let mut all: Vec<BehindLine> = Vec::new();
        // Page by page, two at a time.
        loop {
            let after = all.last().map(BehindLine::place);
            let page: Result<Vec<BehindLine>> = db::read(&mut self.conn, &scope, async |conn| {
                fairness::behind(conn, &scope, &basis, &wanted, after.as_ref(), 2).await
            })
            .await;
            let page = page.unwrap();
            let is_last = page.len() < 2;
            all.extend(page);
            if is_last {
                return all;
            }
        }
    }

    async fn names(&mut self, wanted: Behind) -> Vec<String> {
        self.behind(wanted).await.into_iter().map(|line| line.name.unwrap()).collect()
    }

    /// The next quarter of the same branch, handed in.
    async fn next_quarter(&mut self, scores: &[&str]) {
        let clerk = self.clerk.clone();
        let command = open(&self.county.branch(1, 1).code, "2026Q2");
        self.round = ratings::open_round(&mut self.conn, &clerk, &[command]).await.unwrap()[0];
        let rows = self.rows(scores);
        self.enter(rows).await.unwrap();
        ratings::submit(&mut self.conn, &clerk, &[Decide::round(self.round)]).await.unwrap();
    }
}

#[tokio::test]
async fn stars_are_spread_by_unit_and_beside_the_quarter_before() {
    let mut stage = Stage::submitted().await;
    let now = stage.spread().await;
    // 92, 80 and 61.5: five, four and two stars.
    let counts: Vec<i64> = (1..=5).map(|stars| now.now.of(stars)).collect();
    assert_eq!(counts, [0, 1, 0, 1, 1]);
    assert_eq!((now.now.sum(), now.now.rated(), now.before.rated()), (11, 3, 0));
    assert_eq!((now.fences, now.moved), (None, 0), "three have no quartiles, and no quarter before");
    stage.next_quarter(&["16,16,16,16,16", "16,16,16,16,16", "20,20,20,20,20"]).await;
    let next = stage.spread().await;
    assert_eq!(next.now.average().unwrap().to_string(), "4.33");
    // 13/3 - 11/3.
    assert_eq!(next.now.change(&next.before).unwrap().to_string(), "0.67");
    assert_eq!(next.moved, 1, "only 王芳 went two stars or more: from two to five");
    let moved = stage.behind(Behind { moved: true, ..Behind::default() }).await;
    assert_eq!((moved[0].name.as_deref(), moved[0].before, moved[0].stars), (Some("王芳"), Some(2), 5));
    let towns = stage.units(Level::Below, None, 10).await;
    assert_eq!(towns.len(), 1, "a town without ratings is no line: {towns:?}");
    assert_eq!((towns[0].code.as_str(), towns[0].now.rated()), ("500237101", 3));
    let branches = stage.units(Level::Rated, None, 10).await;
    assert_eq!((branches[0].code.as_str(), branches[0].before.sum()), ("500237101201-ZB01", 11));
    assert!(stage.units(Level::Rated, Some("500237101201-ZB01"), 10).await.is_empty());
}

#[tokio::test]
async fn behind_every_number_stand_its_names() {
    let mut stage = Stage::submitted().await;
    let everybody = stage.names(Behind::default()).await;
    assert_eq!(everybody, ["张伟", "李娜", "王芳"], "the highest total first");
    let five = Behind { stars: Some(5), ..Behind::default() };
    assert_eq!(stage.names(five).await, ["张伟"]);
    let account = Behind { account: Some(stage.clerk.name.clone()), ..Behind::default() };
    assert_eq!(stage.names(account).await.len(), 3);
    let nobody = Behind { account: Some("nobody".to_owned()), ..Behind::default() };
    assert!(stage.names(nobody).await.is_empty());
    let fences = |low: &str, high: &str| Fences {
        first_quartile: BigDecimal::from(0),
        third_quartile: BigDecimal::from(0),
        low: low.parse().unwrap(),
        high: high.parse().unwrap(),
        below: 0,
        above: 0,
    };
    // The fences themselves are inside.
    let outside = Behind { outside: Some(fences("61.5", "91.9")), ..Behind::default() };
    assert_eq!(stage.names(outside).await, ["张伟"]);
}

#[tokio::test]
async fn an_extreme_without_evidence_is_named_until_it_has_some() {
    let mut stage = Stage::new().await;
    let mut rows = stage.rows(&["18,19,17,18,20", "16,16,16,16,16", "1,1,1,1,1"]);
    rows[0].evidence = Some("抗旱值守12次".to_owned());
    stage.enter(rows).await.unwrap();
    let (clerk, round) = (stage.clerk.clone(), stage.round);
    ratings::submit(&mut stage.conn, &clerk, &[Decide::round(round)]).await.unwrap();
    let unproven = Behind { unproven: true, ..Behind::default() };
    assert_eq!(stage.names(unproven.clone()).await, ["王芳"], "five stars are proven, four are no extreme");
    assert_eq!(stage.spread().await.unproven, 1);
}

pub(super) fn by_raters() -> SetScheme {
    let rules = SchemeRules { raters: RaterRule::Mean, least_raters: 1, ..SchemeRules::default() };
    SetScheme { code: "by_raters".to_owned(), is_primary: false, rules, ..five() }
}

/// A round of the first branch in which several raters scored: by name, member and the five scores.
async fn scored(stage: &mut Stage, sheets: &[(&str, usize, &str)]) -> RoundId {
    let (supervisor, clerk) = (stage.supervisor.clone(), stage.clerk.clone());
    ratings::set_scheme(&mut stage.conn, &supervisor, &[by_raters()]).await.unwrap();
    let command = ratings::OpenRound {
        scheme: "by_raters".to_owned(),
        ..open(&stage.county.branch(1, 1).code, "2026Q1")
    };
    let round = ratings::open_round(&mut stage.conn, &clerk, &[command]).await.unwrap()[0];
    for (name, member, scores) in sheets {
        enter(stage, round, name, *member, scores).await;
    }
    ratings::submit(&mut stage.conn, &clerk, &[Decide::round(round)]).await.unwrap();
    round
}

async fn enter(stage: &mut Stage, round: RoundId, name: &str, member: usize, scores: &str) {
    let rater = Rater { name: name.to_owned(), member: None };
    let rows = vec![row(stage.members[member], scores)];
    let sheet = EnterRaterScores { round, version: None, rater, rows };
    let clerk = stage.clerk.clone();
    ratings::enter_rater_scores(&mut stage.conn, &clerk, &[sheet]).await.unwrap();
}

async fn raters(stage: &mut Stage, limit: i64) -> Vec<RaterLine> {
    let scope = stage.supervisor.scope.clone();
    let period = Period::parse("2026Q1").unwrap();
    let mut all: Vec<RaterLine> = Vec::new();
    loop {
        let after = all.last().map(RaterLine::place);
        let page = db::read(&mut stage.conn, &scope, async |conn| {
            let basis = Basis::of(conn, &scope, Some("by_raters"), Some(period)).await?.unwrap();
            fairness::raters(conn, &scope, &basis, after.as_ref(), limit).await
        })
        .await
        .unwrap();
        let is_last = page.len() < usize::try_from(limit).unwrap();
        all.extend(page);
        if is_last {
            return all;
        }
    }
}

/// Of twenty marks: 一号 gives 20, the others 16 and 12, so he is 6 above their mean of 14: 30 hundredths of the full
/// marks in each of five dimensions. 王芳 was scored by him alone: nothing stands beside it.
#[tokio::test]
async fn a_rater_is_as_lenient_as_he_is_above_the_others_of_the_same_subject() {
    let mut stage = Stage::new().await;
    let all = [
        ("一号", 0, "20,20,20,20,20"),
        ("二号", 0, "16,16,16,16,16"),
        ("三号", 0, "12,12,12,12,12"),
        ("一号", 2, "1,1,1,1,1"),
        ("二号", 1, "10,10,10,10,10"),
        ("三号", 1, "10,10,10,10,11"),
    ];
    scored(&mut stage, &all).await;
    let lines = raters(&mut stage, 2).await;
    let told: Vec<(&str, String, i32, String)> = lines
        .iter()
        .map(|line| {
            (line.name.as_str(), printed(&line.deviation), line.compared, line.leniency.to_plain_string())
        })
        .collect();
    // 三号: five times -30, four times 0, once +5; 二号: five times 0, four times 0, once -5.
    let expected = [
        ("一号", "150".to_owned(), 5, "30.00".to_owned()),
        ("三号", "-145".to_owned(), 10, "-14.50".to_owned()),
        ("二号", "-5".to_owned(), 10, "-0.50".to_owned()),
    ];
    assert_eq!(told, expected);
    // His sheets alone would give five stars and one.
    assert_eq!((lines[0].alone.of(5), lines[0].alone.of(1), lines[0].alone.rated()), (1, 1, 2));
    assert_eq!(lines[0].unit.0, "500237101201-ZB01");
}

/// Lets every rating stand as handed in, or takes that back, behind the verbs.
async fn handed_in(stage: &Stage, so: bool) {
    let set = if so {
        "state = 'submitted', submitted_by = 'zhang', submitted_at = now()"
    } else {
        "state = 'draft', submitted_by = NULL, submitted_at = NULL"
    };
    stage.db.owner_client().await.batch_execute(&format!("UPDATE ratings SET {set}")).await.unwrap();
}

#[tokio::test]
async fn leniency_follows_every_sheet_and_a_score_taken_back() {
    let mut stage = Stage::new().await;
    let (supervisor, clerk) = (stage.supervisor.clone(), stage.clerk.clone());
    ratings::set_scheme(&mut stage.conn, &supervisor, &[by_raters()]).await.unwrap();
    let command = ratings::OpenRound {
        scheme: "by_raters".to_owned(),
        ..open(&stage.county.branch(1, 1).code, "2026Q1")
    };
    let round = ratings::open_round(&mut stage.conn, &clerk, &[command]).await.unwrap()[0];
    enter(&mut stage, round, "一号", 0, "20,20,20,20,20").await;
    assert!(raters(&mut stage, 9).await.is_empty(), "nobody beside him");
    enter(&mut stage, round, "二号", 0, "10,10,10,10,10").await;
    let told = |lines: &[RaterLine]| -> Vec<String> {
        lines
            .iter()
            .map(|line| format!("{} {}/{}", line.name, printed(&line.deviation), line.compared))
            .collect()
    };
    assert!(raters(&mut stage, 9).await.is_empty(), "nothing is handed in, so no names stand behind a row");
    handed_in(&stage, true).await;
    let mut both = told(&raters(&mut stage, 9).await);
    both.sort_unstable();
    assert_eq!(both, ["一号 250/5", "二号 -250/5"]);
    handed_in(&stage, false).await;
    enter(&mut stage, round, "二号", 0, ",,,,10").await;
    handed_in(&stage, true).await;
    let mut both = told(&raters(&mut stage, 9).await);
    both.sort_unstable();
    assert_eq!(both, ["一号 50/1", "二号 -50/1"]);
}

async fn waits(stage: &mut Stage, name: &str) -> Waits {
    let scope = stage.supervisor.scope.clone();
    db::read(&mut stage.conn, &scope, async |conn| Ok(fairness::waits(conn, &scope, name).await?))
        .await
        .unwrap()
}

#[tokio::test]
async fn what_i_handed_in_waits_for_somebody_else() {
    let mut stage = Stage::submitted().await;
    let (clerk, supervisor) = (stage.clerk.clone(), stage.supervisor.clone());
    let mine = waits(&mut stage, &supervisor.name).await;
    assert_eq!((mine.to_review, mine.own), (3, 0));
    assert!(mine.oldest.is_some());
    let theirs = waits(&mut stage, &clerk.name).await;
    assert_eq!((theirs.to_review, theirs.own, theirs.oldest), (0, 3, None));
    let whole = [Decide::round(stage.round)];
    ratings::review(&mut stage.conn, &supervisor, &whole).await.unwrap();
    assert_eq!(waits(&mut stage, &supervisor.name).await.to_confirm, 3);
    ratings::confirm(&mut stage.conn, &supervisor, &whole).await.unwrap();
    assert_eq!(waits(&mut stage, &supervisor.name).await.to_publish, 3);
    ratings::publish(&mut stage.conn, &supervisor, &whole).await.unwrap();
    let rating = stage.ratings().await[0];
    let one = [Dispute { rating, reason: "分数有误".to_owned(), version: None }];
    ratings::object(&mut stage.conn, &clerk, &one).await.unwrap();
    let mine = waits(&mut stage, &supervisor.name).await;
    assert_eq!((mine.to_publish, mine.objections), (0, 1));
    assert_eq!(waits(&mut stage, &clerk.name).await.objections, 0, "who entered it does not answer it");
    // Entered by somebody else, it does not wait for whoever handed the rating in either.
    let other = Actor { name: "listens".to_owned(), ..clerk.clone() };
    let two =
        [Dispute { rating: stage.ratings().await[1], reason: "分数有误".to_owned(), version: None }];
    ratings::object(&mut stage.conn, &other, &two).await.unwrap();
    assert_eq!(waits(&mut stage, &clerk.name).await.objections, 0, "who handed it in does not answer for it");
    assert_eq!(waits(&mut stage, &supervisor.name).await.objections, 2);
    assert_eq!(waits(&mut stage, &other.name).await.objections, 1);
}

#[tokio::test]
async fn the_desk_of_a_town_shows_nothing_of_its_sibling() {
    let mut stage = Stage::submitted().await;
    let sibling = stage.county.town(2).actor(Role::Supervisor).scope;
    assert!(stage.basis(&sibling).await.is_none(), "nothing was handed in there");
    // Row-level security holds even where a read asks for more than the scope that it runs in.
    let county = stage.supervisor.scope.clone();
    let basis = stage.basis(&county).await.unwrap();
    let found = db::read(&mut stage.conn, &sibling, async |conn| {
        let spread = fairness::spread(conn, &county, &basis).await?;
        let behind = fairness::behind(conn, &county, &basis, &Behind::default(), None, 9).await?;
        Ok((spread.now.rated(), behind.len()))
    });
    assert_eq!(found.await.unwrap(), (0, 0));
}

#[tokio::test]
async fn whoever_scored_nothing_that_stands_is_no_line_and_lines_count_what_their_names_list() {
    let mut stage = Stage::new().await;
    let all = [
        ("一号", 0, "20,20,20,20,20"),
        ("二号", 0, "16,16,16,16,16"),
        ("二号", 1, "10,10,10,10,10"),
        ("三号", 1, "10,10,10,10,11"),
    ];
    stage.round = scored(&mut stage, &all).await;
    assert_eq!(raters(&mut stage, 9).await.len(), 3);
    let grid = stage.grid().await;
    let of_first = |row: &&GridRow| row.subject.membership_id == Some(stage.members[0]);
    let rating = grid.rows.iter().find(of_first).unwrap().rating.as_ref().unwrap().id;
    let supervisor = stage.supervisor.clone();
    let back = [SendBack { rating, reason: "请补充依据".to_owned(), version: None }];
    ratings::return_(&mut stage.conn, &supervisor, &back).await.unwrap();
    let lines = raters(&mut stage, 9).await;
    let mut told = Vec::new();
    for line in &lines {
        let behind = stage.behind(Behind { rater: Some(line.id), ..Behind::default() }).await;
        told.push((line.name.clone(), line.alone.rated(), behind.len()));
    }
    told.sort();
    assert_eq!(
        told,
        [("三号".to_owned(), 1, 1), ("二号".to_owned(), 1, 1)],
        "一号 scored what was sent back"
    );
    let scope = supervisor.scope.clone();
    let basis = stage.basis(&scope).await.unwrap();
    let count =
        db::read(&mut stage.conn, &scope, async |conn| fairness::count_raters(conn, &scope, &basis).await);
    assert_eq!(count.await.unwrap(), 2);
}

#[tokio::test]
async fn a_scheme_is_found_behind_however_many_periods_of_another() {
    let mut stage = Stage::new().await;
    let other = stage.round;
    scored(&mut stage, &[("一号", 0, "20,20,20,20,20")]).await;
    // Six years of months, all newer.
    let months = format!(
        "INSERT INTO rating_rounds (county_id, id, scheme_id, organisation_id, path, period, first_day, last_day, state,
            created_by, updated_by)
         SELECT r.county_id, gen_random_uuid(), r.scheme_id, r.organisation_id, r.path, to_char(m, 'YYYY-MM'), m::date,
            (m + interval '1 month' - interval '1 day')::date, 'submitted', 'a', 'a'
         FROM rating_rounds r, generate_series(timestamp '2030-01-01', timestamp '2035-12-01', interval '1 month') m
         WHERE r.id = '{other}'"
    );
    stage.db.owner_client().await.batch_execute(&months).await.unwrap();
    let scope = stage.supervisor.scope.clone();
    let period = Period::parse("2026Q1").unwrap();
    let found = db::read(&mut stage.conn, &scope, async |conn| {
        let by_scheme = Basis::of(conn, &scope, Some("by_raters"), None).await?;
        let by_period = Basis::of(conn, &scope, None, Some(period)).await?;
        Ok([by_scheme, by_period])
    })
    .await
    .unwrap();
    let told = found.map(|basis| basis.map(|basis| (basis.scheme.code, basis.period.to_string())));
    let expected = Some(("by_raters".to_owned(), "2026Q1".to_owned()));
    assert_eq!(told, [expected.clone(), expected]);
    let newest = stage.basis(&scope).await.unwrap();
    assert_eq!(
        (newest.scheme.code.as_str(), newest.period.to_string().as_str()),
        ("member_stars", "2035-12")
    );
}
