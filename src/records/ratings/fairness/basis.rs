//! Which ratings are looked at: one scheme, one period, and the period before.

use chrono::NaiveDate;
use diesel::pg::Pg;
use diesel::query_builder::{BoxedSqlQuery, SqlQuery};
use diesel::sql_types::{BigInt, Date, Nullable, Text, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::clock;
use crate::base::error::{Error, OrMissing, Result};
use crate::base::scope::Scope;
use crate::base::values::Period;
use crate::records::ratings::model::{RaterRule, RatingState, Scheme};
use crate::records::ratings::queries;

/// The states in which a rating was handed in and stands, as the indexes of the desk have them: a statement that says the
/// same to the letter reads nothing else.
const STANDING: &str = "('submitted', 'reviewed', 'confirmed', 'published', 'objected')";

/// The codes of these states.
pub(super) fn standing() -> Vec<&'static str> {
    let stands = |state: &&RatingState| !state.is_open() && **state != RatingState::Revoked;
    RatingState::ALL.iter().filter(stands).map(|state| state.code()).collect()
}

/// The most that the choice of schemes and periods offers: five years of quarters of three schemes.
const OFFERED: i64 = 60;

/// A scheme and a period of which something was handed in.
#[derive(Debug, Clone, PartialEq, Eq, diesel::QueryableByName)]
pub struct Offered {
    /// Code of the scheme.
    #[diesel(sql_type = Text)]
    pub scheme: String,
    /// Its name.
    #[diesel(sql_type = Text)]
    pub name: String,
    /// The period, as written.
    #[diesel(sql_type = Text)]
    pub period: String,
    /// Its last day.
    #[diesel(sql_type = Date)]
    pub last_day: NaiveDate,
}

/// The schemes and periods of which something was handed in, the newest period first, primary schemes before others; only
/// those of a scheme, or of a period, where one is given.
///
/// # Errors
/// Whatever the database answers.
pub async fn offered(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    scheme: Option<&str>,
    period: Option<Period>,
) -> diesel::result::QueryResult<Vec<Offered>> {
    diesel::sql_query(
        "SELECT s.code AS scheme, max(s.name) AS name, r.period, r.last_day \
         FROM rating_rounds r JOIN rating_schemes s ON s.county_id = $1 AND s.id = r.scheme_id \
         WHERE r.county_id = $1 AND r.path >= $2 AND r.path < $3 AND r.state <> 'draft' \
            AND ($5::text IS NULL OR s.code = $5) AND ($6::text IS NULL OR r.period = $6) \
         GROUP BY s.code, r.period, r.last_day \
         ORDER BY r.last_day DESC, bool_or(s.is_primary) DESC, s.code, r.period LIMIT $4",
    )
    .bind::<Uuid, _>(within.county)
    .bind::<Text, _>(within.path.as_str())
    .bind::<Text, _>(within.path.end())
    .bind::<BigInt, _>(OFFERED)
    .bind::<Nullable<Text>, _>(scheme)
    .bind::<Nullable<Text>, _>(period.map(|period| period.to_string()))
    .load(conn)
    .await
}

/// What is looked at.
#[derive(Debug, Clone)]
pub struct Basis {
    /// The version of the scheme in force at the end of the period, or the newest.
    pub scheme: Scheme,
    /// The period.
    pub period: Period,
}

impl Basis {
    /// The basis that is asked for; what is not said is the newest of which something was handed in. None where nothing
    /// was handed in at all.
    ///
    /// # Errors
    /// `Missing` for a scheme that the county does not have.
    pub async fn of(
        conn: &mut AsyncPgConnection,
        within: &Scope,
        scheme: Option<&str>,
        period: Option<Period>,
    ) -> Result<Option<Self>> {
        let (code, period) = match (scheme, period) {
            (Some(code), Some(period)) => (code.to_owned(), period),
            _ => {
                let Some(found) = offered(conn, within, scheme, period).await?.into_iter().next() else {
                    return Ok(None);
                };
                (found.scheme, Period::parse(&found.period).map_err(Error::broken)?)
            }
        };
        Self::at(conn, within, code, period).await.map(Some)
    }

    /// The basis of a scheme in the newest period that is over: one of which a branch has handed in something early says
    /// little. Where none is over, the newest of all; none where nothing was handed in.
    ///
    /// # Errors
    /// `Missing` for a scheme that the county does not have.
    pub async fn over(conn: &mut AsyncPgConnection, within: &Scope, scheme: &str) -> Result<Option<Self>> {
        let offered = offered(conn, within, Some(scheme), None).await?;
        let today = clock::today();
        let over = offered.iter().find(|one| one.last_day < today);
        let Some(found) = over.or(offered.as_slice().first()) else { return Ok(None) };
        let period = Period::parse(&found.period).map_err(Error::broken)?;
        Self::at(conn, within, found.scheme.clone(), period).await.map(Some)
    }

    async fn at(conn: &mut AsyncPgConnection, within: &Scope, code: String, period: Period) -> Result<Self> {
        let mut versions = queries::versions(conn, within.county, &[&code]).await?;
        let day = period.last_day();
        let holds = |one: &Scheme| one.from_day <= day && one.to_day.is_none_or(|end| day < end);
        let at = versions.iter().position(holds).or_else(|| versions.len().checked_sub(1));
        let scheme = at.map(|at| versions.swap_remove(at)).or_missing("评定方案")?;
        Ok(Self { scheme, period })
    }

    /// Whether several score each subject.
    #[must_use]
    pub fn has_raters(&self) -> bool {
        self.scheme.rules.raters != RaterRule::One
    }

    /// The highest number of stars that still is an extreme at the lower end.
    #[must_use]
    pub fn lowest(&self) -> i32 {
        self.scheme.thresholds.iter().map(|step| step.stars).min().unwrap_or(0)
    }

    /// A statement over the rounds of both periods, with its parameters: `$1` county, `$2` scheme, `$3` period, `$4` and
    /// `$5` paths from and to, `$6` period before. What a statement adds follows from `$7`; `STANDING` in it are the states
    /// that stand.
    pub(in crate::records::ratings) fn ask(
        &self,
        within: &Scope,
        rest: &str,
    ) -> BoxedSqlQuery<'static, Pg, SqlQuery> {
        let statement = format!(
            "WITH rounds AS MATERIALIZED ( \
                SELECT r.id, r.path, r.organisation_id, r.scheme_id, r.period = $3 AS is_now \
                FROM rating_rounds r JOIN rating_schemes s ON s.county_id = $1 AND s.id = r.scheme_id AND s.code = $2 \
                WHERE r.county_id = $1 AND r.period IN ($3, $6) AND r.last_day IN ({now}, {before}) \
                    AND r.path >= $4 AND r.path < $5) {rest}",
            rest = rest.replace("STANDING", STANDING),
            now = quoted(self.period.last_day()),
            before = quoted(self.period.previous().last_day()),
        );
        diesel::sql_query(statement)
            .into_boxed::<Pg>()
            .bind::<Uuid, _>(within.county)
            .bind::<Text, _>(self.scheme.code.clone())
            .bind::<Text, _>(self.period.to_string())
            .bind::<Text, _>(within.path.as_str().to_owned())
            .bind::<Text, _>(within.path.end())
            .bind::<Text, _>(self.period.previous().to_string())
    }
}

/// A day of ours as SQL writes it: digits and hyphens only.
fn quoted(day: NaiveDate) -> String {
    format!("date '{day}'")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_was_handed_in_and_not_taken_back_stands() {
        let codes: Vec<String> = standing().iter().map(|code| format!("'{code}'")).collect();
        let mut listed: Vec<&str> = STANDING.trim_matches(['(', ')']).split(", ").collect();
        let mut codes: Vec<&str> = codes.iter().map(String::as_str).collect();
        listed.sort_unstable();
        codes.sort_unstable();
        assert_eq!(listed, codes);
    }
}
