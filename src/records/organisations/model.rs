//! What an organisation is.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;

use crate::base::ids::{CountyId, OrganisationId};
use crate::base::scope::{Path, Scope};
use crate::base::values::{PinyinKeys, excerpt, half_width};
use crate::schema::{counties, organisations};

/// The kind of an organisation (vocabulary list `organisation_kind`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// 县（区）.
    County,
    /// 街道.
    Street,
    /// 镇.
    Town,
    /// 乡.
    Township,
    /// 村.
    Village,
    /// 社区.
    Community,
    /// 党委.
    PartyCommittee,
    /// 党总支.
    GeneralBranch,
    /// 党支部.
    Branch,
    /// 党小组.
    Group,
    /// 党组.
    LeadingGroup,
}

impl Kind {
    /// All kinds, in the order of the vocabulary.
    pub const ALL: [Self; 11] = [
        Self::County,
        Self::Street,
        Self::Town,
        Self::Township,
        Self::Village,
        Self::Community,
        Self::PartyCommittee,
        Self::GeneralBranch,
        Self::Branch,
        Self::Group,
        Self::LeadingGroup,
    ];

    /// The code in the database and the API.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::County => "county",
            Self::Street => "street",
            Self::Town => "town",
            Self::Township => "township",
            Self::Village => "village",
            Self::Community => "community",
            Self::PartyCommittee => "party_committee",
            Self::GeneralBranch => "general_branch",
            Self::Branch => "branch",
            Self::Group => "group",
            Self::LeadingGroup => "leading_group",
        }
    }

    /// The Chinese name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::County => "县（区）",
            Self::Street => "街道",
            Self::Town => "镇",
            Self::Township => "乡",
            Self::Village => "村",
            Self::Community => "社区",
            Self::PartyCommittee => "党委",
            Self::GeneralBranch => "党总支",
            Self::Branch => "党支部",
            Self::Group => "党小组",
            Self::LeadingGroup => "党组",
        }
    }

    /// The kind of a Chinese name or a code, as a workbook gives it.
    ///
    /// # Errors
    /// A sentence with the choice.
    pub fn parse(text: &str) -> Result<Self, String> {
        let plain = half_width(text);
        let wanted = plain.trim().replace('(', "（").replace(')', "）");
        let found = Self::ALL.into_iter().find(|kind| kind.name() == wanted || kind.code() == wanted);
        found.ok_or_else(|| {
            let names = Self::ALL.map(Self::name).join("、");
            format!("类别“{}”不在规定的取值中；请填写{names}之一", excerpt(text))
        })
    }

    /// The kind of a code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }

    /// Whether it is a division of the land rather than a Party organisation.
    #[must_use]
    pub fn is_division(self) -> bool {
        matches!(
            self,
            Self::County | Self::Street | Self::Town | Self::Township | Self::Village | Self::Community
        )
    }

    /// Whether it counts as a Party organisation in reports: committees, general branches, branches (contract 5).
    #[must_use]
    pub fn is_party_organisation(self) -> bool {
        matches!(self, Self::PartyCommittee | Self::GeneralBranch | Self::Branch)
    }
}

/// Full pinyin and initials of an organisation's name, by which it is found.
#[must_use]
pub fn name_keys(name: &str) -> (String, String) {
    let sort = PinyinKeys::of_text(name).sort;
    let initials = sort.split(' ').filter_map(|syllable| syllable.chars().next()).collect();
    (sort.replace(' ', ""), initials)
}

/// A county.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = counties)]
pub struct County {
    /// Its id.
    pub id: CountyId,
    /// Six-digit code.
    pub code: String,
    /// Chinese name.
    pub name: String,
}

/// An organisation of the tree.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = organisations)]
pub struct Organisation {
    /// The county that owns it.
    pub county_id: CountyId,
    /// Its id.
    pub id: OrganisationId,
    /// Its code.
    pub code: String,
    /// Its Chinese name.
    pub name: String,
    /// Code of its kind.
    pub kind: String,
    /// The organisation above.
    pub parent_id: Option<OrganisationId>,
    /// Its place in the tree, as stored.
    pub path: String,
    /// First day of existence.
    pub founded_on: Option<NaiveDate>,
    /// First day on which it no longer exists.
    pub dissolved_on: Option<NaiveDate>,
    /// Unified social credit code.
    pub credit_code: Option<String>,
    /// Office telephone.
    pub telephone: Option<String>,
    /// Free text.
    pub note: Option<String>,
    /// Version for optimistic concurrency.
    pub version: i32,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

impl Organisation {
    /// Its place in the tree.
    #[must_use]
    pub fn path(&self) -> Path {
        Path::stored(self.path.clone())
    }

    /// Its kind.
    #[must_use]
    pub fn kind(&self) -> Option<Kind> {
        Kind::from_code(&self.kind)
    }

    /// The Chinese name of its kind.
    #[must_use]
    pub fn kind_name(&self) -> &'static str {
        self.kind().map_or("", Kind::name)
    }

    /// It and everything below it.
    #[must_use]
    pub fn scope(&self) -> Scope {
        Scope::new(self.county_id, self.path())
    }
}
