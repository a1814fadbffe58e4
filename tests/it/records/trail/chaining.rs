//! What stands in the chain is what was hashed, whoever computes it.

use cadre::base::actor::Role;
use cadre::base::keys::KeyRing;
use cadre::records::audit::format::Sealed;
use cadre::records::members;

use super::{CHAIN, Trail, append, python, sound};
use crate::support::TestDb;
use crate::support::builders::{TestCounty, member};

const PAGE: &str = include_str!("../../../../docs/audit-format.md");

#[derive(serde::Deserialize)]
struct Vector<'a> {
    previous: String,
    encoding: String,
    #[serde(borrow)]
    entry: Sealed<'a>,
}

/// ASVS 11.4.1
#[test]
fn the_vectors_of_the_page_are_ours() {
    let mut count = 0;
    for line in PAGE.lines().filter(|line| line.starts_with("{\"previous\"")) {
        let vector: Vector<'_> = serde_json::from_str(line).unwrap();
        let mut encoding = Vec::new();
        vector.entry.encode(&mut encoding);
        assert_eq!(hex::encode(&encoding), vector.encoding);
        let previous = hex::decode(&vector.previous).unwrap().try_into().unwrap();
        assert_eq!(vector.entry.hashed(&previous, &mut encoding), vector.entry.hash);
        count += 1;
    }
    assert_eq!(count, 5);
}

#[test]
fn the_vectors_of_the_page_are_those_of_the_second_verifier() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/audit-format.md");
    assert_eq!(python(&["--vectors", page]), (0, serde_json::json!({ "vectors": 5 })));
}

#[tokio::test]
async fn the_database_hashes_as_the_verifier_does() {
    let trail = Trail::with(30, 5).await;
    let verdict = trail.verify().await;
    sound(&verdict);
    let chain = &verdict.chains[0];
    assert_eq!((chain.chain.as_str(), chain.entries, chain.signed, chain.checkpoints), (CHAIN, 35, 30, 1));
}

#[tokio::test]
async fn the_order_of_keys_has_no_part_in_the_hash() {
    let trail = Trail::new().await;
    let texts = trail
        .client
        .query(
            "SELECT '{\"bb\": 1, \"a\": 2}'::jsonb::text UNION SELECT '{\"a\":2,\"bb\":1}'::jsonb::text",
            &[],
        )
        .await
        .unwrap();
    assert_eq!(texts.len(), 1);
    assert_eq!(texts[0].get::<_, String>(0), "{\"a\": 2, \"bb\": 1}");
}

#[tokio::test(flavor = "multi_thread")]
async fn eight_at_once_leave_one_chain() {
    let trail = Trail::new().await;
    let mut tasks = Vec::new();
    for _ in 0..8 {
        let client = trail.db.owner_client().await;
        tasks.push(tokio::spawn(async move {
            for _ in 0..40 {
                append(&client, 1).await;
            }
        }));
    }
    for task in tasks {
        task.await.unwrap();
    }
    let verdict = trail.verify().await;
    sound(&verdict);
    assert_eq!(verdict.entries(), 320);
}

/// ASVS 16.4.2
#[tokio::test]
async fn the_web_role_forges_nothing() {
    let trail = Trail::with(3, 0).await;
    let web = trail.db.web_client().await;
    for statement in [
        "UPDATE audit_entries SET hash = hash",
        "DELETE FROM audit_entries",
        "TRUNCATE audit_entries",
        "INSERT INTO audit_entries SELECT * FROM audit_entries",
        "UPDATE audit_heads SET sequence = 1",
        "SELECT hash FROM audit_heads",
        "INSERT INTO audit_checkpoints VALUES ('500237', 9, NULL, '\\x00', 'x', now())",
        "SELECT audit_field('\\x00')",
        // A place of another county, in this county's chain.
        "SELECT append_audit_entry('500237', NULL, NULL, 'a', 'clerk', 'web', NULL, '500155/', 'x', 'x', NULL, 1, '{}')",
    ] {
        assert!(web.batch_execute(statement).await.is_err(), "{statement}");
    }
    let verdict = trail.verify().await;
    sound(&verdict);
    assert_eq!(verdict.entries(), 3);
}

/// ASVS 16.5.3
#[tokio::test]
async fn an_action_that_cannot_be_recorded_is_not_done() {
    let db = TestDb::new().await;
    let county = TestCounty::new(&mut db.owner().await).await;
    let clerk = county.town(1).actor(Role::Clerk);
    let keys = KeyRing::ephemeral().unwrap();
    let behind = db.owner_client().await;
    behind.batch_execute("REVOKE EXECUTE ON FUNCTION append_audit_entry FROM cadre_web").await.unwrap();
    let mut web = db.web().await;
    let person = [member(county.branch(1, 1).id, "王芳", 2)];
    assert!(members::enrol(&mut web, &clerk, &keys, &person).await.is_err());
    let people: i64 = behind.query_one("SELECT count(*) FROM people", &[]).await.unwrap().get(0);
    assert_eq!(people, 0);
    behind.batch_execute("GRANT EXECUTE ON FUNCTION append_audit_entry TO cadre_web").await.unwrap();
    members::enrol(&mut web, &clerk, &keys, &person).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_written_before_is_chained_by_the_migration() {
    let db = TestDb::bare().await;
    let client = db.owner_client().await;
    cadre::base::db::migrate::migrate(db.owner_url()).await.unwrap();
    // Back to the shape of before, with entries of it.
    let down = include_str!("../../../../migrations/2026-11-29-002400_chain_entries/down.sql");
    let up = include_str!("../../../../migrations/2026-11-29-002400_chain_entries/up.sql");
    client.batch_execute(down).await.unwrap();
    client
        .batch_execute(
            "INSERT INTO audit_heads VALUES ('500155', 3), ('500237', 40), ('system', 1);
            INSERT INTO audit_entries (chain, sequence, at, actor, role, door, path, action, subject_kind,
                subject_count, details)
            SELECT h.chain, n, now() + n * interval '1 second', '张伟', 'clerk', 'web', nullif(h.chain, 'system') || '/',
                'members.change', 'membership', 1, jsonb_build_object('姓名', n)
            FROM audit_heads h, generate_series(1, h.sequence) n",
        )
        .await
        .unwrap();
    client.batch_execute(up).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let store = cadre::records::audit::checkpoints::Store::new(folder.path());
    let key = cadre::base::note::NoteKey::random().verifier("cadre.test");
    let client = cadre::records::audit::reader::connect(db.owner_url()).await.unwrap();
    let verdict = cadre::records::audit::verify::live(&client, &store, &key).await.unwrap();
    sound(&verdict);
    assert_eq!((verdict.chains.len(), verdict.entries()), (3, 44));
}
