//! The draw of unannounced visits: promised, fixed, revealed. How lots are computed is told in [`draw`]; the trail
//! has the commitment before the units and the day, and both before the seed.

use std::collections::HashSet;

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::{Array, Binary, Integer, Text, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::actor::Actor;
use crate::base::error::{Error, FieldError, Result};
use crate::base::ids::{OrganisationId, VisitDrawId};
use crate::base::keys::KeyRing;
use crate::base::policy::{self, Action};
use crate::base::scope::Path;
use crate::base::values::excerpt;
use crate::base::{clock, db, draw};
use crate::records::assessments::model::{Draw, DrawState};
use crate::records::assessments::queries;
use crate::records::audit;
use crate::records::organisations::{self, Kind, Organisation};
use crate::schema::visit_draws;

/// A draw to be promised.
#[derive(Debug, Clone)]
pub struct PromiseDraw {
    /// Code of the county or town that draws among the units below it.
    pub organisation: String,
    /// What the visits look at.
    pub purpose: String,
}

/// The units and the day of a draw.
#[derive(Debug, Clone)]
pub struct FixDraw {
    /// The draw.
    pub draw: VisitDrawId,
    /// The version that was seen; none: whatever stands there.
    pub version: Option<i32>,
    /// The day of the visits.
    pub visit_on: NaiveDate,
    /// How many units are drawn.
    pub sample_size: i32,
    /// Codes of the villages and communities among which is drawn; empty: all below the organisation.
    pub units: Vec<String>,
}

/// A draw whose seed is to be revealed.
#[derive(Debug, Clone, Copy)]
pub struct RevealDraw {
    /// The draw.
    pub draw: VisitDrawId,
    /// The version that was seen; none: whatever stands there.
    pub version: Option<i32>,
}

/// The most units of a draw.
const MOST: usize = 2_000;

/// Makes seeds, keeps them encrypted, and makes their digests public; answers the draws in the order given.
///
/// # Errors
/// `Forbidden` unless the actor is a supervisor there; `Invalid` for an organisation that has no villages below it or an
/// empty purpose.
pub async fn promise_draw(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    keys: &KeyRing,
    commands: &[PromiseDraw],
) -> Result<Vec<VisitDrawId>> {
    db::write(conn, actor, async |conn| {
        let codes: Vec<String> = commands.iter().map(|command| command.organisation.clone()).collect();
        let found = organisations::queries::by_codes(conn, &actor.scope.whole_county(), &codes).await?;
        let paths: Vec<Path> = found.iter().map(Organisation::path).collect();
        policy::require_all(actor, Action::DecideRatings, &paths)?;
        let mut promised = Vec::with_capacity(commands.len());
        let mut errors = Vec::new();
        for command in commands {
            match drawer(command, &found) {
                Ok(organisation) => promised.push(Promised::new(command, organisation, keys)?),
                Err(wrong) => errors.extend(wrong),
            }
        }
        if !errors.is_empty() {
            return Err(Error::Invalid(errors));
        }
        insert(conn, actor, &promised).await?;
        let told = promised.iter().map(|one| {
            serde_json::json!({
                "id": one.id, "organisation": one.organisation.code, "purpose": one.purpose,
                "commitment": hex::encode(one.commitment),
            })
        });
        let ids: Vec<VisitDrawId> = promised.iter().map(|one| one.id).collect();
        append(conn, actor, "assessments.promise_draw", &ids, &paths, told.collect()).await?;
        Ok(ids)
    })
    .await
}

struct Promised<'a> {
    id: VisitDrawId,
    organisation: &'a Organisation,
    purpose: &'a str,
    commitment: [u8; 32],
    cipher: Vec<u8>,
}

impl<'a> Promised<'a> {
    fn new(command: &'a PromiseDraw, organisation: &'a Organisation, keys: &KeyRing) -> Result<Self> {
        let id = VisitDrawId::new();
        let draw::Promise { commitment, cipher } = draw::promise(keys, id.0)?;
        Ok(Self { id, organisation, purpose: command.purpose.trim(), commitment, cipher })
    }
}

fn drawer<'a>(
    command: &PromiseDraw,
    found: &'a [Organisation],
) -> std::result::Result<&'a Organisation, Vec<FieldError>> {
    let mut errors = Vec::new();
    if !(1..=200).contains(&command.purpose.trim().chars().count()) {
        errors.push(FieldError::new("purpose", "请写明暗访的内容，不超过200字。", None));
    }
    let organisation = found.iter().find(|one| one.code == command.organisation);
    let message = match organisation {
        Some(one) if one.kind() == Some(Kind::County) || queries::assesses(one) => {
            return if errors.is_empty() { Ok(one) } else { Err(errors) };
        }
        Some(one) => format!("“{}”是{}，请由县（区）或乡镇（街道）抽取。", one.name, one.kind_name()),
        None => format!("抽取单位“{}”不存在，请核对组织代码。", excerpt(&command.organisation)),
    };
    errors.push(FieldError::new("organisation", message, None));
    Err(errors)
}

async fn insert(conn: &mut AsyncPgConnection, actor: &Actor, rows: &[Promised<'_>]) -> Result<()> {
    diesel::sql_query(
        "INSERT INTO visit_draws (county_id, id, organisation_id, path, purpose, commitment, seed_cipher, state, \
            created_by) \
         SELECT $1, d.*, $8, $9 FROM unnest($2, $3, $4, $5, $6, $7) AS d",
    )
    .bind::<Uuid, _>(actor.scope.county)
    .bind::<Array<Uuid>, _>(rows.iter().map(|row| row.id).collect::<Vec<_>>())
    .bind::<Array<Uuid>, _>(rows.iter().map(|row| row.organisation.id).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(rows.iter().map(|row| row.organisation.path.as_str()).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(rows.iter().map(|row| row.purpose).collect::<Vec<_>>())
    .bind::<Array<Binary>, _>(rows.iter().map(|row| row.commitment.to_vec()).collect::<Vec<_>>())
    .bind::<Array<Binary>, _>(rows.iter().map(|row| row.cipher.as_slice()).collect::<Vec<_>>())
    .bind::<Text, _>(DrawState::Committed.code())
    .bind::<Text, _>(&actor.name)
    .execute(conn)
    .await?;
    Ok(())
}

/// Fixes the units and the day of draws that were promised.
///
/// # Errors
/// `Forbidden`; `Missing`; `Stale`; `Refused` where they are fixed already: a draw is never changed; `Invalid` for a
/// strange unit, a day gone by, or more visits than units.
pub async fn fix_draw(conn: &mut AsyncPgConnection, actor: &Actor, commands: &[FixDraw]) -> Result<()> {
    db::write(conn, actor, async |conn| {
        policy::require(actor, Action::DecideRatings, &actor.scope.path)?;
        let ids: Vec<VisitDrawId> = commands.iter().map(|command| command.draw).collect();
        let held = queries::lock_draws(conn, &actor.scope, &ids).await?;
        let paths: Vec<Path> = held.values().map(Draw::path).collect();
        policy::require_all(actor, Action::DecideRatings, &paths)?;
        let mut told = Vec::with_capacity(commands.len());
        // Draws are few, and each has a list of its own.
        for command in commands {
            let draw = held.get(&command.draw).ok_or(Error::Missing { what: "暗访抽取" })?;
            refuse_other(draw, DrawState::Committed, command.version)?;
            let units = units(conn, actor, command, draw).await?;
            check(command, &units, clock::today())?;
            told.push(fix(conn, actor, command, &units).await?);
        }
        append(conn, actor, "assessments.fix_draw", &ids, &paths, told).await
    })
    .await
}

fn refuse_other(draw: &Draw, wanted: DrawState, seen: Option<i32>) -> Result<()> {
    let state = draw.state()?;
    if state != wanted {
        let way_out = match state {
            DrawState::Committed => "请先确定名单和日期",
            DrawState::Fixed => "名单和日期确定后不能更改，请直接揭晓；名单有误的请重新发起抽取",
            DrawState::Revealed => "抽取结果不能更改，请按结果暗访；需要再抽的请重新发起",
        };
        return Err(Error::Refused(format!("这次抽取{}：{way_out}。", state.name())));
    }
    if seen.is_some_and(|seen| seen != draw.version) { Err(Error::Stale) } else { Ok(()) }
}

/// The units of a draw: those that are named, or all below the organisation.
async fn units(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    command: &FixDraw,
    draw: &Draw,
) -> Result<Vec<Organisation>> {
    let within = actor.scope.narrowed(&draw.path()).ok_or(Error::Missing { what: "暗访抽取" })?;
    if command.units.is_empty() {
        return queries::villages(conn, &within, clock::today(), MOST).await;
    }
    let found = organisations::queries::by_codes(conn, &within, &command.units).await?;
    let is_unit = |one: &Organisation| matches!(one.kind(), Some(Kind::Village | Kind::Community));
    let strange: Vec<String> = command
        .units
        .iter()
        .filter(|code| !found.iter().any(|one| one.code == **code && is_unit(one)))
        .map(|code| excerpt(code))
        .collect();
    if strange.is_empty() {
        return Ok(found);
    }
    let message = format!("{}不是抽取单位所属的村（社区），请核对代码。", strange.join("、"));
    Err(Error::invalid("units", message))
}

fn check(command: &FixDraw, units: &[Organisation], today: NaiveDate) -> Result<()> {
    let mut errors = Vec::new();
    let mut refuse = |field: &str, message: String| errors.push(FieldError::new(field, message, None));
    let named: HashSet<&String> = command.units.iter().collect();
    if named.len() < command.units.len() {
        refuse("units", "名单中有重复的村（社区），请只保留一个。".to_owned());
    }
    if units.len() > MOST {
        refuse("units", format!("名单超过{MOST}个，请分乡镇抽取。"));
    }
    if command.visit_on < today {
        let day = command.visit_on;
        refuse("visit_on", format!("暗访日期“{day}”已经过去，请填写今天或以后的日期。"));
    }
    let size = usize::try_from(command.sample_size).unwrap_or_default();
    if !(1..=units.len().min(500)).contains(&size) {
        let (given, most) = (command.sample_size, units.len().min(500));
        refuse(
            "sample_size",
            format!("抽取数量“{given}”应在1至{most}之间（名单共{}个），请改正。", units.len()),
        );
    }
    if errors.is_empty() { Ok(()) } else { Err(Error::Invalid(errors)) }
}

async fn fix(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    command: &FixDraw,
    units: &[Organisation],
) -> Result<serde_json::Value> {
    let codes: Vec<&str> = units.iter().map(|unit| unit.code.as_str()).collect();
    let digest = draw::digest_of(&codes);
    diesel::update(visit_draws::table.find((actor.scope.county, command.draw)))
        .set((
            visit_draws::state.eq(DrawState::Fixed.code()),
            visit_draws::visit_on.eq(command.visit_on),
            visit_draws::sample_size.eq(command.sample_size),
            visit_draws::units_sha256.eq(digest.to_vec()),
            visit_draws::fixed_at.eq(clock::now()),
            visit_draws::fixed_by.eq(&actor.name),
            visit_draws::version.eq(visit_draws::version + 1),
        ))
        .execute(conn)
        .await?;
    diesel::sql_query(
        "INSERT INTO visit_draw_units (county_id, draw_id, unit_id, code, name) \
         SELECT $1, $2, u.* FROM unnest($3, $4, $5) AS u",
    )
    .bind::<Uuid, _>(actor.scope.county)
    .bind::<Uuid, _>(command.draw)
    .bind::<Array<Uuid>, _>(units.iter().map(|unit| unit.id).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(&codes)
    .bind::<Array<Text>, _>(units.iter().map(|unit| unit.name.as_str()).collect::<Vec<_>>())
    .execute(conn)
    .await?;
    Ok(serde_json::json!({
        "id": command.draw, "visit_on": command.visit_on, "sample_size": command.sample_size,
        "units": codes.len(), "units_sha256": hex::encode(digest),
    }))
}

/// Reveals the seeds of draws whose units are fixed, and draws.
///
/// # Errors
/// `Forbidden`; `Missing`; `Stale`; `Refused` where the units are not fixed or the draw is done: it is never changed.
pub async fn reveal_draw(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    keys: &KeyRing,
    commands: &[RevealDraw],
) -> Result<()> {
    db::write(conn, actor, async |conn| {
        policy::require(actor, Action::DecideRatings, &actor.scope.path)?;
        let ids: Vec<VisitDrawId> = commands.iter().map(|command| command.draw).collect();
        let held = queries::lock_draws(conn, &actor.scope, &ids).await?;
        let paths: Vec<Path> = held.values().map(Draw::path).collect();
        policy::require_all(actor, Action::DecideRatings, &paths)?;
        let mut told = Vec::with_capacity(commands.len());
        for command in commands {
            let held = held.get(&command.draw).ok_or(Error::Missing { what: "暗访抽取" })?;
            refuse_other(held, DrawState::Fixed, command.version)?;
            told.push(reveal(conn, actor, keys, held).await?);
        }
        append(conn, actor, "assessments.reveal_draw", &ids, &paths, told).await
    })
    .await
}

async fn reveal(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    keys: &KeyRing,
    held: &Draw,
) -> Result<serde_json::Value> {
    let county = actor.scope.county;
    let cipher: Vec<u8> =
        visit_draws::table.find((county, held.id)).select(visit_draws::seed_cipher).first(conn).await?;
    let seed = draw::seed(keys, held.id.0, &cipher)?;
    let units = queries::draw_units(conn, county, held.id).await?;
    let codes: Vec<&str> = units.iter().map(|unit| unit.code.as_str()).collect();
    let (Some(day), Some(size)) = (held.visit_on, held.sample_size) else {
        return Err(Error::broken("a fixed draw without its day"));
    };
    let drawn = draw::draw(&seed, &day.to_string(), &codes, usize::try_from(size).unwrap_or_default());
    diesel::update(visit_draws::table.find((county, held.id)))
        .set((
            visit_draws::state.eq(DrawState::Revealed.code()),
            visit_draws::seed.eq(&seed),
            visit_draws::revealed_at.eq(clock::now()),
            visit_draws::revealed_by.eq(&actor.name),
            visit_draws::version.eq(visit_draws::version + 1),
        ))
        .execute(conn)
        .await?;
    let id_of = |code: &str| units.iter().find(|unit| unit.code == code).map(|unit| unit.unit_id);
    let picks: Vec<(i32, OrganisationId, Vec<u8>)> = (1..)
        .zip(&drawn)
        .filter_map(|(place, lot)| Some((place, id_of(lot.code)?, lot.lot.to_vec())))
        .collect();
    diesel::sql_query(
        "INSERT INTO visit_draw_picks (county_id, draw_id, place, unit_id, lot) \
         SELECT $1, $2, p.* FROM unnest($3, $4, $5) AS p",
    )
    .bind::<Uuid, _>(county)
    .bind::<Uuid, _>(held.id)
    .bind::<Array<Integer>, _>(picks.iter().map(|pick| pick.0).collect::<Vec<_>>())
    .bind::<Array<Uuid>, _>(picks.iter().map(|pick| pick.1).collect::<Vec<_>>())
    .bind::<Array<Binary>, _>(picks.iter().map(|pick| pick.2.clone()).collect::<Vec<_>>())
    .execute(conn)
    .await?;
    let codes: Vec<&str> = drawn.iter().map(|lot| lot.code).collect();
    Ok(serde_json::json!({ "id": held.id, "seed": seed, "drawn": codes }))
}

async fn append(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    action: &'static str,
    ids: &[VisitDrawId],
    paths: &[Path],
    told: Vec<serde_json::Value>,
) -> Result<()> {
    audit::append(
        conn,
        actor,
        &audit::Entry {
            action,
            subject_kind: "visit_draw",
            subject: if let [only] = ids { Some(only.0) } else { None },
            count: ids.len(),
            path: if let [only] = paths { only } else { &actor.scope.path },
            details: serde_json::json!({ "draws": told }),
        },
    )
    .await
}
