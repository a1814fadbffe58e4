//! Days through the API and the pages, over roles whose zone is another than China's.

use cadre::base::actor::Role;
use cadre::base::values::CitizenId;
use diesel_async::RunQueryDsl;
use rocket::http::{Method, Status};
use serde_json::json;

use crate::support::app::TestApp;
use crate::support::builders::day;

/// The zone of a session.
#[derive(diesel::QueryableByName)]
struct Zone {
    #[diesel(sql_type = diesel::sql_types::Text)]
    zone: String,
}

/// A server whose roles are in a zone.
async fn app_in(zone: &str) -> TestApp {
    let app = TestApp::new().await;
    let superuser = app.db.superuser().await;
    let row = superuser.query_one("SELECT current_database()::text", &[]).await.unwrap();
    let database: String = row.get(0);
    for role in ["cadre_web", "cadre_report"] {
        let set = format!("ALTER ROLE {role} IN DATABASE {database} SET timezone TO '{zone}'");
        superuser.batch_execute(&set).await.unwrap();
    }
    let asked = diesel::sql_query("SELECT current_setting('timezone') AS zone");
    let session: Zone = asked.get_result(&mut *app.db.web().await).await.unwrap();
    assert_eq!(session.zone, "UTC", "each session sets its zone itself, whatever its role would have");
    app
}

#[tokio::test]
async fn a_birth_date_is_the_same_day_whatever_zone_the_sessions_are_in() {
    for zone in ["America/Los_Angeles", "Pacific/Kiritimati"] {
        let app = app_in(zone).await;
        let clerk = app.signed_in("clerk.one", Role::Clerk, app.county.town(1)).await;
        let number = CitizenId::compose("500237", day("1988-07-01"), 1).unwrap();
        let body = json!({ "name": "张伟", "citizen_id": number.as_str(), "birth_date": "1988-07-01", "ethnicity": "01",
            "education": "21", "branch": "500237101201-ZB01", "category": "full", "joined_on": "2010-12-31",
            "full_member_on": "2012-01-01", "occupation": "1" });
        let entered = app.send(&clerk, Method::Post, "/api/v1/members", &[], &body).await;
        assert_eq!(entered.status, Status::Created, "{zone}: {}", entered.body);
        let id = entered.json()["id"].as_str().unwrap().to_owned();
        let read = app.get(&clerk, &format!("/api/v1/members/{id}")).await.json();
        for field in ["birth_date", "joined_on", "full_member_on"] {
            assert_eq!((&read[field], &entered.json()[field]), (&body[field], &body[field]), "{zone}");
        }
        for (days, found) in [
            ("born_from=1988-07-01&born_to=1988-07-01", 1),
            ("born_from=1988-07-02", 0),
            ("born_to=1988-06-30", 0),
        ] {
            let list = app.get(&clerk, &format!("/api/v1/members?count=true&{days}")).await.json();
            assert_eq!(list["total"], found, "{zone} {days}: {list}");
        }
        let shown = app.get(&clerk, &format!("/members/{id}")).await.body;
        let edited = app.get(&clerk, &format!("/members/{id}/edit")).await.body;
        for field in ["birth_date", "joined_on", "full_member_on"] {
            let day = body[field].as_str().unwrap();
            assert!(shown.contains(day), "{zone} {field}: {shown}");
            assert!(edited.contains(&format!("value=\"{day}\"")), "{zone} {field}: {edited}");
        }
        let query = "SELECT p.birth_date::text, m.joined_on::text, m.full_member_on::text \
                     FROM people p JOIN memberships m ON m.person_id = p.id";
        let row = app.db.owner_client().await.query_one(query, &[]).await.unwrap();
        let kept: [String; 3] = [row.get(0), row.get(1), row.get(2)];
        assert_eq!(kept, ["1988-07-01", "2010-12-31", "2012-01-01"], "{zone}");
    }
}
