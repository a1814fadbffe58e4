//! Closes a quarter of a county: one supervisor proposes, another's call freezes the facts over one snapshot. Whoever
//! writes meanwhile waits with his entry in the trail, and is late (docs/decisions/0018).

use diesel_async::AsyncPgConnection;

use super::assessment_facts;
use super::award_facts;
use super::basis::Basis;
use super::committee_facts;
use super::facts::{self, Extent};
use super::proof;
use super::quality;
use super::reserve_facts;
use super::training_facts;
use crate::base::actor::Actor;
use crate::base::clock;
use crate::base::db;
use crate::base::error::{Error, OrMissing, Result};
use crate::base::values::Quarter;
use crate::records::audit;
use crate::records::organisations;
use crate::records::organisations::{Kind, Organisation};
use crate::records::quarters::rules::Refusal;
use crate::records::quarters::{self, FactTable, Facts, Frozen, Proven, QuarterState, Reach, Revision, Step};

/// What a call to close a quarter did.
#[derive(Debug, Clone)]
pub enum Closed {
    /// It was proposed; another supervisor must confirm.
    Proposed,
    /// It is closed.
    Closed(Revision),
}

/// Proposes to close a quarter, or closes it where another supervisor has proposed that (contract 3).
///
/// # Errors
/// `Refused` with the reason, `Forbidden`, `Missing` for an organisation outside the actor's subtree, `Stale` where
/// somebody else closed it at the same moment.
pub async fn close(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    organisation: &str,
    quarter: Quarter,
) -> Result<Closed> {
    let found = require_county(conn, actor, organisation).await?;
    db::read(conn, &actor.scope, async |conn| require_signatures(conn, &found, quarter).await).await?;
    if quarters::propose(conn, actor, quarter).await? == Step::Propose {
        return Ok(Closed::Proposed);
    }
    quarters::prepare_partitions(conn, &[quarter.previous(), quarter]).await?;
    let closed = db::write_snapshot_after(conn, actor, audit::hold(actor), async |conn| {
        // Asked again, inside the snapshot and with the row locked: much may have happened since.
        let Step::Close { preparer } = quarters::next_step(conn, actor, quarter).await? else {
            return Err(Error::Stale);
        };
        require_signatures(conn, &found, quarter).await?;
        let (revision, proven) = freeze(conn, actor, quarter, preparer).await?;
        quarters::conclude(conn, actor, quarter, &revision, &proven).await?;
        Ok(Closed::Closed(revision))
    })
    .await?;
    quarters::count_partitions(conn, &[quarter.previous(), quarter]).await;
    Ok(closed)
}

/// Refuses where the county demands that its towns sign off before, and some have not. A quarter that cannot be closed
/// for another reason is refused for that one.
async fn require_signatures(
    conn: &mut AsyncPgConnection,
    county: &Organisation,
    quarter: Quarter,
) -> Result<()> {
    let holds = quarters::settings::of_quarter(conn, county.county_id, quarter).await?;
    if clock::today() < quarter.end_day() || !holds.is_some_and(|holds| holds.towns_must_sign) {
        return Ok(());
    }
    let closing = quarters::queries::closing(conn, &county.scope(), quarter).await?;
    if closing.map(|closing| closing.state()).transpose()? == Some(QuarterState::Closed) {
        return Ok(());
    }
    let unsigned = quarters::signed::unsigned_towns(conn, county, quarter).await?;
    if unsigned.is_empty() {
        return Ok(());
    }
    Err(Error::Refused(format!(
        "按本县（区）规定，各乡镇（街道）签字上报后才能结账；{}还没有签字的有{}个：{}。请催办，或由审核员修改规定。",
        quarter.title(),
        unsigned.len(),
        unsigned.join("、")
    )))
}

/// That an organisation which the actor may see is a county: nothing else is closed.
///
/// # Errors
/// `Missing`, or `Refused` with the reason.
pub(super) async fn require_county(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    organisation: &str,
) -> Result<Organisation> {
    let found = db::read(conn, &actor.scope, async |conn| {
        organisations::queries::by_code(conn, &actor.scope, organisation).await.or_missing("该组织")
    })
    .await?;
    if found.kind() == Some(Kind::County) {
        return Ok(found);
    }
    Err(Error::Refused(Refusal::NotACounty(found.name).to_string()))
}

/// Freezes revision 1 of a quarter, and the quarter before as a baseline where it is open: so neither the opening nor
/// any comparison of the closed quarter moves afterwards.
async fn freeze(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    quarter: Quarter,
    preparer: String,
) -> Result<(Revision, Proven)> {
    let county = actor.scope.whole_county();
    let mut basis = Basis::live(conn, &county, quarter).await?;
    let mut frozen = Frozen {
        previous_number: None,
        preparer,
        confirmer: actor.name.clone(),
        reason: None,
        at: clock::now(),
        star_scale: basis.star_scale,
    };
    // Nothing is late against a baseline of the same moment.
    let facts = statements(&basis);
    if basis.previous_number.is_none() {
        let before = Basis::live(conn, &county, quarter.previous()).await?;
        let baseline = Frozen { star_scale: before.star_scale, ..frozen.clone() };
        let ask = before.ask(vec![county_code(&before)]);
        let baseline = quarters::freeze(conn, &ask, &statements(&before), &baseline).await?;
        proof::commit(conn, &before.frozen_as(&baseline)).await?;
        basis.previous_number = Some(0);
    }
    frozen.previous_number = basis.previous_number;
    let mut ask = basis.ask(vec![county_code(&basis)]);
    ask.revision = 1;
    let revision = quarters::freeze(conn, &ask, &facts, &frozen).await?;
    let proven = proof::commit(conn, &basis.frozen_as(&revision)).await?;
    Ok((revision, proven))
}

pub(super) fn county_code(basis: &Basis) -> String {
    basis.county.path.as_str().trim_end_matches('/').to_owned()
}

/// The statements of a live basis for the whole county. What was recorded late is told against the frozen quarter before,
/// where there is one.
pub(super) fn statements(basis: &Basis) -> Vec<Facts> {
    let county = Extent::COUNTY;
    let facts = |table, select, reach| Facts { table, select, reach };
    let mut statements = vec![
        facts(FactTable::Organisations, facts::organisations(county, None), Reach::Everybody),
        facts(FactTable::Members, facts::members(county), Reach::Everybody),
        facts(FactTable::Flow, facts::flow(county), Reach::Few),
        facts(FactTable::Ratings, facts::ratings(county), Reach::Few),
        facts(FactTable::Seats, committee_facts::seats(county), Reach::Everybody),
        facts(FactTable::Committees, committee_facts::committees(county), Reach::Everybody),
        facts(FactTable::Reserves, reserve_facts::reserves(county), Reach::Everybody),
        facts(FactTable::ReserveVillages, reserve_facts::villages(county), Reach::Everybody),
        facts(FactTable::Training, training_facts::members(county), Reach::Everybody),
        facts(FactTable::TrainingClasses, training_facts::classes(county), Reach::Everybody),
        facts(FactTable::TrainingAttendances, training_facts::attendances(county), Reach::Everybody),
        facts(FactTable::Awards, award_facts::awards(county), Reach::Everybody),
        facts(FactTable::Assessments, assessment_facts::assessments(county), Reach::Everybody),
        facts(FactTable::Findings, quality::findings(county, &basis.rules, basis.day()), Reach::Everybody),
        facts(FactTable::Rules, quality::rules_in_force(&basis.rules, basis.day()), Reach::Few),
    ];
    if basis.previous_number.is_some() {
        statements.push(facts(FactTable::Flow, facts::recorded_late(county), Reach::Everybody));
    }
    statements
}
