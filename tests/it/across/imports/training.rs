//! 「培训班次」 and 「参训名单」: classes that were held before, and who came to them.

use cadre::base::actor::Role;
use cadre::records::imports::{Counts, Kind};
use cadre::records::training::{self, ClassStep};
use cadre::schema::{training_attendances, training_classes};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::{Roster, Stage};
use crate::support::builders::training::{class_step, in_days, programme, running};

pub(in crate::across) fn class(code: &str) -> Roster {
    Roster::of(&[
        ("班次编号", code),
        ("班次名称", "农村党员轮训班"),
        ("轮训计划", "rotation"),
        ("领域", "农村"),
        ("主办单位", "500237101"),
        ("地点", "镇党校"),
        ("开始日期", "2021-03-02"),
        ("结束日期", "2021-03-03"),
        ("学时", "16"),
        ("名额", "50"),
        ("是否外出培训", "否"),
    ])
}

pub(in crate::across) fn came(code: &str, name: &str, number: u16) -> Roster {
    let id = Roster::new(name, number).cell("公民身份号码");
    Roster::of(&[
        ("班次编号", code),
        ("姓名", name),
        ("公民身份号码", &id),
        ("到课学时", "16"),
        ("考核结果", "合格"),
    ])
}

/// A county with a programme and three members of the first town.
pub(in crate::across) async fn stage() -> Stage {
    let mut stage = Stage::of(Kind::Members).await;
    let members = [Roster::new("张伟", 1), Roster::new("王芳", 2), Roster::new("李强", 3)];
    assert_eq!(stage.import(&members).await, Counts { new: 3, ..Counts::default() });
    let supervisor = stage.county.county.actor(Role::Supervisor);
    let mut set = programme();
    "rotation".clone_into(&mut set.code);
    training::set_programmes(&mut *stage.db.web().await, &supervisor, &[set]).await.unwrap();
    stage.kind = Kind::TrainingClasses;
    stage
}

#[tokio::test(flavor = "multi_thread")]
async fn classes_that_are_over_are_held_and_the_same_list_twice_changes_nothing() {
    let stage = stage().await;
    let field = field();
    let rows =
        [class("2021-A1").with("领域", &field), class("2021-A2").with("领域", &field).with("名额", "")];
    assert_eq!(stage.import(&rows).await, Counts { new: 2, ..Counts::default() });
    assert_eq!(stage.import(&rows).await, Counts { unchanged: 2, ..Counts::default() });
    let states: Vec<String> = training_classes::table
        .select(training_classes::state)
        .load(&mut stage.db.owner().await)
        .await
        .unwrap();
    assert_eq!(states, ["held", "held"]);
}

/// The first field of the programme.
pub(in crate::across) fn field() -> String {
    programme().fields[0].name.clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_wrong_cell_is_told_with_its_column_and_what_is_right() {
    let stage = stage().await;
    let field = field();
    let rows = [
        class("2021-A1").with("领域", "航天"),
        class("2021-A2").with("轮训计划", "没有的计划"),
        class("2021-A3").with("领域", &field).with("结束日期", "2021-03-01"),
        class("2021-A4").with("领域", &field).with("学时", "很多"),
        class("2021-A5").with("领域", &field).with("主办单位", "没有的单位"),
        class("2021-A6").with("领域", &field),
        class("2021-A6").with("领域", &field),
    ];
    let told = stage.told(&rows).await;
    let buckets: Vec<&str> = told.iter().map(|(bucket, _)| bucket.as_str()).collect();
    assert_eq!(buckets, ["refused", "refused", "refused", "refused", "refused", "new", "refused"]);
    let columns: Vec<&str> =
        told.iter().filter_map(|(_, errors)| errors.iter().next()?.split('：').next()).collect();
    assert_eq!(columns, ["领域", "轮训计划", "结束日期", "学时", "主办单位", "班次编号"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_came_is_entered_once_and_corrected_by_the_next_list() {
    let mut stage = stage().await;
    let field = field();
    stage.import(&[class("2021-A1").with("领域", &field)]).await;
    stage.kind = Kind::TrainingAttendance;
    let rows = [came("2021-A1", "张伟", 1), came("2021-A1", "王芳", 2).with("考核结果", "优秀")];
    assert_eq!(stage.import(&rows).await, Counts { new: 2, ..Counts::default() });
    assert_eq!(stage.import(&rows).await, Counts { unchanged: 2, ..Counts::default() });
    let corrected = [came("2021-A1", "张伟", 1).with("到课学时", "8"), rows[1].clone()];
    assert_eq!(stage.import(&corrected).await, Counts { changed: 1, unchanged: 1, ..Counts::default() });
    let count: i64 =
        training_attendances::table.count().get_result(&mut stage.db.owner().await).await.unwrap();
    assert_eq!(count, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_cannot_have_come_is_refused_in_words() {
    let mut stage = stage().await;
    let field = field();
    stage.import(&[class("2021-A1").with("领域", &field)]).await;
    stage.kind = Kind::TrainingAttendance;
    let rows = [
        came("2021-B9", "张伟", 1),
        came("2021-A1", "王芳", 2).with("到课学时", "17"),
        came("2021-A1", "赵敏", 8),
        came("2021-A1", "李刚", 3),
        came("2021-A1", "张伟", 1),
        came("2021-A1", "张伟", 1),
    ];
    let told = stage.told(&rows).await;
    let buckets: Vec<&str> = told.iter().map(|(bucket, _)| bucket.as_str()).collect();
    assert_eq!(buckets, ["refused", "refused", "refused", "refused", "new", "refused"], "{told:?}");
    assert!(told[0].1[0].contains("2021-B9") && told[1].1[0].contains("17"), "{told:?}");
}

/// A step of the class of a number, by the clerk who imports.
async fn step(stage: &Stage, code: &str, step: ClassStep) {
    let id = training_classes::table
        .filter(training_classes::code.eq(code))
        .select(training_classes::id)
        .first(&mut stage.db.owner().await)
        .await
        .unwrap();
    let steps = [class_step(id, step)];
    training::step_classes(&mut *stage.db.web().await, &stage.clerk, &steps).await.unwrap();
}

/// Bucket and first reason of each row.
fn first_reasons(told: &[(String, Vec<String>)]) -> Vec<(&str, &str)> {
    told.iter()
        .map(|(bucket, why)| (bucket.as_str(), why.as_slice().first().map_or("", String::as_str)))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_correction_that_cannot_be_is_refused_by_itself_and_the_rest_is_written() {
    let mut stage = stage().await;
    let field = field();
    let classes = ["2021-A1", "2021-A2"].map(|code| class(code).with("领域", &field));
    let classes = [
        classes[0].clone(),
        classes[1].clone().with("开始日期", "2021-04-06").with("结束日期", "2021-04-07"),
    ];
    stage.import(&classes).await;
    stage.kind = Kind::TrainingAttendance;
    let came = [
        came("2021-A1", "张伟", 1),
        came("2021-A1", "王芳", 2),
        came("2021-A1", "李强", 3),
        came("2021-A2", "张伟", 1),
    ];
    assert_eq!(stage.import(&came).await, Counts { new: 4, ..Counts::default() });
    step(&stage, "2021-A2", ClassStep::Close).await;
    let again = [
        came[0].clone().with("到课学时", "17"),
        came[1].clone().with("到课学时", "0"),
        came[2].clone().with("到课学时", "8"),
        came[3].clone().with("到课学时", "8"),
    ];
    let told = stage.told(&again).await;
    assert_eq!(
        first_reasons(&told),
        [
            ("refused", "到课学时：到课学时“17”应在0至班次“2021-A1”的16学时之间，请核对。"),
            ("refused", "考核结果：到课0学时的，考核结果不能是“合格”，请填写不合格，或核对学时。"),
            ("changed", "到课学时：16 → 8"),
            (
                "refused",
                "班次编号：班次“2021-A2”目前为“已结班”，不能录入参训情况；需要更正的，请先重新打开该班次。"
            ),
        ]
    );
    assert_eq!(stage.import(&again).await, Counts { changed: 1, refused: 3, ..Counts::default() });
    let hours: Vec<bigdecimal::BigDecimal> = training_attendances::table
        .select(training_attendances::hours)
        .order(training_attendances::hours)
        .load(&mut stage.db.owner().await)
        .await
        .unwrap();
    assert_eq!(
        hours.iter().map(|hours| hours.normalized().to_string()).collect::<Vec<_>>(),
        ["8", "16", "16", "16"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn who_came_to_two_classes_at_once_or_was_not_enrolled_is_refused_by_himself() {
    let mut stage = stage().await;
    let field = field();
    let planned = in_days(9).to_string();
    let classes = [
        class("2021-A1").with("领域", &field),
        class("2021-A2").with("领域", &field).with("开始日期", "2021-03-03").with("结束日期", "2021-03-04"),
        class("2026-P1")
            .with("领域", &field)
            .with("轮训计划", "rotation-now")
            .with("学时", "8")
            .with("开始日期", &planned)
            .with("结束日期", &planned),
    ];
    let supervisor = stage.county.county.actor(Role::Supervisor);
    let mut now = running();
    now.is_primary = false;
    training::set_programmes(&mut *stage.db.web().await, &supervisor, &[now]).await.unwrap();
    assert_eq!(stage.import(&classes).await, Counts { new: 3, ..Counts::default() });
    stage.kind = Kind::TrainingAttendance;
    let rows = [
        came("2021-A1", "张伟", 1),
        came("2021-A2", "张伟", 1),
        came("2021-A2", "王芳", 2),
        came("2026-P1", "李强", 3).with("到课学时", "8"),
    ];
    let told = stage.told(&rows).await;
    assert_eq!(
        first_reasons(&told)[..3],
        [
            ("new", ""),
            (
                "refused",
                "公民身份号码：“张伟”在同一份名单中还参加了同期的班次“2021-A1”（2021-03-02至2021-03-03），一名党员同一时间只能参加一个班；请核对后只保留一个。"
            ),
            ("new", ""),
        ]
    );
    let (bucket, why) = &told[3];
    assert_eq!(bucket, "refused");
    assert!(why.iter().any(|why| why.contains("不能录入参训情况")), "{why:?}");
    assert!(why.iter().any(|why| why.starts_with("公民身份号码：“李强”没有报名该班次")), "{why:?}");
    assert_eq!(stage.import(&rows).await, Counts { new: 2, refused: 2, ..Counts::default() });
    // The next list finds him in the other class.
    let told = stage.told(&[came("2021-A2", "张伟", 1)]).await;
    assert!(told[0].1[0].contains("已在同期的班次“2021-A1”名单中"), "{told:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_class_that_no_longer_changes_is_refused_by_itself_and_the_rest_is_written() {
    let stage = stage().await;
    let field = field();
    let rows = ["2021-A1", "2021-A2", "2021-A3"].map(|code| class(code).with("领域", &field));
    stage.import(&rows).await;
    step(&stage, "2021-A3", ClassStep::Close).await;
    let again = [
        rows[0].clone().with("学时", "12"),
        rows[1].clone().with("班次名称", "农村党员轮训二班"),
        rows[2].clone().with("地点", "县委党校"),
    ];
    let told = stage.told(&again).await;
    let reasons = first_reasons(&told);
    assert_eq!(
        reasons.iter().map(|(bucket, _)| *bucket).collect::<Vec<_>>(),
        ["refused", "changed", "refused"]
    );
    assert!(reasons[0].1.starts_with("学时：班次“2021-A1”已举办"), "{told:?}");
    assert!(reasons[2].1.starts_with("地点：班次“2021-A3”已结班"), "{told:?}");
    assert_eq!(stage.import(&again).await, Counts { changed: 1, refused: 2, ..Counts::default() });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_class_moves_to_no_days_on_which_its_people_are_elsewhere() {
    let stage = stage().await;
    let field = field();
    let supervisor = stage.county.county.actor(Role::Supervisor);
    let mut now = running();
    now.is_primary = false;
    training::set_programmes(&mut *stage.db.web().await, &supervisor, &[now]).await.unwrap();
    let day = |days: u64| in_days(days).to_string();
    let coming = |code: &str, days: u64| {
        let days = day(days);
        class(code)
            .with("轮训计划", "rotation-now")
            .with("领域", &field)
            .with("学时", "8")
            .with("开始日期", &days)
            .with("结束日期", &days)
    };
    let rows = [coming("N1", 10), coming("N2", 12), coming("N3", 14)];
    assert_eq!(stage.import(&rows).await, Counts { new: 3, ..Counts::default() });
    let member = cadre::schema::memberships::table
        .select(cadre::schema::memberships::id)
        .order(cadre::schema::memberships::sort_key)
        .first(&mut stage.db.owner().await)
        .await
        .unwrap();
    for code in ["N1", "N2", "N3"] {
        step(&stage, code, ClassStep::Open).await;
        let class = training_classes::table
            .filter(training_classes::code.eq(code))
            .select(training_classes::id)
            .first(&mut stage.db.owner().await)
            .await
            .unwrap();
        let enrol = training::Enrol { class, whom: training::Whom::Members(vec![member]) };
        training::enrol(&mut *stage.db.web().await, &stage.clerk, &[enrol]).await.unwrap();
    }
    let moved =
        |at: usize, days: u64| rows[at].clone().with("开始日期", &day(days)).with("结束日期", &day(days));
    // The first moves to where the second stands; the other two to the same new day.
    let again = [moved(0, 12), moved(1, 20), moved(2, 20)];
    let told = stage.told(&again).await;
    let reasons = first_reasons(&told);
    assert_eq!(
        reasons.iter().map(|(bucket, _)| *bucket).collect::<Vec<_>>(),
        ["refused", "changed", "refused"]
    );
    assert!(
        reasons[0].1.starts_with("开始日期：改期后，名单中的“") && reasons[0].1.contains("“N2”"),
        "{told:?}"
    );
    assert!(reasons[2].1.contains("“N2”"), "{told:?}");
    assert_eq!(stage.import(&again).await, Counts { changed: 1, refused: 2, ..Counts::default() });
}
