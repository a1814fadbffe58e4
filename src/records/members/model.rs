//! What a member is, as stored and as shown.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;

use crate::base::error::{Error, Result};
use crate::base::ids::{CountyId, MembershipId, OrganisationId, PersonId, TransferId};
use crate::base::keys::KeyRing;
use crate::base::scope::Path;
use crate::base::values::{Category, MembershipStatus};
use crate::records::people::{Masks, Person, Relation, RelationKind};
use crate::schema::{memberships, organisations, transfers};

/// A row of `memberships`.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = memberships)]
pub struct Membership {
    /// The county that owns the row.
    pub county_id: CountyId,
    /// The member's id.
    pub id: MembershipId,
    /// Whose membership.
    pub person_id: PersonId,
    /// Day of admission.
    pub joined_on: NaiveDate,
    /// Day of becoming a full member.
    pub full_member_on: Option<NaiveDate>,
    /// First day in the register.
    pub from_day: NaiveDate,
    /// First day out of it for good.
    pub to_day: Option<NaiveDate>,
    /// How he came into the register.
    pub arrival: String,
    /// Latest branch.
    pub branch_id: OrganisationId,
    /// Path of the latest branch.
    pub path: String,
    /// Latest status.
    pub status: String,
    /// Pinyin of the name.
    pub sort_key: String,
    /// Code of the occupation.
    pub occupation: String,
    /// Post inside the Party organisation.
    pub party_post: Option<String>,
    /// Free text.
    pub note: Option<String>,
    /// Version of member and person together.
    pub version: i32,
    /// When it was entered.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
    /// Who changed it last.
    pub updated_by: String,
}

impl Membership {
    /// Where it stands.
    #[must_use]
    pub fn path(&self) -> Path {
        Path::stored(self.path.clone())
    }

    /// By what its person is seen where it stands.
    pub(super) fn relation(&self) -> Relation {
        Relation { kind: RelationKind::Membership, id: self.id.0, person: self.person_id, path: self.path() }
    }

    /// The latest status.
    ///
    /// # Errors
    /// `Broken` where the database holds an unknown one.
    pub fn status(&self) -> Result<MembershipStatus> {
        MembershipStatus::parse(&self.status).map_err(Error::broken)
    }

    /// Full or probationary, today: no fact begins in the future.
    #[must_use]
    pub fn category(&self) -> Category {
        if self.full_member_on.is_some() { Category::Full } else { Category::Probationary }
    }
}

/// Where a floating member is, and since when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Floating {
    /// First day.
    pub since: NaiveDate,
    /// Where to.
    pub destination: Option<String>,
}

/// The name and code of a branch.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = organisations)]
pub struct BranchName {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
}

/// A member with everything that is shown of him. Identifiers are masked.
#[derive(Debug, Clone)]
pub struct MemberCard {
    /// The membership.
    pub membership: Membership,
    /// The person; his identifiers are still encrypted.
    pub person: Person,
    /// The branch.
    pub branch: BranchName,
    /// Masked citizen ID.
    pub citizen_id: String,
    /// Masked mobile number.
    pub mobile: Option<String>,
    /// Masked telephone number.
    pub telephone: Option<String>,
    /// Where he is floating, if he is.
    pub floating: Option<Floating>,
    /// Since when contact is lost.
    pub lost_contact_since: Option<NaiveDate>,
}

/// A row of a list: the same card.
pub type MemberLine = MemberCard;

impl MemberCard {
    /// Puts a card together; identifiers are opened only to be masked.
    ///
    /// # Errors
    /// `Broken` where a key does not fit.
    pub fn new(
        membership: Membership,
        person: Person,
        branch: BranchName,
        floating: Option<Floating>,
        lost_contact_since: Option<NaiveDate>,
        keys: &KeyRing,
    ) -> Result<Self> {
        let Masks { citizen_id, mobile, telephone } = person.masks(keys)?;
        Ok(Self { membership, person, branch, citizen_id, mobile, telephone, floating, lost_contact_since })
    }
}

/// A row of `transfers`.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = transfers)]
pub struct Transfer {
    /// The county that owns the row.
    pub county_id: CountyId,
    /// Its id.
    pub id: TransferId,
    /// The member.
    pub membership_id: MembershipId,
    /// The old branch.
    pub from_branch_id: OrganisationId,
    /// Its path.
    pub from_path: String,
    /// The new branch; none: he leaves the county.
    pub to_branch_id: Option<OrganisationId>,
    /// Its path.
    pub to_path: Option<String>,
    /// The unit outside the county that he goes to; none: he stays in it.
    pub to_unit: Option<String>,
    /// First day in the new branch; of a departure the day of the receipt, once it has come.
    pub on_day: Option<NaiveDate>,
    /// Number of the letter of introduction.
    pub letter_number: Option<String>,
    /// Day of the letter.
    pub letter_on: NaiveDate,
    /// Last day on which it holds.
    pub valid_until: NaiveDate,
    /// Code of a `TransferState`.
    pub state: String,
    /// Why refused or withdrawn.
    pub reason: Option<String>,
    /// Who proposed it.
    pub proposed_by: String,
    /// Who decided.
    pub decided_by: Option<String>,
    /// Version.
    pub version: i32,
}

impl Transfer {
    /// The new branch, its path and the first day there; none: he leaves the county.
    pub(super) fn inside(&self) -> Option<(OrganisationId, &str, NaiveDate)> {
        Some((self.to_branch_id?, self.to_path.as_deref()?, self.on_day?))
    }
}
