//! What a sign-in costs: one hash, and the same time whether a name is known or not (SEC-10).

use std::time::Instant;

use cadre::base::actor::Door;
use cadre::base::db::Database;
use cadre::base::keys::KeyRing;
use cadre::records::accounts::{self, SignIn};
use diesel::sql_types::Text;
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};

use crate::stage::Stage;
use crate::table::Table;

/// How many of each are tried: known and unknown names alternately, so that whatever else the machine does falls on both.
const TRIES: usize = 200;

pub async fn measure(stage: &Stage, table: &mut Table) -> anyhow::Result<()> {
    let listed: serde_json::Value = serde_json::from_str(&stage.run(&["account", "list", "--json"]).await?)?;
    let known = listed["accounts"][0]["username"].as_str().unwrap_or_default().to_owned();
    let address = stage.run(&["database-url"]).await?;
    let database = Database::new(address.trim(), address.trim())?;
    let keys = KeyRing::ephemeral().ok_or_else(|| anyhow::anyhow!("no keys"))?;
    let mut conn = database.web().await?;
    let mut owner = AsyncPgConnection::establish(&stage.addresses.owner).await?;
    let mut times: [Vec<f64>; 2] = [Vec::new(), Vec::new()];
    for _ in 0..TRIES {
        // A locked account counts no wrong password and writes less: what is measured is one that is open.
        diesel::sql_query("UPDATE accounts SET failed_attempts = 0, locked_until = NULL WHERE username = $1")
            .bind::<Text, _>(&known)
            .execute(&mut owner)
            .await?;
        for (username, spent) in [known.as_str(), "nobody.of.this.name"].iter().zip(&mut times) {
            let attempt = SignIn {
                username: (*username).to_owned(),
                password: "not the password of anybody".to_owned(),
                otp: None,
                door: Door::Api,
                source: None,
                browser: None,
            };
            let began = Instant::now();
            accounts::sign_in(&mut conn, &keys, attempt).await?;
            spent.push(began.elapsed().as_secs_f64() * 1_000.0);
        }
    }
    let [known, unknown] = times.map(|mut spent| {
        spent.sort_by(f64::total_cmp);
        spent[spent.len() / 2]
    });
    table.add("sign-in refused, known name, median", "at most 250 ms", known, 250.0, "ms");
    table.at_least("sign-in refused, known name, median", "at least 50 ms", known, 50.0, "ms");
    table.tell("sign-in refused, unknown name, median", unknown, "ms");
    let apart = (known - unknown).abs() / known * 100.0;
    table.add("known and unknown apart", "at most 5 %", apart, 5.0, "%");
    Ok(())
}
