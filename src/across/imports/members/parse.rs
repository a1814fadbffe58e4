//! What one row of 「党员名册」 says: every cell parsed into its value, or all its errors.

use chrono::NaiveDate;

use crate::across::imports::cells::{Cells, Finding};
use crate::across::imports::fields::{Identifier, code, identifier, record};
use crate::across::imports::headings::Layout;
use crate::across::imports::members::branches::{BranchError, Branches};
use crate::across::sheets::Row;
use crate::base::codes;
use crate::base::edit::Edit;
use crate::base::ids::{MembershipId, OrganisationId};
use crate::base::values::{Category, CitizenId, MembershipStatus, MobileNumber, PersonName, Sex, Telephone};

/// What a row says of a member. A field that could not be parsed is `Keep`, and there is a finding.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "each field is that of the member, see contract 3")]
pub struct ParsedMember {
    pub record: Edit<MembershipId>,
    pub name: Edit<PersonName>,
    pub citizen_id: Edit<Identifier<CitizenId>>,
    pub sex: Edit<Sex>,
    pub ethnicity: Edit<String>,
    pub birth_date: Edit<NaiveDate>,
    pub education: Edit<String>,
    pub degree: Edit<String>,
    pub native_place: Edit<String>,
    pub category: Edit<Category>,
    pub branch: Edit<OrganisationId>,
    pub branch_elsewhere: bool,
    pub arrived_on: Edit<NaiveDate>,
    pub joined_on: Edit<NaiveDate>,
    pub full_member_on: Edit<NaiveDate>,
    pub party_post: Edit<String>,
    pub occupation: Edit<String>,
    pub mobile: Edit<Identifier<MobileNumber>>,
    pub telephone: Edit<Identifier<Telephone>>,
    pub address: Edit<String>,
    pub status: Edit<MembershipStatus>,
    pub status_from: Edit<NaiveDate>,
    pub lost_contact_since: Edit<NaiveDate>,
    pub floating_since: Edit<NaiveDate>,
    pub floating_destination: Edit<String>,
    pub note: Edit<String>,
}

/// Reads a row. What depends on the record, or on several cells together, is checked later.
#[must_use]
pub fn parse(row: &Row, layout: &Layout, branches: &Branches) -> (ParsedMember, Vec<Finding>) {
    let mut cells = Cells::new(row, layout);
    let record = cells.said("id", record);
    let masks = matches!(record, Edit::Set(_));
    let mut branch_elsewhere = false;
    let branch = cells.said("branch", |text| {
        branches.find(text).map(|branch| branch.id).map_err(|error| {
            branch_elsewhere = matches!(error, BranchError::Elsewhere { .. });
            error.to_string()
        })
    });
    let member = ParsedMember {
        record,
        name: cells.said("name", |text| PersonName::parse(text).map_err(|error| error.to_string())),
        citizen_id: cells.said("citizen_id", |text| {
            identifier("公民身份号码", text, masks, |text| {
                CitizenId::parse(text).map_err(|error| error.to_string())
            })
        }),
        sex: cells.said("sex", |text| Sex::parse(text).map_err(|error| error.to_string())),
        ethnicity: code(&mut cells, "ethnicity", codes::ethnicity()),
        birth_date: cells.day("birth_date"),
        education: code(&mut cells, "education", codes::education()),
        degree: code(&mut cells, "degree", codes::degree()),
        native_place: cells.words("native_place", 100),
        category: cells.said("category", |text| Category::parse(text).map_err(|error| error.to_string())),
        branch,
        branch_elsewhere,
        arrived_on: cells.day("arrived_on"),
        joined_on: cells.day("joined_on"),
        full_member_on: cells.day("full_member_on"),
        party_post: cells.words("party_post", 50),
        occupation: code(&mut cells, "occupation", codes::occupation()),
        mobile: cells.said("mobile", |text| {
            identifier("手机号码", text, masks, |text| {
                MobileNumber::parse(text).map_err(|error| error.to_string())
            })
        }),
        telephone: cells.said("telephone", |text| {
            identifier("固定电话", text, masks, |text| {
                Telephone::parse(text).map_err(|error| error.to_string())
            })
        }),
        address: cells.words("address", 200),
        status: cells.said("status", |text| MembershipStatus::parse(text).map_err(|error| error.to_string())),
        status_from: cells.day("status_from"),
        lost_contact_since: cells.day("lost_contact_since"),
        floating_since: cells.day("floating_since"),
        floating_destination: cells.words("floating_destination", 100),
        note: cells.words("note", 500),
    };
    (member, cells.into_findings())
}
