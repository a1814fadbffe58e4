//! A thousand numbers of people who do not exist, and the look for them in whatever lies on a disk.

use std::path::Path;
use std::process::Command;

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use cadre::base::values::CitizenId;

use crate::support::builders::day;

/// How many citizen IDs there are; mobile and landline numbers make a thousand.
const IDS: u16 = 600;
const MOBILES: u32 = 300;
const TELEPHONES: u32 = 100;

/// The numbers, handed out one by one: what was never asked for was never planted.
pub struct Numbers {
    ids: std::vec::IntoIter<String>,
    mobiles: std::vec::IntoIter<String>,
    telephones: std::vec::IntoIter<String>,
    planted: Vec<String>,
}

impl Numbers {
    pub fn new() -> Self {
        let id = |serial: u16| {
            let born = day("1966-03-04") + chrono::Days::new(u64::from(serial) * 11);
            CitizenId::compose("500237", born, serial % 900 + 50).unwrap().as_str().to_owned()
        };
        let ids: Vec<String> = (1..=IDS).map(id).collect();
        // Steps that are no round numbers: a counter or a moment does not look like one of these.
        let mobiles: Vec<String> = (1..=MOBILES)
            .map(|at| format!("137{:08}", (u64::from(at) * 7_654_321 + 90_017) % 100_000_000))
            .collect();
        let telephones: Vec<String> = (1..=TELEPHONES)
            .map(|at| format!("0235{:07}", (u64::from(at) * 654_321 + 1_001) % 10_000_000))
            .collect();
        Self {
            ids: ids.into_iter(),
            mobiles: mobiles.into_iter(),
            telephones: telephones.into_iter(),
            planted: Vec::new(),
        }
    }

    fn plant(&mut self, number: Option<String>) -> String {
        let number = number.expect("there are numbers left");
        self.planted.push(number.clone());
        number
    }

    pub fn id(&mut self) -> String {
        let number = self.ids.next();
        self.plant(number)
    }

    /// A number that somebody mistyped: its last character is not the one that the others ask for.
    pub fn wrong_id(&mut self) -> String {
        let right = self.ids.next().expect("there are numbers left");
        let last = if right.ends_with('3') { '4' } else { '3' };
        self.plant(Some(format!("{}{last}", &right[..17])))
    }

    pub fn mobile(&mut self) -> String {
        let number = self.mobiles.next();
        self.plant(number)
    }

    pub fn telephone(&mut self) -> String {
        let number = self.telephones.next();
        self.plant(number)
    }

    /// What is left goes out at once: whoever plants a thousand plants all of them.
    pub fn rest(&mut self) -> (Vec<String>, Vec<String>, Vec<String>) {
        let (ids, mobiles, telephones) = (
            self.ids.by_ref().collect(),
            self.mobiles.by_ref().collect(),
            self.telephones.by_ref().collect(),
        );
        for list in [&ids, &mobiles, &telephones] {
            let list: &Vec<String> = list;
            self.planted.extend(list.iter().cloned());
        }
        (ids, mobiles, telephones)
    }

    pub fn planted(&self) -> &[String] {
        &self.planted
    }
}

/// A number as it may lie somewhere: in clear, as the hexadecimal digits of a dump, in each of the three ways in which
/// base64 cuts it, and as UTF-16.
fn shapes(number: &str) -> Vec<String> {
    let mut shapes = vec![number.to_owned(), hex::encode(number)];
    for before in 0..3_usize {
        let padded = [vec![b' '; before], number.as_bytes().to_vec()].concat();
        let whole = STANDARD_NO_PAD.encode(padded);
        // What depends on the neighbours is left out on both sides.
        let kept = &whole[[0, 2, 3][before]..whole.len() - 2];
        shapes.push(kept.to_owned());
    }
    shapes.push(hex::encode(number.encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<u8>>()));
    shapes
}

/// Where the numbers lie in a folder, whatever its files are: `file: what`, found by `grep`.
pub fn found(numbers: &[String], folder: &Path) -> Vec<String> {
    let patterns: Vec<String> = numbers.iter().flat_map(|number| shapes(number)).collect();
    let list = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(list.path(), patterns.join("\n")).unwrap();
    let output = Command::new("grep")
        .env("LC_ALL", "C")
        .args(["--recursive", "--text", "--only-matching", "--fixed-strings", "--file"])
        .arg(list.path())
        .arg(folder)
        .output()
        .expect("grep starts");
    assert!(matches!(output.status.code(), Some(0 | 1)), "{}", String::from_utf8_lossy(&output.stderr));
    let mut lines: Vec<String> = String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect();
    lines.sort();
    lines.dedup();
    lines
}

#[test]
fn a_number_is_found_in_every_shape_that_it_may_lie_in() {
    let folder = tempfile::tempdir().unwrap();
    let number = "500237196603044567".to_owned();
    for (name, text) in [
        ("clear", format!("x{number}y")),
        ("hex", format!("\\\\x01{}ff", hex::encode(&number))),
        ("base64", STANDARD_NO_PAD.encode(format!("{{\"id\":\"{number}\"}}"))),
        ("shifted", STANDARD_NO_PAD.encode(format!("{{\"ids\":\"{number}\"}}"))),
        ("shifted twice", STANDARD_NO_PAD.encode(format!("{{\"ids\": \"{number}\"}}"))),
        ("nothing", "500237196603044568".to_owned()),
    ] {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let found = found(&[number], folder.path());
    assert_eq!(found.len(), 5, "{found:#?}");
    assert!(!found.iter().any(|line| line.contains("nothing")), "{found:#?}");
}
