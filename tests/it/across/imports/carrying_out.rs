//! What a plan leaves on record, and what it must not leave.

use cadre::across::imports::commit::{Outcome, commit};
use cadre::across::imports::progress;
use cadre::base::actor::Role;
use cadre::base::db;
use cadre::base::edit::Edit;
use cadre::base::error::Error;
use cadre::records::imports::Counts;
use cadre::records::members::{self, Change, Edits, queries};
use cadre::schema::{audit_entries, import_rows};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::{Roster, Stage, date};

#[tokio::test(flavor = "multi_thread")]
async fn the_same_file_twice_changes_nothing() {
    let stage = Stage::new().await;
    let rows = [
        Roster::new("张伟", 1).with("流动起始日期", "2024-03-01").with("外出流向", "广东"),
        Roster::new("李娜", 2).with("党籍状态", "停止党籍").with("党籍状态日期", "2020-01-01"),
        Roster::new("王芳", 4).with("进入当前支部日期", "2018-01-01").with("固定电话", "0717-1234567"),
    ];
    assert_eq!(stage.import(&rows).await, Counts { new: 3, ..Counts::default() });
    let before = format!("{:?}", stage.members().await);
    assert_eq!(stage.import(&rows).await, Counts { unchanged: 3, ..Counts::default() });
    assert_eq!(format!("{:?}", stage.members().await), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_stands_on_record_from_the_days_that_the_row_gives() {
    let stage = Stage::new().await;
    stage
        .import(&[
            Roster::new("甲一", 1),
            Roster::new("乙二", 3).with("进入当前支部日期", "2018-01-01"),
            Roster::new("丙三", 5).with("党籍状态", "除名").with("党籍状态日期", "2020-01-01"),
        ])
        .await;
    let members = stage.members().await;
    let of = |name: &str| members.iter().find(|member| member.person.name == name).unwrap();
    let (first, second, third) = (of("甲一"), of("乙二"), of("丙三"));
    assert_eq!(
        (first.membership.arrival.as_str(), first.membership.from_day),
        ("admitted", date("2015-07-01"))
    );
    assert_eq!(
        (second.membership.arrival.as_str(), second.membership.from_day),
        ("transferred_in", date("2018-01-01"))
    );
    assert_eq!(third.membership.to_day, Some(date("2020-01-01")));
    let scope = stage.county.county.scope();
    let id = third.membership.id;
    let history = db::read(&mut *stage.db.web().await, &scope, async |conn| {
        Ok(queries::history(conn, &scope, id).await?)
    })
    .await
    .unwrap();
    let statuses: Vec<_> = history
        .iter()
        .filter(|fact| fact.kind == "status")
        .map(|fact| (fact.value.as_deref(), fact.from_day))
        .collect();
    assert!(statuses.contains(&(Some("normal"), date("2015-07-01"))), "{statuses:?}");
    assert!(statuses.contains(&(Some("removed"), date("2020-01-01"))), "{statuses:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_of_facts_and_of_status_are_carried_out_together() {
    let stage = Stage::new().await;
    let row = Roster::new("张伟", 1).with("备注", "旧");
    stage.import(std::slice::from_ref(&row)).await;
    let counts = stage
        .import(&[row
            .with("学历", "大学本科毕业")
            .with("备注", "（清空）")
            .with("党籍状态", "死亡")
            .with("党籍状态日期", "2025-01-01")])
        .await;
    assert_eq!(counts.changed, 1);
    let member = &stage.members().await[0];
    assert_eq!(member.membership.status, "deceased");
    assert_eq!(member.membership.to_day, Some(date("2025-01-01")));
    assert_eq!(member.person.education, "21");
    assert_eq!(member.membership.note, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_cell_keeps_what_is_on_record() {
    let stage = Stage::new().await;
    let row = Roster::new("张伟", 1).with("手机号码", "13800001111").with("家庭住址", "一组");
    stage.import(std::slice::from_ref(&row)).await;
    let counts = stage.import(&[row.with("手机号码", "").with("家庭住址", "")]).await;
    assert_eq!(counts.unchanged, 1);
    assert_eq!(stage.members().await[0].mobile.as_deref(), Some("138****1111"));
}

#[tokio::test(flavor = "multi_thread")]
async fn records_changed_since_the_plan_make_it_anew_and_nothing_is_written() {
    let stage = Stage::new().await;
    let row = Roster::new("张伟", 1);
    stage.import(std::slice::from_ref(&row)).await;
    let import = stage
        .plan(&[
            row.clone().with("学历", "大学本科毕业"),
            Roster::new("李娜", 2),
            row.with("学历", "大学本科毕业"),
        ])
        .await;
    let member = stage.members().await.remove(0).membership;
    let edits = Edits { note: Edit::Set("别人刚改过".to_owned()), ..Edits::default() };
    let change = Change { member: member.id, version: member.version, edits };
    members::change(&mut *stage.db.web().await, &stage.clerk, &stage.engine.keys, &[change]).await.unwrap();

    let outcome = commit(&stage.engine, &stage.clerk, import.id, &progress::nobody).await.unwrap();
    let counts = Counts { new: 1, changed: 1, refused: 1, ..Counts::default() };
    assert_eq!(outcome, Outcome::PlannedAnew(counts));
    assert_eq!(stage.members().await.len(), 1);

    let outcome = commit(&stage.engine, &stage.clerk, import.id, &progress::nobody).await.unwrap();
    assert_eq!(outcome, Outcome::Written(counts));
    let members = stage.members().await;
    assert_eq!(members.len(), 2);
    let changed = members.iter().find(|member| member.person.name == "张伟").unwrap();
    assert_eq!(
        (changed.person.education.as_str(), changed.membership.note.as_deref()),
        ("21", Some("别人刚改过"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_is_carried_out_once_and_by_whoever_may() {
    let stage = Stage::new().await;
    let import = stage.plan(&[Roster::new("张伟", 1)]).await;
    let neighbour = stage.county.town(2).actor(Role::Clerk);
    let auditor = stage.county.town(1).actor(Role::Auditor);
    let missing = commit(&stage.engine, &neighbour, import.id, &progress::nobody).await;
    assert!(matches!(missing, Err(Error::Missing { .. })), "{missing:?}");
    let forbidden = commit(&stage.engine, &auditor, import.id, &progress::nobody).await;
    assert!(matches!(forbidden, Err(Error::Forbidden)), "{forbidden:?}");
    let supervisor = stage.county.county.actor(Role::Supervisor);
    commit(&stage.engine, &supervisor, import.id, &progress::nobody).await.unwrap();
    let again = commit(&stage.engine, &stage.clerk, import.id, &progress::nobody).await;
    assert!(matches!(again, Err(Error::Refused(_))), "{again:?}");
    assert_eq!(stage.members().await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_is_one_entry_of_the_trail_when_received_and_one_when_carried_out() {
    let stage = Stage::new().await;
    stage.import(&[Roster::new("张伟", 1), Roster::new("李娜", 2)]).await;
    let mut owner = stage.db.owner().await;
    let entries: Vec<(String, String, i32)> = audit_entries::table
        .select((audit_entries::action, audit_entries::door, audit_entries::subject_count))
        .order(audit_entries::sequence)
        .load(&mut owner)
        .await
        .unwrap();
    let entry = |action: &str, count| (action.to_owned(), "web".to_owned(), count);
    assert_eq!(entries, [entry("imports.receive", 1), entry("imports.commit", 2)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_clerk_uploaded_stands_nowhere_in_clear() {
    let stage = Stage::new().await;
    let number = cadre::base::values::CitizenId::compose("500237", date("1980-05-06"), 1).unwrap();
    stage.plan(&[Roster::new("张伟", 1), Roster::new("坏行", 3).with("民族", "")]).await;
    let mut owner = stage.db.owner().await;
    let contents: Vec<Vec<u8>> =
        import_rows::table.select(import_rows::content).load(&mut owner).await.unwrap();
    assert_eq!(contents.len(), 2);
    for content in contents {
        assert!(!content.windows(18).any(|part| part == number.as_str().as_bytes()));
        assert!(!content.windows(6).any(|part| part == "张伟".as_bytes()));
    }
}
