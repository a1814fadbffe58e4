//! Opening, granting and disabling: what changes holds from the account's next request on, and nobody serves himself.

use cadre::base::actor::{Actor, Role};
use cadre::base::db;
use cadre::base::error::Error;
use cadre::base::ids::AccountId;
use cadre::records::accounts::{
    self, AccountLine, Disable, Grant, Granted, IssueToken, Password, ResetPassword, queries,
};

use super::{Stage, is_refused, named};
use crate::support::app::PASSWORD;

impl Stage {
    pub(super) async fn line(&mut self, account: AccountId) -> AccountLine {
        let scope = self.county.county.scope();
        let found =
            db::read(&mut self.conn, &scope, async |conn| Ok(queries::find(conn, &scope, account).await?))
                .await;
        found.unwrap().expect("the account")
    }

    pub(super) async fn grant(
        &mut self,
        actor: &Actor,
        account: AccountId,
        role: Role,
        place: &str,
    ) -> Result<Granted, Error> {
        let version = self.line(account).await.version;
        let command = Grant { account, role, organisation: Some(place.to_owned()), version };
        Ok(accounts::grant(&mut self.conn, actor, &[command]).await?[0])
    }

    async fn disable(&mut self, actor: &Actor, account: AccountId) -> Result<(), Error> {
        let command = Disable { account, reason: "离岗".to_owned() };
        accounts::disable(&mut self.conn, actor, &[command]).await
    }
}

/// ASVS 7.4.2
#[tokio::test]
async fn a_disabled_account_is_out_at_its_next_request() {
    let mut stage = Stage::new().await;
    let town = stage.county.town(1).clone();
    let account = stage.account("zhangwei", Role::Clerk, &town).await;
    let (session, token) = (stage.session("zhangwei").await, stage.token(account).await);
    assert!(accounts::by_token(&mut stage.conn, &token).await.unwrap().is_some());
    let administrator = stage.official(Role::Administrator).await;
    stage.disable(&administrator, account).await.unwrap();
    assert!(!stage.is_alive(&session).await);
    assert!(accounts::by_token(&mut stage.conn, &token).await.unwrap().is_none());
    assert!(is_refused(&stage.attempt("zhangwei", PASSWORD, None).await));
    let security = stage.official(Role::Security).await;
    let granted = stage.grant(&security, account, Role::Clerk, "500237101").await;
    assert!(matches!(granted, Err(Error::Refused(_))), "it does not come back by a grant: {granted:?}");
}

/// ASVS 8.3.2
#[tokio::test]
async fn a_moved_account_acts_in_its_new_place_at_its_next_request() {
    let mut stage = Stage::new().await;
    let (from, to) = (stage.county.town(1).clone(), stage.county.town(2).clone());
    let account = stage.account("zhangwei", Role::Clerk, &from).await;
    let (session, token) = (stage.session("zhangwei").await, stage.token(account).await);
    assert_eq!(session.session.identity.scope, from.scope());
    let security = stage.official(Role::Security).await;
    stage.grant(&security, account, Role::Clerk, &to.code).await.unwrap();
    assert!(!stage.is_alive(&session).await, "nobody goes on with rights that he no longer has");
    let identity = accounts::by_token(&mut stage.conn, &token).await.unwrap().unwrap();
    assert_eq!((identity.scope, identity.role), (to.scope(), Role::Clerk));
    let session = stage.session("zhangwei").await;
    assert_eq!(session.session.identity.scope, to.scope());
}

#[tokio::test]
async fn an_account_waits_for_a_second_person() {
    let mut stage = Stage::new().await;
    let town = stage.county.town(1).clone();
    let (administrator, security) =
        (stage.official(Role::Administrator).await, stage.official(Role::Security).await);
    let command = named("zhangwei", Role::Clerk, &town);
    let account =
        accounts::open(&mut stage.conn, &administrator, std::slice::from_ref(&command)).await.unwrap()[0];
    assert!(is_refused(&stage.attempt("zhangwei", PASSWORD, None).await));
    let again = accounts::open(&mut stage.conn, &administrator, &[command]).await;
    assert!(matches!(again, Err(Error::Taken { field: "username", .. })), "{again:?}");
    stage.grant(&security, account, Role::Clerk, &town.code).await.unwrap();
    stage.session("zhangwei").await;
}

#[tokio::test]
async fn nobody_serves_himself_and_each_does_only_his_part() {
    let mut stage = Stage::new().await;
    let town = stage.county.town(1).clone();
    let account = stage.account("zhangwei", Role::Clerk, &town).await;
    let (administrator, security) =
        (stage.official(Role::Administrator).await, stage.official(Role::Security).await);
    let own = stage.grant(&security, security.account.unwrap(), Role::Supervisor, "500237").await;
    assert!(matches!(own, Err(Error::Refused(_))), "{own:?}");
    let own = stage.disable(&administrator, administrator.account.unwrap()).await;
    assert!(matches!(own, Err(Error::Refused(_))), "{own:?}");
    for role in Role::ALL {
        let actor = Actor { account: Some(AccountId::new()), ..stage.county.county.actor(role) };
        let conn = &mut stage.conn;
        let opened =
            accounts::open(conn, &actor, &[named(&format!("by.{}", role.code()), role, &town)]).await;
        assert_eq!(opened.is_ok(), role == Role::Administrator, "{role:?} opens: {opened:?}");
        let reset = ResetPassword {
            account,
            password: Password::parse(PASSWORD, "zhangwei").unwrap(),
            temporary: false,
        };
        let reset = accounts::reset_password(conn, &actor, &[reset]).await;
        assert_eq!(reset.is_ok(), role == Role::Administrator, "{role:?} resets: {reset:?}");
        let token = IssueToken { account, name: "程序".to_owned(), days: 1 };
        let token = accounts::issue_token(conn, &actor, &token).await;
        assert_eq!(token.is_ok(), role == Role::Administrator, "{role:?} issues: {token:?}");
        let granted = stage.grant(&actor, account, Role::Clerk, "500237101").await;
        assert_eq!(granted.is_ok(), role == Role::Security, "{role:?} grants: {granted:?}");
        if role != Role::Administrator {
            let disabled = stage.disable(&actor, account).await;
            assert!(matches!(disabled, Err(Error::Forbidden)), "{role:?} disables: {disabled:?}");
        }
    }
}

/// ASVS 6.4.6
#[tokio::test]
async fn an_administrator_alone_becomes_nobody_else() {
    let mut stage = Stage::new().await;
    let county = stage.county.county.clone();
    let supervisor = stage.account("lina", Role::Supervisor, &county).await;
    let administrator = stage.official(Role::Administrator).await;
    let (one, two) =
        (stage.official(Role::Security).await, stage.account("security.two", Role::Security, &county).await);
    let two = Actor { account: Some(two), name: "security.two".to_owned(), ..one.clone() };
    let reset = |account| {
        [ResetPassword { account, password: Password::parse(PASSWORD, "lina").unwrap(), temporary: true }]
    };
    let own = reset(administrator.account.unwrap());
    let own = accounts::reset_password(&mut stage.conn, &administrator, &own).await;
    assert!(matches!(own, Err(Error::Refused(_))), "{own:?}");
    accounts::reset_password(&mut stage.conn, &administrator, &reset(supervisor)).await.unwrap();
    assert!(
        is_refused(&stage.attempt("lina", PASSWORD, None).await),
        "he knows the password, and it opens nothing"
    );
    assert_eq!(stage.line(supervisor).await.state, "pending");
    stage.behind("UPDATE accounts SET password_expires_at = now() WHERE username = 'lina'").await;
    let asked = stage.grant(&one, supervisor, Role::Supervisor, "500237").await.unwrap();
    assert!(matches!(asked, Granted::Waiting(_)), "{asked:?}");
    assert!(is_refused(&stage.attempt("lina", PASSWORD, None).await));
    assert_eq!(stage.grant(&two, supervisor, Role::Supervisor, "500237").await.unwrap(), Granted::Done);
    let session = stage.session("lina").await;
    assert_eq!(
        session.session.duty,
        Some(accounts::Duty::ChangePassword),
        "for three days from the grant on"
    );
    let machine = Actor::command_line(county.scope());
    accounts::reset_password(&mut stage.conn, &machine, &reset(supervisor)).await.unwrap();
    assert_eq!(stage.line(supervisor).await.state, "active", "at the machine it is one step");
}

#[tokio::test]
async fn an_officer_of_a_town_reaches_no_account_outside_it() {
    let mut stage = Stage::new().await;
    let (own, other) = (stage.county.town(1).clone(), stage.county.town(2).clone());
    let account = stage.account("zhangwei", Role::Clerk, &other).await;
    let inside = stage.account("lina", Role::Clerk, &own).await;
    let officer = |role| Actor { account: Some(AccountId::new()), ..own.actor(role) };
    let (administrator, security) = (officer(Role::Administrator), officer(Role::Security));
    let done = stage.disable(&administrator, account).await;
    assert!(matches!(done, Err(Error::Missing { .. })), "{done:?}");
    let done = stage.grant(&security, account, Role::Clerk, &own.code).await;
    assert!(matches!(done, Err(Error::Missing { .. })), "{done:?}");
    let done = stage.grant(&security, inside, Role::Clerk, &other.code).await;
    assert!(matches!(done, Err(Error::Missing { .. })), "nobody is sent over the border: {done:?}");
    let command = named("wang.er", Role::Clerk, &other);
    let done = accounts::open(&mut stage.conn, &administrator, &[command]).await;
    assert!(matches!(done, Err(Error::Missing { .. })), "{done:?}");
    let listed = db::read(&mut stage.conn, &own.scope(), async |conn| {
        Ok(queries::list(conn, &own.scope(), None, 100).await?)
    })
    .await
    .unwrap();
    assert_eq!(listed.iter().map(|line| line.username.as_str()).collect::<Vec<_>>(), ["lina"]);
}

#[tokio::test]
async fn two_officers_at_once_do_not_overwrite_each_other() {
    let mut stage = Stage::new().await;
    let town = stage.county.town(1).clone();
    let account = stage.account("zhangwei", Role::Clerk, &town).await;
    let security = stage.official(Role::Security).await;
    let version = stage.line(account).await.version;
    stage.grant(&security, account, Role::Clerk, "500237102").await.unwrap();
    let command = Grant { account, role: Role::Supervisor, organisation: None, version };
    let late = accounts::grant(&mut stage.conn, &security, &[command]).await;
    assert!(matches!(late, Err(Error::Stale)), "{late:?}");
    assert_eq!(stage.line(account).await.organisation_code, "500237102");
}

#[tokio::test]
async fn a_token_ends_with_its_days_or_when_it_is_taken_back() {
    let mut stage = Stage::new().await;
    let town = stage.county.town(1).clone();
    let account = stage.account("zhangwei", Role::Clerk, &town).await;
    let (one, two) = (stage.token(account).await, stage.token(account).await);
    assert!(accounts::by_token(&mut stage.conn, &one).await.unwrap().is_some());
    stage.behind("UPDATE access_tokens SET created_at = now() - interval '2 days', expires_at = now()").await;
    assert!(accounts::by_token(&mut stage.conn, &one).await.unwrap().is_none());
    stage.behind("UPDATE access_tokens SET expires_at = now() + interval '1 day', revoked_at = now()").await;
    assert!(accounts::by_token(&mut stage.conn, &two).await.unwrap().is_none());
    let actor = Actor::command_line(stage.county.county.scope());
    for (name, days) in [("", 1), ("程序", 0), ("程序", 100_000)] {
        let command = IssueToken { account, name: name.to_owned(), days };
        let refused = accounts::issue_token(&mut stage.conn, &actor, &command).await;
        assert!(matches!(refused, Err(Error::Invalid(_))), "{name} {days}: {refused:?}");
    }
}
