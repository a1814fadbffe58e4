//! 「两委班子」 says why people left: by code or name; other words are kept, and pointed out.

use cadre::records::imports::{Counts, Kind};

use super::committees::person;
use super::{Roster, Stage};

/// Somebody who left on a day for a reason.
fn left(name: &str, number: u16, reason: &str) -> Roster {
    person(name, number).with("离职日期", "2023-05-01").with("离职原因", reason)
}

/// Day, reason and explanation of each seat, by the name of who sat.
async fn stored(stage: &Stage) -> Vec<String> {
    let query = "SELECT concat_ws(' ', p.name, s.to_day, s.leaving_reason, s.leaving_explanation)
        FROM seats s JOIN people p ON p.county_id = s.county_id AND p.id = s.person_id ORDER BY s.post, p.pinyin";
    let rows = stage.db.owner_client().await.query(query, &[]).await.unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}

/// What a plan points out: column, value and sentence.
async fn pointed_out(stage: &Stage, rows: &[Roster]) -> Vec<String> {
    let import = stage.plan(rows).await;
    let told = stage.lines(&import).await.into_iter().flat_map(|line| line.warnings);
    told.map(|warning| format!("{} {}：{}", warning.column, warning.value, warning.message)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_a_name_and_other_words_say_why_somebody_left() {
    let stage = Stage::of(Kind::Committees).await;
    let rows = [
        left("陈静", 2, "removed_unfit"),
        left("李娜", 4, "调任").with("离职说明", "任镇农业服务中心主任"),
        left("刘洋", 1, "举家外迁"),
        left("孙强", 3, "举家外迁").with("离职说明", "去广东"),
        left("王芳", 6, "任期届满换届"),
    ];
    let sentence = "离职原因 举家外迁：“举家外迁”不在可选范围内，按“其他”登记，原文记入离职说明；\
        能归入届满、辞职、调任、不胜任调整、罢免、受处分、去世、其他的，请改填";
    assert_eq!(pointed_out(&stage, &rows).await, [sentence, sentence]);
    assert_eq!(stage.import(&rows).await, Counts { new: 5, ..Counts::default() });
    assert_eq!(
        stored(&stage).await,
        [
            "陈静 2023-05-01 removed_unfit",
            "李娜 2023-05-01 transferred 任镇农业服务中心主任",
            "刘洋 2023-05-01 other 举家外迁",
            "孙强 2023-05-01 other 举家外迁；去广东",
            "王芳 2023-05-01 term_end",
        ]
    );
    assert_eq!(stage.import(&rows).await, Counts { unchanged: 5, ..Counts::default() }, "the same again");
    // As the list would have come out of the records.
    let named = [left("刘洋", 1, "其他").with("离职说明", "举家外迁"), left("王芳", 6, "届满")];
    assert_eq!(stage.import(&named).await, Counts { unchanged: 2, ..Counts::default() });
    assert!(pointed_out(&stage, &named).await.is_empty(), "what is a reason is not pointed out");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reason_is_changed_by_a_list_and_cleared_with_its_day() {
    let stage = Stage::of(Kind::Committees).await;
    stage.import(&[left("刘洋", 1, "举家外迁")]).await;
    let told = stage.told(&[left("刘洋", 1, "辞职")]).await;
    assert_eq!(told[0], ("changed".to_owned(), vec!["离职原因：其他 → 辞职".to_owned()]));
    let told = stage.told(&[left("刘洋", 1, "").with("离职说明", "去广东")]).await;
    assert_eq!(told[0], ("changed".to_owned(), vec!["离职说明：举家外迁 → 去广东".to_owned()]));
    let told = stage.told(&[left("刘洋", 1, "").with("离职说明", "（清空）")]).await;
    assert_eq!(told[0], ("changed".to_owned(), vec!["离职说明：举家外迁 → ".to_owned()]));
    let sits = [left("刘洋", 1, "（清空）").with("离职日期", "（清空）")];
    let told = stage.told(&sits).await;
    let gone = ["离职日期：2023-05-01 → ", "离职原因：其他 → ", "离职说明：举家外迁 → "];
    assert_eq!(told[0], ("changed".to_owned(), gone.map(str::to_owned).to_vec()));
    assert_eq!(stage.import(&sits).await, Counts { changed: 1, ..Counts::default() });
    assert_eq!(stored(&stage).await, ["刘洋"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn words_that_say_nothing_or_too_much_are_refused() {
    let stage = Stage::of(Kind::Committees).await;
    let half = "长".repeat(100);
    for (row, column, reason) in [
        (person("刘洋", 1).with("离职说明", "去广东"), "离职说明", "离职原因没有填写"),
        (left("刘洋", 1, "辞职").with("离职日期", ""), "离职原因", "填写了离职原因“辞职”，离职日期没有填写"),
        (left("刘洋", 1, "辞职").with("离职说明", &"长".repeat(201)), "离职说明", "201个字，最多200个字"),
        (left("刘洋", 1, &"长".repeat(201)), "离职原因", "201个字，最多200个字"),
        (left("刘洋", 1, &half).with("离职说明", &"短".repeat(100)), "离职说明", "合计201个字，最多200个字"),
    ] {
        let told = stage.told(&[row]).await;
        assert_eq!(told[0].0, "refused", "{told:?}");
        let found = told[0].1.iter().any(|told| told.starts_with(column) && told.contains(reason));
        assert!(found, "{column} {reason}: {told:?}");
    }
    let longest = left("刘洋", 1, &half).with("离职说明", &"短".repeat(99));
    assert_eq!(stage.import(&[longest]).await, Counts { new: 1, ..Counts::default() });
    assert_eq!(stored(&stage).await, [format!("刘洋 2023-05-01 other {half}；{}", "短".repeat(99))]);
}
