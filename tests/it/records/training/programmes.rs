//! Programmes and what they demand by date.

use cadre::base::db;
use cadre::base::error::Error;
use cadre::records::training::{self, ReviseDemand, SetSettings, queries};

use super::{Stage, field, refused};
use crate::support::builders::day;
use crate::support::builders::training::programme;

#[tokio::test]
async fn a_county_sets_one_primary_programme_at_a_time() {
    let mut stage = Stage::new().await;
    let (clerk, supervisor) = (stage.clerk.clone(), stage.supervisor.clone());
    let error = training::set_programmes(&mut stage.conn, &clerk, &[programme()]).await.unwrap_err();
    assert!(matches!(error, Error::Forbidden), "{error:?}");
    for (change, wrong) in [
        ((|p| p.name.push('二')) as fn(&mut training::SetProgramme), "code"),
        (|p| p.code.push('b'), "name"),
        (
            |p| {
                p.code.push('b');
                p.name.push('二');
            },
            "is_primary",
        ),
    ] {
        let mut again = programme();
        change(&mut again);
        let error = training::set_programmes(&mut stage.conn, &supervisor, &[again]).await.unwrap_err();
        assert!(matches!(&error, Error::Taken { field, .. } if *field == wrong), "{error:?}");
    }
    let mut beside = programme();
    "school".clone_into(&mut beside.code);
    "教师轮训".clone_into(&mut beside.name);
    beside.is_primary = false;
    training::set_programmes(&mut stage.conn, &supervisor, &[beside]).await.unwrap();
    let county = supervisor.scope.county;
    let (all, primary, after) = db::read(&mut stage.conn, &supervisor.scope, async |conn| {
        let all = queries::programmes(conn, county).await?;
        let primary = queries::primary_on(conn, county, day("2023-12-31")).await?;
        Ok((all, primary, queries::primary_on(conn, county, day("2024-01-01")).await?))
    })
    .await
    .unwrap();
    assert_eq!(all.len(), 2);
    assert_eq!(primary.map(|one| one.name).as_deref(), Some("万名党员大轮训"));
    assert_eq!(after, None, "the cycle is over");
}

#[tokio::test]
async fn what_is_demanded_is_a_version_by_date() {
    let mut stage = Stage::new().await;
    let supervisor = stage.supervisor.clone();
    let mut demand = programme().demand;
    demand.floors = vec![30, 20, 40, 10];
    let revise = |from: &str, version| ReviseDemand {
        programme: stage.programme,
        version,
        from_day: day(from),
        demand: demand.clone(),
    };
    let (early, stale, right) = (revise("2020-01-01", 1), revise("2021-01-01", 7), revise("2021-01-01", 1));
    let error = training::revise_demands(&mut stage.conn, &supervisor, &[early]).await.unwrap_err();
    assert_eq!(field(&error).0, "from_day");
    let error = training::revise_demands(&mut stage.conn, &supervisor, &[stale]).await.unwrap_err();
    assert!(matches!(error, Error::Stale), "{error:?}");
    training::revise_demands(&mut stage.conn, &supervisor, &[right]).await.unwrap();
    let id = stage.programme;
    let record = db::read(&mut stage.conn, &supervisor.scope, async |conn| {
        queries::programme(conn, supervisor.scope.county, id).await
    })
    .await
    .unwrap();
    assert_eq!(record.programme.version, 2);
    let floors = |on: &str| record.demand_on(day(on)).unwrap().floors.clone();
    assert_eq!(floors("2020-12-31"), [30, 30, 30, 10]);
    assert_eq!(floors("2021-01-01"), [30, 20, 40, 10]);
    let names: Vec<&str> = record.fields.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["村（社区）", "教育系统"]);
}

#[tokio::test]
async fn the_hours_of_a_county_follow_one_another() {
    let mut stage = Stage::new().await;
    let supervisor = stage.supervisor.clone();
    let set = |from: &str, hours| SetSettings {
        from_day: day(from),
        member_hours: hours,
        leader_hours: 56,
        planning_from: day("2021-01-01"),
        source: "县委〔2022〕3号".to_owned(),
    };
    training::set_settings(&mut stage.conn, &supervisor, &[set("2022-01-01", 40)]).await.unwrap();
    let error =
        training::set_settings(&mut stage.conn, &supervisor, &[set("2021-06-01", 48)]).await.unwrap_err();
    assert!(refused(&error).contains("2022-01-01"), "{error}");
    let error =
        training::set_settings(&mut stage.conn, &supervisor, &[set("2023-01-01", 0)]).await.unwrap_err();
    assert_eq!(field(&error).0, "member_hours");
    let county = supervisor.scope.county;
    let book = db::read(&mut stage.conn, &supervisor.scope, async |conn| {
        Ok(training::settings::book(conn, county).await?)
    })
    .await
    .unwrap();
    assert_eq!(book.on(day("2021-12-31")).unwrap().member_hours, 32);
    assert_eq!(book.on(day("2022-01-01")).unwrap().member_hours, 40);
}
