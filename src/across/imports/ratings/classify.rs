//! Finds the round and the subject of each row and decides its bucket; the verbs of ratings say what is wrong with it.

use std::collections::{BTreeSet, HashMap, HashSet};

use diesel_async::AsyncPgConnection;

use crate::across::imports::cells::Cells;
use crate::across::imports::columns::folded;
use crate::across::imports::content::{ChangedField, Doubles, PlannedRow};
use crate::across::imports::fields::{Identifier, check_person};
use crate::across::imports::objections::heard;
use crate::across::imports::ratings::Ratings;
use crate::across::imports::ratings::parse::ParsedRating;
use crate::across::imports::ratings::perform::{Deed, Key, opening, perform};
use crate::across::imports::subject::{Basis, Decided, ReadRow};
use crate::base::db;
use crate::base::edit::{Edit, set};
use crate::base::error::{FieldError, Result};
use crate::base::ids::{MembershipId, PersonId, RoundId, SubjectId};
use crate::base::keys::Secret;
use crate::records::imports::Bucket;
use crate::records::people;
use crate::records::ratings::model::{RaterRule, SubjectKind};
use crate::records::ratings::queries::{self, Grid, GridRow};
use crate::records::ratings::{self, ScoreRow, printed};

/// A round as it stands, or as it would be opened; or why it cannot be.
type Found = std::result::Result<(Option<RoundId>, Grid), Vec<FieldError>>;

/// What is on record of the rows.
struct OnRecord {
    rounds: HashMap<Key, Found>,
    holders: HashMap<Vec<u8>, (PersonId, Option<MembershipId>)>,
    masks: HashMap<SubjectId, String>,
}

/// Decides about all rows of a sheet, in their order.
///
/// # Errors
/// Whatever the database answers.
pub async fn classify(
    basis: &Basis<'_, Ratings>,
    conn: &mut AsyncPgConnection,
    rows: Vec<ReadRow<ParsedRating>>,
) -> Result<Vec<Decided<Ratings>>> {
    let found = find(basis, conn, &rows).await?;
    let mut lines: Vec<Line<'_>> = rows.iter().map(|read| Line::new(read, basis, &found)).collect();
    let mut seen: HashMap<(Key, SubjectId), u32> = HashMap::new();
    for line in &mut lines {
        line.compare(&mut seen);
    }
    rehearse(basis, conn, &mut lines).await?;
    Ok(lines.into_iter().map(Line::decide).collect())
}

fn key(said: &ParsedRating) -> Option<Key> {
    let unit = set(&said.unit).filter(|unit| !unit.elsewhere)?;
    Some((set(&said.scheme)?, set(&said.period)?, unit.code))
}

fn mac(basis: &Basis<'_, Ratings>, said: &ParsedRating) -> Option<Vec<u8>> {
    match &said.citizen_id {
        Edit::Set(Identifier::Whole(id)) => Some(basis.keys.mac(Secret::CitizenId, id.as_str())),
        _ => None,
    }
}

async fn find(
    basis: &Basis<'_, Ratings>,
    conn: &mut AsyncPgConnection,
    rows: &[ReadRow<ParsedRating>],
) -> Result<OnRecord> {
    let keys: BTreeSet<Key> = rows
        .iter()
        .filter_map(|row| key(&row.said))
        .filter(|(scheme, period, _)| basis.context.version(scheme, *period).is_some())
        .collect();
    let rounds = db::rehearse(conn, basis.actor, async |conn| stand(basis, conn, keys).await).await?;
    let macs: Vec<Vec<u8>> = rows.iter().filter_map(|row| mac(basis, &row.said)).collect();
    let holders = people::queries::holders(conn, basis.scope.county, &macs).await?;
    let holders = holders
        .into_iter()
        .map(|one| (one.mac, (one.person_id, one.membership_id.map(MembershipId))))
        .collect();
    let masks = masks(basis, conn, rows, &rounds).await?;
    Ok(OnRecord { rounds, holders, masks })
}

/// The rounds of some keys as they stand or would be opened. What is opened here is taken back.
async fn stand(
    basis: &Basis<'_, Ratings>,
    conn: &mut AsyncPgConnection,
    keys: BTreeSet<Key>,
) -> Result<HashMap<Key, Found>> {
    let periods: Vec<String> = keys.iter().map(|(_, period, _)| period.to_string()).collect();
    let known: HashMap<(String, String, String), RoundId> = queries::of_periods(conn, &basis.scope, &periods)
        .await?
        .into_iter()
        .map(|card| ((card.scheme_code, card.round.period, card.organisation_code), card.round.id))
        .collect();
    let mut rounds = HashMap::new();
    for key in keys {
        let named = (key.0.clone(), key.1.to_string(), key.2.clone());
        let round = known.get(&named).copied();
        let id = match round {
            Some(id) => Ok(id),
            None => {
                let answer = ratings::open_round(conn, basis.actor, &[opening(&key)]).await;
                heard(answer, 1)?
                    .map(|ids| ids.into_iter().next())
                    .map_err(|found| found.into_iter().map(|(_, error)| error).collect())
                    .and_then(|id| id.ok_or_else(Vec::new))
            }
        };
        let found = match id {
            Ok(id) => Ok((round, queries::grid(conn, &basis.scope, id).await?)),
            Err(errors) => Err(errors),
        };
        rounds.insert(key, found);
    }
    Ok(rounds)
}

/// The masked citizen IDs of those whose row names a record and a mask.
async fn masks(
    basis: &Basis<'_, Ratings>,
    conn: &mut AsyncPgConnection,
    rows: &[ReadRow<ParsedRating>],
    rounds: &HashMap<Key, Found>,
) -> Result<HashMap<SubjectId, String>> {
    let masked: HashSet<_> = rows
        .iter()
        .filter(|row| matches!(row.said.citizen_id, Edit::Set(Identifier::Masked(_))))
        .filter_map(|row| set(&row.said.record))
        .collect();
    let concerned: Vec<&GridRow> = rounds
        .values()
        .filter_map(|found| found.as_ref().ok())
        .flat_map(|(_, grid)| &grid.rows)
        .filter(|row| row.rating.as_ref().is_some_and(|rating| masked.contains(&rating.id)))
        .collect();
    let subjects: Vec<&queries::Subject> = concerned.into_iter().map(|row| &row.subject).collect();
    let people = queries::people_of(conn, &basis.scope, &subjects).await?;
    people.into_iter().map(|(subject, person)| Ok((subject, person.masked_citizen_id(basis.keys)?))).collect()
}

/// Enters what nothing is wrong with so far, takes it back, and turns away what the verbs object to.
async fn rehearse(
    basis: &Basis<'_, Ratings>,
    conn: &mut AsyncPgConnection,
    lines: &mut [Line<'_>],
) -> Result<()> {
    let (mut at, mut deeds) = (Vec::new(), Vec::new());
    for (number, line) in lines.iter_mut().enumerate() {
        if line.is_blameless()
            && let Some(deed) = line.deed.take()
        {
            at.push(number);
            deeds.push(deed);
        }
    }
    if deeds.is_empty() {
        return Ok(());
    }
    let answer =
        db::rehearse(conn, basis.actor, async |conn| perform(conn, basis.actor, &deeds).await).await?;
    for (number, deed) in at.iter().zip(deeds) {
        if let Some(line) = lines.get_mut(*number) {
            line.deed = Some(deed);
        }
    }
    for (number, error) in answer.err().into_iter().flatten() {
        if let Some(line) = at.get(number).and_then(|number| lines.get_mut(*number)) {
            let field = if error.field == "evidence" { "evidence" } else { line.place() };
            line.cells.refuse_once(field, error.message);
        }
    }
    Ok(())
}

/// Who holds the citizen ID of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Holder {
    /// The row gives none.
    Unasked,
    /// Nobody who could be rated.
    Nobody,
    /// Whom a rating would be about.
    Is(SubjectId),
}

/// A row on its way to a bucket.
struct Line<'a> {
    read: &'a ReadRow<ParsedRating>,
    basis: &'a Basis<'a, Ratings>,
    found: &'a OnRecord,
    cells: Cells<'a>,
    grid: Option<&'a Grid>,
    stored: Option<&'a GridRow>,
    conflict: Option<String>,
    changes: Vec<ChangedField>,
    deed: Option<Deed>,
}

impl<'a> Line<'a> {
    fn new(read: &'a ReadRow<ParsedRating>, basis: &'a Basis<'a, Ratings>, found: &'a OnRecord) -> Self {
        let cells = Cells::resume(&read.row, basis.layout, read.findings.clone());
        let (grid, stored, conflict, deed) = (None, None, None, None);
        Self { read, basis, found, cells, grid, stored, conflict, changes: Vec::new(), deed }
    }

    /// The column that says whom or what the row is about.
    fn place(&self) -> &'static str {
        let named = |field: &str| !self.cells.finding(field, "").value.is_empty();
        let of_organisations = self
            .grid
            .is_some_and(|grid| matches!(grid.scheme.subject, SubjectKind::Branch | SubjectKind::Village));
        if of_organisations || !named("name") && named("village") { "village" } else { "name" }
    }

    /// Whether it would write something that nothing is wrong with so far.
    fn is_blameless(&self) -> bool {
        self.cells.findings().is_empty() && self.conflict.is_none() && !self.changes.is_empty()
    }

    fn compare(&mut self, seen: &mut HashMap<(Key, SubjectId), u32>) {
        let said = &self.read.said;
        if set(&said.unit).is_some_and(|unit| unit.elsewhere) {
            let named = self.cells.finding("organisation", "").value;
            let within = &self.basis.context.within;
            self.conflict = Some(format!("“{named}”不归“{within}”填报；请由该单位导入"));
            return;
        }
        let on_record = self.found;
        let Some(key) = key(said) else { return };
        let Some(found) = on_record.rounds.get(&key) else { return };
        let (round, grid) = match found {
            Ok((round, grid)) => (*round, grid),
            Err(errors) => {
                for error in errors {
                    self.cells.refuse_once(&error.field, error.message.trim_end_matches('。'));
                }
                return;
            }
        };
        self.grid = Some(grid);
        let Some(stored) = self.subject(grid) else { return };
        self.stored = Some(stored);
        let number = self.read.row.number;
        let first = *seen.entry((key.clone(), stored.subject.id)).or_insert(number);
        if first != number {
            let place = self.place();
            self.cells.refuse(place, format!("与第{first}行是同一对象的同一期评定；请只保留一行"));
        }
        let row = self.changed(grid, stored);
        if stored.rating.is_none() && self.changes.is_empty() {
            let place = self.place();
            self.cells.refuse(place, "这一行没有填写任何分数；请填写各维度的分数，或删去这一行");
        }
        self.deed = Some(Deed { key, round, row, is_new: stored.rating.is_none() });
    }

    /// Whom or what the row is about, among those whom the round concerns.
    fn subject(&mut self, grid: &'a Grid) -> Option<&'a GridRow> {
        let said = &self.read.said;
        if let Edit::Set(id) = said.record {
            let stored = grid.rows.iter().find(|row| row.rating.as_ref().is_some_and(|one| one.id == id));
            if stored.is_none() {
                let message =
                    "记录编号不是这一方案、评定期和评定单位的评定；请用本单位导出的表，新增的请留空";
                self.cells.refuse("id", message);
            }
            if let Some(row) = stored {
                self.check(row);
            }
            return stored;
        }
        if said.record == Edit::Clear {
            self.cells.refuse("id", "记录编号不能清空；新增的请留空");
        }
        match grid.scheme.subject {
            SubjectKind::Branch | SubjectKind::Village => self.organisation(grid),
            SubjectKind::Member | SubjectKind::Household => self.person(grid),
        }
    }

    /// What the row repeats of the record that it names must be so.
    fn check(&mut self, row: &GridRow) {
        let said = &self.read.said;
        if row.subject.code.is_some() {
            let same = |text: &str| is_called(row, text);
            if set(&said.village).is_some_and(|text| !same(&text)) {
                let message = format!("与记录编号的“{}”不一致；请核对", row.subject.name);
                self.cells.refuse("village", message);
            }
            return;
        }
        let mask = self.found.masks.get(&row.subject.id).map_or("", String::as_str);
        check_person(&mut self.cells, &said.name, &said.citizen_id, (row.subject.name.as_str(), mask));
        let holder = self.holder(row.subject.membership_id.is_some());
        if holder != Holder::Unasked && holder != Holder::Is(row.subject.id) {
            let why = "记录编号和公民身份号码指向两个不同的人；请核对公民身份号码，或清空记录编号";
            self.conflict = Some(why.to_owned());
        }
    }

    /// Who holds the citizen ID of the row.
    fn holder(&self, as_member: bool) -> Holder {
        let Some(mac) = mac(self.basis, &self.read.said) else { return Holder::Unasked };
        let subject = self.found.holders.get(&mac).and_then(|(person, membership)| {
            if as_member { membership.map(SubjectId::from) } else { Some(SubjectId::from(*person)) }
        });
        subject.map_or(Holder::Nobody, Holder::Is)
    }

    fn organisation(&mut self, grid: &'a Grid) -> Option<&'a GridRow> {
        let Some(text) = set(&self.read.said.village) else {
            if !self.cells.has_finding("village") {
                self.cells.refuse("village", "没有填写；请填写所评村（社区）或党支部的代码或名称");
            }
            return None;
        };
        let mut called = grid.rows.iter().filter(|row| is_called(row, &text));
        let (first, second) = (called.next(), called.next());
        if first.is_none() {
            let message = format!("“{text}”不在本期评定的名单内；请核对名称和评定单位");
            self.cells.refuse("village", message);
        } else if second.is_some() {
            self.cells.refuse("village", format!("名为“{text}”的不止一个；请改填代码"));
            return None;
        }
        first
    }

    fn person(&mut self, grid: &'a Grid) -> Option<&'a GridRow> {
        let said = &self.read.said;
        let name = set(&said.name).map(|name| name.as_str().to_owned());
        let holder = self.holder(grid.scheme.subject == SubjectKind::Member);
        if holder != Holder::Unasked {
            let row = grid.rows.iter().find(|row| holder == Holder::Is(row.subject.id));
            match row {
                None => {
                    let message = "此人不在本期评定的名单内；请核对号码、评定期和评定单位";
                    self.cells.refuse("citizen_id", message);
                }
                Some(row) => {
                    let stored = (row.subject.name.as_str(), "");
                    check_person(&mut self.cells, &said.name, &Edit::Keep, stored);
                }
            }
            return row;
        }
        let Some(name) = name else {
            if !self.cells.has_finding("name") && !self.cells.has_finding("citizen_id") {
                self.cells.refuse("name", "没有填写；请填写姓名，有同名的请同时填写公民身份号码");
            }
            return None;
        };
        let mut called = grid.rows.iter().filter(|row| row.subject.name == name);
        let (first, second) = (called.next(), called.next());
        if first.is_none() {
            let message = format!("“{name}”不在本期评定的名单内；请核对姓名、评定期和评定单位");
            self.cells.refuse("name", message);
        } else if second.is_some() {
            self.cells.refuse("name", format!("本期有不止一名“{name}”；请填写公民身份号码"));
            return None;
        }
        first
    }

    /// What the row changes, as the verb takes it.
    fn changed(&mut self, grid: &Grid, stored: &GridRow) -> ScoreRow {
        let said = &self.read.said;
        let mut scores = Vec::new();
        for dimension in &grid.scheme.dimensions {
            let before = stored.scores.get(&dimension.id).map(printed).unwrap_or_default();
            let after = match said.scores.iter().find(|(name, _)| *name == dimension.name) {
                Some((_, Edit::Set(score))) => score.clone(),
                Some((_, Edit::Clear)) => String::new(),
                _ => continue,
            };
            if after != before {
                let (column, field) = (dimension.name.clone(), dimension.code.clone());
                self.changes.push(ChangedField { column, field, before, after: after.clone() });
                scores.push((dimension.code.clone(), after));
            }
        }
        if grid.scheme.rules.raters != RaterRule::One && !scores.is_empty() {
            let place = self.place();
            self.cells.refuse(place, "本方案按评分人逐人评分，汇总分不能导入；请在系统中按评分人录入");
        }
        let before = stored.rating.as_ref().and_then(|rating| rating.evidence.clone()).unwrap_or_default();
        let evidence = match &said.evidence {
            Edit::Keep => None,
            Edit::Set(text) => Some(text.trim().to_owned()),
            Edit::Clear => Some(String::new()),
        };
        let evidence = evidence.filter(|after| *after != before);
        if let Some(after) = &evidence {
            let (column, field) = (self.cells.column_title("evidence").to_owned(), "evidence".to_owned());
            self.changes.push(ChangedField { column, field, before, after: after.clone() });
        }
        ScoreRow { subject: stored.subject.id, scores, evidence, veto: None }
    }

    fn decide(self) -> Decided<Ratings> {
        let subject = subject(&self.cells, self.place());
        let errors = self.cells.into_findings();
        let (bucket, deed) = match self.deed {
            _ if !errors.is_empty() => (Bucket::Refused, None),
            _ if self.conflict.is_some() => (Bucket::Conflict, None),
            None => (Bucket::Refused, None),
            Some(_) if self.changes.is_empty() => (Bucket::Unchanged, None),
            Some(deed) if deed.is_new => (Bucket::New, Some(deed)),
            Some(deed) => (Bucket::Changed, Some(deed)),
        };
        let changed = bucket == Bucket::Changed;
        let rating = self.stored.and_then(|row| row.rating.as_ref());
        let planned = PlannedRow {
            row: self.read.row.clone(),
            subject,
            bucket,
            record: rating.map(|rating| (rating.id.0, rating.version)),
            becomes: None,
            errors,
            warnings: Vec::new(),
            changes: self.changes.into_iter().filter(|_| changed).collect(),
            conflict: self.conflict.filter(|_| bucket == Bucket::Conflict),
            doubles: Doubles::default(),
        };
        (planned, deed)
    }
}

/// Whether an organisation of a grid has this code or name.
fn is_called(row: &GridRow, text: &str) -> bool {
    let code = row.subject.code.as_deref();
    code == Some(text.trim().to_uppercase().as_str()) || folded(&row.subject.name) == folded(text)
}

/// What the row is about: as it stands in the sheet.
fn subject(cells: &Cells<'_>, place: &str) -> String {
    let of = |field: &str| cells.finding(field, "").value;
    format!("{} {}", of(place), of("period")).trim().to_owned()
}
