//! Compares a row with the member on record: what would change, and what an import may not change.

use chrono::NaiveDate;

use crate::across::imports::cells::{Cells, Finding};
use crate::across::imports::content::ChangedField;
use crate::across::imports::differences::Differences;
use crate::across::imports::members::parse::ParsedMember;
use crate::base::codes;
use crate::base::edit::{Edit, set};
use crate::base::error::Result;
use crate::base::keys::KeyRing;
use crate::base::values::{Category, CitizenId, MembershipStatus, MobileNumber, Telephone, excerpt};
use crate::records::members::rules::{self, Dates};
use crate::records::members::standing::Standing;
use crate::records::members::{Change, Edits, Event, EventKind, Floating};
use crate::records::people::Identity;

/// What a row would do to a member on record.
#[derive(Debug)]
pub struct Comparison {
    /// Facts of the person and the membership to be changed; none where all are equal.
    pub change: Option<Change>,
    /// A change of status.
    pub event: Option<Event>,
    /// Every changed field, old and new.
    pub changes: Vec<ChangedField>,
}

/// Compares; everything wrong is refused in `cells`.
///
/// # Errors
/// `Broken` where a stored identifier cannot be opened.
pub fn compare(
    member: &ParsedMember,
    standing: &Standing,
    cells: &mut Cells<'_>,
    keys: &KeyRing,
    today: NaiveDate,
) -> Result<Comparison> {
    let identity = standing.person.unseal(keys)?;
    let mut work = Work { found: Differences::new(cells), edits: Edits::default() };
    work.person(member, &identity);
    work.membership(member, standing);
    work.absences(member, standing);
    let event = work.status(member, standing, today)?;
    let (edits, changes) = (work.edits, work.found.changes);
    refuse_unerasable(member, cells);
    check_category(member, full_after(member, standing), cells);
    check_merged(&edits, &identity, standing, cells, today)?;
    check_branch_day(member, &edits, standing, cells);
    let facts = changes.iter().any(|change| change.field != "status");
    let change = facts.then_some(Change {
        member: standing.membership.id,
        version: standing.membership.version,
        edits,
    });
    Ok(Comparison { change, event, changes })
}

struct Work<'a, 'b> {
    found: Differences<'a, 'b>,
    edits: Edits,
}

impl Work<'_, '_> {
    fn person(&mut self, member: &ParsedMember, identity: &Identity) {
        let words = |text: &String| text.clone();
        self.edits.identity.name =
            self.found.required("name", &member.name, &identity.name, |name| name.as_str().to_owned());
        self.edits.identity.citizen_id = self.found.identifier(
            "citizen_id",
            &member.citizen_id,
            Some(&identity.citizen_id),
            CitizenId::masked,
        );
        self.edits.identity.ethnicity =
            self.found.required("ethnicity", &member.ethnicity, &identity.ethnicity, |code| {
                codes::ethnicity().name_of(code).to_owned()
            });
        self.edits.identity.education =
            self.found.required("education", &member.education, &identity.education, |code| {
                codes::education().name_of(code).to_owned()
            });
        self.edits.identity.degree =
            self.found.optional("degree", &member.degree, identity.degree.as_ref(), |code| {
                codes::degree().name_of(code).to_owned()
            });
        self.edits.identity.native_place =
            self.found.optional("native_place", &member.native_place, identity.native_place.as_ref(), words);
        self.edits.identity.mobile =
            self.found.identifier("mobile", &member.mobile, identity.mobile.as_ref(), MobileNumber::masked);
        self.edits.identity.telephone = self.found.identifier(
            "telephone",
            &member.telephone,
            identity.telephone.as_ref(),
            Telephone::masked,
        );
        self.edits.identity.address =
            self.found.optional("address", &member.address, identity.address.as_ref(), words);
        // Sex and birth date follow the citizen ID and are only checked against it.
        let id = match &self.edits.identity.citizen_id {
            Edit::Set(id) => id.clone(),
            _ => identity.citizen_id.clone(),
        };
        self.edits.identity.sex =
            self.found.required("sex", &Edit::Set(id.sex()), &identity.sex, |sex| sex.name().to_owned());
        self.edits.identity.birth_date = self.found.required(
            "birth_date",
            &Edit::Set(id.birth_date()),
            &identity.birth_date,
            ToString::to_string,
        );
        let given = (set(&member.birth_date), set(&member.sex));
        for error in rules::check_citizen_id(&id, given.0, given.1, id.birth_date()) {
            self.found.cells.refuse(&error.field, error.message);
        }
    }

    fn membership(&mut self, member: &ParsedMember, standing: &Standing) {
        let row = &standing.membership;
        let words = |text: &String| text.clone();
        self.edits.joined_on =
            self.found.required("joined_on", &member.joined_on, &row.joined_on, ToString::to_string);
        self.edits.full_member_on = self.found.optional(
            "full_member_on",
            &member.full_member_on,
            row.full_member_on.as_ref(),
            ToString::to_string,
        );
        self.edits.occupation =
            self.found.required("occupation", &member.occupation, &row.occupation, |code| {
                codes::occupation().name_of(code).to_owned()
            });
        self.edits.party_post =
            self.found.optional("party_post", &member.party_post, row.party_post.as_ref(), words);
        self.edits.note = self.found.optional("note", &member.note, row.note.as_ref(), words);
    }

    fn absences(&mut self, member: &ParsedMember, standing: &Standing) {
        let stored = standing.open.floating.as_ref();
        let since = member.floating_since.clone().over(stored.map(|floating| floating.since));
        let destination = member
            .floating_destination
            .clone()
            .over(stored.and_then(|floating| floating.destination.clone()));
        refuse_lone_destination(member, since, self.found.cells);
        let words = |text: &String| text.clone();
        let old = stored.and_then(|floating| floating.destination.as_ref());
        let day = |day: &NaiveDate| day.to_string();
        self.found.optional(
            "floating_since",
            &member.floating_since,
            stored.map(|floating| &floating.since),
            day,
        );
        if since.is_some() {
            self.found.optional("floating_destination", &member.floating_destination, old, words);
        }
        let after = since.map(|since| Floating { since, destination });
        self.edits.floating = match after {
            after if after.as_ref() == stored => Edit::Keep,
            Some(floating) => Edit::Set(floating),
            None => Edit::Clear,
        };
        let lost = standing.open.lost_contact_since;
        self.edits.lost_contact_since =
            self.found.optional("lost_contact_since", &member.lost_contact_since, lost.as_ref(), day);
    }

    fn status(
        &mut self,
        member: &ParsedMember,
        standing: &Standing,
        today: NaiveDate,
    ) -> Result<Option<Event>> {
        let from = standing.membership.status()?;
        refuse_lone_day(member, self.found.cells);
        let Edit::Set(to) = member.status else { return Ok(None) };
        let given = set(&member.status_from);
        if from == to {
            let differs = given.filter(|day| *day != standing.status_since && to != MembershipStatus::Normal);
            if let Some(day) = differs {
                let since = standing.status_since;
                self.found.cells.refuse(
                    "status_from",
                    format!("党籍状态日期“{day}”与登记的“{since}”不一致，导入不改已登记的日期；请保持原值，确需更正请在党员页面办理"),
                );
            }
            return Ok(None);
        }
        let Some(on) = given else {
            if !matches!(member.status_from, Edit::Set(_)) {
                let name = to.name();
                self.found.cells.refuse(
                    "status_from",
                    format!("党籍状态由“{}”改为“{name}”，须填写党籍状态日期；请补上变更的日期", from.name()),
                );
            }
            return Ok(None);
        };
        let Some(kind) = event_kind(to) else {
            self.found.cells.refuse(
                "status",
                "组织关系转出不能用导入登记；请在此人的党员档案点“转往县外”，收到回执后登记回执",
            );
            return Ok(None);
        };
        let probationary = full_after(member, standing).is_none();
        if let Some(message) = rules::refuse_future("党籍状态日期", on, today) {
            self.found.cells.refuse("status_from", message);
        } else if let Some(reason) =
            rules::refuse_status_change(from, to, probationary, standing.status_since, on)
        {
            self.found.cells.refuse("status", reason);
        }
        self.found.note("status", from.name().to_owned(), format!("{}（{on}）", to.name()));
        let reason = Some("名册导入".to_owned());
        Ok(Some(Event { member: standing.membership.id, version: None, kind, on, reason }))
    }
}

fn event_kind(status: MembershipStatus) -> Option<EventKind> {
    match status {
        MembershipStatus::Normal => Some(EventKind::Reinstate),
        MembershipStatus::Stopped => Some(EventKind::Stop),
        MembershipStatus::Deceased => Some(EventKind::Decease),
        MembershipStatus::Transferred => None,
        status if status.is_restriction() => Some(EventKind::Restrict(status, None)),
        status => Some(EventKind::Remove(status)),
    }
}

/// A day without the status that began on it: nothing is guessed.
pub(super) fn refuse_lone_day(member: &ParsedMember, cells: &mut Cells<'_>) {
    if let (Edit::Keep, Edit::Set(day)) = (&member.status, &member.status_from)
        && !cells.has_finding("status")
    {
        let message = format!(
            "填写了党籍状态日期“{day}”，但没有填写党籍状态；请补上党籍状态，状态没有变化的请清空日期"
        );
        cells.refuse("status_from", message);
    }
}

/// A destination of somebody who is not floating.
pub(super) fn refuse_lone_destination(
    member: &ParsedMember,
    floating_since: Option<NaiveDate>,
    cells: &mut Cells<'_>,
) {
    if let (Edit::Set(destination), None) = (&member.floating_destination, floating_since)
        && !cells.has_finding("floating_since")
    {
        let given = excerpt(destination);
        let message =
            format!("填写了外出流向“{given}”，但没有流动起始日期；请补上流动起始日期，没有外出的请留空");
        cells.refuse("floating_destination", message);
    }
}

fn full_after(member: &ParsedMember, standing: &Standing) -> Option<NaiveDate> {
    member.full_member_on.clone().over(standing.membership.full_member_on)
}

/// 人员类别 must agree with the dates on the day of import (contract 4).
pub(super) fn check_category(
    member: &ParsedMember,
    full_member_on: Option<NaiveDate>,
    cells: &mut Cells<'_>,
) {
    match (set(&member.category), full_member_on) {
        (Some(Category::Full), None) if !cells.has_finding("full_member_on") => {
            cells.refuse(
                "full_member_on",
                "人员类别是正式党员，须填写转为正式党员日期；尚未转正的，人员类别请填预备党员",
            );
        }
        (Some(Category::Probationary), Some(day)) => {
            cells.refuse("category", format!("人员类别是预备党员，但转为正式党员日期是“{day}”；已转正的请改填正式党员，没有转正的请清空日期"));
        }
        _ => {}
    }
}

/// Columns whose stored value is no choice of the row's.
fn refuse_unerasable(member: &ParsedMember, cells: &mut Cells<'_>) {
    for (field, cleared) in [
        ("sex", member.sex == Edit::Clear),
        ("birth_date", member.birth_date == Edit::Clear),
        ("arrived_on", member.arrived_on == Edit::Clear),
        ("status", member.status == Edit::Clear),
        ("status_from", member.status_from == Edit::Clear),
        ("id", member.record == Edit::Clear),
    ] {
        if cleared {
            let title = cells.column_title(field);
            cells.refuse(field, format!("{title}不能清空；不改动的请留空"));
        }
    }
}

/// The rules of the member as he would be after the change.
fn check_merged(
    edits: &Edits,
    identity: &Identity,
    standing: &Standing,
    cells: &mut Cells<'_>,
    today: NaiveDate,
) -> Result<()> {
    let row = &standing.membership;
    let joined_on = edits.joined_on.clone().over_required(row.joined_on);
    let floating = edits.floating.clone().over(standing.open.floating.clone());
    let from_day = if row.from_day == row.joined_on { joined_on } else { row.from_day };
    let dates = Dates {
        joined_on,
        full_member_on: edits.full_member_on.clone().over(row.full_member_on),
        from_day,
        status: row.status()?,
        status_from: row.to_day.unwrap_or(from_day),
        floating_since: floating.map(|floating| floating.since),
        lost_contact_since: edits.lost_contact_since.clone().over(standing.open.lost_contact_since),
    };
    let birth_date = edits.identity.birth_date.clone().over_required(identity.birth_date);
    for error in rules::check_dates(&dates, birth_date, today) {
        cells.refuse_once(&error.field, error.message);
    }
    Ok(())
}

/// The first day in the branch stands in the record: a row repeats it or leaves it out.
fn check_branch_day(member: &ParsedMember, edits: &Edits, standing: &Standing, cells: &mut Cells<'_>) {
    let row = &standing.membership;
    let moved = row.from_day == row.joined_on && standing.branch_since == row.from_day;
    let expected = match edits.joined_on {
        Edit::Set(joined_on) if moved => joined_on,
        _ => standing.branch_since,
    };
    if let Some(day) = set(&member.arrived_on).filter(|day| *day != expected) {
        cells.refuse(
            "arrived_on",
            format!("进入当前支部日期“{day}”与登记的“{expected}”不一致，导入不改已登记的日期；请保持原值或留空，换支部请办理组织关系转接"),
        );
    }
}

/// What is worth a look in the dates of a member: probation of less than a year, which the rules of some times allowed,
/// or of more than two (Rules for the admission of members, article 31).
#[must_use]
pub fn doubts(
    joined_on: NaiveDate,
    full_member_on: Option<NaiveDate>,
    today: NaiveDate,
) -> Option<(&'static str, String)> {
    let after = |years: u32| joined_on.checked_add_months(chrono::Months::new(12 * years));
    match full_member_on {
        Some(full) if after(1).is_some_and(|year| full < year) => Some((
            "full_member_on",
            format!(
                "预备期不满一年（{joined_on}至{full}）；预备期一般为一年，早期入党的另有规定，请核对两个日期"
            ),
        )),
        None if after(2).is_some_and(|end| end < today) => Some((
            "category",
            format!("加入党组织已超过两年（{joined_on}）仍是预备党员；预备期一般一年，最多延长一年，请核对"),
        )),
        _ => None,
    }
}

/// A finding that does not refuse.
#[must_use]
pub fn warning(cells: &Cells<'_>, doubt: (&'static str, String)) -> Finding {
    cells.finding(doubt.0, doubt.1)
}
