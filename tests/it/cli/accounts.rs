//! `cadre account` from the first account to the last.

use cadre::base::actor::Door;
use cadre::base::keys::KeyRing;
use cadre::records::accounts::{self, SignIn, SignedIn};

use super::program::Program;

async fn signs_in(program: &Program, username: &str, password: &str) -> bool {
    let (username, password) = (username.to_owned(), password.to_owned());
    let attempt = SignIn { username, password, otp: None, door: Door::Web, source: None, browser: None };
    let keys = KeyRing::ephemeral().unwrap();
    let done = accounts::sign_in(&mut *program.db.web().await, &keys, attempt).await.unwrap();
    matches!(done, SignedIn::Opened(_))
}

async fn opens(program: &Program, token: &str) -> bool {
    accounts::by_token(&mut *program.db.web().await, token).await.unwrap().is_some()
}

const TYPED: &str = "correct horse battery staple";

#[tokio::test(flavor = "multi_thread")]
async fn an_account_is_opened_used_reset_and_disabled() {
    let program = Program::new().await;
    let words =
        ["account", "add", "--username", "zhangwei", "--role", "clerk", "--organisation", "500237101"];
    let added = program.run(&[&words[..], &["--json"]].concat()).done().json();
    let made = added["password"].as_str().expect("a password was made").to_owned();
    assert!(signs_in(&program, "zhangwei", &made).await);
    let typed = ["account", "add", "--username", "lina", "--role", "auditor", "--organisation", "500237"];
    let typed =
        program.run_with(&[&typed[..], &["--password-stdin", "--json"]].concat(), &format!("{TYPED}\n"));
    assert!(typed.done().json().get("password").is_none(), "what was typed is not printed");
    assert!(signs_in(&program, "lina", TYPED).await);

    let token = program.run(&["account", "token", "zhangwei", "--name", "程序", "--days", "3"]).done();
    assert!(opens(&program, token.out.trim()).await);

    let reset = program.run_with(&["account", "reset", "zhangwei", "--password-stdin"], TYPED).done();
    assert!(reset.out.contains("已重置") && !reset.out.contains(TYPED), "{reset:?}");
    assert!(!signs_in(&program, "zhangwei", &made).await && signs_in(&program, "zhangwei", TYPED).await);

    program.run(&["account", "disable", "zhangwei", "--reason", "离岗"]).done();
    assert!(!signs_in(&program, "zhangwei", TYPED).await && !opens(&program, token.out.trim()).await);

    let lines = |ran: &serde_json::Value| -> Vec<String> {
        let accounts = ran["accounts"].as_array().unwrap().iter();
        accounts
            .map(|one| format!("{} {} {}", one["username"], one["role"], one["state"]).replace('"', ""))
            .collect()
    };
    let all = program.run(&["account", "list", "--json"]).done().json();
    assert_eq!(lines(&all), ["lina auditor active", "zhangwei clerk disabled"]);
    let town = program.run(&["account", "list", "--organisation", "500237101", "--json"]).done().json();
    assert_eq!(lines(&town), ["zhangwei clerk disabled"]);
    let shown = program.run(&["account", "list"]).done().out;
    assert!(shown.contains("zhangwei") && shown.contains("已停用") && shown.contains("录入员"), "{shown}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_an_account_is_refused_with_its_fields() {
    let program = Program::new().await;
    let words = |username, role, organisation| {
        let given = ["--username", username, "--role", role, "--organisation", organisation];
        [&["account", "add", "--json"][..], &given].concat()
    };
    let refused = program.run(&words("Zhang", "king", "500237101"));
    assert_eq!(refused.status, 3, "{refused:?}");
    let fields: Vec<_> =
        refused.json()["errors"].as_array().unwrap().iter().map(|e| e["field"].clone()).collect();
    assert_eq!(fields, ["username", "role"]);
    let nowhere = program.run(&words("zhangwei", "clerk", "500237999"));
    assert_eq!(nowhere.status, 3, "{nowhere:?}");
    assert!(nowhere.json()["error"].as_str().unwrap().contains("500237999"));
    program.run(&words("zhangwei", "clerk", "500237101")).done();
    let twice = program.run(&words("zhangwei", "clerk", "500237102"));
    assert_eq!(twice.status, 3, "{twice:?}");
    let weak = words("lina", "clerk", "500237101");
    let weak = program.run_with(&[&weak[..], &["--password-stdin"]].concat(), "123456");
    assert_eq!(weak.status, 3, "{weak:?}");
    for words in [&["account", "disable", "nobody"][..], &["account", "reset", "nobody"]] {
        let ran = program.run(words);
        assert_eq!(ran.status, 3, "{ran:?}");
        assert!(ran.err.contains("cadre account list"), "the way out: {ran:?}");
    }
    let long = program.run(&["account", "token", "zhangwei", "--name", "程序", "--days", "9999"]);
    assert_eq!(long.status, 3, "{long:?}");
}
