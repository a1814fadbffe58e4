//! The names behind every number of the desk.

use bigdecimal::BigDecimal;
use diesel::pg::Pg;
use diesel::query_builder::{BoxedSqlQuery, SqlQuery};
use diesel::sql_types::{BigInt, Bool, Integer, Nullable, Numeric, Text, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use super::Basis;
use super::counts::Number;
use crate::base::error::Result;
use crate::base::ids::{MembershipId, RaterId, RatingId, RoundId};
use crate::base::scope::Scope;
use crate::records::ratings::rules::Fences;

/// Which ratings of a basis are wanted; nothing said: all of them.
#[derive(Debug, Clone, Default)]
pub struct Behind {
    /// With this number of stars.
    pub stars: Option<i32>,
    /// Handed in by the account of this name.
    pub account: Option<String>,
    /// Scored by this rater.
    pub rater: Option<RaterId>,
    /// With the highest or lowest stars, and no evidence.
    pub unproven: bool,
    /// With a total outside these fences.
    pub outside: Option<Fences>,
    /// Whose stars are two or more away from those of the period before.
    pub moved: bool,
}

/// Where a page ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BehindPlace {
    /// The total of the last one.
    pub total: BigDecimal,
    /// The rating.
    pub id: RatingId,
}

/// A rating behind a number.
#[derive(Debug, Clone, PartialEq, Eq, diesel::QueryableByName)]
pub struct BehindLine {
    /// The rating.
    #[diesel(sql_type = Uuid)]
    pub id: RatingId,
    /// Its round.
    #[diesel(sql_type = Uuid)]
    pub round_id: RoundId,
    /// Who or what was rated; none where the scope no longer sees him.
    #[diesel(sql_type = Nullable<Text>)]
    pub name: Option<String>,
    /// The member, where it is one.
    #[diesel(sql_type = Nullable<Uuid>)]
    pub membership_id: Option<MembershipId>,
    /// Code of the unit of the round.
    #[diesel(sql_type = Text)]
    pub unit_code: String,
    /// Its name.
    #[diesel(sql_type = Text)]
    pub unit_name: String,
    /// The total.
    #[diesel(sql_type = Numeric)]
    pub total: BigDecimal,
    /// The stars.
    #[diesel(sql_type = Integer)]
    pub stars: i32,
    /// The stars of the period before.
    #[diesel(sql_type = Nullable<Integer>)]
    pub before: Option<i32>,
    /// What it rests on.
    #[diesel(sql_type = Nullable<Text>)]
    pub evidence: Option<String>,
    /// Code of its state.
    #[diesel(sql_type = Text)]
    pub state: String,
    /// Who handed it in.
    #[diesel(sql_type = Nullable<Text>)]
    pub submitted_by: Option<String>,
}

/// The stars of a subject in the period before.
const BEFORE: &str = "(SELECT max(y.stars) FROM ratings y \
    JOIN rating_rounds b ON b.county_id = $1 AND b.id = y.round_id AND b.period = $6 \
    JOIN rating_schemes e ON e.county_id = $1 AND e.id = b.scheme_id AND e.code = $2 \
    WHERE y.county_id = $1 AND y.subject_id = x.subject_id AND y.state IN STANDING)";

/// The rounds `r` and ratings `x` that are wanted, as a statement names them.
fn chosen(wanted: &Behind) -> String {
    let moved = if wanted.moved { "AND abs(x.stars - b.stars) >= 2" } else { "" };
    let joined = if wanted.moved {
        "JOIN (SELECT y.subject_id, y.stars FROM rounds c \
            JOIN ratings y ON y.county_id = $1 AND y.round_id = c.id AND y.state IN STANDING \
            WHERE NOT c.is_now) b ON b.subject_id = x.subject_id"
    } else {
        ""
    };
    format!(
        "FROM rounds r \
            JOIN ratings x ON x.county_id = $1 AND x.round_id = r.id AND x.state IN STANDING {joined} \
            WHERE r.is_now AND x.stars IS NOT NULL {moved} AND ($7::integer IS NULL OR x.stars = $7) \
                AND ($8::text IS NULL OR x.submitted_by = $8) \
                AND ($9::uuid IS NULL OR EXISTS (SELECT FROM rating_rater_scores s \
                    WHERE s.county_id = $1 AND s.rating_id = x.id AND s.rater_id = $9)) \
                AND (NOT $10 OR x.evidence IS NULL AND (x.stars >= $11 OR x.stars <= $12)) \
                AND ($13::numeric IS NULL OR x.total < $13 OR x.total > $14)"
    )
}

/// A statement over [`chosen`] with its parameters; what a statement adds follows from `$15`.
fn ask(within: &Scope, basis: &Basis, wanted: &Behind, rest: &str) -> BoxedSqlQuery<'static, Pg, SqlQuery> {
    basis
        .ask(within, rest)
        .bind::<Nullable<Integer>, _>(wanted.stars)
        .bind::<Nullable<Text>, _>(wanted.account.clone())
        .bind::<Nullable<Uuid>, _>(wanted.rater)
        .bind::<Bool, _>(wanted.unproven)
        .bind::<Integer, _>(basis.scheme.stars)
        .bind::<Integer, _>(basis.lowest())
        .bind::<Nullable<Numeric>, _>(wanted.outside.as_ref().map(|fences| fences.low.clone()))
        .bind::<Nullable<Numeric>, _>(wanted.outside.as_ref().map(|fences| fences.high.clone()))
}

/// How many ratings of a scope are wanted.
///
/// # Errors
/// Whatever the database answers.
pub async fn count_behind(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    basis: &Basis,
    wanted: &Behind,
) -> Result<i64> {
    let statement = format!("SELECT count(*) AS number {}", chosen(wanted));
    Ok(ask(within, basis, wanted, &statement).get_result::<Number>(conn).await?.number)
}

/// The ratings of a scope that are wanted, highest total first, after a place, at most `limit`.
///
/// # Errors
/// Whatever the database answers.
pub async fn behind(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    basis: &Basis,
    wanted: &Behind,
    after: Option<&BehindPlace>,
    limit: i64,
) -> Result<Vec<BehindLine>> {
    let chosen = chosen(wanted);
    let rest = format!(
        ", chosen AS MATERIALIZED (SELECT x.id, x.total {chosen} \
                AND ($15::numeric IS NULL OR x.total < $15 OR x.total = $15 AND x.id > $16) \
            ORDER BY x.total DESC, x.id LIMIT $17) \
         SELECT x.id, x.round_id, coalesce(p.name, t.name, q.name) AS name, x.membership_id, o.code AS unit_code, \
            o.name AS unit_name, x.total, x.stars, {BEFORE} AS before, x.evidence, x.state, x.submitted_by \
         FROM chosen c JOIN ratings x ON x.county_id = $1 AND x.id = c.id \
         JOIN rounds r ON r.id = x.round_id \
         JOIN organisations o ON o.county_id = $1 AND o.id = r.organisation_id \
         LEFT JOIN memberships m ON m.county_id = $1 AND m.id = x.membership_id \
         LEFT JOIN people p ON p.county_id = $1 AND p.id = m.person_id \
         LEFT JOIN organisations t ON t.county_id = $1 AND t.id = x.organisation_id \
         LEFT JOIN people q ON q.county_id = $1 AND q.id = x.person_id \
         ORDER BY c.total DESC, c.id"
    );
    let lines = ask(within, basis, wanted, &rest)
        .bind::<Nullable<Numeric>, _>(after.map(|place| place.total.clone()))
        .bind::<Nullable<Uuid>, _>(after.map(|place| place.id))
        .bind::<BigInt, _>(limit)
        .load(conn)
        .await?;
    Ok(lines)
}

impl BehindLine {
    /// Where a page ends that ends with it.
    #[must_use]
    pub fn place(&self) -> BehindPlace {
        BehindPlace { total: self.total.clone(), id: self.id }
    }
}
