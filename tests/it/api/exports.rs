//! Exports through the API: the file, its name, and what is refused.

use cadre::base::actor::Role;
use cadre::records::members;
use calamine::{Reader, Xlsx};
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

#[tokio::test(flavor = "multi_thread")]
async fn the_list_behind_a_figure_leaves_as_a_file_and_stands_in_the_trail() {
    let app = TestApp::new().await;
    let clerk = app.signed_in("clerk.one", Role::Clerk, app.county.town(1)).await;
    let auditor = app.signed_in("auditor", Role::Auditor, &app.county.county).await;
    let branch = app.county.branch(1, 1).id;
    let actor = app.county.county.actor(Role::Supervisor);
    let commands = [member(branch, "张伟", 1), member(branch, "李娜", 2)];
    members::enrol(&mut *app.db.web().await, &actor, &app.keys, &commands).await.unwrap();
    let town = app.county.town(1).code.clone();

    let path = format!("/api/v1/figures/members.total/export?organisation={town}");
    let csv =
        app.get(&clerk, &format!("{path}&format=csv&reason=%E6%A0%B8%E5%AF%B9%E6%95%B0%E5%AD%97")).await;
    assert_eq!(csv.status, Status::Ok, "{}", csv.body);
    let lines: Vec<&str> = csv.body.trim_start_matches('\u{feff}').lines().collect();
    assert_eq!(lines.len(), 3, "{}", csv.body);
    assert!(lines[0].starts_with("名称,事项,日期,计数,所在组织"), "{}", csv.body);
    assert!(csv.body.contains("张伟") && csv.body.contains("李娜"), "{}", csv.body);
    let book = app.download(&clerk, &path).await;
    let mut book = Xlsx::new(std::io::Cursor::new(book)).unwrap();
    assert_eq!(book.worksheet_range("明细").unwrap().height(), 3);
    let trail = app.get(&auditor, "/api/v1/audit/entries?action=exports.export").await.json();
    let mut told = trail["items"].as_array().unwrap().iter().map(|entry| &entry["details"]);
    let told = told.find(|details| details["reason"] == "核对数字").expect("an entry");
    assert_eq!((&told["kind"], &told["filter"]["figure"]), (&"figure-rows".into(), &"members.total".into()));

    // The page asks what for, and keeps what was asked.
    let page = format!("/figures/members.total/export?organisation={town}&part=numerator");
    let form = app.get(&clerk, &page).await;
    assert!(form.body.contains("导出“党员总数”明细"), "{}", form.body);
    let refused = app.submit(&clerk, &page, None, "format=csv&reason=").await;
    assert_eq!(refused.status, Status::UnprocessableEntity);
    assert!(refused.body.contains("请用2至200字写明用途"), "{}", refused.body);
    let sent = app.submit(&clerk, &page, None, "format=csv&reason=%E6%A0%B8%E5%AF%B9").await;
    assert!(sent.status == Status::Ok && sent.body.contains("张伟"), "{:?} {}", sent.status, sent.body);

    for (more, status) in [
        (format!("members.total/export?organisation={town}&format=pdf"), Status::UnprocessableEntity),
        (format!("members.total/export?organisation={town}&reason=x"), Status::UnprocessableEntity),
        (format!("members.total/export?organisation={town}&part=denominator"), Status::NotFound),
        (format!("members.nobody/export?organisation={town}"), Status::NotFound),
        ("members.total/export?organisation=500237102".to_owned(), Status::NotFound),
        // The number of entries may be seen, those of others may not.
        (format!("audit.entries/export?organisation={town}"), Status::Forbidden),
    ] {
        let refused = app.get(&clerk, &format!("/api/v1/figures/{more}")).await;
        assert_eq!(refused.status, status, "{more}: {}", refused.body);
    }
}
