//! One award with its scheme, marks, objections and history.

use std::collections::HashMap;

use bigdecimal::BigDecimal;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::error::{Error, OrMissing, Result};
use crate::base::ids::{AwardId, CountyId};
use crate::base::scope::Scope;
use crate::records::ratings::awards::model::{AwardEvent, AwardObjection, AwardScheme};
use crate::records::ratings::awards::queries::{AwardCard, by_ids, cards};
use crate::schema::{award_events, award_objections, award_scores};

/// The mark that one member of the panel gave.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = award_scores)]
pub struct AwardScore {
    /// Who gave it.
    pub rater: String,
    /// The mark.
    pub score: BigDecimal,
}

/// One award with all that explains it.
#[derive(Debug, Clone)]
pub struct AwardRecord {
    /// The award with the names around it.
    pub card: AwardCard,
    /// The version of the scheme.
    pub scheme: AwardScheme,
    /// The marks, by rater.
    pub scores: Vec<AwardScore>,
    /// The objections, the oldest first.
    pub objections: Vec<AwardObjection>,
    /// The steps, the first first.
    pub events: Vec<AwardEvent>,
}

/// One award inside a scope.
///
/// # Errors
/// `Missing`.
pub async fn record(conn: &mut AsyncPgConnection, within: &Scope, id: AwardId) -> Result<AwardRecord> {
    let card = cards(conn, within, &[id]).await?.pop().or_missing("这项评选")?;
    let scheme = by_ids(conn, within.county, std::iter::once(card.award.scheme_id))
        .await?
        .remove(&card.award.scheme_id)
        .ok_or_else(|| Error::broken("an award without its scheme"))?;
    let scores = award_scores::table
        .filter(award_scores::county_id.eq(within.county).and(award_scores::award_id.eq(id)))
        .order(award_scores::rater)
        .select(AwardScore::as_select())
        .load(conn)
        .await?;
    let objections = award_objections::table
        .filter(award_objections::county_id.eq(within.county).and(award_objections::award_id.eq(id)))
        .order((award_objections::received_on, award_objections::id))
        .select(AwardObjection::as_select())
        .load(conn)
        .await?;
    let events = award_events::table
        .filter(award_events::county_id.eq(within.county).and(award_events::award_id.eq(id)))
        .order(award_events::number)
        .select(AwardEvent::as_select())
        .load(conn)
        .await?;
    Ok(AwardRecord { card, scheme, scores, objections, events })
}

/// The oldest open objection to each of some awards.
///
/// # Errors
/// Whatever the database answers.
pub(in crate::records::ratings::awards) async fn open_objections(
    conn: &mut AsyncPgConnection,
    county: CountyId,
    ids: &[AwardId],
) -> QueryResult<HashMap<AwardId, AwardObjection>> {
    let open: Vec<AwardObjection> = award_objections::table
        .filter(award_objections::county_id.eq(county))
        .filter(award_objections::award_id.eq_any(ids))
        .filter(award_objections::outcome.is_null())
        .order((award_objections::received_on.desc(), award_objections::id.desc()))
        .select(AwardObjection::as_select())
        .load(conn)
        .await?;
    // The oldest comes last and stays.
    Ok(open.into_iter().map(|objection| (objection.award_id, objection)).collect())
}
