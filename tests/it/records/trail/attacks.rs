//! What the superuser of the database can do, and that each is found: the attacks of AUD-07. He may change every table,
//! its hashes and its heads; he does not have the key, nor the files outside the database, unless a test gives them to
//! him.

use cadre::base::note::NoteKey;
use cadre::records::audit::chain::FaultKind;
use cadre::records::audit::checkpoints::{Signed, Signer, Store};
use cadre::records::audit::verify::{self, Known};
use tokio_postgres::Client;

use super::{CHAIN, Trail, append, check, first, sound};

/// Entries that a checkpoint covers, and later ones.
const COVERED: usize = 50;
const LATER: usize = 10;

/// Computes every hash anew, and the head: a chain that is sound by itself.
const RECHAIN: &str = "
    DO $$
    DECLARE entry record; previous bytea := decode(repeat('00', 32), 'hex'); last bigint := 0;
    BEGIN
        FOR entry IN SELECT * FROM audit_entries WHERE chain = '500237' ORDER BY sequence LOOP
            previous := sha256(previous || audit_field(int2send(1::smallint)) || audit_field(convert_to(entry.chain, 'UTF8'))
                || audit_field(int8send(entry.sequence)) || audit_field(timestamptz_send(entry.at))
                || audit_field(timestamptz_send(entry.began)) || audit_field(uuid_send(entry.county_id))
                || audit_field(uuid_send(entry.account_id)) || audit_field(convert_to(entry.actor, 'UTF8'))
                || audit_field(convert_to(entry.role, 'UTF8')) || audit_field(convert_to(entry.door, 'UTF8'))
                || audit_field(convert_to(entry.source, 'UTF8')) || audit_field(convert_to(entry.path, 'UTF8'))
                || audit_field(convert_to(entry.action, 'UTF8')) || audit_field(convert_to(entry.subject_kind, 'UTF8'))
                || audit_field(uuid_send(entry.subject_id)) || audit_field(int4send(entry.subject_count))
                || audit_field(convert_to(entry.details::text, 'UTF8')));
            UPDATE audit_entries SET hash = previous WHERE chain = entry.chain AND sequence = entry.sequence;
            last := entry.sequence;
        END LOOP;
        UPDATE audit_heads SET sequence = last, hash = previous WHERE chain = '500237';
    END $$;";

async fn attacked(statements: &str) -> (Trail, Client) {
    let trail = Trail::with(COVERED, LATER).await;
    sound(&trail.verify().await);
    let superuser = trail.db.superuser().await;
    superuser.batch_execute(statements).await.unwrap_or_else(|error| panic!("{statements}: {error:?}"));
    (trail, superuser)
}

/// What is found first after an attack.
async fn found(statements: &str) -> (FaultKind, Option<i64>) {
    let (trail, _) = attacked(statements).await;
    first(&trail.verify().await)
}

const EDIT: &str = "UPDATE audit_entries SET actor = 'nobody' WHERE chain = '500237' AND sequence = 20;";

#[tokio::test]
async fn an_edited_entry_is_named() {
    assert_eq!(found(EDIT).await, (FaultKind::Hash, Some(20)));
    // Also one that no checkpoint covers yet.
    assert_eq!(found(&EDIT.replace("20", "55")).await, (FaultKind::Hash, Some(55)));
}

#[tokio::test]
async fn a_deleted_entry_is_named() {
    let delete = "DELETE FROM audit_entries WHERE chain = '500237' AND sequence = 20;";
    assert_eq!(found(delete).await, (FaultKind::Missing, Some(20)));
    // The gap closed, everything after it chained anew.
    let closed = format!(
        "{delete} UPDATE audit_entries SET sequence = -sequence WHERE sequence > 20;
        UPDATE audit_entries SET sequence = -sequence - 1 WHERE sequence < 0; {RECHAIN}"
    );
    let closed =
        format!("ALTER TABLE audit_entries DROP CONSTRAINT audit_entries_sequence_positive; {closed}");
    assert_eq!(found(&closed).await, (FaultKind::Rewritten, Some(20)));
}

#[tokio::test]
async fn exchanged_entries_are_named() {
    let exchange = "ALTER TABLE audit_entries DROP CONSTRAINT audit_entries_sequence_positive;
        UPDATE audit_entries SET sequence = -20 WHERE sequence = 20;
        UPDATE audit_entries SET sequence = 20 WHERE sequence = 21;
        UPDATE audit_entries SET sequence = 21 WHERE sequence = -20;";
    assert_eq!(found(exchange).await, (FaultKind::Hash, Some(20)));
    assert_eq!(found(&format!("{exchange} {RECHAIN}")).await, (FaultKind::Rewritten, Some(20)));
}

#[tokio::test]
async fn an_entry_inserted_into_the_past_is_named() {
    let insert = format!(
        "ALTER TABLE audit_entries DROP CONSTRAINT audit_entries_sequence_positive;
        UPDATE audit_entries SET sequence = -sequence WHERE sequence >= 20;
        INSERT INTO audit_entries SELECT chain, 20, at, county_id, account_id, 'forged', role, door, source, path, action,
            subject_kind, subject_id, subject_count, details, began, algorithm, hash FROM audit_entries WHERE sequence = -20;
        UPDATE audit_entries SET sequence = 1 - sequence WHERE sequence < 0; {RECHAIN}"
    );
    assert_eq!(found(&insert).await, (FaultKind::Rewritten, Some(20)));
}

#[tokio::test]
async fn a_cut_tail_is_named() {
    let cut = "DELETE FROM audit_entries WHERE sequence > 40;";
    assert_eq!(found(cut).await, (FaultKind::Cut, Some(41)));
    assert_eq!(found(&format!("{cut} {RECHAIN}")).await, (FaultKind::Cut, Some(41)));
}

#[tokio::test]
async fn an_emptied_table_is_named() {
    let (trail, _) = attacked("TRUNCATE audit_entries, audit_heads, audit_checkpoints;").await;
    assert_eq!(first(&trail.verify().await), (FaultKind::Cut, Some(1)));
    // And begun anew.
    append(&trail.client, COVERED + 5).await;
    assert_eq!(first(&trail.verify().await), (FaultKind::Rewritten, Some(1)));
}

#[tokio::test]
async fn a_history_chained_anew_is_named_at_its_first_change() {
    let (trail, _) = attacked(&format!("{EDIT} {RECHAIN}")).await;
    let verdict = trail.verify().await;
    assert_eq!(first(&verdict), (FaultKind::Rewritten, Some(20)));
    // Without the hashes outside, the stretch between two checkpoints is named.
    std::fs::remove_file(trail.files.path().join("checkpoints/500237/hashes")).unwrap();
    assert_eq!(first(&trail.verify().await), (FaultKind::Rewritten, Some(1)));
}

#[tokio::test]
async fn an_older_backup_is_named_and_not_signed_on() {
    let trail = Trail::with(30, 0).await;
    let superuser = trail.db.superuser().await;
    superuser
        .batch_execute(
            "CREATE TABLE kept_entries AS SELECT * FROM audit_entries; CREATE TABLE kept_heads AS SELECT * FROM audit_heads;",
        )
        .await
        .unwrap();
    trail.append(20).await;
    trail.sign().await;
    let restore = "TRUNCATE audit_entries, audit_heads; INSERT INTO audit_entries SELECT * FROM kept_entries;
        INSERT INTO audit_heads SELECT * FROM kept_heads;";
    superuser.batch_execute(restore).await.unwrap();
    assert_eq!(first(&trail.verify().await), (FaultKind::Cut, Some(31)));
    assert!(matches!(trail.try_sign().await, Signed::Refused(fault) if fault.kind == FaultKind::Cut));
    // Work went on and the chain is as long as it was: another history.
    trail.append(25).await;
    assert_eq!(first(&trail.verify().await), (FaultKind::Rewritten, Some(31)));
    assert!(matches!(trail.try_sign().await, Signed::Refused(fault) if fault.kind == FaultKind::Rewritten));
}

#[tokio::test]
async fn a_change_past_triggers_is_named() {
    let replica = format!("SET session_replication_role = replica; {EDIT}");
    assert_eq!(found(&replica).await, (FaultKind::Hash, Some(20)));
    let off = format!(
        "ALTER TABLE audit_entries DISABLE TRIGGER ALL; ALTER TABLE audit_entries NO FORCE ROW LEVEL SECURITY; {EDIT}
        ALTER TABLE audit_entries FORCE ROW LEVEL SECURITY; ALTER TABLE audit_entries ENABLE TRIGGER ALL;"
    );
    assert_eq!(found(&off).await, (FaultKind::Hash, Some(20)));
}

#[tokio::test]
async fn two_histories_for_two_auditors_are_found_by_either() {
    let trail = Trail::with(COVERED, LATER).await;
    let (shown_to_one, kept_by_one) = (trail.export().await, trail.files.path().join("kept-by-one"));
    copy(&trail.files.path().join("checkpoints"), &kept_by_one);
    // The second history, signed by the same key: this superuser has also stolen the key and the folder.
    let superuser = trail.db.superuser().await;
    superuser.batch_execute(&format!("TRUNCATE audit_checkpoints; {EDIT} {RECHAIN}")).await.unwrap();
    std::fs::remove_dir_all(trail.files.path().join("checkpoints")).unwrap();
    trail.sign().await;
    let shown_to_two = trail.export().await;
    let alone = Known { key: Some(trail.signer().verifier()), store: None };
    sound(&check(&shown_to_one, &alone));
    sound(&check(&shown_to_two, &alone));
    // The first auditor checks the second's file against what he kept.
    let known = Known { key: Some(trail.signer().verifier()), store: Some(Store::at(&kept_by_one)) };
    sound(&check(&shown_to_one, &known));
    assert_eq!(first(&check(&shown_to_two, &known)), (FaultKind::Rewritten, Some(20)));
}

fn copy(from: &std::path::Path, to: &std::path::Path) {
    let chain = to.join(CHAIN);
    std::fs::create_dir_all(&chain).unwrap();
    for name in ["notes.jsonl", "hashes"] {
        std::fs::copy(from.join(CHAIN).join(name), chain.join(name)).unwrap();
    }
}

#[tokio::test]
async fn an_exchanged_key_is_named() {
    let (trail, _) = attacked(&format!("TRUNCATE audit_checkpoints; {EDIT} {RECHAIN}")).await;
    // Everything is signed anew by another key, in the folder too.
    let folder = tempfile::tempdir().unwrap();
    let (key, store) = (NoteKey::random(), Store::new(folder.path()));
    let mut forger = Signer::new(key, store.clone(), None);
    let heads = cadre::records::audit::reader::heads(&trail.client).await.unwrap();
    forger.sign(&trail.client, &heads[0]).await.unwrap();
    let known = trail.signer().verifier();
    let verdict = verify::live(&trail.client, &store, &known).await.unwrap();
    assert_eq!(first(&verdict), (FaultKind::Signature, Some(1)));
    // Nor does a file with the other key pass an auditor who knows the key.
    let mut file = Vec::new();
    let forged = forger.verifier().to_string();
    cadre::records::audit::bundle::export(&trail.client, &store, &forged, None, &mut file).await.unwrap();
    let verdict = check(&file, &Known { key: Some(known), store: None });
    assert_eq!(first(&verdict).0, FaultKind::Signature);
    assert!(check(&file, &Known::default()).key_from_file, "and otherwise it is said where the key is from");
}

#[tokio::test]
async fn a_clock_set_back_is_named() {
    let back = format!("UPDATE audit_entries SET at = at - interval '1 day' WHERE sequence = 55; {RECHAIN}");
    assert_eq!(found(&back).await, (FaultKind::Clock, Some(55)));
}

#[tokio::test]
async fn a_head_that_says_something_else_is_named() {
    let behind = "UPDATE audit_heads SET sequence = 70 WHERE chain = '500237';";
    assert_eq!(found(behind).await, (FaultKind::Cut, Some(61)));
}
