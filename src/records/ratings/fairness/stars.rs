//! How stars are spread: over all, and over the units below, each beside the period before.

use std::collections::BTreeMap;

use bigdecimal::BigDecimal;
use diesel::sql_types::{BigInt, Bool, Integer, Nullable, Numeric, Text};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use super::Basis;
use super::counts::Number;
use crate::base::error::Result;
use crate::base::scope::Scope;
use crate::records::ratings::rules::{self, Fences, Spread};

/// How stars are spread over a subtree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpreadNow {
    /// In the period.
    pub now: Spread,
    /// In the period before.
    pub before: Spread,
    /// What lies outside; none where too few are rated.
    pub fences: Option<Fences>,
    /// Extremes without evidence.
    pub unproven: i64,
    /// Those whose stars are two or more away from those of the period before.
    pub moved: i64,
}

#[derive(diesel::QueryableByName)]
struct Total {
    #[diesel(sql_type = Numeric)]
    total: BigDecimal,
    #[diesel(sql_type = Integer)]
    stars: i32,
    #[diesel(sql_type = Bool)]
    is_now: bool,
    #[diesel(sql_type = BigInt)]
    number: i64,
}

/// How the stars of a basis are spread over a scope.
///
/// # Errors
/// Whatever the database answers.
pub async fn spread(conn: &mut AsyncPgConnection, within: &Scope, basis: &Basis) -> Result<SpreadNow> {
    let counted: Vec<Total> = basis
        .ask(
            within,
            "SELECT x.total, x.stars, r.is_now, count(*) AS number FROM rounds r \
             JOIN ratings x ON x.county_id = $1 AND x.round_id = r.id AND x.state IN STANDING \
             WHERE x.stars IS NOT NULL GROUP BY x.total, x.stars, r.is_now ORDER BY x.total",
        )
        .load(conn)
        .await?;
    let (mut now, mut before) = (Spread::default(), Spread::default());
    let mut totals: Vec<(BigDecimal, i64)> = Vec::new();
    for one in counted {
        if !one.is_now {
            before.add(one.stars, one.number);
            continue;
        }
        now.add(one.stars, one.number);
        match totals.last_mut().filter(|(total, _)| *total == one.total) {
            Some((_, number)) => *number = number.saturating_add(one.number),
            None => totals.push((one.total, one.number)),
        }
    }
    let unproven: Number = basis
        .ask(
            within,
            "SELECT count(*) AS number FROM rounds r \
             JOIN ratings x ON x.county_id = $1 AND x.round_id = r.id AND x.state IN STANDING \
             WHERE r.is_now AND x.evidence IS NULL AND (x.stars >= $7 OR x.stars <= $8)",
        )
        .bind::<Integer, _>(basis.scheme.stars)
        .bind::<Integer, _>(basis.lowest())
        .get_result(conn)
        .await?;
    let moved: Number = basis
        .ask(
            within,
            "SELECT count(*) AS number \
             FROM (SELECT x.subject_id, x.stars FROM rounds r JOIN ratings x ON x.county_id = $1 AND x.round_id = r.id \
                WHERE r.is_now AND x.state IN STANDING) n \
             JOIN (SELECT x.subject_id, x.stars FROM rounds r JOIN ratings x ON x.county_id = $1 AND x.round_id = r.id \
                WHERE NOT r.is_now AND x.state IN STANDING) b ON b.subject_id = n.subject_id \
             WHERE abs(n.stars - b.stars) >= 2",
        )
        .get_result(conn)
        .await?;
    Ok(SpreadNow {
        fences: rules::fences(&totals),
        now,
        before,
        unproven: unproven.number,
        moved: moved.number,
    })
}

/// Which units are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// Those directly below the organisation asked about: towns of a county, villages of a town.
    Below,
    /// Those whose rounds they are: for members their branches.
    Rated,
}

impl Level {
    /// Of `county/town/village/branch/` the part behind the organisation asked about, or the last one.
    pub(super) fn place(self, within: &Scope) -> i32 {
        let depth = within.path.as_str().matches('/').count();
        match self {
            Self::Below => i32::try_from(depth).unwrap_or(i32::MAX).saturating_add(1),
            Self::Rated => -2,
        }
    }
}

/// How stars are spread over one unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitLine {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// In the period.
    pub now: Spread,
    /// In the period before.
    pub before: Spread,
}

#[derive(diesel::QueryableByName)]
struct Share {
    #[diesel(sql_type = Text)]
    code: String,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Nullable<Integer>)]
    stars: Option<i32>,
    #[diesel(sql_type = Nullable<Bool>)]
    is_now: Option<bool>,
    #[diesel(sql_type = Nullable<BigInt>)]
    number: Option<i64>,
}

/// The units of a scope with the spread of their stars, in the order of their codes, after one, at most `limit`.
///
/// # Errors
/// Whatever the database answers.
pub async fn units(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    basis: &Basis,
    level: Level,
    after: Option<&str>,
    limit: i64,
) -> Result<Vec<UnitLine>> {
    let shares: Vec<Share> = basis
        .ask(
            within,
            ", placed AS MATERIALIZED (SELECT r.id, r.is_now, \
                coalesce(nullif(split_part(r.path, '/', $7), ''), split_part(r.path, '/', -2)) COLLATE \"C\" AS unit \
                FROM rounds r), \
             page AS MATERIALIZED (SELECT DISTINCT unit FROM placed WHERE unit > coalesce($8, '') \
                ORDER BY unit LIMIT $9) \
             SELECT o.code, o.name, c.stars, c.is_now, c.number \
             FROM page p JOIN organisations o ON o.county_id = $1 AND o.code = p.unit \
             LEFT JOIN (SELECT a.unit, a.is_now, x.stars, count(*) AS number FROM page q JOIN placed a ON a.unit = q.unit \
                JOIN ratings x ON x.county_id = $1 AND x.round_id = a.id AND x.state IN STANDING \
                WHERE x.stars IS NOT NULL GROUP BY a.unit, a.is_now, x.stars) c ON c.unit = p.unit \
             ORDER BY p.unit",
        )
        .bind::<Integer, _>(level.place(within))
        .bind::<Nullable<Text>, _>(after.map(str::to_owned))
        .bind::<BigInt, _>(limit)
        .load(conn)
        .await?;
    let mut units: BTreeMap<String, UnitLine> = BTreeMap::new();
    for share in shares {
        let line = units.entry(share.code.clone()).or_insert_with(|| UnitLine {
            code: share.code,
            name: share.name,
            now: Spread::default(),
            before: Spread::default(),
        });
        let (Some(stars), Some(number)) = (share.stars, share.number) else { continue };
        let spread = if share.is_now == Some(true) { &mut line.now } else { &mut line.before };
        spread.add(stars, number);
    }
    Ok(units.into_values().collect())
}
