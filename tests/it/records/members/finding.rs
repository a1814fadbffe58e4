//! Lists and searches.

use cadre::base::actor::{Actor, Role};
use cadre::base::db;
use cadre::base::error::Error;
use cadre::records::members::listing::{self, Cursor, Filter, Sort};

use super::Stage;
use crate::support::builders::member;

async fn names(
    stage: &mut Stage,
    actor: &Actor,
    filter: &Filter,
    after: Option<&Cursor>,
) -> (Vec<String>, Option<Cursor>) {
    let (scope, keys) = (&actor.scope, &stage.keys);
    let page = db::read(&mut stage.conn, scope, async |conn| {
        listing::list(conn, scope, keys, filter, Sort::Name, after, 2).await
    })
    .await
    .unwrap();
    (page.lines.into_iter().map(|line| line.person.name).collect(), page.next)
}

fn query(text: &str) -> Filter {
    Filter { query: Some(text.to_owned()), ..Filter::default() }
}

async fn stage_with_four() -> Stage {
    let mut stage = Stage::new().await;
    let branch = stage.county.branch(1, 1).id;
    let commands = [
        member(branch, "张伟", 1),
        member(branch, "张薇", 2),
        member(branch, "李娜", 4),
        member(branch, "单田芳", 3),
    ];
    stage.enrol(&commands).await.unwrap();
    stage
}

#[tokio::test]
async fn a_list_is_in_pinyin_order_and_pages_meet_without_gap() {
    let mut stage = stage_with_four().await;
    let clerk = stage.clerk.clone();
    let (first, next) = names(&mut stage, &clerk, &Filter::default(), None).await;
    assert_eq!(first, ["李娜", "单田芳"]);
    let (second, next) = names(&mut stage, &clerk, &Filter::default(), next.as_ref()).await;
    assert_eq!(second.len(), 2);
    assert!(second.contains(&"张伟".to_owned()) && second.contains(&"张薇".to_owned()));
    assert_eq!(next, None);
}

#[tokio::test]
async fn people_are_found_by_name_pinyin_initials_and_whole_citizen_id() {
    let mut stage = stage_with_four().await;
    let clerk = stage.clerk.clone();
    for text in ["zhangwei", "zw", "张", "ZHANG WEI"] {
        let (found, next) = names(&mut stage, &clerk, &query(text), None).await;
        assert_eq!(found.len(), 2, "{text}: {found:?}");
        assert_eq!(next, None, "{text}: nobody is found twice");
    }
    for text in ["shantianfang", "dantianfang", "单田"] {
        assert_eq!(names(&mut stage, &clerk, &query(text), None).await.0, ["单田芳"], "{text}");
    }
    let number = member(stage.county.branch(1, 1).id, "李娜", 4).identity.citizen_id.as_str().to_owned();
    assert_eq!(names(&mut stage, &clerk, &query(&number), None).await.0, ["李娜"]);
    assert!(names(&mut stage, &clerk, &query(&number[..17]), None).await.0.is_empty());
    assert!(names(&mut stage, &clerk, &query("%"), None).await.0.is_empty());
}

#[tokio::test]
async fn a_sibling_town_finds_nobody_and_learns_nothing() {
    let mut stage = stage_with_four().await;
    let sibling = stage.county.town(2).actor(Role::Supervisor);
    assert!(names(&mut stage, &sibling, &Filter::default(), None).await.0.is_empty());
    assert!(names(&mut stage, &sibling, &query("zhang"), None).await.0.is_empty());
    let id = stage.one("王芳", 6).await;
    let refused = stage.find(&sibling, id).await;
    assert!(matches!(refused, Err(Error::Missing { .. })), "{refused:?}");
}

#[tokio::test]
async fn filters_meet_and_the_total_agrees() {
    let mut stage = stage_with_four().await;
    let clerk = stage.clerk.clone();
    let women = Filter { sex: Some("2".to_owned()), full: Some(true), ..Filter::default() };
    let (found, _) = names(&mut stage, &clerk, &women, None).await;
    assert_eq!(found, ["李娜", "张薇"]);
    let (scope, keys) = (&clerk.scope, &stage.keys);
    let total =
        db::read(&mut stage.conn, scope, async |conn| listing::count(conn, scope, keys, &women).await).await;
    assert_eq!(total.unwrap(), 2);
}
