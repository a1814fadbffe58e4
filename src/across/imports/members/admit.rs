//! Makes the command that enrols a member out of a row about somebody who is not on record.

use chrono::NaiveDate;

use crate::across::imports::cells::Cells;
use crate::across::imports::fields::Identifier;
use crate::across::imports::members::compare::{check_category, refuse_lone_day, refuse_lone_destination};
use crate::across::imports::members::parse::ParsedMember;
use crate::base::edit::{Edit, set};
use crate::base::ids::MembershipId;
use crate::base::values::{Arrival, CitizenId, MembershipStatus};
use crate::records::members::rules::{self, Dates};
use crate::records::members::{Enrol, Floating};
use crate::records::people::Identity;

/// The command; none where anything is wrong, and then every error is in `cells`.
pub fn admit(
    member: &ParsedMember,
    id: MembershipId,
    cells: &mut Cells<'_>,
    today: NaiveDate,
) -> Option<Enrol> {
    check(member, cells, today);
    if cells.findings().is_empty() { build(member, id) } else { None }
}

fn whole<T: Clone>(edit: &Edit<Identifier<T>>) -> Option<T> {
    match edit {
        Edit::Set(Identifier::Whole(value)) => Some(value.clone()),
        _ => None,
    }
}

/// What several cells say together, as far as each could be read.
fn check(member: &ParsedMember, cells: &mut Cells<'_>, today: NaiveDate) {
    let citizen_id: Option<CitizenId> = whole(&member.citizen_id);
    if let Some(id) = &citizen_id {
        for error in rules::check_citizen_id(id, set(&member.birth_date), set(&member.sex), today) {
            cells.refuse_once(&error.field, error.message);
        }
    }
    check_category(member, set(&member.full_member_on), cells);
    refuse_lone_day(member, cells);
    let status = set(&member.status).unwrap_or(MembershipStatus::Normal);
    let status_from = set(&member.status_from);
    if status != MembershipStatus::Normal && status_from.is_none() && !cells.has_finding("status_from") {
        cells.refuse(
            "status_from",
            format!("党籍状态是“{}”，须填写党籍状态日期；请补上该状态的起始日期", status.name()),
        );
    }
    let floating_since = set(&member.floating_since);
    refuse_lone_destination(member, floating_since, cells);
    let birth_date = citizen_id.map(|id| id.birth_date()).or_else(|| set(&member.birth_date));
    let (Some(joined_on), Some(birth_date)) = (set(&member.joined_on), birth_date) else {
        return check_each_day(member, cells, today);
    };
    let from_day = set(&member.arrived_on).unwrap_or(joined_on);
    let dates = Dates {
        joined_on,
        full_member_on: set(&member.full_member_on),
        from_day,
        status,
        status_from: status_from.unwrap_or(from_day),
        floating_since,
        lost_contact_since: set(&member.lost_contact_since),
    };
    for error in rules::check_dates(&dates, birth_date, today) {
        cells.refuse_once(&error.field, error.message);
    }
}

/// Where the days cannot be checked together, each is still checked against today.
fn check_each_day(member: &ParsedMember, cells: &mut Cells<'_>, today: NaiveDate) {
    for (field, day) in [
        ("joined_on", &member.joined_on),
        ("arrived_on", &member.arrived_on),
        ("full_member_on", &member.full_member_on),
        ("status_from", &member.status_from),
        ("floating_since", &member.floating_since),
        ("lost_contact_since", &member.lost_contact_since),
    ] {
        let title = cells.column_title(field);
        if let Some(message) = set(day).and_then(|day| rules::refuse_future(title, day, today)) {
            cells.refuse(field, message);
        }
    }
}

fn build(member: &ParsedMember, id: MembershipId) -> Option<Enrol> {
    let citizen_id = whole(&member.citizen_id)?;
    let joined_on = set(&member.joined_on)?;
    let arrived_on = set(&member.arrived_on);
    // He is in the register from the day he joined, so that is a flow of that quarter; a later day means a transfer.
    let later = arrived_on.is_some_and(|day| day > joined_on);
    Some(Enrol {
        id,
        branch: set(&member.branch)?,
        joined_on,
        full_member_on: set(&member.full_member_on),
        arrival: if later { Arrival::TransferredIn } else { Arrival::Admitted },
        arrived_on,
        status: set(&member.status).unwrap_or(MembershipStatus::Normal),
        status_from: set(&member.status_from),
        floating: set(&member.floating_since)
            .map(|since| Floating { since, destination: set(&member.floating_destination) }),
        lost_contact_since: set(&member.lost_contact_since),
        occupation: set(&member.occupation)?,
        party_post: set(&member.party_post),
        note: set(&member.note),
        identity: Identity {
            name: set(&member.name)?,
            sex: citizen_id.sex(),
            birth_date: citizen_id.birth_date(),
            citizen_id,
            ethnicity: set(&member.ethnicity)?,
            education: set(&member.education)?,
            degree: set(&member.degree),
            native_place: set(&member.native_place),
            mobile: whole(&member.mobile),
            telephone: whole(&member.telephone),
            address: set(&member.address),
        },
    })
}
