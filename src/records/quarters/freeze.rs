//! Freezes the facts of a quarter: the statements' rows go into the fact tables, the digest over them into a revision.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::error::{Error, Result};
use crate::base::ids::CountyId;
use crate::base::values::Quarter;
use crate::records::quarters::QuarterState;
use crate::records::quarters::ask::Ask;
use crate::records::quarters::model::Revision;
use crate::schema::{counties, quarter_revisions, quarters};

/// A statement that selects facts: the columns of its table behind county, quarter and revision, in their order. It
/// takes the parameters of [`Ask`].
#[derive(Debug, Clone)]
pub struct Facts {
    /// The table that keeps them.
    pub table: FactTable,
    /// The statement.
    pub select: String,
    /// How much it reads.
    pub reach: Reach,
}

/// The tables of facts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FactTable {
    /// `organisation_facts`.
    Organisations,
    /// `member_facts`.
    Members,
    /// `flow_facts`.
    Flow,
    /// `rating_facts`.
    Ratings,
    /// `seat_facts`.
    Seats,
    /// `committee_facts`.
    Committees,
    /// `reserve_facts`.
    Reserves,
    /// `reserve_village_facts`.
    ReserveVillages,
    /// `training_facts`.
    Training,
    /// `training_class_facts`.
    TrainingClasses,
    /// `training_attendance_facts`.
    TrainingAttendances,
    /// `award_facts`.
    Awards,
    /// `assessment_facts`.
    Assessments,
    /// `finding_facts`.
    Findings,
    /// `rule_facts`.
    Rules,
}

impl FactTable {
    /// Its name in the database.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Organisations => "organisation_facts",
            Self::Members => "member_facts",
            Self::Flow => "flow_facts",
            Self::Ratings => "rating_facts",
            Self::Seats => "seat_facts",
            Self::Committees => "committee_facts",
            Self::Reserves => "reserve_facts",
            Self::ReserveVillages => "reserve_village_facts",
            Self::Training => "training_facts",
            Self::TrainingClasses => "training_class_facts",
            Self::TrainingAttendances => "training_attendance_facts",
            Self::Awards => "award_facts",
            Self::Assessments => "assessment_facts",
            Self::Findings => "finding_facts",
            Self::Rules => "rule_facts",
        }
    }
}

/// How much of the records a statement reads. Under row-level security the planner cannot know, and looks up everybody
/// one by one: three times slower than reading all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Every member.
    Everybody,
    /// The few whom something happened to.
    Few,
}

impl Reach {
    pub(super) fn advice(self) -> &'static str {
        match self {
            Self::Everybody => "SET LOCAL enable_nestloop = off",
            Self::Few => "SET LOCAL enable_nestloop = on",
        }
    }
}

/// Who freezes a quarter, when and why.
#[derive(Debug, Clone)]
pub struct Frozen {
    /// The revision of the quarter before that it rests on; none for a baseline.
    pub previous_number: Option<i32>,
    /// Who prepared it.
    pub preparer: String,
    /// Who confirmed it.
    pub confirmer: String,
    /// Why it was amended.
    pub reason: Option<String>,
    /// When.
    pub at: DateTime<Utc>,
    /// Highest number of stars of the primary member scheme in force.
    pub star_scale: Option<i32>,
}

/// Freezes the facts of a quarter as the revision that is asked about. Part of a closing: the caller has made the
/// partitions, works over one snapshot, has asked policy, and appends the entry to the trail.
///
/// # Errors
/// Whatever the database answers.
pub async fn freeze(
    conn: &mut AsyncPgConnection,
    ask: &Ask,
    facts: &[Facts],
    frozen: &Frozen,
) -> Result<Revision> {
    remember(conn, ask).await?;
    // Compiling the statements to machine code takes longer than running them.
    diesel::sql_query("SET LOCAL jit = off").execute(conn).await?;
    for facts in facts {
        diesel::sql_query(facts.reach.advice()).execute(conn).await?;
        let (table, select) = (facts.table.name(), &facts.select);
        let insert = format!("INSERT INTO {table} SELECT $1, $5, $6, facts.* FROM ({select}) facts");
        ask.about(insert).execute(conn).await?;
    }
    diesel::sql_query(Reach::Few.advice()).execute(conn).await?;
    let (digest, row_count) = digest(conn, ask).await?;
    let revision = diesel::insert_into(quarter_revisions::table)
        .values((
            quarter_revisions::county_id.eq(ask.county),
            quarter_revisions::quarter.eq(ask.quarter.to_string()),
            quarter_revisions::number.eq(ask.revision),
            quarter_revisions::previous_number.eq(frozen.previous_number),
            quarter_revisions::preparer.eq(&frozen.preparer),
            quarter_revisions::confirmer.eq(&frozen.confirmer),
            quarter_revisions::reason.eq(frozen.reason.as_deref()),
            quarter_revisions::closed_at.eq(frozen.at),
            quarter_revisions::star_scale.eq(frozen.star_scale),
            quarter_revisions::digest.eq(digest),
            quarter_revisions::row_count.eq(row_count),
        ))
        .returning(Revision::as_returning())
        .get_result(conn)
        .await?;
    Ok(revision)
}

/// A baseline belongs to a quarter that nobody has proposed to close: it gets its row here.
async fn remember(conn: &mut AsyncPgConnection, ask: &Ask) -> QueryResult<()> {
    diesel::insert_into(quarters::table)
        .values((
            quarters::county_id.eq(ask.county),
            quarters::quarter.eq(ask.quarter.to_string()),
            quarters::state.eq(QuarterState::Open.code()),
        ))
        .on_conflict_do_nothing()
        .execute(conn)
        .await?;
    Ok(())
}

#[derive(QueryableByName)]
struct Digest {
    #[diesel(sql_type = Binary)]
    digest: Vec<u8>,
    #[diesel(sql_type = BigInt)]
    row_count: i64,
}

/// SHA-256 over the SHA-256 of every row of a revision, and how many rows. The rows are taken as JSON without empty
/// fields (a column that a later version adds changes no old digest), ordered by table and key. Three tables share place 9:
/// their keys are ids, which no two rows share, so the order is one all the same; another place for two of them would put
/// the rows of quarters that were closed with them into another order, and their digests would no longer hold.
const DIGEST: &str = "\
SELECT sha256(coalesce(string_agg(sha256(convert_to(line, 'UTF8')), ''::bytea ORDER BY place, key COLLATE \"C\"), '')) \
AS digest, count(*) AS row_count FROM (
    SELECT 1 AS place, organisation_id::text AS key, jsonb_strip_nulls(to_jsonb(f))::text AS line
    FROM organisation_facts f WHERE county_id = $1 AND quarter = $5 AND revision = $6
    UNION ALL
    SELECT 2, membership_id::text, jsonb_strip_nulls(to_jsonb(f))::text
    FROM member_facts f WHERE county_id = $1 AND quarter = $5 AND revision = $6
    UNION ALL
    SELECT 3, concat_ws(' ', membership_id, to_char(day, 'YYYY-MM-DD'), kind), jsonb_strip_nulls(to_jsonb(f))::text
    FROM flow_facts f WHERE county_id = $1 AND quarter = $5 AND revision = $6
    UNION ALL
    SELECT 4, concat_ws(' ', rating_id, state), jsonb_strip_nulls(to_jsonb(f))::text
    FROM rating_facts f WHERE county_id = $1 AND quarter = $5 AND revision = $6
    UNION ALL
    SELECT 5, concat_ws(' ', standing, seat_id), jsonb_strip_nulls(to_jsonb(f))::text
    FROM seat_facts f WHERE county_id = $1 AND quarter = $5 AND revision = $6
    UNION ALL
    SELECT 6, concat_ws(' ', standing, committee_id), jsonb_strip_nulls(to_jsonb(f))::text
    FROM committee_facts f WHERE county_id = $1 AND quarter = $5 AND revision = $6
    UNION ALL
    SELECT 7, reserve_id::text, jsonb_strip_nulls(to_jsonb(f))::text
    FROM reserve_facts f WHERE county_id = $1 AND quarter = $5 AND revision = $6
    UNION ALL
    SELECT 8, village_id::text, jsonb_strip_nulls(to_jsonb(f))::text
    FROM reserve_village_facts f WHERE county_id = $1 AND quarter = $5 AND revision = $6
    UNION ALL
    SELECT 9, membership_id::text, jsonb_strip_nulls(to_jsonb(f))::text
    FROM training_facts f WHERE county_id = $1 AND quarter = $5 AND revision = $6
    UNION ALL
    SELECT 10, class_id::text, jsonb_strip_nulls(to_jsonb(f))::text
    FROM training_class_facts f WHERE county_id = $1 AND quarter = $5 AND revision = $6
    UNION ALL
    SELECT 11, concat_ws(' ', class_id, membership_id), jsonb_strip_nulls(to_jsonb(f))::text
    FROM training_attendance_facts f WHERE county_id = $1 AND quarter = $5 AND revision = $6
    UNION ALL
    SELECT 9, award_id::text, jsonb_strip_nulls(to_jsonb(f))::text
    FROM award_facts f WHERE county_id = $1 AND quarter = $5 AND revision = $6
    UNION ALL
    SELECT 9, assessment_id::text, jsonb_strip_nulls(to_jsonb(f))::text
    FROM assessment_facts f WHERE county_id = $1 AND quarter = $5 AND revision = $6
    UNION ALL
    SELECT 12, concat_ws(' ', rule, subject_id), jsonb_strip_nulls(to_jsonb(f))::text
    FROM finding_facts f WHERE county_id = $1 AND quarter = $5 AND revision = $6
    UNION ALL
    SELECT 13, rule, jsonb_strip_nulls(to_jsonb(f))::text
    FROM rule_facts f WHERE county_id = $1 AND quarter = $5 AND revision = $6
) rows";

/// The digest of a revision, computed anew, and the number of its rows.
///
/// # Errors
/// Whatever the database answers.
pub async fn digest(conn: &mut AsyncPgConnection, ask: &Ask) -> QueryResult<(Vec<u8>, i64)> {
    let found: Digest = ask.about(DIGEST.to_owned()).get_result(conn).await?;
    Ok((found.digest, found.row_count))
}

/// A revision whose rows are not those that were frozen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Altered {
    /// Code of the county.
    pub county: String,
    /// The quarter.
    pub quarter: Quarter,
    /// Number of the revision.
    pub number: i32,
}

/// The revisions of all counties whose digest, computed anew, is not the stored one. For the owner of the database, whom
/// row-level security does not bind.
///
/// # Errors
/// Whatever the database answers.
pub async fn altered(owner: &mut AsyncPgConnection) -> Result<Vec<Altered>> {
    let revisions: Vec<(CountyId, String, String, i32, Vec<u8>)> = quarter_revisions::table
        .inner_join(counties::table.on(counties::id.eq(quarter_revisions::county_id)))
        .order((counties::code.asc(), quarter_revisions::quarter.asc(), quarter_revisions::number.asc()))
        .select((
            quarter_revisions::county_id,
            counties::code,
            quarter_revisions::quarter,
            quarter_revisions::number,
            quarter_revisions::digest,
        ))
        .load(owner)
        .await?;
    let mut altered = Vec::new();
    for (county, code, quarter, number, stored) in revisions {
        let quarter = Quarter::parse(&quarter).map_err(Error::broken)?;
        let ask = Ask { county, quarter, revision: number, previous_number: 0, organisations: Vec::new() };
        let (computed, _) = digest(owner, &ask).await?;
        if computed != stored {
            altered.push(Altered { county: code, quarter, number });
        }
    }
    Ok(altered)
}
