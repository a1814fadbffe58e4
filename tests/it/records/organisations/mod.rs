//! The tree: founding, finding, and its walls.

use cadre::base::actor::Role;
use cadre::base::db;
use cadre::base::error::Error;
use cadre::records::organisations::{self, Found, Kind, queries};

use crate::support::TestDb;
use crate::support::builders::{Place, TestCounty};

fn branch_below(village: &Place, number: u32) -> Found {
    Found {
        code: format!("{}-ZB{number:02}", village.code),
        name: format!("{}第{number}党支部", village.name),
        kind: Kind::Branch,
        parent_code: village.code.clone(),
        pinyin: "zhibu".to_owned(),
        initials: "zb".to_owned(),
        founded_on: None,
        dissolved_on: None,
        credit_code: None,
        telephone: None,
        note: None,
    }
}

#[tokio::test]
async fn a_branch_is_founded_below_a_village_of_the_own_town_only() {
    let db = TestDb::new().await;
    let county = TestCounty::new(&mut db.owner().await).await;
    let clerk = county.town(1).actor(Role::Clerk);
    let mut conn = db.web().await;
    organisations::found(&mut conn, &clerk, &[branch_below(county.village(1, 1), 2)]).await.unwrap();
    let foreign = organisations::found(&mut conn, &clerk, &[branch_below(county.village(2, 1), 2)]).await;
    assert!(matches!(foreign, Err(Error::Forbidden)), "{foreign:?}");
    let code = format!("{}-ZB02", county.village(1, 1).code);
    let scope = clerk.scope.clone();
    let found =
        db::read(&mut conn, &scope, async |conn| Ok(queries::by_code(conn, &scope, &code).await?)).await;
    assert_eq!(found.unwrap().unwrap().path(), county.village(1, 1).path.child(&code));
}

#[tokio::test]
async fn a_code_in_use_is_refused() {
    let db = TestDb::new().await;
    let county = TestCounty::new(&mut db.owner().await).await;
    let clerk = county.town(1).actor(Role::Clerk);
    let again = [branch_below(county.village(1, 1), 1)];
    let mut conn = db.web().await;
    let refused = organisations::found(&mut conn, &clerk, &again).await;
    assert!(matches!(refused, Err(Error::Taken { field: "code", .. })), "{refused:?}");
}

#[tokio::test]
async fn a_branch_is_found_by_the_start_of_its_code_name_or_pinyin() {
    let db = TestDb::new().await;
    let county = TestCounty::new(&mut db.owner().await).await;
    let clerk = county.town(1).actor(Role::Clerk);
    let founded = branch_below(county.village(1, 1), 2);
    let mut conn = db.web().await;
    organisations::found(&mut conn, &clerk, std::slice::from_ref(&founded)).await.unwrap();
    let scope = clerk.scope.clone();
    for typed in [founded.code.as_str(), &founded.code.to_lowercase(), &founded.name, " zhibu ", "zb"] {
        let filter = queries::Filter { kind: None, query: Some(typed.to_owned()) };
        let found = db::read(&mut conn, &scope, async |conn| {
            Ok(queries::list(conn, &scope, &filter, None, 20).await?)
        });
        let codes: Vec<String> = found.await.unwrap().into_iter().map(|place| place.code).collect();
        assert!(codes.contains(&founded.code), "{typed}: {codes:?}");
    }
    let filter = queries::Filter { kind: None, query: Some(founded.code.clone()) };
    let found =
        db::read(&mut conn, &scope, async |conn| Ok(queries::list(conn, &scope, &filter, None, 20).await?));
    assert_eq!(found.await.unwrap().len(), 1, "a whole code is one organisation");
}
