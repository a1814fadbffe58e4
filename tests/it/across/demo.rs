//! A county to try cadre on: each step of its loading is told, and whoever stands in the file of accounts may sign in.

use cadre::across::demo::{self, Progress, Step, Wanted};
use cadre::across::sample::Pack;
use cadre::base::actor::Door;
use cadre::base::keys::KeyRing;
use cadre::records::accounts::{self, SignIn, SignedIn};

use crate::support::TestDb;

#[tokio::test]
async fn every_step_of_a_demonstration_is_told_and_its_accounts_may_sign_in() {
    let test = TestDb::new().await;
    let keys = KeyRing::ephemeral().unwrap();
    let mut pack = Pack::load("wufeng").unwrap();
    (pack.county.members, pack.county.history.members) = (1_200, 1_190);
    // So few members do not fill the committees.
    pack.committees.terms.clear();
    let (mut owner, mut conn) = (test.owner().await, test.web().await);
    let mut told: Vec<Progress> = Vec::new();
    let wanted = Wanted { county: "wufeng", seed: 1, first: false, strict: false };
    let telling = |progress| told.push(progress);
    let opened = demo::load_pack(&mut owner, &mut conn, &keys, &pack, wanted, telling).await.unwrap();

    let mut steps: Vec<Step> = told.iter().map(|progress| progress.step).collect();
    steps.dedup();
    assert_eq!(steps, Step::ALL);
    for (number, step) in Step::ALL.into_iter().enumerate() {
        assert_eq!(step.done_before(), number, "{step:?}");
    }
    for step in [Step::Register, Step::Ratings] {
        let parts: Vec<(usize, usize)> = told
            .iter()
            .filter(|progress| progress.step == step)
            .filter_map(|progress| progress.part)
            .collect();
        assert!(parts.len() > 1, "{step:?}: {parts:?}");
        let (done, total) = parts[parts.len() - 1];
        assert!(total > 0 && done == total, "{step:?} comes to its end: {parts:?}");
    }

    let names: Vec<&str> = opened.iter().map(|account| account.username.as_str()).collect();
    assert_eq!(
        names,
        [
            "clerk1.wufeng",
            "clerk2.wufeng",
            "supervisor1.wufeng",
            "supervisor2.wufeng",
            "auditor1.wufeng",
            "administrator1.wufeng",
            "security1.wufeng",
            "security2.wufeng",
            "supervisor3.wufeng",
            "supervisor4.wufeng",
        ]
    );
    for account in [&opened[0], &opened[2]] {
        let attempt = SignIn {
            username: account.username.clone(),
            password: account.password.clone(),
            otp: None,
            door: Door::Web,
            source: None,
            browser: None,
        };
        let answer = accounts::sign_in(&mut conn, &keys, attempt).await.unwrap();
        assert!(matches!(answer, SignedIn::Opened(_)), "{}: {answer:?}", account.username);
    }
}
