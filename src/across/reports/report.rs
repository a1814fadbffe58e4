//! What a quarterly report says (contract 3, "Quarterly report JSON"): sections of figures, the balance of its flow, the
//! same figures for each organisation directly below.

use std::fmt;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Date, Nullable, Text, Uuid};
use serde::Serialize;

use super::differences::Difference;
use super::figures::FigureValue;
use super::outgoing::{ExportLine, RevealLine};
use crate::base::ids::MembershipId;
use crate::base::values::{Hundredths, Quarter};

/// An organisation named in a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, QueryableByName, utoipa::ToSchema)]
pub struct OrganisationName {
    /// Its code.
    #[diesel(sql_type = Text)]
    pub code: String,
    /// Its name.
    #[diesel(sql_type = Text)]
    pub name: String,
    /// Code of its kind.
    #[diesel(sql_type = Text)]
    pub kind: String,
}

/// What stands in a cell of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(untagged)]
pub enum TableValue {
    /// A whole number.
    Count(i64),
    /// A number with two decimals.
    #[schema(value_type = f64)]
    Score(Hundredths),
    /// A word.
    Text(String),
    /// Nothing is known.
    Nothing,
}

impl fmt::Display for TableValue {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Count(count) => count.fmt(formatter),
            Self::Score(score) => score.fmt(formatter),
            Self::Text(text) => text.fmt(formatter),
            Self::Nothing => formatter.write_str("—"),
        }
    }
}

/// A table of a section: counts by row and column, or a ranking.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ReportTable {
    /// The code.
    pub code: &'static str,
    /// The heading.
    pub title: &'static str,
    /// What is counted.
    pub unit: &'static str,
    /// The headings of the columns.
    pub columns: Vec<&'static str>,
    /// The rows: heading and counts.
    pub rows: Vec<TableRow>,
}

/// A row of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct TableRow {
    /// The heading.
    pub label: String,
    /// One per column.
    pub values: Vec<TableValue>,
}

/// A section of the report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct SectionReport {
    /// The code.
    pub code: &'static str,
    /// The heading.
    pub title: &'static str,
    /// The figures.
    pub figures: Vec<FigureValue>,
    /// The tables.
    pub tables: Vec<ReportTable>,
}

/// The figures of an organisation directly below.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct OrganisationReport {
    /// Which.
    pub organisation: OrganisationName,
    /// Whether its flow balances.
    pub balanced: bool,
    /// The same figures.
    pub figures: Vec<FigureValue>,
}

/// The quarterly report of an organisation (contract 3, "Quarterly report JSON").
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct QuarterlyReport {
    /// Whose report it is.
    pub organisation: OrganisationName,
    /// The quarter.
    #[schema(value_type = String)]
    pub quarter: Quarter,
    /// The revision; none: the quarter is open, and the figures are those of this moment.
    pub revision: Option<i32>,
    /// When the revision was frozen.
    pub closed_at: Option<DateTime<Utc>>,
    /// The digest that binds the revision's rows, in hexadecimal.
    pub digest: Option<String>,
    /// Who prepared the revision.
    pub prepared_by: Option<String>,
    /// Who reviewed and confirmed it.
    pub reviewed_by: Option<String>,
    /// The checkpoint of the trail that holds the closing.
    pub checkpoint: Option<String>,
    /// Whether the flow of members balances.
    pub balanced: bool,
    /// The identity with its numbers.
    pub balance: String,
    /// The sections.
    pub sections: Vec<SectionReport>,
    /// What does not fit.
    pub findings: Vec<Finding>,
    /// What was recorded after the closing of the quarter before, by name; at most the first 200.
    pub recorded_late: Vec<LateEntry>,
    /// The revisions that amended the quarter.
    pub amendments: Vec<Amendment>,
    /// The lists that were exported in the quarter; at most the first 200. Those of others only for whom may read the
    /// trail.
    pub exports: Vec<ExportLine>,
    /// The identifiers that were shown in clear in the quarter, likewise.
    pub reveals: Vec<RevealLine>,
    /// The same figures for each organisation directly below.
    pub by_organisation: Vec<OrganisationReport>,
    /// What each figure means, in the order of the sections; the API has it at `/figures`.
    #[serde(skip)]
    pub definitions: Vec<Definition>,
}

/// What a figure means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Definition {
    /// The code.
    pub code: String,
    /// What is counted.
    pub label: String,
    /// Code of what it is counted in.
    pub unit: &'static str,
    /// One sentence.
    pub definition: String,
}

/// A revision that amended a closed quarter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Amendment {
    /// Number of the revision.
    pub revision: i32,
    /// Why.
    pub reason: String,
    /// When.
    pub at: DateTime<Utc>,
    /// Who proposed it.
    pub preparer: String,
    /// Who confirmed it.
    pub confirmer: String,
    /// How many rows of facts differ from the revision before.
    pub rows: i64,
    /// Those rows, by name; at most the first 200, the rest is in `/quarters/{quarter}/differences`.
    pub differences: Vec<Difference>,
}

/// Something that does not fit, and whom it concerns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Finding {
    /// The rule that is broken.
    pub rule: &'static str,
    /// A Chinese sentence.
    pub message: String,
    /// Whom it concerns; at most the first 200.
    pub members: Vec<Named>,
}

/// A member named in a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, QueryableByName, utoipa::ToSchema)]
pub struct Named {
    /// The member.
    #[diesel(sql_type = Uuid)]
    #[schema(value_type = uuid::Uuid)]
    pub id: MembershipId,
    /// His name.
    #[diesel(sql_type = Nullable<Text>)]
    pub name: Option<String>,
    /// How many too many (or, below nought, too few) the identity has of him.
    #[diesel(sql_type = BigInt)]
    pub difference: i64,
}

/// A member whose past was recorded late.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, QueryableByName, utoipa::ToSchema)]
pub struct LateEntry {
    /// The member.
    #[diesel(sql_type = Uuid)]
    #[schema(value_type = uuid::Uuid)]
    pub id: MembershipId,
    /// His name.
    #[diesel(sql_type = Nullable<Text>)]
    pub name: Option<String>,
    /// Plus one: he was in the register and the closing did not know; minus one: the closing has him, wrongly.
    #[diesel(sql_type = BigInt)]
    pub amount: i64,
    /// The last day of the quarter before.
    #[diesel(sql_type = Date)]
    pub day: NaiveDate,
}
