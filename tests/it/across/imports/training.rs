//! 「培训班次」 and 「参训名单」: classes that were held before, and who came to them.

use cadre::base::actor::Role;
use cadre::records::imports::{Counts, Kind};
use cadre::records::training;
use cadre::schema::{training_attendances, training_classes};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::{Roster, Stage};
use crate::support::builders::training::programme;

pub(super) fn class(code: &str) -> Roster {
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

pub(super) fn came(code: &str, name: &str, number: u16) -> Roster {
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
pub(super) async fn stage() -> Stage {
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
pub(super) fn field() -> String {
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
