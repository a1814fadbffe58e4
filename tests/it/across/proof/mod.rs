//! Proof bundles: of every level of a county with everything in it, checked alone, and attacked in every part.

mod bundle;
mod sound;
mod tampered;

use std::collections::BTreeMap;

use cadre::across::reports;
use cadre::across::reports::proof::{self, ProofBundle, ProofFaultKind, ProofVerdict};
use cadre::across::sample::{self, Pack, SampleCounty};
use cadre::base::actor::Actor;
use cadre::base::clock;
use cadre::base::error::Result;
use cadre::base::ids::CountyId;
use cadre::base::keys::KeyRing;
use cadre::base::note::NoteKey;
use cadre::base::scope::{Path, Scope};
use cadre::base::values::Quarter;
use cadre::records::audit::checkpoints::{Signed, Signer, Store};
use cadre::records::audit::reader;
use cadre::records::audit::verify::Known;
use tempfile::TempDir;

use crate::support::TestDb;

/// A sample county with everything in it, two quarters of which are closed.
struct Office {
    db: TestDb,
    sample: SampleCounty,
    actor: Actor,
    key: NoteKey,
    files: TempDir,
    /// The last quarter that ended.
    quarter: Quarter,
}

impl Office {
    async fn new() -> Self {
        let mut pack = Pack::load("wufeng").unwrap();
        (pack.county.members, pack.county.history.members) = (620, 630);
        let sample = sample::generate(&pack, 7, clock::today()).unwrap();
        let quarter = Quarter::containing(clock::today()).previous();
        let db = TestDb::stocked("office", async |db| fill(db, &sample, quarter).await).await;
        let row = db.superuser().await.query_one("SELECT id::text FROM counties", &[]).await.unwrap();
        let id: CountyId = row.get::<_, String>(0).parse().unwrap();
        let actor = Actor::command_line(Scope::new(id, Path::root(&sample.code)));
        let (key, files) = (NoteKey::random(), tempfile::tempdir().unwrap());
        let office = Self { db, sample, actor, key, files, quarter };
        office.sign().await;
        office
    }

    fn signer(&self) -> Signer {
        Signer::new(self.key.clone(), Store::new(self.files.path()), None)
    }

    async fn sign(&self) {
        let client = reader::connect(self.db.owner_url()).await.unwrap();
        let mut signer = self.signer();
        for head in reader::heads(&client).await.unwrap() {
            assert!(matches!(signer.sign(&client, &head).await.unwrap(), Signed::Newest(_)));
        }
    }

    async fn take(&self, organisation: &str, quarter: Quarter) -> Result<ProofBundle> {
        let (mut reading, mut writing) = (self.db.report().await, self.db.web().await);
        let published = self.signer().published();
        proof::proof_bundle(&mut reading, &mut writing, &published, &self.actor, organisation, quarter, None)
            .await
    }

    async fn bundle(&self, organisation: &str) -> Bundle {
        Bundle::unpack(&self.take(organisation, self.quarter).await.unwrap().bytes)
    }

    /// Whoever knows the key of the installation.
    fn known(&self) -> Known {
        Known { key: Some(self.signer().verifier()), store: None }
    }

    /// A town with villages, and one of them.
    fn places(&self) -> (String, String) {
        let organisations = &self.sample.organisations;
        let village = organisations.iter().find(|one| one.code.len() == 12 && !one.code.contains('-'));
        let village = village.expect("a village");
        (village.parent_code.clone(), village.code.clone())
    }
}

/// Enters the county and closes the two quarters.
async fn fill(db: &TestDb, sample: &SampleCounty, quarter: Quarter) {
    let (mut owner, mut web) = (db.owner().await, db.web().await);
    let keys = KeyRing::ephemeral().unwrap();
    let loaded = sample::load(&mut owner, &mut web, &keys, sample, |_| {}).await.unwrap();
    sample::load_committees(&mut owner, &mut web, &keys, sample, &loaded).await.unwrap();
    sample::load_ratings(&mut web, sample, &loaded).await.unwrap();
    sample::load_awards(&mut web, sample, &loaded).await.unwrap();
    sample::load_reserves(&mut web, &keys, sample, &loaded).await.unwrap();
    sample::load_training(&mut owner, &mut web, sample, &loaded).await.unwrap();
    sample::load_assessments(&mut web, &keys, sample, &loaded).await.unwrap();
    cadre::base::db::tidy(&mut owner).await.unwrap();
    let actor = Actor::command_line(loaded.scope.clone());
    for closed in [quarter.previous(), quarter] {
        reports::close(&mut web, &actor, &sample.code, closed).await.unwrap();
    }
}

/// The files of a bundle.
#[derive(Clone)]
struct Bundle(BTreeMap<String, String>);

impl Bundle {
    fn unpack(bytes: &[u8]) -> Self {
        let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
        let mut files = BTreeMap::new();
        for index in 0..archive.len() {
            let file = archive.by_index(index).unwrap();
            let name = file.name().unwrap().into_owned();
            files.insert(name, std::io::read_to_string(file).unwrap());
        }
        Self(files)
    }

    fn pack(&self) -> Vec<u8> {
        let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        for (name, text) in &self.0 {
            writer.start_file(name.as_str(), zip::write::SimpleFileOptions::default()).unwrap();
            std::io::Write::write_all(&mut writer, text.as_bytes()).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    /// The same with one file changed.
    fn with(&self, name: &str, change: impl FnOnce(&str) -> String) -> Self {
        let mut files = self.clone();
        let before = files.0[name].clone();
        let after = change(&before);
        assert_ne!(before, after, "{name} was to be changed");
        files.0.insert(name.to_owned(), after);
        files
    }

    fn checked(&self, known: &Known) -> ProofVerdict {
        proof::verify(&self.pack(), known).expect("a bundle")
    }

    /// Every text of every file.
    fn text(&self) -> String {
        self.0.values().map(String::as_str).collect::<Vec<_>>().join("\n")
    }

    fn json(&self, name: &str) -> serde_json::Value {
        serde_json::from_str(&self.0[name]).unwrap()
    }
}

/// The first fault, which must be there.
fn first(verdict: &ProofVerdict) -> (ProofFaultKind, &str) {
    let fault = verdict.faults.first().unwrap_or_else(|| panic!("nothing was found: {verdict:?}"));
    (fault.kind, &fault.message)
}

/// What the second verifier says of a bundle: its status, and its words. It was written from `docs/proof-bundle.md` alone.
fn second(bundle: &Bundle) -> (i32, serde_json::Value) {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    std::io::Write::write_all(&mut file, &bundle.pack()).unwrap();
    let program = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/trail/verify_proof.py");
    let ran = std::process::Command::new("python3").arg(program).arg(file.path()).output().expect("python3");
    let said = serde_json::from_slice(&ran.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&ran.stderr)));
    (ran.status.code().unwrap(), said)
}
