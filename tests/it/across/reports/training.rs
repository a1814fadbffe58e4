//! Training in the report: figures worked out by hand, and what is frozen stays.

use cadre::across::reports::FigurePart;
use cadre::base::ids::{MembershipId, TrainingClassId};
use cadre::records::training::{
    self, Attend, ClassKind, ClassStep, CorrectAttendance, Enrol, Exempt, ExemptionKind, PlanClass,
    TrainingResult, Whom,
};

use super::Stage;
use crate::support::builders::training::{attendance, class, class_step, programme};
use crate::support::builders::{day, member};

impl Stage {
    /// Holds a class for some members, with the hours and result of each.
    pub async fn hold(
        &mut self,
        command: PlanClass,
        came: &[(MembershipId, i32, TrainingResult)],
    ) -> TrainingClassId {
        let (web, clerk) = (&mut self.web, &self.clerk);
        let id = training::plan_classes(web, clerk, &[command]).await.unwrap()[0];
        training::step_classes(web, clerk, &[class_step(id, ClassStep::Open)]).await.unwrap();
        let whom = Whom::Members(came.iter().map(|(member, ..)| *member).collect());
        training::enrol(web, clerk, &[Enrol { class: id, whom }]).await.unwrap();
        training::step_classes(web, clerk, &[class_step(id, ClassStep::Hold)]).await.unwrap();
        let attended: Vec<Attend> = came
            .iter()
            .map(|(member, hours, result)| Attend {
                hours: (*hours).into(),
                result: *result,
                ..attendance(id, *member)
            })
            .collect();
        if !attended.is_empty() {
            training::attend(web, clerk, &attended).await.unwrap();
        }
        id
    }

    async fn shown(&mut self, place: &str, of: &str, figure: &str) -> String {
        let report = self.report(place, of).await;
        let figures = report.sections.iter().flat_map(|section| &section.figures);
        let found = figures.into_iter().find(|found| found.code == figure);
        let found = found.unwrap_or_else(|| panic!("no {figure}"));
        found.value.map_or_else(|| "null".to_owned(), |value| value.to_string())
    }
}

/// Four members of the first town and three of the second; one of the first is exempt. A class of the first town in
/// spring that one failed, a journey of the county in autumn, a lecture in winter.
async fn trained(stage: &mut Stage) -> (Vec<MembershipId>, TrainingClassId) {
    let supervisor = stage.supervisor("wang");
    let rotation = training::set_programmes(&mut stage.web, &supervisor, &[programme()]).await.unwrap()[0];
    let mut people = Vec::new();
    for (number, (town, name)) in
        [(1, "王一"), (1, "王二"), (1, "王三"), (1, "王四"), (2, "李一"), (2, "李二"), (2, "李三")]
            .into_iter()
            .enumerate()
    {
        let mut one = member(stage.branch(town, 1), name, u16::try_from(number).unwrap() + 1);
        one.party_post = (number == 0).then(|| "书记".to_owned());
        people.push(stage.enrol(one).await);
    }
    let exempt = Exempt {
        member: people[3],
        kind: ExemptionKind::Ill,
        reason: "长期住院".to_owned(),
        from_day: day("2020-06-01"),
        to_day: None,
    };
    training::exempt(&mut stage.web, &stage.clerk.clone(), &[exempt]).await.unwrap();
    let (county, town) = (stage.county.county.clone(), stage.county.town(1).clone());
    let passed = TrainingResult::Passed;
    let came = [
        (people[0], 16, passed),
        (people[1], 16, TrainingResult::Excellent),
        (people[2], 8, TrainingResult::Failed),
    ];
    let spring = stage.hold(class(rotation, &town, "spring", "2020-05-10"), &came).await;
    let mut journey = class(rotation, &county, "journey", "2020-11-10");
    journey.is_away = true;
    stage.hold(journey, &[(people[0], 16, passed), (people[4], 16, passed)]).await;
    let mut lecture = class(rotation, &town, "lecture", "2020-12-01");
    lecture.kind = ClassKind::Lecture;
    stage.hold(lecture, &[]).await;
    (people, spring)
}

#[tokio::test]
async fn the_figures_of_training_are_those_worked_out_by_hand() {
    let mut stage = Stage::new().await;
    trained(&mut stage).await;
    for (figure, county, town) in [
        ("training.programme_members", "6", "3"),
        ("training.trained", "3", "2"),
        ("training.coverage", "50.00", "66.67"),
        // Thirty percent of six are 1.8 people, of three 0.9.
        ("training.required", "2", "1"),
        ("training.shortfall", "0", "0"),
        ("training.classes", "1", "0"),
        ("training.person_times", "2", "1"),
        ("training.away_person_times", "2", "1"),
        ("training.lectures", "1", "1"),
        // 32, 16 and 8 hours in the first town, 16 in the second.
        ("training.hours_average", "12.00", "18.67"),
        ("training.members_reaching_hours", "1", "1"),
        ("training.secretaries_reaching_hours", "0", "0"),
    ] {
        assert_eq!(stage.shown("500237", "2020Q4", figure).await, county, "{figure} of the county");
        assert_eq!(stage.shown("500237101", "2020Q4", figure).await, town, "{figure} of the town");
        let rows = stage.rows("500237", "2020Q4", figure, FigurePart::Numerator).await;
        if let (
            "training.programme_members" | "training.trained" | "training.classes" | "training.person_times",
            Ok(count),
        ) = (figure, county.parse::<usize>())
        {
            assert_eq!(rows.len(), count, "rows of {figure}");
        }
    }
    let rows = stage.rows("500237", "2020Q4", "training.classes", FigurePart::Numerator).await;
    assert_eq!(rows[0].name.as_deref(), Some("党员轮训班journey"));
    let rows = stage.rows("500237", "2020Q4", "training.shortfall", FigurePart::Numerator).await;
    let sum: i64 = rows.iter().map(|row| row.amount).sum();
    assert_eq!((rows.len(), sum), (6, 6 * 30 - 3 * 100), "in hundredths of a person");
    assert_eq!(stage.shown("500237", "2020Q2", "training.trained").await, "2");
    assert_eq!(stage.shown("500237", "2020Q2", "training.required").await, "0", "no year is over");
    assert_eq!(stage.shown("500237", "2020Q2", "training.classes").await, "1");
    assert_eq!(stage.shown("500237", "2021Q4", "training.required").await, "4", "sixty percent of six");
    assert_eq!(stage.shown("500237", "2021Q4", "training.shortfall").await, "1");
    assert_eq!(stage.shown("500237", "2021Q4", "training.hours_average").await, "0.00", "another year");
    assert_eq!(stage.shown("500237", "2024Q1", "training.coverage").await, "null", "no programme runs");
    assert_eq!(
        stage.shown("500237", "2021Q1", "training.away_person_times").await,
        "0",
        "another planning period"
    );
}

#[tokio::test]
async fn a_correction_moves_open_quarters_and_a_closed_one_stays() {
    let mut stage = Stage::new().await;
    let (people, spring) = trained(&mut stage).await;
    stage.close("2020Q4").await;
    let before = stage.report("500237", "2020Q4").await;
    let attend = Attend { result: TrainingResult::Failed, ..attendance(spring, people[1]) };
    let clerk = stage.clerk.clone();
    let correct = [CorrectAttendance { attend, version: 1 }];
    training::correct_attendances(&mut stage.web, &clerk, &correct).await.unwrap();
    let after = stage.report("500237", "2020Q4").await;
    assert_eq!(before.sections, after.sections, "what is frozen stays");
    assert_eq!(stage.shown("500237", "2021Q1", "training.trained").await, "2");
    let rows = stage.rows("500237", "2020Q4", "training.trained", FigurePart::Numerator).await;
    assert_eq!(rows.len(), 3);
}
