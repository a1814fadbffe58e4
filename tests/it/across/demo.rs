//! A county to try cadre on: its accounts, and that each of them may do what the file says.

use std::collections::{BTreeMap, BTreeSet};

use cadre::across::demo::{self, DemoAccount, Progress, Step, Wanted};
use cadre::across::sample::{Pack, generate};
use cadre::base::actor::Door;
use cadre::base::clock;
use cadre::base::keys::KeyRing;
use cadre::records::accounts::{self, SignIn, SignedIn};
use totp_rs::{Builder, Secret};

use crate::support::TestDb;

/// The smallest county, made smaller still.
fn pack() -> Pack {
    let mut pack = Pack::load("wufeng").unwrap();
    (pack.county.members, pack.county.history.members) = (1_200, 1_190);
    // So few members do not fill the committees.
    pack.committees.terms.clear();
    pack
}

struct Demo {
    db: TestDb,
    keys: KeyRing,
    accounts: Vec<DemoAccount>,
    seen: Vec<Progress>,
}

impl Demo {
    async fn load(seed: u64, first: bool, strict: bool) -> Self {
        let (db, keys) = (TestDb::new().await, KeyRing::ephemeral().unwrap());
        let (mut owner, mut conn) = (db.owner().await, db.web().await);
        let mut seen = Vec::new();
        let wanted = Wanted { county: "wufeng", seed, first, strict };
        let told = |progress| seen.push(progress);
        let accounts = demo::load_pack(&mut owner, &mut conn, &keys, &pack(), wanted, told).await.unwrap();
        drop(conn);
        Self { db, keys, accounts, seen }
    }

    async fn sign_in(&self, account: &DemoAccount, otp: Option<String>) -> SignedIn {
        let attempt = SignIn {
            username: account.username.clone(),
            password: account.password.clone(),
            otp,
            door: Door::Api,
            source: None,
            browser: None,
        };
        accounts::sign_in(&mut *self.db.web().await, &self.keys, attempt).await.unwrap()
    }

    /// Signs in, and is who the file says he is, with nothing to be done before.
    async fn is_who_the_file_says(&self, account: &DemoAccount, otp: Option<String>) {
        let SignedIn::Opened(opened) = self.sign_in(account, otp).await else { panic!("{account:?}") };
        assert_eq!(opened.session.duty, None, "{account:?}");
        let actor = opened.session.identity.actor(Door::Api, None);
        assert_eq!(
            (actor.role.code(), actor.scope.path.code()),
            (account.role.as_str(), account.organisation.as_str())
        );
    }
}

/// The accounts of contract 2: clerks of two sibling townships, two supervisors of the county, an auditor, an administrator,
/// two security officers; and a supervisor of each of the townships.
fn have_their_places(accounts: &[DemoAccount]) {
    let mut places: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for account in accounts {
        places.entry(account.role.as_str()).or_default().push(account.organisation.as_str());
    }
    let county = "420529";
    let [one, other] = places["clerk"][..] else { panic!("{places:?}") };
    assert!(one != other && [one, other].iter().all(|town| town.len() == 9 && town.starts_with(county)));
    assert_eq!(places["supervisor"], [county, county, one, other]);
    for (role, count) in [("auditor", 1), ("administrator", 1), ("security", 2)] {
        assert_eq!(places[role], vec![county; count], "{role}");
    }
    assert_eq!(places.len(), 5, "{places:?}");
    let names: BTreeSet<&str> = accounts.iter().map(|account| account.username.as_str()).collect();
    let passwords: BTreeSet<&str> = accounts.iter().map(|account| account.password.as_str()).collect();
    assert_eq!((names.len(), passwords.len()), (accounts.len(), accounts.len()));
    assert!(accounts.iter().all(|account| !account.organisation_name.is_empty()));
}

/// Each step of the loading is told in its turn; of the long ones also how far they are.
fn every_step_is_told(told: &[Progress]) {
    let mut steps: Vec<Step> = told.iter().map(|progress| progress.step).collect();
    steps.dedup();
    assert_eq!(steps, Step::ALL);
    for (number, step) in Step::ALL.into_iter().enumerate() {
        assert_eq!(step.done_before(), number, "{step:?}");
    }
    for step in [Step::Register, Step::Ratings] {
        let of_step = told.iter().filter(|progress| progress.step == step);
        let parts: Vec<(usize, usize)> = of_step.filter_map(|progress| progress.part).collect();
        assert!(parts.len() > 1, "{step:?}: {parts:?}");
        let (done, total) = parts[parts.len() - 1];
        assert!(total > 0 && done == total, "{step:?} comes to its end: {parts:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_county_has_plain_names_that_a_password_opens() {
    let demo = Demo::load(1, true, false).await;
    have_their_places(&demo.accounts);
    assert!(demo.accounts.iter().any(|account| account.username == "clerk1"), "{:?}", demo.accounts);
    for account in &demo.accounts {
        assert!(account.otp_secret.is_none() && !account.username.contains('.'), "{account:?}");
        demo.is_who_the_file_says(account, None).await;
    }
    every_step_is_told(&demo.seen);
    // Numbers of telephones are found from the first day on.
    let query = "SELECT count(*) FILTER (WHERE mobile_mac IS NULL)::text || ' ' || (count(*) > 0)::text \
        FROM people WHERE mobile_cipher IS NOT NULL";
    let told: String = demo.db.owner_client().await.query_one(query, &[]).await.unwrap().get(0);
    assert_eq!(told, "0 true");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_later_strict_county_has_names_of_its_own_and_codes_and_its_seed_makes_its_people() {
    let demo = Demo::load(2, false, true).await;
    have_their_places(&demo.accounts);
    for account in &demo.accounts {
        assert!(account.username.ends_with(".wufeng"), "{account:?}");
        let secret = Secret::try_from_base32(account.otp_secret.as_deref().unwrap()).unwrap();
        let totp = Builder::new().with_secret(secret).with_digits(6).with_step_duration(30);
        let now = u64::try_from(clock::now().timestamp()).unwrap();
        let code = totp.build().unwrap().generate(now).to_string();
        assert!(matches!(demo.sign_in(account, None).await, SignedIn::CodeWanted), "{account:?}");
        demo.is_who_the_file_says(account, Some(code)).await;
    }
    let names = |seed| -> BTreeSet<String> {
        let county = generate(&pack(), seed, clock::today()).unwrap();
        county.members.iter().map(|member| member.person.name.as_str().to_owned()).collect()
    };
    let rows = demo.db.owner_client().await.query("SELECT name FROM people", &[]).await.unwrap();
    let loaded: BTreeSet<String> = rows.iter().map(|row| row.get(0)).collect();
    assert!(names(2).is_subset(&loaded), "the people of its seed");
    assert!(!names(1).is_subset(&loaded), "another seed makes other people");
}
