//! Each parameter of the list of members.

use cadre::base::actor::Role;
use cadre::records::members;
use rocket::http::Status;

use crate::support::app::TestApp;
use crate::support::builders::five;

#[tokio::test]
async fn each_parameter_narrows_or_orders_and_a_wrong_one_is_named() {
    let app = TestApp::new().await;
    let clerk = app.signed_in("clerk.one", Role::Clerk, app.county.town(1)).await;
    let actor = app.county.town(1).actor(Role::Clerk);
    members::enrol(&mut *app.db.web().await, &actor, &app.keys, &five(&app.county)).await.unwrap();
    for (query, wanted) in [
        ("", vec!["安强", "白梅", "陈刚", "邓丽"]),
        ("status=any", vec!["安强", "白梅", "陈刚", "邓丽", "冯军"]),
        ("status=stopped", vec!["冯军"]),
        ("status=watch&sort=-joined_on", vec!["邓丽"]),
        ("category=probationary", vec!["陈刚"]),
        ("category=full&sex=1", vec!["安强"]),
        ("branch=500237101202-ZB01", vec!["陈刚"]),
        ("within=500237101202", vec!["陈刚"]),
        ("education=31", vec!["白梅", "邓丽"]),
        ("sex=2&born_from=1985-03-03", vec!["邓丽"]),
        ("sex=2&born_to=1985-03-02", vec!["白梅"]),
        ("born_from=1970-01-02&sort=joined_on&category=probationary", vec!["陈刚"]),
        ("sex=1&sort=joined_on", vec!["安强", "陈刚"]),
        ("sex=1&sort=-joined_on", vec!["陈刚", "安强"]),
    ] {
        let page = app.get(&clerk, &format!("/api/v1/members?count=true&{query}")).await.json();
        let items = page["items"].as_array().unwrap_or_else(|| panic!("{query}: {page}"));
        let names: Vec<&str> = items.iter().map(|item| item["name"].as_str().unwrap()).collect();
        assert_eq!(names, wanted, "{query}");
        assert_eq!(page["total"], wanted.len(), "{query}");
    }
    for (query, field) in [
        ("status=lost", "status"),
        ("category=half", "category"),
        ("education=x", "education"),
        ("sex=3", "sex"),
        ("born_from=1985-02-30", "born_from"),
        ("born_to=yesterday", "born_to"),
        ("sort=shoe_size", "sort"),
    ] {
        let refused = app.get(&clerk, &format!("/api/v1/members?{query}")).await;
        assert_eq!(refused.status, Status::UnprocessableEntity, "{query}");
        assert_eq!(refused.json()["errors"][0]["field"], field, "{query}");
    }
    let elsewhere = app.get(&clerk, "/api/v1/members?branch=500237102201-ZB01").await;
    assert_eq!(elsewhere.status, Status::NotFound);
}
