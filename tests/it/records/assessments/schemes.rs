//! Schemes: versions by quarter, the town's own before the county's, none changed under an open round.

use cadre::base::actor::Role;
use cadre::base::error::Error;
use cadre::records::assessments::{self, OpenRound, SetScheme, scheme_of_pack};

use super::{Stage, TOWN, fields, refused, signed_in};
use crate::support::builders::assessment::scheme;

fn from(organisation: &str, day: &str) -> SetScheme {
    let mut version = scheme(organisation);
    version.from_day = day.parse().unwrap();
    version.notice_days = 7;
    version
}

#[tokio::test]
async fn the_same_version_twice_is_one() {
    let mut stage = Stage::new().await;
    let again =
        assessments::set_scheme(&mut stage.conn, &stage.supervisor, &[scheme("500237")]).await.unwrap();
    let third =
        assessments::set_scheme(&mut stage.conn, &stage.supervisor, &[scheme("500237")]).await.unwrap();
    assert_eq!(again, third);
}

#[tokio::test]
async fn a_version_under_an_open_round_stays_as_it_is() {
    let mut stage = Stage::new().await;
    stage.filled("2026Q2", ["50,30,20", "50,30,20"]).await;
    let set = async |stage: &mut Stage, day: &str| {
        assessments::set_scheme(&mut stage.conn, &stage.supervisor, &[from("500237", day)]).await
    };
    let why = refused(set(&mut stage, "2026-04-01").await);
    assert!(why.contains("2026年第二季度") && why.contains("请自2026-07-01起施行"), "{why}");
    let why = refused(set(&mut stage, "2000-01-01").await);
    assert!(why.contains("应更晚"), "{why}");
    set(&mut stage, "2026-07-01").await.unwrap();
}

#[tokio::test]
async fn a_town_works_by_its_own_scheme_where_it_has_one() {
    let mut stage = Stage::new().await;
    let own = signed_in(stage.county.town(1).actor(Role::Supervisor));
    let set = assessments::set_scheme(&mut stage.conn, &own, &[from(TOWN, "2025-01-01")]).await.unwrap();
    let before = stage.filled("2024Q4", ["50,30,20", "50,30,20"]).await;
    let since = stage.filled("2025Q1", ["50,30,20", "50,30,20"]).await;
    assert_ne!(stage.grid(before).await.scheme.id, set[0]);
    assert_eq!(stage.grid(since).await.scheme.id, set[0]);
    // Nobody sets that of another town or of the county above him.
    for other in ["500237102", "500237"] {
        let wanted = [from(other, "2025-01-01")];
        let answer = assessments::set_scheme(&mut stage.conn, &own, &wanted).await;
        assert!(matches!(answer, Err(Error::Forbidden)), "{other}: {answer:?}");
    }
    let clerk = assessments::set_scheme(&mut stage.conn, &stage.clerk, &[from(TOWN, "2026-01-01")]).await;
    assert!(matches!(clerk, Err(Error::Forbidden)));
    let village = [from("500237101201", "2026-01-01")];
    let why = fields(assessments::set_scheme(&mut stage.conn, &own, &village).await.unwrap_err());
    assert!(why[0].field == "organisation" && why[0].message.contains("是村"), "{why:?}");
}

#[tokio::test]
async fn without_a_scheme_in_force_nothing_begins() {
    let mut stage = Stage::new().await;
    for (town, quarter, field, words) in [
        (TOWN, "1999Q4", "organisation", "没有施行的考核方案"),
        (TOWN, "2099Q1", "quarter", "现在还不能考核"),
        ("500237101201", "2026Q1", "organisation", "是村"),
        ("500237199", "2026Q1", "organisation", "不存在"),
    ] {
        let open = OpenRound { organisation: town.to_owned(), quarter: quarter.parse().unwrap() };
        let why =
            fields(assessments::open_round(&mut stage.conn, &stage.supervisor, &[open]).await.unwrap_err());
        assert!(why[0].field == field && why[0].message.contains(words), "{town} {quarter}: {why:?}");
    }
    let open = OpenRound { organisation: TOWN.to_owned(), quarter: "2026Q1".parse().unwrap() };
    assessments::open_round(&mut stage.conn, &stage.clerk, std::slice::from_ref(&open)).await.unwrap();
    let twice = assessments::open_round(&mut stage.conn, &stage.clerk, &[open]).await;
    assert!(matches!(twice, Err(Error::Taken { field: "quarter", .. })), "{twice:?}");
}

#[tokio::test]
async fn every_pack_has_a_sound_scheme() {
    for name in ["wushan", "liangping", "wufeng", "zhushan", "fuling"] {
        let path = format!("{}/data/packs/{name}/assessments.json", env!("CARGO_MANIFEST_DIR"));
        let scheme = scheme_of_pack(&std::fs::read_to_string(path).unwrap()).unwrap();
        assert_eq!(assessments::rules::check_scheme(&scheme), [], "{name}");
    }
}
