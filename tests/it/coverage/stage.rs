//! A county in which every route has something to work on, and one caller of each kind.

use std::collections::BTreeMap;

use cadre::base::actor::{Actor, Role};
use cadre::records::members;
use cadre::records::merges::{self, Half, Merge, Side};
use diesel_async::AsyncPgConnection;
use rocket::http::Method;
use serde_json::{Value, json};

use crate::support::app::{Answer, Credential, TestApp};
use crate::support::builders::member;

/// The callers, in the order of the table's columns; with the user names of those who have a session.
pub const CALLERS: [(&str, Option<(Role, usize)>); 8] = [
    ("stranger", None),
    ("own", Some((Role::Clerk, 1))),
    ("sibling", Some((Role::Clerk, 2))),
    ("supervisor", Some((Role::Supervisor, 0))),
    ("auditor", Some((Role::Auditor, 0))),
    ("admin", Some((Role::Administrator, 0))),
    ("security", Some((Role::Security, 0))),
    ("program", None),
];

/// The county.
pub struct Stage {
    pub app: TestApp,
    pub callers: Vec<Credential>,
    member: String,
    transfer: String,
    merge: String,
    account: String,
    round: String,
    rating: String,
    sample: String,
    award: String,
    import: String,
    committee: String,
    term: String,
    seat: String,
    election: String,
    person: String,
    reserve: String,
    mentor: String,
    slate: String,
    check: String,
    programme: String,
    class: String,
    exemption: String,
    pair: String,
    assessed: String,
    assessment: String,
    objection: String,
    inspection: String,
    draw: String,
    /// One for the pages, one for the API: each is removed there.
    kinships: [String; 2],
}

fn id(answer: &Answer, field: &str) -> String {
    let told = answer.json();
    told[field].as_str().unwrap_or_else(|| panic!("{}: {told}", answer.status)).to_owned()
}

/// Two records of one person of the first town, made one.
async fn merged(conn: &mut AsyncPgConnection, app: &TestApp, actor: &Actor) -> String {
    let branch = app.county.branch(1, 2).id;
    let commands = [member(branch, "王伟", 21), member(branch, "王伟", 23)];
    members::enrol(conn, actor, &app.keys, &commands).await.unwrap();
    let query = "SELECT id::text FROM people WHERE name = '王伟' ORDER BY id";
    let rows = app.db.owner_client().await.query(query, &[]).await.unwrap();
    let half = |at: usize| Half { person: rows[at].get::<_, String>(0).parse().unwrap(), version: 1 };
    let fields = BTreeMap::from([("citizen_id".to_owned(), Side::Winner)]);
    let command = Merge { winner: half(0), loser: half(1), fields, keep: Vec::new() };
    merges::merge(conn, actor, &app.keys, &command).await.unwrap().id.to_string()
}

fn scheme() -> Value {
    let text = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/data/packs/wufeng/ratings.json"));
    serde_json::from_str(text).unwrap()
}

fn award_scheme() -> Value {
    let text = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/data/packs/wushan/awards.json"));
    let pack: Value = serde_json::from_str(text).unwrap();
    pack["schemes"][1].clone()
}

fn assessing() -> Value {
    json!({ "organisation": "500237", "name": "季度考核", "entry": "score", "decimals": 1, "flag_rule": "shared",
        "notice_days": 5, "method": "考核组检查", "from": "2020-01-01",
        "indicators": [{ "code": "all", "name": "总评", "full_marks": 100 }] })
}

fn seat(person: &str) -> Value {
    json!({ "person": person, "post": "secretary", "from_day": "2021-01-10" })
}

fn vote(person: &str) -> Value {
    json!({ "post": "secretary", "held_on": "2021-01-10", "places": 1, "eligible": 50, "present": 45, "issued": 45,
        "returned": 45, "valid": 44, "candidates": [{ "person": person, "votes_for": 40, "is_elected": true }] })
}

fn programme(code: &str) -> Value {
    json!({ "code": code, "name": format!("党员轮训{code}"), "from_day": "2026-01-01", "years": 2,
        "is_primary": code == "rotation",
        "demand": { "floors": [50, 50], "source": "县委〔2026〕1号" },
        "fields": [{ "code": "village", "name": "农村" }] })
}

fn round(period: &str) -> Value {
    json!({ "scheme": "member_stars", "period": period, "organisation": "500237101201-ZB01" })
}

impl Stage {
    pub async fn new() -> Self {
        let app = TestApp::new().await;
        let mut callers = Vec::new();
        for (name, seat) in CALLERS {
            callers.push(match seat {
                None if name == "program" => app.token(name, Role::Clerk, app.county.town(1)).await,
                None => Credential::Stranger,
                Some((role, 0)) => app.signed_in(name, role, &app.county.county).await,
                Some((role, town)) => app.signed_in(name, role, app.county.town(town)).await,
            });
        }
        let account = app.account("somebody", Role::Clerk, app.county.town(1)).await.to_string();
        let command = member(app.county.branch(1, 1).id, "张伟", 1);
        let actor = app.county.town(1).actor(Role::Clerk);
        let mut conn = app.db.web().await;
        let ids = members::enrol(&mut conn, &actor, &app.keys, &[command]).await.unwrap();
        let merge = merged(&mut conn, &app, &actor).await;
        drop(conn);
        let mut stage = Self {
            app,
            callers,
            member: ids[0].to_string(),
            transfer: String::new(),
            merge,
            account,
            round: String::new(),
            rating: String::new(),
            sample: String::new(),
            award: String::new(),
            import: String::new(),
            committee: String::new(),
            term: String::new(),
            seat: String::new(),
            election: String::new(),
            person: String::new(),
            reserve: String::new(),
            mentor: String::new(),
            slate: String::new(),
            check: String::new(),
            programme: String::new(),
            class: String::new(),
            exemption: String::new(),
            pair: String::new(),
            assessed: String::new(),
            assessment: String::new(),
            objection: String::new(),
            inspection: String::new(),
            draw: String::new(),
            kinships: [String::new(), String::new()],
        };
        stage.prepare().await;
        stage.assess().await;
        stage
    }

    /// Lets clerk and supervisor make what the routes work on.
    async fn prepare(&mut self) {
        let (app, own, supervisor) = (&self.app, &self.callers[1], &self.callers[3]);
        let post = async |who: &Credential, path: &str, body: Value| {
            app.send(who, Method::Post, &format!("/api/v1{path}"), &[], &body).await
        };
        let transfer = json!({ "to_branch": "500237101202-ZB01" });
        self.transfer = id(&post(own, &format!("/members/{}/transfer", self.member), transfer).await, "id");
        assert!(post(supervisor, "/ratings/schemes", scheme()).await.etag.is_none());
        self.round = id(&post(own, "/ratings/rounds", round("2026Q1")).await, "id");
        let codes = ["ideology", "neighbours", "courtyard", "family", "example"];
        let scores: serde_json::Map<String, Value> =
            codes.into_iter().map(|code| (code.to_owned(), json!(18))).collect();
        let rows = json!({ "rows": [{ "subject": self.member, "scores": scores }] });
        let path = format!("/api/v1/ratings/rounds/{}/scores", self.round);
        let grid = app.send(own, Method::Put, &path, &[("If-Match", "\"1\"")], &rows).await.json();
        self.rating = grid["rows"][0]["rating"].as_str().unwrap_or_else(|| panic!("{grid}")).to_owned();
        let sample = json!({ "scheme": "member_stars", "period": "2026Q1", "purpose": "核对宽严" });
        self.sample = id(&post(supervisor, "/ratings/samples", sample).await, "id");
        assert_eq!(post(supervisor, "/ratings/award-schemes", award_scheme()).await.status.code, 201);
        let award = json!({ "awards": [{ "scheme": "star_village", "kind": "safety", "year": 2025,
            "village": "500237101201", "reason": "平安创建先进" }] });
        let told = post(own, "/ratings/awards", award).await.json();
        self.award = told["items"][0]["id"].as_str().unwrap_or_else(|| panic!("{told}")).to_owned();
        app.sign().await;
        let people = app.db.owner_client().await.query("SELECT id::text FROM people", &[]).await.unwrap();
        self.person = people[0].get(0);
        let kind = json!({ "village": "500237101201", "kind": "village_party" });
        self.committee = id(&post(own, "/committees", kind).await, "id");
        let term = json!({ "ordinal": 6, "from_day": "2021-01-10", "posts": { "secretary": 1 } });
        self.term = id(&post(own, &format!("/committees/{}/terms", self.committee), term).await, "id");
        self.seat = id(&post(own, &format!("/terms/{}/seats", self.term), seat(&self.person)).await, "id");
        self.election =
            id(&post(own, &format!("/terms/{}/election", self.term), vote(&self.person)).await, "id");
        let entry = json!({ "name": "王芳", "citizen_id": "500237199506070026", "ethnicity": "01", "education": "31",
            "political_status": "13", "village": "500237101201", "kind": "reserve_cadre", "entered_on": "2021-03-01",
            "sources": ["veteran"], "mentors": [{ "kind": "township_leader", "name": "冉红" }] });
        let entered = post(own, "/reserve-cadres", entry).await.json();
        self.reserve = entered["id"].as_str().unwrap_or_else(|| panic!("{entered}")).to_owned();
        self.mentor = entered["mentors"][0]["id"].as_str().unwrap_or_else(|| panic!("{entered}")).to_owned();
        let relative = entered["person"].as_str().unwrap_or_else(|| panic!("{entered}"));
        let kin = json!({ "person": self.person, "relative": relative, "kinship": "spouse" });
        self.kinships[0] = id(&post(own, "/kinships", kin).await, "id");
        let pair = json!({ "mentor": self.person, "apprentice": relative, "agreed": "每月带教", "from": "2026-03-01" });
        self.pair = id(&post(own, "/training/pairs", pair).await, "id");
        let third = json!({ "name": "李强", "citizen_id": "500237199506070034", "ethnicity": "01", "education": "31",
            "political_status": "13", "village": "500237101201", "kind": "local_talent", "entered_on": "2021-03-01",
            "sources": ["veteran"] });
        let third = post(own, "/reserve-cadres", third).await.json();
        let third = third["person"].as_str().unwrap_or_else(|| panic!("{third}"));
        let kin = json!({ "person": self.person, "relative": third, "kinship": "sibling" });
        self.kinships[1] = id(&post(own, "/kinships", kin).await, "id");
        let seat = json!({ "committee": "village_party", "post": "secretary", "person": self.person });
        let slate = json!({ "village": "500237101201", "ordinal": 7, "from_day": "2026-01-10", "name": "方案一",
            "seats": [seat] });
        self.slate = id(&post(own, "/slates", slate).await, "id");
        let put = async |path: &str, body: Value| {
            app.send(supervisor, Method::Put, &format!("/api/v1{path}"), &[], &body).await
        };
        let court =
            json!({ "departments": [{ "code": "court", "name": "法院", "position": 1, "members": [] }] });
        assert_eq!(put("/vetting-departments", court).await.status.code, 200);
        let list = json!({ "from_day": "2020-01-01", "name": "负面清单", "is_demanded": false, "days_to_answer": 15,
            "months_valid": 6, "source": "县委组织部〔2020〕1号",
            "items": [{ "number": 1, "text": "失信被执行人", "severity": "block", "department": "court" }] });
        assert_eq!(post(supervisor, "/vetting-checklists", list).await.status.code, 200);
        let candidate = json!({ "village": "500237101201", "committee_kind": "village_party", "term": 7,
            "post": "secretary", "person": self.person });
        self.check = id(&post(own, "/candidate-checks", candidate).await, "id");
        (self.programme, self.class, self.exemption) = self.train().await;
        self.import = self.upload().await;
    }

    /// A workbook of the clerk's, planned.
    async fn upload(&self) -> String {
        let (app, own) = (&self.app, &self.callers[1]);
        let fields = [("kind", "members"), ("organisation", "500237101")];
        let file = Some(("名册.csv", "姓名\n张伟\n".as_bytes()));
        let import = id(&app.upload(own, "/api/v1/imports", &[], &fields, file).await, "import_id");
        let ended = app.get(own, &format!("/api/v1/imports/{import}/events")).await;
        assert!(ended.body.contains("event:done"), "{}", ended.body);
        import
    }

    /// A programme, a class of the first town that its member came to, and an exemption of him.
    async fn train(&self) -> (String, String, String) {
        let (app, own, supervisor) = (&self.app, &self.callers[1], &self.callers[3]);
        let post = async |who: &Credential, path: &str, body: Value| {
            app.send(who, Method::Post, &format!("/api/v1/training{path}"), &[], &body).await
        };
        let programme = id(&post(supervisor, "/programmes", programme("rotation")).await, "id");
        let class = json!({ "code": "2026-A1", "name": "春季轮训班", "programme": "rotation", "field": "village",
            "first_day": "2026-03-02", "last_day": "2026-03-02", "hours": 8 });
        let class = id(&post(own, "/classes", class).await, "id");
        let step = async |step: &str| {
            let answer = post(own, &format!("/classes/{class}/{step}"), json!({})).await;
            assert_eq!(answer.status.code, 200, "{}", answer.body);
        };
        step("open").await;
        let members = json!({ "members": [self.member] });
        assert_eq!(post(own, &format!("/classes/{class}/enrolments"), members).await.status.code, 200);
        step("hold").await;
        let rows = json!({ "rows": [{ "member": self.member, "hours": 8, "result": "passed" }] });
        let path = format!("/api/v1/training/classes/{class}/attendance");
        let came = app.send(own, Method::Put, &path, &[], &rows).await;
        assert_eq!(came.status.code, 200, "{}", came.body);
        let exemption = json!({ "member": self.member, "kind": "ill", "reason": "住院", "from": "2026-05-01",
            "to": "2026-06-01" });
        (programme, class, id(&post(own, "/exemptions", exemption).await, "id"))
    }

    /// A round of the first town, published, with an objection; a check; a draw of the county.
    async fn assess(&mut self) {
        let (app, own, supervisor) = (&self.app, &self.callers[1], &self.callers[3]);
        let post = async |who: &Credential, path: &str, body: Value| {
            app.send(who, Method::Post, &format!("/api/v1/assessments{path}"), &[], &body).await
        };
        assert_eq!(post(supervisor, "/schemes", assessing()).await.status.code, 201);
        let round = json!({ "organisation": "500237101", "quarter": "2026Q1" });
        self.assessed = id(&post(own, "/rounds", round).await, "id");
        let rows = ["500237101201", "500237101202"]
            .map(|village| json!({ "village": village, "scores": { "all": 100 } }));
        let path = format!("/api/v1/assessments/rounds/{}/scores", self.assessed);
        let rows = json!({ "rows": rows });
        let grid = app.send(own, Method::Put, &path, &[("If-Match", "\"1\"")], &rows).await.json();
        self.assessment =
            grid["rows"][0]["assessment"].as_str().unwrap_or_else(|| panic!("{grid}")).to_owned();
        for (who, step) in [(own, "submit"), (supervisor, "confirm"), (supervisor, "publish")] {
            let done = post(who, &format!("/rounds/{}/{step}", self.assessed), json!({})).await;
            assert_eq!(done.status.code, 200, "{step}: {}", done.body);
        }
        let objection = json!({ "raised_by": "村党支部", "content": "有误" });
        self.objection = id(&post(own, &format!("/{}/object", self.assessment), objection).await, "id");
        let check = json!({ "unit": "500237101201", "kind": "half_year_inspection", "score": 90, "inspected_by": "组" });
        self.inspection = id(&post(own, "/inspections", check).await, "id");
        self.draw = id(&post(supervisor, "/draws", json!({ "purpose": "值班" })).await, "id");
    }

    /// What lists are asked with that need to be told of whom or when.
    pub fn asked(&self) -> String {
        format!("person={}&organisation=500237&quarter=2026Q3&part=numerator", self.person)
    }

    /// A route with something in each of its places.
    pub fn path(&self, route: &str, verb: &str) -> String {
        let thing = |prefix: &str| route.trim_start_matches("/api/v1").starts_with(prefix);
        let subject = match () {
            () if thing("/training/programmes") => &self.programme,
            () if thing("/training/classes") => &self.class,
            () if thing("/training/exemptions") => &self.exemption,
            () if thing("/training/pairs") => &self.pair,
            () if thing("/people/merges") => &self.merge,
            () if thing("/people") => &self.person,
            () if thing("/members") => &self.member,
            () if thing("/transfers") => &self.transfer,
            () if thing("/accounts") => &self.account,
            () if thing("/assessments/rounds") => &self.assessed,
            () if thing("/assessments/objections") => &self.objection,
            () if thing("/assessments/inspections") => &self.inspection,
            () if thing("/assessments/draws") => &self.draw,
            () if thing("/assessments") => &self.assessment,
            () if thing("/ratings/rounds") => &self.round,
            () if thing("/ratings/awards") => &self.award,
            () if thing("/ratings/samples") => &self.sample,
            () if thing("/ratings") => &self.rating,
            () if thing("/committees") => &self.committee,
            () if thing("/terms") => &self.term,
            () if route.starts_with("/api/v1/kinships") => &self.kinships[1],
            () if thing("/kinships") => &self.kinships[0],
            () if thing("/seats") => &self.seat,
            () if thing("/elections") => &self.election,
            () if thing("/slates") => &self.slate,
            () if thing("/reserve-cadres") || thing("/reserves") => &self.reserve,
            () if thing("/candidate-checks") || thing("/vetting/") => &self.check,
            () => &self.import,
        };
        let code = match () {
            () if thing("/figures") => "members.total",
            () if thing("/assessments/units") || thing("/reserves/map") => "500237101201",
            () => "500237101",
        };
        route
            .replace("<id>", subject)
            .replace("<code>", code)
            .replace("<quarter>", "2026Q1")
            .replace("<file>", "members.xlsx")
            .replace("<kind>", "members")
            .replace("<path..>", "cadre.css")
            .replace("<mentor>", &self.mentor)
            .replace("<one>", &self.person)
            .replace("<other>", &self.member)
            .replace("<member>", &self.member)
            .replace("<rating>", &self.rating)
            .replace("<exemption>", &self.exemption)
            .replace("<verb>", verb)
            .replace("<rule>", verb)
            .replace("<step>", verb)
    }

    /// What a row sends: its content type and its text.
    pub fn body(&self, sent: &str) -> (&'static str, String) {
        const JSON: &str = "application/json";
        match sent {
            "-" => ("", String::new()),
            "scheme" => (JSON, scheme().to_string()),
            "awards" => (JSON, award_scheme().to_string()),
            "assessing" => (JSON, assessing().to_string()),
            "seat" => (JSON, seat(&self.person).to_string()),
            "vote" => (JSON, vote(&self.person).to_string()),
            "settings" => {
                let body = json!({ "from_day": "2026-01-01", "minimum_per_village": 2, "secondment_age": 35,
                    "secondment_education": "college_or_above", "township_leaders": 2, "village_secretaries": 1,
                    "days_between_notes": 60, "source": "县委组织部〔2026〕1号" });
                (JSON, body.to_string())
            }
            "target" => {
                let body = json!({ "level": "village", "figure": "committees.women", "comparison": "at_least",
                    "value": 1, "from_day": "2026-01-01", "source": "县委组织部〔2026〕1号" });
                (JSON, body.to_string())
            }
            "programme" => (JSON, programme("next").to_string()),
            "revision" => {
                let body = json!({ "from_day": "2027-01-01", "demand": programme("rotation")["demand"] });
                (JSON, body.to_string())
            }
            "training-settings" => {
                let body = json!({ "from_day": "2026-01-01", "member_hours": 32, "leader_hours": 56,
                    "planning_from": "2024-01-01", "source": "县委组织部〔2026〕2号" });
                (JSON, body.to_string())
            }
            "rule" => {
                let body = json!({ "rule": "size_maximum", "committee": "village_party", "comparison": "at_most",
                    "numerator": 9, "from_day": "2026-01-01", "source": "县委组织部〔2026〕1号" });
                (JSON, body.to_string())
            }
            "word" => {
                let body = json!({ "list": "reserve_source", "code": "teacher", "name": "退休教师",
                    "from_day": "2026-01-01", "source": "县委组织部〔2026〕1号" });
                (JSON, body.to_string())
            }
            "round" => (JSON, round("2025Q4").to_string()),
            "account" => {
                let body = json!({ "username": "new.one", "password": "another horse battery",
                    "role": "clerk", "organisation": "500237101" });
                (JSON, body.to_string())
            }
            "file" => {
                let fields = [("kind", "members"), ("organisation", "500237101")];
                let (kind, body) = crate::support::app::multipart(&fields, Some(("名册.csv", b"x")));
                (kind, String::from_utf8(body).unwrap())
            }
            _ => match (sent.strip_prefix("json"), sent.strip_prefix("form")) {
                (Some(body), _) => (JSON, self.filled(body)),
                (_, Some(fields)) => ("application/x-www-form-urlencoded", self.filled(fields)),
                _ => panic!("nothing is sent as {sent}"),
            },
        }
    }

    fn filled(&self, text: &str) -> String {
        [
            ("mentor", &self.mentor),
            ("member", &self.member),
            ("programme", &self.programme),
            ("person", &self.person),
            ("rating", &self.rating),
            ("award", &self.award),
        ]
        .iter()
        .fold(text.to_owned(), |text, (name, id)| text.replace(&format!("{{{name}}}"), id))
    }

    /// Signs those in again who have a session.
    pub async fn sign_in_again(&mut self) {
        for (at, (name, seat)) in CALLERS.iter().enumerate() {
            if seat.is_some() {
                self.callers[at] = self.app.sign_in(name).await;
            }
        }
    }
}
