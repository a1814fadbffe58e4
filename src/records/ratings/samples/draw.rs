//! The draw of ratings that are scored again: promised, fixed, revealed.

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Binary, Integer, Text, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::actor::Actor;
use crate::base::error::{Error, FieldError, Result};
use crate::base::ids::{CountyId, RatingId, RatingSampleId};
use crate::base::keys::KeyRing;
use crate::base::policy::{self, Action};
use crate::base::scope::Path;
use crate::base::values::{Period, excerpt};
use crate::base::{clock, db, draw};
use crate::records::assessments::DrawState;
use crate::records::audit;
use crate::records::organisations::{self, Organisation};
use crate::records::ratings::model::Scheme;
use crate::records::ratings::queries as of_ratings;
use crate::records::ratings::samples::{Sample, queries};
use crate::schema::{rating_sample_subjects, rating_samples};

/// A draw to be promised.
#[derive(Debug, Clone)]
pub struct PromiseSample {
    /// Code of the organisation among whose ratings is drawn.
    pub organisation: String,
    /// Code of the scheme.
    pub scheme: String,
    /// The period.
    pub period: Period,
    /// Why they are scored again.
    pub purpose: String,
}

/// The ratings of a draw are fixed: all that were handed in, also those that were sent back or revoked since.
#[derive(Debug, Clone, Copy)]
pub struct FixSample {
    /// The draw.
    pub sample: RatingSampleId,
    /// The version that was seen; none: whatever stands there.
    pub version: Option<i32>,
    /// How many are drawn.
    pub sample_size: i32,
}

/// A draw whose seed is to be revealed.
#[derive(Debug, Clone, Copy)]
pub struct RevealSample {
    /// The draw.
    pub sample: RatingSampleId,
    /// The version that was seen; none: whatever stands there.
    pub version: Option<i32>,
}

/// The most ratings among which is drawn: a large county's members.
const MOST: i64 = 200_000;

/// The most that are drawn.
const MOST_DRAWN: i32 = 500;

/// Makes seeds, keeps them encrypted, and makes their digests public; answers the draws in the order given.
///
/// # Errors
/// `Forbidden` unless the actor is a supervisor there; `Invalid` for an organisation or a scheme that is not there, or an
/// empty purpose.
pub async fn promise_sample(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    keys: &KeyRing,
    commands: &[PromiseSample],
) -> Result<Vec<RatingSampleId>> {
    db::write(conn, actor, async |conn| {
        let codes: Vec<String> = commands.iter().map(|command| command.organisation.clone()).collect();
        let found = organisations::queries::by_codes(conn, &actor.scope.whole_county(), &codes).await?;
        let paths: Vec<Path> = found.iter().map(Organisation::path).collect();
        policy::require_all(actor, Action::DecideRatings, &paths)?;
        policy::require(actor, Action::DecideRatings, &actor.scope.path)?;
        let schemes: Vec<&str> = commands.iter().map(|command| command.scheme.as_str()).collect();
        let schemes = of_ratings::versions(conn, actor.scope.county, &schemes).await?;
        let (mut promised, mut errors) = (Vec::with_capacity(commands.len()), Vec::new());
        for command in commands {
            match drawer(command, &found, &schemes) {
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
                "id": one.id, "organisation": one.organisation.code, "scheme": one.command.scheme,
                "period": one.command.period.to_string(), "commitment": hex::encode(one.commitment),
            })
        });
        let ids: Vec<RatingSampleId> = promised.iter().map(|one| one.id).collect();
        append(conn, actor, "ratings.promise_sample", &ids, &paths, told.collect()).await?;
        Ok(ids)
    })
    .await
}

struct Promised<'a> {
    id: RatingSampleId,
    command: &'a PromiseSample,
    organisation: &'a Organisation,
    commitment: [u8; 32],
    cipher: Vec<u8>,
}

impl<'a> Promised<'a> {
    fn new(command: &'a PromiseSample, organisation: &'a Organisation, keys: &KeyRing) -> Result<Self> {
        let id = RatingSampleId::new();
        let draw::Promise { commitment, cipher } = draw::promise(keys, id.0)?;
        Ok(Self { id, command, organisation, commitment, cipher })
    }
}

fn drawer<'a>(
    command: &PromiseSample,
    found: &'a [Organisation],
    schemes: &[Scheme],
) -> std::result::Result<&'a Organisation, Vec<FieldError>> {
    let mut errors = Vec::new();
    if !(1..=200).contains(&command.purpose.trim().chars().count()) {
        errors.push(FieldError::new("purpose", "请写明二次评分的目的，不超过200字。", None));
    }
    if !schemes.iter().any(|scheme| scheme.code == command.scheme) {
        let given = excerpt(&command.scheme);
        let message = format!("评定方案“{given}”不存在，请填写本县（区）评定方案的代码。");
        errors.push(FieldError::new("scheme", message, Some(&given)));
    }
    let organisation = found.iter().find(|one| one.code == command.organisation);
    if organisation.is_none() {
        let given = excerpt(&command.organisation);
        let message = format!("抽取单位“{given}”不存在，请核对组织代码。");
        errors.push(FieldError::new("organisation", message, Some(&given)));
    }
    organisation.filter(|_| errors.is_empty()).ok_or(errors)
}

async fn insert(conn: &mut AsyncPgConnection, actor: &Actor, rows: &[Promised<'_>]) -> Result<()> {
    let texts = |of: &dyn Fn(&Promised<'_>) -> String| rows.iter().map(of).collect::<Vec<String>>();
    diesel::sql_query(
        "INSERT INTO rating_samples (county_id, id, organisation_id, path, scheme_code, period, purpose, commitment, \
            seed_cipher, state, created_by) \
         SELECT $1, s.*, $10, $11 FROM unnest($2, $3, $4, $5, $6, $7, $8, $9) AS s",
    )
    .bind::<Uuid, _>(actor.scope.county)
    .bind::<Array<Uuid>, _>(rows.iter().map(|row| row.id).collect::<Vec<_>>())
    .bind::<Array<Uuid>, _>(rows.iter().map(|row| row.organisation.id).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(texts(&|row| row.organisation.path.clone()))
    .bind::<Array<Text>, _>(texts(&|row| row.command.scheme.clone()))
    .bind::<Array<Text>, _>(texts(&|row| row.command.period.to_string()))
    .bind::<Array<Text>, _>(texts(&|row| row.command.purpose.trim().to_owned()))
    .bind::<Array<Binary>, _>(rows.iter().map(|row| row.commitment.to_vec()).collect::<Vec<_>>())
    .bind::<Array<Binary>, _>(rows.iter().map(|row| row.cipher.as_slice()).collect::<Vec<_>>())
    .bind::<Text, _>(DrawState::Committed.code())
    .bind::<Text, _>(&actor.name)
    .execute(conn)
    .await?;
    Ok(())
}

/// Fixes the ratings of draws that were promised: those of the scheme and period that were handed in and have a total, with
/// what they were given. Sent back or revoked since, they stay among them: whoever draws may do both, and spares none.
///
/// # Errors
/// `Forbidden`; `Missing`; `Stale`; `Refused` where they are fixed already: a draw is never changed; `Invalid` for more
/// to be drawn than there are.
pub async fn fix_sample(conn: &mut AsyncPgConnection, actor: &Actor, commands: &[FixSample]) -> Result<()> {
    db::write(conn, actor, async |conn| {
        policy::require(actor, Action::DecideRatings, &actor.scope.path)?;
        let ids: Vec<RatingSampleId> = commands.iter().map(|command| command.sample).collect();
        let held = queries::lock_samples(conn, &actor.scope, &ids).await?;
        let paths: Vec<Path> = held.values().map(Sample::path).collect();
        policy::require_all(actor, Action::DecideRatings, &paths)?;
        let mut told = Vec::with_capacity(commands.len());
        // Draws are few, and each has a list of its own.
        for command in commands {
            let sample = held.get(&command.sample).ok_or(Error::Missing { what: "二次评分抽样" })?;
            refuse_other(sample, DrawState::Committed, command.version)?;
            told.push(fix(conn, actor, command, sample).await?);
        }
        append(conn, actor, "ratings.fix_sample", &ids, &paths, told).await
    })
    .await
}

fn refuse_other(sample: &Sample, wanted: DrawState, seen: Option<i32>) -> Result<()> {
    let state = sample.state()?;
    if state != wanted {
        let way_out = match state {
            DrawState::Committed => "请先确定名单和数量",
            DrawState::Fixed => "名单确定后不能更改，请直接揭晓；有误的请重新发起抽样",
            DrawState::Revealed => "抽样结果不能更改，请按结果二次评分；需要再抽的请重新发起",
        };
        return Err(Error::Refused(format!("这次抽样{}：{way_out}。", state.name())));
    }
    if seen.is_some_and(|seen| seen != sample.version) { Err(Error::Stale) } else { Ok(()) }
}

async fn fix(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    command: &FixSample,
    sample: &Sample,
) -> Result<serde_json::Value> {
    let county = actor.scope.county;
    diesel::sql_query(
        "INSERT INTO rating_sample_subjects (county_id, sample_id, rating_id, first_total, first_stars) \
         SELECT $1, $2, x.id, x.total, x.stars FROM rating_rounds r \
         JOIN rating_schemes s ON s.county_id = $1 AND s.id = r.scheme_id AND s.code = $3 \
         JOIN ratings x ON x.county_id = $1 AND x.round_id = r.id \
         WHERE r.county_id = $1 AND r.period = $4 AND r.path >= $5 AND r.path < $6 AND x.total IS NOT NULL \
            AND x.state <> 'draft' LIMIT $7",
    )
    .bind::<Uuid, _>(county)
    .bind::<Uuid, _>(sample.id)
    .bind::<Text, _>(&sample.scheme_code)
    .bind::<Text, _>(&sample.period)
    .bind::<Text, _>(&sample.path)
    .bind::<Text, _>(sample.path().end())
    .bind::<BigInt, _>(MOST.saturating_add(1))
    .execute(conn)
    .await?;
    let ids = subjects(conn, county, sample.id).await?;
    let number = i32::try_from(ids.len()).unwrap_or(i32::MAX);
    refuse_size(command.sample_size, number)?;
    let texts: Vec<String> = ids.iter().map(RatingId::to_string).collect();
    let digest = draw::digest_of(&texts.iter().map(String::as_str).collect::<Vec<_>>());
    diesel::update(rating_samples::table.find((county, sample.id)))
        .set((
            rating_samples::state.eq(DrawState::Fixed.code()),
            rating_samples::sample_size.eq(command.sample_size),
            rating_samples::subjects.eq(number),
            rating_samples::subjects_sha256.eq(digest.to_vec()),
            rating_samples::fixed_at.eq(clock::now()),
            rating_samples::fixed_by.eq(&actor.name),
            rating_samples::version.eq(rating_samples::version + 1),
        ))
        .execute(conn)
        .await?;
    Ok(serde_json::json!({
        "id": sample.id, "sample_size": command.sample_size, "subjects": number,
        "subjects_sha256": hex::encode(digest),
    }))
}

fn refuse_size(size: i32, number: i32) -> Result<()> {
    if i64::from(number) > MOST {
        let message = format!("可抽的评定超过{MOST}个，请分乡镇发起抽样。");
        return Err(Error::invalid("organisation", message));
    }
    if number == 0 {
        let message = "本方案这一期还没有提交的评定，没有可抽的；请在提交后再定名单。";
        return Err(Error::invalid("sample_size", message));
    }
    let most = number.min(MOST_DRAWN);
    if (1..=most).contains(&size) {
        return Ok(());
    }
    let message = format!("抽取数量“{size}”应在1至{most}之间（可抽的评定共{number}个），请改正。");
    Err(Error::Invalid(vec![FieldError::new("sample_size", message, Some(&size.to_string()))]))
}

async fn subjects(
    conn: &mut AsyncPgConnection,
    county: CountyId,
    sample: RatingSampleId,
) -> QueryResult<Vec<RatingId>> {
    use rating_sample_subjects as s;
    s::table
        .filter(s::county_id.eq(county).and(s::sample_id.eq(sample)))
        .order(s::rating_id)
        .select(s::rating_id)
        .load(conn)
        .await
}

/// Reveals the seeds of draws whose ratings are fixed, and draws.
///
/// # Errors
/// `Forbidden`; `Missing`; `Stale`; `Refused` where the ratings are not fixed or the draw is done: it is never changed.
pub async fn reveal_sample(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    keys: &KeyRing,
    commands: &[RevealSample],
) -> Result<()> {
    db::write(conn, actor, async |conn| {
        policy::require(actor, Action::DecideRatings, &actor.scope.path)?;
        let ids: Vec<RatingSampleId> = commands.iter().map(|command| command.sample).collect();
        let held = queries::lock_samples(conn, &actor.scope, &ids).await?;
        let paths: Vec<Path> = held.values().map(Sample::path).collect();
        policy::require_all(actor, Action::DecideRatings, &paths)?;
        let mut told = Vec::with_capacity(commands.len());
        for command in commands {
            let sample = held.get(&command.sample).ok_or(Error::Missing { what: "二次评分抽样" })?;
            refuse_other(sample, DrawState::Fixed, command.version)?;
            told.push(reveal(conn, actor, keys, sample).await?);
        }
        append(conn, actor, "ratings.reveal_sample", &ids, &paths, told).await
    })
    .await
}

async fn reveal(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    keys: &KeyRing,
    sample: &Sample,
) -> Result<serde_json::Value> {
    let county = actor.scope.county;
    let cipher: Vec<u8> = rating_samples::table
        .find((county, sample.id))
        .select(rating_samples::seed_cipher)
        .first(conn)
        .await?;
    let seed = draw::seed(keys, sample.id.0, &cipher)?;
    let ids: Vec<String> = subjects(conn, county, sample.id).await?.iter().map(RatingId::to_string).collect();
    let codes: Vec<&str> = ids.iter().map(String::as_str).collect();
    let size = sample.sample_size.and_then(|size| usize::try_from(size).ok());
    let size = size.ok_or_else(|| Error::broken("a fixed sample without its size"))?;
    let drawn = draw::draw(&seed, &sample.period, &codes, size);
    diesel::update(rating_samples::table.find((county, sample.id)))
        .set((
            rating_samples::state.eq(DrawState::Revealed.code()),
            rating_samples::seed.eq(&seed),
            rating_samples::revealed_at.eq(clock::now()),
            rating_samples::revealed_by.eq(&actor.name),
            rating_samples::version.eq(rating_samples::version + 1),
        ))
        .execute(conn)
        .await?;
    let picks: Vec<(i32, RatingId, Vec<u8>)> = (1..)
        .zip(&drawn)
        .filter_map(|(place, lot)| Some((place, lot.code.parse().ok()?, lot.lot.to_vec())))
        .collect();
    diesel::sql_query(
        "INSERT INTO rating_sample_picks (county_id, sample_id, place, rating_id, lot) \
         SELECT $1, $2, p.* FROM unnest($3, $4, $5) AS p",
    )
    .bind::<Uuid, _>(county)
    .bind::<Uuid, _>(sample.id)
    .bind::<Array<Integer>, _>(picks.iter().map(|pick| pick.0).collect::<Vec<_>>())
    .bind::<Array<Uuid>, _>(picks.iter().map(|pick| pick.1).collect::<Vec<_>>())
    .bind::<Array<Binary>, _>(picks.iter().map(|pick| pick.2.clone()).collect::<Vec<_>>())
    .execute(conn)
    .await?;
    let codes: Vec<&str> = drawn.iter().map(|lot| lot.code).collect();
    Ok(serde_json::json!({ "id": sample.id, "seed": seed, "drawn": codes }))
}

pub(super) async fn append(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    action: &'static str,
    ids: &[RatingSampleId],
    paths: &[Path],
    told: Vec<serde_json::Value>,
) -> Result<()> {
    audit::append(
        conn,
        actor,
        &audit::Entry {
            action,
            subject_kind: "rating_sample",
            subject: if let [only] = ids { Some(only.0) } else { None },
            count: told.len(),
            path: if let [only] = paths { only } else { &actor.scope.path },
            details: serde_json::json!({ "samples": told }),
        },
    )
    .await
}
