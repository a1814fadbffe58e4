//! Makes the quarterly report of an organisation: everything is counted first, for this quarter and the one before,
//! then put into sections.

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use super::basis::Basis;
use super::counting::{Asked, Counter, KeptCounts, WITHOUT_COMPILING};
use super::figures::{self, Balance, Figure, FigureValue, Part, Section, Value};
use super::findings;
use super::measure::Counts;
use super::outgoing;
use super::ranking;
use super::report::{
    Definition, OrganisationName, OrganisationReport, QuarterlyReport, ReportTable, SectionReport, TableRow,
    TableValue,
};
use super::source::{Table, rows_of};
use crate::base::actor::Actor;
use crate::base::db::{self, Database};
use crate::base::error::{OrMissing, Result};
use crate::base::policy::{self, Action};
use crate::base::values::Quarter;
use crate::records::audit;
use crate::records::organisations::{self, Organisation};

/// Which report is asked for, and how far it counts.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted<'a> {
    /// Code of the organisation.
    pub organisation: &'a str,
    /// The quarter.
    pub quarter: Quarter,
    /// The revision; none: the latest, or the records as they are now.
    pub revision: Option<i32>,
    /// Whether the same quarter last year is counted from the records as they are now where it is not closed.
    pub counts_last_year: bool,
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
    let wanted = Wanted { organisation, quarter, revision, counts_last_year: false };
    db::read_snapshot(conn, &county, async |conn| report(conn, None, None, actor, wanted).await).await
}

/// The same beside the same quarter last year, which is counted from the records as they are now where it is not closed.
///
/// # Errors
/// As [`quarterly`].
pub async fn quarterly_beside_last_year(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    organisation: &str,
    quarter: Quarter,
    revision: Option<i32>,
) -> Result<QuarterlyReport> {
    let county = actor.scope.whole_county();
    let wanted = Wanted { organisation, quarter, revision, counts_last_year: true };
    db::read_snapshot(conn, &county, async |conn| report(conn, None, None, actor, wanted).await).await
}

/// The report of a quarter as it stands, in a snapshot that is open already.
///
/// # Errors
/// As [`quarterly`].
pub(super) async fn quarterly_of(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    organisation: &str,
    quarter: Quarter,
) -> Result<QuarterlyReport> {
    let wanted = Wanted { organisation, quarter, revision: None, counts_last_year: false };
    report(conn, None, None, actor, wanted).await
}

/// The same, counting the two quarters of the report at once where the database has a connection to spare; what was
/// counted of a closed quarter before is not counted again.
///
/// # Errors
/// As [`quarterly`].
pub async fn quarterly_at_once(
    database: &Database,
    kept: &KeptCounts,
    actor: &Actor,
    organisation: &str,
    quarter: Quarter,
    revision: Option<i32>,
) -> Result<QuarterlyReport> {
    let mut conn = database.report().await?;
    let county = actor.scope.whole_county();
    let wanted = Wanted { organisation, quarter, revision, counts_last_year: false };
    let Some(mut second) = database.second_report().await else {
        return db::read_snapshot(&mut conn, &county, async |conn| {
            report(conn, None, Some(kept), actor, wanted).await
        })
        .await;
    };
    db::read_snapshot_on_two(&mut conn, &mut second, &county, async |conn, second| {
        report(conn, Some(second), Some(kept), actor, wanted).await
    })
    .await
}

/// Every figure of an organisation in a quarter, without the organisations below it.
#[derive(Debug, Clone)]
pub struct AllFigures {
    /// The organisation.
    pub organisation: OrganisationName,
    /// The revision; none: the figures are those of this moment.
    pub revision: Option<i32>,
    /// The figures, in the order of the report, each beside the quarter before.
    pub figures: Vec<FigureValue>,
}

/// Every figure of an organisation in a quarter, on a connection that may read the whole county.
///
/// # Errors
/// As [`quarterly`].
pub async fn all_figures(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    organisation: &str,
    quarter: Quarter,
) -> Result<AllFigures> {
    let county = actor.scope.whole_county();
    db::read_snapshot(conn, &county, async |conn| {
        let organisation = reported(conn, actor, organisation).await?;
        let basis = Basis::of(conn, &county, quarter, None).await?;
        let mut sections = figures::sections(basis.star_scale, &basis.words);
        for section in &mut sections {
            section.grids.clear();
        }
        let sheet = Sheet::of(conn, None, None, &basis, &organisation, sections, Vec::new()).await?;
        let figures = sheet.sections.iter().flat_map(|section| &section.figures);
        Ok(AllFigures {
            figures: figures.map(|figure| sheet.figure(figure, &organisation.code)).collect(),
            revision: basis.revision.as_ref().map(|revision| revision.number),
            organisation: OrganisationName {
                code: organisation.code,
                name: organisation.name,
                kind: organisation.kind,
            },
        })
    })
    .await
}

/// The report of a quarter in one of its revisions, in a snapshot that is open already.
///
/// # Errors
/// As [`quarterly`].
pub(super) async fn report(
    conn: &mut AsyncPgConnection,
    second: Option<&mut AsyncPgConnection>,
    kept: Option<&KeptCounts>,
    actor: &Actor,
    wanted: Wanted<'_>,
) -> Result<QuarterlyReport> {
    let organisation = reported(conn, actor, wanted.organisation).await?;
    let basis = Basis::of(conn, &actor.scope.whole_county(), wanted.quarter, wanted.revision).await?;
    let sections = figures::sections(basis.star_scale, &basis.words);
    let children = children(conn, &basis, &organisation).await?;
    let mut sheet = Sheet::of(conn, second, kept, &basis, &organisation, sections, children).await?;
    if wanted.counts_last_year && sheet.last_year.is_none() {
        sheet.count_last_year(conn, None, &organisation.code, true).await?;
    }
    sheet.report(conn, actor, &organisation).await
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
    diesel::sql_query(WITHOUT_COMPILING).execute(conn).await?;
    Ok(found)
}

/// All counts of a report, for this quarter and the one before.
#[derive(Debug)]
pub(super) struct Sheet {
    basis: Basis,
    sections: Vec<Section>,
    children: Vec<OrganisationName>,
    now: Counts,
    before: Option<Counts>,
    /// Whether the quarter before keeps what was found in it: otherwise nobody knows any more.
    keeps_findings: bool,
    last_year: Option<Counts>,
}

/// Everything that sections ask for, and whether anybody was recorded late.
fn parts_of(sections: &[Section]) -> Vec<Part> {
    let figures = sections.iter().flat_map(|section| &section.figures).flat_map(Figure::parts);
    let grids = sections.iter().flat_map(|section| &section.grids);
    let cells = grids.flat_map(|grid| &grid.rows).flat_map(|(_, parts)| parts.iter().copied());
    let mut parts: Vec<Part> = figures.chain(cells).collect();
    if parts.iter().any(|part| part.table == Table::Flow) {
        parts.extend(figures::LATE);
    }
    parts
}

fn codes_of(organisation: &str, children: &[OrganisationName]) -> Vec<String> {
    std::iter::once(organisation.to_owned()).chain(children.iter().map(|child| child.code.clone())).collect()
}

impl Sheet {
    /// Counts everything that the sections ask for, at an organisation and some directly below it.
    pub(super) async fn of(
        conn: &mut AsyncPgConnection,
        second: Option<&mut AsyncPgConnection>,
        kept: Option<&KeptCounts>,
        basis: &Basis,
        organisation: &Organisation,
        sections: Vec<Section>,
        children: Vec<OrganisationName>,
    ) -> Result<Self> {
        let codes = codes_of(&organisation.code, &children);
        let counter = Counter { kept, codes: &codes };
        let parts = parts_of(&sections);
        let previous = basis.previous(conn).await?;
        let keeps_findings = previous.as_ref().is_some_and(Basis::keeps_findings);
        let known = |part: &&Part| keeps_findings || part.table != Table::Findings;
        let parts_before: Vec<Part> = parts.iter().filter(known).copied().collect();
        let (before, mut now) = match (previous, second) {
            (None, _) => (None, counter.measure(conn, basis, parts).await?),
            (Some(previous), None) => {
                let before = counter.before(conn, &previous, &parts_before).await?;
                (Some(before), counter.after(conn, basis, &parts).await?)
            }
            (Some(previous), Some(second)) => {
                let now = Asked { basis, parts: &parts };
                let before = Asked { basis: &previous, parts: &parts_before };
                let [now, before] = counter.on_two(conn, second, now, before).await?;
                (Some(before), now)
            }
        };
        if let Some(before) = &before {
            figures::carry_closings(before, &mut now, &codes);
        }
        let basis = basis.clone();
        let mut sheet = Self { basis, sections, children, now, before, keeps_findings, last_year: None };
        sheet.count_last_year(conn, kept, &organisation.code, false).await?;
        Ok(sheet)
    }

    /// Counts the same quarter last year: as it was closed, else as the records are now if that is wanted.
    async fn count_last_year(
        &mut self,
        conn: &mut AsyncPgConnection,
        kept: Option<&KeptCounts>,
        code: &str,
        live: bool,
    ) -> Result<()> {
        let Some(basis) = self.basis.last_year(conn, live).await? else { return Ok(()) };
        let (codes, parts) = (codes_of(code, &self.children), parts_of(&self.sections));
        self.last_year = Some(Counter { kept, codes: &codes }.measure(conn, &basis, parts).await?);
        Ok(())
    }

    /// The count of a part at an organisation.
    pub(super) fn count(&self, code: &str, part: &Part) -> i64 {
        self.now.of(code, part)
    }

    async fn report(
        &self,
        conn: &mut AsyncPgConnection,
        actor: &Actor,
        organisation: &Organisation,
    ) -> Result<QuarterlyReport> {
        let code = organisation.code.as_str();
        let balance = self.balance(code);
        let findings =
            if balance.holds() { Vec::new() } else { findings::unbalanced(conn, &self.basis, code).await? };
        let revision = self.basis.revision.as_ref();
        let mut sections: Vec<SectionReport> =
            self.sections.iter().map(|section| self.section(section, code)).collect();
        if let Some(section) = sections.iter_mut().find(|section| section.code == ranking::SECTION) {
            section.tables.push(ranking::ranking(conn, &self.basis, code).await?);
        }
        let is_late = figures::LATE.iter().any(|part| self.now.of(code, part) > 0);
        let recorded_late =
            if is_late { findings::recorded_late(conn, &self.basis, code).await? } else { Vec::new() };
        let checkpoint = match revision {
            None => None,
            Some(revision) => {
                audit::queries::checkpoint_of_closing(conn, &self.basis.county, &revision.digest).await?
            }
        };
        let checkpoint = checkpoint.map(|checkpoint| checkpoint.in_one_line());
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
            prepared_by: revision.map(|revision| revision.preparer.clone()),
            reviewed_by: revision.map(|revision| revision.confirmer.clone()),
            checkpoint,
            balanced: balance.holds(),
            balance: balance.arithmetic(),
            sections,
            findings,
            recorded_late,
            amendments: findings::amendments(conn, &self.basis, code).await?,
            exports: outgoing::exports(conn, actor, &self.basis, organisation).await?,
            reveals: outgoing::reveals(conn, actor, &self.basis, organisation).await?,
            by_organisation: self.children.iter().map(|child| self.below(child)).collect(),
            definitions: self.definitions(),
        })
    }

    fn definitions(&self) -> Vec<Definition> {
        let definition = |figure: &Figure| Definition {
            code: figure.code.clone(),
            label: figure.label.clone(),
            unit: figure.unit.code(),
            definition: figure.definition.clone(),
        };
        self.sections.iter().flat_map(|section| &section.figures).map(definition).collect()
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
                    label: (*label).to_owned(),
                    values: parts.iter().map(|part| TableValue::Count(self.now.of(code, part))).collect(),
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
        let value = |counts: &Counts| Value::of(figure, |part| counts.of(code, part));
        let known = self.keeps_findings || figure.numerator.table != Table::Findings;
        let (now, before) = (value(&self.now), self.before.as_ref().filter(|_| known).map(value));
        let last_year = self.last_year.as_ref().map(value);
        figure.value(now, before, self.basis.quarter.last_day()).beside(&now, last_year.as_ref())
    }

    /// How the flow of an organisation balances.
    pub(super) fn balance(&self, code: &str) -> Balance {
        figures::balance(|part| self.now.of(code, part))
    }
}

/// The value of one figure at an organisation. An opening is counted with its whole section: it is the closing of the
/// quarter before, or follows from the flow of a baseline.
pub(super) async fn one_figure(
    conn: &mut AsyncPgConnection,
    basis: &Basis,
    organisation: &Organisation,
    figure: Figure,
) -> Result<FigureValue> {
    let mut sections = figures::sections(basis.star_scale, &basis.words);
    if figure.numerator.table == Table::Opening {
        sections.retain(|section| section.figures.contains(&figure));
    } else {
        sections = vec![Section { code: "", title: "", figures: vec![figure.clone()], grids: Vec::new() }];
    }
    let sheet = Sheet::of(conn, None, None, basis, organisation, sections, Vec::new()).await?;
    Ok(sheet.figure(&figure, &organisation.code))
}

/// The organisations directly below one, in the tree of the last day.
pub(super) async fn children(
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
