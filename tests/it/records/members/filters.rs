//! What a list is narrowed by, and its orders, both ways.

use cadre::base::db;
use cadre::base::ids::MembershipId;
use cadre::records::members::listing::{self, Filter, Sort};
use chrono::NaiveDate;

use super::Stage;
use crate::support::builders::{day, five};

/// Five members, by admission and id.
async fn stage_with_five() -> (Stage, Vec<(NaiveDate, MembershipId, String)>) {
    let mut stage = Stage::new().await;
    let commands = five(&stage.county);
    stage.enrol(&commands).await.unwrap();
    let mut admitted: Vec<_> =
        commands.iter().map(|one| (one.joined_on, one.id, one.identity.name.as_str().to_owned())).collect();
    admitted.sort();
    (stage, admitted)
}

/// Everybody who fits, from pages of one size, and no fewer and no more than the total says.
async fn all(stage: &mut Stage, filter: &Filter, sort: Sort, limit: u16) -> Vec<String> {
    let (scope, keys) = (stage.clerk.scope.clone(), &stage.keys);
    let (mut found, mut after) = (Vec::new(), None);
    loop {
        let page = db::read(&mut stage.conn, &scope, async |conn| {
            listing::list(conn, &scope, keys, filter, sort, after.as_ref(), limit).await
        })
        .await
        .unwrap();
        assert!(page.lines.len() <= usize::from(limit));
        found.extend(page.lines.into_iter().map(|line| line.person.name));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    let total =
        db::read(&mut stage.conn, &scope, async |conn| listing::count(conn, &scope, keys, filter).await);
    assert_eq!(usize::try_from(total.await.unwrap()).unwrap(), found.len(), "{filter:?}");
    found
}

fn texts(texts: &[&str]) -> Option<Vec<String>> {
    Some(texts.iter().map(|text| (*text).to_owned()).collect())
}

#[tokio::test]
async fn each_filter_keeps_whom_it_names_and_several_meet() {
    let (mut stage, _) = stage_with_five().await;
    let none = Filter::default;
    let second = stage.county.branch(1, 2).id;
    for (filter, wanted) in [
        (none(), vec!["安强", "白梅", "陈刚", "邓丽"]),
        (Filter { statuses: texts(&["watch"]), ..none() }, vec!["邓丽"]),
        (Filter { statuses: texts(&["stopped"]), ..none() }, vec!["冯军"]),
        (Filter { statuses: texts(&["normal", "stopped"]), ..none() }, vec!["安强", "白梅", "陈刚", "冯军"]),
        (Filter { full: Some(false), ..none() }, vec!["陈刚"]),
        (Filter { branch: Some(second), ..none() }, vec!["陈刚"]),
        (Filter { education: texts(&["31"]), ..none() }, vec!["白梅", "邓丽"]),
        (Filter { education: texts(&["21", "31"]), ..none() }, vec!["安强", "白梅", "陈刚", "邓丽"]),
        (Filter { sex: Some("1".to_owned()), ..none() }, vec!["安强", "陈刚"]),
        (Filter { sex: Some("2".to_owned()), statuses: texts(&["normal"]), ..none() }, vec!["白梅"]),
        (Filter { branch: Some(second), education: texts(&["31"]), ..none() }, Vec::new()),
    ] {
        assert_eq!(all(&mut stage, &filter, Sort::Name, 2).await, wanted, "{filter:?}");
    }
}

#[tokio::test]
async fn both_ends_of_a_range_of_births_are_inside() {
    let (mut stage, _) = stage_with_five().await;
    for (from, to, wanted) in [
        (Some("1980-05-06"), None, vec!["白梅", "陈刚", "邓丽"]),
        (Some("1980-05-07"), None, vec!["陈刚", "邓丽"]),
        (None, Some("1980-05-06"), vec!["安强", "白梅"]),
        (None, Some("1980-05-05"), vec!["安强"]),
        (Some("1980-05-06"), Some("1985-03-03"), vec!["白梅", "邓丽"]),
        (Some("1980-05-07"), Some("1985-03-02"), Vec::new()),
    ] {
        let filter = Filter { born_from: from.map(day), born_to: to.map(day), ..Filter::default() };
        assert_eq!(all(&mut stage, &filter, Sort::Name, 2).await, wanted, "{from:?} {to:?}");
    }
}

#[tokio::test]
async fn the_orders_by_admission_run_both_ways_and_pages_meet_where_days_are_the_same() {
    let (mut stage, admitted) = stage_with_five().await;
    let any = Filter { statuses: texts(&["normal", "watch", "stopped"]), ..Filter::default() };
    let ascending: Vec<String> = admitted.into_iter().map(|(_, _, name)| name).collect();
    let descending: Vec<String> = ascending.iter().rev().cloned().collect();
    assert_eq!((ascending[0].as_str(), descending[0].as_str()), ("安强", "陈刚"));
    for limit in 1..=6 {
        assert_eq!(all(&mut stage, &any, Sort::JoinedOn, limit).await, ascending, "pages of {limit}");
        let found = all(&mut stage, &any, Sort::JoinedOnDescending, limit).await;
        assert_eq!(found, descending, "pages of {limit}");
    }
}
