//! 「季度考核」: scores by village and quarter, a column for each indicator, and what an import leaves alone.

use cadre::across::imports::headings::Mapping;
use cadre::across::imports::refused;
use cadre::across::sheets::{Program, open};
use cadre::base::actor::Role;
use cadre::records::assessments::{self, Decide, queries};
use cadre::records::imports::{Counts, Kind};
use tempfile::NamedTempFile;

use super::{Roster, Stage, csv};
use crate::support::builders::assessment::scheme;

pub(super) async fn stage() -> Stage {
    let stage = Stage::of(Kind::Assessments).await;
    let supervisor = stage.county.county.actor(Role::Supervisor);
    let mut conn = stage.db.web().await;
    assessments::set_scheme(&mut conn, &supervisor, &[scheme("500237")]).await.unwrap();
    drop(conn);
    stage
}

/// The clerk hands in the round of the first quarter.
pub(super) async fn hand_in(stage: &Stage) {
    let scope = stage.clerk.scope.clone();
    let mut conn = stage.db.web().await;
    let quarter = ["2026Q1".parse().unwrap()];
    let rounds = cadre::base::db::read(&mut conn, &scope, async |conn| {
        queries::of_quarter(conn, &scope, &quarter).await
    });
    let round = rounds.await.unwrap()[0].round.id;
    assessments::submit(&mut conn, &stage.clerk, &[Decide::round(round)]).await.unwrap();
}

/// Full marks for a village of town 1.
pub(super) fn row(village: &str) -> Roster {
    Roster::of(&[
        ("季度", "2026Q1"),
        ("考核单位", "龙井镇"),
        ("村（社区）", village),
        ("基层党建", "50"),
        ("集体经济", "30"),
        ("基层治理", "20"),
        ("扣分说明", ""),
        ("印证材料", ""),
        ("备注", ""),
    ])
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_list_twice_changes_nothing_and_a_change_names_its_cells() {
    let stage = stage().await;
    let rows = [
        row("500237101201"),
        row("龙井镇龙雾村")
            .with("基层党建", "48.5")
            .with("扣分说明", "缺一次主题党日")
            .with("备注", "已谈话"),
    ];
    assert_eq!(stage.import(&rows).await, Counts { new: 2, ..Counts::default() });
    assert_eq!(stage.import(&rows).await, Counts { unchanged: 2, ..Counts::default() });
    let changed = row("500237101202").with("基层党建", "49").with("备注", "（清空）");
    let told = stage.told(std::slice::from_ref(&changed)).await;
    assert_eq!(told[0].0, "changed");
    assert_eq!(told[0].1, ["基层党建：48.5 → 49", "备注：已谈话 → "]);
    assert_eq!(stage.import(&[changed]).await, Counts { changed: 1, ..Counts::default() });
    // An empty cell clears nothing.
    let sparse = row("500237101202").with("基层党建", "").with("集体经济", "");
    assert_eq!(stage.import(&[sparse]).await, Counts { unchanged: 1, ..Counts::default() });
}

#[tokio::test(flavor = "multi_thread")]
async fn each_wrong_cell_is_refused_with_its_reason() {
    let stage = stage().await;
    for (heading, text, column, reason) in [
        ("季度", "", "季度", "季度"),
        ("季度", "2026", "季度", "格式不对"),
        ("季度", "2099Q1", "季度", "现在还不能考核"),
        ("季度", "1999Q4", "考核单位", "没有施行的考核方案"),
        ("考核单位", "", "考核单位", "没有填写"),
        ("考核单位", "桃花镇", "考核单位", "范围内没有考核单位“桃花镇”"),
        ("村（社区）", "桃花村", "村（社区）", "范围内没有名为“桃花村”"),
        ("基层党建", "-1", "基层党建", "是负数"),
        ("基层党建", "50.5", "基层党建", "超过满分50"),
        ("基层党建", "优", "基层党建", "不是分数"),
        ("基层党建", "49", "扣分说明", "低于满分而没有扣分说明"),
    ] {
        let told = stage.told(&[row("500237101201").with(heading, text)]).await;
        assert_eq!(told[0].0, "refused", "{heading} {text}: {told:?}");
        let found =
            told[0].1.iter().any(|line| line.starts_with(&format!("{column}：")) && line.contains(reason));
        assert!(found, "{heading} {text}: {told:?}");
    }
    let twice = stage.told(&[row("500237101201"), row("500237101201")]).await;
    assert!(twice[1].1[0].contains("与第2行是同一村（社区）的同一季度"), "{twice:?}");
    let foreign = stage.told(&[row("500237102201").with("考核单位", "500237102")]).await;
    assert_eq!(foreign[0].0, "conflict", "{foreign:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_column_that_is_no_indicator_is_refused_by_name() {
    let stage = stage().await;
    let file = csv(&[row("500237101201").with("文化活动", "5")]);
    let place = stage.county.town(1).clone();
    let (_, counts) = stage.upload(&stage.clerk, &place, file.path(), Mapping::new()).await.unwrap();
    let unreadable = counts.unwrap_err();
    assert!(unreadable.0[0].contains("列“文化活动”不在模板中"), "{unreadable:?}");
    let mapping = Mapping::from([("文化活动".to_owned(), Some("基层党建".to_owned()))]);
    let file = csv(&[Roster::of(&[
        ("季度", "2026Q1"),
        ("考核单位", "500237101"),
        ("村（社区）", "500237101201"),
        ("文化活动", "50"),
    ])]);
    let (_, counts) = stage.upload(&stage.clerk, &place, file.path(), mapping.clone()).await.unwrap();
    assert_eq!(counts.unwrap(), Counts { new: 1, ..Counts::default() });

    // What stays out comes back under the county's own heading, with the wrong cell told.
    let file = csv(&[Roster::of(&[
        ("季度", "2026Q1"),
        ("考核单位", "500237101"),
        ("村（社区）", "500237101201"),
        ("文化活动", "51"),
    ])]);
    let (import, counts) = stage.upload(&stage.clerk, &place, file.path(), mapping).await.unwrap();
    assert_eq!(counts.unwrap(), Counts { refused: 1, ..Counts::default() });
    let back = NamedTempFile::new().unwrap();
    refused::write(&stage.engine, &stage.clerk, import.id, back.reopen().unwrap()).await.unwrap();
    let program = Program::at(env!("CARGO_BIN_EXE_cadre"));
    let rows: Vec<_> = open(&program, back.path(), "季度考核").unwrap().collect::<Result<_, _>>().unwrap();
    let shown = |at: usize| rows[at].cells().map(|(_, cell)| cell.shown()).collect::<Vec<_>>();
    assert!(shown(0).contains(&"基层党建".to_owned()), "{:?}", shown(0));
    assert!(shown(1).pop().unwrap().contains("超过满分50"), "{:?}", shown(1));
    let (_, counts) = stage.upload(&stage.clerk, &place, back.path(), Mapping::new()).await.unwrap();
    assert_eq!(counts.unwrap(), Counts { refused: 1, ..Counts::default() }, "it needs no mapping any more");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_handed_in_stands() {
    let stage = stage().await;
    stage.import(&[row("500237101201"), row("500237101202")]).await;
    hand_in(&stage).await;
    let told = stage.told(&[row("500237101201")]).await;
    assert_eq!(told[0].0, "unchanged");
    let changed = row("500237101201").with("基层党建", "49").with("扣分说明", "台账不全");
    let told = stage.told(&[changed]).await;
    assert!(told[0].0 == "refused" && told[0].1[0].contains("当前为“已提交”，导入不改"), "{told:?}");
}
