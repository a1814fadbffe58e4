//! Finds the seat of each row, and lets the verbs of committees say what is wrong with what the rows would do, the whole
//! sheet at once: a row may open the term, or leave the post, that another one needs.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;
use diesel_async::AsyncPgConnection;

use crate::across::imports::cells::{Cells, Finding};
use crate::across::imports::committees::Committees;
use crate::across::imports::committees::compare::compare;
use crate::across::imports::committees::parse::ParsedSeat;
use crate::across::imports::committees::perform::{Deed, NewSeat, NewTerm, TermOf, perform};
use crate::across::imports::content::{ChangedField, Doubles, PlannedRow};
use crate::across::imports::fields::Identifier;
use crate::across::imports::subject::{Basis, Decided, ReadRow};
use crate::across::imports::terms::{TermKey, Terms};
use crate::base::codes;
use crate::base::db;
use crate::base::edit::{Edit, set};
use crate::base::error::{Error, Result};
use crate::base::ids::{OrganisationId, PersonId, SeatId, TermId};
use crate::base::keys::Secret;
use crate::base::values::CitizenId;
use crate::records::committees::queries::{self, SeatLine, TermPlace};
use crate::records::committees::{LeavingReason, Post, Who};
use crate::records::imports::Bucket;
use crate::records::people::{self, Identity};

/// What is on record of the villages that some rows name.
struct Found {
    terms: Terms,
    seats: HashMap<SeatId, SeatLine>,
    /// Seats by term, person, post and first day: what tells them apart where no record number does.
    by_stay: HashMap<(TermId, PersonId, Post, NaiveDate), SeatId>,
    people: HashMap<Vec<u8>, PersonId>,
}

/// The first row that opens a term that is not on record.
struct Opening {
    row: u32,
    from_day: NaiveDate,
    due_day: NaiveDate,
}

/// A row on its way to a bucket.
struct Line<'a> {
    read: &'a ReadRow<ParsedSeat>,
    cells: Cells<'a>,
    record: Option<&'a SeatLine>,
    conflict: Option<String>,
    deed: Option<Deed>,
    changes: Vec<ChangedField>,
    /// That he leaves the pool of reserve cadres by the seat.
    released: Option<String>,
}

/// Decides about all rows of a sheet.
///
/// # Errors
/// Whatever the database answers.
pub async fn classify(
    basis: &Basis<'_, Committees>,
    conn: &mut AsyncPgConnection,
    rows: Vec<ReadRow<ParsedSeat>>,
) -> Result<Vec<Decided<Committees>>> {
    let found = Found::of(basis, conn, &rows).await?;
    let (mut seen, mut openings) = (HashMap::new(), HashMap::new());
    let mut lines = Vec::with_capacity(rows.len());
    for read in &rows {
        lines.push(Line::new(read, basis, &found, &mut seen, &mut openings)?);
    }
    rehearse(basis, conn, &mut lines).await?;
    Ok(lines.into_iter().map(Line::decide).collect())
}

/// Runs the verbs over the rows that nothing is wrong with so far, takes everything back, and refuses those that they
/// object to; again, until nobody objects: who is refused leaves room for others, or takes a term from under them.
async fn rehearse(
    basis: &Basis<'_, Committees>,
    conn: &mut AsyncPgConnection,
    lines: &mut [Line<'_>],
) -> Result<()> {
    loop {
        let (mut at, mut deeds) = (Vec::new(), Vec::new());
        for (number, line) in lines.iter_mut().enumerate().filter(|(_, line)| line.is_sound()) {
            if let Some(deed) = line.deed.take() {
                at.push(number);
                deeds.push(deed);
            }
        }
        if deeds.is_empty() {
            return Ok(());
        }
        let answer = db::rehearse(conn, basis.actor, async |conn| {
            perform(conn, basis.actor, basis.keys, &deeds).await
        })
        .await?;
        for (number, deed) in at.iter().zip(deeds) {
            if let Some(line) = lines.get_mut(*number) {
                line.deed = Some(deed);
            }
        }
        let objections = match answer {
            Ok(done) => {
                for (number, told) in done.released {
                    if let Some(line) = at.get(number).and_then(|number| lines.get_mut(*number)) {
                        line.released = Some(told);
                    }
                }
                return Ok(());
            }
            Err(objections) => objections,
        };
        if objections.is_empty() {
            return Err(Error::broken("an objection to nothing"));
        }
        for (number, error) in objections {
            let line = at.get(number).and_then(|number| lines.get_mut(*number));
            line.ok_or_else(|| Error::broken("an objection to no row"))?.object(&error.field, error.message);
        }
    }
}

fn mac(basis: &Basis<'_, Committees>, said: &ParsedSeat) -> Option<Vec<u8>> {
    match &said.citizen_id {
        Edit::Set(Identifier::Whole(id)) => Some(basis.keys.mac(Secret::CitizenId, id.as_str())),
        _ => None,
    }
}

impl Found {
    async fn of(
        basis: &Basis<'_, Committees>,
        conn: &mut AsyncPgConnection,
        rows: &[ReadRow<ParsedSeat>],
    ) -> Result<Self> {
        let scope = &basis.scope;
        let macs: Vec<Vec<u8>> = rows.iter().filter_map(|row| mac(basis, &row.said)).collect();
        let people = people::queries::holders(conn, scope.county, &macs).await?;
        let people = people.into_iter().map(|holder| (holder.mac, holder.person_id)).collect();
        let named: Vec<SeatId> = rows.iter().filter_map(|row| set(&row.said.record)).collect();
        let of_seats = queries::term_of_seats(conn, scope, &named).await?;
        let of_seats: Vec<TermId> = of_seats.into_iter().map(|(_, term)| term).collect();
        let of_seats = queries::term_places(conn, scope, &of_seats).await?;
        let mut villages: HashSet<OrganisationId> = of_seats.iter().map(|term| term.village_id).collect();
        villages.extend(rows.iter().filter_map(|row| set(&row.said.term.village)));
        let villages: Vec<OrganisationId> = villages.into_iter().collect();
        let terms = Terms::of(conn, scope, &villages).await?;
        let (mut seats, mut by_stay) = (HashMap::new(), HashMap::new());
        for line in queries::seat_lines(conn, scope, basis.keys, &terms.ids()).await? {
            let seat = &line.seat;
            if let Ok(post) = basis.context.words.post(&seat.post) {
                by_stay.insert((seat.term_id, seat.person_id, post, seat.from_day), seat.id);
            }
            seats.insert(seat.id, line);
        }
        Ok(Self { terms, seats, by_stay, people })
    }

    /// The seat that a row without a record number is about.
    fn stay(&self, person: PersonId, said: &ParsedSeat) -> Option<&SeatLine> {
        let term = self.terms.named(&said.term.key()?)?;
        let stay = (term.id, person, set(&said.post)?, set(&said.from_day)?);
        self.seats.get(self.by_stay.get(&stay)?)
    }
}

/// What tells the seats of a sheet apart: the record, or who sits where from when.
#[derive(PartialEq, Eq, Hash)]
enum Key {
    Record(SeatId),
    Stay(TermKey, Vec<u8>, Post, NaiveDate),
}

impl<'a> Line<'a> {
    fn new(
        read: &'a ReadRow<ParsedSeat>,
        basis: &'a Basis<'_, Committees>,
        found: &'a Found,
        seen: &mut HashMap<Key, u32>,
        openings: &mut HashMap<TermKey, Opening>,
    ) -> Result<Self> {
        let cells = Cells::resume(&read.row, basis.layout, read.findings.clone());
        let (deed, changes) = (None, Vec::new());
        let mut line = Self { read, cells, record: None, conflict: None, deed, changes, released: None };
        let said = &read.said;
        let mac = mac(basis, said);
        let is_unknown = line.find(basis, found, mac.as_ref());
        line.refuse_double(mac, seen);
        let term = match line.record {
            Some(record) => found.terms.get(record.seat.term_id),
            None => said.term.key().and_then(|key| found.terms.named(&key)),
        };
        if let Some(term) = term {
            line.check_days(term);
        }
        if is_unknown || line.conflict.is_some() {
            return Ok(line);
        }
        match (line.record, term) {
            (Some(record), Some(term)) => {
                line.conflict = said.term.check(term, "任职", &mut line.cells, basis.context);
                let (command, changes) = compare(said, record, &basis.context.words, &mut line.cells)?;
                line.deed = (!changes.is_empty()).then(|| Deed::Correct(Box::new(command)));
                line.changes = changes;
            }
            (None, Some(term)) => line.deed = new_seat(said, TermOf::OnRecord(term.id)),
            _ => line.open(basis, found, openings),
        }
        Ok(line)
    }

    /// Finds the record; answers whether one is named that there is not.
    fn find(&mut self, basis: &Basis<'_, Committees>, found: &'a Found, mac: Option<&Vec<u8>>) -> bool {
        let said = &self.read.said;
        let person = mac.and_then(|mac| found.people.get(mac)).copied();
        let Edit::Set(id) = said.record else {
            self.record = person.and_then(|person| found.stay(person, said));
            return false;
        };
        let Some(line) = found.seats.get(&id) else {
            let within = &basis.context.within;
            let message = format!("“{within}”范围内没有这个记录编号；请用本单位导出的表，新增的请留空");
            self.cells.refuse("id", message);
            return true;
        };
        self.record = Some(line);
        if mac.is_some() && person != Some(line.seat.person_id) {
            let why = "记录编号和公民身份号码指向两个不同的人；请核对公民身份号码，或清空记录编号";
            self.conflict = Some(why.to_owned());
        }
        false
    }

    fn refuse_double(&mut self, mac: Option<Vec<u8>>, seen: &mut HashMap<Key, u32>) {
        let said = &self.read.said;
        let stay = || Some(Key::Stay(said.term.key()?, mac?, set(&said.post)?, set(&said.from_day)?));
        let Some(key) = self.record.map(|line| Key::Record(line.seat.id)).or_else(stay) else { return };
        let first = *seen.entry(key).or_insert(self.read.row.number);
        if first != self.read.row.number {
            let message = format!("与第{first}行是同一个人同一天开始的同一职务；请只保留一行");
            self.cells.refuse("name", message);
        }
    }

    /// The days of a term on record: a row repeats them.
    fn check_days(&mut self, term: &TermPlace) {
        let said = &self.read.said;
        let ordinal = term.ordinal;
        for (field, given, stored) in
            [("term_from", &said.term_from, term.from_day), ("due_day", &said.due_day, term.due_day)]
        {
            if let Some(day) = set(given).filter(|day| *day != stored) {
                let title = self.cells.column_title(field);
                let message = format!(
                    "{title}“{day}”与登记的第{ordinal}届“{stored}”不一致，导入不改已登记的任期；请核对届次和日期，\
                     登记有误的请在班子页面更正该届"
                );
                self.cells.refuse(field, message);
            }
        }
    }

    /// A seat in a term that is not on record; all rows of the term say the same of it.
    fn open(
        &mut self,
        basis: &Basis<'_, Committees>,
        found: &Found,
        openings: &mut HashMap<TermKey, Opening>,
    ) {
        let said = &self.read.said;
        let Some(key) = said.term.key() else { return };
        let (Some(from_day), Some(due_day)) = (set(&said.term_from), set(&said.due_day)) else { return };
        let opening = openings.entry(key).or_insert(Opening { row: self.read.row.number, from_day, due_day });
        for (field, given, first) in
            [("term_from", from_day, opening.from_day), ("due_day", due_day, opening.due_day)]
        {
            if given != first {
                let title = self.cells.column_title(field);
                let (row, ordinal) = (opening.row, key.ordinal);
                let message = format!(
                    "{title}“{given}”与第{row}行同是第{ordinal}届的“{first}”不一致；请核对后改为一致"
                );
                self.cells.refuse(field, message);
            }
        }
        let term = NewTerm {
            key,
            village: basis.context.code_of(key.village).to_owned(),
            committee: found.terms.committee(key.village, key.kind),
            from_day,
            due_day,
        };
        self.deed = new_seat(said, TermOf::New(term));
    }

    /// Whether nothing is wrong with the row so far.
    fn is_sound(&self) -> bool {
        self.conflict.is_none() && self.cells.findings().is_empty()
    }

    /// Takes what a verb says against the row.
    fn object(&mut self, field: &str, message: String) {
        let known = !self.cells.column_title(field).is_empty();
        self.cells.refuse_once(if known { field } else { "name" }, message);
    }

    fn decide(self) -> Decided<Committees> {
        let said = &self.read.said;
        let subject = set(&said.name)
            .map_or_else(|| self.cells.finding("name", "").value, |name| name.as_str().to_owned());
        let warnings = self.warnings();
        let record = self.record.map(|line| (line.seat.id.0, line.seat.version));
        let errors = self.cells.into_findings();
        let (bucket, deed) = match self.deed {
            _ if !errors.is_empty() => (Bucket::Refused, None),
            _ if self.conflict.is_some() => (Bucket::Conflict, None),
            Some(deed @ Deed::Appoint(_)) => (Bucket::New, Some(deed)),
            Some(deed @ Deed::Correct(_)) => (Bucket::Changed, Some(deed)),
            None => (Bucket::Unchanged, None),
        };
        let planned = PlannedRow {
            row: self.read.row.clone(),
            subject,
            bucket,
            record,
            becomes: None,
            errors,
            warnings,
            changes: self.changes.into_iter().filter(|_| bucket == Bucket::Changed).collect(),
            conflict: self.conflict.filter(|_| bucket == Bucket::Conflict),
            doubles: Doubles::default(),
        };
        (planned, deed)
    }

    /// A list of seats does not change what is on record of the person, and what it says of leaving is not lost; whoever
    /// takes a seat leaves the pool.
    fn warnings(&self) -> Vec<Finding> {
        let stored = self.record.map(|line| line.person.ethnicity.as_str());
        let differs =
            set(&self.read.said.ethnicity).filter(|code| stored.is_some_and(|stored| stored != code));
        let told = differs.map(|_| {
            let name = codes::ethnicity().name_of(stored.unwrap_or_default());
            self.cells.finding("ethnicity", format!("与人员信息登记的“{name}”不同，保持不变；请核对"))
        });
        let unknown = self.read.said.unknown_reason.as_ref().map(|words| {
            let choice: Vec<&str> = LeavingReason::ALL.iter().map(|reason| reason.name()).collect();
            let message = format!(
                "“{words}”不在可选范围内，按“其他”登记，原文记入离职说明；能归入{}的，请改填",
                choice.join("、")
            );
            self.cells.finding("leaving_reason", message)
        });
        let released = self.released.as_ref().map(|told| self.cells.finding("name", told.clone()));
        told.into_iter().chain(unknown).chain(released).collect()
    }
}

/// The seat that a row gives; none where a cell could not be read, and then there is a finding.
fn new_seat(said: &ParsedSeat, term: TermOf) -> Option<Deed> {
    let Edit::Set(Identifier::Whole(citizen_id)) = &said.citizen_id else { return None };
    let education = set(&said.education)?;
    let identity = identity(said, citizen_id, &education)?;
    Some(Deed::Appoint(Box::new(NewSeat {
        who: Who::Identified(Box::new(identity)),
        post: set(&said.post)?,
        from_day: set(&said.from_day)?,
        to_day: set(&said.to_day),
        leaving_reason: set(&said.leaving_reason),
        leaving_explanation: set(&said.leaving_explanation),
        education,
        is_party_member: set(&said.is_party_member)?,
        sources: set(&said.sources).unwrap_or_default(),
        note: set(&said.note),
        term,
    })))
}

fn identity(said: &ParsedSeat, citizen_id: &CitizenId, education: &str) -> Option<Identity> {
    Some(Identity {
        name: set(&said.name)?,
        citizen_id: citizen_id.clone(),
        sex: citizen_id.sex(),
        birth_date: citizen_id.birth_date(),
        ethnicity: set(&said.ethnicity)?,
        education: education.to_owned(),
        degree: None,
        native_place: None,
        mobile: None,
        telephone: None,
        address: None,
    })
}
