//! Pools of reserve cadres through the API and the pages.

use cadre::base::actor::Role;
use cadre::base::values::CitizenId;
use rocket::http::{Method, Status};
use serde_json::{Value, json};

use crate::support::app::{Answer, Credential, TestApp};
use crate::support::builders::day;

fn body(name: &str, serial: u16) -> Value {
    let citizen_id = CitizenId::compose("500237", day("1995-06-07"), serial).unwrap();
    json!({
        "name": name, "citizen_id": citizen_id.as_str(), "ethnicity": "汉族", "education": "大学专科毕业",
        "political_status": "群众", "village": "500237101201", "kind": "后备干部", "entered_on": "2021-03-01",
        "route": "contest", "sources": ["退役军人"],
        "mentors": [{ "kind": "township_leader", "name": "冉红" }, { "kind": "village_secretary", "name": "谭军" }],
    })
}

struct Stage {
    app: TestApp,
    clerk: Credential,
}

impl Stage {
    async fn new() -> Self {
        let app = TestApp::new().await;
        let clerk = app.signed_in("clerk.one", Role::Clerk, app.county.town(1)).await;
        Self { app, clerk }
    }

    async fn post(&self, path: &str, body: &Value) -> Answer {
        self.app.send(&self.clerk, Method::Post, &format!("/api/v1{path}"), &[], body).await
    }

    async fn one(&self, name: &str, serial: u16) -> String {
        let entered = self.post("/reserve-cadres", &body(name, serial)).await;
        assert_eq!(entered.status, Status::Created, "{}", entered.body);
        entered.json()["id"].as_str().unwrap().to_owned()
    }
}

#[tokio::test]
async fn somebody_is_entered_listed_filtered_and_read_back_masked() {
    let stage = Stage::new().await;
    let id = stage.one("王芳", 2).await;
    stage.one("李强", 3).await;
    let read = stage.app.get(&stage.clerk, &format!("/api/v1/reserve-cadres/{id}")).await;
    assert_eq!(read.etag.as_deref(), Some("\"1\""));
    let json = read.json();
    assert_eq!((&json["state"], &json["sources"]), (&json!("in_pool"), &json!(["veteran"])));
    assert_eq!(
        (&json["village"]["name"], &json["citizen_id"]),
        (&json!("龙井镇白泉村"), &json!("500237************"))
    );
    let list = async |query: &str| {
        stage.app.get(&stage.clerk, &format!("/api/v1/reserve-cadres?count=true&{query}")).await.json()
    };
    for (query, total) in [
        ("q=wf", 1),
        ("q=wangf", 1),
        ("q=%E7%8E%8B", 1),
        ("kind=reserve_cadre", 2),
        ("kind=local_talent", 0),
        ("source=veteran", 2),
        ("state=seconded", 0),
        ("state=any", 2),
        ("within=500237101202", 0),
    ] {
        assert_eq!(list(query).await["total"], total, "{query}");
    }
    let first = list("limit=1").await;
    let next = first["next"].as_str().unwrap();
    let second = list(&format!("limit=1&after={next}")).await;
    assert_eq!((&first["items"][0]["name"], &second["items"][0]["name"]), (&json!("李强"), &json!("王芳")));
    assert_eq!(second["next"], Value::Null);
}

#[tokio::test]
async fn a_change_needs_the_version_and_a_key_makes_entering_once() {
    let stage = Stage::new().await;
    let key = [("Idempotency-Key", "one")];
    let twice = async || {
        stage.app.send(&stage.clerk, Method::Post, "/api/v1/reserve-cadres", &key, &body("王芳", 2)).await
    };
    let (first, second) = (twice().await, twice().await);
    assert_eq!((first.status, &first.body), (Status::Created, &second.body));
    let again = stage.post("/reserve-cadres", &body("王芳", 2)).await;
    assert_eq!(again.status, Status::UnprocessableEntity, "{}", again.body);
    let path = format!("/api/v1/reserve-cadres/{}", first.json()["id"].as_str().unwrap());
    let note = json!({ "note": "核对" });
    let patch = async |version: &'static str, body: Value| {
        let headers = [("If-Match", version)];
        stage.app.send(&stage.clerk, Method::Patch, &path, &headers, &body).await
    };
    let blind = stage.app.send(&stage.clerk, Method::Patch, &path, &[], &note).await;
    assert_eq!(blind.status.code, 428);
    let changed = patch("\"1\"", note.clone()).await;
    assert_eq!((changed.status, changed.etag.as_deref()), (Status::Ok, Some("\"2\"")));
    assert_eq!(patch("\"1\"", note).await.status, Status::PreconditionFailed);
    let moved = patch("\"2\"", json!({ "village": "500237101202" })).await;
    assert_eq!(moved.status, Status::UnprocessableEntity);
}

#[tokio::test]
async fn what_happens_is_recorded_and_shown() {
    let stage = Stage::new().await;
    let id = stage.one("王芳", 2).await;
    let mentor = stage.app.get(&stage.clerk, &format!("/api/v1/reserve-cadres/{id}")).await.json()["mentors"]
        [0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    for (verb, body) in [
        ("second", json!({ "village": "500237102201", "post": "村主任助理", "on": "2021-06-01" })),
        ("notes", json!({ "mentor": mentor, "on": "2021-07-01", "content": "谈心谈话" })),
        ("reviews", json!({ "grade": "优秀", "on": "2021-12-31" })),
        ("return", json!({ "on": "2022-06-01" })),
        ("leave", json!({ "on": "2023-06-01", "reason": "考入县外单位" })),
    ] {
        let done = stage.post(&format!("/reserve-cadres/{id}/{verb}"), &body).await;
        assert_eq!(done.status, Status::Ok, "{verb}: {}", done.body);
    }
    let late = stage.post(&format!("/reserve-cadres/{id}/return"), &json!({})).await;
    assert_eq!(late.status, Status::Conflict, "{}", late.body);
    let history = stage.app.get(&stage.clerk, &format!("/api/v1/reserve-cadres/{id}/history")).await.json();
    let states: Vec<&str> =
        history["states"].as_array().unwrap().iter().map(|state| state["state"].as_str().unwrap()).collect();
    assert_eq!(states, ["in_pool", "seconded", "in_pool", "left"]);
    assert_eq!(history["states"][1]["village"]["name"], "官渡镇白泉村", "over the border of the town");
    assert_eq!(
        (&history["notes"][0]["content"], &history["reviews"][0]["grade"]),
        (&json!("谈心谈话"), &json!("excellent"))
    );
    let shown = stage.app.get(&stage.clerk, &format!("/reserves/{id}")).await;
    for word in ["王芳", "挂职：官渡镇白泉村村主任助理", "谈心谈话", "考入县外单位", "优秀"]
    {
        assert!(shown.body.contains(word), "{word}");
    }
}

#[tokio::test]
async fn the_map_says_who_is_below_and_the_desk_what_waits() {
    let stage = Stage::new().await;
    stage.one("王芳", 2).await;
    let map = stage.app.get(&stage.clerk, "/reserves/map").await;
    assert_eq!(map.status, Status::Ok);
    for words in ["龙井镇白泉村", "1/2", "缺1名", "龙井镇龙雾村", "0/2", "缺2名"] {
        assert!(map.body.contains(words), "{words}");
    }
    let desk = stage.app.get(&stage.clerk, "/").await;
    assert!(
        desk.body.contains("补记后备人员帮带记录") && desk.body.contains("补足后备干部"),
        "{}",
        desk.body
    );
    let silent = stage.app.get(&stage.clerk, "/reserves?silent=true").await;
    assert!(silent.body.contains("王芳"), "{}", silent.body);
    let refused = stage.app.get(&stage.clerk, "/reserves/map?within=500237102").await;
    assert_eq!(refused.status, Status::NotFound, "another town");
}

#[tokio::test]
async fn an_appointment_with_a_term_opens_the_seat() {
    let stage = Stage::new().await;
    let id = stage.one("王芳", 2).await;
    let committee = json!({ "village": "500237101201", "kind": "village_committee" });
    let committee = stage.post("/committees", &committee).await.json()["id"].as_str().unwrap().to_owned();
    let term = json!({ "ordinal": 6, "from_day": "2021-01-10",
        "posts": { "director": 1, "committee_member": 4 } });
    let opened = stage.post(&format!("/committees/{committee}/terms"), &term).await;
    assert_eq!(opened.status, Status::Created, "{}", opened.body);
    let term = opened.json()["id"].as_str().unwrap().to_owned();
    let appoint = |post: &str, on: &str| json!({ "term": term, "post": post, "on": on });
    let path = format!("/reserve-cadres/{id}/appoint");
    for (body, field) in [
        (json!({ "term": "6", "post": "director" }), "term"),
        (appoint("村长", "2023-06-01"), "post"),
        (appoint("secretary", "2023-06-01"), "post"),
        (appoint("director", "2021-02-30"), "on"),
        (appoint("director", "2099-01-01"), "on"),
    ] {
        let refused = stage.post(&path, &body).await;
        assert_eq!(refused.status, Status::UnprocessableEntity, "{body}: {}", refused.body);
        assert_eq!(refused.json()["errors"][0]["field"], json!(field), "{body}: {}", refused.body);
    }
    let nowhere =
        json!({ "term": "0193b2a4-0000-7000-8000-000000000000", "post": "director", "on": "2023-06-01" });
    assert_eq!(stage.post(&path, &nowhere).await.status, Status::NotFound);
    let misplaced =
        stage.post(&format!("/reserve-cadres/{id}/leave"), &appoint("director", "2023-06-01")).await;
    assert_eq!(misplaced.status, Status::UnprocessableEntity, "{}", misplaced.body);
    let page = stage.app.get(&stage.clerk, &format!("/reserves/{id}/appoint")).await;
    assert!(page.body.contains("村（居）民委员会 第6届 主任"), "{}", page.body);
    let done = stage.post(&path, &appoint("director", "2023-06-01")).await;
    assert_eq!((done.status, &done.json()["state"]), (Status::Ok, &json!("appointed")), "{}", done.body);
    let seats = stage.app.get(&stage.clerk, &format!("/api/v1/terms/{term}/seats")).await.json();
    let seat = &seats["items"][0];
    assert_eq!((&seat["person"]["name"], &seat["post"]), (&json!("王芳"), &json!("director")));
    assert_eq!((&seat["from_day"], &seat["sources"]), (&json!("2023-06-01"), &json!(["veteran"])));
}

#[tokio::test]
async fn the_form_of_an_appointment_opens_the_seat_or_says_why_not() {
    let stage = Stage::new().await;
    let committee = json!({ "village": "500237101201", "kind": "village_committee" });
    let committee = stage.post("/committees", &committee).await.json()["id"].as_str().unwrap().to_owned();
    let term = json!({ "ordinal": 6, "from_day": "2021-01-10", "posts": { "director": 1 } });
    let opened = stage.post(&format!("/committees/{committee}/terms"), &term).await.json();
    let term = opened["id"].as_str().unwrap();
    let form = async |id: &str, version: &str, seat: &str| {
        let fields = format!("version={version}&seat={term}/{seat}&on=2023-06-01");
        stage.app.submit(&stage.clerk, &format!("/reserves/{id}/appoint"), None, &fields).await
    };
    let first = stage.one("王芳", 2).await;
    assert_eq!(form(&first, "1", "director").await.status, Status::SeeOther);
    let second = stage.one("李强", 3).await;
    let refused = form(&second, "1", "director").await;
    assert_eq!(refused.status, Status::UnprocessableEntity);
    assert!(refused.body.contains("主任已由王芳担任（2023-06-01起）"), "{}", refused.body);
    let read = stage.app.get(&stage.clerk, &format!("/api/v1/reserve-cadres/{second}")).await.json();
    assert_eq!((&read["state"], &read["version"]), (&json!("in_pool"), &json!(1)), "nothing was written");
}

/// The first village with a director, and somebody in its pool who is ready.
async fn led(stage: &Stage) -> String {
    let committee = json!({ "village": "500237101201", "kind": "village_committee" });
    let committee = stage.post("/committees", &committee).await.json()["id"].as_str().unwrap().to_owned();
    let term = json!({ "ordinal": 6, "from_day": "2021-01-10", "posts": { "director": 1 } });
    let term = stage.post(&format!("/committees/{committee}/terms"), &term).await.json()["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let number = CitizenId::compose("500237", day("1980-05-06"), 1).unwrap();
    let seat = json!({ "name": "张伟", "citizen_id": number.as_str(), "ethnicity": "01", "person_education": "31",
        "is_party_member": false, "post": "director", "from_day": "2021-01-10" });
    let seated = stage.post(&format!("/terms/{term}/seats"), &seat).await;
    assert_eq!(seated.status, Status::Created, "{}", seated.body);
    let id = stage.one("王芳", 2).await;
    for (verb, body) in [
        ("mentors", json!({ "kind": "township_leader", "name": "向明", "from": "2021-03-01" })),
        ("reviews", json!({ "grade": "优秀", "on": "2021-12-31" })),
    ] {
        let done = stage.post(&format!("/reserve-cadres/{id}/{verb}"), &body).await;
        assert_eq!(done.status, Status::Ok, "{verb}: {}", done.body);
    }
    id
}

#[tokio::test]
async fn the_succession_of_a_village_is_told_with_what_each_leaving_does() {
    let stage = Stage::new().await;
    let id = led(&stage).await;
    let list =
        stage.app.get(&stage.clerk, "/api/v1/reserve-cadres/succession?count=true&limit=1").await.json();
    assert_eq!((&list["total"], list["items"].as_array().unwrap().len()), (&json!(2), 1));
    let village = &list["items"][0];
    assert_eq!(
        (&village["village"]["code"], &village["depth"], &village["minimum"], &village["is_below"]),
        (&json!("500237101201"), &json!(1), &json!(2), &json!(true))
    );
    assert_eq!((&village["due_day"], &village["guided"]), (&Value::Null, &json!(1)), "no term of the Party");
    let ready = &village["people"][0];
    assert_eq!(
        (&ready["id"], &ready["ready"][2], &ready["lacks"]),
        (&json!(id), &json!("考核优秀"), &json!([]))
    );
    let sitter = &village["team"][0];
    assert_eq!((&sitter["name"], &sitter["is_replaceable"]), (&json!("张伟"), &json!(true)));
    let post = &sitter["posts"][0];
    assert_eq!(
        (&post["committee"], &post["post"], &post["vacant"]),
        (&json!("village_committee"), &json!("director"), &json!(1))
    );
    assert_eq!((&post["ready"][0]["name"], &post["refused"]), (&json!("王芳"), &json!([])));
    let rules: Vec<&str> =
        sitter["broken"].as_array().unwrap().iter().map(|one| one["rule"].as_str().unwrap()).collect();
    assert_eq!(rules, ["too_few"], "none is left; that there was no woman is told before, too");
    let next = list["next"].as_str().unwrap();
    let path = format!("/api/v1/reserve-cadres/succession?limit=1&after={next}");
    let second = stage.app.get(&stage.clerk, &path).await.json();
    assert_eq!(
        (&second["items"][0]["village"]["code"], &second["next"]),
        (&json!("500237101202"), &Value::Null)
    );
    assert_eq!(second["items"][0]["team"], json!([]));
    let within = "/api/v1/reserve-cadres/succession?within=500237101202";
    assert_eq!(stage.app.get(&stage.clerk, within).await.json()["items"].as_array().unwrap().len(), 1);
    for (query, status) in
        [("within=500237102", Status::NotFound), ("after=eHg", Status::UnprocessableEntity)]
    {
        let refused =
            stage.app.get(&stage.clerk, &format!("/api/v1/reserve-cadres/succession?{query}")).await;
        assert_eq!(refused.status, status, "{query}: {}", refused.body);
    }
}

#[tokio::test]
async fn the_page_of_a_village_says_who_could_step_in_for_whom() {
    let stage = Stage::new().await;
    led(&stage).await;
    let map = stage.app.get(&stage.clerk, "/reserves/map").await;
    for words in ["/reserves/map/500237101201", "1人，", "<td class=\"number\">0/1</td>"] {
        assert!(map.body.contains(words), "{words}: {}", map.body);
    }
    let page = stage.app.get(&stage.clerk, "/reserves/map/500237101201").await;
    assert_eq!(page.status, Status::Ok);
    for words in [
        "张伟",
        "村（居）民委员会 主任空缺1名",
        "入库满一年、帮带到位、考核优秀",
        "村（居）民委员会：现有成员0人，须不少于3人",
        "可接任：入库满一年",
        "/reserves?within=500237101201",
    ] {
        assert!(page.body.contains(words), "{words}: {}", page.body);
    }
    let empty = stage.app.get(&stage.clerk, "/reserves/map/500237101202").await;
    assert!(empty.body.contains("没有在任班子") && empty.body.contains("还没有后备人员"), "{}", empty.body);
    for code in ["500237102201", "500237101", "edit", "500237101201-ZB01"] {
        let missing = stage.app.get(&stage.clerk, &format!("/reserves/map/{code}")).await;
        assert_eq!(missing.status, Status::NotFound, "{code}");
    }
}

/// A version of the county's demands as its form sends it.
fn demands(minimum: &str, from_day: &str, source: &str) -> String {
    format!(
        "minimum_per_village={minimum}&secondment_age=40&secondment_education=any&township_leaders=1\
         &village_secretaries=1&days_between_notes=60&from_day={from_day}&source={source}"
    )
}

#[tokio::test]
async fn a_supervisor_sets_what_the_pool_demands_and_everybody_reads_it() {
    let stage = Stage::new().await;
    let supervisor = stage.app.signed_in("supervisor", Role::Supervisor, &stage.app.county.county).await;
    let page = stage.app.get(&stage.clerk, "/reserves/settings").await;
    assert!(page.body.contains("通行做法") && page.body.contains("现行"), "{}", page.body);
    assert!(!page.body.contains("minimum_per_village"), "a clerk has no form");
    let path = "/reserves/settings";
    let refused = stage.app.submit(&stage.clerk, path, None, &demands("3", "2025-01-01", "a")).await;
    assert_eq!(refused.status, Status::Forbidden);
    let form = stage.app.get(&supervisor, path).await;
    assert!(form.body.contains("name=\"minimum_per_village\""), "{}", form.body);
    let set = stage.app.submit(&supervisor, path, None, &demands("3", "2025-01-01", "a")).await;
    assert_eq!((set.status, set.location.as_deref()), (Status::SeeOther, Some(path)), "{}", set.body);
    let page = stage.app.get(&stage.clerk, path).await;
    for words in ["2025-01-01", "本县（区）", "本县另有规定"] {
        assert!(page.body.contains(words), "{words}: {}", page.body);
    }
    let map = stage.app.get(&stage.clerk, "/reserves/map").await;
    assert!(map.body.contains("每村后备干部不少于3名") && map.body.contains(path), "{}", map.body);
}

#[tokio::test]
async fn what_cannot_be_demanded_is_refused_and_what_was_typed_stays() {
    let stage = Stage::new().await;
    let supervisor = stage.app.signed_in("supervisor", Role::Supervisor, &stage.app.county.county).await;
    let path = "/reserves/settings";
    for (form, sentence, typed) in [
        (demands("%E4%B8%A4", "2025-01-01", "a"), "每村后备干部最低人数“两”不是整数", "value=\"两\""),
        (demands("", "2025-01-01", "abc"), "每村后备干部最低人数没有填写", "value=\"abc\""),
        (demands("51", "2025-01-01", "abc"), "“51”应在0至50之间", "value=\"51\""),
        (demands("3", "2025-02-30", "abc"), "2025年2月没有30日", "value=\"2025-02-30\""),
        (demands("3", "2025-01-01", ""), "请写明依据", "value=\"2025-01-01\""),
        (
            demands("3", "2025-01-01", "abc").replace("=any", "=doctor"),
            "挂职学历要求“doctor”不在可选范围内",
            "value=\"abc\"",
        ),
    ] {
        let refused = stage.app.submit(&supervisor, path, None, &form).await;
        assert_eq!(refused.status, Status::UnprocessableEntity, "{form}");
        assert!(refused.body.contains(sentence), "{sentence}: {}", refused.body);
        assert!(refused.body.contains(typed), "{typed}: {}", refused.body);
    }
    let set = stage.app.submit(&supervisor, path, None, &demands("3", "2025-01-01", "a")).await;
    assert_eq!(set.status, Status::SeeOther, "{}", set.body);
    let early = stage.app.submit(&supervisor, path, None, &demands("4", "2025-01-01", "a")).await;
    assert_eq!(early.status, Status::UnprocessableEntity);
    assert!(early.body.contains("应更晚") && early.body.contains("value=\"4\""), "{}", early.body);
    let next = stage.app.submit(&supervisor, path, None, &demands("4", "2025-01-02", "a")).await;
    assert_eq!(next.status, Status::SeeOther, "{}", next.body);
}

#[tokio::test]
async fn a_day_narrows_the_list_to_whoever_may_be_seconded_then_and_the_record_says_why_not() {
    let stage = Stage::new().await;
    let young = stage.one("王芳", 2).await;
    let mut elder = body("李强", 3);
    elder["citizen_id"] = json!(CitizenId::compose("500237", day("1980-06-07"), 3).unwrap().as_str());
    let elder = stage.post("/reserve-cadres", &elder).await.json();
    let list = async |query: &str| {
        stage.app.get(&stage.clerk, &format!("/api/v1/reserve-cadres?count=true{query}")).await
    };
    // Born on 1995-06-07 and 1980-06-07: thirty-five until the day before the next birthday.
    for (on, total) in [("2016-06-06", 2), ("2016-06-07", 1), ("2031-06-06", 1), ("2031-06-07", 0)] {
        let found = list(&format!("&eligible_on={on}")).await.json();
        assert_eq!(found["total"], json!(total), "{on}");
        assert_eq!(found["items"].as_array().unwrap().len(), total, "{on}");
    }
    assert_eq!(list("&eligible_on=").await.json()["total"], json!(2), "an empty day is none");
    let wrong = list("&eligible_on=2026-02-30").await;
    assert_eq!(wrong.status, Status::UnprocessableEntity, "{}", wrong.body);
    assert_eq!(wrong.json()["errors"][0]["field"], json!("eligible_on"), "{}", wrong.body);
    let page = stage.app.get(&stage.clerk, "/reserves?eligible_on=2016-06-07").await.body;
    assert!(page.contains("王芳") && !page.contains("李强"), "{page}");
    assert!(page.contains("value=\"2016-06-07\""), "the day stays in the filter: {page}");

    let shown = async |id: &str| stage.app.get(&stage.clerk, &format!("/reserves/{id}")).await.body;
    assert!(shown(&young).await.contains("今天符合挂职的年龄和学历条件"));
    let id = elder["id"].as_str().unwrap();
    let told = shown(id).await;
    assert!(told.contains("挂职条件") && told.contains("周岁，超过挂职年龄上限35周岁"), "{told}");
    let left = json!({ "on": "2023-06-01", "reason": "考入县外单位" });
    assert_eq!(stage.post(&format!("/reserve-cadres/{id}/leave"), &left).await.status, Status::Ok);
    assert!(!shown(id).await.contains("挂职条件"), "whoever left the pool is not seconded");
}
