//! Files that have no plan, foreign headings, and the workbook that goes back to the clerk.

use std::io::Write;

use cadre::across::imports::headings::Mapping;
use cadre::across::imports::read::Unreadable;
use cadre::across::imports::receipt::same_file;
use cadre::across::imports::subject::headings;
use cadre::across::imports::{refused, template};
use cadre::across::sheets::{Book, Cell, Column, ColumnKind, Field, Program, Properties, open};
use cadre::base::actor::Role;
use cadre::base::error::Error;
use cadre::base::{clock, db};
use cadre::records::committees::CommitteeKind;
use cadre::records::imports::Kind;
use cadre::records::words::{self, SetWord, WordBook, WordList};
use cadre::schema::import_rows;
use cadre::web::forms::word::common;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use tempfile::NamedTempFile;

use super::{Roster, Stage, csv};
use crate::support::builders::day;

async fn failure(stage: &Stage, text: &str) -> (String, Vec<String>) {
    let mut file = NamedTempFile::new().unwrap();
    file.write_all(text.as_bytes()).unwrap();
    let place = stage.county.town(1).clone();
    let (import, counts) = stage.upload(&stage.clerk, &place, file.path(), Mapping::new()).await.unwrap();
    let Err(Unreadable(sentences)) = counts else { panic!("{counts:?}") };
    assert_eq!(import.failure.as_deref(), Some(sentences.join("\n").as_str()));
    (import.state, sentences)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_without_a_plan_fails_with_every_reason_and_keeps_no_row() {
    let stage = Stage::new().await;
    let (state, sentences) = failure(&stage, "姓名,工龄\n张伟,3\n").await;
    assert_eq!(state, "failed");
    assert_eq!(sentences.len(), 8, "{sentences:?}");
    let heading = "姓名,公民身份号码,民族,学历,人员类别,所在党支部,加入党组织日期,工作岗位\n";
    let (_, sentences) = failure(&stage, heading).await;
    assert_eq!(sentences, ["工作表只有列名，没有数据；请从列名的下一行起填写后再上传"]);
    let (_, sentences) = failure(&stage, &format!("{heading}{}\n\"x", "张,")).await;
    assert_eq!(sentences, ["第 3 行的英文双引号没有成对，后面的内容分不清；请补上引号，或另存为 .xlsx 再试"]);
    let rows: i64 = import_rows::table.count().get_result(&mut stage.db.owner().await).await.unwrap();
    assert_eq!(rows, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn foreign_headings_go_where_the_mapping_says() {
    let stage = Stage::new().await;
    let row = Roster::new("张伟", 1).with("民族", "汗族").with("工龄", "9");
    let text = std::fs::read_to_string(csv(&[row]).path()).unwrap().replace("公民身份号码", "身份证号");
    let mut file = NamedTempFile::new().unwrap();
    file.write_all(text.as_bytes()).unwrap();
    let mapping =
        Mapping::from([("身份证号".to_owned(), Some("公民身份号码".to_owned())), ("工龄".to_owned(), None)]);
    let place = stage.county.town(1).clone();
    let (import, counts) = stage.upload(&stage.clerk, &place, file.path(), mapping).await.unwrap();
    assert_eq!(counts.unwrap().refused, 1);

    let back = NamedTempFile::new().unwrap();
    refused::write(&stage.engine, &stage.clerk, import.id, back.reopen().unwrap()).await.unwrap();
    let program = Program::at(env!("CARGO_BIN_EXE_cadre"));
    let rows: Vec<_> =
        open(&program, back.path(), "党员名册").unwrap().collect::<Result<Vec<_>, _>>().unwrap();
    let shown = |at: usize| rows[at].cells().map(|(_, cell)| cell.shown()).collect::<Vec<_>>();
    assert!(shown(0).contains(&"公民身份号码".to_owned()) && !shown(0).contains(&"工龄".to_owned()));
    let reason = shown(1).pop().unwrap();
    assert!(reason.starts_with("民族：民族“汗族”不在代码表"), "{reason}");

    // Put right, it comes back without a mapping.
    let (_, counts) = stage.upload(&stage.clerk, &place, back.path(), Mapping::new()).await.unwrap();
    assert_eq!(counts.unwrap().refused, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn refused_rows_go_back_to_nobody_but_the_uploader() {
    let stage = Stage::new().await;
    let import = stage.plan(&[Roster::new("张伟", 1).with("民族", "")]).await;
    let supervisor = stage.county.county.actor(Role::Supervisor);
    let neighbour = stage.county.town(2).actor(Role::Clerk);
    let refused = refused::write(&stage.engine, &supervisor, import.id, Vec::new()).await;
    assert!(matches!(refused, Err(Error::Refused(_))), "{refused:?}");
    let missing = refused::write(&stage.engine, &neighbour, import.id, Vec::new()).await;
    assert!(matches!(missing, Err(Error::Missing { .. })), "{missing:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_in_an_identifier_column_has_lost_its_digits() {
    let stage = Stage::new().await;
    let headings = [
        "姓名",
        "公民身份号码",
        "民族",
        "学历",
        "人员类别",
        "所在党支部",
        "加入党组织日期",
        "转为正式党员日期",
        "工作岗位",
        "手机号码",
    ];
    let text = |text: &str| Field::from(Cell::Text(text.to_owned()));
    let properties = Properties { title: "试".to_owned(), created: "2026-01-01T00:00:00Z".parse().unwrap() };
    let mut book = Book::new(&properties);
    let columns = headings.map(|heading| Column::new(heading, ColumnKind::Text)).to_vec();
    let mut sheet = book.sheet("党员名册", columns).unwrap();
    let day = |text: &str| Field::from(Cell::Date(text.parse().unwrap()));
    sheet
        .row(&[
            text("张伟"),
            Cell::Number(500_237_198_005_060_016.0).into(),
            Cell::Number(1.0).into(),
            text("大学专科毕业"),
            text("正式党员"),
            text("500237101201-ZB01"),
            day("2015-07-01"),
            Cell::Number(20_160_701.0).into(),
            text("农牧渔民"),
            Cell::Number(13_800_001_111.0).into(),
        ])
        .unwrap();
    sheet.finish().unwrap();
    let file = NamedTempFile::new().unwrap();
    book.finish(file.reopen().unwrap()).unwrap();
    let place = stage.county.town(1).clone();
    let (import, _) = stage.upload(&stage.clerk, &place, file.path(), Mapping::new()).await.unwrap();
    let errors = &stage.answer(&import).await.refused_rows[0].errors;
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert_eq!(
        errors[0].message,
        "公民身份号码是数字单元格，超过15位的数字已丢失末几位；请把该列设为“文本”格式，再按证件或代码重新录入"
    );
    assert_eq!(errors[0].value, "500237************");
}

#[test]
fn the_empty_workbook_can_be_read_back() {
    for kind in Kind::ALL {
        let file = NamedTempFile::new().unwrap();
        let created = "2026-01-01T00:00:00Z".parse().unwrap();
        template::write(*kind, &WordBook::default(), created, file.reopen().unwrap()).unwrap();
        let program = Program::at(env!("CARGO_BIN_EXE_cadre"));
        let rows: Vec<_> =
            open(&program, file.path(), kind.name()).unwrap().collect::<Result<Vec<_>, _>>().unwrap();
        assert_eq!(rows.len(), 2, "the headings and an example");
        let titles: Vec<String> = rows[0].cells().map(|(_, cell)| cell.shown()).collect();
        let expected: Vec<&str> = headings(*kind).iter().map(|heading| heading.title).collect();
        assert_eq!(titles, expected);
    }
}

/// The words of the drop-down lists of the empty workbook of a kind that is made in three days.
fn offered(kind: Kind, words: &WordBook) -> Vec<String> {
    let file = NamedTempFile::new().unwrap();
    let created = clock::now() + chrono::TimeDelta::days(3);
    template::write(kind, words, created, file.reopen().unwrap()).unwrap();
    let program = Program::at(env!("CARGO_BIN_EXE_cadre"));
    let rows = open(&program, file.path(), "字典").unwrap().collect::<Result<Vec<_>, _>>().unwrap();
    rows.iter().flat_map(|row| row.cells().map(|(_, cell)| cell.shown()).collect::<Vec<_>>()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_empty_workbook_offers_the_words_of_the_county_while_they_are_in_force() {
    let stage = Stage::of(Kind::Committees).await;
    let word = |list, code: &str, name: Option<&str>, from_day: &str| SetWord {
        list,
        code: code.to_owned(),
        name: name.map(str::to_owned),
        kinds: if list == WordList::Post { vec![CommitteeKind::VillageParty] } else { vec![] },
        from_day: day(from_day),
        source: "县委组织部〔2021〕1号".to_owned(),
    };
    let supervisor = stage.county.county.actor(Role::Supervisor);
    let mut conn = stage.db.web().await;
    let first = [
        word(WordList::Post, "discipline_member", Some("纪检委员"), "2021-01-10"),
        word(WordList::Post, "clerk", Some("文书"), "2021-01-10"),
        word(WordList::CommitteeSource, "teacher", Some("退休教师"), "2021-01-10"),
        word(WordList::ReserveSource, "doctor", Some("乡村医生"), "2021-01-10"),
    ];
    words::set_words(&mut conn, &supervisor, common, &first).await.unwrap();
    let tomorrow = clock::today().succ_opt().unwrap().to_string();
    let withdrawn = SetWord { kinds: vec![], ..word(WordList::Post, "clerk", None, &tomorrow) };
    words::set_words(&mut conn, &supervisor, common, &[withdrawn]).await.unwrap();
    let county = stage.county.county.scope();
    let book =
        db::read(&mut conn, &county, async |conn| Ok(words::book(conn, county.county).await?)).await.unwrap();
    for (kind, own) in [
        (Kind::Committees, &["纪检委员", "退休教师"][..]),
        (Kind::Elections, &["纪检委员"]),
        (Kind::ReserveCadres, &["乡村医生"]),
        (Kind::Members, &[]),
    ] {
        let offered = offered(kind, &book);
        for name in ["纪检委员", "退休教师", "乡村医生", "文书"] {
            let is_offered = offered.iter().any(|one| one == name);
            assert_eq!(is_offered, own.contains(&name), "{kind:?} {name}: {offered:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_workbook_for_another_kind_is_not_called_imported() {
    let mut stage = Stage::new().await;
    let file = csv(&[Roster::new("张伟", 1)]);
    let place = stage.county.town(1).clone();
    for (kind, told) in [(Kind::Members, 0), (Kind::Organisations, 0), (Kind::Members, 1)] {
        stage.kind = kind;
        let (import, _) = stage.upload(&stage.clerk, &place, file.path(), Mapping::new()).await.unwrap();
        let same = same_file(&stage.engine, &stage.clerk.scope, &import).await.unwrap();
        assert_eq!(same.len(), told, "{kind:?} {same:?}");
    }
}
