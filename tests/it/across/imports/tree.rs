//! 「党组织」: the tree comes in, in any order, and moves.

use cadre::across::imports::commit::{Outcome, commit};
use cadre::across::imports::headings::Mapping;
use cadre::across::imports::progress;
use cadre::base::actor::Role;
use cadre::base::clock;
use cadre::base::edit::Edit;
use cadre::base::ids::OrganisationId;
use cadre::records::imports::{Counts, Kind};
use cadre::records::organisations::{self, Change, Edits, Organisation};
use cadre::schema::{member_search_keys, memberships, organisation_parents, organisations as table};
use chrono::NaiveDate;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::{Roster, Stage, csv, date};

const TOWN: &str = "500237101";
const VILLAGE: &str = "500237101201";
const BRANCH: &str = "500237101201-ZB01";

/// A row that founds a general branch of the town.
pub(super) fn row(code: &str, name: &str, parent: &str, kind: &str) -> Roster {
    Roster::of(&[("组织代码", code), ("组织名称", name), ("上级代码", parent), ("类别", kind)])
}

/// The row that says what is on record of the first branch.
pub(super) fn branch() -> Roster {
    row(BRANCH, "龙井镇白泉村党支部", VILLAGE, "党支部")
}

/// Bucket and reasons of each row of a plan.
async fn told(stage: &Stage, rows: &[Roster]) -> Vec<(String, Vec<String>)> {
    let import = stage.plan(rows).await;
    let lines = stage.lines(&import).await;
    let told = lines.into_iter().map(|line| {
        let errors = line.errors.iter().map(|error| format!("{}：{}", error.column, error.message));
        let changes = line.changes.iter().map(|c| format!("{}：{} → {}", c.column, c.before, c.after));
        (line.bucket, errors.chain(changes).chain(line.message).collect())
    });
    told.collect()
}

async fn stored(stage: &Stage, code: &str) -> Organisation {
    table::table
        .filter(table::code.eq(code))
        .select(Organisation::as_select())
        .first(&mut stage.db.owner().await)
        .await
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn parents_may_stand_in_any_order_and_the_same_file_twice_changes_nothing() {
    let stage = Stage::of(Kind::Organisations).await;
    let rows = [
        row("500237101201-XZ1", "第一党小组", "500237101201-ZB02", "党小组"),
        row("500237101201-ZB02", "白泉村二支部", "500237101-ZZ01", "党支部").with("成立日期", "2020-03-01"),
        row("500237101-ZZ01", "龙井镇农业党总支", "500237101-DW01", "党总支")
            .with("联系电话", "023-57680000"),
        row("500237101-DW01", "龙井镇党委", TOWN, "党委").with("备注", "新设"),
        branch(),
    ];
    let counts = stage.import(&rows).await;
    assert_eq!(counts, Counts { new: 4, unchanged: 1, ..Counts::default() });
    let group = stored(&stage, "500237101201-XZ1").await;
    let path = "500237/500237101/500237101-DW01/500237101-ZZ01/500237101201-ZB02/500237101201-XZ1/";
    assert_eq!(group.path, path);
    let general = stored(&stage, "500237101-ZZ01").await;
    assert_eq!(general.telephone.as_deref(), Some("02357680000"));
    let founded: Vec<NaiveDate> = organisation_parents::table
        .filter(organisation_parents::organisation_id.eq(stored(&stage, "500237101201-ZB02").await.id))
        .select(organisation_parents::from_day)
        .load(&mut stage.db.owner().await)
        .await
        .unwrap();
    assert_eq!(founded, [date("2020-03-01")]);
    assert_eq!(stage.import(&rows).await, Counts { unchanged: 5, ..Counts::default() });
}

#[tokio::test(flavor = "multi_thread")]
async fn each_field_in_a_wrong_form_is_refused_with_its_reason() {
    let stage = Stage::of(Kind::Organisations).await;
    let good = row("500237101201-ZB09", "新支部", VILLAGE, "党支部");
    let long = "长".repeat(101);
    for (heading, text, reason) in [
        ("组织代码", "", "组织代码没有填写"),
        ("组织代码", "5002371", "区划部分应为6位"),
        ("组织代码", "500237101201-党", "短横线后应为1至8位"),
        ("组织代码", "500237101209", "党支部的组织代码应为区划代码加短横线和编号"),
        ("组织代码", "500236101201-ZB09", "前6位不是本县（区）的“500237”"),
        ("组织名称", "", "组织名称没有填写"),
        ("组织名称", "（清空）", "组织名称必须填写，不能清空"),
        ("组织名称", long.as_str(), "最多100个字"),
        ("上级代码", "", "上级代码没有填写"),
        ("上级代码", "白泉村", "上级代码“白泉村”的区划部分"),
        ("上级代码", "500237101209", "没有登记，也不在本表中"),
        ("上级代码", "500237102201", "不在“龙井镇”范围内"),
        ("上级代码", "500237", "不在“龙井镇”范围内"),
        ("上级代码", BRANCH, "党支部不能直接设在党支部下"),
        ("上级代码", "500237101201-ZB09", "上级关系成环"),
        ("类别", "", "类别没有填写"),
        ("类别", "支部", "类别“支部”不在规定的取值中"),
        ("类别", "县（区）", "县（区）是最上一级"),
        ("类别", "村", "村的组织代码应为12位数字"),
        ("成立日期", "2020-02-30", "成立日期"),
        ("成立日期", "2099-01-01", "成立日期“2099-01-01”晚于今天"),
        ("撤销日期", "2099-01-01", "撤销日期“2099-01-01”晚于今天"),
        ("统一社会信用代码", "123", "有3位，应为18位"),
        ("联系电话", "分机8", "联系电话第1位“分”不是数字"),
        ("备注", "铃\u{7}", "看不见的控制字符"),
        ("记录编号", "第一", "记录编号“第一”不是系统导出的编号"),
        ("记录编号", "0193b2a4-0000-7000-8000-000000000000", "没有这个记录编号"),
    ] {
        let told = told(&stage, &[good.clone().with(heading, text)]).await;
        let (bucket, reasons) = &told[0];
        assert_eq!(bucket, "refused", "{heading} {text}: {reasons:?}");
        let found = reasons.iter().any(|told| told.contains(reason));
        assert!(found, "{heading} {text}: {reasons:?}");
    }
    let order = good.with("成立日期", "2020-02-01").with("撤销日期", "2020-01-01");
    let told = told(&stage, &[order]).await;
    assert_eq!(told[0].1, ["撤销日期：撤销日期“2020-01-01”早于成立日期“2020-02-01”；请核对两个日期"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_parent_takes_its_rows_along_and_a_circle_is_shown() {
    let stage = Stage::of(Kind::Organisations).await;
    let told = told(
        &stage,
        &[
            row("500237101-ZZ01", "总支", TOWN, "党总支").with("成立日期", "昨天"),
            row("500237101-ZB08", "八支部", "500237101-ZZ01", "党支部"),
            row("500237101-XZ08", "八小组", "500237101-ZB08", "党小组"),
            row("500237101-DW01", "一委", "500237101-DW02", "党委"),
            row("500237101-DW02", "二委", "500237101-DW01", "党委"),
            row("500237101-ZB07", "七支部", TOWN, "党支部"),
            row("500237101-ZB07", "七支部", TOWN, "党支部"),
        ],
    )
    .await;
    let buckets: Vec<&str> = told.iter().map(|(bucket, _)| bucket.as_str()).collect();
    assert_eq!(buckets, ["refused", "refused", "refused", "refused", "refused", "new", "refused"]);
    assert_eq!(told[1].1, ["上级代码：上级“500237101-ZZ01”在第2行，该行被退回；请先改正第2行"]);
    assert_eq!(told[2].1, ["上级代码：上级“500237101-ZB08”在第3行，该行被退回；请先改正第3行"]);
    assert!(told[3].1[0].contains("500237101-DW01 → 500237101-DW02 → 500237101-DW01"), "{told:?}");
    assert_eq!(told[6].1, ["组织代码：与第7行是同一个组织；请只保留一行"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_circle_is_the_fault_of_its_own_rows_only() {
    let stage = Stage::of(Kind::Organisations).await;
    let told = told(
        &stage,
        &[
            row(VILLAGE, "龙井镇白泉村", "500237101201-ZB02", "村"),
            row("500237101201-XZ1", "第一党小组", "500237101201-ZB02", "党小组"),
            row("500237101201-ZB02", "白泉村二支部", VILLAGE, "党支部"),
            row("500237101201-ZB03", "白泉村三支部", VILLAGE, "党支部"),
        ],
    )
    .await;
    let buckets: Vec<&str> = told.iter().map(|(bucket, _)| bucket.as_str()).collect();
    assert_eq!(buckets, ["refused", "refused", "refused", "new"], "{told:?}");
    assert!(told[0].1[0].contains("成环"), "{told:?}");
    assert!(told[2].1[0].contains("成环"), "the branch stands in the circle too: {told:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_organisation_moves_with_all_that_stands_below_it_from_today_on() {
    let mut stage = Stage::new().await;
    stage.import(&[Roster::new("张伟", 1)]).await;
    stage.kind = Kind::Organisations;
    let rows = [
        branch().with("上级代码", "500237101-ZZ01").with("组织名称", "白泉村一支部"),
        row("500237101-ZZ01", "龙井镇农业党总支", TOWN, "党总支"),
        row("500237101201-XZ1", "第一党小组", BRANCH, "党小组"),
    ];
    let today = clock::today();
    let plan = told(&stage, &rows).await;
    let change = format!("上级代码：{VILLAGE} 龙井镇白泉村 → 500237101-ZZ01 （自{today}起）");
    assert_eq!(
        plan[0],
        ("changed".to_owned(), vec!["组织名称：龙井镇白泉村党支部 → 白泉村一支部".to_owned(), change])
    );
    assert_eq!(stage.import(&rows).await, Counts { new: 2, changed: 1, ..Counts::default() });

    let path = format!("500237/{TOWN}/500237101-ZZ01/{BRANCH}/");
    let moved = stored(&stage, BRANCH).await;
    assert_eq!((moved.path.as_str(), moved.name.as_str(), moved.version), (path.as_str(), "白泉村一支部", 2));
    assert_eq!(stored(&stage, "500237101201-XZ1").await.path, format!("{path}500237101201-XZ1/"));
    let mut owner = stage.db.owner().await;
    let member: Vec<String> = memberships::table.select(memberships::path).load(&mut owner).await.unwrap();
    assert_eq!(member, [path.as_str()]);
    let keys: Vec<String> =
        member_search_keys::table.select(member_search_keys::path).distinct().load(&mut owner).await.unwrap();
    assert_eq!(keys, [path.as_str()]);
    let places: Vec<(OrganisationId, NaiveDate, Option<NaiveDate>)> = organisation_parents::table
        .filter(organisation_parents::organisation_id.eq(moved.id))
        .select((
            organisation_parents::parent_id,
            organisation_parents::from_day,
            organisation_parents::to_day,
        ))
        .order(organisation_parents::from_day)
        .load(&mut owner)
        .await
        .unwrap();
    let general = stored(&stage, "500237101-ZZ01").await.id;
    let village = stage.county.village(1, 1).id;
    assert_eq!(places, [(village, date("1921-07-01"), Some(today)), (general, today, None)]);
    assert_eq!(stage.import(&rows).await, Counts { unchanged: 3, ..Counts::default() });
    stage.kind = Kind::Members;
    assert_eq!(stage.import(&[Roster::new("张伟", 1)]).await.unchanged, 1);

    // One state a day: a second move today is refused as a whole, and the plan waits with the reason.
    stage.kind = Kind::Organisations;
    let back = [branch(), row("500237101-ZB07", "七支部", TOWN, "党支部")];
    let import = stage.plan(&back).await;
    let refused = commit(&stage.engine, &stage.clerk, import.id, &progress::nobody).await.unwrap_err();
    assert!(refused.to_string().contains("上级一天只能变更一次"), "{refused}");
    assert_eq!(stored(&stage, BRANCH).await.path, path);
    let left: i64 = table::table
        .filter(table::code.eq("500237101-ZB07"))
        .count()
        .get_result(&mut stage.db.owner().await)
        .await
        .unwrap();
    assert_eq!(left, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn organisations_of_others_are_conflicts_that_say_whom_to_ask() {
    let stage = Stage::of(Kind::Organisations).await;
    let other = stored(&stage, "500237101202-ZB01").await;
    let told = told(
        &stage,
        &[
            row("500237102201-ZB01", "抢来的支部", VILLAGE, "党支部"),
            branch().with("记录编号", &other.id.to_string()),
            row("500237101", "龙井镇", "500237", "镇"),
        ],
    )
    .await;
    let conflict = "“官渡镇白泉村党支部”（500237102201-ZB01）由“官渡镇白泉村”管理；请由该单位导入";
    assert_eq!(told[0], ("conflict".to_owned(), vec![conflict.to_owned()]));
    assert_eq!(told[1].0, "conflict");
    assert!(told[1].1[0].contains("两个不同的组织"), "{told:?}");
    assert_eq!(told[2], ("unchanged".to_owned(), Vec::new()), "the town itself stands below the county");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_dissolved_over_the_heads_of_members_and_organisations() {
    let mut stage = Stage::new().await;
    stage.import(&[Roster::new("张伟", 1)]).await;
    stage.kind = Kind::Organisations;
    let village = |number: u8| {
        let code = format!("50023710120{number}");
        let name = if number == 1 { "龙井镇白泉村" } else { "龙井镇龙雾村" };
        row(&code, name, TOWN, "村").with("撤销日期", "2026-01-01")
    };
    let second = row("500237101202-ZB01", "龙井镇龙雾村党支部", "500237101202", "党支部");
    let told = told(&stage, &[branch().with("撤销日期", "2026-01-01"), village(1), village(2)]).await;
    assert!(told[0].1[0].contains("还有在册党员"), "{told:?}");
    assert!(told[1].1[0].contains("其下还有未撤销的组织（如“500237101201-ZB01”）"), "{told:?}");
    assert!(told[2].1[0].contains("其下还有未撤销的组织（如“500237101202-ZB01”）"), "{told:?}");
    let counts = stage.import(&[village(2), second.with("撤销日期", "2026-01-01")]).await;
    assert_eq!(counts, Counts { changed: 2, ..Counts::default() });
    assert_eq!(stored(&stage, "500237101202").await.dissolved_on, Some(date("2026-01-01")));
    let into = row("500237101202-ZB02", "新支部", "500237101202", "党支部");
    let told = self::told(&stage, &[into]).await;
    assert!(told[0].1[0].contains("已撤销"), "{told:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tree_that_changed_since_the_plan_is_planned_anew() {
    let stage = Stage::of(Kind::Organisations).await;
    let rows = [branch().with("备注", "甲"), row("500237101-ZB07", "七支部", TOWN, "党支部")];
    let import = stage.plan(&rows).await;
    let before = stored(&stage, BRANCH).await;
    let edits = Edits { telephone: Edit::Set("02357680000".to_owned()), ..Edits::default() };
    let change = Change { organisation: before.id, version: before.version, edits };
    organisations::change(&mut *stage.db.web().await, &stage.clerk, &[change]).await.unwrap();
    let outcome = commit(&stage.engine, &stage.clerk, import.id, &progress::nobody).await.unwrap();
    let counts = Counts { new: 1, changed: 1, ..Counts::default() };
    assert_eq!(outcome, Outcome::PlannedAnew(counts));
    assert_eq!(stored(&stage, BRANCH).await.note, None);
    let outcome = commit(&stage.engine, &stage.clerk, import.id, &progress::nobody).await.unwrap();
    assert_eq!(outcome, Outcome::Written(counts));
    let after = stored(&stage, BRANCH).await;
    assert_eq!((after.note.as_deref(), after.telephone.as_deref()), (Some("甲"), Some("02357680000")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_supervisor_moves_an_organisation_out_of_reach_of_its_old_town() {
    let stage = Stage::of(Kind::Organisations).await;
    let supervisor = stage.county.county.actor(Role::Supervisor);
    let place = stage.county.county.clone();
    let file = csv(&[branch().with("上级代码", "500237102201")]);
    let (import, counts) = stage.upload(&supervisor, &place, file.path(), Mapping::new()).await.unwrap();
    assert_eq!(counts.unwrap().changed, 1);
    commit(&stage.engine, &supervisor, import.id, &progress::nobody).await.unwrap();
    assert_eq!(stored(&stage, BRANCH).await.path, format!("500237/500237102/500237102201/{BRANCH}/"));
    // The clerk of the old town no longer reaches it.
    let told = told(&stage, &[branch()]).await;
    assert_eq!(told[0].0, "conflict");
}
