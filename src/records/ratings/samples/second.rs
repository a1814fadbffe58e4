//! What another rater gave to a rating that was drawn.

use std::collections::{HashMap, HashSet};

use bigdecimal::BigDecimal;
use diesel::prelude::*;
use diesel::sql_types::{Array, Integer, Jsonb, Nullable, Numeric, Text, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use super::draw::append;
use super::{Sample, queries};
use crate::base::actor::Actor;
use crate::base::db;
use crate::base::error::{DatabaseResult, Error, FieldError, Result};
use crate::base::ids::{CountyId, RatingId, RatingSampleId, SchemeId};
use crate::base::policy::{self, Action};
use crate::base::scope::Path;
use crate::base::values::excerpt;
use crate::records::assessments::DrawState;
use crate::records::ratings::model::{Scheme, Scores};
use crate::records::ratings::queries as of_ratings;
use crate::records::ratings::rules::{self, Evaluation, printed};

/// What another rater gave.
#[derive(Debug, Clone)]
pub struct EnterSecond {
    /// The draw.
    pub sample: RatingSampleId,
    /// The rating.
    pub rating: RatingId,
    /// Who scored again.
    pub rater: String,
    /// Code of each dimension and the score as typed.
    pub scores: Vec<(String, String)>,
    /// What was found.
    pub note: Option<String>,
}

#[derive(QueryableByName)]
struct Pick {
    #[diesel(sql_type = Uuid)]
    sample_id: RatingSampleId,
    #[diesel(sql_type = Uuid)]
    rating_id: RatingId,
    #[diesel(sql_type = Uuid)]
    scheme_id: SchemeId,
    #[diesel(sql_type = Nullable<Text>)]
    submitted_by: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    subject: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    veto: Option<String>,
    #[diesel(sql_type = Array<Text>)]
    raters: Vec<String>,
    #[diesel(sql_type = Array<Text>)]
    enterers: Vec<String>,
}

/// Enters second scores, all or none. A veto of the rating holds for them too.
///
/// # Errors
/// `Forbidden`; `Missing` for a draw outside the actor's subtree or a rating that was not drawn; `Refused` before the
/// draw; `Invalid` for a rater who scored or entered the first scores, who is rated himself, or a wrong or missing score;
/// `Taken` where it was scored again already.
pub async fn enter_seconds(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    commands: &[EnterSecond],
) -> Result<()> {
    db::write(conn, actor, async |conn| {
        policy::require(actor, Action::EnterRecords, &actor.scope.path)?;
        let mut ids: Vec<RatingSampleId> = commands.iter().map(|command| command.sample).collect();
        ids.sort_unstable();
        ids.dedup();
        let held = queries::lock_samples(conn, &actor.scope, &ids).await?;
        let paths: Vec<Path> = held.values().map(Sample::path).collect();
        policy::require_all(actor, Action::EnterRecords, &paths)?;
        for sample in held.values() {
            if sample.state()? != DrawState::Revealed {
                return Err(Error::Refused("这次抽样还没有揭晓，请先揭晓再登记二次评分。".to_owned()));
            }
        }
        let seconds = read(conn, actor, commands).await?;
        insert(conn, actor, &seconds).await?;
        let told = seconds.iter().map(Second::described).collect();
        append(conn, actor, "ratings.enter_seconds", &ids, &paths, told).await
    })
    .await
}

/// A second score that may be kept.
struct Second<'a> {
    command: &'a EnterSecond,
    rater: &'a str,
    note: Option<&'a str>,
    scores: serde_json::Value,
    total: BigDecimal,
    stars: i32,
}

impl Second<'_> {
    fn described(&self) -> serde_json::Value {
        serde_json::json!({
            "id": self.command.sample, "rating": self.command.rating, "scores": self.scores,
            "total": printed(&self.total), "stars": self.stars,
        })
    }
}

async fn read<'a>(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    commands: &'a [EnterSecond],
) -> Result<Vec<Second<'a>>> {
    let county = actor.scope.county;
    let picks = picks(conn, county, commands).await?;
    let schemes: Vec<SchemeId> = picks.values().map(|pick| pick.scheme_id).collect();
    let schemes = of_ratings::by_ids(conn, county, &schemes).await?;
    let mut seen = HashSet::new();
    let (mut seconds, mut errors) = (Vec::with_capacity(commands.len()), Vec::new());
    for command in commands {
        let key = (command.sample, command.rating);
        let pick = picks.get(&key).ok_or(Error::Missing { what: "抽中的评定" })?;
        let scheme = schemes.get(&pick.scheme_id).ok_or_else(|| Error::broken("a round without scheme"))?;
        if !seen.insert(key) {
            errors.push(FieldError::new("rating", "同一评定出现了两次，请只保留一次。", None));
            continue;
        }
        match second(command, pick, scheme, &actor.name) {
            Ok(second) => seconds.push(second),
            Err(wrong) => errors.extend(wrong),
        }
    }
    if errors.is_empty() { Ok(seconds) } else { Err(Error::Invalid(errors)) }
}

async fn picks(
    conn: &mut AsyncPgConnection,
    county: CountyId,
    commands: &[EnterSecond],
) -> QueryResult<HashMap<(RatingSampleId, RatingId), Pick>> {
    let found: Vec<Pick> = diesel::sql_query(
        "SELECT k.sample_id, k.rating_id, r.scheme_id, x.submitted_by, x.veto, \
            coalesce(p.name, q.name) AS subject, \
            ARRAY(SELECT a.name FROM rating_raters a WHERE a.county_id = $1 AND a.round_id = r.id) AS raters, \
            x.entered_by || ARRAY(SELECT DISTINCT a.created_by FROM rating_raters a \
                WHERE a.county_id = $1 AND a.round_id = r.id) AS enterers \
         FROM unnest($2, $3) AS c (sample, rating) \
         JOIN rating_sample_picks k ON k.county_id = $1 AND k.sample_id = c.sample AND k.rating_id = c.rating \
         JOIN ratings x ON x.county_id = $1 AND x.id = k.rating_id \
         JOIN rating_rounds r ON r.county_id = $1 AND r.id = x.round_id \
         LEFT JOIN memberships m ON m.county_id = $1 AND m.id = x.membership_id \
         LEFT JOIN people p ON p.county_id = $1 AND p.id = m.person_id \
         LEFT JOIN people q ON q.county_id = $1 AND q.id = x.person_id",
    )
    .bind::<Uuid, _>(county)
    .bind::<Array<Uuid>, _>(commands.iter().map(|command| command.sample).collect::<Vec<_>>())
    .bind::<Array<Uuid>, _>(commands.iter().map(|command| command.rating).collect::<Vec<_>>())
    .load(conn)
    .await?;
    Ok(found.into_iter().map(|pick| ((pick.sample_id, pick.rating_id), pick)).collect())
}

fn second<'a>(
    command: &'a EnterSecond,
    pick: &Pick,
    scheme: &Scheme,
    enters: &str,
) -> std::result::Result<Second<'a>, Vec<FieldError>> {
    let mut errors = Vec::new();
    let rater = command.rater.trim();
    errors.extend(
        refuse_rater(rater, pick, enters).map(|why| FieldError::new("rater", why, Some(&excerpt(rater)))),
    );
    let note = command.note.as_deref().map(str::trim).filter(|note| !note.is_empty());
    if note.is_some_and(|note| note.chars().count() > 500) {
        errors.push(FieldError::new("note", "说明超过500字，请精简。", None));
    }
    let scores = scores(command, scheme, &mut errors);
    let arithmetic = match rules::evaluate_with(scheme, &scores, pick.veto.as_deref()) {
        Evaluation::Complete(arithmetic) => Some(arithmetic),
        Evaluation::Blank => {
            errors.push(FieldError::new("scores", "没有填写任何分数，请按方案逐项评分。", None));
            None
        }
        Evaluation::Incomplete { missing } => {
            let message = format!("还缺{}的分数，请补全。", missing.join("、"));
            errors.push(FieldError::new("scores", message, None));
            None
        }
    };
    let kept: serde_json::Map<String, serde_json::Value> = scheme
        .dimensions
        .iter()
        .filter_map(|one| Some((one.code.clone(), printed(scores.get(&one.id)?).into())))
        .collect();
    match arithmetic.filter(|_| errors.is_empty()) {
        Some(found) => {
            Ok(Second { command, rater, note, scores: kept.into(), total: found.total, stars: found.stars })
        }
        None => Err(errors),
    }
}

/// Why somebody may not score again; none where he may.
fn refuse_rater(rater: &str, pick: &Pick, enters: &str) -> Option<String> {
    if !(1..=50).contains(&rater.chars().count()) {
        return Some("二次评分人应为1至50字的姓名，请填写。".to_owned());
    }
    if pick.raters.iter().any(|first| first == rater) {
        return Some(format!("“{rater}”已参加首次评分，二次评分须由其他人进行，请更换。"));
    }
    if pick.subject.as_deref() == Some(rater) {
        return Some("评分人不能给本人评分，请更换；同名的请在姓名后加以区分。".to_owned());
    }
    if pick.submitted_by.as_deref() == Some(enters) || pick.enterers.iter().any(|first| first == enters) {
        return Some("首次评分由您录入或提交，二次评分须由其他账号登记，请交其他工作人员办理。".to_owned());
    }
    None
}

fn scores(command: &EnterSecond, scheme: &Scheme, errors: &mut Vec<FieldError>) -> Scores {
    let mut scores = Scores::new();
    for (code, typed) in &command.scores {
        let place = format!("scores.{code}");
        let Some(dimension) = scheme.dimension(code) else {
            let names: Vec<&str> = scheme.dimensions.iter().map(|one| one.name.as_str()).collect();
            let message = format!("“{}”不是本方案的维度（{}），请改正。", excerpt(code), names.join("、"));
            errors.push(FieldError::new(&place, message, None));
            continue;
        };
        if typed.trim().is_empty() {
            continue;
        }
        match rules::parse_score(scheme, dimension, typed) {
            Ok(score) => {
                if scores.insert(dimension.id, score).is_some() {
                    let message = format!("{}重复填写，请只保留一个分数。", dimension.name);
                    errors.push(FieldError::new(&place, message, None));
                }
            }
            Err(refusal) => {
                errors.push(FieldError::new(&place, format!("{refusal}。"), Some(&excerpt(typed))));
            }
        }
    }
    scores
}

async fn insert(conn: &mut AsyncPgConnection, actor: &Actor, rows: &[Second<'_>]) -> Result<()> {
    let already = || Error::Taken {
        field: "rating",
        message: "这个评定已经登记过二次评分，不能更改；请刷新后核对。".to_owned(),
    };
    diesel::sql_query(
        "INSERT INTO rating_seconds (county_id, sample_id, rating_id, rater, scores, total, stars, note, scored_by) \
         SELECT $1, s.*, $9 FROM unnest($2, $3, $4, $5, $6, $7, $8) AS s",
    )
    .bind::<Uuid, _>(actor.scope.county)
    .bind::<Array<Uuid>, _>(rows.iter().map(|row| row.command.sample).collect::<Vec<_>>())
    .bind::<Array<Uuid>, _>(rows.iter().map(|row| row.command.rating).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(rows.iter().map(|row| row.rater).collect::<Vec<_>>())
    .bind::<Array<Jsonb>, _>(rows.iter().map(|row| row.scores.clone()).collect::<Vec<_>>())
    .bind::<Array<Numeric>, _>(rows.iter().map(|row| row.total.clone()).collect::<Vec<_>>())
    .bind::<Array<Integer>, _>(rows.iter().map(|row| row.stars).collect::<Vec<_>>())
    .bind::<Array<Nullable<Text>>, _>(rows.iter().map(|row| row.note).collect::<Vec<_>>())
    .bind::<Text, _>(&actor.name)
    .execute(conn)
    .await
    .constraint("rating_seconds_pkey", already)?;
    Ok(())
}
