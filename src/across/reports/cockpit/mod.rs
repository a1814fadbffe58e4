//! What still stands open before a quarter is closed, who has to act until when, and who has signed it off: for an
//! organisation and each one directly below it. Counted by the figures; what no figure counts is asked here.

mod waits;

use chrono::NaiveDate;
use diesel_async::AsyncPgConnection;
use serde::Serialize;

use super::basis::Basis;
use super::figures::{self, Figure, Part, Section};
use super::findings;
use super::quality::{RULES, Rule};
use super::quarterly::{Sheet, children, reported};
use super::report::{Named, OrganisationName};
use crate::base::actor::{Actor, Role};
use crate::base::clock;
use crate::base::db;
use crate::base::error::{Error, Result};
use crate::base::ids::SignOffId;
use crate::base::values::Quarter;
use crate::records::organisations::{Kind, Organisation};
use crate::records::quarters::signed::StandingSignOff;
use crate::records::quarters::{self, QuarterSettings, QuarterState, Severity, SignOff};
use waits::Waits;

/// What somebody has to do before a quarter is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DutyKind {
    /// Find the members whose flow does not balance.
    Unbalanced,
    /// Mend what contradicts itself or is overdue.
    Findings,
    /// Accept or refuse members who come.
    Transfers,
    /// Review ratings.
    Ratings,
    /// Publish the assessment of the quarter.
    Assessments,
    /// Sign the quarter off.
    SignOff,
}

impl DutyKind {
    /// What is to be done.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Unbalanced => "核对党员增减不平衡",
            Self::Findings => "处理数据质量问题",
            Self::Transfers => "接收或退回转入党员",
            Self::Ratings => "审核星级评定",
            Self::Assessments => "公示季度考核",
            Self::SignOff => "签字上报",
        }
    }

    /// Whose work it is.
    #[must_use]
    pub const fn role(self) -> Role {
        match self {
            Self::Unbalanced | Self::Findings | Self::Transfers => Role::Clerk,
            Self::Ratings | Self::Assessments | Self::SignOff => Role::Supervisor,
        }
    }
}

/// Something that somebody has to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Duty {
    /// Whose it is: code of the unit.
    pub organisation: String,
    /// Its name.
    pub name: String,
    /// In which role.
    pub role: Role,
    /// What is to be done.
    pub kind: DutyKind,
    /// The same in Chinese.
    pub title: &'static str,
    /// How many.
    pub count: i64,
    /// The last day on which it is in time.
    pub due: NaiveDate,
    /// Whether that day is over.
    pub is_overdue: bool,
}

/// What stands open in a unit, with everything below it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Unit {
    /// Which.
    pub organisation: OrganisationName,
    /// Findings of data quality, all.
    pub findings: i64,
    /// Those of them that are errors or warnings.
    pub grave: i64,
    /// Ratings that await their review.
    pub ratings: i64,
    /// Members who wait to be accepted.
    pub transfers: i64,
    /// Whether the flow of members balances.
    pub balanced: bool,
    /// Towns that have not published their assessment of the quarter.
    pub assessments: i64,
    /// Committees whose term is over; they stand among the findings too.
    pub elections_overdue: i64,
    /// How much has to be done before it signs without a note: grave findings, ratings, transfers, assessments, and one
    /// for a flow that does not balance.
    pub open: i64,
    /// Whether it signs the quarter off.
    pub signs: bool,
    /// The last day on which it is in time: to sign, or of a county to close.
    pub due: NaiveDate,
    /// Whether that day is over and it has not.
    pub is_overdue: bool,
    /// How it was signed off; none where it was not, or does not sign.
    pub sign_off: Option<StandingSignOff>,
}

/// The findings of one rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct RuleLine {
    /// Code of the rule.
    pub rule: &'static str,
    /// Its name.
    pub title: &'static str,
    /// How grave a finding is.
    pub severity: Severity,
    /// How many.
    pub count: i64,
    /// What is wrong, a Chinese sentence.
    pub message: String,
    /// The way out.
    pub hint: String,
}

/// What still stands open before a quarter is closed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Cockpit {
    /// The quarter.
    #[schema(value_type = String)]
    pub quarter: Quarter,
    /// How far its closing is.
    #[schema(value_type = String)]
    pub state: QuarterState,
    /// The revision; none: as the records are now.
    pub revision: Option<i32>,
    /// Its last day.
    pub last_day: NaiveDate,
    /// The last day on which the county closes it in time.
    pub closes_by: NaiveDate,
    /// When and by whom it is signed off.
    pub settings: QuarterSettings,
    /// The organisation with everything below it.
    pub own: Unit,
    /// The organisations directly below, those that are late first.
    pub units: Vec<Unit>,
    /// Findings by rule, the gravest first; rules without findings are left out.
    pub findings: Vec<RuleLine>,
    /// The members that break the balance of the organisation.
    pub unbalanced: Vec<Named>,
    /// Who has to act, what is late first.
    pub duties: Vec<Duty>,
}

/// What still stands open before a quarter is closed, at an organisation and those directly below it.
///
/// # Errors
/// `Missing` for an organisation outside the actor's subtree, `Forbidden` for whom sees no records, `Refused` for a
/// quarter that has not begun.
pub async fn cockpit(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    organisation: &str,
    quarter: Quarter,
) -> Result<Cockpit> {
    let county = actor.scope.whole_county();
    db::read_snapshot(conn, &county, async |conn| {
        let found = reported(conn, actor, organisation).await?;
        let basis = Basis::of(conn, &county, quarter, None).await?;
        let below = children(conn, &basis, &found).await?;
        let sheet = Sheet::of(conn, None, None, &basis, &found, sections(&basis), below.clone()).await?;
        let codes: Vec<String> =
            std::iter::once(found.code.clone()).chain(below.iter().map(|child| child.code.clone())).collect();
        let waits = Waits::of(conn, &basis, &codes).await?;
        let settings = quarters::settings::of_quarter(conn, county.county, quarter).await?;
        let settings = settings.ok_or_else(|| Error::broken("no settings of quarters for that day"))?;
        let closing = quarters::queries::closing(conn, &county, quarter).await?;
        let state = closing.map_or(Ok(QuarterState::Open), |closing| closing.state())?;
        let signed = quarters::signed::standing(conn, &found.scope(), quarter).await?;
        let unbalanced = if sheet.balance(&found.code).holds() {
            Vec::new()
        } else {
            let told = findings::unbalanced(conn, &basis, &found.code).await?;
            told.into_iter().flat_map(|finding| finding.members).collect()
        };
        let table =
            Counting { basis: &basis, sheet: &sheet, waits: &waits, settings: &settings, signed, state };
        Ok(table.cockpit(&found, below, unbalanced))
    })
    .await
}

/// Signs a quarter off for a unit, with what stands open in it now.
///
/// # Errors
/// As [`cockpit`] and [`quarters::sign_off`].
pub async fn sign_off(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    organisation: &str,
    quarter: Quarter,
    note: Option<&str>,
) -> Result<Vec<SignOffId>> {
    let seen = cockpit(conn, actor, organisation, quarter).await?;
    let command = SignOff {
        organisation: organisation.to_owned(),
        quarter,
        open_items: i32::try_from(seen.own.open).unwrap_or(i32::MAX),
        note: note.map(str::to_owned),
    };
    quarters::sign_off(conn, actor, &[command]).await
}

const AWAITING: &str = "ratings.awaiting_review";
const OVERDUE: &str = "committees.elections_overdue";

fn figure(basis: &Basis, code: &str) -> Option<Figure> {
    figures::find(code, &basis.words)
}

/// What is counted: findings by rule, the flow, ratings and terms.
fn sections(basis: &Basis) -> Vec<Section> {
    let more = [AWAITING, OVERDUE].iter().filter_map(|code| figure(basis, code)).collect();
    let more = Section { code: "", title: "", figures: more, grids: Vec::new() };
    vec![figures::quality_section(), figures::flow_section(), more]
}

/// What was counted of all units, and what else is known of them.
struct Counting<'a> {
    basis: &'a Basis,
    sheet: &'a Sheet,
    waits: &'a Waits,
    settings: &'a QuarterSettings,
    signed: Vec<StandingSignOff>,
    state: QuarterState,
}

impl Counting<'_> {
    fn count(&self, unit: &str, part: &Part) -> i64 {
        self.sheet.count(unit, part)
    }

    fn figure(&self, unit: &str, code: &str) -> i64 {
        figure(self.basis, code).map_or(0, |figure| self.count(unit, &figure.numerator))
    }

    fn severity(&self, rule: &Rule) -> Option<Severity> {
        self.basis.rules.on(rule.code, self.basis.day()).map(|version| version.severity)
    }

    fn unit(&self, organisation: OrganisationName) -> Unit {
        let code = organisation.code.as_str();
        let kind = Kind::from_code(&organisation.kind);
        let of = |rule: &&Rule| self.count(code, &figures::findings_of(rule));
        let grave = RULES.iter().filter(|rule| self.severity(rule) != Some(Severity::Notice));
        let (findings, grave): (i64, i64) =
            (RULES.iter().map(|rule| of(&rule)).sum(), grave.map(|rule| of(&rule)).sum());
        let balanced = self.sheet.balance(code).holds();
        let (transfers, assessments) = (self.waits.transfers(code), self.waits.assessments(code));
        let ratings = self.figure(code, AWAITING);
        let sign_off = self.signed.iter().find(|signed| signed.organisation == code).cloned();
        let signs = self.settings.signs(kind);
        let due = self.settings.due_day(kind, self.basis.quarter);
        let is_open = self.state != QuarterState::Closed;
        let waits = if kind == Some(Kind::County) { is_open } else { signs && is_open && sign_off.is_none() };
        Unit {
            findings,
            grave,
            ratings,
            transfers,
            balanced,
            assessments,
            elections_overdue: self.figure(code, OVERDUE),
            open: grave + ratings + transfers + assessments + i64::from(!balanced),
            signs,
            due,
            is_overdue: waits && due < clock::today(),
            sign_off,
            organisation,
        }
    }

    fn cockpit(&self, found: &Organisation, below: Vec<OrganisationName>, unbalanced: Vec<Named>) -> Cockpit {
        let own = self.unit(OrganisationName {
            code: found.code.clone(),
            name: found.name.clone(),
            kind: found.kind.clone(),
        });
        let mut units: Vec<Unit> = below.into_iter().map(|child| self.unit(child)).collect();
        // The tree gave the order; who is late comes first.
        units.sort_by_key(|unit| !unit.is_overdue);
        let quarter = self.basis.quarter;
        Cockpit {
            quarter,
            state: self.state,
            revision: self.basis.revision.as_ref().map(|revision| revision.number),
            last_day: quarter.last_day(),
            closes_by: self.settings.due_day(Some(Kind::County), quarter),
            settings: self.settings.clone(),
            findings: self.findings(&own.organisation.code),
            duties: self.duties(&own, &units),
            unbalanced,
            own,
            units,
        }
    }

    fn findings(&self, code: &str) -> Vec<RuleLine> {
        let line = |rule: &'static Rule| {
            let version = self.basis.rules.on(rule.code, self.basis.day())?;
            let count = self.count(code, &figures::findings_of(rule));
            (count > 0).then(|| RuleLine {
                rule: rule.code,
                title: rule.title,
                severity: version.severity,
                count,
                message: version.sentence(),
                hint: version.hint.clone(),
            })
        };
        let mut lines: Vec<RuleLine> = RULES.iter().filter_map(line).collect();
        lines.sort_by_key(|line| (line.severity, std::cmp::Reverse(line.count)));
        lines
    }

    /// Who has to act: those directly below that sign, else the organisation itself.
    fn duties(&self, own: &Unit, units: &[Unit]) -> Vec<Duty> {
        if self.state == QuarterState::Closed {
            return Vec::new();
        }
        let below: Vec<&Unit> = units.iter().filter(|unit| unit.signs).collect();
        let acting = if below.is_empty() { vec![own] } else { below };
        let mut duties: Vec<Duty> = acting.into_iter().flat_map(|unit| self.of_unit(unit)).collect();
        if own.signs && !duties.iter().any(|duty| duty.organisation == own.organisation.code) {
            duties.extend(self.of_unit(own).into_iter().filter(|duty| duty.kind == DutyKind::SignOff));
        }
        duties.sort_by_key(|duty| (!duty.is_overdue, duty.due, duty.kind));
        duties
    }

    fn of_unit(&self, unit: &Unit) -> Vec<Duty> {
        let unsigned = i64::from(unit.signs && unit.sign_off.is_none());
        let counted = [
            (DutyKind::Unbalanced, i64::from(!unit.balanced)),
            (DutyKind::Findings, unit.grave),
            (DutyKind::Transfers, unit.transfers),
            (DutyKind::Ratings, unit.ratings),
            (DutyKind::Assessments, unit.assessments),
            (DutyKind::SignOff, unsigned),
        ];
        counted
            .into_iter()
            .filter(|(_, count)| *count > 0)
            .map(|(kind, count)| Duty {
                organisation: unit.organisation.code.clone(),
                name: unit.organisation.name.clone(),
                role: kind.role(),
                kind,
                title: kind.title(),
                count,
                due: unit.due,
                is_overdue: unit.due < clock::today(),
            })
            .collect()
    }
}
