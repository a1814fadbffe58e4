//! The trail: chained, signed, verified, and attacked by the superuser of its database.

mod attacks;
mod chaining;
mod files;
mod random;
mod reconciling;
mod witnessing;

use std::io::Cursor;
use std::path::Path;
use std::process::Command;

use cadre::base::note::NoteKey;
use cadre::records::audit::bundle;
use cadre::records::audit::chain::FaultKind;
use cadre::records::audit::checkpoints::{Kept, Signed, Signer, Store};
use cadre::records::audit::reader;
use cadre::records::audit::verify::{self, Known, Verdict};
use tempfile::TempDir;
use tokio_postgres::Client;

use crate::support::TestDb;
use crate::support::builders::TestCounty;

/// The chain that tests write to.
const CHAIN: &str = "500237";

/// An installation with its trail: the database, and the files outside it.
struct Trail {
    db: TestDb,
    client: Client,
    key: NoteKey,
    files: TempDir,
}

impl Trail {
    async fn new() -> Self {
        let db = TestDb::new().await;
        TestCounty::new(&mut db.owner().await).await;
        let client = reader::connect(db.owner_url()).await.unwrap();
        Self { db, client, key: NoteKey::random(), files: tempfile::tempdir().unwrap() }
    }

    /// A trail with entries of which a checkpoint covers the first `covered`.
    async fn with(covered: usize, later: usize) -> Self {
        let trail = Self::new().await;
        trail.append(covered).await;
        trail.sign().await;
        trail.append(later).await;
        trail
    }

    fn store(&self) -> Store {
        Store::new(self.files.path())
    }

    fn signer(&self) -> Signer {
        Signer::new(self.key.clone(), self.store(), None)
    }

    async fn append(&self, count: usize) {
        append(&self.client, count).await;
    }

    async fn try_sign(&self) -> Signed {
        let heads = reader::heads(&self.client).await.unwrap();
        let head = heads.iter().find(|head| head.chain == CHAIN).unwrap();
        self.signer().sign(&self.client, head).await.unwrap()
    }

    async fn sign(&self) -> Kept {
        match self.try_sign().await {
            Signed::Newest(Some(kept)) => kept,
            other => panic!("{other:?}"),
        }
    }

    async fn verify(&self) -> Verdict {
        verify::live(&self.client, &self.store(), &self.signer().verifier()).await.unwrap()
    }

    async fn export(&self) -> Vec<u8> {
        let mut out = Vec::new();
        let key = self.signer().verifier().to_string();
        bundle::export(&self.client, &self.store(), &key, Some(CHAIN), &mut out).await.unwrap();
        out
    }
}

/// Entries as verbs leave them.
async fn append(client: &Client, count: usize) {
    let count = i32::try_from(count).unwrap();
    client
        .execute(
            "SELECT append_audit_entry($1, k.id, NULL, 'clerk' || n % 3, 'clerk', 'web', '192.0.2.7', $1 || '/',
                'members.change', 'membership', gen_random_uuid(), 1,
                jsonb_build_object('changes', jsonb_build_array(jsonb_build_object('after', n, 'field', '姓名'))))
            FROM generate_series(1, $2) n, counties k WHERE k.code = $1",
            &[&CHAIN, &count],
        )
        .await
        .unwrap();
}

fn check(file: &[u8], known: &Known) -> Verdict {
    verify::file(Cursor::new(file), known).unwrap()
}

/// The first fault of a verdict, which must have one.
fn first(verdict: &Verdict) -> (FaultKind, Option<i64>) {
    let fault = verdict.faults.first().unwrap_or_else(|| panic!("nothing was found: {verdict:?}"));
    (fault.kind, fault.sequence)
}

fn sound(verdict: &Verdict) {
    assert!(verdict.faults.is_empty(), "{:?}", verdict.faults);
}

/// The second verifier: its status and what it says.
fn python(words: &[&str]) -> (i32, serde_json::Value) {
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/trail/verify_trail.py");
    let ran =
        Command::new("python3").arg(program).args(words).output().expect("python3 is needed for this test");
    let said = serde_json::from_slice(&ran.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&ran.stderr)));
    (ran.status.code().unwrap(), said)
}
