//! Assessments in the report: figures and ranking worked out by hand, live and as they were frozen.

use cadre::across::reports::{FigurePart, TableValue};
use cadre::base::values::Hundredths;
use cadre::records::assessments;

use super::Stage;
use crate::support::builders::assessment::{published, scheme};

impl Stage {
    async fn assesses(&mut self, town: &str, quarter: &str, both: [&str; 2]) {
        let supervisor = self.supervisor("wang");
        published(&mut self.web, &supervisor, town, quarter, both).await;
    }

    async fn figure_of(&mut self, place: &str, of: &str, code: &str) -> (i64, String) {
        let report = self.report(place, of).await;
        let figures = report.sections.iter().flat_map(|section| &section.figures);
        let figure = figures.into_iter().find(|figure| figure.code == code).unwrap();
        (figure.numerator, figure.value.map_or("null".to_owned(), |value| value.to_string()))
    }

    /// The rows of the table `ranking`.
    async fn ranks(&mut self, place: &str, of: &str) -> Vec<String> {
        let report = self.report(place, of).await;
        let section = report.sections.iter().find(|section| section.code == "assessments").unwrap();
        let rows = section.tables[0].rows.iter().map(|row| {
            let values: Vec<String> = row.values.iter().map(ToString::to_string).collect();
            format!("{} {}", row.label, values.join(" "))
        });
        rows.collect()
    }
}

async fn assessed() -> Stage {
    let mut stage = Stage::new().await;
    let supervisor = stage.supervisor("wang");
    assessments::set_scheme(&mut stage.web, &supervisor, &[scheme("500237")]).await.unwrap();
    stage.assesses("500237101", "2025Q4", ["50,30,20", "49,30,20"]).await;
    stage.assesses("500237101", "2026Q1", ["50,30,19.5", "49,30,20"]).await;
    stage.assesses("500237102", "2026Q1", ["45,30,20", "48,30,20"]).await;
    stage
}

#[tokio::test]
async fn the_figures_and_the_ranking_are_those_worked_out_by_hand() {
    let mut stage = assessed().await;
    assert_eq!(stage.figure_of("500237", "2026Q1", "assessments.assessed").await, (4, "4".to_owned()));
    // 99.5, 99, 95 and 98: 391.5 in all.
    assert_eq!(
        stage.figure_of("500237", "2026Q1", "assessments.average").await,
        (39_150, "97.88".to_owned())
    );
    assert_eq!(stage.figure_of("500237101", "2026Q1", "assessments.average").await.1, "99.25");
    assert_eq!(stage.figure_of("500237", "2026Q1", "assessments.flags").await.0, 2);
    assert_eq!(stage.figure_of("500237", "2025Q3", "assessments.average").await.1, "null");
    assert_eq!(
        stage.ranks("500237101", "2026Q1").await,
        ["龙井镇白泉村 龙井镇 1 99.50 1 是 2", "龙井镇龙雾村 龙井镇 2 99.00 2 否 0"]
    );
    assert_eq!(
        stage.ranks("500237", "2026Q1").await,
        ["龙井镇白泉村 龙井镇 1 99.50 1 是 2", "官渡镇龙雾村 官渡镇 1 98.00 — 是 1"],
        "of several towns the holders of the flag"
    );
    let rows = stage.rows("500237101", "2026Q1", "assessments.average", FigurePart::Numerator).await;
    let told: Vec<_> =
        rows.iter().map(|row| (row.subject.as_str(), row.name.as_deref().unwrap(), row.amount)).collect();
    assert_eq!(told, [("assessment", "龙井镇白泉村", 9_950), ("assessment", "龙井镇龙雾村", 9_900)]);
    let report = stage.report("500237101", "2026Q1").await;
    let section = report.sections.iter().find(|section| section.code == "assessments").unwrap();
    assert_eq!(section.tables[0].rows[0].values[2], TableValue::Score(Hundredths::from_hundredths(9_950)));
}

#[tokio::test]
async fn what_was_frozen_stays_whatever_is_corrected_later() {
    let mut stage = assessed().await;
    stage.close("2026Q1").await;
    let before = stage.ranks("500237101", "2026Q1").await;
    let client = stage.db.owner_client().await;
    client.execute("UPDATE assessments SET total = 50", &[]).await.unwrap();
    assert_eq!(stage.ranks("500237101", "2026Q1").await, before);
    assert_eq!(stage.figure_of("500237", "2026Q1", "assessments.average").await.1, "97.88");
}
