//! Finds the entry of each row and decides its bucket, many rows at a time.

use std::collections::HashMap;

use diesel_async::AsyncPgConnection;

use crate::across::imports::cells::{Cells, Finding};
use crate::across::imports::content::{ChangedField, Doubles, PlannedRow};
use crate::across::imports::fields::Identifier;
use crate::across::imports::reserves::compare::compare;
use crate::across::imports::reserves::enter::enter;
use crate::across::imports::reserves::parse::ParsedReserve;
use crate::across::imports::reserves::{Alteration, Deed, ReserveCadres};
use crate::across::imports::subject::{Basis, Decided, ReadRow};
use crate::base::codes;
use crate::base::edit::{Edit, set};
use crate::base::error::{FieldError, Result};
use crate::base::ids::{MentorId, PersonId, ReserveId};
use crate::base::keys::Secret;
use crate::base::values::PersonName;
use crate::records::imports::Bucket;
use crate::records::people;
use crate::records::reserves::queries::{self, Card, Departure};
use crate::records::reserves::{self, Enter, SettingsBook, settings};

/// What is on record of the people in some rows.
struct Found {
    people: HashMap<Vec<u8>, PersonId>,
    cards: HashMap<ReserveId, Card>,
    by_person: HashMap<PersonId, Vec<ReserveId>>,
    book: SettingsBook,
    /// Mentors who guide on paper though they left.
    left: HashMap<MentorId, Departure>,
}

/// A row on its way to a bucket.
struct Line<'a> {
    read: &'a ReadRow<ParsedReserve>,
    cells: Cells<'a>,
    record: Option<&'a Card>,
    conflict: Option<String>,
    enter: Option<Enter>,
    alteration: Alteration,
    changes: Vec<ChangedField>,
    left: &'a HashMap<MentorId, Departure>,
}

/// Decides about some rows, in the order of the sheet; rows about people of earlier ones are refused.
///
/// # Errors
/// Whatever the database answers.
pub async fn classify(
    basis: &Basis<'_, ReserveCadres>,
    seen: &mut HashMap<Vec<u8>, u32>,
    conn: &mut AsyncPgConnection,
    rows: Vec<ReadRow<ParsedReserve>>,
) -> Result<Vec<Decided<ReserveCadres>>> {
    let found = find(basis, conn, &rows).await?;
    let mut lines = Vec::with_capacity(rows.len());
    for read in &rows {
        lines.push(Line::new(read, basis, &found, seen)?);
    }
    let commands: Vec<Enter> = lines.iter().filter_map(|line| line.enter.clone()).collect();
    if !commands.is_empty() {
        let verdicts = reserves::examine(conn, basis.actor, basis.keys, &commands).await?;
        let entering = lines.iter_mut().filter(|line| line.enter.is_some());
        entering.zip(verdicts).for_each(|(line, errors)| line.heed(errors));
    }
    examine_added(basis, conn, &mut lines).await?;
    Ok(lines.into_iter().map(Line::decide).collect())
}

/// Hears what stands against the mentors whom rows add to entries on record.
async fn examine_added(
    basis: &Basis<'_, ReserveCadres>,
    conn: &mut AsyncPgConnection,
    lines: &mut [Line<'_>],
) -> Result<()> {
    let (mut at, mut mentors) = (Vec::new(), Vec::new());
    for (number, line) in lines.iter().enumerate() {
        let Some(card) = line.record else { continue };
        for added in &line.alteration.added {
            at.push(number);
            mentors.push((card.reserve.village_id, added.mentor.clone()));
        }
    }
    let verdicts = reserves::refuse_mentors(conn, &basis.scope, &mentors).await?;
    for (number, error) in at.into_iter().zip(verdicts) {
        if let (Some(line), Some(error)) = (lines.get_mut(number), error) {
            line.heed(vec![error]);
        }
    }
    Ok(())
}

fn mac(basis: &Basis<'_, ReserveCadres>, said: &ParsedReserve) -> Option<Vec<u8>> {
    match &said.citizen_id {
        Edit::Set(Identifier::Whole(id)) => Some(basis.keys.mac(Secret::CitizenId, id.as_str())),
        _ => None,
    }
}

async fn find(
    basis: &Basis<'_, ReserveCadres>,
    conn: &mut AsyncPgConnection,
    rows: &[ReadRow<ParsedReserve>],
) -> Result<Found> {
    let macs: Vec<Vec<u8>> = rows.iter().filter_map(|row| mac(basis, &row.said)).collect();
    let people: HashMap<Vec<u8>, PersonId> = people::queries::holders(conn, basis.scope.county, &macs)
        .await?
        .into_iter()
        .map(|holder| (holder.mac, holder.person_id))
        .collect();
    let persons: Vec<PersonId> = people.values().copied().collect();
    let mut ids = queries::of_people(conn, &basis.scope, &persons).await?;
    ids.extend(rows.iter().filter_map(|row| set(&row.said.record)));
    ids.sort_unstable();
    ids.dedup();
    let cards = queries::cards(conn, &basis.scope, basis.keys, &ids).await?;
    let mut by_person: HashMap<PersonId, Vec<ReserveId>> = HashMap::new();
    let mut ordered: Vec<&Card> = cards.iter().collect();
    ordered.sort_by_key(|card| card.reserve.entered_on);
    for card in ordered {
        by_person.entry(card.reserve.person_id).or_default().push(card.reserve.id);
    }
    let cards = cards.into_iter().map(|card| (card.reserve.id, card)).collect();
    let book = settings::book(conn, basis.scope.county).await?;
    let left = queries::mentors_who_left(conn, &basis.scope, &ids, basis.today).await?;
    Ok(Found { people, cards, by_person, book, left })
}

impl Found {
    /// The stay that a row is about: the one that began on its day, else the last, unless that ended before.
    fn stay(&self, person: PersonId, said: &ParsedReserve) -> Option<&Card> {
        let stays = || self.by_person.get(&person).into_iter().flatten().filter_map(|id| self.cards.get(id));
        let day = set(&said.entered_on);
        let same = stays().find(|card| Some(card.reserve.entered_on) == day);
        let anew = |card: &&Card| card.reserve.left_on.zip(day).is_none_or(|(left, day)| day < left);
        same.or_else(|| stays().next_back().filter(anew))
    }
}

impl<'a> Line<'a> {
    fn new(
        read: &'a ReadRow<ParsedReserve>,
        basis: &'a Basis<'_, ReserveCadres>,
        found: &'a Found,
        seen: &mut HashMap<Vec<u8>, u32>,
    ) -> Result<Self> {
        let mut line = Self {
            read,
            cells: Cells::resume(&read.row, basis.layout, read.findings.clone()),
            record: None,
            conflict: None,
            enter: None,
            alteration: Alteration::default(),
            changes: Vec::new(),
            left: &found.left,
        };
        let said = &read.said;
        let mac = mac(basis, said);
        let person = mac.as_ref().and_then(|mac| found.people.get(mac)).copied();
        let unknown = line.find(basis, found, mac.is_some(), person);
        let key = line.record.map(|card| card.reserve.id.0.as_bytes().to_vec()).or(mac);
        if let Some(key) = key {
            let first = *seen.entry(key).or_insert(read.row.number);
            if first != read.row.number {
                line.cells.refuse("citizen_id", format!("与第{first}行是同一个人的同一次入库；请只保留一行"));
            }
        }
        if line.conflict.is_some() || unknown {
            return Ok(line);
        }
        match line.record {
            None => {
                let earlier = person.filter(|person| found.by_person.contains_key(person));
                line.enter = enter(said, earlier, &mut line.cells);
            }
            Some(card) => {
                (line.alteration, line.changes) =
                    compare(said, card, &found.book, &mut line.cells, basis.today)?;
                line.check_village(basis, card);
            }
        }
        Ok(line)
    }

    /// Finds the record; answers whether a record is named that there is not.
    fn find(
        &mut self,
        basis: &Basis<'_, ReserveCadres>,
        found: &'a Found,
        whole: bool,
        person: Option<PersonId>,
    ) -> bool {
        let said = &self.read.said;
        let Edit::Set(id) = said.record else {
            self.record = person.and_then(|person| found.stay(person, said));
            return false;
        };
        let Some(card) = found.cards.get(&id) else {
            let within = &basis.context.within;
            let message = format!("“{within}”范围内没有这个记录编号；请用本单位导出的表，新增的请留空");
            self.cells.refuse("id", message);
            return true;
        };
        self.record = Some(card);
        if whole && person != Some(card.reserve.person_id) {
            let why = "记录编号和公民身份号码指向两个不同的人；请核对公民身份号码，或清空记录编号";
            self.conflict = Some(why.to_owned());
        }
        false
    }

    /// Another village is another unit's business.
    fn check_village(&mut self, basis: &Basis<'_, ReserveCadres>, card: &Card) {
        let said = &self.read.said;
        let moved = set(&said.village).is_some_and(|village| village != card.reserve.village_id);
        if moved || said.village_elsewhere {
            self.cells.forgive("village");
            let named = self.cells.finding("village", "").value;
            let present = basis.context.name_of(card.reserve.village_id);
            self.conflict = Some(format!(
                "此人登记在“{present}”的人才库，表中写的是“{named}”；换村请先在原村办理退出，再由新的村入库"
            ));
        }
    }

    /// Takes what the records say against somebody's coming in. What stands in the way of the person himself an import
    /// cannot help: it says so, and where.
    fn heed(&mut self, errors: Vec<FieldError>) {
        if let [only] = errors.as_slice()
            && only.field == "person"
        {
            self.conflict = Some(only.message.clone());
            return;
        }
        for error in errors {
            let field = match error.field.as_str() {
                "person" => "citizen_id",
                "mentor" => self.column_of_mentor(error.value.as_deref()),
                "from_day" => "leader_1",
                "posting_village" => "state",
                known if !self.cells.column_title(known).is_empty() => known,
                _ => "name",
            };
            self.cells.refuse_once(field, error.message);
        }
    }

    /// The column that names a mentor.
    fn column_of_mentor(&self, name: Option<&str>) -> &'static str {
        let said = &self.read.said;
        let names = |edit: &Edit<PersonName>| set(edit).is_some_and(|known| Some(known.as_str()) == name);
        match (names(&said.secretary), names(&said.leader_2)) {
            (true, _) => "secretary",
            (false, true) => "leader_2",
            (false, false) => "leader_1",
        }
    }

    fn decide(self) -> Decided<ReserveCadres> {
        let said = &self.read.said;
        let subject = set(&said.name)
            .map_or_else(|| self.cells.finding("name", "").value, |name| name.as_str().to_owned());
        let warnings = self.warnings();
        let record = self.record.map(|card| (card.reserve.id.0, card.reserve.version));
        let errors = self.cells.into_findings();
        let (bucket, deed) = match (self.enter, self.record) {
            _ if !errors.is_empty() => (Bucket::Refused, None),
            _ if self.conflict.is_some() => (Bucket::Conflict, None),
            (Some(command), None) => (Bucket::New, Some(Deed::Enter(Box::new(command)))),
            _ if self.changes.is_empty() => (Bucket::Unchanged, None),
            _ => (Bucket::Changed, Some(Deed::Alter(Box::new(self.alteration)))),
        };
        let changed = bucket == Bucket::Changed;
        let planned = PlannedRow {
            row: self.read.row.clone(),
            subject,
            bucket,
            record,
            becomes: None,
            errors,
            warnings,
            changes: self.changes.into_iter().filter(|_| changed).collect(),
            conflict: self.conflict.filter(|_| bucket == Bucket::Conflict),
            doubles: Doubles::default(),
        };
        (planned, deed)
    }

    /// A list of the pool does not change what is on record of the person; and mentors on record who left are pointed out.
    fn warnings(&self) -> Vec<Finding> {
        let stored = self.record.map(|card| card.person.ethnicity.as_str());
        let differs =
            set(&self.read.said.ethnicity).filter(|code| stored.is_some_and(|stored| stored != code));
        let told = differs.map(|_| {
            let name = codes::ethnicity().name_of(stored.unwrap_or_default());
            self.cells.finding("ethnicity", format!("与人员信息登记的“{name}”不同，保持不变；请核对"))
        });
        told.into_iter().chain(self.mentors_who_left()).collect()
    }

    fn mentors_who_left(&self) -> Vec<Finding> {
        let said = &self.read.said;
        let mut told = Vec::new();
        for (field, name) in
            [("leader_1", &said.leader_1), ("leader_2", &said.leader_2), ("secretary", &said.secretary)]
        {
            let Some(name) = set(name) else { continue };
            let mentors = || self.record.into_iter().flat_map(|card| &card.mentors);
            let known = || mentors().filter(|mentor| mentor.name == name.as_str());
            if let Some(mentor) = known().find(|mentor| mentor.to_day.is_none()) {
                let departed = self.left.get(&mentor.id).map(|departure| {
                    let (name, left) = (name.as_str(), departure.told());
                    format!("帮带人“{name}”{left}，不计入帮带到位；请改填现任帮带人")
                });
                told.extend(departed.map(|message| self.cells.finding(field, message)));
                continue;
            }
            if let Some(left) = known().filter_map(|mentor| mentor.to_day).max() {
                let message =
                    format!("帮带人“{}”自{left}起已不再帮带，导入后重新登记为帮带人；请核对", name.as_str());
                told.push(self.cells.finding(field, message));
            }
        }
        told
    }
}
