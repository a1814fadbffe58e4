//! Finds the record of each row and decides its bucket, many rows at a time.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel_async::AsyncPgConnection;

use crate::across::imports::cells::{Cells, Finding};
use crate::across::imports::content::{ChangedField, Choice, Doubles, PlannedRow};
use crate::across::imports::fields::Identifier;
use crate::across::imports::headings::Layout;
use crate::across::imports::members::Members;
use crate::across::imports::members::admit::admit;
use crate::across::imports::members::branches::Branches;
use crate::across::imports::members::compare::{compare, doubts, warning};
use crate::across::imports::members::doubles;
use crate::across::imports::members::parse::ParsedMember;
use crate::across::imports::members::seen::{About, Seen};
use crate::across::imports::subject::{Basis, Decided, ReadRow};
use crate::base::edit::{Edit, set};
use crate::base::error::Result;
use crate::base::ids::MembershipId;
use crate::base::keys::{KeyRing, Secret};
use crate::base::scope::Scope;
use crate::records::imports::Bucket;
use crate::records::members::standing::{Standing, standings};
use crate::records::members::{Change, Enrol, Event};
use crate::records::people::queries::{Holder, holders};

/// What carrying a row out does.
#[derive(Debug)]
pub enum Deed {
    /// Somebody who is not on record.
    Enrol(Box<Enrol>),
    /// Changes of a record.
    Change(Option<Box<Change>>, Option<Event>),
}

/// Compares the rows of an import with the members on record.
pub struct Classifier<'a> {
    scope: &'a Scope,
    keys: &'a KeyRing,
    layout: &'a Layout,
    branches: &'a Branches,
    today: NaiveDate,
    looks: bool,
    seen: &'a mut Seen,
}

struct Found {
    holders: HashMap<Vec<u8>, Holder>,
    standings: HashMap<MembershipId, Standing>,
}

impl<'a> Classifier<'a> {
    /// Goes on after the rows that were seen.
    #[must_use]
    pub fn new(basis: &'a Basis<'_, Members>, seen: &'a mut Seen) -> Self {
        Self {
            scope: &basis.scope,
            keys: basis.keys,
            layout: basis.layout,
            branches: basis.context,
            today: basis.today,
            looks: basis.looks,
            seen,
        }
    }

    /// Decides about some rows, in the order of the sheet; rows about people of earlier ones are refused, and so are
    /// those earlier ones where they say something else.
    ///
    /// # Errors
    /// Whatever the database answers.
    pub async fn classify(
        &mut self,
        conn: &mut AsyncPgConnection,
        mut rows: Vec<ReadRow<ParsedMember>>,
    ) -> Result<Vec<Decided<Members>>> {
        for row in &mut rows {
            // Who was said to be somebody on record is looked at as if his record's number stood in the row.
            if let Some(Choice::Record(record)) = row.choice {
                row.said.record = Edit::Set(MembershipId(record));
            }
        }
        let found = self.find(conn, &rows).await?;
        let decided = rows.into_iter().map(|row| self.decide(row, &found));
        let mut decided = decided.collect::<Result<Vec<_>>>()?;
        for (row, deed) in &mut decided {
            if let Some(said) = self.seen.take(row.row.number) {
                row.contradict(&said, self.layout);
                *deed = None;
            }
        }
        if self.looks {
            doubles::find(conn, self.scope, self.keys, self.branches, &mut decided).await?;
        }
        Ok(decided)
    }

    async fn find(&self, conn: &mut AsyncPgConnection, rows: &[ReadRow<ParsedMember>]) -> Result<Found> {
        let macs: Vec<Vec<u8>> = rows.iter().filter_map(|row| self.mac(&row.said)).collect();
        let holders: HashMap<Vec<u8>, Holder> = holders(conn, self.scope.county, &macs)
            .await?
            .into_iter()
            .map(|holder| (holder.mac.clone(), holder))
            .collect();
        let by_number = rows.iter().filter_map(|row| set(&row.said.record));
        let by_person = holders.values().filter_map(|holder| holder.membership_id.map(MembershipId));
        let mut ids: Vec<MembershipId> = by_number.chain(by_person).collect();
        ids.sort_unstable();
        ids.dedup();
        let standings = standings(conn, self.scope, &ids).await?;
        Ok(Found { holders, standings })
    }

    fn mac(&self, member: &ParsedMember) -> Option<Vec<u8>> {
        match &member.citizen_id {
            Edit::Set(Identifier::Whole(id)) => Some(self.keys.mac(Secret::CitizenId, id.as_str())),
            _ => None,
        }
    }

    fn decide(&mut self, read: ReadRow<ParsedMember>, found: &Found) -> Result<Decided<Members>> {
        let ReadRow { row, said: member, findings, becomes, choice } = read;
        let mut cells = Cells::resume(&row, self.layout, findings);
        let mac = self.mac(&member);
        let matched = self.matched(&member, mac.as_deref(), found, &mut cells);
        // Whom the row is about has the number that it gives him, and the one that is on record.
        let about = About::new(&row, self.layout);
        let on_record = matched
            .standing()
            .map(|found| (found.person.citizen_id_mac.clone(), about.of(found.membership.id)));
        let given = mac.filter(|mac| on_record.as_ref().is_none_or(|(known, _)| known != mac));
        let numbers = on_record.into_iter().chain(given.map(|mac| (mac, about)));
        let earlier: Vec<u32> = numbers.filter_map(|(person, row)| self.seen.before(person, row)).collect();
        if let Some(first) = earlier.into_iter().min() {
            cells.refuse("citizen_id", format!("与第{first}行是同一个人；请只保留一行"));
        }
        let (deed, changes, conflict) = match &matched {
            Match::Nobody => {
                let command = admit(&member, MembershipId(becomes), &mut cells, self.today);
                (command.map(|command| Deed::Enrol(Box::new(command))), Vec::new(), None)
            }
            Match::Record(standing) => self.against(&member, standing, &mut cells)?,
            Match::Elsewhere(reason) => (None, Vec::new(), Some(reason.clone())),
            Match::Unknown => (None, Vec::new(), None),
        };
        let warnings = self.warnings(&member, matched.standing(), &cells);
        let subject = set(&member.name)
            .map_or_else(|| cells.finding("name", "").value, |name| name.as_str().to_owned());
        let record = matched.standing().map(|found| (found.membership.id.0, found.membership.version));
        let errors = cells.into_findings();
        let bucket = match (&deed, &conflict) {
            _ if !errors.is_empty() => Bucket::Refused,
            (_, Some(_)) => Bucket::Conflict,
            (Some(Deed::Enrol(_)), None) => Bucket::New,
            (Some(Deed::Change(..)), None) => Bucket::Changed,
            (None, None) => Bucket::Unchanged,
        };
        let deed = deed.filter(|_| matches!(bucket, Bucket::New | Bucket::Changed));
        let conflict = conflict.filter(|_| bucket == Bucket::Conflict);
        let becomes = (bucket == Bucket::New).then_some(becomes);
        let doubles = Doubles { choice, ..Doubles::default() };
        let planned = PlannedRow {
            row,
            subject,
            bucket,
            record,
            becomes,
            errors,
            warnings,
            changes,
            conflict,
            doubles,
        };
        Ok((planned, deed))
    }

    fn matched<'f>(
        &self,
        member: &ParsedMember,
        mac: Option<&[u8]>,
        found: &'f Found,
        cells: &mut Cells<'_>,
    ) -> Match<'f> {
        let holder = mac.and_then(|mac| found.holders.get(mac));
        if let Edit::Set(id) = &member.record {
            let Some(standing) = found.standings.get(id) else {
                let within = self.branches.within();
                cells.refuse(
                    "id",
                    format!("“{within}”范围内没有记录编号“{id}”；请用本单位导出的名册，新增人员请留空"),
                );
                return Match::Unknown;
            };
            return match holder {
                Some(holder) if holder.person_id != standing.membership.person_id => Match::Elsewhere(
                    "记录编号和公民身份号码指向两条不同的记录；请核对公民身份号码，或清空记录编号".to_owned(),
                ),
                _ => Match::Record(standing),
            };
        }
        let Some((holder, id)) =
            holder.and_then(|holder| Some((holder, MembershipId(holder.membership_id?))))
        else {
            return Match::Nobody;
        };
        match found.standings.get(&id) {
            Some(standing) if begins_anew(member, standing) => Match::Nobody,
            Some(standing) => Match::Record(standing),
            None => Match::Elsewhere(held_elsewhere(holder)),
        }
    }

    fn against(
        &self,
        member: &ParsedMember,
        standing: &Standing,
        cells: &mut Cells<'_>,
    ) -> Result<(Option<Deed>, Vec<ChangedField>, Option<String>)> {
        let comparison = compare(member, standing, cells, self.keys, self.today)?;
        let moved = set(&member.branch).is_some_and(|branch| branch != standing.membership.branch_id);
        if moved || member.branch_elsewhere {
            cells.forgive("branch");
            let named = cells.finding("branch", "").value;
            let present = self.branches.name_of(standing.membership.branch_id);
            let reason =
                format!("此人登记在“{present}”，名册写的是“{named}”；换支部请办理组织关系转接，不能用导入改");
            return Ok((None, Vec::new(), Some(reason)));
        }
        let deed = (!comparison.changes.is_empty())
            .then(|| Deed::Change(comparison.change.map(Box::new), comparison.event));
        Ok((deed, comparison.changes, None))
    }

    fn warnings(
        &self,
        member: &ParsedMember,
        standing: Option<&Standing>,
        cells: &Cells<'_>,
    ) -> Vec<Finding> {
        let mut warnings = Vec::new();
        let stored = standing.map(|standing| &standing.membership);
        let joined_on = set(&member.joined_on).or_else(|| stored.map(|row| row.joined_on));
        let full = member.full_member_on.clone().over(stored.and_then(|row| row.full_member_on));
        if let Some(doubt) = joined_on.and_then(|joined_on| doubts(joined_on, full, self.today)) {
            warnings.push(warning(cells, doubt));
        }
        let status = stored.and_then(|row| row.status().ok()).filter(|status| !status.in_register());
        if let (Some(status), Edit::Keep) = (status, &member.status) {
            let message = format!("此人登记为“{}”，名册没有填写党籍状态，保持不变；请核对", status.name());
            warnings.push(warning(cells, ("status", message)));
        }
        warnings
    }
}

enum Match<'f> {
    Nobody,
    Record(&'f Standing),
    Elsewhere(String),
    Unknown,
}

impl<'f> Match<'f> {
    fn standing(&self) -> Option<&'f Standing> {
        match self {
            Match::Record(standing) => Some(standing),
            _ => None,
        }
    }
}

/// Whether a membership that ended is followed by a new one: the row's first day lies on or after that end.
fn begins_anew(member: &ParsedMember, standing: &Standing) -> bool {
    let first = set(&member.arrived_on).or_else(|| set(&member.joined_on));
    standing.membership.to_day.zip(first).is_some_and(|(end, first)| first >= end)
}

/// Says which unit to ask, and nothing more (contract 4).
fn held_elsewhere(holder: &Holder) -> String {
    let unit = holder.organisation_name.as_deref().unwrap_or("其他单位");
    let code = holder.organisation_code.as_deref().map_or_else(String::new, |code| format!("（{code}）"));
    format!("此人已在“{unit}”{code}登记；请与该单位联系，办理组织关系转接")
}
