//! Accounts: opened, granted, signed in, given another password, disabled.

use cadre::base::actor::{Actor, Door, Role};
use cadre::base::error::Error;
use cadre::base::ids::{AccountId, SessionId};
use cadre::base::keys::KeyRing;
use cadre::records::accounts::{
    self, ChangePassword, CodeSecret, Disable, EndSessions, Grant, Granted, IssueToken, Password, Proving,
    ResetPassword, SecurityPolicy, Session, SignIn, SignedIn,
};

use cadre::records::approvals::Conclusion;

use super::Story;
use crate::records::accounts::named;
use crate::support::app::PASSWORD;

fn attempt(password: &str) -> SignIn {
    let (username, password) = ("zhangwei".to_owned(), password.to_owned());
    SignIn { username, password, otp: None, door: Door::Web, source: None, browser: None }
}

pub(super) async fn tell(story: &mut Story) {
    let county = story.county.clone();
    let keys = KeyRing::ephemeral().unwrap();
    let administrator = story.actor(Role::Administrator, &county.county);
    let security = story.actor(Role::Security, &county.county);
    let opened = [named("zhangwei", Role::Clerk, county.town(1))];
    let ids =
        story.done("accounts::open", async |conn| accounts::open(conn, &administrator, &opened).await).await;
    story.refused("accounts::open", async |conn| accounts::open(conn, &administrator, &opened).await).await;
    let account = ids[0];
    let grant = [Grant { account, role: Role::Clerk, organisation: None, version: 1 }];
    story.done("accounts::grant", async |conn| accounts::grant(conn, &security, &grant).await).await;
    story.refused("accounts::grant", async |conn| accounts::grant(conn, &security, &grant).await).await;

    decide_grant(story, account).await;
    let token = IssueToken { account, name: "程序".to_owned(), days: 1 };
    story
        .done("accounts::issue_token", async |conn| accounts::issue_token(conn, &administrator, &token).await)
        .await;
    story
        .refused("accounts::issue_token", async |conn| accounts::issue_token(conn, &security, &token).await)
        .await;

    let session = story
        .done("accounts::sign_in", async |conn| {
            match accounts::sign_in(conn, &keys, attempt(PASSWORD)).await? {
                SignedIn::Opened(opened) => Ok(opened),
                other => Err(Error::broken(format!("{other:?}"))),
            }
        })
        .await;
    for (wrong, name) in [("wrong wrong wrong", "zhangwei"), (PASSWORD, "nobody")] {
        let wrong = SignIn { username: name.to_owned(), ..attempt(wrong) };
        story.done("accounts::sign_in", async |conn| accounts::sign_in(conn, &keys, wrong).await).await;
    }

    let own: Actor = session.session.identity.actor(Door::Web, None);
    let id = session.session.id;
    second_factor(story, &keys, &own, id).await;
    let new = Password::parse("a wholly different sentence", "zhangwei").unwrap();
    let change = |old: &str| ChangePassword { old: old.to_owned(), new: new.clone() };
    let (wrong, right) = (change("a wholly different sentence"), change(PASSWORD));
    story
        .refused("accounts::change_password", async |conn| {
            accounts::change_password(conn, &own, id, wrong).await
        })
        .await;
    story
        .done("accounts::change_password", async |conn| {
            accounts::change_password(conn, &own, id, right).await
        })
        .await;
    let text = session.token.reveal();
    story.done("accounts::sign_out", async |conn| accounts::sign_out(conn, &own, text).await).await;

    let reset = [ResetPassword { account, password: new.clone(), temporary: false }];
    story
        .refused("accounts::reset_password", async |conn| {
            accounts::reset_password(conn, &security, &reset).await
        })
        .await;
    story
        .done("accounts::reset_password", async |conn| {
            accounts::reset_password(conn, &administrator, &reset).await
        })
        .await;
    let disabled = [Disable { account, reason: "离岗".to_owned() }];
    story
        .refused("accounts::disable", async |conn| accounts::disable(conn, &security, &disabled).await)
        .await;
    story
        .done("accounts::disable", async |conn| accounts::disable(conn, &administrator, &disabled).await)
        .await;
}

/// One-time codes from the first to the last, proofs, and one's own sessions.
async fn second_factor(story: &mut Story, keys: &KeyRing, own: &Actor, session: SessionId) {
    let nobody = Actor { account: None, ..own.clone() };
    let typed = |password: &str, otp: &str| Proving { password: password.to_owned(), otp: otp.to_owned() };
    story
        .refused("accounts::prove", async |conn| {
            accounts::prove(conn, &nobody, keys, session, typed(PASSWORD, "")).await
        })
        .await;
    let proved = story
        .done("accounts::prove", async |conn| {
            accounts::prove(conn, own, keys, session, typed(PASSWORD, "")).await
        })
        .await;
    assert!(proved);
    story
        .refused("accounts::begin_second_factor", async |conn| {
            accounts::begin_second_factor(conn, &nobody, keys).await
        })
        .await;
    let secret: CodeSecret = story
        .done("accounts::begin_second_factor", async |conn| {
            accounts::begin_second_factor(conn, own, keys).await
        })
        .await;
    story
        .refused("accounts::confirm_second_factor", async |conn| {
            accounts::confirm_second_factor(conn, own, keys, "12345").await
        })
        .await;
    let code = secret.code_at(cadre::base::clock::now()).unwrap();
    story
        .done("accounts::confirm_second_factor", async |conn| {
            accounts::confirm_second_factor(conn, own, keys, &code).await
        })
        .await;
    let proved = story
        .done("accounts::prove", async |conn| {
            accounts::prove(conn, own, keys, session, typed(PASSWORD, &code)).await
        })
        .await;
    assert!(!proved, "a code counts once, and a password no longer is enough");
    signing_in_with_codes(story, keys, own).await;
}

/// A secret given at the machine, signing in with its codes, the end of sessions, and what a county demands.
async fn signing_in_with_codes(story: &mut Story, keys: &KeyRing, own: &Actor) {
    let nobody = Actor { account: None, ..own.clone() };
    let machine = Actor::command_line(own.scope.whole_county());
    let account = own.account.unwrap();
    story
        .refused("accounts::enrol_at_machine", async |conn| {
            accounts::enrol_at_machine(conn, own, keys, account).await
        })
        .await;
    let secret = story
        .done("accounts::enrol_at_machine", async |conn| {
            accounts::enrol_at_machine(conn, &machine, keys, account).await
        })
        .await;
    let half = story
        .done("accounts::sign_in", async |conn| {
            match accounts::sign_in(conn, keys, attempt(PASSWORD)).await? {
                SignedIn::Opened(opened) => Ok(opened),
                other => Err(Error::broken(format!("{other:?}"))),
            }
        })
        .await;
    let code = secret.code_at(cadre::base::clock::now()).unwrap();
    let with_code = SignIn { otp: Some(code), ..attempt(PASSWORD) };
    let (whole, waiting) = (Session { duty: None, ..half.session.clone() }, half.session);
    story
        .refused("accounts::enter_code", async |conn| {
            accounts::enter_code(conn, keys, &whole, &with_code).await
        })
        .await;
    let opened = story
        .done("accounts::enter_code", async |conn| {
            accounts::enter_code(conn, keys, &waiting, &with_code).await
        })
        .await;
    story
        .refused("accounts::stop_reading", async |conn| accounts::stop_reading(conn, &nobody, 51).await)
        .await;
    story.done("accounts::stop_reading", async |conn| accounts::stop_reading(conn, own, 51).await).await;
    let other = EndSessions::One(opened.unwrap().session.id);
    story.done("accounts::end_sessions", async |conn| accounts::end_sessions(conn, own, other).await).await;
    story
        .refused("accounts::end_sessions", async |conn| accounts::end_sessions(conn, own, other).await)
        .await;
    let demo = SecurityPolicy::demonstration();
    story
        .refused("accounts::set_security_policy", async |conn| {
            accounts::set_security_policy(conn, own, &demo).await
        })
        .await;
    story
        .done("accounts::set_security_policy", async |conn| {
            accounts::set_security_policy(conn, &machine, &demo).await
        })
        .await;
}

/// A request for other demands at sign-in: asked by one officer, taken back; asked again, and decided by another.
async fn decide_security_policy(story: &mut Story, one: &Actor, two: &Actor) {
    let strict = SecurityPolicy { idle_minutes: 20, ..SecurityPolicy::demonstration() };
    let mut ids = Vec::new();
    for _ in 0..3 {
        let asked = story
            .done("accounts::set_security_policy", async |conn| {
                accounts::set_security_policy(conn, one, &strict).await
            })
            .await;
        let id = asked.expect("it waits");
        ids.push(id);
        let (actor, how) = match ids.len() {
            1 => (one, Conclusion::Withdraw),
            2 => (two, Conclusion::Reject("不需要".to_owned())),
            _ => (two, Conclusion::Approve),
        };
        story
            .done("accounts::decide_security_policy", async |conn| {
                accounts::decide_security_policy(conn, actor, id, &how).await
            })
            .await;
    }
    story
        .refused("accounts::decide_security_policy", async |conn| {
            accounts::decide_security_policy(conn, two, ids[2], &Conclusion::Approve).await
        })
        .await;
}

/// A request for a role: filed by one officer, taken back; filed again, and decided by another.
async fn decide_grant(story: &mut Story, account: AccountId) {
    let county = story.county.county.clone();
    let machine = Actor::command_line(county.scope());
    let names = ["security.one", "security.two"].map(|name| named(name, Role::Security, &county));
    let officers =
        story.done("accounts::open", async |conn| accounts::open(conn, &machine, &names).await).await;
    let officer = |at: usize| Actor { account: Some(officers[at]), ..county.actor(Role::Security) };
    let (one, two) = (officer(0), officer(1));
    let wanted = [Grant { account, role: Role::Auditor, organisation: None, version: 2 }];
    let mut ids = Vec::new();
    for _ in 0..2 {
        let granted =
            story.done("accounts::grant", async |conn| accounts::grant(conn, &one, &wanted).await).await;
        let Granted::Waiting(id) = granted[0] else { panic!("{granted:?}") };
        ids.push(id);
        if ids.len() == 1 {
            let back = Conclusion::Withdraw;
            story
                .done("accounts::decide_grant", async |conn| {
                    accounts::decide_grant(conn, &one, id, &back).await
                })
                .await;
        }
    }
    story
        .refused("accounts::decide_grant", async |conn| {
            accounts::decide_grant(conn, &one, ids[1], &Conclusion::Approve).await
        })
        .await;
    let no = Conclusion::Reject("不需要".to_owned());
    story
        .done("accounts::decide_grant", async |conn| accounts::decide_grant(conn, &two, ids[1], &no).await)
        .await;
    decide_security_policy(story, &one, &two).await;
}
