//! Accounts: opened, granted, signed in, given another password, disabled.

use cadre::base::actor::{Actor, Door, Role};
use cadre::base::error::Error;
use cadre::records::accounts::{
    self, ChangePassword, Disable, Grant, IssueToken, Password, ResetPassword, SignIn, SignedIn,
};

use super::Story;
use crate::records::accounts::named;
use crate::support::app::PASSWORD;

fn attempt(password: &str) -> SignIn {
    SignIn { username: "zhangwei".to_owned(), password: password.to_owned(), door: Door::Web, source: None }
}

pub(super) async fn tell(story: &mut Story) {
    let county = story.county.clone();
    let administrator = story.actor(Role::Administrator, &county.county);
    let security = story.actor(Role::Security, &county.county);
    let opened = [named("zhangwei", Role::Clerk, county.town(1))];
    let ids =
        story.done("accounts::open", async |conn| accounts::open(conn, &administrator, &opened).await).await;
    story.refused("accounts::open", async |conn| accounts::open(conn, &administrator, &opened).await).await;
    let account = ids[0];
    let grant = [Grant { account, role: Role::Auditor, organisation: None, version: 1 }];
    story.done("accounts::grant", async |conn| accounts::grant(conn, &security, &grant).await).await;
    story.refused("accounts::grant", async |conn| accounts::grant(conn, &security, &grant).await).await;

    let token = IssueToken { account, name: "程序".to_owned(), days: 1 };
    story
        .done("accounts::issue_token", async |conn| accounts::issue_token(conn, &administrator, &token).await)
        .await;
    story
        .refused("accounts::issue_token", async |conn| accounts::issue_token(conn, &security, &token).await)
        .await;

    let session = story
        .done("accounts::sign_in", async |conn| match accounts::sign_in(conn, attempt(PASSWORD)).await? {
            SignedIn::Opened(opened) => Ok(opened),
            other => Err(Error::broken(format!("{other:?}"))),
        })
        .await;
    for (wrong, name) in [("wrong wrong wrong", "zhangwei"), (PASSWORD, "nobody")] {
        let wrong = SignIn { username: name.to_owned(), ..attempt(wrong) };
        story.done("accounts::sign_in", async |conn| accounts::sign_in(conn, wrong).await).await;
    }

    let own: Actor = session.session.identity.actor(Door::Web, None);
    let new = Password::parse("a wholly different sentence", "zhangwei").unwrap();
    let change = |old: &str| ChangePassword { old: old.to_owned(), new: new.clone() };
    let (wrong, right) = (change("wrong wrong wrong"), change(PASSWORD));
    story
        .refused("accounts::change_password", async |conn| accounts::change_password(conn, &own, wrong).await)
        .await;
    story
        .done("accounts::change_password", async |conn| accounts::change_password(conn, &own, right).await)
        .await;
    let text = session.token.reveal();
    story.done("accounts::sign_out", async |conn| accounts::sign_out(conn, &own, text).await).await;

    let reset = [ResetPassword { account, password: new.clone() }];
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
