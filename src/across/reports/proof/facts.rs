//! The facts of a revision as a bundle has them, and the one hash that binds them all (`cadre-facts-1`).
//!
//! Every row stands under the place that it counts at. A place is named by a line that holds the root over its rows, table
//! by table; the root over all places of the county stands in the trail. A bundle shows the places that it reports on, with
//! their rows, and of every other only the hash of its line and its tags: so nothing can be left out, and nothing is told.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::expression::Datum;
use super::pseudonyms::{Pseudonyms, within};
use super::tables::{FROM, TABLES, TO};
use crate::base::merkle::{self, Frontier};
use crate::base::values::Quarter;

/// The name of this form.
pub(super) const FORM: &str = "cadre-facts-1";

/// A line of a file of facts that is no row: rows are JSON arrays.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Line {
    /// The first.
    Facts(Header),
    /// A place that is not shown.
    Elsewhere(Elsewhere),
    /// A place, with its rows on the lines that follow.
    Place(PlaceLine),
}

/// What a file of facts holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Header {
    /// [`FORM`].
    pub form: String,
    /// The quarter.
    pub quarter: String,
    /// The revision; 0: a baseline.
    pub revision: i32,
    /// The tables whose rows are here.
    pub tables: Vec<String>,
    /// How many places the county has.
    pub places: u64,
    /// The root over them, in hexadecimal.
    pub root: String,
}

/// A place that is not shown.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Elsewhere {
    /// Its path, in tags.
    pub tags: String,
    /// SHA-256 of its line, in hexadecimal.
    pub sha256: String,
}

/// A place.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PlaceLine {
    /// Its path, in tags.
    pub tags: String,
    /// Its path.
    pub path: String,
    /// Keeps the hash of the line from telling what stands here.
    pub blind: String,
    /// Its tables, all of them, in their order.
    pub tables: Vec<TableLine>,
}

/// A table at a place.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TableLine {
    /// Its name.
    pub table: String,
    /// How many rows.
    pub rows: u64,
    /// The root over their texts (RFC 6962), in hexadecimal.
    pub root: String,
}

/// The places of a revision while they are filled.
pub(super) struct Places<'p> {
    pseudonyms: &'p Pseudonyms,
    quarter: Quarter,
    revision: i32,
    /// By tags.
    places: BTreeMap<String, Place>,
}

struct Place {
    path: String,
    rows: Vec<Vec<String>>,
}

impl<'p> Places<'p> {
    pub(super) fn new(pseudonyms: &'p Pseudonyms, quarter: Quarter, revision: i32) -> Self {
        Self { pseudonyms, quarter, revision, places: BTreeMap::new() }
    }

    /// Adds a row of a table, by its number, to the place of a path; answers the tags of the place.
    pub(super) fn add(&mut self, path: &str, table: usize, row: String) {
        let tags = self.pseudonyms.tags(path);
        let empty = || Place { path: path.to_owned(), rows: TABLES.iter().map(|_| Vec::new()).collect() };
        if let Some(rows) = self.places.entry(tags).or_insert_with(empty).rows.get_mut(table) {
            rows.push(row);
        }
    }

    /// The places with their hashes.
    pub(super) fn sealed(self) -> Result<Sealed, serde_json::Error> {
        let (mut places, mut frontier, mut rows) = (Vec::new(), Frontier::default(), 0);
        for (tags, mut place) in self.places {
            place.rows.iter_mut().for_each(|rows| rows.sort());
            let tables = TABLES.iter().zip(&place.rows);
            let line = serde_json::to_string(&Line::Place(PlaceLine {
                blind: self.pseudonyms.blind(self.quarter, self.revision, &place.path),
                tables: tables
                    .map(|(table, rows)| TableLine {
                        table: table.name.to_owned(),
                        rows: count(rows.len()),
                        root: hex::encode(root(rows.iter().map(String::as_str))),
                    })
                    .collect(),
                tags: tags.clone(),
                path: place.path.clone(),
            }))?;
            let sha256 = sha256(&line);
            frontier.push(leaf(&tags, &sha256));
            rows += place.rows.iter().map(|rows| count(rows.len())).sum::<u64>();
            places.push(SealedPlace { tags, path: place.path, line, sha256, rows: place.rows });
        }
        let (quarter, revision) = (self.quarter, self.revision);
        Ok(Sealed { quarter, revision, places, root: frontier.root(), rows })
    }
}

fn count(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

fn sha256(text: &str) -> String {
    hex::encode(Sha256::digest(text.as_bytes()))
}

fn leaf(tags: &str, sha256: &str) -> merkle::Hash {
    merkle::leaf(format!("{tags}\n{sha256}").as_bytes())
}

fn root<'t>(rows: impl Iterator<Item = &'t str>) -> merkle::Hash {
    let mut frontier = Frontier::default();
    rows.for_each(|row| frontier.push(merkle::leaf(row.as_bytes())));
    frontier.root()
}

/// The places of a revision with their hashes.
pub(super) struct Sealed {
    quarter: Quarter,
    revision: i32,
    places: Vec<SealedPlace>,
    /// The root over the places.
    pub root: merkle::Hash,
    /// How many rows stand in them; one that concerns two places counts twice.
    pub rows: u64,
}

struct SealedPlace {
    tags: String,
    path: String,
    line: String,
    sha256: String,
    rows: Vec<Vec<String>>,
}

impl Sealed {
    /// How many places.
    pub(super) fn places(&self) -> u64 {
        count(self.places.len())
    }

    /// Whether an organisation has a place of its own.
    pub(super) fn has(&self, code: &str) -> bool {
        self.places.iter().any(|place| place.path.trim_end_matches('/').rsplit('/').next() == Some(code))
    }

    /// The file of some of the tables at the places below some codes.
    pub(super) fn file(&self, codes: &[String], tables: &[&str]) -> Result<String, serde_json::Error> {
        let header = Header {
            form: FORM.to_owned(),
            quarter: self.quarter.to_string(),
            revision: self.revision,
            tables: tables.iter().map(|&table| table.to_owned()).collect(),
            places: self.places(),
            root: hex::encode(self.root),
        };
        let mut out = serde_json::to_string(&Line::Facts(header))?;
        out.push('\n');
        for place in &self.places {
            if !codes.iter().any(|code| within(&place.path, code)) {
                let (tags, sha256) = (place.tags.clone(), place.sha256.clone());
                out.push_str(&serde_json::to_string(&Line::Elsewhere(Elsewhere { tags, sha256 }))?);
                out.push('\n');
                continue;
            }
            out.push_str(&place.line);
            out.push('\n');
            let shown = TABLES.iter().zip(&place.rows).filter(|(table, _)| tables.contains(&table.name));
            for row in shown.flat_map(|(_, rows)| rows) {
                out.push_str(row);
                out.push('\n');
            }
        }
        Ok(out)
    }
}

/// A row as it is counted.
#[derive(Debug, Clone)]
pub(super) struct Row {
    /// Its fields.
    pub values: Vec<Datum>,
    /// Where somebody came from, in tags.
    pub from: Option<String>,
    /// Where it stands or leads, in tags.
    pub to: Option<String>,
}

/// A file of facts that was read: every hash in it holds.
#[derive(Debug)]
pub(super) struct Facts {
    /// What it says of itself.
    pub header: Header,
    /// The places shown: path and tags.
    pub shown: Vec<(String, String)>,
    /// The others, in tags.
    pub elsewhere: Vec<String>,
    /// The rows of each table.
    pub rows: HashMap<String, Vec<Row>>,
    /// How many rows.
    pub count: usize,
}

/// Reads a file; `fields` are those of each table. What does not fit is named with its line.
pub(super) fn read(text: &str, fields: impl Fn(&str) -> Option<Vec<String>>) -> Result<Facts, String> {
    let mut lines = text.lines().enumerate().map(|(at, line)| (at.saturating_add(1), line));
    let first = lines.next().and_then(|(_, line)| serde_json::from_str(line).ok());
    let Some(Line::Facts(header)) = first else {
        return Err("第1行：不是本格式的文件头".to_owned());
    };
    if header.form != FORM {
        return Err(format!("第1行：格式“{}”未知", header.form));
    }
    let mut reading = Reading::of(header, fields)?;
    for (number, line) in lines {
        reading.take(line).map_err(|fault| format!("第{number}行：{fault}"))?;
    }
    reading.finish()
}

struct Reading {
    facts: Facts,
    fields: HashMap<String, Vec<String>>,
    frontier: Frontier,
    last: String,
    open: Option<Open>,
    /// The tag of each code, and the code of each tag.
    codes: HashMap<String, String>,
    seen: HashSet<String>,
}

/// The place whose rows are being read.
struct Open {
    place: PlaceLine,
    /// By table: how many, and the tree over them.
    rows: HashMap<String, Frontier>,
}

impl Reading {
    fn of(header: Header, fields: impl Fn(&str) -> Option<Vec<String>>) -> Result<Self, String> {
        let known = |table: &String| Some((table.clone(), fields(table)?));
        let known: Option<HashMap<_, _>> = header.tables.iter().map(known).collect();
        let fields = known.ok_or("第1行：有定义中没有的事实表")?;
        let rows = HashMap::new();
        let facts = Facts { header, shown: Vec::new(), elsewhere: Vec::new(), rows, count: 0 };
        let (frontier, last, seen) = (Frontier::default(), String::new(), HashSet::new());
        Ok(Self { facts, fields, frontier, last, open: None, codes: HashMap::new(), seen })
    }

    fn take(&mut self, line: &str) -> Result<(), String> {
        if line.starts_with('[') {
            return self.row(line);
        }
        match serde_json::from_str(line).map_err(|error| format!("不是本格式的一行（{error}）"))? {
            Line::Facts(_) => Err("文件头重复".to_owned()),
            Line::Elsewhere(place) => {
                self.close()?;
                self.place(&place.tags, &place.sha256)?;
                self.facts.elsewhere.push(place.tags);
                Ok(())
            }
            Line::Place(place) => {
                self.close()?;
                self.place(&place.tags, &sha256(line))?;
                self.learn(&place)?;
                self.facts.shown.push((place.path.clone(), place.tags.clone()));
                self.open = Some(Open { place, rows: HashMap::new() });
                Ok(())
            }
        }
    }

    fn place(&mut self, tags: &str, sha256: &str) -> Result<(), String> {
        if tags <= self.last.as_str() {
            return Err("地点重复或次序不对".to_owned());
        }
        tags.clone_into(&mut self.last);
        self.frontier.push(leaf(tags, sha256));
        Ok(())
    }

    /// A tag stands for one code, and a code has one tag.
    fn learn(&mut self, place: &PlaceLine) -> Result<(), String> {
        let parts = |path: &str| -> Vec<String> {
            path.split('/').filter(|part| !part.is_empty()).map(str::to_owned).collect()
        };
        let (codes, tags) = (parts(&place.path), parts(&place.tags));
        if codes.len() != tags.len() {
            return Err(format!("地点“{}”与其标记不符", place.path));
        }
        for (code, tag) in codes.into_iter().zip(tags) {
            let other = self.codes.insert(code.clone(), tag.clone());
            let back = self.codes.insert(tag.clone(), code.clone());
            if other.is_some_and(|other| other != tag) || back.is_some_and(|back| back != code) {
                return Err(format!("组织“{code}”的标记前后不一"));
            }
        }
        Ok(())
    }

    fn row(&mut self, line: &str) -> Result<(), String> {
        let misshapen = || "不是一行事实".to_owned();
        let open = self.open.as_mut().ok_or_else(|| "事实不在任何地点之下".to_owned())?;
        let values: Vec<serde_json::Value> = serde_json::from_str(line).map_err(|_| misshapen())?;
        let mut values = values.into_iter();
        let table = values.next().and_then(|name| name.as_str().map(str::to_owned)).ok_or_else(misshapen)?;
        let fields = self.fields.get(&table).ok_or_else(|| format!("事实表“{table}”不在此文件中"))?;
        let values: Vec<Datum> =
            values.map(|value| Datum::of(&value)).collect::<Option<_>>().ok_or_else(misshapen)?;
        if values.len() != fields.len() {
            return Err(format!("事实表“{table}”应有{}项，此行有{}项", fields.len(), values.len()));
        }
        open.rows.entry(table.clone()).or_default().push(merkle::leaf(line.as_bytes()));
        let end = |name: &str| {
            let place = fields.iter().position(|field| field == name)?;
            match values.get(place)? {
                Datum::Text(tags) => Some(tags.clone()),
                Datum::Nothing | Datum::Truth(_) | Datum::Whole(_) => None,
            }
        };
        let leads = fields.iter().any(|field| field == TO);
        let (from, to) = if leads { (end(FROM), end(TO)) } else { (None, Some(open.place.tags.clone())) };
        if leads && ![&from, &to].contains(&&Some(open.place.tags.clone())) {
            return Err("此行变动与所在地点无关".to_owned());
        }
        // A move between two places shown stands at both.
        if leads && !self.seen.insert(line.to_owned()) {
            return Ok(());
        }
        self.facts.count += 1;
        self.facts.rows.entry(table).or_default().push(Row { values, from, to });
        Ok(())
    }

    /// Holds the rows of the place that ends here against what its line says.
    fn close(&mut self) -> Result<(), String> {
        let Some(open) = self.open.take() else { return Ok(()) };
        let (path, nothing) = (&open.place.path, Frontier::default());
        for table in &open.place.tables {
            if !self.facts.header.tables.contains(&table.table) {
                continue;
            }
            let found = open.rows.get(&table.table).unwrap_or(&nothing);
            if found.size() != table.rows {
                return Err(format!(
                    "“{path}”的事实表“{}”应有{}行，实有{}行：有事实被增删",
                    table.table,
                    table.rows,
                    found.size()
                ));
            }
            if hex::encode(found.root()) != table.root {
                return Err(format!("“{path}”的事实表“{}”与其根不符：有事实被改动", table.table));
            }
        }
        let named = |table: &String| open.place.tables.iter().any(|line| line.table == *table);
        match open.rows.keys().find(|table| !named(table)) {
            Some(table) => Err(format!("“{path}”没有事实表“{table}”")),
            None => Ok(()),
        }
    }

    fn finish(mut self) -> Result<Facts, String> {
        self.close().map_err(|fault| format!("文件末尾：{fault}"))?;
        let header = &self.facts.header;
        if self.frontier.size() != header.places {
            return Err(format!("应有{}处地点，实有{}处", header.places, self.frontier.size()));
        }
        if hex::encode(self.frontier.root()) != header.root {
            return Err("各地点与文件头的根不符：有地点被改动".to_owned());
        }
        Ok(self.facts)
    }
}

impl Facts {
    /// The tag of a code, where a place shown tells it.
    pub(super) fn tag(&self, code: &str) -> Option<&str> {
        self.shown.iter().find_map(|(path, tags)| {
            let place = path.split('/').position(|part| part == code)?;
            tags.split('/').nth(place)
        })
    }
}
