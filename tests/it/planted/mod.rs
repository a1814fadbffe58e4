//! A thousand numbers go in through every door of a running program; nothing that lies on its disk shows one of them: no
//! dump, no table file, no WAL, no log of PostgreSQL or of cadre, no upload, no temporary file (PRV-01, PRV-03).

pub mod browser;
mod numbers;

use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use rustix::process::Signal;
use serde_json::{Value, json};

use crate::cli::interruption::{free_address, send};
use crate::support::template::pg_dump;
use browser::{Browser, encoded, exchange};
use numbers::{Numbers, found};

pub const PASSWORD: &str = "correct horse battery staple";
const BRANCH: &str = "500237101001-ZB01";
/// A number that stands where it may be read: it has to be found, or nothing would be.
const CONTROL: &str = "500237190001017931";

/// The program on a data folder of its own, everything that it leaves below one folder.
pub struct Place {
    folder: tempfile::TempDir,
    pub address: String,
}

impl Place {
    pub fn new() -> Self {
        let folder = tempfile::Builder::new().prefix("cadre-").tempdir().unwrap();
        std::fs::set_permissions(folder.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
        std::fs::create_dir(folder.path().join("temporary")).unwrap();
        Self { folder, address: free_address() }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn cadre(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cadre"));
        for variable in ["DATABASE_URL", "CADRE_WEB_DATABASE_URL", "REPORT_DATABASE_URL", "CADRE_LISTEN"] {
            command.env_remove(variable);
        }
        command
            .args(words)
            .env("CADRE_DATA", self.path("data"))
            .env("TMPDIR", self.path("temporary"))
            .env("RUST_LOG", "debug,cadre=trace");
        command
    }

    /// Runs a command whose words go to a log as the server's do; answers its status.
    pub fn run(&self, words: &[&str], input: &str) -> Option<i32> {
        let log = File::options().create(true).append(true).open(self.path("commands.log")).unwrap();
        let mut command = self.cadre(words);
        command.stdin(Stdio::piped()).stdout(log.try_clone().unwrap()).stderr(log);
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).ok();
        child.wait().unwrap().code()
    }

    pub fn serving(&self) -> Child {
        let log = File::create(self.path("server.log")).unwrap();
        let words = ["serve", "--listen", &self.address];
        let mut child = self.cadre(&words).stdout(Stdio::piped()).stderr(log).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.as_mut().unwrap()).lines();
        assert!(lines.any(|line| line.unwrap().starts_with("ready ")), "it never said ready");
        child
    }

    pub fn settle(&self) {
        assert_eq!(self.run(&["divisions", "load", "500237"], ""), Some(0));
        for (name, role, place) in [
            ("clerk", "clerk", "500237101"),
            ("boss", "supervisor", "500237"),
            ("reader", "auditor", "500237"),
        ] {
            let words = [
                "account",
                "add",
                "--password-stdin",
                "--username",
                name,
                "--role",
                role,
                "--organisation",
                place,
            ];
            assert_eq!(self.run(&words, PASSWORD), Some(0));
        }
        let tree = self.path("organisations.csv");
        std::fs::write(
            &tree,
            format!("组织代码,组织名称,上级代码,类别\n{BRANCH},禹王宫社区党支部,500237101001,党支部\n"),
        )
        .unwrap();
        let words = ["import", "organisations", tree.to_str().unwrap(), "--organisation", "500237101"];
        assert_eq!(self.run(&words, ""), Some(0));
    }

    fn dump(&self) {
        let address = self.cadre(&["database-url", "--owner"]).output().unwrap();
        let address = String::from_utf8(address.stdout).unwrap();
        let dump = Command::new(pg_dump())
            .args(["--dbname", address.trim(), "--file"])
            .arg(self.path("dump.sql"))
            .output();
        let dump = dump.unwrap();
        assert!(dump.status.success(), "{}", String::from_utf8_lossy(&dump.stderr));
    }
}

fn entry(numbers: &mut Numbers, name: &str) -> Value {
    json!({ "name": name, "citizen_id": numbers.id(), "ethnicity": "01", "education": "31", "branch": BRANCH,
        "category": "full", "joined_on": "2015-07-01", "full_member_on": "2016-07-01", "occupation": "1",
        "mobile": numbers.mobile(), "telephone": numbers.telephone() })
}

fn fields(entry: &Value) -> Vec<(&str, &str)> {
    entry.as_object().unwrap().iter().map(|(name, value)| (name.as_str(), value.as_str().unwrap())).collect()
}

/// Through the API, with answers that are kept, and read back in every way that names or masks somebody.
fn through_the_api(numbers: &mut Numbers, clerk: &Browser, boss: &Browser, reader: &Browser) -> Vec<String> {
    let mut ids = Vec::new();
    for at in 0..20 {
        let key = format!("key-{at}");
        let body = entry(numbers, "张伟");
        let once = [("Idempotency-Key", key.as_str())];
        let made = clerk.post("/api/v1/members", &once, &body).is(201).json();
        assert_eq!(clerk.post("/api/v1/members", &once, &body).is(201).json(), made);
        clerk.post("/api/v1/members", &once, &entry(numbers, "李娜")).is(422);
        ids.push(made["id"].as_str().unwrap().to_owned());
        let known = body["citizen_id"].as_str().unwrap();
        let found = clerk.get(&format!("/api/v1/members?q={known}")).is(200).json();
        assert_eq!(found["items"][0]["id"], made["id"]);
        clerk.submit("/members/search", &[("q", known)]);
        for number in [&body["mobile"], &body["telephone"]] {
            let number = number.as_str().unwrap();
            let found = clerk.get(&format!("/api/v1/members?q={}", encoded(number))).is(200).json();
            assert_eq!(found["items"][0]["id"], made["id"]);
            clerk.submit("/members/search", &[("q", number)]).is(200);
            clerk.submit("/people/search", &[("q", number)]).is(200);
        }
        clerk.submit("/members/duplicates", &[("citizen_id", known)]).is(200);
    }
    for (at, id) in ids.iter().enumerate() {
        let field = ["citizen_id", "mobile", "telephone"][at % 3];
        // Whoever types a number where he says why gives it away, but for the mask.
        let purpose = format!("核对{}的档案", numbers.planted()[at]);
        let body = json!({ "field": field, "purpose": purpose });
        let told = clerk.post(&format!("/api/v1/members/{id}/reveal"), &[], &body);
        assert!(told.status == 200 || told.status == 429, "{}", told.body);
        let page = clerk.submit(&format!("/members/{id}/reveal"), &[("field", field), ("purpose", &purpose)]);
        assert!(page.status == 200 || page.status == 429, "{}", page.body);
        clerk.get(&format!("/members/{id}")).is(200);
        clerk.get(&format!("/api/v1/members/{id}/history")).is(200);
    }
    let list = "/api/v1/exports?kind=members&organisation=500237&format=csv";
    boss.get(list).is(200);
    let clear = boss.get(&format!("{list}&unmasked=true&reason={}", encoded("上级核查"))).is(200);
    assert!(clear.body.contains(&numbers.planted()[0]), "who asks with a reason gets them in clear");
    for path in ["/api/v1/audit/entries?limit=200", "/audit", "/quality", "/people"] {
        let told = reader.get(path);
        assert!(!numbers.planted().iter().any(|number| told.body.contains(number)), "{path}");
    }
    ids
}

/// Through the pages: entered, mistyped, changed, and put where they do not belong.
fn through_the_pages(numbers: &mut Numbers, clerk: &Browser, ids: &[String]) {
    for _ in 0..10 {
        clerk.submit("/members", &fields(&entry(numbers, "王芳"))).is(303);
        let mut wrong = entry(numbers, "赵敏");
        let right = wrong["citizen_id"].as_str().unwrap().to_owned();
        clerk.submit("/members/duplicates", &[("citizen_id", &right)]).is(200);
        wrong["citizen_id"] = numbers.wrong_id().into();
        clerk.submit("/members", &fields(&wrong)).is(422);
        let mut misplaced = entry(numbers, "赵敏");
        for field in ["name", "joined_on", "branch", "ethnicity", "education", "category", "occupation"] {
            let number = numbers.id();
            let before = std::mem::replace(&mut misplaced[field], number.into());
            for refused in [
                clerk.submit("/members", &fields(&misplaced)),
                clerk.post("/api/v1/members", &[], &misplaced),
            ] {
                assert!((400..500).contains(&refused.status), "{field}: {} {}", refused.status, refused.body);
            }
            misplaced[field] = before;
        }
    }
    for id in ids {
        let change = [("version", "1"), ("mobile", &numbers.mobile())];
        let changed = clerk.submit(&format!("/members/{id}/edit"), &change);
        assert!([303, 422].contains(&changed.status), "{} {}", changed.status, changed.body);
        let path = format!("/api/v1/members/{id}");
        let body = json!({ "mobile": numbers.mobile() }).to_string();
        clerk.raw("PATCH", &path, "application/json", body.as_bytes());
    }
}

/// Where nobody expects them: in addresses, names, broken bodies.
fn through_the_wrong_doors(numbers: &mut Numbers, clerk: &Browser, address: &str) {
    for _ in 0..5 {
        let (id, mobile) = (numbers.id(), numbers.mobile());
        for path in [
            format!("/members/{id}"),
            format!("/nowhere/{mobile}"),
            format!("/api/v1/members/{id}"),
            format!("/api/v1/organisations/{id}"),
            format!("/api/v1/nowhere?mobile={mobile}"),
            format!("/api/v1/members?born_from={id}&within={mobile}&sort={id}&after={id}"),
            format!("/api/v1/audit/entries?actor={mobile}&subject={id}"),
        ] {
            clerk.get(&path);
        }
        let body = json!({ "username": mobile, "password": id }).to_string();
        let head = format!(
            "POST /api/v1/session HTTP/1.0\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        exchange(address, format!("{head}{body}").as_bytes());
        for broken in [
            format!("{{\"citizen_id\":\"{id}\""),
            format!("{{\"citizen_id\":{id}}}"),
            format!("{{\"{id}\":1}}"),
        ] {
            clerk.raw("POST", "/api/v1/members", "application/json", broken.as_bytes());
        }
        clerk.raw("POST", "/api/v1/members", "text/plain", id.as_bytes());
        clerk.raw(&format!("X{mobile}"), "/members", "text/plain", b"");
        clerk.raw("GET", &format!("/{id} {mobile}"), "text/plain", b"");
    }
}

const HEADINGS: &str = "姓名,公民身份号码,民族,学历,人员类别,所在党支部,加入党组织日期,转为正式党员日期,工作岗位,手机号码,固定电话";

fn line(id: &str, mobile: &str, telephone: &str) -> String {
    format!(
        "陈静,{id},汉族,大学专科毕业,正式党员,{BRANCH},2015-07-01,2016-07-01,农牧渔民,{mobile},{telephone}\n"
    )
}

/// Hands a file in and waits until it was read; answers where its import is.
fn hand_in(clerk: &Browser, kind: &str, text: &str) -> String {
    named(clerk, kind, "名册.csv", text)
}

fn named(clerk: &Browser, kind: &str, name: &str, text: &str) -> String {
    let form = [("kind", kind), ("organisation", "500237101")];
    let taken = clerk.upload("/api/v1/imports", &form, name, text).is(202).json();
    let place = format!("/api/v1/imports/{}", taken["import_id"].as_str().unwrap());
    clerk.get(&format!("{place}/events")).is(200);
    place
}

/// Through workbooks: planned and left, refused, carried out, not understood, waiting for somebody to name its columns.
fn through_workbooks(numbers: &mut Numbers, clerk: &Browser, place: &Place) {
    let mut row = |wrong: bool| {
        let id = if wrong { numbers.wrong_id() } else { numbers.id() };
        line(&id, &numbers.mobile(), &numbers.telephone())
    };
    let mut rows = |count: usize, wrong: bool| (0..count).map(|_| row(wrong)).collect::<String>();
    let (staged, refused, other) = (rows(5, false), rows(5, true), rows(5, false));
    let (unnamed, headless) = (rows(5, false), rows(5, false));
    hand_in(clerk, "members", &format!("{HEADINGS}\n{staged}{refused}"));
    let written = hand_in(clerk, "members", &format!("{HEADINGS}\n{refused}{other}"));
    clerk.get(&format!("{written}/errors.xlsx")).is(200);
    clerk.get(&format!("{written}/rows")).is(200);
    clerk.post(&format!("{written}/commit"), &[], &json!({})).is(202);
    clerk.get(&format!("{written}/events")).is(200);
    let told = clerk.get(&written).is(200).json();
    assert_eq!(
        (&told["state"], &told["counts"]["new"], &told["counts"]["refused"]),
        (&"committed".into(), &5.into(), &5.into()),
        "{told}"
    );
    // The same people with other numbers: the former ones stay in the trace, for taking it back.
    let again = other.replace("大学专科毕业", "大学本科毕业");
    let again = hand_in(clerk, "members", &format!("{HEADINGS}\n{again}"));
    clerk.post(&format!("{again}/commit"), &[], &json!({})).is(202);
    clerk.get(&format!("{again}/events")).is(200);
    hand_in(
        clerk,
        "members",
        &format!("{}\n{unnamed}", HEADINGS.replace("公民身份号码", "证件").replace("姓名", "名")),
    );
    // Nobody wrote headings: the first row is somebody.
    hand_in(clerk, "members", &headless);
    hand_in(clerk, "reserve-cadres", &format!("{HEADINGS}\n{other}"));
    hand_in(clerk, "training-attendance", &headless);
    // A number where a heading should be, above the headings, and in the name of the file.
    let (id, mobile) = (numbers.id(), numbers.mobile());
    hand_in(clerk, "members", &format!("{HEADINGS},{mobile}\n{other}"));
    hand_in(clerk, "members", &format!("{id}的名册,联系电话{mobile}\n{HEADINGS}\n{other}"));
    named(clerk, "members", &format!("{id} {mobile}.csv"), &format!("{HEADINGS}\n{other}"));
    for id in [numbers.id(), numbers.wrong_id()] {
        let text = format!("班次编号,姓名,公民身份号码,到课学时,考核结果\n2026-A1,陈静,{id},8,合格\n");
        hand_in(clerk, "training-attendance", &text);
        let text =
            format!("评定方案,评定期,评定单位,姓名,公民身份号码\n党员星级,2026Q1,{BRANCH},陈静,{id}\n");
        hand_in(clerk, "ratings", &text);
        let text = format!(
            "村（社区）,姓名,公民身份号码,类别,来源,民族,学历,政治面貌,入库日期\n500237101001,陈静,{id},后备干部,退役军人,汉族,大学专科毕业,群众,2021-03-01\n"
        );
        hand_in(clerk, "reserve-cadres", &text);
    }
    // The command line reads its file where it lies, outside of what is searched, and writes the refused rows there.
    let outside = tempfile::tempdir().unwrap();
    let (file, errors) = (outside.path().join("名册.csv"), outside.path().join("退回.xlsx"));
    let (ids, mobiles, telephones) = numbers.rest();
    let telephones = telephones.iter().map(String::as_str).chain(std::iter::repeat(""));
    let mobiles = mobiles.iter().map(String::as_str).chain(std::iter::repeat(""));
    let all: String = ids
        .iter()
        .zip(mobiles.zip(telephones))
        .map(|(id, (mobile, telephone))| line(id, mobile, telephone))
        .collect();
    std::fs::write(&file, format!("{HEADINGS}\n{all}{refused}")).unwrap();
    let (file, errors) = (file.to_str().unwrap(), errors.to_str().unwrap());
    let words = ["import", "members", file, "--organisation", "500237101", "--errors", errors];
    assert_eq!(place.run(&words, ""), Some(3), "some rows are refused");
}

/// ASVS 14.2.4, 14.2.6, 16.2.5
#[test]
fn a_thousand_planted_numbers_lie_nowhere_in_clear() {
    let place = Place::new();
    place.settle();
    let mut server = place.serving();
    let mut numbers = Numbers::new();
    let [clerk, boss, reader] =
        ["clerk", "boss", "reader"].map(|name| Browser::sign_in(&place.address, name, PASSWORD));
    let mut control = entry(&mut numbers, "刘洋");
    control["address"] = format!("庙宇镇，{CONTROL}").into();
    clerk.post("/api/v1/members", &[], &control).is(201);
    let ids = through_the_api(&mut numbers, &clerk, &boss, &reader);
    through_the_pages(&mut numbers, &clerk, &ids);
    through_the_wrong_doors(&mut numbers, &clerk, &place.address);
    through_workbooks(&mut numbers, &clerk, &place);
    let listed = place.path("masked.csv");
    let words = ["export", "members", "--organisation", "500237", "-o", listed.to_str().unwrap()];
    assert_eq!(place.run(&words, ""), Some(0));
    let trail = place.path("trail.jsonl");
    assert_eq!(place.run(&["audit", "export", "-o", trail.to_str().unwrap()], ""), Some(0));
    place.dump();
    assert_eq!(numbers.planted().len(), 1000, "all of them were planted");
    let running = found(numbers.planted(), place.folder.path());
    // Stopped in order, PostgreSQL has written everything to its files.
    send(&server, Signal::INT);
    assert!(server.wait().unwrap().success());
    let stopped = found(numbers.planted(), place.folder.path());
    let control = found(&[CONTROL.to_owned()], place.folder.path());
    for part in ["dump.sql", "/base/", "/pg_wal/"] {
        assert!(control.iter().any(|line| line.contains(part)), "{part} is looked through: {control:#?}");
    }
    let mut all = [running, stopped].concat();
    all.sort();
    all.dedup();
    assert!(all.is_empty(), "numbers in clear:\n{}", all.join("\n"));
}
