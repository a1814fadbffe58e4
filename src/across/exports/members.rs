//! 「党员名册」 going out.

use std::collections::HashMap;

use diesel_async::AsyncPgConnection;

use crate::across::exports::{Job, day, optional, text};
use crate::across::sheets::Cell;
use crate::base::clock;
use crate::base::codes;
use crate::base::error::Result;
use crate::base::ids::OrganisationId;
use crate::base::policy;
use crate::base::values::{CitizenId, MembershipStatus, MobileNumber, Telephone};
use crate::records::members::listing::{self, Cursor};
use crate::records::members::roster;
use crate::records::members::standing::Standing;
use crate::records::people::Identity;

/// Members read at a time.
const PAGE: u16 = 2_000;

/// A member on his way out.
pub struct Member<'a> {
    job: &'a Job<'a>,
    standing: Standing,
    person: Identity,
    openness: Openness,
}

/// Hands on the members that the filter lets through, or all who were in the register on the day asked for.
pub async fn each(
    conn: &mut AsyncPgConnection,
    job: &Job<'_>,
    mut take: impl FnMut(&Member<'_>) -> Result<()>,
) -> Result<()> {
    let today = clock::today();
    let (filter, sort) = &job.request.members;
    let seen_over = if job.request.as_of.is_some() { job.scope.whole_county() } else { job.scope.clone() };
    let mut after: Option<Cursor> = None;
    loop {
        let (ids, next) = match job.request.as_of {
            Some(day) => roster::ids(conn, job.scope, day, after.as_ref(), PAGE).await?,
            None => listing::ids(conn, job.scope, job.keys, filter, *sort, after.as_ref(), PAGE).await?,
        };
        let as_of = job.request.as_of.unwrap_or(today);
        for standing in roster::on_day(conn, &seen_over, &ids, as_of).await? {
            take(&Member::new(job, standing)?)?;
        }
        after = next;
        if after.is_none() {
            return Ok(());
        }
    }
}

/// What of a member may leave the house.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Openness {
    /// Identifiers in clear.
    Clear,
    /// Identifiers masked.
    Masked,
    /// He stands in another unit by now: nothing by which he could be reached.
    Elsewhere,
}

impl<'a> Member<'a> {
    fn new(job: &'a Job<'a>, standing: Standing) -> Result<Self> {
        let person = standing.person.unseal(job.keys)?;
        let within = policy::relation(job.actor, &standing.membership.path()) == policy::Relation::Within;
        let openness = match (within, &job.request.unmasked) {
            (false, _) => Openness::Elsewhere,
            (true, None) => Openness::Masked,
            (true, Some(_)) => Openness::Clear,
        };
        Ok(Self { job, standing, person, openness })
    }

    /// His row, with the code of his branch.
    pub fn row(&self, codes: &HashMap<OrganisationId, String>) -> Result<Vec<Cell>> {
        let branch = codes.get(&self.standing.membership.branch_id).map_or("", String::as_str);
        let status = self.standing.membership.status()?;
        Ok(self.job.row(|field| self.cell(field, branch, status)))
    }

    /// A field as it is printed, with the name of his branch.
    pub fn printed(&self, field: &str, names: &HashMap<OrganisationId, String>) -> String {
        let branch = names.get(&self.standing.membership.branch_id).map_or("", String::as_str);
        let status = self.standing.membership.status().unwrap_or(MembershipStatus::Normal);
        match self.cell(if field == "branch_name" { "branch" } else { field }, branch, status) {
            Cell::Text(text) => text,
            Cell::Date(day) => day.to_string(),
            _ => String::new(),
        }
    }

    fn cell(&self, field: &str, branch: &str, status: MembershipStatus) -> Cell {
        let (standing, openness) = (&self.standing, self.openness);
        match field {
            "branch" => text(branch),
            "status" | "status_from" | "party_post" | "note" | "floating_since" | "floating_destination" => {
                absence(field, standing, status, openness)
            }
            "joined_on" => day(Some(standing.membership.joined_on)),
            "full_member_on" => day(standing.membership.full_member_on),
            "arrived_on" => day(Some(standing.branch_since)),
            "lost_contact_since" => day(standing.open.lost_contact_since),
            "category" => text(standing.membership.category().name()),
            "occupation" => text(codes::occupation().name_of(&standing.membership.occupation)),
            "id" => text(standing.membership.id.to_string()),
            field => identity(field, &self.person, openness),
        }
    }
}

fn absence(field: &str, standing: &Standing, status: MembershipStatus, openness: Openness) -> Cell {
    let unusual = status != MembershipStatus::Normal;
    let floating = standing.open.floating.as_ref();
    match field {
        "status" => text(status.name()),
        "status_from" => day(Some(standing.status_since).filter(|_| unusual)),
        "party_post" => optional(standing.membership.party_post.as_deref()),
        "floating_since" => day(floating.map(|floating| floating.since)),
        _ if openness == Openness::Elsewhere => Cell::Empty,
        "floating_destination" => optional(floating.and_then(|floating| floating.destination.as_deref())),
        _ => optional(standing.membership.note.as_deref()),
    }
}

fn identity(field: &str, person: &Identity, openness: Openness) -> Cell {
    let clear = openness == Openness::Clear;
    match field {
        "name" => text(person.name.as_str()),
        "citizen_id" if clear => text(person.citizen_id.as_str()),
        "citizen_id" => text(CitizenId::masked(&person.citizen_id)),
        "sex" => text(person.sex.name()),
        "ethnicity" => text(codes::ethnicity().name_of(&person.ethnicity)),
        "birth_date" => day(Some(person.birth_date)),
        "education" => text(codes::education().name_of(&person.education)),
        "degree" => optional(person.degree.as_deref().map(|code| codes::degree().name_of(code))),
        _ if openness == Openness::Elsewhere => Cell::Empty,
        "native_place" => optional(person.native_place.as_deref()),
        "mobile" if clear => optional(person.mobile.as_ref().map(MobileNumber::as_str)),
        "mobile" => optional(person.mobile.as_ref().map(MobileNumber::masked)),
        "telephone" if clear => optional(person.telephone.as_ref().map(Telephone::as_str)),
        "telephone" => optional(person.telephone.as_ref().map(Telephone::masked)),
        _ => optional(person.address.as_deref()),
    }
}
