//! Findings as figures: what was found at closing is kept, scores follow from the counts, a county weighs and measures
//! rules its own way, and the queue of repairs goes through the records one after the other.

use cadre::across::reports::quality::{self, Cursor, Direction, QueueItem, score};
use cadre::across::reports::{self, FigurePart};
use cadre::base::actor::Role;
use cadre::base::error::Error;
use cadre::records::members::EventKind;
use cadre::records::quarters::{self, SetQualityRule, Severity};

use super::{Stage, quarter, shown};
use crate::support::builders::{day, member};

const COUNTY: &str = "500237";
const TOWN: &str = "500237101";
const OVERDUE: &str = "members.probation_overdue";

impl Stage {
    async fn next(&mut self, rule: &str, of: &str, direction: Direction) -> Option<QueueItem> {
        let asked = (rule, of, quarter("2026Q1"));
        quality::step_queue(&mut self.report, &self.clerk, &self.keys, asked, &direction).await.unwrap()
    }

    /// Members on probation since 2022: two in the first town, one in the second.
    async fn late(&mut self) -> Vec<cadre::base::ids::MembershipId> {
        let mut found = Vec::new();
        for (number, (town, village)) in [(1, 1), (1, 2), (2, 1)].into_iter().enumerate() {
            let mut late = member(self.branch(town, village), "张伟", u16::try_from(number).unwrap() + 1);
            (late.joined_on, late.full_member_on) = (day("2022-01-10"), None);
            found.push(self.enrol(late).await);
        }
        found
    }
}

#[tokio::test]
async fn what_was_found_at_closing_is_kept_and_what_is_found_now_is_another_matter() {
    let mut stage = Stage::new().await;
    let late = stage.late().await;
    let figure = format!("quality.findings.{OVERDUE}");
    let live = stage.report(COUNTY, "2026Q1").await;
    assert_eq!(shown(&live, &figure), "3");
    let all: i64 = shown(&live, "quality.findings").parse().unwrap();
    let by_rule: i64 = live
        .sections
        .iter()
        .flat_map(|section| &section.figures)
        .filter(|figure| figure.code.starts_with("quality.findings."))
        .map(|figure| figure.numerator)
        .sum();
    assert_eq!(all, by_rule, "the parts sum to the whole");
    // Nobody kept what the open quarter before had found.
    let total = live.sections.iter().flat_map(|s| &s.figures).find(|f| f.code == "quality.findings").unwrap();
    assert_eq!(total.previous, None);
    stage.close("2026Q1").await;
    let closed = stage.report(COUNTY, "2026Q1").await;
    assert_eq!(closed.by_organisation, live.by_organisation, "frozen and live are the same to the digit");
    stage.happens(late[0], EventKind::Confirm, "2024-01-10").await;
    assert_eq!(stage.report(COUNTY, "2026Q1").await, closed, "a closed quarter keeps what was found in it");
    let next = stage.report(COUNTY, "2026Q2").await;
    assert_eq!(shown(&next, &figure), "2");
    let now = next.sections.iter().flat_map(|s| &s.figures).find(|f| f.code == figure).unwrap();
    assert_eq!(now.change.unwrap().to_string(), "-1");
    let rows = stage.rows(TOWN, "2026Q1", &figure, FigurePart::Numerator).await;
    assert_eq!(rows.len(), 2, "{rows:?}");
    assert!(rows.iter().all(|row| row.subject == "member" && row.kind.as_deref() == Some(OVERDUE)));
    assert!(rows.iter().any(|row| row.member == Some(late[0].0) && row.name.as_deref() == Some("张伟")));
}

#[tokio::test]
async fn a_rule_looks_at_the_last_day_of_its_quarter() {
    let mut stage = Stage::new().await;
    stage.late().await;
    let figure = format!("quality.findings.{OVERDUE}");
    assert_eq!(shown(&stage.report(COUNTY, "2023Q4").await, &figure), "0", "two years were not over");
    assert_eq!(shown(&stage.report(COUNTY, "2024Q1").await, &figure), "3");
}

#[tokio::test]
async fn a_county_measures_and_weighs_a_rule_from_a_day_on() {
    let mut stage = Stage::new().await;
    stage.late().await;
    let wang = stage.supervisor("wang");
    let command = |threshold, weight, from: &str| SetQualityRule {
        rule: OVERDUE.to_owned(),
        from_day: day(from),
        severity: Severity::Notice,
        weight,
        threshold,
        source: "县委〔2026〕1号".to_owned(),
    };
    let wrong = quarters::set_quality_rules(&mut stage.web, &wang, &[command(None, 101, "2026-01-01")]).await;
    let Err(Error::Invalid(errors)) = wrong else { panic!("{wrong:?}") };
    assert_eq!(errors.iter().map(|error| error.field.as_str()).collect::<Vec<_>>(), ["weight", "threshold"]);
    let unknown = SetQualityRule { rule: "members.nobody".to_owned(), ..command(None, 1, "2026-01-01") };
    let wrong = quarters::set_quality_rules(&mut stage.web, &wang, &[unknown]).await;
    assert!(matches!(wrong, Err(Error::Invalid(_))), "{wrong:?}");
    let set = [command(Some(60), 2, "2026-01-01")];
    quarters::set_quality_rules(&mut stage.web, &wang, &set).await.unwrap();
    let late =
        quarters::set_quality_rules(&mut stage.web, &wang, &[command(Some(48), 2, "2025-01-01")]).await;
    assert!(
        matches!(&late, Err(Error::Refused(told)) if told.contains("现行规定自2026-01-01起")),
        "{late:?}"
    );
    let figure = format!("quality.findings.{OVERDUE}");
    assert_eq!(shown(&stage.report(COUNTY, "2026Q1").await, &figure), "0", "five years are not over");
    assert_eq!(shown(&stage.report(COUNTY, "2025Q4").await, &figure), "3", "before the county's version");
}

#[tokio::test]
async fn a_score_is_made_of_shares_and_those_of_closed_quarters_make_a_trend() {
    let mut stage = Stage::new().await;
    let late = stage.late().await;
    for number in 10..=16 {
        let branch = stage.branch(1, 1);
        stage.settled(branch, number).await;
    }
    let clerk = stage.clerk.clone();
    let told = score(&mut stage.report, &clerk, COUNTY, quarter("2026Q1")).await.unwrap();
    let part = |rule: &str| told.parts.iter().find(|part| part.rule == rule).unwrap().clone();
    let overdue = part(OVERDUE);
    assert_eq!((overdue.found, overdue.population, overdue.weight), (3, 10, 5));
    assert_eq!(overdue.score.unwrap().to_string(), "70.00");
    assert_eq!(part("organisations.branch_below_three").score.unwrap().to_string(), "25.00", "three of four");
    assert_eq!(part("committees.term_overdue").score, None, "no committee was looked over");
    // Members: 100 × (10 + 10 + 1 + 10 + 5 + 10) and 70 × 5; branches 25 and 100; organisations 100 × 10; villages 0.
    let sum = 100 * 46 + 70 * 5 + 25 + 100 + 100 * 10;
    let weights = 46 + 5 + 1 + 1 + 10 + 1;
    let expected = format!("{:.2}", f64::from(sum) / f64::from(weights));
    assert_eq!(told.score.unwrap().to_string(), expected, "{:?}", told.parts);
    assert_eq!((told.trend.len(), told.revision), (1, None));
    stage.close("2026Q1").await;
    stage.happens(late[0], EventKind::Confirm, "2024-01-10").await;
    let then = score(&mut stage.report, &clerk, COUNTY, quarter("2026Q1")).await.unwrap();
    assert_eq!((then.score, then.revision), (told.score, Some(1)), "a closed quarter keeps its score");
    let now = score(&mut stage.report, &clerk, COUNTY, quarter("2026Q2")).await.unwrap();
    let points: Vec<_> = now.trend.iter().map(|point| (point.quarter.to_string(), point.revision)).collect();
    assert_eq!(points, [("2026Q1".to_owned(), Some(1)), ("2026Q2".to_owned(), None)]);
    assert!(now.score > told.score, "one was mended");
    let town = now.by_organisation.iter().find(|unit| unit.organisation.code == TOWN).unwrap();
    assert!(town.found > 0 && town.score.is_some());
}

#[tokio::test]
async fn the_queue_goes_through_the_records_and_on_from_one_that_was_mended() {
    let mut stage = Stage::new().await;
    let late = stage.late().await;
    let first = stage.next(OVERDUE, COUNTY, Direction::First).await.unwrap();
    assert_eq!((first.id, first.position, first.total), (late[0].0, 1, 3));
    assert_eq!(first.organisation, "500237101201-ZB01");
    assert!(first.detail.as_deref().unwrap().starts_with("2022-01-10加入党组织"), "{first:?}");
    let at = |item: &QueueItem| Cursor { path: item.path.clone(), id: item.id };
    stage.happens(late[0], EventKind::Confirm, "2024-01-10").await;
    let second = stage.next(OVERDUE, COUNTY, Direction::After(at(&first))).await.unwrap();
    assert_eq!((second.id, second.position, second.total), (late[1].0, 1, 2), "what was mended is gone");
    let third = stage.next(OVERDUE, COUNTY, Direction::After(at(&second))).await.unwrap();
    assert_eq!((third.id, third.position), (late[2].0, 2));
    assert_eq!(stage.next(OVERDUE, COUNTY, Direction::After(at(&third))).await, None);
    let back = stage.next(OVERDUE, COUNTY, Direction::Before(at(&third))).await.unwrap();
    assert_eq!(back.id, late[1].0);
    let own = stage.next(OVERDUE, TOWN, Direction::First).await.unwrap();
    assert_eq!((own.id, own.total), (late[1].0, 1), "a town goes through its own");
    // The rule that needs the key has a queue too.
    let sex = format!(
        "UPDATE people SET sex = CASE sex WHEN '1' THEN '2' ELSE '1' END
         WHERE id = (SELECT person_id FROM memberships WHERE id = '{}')",
        late[2]
    );
    stage.db.owner_client().await.batch_execute(&sex).await.unwrap();
    let told = stage.next("members.identity", COUNTY, Direction::First).await.unwrap();
    assert_eq!((told.id, told.total, told.detail.as_deref()), (late[2].0, 1, Some("性别与号码不一致")));
    let sibling = stage.county.town(2).actor(Role::Clerk);
    let asked = (OVERDUE, TOWN, quarter("2026Q1"));
    let refused =
        quality::step_queue(&mut stage.report, &sibling, &stage.keys, asked, &Direction::First).await;
    assert!(matches!(refused, Err(Error::Missing { .. })), "{refused:?}");
}

#[tokio::test]
async fn a_report_stands_beside_the_same_quarter_last_year() {
    let mut stage = Stage::new().await;
    for number in 1..=3 {
        let branch = stage.branch(1, 1);
        stage.settled(branch, number).await;
    }
    let total = |report: &reports::QuarterlyReport| {
        let figure =
            report.sections.iter().flat_map(|s| &s.figures).find(|f| f.code == "members.total").unwrap();
        let text = |amount: Option<reports::figures::Amount>| amount.map(|amount| amount.to_string());
        (text(figure.last_year), text(figure.change_on_last_year))
    };
    let report = stage.report(COUNTY, "2026Q1").await;
    assert_eq!(total(&report), (None, None), "last year is not closed");
    let clerk = stage.clerk.clone();
    let asked = quarter("2026Q1");
    let counted =
        reports::quarterly_beside_last_year(&mut stage.report, &clerk, COUNTY, asked, None).await.unwrap();
    assert_eq!(
        total(&counted),
        (Some("3".to_owned()), Some("0".to_owned())),
        "counted as the records are now"
    );
    stage.close("2025Q1").await;
    let fourth = {
        let branch = stage.branch(1, 1);
        stage.settled(branch, 4).await
    };
    let report = stage.report(COUNTY, "2026Q1").await;
    assert_eq!(total(&report), (Some("3".to_owned()), Some("1".to_owned())), "as it was closed");
    stage.happens(fourth, EventKind::Decease, "2026-02-01").await;
    let report = stage.report(COUNTY, "2026Q1").await;
    assert_eq!(total(&report), (Some("3".to_owned()), Some("0".to_owned())));
}
