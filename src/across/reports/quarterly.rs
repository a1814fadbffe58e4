//! The quarterly report of an organisation: sections of figures, the balance of its flow, the same figures for each
//! organisation directly below it.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel::sql_types::Text;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde::Serialize;

use super::basis::Basis;
use super::figures::{self, Balance, Figure, FigureValue, Part, Section, Value};
use super::findings::{self, Finding, LateEntry};
use super::measure::{Counts, measure};
use super::source::{Table, rows_of};
use crate::base::actor::Actor;
use crate::base::db;
use crate::base::error::{OrMissing, Result};
use crate::base::policy::{self, Action};
use crate::base::values::Quarter;
use crate::records::organisations::{self, Organisation};

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

/// A table of a section: counts by row and column.
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
    pub label: &'static str,
    /// One count per column.
    pub values: Vec<i64>,
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
    /// The same figures for each organisation directly below.
    pub by_organisation: Vec<OrganisationReport>,
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
}

/// The quarterly report of an organisation, on a connection that may read the whole county.
///
/// # Errors
/// `Missing` for an organisation outside the actor's subtree or a revision that does not exist, `Forbidden` for whom
/// sees no records, `Refused` for a quarter that has not begun.
pub async fn quarterly(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    organisation: &str,
    quarter: Quarter,
    revision: Option<i32>,
) -> Result<QuarterlyReport> {
    let county = actor.scope.whole_county();
    db::read_snapshot(conn, &county, async |conn| {
        let organisation = reported(conn, actor, organisation).await?;
        let basis = Basis::of(conn, &county, quarter, revision).await?;
        let sections = figures::sections(basis.star_scale);
        let children = children(conn, &basis, &organisation).await?;
        let sheet = Sheet::of(conn, &basis, &organisation, sections, children).await?;
        sheet.report(conn, &organisation).await
    })
    .await
}

/// The organisation that is asked about, if this actor may see its records. Compiling statements to machine code costs
/// more than any of ours takes.
pub(super) async fn reported(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    code: &str,
) -> Result<Organisation> {
    let found = organisations::queries::by_code(conn, &actor.scope, code).await.or_missing("该组织")?;
    policy::require(actor, Action::SeeRecords, &found.path())?;
    diesel::sql_query("SET LOCAL jit = off").execute(conn).await?;
    Ok(found)
}

/// All counts of a report, for this quarter and the one before.
pub(super) struct Sheet {
    basis: Basis,
    sections: Vec<Section>,
    children: Vec<OrganisationName>,
    now: Counts,
    before: Option<(Counts, bool)>,
}

impl Sheet {
    /// Counts everything that the sections ask for, at an organisation and some directly below it.
    async fn of(
        conn: &mut AsyncPgConnection,
        basis: &Basis,
        organisation: &Organisation,
        sections: Vec<Section>,
        children: Vec<OrganisationName>,
    ) -> Result<Self> {
        let codes: Vec<String> = std::iter::once(organisation.code.clone())
            .chain(children.iter().map(|child| child.code.clone()))
            .collect();
        let parts = || {
            let figures = sections.iter().flat_map(|section| &section.figures).flat_map(Figure::parts);
            let grids = sections.iter().flat_map(|section| &section.grids);
            let cells = grids.flat_map(|grid| &grid.rows).flat_map(|(_, parts)| parts.iter().copied());
            figures.chain(cells).collect::<Vec<Part>>()
        };
        let now = measure(conn, basis, &codes, parts()).await?;
        let before = match basis.previous(conn).await? {
            Some(previous) => {
                Some((measure(conn, &previous, &codes, parts()).await?, !previous.is_baseline()))
            }
            None => None,
        };
        Ok(Self { basis: basis.clone(), sections, children, now, before })
    }

    async fn report(
        &self,
        conn: &mut AsyncPgConnection,
        organisation: &Organisation,
    ) -> Result<QuarterlyReport> {
        let code = organisation.code.as_str();
        let balance = self.balance(code);
        let findings =
            if balance.holds() { Vec::new() } else { findings::unbalanced(conn, &self.basis, code).await? };
        let revision = self.basis.revision.as_ref();
        Ok(QuarterlyReport {
            organisation: OrganisationName {
                code: organisation.code.clone(),
                name: organisation.name.clone(),
                kind: organisation.kind.clone(),
            },
            quarter: self.basis.quarter,
            revision: revision.map(|revision| revision.number),
            closed_at: revision.map(|revision| revision.closed_at),
            digest: revision.map(|revision| hex::encode(&revision.digest)),
            checkpoint: None,
            balanced: balance.holds(),
            balance: balance.arithmetic(),
            sections: self.sections.iter().map(|section| self.section(section, code)).collect(),
            findings,
            recorded_late: findings::recorded_late(conn, &self.basis, code).await?,
            amendments: findings::amendments(conn, &self.basis).await?,
            by_organisation: self.children.iter().map(|child| self.below(child)).collect(),
        })
    }

    fn section(&self, section: &Section, code: &str) -> SectionReport {
        let table = |grid: &figures::Grid| ReportTable {
            code: grid.code,
            title: grid.title,
            unit: grid.unit.code(),
            columns: grid.columns.clone(),
            rows: grid
                .rows
                .iter()
                .map(|(label, parts)| TableRow {
                    label,
                    values: parts.iter().map(|part| self.now.of(code, part)).collect(),
                })
                .collect(),
        };
        SectionReport {
            code: section.code,
            title: section.title,
            figures: section.figures.iter().map(|figure| self.figure(figure, code)).collect(),
            tables: section.grids.iter().map(table).collect(),
        }
    }

    fn below(&self, child: &OrganisationName) -> OrganisationReport {
        let figures = self.sections.iter().flat_map(|section| &section.figures);
        OrganisationReport {
            organisation: child.clone(),
            balanced: self.balance(&child.code).holds(),
            figures: figures.map(|figure| self.figure(figure, &child.code)).collect(),
        }
    }

    fn figure(&self, figure: &Figure, code: &str) -> FigureValue {
        let now = Self::value(figure, &self.now, true, code);
        let before =
            self.before.as_ref().map(|(counts, has_opening)| Self::value(figure, counts, *has_opening, code));
        figure.value(now, before, self.as_of())
    }

    fn value(figure: &Figure, counts: &Counts, has_opening: bool, code: &str) -> Value {
        let numerator = if figure.numerator.table == Table::Opening {
            figures::balance(|part| counts.of(code, part), has_opening).opening
        } else {
            counts.of(code, &figure.numerator)
        };
        Value::new(figure, numerator, figure.denominator.map(|part| counts.of(code, &part)))
    }

    fn balance(&self, code: &str) -> Balance {
        figures::balance(|part| self.now.of(code, part), true)
    }

    fn as_of(&self) -> NaiveDate {
        self.basis.quarter.last_day()
    }
}

/// The value of one figure at an organisation. An opening is counted with its whole section, since that of a baseline
/// follows from its flow.
pub(super) async fn one_figure(
    conn: &mut AsyncPgConnection,
    basis: &Basis,
    organisation: &Organisation,
    figure: Figure,
) -> Result<FigureValue> {
    let mut sections = figures::sections(basis.star_scale);
    if figure.numerator.table == Table::Opening {
        sections.retain(|section| section.figures.contains(&figure));
    } else {
        sections = vec![Section { code: "", title: "", figures: vec![figure.clone()], grids: Vec::new() }];
    }
    let sheet = Sheet::of(conn, basis, organisation, sections, Vec::new()).await?;
    Ok(sheet.figure(&figure, &organisation.code))
}

/// The organisations directly below one, in the tree of the last day.
async fn children(
    conn: &mut AsyncPgConnection,
    basis: &Basis,
    organisation: &Organisation,
) -> QueryResult<Vec<OrganisationName>> {
    let rows = rows_of(Table::Organisations, basis, &organisation.code);
    let statement =
        format!("SELECT f.code, f.name, f.kind FROM ({rows}) f WHERE f.parent_id = $12 ORDER BY f.path");
    basis
        .ask(vec![organisation.code.clone()])
        .about(statement)
        .bind::<diesel::sql_types::Uuid, _>(organisation.id)
        .load(conn)
        .await
}
