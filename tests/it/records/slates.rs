//! Targets by version and slates by name: what is refused, by which field, and what stays.

use cadre::across::reports::target_figures;
use cadre::base::actor::{Actor, Role};
use cadre::base::db::{self, Connection};
use cadre::base::error::Error;
use cadre::base::ids::PersonId;
use cadre::base::keys::KeyRing;
use cadre::base::values::Hundredths;
use cadre::records::committees::{CommitteeKind, Post, Source};
use cadre::records::members;
use cadre::records::slates::{
    self, Bound, Change, Content, Level, Make, Proposed, SetTarget, SlateState, queries,
};
use cadre::records::words::WordBook;

use crate::support::TestDb;
use crate::support::builders::{TestCounty, day, member};

struct Stage {
    db: TestDb,
    county: TestCounty,
    conn: Connection,
    clerk: Actor,
    supervisor: Actor,
}

impl Stage {
    async fn new() -> Self {
        let db = TestDb::new().await;
        let county = TestCounty::new(&mut db.owner().await).await;
        let conn = db.web().await;
        let clerk = county.town(1).actor(Role::Clerk);
        let supervisor = county.county.actor(Role::Supervisor);
        Self { db, county, conn, clerk, supervisor }
    }

    /// Somebody of a town.
    async fn person(&mut self, town: usize, number: u16) -> PersonId {
        let command = member(self.county.branch(town, 1).id, "张伟", number);
        let keys = KeyRing::ephemeral().unwrap();
        let clerk = self.county.town(town).actor(Role::Clerk);
        let id = members::enrol(&mut self.conn, &clerk, &keys, &[command]).await.unwrap()[0];
        let client = self.db.owner_client().await;
        let row = client
            .query_one("SELECT person_id::text FROM memberships WHERE id::text = $1", &[&id.to_string()])
            .await;
        row.unwrap().get::<_, &str>(0).parse().unwrap()
    }

    async fn set(&mut self, from: &str, value: Option<i64>) -> Result<usize, Error> {
        let command = SetTarget {
            level: Level::County,
            figure: "committees.average_age".to_owned(),
            bound: Bound::AtMost,
            value: value.map(Hundredths::from_hundredths),
            from_day: day(from),
            source: "县委组织部〔2026〕1号".to_owned(),
        };
        let set = slates::set_targets(
            &mut self.conn,
            &self.supervisor,
            &target_figures(&WordBook::default()),
            &[command],
        )
        .await?;
        Ok(set.into_iter().flatten().count())
    }

    /// First day, last day and value of each version.
    async fn versions(&mut self) -> Vec<String> {
        let scope = self.clerk.scope.clone();
        let targets =
            db::read(&mut self.conn, &scope, async |conn| Ok(queries::targets(conn, scope.county).await?));
        let told = targets.await.unwrap().into_iter().map(|target| {
            let end = target.to_day.map(|day| day.to_string()).unwrap_or_default();
            format!("{} {end} {}", target.from_day, target.value)
        });
        told.collect()
    }
}

fn content(name: &str, people: &[PersonId]) -> Content {
    let seat = |person: &PersonId| Proposed {
        kind: CommitteeKind::VillageParty,
        post: Post::Member,
        person: *person,
        sources: Vec::new(),
    };
    Content {
        ordinal: 7,
        from_day: day("2026-01-10"),
        name: name.to_owned(),
        seats: people.iter().map(seat).collect(),
    }
}

fn fields(error: Error) -> Vec<String> {
    let Error::Invalid(errors) = error else { panic!("{error:?}") };
    errors.into_iter().map(|error| error.field).collect()
}

#[tokio::test]
async fn a_version_of_a_target_ends_the_one_before_and_never_edits_it() {
    let mut stage = Stage::new().await;
    assert!(matches!(stage.set("2026-01-01", None).await, Err(Error::Refused(_))), "nothing to end");
    assert_eq!(stage.set("2026-01-01", Some(4_500)).await.unwrap(), 1);
    assert!(matches!(stage.set("2026-01-01", Some(4_400)).await, Err(Error::Refused(_))), "the same day");
    assert_eq!(stage.set("2026-01-02", Some(4_400)).await.unwrap(), 1);
    assert_eq!(stage.set("2026-07-01", None).await.unwrap(), 0);
    assert_eq!(
        stage.versions().await,
        ["2026-01-01 2026-01-02 45.00", "2026-01-02 2026-07-01 44.00"],
        "a clerk reads them"
    );
    assert!(matches!(stage.set("2026-07-01", None).await, Err(Error::Refused(_))), "ended already");
}

#[tokio::test]
async fn only_a_supervisor_of_the_county_sets_targets() {
    let mut stage = Stage::new().await;
    let of_town = stage.county.town(1).actor(Role::Supervisor);
    for actor in [stage.clerk.clone(), of_town] {
        let set =
            slates::set_targets(&mut stage.conn, &actor, &target_figures(&WordBook::default()), &[]).await;
        assert!(matches!(set, Err(Error::Forbidden)), "{}", actor.name);
    }
}

#[tokio::test]
async fn a_slate_is_made_and_changed_as_a_whole() {
    let mut stage = Stage::new().await;
    let people = [stage.person(1, 1).await, stage.person(1, 3).await];
    let village = stage.county.village(1, 1).code.clone();
    let make = Make { village, content: content("方案一", &people) };
    let id = slates::make(&mut stage.conn, &stage.clerk, std::slice::from_ref(&make)).await.unwrap()[0];
    let again = slates::make(&mut stage.conn, &stage.clerk, &[make]).await;
    assert!(matches!(again, Err(Error::Taken { field: "name", .. })));
    let change = |version, name: &str, people: &[PersonId]| Change {
        slate: id,
        version,
        state: SlateState::Settled,
        content: content(name, people),
    };
    slates::change(&mut stage.conn, &stage.clerk, &[change(1, "方案甲", &people[1..])]).await.unwrap();
    let stale = slates::change(&mut stage.conn, &stage.clerk, &[change(1, "方案乙", &[])]).await;
    assert!(matches!(stale, Err(Error::Stale)));
    let scope = stage.clerk.scope.clone();
    let card =
        db::read(&mut stage.conn, &scope, async |conn| queries::find(conn, &scope, id).await).await.unwrap();
    assert_eq!((card.slate.name.as_str(), card.slate.version), ("方案甲", 2));
    assert_eq!(card.seats.iter().map(|seat| seat.person).collect::<Vec<_>>(), people[1..]);
    let other = stage.county.town(2).actor(Role::Clerk);
    let foreign = slates::change(&mut stage.conn, &other, &[change(2, "方案丙", &[])]).await;
    assert!(matches!(foreign, Err(Error::Missing { .. })));
}

#[tokio::test]
async fn nobody_of_another_town_is_proposed_and_a_slate_is_of_a_village() {
    let mut stage = Stage::new().await;
    let (own, foreign) = (stage.person(1, 1).await, stage.person(2, 3).await);
    let make = |village: &str, people: &[PersonId]| Make {
        village: village.to_owned(),
        content: content("方案一", people),
    };
    let refused = async |stage: &mut Stage, commands: &[Make]| {
        fields(slates::make(&mut stage.conn, &stage.clerk, commands).await.unwrap_err())
    };
    let village = stage.county.village(1, 1).code.clone();
    assert_eq!(refused(&mut stage, &[make(&village, &[own, foreign])]).await, ["seats"]);
    let two = [make(&village, &[own]), make(&village, &[foreign])];
    assert_eq!(refused(&mut stage, &two).await, ["rows[1].seats"]);
    let branch = stage.county.branch(1, 1).code.clone();
    assert_eq!(refused(&mut stage, &[make(&branch, &[])]).await, ["village"]);
    let beyond = stage.county.village(2, 1).code.clone();
    let made = slates::make(&mut stage.conn, &stage.clerk, &[make(&beyond, &[])]).await;
    assert!(matches!(made, Err(Error::Forbidden)));
}

#[tokio::test]
async fn a_slate_is_seen_by_its_maker_and_above_only() {
    let mut stage = Stage::new().await;
    let make = Make { village: stage.county.village(1, 1).code.clone(), content: content("方案一", &[]) };
    let of_county =
        slates::make(&mut stage.conn, &stage.supervisor, std::slice::from_ref(&make)).await.unwrap()[0];
    let of_town = slates::make(&mut stage.conn, &stage.clerk, &[make]).await;
    let of_town = of_town.expect("the name of a slate that the town does not see is free there")[0];
    let seen = async |stage: &mut Stage, actor: &Actor| {
        let scope = actor.scope.clone();
        let listed = db::read(&mut stage.conn, &scope, async |conn| {
            queries::list(conn, &scope, &scope, None, None, 10).await
        });
        listed.await.unwrap().into_iter().map(|card| card.slate.id).collect::<Vec<_>>()
    };
    let (clerk, supervisor) = (stage.clerk.clone(), stage.supervisor.clone());
    assert_eq!(seen(&mut stage, &clerk).await, [of_town]);
    assert_eq!(seen(&mut stage, &supervisor).await, [of_county, of_town]);
    let change =
        |slate| Change { slate, version: 1, state: SlateState::Dropped, content: content("方案一", &[]) };
    let hidden = slates::change(&mut stage.conn, &clerk, &[change(of_county)]).await;
    assert!(matches!(hidden, Err(Error::Missing { .. })));
    slates::change(&mut stage.conn, &supervisor, &[change(of_town)]).await.expect("the county may");
}

#[tokio::test]
async fn sources_of_a_seat_are_kept_as_given() {
    let mut stage = Stage::new().await;
    let mut said = content("方案一", &[stage.person(1, 1).await]);
    said.seats[0].sources = vec![Source::Graduate, Source::Veteran];
    let make = Make { village: stage.county.village(1, 1).code.clone(), content: said.clone() };
    let id = slates::make(&mut stage.conn, &stage.clerk, &[make]).await.unwrap()[0];
    let scope = stage.clerk.scope.clone();
    let card = db::read(&mut stage.conn, &scope, async |conn| queries::find(conn, &scope, id).await);
    assert_eq!(card.await.unwrap().seats, said.seats);
}
