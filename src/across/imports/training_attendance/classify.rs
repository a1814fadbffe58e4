//! Finds class and member of each row and decides its bucket, many rows at a time.

use std::collections::HashMap;

use bigdecimal::BigDecimal;
use diesel_async::AsyncPgConnection;

use super::{Deed, ParsedAttendance, Seen, TrainingAttendance};
use crate::across::imports::cells::Cells;
use crate::across::imports::content::{ChangedField, Doubles, PlannedRow};
use crate::across::imports::differences::Differences;
use crate::across::imports::fields::{Identifier, check_person};
use crate::across::imports::subject::{Basis, Decided, ReadRow};
use crate::base::edit::{Edit, set};
use crate::base::error::{FieldError, Result};
use crate::base::ids::{MembershipId, TrainingClassId};
use crate::base::keys::Secret;
use crate::base::values::excerpt;
use crate::records::imports::Bucket;
use crate::records::members::{self, MemberCard};
use crate::records::people;
use crate::records::training::queries;
use crate::records::training::{self, Attend, Attendance, Class, CorrectAttendance, TrainingResult, WalkIns};

/// What is on record of the classes and people in some rows.
struct Found {
    classes: HashMap<String, Class>,
    members: HashMap<Vec<u8>, MembershipId>,
    cards: HashMap<MembershipId, MemberCard>,
    attendances: HashMap<(TrainingClassId, MembershipId), Attendance>,
}

struct Line<'a> {
    read: &'a ReadRow<ParsedAttendance>,
    cells: Cells<'a>,
    pair: Option<(TrainingClassId, MembershipId)>,
    stored: Option<&'a Attendance>,
    attend: Option<Attend>,
    is_heard: bool,
    changes: Vec<ChangedField>,
}

/// Decides about some rows, in the order of the sheet; a second row about one member in one class is refused.
///
/// # Errors
/// Whatever the database answers.
pub async fn classify(
    basis: &Basis<'_, TrainingAttendance>,
    seen: &mut Seen,
    conn: &mut AsyncPgConnection,
    rows: Vec<ReadRow<ParsedAttendance>>,
) -> Result<Vec<Decided<TrainingAttendance>>> {
    let found = find(basis, conn, &rows).await?;
    let mut lines: Vec<Line<'_>> =
        rows.iter().map(|read| Line::new(read, basis, &found, &mut seen.rows)).collect();
    // A row that is wrong by itself hears what else is wrong with it, and stands in nobody's way.
    enter(basis, conn, &mut lines, true, &mut seen.walk_ins).await?;
    enter(basis, conn, &mut lines, false, &mut WalkIns::default()).await?;
    let corrected: Vec<CorrectAttendance> = lines.iter().filter_map(Line::correction).collect();
    if !corrected.is_empty() {
        let verdicts = training::examine_corrections(conn, basis.actor, &corrected).await?;
        let correcting = lines.iter_mut().filter(|line| line.correction().is_some());
        correcting.zip(verdicts).for_each(|(line, errors)| line.heed(errors));
    }
    Ok(lines.into_iter().map(Line::decide).collect())
}

/// Refuses what the verb would refuse of the rows that enter somebody, those that are sound so far or the others.
async fn enter(
    basis: &Basis<'_, TrainingAttendance>,
    conn: &mut AsyncPgConnection,
    lines: &mut [Line<'_>],
    sound: bool,
    before: &mut WalkIns,
) -> Result<()> {
    let (mut concerned, mut commands) = (Vec::new(), Vec::new());
    for line in
        lines.iter_mut().filter(|line| line.stored.is_none() && !line.is_heard && line.is_sound() == sound)
    {
        if let Some(attend) = line.attend.clone() {
            line.is_heard = true;
            commands.push(attend);
            concerned.push(line);
        }
    }
    if !commands.is_empty() {
        let verdicts = training::examine_attendances(conn, basis.actor, &commands, before).await?;
        concerned.into_iter().zip(verdicts).for_each(|(line, errors)| line.heed(errors));
    }
    Ok(())
}

async fn find(
    basis: &Basis<'_, TrainingAttendance>,
    conn: &mut AsyncPgConnection,
    rows: &[ReadRow<ParsedAttendance>],
) -> Result<Found> {
    let mut codes: Vec<String> = rows.iter().filter_map(|row| set(&row.said.class)).collect();
    codes.sort_unstable();
    codes.dedup();
    let classes = queries::classes_by_code(conn, &basis.scope, &codes).await?;
    let macs: Vec<Vec<u8>> = rows.iter().filter_map(|row| mac(basis, &row.said)).collect();
    let members: HashMap<Vec<u8>, MembershipId> = people::queries::holders(conn, basis.scope.county, &macs)
        .await?
        .into_iter()
        .filter_map(|holder| Some((holder.mac, MembershipId(holder.membership_id?))))
        .collect();
    let mut ids: Vec<MembershipId> = members.values().copied().collect();
    ids.extend(rows.iter().filter_map(|row| set(&row.said.record)));
    ids.sort_unstable();
    ids.dedup();
    let cards = members::queries::by_ids(conn, &basis.scope, basis.keys, &ids).await?;
    let classes_of: Vec<TrainingClassId> = classes.values().map(|class| class.id).collect();
    let attendances = queries::attendances(conn, &basis.scope, &classes_of, &ids).await?;
    Ok(Found {
        classes,
        members,
        cards: cards.into_iter().map(|card| (card.membership.id, card)).collect(),
        attendances: attendances.into_iter().map(|one| ((one.class_id, one.membership_id), one)).collect(),
    })
}

fn mac(basis: &Basis<'_, TrainingAttendance>, said: &ParsedAttendance) -> Option<Vec<u8>> {
    match &said.citizen_id {
        Edit::Set(Identifier::Whole(id)) => Some(basis.keys.mac(Secret::CitizenId, id.as_str())),
        _ => None,
    }
}

impl<'a> Line<'a> {
    fn new(
        read: &'a ReadRow<ParsedAttendance>,
        basis: &'a Basis<'_, TrainingAttendance>,
        found: &'a Found,
        seen: &mut HashMap<(TrainingClassId, MembershipId), u32>,
    ) -> Self {
        let mut line = Self {
            read,
            cells: Cells::resume(&read.row, basis.layout, read.findings.clone()),
            pair: None,
            stored: None,
            attend: None,
            is_heard: false,
            changes: Vec::new(),
        };
        let (class, member) = (line.class(found), line.member(basis, found));
        let (Some(class), Some(card)) = (class, member) else { return line };
        check_person(
            &mut line.cells,
            &read.said.name,
            &read.said.citizen_id,
            (&card.person.name, &card.citizen_id),
        );
        let pair = (class.id, card.membership.id);
        let first = *seen.entry(pair).or_insert(read.row.number);
        if first != read.row.number {
            line.cells.refuse("citizen_id", format!("与第{first}行是同一名党员参加同一个班次；请只保留一行"));
        }
        line.pair = Some(pair);
        line.stored = found.attendances.get(&pair);
        line.compare(pair);
        line
    }

    fn is_sound(&self) -> bool {
        self.cells.findings().is_empty()
    }

    /// The correction that it would make of what is on record.
    fn correction(&self) -> Option<CorrectAttendance> {
        let (attend, stored) = self.attend.clone().zip(self.stored)?;
        Some(CorrectAttendance { attend, version: stored.version })
    }

    fn class(&mut self, found: &'a Found) -> Option<&'a Class> {
        let code = set(&self.read.said.class)?;
        let class = found.classes.get(&code);
        if class.is_none() {
            let message = format!("没有编号为“{}”的班次；请先导入或计划该班次，或核对编号", excerpt(&code));
            self.cells.refuse("class", message);
        }
        class
    }

    fn member(&mut self, basis: &Basis<'_, TrainingAttendance>, found: &'a Found) -> Option<&'a MemberCard> {
        let said = &self.read.said;
        let by_number = set(&said.record);
        let by_person = mac(basis, said).and_then(|mac| found.members.get(&mac)).copied();
        let whole = matches!(said.citizen_id, Edit::Set(Identifier::Whole(_)));
        if by_number.is_none() && !whole {
            return None;
        }
        if let Some(number) = by_number
            && whole
            && by_person != Some(number)
        {
            self.cells
                .refuse("id", "记录编号和公民身份号码指向两个不同的人；请核对公民身份号码，或清空记录编号");
            return None;
        }
        let card = by_number.or(by_person).and_then(|id| found.cards.get(&id));
        if card.is_none() {
            let message = "本单位党员名册中没有这个公民身份号码；请核对号码，或先登记该党员";
            self.cells.refuse(if by_number.is_some() { "id" } else { "citizen_id" }, message);
        }
        card
    }

    fn compare(&mut self, (class, member): (TrainingClassId, MembershipId)) {
        let said = &self.read.said;
        let Some(stored) = self.stored else {
            if let Some((hours, result)) = set(&said.hours).zip(set(&said.result)) {
                self.attend = Some(Attend { class, member, hours, result, note: set(&said.note) });
            }
            return;
        };
        let shown = |hours: &BigDecimal| hours.normalized().to_plain_string();
        let result = TrainingResult::parse(&stored.result).unwrap_or(TrainingResult::Failed);
        let mut found = Differences::new(&mut self.cells);
        let hours = found.required("hours", &said.hours, &stored.hours.normalized(), shown);
        let marked =
            found.required("result", &said.result, &result, |one: &TrainingResult| one.name().to_owned());
        let note = found.optional("note", &said.note, stored.note.as_ref(), Clone::clone);
        self.changes = found.changes;
        if !self.changes.is_empty() {
            self.attend = Some(Attend {
                class,
                member,
                hours: hours.over_required(stored.hours.clone()),
                result: marked.over_required(result),
                note: note.over(stored.note.clone()),
            });
        }
    }

    fn heed(&mut self, errors: Vec<FieldError>) {
        for error in errors {
            let field = match error.field.as_str() {
                "member" => "citizen_id",
                known if !self.cells.column_title(known).is_empty() => known,
                _ => "class",
            };
            self.cells.refuse_once(field, error.message);
        }
    }

    fn decide(self) -> Decided<TrainingAttendance> {
        let said = &self.read.said;
        let subject = set(&said.name)
            .map_or_else(|| self.cells.finding("name", "").value, |name| name.as_str().to_owned());
        let stored = self.stored;
        let record = stored.map(|one| (one.membership_id.0, one.version));
        let errors = self.cells.into_findings();
        let (bucket, deed) = match (self.attend, stored) {
            _ if !errors.is_empty() => (Bucket::Refused, None),
            (Some(attend), None) => (Bucket::New, Some(Deed::Attend(Box::new(attend)))),
            (Some(attend), Some(stored)) => {
                let command = CorrectAttendance { attend, version: stored.version };
                (Bucket::Changed, Some(Deed::Correct(Box::new(command))))
            }
            (None, _) => (Bucket::Unchanged, None),
        };
        let changed = bucket == Bucket::Changed;
        let planned = PlannedRow {
            row: self.read.row.clone(),
            subject,
            bucket,
            record,
            becomes: None,
            errors,
            warnings: Vec::new(),
            changes: self.changes.into_iter().filter(|_| changed).collect(),
            conflict: None,
            doubles: Doubles::default(),
        };
        (planned, deed)
    }
}
