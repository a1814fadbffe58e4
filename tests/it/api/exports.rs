//! Exports through the API: the file, its name, and what is refused.

use cadre::base::actor::Role;
use cadre::records::members;
use rocket::http::Status;

use crate::support::app::TestApp;
use crate::support::builders::member;

const EXPORTS: &str = "/api/v1/exports?kind=members&format=csv";

/// ASVS 5.4.1, 5.4.2
#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_downloaded_with_its_filter_and_masked() {
    let app = TestApp::new().await;
    let clerk = app.signed_in("clerk.one", Role::Clerk, app.county.town(1)).await;
    let supervisor = app.signed_in("boss", Role::Supervisor, &app.county.county).await;
    let branch = app.county.branch(1, 1).id;
    let mut probationary = member(branch, "李娜", 2);
    probationary.full_member_on = None;
    let actor = app.county.county.actor(Role::Supervisor);
    let commands = [member(branch, "张伟", 1), probationary];
    members::enrol(&mut *app.db.web().await, &actor, &app.keys, &commands).await.unwrap();

    let all = app.get(&clerk, EXPORTS).await;
    assert_eq!(all.status, Status::Ok, "{}", all.body);
    assert!(all.body.contains("张伟") && all.body.contains("李娜"), "{}", all.body);
    assert!(all.body.contains("************"), "{}", all.body);
    let named = all.header("Content-Disposition").unwrap();
    assert!(named.starts_with("attachment; filename=\"cadre\"; filename*=UTF-8''"), "{named}");
    assert!(named.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' '), "{named}");
    let full = app.get(&clerk, &format!("{EXPORTS}&category=full")).await;
    assert!(full.body.contains("张伟") && !full.body.contains("李娜"), "{}", full.body);

    let reason = "unmasked=true&reason=%E6%A0%B8%E6%9F%A5";
    let forbidden = app.get(&clerk, &format!("{EXPORTS}&{reason}")).await;
    assert_eq!(forbidden.status, Status::Forbidden, "{}", forbidden.body);
    let clear = app.get(&supervisor, &format!("{EXPORTS}&{reason}")).await;
    assert_eq!(clear.status, Status::Ok, "{}", clear.body);
    assert!(!clear.body.contains("************"), "{}", clear.body);
    for (more, field) in [
        ("kind=nothing", "kind"),
        ("kind=members&format=docx", "format"),
        ("kind=members&as_of=2099-01-01", "as_of"),
        ("kind=members&as_of=2020-01-01&q=zw", "as_of"),
        ("kind=organisations&q=zw", "as_of"),
        ("kind=members&unmasked=true", "reason"),
        ("kind=members&sort=age", "sort"),
    ] {
        let refused = app.get(&supervisor, &format!("/api/v1/exports?{more}")).await;
        assert_eq!(refused.status, Status::UnprocessableEntity, "{more}: {}", refused.body);
        assert_eq!(refused.json()["errors"][0]["field"], field, "{more}");
    }
    let outside = app.get(&clerk, &format!("{EXPORTS}&organisation=500237102")).await;
    assert_eq!(outside.status, Status::NotFound, "{}", outside.body);
}
