//! Members through the API.

use cadre::base::actor::Role;
use cadre::base::values::CitizenId;
use rocket::http::{Method, Status};
use serde_json::{Value, json};

use crate::support::app::{Credential, TestApp};
use crate::support::builders::day;

fn number(serial: u16) -> String {
    CitizenId::compose("500237", day("1980-05-06"), serial).unwrap().as_str().to_owned()
}

fn body(app: &TestApp, serial: u16) -> Value {
    json!({
        "name": "张伟", "citizen_id": number(serial), "ethnicity": "01", "education": "大学本科毕业",
        "branch": app.county.branch(1, 1).code, "category": "full", "joined_on": "2015-07-01",
        "full_member_on": "2016年7月1日", "occupation": "1", "mobile": "13800001111",
    })
}

async fn clerk(app: &TestApp) -> Credential {
    app.signed_in("clerk.one", Role::Clerk, app.county.town(1)).await
}

async fn enter(app: &TestApp, who: &Credential, body: &Value) -> crate::support::app::Answer {
    app.send(who, Method::Post, "/api/v1/members", &[], body).await
}

#[tokio::test]
async fn a_member_is_entered_and_read_back_masked() {
    let app = TestApp::new().await;
    let clerk = clerk(&app).await;
    let created = enter(&app, &clerk, &body(&app, 1)).await;
    assert_eq!(created.status, Status::Created, "{}", created.body);
    assert_eq!(created.etag.as_deref(), Some("\"1\""));
    let json = created.json();
    let place = format!("/api/v1/members/{}", json["id"].as_str().unwrap());
    assert_eq!(created.location.as_deref(), Some(place.as_str()));
    assert_eq!(json["citizen_id"], "500237************");
    assert_eq!(json["mobile"], "138****1111");
    assert_eq!((&json["sex"], &json["birth_date"]), (&json!("1"), &json!("1980-05-06")));
    assert!(!created.body.contains(&number(1)));
    let read = app.get(&clerk, &place).await;
    assert_eq!(read.json(), json);
    let found = app.get(&clerk, "/api/v1/members?q=zw&count=true").await.json();
    assert_eq!((&found["total"], &found["next"]), (&json!(1), &Value::Null));
}

/// ASVS 2.2.1, 2.2.2
#[tokio::test]
async fn every_wrong_field_is_named_and_nothing_is_stored() {
    let app = TestApp::new().await;
    let clerk = clerk(&app).await;
    let mut wrong = body(&app, 1);
    wrong["citizen_id"] = json!("500237198005060011");
    wrong["ethnicity"] = json!("外星族");
    wrong["joined_on"] = json!("2015-02-30");
    let refused = enter(&app, &clerk, &wrong).await;
    assert_eq!(refused.status, Status::UnprocessableEntity);
    let fields: Vec<String> = refused.json()["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| error["field"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(fields, ["citizen_id", "ethnicity", "joined_on"]);
    assert_eq!(app.get(&clerk, "/api/v1/members?count=true").await.json()["total"], 0);
    let mut strange = body(&app, 1);
    strange["county_id"] = json!("x");
    assert_eq!(enter(&app, &clerk, &strange).await.status, Status::UnprocessableEntity);
    // A value that is no text is told like any other: the field, what it holds, what it should hold.
    for (value, shown) in [(json!(123), "123"), (json!(["汉族"]), "数组"), (json!("汉\0族"), "空字符")]
    {
        let mut strange = body(&app, 1);
        strange["ethnicity"] = value;
        let refused = enter(&app, &clerk, &strange).await;
        assert_eq!(refused.status, Status::UnprocessableEntity, "{}", refused.body);
        let error = &refused.json()["errors"][0];
        assert_eq!(error["field"], "ethnicity");
        let message = error["message"].as_str().unwrap();
        assert!(message.contains("ethnicity") && message.contains(shown), "{message}");
    }
}

#[tokio::test]
async fn a_change_needs_the_version_that_was_seen() {
    let app = TestApp::new().await;
    let clerk = clerk(&app).await;
    let id = enter(&app, &clerk, &body(&app, 1)).await.json()["id"].as_str().unwrap().to_owned();
    let path = format!("/api/v1/members/{id}");
    let renamed = json!({ "name": "张炜" });
    let missing = app.send(&clerk, Method::Patch, &path, &[], &renamed).await;
    assert_eq!(missing.status.code, 428);
    let first = app.send(&clerk, Method::Patch, &path, &[("If-Match", "\"1\"")], &renamed).await;
    assert_eq!((first.status, first.etag.as_deref()), (Status::Ok, Some("\"2\"")));
    let late =
        app.send(&clerk, Method::Patch, &path, &[("If-Match", "\"1\"")], &json!({"name":"张玮"})).await;
    assert_eq!(late.status, Status::PreconditionFailed);
}

/// Sends a change to the member of an address; the field and sentence where it is refused, none where it is done.
async fn changed(app: &TestApp, who: &Credential, path: &str, body: &Value) -> Option<(String, String)> {
    let etag = app.get(who, path).await.etag.unwrap();
    let answer = app.send(who, Method::Patch, path, &[("If-Match", etag.as_str())], body).await;
    if answer.status == Status::Ok {
        return None;
    }
    assert_eq!(answer.status, Status::UnprocessableEntity, "{}", answer.body);
    let errors = answer.json()["errors"].as_array().unwrap().clone();
    assert_eq!(errors.len(), 1, "{errors:?}");
    let text = |name: &str| errors[0][name].as_str().unwrap().to_owned();
    Some((text("field"), text("message")))
}

#[tokio::test]
async fn what_a_change_would_pass_over_is_refused_with_the_way_out() {
    let app = TestApp::new().await;
    let clerk = clerk(&app).await;
    let created = enter(&app, &clerk, &body(&app, 1)).await;
    let path = created.location.clone().unwrap();
    for (body, field, told) in [
        (json!({ "category": "probationary" }), "category", ["“2016-07-01”", "请同时清空转为正式党员日期"]),
        (
            json!({ "category": "probationary", "full_member_on": "2016-02-30" }),
            "full_member_on",
            ["“2016-02-30”", "不存在"],
        ),
        (json!({ "arrival": "transferred_in" }), "arrival", ["“转入”", "办理组织关系转接"]),
        (json!({ "arrived_on": "2017-01-01" }), "arrived_on", ["“2017-01-01”", "请改加入党组织日期"]),
    ] {
        let (named, sentence) = changed(&app, &clerk, &path, &body).await.unwrap();
        assert_eq!(named, field);
        assert!(told.iter().all(|part| sentence.contains(part)), "{sentence}");
    }
    assert_eq!(app.get(&clerk, &path).await.json(), created.json(), "nothing is changed");

    // What stands on record may be sent along, and the first day moves with the day of joining.
    let same = json!({ "category": "full", "arrival": "initial", "arrived_on": "2015-07-01", "note": "一" });
    assert_eq!(changed(&app, &clerk, &path, &same).await, None);
    let moved = json!({ "joined_on": "2015-06-01", "arrived_on": "2015-06-01" });
    assert_eq!(changed(&app, &clerk, &path, &moved).await, None);
    assert_eq!(app.get(&clerk, &path).await.json()["arrived_on"], "2015-06-01");
    // A day that was entered by mistake is cleared by name.
    let undone = json!({ "category": "probationary", "full_member_on": null });
    assert_eq!(changed(&app, &clerk, &path, &undone).await, None);
    let (field, sentence) = changed(&app, &clerk, &path, &json!({ "category": "full" })).await.unwrap();
    assert!(field == "category" && sentence.contains("请办理转正"), "{field} {sentence}");
    let full = json!({ "category": "full", "full_member_on": "2016-07-01" });
    assert_eq!(changed(&app, &clerk, &path, &full).await, None);
}

#[tokio::test]
async fn a_first_day_after_that_of_joining_is_not_moved_by_a_change() {
    let app = TestApp::new().await;
    let clerk = clerk(&app).await;
    let mut came = body(&app, 1);
    (came["arrival"], came["arrived_on"]) = (json!("transferred_in"), json!("2018-01-01"));
    let created = enter(&app, &clerk, &came).await;
    assert_eq!(created.status, Status::Created, "{}", created.body);
    let path = created.location.clone().unwrap();
    let both = json!({ "joined_on": "2015-06-01", "arrived_on": "2015-06-01" });
    let (field, sentence) = changed(&app, &clerk, &path, &both).await.unwrap();
    assert!(field == "arrived_on" && sentence.contains("（登记的是“2018-01-01”）"), "{field} {sentence}");
    assert_eq!(app.get(&clerk, &path).await.json(), created.json());
}

#[tokio::test]
async fn a_key_makes_one_member_however_often_it_is_sent() {
    let app = TestApp::new().await;
    let clerk = clerk(&app).await;
    let key = [("Idempotency-Key", "one")];
    let send = async |body: &Value| app.send(&clerk, Method::Post, "/api/v1/members", &key, body).await;
    let first = send(&body(&app, 1)).await;
    let again = send(&body(&app, 1)).await;
    assert_eq!((first.status, again.status), (Status::Created, Status::Created));
    assert_eq!(first.body, again.body);
    assert_eq!(send(&body(&app, 3)).await.status, Status::UnprocessableEntity);
    let without = enter(&app, &clerk, &body(&app, 1)).await;
    assert_eq!(without.status, Status::Conflict, "{}", without.body);
}

#[tokio::test]
async fn nobody_sees_or_writes_beside_his_subtree() {
    let app = TestApp::new().await;
    let own = clerk(&app).await;
    let id = enter(&app, &own, &body(&app, 1)).await.json()["id"].as_str().unwrap().to_owned();
    let sibling = app.signed_in("clerk.two", Role::Clerk, app.county.town(2)).await;
    let foreign = app.get(&sibling, &format!("/api/v1/members/{id}")).await;
    let none = app.get(&sibling, "/api/v1/members/01900000-0000-7000-8000-000000000000").await;
    assert_eq!((foreign.status, &foreign.body), (Status::NotFound, &none.body));
    assert_eq!(enter(&app, &sibling, &body(&app, 3)).await.status, Status::UnprocessableEntity);
    for (username, role) in
        [("auditor.one", Role::Auditor), ("admin.one", Role::Administrator), ("security.one", Role::Security)]
    {
        let who = app.signed_in(username, role, &app.county.county).await;
        assert_eq!(enter(&app, &who, &body(&app, 3)).await.status, Status::Forbidden, "{username}");
        let seen = app.get(&who, "/api/v1/members").await.status;
        let expected = if role == Role::Auditor { Status::Ok } else { Status::Forbidden };
        assert_eq!(seen, expected, "{username}");
    }
}

#[tokio::test]
async fn a_bearer_token_reads_and_enters_but_does_not_reveal() {
    let app = TestApp::new().await;
    let program = app.token("program.one", Role::Clerk, app.county.town(1)).await;
    let created = enter(&app, &program, &body(&app, 1)).await;
    assert_eq!(created.status, Status::Created, "{}", created.body);
    let path = format!("/api/v1/members/{}/reveal", created.json()["id"].as_str().unwrap());
    let ask = json!({ "field": "citizen_id", "purpose": "核对身份" });
    assert_eq!(app.send(&program, Method::Post, &path, &[], &ask).await.status, Status::Forbidden);
    let clerk = clerk(&app).await;
    assert_eq!(app.send(&clerk, Method::Post, &path, &[], &ask).await.json()["value"], number(1));
}

#[tokio::test]
async fn events_and_transfers_follow_their_rules() {
    let app = TestApp::new().await;
    let clerk = clerk(&app).await;
    let id = enter(&app, &clerk, &body(&app, 1)).await.json()["id"].as_str().unwrap().to_owned();
    let post = async |who: &Credential, path: String, body: Value| {
        app.send(who, Method::Post, &path, &[], &body).await
    };
    let stopped = post(
        &clerk,
        format!("/api/v1/members/{id}/stop"),
        json!({"on":"2026-02-01","reason":"失联满六个月"}),
    );
    assert_eq!(stopped.await.json()["status"], "stopped");
    let transfer = json!({ "to_branch": app.county.branch(2, 1).code, "on": "2026-06-01" });
    let refused = post(&clerk, format!("/api/v1/members/{id}/transfer"), transfer.clone()).await;
    assert_eq!(refused.status, Status::Conflict, "{}", refused.body);
    let back = json!({"on":"2026-05-01","reason":"恢复联系"});
    assert_eq!(post(&clerk, format!("/api/v1/members/{id}/reinstate"), back).await.status, Status::Ok);
    let proposed = post(&clerk, format!("/api/v1/members/{id}/transfer"), transfer).await;
    assert_eq!(proposed.status, Status::Created, "{}", proposed.body);
    let transfer = proposed.json()["id"].as_str().unwrap().to_owned();
    let receiver = app.signed_in("clerk.two", Role::Clerk, app.county.town(2)).await;
    let accepted = post(&receiver, format!("/api/v1/transfers/{transfer}/accept"), json!({})).await;
    assert_eq!(accepted.json()["state"], "accepted", "{}", accepted.body);
    assert_eq!(app.get(&receiver, &format!("/api/v1/members/{id}")).await.status, Status::Ok);
    assert_eq!(app.get(&clerk, &format!("/api/v1/members/{id}")).await.status, Status::NotFound);
}

#[tokio::test]
async fn a_wrong_page_or_sort_is_refused_by_name() {
    let app = TestApp::new().await;
    let clerk = clerk(&app).await;
    for (query, field) in [
        ("limit=0", "limit"),
        ("limit=x", "limit"),
        ("after=!", "after"),
        ("sort=name;drop", "sort"),
        ("status=x", "status"),
        ("born_from=2020-13-01", "born_from"),
    ] {
        let answer = app.get(&clerk, &format!("/api/v1/members?{query}")).await;
        assert_eq!(answer.status, Status::UnprocessableEntity, "{query}: {}", answer.body);
        assert_eq!(answer.json()["errors"][0]["field"], field, "{query}");
    }
}

#[tokio::test]
async fn a_page_says_what_is_wrong_once() {
    let app = TestApp::new().await;
    let clerk = clerk(&app).await;
    let page = app.get(&clerk, "/members?limit=0").await;
    assert_eq!(page.status, Status::UnprocessableEntity, "{}", page.body);
    assert_eq!(page.body.matches("limit“0”").count(), 1, "{}", page.body);
}

/// What a card of before 1999 says: no century, no check digit.
fn fifteen(number: &str) -> String {
    format!("{}{}", &number[..6], &number[8..17])
}

#[tokio::test]
async fn fifteen_digits_are_the_eighteen_of_the_same_person() {
    let app = TestApp::new().await;
    let clerk = clerk(&app).await;
    let mut old = body(&app, 1);
    old["citizen_id"] = json!(fifteen(&number(1)));
    let created = enter(&app, &clerk, &old).await;
    assert_eq!(created.status, Status::Created, "{}", created.body);
    let json = created.json();
    assert_eq!((&json["sex"], &json["birth_date"]), (&json!("1"), &json!("1980-05-06")));
    // The form fills sex and birth date in; without its script they follow from the number all the same.
    let form = format!(
        "name=%E6%9D%8E%E5%A8%9C&citizen_id={}&birth_date=&ethnicity=01&education=21&branch={}&category=full\
         &joined_on=2015-07-01&full_member_on=2016-07-01&arrival=initial&occupation=1",
        fifteen(&number(2)),
        app.county.branch(1, 1).code
    );
    let entered = app.submit(&clerk, "/members", None, &form).await;
    assert_eq!(entered.status, Status::SeeOther, "{}", entered.body);
    for (serial, name, sex) in [(1, "张伟", "1"), (2, "李娜", "2")] {
        for typed in [number(serial), fifteen(&number(serial))] {
            let found = app.get(&clerk, &format!("/api/v1/members?q={typed}&count=true")).await.json();
            assert_eq!(found["total"], 1, "{typed}: {found}");
            let one = &found["items"][0];
            assert_eq!((&one["name"], &one["sex"]), (&json!(name), &json!(sex)));
            assert_eq!(one["birth_date"], "1980-05-06");
            let warned =
                app.submit(&clerk, "/members/duplicates", None, &format!("citizen_id={typed}")).await;
            assert!(warned.body.contains(name), "{typed}: {}", warned.body);
            let mut again = body(&app, serial);
            again["citizen_id"] = json!(typed);
            let refused = enter(&app, &clerk, &again).await;
            assert_eq!(refused.status, Status::Conflict, "{}", refused.body);
            assert!(refused.body.contains("不能重复录入"), "{}", refused.body);
        }
    }
    assert_eq!(app.get(&clerk, "/api/v1/members?count=true").await.json()["total"], 2);
    // A serial kept for those born before 1900 tells no century: asked for, never guessed.
    old["citizen_id"] = json!("500237800506996");
    let refused = enter(&app, &clerk, &old).await;
    assert_eq!(refused.status, Status::UnprocessableEntity);
    assert!(refused.body.contains("不能换算"), "{}", refused.body);
}

#[tokio::test]
async fn a_telephone_number_finds_its_owner_and_comes_back_nowhere() {
    let app = TestApp::new().await;
    let clerk = clerk(&app).await;
    let created = enter(&app, &clerk, &body(&app, 1)).await;
    assert_eq!(created.status, Status::Created, "{}", created.body);
    for list in ["members", "people"] {
        let found = app.get(&clerk, &format!("/api/v1/{list}?q=13800001111&count=true")).await;
        assert_eq!(found.json()["total"], 1, "{list}: {}", found.body);
        assert_eq!(found.json()["items"][0]["mobile"], "138****1111");
        assert!(!found.body.contains("13800001111"), "{list}");
        for part in ["1380000111", "8000011", "13800001112"] {
            let none = app.get(&clerk, &format!("/api/v1/{list}?q={part}&count=true")).await;
            assert_eq!(none.json()["total"], 0, "{list} {part}");
        }
        // In a page it is sent by POST; neither an address, nor a link, nor the field shows it again.
        let page = app.submit(&clerk, &format!("/{list}/search"), None, "q=138-0000-1111").await;
        assert_eq!((page.status, page.location), (Status::Ok, None), "{list}");
        assert!(page.body.contains("张伟"), "{list}: {}", page.body);
        for written in ["13800001111", "138-0000-1111"] {
            assert!(!page.body.contains(written), "{list} {written}");
        }
    }
    let other = app.signed_in("clerk.two", Role::Clerk, app.county.town(2)).await;
    let none = app.get(&other, "/api/v1/members?q=13800001111&count=true").await;
    assert_eq!((&none.json()["total"], none.json()["items"].as_array().unwrap().len()), (&json!(0), 0));
}
