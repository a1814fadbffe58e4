//! What a slate would look like, asked for anew with every change, through the API.

use std::time::Instant;

use anyhow::Context;
use cadre::base::actor::Actor;
use cadre::base::{clock, db};
use cadre::records::organisations::Kind;
use cadre::records::slates::{self, Content, Make, Proposed};
use cadre::records::{committees, organisations};
use diesel_async::{AsyncConnection, AsyncPgConnection};

use crate::http::Client;
use crate::stage::{Server, Stage};
use crate::table::Table;

const CHANGES: usize = 200;

/// Measures a slate of one village, with everybody who sits there.
pub async fn measure(stage: &Stage, server: &Server, table: &mut Table) -> anyhow::Result<()> {
    let path = format!("/api/v1/slates/{}/outcome", made(stage).await?);
    let mut client = Client::connect(&server.address, &server.token)?;
    client.get(&path)?;
    let mut times = Vec::with_capacity(CHANGES);
    for _ in 0..CHANGES {
        let begin = Instant::now();
        client.get(&path)?;
        times.push(begin.elapsed().as_secs_f64() * 1000.0);
    }
    times.sort_by(f64::total_cmp);
    let slow = times[CHANGES * 99 / 100 - 1];
    println!("one change of a slate: median {:.1} ms, p99 {slow:.1} ms", times[CHANGES / 2]);
    table.add("one change of a slate, p99", "under 100 ms", slow, 100.0, "ms");
    Ok(())
}

/// A slate of the team that sits in the first village.
async fn made(stage: &Stage) -> anyhow::Result<String> {
    let mut conn = AsyncPgConnection::establish(&stage.addresses.web).await?;
    let actor = Actor::command_line(stage.loaded.scope.clone());
    let villages = &stage.county.organisations;
    let village = villages.iter().find(|one| one.kind == Kind::Village).context("a village")?;
    let today = clock::today();
    let sittings = db::read(&mut conn, &actor.scope, async |conn| {
        let codes = [village.code.clone()];
        let found = organisations::queries::by_codes(conn, &actor.scope, &codes).await?;
        let ids: Vec<_> = found.iter().map(|one| one.id).collect();
        Ok(committees::queries::sittings(conn, &actor.scope, &ids).await?)
    })
    .await?;
    let seats = sittings
        .into_iter()
        .map(|(_, sitting)| sitting)
        .filter(|sitting| sitting.from_day <= today && sitting.to_day.is_none_or(|end| today < end))
        .filter_map(|one| {
            Some(Proposed { kind: one.kind, post: one.post?, person: one.person, sources: Vec::new() })
        })
        .collect();
    let content = Content { ordinal: 99, from_day: today, name: "方案一".to_owned(), seats };
    let commands = [Make { village: village.code.clone(), content }];
    Ok(slates::make(&mut conn, &actor, &commands).await?[0].to_string())
}
