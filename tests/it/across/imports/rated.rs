//! 「星级评定」: scores by scheme, period and unit, a column for each dimension, and what an import leaves alone.

use cadre::across::imports::headings::Mapping;
use cadre::base::actor::Role;
use cadre::records::imports::{Counts, Kind};
use cadre::records::members;
use cadre::records::ratings::{self, Decide, SetScheme, queries, scheme_of_pack};

use super::{Roster, Stage, csv};
use crate::support::builders::member;

/// The dimensions of the scheme, in their order.
const DIMENSIONS: [&str; 5] = ["思想政治", "邻里和睦", "干净庭院", "良好家风", "示范带动"];

/// A county with the five-dimension scheme and four members in the first branch of town 1, two of one name.
pub(in crate::across) async fn stage() -> Stage {
    let stage = Stage::of(Kind::Ratings).await;
    let text = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/data/packs/wufeng/ratings.json"));
    let scheme = SetScheme { decimals: 1, ..scheme_of_pack(text).unwrap() };
    let supervisor = stage.county.county.actor(Role::Supervisor);
    let mut conn = stage.db.web().await;
    ratings::set_scheme(&mut conn, &supervisor, &[scheme]).await.unwrap();
    let branch = stage.county.branch(1, 1).id;
    let people = [("张伟", 1), ("李娜", 2), ("王芳", 4), ("王芳", 6)];
    let commands: Vec<_> = people.iter().map(|(name, number)| member(branch, name, *number)).collect();
    members::enrol(&mut conn, &stage.clerk, &stage.engine.keys, &commands).await.unwrap();
    drop(conn);
    stage
}

/// 92 points for somebody of the first branch.
pub(in crate::across) fn row(name: &str) -> Roster {
    let cells = [("评定方案", "member_stars"), ("评定期", "2026Q1"), ("评定单位", "500237101201-ZB01")];
    let row = Roster::of(&cells).with("姓名", name).with("公民身份号码", "").with("评定依据", "");
    DIMENSIONS
        .iter()
        .zip(["18", "19", "17", "18", "20"])
        .fold(row, |row, (name, score)| row.with(name, score))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_list_twice_changes_nothing_and_a_change_names_its_cells() {
    let stage = stage().await;
    let rows = [row("张伟"), row("李娜").with("评定方案", "五维星级党员").with("评定依据", "支部大会")];
    assert_eq!(stage.import(&rows).await, Counts { new: 2, ..Counts::default() });
    assert_eq!(stage.import(&rows).await, Counts { unchanged: 2, ..Counts::default() });
    let changed = row("李娜").with("邻里和睦", "16.5").with("评定依据", "（清空）");
    let told = stage.told(std::slice::from_ref(&changed)).await;
    assert_eq!(told[0].0, "changed", "{told:?}");
    assert_eq!(told[0].1, ["邻里和睦：19 → 16.5", "评定依据：支部大会 → "]);
    assert_eq!(stage.import(&[changed]).await, Counts { changed: 1, ..Counts::default() });
    // An empty cell clears nothing.
    let sparse = row("张伟").with("邻里和睦", "").with("干净庭院", "");
    assert_eq!(stage.import(&[sparse]).await, Counts { unchanged: 1, ..Counts::default() });
}

#[tokio::test(flavor = "multi_thread")]
async fn each_wrong_cell_is_refused_with_its_reason() {
    let stage = stage().await;
    for (heading, text, column, reason) in [
        ("评定方案", "", "评定方案", "没有填写"),
        ("评定方案", "六星党员", "评定方案", "没有评定方案“六星党员”（五维星级党员）"),
        ("评定期", "去年", "评定期", "格式不对"),
        ("评定期", "2026", "评定期", "评定周期"),
        ("评定期", "2099Q1", "评定期", "现在还不能评定"),
        ("评定期", "1999Q4", "评定方案", "没有施行"),
        ("评定单位", "桃花村党支部", "评定单位", "范围内没有组织“桃花村党支部”"),
        ("评定单位", "500237101", "评定单位", "以党支部为单位"),
        ("姓名", "", "姓名", "没有填写"),
        ("姓名", "赵敏", "姓名", "不在本期评定的名单内"),
        ("姓名", "王芳", "姓名", "不止一名“王芳”"),
        ("邻里和睦", "25", "邻里和睦", "超过满分"),
        ("邻里和睦", "优", "邻里和睦", "优"),
    ] {
        let told = stage.told(&[row("张伟").with(heading, text)]).await;
        assert_eq!(told[0].0, "refused", "{heading} {text}: {told:?}");
        let found =
            told[0].1.iter().any(|line| line.starts_with(&format!("{column}：")) && line.contains(reason));
        assert!(found, "{heading} {text}: {told:?}");
    }
    let twice = stage.told(&[row("张伟"), row("张伟")]).await;
    assert!(twice[1].1[0].contains("与第2行是同一对象的同一期评定"), "{twice:?}");
    let foreign = stage.told(&[row("张伟").with("评定单位", "500237102201-ZB01")]).await;
    assert_eq!(foreign[0].0, "conflict", "{foreign:?}");
    let nothing = DIMENSIONS.iter().fold(row("张伟"), |row, name| row.with(name, ""));
    let told = stage.told(&[nothing]).await;
    assert!(told[0].1[0].contains("没有填写任何分数"), "{told:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_column_that_is_no_dimension_is_refused_by_name() {
    let stage = stage().await;
    let file = csv(&[row("张伟").with("文化活动", "5")]);
    let place = stage.county.town(1).clone();
    let (_, counts) = stage.upload(&stage.clerk, &place, file.path(), Mapping::new()).await.unwrap();
    let unreadable = counts.unwrap_err();
    assert!(unreadable.0[0].contains("列“文化活动”不在模板中"), "{unreadable:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_handed_in_stands() {
    let stage = stage().await;
    stage.import(&[row("张伟"), row("李娜")]).await;
    let scope = stage.clerk.scope.clone();
    let mut conn = stage.db.web().await;
    let periods = ["2026Q1".to_owned()];
    let rounds = cadre::base::db::read(&mut conn, &scope, async |conn| {
        Ok(queries::of_periods(conn, &scope, &periods).await?)
    });
    let round = rounds.await.unwrap()[0].round.id;
    ratings::submit(&mut conn, &stage.clerk, &[Decide::round(round)]).await.unwrap();
    drop(conn);
    assert_eq!(stage.told(&[row("张伟")]).await[0].0, "unchanged");
    let told = stage.told(&[row("张伟").with("邻里和睦", "10")]).await;
    assert!(told[0].0 == "refused" && told[0].1[0].contains("评定当前为“已提交”，不能修改"), "{told:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_raters_gave_is_not_imported_as_one_score() {
    let stage = stage().await;
    let scheme = ratings::packs::pack("annual_appraisal").unwrap();
    let supervisor = stage.county.county.actor(Role::Supervisor);
    ratings::set_scheme(&mut *stage.db.web().await, &supervisor, &[scheme]).await.unwrap();
    let cells = [("评定方案", "annual_appraisal"), ("评定期", "2025"), ("评定单位", "500237101201-ZB01")];
    let row = Roster::of(&cells).with("姓名", "张伟").with("公民身份号码", "").with("评定依据", "");
    let names = ["理想信念", "党员意识", "组织纪律", "作用发挥", "学习教育"];
    let row = names.into_iter().fold(row, |row, name| row.with(name, "18"));
    let told = stage.told(&[row]).await;
    assert_eq!(told[0].0, "refused", "{told:?}");
    assert!(told[0].1[0].contains("评分人录入"), "{told:?}");
}
