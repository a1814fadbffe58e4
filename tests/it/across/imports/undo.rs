//! Taking an import back: what was before stands again, and what somebody changed or made use of since is kept by name.

use std::collections::BTreeMap;

use cadre::across::imports::commit::{Outcome, commit};
use cadre::across::imports::{progress, summary, upload};
use cadre::across::reports;
use cadre::base::actor::{Actor, Door, Role};
use cadre::base::edit::Edit;
use cadre::base::error::Error;
use cadre::records::imports::{self, Counts, Import, Kind};
use cadre::records::members::{self, Change, Edits};
use diesel_async::SimpleAsyncConnection;

use super::committees::team;
use super::elections::votes;
use super::{Roster, Stage, assessed, elections, pool, rated, training, tree};

/// Every row of every table that imports write, without what rises with each change.
pub(super) async fn shot(stage: &Stage) -> BTreeMap<String, Vec<String>> {
    let client = stage.db.owner_client().await;
    let tables = client.query("SELECT relation FROM traced_relations()", &[]).await.unwrap();
    let mut shot = BTreeMap::new();
    for table in tables {
        let table: String = table.get(0);
        let query = format!(
            "SELECT (to_jsonb(t) - 'version' - 'updated_at' - 'updated_by')::text FROM {table} t ORDER BY 1"
        );
        let rows = client.query(&query, &[]).await.unwrap();
        shot.insert(table, rows.iter().map(|row| row.get(0)).collect());
    }
    shot
}

/// Plans and carries out; the import as it stands then.
pub(super) async fn carried(stage: &Stage, rows: &[Roster]) -> Import {
    let import = stage.plan(rows).await;
    let outcome = commit(&stage.engine, &stage.clerk, import.id, &progress::nobody).await.unwrap();
    assert!(matches!(outcome, Outcome::Written(_)), "{outcome:?}");
    upload::find(&stage.engine, &stage.clerk, import.id).await.unwrap()
}

pub(super) async fn undo(stage: &Stage, actor: &Actor, import: &Import) -> Result<usize, Error> {
    imports::undo(&mut *stage.db.web().await, actor, import.id, Some("误传")).await
}

pub(super) fn sentence<T: std::fmt::Debug>(refused: Result<T, Error>) -> String {
    match refused {
        Err(Error::Refused(sentence)) => sentence,
        other => panic!("{other:?}"),
    }
}

/// Imports rows, takes them back, finds everything as before, and imports them again as if for the first time.
async fn there_and_back(stage: &Stage, rows: &[Roster]) {
    let before = shot(stage).await;
    let import = carried(stage, rows).await;
    assert!(import.counts().to_write() > 0, "{:?}", import.counts());
    assert_ne!(shot(stage).await, before);
    assert_eq!(undo(stage, &stage.clerk, &import).await.unwrap(), 0);
    let after = shot(stage).await;
    for (table, rows) in &before {
        assert_eq!(&after[table], rows, "{table}");
    }
    assert_eq!(stage.import(rows).await, import.counts());
}

async fn change_note(stage: &Stage, name: &str) {
    let members = stage.members().await;
    let member = &members.iter().find(|member| member.person.name == name).unwrap().membership;
    let edits = Edits { note: Edit::Set("人工改过".to_owned()), ..Edits::default() };
    let change = Change { member: member.id, version: member.version, edits };
    members::change(&mut *stage.db.web().await, &stage.clerk, &stage.engine.keys, &[change]).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn members_come_and_go_and_get_their_former_values() {
    let stage = Stage::new().await;
    let old =
        Roster::new("张伟", 1).with("备注", "旧").with("流动起始日期", "2024-03-01").with("外出流向", "广东");
    stage.import(&[old.clone(), Roster::new("李娜", 2)]).await;
    let rows = [
        old.with("姓名", "张小伟")
            .with("学历", "大学本科毕业")
            .with("备注", "（清空）")
            .with("外出流向", "浙江"),
        Roster::new("李娜", 2).with("党籍状态", "死亡").with("党籍状态日期", "2025-01-01"),
        Roster::new("王芳", 4).with("失联日期", "2024-01-01"),
        Roster::new("赵敏", 6).with("党籍状态", "停止党籍").with("党籍状态日期", "2020-01-01"),
    ];
    there_and_back(&stage, &rows).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn organisations_come_and_go_and_move_back() {
    let stage = Stage::of(Kind::Organisations).await;
    stage.import(&[tree::row("500237101-DW01", "龙井镇党委", "500237101", "党委")]).await;
    let rows = [
        tree::row("500237101201-ZB02", "白泉村二支部", "500237101-ZZ01", "党支部"),
        tree::row("500237101-ZZ01", "龙井镇农业党总支", "500237101-DW01", "党总支"),
        tree::branch().with("备注", "已核对"),
    ];
    there_and_back(&stage, &rows).await;
    // Whoever was set below another goes back, and all below him, members too.
    let mut stage = Stage::new().await;
    stage.import(&[Roster::new("张伟", 1)]).await;
    stage.kind = Kind::Organisations;
    let moved = tree::branch().with("上级代码", "500237101-DW09");
    there_and_back(&stage, &[tree::row("500237101-DW09", "龙井镇九党委", "500237101", "党委"), moved]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn committees_and_their_votes_come_and_go() {
    let stage = Stage::of(Kind::Committees).await;
    there_and_back(&stage, &team()).await;
    let changed: Vec<Roster> = team()
        .into_iter()
        .map(|row| {
            if row.cell("姓名") == "王芳" {
                row.with("离职日期", "2024-05-01").with("离职原因", "辞职").with("离职说明", "外出务工")
            } else {
                row
            }
        })
        .collect();
    there_and_back(&stage, &changed).await;
    let stage = elections::stage().await;
    there_and_back(&stage, &votes()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pool_the_classes_and_the_scores_come_and_go() {
    let stage = Stage::of(Kind::ReserveCadres).await;
    let first = pool::row("张伟", 1).with("联系领导一", "向明");
    there_and_back(&stage, std::slice::from_ref(&first)).await;
    there_and_back(&stage, &[first.with("来源", "退役军人").with("备注", "改"), pool::row("李娜", 2)]).await;

    let stage = rated::stage().await;
    there_and_back(&stage, &[rated::row("张伟"), rated::row("李娜")]).await;
    there_and_back(&stage, &[rated::row("张伟").with("邻里和睦", "16.5")]).await;

    let stage = assessed::stage().await;
    there_and_back(&stage, &[assessed::row("500237101201")]).await;

    let stage = training::stage().await;
    there_and_back(&stage, &[training::class("2021-A1").with("领域", &training::field())]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_changed_since_is_kept_and_named() {
    let stage = Stage::new().await;
    stage.import(&[Roster::new("张伟", 1), Roster::new("李娜", 2)]).await;
    let rows = [
        Roster::new("张伟", 1).with("备注", "导入"),
        Roster::new("李娜", 2).with("备注", "导入"),
        Roster::new("王芳", 4),
        Roster::new("赵敏", 6),
    ];
    let import = carried(&stage, &rows).await;
    change_note(&stage, "张伟").await;
    change_note(&stage, "赵敏").await;
    // A later import is a change like any other.
    stage.import(&[Roster::new("王芳", 4).with("学历", "大学本科毕业")]).await;
    let kept = shot(&stage).await;
    assert_eq!(undo(&stage, &stage.clerk, &import).await.unwrap(), 3);
    let members = stage.members().await;
    let notes: Vec<_> = members
        .iter()
        .map(|member| (member.person.name.as_str(), member.membership.note.as_deref()))
        .collect();
    assert_eq!(
        notes,
        [("张伟", Some("人工改过")), ("李娜", None), ("王芳", None), ("赵敏", Some("人工改过"))]
    );
    assert_eq!(shot(&stage).await["people"], kept["people"], "nobody of them went");
    let import = upload::find(&stage.engine, &stage.clerk, import.id).await.unwrap();
    let told = stage.answer(&import).await;
    assert_eq!(told.state, "undone");
    let undone = told.undo.unwrap();
    assert_eq!((undone.undone, undone.kept, undone.reason.as_str()), (1, 3, "误传"));
    let named: Vec<_> = undone.kept_rows.iter().map(|row| (row.row, row.subject.as_str())).collect();
    assert_eq!(named, [(2, "张伟"), (4, "王芳"), (5, "赵敏")]);
    assert!(undone.kept_rows.iter().all(|row| row.message.contains("修改")), "{undone:?}");
    let lines =
        summary::rows(&stage.engine, &stage.clerk.scope, &import, &[imports::Bucket::New], 0, 9).await;
    let lines = lines.unwrap();
    assert!(lines.iter().all(|line| line.record.is_some() && line.kept.is_some()), "{lines:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_others_refer_to_is_kept() {
    // A member who was rated since, and a person whom another list made use of.
    let mut stage = rated::stage().await;
    stage.kind = Kind::Members;
    let import = carried(&stage, &[Roster::new("赵敏", 8), Roster::new("孙丽", 10)]).await;
    stage.kind = Kind::Ratings;
    assert_eq!(stage.import(&[rated::row("赵敏")]).await.new, 1);
    let supervisor = stage.county.county.actor(Role::Supervisor);
    assert_eq!(undo(&stage, &supervisor, &import).await.unwrap(), 1);
    let import = upload::find(&stage.engine, &stage.clerk, import.id).await.unwrap();
    let undone = stage.answer(&import).await.undo.unwrap();
    assert_eq!(undone.kept_rows[0].subject, "赵敏");
    assert!(undone.kept_rows[0].message.contains("星级评定"), "{undone:?}");
    assert!(!stage.members().await.iter().any(|member| member.person.name == "孙丽"));
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_may_and_only_once() {
    let stage = Stage::new().await;
    let import = carried(&stage, &[Roster::new("张伟", 1)]).await;
    let neighbour = stage.county.town(2).actor(Role::Clerk);
    assert!(matches!(undo(&stage, &neighbour, &import).await, Err(Error::Missing { .. })));
    let colleague = Actor { name: "colleague".to_owned(), ..stage.clerk.clone() };
    assert!(matches!(undo(&stage, &colleague, &import).await, Err(Error::Forbidden)));
    let auditor = stage.county.town(1).actor(Role::Auditor);
    assert!(matches!(undo(&stage, &auditor, &import).await, Err(Error::Forbidden)));
    assert!(!imports::can_undo(&colleague, &import) && imports::can_undo(&stage.clerk, &import));
    for (reason, part) in [("  ", "没有填写"), (&*"错".repeat(201), "有201字，最多200字")] {
        let refused = imports::undo(&mut *stage.db.web().await, &stage.clerk, import.id, Some(reason)).await;
        let Err(Error::Invalid(errors)) = refused else { panic!("{refused:?}") };
        assert!(errors[0].field == "reason" && errors[0].message.contains(part), "{errors:?}");
    }
    assert_eq!(undo(&stage, &stage.clerk, &import).await.unwrap(), 0);
    let again = sentence(undo(&stage, &stage.clerk, &import).await);
    assert!(again.contains("撤销，不能再次撤销"), "{again}");
    let planned = stage.plan(&[Roster::new("张伟", 1)]).await;
    let refused = sentence(undo(&stage, &stage.clerk, &planned).await);
    assert!(refused.contains("没有写入"), "{refused}");
    assert_eq!(stage.import(&[Roster::new("张伟", 1)]).await, Counts { new: 1, ..Counts::default() });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_quarter_and_thirty_days_end_it() {
    let stage = Stage::new().await;
    let first = carried(&stage, &[Roster::new("张伟", 1)]).await;
    let client = stage.db.owner_client().await;
    client.batch_execute("UPDATE imports SET undo_until = now() - interval '1 second'").await.unwrap();
    let late = sentence(undo(&stage, &stage.clerk, &first).await);
    assert!(late.contains("超过30天"), "{late}");
    client.batch_execute("UPDATE imports SET undo_until = now() + interval '1 day'").await.unwrap();

    let supervisor = stage.county.county.actor(Role::Supervisor);
    let system = Actor { door: Door::CommandLine, name: "system@root".to_owned(), ..supervisor };
    let quarter = "2026Q1".parse().unwrap();
    reports::close(&mut *stage.db.web().await, &system, "500237", quarter).await.unwrap();
    let held = sentence(undo(&stage, &stage.clerk, &first).await);
    assert!(held.contains("2026Q1") && held.contains("结账"), "{held}");
    // Whoever joined after its last day is not in it.
    let later = Roster::new("李娜", 2)
        .with("人员类别", "预备党员")
        .with("加入党组织日期", "2026-07-01")
        .with("转为正式党员日期", "");
    let second = carried(&stage, &[later]).await;
    assert_eq!(undo(&stage, &stage.clerk, &second).await.unwrap(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn attendances_say_that_they_stay() {
    let mut stage = training::stage().await;
    stage.import(&[training::class("2021-A1").with("领域", &training::field())]).await;
    stage.kind = Kind::TrainingAttendance;
    let import = carried(&stage, &[training::came("2021-A1", "张伟", 1)]).await;
    let refused = sentence(undo(&stage, &stage.clerk, &import).await);
    assert!(refused.contains("参训名单") && refused.contains("逐人更正"), "{refused}");
    assert!(!imports::can_undo(&stage.clerk, &import));
}

/// Whoever comes second sees what the first did: the record is kept, or the edit is stale.
#[tokio::test(flavor = "multi_thread")]
async fn an_edit_at_the_same_moment_is_kept_or_told_that_it_is_stale() {
    let stage = Stage::new().await;
    let import = carried(&stage, &[Roster::new("张伟", 1)]).await;
    let member = stage.members().await.remove(0).membership;
    let edits = Edits { note: Edit::Set("同时".to_owned()), ..Edits::default() };
    let change = [Change { member: member.id, version: member.version, edits }];
    let (mut first, mut second) = (stage.db.web().await, stage.db.web().await);
    let (undone, changed) = tokio::join!(
        imports::undo(&mut first, &stage.clerk, import.id, Some("误传")),
        members::change(&mut second, &stage.clerk, &stage.engine.keys, &change)
    );
    let left = stage.members().await;
    match (undone.unwrap(), changed) {
        (1, Ok(_)) => assert_eq!(left[0].membership.note.as_deref(), Some("同时")),
        (0, Err(Error::Stale | Error::Missing { .. })) => assert!(left.is_empty()),
        other => panic!("{other:?}"),
    }
}

/// An edit that has begun first is waited for.
#[tokio::test(flavor = "multi_thread")]
async fn an_edit_that_is_under_way_is_waited_for() {
    let stage = Stage::new().await;
    let import = carried(&stage, &[Roster::new("张伟", 1)]).await;
    let editor = stage.db.owner_client().await;
    editor.batch_execute("BEGIN; UPDATE memberships SET note = '改着', version = version + 1").await.unwrap();
    let mut conn = stage.db.web().await;
    conn.batch_execute("SET lock_timeout TO '100ms'").await.unwrap();
    let waited = imports::undo(&mut conn, &stage.clerk, import.id, Some("误传")).await;
    assert!(matches!(waited, Err(Error::Broken(_))), "it waited in vain: {waited:?}");
    editor.batch_execute("COMMIT").await.unwrap();
    assert_eq!(imports::undo(&mut conn, &stage.clerk, import.id, Some("误传")).await.unwrap(), 1);
    assert_eq!(stage.members().await[0].membership.note.as_deref(), Some("改着"));
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_left_the_pool_by_a_seat_stands_in_it_again() {
    let mut stage = Stage::of(Kind::ReserveCadres).await;
    stage.import(&[pool::row("张伟", 1), pool::row("李娜", 2)]).await;
    stage.kind = Kind::Committees;
    there_and_back(&stage, &[pool::seated("张伟", 1).with("职务", "主任"), pool::seated("李娜", 2)]).await;
}
