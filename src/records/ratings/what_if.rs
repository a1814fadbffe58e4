//! What another scheme would give: the scores of a period that was rated, put together by a draft. Nothing is written.

use std::collections::{BTreeMap, HashMap, HashSet};

use bigdecimal::BigDecimal;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Integer, Nullable, Numeric, Text, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::error::{Error, Result};
use crate::base::ids::{DimensionId, RatingId, RoundId, SchemeId};
use crate::base::scope::Scope;
use crate::base::values::Period;
use crate::records::ratings::fairness::Basis;
use crate::records::ratings::model::{Dimension, RaterRule, ResultKind, Scheme, Scores};
use crate::records::ratings::rules::{self, Evaluation};
use crate::records::ratings::set_scheme::SetScheme;

/// How many ratings are put together at once.
const CHUNK: i64 = 5_000;

/// What a draft would change.
#[derive(Debug, Clone)]
pub struct Tried {
    /// The period whose scores were taken.
    pub period: Period,
    /// The scheme as it would be.
    pub scheme: Scheme,
    /// How many ratings were put together.
    pub rated: i64,
    /// How many would have other stars; all, where results of different kinds or scales stand beside each other.
    pub changed: i64,
    /// How many would have no total: the draft asks for scores that were not given.
    pub incomplete: i64,
    /// How many would have none because a score is above the full marks that the draft gives: nobody could enter it.
    pub beyond: i64,
    /// What the present results are called by.
    pub result_before: ResultKind,
    /// Whether both results are of one kind and scale: whether one is higher than the other can be said.
    pub is_comparable: bool,
    /// Names of dimensions of the draft that the scores do not know.
    pub unknown: Vec<String>,
    /// How many units would have more at the highest level than the draft allows.
    pub over_share: i64,
    /// By stars before and after, the ones that stay among them; no stars after: no total.
    pub moves: Vec<Move>,
    /// Those who would have other stars, the largest fall first (the lowest result, where a fall cannot be told), after a
    /// place, at most as many as asked for.
    pub names: Vec<Changed>,
    /// Whether there are more of them.
    pub is_more: bool,
}

/// How many would go from one number of stars to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Move {
    /// Now.
    pub before: i32,
    /// By the draft; none: no total.
    pub after: Option<i32>,
    /// How many.
    pub count: i64,
}

/// A rating that would have other stars.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    /// The rating.
    pub id: RatingId,
    /// Who or what was rated; none where the scope no longer sees him.
    pub name: Option<String>,
    /// Name of the unit of the round.
    pub unit: String,
    /// The total now.
    pub total_before: BigDecimal,
    /// The stars now.
    pub before: i32,
    /// The total by the draft.
    pub total_after: Option<BigDecimal>,
    /// The stars by the draft; none: no total.
    pub after: Option<i32>,
}

#[derive(QueryableByName)]
struct Scored {
    #[diesel(sql_type = Uuid)]
    id: RatingId,
    #[diesel(sql_type = Uuid)]
    round_id: RoundId,
    #[diesel(sql_type = Numeric)]
    total: BigDecimal,
    #[diesel(sql_type = Integer)]
    stars: i32,
    #[diesel(sql_type = Nullable<Text>)]
    veto: Option<String>,
    #[diesel(sql_type = Array<Text>)]
    codes: Vec<String>,
    #[diesel(sql_type = Array<Numeric>)]
    scores: Vec<BigDecimal>,
}

/// Puts the scores of the last period that was rated in a scope by the draft's code and is over, or of a period given,
/// together as the draft says. Several raters' scores are put together anew where the draft treats raters otherwise.
///
/// # Errors
/// `Invalid` for an unsound draft, or one of whose code nothing was rated.
pub async fn what_if(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    draft: &SetScheme,
    period: Option<Period>,
    skipped: usize,
    limit: usize,
) -> Result<Tried> {
    let errors = rules::check_scheme(draft);
    if !errors.is_empty() {
        return Err(Error::Invalid(errors));
    }
    let Some(basis) = basis(conn, within, draft, period).await? else {
        let message = "本方案还没有提交过评定，没有可以试算的分数；请先按现行方案评定一期。";
        return Err(Error::invalid("code", message));
    };
    let scheme = draft.as_scheme(within.county, SchemeId::new());
    let mut trial = Trial::new(&basis, &scheme);
    let mut after: Option<RatingId> = None;
    loop {
        let chunk = scored(conn, within, &basis, trial.anew, after).await?;
        after = chunk.last().map(|one| one.id);
        let is_last = i64::try_from(chunk.len()).is_ok_and(|number| number < CHUNK);
        for one in chunk {
            trial.take(one);
        }
        if is_last {
            break;
        }
    }
    let (mut tried, ids) = trial.finish(basis.period, skipped, limit);
    tried.names = named(conn, within, ids).await?;
    Ok(tried)
}

async fn basis(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    draft: &SetScheme,
    period: Option<Period>,
) -> Result<Option<Basis>> {
    let found = match period {
        None => Basis::over(conn, within, &draft.code).await,
        given => Basis::of(conn, within, Some(&draft.code), given).await,
    };
    match found {
        Err(Error::Missing { .. }) => Ok(None),
        other => other,
    }
}

/// The rule by which raters' scores are put together anew; none: their stored mean serves.
type Anew = Option<(RaterRule, i32)>;

async fn scored(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    basis: &Basis,
    anew: Anew,
    after: Option<RatingId>,
) -> Result<Vec<Scored>> {
    let from = if anew.is_some() { "rating_rater_scores" } else { "rating_scores" };
    let rest = format!(
        ", page AS MATERIALIZED (SELECT x.id, x.round_id, x.total, x.stars FROM rounds r \
            JOIN ratings x ON x.county_id = $1 AND x.round_id = r.id AND x.state IN STANDING \
            WHERE r.is_now AND x.total IS NOT NULL AND ($7::uuid IS NULL OR x.id > $7) ORDER BY x.id LIMIT $8) \
         SELECT p.id, p.round_id, p.total, p.stars, x.veto, \
            coalesce(s.codes, '{{}}') AS codes, coalesce(s.scores, '{{}}') AS scores \
         FROM page p JOIN ratings x ON x.county_id = $1 AND x.id = p.id \
         LEFT JOIN LATERAL (SELECT array_agg(d.code ORDER BY d.code) AS codes, \
                array_agg(c.score ORDER BY d.code) AS scores \
            FROM {from} c JOIN rating_dimensions d ON d.county_id = $1 AND d.id = c.dimension_id \
            WHERE c.county_id = $1 AND c.rating_id = p.id) s ON true \
         ORDER BY p.id"
    );
    let rows =
        basis.ask(within, &rest).bind::<Nullable<Uuid>, _>(after).bind::<BigInt, _>(CHUNK).load(conn).await?;
    Ok(rows)
}

/// A rating whose stars would change, before its name is known.
struct Differs {
    id: RatingId,
    total_before: BigDecimal,
    before: i32,
    total_after: Option<BigDecimal>,
    after: Option<i32>,
}

/// The counting of a trial.
struct Trial<'a> {
    scheme: &'a Scheme,
    anew: Anew,
    by_code: HashMap<&'a str, &'a Dimension>,
    known: HashSet<String>,
    result_before: ResultKind,
    is_comparable: bool,
    rated: i64,
    incomplete: i64,
    beyond: i64,
    moves: BTreeMap<(i32, Option<i32>), i64>,
    tops: HashMap<RoundId, (i64, i64)>,
    differing: Vec<Differs>,
}

impl<'a> Trial<'a> {
    fn new(basis: &Basis, scheme: &'a Scheme) -> Self {
        let (now, then) = (&basis.scheme.rules, &scheme.rules);
        let is_other = now.raters != then.raters || now.least_raters != then.least_raters;
        let several = now.raters != RaterRule::One && then.raters != RaterRule::One;
        Self {
            anew: (is_other && several).then_some((then.raters, then.least_raters)),
            by_code: scheme.dimensions.iter().map(|one| (one.code.as_str(), one)).collect(),
            known: basis.scheme.dimensions.iter().map(|one| one.code.clone()).collect(),
            result_before: now.result,
            is_comparable: now.result == then.result && basis.scheme.stars == scheme.stars,
            scheme,
            rated: 0,
            incomplete: 0,
            beyond: 0,
            moves: BTreeMap::new(),
            tops: HashMap::new(),
            differing: Vec::new(),
        }
    }

    fn scores(&self, one: &Scored) -> Scores {
        let mut given: HashMap<DimensionId, Vec<BigDecimal>> = HashMap::new();
        for (code, score) in one.codes.iter().zip(&one.scores) {
            if let Some(dimension) = self.by_code.get(code.as_str()) {
                given.entry(dimension.id).or_default().push(score.clone());
            }
        }
        let (rule, least) = self.anew.unwrap_or((RaterRule::Mean, 1));
        given
            .into_iter()
            .filter_map(|(id, scores)| match scores.as_slice() {
                [only] if self.anew.is_none() => Some((id, only.clone())),
                all => Some((id, rules::mean_of_raters(rule, least, all)?)),
            })
            .collect()
    }

    /// Whether a score is above the full marks of the draft.
    fn is_beyond(&self, one: &Scored) -> bool {
        let maximum = |code: &String| self.by_code.get(code.as_str()).map(|dimension| &dimension.maximum);
        one.codes.iter().zip(&one.scores).any(|(code, score)| maximum(code).is_some_and(|most| score > most))
    }

    fn take(&mut self, one: Scored) {
        let is_beyond = self.is_beyond(&one);
        let evaluation = rules::evaluate_with(self.scheme, &self.scores(&one), one.veto.as_deref());
        let (total_after, after) = match evaluation {
            Evaluation::Complete(found) if !is_beyond => (Some(found.total), Some(found.stars)),
            Evaluation::Complete(_) | Evaluation::Blank | Evaluation::Incomplete { .. } => (None, None),
        };
        self.rated += 1;
        self.beyond += i64::from(is_beyond);
        self.incomplete += i64::from(after.is_none() && !is_beyond);
        *self.moves.entry((one.stars, after)).or_default() += 1;
        let (rated, top) = self.tops.entry(one.round_id).or_default();
        *rated += i64::from(after.is_some());
        *top += i64::from(after == Some(self.scheme.stars));
        if after != Some(one.stars) || !self.is_comparable {
            let (id, total_before, before) = (one.id, one.total, one.stars);
            self.differing.push(Differs { id, total_before, before, total_after, after });
        }
    }

    fn finish(mut self, period: Period, skipped: usize, limit: usize) -> (Tried, Vec<Differs>) {
        let from = |one: &Differs| if self.is_comparable { one.before } else { 0 };
        self.differing.sort_by_key(|one| (one.after.map_or(i32::MIN, |after| after - from(one)), one.id));
        let share = self.scheme.rules.top_share;
        let is_over = |(rated, top): &&(i64, i64)| rules::refuse_top(share, *rated, *top).is_err();
        let over_share = i64::try_from(self.tops.values().filter(is_over).count()).unwrap_or(i64::MAX);
        let unknown = self.scheme.dimensions.iter().filter(|one| !self.known.contains(&one.code));
        let tried = Tried {
            period,
            rated: self.rated,
            changed: i64::try_from(self.differing.len()).unwrap_or(i64::MAX),
            incomplete: self.incomplete,
            beyond: self.beyond,
            result_before: self.result_before,
            is_comparable: self.is_comparable,
            unknown: unknown.map(|one| one.name.clone()).collect(),
            over_share,
            moves: self
                .moves
                .iter()
                .rev()
                .map(|((before, after), count)| Move { before: *before, after: *after, count: *count })
                .collect(),
            names: Vec::new(),
            is_more: self.differing.len() > skipped.saturating_add(limit),
            scheme: self.scheme.clone(),
        };
        (tried, self.differing.into_iter().skip(skipped).take(limit).collect())
    }
}

#[derive(QueryableByName)]
struct Named {
    #[diesel(sql_type = Uuid)]
    id: RatingId,
    #[diesel(sql_type = Nullable<Text>)]
    name: Option<String>,
    #[diesel(sql_type = Text)]
    unit: String,
}

async fn named(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    differing: Vec<Differs>,
) -> Result<Vec<Changed>> {
    let ids: Vec<RatingId> = differing.iter().map(|one| one.id).collect();
    let names: Vec<Named> = diesel::sql_query(
        "SELECT x.id, coalesce(p.name, t.name, q.name) AS name, o.name AS unit FROM ratings x \
         JOIN rating_rounds r ON r.county_id = $1 AND r.id = x.round_id \
         JOIN organisations o ON o.county_id = $1 AND o.id = r.organisation_id \
         LEFT JOIN memberships m ON m.county_id = $1 AND m.id = x.membership_id \
         LEFT JOIN people p ON p.county_id = $1 AND p.id = m.person_id \
         LEFT JOIN organisations t ON t.county_id = $1 AND t.id = x.organisation_id \
         LEFT JOIN people q ON q.county_id = $1 AND q.id = x.person_id \
         WHERE x.county_id = $1 AND x.id = ANY ($2)",
    )
    .bind::<Uuid, _>(within.county)
    .bind::<Array<Uuid>, _>(ids)
    .load(conn)
    .await?;
    let mut names: HashMap<RatingId, (Option<String>, String)> =
        names.into_iter().map(|one| (one.id, (one.name, one.unit))).collect();
    Ok(differing
        .into_iter()
        .map(|one| {
            let (name, unit) = names.remove(&one.id).unwrap_or_default();
            Changed {
                id: one.id,
                name,
                unit,
                total_before: one.total_before,
                before: one.before,
                total_after: one.total_after,
                after: one.after,
            }
        })
        .collect())
}
