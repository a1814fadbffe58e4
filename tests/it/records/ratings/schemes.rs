//! Schemes are data: set by a supervisor of the county, versioned by day, never edited.

use cadre::base::actor::Role;
use cadre::base::db;
use cadre::base::error::Error;
use cadre::records::ratings::{self, queries};

use super::{Stage, fields, five, open};
use crate::support::TestDb;
use crate::support::builders::{TestCounty, day};

#[tokio::test]
async fn only_a_supervisor_of_the_whole_county_sets_schemes() {
    let db = TestDb::new().await;
    let county = TestCounty::new(&mut db.owner().await).await;
    let mut conn = db.web().await;
    for role in [Role::Clerk, Role::Auditor, Role::Administrator, Role::Security] {
        let refused = ratings::set_scheme(&mut conn, &county.county.actor(role), &[five()]).await;
        assert!(matches!(refused, Err(Error::Forbidden)), "{role:?}: {refused:?}");
    }
    let of_town = county.town(1).actor(Role::Supervisor);
    let refused = ratings::set_scheme(&mut conn, &of_town, &[five()]).await;
    assert!(matches!(refused, Err(Error::Forbidden)), "{refused:?}");
    ratings::set_scheme(&mut conn, &county.county.actor(Role::Supervisor), &[five()]).await.unwrap();
}

#[tokio::test]
async fn the_same_pack_again_changes_nothing() {
    let mut stage = Stage::new().await;
    let first = stage.grid().await.scheme.id;
    let again = ratings::set_scheme(&mut stage.conn, &stage.supervisor, &[five()]).await.unwrap();
    assert_eq!(again, [first]);
    let counts: Vec<i32> =
        stage.entries("ratings.set_scheme").await.into_iter().map(|(count, _)| count).collect();
    assert_eq!(counts, [1, 0]);
}

#[tokio::test]
async fn a_new_version_ends_the_present_one_and_leaves_old_rounds_alone() {
    let mut stage = Stage::new().await;
    let mut stricter = five();
    stricter.from_day = day("2026-04-01");
    stricter.thresholds[0].minimum = "95".parse().unwrap();
    ratings::set_scheme(&mut stage.conn, &stage.supervisor, &[stricter]).await.unwrap();
    let scope = stage.supervisor.scope.clone();
    let minimum = async |conn: &mut _, on: &str| {
        let scheme = queries::in_force(conn, &scope, "member_stars", day(on)).await?.unwrap();
        Ok::<_, Error>(scheme.thresholds[0].minimum.normalized().to_plain_string())
    };
    let found = db::read(&mut stage.conn, &scope, async |conn| {
        Ok([minimum(conn, "2026-03-31").await?, minimum(conn, "2026-04-01").await?])
    });
    assert_eq!(found.await.unwrap(), ["90", "95"]);
    let of_round = stage.grid().await.scheme.thresholds.remove(0).minimum;
    assert_eq!(of_round.normalized().to_plain_string(), "90");
}

#[tokio::test]
async fn a_version_that_would_change_a_round_is_refused() {
    let mut stage = Stage::new().await;
    let mut late = five();
    late.decimals = 2;
    late.from_day = day("2026-03-31");
    let refused = ratings::set_scheme(&mut stage.conn, &stage.supervisor, &[late.clone()]).await;
    assert!(matches!(&refused, Err(Error::Refused(why)) if why.contains("2026-03-31")), "{refused:?}");
    late.from_day = five().from_day;
    let refused = ratings::set_scheme(&mut stage.conn, &stage.supervisor, &[late]).await;
    assert!(matches!(&refused, Err(Error::Refused(why)) if why.contains("应更晚")), "{refused:?}");
}

#[tokio::test]
async fn there_is_one_primary_scheme_at_a_time() {
    let mut stage = Stage::new().await;
    let mut second = five();
    second.code = "monthly_points".to_owned();
    let refused = ratings::set_scheme(&mut stage.conn, &stage.supervisor, &[second.clone()]).await;
    assert!(matches!(refused, Err(Error::Taken { field: "is_primary", .. })), "{refused:?}");
    second.is_primary = false;
    ratings::set_scheme(&mut stage.conn, &stage.supervisor, &[second]).await.unwrap();
    let scope = stage.supervisor.scope.clone();
    let primary = db::read(&mut stage.conn, &scope, async |conn| {
        queries::primary(conn, &scope, day("2026-03-31")).await
    });
    assert_eq!(primary.await.unwrap().unwrap().code, "member_stars");
}

#[tokio::test]
async fn an_unsound_scheme_is_refused_field_by_field() {
    let mut stage = Stage::new().await;
    let mut unsound = five();
    unsound.code = "other".to_owned();
    unsound.stars = 11;
    unsound.dimensions[4].weight = "0".parse().unwrap();
    let refused = ratings::set_scheme(&mut stage.conn, &stage.supervisor, &[unsound]).await.unwrap_err();
    let names: Vec<String> = fields(refused).into_iter().map(|field| field.field).collect();
    assert!(
        names.contains(&"stars".to_owned()) && names.contains(&"dimensions[4].weight".to_owned()),
        "{names:?}"
    );
}

#[tokio::test]
async fn a_round_is_opened_once_for_a_branch_that_fits() {
    let mut stage = Stage::new().await;
    let own = stage.county.branch(1, 1).code.clone();
    let refuse = async |stage: &mut Stage, code: &str, period: &str| {
        ratings::open_round(&mut stage.conn, &stage.clerk, &[open(code, period)]).await.unwrap_err()
    };
    let twice = refuse(&mut stage, &own, "2026Q1").await;
    assert!(matches!(twice, Error::Taken { field: "period", .. }), "{twice:?}");
    let town = stage.county.town(1).code.clone();
    for (code, period, field, words) in [
        (own.as_str(), "2026-03", "period", "每季度"),
        (own.as_str(), "2099Q1", "period", "2099-01-01"),
        (own.as_str(), "2019Q4", "scheme", "2019-12-31"),
        ("500237101209-ZB09", "2026Q2", "organisation", "500237101209-ZB09"),
    ] {
        let found = fields(refuse(&mut stage, code, period).await);
        assert_eq!(found[0].field, field);
        assert!(found[0].message.contains(words), "{}", found[0].message);
    }
    let found = fields(refuse(&mut stage, &town, "2026Q2").await);
    assert!(found[0].message.contains("以党支部为单位，“龙井镇”是镇"), "{}", found[0].message);
    let foreign = stage.county.branch(2, 1).code.clone();
    let refused = refuse(&mut stage, &foreign, "2026Q2").await;
    assert!(matches!(refused, Error::Forbidden), "{refused:?}");
    let auditor = stage.county.county.actor(Role::Auditor);
    let refused = ratings::open_round(&mut stage.conn, &auditor, &[open(&own, "2026Q2")]).await;
    assert!(matches!(refused, Err(Error::Forbidden)), "{refused:?}");
}
