//! Towns and villages sign off their quarter upward, and take that back with a reason. What stands open in a unit is
//! counted by `across::reports::cockpit`, which hands it in.

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::actor::Actor;
use crate::base::clock;
use crate::base::db;
use crate::base::error::{DatabaseResult, Error, OrMissing, Result};
use crate::base::ids::{OrganisationId, SignOffId};
use crate::base::policy::{self, Action};
use crate::base::values::Quarter;
use crate::records::audit;
use crate::records::organisations::{self, Kind, Organisation};
use crate::records::quarters::QuarterState;
use crate::records::quarters::queries;
use crate::records::quarters::settings;
use crate::records::quarters::sign_off_rules::{self, Refusal};
use crate::records::quarters::signed;
use crate::schema::quarter_sign_offs;

/// A unit signs off a quarter.
#[derive(Debug, Clone)]
pub struct SignOff {
    /// Code of the town or village.
    pub organisation: String,
    /// The quarter.
    pub quarter: Quarter,
    /// How much still stands open in it, as whoever signs has seen it.
    pub open_items: i32,
    /// Why it is signed with something open.
    pub note: Option<String>,
}

/// A sign-off is taken back.
#[derive(Debug, Clone)]
pub struct WithdrawSignOff {
    /// Code of the town or village.
    pub organisation: String,
    /// The quarter.
    pub quarter: Quarter,
    /// Why.
    pub reason: String,
}

/// The texts of a note or a reason, trimmed.
fn text(field: &'static str, name: &str, given: Option<&str>) -> Result<Option<String>> {
    let Some(given) = given.map(str::trim).filter(|given| !given.is_empty()) else { return Ok(None) };
    if (2..=500).contains(&given.chars().count()) {
        return Ok(Some(given.to_owned()));
    }
    Err(Error::invalid(field, format!("{name}应为2至500字，请改正。")))
}

/// Signs off quarters of units. Answers the ids of the sign-offs in the order given.
///
/// # Errors
/// `Missing` for a unit outside the actor's subtree; `Forbidden` unless he is a supervisor there; `Invalid` where the
/// note is wrong or missing; `Refused` with the reason, also where the unit has signed already.
pub async fn sign_off(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    commands: &[SignOff],
) -> Result<Vec<SignOffId>> {
    db::write(conn, actor, async |conn| {
        let mut told = Vec::with_capacity(commands.len());
        let (mut ids, mut top) = (Vec::with_capacity(commands.len()), actor.scope.path.clone());
        for command in commands {
            let unit = unit(conn, actor, &command.organisation).await?;
            let (id, details) = sign(conn, actor, command, &unit).await?;
            if commands.len() == 1 {
                top = unit.path();
            }
            ids.push(id);
            told.push(details);
        }
        let details = serde_json::json!({ "sign_offs": told });
        append(conn, actor, "quarters.sign_off", &ids, &top, details).await?;
        Ok(ids)
    })
    .await
}

async fn unit(conn: &mut AsyncPgConnection, actor: &Actor, code: &str) -> Result<Organisation> {
    let unit = organisations::queries::by_code(conn, &actor.scope, code).await.or_missing("该组织")?;
    policy::require(actor, Action::SignOff, &unit.path())?;
    Ok(unit)
}

async fn is_closed(conn: &mut AsyncPgConnection, actor: &Actor, quarter: Quarter) -> Result<bool> {
    let closing = queries::closing(conn, &actor.scope, quarter).await?;
    let state = closing.map(|closing| closing.state()).transpose()?;
    Ok(state == Some(QuarterState::Closed))
}

/// Each unit is looked at by itself: whoever signs, signs for one.
async fn sign(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    command: &SignOff,
    unit: &Organisation,
) -> Result<(SignOffId, serde_json::Value)> {
    let note = text("note", "说明", command.note.as_deref())?;
    let holds = settings::of_quarter(conn, actor.scope.county, command.quarter).await?;
    let counts_below = holds.as_ref().is_some_and(|holds| holds.villages_sign)
        && !matches!(unit.kind(), Some(Kind::Village | Kind::Community));
    let unsigned =
        if counts_below { signed::unsigned(conn, unit, command.quarter).await? } else { Vec::new() };
    let unsigned_below = i32::try_from(unsigned.len()).unwrap_or(i32::MAX);
    let call = sign_off_rules::Call {
        quarter: command.quarter,
        today: clock::today(),
        unit: &unit.name,
        signs: holds.is_some_and(|holds| holds.signs(unit.kind())),
        is_county: actor.scope.path == actor.scope.whole_county().path,
        is_closed: is_closed(conn, actor, command.quarter).await?,
        open_items: command.open_items,
        unsigned_below,
        note: note.as_deref(),
    };
    sign_off_rules::may_sign(&call).map_err(refused)?;
    let id = SignOffId::new();
    diesel::insert_into(quarter_sign_offs::table)
        .values((
            quarter_sign_offs::county_id.eq(actor.scope.county),
            quarter_sign_offs::id.eq(id),
            quarter_sign_offs::quarter.eq(command.quarter.to_string()),
            quarter_sign_offs::organisation_id.eq(unit.id),
            quarter_sign_offs::path.eq(&unit.path),
            quarter_sign_offs::signed_by.eq(&actor.name),
            quarter_sign_offs::signed_for.eq(actor.scope.path.code()),
            // The clock of the trail, which says later what changed since.
            quarter_sign_offs::signed_at.eq(diesel::dsl::now),
            quarter_sign_offs::open_items.eq(command.open_items),
            quarter_sign_offs::unsigned_below.eq(unsigned_below),
            quarter_sign_offs::note.eq(note.as_deref()),
        ))
        .execute(conn)
        .await
        .constraint("quarter_sign_offs_one_stands_key", || {
            let title = command.quarter.title();
            Error::Refused(format!("“{}”的{title}已经签字；要重新签字，请先撤回。", unit.name))
        })?;
    let details = serde_json::json!({
        "quarter": command.quarter, "organisation": unit.code, "open_items": command.open_items,
        "unsigned_below": unsigned, "note": note,
    });
    Ok((id, details))
}

fn refused(refusal: Refusal) -> Error {
    if refusal.is_of_the_note() {
        return Error::invalid("note", refusal);
    }
    Error::Refused(refusal.to_string())
}

/// Takes sign-offs back, for the unit itself or for whoever stands above it. Answers their ids in the order given.
///
/// # Errors
/// `Missing` for a unit outside the actor's subtree; `Forbidden` unless he is a supervisor there; `Invalid` for a reason
/// that is missing or too long; `Refused` where the unit has not signed, or the quarter is closed.
pub async fn withdraw_sign_off(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    commands: &[WithdrawSignOff],
) -> Result<Vec<SignOffId>> {
    db::write(conn, actor, async |conn| {
        let mut told = Vec::with_capacity(commands.len());
        let (mut ids, mut top) = (Vec::with_capacity(commands.len()), actor.scope.path.clone());
        for command in commands {
            let unit = unit(conn, actor, &command.organisation).await?;
            let reason = text("reason", "撤回原因", Some(&command.reason))?
                .ok_or_else(|| Error::invalid("reason", "请写明撤回签字的原因（2至500字）。"))?;
            if is_closed(conn, actor, command.quarter).await? {
                return Err(Error::Refused(Refusal::Closed(command.quarter).to_string()));
            }
            let id = take_back(conn, actor, unit.id, command.quarter, &reason).await?.ok_or_else(|| {
                let title = command.quarter.title();
                Error::Refused(format!("“{}”的{title}还没有签字，不需要撤回。", unit.name))
            })?;
            if commands.len() == 1 {
                top = unit.path();
            }
            ids.push(id);
            told.push(serde_json::json!({
                "quarter": command.quarter, "organisation": unit.code, "reason": reason,
            }));
        }
        let details = serde_json::json!({ "sign_offs": told });
        append(conn, actor, "quarters.withdraw_sign_off", &ids, &top, details).await?;
        Ok(ids)
    })
    .await
}

async fn take_back(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    organisation: OrganisationId,
    quarter: Quarter,
    reason: &str,
) -> QueryResult<Option<SignOffId>> {
    diesel::update(quarter_sign_offs::table)
        .filter(quarter_sign_offs::county_id.eq(actor.scope.county))
        .filter(quarter_sign_offs::organisation_id.eq(organisation))
        .filter(quarter_sign_offs::quarter.eq(quarter.to_string()))
        .filter(quarter_sign_offs::withdrawn_at.is_null())
        .set((
            quarter_sign_offs::withdrawn_by.eq(&actor.name),
            quarter_sign_offs::withdrawn_at.eq(diesel::dsl::now),
            quarter_sign_offs::reason.eq(reason),
        ))
        .returning(quarter_sign_offs::id)
        .get_result(conn)
        .await
        .optional()
}

async fn append(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    action: &'static str,
    ids: &[SignOffId],
    path: &crate::base::scope::Path,
    details: serde_json::Value,
) -> Result<()> {
    let subject = if let [one] = ids { Some(one.0) } else { None };
    let entry = audit::Entry { action, subject_kind: "sign_off", subject, count: ids.len(), path, details };
    audit::append(conn, actor, &entry).await
}
