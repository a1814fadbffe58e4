//! Committees and terms: opened, closed, corrected.

use cadre::base::actor::Role;
use cadre::base::error::Error;
use cadre::records::committees::{
    self, CloseTerm, CommitteeKind, CorrectTerm, LeavingReason, OpenCommittee, OpenTerm, Post,
};

use super::{Stage, fields, named};
use crate::support::builders::{committee, day};

fn open(village: &str, kind: CommitteeKind) -> OpenCommittee {
    OpenCommittee { village: village.to_owned(), kind }
}

fn seventh(stage: &Stage, from: &str) -> OpenTerm {
    OpenTerm {
        ordinal: 7,
        from_day: day(from),
        ..committee::term(stage.committee, CommitteeKind::VillageParty)
    }
}

#[tokio::test]
async fn a_village_has_one_committee_of_each_kind_and_a_town_has_none() {
    let mut stage = Stage::new().await;
    let clerk = stage.clerk.clone();
    let village = stage.county.village(1, 1).code.clone();
    let again = [open(&village, CommitteeKind::VillageParty)];
    let taken = committees::open_committee(&mut stage.conn, &clerk, &again).await;
    assert!(matches!(taken, Err(Error::Taken { field: "kind", .. })), "{taken:?}");
    let town =
        [open("500237101", CommitteeKind::Supervision), open("500237101299", CommitteeKind::Supervision)];
    let refused = named(committees::open_committee(&mut stage.conn, &clerk, &town).await.unwrap_err());
    assert_eq!(
        refused,
        [
            "rows[0].village: “龙井镇”是镇，两委班子只设在村和社区，请改填村或社区的代码",
            "rows[1].village: 村（社区）“500237101299”不存在，或者不在您的管理范围内，请核对组织代码",
        ]
    );
    let foreign = [open(&stage.county.village(2, 1).code, CommitteeKind::Supervision)];
    let refused = committees::open_committee(&mut stage.conn, &clerk, &foreign).await;
    assert!(matches!(refused, Err(Error::Forbidden)), "{refused:?}");
    let others =
        [open(&village, CommitteeKind::VillageCommittee), open(&village, CommitteeKind::Supervision)];
    committees::open_committee(&mut stage.conn, &clerk, &others).await.unwrap();
}

#[tokio::test]
async fn the_next_term_ends_the_one_before_and_the_seats_in_it() {
    let mut stage = Stage::new().await;
    let mut left = stage.seat(1, Post::Member);
    (left.to_day, left.leaving_reason) = (Some(day("2023-03-01")), Some(LeavingReason::Resigned));
    let commands = [stage.seat(0, Post::Secretary), left];
    stage.appoint(&commands).await.unwrap();
    let clerk = stage.clerk.clone();
    let next = [seventh(&stage, "2026-02-01")];
    committees::open_term(&mut stage.conn, &clerk, &next).await.unwrap();
    let terms = stage
        .texts("SELECT concat_ws(' ', ordinal, from_day, due_day, ended_on, version) FROM committee_terms ORDER BY 1")
        .await;
    assert_eq!(terms, ["6 2021-01-10 2026-01-10 2026-02-01 2", "7 2026-02-01 2031-02-01 1"]);
    assert_eq!(
        stage.seats().await,
        [
            "secretary 2021-01-10 2026-02-01 term_end 31 t 2",
            "committee_member 2021-01-10 2023-03-01 resigned 31 t 1",
        ]
    );
}

#[tokio::test]
async fn terms_of_the_past_come_in_any_order_and_refuse_to_overlap() {
    let mut stage = Stage::new().await;
    let clerk = stage.clerk.clone();
    let fourth = OpenTerm { ordinal: 4, ..seventh(&stage, "2013-01-10") };
    let fifth = OpenTerm { ordinal: 5, ..seventh(&stage, "2016-01-10") };
    committees::open_term(&mut stage.conn, &clerk, &[fifth, fourth]).await.unwrap();
    let ends = stage.texts("SELECT concat_ws(' ', ordinal, ended_on) FROM committee_terms ORDER BY 1").await;
    assert_eq!(ends, ["4 2016-01-10", "5 2021-01-10", "6"]);
    let inside = [OpenTerm { ordinal: 9, ..seventh(&stage, "2018-01-10") }];
    let refused = named(committees::open_term(&mut stage.conn, &clerk, &inside).await.unwrap_err());
    assert!(refused[0].starts_with("ordinal: 第9届自2018-01-10开始，但第6届自2021-01-10开始"), "{refused:?}");
}

#[tokio::test]
async fn a_closed_term_takes_its_seats_along_and_is_not_closed_twice() {
    let mut stage = Stage::new().await;
    let seat = stage.seat(0, Post::Secretary);
    stage.appoint(&[seat]).await.unwrap();
    let (clerk, term) = (stage.clerk.clone(), stage.term);
    let close = |on: &str| [CloseTerm { term, version: Some(1), on: day(on) }];
    let early = committees::close_term(&mut stage.conn, &clerk, &close("2021-01-10")).await;
    assert_eq!(fields(early.unwrap_err())[0].field, "ended_on");
    committees::close_term(&mut stage.conn, &clerk, &close("2026-03-01")).await.unwrap();
    assert_eq!(stage.seats().await, ["secretary 2021-01-10 2026-03-01 term_end 31 t 2"]);
    let stale = committees::close_term(&mut stage.conn, &clerk, &close("2026-03-02")).await;
    assert!(matches!(stale, Err(Error::Stale)), "{stale:?}");
    let again = [CloseTerm { term, version: None, on: day("2026-03-02") }];
    let refused = committees::close_term(&mut stage.conn, &clerk, &again).await;
    assert!(matches!(refused, Err(Error::Refused(_))), "{refused:?}");
}

#[tokio::test]
async fn a_corrected_term_keeps_its_seats_inside() {
    let mut stage = Stage::new().await;
    let seat = stage.seat(0, Post::Secretary);
    stage.appoint(&[seat]).await.unwrap();
    let clerk = stage.clerk.clone();
    let correct = CorrectTerm {
        term: stage.term,
        version: 1,
        ordinal: 6,
        from_day: day("2021-01-10"),
        due_day: day("2026-01-31"),
        ended_on: None,
        posts: vec![(Post::Secretary, 1), (Post::Member, 2)],
    };
    let late = [CorrectTerm { from_day: day("2021-01-11"), ..correct.clone() }];
    let refused = named(committees::correct_term(&mut stage.conn, &clerk, &late).await.unwrap_err());
    assert_eq!(
        refused,
        ["from_day: 本届有任职日期或离职日期为2021-01-10的任职记录，任期不能晚于这一天，请先更正任职记录"]
    );
    committees::correct_term(&mut stage.conn, &clerk, std::slice::from_ref(&correct)).await.unwrap();
    let posts = stage.texts("SELECT concat_ws(' ', post, places) FROM committee_posts ORDER BY 1").await;
    assert_eq!(posts, ["committee_member 2", "secretary 1"]);
    let stale = committees::correct_term(&mut stage.conn, &clerk, &[correct]).await;
    assert!(matches!(stale, Err(Error::Stale)), "{stale:?}");
    let entries = stage.entries("committees.correct_term").await;
    assert_eq!(entries[0].1["terms"][0]["before"]["due_day"], "2026-01-10");
}

#[tokio::test]
async fn auditors_and_neighbours_open_nothing() {
    let mut stage = Stage::new().await;
    let command = [seventh(&stage, "2026-02-01")];
    for role in [Role::Auditor, Role::Administrator, Role::Security] {
        let actor = stage.county.town(1).actor(role);
        let refused = committees::open_term(&mut stage.conn, &actor, &command).await;
        assert!(matches!(refused, Err(Error::Forbidden)), "{role:?}: {refused:?}");
    }
    let neighbour = stage.county.town(2).actor(Role::Clerk);
    let refused = committees::open_term(&mut stage.conn, &neighbour, &command).await;
    assert!(matches!(refused, Err(Error::Missing { .. })), "{refused:?}");
}
