//! Finds the assessment of each row and decides its bucket.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;
use diesel_async::AsyncPgConnection;

use crate::across::imports::assessments::parse::ParsedAssessment;
use crate::across::imports::assessments::{Assessments, Deed};
use crate::across::imports::cells::Cells;
use crate::across::imports::content::{ChangedField, Doubles, PlannedRow};
use crate::across::imports::subject::{Basis, Decided, ReadRow};
use crate::base::edit::{Edit, set};
use crate::base::error::Result;
use crate::base::ids::{AssessmentId, OrganisationId};
use crate::base::values::Quarter;
use crate::records::assessments::queries::{self, Card, Filter, RoundCard};
use crate::records::assessments::{Entry, Mark, Scheme, ScoreRow, printed};
use crate::records::imports::Bucket;

/// A village in a quarter of a town.
pub type Key = (OrganisationId, OrganisationId, Quarter);

/// What is on record of the rows.
struct Found {
    rounds: HashMap<(OrganisationId, Quarter), RoundCard>,
    cards: HashMap<AssessmentId, Card>,
    by_key: HashMap<Key, AssessmentId>,
    units: HashSet<(OrganisationId, NaiveDate, OrganisationId)>,
}

/// Decides about all rows of a sheet, in their order; a second row about a village and quarter is refused.
///
/// # Errors
/// Whatever the database answers.
pub async fn classify(
    basis: &Basis<'_, Assessments>,
    seen: &mut HashMap<Key, u32>,
    conn: &mut AsyncPgConnection,
    rows: Vec<ReadRow<ParsedAssessment>>,
) -> Result<Vec<Decided<Assessments>>> {
    let found = find(basis, conn, &rows).await?;
    rows.iter().map(|read| Line::new(read, basis, &found).decide(seen)).collect()
}

async fn find(
    basis: &Basis<'_, Assessments>,
    conn: &mut AsyncPgConnection,
    rows: &[ReadRow<ParsedAssessment>],
) -> Result<Found> {
    let mut asked: HashSet<(OrganisationId, NaiveDate)> = HashSet::new();
    let mut quarters: HashSet<Quarter> = HashSet::new();
    for row in rows {
        if let (Edit::Set(town), Edit::Set(quarter)) = (&row.said.town, &row.said.quarter) {
            asked.insert((town.id, quarter.last_day()));
            quarters.insert(*quarter);
        }
    }
    let quarters: Vec<Quarter> = quarters.into_iter().collect();
    let asked: Vec<(OrganisationId, NaiveDate)> = asked.into_iter().collect();
    let mut rounds = HashMap::new();
    for card in queries::of_quarter(conn, &basis.scope, &quarters).await? {
        rounds.insert((card.round.organisation_id, card.round.quarter()?), card);
    }
    let named: Vec<AssessmentId> = rows.iter().filter_map(|row| set(&row.said.record)).collect();
    let ids: Vec<_> = rounds.values().map(|card| card.round.id).collect();
    let written = queries::ids_of_rounds(conn, basis.scope.county, &ids).await?;
    let all: Vec<AssessmentId> = written.into_values().chain(named).collect();
    let limit = i64::try_from(all.len()).unwrap_or(i64::MAX);
    let filter = Filter { ids: Some(all), ..Filter::default() };
    let cards = queries::list(conn, &basis.scope, &filter, None, limit).await?;
    let mut by_key = HashMap::new();
    for round in rounds.values() {
        let quarter = round.round.quarter()?;
        for card in cards.iter().filter(|card| card.assessment.round_id == round.round.id) {
            by_key.insert(
                (card.assessment.village_id, round.round.organisation_id, quarter),
                card.assessment.id,
            );
        }
    }
    let units = queries::units_on(conn, basis.scope.county, &asked).await?;
    let cards = cards.into_iter().map(|card| (card.assessment.id, card)).collect();
    Ok(Found { rounds, cards, by_key, units })
}

/// A row on its way to a bucket.
struct Line<'a> {
    read: &'a ReadRow<ParsedAssessment>,
    basis: &'a Basis<'a, Assessments>,
    found: &'a Found,
    cells: Cells<'a>,
    conflict: Option<String>,
    changes: Vec<ChangedField>,
}

impl<'a> Line<'a> {
    fn new(read: &'a ReadRow<ParsedAssessment>, basis: &'a Basis<'a, Assessments>, found: &'a Found) -> Self {
        let cells = Cells::resume(&read.row, basis.layout, read.findings.clone());
        Self { read, basis, found, cells, conflict: None, changes: Vec::new() }
    }

    fn decide(mut self, seen: &mut HashMap<Key, u32>) -> Result<Decided<Assessments>> {
        let said = &self.read.said;
        let town = set(&said.town);
        if said.village_elsewhere || town.as_ref().is_some_and(|town| town.elsewhere) {
            let named = self.cells.finding("assessor", "").value;
            self.cells.forgive("village");
            let within = &self.basis.context.within;
            self.conflict = Some(format!("“{named}”的考核不归“{within}”填报；请由该单位导入"));
            return Ok(self.end(None, None));
        }
        let (Some(town), Some(quarter), Some(village)) = (town, set(&said.quarter), set(&said.village))
        else {
            return Ok(self.end(None, None));
        };
        let key = (village, town.id, quarter);
        let first = *seen.entry(key).or_insert(self.read.row.number);
        if first != self.read.row.number {
            self.cells.refuse("village", format!("与第{first}行是同一村（社区）的同一季度；请只保留一行"));
        }
        if quarter.first_day() > self.basis.today {
            let message = format!("{}自{}开始，现在还不能考核", quarter.title(), quarter.first_day());
            self.cells.refuse("quarter", message);
        }
        if !self.found.units.contains(&(town.id, quarter.last_day(), village)) {
            let day = quarter.last_day();
            self.cells.refuse("village", format!("在{day}不是“{}”的村（社区）；请核对考核单位", town.name));
        }
        let (found, context) = (self.found, self.basis.context);
        let card = found.by_key.get(&key).and_then(|id| found.cards.get(id));
        if !self.check_record(card) {
            return Ok(self.end(None, card));
        }
        let round = found.rounds.get(&(town.id, quarter));
        let scheme = match round {
            Some(round) => context.scheme_of(round.round.scheme_id),
            None => context.scheme(&town, quarter),
        };
        let Some(scheme) = scheme else { return Ok(self.end(None, card)) };
        let row = self.compare(scheme, card, village);
        self.check_state(round)?;
        let deed = Deed {
            round: round.map(|card| card.round.id),
            town: town.code,
            quarter,
            row,
            is_new: card.is_none(),
        };
        Ok(self.end(Some(deed), card))
    }

    /// A record that is named must be the one of the village and quarter.
    fn check_record(&mut self, card: Option<&Card>) -> bool {
        let Some(id) = set(&self.read.said.record) else {
            if self.read.said.record == Edit::Clear {
                self.cells.refuse("id", "记录编号不能清空；新增的请留空");
            }
            return true;
        };
        if !self.found.cards.contains_key(&id) {
            let within = &self.basis.context.within;
            let message = format!("“{within}”范围内没有这个记录编号；请用本单位导出的表，新增的请留空");
            self.cells.refuse("id", message);
            return false;
        }
        if card.is_none_or(|card| card.assessment.id != id) {
            let why = "记录编号与季度、村（社区）指向不同的考核；请核对季度和村（社区），或清空记录编号";
            self.conflict = Some(why.to_owned());
            return false;
        }
        true
    }

    /// What the row changes, as the verb takes it.
    fn compare(&mut self, scheme: &Scheme, card: Option<&Card>, village: OrganisationId) -> ScoreRow {
        let said = &self.read.said;
        let mut row = ScoreRow {
            village: self.basis.context.villages.code_of(village).to_owned(),
            ..ScoreRow::default()
        };
        let mut short = Vec::new();
        for indicator in &scheme.indicators {
            let stored = card.and_then(|card| card.scores.get(&indicator.id));
            let before = stored.map(printed).unwrap_or_default();
            let edit = said.scores.iter().find(|(name, _)| *name == indicator.name).map(|(_, edit)| edit);
            let after = match edit {
                Some(Edit::Set(score)) => score.clone(),
                Some(Edit::Clear) => String::new(),
                _ => before.clone(),
            };
            if !after.is_empty() && after != printed(&indicator.full_marks) {
                short.push(indicator.name.as_str());
            }
            if after != before {
                let (column, field) = (indicator.name.clone(), indicator.code.clone());
                self.changes.push(ChangedField { column, field, before, after: after.clone() });
                row.marks.push(Mark { indicator: indicator.code.clone(), typed: after, is_deduction: false });
            }
        }
        let stored = card.map(|card| &card.assessment);
        let note = stored.and_then(|one| one.deduction_note.as_deref());
        row.deduction_note = self.text("deduction_note", &said.deduction_note, note);
        row.evidence = self.text("evidence", &said.evidence, stored.and_then(|one| one.evidence.as_deref()));
        row.note = self.text("note", &said.note, stored.and_then(|one| one.note.as_deref()));
        let explained = row.deduction_note.as_deref().or(note).is_some_and(|text| !text.is_empty());
        if scheme.entry == Entry::Deduction && !short.is_empty() && !explained {
            let message = format!("{}低于满分而没有扣分说明；请写明扣分的事项和理由", short.join("、"));
            self.cells.refuse("deduction_note", message);
        }
        if card.is_none() && self.changes.is_empty() {
            self.cells.refuse("village", "这一行没有填写任何得分；请填写各项指标的得分，或删去这一行");
        }
        row
    }

    /// A text that differs, as the verb takes it: nothing keeps, an empty one clears.
    fn text(&mut self, field: &str, said: &Edit<String>, stored: Option<&str>) -> Option<String> {
        let after = match said {
            Edit::Keep => return None,
            Edit::Set(text) => text.trim().to_owned(),
            Edit::Clear => String::new(),
        };
        let before = stored.unwrap_or_default().to_owned();
        if after == before {
            return None;
        }
        let column = self.cells.column_title(field).to_owned();
        self.changes.push(ChangedField { column, field: field.to_owned(), before, after: after.clone() });
        Some(after)
    }

    /// What was handed in stands, whatever a sheet says.
    fn check_state(&mut self, round: Option<&RoundCard>) -> Result<()> {
        let Some(round) = round else { return Ok(()) };
        let state = round.round.state()?;
        if !self.changes.is_empty() && !state.is_open() {
            let message =
                format!("本季考核当前为“{}”，导入不改；确需修改的，请由审核员退回后再导入", state.name());
            self.cells.refuse("quarter", message);
        }
        Ok(())
    }

    fn end(self, deed: Option<Deed>, card: Option<&Card>) -> Decided<Assessments> {
        let subject = subject(&self.cells);
        let errors = self.cells.into_findings();
        let (bucket, deed) = match deed {
            _ if !errors.is_empty() => (Bucket::Refused, None),
            _ if self.conflict.is_some() => (Bucket::Conflict, None),
            None => (Bucket::Refused, None),
            Some(_) if self.changes.is_empty() => (Bucket::Unchanged, None),
            Some(deed) if deed.is_new => (Bucket::New, Some(deed)),
            Some(deed) => (Bucket::Changed, Some(deed)),
        };
        let changed = bucket == Bucket::Changed;
        let planned = PlannedRow {
            row: self.read.row.clone(),
            subject,
            bucket,
            record: card.map(|card| (card.assessment.id.0, card.assessment.version)),
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

/// What the row is about: the village and the quarter as they stand in the sheet.
fn subject(cells: &Cells<'_>) -> String {
    let of = |field: &str| cells.finding(field, "").value;
    format!("{} {}", of("village"), of("quarter")).trim().to_owned()
}
