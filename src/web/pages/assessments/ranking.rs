//! How villages stand in a quarter: rank, change, flag, streak.

use rocket::{Route, get, routes};

use super::rank_table;
use super::rounds::{quarters, towns};
use crate::base::clock;
use crate::base::db;
use crate::base::policy::{self, Action};
use crate::base::values::Quarter;
use crate::records::assessments::printed;
use crate::records::assessments::queries;
use crate::web::api::assessments::quarter_of;
use crate::web::api::organisations::narrowed;
use crate::web::guards::{Db, SignedIn};
use crate::web::respond::{Answer, Page};
use crate::web::views::assessments::{Holder, Ranking};
use crate::web::views::{Choice, Link, Section};

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![show]
}

#[get("/assessments/ranking?<within>&<quarter>")]
async fn show(
    who: SignedIn,
    mut db: Db,
    within: Option<&str>,
    quarter: Option<&str>,
) -> Answer<Page<Ranking>> {
    policy::require(&who.actor, Action::SeeRecords, &who.scope().path)?;
    let asked = quarter_of(quarter)?;
    let wanted = asked.unwrap_or_else(|| Quarter::containing(clock::today()).previous());
    let scope = who.scope();
    let town = within.map(str::trim).filter(|code| !code.is_empty()).unwrap_or_default().to_owned();
    let lines = db::read(&mut db.0, scope, async |conn| {
        let within = narrowed(conn, scope, Some(&town)).await?;
        Ok(queries::ranking(conn, &within, wanted).await?)
    })
    .await?;
    let year = wanted.year().to_string();
    let holders = lines.iter().filter(|line| line.has_flag).map(|line| Holder {
        town: line.town_name.clone(),
        village: Link::new(
            &line.village_name,
            format!("/assessments/units/{}?year={year}", line.village_code),
        ),
        total: printed(&line.total),
        streak: super::streak(line),
    });
    let several = lines.windows(2).any(|pair| match pair {
        [a, b] => a.town_code != b.town_code,
        _ => false,
    });
    let mut offered = quarters();
    if !offered.iter().any(|choice| choice.code == wanted.to_string()) {
        offered.push(Choice::new(wanted.to_string(), wanted.title()));
    }
    Ok(Page(Ranking {
        frame: who.frame(Section::Assessments),
        title: wanted.title(),
        towns: towns(&who, &mut db).await?,
        town,
        quarters: offered,
        quarter: asked.map(|quarter| quarter.to_string()).unwrap_or_default(),
        holders: holders.collect(),
        table: rank_table("排名", &lines, several, &year),
    }))
}
