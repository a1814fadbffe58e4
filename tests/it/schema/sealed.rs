//! What is sealed: the list that the rotation of keys goes by is the catalogue's own, and a rotation reaches all of it.

use std::collections::{BTreeMap, BTreeSet};

use cadre::across::rotation::Rotation;
use cadre::base::db::reseal::SealedColumn;
use cadre::base::keys::{Algorithm, KeyError, KeyRing, KeyState, Secret};
use cadre::records::sealed::SEALED;
use serde_json::Value;
use tokio_postgres::Client;
use uuid::Uuid;

use super::lines;
use super::world::World;
use crate::support::TestDb;

/// Columns of bytes that hold nothing sealed, each with its reason.
const OPEN: [(&str, &str); 20] = [
    ("access_tokens.token_hash", "a digest"),
    ("audit_checkpoints.root", "a digest"),
    ("audit_entries.hash", "a digest"),
    ("audit_heads.hash", "a digest"),
    ("idempotency_keys.body_hash", "a digest"),
    ("imports.file_sha256", "a digest"),
    ("people.citizen_id_mac", "a keyed MAC, by which somebody is found"),
    ("people.mobile_mac", "a keyed MAC, by which somebody is found"),
    ("people.telephone_mac", "a keyed MAC, by which somebody is found"),
    ("quarter_revisions.digest", "a digest"),
    ("rating_sample_picks.lot", "a digest"),
    ("rating_samples.commitment", "a digest"),
    ("rating_samples.subjects_sha256", "a digest"),
    ("revision_proofs.definitions", "a digest"),
    ("revision_proofs.pseudonym_key", "names nobody: it is told with every bundle"),
    ("revision_proofs.root", "a digest"),
    ("sessions.token_hash", "a digest"),
    ("visit_draw_picks.lot", "a digest"),
    ("visit_draws.commitment", "a digest"),
    ("visit_draws.units_sha256", "a digest"),
];

/// Columns of JSON that hold no image of a row with something sealed, each with its reason.
const TOLD: [(&str, &str); 8] = [
    ("approvals.content", "roles and organisations"),
    ("audit_entries.details", "identifiers never stand there"),
    ("import_mappings.mapping", "names of columns"),
    ("imports.headings", "names of columns"),
    ("imports.mapping", "names of columns"),
    ("imports.notices", "sentences about the file"),
    ("person_merge_rows.key", "ids"),
    ("rating_seconds.scores", "scores"),
];

async fn columns(client: &Client, kind: &str) -> BTreeSet<String> {
    let query = format!(
        "SELECT name || '.' || attname FROM tables JOIN pg_attribute a ON attrelid = tables.oid
        WHERE attnum > 0 AND NOT attisdropped AND atttypid = '{kind}'::regtype"
    );
    lines(client, &query).await.into_iter().collect()
}

fn named(list: &[(&str, &str)]) -> BTreeSet<String> {
    list.iter().map(|(name, _)| (*name).to_owned()).collect()
}

/// ASVS 14.2.4
#[tokio::test]
async fn every_column_of_bytes_is_sealed_or_says_why_not() {
    let db = TestDb::new().await;
    let client = db.owner_client().await;
    let sealed: BTreeSet<String> =
        SEALED.columns.iter().map(|place| format!("{}.{}", place.table, place.column)).collect();
    let bytes = columns(&client, "bytea").await;
    assert_eq!(&bytes - &sealed, named(&OPEN), "columns of bytes that are not sealed");
    assert_eq!(&sealed - &bytes, BTreeSet::new(), "columns that are no more");
    let images: BTreeSet<String> =
        SEALED.images.iter().map(|place| format!("{}.{}", place.table, place.column)).collect();
    let json = columns(&client, "jsonb").await;
    assert_eq!(&json - &images, named(&TOLD), "columns of JSON without images");
    assert_eq!(&images - &json, BTreeSet::new(), "columns that are no more");
    let places =
        |secret| SEALED.columns.iter().any(|place| place.secret == secret) || secret == Secret::Upload;
    assert!(Secret::ALL.into_iter().all(places), "each secret has its place");
}

/// Every table that a merge or an import may take an image of, and that holds something sealed, is looked into.
#[tokio::test]
async fn every_image_names_its_table() {
    let db = TestDb::new().await;
    let client = db.owner_client().await;
    for place in SEALED.images {
        let query = format!(
            "SELECT attname::text FROM tables JOIN pg_attribute ON attrelid = tables.oid
            WHERE name = '{}' AND attname = '{}' AND atttypid = 'text'::regtype",
            place.table, place.relation
        );
        assert_eq!(lines(&client, &query).await, [place.relation]);
    }
}

/// What a place holds: the text that was sealed there.
fn said(place: &SealedColumn, owner: Uuid) -> String {
    format!("{}.{} {owner}", place.table, place.column)
}

/// The sealed texts of a column with their owners.
async fn texts(client: &Client, place: &SealedColumn) -> Vec<(Uuid, Vec<u8>)> {
    let SealedColumn { table, column, owner, .. } = place;
    let query = format!("SELECT {owner}::text, {column} FROM {table} WHERE {column} IS NOT NULL");
    let rows = client.query(&query, &[]).await.unwrap();
    rows.iter().map(|row| (row.get::<_, &str>(0).parse().unwrap(), row.get(1))).collect()
}

/// Seals something into every sealed column of every row, and takes images of the people.
async fn seal_everything(client: &Client, keys: &KeyRing) {
    client
        .batch_execute("UPDATE imports SET state = 'failed', failure = '列名不符', proposal = '\\x0000'")
        .await
        .unwrap();
    for place in SEALED.columns {
        let SealedColumn { table, column, owner, secret, .. } = place;
        let rows =
            client.query(&format!("SELECT ctid::text, {owner}::text FROM {table}"), &[]).await.unwrap();
        assert!(!rows.is_empty(), "{table} has rows");
        for row in rows {
            let (at, owner): (String, Uuid) = (row.get(0), row.get::<_, &str>(1).parse().unwrap());
            let sealed = keys.seal(*secret, owner, said(place, owner).as_bytes()).unwrap();
            let update = format!("UPDATE {table} SET {column} = $1 WHERE ctid = $2::text::tid");
            assert_eq!(client.execute(&update, &[&sealed, &at]).await.unwrap(), 1);
        }
    }
    client
        .batch_execute(
            "UPDATE import_traces t SET made = NULL, images = (SELECT jsonb_agg(jsonb_build_object('owner', p.id,
                'image', to_jsonb(p))) FROM people p WHERE p.county_id = t.county_id);
            UPDATE person_merge_rows r SET (before, after, action) = (SELECT to_jsonb(p), to_jsonb(p), 'changed'
                FROM people p WHERE p.county_id = r.county_id ORDER BY p.id LIMIT 1)",
        )
        .await
        .unwrap();
}

/// Everything but what is sealed, and what that is found by: a rotation changes nothing else, no version and no stamp.
async fn rest(client: &Client) -> BTreeMap<&'static str, String> {
    let mut rest = BTreeMap::new();
    for table in SEALED.columns.iter().map(|place| place.table) {
        let own = SEALED.columns.iter().filter(|place| place.table == table);
        let sealed: Vec<&str> = own.flat_map(|place| [Some(place.column), place.mac]).flatten().collect();
        let query = format!(
            "SELECT jsonb_agg(j ORDER BY j)::text FROM (SELECT to_jsonb(t) - $1::text[] AS j FROM {table} t) s"
        );
        rest.insert(table, client.query_one(&query, &[&sealed]).await.unwrap().get(0));
    }
    rest
}

/// The sealed texts inside of images: table, column, owner, text.
async fn imaged(client: &Client) -> Vec<(&'static SealedColumn, Uuid, Vec<u8>)> {
    let mut found = Vec::new();
    for place in SEALED.images {
        let query = format!("SELECT {}::text FROM {}", place.column, place.table);
        for row in client.query(&query, &[]).await.unwrap() {
            let image: Value = serde_json::from_str(row.get::<_, &str>(0)).unwrap();
            let images = match image {
                Value::Array(items) => items.into_iter().map(|item| item["image"].clone()).collect(),
                image => vec![image],
            };
            for image in images {
                for column in SEALED.columns.iter().filter(|column| column.table == "people") {
                    let text = image[column.column].as_str().unwrap().strip_prefix("\\x").unwrap().to_owned();
                    let owner = image["id"].as_str().unwrap().parse().unwrap();
                    found.push((column, owner, hex::decode(text).unwrap()));
                }
            }
        }
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rotation_reaches_everything_and_the_former_key_alone_reads_nothing() {
    let world = World::new().await;
    let client = world.db.owner_client().await;
    let folder = tempfile::tempdir().unwrap();
    let (path, copy) = (folder.path().join("ring.json"), folder.path().join("former.json"));
    let keys = KeyRing::open(&path).unwrap();
    seal_everything(&client, &keys).await;
    std::fs::copy(&path, &copy).unwrap();
    let before = rest(&client).await;
    let database = world.db.database();
    let begin = async || {
        let uploads = folder.path().join("uploads");
        Rotation::begin(world.db.owner_url(), &database, &keys, uploads).await.unwrap()
    };
    for (algorithm, id) in [(Algorithm::Sm4Gcm, 2), (Algorithm::Aes256Gcm, 3)] {
        let rotated = begin().await.rotate(Some(algorithm), &mut |_| ()).await.unwrap();
        assert_eq!((rotated.current, rotated.algorithm, rotated.retired), (id, algorithm, vec![id - 1]));
        assert!(rotated.resealed.values().all(|count| *count > 0), "{:?}", rotated.resealed);
    }
    assert_eq!(rest(&client).await, before, "nothing else has changed");

    let former = KeyRing::open(&copy).unwrap();
    let mut found = imaged(&client).await;
    assert!(found.len() >= 3 * 4, "the images are read");
    for place in SEALED.columns {
        found.extend(texts(&client, place).await.into_iter().map(|(owner, text)| (place, owner, text)));
    }
    for (place, owner, stored) in found {
        assert_eq!(stored[..2], [Algorithm::Aes256Gcm.id(), 3], "{place:?}");
        assert_eq!(keys.unseal_text(place.secret, owner, &stored).unwrap(), said(place, owner));
        let told = former.unseal(place.secret, owner, &stored).unwrap_err();
        assert!(matches!(told, KeyError::UnknownKey(3)), "{told}");
    }

    // A second rotation at once is refused; what is retired can be removed, what is current cannot.
    let rotation = begin().await;
    let twice = Rotation::begin(world.db.owner_url(), &database, &keys, folder.path().to_owned()).await;
    assert!(twice.err().unwrap().to_string().contains("正在运行"));
    let states: Vec<_> =
        rotation.list().await.unwrap().iter().map(|key| (key.id, key.note.unwrap().state)).collect();
    assert_eq!(states, [(1, KeyState::Retired), (2, KeyState::Retired), (3, KeyState::Current)]);
    assert!(rotation.remove(3).await.unwrap_err().to_string().contains("仍在使用"));
    rotation.remove(1).await.unwrap();
    assert!(rotation.remove(1).await.unwrap_err().to_string().contains("没有第1号密钥"));

    let query = "SELECT action || ' ' || details::text FROM audit_entries WHERE subject_kind = 'key_ring' ORDER BY sequence";
    let told: Vec<String> = client.query(query, &[]).await.unwrap().iter().map(|row| row.get(0)).collect();
    let verbs: Vec<&str> = told.iter().filter_map(|entry| entry.split(' ').next()).collect();
    let once = ["keys.add", "keys.rotate", "keys.retire"];
    assert_eq!(verbs, [&once[..], &once[..], &["keys.remove"]].concat());
    for verb in verbs {
        assert_ne!(cadre::records::audit::names::action(verb), verb, "it has a name in the trail");
    }
    assert!(told[2].contains("\"people\""), "{}", told[2]);
}
