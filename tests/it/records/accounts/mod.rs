//! Accounts: who may sign in, for how long, and who may change that.

mod codes;
mod granting;
mod keys;
mod managing;
mod signing_in;
mod throttling;

use std::net::IpAddr;

use cadre::base::actor::{Actor, Door, Role};
use cadre::base::db::Connection;
use cadre::base::ids::AccountId;
use cadre::base::keys::KeyRing;
use cadre::records::accounts::{self, IssueToken, Open, OpenedSession, RawOpen, SignIn, SignedIn};

use crate::support::TestDb;
use crate::support::app::PASSWORD;
use crate::support::builders::{Place, TestCounty};

/// A county, and a connection of the web role.
pub(super) struct Stage {
    pub db: TestDb,
    pub county: TestCounty,
    pub conn: Connection,
    pub keys: KeyRing,
}

impl Stage {
    pub async fn new() -> Self {
        let db = TestDb::new().await;
        let county = TestCounty::new(&mut db.owner().await).await;
        let conn = db.web().await;
        Self { db, county, conn, keys: KeyRing::ephemeral().unwrap() }
    }

    /// Opens an account that may sign in at once.
    pub async fn account(&mut self, username: &str, role: Role, place: &Place) -> AccountId {
        let actor = Actor::command_line(self.county.county.scope());
        accounts::open(&mut self.conn, &actor, &[named(username, role, place)]).await.unwrap()[0]
    }

    /// Somebody of a role over the county, with an account.
    pub async fn official(&mut self, role: Role) -> Actor {
        let county = self.county.county.clone();
        let account = self.account(&format!("{}.one", role.code()), role, &county).await;
        Actor { account: Some(account), ..county.actor(role) }
    }

    pub async fn attempt(&mut self, username: &str, password: &str, source: Option<&str>) -> SignedIn {
        let source = source.map(|text| text.parse::<IpAddr>().unwrap());
        let (username, password) = (username.to_owned(), password.to_owned());
        let attempt = SignIn { username, password, otp: None, door: Door::Web, source, browser: None };
        accounts::sign_in(&mut self.conn, &self.keys, attempt).await.unwrap()
    }

    /// Signs in with the usual password.
    pub async fn session(&mut self, username: &str) -> OpenedSession {
        match self.attempt(username, PASSWORD, None).await {
            SignedIn::Opened(opened) => *opened,
            other => panic!("{username}: {other:?}"),
        }
    }

    pub async fn is_alive(&mut self, session: &OpenedSession) -> bool {
        accounts::by_session(&mut self.conn, session.token.reveal()).await.unwrap().is_some()
    }

    /// A bearer token of an account.
    pub async fn token(&mut self, account: AccountId) -> String {
        let actor = Actor::command_line(self.county.county.scope());
        let command = IssueToken { account, name: "测试".to_owned(), days: 1 };
        let issued = accounts::issue_token(&mut self.conn, &actor, &command).await.unwrap();
        issued.token.reveal().to_owned()
    }

    /// Does something as the owner of the database: moves the clock of a row.
    pub async fn behind(&self, statement: &str) {
        self.db.owner_client().await.batch_execute(statement).await.unwrap();
    }

    /// How many entries of an action the trail has.
    pub async fn entries(&self, action: &str) -> i64 {
        let query = "SELECT count(*) FROM audit_entries WHERE action = $1";
        self.db.owner_client().await.query_one(query, &[&action]).await.unwrap().get(0)
    }
}

/// An account to be opened with the usual password.
pub(super) fn named(username: &str, role: Role, place: &Place) -> Open {
    let organisation = place.code.as_str();
    let raw = RawOpen { username, display_name: "", password: PASSWORD, role: role.code(), organisation };
    Open::parse(raw).unwrap()
}

pub(super) fn is_refused(done: &SignedIn) -> bool {
    matches!(done, SignedIn::Refused)
}
