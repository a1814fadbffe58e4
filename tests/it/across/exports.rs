//! Lists going out: they come back as they went, masked or not, and nobody takes more than he may.

use std::io::Read;

use cadre::across::exports::{self, Format, Receipt, Request};
use cadre::across::imports::headings::Mapping;
use cadre::base::actor::{Actor, Role};
use cadre::base::clock;
use cadre::base::db;
use cadre::base::error::Error;
use cadre::base::values::MembershipStatus;
use cadre::records::assessments;
use cadre::records::imports::{Counts, Kind};
use cadre::records::members::listing::{Filter, Sort};
use cadre::records::organisations::queries;
use cadre::schema::audit_entries;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use sha2::{Digest, Sha256};
use tempfile::NamedTempFile;

use super::imports::committees::team;
use super::imports::elections::votes;
use super::imports::{Roster, Stage};
use super::imports::{rated, training};
use crate::support::builders::assessment::{filled, published, scheme};
use crate::support::builders::{Place, day};

async fn request(stage: &Stage, place: &Place, kind: Kind, format: Format) -> Request {
    let organisation = db::read(&mut *stage.db.web().await, &place.scope(), async |conn| {
        Ok(queries::find(conn, place.county, place.id).await?)
    })
    .await
    .unwrap()
    .unwrap();
    let statuses = MembershipStatus::ALL.iter().map(|status| status.code().to_owned()).collect();
    let filter = Filter { statuses: Some(statuses), ..Filter::default() };
    Request {
        fonts: None,
        kind,
        organisation,
        format,
        as_of: None,
        unmasked: None,
        reason: None,
        members: (filter, Sort::Name),
        asked: serde_json::json!({ "status": "any" }),
    }
}

async fn write(stage: &Stage, actor: &Actor, request: &Request) -> Result<(NamedTempFile, Receipt), Error> {
    let file = NamedTempFile::new().unwrap();
    let receipt = exports::export(&stage.engine, actor, request, file.reopen().unwrap()).await?;
    Ok((file, receipt))
}

fn bytes(file: &NamedTempFile) -> Vec<u8> {
    let mut bytes = Vec::new();
    file.reopen().unwrap().read_to_end(&mut bytes).unwrap();
    bytes
}

async fn text(stage: &Stage, actor: &Actor, request: &Request) -> String {
    String::from_utf8(bytes(&write(stage, actor, request).await.unwrap().0)).unwrap()
}

/// Members of every sort, with texts that a spreadsheet would like to run.
fn members() -> Vec<Roster> {
    vec![
        Roster::new("张伟", 1).with("手机号码", "13800001111").with("固定电话", "07171234567"),
        Roster::new("李娜", 2).with("备注", "=HYPERLINK(\"http://x\")").with("籍贯", "'+重庆"),
        Roster::new("王芳", 4).with("流动起始日期", "2024-03-01").with("外出流向", "-广东"),
        Roster::new("赵敏", 6).with("失联日期", "2025-01-01").with("党内职务", "@书记"),
        Roster::new("钱七", 7).with("党籍状态", "停止党籍").with("党籍状态日期", "2020-01-01"),
        Roster::new("孙八", 8).with("党籍状态", "死亡").with("党籍状态日期", "2021-01-01"),
        Roster::new("周九", 9).with("进入当前支部日期", "2018-01-01").with("学位", "学士"),
        Roster::new("吴十", 10).with("人员类别", "预备党员").with("转为正式党员日期", ""),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn every_member_comes_back_unchanged_masked_or_not() {
    let stage = Stage::new().await;
    stage.import(&members().into_iter().map(quoted).collect::<Vec<_>>()).await;
    let supervisor = stage.county.county.actor(Role::Supervisor);
    let town = stage.county.town(1).clone();
    for format in [Format::Xlsx, Format::Csv] {
        for unmasked in [None, Some("上级核查".to_owned())] {
            let wanted = Request { unmasked, ..request(&stage, &town, Kind::Members, format).await };
            let (file, receipt) = write(&stage, &supervisor, &wanted).await.unwrap();
            assert_eq!(receipt.rows, 8);
            assert_eq!(receipt.sha256, hex::encode(Sha256::digest(bytes(&file))));
            let (import, counts) =
                stage.upload(&stage.clerk, &town, file.path(), Mapping::new()).await.unwrap();
            let lines = stage.lines(&import).await;
            let expected = Counts { unchanged: 8, ..Counts::default() };
            assert_eq!(counts.unwrap(), expected, "{wanted:?}\n{lines:#?}");
        }
    }
}

/// The csv of a test has no quotes of its own.
fn quoted(row: Roster) -> Roster {
    row.quoted()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_masked_list_shows_no_number_and_runs_no_formula() {
    let stage = Stage::new().await;
    stage.import(&members().into_iter().map(quoted).collect::<Vec<_>>()).await;
    let town = stage.county.town(1).clone();
    let wanted = request(&stage, &town, Kind::Members, Format::Csv).await;
    let masked = text(&stage, &stage.clerk, &wanted).await;
    assert!(masked.contains("500237************") && masked.contains("138****1111"), "{masked}");
    assert!(!masked.contains("19800506"), "{masked}");
    assert!(
        masked.contains("'=HYPERLINK") && masked.contains("'-广东") && masked.contains("'@书记"),
        "{masked}"
    );
    let supervisor = stage.county.county.actor(Role::Supervisor);
    let clear = Request { unmasked: Some("上级核查".to_owned()), ..wanted };
    let clear = text(&stage, &supervisor, &clear).await;
    assert!(clear.contains("50023719800506001") && clear.contains("13800001111"), "{clear}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_tree_comes_back_unchanged() {
    let mut stage = Stage::of(Kind::Organisations).await;
    let row = |cells: &[(&'static str, &str)]| Roster::of(cells);
    stage
        .import(&[row(&[
            ("组织代码", "500237101-DW01"),
            ("组织名称", "-镇党委"),
            ("上级代码", "500237101"),
            ("类别", "党委"),
            ("成立日期", "2001-07-01"),
            ("撤销日期", "2020-01-01"),
            ("联系电话", "023-57680000"),
            ("备注", "=1+1"),
        ])])
        .await;
    let town = stage.county.town(1).clone();
    for format in [Format::Xlsx, Format::Csv] {
        let wanted = request(&stage, &town, Kind::Organisations, format).await;
        let (file, receipt) = write(&stage, &stage.clerk, &wanted).await.unwrap();
        assert_eq!(receipt.rows, 6, "the town, two villages, two branches, the committee");
        let (import, counts) = stage.upload(&stage.clerk, &town, file.path(), Mapping::new()).await.unwrap();
        let lines = stage.lines(&import).await;
        assert_eq!(counts.unwrap(), Counts { unchanged: 6, ..Counts::default() }, "{lines:#?}");
    }
    let county = stage.county.county.clone();
    let supervisor = county.actor(Role::Supervisor);
    let whole = request(&stage, &county, Kind::Organisations, Format::Csv).await;
    let (file, receipt) = write(&stage, &supervisor, &whole).await.unwrap();
    assert_eq!(receipt.rows, 11, "all but the county itself");
    stage.clerk = supervisor.clone();
    let (_, counts) = stage.upload(&supervisor, &county, file.path(), Mapping::new()).await.unwrap();
    assert_eq!(counts.unwrap(), Counts { unchanged: 11, ..Counts::default() });
    let earlier = Request { as_of: Some(day("2019-12-31")), ..whole.clone() };
    assert!(text(&stage, &supervisor, &earlier).await.contains("镇党委"));
    let later = Request { as_of: Some(day("2020-01-01")), ..whole };
    assert!(!text(&stage, &supervisor, &later).await.contains("镇党委"));
}

#[tokio::test(flavor = "multi_thread")]
async fn assessments_come_back_unchanged() {
    let stage = Stage::of(Kind::Assessments).await;
    let supervisor = stage.county.county.actor(Role::Supervisor);
    let mut conn = stage.db.web().await;
    assessments::set_scheme(&mut conn, &supervisor, &[scheme("500237")]).await.unwrap();
    published(&mut conn, &supervisor, "500237101", "2025Q4", ["50,30,20", "48.5,30,20"]).await;
    filled(&mut conn, &supervisor, "500237101", "2026Q1", ["50,29.5,20", "48,30,20"]).await;
    drop(conn);
    let town = stage.county.town(1).clone();
    for format in [Format::Xlsx, Format::Csv] {
        let wanted = request(&stage, &town, Kind::Assessments, format).await;
        let (file, receipt) = write(&stage, &stage.clerk, &wanted).await.unwrap();
        assert_eq!(receipt.rows, 4);
        let (import, counts) = stage.upload(&stage.clerk, &town, file.path(), Mapping::new()).await.unwrap();
        let lines = stage.lines(&import).await;
        assert_eq!(counts.unwrap(), Counts { unchanged: 4, ..Counts::default() }, "{lines:#?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pool_comes_back_unchanged_masked_or_not() {
    let stage = Stage::of(Kind::ReserveCadres).await;
    let of = |name: &str, number: u16| {
        let id = cadre::base::values::CitizenId::compose("500237", day("1995-05-06"), number).unwrap();
        Roster::of(&[
            ("村（社区）", "500237101201"),
            ("姓名", name),
            ("公民身份号码", id.as_str()),
            ("类别", "本土人才"),
            ("来源", "退役军人；致富带头人"),
            ("民族", "土家族"),
            ("学历", "大学专科毕业"),
            ("政治面貌", "群众"),
            ("入库日期", "2024-03-01"),
        ])
    };
    stage
        .import(&[
            of("张伟", 1).with("联系领导一", "向明").with("联系领导二", "罗军").with("帮带书记", "王芳"),
            of("李娜", 2).with("选拔方式", "比武招青").with("备注", "=1+1"),
            of("王强", 3).with("状态", "已任用").with("状态日期", "2025-06-01").with("任用职务", "委员"),
            of("赵敏", 4).with("状态", "退出").with("状态日期", "2025-06-01"),
        ])
        .await;
    let supervisor = stage.county.county.actor(Role::Supervisor);
    let town = stage.county.town(1).clone();
    for format in [Format::Xlsx, Format::Csv] {
        for unmasked in [None, Some("上级核查".to_owned())] {
            let wanted = Request { unmasked, ..request(&stage, &town, Kind::ReserveCadres, format).await };
            let (file, receipt) = write(&stage, &supervisor, &wanted).await.unwrap();
            assert_eq!(receipt.rows, 4);
            let (import, counts) =
                stage.upload(&stage.clerk, &town, file.path(), Mapping::new()).await.unwrap();
            let lines = stage.lines(&import).await;
            assert_eq!(counts.unwrap(), Counts { unchanged: 4, ..Counts::default() }, "{lines:#?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ratings_come_back_unchanged_masked_or_not() {
    let stage = rated::stage().await;
    let rows = [rated::row("张伟").with("评定依据", "=1+1"), rated::row("李娜").with("邻里和睦", "16.5")];
    stage.import(&rows).await;
    stage.import(&[rated::row("张伟").with("评定期", "2025Q4").with("示范带动", "")]).await;
    let supervisor = stage.county.county.actor(Role::Supervisor);
    let town = stage.county.town(1).clone();
    for format in [Format::Xlsx, Format::Csv] {
        for unmasked in [None, Some("上级核查".to_owned())] {
            let wanted = Request { unmasked, ..request(&stage, &town, Kind::Ratings, format).await };
            let (file, receipt) = write(&stage, &supervisor, &wanted).await.unwrap();
            assert_eq!(receipt.rows, 3);
            let (import, counts) =
                stage.upload(&stage.clerk, &town, file.path(), Mapping::new()).await.unwrap();
            let lines = stage.lines(&import).await;
            assert_eq!(counts.unwrap(), Counts { unchanged: 3, ..Counts::default() }, "{lines:#?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_of_an_earlier_day_shows_what_held_then() {
    let stage = Stage::new().await;
    stage
        .import(&[
            Roster::new("张伟", 1).with("家庭住址", "一组12号"),
            Roster::new("钱七", 7).with("党籍状态", "停止党籍").with("党籍状态日期", "2020-01-01"),
            Roster::new("周九", 9).with("进入当前支部日期", "2018-01-01"),
        ])
        .await;
    let town = stage.county.town(1).clone();
    let as_of = async |text_of: &str| {
        let wanted = request(&stage, &town, Kind::Members, Format::Csv).await;
        text(&stage, &stage.clerk, &Request { as_of: Some(day(text_of)), ..wanted }).await
    };
    let names = |text: &str| ["张伟", "钱七", "周九"].map(|name| text.contains(name));
    assert_eq!(names(&as_of("2015-06-30").await), [false, false, false]);
    let first = as_of("2016-06-30").await;
    assert_eq!(names(&first), [true, true, false], "{first}");
    assert!(
        first.contains("预备党员") && !first.contains(",正式党员,") && !first.contains("停止党籍"),
        "{first}"
    );
    assert_eq!(names(&as_of("2019-12-31").await), [true, true, true]);
    assert_eq!(names(&as_of("2020-01-01").await), [true, false, true]);

    // Moved to the other town since: the old one still lists him on that day, and cannot reach him any more.
    let mut owner = stage.db.owner().await;
    let other = stage.county.branch(2, 1);
    let moved = format!(
        "UPDATE branch_memberships b SET to_day = '2024-01-01' FROM memberships m JOIN people p ON p.id = m.person_id \
         WHERE m.id = b.membership_id AND p.name = '张伟'; \
         INSERT INTO branch_memberships (county_id, membership_id, branch_id, from_day) \
         SELECT m.county_id, m.id, '{}', '2024-01-01' FROM memberships m JOIN people p ON p.id = m.person_id \
         WHERE p.name = '张伟'; \
         UPDATE memberships m SET branch_id = '{}', path = '{}' FROM people p WHERE p.id = m.person_id AND p.name = '张伟'",
        other.id, other.id, other.path
    );
    diesel_async::SimpleAsyncConnection::batch_execute(&mut owner, &moved).await.unwrap();
    let before = as_of("2023-12-31").await;
    assert!(before.contains("张伟") && before.contains("500237101201-ZB01"), "{before}");
    assert!(!before.contains("一组12号"), "{before}");
    assert!(!as_of("2024-01-01").await.contains("张伟"));
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_takes_more_than_he_may_and_each_file_is_on_record() {
    let stage = Stage::new().await;
    stage.import(&[Roster::new("张伟", 1)]).await;
    let town = stage.county.town(1).clone();
    let wanted = request(&stage, &town, Kind::Members, Format::Csv).await;
    let clear = Request { unmasked: Some("上级核查".to_owned()), ..wanted.clone() };
    let refused = |error: Result<_, Error>| error.map(|_| ()).unwrap_err();
    for (role, request, forbidden) in [
        (Role::Clerk, &clear, true),
        (Role::Auditor, &clear, true),
        (Role::Auditor, &wanted, false),
        (Role::Administrator, &wanted, true),
        (Role::Security, &wanted, true),
        (Role::Supervisor, &clear, false),
    ] {
        let answer = write(&stage, &stage.county.county.actor(role), request).await;
        assert_eq!(matches!(answer, Err(Error::Forbidden)), forbidden, "{role:?}: {answer:?}");
    }
    let neighbour = stage.county.town(2).actor(Role::Clerk);
    assert!(matches!(refused(write(&stage, &neighbour, &wanted).await), Error::Forbidden));
    let supervisor = stage.county.county.actor(Role::Supervisor);
    let silent = Request { unmasked: Some(" ".to_owned()), ..wanted.clone() };
    assert!(refused(write(&stage, &supervisor, &silent).await).to_string().contains("写明理由"));
    let ahead = Request { as_of: clock::today().succ_opt(), ..wanted.clone() };
    assert!(refused(write(&stage, &supervisor, &ahead).await).to_string().contains("晚于今天"));

    let entries: Vec<(i32, serde_json::Value)> = audit_entries::table
        .filter(audit_entries::action.eq("exports.export"))
        .select((audit_entries::subject_count, audit_entries::details))
        .order(audit_entries::sequence)
        .load(&mut stage.db.owner().await)
        .await
        .unwrap();
    assert_eq!(entries.len(), 2, "those that were refused left nothing and took nothing: {entries:?}");
    let (count, details) = &entries[1];
    assert_eq!((*count, details["reason"].as_str()), (1, Some("上级核查")));
    assert_eq!((&details["filter"]["status"], &details["kind"]), (&"any".into(), &"members".into()));
    assert_eq!(details["file_sha256"].as_str().unwrap().len(), 64);
}

#[tokio::test(flavor = "multi_thread")]
async fn committees_and_elections_come_back_unchanged_masked_or_not() {
    let mut stage = Stage::of(Kind::Committees).await;
    stage.import(&team()).await;
    stage.kind = Kind::Elections;
    stage.import(&votes()).await;
    let supervisor = stage.county.county.actor(Role::Supervisor);
    let town = stage.county.town(1).clone();
    for (kind, rows) in [(Kind::Committees, 8), (Kind::Elections, 4)] {
        stage.kind = kind;
        for format in [Format::Xlsx, Format::Csv] {
            for unmasked in [None, Some("上级核查".to_owned())] {
                let wanted = Request { unmasked, ..request(&stage, &town, kind, format).await };
                let (file, receipt) = write(&stage, &supervisor, &wanted).await.unwrap();
                assert_eq!(receipt.rows, rows);
                let (import, counts) =
                    stage.upload(&stage.clerk, &town, file.path(), Mapping::new()).await.unwrap();
                let lines = stage.lines(&import).await;
                let expected = Counts { unchanged: i32::try_from(rows).unwrap(), ..Counts::default() };
                assert_eq!(counts.unwrap(), expected, "{wanted:?}\n{lines:#?}");
            }
        }
        let masked = request(&stage, &town, kind, Format::Csv).await;
        let clear = Request { unmasked: Some("上级核查".to_owned()), ..masked.clone() };
        let text_masked = text(&stage, &stage.clerk, &masked).await;
        assert!(
            text_masked.contains("500237************") && !text_masked.contains("19800506"),
            "{text_masked}"
        );
        assert!(text(&stage, &supervisor, &clear).await.contains("50023719800506001"));
        assert!(matches!(write(&stage, &stage.clerk, &clear).await, Err(Error::Forbidden)));
        // The other town has neither.
        let other = request(&stage, stage.county.town(2), kind, Format::Csv).await;
        assert!(matches!(
            write(&stage, &stage.clerk, &other).await,
            Err(Error::Forbidden | Error::Missing { .. })
        ));
        assert_eq!(write(&stage, &supervisor, &other).await.unwrap().1.rows, 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn as_of_a_day_those_are_listed_who_sat() {
    let mut stage = Stage::of(Kind::Committees).await;
    stage.import(&team()).await;
    let town = stage.county.town(1).clone();
    let on = async |stage: &Stage, kind, date: &str| {
        let wanted = request(stage, &town, kind, Format::Csv).await;
        text(stage, &stage.clerk, &Request { as_of: Some(day(date)), ..wanted }).await
    };
    let before = on(&stage, Kind::Committees, "2021-01-09").await;
    assert_eq!(before.lines().count(), 2, "{before}");
    assert!(before.contains("张伟") && !before.contains("2021-01-10,届满"), "{before}");
    let since = on(&stage, Kind::Committees, "2021-01-10").await;
    assert_eq!(since.lines().count(), 6, "{since}");
    stage.kind = Kind::Elections;
    stage.import(&votes()).await;
    assert_eq!(on(&stage, Kind::Elections, "2021-01-09").await.lines().count(), 1);
    assert_eq!(on(&stage, Kind::Elections, "2021-01-10").await.lines().count(), 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn classes_and_who_came_come_back_unchanged_masked_or_not() {
    let mut stage = training::stage().await;
    let field = training::field();
    let class = |code: &str| training::class(code).with("领域", &field);
    let classes = [class("2021-A1"), class("2021-A2").with("名额", "").with("是否外出培训", "是")];
    assert_eq!(stage.import(&classes).await.new, 2);
    stage.kind = Kind::TrainingAttendance;
    let came = [
        training::came("2021-A1", "张伟", 1),
        training::came("2021-A1", "王芳", 2).with("考核结果", "优秀").with("备注", "=1+1"),
        training::came("2021-A2", "李强", 3).with("到课学时", "7.5"),
    ];
    assert_eq!(stage.import(&came).await.new, 3);
    let supervisor = stage.county.county.actor(Role::Supervisor);
    let town = stage.county.town(1).clone();
    for (kind, rows) in [(Kind::TrainingClasses, 2), (Kind::TrainingAttendance, 3)] {
        stage.kind = kind;
        for format in [Format::Xlsx, Format::Csv] {
            for unmasked in [None, Some("上级核查".to_owned())] {
                let wanted = Request { unmasked, ..request(&stage, &town, kind, format).await };
                let (file, receipt) = write(&stage, &supervisor, &wanted).await.unwrap();
                assert_eq!(receipt.rows, rows);
                let (import, counts) =
                    stage.upload(&stage.clerk, &town, file.path(), Mapping::new()).await.unwrap();
                let lines = stage.lines(&import).await;
                let expected = Counts { unchanged: i32::try_from(rows).unwrap(), ..Counts::default() };
                assert_eq!(counts.unwrap(), expected, "{wanted:?}\n{lines:#?}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_left_and_came_again_comes_back_in_both_rows_unchanged() {
    let stage = Stage::new().await;
    stage.import(&[Roster::new("孙八", 7).with("党籍状态", "除名").with("党籍状态日期", "2020-01-01")]).await;
    let again = Roster::new("孙八", 7).with("加入党组织日期", "2021-07-01");
    stage.import(&[again.with("转为正式党员日期", "2022-07-01")]).await;
    let supervisor = stage.county.county.actor(Role::Supervisor);
    let town = stage.county.town(1).clone();
    for unmasked in [None, Some("上级核查".to_owned())] {
        let wanted = Request { unmasked, ..request(&stage, &town, Kind::Members, Format::Xlsx).await };
        let (file, receipt) = write(&stage, &supervisor, &wanted).await.unwrap();
        assert_eq!(receipt.rows, 2);
        let (import, counts) = stage.upload(&stage.clerk, &town, file.path(), Mapping::new()).await.unwrap();
        let lines = stage.lines(&import).await;
        assert_eq!(counts.unwrap(), Counts { unchanged: 2, ..Counts::default() }, "{wanted:?}\n{lines:#?}");
    }
}
