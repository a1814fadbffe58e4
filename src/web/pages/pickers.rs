//! What pickers of several areas offer while somebody types.

use rocket::serde::json::Json;
use rocket::{Route, get, routes};

use crate::base::db;
use crate::base::policy::{self, Action};
use crate::records::organisations;
use crate::web::guards::{Db, SignedIn};
use crate::web::respond::Answer;

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![villages, places]
}

/// What a picker offers.
#[derive(serde::Serialize)]
pub(super) struct Offer {
    /// What is sent.
    pub code: String,
    /// What is read.
    pub name: String,
    /// What tells two of one name apart.
    pub note: String,
}

/// The villages and communities; `everywhere` in the whole county, for postings.
#[get("/villages?<q>&<everywhere>")]
async fn villages(
    who: SignedIn,
    mut db: Db,
    q: Option<&str>,
    everywhere: Option<bool>,
) -> Answer<Json<Vec<Offer>>> {
    policy::require(&who.actor, Action::SeeRecords, &who.scope().path)?;
    let scope = if everywhere.unwrap_or(false) { who.scope().whole_county() } else { who.scope().clone() };
    let found = db::read(&mut db.0, &scope, async |conn| {
        let mut found = Vec::new();
        for kind in ["village", "community"] {
            let filter =
                organisations::queries::Filter { kind: Some(kind.to_owned()), query: q.map(str::to_owned) };
            found.extend(organisations::queries::list(conn, &scope, &filter, None, 10).await?);
        }
        Ok(found)
    })
    .await?;
    let offer = |village: organisations::Organisation| Offer {
        note: village.code.clone(),
        code: village.code,
        name: village.name,
    };
    Ok(Json(found.into_iter().map(offer).collect()))
}

/// Organisations of any kind; `everywhere` in the whole county, for those that hold what others attend.
#[get("/places?<q>&<everywhere>")]
async fn places(
    who: SignedIn,
    mut db: Db,
    q: Option<&str>,
    everywhere: Option<bool>,
) -> Answer<Json<Vec<Offer>>> {
    policy::require(&who.actor, Action::SeeRecords, &who.scope().path)?;
    let scope = if everywhere.unwrap_or(false) { who.scope().whole_county() } else { who.scope().clone() };
    let found = db::read(&mut db.0, &scope, async |conn| {
        let filter = organisations::queries::Filter { kind: None, query: q.map(str::to_owned) };
        Ok(organisations::queries::list(conn, &scope, &filter, None, 20).await?)
    })
    .await?;
    let offer = |place: organisations::Organisation| Offer {
        note: place.code.clone(),
        code: place.code,
        name: place.name,
    };
    Ok(Json(found.into_iter().map(offer).collect()))
}
