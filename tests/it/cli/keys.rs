//! `cadre keys`: changing the key beside others' work, killed in the middle, and taken up again.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use cadre::across::rotation::Rotation;
use cadre::base::actor::Role;
use cadre::base::db;
use cadre::base::edit::Edit;
use cadre::base::ids::MembershipId;
use cadre::base::keys::{Algorithm, KeyRing, Secret};
use cadre::base::values::{CitizenId, MobileNumber};
use cadre::records::members::listing::{self, Filter};
use cadre::records::members::{self, Change, Edits, Enrol};
use cadre::records::people::IdentityEdits;
use tokio_postgres::Client;
use uuid::Uuid;

use super::program::Program;
use crate::support::builders::{day, member};

impl Program {
    fn ring(&self) -> PathBuf {
        self.folder.path().join("data/keys/ring.json")
    }

    /// A rotation as a process of its own.
    fn rotating(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cadre"));
        command
            .args(["keys", "rotate"])
            .env("DATABASE_URL", self.db.owner_url())
            .env("CADRE_WEB_DATABASE_URL", self.db.web_url())
            .env("REPORT_DATABASE_URL", self.db.report_url())
            .env("CADRE_DATA", self.folder.path().join("data"))
            .env_remove("CADRE_CIPHER")
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        command
    }

    async fn enrol(&self, keys: &KeyRing, numbers: std::ops::Range<u16>) {
        let branch = self.county.branch(1, 1).id;
        let commands: Vec<Enrol> = numbers.map(|number| member(branch, "张伟", number)).collect();
        let actor = self.county.town(1).actor(Role::Clerk);
        members::enrol(&mut *self.db.web().await, &actor, keys, &commands).await.unwrap();
    }
}

/// The second bytes of what stands in the people's columns.
async fn keys_in_use(client: &Client) -> BTreeSet<i32> {
    let query = "SELECT DISTINCT get_byte(citizen_id_cipher, 1) FROM people
        UNION SELECT DISTINCT get_byte(mobile_cipher, 1) FROM people WHERE mobile_cipher IS NOT NULL";
    client.query(query, &[]).await.unwrap().iter().map(|row| row.get(0)).collect()
}

/// Every citizen ID as it opens.
async fn opened(client: &Client, keys: &KeyRing) -> Vec<String> {
    let rows = client.query("SELECT id::text, citizen_id_cipher FROM people ORDER BY id", &[]).await.unwrap();
    let open = |row: &tokio_postgres::Row| {
        let id: Uuid = row.get::<_, &str>(0).parse().unwrap();
        keys.unseal_text(Secret::CitizenId, id, row.get(1)).unwrap()
    };
    rows.iter().map(open).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rotation_that_was_killed_is_taken_up_and_a_backup_opens_with_the_former_ring() {
    let program = Program::new().await;
    program.run(&["keys", "list"]).done();
    let keys = KeyRing::open(&program.ring()).unwrap();
    program.enrol(&keys, 1..301).await;
    let client = program.db.owner_client().await;
    let numbers = opened(&client, &keys).await;
    let former = program.folder.path().join("former.json");
    std::fs::copy(program.ring(), &former).unwrap();
    client
        .batch_execute("CREATE TEMP TABLE backup AS SELECT id, citizen_id_cipher FROM people")
        .await
        .unwrap();

    // Somebody holds a record: the rotation does all others, and waits. There it is killed.
    let holder = program.db.owner_client().await;
    holder.batch_execute("BEGIN; SELECT FROM people ORDER BY id LIMIT 1 FOR UPDATE").await.unwrap();
    let mut child = program.rotating().spawn().unwrap();
    let mut told = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
    assert!(told.any(|line| line.contains("等待")), "it waits for the holder");
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(keys_in_use(&client).await, BTreeSet::from([1, 2]));
    assert_eq!(opened(&client, &keys).await, numbers, "half way, a server reads everything");
    holder.batch_execute("ROLLBACK").await.unwrap();

    let done = program.run(&["keys", "rotate", "--json"]).done().json();
    assert_eq!((&done["current"], &done["retired"]), (&2.into(), &serde_json::json!([1])), "{done}");
    assert_eq!(done["resealed"]["people"], 2, "the record that was held: {done}");
    assert_eq!(keys_in_use(&client).await, BTreeSet::from([2]));
    assert_eq!(opened(&client, &keys).await, numbers);

    // A backup is put back: it opens, the old key cannot go, and another rotation brings it up.
    let restore =
        "UPDATE people p SET citizen_id_cipher = b.citizen_id_cipher FROM backup b WHERE b.id = p.id";
    client.batch_execute(restore).await.unwrap();
    assert_eq!(opened(&client, &KeyRing::open(&former).unwrap()).await, numbers);
    let refused = program.run(&["keys", "remove", "1"]);
    assert_eq!(refused.status, 3, "{refused:?}");
    assert!(refused.err.contains("还有300项数据由第1号密钥加密"), "{refused:?}");
    program.run(&["keys", "rotate", "--algorithm", "sm4-gcm"]).done();
    program.run(&["keys", "remove", "1"]).done();
    let listed = program.run(&["keys", "list", "--json"]).done().json();
    let listed: Vec<(u64, &str, u64)> = listed["keys"]
        .as_array()
        .unwrap()
        .iter()
        .map(|key| {
            let state = key["note"]["state"].as_str().unwrap();
            (key["id"].as_u64().unwrap(), state, key["texts"].as_u64().unwrap())
        })
        .collect();
    assert_eq!(listed, [(2, "retired", 0), (3, "current", 600)]);

    // The same backup after the key is gone: said clearly, and the ring of that time still opens it.
    client.batch_execute(restore).await.unwrap();
    let unknown = program.run(&["keys", "rotate"]);
    assert_eq!(unknown.status, 1, "{unknown:?}");
    assert!(unknown.err.contains("由第1号密钥加密，而密钥文件中没有这把密钥"), "{unknown:?}");
    assert_eq!(KeyRing::open(&program.ring()).unwrap().current(), 3, "nothing was begun");
    assert_eq!(opened(&client, &KeyRing::open(&former).unwrap()).await, numbers);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_who_writes_meanwhile_loses_anything() {
    let program = Program::new().await;
    program.run(&["migrate"]).done();
    // The server's ring and the rotation's: two openings of one file, as of two processes.
    let (server, machine) =
        (KeyRing::open(&program.ring()).unwrap(), KeyRing::open(&program.ring()).unwrap());
    program.enrol(&server, 1..101).await;
    let client = program.db.owner_client().await;
    let ids: Vec<Uuid> = client
        .query("SELECT id::text FROM memberships ORDER BY id", &[])
        .await
        .unwrap()
        .iter()
        .map(|row| row.get::<_, &str>(0).parse().unwrap())
        .collect();
    let database = program.db.database();
    let rotating = async {
        for algorithm in [Algorithm::Aes256Gcm, Algorithm::Sm4Gcm, Algorithm::XChaCha20Poly1305] {
            let uploads = program.folder.path().join("uploads");
            let owner = program.db.owner_url();
            let mut rotation = Rotation::begin(owner, &database, &machine, uploads).await.unwrap();
            rotation.rotate(Some(algorithm), &mut |_| ()).await.unwrap();
        }
    };
    let entering = async {
        for start in (101..301).step_by(20) {
            program.enrol(&server, start..start + 20).await;
        }
    };
    let changing = async {
        let actor = program.county.town(1).actor(Role::Clerk);
        for (number, id) in (0_u64..).zip(&ids) {
            let mobile = MobileNumber::parse(&format!("139{number:08}")).unwrap();
            let identity = IdentityEdits { mobile: Edit::Set(mobile), ..IdentityEdits::default() };
            let edits = Edits { identity, ..Edits::default() };
            let change = Change { member: MembershipId(*id), version: 1, edits };
            members::change(&mut *program.db.web().await, &actor, &server, &[change]).await.unwrap();
        }
    };
    tokio::join!(rotating, entering, changing);
    // Whatever came in after the last switch stands under the last key, like all before it.
    assert_eq!(keys_in_use(&client).await, BTreeSet::from([4]));
    let mut numbers = opened(&client, &server).await;
    numbers.sort();
    let mut wanted: Vec<String> = (1..301)
        .map(|number| CitizenId::compose("500237", day("1980-05-06"), number).unwrap().as_str().to_owned())
        .collect();
    wanted.sort();
    assert_eq!(numbers, wanted);
    let rows = client.query("SELECT id::text, mobile_cipher FROM people", &[]).await.unwrap();
    let mobiles: BTreeSet<String> = rows
        .iter()
        .map(|row| {
            server.unseal_text(Secret::Mobile, row.get::<_, &str>(0).parse().unwrap(), row.get(1)).unwrap()
        })
        .collect();
    assert_eq!(mobiles.len(), 101, "a hundred of their own, and one that all others have");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_for_several_machines_waits_until_it_is_everywhere() {
    let program = Program::new().await;
    let added = program.run(&["keys", "add", "--algorithm", "aes-256-gcm", "--json"]).done().json();
    assert_eq!(added["key"], 2);
    let twice = program.run(&["keys", "add"]);
    assert!(twice.status == 3 && twice.err.contains("尚未启用"), "{twice:?}");
    let other = program.run(&["keys", "rotate", "--algorithm", "sm4-gcm"]);
    assert!(other.status == 3 && other.err.contains("aes-256-gcm"), "{other:?}");
    let keys = KeyRing::open(&program.ring()).unwrap();
    assert_eq!(keys.current(), 1);
    let rotated = program.run(&["keys", "rotate", "--json"]).done().json();
    assert_eq!((&rotated["current"], &rotated["algorithm"]), (&2.into(), &"aes-256-gcm".into()));
    assert_eq!(keys.current(), 2);
}

/// What the members of the first town are found by: how many of them a number finds.
async fn found(program: &Program, keys: &KeyRing, typed: &str) -> i64 {
    let actor = program.county.town(1).actor(Role::Clerk);
    let filter = Filter { query: Some(typed.to_owned()), ..Filter::default() };
    let scope = &actor.scope;
    let mut conn = program.db.web().await;
    let read = db::read(&mut conn, scope, async |conn| listing::count(conn, scope, keys, &filter).await);
    read.await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_from_before_they_were_looked_up_are_found_once_they_are_indexed() {
    let program = Program::new().await;
    program.run(&["keys", "list"]).done();
    let keys = KeyRing::open(&program.ring()).unwrap();
    program.enrol(&keys, 1..101).await;
    let client = program.db.owner_client().await;
    let forget = "UPDATE people SET mobile_mac = NULL, telephone_mac = NULL";
    client.batch_execute(forget).await.unwrap();
    assert_eq!(found(&program, &keys, "13800001111").await, 0);
    let rest = "SELECT md5(string_agg((to_jsonb(p) - 'mobile_mac')::text, '' ORDER BY id)) FROM people p";
    let before: String = client.query_one(rest, &[]).await.unwrap().get(0);
    let done = program.run(&["keys", "index", "--json"]).done().json();
    assert_eq!(done["indexed"], 100);
    assert_eq!(found(&program, &keys, "13800001111").await, 100);
    assert_eq!(client.query_one(rest, &[]).await.unwrap().get::<_, String>(0), before, "nothing else moves");
    assert_eq!(program.run(&["keys", "index", "--json"]).done().json()["indexed"], 0);
    // A rotation does the same at its end.
    client.batch_execute(forget).await.unwrap();
    let rotated = program.run(&["keys", "rotate", "--json"]).done().json();
    assert_eq!(rotated["indexed"], 100, "{rotated}");
    assert_eq!(found(&program, &keys, "13800001111").await, 100);
}
