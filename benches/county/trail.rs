//! The trail: what it costs a write, how fast it is verified, how fast a long one is listed.

use std::io::BufReader;
use std::time::{Duration, Instant};

use cadre::base::actor::Actor;
use cadre::base::db::Database;
use cadre::base::edit::Edit;
use cadre::base::keys::KeyRing;
use cadre::base::note::NoteKey;
use cadre::records::audit::checkpoints::{Signed, Signer, Store};
use cadre::records::audit::verify::{self, Known};
use cadre::records::audit::{bundle, reader};
use cadre::records::members::{self, Change, Edits};

use crate::Options;
use crate::http::Client;
use crate::stage::{Server, Stage};
use crate::table::{Table, quantile};

/// Entries of the long trail.
const ENTRIES: i64 = 1_000_000;
/// Clerks who write at once.
const CLERKS: usize = 4;
/// Requests of each kind.
const REQUESTS: usize = 200;

/// Everything about the trail. Comes last: it leaves a million entries.
pub async fn measure(
    stage: &Stage,
    server: &Server,
    options: &Options,
    table: &mut Table,
) -> anyhow::Result<()> {
    cost(stage, options, table).await?;
    lengthen(stage).await?;
    verification(stage, table).await?;
    lists(server, table)
}

/// Writes a second with the trail, and with its function doing nothing: one after the other, twice.
async fn cost(stage: &Stage, options: &Options, table: &mut Table) -> anyhow::Result<()> {
    let client = reader::connect(&stage.addresses.owner).await?;
    let definition: String =
        client.query_one("SELECT pg_get_functiondef('append_audit_entry'::regproc)", &[]).await?.get(0);
    let body = "AS $function$ BEGIN RETURN 1; END $function$";
    let head = definition.split("AS $function$").next().unwrap();
    let (mut with, mut without) = (0.0, 0.0);
    for _ in 0..2 {
        with += writes(stage, options.seconds).await?;
        client.batch_execute(&format!("{head} {body}")).await?;
        without += writes(stage, options.seconds).await?;
        client.batch_execute(&definition).await?;
    }
    table.tell("changes of members, 4 at once, without the trail", without / 2.0, "/s");
    table.at_least("changes of members with the trail", "at least 70 % of without", with / without, 0.7, "");
    Ok(())
}

async fn writes(stage: &Stage, seconds: u64) -> anyhow::Result<f64> {
    let database = Database::new(&stage.addresses.web, &stage.addresses.report)?;
    let until = Instant::now() + Duration::from_secs(seconds);
    let client = reader::connect(&stage.addresses.owner).await?;
    let mut tasks = Vec::new();
    for clerk in 0..CLERKS {
        let (database, member) = (database.clone(), stage.loaded.members[clerk * 97]);
        let actor = Actor::command_line(stage.loaded.scope.clone());
        let mut version: i32 = client
            .query_one("SELECT version FROM memberships WHERE id = $1::text::uuid", &[&member.to_string()])
            .await?
            .get(0);
        let keys = KeyRing::open(&stage.keys())?;
        tasks.push(tokio::spawn(async move {
            let mut conn = database.web().await.unwrap();
            let mut count = 0_u32;
            while Instant::now() < until {
                let edits = Edits { note: Edit::Set(format!("第{count}次")), ..Edits::default() };
                let change = Change { member, version, edits };
                members::change(&mut conn, &actor, &keys, &[change]).await.unwrap();
                version += 1;
                count += 1;
            }
            count
        }));
    }
    let mut total = 0;
    for task in tasks {
        total += task.await?;
    }
    Ok(f64::from(total) / seconds as f64)
}

/// A million entries of many kinds, in the county's chain.
async fn lengthen(stage: &Stage) -> anyhow::Result<()> {
    let client = reader::connect(&stage.addresses.owner).await?;
    let county = &stage.county.code;
    client
        .batch_execute(&format!(
            "DO $$ DECLARE places text[] := ARRAY(SELECT path FROM organisations WHERE path LIKE '{county}/%');
                actions text[] := ARRAY['members.change', 'members.reveal', 'accounts.sign_in', 'ratings.enter_scores'];
            BEGIN FOR batch IN 1..{} LOOP
                PERFORM append_audit_entry('{county}', k.id, NULL, 'clerk' || n % 40, 'clerk',
                    (ARRAY['web', 'api', 'web', 'command_line'])[1 + n % 4], '192.0.2.7',
                    places[1 + (n * 7919::bigint) % cardinality(places)], actions[1 + n % 4], 'membership', gen_random_uuid(), 1,
                    jsonb_build_object('changes', jsonb_build_array(jsonb_build_object('field', 'note', 'before', n,
                        'after', n + 1))))
                FROM generate_series(batch * 100, batch * 100 + 99) n, counties k WHERE k.code = '{county}';
                COMMIT;
            END LOOP; END $$",
            ENTRIES / 100
        ))
        .await?;
    client.batch_execute("VACUUM (ANALYZE) audit_entries").await?;
    Ok(())
}

async fn verification(stage: &Stage, table: &mut Table) -> anyhow::Result<()> {
    let client = reader::connect(&stage.addresses.owner).await?;
    let store = Store::at(&stage.scratch.path().join("checkpoints"));
    let mut signer = Signer::new(NoteKey::random(), store.clone(), None);
    for head in reader::heads(&client).await? {
        let signed = signer.sign(&client, &head).await?;
        anyhow::ensure!(matches!(signed, Signed::Newest(_)), "{signed:?}");
    }
    let rate = |entries: u64, begin: Instant| entries as f64 / begin.elapsed().as_secs_f64();
    let begin = Instant::now();
    let verdict = verify::live(&client, &store, &signer.verifier()).await?;
    anyhow::ensure!(verdict.faults.is_empty(), "{:?}", verdict.faults);
    let bar = "at least 200,000 entries/s";
    table.at_least("verify the live trail", bar, rate(verdict.entries(), begin), 200_000.0, "/s");
    let path = stage.scratch.path().join("trail.jsonl");
    let begin = Instant::now();
    let out = std::io::BufWriter::with_capacity(1 << 20, std::fs::File::create(&path)?);
    let key = signer.verifier();
    let entries = bundle::export(&client, &store, &key.to_string(), None, out).await?;
    table.tell("export the trail", rate(entries, begin), "/s");
    let begin = Instant::now();
    let input = BufReader::with_capacity(1 << 20, std::fs::File::open(&path)?);
    let verdict = verify::file(input, &Known { key: Some(key), store: None })?;
    anyhow::ensure!(verdict.faults.is_empty(), "{:?}", verdict.faults);
    table.at_least("verify an exported file", bar, rate(verdict.entries(), begin), 200_000.0, "/s");
    Ok(())
}

fn lists(server: &Server, table: &mut Table) -> anyhow::Result<()> {
    for (what, query) in [
        ("the newest", ""),
        ("one actor", "?actor=clerk7"),
        ("nobody", "?actor=nobody"),
        ("one verb", "?action=members.reveal"),
        ("one door", "?door=command_line"),
        ("a rare verb", "?action=organisations.found"),
        ("a day long past", "?from=2020-01-01&to=2020-01-02"),
        ("one thing", "?subject=01890a5d-ac96-774b-bcce-b302099a8057"),
        ("an actor's verb through a door", "?actor=clerk7&action=ratings.enter_scores&door=command_line"),
    ] {
        let mut client = Client::connect(&server.address, &server.token)?;
        let mut times = Vec::with_capacity(REQUESTS);
        for _ in 0..REQUESTS {
            let begin = Instant::now();
            client.get(&format!("/api/v1/audit/entries{query}"))?;
            times.push(begin.elapsed().as_secs_f64() * 1000.0);
        }
        let what = format!("trail of 1,000,000: {what}, p99");
        table.add(&what, "under 100 ms", quantile(&mut times, 990), 100.0, "ms");
    }
    Ok(())
}
