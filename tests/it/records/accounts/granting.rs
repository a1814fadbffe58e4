//! Roles above a clerk's take two security officers; nobody approves his own request, and nobody gains by it himself.

use cadre::base::actor::{Actor, Door, Role};
use cadre::base::error::Error;
use cadre::base::ids::{AccountId, ApprovalId};
use cadre::records::accounts::{self, ChangePassword, Granted, Password, ResetPassword, SecurityPolicy};
use cadre::records::approvals::Conclusion;

use super::Stage;
use crate::support::app::PASSWORD;

struct Granting {
    stage: Stage,
    one: Actor,
    two: Actor,
    account: AccountId,
}

impl Granting {
    async fn new() -> Self {
        let mut stage = Stage::new().await;
        let county = stage.county.county.clone();
        let town = stage.county.town(1).clone();
        let account = stage.account("zhangwei", Role::Clerk, &town).await;
        let mut officers = Vec::new();
        for name in ["security.one", "security.two"] {
            let id = stage.account(name, Role::Security, &county).await;
            officers.push(Actor { account: Some(id), name: name.to_owned(), ..county.actor(Role::Security) });
        }
        let (two, one) = (officers.pop().unwrap(), officers.pop().unwrap());
        Self { stage, one, two, account }
    }

    /// Asks for a role, as one of the two.
    async fn asks(&mut self, second: bool, role: Role) -> Result<Granted, Error> {
        let actor = if second { self.two.clone() } else { self.one.clone() };
        self.stage.grant(&actor, self.account, role, "500237101").await
    }

    async fn waiting(&mut self, role: Role) -> ApprovalId {
        match self.asks(false, role).await.unwrap() {
            Granted::Waiting(id) => id,
            Granted::Done => panic!("{role:?} was granted by one officer"),
        }
    }

    async fn decides(&mut self, actor: &Actor, id: ApprovalId, how: Conclusion) -> Result<(), Error> {
        accounts::decide_grant(&mut self.stage.conn, actor, id, &how).await
    }

    async fn role(&mut self) -> String {
        self.stage.line(self.account).await.role
    }
}

/// ASVS 2.3.5
#[tokio::test]
async fn what_is_more_than_a_clerks_role_waits_for_a_second_officer() {
    for role in [Role::Supervisor, Role::Auditor, Role::Administrator, Role::Security] {
        let mut granting = Granting::new().await;
        let id = granting.waiting(role).await;
        assert_eq!(granting.role().await, "clerk", "nothing is granted yet");
        let two = granting.two.clone();
        granting.decides(&two, id, Conclusion::Approve).await.unwrap();
        assert_eq!(granting.role().await, role.code());
    }
    let mut granting = Granting::new().await;
    assert_eq!(granting.asks(false, Role::Clerk).await.unwrap(), Granted::Done);
}

#[tokio::test]
async fn the_same_call_by_another_officer_approves() {
    let mut granting = Granting::new().await;
    granting.waiting(Role::Supervisor).await;
    let again = granting.asks(false, Role::Supervisor).await;
    assert!(matches!(again, Err(Error::Refused(_))), "his own: {again:?}");
    let other = granting.asks(true, Role::Auditor).await;
    assert!(matches!(other, Err(Error::Refused(_))), "another role: {other:?}");
    assert_eq!(granting.asks(true, Role::Supervisor).await.unwrap(), Granted::Done);
    assert_eq!(granting.role().await, "supervisor");
}

#[tokio::test]
async fn nobody_decides_his_own_request_or_gains_by_approving() {
    let mut granting = Granting::new().await;
    let id = granting.waiting(Role::Supervisor).await;
    let (one, two) = (granting.one.clone(), granting.two.clone());
    for how in [Conclusion::Approve, Conclusion::Reject("不行".to_owned())] {
        let done = granting.decides(&one, id, how).await;
        assert!(matches!(done, Err(Error::Refused(_))), "{done:?}");
    }
    let gaining = Actor { account: Some(granting.account), ..two.clone() };
    let done = granting.decides(&gaining, id, Conclusion::Approve).await;
    assert!(matches!(done, Err(Error::Refused(_))), "{done:?}");
    for role in [Role::Clerk, Role::Supervisor, Role::Auditor, Role::Administrator] {
        let done = granting.decides(&Actor { role, ..two.clone() }, id, Conclusion::Approve).await;
        assert!(matches!(done, Err(Error::Forbidden)), "{role:?}: {done:?}");
    }
    assert_eq!(granting.role().await, "clerk");
}

#[tokio::test]
async fn a_rejected_withdrawn_or_outdated_request_grants_nothing() {
    let mut granting = Granting::new().await;
    let (one, two) = (granting.one.clone(), granting.two.clone());
    let id = granting.waiting(Role::Supervisor).await;
    granting.decides(&two, id, Conclusion::Reject("没有任命文件".to_owned())).await.unwrap();
    assert!(granting.decides(&two, id, Conclusion::Approve).await.is_err(), "it is decided");
    let id = granting.waiting(Role::Supervisor).await;
    granting.decides(&one, id, Conclusion::Withdraw).await.unwrap();
    assert!(granting.decides(&two, id, Conclusion::Approve).await.is_err(), "it was taken back");
    let id = granting.waiting(Role::Supervisor).await;
    assert_eq!(
        granting.asks(true, Role::Clerk).await.unwrap(),
        Granted::Done,
        "the account changes meanwhile"
    );
    let late = granting.decides(&two, id, Conclusion::Approve).await;
    assert!(matches!(late, Err(Error::Refused(_))), "{late:?}");
    assert_eq!(granting.role().await, "clerk");
}

/// ASVS 2.3.4
#[tokio::test]
async fn two_approvals_at_once_grant_once() {
    let mut granting = Granting::new().await;
    let id = granting.waiting(Role::Supervisor).await;
    let two = granting.two.clone();
    let approve = async || {
        let mut conn = granting.stage.db.web().await;
        accounts::decide_grant(&mut conn, &two, id, &Conclusion::Approve).await.is_ok()
    };
    let (first, second) = tokio::join!(approve(), approve());
    assert!(first ^ second, "one of them: {first} {second}");
    assert_eq!(granting.stage.entries("accounts.grant").await, 1);
}

/// ASVS 8.3.2
#[tokio::test]
async fn a_demoted_account_is_out_and_acts_as_a_clerk_at_its_next_request() {
    let mut granting = Granting::new().await;
    let id = granting.waiting(Role::Supervisor).await;
    let two = granting.two.clone();
    granting.decides(&two, id, Conclusion::Approve).await.unwrap();
    let session = granting.stage.session("zhangwei").await;
    let token = granting.stage.token(granting.account).await;
    assert_eq!(session.session.identity.role, Role::Supervisor);
    granting.asks(false, Role::Clerk).await.unwrap();
    assert!(!granting.stage.is_alive(&session).await, "demoting ends what was open");
    let identity = accounts::by_token(&mut granting.stage.conn, &token).await.unwrap().unwrap();
    assert_eq!(identity.role, Role::Clerk);
}

#[tokio::test]
async fn nobody_gives_more_than_his_own_subtree() {
    let mut granting = Granting::new().await;
    let town = granting.stage.county.town(1).clone();
    let id = granting.stage.account("security.town", Role::Security, &town).await;
    let officer = Actor { account: Some(id), ..town.actor(Role::Security) };
    for place in ["500237", "500237102"] {
        let done = granting.stage.grant(&officer, granting.account, Role::Clerk, place).await;
        assert!(matches!(done, Err(Error::Missing { .. })), "{place}: {done:?}");
    }
    let asked = granting.waiting(Role::Supervisor).await;
    let done = granting.decides(&officer, asked, Conclusion::Approve).await;
    assert!(matches!(done, Err(Error::Missing { .. })), "a request of the county is not his: {done:?}");
}

#[tokio::test]
async fn the_demands_at_sign_in_are_changed_by_two_officers_of_the_county() {
    let mut granting = Granting::new().await;
    let (one, two) = (granting.one.clone(), granting.two.clone());
    let conn = &mut granting.stage.conn;
    let county = one.scope.county;
    let strict = SecurityPolicy::production();
    let id = accounts::set_security_policy(conn, &one, &strict).await.unwrap().expect("it waits");
    assert_ne!(accounts::security_policy(conn, county).await.unwrap(), strict, "nothing holds yet");
    let own = accounts::set_security_policy(conn, &one, &strict).await;
    assert!(matches!(own, Err(Error::Refused(_))), "{own:?}");
    let own = accounts::decide_security_policy(conn, &one, id, &Conclusion::Approve).await;
    assert!(matches!(own, Err(Error::Refused(_))), "{own:?}");
    let other = SecurityPolicy { idle_minutes: 7, ..strict.clone() };
    let other = accounts::set_security_policy(conn, &two, &other).await;
    assert!(matches!(other, Err(Error::Refused(_))), "{other:?}");
    let grant = accounts::decide_grant(conn, &two, id, &Conclusion::Approve).await;
    assert!(matches!(grant, Err(Error::Missing { .. })), "no request for a role: {grant:?}");
    assert_eq!(
        accounts::set_security_policy(conn, &two, &strict).await.unwrap(),
        None,
        "the same call approves"
    );
    let held = accounts::security_policy(conn, county).await.unwrap();
    assert_eq!((held.idle_minutes, held.second_factor_roles.len()), (30, 5));
    let (first, later) = (
        SecurityPolicy { idle_minutes: 20, ..strict.clone() },
        SecurityPolicy { idle_minutes: 10, ..strict.clone() },
    );
    let id = accounts::set_security_policy(conn, &one, &first).await.unwrap().expect("it waits");
    accounts::set_security_policy(conn, &Actor::command_line(one.scope.clone()), &later).await.unwrap();
    let over = accounts::decide_security_policy(conn, &two, id, &Conclusion::Approve).await;
    assert!(matches!(over, Err(Error::Refused(_))), "what was set since is not undone unseen: {over:?}");
    let loose = SecurityPolicy { idle_minutes: 31, ..strict };
    assert!(matches!(accounts::set_security_policy(conn, &one, &loose).await, Err(Error::Invalid(_))));
    let town = granting.stage.county.town(1).actor(Role::Security);
    let below =
        accounts::set_security_policy(&mut granting.stage.conn, &town, &SecurityPolicy::production()).await;
    assert!(matches!(below, Err(Error::Forbidden)), "{below:?}");
}

/// What an administrator changes voids a request; the owner's own new password does not: he had nothing to gain or lose.
#[tokio::test]
async fn a_request_outlives_its_owners_new_password_and_no_reset() {
    let mut granting = Granting::new().await;
    let id = granting.waiting(Role::Supervisor).await;
    let session = granting.stage.session("zhangwei").await;
    let own = session.session.identity.actor(Door::Web, None);
    let new = Password::parse("a wholly different sentence", "zhangwei").unwrap();
    let change = ChangePassword { old: PASSWORD.to_owned(), new: new.clone() };
    accounts::change_password(&mut granting.stage.conn, &own, session.session.id, change).await.unwrap();
    let two = granting.two.clone();
    granting.decides(&two, id, Conclusion::Approve).await.unwrap();
    assert_eq!(granting.role().await, "supervisor");

    let mut granting = Granting::new().await;
    let id = granting.waiting(Role::Supervisor).await;
    let administrator = granting.stage.official(Role::Administrator).await;
    let reset = ResetPassword { account: granting.account, password: new, temporary: false };
    accounts::reset_password(&mut granting.stage.conn, &administrator, &[reset]).await.unwrap();
    let two = granting.two.clone();
    let void = granting.decides(&two, id, Conclusion::Approve).await;
    assert!(matches!(void, Err(Error::Refused(_))), "whoever knows the new password did not ask: {void:?}");
}
