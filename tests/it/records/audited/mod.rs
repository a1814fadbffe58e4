//! Every change is audited: each public verb leaves exactly one entry when it is done and none when it fails. The verbs
//! are read from the sources; one that no story here tells fails the test.

mod accounts;
mod assessments;
mod committees;
mod members;
mod merges;
mod others;
mod people;
mod ratings;
mod reserves;
mod slates;
mod training;
mod vetting;
mod words;

use std::collections::BTreeSet;

use cadre::base::actor::{Actor, Role};
use cadre::base::db::Connection;
use cadre::base::error::Result;
use cadre::base::ids::AccountId;
use cadre::base::keys::KeyRing;
use diesel_async::AsyncPgConnection;
use tokio_postgres::Client;

use crate::house::sources;
use crate::support::TestDb;
use crate::support::builders::{Place, TestCounty};

/// Functions with an actor that leave no entry of their own, each with its reason.
const SILENT: [(&str, &str); 31] = [
    ("accounts::once", "keeps the answer of the verb within it, which leaves the entry"),
    ("approvals::conclude", "a step of a subject's verb, which leaves the entry"),
    ("approvals::file", "a step of a subject's verb, which leaves the entry"),
    ("approvals::lock", "a step of a subject's verb, which leaves the entry"),
    ("imports::beat", "says that a writing is alive; `imports::commit` leaves the entry"),
    ("imports::begin_commit", "takes a plan in hand; `imports::commit` leaves the entry"),
    ("imports::bury", "clears up after a reading or writing that died; no record was touched"),
    ("imports::draft", "a read: rows that were carried out leave the draft; no record was touched"),
    ("imports::fail", "the reading failed; no record was touched"),
    ("imports::hold_draft", "notes what somebody types; no record was touched"),
    ("imports::hold_plan", "says who rows are about; `imports::commit` leaves the entry"),
    ("imports::plan", "the reading ended; no record was touched"),
    ("imports::propose", "notes what columns could be; no record was touched"),
    ("imports::read_again", "says what columns are; no record was touched"),
    ("imports::return_to_plan", "nothing was written"),
    ("imports::stage", "notes what a row would do; no record was touched"),
    ("merges::compare", "a read: what `merges::merge` would do"),
    ("quarters::next_amendment", "a read"),
    ("quarters::next_step", "a read"),
    ("vetting::of", "a read: whose verdicts somebody may see"),
    ("vetting::of_refusals", "a read: whose verdicts a refusal may tell"),
    ("vetting::open", "lets a transaction see verdicts; no record was touched"),
    ("reserves::examine", "a read: what `reserves::enter` would refuse"),
    ("training::basis", "a read"),
    ("training::count_outstanding", "a read"),
    ("training::coverage", "a read"),
    ("training::examine_attendances", "a read: what `training::attend` would refuse"),
    ("training::examine_changes", "a read: what `training::change_classes` would refuse"),
    ("training::examine_classes", "a read: what `training::plan_classes` would refuse"),
    ("training::examine_corrections", "a read: what `training::correct_attendances` would refuse"),
    ("training::outstanding", "a read"),
];

/// Verbs that are never refused once the actor is known.
const NEVER_REFUSED: [(&str, &str); 3] = [
    ("accounts::sign_in", "a refused one is recorded as well, see `accounts`"),
    ("accounts::sign_out", "whoever has no session has nothing to end"),
    ("imports::given_back", "told after the fact"),
];

/// What the stories have shown so far.
struct Story {
    db: TestDb,
    county: TestCounty,
    keys: KeyRing,
    conn: Connection,
    behind: Client,
    done: BTreeSet<String>,
    refused: BTreeSet<String>,
}

impl Story {
    async fn new() -> Self {
        let db = TestDb::new().await;
        let county = TestCounty::new(&mut db.owner().await).await;
        let (conn, behind) = (db.web().await, db.owner_client().await);
        let keys = KeyRing::ephemeral().unwrap();
        Self { db, county, keys, conn, behind, done: BTreeSet::new(), refused: BTreeSet::new() }
    }

    /// Somebody of a role, with an account behind him.
    fn actor(&self, role: Role, place: &Place) -> Actor {
        Actor { account: Some(AccountId::new()), ..place.actor(role) }
    }

    async fn entries(&self) -> i64 {
        self.behind.query_one("SELECT count(*) FROM audit_entries", &[]).await.unwrap().get(0)
    }

    /// A verb that is done leaves one entry.
    async fn done<T>(
        &mut self,
        verb: &str,
        work: impl AsyncFnOnce(&mut AsyncPgConnection) -> Result<T>,
    ) -> T {
        let before = self.entries().await;
        let answer = work(&mut self.conn).await.unwrap_or_else(|error| panic!("{verb}: {error:?}"));
        assert_eq!(self.entries().await - before, 1, "{verb} was done");
        self.done.insert(verb.to_owned());
        answer
    }

    /// A verb that fails leaves none.
    async fn refused<T>(&mut self, verb: &str, work: impl AsyncFnOnce(&mut AsyncPgConnection) -> Result<T>) {
        let before = self.entries().await;
        assert!(work(&mut self.conn).await.is_err(), "{verb} was to be refused");
        assert_eq!(self.entries().await, before, "{verb} was refused");
        self.refused.insert(verb.to_owned());
    }
}

/// The public functions of the areas that take an actor or make one: `members::enrol`.
fn verbs() -> BTreeSet<String> {
    let mut verbs = BTreeSet::new();
    for source in sources::all() {
        let [floor, area, file, ..] = source.place()[..] else { continue };
        if floor != "records" || area == "audit" || file == "queries" {
            continue;
        }
        let code = sources::uncommented(source.without_tests());
        for part in code.split("\npub async fn ").skip(1) {
            let signature = part.split(" {\n").next().unwrap();
            let body = part.split("\n}\n").next().unwrap();
            let acts = signature.contains("&Actor")
                || signature.contains("SignIn")
                || body.contains("Actor::command_line");
            if acts {
                let name = signature.split(['(', '<']).next().unwrap();
                verbs.insert(format!("{area}::{name}"));
            }
        }
    }
    verbs
}

/// ASVS 16.3.1
#[tokio::test]
async fn every_verb_leaves_one_entry_when_done_and_none_when_refused() {
    let mut story = Story::new().await;
    members::tell(&mut story).await;
    ratings::tell(&mut story).await;
    reserves::tell(&mut story).await;
    slates::tell(&mut story).await;
    training::tell(&mut story).await;
    assessments::tell(&mut story).await;
    accounts::tell(&mut story).await;
    committees::tell(&mut story).await;
    vetting::tell(&mut story).await;
    words::tell(&mut story).await;
    people::tell(&mut story).await;
    merges::tell(&mut story).await;
    others::tell(&mut story).await;
    let names =
        |list: &[(&str, &str)]| list.iter().map(|(verb, _)| (*verb).to_owned()).collect::<BTreeSet<_>>();
    let (silent, never_refused) = (names(&SILENT), names(&NEVER_REFUSED));
    let all = verbs();
    assert!(silent.is_subset(&all), "no verbs any more: {:?}", &silent - &all);
    let expected = &all - &silent;
    assert_eq!(story.done, expected, "verbs whose entry is told");
    assert_eq!(story.refused, &expected - &never_refused, "verbs whose refusal is told");
    // What the verbs wrote agrees with what their entries say.
    let client = cadre::records::audit::reader::connect(story.db.owner_url()).await.unwrap();
    let differences = cadre::records::audit::reconcile::reconcile(&client).await.unwrap();
    assert!(differences.is_empty(), "{differences:#?}");
}
