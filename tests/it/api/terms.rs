//! Terms one after the other, by both doors: why seats were left, the terms before the one that runs, and the lines of time
//! of a village and of somebody who sat there.

use cadre::base::actor::Role;
use rocket::http::{Method, RawStr, Status};
use serde_json::{Value, json};

use crate::support::app::{Answer, Credential, TestApp};
use crate::support::builders::member;

const VILLAGE: &str = "/committees/villages/500237101201";

/// The Party committee of the first village in its sixth term, with a fifth before it, and three members.
struct Stage {
    app: TestApp,
    clerk: Credential,
    committee: String,
    fifth: String,
    sixth: String,
    people: Vec<String>,
}

impl Stage {
    async fn new() -> Self {
        let app = TestApp::new().await;
        let clerk = app.signed_in("clerk.one", Role::Clerk, app.county.town(1)).await;
        let branch = app.county.branch(1, 1).id;
        let commands: Vec<_> =
            (1..).zip(["张伟", "李娜", "王芳"]).map(|(number, name)| member(branch, name, number)).collect();
        let actor = app.county.town(1).actor(Role::Clerk);
        let mut conn = app.db.web().await;
        cadre::records::members::enrol(&mut conn, &actor, &app.keys, &commands).await.unwrap();
        drop(conn);
        let mut people = Vec::new();
        for name in ["张伟", "李娜", "王芳"] {
            let owner = app.db.owner_client().await;
            let row = owner.query_one("SELECT id::text FROM people WHERE name = $1", &[&name]).await;
            people.push(row.unwrap().get(0));
        }
        let (committee, fifth, sixth) = (String::new(), String::new(), String::new());
        let mut stage = Self { app, clerk, committee, fifth, sixth, people };
        let opened = json!({ "village": "500237101201", "kind": "village_party" });
        stage.committee = stage.made("/committees", &opened).await;
        stage.fifth = stage.term(5, "2017-01-10", "2021-01-10").await;
        stage.sixth = stage.term(6, "2021-01-10", "2026-01-10").await;
        stage
    }

    async fn term(&self, ordinal: i32, from_day: &str, due_day: &str) -> String {
        let body = json!({ "ordinal": ordinal, "from_day": from_day, "due_day": due_day,
            "posts": { "secretary": 1, "committee_member": 2 } });
        self.made(&format!("/committees/{}/terms", self.committee), &body).await
    }

    async fn post(&self, path: &str, body: &Value) -> Answer {
        self.app.send(&self.clerk, Method::Post, &format!("/api/v1{path}"), &[], body).await
    }

    async fn made(&self, path: &str, body: &Value) -> String {
        let answer = self.post(path, body).await;
        assert_eq!(answer.status, Status::Created, "{path}: {}", answer.body);
        answer.json()["id"].as_str().unwrap().to_owned()
    }

    /// Gives somebody a seat in a term.
    async fn seat(&self, term: &str, person: usize, post: &str, from_day: &str) -> String {
        let body = json!({ "person": self.people[person], "post": post, "from_day": from_day });
        self.made(&format!("/terms/{term}/seats"), &body).await
    }

    async fn left(&self, seat: &str, body: Value) -> Value {
        let answer = self.post(&format!("/seats/{seat}/end"), &body).await;
        assert_eq!(answer.status, Status::Ok, "{}", answer.body);
        answer.json()
    }

    async fn get(&self, path: &str) -> Answer {
        self.app.get(&self.clerk, path).await
    }

    async fn page(&self, path: &str) -> String {
        let answer = self.get(path).await;
        assert_eq!(answer.status, Status::Ok, "{path}: {}", answer.body);
        answer.body
    }

    async fn submit(&self, path: &str, form: &str) -> Answer {
        self.app.submit(&self.clerk, path, None, form).await
    }

    /// In the fifth term 张伟 leads and 李娜 is transferred, in the sixth 张伟 leads on and 王芳 comes and goes.
    async fn played(&self) -> Played {
        let secretary = self.seat(&self.fifth, 0, "secretary", "2017-01-10").await;
        let body = json!({ "person": self.people[1], "post": "committee_member", "from_day": "2017-01-10",
            "to_day": "2018-03-01", "leaving_reason": "transferred", "leaving_explanation": "任镇农业服务中心主任" });
        let transferred = self.made(&format!("/terms/{}/seats", self.fifth), &body).await;
        self.seat(&self.sixth, 0, "secretary", "2021-01-10").await;
        let unfit = self.seat(&self.sixth, 2, "committee_member", "2022-05-01").await;
        let told =
            json!({ "on": "2024-05-01", "reason": "removed_unfit", "explanation": "连续两年考核不合格" });
        self.left(&unfit, told).await;
        Played { secretary, transferred, unfit }
    }
}

/// The seats of the two terms.
struct Played {
    secretary: String,
    transferred: String,
    unfit: String,
}

fn encoded(text: &str) -> String {
    RawStr::new(text).percent_encode().to_string()
}

fn errors(answer: &Answer) -> Vec<(String, String)> {
    let told = answer.json();
    let text = |error: &Value, name: &str| error[name].as_str().unwrap_or_default().to_owned();
    let errors = told["errors"].as_array().unwrap_or_else(|| panic!("{told}"));
    errors.iter().map(|error| (text(error, "field"), text(error, "message"))).collect()
}

/// What stands between tags, with one blank between.
fn words(html: &str) -> String {
    let after = html.split('<').map(|part| part.split_once('>').map_or(part, |(_, text)| text).trim());
    after.filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" ")
}

/// The events of the line of time of a page, the latest first.
fn timeline(body: &str) -> Vec<String> {
    let (_, list) = body.split_once("<ol class=\"timeline\">").unwrap_or_else(|| panic!("{body}"));
    let (list, _) = list.split_once("</ol>").unwrap();
    list.split("<li>").skip(1).map(words).collect()
}

#[tokio::test]
async fn a_seat_is_left_for_a_reason_of_the_list_and_told_so() {
    let stage = Stage::new().await;
    let played = stage.played().await;
    let unfit = stage.get(&format!("/api/v1/seats/{}", played.unfit)).await.json();
    assert_eq!(unfit["leaving_reason"], "removed_unfit");
    assert_eq!(unfit["leaving_explanation"], "连续两年考核不合格");
    let ended = stage.get(&format!("/api/v1/seats/{}", played.secretary)).await.json();
    assert_eq!((&ended["leaving_reason"], &ended["to_day"]), (&json!("term_end"), &json!("2021-01-10")));
    assert_eq!(ended["leaving_explanation"], Value::Null);
    let person = stage.get(&format!("/api/v1/people/{}", stage.people[1])).await.json();
    assert_eq!(person["seats"][0]["leaving_reason"], "transferred");
    assert_eq!(person["seats"][0]["leaving_explanation"], "任镇农业服务中心主任");
    // The name of a code is taken like the code, other words are not.
    let again = stage.seat(&stage.sixth, 1, "committee_member", "2021-01-10").await;
    let end = format!("/seats/{again}/end");
    let refused = stage.post(&end, &json!({ "on": "2024-05-01", "reason": "工作调动" })).await;
    assert_eq!(refused.status, Status::UnprocessableEntity);
    let choice = "离职原因“工作调动”不在可选范围内，请填写届满、辞职、调任、不胜任调整、罢免、受处分、去世、其他（或对应代码\
        term_end、resigned、transferred、removed_unfit、recalled、discipline、deceased、other）";
    assert_eq!(errors(&refused), [("reason".to_owned(), choice.to_owned())]);
    let long = json!({ "on": "2024-05-01", "reason": "other", "explanation": "长".repeat(201) });
    assert_eq!(errors(&stage.post(&end, &long).await)[0].0, "explanation");
    let told = stage.left(&again, json!({ "on": "2024-05-01", "reason": "罢免" })).await;
    assert_eq!((&told["leaving_reason"], &told["leaving_explanation"]), (&json!("recalled"), &Value::Null));
}

#[tokio::test]
async fn a_reason_is_corrected_and_goes_with_the_day() {
    let stage = Stage::new().await;
    let played = stage.played().await;
    let path = format!("/api/v1/seats/{}", played.unfit);
    let patch = async |version: &str, body: Value| {
        stage.app.send(&stage.clerk, Method::Patch, &path, &[("If-Match", version)], &body).await
    };
    let wrong = patch("\"2\"", json!({ "leaving_reason": "不想干了" })).await;
    assert_eq!((wrong.status, errors(&wrong)[0].0.as_str()), (Status::UnprocessableEntity, "leaving_reason"));
    let none = patch("\"2\"", json!({ "leaving_reason": null })).await;
    assert_eq!(errors(&none)[0].0, "leaving_reason", "a day needs a reason: {}", none.body);
    let other = patch("\"2\"", json!({ "leaving_reason": "discipline" })).await;
    assert_eq!(other.status, Status::Ok, "{}", other.body);
    let told = other.json();
    assert_eq!(told["leaving_reason"], "discipline");
    assert_eq!(told["leaving_explanation"], "连续两年考核不合格", "what is not sent stays");
    let alone = json!({ "to_day": null, "leaving_reason": null, "leaving_explanation": "村民会议" });
    assert_eq!(errors(&patch("\"3\"", alone).await)[0].0, "leaving_explanation");
    let sits = patch("\"3\"", json!({ "to_day": null, "leaving_reason": null })).await;
    assert_eq!(sits.status, Status::Ok, "{}", sits.body);
    assert_eq!(sits.json()["leaving_explanation"], Value::Null, "there is nothing to explain");
}

#[tokio::test]
async fn the_form_of_leaving_offers_the_reasons_and_refuses_others() {
    let stage = Stage::new().await;
    let seat = stage.seat(&stage.sixth, 0, "secretary", "2021-01-10").await;
    let path = format!("/seats/{seat}/end");
    let form = stage.page(&path).await;
    for (code, name) in [("term_end", "届满"), ("removed_unfit", "不胜任调整"), ("other", "其他")] {
        assert!(form.contains(&format!("<option value=\"{code}\">{name}</option>")), "{code}: {form}");
    }
    let empty = stage.submit(&path, "on=2024-05-01&reason=").await;
    assert_eq!(empty.status, Status::UnprocessableEntity);
    assert!(empty.body.contains("离职原因没有填写，请选择原因"), "{}", empty.body);
    let wrong = stage.submit(&path, "on=2024-05-01&reason=moved").await;
    assert_eq!(wrong.status, Status::UnprocessableEntity);
    assert!(wrong.body.contains("离职原因“moved”不在可选范围内，请填写届满、辞职、调任"), "{}", wrong.body);
    let explained = encoded("举家外迁");
    let done = stage.submit(&path, &format!("on=2024-05-01&reason=resigned&explanation={explained}")).await;
    assert_eq!((done.status, done.location.as_deref()), (Status::SeeOther, Some(VILLAGE)), "{}", done.body);
    assert!(stage.page(VILLAGE).await.contains("2024-05-01 辞职（举家外迁）"));
    let told = stage.get(&format!("/api/v1/seats/{seat}")).await.json();
    assert_eq!(
        (&told["leaving_reason"], &told["leaving_explanation"]),
        (&json!("resigned"), &json!("举家外迁"))
    );
}

#[tokio::test]
async fn an_approved_extension_stands_on_the_page_and_in_the_api() {
    let stage = Stage::new().await;
    let (page, api) =
        (format!("/terms/{}/extend", stage.sixth), format!("/terms/{}/extensions", stage.sixth));
    let village = stage.page(VILLAGE).await;
    assert!(village.contains(&page) && village.contains("逾期未换届"), "{village}");
    assert!(stage.page(&page).await.contains("name=\"document_number\""));
    let document = encoded("县委组〔2025〕12号");
    let form = |until: &str| format!("until={until}&document_number={document}&approved_on=2025-12-01");
    let long = stage.submit(&page, &form("2027-01-11")).await;
    assert_eq!(long.status, Status::UnprocessableEntity);
    assert!(long.body.contains("请改为不晚于2027-01-10的日期"), "{}", long.body);
    let done = stage.submit(&page, &form("2027-01-09")).await;
    assert_eq!((done.status, done.location.as_deref()), (Status::SeeOther, Some(VILLAGE)), "{}", done.body);
    let village = stage.page(VILLAGE).await;
    let told = "原应于2026-01-10换届，2025-12-01经批准延期（县委组〔2025〕12号）";
    assert!(village.contains(told) && village.contains("2021-01-10 至 2027-01-09"), "{village}");

    let sent = |until: &str, document: &str| json!({ "until": until, "document_number": document, "approved_on": "2025-12-01" });
    let refused = stage.post(&api, &sent("2027-01-11", " ")).await;
    let fields: Vec<String> = errors(&refused).into_iter().map(|(field, _)| field).collect();
    assert_eq!(fields, ["until", "document_number"], "{}", refused.body);
    let extended = stage.post(&api, &sent("2027-01-10", "县委组〔2025〕13号")).await;
    assert_eq!(extended.status, Status::Ok, "{}", extended.body);
    let term = stage.get(&format!("/api/v1/terms/{}", stage.sixth)).await.json();
    assert_eq!((&term["due_day"], &term["version"]), (&json!("2027-01-10"), &json!(3)));
    let extension = json!({ "due_before": "2026-01-10", "document_number": "县委组〔2025〕13号",
        "approved_on": "2025-12-01" });
    assert_eq!(term["extension"], extension);
    let over = stage.post(&format!("/terms/{}/extensions", stage.fifth), &sent("2021-06-30", "1号")).await;
    assert_eq!(over.status, Status::Conflict, "{}", over.body);
}

#[tokio::test]
async fn every_term_of_a_committee_has_its_tab() {
    let stage = Stage::new().await;
    stage.played().await;
    let supervision = json!({ "village": "500237101201", "kind": "supervision_committee" });
    let supervision = stage.made("/committees", &supervision).await;
    let only = json!({ "ordinal": 6, "from_day": "2021-01-10", "posts": { "supervision_director": 1 } });
    stage.made(&format!("/committees/{supervision}/terms"), &only).await;
    let vote = json!({ "post": "secretary", "held_on": "2017-01-10", "places": 1, "eligible": 50, "present": 45,
        "issued": 45, "returned": 45, "valid": 44,
        "candidates": [{ "person": stage.people[0], "votes_for": 44, "is_elected": true }] });
    let vote = stage.made(&format!("/terms/{}/election", stage.fifth), &vote).await;

    let running = stage.page(VILLAGE).await;
    assert!(running.contains("aria-current=\"true\">第6届（2021年）</a>"), "{running}");
    let address = format!("{VILLAGE}?term={}", stage.fifth);
    assert!(
        running.contains(&format!("<a href=\"{address}#village_party\">第5届（2017年）</a>")),
        "{running}"
    );
    assert!(!running.contains("村务监督委员会届次"), "a committee with one term has no tabs");
    let table = |body: &str| words(body.split("<ol class=\"timeline\">").next().unwrap());
    assert!(table(&running).contains("不胜任调整") && !table(&running).contains("调任"), "{running}");
    assert!(!running.contains(&format!("/elections/{vote}")), "{running}");

    let earlier = stage.page(&address).await;
    assert!(earlier.contains("aria-current=\"true\">第5届（2017年）</a>"), "{earlier}");
    assert!(table(&earlier).contains("2018-03-01 调任（任镇农业服务中心主任）"), "{earlier}");
    assert!(table(&earlier).contains("2021-01-10 届满") && !table(&earlier).contains("不胜任调整"));
    let party = |body: &str| words(body.split(" id=\"supervision_committee\"").next().unwrap());
    assert!(party(&running).contains("逾期未换届："), "{running}");
    assert!(!party(&earlier).contains("逾期未换届："), "findings are of the running term: {earlier}");
    assert!(earlier.contains(&format!("/elections/{vote}")), "{earlier}");
    for may in ["appoint", "vote", "correct"] {
        assert!(earlier.contains(&format!("/terms/{}/{may}", stage.fifth)), "{may}: {earlier}");
    }
    assert!(!earlier.contains(&format!("/terms/{}/close", stage.fifth)), "{earlier}");
    // The sheet of that term leads back to it, and may be corrected.
    let sheet = stage.page(&format!("/elections/{vote}")).await;
    assert!(sheet.contains(&address) && sheet.contains("第5届书记选举结果"), "{sheet}");
    assert!(stage.page(&format!("/elections/{vote}/correct")).await.contains("2017-01-10"));

    let auditor = stage.app.signed_in("auditor.one", Role::Auditor, stage.app.county.town(1)).await;
    let seen = stage.app.get(&auditor, &address).await;
    assert!(seen.status == Status::Ok && seen.body.contains("第5届（2017年）"), "{}", seen.body);
    assert!(!seen.body.contains(&format!("/terms/{}/correct", stage.fifth)), "{}", seen.body);
    for nowhere in [
        format!("{VILLAGE}?term=x"),
        format!("{VILLAGE}?term=0193b2a4-0000-7000-8000-000000000000"),
        format!("/committees/villages/500237101202?term={}", stage.fifth),
    ] {
        assert_eq!(stage.get(&nowhere).await.status, Status::NotFound, "{nowhere}");
    }
}

#[tokio::test]
async fn what_was_entered_of_an_earlier_term_is_corrected_there() {
    let stage = Stage::new().await;
    let played = stage.played().await;
    let address = format!("{VILLAGE}?term={}", stage.fifth);
    let path = format!("/seats/{}/correct", played.transferred);
    let form = stage.page(&path).await;
    assert!(form.contains("<option value=\"transferred\" selected>调任</option>"), "{form}");
    assert!(form.contains("value=\"任镇农业服务中心主任\"") && form.contains(&address), "{form}");
    let rest = "version=1&post=committee_member&from_day=2017-01-10&education=31&is_party_member=true";
    let wrong = stage.submit(&path, &format!("{rest}&to_day=2018-03-01&leaving_reason=moved")).await;
    assert_eq!(wrong.status, Status::UnprocessableEntity);
    assert!(wrong.body.contains("离职原因“moved”不在可选范围内"), "{}", wrong.body);
    let words = format!("&leaving_explanation={}", encoded("自愿"));
    let alone = stage.submit(&path, &format!("{rest}{words}")).await;
    assert!(alone.body.contains("填写了离职说明，离职原因没有填写"), "{}", alone.body);
    let told = format!("{rest}&to_day=2018-04-01&leaving_reason=resigned{words}");
    let done = stage.submit(&path, &told).await;
    assert_eq!((done.status, done.location.as_deref()), (Status::SeeOther, Some(address.as_str())));
    assert!(stage.page(&address).await.contains("2018-04-01 辞职（自愿）"));
    // Whoever was forgotten is entered with the day on which he left, or leaves with the term.
    let appoint = format!("/terms/{}/appoint", stage.fifth);
    assert!(stage.page(&appoint).await.contains("name=\"leaving_reason\""));
    let running = stage.page(&format!("/terms/{}/appoint", stage.sixth)).await;
    assert!(!running.contains("name=\"leaving_reason\""), "{running}");
    let seat = format!("person={}&post=committee_member&from_day=2018-04-01", stage.people[2]);
    let bare = stage.submit(&appoint, &format!("{seat}&to_day=2019-04-01")).await;
    assert!(bare.body.contains("离职原因没有填写，请选择原因"), "{}", bare.body);
    let done = stage.submit(&appoint, &format!("{seat}&to_day=2019-04-01&leaving_reason=deceased")).await;
    assert_eq!((done.status, done.location.as_deref()), (Status::SeeOther, Some(address.as_str())));
    let seat = format!("person={}&post=committee_member&from_day=2019-04-01", stage.people[1]);
    assert_eq!(stage.submit(&appoint, &seat).await.status, Status::SeeOther);
    let shown = stage.page(&address).await;
    assert!(shown.contains("2019-04-01 去世") && shown.matches("2021-01-10 届满").count() == 2, "{shown}");
}

#[tokio::test]
async fn the_village_tells_its_terms_and_changes_in_one_line_of_time() {
    let stage = Stage::new().await;
    stage.played().await;
    let expected = [
        "2024-05-01 村党组织：王芳（委员）离职 原因：不胜任调整（连续两年考核不合格）",
        "2022-05-01 村党组织：王芳（委员）任职",
        "2021-01-10 村党组织第6届开始 张伟（书记）",
        "2021-01-10 村党组织第5届结束",
        "2018-03-01 村党组织：李娜（委员）离职 原因：调任（任镇农业服务中心主任）",
        "2017-01-10 村党组织第5届开始 张伟（书记） 李娜（委员）",
    ];
    assert_eq!(timeline(&stage.page(VILLAGE).await), expected);
    let earlier = stage.page(&format!("{VILLAGE}?term={}", stage.fifth)).await;
    assert_eq!(timeline(&earlier), expected, "whichever term is shown");
}

#[tokio::test]
async fn somebody_who_sat_has_his_posts_in_his_line_of_time() {
    let stage = Stage::new().await;
    stage.played().await;
    let of = async |person: usize| {
        let events = timeline(&stage.page(&format!("/people/{}", stage.people[person])).await);
        events.into_iter().filter(|event| event.contains("任龙井镇")).collect::<Vec<_>>()
    };
    assert_eq!(
        of(0).await,
        [
            "2021-01-10 任龙井镇白泉村书记 村党组织第6届",
            "2021-01-10 离任龙井镇白泉村书记 原因：届满",
            "2017-01-10 任龙井镇白泉村书记 村党组织第5届",
        ]
    );
    assert_eq!(
        of(1).await,
        [
            "2018-03-01 离任龙井镇白泉村委员 原因：调任（任镇农业服务中心主任）",
            "2017-01-10 任龙井镇白泉村委员 村党组织第5届",
        ]
    );
    assert_eq!(
        of(2).await,
        [
            "2024-05-01 离任龙井镇白泉村委员 原因：不胜任调整（连续两年考核不合格）",
            "2022-05-01 任龙井镇白泉村委员 村党组织第6届",
        ]
    );
    let page = stage.page(&format!("/people/{}", stage.people[1])).await;
    assert!(page.contains(&format!("{VILLAGE}?term={}", stage.fifth)), "his seat leads to its term: {page}");
}

#[tokio::test]
async fn who_left_is_counted_by_committee_and_reason() {
    let stage = Stage::new().await;
    stage.played().await;
    let counted = async |query: &str| {
        let answer = stage.get(&format!("/api/v1/committees/departures?{query}")).await;
        assert_eq!(answer.status, Status::Ok, "{query}: {}", answer.body);
        answer.json()["items"].clone()
    };
    let left = |reason: &str, heads: i32| json!([{ "committee": "village_party", "leaving_reason": reason, "seats": 1, "heads": heads }]);
    for (query, expected) in [
        ("", left("removed_unfit", 0)),
        ("within=500237101201", left("removed_unfit", 0)),
        ("within=500237101202", json!([])),
        ("quarter=2024Q1", json!([])),
        ("quarter=2024Q2", left("removed_unfit", 0)),
        ("quarter=2024Q3", json!([])),
        ("quarter=2021Q1", left("term_end", 1)),
        ("quarter=2018Q1&within=500237101", left("transferred", 0)),
    ] {
        assert_eq!(counted(query).await, expected, "{query}");
    }
    let wrong = stage.get("/api/v1/committees/departures?quarter=2024Q5").await;
    assert_eq!((wrong.status, errors(&wrong)[0].0.as_str()), (Status::UnprocessableEntity, "quarter"));
    let beside = stage.get("/api/v1/committees/departures?within=500237102").await;
    assert_eq!(beside.status, Status::NotFound);
    let neighbour = stage.app.signed_in("clerk.two", Role::Clerk, stage.app.county.town(2)).await;
    let theirs = stage.app.get(&neighbour, "/api/v1/committees/departures").await.json();
    assert_eq!(theirs["items"], json!([]), "nobody of the town beside is counted");

    let page = stage.page("/committees/departures?within=500237101201&quarter=2024Q2").await;
    let told = words(&page);
    assert!(told.contains("不胜任调整 1 0 0 1 0") && told.contains("合计 1 0 0 1 0"), "{told}");
    assert!(told.contains("龙井镇白泉村") && !told.contains("没有登记原因"), "{told}");
    let head = words(&stage.page("/committees/departures?quarter=2021Q1").await);
    assert!(head.contains("届满 1 0 0 1 1"), "{head}");
    let nobody = stage.page("/committees/departures?quarter=2024Q1").await;
    assert!(nobody.contains("这段时间没有登记离职。"), "{nobody}");
    let since = stage.page(VILLAGE).await;
    assert!(since.contains("/committees/departures?within=500237101201"), "{since}");
}

#[tokio::test]
async fn the_form_of_a_run_off_has_room_for_everybody_who_stands_again() {
    let stage = Stage::new().await;
    let names = ["赵敏", "钱进", "孙涛", "周杰", "吴刚", "郑爽", "冯军", "陈静", "褚明", "卫国", "蒋丽"];
    let branch = stage.app.county.branch(1, 1).id;
    let commands: Vec<_> = (11..).zip(names).map(|(number, name)| member(branch, name, number)).collect();
    let actor = stage.app.county.town(1).actor(Role::Clerk);
    let mut conn = stage.app.db.web().await;
    cadre::records::members::enrol(&mut conn, &actor, &stage.app.keys, &commands).await.unwrap();
    drop(conn);
    let owner = stage.app.db.owner_client().await;
    let rows = owner.query("SELECT id::text FROM people WHERE name = ANY ($1)", &[&names.to_vec()]).await;
    let people: Vec<String> = rows.unwrap().iter().map(|row| row.get(0)).collect();
    assert_eq!(people.len(), names.len());
    let candidates: Vec<Value> = people
        .iter()
        .map(|person| json!({ "person": person, "votes_for": 4, "is_elected": false }))
        .collect();
    let vote = json!({ "post": "committee_member", "held_on": "2021-01-10", "places": 1, "eligible": 50,
        "present": 45, "issued": 45, "returned": 45, "valid": 44, "candidates": candidates });
    let first = stage.made(&format!("/terms/{}/election", stage.sixth), &vote).await;
    let path = format!("/terms/{}/vote", stage.sixth);
    let form = stage.app.get(&stage.clerk, &format!("{path}?after={first}")).await.body;
    assert!(people.iter().all(|person| form.contains(person)), "{form}");
    assert!(form.contains("实到不少于4/5应到人数（应到50人，即不少于40人）"), "{form}");
    assert!(!form.contains("候选人多出"), "of a run-off no more candidates are demanded: {form}");
    // More ballots came back than were given out: all that was typed stays.
    let mut typed =
        "post=committee_member&held_on=2021-01-11&run=2&places=1&eligible=50&present=45&issued=45\
        &returned=46&valid=44"
            .to_owned();
    for (at, person) in people.iter().enumerate() {
        typed.push_str(&format!("&candidates%5B{at}%5D.person={person}&candidates%5B{at}%5D.votes_for=4"));
    }
    let again = stage.app.submit(&stage.clerk, &path, None, &typed).await;
    assert_eq!(again.status, Status::UnprocessableEntity, "{}", again.body);
    assert!(people.iter().all(|person| again.body.contains(person)), "{}", again.body);
}
