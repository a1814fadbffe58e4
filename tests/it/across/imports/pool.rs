//! 「后备干部」: who comes into the pool, what changes of him, and what an import leaves alone.

use cadre::across::imports::commit::{Outcome, commit};
use cadre::across::imports::headings::Mapping;
use cadre::across::imports::progress;
use cadre::base::actor::Role;
use cadre::base::clock;
use cadre::base::values::CitizenId;
use cadre::records::imports::{Counts, Kind};
use cadre::schema::{reserve_mentors, reserves};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::committees::person;
use super::{Roster, Stage, csv};
use crate::support::builders::day;

/// A reserve cadre of the first village of town 1, born in 1995; `number` (odd for men) sets the citizen ID.
pub(super) fn row(name: &str, number: u16) -> Roster {
    let id = CitizenId::compose("500237", day("1995-05-06"), number).unwrap();
    Roster::of(&[
        ("村（社区）", "龙井镇白泉村"),
        ("姓名", name),
        ("公民身份号码", id.as_str()),
        ("类别", "后备干部"),
        ("来源", "退役军人；致富带头人"),
        ("民族", "汉族"),
        ("学历", "大学专科毕业"),
        ("政治面貌", "群众"),
        ("入库日期", "2024-03-01"),
    ])
}

async fn count(stage: &Stage) -> i64 {
    reserves::table.count().get_result(&mut stage.db.owner().await).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_list_twice_changes_nothing() {
    let stage = Stage::of(Kind::ReserveCadres).await;
    let rows = [
        row("张伟", 1).with("选拔方式", "比武招青").with("联系领导一", "向明").with("联系领导二", "罗军"),
        row("李娜", 2).with("帮带书记", "王芳").with("备注", "熟悉茶业").with("村（社区）", "500237101202"),
        row("王强", 3).with("状态", "挂职").with("状态日期", "2025-03-01"),
        row("赵敏", 4).with("状态", "已任用").with("状态日期", "2025-06-01").with("任用职务", "村委会委员"),
    ];
    assert_eq!(stage.import(&rows).await, Counts { new: 4, ..Counts::default() });
    assert_eq!(stage.import(&rows).await, Counts { unchanged: 4, ..Counts::default() });
    assert_eq!(count(&stage).await, 4);
    // Whoever was appointed may come back later: another stay.
    let again = row("赵敏", 4).with("入库日期", "2026-01-01");
    assert_eq!(stage.import(&[again]).await, Counts { new: 1, ..Counts::default() });
}

#[tokio::test(flavor = "multi_thread")]
async fn each_field_in_a_wrong_form_is_refused_with_its_reason() {
    let stage = Stage::of(Kind::ReserveCadres).await;
    let old = CitizenId::compose("500237", day("1970-05-06"), 1).unwrap();
    for (heading, text, column, reason) in [
        ("村（社区）", "", "村（社区）", "没有填写"),
        ("村（社区）", "桃花村", "村（社区）", "范围内没有名为“桃花村”的村（社区）"),
        ("村（社区）", "500237101209", "村（社区）", "没有登记"),
        ("村（社区）", "500237102201", "村（社区）", "不在“龙井镇”范围内"),
        ("村（社区）", "500237101201-ZB01", "村（社区）", "是党支部，不是村或社区"),
        ("姓名", "", "姓名", "没有填写"),
        ("姓名", "张3", "姓名", "张3"),
        ("公民身份号码", "500237199505060", "公民身份号码", "公民身份号码"),
        ("公民身份号码", "500237************", "公民身份号码", "带有*号"),
        ("类别", "后备", "类别", "后备干部"),
        ("来源", "天上掉下", "来源", "天上掉下"),
        ("来源", "；", "来源", "没有填写"),
        ("民族", "外星族", "民族", "外星族"),
        ("学历", "博学", "学历", "博学"),
        ("政治面貌", "", "政治面貌", "政治面貌"),
        ("政治面貌", "路人", "政治面貌", "路人"),
        ("入库日期", "", "入库日期", "入库日期"),
        ("入库日期", "2024-02-30", "入库日期", "入库日期"),
        ("入库日期", "2099-01-01", "入库日期", "晚于今天"),
        ("入库日期", "1990-01-01", "入库日期", "不晚于出生日期"),
        ("选拔方式", "抓阄", "选拔方式", "抓阄"),
        ("联系领导一", "领导1", "联系领导一", "联系领导一"),
        ("联系领导二", "向明", "联系领导二", "与联系领导一相同"),
        ("帮带书记", "书记2", "帮带书记", "帮带书记"),
        ("状态", "休息", "状态", "休息"),
        ("状态", "挂职", "状态日期", "须填写状态日期"),
        ("状态日期", "2025-13-01", "状态日期", "状态日期"),
        ("任用职务", "村委会委员", "任用职务", "在库的不填写任用职务"),
        ("备注", "铃\u{7}", "备注", "控制字符"),
        ("记录编号", "第一", "记录编号", "不是系统导出的编号"),
        ("记录编号", "0193b2a4-0000-7000-8000-000000000000", "记录编号", "没有这个记录编号"),
    ] {
        let good = row("张伟", 1).with("联系领导一", "向明");
        let told = stage.told(&[good.with(heading, text)]).await;
        let (bucket, reasons) = &told[0];
        assert_eq!(bucket, "refused", "{heading} {text}: {reasons:?}");
        let found = reasons.iter().any(|told| told.starts_with(column) && told.contains(reason));
        assert!(found, "{heading} {text}: {reasons:?}");
    }
    let seconded = row("张伟", 1).with("状态", "挂职").with("状态日期", "2025-03-01");
    let aged = stage.told(&[seconded.clone().with("公民身份号码", old.as_str())]).await;
    assert!(aged[0].1.iter().any(|told| told.contains("超过挂职年龄上限35周岁")), "{aged:?}");
    let schooled = stage.told(&[seconded.with("学历", "初中毕业")]).await;
    assert!(schooled[0].1.iter().any(|told| told.contains("未达到挂职要求")), "{schooled:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn facts_states_and_mentors_change_together() {
    let stage = Stage::of(Kind::ReserveCadres).await;
    let old = row("张伟", 1).with("联系领导一", "向明").with("联系领导二", "罗军").with("帮带书记", "王芳");
    stage.import(&[old.clone(), row("李娜", 2)]).await;
    let rows = [
        old.clone()
            .with("学历", "大学本科毕业")
            .with("联系领导二", "秦岭")
            .with("状态", "挂职")
            .with("状态日期", "2025-03-01")
            .with("任用职务", "书记助理")
            .with("备注", "新"),
        row("李娜", 2).with("状态", "退出").with("状态日期", "2025-05-01"),
    ];
    let plan = stage.told(&rows).await;
    assert_eq!(
        plan[0],
        (
            "changed".to_owned(),
            [
                "学历：大学专科毕业 → 大学本科毕业",
                "备注： → 新",
                "状态：在库 → 挂职（2025-03-01）",
                "联系领导二：向明、罗军 → 向明、秦岭",
            ]
            .map(str::to_owned)
            .to_vec()
        )
    );
    assert_eq!(stage.import(&rows).await, Counts { changed: 2, ..Counts::default() });
    assert_eq!(stage.import(&rows).await, Counts { unchanged: 2, ..Counts::default() });
    let mut owner = stage.db.owner().await;
    let states: Vec<String> =
        reserves::table.select(reserves::state).order(reserves::state).load(&mut owner).await.unwrap();
    assert_eq!(states, ["left", "seconded"]);
    let ended: Vec<Option<chrono::NaiveDate>> = reserve_mentors::table
        .filter(reserve_mentors::name.eq("罗军"))
        .select(reserve_mentors::to_day)
        .load(&mut owner)
        .await
        .unwrap();
    assert_eq!(ended, [Some(clock::today())]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_stands_on_record_is_not_rewritten() {
    let stage = Stage::of(Kind::ReserveCadres).await;
    stage.import(&[row("张伟", 1)]).await;
    for (heading, text, bucket, reason) in [
        ("入库日期", "2024-04-01", "refused", "与登记的“2024-03-01”不一致"),
        ("姓名", "张炜", "refused", "与登记的“张伟”不一致"),
        ("状态日期", "2024-05-01", "refused", "与登记的“2024-03-01”不一致"),
        ("村（社区）", "龙井镇龙雾村", "conflict", "登记在“龙井镇白泉村”的人才库"),
        ("村（社区）", "500237102201", "conflict", "登记在“龙井镇白泉村”的人才库"),
        ("备注", "新", "changed", "备注： → 新"),
        ("备注", "", "unchanged", ""),
    ] {
        let told = stage.told(&[row("张伟", 1).with(heading, text)]).await;
        assert_eq!(told[0].0, bucket, "{heading} {text}: {told:?}");
        assert!(told[0].1.join("").contains(reason), "{heading} {text}: {told:?}");
    }
    let abroad = row("张伟", 1).with("状态", "异地任职").with("状态日期", "2025-03-01");
    let twice = stage.told(&[row("张伟", 1), abroad]).await;
    assert_eq!((twice[0].0.as_str(), twice[1].0.as_str()), ("unchanged", "refused"));
    assert!(twice[1].1.join("").contains("与第2行是同一个人"), "{twice:?}");
    assert!(twice[1].1.join("").contains("请在后备干部页面办理"), "{twice:?}");

    // The other town's plan says where he stands, and nothing is written.
    let clerk = stage.county.town(2).actor(Role::Clerk);
    let town = stage.county.town(2).clone();
    let file = csv(&[
        row("张伟", 1).with("村（社区）", "官渡镇白泉村"),
        row("新人", 9).with("村（社区）", "官渡镇白泉村"),
    ]);
    let (import, counts) = stage.upload(&clerk, &town, file.path(), Mapping::new()).await.unwrap();
    assert_eq!(counts.unwrap(), Counts { new: 1, conflict: 1, ..Counts::default() });
    let outcome = commit(&stage.engine, &clerk, import.id, &progress::nobody).await.unwrap();
    assert!(matches!(outcome, Outcome::Written(_)), "{outcome:?}");
    assert_eq!(count(&stage).await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_sits_already_does_not_come_into_the_pool() {
    let mut stage = Stage::of(Kind::Committees).await;
    stage.import(&[person("张伟", 1).with("职务", "书记")]).await;
    stage.kind = Kind::ReserveCadres;
    let born = CitizenId::compose("500237", day("1980-05-06"), 1).unwrap();
    let told = stage.told(&[row("张伟", 1).with("公民身份号码", born.as_str())]).await;
    let reason = "“张伟”现任“龙井镇白泉村”书记，已在职，不能作为后备干部入库或再次任用";
    assert!(told[0].0 == "conflict" && told[0].1.join("").contains(reason), "{told:?}");
    assert_eq!(count(&stage).await, 0);
}

/// What a plan points out of each row: its column and sentence.
async fn pointed_out(stage: &Stage, rows: &[Roster]) -> Vec<String> {
    let import = stage.plan(rows).await;
    let lines = stage.lines(&import).await;
    let told = lines.into_iter().flat_map(|line| line.warnings);
    told.map(|warning| format!("{}：{}", warning.column, warning.message)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_former_secretary_is_refused_as_a_mentor_and_one_on_record_is_pointed_out() {
    let mut stage = Stage::of(Kind::Committees).await;
    let sits = person("王芳", 4).with("职务", "书记");
    stage.import(std::slice::from_ref(&sits)).await;
    stage.kind = Kind::ReserveCadres;
    let guided =
        row("李强", 3).with("联系领导一", "向明").with("联系领导二", "罗军").with("帮带书记", "王芳");
    assert!(pointed_out(&stage, std::slice::from_ref(&guided)).await.is_empty());
    stage.import(&[guided.clone(), row("陈静", 6)]).await;
    assert!(pointed_out(&stage, std::slice::from_ref(&guided)).await.is_empty(), "she sits still");

    stage.kind = Kind::Committees;
    let left = sits.with("离职日期", "2023-05-01").with("离职原因", "调任");
    let came = person("张伟", 1).with("职务", "书记").with("任职日期", "2023-05-01");
    stage.import(&[left, came]).await;
    stage.kind = Kind::ReserveCadres;
    // Whoever guides on record is pointed out, whoever is to guide is refused: in a new entry and in an old one.
    assert_eq!(
        pointed_out(&stage, std::slice::from_ref(&guided)).await,
        ["帮带书记：帮带人“王芳”自2023-05-01起不再担任该村书记，不计入帮带到位；请改填现任帮带人"]
    );
    let sentence = "帮带书记：“王芳”自2023-05-01起已不再担任该村书记，按“2+1”联系帮带要求，帮带书记应为现任书记；\
                    请改填现任书记，或改登记为联系领导。";
    let rows = [row("赵敏", 8), row("陈静", 6)].map(|row| row.with("帮带书记", "王芳"));
    for (bucket, reasons) in stage.told(&rows).await {
        assert_eq!(bucket, "refused", "{reasons:?}");
        assert!(reasons.iter().any(|reason| reason == sentence), "{reasons:?}");
    }
    let rows = rows.map(|row| row.with("帮带书记", "张伟"));
    assert_eq!(stage.import(&rows).await, Counts { new: 1, changed: 1, ..Counts::default() });
    // She left before: as a leader of the town she may guide, and in another village.
    let elsewhere = row("孙强", 5).with("村（社区）", "500237101202").with("帮带书记", "王芳");
    let leader = row("周军", 7).with("联系领导一", "王芳");
    assert_eq!(stage.import(&[elsewhere, leader]).await, Counts { new: 2, ..Counts::default() });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mentor_who_no_longer_guides_is_pointed_out() {
    let stage = Stage::of(Kind::ReserveCadres).await;
    let guided = row("李强", 3).with("联系领导一", "向明").with("联系领导二", "罗军");
    stage.import(std::slice::from_ref(&guided)).await;
    assert!(pointed_out(&stage, std::slice::from_ref(&guided)).await.is_empty(), "he guides still");
    stage.import(&[guided.clone().with("联系领导二", "（清空）")]).await;
    let today = clock::today();
    assert_eq!(
        pointed_out(&stage, &[guided]).await,
        [format!("联系领导二：帮带人“罗军”自{today}起已不再帮带，导入后重新登记为帮带人；请核对")]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secretary_who_died_is_refused_as_a_mentor() {
    let mut stage = Stage::of(Kind::Committees).await;
    stage.import(&[person("王芳", 4).with("职务", "书记")]).await;
    stage.kind = Kind::Members;
    let died = Roster::new("王芳", 4).with("党籍状态", "死亡").with("党籍状态日期", "2023-06-01");
    stage.import(&[died]).await;
    stage.kind = Kind::ReserveCadres;
    let told = stage.told(&[row("李强", 3).with("帮带书记", "王芳")]).await;
    let sentence = "帮带书记：帮带人“王芳”的党籍状态为“死亡”，已不在党员名册，不能担任帮带人";
    assert!(told[0].0 == "refused" && told[0].1.iter().any(|one| one.starts_with(sentence)), "{told:?}");
}

/// A seat of the village committee for whoever stands in the pool by [`row`].
pub(super) fn seated(name: &str, number: u16) -> Roster {
    let id = CitizenId::compose("500237", day("1995-05-06"), number).unwrap();
    person(name, number)
        .with("公民身份号码", id.as_str())
        .with("组织类型", "村（居）民委员会")
        .with("是否党员", "否")
        .with("任职日期", "2024-06-01")
}

/// State and last day of every entry.
async fn states(stage: &Stage) -> Vec<(String, Option<chrono::NaiveDate>)> {
    reserves::table
        .select((reserves::state, reserves::left_on))
        .order((reserves::state, reserves::left_on))
        .load(&mut stage.db.owner().await)
        .await
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_of_seats_takes_reserve_cadres_out_of_the_pool_and_says_so() {
    let mut stage = Stage::of(Kind::ReserveCadres).await;
    stage.import(&[row("张伟", 1), row("李娜", 2), row("赵敏", 4).with("类别", "本土人才")]).await;
    stage.kind = Kind::Committees;
    let rows = [
        seated("张伟", 1).with("职务", "主任"),
        seated("赵敏", 4),
        seated("孙强", 5),
        seated("李娜", 2).with("任职日期", "2024-03-02"),
    ];
    assert_eq!(
        pointed_out(&stage, &rows).await,
        [
            "姓名：“张伟”在“龙井镇白泉村”的后备干部人才库，自2024-06-01起按任用出库，不再计入后备力量",
            "姓名：“李娜”在“龙井镇白泉村”的后备干部人才库，自2024-03-02起按任用出库，不再计入后备力量",
        ]
    );
    assert!(states(&stage).await.iter().all(|one| one.1.is_none()), "a plan writes nothing");
    assert_eq!(stage.import(&rows).await, Counts { new: 4, ..Counts::default() });
    let appointed = |on: &str| ("appointed".to_owned(), Some(day(on)));
    assert_eq!(
        states(&stage).await,
        [appointed("2024-03-02"), appointed("2024-06-01"), ("in_pool".to_owned(), None)]
    );
    assert_eq!(stage.import(&rows).await, Counts { unchanged: 4, ..Counts::default() });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_seat_that_began_before_somebody_came_into_the_pool_is_refused_in_its_row() {
    let mut stage = Stage::of(Kind::ReserveCadres).await;
    stage.import(&[row("张伟", 1), row("李娜", 2)]).await;
    stage.kind = Kind::Committees;
    let told = stage.told(&[seated("李娜", 2), seated("张伟", 1).with("任职日期", "2024-03-01")]).await;
    assert_eq!(told[0], ("new".to_owned(), vec![]));
    let sentence =
        "任职日期：“张伟”自2024-03-01起在“龙井镇白泉村”的人才库（在库），任职日期“2024-03-01”不晚于该日";
    assert!(told[1].0 == "refused" && told[1].1[0].starts_with(sentence), "{told:?}");
}
