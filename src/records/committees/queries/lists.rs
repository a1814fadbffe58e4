//! The list of committees, with how each stands on a day.

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Date, Integer, Nullable, Text, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::error::{OrMissing, Result};
use crate::base::ids::{CommitteeId, TermId};
use crate::base::scope::Scope;
use crate::records::committees::model::CommitteeKind;
use crate::vocabulary;

vocabulary! {
    /// What in a committee asks for attention.
    pub enum Attention, "关注事项" {
        /// The next election is overdue.
        Overdue = "overdue", "逾期未换届";
        /// The next election is due within three months.
        DueInThreeMonths = "due_3_months", "三个月内届满";
        /// The next election is due within six months.
        DueInSixMonths = "due_6_months", "六个月内届满";
        /// A post is not filled.
        Vacancy = "vacancy", "职务空缺";
        /// No term runs.
        NoTerm = "no_term", "没有在任班子";
    }
}

impl Attention {
    const fn condition(self) -> &'static str {
        match self {
            Self::Overdue => " AND t.due_day < $4",
            Self::DueInThreeMonths => " AND t.due_day BETWEEN $4 AND $4 + interval '3 months'",
            Self::DueInSixMonths => " AND t.due_day BETWEEN $4 AND $4 + interval '6 months'",
            Self::Vacancy => " AND v.vacancies > 0",
            Self::NoTerm => " AND t.id IS NULL",
        }
    }
}

/// What a list of committees is filtered by.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// The kind.
    pub kind: Option<CommitteeKind>,
    /// What asks for attention.
    pub attention: Option<Attention>,
}

/// A committee as it stands on a day.
#[derive(Debug, Clone, QueryableByName)]
pub struct CommitteeLine {
    /// The committee.
    #[diesel(sql_type = Uuid)]
    pub id: CommitteeId,
    /// Code of its kind.
    #[diesel(sql_type = Text)]
    pub kind: String,
    /// Path of the village, as stored.
    #[diesel(sql_type = Text)]
    pub path: String,
    /// Code of the village.
    #[diesel(sql_type = Text)]
    pub village_code: String,
    /// Name of the village.
    #[diesel(sql_type = Text)]
    pub village: String,
    /// The ETag.
    #[diesel(sql_type = Integer)]
    pub version: i32,
    /// The term that runs.
    #[diesel(sql_type = Nullable<Uuid>)]
    pub term_id: Option<TermId>,
    /// Which term that is.
    #[diesel(sql_type = Nullable<Integer>)]
    pub ordinal: Option<i32>,
    /// Its first day.
    #[diesel(sql_type = Nullable<Date>)]
    pub from_day: Option<NaiveDate>,
    /// The day by which the next election is due.
    #[diesel(sql_type = Nullable<Date>)]
    pub due_day: Option<NaiveDate>,
    /// How many people sit.
    #[diesel(sql_type = BigInt)]
    pub members: i64,
    /// How many places are not filled.
    #[diesel(sql_type = BigInt)]
    pub vacancies: i64,
    /// Who holds the head's post.
    #[diesel(sql_type = Nullable<Text>)]
    pub head: Option<String>,
}

/// Where the next page begins: the last committee shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    /// Its path.
    pub path: String,
    /// Its kind.
    pub kind: String,
}

const COLUMNS: &str = "SELECT c.id, c.kind, c.path, o.code AS village_code, o.name AS village, c.version, \
     t.id AS term_id, t.ordinal, t.from_day, t.due_day, coalesce(s.members, 0) AS members, \
     coalesce(v.vacancies, 0) AS vacancies, s.head";

/// `$4` is the day.
const FROM: &str = " FROM committees c \
     JOIN organisations o ON o.county_id = c.county_id AND o.id = c.village_id \
     LEFT JOIN committee_terms t ON t.county_id = c.county_id AND t.committee_id = c.id AND t.from_day <= $4 \
        AND (t.ended_on IS NULL OR $4 < t.ended_on) \
     LEFT JOIN LATERAL (SELECT count(DISTINCT s.person_id) AS members, \
            min(p.name) FILTER (WHERE s.post IN ('secretary', 'director', 'supervision_director')) AS head \
        FROM seats s JOIN people p ON p.county_id = s.county_id AND p.id = s.person_id \
        WHERE s.county_id = t.county_id AND s.committee_id = t.committee_id AND s.term_id = t.id \
            AND s.from_day <= $4 AND (s.to_day IS NULL OR $4 < s.to_day)) s ON true \
     LEFT JOIN LATERAL (SELECT sum(greatest(p.places - (SELECT count(*) FROM seats s \
            WHERE s.county_id = t.county_id AND s.committee_id = t.committee_id AND s.term_id = t.id \
                AND s.post = p.post AND s.from_day <= $4 AND (s.to_day IS NULL OR $4 < s.to_day)), 0))::bigint \
            AS vacancies \
        FROM committee_posts p WHERE p.county_id = t.county_id AND p.term_id = t.id) v ON true \
     WHERE c.county_id = $1 AND c.path >= $2 AND c.path < $3";

fn conditions(filter: &Filter) -> String {
    let kind = filter.kind.map(|kind| format!(" AND c.kind = '{}'", kind.code())).unwrap_or_default();
    format!("{kind}{}", filter.attention.map(Attention::condition).unwrap_or_default())
}

/// Committees inside a scope as they stand on a day, in the order of the tree and the Party's first, after a cursor.
///
/// # Errors
/// Whatever the database answers.
pub async fn list(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    day: NaiveDate,
    filter: &Filter,
    after: Option<&Cursor>,
    limit: i64,
) -> QueryResult<Vec<CommitteeLine>> {
    let later = "AND (c.path > $5 OR c.path = $5 AND c.kind < $6) ORDER BY c.path, c.kind DESC LIMIT $7";
    let (path, kind) = after.map_or(("", ""), |after| (after.path.as_str(), after.kind.as_str()));
    diesel::sql_query(format!("{COLUMNS}{FROM}{} {later}", conditions(filter)))
        .bind::<Uuid, _>(within.county)
        .bind::<Text, _>(within.path.as_str())
        .bind::<Text, _>(within.path.end())
        .bind::<Date, _>(day)
        .bind::<Text, _>(path)
        .bind::<Text, _>(kind)
        .bind::<BigInt, _>(limit)
        .load(conn)
        .await
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// How many committees a list has.
///
/// # Errors
/// Whatever the database answers.
pub async fn count(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    day: NaiveDate,
    filter: &Filter,
) -> QueryResult<i64> {
    let found: Count = diesel::sql_query(format!("SELECT count(*) AS count{FROM}{}", conditions(filter)))
        .bind::<Uuid, _>(within.county)
        .bind::<Text, _>(within.path.as_str())
        .bind::<Text, _>(within.path.end())
        .bind::<Date, _>(day)
        .get_result(conn)
        .await?;
    Ok(found.count)
}

/// One committee of a scope as it stands on a day.
///
/// # Errors
/// `Missing`.
pub async fn find(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    day: NaiveDate,
    id: CommitteeId,
) -> Result<CommitteeLine> {
    diesel::sql_query(format!("{COLUMNS}{FROM} AND c.id = $5"))
        .bind::<Uuid, _>(within.county)
        .bind::<Text, _>(within.path.as_str())
        .bind::<Text, _>(within.path.end())
        .bind::<Date, _>(day)
        .bind::<Uuid, _>(id)
        .get_result::<CommitteeLine>(conn)
        .await
        .optional()
        .or_missing("班子")
}
