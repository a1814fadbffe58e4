//! Files whose headings are not ours: strict without a word, read where somebody said what the columns are, and what was
//! left out is told.

use std::io::Write;

use cadre::across::imports::headings::Mapping;
use cadre::across::imports::read::{Unreadable, proposal};
use cadre::base::actor::{Actor, Door, Role};
use cadre::base::error::Error;
use cadre::records::imports::{self, Counts, Import};
use tempfile::NamedTempFile;

use super::{Roster, Stage, csv};

/// A clerk's own list: a title, headings of his own, a number column, a total and a line below.
fn foreign() -> NamedTempFile {
    let rows = [Roster::new("张伟", 1), Roster::new("李娜", 2)];
    let text = std::fs::read_to_string(csv(&rows).path()).unwrap();
    let mut lines = text.lines();
    let headings = lines.next().unwrap().replace("公民身份号码", "身份证号").replace("姓名", "姓 名");
    let mut file = NamedTempFile::new().unwrap();
    writeln!(file, "龙井镇2026年党员名册\n\n序号,{headings}").unwrap();
    for (at, line) in lines.enumerate() {
        writeln!(file, "{},{line}", at + 1).unwrap();
    }
    writeln!(file, "合计,2人\n注：截至2026年6月30日").unwrap();
    file
}

async fn given(stage: &Stage, actor: &Actor, mapping: Mapping) -> (Import, Result<Counts, Unreadable>) {
    let place = stage.county.town(1).clone();
    stage.upload(actor, &place, foreign().path(), mapping).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_is_refused_by_name_and_asked_nothing() {
    let stage = Stage::new().await;
    for door in [Door::Api, Door::CommandLine] {
        let program = stage.clerk.clone().through(door);
        let (import, counts) = given(&stage, &program, Mapping::new()).await;
        assert!(counts.is_err());
        assert!(import.failure.unwrap().contains("第 1 行不是列名"));
        assert!(import.proposal.is_none());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_proposes_and_reads_what_was_agreed() {
    let stage = Stage::new().await;
    let (import, counts) = given(&stage, &stage.clerk, Mapping::new()).await;
    assert!(counts.is_err());
    assert_eq!(import.state, "failed");
    let found = proposal(&stage.engine, &import).unwrap().unwrap();
    assert_eq!(found.header_row, 3);
    let targets: Vec<_> = found.columns.iter().take(3).map(|column| column.target.as_deref()).collect();
    assert_eq!(targets, [None, Some("姓名"), Some("公民身份号码")]);
    assert_eq!(found.columns[1].samples[0], "张伟");
    assert!(found.columns[2].samples[0].ends_with("****"), "{:?}", found.columns[2]);

    // The same in one go: what the page sends is what a file beside a command says.
    let mapping = found.mapping();
    let text = serde_json::to_string(&mapping).unwrap();
    let program = stage.clerk.clone().through(Door::Api);
    let (import, counts) = given(&stage, &program, serde_json::from_str(&text).unwrap()).await;
    assert_eq!(counts.unwrap(), Counts { new: 2, ..Counts::default() });
    let notices = import.notices().join("\n");
    for part in [
        "列名在第3行，其上的第1行没有读取",
        "“身份证号”→“公民身份号码”",
        "没有读取的列：“序号”",
        "第6行是合计行，没有读取",
        "第7行是表后说明，没有读取",
    ] {
        assert!(notices.contains(part), "{part} in {notices}");
    }
    let answer = stage.answer(&import).await;
    assert_eq!(answer.mapping.unwrap()["columns"]["身份证号"], "公民身份号码");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_said_is_remembered_for_the_organisation_and_kind() {
    let stage = Stage::new().await;
    let (import, _) = given(&stage, &stage.clerk, Mapping::new()).await;
    let said =
        serde_json::json!({ "header_row": 3, "columns": { "序号": "备注", "身份证号": "公民身份号码" } });
    let columns = said["columns"].clone();
    let mut conn = stage.db.web().await;
    let neighbour = stage.county.town(2).actor(Role::Clerk);
    let foreign = imports::read_again(&mut conn, &neighbour, import.id, &said, &columns).await;
    assert!(matches!(foreign, Err(Error::Missing { .. })), "{foreign:?}");
    let supervisor = stage.county.county.actor(Role::Supervisor);
    let other = imports::read_again(&mut conn, &supervisor, import.id, &said, &columns).await;
    assert!(matches!(other, Err(Error::Refused(_))), "{other:?}");
    let again = imports::read_again(&mut conn, &stage.clerk, import.id, &said, &columns).await.unwrap();
    assert_eq!((again.state.as_str(), &again.mapping, again.failure), ("reading", &said, None));
    let twice = imports::read_again(&mut conn, &stage.clerk, import.id, &said, &columns).await;
    assert!(matches!(twice, Err(Error::Refused(_))), "{twice:?}");
    drop(conn);

    let (import, _) = given(&stage, &stage.clerk, Mapping::new()).await;
    let found = proposal(&stage.engine, &import).unwrap().unwrap();
    assert_eq!(found.columns[0].target.as_deref(), Some("备注"), "as was said before");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mapping_that_does_not_fit_is_told() {
    let stage = Stage::new().await;
    for (text, part) in [
        (r#"{"header_row":2,"columns":{}}"#, "第2行没有内容"),
        (r#"{"header_row":3,"columns":{"序号":null}}"#, "列“身份证号”不在模板中"),
        (r#"{"header_row":3,"columns":{"序号":null,"身份证号":"证件"}}"#, "“证件”不是模板的列名"),
        (r#"{"header_row":3,"columns":{"序号":"姓名","身份证号":"公民身份号码"}}"#, "列“姓名”有 2 列"),
    ] {
        let (import, counts) = given(&stage, &stage.clerk, serde_json::from_str(text).unwrap()).await;
        assert!(counts.is_err(), "{text}");
        assert!(import.failure.as_deref().unwrap().contains(part), "{text}: {:?}", import.failure);
    }
}
