//! What a slate would look like, asked for anew with every change: by a program, and by the page with its form. Each
//! change puts somebody else into another post.

use std::time::Instant;

use anyhow::Context;
use cadre::base::actor::{Actor, Door, Role};
use cadre::base::keys::KeyRing;
use cadre::base::{clock, db};
use cadre::records::accounts::{self, Open, Password, RawOpen, SignIn, SignedIn};
use cadre::records::organisations::Kind;
use cadre::records::slates::{self, Content, Make, Proposed};
use cadre::records::{committees, organisations};
use diesel::sql_types::{BigInt, Text};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};

use crate::http::{Client, escaped};
use crate::stage::{Server, Stage};
use crate::table::{Table, median, quantile};

const CHANGES: usize = 200;
/// Which term the slate is for: no village has come as far.
const ORDINAL: i32 = 99;
const NAME: &str = "方案一";
/// The account whose page is measured.
const USERNAME: &str = "bench.slates";

/// A seat as it is sent: committee, post, person.
type Seat = [String; 3];

/// Measures a slate of one village, with everybody who sits there.
pub async fn measure(stage: &Stage, server: &Server, table: &mut Table) -> anyhow::Result<()> {
    let village = stage.county.organisations.iter().find(|one| one.kind == Kind::Village);
    let village = village.context("a village")?.code.clone();
    let seats = sitting(stage, &village).await?;
    let people = people(stage).await?;
    let kept = format!("/api/v1/slates/{}/outcome", made(stage, &village, &seats).await?);
    let seats: Vec<Seat> = seats.iter().map(sent).collect();

    let mut program = Client::connect(&server.address, &server.token)?;
    program.get(&kept)?;
    timed("a slate on record, unchanged", table, |_| {
        program.get(&kept)?;
        Ok(())
    })?;
    timed("one change of a slate through the API", table, |change| {
        let body = as_json(&village, &changed(&seats, &people, change));
        program.post("/api/v1/slates/outcome", "application/json", &body)?;
        Ok(())
    })?;
    let (session, csrf_token) = signed_in(stage).await?;
    let mut browser = Client::browser(&server.address, &session, &csrf_token)?;
    timed("one change of a slate on its page", table, |change| {
        let body = as_form(&village, &changed(&seats, &people, change));
        browser.post("/slates/try", "application/x-www-form-urlencoded", &body)?;
        Ok(())
    })
}

/// Times what is asked for after each change.
fn timed(
    what: &str,
    table: &mut Table,
    mut ask: impl FnMut(usize) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let mut times = Vec::with_capacity(CHANGES);
    for change in 0..CHANGES {
        let begin = Instant::now();
        ask(change)?;
        times.push(begin.elapsed().as_secs_f64() * 1000.0);
    }
    println!("{what}: median {:.1} ms", median(&mut times));
    table.add(&format!("{what}, p99"), "under 100 ms", quantile(&mut times, 990), 100.0, "ms");
    Ok(())
}

/// The slate after a change: somebody whom no change before it named, in the next post.
fn changed(seats: &[Seat], people: &[String], change: usize) -> Vec<Seat> {
    let mut seats = seats.to_vec();
    let place = change % seats.len();
    people[change].clone_into(&mut seats[place][2]);
    seats
}

fn as_json(village: &str, seats: &[Seat]) -> String {
    let seats: Vec<serde_json::Value> = seats
        .iter()
        .map(|[committee, post, person]| {
            serde_json::json!({ "committee": committee, "post": post, "person": person })
        })
        .collect();
    let from_day = clock::today();
    serde_json::json!({
        "village": village, "ordinal": ORDINAL, "from_day": from_day, "name": NAME, "seats": seats,
    })
    .to_string()
}

/// The form of the page, as the browser sends it when a control has changed.
fn as_form(village: &str, seats: &[Seat]) -> String {
    let mut pairs = vec![
        ("village".to_owned(), village.to_owned()),
        ("ordinal".to_owned(), ORDINAL.to_string()),
        ("from_day".to_owned(), clock::today().to_string()),
        ("name".to_owned(), NAME.to_owned()),
    ];
    for (at, [committee, post, person]) in seats.iter().enumerate() {
        pairs.push((format!("seats[{at}].post"), format!("{committee}/{post}")));
        pairs.push((format!("seats[{at}].person"), person.clone()));
        pairs.push((format!("seats[{at}].sources"), String::new()));
        pairs.push((format!("seats[{at}].sources_2"), String::new()));
    }
    let pairs: Vec<String> =
        pairs.iter().map(|(name, value)| format!("{}={}", escaped(name), escaped(value))).collect();
    pairs.join("&")
}

fn sent(seat: &Proposed) -> Seat {
    [seat.kind.code().to_owned(), seat.post.code().to_owned(), seat.person.to_string()]
}

/// The team that sits in a village.
async fn sitting(stage: &Stage, village: &str) -> anyhow::Result<Vec<Proposed>> {
    let mut conn = AsyncPgConnection::establish(&stage.addresses.web).await?;
    let scope = stage.loaded.scope.clone();
    let codes = [village.to_owned()];
    let today = clock::today();
    let sittings = db::read(&mut conn, &scope, async |conn| {
        let found = organisations::queries::by_codes(conn, &scope, &codes).await?;
        let ids: Vec<_> = found.iter().map(|one| one.id).collect();
        Ok(committees::queries::sittings(conn, &scope, &ids).await?)
    })
    .await?;
    let seats: Vec<Proposed> = sittings
        .into_iter()
        .map(|(_, sitting)| sitting)
        .filter(|sitting| sitting.from_day <= today && sitting.to_day.is_none_or(|end| today < end))
        .filter_map(|one| {
            Some(Proposed { kind: one.kind, post: one.post?, person: one.person, sources: Vec::new() })
        })
        .collect();
    anyhow::ensure!(!seats.is_empty(), "nobody sits in {village}");
    Ok(seats)
}

/// Keeps a slate of that team.
async fn made(stage: &Stage, village: &str, seats: &[Proposed]) -> anyhow::Result<String> {
    let mut conn = AsyncPgConnection::establish(&stage.addresses.web).await?;
    let actor = Actor::command_line(stage.loaded.scope.clone());
    let content =
        Content { ordinal: ORDINAL, from_day: clock::today(), name: NAME.to_owned(), seats: seats.to_vec() };
    let commands = [Make { village: village.to_owned(), content }];
    Ok(slates::make(&mut conn, &actor, &commands).await?[0].to_string())
}

#[derive(diesel::QueryableByName)]
struct Id {
    #[diesel(sql_type = Text)]
    id: String,
}

/// Somebody else for each change: people on record who sit nowhere, in no order.
async fn people(stage: &Stage) -> anyhow::Result<Vec<String>> {
    let mut owner = AsyncPgConnection::establish(&stage.addresses.owner).await?;
    let found: Vec<Id> = diesel::sql_query(
        "SELECT p.id::text AS id FROM people p WHERE NOT EXISTS (SELECT FROM seats s WHERE s.person_id = p.id) \
         ORDER BY md5(p.id::text) LIMIT $1",
    )
    .bind::<BigInt, _>(i64::try_from(CHANGES)?)
    .load(&mut owner)
    .await?;
    anyhow::ensure!(found.len() == CHANGES, "only {} people sit nowhere", found.len());
    Ok(found.into_iter().map(|one| one.id).collect())
}

/// Opens an account and signs in with it: the cookie of the session, and the token of its unsafe requests.
async fn signed_in(stage: &Stage) -> anyhow::Result<(String, String)> {
    let mut conn = AsyncPgConnection::establish(&stage.addresses.web).await?;
    let actor = Actor::command_line(stage.loaded.scope.clone());
    let password = Password::random();
    let raw = RawOpen {
        username: USERNAME,
        display_name: USERNAME,
        password: &password,
        role: Role::Supervisor.code(),
        organisation: &stage.county.code,
    };
    accounts::open(&mut conn, &actor, &[Open::parse(raw)?]).await?;
    let keys = KeyRing::ephemeral().context("no keys")?;
    let attempt = SignIn {
        username: USERNAME.to_owned(),
        password,
        otp: None,
        door: Door::Web,
        source: None,
        browser: None,
    };
    match accounts::sign_in(&mut conn, &keys, attempt).await? {
        SignedIn::Opened(opened) => Ok((opened.token.reveal().to_owned(), opened.session.csrf_token)),
        other => anyhow::bail!("not signed in: {other:?}"),
    }
}
