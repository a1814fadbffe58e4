//! The pools in the report: figures worked out by hand, and what is frozen stays.

use cadre::across::reports::FigurePart;
use cadre::base::ids::{PersonId, ReserveId};
use cadre::base::values::PersonName;
use cadre::records::committees::{self, CommitteeKind, EndSeat, LeavingReason, Post};
use cadre::records::members::EventKind;
use cadre::records::reserves::{self, Enter, Posting, ReserveKind, ReserveState, Step, StepKind};
use cadre::schema::people;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::Stage;
use crate::support::builders::{committee, day, member, reserve};

impl Stage {
    async fn reserve(&mut self, command: Enter) -> ReserveId {
        reserves::enter(&mut self.web, &self.clerk, &self.keys, &[command]).await.unwrap()[0]
    }

    async fn counted(&mut self, place: &str, of: &str, figure: &str) -> i64 {
        let report = self.report(place, of).await;
        let figures = report.sections.iter().flat_map(|section| &section.figures);
        let found = figures.into_iter().find(|found| found.code == figure);
        found.unwrap_or_else(|| panic!("no {figure}")).numerator
    }

    async fn leaves(&mut self, reserve: ReserveId, on: &str) {
        let reason = Some("考入县外单位".to_owned());
        let step = Step { reserve, version: None, kind: StepKind::Leave, on: day(on), reason };
        reserves::record(&mut self.web, &self.clerk, &[step]).await.unwrap();
    }
}

fn posted(mut command: Enter, state: ReserveState, on: &str) -> Enter {
    command.posting = Some(Posting { state, from_day: day(on), village: None, post: None, reason: None });
    command
}

/// Two reserve cadres and a talent in one village, one reserve cadre who is seconded and one who was appointed in another
/// town's.
async fn filled(stage: &mut Stage) -> Vec<ReserveId> {
    let (here, there) = (stage.county.village(1, 1).clone(), stage.county.village(2, 1).clone());
    let mut unguided = reserve(&here, "李强", 5);
    unguided.mentors.truncate(2);
    unguided.sources = vec!["other".to_owned(), "veteran".to_owned()];
    let mut talent = reserve(&here, "赵敏", 4);
    talent.kind = ReserveKind::LocalTalent;
    talent.entered_on = day("2021-04-01");
    for mentor in &mut talent.mentors {
        mentor.from_day = day("2021-04-01");
    }
    let commands = [
        reserve(&here, "王芳", 2),
        unguided,
        talent,
        posted(reserve(&there, "陈静", 6), ReserveState::Seconded, "2021-05-01"),
        posted(reserve(&there, "周军", 7), ReserveState::Appointed, "2021-06-01"),
    ];
    let mut ids = Vec::new();
    for command in commands {
        ids.push(stage.reserve(command).await);
    }
    ids
}

#[tokio::test]
async fn the_figures_of_the_pools_are_those_worked_out_by_hand() {
    let mut stage = Stage::new().await;
    filled(&mut stage).await;
    for (figure, county, town) in [
        ("reserves.total", 4, 3),
        ("reserves.reserve_cadres", 3, 2),
        ("reserves.local_talents", 1, 1),
        ("reserves.women", 3, 2),
        ("reserves.to_35", 4, 3),
        ("reserves.college_or_above", 4, 3),
        // Of four villages one has two; two are in the first town.
        ("reserves.villages_below_minimum", 3, 1),
        ("reserves.with_full_mentors", 3, 2),
        ("reserves.with_full_mentors.ratio", 3, 2),
        ("reserves.appointed", 1, 0),
        ("reserves.seconded", 1, 0),
        ("reserves.cross_village", 0, 0),
        ("reserves.source.veteran", 4, 3),
        ("reserves.source.other", 1, 1),
    ] {
        assert_eq!(stage.counted("500237", "2021Q2", figure).await, county, "{figure} of the county");
        assert_eq!(stage.counted("500237101", "2021Q2", figure).await, town, "{figure} of the town");
        let rows = stage.rows("500237", "2021Q2", figure, FigurePart::Numerator).await;
        assert_eq!(i64::try_from(rows.len()).unwrap(), county, "rows of {figure}");
    }
    assert_eq!(stage.counted("500237", "2021Q1", "reserves.total").await, 4, "the talent came later");
    assert_eq!(stage.counted("500237", "2021Q1", "reserves.seconded").await, 0);
    assert_eq!(stage.counted("500237", "2020Q4", "reserves.total").await, 0);
}

#[tokio::test]
async fn who_leaves_changes_the_figures_from_that_quarter_on_and_a_closed_one_stays() {
    let mut stage = Stage::new().await;
    let ids = filled(&mut stage).await;
    stage.close("2021Q2").await;
    let before = stage.report("500237", "2021Q2").await;
    stage.leaves(ids[0], "2021-06-15").await;
    let after = stage.report("500237", "2021Q2").await;
    assert_eq!(before.sections, after.sections, "what is frozen stays");
    assert_eq!(stage.counted("500237", "2021Q3", "reserves.total").await, 3);
    assert_eq!(stage.counted("500237", "2021Q3", "reserves.villages_below_minimum").await, 4);
    let rows = stage.rows("500237", "2021Q2", "reserves.reserve_cadres", FigurePart::Numerator).await;
    let names: Vec<_> = rows.iter().filter_map(|row| row.name.as_deref()).collect();
    assert!(names.contains(&"王芳") && rows.iter().all(|row| row.subject == "reserve"), "{rows:?}");
}

#[tokio::test]
async fn a_mentor_who_left_is_not_counted_from_that_quarter_on() {
    let mut stage = Stage::new().await;
    let village = stage.county.village(1, 1).clone();
    // 谭军 is the secretary of the village, and a leader of the town for the other village by his person.
    let enrolled = stage.enrol(member(stage.county.branch(1, 1).id, "谭军", 71)).await;
    let person: PersonId = people::table.select(people::id).first(&mut stage.db.owner().await).await.unwrap();
    let clerk = stage.clerk.clone();
    let kind = CommitteeKind::VillageParty;
    let (_, term) = committee::settled(&mut stage.web, &clerk, &village, kind).await;
    let seat = [committee::appoint(term, person, Post::Secretary)];
    let seat = committees::appoint(&mut stage.web, &clerk, &stage.keys, &seat).await.unwrap()[0];
    stage.reserve(reserve(&village, "王芳", 2)).await;
    let mut other = reserve(stage.county.village(1, 2), "李强", 3);
    other.mentors[0].person = Some(person);
    other.mentors[0].name = PersonName::parse("谭军").unwrap();
    stage.reserve(other).await;
    let figure = "reserves.with_full_mentors";
    assert_eq!(stage.counted("500237", "2021Q2", figure).await, 2);
    stage.close("2021Q2").await;
    // On the first day of a quarter he is gone; the day before, the last of a quarter, he guides.
    let (on, reason) = (day("2021-07-01"), LeavingReason::Transferred);
    let end = [EndSeat { seat, version: None, on, reason, explanation: None }];
    committees::end_seat(&mut stage.web, &clerk, &end).await.unwrap();
    stage.happens(enrolled, EventKind::Decease, "2021-10-01").await;
    for (quarter, count) in [("2021Q1", 2), ("2021Q2", 2), ("2021Q3", 1), ("2021Q4", 0)] {
        assert_eq!(stage.counted("500237", quarter, figure).await, count, "{quarter}");
    }
    let rows = stage.rows("500237", "2021Q3", figure, FigurePart::Numerator).await;
    assert_eq!(rows.iter().filter_map(|row| row.name.as_deref()).collect::<Vec<_>>(), ["李强"]);
}
