//! `docs/asvs.csv`: what of OWASP ASVS 5.0 holds, and the test that proves it. It is made from the words `ASVS 1.2.3, 4.5.6`
//! in the comment above a test; an item that no test names fails, or does not apply for a reason that stands here.
//!
//! `CADRE_WRITE_ASVS=1 … house::asvs` writes the file anew.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// The items that requirements 2 lists: those of level 2 that a program can check, and those of level 3 that are worth it.
const ITEMS: &str = "1.1.1-2 1.2.1-5 1.2.9 1.3.3 1.3.7 1.4.2 1.5.1-2 2.2.1-3 2.3.1-5 2.4.1 3.2.1-2 3.3.1-4 3.4.1-6
    3.5.1-3 3.7.2 4.1.1-3 4.2.1 5.2.1-4 5.3.1-3 5.4.1-3 6.2.1-12 6.3.1-4 6.3.8 6.4.1-3 6.4.6 6.5.1 6.5.5 7.2.1-4 7.3.1-2
    7.4.1-5 7.5.1-3 8.2.1-3 8.3.1-2 8.4.1 11.4.1-2 11.5.1 12.1.1-2 12.2.1 12.3.1-2 13.2.2-3 13.4.1-6 14.2.1 14.2.4
    14.2.6-7 14.3.1-3 15.1.2 15.2.1-3 15.3.1 15.3.3-5 15.3.7 15.4.2 16.2.1-2 16.2.4-5 16.3.1-4 16.4.1-3 16.5.1-4";

/// What does not apply, and why.
const NOT_APPLICABLE: [(&str, &str); 9] = [
    ("1.2.9", "no regular expression is made from what somebody typed; the program has no engine for them"),
    ("1.3.7", "templates are compiled into the program"),
    (
        "4.1.2",
        "the front redirects browsers to HTTPS (deploy/haproxy.cfg); the program itself serves one scheme",
    ),
    ("5.3.3", "nothing of an uploaded archive is unpacked to a disk"),
    ("5.4.3", "an uploaded file is read for its rows and never served to anybody"),
    ("6.4.2", "there are no password hints or secret questions"),
    ("12.3.2", "the program opens no TLS connection"),
    ("12.1.1", "TLS ends at the front; deploy/haproxy.cfg and deploy/nginx.conf set TLS 1.2 as the oldest"),
    ("12.1.2", "TLS ends at the front; the samples in deploy/ name the cipher suites"),
];

/// What does not hold, or is not proven, and why.
const FAILS: [(&str, &str); 21] = [
    ("1.4.2", "lints forbid truncating casts and unchecked indexing; no test proves it"),
    ("3.4.1", "the header is sent for a year, without the subdomains of a host that others may share"),
    ("5.2.4", "the size of a file is limited, the number of files of a person is not"),
    ("6.2.7", "nothing keeps anybody from pasting; no test says so"),
    ("6.2.12", "5,000 well-known passwords are refused; a list of breached ones is not shipped"),
    ("6.5.5", "a code is taken one step early or late: up to 90 seconds"),
    ("11.5.1", "random numbers come from the operating system through one crate; no test proves it"),
    ("12.2.1", "TLS ends at the front; no test of ours speaks TLS"),
    ("12.3.1", "the private database has no network; an external one is reached without TLS"),
    (
        "14.2.1",
        "the API finds a member by a whole number in the address (contract 3); pages send it in a body",
    ),
    ("14.3.1", "signing out removes the cookie; nothing tells the browser to clear what else it keeps"),
    ("14.3.3", "pages keep drafts in the browser in no form that a test looks into"),
    ("15.1.2", "Cargo.lock lists what is used; no SBOM is written"),
    ("15.2.1", "cargo audit is run by hand"),
    ("16.2.4", "lines are JSON where CADRE_LOG says so; no test reads them"),
    ("16.3.2", "looks at identifiers and exports stand in the trail; what policy refuses does not"),
    ("16.3.4", "what breaks is logged once with its cause; no test reads the log"),
    ("16.4.1", "JSON lines escape what they hold; lines for people are not tested"),
    ("13.2.3", "passwords of the database's roles are random and kept from others; no test tries known ones"),
    ("6.3.2", "an installation begins without accounts; no test says so"),
    ("6.2.6", "every password control of a page hides what is typed; no test says so"),
];

fn items() -> Vec<String> {
    let mut items = Vec::new();
    for word in ITEMS.split_whitespace() {
        let (chapter, numbers) = word.rsplit_once('.').unwrap();
        let (from, to) = numbers.split_once('-').unwrap_or((numbers, numbers));
        let (from, to): (u32, u32) = (from.parse().unwrap(), to.parse().unwrap());
        items.extend((from..=to).map(|number| format!("{chapter}.{number}")));
    }
    items
}

/// The numbers that sort as people read them.
fn order(item: &str) -> Vec<u32> {
    item.split('.').map(|part| part.parse().unwrap()).collect()
}

/// The Rust files below a folder, with their paths from there.
fn files(root: &Path, below: &Path, found: &mut Vec<(String, String)>) {
    for entry in std::fs::read_dir(below).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(root, &path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
            found.push((name, std::fs::read_to_string(&path).unwrap()));
        }
    }
}

/// The items that a line of a comment names, if it does nothing else.
fn named(line: &str) -> Option<Vec<&str>> {
    let items = line.trim().strip_prefix("/// ASVS ")?;
    Some(items.split(", ").map(str::trim).collect())
}

/// The test that follows a line: the next function, with an attribute that makes it one.
fn following<'t>(rest: impl Iterator<Item = &'t str>) -> Option<&'t str> {
    let mut is_test = false;
    for line in rest.map(str::trim) {
        if line.starts_with("#[test]") || line.starts_with("#[tokio::test") {
            is_test = true;
        } else if !line.starts_with("///") && !line.starts_with("#[") {
            let name = line.trim_start_matches("pub ").trim_start_matches("async ").strip_prefix("fn ")?;
            return name.split(['(', '<']).next().filter(|_| is_test);
        }
    }
    None
}

/// Which tests prove which item: `tests/it/api/session.rs::a_stranger_is_asked_to_sign_in`.
fn proven(faults: &mut Vec<String>) -> BTreeMap<String, BTreeSet<String>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut sources = Vec::new();
    for folder in ["src", "tests/it"] {
        files(root, &root.join(folder), &mut sources);
    }
    let known: BTreeSet<String> = items().into_iter().collect();
    let mut proven: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (path, text) in &sources {
        let lines: Vec<&str> = text.lines().collect();
        for (at, line) in lines.iter().enumerate() {
            let Some(items) = named(line) else { continue };
            let Some(test) = following(lines[at + 1..].iter().copied()) else {
                faults.push(format!("{path}:{}: no test follows", at + 1));
                continue;
            };
            for item in items {
                if !known.contains(item) {
                    faults.push(format!("{path}:{}: {item} is not on the list", at + 1));
                }
                proven.entry(item.to_owned()).or_default().insert(format!("{path}::{test}"));
            }
        }
    }
    proven
}

#[test]
fn the_table_of_asvs_is_what_the_tests_say() {
    let mut faults = Vec::new();
    let proven = proven(&mut faults);
    let reasons = |list: &[(&'static str, &'static str)]| list.iter().copied().collect::<BTreeMap<_, _>>();
    let (apart, fails) = (reasons(&NOT_APPLICABLE), reasons(&FAILS));
    let mut all = items();
    all.sort_by_key(|item| order(item));
    let mut table = String::from("item,verdict,proof\n");
    for item in &all {
        let tests = proven.get(item).map(|tests| tests.iter().cloned().collect::<Vec<_>>().join("; "));
        let (verdict, proof) = match (tests, apart.get(item.as_str()), fails.get(item.as_str())) {
            (Some(tests), None, None) => ("pass", tests),
            (None, Some(reason), None) => ("not applicable", (*reason).to_owned()),
            (None, None, Some(reason)) => ("fail", (*reason).to_owned()),
            (None, None, None) => ("fail", "no test names it".to_owned()),
            _ => {
                faults.push(format!("{item} has two verdicts"));
                continue;
            }
        };
        table.push_str(&format!("{item},{verdict},\"{proof}\"\n"));
    }
    let listed: BTreeSet<&str> = all.iter().map(String::as_str).collect();
    faults.extend(
        apart
            .keys()
            .chain(fails.keys())
            .filter(|item| !listed.contains(*item))
            .map(|item| format!("{item} is not on the list")),
    );
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/asvs.csv");
    if std::env::var_os("CADRE_WRITE_ASVS").is_some() {
        std::fs::write(path, &table).unwrap();
    }
    let written = std::fs::read_to_string(path).unwrap_or_default();
    let differing: Vec<&str> =
        table.lines().filter(|line| !written.lines().any(|own| own == *line)).collect();
    assert!(
        written == table,
        "docs/asvs.csv is not what the tests say; CADRE_WRITE_ASVS=1 writes it:\n{}",
        differing.join("\n")
    );
}

#[test]
fn an_item_without_a_test_is_seen() {
    let text = ["/// Words.", "#[tokio::test(flavor = \"multi_thread\")]", "async fn it_holds() {"];
    assert_eq!(following(text.into_iter()), Some("it_holds"));
    assert_eq!(following(["fn helper() {"].into_iter()), None);
    assert_eq!(following(["const X: i32 = 1;", "#[test]", "fn later() {"].into_iter()), None);
    assert_eq!(named("/// ASVS 1.2.3, 4.5.6"), Some(vec!["1.2.3", "4.5.6"]));
    assert_eq!(named("/// Words about ASVS 1.2.3"), None);
}
