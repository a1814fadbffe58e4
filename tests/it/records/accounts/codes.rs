//! One-time codes: who needs them, how they are begun, that each counts once, and how a lost phone is recovered from.

use cadre::base::actor::{Actor, Door, Proof, Role};
use cadre::base::clock;
use cadre::base::error::Error;
use cadre::base::ids::AccountId;
use cadre::records::accounts::{
    self, CodeSecret, Duty, EndSessions, OpenedSession, Password, Proving, ResetPassword, SecurityPolicy,
    SignIn, SignedIn,
};

use super::{Stage, is_refused};
use crate::support::app::PASSWORD;

impl Stage {
    /// Sets what the county demands.
    pub(super) async fn demand(&mut self, policy: &SecurityPolicy) {
        let actor = Actor::command_line(self.county.county.scope());
        accounts::set_security_policy(&mut self.conn, &actor, policy).await.unwrap();
    }

    /// Begins and confirms the codes of a signed-in account. The step of the first code is spent by that.
    async fn enrol(&mut self, session: &OpenedSession) -> CodeSecret {
        self.enrol_with(session).await.0
    }

    /// The same, with the code that was spent.
    async fn enrol_with(&mut self, session: &OpenedSession) -> (CodeSecret, String) {
        let actor = session.session.identity.actor(Door::Web, None);
        let secret = accounts::begin_second_factor(&mut self.conn, &actor, &self.keys).await.unwrap();
        let code = code(&secret, 0);
        accounts::confirm_second_factor(&mut self.conn, &actor, &self.keys, &code).await.unwrap();
        (secret, code)
    }

    /// Lets the spent step be one long past, as if a while had gone by.
    async fn later(&self) {
        self.behind("UPDATE second_factors SET last_step = 1").await;
    }

    async fn with_code(&mut self, door: Door, otp: Option<&str>) -> SignedIn {
        let attempt = SignIn {
            username: "zhangwei".to_owned(),
            password: PASSWORD.to_owned(),
            otp: otp.map(str::to_owned),
            door,
            source: None,
            browser: Some("Test/1.0".to_owned()),
        };
        accounts::sign_in(&mut self.conn, &self.keys, attempt).await.unwrap()
    }
}

/// The code of now, or some steps from now.
fn code(secret: &CodeSecret, steps: i64) -> String {
    secret.code_at(clock::now() + chrono::TimeDelta::seconds(30 * steps)).unwrap()
}

fn attempt(otp: &str) -> SignIn {
    SignIn {
        username: String::new(),
        password: String::new(),
        otp: Some(otp.to_owned()),
        door: Door::Web,
        source: None,
        browser: None,
    }
}

async fn clerk(stage: &mut Stage) -> AccountId {
    let town = stage.county.town(1).clone();
    stage.account("zhangwei", Role::Clerk, &town).await
}

/// ASVS 6.3.3
#[tokio::test]
async fn a_role_that_needs_codes_can_do_nothing_before_it_has_them() {
    let mut stage = Stage::new().await;
    clerk(&mut stage).await;
    assert_eq!(stage.session("zhangwei").await.session.duty, None, "nobody asks yet");
    stage.demand(&SecurityPolicy::production()).await;
    let session = stage.session("zhangwei").await;
    assert_eq!(session.session.duty, Some(Duty::Enrol));
    stage.enrol(&session).await;
    let again = accounts::by_session(&mut stage.conn, session.token.reveal()).await.unwrap().unwrap();
    assert_eq!((again.duty, again.uses_codes), (None, true));
    let only = SecurityPolicy { second_factor_roles: vec![Role::Security], ..SecurityPolicy::production() };
    stage.demand(&only).await;
    let town = stage.county.town(1).clone();
    stage.account("lina", Role::Clerk, &town).await;
    assert_eq!(stage.session("lina").await.session.duty, None, "her role needs none");
}

#[tokio::test]
async fn a_county_that_set_nothing_asks_for_a_password_only() {
    let mut stage = Stage::new().await;
    clerk(&mut stage).await;
    stage.demand(&SecurityPolicy::production()).await;
    stage.behind("DELETE FROM second_factor_roles; DELETE FROM security_policies").await;
    assert_eq!(stage.session("zhangwei").await.session.duty, None);
}

/// ASVS 6.3.4
#[tokio::test]
async fn a_program_sends_its_code_along_and_each_code_counts_once() {
    let mut stage = Stage::new().await;
    clerk(&mut stage).await;
    let session = stage.session("zhangwei").await;
    let (secret, spent) = stage.enrol_with(&session).await;
    assert!(matches!(stage.with_code(Door::Api, None).await, SignedIn::CodeWanted));
    assert!(is_refused(&stage.with_code(Door::Api, Some(&spent)).await), "it confirmed the secret");
    stage.later().await;
    let now = code(&secret, 0);
    assert!(matches!(stage.with_code(Door::Api, Some(&now)).await, SignedIn::Opened(_)));
    assert!(is_refused(&stage.with_code(Door::Api, Some(&now)).await), "a second time");
    let before = code(&secret, -1);
    assert!(
        is_refused(&stage.with_code(Door::Api, Some(&before)).await),
        "an earlier step after a later one"
    );
    assert!(is_refused(&stage.with_code(Door::Api, Some("000000")).await));
}

/// ASVS 6.5.1
#[tokio::test]
async fn a_code_used_at_once_by_several_opens_one_session() {
    let mut stage = Stage::new().await;
    clerk(&mut stage).await;
    let session = stage.session("zhangwei").await;
    let secret = stage.enrol(&session).await;
    stage.later().await;
    let otp = code(&secret, 0);
    let one = async || {
        let mut conn = stage.db.web().await;
        let attempt = SignIn {
            username: "zhangwei".to_owned(),
            password: PASSWORD.to_owned(),
            otp: Some(otp.clone()),
            door: Door::Api,
            source: None,
            browser: None,
        };
        matches!(accounts::sign_in(&mut conn, &stage.keys, attempt).await.unwrap(), SignedIn::Opened(_))
    };
    let (a, b, c, d) = tokio::join!(one(), one(), one(), one());
    assert_eq!([a, b, c, d].iter().filter(|opened| **opened).count(), 1);
}

/// ASVS 2.3.1
#[tokio::test]
async fn a_page_asks_for_the_code_after_the_password_and_the_half_session_opens_nothing() {
    let mut stage = Stage::new().await;
    clerk(&mut stage).await;
    let session = stage.session("zhangwei").await;
    let secret = stage.enrol(&session).await;
    stage.later().await;
    let SignedIn::Opened(half) = stage.with_code(Door::Web, None).await else { panic!("no half session") };
    assert_eq!(half.session.duty, Some(Duty::Code));
    let mut enter = async |session: &accounts::Session, otp: &str| {
        accounts::enter_code(&mut stage.conn, &stage.keys, session, &attempt(otp)).await
    };
    assert!(enter(&half.session, "123").await.unwrap().is_none());
    let whole = enter(&half.session, &code(&secret, 0)).await.unwrap().expect("a session");
    assert_eq!(whole.session.duty, None);
    assert_ne!(whole.session.id, half.session.id, "a new id at sign-in");
    let repeated = enter(&whole.session, &code(&secret, 1)).await;
    assert!(matches!(repeated, Err(Error::Forbidden)), "{repeated:?}");
    assert!(!stage.is_alive(&half).await);
}

#[tokio::test]
async fn wrong_codes_lock_the_account_like_wrong_passwords() {
    let mut stage = Stage::new().await;
    clerk(&mut stage).await;
    let session = stage.session("zhangwei").await;
    let secret = stage.enrol(&session).await;
    stage.later().await;
    let SignedIn::Opened(half) = stage.with_code(Door::Web, None).await else { panic!("no half session") };
    for _ in 0..5 {
        let entered =
            accounts::enter_code(&mut stage.conn, &stage.keys, &half.session, &attempt("000000")).await;
        assert!(entered.unwrap().is_none());
    }
    let right = attempt(&code(&secret, 0));
    let locked = accounts::enter_code(&mut stage.conn, &stage.keys, &half.session, &right).await.unwrap();
    assert!(locked.is_none(), "it is locked");
}

/// ASVS 6.4.1, 6.4.3
#[tokio::test]
async fn a_confirmed_secret_is_taken_back_by_recovery_only() {
    let mut stage = Stage::new().await;
    let account = clerk(&mut stage).await;
    let session = stage.session("zhangwei").await;
    let token = stage.token(account).await;
    stage.enrol(&session).await;
    let own = session.session.identity.actor(Door::Web, None);
    let again = accounts::begin_second_factor(&mut stage.conn, &own, &stage.keys).await;
    assert!(matches!(again, Err(Error::Refused(_))), "{again:?}");
    let administrator = stage.official(Role::Administrator).await;
    let temporary = Password::random();
    let password = Password::parse(&temporary, "zhangwei").unwrap();
    let reset = ResetPassword { account, password, temporary: true };
    accounts::reset_password(&mut stage.conn, &administrator, &[reset]).await.unwrap();
    assert!(!stage.is_alive(&session).await, "its sessions end");
    assert!(accounts::by_token(&mut stage.conn, &token).await.unwrap().is_none(), "its tokens too");
    let SignedIn::Opened(back) = stage.attempt("zhangwei", &temporary, None).await else {
        panic!("no way in")
    };
    assert_eq!(back.session.duty, Some(Duty::ChangePassword), "the administrator's password is for one use");
    stage.behind("UPDATE accounts SET password_expires_at = now() WHERE password_temporary").await;
    assert!(is_refused(&stage.attempt("zhangwei", &temporary, None).await), "and not for long");
}

/// ASVS 7.5.1
#[tokio::test]
async fn codes_of_ones_own_are_no_way_round_a_proof() {
    let mut stage = Stage::new().await;
    clerk(&mut stage).await;
    let session = stage.session("zhangwei").await;
    let own = session.session.identity.actor(Door::Web, None);
    for proof in [Proof::Old, Proof::Program] {
        let late = Actor { proof, ..own.clone() };
        let begun = accounts::begin_second_factor(&mut stage.conn, &late, &stage.keys).await;
        assert!(matches!(begun, Err(Error::Unproven(_))), "{begun:?}");
    }
    let secret = accounts::begin_second_factor(&mut stage.conn, &own, &stage.keys).await.unwrap();
    let late = Actor { proof: Proof::Old, ..own };
    let (conn, code) = (&mut stage.conn, code(&secret, 0));
    let confirmed = accounts::confirm_second_factor(conn, &late, &stage.keys, &code).await;
    assert!(matches!(confirmed, Err(Error::Unproven(_))), "{confirmed:?}");
}

#[tokio::test]
async fn a_right_password_without_its_code_is_no_guess_from_that_address() {
    let mut stage = Stage::new().await;
    clerk(&mut stage).await;
    let session = stage.session("zhangwei").await;
    stage.enrol(&session).await;
    let source = Some("198.51.100.9".parse().unwrap());
    for _ in 0..12 {
        let asked = SignIn {
            username: "zhangwei".to_owned(),
            password: PASSWORD.to_owned(),
            otp: None,
            door: Door::Api,
            source,
            browser: None,
        };
        let done = accounts::sign_in(&mut stage.conn, &stage.keys, asked).await.unwrap();
        assert!(matches!(done, SignedIn::CodeWanted), "{done:?}");
    }
}

#[tokio::test]
async fn a_county_may_take_passwords_as_they_are_given() {
    let mut stage = Stage::new().await;
    let account = clerk(&mut stage).await;
    let administrator = stage.official(Role::Administrator).await;
    let mut duty = async |policy: &SecurityPolicy| {
        stage.demand(policy).await;
        let password = Password::parse(PASSWORD, "zhangwei").unwrap();
        let reset = ResetPassword { account, password, temporary: true };
        accounts::reset_password(&mut stage.conn, &administrator, &[reset]).await.unwrap();
        stage.session("zhangwei").await.session.duty
    };
    assert_eq!(duty(&SecurityPolicy::demonstration()).await, None);
    assert_eq!(duty(&SecurityPolicy::unset()).await, Some(Duty::ChangePassword));
}

/// ASVS 7.5.3
#[tokio::test]
async fn a_proof_is_fresh_for_as_long_as_the_county_says() {
    let mut stage = Stage::new().await;
    clerk(&mut stage).await;
    let policy = SecurityPolicy { second_factor_roles: Vec::new(), ..SecurityPolicy::production() };
    stage.demand(&policy).await;
    let session = stage.session("zhangwei").await;
    assert_eq!(session.session.identity.proof, Proof::Recent);
    stage.behind("UPDATE sessions SET proved_at = now() - interval '301 seconds'").await;
    let mut proof = async |session: &OpenedSession| {
        accounts::by_session(&mut stage.conn, session.token.reveal()).await.unwrap().unwrap().identity.proof
    };
    assert_eq!(proof(&session).await, Proof::Old);
    let actor = session.session.identity.actor(Door::Web, None);
    let typed = |password: &str| Proving { password: password.to_owned(), otp: String::new() };
    let id = session.session.id;
    let wrong = accounts::prove(&mut stage.conn, &actor, &stage.keys, id, typed("wrong wrong wrong")).await;
    assert!(!wrong.unwrap());
    let right = accounts::prove(&mut stage.conn, &actor, &stage.keys, id, typed(PASSWORD)).await;
    assert!(right.unwrap());
    let found = accounts::by_session(&mut stage.conn, session.token.reveal()).await.unwrap().unwrap();
    assert_eq!(found.identity.proof, Proof::Recent);
    assert_eq!(stage.entries("accounts.prove_refused").await, 1);
}

/// ASVS 7.3.2
#[tokio::test]
async fn the_county_sets_the_limits_of_a_session() {
    let mut stage = Stage::new().await;
    clerk(&mut stage).await;
    let session = stage.session("zhangwei").await;
    let policy = SecurityPolicy { idle_minutes: 5, ..SecurityPolicy::demonstration() };
    stage.demand(&policy).await;
    assert!(stage.is_alive(&session).await);
    stage.behind("UPDATE sessions SET used_at = now() - interval '301 seconds'").await;
    assert!(!stage.is_alive(&session).await);
    let policy = SecurityPolicy { session_minutes: 60, ..SecurityPolicy::demonstration() };
    stage.demand(&policy).await;
    stage.behind("UPDATE sessions SET used_at = now(), created_at = now() - interval '61 minutes'").await;
    assert!(!stage.is_alive(&session).await);
}

/// ASVS 7.4.3, 7.5.2
#[tokio::test]
async fn one_sees_and_ends_ones_own_sessions_and_nobody_elses() {
    let mut stage = Stage::new().await;
    let own = clerk(&mut stage).await;
    let town = stage.county.town(1).clone();
    stage.account("lina", Role::Clerk, &town).await;
    let (one, two) = (stage.session("zhangwei").await, stage.session("zhangwei").await);
    let (three, hers) = (stage.session("zhangwei").await, stage.session("lina").await);
    let county = stage.county.county.scope().county;
    assert_eq!(accounts::own_sessions(&mut stage.conn, county, own).await.unwrap().len(), 3);
    stage
        .behind(&format!(
            "UPDATE sessions SET used_at = now() - interval '31 minutes' WHERE id = '{}'",
            two.session.id
        ))
        .await;
    let held = accounts::own_sessions(&mut stage.conn, county, own).await.unwrap();
    assert_eq!(held.len(), 2, "one that was left alone is no place where he is signed in");
    let actor = one.session.identity.actor(Door::Web, None);
    let foreign = EndSessions::One(hers.session.id);
    let done = accounts::end_sessions(&mut stage.conn, &actor, foreign).await;
    assert!(matches!(done, Err(Error::Missing { .. })), "{done:?}");
    let done = accounts::end_sessions(&mut stage.conn, &actor, EndSessions::One(two.session.id)).await;
    assert_eq!(done.unwrap(), 1);
    let done = accounts::end_sessions(&mut stage.conn, &actor, EndSessions::AllBut(one.session.id)).await;
    assert_eq!(done.unwrap(), 1);
    for (session, alive) in [(&one, true), (&two, false), (&three, false), (&hers, true)] {
        assert_eq!(stage.is_alive(session).await, alive);
    }
}
