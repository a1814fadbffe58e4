//! Decides about the rows of 「党组织」, the whole sheet at once: a row may say where another one stands.

use std::collections::{HashMap, HashSet};

use diesel_async::AsyncPgConnection;

use crate::across::imports::cells::{Cells, Finding};
use crate::across::imports::content::{ChangedField, Doubles, PlannedRow};
use crate::across::imports::organisations::compare::{check_new, compare, found};
use crate::across::imports::organisations::parse::ParsedOrganisation;
use crate::across::imports::organisations::sheet::{Sheet, State};
use crate::across::imports::organisations::tree::Tree;
use crate::across::imports::organisations::{Deed, Organisations};
use crate::across::imports::subject::{Basis, Decided, ReadRow};
use crate::base::edit::{Edit, set};
use crate::base::error::Result;
use crate::base::ids::OrganisationId;
use crate::records::imports::Bucket;
use crate::records::members;
use crate::records::organisations::{Change, Edits, Organisation};

/// A row on its way to a bucket.
pub struct Line<'a> {
    /// The row.
    pub read: &'a ReadRow<ParsedOrganisation>,
    /// The organisation on record.
    pub record: Option<&'a Organisation>,
    /// Why it is a conflict.
    pub conflict: Option<String>,
    cells: Cells<'a>,
    edits: Edits,
    changes: Vec<ChangedField>,
}

/// Decides about all rows of a sheet.
///
/// # Errors
/// Whatever the database answers.
pub async fn classify(
    basis: &Basis<'_, Organisations>,
    conn: &mut AsyncPgConnection,
    rows: Vec<ReadRow<ParsedOrganisation>>,
) -> Result<Vec<Decided<Organisations>>> {
    let mut lines: Vec<Line<'_>> = rows.iter().map(|read| Line::new(read, basis)).collect();
    let first = first_of_each(&mut lines);
    let occupied = occupied(conn, basis, &lines).await?;
    let sheet = Sheet::new(basis.context, &lines, &first, occupied);
    while refuse_faults(&sheet, &mut lines) {}
    let doubles = doubles(basis.context, &lines);
    let state = state(&lines);
    let decided = lines.into_iter().map(|line| line.decide(&sheet, &state, &doubles));
    Ok(decided.collect())
}

impl<'a> Line<'a> {
    fn new(read: &'a ReadRow<ParsedOrganisation>, basis: &'a Basis<'_, Organisations>) -> Self {
        let cells = Cells::resume(&read.row, basis.layout, read.findings.clone());
        let (record, conflict) = (None, None);
        let mut line = Self { read, record, conflict, cells, edits: Edits::default(), changes: Vec::new() };
        line.find(basis.context);
        match line.record {
            _ if line.conflict.is_some() => {}
            None => check_new(&read.said, basis.context, &mut line.cells, basis.today),
            Some(record) => {
                (line.edits, line.changes) =
                    compare(&read.said, record, basis.context, &mut line.cells, basis.today);
            }
        }
        if read.said.record == Edit::Clear {
            line.cells.refuse("id", "这一列不能清空；不改动的请留空");
        }
        line
    }

    /// Finds the record by its number, else by the code.
    fn find(&mut self, tree: &'a Tree) {
        let by_code = self.code().and_then(|code| tree.by_code(code));
        let Edit::Set(id) = self.read.said.record else {
            match by_code {
                Some(found) if !tree.holds(found) => self.conflict = Some(held_elsewhere(found, tree)),
                found => self.record = found,
            }
            return;
        };
        let Some(found) = tree.by_id(id).filter(|found| tree.holds(found)) else {
            let within = &tree.within;
            let message = format!("“{within}”范围内没有这个记录编号；请用本单位导出的表，新增的请留空");
            self.cells.refuse("id", message);
            return;
        };
        self.record = Some(found);
        match (self.code(), by_code) {
            (Some(code), None) => {
                let message = format!(
                    "登记的组织代码是“{}”，不能用导入改成“{code}”；请保持原值，或清空记录编号另立新组织",
                    found.code
                );
                self.cells.refuse("code", message);
            }
            (Some(_), Some(other)) if other.id != found.id => {
                let why = "记录编号和组织代码指向两个不同的组织；请核对组织代码，或清空记录编号";
                self.conflict = Some(why.to_owned());
            }
            _ => {}
        }
    }

    /// The code that the row says.
    pub fn code(&self) -> Option<&'a str> {
        match &self.read.said.code {
            Edit::Set(code) => Some(code.as_str()),
            _ => None,
        }
    }

    /// The code of the organisation above that the row says.
    pub fn parent_code(&self) -> Option<&'a str> {
        match &self.read.said.parent_code {
            Edit::Set(code) => Some(code.as_str()),
            _ => None,
        }
    }

    fn is_refused(&self) -> bool {
        !self.cells.findings().is_empty()
    }

    fn decide(
        self,
        sheet: &Sheet<'a>,
        state: &State,
        doubles: &HashMap<&str, &str>,
    ) -> Decided<Organisations> {
        let said = &self.read.said;
        let subject = set(&said.name).unwrap_or_else(|| self.cells.finding("name", "").value);
        let record = self.record.filter(|_| self.conflict.is_none());
        let warnings = self.warnings(doubles);
        let code = self.code();
        let errors = self.cells.into_findings();
        let (bucket, deed) = match record {
            _ if !errors.is_empty() => (Bucket::Refused, None),
            _ if self.conflict.is_some() => (Bucket::Conflict, None),
            None => {
                let depth = code.and_then(|code| sheet.depth(code, state)).unwrap_or_default();
                (Bucket::New, found(said).map(|command| Deed::Found(depth, Box::new(command))))
            }
            Some(_) if self.changes.is_empty() => (Bucket::Unchanged, None),
            Some(record) => {
                let change = Change { organisation: record.id, version: record.version, edits: self.edits };
                (Bucket::Changed, Some(Deed::Change(Box::new(change))))
            }
        };
        let planned = PlannedRow {
            row: self.read.row.clone(),
            subject,
            bucket,
            record: record.map(|record| (record.id.0, record.version)),
            becomes: None,
            errors,
            warnings,
            changes: self.changes,
            conflict: self.conflict.filter(|_| bucket == Bucket::Conflict),
            doubles: Doubles::default(),
        };
        (planned, deed)
    }

    /// Organisations are also found by name: two of one name are worth a look.
    fn warnings(&self, doubles: &HashMap<&str, &str>) -> Vec<Finding> {
        let said = &self.read.said;
        let (Edit::Set(name), Some(code)) = (&said.name, self.code()) else { return Vec::new() };
        match doubles.get(name.as_str()).filter(|other| **other != code && self.record.is_none()) {
            Some(other) => {
                let message =
                    format!("“{other}”也叫“{name}”；确认不是同一个组织，同名组织以后只能用代码指明");
                vec![self.cells.finding("name", message)]
            }
            None => Vec::new(),
        }
    }
}

/// The first row about each code; later ones are refused.
fn first_of_each<'a>(lines: &mut [Line<'a>]) -> HashMap<&'a str, usize> {
    let mut first: HashMap<&'a str, usize> = HashMap::new();
    let mut doubled = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let code = line.record.map(|record| record.code.as_str()).or_else(|| line.code());
        let Some(code) = code else { continue };
        let earlier = *first.entry(code).or_insert(at);
        if earlier != at {
            doubled.push((at, earlier));
        }
    }
    for (at, earlier) in doubled {
        let number = lines.get(earlier).map(|line| line.read.row.number).unwrap_or_default();
        if let Some(line) = lines.get_mut(at) {
            line.cells.refuse("code", format!("与第{number}行是同一个组织；请只保留一行"));
        }
    }
    first
}

/// Which of the organisations that the rows dissolve still have members.
async fn occupied(
    conn: &mut AsyncPgConnection,
    basis: &Basis<'_, Organisations>,
    lines: &[Line<'_>],
) -> Result<HashSet<OrganisationId>> {
    let dissolved = lines.iter().filter(|line| matches!(line.edits.dissolved_on, Edit::Set(_)));
    let ids: Vec<OrganisationId> = dissolved.filter_map(|line| Some(line.record?.id)).collect();
    if ids.is_empty() {
        return Ok(HashSet::new());
    }
    Ok(members::standing::occupied_branches(conn, &basis.scope, &ids).await?.into_iter().collect())
}

/// What the rows look like now.
fn state(lines: &[Line<'_>]) -> State {
    State {
        refused: lines.iter().map(Line::is_refused).collect(),
        numbers: lines.iter().map(|line| line.read.row.number).collect(),
    }
}

/// Refuses what is wrong with the rows together; answers whether anything new was found, since a refused row may leave
/// others without what they stand on.
fn refuse_faults<'a>(sheet: &Sheet<'a>, lines: &mut [Line<'a>]) -> bool {
    let state = state(lines);
    let mut any = false;
    for line in lines.iter_mut().filter(|line| line.conflict.is_none()) {
        let before = line.cells.findings().len();
        for (field, message) in sheet.faults(line, &state) {
            line.cells.refuse_once(field, message);
        }
        any |= line.cells.findings().len() > before;
    }
    any
}

/// Names on record within the importing organisation and in the rows, each with one of its codes.
fn doubles<'a>(tree: &'a Tree, lines: &[Line<'a>]) -> HashMap<&'a str, &'a str> {
    let mut names: HashMap<&'a str, &'a str> = HashMap::new();
    for one in tree.all().iter().filter(|one| tree.holds(one)) {
        names.entry(one.name.as_str()).or_insert(one.code.as_str());
    }
    for line in lines {
        if let (Edit::Set(name), Some(code)) = (&line.read.said.name, line.code()) {
            names.entry(name.as_str()).or_insert(code);
        }
    }
    names
}

/// Says which unit to ask, and nothing more (contract 4).
fn held_elsewhere(found: &Organisation, tree: &Tree) -> String {
    let above = tree.above(found).map_or("县（区）", |above| above.name.as_str());
    format!("“{}”（{}）由“{above}”管理；请由该单位导入", found.name, found.code)
}
