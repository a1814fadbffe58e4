//! A register imported at once answers for past quarters too (contract 4, "Dating").

use cadre::across::reports;

use super::{Roster, Stage};

/// opening, recorded late, admitted, reinstated, transferred in, out, removed, stopped, deceased, closing, became full.
async fn flow(stage: &Stage, quarter: &str) -> Vec<i64> {
    let mut conn = stage.db.report().await;
    let town = &stage.county.town(1).code;
    let report =
        reports::quarterly(&mut conn, &stage.clerk, town, quarter.parse().unwrap(), None).await.unwrap();
    assert!(report.balanced, "{quarter}: {}", report.balance);
    let section = report.sections.iter().find(|section| section.code == "flow").unwrap();
    section.figures.iter().map(|figure| figure.numerator).collect()
}

#[tokio::test]
async fn who_joined_long_ago_is_in_the_opening_and_no_flow_of_today() {
    let stage = Stage::new().await;
    stage
        .import(&[
            Roster::new("张伟", 1),
            Roster::new("李娜", 2)
                .with("人员类别", "预备党员")
                .with("加入党组织日期", "2026-02-10")
                .with("转为正式党员日期", ""),
            Roster::new("王芳", 4).with("进入当前支部日期", "2026-03-05"),
            Roster::new("刘强", 3).with("党籍状态", "停止党籍").with("党籍状态日期", "2026-03-10"),
            Roster::new("陈静", 6)
                .with("转为正式党员日期", "2026-01-20")
                .with("加入党组织日期", "2025-01-20"),
        ])
        .await;
    let quarters = [
        ("2015Q2", [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
        ("2015Q3", [0, 0, 2, 0, 0, 0, 0, 0, 0, 2, 0]),
        ("2016Q3", [2, 0, 0, 0, 0, 0, 0, 0, 0, 2, 2]),
        ("2025Q4", [3, 0, 0, 0, 0, 0, 0, 0, 0, 3, 0]),
        ("2026Q1", [3, 0, 1, 0, 1, 0, 0, 1, 0, 4, 1]),
        ("2026Q2", [4, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0]),
    ];
    for (quarter, expected) in quarters {
        assert_eq!(flow(&stage, quarter).await, expected, "{quarter}");
    }
}
